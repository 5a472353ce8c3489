//! Numbers as people write them: thousands separators, full-width digits, and the many ways to say "missing".

use std::borrow::Cow;

/// What a cell of a text file holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellKind {
    /// Nothing: empty or a missing-value token.
    Missing,
    /// A finite number.
    Number(f64),
    /// Anything else.
    Text,
}

/// Texts that stand for a missing value, compared after trimming and without regard to case.
///
/// They are those of Chinese yearbooks (`--`, `…`), of pandas and R (`NA`, `NaN`), of Stata (`.`, `.a` to `.z`), of
/// Eurostat (`:`) and of Excel (`#N/A`).
pub const MISSING_TOKENS: [&str; 24] = [
    "", "-", "--", "---", "—", "——", "–", "－", "…", "……", "...", "..", "na", "n/a", "n.a.", "nan", "null", "none",
    "#n/a", "#na", "#value!", "#div/0!", "缺失", ":",
];

/// The bytes of numbers, the least first, for a hash.
#[must_use]
pub fn le_bytes(values: &[f64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * values.len());
    values.iter().for_each(|value| bytes.extend_from_slice(&value.to_bits().to_le_bytes()));
    bytes
}

/// The bytes of codes, the least first, for a hash.
#[must_use]
pub fn code_bytes(codes: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 * codes.len());
    codes.iter().for_each(|code| bytes.extend_from_slice(&code.to_le_bytes()));
    bytes
}

/// 2^53: whole numbers up to here are doubles, and from here on not all of them are.
pub const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A number for a message: as it is written, very large and very small ones with an exponent (1e300, not 301 digits).
///
/// ```
/// let shown = [0.0, -2.5, 1e-5, 123456789.0, 1e300, -3e-310].map(panel_core::number::show);
/// assert_eq!(shown, ["0", "-2.5", "0.00001", "123456789", "1e300", "-3e-310"]);
/// ```
#[must_use]
pub fn show(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && size.is_finite() && !(1e-5..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// Trims ASCII blanks, no-break and ideographic spaces and a stray byte-order mark.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// Whether a trimmed text stands for a missing value; `extra` are further tokens, compared exactly.
#[must_use]
pub fn is_missing_token(text: &str, extra: &[String]) -> bool {
    // Tokens are short; most cells are told apart by length alone.
    if text.len() <= 8 {
        let stata = text.len() <= 2 && text.starts_with('.') && text.bytes().skip(1).all(|b| b.is_ascii_lowercase());
        if stata || MISSING_TOKENS.iter().any(|token| token.eq_ignore_ascii_case(text)) {
            return true;
        }
    }
    extra.iter().any(|token| token == text)
}

/// Classifies a cell; `extra` are further missing-value tokens.
#[must_use]
pub fn classify(cell: &str, extra: &[String]) -> CellKind {
    if let Some(number) = parse_plain(cell) {
        // A token such as -99 or 9999 must win over the number it looks like.
        if extra.is_empty() || !extra.iter().any(|token| token == cell) {
            return CellKind::Number(number);
        }
        return CellKind::Missing;
    }
    let text = trim(cell);
    if is_missing_token(text, extra) {
        return CellKind::Missing;
    }
    parse_number(text).map_or(CellKind::Text, CellKind::Number)
}

/// A finite number from text: ASCII or full-width digits, optional thousands separators in groups of three.
///
/// `None` for everything else, infinities and numbers too large for a double included: none of these is data.
#[must_use]
pub fn parse_number(text: &str) -> Option<f64> {
    let text = trim(text);
    if let Some(number) = parse_plain(text) {
        return Some(number);
    }
    let half = half_width(text);
    let signed = with_minus(trim(&half));
    let plain = without_thousands(&signed)?;
    parse_plain(&plain)
}

/// The common case: nothing but ASCII digits, signs, point and exponent.
pub(crate) fn parse_plain(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return None;
    }
    // Whole numbers below 10^15 are exact in a double: no need for the general routine.
    if bytes.len() <= 15 && bytes.iter().all(u8::is_ascii_digit) {
        return Some(bytes.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64);
    }
    if !bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Full-width digits and signs as ASCII.
#[must_use]
pub fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
                '\u{3000}' | '\u{a0}' => ' ',
                '\u{2212}' | '\u{2013}' => '-',
                _ => c,
            })
            .collect(),
    )
}

