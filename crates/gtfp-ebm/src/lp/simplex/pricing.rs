//! Pricing: which column improves the objective most.

use crate::lp::Activities;
use crate::lp::activities::{LANES, any_positive, panel_sums};

/// Up to this many columns are priced directly; above it a working set is kept.
pub(super) const DIRECT: usize = 384;
/// Panels of the working set.
const WORKING_PANELS: usize = 24;
/// At most this many columns enter the working set after a full sweep.
const REFILL: usize = 48;

/// The column with the largest violation \\(\sum_i w_i a_{ij}\\) above `tolerance`, the first among equals, and that
/// violation. `sums` is working space.
#[inline(always)]
pub(super) fn best(
    activities: &Activities,
    weights: &[f64],
    excluded: &[usize],
    tolerance: f64,
    sums: &mut Vec<f64>,
) -> Option<(usize, f64)> {
    best_in(activities.panels(), activities.rows(), weights, excluded, tolerance, sums)
}

#[inline(always)]
fn best_in(
    panels: &[f64],
    rows: usize,
    weights: &[f64],
    excluded: &[usize],
    tolerance: f64,
    sums: &mut Vec<f64>,
) -> Option<(usize, f64)> {
    if rows == 0 {
        return None;
    }
    sums.resize(panels.len() / rows, 0.0);
    let mut top = [tolerance; LANES];
    for (panel, out) in panels.chunks_exact(rows * LANES).zip(sums.chunks_exact_mut(LANES)) {
        let sum = panel_sums(panel, weights);
        for l in 0..LANES {
            top[l] = if sum[l] > top[l] { sum[l] } else { top[l] };
        }
        out.copy_from_slice(&sum);
    }
    if !excluded.is_empty() {
        for &j in excluded {
            sums[j] = f64::NEG_INFINITY;
        }
        top = [tolerance; LANES];
        for sum in sums.chunks_exact(LANES) {
            for l in 0..LANES {
                top[l] = if sum[l] > top[l] { sum[l] } else { top[l] };
            }
        }
    }
    let most = top.iter().fold(tolerance, |most, v| if *v > most { *v } else { most });
    if most <= tolerance {
        return None;
    }
    for (number, sum) in sums.chunks_exact(LANES).enumerate() {
        let mut here = false;
        for l in 0..LANES {
            here |= sum[l] >= most;
        }
        if here {
            return sum.iter().position(|s| *s >= most).map(|l| (number * LANES + l, most));
        }
    }
    None
}

/// The first column in storage order whose violation exceeds `tolerance` (least-index rule).
#[inline(always)]
pub(super) fn first(activities: &Activities, weights: &[f64], excluded: &[usize], tolerance: f64) -> Option<usize> {
    let stride = activities.rows() * LANES;
    if stride == 0 {
        return None;
    }
    for (p, panel) in activities.panels().chunks_exact(stride).enumerate() {
        let mut sum = panel_sums(panel, weights);
        mask(&mut sum, p, excluded);
        if let Some(l) = sum.iter().position(|s| *s > tolerance) {
            return Some(p * LANES + l);
        }
    }
    None
}

#[inline(always)]
fn mask(sum: &mut [f64; LANES], panel: usize, excluded: &[usize]) {
    for &j in excluded {
        if j / LANES == panel {
            sum[j % LANES] = f64::NEG_INFINITY;
        }
    }
}

/// Refined multipliers may show violations of up to this many tolerances.
const TOLERATED: f64 = 10.0;

/// The full sweep's verdict.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    /// Largest violation relative to the sizes of its terms.
    pub(super) relative: f64,
    /// The column that attains it.
    pub(super) column: Option<usize>,
    /// The column with the largest violation, where that is beyond what is tolerated.
    pub(super) violated: Option<usize>,
}

/// Prices all columns; `found` receives, per stretch of panels, the column with the largest violation.
#[inline(always)]
pub(super) fn sweep(
    activities: &Activities,
    weights: &[f64],
    sizes: &[f64],
    excluded: &[usize],
    tolerance: f64,
    found: &mut Vec<usize>,
) -> Sweep {
    found.clear();
    let mut verdict = Sweep { relative: 0.0, column: None, violated: None };
    let mut most = TOLERATED * tolerance;
    let stride = activities.rows() * LANES;
    if stride == 0 {
        return verdict;
    }
    let count = activities.panels().len() / stride;
    let stretch = count.div_ceil(REFILL).max(1);
    for (s, panels) in activities.panels().chunks(stretch * stride).enumerate() {
        let mut best: Option<(usize, f64)> = None;
        for (p, panel) in panels.chunks_exact(stride).enumerate() {
            let mut sum = panel_sums(panel, weights);
            if !any_positive(&sum) {
                continue;
            }
            let number = s * stretch + p;
            mask(&mut sum, number, excluded);
            for l in 0..LANES {
                if sum[l] > 0.0 {
                    let size: f64 = sizes.iter().enumerate().map(|(i, s)| s * panel[i * LANES + l].abs()).sum();
                    if sum[l] > verdict.relative * size {
                        verdict.relative = sum[l] / size;
                        verdict.column = Some(number * LANES + l);
                    }
                    if sum[l] > most {
                        most = sum[l];
                        verdict.violated = Some(number * LANES + l);
                    }
                    if sum[l] > tolerance && best.is_none_or(|(_, v)| sum[l] > v) {
                        best = Some((number * LANES + l, sum[l]));
                    }
                }
            }
        }
        found.extend(best.map(|(j, _)| j));
    }
    verdict
}

/// A few hundred columns that are likely to enter, copied together; kept from unit to unit.
#[derive(Debug, Clone, Default)]
pub(super) struct WorkingSet {
    panels: Vec<f64>,
    index: Vec<usize>,
    next: usize,
}

impl WorkingSet {
    /// The working-set column with the largest violation.
    #[inline(always)]
    pub(super) fn best(
        &self,
        rows: usize,
        weights: &[f64],
        excluded: &[usize],
        tolerance: f64,
        sums: &mut Vec<f64>,
    ) -> Option<(usize, f64)> {
        let (slot, value) = best_in(&self.panels, rows, weights, &[], tolerance, sums)?;
        let column = self.index[slot];
        if !excluded.contains(&column) {
            return Some((column, value));
        }
        let slots: Vec<usize> = (0..self.index.len()).filter(|s| excluded.contains(&self.index[*s])).collect();
        best_in(&self.panels, rows, weights, &slots, tolerance, sums).map(|(slot, value)| (self.index[slot], value))
    }

    /// Takes columns in; the oldest leave when the set is full.
    #[inline(always)]
    pub(super) fn admit(&mut self, activities: &Activities, columns: &[usize]) {
        let rows = activities.rows();
        let capacity = WORKING_PANELS * LANES;
        for &j in columns {
            if self.index.contains(&j) {
                continue;
            }
            let slot = if self.index.len() < capacity {
                self.index.push(j);
                let slot = self.index.len() - 1;
                if slot.is_multiple_of(LANES) {
                    self.panels.resize(self.panels.len() + rows * LANES, 0.0);
                }
                slot
            } else {
                let slot = self.next % capacity;
                self.index[slot] = j;
                slot
            };
            self.next = (slot + 1) % capacity;
            let base = (slot / LANES) * LANES * rows + slot % LANES;
            for i in 0..rows {
                self.panels[base + i * LANES] = activities.scaled(i, j);
            }
        }
    }
}
