//! Numbers that were computed by hand, one term at a time.
//!
//! Three goods. Period 0, log changes of a, b, c and d:
//!
//! | | good 0 | good 1 | good 2 |
//! |---|---|---|---|
//! | a | 0 | 0 | 0 |
//! | b | 1 | 2 | 3 |
//! | c | 0 | 3 | 0 |
//! | d | missing | missing | 1 |
//!
//! Signed and with n - 1: a-b differs by -1, -2, -3, variance 1; a-c by 0, -3, 0, variance 3; b-c by 1, -1, 3, variance 4;
//! d has one good in common with each, too few. Period 1: everything moved alike. Period 2: no price at all.

use market_seg::{
    BorderSpec, Change, Demean, Divisor, PairRule, PriceChanges, Relations, SegSpec, Segmentation, Weights,
    border_effect, pair_variances, segmentation,
};
use panel_core::geo::{Adjacency, DistanceMatrix};

const NONE: f64 = f64::NAN;

fn changes() -> PriceChanges {
    let label = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    #[rustfmt::skip]
    let values = vec![
        0.0, 1.0, 0.0, NONE,  0.0, 2.0, 3.0, NONE,  0.0, 3.0, 0.0, 1.0,
        1.0, 1.0, 1.0, 1.0,   2.0, 2.0, 2.0, 2.0,   3.0, 3.0, 3.0, NONE,
        NONE, NONE, NONE, NONE,  NONE, NONE, NONE, NONE,  NONE, NONE, NONE, NONE,
    ];
    PriceChanges::from_changes(
        label(&["a", "b", "c", "d"]),
        label(&["t0", "t1", "t2"]),
        label(&["g0", "g1", "g2"]),
        values,
    )
    .unwrap()
}

fn signed(weights: Weights) -> SegSpec {
    SegSpec { change: Change::Signed, weights, ..SegSpec::default() }
}

fn run(relations: &Relations<'_>, spec: &SegSpec) -> Segmentation {
    segmentation(&changes(), relations, spec).unwrap()
}

/// Equal, where `NaN` is equal to itself.
fn same(got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        assert!(got.is_nan() && want.is_nan() || (got - want).abs() < 1e-14, "{got} {want}");
    }
}

fn remarks(result: &Segmentation, code: &str) -> Vec<String> {
    result.diagnostics.iter().filter(|remark| remark.code == code).map(|remark| remark.message.clone()).collect()
}

#[test]
fn sums_and_means_of_three_pairs() {
    let none = Relations::default();
    let sum = run(&none, &signed(Weights::Sum));
    same(&sum.seg, &[4.0, 0.0, NONE, 5.0, 0.0, NONE, 7.0, 0.0, NONE, NONE, 0.0, NONE]);
    let root = |x: f64| 1.0 / x.sqrt();
    same(&sum.mar, &[root(4.0), NONE, NONE, root(5.0), NONE, NONE, root(7.0), NONE, NONE, NONE, NONE, NONE]);
    assert_eq!(sum.partners, [2, 3, 0, 2, 3, 0, 2, 3, 0, 0, 3, 0]);
    let mean = run(&none, &signed(Weights::Mean));
    same(&mean.seg, &[2.0, 0.0, NONE, 2.5, 0.0, NONE, 3.5, 0.0, NONE, NONE, 0.0, NONE]);
    // With n: two thirds.
    let with_n = run(&none, &SegSpec { divisor: Divisor::Population, ..signed(Weights::Sum) });
    same(&with_n.seg[..1], &[8.0 / 3.0]);
    same(&with_n.seg[3..4], &[10.0 / 3.0]);
    // Absolute without means: |−1|, |−2|, |−3| as before; 0, 3, 0 as before; b-c 1, 1, 3 has variance 4/3.
    let absolute = SegSpec { demean: Demean::None, ..SegSpec::default() };
    let seg = run(&none, &absolute).seg;
    same(&[seg[0], seg[3], seg[6]], &[4.0, 1.0 + 4.0 / 3.0, 3.0 + 4.0 / 3.0]);
    // Three goods needed: all but d's; four goods: nobody.
    assert_eq!(run(&none, &SegSpec { min_goods: 3, ..signed(Weights::Sum) }).partners[0], 2);
    assert_eq!(run(&none, &SegSpec { min_goods: 3, ..signed(Weights::Sum) }).partners[1], 2);
    assert!(run(&none, &SegSpec { min_goods: 4, ..signed(Weights::Sum) }).seg.iter().all(|seg| seg.is_nan()));
}

