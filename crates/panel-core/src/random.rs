//! Reproducible randomness: one ChaCha stream per unit of work, so that threads do not matter.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Most replications of one test (draws, permutations): its p-value has six digits then, and more would fill memory.
pub const MOST_REPLICATIONS: usize = 1_000_000;

/// Refuses more replications than [`MOST_REPLICATIONS`].
///
/// # Errors
/// A sentence with the number.
pub fn check_replications(count: usize) -> Result<(), String> {
    if count > MOST_REPLICATIONS {
        return Err(format!("{count} replications, expected at most {MOST_REPLICATIONS}"));
    }
    Ok(())
}

/// The random numbers of one unit of work (a replication, a permutation): ChaCha8 with the seed of the run and the unit's
/// own stream. Two units share no number, whatever their order and on whatever thread.
///
/// ```
/// use panel_core::random::Stream;
/// let mut items = [1, 2, 3, 4, 5];
/// Stream::new(20132020, 7).shuffle(&mut items, 5);
/// let mut again = [1, 2, 3, 4, 5];
/// Stream::new(20132020, 7).shuffle(&mut again, 5);
/// assert_eq!(items, again);
/// ```
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of one unit of work.
    #[must_use]
    pub fn new(seed: u64, unit: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(unit);
        Self(rng)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A number below `bound`, without bias (Lemire 2019); 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        loop {
            let wide = u128::from(self.next_u64()) * u128::from(bound);
            let low = wide as u64;
            if low >= bound || low >= (u64::MAX - bound + 1) % bound.max(1) {
                return (wide >> 64) as usize;
            }
        }
    }

    /// Shuffles the first `count` places (all of them for `count` = length): Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T], count: usize) {
        for k in 0..count.min(items.len()) {
            let other = k + self.below(items.len() - k);
            items.swap(k, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_even() {
        let mut rng = Stream::new(1, 7);
        let mut counts = [0; 6];
        (0..60_000).for_each(|_| counts[rng.below(6)] += 1);
        assert!(counts.iter().all(|&count: &i32| (count - 10_000).abs() < 400), "{counts:?}");
        let mean = (0..60_000).map(|_| rng.uniform()).inspect(|u| assert!((0.0..1.0).contains(u))).sum::<f64>() / 6e4;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        let mut items: Vec<u32> = (0..10).collect();
        rng.shuffle(&mut items, 10);
        items.sort_unstable();
        assert_eq!(items, (0..10).collect::<Vec<u32>>());
    }
}
