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
        let residuals = self.spread(&estimate);
        let r2 = estimate.r2.within_entity.unwrap_or(f64::NAN);
        let coef_and_se = |j: usize| {
            estimate
                .coefficient(&format!("x{j}"))
                .map(|coefficient| (coefficient.estimate, coefficient.se))
                .ok_or_else(|| collinear(&estimate))
        };
        let (coef, se) = (0..self.regressors).map(coef_and_se).collect::<Result<Vec<_>>>()?.into_iter().unzip();
        Ok(Fit { coef, se, r2, residuals })
    }

    /// How the standard error of coefficient `j` answers to the outcome. With s_g the sum over city g of weight times
    /// residual, se² = c Σ s_g²; the gradient is (c/se) s_g times the weights, less what the regression fits of it.
    pub(super) fn gradient_of_se(&self, fit: &Fit, weights: &[f64], j: usize) -> Result<Vec<f64>> {
        let city = |values: &[f64], other: &[f64]| -> f64 { values.iter().zip(other).map(|(a, b)| a * b).sum() };
        let sums: Vec<f64> =
            weights.chunks_exact(YEARS).zip(fit.residuals.chunks_exact(YEARS)).map(|(w, u)| city(w, u)).collect();
        let factor = fit.se[j] / sums.iter().map(|s| s * s).sum::<f64>();
        let column: Vec<f64> = weights.iter().enumerate().map(|(k, w)| factor * sums[k / YEARS] * w).collect();
        let mut columns = self.columns.clone();
        columns.push(("g".to_owned(), column));
        self.residuals(&columns, &format!("g ~ {} | city + year", names("x", 0..self.regressors)))
    }

    /// How R² = 1 - u'u/ỹ'ỹ answers to the outcome, ỹ being the outcome less its city means.
    pub(super) fn gradient_of_r2(&self, fit: &Fit, outcome: &[f64]) -> Vec<f64> {
        let mut centred = vec![0.0; outcome.len()];
        for (start, city) in outcome.chunks_exact(YEARS).enumerate().map(|(i, city)| (i * YEARS, city)) {
            let mean = city.iter().sum::<f64>() / YEARS as f64;
            for (t, value) in city.iter().enumerate().filter(|(t, _)| self.mask[start + t]) {
                centred[start + t] = value - mean;
            }
        }
        let square = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
        let (rest, total) = (square(&fit.residuals), square(&centred));
        let pair = fit.residuals.iter().zip(&centred);
        pair.map(|(u, y)| 2.0 * (rest / total * y - u) / total).collect()
    }

    /// Residuals at their city-years, 0 outside the sample.
    fn spread(&self, estimate: &Estimate) -> Vec<f64> {
        let mut out = vec![0.0; self.mask.len()];
        for (row, residual) in estimate.rows.iter().zip(estimate.residuals()) {
            out[*row as usize] = *residual;
        }
        out
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
        Ok(self.spread(&estimate))
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

/// What a regression gives.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) coef: Vec<f64>,
    pub(super) se: Vec<f64>,
    /// R² within cities.
    pub(super) r2: f64,
    /// Residuals of all city-years, 0 outside the sample.
    pub(super) residuals: Vec<f64>,
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

    #[test]
    fn gradients_are_those_of_finite_differences() {
        let column = |a: usize, b: usize, m: usize| -> Vec<f64> {
            (0..6 * YEARS).map(|i| ((i * i * a + b * i + i / YEARS) % m) as f64).collect()
        };
        let (x, w, y, d) = (column(7, 3, 23), column(5, 2, 19), column(5, 1, 17), column(3, 4, 13));
        let design = Design::new(vec![0, 2, 3, 4, 5], &[&x, &w], &[]);
        let fit = design.fit(&y).expect("fits");
        let row = design.functionals().expect("weights").swap_remove(0);
        let step = 1e-5;
        let near: Vec<f64> = y.iter().zip(&d).map(|(a, b)| a + step * b).collect();
        let moved = design.fit(&near).expect("fits");
        let se = dot(&design.gradient_of_se(&fit, &row, 0).expect("a gradient"), &d);
        let r2 = dot(&design.gradient_of_r2(&fit, &y), &d);
        assert!(((moved.se[0] - fit.se[0]) / step - se).abs() < 1e-4, "{} {se}", (moved.se[0] - fit.se[0]) / step);
        assert!(((moved.r2 - fit.r2) / step - r2).abs() < 1e-4, "{} {r2}", (moved.r2 - fit.r2) / step);
    }
}
