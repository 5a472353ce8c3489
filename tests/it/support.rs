//! Running studies, reading what they leave, snapshot settings.

use panelstudy::pipeline::{RunOptions, RunReport, run};
use report::csv::CsvTable;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A scratch folder of one test below cargo's target folder, emptied.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a study quietly.
pub(crate) fn run_study(study: &Path, out: &Path, threads: Option<usize>) -> panelstudy::Result<RunReport> {
    run(&RunOptions {
        study: study.to_path_buf(),
        out: out.to_path_buf(),
        only: Vec::new(),
        threads,
        quiet: true,
        lang: None,
    })
}

/// The paper's study file.
pub(crate) fn paper() -> PathBuf {
    workspace().join("fixtures/studies/paper.toml")
}

/// The folder of one replication of the paper.
pub(crate) static REPLICATION: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(folder) = std::env::var_os("REPLICATION_DIR").map(PathBuf::from).filter(|folder| folder.is_dir()) {
        return folder;
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("replication-{}", std::process::id()));
    run_study(&paper(), &out, None).unwrap();
    out
});

/// A file of the replication as text.
pub(crate) fn replicated(name: &str) -> String {
    std::fs::read_to_string(REPLICATION.join(name)).unwrap()
}

/// Rows of a CSV by header name.
pub(crate) fn csv(text: &str) -> Vec<BTreeMap<String, String>> {
    let CsvTable { names, records } = CsvTable::parse(text, "a result").unwrap();
    records.into_iter().map(|(_, fields)| names.iter().cloned().zip(fields).collect()).collect()
}

/// Numbers of a CSV column, missing left out.
pub(crate) fn numbers(rows: &[BTreeMap<String, String>], name: &str) -> Vec<f64> {
    rows.iter().filter_map(|row| row[name].parse().ok()).collect()
}

/// The estimates of a replication.
pub(crate) fn estimates() -> Vec<serde_json::Value> {
    serde_json::from_str(&replicated("results/estimates.json")).unwrap()
}

/// One column of the estimates.
pub(crate) fn estimate(table: &str, column: &str) -> serde_json::Value {
    estimate_in(&replicated("results/estimates.json"), table, column)
}

/// One column of the estimates of any run.
pub(crate) fn estimate_in(text: &str, table: &str, column: &str) -> serde_json::Value {
    let estimates: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    estimates.into_iter().find(|e| e["table"] == table && e["column"] == column).unwrap()
}

/// A coefficient of a column.
pub(crate) fn coef(estimate: &serde_json::Value, name: &str) -> serde_json::Value {
    estimate["coef"].as_array().unwrap().iter().find(|coef| coef["name"] == name).unwrap().clone()
}

/// Folder of shared reference data, where it is there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = workspace().join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: `../shared` is not beside this checkout");
    None
}

snapshot_function!();
