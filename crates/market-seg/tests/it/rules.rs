//! Rules of pairs, groups and weights, with numbers by hand.
//!
//! Three goods; log changes of a, b, c and d in t0: (0, 0, 0), (1, 2, 3), (0, 3, 0), (0, 0, 6); in t1 everything alike.
//! Signed and with n - 1 the variances of t0 are a-b 1, a-c 3, a-d 12, b-c 4, b-d 7, c-d 21.

use market_seg::{
    Change, Error, PairRule, PriceChanges, Relations, SegSpec, Weights, mean_absolute_difference, pair_variances,
    segmentation, within_between,
};
use panel_core::geo::{Adjacency, DistanceMatrix, EARTH_RADIUS_KM, LatLon, Metric};

fn label(what: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{what}{i}")).collect()
}

fn changes() -> PriceChanges {
    #[rustfmt::skip]
    let values = vec![
        0.0, 1.0, 0.0, 0.0,  0.0, 2.0, 3.0, 0.0,  0.0, 3.0, 0.0, 6.0,
        1.0, 1.0, 1.0, 1.0,  2.0, 2.0, 2.0, 2.0,  3.0, 3.0, 3.0, 3.0,
    ];
    PriceChanges::from_changes(["a", "b", "c", "d"].map(String::from).to_vec(), label("t", 2), label("g", 3), values)
        .unwrap()
}

fn signed(pairs: PairRule, weights: Weights) -> SegSpec {
    SegSpec { change: Change::Signed, pairs, weights, ..SegSpec::default() }
}

/// Seg of a, b, c and d in t0.
fn first(relations: &Relations<'_>, spec: &SegSpec) -> [f64; 4] {
    let seg = segmentation(&changes(), relations, spec).unwrap().seg;
    [seg[0], seg[2], seg[4], seg[6]]
}

fn same(got: [f64; 4], want: [f64; 4]) {
    let alike = |(got, want): (f64, f64)| got.is_nan() && want.is_nan() || (got - want).abs() < 1e-8;
    assert!(got.into_iter().zip(want).all(alike), "{got:?} {want:?}");
}

/// A place on the prime meridian, this far north of the equator.
fn north(km: f64) -> Option<LatLon> {
    Some(LatLon { lat: (km / EARTH_RADIUS_KM).to_degrees(), lon: 0.0 })
}

#[test]
fn a_pair_is_near_if_either_way_is() {
    // 100 km from a to b and 300 back, 400 from b to c and 90 back, 50 between a and c, 400 to d.
    #[rustfmt::skip]
    let km = [
        0.0, 100.0, 50.0, 400.0,
        300.0, 0.0, 400.0, 400.0,
        50.0, 90.0, 0.0, 400.0,
        400.0, 400.0, 400.0, 0.0,
    ];
    let matrix = DistanceMatrix::from_square(&["a", "b", "c", "d"].map(String::from), &km).unwrap();
    let relations = Relations { distances: Some(&matrix), ..Relations::default() };
    let run = |km| first(&relations, &signed(PairRule::WithinKm { km }, Weights::Sum));
    same(run(100.0), [1.0 + 3.0, 1.0 + 4.0, 3.0 + 4.0, f64::NAN]);
    same(run(99.0), [3.0, 4.0, 3.0 + 4.0, f64::NAN]);
    same(run(89.0), [3.0, f64::NAN, 3.0, f64::NAN]);
}

#[test]
fn within_km_goes_by_the_metric_that_is_asked_for() {
    let spec = |km, metric| SegSpec { metric, ..signed(PairRule::WithinKm { km }, Weights::Sum) };
    // On half the earth: a-b 50 km, b-c 50.5, a-c 100.5.
    let points = [north(0.0), north(100.0), north(201.0), None];
    let relations = Relations { points: Some(&points), ..Relations::default() };
    let half = Metric::GreatCircle { radius_km: 0.5 * EARTH_RADIUS_KM };
    same(first(&relations, &spec(50.2, half)), [1.0, 1.0, f64::NAN, f64::NAN]);
    same(first(&relations, &spec(51.0, half)), [1.0, 1.0 + 4.0, 4.0, f64::NAN]);
    // The first degree of latitude is 110.574 km on WGS 84 and 111.195 km on the mean sphere.
    let at = |lat: f64| Some(LatLon { lat, lon: 0.0 });
    let points = [at(0.0), at(1.0), None, None];
    let relations = Relations { points: Some(&points), ..Relations::default() };
    same(first(&relations, &spec(110.6, Metric::Geodesic)), [1.0, 1.0, f64::NAN, f64::NAN]);
    same(first(&relations, &spec(110.5, Metric::Geodesic)), [f64::NAN; 4]);
    same(first(&relations, &spec(110.6, Metric::default())), [f64::NAN; 4]);
}

/// 10 km from a to b and from b to d, 20 from a to d: a 1/10 + 12/20, b 1/10 + 7/10, d 12/20 + 7/10.
#[test]
fn who_has_no_place_has_no_weight_by_distance() {
    let points = [north(0.0), north(10.0), None, north(20.0)];
    let relations = Relations { points: Some(&points), ..Relations::default() };
    let spec = signed(PairRule::All, Weights::InverseDistance { normalized: false });
    same(first(&relations, &spec), [0.7, 0.8, f64::NAN, 1.3]);
    let partners = segmentation(&changes(), &relations, &spec).unwrap().partners;
    assert_eq!(partners, [2, 2, 2, 2, 0, 0, 2, 2]);
}

