//! How a table looks: digits of its numbers, thousands, panels.

use super::{Digits, PanelSpec, Study, TableKind, TableSpec, digits};
use panel_core::suggest;
use report::Format;
use report::regression::FitRow;

impl TableSpec {
    /// Digits of coefficients; where neither table nor report says them three, and two significant ones where those would
    /// show zero.
    #[must_use]
    pub fn digits(&self, study: &Study) -> Format {
        self.digits.or(study.report.digits).map_or(Format::Legible(3), Digits::format)
    }

    /// Rows of statistics with their digits.
    ///
    /// # Errors
    /// A sentence that names a statistic of `stat_digits` that the table does not show.
    pub fn fit_rows(&self, shown: &[String]) -> Result<Vec<FitRow>, String> {
        if let Some(name) = self.stat_digits.keys().find(|name| !shown.contains(name)) {
            let near = suggest::nearest(name, shown.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let listed = shown.join(", ");
            return Err(format!("stat_digits: the table shows no statistic `{name}`{near}; it shows {listed}"));
        }
        let row = |key: &String| {
            let usual = FitRow::usual(key);
            let format = self.stat_digits.get(key).map_or(usual.format, |digits| digits.format());
            FitRow { format, ..usual }
        };
        Ok(shown.iter().map(row).collect())
    }

    /// Whether thousands are separated.
    #[must_use]
    pub fn thousands(&self, study: &Study) -> bool {
        self.thousands.unwrap_or(study.report.thousands)
    }

    /// Checks what table and file alone can say of digits and panels: the path of the key and what is wrong.
    pub(super) fn check_layout(&self) -> Result<(), (String, String)> {
        let place = |key: &str| format!("table.\"{}\".{key}", self.id);
        let mistake = |key: &str, message: String| (place(key), format!("table `{}`: {message}", self.id));
        digits::check(self.digits, &self.stat_digits).map_err(|(key, message)| mistake(&key, message))?;
        let regression = self.kind == TableKind::Regression;
        let chosen = matches!(self.kind, TableKind::Descriptives | TableKind::Means);
        if !regression && !chosen && self.digits.is_some() {
            return Err(mistake("digits", "digits: this kind of table has digits of its own".into()));
        }
        if !regression && !self.stat_digits.is_empty() {
            return Err(mistake("stat_digits", "stat_digits: only a table of regressions has such statistics".into()));
        }
        if !regression && !self.panels.is_empty() {
            return Err(mistake("panel", "[[table.panel]]: only a table of regressions has panels".into()));
        }
        self.check_panels().map_err(|message| mistake("panel", format!("[[table.panel]]: {message}")))
    }

    /// Checks that the panels are two or more, of one width, and hold each column once.
    fn check_panels(&self) -> Result<(), String> {
        let [first, others @ ..] = self.panels.as_slice() else { return Ok(()) };
        if others.is_empty() {
            return Err("expected two or more panels".into());
        }
        let known: Vec<String> = self.named_columns().map(|(name, _)| name).collect();
        let named: Vec<&String> = self.panels.iter().flat_map(|panel| &panel.columns).collect();
        if let Some(name) = named.iter().find(|name| !known.contains(name)) {
            let near = suggest::nearest(name, known.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("no column `{name}`{near}"));
        }
        let times = |name: &str| named.iter().filter(|other| other.as_str() == name).count();
        if let Some(name) = known.iter().find(|name| times(name) != 1) {
            let times = times(name);
            return Err(format!("column `{name}` stands in {times} panels; expected one"));
        }
        let width = |panel: &PanelSpec| panel.columns.len();
        match others.iter().find(|panel| width(panel) != width(first)) {
            Some(panel) => Err(format!(
                "panels have {} and {} columns; they stand under one head, so all need as many",
                width(first),
                width(panel)
            )),
            None if self.columns.iter().any(|column| column.spatial.is_some() || !column.first_stages.is_empty()) => {
                Err("a column that brings further columns or rows (first_stages, spatial) cannot stand in a panel"
                    .into())
            }
            None => Ok(()),
        }
    }
}
