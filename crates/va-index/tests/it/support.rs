//! Reading the reference data, where they are.

use std::path::PathBuf;

/// A small CSV table.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Parses text with one header line; quoted cells may hold commas.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.is_empty()).map(split);
        let header = lines.next().expect("a header");
        Self { header, rows: lines.collect() }
    }

    /// A file below the reference folder; `None`, with a message, where it is missing.
    pub(crate) fn shared(path: &str) -> Option<Self> {
        let full: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../../shared", path].iter().collect();
        match std::fs::read_to_string(&full) {
            Ok(text) => Some(Self::parse(text.trim_start_matches('\u{feff}'))),
            Err(_) => {
                skip(path);
                None
            }
        }
    }

    pub(crate) fn text(&self, column: &str) -> Vec<&str> {
        let at = self.header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no column {column}"));
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    pub(crate) fn float(&self, column: &str) -> Vec<f64> {
        self.text(column)
            .iter()
            .map(|cell| if cell.is_empty() { f64::NAN } else { cell.parse().expect("a number") })
            .collect()
    }

    pub(crate) fn filter(&self, column: &str, keep: impl Fn(&str) -> bool) -> Self {
        let wanted: Vec<bool> = self.text(column).into_iter().map(keep).collect();
        Self {
            header: self.header.clone(),
            rows: self.rows.iter().zip(wanted).filter(|(_, keep)| *keep).map(|(row, _)| row.clone()).collect(),
        }
    }
}

/// One line per skipped test, which `cargo xtask test` counts.
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
fn skip(path: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("skipped: {test}: ../shared/{path} is missing");
}

fn split(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("one cell at least").push(c),
        }
    }
    cells
}

/// Sorted distinct labels, and the code of each text.
pub(crate) fn codes(values: &[&str]) -> (Vec<u32>, Vec<String>) {
    let mut labels: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    labels.sort_unstable();
    labels.dedup();
    let code = |value: &&str| labels.binary_search_by(|label| label.as_str().cmp(value)).expect("a known label") as u32;
    (values.iter().map(code).collect(), labels)
}

/// Largest relative difference; panics where one is missing and the other is not.
pub(crate) fn worst(got: &[f64], want: &[f64]) -> f64 {
    assert_eq!(got.len(), want.len());
    got.iter().zip(want).fold(0.0, |worst: f64, (got, want)| {
        assert_eq!(got.is_nan(), want.is_nan(), "{got} against {want}");
        if want.is_nan() || got == want { worst } else { worst.max((got - want).abs() / want.abs()) }
    })
}
