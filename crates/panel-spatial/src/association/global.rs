//! What the global tests share: data checks, normal and permutation p-values.

use crate::csr::Csr;
use crate::error::{Error, Result};
use crate::weights::{Standardise, Weights};
use panel_core::random::Stream;
use panel_core::sum::compensated_sum;
use rayon::prelude::*;
use serde::Serialize;
use std::fmt;

/// A global test of spatial association.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GlobalTest {
    /// The statistic.
    pub statistic: f64,
    /// Its mean without association.
    pub expected: f64,
    /// Its variance for normal values; 0 where the statistic is the same for all values, as where all are neighbours.
    pub variance_normal: f64,
    /// z for normal values; `None` where the variance is 0.
    pub z_normal: Option<f64>,
    /// Two-sided p for normal values; `None` where the variance is 0.
    pub p_normal: Option<f64>,
    /// Its variance under random assignment of the values; `None` with fewer than four entities, and where it is 0.
    pub variance_random: Option<f64>,
    /// z under random assignment.
    pub z_random: Option<f64>,
    /// Two-sided p under random assignment, by the normal approximation.
    pub p_random: Option<f64>,
    /// Permutation test; `None` when no permutation was asked for, and where the variance is 0.
    pub permutation: Option<Permutation>,
    /// Entities used.
    pub n: usize,
    /// Entities left out because their value is missing.
    pub n_missing: usize,
    /// Entities used that have no neighbour.
    pub islands: usize,
}

/// A permutation test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Permutation {
    /// Number of permutations.
    pub permutations: usize,
    /// (extreme + 1) / (permutations + 1) on the side where the statistic lies (one-sided, as PySAL's `p_sim`).
    pub p_one_sided: f64,
    /// Twice that, at most 1.
    pub p_two_sided: f64,
    /// Mean over permutations.
    pub mean: f64,
    /// Standard deviation over permutations.
    pub sd: f64,
}

impl Permutation {
    pub(crate) fn new(statistic: f64, simulated: &[f64]) -> Option<Self> {
        let count = simulated.len();
        if count == 0 {
            return None;
        }
        let larger = simulated.iter().filter(|&&value| value >= statistic).count();
        let extreme = larger.min(count - larger);
        let p = (extreme as f64 + 1.0) / (count as f64 + 1.0);
        let mean = compensated_sum(simulated.iter().copied()) / count as f64;
        let variance = compensated_sum(simulated.iter().map(|value| (value - mean) * (value - mean))) / count as f64;
        Some(Self { permutations: count, p_one_sided: p, p_two_sided: (2.0 * p).min(1.0), mean, sd: variance.sqrt() })
    }
}

/// Values without the missing ones, as deviations from their mean, with the weights among them.
pub(crate) struct Sample {
    pub(crate) z: Vec<f64>,
    pub(crate) weights: Csr,
    /// Σ z².
    pub(crate) squares: f64,
    pub(crate) s0: f64,
    pub(crate) s1: f64,
    pub(crate) s2: f64,
    pub(crate) known: Vec<bool>,
}

impl Sample {
    pub(crate) fn new(statistic: &'static str, values: &[f64], weights: &Weights) -> Result<Self> {
        if values.len() != weights.n() {
            return Err(Error::LengthMismatch { what: "values".into(), expected: weights.n(), got: values.len() });
        }
        let undefined = |reason: String| Err(Error::Undefined { statistic, reason });
        if let Some(i) = values.iter().position(|value| value.is_infinite()) {
            return undefined(format!("value {i} is infinite"));
        }
        let known: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
        let used: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        if used.len() < 3 {
            return undefined(format!("{} values are known, expected at least 3", used.len()));
        }
        let mean = compensated_sum(used.iter().copied()) / used.len() as f64;
        let z: Vec<f64> = used.iter().map(|value| value - mean).collect();
        let squares = compensated_sum(z.iter().map(|z| z * z));
        if used.iter().all(|&value| value == used[0]) || squares == 0.0 {
            return undefined("all values are equal".into());
        }
        let mut rows = weights.matrix.subset(&known);
        if used.len() < known.len() && weights.standardise() == Standardise::Row {
            let sums: Vec<f64> = (0..rows.n()).map(|i| rows.row_sum(i)).collect();
            rows.scale_rows(&sums.iter().map(|&sum| if sum > 0.0 { 1.0 / sum } else { 0.0 }).collect::<Vec<_>>());
        }
        let weights = rows;
        let (s0, s1, s2) = weights.moments();
        if s0 <= 0.0 {
            return undefined("no two entities with a value are neighbours".into());
        }
        Ok(Self { z, weights, squares, s0, s1, s2, known })
    }

