//! Rank of stacked dummies, and connected components of pairs of effects.

use super::FixedEffect;
use super::graph::Sets;

/// Rank of the absorbed columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// The rank, or an upper bound of it.
    pub rank: usize,
    /// Whether it is exact.
    pub exact: bool,
}

/// For each effect, the number of connected components that its intercepts form with the intercepts of each earlier
/// effect; 0 where either has none.
///
/// A pair of effects has rank L₁ + L₂ - components (Abowd, Creecy & Kramarz 2002); reghdfe's `dof(pairwise)`.
#[must_use]
pub fn components_with_earlier(effects: &[FixedEffect]) -> Vec<Vec<usize>> {
    let pair = |a: &FixedEffect, b: &FixedEffect| if a.intercept && b.intercept { components(a, b) } else { 0 };
    (0..effects.len()).map(|f| effects[..f].iter().map(|earlier| pair(earlier, &effects[f])).collect()).collect()
}

/// Connected components of the bipartite graph of two effects.
pub(super) fn components(a: &FixedEffect, b: &FixedEffect) -> usize {
    let (large, small) = if a.levels >= b.levels { (a, b) } else { (b, a) };
    // The first level met beside each level of the larger effect stands for it.
    let mut beside = vec![u32::MAX; large.levels];
    let mut sets = Sets::new(small.levels);
    for (&i, &j) in large.codes.iter().zip(&small.codes) {
        let slot = &mut beside[i as usize];
        if *slot == u32::MAX {
            *slot = j;
        } else {
            sets.union(*slot, j);
            if sets.count() == 1 {
                break;
            }
        }
    }
    sets.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redundant_effects_are_seen() {
        let city = FixedEffect::intercepts(vec![0, 0, 1, 1, 2, 2], 3);
        let year = FixedEffect::intercepts(vec![0, 1, 0, 1, 0, 1], 2);
        let province = FixedEffect::intercepts(vec![0, 0, 0, 0, 1, 1], 2);
        assert_eq!(components_with_earlier(&[city, year, province]), [vec![], vec![1], vec![2, 1]]);
    }
}
