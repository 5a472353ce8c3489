//! Moran, Geary and local Moran statistics against PySAL: esda 2.9.0, libpysal 4.14.1.
//!
//! Data: a 5 × 5 rook lattice (`libpysal.weights.lat2W(5, 5)`) with y_k = (37 k mod 23) / 2 + k / 10. Calls:
//! `esda.Moran(y, w, transformation)`, `esda.Geary(…)`, `esda.Moran_Local(y, w, transformation, permutations=99999)`.

use panel_core::geo::Adjacency;
use panel_spatial::association::{AssociationKind, GlobalTest, Quadrant, by_period, moran_scatter};
use panel_spatial::{Standardise, Weights, geary, local_moran, moran};

/// Largest relative difference.
fn worst(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).map(|(got, want)| (got / want - 1.0).abs()).fold(0.0, f64::max)
}

fn of_adjacency(n: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Weights {
    let labels: Vec<String> = (0..n).map(|i| i.to_string()).collect();
    Weights::from_adjacency(&labels, &Adjacency::from_pairs(n, pairs).unwrap()).unwrap()
}

fn by_row(weights: Weights) -> Weights {
    weights.standardised(Standardise::Row).unwrap()
}

fn values() -> Vec<f64> {
    (0..25).map(|k| f64::from((k * 37) % 23) / 2.0 + 0.1 * f64::from(k)).collect()
}

fn binary() -> Weights {
    let right = (0..25).filter(|k| k % 5 < 4).map(|k| (k, k + 1));
    of_adjacency(25, right.chain((0..20).map(|k| (k, k + 5))))
}

fn check(test: &GlobalTest, want: [f64; 6]) {
    let got = [
        test.statistic,
        test.variance_normal,
        test.variance_random.unwrap(),
        test.z_normal.unwrap(),
        test.z_random.unwrap(),
        test.p_random.unwrap(),
    ];
    assert!(worst(&got, &want) < 1e-11, "{got:?}\n{want:?}");
}

/// Where all are neighbours the statistics are the same for all values: no test, whatever rounding says.
#[test]
fn a_complete_graph_has_no_test() {
    for n in [3_usize, 4, 7, 12, 25] {
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
        let weights = of_adjacency(n, pairs);
        for weights in [weights.clone(), by_row(weights)] {
            for test in
                [moran(&values()[..n], &weights, 99, 1).unwrap(), geary(&values()[..n], &weights, 99, 1).unwrap()]
            {
                assert!((test.statistic - test.expected).abs() < 1e-12, "{test}");
                assert_eq!((test.variance_normal, test.z_normal, test.p_normal), (0.0, None, None), "{n}");
                assert_eq!((test.variance_random, test.p_random, test.permutation), (None, None, None), "{n}");
            }
        }
    }
}

#[test]
fn moran_and_geary() {
    let (y, w) = (values(), binary());
    let row = by_row(w.clone());
    check(
        &moran(&y, &row, 0, 0).unwrap(),
        [
            0.16733320432604445,
            0.02257122507122507,
            0.023487160088047018,
            1.3911323574747234,
            1.3637374409422967,
            0.17265021574567818,
        ],
    );
    check(
        &moran(&y, &w, 0, 0).unwrap(),
        [
            0.16463345804037932,
            0.02140090811965812,
            0.022257900183940017,
            1.4102086987948839,
            1.3827937096502454,
            0.16672812831017014,
        ],
    );
    let two_sided = |z: f64| 2.0 * (1.0 - normal(z.abs()));
    check(
        &geary(&y, &row, 0, 0).unwrap(),
        [
            0.8010836612268594,
            0.021333333333333294,
            0.02192972649906921,
            -1.361887072529859,
            -1.3432407217079463,
            two_sided(1.3432407217079463),
        ],
    );
    check(
        &geary(&y, &w, 0, 0).unwrap(),
        [
            0.8001193317422436,
            0.02346153846153846,
            0.02250947288555492,
            -1.3049460262202852,
            -1.3322573663073234,
            two_sided(1.3322573663073234),
        ],
    );
}

/// Distribution function of the standard normal by Simpson's rule.
fn normal(z: f64) -> f64 {
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let steps = 2000;
    let h = z / f64::from(steps);
    let sum: f64 = (0..=steps)
        .map(|k| {
            density(h * f64::from(k))
                * if k == 0 || k == steps {
                    1.0
                } else if k % 2 == 1 {
                    4.0
                } else {
                    2.0
                }
        })
        .sum();
    0.5 + sum * h / 3.0
}

#[test]
fn permutation_p_values_agree_within_chance() {
    let (y, w) = (values(), by_row(binary()));
    // 99 999 permutations on both sides: the standard error of a p near .1 is .001.
    let p = |test: GlobalTest| test.permutation.unwrap().p_one_sided;
    assert!((p(moran(&y, &w, 99_999, 1).unwrap()) - 0.0844).abs() < 0.005);
    assert!((p(geary(&y, &w, 99_999, 1).unwrap()) - 0.0891).abs() < 0.005);
    let want_p = [
        0.1294, 0.07656, 0.46363, 0.48798, 0.28403, 0.03575, 0.23626, 0.48142, 0.16898, 0.25485, 0.11763, 0.44795,
        0.2883, 0.05294, 0.12644, 0.25111, 0.31628, 0.11913, 0.31916, 0.04041, 0.44031, 0.39081, 0.46038, 0.06657,
        0.33256,
    ];
    let local = local_moran(&y, &w, 99_999, 1).unwrap();
    for (k, (local, want)) in local.iter().zip(want_p).enumerate() {
        let p = local.unwrap().permutation.unwrap().p_one_sided;
        // Ties at the statistic are counted on either side when values repeat: a little room beyond chance.
        assert!((p - want).abs() < 0.012, "{k}: {p} {want}");
    }
}

#[test]
fn local_statistics_and_quadrants() {
    let (y, w) = (values(), binary());
    let row = [
        1.2604992582080887,
        -0.12743856027865566,
        -0.09709604592659486,
        -0.060561181706766366,
        -0.13765593756047217,
        1.3607895246081407,
        -0.15878733148422883,
        -0.007693994710701175,
        0.4566935431851902,
        -0.014376572276333585,
        0.7637437915242211,
        -0.06241888666709671,
        -0.14740888860220602,
        0.9710456040766305,
        0.15488099077597892,
        0.3215068051344902,
        0.18875830484422362,
        -0.13231503579952267,
        0.24712120234793286,
        0.47894730052247975,
        -0.10026962523382568,
        0.13883248403534787,
        -0.00214668128749275,
        -1.0152151196542607,
        -0.2634380442495001,
    ];
    let binary = [
        2.5209985164161774,
        -0.382315680835967,
        -0.29128813777978474,
        -0.18168354512029913,
        -0.27531187512094435,
        4.0823685738244215,
        -0.6351493259369153,
        -0.0307759788428047,
        1.8267741727407607,
        -0.04312971682900076,
        2.2912313745726633,
        -0.24967554666838684,
        -0.5896355544088241,
        3.884182416306522,
        0.46464297232793683,
        0.9645204154034706,
        0.7550332193768945,
        -0.5292601431980907,
        0.9884848093917314,
        1.4368419015674394,
        -0.20053925046765136,
        0.41649745210604366,
        -0.006440043862478249,
        -3.0456453589627825,
        -0.5268760884990003,
    ];
    let quadrants = [3, 4, 2, 4, 2, 3, 4, 2, 1, 2, 3, 4, 2, 1, 1, 3, 1, 2, 1, 1, 2, 1, 4, 2, 4];
    for (weights, want) in [(by_row(w.clone()), row), (w, binary)] {
        let local = local_moran(&y, &weights, 0, 0).unwrap();
        let got: Vec<f64> = local.iter().map(|local| local.unwrap().statistic).collect();
        assert!(worst(&got, &want) < 1e-10);
        for (local, want) in local.iter().zip(quadrants) {
            let code = match local.unwrap().quadrant {
                Quadrant::HighHigh => 1,
                Quadrant::LowHigh => 2,
                Quadrant::LowLow => 3,
                Quadrant::HighLow => 4,
            };
            assert_eq!(code, want);
        }
    }
}

#[test]
fn missing_values_and_islands_are_counted() {
    let mut y = values();
    y[24] = f64::NAN;
    y[12] = f64::NAN;
    let test = moran(&y, &binary(), 199, 3).unwrap();
    assert_eq!((test.n, test.n_missing, test.islands), (23, 2, 0));
    let local = local_moran(&y, &binary(), 19, 3).unwrap();
    assert!(local[24].is_none() && local[0].is_some());
    assert!(moran(&[1.0; 25], &binary(), 0, 0).unwrap_err().to_string().contains("all values are equal"));
    let mut alone = vec![f64::NAN; 25];
    (0..3).for_each(|k| alone[k * 12] = k as f64);
    assert!(moran(&alone, &binary(), 0, 0).unwrap_err().to_string().contains("neighbours"));
    assert!(moran(&y[..3], &binary(), 0, 0).is_err());
}

#[test]
fn threads_do_not_matter() {
    let (y, w) = (values(), binary());
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (moran(&y, &w, 99, 5).unwrap(), local_moran(&y, &w, 99, 5).unwrap()))
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn the_scatter_plot_has_the_slope_of_moran() {
    let (y, w) = (values(), by_row(binary()));
    let points = moran_scatter(&y, &w).unwrap();
    let slope = points.iter().map(|point| point.z * point.lag).sum::<f64>() / 25.0;
    assert!((slope - moran(&y, &w, 0, 0).unwrap().statistic).abs() < 1e-13);
    let twice: Vec<f64> = y.iter().chain(&y).copied().collect();
    let tests = by_period(AssociationKind::Geary, &twice, &w, 9, 1).unwrap();
    assert_eq!((tests.len(), tests[0].statistic), (2, tests[1].statistic));
    assert!(by_period(AssociationKind::Lisa, &twice, &w, 9, 1).is_err());
}

/// Without its missing neighbour a row sums to 1 again.
#[test]
fn row_standardised_weights_are_normalised_anew_without_missing_values() {
    let w = by_row(of_adjacency(4, [(0, 1), (1, 2), (2, 3)]));
    let test = moran(&[1.0, 2.0, 6.0, f64::NAN], &w, 0, 0).unwrap();
    // z = -2, -1, 3; lags -1, 1/2, -1; I = (2 - 1/2 - 3)/14.
    assert!((test.statistic - -1.5 / 14.0).abs() < 1e-15, "{test}");
}
