//! Study files that were spoilt at random: reading never panics, an error is one line, and what can be read can be
//! changed by path, written out and read again. `STUDY_MUTATIONS` says how many of each file, 100 by default.

use crate::support::workspace;
use panel_core::random::Stream;
use panelstudy::study::Loaded;
use std::path::{Path, PathBuf};

/// What slips into a file by hand.
const SNIPPETS: [&str; 24] = [
    "[[table]]\n",
    "[[table.column]]\n",
    "[[source]]\n",
    "[va]\n",
    "[report]\n",
    "[variables]\n",
    "[quality.ranges]\n",
    "= ",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\n",
    "#",
    "1e999",
    "nan",
    "-1",
    "true",
    "虚拟集聚",
    "{ en = \"x\" }",
    "[[1, 2], \"a\"]",
];

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["tests/studies", "fixtures/studies"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(workspace().join(folder)).expect("a folder of studies"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

/// One to eight edits: a piece cut out, a piece from elsewhere, a snippet, another digit.
fn spoil(text: &str, rng: &mut Stream) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=rng.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = rng.below(bytes.len());
        let end = (at + 1 + rng.below(30)).min(bytes.len());
        match rng.below(4) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let from = rng.below(bytes.len());
                let piece = bytes[from..(from + 40).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => drop(bytes.splice(at..at, SNIPPETS[rng.below(SNIPPETS.len())].bytes())),
            _ => bytes[at] = b'0' + rng.below(10) as u8,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_text_makes_the_study_file_panic() {
    let each: u64 = std::env::var("STUDY_MUTATIONS").map_or(100, |n| n.parse().expect("a number"));
    let (mut read, mut refused) = (0, 0);
    for (place, file) in files().iter().enumerate() {
        let text = std::fs::read_to_string(file).expect("readable");
        for n in 0..each {
            let spoilt = spoil(&text, &mut Stream::new(20132020 + place as u64, n));
            let name = format!("{} {n}", file.display());
            match Loaded::parse(&spoilt, "s.toml", Path::new("")) {
                Ok(loaded) => {
                    read += 1;
                    let written = toml::to_string(&loaded.study).unwrap_or_else(|error| panic!("{name}: {error}"));
                    Loaded::parse(&written, "s.toml", Path::new("")).unwrap_or_else(|error| panic!("{name}: {error}"));
                    for path in ["va.form", "gtfp.main.rts", "table.t.column.(1).vcov", "variables.x"] {
                        let mut changes = toml::Table::new();
                        changes.insert(path.to_owned(), toml::Value::String("x".into()));
                        let _ = loaded.with(&changes);
                    }
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().contains('\n'), "{name}: {error}");
                }
            }
        }
    }
    eprintln!("{read} read, {refused} refused");
    assert!(read > 0 && refused > read / 10, "{read} read, {refused} refused: the spoiling does not reach the reader");
}
