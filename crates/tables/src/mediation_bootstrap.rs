//! Intervals of indirect effects by resampling, and the instantaneous indirect effects of a quadratic.

pub use super::mediation_effects::Effect;
use super::records::finite;
use panel_core::transform::quantile;
use panel_core::{Column, Panel};
use panel_fe::bootstrap::{BootstrapSummary, Resampling};
use panel_fe::mediation::{Mediation, MediationBootstrap};
use panel_fe::vcov::Groups;
use panel_fe::{Estimate, Vcov};
use serde::Serialize;
use study::{BootstrapSpec, IntervalKind, MediationSpec};

/// An indirect effect (a₁ + 2a₂x)b at a value of x.
#[derive(Debug, Clone, PartialEq)]
pub struct Instant {
    /// `mean`, `p25`, `p50` or `p75`.
    pub at: &'static str,
    /// x.
    pub x: f64,
    /// The effect.
    pub effect: Effect,
}

/// What the resamples of a chain say.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrapped {
    /// How they were drawn.
    pub spec: BootstrapSpec,
    /// What was drawn: the key of the clusters, or the entity.
    pub unit: String,
    /// How many there were to draw from.
    pub units: usize,
    /// Resamples that were estimated.
    pub draws: usize,
    /// Indirect effects.
    pub indirect: Vec<Effect>,
    /// Instantaneous indirect effects where the terms are x and x² (Hayes & Preacher 2010).
    pub instant: Vec<Instant>,
}

impl Bootstrapped {
    /// Draws the resamples; `None` where none are asked for.
    ///
    /// # Errors
    /// Those of the estimator on the sample itself, and where no resample can be estimated.
    pub(super) fn draw(
        spec: &MediationSpec,
        panel: &Panel,
        [total, mediator, outcome]: [&Estimate; 3],
        result: &Mediation,
    ) -> panel_fe::Result<Option<Self>> {
        let Some(choices) = &spec.bootstrap else { return Ok(None) };
        let names: Vec<&str> = spec.terms.iter().map(String::as_str).collect();
        let (unit, groups) = units(spec, panel, &outcome.rows)?;
        let places = places(&names, outcome);
        let at: Vec<f64> = places.iter().map(|(_, x)| *x).collect();
        let bootstrap = MediationBootstrap {
            x: &names,
            mediator: &spec.mediator,
            at: &at,
            resampling: Resampling::Clusters(&groups),
            replications: choices.draws,
            seed: choices.seed,
        };
        let summary = bootstrap.run(total, mediator, outcome)?;
        let of_draws = |which: usize, value: f64| drawn(choices, &summary, which, value);
        let indirect = result.terms.iter().enumerate().map(|(i, term)| of_draws(i, term.indirect));
        let instant = places.iter().enumerate().map(|(i, (at, x))| {
            let effect = of_draws(names.len() + i, result.instantaneous(*x).value)?;
            Ok(Instant { at, x: *x, effect })
        });
        Ok(Some(Self {
            spec: choices.clone(),
            unit,
            units: groups.count(),
            draws: summary.draws.len(),
            indirect: indirect.collect::<panel_fe::Result<_>>()?,
            instant: instant.collect::<panel_fe::Result<_>>()?,
        }))
    }
}

fn drawn(spec: &BootstrapSpec, summary: &BootstrapSummary, which: usize, value: f64) -> panel_fe::Result<Effect> {
    let interval = match spec.interval {
        IntervalKind::BiasCorrected => summary.bias_corrected(which, spec.level)?,
        IntervalKind::Percentile => summary.percentile(which, spec.level)?,
    };
    Ok(Effect { value, se: summary.se(which)?, p: None, interval: Some(interval) })
}

/// What is drawn: the clusters of `vcov`, else whole entities.
fn units(spec: &MediationSpec, panel: &Panel, rows: &[u32]) -> panel_fe::Result<(String, Groups)> {
    let key = match &*spec.vcov {
        Vcov::Cluster(keys) => keys.first().map_or(panel.entity_name(), String::as_str),
        _ => panel.entity_name(),
    };
    let of_rows = |codes: &[u32]| rows.iter().map(|&row| codes[row as usize]).collect::<Vec<u32>>();
    let groups = if panel.has(key) {
        match panel.column(key)? {
            Column::Text(text) => Groups::new(&of_rows(text.codes())),
            Column::Float(values) => {
                Groups::from_keys(&rows.iter().map(|&row| values[row as usize].to_bits()).collect::<Vec<u64>>())
            }
        }
    } else if key == panel.time_name() {
        Groups::new(&of_rows(panel.time_of_row()))
    } else {
        Groups::new(&of_rows(panel.entity_of_row()))
    };
    Ok((key.to_owned(), groups))
}

/// Mean and quartiles of x in the sample, where the terms are x and x².
fn places(terms: &[&str], outcome: &Estimate) -> Vec<(&'static str, f64)> {
    let [x, square] = terms else { return Vec::new() };
    if *square != format!("{x}^2") {
        return Vec::new();
    }
    let Some(values) = outcome.sample_values(x) else { return Vec::new() };
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let quartile = |q: f64| quantile(&sorted, q);
    vec![("mean", mean), ("p25", quartile(0.25)), ("p50", quartile(0.5)), ("p75", quartile(0.75))]
}

/// Resampling in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BootstrapRecord {
    /// Resamples that were estimated.
    pub draws: usize,
    /// Resamples whose estimation failed.
    pub failed: usize,
    /// Seed.
    pub seed: u64,
    /// Interval.
    pub interval: IntervalKind,
    /// Level of the intervals.
    pub level: f64,
    /// What was drawn.
    pub unit: String,
    /// How many there were.
    pub units: usize,
    /// Indirect effect of each term, in the order of the terms.
    pub indirect: Vec<EffectRecord>,
    /// Instantaneous indirect effects.
    pub instantaneous: Vec<InstantRecord>,
}

/// An effect in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectRecord {
    /// Its value.
    pub estimate: Option<f64>,
    /// Standard deviation of the draws.
    pub se: Option<f64>,
    /// Lower end.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
}

/// An instantaneous indirect effect in `results/mediation.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InstantRecord {
    /// `mean`, `p25`, `p50` or `p75`.
    pub at: &'static str,
    /// x.
    pub x: Option<f64>,
    /// The effect.
    #[serde(flatten)]
    pub effect: EffectRecord,
}

impl From<&Effect> for EffectRecord {
    fn from(effect: &Effect) -> Self {
        Self {
            estimate: finite(effect.value),
            se: finite(effect.se),
            ci_low: effect.interval.and_then(|(low, _)| finite(low)),
            ci_high: effect.interval.and_then(|(_, high)| finite(high)),
        }
    }
}

impl From<&Bootstrapped> for BootstrapRecord {
    fn from(bootstrap: &Bootstrapped) -> Self {
        let instant = |instant: &Instant| InstantRecord {
            at: instant.at,
            x: finite(instant.x),
            effect: (&instant.effect).into(),
        };
        Self {
            draws: bootstrap.draws,
            failed: bootstrap.spec.draws - bootstrap.draws,
            seed: bootstrap.spec.seed,
            interval: bootstrap.spec.interval,
            level: bootstrap.spec.level,
            unit: bootstrap.unit.clone(),
            units: bootstrap.units,
            indirect: bootstrap.indirect.iter().map(EffectRecord::from).collect(),
            instantaneous: bootstrap.instant.iter().map(instant).collect(),
        }
    }
}
