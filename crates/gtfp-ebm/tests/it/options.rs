//! What a study can ask for: the section as text, options without effect, irregular periods, reasons, columns.

use crate::support::{Table, observations};
use gtfp_ebm::{
    BadsConvention, Calibration, CalibrationRule, CalibrationScope, Decomposition, Direction, DirectionRule,
    Disposability, Error, Index, Model, Orientation, Outside, PanelData, PanelResult, PanelSpec, PanelValue, Reference,
    Rts, Solver, Status, Transition, Values, efficiency, productivity,
};

/// Entities in years, from one list of rows (entity, year, x, z, y, b).
struct Rows(Vec<(u32, i64, [f64; 4])>);

impl Rows {
    fn with<T>(&self, group: bool, bads: bool, run: impl FnOnce(&PanelData<'_>) -> T) -> T {
        let column = |k: usize| self.0.iter().map(|row| row.2[k]).collect::<Vec<f64>>();
        let (x, z, y, b) = (column(0), column(1), column(2), column(3));
        let entity: Vec<u32> = self.0.iter().map(|row| row.0).collect();
        let time: Vec<i64> = self.0.iter().map(|row| row.1).collect();
        let groups: Vec<u32> = entity.iter().map(|e| e % 2).collect();
        let all = [("b", b.as_slice())];
        run(&PanelData {
            inputs: &[("x", &x), ("z", &z)],
            goods: &[("y", &y)],
            bads: if bads { &all } else { &[] },
            entity: &entity,
            time: &time,
            group: group.then_some(&groups),
            label: &|row| format!("row {row}"),
        })
    }

    fn run(&self, spec: &PanelSpec) -> Result<PanelResult, Error> {
        self.with(true, true, |data| productivity(data, spec))
    }
}

/// Eight entities in four years of which no two units are alike.
fn economy() -> Rows {
    let mut rows = Vec::new();
    for entity in 0..8_u32 {
        for (t, year) in [2000, 2001, 2002, 2003].into_iter().enumerate() {
            let wave = |a: f64| 1.0 + 0.35 * (a * f64::from(entity + 1) + 1.7 * t as f64).sin();
            let size = 1.0 + f64::from(entity) / 3.0;
            let y = size * wave(0.9) * (1.0 + 0.05 * t as f64);
            rows.push((entity, year, [size * wave(2.3), size * wave(4.1), y, size * wave(5.7)]));
        }
    }
    Rows(rows)
}

#[test]
fn every_option_without_effect_is_refused_with_the_reason() {
    let base = PanelSpec::default();
    let ddf = PanelSpec { model: Model::Ddf, ..base.clone() };
    let sbm = PanelSpec { model: Model::Sbm, ..base.clone() };
    let radial = PanelSpec { model: Model::Radial, orientation: Some(Orientation::Input), ..base.clone() };
    let no_index = PanelSpec { malmquist: Some(Index::None), ..base.clone() };
    let ranges = Direction { inputs: DirectionRule::Observed, ..Direction::default() };
    let per_period = CalibrationScope::PerPeriod;
    let epsilon = gtfp_ebm::EbmParameters {
        epsilon: gtfp_ebm::Epsilon { inputs: 0.2, goods: 0.0, bads: 0.0 },
        weights: gtfp_ebm::Weights { inputs: vec![0.5, 0.5], goods: vec![1.0], bads: vec![1.0] },
    };
    for (key, spec) in [
        ("orientation", PanelSpec { orientation: Some(Orientation::Output), ..ddf.clone() }),
        ("bads_convention", PanelSpec { bads_convention: BadsConvention::Input, ..ddf.clone() }),
        ("disposability", PanelSpec { disposability: Disposability::Strong, ..base.clone() }),
        ("direction", PanelSpec { direction: ranges, ..sbm.clone() }),
        ("direction", PanelSpec { direction: ranges, direction_values: vec![1.0; 4], ..ddf.clone() }),
        ("direction_values", PanelSpec { direction_values: vec![1.0; 4], ..sbm.clone() }),
        ("nonradial_weights", PanelSpec { nonradial_weights: vec![0.25; 4], ..ddf.clone() }),
        ("bounded", PanelSpec { bounded: Some(true), ..sbm.clone() }),
        ("calibration", PanelSpec { calibration: Calibration::Rule(CalibrationRule::Sbm), ..sbm.clone() }),
        ("calibration_scope", PanelSpec { calibration_scope: per_period, ..sbm }),
        (
            "calibration_scope",
            PanelSpec { calibration_scope: per_period, calibration: Calibration::Given(epsilon), ..base.clone() },
        ),
        ("window", PanelSpec { window: 5, ..base.clone() }),
        ("group", PanelSpec { group: Some("region".into()), ..base.clone() }),
        ("base_period", PanelSpec { base_period: Some(2000), ..base.clone() }),
        ("decomposition", PanelSpec { decomposition: Some(Decomposition::Bias), ..base.clone() }),
        ("outside", PanelSpec { outside: Outside::SuperEfficiency, ..base.clone() }),
        ("panel_value", PanelSpec { panel_value: PanelValue::Cumulated, ..no_index.clone() }),
        ("scale_change", PanelSpec { scale_change: true, ..no_index.clone() }),
        ("step", PanelSpec { step: Some(1), ..no_index.clone() }),
        ("base_period", PanelSpec { base_period: Some(2000), ..no_index }),
        (
            "outside",
            PanelSpec {
                outside: Outside::SuperEfficiency,
                reference: Reference::Contemporaneous,
                malmquist: Some(Index::Malmquist),
                ..radial
            },
        ),
    ] {
        let error = economy().run(&spec).expect_err(key);
        let text = error.to_string();
        assert!(matches!(error, Error::Specification(_)) && text.starts_with(key), "{key}: {text}");
        assert!(text.contains("has no effect"), "{text}");
    }
    // Without bad outputs, how they enter says nothing.
    let spec = PanelSpec { bads_convention: BadsConvention::Slack, ..base.clone() };
    assert!(economy().with(false, false, |data| productivity(data, &spec)).is_err());
    // An option that says its default claims nothing.
    let explicit_defaults = PanelSpec { orientation: Some(Orientation::None), bounded: Some(false), window: 3, ..ddf };
    assert!(economy().run(&explicit_defaults).is_ok());
    // A cross-section has neither index nor periods.
    let rows = [0, 1, 2];
    let data = economy()
        .with(false, true, |data| gtfp_ebm::Observations::new(data.inputs, data.goods, data.bads).expect("one length"));
    for spec in [
        PanelSpec { malmquist: Some(Index::Gml), ..base.clone() },
        PanelSpec { reference: Reference::Sequential, ..base.clone() },
        PanelSpec { panel_value: PanelValue::Cumulated, ..base },
    ] {
        assert!(efficiency(&data, &rows, &rows, &spec, &|row| row.to_string()).is_err());
    }
}

#[test]
fn names_of_columns_must_be_those_of_the_data() {
    let name = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let right =
        PanelSpec { inputs: name(&["x", "z"]), goods: name(&["y"]), bads: name(&["b"]), ..PanelSpec::default() };
    assert!(economy().run(&right).is_ok());
    let wrong = PanelSpec { inputs: name(&["x", "w"]), ..right };
    let text = economy().run(&wrong).expect_err("no such column").to_string();
    assert!(text.contains("[x, w]") && text.contains("[x, z]"), "{text}");
}

/// Periods are neighbours by their sequence: 2000, 2005, 2010 and 2011 are three transitions. With `step` only those so far
/// apart are.
#[test]
fn irregular_periods() {
    let table = Table::own("cases/irregular_years.csv");
    let names = table.text("dmu");
    let entity: Vec<u32> = names.iter().map(|name| u32::from(name != "a")).collect();
    let time: Vec<i64> = table.numbers("year").iter().map(|year| *year as i64).collect();
    let [k, l, y, c] = ["k", "l", "y", "c"].map(|name| table.numbers(name));
    let data = PanelData {
        inputs: &[("k", &k), ("l", &l)],
        goods: &[("y", &y)],
        bads: &[("c", &c)],
        entity: &entity,
        time: &time,
        group: None,
        label: &|row| row.to_string(),
    };
    let transitions = |step: Option<u64>| {
        let result = productivity(&data, &PanelSpec { step, ..PanelSpec::default() }).expect("valid");
        let found: Vec<Transition> = result.rows.iter().map(|row| row.transition).collect();
        let note = result.diagnostics.iter().any(|d| d.code == "gtfp-uneven-periods" && d.message.contains("2005"));
        (found, note, result.summary.without_index)
    };
    let (found, note, reasons) = transitions(None);
    assert!(
        found.iter().zip(&time).all(|(t, year)| *t == if *year == 2000 { Transition::First } else { Transition::Ok })
    );
    assert!(note && reasons.get("first") == Some(&2) && reasons.len() == 1, "{reasons:?}");
    let (found, note, reasons) = transitions(Some(1));
    assert_eq!(found.iter().filter(|t| **t == Transition::Ok).count(), 2, "2010 to 2011");
    assert!(!note && reasons.get("after-gap") == Some(&4), "{reasons:?}");
    let wrong =
        productivity(&data, &PanelSpec { step: Some(3), ..PanelSpec::default() }).expect_err("none so far apart");
    assert!(wrong.to_string().contains("2000, 2005, 2010, 2011"), "{wrong}");
}

/// Combinations that give every kind of part.
fn with_parts() -> Vec<PanelSpec> {
    let base = PanelSpec::default();
    let ddf = PanelSpec { model: Model::Ddf, ..base.clone() };
    let (adjacent, malmquist) = (Reference::Contemporaneous, Some(Index::Malmquist));
    let mut all = vec![
        base.clone(),
        PanelSpec { scale_change: true, ..base.clone() },
        PanelSpec { reference: Reference::Metafrontier, malmquist: Some(Index::Gml), ..base.clone() },
        PanelSpec {
            reference: Reference::Metafrontier,
            malmquist: Some(Index::Gml),
            scale_change: true,
            ..base.clone()
        },
        PanelSpec { reference: Reference::Biennial, malmquist, ..base },
        PanelSpec { reference: adjacent, malmquist: Some(Index::MalmquistLuenberger), ..ddf.clone() },
    ];
    for reference in [Reference::Global, adjacent, Reference::Metafrontier, Reference::Sequential, Reference::Window] {
        all.push(PanelSpec { reference, malmquist: Some(Index::Luenberger), scale_change: true, ..ddf.clone() });
    }
    all
}

/// The product of the factors that are written (of an indicator, the sum) is the index, in every row that has both.
#[test]
fn factors_multiply_to_the_index() {
    for spec in with_parts() {
        let result = economy().run(&spec).expect("valid");
        assert!(result.rows.iter().filter(|row| row.index.is_some()).count() >= 12, "{:?}", spec.reference);
        assert!(
            result.factor_error() <= 1e-9,
            "{:?} {:?}: {:e}",
            spec.reference,
            spec.malmquist,
            result.factor_error()
        );
        let columns = result.columns();
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let score = if spec.reference == Reference::Global { "score_global" } else { "score" };
        assert_eq!(names[..2], [score, "score_contemporaneous"]);
        let index = if result.index() == Index::Gml { "gml" } else { "index" };
        assert_eq!(names[2..7], [index, "ec", "tc", "gtfp", "status"]);
        assert!(result.factors().len() >= 2 && result.factors().iter().all(|factor| names.contains(factor)));
        assert_eq!(names.contains(&"gap_change"), spec.reference == Reference::Metafrontier);
        assert_eq!(names.contains(&"pure_ec") && names.contains(&"score_scale"), spec.scale_change);
        for column in &columns {
            let length = match &column.values {
                Values::Numbers(values) => values.len(),
                Values::Words(values) => values.len(),
                _ => 0,
            };
            assert_eq!(length, 32, "{}", column.name);
        }
        // A number is there where its status says so.
        for row in &result.rows {
            assert_eq!(row.index.is_some(), row.transition == Transition::Ok);
            assert_eq!(row.ec.is_some(), row.status_ec == Transition::Ok);
            assert_eq!(row.tc.is_some(), row.status_tc == Transition::Ok);
            assert_eq!(row.gap_change.is_some(), row.status_gap == Transition::Ok);
            assert_eq!(row.pure_ec.is_some(), row.status_pure == Transition::Ok);
            assert_eq!(row.scale_ec.is_some(), row.status_scale == Transition::Ok);
            assert_eq!(row.status == Status::Ok, row.score.is_some() && row.score_contemporaneous.is_some());
        }
    }
}

#[test]
fn decompositions_come_with_the_panel() {
    let radial = PanelSpec {
        model: Model::Radial,
        orientation: Some(Orientation::Output),
        rts: Rts::Vrs,
        reference: Reference::Contemporaneous,
        malmquist: Some(Index::Malmquist),
        ..PanelSpec::default()
    };
    for &decomposition in Decomposition::ALL {
        let spec = PanelSpec { decomposition: Some(decomposition), ..radial.clone() };
        let result = economy().with(false, false, |data| productivity(data, &spec)).expect("valid");
        let given = gtfp_ebm::MalmquistSpec {
            orientation: Orientation::Output,
            rts: Rts::Vrs,
            reference: Reference::Contemporaneous,
            decomposition,
        };
        let alone =
            economy().with(false, false, |data| gtfp_ebm::malmquist(data, &given, Solver::Auto)).expect("valid");
        for (row, part) in result.rows.iter().zip(&alone.rows) {
            assert_eq!(
                (row.index, row.tc, row.pure_ec, row.scale_ec),
                (part.index, part.tc, part.pure_ec, part.scale_ec)
            );
            assert_eq!(row.transition, part.status);
        }
        assert!(result.factor_error() <= 1e-9, "{decomposition}: {:e}", result.factor_error());
        assert_eq!(result.factors().contains(&"magnitude"), decomposition == Decomposition::Bias);
    }
}

/// The technology gap is the metafrontier's score over the group's, and its change is the third factor.
#[test]
fn technology_gap_ratios() {
    let spec = PanelSpec { reference: Reference::Metafrontier, malmquist: Some(Index::Gml), ..PanelSpec::default() };
    let result = economy().run(&spec).expect("valid");
    for (row, record) in result.rows.iter().enumerate() {
        let ratio = record.gap_ratio.expect("scored");
        assert!(ratio > 0.0 && ratio <= 1.0 + 1e-12);
        if let (Some(change), true) = (record.gap_change, row > 0) {
            let before = result.rows[row - 1].gap_ratio.expect("scored");
            assert!((change - ratio / before).abs() < 1e-12);
        }
    }
}

/// Where the technology of another period does not hold a unit, an index is empty and says why; on request Tone's (2002)
/// super-efficiency takes the place of the hole.
#[test]
fn a_hole_says_why_or_is_filled_on_request() {
    let adjacent = PanelSpec {
        model: Model::Sbm,
        rts: Rts::Vrs,
        reference: Reference::Contemporaneous,
        malmquist: Some(Index::Malmquist),
        ..PanelSpec::default()
    };
    let holes = economy().run(&adjacent).expect("valid");
    let infeasible = holes.rows.iter().filter(|row| row.transition == Transition::Infeasible).count();
    assert!(infeasible >= 4, "{infeasible}");
    assert_eq!(holes.summary.without_index["infeasible"], infeasible);
    assert!(holes.diagnostics.iter().any(|d| d.code == "gtfp-cross-infeasible"));
    let filled = economy().run(&PanelSpec { outside: Outside::SuperEfficiency, ..adjacent }).expect("valid");
    assert!(filled.rows.iter().all(|row| matches!(row.transition, Transition::Ok | Transition::First)));
    for (with, without) in filled.rows.iter().zip(&holes.rows) {
        if without.index.is_some() {
            assert_eq!(with.index, without.index);
        }
    }
}

/// What a program says of each row, as columns; a target is the value less (for a good, plus) what factor and slack take.
#[test]
fn details_are_columns() {
    let spec = PanelSpec { details: true, model: Model::Sbm, ..PanelSpec::default() };
    let result = economy().run(&spec).expect("valid");
    let columns = result.detail_columns();
    let find = |name: &str| &columns.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("{name}")).1;
    assert_eq!(columns.len(), 3 + 3 * 4 + 1);
    for (row, (_, _, values)) in economy().0.iter().enumerate() {
        for (k, name) in ["x", "z", "y", "b"].into_iter().enumerate() {
            let slack = find(&format!("slack_{name}"))[row].expect("scored");
            let target = find(&format!("target_{name}"))[row].expect("scored");
            let want = if name == "y" { values[k] + slack } else { values[k] - slack };
            assert!((target - want).abs() < 1e-9, "row {row} {name}: {target} {want}");
        }
        let (w, u) = (find("multiplier_b")[row].expect("scored"), find("multiplier_y")[row].expect("scored"));
        assert_eq!(find("shadow_b_y")[row], (u > 0.0).then(|| w / u));
    }
    assert!(economy().run(&PanelSpec::default()).expect("valid").detail_columns().is_empty());
}

