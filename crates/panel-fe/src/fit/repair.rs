//! Indefinite covariances: what each program does about them, and which coefficients have no standard error.
//!
//! The inclusion and exclusion of several ways of clustering (and a spatial kernel) can give negative eigenvalues, down
//! to negative variances.
//!
//! | `like` | what is done |
//! |---|---|
//! | reghdfe 6, xtreg | negative eigenvalues become 0 (Cameron, Gelbach & Miller 2011, § 2.3), in the units of standardised regressors, so that the result does not depend on units |
//! | fixest 0.14 | eigenvalues below 1e-16 become 1e-16, in the units of the data |
//! | ivreghdfe, xtivreg2 | nothing: such a variance stays negative, and there is no standard error |

use crate::coefficients::NoStandardError;
use crate::error::Result;
use crate::like::Like;
use crate::linalg;
use crate::vcov::{Covariance, Structure};
use faer::Mat;
use panel_core::Diagnostic;

/// fixest's floor of eigenvalues.
const FIXEST_FLOOR: f64 = 1e-16;
/// A variance below this share of the one under iid errors is what rounding leaves of zero.
const ROUNDING: f64 = 1e-13;

/// A covariance after the repair, and the variance of each coefficient, if it has one.
pub(crate) struct Repaired {
    pub(crate) vcov: Mat<f64>,
    pub(crate) variances: Vec<Result<f64, NoStandardError>>,
}

/// What is known of the coefficients whose covariance is repaired.
pub(crate) struct Repair<'a> {
    pub(crate) like: Like,
    pub(crate) covariance: &'a Covariance,
    /// Standard deviation of each regressor before absorption; 1 for the intercept.
    pub(crate) deviations: &'a dyn Fn() -> Vec<f64>,
    /// Variances under iid errors, of any scale factor near one.
    pub(crate) iid: &'a [f64],
    /// Why no coefficient has a standard error, if that is so.
    pub(crate) none: Option<NoStandardError>,
}

impl Repair<'_> {
    /// Repairs V as the program of `like` does, and sets to zero what is rounding.
    pub(crate) fn apply(&self, v: Mat<f64>, names: &[String], diagnostics: &mut Vec<Diagnostic>) -> Result<Repaired> {
        let p = v.nrows();
        if p == 0 {
            return Ok(Repaired { vcov: v, variances: Vec::new() });
        }
        if let Some(reason) = self.none {
            return Ok(Repaired { vcov: Mat::zeros(p, p), variances: vec![Err(reason); p] });
        }
        let raw: Vec<f64> = (0..p).map(|j| v[(j, j)]).collect();
        let (mut vcov, repaired) = match (self.is_indefinite_by_nature(), self.like) {
            (false, _) => (v, false),
            (true, Like::Ivreghdfe | Like::Xtivreg2) => {
                self.remark_unrepaired(&v, diagnostics)?;
                (v, false)
            }
            (true, Like::Fixest) => floored(v, &vec![1.0; p], FIXEST_FLOOR)?,
            (true, _) => floored(v, &(self.deviations)(), 0.0)?,
        };
        if repaired {
            let message = match self.like {
                Like::Fixest => {
                    "the covariance matrix had negative eigenvalues, which were set to 1e-16, as fixest does".to_owned()
                }
                _ => format!(
                    "the covariance matrix had negative eigenvalues, which were set to zero, as {} does",
                    self.like
                ),
            };
            diagnostics.push(Diagnostic::warning("vcov-not-positive", message));
        }
        // What the floor alone leaves of a negative variance says nothing of the coefficient.
        let floor = if self.like == Like::Fixest && repaired { 2.0 * FIXEST_FLOOR } else { 0.0 };
        let variances: Vec<Result<f64, NoStandardError>> = (0..p)
            .map(|j| {
                let variance = vcov[(j, j)];
                let rounding = ROUNDING * self.iid[j];
                if raw[j].is_nan() || raw[j] < -rounding {
                    let left = repaired && variance > floor.max(rounding);
                    let reason = if repaired { NoStandardError::Repaired } else { NoStandardError::Negative };
                    if left { Ok(variance) } else { Err(reason) }
                } else if variance > rounding {
                    Ok(variance)
                } else {
                    Err(NoStandardError::Zero)
                }
            })
            .collect();
        for j in (0..p).filter(|&j| variances[j] == Err(NoStandardError::Zero)) {
            for i in 0..p {
                vcov[(i, j)] = 0.0;
                vcov[(j, i)] = 0.0;
            }
        }
        report(names, &variances, diagnostics);
        Ok(Repaired { vcov, variances })
    }

    /// A warning where V is indefinite and stays so: what rests on several coefficients together has no distribution.
    fn remark_unrepaired(&self, v: &Mat<f64>, diagnostics: &mut Vec<Diagnostic>) -> Result<()> {
        let units: Vec<f64> = self.iid.iter().map(|v| if *v > 0.0 { v.sqrt().recip() } else { 1.0 }).collect();
        let Spectrum { values, largest, .. } = Spectrum::of(v, &units)?;
        if values.iter().any(|&value| value < -1e-9 * largest) {
            let message = format!(
                "the covariance matrix has negative eigenvalues and stays as it is, as with {}: joint tests, U tests and \
                 intervals of turning points whose coefficients are concerned are not available",
                self.like
            );
            diagnostics.push(Diagnostic::warning("vcov-indefinite", message));
        }
        Ok(())
    }

    fn is_indefinite_by_nature(&self) -> bool {
        match &self.covariance.meat.structure {
            Structure::Cluster(partitions) => partitions.len() > 1,
            Structure::Conley { .. } => true,
            _ => false,
        }
    }
}

