//! The paper's regressions on the twin's cities, and how their coefficients depend on the outcome.
//!
//! Estimates are `panel-fe`'s. Given the regressors, every coefficient is a linear functional of the outcome: by
//! Frisch, Waugh and Lovell its weights are r/(r'r), r being what the other regressors and the effects leave of its
//! regressor (of the regressor that the instruments fit, in two stages).

use crate::draw::{FIRST_YEAR, YEARS};
use crate::error::{Error, Result};
use panel_core::{Panel, TextColumn};
use panel_fe::{Estimate, Like, Model, Vcov};

/// A regression with city and year effects: which cities, which regressors, which instruments.
#[derive(Debug, Clone)]
pub(super) struct Design {
    /// One flag per city-year.
    mask: Vec<bool>,
    /// Regressors and instruments by their names in formulas.
    columns: Vec<(String, Vec<f64>)>,
    /// Number of regressors.
    regressors: usize,
    /// Number of instruments, which replace as many first regressors.
    instruments: usize,
}

impl Design {
    /// Regressors `x` on the chosen `cities`; with `instruments` (as many as the first regressors they replace)
    /// two-stage least squares.
    pub(super) fn new(cities: Vec<usize>, x: &[&[f64]], instruments: &[&[f64]]) -> Self {
        let total = x.first().map_or(0, |column| column.len());
        let mut mask = vec![false; total];
        for city in cities {
            mask[city * YEARS..(city + 1) * YEARS].fill(true);
        }
        let named = |prefix: &'static str, columns: &[&[f64]]| -> Vec<(String, Vec<f64>)> {
            columns.iter().enumerate().map(|(j, column)| (format!("{prefix}{j}"), column.to_vec())).collect()
        };
        let mut columns = named("x", x);
        columns.extend(named("z", instruments));
        Self { mask, columns, regressors: x.len(), instruments: instruments.len() }
    }

    /// Number of regressors.
    pub(super) fn len(&self) -> usize {
        self.regressors
    }

    /// Estimates: city clusters with xtreg's degrees of freedom, or iid with xtivreg2's for two stages (D13).
    pub(super) fn fit(&self, outcome: &[f64]) -> Result<Fit> {
        let exogenous = names("x", self.instruments..self.regressors);
        let (formula, vcov, like) = if self.instruments == 0 {
            (format!("y ~ {exogenous} | city + year"), "cluster:city".parse()?, Like::Xtreg)
        } else {
            let (x, z) = (names("x", 0..self.instruments), names("z", 0..self.instruments));
            (format!("y ~ {exogenous} | city + year | {x} ~ {z}"), Vcov::Iid, Like::Xtivreg2)
        };
        let columns = [("y".to_owned(), outcome.to_vec())].into_iter().chain(self.columns.iter().cloned());
        let estimate = Model::new(&formula)?.vcov(vcov).like(like).fit_where(&panel(columns)?, Some(&self.mask))?;
        let of = |j: usize| {
            estimate
                .coefficient(&format!("x{j}"))
                .map(|coefficient| (coefficient.estimate, coefficient.se))
                .ok_or_else(|| collinear(&estimate))
        };
        let (coef, se) = (0..self.regressors).map(of).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok(Fit { coef, se })
    }

    /// Weights of every coefficient on the outcome of all city-years.
    pub(super) fn functionals(&self) -> Result<Vec<Vec<f64>>> {
        let exogenous = names("x", self.instruments..self.regressors);
        let mut columns = self.columns.clone();
        // What the instruments fit stands in the place of the first regressors.
        for j in 0..self.instruments {
            let z = names("z", 0..self.instruments);
            let residuals = self.residuals(&self.columns, &format!("x{j} ~ {z} + {exogenous} | city + year"))?;
            columns[j].1.iter_mut().zip(residuals).for_each(|(x, residual)| *x -= residual);
        }
        let one = |j: usize| {
            let others: Vec<String> = (0..self.regressors).filter(|k| *k != j).map(|k| format!("x{k}")).collect();
            let others = if others.is_empty() { "1".to_owned() } else { others.join(" + ") };
            let mut row = self.residuals(&columns, &format!("x{j} ~ {others} | city + year"))?;
            let square = row.iter().map(|r| r * r).sum::<f64>();
            row.iter_mut().for_each(|r| *r /= square);
            Ok(row)
        };
        (0..self.regressors).map(one).collect()
    }

    /// Residuals of a formula at their city-years, 0 outside the sample.
    fn residuals(&self, columns: &[(String, Vec<f64>)], formula: &str) -> Result<Vec<f64>> {
        let estimate = Model::new(formula)?.fit_where(&panel(columns.iter().cloned())?, Some(&self.mask))?;
        let mut out = vec![0.0; self.mask.len()];
        for (row, residual) in estimate.rows.iter().zip(&estimate.residuals) {
            out[*row as usize] = *residual;
        }
        Ok(out)
    }

    /// How much each city decides coefficient `j`: its share of the squared weights, mean 1.
    pub(super) fn leverage(&self, j: usize) -> Result<Vec<f64>> {
        let weights = self.functionals()?.swap_remove(j);
        let squares: Vec<f64> =
            weights.chunks_exact(YEARS).map(|city| city.iter().map(|w| w * w).sum::<f64>()).collect();
        let inside = self.mask.iter().filter(|inside| **inside).count() / YEARS;
        let mean = squares.iter().sum::<f64>() / inside as f64;
        Ok(squares.iter().map(|square| square / mean).collect())
    }
}

