//! How the numbers of a file are written: the decimal sign, thousands separators, percent signs, footnote marks.
//!
//! `7,255` is 7.255 to one writer and 7255 to another. One cell cannot tell; a column or a file mostly can, and where it
//! cannot, both readings are named and nothing is read.

use crate::number::{half_width, is_missing_token, parse_plain, trim};
use crate::remedy::Remedy;
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
pub(crate) type Dress = u8;
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
            Some(number) if self.missing.is_empty() && !self.decimal_comma => Reading::Number(number, NO_PERCENT),
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
        let text = trim(&half);
        if dress & SETTLED != 0 && is_missing_token(text, &self.missing) {
            return Reading::Missing;
        }
        if let Some((number, groups)) = self.grouped(text) {
            return Reading::Number(number, dress | groups | NO_PERCENT);
        }
        if let Some(text) = text.strip_suffix('%') {
            return match self.grouped(text.trim_end()) {
                Some((number, groups)) => {
                    let share = self.percent == Some(Percent::Share);
                    Reading::Number(if share { number / 100.0 } else { number }, dress | groups | PERCENT)
                }
                None => Reading::Text,
            };
        }
        match without_mark(text) {
            // Only a mark, or a missing value with one: `: c`.
            Some(rest) if is_missing_token(trim(rest), &self.missing) && !trim(rest).is_empty() => Reading::Missing,
            Some(rest) => match self.grouped(trim(rest)) {
                Some((number, groups)) => Reading::Number(number, dress | groups | MARKS | NO_PERCENT),
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
        let (whole, fraction) = match unsigned.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        // An exponent may follow: 1,5e3.
        let plain = |part: &str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'e' | b'E' | b'-' | b'+'));
        if fraction.is_some_and(|fraction| !plain(fraction) || fraction.is_empty() && whole.is_empty()) {
            return None;
        }
        let separator = whole.chars().find(|c| !c.is_ascii_digit());
        let mut dress = if self.decimal_comma { SETTLED } else { 0 };
        let digits: String = match separator {
            None => whole.to_owned(),
            Some(separator) if separator == other || is_separator(separator) => {
                let mut groups = whole.split(separator);
                let first = groups.next()?;
                let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
                let mut well = (1..=3).contains(&first.len()) && digits(first);
                well &= groups.all(|group| group.len() == 3 && digits(group));
                if !well {
                    return None;
                }
                dress |= if separator == other { 0 } else { GROUPS };
                whole.replace(separator, "")
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

/// A text without the footnote marks at its end (`1290①`, `1290*`, `1290[2]`) or a flag of Eurostat (`37400 e`); `None` where there is none.
fn without_mark(text: &str) -> Option<&str> {
    let is_mark = |c: char| matches!(c, '①'..='⑳' | '*' | '\u{2217}' | '†' | '‡' | '¹' | '²' | '³' | '\u{2070}'..='\u{2079}' | '\u{24d0}'..='\u{24e9}' | '※');
    let marked = text.trim_end_matches(|c: char| is_mark(c) || is_separator(c));
    if marked.len() < text.len() && text[marked.len()..].contains(is_mark) {
        return Some(marked);
    }
    // [1], (a): not a fraction of a name, since a number stands before.
    for (open, close) in [('[', ']'), ('(', ')')] {
        let inner = text.strip_suffix(close).and_then(|text| text.rsplit_once(open));
        if let Some((before, mark)) = inner
            && (1..=2).contains(&mark.chars().count())
            && mark.chars().all(|c| c.is_ascii_alphanumeric())
            && !before.is_empty()
        {
            return Some(before);
        }
    }
    let (before, flag) =
        text.rsplit_once([' ', '\u{a0}']).or_else(|| text.split_at_checked(1).filter(|(c, _)| *c == ":"))?;
    let is_flag = (1..=3).contains(&flag.len()) && flag.bytes().all(|b| b"bcdefimnprsuvz".contains(&b));
    (is_flag && !before.is_empty()).then_some(before)
}

/// What the cells of a column say about its decimal sign.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// A cell in which the comma can only be the decimal sign.
    pub(crate) comma_decimal: bool,
    /// A cell in which the comma can only separate thousands.
    pub(crate) comma_group: bool,
    /// The first cell in which the comma can be either.
    pub(crate) comma_either: Option<String>,
    /// The same of the point.
    pub(crate) point_decimal: bool,
    pub(crate) point_group: bool,
    pub(crate) point_either: Option<String>,
    /// A whole number from 1 to 999: where decimals are written out to three digits it would be `7,000`.
    pub(crate) small: bool,
    /// A cell that is no number in any writing.
    pub(crate) other: bool,
}

impl Evidence {
    /// Takes a cell into account.
    pub(crate) fn see(&mut self, cell: &str, numerals: &Numerals) {
        let bytes = cell.as_bytes();
        if bytes.is_empty() || self.other {
            return;
        }
        if bytes.iter().all(u8::is_ascii_digit) {
            self.small |= bytes.len() <= 3 && bytes[0] != b'0';
            return;
        }
        let trimmed = trim(cell);
        if is_missing_token(trimmed, &numerals.missing) {
            return;
        }
        let half = half_width(trimmed);
        let text = trim(&half).strip_prefix(['-', '+']).unwrap_or_else(|| trim(&half));
        let text = text.strip_suffix('%').map_or(text, str::trim_end);
        let (commas, points) = (text.matches(',').count(), text.matches('.').count());
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !text.split([',', '.']).all(digits) {
            let reads = |comma| {
                let other = Numerals { decimal_comma: comma, ..numerals.clone() };
                other.read_dressed(cell) != Reading::Text
            };
            self.other = !reads(false) && !reads(true);
            return;
        }
        match (commas, points) {
            (0, 0) => self.small |= text.len() <= 3 && !text.starts_with('0'),
            (1.., 1..) => {
                let last = text.rfind([',', '.']).map(|at| text.as_bytes()[at]);
                let by_comma = last == Some(b',');
                self.comma_decimal |= by_comma && commas == 1;
                self.point_decimal |= !by_comma && points == 1;
                self.other |= by_comma && commas > 1 || !by_comma && points > 1;
            }
            (_, 0) => match one_kind(text, ',') {
                Kind::Decimal => self.comma_decimal = true,
                Kind::Group => self.comma_group = true,
                Kind::Either => _ = self.comma_either.get_or_insert_with(|| trimmed.to_owned()),
                Kind::Neither => self.other = true,
            },
            (0, _) => match one_kind(text, '.') {
                Kind::Decimal => self.point_decimal = true,
                Kind::Group => self.point_group = true,
                Kind::Either => _ = self.point_either.get_or_insert_with(|| trimmed.to_owned()),
                Kind::Neither => self.other = true,
            },
        }
    }

    /// Takes what other cells of the column say into account; these come later.
    pub(crate) fn merge(&mut self, later: Self) {
        self.comma_decimal |= later.comma_decimal;
        self.comma_group |= later.comma_group;
        self.comma_either = self.comma_either.take().or(later.comma_either);
        self.point_decimal |= later.point_decimal;
        self.point_group |= later.point_group;
        self.point_either = self.point_either.take().or(later.point_either);
        self.small |= later.small;
        self.other |= later.other;
    }
}

enum Kind {
    Decimal,
    Group,
    Either,
    Neither,
}

/// What a sign that stands in a number of digits can be.
fn one_kind(text: &str, sign: char) -> Kind {
    let parts: Vec<&str> = text.split(sign).collect();
    let grouped = parts[0].len() <= 3 && !parts[0].starts_with('0') && parts[1..].iter().all(|part| part.len() == 3);
    match (parts.len(), grouped) {
        (2, true) => Kind::Either,
        (2, false) => Kind::Decimal,
        (_, true) => Kind::Group,
        (_, false) => Kind::Neither,
    }
}

/// What the columns of a file say together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// The point is the decimal sign.
    Point,
    /// The comma is; the column and cell that could also be read otherwise, where the separator of fields decided.
    Comma { by_separator: Option<(String, String)> },
    /// Nothing decides: the column, a cell, and a cell with the other sign.
    Open { column: String, cell: String, also: Option<String> },
}

