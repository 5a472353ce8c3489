//! One fixed effect: level codes, and what varies by level.

use crate::error::{Error, Result};
use crate::linalg;
use std::sync::Arc;

/// An effect to absorb: an intercept and/or slopes for each level.
#[derive(Debug, Clone, PartialEq)]
pub struct FixedEffect {
    /// Level of each row, 0 … levels - 1, every level used.
    pub codes: Arc<[u32]>,
    /// Number of levels.
    pub levels: usize,
    /// Whether each level has an intercept.
    pub intercept: bool,
    /// Variables that have a slope per level, one value per row.
    pub slopes: Vec<Vec<f64>>,
}

impl FixedEffect {
    /// An intercept per level.
    #[must_use]
    pub fn intercepts(codes: impl Into<Arc<[u32]>>, levels: usize) -> Self {
        Self { codes: codes.into(), levels, intercept: true, slopes: Vec::new() }
    }

    /// Of all levels' slopes, those whose variable is constant within the level (zero, without intercepts) but for
    /// rounding.
    #[must_use]
    pub fn idle_slopes(&self) -> usize {
        self.slopes.iter().map(|slope| self.idle_levels(slope)).sum()
    }

    fn idle_levels(&self, slope: &[f64]) -> usize {
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); self.levels];
        for (&code, &value) in self.codes.iter().zip(slope) {
            let (low, high) = &mut ranges[code as usize];
            (*low, *high) = (low.min(value), high.max(value));
        }
        let idle = |(low, high): &&(f64, f64)| {
            let size = low.abs().max(high.abs());
            if self.intercept { high - low <= 4.0 * f64::EPSILON * size } else { size == 0.0 }
        };
        ranges.iter().filter(idle).count()
    }

    /// The first level that no row has; codes beyond the levels are somebody else's error.
    pub(crate) fn unused_level(&self) -> Option<usize> {
        if linalg::rises(&self.codes) {
            let used = self.codes[self.codes.len() - 1] as usize + 1;
            return (used < self.levels).then_some(used);
        }
        let mut used = vec![false; self.levels];
        let mut left = self.levels;
        for &code in self.codes.iter() {
            if let Some(used) = used.get_mut(code as usize).filter(|used| !**used) {
                *used = true;
                left -= 1;
                if left == 0 {
                    return None;
                }
            }
        }
        used.iter().position(|used| !used)
    }
}

pub(super) fn check(effects: &[FixedEffect], weights: Option<&[f64]>) -> Result<()> {
    let Some(n) = effects.first().map(|effect| effect.codes.len()) else { return Ok(()) };
    let shape = |what: &str, got: usize| Error::Shape { what: what.into(), expected: n, got };
    if let Some(w) = weights.filter(|w| w.len() != n) {
        return Err(shape("weights", w.len()));
    }
    for effect in effects {
        if effect.codes.len() != n {
            return Err(shape("codes of a fixed effect", effect.codes.len()));
        }
        if let Some(slope) = effect.slopes.iter().find(|slope| slope.len() != n) {
            return Err(shape("a varying slope", slope.len()));
        }
        let code = linalg::largest(&effect.codes);
        if code as usize >= effect.levels {
            return Err(Error::Specification(format!(
                "a fixed effect of {} levels has the code {code}",
                effect.levels
            )));
        }
    }
    Ok(())
}

/// First row of each level, and the end, of rows that are in order.
fn sorted_starts(effect: &FixedEffect) -> Option<Vec<u32>> {
    let mut starts = Vec::with_capacity(effect.levels + 1);
    for (row, &code) in effect.codes.iter().enumerate() {
        let (level, begun) = (code as usize, starts.len());
        if level + 1 == begun {
            continue;
        }
        if level < begun {
            return None;
        }
        starts.resize(level + 1, row as u32);
    }
    starts.resize(effect.levels + 1, effect.codes.len() as u32);
    Some(starts)
}

/// Rows brought into the order of one effect's levels, so that a level is a run.
#[derive(Debug)]
pub(super) struct Runs {
    /// Row at each place; `None` when rows are in order already.
    pub(super) order: Option<Vec<u32>>,
    /// First place of each level, and the end.
    pub(super) starts: Vec<u32>,
}

impl Runs {
    /// A stable counting sort; rows that are in order already are only scanned.
    pub(super) fn new(effect: &FixedEffect) -> Self {
        if let Some(starts) = sorted_starts(effect) {
            return Self { order: None, starts };
        }
        let levels = effect.levels;
        let mut starts = vec![0_u32; levels + 1];
        for &code in effect.codes.iter() {
            starts[code as usize + 1] += 1;
        }
        for level in 0..levels {
            starts[level + 1] += starts[level];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; effect.codes.len()];
        for (row, &code) in effect.codes.iter().enumerate() {
            let place = &mut next[code as usize];
            order[*place as usize] = row as u32;
            *place += 1;
        }
        Self { order: Some(order), starts }
    }

    /// Values in run order.
    pub(super) fn gather<T: Copy>(&self, values: &[T]) -> Vec<T> {
        match &self.order {
            None => values.to_vec(),
            Some(order) => order.iter().map(|&row| values[row as usize]).collect(),
        }
    }

    /// Writes values in run order back to their rows.
    pub(super) fn scatter(&self, sorted: &[f64], values: &mut [f64]) {
        match &self.order {
            None => values.copy_from_slice(sorted),
            Some(order) => order.iter().zip(sorted).for_each(|(&row, &value)| values[row as usize] = value),
        }
    }

    /// The places of each level.
    pub(super) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.starts.windows(2).map(|pair| pair[0] as usize..pair[1] as usize)
    }
}
