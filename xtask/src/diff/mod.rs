//! What moved between two states of the snapshots, as one Markdown page that a reviewer reads instead of the files.
//!
//! `cargo xtask diff BASE`: BASE is a git revision (the state is that of the merge base) or a folder of snapshots,
//! relative to the current folder; `./name` where a revision has the same name. The other side is the working tree; a
//! pending `.snap.new` counts as the new state of its snapshot.
//!
//! `cargo xtask diff --page BEFORE AFTER [PAGE]`: two result folders, as one page.

mod cells;
mod compare;
mod page;
mod show;
mod states;

use crate::{args, workspace};
use std::path::Path;

pub(crate) use compare::{Change, Moved};
pub(crate) use states::Base;

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
    let Some(given) = args::read("diff", args, &["--all", "--page"], 0..=3) else { return Ok(2) };
    if given.has("--page") {
        return page::run(&given.names);
    }
    if given.names.len() > 1 {
        eprintln!("`cargo xtask diff` compares with one base; `--page` compares two result folders");
        return Ok(2);
    }
    let root = workspace::root();
    let base = Base::named(&root, given.names.first().map_or("HEAD", String::as_str));
    print!("{}", summary(&root, &base, given.has("--all"))?);
    Ok(0)
}

/// The summary of what moved since `base`.
pub(crate) fn summary(root: &Path, base: &Base, all: bool) -> Result<String, String> {
    Ok(text(&states::pairs(root, base)?, all))
}

/// The summary of the snapshots that wait for a review, and how many they are.
pub(crate) fn pending(root: &Path) -> Result<(String, usize), String> {
    let pairs = states::pending(root)?;
    Ok((text(&pairs, true), pairs.len()))
}

fn text(pairs: &[Pair], all: bool) -> String {
    let compared = pairs.iter().filter(|pair| pair.path.ends_with(".snap")).count();
    let moved: Vec<Moved> = pairs.iter().filter_map(compare::moved).collect();
    show::page(&moved, compared, all)
}