#[test]
fn one_summary_for_each_period() {
    let result = run(&Relations::default(), &signed(Weights::Sum));
    let [first, flat, empty] = &result.by_period[..] else { panic!("{:?}", result.by_period) };
    assert_eq!((first.time, first.entities, first.pairs), (0, 3, 3));
    same(&[first.mean_seg, first.integration, first.mean_variance], &[16.0 / 3.0, (3.0_f64 / 16.0).sqrt(), 8.0 / 3.0]);
    assert_eq!((flat.time, flat.entities, flat.pairs), (1, 4, 6));
    same(&[flat.mean_seg, flat.integration, flat.mean_variance], &[0.0, NONE, 0.0]);
    assert_eq!((empty.time, empty.entities, empty.pairs), (2, 0, 0));
    same(&[empty.mean_seg, empty.integration, empty.mean_variance], &[NONE, NONE, NONE]);
}

#[test]
fn weights_by_distance_and_size() {
    // a-b 1 km, a-c 2 km, b-c 4 km, d 10 km from all.
    #[rustfmt::skip]
    let km = vec![
        0.0, 1.0, 2.0, 10.0,
        1.0, 0.0, 4.0, 10.0,
        2.0, 4.0, 0.0, 10.0,
        10.0, 10.0, 10.0, 0.0,
    ];
    let distances = DistanceMatrix::from_square(&["a", "b", "c", "d"].map(String::from), &km).unwrap();
    #[rustfmt::skip]
    let gdp = [
        1.0, 1.0, 1.0,  2.0, 1.0, 1.0,  3.0, 1.0, 1.0,  4.0, 1.0, 1.0,
    ];
    let relations = Relations { distances: Some(&distances), gdp: Some(&gdp), ..Relations::default() };
    let first = |weights: Weights| {
        let seg = run(&relations, &signed(weights)).seg;
        [seg[0], seg[3], seg[6], seg[9]]
    };
    let near = |normalized| Weights::InverseDistance { normalized };
    let size = |normalized| Weights::Gdp { column: "gdp".into(), normalized };
    // a: 1·1 + ½·3, b: 1·1 + ¼·4, c: ½·3 + ¼·4.
    same(&first(near(false)), &[2.5, 2.0, 2.5, NONE]);
    same(&first(near(true)), &[2.5 / 1.5, 2.0 / 1.25, 2.5 / 0.75, NONE]);
    // a: 2·1 + 3·3, b: 1·1 + 3·4, c: 1·3 + 2·4.
    same(&first(size(false)), &[11.0, 13.0, 11.0, NONE]);
    same(&first(size(true)), &[11.0 / 5.0, 13.0 / 4.0, 11.0 / 3.0, NONE]);
}

#[test]
fn remarks_count_and_name_the_cells() {
    let all = run(&Relations::default(), &signed(Weights::Sum));
    assert_eq!(
        remarks(&all, "no-partner"),
        ["1 entity-periods have no partner with 2 goods in common (d t0): their index is missing"]
    );
    assert_eq!(
        remarks(&all, "partners-missing"),
        [
            "3 entity-periods have fewer partners than their rule gives (a t0, b t0, c t0): an unnormalised sum over fewer partners is smaller"
        ]
    );
    assert_eq!(
        remarks(&all, "segmentation-zero"),
        [
            "segmentation is exactly 0 in 4 entity-periods (a t1, b t1, c t1, d t1): their integration index does not exist"
        ]
    );
    // Means and normalised weights are no smaller for want of a partner.
    for weights in [Weights::Mean, Weights::Gdp { column: "gdp".into(), normalized: true }] {
        let gdp = [1.0; 12];
        let relations = Relations { gdp: Some(&gdp), ..Relations::default() };
        let short = remarks(&run(&relations, &signed(weights)), "partners-missing");
        assert!(short[0].ends_with("their mean is over the partners that are left"), "{short:?}");
    }
    let gdp = [1.0; 12];
    let relations = Relations { gdp: Some(&gdp), ..Relations::default() };
    let added = run(&relations, &signed(Weights::Gdp { column: "gdp".into(), normalized: false }));
    assert!(remarks(&added, "partners-missing")[0].ends_with("smaller"));
    // Neighbours a-b and b-d: c has none by the rule, d one whom it shares one good with.
    let adjacency = Adjacency::from_pairs(4, [(0, 1), (1, 3)]).unwrap();
    let relations = Relations { adjacency: Some(&adjacency), ..Relations::default() };
    let listed = run(&relations, &SegSpec { pairs: PairRule::Neighbours, ..signed(Weights::Sum) });
    same(&listed.seg, &[1.0, 0.0, NONE, 1.0, 0.0, NONE, NONE, NONE, NONE, NONE, 0.0, NONE]);
    assert_eq!(
        remarks(&listed, "no-partner"),
        [
            "1 entities have no partner under pairs = \"neighbours\" (c): their index is missing",
            "1 entity-periods have no partner with 2 goods in common (d t0): their index is missing"
        ]
    );
    assert!(remarks(&listed, "partners-missing")[0].starts_with("1 entity-periods") && listed.partners[3] == 1);
    assert_eq!(listed.by_period[0].pairs, 1);
}

