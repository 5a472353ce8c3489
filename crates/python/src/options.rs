//! Keyword arguments as the typed choices of a method, and records as dictionaries.

use crate::error::{Failure, Result};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Plain data of Python as JSON.
pub(crate) fn json(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(Value::Bool(truth.is_true()));
    }
    if value.is_instance_of::<PyInt>() {
        return value.extract::<i64>().map(Value::from).or_else(|_| value.extract::<u64>().map(Value::from));
    }
    if value.is_instance_of::<PyFloat>() {
        return Ok(Value::from(value.extract::<f64>()?));
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Value::from(text.to_string()));
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut object = Map::new();
        for item in mapping.items()?.iter() {
            let (key, value): (String, Bound<'_, PyAny>) = item.extract()?;
            object.insert(key, json(&value)?);
        }
        return Ok(Value::Object(object));
    }
    if let Ok(items) = value.try_iter() {
        return items.map(|item| json(&item?)).collect::<PyResult<Vec<_>>>().map(Value::Array);
    }
    let kind = value.get_type().name()?.to_string();
    Err(Failure::spec(format!("a value of type {kind} is no option")).into())
}

/// The options of a call; those that are None count as not given.
pub(crate) fn given(options: Option<&Bound<'_, PyDict>>) -> PyResult<Map<String, Value>> {
    let Some(options) = options else { return Ok(Map::new()) };
    let mut map = Map::new();
    for (key, value) in options.iter().filter(|(_, value)| !value.is_none()) {
        map.insert(key.extract()?, json(&value)?);
    }
    Ok(map)
}

/// Takes a text out of the options.
pub(crate) fn text(options: &mut Map<String, Value>, key: &str) -> Result<Option<String>> {
    match options.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Failure::spec(format!("{key}: expected the name of a column, got {other}"))),
    }
}

/// The choices of a method from options that are its keys.
pub(crate) fn read<T: DeserializeOwned>(options: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(options)).map_err(|error| Failure::spec(error.to_string()))
}

/// JSON as plain data of Python.
pub(crate) fn python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(truth) => truth.into_bound_py_any(py),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into_bound_py_any(py),
            None => number.as_f64().into_bound_py_any(py),
        },
        Value::String(text) => text.into_bound_py_any(py),
        Value::Array(items) => {
            let items = items.iter().map(|item| python(py, item)).collect::<PyResult<Vec<_>>>()?;
            Ok(PyList::new(py, items)?.into_any())
        }
        Value::Object(object) => {
            let dict = PyDict::new(py);
            for (key, value) in object {
                dict.set_item(key, python(py, value)?)?;
            }
            Ok(dict.into_any())
        }
    }
}

/// A record of a class of `panelstudy/results.py`.
pub(crate) fn record<'py>(py: Python<'py>, class: &str, record: &impl serde::Serialize) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::to_value(record).map_err(|error| Failure::spec(error.to_string()))?;
    py.import("panelstudy.results")?.getattr(class)?.call1((python(py, &value)?,))
}
