//! What this program is made of: versions of what decides numbers, and the features that it was or was not built with.

use gtfp_ebm::Solver;
use study::feature::Feature;
use study::{Error, FigureFormat, PanelFormat, Result, Study};

/// The lock file that this program was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// Name as it is shown and package of whatever decides numbers and is always there.
const ALWAYS: [(&str, &str); 3] = [("panelstudy", "panelstudy"), ("faer", "faer"), ("statrs", "statrs")];

/// Names and versions of everything compiled in that decides numbers or writes files.
pub(crate) fn compiled() -> Vec<(String, String)> {
    versions(Feature::ALL.into_iter().filter(|feature| feature.is_there()))
}

/// Names and versions of what a study uses: the same whatever else was compiled.
pub(crate) fn used(study: &Study) -> Vec<(String, String)> {
    let asked = asked(study);
    versions(Feature::ALL.into_iter().filter(|feature| asked.iter().any(|(other, _)| other == feature)))
}

/// Refuses a study that asks for something that was not compiled.
///
/// # Errors
/// [`Error::NeedsFeature`] for the first such request.
pub(crate) fn suffice(study: &Study) -> Result<()> {
    match asked(study).into_iter().find(|(feature, _)| !feature.is_there()) {
        Some((feature, wanted)) => Err(Error::NeedsFeature { feature: feature.name(), wanted }),
        None => Ok(()),
    }
}

/// Features that a study asks for, each with the words that do.
fn asked(study: &Study) -> Vec<(Feature, String)> {
    let mut asked = Vec::new();
    for gtfp in study.indices.gtfp.iter().filter(|gtfp| gtfp.choices.solver == Solver::Highs) {
        asked.push((Feature::Highs, format!("[[gtfp]] `{}`, solver = \"highs\"", gtfp.own.id)));
    }
    if study.study.streaming {
        asked.push((Feature::Parquet, "[study] streaming = true".to_owned()));
    }
    for source in study.sources.iter().filter(|source| is_parquet(&source.file)) {
        asked.push((Feature::Parquet, format!("[[source]] file = \"{}\"", source.file)));
    }
    if study.report.panel.iter().flatten().any(|format| *format == PanelFormat::Parquet) {
        asked.push((Feature::Parquet, "[report] panel with \"parquet\"".to_owned()));
    }
    for (format, feature) in [(FigureFormat::Png, Feature::Png), (FigureFormat::Pdf, Feature::Pdf)] {
        if study.report.figures.contains(&format) {
            asked.push((feature, format!("[report] figures with \"{}\"", feature.name())));
        }
    }
    asked
}

/// Whether a name is that of a Parquet file.
fn is_parquet(file: &str) -> bool {
    let extension = std::path::Path::new(file).extension().map(|extension| extension.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| extension == "parquet" || extension == "pq")
}

fn versions(features: impl Iterator<Item = Feature>) -> Vec<(String, String)> {
    let lock: toml::Table = LOCK.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let version_of = |name: &str| {
        let called = |package: &&toml::Value| package.get("name").and_then(toml::Value::as_str) == Some(name);
        packages.iter().find(called).and_then(|package| package.get("version")?.as_str().map(str::to_owned))
    };
    let named = ALWAYS.into_iter().chain(features.map(Feature::library));
    named.filter_map(|(shown, package)| Some((shown.to_owned(), version_of(package)?))).collect()
}

/// What `panelstudy doctor` says: versions, features, threads.
pub(crate) fn report() -> String {
    let mut text = String::new();
    for (name, version) in compiled() {
        text += &format!("{name:<16} {version}\n");
    }
    for feature in Feature::ALL {
        let what = match feature {
            Feature::Highs => "HiGHS (solver = \"highs\")",
            Feature::Parquet => "Parquet files",
            Feature::Png => "figures as PNG",
            Feature::Pdf => "figures as PDF",
        };
        let state = if feature.is_there() { "built in" } else { "not built in" };
        text += &format!("{:<16} {state}: {what}\n", feature.name());
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    text + &format!("{:<16} {threads}\n", "threads")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use study::Loaded;

    fn study(more: &str) -> Study {
        let text = format!("[study]\ntitle = \"T\"\nentity = \"e\"\ntime = \"t\"\n{more}");
        Loaded::parse(&text, "study.toml", Path::new("")).expect("a study").study
    }

    #[test]
    fn a_study_says_what_it_needs() {
        let csv = "[[source]]\nfile = \"d.csv\"\n";
        let gtfp = "[[gtfp]]\nid = \"main\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n";
        for (more, expected) in [
            (csv.to_owned(), vec![]),
            (format!("{csv}{gtfp}"), vec![]),
            (format!("{csv}{gtfp}solver = \"simplex\"\n"), vec![]),
            (format!("{csv}{gtfp}solver = \"highs\"\n"), vec![Feature::Highs]),
            ("[[source]]\nfile = \"d.PARQUET\"\n".to_owned(), vec![Feature::Parquet]),
            ("[[source]]\nfile = \"d.pq\"\n".to_owned(), vec![Feature::Parquet]),
            (format!("{csv}[report]\npanel = [\"csv\"]\n"), vec![]),
            (format!("{csv}[report]\npanel = [\"dta\", \"parquet\"]\n"), vec![Feature::Parquet]),
            (format!("{csv}[report]\nfigures = [\"png\"]\n"), vec![Feature::Png]),
            (format!("{csv}[report]\nfigures = [\"pdf\"]\n"), vec![Feature::Pdf]),
        ] {
            let study = study(&more);
            let found: Vec<Feature> = asked(&study).into_iter().map(|(feature, _)| feature).collect();
            assert_eq!(found, expected, "{more}");
            let missing = expected.iter().any(|feature| !feature.is_there());
            assert_eq!(suffice(&study).is_err(), missing, "{more}");
        }
    }

    #[test]
    fn pages_name_what_a_study_uses_and_the_manifest_what_is_compiled() {
        let names = |versions: Vec<(String, String)>| versions.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let plain = study("[[source]]\nfile = \"d.csv\"\n");
        assert_eq!(names(used(&plain)), ["panelstudy", "faer", "statrs"]);
        let parquet = study("[[source]]\nfile = \"d.parquet\"\n");
        assert_eq!(names(used(&parquet)), ["panelstudy", "faer", "statrs", "polars"]);
        assert_eq!(names(compiled()).iter().any(|name| name == "HiGHS"), cfg!(feature = "highs"));
        assert_eq!(names(compiled()).iter().any(|name| name == "polars"), cfg!(feature = "parquet"));
        assert_eq!(report().contains("highs            built in"), cfg!(feature = "highs"));
    }
}
