//! What a reader of a run should know: its conventions in words, and remarks.

use crate::evaluate::Status;
use crate::evaluator::Evaluator;
use crate::model::ddf::Way;
use crate::model::nonradial_ddf;
use crate::record::{LpRecord, Summary};
use crate::result::{PanelRow, Transition};
use crate::spec::{
    Calibration, CalibrationScope, Index, Model, Orientation, Outside, PanelSpec, PanelValue, Reference,
};
use crate::timeline::Timeline;
use panel_core::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Record of a run.
pub(crate) fn summarize(evaluator: &Evaluator<'_>, timeline: &Timeline, rows: &[PanelRow]) -> Summary {
    let observations = evaluator.observations;
    let dims = observations.dims();
    let names = |range: std::ops::Range<usize>| observations.names()[range].to_vec();
    let top = if evaluator.is_distance() { 0.0 } else { 1.0 };
    let on_frontier = |row: &&PanelRow| {
        row.score.is_some_and(|score| if evaluator.is_distance() { score <= top } else { score >= top })
    };
    Summary {
        inputs: names(0..dims.inputs),
        goods: names(dims.inputs..dims.inputs + dims.goods),
        bads: names(dims.inputs + dims.goods..dims.total()),
        rows: rows.len(),
        missing: rows.iter().filter(|row| row.status == Status::Missing).count(),
        entities: timeline.by_entity().len(),
        periods: timeline.periods().to_vec(),
        transitions: rows.iter().filter(|row| row.transition == Transition::Ok).count(),
        without_index: reasons(rows),
        calibration: evaluator.calibrations.clone(),
        conventions: conventions(evaluator, timeline),
        efficient: rows.iter().filter(on_frontier).count(),
        lp: LpRecord::from(&evaluator.stats),
    }
}

/// Rows without an index by reason.
fn reasons(rows: &[PanelRow]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in rows.iter().filter(|row| !matches!(row.transition, Transition::Ok | Transition::NotAsked)) {
        *counts.entry(row.transition.to_string()).or_default() += 1;
    }
    counts
}

/// Every choice in words, in one map: what the technology is, how a score is measured, how an index is made.
fn conventions(evaluator: &Evaluator<'_>, timeline: &Timeline) -> BTreeMap<String, String> {
    let mut record = BTreeMap::new();
    technology(evaluator, timeline, &mut record);
    score(evaluator, &mut record);
    if evaluator.spec.model == Model::Ebm {
        calibration(evaluator.spec, &mut record);
    }
    index(evaluator, timeline, &mut record);
    record
}

/// Frontier, returns to scale and the periods that are compared.
fn technology(evaluator: &Evaluator<'_>, timeline: &Timeline, record: &mut BTreeMap<String, String>) {
    let spec = evaluator.spec;
    let mut say = |key: &str, value: String| record.insert(key.to_owned(), value);
    say("model", spec.model.to_string());
    say("rts", spec.rts.to_string());
    say("reference", spec.reference.to_string());
    say("malmquist", spec.malmquist.unwrap_or(Index::None).to_string());
    say("panel_value", spec.panel_value.to_string());
    let neighbors = match (timeline.step(), timeline.uneven()) {
        (Some(step), _) => step.to_string(),
        (None, None) => "sequence".into(),
        (None, Some(periods)) => format!("sequence: {periods}"),
    };
    say("period_step", neighbors);
    if spec.outside != Outside::Empty {
        say("outside", spec.outside.to_string());
    }
    if spec.reference == Reference::Window {
        say("window", spec.window.to_string());
    }
    say("super_efficiency", spec.super_efficiency.to_string());
}

/// What a score measures, and on which side.
fn score(evaluator: &Evaluator<'_>, record: &mut BTreeMap<String, String>) {
    let (spec, observations) = (evaluator.spec, evaluator.observations);
    let mut say = |key: &str, value: String| record.insert(key.to_owned(), value);
    say("score_snap", format!("scores within {:e} of the frontier value are that value", crate::evaluate::SNAP));
    if evaluator.is_distance() {
        say("disposability", spec.disposability.to_string());
        let named = |numbers: &[f64]| -> String {
            let pairs = observations.names().iter().zip(numbers).map(|(name, number)| format!("{name} {number}"));
            pairs.collect::<Vec<_>>().join(", ")
        };
        let rules = spec.direction;
        let direction = match &*spec.direction_values {
            [] => format!("inputs {}, goods {}, bads {}", rules.inputs, rules.goods, rules.bads),
            values => named(values),
        };
        say("direction", direction);
        if spec.model == Model::NonRadialDdf {
            let weights = nonradial_ddf::weights(observations.dims(), Way::of(spec), &spec.nonradial_weights);
            say("nonradial_weights", named(&weights));
        }
        say("score", "distance: 0 on the frontier; indices use 1/(1 + D), the indicator D itself".into());
        return;
    }
    say("orientation", spec.orientation().to_string());
    if observations.dims().bads > 0 {
        say("bads_convention", spec.bads_convention.to_string());
    }
    let side = match spec.orientation() {
        Orientation::Output => "efficiency: 1 on the frontier, the reciprocal of the output expansion",
        _ => "efficiency: 1 on the frontier",
    };
    say("score", side.into());
}

