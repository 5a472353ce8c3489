//! One label as a period.

use super::days_in_month;
use crate::number::{half_width, trim};

/// Which part of `1/2/2013` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayIs {
    First,
    Second,
}

/// What stands between a year and a part of it.
const BETWEEN: [char; 6] = ['-', ' ', '_', '.', '/', ':'];

/// A label that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Number(i64),
    /// A half-year, quarter, month or week of Stata's calendar, counted from 1.
    Part {
        year: i64,
        part: i64,
        per_year: i64,
    },
    /// A week of ISO 8601.
    Week {
        year: i64,
        week: i64,
    },
    Day(i64, i64, i64),
}

/// Larger numbers are no periods. With them steps and distances cannot overflow.
const LARGEST: i64 = 1_000_000_000_000_000;

impl Period {
    pub(super) fn parse(label: &str) -> Option<Self> {
        let half = half_width(label);
        // A quote before a number is how spreadsheets are told that it is a text.
        let text = trim(&half).trim_start_matches(['\'', '\u{2019}', '\u{2018}']);
        // A date-time at midnight is a date.
        let text = text.strip_suffix("00:00:00").and_then(|day| day.strip_suffix(['T', ' '])).unwrap_or(text);
        let plain = Self::number(text).or_else(|| Self::lettered(text)).or_else(|| Self::dashed(text));
        plain.or_else(|| Self::chinese(text)).or_else(|| Self::dotted(text)).or_else(|| Self::named_month(text))
    }

    /// A year from a month of one year to that of the next: `2008/09`, `2008-2009`, `2008/2009年`.
    pub(super) fn span(label: &str) -> Option<Self> {
        let half = half_width(label);
        let text = trim(&half).trim_end_matches('度').trim_end_matches('年');
        let (first, second) = text.split_once(['/', '-', '\u{2013}'])?;
        let (year, next) = (digits(trim(first))?, digits(trim(second))?);
        let follows = match trim(second).len() {
            4 => next == year + 1,
            2 => next == (year + 1) % 100,
            _ => false,
        };
        (trim(first).len() == 4 && follows).then_some(Self::Number(year))
    }

    /// A year in Chinese digits: `二〇一三年`.
    fn chinese(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('度').trim_end_matches('年');
        let digit = |c: char| match c {
            '〇' | '○' | '零' | 'Ｏ' | 'O' => Some(0),
            _ => "一二三四五六七八九".chars().position(|known| known == c).map(|place| place as i64 + 1),
        };
        let digits: Vec<i64> = text.chars().map(digit).collect::<Option<_>>()?;
        (digits.len() == 4 && digits[0] > 0)
            .then(|| Self::Number(digits.iter().fold(0, |year, digit| year * 10 + digit)))
    }

    /// `31.1.2013` and `2013.1.31`: with points the day comes first or last.
    fn dotted(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').map(str::trim).collect();
        let [first, month, last] = parts[..] else { return None };
        match (first.len(), last.len()) {
            (1..=2, 4) => Self::day(digits(last)?, digits(month)?, digits(first)?),
            (4, 1..=2) => Self::day(digits(first)?, digits(month)?, digits(last)?),
            _ => None,
        }
    }

    /// The first two parts and the year of `10/28/2013`.
    pub(super) fn slashed(label: &str) -> Option<([i64; 2], i64)> {
        let half = half_width(label);
        let parts: Vec<&str> = trim(&half).split(['/', '-']).map(str::trim).collect();
        let [first, second, year] = parts[..] else { return None };
        if year.len() != 4 || first.len() > 2 || second.len() > 2 {
            return None;
        }
        Some(([digits(first)?, digits(second)?], digits(year)?))
    }

    pub(super) fn year_last(label: &str, day: DayIs) -> Option<Self> {
        let ([first, second], year) = Self::slashed(label)?;
        match day {
            DayIs::First => Self::day(year, second, first),
            DayIs::Second => Self::day(year, first, second),
        }
    }

    fn number(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('度').trim_end_matches('年').trim_end();
        let text = text.strip_suffix(".0").unwrap_or(text);
        let value: i64 = text.parse().ok()?;
        (-LARGEST..=LARGEST).contains(&value).then_some(Self::Number(value))
    }

