//! Tables of rows without entity and time.

use super::{Panel, TimeAxis};
use std::sync::Arc;

impl Panel {
    /// A table of `n` rows without keys, for what needs none: a regression with effects and clusters that are columns.
    ///
    /// Every row counts as an entity of its own in one period; there are no labels, and what follows entities through time
    /// (lags, differences) is refused.
    #[must_use]
    pub fn unkeyed(n: usize) -> Self {
        Self {
            entity_name: "(row)".into(),
            time_name: "(none)".into(),
            entities: Arc::default(),
            times: Arc::new(TimeAxis::none()),
            entity_of_row: Arc::new((0..n as u32).collect()),
            time_of_row: Arc::new(vec![0; n]),
            names: Vec::new(),
            columns: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// Whether rows have an entity and a time: not those of [`Panel::unkeyed`].
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        !self.entities.is_empty() || self.entity_of_row.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_keys_has_columns_and_no_past() {
        let mut table = Panel::unkeyed(3);
        table.set("x", vec![1.0, f64::INFINITY, 3.0]).expect("three rows");
        assert!(!table.is_keyed() && Panel::unkeyed(0).is_keyed());
        assert_eq!((table.n_rows(), table.n_entities(), table.n_periods()), (3, 0, 1));
        assert_eq!(table.cell(1, "x").to_string(), "line `2`, column `x`, value `inf`");
        assert!(table.lag(&[1.0, 2.0, 3.0], 1).unwrap_err().to_string().contains("needs the keys"));
        let part = table.filter(|row| row != 1);
        assert_eq!((part.float("x").expect("there"), part.is_keyed()), (&[1.0, 3.0][..], false));
    }
}
