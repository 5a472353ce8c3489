//! End-to-end tests. `cargo xtask test` runs the replication once and names its folder in `REPLICATION_DIR`; without
//! it, each test that needs one runs its own.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

#[macro_use]
mod snapshot;

mod browser;
mod check;
mod comparisons;
mod concentration;
mod determinism;
mod figures;
mod gtfp_columns;
mod identities;
mod idle;
mod init;
mod intervals;
mod killed;
mod large;
mod left_out;
mod malformed;
mod means;
mod method_options;
mod multiverse;
mod options;
mod outputs;
mod package;
mod placed;
mod printed;
mod reach;
mod real;
mod reference;
mod relations;
mod reviewing;
mod small;
mod spatial;
mod stages;
mod streaming;
mod studies;
mod study_text;
mod support;
mod tables;
mod targets;
