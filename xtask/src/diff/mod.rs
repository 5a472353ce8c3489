//! What moved between two states of the snapshots, as one Markdown page that a reviewer reads instead of the files.
//!
//! `cargo xtask diff BASE`: BASE is a git revision (the state is that of the merge base) or a folder of snapshots. The
//! other side is the working tree; a pending `.snap.new` counts as the new state of its snapshot.

mod cells;
mod compare;
mod show;
mod states;

use crate::workspace;
use std::path::Path;

pub(crate) use compare::{Change, Moved};

/// One snapshot in both states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Path below the workspace.
    pub(crate) path: String,
    /// Text in the base state, if it was there.
    pub(crate) old: Option<String>,
    /// Text in the new state, if it is there.
    pub(crate) new: Option<String>,
}

/// Prints the summary of all that moved; the exit code says only whether it could be made.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let mut base = None;
    let mut all = false;
    for arg in args {
        match arg.as_str() {
            "--all" => all = true,
            flag if flag.starts_with('-') => {
                eprintln!("diff does not know `{flag}`; expected a revision or a folder of snapshots, and --all");
                return Ok(2);
            }
            name => base = Some(name.to_owned()),
        }
    }
    let base = base.unwrap_or_else(|| "HEAD".to_owned());
    print!("{}", summary(&workspace::root(), &base, all)?);
    Ok(0)
}

/// The summary of what moved since `base`.
pub(crate) fn summary(root: &Path, base: &str, all: bool) -> Result<String, String> {
    let pairs = states::pairs(root, base)?;
    let compared = pairs.iter().filter(|pair| pair.path.ends_with(".snap")).count();
    let moved: Vec<Moved> = pairs.iter().filter_map(compare::moved).collect();
    Ok(show::page(&moved, compared, all))
}
