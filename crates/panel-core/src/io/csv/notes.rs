//! Notes below a table: lines with a single cell, such as the source of the data.

use super::records::{Records, Span, cell};
use crate::number::{parse_number, trim};

/// The table and the notes below it, first to last.
///
/// A note is a line without a separator or quote that is no number, and a record below the table of whose cells only the
/// first holds anything, or which is narrower than the table, where that cell reads like a note. A last line that is not ended may be the rest
/// of a download that broke off, so alone it is none.
pub(super) fn split(body: &str, delimiter: u8, width: usize) -> (&str, Vec<String>) {
    let mut table = body;
    let mut notes = Vec::new();
    loop {
        let rest = table.trim_end_matches(['\n', '\r', ' ', '\t']);
        let start = rest.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line = &rest[start..];
        if line.is_empty() || parse_number(line).is_some() {
            break;
        }
        let cells = line.bytes().any(|b| b == delimiter || b == b'"');
        if !cells {
            notes.push(trim(line).to_owned());
        } else {
            match of_record(line, delimiter, width) {
                Some(note) => notes.extend((!note.is_empty()).then_some(note)),
                None => break,
            }
        }
        table = &rest[..start];
    }
    notes.reverse();
    let cut = !body.ends_with(['\n', '\r']) && notes.len() == 1 && !reads_like_a_note(&notes[0]);
    if cut { (body, Vec::new()) } else { (table, notes) }
}

/// The note that a record is; the empty text for a record of empty cells, `None` for one of the table.
fn of_record(line: &str, delimiter: u8, width: usize) -> Option<String> {
    let mut cells: Vec<Span> = Vec::new();
    Records::new(line.as_bytes(), delimiter).next(&mut cells).ok()?;
    let texts: Vec<String> = cells.iter().map(|&span| trim(&cell(line, span)).to_owned()).collect();
    let (first, others) = texts.split_first()?;
    let alone = others.iter().all(String::is_empty);
    if alone && first.is_empty() {
        return Some(String::new());
    }
    // The second cell of a note is the rest of a sentence with a comma.
    let broken = texts.len() < width && others.iter().all(|text| parse_number(text).is_none());
    let is_note = reads_like_a_note(first) && (alone || broken);
    is_note.then(|| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "))
}

/// Whether a text begins as notes do.
pub(crate) fn reads_like_a_note(text: &str) -> bool {
    let text = text.trim_start_matches(['"', '(', '（', '[', '【', ' ', '\u{3000}']);
    let starts = [
        "注",
        "备注",
        "说明",
        "资料来源",
        "数据来源",
        "来源",
        "数据",
        "*",
        "note",
        "source",
        "data from",
        "last updated",
        "数据更新",
    ];
    let lower = text.chars().take(20).collect::<String>().to_lowercase();
    starts.iter().any(|start| lower.starts_with(start)) || text.chars().count() > 40
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(table: &str) -> (&str, Vec<String>) {
        split(table, b',', 4)
    }

    #[test]
    fn single_cells_at_the_end_are_notes() {
        assert_eq!(split("1,2\n\n资料来源\n注：甲\n", b',', 2), ("1,2\n\n", vec!["资料来源".into(), "注：甲".into()]));
        assert_eq!(split("1,2\nfirst\nsecond", b',', 2), ("1,2\n", vec!["first".into(), "second".into()]));
        for table in ["1,2\n3,4\n", "1,2\nrest", "1,2\n3\n", "1,\"a\nb\"\n", "1,2\n\"a\"\n", ""] {
            assert_eq!(split(table, b',', 2), (table, Vec::new()));
        }
    }

    #[test]
    fn notes_in_quotes_with_commas_and_padding_are_notes() {
        for note in ["注：甲,,,", "\"注：1. 甲, 乙。\",,,", "注：1. 甲, 乙。", "\"Source: A, B\"", ",,,\nSource: a"]
        {
            let (table, found) = split("1,2,3,4\n", b',', 4);
            assert_eq!((table, found.len()), ("1,2,3,4\n", 0));
            let text = format!("1,2,3,4\n{note}\n");
            let (table, found) = notes(&text);
            assert_eq!((table.trim_end(), found.len()), ("1,2,3,4", 1), "{note}");
        }
        // A last row that lacks its values is a row.
        assert_eq!(notes("1,2,3,4\n新疆,,,\n").1.len(), 0);
        assert_eq!(notes("1,2,3,4\n注册地,2,3,4\n").1.len(), 0);
    }
}
