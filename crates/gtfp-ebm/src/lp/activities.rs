//! The reference technology of one frontier, laid out for pricing.

use super::LpError;

/// Columns are stored in panels of this many, row by row inside a panel: pricing is then one contiguous,
/// vectorisable sweep, and one column is still within a few cache lines.
pub(crate) const LANES: usize = 8;

/// The technology of one frontier: `rows × cols` observed quantities, one column per reference unit.
///
/// Rows and columns are kept divided by powers of two (exactly), so that sizes near one meet the engine whatever the
/// units of measurement; all accessors speak of the raw quantities. A row of ones carries a convexity condition
/// (\\(\sum\lambda = 1\\) or \\(= t\\)) like any other row.
#[derive(Debug, Clone)]
pub struct Activities {
    rows: usize,
    cols: usize,
    panels: Vec<f64>,
    row_unit: Vec<f64>,
    col_unit: Vec<f64>,
}

impl Activities {
    /// Takes `rows * cols` quantities, column after column (`columns[j * rows + i]` is row i of unit j).
    ///
    /// # Errors
    /// [`LpError::Shape`] for a wrong length, [`LpError::NotFinite`] for a missing or infinite quantity.
    pub fn new(rows: usize, cols: usize, columns: &[f64]) -> Result<Self, LpError> {
        if columns.len() != rows * cols {
            return Err(LpError::Shape {
                what: "activities (rows × columns)",
                expected: rows * cols,
                got: columns.len(),
            });
        }
        if let Some(index) = columns.iter().position(|v| !v.is_finite()) {
            return Err(LpError::NotFinite { what: "activity", index });
        }
        let mut row_unit = vec![0.0_f64; rows];
        for column in columns.chunks_exact(rows.max(1)) {
            for (unit, value) in row_unit.iter_mut().zip(column) {
                *unit += value.abs();
            }
        }
        for unit in &mut row_unit {
            *unit = power_of_two(*unit / cols.max(1) as f64);
        }
        let panel_count = cols.div_ceil(LANES);
        let mut panels = vec![0.0; panel_count * LANES * rows];
        let mut col_unit = vec![1.0; cols];
        for (j, column) in columns.chunks_exact(rows.max(1)).enumerate() {
            let size = column.iter().zip(&row_unit).map(|(v, u)| (v / u).abs()).fold(0.0, f64::max);
            col_unit[j] = power_of_two(size);
            let base = (j / LANES) * LANES * rows + j % LANES;
            for (i, (value, unit)) in column.iter().zip(&row_unit).enumerate() {
                panels[base + i * LANES] = value / unit / col_unit[j];
            }
        }
        Ok(Self { rows, cols, panels, row_unit, col_unit })
    }

    /// Number of technology rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of reference units.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Raw quantity of row `i` of unit `j`.
    #[must_use]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.scaled(i, j) * self.col_unit[j] * self.row_unit[i]
    }

    /// Writes the raw column `j` into `out`, whose length is the number of rows.
    pub fn column_into(&self, j: usize, out: &mut [f64]) {
        for (i, value) in out.iter_mut().enumerate().take(self.rows) {
            *value = self.get(i, j);
        }
    }

    /// The same technology restricted to the units `keep`, in that order.
    ///
    /// # Errors
    /// [`LpError::Shape`] where an index is out of range.
    pub fn select(&self, keep: &[usize]) -> Result<Self, LpError> {
        let mut columns = vec![0.0; keep.len() * self.rows];
        for (out, &j) in columns.chunks_exact_mut(self.rows.max(1)).zip(keep) {
            if j >= self.cols {
                return Err(LpError::Shape { what: "activity index below", expected: self.cols, got: j });
            }
            self.column_into(j, out);
        }
        Self::new(self.rows, keep.len(), &columns)
    }

    /// Entry in the internal units: raw = scaled · column unit · row unit.
    pub(crate) fn scaled(&self, i: usize, j: usize) -> f64 {
        self.panels[((j / LANES) * self.rows + i) * LANES + j % LANES]
    }

    pub(crate) fn panels(&self) -> &[f64] {
        &self.panels
    }

    pub(crate) fn row_unit(&self, i: usize) -> f64 {
        self.row_unit[i]
    }

    pub(crate) fn col_unit(&self, j: usize) -> f64 {
        self.col_unit[j]
    }
}

/// The power of two just at or below a positive `size`; one where there is no size.
pub(crate) fn power_of_two(size: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff0_0000_0000_0000;
    if size > 0.0 && size.is_normal() { f64::from_bits(size.to_bits() & EXPONENT) } else { 1.0 }
}

/// \\(\sum_i w_i a_{ij}\\) of the columns of one panel.
#[inline(always)]
pub(crate) fn panel_sums(panel: &[f64], weights: &[f64]) -> [f64; LANES] {
    let mut sum = [0.0_f64; LANES];
    for (row, &w) in panel.chunks_exact(LANES).zip(weights) {
        for l in 0..LANES {
            sum[l] += w * row[l];
        }
    }
    sum
}

/// Whether some sum is positive.
#[inline(always)]
pub(crate) fn any_positive(sum: &[f64; LANES]) -> bool {
    let mut positive = false;
    for l in 0..LANES {
        positive |= sum[l] > 0.0;
    }
    positive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_quantities_come_back_exactly() {
        let columns: Vec<f64> = (0..33).map(|k| 1.7e9_f64.powi(k % 3 - 1) * (1.0 + f64::from(k) / 7.0)).collect();
        let activities = Activities::new(3, 11, &columns).expect("finite");
        for j in 0..11 {
            for i in 0..3 {
                assert!(activities.get(i, j).to_bits() == columns[j * 3 + i].to_bits(), "row {i} column {j}");
            }
        }
        let part = activities.select(&[10, 0]).expect("in range");
        assert!(part.get(2, 0).to_bits() == columns[32].to_bits());
        assert!(activities.select(&[11]).is_err());
    }

    #[test]
    fn missing_quantities_are_refused() {
        assert!(Activities::new(1, 2, &[1.0, f64::NAN]).is_err());
        assert!(Activities::new(2, 2, &[1.0]).is_err());
    }
}
