//! Observed units: inputs, good outputs and bad outputs, validated for the model that reads them.

use crate::error::{Error, Result};
use crate::lp::Activities;

/// Numbers of inputs, good outputs and bad outputs. Columns are always in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// m, inputs.
    pub inputs: usize,
    /// s, good outputs.
    pub goods: usize,
    /// q, bad outputs.
    pub bads: usize,
}

/// Group of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Input.
    Input,
    /// Good output.
    Good,
    /// Bad output.
    Bad,
}

impl Dimensions {
    /// m + s + q.
    #[must_use]
    pub fn total(self) -> usize {
        self.inputs + self.goods + self.bads
    }

    /// Group of column `k`.
    #[must_use]
    pub fn group(self, k: usize) -> Group {
        if k < self.inputs {
            Group::Input
        } else if k < self.inputs + self.goods {
            Group::Good
        } else {
            Group::Bad
        }
    }

    /// Columns of a group.
    #[must_use]
    pub fn range(self, group: Group) -> std::ops::Range<usize> {
        match group {
            Group::Input => 0..self.inputs,
            Group::Good => self.inputs..self.inputs + self.goods,
            Group::Bad => self.inputs + self.goods..self.total(),
        }
    }
}

/// A named column.
pub type Named<'a> = (&'a str, &'a [f64]);

/// A panel as plain columns, one value per row.
#[derive(Clone, Copy)]
pub struct PanelData<'a> {
    /// Inputs by name.
    pub inputs: &'a [Named<'a>],
    /// Good outputs by name.
    pub goods: &'a [Named<'a>],
    /// Bad outputs by name.
    pub bads: &'a [Named<'a>],
    /// Entity code of each row.
    pub entity: &'a [u32],
    /// Period of each row (a year, or another whole number whose differences are durations).
    pub time: &'a [i64],
    /// Group of each row, for the metafrontier.
    pub group: Option<&'a [u32]>,
    /// How a row is called in messages, such as "entity `Anqing`, time `2015`".
    pub label: &'a (dyn Fn(usize) -> String + Sync),
}

impl std::fmt::Debug for PanelData<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |columns: &[Named<'_>]| columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        f.debug_struct("PanelData")
            .field("inputs", &names(self.inputs))
            .field("goods", &names(self.goods))
            .field("bads", &names(self.bads))
            .field("rows", &self.time.len())
            .finish_non_exhaustive()
    }
}

/// Observed units, one row each, columns in the order inputs, goods, bads.
///
/// Rows may hold missing values (`NaN`); what a model may read is checked by [`Observations::require`] for exactly
/// the rows it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    dims: Dimensions,
    names: Vec<String>,
    n: usize,
    values: Vec<f64>,
}

/// What a model demands of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Every value positive and finite: EBM takes logarithms, and EBM, SBM and the additive model divide slacks by it.
    Positive,
    /// Every value finite and not negative, some input and some good output positive: radial and directional models.
    NonNegative,
    /// Every value finite: directional models with the direction `range`.
    Finite,
}

