//! The estimation sample: rows without missing values, columns evaluated, keys coded.

use crate::absorb::{self, FixedEffect};
use crate::error::{Error, Result};
use crate::formula::{Effect, Formula, Term};
use crate::sample::centring::Centred;
use crate::sample::keys::{Key, combined_groups};
use crate::sample::missing;
use crate::sample::terms::{Evaluated, column_variable, factor_values, term_values};
use crate::spec::{Options, Singletons, WeightKind};
use crate::vcov::{Groups, Vcov};
use panel_core::{Diagnostic, Panel};
use std::sync::Arc;

pub use crate::sample::variable::{INTERCEPT, Variable};
pub use crate::weights::SampleWeights;

/// The sample of one regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Row of the panel that each row comes from.
    pub rows: Arc<[u32]>,
    /// Left-hand side.
    pub y: Variable,
    /// Exogenous regressors; `(Intercept)` first where there is one.
    pub exog: Vec<Variable>,
    /// Endogenous regressors.
    pub endog: Vec<Variable>,
    /// Excluded instruments.
    pub instruments: Vec<Variable>,
    /// Weights.
    pub weights: Option<SampleWeights>,
    /// Names of the fixed effects, as written.
    pub effect_names: Vec<String>,
    /// The fixed effects.
    pub effects: Vec<FixedEffect>,
    /// Which effect is the entity key, if one is.
    pub entity_effect: Option<usize>,
    /// Entity of each row, with the name of the key.
    pub entity: (String, Groups),
    /// Calendar place of each row's period, with the name of the key; empty where there is one period only.
    pub time: (String, Vec<i64>),
    /// Whether a constant is among the regressors or spanned by the effects.
    pub has_constant: bool,
    /// Rows of the panel (inside the mask) that were left out for a missing value.
    pub n_missing: usize,
    /// Rows left out as singletons.
    pub n_singletons: usize,
    /// What the reader should know.
    pub diagnostics: Vec<Diagnostic>,
    /// Powers and products of variables far from zero, as they are handed to the estimator.
    pub(crate) centred: Option<Arc<Centred>>,
}

impl Frame {
    /// N: rows, or the sum of frequency weights.
    #[must_use]
    pub fn n_obs(&self) -> usize {
        self.weights.as_ref().map_or(self.rows.len(), SampleWeights::n_obs)
    }

    /// The weights, if any.
    #[must_use]
    pub fn weight_values(&self) -> Option<&[f64]> {
        self.weights.as_ref().map(|weights| weights.values.as_slice())
    }

    /// A sample from columns that are complete already: rows count as entities of one period each unless
    /// [`Frame::with_panel_keys`] says otherwise.
    ///
    /// # Errors
    /// [`Error::Shape`] when lengths differ; [`Error::Specification`] for a level of an effect that no row has.
    pub fn from_columns(y: Variable, exog: Vec<Variable>, effects: Vec<(String, FixedEffect)>) -> Result<Self> {
        let n = y.values.len();
        let (effect_names, effects): (Vec<String>, Vec<FixedEffect>) = effects.into_iter().unzip();
        for (name, effect) in effect_names.iter().zip(&effects) {
            if let Some(level) = effect.unused_level() {
                return Err(Error::Specification(format!(
                    "no row has level {level} of the fixed effect `{name}`, which says that it has {}",
                    effect.levels
                )));
            }
        }
        let rows: Arc<[u32]> = (0..n as u32).collect();
        let has_constant =
            effects.iter().any(|effect| effect.intercept) || exog.iter().any(|variable| variable.name == INTERCEPT);
        let frame = Self {
            rows: rows.clone(),
            y,
            exog,
            endog: Vec::new(),
            instruments: Vec::new(),
            weights: None,
            effect_names,
            effects,
            entity_effect: None,
            entity: ("(row)".into(), Groups::of_rows(rows)),
            time: ("(none)".into(), Vec::new()),
            has_constant,
            n_missing: 0,
            n_singletons: 0,
            diagnostics: Vec::new(),
            centred: None,
        };
        frame.check()?;
        Ok(frame)
    }

