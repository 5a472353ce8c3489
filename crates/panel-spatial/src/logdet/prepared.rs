//! Weights with what estimation needs of them, computed once.

use super::dense::{self, DENSE_LIMIT};
use super::resolvent::Resolvent;
use super::sparse::Pattern;
use super::spectrum::{Spectrum, spectrum};
use crate::error::{Error, Result};
use crate::weights::{Weights, symmetric_similar};

/// Weights ready for estimation: eigenvalues or the order of a sparse factor, the interval of ρ, traces of W² and W'W.
///
/// Computed once for all columns of a table that share the weights; estimators borrow it.
#[derive(Debug, Clone)]
pub struct Prepared {
    weights: Weights,
    row_sum: Option<f64>,
    similar: Option<Vec<f64>>,
    bounds: (f64, f64),
    conventional_lower: bool,
    /// tr W² and tr W'W.
    pub(crate) trace_products: (f64, f64),
    /// Row sums and column sums.
    pub(crate) sums: (Vec<f64>, Vec<f64>),
    route: Route,
}

#[derive(Debug, Clone)]
enum Route {
    Eigenvalues(Spectrum),
    Factor(Pattern),
    /// Products with W only.
    Products,
}

/// Time above which n solves are refused, in floating-point operations.
const MOST_WORK: f64 = 2e13;

impl Prepared {
    /// Prepares weights.
    ///
    /// Up to 2,000 units by eigenvalues; beyond by sparse factors, or by eigenvalues up to 5,000 where the factor would be
    /// nearly dense.
    ///
    /// # Errors
    /// [`Error::TooLarge`] with the estimate of memory and time, and what to do instead; [`Error::Specification`] for
    /// weights that are all 0.
    pub fn new(weights: &Weights) -> Result<Self> {
        let _span = tracing::debug_span!("prepare", units = weights.n(), nonzeros = weights.nonzeros()).entered();
        let n = weights.n();
        if n <= DENSE_LIMIT {
            return Self::dense(weights);
        }
        let dense_work = 12.0 * (n as f64).powi(3);
        if weights.nonzeros() as f64 > 0.02 * (n as f64).powi(2) {
            return if n <= 5000 {
                Self::dense(weights)
            } else {
                Err(too_large(weights, 8.0 * (n as f64).powi(2), dense_work))
            };
        }
        let pattern = Pattern::new(&weights.matrix);
        let work = 4.0 * n as f64 * pattern.nonzeros() as f64 + 60.0 * pattern.work();
        if work > dense_work && n <= 5000 {
            return Self::dense(weights);
        }
        if work > MOST_WORK {
            return Err(too_large(weights, 48.0 * pattern.nonzeros() as f64, work));
        }
        Self::build(weights, Route::Factor(pattern))
    }

    /// Prepares weights by eigenvalues, whatever their size.
    ///
    /// # Errors
    /// [`Error::NotConverged`]; [`Error::Specification`] for weights that are all 0.
    pub fn dense(weights: &Weights) -> Result<Self> {
        Self::build(weights, Route::Eigenvalues(spectrum(&weights.matrix)?))
    }

    /// Prepares weights by sparse factors, whatever their size.
    ///
    /// # Errors
    /// [`Error::Specification`] for weights that are all 0.
    pub fn sparse(weights: &Weights) -> Result<Self> {
        Self::build(weights, Route::Factor(Pattern::new(&weights.matrix)))
    }

    /// Prepares weights for [`gs2sls`](crate::gs2sls()) alone, which needs products with W: for weights too large for anything else.
    /// Effects of the estimate are not there then.
    ///
    /// # Errors
    /// [`Error::Specification`] for weights that are all 0.
    pub fn products(weights: &Weights) -> Result<Self> {
        Self::build(weights, Route::Products)
    }

