//! Lengths that a Stata file states, checked against the length that it has.
//!
//! The reader makes room for as many bytes as a file promises before it reads them. In a damaged file that can be four
//! gigabytes, or an endless number of empty rows; here each length is compared with what is left of the file first.

use crate::error::{Error, Result};
use ::dta::stata::dta::byte_order::ByteOrder;
use ::dta::stata::dta::header::Header;
use ::dta::stata::dta::release::Release;
use ::dta::stata::dta::variable::Variable;
use ::dta::stata::dta::variable_type::VariableType;
use std::cell::Cell;
use std::io::{Cursor, Read, Result as IoResult};
use std::rc::Rc;

/// Least bytes that the lists before the data hold per variable: type, name, sort place, format, label name, label.
const PER_VARIABLE: u64 = 1 + 9 + 2 + 7 + 9 + 32;

/// A reader over bytes that says how far it has come.
pub(super) struct Counted<'a> {
    inner: Cursor<&'a [u8]>,
    position: Rc<Cell<usize>>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> (Self, Rc<Cell<usize>>) {
        let position = Rc::new(Cell::new(0));
        (Self { inner: Cursor::new(bytes), position: Rc::clone(&position) }, position)
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let n = self.inner.read(buffer)?;
        self.position.set(self.position.get() + n);
        Ok(n)
    }
}

/// Checks the number of variables, before the lists that have one entry each are read.
///
/// # Errors
/// [`Error::Read`] where the file is too short for them, and where there are none.
pub(super) fn variables(file: &str, bytes: &[u8], header: &Header) -> Result<()> {
    let count = u64::from(header.variable_count());
    if count == 0 {
        return Err(Error::Read { file: file.to_owned(), reason: "the file has no variables".into() });
    }
    if count * PER_VARIABLE > bytes.len() as u64 {
        return Err(short(file, &format!("{count} variables"), bytes.len()));
    }
    Ok(())
}

/// Checks what follows the lists: characteristics, rows, long strings, value labels.
///
/// Only lengths are looked at. Where the file is not laid out as expected nothing is said: the reader says it better.
///
/// # Errors
/// [`Error::Read`] naming the section whose length does not fit into the file.
pub(super) fn sections(file: &str, bytes: &[u8], start: usize, header: &Header, variables: &[Variable]) -> Result<()> {
    let mut walk = Walk { bytes, at: start, little: matches!(header.byte_order(), ByteOrder::LittleEndian) };
    let release = header.release();
    let fits = if release.is_xml_like() { walk.tagged_characteristics() } else { walk.plain_characteristics(release) };
    if fits == Fits::No {
        return Err(short(file, "a characteristic", bytes.len()));
    }
    let width: u64 = variables.iter().map(|variable| width(variable.variable_type())).sum();
    let rows = header.observation_count();
    if width == 0 || rows.checked_mul(width).is_none_or(|size| size > bytes.len() as u64) {
        return Err(short(file, &format!("{rows} rows of {width} bytes"), bytes.len()));
    }
    if fits == Fits::Unknown {
        return Ok(());
    }
    // It fits into the file, so it fits into a usize.
    let size = (rows * width) as usize;
    let open = if release.is_xml_like() { b"<data>".len() } else { 0 };
    if walk.at + open + size > bytes.len() {
        return Err(short(file, &format!("{rows} rows of {width} bytes"), bytes.len()));
    }
    walk.at += open + size;
    if release.is_xml_like() {
        walk.at += b"</data>".len();
        if walk.long_strings(release) == Fits::No {
            return Err(short(file, "a long string", bytes.len()));
        }
    }
    match walk.value_labels(release) {
        Fits::No => Err(short(file, "a set of value labels", bytes.len())),
        _ => Ok(()),
    }
}

fn short(file: &str, what: &str, length: usize) -> Error {
    Error::Read {
        file: file.to_owned(),
        reason: format!("it promises {what}, more than its {length} bytes hold; the file looks truncated or damaged"),
    }
}