#[test]
fn pairs_one_by_one_and_over_time() {
    let by_pair = pair_variances(&changes(), &Relations::default(), &signed(Weights::Sum)).unwrap();
    assert_eq!(by_pair.pairs, [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]);
    #[rustfmt::skip]
    let want = [
        1.0, 0.0, NONE,  3.0, 0.0, NONE,  NONE, 0.0, NONE,  4.0, 0.0, NONE,  NONE, 0.0, NONE,  NONE, 0.0, NONE,
    ];
    same(&by_pair.variance, &want);
    let means: Vec<(u32, u32, f64, u32)> =
        by_pair.over_time().iter().map(|pair| (pair.entity, pair.partner, pair.mean, pair.periods)).collect();
    assert_eq!(means, [(0, 1, 0.5, 2), (0, 2, 1.5, 2), (0, 3, 0.0, 1), (1, 2, 2.0, 2), (1, 3, 0.0, 1), (2, 3, 0.0, 1)]);
    // A pair without any period is in no mean.
    let three = pair_variances(&changes(), &Relations::default(), &SegSpec { min_goods: 3, ..signed(Weights::Sum) });
    let three: Vec<(u32, u32)> = three.unwrap().over_time().iter().map(|pair| (pair.entity, pair.partner)).collect();
    assert_eq!(three, [(0, 1), (0, 2), (1, 2)]);
}

/// A city without a place is in the figures that need none: the adjusted one alone is without it.
#[test]
fn a_missing_place_takes_pairs_out_of_the_adjusted_figure_only() {
    use panel_core::geo::LatLon;
    let noise =
        |i: usize, t: usize, k: usize| ((i * 7919 + t * 104_729 + (i + 3) * (k + 5) * 31) % 1009) as f64 / 5045.0;
    let label = |what: &str, n: usize| (0..n).map(|i| format!("{what}{i}")).collect::<Vec<String>>();
    let values = (0..8 * 3 * 4).map(|cell| noise(cell % 8, cell / 32, cell / 8 % 4)).collect();
    let changes = PriceChanges::from_changes(label("c", 8), label("t", 3), label("g", 4), values).unwrap();
    let group = [0, 0, 0, 0, 1, 1, 1, 1];
    let at = |i: usize| LatLon { lat: 25.0 + (i * i) as f64 * 0.1, lon: 105.0 + (i * 7 % 5) as f64 };
    let mut points: Vec<Option<LatLon>> = (0..8).map(|i| Some(at(i))).collect();
    let choices = BorderSpec { permutations: 19, ..BorderSpec::default() };
    let effect = |points: Option<&[Option<LatLon>]>| {
        let relations = Relations { group: Some(&group), points, ..Relations::default() };
        border_effect(&changes, &relations, &SegSpec::default(), &choices).unwrap()
    };
    let (without, full) = (effect(None), effect(Some(&points)));
    assert_eq!((full.within_pairs + full.between_pairs, full.adjusted_pairs), (28, Some(28)));
    points[1] = None;
    let short = effect(Some(&points));
    assert_eq!(short.adjusted_pairs, Some(21));
    for other in [full, short] {
        assert_eq!((other.within_pairs, other.between_pairs), (without.within_pairs, without.between_pairs));
        assert_eq!(
            (other.within, other.between, other.p_difference),
            (without.within, without.between, without.p_difference)
        );
    }
    assert!(without.adjusted.is_none() && full.adjusted != short.adjusted);
    // Least squares of V on a constant, the border and ln d over the 21 pairs, by residuals: both of border on ln d.
    let rows: Vec<[f64; 3]> = pair_variances(&changes, &Relations::default(), &SegSpec::default())
        .unwrap()
        .over_time()
        .iter()
        .filter_map(|pair| {
            let (i, j) = (pair.entity as usize, pair.partner as usize);
            let km = panel_core::geo::great_circle_km(points[i]?, points[j]?);
            Some([f64::from(u8::from(group[i] != group[j])), km.ln(), pair.mean])
        })
        .collect();
    let mean = |k: usize| rows.iter().map(|row| row[k]).sum::<f64>() / rows.len() as f64;
    let means = [mean(0), mean(1), mean(2)];
    let moment = |a: usize, b: usize| rows.iter().map(|row| (row[a] - means[a]) * (row[b] - means[b])).sum::<f64>();
    let slope = moment(0, 1) / moment(1, 1);
    let left = |row: &[f64; 3]| (row[0] - means[0]) - slope * (row[1] - means[1]);
    let want = rows.iter().map(|row| left(row) * (row[2] - means[2])).sum::<f64>()
        / rows.iter().map(|row| left(row) * left(row)).sum::<f64>();
    assert_eq!(rows.len(), 21);
    assert!((short.adjusted.unwrap() / want - 1.0).abs() < 1e-9, "{short:?} {want}");
}
