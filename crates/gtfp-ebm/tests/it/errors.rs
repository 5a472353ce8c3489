//! Bad data and combinations without a meaning: one clear error each.

use gtfp_ebm::index::Comparison;
use gtfp_ebm::panel_value::panel_value;
use gtfp_ebm::timeline::Timeline;
use gtfp_ebm::{
    BadsConvention, Calibration, Direction, DirectionRule, EbmParameters, Epsilon, Error, Index, Model, Observations,
    Orientation, PanelData, PanelSpec, PanelValue, Reference, Rts, Weights, productivity, validate,
};

const YEARS: [i64; 4] = [2019, 2020, 2019, 2020];

fn run(x: &[f64; 4], b: &[&[f64; 4]], spec: &PanelSpec) -> Result<gtfp_ebm::PanelResult, Error> {
    run_with(x, b, |data| productivity(data, spec))
}

fn run_with<T>(x: &[f64; 4], b: &[&[f64; 4]], method: impl FnOnce(&PanelData<'_>) -> T) -> T {
    let y = [2.0, 2.4, 5.0, 5.5];
    let k = [4.0, 4.2, 6.0, 7.1];
    let names = ["so2", "dust"];
    let bads: Vec<(&str, &[f64])> = b.iter().zip(names).map(|(v, name)| (name, v.as_slice())).collect();
    let data = PanelData {
        inputs: &[("capital", &k), ("labor", x)],
        goods: &[("gdp", &y)],
        bads: &bads,
        entity: &[0, 0, 1, 1],
        time: &YEARS,
        group: None,
        label: &|row| format!("entity `{}`, time `{}`", ["Anqing", "Anqing", "Bengbu", "Bengbu"][row], YEARS[row]),
    };
    method(&data)
}

const LABOR: [f64; 4] = [3.0, 2.9, 3.0, 3.1];
const SO2: [f64; 4] = [1.0, 0.9, 2.0, 2.1];
const DUST: [f64; 4] = [0.5, 0.2, 0.9, 0.4];

#[test]
fn zero_negative_and_infinite_values_name_city_year_and_column() {
    for (value, spec) in [
        (0.0, PanelSpec::default()),
        (-1.0, PanelSpec::default()),
        (f64::INFINITY, PanelSpec::default()),
        (0.0, PanelSpec { model: Model::Sbm, ..PanelSpec::default() }),
        (-2.0, PanelSpec { model: Model::Ddf, ..PanelSpec::default() }),
        (
            f64::NEG_INFINITY,
            PanelSpec { model: Model::Radial, orientation: Some(Orientation::Input), ..PanelSpec::default() },
        ),
    ] {
        let so2 = [1.0, 0.9, value, 2.1];
        let error = run(&LABOR, &[&so2], &spec).expect_err("a value no model takes");
        let Error::BadValue { row, column, .. } = &error else { panic!("{error}") };
        assert_eq!((*row, column.as_str()), (2, "so2"));
        let text = error.to_string();
        assert!(text.contains("Bengbu") && text.contains("2019") && text.contains("so2"), "{text}");
    }
}

#[test]
fn zeros_are_fine_where_nothing_divides_by_them() {
    let so2 = [1.0, 0.9, 0.0, 2.1];
    let spec = PanelSpec { model: Model::Ddf, ..PanelSpec::default() };
    let result = run(&LABOR, &[&so2], &spec).expect("a directional model takes zeros");
    assert!(result.rows.iter().all(|row| row.score.is_some()));
}

/// ε_x given, ε_b = 0.6.
fn given_to_input(inputs: f64) -> Calibration {
    Calibration::Given(EbmParameters {
        epsilon: Epsilon { inputs, goods: 0.0, bads: 0.6 },
        weights: Weights { inputs: vec![0.5, 0.5], goods: vec![1.0], bads: vec![0.5, 0.5] },
    })
}

fn degenerate(b: &[&[f64; 4]], spec: &PanelSpec) -> String {
    match run(&LABOR, b, spec).expect_err("no meaning") {
        error @ Error::Degenerate { .. } => error.to_string(),
        error => panic!("{error}"),
    }
}

#[test]
fn degenerate_combinations_are_refused_with_a_reason() {
    let unbounded = PanelSpec { bounded: Some(false), ..PanelSpec::default() };
    let text = degenerate(&[&SO2], &PanelSpec { rts: Rts::Vrs, ..unbounded.clone() });
    assert!(text.contains("vacuous"), "{text}");
    for convention in [BadsConvention::TwoMinusPhi, BadsConvention::Slack] {
        let text = degenerate(&[&SO2, &DUST], &PanelSpec { bads_convention: convention, ..unbounded.clone() });
        assert!(text.contains("every score is 0"), "{text}");
    }
    for orientation in [Orientation::Input, Orientation::Output] {
        let text = degenerate(
            &[&SO2],
            &PanelSpec { bounded: Some(true), orientation: Some(orientation), ..PanelSpec::default() },
        );
        assert!(text.contains("orientation"), "{text}");
    }
    let radial = PanelSpec { model: Model::Radial, orientation: Some(Orientation::None), ..PanelSpec::default() };
    degenerate(&[&SO2], &radial);
    degenerate(&[&SO2], &PanelSpec { super_efficiency: true, bounded: Some(true), ..PanelSpec::default() });
    // Convention D with a free theta needs eps_x + eps_b <= 1.
    let given = EbmParameters {
        epsilon: Epsilon { inputs: 0.7, goods: 0.0, bads: 0.6 },
        weights: Weights { inputs: vec![0.5, 0.5], goods: vec![1.0], bads: vec![0.5, 0.5] },
    };
    let text = degenerate(
        &[&SO2, &DUST],
        &PanelSpec { bads_convention: BadsConvention::Input, calibration: Calibration::Given(given), ..unbounded },
    );
    assert!(text.contains("0.7000"), "{text}");
    // With θ ≤ 1 the numerator could be negative.
    let bounded =
        PanelSpec { bads_convention: BadsConvention::Input, calibration: given_to_input(0.7), ..PanelSpec::default() };
    let text = degenerate(&[&SO2, &DUST], &bounded);
    assert!(text.contains("below 0"), "{text}");
}

#[test]
fn indices_say_which_model_and_reference_they_need() {
    for spec in [
        PanelSpec { reference: Reference::Sequential, malmquist: Some(Index::Gml), ..PanelSpec::default() },
        PanelSpec { malmquist: Some(Index::MalmquistLuenberger), ..PanelSpec::default() },
        PanelSpec { malmquist: Some(Index::Luenberger), ..PanelSpec::default() },
        PanelSpec { reference: Reference::Metafrontier, ..PanelSpec::default() },
        PanelSpec { model: Model::Sbm, bounded: Some(true), ..PanelSpec::default() },
        PanelSpec { scale_change: true, rts: Rts::Vrs, ..PanelSpec::default() },
    ] {
        let error = run(&LABOR, &[&SO2], &spec).expect_err("does not fit");
        assert!(matches!(error, Error::Specification(_)), "{error}");
    }
}

/// What `productivity` refuses without solving anything, `validate` refuses in the same words.
#[test]
fn validation_refuses_what_productivity_refuses() {
    let given = |inputs: f64, weights: Vec<f64>| {
        Calibration::Given(EbmParameters {
            epsilon: Epsilon { inputs, goods: 0.0, bads: 0.6 },
            weights: Weights { inputs: weights, goods: vec![1.0], bads: vec![1.0] },
        })
    };
    let free = PanelSpec { bounded: Some(false), ..PanelSpec::default() };
    let ddf = PanelSpec { model: Model::NonRadialDdf, ..PanelSpec::default() };
    for spec in [
        PanelSpec { model: Model::Sbm, bounded: Some(true), ..PanelSpec::default() },
        PanelSpec { super_efficiency: true, bounded: Some(true), ..PanelSpec::default() },
        PanelSpec { calibration: given(0.3, vec![0.5, 0.6]), ..PanelSpec::default() },
        PanelSpec { calibration: given(1.5, vec![0.5, 0.5]), ..PanelSpec::default() },
        PanelSpec { calibration: given(0.7, vec![0.5, 0.5]), bads_convention: BadsConvention::Input, ..free.clone() },
        PanelSpec { scale_change: true, ..free },
        PanelSpec { panel_value: PanelValue::BaseGiven, base_period: Some(1999), ..PanelSpec::default() },
        PanelSpec { nonradial_weights: vec![1.0], ..ddf.clone() },
        PanelSpec { nonradial_weights: vec![0.25; 4], ..ddf },
        PanelSpec { model: Model::Radial, orientation: Some(Orientation::None), ..PanelSpec::default() },
        PanelSpec {
            model: Model::Ddf,
            malmquist: Some(Index::Luenberger),
            panel_value: PanelValue::LogCumulated,
            ..PanelSpec::default()
        },
    ] {
        let mut refused = None;
        let result = run_with(&LABOR, &[&SO2], |data| {
            refused = validate(data, &spec).err();
            productivity(data, &spec)
        });
        let error = result.expect_err("does not fit");
        assert_eq!(refused.as_ref(), Some(&error));
    }
    let checked = run_with(&LABOR, &[&SO2], |data| validate(data, &PanelSpec::default()));
    assert_eq!(checked, Ok(()));
    let zero = [1.0, 0.9, 0.0, 2.1];
    let checked = run_with(&LABOR, &[&zero], |data| validate(data, &PanelSpec::default()));
    assert!(matches!(checked, Err(Error::BadValue { row: 2, .. })));
}

#[test]
fn a_nonradial_weight_without_a_direction_names_its_column() {
    let zero = DirectionRule::Zero;
    // The default direction is (0, y, -b): a weight on an input would measure nothing.
    let spec =
        PanelSpec { model: Model::NonRadialDdf, nonradial_weights: vec![0.0, 0.25, 0.5, 0.25], ..PanelSpec::default() };
    let error = run(&LABOR, &[&SO2], &spec).expect_err("no direction");
    assert!(matches!(error, Error::Specification(_)) && error.to_string().contains("`labor`"), "{error}");
    let given = Direction { inputs: DirectionRule::Observed, ..Direction::default() };
    assert!(run(&LABOR, &[&SO2], &PanelSpec { direction: given, ..spec.clone() }).is_ok());
    for weights in [vec![], vec![0.0, 0.0, 1.0, 0.0]] {
        let direction = Direction { inputs: zero, goods: zero, bads: zero };
        let nowhere = PanelSpec { nonradial_weights: weights, direction, ..spec.clone() };
        let error = run(&LABOR, &[&SO2], &nowhere).expect_err("no direction at all");
        assert!(error.to_string().contains("zero in every group"), "{error}");
    }
}

/// Numbers of a direction are one per column, finite, none negative, one positive; a weight needs one in its column.
#[test]
fn a_direction_by_hand_is_checked() {
    let run_along = |model: Model, values: &[f64], weights: &[f64]| {
        let (direction_values, nonradial_weights) = (values.to_vec(), weights.to_vec());
        run(&LABOR, &[&SO2], &PanelSpec { model, direction_values, nonradial_weights, ..PanelSpec::default() })
    };
    for (values, reason) in [
        (&[1.0, 1.0][..], "has 2 numbers, expected 4"),
        (&[0.0, 0.0, 1.0, -1.0][..], "has -1, expected finite numbers, none negative"),
        (&[0.0, 0.0, 1.0, f64::NAN][..], "has NaN"),
        (&[0.0, 0.0, f64::INFINITY, 1.0][..], "has inf"),
        (&[0.0; 4][..], "zero in every group"),
    ] {
        for model in [Model::Ddf, Model::NonRadialDdf] {
            let error = run_along(model, values, &[]).expect_err(reason);
            assert!(matches!(error, Error::Specification(_)) && error.to_string().contains(reason), "{error}");
        }
    }
    let error = run_along(Model::NonRadialDdf, &[0.0, 0.0, 1.0, 0.2], &[0.5, 0.0, 0.5, 0.0]).expect_err("no direction");
    assert!(error.to_string().contains("its direction is zero"), "{error}");
    // One in every column is the rule of that name.
    let one = DirectionRule::One;
    let rule = PanelSpec {
        model: Model::Ddf,
        direction: Direction { inputs: one, goods: one, bads: one },
        ..PanelSpec::default()
    };
    let scores = |result: gtfp_ebm::PanelResult| result.rows.iter().map(|row| row.score).collect::<Vec<_>>();
    let (by_rule, by_hand) = (run(&LABOR, &[&SO2], &rule), run_along(Model::Ddf, &[1.0; 4], &[]));
    assert_eq!(scores(by_rule.expect("valid")), scores(by_hand.expect("valid")));
}

/// A direction of nothing has no largest β: the unit has no score, and its status says why.
#[test]
fn a_zero_in_a_weighted_column_is_unbounded() {
    let spec = PanelSpec { model: Model::NonRadialDdf, ..PanelSpec::default() };
    let result = run(&LABOR, &[&[1.0, 0.9, 0.0, 2.1]], &spec).expect("zeros are allowed");
    assert_eq!(result.rows[2].status, gtfp_ebm::Status::Unbounded);
}

#[test]
fn a_mistyped_word_is_answered_with_the_nearest() {
    let error = "metafronteir".parse::<Reference>().expect_err("no such word").to_string();
    assert!(error.contains("did you mean `metafrontier`?"), "{error}");
    assert!(!"x".parse::<Reference>().expect_err("no such word").to_string().contains("did you mean"));
}

#[test]
fn rows_beyond_the_data_are_no_panic() {
    let data = Observations::new(&[("x", &[1.0, 2.0])], &[("y", &[1.0, 2.0])], &[]).expect("one length");
    assert_eq!((data.row(1), data.row(2)), (Some(&[2.0, 2.0][..]), None));
    assert!(data.clone().row_mut(2).is_none() && data.is_missing(2));
    let label = |row: usize| row.to_string();
    let beyond = data.require(gtfp_ebm::data::Requirement::Positive, &[5], "ebm", &label);
    assert_eq!(beyond, Err(Error::UnknownUnit { row: 5, n: 2 }));
    // Periods at both ends of the number line: their distance does not fit into i64.
    let ends = [i64::MIN, i64::MAX];
    let timeline = Timeline::new(&[0, 0], &ends, &[true, true], None, &label).expect("unique");
    assert_eq!((timeline.step(), timeline.previous(1), timeline.previous(7)), (None, Some(0), None));
    assert!(timeline.rows_at(9).is_empty() && timeline.reference_rows(Reference::Global, 9, 1).is_empty());
    assert_eq!((timeline.period_of(9), timeline.is_usable(9)), (None, false));
    let none = Timeline::new(&[], &[], &[], None, &label).expect("no rows");
    assert!(none.reference_rows(Reference::Sequential, 0, 1).is_empty());
    let short = panel_value(&timeline, &[None], Comparison::Ratio, None, PanelValue::FirstOne, None);
    assert!(matches!(short, Err(Error::LengthMismatch { expected: 2, got: 1, .. })));
    let short = panel_value(&timeline, &[None; 2], Comparison::Ratio, Some(&[None]), PanelValue::Cumulated, None);
    assert!(matches!(short, Err(Error::LengthMismatch { .. })));
}

#[test]
fn given_parameters_are_checked() {
    let mut given = EbmParameters {
        epsilon: Epsilon { inputs: 0.3, goods: 0.0, bads: 0.0 },
        weights: Weights { inputs: vec![0.5, 0.6], goods: vec![1.0], bads: vec![1.0] },
    };
    let spec = |p: &EbmParameters| PanelSpec { calibration: Calibration::Given(p.clone()), ..PanelSpec::default() };
    assert!(matches!(run(&LABOR, &[&SO2], &spec(&given)), Err(Error::Calibration(_))));
    given.weights.inputs = vec![0.5, 0.5];
    assert!(run(&LABOR, &[&SO2], &spec(&given)).is_ok());
    given.epsilon.inputs = 1.5;
    assert!(matches!(run(&LABOR, &[&SO2], &spec(&given)), Err(Error::Calibration(_))));
}

#[test]
fn a_duplicate_key_is_named() {
    let v = [1.0, 2.0];
    let data = PanelData {
        inputs: &[("x", &v)],
        goods: &[("y", &v)],
        bads: &[],
        entity: &[7, 7],
        time: &[2020, 2020],
        group: None,
        label: &|_| "entity `Anqing`, time `2020`".into(),
    };
    let error = productivity(&data, &PanelSpec::default()).expect_err("twice");
    assert!(matches!(error, Error::DuplicateKey { first: 0, second: 1, .. }), "{error}");
}

#[test]
fn lengths_and_roles_are_checked() {
    let (a, b) = ([1.0, 2.0], [1.0]);
    let base = PanelData {
        inputs: &[("x", &a)],
        goods: &[("y", &a)],
        bads: &[],
        entity: &[0, 1],
        time: &[1, 1],
        group: None,
        label: &|row| row.to_string(),
    };
    let run = |data: &PanelData<'_>| productivity(data, &PanelSpec::default());
    assert!(matches!(run(&PanelData { goods: &[("y", &b)], ..base }), Err(Error::LengthMismatch { .. })));
    assert!(matches!(run(&PanelData { goods: &[("x", &a)], ..base }), Err(Error::Specification(_))));
    assert!(matches!(run(&PanelData { inputs: &[], ..base }), Err(Error::Specification(_))));
    assert!(matches!(run(&PanelData { time: &[1], ..base }), Err(Error::LengthMismatch { .. })));
    let missing = [f64::NAN, f64::NAN];
    assert!(matches!(run(&PanelData { goods: &[("y", &missing)], ..base }), Err(Error::NoUnits(_))));
}
