//! Estimates of one design: its regressors absorbed once, every outcome and every covariance on them.

use super::artefacts::Artefacts;
use super::column::{Columns, Why, names_of_errors};
use super::design::{Design, Outcome};
use crate::column::at_fault;
use crate::fit::{fit, refusal};
use panel_core::{Column, Panel};
use panel_fe::coefficients::Coefficients;
use panel_fe::turning_point::FiellerSet;
use panel_fe::utest::{Curve as Shape, Shape as Turn, utest_of};
use panel_fe::{Estimate, Like, Options, Responses, Vcov};
use panel_multiverse::artefacts::fingerprint;
use panel_multiverse::distribution::quantile;
use panel_multiverse::reading::{Curve, Scale, constant, in_rows, moments};
use panel_multiverse::record::FiellerRecord;
use stages::variables::sample;
use std::collections::BTreeSet;
use std::sync::Arc;
use study::{ColumnSpec, Error, Result};

/// What one estimate says under one covariance.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    pub(super) curve: Curve,
    /// Two-sided p of b₁ and b₂.
    pub(super) p: [f64; 2],
    /// t and one-sided p of Lind and Mehlum's test.
    pub(super) lind_mehlum: Option<(f64, f64)>,
    /// Whether that is a test of a U, not of its inverse.
    pub(super) u: bool,
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
    pub(super) numbers: Vec<std::result::Result<Numbers, Why>>,
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
        let mut panel = self.artefacts.rows.panels[design.rows as usize].clone();
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
        refusal(&self.stage, &format!("`{}`: ", at_fault(column, error)), error)
    }

    /// Whether a covariance can be exchanged without another sample: no key of any that is asked for is missing anywhere.
    fn exchangeable(&self, columns: &[(u32, ColumnSpec)]) -> bool {
        columns.iter().flat_map(|(_, column)| names_of_errors(column)).all(|name| {
            self.artefacts
                .series
                .get(&name)
                .is_none_or(|series| series.values.iter().flatten().all(|column: &Column| column.n_missing() == 0))
        })
    }

    /// Estimates everything that is asked for of a design.
    pub(super) fn estimate(&self, design: &Design) -> DesignEstimates {
        let errors: BTreeSet<u32> = design.outcomes.iter().flat_map(|outcome| &outcome.errors).copied().collect();
        let columns: Vec<(u32, ColumnSpec)> =
            errors.into_iter().map(|errors| (errors, self.columns.column(design.body, errors))).collect();
        let exchangeable = self.exchangeable(&columns);
        let mut lead: Option<Lead> = None;
        let mut outcomes = Vec::with_capacity(design.outcomes.len());
        for outcome in &design.outcomes {
            let full_fit = || self.whole(design, outcome, outcome.errors.first().copied().unwrap_or_default());
            let estimated = match &lead {
                Some(lead) if exchangeable => self.on(design, outcome, lead, &columns),
                Some(lead) => {
                    full_fit().and_then(|(estimate, _)| self.by_itself(design, outcome, &estimate, lead, exchangeable))
                }
                None => full_fit().and_then(|fit| {
                    let lead = lead.insert(Lead::new(self, fit, if exchangeable { &columns } else { &[] }));
                    self.by_itself(design, outcome, &lead.estimate, lead, exchangeable)
                }),
            };
            outcomes.push(estimated.unwrap_or_else(|error| {
                let numbers = vec![Err(Arc::new(error)); outcome.errors.len()];
                Estimated { sd_y: f64::NAN, mean_y: f64::NAN, fingerprint: 0, numbers }
            }));
        }
        DesignEstimates { rows: lead.and_then(|lead| lead.rows), outcomes }
    }

    /// Another outcome on a design that is absorbed.
    fn on(&self, design: &Design, outcome: &Outcome, lead: &Lead, columns: &[(u32, ColumnSpec)]) -> Result<Estimated> {
        let body = &self.columns.bodies[design.body as usize];
        let Some(Ok(Column::Float(values))) =
            body.response.as_ref().map(|name| &self.artefacts.series[name].values[outcome.value as usize])
        else {
            let errors = outcome.errors.first().copied().unwrap_or_default();
            let estimate = self.whole(design, outcome, errors)?.0;
            return self.by_itself(design, outcome, &estimate, lead, true);
        };
        let values = in_rows(values, &lead.estimate.rows);
        let places: Option<Vec<usize>> =
            outcome.errors.iter().map(|errors| columns.iter().position(|(known, _)| known == errors)).collect();
        if let (Some(responses), Some(places), None) = (&lead.responses, places, constant(&values))
            && let Some(fits) = responses.fit(values.clone(), &places)
        {
            let numbers = fits.iter().zip(&places).map(|(fit, &place)| {
                let numbers = self.read(&Read {
                    coefficients: fit.coefficients(responses),
                    p: &|place| fit.p(place),
                    range: lead.range,
                    clusters: responses.clusters(place),
                });
                numbers.map_err(Arc::new)
            });
            return Ok(outcome_of(&values, lead.regressors, numbers.collect()));
        }
        let again = lead.estimate.with_response(&lead.estimate.response, values.to_vec(), &lead.panel);
        let estimate = again.map_err(|error| self.refused(&body.column, &error))?;
        self.by_itself(design, outcome, &estimate, lead, true)
    }

    /// An outcome from an estimate of its own.
    fn by_itself(
        &self,
        design: &Design,
        outcome: &Outcome,
        estimate: &Estimate,
        lead: &Lead,
        exchangeable: bool,
    ) -> Result<Estimated> {
        // A response without variation is refused, as a table does.
        if let Some(constant) = constant(&estimate.frame().y.values) {
            let formula = &self.columns.bodies[design.body as usize].column.formula;
            let message = format!("`{formula}`: the dependent variable is {constant} in every row of the sample");
            return Err(Error::not_computed(&self.stage, message));
        }
        let under =
            |&errors: &u32| self.under(design, outcome, estimate, &lead.panel, errors, exchangeable).map_err(Arc::new);
        let numbers = outcome.errors.iter().map(under).collect();
        Ok(outcome_of(&estimate.frame().y.values, lead.regressors, numbers))
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
            return self.read_estimate(estimate);
        }
        if !exchangeable {
            return self.whole(design, outcome, errors).and_then(|(estimate, _)| self.read_estimate(&estimate));
        }
        let other = estimate.with_vcov_from(&vcov, like, panel).map_err(|error| self.refused(&column, &error))?;
        self.read_estimate(&other)
    }

    fn read_estimate(&self, estimate: &Estimate) -> Result<Numbers> {
        self.read(&Read {
            coefficients: estimate.coefficients(),
            p: &|place| estimate.coef[place].p,
            range: estimate.sample_range(self.x).unwrap_or((f64::NAN, f64::NAN)),
            clusters: estimate.clusters.iter().map(|count| count.groups).min(),
        })
    }

    /// Coefficients of x and x² with what is said of them.
    fn read(&self, read: &Read<'_>) -> Result<Numbers> {
        let Read { coefficients, p, range: (low, high), clusters } = *read;
        let refused = |message: String| Error::not_computed(&self.stage, message);
        let square = format!("{}^2", self.x);
        let names: &[&str] = if self.square { &[self.x, &square] } else { &[self.x] };
        let mut places = [usize::MAX; 2];
        for (slot, name) in places.iter_mut().zip(names) {
            let Some(place) = coefficients.names.iter().position(|known| known == name) else {
                let dropped = coefficients.dropped.iter().find(|dropped| dropped.name == *name);
                let why = dropped.map_or_else(|| "the formula does not have it".to_owned(), |d| d.reason.clone());
                return Err(refused(format!("`{name}` is not estimated: {why}")));
            };
            if let Some(reason) = coefficients.unavailable.get(place).copied().flatten() {
                return Err(refused(format!("`{name}` has no standard error: {reason}")));
            }
            *slot = place;
        }
        let [linear, curved] = places;
        let v = |i: usize, j: usize| coefficients.covariance[(i, j)];
        let curve = Curve {
            b1: coefficients.estimates[linear],
            b2: self.square.then(|| coefficients.estimates[curved]),
            v: if self.square {
                [v(linear, linear), v(linear, curved), v(curved, curved)]
            } else {
                [v(linear, linear), 0.0, 0.0]
            },
            df: coefficients.df,
            low,
            high,
        };
        let p = [p(linear), if self.square { p(curved) } else { f64::NAN }];
        let mut numbers = Numbers { curve, p, lind_mehlum: None, u: false, fieller: None, clusters };
        if self.square {
            let test = utest_of(&coefficients, self.x, &square, (low, high), Shape::Quadratic, LEVEL)
                .map_err(|error| refused(error.to_string()))?;
            numbers.lind_mehlum = test.overall.available().and_then(|stat| Some((stat.stat, stat.p?)));
            numbers.u = test.shape == Turn::U;
            numbers.fieller = test.turning_point.ok().map(|point| fieller(point.fieller));
        }
        Ok(numbers)
    }
}

