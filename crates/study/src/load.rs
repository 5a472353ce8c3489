//! Reading a study file.

use super::asked::{check_stats, check_stats_of};
use super::defaults::{expand_terms, fill_defaults, spread_stepwise};
use super::mistake::{explain, line_of, sentence_of};
use super::section::{Wrong, check_id, fields, from_table};
use super::{ALL_TABLES, COMPARE_TABLE, MediationSpec, Study, TableKind, TableSpec, overrides};
use crate::error::{Error, Result};
use crate::indices::Indices;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A study, its file and its folder.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The study.
    pub study: Study,
    /// Keys that were changed after reading: path, and the value as it would stand in the file.
    pub changes: Vec<(String, String)>,
    /// The file as the user wrote it.
    pub file: String,
    /// Its folder: relative paths in the study start here.
    pub folder: PathBuf,
    /// Its text.
    pub text: String,
}

impl Loaded {
    /// Reads and checks a study file.
    ///
    /// # Errors
    /// [`Error::Study`] when it cannot be read, is no TOML, or says something that no study can say.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_whole(path).map_err(first)
    }

    /// The same, with every mistake of the file instead of the first.
    ///
    /// # Errors
    /// As [`Loaded::read`], at least one.
    pub fn read_whole(path: &Path) -> Result<Self, Vec<Error>> {
        let file = path.display().to_string();
        let wrong = |message: String| vec![Error::Study { file: file.clone(), line: None, message }];
        let bytes = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| wrong(format!("is not UTF-8 (byte {})", error.utf8_error().valid_up_to())))?;
        Self::parse_whole(&text, &file, path.parent().unwrap_or(Path::new("")))
    }

    /// Parses the text of a study file.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self> {
        Self::parse_whole(text, file, folder).map_err(first)
    }

    fn parse_whole(text: &str, file: &str, folder: &Path) -> Result<Self, Vec<Error>> {
        let explained =
            |wrong: Vec<Wrong>| wrong.into_iter().map(|wrong| explain(wrong, text, file)).collect::<Vec<_>>();
        let study = study_of(text, &[], folder).map_err(explained)?;
        let (file, folder, text) = (file.to_owned(), folder.to_path_buf(), text.to_owned());
        Ok(Self { study, changes: Vec::new(), file, folder, text })
    }

    /// The same study with one or more keys changed, by their paths (`gtfp.main.rts`, `table.t2.column.(2).vcov`).
    ///
    /// # Errors
    /// [`Error::Study`] for an unknown path or a value of the wrong type.
    pub fn with(&self, changes: &toml::Table) -> Result<Self> {
        let added = changes.iter().map(|(path, value)| (path.clone(), value.to_string()));
        let all: Vec<(String, String)> = self.changes.iter().cloned().chain(added).collect();
        let study = study_of(&self.text, &all, &self.folder).map_err(|wrong| {
            let paths = changes.keys().cloned().collect::<Vec<_>>().join(", ");
            // Spans of changed values are not places of the file.
            let unplaced = |wrong: &Wrong| sentence_of(&Wrong { span: None, ..wrong.clone() }, &self.text);
            let message = wrong.first().map(unplaced).unwrap_or_default();
            let line = changes.keys().find_map(|path| self.text.find(&format!("\"{path}\"")));
            let line = line.map(|at| line_of(&self.text, at));
            Error::Study { file: self.file.clone(), line, message: format!("with {paths}: {message}") }
        })?;
        Ok(Self { study, changes: all, ..self.clone() })
    }

    /// A path of the study, made relative to its folder.
    #[must_use]
    pub fn resolve(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }
}

/// The first of several mistakes.
fn first(errors: Vec<Error>) -> Error {
    let none = Error::Usage("the study file cannot be read".into());
    errors.into_iter().next().unwrap_or(none)
}

/// The study of a text under changes of single keys.
fn study_of(text: &str, changes: &[(String, String)], folder: &Path) -> Result<Study, Vec<Wrong>> {
    let document = DeTable::parse(text).map_err(|error| vec![error.into()])?;
    let span = document.span();
    let mut document = document.into_inner();
    // Paths name the columns that there are; what is written once is put in its places after them.
    spread_stepwise(&mut document).map_err(|wrong| vec![wrong])?;
    for (path, value) in changes {
        let value = DeValue::parse(value).map_err(|error| vec![error.into()])?;
        overrides::set(&mut document, path, value).map_err(|message| vec![message.into()])?;
    }
    if !changes.is_empty() {
        // What is changed is the study that a multiverse is made of, not the multiverse.
        document.remove("multiverse");
    }
    expand_terms(&mut document).and_then(|()| fill_defaults(&mut document)).map_err(|wrong| vec![wrong])?;
    let mut study = study_from(Spanned::new(span, document.clone()))?;
    study.spell_names();
    study.indices.with_weights(&study.weights, folder);
    let placed =
        |(path, message): (String, String)| Wrong { span: overrides::place(&document, &path), message, whole: true };
    let wrong: Vec<Wrong> = check(&study).into_iter().map(placed).collect();
    if wrong.is_empty() { Ok(study) } else { Err(wrong) }
}

