//! The sample of a formula on a panel.

use crate::absorb::{self, FixedEffect};
use crate::error::{Error, Result};
use crate::formula::{Effect, Formula, Term};
use crate::like::Like;
use crate::sample::centring::Centred;
use crate::sample::frame::Frame;
use crate::sample::keys::{Key, combined_groups};
use crate::sample::missing;
use crate::sample::terms::{Evaluated, column_variable, factor_values, term_values};
use crate::sample::variable::{INTERCEPT, Variable};
use crate::spec::{Options, Singletons};
use crate::vcov::{Groups, Vcov};
use crate::weights::{SampleWeights, WeightKind};
use panel_core::number::EXACT_WHOLE;
use panel_core::{Diagnostic, Floats, Panel};
use std::borrow::Cow;
use std::sync::Arc;

/// Everything that a formula and its options name, on all rows of the panel.
struct Material<'a> {
    y: Evaluated,
    exog: Vec<Evaluated>,
    endog: Vec<Evaluated>,
    instruments: Vec<Evaluated>,
    /// By effect.
    slopes: Vec<Vec<Evaluated>>,
    effect_keys: Vec<Vec<Key<'a>>>,
    /// Keys and coordinates of the covariance.
    other_keys: Vec<Key<'a>>,
    coordinates: Vec<Evaluated>,
    /// As they are read.
    weights: Option<SampleWeights>,
}

impl<'a> Material<'a> {
    fn read(formula: &Formula, panel: &'a Panel, options: &Options, inside: &impl Fn(usize) -> bool) -> Result<Self> {
        let evaluate = |terms: &[Term]| -> Result<Vec<Evaluated>> {
            terms.iter().map(|term| term_values(panel, term, inside)).collect()
        };
        let column = |name: &String| column_variable(panel, name, inside);
        let key = |name: &String| Key::of(panel, name);
        let effects = &formula.effects;
        let coordinates = match options.vcov {
            Vcov::Conley { .. } => vec![&options.coordinates.lat, &options.coordinates.lon],
            _ => Vec::new(),
        };
        Ok(Self {
            y: term_values(panel, &formula.response, inside)?,
            exog: evaluate(&formula.regressors)?,
            endog: evaluate(&formula.endogenous)?,
            instruments: evaluate(&formula.instruments)?,
            slopes: effects
                .iter()
                .map(|effect| effect.slopes.iter().map(column).collect::<Result<Vec<_>>>())
                .collect::<Result<_>>()?,
            weights: weight_column(panel, options, inside)?,
            effect_keys: effects
                .iter()
                .map(|effect| effect.columns.iter().map(key).collect::<Result<Vec<_>>>())
                .collect::<Result<_>>()?,
            other_keys: covariance_keys(&options.vcov)
                .into_iter()
                .map(|name| Key::of(panel, name))
                .collect::<Result<_>>()?,
            coordinates: coordinates.into_iter().map(column).collect::<Result<_>>()?,
        })
    }

    fn columns(&self) -> impl Iterator<Item = &Evaluated> {
        let variables = std::iter::once(&self.y).chain(&self.exog).chain(&self.endog).chain(&self.instruments);
        variables.chain(self.slopes.iter().flatten()).chain(&self.coordinates)
    }

    fn keys(&self) -> impl Iterator<Item = &Key<'a>> {
        self.effect_keys.iter().flatten().chain(&self.other_keys)
    }

    /// Takes the rows out of `keep` that miss a used value.
    fn keep_complete(&self, keep: &mut [bool]) {
        for variable in self.columns() {
            keep.iter_mut().zip(&variable.values).for_each(|(keep, value)| *keep &= !value.is_nan());
        }
        for key in self.keys() {
            (0..keep.len()).for_each(|row| keep[row] &= !key.is_missing(row));
        }
        if let Some(weights) = &self.weights {
            keep.iter_mut().zip(&weights.values).for_each(|(keep, weight)| *keep &= *weight > 0.0);
        }
    }

    /// Which of the used values the rows `lost` miss.
    fn describe_missing(&self, formula: &Formula, panel: &Panel, options: &Options, lost: &[usize]) -> String {
        let count = |missing: &dyn Fn(usize) -> bool| lost.iter().filter(|&&row| missing(row)).count();
        let columns = self.columns().map(|v| (v.name.as_str(), count(&|row| v.values[row].is_nan())));
        let key_names = formula.effects.iter().flat_map(|effect| &effect.columns).map(String::as_str);
        let keys = key_names.chain(covariance_keys(&options.vcov)).zip(self.keys());
        let keys = keys.map(|(name, key)| (name, count(&|row| key.is_missing(row))));
        let unweighted = |weight: f64| weight.is_nan() || weight <= 0.0;
        let weights = self.weights.iter().map(|w| ("(weight)", count(&|row| unweighted(w.values[row]))));
        missing::describe(panel, lost, columns.chain(keys).chain(weights))
    }

    fn effects(&self, formula: &Formula, rows: &[u32]) -> Vec<FixedEffect> {
        let effects = formula.effects.iter().zip(&self.effect_keys).zip(&self.slopes);
        effects.map(|((effect, keys), slopes)| build_effect(effect, keys, slopes, rows)).collect()
    }

    /// The effects on the rows that are left when singletons go, with how many of them went.
    fn without_singletons(
        &self,
        formula: &Formula,
        options: &Options,
        rows: &mut Vec<u32>,
    ) -> Result<(Vec<FixedEffect>, usize)> {
        let effects = self.effects(formula, rows);
        if options.singletons == Singletons::Keep || !effects.iter().any(|effect| effect.intercept) {
            return Ok((effects, 0));
        }
        let frequency = self.weights.as_ref().filter(|weights| weights.kind == WeightKind::Frequency);
        let frequency = frequency.map(|weights| of_rows(&weights.values, rows));
        let keep = absorb::drop_singletons(&effects, frequency.as_deref());
        let gone = keep.iter().filter(|keep| !**keep).count();
        if gone == 0 {
            return Ok((effects, 0));
        }
        let mut flags = keep.iter();
        rows.retain(|_| flags.next() == Some(&true));
        if rows.is_empty() {
            return Err(Error::NoObservations("every row is alone in a level of a fixed effect".into()));
        }
        Ok((self.effects(formula, rows), gone))
    }
}

