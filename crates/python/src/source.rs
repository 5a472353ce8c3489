//! Tables as Python hands them over: Arrow streams and arrays, mappings of buffers, and what turns into these.

use crate::capsule::{take_array, take_stream};
use crate::error::Failure;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::DataType;
use panel_core::{Column, Panel, TextColumn, arrow, suggest};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyCapsule, PyString};
use std::sync::Arc;

/// A table whose columns are converted when they are asked for.
pub(crate) struct Source<'py> {
    names: Vec<String>,
    kind: Kept<'py>,
}

enum Kept<'py> {
    Arrow(Vec<RecordBatch>, Memory),
    Mapping(Bound<'py, PyAny>),
}

/// Whether the columns of a table may be used where they lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// Columns never change once they are made.
    Lasting,
    /// Columns may be written to by whoever made them, as those of pandas and numpy: what is kept is a copy.
    Passing,
}

impl Memory {
    /// Of libraries whose tables cannot be written to.
    const LASTING: [&str; 8] =
        ["pyarrow", "polars", "duckdb", "arro3", "nanoarrow", "datafusion", "ibis", "panelstudy"];

    fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let module = object.get_type().module()?.to_string();
        let library = module.split('.').next().unwrap_or_default();
        Ok(if Self::LASTING.contains(&library) { Self::Lasting } else { Self::Passing })
    }
}

/// What a column is wanted as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Values,
    Labels,
}

impl<'py> Source<'py> {
    /// Looks at a table; nothing is converted yet.
    pub(crate) fn new(data: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Some(batches) = stream(data)? {
            let names = batches.0;
            return Ok(Self { names, kind: Kept::Arrow(batches.1, Memory::of(data)?) });
        }
        if data.hasattr("__arrow_c_array__")? {
            let array = array(data)?;
            if !matches!(array.data_type(), DataType::Struct(_)) {
                let kind = array.data_type();
                return Err(Failure::data("wrong-type", format!("expected a table, got an array of {kind}")).into());
            }
            let batch = RecordBatch::from(array.as_struct());
            let names = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            return Ok(Self { names, kind: Kept::Arrow(vec![batch], Memory::of(data)?) });
        }
        if data.hasattr("keys")? && data.hasattr("__getitem__")? {
            let keys = data.call_method0("keys")?;
            let names = keys.try_iter()?.map(|key| Ok(key?.str()?.to_string())).collect::<PyResult<_>>()?;
            return Ok(Self { names, kind: Kept::Mapping(data.clone()) });
        }
        let kind = data.get_type().name()?.to_string();
        let message = format!("expected a table (Arrow, polars, pandas, duckdb) or a mapping of columns, got {kind}");
        Err(Failure::data("wrong-type", message).into())
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of rows, that of the first column.
    pub(crate) fn n_rows(&self) -> PyResult<usize> {
        match (&self.kind, self.names.first()) {
            (Kept::Arrow(batches, _), _) => Ok(batches.iter().map(RecordBatch::num_rows).sum()),
            (Kept::Mapping(_), Some(name)) => Ok(self.column(name)?.len()),
            (Kept::Mapping(_), None) => Ok(0),
        }
    }

    /// A column of numbers or text.
    pub(crate) fn column(&self, name: &str) -> PyResult<Column> {
        self.converted(name, Wanted::Values)
    }

    /// A column as labels.
    fn labels(&self, name: &str) -> PyResult<TextColumn> {
        match self.converted(name, Wanted::Labels)? {
            Column::Text(text) => Ok(text),
            Column::Float(values) => {
                let label = |value: &f64| (!value.is_nan()).then(|| (value + 0.0).to_string());
                Ok(TextColumn::new(&values.iter().map(label).collect::<Vec<_>>()))
            }
        }
    }

    fn converted(&self, name: &str, wanted: Wanted) -> PyResult<Column> {
        let Some(at) = self.names.iter().position(|known| known == name) else {
            return Err(self.unknown(name).into());
        };
        match &self.kind {
            Kept::Arrow(batches, memory) => {
                let chunks: Vec<ArrayRef> = batches.iter().map(|batch| Arc::clone(batch.column(at))).collect();
                of_arrow(name, &chunks, wanted, *memory)
            }
            Kept::Mapping(data) => of_object(name, &data.get_item(name)?, wanted),
        }
    }

    fn unknown(&self, name: &str) -> Failure {
        let near = suggest::nearest(name, self.names.iter().map(String::as_str)).map(str::to_owned);
        panel_core::Error::UnknownColumn { column: name.to_owned(), suggestion: near, available: self.names.clone() }
            .into()
    }

    /// The named columns with their keys. Names that stand twice count once, and keys are no columns.
    pub(crate) fn table<'a>(&self, keys: Keyed<'_>, columns: impl IntoIterator<Item = &'a str>) -> PyResult<Table> {
        let is_key = |name: &str| match keys {
            Keyed::Panel(entity, time) => name == entity || name == time,
            Keyed::Units(entity) => name == entity,
            Keyed::Rows => false,
        };
        let mut wanted: Vec<&str> = Vec::new();
        for name in columns {
            if !is_key(name) && !wanted.contains(&name) {
                wanted.push(name);
            }
        }
        let keys = match keys {
            Keyed::Panel(entity, time) => {
                Some([(entity.to_owned(), self.labels(entity)?), (time.to_owned(), self.labels(time)?)])
            }
            Keyed::Units(entity) => {
                let labels = self.labels(entity)?;
                let time = TextColumn::from_codes(vec![0; labels.len()], vec!["1".into()]).map_err(Failure::from)?;
                Some([(entity.to_owned(), labels), ("(none)".to_owned(), time)])
            }
            Keyed::Rows => None,
        };
        let columns =
            wanted.iter().map(|name| Ok(((*name).to_owned(), self.column(name)?))).collect::<PyResult<Vec<_>>>()?;
        let rows = match columns.first() {
            Some((_, column)) => column.len(),
            None => self.n_rows()?,
        };
        Ok(Table { keys, columns, rows })
    }
}

