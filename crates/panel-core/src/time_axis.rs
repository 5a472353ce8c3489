//! Periods: labels as people write them, and their places on the calendar.

use crate::diagnostics::Diagnostic;
use crate::error::{Cell, Error, Result};
use crate::number::{half_width, trim};

/// How far apart two neighbouring places of a [`TimeAxis`] are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frequency {
    /// Whole numbers, mostly years: their own places.
    Number,
    /// A year, of dates, months or quarters that stand at one point of the year.
    Year,
    /// Six months.
    HalfYear,
    /// Three months.
    Quarter,
    /// A month.
    Month,
    /// Seven days.
    Week,
    /// A day.
    Day,
    /// No calendar: the labels are texts and count 0, 1, 2, … in the order of the text.
    Text,
}

impl Frequency {
    /// One step in words.
    #[must_use]
    pub fn step(self) -> &'static str {
        match self {
            Self::Number => "one",
            Self::Year => "one year",
            Self::HalfYear => "half a year",
            Self::Quarter => "one quarter",
            Self::Month => "one month",
            Self::Week => "one week",
            Self::Day => "one day",
            Self::Text => "one label",
        }
    }
}

/// The periods of a panel: labels as read, sorted, with their place on the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeAxis {
    labels: Vec<String>,
    ordinals: Vec<i64>,
    frequency: Frequency,
    /// The label that is no period while others are.
    odd: Option<String>,
}

impl TimeAxis {
    /// Sorts distinct labels and gives each its place on the calendar.
    ///
    /// | labels | places |
    /// |---|---|
    /// | whole numbers (`2013`, `2013年`, `２０１３`) | the numbers themselves |
    /// | months (`2013-01`, `2013/1`, `2013m1`, `2013年1月`, `201301`), quarters (`2013Q1`, `2013年1季度`), half-years (`2013H1`) | months, quarters, half-years or years: the longest of these that divides every distance |
    /// | dates (`2013-01-31`, `2013/1/31`, `2013年1月31日`, `20130131`) on one day of the month, or all at the end of their month | as months |
    /// | other dates | days, or weeks where every distance is a whole number of them |
    /// | anything else, or two of these kinds in one column | 0, 1, 2, … in the order of the text |
    ///
    /// So yearly dates are one apart, quarterly months too, and a gap is more than one. [`TimeAxis::frequency`] says which it
    /// is, [`TimeAxis::remark`] says it in words.
    ///
    /// # Errors
    /// [`Error::SamePeriod`] where two labels are one period (`2013` and `2013年`).
    pub fn new<S: AsRef<str>>(labels: &[S]) -> Result<Self> {
        Self::of_key("time", None, labels)
    }

    /// The same for a key of that name, read from `file`.
    pub(crate) fn of_key<S: AsRef<str>>(name: &str, file: Option<&str>, labels: &[S]) -> Result<Self> {
        let mut distinct: Vec<&str> = labels.iter().map(AsRef::as_ref).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let periods: Vec<Option<Period>> = distinct.iter().map(|label| Period::parse(label)).collect();
        let (ordinals, frequency) = match place(&periods) {
            Some(placed) => placed,
            None => ((0..distinct.len() as i64).collect(), Frequency::Text),
        };
        let mut order: Vec<usize> = (0..distinct.len()).collect();
        order.sort_by_key(|&i| ordinals[i]);
        if let Some(twins) = order.windows(2).find(|pair| ordinals[pair[0]] == ordinals[pair[1]]) {
            let (first, second) = (distinct[twins[0]].to_owned(), distinct[twins[1]].to_owned());
            let cell = Cell { file: file.map(str::to_owned), column: Some(name.to_owned()), ..Cell::default() };
            return Err(Error::SamePeriod { cell: Box::new(cell), first, second });
        }
        let odd = (frequency == Frequency::Text).then(|| odd_one(&distinct, &periods)).flatten();
        Ok(Self {
            labels: order.iter().map(|&i| distinct[i].to_owned()).collect(),
            ordinals: order.iter().map(|&i| ordinals[i]).collect(),
            frequency,
            odd,
        })
    }

    /// The same calendar with some of its periods.
    pub(crate) fn part(&self, labels: Vec<String>, ordinals: Vec<i64>) -> Self {
        Self { labels, ordinals, frequency: self.frequency, odd: self.odd.clone() }
    }

    /// Labels as read, in calendar order.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Calendar place of each period; consecutive periods differ by one, a gap by more.
    #[must_use]
    pub fn ordinals(&self) -> &[i64] {
        &self.ordinals
    }

