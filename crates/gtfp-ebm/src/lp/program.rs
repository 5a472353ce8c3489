//! The program of one evaluated unit.

use super::{Activities, LpError};

/// The program of one unit over given [`Activities`]: \\(\min c'z\\) subject to
/// \\(\sum_j (a_{ij}/s_i)\lambda_j + \sum_k E_{ik}z_k = r_i\\), \\(\lambda \ge 0\\), \\(l \le z \le u\\).
///
/// The first rows are the rows of the activities, in order; rows after them hold only `z`. Meant to be built once and
/// changed in place from unit to unit. A new program has zero costs, zero `E`, zero right-hand sides, unit row scales
/// and \\(z \ge 0\\).
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    technology_rows: usize,
    rows: usize,
    z: usize,
    cost: Vec<f64>,
    matrix: Vec<f64>,
    rhs: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    row_scale: Vec<f64>,
    excluded: Vec<usize>,
}

impl Program {
    /// A program over `technology_rows` rows of activities and `extra_rows` rows of `z` alone, with `z` variables.
    #[must_use]
    pub fn new(technology_rows: usize, extra_rows: usize, z: usize) -> Self {
        let rows = technology_rows + extra_rows;
        Self {
            technology_rows,
            rows,
            z,
            cost: vec![0.0; z],
            matrix: vec![0.0; rows * z],
            rhs: vec![0.0; rows],
            lower: vec![0.0; z],
            upper: vec![f64::INFINITY; z],
            row_scale: vec![1.0; technology_rows],
            excluded: Vec::new(),
        }
    }

    /// Number of rows that hold activities.
    #[must_use]
    pub fn technology_rows(&self) -> usize {
        self.technology_rows
    }

    /// Number of rows in all.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of variables `z`.
    #[must_use]
    pub fn z(&self) -> usize {
        self.z
    }

    /// Sets the cost of `z[k]`.
    pub fn set_cost(&mut self, k: usize, cost: f64) -> &mut Self {
        self.cost[k] = cost;
        self
    }

    /// Sets the coefficient of `z[k]` in row `i` (relative to the unit, like the row).
    pub fn set(&mut self, i: usize, k: usize, value: f64) -> &mut Self {
        self.matrix[k * self.rows + i] = value;
        self
    }

    /// Sets the right-hand side of row `i` (relative to the unit).
    pub fn set_rhs(&mut self, i: usize, value: f64) -> &mut Self {
        self.rhs[i] = value;
        self
    }

    /// Sets the bounds of `z[k]`; either may be infinite.
    pub fn set_bounds(&mut self, k: usize, lower: f64, upper: f64) -> &mut Self {
        self.lower[k] = lower;
        self.upper[k] = upper;
        self
    }

    /// Sets the scale of technology row `i`: positive, in the units of that row's activities.
    pub fn set_row_scale(&mut self, i: usize, scale: f64) -> &mut Self {
        self.row_scale[i] = scale;
        self
    }

    /// Sets the columns of the activities that this unit may not use (its own, in super-efficiency).
    pub fn set_excluded(&mut self, columns: &[usize]) -> &mut Self {
        self.excluded.clear();
        self.excluded.extend_from_slice(columns);
        self
    }

    /// Costs of `z`.
    #[must_use]
    pub fn cost(&self) -> &[f64] {
        &self.cost
    }

    /// Coefficients of `z[k]` in all rows.
    #[must_use]
    pub fn z_column(&self, k: usize) -> &[f64] {
        &self.matrix[k * self.rows..(k + 1) * self.rows]
    }

    /// Right-hand sides.
    #[must_use]
    pub fn rhs(&self) -> &[f64] {
        &self.rhs
    }

    /// Lower bounds of `z`.
    #[must_use]
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// Upper bounds of `z`.
    #[must_use]
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// Scales of the technology rows.
    #[must_use]
    pub fn row_scale(&self) -> &[f64] {
        &self.row_scale
    }

    /// Columns of the activities that are not used.
    #[must_use]
    pub fn excluded(&self) -> &[usize] {
        &self.excluded
    }

    /// Whether the two differ in nothing but what is the unit's own: scales of rows and columns that are not used.
    pub(crate) fn differs_in_unit_alone(&self, other: &Self) -> bool {
        (self.technology_rows, self.rows, self.z) == (other.technology_rows, other.rows, other.z)
            && self.cost == other.cost
            && self.matrix == other.matrix
            && self.rhs == other.rhs
            && self.lower == other.lower
            && self.upper == other.upper
    }

    /// Takes over everything but what is the unit's own.
    pub(crate) fn share(&mut self, other: &Self) {
        (self.technology_rows, self.rows, self.z) = (other.technology_rows, other.rows, other.z);
        self.cost.clone_from(&other.cost);
        self.matrix.clone_from(&other.matrix);
        self.rhs.clone_from(&other.rhs);
        self.lower.clone_from(&other.lower);
        self.upper.clone_from(&other.upper);
    }

    /// The same with rows of the technology that may be missed either way, at a price per unit of the row's scale: two more
    /// variables per row, after all others.
    pub(crate) fn with_misses(&self, price: f64) -> Self {
        let mut program = self.clone();
        for i in 0..self.technology_rows {
            for sign in [1.0, -1.0] {
                program.matrix.extend((0..self.rows).map(|row| if row == i { sign } else { 0.0 }));
                program.cost.push(price);
                program.lower.push(0.0);
                program.upper.push(f64::INFINITY);
                program.z += 1;
            }
        }
        program
    }

    /// Checks lengths and numbers against the activities.
    ///
    /// # Errors
    /// [`LpError::Shape`], [`LpError::NotFinite`], [`LpError::Bounds`] or [`LpError::RowScale`].
    pub fn validate(&self, activities: &Activities) -> Result<(), LpError> {
        if self.technology_rows != activities.rows() {
            return Err(LpError::Shape {
                what: "technology rows of the program",
                expected: activities.rows(),
                got: self.technology_rows,
            });
        }
        for (what, values) in [("cost", &self.cost), ("coefficient", &self.matrix), ("right-hand side", &self.rhs)] {
            if let Some(index) = values.iter().position(|v| !v.is_finite()) {
                return Err(LpError::NotFinite { what, index });
            }
        }
        if let Some(index) = self.lower.iter().zip(&self.upper).position(|(l, u)| l.is_nan() || u.is_nan() || l > u) {
            return Err(LpError::Bounds { index });
        }
        self.validate_unit(activities)
    }

    /// Checks what is the unit's own.
    pub(crate) fn validate_unit(&self, activities: &Activities) -> Result<(), LpError> {
        if let Some(row) = self.row_scale.iter().position(|s| !(s.is_finite() && *s > 0.0)) {
            return Err(LpError::RowScale { row });
        }
        if let Some(&got) = self.excluded.iter().find(|&&j| j >= activities.cols()) {
            return Err(LpError::Shape { what: "excluded column below", expected: activities.cols(), got });
        }
        Ok(())
    }
}
