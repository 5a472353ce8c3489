//! Integration tests.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod attribution;
mod declaration;
mod example;
mod kernel;
mod public_data;
mod records;
mod synthetic;
mod synthetic_grid;
mod tools;
