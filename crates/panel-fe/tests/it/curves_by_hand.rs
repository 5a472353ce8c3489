//! Turning points, Fieller sets and U tests in numbers that can be followed by hand.

use faer::mat;
use panel_fe::turning_point::{FiellerSet, fieller, inverse_turning_point, turning_point};
use panel_fe::utest::Curve::{self, Inverse, Quadratic};
use panel_fe::utest::{Shape, UTestProblem, utest};

fn close(got: f64, want: f64) {
    assert!(got == want || (got - want).abs() < 1e-12 * want.abs().max(1.0), "{got} against {want}");
}

fn ends(set: FiellerSet) -> (f64, f64) {
    match set {
        FiellerSet::Interval { low, high } | FiellerSet::Complement { low, high } => (low, high),
        other => panic!("{other:?} has no ends"),
    }
}

/// T = 2, so that T²s are whole. q = c² - T²s_cc, p = ac - T²s_ac, ends (p ± √(p² - q(a² - T²s_aa)))/q.
#[test]
fn fieller_ends() {
    // q = 4 - 3, p = 6 - ½, d = 30.25 - 8: 5.5 ± √22.25.
    let set = fieller(3.0, 2.0, 0.25, 0.125, 0.75, 2.0);
    assert!(matches!(set, FiellerSet::Interval { .. }), "{set:?}");
    close(ends(set).0, 5.5 - 22.25_f64.sqrt());
    close(ends(set).1, 5.5 + 22.25_f64.sqrt());
    // q = 1 - 2, p = 3, d = 9 + 8: outside -3 ± √17.
    let set = fieller(3.0, 1.0, 0.25, 0.0, 0.5, 2.0);
    assert!(matches!(set, FiellerSet::Complement { .. }), "{set:?}");
    close(ends(set).0, -3.0 - 17.0_f64.sqrt());
    close(ends(set).1, -3.0 + 17.0_f64.sqrt());
    // q = 4 - 4: linear, 9 - 1 ≤ 2·5 r; for a = -3, 8 ≤ -14 r.
    let (low, high) = ends(fieller(3.0, 2.0, 0.25, 0.25, 1.0, 2.0));
    close(low, 0.8);
    assert_eq!(high, f64::INFINITY);
    let (low, high) = ends(fieller(-3.0, 2.0, 0.25, 0.25, 1.0, 2.0));
    assert_eq!(low, f64::NEG_INFINITY);
    close(high, -4.0 / 7.0);
    // A numerator known for certain, 2: q = 0.84, p = 2, d = 4 - 0.84·4: (2 ± 0.8)/0.84. A denominator, 2: (3 ± 1)/2.
    let (low, high) = ends(fieller(2.0, 1.0, 0.0, 0.0, 0.04, 2.0));
    close(low, 1.2 / 0.84);
    close(high, 2.8 / 0.84);
    let (low, high) = ends(fieller(3.0, 2.0, 0.25, 0.0, 0.0, 2.0));
    close(low, 1.0);
    close(high, 2.0);
    // What is not finite says nothing.
    for (a, c, s) in [(f64::INFINITY, 1.0, 0.1), (1.0, f64::INFINITY, 0.1), (1.0, 1.0, f64::INFINITY)] {
        assert_eq!(fieller(a, c, s, 0.0, s, 2.0), FiellerSet::WholeLine, "{a} {c} {s}");
    }
    assert_eq!(fieller(1.0, 1.0, 0.1, 0.0, -0.1, 2.0), FiellerSet::WholeLine);
    assert_eq!(fieller(1.0, 1.0, -0.1, 0.0, 0.1, 2.0), FiellerSet::WholeLine);
}

#[test]
fn what_a_set_holds() {
    let interval = FiellerSet::Interval { low: 1.0, high: 2.0 };
    assert_eq!([0.9, 1.0, 1.5, 2.0, 2.1].map(|x| interval.contains(x)), [false, true, true, true, false]);
    let rays = FiellerSet::Complement { low: 1.0, high: 2.0 };
    assert_eq!([0.9, 1.0, 1.5, 2.0, 2.1].map(|x| rays.contains(x)), [true, true, false, true, true]);
    assert!(FiellerSet::WholeLine.contains(0.0) && !FiellerSet::Empty.contains(0.0));
}

