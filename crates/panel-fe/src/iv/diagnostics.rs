//! Everything an instrumental-variable column reports, in one call.

use super::first_stage::{FirstStage, first_stages};
use super::identification::{cragg_donald, kleibergen_paap_f, under_identification};
use super::moments::{IvDof, MomentCovariance};
use super::overid::{endogeneity, over_identification};
use super::system::IvSystem;
use super::weak_robust::{AndersonRubin, anderson_rubin, stock_wright};
use super::{EffectiveF, Estimator, IvFit, effective_f};
use crate::coefficients::NoStandardError;
use crate::error::Result;
use crate::outcome::TestOutcome;
use panel_core::Diagnostic;
use panel_core::stock_yogo::{StockYogoTable, stock_yogo_all};

/// Diagnostics of an instrumental-variable estimate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IvDiagnostics {
    /// First stage of each endogenous regressor.
    pub first_stage: Vec<FirstStage>,
    /// Anderson's LM for iid errors, else Kleibergen-Paap rk LM.
    pub under_id: TestOutcome,
    /// Cragg-Donald Wald F, whatever the covariance.
    pub weak_id: TestOutcome,
    /// Kleibergen-Paap rk Wald F; for iid errors the reason why it adds nothing.
    pub weak_id_robust: TestOutcome,
    /// The estimator that the instruments serve.
    pub estimator: Estimator,
    /// Stock-Yogo critical values of the Cragg-Donald F (of the Kleibergen-Paap F by convention), for every estimator.
    pub stock_yogo: Vec<(StockYogoTable, f64)>,
    /// Whether the covariance is another than that of iid errors, so that [`IvDiagnostics::weak_id_robust`] is the
    /// statistic that counts.
    pub robust: bool,
    /// Montiel Olea-Pflueger effective F, for one endogenous regressor.
    pub effective_f: Option<EffectiveF>,
    /// Sargan or Hansen.
    pub over_id: TestOutcome,
    /// C test that all endogenous regressors are exogenous.
    pub endogeneity: TestOutcome,
    /// Anderson-Rubin test that all endogenous coefficients are zero.
    pub anderson_rubin: AndersonRubin,
    /// Stock-Wright S of the same null.
    pub stock_wright: TestOutcome,
    /// Excluded instruments that were dropped as collinear.
    pub dropped_instruments: Vec<String>,
}

/// The bias of 2SLS, relative to its benchmark, that the effective F is compared at.
const TAU: f64 = 0.10;

impl IvDiagnostics {
    /// The weak-identification statistic that fits the covariance: Cragg-Donald for iid errors, else Kleibergen-Paap.
    #[must_use]
    pub fn weak_identification(&self) -> &TestOutcome {
        if self.robust { &self.weak_id_robust } else { &self.weak_id }
    }

    /// Takes away the statistics that rest on the residuals of the equation, of which rounding is all that is left; where
    /// nothing is left of the response itself, those of its reduced form, too.
    pub(crate) fn without_residuals(&mut self, reason: NoStandardError) {
        let none = |test: &TestOutcome| TestOutcome::not_available(test.name(), reason.to_string());
        self.over_id = none(&self.over_id);
        self.endogeneity = none(&self.endogeneity);
        if reason == NoStandardError::Explained {
            self.anderson_rubin.f = none(&self.anderson_rubin.f);
            self.anderson_rubin.chi2 = none(&self.anderson_rubin.chi2);
            self.stock_wright = none(&self.stock_wright);
        }
    }

    /// The table of Stock and Yogo (2005) that is about the estimator, and its value: size of 10 % of 2SLS (and of
    /// two-step GMM, which is 2SLS under the iid errors that the tables assume) or of LIML, relative bias of 10 % of
    /// Fuller with a = 1. They have none for another a or a given k, and none where their tables end.
    #[must_use]
    pub fn critical_value(&self) -> Option<(StockYogoTable, f64)> {
        let wanted = match self.estimator {
            Estimator::TwoStage | Estimator::Gmm2s => StockYogoTable::TwoStageSize(10),
            Estimator::Liml => StockYogoTable::LimlSize(10),
            Estimator::Fuller(1.0) => StockYogoTable::FullerRelativeBias(10),
            _ => return None,
        };
        self.stock_yogo.iter().find(|(table, _)| *table == wanted).copied()
    }

