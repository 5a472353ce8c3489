//! The public entry: a formula, choices, a panel.

use crate::error::Result;
use crate::estimator::Estimator;
use crate::fit::estimation;
use crate::fit::result::Estimate;
use crate::formula::Formula;
use crate::like::Like;
use crate::sample::frame::Frame;
use crate::spec::{Options, Singletons};
use crate::vcov::Vcov;
use crate::weights::{WeightKind, Weights};
use panel_core::Panel;

/// A regression to be fitted on any panel.
///
/// ```
/// # use panel_core::Panel;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let firm = ["a", "a", "a", "b", "b", "b", "c", "c", "c"];
/// let year = ["1", "2", "3", "1", "2", "3", "1", "2", "3"];
/// let panel = Panel::builder("firm", "year")
///     .keys(firm, year)
///     .column("y", vec![1.0, 2.0, 4.0, 3.0, 1.0, 2.0, 5.0, 4.0, 7.0])
///     .column("x", vec![0.0, 1.0, 3.0, 2.0, 1.0, 1.0, 2.0, 2.0, 4.0])
///     .build()?;
/// let estimate = panel_fe::Model::new("y ~ x | firm + year")?.vcov("cluster:firm".parse()?).fit(&panel)?;
/// assert_eq!(estimate.n_obs, 9);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    formula: Formula,
    options: Options,
}

impl Model {
    /// A model with the default options: iid, `like = reghdfe`.
    ///
    /// # Errors
    /// [`crate::Error::Formula`] with the place of the trouble.
    pub fn new(formula: &str) -> Result<Self> {
        Ok(Self { formula: Formula::parse(formula)?, options: Options::default() })
    }

    /// The covariance.
    #[must_use]
    pub fn vcov(mut self, vcov: Vcov) -> Self {
        self.options.vcov = vcov;
        self
    }

    /// Whose degrees-of-freedom rule is followed.
    #[must_use]
    pub fn like(mut self, like: Like) -> Self {
        self.options.like = like;
        self
    }

    /// 2SLS, LIML, Fuller, k-class or two-step GMM, for formulas with an instrumental-variable part.
    #[must_use]
    pub fn estimator(mut self, estimator: Estimator) -> Self {
        self.options.estimator = estimator;
        self
    }

    /// Analytic weights.
    #[must_use]
    pub fn weights(self, column: impl Into<String>) -> Self {
        self.weights_of_kind(column, WeightKind::Analytic)
    }

    /// Weights of a kind.
    #[must_use]
    pub fn weights_of_kind(mut self, column: impl Into<String>, kind: WeightKind) -> Self {
        self.options.weights = Some(Weights { column: column.into(), kind });
        self
    }

    /// What happens to singletons.
    #[must_use]
    pub fn singletons(mut self, singletons: Singletons) -> Self {
        self.options.singletons = singletons;
        self
    }

    /// All options at once.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The formula.
    #[must_use]
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// Fits on all rows of a panel.
    ///
    /// # Errors
    /// See [`Model::fit_where`].
    pub fn fit(&self, panel: &Panel) -> Result<Estimate> {
        self.fit_where(panel, None)
    }

    /// Fits on the rows of a panel for which `mask` holds.
    ///
    /// # Errors
    /// [`crate::Error`]: unknown columns, unusable values, an empty sample, no regressor left, no degrees of freedom,
    /// absorption that does not converge, combinations that no program has.
    pub fn fit_where(&self, panel: &Panel, mask: Option<&[bool]>) -> Result<Estimate> {
        let _span = tracing::debug_span!("fit", formula = self.formula.source, rows = panel.n_rows()).entered();
        self.options.check()?;
        let frame = Frame::new(&self.formula, panel, &self.options, mask)?;
        estimation::run(frame, &self.formula.source, &self.options, Some(panel))
    }
}

impl From<Formula> for Model {
    /// A parsed formula with the default [`Options`].
    fn from(formula: Formula) -> Self {
        Self { formula, options: Options::default() }
    }
}

/// Fits a formula on a panel.
///
/// # Errors
/// See [`Model::fit_where`].
pub fn fit(panel: &Panel, formula: &str, options: &Options, mask: Option<&[bool]>) -> Result<Estimate> {
    Model::new(formula)?.options(options.clone()).fit_where(panel, mask)
}

/// Fits a sample that was put together from slices.
///
/// # Errors
/// See [`Model::fit_where`].
pub fn fit_frame(frame: Frame, options: &Options) -> Result<Estimate> {
    frame.check()?;
    let formula = describe(&frame);
    let _span = tracing::debug_span!("fit", formula, rows = frame.rows.len()).entered();
    estimation::run(frame, &formula, options, None)
}

fn describe(frame: &Frame) -> String {
    let names: Vec<&str> = frame.exog.iter().map(|variable| variable.name.as_str()).collect();
    let mut formula = format!("{} ~ {}", frame.y.name, names.join(" + "));
    if !frame.effect_names.is_empty() {
        formula.push_str(" | ");
        formula.push_str(&frame.effect_names.join(" + "));
    }
    formula
}
