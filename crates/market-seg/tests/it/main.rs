//! Integration tests.
#![allow(missing_docs, clippy::unwrap_used)]

mod edge_cases;
mod pairs;
mod properties;
mod real;
mod reference;
// Readers of reference data, shared with va-index.
#[path = "../../../va-index/tests/it/support.rs"]
mod support;
