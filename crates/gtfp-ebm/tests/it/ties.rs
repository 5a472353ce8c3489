//! Technologies full of units that are copies, multiples or sums of others but for one rounding or a hundred: neither the unit
//! of measurement, nor the start, nor the order of units, nor the reduction of the reference moves a score.

use crate::technologies::{called, choices};
use gtfp_ebm::{
    Calibration, Dimensions, EbmParameters, Epsilon, Error, Model, Observations, PanelSpec, Status, Weights, efficiency,
};
use proptest::prelude::*;

/// What scores of one technology, computed in two ways, may differ by.
const SAME: f64 = 1e-9;

/// How a unit follows from fresh ones.
#[derive(Debug, Clone, Copy)]
struct Recipe {
    /// 0 fresh, 1 a multiple, 2 a sum of two, 3 a multiple in some quantities only, 4 a multiple that uses more.
    kind: u8,
    /// Which earlier fresh units, as shares of their number.
    parents: (f64, f64),
    /// Logarithm of the multiple.
    size: f64,
    /// Exponent of the relative noise.
    distance: f64,
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let kind = prop_oneof![2 => Just(0_u8), 3 => Just(1_u8), 1 => Just(2_u8), 2 => Just(3_u8), 2 => Just(4_u8)];
    (kind, (0.0..1.0_f64, 0.0..1.0_f64), -3.0..3.0_f64, -17.0..-14.0_f64)
        .prop_map(|(kind, parents, size, distance)| Recipe { kind, parents, size, distance })
}

/// One entry: logarithm of a quantity, whether it is rounded up to a whole number, and its noise.
type Entry = (f64, bool, f64);

fn unit_of(recipe: Recipe, entries: &[Entry], dims: Dimensions, fresh: &[Vec<f64>]) -> Vec<f64> {
    let new =
        |&(e, rounded_up, _): &Entry| if rounded_up { (e + recipe.size).exp().ceil() } else { (e + recipe.size).exp() };
    if recipe.kind == 0 || fresh.is_empty() {
        return entries.iter().map(new).collect();
    }
    let parent = |share: f64| &fresh[(share * fresh.len() as f64) as usize];
    let (one, two) = (parent(recipe.parents.0), parent(recipe.parents.1));
    let value = |k: usize| {
        let (e, rounded_up, noise) = entries[k];
        let near = 1.0 + noise * 10_f64.powf(recipe.distance);
        match recipe.kind {
            2 => (one[k] + two[k]) * near,
            3 if rounded_up => new(&entries[k]),
            4 if k < dims.inputs => one[k] * recipe.size.exp() * (1.0 + e.abs()),
            _ => one[k] * recipe.size.exp() * near,
        }
    };
    (0..dims.total()).map(value).collect()
}

/// Up to `most` units.
fn technology(most: usize) -> impl Strategy<Value = Observations> {
    (1..=3_usize, 1..=2_usize, 0..=2_usize, 3..=most).prop_flat_map(|(inputs, goods, bads, n)| {
        let dims = Dimensions { inputs, goods, bads };
        let entry = (-2.0..2.0_f64, any::<bool>(), -1.0..1.0_f64);
        let entries = prop::collection::vec(entry, n * dims.total());
        (entries, prop::collection::vec(recipe(), n)).prop_map(move |(entries, recipes)| {
            let (mut fresh, mut values) = (Vec::new(), Vec::new());
            for (recipe, entries) in recipes.into_iter().zip(entries.chunks_exact(dims.total())) {
                let unit = unit_of(recipe, entries, dims, &fresh);
                values.extend_from_slice(&unit);
                if recipe.kind == 0 || fresh.is_empty() {
                    fresh.push(unit);
                }
            }
            from_rows(dims, values)
        })
    })
}

fn from_rows(dims: Dimensions, values: Vec<f64>) -> Observations {
    let names = (0..dims.total()).map(|k| format!("v{k}")).collect();
    Observations::from_rows(dims, names, values).expect("whole rows")
}

fn value(data: &Observations, row: usize, k: usize) -> f64 {
    data.row(row).expect("in range")[k]
}

/// The choices that have a meaning on these data, with given ε and w (measured ones are another function of the data).
fn specification(which: usize, dims: Dimensions) -> PanelSpec {
    let spec = choices().swap_remove(which);
    let even = |n: usize| vec![1.0 / n.max(1) as f64; n];
    let calibration = Calibration::Given(EbmParameters {
        epsilon: Epsilon { inputs: 0.3, goods: 0.2, bads: if dims.bads > 0 { 0.4 } else { 0.0 } },
        weights: Weights { inputs: even(dims.inputs), goods: even(dims.goods), bads: even(dims.bads) },
    });
    let spec = if spec.model == Model::Ebm { PanelSpec { calibration, ..spec } } else { spec };
    let PanelSpec { bads_convention, disposability, .. } = PanelSpec::default();
    if dims.bads == 0 { PanelSpec { bads_convention, disposability, ..spec } } else { spec }
}

type Scores = Vec<(Status, Option<f64>)>;

