//! Covariances of moment conditions, and the degrees of freedom that scale them.

use super::system::IvSystem;
use crate::error::{Error, Result};
use crate::linalg;
use crate::vcov::{Meat, Structure};
use faer::{Mat, MatRef, Scale};

/// Degrees-of-freedom choices of an instrumental-variable estimate.
///
/// | program | `dofminus` | `sdofminus` | `small` |
/// |---|---|---|---|
/// | `ivreg2` | 0 | 0 | no |
/// | `ivreg2, partial()` | 0 | number partialled out | no |
/// | `xtivreg2, fe` | number of groups | 0 | no |
/// | `ivreghdfe` | 0 | absorbed degrees of freedom | yes |
/// | `reghdfe`, `fixest` rule | 0 | absorbed degrees of freedom | yes, `vcov_extra` = 1 when an effect is nested |
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct IvDof {
    /// d, subtracted from N everywhere except under clustering.
    pub dofminus: f64,
    /// sd, subtracted in small-sample corrections only.
    pub sdofminus: f64,
    /// Subtracted from the residual degrees of freedom in the covariance of the coefficients only (the constant that
    /// `reghdfe` counts when an effect is nested in a cluster variable).
    pub vcov_extra: f64,
    /// What `sdofminus` leaves out of the absorbed degrees of freedom because an effect is nested in the clusters. Fuller's
    /// correction counts it, so that coefficients do not depend on the covariance.
    pub freed: f64,
    /// Whether the covariance takes the small-sample correction.
    pub small: bool,
}

impl IvDof {
    /// N − d, the large-sample divisor.
    pub(crate) fn large(&self, n: f64) -> f64 {
        n - self.dofminus
    }

    /// N − p − d − sd without clusters, N − p − sd with them.
    pub(crate) fn residual(&self, n: f64, parameters: usize, clustered: bool) -> f64 {
        let d = if clustered { 0.0 } else { self.dofminus };
        n - parameters as f64 - d - self.sdofminus
    }

    /// What a large-sample Wald χ² is multiplied by to become q·F with p parameters in the equation:
    /// (N−p−d−sd)/(N−d), or (N−p−sd)/(N−1)·(G−1)/G.
    pub(crate) fn wald_to_f(&self, n: f64, parameters: usize, clusters: Option<f64>) -> f64 {
        match clusters {
            None => self.residual(n, parameters, false) / self.large(n),
            Some(g) => self.residual(n, parameters, true) / (n - 1.0) * (g - 1.0) / g,
        }
    }

    /// Denominator degrees of freedom of an F test: N−p−d−sd, or G−1.
    pub(crate) fn f_denominator(&self, n: f64, parameters: usize, clusters: Option<f64>) -> f64 {
        clusters.map_or_else(|| self.residual(n, parameters, false), |g| g - 1.0)
    }

    /// Small-sample multiplier of the covariance of K coefficients, 1 unless `small`:
    /// (N−d)/(N−K−d−sd), or (N−1)/(N−K−sd)·G/(G−1), with `vcov_extra` added to sd.
    pub(crate) fn vcov_multiplier(&self, n: f64, parameters: usize, clusters: Option<f64>) -> f64 {
        if !self.small {
            return 1.0;
        }
        let dof = Self { sdofminus: self.sdofminus + self.vcov_extra, ..*self };
        1.0 / dof.wald_to_f(n, parameters, clusters)
    }
}