/// Decides how the columns write their numbers; `semicolon` says that fields are separated by semicolons, as programs do
/// where the comma is the decimal sign.
pub(crate) fn verdict<'a>(columns: impl Iterator<Item = (&'a str, &'a Evidence)> + Clone, semicolon: bool) -> Verdict {
    let numbers = || columns.clone().filter(|(_, evidence)| !evidence.other);
    let any = |test: fn(&Evidence) -> bool| numbers().any(|(_, evidence)| test(evidence));
    let comma = any(|e| e.comma_decimal) || any(|e| e.point_group);
    let point = any(|e| e.point_decimal) || any(|e| e.comma_group);
    if point {
        return Verdict::Point;
    }
    if comma {
        return Verdict::Comma { by_separator: None };
    }
    let first = |cell: fn(&Evidence) -> Option<&String>| {
        numbers().find_map(|(name, e)| cell(e).map(|cell| (name.to_owned(), cell.clone())))
    };
    let comma_either = first(|e| e.comma_either.as_ref());
    let point_either = first(|e| e.point_either.as_ref());
    if semicolon {
        return match (comma_either, point_either) {
            (None, None) => Verdict::Point,
            (Some(_), None) if any(|e| e.small && e.comma_either.is_some()) => open(comma_either_of(numbers()), None),
            (Some(by), None) => Verdict::Comma { by_separator: Some(by) },
            (Some(found), Some((_, also))) => open(Some(found), Some(also)),
            (None, found) => open(found, None),
        };
    }
    match first(|e| e.comma_either.as_ref().filter(|_| !e.small)) {
        None => Verdict::Point,
        found => open(found, None),
    }
}

