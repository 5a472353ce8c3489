//! The dependency trees that READMEs show.

use crate::members::Member;
use crate::process::cargo;
use std::collections::BTreeSet;
use std::path::Path;

const START: &str = "```text\n$ cargo tree ";
const END: &str = "```\n";

/// Trees are those of this target: dependencies differ between systems, and READMEs are read on all of them.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Path below the root and text of each README with a tree, the tree being what cargo prints now.
pub(super) fn readmes(root: &Path, members: &[Member]) -> Result<Vec<(String, String)>, String> {
    let mut texts = Vec::new();
    for member in members.iter().filter(|member| member.publishable()) {
        let path = member.folder.join("README.md");
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string().replace('\\', "/");
        let text = crate::members::read(&path)?;
        let (head, command, tail) = split(&text).ok_or_else(|| format!("{name}: no `cargo tree` is shown"))?;
        let tree =
            drawn(&cargo_tree(root, command)?).ok_or_else(|| format!("{name}: `cargo tree {command}` is empty"))?;
        texts.push((name, format!("{head}{START}{command}\n{tree}{END}{tail}")));
    }
    Ok(texts)
}

/// Text before the tree, arguments of cargo, text after the tree.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = text.split_once(START)?;
    let (command, rest) = rest.split_once('\n')?;
    Some((head, command, rest.split_once(END)?.1))
}

/// All levels, each line beginning with its depth.
fn cargo_tree(root: &Path, arguments: &str) -> Result<String, String> {
    let arguments = arguments.replace("--depth 1", "");
    let output = cargo()
        .args(["tree", "--locked", "--target", TARGET, "--prefix", "depth", "--format", "{p}", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args(arguments.split_whitespace())
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first level as a tree, with the number of all packages.
fn drawn(printed: &str) -> Option<String> {
    let mut packages: BTreeSet<&str> = BTreeSet::new();
    let (mut root, mut direct) = (None, Vec::new());
    for line in printed.lines() {
        let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let depth = &line[..line.len() - name.len()];
        // Name and version; the folder of a member and marks such as (*) follow.
        let end = name.match_indices(' ').nth(1).map_or(name.len(), |(at, _)| at);
        packages.insert(&name[..end]);
        match depth {
            "0" => root = Some(&name[..end]),
            "1" => direct.push(&name[..end]),
            _ => {}
        }
    }
    let heavy = |start: &str| packages.iter().any(|package| package.starts_with(start));
    let without = match (heavy("polars"), heavy("highs")) {
        (false, false) => ", polars and HiGHS not among them",
        (true, false) => ", HiGHS not among them",
        (false, true) => ", polars not among them",
        (true, true) => "",
    };
    let mut out = format!("{}            # {} packages in all{without}\n", root?, packages.len());
    for (i, package) in direct.iter().enumerate() {
        out += &format!("{} {package}\n", if i + 1 == direct.len() { "└──" } else { "├──" });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_one_level() {
        let printed = "0a v0.1.0 (/home/a)\n1b v1.0.0\n2c v2.0.0 (proc-macro)\n1d v1.0.0\n2c v2.0.0 (proc-macro) (*)\n";
        assert_eq!(
            drawn(printed).as_deref(),
            Some(
                "a v0.1.0            # 4 packages in all, polars and HiGHS not among them\n├── b v1.0.0\n└── d v1.0.0\n"
            )
        );
        assert!(drawn("").is_none());
        assert!(drawn("0a v1\n1polars v1\n1highs-sys v1\n").is_some_and(|tree| tree.contains("# 3 packages in all\n")));
    }

    #[test]
    fn where_a_readme_has_it() {
        let text = "x\n```text\n$ cargo tree -p a --depth 1\nold\n```\ny\n";
        assert_eq!(split(text), Some(("x\n", "-p a --depth 1", "y\n")));
        assert_eq!(split("nothing"), None);
    }
}