/// How the rows of a table are told apart.
#[derive(Clone, Copy)]
pub(crate) enum Keyed<'a> {
    /// By entity and time.
    Panel(&'a str, &'a str),
    /// By entity, in one period.
    Units(&'a str),
    /// Not at all.
    Rows,
}

impl<'a> Keyed<'a> {
    /// By unit and, where there is one, time.
    pub(crate) fn of(unit: &'a str, time: Option<&'a str>) -> Self {
        time.map_or(Self::Units(unit), |time| Self::Panel(unit, time))
    }
}

/// Converted columns on their way to a panel, which is made without the interpreter.
pub(crate) struct Table {
    keys: Option<[(String, TextColumn); 2]>,
    pub(crate) columns: Vec<(String, Column)>,
    rows: usize,
}

impl Table {
    /// The panel, sorted by its keys.
    pub(crate) fn panel(self) -> crate::error::Result<Panel> {
        let Some([(entity, entities), (time, times)]) = self.keys else {
            let mut panel = Panel::unkeyed(self.rows);
            for (name, column) in self.columns {
                panel.set(name, column)?;
            }
            return Ok(panel);
        };
        let mut builder = Panel::builder(entity, time).coded_keys(entities, times);
        for (name, column) in self.columns {
            builder = builder.column(name, column);
        }
        Ok(builder.build()?)
    }
}

type Stream = (Vec<String>, Vec<RecordBatch>);

/// The record batches of a table that can be streamed; `None` where it cannot, as pandas without pyarrow.
fn stream(data: &Bound<'_, PyAny>) -> PyResult<Option<Stream>> {
    if !data.hasattr("__arrow_c_stream__")? {
        return Ok(None);
    }
    let capsule = match data.call_method0("__arrow_c_stream__") {
        Ok(capsule) => capsule,
        Err(error) if error.is_instance_of::<PyImportError>(data.py()) => return Ok(None),
        Err(error) => return Err(error),
    };
    let reader = take_stream(capsule.cast::<PyCapsule>()?)?;
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let batches = reader.collect::<Result<Vec<_>, _>>();
    let batches =
        batches.map_err(|error| Failure::data("arrow", format!("the Arrow table cannot be read: {error}")))?;
    Ok(Some((names, batches)))
}

fn array(data: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let pair = data.call_method0("__arrow_c_array__")?;
    take_array(pair.get_item(0)?.cast::<PyCapsule>()?, pair.get_item(1)?.cast::<PyCapsule>()?)
}

fn of_arrow(name: &str, chunks: &[ArrayRef], wanted: Wanted, memory: Memory) -> PyResult<Column> {
    let column = match wanted {
        Wanted::Values => arrow::column(name, chunks),
        Wanted::Labels => arrow::key(name, chunks).map(Column::Text),
    };
    Ok(match column.map_err(Failure::from)? {
        Column::Float(values) if memory == Memory::Passing => Column::Float(values.owned()),
        column => column,
    })
}

