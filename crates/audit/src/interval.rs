//! Interval arithmetic over rounding: what a printed number could have been.

use report::numfmt::{self, Format, Printed};

/// A closed interval of possible values; ends may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// An interval; the ends are put in order.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Self {
        Self { low: a.min(b), high: a.max(b) }
    }

    /// What a printed number could have been before rounding.
    #[must_use]
    pub fn of(printed: &Printed) -> Self {
        let (low, high) = printed.interval();
        Self { low, high }
    }

    /// A single value.
    #[must_use]
    pub const fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Whether a value lies inside; ends count, and so does the last bit beyond them.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        let slack = 1e-12 * (1.0 + value.abs());
        value >= self.low - slack && value <= self.high + slack
    }

    /// Whether two intervals have a common point.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let slack = 1e-12 * (1.0 + self.low.abs().min(self.high.abs()));
        self.low <= other.high + slack && other.low <= self.high + slack
    }

    /// Smallest and largest absolute value.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.contains(0.0) {
            Self { low: 0.0, high: self.low.abs().max(self.high.abs()) }
        } else {
            Self::new(self.low.abs(), self.high.abs())
        }
    }

    /// `low … high` with this many significant digits.
    #[must_use]
    pub fn print(self, digits: u8) -> String {
        let format = Format::Significant(digits);
        format!("{} … {}", numfmt::number(self.low, format), numfmt::number(self.high, format))
    }

    fn corners(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let values =
            [f(self.low, other.low), f(self.low, other.high), f(self.high, other.low), f(self.high, other.high)];
        Self {
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl std::ops::Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl std::ops::Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { low: self.low - other.high, high: self.high - other.low }
    }
}

impl std::ops::Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.corners(other, |a, b| a * b)
    }
}

impl std::ops::Div for Interval {
    type Output = Self;
    /// Division; the whole line when the divisor could be zero.
    fn div(self, other: Self) -> Self {
        if other.low <= 0.0 && other.high >= 0.0 {
            return Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
        }
        self.corners(other, |a, b| a / b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_printed_numbers_has_the_range_of_its_corners() {
        let range = |text: &str| Interval::of(&Printed::parse(text).expect("a number"));
        // -(-0.013) / (2 · 0.006), as printed: .962 to 1.227.
        let tp = range("0.013") / (Interval::point(2.0) * range("0.006"));
        assert!((tp.low - 0.9615).abs() < 1e-4 && (tp.high - 1.2273).abs() < 1e-4, "{tp:?}");
        assert_eq!((range("1") / range("0.0")).high, f64::INFINITY);
        assert_eq!(Interval::new(-2.0, 1.0).abs(), Interval::new(0.0, 2.0));
    }
}
