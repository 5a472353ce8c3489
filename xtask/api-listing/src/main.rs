//! The public interface of every published crate, as text under `api/`, so that a change of it shows in a review.
//!
//! It is read from the sources: every item that can be named from outside, with the impls of its types, one line each.
//! What a macro of the crate writes is listed as the macro call. `cargo xtask tidy` runs it:
//!
//! ```text
//! api-listing OUT PACKAGE=FOLDER…      writes OUT/PACKAGE.txt, and to OUT/undocumented what has no documentation
//! ```
#![allow(clippy::print_stderr)]

mod listing;
mod names;
mod print;
mod tree;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(out) = args.next().map(PathBuf::from) else {
        eprintln!("usage: api-listing OUT PACKAGE=FOLDER…");
        return ExitCode::from(2);
    };
    match write(&out, args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("api-listing: {message}");
            ExitCode::from(1)
        }
    }
}

fn write(out: &Path, packages: impl Iterator<Item = String>) -> Result<(), String> {
    std::fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let put = |name: String, text: String| {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    let mut undocumented = Vec::new();
    for package in packages {
        let (package, folder) = package.split_once('=').ok_or_else(|| format!("`{package}` is no PACKAGE=FOLDER"))?;
        let tree = tree::Tree::read(&package.replace('-', "_"), &Path::new(folder).join("src/lib.rs"))?;
        let (lines, without) = listing::list(&tree);
        put(format!("{package}.txt"), lines.join("\n") + "\n")?;
        undocumented.extend(without);
    }
    put("undocumented".into(), undocumented.iter().map(|item| format!("{item}\n")).collect())
}
