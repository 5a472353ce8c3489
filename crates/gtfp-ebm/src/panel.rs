//! A whole panel in one call: scores, index, decomposition and panel values of every row.

use crate::data::{Observations, PanelData};
use crate::error::Result;
use crate::evaluator::Evaluator;
use crate::index::Comparison;
use crate::malmquist;
use crate::panel_value::panel_value;
use crate::prepare::Prepared;
use crate::reference_set::Technologies;
use crate::remarks::{diagnose, summarize};
use crate::result::{PanelResult, PanelRow};
use crate::run::Run;
use crate::spec::{Index, PanelSpec, Reference};
use crate::timeline::Timeline;

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
/// [`Status::Missing`](crate::Status::Missing), and breaks the entity's transitions. Index and components are empty in an entity's first
/// period and after a gap; periods are neighbours by the panel's own sequence of periods, or by [`PanelSpec::step`].
/// **Reference** Tone and Tsutsui (2010); Pastor and Lovell (2005); Oh (2010).
///
/// # Errors
/// [`Error::BadValue`](crate::Error::BadValue) for a zero, negative or infinite quantity the model cannot take;
/// [`Error::Degenerate`](crate::Error::Degenerate) for combinations without a meaning;
/// [`Error::Specification`](crate::Error::Specification) for options that do not fit, or would have no effect.
pub fn productivity(data: &PanelData<'_>, spec: &PanelSpec) -> Result<PanelResult> {
    measure(&Prepared::new(data, spec)?, data, &mut Technologies::default())
}

/// Scores on the reference chosen, the index and the panel values: what [`panel_values`] starts from, and what it gives.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IndexValues {
    /// Score of every row on the reference chosen.
    pub scores: Vec<Option<f64>>,
    /// Index of the transition into every row; none where no index is asked for.
    pub index: Vec<Option<f64>>,
    /// Panel value of every row: the score itself where no index is asked for.
    pub values: Vec<Option<f64>>,
}

/// The scores, the index and the panel values of [`productivity`], to the bit, without the rest of it: on a frontier of
/// several periods the programs on single periods, which only the parts of the index are made of, are not solved.
///
/// # Errors
/// Those of [`productivity`], but for numerical ones of programs that are not solved.
pub fn productivity_values(data: &PanelData<'_>, spec: &PanelSpec) -> Result<IndexValues> {
    let prepared = Prepared::new(data, spec)?;
    let (rows, _) = solved(&prepared, data, &mut Technologies::default(), Run::for_values)?;
    let index = prepared.spec.malmquist.unwrap_or(Index::None);
    let value = |row: &PanelRow| if index == Index::None { row.score } else { row.gtfp };
    Ok(IndexValues {
        scores: rows.iter().map(|row| row.score).collect(),
        index: rows.iter().map(|row| row.index).collect(),
        values: rows.iter().map(value).collect(),
    })
}

/// What a study found out about the technologies of its panel, for further studies of the same rows.
#[derive(Debug, Clone, Default)]
pub struct Frontiers {
    observations: Option<Observations>,
    technologies: Technologies,
}

/// [`productivity`] with the search for generators begun where an earlier study of the same rows ended; `frontiers` then
/// holds what this one found. Another model on the same quantities needs no search at all; with other quantities (another
/// capital stock, one input more) the earlier generators are where it begins. Scores are those of [`productivity`]: to
/// the bit on the same quantities, and but for the last digits where units tie on others.
///
/// # Errors
/// Those of [`productivity`].
pub fn productivity_after(data: &PanelData<'_>, spec: &PanelSpec, frontiers: &mut Frontiers) -> Result<PanelResult> {
    let prepared = Prepared::new(data, spec)?;
    let same = frontiers.observations.as_ref().is_some_and(|before| before.has_values_of(&prepared.observations));
    let known = &frontiers.technologies;
    let mut technologies = if same { known.clone() } else { known.elsewhere(0) };
    let result = measure(&prepared, data, &mut technologies)?;
    frontiers.technologies = technologies;
    if !same {
        frontiers.observations = Some(prepared.observations);
    }
    Ok(result)
}

