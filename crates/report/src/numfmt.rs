//! Numbers to text and back, rounded once, where they are printed.
//!
//! Everything upstream keeps full precision. Here a number gets its digits; `-0.000` prints as `0.000`; a missing
//! number prints as a dash and carries its reason. [`Printed`] goes the other way: a number as a journal printed it
//! stands for the interval of all numbers that round to it.

use serde::{Deserialize, Serialize};

/// How many digits a number gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// Digits after the point, as `3` in 0.123.
    Fixed(u8),
    /// Digits after the point, but two significant ones where a number would print as zero: 0.00040 and 0.000040 instead
    /// of 0.000, and 4.0e-8 below a hundredth of the last digit. The rule for whatever has a unit of its own, such as
    /// coefficients, means and turning points: a change of units never makes a column of zeros.
    Legible(u8),
    /// Significant digits, without an exponent.
    Significant(u8),
    /// A whole number.
    Integer,
    /// A whole number with separated thousands, as 2,232.
    Grouped,
    /// A share times 100, digits after the point, with the sign %.
    Percent(u8),
    /// Digits after the point of a mantissa with exponent, as 1.3e-9.
    Scientific(u8),
    /// All digits that a double has (shortest text that reads back to the same number).
    Full,
}

/// What stands where no number is known.
pub const MISSING: &str = "–";

/// The text of a finite number; `∞` and `-∞` for infinite ones, [`MISSING`] for NaN.
///
/// Rounding is to nearest of the exact binary value; a negative number that rounds to zero loses its sign.
#[must_use]
pub fn number(value: f64, format: Format) -> String {
    if value.is_nan() {
        return MISSING.to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "-∞".to_owned() };
    }
    let text = match format {
        Format::Fixed(digits) => format!("{value:.*}", usize::from(digits)),
        Format::Legible(digits) => small(value, digits).unwrap_or_else(|| format!("{value:.*}", usize::from(digits))),
        Format::Significant(digits) => significant(value, digits),
        Format::Integer => format!("{value:.0}"),
        Format::Grouped => grouped(&format!("{value:.0}")),
        Format::Percent(digits) => format!("{:.*}%", usize::from(digits), value * 100.0),
        Format::Scientific(digits) => format!("{value:.*e}", usize::from(digits)),
        Format::Full => format!("{value}"),
    };
    unsigned_zero(text)
}

/// A statistic of a variable, zero where it is what rounding leaves of a zero: at most 1e-13 of the largest value in size.
#[must_use]
pub fn without_rounding(statistic: f64, largest: f64) -> f64 {
    if statistic.abs() <= 1e-13 * largest { 0.0 } else { statistic }
}

/// A p-value: three digits, `<0.001` below that.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { number(p, Format::Fixed(3)) }
}

/// The p-value of a number of draws as an equation. So many draws cannot tell a p below 1/(draws + 1) from 0: `p ≤ 0.010`
/// of 99 draws, whose share beyond the statistic is 0.
#[must_use]
pub fn p_of_draws(p: f64, draws: usize) -> String {
    let least = 1.0 / (draws as f64 + 1.0);
    // Rounded up, for a bound; less a last bit of the division.
    let bound = (least * 1000.0 * (1.0 - 1e-12)).ceil() / 1000.0;
    if p < least && least >= 0.001 { format!("p ≤ {}", number(bound, Format::Fixed(3))) } else { p_equation(p) }
}

/// A p-value as an equation: `p = 0.012`, or `p < 0.001` below that.
#[must_use]
pub fn p_equation(p: f64) -> String {
    if p < 0.001 { "p < 0.001".to_owned() } else { format!("p = {}", p_value(p)) }
}

/// A number that so many digits after the point would show as zero, with two significant digits; none for any other.
fn small(value: f64, digits: u8) -> Option<String> {
    let unit = 10f64.powi(-i32::from(digits));
    if value == 0.0 || value.abs() >= 0.5 * unit {
        return None;
    }
    Some(if value.abs() >= 0.01 * unit { significant(value, 2) } else { format!("{value:.1e}") })
}

/// A printed number with commas between the thousands of its whole part.
#[must_use]
pub fn with_thousands(printed: &str) -> String {
    let digits = printed.bytes().take_while(|b| b.is_ascii_digit() || *b == b'-').count();
    let (integer, rest) = printed.split_at(digits);
    if integer.contains(',') || integer.trim_start_matches('-').len() < 4 || rest.starts_with(',') {
        return printed.to_owned();
    }
    format!("{}{rest}", grouped(integer))
}

fn significant(value: f64, digits: u8) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = i32::from(digits.max(1));
    // The exponent after rounding: 9.996 with three digits is 10.0, not 10.00.
    let exponent = format!("{value:.*e}", (digits - 1) as usize)
        .rsplit_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or_default();
    let decimals = (digits - 1 - exponent).max(0) as usize;
    format!("{value:.decimals$}")
}

fn grouped(integer: &str) -> String {
    let (sign, digits) = integer.strip_prefix('-').map_or(("", integer), |digits| ("-", digits));
    let mut text = String::with_capacity(integer.len() + integer.len() / 3);
    text.push_str(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Digits, or digits whose commas stand where thousands are parted: 2232, 2,232, but neither 2,23 nor 0,013.
fn grouped_digits(integer: &str) -> bool {
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let Some((first, rest)) = integer.split_once(',') else { return all_digits(integer) };
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && all_digits(first)
        && rest.split(',').all(|part| part.len() == 3 && all_digits(part))
}

fn unsigned_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().take_while(|&c| c != 'e').all(|c| !('1'..='9').contains(&c)) => rest.to_owned(),
        _ => text,
    }
}

