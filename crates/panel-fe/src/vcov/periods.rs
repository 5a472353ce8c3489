//! Periods on the axis along which lags are counted.

use super::Groups;

/// Period of each observation on the axis along which lags are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    groups: Groups,
    positions: Vec<i64>,
}

impl Periods {
    /// Periods from each observation's place on the calendar: a missing year is a missing step.
    #[must_use]
    pub fn calendar(ordinals: &[i64]) -> Self {
        let mut positions = ordinals.to_vec();
        positions.sort_unstable();
        positions.dedup();
        let codes: Vec<u32> = ordinals.iter().map(|o| positions.binary_search(o).map_or(0, |i| i as u32)).collect();
        Self { groups: Groups::new(&codes), positions }
    }

    /// Periods re-indexed 1, 2, … T over those observed: a missing year is no step.
    #[must_use]
    pub fn reindexed(ordinals: &[i64]) -> Self {
        let mut periods = Self::calendar(ordinals);
        periods.positions = (0..periods.positions.len() as i64).collect();
        periods
    }

    /// Number of distinct periods T.
    #[must_use]
    pub fn count(&self) -> usize {
        self.positions.len()
    }

    /// The partition by period.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Place on the axis of each distinct period, ascending.
    #[must_use]
    pub fn positions(&self) -> &[i64] {
        &self.positions
    }

    /// Whether consecutive periods are one step apart.
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.positions.windows(2).any(|pair| pair[1] - pair[0] > 1)
    }

    pub(crate) fn span(&self) -> usize {
        match (self.positions.first(), self.positions.last()) {
            (Some(first), Some(last)) => (last - first) as usize,
            _ => 0,
        }
    }
}
