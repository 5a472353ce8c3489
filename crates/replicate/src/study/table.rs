//! `[[table]]` and `[[mediation]]`: what is estimated and shown.

use super::{Label, Parsed, Study};
use panel_core::expr::Expr;
use panel_core::index::Direction;
use panel_core::suggest;
use panel_fe::vcov::Gaps;
use panel_fe::{Formula, FormulaError, Like, Options, Singletons, Vcov, WeightKind, Weights};
use report::Text;
use serde::{Deserialize, Serialize};

/// Name of the files that hold every table; no table may have it.
pub const ALL_TABLES: &str = "all-tables";

/// What a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableKind {
    /// Regressions in columns.
    #[default]
    Regression,
    /// Descriptive statistics, variables in rows.
    Descriptives,
    /// Entropy weights of an index, indicators in rows.
    EntropyWeights,
    /// ε of productivity specifications under each calibration, with rank correlations of the scores.
    Calibration,
}

/// `[[table]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Name; files are `tables/<id>.<ext>`.
    pub id: String,
    /// Title.
    pub title: Option<Label>,
    /// What it shows.
    #[serde(default)]
    pub kind: TableKind,
    /// Variables of a descriptive table; indicators of an entropy table, a cost with a minus before it; productivity
    /// specifications of a calibration table.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Rows of a descriptive table or an entropy table.
    pub sample: Option<Parsed<Expr>>,
    /// Shift of an entropy table's standardised values (D23: 1e-4).
    pub shift: Option<f64>,
    /// Columns of a regression table.
    #[serde(default, rename = "column")]
    pub columns: Vec<ColumnSpec>,
    /// Coefficients to show, in order; all that are not fixed effects where it is absent.
    pub show: Option<Vec<String>>,
    /// Dummies of which a note says how many entities switch inside the panel.
    #[serde(default)]
    pub switches: Vec<String>,
    /// Number that stands before the title; that of `published` where it is absent.
    pub number: Option<String>,
    /// Number of this table in the published numbers.
    pub published: Option<String>,
    /// Notes under the table.
    #[serde(default)]
    pub notes: Vec<Label>,
}

/// `[[table.column]]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
}

impl Study {
    /// A column of a table by the names of both.
    ///
    /// # Errors
    /// A sentence that names what is not there and what comes nearest.
    pub fn column(&self, table: &str, column: &str) -> Result<(&TableSpec, &ColumnSpec), String> {
        let hint = |name: &str, known: &[String]| {
            suggest::nearest(name, known.iter().map(String::as_str))
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default()
        };
        let Some(spec) = self.tables.iter().find(|spec| spec.id == table) else {
            let known: Vec<String> = self.tables.iter().map(|spec| spec.id.clone()).collect();
            return Err(format!("no table `{table}`{}", hint(table, &known)));
        };
        spec.named_columns().find(|(name, _)| name == column).map(|(_, column)| (spec, column)).ok_or_else(|| {
            let known: Vec<String> = spec.named_columns().map(|(name, _)| name).collect();
            format!("table `{table}` has no column `{column}`{}", hint(column, &known))
        })
    }
}

impl TableSpec {
    /// The columns with their names.
    pub fn named_columns(&self) -> impl Iterator<Item = (String, &ColumnSpec)> {
        self.columns.iter().enumerate().map(|(place, column)| (column.name_at(place), column))
    }

    /// Id of the table of U tests that goes with this one.
    #[must_use]
    pub fn u_test_id(&self) -> String {
        format!("{}-u-test", self.id)
    }

    /// 表 2 / Table 2, where the study numbers a table.
    #[must_use]
    pub fn number_text(&self) -> Text {
        match self.number.as_ref().or(self.published.as_ref()) {
            Some(number) => Text::new(format!("表 {number}"), format!("Table {number}")),
            None => Text::default(),
        }
    }

    /// The title given, else the id.
    #[must_use]
    pub fn title_text(&self) -> Text {
        self.title.as_ref().map_or_else(|| Text::from(self.id.clone()), Label::text)
    }

