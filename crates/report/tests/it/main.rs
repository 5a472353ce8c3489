//! Integration tests of `panel-report`. A test that needs something this machine lacks says so and passes.
#![allow(clippy::print_stderr)]

mod audited;
mod compared;
mod containers;
mod external;
mod figures;
mod formats;
mod gallery;
mod page;
mod properties;
mod published;
mod regression;
mod support;
