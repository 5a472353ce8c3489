//! Do price indices look like changes or like levels?

use crate::diagnostics::Diagnostic;
use crate::panel::Panel;
use crate::sum::compensated_sum;

/// What a set of price indices looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum PriceKindGuess {
    /// Every value speaks of its own period alone: previous period = 100.
    Changes,
    /// Values carry on from period to period: a fixed base.
    Levels,
    /// The data do not say.
    Unclear,
}

/// Pairs of consecutive differences that are enough for a verdict from their correlation.
const ENOUGH: usize = 24;

/// Whether price indices look like changes against the previous period or like levels on a fixed base.
///
/// `series` holds ln(value / base) of each series, one value per period of the calendar, `NaN` where it is missing. Two
/// signs decide, and both have to be there:
///
/// - The first differences d of unrelated values have the autocorrelation r = Σ d_t d_{t-1} / Σ d² = -½, those of levels
///   whose changes are unrelated have 0. Period means are taken out first, so that a common inflation says nothing.
/// - The dispersion of levels grows with time, that of changes does not.
///
/// Levels: r > -0.15 and a standard deviation over series in the last period 1.3 times that in the first. Changes:
/// r < -0.35, no such growth, and period means that stay within 0.1 of the first (levels with noise of their own, such as
/// those of vegetables, have a negative r, too, and move away from their base). Series that do not differ from one another
/// (one national index for all) show neither; levels are recognised there by a period in which all stand at the base
/// exactly, while the end is farther from it than one and a half of the largest steps; or, where no period does, by five or
/// more periods that move in one direction throughout, by 0.05 at least, to an end that is three of the largest steps and
/// 0.08 away from the base. (Inflation that rose in five years running, and evenly, would look so, too.)
///
/// **Source**: r of an overdifferenced series, Box & Jenkins (1976), Time Series Analysis, §6.2.
///
/// ```
/// use panel_core::transform::{PriceKindGuess, price_kind};
/// let level = |k: f64| vec![0.0, 0.02 + k, 0.05 + k, 0.07 - k, 0.1 + k];
/// assert_eq!(price_kind(&[level(0.0), level(0.0)]), PriceKindGuess::Levels);
/// ```
#[must_use]
pub fn price_kind(series: &[Vec<f64>]) -> PriceKindGuess {
    let periods = series.iter().map(Vec::len).max().unwrap_or(0);
    let value = |s: &[f64], t: usize| s.get(t).copied().unwrap_or(f64::NAN);
    let means: Vec<f64> = (0..periods).map(|t| mean(series.iter().map(|s| value(s, t)))).collect();
    let centred: Vec<Vec<f64>> =
        series.iter().map(|s| (0..periods).map(|t| value(s, t) - means[t]).collect()).collect();
    let spread: Vec<f64> =
        (0..periods).map(|t| mean(centred.iter().map(|s| s[t] * s[t])).sqrt()).filter(|sd| !sd.is_nan()).collect();
    let (Some(first), Some(last)) = (spread.first(), spread.last()) else { return PriceKindGuess::Unclear };
    if spread.iter().all(|&sd| sd < 1e-9) {
        return of_common_series(&means);
    }
    let (mut products, mut squares, mut pairs) = (Vec::new(), Vec::new(), 0);
    for s in &centred {
        for t in 2..periods {
            let (now, before) = (s[t] - s[t - 1], s[t - 1] - s[t - 2]);
            if !(now.is_nan() || before.is_nan()) {
                products.push(now * before);
                squares.push(0.5 * (now * now + before * before));
                pairs += 1;
            }
        }
    }
    if pairs < ENOUGH {
        return PriceKindGuess::Unclear;
    }
    let known: Vec<f64> = means.iter().copied().filter(|mean| !mean.is_nan()).collect();
    let drift = known.iter().map(|mean| (mean - known[0]).abs()).fold(0.0, f64::max);
    let r = compensated_sum(products) / compensated_sum(squares);
    match r {
        _ if r > -0.15 && *last > 1.3 * first => PriceKindGuess::Levels,
        _ if r < -0.35 && *last < 1.3 * first && drift < 0.1 => PriceKindGuess::Changes,
        _ => PriceKindGuess::Unclear,
    }
}

