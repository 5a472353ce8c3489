//! `[[table.column]]`: one regression and what is asked of it.

use super::{Inference, Label, Parsed, Restrictions, Statistic};
use crate::spatial::SpatialColumn;
use panel_core::expr::Expr;
use panel_core::suggest;
use panel_fe::absorb::Settings;
use panel_fe::vcov::Gaps;
use panel_fe::{Estimator, Formula, Like, Options, Singletons, Vcov, WeightKind, Weights};
use serde::{Deserialize, Serialize};

/// `[[table.column]]`.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// Name; `(1)`, `(2)`, … where it is absent.
    pub name: Option<String>,
    /// Words above the dependent variable, such as the sample.
    pub label: Option<Label>,
    /// `y ~ exogenous | fixed effects | endogenous ~ instruments`.
    pub formula: Parsed<Formula>,
    /// Rows to use.
    pub sample: Option<Parsed<Expr>>,
    /// Covariance estimator.
    #[serde(default)]
    pub vcov: Parsed<Vcov>,
    /// Degrees-of-freedom rule.
    #[serde(default)]
    pub like: Parsed<Like>,
    /// Variable of the U test.
    pub utest: Option<String>,
    /// Column of weights.
    pub weights: Option<String>,
    /// What the weights mean; `analytic` where it is absent.
    pub weight_kind: Option<WeightWord>,
    /// Column of latitudes for Conley's covariance; `lat` where it is absent.
    pub lat: Option<String>,
    /// Column of longitudes for Conley's covariance; `lon` where it is absent.
    pub lon: Option<String>,
    /// `drop` or `keep`.
    #[serde(default = "dropped")]
    pub singletons: Parsed<Singletons>,
    /// `calendar` or `reindex`; by the rule of `like` where it is absent.
    pub gaps: Option<Parsed<Gaps>>,
    /// Also show the first stages, with these column names.
    #[serde(default)]
    pub first_stages: Vec<String>,
    /// A moderated quadratic.
    pub moderation: Option<ModerationSpec>,
    /// A spatial regression in place of the usual one.
    pub spatial: Option<SpatialColumn>,
    /// Estimator of a formula with instruments: `2sls`, `liml`, `fuller:a`, `kclass:k`, `gmm2s`; 2SLS where it is absent.
    pub estimator: Option<Parsed<Estimator>>,
    /// Level of the confidence intervals of coefficients, slopes, turning points and bootstraps; 0.95 where it is absent.
    pub level: Option<f64>,
    /// Share of its size below which what is left of a regressor counts as collinear; 1e-9 where it is absent.
    pub collinearity: Option<f64>,
    /// When the absorption of fixed effects stops: `{ tolerance = 1e-10, max_iterations = 20000 }`.
    pub absorption: Option<Settings>,
    /// Joint null hypotheses of coefficients, each a Wald test: `x = z`, `x + x^2 = 0`, `x = z = 0`, `2*x - z = 1, w = 0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Parsed<Restrictions>>,
    /// Instruments, or exogenous regressors, whose exogeneity the C statistic tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orthogonality: Vec<String>,
    /// Endogenous regressors whose exogeneity the C statistic tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endogeneity: Vec<String>,
    /// Instruments that an LM test finds redundant, or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redundancy: Vec<String>,
    /// Coefficients of the endogenous regressors that an Anderson-Rubin test takes as its null, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anderson_rubin_at: Vec<f64>,
    /// Diagnostics of the regression.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "super::statistic::asked")]
    pub diagnostics: Vec<Parsed<Statistic>>,
    /// Variable of the two-lines test.
    pub two_lines: Option<String>,
    /// A bootstrap beside the covariance.
    pub inference: Option<Inference>,
    /// What of the fit goes to `data/fits.csv`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub save: Vec<Saved>,
}

/// Numbers of a fit, one per row of its sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Saved {
    /// y less what is fitted.
    Residuals,
    /// Xb with the fixed effects.
    Fitted,
    /// The sum of the fixed effects.
    Effects,
    /// Leverages, fixed effects included.
    Leverage,
    /// Studentised residuals.
    Studentized,
    /// Cook's distances.
    Cook,
}

impl Saved {
    /// Its name in the head of a file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Residuals => "residuals",
            Self::Fitted => "fitted",
            Self::Effects => "effects",
            Self::Leverage => "leverage",
            Self::Studentized => "studentized",
            Self::Cook => "cook",
        }
    }
}

impl ColumnSpec {
    /// A column of this formula with every choice at its default.
    #[must_use]
    pub fn new(formula: Parsed<Formula>) -> Self {
        Self {
            name: None,
            label: None,
            formula,
            sample: None,
            vcov: Parsed::default(),
            like: Parsed::default(),
            utest: None,
            weights: None,
            weight_kind: None,
            lat: None,
            lon: None,
            singletons: dropped(),
            gaps: None,
            first_stages: Vec::new(),
            moderation: None,
            spatial: None,
            estimator: None,
            level: None,
            collinearity: None,
            absorption: None,
            tests: Vec::new(),
            orthogonality: Vec::new(),
            endogeneity: Vec::new(),
            redundancy: Vec::new(),
            anderson_rubin_at: Vec::new(),
            diagnostics: Vec::new(),
            two_lines: None,
            inference: None,
            save: Vec::new(),
        }
    }