/// What numbers are read from.
struct Read<'a> {
    coefficients: Coefficients<'a>,
    /// Two-sided p of the coefficient at a place.
    p: &'a dyn Fn(usize) -> f64,
    /// Smallest and largest x.
    range: (f64, f64),
    clusters: Option<usize>,
}

/// The estimate that was made first on a design, with what others on it share.
struct Lead {
    estimate: Estimate,
    panel: Panel,
    rows: Option<Rows>,
    /// Smallest and largest x.
    range: (f64, f64),
    /// Hash of rows, regressors, instruments and effects.
    regressors: u128,
    responses: Option<Responses>,
}

impl Lead {
    /// `columns` are those that other outcomes share the design with; without any, each is fitted whole.
    fn new(bench: &Bench<'_>, (estimate, panel): (Estimate, Panel), columns: &[(u32, ColumnSpec)]) -> Self {
        let options: Vec<Options> = columns.iter().map(|(_, column)| column.options()).collect();
        let asked: Vec<(&Vcov, Like)> = options.iter().map(|options| (&options.vcov, options.like)).collect();
        let responses = Responses::new(&estimate, &panel, &asked).filter(|_| !asked.is_empty());
        let rows = estimate.sample_values(bench.x).map(|values| {
            let mut sorted_x = values.to_vec();
            let sd_x = moments(&sorted_x).1;
            sorted_x.sort_unstable_by(f64::total_cmp);
            Rows { sorted_x, sd_x }
        });
        let range = estimate.sample_range(bench.x).unwrap_or((f64::NAN, f64::NAN));
        Self { rows, range, regressors: regressors_hash(&estimate), responses, estimate, panel }
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

fn outcome_of(y: &[f64], regressors: u128, numbers: Vec<std::result::Result<Numbers, Why>>) -> Estimated {
    let (mean_y, sd_y) = moments(y);
    let halves = [(regressors >> 64) as u64, regressors as u64].map(f64::from_bits);
    let fingerprint = fingerprint_of_bits(y, halves);
    Estimated { sd_y, mean_y, fingerprint, numbers }
}

/// A hash of a column and of the hash of others.
fn fingerprint_of_bits(y: &[f64], halves: [f64; 2]) -> u128 {
    let bytes: Vec<f64> = halves.iter().flat_map(|half| half.to_bits().to_le_bytes()).map(f64::from).collect();
    fingerprint(&[&bytes, y])
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