impl Observations {
    /// Takes columns of one length.
    ///
    /// **Missing values** are `NaN`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for columns of different lengths; [`Error::Specification`] without an input, without a
    /// good output, or for a name that stands twice.
    pub fn new(inputs: &[Named<'_>], goods: &[Named<'_>], bads: &[Named<'_>]) -> Result<Self> {
        if inputs.is_empty() || goods.is_empty() {
            let what = if inputs.is_empty() { "input" } else { "good output" };
            return Err(Error::Specification(format!("efficiency needs at least one {what}, none is given")));
        }
        let dims = Dimensions { inputs: inputs.len(), goods: goods.len(), bads: bads.len() };
        let columns: Vec<Named<'_>> = inputs.iter().chain(goods).chain(bads).copied().collect();
        let n = columns[0].1.len();
        for (k, (name, column)) in columns.iter().enumerate() {
            if column.len() != n {
                return Err(Error::LengthMismatch { what: format!("column `{name}`"), expected: n, got: column.len() });
            }
            if columns[..k].iter().any(|(other, _)| other == name) {
                return Err(Error::Specification(format!(
                    "column `{name}` stands twice among inputs, goods and bads; each column has one role"
                )));
            }
        }
        let mut values = Vec::with_capacity(n * columns.len());
        for row in 0..n {
            values.extend(columns.iter().map(|(_, column)| column[row]));
        }
        Ok(Self { dims, names: columns.iter().map(|(name, _)| (*name).to_owned()).collect(), n, values })
    }

    /// Takes values row after row.
    ///
    /// **Shapes** one name per column, and n times as many values as there are columns, in the order inputs, goods, bads.
    /// **Units** any: programs are written relative to the evaluated unit.
    /// **Missing values** are `NaN`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the length is no multiple of the number of columns, or there is not a name for
    /// each; [`Error::Specification`] without an input or a good output.
    pub fn from_rows(dims: Dimensions, names: Vec<String>, values: Vec<f64>) -> Result<Self> {
        let width = dims.total();
        if names.len() != width {
            return Err(Error::LengthMismatch { what: "column names".into(), expected: width, got: names.len() });
        }
        if dims.inputs == 0 || dims.goods == 0 {
            return Err(Error::Specification("efficiency needs at least one input and one good output".into()));
        }
        let n = values.len() / width;
        if n * width != values.len() {
            return Err(Error::LengthMismatch { what: "values".into(), expected: n * width, got: values.len() });
        }
        Ok(Self { dims, names, n, values })
    }

    /// Numbers of columns by group.
    #[must_use]
    pub fn dims(&self) -> Dimensions {
        self.dims
    }

    /// Number of rows.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n
    }

