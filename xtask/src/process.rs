//! Running other programs.

use std::process::Command;

/// Cargo as this program was started with it.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end and gives the exit code; cargo's own 101 (a build failed) becomes 3.
pub(crate) fn run(command: &mut Command) -> Result<u8, String> {
    let status = command
        .status()
        .map_err(|error| format!("cannot start `{}`: {error}", command.get_program().to_string_lossy()))?;
    Ok(match status.code() {
        Some(101) | None => crate::ENVIRONMENT,
        Some(code) => u8::try_from(code).unwrap_or(crate::ENVIRONMENT),
    })
}

/// Runs what looks for findings (tests, lints): any failure is a finding, except that the program could not be run.
pub(crate) fn findings(command: &mut Command) -> Result<u8, String> {
    let status = command
        .status()
        .map_err(|error| format!("cannot start `{}`: {error}", command.get_program().to_string_lossy()))?;
    Ok(verdict(status.code()))
}

fn verdict(code: Option<i32>) -> u8 {
    match code {
        Some(0) => 0,
        Some(_) => crate::FINDINGS,
        // Killed by a signal.
        None => crate::ENVIRONMENT,
    }
}

/// Standard output of a program, if it could be started and succeeded.
pub(crate) fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a cargo subcommand is installed.
pub(crate) fn has_cargo(subcommand: &str) -> bool {
    cargo().args([subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_test_is_a_finding_and_a_failing_build_is_not() {
        // cargo test, cargo nextest, rustfmt; then a test process that was killed.
        assert_eq!([Some(101), Some(100), Some(1), Some(0), None].map(verdict), [1, 1, 1, 0, 3]);
    }
}
