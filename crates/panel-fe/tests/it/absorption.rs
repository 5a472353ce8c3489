//! Absorption on the benchmark designs, with exact coefficients, and its properties.

#[path = "../../benches/designs/mod.rs"]
mod designs;

use designs::Design;
use panel_fe::absorb::{Absorber, FixedEffect, Settings};
use panel_fe::frame::{Frame, Variable};
use panel_fe::vcov::Groups;
use panel_fe::{Estimate, Options, fit_frame};
use proptest::prelude::*;

fn effect(codes: &[u32]) -> FixedEffect {
    let groups = Groups::new(codes);
    FixedEffect::intercepts(groups.codes().to_vec(), groups.count())
}

fn fit(design: &Design, effects: &[&str]) -> Estimate {
    let codes = |name: &str| match name {
        "indiv" => &design.indiv,
        "firm" => &design.firm,
        _ => &design.year,
    };
    let variable = |name: &str, values: &[f64]| Variable { name: name.into(), values: values.into() };
    let effects = effects.iter().map(|name| ((*name).to_owned(), effect(codes(name)))).collect();
    let x = vec![variable("x1", &design.x1), variable("x2", &design.x2)];
    let frame = Frame::from_columns(variable("y", &design.y), x, effects).expect("one length");
    fit_frame(frame, &Options::default()).expect("fits")
}

/// b of x1. The akm value is that of a dense pseudo-inverse, the others those of fereg 0.4.1 and within 0.4.0, which
/// agree to all printed digits.
#[test]
fn coefficients_of_the_designs() {
    let three = ["indiv", "year", "firm"];
    for (name, design, effects, want, digits) in [
        ("city", Design::city(), &["indiv", "year"][..], 1.011_403_448_6, 1e-10),
        ("simple", Design::simple(100_000), &["indiv", "year"], 0.996_359_441_1, 1e-10),
        ("simple", Design::simple(100_000), &three, 0.996_656_860_7, 1e-10),
        ("difficult", Design::difficult(100_000), &["indiv", "year"], 0.991_513_268_5, 1e-10),
        ("difficult", Design::difficult(100_000), &three, 0.996_852_360_0, 1e-10),
        ("akm", Design::akm(100_000), &["indiv", "year"], 0.997_274_080_2, 1e-10),
        ("akm", Design::akm(100_000), &three, 0.995_981_295_0, 1e-10),
        ("akm", Design::akm(100_000), &["indiv", "firm"], 0.994_429_238_165_3, 1e-13),
    ] {
        let estimate = fit(&design, effects);
        let b = estimate.estimates[0];
        assert!((b - want).abs() <= digits * 0.51 + 1e-13, "{name} {effects:?}: {b} against {want}");
        assert!(estimate.error_bound < 1e-10, "{name} {effects:?}: bound {:e}", estimate.error_bound);
    }
}

#[test]
fn connected_designs_have_the_rank_of_a_tree() {
    let design = Design::difficult(20_000);
    let estimate = fit(&design, &["indiv", "year", "firm"]);
    assert_eq!(estimate.dof.absorbed.rank, 2000 + 10 + 87 - 2);
    assert!(estimate.dof.absorbed.rank_exact);
}

/// Dense reference: residuals of least squares on all dummies, by modified Gram-Schmidt.
fn reference(columns: &[Vec<f64>], y: &[f64], weights: &[f64]) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(weights).map(|((a, b), w)| a * b * w).sum::<f64>();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let project = |basis: &[Vec<f64>], v: &mut Vec<f64>| {
        for _ in 0..2 {
            for q in basis {
                let share = dot(q, v);
                v.iter_mut().zip(q).for_each(|(v, q)| *v -= share * q);
            }
        }
    };
    for column in columns {
        let mut v = column.clone();
        let size = dot(&v, &v).sqrt();
        project(&basis, &mut v);
        let left = dot(&v, &v).sqrt();
        if left > 1e-9 * size {
            v.iter_mut().for_each(|v| *v /= left);
            basis.push(v);
        }
    }
    let mut residual = y.to_vec();
    project(&basis, &mut residual);
    residual
}

fn dummies(effect: &FixedEffect) -> Vec<Vec<f64>> {
    let indicator = |level: u32, slope: Option<&Vec<f64>>| -> Vec<f64> {
        let value = |(row, &code): (usize, &u32)| if code == level { slope.map_or(1.0, |s| s[row]) } else { 0.0 };
        effect.codes.iter().enumerate().map(value).collect()
    };
    let intercepts = (0..effect.levels as u32).filter(|_| effect.intercept).map(|level| indicator(level, None));
    let slopes = effect.slopes.iter().flat_map(|s| (0..effect.levels as u32).map(move |level| (level, s)));
    intercepts.chain(slopes.map(|(level, s)| indicator(level, Some(s))).collect::<Vec<_>>()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any number of effects, weights, slopes: the residuals are those of least squares on the dummies.
    #[test]
    fn residuals_are_those_of_dummies(
        n in 6_usize..40, f in 1_usize..4, sizes in prop::collection::vec(1_u32..9, 3),
        seeds in prop::collection::vec(0_u32..1000, 200), weighted: bool, slope: bool,
    ) {
        let pick = |i: usize| seeds[i % seeds.len()];
        let mut effects: Vec<FixedEffect> = (0..f)
            .map(|e| effect(&(0..n).map(|i| pick(i * (e + 3) + 7 * e) % sizes[e]).collect::<Vec<_>>()))
            .collect();
        if slope {
            effects[f - 1].slopes.push((0..n).map(|i| f64::from(pick(5 * i + 1)) / 100.0).collect());
        }
        let weights: Vec<f64> = (0..n).map(|i| if weighted { 0.5 + f64::from(pick(3 * i)) / 300.0 } else { 1.0 }).collect();
        let y: Vec<f64> = (0..n).map(|i| f64::from(pick(11 * i + 2)) / 50.0).collect();
        let all: Vec<Vec<f64>> = effects.iter().flat_map(dummies).collect();
        let want = reference(&all, &y, &weights);
        let absorber = Absorber::new(&effects, weighted.then_some(weights.as_slice()), Settings::default()).expect("sound");
        let mut got = y.clone();
        let report = absorber.residualize(&mut [got.as_mut_slice()]).expect("converges");
        let distance: f64 = got.iter().zip(&want).zip(&weights).map(|((a, b), w)| (a - b).powi(2) * w).sum::<f64>().sqrt();
        prop_assert!(distance <= 1e-10 + 10.0 * report[0].error, "{distance:e}, bound {:e}", report[0].error);
    }
}

#[test]
fn threads_change_no_bit() {
    let design = Design::simple(300_000);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| fit(&design, &["indiv", "year", "firm"]))
    };
    let (one, two) = (run(1), run(3));
    assert_eq!(one.estimates, two.estimates);
    assert_eq!(one.coef, two.coef);
    assert_eq!(one.residuals, two.residuals);
}
