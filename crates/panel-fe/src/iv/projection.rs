//! Anderson-Rubin sets of two endogenous regressors: of each coefficient, and of where a quadratic turns.

use super::first_stage::reason;
use super::inversion::{GOLDEN, accepted};
use super::moments::{IvDof, MomentCovariance};
use super::system::IvSystem;
use super::weak_robust::AndersonRubinSet;
use crate::dense::Factor;
use crate::error::{Error, Result};
use crate::linalg::dot;
use faer::{Mat, Scale};
use panel_core::distribution::f_critical;

/// Angles of the outer search, and of the inner one over the coefficient that is free.
const STEPS: (usize, usize) = (400, 90);
/// Golden-section steps that follow the best angle of the inner search.
const REFINED: usize = 24;

/// What a projection is of.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Projection {
    /// A coefficient by its name, or `turning point`.
    pub of: String,
    /// The set.
    pub set: AndersonRubinSet,
}

/// Projections of the joint Anderson-Rubin set {δ : F(δ) ≤ F_{1-α}} of two endogenous coefficients.
///
/// A value belongs to the projection where some δ of the joint set has it: for a coefficient the other is free, for the
/// turning point τ = −δ₁/(2δ₂) of x and x² the line δ = s(−2τ, 1) is searched over s. The sets cover at least at their level
/// whatever the strength of the instruments; they are wide where one number of two is asked for (Dufour & Taamouti 2005).
///
/// Ω(δ) is quadratic in δ, so it is computed from six covariances. A sliver narrower than π/400 of the arctangent of the
/// standardised coefficient may be missed.
///
/// # Errors
/// [`Error::Specification`] unless there are two endogenous regressors, for a level outside (0, 1), a singular covariance
/// of the reduced form or no degrees of freedom; [`Error::Unsupported`] from the covariance.
///
/// **Source**: Anderson & Rubin (1949), Annals of Mathematical Statistics 20, 46–63; projections: Dufour & Taamouti (2005),
/// Econometrica 73, 1351–1365.
pub fn anderson_rubin_projections(
    system: &IvSystem,
    level: f64,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<Vec<Projection>> {
    let names = system.endog_names();
    let [first, second] = names else {
        return Err(Error::Specification(format!(
            "projections of the Anderson-Rubin set are for two endogenous regressors, got {}",
            names.len()
        )));
    };
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::Specification(format!("a confidence level lies between 0 and 1, got {level}")));
    }
    let plane = Plane::new(system, level, covariance, dof)?;
    let set = |excess: &dyn Fn(f64) -> f64, value: &dyn Fn(f64) -> f64| AndersonRubinSet {
        level,
        intervals: accepted(&|angle| excess(angle), &|angle| value(angle), STEPS.0),
    };
    let mut projections = Vec::new();
    for (k, name) in [first, second].into_iter().enumerate() {
        let (center, scale) = (plane.center[k], plane.scale[k]);
        let mut free = [0.0; 3];
        free[2 - k] = 1.0;
        let excess = |angle: f64| {
            let mut fixed = [angle.cos(), 0.0, 0.0];
            fixed[1 + k] = angle.sin();
            plane.least_excess(fixed, free)
        };
        projections.push(Projection { of: name.clone(), set: set(&excess, &|angle| center + scale * angle.tan()) });
    }
    if *second == format!("{first}^2") {
        // δ = s(−2τ, 1) in units of the standard errors, from the origin: the point where both are zero is e_y alone.
        let ratio = plane.scale[0] / plane.scale[1];
        let origin = [1.0, -plane.center[0] / plane.scale[0], -plane.center[1] / plane.scale[1]];
        let excess = |angle: f64| plane.least_excess(origin, [0.0, -2.0 * angle.sin(), angle.cos()]);
        let set = set(&excess, &|angle| ratio * angle.tan());
        projections.push(Projection { of: "turning point".into(), set });
    }
    Ok(projections)
}

/// The statistic as a function on the projective plane: u = (u₀, u₁, u₂) stands for δ_k = center_k + scale_k u_k/u₀.
struct Plane {
    center: [f64; 2],
    scale: [f64; 2],
    /// Moments of e₀ = M_z(ỹ − D̃ center) and of the scaled endogenous regressors.
    moments: [Vec<f64>; 3],
    /// Ω of e_i with e_j.
    omega: [[Mat<f64>; 3]; 3],
    factor: f64,
    critical: f64,
}