    /// Number and title in one line.
    #[must_use]
    pub fn heading(&self) -> Text {
        let number = self.number_text();
        self.title_text().map(|lang, title| format!("{} {title}", number.get(lang)).trim().to_owned())
    }
}

/// Name and direction of an indicator of an entropy table: a minus before the name marks a cost.
#[must_use]
pub fn indicator(signed: &str) -> (&str, Direction) {
    match signed.trim().strip_prefix('-') {
        Some(name) => (name.trim(), Direction::Cost),
        None => (signed.trim(), Direction::Benefit),
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
        if let Some(ModerationSpec { x, moderator }) = &self.moderation {
            let what = format!("moderation = {{ x = \"{x}\", moderator = \"{moderator}\" }}");
            for term in [x.clone(), format!("{x}^2")] {
                if !terms.contains(&term.as_str()) {
                    return Err(lacks(&what, &term));
                }
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
        let mut options = Options {
            vcov: Vcov::clone(&self.vcov),
            like: *self.like,
            weights: self.weights.clone().map(|column| Weights { column, kind }),
            singletons: *self.singletons,
            gaps: self.gaps.as_deref().copied(),
            ..Options::default()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightWord {
    /// Inverse variances.
    Analytic,
    /// A row stands for so many.
    Frequency,
    /// Used as they are.
    Importance,
}

/// `moderation = { x = "Va", moderator = "Infra" }` for x, x², x:m, x²:m in the formula.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModerationSpec {
    /// The variable with the quadratic.
    pub x: String,
    /// The moderator.
    pub moderator: String,
}

/// `[[mediation]]`: x → mediator → outcome, three regressions on one sample.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MediationSpec {
    /// Name.
    pub id: String,
    /// Outcome.
    pub outcome: String,
    /// Mediator.
    pub mediator: String,
    /// Terms whose effect is split, such as `Va` and `Va^2`.
    pub terms: Vec<String>,
    /// Controls and fixed effects: `Fina + lnpop | city + year`.
    pub controls: String,
    /// Rows to use.
    pub sample: Option<Parsed<Expr>>,
    /// Covariance estimator.
    #[serde(default)]
    pub vcov: Parsed<Vcov>,
    /// Degrees-of-freedom rule.
    #[serde(default)]
    pub like: Parsed<Like>,
}

impl MediationSpec {
    /// Id of its table.
    #[must_use]
    pub fn table_id(&self) -> String {
        format!("mediation-{}", self.id)
    }

    /// The three regressions: total effects, the mediator, the outcome with the mediator.
    ///
    /// # Errors
    /// When terms and controls make no formula.
    pub fn steps(&self) -> Result<[Parsed<Formula>; 3], FormulaError> {
        let Self { outcome, mediator, controls, .. } = self;
        let terms = self.terms.join(" + ");
        Ok([
            format!("{outcome} ~ {terms} + {controls}").parse()?,
            format!("{mediator} ~ {terms} + {controls}").parse()?,
            format!("{outcome} ~ {terms} + {mediator} + {controls}").parse()?,
        ])
    }

    /// The regression with every variable of the chain, as a column: its sample is the common one (D25).
    ///
    /// # Errors
    /// As [`MediationSpec::steps`].
    pub fn longest(&self) -> Result<ColumnSpec, FormulaError> {
        let [.., formula] = self.steps()?;
        let (sample, vcov, like) = (self.sample.clone(), self.vcov.clone(), self.like.clone());
        Ok(ColumnSpec { sample, vcov, like, ..ColumnSpec::new(formula) })
    }
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

    #[test]
    fn a_minus_marks_a_cost_with_blanks_or_without() {
        for signed in ["-so2", "- so2", " -so2 "] {
            assert_eq!(indicator(signed), ("so2", Direction::Cost));
        }
        assert_eq!(indicator(" green "), ("green", Direction::Benefit));
    }
}
