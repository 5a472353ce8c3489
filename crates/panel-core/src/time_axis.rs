//! Periods: labels as people write them, and their places on the calendar.

mod period;
mod together;

use crate::diagnostics::Diagnostic;
use crate::error::{Cell, Error, Result};
use crate::number::{half_width, trim};
use period::{Period, lacks_a_long_year};
use together::read_together;

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
    /// | whole numbers (`2013`, `2013年`, `FY2013`, `２０１３`, `二〇一三年`, `'2013`) | the numbers themselves |
    /// | years of two digits across a turn of the century (`98`, `99`, `00`), where all labels are | the years |
    /// | quarters as five digits (`20134`, `20141`), where all labels are and end in different quarters | quarters |
    /// | years from a month of one year to that of the next (`2008/09`, `2008-09`, `2008-2009`), where all labels are | the first year |
    /// | months (`2013-01`, `2013/1`, `01/2013`, `2013m1`, `Jan 2013`, `2013年1月`, `201301`), quarters (`2013Q1`, `2013.Q1`, `Q1 2013`, `1Q2013`, `2013年1季度`), half-years (`2013H1`, `2013-S1`, `2013年上半年`), Stata's weeks (`2013w5`, 52 a year) | months, quarters, half-years, weeks or years: the longest of these that divides every distance |
    /// | dates (`2013-01-31`, `2013/1/31`, `2013年1月31日`, `20130131`, `31.1.2013`; `1/31/2013` and `31/1/2013` where the labels together say which is the day) on one day of the month, or all at the end of their month | as months |
    /// | other dates | days, or weeks where every distance is a whole number of them |
    /// | anything else, or two of these kinds in one column | 0, 1, 2, … in the order of the text |
    ///
    /// Beside months and days a year has four digits: of `31/12/13` nothing says which part is the year.
    ///
    /// Weeks that count to 53 or are written `2013-W05` are those of ISO 8601.
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
        let periods = read_together(&distinct);
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

    /// One period without a name, for tables without a time key.
    pub(crate) fn none() -> Self {
        Self { labels: vec![String::new()], ordinals: vec![0], frequency: Frequency::Text, odd: None }
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
        let labels: Vec<&str> = self.labels.iter().map(String::as_str).collect();
        let in_years = |period: Option<Period>| {
            let period = period?;
            let dated = if self.frequency == Frequency::Number { None } else { period.compact() };
            Some(dated.unwrap_or(period).in_years())
        };
        read_together(&labels).into_iter().map(in_years).collect()
    }

    /// That the periods have an order, as lags, leads and standard errors over time need it.
    ///
    /// # Errors
    /// [`Error::Specification`] naming a label that is no period.
    pub fn ordered(&self, name: &str) -> Result<()> {
        if self.frequency != Frequency::Text || self.len() < 2 {
            return Ok(());
        }
        if let Some(label) = self.short_year() {
            return Err(Error::Specification(format!("`{name}` has no calendar: {}", short_year_words(label))));
        }
        let label = self.odd.as_ref().unwrap_or(&self.labels[0]);
        Err(Error::Specification(format!(
            "`{name}` has no calendar, because `{label}` is not a period{}: nothing says which period comes before another; write years, quarters, months or dates (2013, 2013Q1, 2013-01, 2013-01-31)",
            if self.odd.is_some() { " like the others" } else { "" }
        )))
    }

    /// A label that would be a period if its year had four digits.
    fn short_year(&self) -> Option<&String> {
        let label = self.odd.as_ref().unwrap_or(self.labels.first()?);
        (self.frequency == Frequency::Text && lacks_a_long_year(label)).then_some(label)
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
        if let Some(label) = self.short_year() {
            let message = format!(
                "`{name}` has no calendar, and its labels stand in the order of their letters: {}",
                short_year_words(label)
            );
            return Some(Diagnostic::warning("time-as-text", message));
        }
        Some(match (self.frequency, &self.odd) {
            (Frequency::Text, Some(odd)) => Diagnostic::warning(
                "time-as-text",
                format!(
                    "`{name}` has no calendar, because `{odd}` is not a period like the others: lags and standard errors over time are refused; remove its rows, or write it like the others"
                ),
            ),
            (Frequency::Text, None) => Diagnostic::note(
                "time-as-text",
                format!("the labels of `{name}` are no periods: lags and standard errors over time are refused"),
            ),
            (frequency, _) => Diagnostic::note(
                "time-frequency",
                format!("a step of `{name}` is {}: lags and gaps count in it", frequency.step()),
            ),
        })
    }
}

/// What to do about a date whose year has two digits.
fn short_year_words(label: &str) -> String {
    format!(
        "nothing says which part of `{label}` is the year, and of which century; write years with four digits (2013-12-31, 31/12/2013, 2013-12, 2013Q4)"
    )
}

/// A label in one spelling, by which labels of two files are matched: `2013年`, `２０１３` and `2013.0` are the year 2013,
/// `2013/1` is the month `2013-01`. What is no period is only trimmed.
pub(crate) fn canonical(label: &str) -> String {
    match Period::parse(label) {
        Some(Period::Number(value)) => value.to_string(),
        Some(Period::Week { year, week }) => format!("{year}-W{week:02}"),
        Some(Period::Part { year, part, per_year: 12 }) => format!("{year}-{part:02}"),
        Some(Period::Part { year, part, per_year }) => format!("{year}:{part}/{per_year}"),
        Some(Period::Day(year, month, day)) => format!("{year}-{month:02}-{day:02}"),
        None => trim(&half_width(label)).to_owned(),
    }
}

