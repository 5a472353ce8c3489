//! The record of a run: conventions in words, ε and w, counts, and what a reader should know.

use crate::calibration::CalibrationResult;
use crate::evaluate::Status;
use crate::evaluator::Evaluator;
use crate::lp::LpStats;
use crate::model::nonradial_ddf;
use crate::panel::{PanelRow, Transition};
use crate::spec::{Calibration, CalibrationScope, Index, Model, Orientation, PanelSpec, PanelValue, Reference};
use crate::timeline::Timeline;
use panel_core::{Diagnostic, Diagnostics};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the linear programs of a run did.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LpRecord {
    /// Programs solved.
    pub programs: usize,
    /// Simplex iterations in all.
    pub iterations: usize,
    /// Programs whose certificate the built-in engine could not close and HiGHS solved.
    pub fallbacks: usize,
    /// Programs proved infeasible.
    pub infeasible: usize,
    /// Programs without a closing certificate at the end.
    pub uncertified: usize,
    /// The worst part of any optimal program's certificate: residuals, complementarity and gap, all relative.
    pub worst_certificate: f64,
}

impl From<&LpStats> for LpRecord {
    fn from(stats: &LpStats) -> Self {
        Self {
            programs: stats.programs,
            iterations: stats.iterations,
            fallbacks: stats.fallbacks,
            infeasible: stats.infeasible,
            uncertified: stats.uncertified,
            worst_certificate: stats.worst_certificate,
        }
    }
}

/// The record of a whole-panel run, ready to be written beside its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// Names of inputs.
    pub inputs: Vec<String>,
    /// Names of good outputs.
    pub goods: Vec<String>,
    /// Names of bad outputs.
    pub bads: Vec<String>,
    /// Rows of the data.
    pub rows: usize,
    /// Rows with a missing quantity.
    pub missing: usize,
    /// Entities.
    pub entities: usize,
    /// Periods, ascending.
    pub periods: Vec<i64>,
    /// Transitions with an index.
    pub transitions: usize,
    /// ε, w, ρ and affinity: pooled first, then one per period where so calibrated. Empty for other models than EBM.
    pub calibration: Vec<CalibrationResult>,
    /// Every convention used, by name.
    pub conventions: BTreeMap<String, String>,
    /// Rows on their reference frontier (score 1, or distance 0).
    pub efficient: usize,
    /// Counts of the linear programs.
    pub lp: LpRecord,
}

impl Summary {
    pub(crate) fn new(evaluator: &Evaluator<'_>, timeline: &Timeline, rows: &[PanelRow]) -> Self {
        let observations = evaluator.observations;
        let dims = observations.dims();
        let names = |range: std::ops::Range<usize>| observations.names()[range].to_vec();
        let top = if evaluator.is_distance() { 0.0 } else { 1.0 };
        let on_frontier = |row: &&PanelRow| {
            row.score.is_some_and(|score| if evaluator.is_distance() { score <= top } else { score >= top })
        };
        Self {
            inputs: names(0..dims.inputs),
            goods: names(dims.inputs..dims.inputs + dims.goods),
            bads: names(dims.inputs + dims.goods..dims.total()),
            rows: rows.len(),
            missing: rows.iter().filter(|row| row.status == Status::Missing).count(),
            entities: timeline.by_entity().len(),
            periods: timeline.periods().to_vec(),
            transitions: rows.iter().filter(|row| row.transition == Transition::Ok).count(),
            calibration: evaluator.calibrations.clone(),
            conventions: conventions(evaluator, timeline),
            efficient: rows.iter().filter(on_frontier).count(),
            lp: LpRecord::from(&evaluator.stats),
        }
    }
}