/// The range directional measure does not change when a column is shifted, below zero too; a single unit in both columns
/// gives its number by hand: unit 1 has x = 4, y = 1 in units (2, 1), (4, 1), (4, 3): (4 - 2β, 1 + 2β) meets the line from
/// (2, 1) to (4, 3) at β = 1/2.
#[test]
fn ranges_take_negative_values() {
    let spec = PanelSpec {
        model: Model::Ddf,
        rts: Rts::Vrs,
        direction: Direction { inputs: DirectionRule::Range, goods: DirectionRule::Range, bads: DirectionRule::Range },
        malmquist: Some(Index::None),
        ..PanelSpec::default()
    };
    let score = |shift: f64, spec: &PanelSpec| {
        let (x, y) = ([2.0 - shift, 4.0 - shift, 4.0 - shift], [1.0 - shift, 1.0 - shift, 3.0 - shift]);
        let data = gtfp_ebm::Observations::new(&[("x", &x)], &[("y", &y)], &[]).expect("one length");
        efficiency(&data, &[0, 1, 2], &[0, 1, 2], spec, &|row| row.to_string()).map(|found| found.scores())
    };
    for shift in [0.0, 1.0, 5.0, 100.0] {
        let scores = score(shift, &spec).expect("any number");
        for (got, want) in scores.into_iter().zip([0.0, 0.5, 0.0]) {
            assert!((got.expect("scored") - want).abs() < 1e-12, "shift {shift}: {got:?}");
        }
    }
    let crs = PanelSpec { rts: Rts::Crs, ..spec };
    assert!(score(0.0, &crs).expect_err("not translation invariant").to_string().contains("vrs"));
    assert!(matches!(score(5.0, &PanelSpec::default()), Err(Error::BadValue { .. })));
}