    fn build(weights: &Weights, route: Route) -> Result<Self> {
        if weights.nonzeros() == 0 {
            return Err(Error::Specification(format!("weights `{}` are all 0", weights.description())));
        }
        let row_sum = weights.common_row_sum().filter(|&sum| sum > 0.0);
        let negative = weights.matrix.values.iter().any(|&weight| weight < 0.0);
        let (mut upper, lower) = match &route {
            Route::Eigenvalues(spectrum) => real_bounds(spectrum),
            Route::Factor(_) | Route::Products => (1.0 / weights.spectral_radius()?, None),
        };
        if !upper.is_finite() {
            // Nothing leads back to where it came from: every rho is allowed, and the norm gives the scale.
            let norm = |i: usize| weights.row(i).map(|(_, weight)| weight.abs()).sum::<f64>();
            upper = 1.0 / (0..weights.n()).map(norm).fold(0.0, f64::max);
        }
        if let Some(sum) = row_sum.filter(|_| !negative) {
            upper = 1.0 / sum;
        }
        let ones = vec![1.0; weights.n()];
        Ok(Self {
            row_sum,
            similar: symmetric_similar(&weights.matrix),
            bounds: (lower.unwrap_or(-upper), upper),
            conventional_lower: lower.is_none(),
            trace_products: weights.matrix.trace_products(),
            sums: (weights.matrix.times(&ones), weights.matrix.transposed_times(&ones)),
            weights: weights.clone(),
            route,
        })
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The interval of ρ and λ: 1 over the smallest and the largest real eigenvalue.
    ///
    /// On the sparse route, and where no real eigenvalue is negative, the lower end is minus the upper one by convention.
    /// An eigenvalue that rounding alone made of a 0 counts as 0. Where all are 0 (a network without feedback) the bounds
    /// are 1 over the largest sum of a row, by convention, too.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        self.bounds
    }

    /// Whether the lower bound is a convention, not an eigenvalue.
    #[must_use]
    pub fn lower_bound_is_convention(&self) -> bool {
        self.conventional_lower
    }

    /// How the log-determinant is computed, for a note.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match (&self.route, &self.similar) {
            (Route::Eigenvalues(_), Some(_)) => "eigenvalues of the symmetric similar matrix",
            (Route::Eigenvalues(_), None) => "eigenvalues",
            (Route::Factor(_), _) => "sparse LU factors",
            (Route::Products, _) => "none (products only)",
        }
    }

    /// c where every row sums to c.
    pub(crate) fn row_sum(&self) -> Option<f64> {
        self.row_sum
    }

    /// Whether a log-determinant costs a factorisation.
    pub(crate) fn is_sparse(&self) -> bool {
        matches!(self.route, Route::Factor(_))
    }

    /// ln |I - rW|.
    pub(crate) fn log_det(&self, r: f64) -> Result<f64> {
        match &self.route {
            Route::Eigenvalues(spectrum) => Ok(dense::log_det(&spectrum.values, r)),
            Route::Factor(pattern) => Ok(pattern.factor(r)?.log_det()),
            Route::Products => Err(products_only()),
        }
    }

    /// tr W (I - rW)⁻¹.
    pub(crate) fn trace_g(&self, r: f64) -> Result<f64> {
        match &self.route {
            Route::Eigenvalues(spectrum) => Ok(dense::traces(&spectrum.values, r).0),
            Route::Factor(pattern) => Ok(pattern.factor(r)?.trace_g()),
            Route::Products => Err(products_only()),
        }
    }

    /// 1'(I - rW)⁻¹1.
    pub(crate) fn total_inverse(&self, r: f64) -> Result<f64> {
        if let Some(sum) = self.row_sum {
            return Ok(self.weights.n() as f64 / (1.0 - r * sum));
        }
        let ones = vec![1.0; self.weights.n()];
        Ok(self.solve(r, &ones)?.iter().sum())
    }

    /// (I - rW)⁻¹ of every period of a column stacked by period, as simulations need it.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where the length is no multiple of the units; [`Error::Singular`].
    pub fn inverse_times(&self, r: f64, stacked: &[f64]) -> Result<Vec<f64>> {
        let n = self.weights.n();
        if !stacked.len().is_multiple_of(n) {
            return Err(Error::LengthMismatch {
                what: "stacked column".into(),
                expected: stacked.len().div_ceil(n) * n,
                got: stacked.len(),
            });
        }
        if let Route::Factor(pattern) = &self.route {
            let factor = pattern.factor(r)?;
            return Ok(stacked.chunks_exact(n).flat_map(|period| factor.solve(period, false)).collect());
        }
        let resolvent = self.resolvent(r)?;
        let solve = |period: &[f64]| -> Vec<f64> {
            resolvent.times(period).iter().zip(period).map(|(g, v)| v + r * g).collect()
        };
        Ok(stacked.chunks_exact(n).flat_map(solve).collect())
    }

    /// (I - rW)⁻¹ v.
    pub(crate) fn solve(&self, r: f64, v: &[f64]) -> Result<Vec<f64>> {
        match &self.route {
            Route::Factor(pattern) => Ok(pattern.factor(r)?.solve(v, false)),
            Route::Eigenvalues(_) | Route::Products => {
                let resolvent = self.resolvent(r)?;
                Ok(resolvent.times(v).iter().zip(v).map(|(g, v)| v + r * g).collect())
            }
        }
    }

    /// All that is needed of G at one r.
    pub(crate) fn resolvent(&self, r: f64) -> Result<Resolvent<'_>> {
        match &self.route {
            Route::Eigenvalues(_) => Ok(Resolvent::dense(&self.weights.matrix, r)),
            Route::Factor(pattern) => Resolvent::sparse(&self.weights.matrix, pattern, self.similar.as_deref(), r),
            Route::Products => Err(products_only()),
        }
    }

    /// Eigenvalues, where they are known.
    pub(crate) fn eigenvalues(&self) -> Option<&[(f64, f64)]> {
        match &self.route {
            Route::Eigenvalues(spectrum) => Some(&spectrum.values),
            Route::Factor(_) | Route::Products => None,
        }
    }
}

