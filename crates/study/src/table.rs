//! `[[table]]` and `[[mediation]]`: what is estimated and shown.

use super::label::{OneOrMore, one_or_more};
use super::{BootstrapSpec, ColumnSpec, Digits, Label, Parsed, Statistic};
use panel_core::expr::Expr;
use panel_core::index::Direction;
use panel_core::suggest;
use panel_fe::{Formula, FormulaError, Like, Vcov};
use report::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which mean a table of means takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mean {
    /// The sum over the number of values.
    Arithmetic,
    /// The root of the product, of positive numbers: what chained changes have.
    Geometric,
}

/// Name of the files that hold every table; no table may have it.
pub const ALL_TABLES: &str = "all-tables";

/// What a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
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
    /// Means of variables by period and by group, with a row for all.
    Means,
    /// LM, LR, Wald and Hausman tests of spatial models, a pair of columns for each column with `spatial`.
    SpatialTests,
}

/// `[[table]]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Name; files are `tables/<id>.<ext>`.
    pub id: String,
    /// Title.
    pub title: Option<Label>,
    /// What it shows.
    #[serde(default)]
    pub kind: TableKind,
    /// Variables of a descriptive table or a table of means; indicators of an entropy table, a cost with a minus before it;
    /// productivity specifications of a calibration table.
    #[serde(default)]
    pub variables: Vec<String>,
    /// Headings between the variables of a descriptive table or an entropy table.
    #[serde(default, rename = "heading", skip_serializing_if = "Vec::is_empty")]
    pub headings: Vec<HeadingSpec>,
    /// Whether a column of such a table says how each variable is defined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub definitions: bool,
    /// What the means of a table of kind `means` are grouped by, in rows: the time key, the entity key or columns of groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Column of groups that stand beside each other in a table of means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub across: Option<String>,
    /// Which mean; where it is absent, the geometric one of productivity indices that are ratios and of their parts, the
    /// arithmetic one of scores, indicators and all other variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Mean>,
    /// Which mean single variables of such a table have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mean_of: BTreeMap<String, Mean>,
    /// Rows of a descriptive table, an entropy table or a table of means.
    pub sample: Option<Parsed<Expr>>,
    /// Shift of an entropy table's standardised values (D23: 1e-4).
    pub shift: Option<f64>,
    /// Columns of a regression table.
    #[serde(default, rename = "column")]
    pub columns: Vec<ColumnSpec>,
    /// Coefficients to show, in order; all that are not fixed effects where it is absent.
    pub show: Option<Vec<String>>,
    /// Statistics below the coefficients; those of `[report] stats` where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::statistic::shown")]
    pub stats: Option<Vec<Parsed<Statistic>>>,
    /// Dummies of which a note says how many entities switch inside the panel.
    #[serde(default)]
    pub switches: Vec<String>,
    /// Digits of coefficients and of what stands below them; those of `[report]` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<Digits>,
    /// Digits of single statistics, such as `{ r2 = 4 }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stat_digits: BTreeMap<String, Digits>,
    /// Whether thousands are separated, as 2,232; as `[report]` says where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thousands: Option<bool>,
    /// Whether the mean of the dependent variable has a row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dependent_mean: bool,
    /// Panels stacked under one head, each with as many of the columns.
    #[serde(default, rename = "panel", skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<PanelSpec>,
    /// Number that stands before the title; that of `published` where it is absent.
    pub number: Option<String>,
    /// Number of this table in the published numbers.
    pub published: Option<String>,
    /// Notes under the table: a text, or a list.
    #[serde(default, deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub notes: Vec<Label>,
}

impl TableSpec {
    /// Checks that it has what its kind shows, and nothing that its kind does not.
    pub(super) fn check_contents(&self) -> Result<(), String> {
        let lacks = |what: &str| Err(format!("table `{}`: no {what}, so that there is nothing to show", self.id));
        let idle = |key: &str| Err(format!("table `{}`: `{key}` belongs to another kind of table", self.id));
        match self.kind {
            TableKind::Regression | TableKind::SpatialTests => {
                if self.columns.is_empty() {
                    return lacks("[[table.column]]");
                }
                if !self.variables.is_empty() {
                    return idle("variables");
                }
                let names: Vec<String> = self.named_columns().map(|(name, _)| name).collect();
                let twice = (1..names.len()).find(|&place| names[..place].contains(&names[place]));
                if let Some(place) = twice {
                    return Err(format!("table `{}`: two columns are called `{}`", self.id, names[place]));
                }
            }
            TableKind::Descriptives | TableKind::EntropyWeights | TableKind::Calibration | TableKind::Means => {
                if self.variables.is_empty() {
                    return lacks("`variables`");
                }
                if !self.columns.is_empty() {
                    return idle("[[table.column]]");
                }
            }
        }
        self.check_rows_and_notes().map_or(Ok(()), idle)?;
        if self.shift.is_some() && self.kind != TableKind::EntropyWeights {
            return idle("shift");
        }
        if self.shift.is_some_and(|shift| !(shift >= 0.0 && shift.is_finite())) {
            return Err(format!("table `{}`: shift: expected a number from 0 on", self.id));
        }
        Ok(())
    }
}

