//! Tables of regressions, in the formats of `report`.

use crate::error::{Failure, Result};
use crate::fit::Fit;
use crate::options::{given, read};
use panel_fe::Formula;
use panelstudy::tables::model_column;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use report::numfmt::Format;
use report::{Labels, Lang, RegressionSpec, StarRule, TableFormat, Text, regression_table};
use serde::Deserialize;
use std::path::PathBuf;

/// What a table shows; `panelstudy.table` has the same words with their defaults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Choices {
    headings: Vec<Text>,
    id: String,
    number: Text,
    title: Text,
    labels: Labels,
    coefs: Vec<String>,
    stats: Vec<String>,
    stars: StarRule,
    below: String,
    digits: u8,
    notes: Vec<Text>,
    lang: Lang,
}

/// A table of results; `panelstudy.table` makes it. A notebook shows it as it is.
#[pyclass(frozen, module = "panelstudy")]
#[derive(Debug)]
pub(crate) struct Table {
    table: report::Table,
    lang: Lang,
}

/// Fits as the columns of a table; `choices` are those of `panelstudy.table`.
#[pyfunction]
#[pyo3(signature = (fits, **choices))]
pub(crate) fn regression(fits: Vec<PyRef<'_, Fit>>, choices: Option<&Bound<'_, PyDict>>) -> PyResult<Table> {
    let choices: Choices = read(given(choices)?)?;
    let lang = choices.lang;
    Ok(Table { table: built(&fits, choices)?, lang })
}

fn built(fits: &[PyRef<'_, Fit>], choices: Choices) -> Result<report::Table> {
    let Choices { headings, id, number, title, labels, coefs, stats, stars, below, digits, notes, .. } = choices;
    let mut columns = Vec::with_capacity(fits.len());
    for (place, fit) in fits.iter().enumerate() {
        let formula = Formula::parse(&fit.estimate.formula).map_err(panel_fe::Error::from)?;
        let mut column = model_column(&fit.estimate, &formula, &labels);
        column.heading = headings.get(place).cloned().unwrap_or_default();
        columns.push(column);
    }
    let mut spec = RegressionSpec::new(id, title, stars).labels(labels);
    spec.number = number;
    spec.below = below.parse()?;
    spec.digits = Format::Legible(digits);
    spec.notes = notes;
    if !coefs.is_empty() {
        spec = spec.coefs(coefs.iter().map(String::as_str));
    }
    if !stats.is_empty() {
        spec = spec.fit_rows(stats.iter().map(String::as_str));
    }
    Ok(regression_table(&columns, &spec)?)
}

impl Table {
    fn bytes(&self, format: TableFormat) -> Result<Vec<u8>> {
        Ok(self.table.render(format, self.lang)?)
    }

    fn text(&self, format: TableFormat) -> Result<String> {
        String::from_utf8(self.bytes(format)?).map_err(|error| Failure::spec(error.to_string()))
    }
}

#[pymethods]
impl Table {
    /// GitHub Markdown.
    fn to_markdown(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Markdown)?)
    }

    /// An HTML table whose rules are inline styles, so that it keeps them in Word and mail.
    fn to_html(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Html)?)
    }

    /// LaTeX with booktabs and threeparttable.
    fn to_latex(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Latex)?)
    }

    /// Typst.
    fn to_typst(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Typst)?)
    }

    /// Comma-separated, as shown.
    fn to_csv(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Csv)?)
    }

    /// A Word document with the three-line table: its bytes, and the file where one is named.
    #[pyo3(signature = (path=None))]
    fn to_docx<'py>(&self, py: Python<'py>, path: Option<PathBuf>) -> PyResult<Bound<'py, PyBytes>> {
        written(py, self.bytes(TableFormat::Docx)?, path)
    }

    /// An Excel workbook with numbers as numbers: its bytes, and the file where one is named.
    #[pyo3(signature = (path=None))]
    fn to_xlsx<'py>(&self, py: Python<'py>, path: Option<PathBuf>) -> PyResult<Bound<'py, PyBytes>> {
        written(py, self.bytes(TableFormat::Xlsx)?, path)
    }

    fn _repr_html_(&self) -> PyResult<String> {
        self.to_html()
    }

    fn __repr__(&self) -> PyResult<String> {
        Ok(self.text(TableFormat::Terminal)?)
    }
}

fn written(py: Python<'_>, bytes: Vec<u8>, path: Option<PathBuf>) -> PyResult<Bound<'_, PyBytes>> {
    if let Some(path) = path {
        std::fs::write(path, &bytes)?;
    }
    Ok(PyBytes::new(py, &bytes))
}
