//! Regression tables from plain records, whatever estimated them.

mod build;
mod notes;
mod panels;
mod record;
mod spec;

pub use build::regression_table;
pub(crate) use notes::describe_errors;
pub use panels::panel_table;
pub use record::{Cluster, FitStat, Flag, ModelColumn, SeKind, StdErrors, Term};
pub use spec::{Below, CoefLabel, FitRow, RegressionSpec};
