//! Whole panels: EBM-GML against the independent reference, gaps, missing rows, panel values.

use crate::support::{PEER, Table, assert_scores};
use gtfp_ebm::{
    BadsConvention, Calibration, CalibrationRule, CalibrationScope, Index, Model, PanelData, PanelResult, PanelSpec,
    PanelValue, Reference, Rts, Solver, Status, Transition, productivity,
};

/// Runs a golden table with entity and time columns.
pub(crate) fn run(table: &Table, keys: [&str; 2], columns: [&[&str]; 3], spec: &PanelSpec) -> PanelResult {
    let names = table.text(keys[0]);
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    let entity: Vec<u32> = names.iter().map(|n| distinct.binary_search(n).expect("listed") as u32).collect();
    let time: Vec<i64> = table.text(keys[1]).iter().map(|t| t.parse().expect("a year")).collect();
    let read = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), table.numbers(n))).collect::<Vec<_>>();
    let data = columns.map(read);
    fn named(columns: &[(String, Vec<f64>)]) -> Vec<(&str, &[f64])> {
        columns.iter().map(|(n, v)| (n.as_str(), v.as_slice())).collect()
    }
    let [inputs, goods, bads] = [named(&data[0]), named(&data[1]), named(&data[2])];
    let data = PanelData {
        inputs: &inputs,
        goods: &goods,
        bads: &bads,
        entity: &entity,
        time: &time,
        group: None,
        label: &|row| format!("{} {}", names[row], time[row]),
    };
    productivity(&data, spec).expect("valid data")
}

/// Positions in `table` of the keys of `golden`.
fn positions(table: &Table, golden: &Table) -> Vec<usize> {
    let key = |t: &Table| t.text("Province").into_iter().zip(t.text("year")).collect::<Vec<_>>();
    let keys = key(table);
    key(golden).iter().map(|k| keys.iter().position(|other| other == k).expect("a known key")).collect()
}

fn provinces(spec: &PanelSpec) -> Option<(Table, PanelResult)> {
    let table = Table::shared("stata_gtfpch/provinces30x3.csv")?;
    let result = run(&table, ["Province", "year"], [&["K", "L", "E"], &["Y"], &["CO2"]], spec);
    Some((table, result))
}

const CONVENTIONS: [(&str, BadsConvention); 4] = [
    ("phi", BadsConvention::Phi),
    ("2-phi", BadsConvention::TwoMinusPhi),
    ("slack", BadsConvention::Slack),
    ("theta", BadsConvention::Input),
];

/// All 32 combinations of the reference: those with a meaning agree, score by score and index by index.
#[test]
fn provinces_in_every_combination() {
    let (Some(scores), Some(gml)) = (
        Table::shared("ebm_gml_ours/provinces30x3_KLE_Y_CO2_scores.csv"),
        Table::shared("ebm_gml_ours/provinces30x3_KLE_Y_CO2_gml.csv"),
    ) else {
        return;
    };
    let mut compared = 0;
    for rule in [CalibrationRule::Raw, CalibrationRule::Sbm] {
        for rts in [Rts::Crs, Rts::Vrs] {
            for (word, convention) in CONVENTIONS {
                for bounded in [false, true] {
                    let keep = |cell: &dyn Fn(&str) -> String| {
                        cell("projection") == rule.as_str()
                            && cell("rts") == rts.as_str()
                            && cell("bad") == word
                            && cell("bounded") == if bounded { "True" } else { "False" }
                    };
                    if !bounded && (rts == Rts::Vrs || matches!(word, "2-phi" | "slack")) {
                        // No meaning; refused (tests in `errors`).
                        continue;
                    }
                    let (scores, gml) = (scores.filter(keep), gml.filter(keep));
                    for scope in [CalibrationScope::Pooled, CalibrationScope::PerPeriod] {
                        let spec = PanelSpec {
                            rts,
                            bads_convention: convention,
                            bounded: Some(bounded),
                            calibration: Calibration::Rule(rule),
                            calibration_scope: scope,
                            ..PanelSpec::default()
                        };
                        let (table, result) = provinces(&spec).expect("read before");
                        let what = format!("{rule} {rts} {word} bounded {bounded} {scope}");
                        let at = positions(&table, &scores);
                        let pick = |read: fn(&gtfp_ebm::PanelRow) -> Option<f64>, at: &[usize]| {
                            at.iter().map(|&row| read(&result.rows[row])).collect::<Vec<_>>()
                        };
                        let own =
                            if scope == CalibrationScope::Pooled { "E_period_epsglobal" } else { "E_period_epsperiod" };
                        assert_scores(
                            &format!("{what} E^G"),
                            &pick(|r| r.score, &at),
                            &scores.numbers("E_global"),
                            PEER,
                        );
                        assert_scores(
                            &format!("{what} E^t"),
                            &pick(|r| r.score_contemporaneous, &at),
                            &scores.numbers(own),
                            PEER,
                        );
                        let at = positions(&table, &gml);
                        let suffix = if scope == CalibrationScope::Pooled { "g" } else { "" };
                        assert_scores(&format!("{what} GML"), &pick(|r| r.index, &at), &gml.numbers("GML"), PEER);
                        assert_scores(
                            &format!("{what} EC"),
                            &pick(|r| r.ec, &at),
                            &gml.numbers(&format!("EC{suffix}")),
                            PEER,
                        );
                        assert_scores(
                            &format!("{what} BPC"),
                            &pick(|r| r.tc, &at),
                            &gml.numbers(&format!("BPC{suffix}")),
                            PEER,
                        );
                        compared += 1;
                    }
                }
            }
        }
    }
    assert_eq!(compared, 2 * 2 * (2 + 4 + 4), "combinations with a meaning");
}

