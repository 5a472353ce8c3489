//! Integration tests of `panel-report`.

mod audited;
mod compared;
mod containers;
mod figures;
mod formats;
mod gallery;
mod page;
mod published;
mod regression;
mod support;
