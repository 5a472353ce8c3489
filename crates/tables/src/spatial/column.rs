//! A spatial regression as a column of a table: its sample, its estimate, what the table shows of it.

use super::record::{SpatialColumnRecord, interval};
use super::table::model_column;
use super::weights::{Space, refusal};
use panel_core::{Diagnostic, Panel};
use panel_fe::frame::{INTERCEPT, Variable};
use panel_fe::record::{DroppedRecord, EstimateRecord};
use panel_fe::{Frame, Singletons};
use panel_spatial::effects::SimulatedEffect;
use panel_spatial::panel::{LongTable, SpatialPanel};
use panel_spatial::{FixedEffects, Prepared, SpatialFit, SpatialRecord, fit};
use report::ModelColumn;
use stages::variables::sample;
use std::sync::Arc;
use study::indices::part::spread;
use study::spatial::section::SpatialColumn;
use study::{ColumnSpec, Error, Result, Study};

/// A fitted spatial column.
#[derive(Debug)]
pub struct Fitted {
    /// Record for `results/spatial.json`.
    pub record: SpatialColumnRecord,
    /// Record for `results/estimates.json`.
    pub estimate: EstimateRecord,
    /// Column of the table.
    pub column: ModelColumn,
    /// Whether each row of the panel is in the sample.
    pub esample: Vec<bool>,
    /// Residuals, one for each row of the panel.
    pub residuals: Vec<f64>,
    /// Remarks.
    pub diagnostics: Vec<Diagnostic>,
}

/// The rows and columns of a formula as a balanced panel.
pub(super) struct Sample {
    /// Regressors, endogenous ones and instruments included.
    pub panel: SpatialPanel,
    /// Names of the endogenous regressors.
    pub endogenous: Vec<String>,
    /// Names of the formula's instruments.
    pub instruments: Vec<String>,
    /// Row of the whole panel that each row of the formula's sample is.
    pub rows: Vec<u32>,
    /// Rows left out for a missing value.
    pub missing: usize,
    /// Remarks.
    pub diagnostics: Vec<Diagnostic>,
}

/// A column before anything is estimated: its sample, and the weights among the units of it.
pub(super) struct Ready {
    /// Effects that are swept out.
    pub effects: FixedEffects,
    /// Rows and columns; its remarks hold those on the weights.
    pub sample: Sample,
    /// The weights.
    pub prepared: Arc<Prepared>,
}

impl Ready {
    /// # Errors
    /// A formula, a sample or weights that do not fit the data.
    pub(super) fn new(
        panel: &Panel,
        study: &Study,
        space: &Space,
        spec: &ColumnSpec,
        spatial: &SpatialColumn,
        stage: &str,
    ) -> Result<Self> {
        let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
        let effects = spatial.effects(&spec.formula, entity, time).map_err(|error| Error::stage(stage, error))?;
        let mut sample = balanced(panel, spec, spatial, stage)?;
        let (prepared, cut) = space
            .prepared(&spatial.weights, sample.panel.units())
            .map_err(|error| refusal(stage, &error).prefixed(&spec.formula))?;
        sample.diagnostics.extend(cut);
        Ok(Self { effects, sample, prepared })
    }
}

/// Estimates a column with `spatial`.
///
/// # Errors
/// A formula, a sample or weights that do not fit the data; an estimate that does not exist.
pub fn estimate(
    panel: &Panel,
    study: &Study,
    space: &Space,
    spec: &ColumnSpec,
    spatial: &SpatialColumn,
    (table, name): (&str, &str),
) -> Result<Fitted> {
    let stage = format!("tables/{table}");
    let failed = |error: panel_spatial::Error| refusal(&stage, &error).prefixed(&spec.formula);
    let Ready { effects, sample, prepared } = Ready::new(panel, study, space, spec, spatial, &stage)?;
    let Sample { panel: balanced, rows, missing, mut diagnostics, .. } = sample;
    let fit = fit(&balanced, &prepared, effects, &spatial.spec()).map_err(failed)?;
    diagnostics.extend(fit.diagnostics.iter().cloned());
    let level = spec.options().level;
    let curves = curves(&fit, &balanced, spatial, level).map_err(failed)?;
    let simulated = simulated(&fit, &prepared, spatial, &mut diagnostics).map_err(failed)?;
    let record = SpatialColumnRecord {
        table: table.to_owned(),
        column: name.to_owned(),
        formula: spec.formula.text().to_owned(),
        sample: spec.sample.as_ref().map(ToString::to_string),
        level,
        fit: fit.record(),
        curves,
        simulated,
    };
    let of_panel = || balanced.rows().iter().map(|&row| rows[row] as usize);
    let mut esample = vec![false; panel.n_rows()];
    of_panel().for_each(|row| esample[row] = true);
    let residuals = spread(of_panel(), &fit.residuals, panel.n_rows());
    let estimate = estimate_record(&record, rows.len() - balanced.rows().len() + missing, level);
    let column = model_column(&record, &estimate.coef, study, spec, effects);
    Ok(Fitted { record, estimate, column, esample, residuals, diagnostics })
}

