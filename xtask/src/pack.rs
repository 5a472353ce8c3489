//! The packed crates as a stranger gets them: unpacked into a workspace of their own, built and run by a small consumer.

use crate::members::{self, Member};
use crate::process::{self, cargo};
use crate::workspace;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Largest packed crate, in bytes.
const LARGEST: u64 = 1 << 20;

/// Program of the consumer, kept as a fixture.
const PROGRAM: &str = include_str!("../fixtures/consumer.rs");

/// Packs, unpacks, builds and runs. Exit code 1 when a crate is too large, reaches back into this
/// workspace, or does not do what the consumer asks of it.
pub(crate) fn run() -> Result<u8, String> {
    let root = workspace::root();
    let crates = members::in_publishing_order(&root)?;
    let version = members::version(&root)?;
    package(&root, &crates)?;
    let packed = workspace::target().join("package");
    let consumer = workspace::target().join("consumer");
    // Only what this verb wrote is cleared.
    remove(&consumer.join("crates"))?;
    let unpacked = consumer.join("crates");
    std::fs::create_dir_all(&unpacked).map_err(|error| format!("{}: {error}", unpacked.display()))?;
    let mut too_large = false;
    for member in &crates {
        let file = packed.join(format!("{}-{version}.crate", member.name));
        let size = std::fs::metadata(&file).map_err(|error| format!("{}: {error}", file.display()))?.len();
        println!("{:<14} {:>7.1} KiB packed", member.name, size as f64 / 1024.0);
        if size > LARGEST {
            eprintln!("{}: {size} bytes packed, more than {LARGEST}", member.name);
            too_large = true;
        }
        unpack(&file, &unpacked)?;
        files_are_whole(&unpacked.join(format!("{}-{version}", member.name)))?;
    }
    write_consumer(&root, &consumer, &crates, &version)?;
    let manifest = consumer.join("Cargo.toml");
    if let Some(line) = strays(&manifest, &consumer)? {
        eprintln!("the consumer reaches out of its workspace: {line}");
        return Ok(1);
    }
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--manifest-path"]).arg(&manifest);
    // Dependencies that were built here with the same features are found again.
    let status = process::run(command.env("CARGO_TARGET_DIR", workspace::target()))?;
    if status != 0 || too_large {
        return Ok(1);
    }
    println!("{} packed crates build and run outside the workspace", crates.len());
    Ok(0)
}

/// `cargo package` of all published crates at once, so that they may depend on each other unpublished.
fn package(root: &Path, crates: &[Member]) -> Result<(), String> {
    let mut command = cargo();
    command
        .args(["package", "--quiet", "--no-verify", "--allow-dirty", "--manifest-path"])
        .arg(root.join("Cargo.toml"));
    for member in crates {
        command.args(["--package", &member.name]);
    }
    match process::run(&mut command)? {
        0 => Ok(()),
        code => Err(format!("`cargo package` ended with exit code {code}")),
    }
}

/// Unpacks with the times of now: those in the file are always the same, and cargo would take older builds for these.
fn unpack(file: &Path, into: &Path) -> Result<(), String> {
    let status = Command::new("tar").arg("xmzf").arg(file).arg("-C").arg(into).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("tar could not unpack {}: {status}", file.display())),
        Err(error) => Err(format!("cannot start tar: {error}")),
    }
}

/// What a published crate carries beside its sources.
fn files_are_whole(folder: &Path) -> Result<(), String> {
    for name in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "src/lib.rs"] {
        if !folder.join(name).is_file() {
            return Err(format!("{}: {name} is not packed", folder.display()));
        }
    }
    Ok(())
}

/// A workspace whose only sources are the unpacked ones. Lock file and profiles are those of this workspace, so that
/// the dependencies are the tested versions, and compiled ones are found again.
fn write_consumer(root: &Path, consumer: &Path, crates: &[Member], version: &str) -> Result<(), String> {
    let write =
        |path: PathBuf, text: &str| std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    let ours: toml::Table =
        members::read(&root.join("Cargo.toml"))?.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let mut manifest = String::from(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\nexclude = [\"crates\"]\n\n[dependencies]\n",
    );
    for member in crates {
        // polars and HiGHS stay out: a user of one method needs neither.
        manifest += &format!("{} = {{ version = \"{version}\", default-features = false }}\n", member.name);
    }
    manifest += "\n[patch.crates-io]\n";
    for member in crates {
        manifest += &format!("{} = {{ path = \"crates/{0}-{version}\" }}\n", member.name);
    }
    if let Some(profile) = ours.get("profile") {
        let profile = toml::Table::from_iter([("profile".to_owned(), profile.clone())]);
        manifest += &format!("\n{profile}");
    }
    std::fs::create_dir_all(consumer.join("src")).map_err(|error| format!("{}: {error}", consumer.display()))?;
    write(consumer.join("Cargo.toml"), &manifest)?;
    write(consumer.join("Cargo.lock"), &members::read(&root.join("Cargo.lock"))?)?;
    write(consumer.join("src/main.rs"), PROGRAM)
}

/// A package of the consumer's tree that lies in a folder outside of it.
fn strays(manifest: &Path, consumer: &Path) -> Result<Option<String>, String> {
    let output = cargo()
        .args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let inside = consumer.display().to_string();
    let path = |line: &&str| {
        line.split_once(" (").is_some_and(|(_, place)| place.starts_with(['/', '\\']) || place.contains(":\\"))
    };
    Ok(text.lines().filter(path).find(|line| !line.contains(&inside)).map(str::to_owned))
}

fn remove(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", folder.display())),
        _ => Ok(()),
    }
}