/// -4x + x²: turns at 2; gradient (-½, -2), variance ¼·¼ + 2·(½·2)·0.05 + 4·0.04 = 0.3225. The Fieller set solves
/// |b₁ + 2 b₂ x| = 1.96 √(s₁₁ + 4x s₁₂ + 4x² s₂₂); its ends by the quadratic formula in Python 3.11.
#[test]
fn a_parabola() {
    let v = mat![[0.25, 0.05], [0.05, 0.04]];
    let point = turning_point(-4.0, 1.0, v.as_ref(), f64::INFINITY, 0.95).expect("a squared term");
    let z = 1.959_963_984_540_054;
    close(point.estimate.value, 2.0);
    close(point.estimate.se, 0.3225_f64.sqrt());
    // Quantiles of the normal are good to 1e-10 (`distribution::tests::tails_agree_with_r`).
    let half = z * 0.3225_f64.sqrt();
    assert!((point.delta.0 - 2.0 + half).abs() < 1e-10 && (point.delta.1 - 2.0 - half).abs() < 1e-10, "{point:?}");
    assert!(matches!(point.fieller, FiellerSet::Interval { .. }));
    let (low, high) = ends(point.fieller);
    assert!((low - 1.176_227_699_259).abs() < 1e-9 && (high - 3.776_940_982_728).abs() < 1e-9, "{low} {high}");
    for x in [low, high] {
        let se = (0.25 + 4.0 * x * 0.05 + 4.0 * x * x * 0.04).sqrt();
        assert!(((-4.0 + 2.0 * x).abs() / (z * se) - 1.0).abs() < 1e-10, "{x}");
    }
    assert!(turning_point(-4.0, 0.0, v.as_ref(), 9.0, 0.95).is_err());
    assert!(turning_point(f64::NAN, 1.0, v.as_ref(), 9.0, 0.95).is_err());
    assert!(turning_point(-4.0, f64::NAN, v.as_ref(), 9.0, 0.95).is_err());
    assert!(turning_point(-4.0, 1.0, v.as_ref(), 9.0, 1.0).is_err());
    // A hump that turns at -3, below zero, whose squared term does not differ from zero.
    let flat = mat![[0.01, 0.0], [0.0, 1.0]];
    let point = turning_point(-6.0, -1.0, flat.as_ref(), f64::INFINITY, 0.95).expect("a squared term");
    close(point.estimate.value, -3.0);
    assert!(matches!(point.fieller, FiellerSet::Complement { .. }));
    let (low, high) = ends(point.fieller);
    assert!(low < high && point.fieller.contains(-3.0), "{low} {high}");
    for x in [low, high] {
        assert!(((-6.0 - 2.0 * x).abs() / (z * (0.01 + 4.0 * x * x).sqrt()) - 1.0).abs() < 1e-10, "{x}");
    }
}