impl Plane {
    fn new(system: &IvSystem, level: f64, covariance: &MomentCovariance<'_>, dof: &IvDof) -> Result<Self> {
        let first = system.first_stage_residuals();
        let (a1, a2) = (system.a.col_as_slice(0), system.a.col_as_slice(1));
        let (a11, a12, a22) = (dot(a1, a1), dot(a1, a2), dot(a2, a2));
        let (b1, b2) = (dot(a1, &system.c), dot(a2, &system.c));
        let determinant = a11 * a22 - a12 * a12;
        if determinant.is_nan() || determinant <= 1e-14 * a11 * a22 {
            return Err(Error::Specification(
                "no Anderson-Rubin set: the instruments do not tell the two apart".into(),
            ));
        }
        let center = [(a22 * b1 - a12 * b2) / determinant, (a11 * b2 - a12 * b1) / determinant];
        let e0: Vec<f64> = system
            .reduced_form_residual()
            .iter()
            .enumerate()
            .map(|(row, e)| e - center[0] * first[(row, 0)] - center[1] * first[(row, 1)])
            .collect();
        let variance = dot(&e0, &e0) / dof.large(system.n) / determinant;
        let scale = [(variance * a22).sqrt(), (variance * a11).sqrt()];
        let column = |k: usize| first.col_as_slice(k).iter().map(|d| -scale[k] * d).collect::<Vec<f64>>();
        let e = [e0, column(0), column(1)];
        let r0 = (0..system.c.len()).map(|i| system.c[i] - center[0] * a1[i] - center[1] * a2[i]).collect();
        let scaled = |a: &[f64], scale: f64| a.iter().map(|a| -scale * a).collect::<Vec<f64>>();
        let moments = [r0, scaled(a1, scale[0]), scaled(a2, scale[1])];
        let covariance_of = |e: &[f64]| covariance.of(system, system.q_z.as_ref(), e, dof);
        let own = [covariance_of(&e[0])?, covariance_of(&e[1])?, covariance_of(&e[2])?];
        let cross = |i: usize, j: usize| -> Result<Mat<f64>> {
            if i == j {
                return Ok(own[i].clone());
            }
            let both: Vec<f64> = e[i].iter().zip(&e[j]).map(|(x, y)| x + y).collect();
            Ok(Scale(0.5) * (covariance_of(&both)? - &own[i] - &own[j]))
        };
        let row = |i: usize| -> Result<[Mat<f64>; 3]> { Ok([cross(i, 0)?, cross(i, 1)?, cross(i, 2)?]) };
        let omega = [row(0)?, row(1)?, row(2)?];
        let (clusters, l1) = (covariance.clusters(), system.l1() as f64);
        if let Err(error) = Factor::new(own[0].as_ref(), "the covariance of the reduced form") {
            let why = reason(&error, clusters);
            return Err(Error::Specification(format!("no Anderson-Rubin set: at the estimate, {why}")));
        }
        let df2 = dof.f_denominator(system.n, system.l(), clusters);
        if df2.is_nan() || df2 <= 0.0 {
            return Err(Error::Specification(format!("the Anderson-Rubin test has {df2} degrees of freedom")));
        }
        let factor = dof.wald_to_f(system.n, system.l(), clusters) / l1;
        Ok(Self { center, scale, moments, omega, factor, critical: f_critical(1.0 - level, l1, df2) })
    }

    /// F at u less its critical value.
    fn excess(&self, u: [f64; 3]) -> f64 {
        let [r0, r1, r2] = &self.moments;
        let r: Vec<f64> = (0..r0.len()).map(|i| u[0] * r0[i] + u[1] * r1[i] + u[2] * r2[i]).collect();
        let mut omega = Mat::<f64>::zeros(r.len(), r.len());
        for (i, row) in self.omega.iter().enumerate() {
            for (j, part) in row.iter().enumerate() {
                omega += Scale(u[i] * u[j]) * part;
            }
        }
        match Factor::new(omega.as_ref(), "the covariance of the reduced form") {
            Ok(omega) => omega.quadratic_form(&r) * self.factor - self.critical,
            // A direction without variance cannot be rejected.
            Err(_) => -self.critical,
        }
    }

    /// The smallest excess on the line through two points.
    fn least_excess(&self, fixed: [f64; 3], free: [f64; 3]) -> f64 {
        let at = |angle: f64| {
            let (s, c) = angle.sin_cos();
            self.excess([0, 1, 2].map(|i| c * fixed[i] + s * free[i]))
        };
        let step = std::f64::consts::PI / STEPS.1 as f64;
        let (mut best, mut least) = (0.0, f64::INFINITY);
        for k in 0..STEPS.1 {
            let angle = k as f64 * step - std::f64::consts::FRAC_PI_2;
            let value = at(angle);
            if value < least {
                (best, least) = (angle, value);
            }
        }
        let (mut low, mut high) = (best - step, best + step);
        for _ in 0..REFINED {
            let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
            let (at_left, at_right) = (at(left), at(right));
            least = least.min(at_left).min(at_right);
            if at_left < at_right { high = right } else { low = left }
        }
        least
    }
}