/// Sections that are put in their places before the study is read.
const WRITTEN_ONCE: [&str; 2] = ["defaults", "terms"];

/// Hands each section to those who read it.
fn study_from(document: Spanned<DeTable<'_>>) -> Result<Study, Vec<Wrong>> {
    let (span, mut document) = (document.span(), document.into_inner());
    let known: Vec<&str> = fields::<Study>().iter().chain(Indices::SECTIONS).chain(&WRITTEN_ONCE).copied().collect();
    let listed = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let unknown = document.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
    let unknown = unknown.map(|key| (key.span(), key.get_ref().to_string())).collect::<Vec<_>>();
    let mut wrong = Vec::new();
    for (span, key) in unknown {
        document.remove(key.as_str());
        wrong.push(Wrong::at(span, format!("unknown field `{key}`, expected one of {listed}")));
    }
    let indices = Indices::take(&mut document, &mut wrong);
    match from_table::<Study>(Spanned::new(span, document)) {
        Ok(study) if wrong.is_empty() => Ok(Study { indices, ..study }),
        Ok(_) => Err(wrong),
        Err(error) => {
            wrong.push(error);
            Err(wrong)
        }
    }
}

/// Things that types cannot say: each mistake with the path of the key that it is about.
fn check(study: &Study) -> Vec<(String, String)> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut note = |path: String, result: Result<(), String>| wrong.extend(result.err().map(|message| (path, message)));
    if study.sources.is_empty() {
        note("study".into(), Err("no [[source]]: a study needs data".into()));
    }
    for (place, source) in study.sources.iter().enumerate() {
        for (key, why) in source.idle_keys() {
            let message = format!("source `{}`: `{key}` {why}", source.file);
            note(format!("source.({}).{key}", place + 1), Err(message));
        }
    }
    for index in study.indices.iter() {
        let stage = index.stage();
        note(stage.replacen('-', ".", 1), index.check().map_err(|message| format!("stage `{stage}`: {message}")));
    }
    note("study".into(), crate::names::check_order(study));
    let curve = study.curve.iter().map(|curve| ("table", curve.id.as_str()));
    let tables = study.tables.iter().map(|spec| ("table", spec.id.as_str())).chain(curve);
    for (what, id) in tables.chain(study.mediation.iter().map(|spec| ("mediation", spec.id.as_str()))) {
        note(format!("{what}.{id}"), check_id(what, id));
    }
    let columnwise = |table: &TableSpec| matches!(table.kind, TableKind::Regression | TableKind::SpatialTests);
    let whole = |table: &&TableSpec| columnwise(table) || table.kind == TableKind::Calibration;
    for table in study.tables.iter().filter(whole).filter(|table| table.sample.is_some()) {
        let belongs = if columnwise(table) { "its columns" } else { "[[gtfp]]" };
        let message = format!("table `{}`: a sample of this kind of table belongs to {belongs}", table.id);
        note(format!("table.{}.sample", table.id), Err(message));
    }
    for table in &study.tables {
        note(format!("table.{}", table.id), table.check_contents());
        note(format!("table.{}", table.id), table.check_headings());
        note(format!("table.{}", table.id), table.check_means());
        note(format!("table.{}.stats", table.id), check_stats(table.stats.as_deref()));
        if table.kind != TableKind::Regression && table.stats.is_some() {
            let message = format!("table `{}`: `stats` belongs to tables of regressions", table.id);
            note(format!("table.{}.stats", table.id), Err(message));
        } else {
            note(format!("table.{}.stats", table.id), check_stats_of(table));
        }
        for (name, column) in table.named_columns() {
            for (key, message) in column.mistakes() {
                let place = format!("table.{}.column.{name}.{key}", table.id);
                note(place, Err(format!("table `{}`, column {name}: {message}", table.id)));
            }
        }
    }
    note("quality.ranges".into(), study.quality.check());
    note("report".into(), study.report.check(&study.tables, &study.sources));
    for spec in &study.mediation {
        note(format!("mediation.{}", spec.id), spec.steps().map(|_| ()).map_err(|error| error.to_string()));
    }
    for (place, spec) in study.comparisons.iter().enumerate() {
        let twice = study.comparisons[..place].iter().any(|other| other.id == spec.id);
        let once = if twice { Err(format!("compare id `{}` stands twice", spec.id)) } else { Ok(()) };
        note(format!("compare.({})", place + 1), once.and_then(|()| check_id("compare", &spec.id)));
    }
    if let Some(curve) = &study.curve {
        note("curve".into(), curve.check(&study.tables));
    }
    wrong.extend(study.tables.iter().filter_map(|table| table.check_layout().err()));
    wrong.extend(study.comparisons.iter().filter_map(|spec| spec.check(study).err()));
    wrong.extend(study.mediation.iter().filter_map(wrong_bootstrap));
    wrong.extend(crate::spatial::check(study));
    wrong.extend(super::multiverse::check(study));
    wrong.extend(super::streaming::check(study));
    wrong.extend(names_of_indices(study).err());
    wrong.extend(tables_of_one_name(study).err());
    wrong
}

