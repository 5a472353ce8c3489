//! `panelstudy check --fix`: the study with what its sources need written into it, where that is certain.
//!
//! What to write comes with the messages themselves ([`Remedy`]), so that a sentence and its repair cannot differ. A study
//! is repaired line by line: everything else in it, comments included, stays as it was.

use panel_core::Remedy;
use stages::data;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use study::{Error, Loaded, Result, TableKind, names};

/// Keys that are written without being asked; whether a filter or another reading of percent signs is meant only the user
/// knows.
const CERTAIN: [&str; 11] = [
    "skip_rows",
    "sheet",
    "header_rows",
    "reshape",
    "rename",
    "missing",
    "text",
    "fill_down",
    "decimal",
    "strip",
    "spellings",
];

/// Repairs lead to the next message; more than so many rounds no study needs.
const ROUNDS: usize = 12;

/// A repaired study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Its text.
    pub text: String,
    /// What was written, as `source file: key = value`, in order.
    pub written: Vec<String>,
}

/// Writes into a study what its sources need, as far as that is certain. Nothing was written where the list is empty.
///
/// # Errors
/// Those of reading the study.
pub fn repair(loaded: &Loaded) -> Result<Repaired> {
    let mut now = loaded.clone();
    let mut written = Vec::new();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for (source, remedy) in wanted(&now) {
            let Some(text) = inserted(&now.text, source, &remedy) else { continue };
            // A line that the study cannot hold is not written.
            let Ok(next) = Loaded::parse(&text, &now.file, &now.folder) else { continue };
            written.push(format!("{}: {remedy}", now.study.sources[source].file));
            now = next;
            changed = true;
        }
        if !changed {
            break;
        }
    }
    Ok(Repaired { text: now.text, written })
}

/// Repairs a study and writes it beside the old one, as `name.fixed.toml`; returns what to say.
///
/// # Errors
/// [`Error::Environment`] where it cannot be written.
pub fn write_beside(loaded: &Loaded, study: &Path) -> Result<String> {
    let repaired = repair(loaded)?;
    if repaired.written.is_empty() {
        return Ok("\nNothing to repair that is certain.\n".into());
    }
    let path = beside(study);
    std::fs::write(&path, &repaired.text)
        .map_err(|error| Error::Environment(format!("cannot write `{}`: {error}", path.display())))?;
    let lines: String = repaired.written.iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!("\nWritten to `{}`:\n{lines}", path.display()))
}

/// What [`repair`] would write, for somebody who writes it himself; nothing where that is nothing.
///
/// # Errors
/// As [`repair`].
pub fn advice(loaded: &Loaded) -> Result<String> {
    let written = repair(loaded)?.written;
    if written.is_empty() {
        return Ok(String::new());
    }
    let lines: String = written.iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!("\nTo be written below `file = …`, as far as it is certain (`--fix` writes it into a copy):\n{lines}"))
}

fn beside(study: &Path) -> PathBuf {
    study.with_extension("fixed.toml")
}

/// What the sources of a study need, each with the place of its source.
fn wanted(loaded: &Loaded) -> Vec<(usize, Remedy)> {
    let mut found: Vec<(usize, Remedy)> = Vec::new();
    let mut refused = false;
    for (source, tried) in data::each(loaded).into_iter().enumerate() {
        match tried {
            Err(refusal) => {
                refused = true;
                found.extend(refusal.remedies.into_iter().map(|remedy| (source, remedy)));
            }
            Ok(remarks) => {
                let reshapes = remarks.into_iter().flat_map(|remark| remark.remedies).filter(|it| it.key == "reshape");
                found.extend(reshapes.map(|remedy| (source, remedy)));
            }
        }
    }
    if found.is_empty() && !refused {
        found = of_the_join(loaded);
    }
    found.retain(|(_, remedy)| CERTAIN.contains(&remedy.key.as_str()));
    found.dedup();
    found
}

/// What shows when sources are joined and their columns used as numbers.
fn of_the_join(loaded: &Loaded) -> Vec<(usize, Remedy)> {
    let data = match data::load_or_refuse(loaded) {
        Ok(data) => data,
        Err((source, refusal)) => {
            return source
                .map_or_else(Vec::new, |source| refusal.remedies.into_iter().map(|it| (source, it)).collect());
        }
    };
    let place = |file: &str| {
        let named = |spec: &study::SourceSpec| file == spec.file || file.starts_with(&format!("{} [", spec.file));
        loaded.study.sources.iter().position(named)
    };
    let numbers = used_as_numbers(loaded);
    let errors = numbers.iter().filter(|name| data.panel.has(name)).filter_map(|name| data.panel.float(name).err());
    errors
        .flat_map(|error| {
            let file = match &error {
                panel_core::Error::NotNumeric { cell, .. } => cell.file.as_deref().and_then(place),
                _ => None,
            };
            file.map_or_else(Vec::new, |source| error.remedies().into_iter().map(|it| (source, it)).collect())
        })
        .collect()
}

