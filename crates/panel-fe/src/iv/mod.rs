//! Instrumental variables: estimators, first stages, identification and over-identification, weak-instrument inference.
//!
//! Everything works on one [`IvSystem`]: y, D (endogenous), W (included exogenous) and Z₁ (excluded instruments) after
//! the fixed effects have been absorbed. The system turns them once into orthonormal bases,
//!
//! ```text
//! √w W  = Q_w R_w         D̃ = M_w D,  ỹ = M_w y,  Z̃ = M_w Z₁      (M_w residualises on W)
//! Z̃     = Q_z R_z         A = Q_z'D̃,  c = Q_z'ỹ
//! ```
//!
//! so that no cross-product matrix of the data is ever inverted: 2SLS is the least-squares solution of A δ = c, the
//! Cragg-Donald statistic comes from the singular values of A R_D⁻¹, and so on. Every covariance of moments goes
//! through [`MomentCovariance`], every degrees-of-freedom rule through [`IvDof`].
//!
//! | file | what it holds |
//! |---|---|
//! | `system` | the data, weights, collinearity, orthonormal bases |
//! | `moments`, `bandwidth` | covariances of moments: iid, autocorrelation, any meat of [`crate::vcov`] |
//! | `estimate`, `gmm` | 2SLS, LIML, Fuller, k-class, two-step GMM |
//! | `first_stage` | F, partial and Shea R², Sanderson-Windmeijer, Angrist-Pischke |
//! | `identification` | Anderson LM, Cragg-Donald, Kleibergen-Paap, redundancy |
//! | `overid` | Sargan, Hansen, C, endogeneity, Anderson-Rubin LIML, Wu-Hausman, Basmann |
//! | `weak_robust` | Anderson-Rubin test and confidence set, Stock-Wright S |
//! | `projection` | Anderson-Rubin sets of two endogenous regressors and of a turning point |
//! | `inversion` | sets by inversion of a test |
//! | `effective_f` | Montiel Olea-Pflueger |
//! | `reduced_form` | y and D on all instruments |
//! | `diagnostics` | all of it in one call |
//!
//! Small-sample conventions follow Stata's `ivreg2` (Baum, Schaffer & Stillman 2007) and its forks; each function
//! states its formula.

mod bandwidth;
mod diagnostics;
mod effective_f;
mod estimate;
mod first_stage;
mod gmm;
mod identification;
mod inversion;
mod moments;
mod overid;
mod projection;
mod reduced_form;
mod system;
mod weak_robust;

pub use bandwidth::automatic_bandwidth;
pub use diagnostics::{IvDiagnostics, diagnose};
pub use effective_f::{EffectiveF, effective_f};
pub use estimate::{Estimator, Goodness, IvFit, fit, goodness, wald_f};
pub use first_stage::{FirstStage, InstrumentCoefficient, first_stages};
pub use identification::{
    anderson_lm, cragg_donald, kleibergen_paap_f, kleibergen_paap_lm, redundancy, under_identification,
};
pub use moments::{IvDof, MomentCovariance};
pub use overid::{
    LimlOveridentification, basmann, endogeneity, liml_overidentification, orthogonality, over_identification,
    wu_hausman,
};
pub use panel_core::stock_yogo::{StockYogoTable, stock_yogo, stock_yogo_all};
pub use projection::{Projection, anderson_rubin_projections};
pub use reduced_form::{ReducedForm, reduced_form};
pub use system::{IvData, IvSystem};
pub use weak_robust::{AndersonRubin, AndersonRubinSet, anderson_rubin, anderson_rubin_set, stock_wright};

pub(crate) use diagnostics::diagnose_named;
pub(crate) use moments::scores as moment_scores;
