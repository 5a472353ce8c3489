//! Specification tests of an estimate.

use crate::absorb::FixedEffect;
use crate::after::diagnostics::{PesaranCd, hausman, modified_wald, mundlak, pesaran_cd, wooldridge};
use crate::error::{Error, Result};
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::outcome::TestOutcome;
use crate::sample::frame::INTERCEPT;
use crate::vcov::{Groups, Vcov};
use faer::Mat;

impl Estimate {
    /// Hausman's contrast of this fixed-effects model with its random-effects fit, over the regressors of the formula;
    /// both with iid errors, whatever the covariance of the estimate (`hausman` of Stata, `phtest` of plm).
    ///
    /// # Errors
    /// As [`Estimate::random_effects`].
    pub fn hausman_test(&self) -> Result<TestOutcome> {
        let random = self.random_effects(false, &Vcov::Iid)?;
        let fixed = self.with_vcov(&Vcov::Iid, self.like)?;
        let names: Vec<&str> = shared(&random.names, &random.estimate.names);
        hausman(&fixed.coefficients(), &random.estimate.coefficients(), &names, 1.0)
    }

    /// Mundlak's test that the entity means of the regressors do not matter in the random-effects model, under the
    /// covariance of the estimate: where errors are clustered it is the robust form of Hausman's.
    ///
    /// # Errors
    /// As [`Estimate::random_effects`]; [`Error::Unsupported`] for a covariance that needs the panel.
    pub fn mundlak_test(&self) -> Result<TestOutcome> {
        let random = self.random_effects(true, &self.vcov_spec)?;
        let means: Vec<String> = random.names.iter().filter(|name| name.starts_with("mean(")).cloned().collect();
        mundlak(&random.estimate.coefficients(), &shared(&means, &random.estimate.names))
    }

    /// Pesaran's CD of the residuals (`xtcd`, `pcdtest`).
    ///
    /// # Errors
    /// [`Error::Specification`] without periods.
    pub fn cross_section_test(&self) -> Result<PesaranCd> {
        let frame = self.frame();
        let periods = self.periods("Pesaran's CD")?;
        if let Some(test) = self.withheld("Pesaran CD") {
            return Ok(PesaranCd { test, average: None, average_absolute: None, pairs: 0 });
        }
        pesaran_cd(self.residuals(), frame.entity.1.codes(), periods.codes())
    }

    /// The modified Wald test that all entities have one error variance (`xttest3`).
    ///
    /// # Errors
    /// [`Error::Unsupported`] with weights, which have variances of their own.
    pub fn groupwise_test(&self) -> Result<TestOutcome> {
        if self.frame().weights.is_some() {
            return Err(Error::Unsupported("the modified Wald test with weights".into()));
        }
        if let Some(none) = self.withheld("modified Wald") {
            return Ok(none);
        }
        modified_wald(self.residuals(), self.frame().entity.1.codes())
    }

    /// Wooldridge's test of first-order serial correlation (`xtserial`), in first differences of the regressors and of
    /// dummies for the effects beside the entity.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with instruments or weights; [`Error::Specification`] without periods.
    pub fn serial_test(&self) -> Result<TestOutcome> {
        let Kind::Ols(fit) = &self.state.kind else {
            return Err(Error::Unsupported("Wooldridge's test with instruments".into()));
        };
        let frame = self.frame();
        if frame.weights.is_some() {
            return Err(Error::Unsupported("Wooldridge's test with weights: differences of rows have none".into()));
        }
        self.periods("Wooldridge's test")?;
        if let Some(none) = self.withheld("Wooldridge serial correlation") {
            return Ok(none);
        }
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let kept = fit.kept.iter().map(|&j| &frame.exog[j]).filter(|variable| variable.name != INTERCEPT);
        columns.extend(kept.map(|variable| variable.values.to_vec()));
        let units = Groups::new(frame.entity.1.codes());
        // An effect that is constant within entities has no differences.
        let varies = |effect: &&FixedEffect| !units.nested_in(&Groups::new(&effect.codes));
        for effect in frame.effects.iter().filter(varies) {
            let dummy = |level: usize| {
                effect.codes.iter().map(|&code| f64::from(u8::from(code as usize == level))).collect::<Vec<f64>>()
            };
            columns.extend((1..effect.levels).map(dummy));
        }
        if columns.is_empty() {
            return Err(Error::Unsupported("Wooldridge's test without regressors".into()));
        }
        let x = Mat::from_fn(self.rows.len(), columns.len(), |i, j| columns[j][i]);
        wooldridge(&frame.y.values, x.as_ref(), frame.entity.1.codes(), &frame.time.1)
    }

    /// The periods of the rows.
    fn periods(&self, what: &str) -> Result<Groups> {
        let times = &self.frame().time.1;
        if times.is_empty() {
            return Err(Error::Specification(format!("{what} needs several periods")));
        }
        // Signed places in ascending order.
        Ok(Groups::from_keys(&times.iter().map(|time| time.cast_unsigned() ^ (1 << 63)).collect::<Vec<u64>>()))
    }
}

/// The names that a regression kept.
fn shared<'a>(names: &'a [String], kept: &[String]) -> Vec<&'a str> {
    names.iter().filter(|name| kept.contains(name)).map(String::as_str).collect()
}
