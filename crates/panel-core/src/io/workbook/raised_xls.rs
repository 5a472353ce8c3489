//! Numbers with a raised footnote mark in an old workbook (xls): its texts name the fonts of their parts, and a font says
//! whether it is raised.
//!
//! Records: MS-XLS 2.4.122 (`Font`), 2.4.265 (`SST`), 2.5.293 (`XLUnicodeRichExtendedString`), 2.5.129 (`FormatRun`).

use super::compound::u16_at;
use super::raised::Parts;
use std::collections::{BTreeMap, BTreeSet};

const FONT: u16 = 0x0031;
const SHARED: u16 = 0x00fc;
const CONTINUED: u16 = 0x003c;

/// Numbers of the fonts that are raised or lowered.
#[derive(Debug, Default)]
pub(super) struct Fonts(BTreeSet<u16>);

impl Fonts {
    pub(super) fn raised<'a>(records: impl Iterator<Item = (u16, &'a [u8])>) -> Self {
        let fonts = records.filter(|(kind, _)| *kind == FONT).map(|(_, content)| u16_at(content, 8));
        // No font has the number 4.
        (0..4).chain(5..).zip(fonts).filter(|(_, set)| set.is_some_and(|set| set > 0)).map(|(n, _)| n).collect()
    }

    /// Whether none is raised.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text with its raised digits, where it has any and is a number; its parts by first character and font.
    pub(super) fn marked(&self, text: &[u16], starts: &[(usize, u16)]) -> Option<String> {
        let mut parts = Parts::default();
        let ends = starts.iter().map(|&(start, _)| start).skip(1).chain([text.len()]);
        let first = starts.first().map_or(text.len(), |&(start, _)| start);
        parts.add(&String::from_utf16_lossy(text.get(..first)?), false);
        for (&(start, font), end) in starts.iter().zip(ends) {
            parts.add(&String::from_utf16_lossy(text.get(start..end)?), self.0.contains(&font));
        }
        parts.marked().map(str::to_owned)
    }
}

impl FromIterator<u16> for Fonts {
    fn from_iter<I: IntoIterator<Item = u16>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

/// The shared texts that are numbers with a raised mark, by their place.
pub(super) fn shared<'a>(records: impl Iterator<Item = (u16, &'a [u8])>, raised: &Fonts) -> BTreeMap<u32, String> {
    let mut records = records.skip_while(|(kind, _)| *kind != SHARED);
    let first = records.next().map(|(_, content)| content);
    let rest = records.take_while(|(kind, _)| *kind == CONTINUED).map(|(_, content)| content);
    let mut bytes = Blocks { blocks: first.into_iter().chain(rest).collect(), ..Blocks::default() };
    let mut found = BTreeMap::new();
    if bytes.skip(8).is_some() {
        // A damaged text ends the list; what is behind it is the reader's to report.
        for place in 0.. {
            let Some(marked) = bytes.text(raised) else { break };
            found.extend(marked.map(|marked| (place, marked)));
        }
    }
    found
}

/// The text of a cell that holds it together with the fonts of its parts, behind the cell's row and column.
pub(super) fn in_cell(content: &[u8], raised: &Fonts, is_wide: bool) -> Option<String> {
    let mut bytes = Blocks { blocks: vec![content.get(2..)?], ..Blocks::default() };
    let length = usize::from(bytes.u16()?);
    let wide = is_wide && bytes.u8()? & 1 > 0;
    let text = bytes.characters(length, wide)?;
    let n = if is_wide { bytes.u16()? } else { u16::from(bytes.u8()?) };
    let starts = (0..n).map(|_| match is_wide {
        true => Some((usize::from(bytes.u16()?), bytes.u16()?)),
        false => Some((usize::from(bytes.u8()?), u16::from(bytes.u8()?))),
    });
    let starts: Vec<_> = starts.collect::<Option<_>>()?;
    raised.marked(&text, &starts)
}

/// The contents of a record and of those that continue it.
#[derive(Debug, Default)]
struct Blocks<'a> {
    blocks: Vec<&'a [u8]>,
    block: usize,
    at: usize,
}