#[test]
fn provinces_parameters() {
    let Some(golden) = Table::shared("ebm_gml_ours/provinces30x3_KLE_Y_CO2_params.csv") else { return };
    let list = |text: &str| text.split_whitespace().map(|v| v.parse::<f64>().expect("a number")).collect::<Vec<_>>();
    for rule in [CalibrationRule::Raw, CalibrationRule::Sbm] {
        let spec = PanelSpec {
            calibration: Calibration::Rule(rule),
            calibration_scope: CalibrationScope::PerPeriod,
            ..PanelSpec::default()
        };
        let Some((_, result)) = provinces(&spec) else { return };
        let part = golden.filter(|cell| cell("projection") == rule.as_str());
        for i in 0..part.len() {
            let scope = &part.text("scope")[i];
            let period: Option<i64> = scope.parse().ok();
            let calibration = result.summary.calibration.iter().find(|c| c.period == period).expect("measured");
            let affinity = match part.text("group")[i].as_str() {
                "x" => &calibration.inputs,
                "y" => &calibration.goods,
                _ => &calibration.bads,
            };
            let affinity = affinity.as_ref().expect("a group with columns");
            let what = format!("{rule} {scope} {}", part.text("group")[i]);
            let flat: Vec<f64> = affinity.matrix.iter().flatten().copied().collect();
            for (name, got, want) in [
                ("eps", vec![affinity.epsilon], vec![part.numbers("eps")[i]]),
                ("rho", vec![affinity.rho], vec![part.numbers("rho")[i]]),
                ("w", affinity.weights.clone(), list(&part.text("w")[i])),
                ("S", flat, list(&part.text("S")[i])),
            ] {
                let got: Vec<Option<f64>> = got.into_iter().map(Some).collect();
                assert_scores(&format!("{what} {name}"), &got, &want, PEER);
            }
        }
    }
}

/// A toy with a gap and a missing value: entity 0 misses 2015, entity 1 has a missing quantity in 2014.
fn toy(spec: &PanelSpec) -> PanelResult {
    let nan = f64::NAN;
    let entity = [0, 0, 0, 1, 1, 1, 1];
    let time = [2013, 2014, 2016, 2013, 2014, 2015, 2016];
    let x = [2.0, 2.1, 2.3, 3.0, nan, 3.1, 3.3];
    let k = [1.0, 1.3, 1.2, 2.0, 2.0, 2.2, 2.1];
    let y = [1.0, 1.2, 1.5, 2.0, 2.1, 2.0, 2.6];
    let data = PanelData {
        inputs: &[("x", &x), ("k", &k)],
        goods: &[("y", &y)],
        bads: &[],
        entity: &entity,
        time: &time,
        group: None,
        label: &|row| format!("row {row}"),
    };
    productivity(&data, spec).expect("valid")
}

