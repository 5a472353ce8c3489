//! The kernel against row-by-row computations, and Anderson-Rubin against the formula.

use panel_core::distribution::{f_upper, t_quantile};
use panel_core::random::Stream;
use panel_multiverse::Error;
use panel_multiverse::declaration::Signs;
use panel_multiverse::joint::{Design, Effect, JointOptions, Plan, Problem, joint_tests};
use panel_multiverse::kernel::{
    Blocks, Df, Errors, Estimate, Estimator, Factor, Meat, Regression, Rows, SmallSample, Subsets, Term,
    estimate_subsets,
};

use crate::tools::close;

/// Columns of noise, clusters of unequal size; cluster 3 has no rows.
fn data(columns: usize) -> (Vec<Vec<f64>>, Vec<u32>) {
    let mut rng = Stream::new(11, 0);
    let cluster: Vec<u32> = (0..90_u32).map(|row| [0, 1, 1, 2, 4, 4, 4, 5, 6][row as usize % 9]).collect();
    let noise =
        (0..columns).map(|_| cluster.iter().map(|&g| rng.uniform() + 0.1 * f64::from(g) * rng.uniform()).collect());
    (noise.collect(), cluster)
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

#[test]
fn blocks_give_what_rows_give() {
    let (columns, cluster) = data(7);
    let all = slices(&columns);
    let (y, x) = all.split_at(1);
    let blocks = Blocks::new(x, y, &cluster, 7).unwrap();
    assert_eq!((blocks.clusters_present(), blocks.n_rows(), blocks.outcomes()), (6, 90, 1));
    let subsets = Subsets { outcome: 0, focal: vec![0, 1], fixed: vec![2], optional: vec![vec![3], vec![4, 5]] };
    for small in [SmallSample::clustered(1.0), SmallSample::iid(0.0)] {
        let found = estimate_subsets(&blocks, &subsets, &small).unwrap();
        for (bits, controls) in [vec![2], vec![2, 3], vec![2, 4, 5], vec![2, 3, 4, 5]].into_iter().enumerate() {
            let regression = Regression { outcome: 0, focal: vec![0, 1], controls };
            let k = regression.controls.len() + 2;
            let factor = 89.0 / (90.0 - k as f64 - 1.0) * 6.0 / 5.0;
            let meat = Meat { terms: vec![(factor, Term::Groups(&cluster, 7))], df: 5.0 };
            let got = found[bits].as_ref().unwrap();
            let by_rows = Rows { x, y }.fit(&regression, &[meat]).unwrap().remove(0);
            for (got, want) in got.b.iter().zip(&by_rows.b) {
                close("b", *got, *want, 1e-12);
            }
            if small.errors == Errors::Clustered {
                assert_eq!(got.df, 5.0);
                got.v.iter().zip(&by_rows.v).for_each(|(got, want)| close("V", *got, *want, 1e-12));
            } else {
                assert_eq!(got.df, 90.0 - k as f64);
            }
            assert_eq!(*got, Estimator::new(&blocks).fit(&regression, &small).unwrap());
        }
    }
}

// statsmodels-free arithmetic: four rows, one regressor, by hand. x = (1, 2, 3, 4), y = (1, 3, 2, 5): b = 33/30,
// u = (−.1, .8, −1.3, .6), s = x u / 30.
#[test]
fn covariances_by_hand() {
    let (x, y): ([f64; 4], [f64; 4]) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0]);
    let s = [-0.1 / 30.0, 1.6 / 30.0, -3.9 / 30.0, 2.4 / 30.0];
    let (one, other): ([u32; 4], [u32; 4]) = ([0, 0, 1, 1], [0, 1, 0, 1]);
    let regression = Regression { outcome: 0, focal: vec![0], controls: vec![] };
    let meats = [
        vec![(2.0, Term::Rows)],
        vec![(1.0, Term::Groups(&one, 2))],
        vec![(1.0, Term::Groups(&one, 2)), (1.5, Term::Groups(&other, 2)), (-1.0, Term::Rows)],
        vec![(1.0, Term::Lags(&[0, 1, 2, 3], 4, &[0.5]))],
        vec![(1.0, Term::Pairs(&[0, 1, 2, 3], 4, &[(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (3, 3, 1.0), (0, 3, 0.25)]))],
    ]
    .map(|terms| Meat { terms, df: 3.0 });
    let squares: f64 = s.iter().map(|s| s * s).sum();
    let groups = |a: [usize; 2], b: [usize; 2]| (s[a[0]] + s[a[1]]).powi(2) + (s[b[0]] + s[b[1]]).powi(2);
    let want = [
        2.0 * squares,
        groups([0, 1], [2, 3]),
        groups([0, 1], [2, 3]) + 1.5 * groups([0, 2], [1, 3]) - squares,
        squares + s[0] * s[1] + s[1] * s[2] + s[2] * s[3],
        squares + 0.5 * s[0] * s[3],
    ];
    let found = Rows { x: &[&x], y: &[&y] }.fit(&regression, &meats).unwrap();
    for (estimate, want) in found.iter().zip(want) {
        close("b", estimate.b[0], 1.1, 1e-14);
        close("V", estimate.v[0], want, 1e-14);
    }
}

