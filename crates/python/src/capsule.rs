//! Capsules of Arrow's C interface, in and out: the only place with unsafe code.
//!
//! The contract is that of the [PyCapsule interface](https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html):
//! a capsule with the right name holds a structure of the C interface; who takes it over leaves a released one behind.
#![allow(unsafe_code)]

use crate::error::Failure;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, RecordBatchReader, make_array};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::CStr;
use std::ptr::NonNull;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

fn unreadable(error: ArrowError) -> PyErr {
    Failure::data("arrow", format!("the Arrow table cannot be read: {error}")).into()
}

/// Takes over the stream in a capsule; the columns are lent by its producer, not copied.
pub(crate) fn take_stream(capsule: &Bound<'_, PyCapsule>) -> PyResult<ArrowArrayStreamReader> {
    let pointer: NonNull<FFI_ArrowArrayStream> = capsule.pointer_checked(Some(STREAM))?.cast();
    // SAFETY: a capsule of this name holds a valid stream of the C interface, which the capsule keeps alive during the
    // call; `from_raw` moves it out and leaves a released one, which the capsule's destructor passes over.
    unsafe { ArrowArrayStreamReader::from_raw(pointer.as_ptr()) }.map_err(unreadable)
}

/// Takes over the array in a pair of capsules.
pub(crate) fn take_array(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> PyResult<ArrayRef> {
    let schema: NonNull<FFI_ArrowSchema> = schema.pointer_checked(Some(SCHEMA))?.cast();
    let array: NonNull<FFI_ArrowArray> = array.pointer_checked(Some(ARRAY))?.cast();
    // SAFETY: capsules of these names hold valid structures of the C interface that describe each other, which live as
    // long as the capsules; the array is moved out and leaves a released one, the schema is only read.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(make_array(data.map_err(unreadable)?))
}

/// A capsule that holds a stream of record batches.
pub(crate) fn give_stream<'py>(
    py: Python<'py>,
    reader: Box<dyn RecordBatchReader + Send>,
) -> PyResult<Bound<'py, PyCapsule>> {
    // A stream that nobody takes over is released when the capsule drops it.
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
}
