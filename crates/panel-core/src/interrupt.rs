//! Stopping long work from outside: Ctrl-C in a notebook, a window that was closed.
//!
//! Who starts the work keeps an [`Interrupt`] and lets the threads that work [obey](Interrupt::obey) it, all threads of
//! a pool through its `start_handler`. Bootstraps, linear programs and the stages of a study ask [`check`] between pieces
//! of work, at least every tenth of a second, and end with the error [`Interrupted`]. Without an [`Interrupt`] nothing
//! stops them, and whether there is one changes no result.
//!
//! ```
//! use panel_core::interrupt::{self, Interrupt, Interrupted};
//!
//! let interrupt = Interrupt::default();
//! let obeyed = interrupt.clone();
//! let worker = std::thread::spawn(move || {
//!     obeyed.obey();
//!     loop {
//!         interrupt::check()?; // between two pieces of work
//!     }
//! });
//! interrupt.ask();
//! let ended: Result<(), Interrupted> = worker.join().unwrap();
//! assert_eq!(ended, Err(Interrupted));
//! ```

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static OBEYED: RefCell<Option<Interrupt>> = const { RefCell::new(None) };
}

/// Asks the threads that obey it to stop; clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

/// The work was stopped from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

impl Interrupt {
    /// Asks for the end of the work.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The calling thread obeys this one from now on, and no other.
    pub fn obey(&self) {
        OBEYED.with(|obeyed| *obeyed.borrow_mut() = Some(self.clone()));
    }

    /// The one that the calling thread obeys, for threads that it starts.
    #[must_use]
    pub fn obeyed() -> Option<Self> {
        OBEYED.with(|obeyed| obeyed.borrow().clone())
    }
}

/// Whether the calling thread may go on.
///
/// # Errors
/// [`Interrupted`] once the [`Interrupt`] that it obeys was asked for.
pub fn check() -> Result<(), Interrupted> {
    let asked = OBEYED.with(|obeyed| obeyed.borrow().as_ref().is_some_and(Interrupt::is_asked));
    if asked { Err(Interrupted) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_obeys_its_own() {
        let (one, other) = (Interrupt::default(), Interrupt::default());
        one.ask();
        let seen = |interrupt: Option<&Interrupt>| {
            let interrupt = interrupt.cloned();
            let thread = std::thread::spawn(move || {
                interrupt.iter().for_each(Interrupt::obey);
                (check(), Interrupt::obeyed().is_some())
            });
            thread.join().unwrap()
        };
        assert_eq!(seen(None), (Ok(()), false));
        assert_eq!(seen(Some(&one)), (Err(Interrupted), true));
        assert_eq!(seen(Some(&other)), (Ok(()), true));
    }
}
