//! Integration tests of `panel-report`.

mod audited;
mod compared;
mod containers;
mod formats;
mod published;
mod regression;
mod support;
