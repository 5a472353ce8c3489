//! Every artefact once: which choices a stage depends on, the different results it has over the universes, and their making
//! in parallel.
//!
//! A stage that is asked for by a thousand universes has a dozen results. [`Grid::choices_that_set`] says which choices reach
//! it, [`Universes::project`] lists the different combinations with one universe that stands for each, [`make_once`] makes
//! them, longest first, and [`merge_equal`] puts together what turned out equal.

use crate::grid::{Grid, Universes};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The different combinations of some choices over universes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Projection {
    /// Choices that are told apart.
    pub choices: Vec<usize>,
    /// Place of the first universe with each combination, in order of appearance.
    pub representatives: Vec<u32>,
    /// Combination of each universe.
    pub of_universe: Vec<u32>,
}

impl Grid {
    /// Choices with an option that sets a path which `reaches` something, in file order. A stage is reached by the paths of
    /// its own section, and by those of everything that it reads.
    #[must_use]
    pub fn choices_that_set(&self, mut reaches: impl FnMut(&str) -> bool) -> Vec<usize> {
        (0..self.choices.len())
            .filter(|&choice| {
                let mut paths = self.choices[choice].option.iter().flat_map(|option| option.set.keys());
                paths.any(|path| reaches(path))
            })
            .collect()
    }
}

impl Universes {
    /// The different combinations of the options of some choices.
    #[must_use]
    pub fn project(&self, choices: &[usize]) -> Projection {
        let mut numbers: BTreeMap<Vec<u16>, u32> = BTreeMap::new();
        let mut projection = Projection {
            choices: choices.to_vec(),
            representatives: Vec::new(),
            of_universe: Vec::with_capacity(self.len()),
        };
        let mut codes = Vec::with_capacity(choices.len());
        for (place, universe) in (0_u32..).zip(self.iter()) {
            codes.clear();
            codes.extend(choices.iter().map(|&choice| universe[choice]));
            let number = match numbers.get(&codes) {
                Some(&number) => number,
                None => {
                    let number = projection.representatives.len() as u32;
                    numbers.insert(codes.clone(), number);
                    projection.representatives.push(place);
                    number
                }
            };
            projection.of_universe.push(number);
        }
        projection
    }
}

/// Makes things in parallel, those with the largest cost first; the order of results and the results themselves do not
/// depend on threads. Each should run on one thread inside.
pub fn make_once<T: Send>(costs: &[u64], make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by_key(|&place| (std::cmp::Reverse(costs[place]), place));
    let next = AtomicUsize::new(0);
    let finished: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(costs.len()));
    let workers = rayon::current_num_threads().min(costs.len());
    (0..workers).into_par_iter().with_max_len(1).for_each(|_| {
        while let Some(&place) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let value = make(place);
            if let Ok(mut finished) = finished.lock() {
                finished.push((place, value));
            }
        }
    });
    // A panic inside `make` has unwound through the loop already; the list is whole otherwise.
    let mut finished = finished.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    finished.sort_by_key(|(place, _)| *place);
    finished.into_iter().map(|(_, value)| value).collect()
}

/// A hash of columns over the same rows: equal for equal numbers, -0 being 0 and every NaN the same.
#[must_use]
pub fn fingerprint(columns: &[&[f64]]) -> u128 {
    let mut hash = Sha256::new();
    let mut bytes: Vec<u8> = Vec::new();
    for column in columns {
        bytes.clear();
        bytes.extend_from_slice(&(column.len() as u64).to_le_bytes());
        for &value in *column {
            let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
            bytes.extend_from_slice(&value.to_bits().to_le_bytes());
        }
        hash.update(&bytes);
    }
    let digest = hash.finalize();
    digest.iter().take(16).fold(0, |number, &byte| number << 8 | u128::from(byte))
}

/// The first place with the same hash of values, for every place: different specifications with equal results are one.
#[must_use]
pub fn merge_equal(hashes: &[u128]) -> Vec<u32> {
    let mut first: BTreeMap<u128, u32> = BTreeMap::new();
    (0_u32..).zip(hashes).map(|(place, &hash)| *first.entry(hash).or_insert(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whatever_takes_long() {
        let costs: Vec<u64> = (0..100).map(|k| (k * 37) % 100).collect();
        let made = make_once(&costs, |place| place * 2);
        assert_eq!(made, (0..100).map(|place| place * 2).collect::<Vec<_>>());
        assert!(make_once(&[], |place| place).is_empty());
    }

    #[test]
    fn equal_values_are_one() {
        assert_eq!(merge_equal(&[7, 3, 7, 9, 3]), [0, 1, 0, 3, 1]);
        assert_eq!(fingerprint(&[&[0.0, f64::NAN]]), fingerprint(&[&[-0.0, -f64::NAN]]));
        assert_ne!(fingerprint(&[&[1.0, 2.0]]), fingerprint(&[&[1.0], &[2.0]]));
        assert_ne!(fingerprint(&[&[1.0]]), fingerprint(&[&[1.0 + f64::EPSILON]]));
    }
}
