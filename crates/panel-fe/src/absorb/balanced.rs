//! Two effects whose every pair of levels holds exactly one row, without weights: closed form.

use super::factor::Runs;
use super::{ColumnReport, FixedEffect, norm, one_way};

/// v - v̄ᵢ - v̄ₜ + v̄ (Baltagi 2021, eq. 3.8).
#[derive(Debug)]
pub(super) struct Balanced {
    runs: Runs,
    /// Level of the second effect in run order.
    other: Other,
    /// Number of levels of the second effect.
    levels: usize,
}

#[derive(Debug)]
enum Other {
    /// 0, 1, … in every run.
    InOrder,
    Codes(Vec<u32>),
}

/// Whether each pair of levels occurs once.
pub(super) fn is_balanced(a: &FixedEffect, b: &FixedEffect) -> bool {
    if a.levels.checked_mul(b.levels) != Some(a.codes.len()) {
        return false;
    }
    let mut seen = vec![false; a.codes.len()];
    a.codes.iter().zip(&b.codes).all(|(&i, &t)| !std::mem::replace(&mut seen[i as usize * b.levels + t as usize], true))
}

impl Balanced {
    /// The effect with more levels forms the runs.
    pub(super) fn new(a: &FixedEffect, b: &FixedEffect) -> Self {
        let (first, second) = if a.levels >= b.levels { (a, b) } else { (b, a) };
        let runs = Runs::new(first);
        let codes = runs.gather(&second.codes);
        let in_order =
            codes.chunks_exact(second.levels).all(|run| run.iter().enumerate().all(|(t, &code)| code as usize == t));
        let other = if in_order { Other::InOrder } else { Other::Codes(codes) };
        Self { runs, other, levels: second.levels }
    }

    pub(super) fn residualize(&self, column: &mut [f64]) -> ColumnReport {
        if self.runs.order.is_none() {
            self.sweep(column);
        } else {
            let mut sorted = self.runs.gather(column);
            self.sweep(&mut sorted);
            self.runs.scatter(&sorted, column);
        }
        ColumnReport { iterations: 0, error: 2.0 * f64::EPSILON * norm(column, None) }
    }

    fn sweep(&self, values: &mut [f64]) {
        let levels = self.levels;
        let mut means = vec![0.0; levels];
        match &self.other {
            Other::InOrder => {
                for run in values.chunks_exact_mut(levels) {
                    one_way::demean(run, None);
                    means.iter_mut().zip(run.iter()).for_each(|(mean, value)| *mean += value);
                }
            }
            Other::Codes(codes) => {
                for (run, codes) in values.chunks_exact_mut(levels).zip(codes.chunks_exact(levels)) {
                    one_way::demean(run, None);
                    codes.iter().zip(run.iter()).for_each(|(&t, value)| means[t as usize] += value);
                }
            }
        }
        let scale = levels as f64 / values.len() as f64;
        means.iter_mut().for_each(|mean| *mean *= scale);
        match &self.other {
            Other::InOrder => {
                for run in values.chunks_exact_mut(levels) {
                    run.iter_mut().zip(&means).for_each(|(value, mean)| *value -= mean);
                }
            }
            Other::Codes(codes) => values.iter_mut().zip(codes).for_each(|(value, &t)| *value -= means[t as usize]),
        }
    }
}
