//! Effects by simulation: draws from the normal distribution of the estimates.

use super::Effect;
use crate::error::{Error, Result};
use crate::logdet::Prepared;
use crate::result::SpatialFit;
use panel_core::random::{Stream, check_replications};
use panel_core::{Diagnostic, Diagnostics};
use serde::{Deserialize, Serialize};

/// How effects are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Simulation {
    /// Number of draws.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for Simulation {
    fn default() -> Self {
        Self { draws: 1000, seed: 20_132_020 }
    }
}

/// One effect by simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SimulatedEffect {
    /// The regressor.
    pub name: String,
    /// Which effect.
    pub effect: Effect,
    /// The estimate (not the mean of the draws, which moves with the seed).
    pub estimate: f64,
    /// Standard deviation of the draws; none where ρ is so near its bound that the draws have no moments.
    pub se: Option<f64>,
    /// 2.5 % and 97.5 % quantiles of the draws.
    pub interval: (f64, f64),
}

impl SpatialFit {
    /// Effects with standard deviations and quantiles over draws of the estimates; draws of ρ outside its interval are dropped and
    /// counted in a remark.
    ///
    /// Where more than 0.1 % of the draws lie beyond 98 % of ρ's upper bound, moments do not exist and no standard error is given.
    ///
    /// # Errors
    /// [`Error::Specification`] for fewer than 100 draws; [`Error::Singular`] for a covariance that is not positive definite.
    pub fn simulated_effects(
        &self,
        prepared: &Prepared,
        simulation: Simulation,
    ) -> Result<(Vec<SimulatedEffect>, Diagnostics)> {
        let draws = simulation.draws;
        check_replications(draws).map_err(Error::Specification)?;
        if draws < 100 {
            return Err(Error::Specification(format!(
                "{draws} draws are too few to simulate effects, expected at least 100"
            )));
        }
        let rho = self.spec.model.has_rho().then(|| self.regressors());
        let kept = self.draws(simulation, rho)?;
        let mut remarks = Vec::new();
        let no_moments = self.remark_on_draws(&kept, draws, rho, &mut remarks);
        let at: Vec<f64> = rho.map_or_else(|| vec![0.0; kept.len()], |rho| kept.iter().map(|draw| draw[rho]).collect());
        let multipliers = if rho.is_some() {
            Curves::new(prepared, &at)?.at_all(&at)
        } else {
            let known = self.known_multipliers()?;
            vec![[known.direct, known.total]; kept.len()]
        };
        let mut results = Vec::new();
        for (name, own, lag) in &self.places {
            for effect in Effect::ALL {
                let values = kept.iter().zip(&multipliers).map(|(draw, [direct, total])| {
                    let theta = lag.map_or(0.0, |lag| draw[lag]);
                    let d = draw[*own] * direct[0] + theta * direct[1];
                    let t = draw[*own] * total[0] + theta * total[1];
                    match effect {
                        Effect::Direct => d,
                        Effect::Indirect => t - d,
                        Effect::Total => t,
                    }
                });
                let (sd, interval) = summary(values.collect());
                results.push(SimulatedEffect {
                    name: name.clone(),
                    effect,
                    estimate: self.form(name, effect)?.value,
                    se: (!no_moments).then_some(sd),
                    interval,
                });
            }
        }
        Ok((results, remarks))
    }

    /// Draws of the coefficients, those with ρ inside its interval.
    fn draws(&self, Simulation { draws, seed }: Simulation, rho: Option<usize>) -> Result<Vec<Vec<f64>>> {
        let k = self.coefficients.len();
        let covariance = self.covariance().select(&(0..k).collect::<Vec<_>>());
        let scale: Vec<f64> = (0..k).map(|i| covariance[(i, i)].sqrt()).collect();
        let mut scaled = covariance.clone();
        for i in 0..k {
            for j in 0..k {
                scaled[(i, j)] /= scale[i] * scale[j];
            }
        }
        let factor = scaled
            .cholesky()
            .ok_or_else(|| Error::Singular("the covariance of the coefficients is not positive definite".into()))?;
        let (low, high) = self.bounds;
        let mut kept: Vec<Vec<f64>> = Vec::with_capacity(draws);
        for unit in 0..draws {
            let mut normal = Normals::new(seed, unit as u64);
            let z: Vec<f64> = (0..k).map(|_| normal.next()).collect();
            let draw: Vec<f64> = (0..k)
                .map(|i| self.coefficients[i] + scale[i] * (0..=i).map(|j| factor[(i, j)] * z[j]).sum::<f64>())
                .collect();
            if rho.is_none_or(|rho| low < draw[rho] && draw[rho] < high) {
                kept.push(draw);
            }
        }
        Ok(kept)
    }

    /// Remarks on draws near and beyond the bounds of ρ; whether there are so many that moments do not exist.
    fn remark_on_draws(&self, kept: &[Vec<f64>], draws: usize, rho: Option<usize>, remarks: &mut Diagnostics) -> bool {
        let (low, high) = self.bounds;
        let dropped = draws - kept.len();
        if dropped > 0 {
            remarks.push(Diagnostic::note(
                "spatial-draws-dropped",
                format!("{dropped} of {draws} draws have rho outside ({low:.4}, {high:.4}) and were dropped"),
            ));
        }
        let near = rho.map_or(0, |rho| kept.iter().filter(|draw| draw[rho] > 0.98 * high).count());
        let no_moments = (near + dropped) as f64 > 0.001 * draws as f64;
        if no_moments {
            remarks.push(Diagnostic::warning(
                "spatial-no-moments",
                format!("{} of {draws} draws have rho near or beyond its bound {high:.4}: simulated effects have no standard deviation, quantiles are given", near + dropped),
            ));
        }
        no_moments
    }
}

