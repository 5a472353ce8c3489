//! Data files of a study, and how each becomes one row per key.

use panel_core::Percent;
use panel_core::io::ReadOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[[source]]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// Path, relative to the study file; the extension says the format.
    pub file: String,
    /// `utf-8`, `gb18030`; found out where it is not given.
    pub encoding: Option<String>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Rows above the header to pass over: titles, notes.
    #[serde(default)]
    pub skip_rows: usize,
    /// Header rows (1); two and more are joined by `_`, merged cells repeated.
    pub header_rows: Option<usize>,
    /// Field separator of a text file; found out where it is not given.
    pub delimiter: Option<char>,
    /// Columns that stay text even if every cell looks like a number, such as codes; by their names in the file.
    #[serde(default)]
    pub text: Vec<String>,
    /// Further words that stand for a missing value, beside `NA`, `--`, `…` and the like.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Decimal sign, `,` or `.`; found out where it is not given.
    pub decimal: Option<char>,
    /// What a percent sign means: `points` (42.5% is 42.5) or `share` (0.425).
    #[schemars(with = "Option<String>", extend("enum" = ["points", "share"]))]
    pub percent: Option<Percent>,
    /// Texts to take out of cells before they are read as numbers, such as units and footnote marks.
    #[serde(default)]
    pub strip: Vec<String>,
    /// Columns in which an empty cell has the value of the cell above; by their names in the file.
    #[serde(default)]
    pub fill_down: Vec<String>,
    /// Whether the row below the header holds units; found out where it is not given.
    pub units_row: Option<bool>,
    /// Other spellings of the entity in this file: `{ "北京" = "北京市" }` reads the first as the second.
    #[serde(default)]
    pub spellings: BTreeMap<String, String>,
    /// Whether labelled Stata values become their labels; codes otherwise.
    #[serde(default)]
    pub value_labels: bool,
    /// Column that holds the entity, where it is not called as in `[study]`.
    pub entity: Option<String>,
    /// Columns whose values together are the entity, such as `["origin", "destination"]`.
    #[serde(default)]
    pub entity_from: Vec<String>,
    /// Number the rows and take the number as the entity: a cross-section without a name per row.
    #[serde(default)]
    pub number_rows: bool,
    /// Column that holds the time, where it is not called as in `[study]`.
    pub time: Option<String>,
    /// Which keys the file has: `["city", "year"]`, `["city"]` or `["year"]`; found out from its columns.
    pub keys: Option<Vec<String>>,
    /// New name = old name.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Columns to keep, by their new names; all where it is absent.
    pub columns: Option<Vec<String>>,
    /// Rows to keep, an expression over the file's columns by their new names, before any reshape.
    pub filter: Option<String>,
    /// A list of entities by which other spellings of the entity key are recognised.
    pub names: Option<NameList>,
    /// One row per entity and good, or per entity and year in columns: how to turn it into a panel.
    pub reshape: Option<Reshape>,
    /// Periods to merge, such as months into years.
    pub aggregate: Option<Aggregate>,
    /// Periods by which the time key is moved on: 1 makes the 2012 row that of 2013.
    #[serde(default)]
    pub lag: i64,
}

impl SourceSpec {
    /// Keys that this kind of file has no use for, each with why.
    #[must_use]
    pub fn idle_keys(&self) -> Vec<(&'static str, String)> {
        let extension = self.file.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        let is = |known: &[&str]| known.contains(&extension.as_str());
        let workbook = is(&["xlsx", "xlsm", "xls", "xlsb", "ods"]);
        let named = is(&["dta", "parquet", "pq"]);
        let mut idle = Vec::new();
        if self.sheet.is_some() && !workbook {
            idle.push(("sheet", "belongs to workbooks".to_owned()));
        }
        if self.value_labels && !is(&["dta"]) {
            idle.push(("value_labels", "belongs to Stata files".to_owned()));
        }
        let of_text = [
            ("skip_rows", self.skip_rows > 0),
            ("header_rows", self.header_rows.is_some()),
            ("delimiter", self.delimiter.is_some()),
            ("units_row", self.units_row.is_some()),
        ];
        for (key, _) in of_text.into_iter().filter(|(_, asked)| *asked && named) {
            idle.push((key, format!("has no effect: a file of kind {extension} names its columns itself")));
        }
        if self.header_rows == Some(0) {
            idle.push(("header_rows", "= 0: expected 1 or more; columns need names".to_owned()));
        }
        idle
    }

    /// How the file is to be read; `columns` names what is kept of it, by the names in the file.
    #[must_use]
    pub fn options(&self, columns: Option<Vec<String>>) -> ReadOptions {
        ReadOptions {
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
            sheet: self.sheet.clone(),
            skip_rows: self.skip_rows,
            header_rows: self.header_rows.unwrap_or(1),
            text: self.text.clone(),
            missing: self.missing.clone(),
            decimal: self.decimal,
            percent: self.percent,
            strip: self.strip.clone(),
            fill_down: self.fill_down.clone(),
            units_row: self.units_row,
            columns,
            where_there: false,
            value_labels: self.value_labels,
        }
    }
}

/// How a file that is not one row per key becomes one.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "kebab-case")]
pub enum Reshape {
    /// Categories in rows become columns: `name` holds the category, `value` the number.
    LongToWide {
        /// Column of categories.
        name: String,
        /// Column of values.
        value: String,
        /// Prefix of the new columns.
        #[serde(default)]
        prefix: String,
    },
    /// One column per entity, one row per period: the columns become rows of one variable.
    EntitiesAcross {
        /// Name of the variable.
        name: String,
        /// Columns that are no entities, by their names; they are repeated.
        #[serde(default)]
        keep: Vec<String>,
    },
    /// One column per period becomes rows.
    WideToLong {
        /// What stands before or behind the period in the headers, each becoming one column of that name: `gdp_` finds `gdp_2013`.
        #[serde(default)]
        prefixes: Vec<String>,
        /// The same with names of one's own: `{ gdp = "地区生产总值" }`; an empty text where the headers are the periods
        /// themselves.
        #[serde(default)]
        variables: BTreeMap<String, String>,
    },
}

/// A list of entities: one canonical name each, and other spellings.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NameList {
    /// The list, such as `fixtures/cities.csv`.
    pub file: String,
    /// Column of canonical names.
    pub name: String,
    /// Columns of further spellings: codes, English names.
    #[serde(default)]
    pub others: Vec<String>,
}

/// Merging of periods.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// `year`: the first four characters of the time label.
    pub to: String,
    /// `mean`, `sum`, `last`.
    pub with: String,
    /// Least number of periods for a value to count (all that a full year has); a year with fewer is missing and counted
    /// in a remark.
    pub at_least: Option<usize>,
}
