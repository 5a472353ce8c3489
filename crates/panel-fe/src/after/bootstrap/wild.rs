//! Wild cluster bootstrap (Cameron, Gelbach & Miller 2008; Roodman, MacKinnon, Nielsen & Webb 2019).

use crate::dense::{pick, thin_qr};
use crate::error::{Error, Result};
use crate::linalg;
use crate::vcov::Groups;
use faer::{Mat, MatRef};
use panel_core::interrupt;
use panel_core::random::Stream;
use rayon::prelude::*;

/// Distribution of the cluster weights; all have mean 0 and variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WildWeights {
    /// ±1 with equal probability; all 2^G vectors are enumerated when they are fewer than the replications.
    #[default]
    Rademacher,
    /// ±√½, ±1, ±√(3/2) with equal probability (Webb 2014), for few clusters.
    Webb,
}

/// Absorbs fixed effects from columns.
pub type Absorb<'a> = dyn Fn(&Mat<f64>) -> Result<Mat<f64>> + Sync + 'a;

/// A regression on columns from which the fixed effects have been absorbed.
#[derive(Clone, Copy)]
pub struct WildProblem<'a> {
    /// Outcome, absorbed, n.
    pub y: &'a [f64],
    /// Regressors, absorbed, n×k.
    pub x: MatRef<'a, f64>,
    /// √w of each row; columns above are unweighted.
    pub root_weight: Option<&'a [f64]>,
    /// Clusters.
    pub clusters: &'a Groups,
    /// Absorbs the fixed effects from (weighted as the problem) columns; `None` when there are none, or when each of
    /// them is nested in a cluster.
    pub absorb: Option<&'a Absorb<'a>>,
}

impl std::fmt::Debug for WildProblem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WildProblem").field("rows", &self.y.len()).field("clusters", &self.clusters.count()).finish()
    }
}

/// How to bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WildBootstrap {
    /// Cluster weights.
    pub weights: WildWeights,
    /// Whether residuals are those under the null (the restricted version, the better one).
    pub restricted: bool,
    /// Replications.
    pub replications: usize,
    /// Seed.
    pub seed: u64,
    /// Level of the confidence interval.
    pub level: f64,
}

impl Default for WildBootstrap {
    fn default() -> Self {
        Self { weights: WildWeights::Rademacher, restricted: true, replications: 9999, seed: 1, level: 0.95 }
    }
}

/// Result of a wild cluster bootstrap.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WildResult {
    /// Estimate.
    pub estimate: f64,
    /// Clustered t statistic without small-sample factor (which cancels in the comparison).
    pub t: f64,
    /// Share of |t*| above |t|.
    pub p: f64,
    /// Null values that are not rejected at 1 − level, by inversion of the test; `None` when the search failed.
    pub interval: Option<(f64, f64)>,
    /// Replications used: 2^G under enumeration.
    pub replications: usize,
    /// Whether all weight vectors were enumerated.
    pub enumerated: bool,
}

/// The parts of t* that do not depend on the weights: t*(v) = Σ v_g a_g / √Σ_h (Σ_g K_hg v_g)².
///
/// With w = X(X'X)⁻¹e_j and residuals ũ = ũ₀ − b₀ũ₁ both are linear in the null value b₀.
struct Parts {
    a0: Vec<f64>,
    a1: Vec<f64>,
    k0: Mat<f64>,
    k1: Mat<f64>,
}

