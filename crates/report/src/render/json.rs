//! Plain records at full precision, for other programs.

use crate::numfmt::Format;
use crate::table::{RowKind, Value};
use crate::{Error, Result, Table, Text};
use serde::Serialize;

#[derive(Serialize)]
struct TableRecord<'a> {
    id: &'a str,
    number: &'a Text,
    title: &'a Text,
    stub: &'a Text,
    spanners: Vec<SpannerRecord<'a>>,
    header: &'a [Vec<Text>],
    rows: Vec<RowRecord<'a>>,
    notes: &'a [Text],
}

#[derive(Serialize)]
struct SpannerRecord<'a> {
    label: &'a Text,
    first: usize,
    last: usize,
}

#[derive(Serialize)]
struct RowRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a Text>,
    label: &'a Text,
    below: bool,
    cells: Vec<Option<CellRecord<'a>>>,
}

/// A cell: only the fields that its value has.
#[derive(Serialize, Default)]
struct CellRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a Text>,
    #[serde(skip_serializing_if = "is_zero")]
    stars: u8,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(stars: &u8) -> bool {
    *stars == 0
}

/// A table as JSON records: title and labels in both languages, cells with full-precision values, digits and stars.
///
/// Empty cells are `null`; infinite numbers are `null` values; missing ones carry their reason.
///
/// # Errors
/// As [`Table::validate`].
pub fn json(table: &Table) -> Result<String> {
    table.validate()?;
    let record = TableRecord {
        id: &table.id,
        number: &table.number,
        title: &table.title,
        stub: &table.stub,
        spanners: table
            .spanners
            .iter()
            .map(|s| SpannerRecord { label: &s.label, first: s.first, last: s.last })
            .collect(),
        header: &table.header,
        rows: table
            .groups
            .iter()
            .flat_map(|group| group.rows.iter().map(move |row| (group, row)))
            .map(|(group, row)| RowRecord {
                group: group.label.as_ref(),
                label: &row.stub,
                below: row.kind == RowKind::Below,
                cells: row.cells.iter().map(|cell| cell_record(&cell.value, cell.stars)).collect(),
            })
            .collect(),
        notes: &table.notes,
    };
    let mut text = serde_json::to_string_pretty(&record)
        .map_err(|error| Error::Render { format: "JSON", reason: error.to_string() })?;
    text.push('\n');
    Ok(text)
}

fn cell_record(value: &Value, stars: u8) -> Option<CellRecord<'_>> {
    let record = CellRecord { stars, ..CellRecord::default() };
    Some(match value {
        Value::Empty => return None,
        Value::Text(text) => CellRecord { text: Some(text), ..record },
        Value::Number { value, format } => CellRecord { value: Some(*value), format: Some(*format), ..record },
        Value::Interval { low, high, format } => {
            CellRecord { low: Some(*low), high: Some(*high), format: Some(*format), ..record }
        }
        Value::PValue(p) => CellRecord { value: Some(*p), ..record },
        Value::Missing { reason } => CellRecord { missing: Some(reason), ..record },
    })
}
