//! Balanced panels stacked by period, as spatial models need them.

use crate::csr::Csr;
use crate::error::{Error, Result};
use crate::spec::FixedEffects;
use panel_core::{Diagnostic, Diagnostics};
use rayon::prelude::*;

/// Outcome and regressors of n units in T periods, no cell missing. Row t·n + i is unit i in period t.
///
/// A cross-section is a panel of one period.
#[derive(Debug, Clone, PartialEq)]
pub struct SpatialPanel {
    pub(crate) units: Vec<String>,
    pub(crate) periods: Vec<String>,
    pub(crate) outcome: String,
    pub(crate) y: Vec<f64>,
    pub(crate) names: Vec<String>,
    pub(crate) x: Vec<Vec<f64>>,
    rows: Vec<usize>,
}

/// A long table: one row per unit and period, in any order, with missing values.
#[derive(Debug, Clone, Copy)]
pub struct LongTable<'a> {
    /// Code of each row's unit.
    pub unit: &'a [u32],
    /// Labels of the codes.
    pub units: &'a [String],
    /// Code of each row's period.
    pub period: &'a [u32],
    /// Labels of the codes, in order of time.
    pub periods: &'a [String],
    /// Name and values of the outcome.
    pub outcome: (&'a str, &'a [f64]),
    /// Names and values of the regressors.
    pub regressors: &'a [(&'a str, &'a [f64])],
}

/// What becomes of units that miss a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unbalanced {
    /// An error lists them.
    #[default]
    Refuse,
    /// They are left out, with a remark.
    DropUnits,
}

impl SpatialPanel {
    /// From columns stacked by period.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::BadValue`] for a value that is missing or infinite.
    pub fn stacked(
        units: &[String],
        periods: &[String],
        outcome: (&str, &[f64]),
        regressors: &[(&str, &[f64])],
    ) -> Result<Self> {
        let (n, cells) = (units.len(), units.len() * periods.len());
        for &(name, column) in std::iter::once(&outcome).chain(regressors) {
            if column.len() != cells {
                return Err(Error::LengthMismatch {
                    what: format!("column `{name}`"),
                    expected: cells,
                    got: column.len(),
                });
            }
            if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                return Err(Error::BadValue {
                    unit: units[row % n].clone(),
                    period: periods[row / n].clone(),
                    column: name.to_owned(),
                    value: column[row],
                    expected: "a number in every cell of a balanced panel",
                });
            }
        }
        Ok(Self {
            units: units.to_vec(),
            periods: periods.to_vec(),
            outcome: outcome.0.to_owned(),
            y: outcome.1.to_vec(),
            names: regressors.iter().map(|column| column.0.to_owned()).collect(),
            x: regressors.iter().map(|column| column.1.to_vec()).collect(),
            rows: (0..cells).collect(),
        })
    }

    /// From a long table, rows with a missing value left out. Periods without any complete row are no periods.
    ///
    /// # Errors
    /// [`Error::Unbalanced`] naming the units whose removal balances the panel; [`Error::LengthMismatch`];
    /// [`Error::BadValue`] for an infinite value; [`Error::Specification`] for a key that stands twice, or nothing left.
    pub fn from_long(table: &LongTable<'_>, unbalanced: Unbalanced) -> Result<(Self, Diagnostics)> {
        let columns: Vec<(&str, &[f64])> =
            std::iter::once(table.outcome).chain(table.regressors.iter().copied()).collect();
        let Cells { place, unit_seen, period_seen } = cells(table, &columns)?;
        let periods: Vec<usize> = (0..table.periods.len()).filter(|&t| period_seen[t] > 0).collect();
        let present: Vec<usize> = (0..table.units.len()).filter(|&i| unit_seen[i] > 0).collect();
        let (complete, gaps): (Vec<usize>, Vec<usize>) = present.iter().partition(|&&i| unit_seen[i] == periods.len());
        let mut remarks = Vec::new();
        if !gaps.is_empty() {
            let units: Vec<String> = gaps.iter().map(|&i| table.units[i].clone()).collect();
            let missing = gaps.iter().map(|&i| periods.len() - unit_seen[i]).sum();
            if unbalanced == Unbalanced::Refuse {
                return Err(Error::Unbalanced { missing, cells: present.len() * periods.len(), units });
            }
            remarks.push(Diagnostic::warning(
                "spatial-units-dropped",
                format!(
                    "{} units without a complete row in every period were left out, and with them {} complete rows: {}",
                    units.len(),
                    gaps.iter().map(|&i| unit_seen[i]).sum::<usize>(),
                    panel_core::suggest::some(&units)
                ),
            ));
        }
        if complete.is_empty() {
            return Err(Error::Specification("no unit has a complete row in every period".into()));
        }
        let order: Vec<usize> = periods
            .iter()
            .flat_map(|&t| complete.iter().map(move |&i| (t, i)))
            .map(|(t, i)| place[t * table.units.len() + i])
            .collect();
        let pick = |column: &[f64]| order.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let panel = Self {
            units: complete.iter().map(|&i| table.units[i].clone()).collect(),
            periods: periods.iter().map(|&t| table.periods[t].clone()).collect(),
            outcome: table.outcome.0.to_owned(),
            y: pick(table.outcome.1),
            names: table.regressors.iter().map(|column| column.0.to_owned()).collect(),
            x: table.regressors.iter().map(|column| pick(column.1)).collect(),
            rows: order,
        };
        Ok((panel, remarks))
    }

    /// Units.
    #[must_use]
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// Periods.
    #[must_use]
    pub fn periods(&self) -> &[String] {
        &self.periods
    }

    /// Name of the outcome.
    #[must_use]
    pub fn outcome(&self) -> &str {
        &self.outcome
    }

    /// Names of the regressors.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The row of the long table that each row of the panel came from.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// A regressor or the outcome by name.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn column(&self, name: &str) -> Result<&[f64]> {
        if name == self.outcome {
            return Ok(&self.y);
        }
        let place = self.names.iter().position(|known| known == name);
        place.map(|j| self.x[j].as_slice()).ok_or_else(|| Error::UnknownName {
            what: "column",
            name: name.to_owned(),
            known: self.names.clone(),
        })
    }

    /// Takes columns out of the regressors, such as instruments that were balanced with them: their values, in the order asked for.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn take(&mut self, names: &[String]) -> Result<Vec<(String, Vec<f64>)>> {
        let take = |name: &String| {
            let place = self.names.iter().position(|known| known == name).ok_or_else(|| Error::UnknownName {
                what: "column",
                name: name.clone(),
                known: self.names.clone(),
            })?;
            Ok((self.names.remove(place), self.x.remove(place)))
        };
        names.iter().map(take).collect()
    }

    pub(crate) fn n(&self) -> usize {
        self.units.len()
    }

    pub(crate) fn t(&self) -> usize {
        self.periods.len()
    }
}

