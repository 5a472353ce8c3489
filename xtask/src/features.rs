//! Every published crate under every set of features that a user may choose.

use crate::members::{self, Member};
use crate::process::{self, cargo, has_cargo};
use crate::{args, bootstrap, workspace};

/// `cargo xtask features [PACKAGE…]`: none, each alone, all; exit code 1 where a set does not build.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    let Some(given) = args::read("features", args, &[], 0..=usize::MAX) else { return Ok(2) };
    let root = workspace::root();
    let members = members::in_publishing_order(&root)?;
    if let Some(unknown) = given.names.iter().find(|name| !members.iter().any(|member| member.name == **name)) {
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        eprintln!("`{unknown}` is no published package; expected {}", names.join(", "));
        return Ok(2);
    }
    bootstrap::ensure(install)?;
    // A minimal toolchain has no clippy; its warnings are then only shown.
    let clippy = has_cargo("clippy");
    let chosen = |member: &Member| given.names.is_empty() || given.names.contains(&member.name);
    let mut failed = Vec::new();
    for member in members.into_iter().filter(chosen) {
        for set in sets(&member) {
            println!("{} with {}", member.name, if set.is_empty() { "no feature" } else { &set });
            let mut command = cargo();
            command.arg(if clippy { "clippy" } else { "check" });
            command.args(["--quiet", "--release", "--no-default-features", "--manifest-path"]);
            command.arg(root.join("Cargo.toml")).args(["--package", &member.name]);
            // Without dev-dependencies, which would bring features of their own.
            command.args(["--lib", "--features", &set]);
            if clippy {
                // By RUSTFLAGS, every dependency would be built again.
                command.args(["--", "-D", "warnings"]);
            }
            if process::run(&mut command)? != 0 {
                failed.push(format!("{} [{set}]", member.name));
            }
        }
    }
    for name in &failed {
        eprintln!("does not build: {name}");
    }
    Ok(if failed.is_empty() { 0 } else { crate::FINDINGS })
}

/// No feature, each alone, all together.
fn sets(member: &Member) -> Vec<String> {
    let features = member.features();
    let mut sets = vec![String::new()];
    sets.extend(features.iter().map(|feature| (*feature).to_owned()));
    if features.len() > 1 {
        sets.push(features.join(","));
    }
    sets
}
