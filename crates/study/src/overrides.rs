//! Finding and changing keys of a study by their path.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// Sets the key at a dotted path to a value. Elements of an array of tables are named by `id`, `name` or `file`, or counted
/// from 1: `va.form`, `gtfp.main.rts`, `table.t2.column.(2).vcov`, `variables.Fina`. A name with dots stands in quotes:
/// `source."yearbook.csv".lag`.
///
/// # Errors
/// A sentence when a step of the path is not there; the last step may be new.
pub(super) fn set<'t>(document: &mut DeTable<'t>, path: &str, value: Spanned<DeValue<'t>>) -> Result<(), String> {
    let steps = steps(path)?;
    let (last, front) = steps.split_last().ok_or("empty path")?;
    let mut here = document;
    let mut steps = front.iter();
    while let Some(step) = steps.next() {
        let next = here.get_mut(*step).ok_or_else(|| format!("path `{path}`: there is no `{step}`"))?;
        let element = match next.get_mut() {
            DeValue::Array(array) => {
                let name = steps.next().ok_or_else(|| format!("path `{path}`: which `{step}`? name one"))?;
                let index =
                    find(array, name).ok_or_else(|| format!("path `{path}`: no `{step}` is called `{name}`"))?;
                array.as_mut()[index].get_mut()
            }
            other => other,
        };
        let DeValue::Table(table) = element else { return Err(format!("path `{path}`: `{step}` has no keys")) };
        here = table;
    }
    here.insert(Spanned::new(value.span(), (*last).to_owned().into()), value);
    Ok(())
}

/// The place of the longest part of a path that is there.
pub(super) fn place(document: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    let steps = steps(path).ok()?;
    let mut found = None;
    let mut here = document;
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        let Some((key, value)) = here.get_key_value(*step) else { break };
        found = Some(key.span());
        let element = match value.get_ref() {
            DeValue::Array(array) => {
                let Some(element) = steps.next().and_then(|name| Some(&array[find(array, name)?])) else { break };
                found = Some(element.span());
                element.get_ref()
            }
            other => other,
        };
        let DeValue::Table(table) = element else { break };
        here = table;
    }
    found
}

/// The steps of a path: parts between dots, or texts in quotes.
///
/// # Errors
/// A sentence about a quote that is not closed or a dot that is missing.
pub fn steps(path: &str) -> Result<Vec<&str>, String> {
    let mut steps = Vec::new();
    let mut rest = path;
    loop {
        let (step, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| format!("path `{path}`: a quote is never closed"))?,
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        steps.push(step);
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(steps),
            None => return Err(format!("path `{path}`: expected a dot after `{step}`")),
        }
    }
}

fn find(array: &DeArray<'_>, name: &str) -> Option<usize> {
    let called = |element: &Spanned<DeValue<'_>>| {
        let keys = element.get_ref().as_table();
        let named = |key: &&str| keys.and_then(|table| table.get(*key)?.get_ref().as_str()) == Some(name);
        ["id", "name", "file"].iter().any(named)
    };
    array.iter().position(called).or_else(|| {
        let index = name.trim_matches(['(', ')']).parse::<usize>().ok()?.checked_sub(1)?;
        (index < array.len()).then_some(index)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "rows = 1\n[va]\nform = \"raw\"\n[[source]]\nfile = \"year.book.csv\"\n[[table]]\nid = \"t2\"\n\
                        [[table.column]]\nformula = \"y ~ x\"\n[[table.column]]\nname = \"iv\"\n";

    /// What stands at a path after it was set to 7, and how many keys its table has.
    fn changed(path: &str) -> Result<usize, String> {
        let mut document = DeTable::parse(TEXT).expect("valid").into_inner();
        set(&mut document, path, DeValue::parse("7").expect("valid"))?;
        fn sevens(value: &DeValue<'_>) -> Option<usize> {
            match value {
                DeValue::Table(table) => {
                    let here =
                        table.values().any(|value| value.get_ref().as_integer().is_some_and(|n| n.as_str() == "7"));
                    if here { Some(table.len()) } else { table.values().find_map(|value| sevens(value.get_ref())) }
                }
                DeValue::Array(array) => array.iter().find_map(|value| sevens(value.get_ref())),
                _ => None,
            }
        }
        sevens(&DeValue::Table(document)).ok_or_else(|| "it is not there".into())
    }

    #[test]
    fn elements_go_by_id_name_file_or_place() {
        assert_eq!(changed("va.form"), Ok(1));
        assert_eq!(changed("va.new"), Ok(2), "the last step may be new");
        for path in
            ["source.\"year.book.csv\".lag", "source.(1).lag", "table.t2.column.(1).vcov", "table.t2.column.iv.vcov"]
        {
            assert_eq!(changed(path), Ok(2), "{path}");
        }
    }

    #[test]
    fn a_path_has_a_place() {
        let document = DeTable::parse(TEXT).expect("valid").into_inner();
        let at = |path: &str| place(&document, path).map(|span| &TEXT[span]);
        assert_eq!(at("va.form"), Some("form"));
        assert_eq!(at("va.none"), Some("va"));
        assert_eq!(at("table.t2.column.iv.vcov").map(|text| text.contains("table.column")), Some(true));
        assert_eq!(at("nothing"), None);
    }

    #[test]
    fn a_step_that_is_not_there_is_named() {
        for (path, reason) in [
            ("vb.form", "there is no `vb`"),
            ("table.t3.id", "no `table` is called `t3`"),
            ("table.(2).id", "no `table` is called `(2)`"),
            ("table.t2", "which `table`? name one"),
            ("rows.a", "`rows` has no keys"),
            ("source.\"year.lag", "a quote is never closed"),
            ("source.\"year.book.csv\"x", "expected a dot"),
        ] {
            let message = changed(path).unwrap_err();
            assert!(message.contains(reason), "{path}: {message}");
        }
    }
}