    /// `2013Q1`, `2013-m01`, `2013 H2`, `2013-S1`, `2013.Q1`, `Q1 2013`, `1Q2013`, `2013年第1季度`, `2013年上半年`, `FY2013`.
    fn lettered(text: &str) -> Option<Self> {
        if let Some(quarter) = text.strip_suffix("季度") {
            let (year, quarter) = quarter.split_once('年')?;
            let quarter = trim(quarter.trim_start_matches('第'));
            let part = ["一", "二", "三", "四"].iter().position(|word| *word == quarter);
            let part = part.map(|place| place as i64 + 1).or_else(|| digits(quarter))?;
            return Self::part(digits(year)?, part, 4);
        }
        for (half, part) in [("上半年", 1), ("下半年", 2)] {
            if let Some(year) = text.strip_suffix(half) {
                return Self::part(year_of(trim(year.trim_end_matches('年')))?, part, 2);
            }
        }
        if let Some(year) = text.strip_prefix("FY").or_else(|| text.strip_prefix("fy")) {
            return year_of(trim(year)).map(Self::Number);
        }
        Self::year_first(text).or_else(|| Self::part_first(text))
    }

    /// The place of the first letter that names a part of the year, and how many of these a year has.
    fn letter(text: &str) -> Option<(usize, i64)> {
        text.char_indices().find_map(|(at, letter)| match letter {
            'H' | 'h' | 'S' | 's' => Some((at, 2)),
            'Q' | 'q' => Some((at, 4)),
            'M' | 'm' => Some((at, 12)),
            // Stata writes its weeks with a small letter and without a dash.
            'w' => Some((at, 52)),
            'W' => Some((at, 53)),
            _ => None,
        })
    }

    fn year_first(text: &str) -> Option<Self> {
        let (at, per_year) = Self::letter(text)?;
        let year = text[..at].trim_end_matches(BETWEEN).trim_end_matches('年');
        let (year, part) = (year_of(year)?, digits(&text[at + 1..])?);
        if per_year == 53 {
            return (1..=53).contains(&part).then_some(Self::Week { year, week: part });
        }
        Self::part(year, part, per_year)
    }

    /// Quarters and half-years before their year; with a year of two digits nobody could tell which is which.
    fn part_first(text: &str) -> Option<Self> {
        let (at, per_year) = Self::letter(text).filter(|(_, per_year)| *per_year <= 4)?;
        let place = text.len().checked_sub(4).filter(|&place| text.is_char_boundary(place) && place > at)?;
        let (before, between) = (&text[..at], text[at + 1..place].trim_end_matches(BETWEEN));
        let part = match (before, between) {
            ("", part) | (part, "") if part.len() == 1 => digits(part)?,
            _ => return None,
        };
        Self::part(year_of(&text[place..])?, part, per_year)
    }

    /// `Jan 2013`, `2013-January`.
    fn named_month(text: &str) -> Option<Self> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let (first, second) = text.split_once(BETWEEN)?;
        let (first, second) = (trim(first).trim_end_matches('.'), trim(second).trim_end_matches('.'));
        let (name, year) = match year_of(first) {
            Some(year) => (second, year),
            None => (first, year_of(second)?),
        };
        let name = name.to_lowercase();
        let is = |month: &&str| name.len() >= 3 && month.starts_with(&name);
        Self::part(year, MONTHS.iter().position(is)? as i64 + 1, 12)
    }

    /// `2013-01`, `2013/1`, `2013年1月`, and with a day; `01/2013`.
    fn dashed(text: &str) -> Option<Self> {
        // What is called a year is one, however many digits it has.
        let year = |year: &str| if text.contains('年') { digits(year) } else { year_of(year) };
        let unified = text.replace(['年', '月', '/'], "-").replace(['日', '号'], "");
        let parts: Vec<&str> = unified.trim_end_matches('-').split('-').map(str::trim).collect();
        match parts[..] {
            [month, last] if month.len() <= 2 && last.len() == 4 => Self::part(year_of(last)?, digits(month)?, 12),
            [first, month] => Self::part(year(first)?, digits(month)?, 12),
            [first, month, day] => Self::day(year(first)?, digits(month)?, digits(day)?),
            _ => None,
        }
    }

    pub(super) fn part(year: i64, part: i64, per_year: i64) -> Option<Self> {
        (1..=per_year).contains(&part).then_some(Self::Part { year, part, per_year })
    }

    fn day(year: i64, month: i64, day: i64) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day))
            .then_some(Self::Day(year, month, day))
    }

    /// A whole number that reads as year and month, or as a date: `201301`, `20130131`.
    pub(super) fn compact(self) -> Option<Self> {
        let Self::Number(value) = self else { return None };
        let plausible = |year: i64| (1800..2200).contains(&year);
        match value {
            100_000..=999_999 if plausible(value / 100) => Self::part(value / 100, value % 100, 12),
            10_000_000..=99_999_999 if plausible(value / 10_000) => {
                Self::day(value / 10_000, value / 100 % 100, value % 100)
            }
            _ => None,
        }
    }

    pub(super) fn in_years(self) -> f64 {
        match self {
            Self::Number(value) => value as f64,
            Self::Part { year, part, per_year } => year as f64 + (part - 1) as f64 / per_year as f64,
            Self::Week { year, week } => year as f64 + (week - 1) as f64 * 7.0 / 365.25,
            Self::Day(year, month, day) => year as f64 + ((month - 1) as f64 + (day - 1) as f64 / 31.0) / 12.0,
        }
    }

    pub(super) fn same_kind(self, other: Self) -> bool {
        match (self, other) {
            (Self::Part { per_year: a, .. }, Self::Part { per_year: b, .. }) => a == b,
            (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
        }
    }
}

