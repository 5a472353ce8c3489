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

/// Joins the levels of one effect that share a run; `cells` in run order, numbered from `offset`.
pub(super) fn join_runs(runs: &Runs, cells: &[u32], offset: usize, levels: usize) -> Sets {
    let mut sets = Sets::new(levels);
    let offset = offset as u32;
    for range in runs.ranges() {
        for pair in cells[range].windows(2) {
            if pair[0] != pair[1] {
                sets.union(pair[0] - offset, pair[1] - offset);
            }
        }
        if sets.count() == 1 {
            break;
        }
    }
    sets
}
