//! Which variables the texts of a study name: formulas, filters, covariances, and what those are derived from.

use crate::study::{ColumnSpec, GtfpSpec, MarketSpec, MediationSpec, Study, TableKind, TableSpec, VaSpec};
use panel_core::expr::Expr;
use panel_fe::{Formula, Vcov};
use std::collections::BTreeSet;

/// Columns of a formula. One that does not parse names none: its error comes where it is estimated.
#[must_use]
pub fn of_formula(text: &str) -> Vec<String> {
    Formula::parse(text).map(|formula| formula.variables().into_iter().map(str::to_owned).collect()).unwrap_or_default()
}

/// Columns of an expression; none where it does not parse.
#[must_use]
pub fn of_expression(text: &str) -> Vec<String> {
    Expr::parse(text).map(|expression| expression.columns()).unwrap_or_default()
}

/// Columns that a covariance estimator groups by.
#[must_use]
pub fn of_vcov(text: &str) -> Vec<String> {
    match text.parse() {
        Ok(Vcov::Cluster(keys)) => keys.iter().flat_map(|key| key.split('^')).map(|key| key.trim().into()).collect(),
        Ok(Vcov::Conley { .. }) => vec!["lon".into(), "lat".into()],
        _ => Vec::new(),
    }
}

/// Variables of a regression column, before what they are derived from.
#[must_use]
pub fn of_column(spec: &ColumnSpec) -> Vec<String> {
    let mut names = of_formula(&spec.formula);
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names.extend(of_vcov(&spec.vcov));
    names.extend(spec.weights.clone());
    names
}

/// Variables of a table.
#[must_use]
pub fn of_table(spec: &TableSpec) -> Vec<String> {
    let mut names: Vec<String> = spec.columns.iter().flat_map(of_column).collect();
    if matches!(spec.kind, TableKind::Descriptives | TableKind::EntropyWeights) {
        // A minus marks a cost.
        names.extend(spec.variables.iter().map(|name| name.trim_start_matches('-').trim().to_owned()));
    }
    names.extend(spec.switches.iter().cloned());
    names
}

fn of_va(spec: &VaSpec) -> Vec<String> {
    let mut names = vec![spec.sector.clone(), spec.total.clone(), spec.lon.clone(), spec.lat.clone()];
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names
}

fn of_gtfp(spec: &GtfpSpec) -> Vec<String> {
    let mut names: Vec<String> =
        spec.inputs.iter().chain(&spec.goods).chain(&spec.bads).chain(&spec.group).cloned().collect();
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names
}

fn of_market(spec: &MarketSpec) -> Vec<String> {
    let mut names: Vec<String> = spec.prices.iter().chain(&spec.group).chain(&spec.neighbours).cloned().collect();
    names.push(spec.weights.clone());
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names
}

fn of_mediation(spec: &MediationSpec) -> Vec<String> {
    let terms = spec.terms.join(" + ");
    let mut names = of_formula(&format!("{} ~ {terms} + {} + {}", spec.outcome, spec.mediator, spec.controls));
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names.extend(of_vcov(&spec.vcov));
    names
}

/// The names and, through derived variables, all that they need.
#[must_use]
pub fn with_sources(study: &Study, names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut open: Vec<String> = names.into_iter().collect();
    let mut known = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(expression) = study.variables.get(&name).and_then(toml::Value::as_str)
            && !known.contains(&name)
        {
            open.extend(of_expression(expression));
        }
        known.insert(name);
    }
    known
}

/// Every variable that some part of the study uses.
#[must_use]
pub fn used(study: &Study) -> BTreeSet<String> {
    let names = (study.va.iter().flat_map(of_va))
        .chain(study.gtfp.iter().flat_map(of_gtfp))
        .chain(study.market.iter().flat_map(of_market))
        .chain(study.tables.iter().flat_map(of_table))
        .chain(study.mediation.iter().flat_map(of_mediation));
    with_sources(study, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_grammar() {
        let names = of_formula("log(`a b`) ~ x^2 + lag(z, 2):w | city^year + firm[t] | D ~ iv");
        assert_eq!(names, ["a b", "x", "z", "w", "city", "year", "firm", "t", "D", "iv"]);
        assert_eq!(of_vcov("cluster:city, year"), ["city", "year"]);
        assert!(of_formula("y ~").is_empty() && of_expression("1 +").is_empty());
        // The words of text literals and functions are no names.
        assert_eq!(of_expression("region == \"East\" and ln(x) > 0"), ["region", "x"]);
    }
}
