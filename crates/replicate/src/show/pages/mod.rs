//! What a reader opens first: `index.html` in both languages and the README of the replication package.

mod index;
mod multiverse;
mod published;
mod readme;
mod table_section;
mod verdict;

use crate::results::Results;
use crate::show::figures::Drawn;
use panel_core::Diagnostic;
use stages::store::Staging;
use study::{Loaded, Result};

/// What the pages say besides results.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Figures in order.
    pub figures: &'a [Drawn],
    /// Remarks by stage.
    pub remarks: &'a [(String, Diagnostic)],
    /// The command that makes all this.
    pub command: &'a str,
    /// Names and versions of what decides numbers.
    pub versions: &'a [(String, String)],
}

/// Writes both.
///
/// # Errors
/// Those of the renderers and of the disk.
pub fn write(staging: &mut Staging, loaded: &Loaded, results: &Results, around: &Surroundings<'_>) -> Result<()> {
    let lang = loaded.study.lang();
    let written: Vec<String> = staging.names().map(str::to_owned).collect();
    let page = index::page(loaded, results, around, &written)?;
    let html = page.html().map_err(|error| crate::Error::stage("report", error))?;
    staging.write("index.html", html.as_bytes())?;
    let files: Vec<String> = staging.names().map(str::to_owned).collect();
    let readme = readme::readme(loaded, results, around, &files);
    staging.write("README.md", readme.markdown(lang).as_bytes())
}
