//! Numbers of an index by period, which a table shows and a file holds.

use super::Details;
use crate::number::full;
use report::csv::push_record;
use report::numfmt::Format;
use report::table::{Cell, Row, RowGroup};
use report::{Table, Text};
use std::any::Any;

/// A measure that was computed, or why it was not.
pub type Measured = std::result::Result<f64, String>;

/// Measures in columns, periods in rows.
#[derive(Debug, Clone, Default)]
pub struct ByPeriod {
    /// Name of the table and, followed by `.csv`, of the file.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Name of each measure, as a file has it, and its heading.
    pub measures: Vec<(&'static str, Text)>,
    /// Label of each period with its measures.
    pub periods: Vec<(String, Vec<Measured>)>,
    /// Notes.
    pub notes: Vec<Text>,
}

impl Details for ByPeriod {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl ByPeriod {
    /// The table; `period` is the heading of the periods.
    #[must_use]
    pub fn table(&self, period: Text) -> Table {
        let header = self.measures.iter().map(|(_, heading)| heading.clone()).collect();
        let mut table = Table::new(&self.id, self.title.clone(), period, header);
        let cell = |(place, measured): (usize, &Measured)| match measured {
            Ok(value) if COUNTS.contains(&self.measures[place].0) => Cell::count(*value as usize),
            Ok(value) => {
                let digits = if VARIANCES.contains(&self.measures[place].0) { 6 } else { 4 };
                Cell::number(*value, Format::Legible(digits))
            }
            Err(reason) => Cell::missing(Text::from(reason.clone())),
        };
        let row = |(label, measured): &(String, Vec<Measured>)| {
            Row::new(Text::same(label), measured.iter().enumerate().map(cell).collect())
        };
        table.groups.push(RowGroup { rows: self.periods.iter().map(row).collect(), ..RowGroup::default() });
        table.notes.clone_from(&self.notes);
        table
    }

    /// The file: a row per period, empty where a measure does not exist.
    #[must_use]
    pub fn csv(&self, period: &str) -> Vec<u8> {
        let mut out = String::new();
        // A cross-section has one period without a name.
        let period = if period.starts_with(' ') { "period" } else { period };
        push_record(&mut out, std::iter::once(period).chain(self.measures.iter().map(|(name, _)| *name)));
        for (label, measured) in &self.periods {
            let numbers: Vec<String> =
                measured.iter().map(|value| value.as_ref().map_or_else(|_| String::new(), |v| full(*v))).collect();
            push_record(&mut out, std::iter::once(label.as_str()).chain(numbers.iter().map(String::as_str)));
        }
        out.into_bytes()
    }
}

/// Variances of changes of log prices, a thousandth or less.
const VARIANCES: [&str; 2] = ["within", "between"];

/// Measures that are counts.
const COUNTS: [&str; 4] = ["n", "n_missing", "within_pairs", "between_pairs"];
