//! `panelstudy init DIR`: a commented study file, an empty data template with its codebook, and a small worked example; with
//! `--plain` a short study of any panel that runs as it is.

use crate::reference;
use std::path::Path;
use study::number::pretty;
use study::{Error, Result};

const STUDY: &str = include_str!("../templates/study.toml");
const CODEBOOK: &str = include_str!("../templates/codebook.csv");
const README: &str = include_str!("../templates/README.md");
const EXAMPLE: &str = include_str!("../templates/example.toml");
const PLAIN: &str = include_str!("../templates/plain.toml");
const GRUNFELD: &str = include_str!("../../panel-fe/tests/golden/grunfeld.csv");
const CITIES: &str = include_str!("../../../fixtures/cities.csv");
const YEARBOOK: &str = include_str!("../../../fixtures/twin/yearbook.csv");

/// Every how many-th city of the synthetic yearbook stands in the example, so that all regions do.
const EVERY: usize = 7;

/// The schema that the first line of a study names, so that editors complete and check it.
const SCHEMA: &str = "study.schema.json";

fn schema() -> String {
    pretty(&reference::schema())
}

/// Files of a new study: name and content.
#[must_use]
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("README.md", README.to_owned()),
        ("study.toml", STUDY.to_owned()),
        ("yearbook.csv", template()),
        ("codebook.csv", CODEBOOK.to_owned()),
        (SCHEMA, schema()),
        ("cities.csv", CITIES.to_owned()),
        ("example/study.toml", EXAMPLE.to_owned()),
        ("example/yearbook.csv", example()),
    ]
}

/// Files of a new study of any panel: name and content.
#[must_use]
pub fn plain_files() -> Vec<(&'static str, String)> {
    vec![("study.toml", PLAIN.to_owned()), ("data.csv", GRUNFELD.to_owned()), (SCHEMA, schema())]
}

/// Writes the files of a new study in the paper's design into a folder, which is made where it is not there.
///
/// # Errors
/// [`Error::Usage`] where one of the files is there already: nothing is overwritten, nothing else written.
/// [`Error::Environment`] where the disk refuses.
pub fn init(folder: &Path) -> Result<String> {
    write(folder, &files())?;
    let shown = folder.display();
    Ok(format!(
        "A new study in `{shown}`: study.toml, an empty yearbook.csv with codebook.csv, cities.csv and a worked example.\n\
         Try the example:  panelstudy run {shown}/example/study.toml --out {shown}/example/results\n\
         Fill yearbook.csv, then:  panelstudy check {shown}/study.toml\n"
    ))
}

/// Writes the files of a new study of any panel.
///
/// # Errors
/// As [`init`].
pub fn init_plain(folder: &Path) -> Result<String> {
    write(folder, &plain_files())?;
    let shown = folder.display();
    Ok(format!(
        "A new study in `{shown}`: study.toml, and data.csv with ten firms in twenty years.\n\
         Try it:  panelstudy run {shown}/study.toml --out {shown}/results\n\
         Name your own files in study.toml, then:  panelstudy check {shown}/study.toml\n"
    ))
}

fn write(folder: &Path, files: &[(&str, String)]) -> Result<()> {
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(Error::Usage(format!(
            "init {}: `{name}` is there already and is not overwritten; name a new folder",
            folder.display()
        )));
    }
    let failed = |error: std::io::Error| Error::Environment(format!("cannot write `{}`: {error}", folder.display()));
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, text).map_err(failed)?;
    }
    Ok(())
}

/// A header with the codebook's names and nothing below it.
fn template() -> String {
    let names: Vec<&str> = CODEBOOK.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    names.join(",") + "\n"
}

/// Every seventh city of the synthetic yearbook.
fn example() -> String {
    let mut lines = YEARBOOK.lines();
    let mut out = lines.next().unwrap_or_default().to_owned() + "\n";
    let mut city = None;
    let mut place = 0;
    for line in lines {
        let name = line.split(',').nth(1);
        if city != name {
            place += usize::from(city.is_some());
            city = name;
        }
        if place.is_multiple_of(EVERY) {
            out += line;
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_column_of_the_study() {
        let header = template();
        let columns: Vec<&str> = header.trim().split(',').collect();
        let loaded = study::Loaded::parse(STUDY, "study.toml", std::path::Path::new(""));
        let study = loaded.expect("the template is a valid study").study;
        let computed = ["Va", "Lq", "Spillover", "Gtfp", "lon", "lat", "region", "municipality"];
        for name in study::names::used(&study) {
            let known = columns.contains(&name.as_str())
                || computed.contains(&name.as_str())
                || study.variables.get(&name).is_some()
                || ["city", "year"].contains(&name.as_str());
            assert!(known, "{name}");
        }
        assert_eq!(example().lines().count(), 1 + 40 * 8);
    }
}
