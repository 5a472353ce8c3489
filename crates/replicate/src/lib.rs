//! The study runner: a study file in, tables and figures out.
//!
//! [`pipeline::run`] is the whole of it: [`study`] reads the file, [`stages`] makes the panel, [`tables`] the results; [`show`]
//! turns results into bytes. It is the only crate of the workspace that knows every other.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod audited;
pub mod check;
pub mod cli;
mod engines;
pub mod init;
pub mod log;
pub mod pipeline;
pub mod published;
pub mod reference;
pub mod results;
pub mod show;
pub mod source_fix;
mod warned;

pub use study::{Error, Result};
pub use {stages, study, tables};
