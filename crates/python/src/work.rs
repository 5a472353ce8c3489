//! Work without the interpreter's lock: in threads of this process's own, interruptible, with panics caught.

use crate::error::{Failure, Kind, Result};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a signal waits for an answer at most.
const SIGNALS: Duration = Duration::from_millis(50);

/// The threads of this process. A forked child has none of its parent's threads, so that they go by the process.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

fn pool() -> Result<Arc<ThreadPool>> {
    let own = std::process::id();
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, pool)) = &*pool
        && *process == own
    {
        return Ok(Arc::clone(pool));
    }
    let built = ThreadPoolBuilder::new().thread_name(|i| format!("panelstudy-{i}")).build();
    let made = Arc::new(built.map_err(|error| Failure::spec(format!("cannot start threads: {error}")))?);
    if let Some(parents) = pool.replace((own, Arc::clone(&made))) {
        // Its threads are not here to be joined.
        std::mem::forget(parents);
    }
    Ok(made)
}

/// Runs `job` on the pool without the interpreter's lock; Ctrl-C is answered while it runs, and a panic is an exception.
/// `what` says in a report what was asked for.
///
/// An interrupted job is left to itself: its result goes nowhere.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    what: impl Into<String>,
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    pool()?.spawn(move || {
        // Nobody listens any more after an interrupt.
        let _ = sender.send(catch_unwind(AssertUnwindSafe(job)));
    });
    loop {
        // A receiver belongs to one thread at a time: it goes along and comes back.
        let (back, received) = py.detach(move || {
            let received = receiver.recv_timeout(SIGNALS);
            (receiver, received)
        });
        receiver = back;
        match received {
            Ok(Ok(result)) => return Ok(result?),
            Ok(Err(panic)) => return Err(internal(&what.into(), &*panic).into()),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Err(internal(&what.into(), &"the thread ended").into()),
        }
    }
}

fn internal(what: &str, panic: &(dyn Any + Send)) -> Failure {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let said = said.unwrap_or("no message");
    Failure::new(
        Kind::Internal,
        "internal",
        format!("a defect of panelstudy, please report it with the data at hand: {what}: {said}"),
    )
}