/// 2x + 8/x: turns at √4; gradient (-x/(2b₁), x/(2b₂)) = (-½, ⅛), variance 0.0025 - 0.00025 + 0.00015625. The sets are
/// roots of those of b₂/b₁, the latter by the quadratic formula in Python 3.11.
#[test]
fn a_hyperbola() {
    let v = mat![[0.01, 0.002], [0.002, 0.01]];
    let run = |b1: f64, b2: f64, v: &faer::Mat<f64>| inverse_turning_point(b1, b2, v.as_ref(), f64::INFINITY, 0.95);
    let point = run(2.0, 8.0, &v).expect("an extremum");
    close(point.estimate.value, 2.0);
    close(point.estimate.se, 0.002_406_25_f64.sqrt());
    let within = |set: FiellerSet, low: f64, high: f64| {
        let (a, b) = ends(set);
        assert!((a - low).abs() < 1e-9 && (b == high || (b - high).abs() < 1e-9), "{set:?}");
    };
    assert!(matches!(point.fieller, FiellerSet::Interval { .. }));
    within(point.fieller, 1.910_147_157_524, 2.103_576_311_763);
    // b₁ does not differ from zero: b₂/b₁ beyond 13.49 or below -41.6, which no square is.
    let point = run(0.1, 4.0, &mat![[0.01, 0.0], [0.0, 0.01]]).expect("an extremum");
    assert!(matches!(point.fieller, FiellerSet::Interval { .. }));
    within(point.fieller, 3.672_760_202_205, f64::INFINITY);
    // Both ends of the gap are positive: 0.784 and 15.66.
    let point = run(1.9, 1.0, &mat![[1.0, 0.99], [0.99, 1.0]]).expect("an extremum");
    assert!(matches!(point.fieller, FiellerSet::Complement { .. }));
    within(point.fieller, 0.885_397_237_905, 3.957_269_724_192);
    // Neither differs from zero: any place right of it. b₂ does not: from 0.
    let point = run(0.1, 0.1, &mat![[0.01, 0.0], [0.0, 0.01]]).expect("an extremum");
    within(point.fieller, 0.0, f64::INFINITY);
    let point = run(2.0, 0.1, &mat![[0.01, 0.0], [0.0, 0.01]]).expect("an extremum");
    assert_eq!(ends(point.fieller).0, 0.0);
    assert!(ends(point.fieller).1.is_finite());
    for (b1, b2) in [(2.0, -8.0), (0.0, 8.0), (2.0, 0.0), (f64::NAN, 1.0)] {
        assert!(run(b1, b2, &v).is_err(), "{b1} {b2}");
    }
    assert!(inverse_turning_point(2.0, 8.0, v.as_ref(), 9.0, 0.0).is_err());
}

fn problem<'a>(b: (f64, f64), v: &'a faer::Mat<f64>, interval: (f64, f64), curve: Curve) -> UTestProblem<'a> {
    UTestProblem { linear: b.0, curved: b.1, covariance: v.as_ref(), interval, df: 20.0, curve, level: 0.95 }
}

/// Slopes b₁ + h b₂ with h = 2x or -1/x², variances s₁₁ + 2h s₁₂ + h² s₂₂; P(t(20) ≥ 1) = 0.164 628 3 (Student's table).
#[test]
fn end_slopes() {
    let v = mat![[0.25, 0.05], [0.05, 0.04]];
    let test = utest(&problem((-4.0, 1.0), &v, (1.0, 3.0), Quadratic)).expect("valid");
    assert_eq!(test.shape, Shape::U);
    // h = 2 and 6: slopes -2 and 2, variances 0.25 + 0.2 + 0.16 and 0.25 + 0.6 + 1.44.
    for (end, (at, slope, variance)) in test.ends.iter().zip([(1.0, -2.0, 0.61_f64), (3.0, 2.0, 2.29)]) {
        assert_eq!(end.at, at);
        close(end.slope, slope);
        close(end.se, variance.sqrt());
        close(end.t, slope / variance.sqrt());
    }
    // The weaker end decides.
    let overall = test.overall.available().expect("computed");
    close(overall.stat, 2.0 / 2.29_f64.sqrt());
    close(overall.p.expect("p"), test.ends[1].p);
    let test = utest(&problem((1.0, 1.0), &mat![[1.0, 0.0], [0.0, 0.0]], (0.0, 1.0), Quadratic)).expect("valid");
    assert!((test.ends[0].p - 0.164_628_3).abs() < 1e-7, "{}", test.ends[0].p);
    // h = -1/x²: -1 at 1, -1/16 at 4; slopes 2 - 8 and 2 - ½, variances 0.25 - 0.1 + 0.04 and
    // 0.25 - 0.00625 + 0.00015625.
    let test = utest(&problem((2.0, 8.0), &v, (1.0, 4.0), Inverse)).expect("valid");
    assert_eq!(test.shape, Shape::U);
    for (end, (slope, variance)) in test.ends.iter().zip([(-6.0, 0.19_f64), (1.5, 0.243_906_25)]) {
        close(end.slope, slope);
        close(end.se, variance.sqrt());
    }
}

