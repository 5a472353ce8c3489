//! Small, missing, wrong.

use crate::support::worst;
use panel_core::geo::{DistanceMatrix, LatLon, Metric};
use panel_core::{InputError, Keys};
use va_index::{
    Employment, Error, Form, Geography, Kernel, Normalization, OwnDistance, VaSpec, location_quotient,
    virtual_agglomeration,
};

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).to_vec()
}

fn at(lat: f64, lon: f64) -> Option<LatLon> {
    Some(LatLon { lat, lon })
}

#[test]
fn a_missing_city_gives_nothing_and_is_reported() {
    let (entities, times) = (names(["a", "b", "c"]), names(["2019", "2020"]));
    let data = Employment::new(
        Keys::new(&[0, 0, 1, 1, 2, 2], &[0, 1, 0, 1, 0, 1], &entities, &times).unwrap(),
        &[10.0, 10.0, 20.0, f64::NAN, 30.0, 30.0],
        &[100.0; 6],
    );
    let km = DistanceMatrix::from_square(&entities, &[0.0, 10.0, 20.0, 10.0, 0.0, 40.0, 20.0, 40.0, 0.0]).unwrap();
    let index = virtual_agglomeration(&data, &Geography::Matrix(&km), None, &VaSpec::default()).unwrap();
    // 2019: share .2, quotients .5, 1, 1.5. 2020: share .2 of a and c alone, quotients .5, -, 1.5.
    let nan = f64::NAN;
    assert!(worst(&index.location_quotient, &[0.5, 0.5, 1.0, nan, 1.5, 1.5]) < 1e-15);
    assert!(worst(&index.spillover, &[0.175, 0.075, 0.0875, 0.0875, 0.05, 0.025]) < 1e-15);
    assert!(worst(&index.va, &[0.675, 0.575, 1.0875, nan, 1.55, 1.525]) < 1e-15);
    assert_eq!(index.diagnostics.len(), 1);
    assert!(index.diagnostics[0].message.contains("b 2020"), "{:?}", index.diagnostics);
    assert_eq!(index.ranking(), [4, 5, 2, 0, 1]);
}

#[test]
fn row_weights_keep_the_whole_set() {
    // The row sums belong to all three cities, also in a period without b.
    let (entities, times) = (names(["a", "b", "c"]), names(["2020"]));
    let data = Employment::new(Keys::new(&[0, 2], &[0, 0], &entities, &times).unwrap(), &[10.0, 30.0], &[100.0, 100.0]);
    let km = DistanceMatrix::from_square(&entities, &[0.0, 10.0, 20.0, 10.0, 0.0, 40.0, 20.0, 40.0, 0.0]).unwrap();
    let spec = VaSpec { form: Form::Spillover, normalization: Normalization::Row, ..VaSpec::default() };
    let index = virtual_agglomeration(&data, &Geography::Matrix(&km), None, &spec).unwrap();
    assert!(worst(&index.va, &[1.5 * 0.05 / 0.15, 0.5 * 0.05 / 0.075]) < 1e-15);
}

#[test]
fn normalisations_and_own_rules_by_hand() {
    let (entities, times) = (names(["a", "b"]), names(["2020"]));
    let data = Employment::new(Keys::new(&[0, 1], &[0, 0], &entities, &times).unwrap(), &[10.0, 30.0], &[100.0, 100.0]);
    let km = DistanceMatrix::from_square(&entities, &[0.0, 50.0, 50.0, 0.0]).unwrap();
    let areas = [900.0 * std::f64::consts::PI, 3600.0 * std::f64::consts::PI];
    let run = |normalization, own| {
        let spec = VaSpec { normalization, own, ..VaSpec::default() };
        virtual_agglomeration(
            &data,
            &Geography::Matrix(&km),
            (own == Some(OwnDistance::Radius)).then_some(&areas[..]),
            &spec,
        )
        .unwrap()
    };
    // Quotients .5 and 1.5; w = .02; eigenvalues ±.02 (bipartite), row sums .02.
    for normalization in [Normalization::Row, Normalization::Spectral, Normalization::MinMax] {
        assert!(worst(&run(normalization, None).va, &[2.0, 2.0]) < 1e-12, "{normalization:?}");
    }
    // Own distances ⅔·30 = 20 and ⅔·60 = 40, weights .05 and .025.
    let raw = run(Normalization::Raw, Some(OwnDistance::Radius));
    assert!(worst(&raw.va, &[0.5 * 0.05 + 1.5 * 0.02, 1.5 * 0.025 + 0.5 * 0.02]) < 1e-14);
    let row = run(Normalization::Row, Some(OwnDistance::Radius));
    assert!(worst(&row.va, &[(0.5 * 0.05 + 1.5 * 0.02) / 0.07, (1.5 * 0.025 + 0.5 * 0.02) / 0.045]) < 1e-14);
    // Largest eigenvalue of [[.05, .02], [.02, .025]]: .0375 + √(.0125² + .02²).
    let spectral = run(Normalization::Spectral, Some(OwnDistance::Radius));
    let lambda = 0.0375 + 0.0125f64.hypot(0.02);
    assert!(worst(&spectral.va, &[raw.va[0] / lambda, raw.va[1] / lambda]) < 1e-11);
}

