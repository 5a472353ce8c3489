//! Integration tests of `panel-report`. A test that needs something this machine lacks says so and passes.
#![allow(clippy::print_stderr)]

#[macro_use]
#[path = "../../../../tests/it/snapshot.rs"]
mod snapshot;

mod compared;
mod containers;
mod external;
mod figures;
mod formats;
mod gallery;
mod layout;
mod page;
mod properties;
mod published;
mod regression;
mod support;