    /// How far apart neighbouring places are.
    #[must_use]
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// Place of each period in years, the beginning of the period: `2015-04` is 2015.25. `None` where a label is no period.
    #[must_use]
    pub fn years(&self) -> Option<Vec<f64>> {
        let in_years = |label: &String| {
            let period = Period::parse(label)?;
            let dated = if self.frequency == Frequency::Number { None } else { period.compact() };
            Some(dated.unwrap_or(period).in_years())
        };
        self.labels.iter().map(in_years).collect()
    }

    /// Number of periods.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no period.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// What a user should know of the calendar of the key `name`: a note on dates, months and quarters, a warning where
    /// one label turns the others into text; nothing for whole numbers.
    #[must_use]
    pub fn remark(&self, name: &str) -> Option<Diagnostic> {
        if self.len() < 2 || self.frequency == Frequency::Number {
            return None;
        }
        Some(match (self.frequency, &self.odd) {
            (Frequency::Text, Some(odd)) => Diagnostic::warning(
                "time-as-text",
                format!(
                    "`{name}` has no calendar, because `{odd}` is not a period like the others: lags go back one label in the order of the text and see no gap; remove its rows, or write it like the others"
                ),
            ),
            (Frequency::Text, None) => Diagnostic::note(
                "time-as-text",
                format!("the labels of `{name}` are no periods: lags go back one label in the order of the text"),
            ),
            (frequency, _) => Diagnostic::note(
                "time-frequency",
                format!("a step of `{name}` is {}: lags and gaps count in it", frequency.step()),
            ),
        })
    }
}

/// A label in one spelling, by which labels of two files are matched: `2013年`, `２０１３` and `2013.0` are the year 2013,
/// `2013/1` is the month `2013-01`. What is no period is only trimmed.
pub(crate) fn canonical(label: &str) -> String {
    match Period::parse(label) {
        Some(Period::Number(value)) => value.to_string(),
        Some(Period::Part { year, part, per_year: 12 }) => format!("{year}-{part:02}"),
        Some(Period::Part { year, part, per_year }) => format!("{year}:{part}/{per_year}"),
        Some(Period::Day(year, month, day)) => format!("{year}-{month:02}-{day:02}"),
        None => trim(&half_width(label)).to_owned(),
    }
}

/// Whether a label is a half-year, quarter, month or date of a year of four digits.
pub(crate) fn is_part_of_year(label: &str) -> bool {
    match Period::parse(label) {
        Some(period @ Period::Number(_)) => period.compact().is_some(),
        Some(Period::Part { year, .. } | Period::Day(year, ..)) => (1000..10_000).contains(&year),
        None => false,
    }
}

/// A label that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Number(i64),
    /// A half-year, quarter or month, counted from 1.
    Part {
        year: i64,
        part: i64,
        per_year: i64,
    },
    Day(i64, i64, i64),
}

/// Larger numbers are no periods. With them steps and distances cannot overflow.
const LARGEST: i64 = 1_000_000_000_000_000;

impl Period {
    fn parse(label: &str) -> Option<Self> {
        let half = half_width(label);
        let text = trim(&half);
        // A date-time at midnight is a date.
        let text = text.strip_suffix("00:00:00").and_then(|day| day.strip_suffix(['T', ' '])).unwrap_or(text);
        Self::number(text).or_else(|| Self::lettered(text)).or_else(|| Self::dashed(text))
    }

    fn number(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('度').trim_end_matches('年').trim_end();
        let text = text.strip_suffix(".0").unwrap_or(text);
        let value: i64 = text.parse().ok()?;
        (-LARGEST..=LARGEST).contains(&value).then_some(Self::Number(value))
    }

    /// `2013Q1`, `2013-m01`, `2013 H2`, `2013年第1季度`.
    fn lettered(text: &str) -> Option<Self> {
        if let Some(quarter) = text.strip_suffix("季度") {
            let (year, quarter) = quarter.split_once('年')?;
            let quarter = trim(quarter.trim_start_matches('第'));
            let part = ["一", "二", "三", "四"].iter().position(|word| *word == quarter);
            let part = part.map(|place| place as i64 + 1).or_else(|| digits(quarter))?;
            return Self::part(digits(year)?, part, 4);
        }
        let (at, per_year) = text.char_indices().find_map(|(at, letter)| match letter {
            'H' | 'h' => Some((at, 2)),
            'Q' | 'q' => Some((at, 4)),
            'M' | 'm' => Some((at, 12)),
            _ => None,
        })?;
        let year = text[..at].trim_end_matches(['-', ' ', '_', '年']);
        Self::part(digits(year)?, digits(&text[at + 1..])?, per_year)
    }

