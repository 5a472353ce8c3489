//! Which sign is the decimal one, by what the columns of a file say.
//!
//! A sign before exactly three digits (`7,255`) can be either. What decides, column by column:
//!
//! | in the column | says |
//! |---|---|
//! | another number of digits behind the sign (`7,25`, `0,255`, `1234,567`), or blanks between groups before it (`1 234,567`) | the sign is the decimal one |
//! | the sign twice in a number (`1,234,567`), or the other sign behind it (`1,234.5`), or the other sign as a decimal one (`985.5`) | it separates thousands |
//! | whole numbers from 100 on that are more than twice as large as any cell with the sign read as a decimal (`985` beside `1,234`) | it separates thousands: the column goes on from hundreds to thousands |
//! | three and more whole numbers below 1000, more than a tenth of the column, beside a cell that ends in 0 (`12`, `985`, `850,120`) | it separates thousands: a writer of decimals who keeps the last 0 would have written `12,000` |
//! | whole numbers from 100 on beside points that all stand before three digits (`620` beside `450.123`) | the point may do either |
//! | a whole number from 1000 on without the sign | nothing of the two above |
//!
//! A column that decides nothing is read as the rest of the file writes (a decimal point in any column, say), except where
//! semicolons separate the fields, as programs do where the comma is the decimal sign: there a point in another column
//! contradicts the separator, and nothing is read. Whole numbers such as `7` among `7,255` decide nothing either.

use super::{Numerals, Reading};
use crate::number::{half_width, is_missing_token, trim, with_minus};

/// What the cells of a column say about one of the two signs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sign {
    /// The first cell in which it can only be the decimal sign.
    pub(crate) decimal: Option<String>,
    /// A cell in which it can only separate thousands.
    pub(crate) group: bool,
    /// The first cell in which it can be either.
    pub(crate) either: Option<String>,
    /// How many cells there are of these, the largest of them read with decimals, and whether one ends in 0.
    n_either: usize,
    largest: f64,
    ends_in_zero: bool,
}

impl Sign {
    fn see(&mut self, text: &str, cell: &str, sign: char) -> bool {
        match one_kind(text, sign) {
            Kind::Decimal => _ = self.decimal.get_or_insert_with(|| cell.to_owned()),
            Kind::Group => self.group = true,
            Kind::Either => {
                self.either.get_or_insert_with(|| cell.to_owned());
                self.n_either += 1;
                self.largest = self.largest.max(text.replace(sign, ".").parse().unwrap_or(0.0));
                self.ends_in_zero |= text.ends_with('0');
            }
            Kind::Neither => return false,
        }
        true
    }

    fn merge(&mut self, later: Self) {
        self.decimal = self.decimal.take().or(later.decimal);
        self.group |= later.group;
        self.either = self.either.take().or(later.either);
        self.n_either += later.n_either;
        self.largest = self.largest.max(later.largest);
        self.ends_in_zero |= later.ends_in_zero;
    }
}