#[test]
fn one_city_and_one_period() {
    let (entities, times) = (names(["a"]), names(["2020"]));
    let data = Employment::new(Keys::new(&[0], &[0], &entities, &times).unwrap(), &[3.0], &[9.0]);
    let index = virtual_agglomeration(&data, &Geography::Points(&[at(30.0, 110.0)]), None, &VaSpec::default()).unwrap();
    assert_eq!((index.va[0], index.spillover[0]), (1.0, 0.0));
    assert_eq!(index.diagnostics[0].code, "no-neighbour");
    let spec = VaSpec { normalization: Normalization::Spectral, ..VaSpec::default() };
    assert!(matches!(
        virtual_agglomeration(&data, &Geography::Points(&[at(30.0, 110.0)]), None, &spec),
        Err(Error::Specification(_))
    ));
}

#[test]
fn errors_name_what_is_wrong() {
    let (entities, times) = (names(["Beijing", "Tianjin"]), names(["2020"]));
    let data = Employment::new(Keys::new(&[0, 1], &[0, 0], &entities, &times).unwrap(), &[1.0, 2.0], &[9.0, 9.0]);
    let run = |points: &[Option<LatLon>], spec: &VaSpec| {
        virtual_agglomeration(&data, &Geography::Points(points), None, spec).unwrap_err().to_string()
    };
    let good = [at(39.9, 116.4), at(39.1, 117.2)];
    let one_place = run(&[at(39.9, 116.4), at(39.9, 116.4)], &VaSpec::default());
    assert!(one_place.contains("`Beijing` and `Tianjin` are 0 m apart") && one_place.contains("min_km"), "{one_place}");
    assert!(
        run(&[at(116.4, 39.9), at(39.1, 117.2)], &VaSpec::default())
            .contains("`Beijing`: latitude 116.4, longitude 39.9")
    );
    assert!(run(&good, &VaSpec { unit_km: 0.0, ..VaSpec::default() }).contains("unit_km = 0"));
    assert!(run(&good, &VaSpec { kernel: Kernel::KNearest { k: 0 }, ..VaSpec::default() }).contains("k = 0"));
    assert!(run(&good, &VaSpec { own: Some(OwnDistance::Radius), ..VaSpec::default() }).contains("area"));
    assert!(run(&good[..1], &VaSpec::default()).contains("points has length 1, expected 2"));
    let km = DistanceMatrix::from_square(&entities, &[0.0, 0.0, 5.0, 0.0]).unwrap();
    let error = virtual_agglomeration(&data, &Geography::Matrix(&km), None, &VaSpec::default()).unwrap_err();
    assert!(matches!(error, Error::ZeroDistance { .. }), "{error}");

    let negative = Employment::new(data.keys, &[-1.0, 2.0], data.total).named("it", "emp");
    let error = location_quotient(&negative).unwrap_err().to_string();
    assert!(
        error.contains("Beijing") && error.contains("2020") && error.contains("-1") && error.contains("`it`"),
        "{error}"
    );
    assert!(matches!(
        Keys::new(&[0, 0], &[0, 0], &entities, &times).map_err(Error::from),
        Err(Error::Input(InputError::DuplicateKey { .. }))
    ));
    let short = Employment::new(data.keys, data.sector, &[1.0]);
    assert!(matches!(location_quotient(&short), Err(Error::Input(InputError::LengthMismatch { .. }))));
}

#[test]
fn coincident_cities_are_fine_where_the_weight_is_finite() {
    let (entities, times) = (names(["a", "b"]), names(["2020"]));
    let data = Employment::new(Keys::new(&[0, 1], &[0, 0], &entities, &times).unwrap(), &[1.0, 1.0], &[9.0, 9.0]);
    let points = [at(1.0, 1.0), at(1.0, 1.0)];
    for spec in [
        VaSpec { min_km: Some(10.0), ..VaSpec::default() },
        VaSpec { kernel: Kernel::Exponential { scale_km: 10.0 }, ..VaSpec::default() },
    ] {
        let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap();
        assert!(index.va[0].is_finite() && index.va[0] > 1.0);
    }
}

