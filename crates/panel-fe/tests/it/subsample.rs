//! Comparisons between subsamples, and binned scatters.

use faer::Mat;
use panel_fe::binscatter::{bin_indicators, binscatter};
use panel_fe::coefficients::Coefficients;
use panel_fe::subsample::{chow, equal_coefficients, pairwise, permutation_test};

#[test]
fn one_coefficient_is_the_familiar_z() {
    let names = vec!["x".to_owned()];
    let (v1, v2) = (Mat::from_fn(1, 1, |_, _| 0.09), Mat::from_fn(1, 1, |_, _| 0.16));
    let one = Coefficients::new(&names, &[1.0], v1.as_ref(), f64::INFINITY);
    let two = Coefficients::new(&names, &[0.0], v2.as_ref(), f64::INFINITY);
    let test = equal_coefficients(&one, &two, &["x"]).expect("known");
    let test = test.available().expect("regular");
    assert!((test.stat - 4.0).abs() < 1e-12 && (test.p.expect("p") - 0.045_500_263_896_358_4).abs() < 1e-9);
    let pairs = pairwise(&[one, two, one], &["x"]).expect("known");
    assert_eq!(pairs.iter().map(|p| (p.0, p.1)).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
    assert_eq!(pairs[1].2.available().expect("regular").stat, 0.0);
}

// Gujarati (2003), example 8.8 (US savings 1970-1995): RSS pooled 23248.30, parts 1785.032 and 10005.22, k = 2, n = 26:
// F = 10.69.
#[test]
fn chow_on_us_savings() {
    let test = chow(23248.30, [1785.032, 10005.22], 2, 22.0);
    let test = test.available().expect("computed");
    assert!((test.stat - 10.69).abs() < 0.005, "{test}");
    assert!(chow(1.0, [0.5, 0.5], 2, 0.0).available().is_none());
}

#[test]
fn permutations_of_a_difference_in_means() {
    let y: Vec<f64> = (0..40).map(|i| (f64::from(i) * 1.3).sin() + if i < 20 { 0.9 } else { 0.0 }).collect();
    let member: Vec<bool> = (0..40).map(|i| i < 20).collect();
    let difference = |m: &[bool]| {
        let mean = |side: bool| y.iter().zip(m).filter(|(_, m)| **m == side).map(|(y, _)| y / 20.0).sum::<f64>();
        Ok(mean(true) - mean(false))
    };
    let test = permutation_test(&member, 999, 5, difference).expect("two groups");
    assert!(test.p < 0.01 && test.failed == 0 && test.draws.len() == 999);
    // Under permutation the difference is centred, with the variance of sampling without replacement.
    let mean = test.draws.iter().sum::<f64>() / 999.0;
    let grand = y.iter().sum::<f64>() / 40.0;
    let variance = y.iter().map(|y| (y - grand).powi(2)).sum::<f64>() / 39.0;
    let sd = (test.draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 998.0).sqrt();
    assert!(mean.abs() < 0.05 && (sd / (variance / 10.0).sqrt() - 1.0).abs() < 0.06, "{mean} {sd}");
    assert_eq!(test, permutation_test(&member, 999, 5, difference).expect("two groups"));
    assert!(permutation_test(&[true, true], 9, 1, |_| Ok(0.0)).is_err());
}

#[test]
fn bins_have_equal_counts_and_the_slope_is_that_of_the_rows() {
    let x: Vec<f64> = (0..100).map(|i| f64::from((i * 37) % 100) - 49.5).collect();
    let y: Vec<f64> = x.iter().map(|x| 2.0 * x + (x * 0.9).sin()).collect();
    let plot = binscatter(&x, &y, (50.0, 3.0), None, 10).expect("varies");
    assert!(plot.bins.iter().all(|b| b.n == 10));
    assert!(plot.bins.windows(2).all(|w| w[0].x < w[1].x));
    let slope = x.iter().zip(&y).map(|(x, y)| x * y).sum::<f64>() / x.iter().map(|x| x * x).sum::<f64>();
    assert!((plot.slope - slope).abs() < 1e-12 && (plot.intercept - (3.0 - 50.0 * slope)).abs() < 1e-10);
    // Ties stay together: two values give two bins.
    let ties = bin_indicators(&[0.0, 0.0, 0.0, 1.0], 4).expect("varies");
    assert_eq!(ties, [0, 0, 0, 1]);
    assert!(bin_indicators(&[1.0, 1.0], 2).is_err() && bin_indicators(&[1.0, f64::NAN], 2).is_err());
}
