//! What this machine has and lacks.

use crate::process::{has_cargo, output};
use crate::{args, bootstrap};

/// Oldest compiler that builds the workspace.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Major and minor part of a version.
fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|part| part.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Whether the compiler that cargo would use is new enough.
fn rust_is_new_enough() -> bool {
    let text = output("rustc", &["--version"]).unwrap_or_default();
    text.split_whitespace().nth(1).and_then(major_minor) >= major_minor(RUST)
}

/// Prints one line per tool; exit code 3 when something that a build needs cannot be had.
pub(crate) fn run(args: &[String]) -> Result<u8, String> {
    if args::read("doctor", args, &[], 0..=0).is_none() {
        return Ok(2);
    }
    let python = output("python3", &["-m", "pip", "--version"]).is_some();
    let wheel =
        if python { "missing, will come as a PyPI wheel" } else { "missing, and no python3 with pip to fetch it" };
    let present = |found: bool| found.then_some("found");
    let runs = |program: &str| output(program, &["--version"]).is_some();
    let mut broken = false;
    let mut line = |name: &str, found: Option<&str>, otherwise: &str, needed: bool| {
        println!("{name:<16} {}", found.unwrap_or(otherwise));
        broken |= needed && found.is_none();
    };
    line("cargo", present(runs("cargo")), "MISSING", true);
    let wanted = format!("older than {RUST}, which the workspace needs; `rustup update`");
    line("rustc", present(rust_is_new_enough()), &wanted, true);
    // On Windows the linker comes with the toolchain of Rust's choice and is on no path.
    line("C compiler", present(["cc", "gcc", "clang"].into_iter().any(runs)), "MISSING", !cfg!(windows));
    println!("for HiGHS (`solver = \"highs\"`) and the tests:");
    line("C++ compiler", present(["c++", "g++", "clang++"].into_iter().any(runs)), "missing", false);
    line("make", present(runs("make") || runs("ninja")), "missing", false);
    line("python3 with pip", present(python), "missing (only needed to fetch cmake and libclang)", false);
    line("cmake", bootstrap::cmake(), wheel, false);
    line("libclang", bootstrap::libclang(), wheel, false);
    println!("for convenience:");
    line("cargo-nextest", present(has_cargo("nextest")), "missing, `cargo test` is used instead", false);
    line("cargo-insta", present(has_cargo("insta")), "missing, `cargo xtask bless` shows the differences", false);
    Ok(if broken { crate::ENVIRONMENT } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(major_minor("1.95.0"), Some((1, 95)));
        assert_eq!(major_minor("1.96.0-nightly"), Some((1, 96)));
        assert!(major_minor("").is_none() && major_minor(RUST).is_some());
    }
}
