//! Panels through tables of Arrow and back.

use crate::panels::{panels, same_bits};
use panel_core::arrow::arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, RecordBatchIterator, StringArray, TimestampSecondArray, types::Int8Type,
};
use panel_core::{Column, Error, Panel, arrow};
use proptest::prelude::*;
use std::sync::Arc;

fn read(batches: Vec<RecordBatch>, entity: &str, time: &str) -> panel_core::Result<Panel> {
    let schema = batches[0].schema();
    Panel::from_arrow(RecordBatchIterator::new(batches.into_iter().map(Ok), schema), entity, time)
}

fn column(array: impl Array + 'static) -> panel_core::Result<Column> {
    let chunk: ArrayRef = Arc::new(array);
    arrow::column("x", &[chunk])
}

fn numbers(array: impl Array + 'static) -> Vec<f64> {
    match column(array).expect("readable") {
        Column::Float(values) => values.to_vec(),
        Column::Text(text) => panic!("text: {text:?}"),
    }
}

fn texts(array: impl Array + 'static) -> Vec<String> {
    match column(array).expect("readable") {
        Column::Text(text) => (0..text.len()).map(|row| text.get(row).unwrap_or("-").to_owned()).collect(),
        Column::Float(values) => panic!("numbers: {values:?}"),
    }
}

#[test]
fn every_kind_of_column() {
    assert_eq!(numbers(Int32Array::from(vec![1, -2])), [1.0, -2.0]);
    assert!(numbers(Int64Array::from(vec![None, Some(3)]))[0].is_nan());
    let money = Decimal128Array::from(vec![1234_i128, -5]).with_precision_and_scale(10, 2).expect("fits");
    assert_eq!(numbers(money), [12.34, -0.05]);
    let long = Decimal128Array::from(vec![12_345_678_901_234_567_890_i128]).with_precision_and_scale(38, 10);
    assert_eq!(numbers(long.expect("fits")), [1_234_567_890.123_456_8]);
    assert_eq!(texts(StringArray::from(vec![Some("b"), None, Some(""), Some("a")])), ["b", "-", "-", "a"]);
    assert_eq!(texts(BooleanArray::from(vec![Some(true), None, Some(false)])), ["True", "-", "False"]);
    assert_eq!(texts(Date32Array::from(vec![0, 18_321])), ["1970-01-01", "2020-02-29"]);
    assert_eq!(texts(TimestampSecondArray::from(vec![86_400, 86_461])), ["1970-01-02", "1970-01-02T00:01:01"]);
    let dictionary: DictionaryArray<Int8Type> = vec![Some("y"), None, Some("x"), Some("y")].into_iter().collect();
    assert_eq!(texts(dictionary), ["y", "-", "x", "y"]);
}

#[test]
fn a_single_chunk_of_doubles_is_lent() {
    let values = Float64Array::from(vec![1.0, f64::NAN]);
    let place = values.values().as_ptr();
    let Column::Float(lent) = column(values).expect("readable") else { panic!("numbers") };
    assert!(lent.is_lent() && lent.as_ptr() == place && lent[1].is_nan());
    let Column::Float(copied) = column(Float64Array::from(vec![Some(1.0), None])).expect("readable") else {
        panic!("numbers")
    };
    assert!(!copied.is_lent() && copied[1].is_nan(), "a null is a NaN, which the array does not hold");
}

#[test]
fn whole_numbers_beyond_doubles_are_keys_and_no_numbers() {
    let big = vec![9_007_199_254_740_993_i64, 9_007_199_254_740_992];
    let error = column(Int64Array::from(big.clone())).unwrap_err();
    assert!(matches!(&error, Error::Specification(message) if message.contains("2^53")), "{error}");
    let chunk: ArrayRef = Arc::new(Int64Array::from(big));
    let key = arrow::key("id", &[chunk]).expect("labels");
    assert_eq!([key.get(0), key.get(1)], [Some("9007199254740993"), Some("9007199254740992")]);
}

#[test]
fn an_unknown_key_and_a_type_that_is_none() {
    let batch = RecordBatch::try_from_iter([("city", Arc::new(Int64Array::from(vec![1])) as ArrayRef)]).expect("one");
    let error = read(vec![batch], "citty", "year").unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("did you mean `city`?")), ("unknown-column", true));
    let list = arrow::arrow_array::ListArray::from_iter_primitive::<arrow::arrow_array::types::Int32Type, _, _>([
        Some(vec![Some(1)]),
    ]);
    assert!(column(list).unwrap_err().to_string().contains("is not supported"));
}

#[test]
fn chunks_are_one_column() {
    let batch = |keys: [&str; 2], values: [f64; 2]| {
        let keys = Arc::new(StringArray::from(keys.to_vec())) as ArrayRef;
        let years = Arc::new(Int64Array::from(vec![2013, 2014])) as ArrayRef;
        let values = Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
        RecordBatch::try_from_iter([("city", keys), ("year", years), ("x", values)]).expect("three columns")
    };
    let panel = read(vec![batch(["b", "b"], [1.0, 2.0]), batch(["a", "a"], [3.0, 4.0])], "city", "year");
    let panel = panel.expect("unique keys");
    assert_eq!(
        (panel.entities(), panel.times().labels()),
        (&["a", "b"].map(String::from)[..], &["2013", "2014"].map(String::from)[..])
    );
    assert_eq!(panel.float("x").expect("numbers"), [3.0, 4.0, 1.0, 2.0]);
}

proptest! {
    #[test]
    fn there_and_back_every_bit_is_the_same(panel in panels()) {
        let back = read(vec![panel.to_arrow().expect("a table")], "city", "year").expect("the same panel");
        same_bits(&panel, &back)?;
    }
}