/// Bytes of a value in a row.
fn width(kind: VariableType) -> u64 {
    match kind {
        VariableType::Byte => 1,
        VariableType::Int => 2,
        VariableType::Long | VariableType::Float => 4,
        VariableType::FixedString(length) => u64::from(length),
        _ => 8,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fits {
    Yes,
    No,
    /// The layout is not what it should be.
    Unknown,
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    little: bool,
}

impl Walk<'_> {
    fn take(&mut self, n: usize) -> Option<&[u8]> {
        let part = self.bytes.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(part)
    }

    fn tag(&mut self, tag: &[u8]) -> bool {
        let here = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(tag));
        if here {
            self.at += tag.len();
        }
        here
    }

    fn word(&mut self) -> Option<usize> {
        let little = self.little;
        let bytes: [u8; 4] = self.take(4)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) } as usize)
    }

    /// Passes over `before` bytes and as many as the word in front of them says.
    fn counted(&mut self, before: usize) -> Fits {
        let Some(length) = self.word() else { return Fits::Unknown };
        if self.take(before).is_none() { Fits::Unknown } else { self.pass(length) }
    }

    fn pass(&mut self, length: usize) -> Fits {
        if self.take(length).is_some() { Fits::Yes } else { Fits::No }
    }

    fn tagged_characteristics(&mut self) -> Fits {
        loop {
            // The reader takes an opening tag anywhere, so this does, too.
            if self.tag(b"<characteristics>") {
                continue;
            }
            if self.tag(b"</characteristics>") {
                return Fits::Yes;
            }
            if !self.tag(b"<ch>") {
                return Fits::Unknown;
            }
            match self.counted(0) {
                Fits::Yes if self.tag(b"</ch>") => {}
                Fits::Yes => return Fits::Unknown,
                other => return other,
            }
        }
    }

    /// Fields of a type byte and a length, up to one of type zero; its length should be zero and is not looked at.
    fn plain_characteristics(&mut self, release: Release) -> Fits {
        if release < Release::V105 {
            return Fits::Yes;
        }
        loop {
            let Some(kind) = self.take(1).map(|byte| byte[0]) else { return Fits::Unknown };
            let length = if release >= Release::V110 {
                self.word()
            } else {
                let little = self.little;
                let short =
                    |b: &[u8]| if little { u16::from_le_bytes([b[0], b[1]]) } else { u16::from_be_bytes([b[0], b[1]]) };
                self.take(2).map(|bytes| usize::from(short(bytes)))
            };
            match length {
                None => return Fits::Unknown,
                Some(_) if kind == 0 => return Fits::Yes,
                Some(length) => {
                    if self.pass(length) == Fits::No {
                        return Fits::No;
                    }
                }
            }
        }
    }

    fn long_strings(&mut self, release: Release) -> Fits {
        if !self.tag(b"<strls>") {
            return Fits::Unknown;
        }
        // Variable, observation, kind.
        let key = 4 + if release >= Release::V118 { 8 } else { 4 } + 1;
        while self.tag(b"GSO") {
            if self.take(key).is_none() {
                return Fits::Unknown;
            }
            match self.counted(0) {
                Fits::Yes => {}
                other => return other,
            }
        }
        if self.tag(b"</strls>") { Fits::Yes } else { Fits::Unknown }
    }

    fn value_labels(&mut self, release: Release) -> Fits {
        if release < Release::V108 {
            // Sets of at most 65 535 short labels.
            return Fits::Yes;
        }
        let name = match release {
            release if release >= Release::V118 => 129,
            release if release >= Release::V110 => 33,
            _ => 9,
        };
        let tagged = release.is_xml_like();
        if tagged && !self.tag(b"<value_labels>") {
            return Fits::Unknown;
        }
        while if tagged { self.tag(b"<lbl>") } else { self.at < self.bytes.len() } {
            match self.counted(name + 3) {
                Fits::Yes if !tagged || self.tag(b"</lbl>") => {}
                Fits::Yes => return Fits::Unknown,
                other => return other,
            }
        }
        Fits::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by fuzzing: the reader stops at type zero whatever length stands there, and would look for value labels
    /// elsewhere than this.
    #[test]
    fn characteristics_end_at_type_zero() {
        let bytes = [1, 2, 0, 0, 0, 9, 9, 0, 5, 0, 0, 0, 7, 7, 7, 7, 7];
        let mut walk = Walk { bytes: &bytes, at: 0, little: true };
        assert_eq!((walk.plain_characteristics(Release::V114), walk.at), (Fits::Yes, 12));
    }
}
