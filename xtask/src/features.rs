//! Which features of the study runner a study needs. The study decides what is built, and what is built only grows.

use std::collections::BTreeSet;
use std::path::Path;

/// A feature of the runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    /// HiGHS beside the built-in engine of linear programs.
    Highs,
    /// Parquet files, by polars.
    Parquet,
    /// Figures as PNG.
    Png,
    /// Figures as PDF.
    Pdf,
}

impl Feature {
    const ALL: [Self; 4] = [Self::Highs, Self::Parquet, Self::Png, Self::Pdf];

    /// Its name in the manifest of the runner.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Highs => "highs",
            Self::Parquet => "parquet",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// What a study asks for, and what is compiled for it.
    fn sentence(self) -> &'static str {
        match self {
            Self::Highs => "HiGHS is compiled (once, about 6 CPU minutes; needs cmake and libclang)",
            Self::Parquet => "Parquet is asked for: polars is compiled (once, about 4 CPU minutes)",
            Self::Png => "PNG figures are asked for: resvg is compiled (once, about 2 CPU minutes)",
            Self::Pdf => "PDF figures are asked for: krilla is compiled (once, about 3 CPU minutes)",
        }
    }
}

/// A set of features.
pub(crate) type Features = BTreeSet<Feature>;

/// What every command over the whole workspace builds: the features that the tests have the runner with.
pub(crate) fn of_the_workspace() -> Features {
    [Feature::Highs, Feature::Parquet].into()
}

/// The features that the text of a study asks for. What cannot be read asks for none: the runner says what is wrong.
pub(crate) fn features_of(study: &str) -> Features {
    let Ok(study) = study.parse::<toml::Table>() else { return Features::new() };
    let mut features = Features::new();
    if entries(&study, "gtfp").any(|gtfp| word(gtfp, "solver") == Some("highs")) || variants_ask_for_highs(&study) {
        features.insert(Feature::Highs);
    }
    let report = study.get("report");
    let report_lists = |key: &str, wanted: &str| {
        let list = report.and_then(|report| report.get(key)).and_then(toml::Value::as_array);
        list.into_iter().flatten().any(|format| format.as_str() == Some(wanted))
    };
    if entries(&study, "source").any(|source| word(source, "file").is_some_and(is_parquet))
        || report_lists("panel", "parquet")
    {
        features.insert(Feature::Parquet);
    }
    if report_lists("figures", "png") {
        features.insert(Feature::Png);
    }
    if report_lists("figures", "pdf") {
        features.insert(Feature::Pdf);
    }
    features
}

/// The tables of an array of tables.
fn entries<'a>(table: &'a toml::Table, name: &str) -> impl Iterator<Item = &'a toml::Value> {
    table.get(name).and_then(toml::Value::as_array).into_iter().flatten()
}

fn word<'a>(table: &'a toml::Value, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

/// Whether a variant of the curve sets the solver to HiGHS, by the path of the key.
fn variants_ask_for_highs(study: &toml::Table) -> bool {
    let curve = study.get("curve").and_then(toml::Value::as_table);
    let mut sets =
        curve.into_iter().flat_map(|curve| entries(curve, "variant")).filter_map(|variant| variant.get("set"));
    sets.any(|set| {
        let keys = set.as_table().into_iter().flat_map(toml::Table::iter);
        keys.into_iter().any(|(path, value)| path.ends_with(".solver") && value.as_str() == Some("highs"))
    })
}

fn is_parquet(file: &str) -> bool {
    let extension = Path::new(file).extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| extension == "parquet" || extension == "pq")
}

/// Adds the features of earlier builds and says aloud what is new; whoever builds [`remember`]s the union.
pub(crate) fn with_earlier(wanted: &Features, file: &Path) -> Features {
    let earlier = std::fs::read_to_string(file).unwrap_or_default();
    let known = Feature::ALL.into_iter().filter(|feature| earlier.lines().any(|line| line == feature.name()));
    let known: Features = known.collect();
    for feature in wanted.difference(&known) {
        eprintln!("set-up: {}", feature.sentence());
    }
    wanted.union(&known).copied().collect()
}

/// Writes down what was built, so that studies in turn do not rebuild one another.
pub(crate) fn remember(features: &Features, file: &Path) -> Result<(), String> {
    let text: String = features.iter().map(|feature| format!("{}\n", feature.name())).collect();
    if text.is_empty() || std::fs::read_to_string(file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(study: &str) -> String {
        features_of(study).into_iter().map(Feature::name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_study_asks_for() {
        let gtfp = "[[gtfp]]\nid = \"main\"\ninputs = [\"k\"]\n";
        for (study, expected) in [
            ("[[source]]\nfile = \"d.csv\"\n".to_owned(), ""),
            ("[[source]]\nfile = \"d.csv\"\n[[source]]\nfile = \"far/D.Parquet\"\n".to_owned(), "parquet"),
            ("[[source]]\nfile = \"d.pq\"\n".to_owned(), "parquet"),
            ("[[source]]\nfile = \"parquet.csv\"\n".to_owned(), ""),
            ("[report]\npanel = [\"csv\", \"parquet\"]\n".to_owned(), "parquet"),
            ("[report]\npanel = [\"csv\", \"dta\"]\nfigures = []\n".to_owned(), ""),
            ("[report]\nfigures = [\"png\"]\n".to_owned(), "png"),
            ("[report]\nfigures = [\"pdf\", \"png\"]\ndpi = 600\n".to_owned(), "png pdf"),
            (gtfp.to_owned(), ""),
            (format!("{gtfp}solver = \"simplex\"\n"), ""),
            (format!("{gtfp}solver = \"highs\"\n[[source]]\nfile = \"d.pq\"\n"), "highs parquet"),
            // However many rows its programs have: the built-in engine takes them.
            (format!("[[gtfp]]\nid = \"wide\"\ninputs = [{}]\n", "\"x\", ".repeat(90)), ""),
            ("[curve]\n[[curve.variant]]\nset = { \"gtfp.main.solver\" = \"highs\" }\n".to_owned(), "highs"),
            ("[curve]\n[[curve.variant]]\nset = { \"gtfp.main.rts\" = \"vrs\" }\n".to_owned(), ""),
            ("this is = no study [".to_owned(), ""),
        ] {
            assert_eq!(names(&study), expected, "{study}");
        }
    }

    #[test]
    fn the_studies_of_the_repository_need_nothing_more() {
        for folder in ["fixtures/studies", "tests/studies", "crates/replicate/templates"] {
            for file in crate::workspace::files(&crate::workspace::root().join(folder), ".toml") {
                let text = std::fs::read_to_string(&file).expect("a study");
                // What is read part by part is a Parquet file.
                let needed = if text.contains("streaming = true") { "parquet" } else { "" };
                assert_eq!(names(&text), needed, "{}", file.display());
            }
        }
    }

    #[test]
    fn what_is_built_only_grows() {
        let file = std::env::temp_dir().join(format!("panelstudy-features-{}", std::process::id()));
        let none = Features::new();
        assert!(with_earlier(&none, &file).is_empty());
        remember(&none, &file).expect("nothing to write");
        assert!(!file.exists());
        remember(&[Feature::Parquet].into(), &file).expect("writes");
        assert_eq!(with_earlier(&[Feature::Highs].into(), &file), of_the_workspace());
        assert_eq!(with_earlier(&none, &file), [Feature::Parquet].into());
        std::fs::remove_file(&file).expect("there");
    }
}