    /// `2013-01`, `2013/1`, `2013年1月`, and with a day.
    fn dashed(text: &str) -> Option<Self> {
        let unified = text.replace(['年', '月', '/'], "-").replace(['日', '号'], "");
        let parts: Vec<&str> = unified.trim_end_matches('-').split('-').map(str::trim).collect();
        match parts[..] {
            [year, month] => Self::part(digits(year)?, digits(month)?, 12),
            [year, month, day] => Self::day(digits(year)?, digits(month)?, digits(day)?),
            _ => None,
        }
    }

    fn part(year: i64, part: i64, per_year: i64) -> Option<Self> {
        (1..=per_year).contains(&part).then_some(Self::Part { year, part, per_year })
    }

    fn day(year: i64, month: i64, day: i64) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day))
            .then_some(Self::Day(year, month, day))
    }

    /// A whole number that reads as year and month, or as a date: `201301`, `20130131`.
    fn compact(self) -> Option<Self> {
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

    fn in_years(self) -> f64 {
        match self {
            Self::Number(value) => value as f64,
            Self::Part { year, part, per_year } => year as f64 + (part - 1) as f64 / per_year as f64,
            Self::Day(year, month, day) => year as f64 + ((month - 1) as f64 + (day - 1) as f64 / 31.0) / 12.0,
        }
    }

    fn same_kind(self, other: Self) -> bool {
        match (self, other) {
            (Self::Part { per_year: a, .. }, Self::Part { per_year: b, .. }) => a == b,
            (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
        }
    }
}

/// Up to five digits: no year, month or day has more.
fn digits(text: &str) -> Option<i64> {
    (text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Places of periods of one kind.
fn place(periods: &[Option<Period>]) -> Option<(Vec<i64>, Frequency)> {
    let known: Vec<Period> = periods.iter().copied().collect::<Option<_>>()?;
    let first = *known.first()?;
    if !known.iter().all(|period| period.same_kind(first)) {
        return None;
    }
    let compact: Option<Vec<Period>> = known.iter().map(|period| period.compact()).collect();
    let known = match compact {
        Some(compact) if compact.iter().all(|period| period.same_kind(compact[0])) => compact,
        _ => known,
    };
    match known[0] {
        Period::Number(_) => {
            let values = known.iter().map(|period| if let Period::Number(value) = period { *value } else { 0 });
            Some((values.collect(), Frequency::Number))
        }
        Period::Part { per_year, .. } => {
            let month = |period: &Period| match period {
                Period::Part { year, part, .. } => year * 12 + (part - 1) * (12 / per_year),
                _ => 0,
            };
            Some(months(known.iter().map(month).collect(), 12 / per_year))
        }
        Period::Day(..) => {
            let dates: Vec<(i64, i64, i64)> = known
                .iter()
                .filter_map(|period| if let Period::Day(y, m, d) = period { Some((*y, *m, *d)) } else { None })
                .collect();
            let one_day = dates.iter().all(|date| date.2 == dates[0].2);
            let month_ends = dates.iter().all(|&(year, month, day)| day == days_in_month(year, month));
            if one_day || month_ends {
                return Some(months(dates.iter().map(|(year, month, _)| year * 12 + month - 1).collect(), 1));
            }
            let days: Vec<i64> = dates.into_iter().map(|(y, m, d)| days_from_civil(y, m, d)).collect();
            let step = common_step(&days);
            let weeks = step > 0 && step % 7 == 0;
            Some(if weeks {
                (days.iter().map(|day| day.div_euclid(7)).collect(), Frequency::Week)
            } else {
                (days, Frequency::Day)
            })
        }
    }
}

/// Months as years, half-years or quarters where every distance is a whole number of them; never finer than `natural`
/// months.
fn months(places: Vec<i64>, natural: i64) -> (Vec<i64>, Frequency) {
    let step = common_step(&places);
    let unit = [12, 6, 3].into_iter().find(|unit| step > 0 && step % unit == 0).unwrap_or(natural);
    let frequency = match unit {
        12 => Frequency::Year,
        6 => Frequency::HalfYear,
        3 => Frequency::Quarter,
        _ => Frequency::Month,
    };
    (places.iter().map(|place| place.div_euclid(unit)).collect(), frequency)
}

/// Greatest common divisor of the distances; 0 for fewer than two places.
fn common_step(places: &[i64]) -> i64 {
    let gcd = |mut a: i64, mut b: i64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    places.iter().fold(0, |step, place| gcd(step, (place - places[0]).abs()))
}

/// The first label that is not of the kind of most others, if any are periods.
fn odd_one(labels: &[&str], periods: &[Option<Period>]) -> Option<String> {
    let like = |period: Period| periods.iter().flatten().filter(|other| other.same_kind(period)).count();
    // Few kinds exist, so the first label of each stands for it.
    let mut kinds: Vec<Period> = Vec::new();
    for period in periods.iter().flatten() {
        if !kinds.iter().any(|kind| kind.same_kind(*period)) {
            kinds.push(*period);
        }
    }
    let main = kinds.into_iter().rev().max_by_key(|kind| like(*kind))?;
    let odd = periods.iter().position(|period| period.is_none_or(|period| !period.same_kind(main)))?;
    Some(labels[odd].to_owned())
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(labels: &[&str]) -> TimeAxis {
        TimeAxis::new(labels).unwrap()
    }

    /// Distances between neighbours, and the frequency.
    fn steps(labels: &[&str]) -> (Vec<i64>, Frequency) {
        let axis = axis(labels);
        (axis.ordinals().windows(2).map(|pair| pair[1] - pair[0]).collect(), axis.frequency())
    }

    #[test]
    fn dates_count_in_the_longest_step_that_fits() {
        let cases: [(&[&str], &[i64], Frequency); 16] = [
            (&["2011-01-01", "2010-12-01"], &[1], Frequency::Month),
            (&["2013-12-31", "2014-12-31", "2016-12-31"], &[1, 2], Frequency::Year),
            (&["2013-03-31", "2013-06-30", "2013-12-31"], &[1, 2], Frequency::Quarter),
            (&["2013-01-31", "2013-02-28", "2013-03-31"], &[1, 1], Frequency::Month),
            (&["2012-02-29", "2013-02-28"], &[1], Frequency::Year),
            (&["2013-01-07", "2013-01-14", "2013-01-28"], &[1, 2], Frequency::Week),
            (&["2013-01-07", "2013-01-08", "2013-01-10"], &[1, 2], Frequency::Day),
            (&["2013-12", "2014-12"], &[1], Frequency::Year),
            (&["2013/12", "2014/1"], &[1], Frequency::Month),
            (&["2013年12月", "2014年1月"], &[1], Frequency::Month),
            (&["2013q4", "2014Q1", "2014-Q3"], &[1, 2], Frequency::Quarter),
            (&["2013年第4季度", "2014年一季度"], &[1], Frequency::Quarter),
            (&["2013m12", "2014M01"], &[1], Frequency::Month),
            (&["201312", "201401"], &[1], Frequency::Month),
            (&["20131231", "20141231"], &[1], Frequency::Year),
            (&["2013H2", "2014h1"], &[1], Frequency::HalfYear),
        ];
        for (labels, distances, frequency) in cases {
            assert_eq!(steps(labels), (distances.to_vec(), frequency), "{labels:?}");
        }
    }

    #[test]
    fn years_are_their_own_places_however_they_are_written() {
        let axis = axis(&["２０１５", "2013年", "2014"]);
        assert_eq!((axis.ordinals(), axis.frequency()), (&[2013, 2014, 2015][..], Frequency::Number));
        assert_eq!(axis.labels()[2], "２０１５");
        assert_eq!(axis.remark("year"), None);
        // Every fifth year has four years in between.
        assert_eq!(steps(&["2000", "2005", "2010"]).0, [5, 5]);
    }

    #[test]
    fn one_period_in_two_spellings_is_an_error() {
        for labels in [["2013", "2013年"], ["1", "01"], ["2013-1", "2013年1月"]] {
            let error = TimeAxis::new(&labels).unwrap_err().to_string();
            assert!(error.contains(labels[0]) && error.contains(labels[1]), "{error}");
        }
    }

    #[test]
    fn a_label_that_is_no_period_is_named() {
        let axis = axis(&["2013", "2014", "合计"]);
        assert_eq!((axis.ordinals(), axis.frequency()), (&[0, 1, 2][..], Frequency::Text));
        let remark = axis.remark("year").unwrap();
        assert!(remark.severity == crate::Severity::Warning && remark.message.contains("`合计`"), "{remark}");
        let mixed = TimeAxis::new(&["2013-01", "2013-02", "2013"]).unwrap().remark("t").unwrap();
        assert!(mixed.message.contains("`2013` is not"), "{mixed}");
        assert_eq!(TimeAxis::new(&["before", "after"]).unwrap().remark("t").unwrap().severity, crate::Severity::Note);
    }

    #[test]
    fn labels_that_could_overflow_are_texts() {
        for label in ["9223372036854775807", "9223372036854775807-01", "99999999-01-01", "2013-02-30", "2013-13"] {
            assert_eq!(axis(&[label, "x"]).frequency(), Frequency::Text, "{label}");
            assert_eq!(Period::parse(label), None, "{label}");
        }
    }
}