/// No score leaves the range of its model: what would be negative is refused.
#[test]
fn negative_scores_are_refused() {
    let table = Table::own("cases/negative_scores.csv");
    let data = observations(&table, &["x1", "x2"], &["y"], &["b1", "b2"]);
    let spec = PanelSpec { bads_convention: BadsConvention::Input, ..PanelSpec::default() };
    let rows: Vec<usize> = (0..data.n()).collect();
    let error = efficiency(&data, &rows, &rows, &spec, &|row| row.to_string()).expect_err("numerator below zero");
    assert!(matches!(error, Error::Degenerate { .. }) && error.to_string().contains("exceeds 1"), "{error}");
}

/// The keys and words of a `[[gtfp]]` section.
const SECTION: &str = r#"
inputs = ["K", "L", "E"]
goods = ["Y"]
bads = ["so2", "dust"]
model = "ebm"
orientation = "none"
rts = "crs"
bads_convention = "two-minus-phi"
bounded = true
calibration = { epsilon = { inputs = 0.24, goods = 0.0, bads = 0.25 }, weights = { inputs = [0.3, 0.3, 0.4], goods = [1.0], bads = [0.5, 0.5] } }
calibration_scope = "pooled"
reference = "window"
window = 2
malmquist = "malmquist"
panel_value = "base-given"
base_period = 2012
disposability = "weak"
scale_change = false
super_efficiency = false
outside = "super-efficiency"
step = 1
solver = "simplex"
bootstrap = { replications = 200, seed = 3 }
"#;

