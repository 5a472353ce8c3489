//! Shares and remarks, with numbers by hand.

use panel_core::Keys;
use panel_core::geo::{DistanceMatrix, EARTH_RADIUS_KM, LatLon};
use va_index::{
    Employment, Error, Form, Geography, Kernel, Normalization, OwnDistance, VaIndex, VaSpec, contributions,
    virtual_agglomeration,
};

fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(String::from).to_vec()
}

/// A place on the prime meridian, this far north of the equator.
fn north(km: f64) -> Option<LatLon> {
    Some(LatLon { lat: (km / EARTH_RADIUS_KM).to_degrees(), lon: 0.0 })
}

fn messages<'a>(index: &'a VaIndex, code: &str) -> Vec<&'a str> {
    index.diagnostics.iter().filter(|remark| remark.code == code).map(|remark| remark.message.as_str()).collect()
}

/// Quotients ½, 1 and 1½; a is 10 from b and 20 from c: 0.5 of its own, 0.1 · 1 and 0.05 · 1.5, together 0.675.
#[test]
fn shares_are_parts_of_the_index() {
    let (entities, times) = (names(["a", "b", "c"]), names(["2020"]));
    let keys = Keys::new(&[0, 1, 2], &[0; 3], &entities, &times).unwrap();
    let data = Employment::new(keys, &[10.0, 20.0, 30.0], &[100.0; 3]);
    let km = DistanceMatrix::from_square(&entities, &[0.0, 10.0, 20.0, 10.0, 0.0, 40.0, 20.0, 40.0, 0.0]).unwrap();
    let list = contributions(&data, &Geography::Matrix(&km), None, &VaSpec::default(), 0, 0).unwrap();
    for (part, (entity, amount, share)) in
        list.iter().zip([(0, 0.5, 20.0 / 27.0), (1, 0.1, 4.0 / 27.0), (2, 0.075, 3.0 / 27.0)])
    {
        assert_eq!(part.entity, entity);
        assert!((part.amount - amount).abs() < 1e-15 && (part.share - share).abs() < 1e-15, "{part:?}");
    }
    // Nobody works in the sector in b, and b has no neighbour: of nothing every part is nothing.
    let inf = f64::INFINITY;
    let apart = DistanceMatrix::from_square(&entities, &[0.0, inf, 1.0, inf, 0.0, inf, 1.0, inf, 0.0]).unwrap();
    let data = Employment::new(keys, &[10.0, 0.0, 30.0], &[100.0; 3]);
    let list = contributions(&data, &Geography::Matrix(&apart), None, &VaSpec::default(), 1, 0).unwrap();
    assert_eq!(list.iter().map(|part| (part.entity, part.amount, part.share)).collect::<Vec<_>>(), [(1, 0.0, 0.0)]);
}

/// Half a kilometre and rows that sum to one: of the index of A, B makes 2 · w of 1 + (2 w + 0.75 v), w + v = 1.
#[test]
fn a_near_pair_is_weighed_as_the_index_weighs_it() {
    let (entities, times) = (names(["A", "B", "C"]), names(["2019", "2020"]));
    let keys = Keys::new(&[0, 0, 1, 1, 2, 2], &[0, 1, 0, 1, 0, 1], &entities, &times).unwrap();
    // Quotients 1, 2 and 0.75 in both years.
    let data =
        Employment::new(keys, &[10.0, 10.0, 20.0, 20.0, 30.0, 30.0], &[100.0, 100.0, 100.0, 100.0, 400.0, 400.0]);
    let points = [north(0.0), north(0.5), north(-9.5)];
    let spec = VaSpec { normalization: Normalization::Row, ..VaSpec::default() };
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap();
    // w = 2 / (2 + 1/9.5) = 0.95, v = 0.05: 1.9 of 2.9375 is 64.68 %. Two years alike: the first is named.
    let remark = messages(&index, "near-pair");
    assert!(
        remark.len() == 1 && remark[0].contains("`B` makes 64.7 % of the index of `A` in 2019"),
        "{:?}",
        index.diagnostics
    );
    // The printed form weighs one's own quotient and has no own weight: 2 · 1 of 1 · (2 + 1/9.5) is 95.0 %, 2 · 2 of
    // 2 · (2 + 1/10) 95.2 %.
    let spec = VaSpec { form: Form::OwnTimesSum, ..VaSpec::default() };
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap();
    let remark = messages(&index, "near-pair");
    assert!(
        remark.len() == 1 && remark[0].contains("`A` makes 95.2 % of the index of `B` in 2019"),
        "{:?}",
        index.diagnostics
    );
}

/// 50 m: weights 20 beside 5 (200 m) for A, and 20 beside 4 (250 m) for B, which has the larger share, 20/24.
#[test]
fn the_share_of_a_pair_that_is_too_near() {
    let (entities, times) = (names(["A", "B", "C"]), names(["2020"]));
    let keys = Keys::new(&[0, 1, 2], &[0; 3], &entities, &times).unwrap();
    let data = Employment::new(keys, &[10.0, 20.0, 30.0], &[100.0; 3]);
    let points = [north(0.0), north(0.05), north(-0.2)];
    let error = virtual_agglomeration(&data, &Geography::Points(&points), None, &VaSpec::default()).unwrap_err();
    let Error::TooNear { km, share, .. } = error else { panic!("{error}") };
    assert!((km - 0.05).abs() < 1e-9 && (share - 20.0 / 24.0).abs() < 1e-6, "{km} {share}");
}

#[test]
fn what_lacks_a_place_or_an_area_is_named() {
    let (entities, times) = (names(["A", "B", "C"]), names(["2020"]));
    let keys = Keys::new(&[0, 1, 2], &[0; 3], &entities, &times).unwrap();
    let data = Employment::new(keys, &[10.0, 20.0, 30.0], &[100.0; 3]);
    let points = [north(0.0), north(10.0), None];
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &VaSpec::default()).unwrap();
    assert_eq!(
        messages(&index, "no-coordinates"),
        [
            "1 entities have no coordinates (C): they count in the location quotients' totals, have no spillover and add none"
        ]
    );
    assert!(index.spillover[2].is_nan() && messages(&index, "no-neighbour").is_empty());
    // B lacks its area; C, which has neither, is named once, for its place.
    let areas = [9.0 * std::f64::consts::PI, f64::NAN, f64::NAN];
    let spec = VaSpec { own: Some(OwnDistance::Radius), ..VaSpec::default() };
    let index = virtual_agglomeration(&data, &Geography::Points(&points), Some(&areas), &spec).unwrap();
    assert_eq!(
        messages(&index, "area-missing"),
        ["1 entities have no area (B): their own weight and index are missing"]
    );
    assert!((index.own[0] - 0.5 * 0.5).abs() < 1e-14 && index.va[1].is_nan());
    // Nobody within 5 km of anybody.
    let spec = VaSpec { kernel: Kernel::Threshold { km: 5.0 }, ..VaSpec::default() };
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &spec).unwrap();
    assert_eq!(
        messages(&index, "no-neighbour"),
        ["2 entities have no neighbour under this kernel and cutoff (A, B): their spillover is 0"]
    );
}
