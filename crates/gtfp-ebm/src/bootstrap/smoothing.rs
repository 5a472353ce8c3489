//! Smoothed resampling of efficiencies: reflection at 1, kernel noise that keeps the correlation over time.

use crate::timeline::Timeline;
use panel_core::transform::quantile;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Scores arranged entity by period, and what is needed to draw new ones.
#[derive(Debug, Clone)]
pub(crate) struct Smoother {
    /// Scores, entity by period; none where an entity has no usable row.
    scores: Vec<Vec<Option<f64>>>,
    /// Row of each entity and period.
    rows: Vec<Vec<Option<usize>>>,
    /// For each entity, the entities observed in all of its periods.
    donors: Vec<Vec<usize>>,
    /// Mean score of each period.
    means: Vec<f64>,
    /// Lower factor of the temporal covariance, period by period.
    factor: Vec<Vec<f64>>,
    /// Relative bandwidth: the noise is h times the temporal covariance.
    pub(crate) bandwidth: f64,
    smallest: f64,
}

impl Smoother {
    /// Arranges the scores of own-period frontiers; `bandwidth` overrides the rule.
    pub(crate) fn new(timeline: &Timeline, score: &[Option<f64>], bandwidth: Option<f64>) -> Self {
        let periods = timeline.periods().len();
        let mut scores = Vec::new();
        let mut rows = Vec::new();
        for entity in timeline.by_entity() {
            let mut values = vec![None; periods];
            let mut at = vec![None; periods];
            for &row in entity {
                let Some(p) = timeline.period_of(row) else { continue };
                values[p] = score[row];
                at[p] = score[row].map(|_| row);
            }
            if values.iter().any(Option::is_some) {
                scores.push(values);
                rows.push(at);
            }
        }
        let covers = |donor: &[Option<f64>], entity: &[Option<f64>]| {
            entity.iter().zip(donor).all(|(e, d)| e.is_none() || d.is_some())
        };
        // An entity covers itself, so no list is empty.
        let donors =
            scores.iter().map(|entity| (0..scores.len()).filter(|&j| covers(&scores[j], entity)).collect()).collect();
        let means: Vec<f64> = (0..periods).map(|p| mean(scores.iter().filter_map(|s| s[p]))).collect();
        let covariance = covariance(&scores, &means);
        let n = scores.len() as f64;
        let all: Vec<f64> = scores.iter().flatten().flatten().copied().collect();
        let bandwidth =
            bandwidth.unwrap_or_else(|| if periods == 1 { silverman(&all) } else { (4.0 / (5.0 * n)).powf(1.0 / 6.0) });
        let smallest = all.iter().copied().fold(f64::INFINITY, f64::min);
        Self { scores, rows, donors, means, factor: cholesky(&covariance), bandwidth, smallest }
    }

    /// Draws a new score for every row that has one; `write` receives (row, score, new score).
    ///
    /// One donor entity per entity, whose scores are moved by correlated noise, shrunk to keep the variance, and
    /// reflected at 1.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng, mut write: impl FnMut(usize, f64, f64)) {
        let shrink = 1.0 / (1.0 + self.bandwidth * self.bandwidth).sqrt();
        let mut noise = vec![0.0; self.means.len()];
        for (i, donors) in self.donors.iter().enumerate() {
            let donor = &self.scores[donors[rng.random_range(0..donors.len())]];
            for z in &mut noise {
                *z = StandardNormal.sample(rng);
            }
            for (p, row) in self.rows[i].iter().enumerate() {
                let (Some(row), Some(own), Some(drawn)) = (row, self.scores[i][p], donor[p]) else { continue };
                let kernel: f64 = self.factor[p].iter().zip(&noise).map(|(l, z)| l * z).sum();
                let moved = self.means[p] + (drawn + self.bandwidth * kernel - self.means[p]) * shrink;
                let reflected = if moved > 1.0 { 2.0 - moved } else { moved };
                write(*row, own, reflected.max(self.smallest));
            }
        }
    }
}

/// Silverman's rule on the scores reflected at 1, without those on the frontier, corrected for the reflection, divided
/// by the standard deviation of the scores: the rule of Simar and Wilson (1998) as given by Daraio and Simar (2007).
fn silverman(scores: &[f64]) -> f64 {
    let below: Vec<f64> = scores.iter().copied().filter(|&s| s < 1.0 - 1e-9).collect();
    let sd_all = deviation(scores);
    if below.len() < 2 || sd_all <= 0.0 {
        return 0.0;
    }
    let mut reflected: Vec<f64> = below.iter().flat_map(|&s| [s, 2.0 - s]).collect();
    reflected.sort_by(f64::total_cmp);
    let spread = (quantile(&reflected, 0.75) - quantile(&reflected, 0.25)) / 1.34;
    let sd = deviation(&reflected);
    let (m, n) = (reflected.len() as f64, scores.len() as f64);
    let h = 0.9 * sd.min(spread) * m.powf(-0.2);
    h * (m / n).powf(0.2) * (sd_all / sd) / sd_all
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn deviation(values: &[f64]) -> f64 {
    let center = mean(values.iter().copied());
    let sum: f64 = values.iter().map(|v| (v - center).powi(2)).sum();
    (sum / (values.len().max(2) - 1) as f64).sqrt()
}

/// Covariance of scores over entities, period by period, from the entities that have both.
fn covariance(scores: &[Vec<Option<f64>>], means: &[f64]) -> Vec<Vec<f64>> {
    let periods = means.len();
    let mut matrix = vec![vec![0.0; periods]; periods];
    for p in 0..periods {
        for q in 0..=p {
            let pairs = scores.iter().filter_map(|s| s[p].zip(s[q]));
            let (mut sum, mut count) = (0.0, 0_usize);
            for (a, b) in pairs {
                sum += (a - means[p]) * (b - means[q]);
                count += 1;
            }
            let value = if count > 1 { sum / (count - 1) as f64 } else { 0.0 };
            matrix[p][q] = value;
            matrix[q][p] = value;
        }
    }
    matrix
}

/// Lower Cholesky factor; a pivot that is not positive (fewer entities than periods, pairwise estimates) gives a zero
/// column.
fn cholesky(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut l = vec![vec![0.0; n]; n];
    for j in 0..n {
        let pivot = matrix[j][j] - (0..j).map(|k| l[j][k] * l[j][k]).sum::<f64>();
        if pivot <= 1e-14 * matrix[j][j].max(f64::MIN_POSITIVE) {
            continue;
        }
        let root = pivot.sqrt();
        l[j][j] = root;
        for i in j + 1..n {
            let dot: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            l[i][j] = (matrix[i][j] - dot) / root;
        }
    }
    l
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_reproduces_a_covariance() {
        let m = vec![vec![4.0, 2.0], vec![2.0, 3.0]];
        let l = cholesky(&m);
        for i in 0..2 {
            for j in 0..2 {
                let value: f64 = (0..2).map(|k| l[i][k] * l[j][k]).sum();
                assert!((value - m[i][j]).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_singular_covariance_has_a_factor() {
        let l = cholesky(&[vec![1.0, 1.0], vec![1.0, 1.0]]);
        assert!(l[1][1].abs() < 1e-12 && (l[1][0] - 1.0).abs() < 1e-12);
    }
}
