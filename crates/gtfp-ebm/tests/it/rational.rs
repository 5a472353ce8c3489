//! A referee: linear programs of doubles solved without rounding, by the plainest of methods.
//!
//! Doubles are integers times powers of two, so rows become integers; a tableau of integers over one denominator
//! (Edmonds 1967) goes through two phases under the least-index rule (Bland 1977) alone, which always ends. Nothing of the
//! engines is used, and nothing here has a tolerance.

use num_bigint::{BigInt, Sign};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    AtMost,
    Equal,
    AtLeast,
}

/// min c'x subject to rows of a'x against b, x ≥ 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linear {
    pub(crate) cost: Vec<f64>,
    pub(crate) rows: Vec<(Vec<f64>, Relation, f64)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// The optimum, rounded once.
    Optimal(f64),
    Infeasible,
    Unbounded,
}

/// An optimal point, without rounding: integers over one positive denominator.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    values: Vec<BigInt>,
    denominator: BigInt,
}

impl Point {
    /// c'x, rounded once.
    pub(crate) fn objective(&self, cost: &[f64]) -> f64 {
        let (cost, exponent) = integers(cost);
        let value: BigInt = cost.iter().zip(&self.values).map(|(c, x)| c * x).sum();
        if value.sign() == Sign::NoSign { 0.0 } else { quotient(&value, &self.denominator, exponent) }
    }

    /// Whether every variable from `first` on is at most `most`, a double below 2⁵².
    pub(crate) fn is_within(&self, first: usize, most: f64) -> bool {
        let (mantissa, exponent) = parts(most);
        let most = BigInt::from(mantissa) * &self.denominator;
        self.values[first..].iter().all(|value| (value << -exponent) <= most)
    }

    /// Whether every variable from `first` on is zero.
    pub(crate) fn is_zero(&self, first: usize) -> bool {
        self.values[first..].iter().all(|value| value.sign() == Sign::NoSign)
    }
}

/// Mantissa and exponent of a finite double.
fn parts(value: f64) -> (i64, i32) {
    let bits = value.to_bits();
    let (power, fraction) = (((bits >> 52) & 0x7ff) as i32, (bits & ((1 << 52) - 1)) as i64);
    let (mantissa, exponent) = if power == 0 { (fraction, -1074) } else { (fraction | 1 << 52, power - 1075) };
    (if value < 0.0 { -mantissa } else { mantissa }, exponent)
}

/// The integers value / 2^e with the largest common e that a mantissa of 53 bits allows, and e.
fn integers(values: &[f64]) -> (Vec<BigInt>, i32) {
    let exponent = values.iter().filter(|v| **v != 0.0).map(|v| parts(*v).1).min().unwrap_or(0);
    let integer = |v: &f64| {
        let (mantissa, own) = parts(*v);
        if mantissa == 0 { BigInt::ZERO } else { BigInt::from(mantissa) << (own - exponent) }
    };
    (values.iter().map(integer).collect(), exponent)
}

/// a / b · 2^exponent for b > 0, to 60 bits at least.
fn quotient(a: &BigInt, b: &BigInt, exponent: i32) -> f64 {
    let shift = b.bits() as i64 - a.bits() as i64 + 62;
    let scaled = if shift >= 0 { (a << shift) / b } else { a / (b << -shift) };
    let value = i64::try_from(&scaled).expect("62 bits") as f64;
    value * 2.0_f64.powi(exponent - shift as i32)
}

struct Tableau {
    /// Rows of constraints, then the row of the objective; the last entry of each is the right-hand side.
    rows: Vec<Vec<BigInt>>,
    basis: Vec<usize>,
    denominator: BigInt,
}

impl Tableau {
    fn pivot(&mut self, row: usize, column: usize) {
        let pivot_row = self.rows[row].clone();
        let pivot = pivot_row[column].clone();
        for (i, entries) in self.rows.iter_mut().enumerate() {
            if i == row {
                continue;
            }
            let factor = entries[column].clone();
            for (entry, p) in entries.iter_mut().zip(&pivot_row) {
                *entry = (&*entry * &pivot - &factor * p) / &self.denominator;
            }
        }
        self.basis[row] = column;
        self.denominator = pivot;
        if self.denominator.sign() == Sign::Minus {
            self.denominator = -&self.denominator;
            for entry in self.rows.iter_mut().flatten() {
                *entry = -&*entry;
            }
        }
    }

    /// Minimises the last row over the first `columns`; false where it has no minimum.
    fn minimise(&mut self, columns: usize) -> bool {
        let last = self.rows.len() - 1;
        loop {
            let Some(column) = (0..columns).find(|&j| self.rows[last][j].sign() == Sign::Minus) else { return true };
            let mut leaving: Option<usize> = None;
            for i in 0..last {
                if self.rows[i][column].sign() != Sign::Plus {
                    continue;
                }
                leaving = Some(match leaving {
                    None => i,
                    Some(k) => {
                        let right = |i: usize| &self.rows[i][self.rows[i].len() - 1];
                        let (own, other) = (right(i) * &self.rows[k][column], right(k) * &self.rows[i][column]);
                        if own < other || (own == other && self.basis[i] < self.basis[k]) { i } else { k }
                    }
                });
            }
            let Some(row) = leaving else { return false };
            self.pivot(row, column);
        }
    }
}

impl Linear {
    pub(crate) fn row(&mut self, a: Vec<f64>, relation: Relation, b: f64) {
        self.rows.push((a, relation, b));
    }

    /// Solves it exactly.
    pub(crate) fn solve(&self) -> Verdict {
        self.point().map_or_else(|verdict| verdict, |point| Verdict::Optimal(point.objective(&self.cost)))
    }