impl Blocks<'_> {
    /// Moves to the next content where this one is at its end; whether it did.
    fn turn(&mut self) -> Option<bool> {
        let mut turned = false;
        while self.at >= self.blocks.get(self.block)?.len() {
            (self.block, self.at) = (self.block + 1, 0);
            turned = true;
        }
        Some(turned)
    }

    fn u8(&mut self) -> Option<u8> {
        self.turn()?;
        let byte = self.blocks[self.block][self.at];
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut n: usize) -> Option<()> {
        while n > 0 {
            self.turn()?;
            let step = n.min(self.blocks[self.block].len() - self.at);
            self.at += step;
            n -= step;
        }
        Some(())
    }

    /// Characters of one or two bytes; a content that continues them says anew which.
    fn characters(&mut self, n: usize, mut wide: bool) -> Option<Vec<u16>> {
        let mut text = Vec::new();
        while text.len() < n {
            if self.turn()? {
                wide = self.u8()? & 1 > 0;
            }
            text.push(if wide { self.u16()? } else { u16::from(self.u8()?) });
        }
        Some(text)
    }

    /// The next shared text: as a number with a raised mark, where it is one.
    fn text(&mut self, raised: &Fonts) -> Option<Option<String>> {
        let length = usize::from(self.u16()?);
        let flags = self.u8()?;
        let has = |flag: u8| flags & flag > 0;
        let n_parts = if has(8) { self.u16()? } else { 0 };
        let n_behind = if has(4) { self.u32()? } else { 0 };
        let text = self.characters(length, has(1))?;
        let mut starts = Vec::new();
        for _ in 0..n_parts {
            starts.push((usize::from(self.u16()?), self.u16()?));
        }
        self.skip(n_behind as usize)?;
        Some(raised.marked(&text, &starts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font(set: u8) -> Vec<u8> {
        [&[0; 8][..], &[set, 0], &[0; 4]].concat()
    }

    #[test]
    fn fonts_have_no_number_four() {
        let fonts: Vec<Vec<u8>> = [0, 0, 2, 0, 1, 0].map(font).into();
        let fonts = Fonts::raised(fonts.iter().map(|content| (FONT, &content[..])));
        assert_eq!(fonts.0.into_iter().collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn texts_go_on_in_the_next_record() {
        let raised = Fonts([5].into());
        // Two texts; the second one has two parts, four bytes behind it, and changes its width within.
        let first = [&[2, 0, 0, 0, 2, 0, 0, 0][..], &[2, 0, 0, b'1', b'2'], &[5, 0, 12, 1, 0, 4, 0, 0, 0, b'1', b'2']];
        let second = [&[1, b'9', 0, b'0', 0, b'1', 0][..], &[4, 0]];
        let third = [&[5, 0, 7, 7, 7, 7][..], &[2, 0, 8, 1, 0, b'5', b'6', 1, 0, 5, 0]];
        let blocks = [first.concat(), second.concat(), third.concat()];
        let kinds = [SHARED, CONTINUED, CONTINUED];
        let records = || kinds.into_iter().zip(blocks.iter().map(|block| &block[..]));
        let expected = [(1, "1290¹".to_owned()), (2, "5⁶".to_owned())];
        assert_eq!(shared(records(), &raised).into_iter().collect::<Vec<_>>(), expected);
        // A list that is cut short ends.
        assert_eq!(shared(records().take(2), &raised).len(), 0);
    }

    #[test]
    fn texts_in_cells_are_of_both_kinds() {
        let raised = Fonts([5].into());
        let narrow = [0, 0, 3, 0, b'7', b'8', b'1', 1, 2, 5];
        assert_eq!(in_cell(&narrow, &raised, false).as_deref(), Some("78¹"));
        let wide = [0, 0, 3, 0, 0, b'7', b'8', b'1', 1, 0, 2, 0, 5, 0];
        assert_eq!(in_cell(&wide, &raised, true).as_deref(), Some("78¹"));
        assert_eq!(in_cell(&wide[..12], &raised, true), None);
        assert_eq!(raised.marked(&[49, 50], &[(7, 5)]), None);
    }
}
