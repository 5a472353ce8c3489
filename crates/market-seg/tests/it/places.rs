//! Places that are one, places too near to be two cities, and choices of distance without any.

use market_seg::{
    BorderSpec, ConvergenceSpec, Error, PairRule, PriceChanges, Relations, SegSpec, Weights, border_effect,
    convergence_table, segmentation,
};
use panel_core::geo::{Adjacency, DistanceMatrix, EARTH_RADIUS_KM, LatLon, Metric, MetricName};

fn changes(n: usize) -> PriceChanges {
    let label = |what: &str, n: usize| (0..n).map(|i| format!("{what}{i}")).collect::<Vec<String>>();
    let noise =
        |i: usize, t: usize, k: usize| ((i * 7919 + t * 104_729 + (i + 3) * (k + 5) * 31) % 1009) as f64 / 5045.0;
    let values = (0..n * 6 * 3).map(|cell| noise(cell % n, cell / n / 3, cell / n % 3)).collect();
    PriceChanges::from_changes(label("c", n), label("t", 6), label("g", 3), values).unwrap()
}

fn at(lat: f64, lon: f64) -> Option<LatLon> {
    Some(LatLon { lat, lon })
}

/// Fiji's meridian: c0 and c3 are one place under two longitudes.
const ONE_PLACE: [(f64, f64); 6] =
    [(-16.5, 180.0), (-17.0, 178.0), (-18.0, 177.5), (-16.5, -180.0), (-19.0, 179.0), (-15.0, 176.0)];

#[test]
fn ln_distance_of_one_place_is_refused() {
    let points = ONE_PLACE.map(|(lat, lon)| at(lat, lon));
    let group = [0, 0, 0, 1, 1, 1];
    let relations = Relations { group: Some(&group), points: Some(&points), ..Relations::default() };
    let border = |relations: &Relations<'_>, min_km| {
        let choices = BorderSpec { permutations: 9, min_km, ..BorderSpec::default() };
        border_effect(&changes(6), relations, &SegSpec::default(), &choices)
    };
    let rows = |relations: &Relations<'_>, min_km| {
        let choices = ConvergenceSpec { min_km, ..ConvergenceSpec::default() };
        convergence_table(&changes(6), relations, &SegSpec::default(), &choices)
    };
    for (key, error) in [
        ("border", border(&relations, None).map(|_| ()).unwrap_err()),
        ("convergence", rows(&relations, None).map(|_| ()).unwrap_err()),
    ] {
        let text = error.to_string();
        assert_eq!(error.code(), "too-near");
        assert!(text.starts_with(&format!("{key}: `c0` and `c3` are less than 0.1 cm apart")), "{text}");
        assert!(text.contains(&format!("set {key}.min_km")), "{text}");
    }
    // A floor says what it counts as.
    assert!(border(&relations, Some(5.0)).unwrap().adjusted.is_some());
    let table = rows(&relations, Some(5.0)).unwrap();
    let row = (0..table.entity.len()).find(|&row| (table.entity[row], table.partner[row]) == (0, 3)).unwrap();
    assert_eq!(table.ln_km.unwrap()[row], 5.0_f64.ln());
    // One place among entities without a group is in no pair of the border.
    let apart = [Relations::NO_GROUP, 0, 0, 1, 1, 1];
    assert!(border(&Relations { group: Some(&apart), ..relations }, None).is_ok());
    // A matrix is the user's own: a short distance is one, 0 has no logarithm.
    let mut km: Vec<f64> =
        (0..36).map(|cell| if cell / 6 == cell % 6 { 0.0 } else { 10.0 + (cell % 7) as f64 }).collect();
    (0..6).for_each(|i| (0..i).for_each(|j| km[i * 6 + j] = km[j * 6 + i]));
    for (value, fine) in [(0.05, true), (0.0, false)] {
        (km[1], km[6]) = (value, value);
        let matrix =
            DistanceMatrix::from_square(&std::array::from_fn::<String, 6, _>(|i| format!("c{i}")), &km).unwrap();
        let relations = Relations { group: Some(&group), distances: Some(&matrix), ..Relations::default() };
        assert_eq!(border(&relations, None).is_ok(), fine, "{value}");
        assert_eq!(rows(&relations, None).is_ok(), fine, "{value}");
    }
}

#[test]
fn a_choice_of_distance_needs_places() {
    let group = [0, 0, 0, 1, 1, 1];
    let relations = Relations { group: Some(&group), ..Relations::default() };
    let floor = (MetricName::default(), Some(5.0));
    let line = (MetricName::Geodesic, None);
    for (distance, min_km) in [floor, line] {
        let border = BorderSpec { distance, min_km, ..BorderSpec::default() };
        let rows = ConvergenceSpec { distance, min_km, ..ConvergenceSpec::default() };
        for (key, error) in [
            ("border", border_effect(&changes(6), &relations, &SegSpec::default(), &border).unwrap_err()),
            ("convergence", convergence_table(&changes(6), &relations, &SegSpec::default(), &rows).unwrap_err()),
        ] {
            let which = if min_km.is_some() { "min_km" } else { "distance" };
            let want = format!(
                "{which} has no effect with {key} of an index without lat and lon; leave it out, or use it with lat and lon"
            );
            assert_eq!(error.to_string(), want);
        }
    }
    let seeded = BorderSpec { permutations: 0, seed: 4, ..BorderSpec::default() };
    let error = border_effect(&changes(6), &relations, &SegSpec::default(), &seeded).unwrap_err();
    assert!(matches!(error, Error::Idle { key: "seed", .. }), "{error}");
    let none = BorderSpec { permutations: 0, ..BorderSpec::default() };
    assert!(border_effect(&changes(6), &relations, &SegSpec::default(), &none).is_ok());
}

