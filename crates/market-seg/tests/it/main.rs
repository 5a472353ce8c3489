//! Integration tests.
#![allow(missing_docs, clippy::unwrap_used)]

mod edge_cases;
mod pairs;
mod properties;
mod real;
mod reference;
mod support;
