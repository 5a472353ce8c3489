//! Whether a source fits into memory, before it is read.

#[cfg(feature = "parquet")]
use panel_core::io::RowGroups;
use study::{Error, Result};

/// Bytes that a source needs at least, for each of its own: the file, its columns, the panel.
const AT_LEAST: u64 = 3;

/// Refuses a source that this machine, or the limit that this process runs under, cannot hold. Where neither is known,
/// nothing is refused.
///
/// # Errors
/// [`Error::Environment`] with the file, what it needs and what there is.
pub(super) fn suffices(file: &str, bytes: u64) -> Result<()> {
    enough(file, gigabytes(bytes), bytes)
}

/// The same for a Parquet file, which is packed: its rows count, and as many columns as are read at least. A file that
/// cannot be understood is left to its reader.
///
/// # Errors
/// As [`suffices`].
#[cfg(feature = "parquet")]
pub(super) fn rows_suffice(file: &str, path: &std::path::Path, large: bool) -> Result<()> {
    let Some(groups) = std::fs::File::open(path).ok().and_then(|open| RowGroups::open(file, open).ok()) else {
        return Ok(());
    };
    // Of a large file only the columns of use are read: the keys and a variable.
    let columns = if large { 3.min(groups.names().len()) } else { groups.names().len() };
    let rows = groups.n_rows();
    enough(file, format!("{rows} rows"), (rows as u64).saturating_mul(8 * columns as u64))
}

/// Refuses a source of this size whose columns take so many bytes once.
fn enough(file: &str, size: String, bytes: u64) -> Result<()> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (memory, limits, status) = (read("/proc/meminfo"), read("/proc/self/limits"), read("/proc/self/status"));
    match available(&memory, &limits, &status) {
        Some(have) if have / AT_LEAST < bytes => Err(Error::Environment(format!(
            "source `{file}` has {size}: reading it takes at least {}, and {} are free; name fewer columns in a smaller file, or take a machine with more memory",
            gigabytes(bytes.saturating_mul(AT_LEAST)),
            gigabytes(have)
        ))),
        _ => Ok(()),
    }
}

/// Bytes that are free, as Linux tells: the machine's, or what the limit on addresses (`ulimit -v`) leaves.
fn available(memory: &str, limits: &str, status: &str) -> Option<u64> {
    let kilobytes = |text: &str, key: &str| -> Option<u64> {
        text.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
    };
    let machine = kilobytes(memory, "MemAvailable:").map(|kilobytes| kilobytes << 10);
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"));
    let limit = limit.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    let used = kilobytes(status, "VmSize:").map_or(0, |kilobytes| kilobytes << 10);
    let left = limit.map(|limit| limit.saturating_sub(used));
    match (machine, left) {
        (Some(machine), Some(left)) => Some(machine.min(left)),
        (one, other) => one.or(other),
    }
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: &str = "MemTotal:       2000000 kB\nMemAvailable:   1000000 kB\n";
    const LIMITS: &str =
        "Limit  Soft Limit  Hard Limit  Units\nMax address space         536870912   unlimited   bytes\n";

    #[test]
    fn the_smaller_of_machine_and_limit_is_free() {
        assert_eq!(available(MEMORY, "", ""), Some(1_024_000_000));
        assert_eq!(available(MEMORY, LIMITS, "VmSize:\t  262144 kB\n"), Some(268_435_456));
        let unlimited = LIMITS.replace("536870912", "unlimited");
        assert_eq!(available(MEMORY, &unlimited, ""), Some(1_024_000_000));
        assert_eq!(available("", "", ""), None, "another system");
    }

    #[test]
    fn a_source_larger_than_the_machine_is_refused_with_its_size() {
        let Err(error) = suffices("big.csv", u64::MAX / 4) else { return };
        assert!(error.to_string().contains("`big.csv`") && error.exit_code() == 3, "{error}");
    }
}
