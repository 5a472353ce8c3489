//! The study file as plain data. Every choice is spelled out here with its default; unknown keys are errors.

use super::label::bare;
use super::quality::QualityOptions;
use super::source::SourceSpec;
use super::table::find_column;
use super::variables::Variables;
use super::{ColumnSpec, CompareSpec, Label, MediationSpec, PublishedSpec, ReportSpec, SpecificationCurve, TableSpec};
use crate::indices::Indices;
use crate::spatial::WeightsSection;
use panel_multiverse::Declaration;
use panel_spatial::association::AssociationSpec;
use report::{Labels, Lang};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study: everything that its file says, read into the types of those who use it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Title and keys.
    pub study: Header,
    /// Data files, joined in this order.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceSpec>,
    /// Derived variables: name = expression.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub variables: Variables,
    /// Labels of variables in tables.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
    /// The indices, each in a section of its own: `[va]`, `[[gtfp]]`, `[market]`.
    #[serde(skip)]
    pub indices: Indices,
    /// Spatial weights, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<WeightsSection>,
    /// Statistics of spatial association.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spatial: Vec<AssociationSpec>,
    /// Tables, in order.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableSpec>,
    /// Coefficients and turning points of columns against each other.
    #[serde(default, rename = "compare", skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<CompareSpec>,
    /// Mediation chains whose identity total = direct + indirect is checked.
    #[serde(default)]
    pub mediation: Vec<MediationSpec>,
    /// Published numbers to compare with.
    pub published: Option<PublishedSpec>,
    /// What the data quality report looks for.
    #[serde(default)]
    pub quality: QualityOptions,
    /// The specification curve: one column under one change at a time.
    pub curve: Option<SpecificationCurve>,
    /// Multiverses: one column under every combination of open choices.
    #[serde(default, deserialize_with = "super::multiverse::declarations", skip_serializing_if = "Vec::is_empty")]
    pub multiverse: Vec<Declaration>,
    /// How results are shown.
    #[serde(default)]
    pub report: ReportSpec,
}

/// `[study]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Title, one text or one per language.
    pub title: report::Text,
    /// Name of the entity key.
    pub entity: String,
    /// Name of the time key; absent for a cross-section.
    pub time: Option<String>,
    /// One sentence that every page shows, such as that the data are synthetic.
    pub notice: Option<report::Text>,
    /// Rows where several sources carry both keys.
    #[serde(default)]
    pub rows: RowRule,
    /// Language of labels: `en` or `zh`.
    #[serde(default)]
    pub lang: Lang,
    /// Read the rows of one Parquet file part by part, for regressions over files larger than memory: least squares with one
    /// or two fixed effects, of which one may have any number of levels. Tables and estimates are written, no pages, figures
    /// or data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub streaming: bool,
}

/// Which rows there are where several sources carry both keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RowRule {
    /// Those of the first such source.
    #[default]
    First,
    /// Those of any.
    Union,
    /// Those that stand in each.
    Intersection,
}

impl Study {
    /// The language of the study.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.study.lang
    }

    /// The dictionary of the study's labels.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let mut labels = Labels::new();
        for (name, label) in &self.labels {
            labels.insert(bare(name), label.text());
        }
        labels
    }

    /// A column of a table by the names of both.
    ///
    /// # Errors
    /// A sentence that names what is not there and what comes nearest.
    pub fn column(&self, table: &str, column: &str) -> Result<(&TableSpec, &ColumnSpec), String> {
        find_column(&self.tables, table, column)
    }

    /// Every default spelled out, as TOML.
    ///
    /// # Errors
    /// None that a study which was read brings about.
    pub fn resolved(&self) -> Result<String, toml::ser::Error> {
        let mut indices = self.indices.resolved()?;
        let mut table = toml::Table::new();
        for (section, value) in toml::Table::try_from(self)? {
            // They run before the tables and stand there, too.
            if section == "table" {
                table.extend(std::mem::take(&mut indices));
            }
            table.insert(section, value);
        }
        table.extend(indices);
        toml::to_string(&table)
    }
}
