//! `bench guard`: what the study of the paper costs now, against the multiples that were committed.

use crate::process::cargo;
use crate::{args, workspace};
use std::path::PathBuf;

/// A part that takes longer than its committed multiple by more than this share is a finding.
const SLOWER: f64 = 0.2;

/// Runs the bench and compares; `--write` commits to what it measures instead.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    let Some(given) = args::read("bench guard", args, &["--write"], 0..=0) else { return Ok(2) };
    let mut command = cargo();
    command.arg("bench").arg("--manifest-path").arg(workspace::root().join("Cargo.toml"));
    let output = command
        .args(["--workspace", "--bench", "guard"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err("the bench `guard` does not run (see above)".into());
    }
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let table: String = printed.lines().skip_while(|line| *line != HEADER).map(|line| format!("{line}\n")).collect();
    if given.has("--write") {
        std::fs::write(committed(), &table).map_err(|error| error.to_string())?;
        print!("{table}");
        return Ok(0);
    }
    let before = crate::members::read(&committed())?;
    let mut findings = 0;
    println!("| part | committed | now | change |\n|---|---|---|---|");
    for (part, old, new) in compared(&before, &table) {
        let change = new / old - 1.0;
        let slower = change > SLOWER;
        findings += usize::from(slower);
        println!("| {part} | {old} | {new} | {:+.0} %{} |", 100.0 * change, if slower { ", slower" } else { "" });
    }
    Ok(u8::from(findings > 0))
}

const HEADER: &str = "part,multiple";

fn committed() -> PathBuf {
    workspace::root().join("crates/replicate/benches/guard.csv")
}

/// Parts that both tables have, with their multiples.
fn compared<'a>(before: &'a str, now: &str) -> Vec<(&'a str, f64, f64)> {
    fn read(line: &str) -> Option<(&str, f64)> {
        let (part, multiple) = line.rsplit_once(',')?;
        Some((part, multiple.parse().ok()?))
    }
    let now: Vec<(&str, f64)> = now.lines().filter_map(read).collect();
    let old = before.lines().filter_map(read);
    old.filter_map(|(part, old)| Some((part, old, now.iter().find(|(known, _)| *known == part)?.1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_compared_by_name() {
        let before = "part,multiple\nva,2.0\nt2 (2),0.5\ngone,1.0\n";
        let now = "part,multiple\nt2 (2),0.7\nva,2.1\nnew,3.0\n";
        assert_eq!(compared(before, now), [("va", 2.0, 2.1), ("t2 (2)", 0.5, 0.7)]);
    }
}