    /// An optimal point, or why there is none.
    pub(crate) fn point(&self) -> Result<Point, Verdict> {
        let mut tableau = self.feasible().ok_or(Verdict::Infeasible)?;
        let (m, n) = (self.rows.len(), self.cost.len());
        let width = tableau.rows[m].len();
        // Reduced costs over the denominator: c times it, less the rows of the basic variables.
        let (cost, _) = integers(&self.cost);
        let mut objective: Vec<BigInt> = cost.iter().map(|c| c * &tableau.denominator).collect();
        objective.resize(width, BigInt::ZERO);
        for (row, &variable) in tableau.rows.iter().zip(&tableau.basis) {
            if let Some(c) = cost.get(variable) {
                for (sum, entry) in objective.iter_mut().zip(row) {
                    *sum -= c * entry;
                }
            }
        }
        tableau.rows[m] = objective;
        if !tableau.minimise(width - 1 - m) {
            return Err(Verdict::Unbounded);
        }
        let mut values = vec![BigInt::ZERO; n];
        for (row, &variable) in tableau.rows.iter().zip(&tableau.basis) {
            if let Some(value) = values.get_mut(variable) {
                value.clone_from(&row[width - 1]);
            }
        }
        Ok(Point { values, denominator: tableau.denominator })
    }

    /// A tableau at a point that satisfies the rows: variables, slacks, one artificial variable per row, right-hand sides.
    fn feasible(&self) -> Option<Tableau> {
        let (m, n) = (self.rows.len(), self.cost.len());
        let slacks = self.rows.iter().filter(|(_, relation, _)| *relation != Relation::Equal).count();
        let (usable, width) = (n + slacks, n + slacks + m + 1);
        let mut rows: Vec<Vec<BigInt>> = Vec::with_capacity(m + 1);
        let mut violations = vec![BigInt::ZERO; width];
        let mut slack = n;
        for (i, (a, relation, b)) in self.rows.iter().enumerate() {
            let mut augmented = a.clone();
            augmented.resize(n, 0.0);
            augmented.push(*b);
            let (mut entries, _) = integers(&augmented);
            let right = entries.pop().expect("a right-hand side");
            let mut row = entries;
            row.resize(width, BigInt::ZERO);
            row[width - 1] = right;
            if *relation != Relation::Equal {
                row[slack] = BigInt::from(if *relation == Relation::AtMost { 1 } else { -1 });
                slack += 1;
            }
            if row[width - 1].sign() == Sign::Minus {
                row.iter_mut().for_each(|entry| *entry = -&*entry);
            }
            for (sum, entry) in violations.iter_mut().zip(&row) {
                *sum -= entry;
            }
            row[usable + i] = BigInt::from(1);
            rows.push(row);
        }
        let basis = (usable..usable + m).collect();
        rows.push(violations);
        let mut tableau = Tableau { rows, basis, denominator: BigInt::from(1) };
        assert!(tableau.minimise(usable), "violations are bounded below");
        if tableau.rows[m][width - 1].sign() != Sign::NoSign {
            return None;
        }
        for i in 0..m {
            let other = (0..usable).find(|&j| tableau.rows[i][j].sign() != Sign::NoSign);
            if let (true, Some(j)) = (tableau.basis[i] >= usable, other) {
                tableau.pivot(i, j);
            }
        }
        Some(tableau)
    }
}

/// Programs with known answers, and ends of all three kinds.
#[test]
fn the_referee_knows_the_answers() {
    // max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 (Hillier and Lieberman's Wyndor Glass).
    let mut glass = Linear { cost: vec![-3.0, -5.0], rows: Vec::new() };
    glass.row(vec![1.0, 0.0], Relation::AtMost, 4.0);
    glass.row(vec![0.0, 2.0], Relation::AtMost, 12.0);
    glass.row(vec![3.0, 2.0], Relation::AtMost, 18.0);
    assert_eq!(glass.solve(), Verdict::Optimal(-36.0));
    let point = glass.point().expect("an optimum");
    assert_eq!((point.objective(&[1.0, 0.0]), point.objective(&[0.0, 1.0])), (2.0, 6.0));
    assert!(point.is_within(1, 6.0) && !point.is_within(1, 6.0_f64.next_down()) && !point.is_within(0, 5.0));
    assert!(!point.is_zero(0) && point.is_zero(2));
    glass.row(vec![1.0, 1.0], Relation::AtLeast, 9.0);
    assert_eq!(glass.solve(), Verdict::Infeasible);
    let mut ray = Linear { cost: vec![-1.0, 0.25], rows: Vec::new() };
    ray.row(vec![1.0, -1.0], Relation::Equal, 0.0);
    assert_eq!(ray.solve(), Verdict::Unbounded);
    // 0.1 as a double is above a tenth: ten of them exceed 1 by 2^-54.
    let mut tenth = Linear { cost: vec![-1.0], rows: Vec::new() };
    tenth.row(vec![0.1], Relation::AtMost, 1.0);
    assert_eq!(tenth.solve(), Verdict::Optimal(-10.0));
    tenth.row(vec![1.0], Relation::AtLeast, 10.0);
    assert_eq!(tenth.solve(), Verdict::Infeasible);
    // Beale's cycling program: -1/20.
    let mut beale = Linear { cost: vec![-0.75, 150.0, -0.02, 6.0], rows: Vec::new() };
    beale.row(vec![0.25, -60.0, -0.04, 9.0], Relation::AtMost, 0.0);
    beale.row(vec![0.5, -90.0, -0.02, 3.0], Relation::AtMost, 0.0);
    beale.row(vec![0.0, 0.0, 1.0, 0.0], Relation::AtMost, 1.0);
    assert!(matches!(beale.solve(), Verdict::Optimal(value) if (value + 0.05).abs() < 1e-15));
}
