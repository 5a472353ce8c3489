//! Reference numbers in `../shared/goldens`, read where they are.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folder of goldens, or `None` with a line that counts the skip: a clone alone does not have it.
pub fn goldens() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens/fe");
    if folder.is_dir() {
        return Some(folder);
    }
    // A test runs on a thread of its name.
    let thread = std::thread::current();
    eprintln!("skipped: {}: ../shared/goldens/fe is missing", thread.name().unwrap_or("a test"));
    None
}

/// A CSV file by columns; empty cells and `NA` are `None`.
#[derive(Debug, Clone, Default)]
pub struct Csv {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Csv {
    pub fn read(path: &std::path::Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut lines = text.lines();
        // Commas inside quotes belong to the cell.
        let split = |line: &str| -> Vec<String> {
            let (mut cells, mut quoted) = (vec![String::new()], false);
            for c in line.trim_end().chars() {
                match c {
                    '"' => quoted = !quoted,
                    ',' if !quoted => cells.push(String::new()),
                    _ => cells.last_mut().expect("never empty").push(c),
                }
            }
            cells.iter().map(|cell| cell.trim().to_owned()).collect()
        };
        let header = split(lines.next()?);
        Some(Self { header, rows: lines.filter(|line| !line.trim().is_empty()).map(split).collect() })
    }

    pub fn place(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.header))
    }

    pub fn text(&self, row: usize, name: &str) -> &str {
        &self.rows[row][self.place(name)]
    }

    pub fn number(&self, row: usize, name: &str) -> Option<f64> {
        number(self.text(row, name))
    }

    pub fn column(&self, name: &str) -> Vec<Option<f64>> {
        let place = self.place(name);
        self.rows.iter().map(|row| number(&row[place])).collect()
    }

    /// The first row as a map of the cells that hold numbers.
    pub fn first_row(&self) -> BTreeMap<String, f64> {
        self.header.iter().zip(&self.rows[0]).filter_map(|(h, cell)| number(cell).map(|v| (h.clone(), v))).collect()
    }
}

pub fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|v: &f64| !v.is_nan())
}

/// |got − want| ≤ tol·max(|want|, floor).
pub fn close(got: f64, want: f64, tolerance: f64, floor: f64) -> bool {
    (got - want).abs() <= tolerance * want.abs().max(floor)
}