    /// Whether everything has one value per row, and weights are above zero. Values that are no numbers show in the
    /// sizes of their columns.
    pub(crate) fn check(&self) -> Result<()> {
        let n = self.rows.len();
        let same = |what: String, got: usize| {
            if got == n { Ok(()) } else { Err(Error::Shape { what, expected: n, got }) }
        };
        let columns = std::iter::once(&self.y).chain(&self.exog).chain(&self.endog).chain(&self.instruments);
        for variable in columns {
            same(format!("column `{}`", variable.name), variable.values.len())?;
        }
        for (name, effect) in self.effect_names.iter().zip(&self.effects) {
            same(format!("the codes of the fixed effect `{name}`"), effect.codes.len())?;
        }
        same(format!("the entity key `{}`", self.entity.0), self.entity.1.codes().len())?;
        if !self.time.1.is_empty() {
            same(format!("the time key `{}`", self.time.0), self.time.1.len())?;
        }
        if let Some(weights) = &self.weights {
            same("the weights".into(), weights.values.len())?;
            if let Some(row) = weights.values.iter().position(|w| !(*w > 0.0 && w.is_finite())) {
                return Err(Error::Specification(format!(
                    "the weight of row {} is {}, expected a finite number above 0",
                    row + 1,
                    weights.values[row]
                )));
            }
        }
        Ok(())
    }

    /// Names and codes of the entity and time keys; an effect named like the entity becomes the entity effect.
    #[must_use]
    pub fn with_panel_keys(mut self, entity: (String, Groups), time: (String, Vec<i64>)) -> Self {
        self.entity_effect = self.effect_names.iter().position(|name| *name == entity.0);
        self.entity = entity;
        self.time = time;
        self
    }

