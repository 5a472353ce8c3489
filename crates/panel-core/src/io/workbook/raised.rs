//! Numbers with a raised footnote mark in a workbook.
//!
//! A text may have parts that are set differently: `1290` and a raised `1`. The reader joins them, which makes 12901 of it.

use super::markup::{decoded, name, tags};
use crate::number::trim;
use crate::numerals::{Numerals, Reading};
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Bytes of an entry that are looked through.
const MOST: u64 = 1 << 28;

/// What raised and lowered parts are set with.
const SET_BY: &str = "vertAlign";

/// Texts of numbers with a raised part, as the reader joins them, and the same with raised digits (`1290¹`).
///
/// Where another text is joined to the same one, nobody knows which cell is which, so both are told and it is no number.
pub(super) fn marked_numbers(bytes: &[u8]) -> HashMap<String, String> {
    let mut found: HashMap<String, String> = HashMap::new();
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return found };
    let mut entries = Vec::new();
    for i in 0..archive.len() {
        let Ok(entry) = archive.by_index(i) else { continue };
        let Ok(name) = entry.name().map(|name| name.to_ascii_lowercase()) else { continue };
        let shared = name.ends_with("sharedstrings.xml");
        if shared || name.contains("worksheets/") && name.ends_with(".xml") {
            let mut xml = Vec::new();
            // Damaged entries are the reader's to report.
            let read = entry.take(MOST).read_to_end(&mut xml).is_ok();
            let xml = String::from_utf8_lossy(&xml);
            if read && xml.contains(SET_BY) {
                entries.push((xml.into_owned(), if shared { "si" } else { "is" }));
            }
        }
    }
    for (xml, name) in &entries {
        texts(xml, name, |parts| {
            if let Some(told) = parts.marked() {
                let known = found.entry(parts.joined.clone()).or_insert_with(|| told.to_owned());
                // Said once, however often it stands there.
                if known.split(" or ").all(|known| known != told) {
                    *known = format!("{known} or {told}");
                }
            }
        });
    }
    if found.is_empty() {
        return found;
    }
    for (xml, name) in &entries {
        texts(xml, name, |parts| {
            if parts.joined == parts.told
                && let Some(marked) = found.get_mut(&parts.joined)
                && !marked.ends_with(" or the same without a mark")
            {
                *marked += " or the same without a mark";
            }
        });
    }
    found
}

/// A text in parts, some of them raised.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// As readers join them.
    joined: String,
    /// With raised digits where they are set so.
    told: String,
}

impl Parts {
    pub(super) fn add(&mut self, part: &str, raised: bool) {
        self.joined += part;
        match raised && part.contains(|c: char| digit(c).is_some()) {
            true => self.told.extend(trim(part).chars().filter_map(raise)),
            false => self.told += part,
        }
    }

    /// The text with its raised digits, where it has any and is a number with them or without.
    pub(super) fn marked(&self) -> Option<&str> {
        (self.joined != self.told && (is_number(&self.joined) || is_number(&self.told))).then_some(&*self.told)
    }
}

/// Whether a text reads as a number, whichever the decimal sign is.
fn is_number(text: &str) -> bool {
    let reads = |decimal_comma| Numerals { decimal_comma, ..Numerals::default() }.read(text);
    matches!(reads(false), Reading::Number(..)) || matches!(reads(true), Reading::Number(..))
}

/// Hands over the parts of each text that is an element of that name.
fn texts(xml: &str, element: &str, mut take: impl FnMut(&Parts)) {
    let mut parts = Parts::default();
    let (mut raised, mut phonetic) = (false, false);
    for (tag, content) in tags(xml) {
        let closes = tag.starts_with('/');
        let name = name(tag).rsplit(':').next().unwrap_or_default();
        match name {
            _ if name == element && closes => take(&parts),
            _ if name == element => {
                parts = Parts::default();
                (raised, phonetic) = (false, false);
            }
            "r" => raised = false,
            "rPh" => phonetic = !closes,
            SET_BY => raised = tag.contains("superscript") || tag.contains("subscript"),
            "t" if !closes && !phonetic && !tag.ends_with('/') => {
                let keeps_blanks = tag.contains("preserve");
                let content = decoded(content);
                parts.add(if keeps_blanks { &content } else { content.trim_matches([' ', '\t', '\r', '\n']) }, raised);
            }
            _ => {}
        }
    }
}

