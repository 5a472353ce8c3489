//! Serial correlation.

use crate::dense::{residualise, thin_qr};
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::{TestOutcome, TestStat};
use faer::{Mat, MatRef};

/// Wooldridge (2002, § 10.6.3) test of no first-order serial correlation (Drukker 2003; `xtserial` for Stata).
///
/// Residuals e of Δy on Δx (no constant); without serial correlation of the levels, e_t on e_{t−1} has the coefficient
/// −½. F(1, G−1) of (ρ̂+½)²/V with V clustered by unit, times G/(G−1)·(n−1)/(n−1) for one coefficient, as Stata's
/// `regress, noconstant cluster()`.
///
/// `y` and `x` (n×k) are levels, without dummies that are constant in time; `units` codes, `times` places on the
/// calendar: differences are taken between neighbouring periods only.
///
/// # Errors
/// [`Error::Shape`] for columns of different length.
pub fn wooldridge(y: &[f64], x: MatRef<'_, f64>, units: &[u32], times: &[i64]) -> Result<TestOutcome> {
    let name = "Wooldridge serial correlation";
    let n = y.len();
    for (what, got) in [("the regressors", x.nrows()), ("the units", units.len()), ("the times", times.len())] {
        if got != n {
            return Err(Error::Shape { what: what.into(), expected: n, got });
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| (units[i], times[i]));
    // First differences: (row, its predecessor).
    let pairs: Vec<(usize, usize)> = order
        .windows(2)
        .filter(|w| units[w[0]] == units[w[1]] && times[w[1]] - times[w[0]] == 1)
        .map(|w| (w[1], w[0]))
        .collect();
    let dx = Mat::from_fn(pairs.len(), x.ncols(), |i, j| x[(pairs[i].0, j)] - x[(pairs[i].1, j)]);
    let dy = Mat::from_fn(pairs.len(), 1, |i, _| y[pairs[i].0] - y[pairs[i].1]);
    let mut qr = thin_qr(dx.as_ref());
    if !qr.collinear.is_empty() {
        let keep: Vec<usize> = (0..x.ncols()).filter(|j| !qr.collinear.contains(j)).collect();
        qr = thin_qr(crate::dense::pick(dx.as_ref(), &keep).as_ref());
    }
    if pairs.len() <= qr.q.ncols() {
        return Ok(TestOutcome::not_available(name, format!("{} first differences", pairs.len())));
    }
    let e = residualise(qr.q.as_ref(), dy.as_ref());
    // e on its lag.
    let (mut now, mut before, mut unit) = (Vec::new(), Vec::new(), Vec::new());
    for k in 1..pairs.len() {
        if pairs[k].1 == pairs[k - 1].0 {
            now.push(e[(k, 0)]);
            before.push(e[(k - 1, 0)]);
            unit.push(units[pairs[k].0]);
        }
    }
    let square = linalg::dot(&before, &before);
    if now.is_empty() || square == 0.0 {
        return Ok(TestOutcome::not_available(name, "no unit has three consecutive periods"));
    }
    let rho = linalg::dot(&now, &before) / square;
    let mut sums = vec![0.0; unit.iter().max().map_or(0, |&m| m as usize + 1)];
    let mut present = vec![false; sums.len()];
    for ((n, b), &u) in now.iter().zip(&before).zip(&unit) {
        sums[u as usize] += b * (n - rho * b);
        present[u as usize] = true;
    }
    let groups = present.iter().filter(|&&p| p).count() as f64;
    if groups < 2.0 {
        return Ok(TestOutcome::not_available(name, "fewer than two units have three consecutive periods"));
    }
    let variance = sums.iter().map(|s| s * s).sum::<f64>() / (square * square) * groups / (groups - 1.0);
    let stat = (rho + 0.5).powi(2) / variance;
    Ok(TestStat::f(name, "no first-order serial correlation", stat, 1.0, groups - 1.0).into())
}