/// What is wrong with the resampling of a chain: the path of the key and a sentence.
fn wrong_bootstrap(spec: &MediationSpec) -> Option<(String, String)> {
    let message = spec.bootstrap.as_ref()?.check(&spec.vcov).err()?;
    Some((format!("mediation.\"{}\".bootstrap", spec.id), format!("[[mediation]] `{}`, bootstrap: {message}", spec.id)))
}

/// Checks that what the indices make is called like nothing else: no key, no derived variable, no other index.
fn names_of_indices(study: &Study) -> Result<(), (String, String)> {
    let keys = [Some(&study.study.entity), study.study.time.as_ref()];
    let mut made: Vec<(String, String)> = Vec::new();
    for index in study.indices.iter() {
        let stage = index.stage();
        for name in index.makes() {
            let other = if keys.iter().flatten().any(|key| *key == name) {
                Some("a key of the panel".to_owned())
            } else if study.variables.get(name).is_some() {
                Some("a variable of [variables]".to_owned())
            } else {
                made.iter().find(|(known, _)| known == name).map(|(_, by)| format!("made by stage `{by}`"))
            };
            if let Some(other) = other {
                let message = format!("stage `{stage}` would make `{name}`, which is {other}; give it another name");
                return Err((stage.replacen('-', ".", 1), message));
            }
            made.push((name.to_owned(), stage.clone()));
        }
    }
    Ok(())
}