/// Scores of rows against rows; none where the choice has no meaning.
fn scores(data: &Observations, rows: &[usize], reference: &[usize], spec: &PanelSpec) -> Option<Scores> {
    match efficiency(data, rows, reference, spec, &|row| row.to_string()) {
        Ok(result) => Some(result.outcomes.iter().map(|outcome| (outcome.status, outcome.score())).collect()),
        Err(Error::Degenerate { .. }) => None,
        Err(error) => panic!("{}: {error}", called(spec)),
    }
}

fn assert_same(what: &str, spec: &PanelSpec, one: &Scores, two: &Scores) -> Result<(), TestCaseError> {
    for (row, (one, two)) in one.iter().zip(two).enumerate() {
        prop_assert_eq!(one.0, two.0, "{} by {}, unit {}", what, called(spec), row);
        if let (Some(one), Some(two)) = (one.1, two.1) {
            let size = one.abs().max(1.0);
            prop_assert!((one - two).abs() <= SAME * size, "{what} by {}, unit {row}: {one} {two}", called(spec));
        }
    }
    Ok(())
}

/// All comparisons of one technology by one choice, of `rows` against `reference`.
fn compared(
    data: &Observations,
    rows: &[usize],
    reference: &[usize],
    spec: &PanelSpec,
    powers: &[i32],
) -> Result<(), TestCaseError> {
    let (dims, n) = (data.dims(), data.n());
    let Some(first) = scores(data, rows, reference, spec) else { return Ok(()) };
    let scaled = (0..n * dims.total())
        .map(|i| value(data, i / dims.total(), i % dims.total()) * 10_f64.powi(powers[i % dims.total()]));
    let scaled = scores(&from_rows(dims, scaled.collect()), rows, reference, spec).expect("as before");
    assert_same("units of measurement", spec, &first, &scaled)?;
    let cold = rows.iter().flat_map(|&row| scores(data, &[row], reference, spec).expect("as before")).collect();
    assert_same("a cold start", spec, &first, &cold)?;
    let backwards = (0..n).rev().flat_map(|row| data.row(row).expect("in range").to_vec()).collect();
    let mirrored = |rows: &[usize]| -> Vec<usize> { rows.iter().map(|row| n - 1 - row).collect() };
    let mut turned = mirrored(reference);
    turned.sort_unstable();
    let backwards = scores(&from_rows(dims, backwards), &mirrored(rows), &turned, spec).expect("as before");
    assert_same("the order of units", spec, &first, &backwards)?;
    let all = scores(data, rows, reference, &PanelSpec { all_columns: !spec.all_columns, ..spec.clone() })
        .expect("as before");
    assert_same("redundant columns", spec, &first, &all)
}

const CHOICES: usize = 137;

#[test]
fn every_choice_is_tried() {
    assert_eq!(choices().len(), CHOICES);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_but_the_data_moves_a_score(
        data in technology(24),
        which in 0..CHOICES,
        inside in any::<bool>(),
        powers in prop::collection::vec(-9..=9_i32, 7),
    ) {
        let all: Vec<usize> = (0..data.n()).collect();
        let reference = if inside { &all[..] } else { &all[..data.n() / 2] };
        compared(&data, &all, reference, &specification(which, data.dims()), &powers)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// So many units that the reference is reduced: by domination alone, or to its generators.
    #[test]
    fn nor_does_a_reduced_reference(
        data in technology(480),
        which in 0..CHOICES,
        powers in prop::collection::vec(-9..=9_i32, 7),
    ) {
        let all: Vec<usize> = (0..data.n()).collect();
        compared(&data, &all, &all, &specification(which, data.dims()), &powers)?;
    }
}

/// A near-copy that is a few roundings better than anything in its reference: where a program finds no point without a miss of
/// rounding, it finds one with it.
#[test]
fn a_copy_outside_by_rounding_is_inside() {
    let dims = Dimensions { inputs: 1, goods: 1, bads: 2 };
    #[rustfmt::skip]
    let values = [
        1.0, 0.605_478_485_799_093_2, 0.671_654_116_225_659, 1.0,
        1.0, 1.0, 5.627_813_673_748_447, 1.0,
        1.0, 0.605_478_485_799_093_2, 0.671_654_116_225_659, 1.0,
        1.229_993_127_175_751_6, 16.152_961_609_056_85, 28.0, 1.672_161_864_465_637_7,
        0.169_792_632_698_485_27, 2.229_812_359_827_463, 3.865_219_740_271_174, 0.230_831_180_266_472_67,
        1.0, 0.605_478_485_799_093_2, 0.671_654_116_225_659, 1.0,
        1.229_993_127_175_753_6, 16.152_961_609_056_838, 27.999_999_999_999_886, 1.672_161_864_465_642_6,
        1.0, 1.0, 0.147_971_387_223_807_76, 1.0,
        1.0, 1.0, 1.0, 1.0,
    ];
    let powers = [[0, 0, 0, 0], [8, 3, 2, 9], [-8, -1, -7, 3]];
    for power in powers {
        let scaled = values.iter().enumerate().map(|(i, value)| value * 10_f64.powi(power[i % 4])).collect();
        let data = from_rows(dims, scaled);
        let all: Vec<usize> = (0..9).collect();
        let scores = scores(&data, &all, &all[..4], &specification(CHOICES - 1, dims)).expect("a meaning");
        assert_eq!(scores[6].0, Status::Ok, "{power:?}");
    }
}
