//! `cargo xtask fixtures`: the twin's files on disk.

use crate::cli::{FixturesArgs, Outcome};
use crate::error::{Error, Result};
use crate::twin;
use std::path::Path;

/// Regenerates `fixtures/twin`, or compares with what is there.
///
/// # Errors
/// [`Error::Environment`] when a file cannot be read or written, [`Error::Usage`] for an unknown step.
pub(crate) fn regenerate(args: &FixturesArgs, workspace: &Path) -> Result<Outcome> {
    let folder = workspace.join("fixtures/twin");
    let read = |path: &Path| {
        std::fs::read_to_string(path)
            .map_err(|error| Error::Environment(format!("cannot read `{}`: {error}", path.display())))
    };
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes)
            .map_err(|error| Error::Environment(format!("cannot write `{}`: {error}", path.display())))
    };
    let cities = read(&workspace.join("fixtures/cities.csv"))?;
    match args.step.as_deref() {
        None => {}
        Some("calibrate") => {
            let published = read(&workspace.join("fixtures/published.csv"))?;
            let calibration =
                twin::calibrate(&cities, &published).map_err(|error| Error::Environment(error.to_string()))?;
            write(&folder.join("calibration.toml"), calibration.as_bytes())?;
        }
        Some(other) => return Err(Error::Usage(format!("fixtures {other}: expected nothing or `calibrate`"))),
    }
    let calibration = read(&folder.join("calibration.toml"))?;
    let files = twin::generate(&calibration, &cities).map_err(|error| Error::Environment(error.to_string()))?;
    let mut changed = Vec::new();
    for (name, bytes) in &files {
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        changed.push(*name);
        if !args.check {
            write(&path, bytes)?;
        }
    }
    let verb = if args.check { "differ" } else { "written" };
    let summary = match changed.len() {
        0 => format!("{} files of the twin are as generated\n", files.len()),
        n => format!("{n} of {} files {verb}: {}\n", files.len(), changed.join(", ")),
    };
    Ok(Outcome { summary, code: u8::from(args.check && !changed.is_empty()) })
}