/// What [`productivity`] would refuse before it solves anything: options that do not fit, quantities that the model
/// cannot take, ε and w (given, or measured on raw data) that make its programs unbounded.
///
/// # Errors
/// Those of [`productivity`], but for numerical ones and, with ε and w of projections, those of their values.
pub fn validate(data: &PanelData<'_>, spec: &PanelSpec) -> Result<()> {
    let prepared = Prepared::new(data, spec)?;
    let mut evaluator = Evaluator::new(&prepared.observations, &prepared.spec);
    if !evaluator.calibration_solves() {
        evaluator.calibrate(&prepared.usable, &prepared.by_period(), data.label)?;
    }
    Ok(())
}

/// The panel values that [`productivity`] would give by the rule of `spec`, out of the index and the scores that it gave by
/// another rule for the same data and otherwise the same choices: nothing is solved. Empty where there is no index.
///
/// **Shapes** one index and one score per row of the data.
///
/// # Errors
/// Those of [`validate`]; [`Error::LengthMismatch`](crate::Error::LengthMismatch).
pub fn panel_values(
    data: &PanelData<'_>,
    spec: &PanelSpec,
    growth: &[Option<f64>],
    scores: &[Option<f64>],
) -> Result<Vec<Option<f64>>> {
    let prepared = Prepared::new(data, spec)?;
    values(&prepared.timeline, &prepared.spec, growth, scores)
}

/// What every row gets from its index. One on one frontier for all periods is circular: its scores bridge gaps.
fn values(
    timeline: &Timeline,
    spec: &PanelSpec,
    growth: &[Option<f64>],
    scores: &[Option<f64>],
) -> Result<Vec<Option<f64>>> {
    let index = spec.malmquist.unwrap_or(Index::None);
    if index == Index::None {
        return Ok(vec![None; growth.len()]);
    }
    let circular =
        matches!(spec.reference, Reference::Global | Reference::Metafrontier) && spec.decomposition.is_none();
    let compared = || scores.iter().map(|score| score.and_then(|score| spec.compared(score))).collect::<Vec<_>>();
    let circular = circular.then(compared);
    panel_value(timeline, growth, Comparison::of(index), circular.as_deref(), spec.panel_value, spec.base_period)
}

/// [`productivity`] of a panel that was checked.
pub(crate) fn measure(
    prepared: &Prepared,
    data: &PanelData<'_>,
    technologies: &mut Technologies,
) -> Result<PanelResult> {
    let (rows, run) = solved(prepared, data, technologies, |run| run)?;
    let Prepared { timeline, spec, .. } = prepared;
    let summary = summarize(&run.evaluator, timeline, &rows);
    let diagnostics = diagnose(&summary, &rows, timeline, spec, data.label);
    Ok(PanelResult { rows, details: run.details, spec: spec.clone(), summary, diagnostics })
}

/// The rows of a panel that was checked, and the run that made them, prepared by `how`.
fn solved<'p>(
    prepared: &'p Prepared,
    data: &PanelData<'p>,
    technologies: &mut Technologies,
    how: impl FnOnce(Run<'p>) -> Run<'p>,
) -> Result<(Vec<PanelRow>, Run<'p>)> {
    let Prepared { observations, timeline, spec, usable } = prepared;
    let _span = tracing::debug_span!("productivity", rows = observations.n(), model = %spec.model).entered();
    let mut evaluator = Evaluator::new(observations, spec);
    evaluator.calibrate(usable, &prepared.by_period(), data.label)?;
    evaluator.technologies = std::mem::take(technologies);
    let mut run = how(Run::new(evaluator, timeline, data.group));
    let mut rows = run.rows()?;
    *technologies = std::mem::take(&mut run.evaluator.technologies);
    if let Some(decomposition) = spec.decomposition {
        let (parts, stats) = malmquist::parts(observations, timeline, spec, decomposition)?;
        run.evaluator.stats.merge(&stats);
        malmquist::put(&parts, &mut rows);
    }
    let (growth, scores): (Vec<_>, Vec<_>) = rows.iter().map(|row| (row.index, row.score)).unzip();
    for (row, value) in rows.iter_mut().zip(values(timeline, spec, &growth, &scores)?) {
        row.gtfp = value;
    }
    Ok((rows, run))
}
