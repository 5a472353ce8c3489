//! Reading golden tables, and comparing with them.

use gtfp_ebm::{Efficiency, Observations, PanelSpec, Solver, efficiency};
use std::path::PathBuf;

/// Relative agreement demanded of numbers computed by other programs.
pub(crate) const PEER: f64 = 1e-9;

/// Says that a test, or a part of it, was skipped: `skipped: <test>: <file or folder> is missing`.
pub(crate) fn skipped(missing: &str) {
    let thread = std::thread::current();
    println!("skipped: {}: ../shared/goldens/dea/{missing} is missing", thread.name().unwrap_or("a test"));
}

/// A table as text.
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let split = |line: &str| {
            line.trim_start_matches('\u{feff}')
                .split(',')
                .map(|cell| cell.trim().trim_matches('"').to_owned())
                .collect()
        };
        Self { header: split(lines.next().expect("a header")), rows: lines.map(split).collect() }
    }

    /// A file under `../shared/goldens/dea`, or a message and nothing where it is missing.
    pub(crate) fn shared(name: &str) -> Option<Self> {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens/dea").join(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(Self::parse(&text)),
            Err(_) => {
                skipped(name);
                None
            }
        }
    }

    /// A file of this crate's own `tests/golden`.
    pub(crate) fn own(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        Self::parse(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    fn position(&self, name: &str) -> usize {
        self.header.iter().position(|h| h == name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.header))
    }

    pub(crate) fn text(&self, name: &str) -> Vec<String> {
        let k = self.position(name);
        self.rows.iter().map(|row| row.get(k).cloned().unwrap_or_default()).collect()
    }

    /// Numbers; `NaN` for empty cells, NA and text.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
    }

    /// Rows where a column has a value.
    pub(crate) fn filter(&self, keep: impl Fn(&dyn Fn(&str) -> String) -> bool) -> Self {
        let rows =
            self.rows.iter().filter(|row| keep(&|name: &str| row[self.position(name)].clone())).cloned().collect();
        Self { header: self.header.clone(), rows }
    }
}

/// Observations from columns of a table.
pub(crate) fn observations(table: &Table, inputs: &[&str], goods: &[&str], bads: &[&str]) -> Observations {
    let read = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), table.numbers(n))).collect::<Vec<_>>();
    let (x, y, b) = (read(inputs), read(goods), read(bads));
    fn named(columns: &[(String, Vec<f64>)]) -> Vec<(&str, &[f64])> {
        columns.iter().map(|(n, v)| (n.as_str(), v.as_slice())).collect()
    }
    Observations::new(&named(&x), &named(&y), &named(&b)).expect("columns of one length")
}

/// Scores of a cross-section by the default engine.
pub(crate) fn cross_section(data: &Observations, spec: &PanelSpec) -> Efficiency {
    let rows: Vec<usize> = (0..data.n()).collect();
    efficiency(data, &rows, &rows, spec, &|row| format!("row {row}")).expect("valid data")
}

/// Compares scores with expected numbers, relative to the larger of 1 and the number. Expected NaN means no score.
pub(crate) fn assert_scores(what: &str, got: &[Option<f64>], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: lengths");
    let mut worst = 0.0_f64;
    for (row, (got, want)) in got.iter().zip(expected).enumerate() {
        match got {
            None => assert!(want.is_nan(), "{what}, row {row}: no score, expected {want}"),
            Some(got) => {
                assert!(!want.is_nan(), "{what}, row {row}: {got}, expected none");
                let off = (got - want).abs() / want.abs().max(1.0);
                worst = worst.max(off);
                assert!(off <= tolerance, "{what}, row {row}: {got}, expected {want}, off by {off:e}");
            }
        }
    }
    println!("{what}: {} numbers, worst {worst:e}", expected.len());
}
