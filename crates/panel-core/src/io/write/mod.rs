//! A panel as the bytes of a file. Nothing is written to disk here, and nothing depends on the clock.

mod csv;
#[cfg(feature = "dta")]
mod dta;
#[cfg(feature = "polars")]
mod parquet;

pub use csv::to_csv;
#[cfg(feature = "dta")]
pub use dta::to_dta;
#[cfg(feature = "polars")]
pub use parquet::{TableColumn, table_to_parquet, to_parquet};
