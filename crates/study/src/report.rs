//! `[report]`: how results are shown. No choice here changes a number.

use super::asked::check_stats;
use super::table::find_column;
use super::{Digits, Label, Parsed, SourceSpec, Statistic, TableSpec, digits};
use panel_core::{Panel, suggest};
use report::StarRule;
use report::regression::Below;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[report]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReportSpec {
    /// Thresholds of p for one, two, three … stars.
    pub stars: StarRule,
    /// What stands below a coefficient: `se`, `t`, `p`, `interval`.
    pub below: String,
    /// Statistics below the coefficients; where it is absent those that the program named by `like` prints: R² within
    /// entities of `xtreg` and `xtivreg2`, else R² and R² within the fixed effects.
    #[schemars(schema_with = "super::statistic::shown")]
    pub stats: Option<Vec<Parsed<Statistic>>>,
    /// The work that is replicated, as one cites it.
    pub citation: Option<Label>,
    /// Column whose values are the lines of the figure of cumulative indices, such as regions.
    pub group: Option<String>,
    /// Column with the entities' English names, for maps; the entity key itself where it is absent.
    pub names_en: Option<String>,
    /// The column that figures and verdict are about; that of `[curve]`, else the last one with a U test in the first
    /// table that has one.
    pub headline: Option<HeadlineSpec>,
    /// Formats in which `data/` holds the panel: `csv`, `parquet`, `dta`. Where it is absent csv and dta, csv alone for
    /// panels of more than a hundred thousand rows. With `parquet` the universes of a multiverse are written so, too.
    pub panel: Option<Vec<PanelFormat>>,
    /// Formats of figures beside SVG.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureFormat>,
    /// File with the outlines that maps show behind their points, such as borders: GeoJSON or a shapefile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlines: Option<String>,
    /// Pixels in an inch of figures as PNG, such as 600; 300 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpi: Option<u32>,
    /// Digits of coefficients in every table; where it is absent three, and two significant ones where those show zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<Digits>,
    /// Whether thousands are separated in every table.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub thousands: bool,
    /// Bins of binned scatter plots.
    pub bins: usize,
    /// Source files by their path in the study: where they come from and under which terms.
    pub data: BTreeMap<String, SourceNote>,
    /// References, one line each.
    pub references: Vec<String>,
}

impl Default for ReportSpec {
    fn default() -> Self {
        Self {
            stars: StarRule::china(),
            below: "se".into(),
            stats: None,
            citation: None,
            group: None,
            names_en: None,
            headline: None,
            panel: None,
            figures: Vec::new(),
            outlines: None,
            dpi: None,
            digits: None,
            thousands: false,
            bins: 20,
            data: BTreeMap::new(),
            references: Vec::new(),
        }
    }
}

/// A format of `data/panel`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PanelFormat {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
    /// Stata.
    Dta,
}

/// A format of figures beside SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FigureFormat {
    /// Pixels, drawn with the fonts of the machine.
    Png,
    /// A page of its own size, with the fonts of the machine inside.
    Pdf,
}

impl ReportSpec {
    /// Checks what the study file alone can say.
    ///
    /// # Errors
    /// A sentence that names the key, the value and what was expected.
    pub fn check(&self, tables: &[TableSpec], sources: &[SourceSpec]) -> Result<(), String> {
        self.below.parse::<Below>().map_err(|error| format!("[report] {error}"))?;
        check_stats(self.stats.as_deref()).map_err(|error| format!("[report] {error}"))?;
        digits::check(self.digits, &BTreeMap::new()).map_err(|(_, message)| format!("[report] {message}"))?;
        if self.bins < 2 {
            return Err(format!("[report] bins = {}: expected at least 2", self.bins));
        }
        match self.dpi {
            Some(_) if !self.figures.contains(&FigureFormat::Png) => {
                return Err("[report] `dpi` has no effect without figures = [\"png\"]".to_owned());
            }
            Some(dpi) if !(36..=1200).contains(&dpi) => {
                return Err(format!("[report] dpi = {dpi}: expected 36 to 1200"));
            }
            _ => {}
        }
        if let Some(HeadlineSpec { table, column }) = &self.headline {
            find_column(tables, table, column).map_err(|error| format!("[report] headline: {error}"))?;
        }
        let sources = || sources.iter().map(|source| source.file.as_str());
        match self.data.keys().find(|file| !sources().any(|source| source == *file)) {
            Some(file) => {
                Err(format!("[report.data.\"{file}\"]: no [[source]] has this file{}", hint(file, sources())))
            }
            None => Ok(()),
        }
    }

    /// Checks that the columns it names are there.
    ///
    /// # Errors
    /// A sentence that names the key, the column and the nearest one.
    pub fn check_columns(&self, panel: &Panel) -> Result<(), String> {
        for (key, name) in [("group", &self.group), ("names_en", &self.names_en)] {
            if let Some(name) = name.as_ref().filter(|name| !panel.has(name)) {
                let hint = hint(name, panel.names().iter().map(String::as_str));
                return Err(format!("[report] {key}: no column `{name}`{hint}"));
            }
        }
        Ok(())
    }
}

fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    suggest::nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// One column of one table.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadlineSpec {
    /// Id of the table.
    pub table: String,
    /// Name of the column.
    pub column: String,
}

/// What the README says of a source file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SourceNote {
    /// What the file holds.
    pub name: Option<Label>,
    /// Where it comes from.
    pub source: Option<Label>,
    /// Terms of use.
    pub terms: Option<Label>,
}
