//! Which variables the texts of a study name: formulas, filters, covariances, and what those are derived from.

use crate::indices::Index;
use crate::spatial::residuals::Residuals;
use crate::{ColumnSpec, MediationSpec, Study, TableKind, TableSpec, indicator};
use panel_core::expr::Expr;
use panel_fe::Vcov;
use std::collections::BTreeSet;

/// A column of a table, as `[[compare]]` writes it: `size:lagged`.
#[must_use]
pub fn column(table: &str, name: &str) -> String {
    format!("{table}:{name}")
}

/// Columns of an expression; none where it does not parse.
#[must_use]
pub fn of_expression(text: &str) -> Vec<String> {
    Expr::parse(text).map(|expression| expression.columns()).unwrap_or_default()
}

/// Columns that a covariance estimator groups by.
#[must_use]
pub fn of_vcov(vcov: &Vcov) -> Vec<String> {
    match vcov {
        Vcov::Cluster(keys) => keys.iter().flat_map(|key| key.split('^')).map(|key| key.trim().into()).collect(),
        _ => Vec::new(),
    }
}

/// Variables of a regression column, before what they are derived from.
#[must_use]
pub fn of_column(spec: &ColumnSpec) -> Vec<String> {
    let mut names: Vec<String> = spec.formula.variables().into_iter().map(str::to_owned).collect();
    names.extend(spec.sample.iter().flat_map(|sample| sample.columns()));
    names.extend(of_vcov(&spec.vcov));
    if matches!(*spec.vcov, Vcov::Conley { .. }) {
        let at = spec.options().coordinates;
        names.extend([at.lon, at.lat]);
    }
    names.extend(spec.weights.clone());
    names.extend(spec.inference.iter().filter_map(|inference| inference.by.clone()));
    names
}

/// Variables of a table.
#[must_use]
pub fn of_table(spec: &TableSpec) -> Vec<String> {
    let mut names: Vec<String> = spec.columns.iter().flat_map(of_column).collect();
    match spec.kind {
        TableKind::Means => names.extend(spec.variables.iter().chain(&spec.by).chain(&spec.across).cloned()),
        TableKind::Descriptives => names.extend(spec.variables.iter().cloned()),
        TableKind::EntropyWeights => {
            names.extend(spec.variables.iter().map(|signed| indicator(signed).0.to_owned()));
        }
        TableKind::Regression | TableKind::Calibration | TableKind::SpatialTests => {}
    }
    names.extend(spec.switches.iter().cloned());
    names.extend(spec.sample.iter().flat_map(|sample| sample.columns()));
    names
}

/// Variables that an index is made from, before what they are derived from.
#[must_use]
pub fn of_index(index: &dyn Index) -> Vec<String> {
    let mut names = index.needs();
    names.extend(index.sample().map(|filter| filter.columns()).unwrap_or_default());
    names
}

/// Variables of a mediation chain.
#[must_use]
pub fn of_mediation(spec: &MediationSpec) -> Vec<String> {
    // The steps were parsed when the study was read.
    spec.longest().map(|column| of_column(&column)).unwrap_or_default()
}

/// The names and all that they need, where `more` says what else a name needs.
fn closure(names: impl IntoIterator<Item = String>, more: impl Fn(&str) -> Vec<String>) -> BTreeSet<String> {
    let mut open: Vec<String> = names.into_iter().collect();
    let mut known = BTreeSet::new();
    while let Some(name) = open.pop() {
        if known.contains(&name) {
            continue;
        }
        open.extend(more(&name));
        known.insert(name);
    }
    known
}

/// What the expression of a derived variable names; nothing for other names.
fn sources_of(study: &Study, name: &str) -> Vec<String> {
    study.variables.get(name).map(Expr::columns).unwrap_or_default()
}

/// The names and, through derived variables, all that they are derived from; what an index is made from is not among
/// them.
#[must_use]
pub fn derived_from(study: &Study, names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    closure(names, |name| sources_of(study, name))
}

/// The names and, through derived variables and indices, all that they need.
#[must_use]
pub fn with_sources(study: &Study, names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let indices = study.indices.iter();
    closure(names, |name| {
        let made_from = indices.iter().filter(|index| index.makes().contains(&name));
        sources_of(study, name).into_iter().chain(made_from.flat_map(|index| of_index(*index))).collect()
    })
}