/// Where the slopes agree in sign, the curvature names the shape, and there is no test.
#[test]
fn shapes_without_a_turn() {
    let v = mat![[0.01, 0.0], [0.0, 0.01]];
    let shape = |b, interval, curve| {
        let test = utest(&problem(b, &v, interval, curve)).expect("valid");
        (test.shape, test.overall.available().is_some())
    };
    assert_eq!(shape((1.0, 1.0), (1.0, 2.0), Quadratic), (Shape::U, false));
    assert_eq!(shape((-9.0, 1.0), (1.0, 2.0), Quadratic), (Shape::U, false));
    assert_eq!(shape((9.0, -1.0), (1.0, 2.0), Quadratic), (Shape::InverseU, false));
    assert_eq!(shape((4.0, -1.0), (1.0, 3.0), Quadratic), (Shape::InverseU, true));
    assert_eq!(shape((-4.0, 1.0), (1.0, 3.0), Quadratic), (Shape::U, true));
    // b₁x: no curvature is no U. A slope of 0 at one end is no turn.
    assert_eq!(shape((1.0, 0.0), (1.0, 2.0), Quadratic), (Shape::InverseU, false));
    assert_eq!(shape((-2.0, 1.0), (1.0, 3.0), Quadratic), (Shape::U, false));
    assert_eq!(shape((0.0, 0.0), (1.0, 3.0), Quadratic), (Shape::Flat, false));
    // b₂/x is convex right of 0 for b₂ > 0, and left of it for b₂ < 0.
    assert_eq!(shape((9.0, 1.0), (1.0, 2.0), Inverse), (Shape::U, false));
    assert_eq!(shape((-9.0, -1.0), (1.0, 2.0), Inverse), (Shape::InverseU, false));
    assert_eq!(shape((9.0, 1.0), (-2.0, -1.0), Inverse), (Shape::InverseU, false));
    assert_eq!(shape((-9.0, -1.0), (-2.0, -1.0), Inverse), (Shape::U, false));
    assert_eq!(shape((9.0, 0.0), (1.0, 2.0), Inverse), (Shape::InverseU, false));
    let reason = |b, v: &faer::Mat<f64>| {
        let test = utest(&problem(b, v, (1.0, 3.0), Quadratic)).expect("valid");
        test.overall.to_string()
    };
    assert!(reason((0.0, 0.0), &v).contains("flat"));
    assert!(reason((1.0, 1.0), &v).contains("outside the interval"));
    assert!(reason((-4.0, 1.0), &mat![[0.01, 0.02], [0.02, 0.01]]).contains("indefinite"));
}

#[test]
fn what_is_no_problem() {
    let v = mat![[0.01, 0.0], [0.0, 0.01]];
    let refused = |interval, curve| utest(&problem((-4.0, 1.0), &v, interval, curve)).is_err();
    for interval in [(1.0, 1.0), (2.0, 1.0), (f64::NEG_INFINITY, 1.0), (1.0, f64::INFINITY), (f64::NAN, 1.0)] {
        assert!(refused(interval, Quadratic), "{interval:?}");
    }
    for interval in [(0.0, 1.0), (-1.0, 0.0), (-1.0, 1.0)] {
        assert!(refused(interval, Inverse) && !refused(interval, Quadratic), "{interval:?}");
    }
    assert!(!refused((0.5, 1.0), Inverse) && !refused((-1.0, -0.5), Inverse));
    let wide = faer::Mat::<f64>::zeros(2, 3);
    assert!(
        utest(&UTestProblem { covariance: wide.as_ref(), ..problem((1.0, 1.0), &v, (0.0, 1.0), Quadratic) }).is_err()
    );
    assert!(utest(&UTestProblem { level: 1.0, ..problem((1.0, 1.0), &v, (0.0, 1.0), Quadratic) }).is_err());
}