impl Frame {
    /// The sample of a formula: rows inside `mask` that have every used value.
    ///
    /// Missing are `NaN`, logarithms and roots outside their domain, absent keys, absent or zero weights, lags that
    /// reach outside the panel.
    ///
    /// # Errors
    /// [`Error::Data`] for unknown or non-numeric columns, [`Error::BadValue`] for an infinite value or a weight that
    /// cannot be used, [`Error::NoObservations`].
    pub fn new(formula: &Formula, panel: &Panel, options: &Options, mask: Option<&[bool]>) -> Result<Self> {
        check_request(panel, options, mask)?;
        let inside = |row: usize| mask.is_none_or(|mask| mask[row]);
        let mut expanded = formula.on(panel, mask)?;
        let mut material = Material::read(&expanded, panel, options, &inside)?;
        let mut keep: Vec<bool> = (0..panel.n_rows()).map(inside).collect();
        let n_inside = keep.iter().filter(|keep| **keep).count();
        material.keep_complete(&mut keep);
        if matches!(expanded, Cow::Owned(_)) && keep.contains(&true) {
            // Levels are those of complete rows: a first period that a lag takes away is no level to compare with.
            let complete = formula.on(panel, Some(&keep))?;
            if complete != expanded {
                material = Material::read(&complete, panel, options, &inside)?;
                expanded = complete;
            }
        }
        let formula = &*expanded;
        let mut rows: Vec<u32> = (0..panel.n_rows() as u32).filter(|&row| keep[row as usize]).collect();
        let n_missing = n_inside - rows.len();
        if rows.is_empty() {
            return Err(Error::NoObservations(if n_inside == 0 {
                "the sample filter keeps no row".into()
            } else {
                format!("each of the {n_inside} rows misses a used value")
            }));
        }
        let mut diagnostics = Vec::new();
        if n_missing > 0 {
            let lost: Vec<usize> = (0..keep.len()).filter(|&row| inside(row) && !keep[row]).collect();
            let message = material.describe_missing(formula, panel, options, &lost);
            diagnostics.push(Diagnostic::note("missing-dropped", message));
        }
        let (effects, n_singletons) = material.without_singletons(formula, options, &mut rows)?;
        if n_singletons > 0 {
            let message = format!("{n_singletons} rows were alone in a level of a fixed effect and were left out");
            diagnostics.push(Diagnostic::note("singletons-dropped", message));
        }
        let weights = sample_weights(material.weights, options, &rows)?;
        let shared = |v: Evaluated| Variable { values: take(&v.values, &rows), name: v.name };
        let pick = |variables: Vec<Evaluated>| -> Vec<Variable> { variables.into_iter().map(shared).collect() };
        let mut exog = pick(material.exog);
        if formula.has_intercept_column() {
            exog.insert(0, Variable { name: INTERCEPT.into(), values: vec![1.0; rows.len()].into() });
        }
        let is_entity = |effect: &Effect| effect.intercept && effect.columns == [panel.entity_name()];
        let entity_codes: Arc<[u32]> = rows.iter().map(|&row| panel.entity_of_row()[row as usize]).collect();
        let ordinals = panel.times().ordinals();
        let ordinal = |&row: &u32| ordinals[panel.time_of_row()[row as usize] as usize];
        let mut frame = Self {
            y: shared(material.y),
            exog,
            endog: pick(material.endog),
            instruments: pick(material.instruments),
            weights,
            entity_effect: formula.effects.iter().position(is_entity),
            effect_names: formula.effects.iter().map(|effect| effect.name.clone()).collect(),
            effects,
            entity: (panel.entity_name().to_owned(), Groups::shared(entity_codes)),
            time: (panel.time_name().to_owned(), rows.iter().map(ordinal).collect()),
            has_constant: formula.intercept || formula.effects.iter().any(|effect| effect.intercept),
            n_missing,
            n_singletons,
            diagnostics,
            rows: rows.into(),
            centred: None,
        };
        let terms = [formula.regressors.as_slice(), &formula.endogenous, &formula.instruments];
        let regressors = frame.has_constant.then_some([frame.exog.as_slice(), &frame.endog]);
        frame.centred = Centred::find(regressors, terms, |factor| -> Result<Floats> {
            Ok(take(&factor_values(panel, factor, &inside)?, &frame.rows))
        })?;
        Ok(frame)
    }
}

