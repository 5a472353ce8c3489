//! Reading a study file.

use super::changed::{Sections, document_of};
use super::checked::check;
use super::defaults::{Extent, expand_terms, fill_defaults};
use super::mistake::{explain, line_of, sentence_of};
use super::section::{Wrong, fields, from_table};
use super::{Study, overrides};
use crate::error::{Error, Result};
use crate::indices::Indices;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use toml::Spanned;
use toml::de::DeTable;

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
    /// Its sections as they stand, made for the first change.
    sections: Arc<OnceLock<Option<Sections>>>,
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
        Ok(Self { study, changes: Vec::new(), file, folder, text, sections: Arc::default() })
    }

    /// The same study with one or more keys changed, by their paths (`gtfp.main.rts`, `table.t2.column.(2).vcov`).
    ///
    /// # Errors
    /// [`Error::Study`] for an unknown path or a value of the wrong type.
    pub fn with(&self, changes: &toml::Table) -> Result<Self> {
        let added = changes.iter().map(|(path, value)| (path.clone(), value.to_string()));
        let all: Vec<(String, String)> = self.changes.iter().cloned().chain(added).collect();
        let sections = self.sections.get_or_init(|| Sections::of(&self.study, &self.text, &self.changes));
        let quickly = sections.as_ref().and_then(|sections| sections.changed(&self.folder, changes));
        let study = quickly.unwrap_or_else(|| study_of(&self.text, &all, &self.folder)).map_err(|wrong| {
            let paths = changes.keys().cloned().collect::<Vec<_>>().join(", ");
            // Spans of changed values are not places of the file.
            let unplaced = |wrong: &Wrong| sentence_of(&Wrong { span: None, ..wrong.clone() }, &self.text);
            let message = wrong.first().map(unplaced).unwrap_or_default();
            let line = changes.keys().find_map(|path| self.text.find(&format!("\"{path}\"")));
            let line = line.map(|at| line_of(&self.text, at));
            Error::Study { file: self.file.clone(), line, message: format!("with {paths}: {message}") }
        })?;
        let (file, folder, text) = (self.file.clone(), self.folder.clone(), self.text.clone());
        Ok(Self { study, changes: all, file, folder, text, sections: Arc::default() })
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
    let document = document_of(text, changes).map_err(|wrong| vec![wrong])?;
    let (span, mut document) = (document.span(), document.into_inner());
    if !changes.is_empty() {
        // What is changed is the study that a multiverse is made of, not the multiverse.
        document.remove("multiverse");
    }
    expand_terms(&mut document, Extent::Whole)
        .and_then(|()| fill_defaults(&mut document, Extent::Whole))
        .map_err(|wrong| vec![wrong])?;
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

    /// A study whose sections depend on each other in every way that changes meet.
    const SECTIONS: &str = "[terms]\nbasic = \"z + w\"\n[defaults]\nvcov = \"cluster:city\"\nutest = \"x\"\n\
        [labels]\nx = { en = \"X\", zh = \"X\" }\n\
        [variables]\nw = \"z + 1\"\nkk = \"k / 2\"\nlagged = \"lag_w(z, \\\"near\\\")\"\n\
        [[weights]]\nid = \"near\"\nkind = \"inverse-distance\"\n\
        [va]\nsector = \"k\"\ntotal = \"l\"\n\
        [[gtfp]]\nid = \"a\"\ninputs = [\"kk\"]\ngoods = [\"y\"]\nmodel = \"sbm\"\n\
        [[gtfp]]\nid = \"b\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n\
        [[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ x + x^2 + {basic} | city + year\"\n\
        [[table.column]]\nname = \"plain\"\nformula = \"y ~ x + z\"\nvcov = \"iid\"\n\
        [[table]]\nid = \"other\"\n[[table.column]]\nformula = \"Gtfp ~ x + x^2\"\n\
        [curve]\nid = \"c\"\ntable = \"t\"\ncolumn = \"(1)\"\nx = \"x\"\n";

    #[test]
    fn a_changed_study_is_what_reading_the_whole_file_gives() {
        let study = parse(&format!("{HEAD}{SECTIONS}")).unwrap();
        let changed = |set: &str| -> (toml::Table, Vec<(String, String)>) {
            let set: toml::Table = set.parse().unwrap();
            let list = set.iter().map(|(path, value)| (path.clone(), value.to_string())).collect();
            (set, list)
        };
        for set in [
            "\"variables.w\" = \"z * 2\"",
            "\"variables.kk\" = \"k / 3\"\n\"gtfp.a.rts\" = \"vrs\"",
            "\"variables.new\" = \"w + kk\"",
            "\"variables.lagged\" = \"lag_w(w, \\\"near\\\")\"",
            "\"variables.lagged\" = \"z * 3\"",
            "\"va.form\" = \"spillover\"\n\"va.exponent\" = 2.0\n\"va.cutoff_km\" = inf",
            "\"gtfp.b.sample\" = \"city != 'A'\"",
            "\"table.t.column.(1).vcov\" = \"hc1\"",
            "\"table.t.column.(1).formula\" = \"w ~ x + x^2 + {basic}\"",
            "\"table.t.column.plain.formula\" = \"w ~ x | city\"\n\"variables.w\" = \"z\"",
            "\"table.t.title\" = \"T\"\n\"table.other.title\" = \"T\"",
            "\"table.(2).title\" = \"T\"",
            "\"table.t.id\" = \"tt\"\n\"curve.table\" = \"tt\"",
            "\"defaults.vcov\" = \"hc1\"",
            "\"labels.x\" = \"Z\"",
            // Mistakes.
            "\"variables.w\" = \"w + 1\"",
            "\"variables.w\" = \"z +\"",
            "\"variables.kk\" = \"gtfp_b * 2\"",
            "\"variables.Va\" = \"z\"",
            "\"variables.lagged\" = \"lag_w(w, \\\"far\\\")\"",
            "\"gtfp.c.rts\" = \"vrs\"",
            "\"gtfp.a.rst\" = \"vrs\"",
            "\"gtfp.b.id\" = \"a\"",
            "\"va.form\" = 3",
            "\"market.pairs\" = \"all\"",
            "\"table.t.column.(1).vcov\" = \"cluter:city\"",
            "\"table.t.column.(1).vcof\" = \"iid\"",
            "\"table.t.column.(3).vcov\" = \"iid\"",
            "\"table.t.column.(1).formula\" = \"y ~ {basic}\"",
            "\"table.t.column.plain.utest\" = \"q\"",
            "\"table.u.title\" = \"T\"",
            "\"table.t.kind\" = \"means\"",
        ] {
            let (set, list) = changed(set);
            let full = study_of(&study.text, &list, &study.folder);
            match (study.with(&set), full) {
                (Ok(quick), Ok(full)) => {
                    assert_eq!(format!("{:?}", quick.study), format!("{full:?}"), "{set}");
                    // A further change is of the changed study.
                    let more = changed("\"gtfp.b.rts\" = \"vrs\"");
                    let all: Vec<(String, String)> = list.iter().cloned().chain(more.1).collect();
                    let full = study_of(&study.text, &all, &study.folder).unwrap();
                    assert_eq!(format!("{:?}", quick.with(&more.0).unwrap().study), format!("{full:?}"), "{set}");
                }
                (Err(quick), Err(full)) => {
                    let unplaced = |wrong: &Wrong| sentence_of(&Wrong { span: None, ..wrong.clone() }, &study.text);
                    let want = full.first().map(unplaced).unwrap();
                    assert!(quick.to_string().ends_with(&want), "{set}: {quick} against {want}");
                }
                (quick, full) => panic!("{set}: {:?} against {:?}", quick.err(), full.err()),
            }
        }
        // What is written once and of no use any more under a change is no mistake of the file.
        let (set, list) = changed("\"table.t.column.(1).formula\" = \"w ~ x + x^2\"");
        assert!(study_of(&study.text, &list, &study.folder).is_err() && study.with(&set).is_ok());
    }
}
