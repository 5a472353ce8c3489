//! Pricing: which column improves the objective most.

use crate::lp::Activities;
use crate::lp::activities::LANES;

/// Up to this many columns are priced directly; above it a working set is kept.
pub(super) const DIRECT: usize = 384;
/// Panels of the working set.
const WORKING_PANELS: usize = 24;
/// At most this many columns enter the working set after a full sweep.
const REFILL: usize = 48;

/// The column with the largest violation \\(\sum_i w_i a_{ij}\\) above `tolerance`, and that violation.
pub(super) fn best(
    activities: &Activities,
    weights: &[f64],
    excluded: &[usize],
    tolerance: f64,
) -> Option<(usize, f64)> {
    best_in(activities.panels(), activities.rows(), weights, excluded, tolerance)
}

fn best_in(panels: &[f64], rows: usize, weights: &[f64], excluded: &[usize], tolerance: f64) -> Option<(usize, f64)> {
    let mut value = [tolerance; LANES];
    let mut place = [u64::MAX; LANES];
    let stride = rows * LANES;
    if stride == 0 {
        return None;
    }
    let mut number = 0_u64;
    for panel in panels.chunks_exact(stride) {
        let mut sum = panel_sums(panel, weights);
        if !excluded.is_empty() {
            mask(&mut sum, number as usize, excluded);
        }
        for l in 0..LANES {
            let better = sum[l] > value[l];
            value[l] = if better { sum[l] } else { value[l] };
            place[l] = if better { number } else { place[l] };
        }
        number = number.wrapping_add(1);
    }
    let mut found: Option<(usize, f64)> = None;
    for l in 0..LANES {
        if place[l] != u64::MAX && found.is_none_or(|(_, v)| value[l] > v) {
            found = Some((place[l] as usize * LANES + l, value[l]));
        }
    }
    found
}

/// The first column in storage order whose violation exceeds `tolerance` (least-index rule).
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
fn panel_sums(panel: &[f64], weights: &[f64]) -> [f64; LANES] {
    let mut sum = [0.0_f64; LANES];
    for (row, &w) in panel.chunks_exact(LANES).zip(weights) {
        for l in 0..LANES {
            sum[l] += w * row[l];
        }
    }
    sum
}

fn mask(sum: &mut [f64; LANES], panel: usize, excluded: &[usize]) {
    for &j in excluded {
        if j / LANES == panel {
            sum[j % LANES] = f64::NEG_INFINITY;
        }
    }
}

/// The full sweep's verdict.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    /// Largest violation relative to the sizes of its terms.
    pub(super) relative: f64,
    /// The column that attains it.
    pub(super) column: Option<usize>,
}

/// Prices all columns; `found` receives, per stretch of panels, the column with the largest violation.
pub(super) fn sweep(
    activities: &Activities,
    weights: &[f64],
    sizes: &[f64],
    excluded: &[usize],
    tolerance: f64,
    found: &mut Vec<usize>,
) -> Sweep {
    found.clear();
    let mut verdict = Sweep { relative: 0.0, column: None };
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
            let top = sum.iter().fold(0.0_f64, |a, b| a.max(*b));
            if top <= 0.0 {
                continue;
            }
            let number = s * stretch + p;
            mask(&mut sum, number, excluded);
            for l in 0..LANES {
                if sum[l] > 0.0 {
                    let size: f64 = sizes.iter().enumerate().map(|(i, s)| s * panel[i * LANES + l].abs()).sum();
                    if sum[l] > verdict.relative * size {
                        verdict = Sweep { relative: sum[l] / size, column: Some(number * LANES + l) };
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
    pub(super) fn best(
        &self,
        rows: usize,
        weights: &[f64],
        excluded: &[usize],
        tolerance: f64,
    ) -> Option<(usize, f64)> {
        let (slot, value) = best_in(&self.panels, rows, weights, &[], tolerance)?;
        let column = self.index[slot];
        if !excluded.contains(&column) {
            return Some((column, value));
        }
        let slots: Vec<usize> = (0..self.index.len()).filter(|s| excluded.contains(&self.index[*s])).collect();
        best_in(&self.panels, rows, weights, &slots, tolerance).map(|(slot, value)| (self.index[slot], value))
    }

    /// Takes columns in; the oldest leave when the set is full.
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