/// 180 and -180, a pole's longitudes, 0 and -0, and a centimetre: one place, unless a smallest distance is given.
#[test]
fn one_place_in_two_spellings_is_refused() {
    let (entities, times) = (names(["A", "B", "C"]), names(["2020"]));
    let keys = Keys::new(&[0, 1, 2], &[0, 0, 0], &entities, &times).unwrap();
    let data = Employment::new(keys, &[10.0, 20.0, 30.0], &[100.0, 100.0, 400.0]);
    for (a, b) in [
        (at(30.0, 110.0), at(30.0, 110.0)),
        (at(-16.5, 180.0), at(-16.5, -180.0)),
        (at(90.0, 0.0), at(90.0, 120.0)),
        (at(-0.0, 5.0), at(0.0, 5.0)),
        (at(30.0, 110.0), at(30.0, 110.000_000_1)),
        (at(30.0, 110.0), at(30.0, 110.001)),
    ] {
        let points = [a, b, at(31.0, 111.0)];
        for metric in [Metric::default(), Metric::Geodesic] {
            let run = |spec: &VaSpec| virtual_agglomeration(&data, &Geography::Points(&points), None, spec);
            let error = run(&VaSpec { metric, ..VaSpec::default() }).unwrap_err();
            let Error::TooNear { ref first, ref second, km, share } = error else { panic!("{error}") };
            assert!((first.as_str(), second.as_str()) == ("A", "B") && km < 0.1 && share > 0.99, "{error}");
            assert!(error.to_string().contains("set min_km"), "{error}");
            let floored = run(&VaSpec { metric, min_km: Some(5.0), ..VaSpec::default() }).unwrap();
            // 2 · LQ of B: (20/100) / (60/600) = 2, over 5 km.
            assert!(floored.va[0] > 1.0 + 2.0 / 5.0 && floored.va[0] < 1.0 + 2.0 / 5.0 + 0.1, "{:?}", floored.va);
            let remark = &floored.diagnostics[0];
            assert!(remark.code == "near-pair" && remark.message.contains("min_km = 5"), "{remark}");
        }
    }
    // Half a kilometre is let through and remarked on with its share: 2 / 0.5 of 1 + 4 + what C gives.
    let points = [at(0.0, 0.0), at(0.0, 0.5f64 / 111.195_08), at(1.0, 1.0)];
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &VaSpec::default()).unwrap();
    let message = &index.diagnostics[0].message;
    assert!(
        message.starts_with("`A` and `B` are 500 m apart: `B` makes 79.9 % of the index of `A` in 2020"),
        "{message}"
    );
}

/// Issue 15: five points in a line, the largest eigenvalue of their chain is 2 cos(π/6) = √3.
#[test]
fn the_spectral_scaling_of_a_chain_is_exact() {
    let (entities, times) = (names(["a", "b", "c", "d", "e"]), names(["2020"]));
    let keys = Keys::new(&[0, 1, 2, 3, 4], &[0; 5], &entities, &times).unwrap();
    let data = Employment::new(keys, &[1.0, 2.0, 3.0, 4.0, 5.0], &[10.0; 5]);
    let points: Vec<_> = (0..5).map(|k| at(0.0, 0.4 * f64::from(k))).collect();
    let run = |normalization| {
        let spec = VaSpec { kernel: Kernel::Threshold { km: 60.0 }, normalization, ..VaSpec::default() };
        virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap().spillover
    };
    let scaled: Vec<f64> = run(Normalization::Raw).iter().map(|x| x / 3f64.sqrt()).collect();
    assert!(worst(&run(Normalization::Spectral), &scaled) < 1e-12);
}

