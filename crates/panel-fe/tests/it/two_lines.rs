//! The two-lines test: finds a U where there is one, and none where only the curvature says so.

use faer::Mat;
use panel_fe::two_lines::{TwoLinesProblem, two_lines};
use panel_fe::utest::{Curve, Shape, UTestProblem, utest};
use panel_fe::vcov::{Meat, Structure};

fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0
    }
}

fn sample(f: impl Fn(f64) -> f64, spread: f64) -> (Vec<f64>, Vec<f64>) {
    let mut e = noise(99);
    let x: Vec<f64> = (0..400).map(|_| 5.0 + 5.0 * e()).collect();
    let y = x.iter().map(|&x| f(x) + spread * e()).collect();
    (x, y)
}

fn run(x: &[f64], y: &[f64]) -> panel_fe::two_lines::TwoLines {
    let meat = Meat::new(Structure::Independent);
    let constant = Mat::from_fn(x.len(), 1, |_, _| 1.0);
    let n = x.len() as f64;
    let problem = TwoLinesProblem {
        y,
        x,
        controls: constant.as_ref(),
        absorb: None,
        absorbed: 0.0,
        meat: &meat,
        homoskedastic: false,
        multiplier: n / (n - 4.0),
        df: n - 4.0,
    };
    two_lines(&problem).expect("regular")
}

#[test]
fn a_parabola_is_a_u_with_the_break_at_its_vertex() {
    let (x, y) = sample(|x| (x - 4.0).powi(2), 3.0);
    let got = run(&x, &y);
    assert_eq!(got.shape, Shape::U);
    assert!((got.extreme - 4.0).abs() < 0.6, "{got:?}");
    assert!(got.flat.0 <= got.breakpoint && got.breakpoint <= got.flat.1 && (got.breakpoint - 4.0).abs() < 1.0);
    assert!(got.left.slope < 0.0 && got.right.slope > 0.0);
    assert!(got.test.available().expect("opposite signs").p.expect("p") < 1e-6);
    let (x, y) = sample(|x| -(x - 6.0).abs(), 1.0);
    let got = run(&x, &y);
    assert_eq!(got.shape, Shape::InverseU);
    assert!(
        (got.breakpoint - 6.0).abs() < 0.5
            && (got.left.slope - 1.0).abs() < 0.1
            && (got.right.slope + 1.0).abs() < 0.15
    );
}

// Simonsohn's argument: for a logarithm the quadratic regression can turn inside the data and be "significant".
#[test]
fn a_logarithm_is_no_inverse_u() {
    let (x, y) = sample(|x| 3.0 * (x + 0.05).ln(), 0.1);
    let got = run(&x, &y);
    assert!(got.test.available().is_none() || got.test.available().expect("checked").p.expect("p") > 0.05, "{got:?}");
    assert!(got.left.slope > 0.0 && got.left.t > 10.0);
    // The quadratic form in the same data says inverse U.
    let n = x.len();
    let design = Mat::from_fn(n, 3, |i, j| x[i].powi(j as i32));
    let inverse = {
        use faer::linalg::solvers::Solve;
        (design.transpose() * &design).partial_piv_lu().solve(Mat::<f64>::identity(3, 3))
    };
    let target = Mat::from_fn(n, 1, |i, _| y[i]);
    let b = &inverse * (design.transpose() * &target);
    let u = &target - &design * &b;
    let s2 = u.squared_norm_l2() / (n as f64 - 3.0);
    let v = Mat::from_fn(2, 2, |i, j| s2 * inverse[(i + 1, j + 1)]);
    let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
    let quadratic = utest(&UTestProblem {
        linear: b[(1, 0)],
        curved: b[(2, 0)],
        covariance: v.as_ref(),
        interval: (low, high),
        df: n as f64 - 3.0,
        curve: Curve::Quadratic,
        level: 0.95,
    })
    .expect("valid");
    assert_eq!(quadratic.shape, Shape::InverseU);
    assert!(quadratic.overall.available().expect("turns inside").p.expect("p") < 0.05, "{quadratic:?}");
}

#[test]
fn absorbed_effects_equal_dummies() {
    let mut e = noise(7);
    let n = 240;
    let unit = |i: usize| i % 8;
    let x: Vec<f64> = (0..n).map(|i| 3.0 * e() + unit(i) as f64 * 0.3).collect();
    let y: Vec<f64> = (0..n).map(|i| (x[i] - 1.0).powi(2) + 4.0 * unit(i) as f64 + 2.0 * e()).collect();
    let meat = Meat::new(Structure::Independent);
    let dummies = Mat::from_fn(n, 8, |i, j| f64::from(u8::from(unit(i) == j)));
    let none = Mat::<f64>::zeros(n, 0);
    let demean = |m: &Mat<f64>| {
        let mut out = m.clone();
        for j in 0..m.ncols() {
            for u in 0..8 {
                let rows: Vec<usize> = (0..n).filter(|&i| unit(i) == u).collect();
                let mean = rows.iter().map(|&i| m[(i, j)]).sum::<f64>() / rows.len() as f64;
                for &i in &rows {
                    out[(i, j)] -= mean;
                }
            }
        }
        Ok(out)
    };
    let base = TwoLinesProblem {
        y: &y,
        x: &x,
        controls: dummies.as_ref(),
        absorb: None,
        absorbed: 0.0,
        meat: &meat,
        homoskedastic: false,
        multiplier: 1.0,
        df: 229.0,
    };
    let one = two_lines(&base).expect("regular");
    let two = two_lines(&TwoLinesProblem { controls: none.as_ref(), absorb: Some(&demean), absorbed: 8.0, ..base })
        .expect("regular");
    assert!(
        (one.left.slope - two.left.slope).abs() < 1e-9 && (one.right.t - two.right.t).abs() < 1e-8,
        "{one:?} {two:?}"
    );
    assert_eq!(one.shape, Shape::U);
    assert!((one.breakpoint - 1.0).abs() < 0.7);
    let empty = Mat::<f64>::zeros(3, 0);
    let short = TwoLinesProblem {
        y: &y[..3],
        x: &[1.0, 2.0, 3.0],
        controls: empty.as_ref(),
        absorb: None,
        absorbed: 0.0,
        meat: &meat,
        homoskedastic: false,
        multiplier: 1.0,
        df: 1.0,
    };
    assert!(two_lines(&short).expect_err("too few").to_string().contains("five"));
}

