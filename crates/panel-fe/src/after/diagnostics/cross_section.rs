//! Dependence between units.

use crate::error::{Error, Result};
use crate::outcome::{TestOutcome, TestStat};

/// Pesaran's CD with the average correlations it rests on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PesaranCd {
    /// √(2/(N(N−1))) Σ_{i<j} √T_ij ρ̂_ij, standard normal under independence.
    pub test: TestOutcome,
    /// Mean of ρ̂_ij.
    pub average: Option<f64>,
    /// Mean of |ρ̂_ij|.
    pub average_absolute: Option<f64>,
    /// Pairs of units with at least three common periods, which enter.
    pub pairs: usize,
}

/// Pesaran (2004, 2015) on residuals of a panel, unbalanced panels included: ρ̂_ij is the correlation over the T_ij
/// periods that units i and j share, each centred on those periods (`xtcd`, `plm::pcdtest`).
///
/// `units` and `periods` are codes of the rows. Pairs with fewer than three common periods, or without variation, are
/// left out, and N(N−1)/2 counts the pairs that are left.
///
/// # Errors
/// [`Error::Shape`] for columns of different length.
pub fn pesaran_cd(residuals: &[f64], units: &[u32], periods: &[u32]) -> Result<PesaranCd> {
    let name = "Pesaran CD";
    for (what, got) in [("the units", units.len()), ("the periods", periods.len())] {
        if got != residuals.len() {
            return Err(Error::Shape { what: what.into(), expected: residuals.len(), got });
        }
    }
    let count = units.iter().max().map_or(0, |&m| m as usize + 1);
    let mut series: Vec<Vec<(u32, f64)>> = vec![Vec::new(); count];
    for ((&u, &t), &e) in units.iter().zip(periods).zip(residuals) {
        series[u as usize].push((t, e));
    }
    series.retain(|s| !s.is_empty());
    for s in &mut series {
        s.sort_by_key(|&(t, _)| t);
    }
    let (mut total, mut sum, mut absolute, mut pairs) = (0.0, 0.0, 0.0, 0_usize);
    for i in 0..series.len() {
        for j in i + 1..series.len() {
            if let Some((rho, t)) = correlation(&series[i], &series[j]) {
                total += (t as f64).sqrt() * rho;
                sum += rho;
                absolute += rho.abs();
                pairs += 1;
            }
        }
    }
    if pairs == 0 {
        let test = TestOutcome::not_available(name, "no two units share three periods with variation");
        return Ok(PesaranCd { test, average: None, average_absolute: None, pairs });
    }
    let stat = total / (pairs as f64).sqrt();
    let test = TestStat::z(name, "errors are independent across units", stat).into();
    Ok(PesaranCd { test, average: Some(sum / pairs as f64), average_absolute: Some(absolute / pairs as f64), pairs })
}

fn correlation(a: &[(u32, f64)], b: &[(u32, f64)]) -> Option<(f64, usize)> {
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common.push((a[i].1, b[j].1));
                i += 1;
                j += 1;
            }
        }
    }
    let t = common.len();
    if t < 3 {
        return None;
    }
    let mean = |f: fn(&(f64, f64)) -> f64| common.iter().map(f).sum::<f64>() / t as f64;
    let (ma, mb) = (mean(|p| p.0), mean(|p| p.1));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in &common {
        let (x, y) = (x - ma, y - mb);
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    let rho = ab / (aa * bb).sqrt();
    rho.is_finite().then_some((rho, t))
}
