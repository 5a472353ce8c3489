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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcov::{ConleyDistance, ConleyKernel, Groups, Meat, Vcov};
    use faer::mat;

    fn clusters(ways: usize) -> Covariance {
        let one = Groups::new(&[0, 0, 1, 1]);
        Covariance::new(Vcov::cluster("g"), Meat::new(Structure::Cluster(vec![one; ways])))
    }

    /// Variances, and the codes of the warnings, of a covariance from two ways of clustering.
    fn two_way(like: Like, v: Mat<f64>, deviations: [f64; 2], iid: [f64; 2]) -> (Repaired, Vec<Diagnostic>) {
        repaired(&clusters(2), like, v, deviations, iid)
    }

    fn repaired(
        covariance: &Covariance,
        like: Like,
        v: Mat<f64>,
        deviations: [f64; 2],
        iid: [f64; 2],
    ) -> (Repaired, Vec<Diagnostic>) {
        let deviations = || deviations.to_vec();
        let repair = Repair { like, covariance, deviations: &deviations, iid: &iid, none: None };
        let mut diagnostics = Vec::new();
        let names = ["a".to_owned(), "b".to_owned()];
        let got = repair.apply(v, &names, &mut diagnostics).expect("an eigendecomposition");
        (got, diagnostics)
    }

    fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
        diagnostics.iter().map(|one| one.code.as_str()).collect()
    }

    fn near(got: &Mat<f64>, want: [f64; 3]) {
        for (got, want) in
            [got[(0, 0)], got[(0, 1)], got[(1, 0)], got[(1, 1)]].into_iter().zip([want[0], want[1], want[1], want[2]])
        {
            assert!((got - want).abs() <= 1e-13 * want.abs().max(1e-3), "{got} {want}");
        }
    }

    /// [[-1, 2], [2, 2]] has the eigenvalues 3 and -2; (1, 2)/√5 belongs to 3, which alone leaves 3/5 [[1, 2], [2, 4]].
    #[test]
    fn what_is_left_without_negative_eigenvalues() {
        let v = || mat![[-1.0, 2.0], [2.0, 2.0]];
        let (got, remarks) = two_way(Like::Reghdfe, v(), [1.0; 2], [1.0; 2]);
        near(&got.vcov, [0.6, 1.2, 2.4]);
        assert!(got.variances.iter().all(Result::is_ok));
        assert_eq!(codes(&remarks), ["vcov-not-positive"]);
        assert!(remarks[0].message.contains("set to zero, as reghdfe does"), "{}", remarks[0].message);
        // In units of deviations 2 and ½: [[-¼, 2], [2, 8]] becomes [[0.15, 1.2], [1.2, 9.6]].
        let (got, _) = two_way(Like::Xtreg, mat![[-0.25, 2.0], [2.0, 8.0]], [2.0, 0.5], [1.0; 2]);
        near(&got.vcov, [0.15, 1.2, 9.6]);
        // fixest in the units of the data.
        let (got, remarks) = two_way(Like::Fixest, v(), [2.0, 0.5], [1.0; 2]);
        near(&got.vcov, [0.6, 1.2, 2.4]);
        assert_eq!(got.variances.iter().filter(|variance| variance.is_ok()).count(), 2);
        assert!(remarks[0].message.contains("set to 1e-16, as fixest does"), "{}", remarks[0].message);
        // A spatial kernel, too; one way of clustering needs none, and none is made.
        let places = Structure::Conley {
            coordinates: vec![(0.0, 0.0); 4],
            cutoff_km: 1.0,
            kernel: ConleyKernel::Uniform,
            distance: ConleyDistance::GreatCircle,
            serial: None,
        };
        let conley = Covariance::new("conley:1".parse().expect("known"), Meat::new(places));
        near(&repaired(&conley, Like::Reghdfe, v(), [1.0; 2], [1.0; 2]).0.vcov, [0.6, 1.2, 2.4]);
        for covariance in [clusters(1), Covariance::iid()] {
            let (got, remarks) = repaired(&covariance, Like::Reghdfe, v(), [1.0; 2], [1.0; 2]);
            near(&got.vcov, [-1.0, 2.0, 2.0]);
            assert_eq!(got.variances, [Err(NoStandardError::Negative), Ok(2.0)]);
            assert_eq!(codes(&remarks), ["no-standard-error"]);
        }
    }

    /// The floor alone is no variance: diag(1, -2) becomes diag(1, 1e-16), or diag(1, 0).
    #[test]
    fn a_floor_is_no_standard_error() {
        for (like, iid) in [(Like::Fixest, 1e-6), (Like::Reghdfe, 1e-6), (Like::Reghdfe, 0.0)] {
            let (got, remarks) = two_way(like, mat![[1.0, 0.0], [0.0, -2.0]], [1.0; 2], [iid; 2]);
            assert_eq!(got.variances[1], Err(NoStandardError::Repaired), "{like}");
            assert!((got.variances[0].expect("one") - 1.0).abs() < 1e-13);
            assert_eq!(codes(&remarks), ["vcov-not-positive", "no-standard-error"]);
        }
        // The floor is fixest's: what reghdfe leaves may be smaller, in units of 1e-17.
        let small = mat![[-1e-17, 2e-17], [2e-17, 2e-17]];
        let (got, _) = two_way(Like::Reghdfe, small.clone(), [1.0; 2], [1e-17; 2]);
        assert!((got.variances[0].expect("6e-18") / 6e-18 - 1.0).abs() < 1e-10);
        // To fixest these eigenvalues are all below its floor: 1e-16 times the identity.
        let (got, _) = two_way(Like::Fixest, small, [1.0; 2], [1e-17; 2]);
        assert_eq!(got.variances[0], Err(NoStandardError::Repaired));
    }

    /// Negative eigenvalues within rounding of the largest are none.
    #[test]
    fn rounding_is_not_repaired() {
        for v in [mat![[1.0, 0.5], [0.5, 2.0]], mat![[1.0, 0.0], [0.0, 5e-13]]] {
            let (got, remarks) = two_way(Like::Reghdfe, v.clone(), [1.0; 2], [1.0, 1e-3]);
            assert_eq!((got.vcov, codes(&remarks).len()), (v, 0));
        }
        let (got, remarks) = two_way(Like::Reghdfe, mat![[100.0, 0.0], [0.0, -5e-11]], [1.0; 2], [1.0; 2]);
        assert_eq!(got.variances[1], Err(NoStandardError::Negative));
        assert_eq!(codes(&remarks), ["no-standard-error"]);
    }

    /// A variance within 1e-13 of that under iid errors is zero, on either side and at the limit.
    #[test]
    fn a_variance_of_rounding_is_zero() {
        for small in [5e-14, -5e-14, ROUNDING, -ROUNDING, 0.0] {
            let v = mat![[small, 0.3], [0.3, 1.0]];
            let (got, remarks) = repaired(&clusters(1), Like::Reghdfe, v, [1.0; 2], [1.0; 2]);
            assert_eq!(got.variances, [Err(NoStandardError::Zero), Ok(1.0)], "{small}");
            assert_eq!(got.vcov, mat![[0.0, 0.0], [0.0, 1.0]], "{small}");
            assert_eq!(codes(&remarks), ["no-standard-error"]);
        }
        let v = mat![[2e-13, 0.0], [0.0, 1.0]];
        let (got, remarks) = repaired(&clusters(1), Like::Reghdfe, v, [1.0; 2], [1.0; 2]);
        assert_eq!((got.variances[0], remarks.len()), (Ok(2e-13), 0));
    }

    /// Programs that repair nothing say so, in units of the standard errors under iid errors.
    #[test]
    fn what_stays_indefinite_is_said() {
        let is_indefinite = |v: Mat<f64>, iid: [f64; 2]| {
            let (got, remarks) = two_way(Like::Ivreghdfe, v.clone(), [1.0; 2], iid);
            assert!((0..2).all(|j| got.vcov[(j, j)] == v[(j, j)] || got.variances[j].is_err()));
            codes(&remarks).contains(&"vcov-indefinite")
        };
        assert!(is_indefinite(mat![[-1.0, 2.0], [2.0, 2.0]], [1.0; 2]));
        assert!(is_indefinite(mat![[1.0, 2.0], [2.0, 1.0]], [1.0; 2]));
        assert!(is_indefinite(mat![[1e12, 0.0], [0.0, -1.0]], [1e12, 1.0]));
        assert!(is_indefinite(mat![[1.0, 0.0], [0.0, -1.0]], [1.0, 0.0]));
        assert!(!is_indefinite(mat![[1.0, 0.0], [0.0, 2.0]], [1.0; 2]));
        assert!(!is_indefinite(mat![[1.0, 0.0], [0.0, 1e-10]], [1.0; 2]));
        assert!(!is_indefinite(mat![[100.0, 0.0], [0.0, -1e-8]], [1.0; 2]));
        assert!(!is_indefinite(mat![[0.0, 0.0], [0.0, 0.0]], [1.0; 2]));
    }

    #[test]
    fn a_reason_that_is_known_is_everyones() {
        let deviations = || vec![1.0; 2];
        let covariance = clusters(2);
        let none = Some(NoStandardError::PerfectFit);
        let repair =
            Repair { like: Like::Reghdfe, covariance: &covariance, deviations: &deviations, iid: &[1.0; 2], none };
        let got = repair.apply(mat![[1.0, 0.0], [0.0, 1.0]], &[], &mut Vec::new()).expect("nothing to compute");
        assert_eq!(got.variances, [Err(NoStandardError::PerfectFit); 2]);
        assert_eq!(got.vcov, Mat::<f64>::zeros(2, 2));
    }
}
