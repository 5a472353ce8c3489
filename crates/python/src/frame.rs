//! Results as tables.

use crate::capsule::give_stream;
use crate::error::Failure;
use crate::options::{json, python};
use crate::source::Source;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_schema::{DataType, Schema};
use panel_core::{Column, Panel};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use serde_json::Value;
use std::sync::Arc;

/// A table of results: `polars.DataFrame(frame)`, `pyarrow.table(frame)` and duckdb read it as it is.
#[pyclass(frozen, module = "panelstudy")]
#[derive(Debug)]
pub(crate) struct Frame {
    batch: RecordBatch,
    /// What is to be known of the results.
    #[pyo3(get)]
    warnings: Vec<String>,
    summary: Value,
}

/// Columns of a table on their way to Python.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    columns: Vec<(String, ArrayRef)>,
    warnings: Vec<String>,
    summary: Value,
}

impl Columns {
    /// The keys of some rows of a panel; the place in the caller's table where it has none.
    pub(crate) fn keys(panel: &Panel, rows: &[u32]) -> Self {
        let mut columns = Self::default();
        if !panel.is_keyed() {
            columns.whole("row", rows.iter().map(|&row| i64::from(row)).collect());
            return columns;
        }
        columns.labels(
            panel.entity_name(),
            panel.entities(),
            rows.iter().map(|&row| panel.entity_of_row()[row as usize]),
        );
        if panel.time_name() != "(none)" {
            let labels = panel.times().labels();
            columns.labels(panel.time_name(), labels, rows.iter().map(|&row| panel.time_of_row()[row as usize]));
        }
        columns
    }

    /// The keys of all rows.
    pub(crate) fn all_keys(panel: &Panel) -> Self {
        Self::keys(panel, &(0..panel.n_rows() as u32).collect::<Vec<_>>())
    }

    /// Labels; whole numbers where each label prints back as one.
    pub(crate) fn labels(&mut self, name: &str, labels: &[String], codes: impl Iterator<Item = u32>) {
        match panel_core::number::whole_numbers(labels) {
            Some(numbers) => self.whole(name, codes.map(|code| numbers[code as usize]).collect()),
            None => self.words(name, codes.map(|code| Some(labels[code as usize].clone()))),
        }
    }

    pub(crate) fn whole(&mut self, name: &str, values: Vec<i64>) {
        self.columns.push((name.to_owned(), Arc::new(Int64Array::from(values))));
    }

    /// Numbers; what is none is null.
    pub(crate) fn numbers(&mut self, name: &str, values: impl IntoIterator<Item = f64>) {
        self.optional(name, values.into_iter().map(|value| (!value.is_nan()).then_some(value)));
    }

    pub(crate) fn optional(&mut self, name: &str, values: impl IntoIterator<Item = Option<f64>>) {
        self.columns.push((name.to_owned(), Arc::new(values.into_iter().collect::<Float64Array>())));
    }

    pub(crate) fn words<S: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = Option<S>>) {
        self.columns.push((name.to_owned(), Arc::new(values.into_iter().collect::<StringArray>())));
    }

    pub(crate) fn remarks(mut self, remarks: &[panel_core::Diagnostic]) -> Self {
        self.warnings.extend(remarks.iter().map(|remark| remark.message.clone()));
        self
    }

    pub(crate) fn summary(mut self, summary: Value) -> Self {
        self.summary = summary;
        self
    }

    pub(crate) fn frame(self) -> PyResult<Frame> {
        let batch = match self.columns.is_empty() {
            true => Ok(RecordBatch::new_empty(Arc::new(Schema::empty()))),
            false => RecordBatch::try_from_iter_with_nullable(
                self.columns.into_iter().map(|(name, array)| (name, array, true)),
            ),
        };
        let batch = batch.map_err(|error| Failure::data("arrow", error.to_string()))?;
        Ok(Frame { batch, warnings: self.warnings, summary: self.summary })
    }
}

/// The values of a column as a list.
fn list<'py>(py: Python<'py>, array: &ArrayRef) -> PyResult<Bound<'py, PyList>> {
    match array.data_type() {
        DataType::Int64 => PyList::new(py, array.as_primitive::<Int64Type>().iter().collect::<Vec<_>>()),
        DataType::Float64 => PyList::new(py, array.as_primitive::<Float64Type>().iter().collect::<Vec<_>>()),
        _ => PyList::new(py, array.as_string::<i32>().iter().collect::<Vec<_>>()),
    }
}

#[pymethods]
impl Frame {
    /// A table from anything that the functions take as data; `summary` is what belongs to the whole of it.
    #[new]
    #[pyo3(signature = (data, summary=None))]
    fn new(data: &Bound<'_, PyAny>, summary: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let source = Source::new(data)?;
        let mut columns = Columns::default();
        for name in source.names() {
            match source.column(name)? {
                Column::Float(values) => columns.numbers(name, values.iter().copied()),
                Column::Text(text) => columns.words(name, (0..text.len()).map(|row| text.get(row))),
            }
        }
        columns.summary(summary.map_or(Ok(Value::Null), json)?).frame()
    }

    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.batch.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// What belongs to the whole table: conventions, counts, parameters.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        python(py, &self.summary)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A wish that a producer may pass over.
        let _ = requested_schema;
        let schema = self.batch.schema();
        give_stream(py, Box::new(RecordBatchIterator::new([Ok(self.batch.clone())], schema)))
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        match self.batch.column_by_name(name) {
            Some(array) => list(py, array),
            None => Err(PyKeyError::new_err(format!("no column `{name}`; there are {}", self.columns().join(", ")))),
        }
    }

    /// A dictionary of lists; None is missing.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, array) in self.columns().iter().zip(self.batch.columns()) {
            dict.set_item(name, list(py, array)?)?;
        }
        Ok(dict)
    }

    /// A pandas DataFrame.
    fn to_pandas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("pandas")?.call_method1("DataFrame", (self.to_dict(py)?,))
    }

    /// A polars DataFrame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.call_method1("DataFrame", (slf,))
    }

    fn __repr__(&self) -> String {
        const SHOWN: usize = 10;
        let names = self.columns();
        let cell = |array: &ArrayRef, row: usize| match array.data_type() {
            _ if array.is_null(row) => String::new(),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
            DataType::Float64 => format!("{:.6}", array.as_primitive::<Float64Type>().value(row)),
            _ => array.as_string::<i32>().value(row).to_owned(),
        };
        let shown = self.batch.num_rows().min(SHOWN);
        let column = |(name, array): (&String, &ArrayRef)| -> Vec<String> {
            std::iter::once(name.clone()).chain((0..shown).map(|row| cell(array, row))).collect()
        };
        let columns: Vec<Vec<String>> = names.iter().zip(self.batch.columns()).map(column).collect();
        let width = |column: &Vec<String>| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = columns.iter().map(width).collect();
        let line = |row: usize| {
            let cells = columns.iter().zip(&widths).map(|(column, width)| format!("{:>width$}", column[row]));
            cells.collect::<Vec<_>>().join("  ")
        };
        let mut lines: Vec<String> = (0..=shown).map(line).collect();
        lines.push(format!("[{} rows, {} columns]", self.batch.num_rows(), names.len()));
        lines.join("\n")
    }
}

/// A dictionary of names and numbers; what is no number is None.
pub(crate) fn named<'py>(
    py: Python<'py>,
    values: impl IntoIterator<Item = (impl AsRef<str>, f64)>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in values {
        dict.set_item(name.as_ref(), value.into_bound_py_any(py)?)?;
    }
    Ok(dict)
}
