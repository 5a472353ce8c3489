//! The table of a convergence regression.

use crate::error::{Error, Result};
use crate::prices::PriceChanges;
use crate::relations::{LogDistance, Relations};
use crate::spec::SegSpec;
use panel_core::geo::MetricName;
use panel_core::suggest::nearest;
use serde::{Deserialize, Serialize};

/// Choices of [`convergence_table`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ConvergenceSpec {
    /// One entity, against which all others are set, by its label; the pairs of the index where it is absent.
    pub benchmark: Option<String>,
    /// Lagged changes on the right-hand side.
    pub lags: usize,
    /// How distances between coordinates are measured.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("enum" = crate::keys::words::<MetricName>())))]
    pub distance: MetricName,
    /// Shorter distances count as this one, km; without it two places nearer than 100 m are an error.
    pub min_km: Option<f64>,
}

/// Rows of Parsley and Wei's regression, column by column.
///
/// ΔQ_t = β Q_{t-L} + Σ_s γ_s ΔQ_{t-sL} + (fixed effects, ln distance, border) + ε,  Q = ln(p_i / p_j)
///
/// with L the calendar steps that a change spans ([`PriceChanges::span`]): 1, or the lag of [`PriceKind::Levels`].
///
/// [`PriceKind::Levels`]: crate::PriceKind::Levels
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ConvergenceTable {
    /// Entity i.
    pub entity: Vec<u32>,
    /// Entity j.
    pub partner: Vec<u32>,
    /// Good.
    pub good: Vec<u32>,
    /// Period t.
    pub time: Vec<u32>,
    /// ΔQ_t.
    pub change: Vec<f64>,
    /// Q_{t-L}, the level from which the change starts.
    pub lagged_level: Vec<f64>,
    /// ΔQ_{t-L}, ΔQ_{t-2L}, …, one column per lag; they do not overlap the change.
    pub lagged_changes: Vec<Vec<f64>>,
    /// ln distance in km, where places are known.
    pub ln_km: Option<Vec<f64>>,
    /// 1 between groups, 0 within, where groups are known.
    pub border: Option<Vec<f64>>,
    /// Whether Q is a true price level; otherwise it is cumulated from 0 before the first change, so that only its
    /// deviations mean something and the regression needs pair-and-good fixed effects.
    pub true_levels: bool,
}

/// Builds the rows of a convergence regression; the estimation is left to a regression program.
///
/// One row per comparison, good and period for which ΔQ_t, Q_{t-L} and all lags are known; periods are found by the
/// calendar, so nothing reaches across a gap. A negative β is
/// convergence; see [`half_life`].
///
/// **Missing values**: a row with a missing part does not exist. Cumulated levels stop at the first missing change or gap.
///
/// # Errors
/// As [`segmentation`](crate::segmentation()); [`Error::Specification`] for a benchmark that is no entity, and where no row
/// is left; [`Error::NoLogDistance`] for two places that are one; [`Error::Idle`] for a choice that has no effect.
///
/// **Source**: Parsley & Wei (1996), Quarterly Journal of Economics 111, 1211–1236, eq. 1.
pub fn convergence_table(
    changes: &PriceChanges,
    relations: &Relations<'_>,
    spec: &SegSpec,
    choices: &ConvergenceSpec,
) -> Result<ConvergenceTable> {
    let (spec, lags) = (&spec.unweighted(), choices.lags);
    spec.validate()?;
    relations.validate(changes, spec)?;
    let distance = LogDistance::new("convergence", (choices.distance, choices.min_km), relations)?;
    let (n, periods, goods) = (changes.n_entities(), changes.n_periods(), changes.n_goods());
    let pairs: Vec<(usize, usize)> = match &choices.benchmark {
        Some(label) => {
            let known = || changes.entities().iter().map(String::as_str);
            let Some(other) = known().position(|entity| entity == label) else {
                let hint = nearest(label, known()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(Error::Specification(format!("benchmark = \"{label}\" is no entity{hint}")));
            };
            (0..n).filter(|&i| i != other).map(|i| (i, other)).collect()
        }
        None => match relations.selected(n, spec)? {
            Some(list) => list.pairs().collect(),
            None => (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))).collect(),
        },
    };
    let levels = changes.log_levels();
    let start = changes.before(changes.span());
    let lagged: Vec<Vec<Option<usize>>> =
        (1..=lags as i64).map(|lag| changes.before(lag.saturating_mul(changes.span()))).collect();
    // The level before the first change of all is where cumulation starts.
    let first = changes.ordinals().iter().min().copied();
    let mut table = ConvergenceTable {
        lagged_changes: vec![Vec::new(); lags],
        ln_km: distance.is_known().then(Vec::new),
        border: relations.group.map(|_| Vec::new()),
        true_levels: changes.has_levels(),
        ..ConvergenceTable::default()
    };
    for (i, j) in pairs {
        let ln_km = distance.of(relations, (i, j), changes.entities())?.unwrap_or(f64::NAN);
        for k in 0..goods {
            let delta = |t: usize| changes.slice(t, k)[i] - changes.slice(t, k)[j];
            let level = |t: usize| levels[(t * goods + k) * n + i] - levels[(t * goods + k) * n + j];
            for t in 0..periods {
                let before = match start[t] {
                    Some(start) => level(start),
                    None if !changes.has_levels() && changes.ordinals().get(t) == first.as_ref() => 0.0,
                    None => f64::NAN,
                };
                let earlier: Vec<f64> = lagged.iter().map(|lag| lag[t].map_or(f64::NAN, &delta)).collect();
                if delta(t).is_nan() || before.is_nan() || earlier.iter().any(|x| x.is_nan()) {
                    continue;
                }
                table.entity.push(i as u32);
                table.partner.push(j as u32);
                table.good.push(k as u32);
                table.time.push(t as u32);
                table.change.push(delta(t));
                table.lagged_level.push(before);
                table.lagged_changes.iter_mut().zip(earlier).for_each(|(column, x)| column.push(x));
                if let Some(column) = &mut table.ln_km {
                    column.push(ln_km);
                }
                if let (Some(column), Some(group)) = (&mut table.border, relations.group) {
                    let known = group[i] != Relations::NO_GROUP && group[j] != Relations::NO_GROUP;
                    column.push(if known { f64::from(u8::from(group[i] != group[j])) } else { f64::NAN });
                }
            }
        }
    }
    if table.change.is_empty() {
        return Err(Error::Specification(format!(
            "convergence: no comparison has a change with the level and {lags} changes before it within {periods} periods; give fewer lags, or prices of more periods in a row"
        )));
    }
    Ok(table)
}

/// Periods until half of a gap is gone, ln ½ / ln(1 + β); `None` unless -1 < β < 0.
///
/// ```
/// assert_eq!(market_seg::half_life(-0.5), Some(1.0));
/// assert_eq!(market_seg::half_life(0.1), None);
/// ```
#[must_use]
pub fn half_life(beta: f64) -> Option<f64> {
    (beta > -1.0 && beta < 0.0).then(|| 0.5f64.ln() / beta.ln_1p())
}