/// What the cells of a column say about its decimal sign.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) comma: Sign,
    pub(crate) point: Sign,
    /// How many cells are whole numbers from 1 to 999, and the largest.
    small: usize,
    largest_small: u32,
    /// A whole number from 1000 on without any sign.
    large: bool,
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
            return self.see_whole(cell);
        }
        let trimmed = trim(cell);
        if is_missing_token(trimmed, &numerals.missing) {
            return;
        }
        let half = half_width(trimmed);
        let signed = with_minus(trim(&half));
        let text = signed.strip_prefix(['-', '+']).unwrap_or(&signed);
        let text = text.strip_suffix('%').map_or(text, str::trim_end);
        let (commas, points) = (text.matches(',').count(), text.matches('.').count());
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !text.split([',', '.']).all(digits) {
            let reads = |comma| {
                let other = Numerals { decimal_comma: comma, ..numerals.clone() };
                other.read_dressed(cell) != Reading::Text
            };
            // With blanks between groups or a mark behind it the number is told by the reading that works.
            match (reads(false), reads(true)) {
                (false, false) => self.other = true,
                (false, true) => _ = self.comma.decimal.get_or_insert_with(|| trimmed.to_owned()),
                (true, false) => _ = self.point.decimal.get_or_insert_with(|| trimmed.to_owned()),
                (true, true) => {}
            }
            return;
        }
        let known = match (commas, points) {
            (0, 0) => {
                self.see_whole(text);
                true
            }
            (1.., 1..) => {
                let by_comma = text.rfind([',', '.']).is_some_and(|at| text.as_bytes()[at] == b',');
                let (last, first, n) = if by_comma {
                    (&mut self.comma, &mut self.point, commas)
                } else {
                    (&mut self.point, &mut self.comma, points)
                };
                if n == 1 {
                    last.decimal.get_or_insert_with(|| trimmed.to_owned());
                    first.group = true;
                }
                n == 1
            }
            (_, 0) => self.comma.see(text, trimmed, ','),
            (0, _) => self.point.see(text, trimmed, '.'),
        };
        self.other |= !known;
    }

    fn see_whole(&mut self, digits: &str) {
        if digits.starts_with('0') {
            return;
        }
        if digits.len() > 3 {
            self.large = true;
            return;
        }
        self.small += 1;
        self.largest_small = self.largest_small.max(digits.parse().unwrap_or(0));
    }

    /// Takes what other cells of the column say into account; these come later.
    pub(crate) fn merge(&mut self, later: Self) {
        self.comma.merge(later.comma);
        self.point.merge(later.point);
        self.small += later.small;
        self.largest_small = self.largest_small.max(later.largest_small);
        self.large |= later.large;
        self.other |= later.other;
    }

    /// Whether the whole numbers of the column say that a sign separates thousands.
    fn goes_on_in_thousands(&self, sign: &Sign) -> bool {
        let beyond = self.largest_small >= 100 && f64::from(self.largest_small) > 2.0 * sign.largest;
        let common = self.small >= 3 && 10 * self.small > self.small + sign.n_either && sign.ends_in_zero;
        sign.n_either > 0 && sign.decimal.is_none() && !self.large && (beyond || common)
    }

    /// Whether points could separate thousands although nothing says that they do: each stands before three digits, and a
    /// whole number of three digits has none (`331.901` beside `620`).
    fn may_group_by_point(&self) -> bool {
        self.point.n_either > 0 && self.point.decimal.is_none() && !self.large && self.largest_small >= 100
    }

    /// Whether the column says that its points separate thousands although those of another are decimal signs. Of a few
    /// cells one may be whole by chance.
    pub(crate) fn contradicts_points(&self) -> bool {
        !self.other && self.point.n_either >= 3 && self.goes_on_in_thousands(&self.point)
    }

    /// Whether the column alone says that its commas separate thousands.
    fn groups_by_comma(&self) -> bool {
        self.comma.group || self.point.decimal.is_some() || self.goes_on_in_thousands(&self.comma)
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

/// Decides how the columns write their numbers (see the head of the file); `semicolon` says that semicolons separate fields.
pub(crate) fn verdict<'a>(columns: impl Iterator<Item = (&'a str, &'a Evidence)> + Clone, semicolon: bool) -> Verdict {
    let numbers = || columns.clone().filter(|(_, evidence)| !evidence.other);
    let any = |test: fn(&Evidence) -> bool| numbers().any(|(_, evidence)| test(evidence));
    let first = |cell: &dyn Fn(&'a Evidence) -> Option<&'a String>| {
        numbers().find_map(|(name, e)| cell(e).map(|cell| (name.to_owned(), cell.clone())))
    };
    let undecided_comma = first(&|e| e.comma.either.as_ref().filter(|_| !e.groups_by_comma()));
    let point = first(&|e| e.point.decimal.as_ref());
    if any(|e| e.comma.group) {
        return Verdict::Point;
    }
    if let Some((_, also)) = point {
        let contradiction = first(&|e| e.point.either.as_ref().filter(|_| e.contradicts_points()));
        if contradiction.is_some() {
            return open(contradiction, Some(also));
        }
        return if semicolon { open(undecided_comma, Some(also)) } else { Verdict::Point };
    }
    if any(|e| e.comma.decimal.is_some() || e.point.group) {
        // A column that goes on in thousands contradicts the one that has decimals.
        return match first(&|e| e.comma.either.as_ref().filter(|_| e.goes_on_in_thousands(&e.comma))) {
            None => Verdict::Comma { by_separator: None },
            found => open(found, first(&|e| e.comma.decimal.as_ref()).map(|(_, also)| also)),
        };
    }
    let point_either = first(&|e| e.point.either.as_ref());
    if semicolon {
        let beside_small = first(&|e| e.comma.either.as_ref().filter(|_| e.small > 0));
        let comma_either = first(&|e| e.comma.either.as_ref());
        return match (comma_either, point_either) {
            (None, None) => Verdict::Point,
            (Some(_), None) if beside_small.is_some() => open(beside_small, None),
            (Some(by), None) => Verdict::Comma { by_separator: Some(by) },
            (Some(found), Some((_, also))) => open(Some(found), Some(also)),
            (None, found) => open(found, None),
        };
    }
    let in_thousands = || {
        let doubtful = |e: &Evidence| e.goes_on_in_thousands(&e.point) || e.may_group_by_point();
        first(&|e| e.point.either.as_ref().filter(|_| doubtful(e)))
    };
    open(undecided_comma.or_else(in_thousands), None)
}

fn open(found: Option<(String, String)>, also: Option<String>) -> Verdict {
    match found {
        Some((column, cell)) => Verdict::Open { column, cell, also },
        None => Verdict::Point,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(is_open(&[&["7,255"], &["3.5"]], true), "the separator and the other column contradict each other");
        assert!(is_open(&[&["7,255"], &["4708.90"]], true));
        assert_eq!(decide(&[&["7,255"], &["3.5"]], false), Verdict::Point, "the point is taken");
        assert_eq!(decide(&[&["1,255", "985"], &["3.5"]], true), Verdict::Point, "the column says so, too");
        assert_eq!(decide(&[&["7,255", "985"]], false), Verdict::Point, "from hundreds to thousands");
        assert!(is_open(&[&["7,255", "3,641", "7"]], false), "7 or 7000 beside 7.255 or 7255");
        assert!(is_open(&[&["7,255", "12", "3540"]], false), "a whole number beyond a thousand has no comma");
        assert!(is_open(&[&["1,255", "985", "3540"]], false));
        let counts: &[&str] = &["3", "12", "57", "850,120", "412,331"];
        assert_eq!(decide(&[counts], false), Verdict::Point, "12,000 would have its zeros, too");
        assert!(is_open(&[&["7,25"], &["1,234", "985"]], false), "two columns contradict each other");
        assert!(is_open(&[&["7,255"], &["4.255"]], true) && is_open(&[&["4.255"]], true));
        assert_eq!(decide(&[&["4.255"]], false), Verdict::Point);
        assert!(is_open(&[&["33.281", "985"]], false), "985 beside 33281");
        assert_eq!(decide(&[&["33.281", "985"], &["0.5"]], false), Verdict::Point, "points are decimal elsewhere");
        assert!(
            is_open(&[&["1.281", "1.02", "985"], &["1.281", "2.022", "1.305", "985"]], false),
            "elsewhere, not here"
        );
        assert_eq!(decide(&[&["33.281", "12"]], false), Verdict::Point);
        assert!(is_open(&[&["450.123", "620"]], false), "620 beside 450.123 or 450123");
        assert_eq!(decide(&[&["450.123", "620", "1500"]], false), Verdict::Point, "1500 has no point");
        assert_eq!(decide(&[&["450.123", "620", "12.5"]], false), Verdict::Point);
        assert_eq!(decide(&[&["7,2", "north"], &["1.5"]], true), Verdict::Point, "texts say nothing");
        assert_eq!(decide(&[&["a, b"]], false), Verdict::Point);
        assert!(comma(&[&["4 708,900", "5 712,300"]], false) && comma(&[&["7,255"], &["4 708,9*"]], false));
        assert_eq!(decide(&[&["7,255"], &["4.25 e"]], false), Verdict::Point);
    }
}
