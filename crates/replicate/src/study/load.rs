//! Reading a study file, with errors that name the line and the nearest known key.

use super::{Study, TableKind, TableSpec};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// A study, its file and its folder.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The study.
    pub study: Study,
    /// The same as a TOML table, for changes of single keys.
    pub document: toml::Table,
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
    /// [`Error::Study`] when it cannot be read, is no TOML, or has an unknown key or a value of the wrong type.
    pub fn read(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Error::Study {
            file: file.clone(),
            line: None,
            message: format!("cannot be read: {error}"),
        })?;
        let text = String::from_utf8(bytes).map_err(|error| Error::Study {
            file: file.clone(),
            line: None,
            message: format!("is not UTF-8 (byte {})", error.utf8_error().valid_up_to()),
        })?;
        Self::parse(&text, &file, path.parent().unwrap_or(Path::new("")))
    }

    /// Parses the text of a study file.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self> {
        let study: Study = toml::from_str(text).map_err(|error| explain(&error, text, file))?;
        let document: toml::Table = text.parse().map_err(|error| explain(&error, text, file))?;
        check(&study).map_err(|message| Error::Study { file: file.to_owned(), line: None, message })?;
        Ok(Self { study, document, file: file.to_owned(), folder: folder.to_path_buf(), text: text.to_owned() })
    }

    /// The same study with one or more keys changed (see [`super::set`]).
    ///
    /// # Errors
    /// [`Error::Study`] for an unknown path or a value of the wrong type.
    pub fn with(&self, changes: &toml::Table) -> Result<Self> {
        let wrong = |message: String| Error::Study { file: self.file.clone(), line: None, message };
        let mut document = self.document.clone();
        for (path, value) in changes {
            super::set(&mut document, path, value.clone()).map_err(wrong)?;
        }
        let study: Study = toml::Value::Table(document.clone()).try_into().map_err(|error: toml::de::Error| {
            wrong(format!("with {}: {}", changes.keys().cloned().collect::<Vec<_>>().join(", "), error.message()))
        })?;
        check(&study).map_err(wrong)?;
        Ok(Self { study, document, ..self.clone() })
    }

    /// A path of the study, made relative to its folder.
    #[must_use]
    pub fn resolve(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }
}

/// Things that types cannot say.
fn check(study: &Study) -> std::result::Result<(), String> {
    fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> std::result::Result<(), String> {
        let mut seen: Vec<&str> = Vec::new();
        for id in ids {
            if id.is_empty()
                || !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                || id.starts_with('.')
            {
                return Err(format!(
                    "{what} id `{id}`: expected letters, digits, `-`, `_` or `.`, since it names files"
                ));
            }
            if let Some(other) = seen.iter().find(|other| other.eq_ignore_ascii_case(id)) {
                return Err(match *other == id {
                    true => format!("{what} id `{id}` stands twice"),
                    false => {
                        format!("{what} ids `{other}` and `{id}` differ in case alone: on some disks they are one file")
                    }
                });
            }
            if is_device(id) {
                return Err(format!("{what} id `{id}`: Windows cannot have files of this name; give another id"));
            }
            seen.push(id);
        }
        Ok(())
    }
    unique("gtfp", study.gtfp.iter().map(|spec| spec.id.as_str()))?;
    let curve = study.curve.iter().map(|curve| curve.id.as_str());
    unique("table", study.tables.iter().map(|spec| spec.id.as_str()).chain(curve))?;
    unique("mediation", study.mediation.iter().map(|spec| spec.id.as_str()))?;
    study.quality.check()?;
    tables_of_one_name(study)?;
    let whole = |table: &&TableSpec| matches!(table.kind, TableKind::Regression | TableKind::Calibration);
    if let Some(table) = study.tables.iter().filter(whole).find(|table| table.sample.is_some()) {
        let belongs = if table.kind == TableKind::Regression { "its columns" } else { "[[gtfp]]" };
        return Err(format!("table `{}`: a sample of this kind of table belongs to {belongs}", table.id));
    }
    study.report.check(study)?;
    crate::names::check_order(study)?;
    study.curve.iter().try_for_each(|curve| curve.check(study))?;
    for spec in &study.mediation {
        spec.steps().map_err(|error| format!("[[mediation]] id = \"{}\": {error}", spec.id))?;
    }
    if study.sources.is_empty() {
        return Err("no [[source]]: a study needs data".into());
    }
    if let Some((name, value)) = study.variables.iter().find(|(_, value)| !value.is_str()) {
        return Err(format!("[variables] {name} = {value}: expected an expression in quotes"));
    }
    Ok(())
}

