//! A simplex tableau of integers over one common denominator, so that nothing is ever rounded.
//!
//! Edmonds (1967), Systems of distinct representatives and linear algebra, Journal of Research of the National Bureau of
//! Standards 71B, 241-245; Bareiss (1968), Mathematics of Computation 22, 565-578: with integer data every entry is a
//! minor, so that the division of each pivot leaves no remainder.

use num_bigint::{BigInt, Sign};

/// min c'x subject to Ax = b, x ≥ 0 in its basis: rows of constraints, then one row of reduced costs per objective; the
/// last column is the right-hand side. What an entry stands for is itself over `denominator`, which is positive.
#[derive(Debug)]
pub(super) struct Tableau {
    pub(super) entries: Vec<BigInt>,
    pub(super) width: usize,
    pub(super) basis: Vec<usize>,
    pub(super) denominator: BigInt,
    pub(super) pivots: usize,
}

/// How the iterations of one objective ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Optimal,
    Unbounded,
}

fn is_negative(value: &BigInt) -> bool {
    value.sign() == Sign::Minus
}

fn is_zero(value: &BigInt) -> bool {
    value.sign() == Sign::NoSign
}

impl Tableau {
    pub(super) fn at(&self, row: usize, column: usize) -> &BigInt {
        &self.entries[row * self.width + column]
    }

    pub(super) fn right_side(&self, row: usize) -> &BigInt {
        self.at(row, self.width - 1)
    }

    /// Minimises the objective of row `objective` over the first `usable` columns. The column of the largest reduced cost
    /// enters; after a step of zero the least-index rule (Bland 1977) holds until the next step that moves, so that no
    /// basis can come twice.
    pub(super) fn minimise(&mut self, objective: usize, usable: usize) -> End {
        let mut least = false;
        loop {
            let mut candidates = (0..usable).filter(|&j| is_negative(self.at(objective, j)));
            let entering = if least {
                candidates.next()
            } else {
                candidates.min_by(|&a, &b| self.at(objective, a).cmp(self.at(objective, b)))
            };
            let Some(entering) = entering else { return End::Optimal };
            let Some(row) = self.leaving(entering) else { return End::Unbounded };
            least = is_zero(self.right_side(row));
            self.pivot(row, entering);
        }
    }

    /// The row whose basic variable reaches zero first; of equals the one with the least index.
    fn leaving(&self, entering: usize) -> Option<usize> {
        let mut chosen: Option<usize> = None;
        for row in 0..self.basis.len() {
            if self.at(row, entering).sign() != Sign::Plus {
                continue;
            }
            let Some(other) = chosen else {
                chosen = Some(row);
                continue;
            };
            let one = self.right_side(row) * self.at(other, entering);
            let two = self.right_side(other) * self.at(row, entering);
            if one < two || (one == two && self.basis[row] < self.basis[other]) {
                chosen = Some(row);
            }
        }
        chosen
    }

    /// Exchanges the basic variable of `row` for that of `column`.
    pub(super) fn pivot(&mut self, row: usize, column: usize) {
        let width = self.width;
        let pivot_row: Vec<BigInt> = self.entries[row * width..(row + 1) * width].to_vec();
        let pivot = pivot_row[column].clone();
        for (i, entries) in self.entries.chunks_exact_mut(width).enumerate() {
            if i == row {
                continue;
            }
            let factor = entries[column].clone();
            for (entry, p) in entries.iter_mut().zip(&pivot_row) {
                let product = if is_zero(entry) { BigInt::ZERO } else { &*entry * &pivot };
                let value = if is_zero(&factor) || is_zero(p) { product } else { product - &factor * p };
                *entry = if is_zero(&value) { value } else { value / &self.denominator };
            }
        }
        self.denominator = pivot;
        if is_negative(&self.denominator) {
            self.denominator = -std::mem::take(&mut self.denominator);
            for entry in &mut self.entries {
                *entry = -std::mem::take(entry);
            }
        }
        self.basis[row] = column;
        self.pivots += 1;
    }
}