fn products_only() -> Error {
    Error::Specification(
        "the weights were prepared for products only: likelihoods and effects need Prepared::new".into(),
    )
}

/// 1/largest and 1/smallest real eigenvalue; `None` for the latter where none is negative.
///
/// Where none is positive, the modulus of the largest; infinite where all are 0.
fn real_bounds(spectrum: &Spectrum) -> (f64, Option<f64>) {
    let largest = spectrum.values.iter().map(|&(re, im)| re.hypot(im)).fold(0.0, f64::max);
    let upper = if spectrum.highest > 0.0 { 1.0 / spectrum.highest } else { 1.0 / largest };
    (upper, (spectrum.lowest < 0.0).then(|| 1.0 / spectrum.lowest))
}

fn too_large(weights: &Weights, bytes: f64, work: f64) -> Error {
    Error::TooLarge {
        what: "exact maximum likelihood",
        n: weights.n(),
        nonzeros: weights.nonzeros(),
        gigabytes: bytes * 3.0 / 1e9,
        minutes: work / 2e9 / 60.0,
        advice: "use weights with a cutoff or k nearest neighbours, or GS2SLS (instruments), which needs products with W only",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::Standardise;

    fn ring(n: usize, asymmetric: bool) -> Weights {
        let labels: Vec<String> = (0..n).map(|i| format!("u{i}")).collect();
        let mut triplets = Vec::new();
        for i in 0..n {
            triplets.extend([(i, (i + 1) % n, 1.0), (i, (i + n - 1) % n, 1.0)]);
            if i % 3 == 0 {
                triplets.push((i, (i + 5) % n, 2.0));
                if !asymmetric {
                    triplets.push(((i + 5) % n, i, 2.0));
                }
            }
        }
        Weights::from_triplets(&labels, &triplets).and_then(|w| w.standardised(Standardise::Row)).expect("valid")
    }

    #[test]
    fn the_two_routes_give_one_resolvent() {
        for asymmetric in [false, true] {
            let w = ring(40, asymmetric);
            let (a, b) = (Prepared::dense(&w).expect("valid"), Prepared::sparse(&w).expect("valid"));
            for r in [-0.6, 0.35, 0.9] {
                let (x, y) = (a.resolvent(r).expect("regular"), b.resolvent(r).expect("regular"));
                let (v, w) = (a.resolvent(0.2).expect("regular"), b.resolvent(0.2).expect("regular"));
                for (p, q) in [
                    (x.trace, y.trace),
                    (x.trace_square, y.trace_square),
                    (x.squares, y.squares),
                    (x.inner(&v), y.inner(&w)),
                    (x.trace_product(&v), y.trace_product(&w)),
                    (x.trace, a.trace_g(r).expect("regular")),
                    (x.rows[3], y.rows[3]),
                    (x.columns[7], y.columns[7]),
                    (x.diagonal()[5], y.diagonal()[5]),
                ] {
                    assert!((p - q).abs() < 1e-11 * p.abs().max(1.0), "{asymmetric} {r}: {p} {q}");
                }
            }
        }
    }

    #[test]
    fn bounds_come_from_real_eigenvalues() {
        let labels: Vec<String> = (0..3).map(|i| format!("u{i}")).collect();
        // A directed cycle: eigenvalues 1 and two complex ones.
        let cycle = Weights::from_triplets(&labels, &[(0, 1, 1.0), (1, 2, 1.0), (2, 0, 1.0)]).expect("valid");
        let prepared = Prepared::new(&cycle).expect("valid");
        assert_eq!(prepared.bounds(), (-1.0, 1.0));
        assert!(prepared.lower_bound_is_convention());
    }
}
