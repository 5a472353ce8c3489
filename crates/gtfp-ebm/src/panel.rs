//! A whole panel in one call: scores, index, decomposition and panel values of every row.

use crate::data::Named;
use crate::error::Result;
use crate::evaluate::{Detail, Status};
use crate::evaluator::Evaluator;
use crate::index::Comparison;
use crate::lp::Solver;
use crate::panel_value::panel_value;
use crate::prepare::Prepared;
use crate::record::{Summary, diagnose};
use crate::run::Run;
use crate::spec::{Index, PanelSpec};
use panel_core::Diagnostics;
use serde::{Deserialize, Serialize};

/// A panel as plain columns, one value per row.
#[derive(Clone, Copy)]
pub struct PanelData<'a> {
    /// Inputs by name.
    pub inputs: &'a [Named<'a>],
    /// Good outputs by name.
    pub goods: &'a [Named<'a>],
    /// Bad outputs by name.
    pub bads: &'a [Named<'a>],
    /// Entity code of each row.
    pub entity: &'a [u32],
    /// Period of each row (a year, or another whole number whose differences are durations).
    pub time: &'a [i64],
    /// Group of each row, for the metafrontier.
    pub group: Option<&'a [u32]>,
    /// How a row is called in messages, such as "entity `Anqing`, time `2015`".
    pub label: &'a (dyn Fn(usize) -> String + Sync),
}

impl std::fmt::Debug for PanelData<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |columns: &[Named<'_>]| columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        f.debug_struct("PanelData")
            .field("inputs", &names(self.inputs))
            .field("goods", &names(self.goods))
            .field("bads", &names(self.bads))
            .field("rows", &self.time.len())
            .finish_non_exhaustive()
    }
}

/// What became of the transition into a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transition {
    /// No index was asked for.
    NotAsked,
    /// The row itself is missing.
    Missing,
    /// The entity's first usable period.
    First,
    /// The entity has no usable row one step before.
    AfterGap,
    /// An index was computed.
    Ok,
    /// A cross-period program has no point in its reference technology.
    Infeasible,
    /// A score is missing or not positive, so no ratio exists.
    Undefined,
}

/// Everything about one row; `None` is an empty cell, and the statuses say why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PanelRow {
    /// Score on the reference chosen (global by default): efficiency, or distance for directional models.
    pub score: Option<f64>,
    /// Score on the frontier of the row's own period (of its own group and period for the metafrontier).
    pub score_contemporaneous: Option<f64>,
    /// Metafrontier only: score on the pooled frontier of the row's group.
    pub score_group: Option<f64>,
    /// The index of the transition into the row (gml, malmquist, ml or luenberger). It is the product of its parts; the
    /// Luenberger indicator is their sum.
    pub index: Option<f64>,
    /// Efficiency change.
    pub ec: Option<f64>,
    /// Technical (best practice) change.
    pub tc: Option<f64>,
    /// Metafrontier only: change of the technology gap, so that index = EC × TC × this (indicators: EC + TC + this).
    pub gap_change: Option<f64>,
    /// Pure efficiency change, on the variable-returns frontiers of the periods (or sequences, or windows) that EC is
    /// measured on (constant-returns models with `scale_change`).
    pub pure_ec: Option<f64>,
    /// Scale efficiency change, EC / pure EC (indicators: EC − pure EC).
    pub scale_ec: Option<f64>,
    /// The panel value that the index gives this row.
    pub gtfp: Option<f64>,
    /// Status of the main score.
    pub status: Status,
    /// Status of the transition.
    pub transition: Transition,
}

/// The result of a whole panel.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PanelResult {
    /// One record per row, in the order of the data.
    pub rows: Vec<PanelRow>,
    /// θ, φ, slacks, targets, peers and multipliers of every scored row, where asked for.
    pub details: Vec<Detail>,
    /// ε, w, affinity, conventions and counts.
    pub summary: Summary,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Scores, index, decomposition and panel values of a whole panel.
///
/// With the default specification: ε and w from the raw pooled data; the non-oriented, bounded, constant-returns EBM of
/// every row on the frontier of all periods, E^G, and on that of its own period, E^t; then
///
/// $$ GML = E^G(t+1)/E^G(t), \qquad EC = E^{t+1}(t+1)/E^t(t), \qquad TC = BPC = GML/EC . $$
///
/// **Shapes** every column, `entity` and `time` have one value per row, in any order.
/// **Units** any: programs are written relative to the evaluated unit.
/// **Missing values** a row with a `NaN` among its quantities is in no program, keeps its place with
/// [`Status::Missing`], and breaks the entity's transitions. Index and components are empty in an entity's first
/// period and after a gap; neighbouring periods are as far apart as the two closest periods of the data.
/// **Reference** Tone and Tsutsui (2010); Pastor and Lovell (2005); Oh (2010).
///
/// # Errors
/// [`Error::BadValue`](crate::Error::BadValue) for a zero, negative or infinite quantity the model cannot take;
/// [`Error::Degenerate`](crate::Error::Degenerate) for combinations without a meaning;
/// [`Error::Specification`](crate::Error::Specification) for options that do not fit.
pub fn productivity(data: &PanelData<'_>, spec: &PanelSpec, solver: Solver) -> Result<PanelResult> {
    measure(&Prepared::new(data, spec)?, data, spec, solver)
}

/// What [`productivity`] would refuse before it solves anything: options that do not fit, quantities that the model
/// cannot take, ε and w (given, or measured on raw data) that make its programs unbounded.
///
/// # Errors
/// Those of [`productivity`], but for numerical ones and, with ε and w of projections, those of their values.
pub fn validate(data: &PanelData<'_>, spec: &PanelSpec) -> Result<()> {
    let prepared = Prepared::new(data, spec)?;
    let mut evaluator = Evaluator::new(&prepared.observations, spec, Solver::default());
    if !evaluator.calibration_solves() {
        evaluator.calibrate(&prepared.usable, &prepared.by_period(), data.label)?;
    }
    Ok(())
}

/// [`productivity`] of a panel that was checked.
pub(crate) fn measure(
    prepared: &Prepared,
    data: &PanelData<'_>,
    spec: &PanelSpec,
    solver: Solver,
) -> Result<PanelResult> {
    let Prepared { observations, timeline, usable } = prepared;
    let _span = tracing::debug_span!("productivity", rows = observations.n(), model = %spec.model).entered();
    let mut evaluator = Evaluator::new(observations, spec, solver);
    evaluator.calibrate(usable, &prepared.by_period(), data.label)?;
    let mut run = Run::new(evaluator, timeline, data.group);
    let mut rows = run.rows()?;
    if spec.malmquist != Index::None {
        let index: Vec<Option<f64>> = rows.iter().map(|row| row.index).collect();
        let comparison = Comparison::of(spec.malmquist);
        let circular = run.is_circular().then(|| run.circular(&rows));
        let values =
            panel_value(timeline, &index, comparison, circular.as_deref(), spec.panel_value, spec.base_period)?;
        for (row, value) in rows.iter_mut().zip(values) {
            row.gtfp = value;
        }
    }
    let summary = Summary::new(&run.evaluator, timeline, &rows);
    let diagnostics = diagnose(&summary, &rows, spec, data.label);
    Ok(PanelResult { rows, details: run.details, summary, diagnostics })
}