/// A warning where a price index of a panel looks like the kind that it was not said to be.
#[must_use]
pub fn index_remark(panel: &Panel, index: &[f64], unlike: PriceKindGuess) -> Option<Diagnostic> {
    let ordinals = panel.times().ordinals();
    let (first, last) = (*ordinals.iter().min()?, *ordinals.iter().max()?);
    let span = usize::try_from(last.checked_sub(first)?).ok().filter(|&span| span < 100_000)?;
    let series: Vec<Vec<f64>> = panel
        .entity_rows()
        .map(|rows| {
            let mut series = vec![f64::NAN; span + 1];
            for row in rows {
                let place = (ordinals[panel.time_of_row()[row] as usize] - first) as usize;
                series[place] = (index.get(row).copied().unwrap_or(f64::NAN) / 100.0).ln();
            }
            series
        })
        .collect();
    let (seen, used) = match unlike {
        PriceKindGuess::Levels => ("a level on a fixed base", "previous period = 100: it would be chained twice"),
        _ => ("changes with the previous period = 100", "a level"),
    };
    (price_kind(&series) == unlike).then(|| {
        Diagnostic::warning("price-index-kind", format!("the price index looks like {seen}, and is used as {used}"))
    })
}

/// A warning naming the entities that have no row in the base period, and therefore no level of prices.
#[must_use]
pub fn base_remark(panel: &Panel, base: &str) -> Option<Diagnostic> {
    let code = super::base_code(panel, base).ok()?;
    let without: Vec<&str> = panel
        .entity_rows()
        .filter(|rows| !panel.time_of_row()[rows.clone()].contains(&code))
        .map(|rows| panel.entity_label(rows.start))
        .collect();
    (!without.is_empty()).then(|| {
        let message = format!(
            "{} entities have no row in the base period {base} and no price level: {}",
            without.len(),
            crate::suggest::some(&without)
        );
        Diagnostic::warning("price-no-base", message)
    })
}

/// Of one series that all share.
fn of_common_series(means: &[f64]) -> PriceKindGuess {
    let known: Vec<f64> = means.iter().copied().filter(|mean| !mean.is_nan()).collect();
    if carries_on(&known) {
        return PriceKindGuess::Levels;
    }
    let step = known.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
    let at_base = known.iter().position(|&mean| mean.abs() < 1e-12);
    let far = match (known.first(), known.last(), at_base) {
        // The base is in the first half of the periods: look at the end; else at the beginning.
        (Some(first), Some(last), Some(base)) => {
            if 2 * base < known.len() {
                last.abs()
            } else {
                first.abs()
            }
        }
        _ => return PriceKindGuess::Unclear,
    };
    if known.len() >= 4 && far > 1.5 * step { PriceKindGuess::Levels } else { PriceKindGuess::Unclear }
}

