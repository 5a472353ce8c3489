//! The study file as plain data. Every choice is spelled out here with its default; unknown keys are errors.

use super::quality::QualityOptions;
use super::source::SourceSpec;
use super::variables::Variables;
use super::{Label, MediationSpec, PublishedSpec, ReportSpec, SpecificationCurve, TableSpec};
use crate::indices::Indices;
use report::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study: everything that its file says, read into the types of those who use it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Title and keys.
    pub study: Header,
    /// Data files, joined in this order.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceSpec>,
    /// Derived variables: name = expression.
    #[serde(default)]
    pub variables: Variables,
    /// Labels of variables in tables.
    #[serde(default)]
    pub labels: BTreeMap<String, Label>,
    /// The indices, each in a section of its own: `[va]`, `[[gtfp]]`, `[market]`.
    #[serde(skip)]
    pub indices: Indices,
    /// Tables, in order.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableSpec>,
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
    /// How results are shown.
    #[serde(default)]
    pub report: ReportSpec,
}

/// `[study]`.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
}

/// Which rows there are where several sources carry both keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
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
