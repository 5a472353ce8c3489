//! The cells of a binary workbook (xlsb) that are shown as percentages, and those with a raised footnote mark.
//!
//! Records: MS-XLSB 2.4.659 (`BrtFmt`), 2.4.840 (`BrtXF`), 2.4.660 (`BrtFont`), 2.4.304 (`BrtBundleSh`), 2.4.823
//! (`BrtSSTItem`).

use super::compound::{u16_at, u32_at};
use super::markup::{attribute, name, tags};
use super::percent::{KNOWN, scales_by_hundred};
use super::raised_xls::Fonts;
use super::sheet::Sheet;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::ops::RangeInclusive;

/// Bytes of an entry that are looked through.
const MOST: u64 = 1 << 28;

const FORMAT: u32 = 0x2c;
const FONT: u32 = 0x2b;
const STYLE: u32 = 0x2f;
const STYLES_BEGIN: u32 = 0x269;
const STYLES_END: u32 = 0x26a;
const SHEET: u32 = 0x9c;
const SHARED: u32 = 0x13;
const ROW: u32 = 0;
/// Cells of numbers: short ones, others, and formulas with their result.
const NUMBERS: [u32; 3] = [2, 5, 9];
const SHARED_TEXT: u32 = 7;
/// Cells without their column, which is the one behind the cell before, that hold anything.
const SHORT: RangeInclusive<u32> = 13..=18;

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// Marks the cells of a sheet that are shown as percentages, and gives texts with a raised part their marks; nothing where
/// the file is damaged, which the reader reports.
///
/// # Errors
/// A sentence where cells are written in a short form, which the reader passes over.
pub(super) fn apply(bytes: &[u8], name: &str, sheet: &mut Sheet) -> Result<(), String> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let Looks { percents, raised } = Looks::of(&entry(&mut archive, "xl/styles.bin"));
    let marked = match raised.is_empty() {
        true => BTreeMap::new(),
        false => marked(&entry(&mut archive, "xl/sharedStrings.bin"), &raised),
    };
    let Some(path) = path(&mut archive, name) else { return Ok(()) };
    let content = entry(&mut archive, &path);
    let mut row = 0;
    for (kind, content) in records(&content) {
        if SHORT.contains(&kind) {
            return Err("its cells are written in a short form that is not read; open it in a spreadsheet program and save it as xlsx".into());
        }
        let Some(first) = u32_at(content, 0) else { continue };
        let is_percent = || {
            let style = u32_at(content, 4).map(|style| (style & 0xff_ffff) as usize);
            style.and_then(|style| percents.get(style)) == Some(&true)
        };
        let (rows, columns) = (row..row + 1, first..first.saturating_add(1));
        match kind {
            // The reader ends at a row that no sheet has.
            ROW if first > 1 << 20 => break,
            ROW => row = first,
            SHARED_TEXT => {
                if let Some(text) = u32_at(content, 8).and_then(|place| marked.get(&place)) {
                    sheet.replace_text(rows, columns, text);
                }
            }
            _ if NUMBERS.contains(&kind) && is_percent() => sheet.show_as_percent(rows, columns),
            _ => {}
        }
    }
    Ok(())
}

/// An entry of the archive, whatever the case of its name; empty where it is not there or damaged.
fn entry(archive: &mut Archive<'_>, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let known = archive.file_names().filter_map(Result::ok).map(|name| name.into_owned());
    let known: Vec<String> = known.filter(|name| name.eq_ignore_ascii_case(path)).collect();
    if let Some(name) = known.first() {
        let read = archive.by_name(name).is_ok_and(|entry| entry.take(MOST).read_to_end(&mut bytes).is_ok());
        if !read {
            bytes.clear();
        }
    }
    bytes
}

