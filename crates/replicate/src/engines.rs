//! What this program is made of: versions of what decides numbers, and what was compiled in.

use crate::study::Study;

/// The lock file that this program was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// Name as it is shown and package of whatever decides numbers and is always there.
const ALWAYS: [(&str, &str); 3] = [("panelstudy", "panelstudy"), ("faer", "faer"), ("statrs", "statrs")];
const HIGHS: (&str, &str) = ("HiGHS", "highs-sys");
const POLARS: (&str, &str) = ("polars", "polars");

/// Names and versions of everything compiled in that decides numbers.
pub(crate) fn compiled() -> Vec<(String, String)> {
    versions([HIGHS, POLARS].into_iter())
}

/// Names and versions of what a study uses: the same whatever else was compiled.
pub(crate) fn used(_study: &Study) -> Vec<(String, String)> {
    versions([HIGHS, POLARS].into_iter())
}

fn versions(more: impl Iterator<Item = (&'static str, &'static str)>) -> Vec<(String, String)> {
    let lock: toml::Table = LOCK.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let version_of = |name: &str| {
        let called = |package: &&toml::Value| package.get("name").and_then(toml::Value::as_str) == Some(name);
        packages.iter().find(called).and_then(|package| package.get("version")?.as_str().map(str::to_owned))
    };
    let named = ALWAYS.into_iter().chain(more);
    named.filter_map(|(shown, package)| Some((shown.to_owned(), version_of(package)?))).collect()
}

/// What `panelstudy doctor` says.
pub(crate) fn report() -> String {
    let mut text = String::new();
    for (name, version) in compiled() {
        text += &format!("{name:<16} {version}\n");
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    text + &format!("{:<16} {threads}\n", "threads")
}
