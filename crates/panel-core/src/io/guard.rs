//! Foreign decoders: a panic inside one becomes an error, and says nothing.

use crate::error::{Error, Result};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// Whether this thread is inside a decoder.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// How many threads are inside a decoder.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);

/// Runs a foreign reader so that a panic inside it becomes an error: damaged files must never end the program.
#[cfg_attr(not(any(feature = "polars", feature = "dta", feature = "xlsx", test)), expect(dead_code))]
pub(super) fn guard<T>(file: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = INSIDE.replace(true);
    ACTIVE.fetch_add(1, Ordering::SeqCst);
    let read = catch_unwind(AssertUnwindSafe(read));
    ACTIVE.fetch_sub(1, Ordering::SeqCst);
    INSIDE.set(outer);
    read.unwrap_or_else(|_| Err(Error::Read { file: file.to_owned(), reason: "the file is damaged".into() }))
}

/// Keeps panics inside the decoders of damaged files, which become errors, from being printed as well.
///
/// For programs: the library never changes what happens on a panic by itself. Other panics go to the hook that was there.
pub fn quiet_decoder_panics() {
    let before = take_hook();
    set_hook(Box::new(move |info| {
        // Parquet is decoded by threads of its own.
        let of_pool = || std::thread::current().name().is_some_and(|name| name.starts_with("polars"));
        let quiet = INSIDE.get() || ACTIVE.load(Ordering::SeqCst) > 0 && of_pool();
        if !quiet {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn only_panics_of_decoders_are_quiet() {
        let printed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&printed);
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>().is_some_and(|message| message.starts_with("quiet test")) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        }));
        quiet_decoder_panics();
        let read = guard("f", || -> Result<()> { panic!("quiet test, inside") });
        assert!(read.unwrap_err().to_string().contains("the file is damaged"));
        assert_eq!(printed.load(Ordering::SeqCst), 0);
        assert!(catch_unwind(|| panic!("quiet test, outside")).is_err());
        assert_eq!(printed.load(Ordering::SeqCst), 1);
        set_hook(before);
    }
}