/// Checks that no two tables, those that belong to others included, go by one name, on any file system.
fn tables_of_one_name(study: &Study) -> Result<(), (String, String)> {
    let mut names: Vec<(String, String)> = vec![(ALL_TABLES.to_owned(), String::new())];
    for table in &study.tables {
        let path = format!("table.{}", table.id);
        names.push((table.id.clone(), path.clone()));
        if table.columns.iter().any(|column| column.utest.is_some()) {
            names.push((table.u_test_id(), path));
        }
    }
    let mediations = study.mediation.iter().map(|spec| (spec.table_id(), format!("mediation.{}", spec.id)));
    names.extend(mediations);
    let associations = study.spatial.iter();
    names.extend(associations.map(|spec| (format!("spatial-{}", spec.id), format!("spatial.{}", spec.id))));
    let of_indices = study.indices.iter().into_iter();
    names.extend(of_indices.filter_map(|index| Some((index.table()?, index.stage().replacen('-', ".", 1)))));
    let compared = study.comparisons.first();
    names.extend(compared.map(|spec| (COMPARE_TABLE.to_owned(), format!("compare.{}", spec.id))));
    names.extend(study.curve.iter().map(|curve| (curve.id.clone(), "curve".to_owned())));
    names.extend(study.multiverse.iter().flat_map(super::multiverse_table_ids).map(|id| (id, "multiverse".to_owned())));
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match (1..names.len()).find(|&place| names[..place].iter().any(|(known, _)| same(known, &names[place].0))) {
        Some(place) => {
            let (name, path) = names.swap_remove(place);
            Err((path, format!("two tables would be written to `tables/{name}.*`; give one another id")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Loaded> {
        Loaded::parse(text, "s.toml", Path::new(""))
    }

    const HEAD: &str = "[study]\ntitle = \"T\"\nentity = \"city\"\ntime = \"year\"\n[[source]]\nfile = \"d.csv\"\n";

    #[test]
    fn an_unknown_key_names_line_and_nearest() {
        let error =
            parse(&format!("{HEAD}[[gtfp]]\nid = \"a\"\ninputs = [\"k\"]\ngoods = [\"y\"]\norientaton = \"none\"\n"))
                .unwrap_err();
        let text = error.to_string();
        assert!(text.contains("line 11") && text.contains("did you mean `orientation`?"), "{text}");
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn headings_stand_above_variables_of_tables_of_variables() {
        let refused = |kind: &str, rest: &str| {
            let table = format!("[[table]]\nid = \"t\"\nkind = \"{kind}\"\nvariables = [\"-gdp\", \"so2\"]\n{rest}");
            parse(&format!("{HEAD}{table}")).err().map(|error| error.to_string()).unwrap_or_default()
        };
        let heading = |above: &str| format!("[[table.heading]]\nabove = \"{above}\"\ntitle = \"Output\"\n");
        assert_eq!(refused("entropy-weights", &heading("gdp")), "");
        assert!(refused("entropy-weights", &heading("gpd")).contains("did you mean `gdp`?"));
        assert!(refused("calibration", "definitions = true\n").contains("belong to tables of kind"));
        assert_eq!(refused("entropy-weights", "notes = \"one text\"\n"), "");
    }

    #[test]
    fn one_key_can_be_changed() {
        let study = parse(&format!("{HEAD}[[gtfp]]\nid = \"a\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n")).expect("valid");
        let changed = study.with(&"\"gtfp.a.rts\" = \"vrs\"".parse().expect("toml")).expect("known path");
        assert_eq!(changed.study.indices.gtfp[0].choices.rts, gtfp_ebm::Rts::Vrs);
        assert!(study.with(&"\"gtfp.b.rts\" = \"vrs\"".parse().expect("toml")).is_err());
        let variant = "[curve]\nid = \"c\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\n[[curve.variant]]\nchoice = \"D1\"\nlabel = \"v\"\nset = { \"gtfp.a.rst\" = \"vrs\" }\n";
        let table = "[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + x^2\"\n";
        let study = parse(&format!("{HEAD}[[gtfp]]\nid = \"a\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n{table}{variant}"));
        let slip =
            study.expect("valid").with(&"\"gtfp.a.rst\" = \"vrs\"".parse().expect("toml")).unwrap_err().to_string();
        assert!(
            slip.contains("line 23: with gtfp.a.rst: unknown key `rst`, expected")
                && slip.contains("did you mean `rts`"),
            "{slip}"
        );
    }

    #[test]
    fn an_id_names_files_on_every_disk() {
        let table = |id: &str| format!("[[table]]\nid = \"{id}\"\n[[table.column]]\nformula = \"y ~ x\"\n");
        let refused = |ids: &[&str]| {
            let tables: String = ids.iter().map(|id| table(id)).collect();
            parse(&format!("{HEAD}{tables}")).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(refused(&["a", "b", "console", "com10", "aux-1"]), "");
        assert!(refused(&["t1", "T1"]).contains("two tables would be written"));
        assert!(refused(&["All-Tables"]).contains("two tables would be written"));
        for id in ["con", "NUL", "aux.v2", "Com1", "lpt9", "end."] {
            assert!(refused(&[id]).contains("Windows keeps files of this name"), "{id}");
        }
    }

    #[test]
    fn words_that_would_be_passed_over_are_errors() {
        let refused = |text: &str| parse(text).unwrap_err().to_string();
        let lang = HEAD.replace("time = \"year\"", "time = \"year\"\nlang = \"cn\"");
        assert!(refused(&lang).contains("line 5: [study] lang = \"cn\": expected one of zh, en"));
        let range = refused(&format!("{HEAD}[quality.ranges]\nGov = [1.5, 0.0]\n"));
        assert!(range.contains("[quality.ranges] Gov = [1.5, 0]"), "{range}");
        let table = "[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + x^2\"\n";
        let curve = |table: &str, column: &str, x: &str| {
            format!("[curve]\nid = \"c\"\ntable = \"{table}\"\ncolumn = \"{column}\"\nx = \"{x}\"\n")
        };
        assert!(parse(&format!("{HEAD}{table}{}", curve("t", "(1)", "x"))).is_ok());
        assert!(refused(&format!("{HEAD}{table}{}", curve("tt", "(1)", "x"))).contains("did you mean `t`"));
        assert!(refused(&format!("{HEAD}{table}{}", curve("t", "(2)", "x"))).contains("no column `(2)`"));
        assert!(refused(&format!("{HEAD}{table}{}", curve("t", "(1)", "z"))).contains("no term `z`"));
    }
}