/// Signs that look like a minus where one stands before digits: hyphens, dashes and the minus itself.
pub(crate) const DASHES: [char; 9] =
    ['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}', '\u{fe63}'];

/// A number below zero with the minus of computers: a single dash of any kind before digits is one, blanks between them or
/// none. Other texts stay as they are.
pub(crate) fn with_minus(text: &str) -> Cow<'_, str> {
    let Some(rest) = text.strip_prefix(DASHES) else { return Cow::Borrowed(text) };
    let number = trim(rest);
    let digits = number.strip_prefix(['.', ',']).unwrap_or(number);
    if text.starts_with('-') && number.len() == rest.len() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("-{number}"))
}

/// Removes commas that stand where thousands separators stand: `1,234,567.8`, not `1,2` and not `1,234,5`.
fn without_thousands(text: &str) -> Option<Cow<'_, str>> {
    let text = trim(text);
    if !text.contains(',') {
        return Some(Cow::Borrowed(text));
    }
    let (integer, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut groups = integer.trim_start_matches(['-', '+']).split(',');
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let well_formed =
        (1..=3).contains(&first.len()) && digits(first) && groups.all(|group| group.len() == 3 && digits(group));
    (well_formed && !rest.contains(',')).then(|| Cow::Owned(text.replace(',', "")))
}

/// Seven significant digits, without an exponent where it reads well.
#[must_use]
pub fn seven_digits(value: f64) -> String {
    if !value.is_finite() {
        return format!("{value}");
    }
    let size = value.abs();
    if value == 0.0 || (1e-4..1e7).contains(&size) {
        let digits = if value == 0.0 { 0 } else { size.log10().floor() as i32 };
        format!("{value:.*}", (6 - digits).clamp(0, 10) as usize)
    } else {
        format!("{value:.6e}")
    }
}

/// The whole numbers that labels stand for; `None` where one does not print back the same: `007` is a label, not a number.
///
/// ```
/// use panel_core::number::whole_numbers;
/// assert_eq!(whole_numbers(&["2013".into(), "-1".into()]), Some(vec![2013, -1]));
/// assert_eq!(whole_numbers(&["2013".into(), "007".into()]), None);
/// ```
#[must_use]
pub fn whole_numbers(labels: &[String]) -> Option<Vec<i64>> {
    let number = |label: &String| label.parse::<i64>().ok().filter(|value| value.to_string() == *label);
    labels.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let cases = [
            ("12", 12.0),
            (" 1.5 ", 1.5),
            ("1,234,567.8", 1_234_567.8),
            ("-1,234", -1234.0),
            ("１２．５", 12.5),
            ("１，２３４", 1234.0),
            ("1e3", 1000.0),
            ("\u{3000}7", 7.0),
            ("−3", -3.0),
            ("\u{2010}4708.9", -4708.9),
            ("\u{2011}4708.9", -4708.9),
            ("\u{2012}3", -3.0),
            ("\u{2013}3", -3.0),
            ("\u{2014}1,234.5", -1234.5),
            ("\u{fe63}3", -3.0),
            ("\u{ff0d}３", -3.0),
            ("- 4708.9", -4708.9),
            ("\u{2212}\u{a0}.5", -0.5),
        ];
        for (text, expected) in cases {
            assert_eq!(classify(text, &[]), CellKind::Number(expected), "{text}");
        }
    }

    #[test]
    fn missing_and_text() {
        for text in ["", "  ", "--", "…", "NA", "na", ".", ".a", "#N/A", "——", "NaN", "缺失"] {
            assert_eq!(classify(text, &[]), CellKind::Missing, "{text}");
        }
        for text in [
            "1,2",
            "1,234,5",
            "12%",
            "inf",
            "1e999",
            "abc",
            "1 2",
            "12*",
            "--5",
            "\u{2014}\u{2014}5",
            "- x",
            "5\u{2011}7",
        ] {
            assert_eq!(classify(text, &[]), CellKind::Text, "{text}");
        }
        assert_eq!(classify("-99", &["-99".to_owned()]), CellKind::Missing);
    }
}