impl WildProblem<'_> {
    /// Tests that coefficient `which` equals `null`.
    ///
    /// y* = Xβ̃ + v_g ũ with β̃, ũ estimated under the null; the fixed effects are absorbed from y* anew through their
    /// linearity in v, so each replication costs G², not n.
    ///
    /// # Errors
    /// [`Error::Shape`]; [`Error::Specification`] for fewer than two clusters or more weights than memory holds;
    /// [`Error::Singular`]; [`Error::Interrupted`]; or what `absorb` returns.
    pub fn test(&self, which: usize, null: f64, options: &WildBootstrap) -> Result<WildResult> {
        crate::coefficients::check_level(options.level)?;
        let n = self.y.len();
        let lengths = [
            ("the regressors", self.x.nrows()),
            ("the clusters", self.clusters.codes().len()),
            ("the roots of the weights", self.root_weight.map_or(n, <[f64]>::len)),
        ];
        if let Some((what, got)) = lengths.into_iter().find(|(_, got)| *got != n) {
            return Err(Error::Shape { what: what.into(), expected: n, got });
        }
        if self.clusters.count() < 2 {
            return Err(Error::Specification(format!(
                "the wild cluster bootstrap needs two clusters or more, got {}",
                self.clusters.count()
            )));
        }
        if which >= self.x.ncols() {
            return Err(Error::Specification(format!("no column {which} among {} regressors", self.x.ncols())));
        }
        let weighted = |column: &[f64]| -> Vec<f64> {
            self.root_weight.map_or_else(|| column.to_vec(), |r| column.iter().zip(r).map(|(c, r)| c * r).collect())
        };
        let y = weighted(self.y);
        let columns: Vec<Vec<f64>> = linalg::columns(self.x).iter().map(|c| weighted(c)).collect();
        let x = Mat::from_fn(n, columns.len(), |i, j| columns[j][i]);
        let qr = thin_qr(x.as_ref());
        if let Some(j) = qr.collinear.first() {
            return Err(Error::Singular(format!("the regressor matrix of the bootstrap (column {j})")));
        }
        // w ∝ the part of x_j that the other columns do not explain; w'y = β_j.
        let others: Vec<usize> = (0..x.ncols()).filter(|&j| j != which).collect();
        let q_others = thin_qr(pick(x.as_ref(), &others).as_ref()).q;
        let leave = |v: &[f64], q: &Mat<f64>| -> Vec<f64> {
            let v = Mat::from_fn(n, 1, |i, _| v[i]);
            let r = crate::dense::residualise(q.as_ref(), v.as_ref());
            (0..n).map(|i| r[(i, 0)]).collect()
        };
        let partial = leave(&columns[which], &q_others);
        let square = linalg::dot(&partial, &partial);
        let w: Vec<f64> = partial.iter().map(|p| p / square).collect();
        let estimate = linalg::dot(&w, &y);
        let residual = leave(&y, &qr.q);
        let groups = self.clusters.count();
        let mut sums = vec![0.0; groups];
        for ((&g, w), u) in self.clusters.codes().iter().zip(&w).zip(&residual) {
            sums[g as usize] += w * u;
        }
        let se = sums.iter().map(|s| s * s).sum::<f64>().sqrt();
        let t_of = |null: f64| (estimate - null) / se;
        // Residuals under the null: M₋ⱼ(y − b₀xⱼ), or the unrestricted ones for every b₀.
        let (u0, u1) =
            if options.restricted { (leave(&y, &q_others), partial.clone()) } else { (residual.clone(), vec![0.0; n]) };
        let parts = self.parts(&w, &qr.q, &u0, &u1)?;
        let (draws, enumerated) = weights(groups, options)?;
        let p_of = |null: f64| parts.share_above(null, t_of(null).abs(), &draws, groups);
        let p = p_of(null)?;
        let interval = invert(estimate, se, 1.0 - options.level, &p_of)?;
        Ok(WildResult { estimate, t: t_of(null), p, interval, replications: draws.len() / groups, enumerated })
    }

    fn parts(&self, w: &[f64], q: &Mat<f64>, u0: &[f64], u1: &[f64]) -> Result<Parts> {
        let (n, groups) = (w.len(), self.clusters.count());
        let codes = self.clusters.codes();
        // P_fe of w restricted to each cluster, where effects cross clusters.
        let crossed = match self.absorb {
            None => None,
            Some(absorb) => {
                let mut split = Mat::<f64>::zeros(n, groups);
                for (i, &g) in codes.iter().enumerate() {
                    split[(i, g as usize)] = w[i];
                }
                let left = absorb(&split)?;
                Some(split - left)
            }
        };
        // w_h'X_h in the orthonormal basis, k×G.
        let k = q.ncols();
        let mut wq = Mat::<f64>::zeros(k, groups);
        for j in 0..k {
            for (i, &g) in codes.iter().enumerate() {
                wq[(j, g as usize)] += w[i] * q[(i, j)];
            }
        }
        let sums_and_kernel = |u: &[f64]| -> (Vec<f64>, Mat<f64>) {
            let mut a = vec![0.0; groups];
            let mut uq = Mat::<f64>::zeros(k, groups);
            for (i, &g) in codes.iter().enumerate() {
                a[g as usize] += w[i] * u[i];
                for j in 0..k {
                    uq[(j, g as usize)] += u[i] * q[(i, j)];
                }
            }
            let mut kernel = -(wq.transpose() * &uq);
            for (g, a) in a.iter().enumerate() {
                kernel[(g, g)] += a;
            }
            if let Some(p) = &crossed {
                for h in 0..groups {
                    let column = p.col_as_slice(h);
                    for (i, &g) in codes.iter().enumerate() {
                        kernel[(h, g as usize)] -= column[i] * u[i];
                    }
                }
            }
            (a, kernel)
        };
        let ((a0, k0), (a1, k1)) = (sums_and_kernel(u0), sums_and_kernel(u1));
        Ok(Parts { a0, a1, k0, k1 })
    }
}

