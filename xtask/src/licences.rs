//! Licences of everything that is linked, against the list in `deny.toml`.
//!
//! `deny.toml` is read by cargo-deny as well, which also knows advisories: they need its database, so continuous
//! integration asks for them and this verb does not.

use crate::args;
use crate::members;
use crate::process::cargo;
use crate::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// `cargo xtask licences`: exit code 1 for a licence that is not on the list.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    if args::read("licences", args, &[], 0..=0).is_none() {
        return Ok(2);
    }
    let root = workspace::root();
    let policy: toml::Table =
        members::read(&root.join("deny.toml"))?.parse().map_err(|error| format!("deny.toml: {error}"))?;
    let allowed = policy
        .get("licenses")
        .and_then(|licences| licences.get("allow"))
        .and_then(toml::Value::as_array)
        .ok_or("deny.toml has no [licenses] allow")?;
    let allowed: BTreeSet<&str> = allowed.iter().filter_map(toml::Value::as_str).collect();
    let packages = packages(&root)?;
    let mut findings = 0;
    for (package, licence) in &packages {
        if !satisfied(licence, &allowed) {
            eprintln!("{package}: licence `{licence}` is not allowed by deny.toml");
            findings += 1;
        }
    }
    let used: BTreeSet<&str> = packages.values().flat_map(|licence| words(licence)).collect();
    for unused in allowed.iter().filter(|licence| !used.contains(*licence)) {
        eprintln!("deny.toml allows `{unused}`, which nothing has");
        findings += 1;
    }
    println!("{} packages, {findings} findings", packages.len());
    Ok(u8::from(findings > 0))
}

/// Package and licence of all that the workspace links or runs at build time, every feature on.
fn packages(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let output = cargo()
        .args(["tree", "--workspace", "--all-features", "--edges", "normal,build", "--target", "all"])
        .args(["--prefix", "none", "--format", "{p}|{l}", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pairs = text.lines().filter_map(|line| line.trim_end_matches(" (*)").split_once('|'));
    Ok(pairs
        .map(|(package, licence)| {
            let name: Vec<&str> = package.split(' ').take(2).collect();
            (name.join(" "), licence.trim_end_matches(" (*)").to_owned())
        })
        .collect())
}

/// Whether an SPDX expression can be met with the allowed licences. `/` is the old way to write OR.
fn satisfied(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let mut place = 0;
    let met = either(&words, &mut place, allowed);
    met && place == words.len() && !words.is_empty()
}

fn either(words: &[&str], place: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = both(words, place, allowed);
    while words.get(*place) == Some(&"OR") {
        *place += 1;
        met |= both(words, place, allowed);
    }
    met
}

fn both(words: &[&str], place: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = one(words, place, allowed);
    while words.get(*place) == Some(&"AND") {
        *place += 1;
        met &= one(words, place, allowed);
    }
    met
}

fn one(words: &[&str], place: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let Some(&word) = words.get(*place) else { return false };
    *place += 1;
    if word == "(" {
        let met = either(words, place, allowed);
        let closed = words.get(*place) == Some(&")");
        *place += 1;
        return met && closed;
    }
    let mut name = word.to_owned();
    if words.get(*place) == Some(&"WITH") {
        name = format!("{word} WITH {}", words.get(*place + 1).unwrap_or(&""));
        *place += 2;
    }
    allowed.contains(name.as_str())
}

/// The licences an expression names, exceptions with theirs.
fn words(expression: &str) -> Vec<&str> {
    expression
        .split(['/', '(', ')'])
        .flat_map(|part| part.split(" OR "))
        .flat_map(|part| part.split(" AND "))
        .map(str::trim)
        .filter(|word| !word.is_empty() && !["OR", "AND"].contains(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let allowed = BTreeSet::from(["MIT", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]);
        for met in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(satisfied(met, &allowed), "{met}");
        }
        for not in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT MIT"] {
            assert!(!satisfied(not, &allowed), "{not}");
        }
        assert_eq!(words("(MIT OR Apache-2.0) AND Unicode-3.0"), ["MIT", "Apache-2.0", "Unicode-3.0"]);
    }
}
