//! How large a workbook is when it is unpacked, found out before it is.

use crate::error::{Error, Result};
use std::io::{Cursor, Read};

/// Bytes that a workbook may unpack to.
const MOST: u64 = 1 << 30;

/// Deflate makes at most so many bytes of one.
const RATIO: u64 = 1032;

/// Cells that the rows of a workbook of LibreOffice (ods) may repeat to.
const MOST_REPEATED: u64 = 20_000_000;

/// Checks a workbook that is a zip archive; others are not packed.
///
/// # Errors
/// [`Error::Read`] with the limit.
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<()> {
    check_up_to(file, bytes, MOST)
}

fn check_up_to(file: &str, bytes: &[u8], most: u64) -> Result<()> {
    let fail = |reason: String| Error::Read { file: file.to_owned(), reason };
    if !bytes.starts_with(b"PK") {
        return Ok(());
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return Err(fail("not a workbook that can be understood: the archive is damaged or cut short".into()));
    };
    let too_large =
        || fail(format!("unpacked it is larger than {} MiB; save the table as a text or Parquet file", most >> 20));
    if bytes.len() as u64 * RATIO > most {
        // What entries say of their size need not be true.
        let mut left = most;
        for i in 0..archive.len() {
            let Ok(entry) = archive.by_index(i) else { continue };
            let size = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).unwrap_or(0);
            left = left.checked_sub(size).ok_or_else(too_large)?;
        }
    }
    // The reader makes room for as many shared texts as the file promises; each takes five bytes at least.
    if let Ok(entry) = archive.by_name("xl/sharedStrings.xml") {
        let size = entry.size();
        let mut head = Vec::new();
        let _ = entry.take(4096).read_to_end(&mut head);
        let promised = count(&head, b"uniqueCount=\"");
        if promised > size / 4 + 1 {
            return Err(fail(format!("it promises {promised} texts in {size} bytes; the file looks damaged")));
        }
    }
    let mut content = Vec::new();
    if let Ok(entry) = archive.by_name("content.xml") {
        // A damaged entry is the reader's to report.
        let _ = entry.take(most).read_to_end(&mut content);
    }
    let Repeated { cells, text } = repeated(&content);
    if text > most {
        return Err(fail(format!(
            "its cells repeat to {} MiB of text, more than {}; delete stray cells and long runs of blanks, or save the table as a text file",
            text >> 20,
            most >> 20
        )));
    }
    if cells > MOST_REPEATED {
        return Err(fail(format!(
            "its rows repeat to {cells} cells, more than {MOST_REPEATED}; delete stray cells, or save the table as a text file"
        )));
    }
    Ok(())
}

/// What the rows of a `content.xml` are when repeated rows and cells are written out.
#[derive(Debug, PartialEq)]
struct Repeated {
    /// Cells, empty rows and the empty cells at the end of a row left aside.
    cells: u64,
    /// Bytes of the texts in them.
    text: u64,
}

/// Counts what repeats, and blanks that are written as a number (`text:c`).
fn repeated(xml: &[u8]) -> Repeated {
    let mut total = Repeated { cells: 0, text: 0 };
    // The cells, empty cells and bytes of the row so far, and how often the row and its last cell repeat.
    let (mut cells, mut empty, mut text) = (0_u64, 0_u64, 0_u64);
    let (mut rows, mut n) = (1_u64, 1_u64);
    let mut at = 0;
    let mut close = |rows: u64, cells: u64, text: u64| {
        total.cells = total.cells.saturating_add(rows.saturating_mul(cells));
        total.text = total.text.saturating_add(rows.saturating_mul(text));
    };
    while let Some(open) = xml[at..].iter().position(|&b| b == b'<').map(|offset| at + offset) {
        let end = xml[open..].iter().position(|&b| b == b'>').map_or(xml.len(), |offset| open + offset);
        let tag = &xml[open..end];
        // What stands between two tags is text of the last cell.
        text = text.saturating_add(n.saturating_mul((open - at).saturating_sub(1) as u64));
        at = end;
        if tag.starts_with(b"<table:table-row") {
            close(rows, cells, text);
            (cells, empty, text) = (0, 0, 0);
            (rows, n) = (count(tag, b"number-rows-repeated=\""), 1);
        } else if tag.starts_with(b"<table:table-cell") || tag.starts_with(b"<table:covered-table-cell") {
            n = count(tag, b"number-columns-repeated=\"");
            let is_empty = tag.ends_with(b"/") && !contains(tag, b"office:value") && !contains(tag, b"formula");
            if is_empty {
                empty = empty.saturating_add(n);
            } else {
                cells = cells.saturating_add(empty.min(1 << 14)).saturating_add(n.min(1 << 14));
                empty = 0;
                if contains(tag, b"string-value") {
                    text = text.saturating_add(n.saturating_mul(tag.len() as u64));
                }
            }
        } else if tag.starts_with(b"<text:s") && contains(tag, b"text:c=\"") {
            text = text.saturating_add(n.saturating_mul(count(tag, b"text:c=\"")));
        }
    }
    close(rows, cells, text);
    total
}

