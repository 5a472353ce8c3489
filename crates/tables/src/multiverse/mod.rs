//! `[multiverse]`: one column of one table under every combination of the choices that an analysis leaves open.
//!
//! | step | what |
//! |---|---|
//! | `options`, `plan` | the study under the settings of a universe; universes and their columns before any data |
//! | `reach` | which choices can move a variable, through derived variables and indices |
//! | `artefacts` | every different column of data, computed once |
//! | `column`, `design` | every different formula, sample and set of columns; which universes share them |
//! | `estimate`, `estimates` | each design absorbed once, every outcome and every covariance on it |
//! | `journal` | what a run has estimated so far, so that one that was stopped goes on |
//! | `blocks`, `joint`, `attribution` | resampling by cluster, joint tests, which choice moves the result |
//! | `estimation`, `result` | records of universes; everything that is said of them |
//! | `write`, `table`, `shown` | files, tables, what figures and the page show |
//! | `curve` | `[curve]`: the multiverse of one choice whose options are single changes, without joint inference |
//!
//! What a universe is, how it is counted and how estimates are tested together is `panel-multiverse`'s.

mod artefacts;
mod attribution;
mod blocks;
mod check;
mod column;
mod curve;
mod design;
mod estimate;
mod estimates;
mod estimation;
mod joint;
mod journal;
mod options;
mod plan;
mod reach;
mod result;
mod run;
mod shown;
mod table;
mod write;

pub use check::text as check_text;
pub use curve::stage as curve;
pub use estimation::Estimation;
pub use result::Multiverse;
pub use run::{journals, stage_of_run as stage};
pub use shown::{Finding, OptionBar};
pub use write::{register, write};