#[test]
fn what_is_not_identified_is_said() {
    let (mut columns, cluster) = data(4);
    columns[2] = columns[1].iter().map(|x| 3.0 * x).collect();
    let all = slices(&columns);
    let (y, x) = all.split_at(1);
    let blocks = Blocks::new(x, y, &cluster, 7).unwrap();
    let fit = |focal: &[usize], controls: &[usize]| {
        let regression = Regression { outcome: 0, focal: focal.to_vec(), controls: controls.to_vec() };
        Estimator::new(&blocks).fit(&regression, &SmallSample::clustered(0.0))
    };
    assert_eq!(fit(&[0], &[1]).unwrap_err(), Error::NotIdentified { column: 0 });
    assert_eq!(fit(&[2], &[0, 1]).unwrap().dropped, 1, "a control that repeats another goes");
    assert!(matches!(fit(&[9], &[]).unwrap_err(), Error::Shape { .. }));
    let few = Blocks::new(&[&[1.0, 2.0]], &[&[1.0, 1.5]], &[0, 0], 1).unwrap();
    let regression = Regression { outcome: 0, focal: vec![0], controls: vec![] };
    let error = Estimator::new(&few).fit(&regression, &SmallSample::clustered(0.0)).unwrap_err();
    assert_eq!(error.to_string(), "2 rows in 1 clusters leave no degrees of freedom for 1 parameters");
    let error = Blocks::new(&[&[1.0, f64::NAN]], &[&[1.0, 2.0]], &[0, 0], 1).unwrap_err().to_string();
    assert_eq!(error, "regressor 0 in row 1 is NaN: expected a finite number");
    assert!(Blocks::new(&[&[1.0]], &[&[1.0, 2.0]], &[0, 0], 1).is_err());
    assert!(Blocks::new(&[&[1.0]], &[&[1.0]], &[4], 2).unwrap_err().to_string().contains("the cluster of row 0 is 4"));
}

#[test]
fn rules_are_numbers() {
    let (columns, cluster) = data(3);
    let all = slices(&columns);
    let blocks = Blocks::new(&all[1..], &all[..1], &cluster, 7).unwrap();
    let fit = |factor, df| {
        let small = SmallSample { absorbed: 0.0, factor, df, errors: Errors::Clustered };
        let regression = Regression { outcome: 0, focal: vec![0], controls: vec![1] };
        Estimator::new(&blocks).fit(&regression, &small).unwrap()
    };
    let one = fit(Factor::Constant(1.0), Df::Constant(11.0));
    let two = fit(Factor::Constant(2.0), Df::Residual);
    close("V", two.v[0], 2.0 * one.v[0], 1e-15);
    assert_eq!((one.df, two.df), (11.0, 88.0));
    let (value, se, t) =
        Estimate { b: vec![1.0, 2.0], v: vec![4.0, 1.0, 9.0], df: 5.0, dropped: 0 }.combination(&[1.0, -1.0]);
    assert_eq!((value, se, t), (-1.0, 11.0_f64.sqrt(), -1.0 / 11.0_f64.sqrt()));
}

