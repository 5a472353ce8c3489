//! Effects with varying slopes.
//!
//! Within each level the intercept and the slopes are made orthonormal under the weights (Gram-Schmidt, twice), so an
//! effect is a projection P v = Σ_c u_c (u_c'Wv) level by level. The effect with most coefficients is eliminated; the
//! others are solved for, densely when there are few coefficients, else by conjugate gradients.

use super::conjugate::{self, Lane};
use super::dense::PivotedCholesky;
use super::{ColumnReport, FixedEffect, LANES, Rank, Residual, Settings, norm};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::sync::Arc;

const DENSE: usize = 400;
const MOST_LEVERAGES: usize = 2000;
/// A slope whose part outside the earlier ones is smaller than this, relatively, does not vary within the level.
const FLOOR: f64 = 1e-10;
/// The same beside the values as they are, which carry half a unit in the last place.
const NOISE: f64 = 2.0 * f64::EPSILON;

/// One orthonormal direction per level: u has one value per row, levels are disjoint.
#[derive(Debug)]
struct Direction {
    /// Index into the effect codes.
    effect: usize,
    values: Vec<f64>,
    /// First unknown of its levels.
    offset: usize,
}

#[derive(Debug)]
pub(super) struct Slopes {
    codes: Vec<Arc<[u32]>>,
    levels: Vec<usize>,
    weights: Option<Vec<f64>>,
    eliminated: Vec<Direction>,
    others: Vec<Direction>,
    unknowns: usize,
    factor: Option<PivotedCholesky>,
    rank: Rank,
    settings: Settings,
}

impl Slopes {
    pub(super) fn new(effects: &[FixedEffect], weights: Option<&[f64]>, settings: Settings) -> Self {
        let mut eliminated = Vec::new();
        let mut others = Vec::new();
        let size = |effect: &FixedEffect| effect.levels * (effect.slopes.len() + usize::from(effect.intercept));
        let largest = (0..effects.len()).rev().max_by_key(|&f| size(&effects[f])).unwrap_or(0);
        let mut unknowns = 0;
        let mut live_eliminated = 0;
        let mut live_others = 0;
        for (f, effect) in effects.iter().enumerate() {
            for (values, live) in orthonormal(effect, weights) {
                if f == largest {
                    live_eliminated += live;
                    eliminated.push(Direction { effect: f, values, offset: 0 });
                } else {
                    live_others += live;
                    others.push(Direction { effect: f, values, offset: unknowns });
                    unknowns += effect.levels;
                }
            }
        }
        let mut slopes = Self {
            codes: effects.iter().map(|effect| effect.codes.clone()).collect(),
            levels: effects.iter().map(|effect| effect.levels).collect(),
            weights: weights.map(<[f64]>::to_vec),
            eliminated,
            others,
            unknowns,
            factor: None,
            rank: Rank { rank: live_eliminated + live_others, exact: unknowns == 0 },
            settings,
        };
        if unknowns > 0 && unknowns <= DENSE {
            let factor = PivotedCholesky::new(slopes.dense(), unknowns, &vec![1.0; unknowns]);
            slopes.rank = Rank { rank: live_eliminated + factor.rank(), exact: true };
            slopes.factor = Some(factor);
        }
        slopes
    }

