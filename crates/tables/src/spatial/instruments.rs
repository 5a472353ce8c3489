//! A lag model by instruments (GS2SLS) as a column of a table: `panel-spatial` makes the columns of the equation, `panel-fe`
//! estimates it with everything that a column with instruments can be asked for, `panel-spatial` gives the effects.

use super::column::{Ready, curves, simulated};
use super::record::SpatialColumnRecord;
use super::weights::{Space, refusal};
use crate::column::{self, Fitted};
use panel_core::Panel;
use panel_fe::formula::{Effect, Factor, Function, Span, Term};
use panel_fe::{Estimate, Formula};
use panel_spatial::gs2sls::{IvColumns, LagEstimates, from_coefficients, iv_columns};
use panel_spatial::{FixedEffects, Gs2slsSpec, SpatialFit, SpatialPanel, Square};
use study::indices::part::spread;
use study::spatial::section::SpatialColumn;
use study::{ColumnSpec, Error, Parsed, Result, Study};

/// A lag model by instruments.
#[derive(Debug)]
pub struct Instrumented {
    /// The column as any other with instruments.
    pub fitted: Fitted,
    /// Record for `results/spatial.json`.
    pub record: SpatialColumnRecord,
    /// Residuals, one for each row of the panel.
    pub residuals: Vec<f64>,
}

/// Estimates the column: a fitted column with instruments, and what it says about space.
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
) -> Result<Instrumented> {
    let stage = format!("tables/{table}");
    let failed = |error: panel_spatial::Error| refusal(&stage, &error).prefixed(&spec.formula);
    let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
    let Ready { effects, mut sample, prepared } = Ready::new(panel, study, space, spec, spatial, &stage)?;
    let outside = sample.panel.take(&sample.instruments).map_err(failed)?;
    let outside: Vec<(&str, &[f64])> = outside.iter().map(|(name, values)| (name.as_str(), &**values)).collect();
    let chosen = lags(spatial, sample.endogenous);
    let columns = iv_columns(&sample.panel, &prepared, &outside, &chosen).map_err(failed)?;

    let rows: Vec<usize> = sample.panel.rows().iter().map(|&row| sample.rows[row] as usize).collect();
    let mut kept = vec![false; panel.n_rows()];
    rows.iter().for_each(|&row| kept[row] = true);
    let equation = Equation::new(panel, &kept, &rows, &sample.panel, &columns, &stage)?;
    let swept = [effects.entity().then_some(entity), time.filter(|_| effects.time())];
    let formula = Parsed::written(spec.formula.text(), formula(spec, swept, &columns));
    let asked = ColumnSpec { formula, sample: None, spatial: None, ..spec.clone() };
    let mut fitted = column::estimate(&equation.panel, study, &asked, table, name)?;

    let fit = as_fit(&fitted.fit, &equation, &sample.panel, &prepared, effects, &chosen).map_err(failed)?;
    let curves = curves(&fit, &sample.panel, spatial, spec.options().level).map_err(failed)?;
    let simulated = simulated(&fit, &prepared, spatial, &mut fitted.diagnostics).map_err(failed)?;
    fitted.esample = kept;
    fitted
        .saved
        .iter_mut()
        .for_each(|(_, values)| *values = spread(equation.rows.iter().copied(), values, panel.n_rows()));
    fitted.record.sample = spec.sample.as_ref().map(ToString::to_string);
    fitted.record.dropped.missing_rows += sample.rows.len() - rows.len() + sample.missing;
    fitted.diagnostics.splice(0..0, sample.diagnostics);
    fitted.diagnostics.extend(fit.diagnostics.iter().cloned());
    let mut record = fit.record();
    record.spatial.weights.clone_from(&spatial.weights);
    record.instruments = columns.excluded.into_iter().map(|(name, _)| name).collect();
    let record = SpatialColumnRecord {
        table: table.to_owned(),
        column: name.to_owned(),
        formula: spec.formula.text().to_owned(),
        sample: fitted.record.sample.clone(),
        level: spec.options().level,
        fit: record,
        curves,
        simulated,
    };
    let residuals = spread(rows, &fit.residuals, panel.n_rows());
    Ok(Instrumented { fitted, record, residuals })
}

