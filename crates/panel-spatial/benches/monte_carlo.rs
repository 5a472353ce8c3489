//! Bias and coverage of the three approaches on the 279 cities: `cargo bench -p panel-spatial --bench monte-carlo [-- repetitions]`.
//! Seeded; the README of this folder has the table.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, reason = "a program that prints a table")]

mod made;

use made::{cities, normals};
use panel_spatial::{
    Approach, FixedEffects, Kernel, Model, Prepared, SpatialPanel, SpatialSpec, Standardise, Weights, fit,
};
use rayon::prelude::*;

const RHO: f64 = 0.3;
const PERIODS: usize = 8;

fn main() {
    let repetitions: usize = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(400);
    let (labels, points) = cities();
    let kernel =
        |exponent| Weights::from_kernel(&labels, &points, Kernel::Inverse { exponent }, Default::default(), None, None);
    println!(
        "279 cities x {PERIODS}, SAR, two regressors, two-way effects, rho = {RHO}, {repetitions} repetitions, 95 % intervals\n"
    );
    println!(
        "| W, row-standardised | approach | bias | sd | mean SE | coverage | at the bound |\n|---|---|---|---|---|---|---|"
    );
    for (name, weights) in
        [("1/d", kernel(1.0)), ("1/d²", kernel(2.0)), ("5 nearest", Weights::k_nearest(&labels, &points, 5))]
    {
        let weights = weights.and_then(|w| w.standardised(Standardise::Row)).expect("weights");
        table(name, &Prepared::new(&weights).expect("prepared"), repetitions);
    }
}

fn table(name: &str, prepared: &Prepared, repetitions: usize) {
    let n = prepared.weights().n();
    let cells = n * PERIODS;
    let (x1, x2) = (normals(cells, 21, 0), normals(cells, 21, 1));
    let (a, g) = (normals(n, 21, 2), normals(PERIODS, 21, 3));
    let mean: Vec<f64> = (0..cells).map(|row| x1[row] + 0.5 * x2[row] + a[row % n] + g[row / n]).collect();
    let stacked: Vec<f64> = (0..repetitions)
        .flat_map(|k| {
            normals(cells, 22, k as u64).into_iter().zip(&mean).map(|(e, m)| m + 0.5 * e).collect::<Vec<f64>>()
        })
        .collect();
    let outcomes = prepared.inverse_times(RHO, &stacked).expect("regular");
    let periods: Vec<String> = (0..PERIODS).map(|t| t.to_string()).collect();
    for approach in [Approach::Direct, Approach::Corrected, Approach::Transform] {
        let spec = SpatialSpec::new(Model::Sar).approach(approach);
        let found: Vec<Option<(f64, f64)>> = outcomes
            .par_chunks(cells)
            .map(|y| {
                let x: [(&str, &[f64]); 2] = [("x1", &x1), ("x2", &x2)];
                let panel =
                    SpatialPanel::stacked(prepared.weights().labels(), &periods, ("y", y), &x).expect("balanced");
                let got = fit(&panel, prepared, FixedEffects::TwoWay, &spec).ok()?.coefficient("rho").ok()?;
                Some((got.value, got.se))
            })
            .collect();
        let kept: Vec<(f64, f64)> = found.iter().flatten().copied().collect();
        let count = kept.len() as f64;
        let centre = kept.iter().map(|one| one.0).sum::<f64>() / count;
        let sd = (kept.iter().map(|one| (one.0 - centre).powi(2)).sum::<f64>() / count).sqrt();
        let se = kept.iter().map(|one| one.1).sum::<f64>() / count;
        let covered = kept.iter().filter(|one| (one.0 - RHO).abs() < 1.959_964 * one.1).count() as f64 / count;
        let lost = found.len() - kept.len();
        println!("| {name} | {approach:?} | {:.4} | {sd:.4} | {se:.4} | {covered:.3} | {lost} |", centre - RHO);
    }
}
