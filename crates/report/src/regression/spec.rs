//! What a regression table shows, and how.

use crate::numfmt::Format;
use crate::table::{Rule, Spanner};
use crate::{Error, Labels, Result, StarRule, Text};

/// What stands below a coefficient. The note says it in words, since tools differ silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Below {
    /// The standard error in parentheses.
    #[default]
    StdError,
    /// The t statistic in parentheses.
    T,
    /// The p-value in brackets.
    P,
    /// The confidence interval in brackets.
    Interval,
    /// Nothing.
    Nothing,
}

impl Below {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::StdError, Self::T, Self::P, Self::Interval, Self::Nothing];

    /// Its word in options: `se`, `t`, `p`, `interval` or `none`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StdError => "se",
            Self::T => "t",
            Self::P => "p",
            Self::Interval => "interval",
            Self::Nothing => "none",
        }
    }
}

crate::words!(Below, "value of `below`", name, crate::Error);

/// One row of the ordered selection of coefficients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoefLabel {
    /// Name as estimated.
    pub name: String,
    /// Label; the dictionary's where it is `None`.
    pub label: Option<Text>,
}

/// One row of statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FitRow {
    /// Key of the statistic; `n` is the number of observations.
    pub key: String,
    /// Label; the dictionary's where it is `None`.
    pub label: Option<Text>,
    /// Digits.
    pub format: Format,
}

/// What a regression table shows. Made by [`RegressionSpec::new`], since stars need a rule.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RegressionSpec {
    /// Name of its files.
    pub id: String,
    /// What stands before the title (表 2 / Table 2).
    pub number: Text,
    /// Title.
    pub title: Text,
    /// Which coefficients, in which order, under which label; empty: all, in order of first appearance.
    pub coef_map: Vec<CoefLabel>,
    /// Whether coefficients outside a non-empty `coef_map` follow it, instead of being left out.
    pub append_rest: bool,
    /// What stands below a coefficient.
    pub below: Below,
    /// Digits of coefficients and of what stands below them.
    pub digits: Format,
    /// Star rule.
    pub stars: StarRule,
    /// Statistics, in order; empty: `n` (where stated) and then all that the columns have, in order of first appearance.
    pub fit: Vec<FitRow>,
    /// Dictionary.
    pub labels: Labels,
    /// Labels over several columns.
    pub spanners: Vec<Spanner>,
    /// Whether columns are numbered (1), (2), …
    pub numbered: bool,
    /// Whether the kind of standard errors and the number of clusters have rows, besides the note.
    pub std_error_rows: bool,
    /// A rule between coefficients and what follows; three-line tables have none.
    pub rule_below_coefs: Rule,
    /// Further notes, after those that the table writes itself.
    pub notes: Vec<Text>,
}

impl RegressionSpec {
    /// A specification with a star rule and otherwise usual choices: all coefficients, three digits, standard errors
    /// in parentheses, numbered columns.
    pub fn new(id: impl Into<String>, title: impl Into<Text>, stars: StarRule) -> Self {
        Self {
            id: id.into(),
            number: Text::default(),
            title: title.into(),
            coef_map: Vec::new(),
            append_rest: false,
            below: Below::default(),
            digits: Format::Legible(3),
            stars,
            fit: Vec::new(),
            labels: Labels::new(),
            spanners: Vec::new(),
            numbered: true,
            std_error_rows: true,
            rule_below_coefs: Rule::None,
            notes: Vec::new(),
        }
    }

    /// The same with coefficients selected and ordered by name, labels from the dictionary.
    #[must_use]
    pub fn coefs<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.coef_map = names.into_iter().map(|name| CoefLabel { name: name.to_owned(), label: None }).collect();
        self
    }

    /// The same with a dictionary.
    #[must_use]
    pub fn labels(mut self, labels: Labels) -> Self {
        self.labels = labels;
        self
    }

    /// The same with statistics selected and ordered by key, with usual digits.
    #[must_use]
    pub fn fit_rows<'a>(mut self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        self.fit = keys.into_iter().map(FitRow::usual).collect();
        self
    }

    /// Checks that no coefficient and no statistic is asked for twice.
    pub(super) fn validate(&self) -> Result<()> {
        let twice = |names: Vec<&str>, what: &str| {
            let repeated = names.iter().enumerate().find(|(i, name)| names[..*i].contains(name));
            match repeated {
                Some((_, name)) => {
                    Err(Error::Specification(format!("table `{}`: {what} `{name}` is asked for twice", self.id)))
                }
                None => Ok(()),
            }
        };
        twice(self.coef_map.iter().map(|row| row.name.as_str()).collect(), "coefficient")?;
        twice(self.fit.iter().map(|row| row.key.as_str()).collect(), "statistic")
    }
}

impl FitRow {
    /// A row with the digits that are usual for its statistic.
    #[must_use]
    pub fn usual(key: &str) -> Self {
        // One of several first stages has the digits of the only one.
        let format = match key.split_once(": ").map_or(key, |(statistic, _)| statistic) {
            _ if key.starts_with("endogeneity: ") => Format::Legible(3),
            "n" | "n_obs" | "n_entities" | "n_periods" | "n_clusters" => Format::Integer,
            "f"
            | "f_first"
            | "sanderson_windmeijer"
            | "angrist_pischke"
            | "weak_id"
            | "weak_id_robust"
            | "under_id"
            | "over_id"
            | "endogeneity"
            | "anderson_lm"
            | "kp_rk_lm"
            | "stock_yogo_10"
            | "stock_yogo_fuller_10" => Format::Fixed(2),
            // Shares have no unit; what a rounding error leaves of one is none.
            _ if key.contains("r2") => Format::Fixed(3),
            _ => Format::Legible(3),
        };
        Self { key: key.to_owned(), label: None, format }
    }
}
