//! Reading of golden files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A comma-separated file by column.
pub struct Csv(BTreeMap<String, Vec<String>>);

impl Csv {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = text.lines();
        let names: Vec<String> = lines.next().unwrap().split(',').map(str::to_owned).collect();
        let mut columns: BTreeMap<String, Vec<String>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        for line in lines {
            names.iter().zip(line.split(',')).for_each(|(name, cell)| columns.get_mut(name).unwrap().push(cell.into()));
        }
        Self(columns)
    }

    pub fn text(&self, name: &str) -> &[String] {
        self.0.get(name).unwrap_or_else(|| panic!("no column {name}"))
    }

    pub fn numbers(&self, name: &str) -> Vec<f64> {
        self.text(name).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
    }
}

pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

pub fn golden(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(folder)
}

/// A folder of goldens outside the repository; says so where it is missing.
pub fn shared(test: &str, folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens/multiverse").join(folder);
    let found = root.is_dir().then(|| root.clone());
    if found.is_none() {
        println!("skipped: {test}: {} is missing", root.display());
    }
    found
}

#[track_caller]
pub fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    let apart = (got - want).abs();
    assert!(apart <= tolerance * want.abs().max(1.0), "{what}: {got} against {want}, apart {apart:e}");
}
