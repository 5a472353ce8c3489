//! Moves an outcome as little as possible so that statistics of it come out as wanted.
//!
//! Coefficients, standard errors, R², mean and standard deviation are smooth functions g of the outcome y. With the gap
//! c - g(y), the gradients G and tolerances R, the step d = ΩG'(GΩG' + R)⁻¹(c - g) is the smallest in the norm d'Ω⁻¹d (a
//! Gauss-Newton step of minimum norm). Steps are repeated, since only coefficients are linear: what can be met together is
//! met, what contradicts itself gives way in proportion to the tolerances.

use super::design::{Design, Fit};
use super::moments::{Extremes, Moments, confine};
use crate::error::{Error, Result};
use faer::linalg::solvers::Solve;
use faer::{Mat, Side};

/// Longest step of a value, in its spreads.
const LONGEST: f64 = 3.0;

/// A statistic of the outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// A coefficient of a regression.
    Coef(usize, usize),
    /// Its standard error.
    Se(usize, usize),
    /// Its t ratio; the standard error is taken as it is.
    T(usize, usize),
    /// R² within cities, year effects counted as regressors.
    R2(usize),
    /// Mean.
    Mean,
    /// Standard deviation.
    Sd,
}

/// A statistic with the value wanted and the deviation that does not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wish {
    pub(super) goal: Goal,
    pub(super) value: f64,
    pub(super) tolerance: f64,
}

/// How an outcome may move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'a> {
    /// Standard deviation each value may move by; 0 never moves.
    pub(super) spread: &'a [f64],
    pub(super) moments: Moments,
    pub(super) extremes: Extremes,
}

/// Moves `start` toward the wishes.
pub(super) fn steer(
    start: &[f64],
    room: Room<'_>,
    designs: &[Design],
    wishes: &[Wish],
    rounds: usize,
) -> Result<Vec<f64>> {
    let functionals: Vec<Vec<Vec<f64>>> = designs.iter().map(Design::functionals).collect::<Result<_>>()?;
    let mut outcome = start.to_vec();
    for _ in 0..rounds {
        let fits: Vec<Fit> = designs.iter().map(|design| design.fit(&outcome)).collect::<Result<_>>()?;
        let seen = wishes.iter().map(|wish| look(wish, &outcome, designs, &fits, &functionals));
        let seen: Vec<Seen> = seen.collect::<Result<_>>()?;
        let weights = step(&seen, room.spread)?;
        let mut move_by = vec![0.0; outcome.len()];
        for (one, weight) in seen.iter().zip(&weights) {
            for ((d, g), s) in move_by.iter_mut().zip(&one.gradient).zip(room.spread) {
                *d += weight * g * s * s;
            }
        }
        // The spread bounds a step, too: standard errors and R² are linear only near by. A bounded step keeps its direction.
        let far =
            move_by.iter().zip(room.spread).filter(|(_, s)| **s > 0.0).map(|(d, s)| d.abs() / s).fold(0.0, f64::max);
        let scale = (LONGEST / far).min(1.0);
        outcome.iter_mut().zip(&move_by).for_each(|(value, d)| *value += scale * d);
        confine_moving(&mut outcome, room);
    }
    Ok(outcome)
}

/// Confines what may move at all.
fn confine_moving(outcome: &mut [f64], room: Room<'_>) {
    let before = outcome.to_vec();
    confine(outcome, room.moments, room.extremes);
    for ((value, old), spread) in outcome.iter_mut().zip(before).zip(room.spread) {
        if *spread == 0.0 {
            *value = old;
        }
    }
}

/// How far an outcome is from its wishes of one regression: the gaps in tolerances, their sum and the largest.
pub(super) fn distance(outcome: &[f64], design: &Design, wishes: &[Wish]) -> Result<(f64, f64)> {
    let fit = design.fit(outcome)?;
    let n = outcome.len() as f64;
    let mean = outcome.iter().sum::<f64>() / n;
    let gap = |wish: &Wish| {
        let now = match wish.goal {
            Goal::Coef(_, j) => fit.coef[j],
            Goal::T(_, j) => fit.t(j),
            Goal::Se(_, j) => fit.se[j],
            Goal::R2(_) => fit.r2,
            Goal::Mean => mean,
            Goal::Sd => (outcome.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt(),
        };
        ((wish.value - now) / wish.tolerance).abs()
    };
    Ok(wishes.iter().map(gap).fold((0.0, 0.0), |(sum, most), gap| (sum + gap, gap.max(most))))
}

/// A wish as it stands: what is missing, the gradient, the tolerance.
struct Seen {
    gap: f64,
    gradient: Vec<f64>,
    tolerance: f64,
}

fn look(wish: &Wish, outcome: &[f64], designs: &[Design], fits: &[Fit], functionals: &[Vec<Vec<f64>>]) -> Result<Seen> {
    let n = outcome.len() as f64;
    let mean = outcome.iter().sum::<f64>() / n;
    let linear = |d: usize, j: usize| functionals[d][j].clone();
    let (now, gradient, scale) = match wish.goal {
        Goal::Coef(d, j) => (fits[d].coef[j], linear(d, j), 1.0),
        Goal::T(d, j) => (fits[d].t(j), linear(d, j), fits[d].se[j]),
        Goal::Se(d, j) => (fits[d].se[j], designs[d].gradient_of_se(&fits[d], &functionals[d][j], j)?, 1.0),
        Goal::R2(d) => (fits[d].r2, designs[d].gradient_of_r2(&fits[d], outcome), 1.0),
        Goal::Mean => (mean, vec![1.0 / n; outcome.len()], 1.0),
        Goal::Sd => {
            let sd = (outcome.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            (sd, outcome.iter().map(|v| (v - mean) / ((n - 1.0) * sd)).collect(), 1.0)
        }
    };
    Ok(Seen { gap: (wish.value - now) * scale, gradient, tolerance: wish.tolerance * scale })
}

/// Weights of the gradients in the step of minimum norm.
fn step(seen: &[Seen], spread: &[f64]) -> Result<Vec<f64>> {
    let moved: Vec<Vec<f64>> =
        seen.iter().map(|one| one.gradient.iter().zip(spread).map(|(g, s)| g * s * s).collect()).collect();
    let k = seen.len();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    // Scaled to a unit diagonal: the statistics differ by orders of magnitude.
    let size: Vec<f64> = (0..k)
        .map(|i| (dot(&seen[i].gradient, &moved[i]) + seen[i].tolerance.powi(2)).sqrt().max(f64::MIN_POSITIVE))
        .collect();
    let matrix = Mat::from_fn(k, k, |i, j| {
        let own = if i == j { seen[i].tolerance.powi(2) } else { 0.0 };
        (dot(&seen[i].gradient, &moved[j]) + own) / (size[i] * size[j]) + if i == j { 1e-10 } else { 0.0 }
    });
    let factor = matrix
        .llt(Side::Lower)
        .map_err(|_| Error::Step { step: "wishes", problem: "the gradients of the wishes are not finite".into() })?;
    let solution = factor.solve(Mat::from_fn(k, 1, |i, _| seen[i].gap / size[i]));
    Ok((0..k).map(|i| solution[(i, 0)] / size[i]).collect())
}