#[test]
fn a_section_of_a_study_is_a_specification() {
    let spec: PanelSpec = toml::from_str(SECTION).expect("known keys and words");
    assert_eq!(spec.inputs, ["K", "L", "E"]);
    assert_eq!((spec.orientation, spec.malmquist), (Some(Orientation::None), Some(Index::Malmquist)));
    assert_eq!((spec.window, spec.step, spec.solver), (2, Some(1), Solver::Simplex));
    assert!(matches!(&spec.calibration, Calibration::Given(given) if given.weights.bads == [0.5, 0.5]));
    assert_eq!(spec.bootstrap.map(|options| (options.replications, options.level)), Some((200, 0.95)));
    // What is written can be read again, and an empty section is the default.
    let again: PanelSpec = toml::from_str(&toml::to_string(&spec).expect("a table")).expect("its own words");
    assert_eq!(again, spec);
    assert_eq!(toml::from_str::<PanelSpec>("").expect("no key is needed"), PanelSpec::default());
    let written = toml::to_string(&PanelSpec::default().resolved(2)).expect("a table");
    assert!(written.contains("malmquist = \"gml\"") && written.contains("bounded = true"), "{written}");
}

#[test]
fn defaults_follow_the_model_and_the_panel() {
    let radial = PanelSpec { model: Model::Radial, ..PanelSpec::default() };
    assert_eq!((radial.orientation(), PanelSpec::default().orientation()), (Orientation::Output, Orientation::None));
    assert_eq!((PanelSpec::default().index(2), PanelSpec::default().index(1)), (Index::Gml, Index::None));
    let sequential = PanelSpec { reference: Reference::Sequential, ..PanelSpec::default() };
    assert_eq!(sequential.index(2), Index::None);
}

