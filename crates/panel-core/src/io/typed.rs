//! Text columns that are numbers after all.

use super::options::ReadOptions;
use crate::column::{Column, TextColumn};
use crate::error::{Error, Result};
use crate::number::{is_missing_token, trim};
use crate::numerals::{
    Dress, Evidence, GROUPS, MARKS, NO_PERCENT, Numerals, PERCENT, PLAIN, Reading, Verdict, is_unit, verdict,
};

/// What becomes of a column of texts.
pub(crate) struct Typed {
    pub(crate) column: Column,
    /// The text as written where numbers print otherwise: leading zeros, digits beyond those of a double, marks.
    pub(crate) written: Option<TextColumn>,
    /// A word that was read as missing in a column of text, and in how many rows.
    pub(crate) dropped: Option<(String, usize)>,
    /// Whether `NA` was kept, since it stands among codes of its kind.
    pub(crate) kept_na: bool,
}

impl From<Column> for Typed {
    fn from(column: Column) -> Self {
        Self { column, written: None, dropped: None, kept_na: false }
    }
}

/// A column from texts: numbers if every present text is one, else text with missing-value tokens removed.
///
/// A column that is kept as text is text throughout, and only empty cells and the texts of `missing` are missing in it:
/// `NA` is a country code there.
pub(crate) fn typed(text: TextColumn, numerals: &Numerals, keep_text: bool) -> Typed {
    let readings: Vec<Reading> = text.labels().iter().map(|label| numerals.read(label)).collect();
    let dress = readings.iter().fold(0, |all, reading| match reading {
        Reading::Number(_, dress) => all | dress,
        _ => all,
    });
    if keep_text || readings.contains(&Reading::Text) || undecided(dress, numerals) {
        return words(&text, numerals, keep_text, false);
    }
    let values = text
        .codes()
        .iter()
        .map(|&code| match readings.get(code as usize) {
            Some(&Reading::Number(value, _)) => value,
            _ => f64::NAN,
        })
        .collect();
    let mut fractions = Fractions::default();
    text.labels().iter().for_each(|label| fractions.see(label));
    let other =
        dress & !PLAIN != 0 || fractions.are_of_codes() || text.labels().iter().any(|label| loses_digits(label));
    Typed { written: other.then_some(text), ..Typed::from(Column::Float(values)) }
}

/// Whether what stands behind the numbers of a column may be part of them: some have a percent sign and some have none, and
/// nobody said what that means, or letters behind all of them are a unit.
pub(crate) fn undecided(dress: Dress, numerals: &Numerals) -> bool {
    numerals.percent.is_none() && dress & PERCENT != 0 && dress & NO_PERCENT != 0 || is_unit(dress)
}

/// A column of text with missing-value tokens removed. `NA` among other codes of two or three capital letters is one of
/// them, unless the file writes texts in quotes and it in none.
pub(crate) fn words(text: &TextColumn, numerals: &Numerals, keep_text: bool, bare_na: bool) -> Typed {
    let labels = text.labels();
    let is_code = |label: &str| (2..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_uppercase());
    let others = || labels.iter().map(|label| trim(label)).filter(|label| !is_missing(label, numerals, keep_text));
    let kept_na = !keep_text
        && !bare_na
        && labels.iter().any(|label| trim(label) == "NA")
        && !numerals.missing.iter().any(|token| token == "NA")
        && others().count() >= 2
        && others().all(is_code);
    let missing = |label: &str| is_missing(label, numerals, keep_text) && !(kept_na && label == "NA");
    if labels.iter().all(|label| !missing(trim(label)) && trim(label).len() == label.len()) {
        return Typed { kept_na, ..Typed::from(Column::Text(text.clone())) };
    }
    let cleaned: Vec<Option<&str>> =
        labels.iter().map(|label| Some(trim(label)).filter(|label| !missing(label))).collect();
    let rows: Vec<Option<&str>> =
        text.codes().iter().map(|&code| cleaned.get(code as usize).copied().flatten()).collect();
    let word = |label: &&String| missing(trim(label)) && label.bytes().any(|b| b.is_ascii_alphabetic());
    let dropped = labels.iter().find(word).map(|word| {
        let lost = |&&code: &&u32| cleaned.get(code as usize).is_some_and(Option::is_none);
        (word.clone(), text.codes().iter().filter(lost).count())
    });
    Typed { dropped, kept_na, ..Typed::from(Column::Text(TextColumn::new(&rows))) }
}