/// Where the cells of a long table are.
struct Cells {
    /// The row of unit i in period t at t·n + i; [`usize::MAX`] where there is no complete one.
    place: Vec<usize>,
    /// Complete rows of each unit.
    unit_seen: Vec<usize>,
    /// Complete rows of each period.
    period_seen: Vec<usize>,
}

/// Finds the complete rows of a long table and checks lengths, codes, values and keys.
fn cells(table: &LongTable<'_>, columns: &[(&str, &[f64])]) -> Result<Cells> {
    let rows = table.outcome.1.len();
    for (what, got) in [("units".to_owned(), table.unit.len()), ("periods".to_owned(), table.period.len())]
        .into_iter()
        .chain(columns.iter().map(|&(name, column)| (format!("column `{name}`"), column.len())))
    {
        if got != rows {
            return Err(Error::LengthMismatch { what, expected: rows, got });
        }
    }
    let mut place = vec![usize::MAX; table.units.len() * table.periods.len()];
    let (mut unit_seen, mut period_seen) = (vec![0_usize; table.units.len()], vec![0_usize; table.periods.len()]);
    for row in 0..rows {
        let (i, t) = (table.unit[row] as usize, table.period[row] as usize);
        if i >= table.units.len() || t >= table.periods.len() {
            return Err(Error::Specification(format!("row {row} has a code without a label: unit {i}, period {t}")));
        }
        if let Some(&(name, column)) = columns.iter().find(|column| column.1[row].is_infinite()) {
            return Err(Error::BadValue {
                unit: table.units[i].clone(),
                period: table.periods[t].clone(),
                column: name.to_owned(),
                value: column[row],
                expected: "a finite number",
            });
        }
        if columns.iter().any(|column| column.1[row].is_nan()) {
            continue;
        }
        let slot = &mut place[t * table.units.len() + i];
        if *slot != usize::MAX {
            return Err(Error::Specification(format!(
                "unit `{}`, period `{}` stands twice: rows must have unique keys",
                table.units[i], table.periods[t]
            )));
        }
        *slot = row;
        unit_seen[i] += 1;
        period_seen[t] += 1;
    }
    Ok(Cells { place, unit_seen, period_seen })
}