/// The entry of a sheet: the list of sheets names a link, and the list of links the entry.
fn path(archive: &mut Archive<'_>, sheet: &str) -> Option<String> {
    let list = entry(archive, "xl/workbook.bin");
    let of_sheet = |content: &[u8]| {
        let (link, rest) = text(content.get(8..)?)?;
        (text(rest)?.0 == sheet.encode_utf16().collect::<Vec<_>>()).then(|| String::from_utf16_lossy(&link))
    };
    let link = records(&list).filter(|(kind, _)| *kind == SHEET).find_map(|(_, content)| of_sheet(content))?;
    let links = entry(archive, "xl/_rels/workbook.bin.rels");
    let links = String::from_utf8_lossy(&links);
    let is_link = |tag: &&str| name(tag) == "Relationship" && attribute(tag, "Id").as_deref() == Some(&link);
    let target = tags(&links).map(|(tag, _)| tag).find(is_link).and_then(|tag| attribute(tag, "Target"))?;
    Some(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
}

/// Which styles show percentages, and which fonts are raised.
struct Looks {
    percents: Vec<bool>,
    raised: Fonts,
}

impl Looks {
    fn of(styles: &[u8]) -> Self {
        let mut formats: BTreeSet<u16> = KNOWN.into();
        let (mut percents, mut fonts, mut within) = (Vec::new(), Vec::new(), false);
        for (kind, content) in records(styles) {
            match kind {
                FORMAT => {
                    let Some(number) = u16_at(content, 0) else { continue };
                    formats.remove(&number);
                    let code = text(&content[2..]).map(|(code, _)| String::from_utf16_lossy(&code));
                    formats.extend(code.filter(|code| scales_by_hundred(code)).map(|_| number));
                }
                FONT => fonts.push(u16_at(content, 6).is_some_and(|set| set > 0)),
                STYLES_BEGIN => within = true,
                STYLES_END => within = false,
                STYLE if within => percents.push(u16_at(content, 2).is_some_and(|number| formats.contains(&number))),
                _ => {}
            }
        }
        Self { percents, raised: (0..).zip(fonts).filter(|(_, raised)| *raised).map(|(n, _)| n).collect() }
    }
}

/// The shared texts that are numbers with a raised mark, by their place.
fn marked(shared: &[u8], raised: &Fonts) -> BTreeMap<u32, String> {
    let of_text = |content: &[u8]| {
        let (_, rest) = content.split_first().filter(|(flags, _)| **flags & 1 > 0)?;
        let (text, rest) = text(rest)?;
        let starts = rest.get(4..)?.chunks_exact(4).take(u32_at(rest, 0)? as usize);
        let starts: Vec<_> =
            starts.filter_map(|part| Some((usize::from(u16_at(part, 0)?), u16_at(part, 2)?))).collect();
        raised.marked(&text, &starts)
    };
    let texts = records(shared).filter(|(kind, _)| *kind == SHARED);
    (0..).zip(texts).filter_map(|(place, (_, content))| Some((place, of_text(content)?))).collect()
}

/// A text behind its length, and what is behind it.
fn text(bytes: &[u8]) -> Option<(Vec<u16>, &[u8])> {
    let length = u32_at(bytes, 0)? as usize;
    let (text, rest) = bytes[4..].split_at_checked(length.checked_mul(2)?)?;
    Some((text.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect(), rest))
}

/// The records of an entry: kind and content, each number in bytes of seven bits.
fn records(bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = number(&mut rest, 2)?;
        let length = number(&mut rest, 4)? as usize;
        let (content, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some((kind, content))
    })
}

fn number(bytes: &mut &[u8], most: u32) -> Option<u32> {
    let mut number = 0;
    for place in 0..most {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            break;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_records_have_seven_bits_a_byte() {
        let bytes = [0xe7, 0x04, 1, 9, 0x13, 0x80, 0x01];
        let bytes = [&bytes[..], &[5; 128], &[7, 9, 1]].concat();
        let found: Vec<_> = records(&bytes).map(|(kind, content)| (kind, content.len(), content[0])).collect();
        // The last one is cut short.
        assert_eq!(found, [(0x267, 1, 9), (0x13, 128, 5)]);
    }

    #[test]
    fn parts_of_shared_texts_name_their_fonts() {
        let font = |set: u8| [&[FONT as u8, 8][..], &[0; 6], &[set, 0]].concat();
        let raised = Looks::of(&[font(0), font(0), font(0), font(0), font(1)].concat()).raised;
        let characters = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let text = |flags: u8, parts: &[u8]| {
            let content = [&[flags, 5, 0, 0, 0][..], &characters("12901"), parts].concat();
            [&[SHARED as u8, content.len() as u8][..], &content].concat()
        };
        let texts = [text(0, &[]), text(1, &[1, 0, 0, 0, 4, 0, 4, 0]), text(1, &[1, 0, 0, 0, 4, 0, 3, 0])];
        assert_eq!(marked(&texts.concat(), &raised).into_iter().collect::<Vec<_>>(), [(1, "1290¹".to_owned())]);
    }
}