impl Parts {
    /// Share of replications with |t*| > t, in fixed-size chunks of replications.
    fn share_above(&self, null: f64, t: f64, draws: &[f64], groups: usize) -> Result<f64> {
        let a: Vec<f64> = self.a0.iter().zip(&self.a1).map(|(a, b)| a - null * b).collect();
        let k = &self.k0 - faer::Scale(null) * &self.k1;
        let columns: Vec<&[f64]> = (0..groups).map(|g| k.col_as_slice(g)).collect();
        let above: Result<usize> = draws
            .par_chunks(groups * 64)
            .map(|chunk| {
                interrupt::check()?;
                let mut scores = vec![0.0; groups];
                let above = chunk
                    .chunks(groups)
                    .filter(|v| {
                        scores.fill(0.0);
                        for (g, column) in columns.iter().enumerate() {
                            for (s, c) in scores.iter_mut().zip(*column) {
                                *s += c * v[g];
                            }
                        }
                        let numerator = linalg::dot(&a, v);
                        let variance: f64 = scores.iter().map(|s| s * s).sum();
                        // A margin of rounding keeps ties (the identity and its mirror) from counting.
                        numerator.abs() > t * variance.sqrt() * (1.0 + 1e-12)
                    })
                    .count();
                Ok(above)
            })
            .sum();
        Ok(above? as f64 / (draws.len() / groups) as f64)
    }
}

/// Weights are kept until the interval is found: at most two gigabytes of them.
const MOST_WEIGHTS: usize = 1 << 28;

/// All weight vectors, one after the other.
fn weights(groups: usize, options: &WildBootstrap) -> Result<(Vec<f64>, bool)> {
    let replications = options.replications.max(1);
    let few = groups < usize::BITS as usize - 1 && (1_usize << groups) <= replications;
    let enumerated = options.weights == WildWeights::Rademacher && few;
    let vectors = if enumerated { 1 << groups } else { replications };
    if vectors.saturating_mul(groups) > MOST_WEIGHTS {
        return Err(Error::Specification(format!(
            "{replications} replications of {groups} clusters are more than memory holds; take at most {}",
            MOST_WEIGHTS / groups
        )));
    }
    if enumerated {
        let all = (0..1_usize << groups)
            .flat_map(|mask| (0..groups).map(move |g| if mask >> g & 1 == 1 { -1.0 } else { 1.0 }))
            .collect();
        return Ok((all, true));
    }
    let mut draws = Vec::with_capacity(replications * groups);
    for replication in 0..replications {
        if replication % 1024 == 0 {
            interrupt::check()?;
        }
        let mut rng = Stream::new(options.seed, replication as u64);
        for _ in 0..groups {
            draws.push(match options.weights {
                WildWeights::Rademacher => {
                    if rng.below(2) == 1 {
                        1.0
                    } else {
                        -1.0
                    }
                }
                WildWeights::Webb => {
                    let size = [0.5_f64, 1.0, 1.5][rng.below(3)].sqrt();
                    if rng.below(2) == 1 { size } else { -size }
                }
            });
        }
    }
    Ok((draws, false))
}

/// The two null values at which p crosses α, searched outwards from the estimate.
fn invert(estimate: f64, se: f64, alpha: f64, p: &dyn Fn(f64) -> Result<f64>) -> Result<Option<(f64, f64)>> {
    let side = |sign: f64| -> Result<Option<f64>> {
        let mut inside = estimate;
        let mut step = 2.0 * se;
        let mut outside = estimate + sign * step;
        let mut tries = 0;
        while p(outside)? > alpha {
            inside = outside;
            step *= 2.0;
            outside += sign * step;
            tries += 1;
            if tries > 12 {
                return Ok(None);
            }
        }
        for _ in 0..40 {
            let middle = 0.5 * (inside + outside);
            if (outside - inside).abs() <= 1e-6 * se {
                break;
            }
            if p(middle)? > alpha { inside = middle } else { outside = middle }
        }
        Ok(Some(0.5 * (inside + outside)))
    };
    if !(se > 0.0 && se.is_finite()) {
        return Ok(None);
    }
    let Some(low) = side(-1.0)? else { return Ok(None) };
    Ok(side(1.0)?.map(|high| (low, high)))
}