    /// A warning where the instruments are weak: [`IvDiagnostics::weak_identification`] below
    /// [`IvDiagnostics::critical_value`], or below 10 (Staiger and Stock 1997) where there is none; for 2SLS under
    /// another covariance than iid also where the effective F is below its critical value for a bias of 10 % (Montiel
    /// Olea and Pflueger 2013), or where the statistic cannot be computed.
    #[must_use]
    pub fn weak_instruments(&self) -> Option<Diagnostic> {
        let mut remarks = Vec::new();
        match self.weak_identification() {
            TestOutcome::Available(test) => {
                let (limit, source) = match self.critical_value() {
                    Some((StockYogoTable::LimlSize(_), value)) => (value, "the Stock-Yogo value for 10 % size of LIML"),
                    Some((StockYogoTable::FullerRelativeBias(_), value)) => {
                        (value, "the Stock-Yogo value for 10 % relative bias of Fuller")
                    }
                    Some((_, value)) => (value, "the Stock-Yogo value for 10 % size"),
                    None => (10.0, "the rule of thumb"),
                };
                if test.stat < limit {
                    let name = test.name.replace(" Wald F", " F");
                    remarks.push(format!("{name} {:.2}, below {limit:.2}, {source}", test.stat));
                }
            }
            TestOutcome::NotAvailable { name, reason } => {
                let message = format!("whether the instruments are weak cannot be told: {name}: {reason}");
                return Some(Diagnostic::warning("weak-instruments", message));
            }
        }
        // Its critical values are those of the bias of 2SLS.
        let two_stage = matches!(self.estimator, Estimator::TwoStage | Estimator::Gmm2s);
        let effective = self.effective_f.as_ref().filter(|_| self.robust && two_stage);
        if let Some((test, effective)) = effective.and_then(|f| Some((f.test.available()?, f))) {
            let critical = effective.critical.iter().find(|(tau, _)| *tau == TAU).map(|(_, value)| *value);
            if let Some(critical) = critical.filter(|critical| test.stat < *critical) {
                let stat = test.stat;
                remarks.push(format!("effective F {stat:.2}, below {critical:.2}, its value for a bias of 10 %"));
            }
        }
        let message = format!("weak instruments: {}", remarks.join("; "));
        (!remarks.is_empty()).then(|| Diagnostic::warning("weak-instruments", message))
    }
}

/// Computes [`IvDiagnostics`].
///
/// # Errors
/// [`crate::Error::Unsupported`] from the covariance; [`crate::Error::Singular`] when singular values cannot be computed.
pub fn diagnose(
    system: &IvSystem,
    fit: &IvFit,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<IvDiagnostics> {
    diagnose_named(system, system, fit, covariance, dof)
}

/// [`diagnose`] where `named` is the same problem with the regressors and instruments of the formula, which statistics of
/// single ones are about; it is `system` itself unless that was formed about centres.
pub(crate) fn diagnose_named(
    system: &IvSystem,
    named: &IvSystem,
    fit: &IvFit,
    covariance: &MomentCovariance<'_>,
    dof: &IvDof,
) -> Result<IvDiagnostics> {
    let weak_id_robust = if covariance.is_iid() {
        TestOutcome::not_available(
            "Kleibergen-Paap rk Wald F",
            "errors count as iid: it would equal the Cragg-Donald F",
        )
    } else {
        kleibergen_paap_f(system, covariance, dof)?
    };
    Ok(IvDiagnostics {
        first_stage: first_stages(named, covariance, dof)?,
        under_id: under_identification(system, covariance, dof)?,
        weak_id: cragg_donald(system, dof)?,
        weak_id_robust,
        estimator: fit.estimator,
        stock_yogo: stock_yogo_all(system.k1(), system.l1()),
        robust: !covariance.is_iid(),
        effective_f: if system.k1() == 1 { Some(effective_f(system, covariance, dof)?) } else { None },
        over_id: over_identification(system, fit, covariance, dof)?,
        endogeneity: endogeneity(named, named.endog_names(), covariance, dof)?,
        anderson_rubin: anderson_rubin(system, None, covariance, dof)?,
        stock_wright: stock_wright(system, covariance, dof)?,
        dropped_instruments: system.dropped().to_vec(),
    })
}
