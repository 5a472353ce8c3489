//! `name = "lag_w(x, \"W\")"` in `[variables]`: the spatial lag of a variable, W x within each period.

use super::linked::Linked;
use super::{Index, Made, Part, Series};
use crate::Parsed;
use crate::error::Result;
use crate::section::{Section, Wrong, check_id, from_table};
use crate::spatial::section::WeightsSection;
use panel_core::Diagnostic;
use panel_core::expr::Expr;
use report::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The spatial lag of a variable; a study may write it among its variables as `name = "lag_w(x, \"W\")"`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LagW {
    /// Name of its stage.
    #[serde(skip)]
    id: String,
    /// The variable that it makes.
    pub name: String,
    /// The variable that is lagged.
    pub of: String,
    /// Id of the weights.
    pub weights: String,
    /// Whether a neighbour without a value is left out, and the weights of the others scaled up; a lag with such a neighbour
    /// is missing where it is absent.
    #[serde(default)]
    pub skip_missing: bool,
    /// The weights of the study.
    #[serde(skip)]
    linked: Linked,
}

impl LagW {
    /// Gives it the weights of its study.
    pub(super) fn among(&mut self, sections: &[WeightsSection], folder: &Path) {
        self.linked = Linked::among(Some(&self.weights), sections, folder);
    }
}

impl Section for LagW {
    fn read(table: Spanned<DeTable<'_>>, place: usize) -> std::result::Result<Self, Wrong> {
        let lag: Self = from_table(table)?;
        let id = if check_id("lag_w", &lag.name).is_ok() { lag.name.clone() } else { (place + 1).to_string() };
        Ok(Self { id, ..lag })
    }

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

impl Index for LagW {
    fn stage(&self) -> String {
        format!("lag_w-{}", self.id)
    }

    fn label(&self) -> Text {
        Text::new(format!("空间滞后 {}", self.name), self.stage())
    }

    fn makes(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn needs(&self) -> Vec<String> {
        std::iter::once(self.of.clone()).chain(self.linked.variables()).collect()
    }

    fn sample(&self) -> Option<&Parsed<Expr>> {
        None
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.name == self.of {
            return Err(format!("`{}` is its own spatial lag", self.name));
        }
        Ok(())
    }

    fn key(&self) -> String {
        format!("{} {} {:?}", self.of, self.skip_missing, self.linked.sections)
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let (weights, mut diagnostics) = self.linked.weights(part)?;
        let panel = &part.panel;
        let (unit, period) = (panel.entity_of_row(), panel.time_of_row());
        let lagged = weights
            .lag_rows(unit, period, part.float(&self.of)?, self.skip_missing)
            .map_err(|error| part.error(error))?;
        let (rows, missing, rescaled) = (part.rows.len(), lagged.missing, lagged.rescaled);
        if missing > 0 {
            diagnostics.push(Diagnostic::warning(
                "lag-missing",
                format!("`{}`: in {missing} of {rows} rows a neighbour has no value of `{}`; their lags are missing (lag_w(…, skip_missing) leaves such neighbours out)", self.name, self.of),
            ));
        }
        if rescaled > 0 {
            diagnostics.push(Diagnostic::warning(
                "lag-rescaled",
                format!("`{}`: in {rescaled} of {rows} rows the weights of the neighbours with a value of `{}` were scaled up for those without", self.name, self.of),
            ));
        }
        let values = part.spread(&lagged.values);
        Ok(Made {
            stage: self.stage(),
            variables: vec![values.clone()],
            rows: part.rows.clone(),
            columns: vec![("lag_w", Series::Numbers(values))],
            files: Vec::new(),
            details: Arc::new(()),
            detail: Text::new(format!("{} 的空间滞后", self.of), format!("spatial lag of {}", self.of)),
            sentence: format!("{rows} rows, weights {}, {missing} missing", self.weights),
            diagnostics,
        })
    }
}

/// Makes a section of the variables that are spatial lags.
///
/// # Errors
/// The first that is not written as `lag_w(variable, "weights")`, with its place.
pub(super) fn take_from_variables(document: &mut DeTable<'_>) -> std::result::Result<(), Wrong> {
    let Some(DeValue::Table(variables)) = document.get_mut("variables").map(Spanned::get_mut) else { return Ok(()) };
    let is_lag = |value: &DeValue<'_>| value.as_str().is_some_and(|text| text.trim_start().starts_with("lag_w("));
    let names: Vec<String> = variables
        .iter()
        .filter(|(_, value)| is_lag(value.get_ref()))
        .map(|(name, _)| name.get_ref().to_string())
        .collect();
    let mut lags = Vec::new();
    for name in names {
        let Some(value) = variables.remove(name.as_str()) else { continue };
        let span = value.span();
        let text = value.get_ref().as_str().unwrap_or_default().to_owned();
        let Some((variable, weights, skip_missing)) = arguments(&text) else {
            let message = format!(
                "variables: {name}: expected `lag_w(variable, \"weights\")` or `lag_w(variable, \"weights\", skip_missing)` and nothing around it, found `{text}`"
            );
            return Err(Wrong { span: Some(span), message, whole: true });
        };
        let spanned = |text: String| Spanned::new(span.clone(), DeValue::String(text.into()));
        let mut table = DeTable::new();
        for (key, text) in [("name", name), ("of", variable), ("weights", weights)] {
            table.insert(Spanned::new(span.clone(), DeString::from(key)), spanned(text));
        }
        let skip = Spanned::new(span.clone(), DeValue::Boolean(skip_missing));
        table.insert(Spanned::new(span.clone(), DeString::from("skip_missing")), skip);
        lags.push(Spanned::new(span, DeValue::Table(table)));
    }
    if let Some(first) = lags.first().map(Spanned::span) {
        let key = Spanned::new(first.clone(), DeString::from("lag_w"));
        let mut all = match document.remove("lag_w").map(Spanned::into_inner) {
            Some(DeValue::Array(written)) => written,
            _ => toml::de::DeArray::new(),
        };
        lags.into_iter().for_each(|lag| all.push(lag));
        document.insert(key, Spanned::new(first, DeValue::Array(all)));
    }
    Ok(())
}

/// Variable, weights, and whether neighbours without a value are left out.
fn arguments(text: &str) -> Option<(String, String, bool)> {
    let inner = text.trim().strip_prefix("lag_w(")?.strip_suffix(')')?;
    let mut parts = inner.split(',').map(str::trim);
    let (variable, weights, rest) = (parts.next()?, parts.next()?, parts.next());
    let variable = variable.strip_prefix('`').and_then(|name| name.strip_suffix('`')).unwrap_or(variable);
    let quoted = ['"', '\''].iter().find_map(|&mark| weights.strip_prefix(mark)?.strip_suffix(mark))?;
    let skip_missing = match rest {
        None => false,
        Some("skip_missing") => true,
        Some(_) => return None,
    };
    (!variable.is_empty() && !variable.contains(['(', ')']) && parts.next().is_none())
        .then(|| (variable.to_owned(), quoted.to_owned(), skip_missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_stands_alone_and_names_its_weights() {
        let parts = |text: &str| arguments(text);
        assert_eq!(parts("lag_w(Va, \"W\")"), Some(("Va".into(), "W".into(), false)));
        assert_eq!(parts(" lag_w( `a b` , 'W', skip_missing) "), Some(("a b".into(), "W".into(), true)));
        for wrong in
            ["lag_w(Va)", "lag_w(Va, W)", "lag_w(ln(Va), \"W\")", "lag_w(Va, \"W\") + 1", "lag_w(Va, \"W\", skip)"]
        {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
