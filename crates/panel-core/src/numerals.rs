//! How the numbers of a file are written: the decimal sign, thousands separators, percent signs, footnote marks.
//!
//! `7,255` is 7.255 to one writer and 7255 to another. One cell cannot tell; a column or a file mostly can, and where it
//! cannot, both readings are named and nothing is read.

mod evidence;
mod marks;
mod remedies;

use crate::number::{half_width, is_missing_token, parse_plain, trim, with_minus};
pub(crate) use evidence::{Evidence, Verdict, verdict};
use marks::without_mark;
pub use remedies::looks_like_a_number;
pub(crate) use remedies::{accounting_negative, changing, remedies_for, unit_of};
use serde::{Deserialize, Serialize};

/// What becomes of a percent sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Percent {
    /// It is left out: `42.5%` is 42.5.
    Points,
    /// The number is divided by a hundred: `42.5%` is 0.425.
    Share,
}

/// The writing of numbers in a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Numerals {
    /// Whether `7,5` is seven and a half.
    pub(crate) decimal_comma: bool,
    /// What percent signs mean; without it a column may have them in all its cells or in none.
    pub(crate) percent: Option<Percent>,
    /// Texts that are taken out of a cell before it is read as a number.
    pub(crate) strip: Vec<String>,
    /// Further texts that stand for a missing value.
    pub(crate) missing: Vec<String>,
}

/// What was taken off numbers of a column before they were read, as bits.
pub(crate) type Dress = u32;
/// Spaces or apostrophes between groups of three digits.
pub(crate) const GROUPS: Dress = 1;
/// A footnote mark or a flag behind the number.
pub(crate) const MARKS: Dress = 2;
/// A percent sign.
pub(crate) const PERCENT: Dress = 4;
/// No percent sign.
pub(crate) const NO_PERCENT: Dress = 8;
/// A text of `strip`, or separators that the user or the file settled.
pub(crate) const SETTLED: Dress = 16;
/// No letters behind the number.
pub(crate) const BARE: Dress = 32;
/// A number as programs write it.
pub(crate) const PLAIN: Dress = NO_PERCENT | BARE;
/// The place of `a` among the letters that stand behind a number as a flag or in brackets.
const LETTERS: u32 = 6;

/// Whether what was taken off the numbers of a column could be part of them: letters stand behind every number, and they
/// differ, or are the `b` of billions. Flags of Eurostat stand behind some numbers, units behind all.
pub(crate) fn is_unit(dress: Dress) -> bool {
    let letters = dress >> LETTERS;
    letters != 0 && dress & BARE == 0 && (letters.count_ones() > 1 || letters == 1 << 1)
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    Missing,
    Number(f64, Dress),
    Text,
}