/// `[[table.heading]]`: a line that groups the variables below it, such as the controls. Several above one variable are layers, the
/// widest first.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadingSpec {
    /// Words of the line.
    pub title: Label,
    /// Variable above which it stands, without a sign.
    pub above: String,
}

impl TableSpec {
    /// A key of tables of regressions that a table of another kind has, or one with nothing but spatial likelihoods.
    fn check_rows_and_notes(&self) -> Option<&'static str> {
        let regression = self.kind == TableKind::Regression;
        let usual = regression
            && self
                .columns
                .iter()
                .any(|column| column.spatial.as_ref().is_none_or(|spatial| spatial.by_instruments(&column.formula)));
        let given = [
            ("show", self.show.is_some(), regression),
            ("switches", !self.switches.is_empty(), regression),
            ("dependent_mean", self.dependent_mean, usual),
        ];
        given.into_iter().find(|(_, given, used)| *given && !used).map(|(key, ..)| key)
    }

    /// Checks that headings and definitions stand in a table of variables, each heading above one of them.
    ///
    /// # Errors
    /// A sentence about the first that does not.
    pub(crate) fn check_headings(&self) -> Result<(), String> {
        let id = &self.id;
        if !matches!(self.kind, TableKind::Descriptives | TableKind::EntropyWeights) {
            return if self.headings.is_empty() && !self.definitions {
                Ok(())
            } else {
                Err(format!(
                    "table `{id}`: `heading` and `definitions` belong to tables of kind `descriptives` or `entropy-weights`"
                ))
            };
        }
        let names: Vec<&str> = self.variables.iter().map(|signed| indicator(signed).0).collect();
        for heading in &self.headings {
            if !names.contains(&heading.above.as_str()) {
                let near = suggest::nearest(&heading.above, names.iter().copied());
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let above = &heading.above;
                return Err(format!("table `{id}`: heading above `{above}`, which is none of its variables{near}"));
            }
        }
        Ok(())
    }
}

/// `[[table.panel]]`: columns that stand in rows of their own, under the head that all panels share.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelSpec {
    /// Label above its rows, such as `A: all cities`.
    pub title: Label,
    /// Names of its columns.
    pub columns: Vec<String>,
}

/// A column of one of the tables by the names of both.
///
/// # Errors
/// A sentence that names what is not there and what comes nearest.
pub fn find_column<'a>(
    tables: &'a [TableSpec],
    table: &str,
    column: &str,
) -> Result<(&'a TableSpec, &'a ColumnSpec), String> {
    let hint = |name: &str, known: &[String]| {
        suggest::nearest(name, known.iter().map(String::as_str))
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default()
    };
    let Some(spec) = tables.iter().find(|spec| spec.id == table) else {
        let known: Vec<String> = tables.iter().map(|spec| spec.id.clone()).collect();
        return Err(format!("no table `{table}`{}", hint(table, &known)));
    };
    spec.named_columns().find(|(name, _)| name == column).map(|(_, column)| (spec, column)).ok_or_else(|| {
        let known: Vec<String> = spec.named_columns().map(|(name, _)| name).collect();
        format!("table `{table}` has no column `{column}`{}", hint(column, &known))
    })
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

/// `[[mediation]]`: x → mediator → outcome, three regressions on one sample.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
    /// Resampling for intervals of the indirect effects; Sobel's test alone where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<BootstrapSpec>,
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

    #[test]
    fn a_minus_marks_a_cost_with_blanks_or_without() {
        for signed in ["-so2", "- so2", " -so2 "] {
            assert_eq!(indicator(signed), ("so2", Direction::Cost));
        }
        assert_eq!(indicator(" green "), ("green", Direction::Benefit));
    }
}
