//! `log/run.jsonl`: tracing events of a run, one JSON object a line.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::Dispatch;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

/// Collects events in memory.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Where events are to go so that they are collected here; the level comes from `RUST_LOG` (`debug`, or
    /// `panel_fe=trace,info`), else info. Every thread that works for the run needs it as its default.
    #[must_use]
    pub fn dispatch(&self) -> Dispatch {
        let asked = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
        let filter = asked.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
        let events = tracing_subscriber::fmt::layer().json().with_writer(self.clone()).with_ansi(false);
        Dispatch::new(tracing_subscriber::registry().with(filter).with(events))
    }

    /// What was collected.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}
