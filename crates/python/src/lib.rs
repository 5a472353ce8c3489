//! The Python package `panelstudy`: its compiled part, `panelstudy._core`.
//!
//! | module | what |
//! |---|---|
//! | `source`, `frame` | tables in, tables out; `capsule` holds the C interface of Arrow |
//! | `options`, `error` | keyword arguments as typed choices, errors as exceptions |
//! | `work` | threads, interrupts, panics |
//! | `fit`, `table`, `dea`, `index`, `study` | the functions |
//!
//! No number is computed here: the method crates do that, and `python/panelstudy/` holds signatures and docstrings.

mod capsule;
mod dea;
mod error;
mod fit;
mod frame;
mod index;
mod options;
mod source;
mod study;
mod table;
mod work;

/// The compiled part of the package `panelstudy`.
#[pyo3::pymodule]
mod _core {
    #[pymodule_export]
    use crate::dea::productivity;
    #[pymodule_export]
    use crate::fit::{Fit, feols};
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::index::{entropy_weights, moran, pim, seg, va};
    #[pymodule_export]
    use crate::study::{audit_text, check_file, command, csv_text, run_file, toml_text};
    #[pymodule_export]
    use crate::table::{Table, regression};

    /// Asks for a panic, for tests of how one is answered.
    #[pyo3::pyfunction]
    fn _panic(py: pyo3::Python<'_>) -> pyo3::PyResult<()> {
        crate::work::run(py, "_panic", || panic!("asked for"))
    }

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        pyo3::types::PyModuleMethods::add(module, "__version__", env!("CARGO_PKG_VERSION"))
    }
}