/// Takes means off: by unit, by period, both (balanced), or nothing.
pub(crate) fn sweep(column: &mut [f64], n: usize, effects: FixedEffects) {
    if effects.entity() {
        let means = means_by_unit(column, n);
        for period in column.chunks_exact_mut(n) {
            crate::linalg::add_scaled(period, -1.0, &means);
        }
    }
    if effects.time() {
        for period in column.chunks_exact_mut(n) {
            let mean = period.iter().sum::<f64>() / n as f64;
            period.iter_mut().for_each(|value| *value -= mean);
        }
    }
}

/// Means of units over time.
pub(crate) fn means_by_unit(column: &[f64], n: usize) -> Vec<f64> {
    let mut means = vec![0.0; n];
    for period in column.chunks_exact(n) {
        crate::linalg::add_scaled(&mut means, 1.0, period);
    }
    let periods = (column.len() / n) as f64;
    means.iter_mut().for_each(|mean| *mean /= periods);
    means
}

/// (I ⊗ W) of many stacked columns at once: each weight meets all of a unit's values together.
pub(crate) fn lag_columns(matrix: &Csr, columns: &[&[f64]]) -> Vec<Vec<f64>> {
    let n = matrix.n();
    let Some(first) = columns.first() else { return Vec::new() };
    let t = first.len() / n;
    let width = t * columns.len();
    let mut block = vec![0.0; n * width];
    for (k, column) in columns.iter().enumerate() {
        for (period, values) in column.chunks_exact(n).enumerate() {
            for (i, value) in values.iter().enumerate() {
                block[i * width + k * t + period] = *value;
            }
        }
    }
    let mut lagged = vec![0.0; n * width];
    lagged.par_chunks_mut(width).with_min_len(64).enumerate().for_each(|(i, into)| {
        for (j, weight) in matrix.row(i) {
            crate::linalg::add_scaled(into, weight, &block[j * width..(j + 1) * width]);
        }
    });
    (0..columns.len()).map(|k| (0..t * n).map(|row| lagged[(row % n) * width + k * t + row / n]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_swept_and_lags_are_per_period() {
        let mut x = vec![1.0, 2.0, 6.0, 3.0, 4.0, 5.0];
        sweep(&mut x, 3, FixedEffects::TwoWay);
        assert!((x[0] + x[3]).abs() < 1e-15 && (x[0] + x[1] + x[2]).abs() < 1e-15, "{x:?}");
        let w = Csr::from_rows([vec![(1, 1.0)], vec![(0, 0.5), (2, 0.5)], vec![(1, 1.0)]]);
        let lags = lag_columns(&w, &[&[1.0, 2.0, 6.0, 3.0, 4.0, 5.0], &[0.0, 1.0, 0.0, 2.0, 0.0, 4.0]]);
        assert_eq!(lags[0], [2.0, 3.5, 2.0, 4.0, 4.0, 4.0]);
        assert_eq!(lags[1], [1.0, 0.0, 1.0, 0.0, 3.0, 0.0]);
    }

    #[test]
    fn a_long_table_is_balanced_or_refused() {
        let names = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
        let (units, periods) = (names(&["a", "b", "c"]), names(&["1", "2", "3"]));
        let y = [1.0, 2.0, 3.0, 4.0, f64::NAN, 6.0];
        let x = [1.0; 6];
        // Period 3 has no row at all.
        let table = LongTable {
            unit: &[2, 0, 1, 0, 1, 2],
            units: &units,
            period: &[0, 0, 0, 1, 1, 1],
            periods: &periods,
            outcome: ("y", &y),
            regressors: &[("x", &x)],
        };
        let error = SpatialPanel::from_long(&table, Unbalanced::Refuse).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("1 of 6 cells") && error.contains(": b"), "{error}");
        let (panel, remarks) = SpatialPanel::from_long(&table, Unbalanced::DropUnits).expect("two units are complete");
        assert_eq!((panel.units(), panel.periods().len()), (names(&["a", "c"]).as_slice(), 2));
        assert_eq!((panel.y.as_slice(), panel.rows()), ([2.0, 1.0, 4.0, 6.0].as_slice(), [1, 0, 3, 5].as_slice()));
        assert_eq!(remarks.len(), 1);
    }
}