/// Refuses what a panel without keys, or without a calendar, cannot answer.
fn check_request(panel: &Panel, options: &Options, mask: Option<&[bool]>) -> Result<()> {
    if let Some(mask) = mask.filter(|mask| mask.len() != panel.n_rows()) {
        return Err(Error::Shape { what: "the sample mask".into(), expected: panel.n_rows(), got: mask.len() });
    }
    if !panel.is_keyed() && (options.vcov.has_lags() || options.like == Like::Xtreg) {
        let what =
            if options.vcov.has_lags() { format!("vcov = \"{}\"", options.vcov) } else { "like = \"xtreg\"".into() };
        return Err(Error::Specification(format!(
            "{what} follows entities through time, and the data have no keys of entity and time: name them"
        )));
    }
    if matches!(options.vcov, Vcov::DriscollKraay { .. } | Vcov::NeweyWest { .. }) {
        panel.times().ordered(panel.time_name())?;
    }
    Ok(())
}

/// Weights of the sample, as its kind has them.
fn sample_weights(read: Option<SampleWeights>, options: &Options, rows: &[u32]) -> Result<Option<SampleWeights>> {
    let weights = read.map(|weights| SampleWeights::new(of_rows(&weights.values, rows), weights.kind));
    if weights.as_ref().is_some_and(|weights| weights.values.iter().any(|w| *w < f64::MIN_POSITIVE)) {
        let column = options.weights.as_ref().map_or("", |weights| weights.column.as_str());
        return Err(Error::Specification(format!(
            "the smallest weight in `{column}` is lost beside the largest in double precision"
        )));
    }
    Ok(weights)
}

/// The values of some rows; where these are all rows, the same memory.
fn take(values: &Floats, rows: &[u32]) -> Floats {
    if rows.len() == values.len() {
        return values.clone();
    }
    of_rows(values, rows).into()
}

fn of_rows(values: &[f64], rows: &[u32]) -> Vec<f64> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

fn covariance_keys(vcov: &Vcov) -> Vec<&str> {
    match vcov {
        Vcov::Cluster(keys) => keys.iter().flat_map(|key| key.split('^').map(str::trim)).collect(),
        _ => Vec::new(),
    }
}

fn build_effect(effect: &Effect, keys: &[Key<'_>], slopes: &[Evaluated], rows: &[u32]) -> FixedEffect {
    let groups = combined_groups(keys, rows);
    FixedEffect {
        levels: groups.count(),
        codes: groups.into_codes(),
        intercept: effect.intercept,
        slopes: slopes.iter().map(|slope| of_rows(&slope.values, rows)).collect(),
    }
}

/// The weights of all rows of the panel, as they are read.
fn weight_column(panel: &Panel, options: &Options, inside: &impl Fn(usize) -> bool) -> Result<Option<SampleWeights>> {
    let Some(weights) = &options.weights else { return Ok(None) };
    let values = column_variable(panel, &weights.column, inside)?.values;
    let (low, high, expected) = match weights.kind {
        WeightKind::Analytic => (0.0, f64::INFINITY, "a weight not below 0"),
        WeightKind::Frequency => (1.0, EXACT_WHOLE, "a frequency weight, a whole number not below 0"),
        WeightKind::Importance => {
            (1e-100, 1e100, "an importance weight between 1e-100 and 1e100 (or 0): it is used as it is, not rescaled")
        }
    };
    let is_frequency = weights.kind == WeightKind::Frequency;
    let bad =
        |w: f64| w < 0.0 || (w > 0.0 && (w < low || w > high)) || (is_frequency && w.is_finite() && w.fract() != 0.0);
    if let Some(row) = (0..values.len()).find(|&row| inside(row) && bad(values[row])) {
        return Err(Error::BadValue { cell: Box::new(panel.cell(row, &weights.column)), expected: expected.into() });
    }
    Ok(Some(SampleWeights { values: values.into_vec(), kind: weights.kind }))
}
