//! Estimates of one design: its regressors absorbed once, every outcome and every covariance on them.

use super::artefacts::{Artefacts, reason};
use super::column::{Columns, names_of_errors};
use super::design::{Design, Outcome};
use crate::error::{Error, Result};
use crate::stages::variables::sample;
use crate::study::ColumnSpec;
use crate::tables::fit::{fit, refusal};
use panel_core::{Column, Panel};
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::{Curve as Shape, utest_of};
use panel_fe::{Estimate, Options};
use panel_multiverse::artefacts::fingerprint;
use panel_multiverse::distribution::quantile;
use panel_multiverse::reading::{Curve, Scale};
use panel_multiverse::record::FiellerRecord;
use std::sync::Arc;

/// What one estimate says under one covariance.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) curve: Curve,
    /// Two-sided p of b₁ and b₂.
    pub(super) p: [f64; 2],
    /// t and one-sided p of Lind and Mehlum's test.
    pub(super) lind_mehlum: Option<(f64, f64)>,
    pub(super) fieller: Option<FiellerRecord>,
    pub(super) clusters: Option<usize>,
}

/// The rows of a design.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) sorted_x: Vec<f64>,
    pub(super) sd_x: f64,
}

/// One outcome on a design.
#[derive(Debug)]
pub(super) struct Estimated {
    pub(super) sd_y: f64,
    pub(super) mean_y: f64,
    /// Hash of response, regressors and rows.
    pub(super) fingerprint: u128,
    /// By covariance, in the order in which they were asked for.
    pub(super) numbers: Vec<std::result::Result<Numbers, Arc<str>>>,
}

/// All outcomes of a design.
#[derive(Debug)]
pub(super) struct DesignEstimates {
    pub(super) rows: Option<Rows>,
    pub(super) outcomes: Vec<Estimated>,
}

/// What every design is estimated with.
pub(super) struct Bench<'a> {
    pub(super) artefacts: &'a Artefacts,
    pub(super) columns: &'a Columns,
    /// x.
    pub(super) x: &'a str,
    /// Whether the column has x².
    pub(super) square: bool,
    pub(super) stage: String,
}