    /// The sample of a formula: rows inside `mask` that have every used value.
    ///
    /// Missing are `NaN`, logarithms and roots outside their domain, absent keys, absent or zero weights, lags that
    /// reach outside the panel.
    ///
    /// # Errors
    /// [`Error::Data`] for unknown or non-numeric columns, [`Error::BadValue`] for an infinite value or a negative
    /// weight, [`Error::NoObservations`].
    pub fn new(formula: &Formula, panel: &Panel, options: &Options, mask: Option<&[bool]>) -> Result<Self> {
        if let Some(mask) = mask.filter(|mask| mask.len() != panel.n_rows()) {
            return Err(Error::Shape { what: "the sample mask".into(), expected: panel.n_rows(), got: mask.len() });
        }
        if matches!(options.vcov, Vcov::DriscollKraay { .. } | Vcov::NeweyWest { .. }) {
            panel.times().ordered(panel.time_name())?;
        }
        let inside = |row: usize| mask.is_none_or(|mask| mask[row]);
        let evaluate =
            |terms: &[Term]| terms.iter().map(|term| term_values(panel, term, &inside)).collect::<Result<Vec<_>>>();
        let y = term_values(panel, &formula.response, &inside)?;
        let exog = evaluate(&formula.regressors)?;
        let endog = evaluate(&formula.endogenous)?;
        let instruments = evaluate(&formula.instruments)?;
        let slopes: Vec<Vec<Evaluated>> = formula
            .effects
            .iter()
            .map(|effect| effect.slopes.iter().map(|name| column_variable(panel, name, &inside)).collect::<Result<_>>())
            .collect::<Result<_>>()?;
        let weights = weight_column(panel, options, &inside)?;
        let effect_keys: Vec<Vec<Key>> = formula
            .effects
            .iter()
            .map(|effect| effect.columns.iter().map(|name| Key::of(panel, name)).collect::<Result<_>>())
            .collect::<Result<_>>()?;
        let other_keys =
            covariance_keys(&options.vcov).into_iter().map(|name| Key::of(panel, name)).collect::<Result<Vec<_>>>()?;
        let coordinates = match options.vcov {
            Vcov::Conley { .. } => [&options.coordinates.lat, &options.coordinates.lon]
                .into_iter()
                .map(|name| column_variable(panel, name, &inside))
                .collect::<Result<Vec<_>>>()?,
            _ => Vec::new(),
        };

        // Rows with every used value.
        let mut keep: Vec<bool> = (0..panel.n_rows()).map(inside).collect();
        let n_inside = keep.iter().filter(|keep| **keep).count();
        let columns = std::iter::once(&y).chain(&exog).chain(&endog).chain(&instruments).chain(slopes.iter().flatten());
        for variable in columns.chain(&coordinates) {
            keep.iter_mut().zip(&variable.values).for_each(|(keep, value)| *keep &= !value.is_nan());
        }
        for key in effect_keys.iter().flatten().chain(&other_keys) {
            (0..keep.len()).for_each(|row| keep[row] &= !key.is_missing(row));
        }
        if let Some(weights) = &weights {
            keep.iter_mut().zip(&weights.values).for_each(|(keep, weight)| *keep &= *weight > 0.0);
        }
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
            let count = |missing: &dyn Fn(usize) -> bool| lost.iter().filter(|&&row| missing(row)).count();
            let columns = std::iter::once(&y).chain(&exog).chain(&endog).chain(&instruments);
            let columns = columns.chain(slopes.iter().flatten()).chain(&coordinates);
            let columns = columns.map(|v| (v.name.as_str(), count(&|row| v.values[row].is_nan())));
            let key_names = formula.effects.iter().flat_map(|effect| &effect.columns).map(String::as_str);
            let key_names = key_names.chain(covariance_keys(&options.vcov));
            let keys = key_names.zip(effect_keys.iter().flatten().chain(&other_keys));
            let keys = keys.map(|(name, key)| (name, count(&|row| key.is_missing(row))));
            let unweighted = |weight: f64| weight.is_nan() || weight <= 0.0;
            let weights = weights.iter().map(|w| ("(weight)", count(&|row| unweighted(w.values[row]))));
            let message = missing::describe(panel, &lost, columns.chain(keys).chain(weights));
            diagnostics.push(Diagnostic::note("missing-dropped", message));
        }

        // Levels, then singletons, then levels again on what is left.
        let build = |rows: &[u32]| -> Vec<FixedEffect> {
            formula
                .effects
                .iter()
                .enumerate()
                .map(|(f, effect)| build_effect(effect, &effect_keys[f], &slopes[f], rows))
                .collect()
        };
        let mut effects = build(&rows);
        let mut n_singletons = 0;
        if options.singletons == Singletons::Drop && effects.iter().any(|effect| effect.intercept) {
            let frequency = weights.as_ref().filter(|weights| weights.kind == WeightKind::Frequency);
            let frequency = frequency.map(|weights| take(&weights.values, &rows));
            let keep = absorb::drop_singletons(&effects, frequency.as_deref());
            n_singletons = keep.iter().filter(|keep| !**keep).count();
            if n_singletons > 0 {
                let mut flags = keep.iter();
                rows.retain(|_| flags.next() == Some(&true));
                if rows.is_empty() {
                    return Err(Error::NoObservations("every row is alone in a level of a fixed effect".into()));
                }
                effects = build(&rows);
                let message = format!("{n_singletons} rows were alone in a level of a fixed effect and were left out");
                diagnostics.push(Diagnostic::note("singletons-dropped", message));
            }
        }