/// Coefficients and standard errors.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) coef: Vec<f64>,
    pub(super) se: Vec<f64>,
}

impl Fit {
    /// t ratio of coefficient `j`.
    pub(super) fn t(&self, j: usize) -> f64 {
        self.coef[j] / self.se[j]
    }
}

/// `x0 + x1 + …`.
fn names(prefix: &str, range: std::ops::Range<usize>) -> String {
    range.map(|j| format!("{prefix}{j}")).collect::<Vec<_>>().join(" + ")
}

/// Columns of all city-years, city by city.
fn panel(columns: impl Iterator<Item = (String, Vec<f64>)>) -> Result<Panel> {
    let columns: Vec<(String, Vec<f64>)> = columns.collect();
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    let keys = |labels: Vec<String>, code: &dyn Fn(usize) -> usize| {
        TextColumn::from_codes((0..rows).map(|row| code(row) as u32).collect(), labels)
    };
    let cities = (0..rows / YEARS).map(|city| format!("{city:03}")).collect();
    let years = (0..YEARS).map(|t| (FIRST_YEAR + t as i32).to_string()).collect();
    let builder =
        Panel::builder("city", "year").coded_keys(keys(cities, &|row| row / YEARS)?, keys(years, &|row| row % YEARS)?);
    Ok(columns.into_iter().fold(builder, |builder, (name, values)| builder.column(name, values)).build()?)
}

fn collinear(estimate: &Estimate) -> Error {
    let dropped: Vec<&str> = estimate.dropped.iter().map(|dropped| dropped.name.as_str()).collect();
    Error::Step { step: "regressions", problem: format!("collinear regressors: {}", dropped.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn functionals_applied_to_the_outcome_are_the_coefficients() {
        let column = |a: usize, b: usize, m: usize| -> Vec<f64> {
            (0..6 * YEARS).map(|i| ((i * i * a + b * i + i / YEARS) % m) as f64).collect()
        };
        let (x, w, z, y) = (column(7, 3, 23), column(5, 2, 19), column(11, 5, 29), column(5, 1, 17));
        for instruments in [vec![], vec![z.as_slice()]] {
            let design = Design::new(vec![0, 2, 3, 4, 5], &[&x, &w], &instruments);
            let fit = design.fit(&y).expect("fits");
            let rows = design.functionals().expect("weights");
            for (row, coefficient) in rows.iter().zip(&fit.coef) {
                assert!((dot(row, &y) - coefficient).abs() < 1e-10, "{} against {coefficient}", dot(row, &y));
            }
        }
    }
}
