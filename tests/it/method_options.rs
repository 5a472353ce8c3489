//! Every public function and every field of an option of the method crates beside panel-fe (which `reach.rs` walks) has a
//! key of a study file, or stands here with the reason why it has none.

use crate::support::workspace;
use panelstudy::reference::{keys, schema};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A key by its path in the schema, or a reason.
type Reached = Result<&'static str, &'static str>;

/// What the reference of a whole run needs no key for.
const STEP: &str = "a step of the index that its section makes";
/// What a caller with data of its own wants.
const LIBRARY: &str = "for programs with data of their own: a run makes it through the section";

/// Functions and fields of options, crate by crate.
const GTFP: &[(&str, Reached)] = &[
    ("diversity", Err(STEP)),
    ("affinity", Err(STEP)),
    ("bootstrap", Ok("gtfp.bootstrap")),
    ("validate_bootstrap", Err("what `check` says of gtfp.bootstrap")),
    ("efficiency", Err(LIBRARY)),
    ("efficient_columns", Err("which columns generate a frontier: gtfp.all_columns turns it off")),
    ("efficient_columns_from", Err("the same from a start")),
    ("adjacent", Err(STEP)),
    ("pooled", Err(STEP)),
    ("luenberger", Err(STEP)),
    ("luenberger_pooled", Err(STEP)),
    ("malmquist", Ok("gtfp.malmquist")),
    ("check_parameters", Err("what `check` says of gtfp.calibration")),
    ("productivity", Ok("gtfp.model")),
    ("productivity_after", Err("the same with frontiers of a run before, for a multiverse")),
    ("productivity_values", Err("the same without what a multiverse does not use")),
    ("validate", Err("what `check` says of a section")),
    ("panel_values", Ok("gtfp.panel_value")),
    ("panel_value", Ok("gtfp.panel_value")),
    ("MalmquistSpec.orientation", Ok("gtfp.orientation")),
    ("MalmquistSpec.rts", Ok("gtfp.rts")),
    ("MalmquistSpec.reference", Ok("gtfp.reference")),
    ("MalmquistSpec.decomposition", Ok("gtfp.decomposition")),
    ("EbmOptions.orientation", Ok("gtfp.orientation")),
    ("EbmOptions.rts", Ok("gtfp.rts")),
    ("EbmOptions.convention", Ok("gtfp.bads_convention")),
    ("EbmOptions.bounded", Ok("gtfp.bounded")),
];

const VA: &[(&str, Reached)] = &[
    ("virtual_agglomeration", Ok("va.form")),
    (
        "contributions",
        Err("who gives what to one entity in one period: n rows for each row of the panel, no column of it"),
    ),
    ("inequality", Ok("concentration.kind")),
    ("concentration", Ok("concentration.kind")),
    ("specialisation", Ok("concentration.kind")),
    ("ellison_glaeser", Ok("concentration.kind")),
    ("gini", Ok("concentration.kind")),
    ("locational_gini", Ok("concentration.kind")),
    ("herfindahl", Ok("concentration.kind")),
    ("quotient_intervals", Ok("concentration.intervals")),
    ("krugman", Ok("concentration.kind")),
    ("quotients", Ok("concentration.kind")),
    ("rescale", Ok("concentration.scale")),
    ("theil", Ok("concentration.kind")),
    ("location_quotient", Ok("va.names.location_quotient")),
    ("ConcentrationSpec.plant_herfindahl", Ok("concentration.plant_herfindahl")),
    ("SpecialisationSpec.reference", Ok("concentration.reference")),
    ("QuotientSpec.scale", Ok("concentration.scale")),
    ("QuotientSpec.intervals", Ok("concentration.intervals")),
    ("Geography.Points", Ok("va.lat")),
    ("Geography.Matrix", Ok("va.distances")),
    ("VaSpec.form", Ok("va.form")),
    ("VaSpec.kernel", Ok("va.decay")),
    ("VaSpec.unit_km", Ok("va.unit_km")),
    ("VaSpec.cutoff_km", Ok("va.cutoff_km")),
    ("VaSpec.min_km", Ok("va.min_km")),
    ("VaSpec.own", Ok("va.own")),
    ("VaSpec.normalization", Ok("va.normalisation")),
    ("VaSpec.metric", Ok("va.distance")),
];

