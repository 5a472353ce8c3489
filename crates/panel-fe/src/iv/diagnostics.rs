//! Everything an instrumental-variable column reports, in one call.

use super::first_stage::{FirstStage, first_stages};
use super::identification::{cragg_donald, kleibergen_paap_f, under_identification};
use super::moments::{IvDof, MomentCovariance};
use super::overid::{endogeneity, over_identification};
use super::system::IvSystem;
use super::weak_robust::{AndersonRubin, anderson_rubin, stock_wright};
use super::{EffectiveF, IvFit, effective_f};
use crate::error::Result;
use crate::outcome::TestOutcome;
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
    /// Stock-Yogo critical values of the Cragg-Donald F.
    pub stock_yogo: Vec<(StockYogoTable, f64)>,
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
    let weak_id_robust = if covariance.is_iid() {
        TestOutcome::not_available(
            "Kleibergen-Paap rk Wald F",
            "errors count as iid: it would equal the Cragg-Donald F",
        )
    } else {
        kleibergen_paap_f(system, covariance, dof)?
    };
    Ok(IvDiagnostics {
        first_stage: first_stages(system, covariance, dof)?,
        under_id: under_identification(system, covariance, dof)?,
        weak_id: cragg_donald(system, dof)?,
        weak_id_robust,
        stock_yogo: stock_yogo_all(system.k1(), system.l1()),
        effective_f: if system.k1() == 1 { Some(effective_f(system, covariance, dof)?) } else { None },
        over_id: over_identification(system, fit, covariance, dof)?,
        endogeneity: endogeneity(system, system.endog_names(), covariance, dof)?,
        anderson_rubin: anderson_rubin(system, None, covariance, dof)?,
        stock_wright: stock_wright(system, covariance, dof)?,
        dropped_instruments: system.dropped().to_vec(),
    })
}
