//! Panels through data frames of polars and back.

use crate::panels::{panels, same_bits};
use panel_core::data_frame::polars::prelude::{
    Categories, Column as PolarsColumn, DataFrame, DataType, NamedFrom, Series,
};
use panel_core::{Column, Error, Panel};
use proptest::prelude::*;

/// The column `x` of a frame of one entity.
fn column(x: Series) -> panel_core::Result<Column> {
    let n = x.len();
    let columns = vec![
        PolarsColumn::new("city".into(), vec!["a"; n]),
        PolarsColumn::new("year".into(), (2000..2000 + n as i32).collect::<Vec<_>>()),
        x.with_name("x".into()).into(),
    ];
    let panel = Panel::from_polars(&DataFrame::new(n, columns).expect("one length"), "city", "year")?;
    panel.column("x").cloned()
}

fn numbers(x: Series) -> Vec<f64> {
    match column(x).expect("readable") {
        Column::Float(values) => values.to_vec(),
        Column::Text(text) => panic!("text: {text:?}"),
    }
}

fn texts(x: Series) -> Vec<String> {
    match column(x).expect("readable") {
        Column::Text(text) => (0..text.len()).map(|row| text.get(row).unwrap_or("-").to_owned()).collect(),
        Column::Float(values) => panic!("numbers: {values:?}"),
    }
}

#[test]
fn every_kind_of_column() {
    assert_eq!(numbers(Series::new("x".into(), [1_i32, -2])), [1.0, -2.0]);
    assert!(numbers(Series::new("x".into(), [None, Some(3_i64)]))[0].is_nan());
    assert_eq!(numbers(Series::new("x".into(), [0.5_f32])), [0.5]);
    let strings = Series::new("x".into(), [Some("b"), None, Some(""), Some("a")]);
    assert_eq!(texts(strings.clone()), ["b", "-", "-", "a"]);
    let categories = strings.cast(&DataType::from_categories(Categories::global())).expect("a cast");
    assert_eq!(texts(categories), ["b", "-", "-", "a"]);
    assert_eq!(texts(Series::new("x".into(), [Some(true), None, Some(false)])), ["True", "-", "False"]);
}

#[test]
fn numbers_in_one_piece_are_lent() {
    let values = Series::new("x".into(), [1.0, 2.0]);
    let place = values.f64().expect("doubles").cont_slice().expect("one piece").as_ptr();
    let Column::Float(lent) = column(values).expect("readable") else { panic!("numbers") };
    assert!(lent.is_lent() && lent.as_ptr() == place);
}

#[test]
fn what_cannot_be_a_column_is_refused() {
    let big = [9_007_199_254_740_993_i64, 9_007_199_254_740_992];
    let error = column(Series::new("x".into(), big)).unwrap_err();
    assert!(matches!(&error, Error::Specification(message) if message.contains("2^53")), "{error}");
    let list = Series::new("x".into(), [Series::new("".into(), [1.0])]);
    assert!(column(list).unwrap_err().to_string().contains("column `x`: type list[f64] is not supported"));
    let keys = vec![PolarsColumn::new("id".into(), big.to_vec()), PolarsColumn::new("t".into(), vec![1_i32, 1])];
    let frame = DataFrame::new(2, keys).expect("one length");
    let panel = Panel::from_polars(&frame, "id", "t").expect("keys keep their digits");
    assert_eq!(panel.entities(), ["9007199254740992", "9007199254740993"]);
    let error = Panel::from_polars(&frame, "idd", "t").unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("did you mean `id`?")), ("unknown-column", true));
}

proptest! {
    #[test]
    fn there_and_back_every_bit_is_the_same(panel in panels()) {
        let back = Panel::from_polars(&panel.to_polars().expect("a frame"), "city", "year").expect("the same panel");
        same_bits(&panel, &back)?;
    }
}
