//! The synthetic data as files: `cargo xtask fixtures`, and `twin firm-panel`.

use crate::error::{Error, Result};
use crate::firm_panel;
use std::path::Path;

/// A step before the yearbook is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// Fits the parameters to the published numbers.
    Calibrate,
}

/// Regenerates the folder `twin` of the fixtures, or with `check` only compares with what is there; returns a summary
/// and whether every file is as it should be.
///
/// # Errors
/// [`Error::File`] when a file cannot be read or written; those of [`crate::generate`] and [`crate::calibrate`].
pub fn regenerate(fixtures: &Path, step: Option<Step>, check: bool) -> Result<(String, bool)> {
    let folder = fixtures.join("twin");
    let cities = read(&fixtures.join("cities.csv"))?;
    if step == Some(Step::Calibrate) {
        let calibration = crate::calibrate(&cities, &read(&fixtures.join("published.csv"))?)?;
        write(&folder.join("calibration.toml"), calibration.as_bytes())?;
    }
    let calibration = read(&folder.join("calibration.toml"))?;
    let files = crate::generate(&calibration, &cities)?;
    let mut changed = Vec::new();
    for (name, bytes) in &files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        changed.push(*name);
        if !check {
            write(&path, bytes)?;
        }
    }
    let verb = if check { "differ" } else { "written" };
    let summary = match changed.len() {
        0 => format!("{} files of the twin are as generated\n", files.len()),
        n => format!("{n} of {} files {verb}: {}\n", files.len(), changed.join(", ")),
    };
    Ok((summary, !check || changed.is_empty()))
}

/// Writes `firms.parquet` and `study.toml` into `folder`; returns a summary.
///
/// # Errors
/// [`Error::Rows`] for fewer rows than ten firms have, [`Error::File`] where the disk refuses.
pub fn firm_panel(folder: &Path, rows: usize) -> Result<String> {
    let panel = firm_panel::panel(rows)?;
    let bytes = panel_core::io::write::to_parquet(&panel)?;
    std::fs::create_dir_all(folder).map_err(|error| Error::file("write", folder, &error))?;
    write(&folder.join("firms.parquet"), &bytes)?;
    write(&folder.join("study.toml"), firm_panel::STUDY.as_bytes())?;
    Ok(format!(
        "{} rows of {} firms, {} columns; true coefficients {:?}\n",
        panel.n_rows(),
        panel.n_entities(),
        panel.names().len() + 2,
        firm_panel::TRUTH
    ))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| Error::file("write", path, &error))
}
