//! The study runner: a study file in, tables and figures out.
//!
//! [`pipeline::run`] is the whole of it; [`compute`] holds the stages before the tables, [`tables`] the regressions.
//! It is the only crate of the workspace that knows every other, and the only one that writes files.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audited;
pub mod check;
pub mod cli;
pub mod compute;
mod engines;
pub mod error;
mod feature;
pub mod indices;
pub mod init;
pub mod log;
pub mod looked_at;
pub mod multiverse;
pub mod names;
pub mod pipeline;
pub mod plan;
pub mod progress;
pub mod published;
pub mod quality;
pub mod reference;
pub mod results;
pub mod show;
pub mod source_fix;
pub mod spatial;
pub mod stages;
pub mod store;
pub mod study;
pub mod tables;
mod warned;

pub use error::{Error, Result};
