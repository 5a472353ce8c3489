//! Integration tests.
#![allow(missing_docs, clippy::unwrap_used)]

mod companions;
mod edge_cases;
mod golden;
mod peers;
mod properties;
mod real;
mod remarks;
mod support;
