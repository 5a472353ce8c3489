//! What a reader opens first: `index.html` in both languages and the README of the replication package.

mod index;
mod readme;
mod table_section;
mod verdict;

use crate::error::Result;
use crate::figures::Drawn;
use crate::output::Staging;
use crate::pipeline::Results;
use crate::published::lang;
use crate::study::Loaded;
use panel_core::Diagnostic;

/// What the pages say besides results.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Figures in order.
    pub figures: &'a [Drawn],
    /// Remarks by stage.
    pub remarks: &'a [(String, Diagnostic)],
    /// Names and versions of what decides numbers.
    pub versions: &'a [(String, String)],
}

/// Writes both.
///
/// # Errors
/// Those of the renderers and of the disk.
pub fn write(staging: &mut Staging, loaded: &Loaded, results: &Results, around: &Surroundings<'_>) -> Result<()> {
    let lang = lang(&loaded.study);
    let written: Vec<String> = staging.names().map(str::to_owned).collect();
    let page = index::page(loaded, results, around, &written)?;
    let html = page.html().map_err(|error| crate::Error::stage("report", error))?;
    staging.write("index.html", html.as_bytes())?;
    let files: Vec<String> = staging.names().map(str::to_owned).collect();
    let readme = readme::readme(loaded, results, around, &files);
    staging.write("README.md", readme.markdown(lang).as_bytes())
}

/// The command that runs a study, as one types it in the workspace; the study that runs without a name has none.
pub(crate) fn command(loaded: &Loaded) -> String {
    let place = |path: &std::path::Path| std::fs::canonicalize(path).ok();
    let default = place(&crate::cli::default_study());
    if default.is_some() && place(std::path::Path::new(&loaded.file)) == default {
        return "cargo xtask replicate".to_owned();
    }
    // The path of another study is the reader's own.
    format!("cargo xtask replicate --study {}", crate::pipeline::file_name(&loaded.file))
}