        let shared = |v: Evaluated| Variable { values: share(v.values, &rows), name: v.name };
        let pick = |variables: Vec<Evaluated>| -> Vec<Variable> { variables.into_iter().map(shared).collect() };
        let mut exog = pick(exog);
        if formula.has_intercept_column() {
            exog.insert(0, Variable { name: INTERCEPT.into(), values: vec![1.0; rows.len()].into() });
        }
        let weights = weights.map(|weights| SampleWeights::new(take(&weights.values, &rows), weights.kind));
        if weights.as_ref().is_some_and(|weights| weights.values.iter().any(|w| *w < f64::MIN_POSITIVE)) {
            let column = options.weights.as_ref().map_or("", |weights| weights.column.as_str());
            return Err(Error::Specification(format!(
                "the smallest weight in `{column}` is lost beside the largest in double precision"
            )));
        }
        let effect_names: Vec<String> = formula.effects.iter().map(|effect| effect.name.clone()).collect();
        let entity_codes: Vec<u32> = rows.iter().map(|&row| panel.entity_of_row()[row as usize]).collect();
        let ordinals = panel.times().ordinals();
        let mut frame = Self {
            y: shared(y),
            exog,
            endog: pick(endog),
            instruments: pick(instruments),
            weights,
            entity_effect: formula
                .effects
                .iter()
                .position(|effect| effect.intercept && effect.columns == [panel.entity_name()]),
            effect_names,
            effects,
            entity: (panel.entity_name().to_owned(), Groups::new(&entity_codes)),
            time: (
                panel.time_name().to_owned(),
                rows.iter().map(|&row| ordinals[panel.time_of_row()[row as usize] as usize]).collect(),
            ),
            has_constant: formula.intercept || formula.effects.iter().any(|effect| effect.intercept),
            n_missing,
            n_singletons,
            diagnostics,
            rows: rows.into(),
            centred: None,
        };
        let terms = [formula.regressors.as_slice(), &formula.endogenous, &formula.instruments];
        let regressors = frame.has_constant.then_some([frame.exog.as_slice(), &frame.endog]);
        frame.centred = Centred::find(regressors, terms, |factor| -> Result<Vec<f64>> {
            Ok(take(&factor_values(panel, factor, &inside)?, &frame.rows))
        })?;
        Ok(frame)
    }
}

fn take(values: &[f64], rows: &[u32]) -> Vec<f64> {
    if rows.len() == values.len() {
        return values.to_vec();
    }
    rows.iter().map(|&row| values[row as usize]).collect()
}

fn share(values: Vec<f64>, rows: &[u32]) -> Arc<[f64]> {
    if rows.len() == values.len() { values.into() } else { rows.iter().map(|&row| values[row as usize]).collect() }
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
        slopes: slopes.iter().map(|slope| take(&slope.values, rows)).collect(),
    }
}

/// The weights of all rows of the panel, as they are read.
fn weight_column(panel: &Panel, options: &Options, inside: &impl Fn(usize) -> bool) -> Result<Option<SampleWeights>> {
    let Some(weights) = &options.weights else { return Ok(None) };
    let values = column_variable(panel, &weights.column, inside)?.values;
    let (low, high, expected) = match weights.kind {
        WeightKind::Analytic => (0.0, f64::INFINITY, "a weight not below 0"),
        WeightKind::Frequency => (1.0, MOST_COUNTED, "a frequency weight, a whole number not below 0"),
        WeightKind::Importance => {
            (1e-100, 1e100, "an importance weight between 1e-100 and 1e100 (or 0): it is used as it is, not rescaled")
        }
    };
    let whole = weights.kind == WeightKind::Frequency;
    let bad = |w: f64| w < 0.0 || (w > 0.0 && (w < low || w > high)) || (whole && w.is_finite() && w.fract() != 0.0);
    if let Some(row) = (0..values.len()).find(|&row| inside(row) && bad(values[row])) {
        return Err(Error::BadValue { cell: Box::new(panel.cell(row, &weights.column)), expected: expected.into() });
    }
    Ok(Some(SampleWeights { values, kind: weights.kind }))
}

/// Whole numbers up to this one are exact in double precision.
const MOST_COUNTED: f64 = 9_007_199_254_740_992.0;
