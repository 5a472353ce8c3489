//! Moderated turning points: the paper's own numbers, and derivatives taken numerically.

use faer::Mat;
use panel_fe::coefficients::Coefficients;
use panel_fe::moderation::Moderation;
use panel_fe::turning_point::FiellerSet;

fn names() -> Vec<String> {
    ["Va", "Va^2", "Va:Infra", "Va^2:Infra"].map(str::to_owned).to_vec()
}

fn example(names: &[String], b: &[f64; 4], v: &Mat<f64>) -> Moderation {
    let coefficients = Coefficients::new(names, b, v.as_ref(), 1800.0);
    Moderation::new(&coefficients, "Va", "Va^2", "Va:Infra", Some("Va^2:Infra")).expect("known names")
}

/// A covariance that is no diagonal.
fn covariance() -> Mat<f64> {
    let root = Mat::from_fn(4, 4, |i, j| if i >= j { 0.02 / (1.0 + (i + 2 * j) as f64) } else { 0.0 });
    &root * root.transpose()
}

// Cheng & Wang, Table 8 (3), as printed: Va -.843 (.441), Va_sq .585 (.287), Va x Infra .180 (.086), Va_sq x Infra
// -.121 (.057). The covariances were not printed: the standard errors below count the coefficients as independent.
#[test]
fn the_published_table() {
    let names = names();
    let b = [-0.843, 0.585, 0.180, -0.121];
    let se = [0.441, 0.287, 0.086, 0.057];
    let v = Mat::from_fn(4, 4, |i, j| if i == j { se[i] * se[i] } else { 0.0 });
    let m = example(&names, &b, &v);
    // The numerator of the shift is negative, as the paper says, and nowhere near significant, which it does not say.
    let numerator = m.shift_numerator();
    assert!((numerator.value - (0.102003 - 0.105300)).abs() < 1e-12 && numerator.se > 0.05, "{numerator:?}");
    let test = m.shift_numerator_test();
    let test = test.available().expect("computed");
    assert!(test.p.expect("p") > 0.9 && test.df == 1800.0);
    // The flattening is: -.121/.057 = 2.12.
    let flattening = m.curvature_test();
    assert!((flattening.available().expect("computed").stat + 0.121 / 0.057).abs() < 1e-12);
    assert!(m.shift_test(4.0).available().expect("computed").p.expect("p") > 0.5);
    // The U flips within the range of Infra.
    let (flip, _) = m.flip(0.95).expect("level").expect("x^2 z is in the model");
    assert!((flip.value - 4.83).abs() < 0.01, "{flip:?}");
    assert!((m.at(0.0).turning_point.value - 0.72).abs() < 0.005);
    assert!(m.at(4.0).curvature.value > 0.0 && m.at(5.0).curvature.value < 0.0);
    // The shift of the turning point at a sample value, against the derivative taken by hand.
    assert!((m.at(4.0).shift.value - (-0.003297 / (2.0 * (0.585 - 0.484_f64).powi(2)))).abs() < 1e-12);
}

#[test]
fn gradients_are_the_numerical_derivatives() {
    let (b, v, names) = ([-0.4, 0.3, 0.08, -0.05], covariance(), names());
    let z = 1.7;
    let at = example(&names, &b, &v).at(z);
    let point = |b: &[f64; 4], z: f64| -(b[0] + b[2] * z) / (2.0 * (b[1] + b[3] * z));
    assert!((at.turning_point.value - point(&b, z)).abs() < 1e-14);
    let h = 1e-5;
    let slope = (point(&b, z + h) - point(&b, z - h)) / (2.0 * h);
    assert!((at.shift.value / slope - 1.0).abs() < 1e-8, "{} {slope}", at.shift.value);
    // Delta-method standard errors from numerical gradients of the functions themselves.
    let se = |f: &dyn Fn(&[f64; 4]) -> f64| -> f64 {
        let g: Vec<f64> = (0..4)
            .map(|k| {
                let (mut up, mut down) = (b, b);
                up[k] += h;
                down[k] -= h;
                (f(&up) - f(&down)) / (2.0 * h)
            })
            .collect();
        (0..4).flat_map(|i| (0..4).map(move |j| (i, j))).map(|(i, j)| g[i] * g[j] * v[(i, j)]).sum::<f64>().sqrt()
    };
    let shift = |b: &[f64; 4]| (b[0] * b[3] - b[1] * b[2]) / (2.0 * (b[1] + b[3] * z).powi(2));
    assert!((at.turning_point.se / se(&|b| point(b, z)) - 1.0).abs() < 1e-7);
    assert!((at.shift.se / se(&shift) - 1.0).abs() < 1e-7);
    assert!((at.curvature.se / se(&|b| 2.0 * (b[1] + b[3] * z)) - 1.0).abs() < 1e-7);
    let example = example(&names, &b, &v);
    assert!((example.shift_numerator().se / se(&|b| b[0] * b[3] - b[1] * b[2]) - 1.0).abs() < 1e-7);
    let (flip, set) = example.flip(0.95).expect("level").expect("x^2 z is in the model");
    assert!((flip.value - 6.0).abs() < 1e-12 && set.contains(6.0));
}

#[test]
fn johnson_neyman_ends_are_where_the_t_statistic_is_critical() {
    let (b, names) = ([-0.4, 0.3, 0.08, -0.05], names());
    let v = covariance() * faer::Scale(0.05);
    let example = example(&names, &b, &v);
    let critical = panel_core::distribution::t_critical(0.95, 1800.0);
    let FiellerSet::Interval { low, high } = example.johnson_neyman_slope(0.5, 0.95).expect("level") else {
        panic!("expected an interval");
    };
    for z in [low, high] {
        assert!((example.slope(0.5, z).t().abs() / critical - 1.0).abs() < 1e-8);
    }
    let middle = example.slope(0.5, 0.5 * (low + high));
    assert!(middle.t().abs() < critical);
    let Some(FiellerSet::Interval { low, high }) = example.johnson_neyman_curvature(0.95).expect("level") else {
        panic!("expected an interval");
    };
    for z in [low, high] {
        assert!((example.at(z).curvature.t().abs() / critical - 1.0).abs() < 1e-8);
    }
}

#[test]
fn without_the_squared_interaction_the_shift_is_constant() {
    let (names, v) = (names(), covariance());
    let b = [-0.4, 0.3, 0.08, 0.0];
    let coefficients = Coefficients::new(&names, &b, v.as_ref(), f64::INFINITY);
    let m = Moderation::new(&coefficients, "Va", "Va^2", "Va:Infra", None).expect("known names");
    for z in [-3.0, 0.0, 5.0] {
        assert!((m.at(z).shift.value - -0.08 / 0.6).abs() < 1e-14);
    }
    assert!(m.curvature_test().available().is_none());
    assert!(m.curvature_change().is_none() && m.flip(0.95).expect("level").is_none());
    // A curvature that does not depend on z has no region in it.
    assert_eq!(m.johnson_neyman_curvature(0.95).expect("level"), None);
}
