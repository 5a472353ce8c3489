//! What this machine has and lacks.

use crate::bootstrap;
use crate::process::{has_cargo, output};

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