/// Sizes 1, 1, 0 and 2: a 1 · 1 + 2 · 12, b 1 · 1 + 2 · 7, c 3 + 4 + 2 · 21, d 12 + 7; c is nobody's partner.
#[test]
fn a_partner_of_no_size_is_none() {
    let gdp = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 2.0, 2.0];
    let relations = Relations { gdp: Some(&gdp), ..Relations::default() };
    let spec = signed(PairRule::All, Weights::Gdp { column: "gdp".into(), normalized: false });
    same(first(&relations, &spec), [25.0, 15.0, 49.0, 19.0]);
    assert_eq!(segmentation(&changes(), &relations, &spec).unwrap().partners, [2, 2, 2, 2, 3, 3, 2, 2]);
}

#[test]
fn what_a_rule_needs_is_asked_for() {
    let text = |relations: &Relations<'_>, spec: &SegSpec| {
        segmentation(&changes(), relations, spec).map(|_| ()).unwrap_err().to_string()
    };
    let none = Relations::default();
    assert!(text(&none, &signed(PairRule::WithinGroup, Weights::Sum)).contains("within-group"));
    let near = signed(PairRule::All, Weights::InverseDistance { normalized: true });
    assert!(text(&none, &near).contains("weights = \"inverse-distance\""));
    // Entity by entity and within it period by period: the sixth number is c's in t1.
    for bad in [-1.0, f64::INFINITY] {
        let mut gdp = [1.0; 8];
        gdp[5] = bad;
        let relations = Relations { gdp: Some(&gdp), ..none };
        let size = signed(PairRule::All, Weights::Gdp { column: "gdp".into(), normalized: true });
        let error = text(&relations, &size);
        assert!(error.contains("`c`") && error.contains("t1") && error.contains(&bad.to_string()), "{error}");
    }
    assert!(matches!(
        within_between(&changes(), &none, &signed(PairRule::All, Weights::Sum)),
        Err(Error::Missing { .. })
    ));
}

/// Neighbours a-b, b-c and c-d; d belongs to no group, so that a-b is within and b-c between.
#[test]
fn neighbours_within_and_between_groups() {
    let adjacency = Adjacency::from_pairs(4, [(0, 1), (1, 2), (2, 3)]).unwrap();
    let group = [0, 0, 1, Relations::NO_GROUP];
    let relations = Relations { adjacency: Some(&adjacency), group: Some(&group), ..Relations::default() };
    let split = within_between(&changes(), &relations, &signed(PairRule::Neighbours, Weights::Sum)).unwrap();
    let [moved, alike] = &split[..] else { panic!("{split:?}") };
    assert_eq!((moved.within_pairs, moved.between_pairs), (1, 1));
    assert!((moved.within - 1.0).abs() < 1e-14 && (moved.between - 4.0).abs() < 1e-14, "{moved:?}");
    assert!((moved.within_integration - 1.0).abs() < 1e-14 && (moved.between_integration - 0.5).abs() < 1e-14);
    // Where everything moved alike the variance is 0 and no integration index exists.
    assert_eq!((alike.within, alike.between), (0.0, 0.0));
    assert!(alike.within_integration.is_nan() && alike.between_integration.is_nan(), "{alike:?}");
}

/// 150 entities, 10 km apart in a line, in three periods: the sums over all pairs, which are taken block by block, are
/// those of the pairs one by one.
#[test]
fn sums_of_many_entities_are_those_of_their_pairs() {
    let (n, periods, goods) = (150, 3, 4);
    let points: Vec<Option<LatLon>> = (0..n).map(|i| north(10.0 * i as f64)).collect();
    let relations = Relations { points: Some(&points), ..Relations::default() };
    for missing in [false, true] {
        let value = |cell: usize| {
            let (i, k, t) = (cell % n, cell / n % goods, cell / n / goods);
            let gone = missing && (i * 7 + k * 5 + t) % 11 == 0;
            if gone { f64::NAN } else { ((i * 7919 + k * 104_729 + t * 31 + i * k * 53) % 1009) as f64 / 1009.0 }
        };
        let values = (0..n * periods * goods).map(value).collect();
        let changes =
            PriceChanges::from_changes(label("c", n), label("t", periods), label("g", goods), values).unwrap();
        let pairs = pair_variances(&changes, &Relations::default(), &SegSpec::default()).unwrap();
        for weights in [Weights::Sum, Weights::InverseDistance { normalized: false }] {
            let spec = SegSpec { weights: weights.clone(), ..SegSpec::default() };
            let of_all = if weights == Weights::Sum { Relations::default() } else { relations };
            let seg = segmentation(&changes, &of_all, &spec).unwrap();
            let mut sums = vec![0.0; n * periods];
            for (p, &(i, j)) in pairs.pairs.iter().enumerate() {
                let weight = if weights == Weights::Sum { 1.0 } else { 0.1 / f64::from(j - i) };
                for t in 0..periods {
                    let variance = pairs.variance[p * periods + t];
                    for end in [i, j].into_iter().filter(|_| !variance.is_nan()) {
                        sums[end as usize * periods + t] += weight * variance;
                    }
                }
            }
            for (got, want) in seg.seg.iter().zip(&sums) {
                assert!((got / want - 1.0).abs() < 1e-9, "{got} {want}");
            }
        }
    }
}

/// |Δ| over the pairs of 0, 1, 2 and 4: 1, 2, 4, 1, 3, 2, mean 13/6; at 4e15 only differences keep it.
#[test]
fn a_mean_difference_far_from_zero_keeps_its_digits() {
    let far = [0.0, 1.0, 2.0, 4.0].map(|x| 4e15 + x);
    assert!((mean_absolute_difference(&far) - 13.0 / 6.0).abs() < 1e-15);
}