/// Covariance of Σ zᵢuᵢ.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum MomentCovariance<'a> {
    /// σ² Z'WZ with σ² = u'Wu/(N−d).
    Iid,
    /// The meat of the scores zᵢuᵢ; multiplied by N/(N−d) unless it is clustered (Driscoll-Kraay counts as clustered
    /// by period).
    Meat(&'a Meat),
    /// Thompson (2011): clusters by unit, plus a kernel over the sums by period, minus the kernel within units, which
    /// both contain.
    UnitAndTime {
        /// One-way cluster by unit.
        unit: &'a Meat,
        /// Driscoll-Kraay over periods.
        time: &'a Meat,
        /// Newey-West within units.
        both: &'a Meat,
    },
    /// Autocorrelation under homoskedasticity: Σ_τ k(τ) σ_τ (Z'Z_τ + Z_τ'Z), σ_τ = Σ u_t u_{t−τ}/(N−d), with the units,
    /// periods and kernel of a Newey-West structure. Kiefer (1980) is the truncated kernel over the whole span.
    Autocorrelation(&'a Meat),
}

impl MomentCovariance<'_> {
    /// Number of clusters that small-sample rules count (the smallest of several ways); `None` without clusters.
    #[must_use]
    pub fn clusters(&self) -> Option<f64> {
        let smallest = |meat: &Meat| meat.group_counts().into_iter().min().map(|g| g as f64);
        match self {
            Self::Meat(meat) => match meat.structure {
                Structure::Cluster(_) | Structure::DriscollKraay { .. } => smallest(meat),
                _ => None,
            },
            Self::UnitAndTime { unit, time, .. } => match (smallest(unit), smallest(time)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, other) => one.or(other),
            },
            Self::Iid | Self::Autocorrelation(_) => None,
        }
    }

    /// Whether errors count as independent and of equal variance.
    #[must_use]
    pub fn is_iid(&self) -> bool {
        matches!(self, Self::Iid)
    }

    /// Whether errors count as homoskedastic (over-identification is then Sargan's, not Hansen's).
    #[must_use]
    pub fn is_homoskedastic(&self) -> bool {
        matches!(self, Self::Iid | Self::Autocorrelation(_))
    }

    /// Covariance of B'u, for the √w-weighted basis B (n×p) and residual u, with the large-sample factor N/(N−d).
    ///
    /// # Errors
    /// [`Error::Unsupported`] for weights that the structure does not define.
    pub(crate) fn of(
        &self,
        system: &IvSystem,
        basis: MatRef<'_, f64>,
        residual: &[f64],
        dof: &IvDof,
    ) -> Result<Mat<f64>> {
        let large = dof.large(system.n);
        match self {
            Self::Iid => {
                let sigma2 = linalg::dot(residual, residual) / large;
                Ok(Scale(sigma2) * linalg::gram(basis, None))
            }
            Self::Autocorrelation(meat) => autocorrelation(system, meat, basis, residual, large),
            Self::Meat(_) | Self::UnitAndTime { .. } => {
                let factor = if self.clusters().is_some() { 1.0 } else { system.n / large };
                Ok(Scale(factor) * self.of_scores(scores(basis, residual).as_ref())?)
            }
        }
    }

    /// The plain meat of scores that are no product of a basis and one residual.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a homoskedastic covariance, which scores alone do not define.
    pub(crate) fn of_scores(&self, scores: MatRef<'_, f64>) -> Result<Mat<f64>> {
        match self {
            Self::Meat(meat) => meat.of(scores),
            Self::UnitAndTime { unit, time, both } => Ok(unit.of(scores)? + time.of(scores)? - both.of(scores)?),
            Self::Iid | Self::Autocorrelation(_) => {
                Err(Error::Unsupported("a homoskedastic covariance of scores alone".into()))
            }
        }
    }
}

/// Rows bᵢuᵢ.
pub(crate) fn scores(basis: MatRef<'_, f64>, residual: &[f64]) -> Mat<f64> {
    let mut out = Mat::zeros(basis.nrows(), basis.ncols());
    for (j, source) in linalg::columns(basis).iter().enumerate() {
        for ((target, b), u) in out.col_as_slice_mut(j).iter_mut().zip(source.iter()).zip(residual) {
            *target = b * u;
        }
    }
    out
}

/// See [`MomentCovariance::Autocorrelation`].
fn autocorrelation(
    system: &IvSystem,
    meat: &Meat,
    basis: MatRef<'_, f64>,
    residual: &[f64],
    large: f64,
) -> Result<Mat<f64>> {
    let Structure::NeweyWest { units, periods, kernel, bandwidth } = &meat.structure else {
        return Err(Error::Specification("an autocorrelation covariance needs a Newey-West structure".into()));
    };
    if meat.frequency.is_some() {
        return Err(Error::Unsupported("frequency weights with autocorrelation covariances".into()));
    }
    let mut total = Scale(linalg::dot(residual, residual) / large) * linalg::gram(basis, None);
    // Pairs carry the product of both weights: one more √w on each side.
    let extra = |i: usize| system.root_weight.as_ref().map_or(1.0, |root| root[i]);
    let at = |row: usize| periods.positions()[periods.groups().codes()[row] as usize];
    let mut order: Vec<usize> = (0..basis.nrows()).collect();
    order.sort_by_key(|&row| (units.codes()[row], at(row), row));
    let p = basis.ncols();
    for lag in 1..=kernel.last_lag(*bandwidth, periods.span()) {
        let weight = kernel.weight(lag, *bandwidth);
        if weight == 0.0 {
            continue;
        }
        let (mut sigma, mut cross) = (0.0, Mat::<f64>::zeros(p, p));
        for series in order.chunk_by(|&a, &b| units.codes()[a] == units.codes()[b]) {
            for &now in series {
                let target = at(now) - lag as i64;
                if let Ok(k) = series.binary_search_by_key(&target, |&row| at(row)) {
                    let before = series[k];
                    let both = extra(now) * extra(before);
                    sigma += both * residual[now] * residual[before];
                    for j in 0..p {
                        for i in 0..p {
                            cross[(i, j)] += both * basis[(now, i)] * basis[(before, j)];
                        }
                    }
                }
            }
        }
        total += Scale(weight * sigma / large) * (&cross + cross.transpose());
    }
    Ok(total)
}