/// Whether Windows keeps a name, with any extension, for a device, or drops its end.
fn is_device(id: &str) -> bool {
    let stem = id.split('.').next().unwrap_or(id).to_ascii_lowercase();
    let port = ["com", "lpt"].iter().find_map(|kind| stem.strip_prefix(kind));
    ["con", "prn", "aux", "nul"].contains(&stem.as_str())
        || port.is_some_and(|n| n.len() == 1 && ("1"..="9").contains(&n))
        || id.ends_with('.')
}

/// Checks that no two tables, those that belong to others included, go by one name.
fn tables_of_one_name(study: &Study) -> std::result::Result<(), String> {
    let mut names: Vec<String> = vec![super::ALL_TABLES.to_owned()];
    for table in &study.tables {
        names.push(table.id.clone());
        if table.columns.iter().any(|column| column.utest.is_some()) {
            names.push(table.u_test_id());
        }
    }
    names.extend(study.mediation.iter().map(super::MediationSpec::table_id));
    names.extend(study.curve.iter().map(|curve| curve.id.clone()));
    match (1..names.len()).find(|&place| names[..place].iter().any(|other| other.eq_ignore_ascii_case(&names[place]))) {
        Some(place) => Err(format!("two tables would be written to `tables/{}.*`; give one another id", names[place])),
        None => Ok(()),
    }
}

/// Line, message and the nearest key of a TOML error.
fn explain(error: &toml::de::Error, text: &str, file: &str) -> Error {
    let line = error.span().map(|span| 1 + text.as_bytes().iter().take(span.start).filter(|&&b| b == b'\n').count());
    let message = error.message().trim();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = match (message.starts_with("unknown field") || message.starts_with("unknown variant"), quoted.next()) {
        (true, Some(unknown)) => panel_core::suggest::nearest(unknown, quoted)
            .map(|known| format!("; did you mean `{known}`?"))
            .unwrap_or_default(),
        _ => String::new(),
    };
    let message = message
        .replace("unknown field", "unknown key")
        .replace("expected i64", "expected a whole number")
        .replace("expected usize", "expected a whole number")
        .replace("expected u32", "expected a whole number")
        .replace("expected f64", "expected a number")
        .replace('\n', "; ");
    Error::Study { file: file.to_owned(), line, message: format!("{message}{hint}") }
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
    fn one_key_can_be_changed() {
        let study = parse(&format!("{HEAD}[[gtfp]]\nid = \"a\"\ninputs = [\"k\"]\ngoods = [\"y\"]\n")).expect("valid");
        let changed = study.with(&"\"gtfp.a.rts\" = \"vrs\"".parse().expect("toml")).expect("known path");
        assert_eq!(changed.study.gtfp[0].rts, "vrs");
        assert!(study.with(&"\"gtfp.b.rts\" = \"vrs\"".parse().expect("toml")).is_err());
    }

    #[test]
    fn an_id_names_files_on_every_disk() {
        let table = |id: &str| format!("[[table]]\nid = \"{id}\"\n[[table.column]]\nformula = \"y ~ x\"\n");
        let refused = |ids: &[&str]| {
            let tables: String = ids.iter().map(|id| table(id)).collect();
            parse(&format!("{HEAD}{tables}")).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(refused(&["a", "b", "console", "com10", "aux-1"]), "");
        assert!(refused(&["t1", "T1"]).contains("`t1` and `T1` differ in case alone"));
        assert!(refused(&["All-Tables"]).contains("two tables would be written"));
        for id in ["con", "NUL", "aux.v2", "Com1", "lpt9", "end."] {
            assert!(refused(&[id]).contains("Windows cannot have files"), "{id}");
        }
    }

    #[test]
    fn words_that_would_be_passed_over_are_errors() {
        let refused = |text: &str| parse(text).unwrap_err().to_string();
        let lang = HEAD.replace("time = \"year\"", "time = \"year\"\nlang = \"cn\"");
        assert!(refused(&lang).contains("line 5: unknown variant `cn`, expected `zh` or `en`"));
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