/// One warning for all coefficients without a standard error.
fn report(names: &[String], variances: &[Result<f64, NoStandardError>], diagnostics: &mut Vec<Diagnostic>) {
    let lost: Vec<String> = names
        .iter()
        .zip(variances)
        .filter_map(|(name, variance)| variance.err().map(|reason| format!("`{name}`: {reason}")))
        .collect();
    if !lost.is_empty() {
        let message = format!("no standard error, t, p and interval for {}", lost.join("; "));
        diagnostics.push(Diagnostic::warning("no-standard-error", message));
    }
}

/// The eigenvalues and eigenvectors of a covariance, in units of one's choice.
struct Spectrum {
    values: Vec<f64>,
    vectors: Mat<f64>,
    /// The largest eigenvalue in size.
    largest: f64,
}

impl Spectrum {
    /// Those of V with row and column j multiplied by `units[j]`.
    fn of(v: &Mat<f64>, units: &[f64]) -> Result<Self> {
        let p = v.nrows();
        let scaled = Mat::from_fn(p, p, |i, j| v[(i, j)] * units[i] * units[j]);
        let (values, vectors) = linalg::symmetric_eigen(scaled.as_ref())?;
        let largest = values.iter().fold(0.0, |max: f64, v| max.max(v.abs()));
        Ok(Self { values, vectors, largest })
    }
}

/// V with eigenvalues below `floor` raised to it, in the units of regressors divided by `deviations`, and whether there
/// were negative ones.
fn floored(v: Mat<f64>, deviations: &[f64], floor: f64) -> Result<(Mat<f64>, bool)> {
    let p = v.nrows();
    let Spectrum { values, vectors, largest } = Spectrum::of(&v, deviations)?;
    if values.iter().all(|&value| value >= -1e-12 * largest) {
        return Ok((v, false));
    }
    let raised = Mat::from_fn(p, p, |i, j| vectors[(i, j)] * values[j].max(floor));
    let fixed = raised * vectors.transpose();
    let back = |i: usize, j: usize| 0.5 * (fixed[(i, j)] + fixed[(j, i)]) / (deviations[i] * deviations[j]);
    Ok((Mat::from_fn(p, p, back), true))
}