#[test]
fn more_lags_than_periods_leave_no_row() {
    let run = |lags| {
        let choices = ConvergenceSpec { lags, ..ConvergenceSpec::default() };
        convergence_table(&changes(3), &Relations::default(), &SegSpec::default(), &choices)
    };
    assert_eq!(run(5).unwrap().change.len(), 3 * 3);
    let text = run(6).unwrap_err().to_string();
    assert!(text.contains("6 changes before it within 6 periods") && text.contains("fewer lags"), "{text}");
}

/// c0 and c1 lie 0.001° of latitude apart, 111 m: not refused, but said, with its share of the weights.
#[test]
fn places_nearer_than_cities_are_remarked_upon() {
    let points = [at(30.0, 110.0), at(30.001, 110.0), at(31.0, 110.0), at(32.0, 110.0)];
    let near = Weights::InverseDistance { normalized: true };
    let adjacency = Adjacency::from_pairs(4, [(0, 2), (1, 3), (2, 3)]).unwrap();
    let relations = Relations { points: Some(&points), adjacency: Some(&adjacency), ..Relations::default() };
    let near_pair_remark = |spec: SegSpec| {
        let result = segmentation(&changes(4), &relations, &spec).unwrap();
        let found = result.diagnostics.iter().find(|remark| remark.code == "near-pair");
        found.map(|remark| remark.message.clone())
    };
    // Along a meridian distances are as latitudes: 1/0.001 against 1/1 + 1/2 from c0, 1/0.999 + 1/1.999 from c1.
    let share = 100.0 * 1000.0 / (1000.0 + 1.0 + 0.5);
    let text = near_pair_remark(SegSpec { weights: near.clone(), ..SegSpec::default() }).unwrap();
    assert_eq!(
        text,
        format!(
            "`c0` and `c1` are 111 m apart: `c1` has {share:.1} % of the weights of `c0`; are both coordinates right?"
        )
    );
    let floored =
        near_pair_remark(SegSpec { weights: near.clone(), min_km: Some(50.0), ..SegSpec::default() }).unwrap();
    assert!(floored.contains("it counts as min_km = 50"), "{floored}");
    // Where weights do not fall with distance, or the two are no pair, nothing is to be said.
    assert_eq!(near_pair_remark(SegSpec::default()), None);
    assert_eq!(near_pair_remark(SegSpec { weights: near, pairs: PairRule::Neighbours, ..SegSpec::default() }), None);
}

/// A radius of the sphere on which two places are exactly [`SegSpec::NEAREST_KM`] apart, and one on which they are hardly
/// less.
fn radii_at_the_limit(a: LatLon, b: LatLon) -> (f64, f64) {
    let km = |radius_km: f64| Metric::GreatCircle { radius_km }.km(a, b);
    let mut radius = EARTH_RADIUS_KM * SegSpec::NEAREST_KM / km(EARTH_RADIUS_KM) * (1.0 - 1e-14);
    while km(radius) < SegSpec::NEAREST_KM {
        radius = radius.next_up();
    }
    (radius, radius * (1.0 - 1e-12))
}

#[test]
fn places_exactly_at_the_limit_are_two() {
    let (a, mut b) = (LatLon { lat: 0.0, lon: 0.0 }, LatLon { lat: 0.0009, lon: 0.0 });
    let mut radii = radii_at_the_limit(a, b);
    // Not every pair has a radius that gives the limit to the bit.
    while (Metric::GreatCircle { radius_km: radii.0 }).km(a, b) != SegSpec::NEAREST_KM {
        b.lat = b.lat.next_up();
        radii = radii_at_the_limit(a, b);
    }
    let points = [Some(a), Some(b), at(1.0, 1.0), at(2.0, 3.0)];
    let relations = Relations { points: Some(&points), ..Relations::default() };
    let run = |radius_km| {
        let weights = Weights::InverseDistance { normalized: true };
        let spec = SegSpec { weights, metric: Metric::GreatCircle { radius_km }, ..SegSpec::default() };
        segmentation(&changes(4), &relations, &spec).map(|_| ())
    };
    run(radii.0).unwrap();
    assert_eq!(run(radii.1).unwrap_err().code(), "too-near");
}

#[test]
fn the_shortest_distance_of_a_matrix_has_a_logarithm() {
    let names: Vec<String> = (0..4).map(|i| format!("c{i}")).collect();
    let least = f64::MIN_POSITIVE;
    let km: Vec<f64> = (0..16)
        .map(|cell| match (cell / 4, cell % 4) {
            (i, j) if i == j => 0.0,
            (0, 1) | (1, 0) => least,
            _ => 10.0,
        })
        .collect();
    let matrix = DistanceMatrix::from_square(&names, &km).unwrap();
    let relations = Relations { distances: Some(&matrix), ..Relations::default() };
    let table = convergence_table(&changes(4), &relations, &SegSpec::default(), &ConvergenceSpec::default()).unwrap();
    let row = (0..table.entity.len()).find(|&row| (table.entity[row], table.partner[row]) == (0, 1)).unwrap();
    // ln 2^-1022 = -1022 ln 2.
    assert!((table.ln_km.unwrap()[row] / (-1022.0 * std::f64::consts::LN_2) - 1.0).abs() < 1e-15);
}
