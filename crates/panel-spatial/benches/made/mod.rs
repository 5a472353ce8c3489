//! Weights and outcomes for benches.
#![allow(dead_code, reason = "each bench uses what it needs")]

use panel_core::geo::LatLon;
use panel_core::random::Stream;
use panel_spatial::{Prepared, SpatialPanel, Standardise, Weights};

/// The 279 cities of the sample: names and coordinates.
pub fn cities() -> (Vec<String>, Vec<Option<LatLon>>) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cities.csv");
    let text = std::fs::read_to_string(path).expect("fixtures/cities.csv");
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |name: &str| header.iter().position(|known| *known == name).expect("a column");
    let (name, lat, lon, used) = (place("name_zh"), place("lat"), place("lon"), place("in_279"));
    lines
        .map(|line| line.split(',').collect::<Vec<&str>>())
        .filter(|row| row[used] == "True")
        .map(|row| {
            let point =
                LatLon { lat: row[lat].parse().expect("a latitude"), lon: row[lon].parse().expect("a longitude") };
            (row[name].to_owned(), Some(point))
        })
        .unzip()
}

/// Rook neighbours on a square lattice, row-standardised.
pub fn lattice(side: usize) -> Weights {
    let labels: Vec<String> = (0..side * side).map(|i| format!("u{i}")).collect();
    let mut triplets = Vec::new();
    for i in 0..side * side {
        let (row, column) = (i / side, i % side);
        if column + 1 < side {
            triplets.extend([(i, i + 1, 1.0), (i + 1, i, 1.0)]);
        }
        if row + 1 < side {
            triplets.extend([(i, i + side, 1.0), (i + side, i, 1.0)]);
        }
    }
    Weights::from_triplets(&labels, &triplets).and_then(|w| w.standardised(Standardise::Row)).expect("weights")
}

/// The k nearest of n points spread evenly at random over ten degrees, row-standardised.
pub fn nearest(n: usize, k: usize) -> Weights {
    let labels: Vec<String> = (0..n).map(|i| format!("u{i}")).collect();
    let mut stream = Stream::new(7, 0);
    let points: Vec<Option<LatLon>> = (0..n)
        .map(|_| Some(LatLon { lat: 30.0 + 10.0 * stream.uniform(), lon: 110.0 + 10.0 * stream.uniform() }))
        .collect();
    Weights::k_nearest(&labels, &points, k).and_then(|w| w.standardised(Standardise::Row)).expect("weights")
}

/// Standard normal numbers (polar method).
pub fn normals(count: usize, seed: u64, unit: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, unit);
    let mut numbers = Vec::with_capacity(count + 1);
    while numbers.len() < count {
        let (u, v) = (2.0 * stream.uniform() - 1.0, 2.0 * stream.uniform() - 1.0);
        let s = u * u + v * v;
        if s > 0.0 && s < 1.0 {
            let scale = (-2.0 * s.ln() / s).sqrt();
            numbers.extend([u * scale, v * scale]);
        }
    }
    numbers.truncate(count);
    numbers
}

/// A panel that follows an SAR with two regressors, effects of units and of time.
pub fn outcome(prepared: &Prepared, t: usize, rho: f64, seed: u64) -> SpatialPanel {
    let n = prepared.weights().n();
    let (x1, x2, e) = (normals(n * t, seed, 0), normals(n * t, seed, 1), normals(n * t, seed, 2));
    let (a, g) = (normals(n, seed, 3), normals(t, seed, 4));
    let mean: Vec<f64> =
        (0..n * t).map(|row| x1[row] + 0.5 * x2[row] + a[row % n] + g[row / n] + 0.5 * e[row]).collect();
    let y = prepared.inverse_times(rho, &mean).expect("regular");
    let periods: Vec<String> = (0..t).map(|t| t.to_string()).collect();
    SpatialPanel::stacked(prepared.weights().labels(), &periods, ("y", &y), &[("x1", &x1), ("x2", &x2)])
        .expect("balanced")
}