fn contains(tag: &[u8], part: &[u8]) -> bool {
    tag.windows(part.len()).any(|window| window == part)
}

/// The number of an attribute; one where it is not there.
fn count(tag: &[u8], attribute: &[u8]) -> u64 {
    let Some(at) = tag.windows(attribute.len()).position(|window| window == attribute) else { return 1 };
    let digits = tag[at + attribute.len()..].iter().take_while(|b| b.is_ascii_digit());
    digits.fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(content).expect("memory");
        writer.finish().expect("memory").into_inner()
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
        let bytes = packed("xl/sharedStrings.xml", &vec![b' '; 3 << 20]);
        assert!(bytes.len() < 10_000);
        let message = check_up_to("b.xlsx", &bytes, 2 << 20).expect_err("too large").to_string();
        assert!(message.contains("b.xlsx") && message.contains("larger than 2 MiB"), "{message}");
        check("b.xlsx", &bytes).expect("three megabytes");
        check("b.xls", b"\xd0\xcf\x11\xe0").expect("not packed");
        assert!(check("b.xlsx", b"PK\x03\x04rest").is_err());
    }

    #[test]
    fn promised_texts_are_compared_with_the_bytes() {
        let texts = |n: &str| {
            packed("xl/sharedStrings.xml", format!("<sst uniqueCount=\"{n}\"><si><t>a</t></si></sst>").as_bytes())
        };
        check("b.xlsx", &texts("1")).expect("one text");
        let message = check("b.xlsx", &texts("999999999999")).expect_err("too many").to_string();
        assert!(message.contains("promises 999999999999 texts"), "{message}");
    }

    #[test]
    fn repeated_cells_are_counted_as_far_as_they_hold_anything() {
        let row = |rows: &str, cells: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{rows}\">{cells}</table:table-row>")
        };
        let full = "<table:table-cell table:number-columns-repeated=\"3\" office:value=\"1\"/>";
        let blank = "<table:table-cell table:number-columns-repeated=\"16384\"/>";
        let cells = |xml: String| repeated(xml.as_bytes()).cells;
        assert_eq!(cells(row("1048576", blank)), 0);
        assert_eq!(cells(row("2", full) + &row("5", &format!("{full}{blank}"))), 21);
        let bomb = packed("content.xml", row("1048576", &(blank.to_owned() + full)).as_bytes());
        let message = check("b.ods", &bomb).expect_err("too many").to_string();
        assert!(message.contains("repeat to 17183014912 cells"), "{message}");
        assert_eq!(count(b"<a n=\"99999999999999999999\"", b"n=\""), u64::MAX);
    }

    #[test]
    fn texts_are_counted_as_often_as_they_repeat() {
        let cell = |text: &str| {
            format!("<table:table-cell table:number-columns-repeated=\"2\"><text:p>{text}</text:p></table:table-cell>")
        };
        let rows = |rows: &str, cell: &str| {
            format!("<table:table-row table:number-rows-repeated=\"{rows}\">{cell}</table:table-row>")
        };
        assert_eq!(repeated(rows("3", &cell("abcd")).as_bytes()), Repeated { cells: 6, text: 24 });
        let blanks = packed("content.xml", rows("1", &cell("<text:s text:c=\"2000000000\"/>")).as_bytes());
        let message = check("b.ods", &blanks).expect_err("too many").to_string();
        assert!(message.contains("b.ods") && message.contains("3814 MiB of text"), "{message}");
        let long = packed("content.xml", rows("1000000", &cell(&"x".repeat(1000))).as_bytes());
        assert!(check("b.ods", &long).is_err());
    }
}
