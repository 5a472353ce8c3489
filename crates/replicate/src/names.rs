//! Which variables the texts of a study name: formulas, filters, covariances, and what those are derived from.

use crate::study::{
    ColumnSpec, GtfpSpec, Loaded, MarketSpec, MediationSpec, Study, TableKind, TableSpec, VaSpec, indicator,
};
use panel_core::expr::Expr;
use panel_fe::Vcov;
use std::collections::BTreeSet;

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
    names
}

/// Variables of a table.
#[must_use]
pub fn of_table(spec: &TableSpec) -> Vec<String> {
    let mut names: Vec<String> = spec.columns.iter().flat_map(of_column).collect();
    match spec.kind {
        TableKind::Descriptives => names.extend(spec.variables.iter().cloned()),
        TableKind::EntropyWeights => {
            names.extend(spec.variables.iter().map(|signed| indicator(signed).0.to_owned()));
        }
        TableKind::Regression | TableKind::Calibration => {}
    }
    names.extend(spec.switches.iter().cloned());
    names.extend(spec.sample.iter().flat_map(|sample| sample.columns()));
    names
}

fn of_va(spec: &VaSpec) -> Vec<String> {
    let mut names = vec![spec.sector.clone(), spec.total.clone(), spec.lon.clone(), spec.lat.clone()];
    names.extend(spec.area.clone());
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
    if spec.pairs == "within-km" || spec.weights == "inverse-distance" {
        names.extend([spec.lat.clone(), spec.lon.clone()]);
    }
    names.extend(spec.sample.as_deref().map(of_expression).unwrap_or_default());
    names
}

fn of_mediation(spec: &MediationSpec) -> Vec<String> {
    // The steps were parsed when the study was read.
    spec.longest().map(|column| of_column(&column)).unwrap_or_default()
}

/// Name of the variable that a productivity specification makes.
#[must_use]
pub fn gtfp_name(spec: &GtfpSpec, place: usize) -> String {
    spec.name.clone().unwrap_or_else(|| if place == 0 { "Gtfp".into() } else { format!("gtfp_{}", spec.id) })
}

/// A stage that makes an index: what it makes, and what it is made from before derivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexStage {
    /// Name of the stage.
    pub name: String,
    /// Variables that it makes.
    pub makes: Vec<String>,
    /// Variables that it uses.
    pub needs: Vec<String>,
}

/// The index stages of a study, in the order in which they run.
#[must_use]
pub fn index_stages(study: &Study) -> Vec<IndexStage> {
    let mut stages = Vec::new();
    if let Some(spec) = &study.va {
        let names = &spec.names;
        let makes = [&names.va, &names.location_quotient, &names.spillover].map(Clone::clone).to_vec();
        stages.push(IndexStage { name: "va".into(), makes, needs: of_va(spec) });
    }
    for (place, spec) in study.gtfp.iter().enumerate() {
        let makes = vec![gtfp_name(spec, place)];
        stages.push(IndexStage { name: format!("gtfp-{}", spec.id), makes, needs: of_gtfp(spec) });
    }
    if let Some(spec) = &study.market {
        let makes = vec![spec.seg.clone(), spec.mar.clone()];
        stages.push(IndexStage { name: "market".into(), makes, needs: of_market(spec) });
    }
    stages
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
    study.variables.get(name).and_then(toml::Value::as_str).map(of_expression).unwrap_or_default()
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
    let stages = index_stages(study);
    closure(names, |name| {
        let made_from = stages.iter().filter(|stage| stage.makes.iter().any(|made| made == name));
        sources_of(study, name).into_iter().chain(made_from.flat_map(|stage| stage.needs.iter().cloned())).collect()
    })
}

/// Checks that no index needs what a later stage, or it itself, makes.
///
/// # Errors
/// A sentence that names both stages and the variable.
pub fn check_order(study: &Study) -> Result<(), String> {
    let stages = index_stages(study);
    for (place, stage) in stages.iter().enumerate() {
        for need in &stage.needs {
            let from = derived_from(study, [need.clone()]);
            let late = stages[place..].iter().find_map(|maker| {
                maker.makes.iter().find(|made| from.contains(*made)).map(|made| (maker.name.as_str(), made))
            });
            if let Some((maker, made)) = late {
                let derived = if made == need { String::new() } else { format!(", which is derived from `{made}`") };
                let when = if maker == stage.name { "this stage itself makes" } else { "a later stage makes" };
                let made_by = if maker == stage.name { String::new() } else { format!(" (`{maker}`)") };
                return Err(format!("stage `{}` needs `{need}`{derived}; {when} `{made}`{made_by}", stage.name));
            }
        }
    }
    Ok(())
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

/// Every variable that a run may look at: those that some part of the study uses, with the derived variables, the
/// report's columns, the data quality report's, and what the changes of a specification curve use beside them.
#[must_use]
pub fn looked_at(loaded: &Loaded) -> BTreeSet<String> {
    let study = &loaded.study;
    let mut names = used(study);
    names.extend(with_sources(study, study.variables.keys().cloned()));
    names.extend(study.report.group.iter().chain(&study.report.names_en).cloned());
    names.extend(study.quality.variables.iter().flatten().chain(study.quality.ranges.keys()).cloned());
    for variant in study.curve.iter().flat_map(|curve| &curve.variants) {
        // A change that cannot be carried out uses nothing.
        if let Ok(changed) = loaded.with(&variant.set) {
            names.extend(used(&changed.study));
            names.extend(with_sources(&changed.study, changed.study.variables.keys().cloned()));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

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
        toml::from_str(&format!("{HEAD}{text}")).expect("valid")
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
        let late = study(
            "[variables]\nk = \"ln(Mar)\"\n[market]\nprices = [\"a\", \"b\"]\n\
             [[gtfp]]\nid = \"main\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n",
        );
        let words = check_order(&late).unwrap_err();
        assert_eq!(
            words,
            "stage `gtfp-main` needs `k`, which is derived from `Mar`; a later stage makes `Mar` (`market`)"
        );
        let own = study("[[gtfp]]\nid = \"main\"\ninputs = [\"Gtfp\"]\ngoods = [\"y\"]\n");
        assert_eq!(check_order(&own).unwrap_err(), "stage `gtfp-main` needs `Gtfp`; this stage itself makes `Gtfp`");
    }
}