#[test]
fn gaps_and_missing_rows_leave_empty_cells_with_reasons() {
    let result = toy(&PanelSpec::default());
    let transitions: Vec<Transition> = result.rows.iter().map(|row| row.transition).collect();
    use Transition::{AfterGap, First, Missing, Ok};
    assert_eq!(transitions, [First, Ok, AfterGap, First, Missing, AfterGap, Ok]);
    assert_eq!(result.rows[4].status, Status::Missing);
    for (row, record) in result.rows.iter().enumerate() {
        assert_eq!(record.index.is_some(), transitions[row] == Ok);
        assert_eq!(record.score.is_some(), row != 4);
    }
    let codes: Vec<&str> = result.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert!(codes.contains(&"gtfp-missing") && codes.contains(&"gtfp-gap"), "{codes:?}");
}

#[test]
fn panel_values_follow_their_rule() {
    let values = |rule| {
        let result = toy(&PanelSpec { panel_value: rule, ..PanelSpec::default() });
        let gtfp: Vec<Option<f64>> = result.rows.iter().map(|row| row.gtfp).collect();
        (gtfp, result)
    };
    let (first_one, result) = values(PanelValue::FirstOne);
    let index: Vec<Option<f64>> = result.rows.iter().map(|row| row.index).collect();
    assert_eq!(first_one[..4], [Some(1.0), index[1], None, Some(1.0)]);
    assert_eq!(first_one[4..], [None, None, index[6]]);
    assert_eq!(values(PanelValue::DropFirst).0, index);
    // One frontier for all periods: the product bridges the gap as a ratio of scores.
    let (cumulated, result) = values(PanelValue::Cumulated);
    let score = |row: usize| result.rows[row].score.expect("scored");
    assert_eq!(cumulated[0], Some(1.0));
    assert_eq!(cumulated[2], Some(score(2) / score(0)));
    assert_eq!(cumulated[4], None);
    let logs = values(PanelValue::LogCumulated).0;
    assert_eq!(logs[3], Some(0.0));
    assert_eq!(logs[6], cumulated[6].map(f64::ln));
    let (base, result) = values(PanelValue::BaseGiven);
    assert_eq!(base[..3], [None, index[1], None]);
    assert_eq!(result.summary.conventions["panel_value"], "base-given");
}

/// An indicator is a difference: no change is 0, and it is cumulated by sums, across gaps on one frontier.
#[test]
fn panel_values_of_an_indicator_add_up() {
    let values = |reference, rule| {
        let spec = PanelSpec {
            model: Model::Ddf,
            malmquist: Some(Index::Luenberger),
            reference,
            panel_value: rule,
            ..PanelSpec::default()
        };
        let result = toy(&spec);
        let gtfp: Vec<Option<f64>> = result.rows.iter().map(|row| row.gtfp).collect();
        (gtfp, result)
    };
    let (first, result) = values(Reference::Global, PanelValue::FirstOne);
    assert_eq!((first[0], first[1], first[2]), (Some(0.0), result.rows[1].index, None));
    let (cumulated, result) = values(Reference::Global, PanelValue::Cumulated);
    let score = |row: usize| result.rows[row].score.expect("scored");
    assert_eq!(cumulated[..3], [Some(0.0), Some(score(0) - score(1)), Some(score(0) - score(2))]);
    let (cumulated, result) = values(Reference::Contemporaneous, PanelValue::Cumulated);
    assert_eq!(cumulated[..3], [Some(0.0), result.rows[1].index, None]);
}

#[test]
fn one_period_one_entity_and_one_row_are_panels() {
    let data = PanelData {
        inputs: &[("x", &[2.0])],
        goods: &[("y", &[1.0])],
        bads: &[("b", &[1.0])],
        entity: &[5],
        time: &[2020],
        group: None,
        label: &|row| row.to_string(),
    };
    let result = productivity(&data, &PanelSpec::default()).expect("valid");
    assert_eq!(result.rows[0].score, Some(1.0));
    assert_eq!((result.rows[0].gtfp, result.rows[0].transition), (None, Transition::NotAsked));
    let asked = PanelSpec { malmquist: Some(Index::Gml), ..PanelSpec::default() };
    let error = productivity(&data, &asked).expect_err("one period");
    assert!(error.to_string().contains("only one"), "{error}");
}