/// Under iid errors the lines have the standard errors of least squares, σ²(X'X)⁻¹, at their break.
#[test]
fn conventional_errors_are_those_of_least_squares() {
    use panel_fe::{Options, Panel, Singletons, fit};
    let (x, y) = sample(|x| (x - 1.0).powi(2), 0.5);
    let label = |i: usize| i.to_string();
    let rows = || (0..x.len()).map(label).collect::<Vec<_>>();
    let build = |columns: &[(&str, Vec<f64>)]| {
        let builder = Panel::builder("unit", "t").keys(rows(), vec!["1".to_owned(); x.len()]);
        columns.iter().fold(builder, |b, (name, v)| b.column(*name, v.clone())).build().expect("unique")
    };
    let options =
        |vcov: &str| Options { vcov: vcov.parse().expect("known"), singletons: Singletons::Keep, ..Options::default() };
    let curve = build(&[("y", y.clone()), ("x", x.clone())]);
    let two = fit(&curve, "y ~ x + x^2", &options("iid"), None).expect("fits").two_lines("x", None).expect("runs");
    let c = two.breakpoint;
    let lines = |left_owns: bool| {
        let right = |x: f64| if left_owns { x > c } else { x >= c };
        let column = |f: &dyn Fn(f64) -> f64| x.iter().map(|&x| f(x)).collect::<Vec<f64>>();
        let data = build(&[
            ("y", y.clone()),
            ("left", column(&|x| if right(x) { 0.0 } else { x - c })),
            ("right", column(&|x| if right(x) { x - c } else { 0.0 })),
            ("step", column(&|x| f64::from(u8::from(right(x))))),
        ]);
        fit(&data, "y ~ left + right + step", &options("iid"), None).expect("fits")
    };
    for (line, owns, name) in [(two.left, true, "left"), (two.right, false, "right")] {
        let want = lines(owns).coefficient(name).expect("there").clone();
        assert!((line.slope / want.estimate - 1.0).abs() < 1e-9, "{line:?} {want:?}");
        assert!((line.se / want.se - 1.0).abs() < 1e-9, "{line:?} {want:?}");
    }
}

/// The method of an estimate: absorbed units equal their dummies, and the range of the U test is that of the sample.
#[test]
fn an_estimate_tests_its_own_shape() {
    use panel_core::Panel;
    use panel_fe::{Error, Options, Singletons, fit};
    let (x, mut y) = sample(|x| (x - 1.0).powi(2), 0.5);
    let unit = |i: usize| i * 8 / x.len();
    y.iter_mut().enumerate().for_each(|(i, y)| *y += unit(i) as f64);
    let labels = |f: &dyn Fn(usize) -> usize| (0..x.len()).map(|i| f(i).to_string()).collect::<Vec<_>>();
    let mut builder = Panel::builder("unit", "t")
        .keys(labels(&unit), labels(&|i| i))
        .column("y", y)
        .column("x", x.clone())
        .column("w", (0..x.len()).map(|i| (i as f64 * 0.3).sin()).collect::<Vec<f64>>());
    for u in 1..8 {
        let dummy: Vec<f64> = (0..x.len()).map(|i| f64::from(u8::from(unit(i) == u))).collect();
        builder = builder.column(format!("d{u}"), dummy);
    }
    let data = builder.build().expect("unique");
    let options = Options { vcov: "hc1".parse().expect("known"), singletons: Singletons::Keep, ..Options::default() };
    let absorbed = fit(&data, "y ~ x + x^2 + w | unit", &options, None).expect("fits");
    let dummies: Vec<String> = (1..8).map(|u| format!("d{u}")).collect();
    let explicit = fit(&data, &format!("y ~ x + x^2 + w + {}", dummies.join(" + ")), &options, None).expect("fits");
    let (a, b) = (absorbed.two_lines("x", None).expect("runs"), explicit.two_lines("x", None).expect("runs"));
    for (a, b) in [(a.left, b.left), (a.right, b.right)] {
        assert!((a.slope / b.slope - 1.0).abs() < 1e-7 && (a.t / b.t - 1.0).abs() < 1e-7, "{a:?} {b:?}");
        assert!((a.p / b.p - 1.0).abs() < 1e-4, "{a:?} {b:?}");
    }
    assert_eq!(a.shape, Shape::U);
    let test = absorbed.utest("x", "x^2", Curve::Quadratic, 0.95).expect("a quadratic");
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(test.ends[0].at, low);
    assert!(test.overall.available().is_some_and(|test| test.p.is_some_and(|p| p < 0.01)), "{test}");
    assert!(test.to_string().contains("Fieller"), "{test}");
    assert!(matches!(absorbed.two_lines("z", None), Err(Error::UnknownOption { .. })));
}
