//! Comparisons that tests skipped, since reference data or another program is missing: each prints a line that begins with
//! `skipped:`, which the runner of tests keeps in its report.

use crate::workspace;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The report that cargo-nextest writes (`.config/nextest.toml`).
fn report() -> PathBuf {
    workspace::target().join("nextest/default/junit.xml")
}

/// Forgets the report of an earlier run.
pub(crate) fn forget() {
    let _ = std::fs::remove_file(report());
}

/// Prints what was skipped and how much; nothing where there is no report, as with `cargo test`.
pub(crate) fn print() {
    let Ok(text) = std::fs::read_to_string(report()) else { return };
    let lines = lines(&text);
    for line in &lines {
        println!("{line}");
    }
    println!("{} comparisons skipped", lines.len());
}

/// The lines of skips in a report, each once.
fn lines(report: &str) -> BTreeSet<&str> {
    let starts = |line: &str| line.find("skipped: ");
    report.lines().filter_map(|line| Some(line[starts(line)?..].split("</").next()?.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_within_and_beside_the_marks_of_the_report() {
        let report = "<testcase name=\"a\"><system-err>skipped: a: no x</system-err>\n<system-out>worst 1e-9\n\
                      skipped: b: ../shared is missing\nskipped: b: ../shared is missing</system-out>\n";
        let found: Vec<&str> = lines(report).into_iter().collect();
        assert_eq!(found, ["skipped: a: no x", "skipped: b: ../shared is missing"]);
    }
}
