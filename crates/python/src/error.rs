//! What goes wrong, as exceptions of Python: their classes are in `panelstudy/errors.py`.

use panel_core::Cell;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// Which exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The data cannot be used.
    Data,
    /// A formula or an expression cannot be read.
    Formula,
    /// The request cannot be carried out.
    Spec,
    /// An iteration did not reach its tolerance.
    NotConverged,
    /// A name that is not there.
    Name,
    /// A defect of this program.
    Internal,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Data => "DataError",
            Self::Formula => "FormulaError",
            Self::Spec => "SpecError",
            Self::NotConverged => "NotConverged",
            Self::Name => "UnknownName",
            Self::Internal => "InternalError",
        }
    }
}

/// An error on its way to Python; it does not need the interpreter.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    kind: Kind,
    code: &'static str,
    message: String,
    cell: Box<Cell>,
    /// Place in a formula, 1-based.
    place: Option<usize>,
}

/// Result of the work without the interpreter.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    pub(crate) fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), cell: Box::default(), place: None }
    }

    pub(crate) fn data(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Data, code, message)
    }

    pub(crate) fn spec(message: impl Into<String>) -> Self {
        Self::new(Kind::Spec, "specification", message)
    }

    /// The same with the key of the row that it is about.
    pub(crate) fn at(mut self, entity: &str, time: &str) -> Self {
        (self.cell.entity, self.cell.time) = (Some(entity.to_owned()), Some(time.to_owned()));
        self
    }

    fn of(code: &'static str, error: &impl std::fmt::Display, cell: Option<Cell>) -> Self {
        let kind = match code {
            "unknown-column" | "unknown-name" => Kind::Name,
            "formula" | "expression" => Kind::Formula,
            "not-converged" | "numerical" | "at-bound" => Kind::NotConverged,
            "duplicate-key"
            | "missing-key"
            | "same-period"
            | "not-numeric"
            | "bad-value"
            | "cannot-read"
            | "layout"
            | "unmatched-source"
            | "wrong-type"
            | "no-observations"
            | "unknown-code"
            | "too-near"
            | "zero-distance"
            | "bad-weight"
            | "islands"
            | "unbalanced"
            | "singular"
            | "no-regressor"
            | "no-degrees-of-freedom"
            | "undefined"
            | "not-identified" => Kind::Data,
            _ => Kind::Spec,
        };
        Self { cell: Box::new(cell.unwrap_or_default()), ..Self::new(kind, code, error.to_string()) }
    }
}

macro_rules! from_errors {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::of(error.code(), &error, error.cell())
            }
        })+
    };
}

from_errors!(
    panel_core::Error,
    panel_core::InputError,
    gtfp_ebm::Error,
    va_index::Error,
    market_seg::Error,
    panel_spatial::Error,
);

impl From<panel_fe::Error> for Failure {
    fn from(error: panel_fe::Error) -> Self {
        let place = match &error {
            panel_fe::Error::Formula(formula) => Some(formula.column),
            _ => None,
        };
        Self { place, ..Self::of(error.code(), &error, error.cell()) }
    }
}

impl From<panelstudy::Error> for Failure {
    fn from(error: panelstudy::Error) -> Self {
        let cell = match &error {
            panelstudy::Error::Study { file, line, .. } => {
                Some(Cell { file: Some(file.clone()), line: *line, ..Cell::default() })
            }
            _ => None,
        };
        let failure = Self::of(error.code(), &error, cell);
        match error {
            panelstudy::Error::Stage { .. } | panelstudy::Error::NotComputed { .. } => {
                Self { kind: Kind::Data, ..failure }
            }
            _ => failure,
        }
    }
}

impl From<report::Error> for Failure {
    fn from(error: report::Error) -> Self {
        Self::spec(error.to_string())
    }
}

impl From<audit::Error> for Failure {
    fn from(error: audit::Error) -> Self {
        Self::spec(error.to_string())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| exception(py, &failure).unwrap_or_else(|error| error))
    }
}

/// The exception itself.
fn exception(py: Python<'_>, failure: &Failure) -> PyResult<PyErr> {
    let Failure { kind, code, message, cell, place } = failure;
    let class = py.import("panelstudy.errors")?.getattr(kind.class())?;
    let attributes = PyDict::new(py);
    attributes.set_item("code", *code)?;
    let known = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    for (name, value) in [
        ("entity", known(&cell.entity)),
        ("time", known(&cell.time)),
        ("column", known(&cell.column)),
        ("value", known(&cell.value)),
        ("file", known(&cell.file)),
        ("line", cell.line.map(|line| line.to_string())),
    ] {
        attributes.set_item(name, value)?;
    }
    if let Some(place) = place {
        attributes.set_item("column", *place)?;
    }
    let value = class.call((PyString::new(py, message),), Some(&attributes))?;
    Ok(PyErr::from_value(value))
}