impl Bench<'_> {
    /// The panel of a design, with the response of one outcome.
    pub(super) fn panel(&self, design: &Design, outcome: &Outcome) -> Result<Panel> {
        let body = &self.columns.bodies[design.body as usize];
        let mut panel = self.artefacts.panel.clone();
        let names = body.names.iter().chain(&self.columns.carried).map(String::as_str);
        let mut set: Vec<(&str, u32)> = names.zip(design.columns.iter().copied()).collect();
        set.extend(body.response.as_deref().map(|name| (name, outcome.value)));
        for (name, value) in set {
            if let Ok(column) = &self.artefacts.series[name].values[value as usize] {
                panel.set(name, column.clone()).map_err(|error| Error::stage(&self.stage, error))?;
            }
        }
        Ok(panel)
    }

    /// The regression of an outcome by itself.
    pub(super) fn whole(&self, design: &Design, outcome: &Outcome, errors: u32) -> Result<(Estimate, Panel)> {
        let column = self.columns.column(design.body, errors);
        let panel = self.panel(design, outcome)?;
        let kept = sample(&panel, column.sample.as_ref(), &self.stage)?.keep;
        let estimate = fit(&panel, &column, &column.formula, &kept).map_err(|error| self.refused(&column, &error))?;
        Ok((estimate, panel))
    }

    fn refused(&self, column: &ColumnSpec, error: &panel_fe::Error) -> Error {
        refusal(&self.stage, &format!("`{}`: ", column.formula), error)
    }

    /// Whether a covariance can be exchanged without another sample: no key of any that is asked for is missing anywhere.
    fn exchangeable(&self, design: &Design) -> bool {
        let asked = design.outcomes.iter().flat_map(|outcome| &outcome.errors);
        asked.flat_map(|&errors| names_of_errors(&self.columns.column(design.body, errors))).all(|name| {
            self.artefacts
                .series
                .get(&name)
                .is_none_or(|series| series.values.iter().flatten().all(|column: &Column| column.n_missing() == 0))
        })
    }

    /// Estimates everything that is asked for of a design.
    pub(super) fn estimate(&self, design: &Design) -> DesignEstimates {
        let exchangeable = self.exchangeable(design);
        let mut lead: Option<(Estimate, Panel)> = None;
        let mut rows = None;
        let mut regressors = 0;
        let mut outcomes = Vec::with_capacity(design.outcomes.len());
        for outcome in &design.outcomes {
            let first = outcome.errors.first().copied().unwrap_or_default();
            let estimate = match &lead {
                Some((lead, panel)) if exchangeable => self.again(design, outcome, lead, panel),
                _ => self.whole(design, outcome, first).map(|(estimate, panel)| {
                    lead = Some((estimate.clone(), panel));
                    estimate
                }),
            };
            let estimated = estimate.and_then(|estimate| self.varies(estimate));
            match (estimated, &lead) {
                (Ok(estimate), Some((_, panel))) => {
                    if rows.is_none() {
                        rows = self.rows(&estimate);
                        regressors = regressors_hash(&estimate);
                    }
                    let numbers = outcome
                        .errors
                        .iter()
                        .map(|&errors| {
                            let found = self.under(design, outcome, &estimate, panel, errors, exchangeable);
                            found.map_err(|error| Arc::from(reason(&error)))
                        })
                        .collect();
                    outcomes.push(outcome_of(&estimate, regressors, numbers));
                }
                (found, _) => {
                    let reason: Arc<str> = found.map_or_else(|error| reason(&error), |_| String::new()).into();
                    let numbers = vec![Err(reason); outcome.errors.len()];
                    outcomes.push(Estimated { sd_y: f64::NAN, mean_y: f64::NAN, fingerprint: 0, numbers });
                }
            }
        }
        DesignEstimates { rows, outcomes }
    }

    /// Another outcome on a design that is absorbed.
    fn again(&self, design: &Design, outcome: &Outcome, lead: &Estimate, panel: &Panel) -> Result<Estimate> {
        let body = &self.columns.bodies[design.body as usize];
        let Some(Ok(Column::Float(values))) =
            body.response.as_ref().map(|name| &self.artefacts.series[name].values[outcome.value as usize])
        else {
            let errors = outcome.errors.first().copied().unwrap_or_default();
            return self.whole(design, outcome, errors).map(|(estimate, _)| estimate);
        };
        let values = lead.rows.iter().map(|&row| values[row as usize]).collect();
        lead.with_response(&lead.response, values, panel).map_err(|error| self.refused(&body.column, &error))
    }

    /// Refuses a response without variation, as a table does.
    fn varies(&self, estimate: Estimate) -> Result<Estimate> {
        let y = &estimate.frame().y;
        if y.values.iter().all(|value| *value == y.values[0]) {
            let constant = y.values[0];
            let message = format!("the dependent variable is {constant} in every row of the sample");
            return Err(Error::not_computed(&self.stage, message));
        }
        Ok(estimate)
    }

    /// The estimate under one covariance.
    fn under(
        &self,
        design: &Design,
        outcome: &Outcome,
        estimate: &Estimate,
        panel: &Panel,
        errors: u32,
        exchangeable: bool,
    ) -> Result<Numbers> {
        let column = self.columns.column(design.body, errors);
        let Options { vcov, like, .. } = column.options();
        if (&estimate.vcov_spec, estimate.like) == (&vcov, like) {
            return self.read(estimate);
        }
        if !exchangeable {
            return self.whole(design, outcome, errors).and_then(|(estimate, _)| self.read(&estimate));
        }
        let other = estimate.with_vcov_from(&vcov, like, panel).map_err(|error| self.refused(&column, &error))?;
        self.read(&other)
    }

    fn rows(&self, estimate: &Estimate) -> Option<Rows> {
        let mut sorted_x = estimate.sample_values(self.x)?.to_vec();
        let sd_x = moments(&sorted_x).1;
        sorted_x.sort_unstable_by(f64::total_cmp);
        Some(Rows { sorted_x, sd_x })
    }

    /// Coefficients of x and x² with what is said of them.
    fn read(&self, estimate: &Estimate) -> Result<Numbers> {
        let refused = |message: String| Error::not_computed(&self.stage, message);
        let square = format!("{}^2", self.x);
        let names: Vec<&str> = if self.square { vec![self.x, &square] } else { vec![self.x] };
        let mut places = Vec::new();
        for name in &names {
            let Some(place) = estimate.names.iter().position(|known| known == name) else {
                let dropped = estimate.dropped.iter().find(|dropped| dropped.name == *name);
                let why = dropped.map_or_else(|| "the formula does not have it".to_owned(), |d| d.reason.clone());
                return Err(refused(format!("`{name}` is not estimated: {why}")));
            };
            if let Some(reason) = estimate.coef[place].unavailable {
                return Err(refused(format!("`{name}` has no standard error: {reason}")));
            }
            places.push(place);
        }
        let (low, high) = estimate.sample_range(self.x).unwrap_or((f64::NAN, f64::NAN));
        let v = |i: usize, j: usize| estimate.vcov[(places[i], places[j])];
        let curve = Curve {
            b1: estimate.estimates[places[0]],
            b2: self.square.then(|| estimate.estimates[places[1]]),
            v: if self.square { [v(0, 0), v(0, 1), v(1, 1)] } else { [v(0, 0), 0.0, 0.0] },
            df: estimate.df_t,
            low,
            high,
        };
        let p = [estimate.coef[places[0]].p, places.get(1).map_or(f64::NAN, |&place| estimate.coef[place].p)];
        let clusters = estimate.clusters.iter().map(|count| count.groups).min();
        let mut numbers = Numbers { curve, p, lind_mehlum: None, fieller: None, clusters };
        if self.square {
            let test = utest_of(&estimate.coefficients(), self.x, &square, (low, high), Shape::Quadratic, LEVEL)
                .map_err(|error| refused(error.to_string()))?;
            numbers.lind_mehlum = test.overall.available().and_then(|stat| Some((stat.stat, stat.p?)));
            numbers.fieller = test.turning_point.ok().map(|point| fieller(point.fieller));
        }
        Ok(numbers)
    }
}

