//! Every published crate under every set of features that a user may choose.

use crate::members::{self, Member};
use crate::process::{self, cargo, has_cargo};
use crate::{bootstrap, workspace};

/// `cargo xtask features [PACKAGE…]`: none, each alone, all.
pub(crate) fn run(args: &[String], install: bool) -> Result<u8, String> {
    bootstrap::ensure(install)?;
    let root = workspace::root();
    // A minimal toolchain has no clippy; its warnings are then only shown.
    let clippy = has_cargo("clippy");
    let chosen = |member: &Member| args.is_empty() || args.contains(&member.name);
    let mut failed = Vec::new();
    for member in members::in_publishing_order(&root)?.into_iter().filter(chosen) {
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
    Ok(if failed.is_empty() { 0 } else { crate::ENVIRONMENT })
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