/// A number as it was printed: its text, value and the interval of numbers that round to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Printed {
    /// The text without surrounding blanks.
    pub text: String,
    /// Its value.
    pub value: f64,
    /// Digits after the point.
    pub decimals: u8,
}

impl Printed {
    /// Reads a printed number: an optional sign (`-`, `−` or `–`), digits, commas between thousands, an optional point.
    ///
    /// Returns `None` for anything else, such as an empty cell, words, an exponent or a decimal comma: `0,013` is no
    /// thirteen.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain: String = text.replace(['−', '–'], "-").replace('，', ",");
        let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
        let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if integer.len() + fraction.len() == 0 || !grouped_digits(integer) || !all_digits(fraction) {
            return None;
        }
        let value: f64 = plain.replace(',', "").parse().ok()?;
        value.is_finite().then_some(Self { text: text.to_owned(), value, decimals: u8::try_from(fraction.len()).ok()? })
    }

    /// Half a unit of the last printed digit.
    #[must_use]
    pub fn half_unit(&self) -> f64 {
        0.5 * 10f64.powi(-i32::from(self.decimals))
    }

    /// The numbers that round to it: value ± half a unit of the last digit.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        (self.value - self.half_unit(), self.value + self.half_unit())
    }

    /// Whether a full-precision number prints as this one.
    ///
    /// Ties count as equal whichever way they were rounded.
    #[must_use]
    pub fn matches(&self, value: f64) -> bool {
        (value - self.value).abs() <= self.half_unit() * (1.0 + 1e-9) + 4.0 * f64::EPSILON * self.value.abs()
    }

    /// Another number printed with the same digits.
    #[must_use]
    pub fn print_like(&self, value: f64) -> String {
        number(value, Format::Fixed(self.decimals))
    }
}

/// A share in whole percent that says none or all only where it is: 10%, <1%, 100%.
#[must_use]
pub fn whole_percent(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        "<1%".to_owned()
    } else if (0.995..1.0).contains(&share) {
        ">99%".to_owned()
    } else {
        number(share, Format::Percent(0))
    }
}

/// A share as a number of percent: 95, 99.9.
#[must_use]
pub fn percent(share: f64) -> String {
    let share = number(100.0 * share, Format::Significant(4));
    let share = if share.contains('.') { share.trim_end_matches('0').trim_end_matches('.') } else { &share };
    share.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign_and_rounding_happens_once() {
        assert_eq!(number(-0.0004, Format::Fixed(3)), "0.000");
        assert_eq!(number(-0.0006, Format::Fixed(3)), "-0.001");
        assert_eq!(number(2232.0, Format::Grouped), "2,232");
        assert_eq!(number(-1_234_567.0, Format::Grouped), "-1,234,567");
        assert_eq!(number(9.996, Format::Significant(3)), "10.0");
        assert_eq!(number(0.001_234_5, Format::Significant(3)), "0.00123");
        assert_eq!(number(0.000_6, Format::Legible(3)), "0.001");
        assert_eq!(number(0.0, Format::Legible(3)), "0.000");
        assert_eq!(number(0.000_4, Format::Legible(3)), "0.00040");
        assert_eq!(number(-0.000_06, Format::Legible(3)), "-0.000060");
        assert_eq!(number(0.000_5, Format::Legible(3)), "0.001");
        assert_eq!(number(5.04e-7, Format::Legible(3)), "5.0e-7");
        assert_eq!(number(-3.04e-10, Format::Legible(2)), "-3.0e-10");
        assert_eq!(with_thousands("-1234567.25"), "-1,234,567.25");
        assert_eq!(
            ["999", "0.0001", "1,234", "2.5e-7", "–"].map(with_thousands),
            ["999", "0.0001", "1,234", "2.5e-7", "–"]
        );
        assert_eq!(number(0.1234, Format::Percent(1)), "12.3%");
        assert_eq!(number(f64::NAN, Format::Fixed(3)), MISSING);
        assert_eq!(p_value(0.000_4), "<0.001");
    }

    #[test]
    fn few_are_not_none() {
        assert_eq!([0.0, 0.001, 0.104, 0.999, 1.0].map(whole_percent), ["0%", "<1%", "10%", ">99%", "100%"]);
    }

    #[test]
    fn draws_bound_their_p() {
        assert_eq!(p_of_draws(0.0, 99), "p ≤ 0.010");
        assert_eq!(p_of_draws(1e-9, 128), "p ≤ 0.008");
        assert_eq!(p_of_draws(2.0 / 99.0, 99), "p = 0.020");
        assert_eq!(p_of_draws(0.0, 999), "p ≤ 0.001");
        assert_eq!(p_of_draws(0.0, 9999), "p < 0.001");
        assert_eq!(p_of_draws(0.000_4, 9999), "p < 0.001");
    }

    #[test]
    fn a_printed_number_is_an_interval() {
        let printed = Printed::parse("-0.010").expect("a number");
        assert_eq!(printed.decimals, 3);
        assert!(printed.matches(-0.0105) && printed.matches(-0.0095) && !printed.matches(-0.0106));
        assert_eq!(Printed::parse("2,232").map(|p| p.value), Some(2232.0));
        assert_eq!(Printed::parse("−0.5").map(|p| p.value), Some(-0.5));
        assert_eq!(Printed::parse("-1，234,567.5").map(|p| (p.value, p.decimals)), Some((-1_234_567.5, 1)));
        let decimal_commas = ["0,013", "-0,013", "2,23", "12,3456", "1234,567", "1.234,5", ",123", "1,,234"];
        for text in ["", "n/a", "1e5", "-", "[7.03]", "0.1.2", &"9".repeat(400)].into_iter().chain(decimal_commas) {
            assert_eq!(Printed::parse(text), None, "{text}");
        }
    }
}