/// Great circle, tree, sweep, matrix and geodesic take different roads to the same sums.
#[test]
fn every_road_leads_to_the_same_sums() {
    let n = 400;
    let entities: Vec<String> = (0..n).map(|i| format!("{i}")).collect();
    let times = names(["1", "2"]);
    let points: Vec<Option<LatLon>> = (0..n)
        .map(|i| at(20.0 + 25.0 * (i as f64 * 0.618).fract(), 80.0 + 45.0 * (i as f64 * 0.755).fract()))
        .collect();
    let entity: Vec<u32> = (0..2 * n).map(|row| (row % n) as u32).collect();
    let time: Vec<u32> = (0..2 * n).map(|row| (row / n) as u32).collect();
    let sector: Vec<f64> = (0..2 * n).map(|row| 1.0 + (row % 13) as f64).collect();
    let total: Vec<f64> = (0..2 * n).map(|row| 20.0 + (row % 7) as f64).collect();
    let data = Employment::new(Keys::new(&entity, &time, &entities, &times).unwrap(), &sector, &total);
    let known: Vec<LatLon> = points.iter().flatten().copied().collect();
    for metric in [Metric::default(), Metric::GreatCircle { radius_km: 6371.0 }, Metric::Geodesic] {
        let matrix = DistanceMatrix::between(&known, metric);
        for (kernel, cutoff_km) in [
            (Kernel::default(), None),
            (Kernel::default(), Some(100.0)),
            (Kernel::default(), Some(1500.0)),
            (Kernel::Inverse { exponent: 2.0 }, None),
            (Kernel::Gaussian { bandwidth_km: 100.0 }, Some(250.0)),
            (Kernel::Threshold { km: 120.0 }, None),
            (Kernel::KNearest { k: 5 }, None),
        ] {
            let spec = VaSpec { kernel, cutoff_km, metric, form: Form::Spillover, ..VaSpec::default() };
            let by_points = virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap();
            let plain = VaSpec { metric: Metric::default(), ..spec };
            let by_matrix = virtual_agglomeration(&data, &Geography::Matrix(&matrix), None, &plain).unwrap();
            let gap = worst(&by_points.va, &by_matrix.va);
            assert!(gap < 1e-11, "{metric:?} {kernel:?} {cutoff_km:?}: {gap:e}");
        }
    }
}

/// Σ_j w_ij q_j under weights of 1 up to `km`, for as many places as are given; quotients of 2 for the even ones and of 0
/// for the odd ones, which are equally many.
fn partners_within(points: &[Option<LatLon>], metric: Metric, km: f64) -> Vec<f64> {
    let n = points.len();
    let (entities, times) = ((0..n).map(|i| format!("c{i}")).collect::<Vec<_>>(), names(["2020"]));
    let codes: Vec<u32> = (0..n as u32).collect();
    let sector: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 20.0 } else { 0.0 }).collect();
    let (time, total) = (vec![0; n], vec![100.0; n]);
    let data = Employment::new(Keys::new(&codes, &time, &entities, &times).unwrap(), &sector, &total);
    let spec = VaSpec { form: Form::Spillover, kernel: Kernel::Threshold { km }, metric, ..VaSpec::default() };
    virtual_agglomeration(&data, &Geography::Points(points), None, &spec).unwrap().va
}

/// On a sphere of 3000 km, a degree of the equator is 3000 π/180 = 52.36 km: by hand, 53 km reach the two neighbours of a
/// chain and nothing else, and a limit that is the distance itself still reaches them.
#[test]
fn a_limit_counts_on_the_sphere_that_was_asked_for() {
    let metric = Metric::GreatCircle { radius_km: 3000.0 };
    let points: Vec<Option<LatLon>> = (0..160).map(|i| at(0.0, f64::from(i))).collect();
    let own: Vec<f64> = partners_within(&points, metric, 53.0);
    for (i, value) in own.iter().enumerate() {
        // Even places have odd neighbours, quotient 0; odd ones two even ones, the last only one.
        let want = if i % 2 == 0 {
            0.0
        } else if i == 159 {
            2.0
        } else {
            4.0
        };
        assert_eq!(*value, want, "{i}");
    }
    // 159 pairs whose distances differ in the last bits: with the longest as the limit, all are within.
    let longest = points.windows(2).map(|pair| metric.km(pair[0].unwrap(), pair[1].unwrap())).fold(0.0, f64::max);
    assert!((longest - 3000.0 * std::f64::consts::PI / 180.0).abs() < 1e-10);
    assert_eq!(partners_within(&points, metric, longest), own);
}

/// Two degrees of latitude at the equator are 221.149 km on the ellipsoid (110.574 km a degree, Snyder 1987, Map
/// Projections, table of lengths) and 222.390 km on the sphere that the search runs on: a limit of 221.2 km reaches.
#[test]
fn a_limit_by_geodesics_reaches_where_the_sphere_is_longer() {
    let points: Vec<Option<LatLon>> =
        (0..160).map(|i| at(if i % 2 == 0 { -1.0 } else { 1.0 }, f64::from(i / 2) * 4.0 - 160.0)).collect();
    let values = partners_within(&points, Metric::Geodesic, 221.2);
    let want: Vec<f64> = (0..160).map(|i| if i % 2 == 0 { 0.0 } else { 2.0 }).collect();
    assert_eq!(values, want);
    assert_eq!(partners_within(&points, Metric::Geodesic, 221.1), vec![0.0; 160]);
}
