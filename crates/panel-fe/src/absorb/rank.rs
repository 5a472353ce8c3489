//! Rank of stacked dummies, and connected components of pairs of effects.

use super::graph::{self, Sets};
use super::iterate::Iterative;
use super::sweep::Sweep;
use super::{FixedEffect, Settings};

/// Rank of the absorbed columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// The rank, or an upper bound of it.
    pub rank: usize,
    /// Whether it is exact.
    pub exact: bool,
}

impl Rank {
    pub(super) fn exact(rank: usize) -> Self {
        Self { rank, exact: true }
    }
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
fn components(a: &FixedEffect, b: &FixedEffect) -> usize {
    let (large, small) = if a.levels >= b.levels { (a, b) } else { (b, a) };
    // The last level met beside each level of the larger effect stands for it.
    let mut beside = vec![u32::MAX; large.levels];
    let mut sets = Sets::new(small.levels);
    for (&i, &j) in large.codes.iter().zip(small.codes.iter()) {
        let slot = &mut beside[i as usize];
        if *slot == j {
            continue;
        }
        if *slot != u32::MAX {
            sets.union(*slot, j);
            if sets.count() == 1 {
                break;
            }
        }
        *slot = j;
    }
    sets.count()
}

/// Rank of effects whose Schur complement is too large to be factored.
///
/// The eliminated effect and one other have rank L₁ + L - components: on each component the indicators of both effects
/// cancel. Other null vectors exist with three effects only. They are excluded where the levels of every further
/// effect are connected by rows that agree in all effects before it, because its coefficients are then constant on the
/// null space; else the iteration looks for them (to its tolerance); else an upper bound is returned.
pub(super) fn of_iterative(sweep: &Sweep, levels: usize, iterative: &Iterative, settings: Settings) -> Rank {
    let mut components: Vec<u32> = Vec::with_capacity(sweep.unknowns());
    let mut count = 0;
    let mut counts = Vec::new();
    for (f, cells) in sweep.cells.iter().enumerate() {
        let (offset, size) = (sweep.offsets[f], sweep.offsets[f + 1] - sweep.offsets[f]);
        let mut sets = graph::join_runs(&sweep.runs, cells, offset, size);
        let mut label = vec![u32::MAX; size];
        for level in 0..size as u32 {
            let root = sets.find(level) as usize;
            if label[root] == u32::MAX {
                label[root] = count;
                count += 1;
            }
            components.push(label[root]);
        }
        counts.push(sets.count());
    }
    let second = sweep.offsets[1] - counts[0];
    let further = sweep.cells.len() - 1;
    if (1..=further).all(|f| joined_within_cells(sweep, f)) {
        let others: usize = (1..=further).map(|f| sweep.offsets[f + 1] - sweep.offsets[f] - 1).sum();
        return Rank::exact(levels + second + others);
    }
    components.truncate(iterative.size());
    let known = components.iter().max().map_or(0, |&max| max as usize + 1);
    match iterative.further_null_vectors(sweep, &components, settings) {
        Some(more) => Rank::exact(levels + iterative.border_rank() + iterative.size() - known - more),
        None => {
            let bound: usize = (0..=further).map(|f| sweep.offsets[f + 1] - sweep.offsets[f] - counts[f]).sum();
            Rank { rank: levels + bound, exact: false }
        }
    }
}

/// Whether the levels of other effect `f` are connected by rows of one run that agree in the effects before it.
fn joined_within_cells(sweep: &Sweep, f: usize) -> bool {
    let (offset, levels) = (sweep.offsets[f], sweep.offsets[f + 1] - sweep.offsets[f]);
    let mut sets = Sets::new(levels);
    let mut places: Vec<usize> = Vec::new();
    let key = |place: usize| sweep.cells[..f].iter().map(move |cells| cells[place]);
    for range in sweep.runs.ranges() {
        places.clear();
        places.extend(range);
        places.sort_unstable_by(|&a, &b| key(a).cmp(key(b)));
        for pair in places.windows(2) {
            if key(pair[0]).eq(key(pair[1])) {
                let level = |place: usize| sweep.cells[f][place] - offset as u32;
                sets.union(level(pair[0]), level(pair[1]));
            }
        }
        if sets.count() == 1 {
            return true;
        }
    }
    sets.count() == 1
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
