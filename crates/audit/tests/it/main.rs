//! Integration tests of `panel-audit`. A test that needs something this machine lacks says so and passes.
#![allow(clippy::print_stderr)]

#[macro_use]
#[path = "../../../../tests/it/snapshot.rs"]
mod snapshot;

mod paper;
mod properties;
mod support;