/// Whether two labels are written in one way: periods of one kind, numbers of as many digits, or no periods both.
pub(crate) fn written_alike(one: &str, other: &str) -> bool {
    match (Period::parse(one), Period::parse(other)) {
        (Some(Period::Number(a)), Some(Period::Number(b))) => a.to_string().len() == b.to_string().len(),
        (Some(a), Some(b)) => a.same_kind(b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Whether a label is a period by itself.
pub(crate) fn is_period(label: &str) -> bool {
    Period::parse(label).is_some()
}

/// Whether a label is a half-year, quarter, month or date of a year of four digits.
pub(crate) fn is_part_of_year(label: &str) -> bool {
    match Period::parse(label) {
        Some(period @ Period::Number(_)) => period.compact().is_some(),
        Some(Period::Part { year, .. } | Period::Week { year, .. } | Period::Day(year, ..)) => {
            (1000..10_000).contains(&year)
        }
        None => false,
    }
}

/// Whether a label is a year that begins in one and ends in the next, `2013/14`.
pub(crate) fn is_span_of_years(label: &str) -> bool {
    Period::span(label).is_some()
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
        Period::Part { per_year: 52, .. } => {
            let week =
                |period: &Period| if let Period::Part { year, part, .. } = period { year * 52 + part - 1 } else { 0 };
            let weeks: Vec<i64> = known.iter().map(week).collect();
            let step = common_step(&weeks);
            let yearly = step > 0 && step % 52 == 0;
            Some(if yearly {
                (weeks.iter().map(|week| week.div_euclid(52)).collect(), Frequency::Year)
            } else {
                (weeks, Frequency::Week)
            })
        }
        Period::Week { .. } => {
            let week =
                |period: &Period| if let Period::Week { year, week } = period { monday(*year) + week - 1 } else { 0 };
            Some((known.iter().map(week).collect(), Frequency::Week))
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

/// The week in which week 1 of a year of ISO 8601 lies, counted from the one of 1970-01-01: that of the 4th of January.
fn monday(year: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    (days_from_civil(year, 1, 4) + 3).div_euclid(7)
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

    #[test]
    fn short_years_cross_the_century_and_numbers_may_be_quarters() {
        let axis = TimeAxis::new(&["97", "98", "99", "00", "01"]).expect("years");
        assert_eq!((axis.labels()[0].as_str(), axis.labels()[4].as_str()), ("97", "01"));
        assert_eq!(axis.ordinals(), [1997, 1998, 1999, 2000, 2001]);
        // Rounds of a game, and years of one century, stay numbers.
        assert_eq!(TimeAxis::new(&["01", "02", "60"]).expect("numbers").ordinals(), [1, 2, 60]);
        assert_eq!(TimeAxis::new(&["97", "98"]).expect("numbers").ordinals(), [97, 98]);
        let quarters = TimeAxis::new(&["20133", "20134", "20141"]).expect("quarters");
        assert_eq!((quarters.frequency(), quarters.ordinals()[2] - quarters.ordinals()[0]), (Frequency::Quarter, 2));
        assert_eq!(TimeAxis::new(&["20131", "20141"]).expect("numbers").frequency(), Frequency::Number);
    }

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
    fn labels_are_read_beside_each_other() {
        let cases: [(&[&str], &[i64], Frequency); 14] = [
            (&["2008/09", "2009/10", "2011/12"], &[1, 2], Frequency::Number),
            (&["1999-00", "2000-01"], &[1], Frequency::Number),
            (&["2008-2009", "2009-2010"], &[1], Frequency::Number),
            (&["2008-09", "2008-10", "2008-11"], &[1, 1], Frequency::Month),
            (&["2008-09", "2009-09"], &[1], Frequency::Year),
            (&["1/28/2013", "2/28/2013", "10/28/2013"], &[1, 8], Frequency::Month),
            (&["28/1/2013", "28/2/2013"], &[1], Frequency::Month),
            (&["1/1/2013", "2/1/2013", "10/1/2013"], &[1, 8], Frequency::Month),
            (&["31.12.2013", "31.12.2014"], &[1], Frequency::Year),
            (&["二〇一三年", "二〇一四年", "二零一六年"], &[1, 2], Frequency::Number),
            (&["'2013", "'2014"], &[1], Frequency::Number),
            (&["2013w51", "2013w52", "2014w1"], &[1, 1], Frequency::Week),
            (&["2020-W52", "2020-W53", "2021-W01"], &[1, 1], Frequency::Week),
            (&["2013H2", "2014H1"], &[1], Frequency::HalfYear),
        ];
        for (labels, distances, frequency) in cases {
            assert_eq!(steps(labels), (distances.to_vec(), frequency), "{labels:?}");
        }
        assert_eq!(steps(&["1/1/2005", "1/1/2006", "1/1/2008"]), (vec![1, 2], Frequency::Year));
        let short = axis(&["01/01/13", "01/02/13", "31/12/12"]);
        assert_eq!(short.frequency(), Frequency::Text);
        let refused = short.ordered("date").unwrap_err().to_string();
        assert!(
            refused.contains("which part of `01/01/13` is the year") && refused.contains("2013-12-31"),
            "{refused}"
        );
        assert_eq!(short.remark("date").unwrap().severity, crate::Severity::Warning);
        // Days and months that nothing tells apart have no order.
        let open = axis(&["1/2/2013", "2/1/2013", "3/4/2013"]);
        assert_eq!(open.frequency(), Frequency::Text);
        let refused = open.ordered("date").unwrap_err().to_string();
        assert!(refused.contains("`date` has no calendar, because `1/2/2013` is not a period"), "{refused}");
        assert!(axis(&["2013", "2014"]).ordered("year").is_ok() && axis(&["all"]).ordered("t").is_ok());
        assert_eq!(axis(&["2008/09", "2009/10"]).years(), Some(vec![2008.0, 2009.0]));
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
