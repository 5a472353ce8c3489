//! Units that a multiple of one generator dominates: most of a panel, found without a program.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::Disposal;
use crate::lp::Activities;
use crate::lp::activities::LANES;

/// Units per parallel task.
const CHUNK: usize = 256;

/// The generators known so far, by the reciprocals of their quantities: eight side by side, row by row.
#[derive(Debug)]
pub(super) struct Dominance {
    reciprocals: Vec<f64>,
    /// Per row infinity where its ratio bounds no multiple from above, or from below; else 0.
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Dominance {
    /// Generators with a quantity that is not positive are left out.
    pub(super) fn new(generators: &Activities, disposal: &[Disposal]) -> Self {
        let rows = generators.rows();
        let mut column = vec![0.0; rows];
        let bound = |free: Disposal| disposal.iter().map(|d| if *d == free { f64::INFINITY } else { 0.0 }).collect();
        let mut known = Self { reciprocals: Vec::new(), above: bound(Disposal::Less), below: bound(Disposal::More) };
        let mut place = 0;
        for j in 0..generators.cols() {
            generators.column_into(j, &mut column);
            if column.iter().all(|v| *v > 0.0) {
                if place % LANES == 0 {
                    // No bound on the multiple of an empty lane comes of NaN.
                    known.reciprocals.resize((place / LANES + 1) * rows * LANES, f64::NAN);
                }
                known.fill(place, column.iter().map(|v| 1.0 / v));
                place += 1;
            }
        }
        known
    }

    /// Whether some multiple of one generator, with what may be disposed of, is the unit; by unit.
    pub(super) fn of_units(&self, units: &[usize], raw: &[f64]) -> Vec<bool> {
        let chunks = units.par_chunks(CHUNK);
        let parts: Vec<Vec<bool>> =
            chunks.map(|units| Arch::new().dispatch(Test { known: self, units, raw })).collect();
        parts.concat()
    }
}

/// Some units to be tested.
struct Test<'a> {
    known: &'a Dominance,
    units: &'a [usize],
    raw: &'a [f64],
}

/// The places (ascending) of the columns that no multiple of a single other dominates, one of each set of equals; columns with
/// a quantity that is not positive stay.
pub(crate) fn undominated(activities: &Activities, disposal: &[Disposal]) -> Vec<usize> {
    Arch::new().dispatch(Thin { activities, known: Dominance::new(activities, disposal) })
}

/// Columns to be thinned out.
struct Thin<'a> {
    activities: &'a Activities,
    known: Dominance,
}

impl WithSimd for Thin<'_> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> Vec<usize> {
        let rows = self.activities.rows();
        let mut column = vec![0.0; rows];
        let mut place = 0;
        let mut kept = Vec::new();
        for j in 0..self.activities.cols() {
            self.activities.column_into(j, &mut column);
            if column.iter().all(|v| *v > 0.0) {
                // No column dominates itself, or is dominated by one that is gone.
                self.known.fill(place, column.iter().map(|_| f64::NAN));
                if self.known.has(&column) {
                    place += 1;
                    continue;
                }
                self.known.fill(place, column.iter().map(|v| 1.0 / v));
                place += 1;
            }
            kept.push(j);
        }
        kept
    }
}

impl WithSimd for Test<'_> {
    type Output = Vec<bool>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Vec<bool> {
        let rows = self.known.above.len();
        self.units.iter().map(|&unit| self.known.has(&self.raw[unit * rows..(unit + 1) * rows])).collect()
    }
}

impl Dominance {
    /// Writes the reciprocals of the generator at `place`.
    #[inline(always)]
    fn fill(&mut self, place: usize, reciprocals: impl Iterator<Item = f64>) {
        let base = place / LANES * LANES * self.above.len() + place % LANES;
        for (i, value) in reciprocals.enumerate() {
            self.reciprocals[base + i * LANES] = value;
        }
    }

    /// k times a generator leaves more of what may be wasted and less of what may be lost where k is at most the ratio in
    /// the rows of the first kind and at least that in the rows of the second.
    #[inline(always)]
    fn has(&self, unit: &[f64]) -> bool {
        let rows = unit.len();
        if rows == 0 || !unit.iter().all(|v| *v > 0.0) {
            return false;
        }
        for panel in self.reciprocals.chunks_exact(rows * LANES) {
            let (mut most, mut least) = ([f64::INFINITY; LANES], [0.0_f64; LANES]);
            let rows = panel.chunks_exact(LANES).zip(unit).zip(self.above.iter().zip(&self.below));
            for ((row, &value), (&above, &below)) in rows {
                for l in 0..LANES {
                    let ratio = value * row[l];
                    let (upper, lower) = (ratio + above, ratio - below);
                    most[l] = if upper < most[l] { upper } else { most[l] };
                    least[l] = if lower > least[l] { lower } else { least[l] };
                }
            }
            let mut found = false;
            for l in 0..LANES {
                found |= (least[l] <= most[l]) & (most[l] < f64::INFINITY);
            }
            if found {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_multiple_must_do_for_every_row() {
        // Two inputs and a good; the second generator has a zero.
        let generators = Activities::new(3, 2, &[1.0, 2.0, 4.0, 8.0, 0.0, 9.0]).expect("finite");
        let rules = [Disposal::More, Disposal::More, Disposal::Less];
        let units = [2.0, 4.0, 8.0, 2.0, 3.9, 8.0, 0.6, 1.5, 2.0, 0.4, 9.0, 2.0, 1.0, 0.0, 0.1];
        let dominated = |rules: &[Disposal]| Dominance::new(&generators, rules).of_units(&[0, 1, 2, 3, 4], &units);
        assert_eq!(dominated(&rules), [true, false, true, false, false]);
        let rules = [Disposal::More, Disposal::More, Disposal::None];
        assert_eq!(dominated(&rules), [true, false, true, false, false]);
        let rules = [Disposal::None, Disposal::More, Disposal::None];
        assert_eq!(dominated(&rules), [true, false, false, false, false]);
    }

    #[test]
    fn one_of_equals_stays() {
        // Twice the first, the first again, one that is worse, one that is neither, one with a zero.
        let columns = [1.0, 3.0, 2.0, 6.0, 1.0, 3.0, 1.1, 3.0, 1.0, 4.0, 0.0, 1.0];
        let activities = Activities::new(2, 6, &columns).expect("finite");
        assert_eq!(undominated(&activities, &[Disposal::More, Disposal::Less]), [4, 5]);
        assert_eq!(undominated(&activities, &[Disposal::None, Disposal::None]), [2, 3, 4, 5]);
    }
}