/// Up to five digits: no year, month or day has more.
pub(super) fn digits(text: &str) -> Option<i64> {
    (text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The year that exactly four digits are; in fewer nothing says which part of a date they are, and of which century.
fn year_of(text: &str) -> Option<i64> {
    digits(text).filter(|_| text.len() == 4)
}

/// Whether a label is a date, month or quarter in whose parts no year of four digits is: `31/12/13`, `13-01`, `Jan-13`, `1Q13`.
pub(super) fn lacks_a_long_year(label: &str) -> bool {
    let half = half_width(label);
    let text = trim(&half);
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ', 'Q', 'q', 'H', 'h']).collect();
    let short = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let month = |part: &&str| part.len() >= 3 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let n_short = parts.iter().filter(|part| short(part)).count();
    let others: Vec<&&str> = parts.iter().filter(|part| !short(part)).collect();
    match others[..] {
        [] => (2..=3).contains(&n_short),
        [name] => month(name) && (1..=2).contains(&n_short) && Period::named_month(&format!("{name} 2000")).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_have_four_digits_beside_months_and_days() {
        for label in ["31/12/13", "01-01-13", "1/31/13", "13-01", "01/13", "31.12.05", "Jan-13", "1Q13", "1Q03", "13Q1"]
        {
            assert_eq!(Period::parse(label), None, "{label}");
            assert!(lacks_a_long_year(label), "{label}");
        }
        for label in ["before", "2013-01", "12", "Paris-13", "2013-13", "a-b"] {
            assert!(!lacks_a_long_year(label), "{label}");
        }
        assert_eq!(Period::parse("102年1月"), Some(Period::Part { year: 102, part: 1, per_year: 12 }));
    }

    #[test]
    fn parts_of_a_year_stand_before_it_or_behind() {
        let part = |part, per_year| Some(Period::Part { year: 2013, part, per_year });
        for (label, expected) in [
            ("2013-S1", part(1, 2)),
            ("2013S2", part(2, 2)),
            ("2013年上半年", part(1, 2)),
            ("2013年下半年", part(2, 2)),
            ("H2 2013", part(2, 2)),
            ("Q1 2013", part(1, 4)),
            ("Q1-2013", part(1, 4)),
            ("1Q2013", part(1, 4)),
            ("4q 2013", part(4, 4)),
            ("2013.Q3", part(3, 4)),
            ("01/2013", part(1, 12)),
            ("12-2013", part(12, 12)),
            ("Jan 2013", part(1, 12)),
            ("September-2013", part(9, 12)),
            ("2013 Dec", part(12, 12)),
            ("FY2013", Some(Period::Number(2013))),
        ] {
            assert_eq!(Period::parse(label), expected, "{label}");
        }
        for label in ["Q5 2013", "5Q2013", "13/2013", "Mar", "M2013", "Ma 2013", "FY13", "12Q2013"] {
            assert_eq!(Period::parse(label), None, "{label}");
        }
    }
}
