//! Work without the interpreter's lock: in threads of this process's own, interruptible, with panics caught.

use crate::error::{Failure, Kind, Result};
use panel_core::interrupt::Interrupt;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long a signal waits for an answer at most.
const SIGNALS: Duration = Duration::from_millis(50);

/// How long an interrupted job may take to end by itself before it is left alone.
const FAREWELL: Duration = Duration::from_millis(250);

/// Threads that do one job at a time, and what makes them end it.
struct Workers {
    pool: ThreadPool,
    interrupt: Interrupt,
    width: Width,
}

/// How many threads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    /// As many as the machine has processors.
    Whole,
    /// One: for a job that starts threads of its own, and where another job has all processors already.
    One,
}

/// Workers of this process that have nothing to do. A forked child has none of its parent's threads, so that they go by
/// the process.
static IDLE: Mutex<Idle> = Mutex::new(Idle { process: 0, whole_is_made: false, workers: Vec::new() });

struct Idle {
    process: u32,
    whole_is_made: bool,
    workers: Vec<Workers>,
}

impl Workers {
    fn take(wanted: Width) -> Result<Self> {
        let width = {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            let own = std::process::id();
            if idle.process != own {
                // The parent's threads are not here to be joined.
                std::mem::forget(std::mem::take(&mut idle.workers));
                *idle = Idle { process: own, whole_is_made: false, workers: Vec::new() };
            }
            let place = idle.workers.iter().position(|workers| workers.width == wanted);
            // All processors are at work: one of the single threads that rest will do.
            let any = || (wanted == Width::Whole && idle.whole_is_made && !idle.workers.is_empty()).then_some(0);
            let place = place.or_else(any);
            if let Some(place) = place {
                return Ok(idle.workers.swap_remove(place));
            }
            let width = if idle.whole_is_made { Width::One } else { wanted };
            idle.whole_is_made |= width == Width::Whole;
            width
        };
        let interrupt = Interrupt::default();
        let obeyed = interrupt.clone();
        let pool = ThreadPoolBuilder::new()
            .num_threads(if width == Width::One { 1 } else { 0 })
            .thread_name(|i| format!("panelstudy-{i}"))
            .start_handler(move |_| obeyed.obey())
            .build()
            .map_err(|error| Failure::spec(format!("cannot start threads: {error}")))?;
        Ok(Self { pool, interrupt, width })
    }

    /// Gives workers back whose job has ended.
    fn rest(self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.process == std::process::id() {
            idle.workers.push(self);
        }
    }

    /// Leaves a job that did not end to itself; its threads end with it.
    fn abandon(self) {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.whole_is_made &= self.width != Width::Whole;
    }
}

/// Runs `job` without the interpreter's lock on all processors; Ctrl-C is answered while it runs, and a panic is an
/// exception. `what` says in a report what was asked for.
///
/// Jobs of several threads of Python run at once: the first has all processors, each other one thread of its own.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    what: impl Into<String>,
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    on(py, Workers::take(Width::Whole)?, &what.into(), job)
}

/// The same for a job that starts threads of its own.
pub(crate) fn run_alone<T: Send + 'static>(
    py: Python<'_>,
    what: impl Into<String>,
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    on(py, Workers::take(Width::One)?, &what.into(), job)
}

fn on<T: Send + 'static>(
    py: Python<'_>,
    workers: Workers,
    what: &str,
    job: impl FnOnce() -> Result<T> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    workers.pool.spawn(move || {
        // Nobody listens any more where a job was left alone.
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
            Err(RecvTimeoutError::Timeout) => {
                let Err(signal) = py.check_signals() else { continue };
                workers.interrupt.ask();
                py.detach(move || receiver.recv_timeout(FAREWELL).is_ok());
                workers.abandon();
                return Err(signal);
            }
            Err(RecvTimeoutError::Disconnected) => {
                workers.abandon();
                return Err(internal(what, &"the thread ended").into());
            }
            Ok(ended) => {
                workers.rest();
                return match ended {
                    Ok(result) => Ok(result?),
                    Err(panic) => Err(internal(what, &*panic).into()),
                };
            }
        }
    }
}

fn internal(what: &str, panic: &(dyn Any + Send)) -> Failure {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let message = message.unwrap_or("no message");
    Failure::new(
        Kind::Internal,
        "internal",
        format!("a defect of panelstudy, please report it with the data at hand: {what}: {message}"),
    )
}
