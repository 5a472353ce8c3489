//! A network of suppliers: nothing about it is symmetric, and its eigenvalue 0 is defective.
//!
//! The numbers are from NumPy 2: a scan of the concentrated likelihood over 40,000 values of ρ with `slogdet`, then
//! `scipy.optimize.brentq` on its derivative (xtol 1e-15). The data are this project's own.

use panel_spatial::{Approach, FixedEffects, Model, Prepared, SpatialPanel, SpatialSpec, Standardise, Weights, fit};

const W: [[f64; 9]; 9] = [
    [0.0, 0.0, 1.666, 0.0, 0.0, 1.093, 0.0, 0.395, 0.0],
    [0.868, 0.0, 1.315, 0.0, 0.0, 0.0, 0.0, 0.0, 0.945],
    [0.0, 0.0, 0.0, 1.122, 1.752, 0.0, 0.0, 0.0, 0.0],
    [1.954, 0.0, 0.0, 0.0, 0.0, 0.953, 0.0, 0.0, 0.0],
    [0.0, 0.66, 0.0, 1.579, 0.0, 0.0, 0.0, 1.947, 0.0],
    [0.0, 0.852, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.014, 0.0, 1.847, 0.0, 0.0, 1.872, 0.932],
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.394, 0.0, 0.0, 0.0],
    [0.0, 1.824, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
];

/// y, x and q of the nine units in 2010, 2011 and 2012.
const DATA: [[f64; 3]; 27] = [
    [-0.56727, 0.6857, -1.1021],
    [0.92839, 0.395, 0.521],
    [-1.09596, -0.8141, 2.4186],
    [-1.64641, -1.4925, -2.9056],
    [0.56346, -0.2331, -0.8846],
    [-1.80188, 0.7172, 1.2466],
    [0.23867, 1.0429, 0.249],
    [2.42212, 0.3477, -1.1116],
    [0.22403, -1.2846, 2.3434],
    [-4.10108, -0.8703, 0.7584],
    [-3.97405, -0.6706, 2.6454],
    [-0.90586, -0.4676, 2.1929],
    [1.16119, 0.0366, -0.9596],
    [-2.43567, -0.7436, 1.2302],
    [-1.11072, -0.3, 0.026],
    [0.31493, -0.207, -0.9701],
    [-1.2211, 0.2475, -0.5142],
    [-3.29472, -0.6616, 1.8624],
    [-4.13915, -1.5144, 1.1598],
    [-3.55059, -1.9203, 2.0817],
    [-2.77022, -1.1932, 2.7468],
    [-0.63101, 0.8972, -0.9708],
    [-1.43899, 0.385, 0.6327],
    [-1.93417, 0.5447, 0.4468],
    [-2.21367, -0.8135, 0.5047],
    [1.54895, 1.0988, -1.5285],
    [-2.85431, -0.8382, 1.0792],
];

fn weights(standardise: Standardise) -> Weights {
    let units: Vec<String> = (0..9).map(|i| format!("c0{i}")).collect();
    let triplets: Vec<(usize, usize, f64)> =
        (0..9).flat_map(|i| (0..9).map(move |j| (i, j, W[i][j]))).filter(|entry| entry.2 != 0.0).collect();
    Weights::from_triplets(&units, &triplets).and_then(|w| w.standardised(standardise)).expect("weights")
}

fn panel() -> SpatialPanel {
    let column = |k: usize| DATA.iter().map(|row| row[k]).collect::<Vec<f64>>();
    let times: Vec<String> = ["2010", "2011", "2012"].map(String::from).to_vec();
    let (y, x, q) = (column(0), column(1), column(2));
    SpatialPanel::stacked(weights(Standardise::None).labels(), &times, ("y", &y), &[("x", &x), ("q", &q)])
        .expect("balanced")
}

#[test]
fn the_highest_peak_is_found_where_zero_is_defective() {
    let spec = SpatialSpec::new(Model::Sar).approach(Approach::Direct);
    for (standardise, upper, rho, loglik, beta) in [
        (
            Standardise::MaxRow,
            2.234_117_777_256_4,
            -0.111_045_637_313_49,
            -42.148_705_622_37,
            [0.886_357_22, -0.355_534_13],
        ),
        (
            Standardise::None,
            0.394_372_070_124_7,
            -0.019_602_054_247_75,
            -42.148_705_622_37,
            [0.886_357_22, -0.355_534_13],
        ),
        (Standardise::Row, 1.0, 0.007_285_555_272_15, -42.178_564_829_97, [0.860_232_77, -0.370_587_88]),
    ] {
        let prepared = Prepared::new(&weights(standardise)).expect("prepared");
        // No real eigenvalue is negative: the lower bound is minus the upper one, as documented.
        let (low, high) = prepared.bounds();
        assert!((high - upper).abs() < 1e-12 && low == -high, "{standardise:?}: {low} {high}");
        let got = fit(&panel(), &prepared, FixedEffects::Time, &spec).expect("an estimate");
        assert!((got.rho().expect("a lag") - rho).abs() < 1e-12, "{standardise:?}: {:?}", got.rho());
        assert!((got.loglik.expect("a likelihood") - loglik).abs() < 1e-9, "{standardise:?}: {:?}", got.loglik);
        for (got, want) in got.coefficients.iter().zip(beta) {
            assert!((got - want).abs() < 1e-7, "{standardise:?}: {got} {want}");
        }
    }
}

#[test]
fn a_network_without_feedback_has_bounds_by_convention() {
    // 40 units in a chain, each supplied by the next but one, too: every eigenvalue is 0, and ln |I - rW| = 0 for all r.
    let units: Vec<String> = (0..40).map(|i| format!("u{i}")).collect();
    let place = |i: usize| (i * 7 + 3) % 40;
    let chain = (0..39).map(|i| (place(i), place(i + 1), 2.0));
    let triplets: Vec<(usize, usize, f64)> = chain.chain((0..38).map(|i| (place(i), place(i + 2), 1.0))).collect();
    let w = Weights::from_triplets(&units, &triplets).expect("weights");
    assert_eq!(Prepared::dense(&w).expect("prepared").bounds(), (-1.0 / 3.0, 1.0 / 3.0));
    assert_eq!(Prepared::products(&w).expect("prepared").bounds(), (-1.0 / 3.0, 1.0 / 3.0));
    assert!(w.standardised(Standardise::Spectral).is_err(), "no eigenvalue to divide by");
}
