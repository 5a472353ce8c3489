//! What a workbook of the old kind (xls) would take to read, found out before it is.
//!
//! Such a file is a small file system of sectors, and in it a stream of records, one for each cell or row of cells. The
//! reader lays the cells of a sheet out as an area and follows chains of sectors wherever they lead, so a single wrong byte
//! may ask for more memory than there is.

use crate::error::{Error, Result};

/// Rows and columns of a sheet of the old kind.
const ROWS: u64 = 1 << 16;
const COLUMNS: u64 = 1 << 8;

/// Cells that the areas of all sheets may have together, empty ones included.
const MOST_CELLS: u64 = 20_000_000;

/// Numbers of sectors from here on are marks: the end of a chain, a free sector.
const MARKS: u32 = 0xffff_fffa;

/// Checks a workbook of the old kind; others are not of that kind.
///
/// # Errors
/// [`Error::Read`] for a file whose sectors or records cannot be what they say.
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<()> {
    if !bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(());
    }
    let stream = Compound::open(bytes).and_then(|compound| compound.workbook());
    let checked = stream.and_then(|stream| check_sheets(&stream));
    checked.map_err(|reason| Error::Read { file: file.to_owned(), reason })
}

fn damaged(what: &str) -> String {
    format!("the file looks damaged: {what}; open it in a spreadsheet program and save it as xlsx")
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The sectors of a file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    /// The sector behind each in its chain.
    next: Vec<u32>,
    /// The same of the small sectors, which lie in a stream of their own.
    next_small: Vec<u32>,
    small: Vec<u8>,
    streams: Vec<Stream>,
}

/// An entry of the directory.
struct Stream {
    name: String,
    start: u32,
    length: u64,
}

/// Streams that are shorter lie in small sectors.
const SMALL: u64 = 4096;

impl<'a> Compound<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let short = || damaged("it ends within its head");
        let sector = match u16_at(bytes, 30).ok_or_else(short)? {
            9 => 512,
            12 => 4096,
            _ => return Err(damaged("the size of its sectors is unknown")),
        };
        let mut compound =
            Self { bytes, sector, next: Vec::new(), next_small: Vec::new(), small: Vec::new(), streams: Vec::new() };
        let head = |at: usize| u32_at(bytes, at).ok_or_else(short);
        let mut tables: Vec<u32> = (76..512).step_by(4).map(head).collect::<Result<_, _>>()?;
        let mut more = head(68)?;
        for _ in 0..=compound.n_sectors() {
            if more >= MARKS {
                break;
            }
            tables.extend(words(compound.sector(more)?));
            more = tables.pop().unwrap_or(MARKS);
        }
        if more < MARKS {
            return Err(damaged("its sectors form a circle"));
        }
        for table in tables.into_iter().filter(|&table| table < MARKS) {
            // A table that is named twice could be named without end.
            if compound.next.len() > 2 * compound.n_sectors() + compound.sector {
                return Err(damaged("its tables of sectors are longer than the file"));
            }
            let part: Vec<u32> = words(compound.sector(table)?).collect();
            compound.next.extend(part);
        }
        let directory = compound.chain(head(48)?, u64::MAX)?;
        compound.streams = directory.chunks_exact(128).filter_map(Stream::of).collect();
        let root = compound.streams.first().map(|root| (root.start, root.length));
        if let (1.., Some((start, length))) = (head(64)?, root) {
            compound.small = compound.chain(start, length)?;
            let tables = compound.chain(head(60)?, u64::from(head(64)?) * sector as u64)?;
            compound.next_small = words(&tables).collect();
        }
        Ok(compound)
    }

    fn n_sectors(&self) -> usize {
        self.bytes.len() / self.sector
    }

    fn sector(&self, id: u32) -> Result<&'a [u8], String> {
        let start = (id as usize + 1).saturating_mul(self.sector);
        let end = (start + self.sector).min(self.bytes.len());
        self.bytes.get(start..end).ok_or_else(|| damaged(&format!("sector {id} lies beyond its end")))
    }

    /// The bytes of a chain of sectors, up to a length.
    fn chain(&self, start: u32, length: u64) -> Result<Vec<u8>, String> {
        follow(start, length, &self.next, |id| self.sector(id))
    }

    /// The stream of the workbook's records; every other stream is only followed to its end.
    pub(super) fn workbook(&self) -> Result<Vec<u8>, String> {
        let mut found = None;
        for stream in self.streams.iter().skip(1).filter(|stream| stream.length > 0) {
            let bytes = if stream.length < SMALL {
                let small = |id: u32| {
                    let start = id as usize * 64;
                    let sector = self.small.get(start..(start + 64).min(self.small.len()));
                    sector.ok_or_else(|| damaged(&format!("small sector {id} lies beyond its end")))
                };
                follow(stream.start, stream.length, &self.next_small, small)?
            } else {
                self.chain(stream.start, stream.length)?
            };
            let is = |name: &str| stream.name.eq_ignore_ascii_case(name);
            if is("Workbook") || is("Book") && found.is_none() {
                found = Some(bytes);
            }
        }
        // That there is none is the reader's to report.
        Ok(found.unwrap_or_default())
    }
}

