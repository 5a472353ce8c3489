//! Values while an expression is evaluated.

use crate::column::{Column, TextColumn};
use std::borrow::Cow;

/// A value of one kind: one for all rows, or one per row.
#[derive(Debug, Clone)]
pub(super) enum Value<'p> {
    Number(f64),
    Numbers(Cow<'p, [f64]>),
    Text(String),
    Texts(Cow<'p, TextColumn>),
    /// `None` is missing.
    Truths(Vec<Option<bool>>),
}

impl Value<'_> {
    /// As a column of the panel: conditions become 1 and 0.
    pub(super) fn into_column(self, n: usize) -> Column {
        match self {
            Self::Number(value) => vec![value; n].into(),
            Self::Numbers(values) => values.into_owned().into(),
            Self::Text(text) if text.is_empty() => Column::Text(TextColumn::new(&vec![None::<&str>; n])),
            Self::Text(text) => Column::Text(TextColumn::from_codes(vec![0; n], vec![text]).unwrap_or_default()),
            Self::Texts(text) => Column::Text(text.into_owned()),
            Self::Truths(truths) => Column::Float(truths.into_iter().map(as_number).collect()),
        }
    }

    /// As a condition; numbers and texts, which type checking keeps away, are missing.
    pub(super) fn into_truth(self, n: usize) -> Vec<Option<bool>> {
        match self {
            Self::Truths(truths) => truths,
            Self::Texts(text) => text.truths().unwrap_or_else(|| vec![None; n]),
            _ => vec![None; n],
        }
    }
}

pub(super) fn as_number(truth: Option<bool>) -> f64 {
    match truth {
        Some(true) => 1.0,
        Some(false) => 0.0,
        None => f64::NAN,
    }
}
