//! What to write so that a text is read as the number it looks like.

use super::{Numerals, Reading};
use crate::number::{DASHES, half_width, trim};
use crate::remedy::Remedy;

/// Signs and words that change the number beside them: a sign of the financial press, and multipliers.
const CHANGING: [&str; 18] =
    ["△", "▲", "▽", "▼", "万", "萬", "亿", "億", "千", "百", "‰", "‱", "k", "m", "b", "bn", "mn", "tn"];

/// The part of a text beside its number that may change the number, such as a sign or a multiplier.
pub(crate) fn changing(text: &str) -> Option<&'static str> {
    let half = half_width(text);
    let is_number = |c: char| c.is_numeric() || matches!(c, '.' | ',' | '-' | '+' | ' ');
    let around = trim(half.trim_matches(is_number)).to_lowercase();
    let with_sign = |known: &&&str| !known.is_ascii() && around.contains(**known);
    CHANGING
        .iter()
        .find(|known| around == **known || with_sign(known))
        .copied()
        .filter(|_| half.contains(char::is_numeric))
}

/// What to write in a `[[source]]` so that a text is read as the number it looks like; empty where it looks like none, and
/// where what stands beside the number may change it.
pub(crate) fn remedies_for(text: &str) -> Vec<Remedy> {
    let reads = |numerals: Numerals| matches!(numerals.read(text), Reading::Number(..));
    if reads(Numerals::default()) {
        // Only a percent sign keeps a column of readable cells from being numbers.
        return if half_width(text).contains('%') { vec![Remedy::text("percent", "points")] } else { Vec::new() };
    }
    if reads(Numerals { decimal_comma: true, ..Numerals::default() }) {
        return vec![Remedy::text("decimal", ",")];
    }
    if changing(text).is_some() {
        return Vec::new();
    }
    // A unit or a sign around one number: `12 km`, `$5`.
    let is_number = |c: char| c.is_numeric() || matches!(c, '.' | ',' | '-' | '+' | ' ');
    let around = trim(text.trim_matches(is_number));
    // Letters between digits are no unit: without its `e`, `1e999` would be another number.
    let outside = trim(text).starts_with(around) || trim(text).ends_with(around);
    // A dash may be a minus, and without it the number would be another.
    let alone = !around.is_empty()
        && outside
        && around.chars().count() <= 6
        && !around.contains(is_number)
        && !around.contains(DASHES);
    let read = |part: &str| reads(Numerals { strip: vec![part.to_owned()], ..Numerals::default() });
    if alone && read(around) { vec![Remedy::list("strip", &[around])] } else { Vec::new() }
}

/// What stands behind the number that a text begins with: `cm` in `12 cm`.
pub(crate) fn unit_of(text: &str) -> Option<&str> {
    let is_number = |c: char| c.is_numeric() || matches!(c, '.' | ',' | ' ' | '\u{a0}');
    let text = trim(text).trim_start_matches(DASHES);
    let unit = text.trim_start_matches(is_number);
    (unit.len() < text.len() && unit.starts_with(char::is_alphabetic) && unit.chars().count() <= 6).then_some(unit)
}

/// Whether a text is a number in a dress that readers of files leave on: a currency sign or code before it (`$5`, `EUR 5`), a
/// percent sign, brackets or a minus behind as in accounts, another decimal sign, a multiplier, a formula without its result.
#[must_use]
pub fn looks_like_a_number(text: &str) -> bool {
    const CURRENCIES: [&str; 14] =
        ["EUR", "USD", "GBP", "CNY", "RMB", "JPY", "CHF", "HKD", "TWD", "KRW", "INR", "US", "Rs", "kr"];
    let reads = |text: &str| {
        let read = |decimal_comma| Numerals { decimal_comma, ..Numerals::default() }.read(text);
        matches!(read(false), Reading::Number(..)) || matches!(read(true), Reading::Number(..))
    };
    let text = trim(text);
    let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
    let multiplied =
        changing(text).is_some() && text.starts_with(digits) && text.contains(|c: char| c.is_ascii_digit());
    // A number sign counts things: `#1` is a name.
    let behind_sign = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '#' | '-' | '.' | '('));
    let behind_code =
        CURRENCIES.iter().find_map(|code| text.strip_prefix(code)).map(|rest| rest.trim_start_matches('$'));
    text.starts_with('=') && text.len() > 1
        || reads(text)
        || accounting_negative(text).is_some()
        || multiplied
        || behind_sign.len() < text.len() && reads(behind_sign)
        || behind_code.is_some_and(|number| reads(trim(number)))
}

/// The number that `(1,234)` and `1234-` stand for in accounts.
pub(crate) fn accounting_negative(text: &str) -> Option<f64> {
    let half = half_width(trim(text));
    let text = trim(&half);
    let inside = text.strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let inside = inside.or_else(|| text.strip_suffix(DASHES))?;
    crate::number::parse_number(inside).filter(|number| *number > 0.0).map(|number| -number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_a_number_is_no_unit() {
        for (cell, sign) in [
            ("△2198.3", "△"),
            ("▲12", "▲"),
            ("0.60008万", "万"),
            ("3亿元", "亿"),
            ("12K", "k"),
            ("2.5 bn", "bn"),
            ("5‰", "‰"),
        ] {
            assert_eq!(changing(cell), Some(sign), "{cell}");
            assert_eq!(remedies_for(cell), []);
        }
        for cell in ["12 km", "$5", "3元", "mean", "万", "12"] {
            assert_eq!(changing(cell), None, "{cell}");
        }
        assert_eq!(remedies_for("12 km"), [Remedy::list("strip", &["km"])]);
    }

    #[test]
    fn numbers_in_another_dress_are_told_from_names() {
        for text in
            ["$1002", "EUR 1002", "US$5", "(1002)", "1 002,125", "%5", "=C2*2", "12-", "1.2万", "3K", "¥1,234.5", "42%"]
        {
            assert!(looks_like_a_number(text), "{text}");
        }
        for text in ["north", "D1", "zone 2", "#1", "0-9", "A01.2", "Q1", "EUR", "=", "65+", "(a)", "3 rooms"] {
            assert!(!looks_like_a_number(text), "{text}");
        }
        assert_eq!(
            (unit_of("12 cm"), unit_of("-5 d"), unit_of("12"), unit_of("x 5")),
            (Some("cm"), Some("d"), None, None)
        );
    }

    #[test]
    fn a_dash_is_never_stripped() {
        for text in ["4708.9\u{2011}", "\u{2014}\u{2014}5", "~\u{2011}5", "\u{2011}x 5"] {
            assert_eq!(remedies_for(text), [], "{text}");
        }
        assert_eq!(accounting_negative("4,708.9\u{2212}"), Some(-4708.9));
        assert_eq!(accounting_negative("（1,002）"), Some(-1002.0));
        assert_eq!(accounting_negative("12"), None);
    }
}
