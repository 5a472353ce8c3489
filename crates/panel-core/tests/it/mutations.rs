//! Workbooks and Parquet files spoilt at random: reading never ends the program, whatever a file promises.
//!
//! `READER_MUTATIONS=100000` reads so many spoilt copies of each kind; without it a few hundred Parquet
//! files and no workbook, because a fault is still open there: a workbook that promises a far cell can take all memory.

use panel_core::io::{ReadOptions, read_bytes};
use panel_core::random::Stream;

fn copies(otherwise: usize) -> usize {
    std::env::var("READER_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

fn read_all(name: &str, bytes: &[u8]) {
    match read_bytes(name, bytes, &ReadOptions::default()) {
        Ok(table) => assert!(table.columns().iter().all(|column| column.len() == table.n_rows())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Flips, cuts, doubles or replaces some bytes.
fn spoil(rng: &mut Stream, bytes: &mut Vec<u8>) {
    for _ in 0..1 + rng.below(4) {
        let at = rng.below(bytes.len());
        match rng.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << rng.below(8),
            1 if !bytes.is_empty() => bytes[at] = rng.next_u64() as u8,
            2 => bytes.truncate(at),
            3 => {
                let part: Vec<u8> = bytes[at..].iter().copied().take(rng.below(40)).collect();
                bytes.splice(at..at, part);
            }
            _ => {
                let end = (at + 1 + rng.below(8)).min(bytes.len());
                bytes.splice(at..end, [0xff, 0xff, 0xff, 0xff, 0x7f].into_iter().take(rng.below(6)));
            }
        }
    }
}

#[cfg(feature = "xlsx")]
#[test]
fn spoilt_workbooks_do_not_end_the_program() {
    use std::io::{Cursor, Read, Write};
    const HOSTILE: [&str; 14] = [
        "XFD1048576",
        "A0",
        "AAAA1",
        "-1",
        "999999999999",
        "4294967295",
        "e",
        "s",
        "b",
        "inlineStr",
        "NaN",
        "1e999",
        "",
        "A1:XFD1048576",
    ];
    let mut rng = Stream::new(16, 1);
    for name in ["e03b.xlsx", "e13.xlsx", "e04d.xlsx", "far.xlsx"] {
        let bytes = std::fs::read(crate::golden("layouts").join(name)).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            parts.push((entry.name().expect("a name").into_owned(), content));
        }
        for _ in 0..copies(0) / 4 {
            let mut spoilt = parts.clone();
            let part = rng.below(spoilt.len());
            let content = &mut spoilt[part].1;
            if rng.below(4) == 0 {
                spoil(&mut rng, content);
            } else {
                // The value of an attribute or the text of an element, so that most of the document stays one.
                let marks: Vec<usize> =
                    (0..content.len()).filter(|&at| content[at] == b'"' || content[at] == b'>').collect();
                let from = marks.get(rng.below(marks.len())).map_or(0, |at| at + 1);
                let to = content[from..].iter().position(|b| matches!(b, b'"' | b'<')).map_or(from, |n| from + n);
                content.splice(from..to, HOSTILE[rng.below(HOSTILE.len())].bytes());
            }
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
            for (name, content) in &spoilt {
                writer.start_file(name.clone(), stored).unwrap();
                writer.write_all(content).unwrap();
            }
            read_all("m.xlsx", &writer.finish().unwrap().into_inner());
        }
    }
    for name in ["x01.xls", "x03.xls"] {
        let bytes = std::fs::read(crate::golden("layouts").join(name)).unwrap();
        for _ in 0..copies(0) / 4 {
            let mut spoilt = bytes.clone();
            spoil(&mut rng, &mut spoilt);
            read_all("m.xls", &spoilt);
        }
    }
}

#[cfg(feature = "polars")]
#[test]
fn spoilt_parquet_files_do_not_end_the_program() {
    let mut rng = Stream::new(16, 2);
    for name in ["layouts/p19.parquet", "layouts/p20.parquet", "layouts/p37.parquet", "dates.parquet"] {
        let bytes = std::fs::read(crate::golden(name)).unwrap();
        let length = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap()) as usize;
        let footer = bytes.len() - 8 - length;
        for _ in 0..copies(200) / 4 {
            // The footer mostly, its length kept true; sometimes the pages.
            let (mut data, mut meta) = (bytes[..footer].to_vec(), bytes[footer..footer + length].to_vec());
            if rng.below(3) == 0 {
                spoil(&mut rng, &mut data)
            } else {
                spoil(&mut rng, &mut meta)
            }
            data.extend(&meta);
            data.extend((meta.len() as u32).to_le_bytes());
            data.extend(b"PAR1");
            read_all("m.parquet", &data);
        }
    }
}
