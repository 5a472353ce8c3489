//! Integration tests: readers against pandas, malformed inputs, expressions on panels, quality of real data,
//! round trips, properties.
#![allow(clippy::unwrap_used, reason = "a test may end where something is not as it should be")]

#[cfg(feature = "arrow")]
mod arrow;
#[cfg(feature = "polars")]
mod data_frame;
mod distribution;
mod expressions;
#[cfg(feature = "xlsx")]
mod formats;
mod layouts;
mod malformed;
mod mutations;
#[cfg(any(feature = "polars", feature = "arrow"))]
mod panels;
mod properties;
mod readers;
mod real;
mod statistics;

use std::path::PathBuf;

/// A file of the shared reference data, or a printed message where it is missing.
fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    if !path.exists() {
        // One line per skipped test, which `cargo xtask test` counts.
        #[allow(clippy::print_stderr, reason = "a skipped test says so")]
        {
            let test = std::thread::current().name().unwrap_or("a test").to_owned();
            eprintln!("skipped: {test}: ../shared/data/{name} is missing");
        }
        return None;
    }
    Some(path)
}

/// A file of this crate's own golden folder.
#[cfg(any(feature = "polars", feature = "dta", feature = "xlsx"))]
fn golden(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(name)
}
