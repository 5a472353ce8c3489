//! Reproducible randomness: one ChaCha stream per unit of work, so that threads do not matter.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng, TryRng};
use std::convert::Infallible;

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

    /// A number below `bound`, without bias (Lemire 2019); 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        loop {
            let wide = u128::from(self.0.next_u64()) * u128::from(bound);
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

/// So that a stream feeds any distribution of the `rand` family.
impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
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
        let mut items: Vec<u32> = (0..10).collect();
        rng.shuffle(&mut items, 10);
        items.sort_unstable();
        assert_eq!(items, (0..10).collect::<Vec<u32>>());
    }
}