/// A digit of usual or full width.
fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| ('０'..='９').contains(&c).then(|| c as u32 - '０' as u32))
}

/// The raised form of a digit or a minus; what stands around the number of a note is left out.
fn raise(c: char) -> Option<char> {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match c {
        '(' | ')' | '[' | ']' | '（' | '）' | ',' | '，' | '.' | ';' | ' ' => None,
        '-' | '\u{2212}' => Some('⁻'),
        _ => Some(digit(c).map_or(c, |digit| RAISED[digit as usize])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn found(name: &str, xml: &str) -> Vec<(String, String)> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(xml.as_bytes()).expect("memory");
        let mut found: Vec<_> = marked_numbers(&writer.finish().expect("memory").into_inner()).into_iter().collect();
        found.sort_unstable();
        found
    }

    fn run(text: &str, raised: bool) -> String {
        let set = if raised { "<rPr><vertAlign val=\"superscript\"/></rPr>" } else { "<rPr><sz val=\"11\"/></rPr>" };
        format!("<r>{set}<t xml:space=\"preserve\">{text}</t></r>")
    }

    #[test]
    fn a_raised_digit_is_no_digit_of_the_number() {
        let marked = |number: &str, mark: &str| format!("<si>{}{}</si>", run(number, false), run(mark, true));
        let texts = [
            marked("1290", "1"),
            marked("GDP", "2"),
            marked("1,234.5", "12"),
            marked("77", "1)"),
            marked("5", "1,2"),
            marked("88", "e5"),
            marked("99", "３"),
            format!("<si>{}{}</si>", run("12", false), run("34", false)),
            format!("<si>{}{}</si>", run("1", true), run("66", false)),
        ];
        let expected = [
            ("1,234.512", "1,234.5¹²"),
            ("12901", "1290¹"),
            ("166", "¹66"),
            ("51,2", "5¹²"),
            ("771)", "77¹"),
            ("88e5", "88e⁵"),
            ("99３", "99³"),
        ];
        let expected = expected.map(|(joined, told)| (joined.to_owned(), told.to_owned()));
        assert_eq!(found("xl/sharedStrings.xml", &format!("<sst>{}</sst>", texts.concat())), expected);
        // Other writers put the text into the cell, name the elements otherwise and use other quotes.
        let cell = "<c t=\"inlineStr\"><x:is><x:r><x:t>1290</x:t></x:r><x:r ><x:rPr><x:vertAlign val='subscript' /></x:rPr><x:t> 1 </x:t></x:r></x:is></c>";
        let far = format!("<sheetData>{}{cell}</sheetData>", "<c><v>1</v></c>".repeat(9000));
        assert_eq!(found("xl/worksheets/sheet1.xml", &far), [("12901".to_owned(), "1290¹".to_owned())]);
        assert!(marked_numbers(b"PK").is_empty());
    }

    #[test]
    fn texts_that_are_joined_to_the_same_one_are_no_number() {
        let marked = |number: &str, mark: &str| format!("<si>{}{}</si>", run(number, false), run(mark, true));
        let two = found("xl/sharedStrings.xml", &format!("<sst>{}{}</sst>", marked("1290", "1"), marked("129", "01")));
        assert_eq!(two, [("12901".to_owned(), "1290¹ or 129⁰¹".to_owned())]);
        let plain = format!("<sst><si><t>553</t></si>{}<si><t>553</t></si></sst>", marked("55", "3"));
        assert_eq!(
            found("xl/sharedStrings.xml", &plain),
            [("553".to_owned(), "55³ or the same without a mark".to_owned())]
        );
        assert!(!is_number("55³ or the same without a mark") && !is_number("1290¹ or 129⁰¹"));
    }
}
