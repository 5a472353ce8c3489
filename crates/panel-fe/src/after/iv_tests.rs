//! Tests of an instrumental-variable estimate beyond those it always reports, under its own covariance and rule.

use crate::error::{Error, Result};
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::iv::{
    self, AndersonRubin, AndersonRubinSet, IvDof, IvFit, IvSystem, LimlOveridentification, MomentCovariance,
    ReducedForm,
};
use crate::outcome::TestOutcome;
use crate::vcov::Covariance;

/// What every test needs.
struct Parts<'a> {
    system: &'a IvSystem,
    /// With the regressors and instruments of the formula.
    named: &'a IvSystem,
    fit: &'a IvFit,
    covariance: MomentCovariance<'a>,
    dof: IvDof,
}

impl Estimate {
    fn iv_parts(&self, what: &str) -> Result<Parts<'_>> {
        let (Kind::Iv(state), Some(iv)) = (&self.state.kind, &self.iv) else {
            return Err(Error::Unsupported(format!("{what} of an estimate without instruments")));
        };
        let covariance =
            if iv.covariance.is_iid() { MomentCovariance::Iid } else { MomentCovariance::Meat(&iv.covariance.meat) };
        Ok(Parts { system: &state.system, named: state.named(), fit: &iv.fit, covariance, dof: iv.fit.dof })
    }

    /// The rule under iid errors: no effect is free for being nested in a cluster.
    fn iid_dof(&self) -> IvDof {
        crate::fit::iv_fit::iv_dof(&self.dof, &Covariance::iid())
    }

    /// Anderson & Rubin (1949) test that the endogenous coefficients are `at`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::Shape`] when `at` does not hold one value per endogenous
    /// regressor.
    pub fn anderson_rubin_at(&self, at: &[f64]) -> Result<AndersonRubin> {
        let parts = self.iv_parts("an Anderson-Rubin test")?;
        iv::anderson_rubin(parts.named, Some(at), &parts.covariance, &parts.dof)
    }

    /// The Anderson-Rubin confidence set of the coefficient of a single endogenous regressor.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::Specification`] for several endogenous regressors.
    pub fn anderson_rubin_set(&self, level: f64) -> Result<AndersonRubinSet> {
        let parts = self.iv_parts("an Anderson-Rubin set")?;
        iv::anderson_rubin_set(parts.named, level, &parts.covariance, &parts.dof)
    }

    /// Projections of the joint Anderson-Rubin set of two endogenous regressors: on each coefficient, and on the turning point
    /// where they are x and x².
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::Specification`] unless there are two endogenous regressors.
    pub fn anderson_rubin_projections(&self, level: f64) -> Result<Vec<iv::Projection>> {
        let parts = self.iv_parts("an Anderson-Rubin set")?;
        iv::anderson_rubin_projections(parts.named, level, &parts.covariance, &parts.dof)
    }

    /// C test that the named instruments (excluded ones, or exogenous regressors) are exogenous.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::UnknownOption`] for an unknown name.
    pub fn orthogonality_test(&self, names: &[&str]) -> Result<TestOutcome> {
        let parts = self.iv_parts("an orthogonality test")?;
        if let Some(none) = self.withheld("C statistic (orthogonality)") {
            return Ok(none);
        }
        iv::orthogonality(parts.named, parts.fit, &owned(names), &parts.covariance, &parts.dof)
    }

    /// C test that the named endogenous regressors are exogenous.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::UnknownOption`] for an unknown name.
    pub fn endogeneity_test(&self, names: &[&str]) -> Result<TestOutcome> {
        let parts = self.iv_parts("an endogeneity test")?;
        if let Some(none) = self.withheld("endogeneity (C statistic)") {
            return Ok(none);
        }
        iv::endogeneity(parts.named, &owned(names), &parts.covariance, &parts.dof)
    }

    /// LM test that the named excluded instruments are redundant.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments; [`Error::UnknownOption`] for an unknown name.
    pub fn redundancy_test(&self, names: &[&str]) -> Result<TestOutcome> {
        let parts = self.iv_parts("a redundancy test")?;
        iv::redundancy(parts.named, &owned(names), &parts.covariance, &parts.dof)
    }

    /// Reduced forms of the response and of each endogenous regressor.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments.
    pub fn reduced_forms(&self) -> Result<Vec<ReducedForm>> {
        let parts = self.iv_parts("reduced forms")?;
        let mut forms = iv::reduced_form(parts.named, &parts.covariance, &parts.dof)?;
        forms[0].response.clone_from(&self.response);
        Ok(forms)
    }

    /// Anderson & Rubin's over-identification statistics; not available for other estimators than LIML and Fuller.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments.
    pub fn liml_over_identification(&self) -> Result<LimlOveridentification> {
        let parts = self.iv_parts("LIML statistics")?;
        if let (Some(likelihood_ratio), Some(linearized)) =
            (self.withheld("Anderson-Rubin LIML LR"), self.withheld("Anderson-Rubin LIML linearized"))
        {
            return Ok(LimlOveridentification { likelihood_ratio, linearized });
        }
        Ok(iv::liml_overidentification(parts.system, parts.fit, &parts.dof))
    }

    /// Basmann's F form of the Sargan test; it takes errors as iid whatever the covariance of the estimate.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments.
    pub fn basmann_test(&self) -> Result<TestOutcome> {
        let parts = self.iv_parts("Basmann's test")?;
        if let Some(none) = self.withheld("Basmann F") {
            return Ok(none);
        }
        Ok(iv::basmann(parts.system, parts.fit, &self.iid_dof()))
    }

    /// Wu-Hausman F: the first-stage residuals added to least squares. It takes errors as iid whatever the covariance of
    /// the estimate; [`Estimate::endogeneity_test`] follows that covariance.
    ///
    /// # Errors
    /// [`Error::Unsupported`] without instruments.
    pub fn wu_hausman_test(&self) -> Result<TestOutcome> {
        let parts = self.iv_parts("the Wu-Hausman test")?;
        if let Some(none) = self.withheld("Wu-Hausman F") {
            return Ok(none);
        }
        Ok(iv::wu_hausman(parts.system, &self.iid_dof()))
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
