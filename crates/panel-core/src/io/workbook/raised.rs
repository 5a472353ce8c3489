//! Numbers with a raised footnote mark in a workbook.
//!
//! A text may have parts that are set differently: `1290` and a raised `1`. The reader joins them, which makes 12901 of it.

use crate::number::parse_number;
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// The largest table of texts that is looked through.
const MOST: u64 = 1 << 28;

/// Texts of numbers with a raised part, as the reader joins them, and the same with raised digits (`1290¹`).
pub(super) fn marked_numbers(bytes: &[u8]) -> HashMap<String, String> {
    let mut xml = String::new();
    let read = zip::ZipArchive::new(Cursor::new(bytes)).ok().and_then(|mut archive| {
        let entry = archive.by_name("xl/sharedStrings.xml").ok()?;
        entry.take(MOST).read_to_string(&mut xml).ok()
    });
    if read.is_none() || !xml.contains("superscript") {
        return HashMap::new();
    }
    let mut found: HashMap<String, String> = xml.split("<si>").skip(1).filter_map(marked_number).collect();
    for text in xml.split("<si>").skip(1).filter_map(plain_text) {
        if let Some(marked) = found.get_mut(text) {
            // The reader gives both as one text, so nobody knows which cell is which: it is no number.
            *marked = format!("{marked} or {text}");
        }
    }
    found
}

/// A text without parts.
fn plain_text(text: &str) -> Option<&str> {
    text.strip_prefix("<t")?.split_once('>')?.1.split("</t>").next()
}

/// One text with parts.
fn marked_number(text: &str) -> Option<(String, String)> {
    let text = text.split("</si>").next()?;
    let (mut plain, mut raised) = (String::new(), String::new());
    for part in text.split("<r>").skip(1) {
        let part = part.split("</r>").next()?;
        let content = part.split_once("<t")?.1.split_once('>')?.1.split("</t>").next()?;
        let is_raised = part.contains("\"superscript\"");
        // A number goes on behind the raised part: an exponent or a formula.
        if !is_raised && !raised.is_empty() {
            return None;
        }
        if is_raised { raised += content } else { plain += content }
    }
    let mark: String = raised.trim().chars().map(raise).collect();
    let is_digits = !mark.is_empty() && raised.trim().bytes().all(|b| b.is_ascii_digit());
    (is_digits && parse_number(&plain).is_some()).then(|| (format!("{plain}{raised}"), format!("{plain}{mark}")))
}

/// The raised form of a digit.
fn raise(c: char) -> char {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    c.to_digit(10).map_or(c, |digit| RAISED[digit as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_raised_digit_is_no_digit_of_the_number() {
        let run = |text: &str, raised: bool| {
            let set = if raised { "<rPr><vertAlign val=\"superscript\"/></rPr>" } else { "" };
            format!("<r>{set}<t xml:space=\"preserve\">{text}</t></r>")
        };
        let texts = [
            format!("<si>{}{}</si>", run("1290", false), run("1", true)),
            format!("<si>{}{}</si>", run("GDP", false), run("2", true)),
            format!("<si>{}{}</si>", run("1,234.5", false), run("12", true)),
            format!("<si>{}{}</si>", run("12", false), run("34", false)),
            format!("<si>{}{}</si>", run("55", false), run("3", true)),
            "<si><t>553</t></si>".to_owned(),
        ];
        let xml = format!("<sst>{}</sst>", texts.concat());
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(xml.as_bytes()).expect("memory");
        let found = marked_numbers(&writer.finish().expect("memory").into_inner());
        let mut found: Vec<(&str, &str)> =
            found.iter().map(|(joined, told)| (joined.as_str(), told.as_str())).collect();
        found.sort_unstable();
        assert_eq!(found, [("1,234.512", "1,234.5¹²"), ("12901", "1290¹"), ("553", "55³ or 553")]);
        assert!(marked_numbers(b"PK").is_empty());
    }
}