/// y over x = 1, …, 9 by least squares: the test of an estimate is that of its coefficients over the range of its sample,
/// and the curved term must be the curve of the linear one.
#[test]
fn the_curve_of_an_estimate() {
    let x: Vec<f64> = (1..=9).map(f64::from).collect();
    let noise = [0.1, -0.2, 0.15, 0.05, -0.1, 0.2, -0.15, 0.1, -0.05];
    let names: Vec<String> = (0..9).map(|i| format!("u{i}")).collect();
    let column = |f: &dyn Fn(f64) -> f64| x.iter().map(|&x| f(x)).collect::<Vec<f64>>();
    let data = panel_core::Panel::builder("unit", "t")
        .keys(names, vec!["1".to_owned(); 9])
        .column("x", x.clone())
        .column("square", column(&|x| x * x))
        .column("inverse", column(&|x| 1.0 / x))
        .column("slip", column(&|x| if x == 4.0 { 16.001 } else { x * x }))
        .column("y", x.iter().zip(noise).map(|(x, e)| (x - 4.0).powi(2) + e).collect::<Vec<f64>>())
        .column("h", x.iter().zip(noise).map(|(x, e)| x + 9.0 / x + e).collect::<Vec<f64>>())
        .build()
        .expect("unique keys");
    let run = |formula: &str| panel_fe::fit(&data, formula, &panel_fe::Options::default(), None).expect("fits");
    for (formula, curved, curve) in [("y ~ x + square", "square", Quadratic), ("h ~ x + inverse", "inverse", Inverse)] {
        let estimate = run(formula);
        let got = estimate.utest("x", curved, curve, 0.9).expect("a curve");
        let place = |name: &str| estimate.names.iter().position(|n| n == name).expect("a term");
        let (i, j) = (place("x"), place(curved));
        let v = faer::Mat::from_fn(2, 2, |a, b| estimate.vcov[([i, j][a], [i, j][b])]);
        let b = (estimate.estimates[i], estimate.estimates[j]);
        let want =
            utest(&UTestProblem { level: 0.9, df: estimate.df_t, ..problem(b, &v, (1.0, 9.0), curve) }).expect("valid");
        assert_eq!((got.ends, got.shape, got.curve), (want.ends, Shape::U, curve));
        assert_eq!(got.turning_point.expect("a turn"), want.turning_point.expect("a turn"));
    }
    // The other curve, a slip of the data, and names that are not there.
    let estimate = run("y ~ x + square");
    let error = estimate.utest("x", "square", Inverse, 0.9).expect_err("no inverse").to_string();
    assert!(error.contains("`square` is not the inverse of `x`: where that is 2, it is 4"), "{error}");
    let error = run("y ~ x + slip").utest("x", "slip", Quadratic, 0.9).expect_err("a slip").to_string();
    assert!(error.contains("`slip` is not the square of `x`: where that is 4, it is 16.001"), "{error}");
    for (linear, curved) in [("z", "square"), ("x", "z")] {
        assert!(estimate.utest(linear, curved, Quadratic, 0.9).is_err());
    }
}

/// A millionth of the largest square is what a file may round off, no more.
#[test]
fn the_precision_of_a_file() {
    let x: Vec<f64> = (0..9).map(f64::from).collect();
    let test = |slip: f64| {
        let square: Vec<f64> = x.iter().map(|&x| if x == 0.0 { slip } else { x * x }).collect();
        let data = panel_core::Panel::builder("unit", "t")
            .keys((0..9).map(|i| format!("u{i}")).collect::<Vec<String>>(), vec!["1".to_owned(); 9])
            .column("x", x.clone())
            .column("square", square)
            .column("y", x.iter().map(|x| (x - 4.0).powi(2) + 0.1 * (7.0 * x).sin()).collect::<Vec<f64>>())
            .build()
            .expect("unique keys");
        let estimate = panel_fe::fit(&data, "y ~ x + square", &panel_fe::Options::default(), None).expect("fits");
        estimate.utest("x", "square", Quadratic, 0.9)
    };
    assert!(test(0.0).is_ok() && test(1e-6 * 64.0).is_ok());
    assert!(test(1.001e-6 * 64.0).is_err());
}
