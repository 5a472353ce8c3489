//! Absorption on the benchmark designs, with exact coefficients, and its properties.

#[path = "../../benches/designs/mod.rs"]
mod designs;

use designs::Design;
use panel_fe::absorb::{Absorber, FixedEffect, Limits, Settings};
use panel_fe::frame::{Frame, Variable};
use panel_fe::vcov::Groups;
use panel_fe::{Estimate, Options, fit_frame};
use proptest::prelude::*;

fn effect(codes: &[u32]) -> FixedEffect {
    let groups = Groups::new(codes);
    FixedEffect::intercepts(groups.codes().to_vec(), groups.count())
}

fn fit(design: &Design, effects: &[&str]) -> Estimate {
    fit_with(design, effects, &Options::default())
}

fn fit_with(design: &Design, effects: &[&str], options: &Options) -> Estimate {
    fit_frame(frame(design, effects), options).expect("fits")
}

fn frame(design: &Design, effects: &[&str]) -> Frame {
    let codes = |name: &str| match name {
        "indiv" => &design.indiv,
        "firm" => &design.firm,
        _ => &design.year,
    };
    let variable = |name: &str, values: &[f64]| Variable { name: name.into(), values: values.into() };
    let effects = effects.iter().map(|name| ((*name).to_owned(), effect(codes(name)))).collect();
    let x = vec![variable("x1", &design.x1), variable("x2", &design.x2)];
    Frame::from_columns(variable("y", &design.y), x, effects).expect("one length")
}

/// Every way to solve for the effects besides the largest.
const LIMITS: [(&str, Limits); 4] = [
    ("dense", Limits { dense: 100_000, neighbors: 0, border: 0 }),
    ("banded", Limits { dense: 0, neighbors: usize::MAX, border: 100_000 }),
    ("bordered iteration", Limits { dense: 0, neighbors: 0, border: 100_000 }),
    ("stacked iteration", Limits { dense: 0, neighbors: 0, border: 0 }),
];

fn absorption(limits: Limits) -> Options {
    Options { absorption: Settings { limits, ..Settings::default() }, ..Options::default() }
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
        for (how, limits) in LIMITS {
            let settings = Settings { limits, ..Settings::default() };
            let absorber = Absorber::new(&effects, weighted.then_some(weights.as_slice()), settings).expect("sound");
            let mut got = y.clone();
            let report = absorber.residualize(&mut [got.as_mut_slice()]).expect("converges");
            let distance: f64 =
                got.iter().zip(&want).zip(&weights).map(|((a, b), w)| (a - b).powi(2) * w).sum::<f64>().sqrt();
            prop_assert!(distance <= 1e-10 + 10.0 * report[0].error, "{how}: {distance:e}, bound {:e}", report[0].error);
        }
    }

    /// The rank is that of the dummies, however it was found, and says so.
    #[test]
    fn ranks_are_those_of_dummies(
        n in 4_usize..60, f in 2_usize..5, sizes in prop::collection::vec(1_u32..9, 4),
        seeds in prop::collection::vec(0_u32..1000, 240), nested: bool,
    ) {
        let pick = |i: usize| seeds[i % seeds.len()];
        let mut effects: Vec<FixedEffect> = (0..f)
            .map(|e| effect(&(0..n).map(|i| pick(i * (e + 3) + 7 * e) % sizes[e]).collect::<Vec<_>>()))
            .collect();
        if nested {
            let parents: Vec<u32> = effects[0].codes.iter().map(|code| code / 2).collect();
            effects[f - 1] = effect(&parents);
        }
        let want = rank_of(&effects.iter().flat_map(dummies).collect::<Vec<_>>());
        for (how, limits) in LIMITS {
            let settings = Settings { limits, ..Settings::default() };
            let rank = Absorber::new(&effects, None, settings).expect("sound").rank();
            prop_assert!(rank.exact, "{how} does not know");
            prop_assert_eq!(rank.rank, want, "{}", how);
        }
    }
}

/// Rank by Gram-Schmidt.
fn rank_of(columns: &[Vec<f64>]) -> usize {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let mut v = column.clone();
        for _ in 0..2 {
            for q in &basis {
                let share = dot(q, &v);
                v.iter_mut().zip(q).for_each(|(v, q)| *v -= share * q);
            }
        }
        let left = dot(&v, &v).sqrt();
        if left > 1e-8 {
            v.iter_mut().for_each(|v| *v /= left);
            basis.push(v);
        }
    }
    basis.len()
}

/// Three effects whose null space is larger than components and constants tell: the third code is the sum of the other
/// two.
#[test]
fn a_null_vector_that_no_graph_shows_is_found() {
    // Rows (i, j, i + j): a_i = i, b_j = j, c_k = -k is a null vector.
    let (mut a, mut b, mut c) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..40_u32 {
        for j in [i % 7, (i * i) % 11, (3 * i + 1) % 13, 20 + i % 5] {
            a.push(i);
            b.push(j);
            c.push(i + j);
        }
    }
    let effects = [effect(&a), effect(&b), effect(&c)];
    let want = rank_of(&effects.iter().flat_map(dummies).collect::<Vec<_>>());
    let levels: usize = effects.iter().map(|effect| effect.levels).sum();
    assert!(want < levels - 2, "the panel has a third null vector");
    for (how, limits) in LIMITS {
        let settings = Settings { limits, ..Settings::default() };
        let rank = Absorber::new(&effects, None, settings).expect("sound").rank();
        assert!(rank.exact && rank.rank == want, "{how}: {rank:?}, {want}");
    }
}

