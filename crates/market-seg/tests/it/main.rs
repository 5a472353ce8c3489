//! Integration tests.
#![allow(missing_docs, clippy::unwrap_used)]

mod by_hand;
mod edge_cases;
mod pairs;
mod places;
mod properties;
mod real;
mod reference;
mod rules;
// Readers of reference data, shared with va-index.
#[path = "../../../va-index/tests/it/support.rs"]
mod support;
