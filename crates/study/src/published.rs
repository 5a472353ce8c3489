//! `[published]`: printed numbers that results are compared with.

use super::Label;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[published]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedSpec {
    /// CSV of published numbers.
    pub file: String,
    /// Printed row = the coefficients or variables that it may be called here, in order of preference.
    #[serde(default)]
    pub rows: BTreeMap<String, Vec<String>>,
    /// Printed statistic = its name here: `f_first`, `under_id`, `weak_id`, `stock_yogo_10`, ….
    #[serde(default)]
    pub statistics: BTreeMap<String, String>,
    /// Why numbers differ, where it is known; the first that fits a cell counts.
    #[serde(default, rename = "remark")]
    pub remarks: Vec<PublishedRemark>,
}

/// `[[published.remark]]`: why the numbers of a table, column or row differ.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedRemark {
    /// Published table.
    pub table: String,
    /// Its column; all where it is absent.
    pub column: Option<String>,
    /// Its row; all where it is absent.
    pub row: Option<String>,
    /// Statistic (`coef`, `se`, `stars`, `n`, `r2`, or its name); all where it is absent.
    pub stat: Option<String>,
    /// Why.
    pub why: Label,
}
