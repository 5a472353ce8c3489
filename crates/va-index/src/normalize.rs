//! Scaling of the weights, and the weight an entity gives itself.

use crate::error::{Error, Result};
use crate::kernel::Decay;
use crate::links::Links;
use crate::spec::{Normalization, OwnDistance, VaSpec};
use panel_core::geo::compensated_sum;

const MAX_ITERATIONS: usize = 20_000;
const TOLERANCE: f64 = 1e-13;

/// Factors that turn raw weights into the weights of the index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scaling {
    /// Factor of row i of the matrix, without the diagonal.
    pub(crate) factor: Vec<f64>,
    /// Final own weight of i; `NaN` where it needs an area that is missing.
    pub(crate) own: Vec<f64>,
    /// Sum of row i as it is used, own weight included.
    pub(crate) row_sum: Vec<f64>,
}

impl Scaling {
    /// `row_sums` are the raw sums Σ_{j ≠ i} w_ij.
    pub(crate) fn new(
        links: &Links<'_>,
        row_sums: &[f64],
        areas_km2: Option<&[f64]>,
        labels: &[String],
        spec: &VaSpec,
    ) -> Result<Self> {
        let n = labels.len();
        let rule = spec.own_rule();
        let diagonal = match rule {
            OwnDistance::Excluded | OwnDistance::Unit => vec![0.0; n],
            OwnDistance::Radius => radius_weights(areas_km2, labels, &Decay::new(spec))?,
        };
        let totals: Vec<f64> = row_sums.iter().zip(&diagonal).map(|(sum, own)| sum + own).collect();
        let factor: Vec<f64> = match spec.normalization {
            Normalization::Raw => vec![1.0; n],
            Normalization::Row => totals.iter().map(|&sum| if sum > 0.0 { 1.0 / sum } else { 1.0 }).collect(),
            Normalization::Spectral => vec![1.0 / spectral_radius(links, &diagonal, &totals)?; n],
            Normalization::MinMax => {
                let columns = links.column_sums();
                let largest = |sums: &[f64]| {
                    sums.iter()
                        .zip(&diagonal)
                        .map(|(sum, own)| sum + own)
                        .filter(|sum| sum.is_finite())
                        .fold(0.0, f64::max)
                };
                vec![1.0 / positive(largest(row_sums).min(largest(&columns)))?; n]
            }
        };
        let own: Vec<f64> = match rule {
            OwnDistance::Excluded => vec![0.0; n],
            OwnDistance::Unit => vec![1.0; n],
            OwnDistance::Radius => diagonal.iter().zip(&factor).map(|(own, factor)| own * factor).collect(),
        };
        let row_sum = row_sums.iter().zip(&factor).zip(&own).map(|((sum, factor), own)| sum * factor + own).collect();
        Ok(Self { factor, own, row_sum })
    }
}

fn positive(value: f64) -> Result<f64> {
    if value > 0.0 {
        return Ok(value);
    }
    Err(Error::Specification(
        "no entity has a neighbour, so the weights cannot be normalised; widen the cutoff or use raw weights".into(),
    ))
}

fn radius_weights(areas_km2: Option<&[f64]>, labels: &[String], decay: &Decay) -> Result<Vec<f64>> {
    let Some(areas) = areas_km2 else {
        return Err(Error::Specification("own = \"radius\" needs the area of every entity in km²".into()));
    };
    if areas.len() != labels.len() {
        return Err(Error::LengthMismatch { what: "areas".into(), expected: labels.len(), got: areas.len() });
    }
    areas
        .iter()
        .zip(labels)
        .map(|(&area, label)| {
            if area <= 0.0 || area.is_infinite() {
                return Err(Error::BadValue {
                    entity: label.clone(),
                    time: String::new(),
                    column: "area",
                    value: area,
                    expected: "a positive number of km²",
                });
            }
            Ok(decay.at(2.0 / 3.0 * (area / std::f64::consts::PI).sqrt()))
        })
        .collect()
}

/// Largest eigenvalue of the non-negative matrix with these off-diagonal links and diagonal.
///
/// Power iteration on W + s I, s half the mean row sum: the shift separates the Perron root λ from -λ, which a
/// bipartite graph has, too. It stops when the bounds of Collatz and Wielandt, or else the norm, stand still.
fn spectral_radius(links: &Links<'_>, diagonal: &[f64], totals: &[f64]) -> Result<f64> {
    let known: Vec<usize> = (0..totals.len()).filter(|&i| totals[i].is_finite()).collect();
    let mean = compensated_sum(known.iter().map(|&i| totals[i])) / known.len().max(1) as f64;
    let shift = 0.5 * positive(mean)?;
    let mut v = vec![0.0; totals.len()];
    known.iter().for_each(|&i| v[i] = 1.0);
    let mut previous = 0.0;
    let mut change = f64::INFINITY;
    for _ in 0..MAX_ITERATIONS {
        let w = links.sums(&v);
        let next: Vec<f64> = known.iter().map(|&i| w[i] + (diagonal[i] + shift) * v[i]).collect();
        let ratios = || known.iter().zip(&next).filter(|&(&i, _)| v[i] > 1e-200).map(|(&i, next)| next / v[i]);
        let (low, high) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
        let norm = next.iter().fold(0.0, |norm: f64, x| norm.max(*x));
        known.iter().zip(&next).for_each(|(&i, next)| v[i] = next / norm);
        if high - low <= TOLERANCE * high {
            return Ok(0.5 * (low + high) - shift);
        }
        change = (norm - previous).abs() / norm;
        if change <= TOLERANCE * 1e-2 {
            return Ok(norm - shift);
        }
        previous = norm;
    }
    Err(Error::NotConverged {
        what: "the largest eigenvalue of the weights",
        iterations: MAX_ITERATIONS,
        change,
        wanted: TOLERANCE,
    })
}
