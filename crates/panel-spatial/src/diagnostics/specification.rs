//! Every test that asks which spatial model the data need, in the order in which they are read.

use super::{ChiSquared, LmConvention, LmTests, likelihood_ratio, lm_tests, wald_to_sar, wald_to_sem};
use crate::error::Result;
use crate::logdet::Prepared;
use crate::panel::SpatialPanel;
use crate::result::SpatialFit;
use crate::spec::{FixedEffects, Model, SpatialSpec};
use serde::Serialize;

/// What a test starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestGroup {
    /// The regression on X: is a lag missing.
    LeastSquares,
    /// The regression on X and WX: is a lag missing beside those of X.
    Slx,
    /// The Durbin model: does a smaller one suffice.
    Durbin,
}

/// One test, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SpecificationTest {
    /// What it starts from.
    pub group: TestGroup,
    /// Its name.
    pub name: String,
    /// The test.
    pub test: Option<ChiSquared>,
    /// Why there is none.
    pub reason: Option<String>,
}

impl SpecificationTest {
    fn new(group: TestGroup, name: &str, result: std::result::Result<ChiSquared, String>) -> Self {
        let (test, reason) = match result {
            Ok(test) => (Some(test), None),
            Err(reason) => (None, Some(reason)),
        };
        Self { group, name: name.to_owned(), test, reason }
    }
}

/// Tests of the regression on X (five), of that on X and WX (five), and of the Durbin model against SAR and SEM (LR and Wald) and
/// SLX (LR).
///
/// `spec` gives the lags of the Durbin model, the approach, whose conventions and which information; its model is not used.
/// A test that does not exist for these data has its reason; an error is what no model can be estimated from.
///
/// # Errors
/// As [`fit`](crate::fit), where neither regression can be estimated.
pub fn specification_tests(
    panel: &SpatialPanel,
    prepared: &Prepared,
    effects: FixedEffects,
    spec: &SpatialSpec,
) -> Result<Vec<SpecificationTest>> {
    let mut tests = Vec::new();
    let lm = |durbin: bool| lm_tests(panel, prepared, effects, spec.approach, durbin, LmConvention::Exact);
    let least_squares = lm(false)?;
    tests.extend(five(TestGroup::LeastSquares, Ok(least_squares)));
    // All lags are in this regression, or none.
    tests.extend(five(TestGroup::Slx, lm(true).map_err(|error| error.to_string())));
    let fitted = |model: Model| {
        let durbin = spec.durbin.clone().filter(|_| model.is_durbin());
        let spec = SpatialSpec { model, durbin, ..spec.clone() };
        crate::fit(panel, prepared, effects, &spec).map_err(|error| error.to_string())
    };
    let sdm = fitted(Model::Sdm);
    let ratio = |small: Model| -> std::result::Result<ChiSquared, String> {
        likelihood_ratio(sdm.as_ref().map_err(Clone::clone)?, &fitted(small)?).map_err(|error| error.to_string())
    };
    let wald = |test: fn(&SpatialFit) -> Result<ChiSquared>| -> std::result::Result<ChiSquared, String> {
        test(sdm.as_ref().map_err(Clone::clone)?).map_err(|error| error.to_string())
    };
    let group = TestGroup::Durbin;
    tests.extend([
        SpecificationTest::new(group, "LR SDM → SAR", ratio(Model::Sar)),
        SpecificationTest::new(group, "Wald SDM → SAR", wald(wald_to_sar)),
        SpecificationTest::new(group, "LR SDM → SEM", ratio(Model::Sem)),
        SpecificationTest::new(group, "Wald SDM → SEM", wald(wald_to_sem)),
        SpecificationTest::new(group, "LR SDM → SLX", ratio(Model::Slx)),
    ]);
    Ok(tests)
}

/// The LM tests of one regression in a row.
fn five(group: TestGroup, tests: std::result::Result<LmTests, String>) -> Vec<SpecificationTest> {
    const NAMES: [&str; 5] = ["LM lag", "robust LM lag", "LM error", "robust LM error", "LM SARMA"];
    match tests {
        Ok(LmTests { lag, robust_lag, error, robust_error, both, .. }) => [lag, robust_lag, error, robust_error, both]
            .into_iter()
            .zip(NAMES)
            .map(|(test, name)| SpecificationTest::new(group, name, Ok(test)))
            .collect(),
        Err(reason) => NAMES.map(|name| SpecificationTest::new(group, name, Err(reason.clone()))).to_vec(),
    }
}
