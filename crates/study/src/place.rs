//! Where a study file says what a stage found wrong.

use super::defaults::spread_stepwise;
use super::mistake::line_of;
use super::{Loaded, overrides};
use crate::error::Error;
use toml::de::DeTable;

/// How a message about a column that the data do not have says so.
const UNKNOWN: &str = "unknown column `";

impl Loaded {
    /// An error about a column that the data do not have and a table asks for, with file and line of the words that ask; any
    /// other stays as it is.
    #[must_use]
    pub fn placed(&self, error: Error) -> Error {
        let Error::Stage { stage, message } = &error else { return error };
        let asked = stage.strip_prefix("tables/").filter(|_| message.contains(UNKNOWN));
        let Some(line) = asked.and_then(|name| self.line_of_table(name, message)) else { return error };
        let message = format!("{message} (study file `{}`, line {line})", self.file);
        Error::Stage { stage: stage.clone(), message }
    }

    /// The line of a table, or of a column written as `table, column name`.
    fn line_of_table(&self, name: &str, message: &str) -> Option<usize> {
        let mut document = DeTable::parse(&self.text).ok()?.into_inner();
        // Columns are counted after their steps are spread.
        spread_stepwise(&mut document).ok()?;
        let path = match name.split_once(", column ") {
            Some((table, column)) => {
                let key = if message.starts_with("`vcov = ") { "vcov" } else { "formula" };
                format!("table.\"{table}\".column.\"{column}\".{key}")
            }
            None => format!("table.\"{name}\".variables"),
        };
        let place = overrides::place(&document, &path)?;
        Some(line_of(&self.text, place.start))
    }
}
