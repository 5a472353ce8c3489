//! Every test that asks which spatial model the data need, in the order in which they are read.

use super::{
    ChiSquared, LmConvention, LmTests, hausman, likelihood_ratio, lm_tests, mundlak, wald_to_sar, wald_to_sem,
};
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
    /// The models with fixed effects of units: would random ones do.
    UnitEffects,
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
/// SLX (LR); fixed against random effects of units in SAR, SEM and SDM (Hausman and Mundlak).
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
    let [sar, sem, sdm] = [Model::Sar, Model::Sem, Model::Sdm].map(fitted);
    let ratio = |small: &Fitted| -> std::result::Result<ChiSquared, String> {
        let (large, small) = (sdm.as_ref().map_err(Clone::clone)?, small.as_ref().map_err(Clone::clone)?);
        likelihood_ratio(large, small).map_err(|error| error.to_string())
    };
    let wald = |test: fn(&SpatialFit) -> Result<ChiSquared>| -> std::result::Result<ChiSquared, String> {
        test(sdm.as_ref().map_err(Clone::clone)?).map_err(|error| error.to_string())
    };
    let group = TestGroup::Durbin;
    tests.extend([
        SpecificationTest::new(group, "LR SDM → SAR", ratio(&sar)),
        SpecificationTest::new(group, "Wald SDM → SAR", wald(wald_to_sar)),
        SpecificationTest::new(group, "LR SDM → SEM", ratio(&sem)),
        SpecificationTest::new(group, "Wald SDM → SEM", wald(wald_to_sem)),
        SpecificationTest::new(group, "LR SDM → SLX", ratio(&fitted(Model::Slx))),
    ]);
    for fixed in [(Model::Sar, &sar), (Model::Sem, &sem), (Model::Sdm, &sdm)] {
        tests.extend(unit_effects(panel, prepared, effects, spec, fixed));
    }
    Ok(tests)
}

/// A fit, or why there is none.
type Fitted = std::result::Result<SpatialFit, String>;

/// Hausman's and Mundlak's test of one model.
fn unit_effects(
    panel: &SpatialPanel,
    prepared: &Prepared,
    effects: FixedEffects,
    spec: &SpatialSpec,
    (model, fixed): (Model, &Fitted),
) -> [SpecificationTest; 2] {
    let durbin = spec.durbin.clone().filter(|_| model.is_durbin());
    let spec = SpatialSpec { model, durbin, ..spec.clone() };
    let beside = if effects.time() { FixedEffects::Time } else { FixedEffects::None };
    let compared = |test: &dyn Fn() -> Result<ChiSquared>| -> std::result::Result<ChiSquared, String> {
        if !effects.entity() {
            return Err("there are no effects of units that could be fixed or random".into());
        }
        fixed.as_ref().map_err(Clone::clone)?;
        test().map_err(|error| error.to_string())
    };
    let contrast = || match fixed {
        Ok(fixed) => hausman(fixed, &crate::random_effects(panel, prepared, beside, &spec)?),
        Err(reason) => Err(crate::Error::Specification(reason.clone())),
    };
    let means = || mundlak(panel, prepared, beside, &spec);
    let test = |name: &str, result| {
        SpecificationTest::new(TestGroup::UnitEffects, &format!("{name} {}", model.name()), result)
    };
    [test("Hausman", compared(&contrast)), test("Mundlak", compared(&means))]
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