/// Where ε and the weights of EBM come from.
fn calibration(spec: &PanelSpec, record: &mut BTreeMap<String, String>) {
    let rule = match &spec.calibration {
        Calibration::Rule(rule) => rule.to_string(),
        Calibration::Given(_) => "given".into(),
    };
    let scope = match spec.calibration_scope {
        CalibrationScope::Pooled => "pooled: one set of ε and w in own-period and pooled programs",
        CalibrationScope::PerPeriod => "per-period: own-period programs use their period's ε and w",
    };
    record.insert("bounded".to_owned(), spec.is_bounded().to_string());
    record.insert("calibration".to_owned(), rule);
    record.insert("calibration_scope".to_owned(), scope.to_owned());
}

/// The formula of the index, its parts and the period that it starts from.
fn index(evaluator: &Evaluator<'_>, timeline: &Timeline, record: &mut BTreeMap<String, String>) {
    let spec = evaluator.spec;
    let mut say = |key: &str, value: String| record.insert(key.to_owned(), value);
    if let Some(decomposition) = spec.decomposition {
        say("decomposition", decomposition.to_string());
    }
    if spec.scale_change {
        let frontiers = match spec.reference {
            Reference::Sequential => "sequential frontiers",
            Reference::Window => "window frontiers",
            Reference::Metafrontier => "the frontiers of single periods and groups",
            _ => "the frontiers of single periods",
        };
        let text = format!("pure efficiency change under variable returns on {frontiers}, like efficiency change");
        say("scale_change", text);
    }
    let index = spec.malmquist.unwrap_or(Index::None);
    if index != Index::None && spec.panel_value == PanelValue::BaseGiven {
        let base = spec.base_period.or_else(|| timeline.periods().first().copied());
        say("base_period", base.map_or_else(|| "none".into(), |period| period.to_string()));
    }
    if let Some(formula) = index_formula(index, spec.reference, evaluator.is_distance()) {
        say("index_formula", formula.to_owned());
    }
}

/// The index in terms of scores E or distances D; none without an index.
fn index_formula(index: Index, reference: Reference, is_distance: bool) -> Option<&'static str> {
    let global = matches!(reference, Reference::Global | Reference::Metafrontier);
    let biennial = reference == Reference::Biennial;
    match index {
        Index::None => None,
        Index::Luenberger if global => Some("D^G(t) - D^G(t+1)"),
        Index::Luenberger if biennial => Some("D^B(t) - D^B(t+1)"),
        Index::Luenberger => Some("mean of D^t(t) - D^t(t+1) and D^t+1(t) - D^t+1(t+1)"),
        _ if global && is_distance => Some("(1 + D^G(t)) / (1 + D^G(t+1))"),
        _ if global => Some("E^G(t+1) / E^G(t)"),
        _ if biennial && is_distance => Some("(1 + D^B(t)) / (1 + D^B(t+1))"),
        _ if biennial => Some("E^B(t+1) / E^B(t)"),
        _ if is_distance => Some("geometric mean over adjacent frontiers of (1 + D(t)) / (1 + D(t+1))"),
        _ => Some("geometric mean over adjacent frontiers of E(t+1) / E(t)"),
    }
}

/// Remarks about a run.
pub(crate) fn diagnose(
    summary: &Summary,
    rows: &[PanelRow],
    timeline: &Timeline,
    spec: &PanelSpec,
    label: &dyn Fn(usize) -> String,
) -> Diagnostics {
    let mut remarks = Diagnostics::new();
    on_rows(rows, timeline, spec, label, &mut remarks);
    on_programs(summary, spec, &mut remarks);
    remarks
}

