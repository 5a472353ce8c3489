//! Integration tests, by theme. Golden numbers come from other people's programs; files outside the crate are read
//! where they are and skipped with a message elsewhere.

mod ddf;
mod ebm;
mod errors;
mod malmquist;
mod panel;
mod radial;
mod sbm;
mod support;
