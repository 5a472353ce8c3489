//! Cluster codes: a partition of the observations.

use crate::linalg;
use std::sync::Arc;

/// A partition of n observations into `count` non-empty groups, coded 0, 1, … in order of first appearance of the
/// original codes' order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Groups {
    codes: Arc<[u32]>,
    count: usize,
}

impl Groups {
    /// Groups from arbitrary codes; empty codes vanish, the order of the codes is kept.
    #[must_use]
    pub fn new(codes: &[u32]) -> Self {
        match Self::renumbered(codes) {
            Ok(groups) => groups,
            Err(count) => Self { codes: codes.into(), count },
        }
    }

    /// The same, which keeps the codes where none is empty.
    #[must_use]
    pub fn shared(codes: Arc<[u32]>) -> Self {
        match Self::renumbered(&codes) {
            Ok(groups) => groups,
            Err(count) => Self { codes, count },
        }
    }

    /// Groups from codes of which some are empty; their number, if none is.
    fn renumbered(codes: &[u32]) -> Result<Self, usize> {
        if linalg::rises(codes) {
            return Err(codes[codes.len() - 1] as usize + 1);
        }
        let size = if codes.is_empty() { 0 } else { linalg::largest(codes) as usize + 1 };
        if size > 8 * codes.len() + 1024 {
            return Ok(Self::from_keys(&codes.iter().map(|&code| u64::from(code)).collect::<Vec<_>>()));
        }
        let mut used = vec![false; size];
        let mut left = size;
        for &code in codes {
            if !std::mem::replace(&mut used[code as usize], true) {
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        if left == 0 {
            return Err(size);
        }
        let mut count = 0;
        let rank = |used: &bool| {
            count += u32::from(*used);
            count.saturating_sub(1)
        };
        let map: Vec<u32> = used.iter().map(rank).collect();
        Ok(Self { codes: codes.iter().map(|&code| map[code as usize]).collect(), count: count as usize })
    }

    /// The levels of an effect, each of which some row has.
    pub(crate) fn of_levels(codes: &Arc<[u32]>, levels: usize) -> Self {
        Self { codes: codes.clone(), count: levels }
    }

    /// Whether these are the codes of an effect, shared and not only equal.
    pub(crate) fn are_levels(&self, codes: &Arc<[u32]>) -> bool {
        Arc::ptr_eq(&self.codes, codes)
    }

    /// Each row by itself; `rows` are 0, 1, 2, …
    pub(crate) fn of_rows(rows: Arc<[u32]>) -> Self {
        Self { count: rows.len(), codes: rows }
    }

    /// Each of n observations by itself.
    #[must_use]
    pub fn singletons(n: usize) -> Self {
        Self { codes: (0..n as u32).collect(), count: n }
    }

    /// Groups from 64-bit keys, coded in ascending order of the keys.
    #[must_use]
    pub fn from_keys(keys: &[u64]) -> Self {
        let mut distinct = keys.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let codes = keys.iter().map(|key| distinct.binary_search(key).map_or(u32::MAX, |i| i as u32)).collect();
        Self { codes, count: distinct.len() }
    }

    /// Group of each observation.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Group of each observation, shared.
    #[must_use]
    pub fn into_codes(self) -> Arc<[u32]> {
        self.codes
    }

    /// Number of groups.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The coarsest partition that refines both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let width = other.count as u64;
        let keys = self.codes.iter().zip(other.codes.iter()).map(|(&a, &b)| u64::from(a) * width + u64::from(b));
        if self.count.saturating_mul(other.count) <= 8 * self.codes.len() + 1024 {
            return Self::new(&keys.map(|key| key as u32).collect::<Vec<_>>());
        }
        Self::from_keys(&keys.collect::<Vec<_>>())
    }

    /// Whether each of these groups lies within one group of `other`.
    #[must_use]
    pub fn nested_in(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.codes, &other.codes) {
            return true;
        }
        let mut parent = vec![u32::MAX; self.count];
        self.codes.iter().zip(other.codes.iter()).all(|(&mine, &theirs)| {
            let slot = &mut parent[mine as usize];
            if *slot == u32::MAX {
                *slot = theirs;
            }
            *slot == theirs
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_shared_not_equal() {
        let codes: Arc<[u32]> = vec![1, 0, 1].into();
        let levels = Groups::of_levels(&codes, 2);
        assert!(levels.are_levels(&codes) && !levels.are_levels(&vec![1, 0, 1].into()));
        // What needs no new codes keeps those it has.
        assert!(Groups::shared(codes.clone()).are_levels(&codes));
        assert!(!Groups::shared(vec![2, 0, 2].into()).are_levels(&codes));
    }

    #[test]
    fn intersections_and_nesting() {
        let city = Groups::new(&[7, 7, 3, 3, 9]);
        let province = Groups::new(&[1, 1, 1, 1, 4]);
        assert_eq!(city.codes(), [1, 1, 0, 0, 2]);
        assert!(city.nested_in(&province) && !province.nested_in(&city));
        assert_eq!(city.intersect(&province).count(), 3);
        assert_eq!(Groups::new(&[u32::MAX - 1, 0, u32::MAX - 1]).codes(), [1, 0, 1]);
    }
}