/// Reduced forms of two outcomes on two instruments.
#[test]
fn anderson_rubin() {
    let (columns, cluster) = data(5);
    let all = slices(&columns);
    let blocks = [Blocks::new(&all[2..], &all[..2], &cluster, 7).unwrap()];
    let designs = [Design { blocks: 0, focal: vec![0, 1], controls: vec![2], range: None, sorted_x: vec![] }];
    let small = SmallSample::clustered(0.0);
    let target = |outcome| panel_multiverse::joint::Target { design: 0, outcome, effect: Effect::AndersonRubin, small };
    let targets = [target(0), target(1)];
    let panels = [vec![0, 1], vec![0, 0, 1]];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { draws: 199, ..JointOptions::default() };
    let plan = Plan::Wild { seed: 1, signs: Signs::Rademacher };
    let result = joint_tests(&problem, &plan, &options).unwrap();
    for (estimate, (statistic, _)) in result.estimates.iter().zip(&result.effects) {
        let (b, v) = (&estimate.b, &estimate.v);
        let determinant = v[0] * v[2] - v[1] * v[1];
        let wald = (b[0] * b[0] * v[2] - 2.0 * b[0] * b[1] * v[1] + b[1] * b[1] * v[0]) / determinant;
        close("AR", *statistic, 0.5 * wald, 1e-12);
    }
    let (first, second) = (result.effects[0].0, result.effects[1].0);
    close("T1", result.panels[0].median.observed, 0.5 * (first + second), 1e-12);
    close("T1", result.panels[1].median.observed, first, 1e-12);
    assert_eq!((result.panels[1].universes, result.panels[1].distinct), (3, 2));
    assert!(f_upper(first, 2.0, 5.0) < 1.0 && result.panels[0].share_u.is_none());
}

#[test]
fn directions() {
    let (columns, cluster) = data(4);
    let all = slices(&columns);
    let blocks = [Blocks::new(&all[1..], &all[..1], &cluster, 7).unwrap()];
    let designs = [Design { blocks: 0, focal: vec![0], controls: vec![1, 2], range: None, sorted_x: vec![] }];
    let small = SmallSample::clustered(0.0);
    let effect = Effect::Combination(vec![1.0]);
    let targets = [panel_multiverse::joint::Target { design: 0, outcome: 0, effect, small }];
    let panels = [vec![0]];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let run = |direction, plan: &Plan| {
        joint_tests(&problem, plan, &JointOptions { draws: 400, direction, ..JointOptions::default() }).unwrap()
    };
    use panel_multiverse::declaration::Direction::{Negative, Positive, Predominant};
    let plan = Plan::Wild { seed: 5, signs: Signs::Webb };
    let (both, up, down) = (run(Predominant, &plan), run(Positive, &plan), run(Negative, &plan));
    let t = up.effects[0].1;
    assert_eq!(up.panels[0].median.observed, -down.panels[0].median.observed);
    assert_eq!(both.panels[0].median.observed, up.effects[0].0.abs());
    close("one-sided p sum to one", up.panels[0].median.p + down.panels[0].median.p, 402.0 / 401.0, 1e-12);
    let significant = if t > t_quantile(0.1, 5.0) { 1.0 } else { 0.0 };
    assert_eq!(up.panels[0].share.observed, significant);
    // In a draw of one universe the one-sided share is 5 %, not 2.5 %.
    let share = up.draws[0].iter().map(|s| s.share).sum::<f64>() / 400.0;
    assert!((0.01..0.12).contains(&share), "{share}");
}

#[test]
fn draws_without_an_estimate_are_replaced_and_counted() {
    // x varies in cluster 0 only: a draw without it is useless.
    let cluster: Vec<u32> = (0..24).map(|row| row / 4).collect();
    let x: Vec<f64> = (0..24_u32).map(|row| if row < 4 { f64::from(row) - 1.5 } else { 0.0 }).collect();
    let mut rng = Stream::new(2, 0);
    let y: Vec<f64> = x.iter().map(|x| x + rng.uniform()).collect();
    let w: Vec<f64> = (0..24).map(|_| rng.uniform()).collect();
    let blocks = [Blocks::new(&[&x, &w], &[&y], &cluster, 6).unwrap()];
    let designs = [Design { blocks: 0, focal: vec![0], controls: vec![1], range: None, sorted_x: vec![] }];
    let effect = Effect::Combination(vec![1.0]);
    let small = SmallSample::clustered(0.0);
    let targets = [panel_multiverse::joint::Target { design: 0, outcome: 0, effect, small }];
    let panels = [vec![0]];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { draws: 300, ..JointOptions::default() };
    let result = joint_tests(&problem, &Plan::Pairs { seed: 1 }, &options).unwrap();
    // (5/6)⁶ = .335 of the draws lack it.
    let share = result.discarded as f64 / (300 + result.discarded) as f64;
    assert!((0.25..0.42).contains(&share), "{share}");
    let none = vec![vec![0.0, 1.0, 1.0, 1.0, 1.0, 2.0]; 9];
    let error = joint_tests(&problem, &Plan::GivenWeights(none), &options).unwrap_err();
    assert_eq!(error, Error::TooFewDraws { kept: 0, tried: 9, wanted: 300 });
}
