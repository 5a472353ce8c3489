//! A spatial Durbin model on a ring of twelve places: effects, turning point, tests.
#![allow(clippy::print_stdout, reason = "an example prints")]

use panel_spatial::diagnostics::{likelihood_ratio, wald_to_sem};
use panel_spatial::{
    Effect, FixedEffects, Model, Prepared, Result, SpatialPanel, SpatialSpec, Standardise, Weights, fit,
};

fn main() -> Result<()> {
    let places: Vec<String> = (1..=12).map(|i| format!("place {i}")).collect();
    let years: Vec<String> = (2011..=2020).map(|year| year.to_string()).collect();
    let ring: Vec<(usize, usize, f64)> =
        (0..12).flat_map(|i| [(i, (i + 1) % 12, 1.0), (i, (i + 11) % 12, 1.0)]).collect();
    let weights = Weights::from_triplets(&places, &ring)?.standardised(Standardise::Row)?;
    let prepared = Prepared::new(&weights)?;
    // A curve in x that turns at 1 on the place's own outcome, passed on to neighbours with rho = 0.4.
    let x: Vec<f64> = (0..120).map(|row| 2.0 * (f64::from(row) * 12.9898).sin().abs()).collect();
    let x2: Vec<f64> = x.iter().map(|x| x * x).collect();
    let mean: Vec<f64> = (0..120)
        .map(|row| {
            let noise = (f64::from(row) * 78.233).sin();
            x2[row as usize] - 2.0 * x[row as usize] + f64::from(row % 12) + 0.2 * noise
        })
        .collect();
    let y = prepared.inverse_times(0.4, &mean)?;
    let panel = SpatialPanel::stacked(&places, &years, ("y", &y), &[("x", &x), ("x^2", &x2)])?;
    let sdm = fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sdm))?;
    println!("{sdm}");
    for effect in [Effect::Direct, Effect::Total] {
        let turn = sdm.turning_point("x", "x^2", effect, 0.95)?;
        let test = sdm.u_test("x", "x^2", effect, (0.0, 2.0))?;
        println!(
            "{effect:?} effect turns at {:.3} ({:?}), {:?} {:?}",
            turn.estimate.value, turn.fieller, test.shape, test.overall
        );
    }
    let sar = fit(&panel, &prepared, FixedEffects::TwoWay, &SpatialSpec::new(Model::Sar))?;
    for test in [likelihood_ratio(&sdm, &sar)?, wald_to_sem(&sdm)?] {
        println!("{}: {:.3}, df {}, p {:.3}", test.name, test.statistic, test.df, test.p);
    }
    Ok(())
}
