//! `[curve]`: one column of one table under one change at a time.

use super::table::find_column;
use super::{ColumnSpec, Label, TableSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[curve]`: a column of a table under one change at a time.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecificationCurve {
    /// Table id of the result.
    pub id: String,
    /// Title.
    pub title: Option<Label>,
    /// Table and column that is re-estimated.
    pub table: String,
    /// Name of the column.
    pub column: String,
    /// Variable of the quadratic.
    pub x: String,
    /// The changes.
    #[serde(default, rename = "variant")]
    pub variants: Vec<VariantSpec>,
}

impl SpecificationCurve {
    /// The column that is changed.
    ///
    /// # Errors
    /// A sentence that names the table or the column that is not there.
    pub fn column_in<'a>(&self, tables: &'a [TableSpec]) -> Result<&'a ColumnSpec, String> {
        let found = find_column(tables, &self.table, &self.column);
        found.map(|(_, column)| column).map_err(|error| format!("[curve]: {error}"))
    }

    /// Checks what the study file alone can say: the table, its column, and that the column has the quadratic.
    ///
    /// # Errors
    /// A sentence that names what is not there.
    pub fn check(&self, tables: &[TableSpec]) -> Result<(), String> {
        let column = self.column_in(tables)?;
        let asked = ColumnSpec { utest: Some(self.x.clone()), ..column.clone() };
        asked.check().map_err(|error| format!("[curve] x: {error}"))
    }
}

/// `[[curve.variant]]`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantSpec {
    /// The open choice, such as `D1`.
    pub choice: String,
    /// What is changed, in words.
    pub label: Label,
    /// Path in the study = new value, such as `"gtfp.main.rts" = "vrs"`.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub set: toml::Table,
}