/// A mistyped word is answered with its line and the choices, for every enum and for ε and w.
#[test]
fn mistyped_sections_are_answered_with_the_choices() {
    for (text, choices) in [
        ("model = \"emb\"", "`ebm`, `sbm`, `radial`, `ddf`, `non-radial-ddf`"),
        ("orientation = \"in\"", "`none`, `input`, `output`"),
        ("rts = \"CRS\"", "`crs`, `vrs`, `nirs`, `ndrs`"),
        ("bads_convention = \"2-phi\"", "`phi`, `two-minus-phi`, `slack`, `input`"),
        ("disposability = \"free\"", "`weak`, `strong`, `strong-capped`, `weak-kuosmanen`"),
        ("calibration = \"rwa\"", "`raw`, `sbm`, `add`"),
        ("calibration = 3", "`raw`, `sbm`, `add`, or a table"),
        ("calibration = { epsilon = { input = 1.0 } }", "`inputs`, `goods`, `bads`"),
        ("calibration_scope = \"own\"", "`pooled` or `per-period`"),
        (
            "reference = \"contemporanous\"",
            "`global`, `contemporaneous`, `sequential`, `biennial`, `window`, `metafrontier`",
        ),
        ("malmquist = \"gmli\"", "`none`, `gml`, `malmquist`, `ml`, `luenberger`"),
        ("decomposition = \"rd\"", "`fgnz`, `ray-desli`"),
        ("panel_value = \"first\"", "`first-one`, `drop-first`, `cumulated`, `log-cumulated`, `base-given`"),
        ("outside = \"super\"", "`empty` or `super-efficiency`"),
        ("direction = { inputs = \"own\" }", "`observed`, `zero`, `one`, `mean`, `range`"),
        ("solver = \"glpk\"", "`auto`, `simplex`, `highs`"),
        ("orientaton = \"input\"", "`orientation`"),
        ("bootstrap = { reps = 2 }", "`replications`, `seed`, `level`, `bandwidth`"),
    ] {
        let error =
            toml::from_str::<PanelSpec>(&format!("rts = \"vrs\"\n{text}").replace("rts = \"vrs\"\nrts", "\nrts"))
                .expect_err(text)
                .to_string();
        assert!(error.contains("line 2") && error.contains(choices), "{text}: {error}");
    }
}