/// Evaluates the terms of the formula and balances their rows.
fn balanced(panel: &Panel, spec: &ColumnSpec, spatial: &SpatialColumn, stage: &str) -> Result<Sample> {
    let sampled = sample(panel, spec.sample.as_ref(), stage)?;
    let mut options = spec.options();
    options.singletons = Singletons::Keep;
    let frame = Frame::new(&spec.formula, panel, &options, Some(&sampled.keep))
        .map_err(|error| Error::stage(stage, format!("`{}`: {error}", spec.formula)))?;
    let of_rows = |codes: &[u32]| frame.rows.iter().map(|&row| codes[row as usize]).collect::<Vec<u32>>();
    let (unit, period) = (of_rows(panel.entity_of_row()), of_rows(panel.time_of_row()));
    let regressors: Vec<(&str, &[f64])> = frame
        .exog
        .iter()
        .chain(&frame.endog)
        .chain(&frame.instruments)
        .filter(|variable| variable.name != INTERCEPT)
        .map(|variable| (variable.name.as_str(), &*variable.values))
        .collect();
    let table = LongTable {
        unit: &unit,
        units: panel.entities(),
        period: &period,
        periods: panel.times().labels(),
        outcome: (&frame.y.name, &frame.y.values),
        regressors: &regressors,
    };
    let (balanced, remarks) = SpatialPanel::from_long(&table, spatial.unbalanced)
        .map_err(|error| refusal(stage, &error).prefixed(&spec.formula))?;
    let mut diagnostics = sampled.diagnostics;
    diagnostics.extend(frame.diagnostics.iter().cloned());
    diagnostics.extend(remarks);
    let names = |variables: &[Variable]| variables.iter().map(|variable| variable.name.clone()).collect();
    Ok(Sample {
        panel: balanced,
        endogenous: names(&frame.endog),
        instruments: names(&frame.instruments),
        rows: frame.rows.to_vec(),
        missing: frame.n_missing,
        diagnostics,
    })
}

/// Effects by simulation, where they are asked for.
pub(super) fn simulated(
    fit: &SpatialFit,
    prepared: &Prepared,
    spatial: &SpatialColumn,
    diagnostics: &mut Vec<Diagnostic>,
) -> panel_spatial::Result<Vec<SimulatedEffect>> {
    let Some(simulation) = spatial.simulation else { return Ok(Vec::new()) };
    let (effects, remarks) = fit.simulated_effects(prepared, simulation)?;
    diagnostics.extend(remarks);
    Ok(effects)
}

/// Turning points and U tests over the range of x in the sample.
pub(super) fn curves(
    fit: &SpatialFit,
    panel: &SpatialPanel,
    spatial: &SpatialColumn,
    level: f64,
) -> panel_spatial::Result<Vec<panel_spatial::record::CurveRecord>> {
    let Some(asked) = &spatial.turning_point else { return Ok(Vec::new()) };
    let mut curves = Vec::new();
    for x in &asked.of {
        let values = panel.column(x)?;
        let range = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &x| (l.min(x), h.max(x)));
        for &effect in &asked.effects {
            curves.push(fit.curve(x, &format!("{x}^2"), effect, range, level)?);
        }
    }
    Ok(curves)
}

/// The column as `results/estimates.json` has it: z stands where t does, and intervals are normal.
fn estimate_record(record: &SpatialColumnRecord, missing: usize, level: f64) -> EstimateRecord {
    let SpatialColumnRecord { table, column, formula, sample, fit, .. } = record;
    EstimateRecord {
        table: Some(table.clone()),
        column: Some(column.clone()),
        formula: formula.clone(),
        sample: sample.clone(),
        n_obs: fit.rows,
        n_entities: fit.units,
        coef: fit.coefficients.iter().map(|named| interval(&named.name, &named.estimate, level)).collect(),
        vcov: information(fit).to_owned(),
        like: word(&fit.spatial.like),
        dropped: DroppedRecord { missing_rows: missing, ..DroppedRecord::default() },
        ..EstimateRecord::default()
    }
}

/// Which information matrix the standard errors are from, in a word of the study.
fn information(fit: &SpatialRecord) -> &'static str {
    match fit.spatial.information {
        panel_spatial::Information::Expected => "expected",
        panel_spatial::Information::Observed => "observed",
        panel_spatial::Information::Qml => "qml",
    }
}

/// A choice as a study writes it.
fn word(like: &panel_spatial::Like) -> String {
    format!("{like:?}").to_lowercase()
}
