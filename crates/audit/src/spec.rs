//! Which numbers belong together: declared, since it cannot be guessed from a table.

use crate::{Error, Result};
use report::StarRule;
use serde::{Deserialize, Serialize};

/// What to check. Read from TOML; unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AuditSpec {
    /// How stars were given.
    pub stars: StarsSpec,
    /// Sample sizes.
    #[serde(default)]
    pub sample: SampleSpec,
    /// Declared numbers of observations.
    #[serde(default)]
    pub count: Vec<Count>,
    /// Samples that add up.
    #[serde(default)]
    pub partition: Vec<Partition>,
    /// Samples inside others.
    #[serde(default)]
    pub subset: Vec<SubsetSpec>,
    /// Curves with a linear and a squared term.
    #[serde(default)]
    pub curve: Vec<CurveSpec>,
    /// Moderated curves.
    #[serde(default)]
    pub moderation: Vec<ModerationSpec>,
    /// Mediation chains.
    #[serde(default)]
    pub mediation: Vec<MediationSpec>,
    /// Instrumental-variable columns.
    #[serde(default)]
    pub instruments: Vec<InstrumentsSpec>,
    /// Bounds of variables that follow from their definitions.
    #[serde(default)]
    pub bounds: Vec<Bounds>,
}

/// A column, written `table column`, such as `2 (1)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnRef {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
}

impl TryFrom<String> for ColumnRef {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        match text.trim().split_once(' ') {
            Some((table, column)) => Ok(Self { table: table.to_owned(), column: column.trim().to_owned() }),
            None => {
                Err(Error::Specification(format!("`{text}` is no column; expected `table column`, such as `2 (1)`")))
            }
        }
    }
}

impl From<ColumnRef> for String {
    fn from(column: ColumnRef) -> Self {
        column.to_string()
    }
}

impl std::fmt::Display for ColumnRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.table, self.column)
    }
}

/// How stars were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StarsSpec {
    /// Thresholds of one, two, three stars.
    pub thresholds: StarRule,
    /// Distribution that decides.
    #[serde(default)]
    pub distribution: Distribution,
}

/// Distribution of a t statistic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Distribution {
    /// Standard normal.
    #[default]
    Normal,
    /// Student's t with entities - 1 degrees of freedom, entities = n / periods.
    Clusters,
}

/// What is known of the panel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SampleSpec {
    /// Periods of a balanced panel: every n is a multiple of it.
    pub periods: Option<usize>,
    /// Table with mean, sd, min and max in columns of these names.
    pub descriptives: Option<String>,
}

/// A declared number of observations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The column whose n is checked.
    pub column: ColumnRef,
    /// Entities.
    pub entities: usize,
    /// Periods.
    pub periods: usize,
    /// Why this number is expected.
    pub why: report::Text,
}

/// Parts that add up to a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// The whole.
    pub whole: ColumnRef,
    /// Its parts.
    pub parts: Vec<ColumnRef>,
    /// Coefficients whose pooled value is compared with those of the parts.
    #[serde(default)]
    pub terms: Vec<String>,
}

/// A part of a whole, whose remainder is not shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubsetSpec {
    /// The whole.
    pub whole: ColumnRef,
    /// The part.
    pub part: ColumnRef,
    /// Coefficients to compare.
    pub terms: Vec<String>,
}

/// Curves with a linear and a squared term, wherever both rows stand in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurveSpec {
    /// Row of the linear term.
    pub linear: String,
    /// Row of the squared term.
    pub square: String,
    /// Columns that are left out, such as moderated ones.
    #[serde(default)]
    pub except: Vec<ColumnRef>,
    /// Row label of printed turning points, matched by sample and dependent variable.
    #[serde(default)]
    pub printed: Option<String>,
}

/// y = θ₁x + θ₂x² + θ₃xm + θ₄x²m + …
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModerationSpec {
    /// The column.
    pub column: ColumnRef,
    /// Row of θ₁.
    pub linear: String,
    /// Row of θ₂.
    pub square: String,
    /// Row of θ₃.
    pub linear_interaction: String,
    /// Row of θ₄.
    pub square_interaction: String,
    /// The moderator.
    pub moderator: String,
    /// Printed sign of θ₁θ₄ - θ₂θ₃: -1 or 1.
    #[serde(default)]
    pub printed_sign: Option<i8>,
    /// Column of the same sample without the moderator.
    #[serde(default)]
    pub unmoderated: Option<ColumnRef>,
}

/// total = direct + path × mediator, coefficient by coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediationSpec {
    /// Row of the mediator in the direct column.
    pub mediator: String,
    /// Outcome on treatment.
    pub total: ColumnRef,
    /// Outcome on treatment and mediator.
    pub direct: ColumnRef,
    /// Mediator on treatment.
    pub path: ColumnRef,
    /// Rows of the treatment.
    pub terms: Vec<String>,
}

/// Columns of a two-stage least-squares table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentsSpec {
    /// First stages.
    #[serde(default)]
    pub first: Vec<FirstStage>,
    /// Second stage.
    pub second: ColumnRef,
    /// Endogenous regressors.
    pub endogenous: usize,
    /// Excluded instruments.
    pub instruments: usize,
    /// Key of the printed critical value.
    #[serde(default)]
    pub critical_value: Option<String>,
    /// The words that explain the critical value in the publication.
    #[serde(default)]
    pub critical_value_wording: Option<String>,
    /// Key of the weak-instruments statistic.
    #[serde(default)]
    pub weak_id: Option<String>,
    /// Key of the underidentification statistic (χ², instruments - endogenous + 1 degrees of freedom).
    #[serde(default)]
    pub under_id: Option<String>,
    /// Entities, whose effects are absorbed.
    #[serde(default)]
    pub entities: Option<usize>,
}

/// A first stage and its printed F.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStage {
    /// The column.
    pub column: ColumnRef,
    /// Key of the printed F statistic.
    #[serde(default)]
    pub f: Option<String>,
}

/// Bounds that follow from a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Row in the table of descriptive statistics.
    pub variable: String,
    /// Smallest possible value.
    pub low: f64,
    /// Largest possible value.
    pub high: f64,
    /// The definition.
    pub why: report::Text,
}

impl AuditSpec {
    /// A specification that declares nothing but the star rule.
    #[must_use]
    pub fn new(stars: StarRule) -> Self {
        Self {
            stars: StarsSpec { thresholds: stars, distribution: Distribution::Normal },
            sample: SampleSpec::default(),
            count: Vec::new(),
            partition: Vec::new(),
            subset: Vec::new(),
            curve: Vec::new(),
            moderation: Vec::new(),
            mediation: Vec::new(),
            instruments: Vec::new(),
            bounds: Vec::new(),
        }
    }

    /// Reads a specification.
    ///
    /// # Errors
    /// [`Error::Toml`] with line and key for anything that does not fit.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
            Error::Toml { line, reason: error.message().to_owned() }
        })
    }
}