/// Whether a trimmed text stands for nothing in a column that is kept as text, or in another.
fn is_missing(text: &str, numerals: &Numerals, keep_text: bool) -> bool {
    if keep_text {
        text.is_empty() || numerals.missing.iter().any(|token| token == text)
    } else {
        is_missing_token(text, &numerals.missing)
    }
}

/// Whether the number of these digits prints differently: leading zeros, and digits that a double cannot hold.
pub(crate) fn loses_digits(label: &str) -> bool {
    let text = label.trim();
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if digits.len() < 2 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    // Up to fifteen digits are exact.
    digits[0] == b'0' || digits.len() > 15 && text.parse::<f64>().is_ok_and(|number| number.to_string() != text)
}

/// How many digits stand behind the points of a column's numbers.
///
/// Where some end in 0 and others have fewer (`1.1`, `1.10`), they are codes rather than measurements, and as numbers two would
/// be one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Fractions {
    least: usize,
    most: usize,
    ends_in_zero: bool,
}

impl Fractions {
    /// Takes a cell into account; a fraction of zeros alone (`2013.0`) is none.
    pub(crate) fn see(&mut self, text: &str) {
        let Some((_, fraction)) = text.split_once('.') else { return };
        let digits = fraction.trim_end().as_bytes();
        if digits.iter().all(|&b| b == b'0') || !digits.iter().all(u8::is_ascii_digit) {
            return;
        }
        self.merge(Self { least: digits.len(), most: digits.len(), ends_in_zero: digits.ends_with(b"0") });
    }

    /// Takes other cells of the column into account.
    pub(crate) fn merge(&mut self, other: Self) {
        self.least = match (self.least, other.least) {
            (0, least) | (least, 0) => least,
            (a, b) => a.min(b),
        };
        self.most = self.most.max(other.most);
        self.ends_in_zero |= other.ends_in_zero;
    }

    /// Whether numbers print differently from what was written.
    pub(crate) fn are_of_codes(self) -> bool {
        self.ends_in_zero && self.least < self.most
    }
}

/// The writing of numbers that the options name, before the file is asked.
///
/// # Errors
/// [`Error::Specification`] for a decimal sign other than point and comma.
pub(crate) fn asked(options: &ReadOptions) -> Result<Numerals> {
    if let Some(sign) = options.decimal.filter(|sign| !matches!(sign, ',' | '.')) {
        return Err(Error::Specification(format!("decimal = \"{sign}\": expected `,` or `.`")));
    }
    Ok(Numerals {
        decimal_comma: options.decimal == Some(','),
        percent: options.percent,
        strip: options.strip.clone(),
        missing: options.missing.clone(),
    })
}

/// The writing of numbers in columns of text that have no separator of fields to decide by.
///
/// # Errors
/// As [`asked`]; [`Error::Read`] naming both readings where nothing decides.
pub(crate) fn settled<'a>(
    file: &str,
    columns: impl Iterator<Item = (&'a str, &'a TextColumn)>,
    options: &ReadOptions,
) -> Result<Numerals> {
    settled_by(file, columns.map(|(name, text)| (name, text.labels().iter().map(String::as_str))), options)
}

