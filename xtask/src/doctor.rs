//! What this machine has and lacks.

use crate::bootstrap;
use crate::process::{has_cargo, output};

/// Oldest compiler that builds the workspace (`rust-version` of its manifest).
const RUST: (u32, u32) = (1, 95);

/// Major and minor version of the compiler that cargo would use.
fn rust_version() -> Option<(u32, u32)> {
    let text = output("rustc", &["--version"])?;
    let mut numbers = text.split_whitespace().nth(1)?.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Prints one line per tool; exit code 3 when something that a build needs cannot be had.
pub(crate) fn run() -> Result<u8, String> {
    let python = output("python3", &["-m", "pip", "--version"]).is_some();
    let wheel =
        if python { "missing, will come as a PyPI wheel" } else { "MISSING, and no python3 with pip to fetch it" };
    let mut broken = false;
    let mut line = |name: &str, found: bool, otherwise: &str, needed: bool| {
        println!("{name:<16} {}", if found { "found" } else { otherwise });
        broken |= needed && !found;
    };
    line("cargo", output("cargo", &["--version"]).is_some(), "MISSING", true);
    let wanted = format!("older than {}.{}, which the workspace needs; `rustup update`", RUST.0, RUST.1);
    line("rustc", rust_version().is_some_and(|found| found >= RUST), &wanted, true);
    line(
        "C++ compiler",
        ["c++", "g++", "clang++"].iter().any(|name| output(name, &["--version"]).is_some()),
        "MISSING",
        true,
    );
    line(
        "make",
        output("make", &["--version"]).is_some() || output("ninja", &["--version"]).is_some(),
        "MISSING",
        true,
    );
    line("python3 with pip", python, "missing (only needed to fetch cmake and libclang)", false);
    line("cmake", bootstrap::has_cmake(), wheel, !python);
    line("libclang", bootstrap::system_libclang().is_some(), wheel, !python);
    line("cargo-nextest", has_cargo("nextest"), "missing, `cargo test` is used instead", false);
    line("cargo-insta", has_cargo("insta"), "missing, `cargo xtask bless` shows plain differences", false);
    Ok(if broken { crate::ENVIRONMENT } else { 0 })
}
