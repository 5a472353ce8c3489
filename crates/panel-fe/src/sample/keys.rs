//! Keys of a panel as partitions of rows.

use crate::error::{Error, Result};
use crate::vcov::Groups;
use panel_core::number::EXACT_WHOLE;
use panel_core::{Column, Panel};

/// A key column of the panel: an index of the panel, text, or numbers.
pub(crate) enum Key<'a> {
    Index(&'a [u32]),
    Column(&'a Column),
}

impl<'a> Key<'a> {
    pub(crate) fn of(panel: &'a Panel, name: &str) -> Result<Self> {
        if !panel.has(name) {
            if name == panel.entity_name() {
                return Ok(Self::Index(panel.entity_of_row()));
            }
            if name == panel.time_name() {
                return Ok(Self::Index(panel.time_of_row()));
            }
        }
        let column = panel.column(name)?;
        if let Column::Float(values) = column
            && values.iter().any(|value| value.abs() >= EXACT_WHOLE)
        {
            return Err(Error::Specification(format!(
                "`{name}` holds numbers of 16 digits and more, which doubles do not tell apart: as a key they are texts, \
                 `text = [\"{name}\"]` in the [[source]]"
            )));
        }
        Ok(Self::Column(column))
    }

    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Index(_) => false,
            Self::Column(column) => column.is_missing(row),
        }
    }

    /// The partition of some rows; numbers are coded in ascending order.
    pub(crate) fn groups(&self, rows: &[u32]) -> Groups {
        match self {
            Self::Index(codes) => Groups::shared(rows.iter().map(|&row| codes[row as usize]).collect()),
            Self::Column(Column::Text(text)) => {
                Groups::shared(rows.iter().map(|&row| text.codes()[row as usize]).collect())
            }
            Self::Column(Column::Float(values)) => {
                let values: &[f64] = values;
                // Adding zero turns -0 into 0; flipping bits makes the order of keys that of numbers.
                let key = |row: &u32| {
                    let bits = (values[*row as usize] + 0.0).to_bits();
                    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
                };
                Groups::from_keys(&rows.iter().map(key).collect::<Vec<_>>())
            }
        }
    }
}

/// The partition by the combinations of several keys (`a^b`).
pub(crate) fn combined_groups(keys: &[Key<'_>], rows: &[u32]) -> Groups {
    let mut parts = keys.iter().map(|key| key.groups(rows));
    let first = parts.next().unwrap_or_else(|| Groups::new(&vec![0; rows.len()]));
    parts.fold(first, |groups, other| groups.intersect(&other))
}
