//! The tests of a U shape on an estimate: range, covariance and degrees of freedom are its own.

use crate::after::bootstrap::Absorb;
use crate::after::two_lines::{TwoLines, TwoLinesProblem, two_lines};
use crate::after::utest::{Curve, UTest, utest_of};
use crate::error::{Error, Result};
use crate::fit::resolve::{Lookup, resolve};
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::sample::frame::Variable;
use crate::vcov::Vcov;
use faer::Mat;
use panel_core::Panel;

impl Estimate {
    /// Lind-Mehlum test over the range of `linear` in the estimation sample, with the covariance of the estimate (that of
    /// the chosen estimator, where the terms are endogenous).
    ///
    /// # Errors
    /// [`Error::UnknownOption`] for a term that is not in the model; [`Error::Specification`] when `curved` is not the
    /// square (or inverse) of `linear`; else as [`crate::utest::utest`].
    pub fn utest(&self, linear: &str, curved: &str, curve: Curve, level: f64) -> Result<UTest> {
        let coefficients = self.coefficients();
        coefficients.position(linear)?;
        let range = self.sample_range(linear).ok_or_else(|| Error::UnknownOption {
            what: "regressor",
            got: linear.to_owned(),
            expected: self.names.join(", "),
        })?;
        self.check_curve(linear, curved, curve)?;
        utest_of(&coefficients, linear, curved, range, curve, level)
    }

    /// Whether the second term is the curve of the first, to the precision of a file: the slopes at the ends are those
    /// of no other pair.
    fn check_curve(&self, linear: &str, curved: &str, curve: Curve) -> Result<()> {
        let (Some(x), Some(h)) = (self.sample_values(linear), self.sample_values(curved)) else { return Ok(()) };
        let curve_at = |x: f64| match curve {
            Curve::Quadratic => x * x,
            Curve::Inverse => 1.0 / x,
        };
        let size = h.iter().fold(0.0, |size: f64, h| size.max(h.abs()));
        let Some(row) = x.iter().zip(h).position(|(&x, &h)| (curve_at(x) - h).abs() > 1e-6 * size) else {
            return Ok(());
        };
        let what = if curve == Curve::Quadratic { "square" } else { "inverse" };
        Err(Error::Specification(format!(
            "`{curved}` is not the {what} of `{linear}`: where that is {}, it is {}",
            x[row], h[row]
        )))
    }

    /// Simonsohn's two-lines test in `x`: the powers of x leave the model, its other regressors are the controls, fixed
    /// effects and covariance stay. (The original test takes robust errors: hc1 comes nearest.)
    ///
    /// `panel` is the one that was fitted; it is needed for cluster keys that are neither entity, time nor a fixed
    /// effect, and for coordinates.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with instruments, weights or leverage-adjusted covariances (hc2, hc3); [`Error::UnknownOption`] when `x` is not in the model; else as
    /// [`two_lines`].
    pub fn two_lines(&self, x: &str, panel: Option<&Panel>) -> Result<TwoLines> {
        let Kind::Ols(fit) = &self.state.kind else {
            return Err(Error::Unsupported("the two-lines test with instruments".into()));
        };
        if matches!(self.vcov_spec, Vcov::Hc2 | Vcov::Hc3) {
            let message =
                format!("the two-lines test with {}: refit with hc1 or clusters (`with_vcov`)", self.vcov_spec);
            return Err(Error::Unsupported(message));
        }
        let frame = self.frame();
        if frame.weights.is_some() {
            return Err(Error::Unsupported("the two-lines test with weights".into()));
        }
        self.coefficients().position(x)?;
        let is_power = |name: &str| {
            name == x
                || name
                    .strip_prefix(x)
                    .and_then(|rest| rest.strip_prefix('^'))
                    .is_some_and(|p| p.parse::<u32>().is_ok())
        };
        let kept: Vec<&Variable> = fit.kept.iter().map(|&j| &frame.exog[j]).collect();
        let controls: Vec<&Variable> = kept.iter().copied().filter(|variable| !is_power(&variable.name)).collect();
        let Some(variable) = kept.iter().find(|variable| variable.name == x) else {
            return Err(Error::Specification(format!("`{x}` was left out of the model")));
        };
        let own = self.options();
        let lookup = Lookup { frame, panel, coordinates: &own.coordinates, like: self.like, gaps: own.gaps };
        let covariance = resolve(&self.vcov_spec, &lookup, &mut Vec::new())?;
        // Two slopes and the step between the lines.
        let small = self.dof.small_sample(controls.len() + 3, &covariance);
        let absorb = |columns: &Mat<f64>| -> Result<Mat<f64>> {
            let slices: Vec<&[f64]> = (0..columns.ncols()).map(|j| columns.col_as_slice(j)).collect();
            let residuals = self.state.absorber.residuals(&slices, None)?;
            Ok(Mat::from_fn(columns.nrows(), columns.ncols(), |i, j| residuals[j].values[i]))
        };
        let absorb: Option<&Absorb<'_>> = if frame.effects.is_empty() { None } else { Some(&absorb) };
        let matrix = Mat::from_fn(self.rows.len(), controls.len(), |i, j| controls[j].values[i]);
        two_lines(&TwoLinesProblem {
            y: &frame.y.values,
            x: &variable.values,
            controls: matrix.as_ref(),
            absorb,
            absorbed: self.dof.absorbed.rank as f64,
            meat: &covariance.meat,
            homoskedastic: covariance.is_iid(),
            multiplier: small.multiplier,
            df: small.df_t,
        })
    }
}