fn comma_either_of<'a>(mut numbers: impl Iterator<Item = (&'a str, &'a Evidence)>) -> Option<(String, String)> {
    numbers.find_map(|(name, e)| e.comma_either.as_ref().map(|cell| (name.to_owned(), cell.clone())))
}

fn open(found: Option<(String, String)>, also: Option<String>) -> Verdict {
    match found {
        Some((column, cell)) => Verdict::Open { column, cell, also },
        None => Verdict::Point,
    }
}

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
    let alone = !around.is_empty() && outside && around.chars().count() <= 6 && !around.contains(is_number);
    let read = |part: &str| reads(Numerals { strip: vec![part.to_owned()], ..Numerals::default() });
    if alone && read(around) { vec![Remedy::list("strip", &[around])] } else { Vec::new() }
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

    fn decide(columns: &[&[&str]], semicolon: bool) -> Verdict {
        let numerals = Numerals::default();
        let seen: Vec<Evidence> = columns
            .iter()
            .map(|cells| {
                let mut evidence = Evidence::default();
                cells.iter().for_each(|cell| evidence.see(cell, &numerals));
                evidence
            })
            .collect();
        verdict(seen.iter().map(|evidence| ("x", evidence)), semicolon)
    }

    #[test]
    fn the_file_decides_or_nobody() {
        let is_open = |columns: &[&[&str]], semicolon| matches!(decide(columns, semicolon), Verdict::Open { .. });
        let comma = |columns: &[&[&str]], semicolon| matches!(decide(columns, semicolon), Verdict::Comma { .. });
        assert!(comma(&[&["7,255", "3,641"]], true), "the separator decides");
        assert!(is_open(&[&["7,255", "3,641"]], false), "nothing decides");
        assert!(comma(&[&["7,255", "3,64"]], false) && comma(&[&["0,255"]], false));
        assert!(comma(&[&["7,255"], &["1.234,5"]], false) && comma(&[&["7,255"], &["1.234.567"]], false));
        assert_eq!(decide(&[&["7,255", "1,234,567"]], false), Verdict::Point);
        assert_eq!(decide(&[&["7,255"], &["3.5"]], true), Verdict::Point, "the point is taken");
        assert_eq!(decide(&[&["7,255", "985"]], false), Verdict::Point, "three decimals would be written out");
        assert!(is_open(&[&["7,255"], &["4.255"]], true) && is_open(&[&["4.255"]], true));
        assert_eq!(decide(&[&["4.255"]], false), Verdict::Point);
        assert_eq!(decide(&[&["7,2", "north"], &["1.5"]], true), Verdict::Point, "texts say nothing");
        assert_eq!(decide(&[&["a, b"]], false), Verdict::Point);
    }
}
