//! `resid(table:column)` among the variables of `[[spatial]]`: the residuals of a regression of the study.

use crate::{Study, TableKind, find_column};
use report::{Labels, Text};

/// A column of a table whose residuals are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Residuals<'a> {
    /// Id of the table.
    pub table: &'a str,
    /// Name of the column.
    pub column: &'a str,
}

impl<'a> Residuals<'a> {
    /// Reads `resid(table:column)`; nothing where a name of a variable stands.
    pub fn read(variable: &'a str) -> Option<Result<Self, String>> {
        let inner = variable.strip_prefix("resid(")?.strip_suffix(')')?;
        let parts = inner.split_once(':').map(|(table, column)| Self { table: table.trim(), column: column.trim() });
        Some(parts.ok_or_else(|| format!("`{variable}`: expected `resid(table:column)`, such as `resid(t2:(1))`")))
    }

    /// Whether the study estimates such a column.
    ///
    /// # Errors
    /// A sentence that says what it lacks.
    pub fn find(self, study: &Study) -> Result<(), String> {
        let (table, _) = find_column(&study.tables, self.table, self.column)?;
        if table.kind != TableKind::Regression {
            return Err(format!("table `{}` has no residuals: its kind is not regression", table.id));
        }
        Ok(())
    }

    /// Whether a study asks for the residuals of this column.
    pub fn wanted(study: &Study, table: &str, column: &str) -> bool {
        let asked = study.spatial.iter().flat_map(|spec| &spec.variables);
        asked
            .filter_map(|variable| Residuals::read(variable)?.ok())
            .any(|residuals| residuals.table == table && residuals.column == column)
    }
}

/// What a variable of `[[spatial]]` is called in tables and figures.
pub fn label(variable: &str, labels: &Labels) -> Text {
    match Residuals::read(variable) {
        Some(Ok(Residuals { table, column })) => {
            Text::new(format!("{table} 第 {column} 列的残差"), format!("Residuals of {table} {column}"))
        }
        _ => labels.get(variable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_name_table_and_column() {
        assert_eq!(Residuals::read("resid(t2:(1))"), Some(Ok(Residuals { table: "t2", column: "(1)" })));
        assert_eq!(Residuals::read("Va"), None);
        assert!(Residuals::read("resid(t2)").is_some_and(|read| read.is_err()));
    }
}