/// Checks that no index needs what a later stage, or it itself, makes.
///
/// # Errors
/// A sentence that names both stages and the variable.
pub fn check_order(study: &Study) -> Result<(), String> {
    let indices = study.indices.iter();
    for (place, index) in indices.iter().enumerate() {
        for need in of_index(*index) {
            let from = derived_from(study, [need.clone()]);
            let late = indices[place..].iter().find_map(|maker| {
                let variable = maker.makes().into_iter().find(|name| from.contains(*name))?;
                Some((maker.stage(), variable.to_owned()))
            });
            if let Some((maker, variable)) = late {
                let stage = index.stage();
                let derived =
                    if variable == need { String::new() } else { format!(", which is derived from `{variable}`") };
                let when = if maker == stage { "this stage itself makes" } else { "a later stage makes" };
                let made_by = if maker == stage { String::new() } else { format!(" (`{maker}`)") };
                return Err(format!("stage `{stage}` needs `{need}`{derived}; {when} `{variable}`{made_by}"));
            }
        }
    }
    Ok(())
}

/// Every variable that some part of the study uses.
#[must_use]
pub fn used(study: &Study) -> BTreeSet<String> {
    let indices = study.indices.iter();
    let of_data = |variable: &String| Residuals::read(variable).is_none();
    let names = (indices.iter().flat_map(|index| of_index(*index)))
        .chain(study.tables.iter().flat_map(of_table))
        .chain(study.mediation.iter().flat_map(of_mediation))
        .chain(study.weights.iter().flat_map(|section| section.variables()))
        .chain(study.spatial.iter().flat_map(|spec| spec.variables.iter().cloned()).filter(of_data));
    with_sources(study, names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Loaded;

    #[test]
    fn names_are_those_of_the_grammar() {
        let formula = "log(`a b`) ~ x^2 + lag(z, 2):w | city^year + firm[t] | D ~ iv";
        let column = ColumnSpec::new(formula.parse().unwrap());
        assert_eq!(of_column(&column), ["a b", "x", "z", "w", "city", "year", "firm", "t", "D", "iv"]);
        assert_eq!(of_vcov(&"cluster:city, year".parse().unwrap()), ["city", "year"]);
        assert!(of_expression("1 +").is_empty());
        // The words of text literals and functions are no names.
        assert_eq!(of_expression("region == \"East\" and ln(x) > 0"), ["region", "x"]);
    }

    const HEAD: &str = "[study]\ntitle = \"T\"\nentity = \"city\"\ntime = \"year\"\n[[source]]\nfile = \"d.csv\"\n";

    fn study(text: &str) -> Study {
        Loaded::parse(&format!("{HEAD}{text}"), "s.toml", std::path::Path::new("")).expect("valid").study
    }

    fn refused(text: &str) -> String {
        let loaded = Loaded::parse(&format!("{HEAD}{text}"), "s.toml", std::path::Path::new(""));
        loaded.map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn an_index_brings_what_it_is_made_from() {
        let study = study(
            "[variables]\nk = \"ln(Va)\"\n[va]\nsector = \"it\"\ntotal = \"all\"\n\
             [[gtfp]]\nid = \"main\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n",
        );
        let needed = with_sources(&study, ["Gtfp".to_owned()]);
        for name in ["Gtfp", "k", "y", "Va", "it", "all", "lon", "lat"] {
            assert!(needed.contains(name), "{name}");
        }
        assert!(!derived_from(&study, ["Gtfp".to_owned()]).contains("k"));
        assert_eq!(check_order(&study), Ok(()));
    }

    #[test]
    fn an_index_of_what_comes_later_is_refused() {
        let late = refused(
            "[variables]\nk = \"ln(Mar)\"\n[market]\nprices = [\"a\", \"b\"]\n\
             [[gtfp]]\nid = \"main\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n",
        );
        assert!(
            late.ends_with(
                "stage `gtfp-main` needs `k`, which is derived from `Mar`; a later stage makes `Mar` (`market`)"
            ),
            "{late}"
        );
        let own = refused("[[gtfp]]\nid = \"main\"\ninputs = [\"Gtfp\"]\ngoods = [\"y\"]\n");
        assert!(own.ends_with("stage `gtfp-main` needs `Gtfp`; this stage itself makes `Gtfp`"), "{own}");
    }
}