/// Rows without a score, an index or a part of it, each kind with its first row.
fn on_rows(
    rows: &[PanelRow],
    timeline: &Timeline,
    spec: &PanelSpec,
    label: &dyn Fn(usize) -> String,
    remarks: &mut Diagnostics,
) {
    let index = spec.malmquist.unwrap_or(Index::None);
    if index != Index::None
        && spec.step.is_none()
        && let Some(periods) = timeline.uneven()
    {
        remarks.push(Diagnostic::note(
            "gtfp-uneven-periods",
            format!(
                "periods are unevenly spaced ({periods}); an index compares neighbours in this sequence, so indices span different times; `step` asks for periods so far apart only"
            ),
        ));
    }
    let mut group = |severe: bool, code: &str, what: &str, hit: &dyn Fn(&PanelRow) -> bool| {
        let found: Vec<usize> = (0..rows.len()).filter(|&row| hit(&rows[row])).collect();
        let Some(&first) = found.first() else { return };
        let message = format!("{} of {} rows {what}; the first is {}", found.len(), rows.len(), label(first));
        remarks.push(if severe { Diagnostic::warning(code, message) } else { Diagnostic::note(code, message) });
    };
    group(false, "gtfp-missing", "have a missing quantity and are in no program", &|r| r.status == Status::Missing);
    group(true, "gtfp-infeasible", "have no point in their reference technology and no score", &|r| {
        r.status == Status::Infeasible
    });
    group(true, "gtfp-range", "have an optimum that is no efficiency or distance of theirs, and no score", &|r| {
        r.status == Status::OutOfRange
    });
    group(true, "gtfp-unbounded", "have a program without a finite optimum and no score", &|r| {
        r.status == Status::Unbounded
    });
    group(true, "gtfp-unsolved", "have a program that was not solved and no score", &|r| r.status == Status::Failed);
    group(false, "gtfp-gap", "follow a gap and have no index", &|r| r.transition == Transition::AfterGap);
    group(true, "gtfp-cross-infeasible", "have an infeasible cross-period program and no index", &|r| {
        r.transition == Transition::Infeasible
    });
    group(true, "gtfp-no-index", "have no index because a program of its scores was not solved", &|r| {
        matches!(r.transition, Transition::Unbounded | Transition::Failed)
    });
    group(true, "gtfp-undefined", "have a score that is not positive, so no ratio and no index", &|r| {
        r.transition == Transition::Undefined
    });
    group(true, "gtfp-no-parts", "have an index whose parts do not all exist", &|r| {
        let parts = [r.status_ec, r.status_tc, r.status_gap, r.status_pure, r.status_scale];
        r.transition == Transition::Ok
            && parts.iter().any(|part| !matches!(part, Transition::Ok | Transition::NotAsked))
    });
    if index != Index::None && spec.panel_value == PanelValue::BaseGiven {
        group(true, "gtfp-no-base", "are an entity's first period, later than the base period, and stay empty", &|r| {
            r.transition == Transition::First && r.gtfp.is_none() && r.status == Status::Ok
        });
    }
}

/// Weights that are not identified, and programs that the built-in engine did not certify.
fn on_programs(summary: &Summary, spec: &PanelSpec, remarks: &mut Diagnostics) {
    for calibration in &summary.calibration {
        let repeated = [&calibration.inputs, &calibration.goods, &calibration.bads]
            .into_iter()
            .flatten()
            .any(|affinity| affinity.repeated_root);
        if repeated {
            remarks.push(Diagnostic::warning(
                "gtfp-repeated-root",
                "the largest eigenvalue of an affinity matrix is repeated, so its weights are not identified; equal weights of its eigenspace are used",
            ));
        }
    }
    if spec.model == Model::Ebm && summary.goods.len() == 1 {
        remarks.push(Diagnostic::note(
            "gtfp-single-good",
            "with one good output its ε is 0 by definition, so its slack is not penalised",
        ));
    }
    let lp = &summary.lp;
    if lp.fallbacks > 0 {
        remarks.push(Diagnostic::note(
            "gtfp-fallback",
            format!(
                "{} of {} programs were solved by HiGHS after the built-in engine could not certify them",
                lp.fallbacks, lp.programs
            ),
        ));
    }
    if lp.uncertified > 0 {
        remarks.push(Diagnostic::warning(
            "gtfp-uncertified",
            format!("{} of {} programs have no closing certificate", lp.uncertified, lp.programs),
        ));
    }
}