/// Every choice in words.
fn conventions(evaluator: &Evaluator<'_>, timeline: &Timeline) -> BTreeMap<String, String> {
    let (spec, observations) = (evaluator.spec, evaluator.observations);
    let bads = observations.dims().bads;
    let mut record = BTreeMap::new();
    let mut say = |key: &str, value: String| record.insert(key.to_owned(), value);
    let distance = evaluator.is_distance();
    say("model", spec.model.to_string());
    say("rts", spec.rts.to_string());
    say("reference", spec.reference.to_string());
    say("malmquist", spec.malmquist.to_string());
    say("panel_value", spec.panel_value.to_string());
    say("period_step", timeline.step().to_string());
    say("super_efficiency", spec.super_efficiency.to_string());
    if distance {
        say("disposability", spec.disposability.to_string());
        say(
            "direction",
            format!("inputs {}, goods {}, bads {}", spec.direction.inputs, spec.direction.goods, spec.direction.bads),
        );
        if spec.model == Model::NonRadialDdf {
            let weights = nonradial_ddf::weights(observations.dims(), spec.direction, &spec.nonradial_weights);
            let named: Vec<String> =
                observations.names().iter().zip(&weights).map(|(name, weight)| format!("{name} {weight}")).collect();
            say("nonradial_weights", named.join(", "));
        }
        say("score", "distance: 0 on the frontier; indices use 1/(1 + D), the indicator D itself".into());
    } else {
        say("orientation", spec.orientation.to_string());
        if bads > 0 {
            say("bads_convention", spec.bads_convention.to_string());
        }
        let side = match spec.orientation {
            Orientation::Output => "efficiency: 1 on the frontier, the reciprocal of the output expansion",
            _ => "efficiency: 1 on the frontier",
        };
        say("score", side.into());
    }
    say("score_snap", format!("scores within {:e} of the frontier value are that value", crate::evaluate::SNAP));
    if spec.reference == Reference::Window {
        say("window", spec.window.to_string());
    }
    if spec.model == Model::Ebm {
        say("bounded", spec.is_bounded().to_string());
        let rule = match &spec.calibration {
            Calibration::Rule(rule) => rule.to_string(),
            Calibration::Given(_) => "given".into(),
        };
        say("calibration", rule);
        let scope = match spec.calibration_scope {
            CalibrationScope::Pooled => "pooled: one set of ε and w in own-period and pooled programs",
            CalibrationScope::PerPeriod => "per-period: own-period programs use their period's ε and w",
        };
        say("calibration_scope", scope.into());
    }
    if spec.scale_change {
        let frontiers = match spec.reference {
            Reference::Sequential => "sequential frontiers",
            Reference::Window => "window frontiers",
            Reference::Metafrontier => "the frontiers of single periods and groups",
            _ => "the frontiers of single periods",
        };
        say(
            "scale_change",
            format!("pure efficiency change under variable returns on {frontiers}, like efficiency change"),
        );
    }
    if spec.malmquist != Index::None && spec.panel_value == PanelValue::BaseGiven {
        let base = spec.base_period.or_else(|| timeline.periods().first().copied());
        say("base_period", base.map_or_else(|| "none".into(), |period| period.to_string()));
    }
    let formula = match (spec.malmquist, spec.reference) {
        (Index::None, _) => return record,
        (Index::Luenberger, Reference::Global | Reference::Metafrontier) => "D^G(t) - D^G(t+1)",
        (Index::Luenberger, Reference::Biennial) => "D^B(t) - D^B(t+1)",
        (Index::Luenberger, _) => "mean of D^t(t) - D^t(t+1) and D^t+1(t) - D^t+1(t+1)",
        (_, Reference::Global | Reference::Metafrontier) if distance => "(1 + D^G(t)) / (1 + D^G(t+1))",
        (_, Reference::Global | Reference::Metafrontier) => "E^G(t+1) / E^G(t)",
        (_, Reference::Biennial) if distance => "(1 + D^B(t)) / (1 + D^B(t+1))",
        (_, Reference::Biennial) => "E^B(t+1) / E^B(t)",
        _ if distance => "geometric mean over adjacent frontiers of (1 + D(t)) / (1 + D(t+1))",
        _ => "geometric mean over adjacent frontiers of E(t+1) / E(t)",
    };
    record.insert("index_formula".to_owned(), formula.to_owned());
    record
}

/// Remarks about a run.
pub(crate) fn diagnose(
    summary: &Summary,
    rows: &[PanelRow],
    spec: &PanelSpec,
    label: &dyn Fn(usize) -> String,
) -> Diagnostics {
    let mut remarks = Diagnostics::new();
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
    group(true, "gtfp-unsolved", "ended without an optimum", &|r| {
        matches!(r.status, Status::Unbounded | Status::Failed)
    });
    group(false, "gtfp-gap", "follow a gap and have no index", &|r| r.transition == Transition::AfterGap);
    group(true, "gtfp-cross-infeasible", "have an infeasible cross-period program and no index", &|r| {
        r.transition == Transition::Infeasible
    });
    group(true, "gtfp-undefined", "have a score that is missing or not positive, so no ratio", &|r| {
        r.transition == Transition::Undefined
    });
    if spec.malmquist != Index::None && spec.panel_value == PanelValue::BaseGiven {
        group(true, "gtfp-no-base", "are an entity's first period, later than the base period, and stay empty", &|r| {
            r.transition == Transition::First && r.gtfp.is_none() && r.status == Status::Ok
        });
    }
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
    remarks
}
