//! Every artefact once: which choices a stage depends on, the different results it has over the universes, and their making
//! in parallel.
//!
//! A stage that is asked for by a thousand universes has a dozen results. [`Grid::choices_that_set`] says which choices reach
//! it, or [`OptionSet`] which of their options, [`Universes::project`] and [`Universes::project_options`] list the different
//! combinations with one universe that stands for each, [`make_once`] makes them, longest first, and [`merge_equal`] puts
//! together what turned out equal.

use crate::grid::{ABSENT, Grid, Universes};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Some options of the choices of a grid: those that reach a stage, say. Everything else is to it as if the choice did not
/// exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionSet {
    /// Per choice and option.
    holds: Vec<Vec<bool>>,
}

impl OptionSet {
    /// No option of a grid.
    #[must_use]
    pub fn none(grid: &Grid) -> Self {
        Self { holds: grid.choices.iter().map(|choice| vec![false; choice.option.len()]).collect() }
    }

    /// Every option of a grid.
    #[must_use]
    pub fn all(grid: &Grid) -> Self {
        Self { holds: grid.choices.iter().map(|choice| vec![true; choice.option.len()]).collect() }
    }

    /// Takes in an option by its choice and its code, which counts from 1.
    ///
    /// # Panics
    /// For an option that the grid does not have.
    pub fn add(&mut self, choice: usize, code: u16) {
        self.holds[choice][usize::from(code) - 1] = true;
    }

    /// Takes in all options of another set of the same grid.
    pub fn extend(&mut self, other: &Self) {
        for (own, other) in self.holds.iter_mut().zip(&other.holds) {
            own.iter_mut().zip(other).for_each(|(own, other)| *own |= other);
        }
    }

    /// Choices with an option in it, in file order.
    #[must_use]
    pub fn choices(&self) -> Vec<usize> {
        (0..self.holds.len()).filter(|&choice| self.holds[choice].contains(&true)).collect()
    }

    /// The codes of a universe, [`ABSENT`] where the option is not in the set.
    #[must_use]
    pub fn of(&self, codes: &[u16]) -> Vec<u16> {
        codes.iter().enumerate().map(|(choice, &code)| self.one(choice, code)).collect()
    }

    fn one(&self, choice: usize, code: u16) -> u16 {
        if code != ABSENT && self.holds[choice][usize::from(code) - 1] { code } else { ABSENT }
    }
}

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
        self.combine(choices, |universe, codes| codes.extend(choices.iter().map(|&choice| universe[choice])))
    }

    /// The different combinations of some options: universes that differ in others alone are one.
    #[must_use]
    pub fn project_options(&self, options: &OptionSet) -> Projection {
        let choices = options.choices();
        self.combine(&choices, |universe, codes| {
            codes.extend(choices.iter().map(|&choice| options.one(choice, universe[choice])));
        })
    }

    fn combine(&self, choices: &[usize], read: impl Fn(&[u16], &mut Vec<u16>)) -> Projection {
        let mut numbers: BTreeMap<Vec<u16>, u32> = BTreeMap::new();
        let mut projection = Projection {
            choices: choices.to_vec(),
            representatives: Vec::new(),
            of_universe: Vec::with_capacity(self.len()),
        };
        let mut codes = Vec::with_capacity(choices.len());
        for (place, universe) in (0_u32..).zip(self.iter()) {
            codes.clear();
            read(universe, &mut codes);
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
        let results = make_once(&costs, |place| place * 2);
        assert_eq!(results, (0..100).map(|place| place * 2).collect::<Vec<_>>());
        assert!(make_once(&[], |place| place).is_empty());
    }

    #[test]
    fn options_outside_a_set_are_one_to_it() {
        let choice = |id: &str, options: &[&str]| crate::declaration::Choice {
            id: id.to_owned(),
            kind: Some(crate::declaration::Kind::Equivalent),
            option: options
                .iter()
                .map(|id| crate::declaration::ChoiceOption { id: (*id).to_owned(), ..Default::default() })
                .collect(),
            ..Default::default()
        };
        let grid = Grid::new(&[choice("a", &["0", "1", "2"]), choice("b", &["0", "1"])], &[], &[]).expect("a grid");
        let universes = grid.universes(&grid.everything(), 10).expect("six universes");
        let mut options = OptionSet::none(&grid);
        assert_eq!(universes.project_options(&options).representatives, [0]);
        options.add(0, 3);
        let projection = universes.project_options(&options);
        assert_eq!((projection.choices, projection.representatives), (vec![0], vec![0, 4]));
        assert_eq!(projection.of_universe, [0, 0, 0, 0, 1, 1]);
        let mut more = OptionSet::none(&grid);
        more.add(1, 2);
        options.extend(&more);
        assert_eq!(options.of(&[2, 2]), [ABSENT, 2]);
        assert_eq!(universes.project_options(&options).of_universe, [0, 1, 0, 1, 2, 3]);
        let all = universes.project_options(&OptionSet::all(&grid));
        assert_eq!(all.of_universe, universes.project(&[0, 1]).of_universe);
    }

    #[test]
    fn equal_values_are_one() {
        assert_eq!(merge_equal(&[7, 3, 7, 9, 3]), [0, 1, 0, 3, 1]);
        assert_eq!(fingerprint(&[&[0.0, f64::NAN]]), fingerprint(&[&[-0.0, -f64::NAN]]));
        assert_ne!(fingerprint(&[&[1.0, 2.0]]), fingerprint(&[&[1.0], &[2.0]]));
        assert_ne!(fingerprint(&[&[1.0]]), fingerprint(&[&[1.0 + f64::EPSILON]]));
    }
}