/// Columns that formulas and descriptive tables need as numbers.
fn used_as_numbers(loaded: &Loaded) -> BTreeSet<String> {
    let (mut numbers, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for table in &loaded.study.tables {
        let shown = matches!(table.kind, TableKind::Descriptives | TableKind::Means);
        numbers.extend(table.variables.iter().filter(|_| shown).cloned());
        groups.extend(table.by.iter().chain(&table.across).cloned());
        for column in &table.columns {
            numbers.extend(column.formula.variables().into_iter().map(str::to_owned));
            groups.extend(column.formula.effects.iter().flat_map(|effect| effect.columns.clone()));
        }
    }
    // What a table groups by may be text.
    numbers.retain(|name| !groups.contains(name));
    names::derived_from(&loaded.study, numbers)
}

/// The text of a study with a line in its `[[source]]` number `source`; `None` where it stands there already.
fn inserted(text: &str, source: usize, remedy: &Remedy) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let heads = lines.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("[[source]]"));
    let head = heads.map(|(at, _)| at).nth(source)?;
    let end = lines[head + 1..]
        .iter()
        .position(|line| line.trim_start().starts_with('['))
        .map_or(lines.len(), |at| head + 1 + at);
    let key_of = |line: &str| line.split_once('=').map(|(key, _)| key.trim().trim_matches('"').to_owned());
    let known = (head + 1..end).find(|&at| key_of(lines[at]).as_deref() == Some(remedy.key.as_str()));
    let mut out: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
    match known {
        Some(at) => {
            let line = merged(lines[at], remedy)?;
            if line == lines[at] {
                return None;
            }
            out[at] = line;
        }
        None => {
            let file = (head + 1..end).find(|&at| key_of(lines[at]).as_deref() == Some("file")).unwrap_or(head);
            out.insert(file + 1, remedy.to_string());
        }
    }
    Some(out.join("\n") + "\n")
}

/// A line that has the key already: lists and tables are added to, other values replaced. `None` for a value of several
/// lines.
fn merged(line: &str, remedy: &Remedy) -> Option<String> {
    let old: toml::Table = line.parse().ok()?;
    let new: toml::Table = remedy.to_string().parse().ok()?;
    let (old, new) = (old.get(&remedy.key)?, new.get(&remedy.key)?);
    let value = match (old.clone(), new.clone()) {
        (toml::Value::Array(mut old), toml::Value::Array(new)) => {
            old.extend(new.into_iter().filter(|value| !old.contains(value)).collect::<Vec<_>>());
            toml::Value::Array(old)
        }
        (toml::Value::Table(mut old), toml::Value::Table(new)) if remedy.key != "reshape" => {
            old.extend(new);
            toml::Value::Table(old)
        }
        (_, new) => new,
    };
    Some(format!("{} = {}", remedy.key, inline(&value)))
}

/// A value on one line.
fn inline(value: &toml::Value) -> String {
    use panel_core::remedy::{bare, quoted};
    match value {
        toml::Value::String(text) => quoted(text),
        toml::Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        toml::Value::Table(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{} = {}", bare(key), inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_below_the_file_and_merged() {
        let text = "# a study\n[study]\ntitle = \"t\"\n\n[[source]]\nfile = \"a.csv\" # first\n\n[[source]]\nfile = \"b.csv\"\ntext = [\"code\"]\n[variables]\nx = \"y\"\n";
        let skipped = inserted(text, 0, &Remedy::plain("skip_rows", 3)).unwrap();
        assert!(skipped.contains("file = \"a.csv\" # first\nskip_rows = 3\n\n[[source]]"), "{skipped}");
        let listed = inserted(&skipped, 1, &Remedy::list("text", &["city"])).unwrap();
        assert!(listed.contains("text = [\"code\", \"city\"]\n[variables]"), "{listed}");
        assert_eq!(inserted(&listed, 1, &Remedy::list("text", &["city"])), None, "it stands there");
        let again = inserted(&listed, 0, &Remedy::plain("skip_rows", 4)).unwrap();
        assert!(again.contains("skip_rows = 4") && !again.contains("skip_rows = 3"), "{again}");
        assert_eq!(inserted(text, 2, &Remedy::plain("skip_rows", 1)), None);
    }

    fn repaired(files: &[(&str, &str)], study: &str) -> Repaired {
        let folder = std::env::temp_dir().join(format!("source-fix-{}-{}", std::process::id(), files[0].1.len()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let repaired = repair(&Loaded::parse(study, "s.toml", &folder).unwrap()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        repaired
    }

    const TABLE: &str = "[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"gdp ~ pop | city + year\"\n";

    #[test]
    fn a_page_of_a_yearbook_is_repaired_in_one_go() {
        let page = "表1\n单位：亿元\n城市,gdp2013,gdp2014,gdp2015,pop2013,pop2014,pop2015\n甲,1,2,3,4,5,6\n乙,1,暂无,3,4,5,7\n丙,2,5,3,8,5,6\n";
        let study = format!(
            "[study]\ntitle = \"t\"\nentity = \"city\"\ntime = \"year\"\n[[source]]\nfile = \"p.csv\"\nrename = {{ city = \"城市\" }}\n{TABLE}"
        );
        let Repaired { text, written } = repaired(&[("p.csv", page)], &study);
        for line in [
            "skip_rows = 2",
            "reshape = { kind = \"wide-to-long\", variables = { gdp = \"gdp\", pop = \"pop\" } }",
            "missing = [\"暂无\"]",
        ] {
            assert!(text.contains(line), "{line}: {written:?}");
        }
    }

    #[test]
    fn names_of_another_spelling_are_written() {
        let files =
            [("a.csv", "city,year,gdp\n北京市,1,1\n天津市,1,2\n"), ("b.csv", "city,year,pop\n北京,1,1\n天津,1,2\n")];
        let study = format!(
            "[study]\ntitle = \"t\"\nentity = \"city\"\ntime = \"year\"\n[[source]]\nfile = \"a.csv\"\n[[source]]\nfile = \"b.csv\"\n{TABLE}"
        );
        let Repaired { text, written } = repaired(&files, &study);
        assert!(
            text.contains("file = \"b.csv\"\nspellings = { \"北京\" = \"北京市\", \"天津\" = \"天津市\" }"),
            "{written:?}"
        );
    }
}