    /// Checks that what it asks for beside its formula belongs to the formula: the variable of the U test, the terms of
    /// the moderated quadratic, a name for no more first stages than there are.
    ///
    /// # Errors
    /// A sentence that names the word and what was expected.
    pub fn check(&self) -> Result<(), String> {
        let formula = &self.formula;
        let terms: Vec<&str> =
            formula.regressors.iter().chain(&formula.endogenous).map(|term| term.name.as_str()).collect();
        let lacks = |what: &str, term: &str| {
            let near = suggest::nearest(term, terms.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            format!("{what}: the formula has no term `{term}`{}", near.unwrap_or_default())
        };
        if let Some(x) = &self.utest {
            let what = format!("utest = \"{x}\"");
            for term in [x.clone(), format!("{x}^2")] {
                if !terms.contains(&term.as_str()) {
                    return Err(lacks(&what, &term));
                }
            }
        }
        if let Some(ModerationSpec { x, moderator, .. }) = &self.moderation {
            let what = format!("moderation = {{ x = \"{x}\", moderator = \"{moderator}\" }}");
            if !terms.contains(&x.as_str()) {
                return Err(lacks(&what, x));
            }
            let (one, other) = (format!("{x}:{moderator}"), format!("{moderator}:{x}"));
            if !terms.contains(&one.as_str()) && !terms.contains(&other.as_str()) {
                return Err(lacks(&what, &one));
            }
        }
        let (named, known) = (self.first_stages.len(), formula.endogenous.len());
        if named > known {
            return Err(format!("first_stages has {named} names, and the formula {known} endogenous regressors"));
        }
        Ok(())
    }

    /// The choices of the estimator.
    #[must_use]
    pub fn options(&self) -> Options {
        let kind = match self.weight_kind {
            None | Some(WeightWord::Analytic) => WeightKind::Analytic,
            Some(WeightWord::Frequency) => WeightKind::Frequency,
            Some(WeightWord::Importance) => WeightKind::Importance,
        };
        let default = Options::default();
        let mut options = Options {
            vcov: Vcov::clone(&self.vcov),
            like: *self.like,
            weights: self.weights.clone().map(|column| Weights { column, kind }),
            singletons: *self.singletons,
            gaps: self.gaps.as_deref().copied(),
            estimator: self.estimator.as_deref().copied().unwrap_or_default(),
            level: self.level.unwrap_or(default.level),
            collinearity: self.collinearity.unwrap_or(default.collinearity),
            absorption: self.absorption.unwrap_or(default.absorption),
            coordinates: default.coordinates,
        };
        if let Some(lat) = &self.lat {
            options.coordinates.lat.clone_from(lat);
        }
        if let Some(lon) = &self.lon {
            options.coordinates.lon.clone_from(lon);
        }
        options
    }

    /// Its name as the column at this place of a table.
    #[must_use]
    pub fn name_at(&self, place: usize) -> String {
        self.name.clone().unwrap_or_else(|| format!("({})", place + 1))
    }
}

fn dropped() -> Parsed<Singletons> {
    Parsed::written("drop", Singletons::Drop)
}

/// What weights mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WeightWord {
    /// Inverse variances.
    Analytic,
    /// A row stands for so many.
    Frequency,
    /// Used as they are.
    Importance,
}

/// `moderation = { x = "Va", moderator = "Infra" }`: of x, x², x:m, x²:m in the formula a curve whose turning point a
/// moderator moves; of x and x:m a line whose slope it changes.
#[derive(Debug, Clone, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModerationSpec {
    /// The variable with the quadratic.
    pub x: String,
    /// The moderator.
    pub moderator: String,
    /// Also the slope of a curve at the mean of x, and where it differs from zero (Johnson & Neyman 1936), which a line
    /// has anyway.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub slopes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(more: &str) -> Result<(), String> {
        let formula = "y ~ x + x^2 + x:m + w | city | D ~ iv";
        toml::from_str::<ColumnSpec>(&format!("formula = \"{formula}\"\n{more}")).unwrap().check()
    }

    #[test]
    fn words_beside_a_formula_belong_to_it() {
        assert_eq!(
            check("utest = \"x\"\nmoderation = { x = \"x\", moderator = \"m\" }\nfirst_stages = [\"D\"]"),
            Ok(())
        );
        assert_eq!(
            check("utest = \"xx\"").unwrap_err(),
            "utest = \"xx\": the formula has no term `xx`; did you mean `x`?"
        );
        assert!(check("utest = \"w\"").unwrap_err().contains("no term `w^2`"));
        assert!(check("moderation = { x = \"x\", moderator = \"z\" }").unwrap_err().contains("no term `x:z`"));
        assert!(check("first_stages = [\"a\", \"b\"]").unwrap_err().contains("2 names"));
    }
}