    pub(super) fn rank(&self) -> Rank {
        self.rank
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[row])
    }

    /// u'Wv by level.
    fn coefficients(&self, direction: &Direction, v: &[f64], out: &mut [f64]) {
        let codes = &self.codes[direction.effect];
        for (row, ((&code, u), v)) in codes.iter().zip(&direction.values).zip(v).enumerate() {
            out[code as usize] += self.weight(row) * u * v;
        }
    }

    fn subtract(&self, direction: &Direction, coefficients: &[f64], v: &mut [f64]) {
        for ((&code, u), v) in self.codes[direction.effect].iter().zip(&direction.values).zip(v) {
            *v -= u * coefficients[code as usize];
        }
    }

    /// M₁v in place.
    fn sweep(&self, v: &mut [f64]) {
        for direction in &self.eliminated {
            let mut coefficients = vec![0.0; self.levels[direction.effect]];
            self.coefficients(direction, v, &mut coefficients);
            self.subtract(direction, &coefficients, v);
        }
    }

    fn right_hand_side(&self, v: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; self.unknowns];
        for direction in &self.others {
            let levels = self.levels[direction.effect];
            self.coefficients(direction, v, &mut g[direction.offset..direction.offset + levels]);
        }
        g
    }

    fn update(&self, v: &mut [f64], alpha: &[f64]) {
        for direction in &self.others {
            self.subtract(direction, &alpha[direction.offset..], v);
        }
        self.sweep(v);
        self.sweep(v);
    }

    /// S times one vector.
    fn apply_one(&self, alpha: &[f64]) -> Vec<f64> {
        let mut v = vec![0.0; self.codes.first().map_or(0, |codes| codes.len())];
        for direction in &self.others {
            self.subtract(direction, &alpha[direction.offset..], &mut v);
        }
        v.iter_mut().for_each(|value| *value = -*value);
        self.sweep(&mut v);
        self.right_hand_side(&v)
    }

    fn dense(&self) -> Vec<f64> {
        let m = self.unknowns;
        let mut s = Vec::with_capacity(m * m);
        let mut unit = vec![0.0; m];
        for j in 0..m {
            unit[j] = 1.0;
            s.extend(self.apply_one(&unit));
            unit[j] = 0.0;
        }
        s
    }

    /// 1 - eᵢ'Meᵢ, one residualised unit vector per row.
    pub(super) fn leverage(&self, n: usize) -> Result<Vec<f64>> {
        if n > MOST_LEVERAGES {
            return Err(Error::Unsupported(format!(
                "leverages with varying slopes and more than {MOST_LEVERAGES} rows"
            )));
        }
        (0..n)
            .map(|row| {
                let mut unit = vec![0.0; n];
                unit[row] = 1.0;
                self.one_column(&mut unit)?;
                Ok(1.0 - unit[row])
            })
            .collect()
    }

    pub(super) fn residualize(&self, columns: &[&[f64]]) -> Result<Vec<Residual>> {
        let work = |column: &&[f64]| {
            let size = norm(column, self.weights.as_deref());
            let mut values = column.to_vec();
            let report = self.one_column(&mut values)?;
            Ok(Residual { values, report, size })
        };
        columns.par_iter().map(work).collect()
    }

    fn one_column(&self, v: &mut [f64]) -> Result<ColumnReport> {
        let weights = self.weights.as_deref();
        self.sweep(v);
        self.sweep(v);
        let start = norm(v, weights);
        let mut report = ColumnReport { iterations: 0, error: 2.0 * f64::EPSILON * start };
        if self.unknowns == 0 {
            return Ok(report);
        }
        let ones = vec![1.0; self.unknowns];
        for step in 0..5 {
            let g = self.right_hand_side(v);
            let size = norm(v, weights);
            let (alpha, error) = match &self.factor {
                Some(factor) => {
                    let mut alpha = g.clone();
                    factor.solve(&mut alpha);
                    let error = g.iter().zip(&alpha).map(|(g, a)| g * a).sum::<f64>().max(0.0).sqrt();
                    (alpha, error)
                }
                None => {
                    let stop = conjugate::Stop {
                        tolerance: 0.3 * self.settings.tolerance,
                        noise: [f64::EPSILON * size; LANES],
                        max_iterations: self.settings.max_iterations,
                    };
                    let right = g.iter().map(|&value| [value, 0.0, 0.0, 0.0]).collect();
                    let solved = conjugate::solve(
                        right,
                        1,
                        &[size, 0.0, 0.0, 0.0],
                        &ones,
                        stop,
                        |v: &[Lane], out: &mut [Lane]| {
                            let product = self.apply_one(&v.iter().map(|lane| lane[0]).collect::<Vec<_>>());
                            out.fill([0.0; LANES]);
                            out.iter_mut().zip(product).for_each(|(out, value)| out[0] = value);
                        },
                    );
                    report.iterations += solved.iterations;
                    let energy: f64 = g.iter().map(|g| g * g).sum();
                    (solved.x.iter().map(|lane| lane[0]).collect(), (energy / (0.5 * solved.smallest)).sqrt())
                }
            };
            // Nothing left to solve for is no error; a failed solve is one.
            let error = if error.is_nan() && g.iter().all(|&g| g == 0.0) { 0.0 } else { error };
            report.error = if error.is_nan() { f64::INFINITY } else { error }.max(2.0 * f64::EPSILON * size);
            if step > 0 && report.error <= (self.settings.tolerance * size).max(64.0 * f64::EPSILON * start) {
                return Ok(report);
            }
            self.update(v, &alpha);
        }
        let size = norm(v, weights);
        if report.error <= 100.0 * self.settings.tolerance * size || report.error <= 1e-12 * start {
            return Ok(report);
        }
        Err(Error::NotConverged {
            what: "absorption of the varying slopes".into(),
            iterations: report.iterations,
            got: report.error / size,
            expected: self.settings.tolerance,
        })
    }
}

/// The orthonormal directions of an effect, and in how many levels each is not zero.
fn orthonormal(effect: &FixedEffect, weights: Option<&[f64]>) -> Vec<(Vec<f64>, usize)> {
    let n = effect.codes.len();
    let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
    let by_level = |a: &[f64], b: &[f64]| {
        let mut sums = vec![0.0; effect.levels];
        for (row, &code) in effect.codes.iter().enumerate() {
            sums[code as usize] += weight(row) * a[row] * b[row];
        }
        sums
    };
    let intercept = effect.intercept.then(|| vec![1.0; n]);
    let mut basis: Vec<(Vec<f64>, usize)> = Vec::new();
    for mut values in intercept.into_iter().chain(effect.slopes.iter().cloned()) {
        let raw = by_level(&values, &values);
        // Beside an intercept a slope may be taken about any value of its level. The difference is exact where the
        // values are near each other, so that a trend, or the square of one, far from zero keeps its digits.
        if effect.intercept && !basis.is_empty() {
            let mut first = vec![f64::NAN; effect.levels];
            for (value, &code) in values.iter_mut().zip(effect.codes.iter()) {
                let about = &mut first[code as usize];
                if about.is_nan() {
                    *about = *value;
                }
                *value -= *about;
            }
        }
        let before = by_level(&values, &values);
        for _ in 0..2 {
            for (direction, _) in &basis {
                let shares = by_level(direction, &values);
                for (row, &code) in effect.codes.iter().enumerate() {
                    values[row] -= shares[code as usize] * direction[row];
                }
            }
        }
        let after = by_level(&values, &values);
        let scale: Vec<f64> = before
            .iter()
            .zip(&after)
            .zip(&raw)
            .map(|((before, after), raw)| {
                // What the rounding of the values themselves amounts to is no variation.
                let noise = (FLOOR * FLOOR * before).max(NOISE * NOISE * raw);
                if *after > noise { 1.0 / after.sqrt() } else { 0.0 }
            })
            .collect();
        values.iter_mut().zip(effect.codes.iter()).for_each(|(value, &code)| *value *= scale[code as usize]);
        let live = scale.iter().filter(|scale| **scale > 0.0).count();
        basis.push((values, live));
    }
    basis
}