/// The choices as `panel-spatial` takes them.
fn lags(spatial: &SpatialColumn, endogenous: Vec<String>) -> Gs2slsSpec {
    let chosen = spatial.gs2sls.clone().unwrap_or_default();
    let default = Gs2slsSpec::default();
    Gs2slsSpec {
        model: spatial.model,
        durbin: spatial.durbin.clone(),
        endogenous,
        lags: chosen.lags,
        instrument_lags: chosen.instrument_lags.unwrap_or(default.instrument_lags),
        ..default
    }
}

/// The columns of the equation as columns of a panel.
struct Equation {
    /// The rows of the sample, with the columns that terms and lags are.
    panel: Panel,
    /// Row of the equation's panel, for each row of the stacked one.
    places: Vec<usize>,
    /// Row of the whole panel, for each row of the equation's.
    rows: Vec<usize>,
}

impl Equation {
    fn new(
        panel: &Panel,
        kept: &[bool],
        stacked: &[usize],
        balanced: &SpatialPanel,
        columns: &IvColumns,
        stage: &str,
    ) -> Result<Self> {
        let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| kept[row]).collect();
        // The sample's rows stand in the order of the whole panel.
        let places: Vec<usize> =
            stacked.iter().map(|row| rows.binary_search(row).unwrap_or_else(|place| place)).collect();
        let mut equation = Self { panel: panel.filter(|row| kept[row]), places, rows };
        let outcome = balanced.outcome();
        let response = balanced.column(outcome).map_err(|error| Error::stage(stage, error))?;
        let of_terms = columns.exogenous.iter().chain(&columns.endogenous).chain(&columns.excluded);
        let all = std::iter::once((outcome, response)).chain(of_terms.map(|(name, values)| (name.as_str(), &**values)));
        for (name, values) in all {
            let ordered = spread(equation.places.iter().copied(), values, equation.places.len());
            match equation.panel.float(name) {
                // A plain variable is a column already.
                Ok(known) if known == ordered => {}
                Ok(_) => {
                    let message = format!("a column of the data is called `{name}`, as the equation's own; rename it");
                    return Err(Error::stage(stage, message));
                }
                Err(_) => equation.panel.set(name, ordered).map_err(|error| Error::stage(stage, error))?,
            }
        }
        Ok(equation)
    }
}

/// The equation over its own columns, each a term of its name.
fn formula(spec: &ColumnSpec, swept: [Option<&str>; 2], columns: &IvColumns) -> Formula {
    let span = Span { start: 0, end: 0 };
    let term = |name: &str| Term {
        name: name.to_owned(),
        factors: vec![Factor { column: name.to_owned(), function: Function::Identity, power: 1 }],
        span,
    };
    let terms = |named: &[(String, Vec<f64>)]| named.iter().map(|(name, _)| term(name)).collect::<Vec<_>>();
    let effect = |key: &str| Effect {
        name: key.to_owned(),
        columns: vec![key.to_owned()],
        intercept: true,
        slopes: Vec::new(),
        span,
    };
    Formula {
        source: spec.formula.text().to_owned(),
        response: term(&spec.formula.response.name),
        regressors: terms(&columns.exogenous),
        intercept: true,
        effects: swept.into_iter().flatten().map(effect).collect(),
        endogenous: terms(&columns.endogenous),
        instruments: terms(&columns.excluded),
    }
}

/// The estimate of the equation as a spatial fit.
fn as_fit(
    estimate: &Estimate,
    equation: &Equation,
    balanced: &SpatialPanel,
    prepared: &panel_spatial::Prepared,
    effects: FixedEffects,
    chosen: &Gs2slsSpec,
) -> panel_spatial::Result<SpatialFit> {
    let k = estimate.names.len();
    let mut covariance = Square::zeros(k);
    for i in 0..k {
        for j in 0..k {
            covariance[(i, j)] = estimate.vcov[(i, j)];
        }
    }
    let fitted = estimate.frame().rows.iter().map(|&row| row as usize);
    let of_rows = spread(fitted, estimate.residuals(), equation.places.len());
    let residuals: Vec<f64> = equation.places.iter().map(|&place| of_rows[place]).collect();
    let (n, t) = (balanced.units().len() as f64, balanced.periods().len() as f64);
    let one = |swept: bool| f64::from(u8::from(swept));
    let observations = (n - one(effects.time())) * (t - one(effects.entity()));
    let sigma2 = residuals.iter().map(|e| e * e).sum::<f64>() / observations;
    let (names, coefficients) = (estimate.names.clone(), estimate.estimates.clone());
    let estimates = LagEstimates { names, coefficients, covariance, residuals, sigma2, observations };
    from_coefficients(balanced, prepared, effects, chosen, estimates)
}
