//! A study under changed keys without reading all of it anew: what a change cannot reach is taken over.
//!
//! Most changes are of variables, of indices and of one table: those sections alone are read again and checked, in the same
//! way and with the same words as those of a whole file. Anything else is read whole.

use super::checked::check_changed;
use super::defaults::{Extent, expand_terms, fill_defaults, spread_stepwise};
use super::overrides::{set, steps};
use super::section::{Wrong, from_table};
use super::variables::Variables;
use super::{Study, TableSpec};
use crate::indices::Indices;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A text as a document under changes of single keys.
pub(super) fn document_of<'t>(text: &'t str, changes: &'t [(String, String)]) -> Result<Spanned<DeTable<'t>>, Wrong> {
    let document = DeTable::parse(text)?;
    let span = document.span();
    let mut document = document.into_inner();
    // Paths name the columns that there are; what is written once is put in its places after them.
    spread_stepwise(&mut document)?;
    for (path, value) in changes {
        set(&mut document, path, DeValue::parse(value)?)?;
    }
    Ok(Spanned::new(span, document))
}

/// Sections of a study file that can be read again by themselves, each as the text of a file of its own.
#[derive(Debug)]
pub(super) struct Sections {
    /// The study that they are of, without its multiverse, which can be as large as all the rest: what is changed is the
    /// study that it is made of.
    study: Study,
    /// By name; variables and the indices that stand among them are one.
    texts: BTreeMap<String, String>,
    /// What columns of every table take over.
    shared: String,
    /// Tables with an id, by it: place, text.
    tables: BTreeMap<String, (usize, String)>,
}

/// Sections that columns of every table take over.
const SHARED: [&str; 2] = ["terms", "defaults"];

/// `[variables]`, and the section of the indices that stand in it.
const VARIABLES: [&str; 2] = ["variables", "lag_w"];

/// What is left of a document whose indices are taken.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default)]
    variables: Variables,
    #[serde(default, rename = "table")]
    tables: Vec<TableSpec>,
}

/// What some paths change.
#[derive(Debug, Default)]
struct Touched<'p> {
    sections: Vec<&'p str>,
    table: Option<&'p str>,
}

impl Sections {
    /// The sections of the text of a study under changes that it was read with; nothing where they cannot be told apart.
    pub(super) fn of(study: &Study, text: &str, changes: &[(String, String)]) -> Option<Self> {
        let document = document_of(text, changes).ok()?.into_inner();
        let (mut texts, mut tables) = (BTreeMap::new(), BTreeMap::new());
        for section in VARIABLES.into_iter().chain(Indices::SECTIONS.iter().copied()) {
            if let Some(value) = document.get(section) {
                texts.insert(section.to_owned(), written(section, value)?);
            }
        }
        let mut shared = String::new();
        for section in SHARED {
            shared += &document.get(section).map_or_else(|| Some(String::new()), |value| written(section, value))?;
        }
        if let Some(DeValue::Array(array)) = document.get("table").map(Spanned::get_ref) {
            for (place, element) in array.iter().enumerate() {
                let id = element.get_ref().as_table().and_then(|table| table.get("id")?.get_ref().as_str());
                // Of two tables with one id the first is meant; such a study is refused anyway.
                if let Some(id) = id.filter(|id| !tables.contains_key(*id)) {
                    let one = [element.clone()].into_iter().collect();
                    let array = Spanned::new(element.span(), DeValue::Array(one));
                    tables.insert(id.to_owned(), (place, written("table", &array)?));
                }
            }
        }
        let mut study = study.clone();
        study.multiverse.clear();
        Some(Self { study, texts, shared, tables })
    }

    /// The study under changes, where they are of these sections alone.
    pub(super) fn changed(&self, folder: &Path, changes: &toml::Table) -> Option<Result<Study, Vec<Wrong>>> {
        let mut touched = Touched::default();
        for path in changes.keys() {
            self.touch(&mut touched, path)?;
        }
        Some(self.read(folder, changes, &touched))
    }

    fn touch<'p>(&self, touched: &mut Touched<'p>, path: &'p str) -> Option<()> {
        match steps(path).ok()?.as_slice() {
            [section, _, ..] if VARIABLES.contains(section) => touched.sections.extend(VARIABLES),
            [section, _, ..] if self.texts.contains_key(*section) => touched.sections.push(section),
            // Its place in the study is known by its id, and must stay the same.
            ["table", id, rest @ ..] if self.tables.contains_key(*id) && !matches!(rest, [] | ["id"]) => {
                if touched.table.is_some_and(|other| other != *id) {
                    return None;
                }
                touched.table = Some(id);
            }
            _ => return None,
        }
        Some(())
    }

    fn read(&self, folder: &Path, changes: &toml::Table, touched: &Touched<'_>) -> Result<Study, Vec<Wrong>> {
        let one = |wrong: Wrong| vec![wrong];
        let mut sections = touched.sections.clone();
        sections.sort_unstable();
        sections.dedup();
        let mut text: String = sections.iter().filter_map(|section| self.texts.get(*section)).cloned().collect();
        let table = touched.table.and_then(|id| self.tables.get(id));
        if let Some((_, table)) = table {
            text += &self.shared;
            text += table;
        }
        let values: Vec<(&String, String)> = changes.iter().map(|(path, value)| (path, value.to_string())).collect();
        let document = DeTable::parse(&text).map_err(|error| one(error.into()))?;
        let (span, mut document) = (document.span(), document.into_inner());
        for (path, value) in &values {
            let value = DeValue::parse(value).map_err(|error| one(error.into()))?;
            set(&mut document, path, value).map_err(|message| one(message.into()))?;
        }
        expand_terms(&mut document, Extent::Part)
            .and_then(|()| fill_defaults(&mut document, Extent::Part))
            .map_err(one)?;
        let mut wrong = Vec::new();
        let indices = Indices::take(&mut document, &mut wrong);
        let read: Read = from_table(Spanned::new(span, document)).map_err(|error| {
            wrong.push(error);
            std::mem::take(&mut wrong)
        })?;
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut study = self.study.clone();
        study.indices.replace(&sections, indices);
        study.indices.with_weights(&study.weights, folder);
        if sections.contains(&"variables") {
            study.variables = read.variables;
        }
        let place = table.map(|(place, _)| *place);
        for (place, table) in place.into_iter().zip(read.tables) {
            study.tables[place] = table;
        }
        if place.is_some() {
            study.spell_names();
        }
        let wrong = check_changed(&study, place.map(|place| &study.tables[place]));
        let unplaced = |(_, message): (String, String)| Wrong { span: None, message, whole: true };
        if wrong.is_empty() { Ok(study) } else { Err(wrong.into_iter().map(unplaced).collect()) }
    }
}

/// A section as the text of a file.
fn written(section: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
    let value = toml::Value::deserialize(ValueDeserializer::from(value.clone())).ok()?;
    toml::to_string(&toml::Table::from_iter([(section.to_owned(), value)])).ok()
}