/// The same of the texts that each column has.
pub(crate) fn settled_by<'a, T: Iterator<Item = &'a str>>(
    file: &str,
    columns: impl Iterator<Item = (&'a str, T)>,
    options: &ReadOptions,
) -> Result<Numerals> {
    let numerals = asked(options)?;
    if options.decimal.is_some() {
        return Ok(numerals);
    }
    let seen: Vec<(&str, Evidence)> = columns
        .map(|(name, texts)| {
            let mut evidence = Evidence::default();
            texts.for_each(|text| evidence.see(text, &numerals));
            (name, evidence)
        })
        .collect();
    match verdict(seen.iter().map(|(name, evidence)| (*name, evidence)), false) {
        Verdict::Point => Ok(numerals),
        Verdict::Comma { .. } => Ok(Numerals { decimal_comma: true, ..numerals }),
        Verdict::Open { column, cell, also } => Err(both_readings(file, &column, &cell, also.as_deref())),
    }
}

/// The error about a cell that may be one number or another.
pub(crate) fn both_readings(file: &str, column: &str, cell: &str, also: Option<&str>) -> Error {
    let as_number =
        |cell: &str, decimal_comma: bool| match (Numerals { decimal_comma, ..Numerals::default() }).read(cell) {
            Reading::Number(number, _) => number.to_string(),
            _ => "no number".to_owned(),
        };
    let reading = |comma: bool| match also {
        None => format!("as {}", as_number(cell, comma)),
        Some(also) => format!("as {} and `{also}` as {}", as_number(cell, comma), as_number(also, comma)),
    };
    let reason = format!(
        "column `{column}`: nothing says whether the comma or the point is the decimal sign: `decimal = \",\"` reads `{cell}` {}, `decimal = \".\"` {}",
        reading(true),
        reading(false)
    );
    Error::Read { file: file.to_owned(), reason }
}

/// What a dressed number is called in a remark, and what to write for another reading.
pub(crate) const DRESSES: [(Dress, &str, &str); 3] = [
    (GROUPS, "thousands-separators", "spaces or apostrophes in numbers were read as thousands separators"),
    (
        MARKS,
        "marks-left-out",
        "footnote marks and flags behind numbers were left out; where a mark means a missing value, name the cell in `missing = […]`",
    ),
    (PERCENT, "percent-signs", "percent signs were left out; `percent = \"share\"` divides by a hundred"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Numerals {
        Numerals::default()
    }

    fn column(texts: &[Option<&str>], keep_text: bool) -> Column {
        typed(TextColumn::new(texts), &plain(), keep_text).column
    }

    #[test]
    fn texts_that_are_numbers_become_numbers() {
        let found = typed(TextColumn::new(&[Some("1,200"), None, Some("--")]), &plain(), false);
        assert!(matches!(&found.column, Column::Float(v) if v[0] == 1200.0 && v[1].is_nan() && v[2].is_nan()));
        assert_eq!(found.written, None);
        let codes = TextColumn::new(&[Some("0012")]);
        let found = typed(codes.clone(), &plain(), false);
        assert_eq!((found.column, found.written), (Column::from(vec![12.0]), Some(codes)));
        let classes = TextColumn::new(&[Some("1.1"), Some("1.10"), Some("2.25")]);
        assert_eq!(typed(classes.clone(), &plain(), false).written, Some(classes));
        for numbers in [["1.50", "2.25"], ["1.5", "2.25"], ["2013.0", "2014"]] {
            let text = TextColumn::new(&numbers.map(Some));
            assert_eq!(typed(text, &plain(), false).written, None, "{numbers:?}");
        }
        let ids = TextColumn::new(&[Some("9007199254740993"), Some("-9007199254740993"), Some("9007199254740992")]);
        assert_eq!(typed(ids.clone(), &plain(), false).written, Some(ids));
        assert_eq!(typed(TextColumn::new(&[Some("9007199254740992")]), &plain(), false).written, None);
        let found = column(&[Some(" 北京 "), Some("NA"), Some("1")], false);
        assert_eq!(found, Column::Text(TextColumn::new(&[Some("北京"), None, Some("1")])));
    }

    #[test]
    fn percent_signs_stand_in_all_cells_or_none() {
        assert_eq!(column(&[Some("42%"), Some("7.5 %")], false), Column::from(vec![42.0, 7.5]));
        assert!(matches!(column(&[Some("42%"), Some("0.5")], false), Column::Text(_)));
    }

    #[test]
    fn a_column_kept_as_text_keeps_its_words() {
        let codes = TextColumn::new(&[Some("NA"), Some(" ZA"), Some("-"), Some("none"), Some("x"), None]);
        let numerals = Numerals { missing: vec!["x".to_owned()], ..plain() };
        let kept = [Some("NA"), Some("ZA"), Some("-"), Some("none"), None, None];
        assert_eq!(typed(codes, &numerals, true).column, Column::Text(TextColumn::new(&kept)));
    }

    #[test]
    fn na_among_codes_is_one() {
        let codes = TextColumn::new(&[Some("NA"), Some("ZA"), Some("FR")]);
        let found = typed(codes.clone(), &plain(), false);
        assert!(found.kept_na && found.column == Column::Text(codes.clone()));
        assert!(
            words(&codes, &plain(), false, true).column.is_missing(0),
            "the file writes codes in quotes, NA in none"
        );
        let cities = typed(TextColumn::new(&[Some("NA"), Some("Paris"), None]), &plain(), false);
        assert!(!cities.kept_na && cities.column.is_missing(0));
        assert_eq!(cities.dropped, Some(("NA".to_owned(), 1)));
    }
}
