//! Text columns that are numbers after all.

use crate::column::{Column, TextColumn};
use crate::number::{CellKind, classify, is_missing_token, trim};

/// A column from texts: numbers if every present text is one, else text with missing-value tokens removed.
///
/// A column that is kept as text is text throughout, and only empty cells and the texts of `extra` are missing in it:
/// `NA` is a country code there. The second part is the text as written where numbers would lose it (leading zeros of a
/// code, digits beyond those of a double).
pub(crate) fn typed(text: TextColumn, extra: &[String], keep_text: bool) -> (Column, Option<TextColumn>) {
    let kinds: Vec<CellKind> = text.labels().iter().map(|label| classify(label, extra)).collect();
    if !keep_text && !kinds.contains(&CellKind::Text) {
        let values = text
            .codes()
            .iter()
            .map(|&code| match kinds.get(code as usize) {
                Some(&CellKind::Number(value)) => value,
                _ => f64::NAN,
            })
            .collect();
        let written = text.labels().iter().any(|label| loses_digits(label)).then_some(text);
        return (Column::Float(values), written);
    }
    let missing = |label: &str| is_missing(label, extra, keep_text);
    let clean = text.labels().iter().all(|label| !missing(trim(label)) && trim(label).len() == label.len());
    if clean {
        return (Column::Text(text), None);
    }
    let cleaned: Vec<Option<&str>> =
        text.labels().iter().map(|label| Some(trim(label)).filter(|label| !missing(label))).collect();
    let rows: Vec<Option<&str>> =
        text.codes().iter().map(|&code| cleaned.get(code as usize).copied().flatten()).collect();
    (Column::Text(TextColumn::new(&rows)), None)
}

/// Whether a trimmed text stands for nothing in a column that is kept as text, or in another.
pub(crate) fn is_missing(text: &str, extra: &[String], keep_text: bool) -> bool {
    if keep_text { text.is_empty() || extra.iter().any(|token| token == text) } else { is_missing_token(text, extra) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_numbers_become_numbers() {
        let (column, written) = typed(TextColumn::new(&[Some("1,200"), None, Some("--")]), &[], false);
        assert!(matches!(&column, Column::Float(v) if v[0] == 1200.0 && v[1].is_nan() && v[2].is_nan()));
        assert_eq!(written, None);
        let codes = TextColumn::new(&[Some("0012")]);
        assert_eq!(typed(codes.clone(), &[], false), (Column::Float(vec![12.0]), Some(codes)));
        let ids = TextColumn::new(&[Some("9007199254740993"), Some("-9007199254740993"), Some("9007199254740992")]);
        assert_eq!(typed(ids.clone(), &[], false).1, Some(ids));
        assert_eq!(typed(TextColumn::new(&[Some("9007199254740992")]), &[], false).1, None);
        let (column, _) = typed(TextColumn::new(&[Some(" 北京 "), Some("NA"), Some("1")]), &[], false);
        assert_eq!(column, Column::Text(TextColumn::new(&[Some("北京"), None, Some("1")])));
    }

    #[test]
    fn a_column_kept_as_text_keeps_its_words() {
        let codes = TextColumn::new(&[Some("NA"), Some(" ZA"), Some("-"), Some("none"), Some("x"), None]);
        let (column, _) = typed(codes, &["x".to_owned()], true);
        let kept = [Some("NA"), Some("ZA"), Some("-"), Some("none"), None, None];
        assert_eq!(column, Column::Text(TextColumn::new(&kept)));
    }
}
