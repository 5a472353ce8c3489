//! Which polygons share a border.

use super::LatLon;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A closed ring of vertices; the last vertex may repeat the first.
pub type Ring = Vec<LatLon>;

/// When two polygons count as neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contiguity {
    /// They share a piece of border of positive length.
    #[default]
    Rook,
    /// They share at least one vertex.
    Queen,
}

/// Unordered pairs of polygons that share a border, ascending.
///
/// Vertices are compared after rounding to a grid of `tolerance` degrees, so both polygons must come from one map,
/// whose shared borders repeat the same vertices. A border that only one side subdivides is found too: an edge is
/// matched with the vertices of other polygons that lie on it. Longitudes -180 and 180 are one meridian.
///
/// # Errors
/// [`Error::Specification`]: tolerance not positive; naming the entity: a ring with fewer than three distinct
/// vertices, a vertex out of range.
pub fn shared_borders(
    labels: &[String],
    polygons: &[Vec<Ring>],
    contiguity: Contiguity,
    tolerance: f64,
) -> Result<Vec<(usize, usize)>> {
    if !(tolerance > 0.0 && tolerance < 1.0) {
        return Err(Error::Specification(format!("border tolerance {tolerance}: expected degrees between 0 and 1")));
    }
    let mut rings: Vec<(usize, Vec<Node>)> = Vec::new();
    for (owner, polygon) in polygons.iter().enumerate() {
        let name = labels.get(owner).map_or("?", String::as_str);
        for ring in polygon {
            let mut nodes = Vec::with_capacity(ring.len());
            for point in ring {
                let point = LatLon::new(point.lat, point.lon)
                    .map_err(|error| Error::Specification(format!("polygon of `{name}`: {error}")))?;
                nodes.push(snap(point, tolerance));
            }
            nodes.dedup();
            if nodes.len() > 1 && nodes.first() == nodes.last() {
                nodes.pop();
            }
            if nodes.len() < 3 {
                return Err(Error::Specification(format!(
                    "polygon of `{name}`: a ring has {} distinct vertices at tolerance {tolerance} degrees, expected at least 3",
                    nodes.len()
                )));
            }
            rings.push((owner, nodes));
        }
    }
    let mut owners: BTreeMap<Node, Vec<usize>> = BTreeMap::new();
    for (owner, nodes) in &rings {
        for &node in nodes {
            let list = owners.entry(node).or_default();
            if !list.contains(owner) {
                list.push(*owner);
            }
        }
    }
    let mut pairs = Vec::new();
    match contiguity {
        Contiguity::Queen => owners.values().for_each(|list| push_pairs(list, &mut pairs)),
        Contiguity::Rook => {
            let mut edges: BTreeMap<(Node, Node), Vec<usize>> = BTreeMap::new();
            for (owner, nodes) in &rings {
                for k in 0..nodes.len() {
                    let (from, to) = (nodes[k], nodes[(k + 1) % nodes.len()]);
                    let mut previous = from;
                    for node in on_edge(&owners, from, to).into_iter().chain([to]) {
                        let list = edges.entry((previous.min(node), previous.max(node))).or_default();
                        if !list.contains(owner) {
                            list.push(*owner);
                        }
                        previous = node;
                    }
                }
            }
            edges.values().for_each(|list| push_pairs(list, &mut pairs));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// A vertex on the grid: longitude, latitude.
type Node = (i64, i64);

fn snap(point: LatLon, tolerance: f64) -> Node {
    let lon = if point.lon == -180.0 { 180.0 } else { point.lon };
    ((lon / tolerance).round() as i64, (point.lat / tolerance).round() as i64)
}

fn push_pairs(owners: &[usize], pairs: &mut Vec<(usize, usize)>) {
    for (k, &a) in owners.iter().enumerate() {
        pairs.extend(owners[k + 1..].iter().map(|&b| (a.min(b), a.max(b))));
    }
}

/// Known vertices strictly inside the edge, from one end to the other: at most three quarters of a grid step off the line (half
/// a step of rounding each way along a diagonal, 0.71).
fn on_edge(nodes: &BTreeMap<Node, Vec<usize>>, from: Node, to: Node) -> Vec<Node> {
    let (low, high) = (from.min(to), from.max(to));
    let (dx, dy) = ((high.0 - low.0) as f64, (high.1 - low.1) as f64);
    let length = dx.hypot(dy);
    let mut inside: Vec<Node> = nodes
        .range(low..=high)
        .map(|(&node, _)| node)
        .filter(|&node| node != low && node != high)
        .filter(|node| {
            let (x, y) = ((node.0 - low.0) as f64, (node.1 - low.1) as f64);
            let along = (x * dx + y * dy) / length;
            along > 0.0 && along < length && ((x * dy - y * dx) / length).abs() <= 0.75
        })
        .collect();
    let along = |node: &Node| (node.0 - low.0) as f64 * dx + (node.1 - low.1) as f64 * dy;
    inside.sort_by(|a, b| along(a).total_cmp(&along(b)));
    if from > to {
        inside.reverse();
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(lon: f64, lat: f64, size: f64) -> Vec<Ring> {
        let at = |dx: f64, dy: f64| LatLon { lat: lat + dy * size, lon: lon + dx * size };
        vec![vec![at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0), at(0.0, 0.0)]]
    }

    #[test]
    fn a_chessboard_and_a_subdivided_border() {
        let labels: Vec<String> = (0..5).map(|i| format!("p{i}")).collect();
        // Four unit squares around (1, 1), and a double square along the right side of two of them.
        let board = [
            square(0.0, 0.0, 1.0),
            square(1.0, 0.0, 1.0),
            square(0.0, 1.0, 1.0),
            square(1.0, 1.0, 1.0),
            square(2.0, 0.0, 2.0),
        ];
        let rook = shared_borders(&labels, &board, Contiguity::Rook, 1e-6).expect("valid");
        assert_eq!(rook, [(0, 1), (0, 2), (1, 3), (1, 4), (2, 3), (3, 4)]);
        let queen = shared_borders(&labels, &board[..4], Contiguity::Queen, 1e-6).expect("valid");
        assert_eq!(queen, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
    }

    #[test]
    fn a_flat_ring_names_its_owner() {
        let labels = vec!["Atlantis".to_owned()];
        let at = |lat, lon| LatLon { lat, lon };
        let error =
            shared_borders(&labels, &[vec![vec![at(0.0, 0.0), at(1.0, 1.0)]]], Contiguity::Rook, 1e-6).unwrap_err();
        assert!(error.to_string().contains("Atlantis"), "{error}");
    }
}