/// The bytes of a chain; one that is longer than its table goes in a circle.
fn follow<'a>(
    start: u32,
    length: u64,
    next: &[u32],
    sector: impl Fn(u32) -> Result<&'a [u8], String>,
) -> Result<Vec<u8>, String> {
    let (mut at, mut bytes) = (start, Vec::new());
    for _ in 0..=next.len() {
        if at >= MARKS || bytes.len() as u64 >= length {
            return Ok(bytes);
        }
        bytes.extend_from_slice(sector(at)?);
        at = *next.get(at as usize).ok_or_else(|| damaged(&format!("sector {at} is in no table")))?;
    }
    Err(damaged("its sectors form a circle"))
}

fn words(sector: &[u8]) -> impl Iterator<Item = u32> {
    sector.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

impl Stream {
    fn of(entry: &[u8]) -> Option<Self> {
        let units: Vec<u16> = entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let name = String::from_utf16_lossy(units.split(|&unit| unit == 0).next().unwrap_or_default());
        Some(Self { name, start: u32_at(entry, 116)?, length: u64::from(u32_at(entry, 120)?) })
    }
}

/// The records of a stream from a place on: kind and content.
pub(super) fn records(stream: &[u8], from: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = from;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, u16_at(stream, at + 2)?);
        let content = stream.get(at + 4..at + 4 + usize::from(length))?;
        at += 4 + usize::from(length);
        Some((kind, content))
    })
}

pub(super) const BEGINS: u16 = 0x0809;
pub(super) const ENDS: u16 = 0x000a;
pub(super) const SHEET: u16 = 0x0085;
const AREA: u16 = 0x0200;
pub(super) const ROW_OF_CELLS: u16 = 0x00bd;
/// Records of one cell, which begin with its row and column: numbers, texts, truth values, formulas.
const CELLS: [u16; 7] = [0x0006, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e];

/// Checks where the cells of all sheets lie.
fn check_sheets(stream: &[u8]) -> Result<(), String> {
    let sheets = records(stream, 0).take_while(|(kind, _)| *kind != ENDS).filter(|(kind, _)| *kind == SHEET);
    let mut total = 0;
    for (_, sheet) in sheets {
        let Some(start) = u32_at(sheet, 0) else { continue };
        total += area(stream, start as usize)?;
        if total > MOST_CELLS {
            return Err(format!(
                "its cells lie so far apart that its sheets have more than {MOST_CELLS} cells; delete stray cells, or save the table as a text file"
            ));
        }
    }
    Ok(())
}

/// The cells of the area in which those of a sheet lie.
fn area(stream: &[u8], start: usize) -> Result<u64, String> {
    let (mut rows, mut columns) = ([u64::MAX, 0], [u64::MAX, 0]);
    let mut depth = 0_usize;
    for (kind, content) in records(stream, start) {
        match kind {
            BEGINS => depth += 1,
            ENDS if depth <= 1 => break,
            ENDS => depth -= 1,
            // Charts within a sheet have cells of their own.
            _ if depth > 1 => {}
            AREA => check_area(content)?,
            _ if CELLS.contains(&kind) || kind == ROW_OF_CELLS => {
                let Some((row, first)) = u16_at(content, 0).zip(u16_at(content, 2)) else { continue };
                let last =
                    if kind == ROW_OF_CELLS { u16_at(content, content.len().saturating_sub(2)) } else { Some(first) };
                let last = last.unwrap_or(first).max(first);
                if u64::from(last) >= COLUMNS {
                    let column = u32::from(last) + 1;
                    return Err(damaged(&format!(
                        "a cell lies in column {column} of row {}, and its kind has {COLUMNS}",
                        u32::from(row) + 1
                    )));
                }
                let (row, first, last) = (u64::from(row), u64::from(first), u64::from(last));
                rows = [rows[0].min(row), rows[1].max(row)];
                columns = [columns[0].min(first), columns[1].max(last)];
            }
            _ => {}
        }
    }
    if rows[0] > rows[1] {
        return Ok(0);
    }
    Ok((rows[1] - rows[0] + 1) * (columns[1] - columns[0] + 1))
}

