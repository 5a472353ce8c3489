//! Doubles as what they are: integers times powers of two.

use num_bigint::{BigInt, Sign};

/// mantissa · 2^exponent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dyadic {
    mantissa: BigInt,
    exponent: i64,
}

impl From<f64> for Dyadic {
    /// The exact value of a finite double.
    fn from(value: f64) -> Self {
        const FRACTION: u64 = (1 << 52) - 1;
        let bits = value.to_bits();
        let power = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let (mantissa, exponent) =
            if power == 0 { (bits & FRACTION, -1074) } else { ((bits & FRACTION) | (1 << 52), power - 1075) };
        if mantissa == 0 {
            return Self::zero();
        }
        let zeros = mantissa.trailing_zeros();
        let sign = if value < 0.0 { Sign::Minus } else { Sign::Plus };
        Self { mantissa: BigInt::from_biguint(sign, (mantissa >> zeros).into()), exponent: exponent + i64::from(zeros) }
    }
}

impl Dyadic {
    pub(super) fn zero() -> Self {
        Self { mantissa: BigInt::ZERO, exponent: 0 }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.sign() == Sign::NoSign
    }

    pub(super) fn is_negative(&self) -> bool {
        self.mantissa.sign() == Sign::Minus
    }

    pub(super) fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, exponent: self.exponent }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        Self { mantissa: &self.mantissa * &other.mantissa, exponent: self.exponent + other.exponent }
    }

    /// Times 2^power.
    pub(super) fn shifted(self, power: i64) -> Self {
        Self { exponent: self.exponent + power, ..self }
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        if other.is_zero() {
            return self.clone();
        }
        if self.is_zero() {
            return other.clone().negated();
        }
        let exponent = self.exponent.min(other.exponent);
        Self { mantissa: self.over(exponent) - other.over(exponent), exponent }
    }

    /// The integer self / 2^exponent, for an exponent not above its own.
    fn over(&self, exponent: i64) -> BigInt {
        if self.is_zero() { BigInt::ZERO } else { &self.mantissa << (self.exponent - exponent) }
    }
}

/// The integers value / 2^e for the largest common e, and e.
pub(super) fn integers(values: &[Dyadic]) -> (Vec<BigInt>, i64) {
    let exponents = values.iter().filter(|v| !v.is_zero()).map(|v| v.exponent);
    let exponent = exponents.min().unwrap_or(0);
    (values.iter().map(|v| v.over(exponent)).collect(), exponent)
}

/// The double nearest to (a / b) · 2^exponent, for a positive b.
pub(super) fn quotient(a: &BigInt, b: &BigInt, exponent: i64) -> f64 {
    if a.sign() == Sign::NoSign {
        return 0.0;
    }
    let bits = |v: &BigInt| i64::try_from(v.bits()).unwrap_or(i64::MAX / 4);
    // Some 66 significant bits, so that only the conversion to a double rounds.
    let shift = 66 + bits(b) - bits(a);
    let rounded = if shift >= 0 { (a << shift) / b } else { a / (b << -shift) };
    let mantissa = i128::try_from(rounded).map_or(f64::NAN, |v| v as f64);
    let power = (exponent - shift).clamp(-2000, 2000) as i32;
    mantissa * 2.0_f64.powi(power / 2) * 2.0_f64.powi(power - power / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_come_back() {
        for value in [1.0, -0.1, 3e-310, 1.7e300, -123_456.789, f64::MIN_POSITIVE, 5e-324] {
            let (integers, exponent) = integers(&[Dyadic::from(value), Dyadic::from(0.0)]);
            assert_eq!(integers[1], BigInt::ZERO);
            assert_eq!(quotient(&integers[0], &BigInt::from(1), exponent), value);
        }
        assert_eq!(quotient(&BigInt::from(-1), &BigInt::from(3), 0), -1.0 / 3.0);
        assert_eq!(quotient(&BigInt::from(10), &BigInt::from(4), 3), 20.0);
    }

    #[test]
    fn nothing_is_rounded() {
        // 0.1 + 0.2 - 0.3 in exact arithmetic of the doubles: 2^-55.
        let sum = Dyadic::from(0.1).minus(&Dyadic::from(0.2).negated()).minus(&Dyadic::from(0.3));
        let (integer, exponent) = integers(&[sum]);
        assert_eq!(quotient(&integer[0], &BigInt::from(1), exponent), 2.0_f64.powi(-55));
        let square = Dyadic::from(0.1).times(&Dyadic::from(0.1)).minus(&Dyadic::from(0.1 * 0.1));
        let (integer, exponent) = integers(&[square]);
        let rest = quotient(&integer[0], &BigInt::from(1), exponent);
        assert!((rest - -8.326_672_684_688_674e-19).abs() < 1e-33, "{rest:e}");
    }
}
