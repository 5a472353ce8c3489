//! Mediation: the identity, the three standard errors, instantaneous effects.

use faer::Mat;
use panel_fe::coefficients::Coefficients;
use panel_fe::mediation::{MediationSteps, mediate};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&s| s.to_owned()).collect()
}

// Sobel (1982) worked by hand: a = .8 (.2), b = .5 (.1).
fn stat(test: &panel_fe::TestOutcome) -> f64 {
    test.available().expect("positive").stat
}

#[test]
fn sobel_aroian_and_goodman_by_hand() {
    let (x, xm) = (names(&["x"]), names(&["x", "m"]));
    let (v1, v2) = (Mat::from_fn(1, 1, |_, _| 0.04), Mat::from_fn(2, 2, |i, j| if i == j { 0.01 } else { 0.0 }));
    let steps = MediationSteps {
        total: Coefficients::new(&x, &[0.7], v1.as_ref(), 97.0),
        mediator: Coefficients::new(&x, &[0.8], v1.as_ref(), 97.0),
        outcome: Coefficients::new(&xm, &[0.3, 0.5], v2.as_ref(), 96.0),
        common_sample: true,
    };
    let got = mediate(&steps, &["x"], "m").expect("known names");
    got.check_identity(1e-12).expect("0.7 = 0.3 + 0.8 * 0.5");
    let term = &got.terms[0];
    assert!((term.indirect - 0.4).abs() < 1e-15 && (term.share - 0.4 / 0.7).abs() < 1e-15);
    let plain: f64 = 0.64 * 0.01 + 0.25 * 0.04;
    assert!((stat(&term.sobel) - 0.4 / plain.sqrt()).abs() < 1e-13);
    assert!((stat(&term.aroian) - 0.4 / (plain + 0.0004).sqrt()).abs() < 1e-13);
    assert!((stat(&term.goodman) - 0.4 / (plain - 0.0004).sqrt()).abs() < 1e-13);
    let instant = got.instantaneous(123.0);
    assert!((instant.value - 0.4).abs() < 1e-15 && (instant.se - plain.sqrt()).abs() < 1e-14);
}

#[test]
fn instantaneous_effect_of_a_quadratic_and_a_broken_identity() {
    let (x, xm) = (names(&["x", "x^2"]), names(&["x", "x^2", "m"]));
    let v1 = Mat::from_fn(2, 2, |i, j| [[0.04, -0.01], [-0.01, 0.02]][i][j]);
    let v2 = Mat::from_fn(3, 3, |i, j| if i == j { 0.01 } else { 0.0 });
    let steps = MediationSteps {
        total: Coefficients::new(&x, &[0.7, 0.2], v1.as_ref(), 97.0),
        mediator: Coefficients::new(&x, &[0.8, -0.1], v1.as_ref(), 97.0),
        outcome: Coefficients::new(&xm, &[0.3, 0.3, 0.5], v2.as_ref(), 96.0),
        common_sample: true,
    };
    let got = mediate(&steps, &["x", "x^2"], "m").expect("known names");
    let at = got.instantaneous(2.0);
    assert!((at.value - (0.8 - 0.4) * 0.5).abs() < 1e-15);
    let variance = 0.25 * (0.04 + 16.0 * 0.02 - 8.0 * 0.01) + 0.16 * 0.01;
    assert!((at.se - f64::sqrt(variance)).abs() < 1e-14, "{}", at.se);
    let error = got.check_identity(1e-9).expect_err("0.2 is not 0.3 - 0.05");
    assert!(error.to_string().starts_with("x^2: "), "{error}");
    let apart = mediate(&MediationSteps { common_sample: false, ..steps }, &["x", "x^2"], "m").expect("known names");
    assert!(apart.check_identity(1.0).expect_err("no identity").to_string().contains("common sample"));
}
