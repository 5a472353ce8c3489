//! Double-double numbers: unevaluated sums of two doubles, some 32 digits.
//!
//! Dekker (1971), A floating-point technique for extending the available precision, Numerische Mathematik 18, 224-242;
//! Knuth, The Art of Computer Programming, volume 2, section 4.2.2.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// hi + lo with |lo| at most half a unit in the last place of hi.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Dd {
    hi: f64,
    lo: f64,
}

/// a + b and its rounding error.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The same where |a| ≥ |b|.
fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// a · b and its rounding error, by splitting both into halves.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    const SPLIT: f64 = 134_217_729.0; // 2^27 + 1
    let halves = |v: f64| {
        let t = SPLIT * v;
        let high = t - (t - v);
        (high, v - high)
    };
    let product = a * b;
    let ((ah, al), (bh, bl)) = (halves(a), halves(b));
    (product, ((ah * bh - product) + ah * bl + al * bh) + al * bl)
}

impl Dd {
    pub(super) const ZERO: Self = Self { hi: 0.0, lo: 0.0 };
    pub(super) const ONE: Self = Self { hi: 1.0, lo: 0.0 };

    /// The nearest double.
    pub(super) fn value(self) -> f64 {
        self.hi + self.lo
    }

    pub(super) fn abs(self) -> Self {
        if self.hi < 0.0 { -self } else { self }
    }

    pub(super) fn is_zero(self) -> bool {
        self.hi == 0.0
    }

    /// Times a double.
    pub(super) fn times(self, b: f64) -> Self {
        let (p, e) = two_product(self.hi, b);
        let (hi, lo) = quick_two_sum(p, e + self.lo * b);
        Self { hi, lo }
    }
}

impl From<f64> for Dd {
    fn from(value: f64) -> Self {
        Self { hi: value, lo: 0.0 }
    }
}

impl Neg for Dd {
    type Output = Self;

    fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Dd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (sum, error) = two_sum(self.hi, other.hi);
        let (low, low_error) = two_sum(self.lo, other.lo);
        let (sum, error) = quick_two_sum(sum, error + low);
        let (hi, lo) = quick_two_sum(sum, error + low_error);
        Self { hi, lo }
    }
}

impl Sub for Dd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl AddAssign for Dd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Dd {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Mul for Dd {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (p, e) = two_product(self.hi, other.hi);
        let (hi, lo) = quick_two_sum(p, e + (self.hi * other.lo + self.lo * other.hi));
        Self { hi, lo }
    }
}

impl Div for Dd {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        let rest = self - other.times(first);
        let second = rest.hi / other.hi;
        let rest = rest - other.times(second);
        let third = rest.hi / other.hi;
        let (hi, lo) = quick_two_sum(first, second);
        Self { hi, lo } + Self::from(third)
    }
}

impl PartialOrd for Dd {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match self.hi.partial_cmp(&other.hi) {
            Some(std::cmp::Ordering::Equal) => self.lo.partial_cmp(&other.lo),
            order => order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_digits_survive() {
        // (1 + 1e-20) - 1 is lost in doubles.
        let small = Dd::from(1e-20);
        let sum = Dd::ONE + small;
        assert_eq!((sum - Dd::ONE).value(), 1e-20);
        let third = Dd::ONE / Dd::from(3.0);
        let error = (third.times(3.0) - Dd::ONE).value().abs();
        assert!(error < 1e-31, "{error:e}");
        // 0.1 as a double, squared: 0.01000000000000000111022302462515657123851…
        let square = Dd::from(0.1) * Dd::from(0.1);
        let rest = (square - Dd::from(0.1 * 0.1)).value();
        assert!((rest - -6.248_303_526_765_716e-19).abs() < 1e-30, "{rest:e}");
        assert!(Dd::from(1.0) + small > Dd::ONE && -small < Dd::ZERO);
    }
}