    /// Column names in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Values of a row, in the columns' own units; none for a row beyond the data.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&[f64]> {
        (row < self.n).then(|| self.at(row))
    }

    /// Values of a row, to be changed in place (pseudo-samples); none for a row beyond the data.
    pub fn row_mut(&mut self, row: usize) -> Option<&mut [f64]> {
        let width = self.dims.total();
        (row < self.n).then(|| &mut self.values[row * width..(row + 1) * width])
    }

    /// Whether some value of the row is missing; a row beyond the data has none of its values.
    #[must_use]
    pub fn is_missing(&self, row: usize) -> bool {
        self.row(row).is_none_or(|values| values.iter().any(|v| v.is_nan()))
    }

    /// Whether the quantities of both are the same, bit by bit.
    pub(crate) fn has_values_of(&self, other: &Self) -> bool {
        let same = |(own, other): (&f64, &f64)| own.to_bits() == other.to_bits();
        (self.dims, self.n) == (other.dims, other.n) && self.values.iter().zip(&other.values).all(same)
    }

    /// Values of a row that is known to be there.
    pub(crate) fn at(&self, row: usize) -> &[f64] {
        let width = self.dims.total();
        &self.values[row * width..(row + 1) * width]
    }

    /// Values of column `k` at rows that are known to be there.
    pub(crate) fn column(&self, k: usize, rows: &[usize]) -> Vec<f64> {
        let width = self.dims.total();
        rows.iter().map(|&row| self.values[row * width + k]).collect()
    }

    /// Checks that a model may read the rows given.
    ///
    /// # Errors
    /// [`Error::BadValue`] naming the unit (as `label` calls it), column and value; [`Error::UnknownUnit`] for a row
    /// beyond the data.
    pub fn require(
        &self,
        requirement: Requirement,
        rows: &[usize],
        model: &str,
        label: &dyn Fn(usize) -> String,
    ) -> Result<()> {
        let bad = |row: usize, k: usize, expected: String| Error::BadValue {
            row,
            unit: label(row),
            column: self.names[k].clone(),
            value: self.at(row)[k],
            expected,
        };
        for &row in rows {
            let values = self.row(row).ok_or(Error::UnknownUnit { row, n: self.n })?;
            for (k, &value) in values.iter().enumerate() {
                if !value.is_finite() {
                    return Err(bad(row, k, format!("model {model} needs a finite number")));
                }
                match requirement {
                    Requirement::Positive if value <= 0.0 => {
                        return Err(bad(
                            row,
                            k,
                            format!(
                                "model {model} divides by every value (EBM also takes its logarithm), so it must be positive; drop the unit, or replace the value and say so"
                            ),
                        ));
                    }
                    Requirement::NonNegative if value < 0.0 => {
                        return Err(bad(
                            row,
                            k,
                            format!(
                                "model {model} needs values that are not negative; negative ones are taken by a directional model under variable returns with direction = {{ inputs = \"range\", goods = \"range\", bads = \"range\" }}"
                            ),
                        ));
                    }
                    _ => {}
                }
            }
            for group in [Group::Input, Group::Good].into_iter().filter(|_| requirement != Requirement::Finite) {
                let range = self.dims.range(group);
                if values[range.clone()].iter().all(|&v| v == 0.0) {
                    let what = if group == Group::Input { "input" } else { "good output" };
                    return Err(bad(
                        row,
                        range.start,
                        format!("model {model} needs at least one positive {what} per unit"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// The reference technology of the rows given: their quantities, and below them a row of ones where `convexity`.
    ///
    /// # Errors
    /// [`Error::Engine`] where a quantity is not finite.
    pub(crate) fn activities(&self, rows: &[usize], convexity: bool) -> Result<Activities> {
        let height = self.dims.total() + usize::from(convexity);
        let mut columns = Vec::with_capacity(rows.len() * height);
        for &row in rows {
            columns.extend_from_slice(self.at(row));
            if convexity {
                columns.push(1.0);
            }
        }
        Ok(Activities::new(height, rows.len(), &columns)?)
    }

    /// The technology with unit-specific abatement (Kuosmanen 2005): after the units themselves, each unit once more
    /// with its inputs alone.
    pub(crate) fn activities_with_abatement(&self, rows: &[usize]) -> Result<Activities> {
        let height = self.dims.total() + 1;
        let mut columns = Vec::with_capacity(2 * rows.len() * height);
        for abated in [false, true] {
            for &row in rows {
                let values = self.at(row);
                columns.extend_from_slice(&values[..self.dims.inputs]);
                columns.extend(values[self.dims.inputs..].iter().map(|&v| if abated { 0.0 } else { v }));
                columns.push(1.0);
            }
        }
        Ok(Activities::new(height, 2 * rows.len(), &columns)?)
    }

    /// Moments of every column over the rows given.
    pub(crate) fn moments(&self, rows: &[usize]) -> Moments {
        let total = self.dims.total();
        let mut moments = Moments {
            means: vec![0.0; total],
            sizes: vec![0.0; total],
            minima: vec![f64::INFINITY; total],
            maxima: vec![f64::NEG_INFINITY; total],
        };
        for &row in rows {
            for (k, &value) in self.at(row).iter().enumerate() {
                moments.means[k] += value;
                moments.sizes[k] += value.abs();
                moments.minima[k] = moments.minima[k].min(value);
                moments.maxima[k] = moments.maxima[k].max(value);
            }
        }
        for sum in moments.means.iter_mut().chain(&mut moments.sizes) {
            *sum = if *sum == 0.0 { 1.0 } else { *sum / rows.len() as f64 };
        }
        moments
    }
}

/// Moments of every column over some rows.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    /// Means; 1 where a mean is zero.
    pub(crate) means: Vec<f64>,
    /// Means of sizes; 1 where all values are zero.
    pub(crate) sizes: Vec<f64>,
    pub(crate) minima: Vec<f64>,
    pub(crate) maxima: Vec<f64>,
}
