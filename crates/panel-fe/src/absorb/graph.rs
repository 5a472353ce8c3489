//! The graph whose nodes are levels and whose edges are rows.

use super::factor::Runs;

/// Disjoint sets with path halving.
#[derive(Debug)]
pub(super) struct Sets {
    parent: Vec<u32>,
    count: usize,
}

impl Sets {
    pub(super) fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect(), count: n }
    }

    pub(super) fn find(&mut self, node: u32) -> u32 {
        let mut at = node;
        while self.parent[at as usize] != at {
            let up = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = up;
            at = up;
        }
        at
    }

    pub(super) fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        if a != b {
            self.parent[a.max(b) as usize] = a.min(b);
            self.count -= 1;
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

/// Joins the levels that share a run; `codes` in run order, `levels` of them.
pub(super) fn join_runs(runs: &Runs, codes: &[u32], levels: usize) -> Sets {
    let mut sets = Sets::new(levels);
    for range in runs.ranges() {
        for pair in codes[range].windows(2) {
            sets.union(pair[0], pair[1]);
        }
        if sets.count() == 1 {
            break;
        }
    }
    sets
}

/// Whether every level of the component of `codes[0]`'s level is within `hops` runs of it. Well connected graphs have
/// a short reach, and conjugate gradients converge in a few steps there; chains have a long one, and elimination in
/// their order hardly fills.
pub(super) fn reach_is_short(runs: &Runs, codes: &[u32], sets: &mut Sets, levels: usize, hops: usize) -> bool {
    let Some(&start) = codes.first() else { return true };
    let root = sets.find(start);
    let target = (0..levels as u32).filter(|&level| sets.find(level) == root).count();
    let mut hop_of = vec![u32::MAX; levels];
    hop_of[start as usize] = 0;
    let mut reached = 1;
    for hop in 0..hops as u32 {
        if reached == target {
            return true;
        }
        for range in runs.ranges() {
            let run = &codes[range];
            if run.iter().any(|&code| hop_of[code as usize] <= hop) {
                for &code in run {
                    let slot = &mut hop_of[code as usize];
                    if *slot == u32::MAX {
                        *slot = hop + 1;
                        reached += 1;
                    }
                }
            }
        }
    }
    reached == target
}
