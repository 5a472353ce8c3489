//! The public interface of every published crate, as text under `api/`, so that a change of it shows in a review.
//!
//! It is read from the sources: every item that can be named from outside, with the impls of its types, one line each.
//! What a macro of the crate writes is listed as the macro call.

mod listing;
mod names;
mod print;
mod tree;

use crate::members;
use std::path::Path;

/// What is said about one crate.
#[derive(Debug)]
pub(crate) struct Interface {
    /// Package name.
    pub(crate) package: String,
    /// The listing.
    pub(crate) text: String,
    /// Public items without documentation.
    pub(crate) undocumented: Vec<String>,
}

/// Reads the interfaces of all published crates.
pub(crate) fn read(root: &Path) -> Result<Vec<Interface>, String> {
    members::in_publishing_order(root)?
        .into_iter()
        .map(|member| {
            let name = member.name.replace('-', "_");
            let tree = tree::Tree::read(&name, &member.folder.join("src/lib.rs"))?;
            let (lines, undocumented) = listing::list(&tree);
            Ok(Interface { package: member.name, text: lines.join("\n") + "\n", undocumented })
        })
        .collect()
}