/// The reader makes room for the area that a sheet says it has, whatever cells follow.
fn check_area(content: &[u8]) -> Result<(), String> {
    let sides = match content.len() {
        10 => [0, 2, 4, 6].map(|at| u16_at(content, at).map(u64::from)),
        14 | 16 => {
            let row = |at| u32_at(content, at).map(u64::from);
            let column = |at| u16_at(content, at).map(u64::from);
            [row(0), row(4), column(8), column(10)]
        }
        // The reader refuses it.
        _ => return Ok(()),
    };
    let [Some(top), Some(bottom), Some(_), Some(right)] = sides else { return Ok(()) };
    // An empty sheet may say anything of its first row.
    let empty = bottom == 0 || right == 0;
    if !empty && (top >= bottom || bottom > ROWS || right > COLUMNS) {
        return Err(damaged(&format!("a sheet says it has the rows {top} to {bottom} and columns up to {right}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        record(0x0203, &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat())
    }

    /// A stream with one sheet that holds these records.
    fn stream(of_sheet: &[Vec<u8>]) -> Vec<u8> {
        let globals = |start: u32| {
            let sheet = record(SHEET, &[&start.to_le_bytes()[..], &[0; 4]].concat());
            [record(BEGINS, &[0; 16]), sheet, record(ENDS, &[])].concat()
        };
        let globals = globals(globals(0).len() as u32);
        let sheet = [record(BEGINS, &[0; 16]), of_sheet.concat(), record(ENDS, &[])].concat();
        [globals, sheet].concat()
    }

    /// A file of one stream in sectors of 512 bytes, whose chain ends with `last`.
    fn compound(content: &[u8], last: u32) -> Vec<u8> {
        let n = content.len().div_ceil(512).max(9);
        let mut head = vec![0_u8; 512];
        head[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
        head[30] = 9;
        head[48..52].copy_from_slice(&1_u32.to_le_bytes());
        head[60..64].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
        head[68..72].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
        head[76..512].fill(0xff);
        head[76..80].fill(0);
        // Sector 0 is the table, 1 the directory, the stream follows.
        let mut table = vec![0xffff_fffd_u32, 0xffff_fffe];
        table.extend((3..).take(n - 1));
        table.push(last);
        table.resize(128, 0xffff_ffff);
        let mut directory = vec![0_u8; 512];
        for (at, unit) in "Workbook".encode_utf16().enumerate() {
            directory[128 + 2 * at..130 + 2 * at].copy_from_slice(&unit.to_le_bytes());
        }
        directory[244..248].copy_from_slice(&2_u32.to_le_bytes());
        directory[248..252].copy_from_slice(&(512 * n as u32).to_le_bytes());
        let mut content = content.to_vec();
        content.resize(512 * n, 0);
        let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
        [head, table, directory, content].concat()
    }

    fn message(bytes: &[u8]) -> String {
        check("b.xls", bytes).expect_err("damaged").to_string()
    }

    #[test]
    fn cells_where_none_can_be_are_damage() {
        let end = 0xffff_fffe;
        check("b.xls", &compound(&stream(&[number(0, 0), number(65_535, 255)]), end)).expect("a full sheet");
        check("b.xls", b"PK\x03\x04").expect("of another kind");
        let far = message(&compound(&stream(&[number(65_535, 65_535)]), end));
        assert!(far.contains("b.xls") && far.contains("column 65536 of row 65536") && far.contains("save it"), "{far}");
        let row = record(ROW_OF_CELLS, &[&[1, 0, 0, 0][..], &[0; 6], &[0xff, 0xff]].concat());
        assert!(message(&compound(&stream(&[row]), end)).contains("column 65536 of row 2"));
        let area = |rows: u32, columns: u16| {
            record(AREA, &[&[0; 4][..], &rows.to_le_bytes(), &[0; 2], &columns.to_le_bytes(), &[0; 2]].concat())
        };
        check("b.xls", &compound(&stream(&[area(65_536, 256)]), end)).expect("a full sheet");
        assert!(message(&compound(&stream(&[area(u32::MAX, 2)]), end)).contains("the rows 0 to 4294967295"));
    }

    #[test]
    fn sectors_end_somewhere() {
        let long = compound(&stream(&[]), 0xffff_fffe);
        check("b.xls", &long).expect("it ends");
        // What the entry says of its length does not matter as long as the chain ends.
        let mut longer = long.clone();
        longer[2 * 512 + 248..][..4].fill(0xff);
        check("b.xls", &longer).expect("it ends");
        let mut around = compound(&stream(&[]), 2);
        around[2 * 512 + 248..][..4].fill(0xff);
        assert!(message(&around).contains("form a circle"));
        assert!(message(&long[..600]).contains("looks damaged"));
    }
}