/// Every method gives the coefficients of the direct one within the bounds they report, also at loose tolerances.
#[test]
fn reported_bounds_hold() {
    for (name, design, effects) in [
        ("simple", Design::simple(20_000), &["indiv", "year", "firm"][..]),
        ("difficult", Design::difficult(20_000), &["indiv", "year", "firm"]),
        ("akm", Design::akm(20_000), &["indiv", "firm"]),
        ("akm", Design::akm(20_000), &["indiv", "year", "firm"]),
    ] {
        let exact = fit_with(&design, effects, &absorption(LIMITS[0].1));
        assert!(exact.error_bound < 1e-12, "{name}: {:e}", exact.error_bound);
        for (how, limits) in LIMITS {
            for tolerance in [1e-10, 1e-6, 1e-3] {
                let mut options = absorption(limits);
                options.absorption.tolerance = tolerance;
                let estimate = fit_with(&design, effects, &options);
                for j in 0..2 {
                    let distance = (estimate.estimates[j] - exact.estimates[j]).abs();
                    let bound = estimate.error_bounds[j] + exact.error_bounds[j];
                    assert!(distance <= bound, "{name} {how} {tolerance:e}: {distance:e} beyond {bound:e}");
                }
                if tolerance < 1e-9 {
                    assert!(estimate.error_bound < 1e-10, "{name} {how}: {:e}", estimate.error_bound);
                    let b = estimate.estimates[0];
                    assert!((b / exact.estimates[0] - 1.0).abs() < 1e-10, "{name} {how}: {b}");
                }
            }
        }
    }
}

/// The same for two-stage least squares.
#[test]
fn reported_bounds_hold_with_instruments() {
    let design = Design::simple(20_000);
    let three = ["indiv", "year", "firm"];
    let with_instrument = || {
        let mut frame = frame(&design, &three);
        let endogenous = frame.exog.remove(0);
        let z: Vec<f64> = endogenous.values.iter().enumerate().map(|(i, x)| 0.3 * x + (i as f64 * 0.7).sin()).collect();
        frame.instruments = vec![Variable { name: "z".into(), values: z.into() }];
        frame.endog = vec![endogenous];
        frame
    };
    let exact = fit_frame(with_instrument(), &absorption(LIMITS[0].1)).expect("fits");
    assert!(exact.error_bound < 1e-11, "{:e}", exact.error_bound);
    for (how, limits) in LIMITS {
        for tolerance in [1e-10, 1e-6, 1e-3] {
            let mut options = absorption(limits);
            options.absorption.tolerance = tolerance;
            let estimate = fit_frame(with_instrument(), &options).expect("fits");
            for j in 0..2 {
                let distance = (estimate.estimates[j] - exact.estimates[j]).abs();
                let bound = estimate.error_bounds[j] + exact.error_bounds[j];
                assert!(distance <= bound, "{how} {tolerance:e}: {distance:e} beyond {bound:e}");
            }
        }
    }
}

/// The order of rows does not matter.
#[test]
fn permuted_rows_give_the_same_estimate() {
    for design in [Design::simple(30_000), Design::akm(30_000)] {
        let n = design.y.len();
        // A permutation: multiplication by a number prime to n.
        let step = (n / 3..).find(|step| gcd(*step, n) == 1).expect("there is one");
        let order: Vec<usize> = (0..n).map(|i| i * step % n).collect();
        let codes = |codes: &[u32]| order.iter().map(|&row| codes[row]).collect::<Vec<u32>>();
        let values = |values: &[f64]| order.iter().map(|&row| values[row]).collect::<Vec<f64>>();
        let shuffled = Design {
            indiv: codes(&design.indiv),
            firm: codes(&design.firm),
            year: codes(&design.year),
            x1: values(&design.x1),
            x2: values(&design.x2),
            y: values(&design.y),
        };
        for effects in [&["indiv"][..], &["indiv", "year"], &["indiv", "year", "firm"]] {
            for vcov in ["iid", "hc1", "cluster:indiv"] {
                let options = Options { vcov: vcov.parse().expect("known"), ..Options::default() };
                let (a, b) = (fit_with(&design, effects, &options), fit_with(&shuffled, effects, &options));
                for (a, b) in a.coef.iter().zip(&b.coef) {
                    assert!((a.estimate / b.estimate - 1.0).abs() < 1e-11, "{effects:?} {vcov}: {a:?} {b:?}");
                    assert!((a.se / b.se - 1.0).abs() < 1e-9, "{effects:?} {vcov}: {a:?} {b:?}");
                }
                assert_eq!(a.dof, b.dof);
            }
        }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[test]
fn threads_change_no_bit() {
    let designs =
        [("simple", Design::simple(300_000)), ("difficult", Design::difficult(300_000)), ("akm", Design::akm(300_000))];
    for (name, design) in &designs {
        for (effects, vcov) in [
            (&["indiv"][..], "hc1"),
            (&["indiv", "year"], "cluster:indiv"),
            (&["indiv", "firm"], "iid"),
            (&["indiv", "year", "firm"], "cluster:firm"),
        ] {
            let options = Options { vcov: vcov.parse().expect("known"), ..Options::default() };
            let run = |threads: usize| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
                pool.install(|| fit_with(design, effects, &options))
            };
            let (one, three) = (run(1), run(3));
            assert_eq!(one.estimates, three.estimates, "{name} {effects:?}");
            assert_eq!(one.coef, three.coef, "{name} {effects:?}");
            assert_eq!(one.residuals(), three.residuals(), "{name} {effects:?}");
            assert_eq!(one.error_bounds, three.error_bounds, "{name} {effects:?}");
        }
    }
}