/// Standard deviation and the 2.5 % and 97.5 % quantiles (linear between order statistics).
fn summary(mut values: Vec<f64>) -> (f64, (f64, f64)) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0)).sqrt();
    values.sort_by(f64::total_cmp);
    let quantile = |p: f64| {
        let place = p * (n - 1.0);
        let below = place.floor() as usize;
        let above = (below + 1).min(values.len() - 1);
        values[below] + (place - below as f64) * (values[above] - values[below])
    };
    (sd, (quantile(0.025), quantile(0.975)))
}

/// d₀, d₁, t₀, t₁ as functions of ρ: exact from eigenvalues and row sums; else interpolated between Chebyshev nodes over the range
/// of the draws, after the pole at the upper bound is taken out.
struct Curves<'a> {
    prepared: &'a Prepared,
    trace: Option<Interpolated>,
    total: Option<Interpolated>,
}

impl<'a> Curves<'a> {
    fn new(prepared: &'a Prepared, draws: &[f64]) -> Result<Self> {
        let (low, high) = draws.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &r| (l.min(r), h.max(r)));
        let pole = prepared.bounds().1;
        let trace = match prepared.eigenvalues() {
            Some(_) => None,
            None => Some(Interpolated::new((low, high), pole, |r| prepared.trace_g(r))?),
        };
        let total = match prepared.row_sum() {
            Some(_) => None,
            None => Some(Interpolated::new((low, high), pole, |r| prepared.total_inverse(r))?),
        };
        Ok(Self { prepared, trace, total })
    }

    fn at_all(&self, draws: &[f64]) -> Vec<[[f64; 2]; 2]> {
        let n = self.prepared.weights().n() as f64;
        draws
            .iter()
            .map(|&r| {
                let trace = match &self.trace {
                    Some(curve) => curve.at(r),
                    None => self.prepared.trace_g(r).unwrap_or(f64::NAN),
                } / n;
                let total = match &self.total {
                    Some(curve) => curve.at(r),
                    None => self.prepared.total_inverse(r).unwrap_or(f64::NAN),
                } / n;
                let mean_row = self.prepared.sums.0.iter().sum::<f64>() / n;
                let lagged = if r.abs() > 1e-6 { (total - 1.0) / r } else { mean_row };
                [[1.0 + r * trace, trace], [total, lagged]]
            })
            .collect()
    }
}

/// A function with a pole at `pole`, by barycentric interpolation of f(r)(pole - r).
struct Interpolated {
    nodes: Vec<f64>,
    values: Vec<f64>,
    pole: f64,
}

impl Interpolated {
    const NODES: usize = 32;

    fn new((low, high): (f64, f64), pole: f64, f: impl Fn(f64) -> Result<f64>) -> Result<Self> {
        let nodes: Vec<f64> = (0..Self::NODES)
            .map(|k| {
                let angle = std::f64::consts::PI * (k as f64 + 0.5) / Self::NODES as f64;
                0.5 * (low + high) - 0.5 * (high - low) * angle.cos()
            })
            .collect();
        let values = nodes.iter().map(|&r| Ok(f(r)? * (pole - r))).collect::<Result<Vec<f64>>>()?;
        Ok(Self { nodes, values, pole })
    }

    fn at(&self, r: f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for (k, (&node, &value)) in self.nodes.iter().zip(&self.values).enumerate() {
            let angle = std::f64::consts::PI * (k as f64 + 0.5) / Self::NODES as f64;
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            if r == node {
                return value / (self.pole - r);
            }
            let weight = sign * angle.sin() / (r - node);
            above += weight * value;
            below += weight;
        }
        above / below / (self.pole - r)
    }
}

/// Standard normal numbers by the polar method (Marsaglia & Bray 1964).
pub(crate) struct Normals {
    stream: Stream,
    spare: Option<f64>,
}

impl Normals {
    pub(crate) fn new(seed: u64, unit: u64) -> Self {
        Self { stream: Stream::new(seed, unit), spare: None }
    }

    pub(crate) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (u, v) = (2.0 * self.stream.uniform() - 1.0, 2.0 * self.stream.uniform() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(v * scale);
                return u * scale;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_keeps_a_pole() {
        let f = |r: f64| 3.0 / (1.0 - r) + 0.5 / (1.0 + 0.8 * r);
        let curve = Interpolated::new((-0.5, 0.9), 1.0, |r| Ok(f(r))).unwrap();
        for r in [-0.49, 0.0, 0.5, 0.89] {
            assert!((curve.at(r) / f(r) - 1.0).abs() < 1e-12, "{r}");
        }
    }

    #[test]
    fn normals_are_normal() {
        let mut normals = Normals::new(1, 2);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..100_000 {
            let z = normals.next();
            sum += z;
            squares += z * z;
        }
        assert!((sum / 1e5).abs() < 0.01 && (squares / 1e5 - 1.0).abs() < 0.02);
    }
}
