//! Bootstrap of an estimate: the formula fitted again on resampled rows, or the wild bootstrap of its t tests.

use super::{BootstrapSummary, Resample, Resampling, WildBootstrap, WildProblem, WildResult, bootstrap};
use crate::absorb::FixedEffect;
use crate::error::{Error, Result};
use crate::fit::estimation;
use crate::fit::resolve::Lookup;
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::sample::frame::{Frame, SampleWeights, Variable};
use crate::vcov::{Groups, Vcov};
use faer::Mat;
use panel_core::Panel;
use std::sync::Arc;

impl Estimate {
    /// Fits the same formula on resamples of the rows and summarises a statistic of the fits, such as the coefficients
    /// or a turning point.
    ///
    /// A cluster (or a block of periods) drawn twice counts as two: fixed effects and entities that are nested in what
    /// is drawn are split by draw. The fits carry the iid covariance, since the spread of the draws is what counts.
    ///
    /// # Errors
    /// As [`bootstrap`]; a replication whose fit fails only counts as failed. [`Error::Unsupported`] where rounding is all
    /// that is left of the residuals.
    pub fn bootstrap(
        &self,
        resampling: &Resampling<'_>,
        replications: usize,
        seed: u64,
        statistic: impl Fn(&Self) -> Result<Vec<f64>> + Sync,
    ) -> Result<BootstrapSummary> {
        if let Some(reason) = self.nothing_left() {
            return Err(Error::Unsupported(format!("a bootstrap where {reason}")));
        }
        bootstrap(self.rows.len(), resampling, replications, seed, |resample| match resample {
            None => statistic(self),
            Some(resample) => statistic(&self.refit(resampling, resample)?),
        })
    }

    /// The clusters of a key in the sample, as a covariance would cluster by it: what a bootstrap draws, or weights.
    ///
    /// `panel` is the one that was fitted; it is needed for keys that are neither entity, time nor a fixed effect.
    ///
    /// # Errors
    /// [`Error::UnknownOption`] or [`Error::Data`] for an unknown key, [`Error::BadValue`] where it is missing in a row.
    pub fn clusters_of(&self, key: &str, panel: Option<&Panel>) -> Result<Groups> {
        let own = self.options();
        let (frame, coordinates) = (self.frame(), &own.coordinates);
        Lookup { frame, panel, coordinates, like: self.like, gaps: own.gaps }.key(key)
    }

    /// The same formula on one resample.
    pub(crate) fn refit(&self, resampling: &Resampling<'_>, resample: &Resample) -> Result<Self> {
        let mut options = self.options().clone();
        options.vcov = Vcov::Iid;
        let units = match resampling {
            Resampling::Pairs => None,
            Resampling::Clusters(groups) | Resampling::Periods { periods: groups, .. } => Some(*groups),
        };
        estimation::run(resampled(self.frame(), resample, units), &self.formula, &options, None)
    }

    /// Wild cluster bootstrap of the test that a coefficient equals `null`, clustered by `key`; the fixed effects are
    /// absorbed anew in every replication unless they are nested in the clusters.
    ///
    /// `panel` is the one that was fitted; it is needed for keys that are neither entity, time nor a fixed effect.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with instruments, or where rounding is all that is left of the residuals;
    /// [`Error::UnknownOption`] for an unknown coefficient or key.
    pub fn wild_bootstrap(
        &self,
        coefficient: &str,
        null: f64,
        key: &str,
        options: &WildBootstrap,
        panel: Option<&Panel>,
    ) -> Result<WildResult> {
        let Kind::Ols(fit) = &self.state.kind else {
            return Err(Error::Unsupported("the wild bootstrap with instruments".into()));
        };
        if let Some(reason) = self.nothing_left() {
            return Err(Error::Unsupported(format!("the wild bootstrap where {reason}")));
        }
        let which = self.coefficients().position(coefficient)?;
        let frame = self.frame();
        let clusters = self.clusters_of(key, panel)?;
        let kept = self.state.kept_as_written(fit)?;
        let x = Mat::from_fn(self.rows.len(), kept.len(), |i, j| kept[j][i]);
        let roots: Option<Vec<f64>> = frame.weight_values().map(|w| w.iter().map(|w| w.sqrt()).collect());
        // The problem's columns carry √w, absorption's do not.
        let root = |i: usize| roots.as_ref().map_or(1.0, |roots| roots[i]);
        let absorb = |columns: &Mat<f64>| -> Result<Mat<f64>> {
            let plain: Vec<Vec<f64>> = (0..columns.ncols())
                .map(|j| (0..columns.nrows()).map(|i| columns[(i, j)] / root(i)).collect())
                .collect();
            let slices: Vec<&[f64]> = plain.iter().map(Vec::as_slice).collect();
            let residuals = self.state.absorber.residuals(&slices, frame.weight_values())?;
            Ok(Mat::from_fn(columns.nrows(), columns.ncols(), |i, j| residuals[j].values[i] * root(i)))
        };
        let crosses =
            frame.effects.iter().any(|effect| !Groups::of_levels(&effect.codes, effect.levels).nested_in(&clusters));
        let problem = WildProblem {
            y: &self.state.columns().y.values,
            x: x.as_ref(),
            root_weight: roots.as_deref(),
            clusters: &clusters,
            absorb: if crosses { Some(&absorb) } else { None },
        };
        problem.test(which, null, options)
    }
}

/// The rows of a resample as a sample of their own.
fn resampled(frame: &Frame, resample: &Resample, units: Option<&Groups>) -> Frame {
    let rows = &resample.rows;
    let take = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
    let variable = |v: &Variable| Variable { name: v.name.clone(), values: take(&v.values).into() };
    let variables = |list: &[Variable]| list.iter().map(variable).collect();
    let groups = |codes: &[u32]| -> Groups {
        let nested = units.is_some_and(|units| Groups::new(codes).nested_in(units));
        if !nested {
            return Groups::new(&rows.iter().map(|&row| codes[row]).collect::<Vec<_>>());
        }
        let key = |(&row, &draw): (&usize, &u32)| u64::from(codes[row]) << 32 | u64::from(draw);
        Groups::from_keys(&rows.iter().zip(&resample.draw).map(key).collect::<Vec<_>>())
    };
    let effect = |effect: &FixedEffect| {
        let groups = groups(&effect.codes);
        FixedEffect {
            levels: groups.count(),
            codes: groups.into_codes(),
            intercept: effect.intercept,
            slopes: effect.slopes.iter().map(|slope| take(slope)).collect(),
        }
    };
    let weights = frame.weights.as_ref().map(|weights| SampleWeights::new(take(&weights.values), weights.kind));
    Frame {
        rows: rows.iter().map(|&row| frame.rows[row]).collect(),
        y: variable(&frame.y),
        exog: variables(&frame.exog),
        endog: variables(&frame.endog),
        instruments: variables(&frame.instruments),
        weights,
        effect_names: frame.effect_names.clone(),
        effects: frame.effects.iter().map(effect).collect(),
        entity_effect: frame.entity_effect,
        entity: (frame.entity.0.clone(), groups(frame.entity.1.codes())),
        time: (frame.time.0.clone(), rows.iter().filter_map(|&row| frame.time.1.get(row).copied()).collect()),
        has_constant: frame.has_constant,
        n_missing: 0,
        n_singletons: 0,
        diagnostics: Vec::new(),
        centred: frame.centred.as_ref().map(|centred| Arc::new(centred.take(rows))),
    }
}
