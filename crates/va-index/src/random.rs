//! Reproducible randomness: one ChaCha stream per unit of work, so that threads do not matter.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The stream of one unit of work.
pub(crate) fn stream(seed: u64, unit: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(unit);
    rng
}

/// A number below `bound`, without bias (Lemire 2019); 0 for a bound of 0.
pub(crate) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    let bound = bound as u64;
    loop {
        let wide = u128::from(rng.next_u64()) * u128::from(bound);
        let low = wide as u64;
        if low >= bound || low >= (u64::MAX - bound + 1) % bound.max(1) {
            return (wide >> 64) as usize;
        }
    }
}

/// Shuffles the first `count` places (all of them for `count` = length): Fisher and Yates.
pub(crate) fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T], count: usize) {
    for k in 0..count.min(items.len()) {
        let other = k + below(rng, items.len() - k);
        items.swap(k, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_even() {
        let mut rng = stream(1, 7);
        let mut counts = [0; 6];
        (0..60_000).for_each(|_| counts[below(&mut rng, 6)] += 1);
        assert!(counts.iter().all(|&count: &i32| (count - 10_000).abs() < 400), "{counts:?}");
        let mut items: Vec<u32> = (0..10).collect();
        shuffle(&mut rng, &mut items, 10);
        items.sort_unstable();
        assert_eq!(items, (0..10).collect::<Vec<u32>>());
    }
}