/// A column of a mapping: a buffer (numpy), an array of Arrow, a series, or a sequence.
fn of_object(name: &str, object: &Bound<'_, PyAny>, wanted: Wanted) -> PyResult<Column> {
    if let Some(values) = buffer(name, object, wanted)? {
        return Ok(values);
    }
    if object.hasattr("__arrow_c_array__")? {
        return of_arrow(name, &[array(object)?], wanted, Memory::of(object)?);
    }
    if object.hasattr("to_numpy")? {
        match object.call_method0("to_numpy") {
            Ok(array) => return of_object(name, &array, wanted),
            Err(error) if error.is_instance_of::<PyImportError>(object.py()) => {}
            Err(error) => return Err(error),
        }
    }
    if is_date(object)? {
        let text = object.call_method1("astype", ("datetime64[s]",))?.call_method1("astype", ("str",))?;
        let iso = text.call_method0("tolist")?.extract::<Vec<String>>()?;
        let day = |text: &String| (text != "NaT").then(|| text.trim_end_matches("T00:00:00").to_owned());
        return Ok(Column::Text(TextColumn::new(&iso.iter().map(day).collect::<Vec<_>>())));
    }
    for method in ["tolist", "to_list", "to_pylist"] {
        if object.hasattr(method)? {
            return sequence(name, &object.call_method0(method)?);
        }
    }
    sequence(name, object)
}

/// Whether it is an array of numpy's dates.
fn is_date(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Some(dtype) = object.getattr_opt("dtype")? else { return Ok(false) };
    Ok(dtype.getattr_opt("kind")?.is_some_and(|kind| kind.extract::<String>().is_ok_and(|kind| kind == "M")))
}

/// A buffer of numbers in one dimension.
fn buffer(name: &str, object: &Bound<'_, PyAny>, wanted: Wanted) -> PyResult<Option<Column>> {
    let py = object.py();
    if let Ok(buffer) = PyBuffer::<f64>::get(object) {
        return one_dimension(&buffer).and_then(|()| Ok(Some(buffer.to_vec(py)?.into())));
    }
    if let Ok(buffer) = PyBuffer::<f32>::get(object) {
        one_dimension(&buffer)?;
        return Ok(Some(Column::Float(buffer.to_vec(py)?.into_iter().map(f64::from).collect())));
    }
    macro_rules! integers {
        ($($native:ty => $array:ty),+ $(,)?) => {
            $(if let Ok(buffer) = PyBuffer::<$native>::get(object) {
                one_dimension(&buffer)?;
                let values: ArrayRef = Arc::new(<$array>::from(buffer.to_vec(py)?));
                return of_arrow(name, &[values], wanted, Memory::Lasting).map(Some);
            })+
        };
    }
    use arrow_array::{
        Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
    };
    integers!(
        i64 => Int64Array, i32 => Int32Array, i16 => Int16Array, i8 => Int8Array, u64 => UInt64Array,
        u32 => UInt32Array, u16 => UInt16Array, u8 => UInt8Array,
    );
    Ok(None)
}

fn one_dimension<T: pyo3::buffer::Element>(buffer: &PyBuffer<T>) -> PyResult<()> {
    match buffer.dimensions() {
        1 => Ok(()),
        n => Err(Failure::data("wrong-type", format!("expected a column of one dimension, got {n}")).into()),
    }
}

/// Numbers, texts, truths and None one by one; a column with a text is text.
fn sequence(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Column> {
    let items = object.try_iter().ok().filter(|_| !object.is_instance_of::<PyString>());
    let Some(items) = items else {
        let kind = object.get_type().name()?.to_string();
        return Err(Failure::data("wrong-type", format!("column `{name}`: a {kind} is no column")).into());
    };
    let items = items.collect::<PyResult<Vec<_>>>()?;
    let is_word = |item: &Bound<'_, PyAny>| item.is_instance_of::<PyString>() || item.is_instance_of::<PyBool>();
    let is_words = items.iter().any(is_word);
    if is_words {
        let word = |item: &Bound<'_, PyAny>| -> PyResult<Option<String>> {
            if let Ok(text) = item.cast::<PyString>() {
                return Ok(Some(text.to_string()));
            }
            // A NaN among texts is a missing value, as is what pandas calls NA.
            let missing =
                item.is_none() || item.extract::<f64>().is_ok_and(f64::is_nan) || item.get_type().name()? == "NAType";
            Ok(if missing { None } else { Some(item.str()?.to_string()) })
        };
        let texts = items.iter().map(word).collect::<PyResult<Vec<_>>>()?;
        return Ok(Column::Text(TextColumn::new(&texts)));
    }
    let number = |item: &Bound<'_, PyAny>| match item.is_none() {
        true => Ok(f64::NAN),
        false => item.extract::<f64>(),
    };
    let wrong = |item: &Bound<'_, PyAny>| -> PyErr {
        let kind = item.get_type().name().map(|name| name.to_string()).unwrap_or_default();
        let message = format!("column `{name}`: a value of type {kind} is neither a number nor a text");
        Failure::data("wrong-type", message).into()
    };
    let values = items.iter().map(|item| number(item).map_err(|_| wrong(item))).collect::<PyResult<Vec<f64>>>()?;
    Ok(values.into())
}
