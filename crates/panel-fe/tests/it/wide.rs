//! Numbers of twice the precision, and least squares by Gram-Schmidt on them: a route to a regression that shares nothing
//! with the crate.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Sub};

/// high + low, |low| ≤ ulp(high)/2: 106 bits (Dekker 1971).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wide(f64, f64);

fn two_sum(a: f64, b: f64) -> Wide {
    let sum = a + b;
    let part = sum - a;
    Wide(sum, (a - (sum - part)) + (b - part))
}

impl Wide {
    pub const ZERO: Self = Self(0.0, 0.0);
    pub const ONE: Self = Self(1.0, 0.0);

    pub fn value(self) -> f64 {
        self.0 + self.1
    }

    pub fn sqrt(self) -> Self {
        if self.0 <= 0.0 {
            return Self::ZERO;
        }
        // One step of Newton from the double root doubles its digits.
        let root = Self::from(self.0.sqrt());
        root + (self - root * root) / (root + root)
    }
}

impl From<f64> for Wide {
    fn from(value: f64) -> Self {
        Self(value, 0.0)
    }
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let high = two_sum(self.0, other.0);
        let low = two_sum(self.1, other.1);
        let sum = two_sum(high.0, high.1 + low.0);
        two_sum(sum.0, sum.1 + low.1)
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self(-other.0, -other.1)
    }
}

impl Mul for Wide {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = self.0 * other.0;
        let error = self.0.mul_add(other.0, -product);
        two_sum(product, error + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Wide {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * Self::from(first);
        let second = rest.0 / other.0;
        let rest = rest - other * Self::from(second);
        two_sum(first, second) + Self::from(rest.0 / other.0)
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.0, self.1).partial_cmp(&(other.0, other.1))
    }
}

pub type Column = Vec<Wide>;

pub fn wide(values: &[f64]) -> Column {
    values.iter().map(|&value| Wide::from(value)).collect()
}

pub fn dot(a: &[Wide], b: &[Wide]) -> Wide {
    a.iter().zip(b).fold(Wide::ZERO, |sum, (&a, &b)| sum + a * b)
}

pub fn norm(a: &[Wide]) -> f64 {
    dot(a, a).sqrt().value()
}

/// v less its projection on orthonormal columns.
pub fn outside(basis: &[Column], v: &[Wide]) -> Column {
    let mut left = v.to_vec();
    for _ in 0..2 {
        for q in basis {
            let share = dot(q, &left);
            left.iter_mut().zip(q).for_each(|(v, &q)| *v = *v - share * q);
        }
    }
    left
}

/// Adds the direction of `v` outside the basis, if it is longer than `tolerance` times `size`.
pub fn extend(basis: &mut Vec<Column>, v: &[Wide], size: f64, tolerance: f64) -> bool {
    let left = outside(basis, v);
    let length = dot(&left, &left).sqrt();
    if length.value() <= tolerance * size {
        return false;
    }
    basis.push(left.iter().map(|&v| v / length).collect());
    true
}

/// The inverse of a symmetric positive definite matrix, by Gauss-Jordan elimination.
pub fn inverse(a: &[Column]) -> Vec<Column> {
    let n = a.len();
    let mut rows: Vec<Column> = (0..n)
        .map(|i| {
            let unit = (0..n).map(|j| if i == j { Wide::ONE } else { Wide::ZERO });
            a[i].iter().copied().chain(unit).collect()
        })
        .collect();
    for k in 0..n {
        let pivot = rows[k][k];
        rows[k].iter_mut().for_each(|value| *value = *value / pivot);
        let row = rows[k].clone();
        for (_, other) in rows.iter_mut().enumerate().filter(|(i, _)| *i != k) {
            let factor = other[k];
            other.iter_mut().zip(&row).for_each(|(value, &pivot)| *value = *value - factor * pivot);
        }
    }
    rows.into_iter().map(|row| row[n..].to_vec()).collect()
}

#[test]
fn twice_the_digits() {
    let third = Wide::ONE / Wide::from(3.0);
    assert!((third + third + third - Wide::ONE).value().abs() < 1e-31);
    let root = Wide::from(2.0).sqrt();
    assert!((root * root - Wide::from(2.0)).value().abs() < 1e-30);
    let hilbert: Vec<Column> =
        (0..6).map(|i| (0..6).map(|j| Wide::ONE / Wide::from((i + j + 1) as f64)).collect()).collect();
    // The inverse of a Hilbert matrix holds whole numbers: 36 and 698,544 in the corners of that of order six.
    let back = inverse(&hilbert);
    assert!((back[0][0].value() - 36.0).abs() < 1e-12 && (back[5][5].value() - 698_544.0).abs() < 1e-9);
}