const MARKET: &[(&str, Reached)] = &[
    ("border_effect", Ok("market.border")),
    ("convergence_table", Ok("market.convergence")),
    (
        "half_life",
        Err("a function of a coefficient; the regression on the rows of market.convergence is a study of its own"),
    ),
    ("within_between", Ok("market.within_between")),
    ("mean_absolute_difference", Err("what demeaning by all pairs takes off: market.demean")),
    ("calendar_years", Ok("source.aggregate.to")),
    ("average_periods", Ok("source.aggregate.with")),
    (
        "pair_variances",
        Err("n²T/2 numbers, of pairs and not of rows; market.within_between and market.border give their means"),
    ),
    ("segmentation", Ok("market.prices")),
    ("Relations.points", Ok("market.lat")),
    ("Relations.distances", Ok("market.distances")),
    ("Relations.adjacency", Ok("market.relations")),
    ("Relations.group", Ok("market.group")),
    ("Relations.gdp", Ok("market.weights")),
    ("SegSpec.kind", Ok("market.kind")),
    ("SegSpec.change", Ok("market.difference")),
    ("SegSpec.demean", Ok("market.demean")),
    ("SegSpec.pairs", Ok("market.pairs")),
    ("SegSpec.weights", Ok("market.weights")),
    ("SegSpec.divisor", Ok("market.divisor")),
    ("SegSpec.min_goods", Ok("market.min_goods")),
    ("SegSpec.metric", Ok("market.distance")),
    ("SegSpec.min_km", Ok("market.min_km")),
    ("Given.neighbours", Ok("market.neighbours")),
    ("Given.group", Ok("market.group")),
    ("Given.coordinates", Ok("market.lat")),
];

const SPATIAL: &[(&str, Reached)] = &[
    ("geary", Ok("spatial.kind")),
    ("local_moran", Ok("spatial.kind")),
    ("moran", Ok("spatial.kind")),
    ("moran_scatter", Err("the figure of kind = \"moran\"")),
    ("by_period", Err("what [[spatial]] runs")),
    ("hausman", Ok("table.kind")),
    ("mundlak", Ok("table.kind")),
    ("random_effects", Err("what Hausman's and Mundlak's rows of kind = \"spatial-tests\" estimate")),
    (
        "pace_lesage",
        Err("of a cross-section without effects beside its own OLS; kind = \"spatial-tests\" has the tests of panels"),
    ),
    ("lm_tests", Ok("table.kind")),
    ("residual_moran", Err("`resid(table:column)` in [[spatial]] is Moran's test of residuals")),
    ("likelihood_ratio", Ok("table.kind")),
    ("wald_to_sar", Ok("table.kind")),
    ("wald_to_sem", Ok("table.kind")),
    ("specification_tests", Ok("table.kind")),
    ("fit", Ok("table.column.spatial.model")),
    ("from_coefficients", Ok("table.column.spatial.gs2sls")),
    ("iv_columns", Ok("table.column.spatial.gs2sls")),
    ("gs2sls", Ok("table.column.spatial.gs2sls")),
    ("Gs2slsSpec.model", Ok("table.column.spatial.model")),
    ("Gs2slsSpec.durbin", Ok("table.column.spatial.durbin")),
    ("Gs2slsSpec.endogenous", Ok("table.column.formula")),
    ("Gs2slsSpec.lags", Ok("table.column.spatial.gs2sls.lags")),
    ("Gs2slsSpec.instrument_lags", Ok("table.column.spatial.gs2sls.instrument_lags")),
    ("Gs2slsSpec.covariance", Ok("table.column.vcov")),
    ("Gs2slsSpec.small_sample", Ok("table.column.like")),
    ("SpatialSpec.model", Ok("table.column.spatial.model")),
    ("SpatialSpec.weights", Ok("table.column.spatial.weights")),
    ("SpatialSpec.durbin", Ok("table.column.spatial.durbin")),
    ("SpatialSpec.approach", Ok("table.column.spatial.approach")),
    ("SpatialSpec.like", Ok("table.column.spatial.like")),
    ("SpatialSpec.information", Ok("table.column.spatial.information")),
    ("SpatialSpec.lag_constant", Ok("table.column.spatial.lag_constant")),
];

