//! Notes below a table: lines with a single cell, such as the source of the data.

use crate::number::{parse_number, trim};

/// The table and the notes below it, first to last.
///
/// A note is a line without a separator or quote that is no number. A last line that is not ended may be the rest of a
/// download that broke off, so alone it is none.
pub(super) fn split(body: &str, delimiter: u8) -> (&str, Vec<&str>) {
    let mut table = body;
    let mut notes = Vec::new();
    loop {
        let rest = table.trim_end_matches(['\n', '\r', ' ', '\t']);
        let start = rest.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line = &rest[start..];
        let cells = line.bytes().any(|b| b == delimiter || b == b'"');
        if line.is_empty() || cells || parse_number(line).is_some() {
            break;
        }
        notes.push(trim(line));
        table = &rest[..start];
    }
    notes.reverse();
    let unfinished = !body.ends_with(['\n', '\r']) && notes.len() == 1;
    if unfinished { (body, Vec::new()) } else { (table, notes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_cells_at_the_end_are_notes() {
        assert_eq!(split("1,2\n\n资料来源\n注：甲\n", b','), ("1,2\n\n", vec!["资料来源", "注：甲"]));
        assert_eq!(split("1,2\nfirst\nsecond", b','), ("1,2\n", vec!["first", "second"]));
        for table in ["1,2\n3,4\n", "1,2\nrest", "1,2\n3\n", "1,\"a\nb\"\n", "1,2\n\"a\"\n", ""] {
            assert_eq!(split(table, b','), (table, Vec::new()));
        }
    }
}