    pub(crate) fn n(&self) -> f64 {
        self.z.len() as f64
    }

    /// Fourth moment over the squared second.
    pub(crate) fn kurtosis(&self) -> f64 {
        let fourth = compensated_sum(self.z.iter().map(|z| z * z * z * z));
        self.n() * fourth / (self.squares * self.squares)
    }

    /// Puts a test together; `simulate` computes the statistic of permuted deviations.
    pub(crate) fn test(
        &self,
        statistic: f64,
        expected: f64,
        normal: Variance,
        random: Variance,
        permutations: usize,
        seed: u64,
        simulate: impl Fn(&[f64]) -> f64 + Sync,
    ) -> GlobalTest {
        let simulated: Vec<f64> = (0..permutations)
            .into_par_iter()
            .map(|unit| {
                let mut z = self.z.clone();
                let count = z.len();
                Stream::new(seed, unit as u64).shuffle(&mut z, count);
                simulate(&z)
            })
            .collect();
        let variance_normal = normal.positive();
        let variance_random = random.positive().filter(|_| self.z.len() > 3);
        let z = |variance: f64| (statistic - expected) / variance.sqrt();
        let (z_normal, z_random) = (variance_normal.map(z), variance_random.map(z));
        GlobalTest {
            statistic,
            expected,
            variance_normal: variance_normal.unwrap_or(0.0),
            z_normal,
            p_normal: z_normal.map(panel_core::distribution::normal_two_sided),
            variance_random,
            z_random,
            p_random: z_random.map(panel_core::distribution::normal_two_sided),
            permutation: Permutation::new(statistic, &simulated).filter(|_| variance_normal.is_some()),
            n: self.z.len(),
            n_missing: self.known.iter().filter(|known| !**known).count(),
            islands: (0..self.weights.n()).filter(|&i| self.weights.degree(i) == 0).count(),
        }
    }
}

/// A variance as a difference, and the size of what was subtracted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variance {
    pub(crate) value: f64,
    pub(crate) scale: f64,
}

impl Variance {
    /// The variance, unless it is nothing but rounding: on a complete graph it is 0 exactly.
    fn positive(self) -> Option<f64> {
        (self.value > 1e-12 * self.scale).then_some(self.value)
    }
}

impl fmt::Display for GlobalTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { statistic, expected, n, n_missing, islands, .. } = self;
        writeln!(f, "statistic {statistic:.6}, expected {expected:.6}; n {n}, missing {n_missing}, islands {islands}")?;
        let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        writeln!(f, "{:<20}{:>10}{:>10}", "", "z", "p")?;
        writeln!(f, "{:<20}{:>10}{:>10}", "normal values", show(self.z_normal), show(self.p_normal))?;
        writeln!(f, "{:<20}{:>10}{:>10}", "random assignment", show(self.z_random), show(self.p_random))?;
        match &self.permutation {
            None => Ok(()),
            Some(test) => {
                let name = format!("{} permutations", test.permutations);
                writeln!(f, "{name:<20}{:>10}{:>10}", "", show(Some(test.p_two_sided)))
            }
        }
    }
}
