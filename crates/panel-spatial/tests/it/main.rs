//! Against other programs, brute force, and what must hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests end where something is not as it should be"
)]

mod association;
mod edges;
mod exact_files;
mod free;
mod networks;
mod programs;
mod properties;
mod random;
mod support;
mod tiny;
mod weights;