/// Whether a series goes one way throughout, and far away from its base for its steps.
fn carries_on(known: &[f64]) -> bool {
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return false };
    let steps = || known.windows(2).map(|pair| pair[1] - pair[0]);
    let one_way = steps().all(|step| step > 0.0) || steps().all(|step| step < 0.0);
    let step = steps().map(f64::abs).fold(0.0, f64::max);
    let end = first.abs().max(last.abs());
    known.len() >= 5 && one_way && (last - first).abs() >= 0.05 && end > 3.0 * step && end > 0.08
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let known = values.filter(|value| !value.is_nan());
    let count = known.clone().count();
    compensated_sum(known) / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Changes of `n` series over `periods`: a common inflation, and own changes with a memory of `memory`.
    fn changes(n: usize, periods: usize, memory: f64, unit: u64) -> Vec<Vec<f64>> {
        let mut stream = Stream::new(15, unit);
        let common: Vec<f64> = (0..periods).map(|_| 0.02 + 0.02 * stream.uniform()).collect();
        let mut own = |_| {
            let mut state = 0.03 * (stream.uniform() - 0.5) / (1.0 - memory * memory).sqrt();
            (0..periods)
                .map(|t| {
                    state = memory * state + 0.03 * (stream.uniform() - 0.5);
                    common[t] + state
                })
                .collect()
        };
        (0..n).map(&mut own).collect()
    }

    fn levels(changes: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut out = changes.to_vec();
        for series in &mut out {
            (1..series.len()).for_each(|t| series[t] += series[t - 1]);
        }
        out
    }

    #[test]
    fn two_hundred_panels_are_told_apart() {
        for (n, periods) in [(48, 6), (30, 10), (300, 4)] {
            let count = |kind: PriceKindGuess, draw: &dyn Fn(u64) -> Vec<Vec<f64>>| {
                (0..200).filter(|&unit| price_kind(&draw(unit)) == kind).count()
            };
            let drawn = |unit| changes(n, periods, 0.0, unit);
            let summed = |unit| levels(&changes(n, periods, 0.0, unit));
            // Most are recognised, none is taken for the other.
            assert!(count(PriceKindGuess::Changes, &drawn) > 170, "{n} {periods}");
            assert!(count(PriceKindGuess::Levels, &summed) > 170, "{n} {periods}");
            assert_eq!(count(PriceKindGuess::Levels, &drawn) + count(PriceKindGuess::Changes, &summed), 0);
            // Changes that last are hardly ever taken for levels.
            assert!(count(PriceKindGuess::Levels, &|unit| changes(n, periods, 0.6, unit)) < 7, "{n} {periods}");
        }
    }

    #[test]
    fn a_national_index_shows_its_base() {
        // 100, 101, 104.03, 102.9897, 105.0495, 109.2515: a level; its changes start at 100.2.
        let level: Vec<f64> =
            [100.0f64, 101.0, 104.03, 102.9897, 105.0495, 109.2515].map(|x| (x / 100.0).ln()).to_vec();
        let change: Vec<f64> = [100.2f64, 101.0, 103.0, 99.0, 102.0, 104.0].map(|x| (x / 100.0).ln()).to_vec();
        assert_eq!(price_kind(&vec![level.clone(); 4]), PriceKindGuess::Levels);
        assert_eq!(price_kind(&[level.iter().rev().copied().collect::<Vec<_>>()]), PriceKindGuess::Levels);
        assert_eq!(price_kind(&vec![change; 4]), PriceKindGuess::Unclear);
        let logs = |values: &[f64]| values.iter().map(|x| (x / 100.0).ln()).collect::<Vec<f64>>();
        // A level whose base is the year before the first, one with a base long ago, one with a base that is still to come.
        for level in [
            &[101.5, 104.0, 107.0, 110.0, 113.0][..],
            &[130.0, 132.6, 134.0, 137.9, 140.2, 141.0],
            &[82.0, 85.0, 87.5, 90.0, 93.0, 96.0],
        ] {
            assert_eq!(price_kind(&vec![logs(level); 3]), PriceKindGuess::Levels, "{level:?}");
        }
        // Consumer prices of China by the previous year, 1990-1995, and 2009-2014; a steady inflation; four years.
        for change in [
            &[103.1, 103.4, 106.4, 114.7, 124.1, 117.1][..],
            &[103.1, 103.4, 106.4, 114.7, 124.1],
            &[99.3, 103.3, 105.4, 102.6, 102.6, 102.0],
            &[108.0, 108.1, 108.2, 108.3, 108.4, 108.5],
            &[104.0, 107.0, 110.0, 113.0],
        ] {
            assert_eq!(price_kind(&vec![logs(change); 3]), PriceKindGuess::Unclear, "{change:?}");
        }
        // 100 written into the first year for want of a number, then a steady three per cent.
        assert_eq!(price_kind(&[vec![0.0, 0.03, 0.03, 0.03, 0.03]]), PriceKindGuess::Unclear);
        assert_eq!(price_kind(&[]), PriceKindGuess::Unclear);
        assert_eq!(price_kind(&[vec![f64::NAN; 5]]), PriceKindGuess::Unclear);
        assert_eq!(price_kind(&changes(4, 5, 0.0, 1)), PriceKindGuess::Unclear);
    }
}