/// Options that a section reads as they are: each field is a key of the section.
const SECTIONS: &[(&str, &str)] = &[
    ("PanelSpec", "gtfp"),
    ("BootstrapSpec", "gtfp.bootstrap"),
    ("IntervalSpec", "concentration.intervals"),
    ("BorderSpec", "market.border"),
    ("ConvergenceSpec", "market.convergence"),
    ("AssociationSpec", "spatial"),
    ("Simulation", "table.column.spatial.simulation"),
    ("TurningPointSpec", "table.column.spatial.turning_point"),
    ("WeightsSpec", "weights"),
];

/// Words at the end of the name of a type that holds options.
const OPTIONS: [&str; 7] = ["Spec", "Options", "Relations", "Given", "Geography", "Simulation", "Settings"];

/// The Rust files of a crate, but for its engine of linear programs, which has no option of a study beside `solver`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match (path.is_dir(), path.ends_with("lp")) {
            (true, false) => sources(&path, found),
            (false, _) if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            _ => {}
        }
    }
}

/// Public functions of a crate, and the fields (or alternatives) of its options as `Type.field`.
fn public_items(name: &str) -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&workspace().join("crates").join(name).join("src"), &mut files);
    let mut items = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        items.extend(text.lines().filter_map(|line| line.strip_prefix("pub fn ")).map(word));
        let mut open: Option<(String, bool)> = None;
        for line in text.lines() {
            let begins = line.strip_prefix("pub struct ").map(|rest| (rest, true));
            if let Some((rest, is_struct)) = begins.or(line.strip_prefix("pub enum ").map(|rest| (rest, false))) {
                let owner = word(rest);
                open = (OPTIONS.iter().any(|ending| owner.ends_with(ending)) && line.ends_with('{'))
                    .then_some((owner, is_struct));
            } else if line == "}" {
                open = None;
            } else if let Some((owner, is_struct)) = &open {
                let field = if *is_struct { line.strip_prefix("    pub ") } else { line.strip_prefix("    ") };
                let field = field.filter(|rest| rest.starts_with(|c: char| c.is_alphabetic())).map(word);
                items.extend(field.map(|field| format!("{owner}.{field}")));
            }
        }
    }
    items
}

#[test]
fn every_option_of_a_method_has_a_key_or_a_reason() {
    let schema = schema();
    let sections = keys::sections(&schema);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for section in &sections {
        known.extend(section.keys.iter().map(|key| format!("{}.{}", section.path, key.name)));
        known.insert(section.path.clone());
    }
    for (name, listed) in [("gtfp-ebm", GTFP), ("va-index", VA), ("market-seg", MARKET), ("panel-spatial", SPATIAL)] {
        let items = public_items(name);
        assert!(items.len() >= 12, "{name}: {items:?}");
        for item in &items {
            let of_section = item.split_once('.').and_then(|(owner, field)| {
                let (_, section) = SECTIONS.iter().find(|(known, _)| *known == owner)?;
                Some(format!("{section}.{field}"))
            });
            match of_section {
                Some(key) => assert!(known.contains(&key), "{name}: `{item}` has no key `{key}`"),
                None => assert!(listed.iter().any(|(known, _)| known == item), "{name}: `{item}` is on no list"),
            }
        }
        for (item, reached) in listed {
            assert!(items.contains(*item), "{name}: there is no `{item}`");
            match reached {
                Ok(key) => assert!(known.contains(*key), "{name}: `{item}`: there is no key `{key}`"),
                Err(reason) => assert!(!reason.is_empty(), "{item}"),
            }
        }
    }
}
