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
    let page = index::page(loaded, results, around)?;
    let html = page.html().map_err(|error| crate::Error::stage("report", error))?;
    staging.write("index.html", html.as_bytes())?;
    let files: Vec<String> = staging.names().map(str::to_owned).collect();
    let readme = readme::readme(loaded, results, around, &files);
    staging.write("README.md", readme.markdown(lang).as_bytes())
}

/// The command that runs a study, as one types it in the workspace.
pub(crate) fn command(loaded: &Loaded) -> String {
    let name = crate::pipeline::file_name(&loaded.file);
    // The paper's study is the default; the path of another is the reader's own.
    if name == "paper.toml" {
        "cargo xtask replicate".to_owned()
    } else {
        format!("cargo xtask replicate --study {name}")
    }
}
