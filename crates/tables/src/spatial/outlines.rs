//! Outlines that maps show behind their points: borders and coasts as lines of longitudes and latitudes.
//!
//! Polygons of `[[weights]]` need a name each, and one that no other has; what is only drawn needs none, and may be lines.

use panel_core::io::{SpatialFile, read_spatial};
use serde_json::Value;
use std::path::Path;

/// A line, or the ring of a polygon: (longitude, latitude) of its points.
pub(super) type Line = Vec<(f64, f64)>;

/// Reads the outlines of a file, of which `bytes` are the content: GeoJSON (a collection, a feature or a geometry, of
/// polygons and lines) or a shapefile of polygons.
///
/// # Errors
/// Words that say what is wrong with the file.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Vec<Line>, String> {
    let is = |wanted: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    if is("geojson") || is("json") {
        let root: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let mut lines = Vec::new();
        collect(&root, &mut lines)?;
        return if lines.is_empty() { Err("it has no polygon and no line".into()) } else { Ok(lines) };
    }
    match read_spatial(path, None).map_err(|error| error.to_string())? {
        SpatialFile::Polygons { polygons, .. } => {
            let rings = polygons.into_iter().flatten();
            Ok(rings.map(|ring| ring.iter().map(|at| (at.lon, at.lat)).collect()).collect())
        }
        SpatialFile::Weights { .. } => Err("it holds weights; polygons were expected".into()),
    }
}

/// The lines of an object of GeoJSON (RFC 7946); points are no outline and are passed over.
fn collect(object: &Value, lines: &mut Vec<Line>) -> Result<(), String> {
    let all = |key: &str, lines: &mut Vec<Line>| -> Result<(), String> {
        let members = object[key].as_array().ok_or_else(|| format!("no `{key}`"))?;
        members.iter().try_for_each(|member| collect(member, lines))
    };
    match object["type"].as_str() {
        Some("FeatureCollection") => all("features", lines),
        Some("GeometryCollection") => all("geometries", lines),
        // A feature may have no place.
        Some("Feature") if object["geometry"].is_null() => Ok(()),
        Some("Feature") => collect(&object["geometry"], lines),
        Some("Point" | "MultiPoint") => Ok(()),
        Some(kind @ ("LineString" | "Polygon" | "MultiLineString" | "MultiPolygon")) => {
            let depth = match kind {
                "LineString" => 0,
                "MultiPolygon" => 2,
                _ => 1,
            };
            nested(&object["coordinates"], depth, lines)
                .ok_or_else(|| format!("a {kind} whose coordinates are no numbers"))
        }
        Some(kind) => Err(format!("`{kind}` is no type of GeoJSON")),
        None => Err("no GeoJSON: an object without `type`".into()),
    }
}

/// Lines `depth` lists deep; `None` where a coordinate is no number.
fn nested(coordinates: &Value, depth: usize, lines: &mut Vec<Line>) -> Option<()> {
    let members = coordinates.as_array()?;
    if depth > 0 {
        return members.iter().try_for_each(|member| nested(member, depth - 1, lines));
    }
    let point = |point: &Value| Some((point[0].as_f64()?, point[1].as_f64()?));
    lines.push(members.iter().map(point).collect::<Option<Line>>()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<Vec<Line>, String> {
        read(Path::new("borders.geojson"), text.as_bytes())
    }

    /// Features without a name or with one and the same, lines, and features without a place.
    #[test]
    fn what_is_drawn_needs_no_name() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}},
            {"type":"Feature","properties":{"kind":"border"},"geometry":{"type":"LineString","coordinates":[[5,6],[7,8]]}},
            {"type":"Feature","properties":{"kind":"border"},"geometry":{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[2,2],[2,3]]]}},
            {"type":"Feature","properties":null,"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[0,2],[0,0]]],[[[9,9],[8,9],[9,8],[9,9]]]]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[3,3]}},
            {"type":"Feature","properties":{},"geometry":null}]}"#;
        let got = lines(text).expect("GeoJSON");
        assert_eq!(got.iter().map(Vec::len).collect::<Vec<_>>(), [4, 2, 2, 2, 4, 4]);
        assert_eq!((got[1].as_slice(), got[5][1]), ([(5.0, 6.0), (7.0, 8.0)].as_slice(), (8.0, 9.0)));
        assert_eq!(
            lines(r#"{"type":"LineString","coordinates":[[5,6],[7,8]]}"#),
            Ok(vec![vec![(5.0, 6.0), (7.0, 8.0)]])
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, reason) in [
            ("{", "EOF"),
            ("[]", "without `type`"),
            (r#"{"type":"FeatureCollection"}"#, "no `features`"),
            (r#"{"type":"Topology"}"#, "`Topology` is no type of GeoJSON"),
            (r#"{"type":"Polygon","coordinates":[[["a",0],[1,1]]]}"#, "a Polygon whose coordinates are no numbers"),
            (r#"{"type":"Point","coordinates":[0,0]}"#, "no polygon and no line"),
        ] {
            let error = lines(text).expect_err(reason);
            assert!(error.contains(reason), "{error}");
        }
    }
}