impl Numerals {
    /// Reads a cell.
    #[inline]
    pub(crate) fn read(&self, cell: &str) -> Reading {
        match parse_plain(cell) {
            Some(number) if self.missing.is_empty() && !self.decimal_comma => Reading::Number(number, PLAIN),
            _ => self.read_dressed(cell),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_dressed(&self, cell: &str) -> Reading {
        let text = trim(cell);
        // A token such as -99 or 9999 must win over the number it looks like.
        if is_missing_token(text, &self.missing) {
            return Reading::Missing;
        }
        let mut dress = 0;
        let mut stripped = std::borrow::Cow::Borrowed(text);
        for part in self.strip.iter().filter(|part| !part.is_empty()) {
            if stripped.contains(part.as_str()) {
                stripped = std::borrow::Cow::Owned(stripped.replace(part.as_str(), ""));
                dress |= SETTLED;
            }
        }
        let half = half_width(trim(&stripped));
        let text = &*with_minus(trim(&half));
        if dress & SETTLED != 0 && is_missing_token(text, &self.missing) {
            return Reading::Missing;
        }
        if let Some((number, groups)) = self.grouped(text) {
            return Reading::Number(number, dress | groups | PLAIN);
        }
        if let Some(text) = text.strip_suffix('%') {
            return match self.grouped(text.trim_end()) {
                Some((number, groups)) => {
                    let share = self.percent == Some(Percent::Share);
                    Reading::Number(if share { number / 100.0 } else { number }, dress | groups | PERCENT | BARE)
                }
                None => Reading::Text,
            };
        }
        match without_mark(text) {
            // Only a mark, or a missing value with one: `: c`.
            Some((rest, _)) if is_missing_token(trim(rest), &self.missing) && !trim(rest).is_empty() => {
                Reading::Missing
            }
            Some((rest, letters)) => match self.grouped(trim(rest)) {
                Some((number, groups)) => {
                    let behind = if letters == 0 { BARE } else { letters << LETTERS };
                    Reading::Number(number, dress | groups | MARKS | NO_PERCENT | behind)
                }
                None => Reading::Text,
            },
            None => Reading::Text,
        }
    }

    /// A number with thousands separators, and whether these were other than a comma.
    fn grouped(&self, text: &str) -> Option<(f64, Dress)> {
        let decimal = if self.decimal_comma { ',' } else { '.' };
        let other = if self.decimal_comma { '.' } else { ',' };
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        if !text.contains(|c: char| is_separator(c) || c == ',' || c == '.' && self.decimal_comma) {
            return parse_plain(text).map(|number| (number, 0));
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (integer, fraction) = match unsigned.split_once(decimal) {
            Some((integer, fraction)) => (integer, Some(fraction)),
            None => (unsigned, None),
        };
        // An exponent may follow: 1,5e3.
        let plain = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'e' | b'E' | b'-' | b'+'));
        if fraction.is_some_and(|fraction| !plain(fraction) || fraction.is_empty() && integer.is_empty()) {
            return None;
        }
        let separator = integer.chars().find(|c| !c.is_ascii_digit());
        let mut dress = if self.decimal_comma { SETTLED } else { 0 };
        let digits: String = match separator {
            None => integer.to_owned(),
            Some(separator) if separator == other || is_separator(separator) => {
                let mut groups = integer.split(separator);
                let first = groups.next()?;
                let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
                let mut well = (1..=3).contains(&first.len()) && digits(first);
                well &= groups.all(|group| group.len() == 3 && digits(group));
                if !well {
                    return None;
                }
                dress |= if separator == other { 0 } else { GROUPS };
                integer.replace(separator, "")
            }
            Some(_) => return None,
        };
        let sign = if text.starts_with('-') { "-" } else { "" };
        let number = match fraction {
            Some(fraction) => parse_plain(&format!("{sign}{digits}.{fraction}")),
            None => parse_plain(&format!("{sign}{digits}")),
        };
        number.map(|number| (number, dress))
    }
}

/// Signs that stand between groups of three digits, beside comma and point.
fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' | '\'' | '\u{2019}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(numerals: &Numerals, cell: &str) -> Option<f64> {
        match numerals.read(cell) {
            Reading::Number(number, _) => Some(number),
            _ => None,
        }
    }

    #[test]
    fn numbers_with_groups_marks_and_signs() {
        let plain = Numerals::default();
        for (cell, expected) in [
            ("1,234.5", 1234.5),
            ("1 234 567", 1_234_567.0),
            ("4\u{a0}254.7", 4254.7),
            ("4\u{202f}254.7", 4254.7),
            ("-1\u{2009}234", -1234.0),
            ("１　２３４", 1234.0),
            ("1'234", 1234.0),
            ("1290①", 1290.0),
            ("1290*", 1290.0),
            ("1290 **", 1290.0),
            ("1,290²", 1290.0),
            ("1290[2]", 1290.0),
            ("37400 e", 37400.0),
            ("3.5 bep", 3.5),
            ("42.5%", 42.5),
            ("４２．５％", 42.5),
            ("1.5e3", 1500.0),
        ] {
            assert_eq!(number(&plain, cell), Some(expected), "{cell}");
        }
        for cell in ["1 2", "12 34", "1,2", "5x", "5 kg", "abc", "北京①", "2013-01", "1 234,5", "e", "12%%"] {
            assert_eq!(plain.read(cell), Reading::Text, "{cell}");
        }
        for cell in [":", ": c", ":z", "…", "NA"] {
            assert_eq!(plain.read(cell), Reading::Missing, "{cell}");
        }
        let comma = Numerals { decimal_comma: true, ..Numerals::default() };
        for (cell, expected) in
            [("7,255", 7.255), ("1.234,5", 1234.5), ("1.234", 1234.0), ("12", 12.0), ("1 234,5", 1234.5)]
        {
            assert_eq!(number(&comma, cell), Some(expected), "{cell}");
        }
        assert_eq!(comma.read("7.25"), Reading::Text);
        let share = Numerals { percent: Some(Percent::Share), strip: vec!["元".into()], ..Numerals::default() };
        assert_eq!((number(&share, "50%"), number(&share, "1,200元")), (Some(0.5), Some(1200.0)));
    }
}
