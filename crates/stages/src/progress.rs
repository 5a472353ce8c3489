//! Stages on the terminal and in the log: one line each, with times.

use crate::store::StageTime;
use indicatif::{ProgressBar, ProgressStyle};
use panel_core::interrupt::{self, Interrupted};
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Times stages and shows them where somebody is looking.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    logged: bool,
    total: usize,
    times: Vec<StageTime>,
}

impl Progress {
    /// Shows progress on a terminal unless `quiet`.
    #[must_use]
    pub fn new(total: usize, quiet: bool) -> Self {
        let show = !quiet && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let bar = show.then(|| {
            let bar = ProgressBar::new_spinner();
            // The template is a constant of this program.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {prefix} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, logged: true, total, times: Vec::new() }
    }

    /// Neither shows nor logs anything: for work that is part of a stage.
    #[must_use]
    pub fn silent() -> Self {
        Self { bar: None, logged: false, total: 0, times: Vec::new() }
    }

    /// The same after stages that are done.
    #[must_use]
    pub fn continued(times: Vec<StageTime>, total: usize, quiet: bool) -> Self {
        Self { times, ..Self::new(total, quiet) }
    }

    /// Runs one stage; `work` gives its result and one sentence about it.
    ///
    /// # Errors
    /// Those of `work`; that of an interrupt, whatever the work made of it.
    pub fn stage<T, E: From<Interrupted>>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<(T, String), E>,
    ) -> Result<T, E> {
        let place = format!("{}/{} {name}", self.times.len() + 1, self.total);
        if let Some(bar) = &self.bar {
            bar.set_message(place.clone());
        }
        let span = tracing::info_span!("stage", name);
        let start = Instant::now();
        let done = span.in_scope(work);
        interrupt::check()?;
        let (value, sentence) = done?;
        let seconds = start.elapsed().as_secs_f64();
        if self.logged {
            tracing::info!(stage = name, seconds, "{sentence}");
        }
        if let Some(bar) = &self.bar {
            bar.set_prefix("");
            bar.println(format!("{place:<24} {sentence:<70} {seconds:>7.2} s"));
        }
        self.times.push(StageTime { name: name.to_owned(), seconds });
        Ok(value)
    }

    /// Shows how many parts of the running stage are done, and of how many, with the time left; callable from any thread.
    pub fn counts(&self) -> impl Fn(usize, usize) + Sync + use<> {
        let bar = self.bar.clone();
        // The first call for a number of parts starts its clock.
        let begun: Mutex<(usize, usize, Instant)> = Mutex::new((0, 0, Instant::now()));
        move |done, total| {
            let Some(bar) = &bar else { return };
            let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
            if begun.0 != total || done < begun.1 {
                *begun = (total, done, Instant::now());
            }
            let (parts, left) = (done - begun.1, total.saturating_sub(done));
            let left = begun.2.elapsed().as_secs_f64() * left as f64 / parts.max(1) as f64;
            bar.set_prefix(if parts == 0 {
                format!("{done}/{total}")
            } else {
                format!("{done}/{total}, {left:.0} s left")
            });
        }
    }

    /// Shows how many of `total` parts of the running stage are done; callable from any thread.
    pub fn counter(&self, total: usize) -> impl Fn(usize) + Sync + use<> {
        let bar = self.bar.clone();
        move |done| {
            if let Some(bar) = &bar {
                bar.set_prefix(format!("{done}/{total}"));
            }
        }
    }

    /// Times so far.
    #[must_use]
    pub fn times(&self) -> &[StageTime] {
        &self.times
    }

    /// Times so far; the bar goes.
    #[must_use]
    pub fn finish(self) -> Vec<StageTime> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.times
    }
}
