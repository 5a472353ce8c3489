//! Orders in which no choice precedes one that it depends on, counted over closed sets.

/// Weights of the marginal contributions of one kind of share.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    /// By set: orders that fill it first, over all orders.
    fill: Vec<f64>,
    /// By set: orders that complete it.
    finish: Vec<f64>,
    closed: Vec<bool>,
    parents: Vec<usize>,
    choices: usize,
}

impl Orders {
    /// All orders that respect the parents of every choice.
    pub(crate) fn new(parents: &[Vec<usize>]) -> Self {
        let choices = parents.len();
        let full = (1_usize << choices) - 1;
        let masks: Vec<usize> =
            parents.iter().map(|its_parents| its_parents.iter().fold(0, |mask, parent| mask | 1 << parent)).collect();
        let closed: Vec<bool> =
            (0..=full).map(|set| (0..choices).all(|i| set >> i & 1 == 0 || masks[i] & set == masks[i])).collect();
        // A set is larger than its subsets, so ascending order sees them first.
        let mut fill = vec![0.0; full + 1];
        fill[0] = 1.0;
        for set in (1..=full).filter(|&set| closed[set]) {
            fill[set] = members(set, choices).map(|i| fill[set ^ (1 << i)]).sum();
        }
        let mut finish = vec![0.0; full + 1];
        finish[full] = 1.0;
        for set in (0..full).rev().filter(|&set| closed[set]) {
            finish[set] = (0..choices).filter(|i| set >> i & 1 == 0).map(|i| finish[set | 1 << i]).sum();
        }
        let all = fill[full];
        fill.iter_mut().for_each(|count| *count /= all);
        Self { fill, finish, closed, parents: masks, choices }
    }

    /// Whether every choice of a set comes with what it depends on.
    pub(crate) fn is_closed(&self, set: usize) -> bool {
        self.closed[set]
    }

    /// Whether a set can still become closed by taking away choices from `next` on.
    pub(crate) fn can_close(&self, set: usize, next: usize) -> bool {
        (0..next).all(|i| set >> i & 1 == 0 || self.parents[i] & set == self.parents[i])
    }

    /// Σ_A e(A) end(A + i)/e(all) [v(A + i) − v(A)] for every choice i.
    pub(crate) fn average(&self, worth: &[f64]) -> Vec<f64> {
        let mut shares = vec![0.0; self.choices];
        for set in (0..worth.len()).filter(|&set| self.closed[set]) {
            for (i, share) in shares.iter_mut().enumerate() {
                let with = set | 1 << i;
                if with != set && self.closed[with] {
                    *share += self.fill[set] * self.finish[with] * (worth[with] - worth[set]);
                }
            }
        }
        shares
    }
}

fn members(set: usize, choices: usize) -> impl Iterator<Item = usize> {
    (0..choices).filter(move |i| set >> i & 1 == 1)
}
