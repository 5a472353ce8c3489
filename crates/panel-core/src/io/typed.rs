//! Text columns that are numbers after all.

use crate::column::{Column, TextColumn};
use crate::number::{CellKind, classify, is_missing_token, trim};

/// A column from texts: numbers if every present text is one, else text with missing-value tokens removed.
///
/// The second part is the text as written where numbers would lose it (leading zeros of a code).
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
        let written = text.labels().iter().any(|label| leading_zero(label)).then_some(text);
        return (Column::Float(values), written);
    }
    let clean =
        text.labels().iter().all(|label| !is_missing_token(trim(label), extra) && trim(label).len() == label.len());
    if clean {
        return (Column::Text(text), None);
    }
    let cleaned: Vec<Option<&str>> =
        text.labels().iter().map(|label| Some(trim(label)).filter(|label| !is_missing_token(label, extra))).collect();
    let rows: Vec<Option<&str>> =
        text.codes().iter().map(|&code| cleaned.get(code as usize).copied().flatten()).collect();
    (Column::Text(TextColumn::new(&rows)), None)
}

/// Whether printing the number would lose a leading zero.
pub(crate) fn leading_zero(label: &str) -> bool {
    let digits = label.trim().as_bytes();
    digits.len() > 1 && digits[0] == b'0' && digits.iter().all(u8::is_ascii_digit)
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
        let (column, _) = typed(TextColumn::new(&[Some(" 北京 "), Some("NA"), Some("1")]), &[], false);
        assert_eq!(column, Column::Text(TextColumn::new(&[Some("北京"), None, Some("1")])));
    }
}
