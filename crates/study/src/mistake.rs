//! What is wrong in a study file, said with line, key, the wrong word and the nearest right one.

use super::section::Wrong;
use crate::error::Error;
use panel_core::suggest::nearest;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake as an error of the study file.
pub(super) fn explain(wrong: Wrong, text: &str, file: &str) -> Error {
    let wrong = Wrong { span: of_word(&wrong, text).or_else(|| wrong.span.clone()), ..wrong };
    let line = wrong.span.as_ref().map(|span| line_of(text, span.start));
    Error::Study { file: file.to_owned(), line, message: sentence_of(&wrong, text) }
}

/// A mistake as a sentence that names section and key.
pub(super) fn sentence_of(wrong: &Wrong, text: &str) -> String {
    if wrong.whole {
        return wrong.message.clone();
    }
    let document = DeTable::parse(text).ok();
    let place = wrong.span.as_ref().zip(document.as_ref()).and_then(|(span, document)| place(document.get_ref(), span));
    sentence(&wrong.message, place.as_ref())
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    1 + text.as_bytes().iter().take(byte).filter(|&&byte| byte == b'\n').count()
}

/// The place of a wrong word inside the section that a mistake is about: a section whose kind decides its other keys is read
/// as a whole, and what is wrong with a word of it has the place of the section.
fn of_word(wrong: &Wrong, text: &str) -> Option<Range<usize>> {
    let section = wrong.span.as_ref().filter(|_| !wrong.whole)?;
    let word = wrong.message.strip_prefix("unknown variant `").or_else(|| wrong.message.strip_prefix(NEEDS_KEYS))?;
    let word = word.split('`').next()?;
    let document = DeTable::parse(text).ok()?;
    // The place of a section is its heading, so that everything below one inside the place is.
    fn find(value: &Spanned<DeValue<'_>>, word: &str, section: &Range<usize>, inside: bool) -> Option<Range<usize>> {
        let span = value.span();
        let inside = inside || section.start <= span.start && span.end <= section.end;
        match value.get_ref() {
            DeValue::String(text) => (inside && text.as_ref() == word).then_some(span),
            DeValue::Table(table) => {
                let values = table.iter().filter(|(key, _)| key.get_ref().as_ref() != "id").map(|(_, value)| value);
                values.into_iter().find_map(|value| find(value, word, section, inside))
            }
            DeValue::Array(array) => array.iter().find_map(|value| find(value, word, section, inside)),
            _ => None,
        }
    }
    document.get_ref().values().find_map(|value| find(value, word, section, false))
}

/// How a message about a word begins that stands for a table of keys.
const NEEDS_KEYS: &str = "needs its keys: `";

/// Where a mistake stands: its section, and the key where it is in one.
struct Place {
    section: String,
    key: Option<String>,
}

/// The innermost key around a place.
fn place(document: &DeTable<'_>, span: &Range<usize>) -> Option<Place> {
    fn inside(part: &Range<usize>, outer: &Range<usize>) -> bool {
        outer.start <= part.start && part.end <= outer.end
    }
    fn walk(table: &DeTable<'_>, section: &[String], array: bool, span: &Range<usize>) -> Option<Place> {
        let heading = || match (section, array) {
            ([], _) => String::new(),
            (path, true) => format!("[[{}]]", path.join(".")),
            (path, false) => format!("[{}]", path.join(".")),
        };
        for (key, value) in table {
            let name = key.get_ref().to_string();
            if inside(span, &key.span()) {
                return Some(Place { section: heading(), key: None });
            }
            let inner: Vec<String> = section.iter().cloned().chain([name.clone()]).collect();
            let deeper = match value.get_ref() {
                DeValue::Table(table) => walk(table, &inner, false, span),
                DeValue::Array(array) => array.iter().find_map(|element: &Spanned<DeValue<'_>>| {
                    element.get_ref().as_table().and_then(|table| walk(table, &inner, true, span))
                }),
                _ => None,
            };
            if deeper.is_some() {
                return deeper;
            }
            if inside(span, &value.span()) {
                let is_section = matches!(value.get_ref(), DeValue::Table(_));
                return Some(if is_section {
                    Place { section: format!("[{}]", inner.join(".")), key: None }
                } else {
                    Place { section: heading(), key: Some(name) }
                });
            }
        }
        None
    }
    walk(document, &[], false, span)
}

/// The sentence of a mistake: serde's own words are put into those of a study.
fn sentence(message: &str, place: Option<&Place>) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let section = place.map(|place| place.section.as_str()).filter(|section| !section.is_empty());
    let key = place.and_then(|place| place.key.as_deref());
    let hint = |word: &str, known: &[&str]| {
        nearest(word, known.iter().copied()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
    };
    match (message.split_once(", expected"), quoted.as_slice()) {
        (Some(_), [unknown, known @ ..]) if message.starts_with("unknown field") => {
            let owner = section.map(|section| format!(" of {section}")).unwrap_or_default();
            let expected = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            format!("unknown key `{unknown}`{owner}, expected one of {expected}{}", hint(unknown, known))
        }
        (Some(_), [unknown, known @ ..]) if message.starts_with("unknown variant") => {
            let at = [section, key].into_iter().flatten().collect::<Vec<_>>().join(" ");
            let expected = known.join(", ");
            format!("{at} = \"{unknown}\": expected one of {expected}{}", hint(unknown, known)).trim_start().to_owned()
        }
        _ => {
            let message = message
                .replace("expected i64", "expected a whole number")
                .replace("expected usize", "expected a whole number")
                .replace("expected u32", "expected a whole number")
                .replace("expected u64", "expected a whole number")
                .replace("expected f64", "expected a number")
                .replace('\n', "; ");
            // A method's own words often begin with the key.
            let named = |key: &&str| !message.starts_with(&format!("{key} "));
            let at = [section, key.filter(named)].into_iter().flatten().collect::<Vec<_>>().join(" ");
            match at.as_str() {
                "" => message,
                at if key.filter(named).is_some() => format!("{at}: {message}"),
                at => format!("{at} {message}"),
            }
        }
    }
}