/// Level of intervals.
const LEVEL: f64 = 0.95;

impl Rows {
    /// What makes effects on an outcome comparable.
    pub(super) fn scale(&self, sd_y: f64) -> Scale {
        let at = |share| quantile(&self.sorted_x, share).unwrap_or(f64::NAN);
        Scale { sd_x: self.sd_x, sd_y, low: at(0.0), median: at(0.5), high: at(1.0) }
    }
}

fn fieller(set: FiellerSet) -> FiellerRecord {
    let (kind, ends) = match set {
        FiellerSet::Interval { low, high } => ("interval", Some((low, high))),
        FiellerSet::Complement { low, high } => ("complement", Some((low, high))),
        FiellerSet::Empty => ("empty", None),
        _ => ("line", None),
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    FiellerRecord {
        kind: kind.to_owned(),
        low: ends.and_then(|(low, _)| finite(low)),
        high: ends.and_then(|(_, high)| finite(high)),
    }
}

fn outcome_of(
    estimate: &Estimate,
    regressors: u128,
    numbers: Vec<std::result::Result<Numbers, Arc<str>>>,
) -> Estimated {
    let y = &estimate.frame().y.values;
    let (mean_y, sd_y) = moments(y);
    let halves = [(regressors >> 64) as u64, regressors as u64].map(f64::from_bits);
    let fingerprint = fingerprint_of_bits(y, halves);
    Estimated { sd_y, mean_y, fingerprint, numbers }
}

/// A hash of a column and of the hash of others.
fn fingerprint_of_bits(y: &[f64], halves: [f64; 2]) -> u128 {
    let words: Vec<f64> = halves.iter().flat_map(|half| half.to_bits().to_le_bytes()).map(f64::from).collect();
    fingerprint(&[&words, y])
}

/// A hash of rows, regressors, instruments and effects.
fn regressors_hash(estimate: &Estimate) -> u128 {
    let frame = estimate.frame();
    let rows: Vec<f64> = frame.rows.iter().map(|&row| f64::from(row)).collect();
    let variables = frame.exog.iter().chain(&frame.endog).chain(&frame.instruments);
    let effects: Vec<Vec<f64>> =
        frame.effects.iter().map(|effect| effect.codes.iter().map(|&code| f64::from(code)).collect()).collect();
    let mut columns: Vec<&[f64]> = vec![&rows];
    columns.extend(variables.map(|variable| &*variable.values));
    columns.extend(effects.iter().map(Vec::as_slice));
    fingerprint(&columns)
}

/// Mean and standard deviation with n − 1.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (square / (n - 1.0)).sqrt())
}
