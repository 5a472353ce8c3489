//! What the figures show: the curve with its choices, the density of turning points, the share with a U by option.

use super::universe::UniverseRecord;
use crate::grid::{Grid, Universes};
use crate::reading::Verdict;
use panel_core::distribution::t_quantile;
use serde::Serialize;

/// One estimate on the curve, in order of the effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CurvePoint {
    /// Place from 1.
    pub rank: usize,
    /// Universe.
    pub id: String,
    /// Effect.
    pub effect: f64,
    /// Ends of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Shape.
    pub verdict: Verdict,
    /// Whether this is the base.
    pub base: bool,
    /// 5 % quantile of the effect at this rank under the null.
    pub null_low: Option<f64>,
    /// 95 % quantile.
    pub null_high: Option<f64>,
}

/// Estimates sorted by effect with intervals of a confidence level, ties in the order given; universes without an estimate
/// are left out. `band` is that of a joint test of the same universes.
#[must_use]
pub fn curve(records: &[UniverseRecord], base: &str, confidence: f64, band: Option<&[[f64; 2]]>) -> Vec<CurvePoint> {
    let mut points: Vec<CurvePoint> = records
        .iter()
        .filter_map(|record| {
            let (effect, se, df) = (record.effect?, record.effect_se?, record.df?);
            let half = t_quantile(1.0 - confidence, df) * se;
            Some(CurvePoint {
                rank: 0,
                id: record.id.clone(),
                effect,
                low: effect - half,
                high: effect + half,
                verdict: record.verdict?,
                base: record.id == base,
                null_low: None,
                null_high: None,
            })
        })
        .collect();
    points.sort_by(|a, b| a.effect.total_cmp(&b.effect));
    let band = band.filter(|band| band.len() == points.len());
    for (place, point) in points.iter_mut().enumerate() {
        point.rank = place + 1;
        (point.null_low, point.null_high) = (band.map(|band| band[place][0]), band.map(|band| band[place][1]));
    }
    points
}

/// Where the universes with one option stand on the curve: how many in each of a number of equal bins of ranks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct OptionDensity {
    /// Choice.
    pub choice: String,
    /// Option.
    pub option: String,
    /// Universes by bin.
    pub bins: Vec<u32>,
}

/// The panel below the curve: one row per option, in file order. `universes` are those of the points, in the order of the
/// curve.
#[must_use]
pub fn option_density(grid: &Grid, universes: &[&[u16]], bins: usize) -> Vec<OptionDensity> {
    let bins = bins.clamp(1, universes.len().max(1));
    let mut rows = Vec::new();
    for (choice, declared) in grid.choices().iter().enumerate().filter(|(choice, _)| !grid.is_inference(*choice)) {
        for (code, option) in (1_u16..).zip(&declared.option) {
            let mut counts = vec![0; bins];
            for (rank, codes) in universes.iter().enumerate() {
                counts[rank * bins / universes.len()] += u32::from(codes[choice] == code);
            }
            rows.push(OptionDensity { choice: declared.id.clone(), option: option.id.clone(), bins: counts });
        }
    }
    rows
}

/// One bin of the density.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TurningBin {
    /// Lower end, in percentiles of x.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of all universes with an estimate.
    pub share: f64,
}

/// Density of turning points in percentiles of x.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TurningDensity {
    /// Bins from 0 to 100, the last one closed.
    pub bins: Vec<TurningBin>,
    /// Share with a turning point below all x.
    pub below: f64,
    /// Share with one at or above the largest x.
    pub above: f64,
    /// Share without one.
    pub none: f64,
}

/// Where turning points lie in x, by universe; `None` without an estimate.
#[must_use]
pub fn turning_density(records: &[UniverseRecord], bins: usize) -> Option<TurningDensity> {
    let estimated: Vec<&UniverseRecord> = records.iter().filter(|record| record.effect.is_some()).collect();
    let (bins, n) = (bins.max(1), estimated.len());
    if n == 0 {
        return None;
    }
    let (mut counts, mut below, mut above, mut none) = (vec![0_usize; bins], 0_usize, 0_usize, 0_usize);
    for record in estimated {
        match record.turning_percentile {
            None => none += 1,
            Some(at) if at <= 0.0 => below += 1,
            Some(at) if at >= 100.0 => above += 1,
            Some(at) => counts[((at / 100.0 * bins as f64) as usize).min(bins - 1)] += 1,
        }
    }
    let share = |count: usize| count as f64 / n as f64;
    let edge = |place: usize| 100.0 * place as f64 / bins as f64;
    let bin =
        |(place, &count): (usize, &usize)| TurningBin { low: edge(place), high: edge(place + 1), share: share(count) };
    Some(TurningDensity {
        bins: counts.iter().enumerate().map(bin).collect(),
        below: share(below),
        above: share(above),
        none: share(none),
    })
}

/// How often the universes with one option have the verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OptionShare {
    /// Choice.
    pub choice: String,
    /// Option.
    pub option: String,
    /// Universes with an estimate.
    pub estimated: usize,
    /// Share with a U (positive, for a linear column); `None` without any.
    pub share: Option<f64>,
}

/// Share with the verdict by option, in file order.
#[must_use]
pub fn option_shares(grid: &Grid, universes: &Universes, records: &[UniverseRecord]) -> Vec<OptionShare> {
    let mut rows = Vec::new();
    for (choice, declared) in grid.choices().iter().enumerate() {
        for (code, option) in (1_u16..).zip(&declared.option) {
            let (mut estimated, mut having) = (0_usize, 0_usize);
            for (codes, record) in universes.iter().zip(records) {
                let Some(value) = record.response(crate::declaration::Response::Verdict) else { continue };
                if codes[choice] == code {
                    estimated += 1;
                    having += usize::from(value > 0.5);
                }
            }
            let share = (estimated > 0).then(|| having as f64 / estimated as f64);
            rows.push(OptionShare { choice: declared.id.clone(), option: option.id.clone(), estimated, share });
        }
    }
    rows
}
