//! From tables to one panel: keys, and joins of sources keyed by entity, by time, or by both.

mod unmatched;

use super::table::{RawTable, number_labels};
use crate::column::{Column, TextColumn};
use crate::diagnostics::Diagnostics;
use crate::error::{Cell, Error, Result};
use crate::intern::Interner;
use crate::panel::Panel;
use crate::time_axis::canonical;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use unmatched::{describe, unmatched};

/// Label of the only entity or period of a panel that has no such key.
pub const ONLY: &str = "all";

/// A table and the names of its key columns; at least one.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The table.
    pub table: RawTable,
    /// Its entity column.
    pub entity: Option<String>,
    /// Its time column.
    pub time: Option<String>,
}

impl Source {
    /// A source keyed by entity and time.
    pub fn both(table: RawTable, entity: impl Into<String>, time: impl Into<String>) -> Self {
        Self { table, entity: Some(entity.into()), time: Some(time.into()) }
    }

    /// A source with one row per entity.
    pub fn by_entity(table: RawTable, entity: impl Into<String>) -> Self {
        Self { table, entity: Some(entity.into()), time: None }
    }

    /// A source with one row per period.
    pub fn by_time(table: RawTable, time: impl Into<String>) -> Self {
        Self { table, entity: None, time: Some(time.into()) }
    }
}

/// Which keys the panel has where several sources carry both keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Rows {
    /// Those of the first such source.
    #[default]
    First,
    /// Those of any.
    Union,
    /// Those that stand in each.
    Intersection,
}

/// What a join found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct JoinReport {
    /// File of the source.
    pub file: String,
    /// Rows of the panel that found their match.
    pub matched: usize,
    /// Keys of the panel without a match, as (entity, time); the part that is not a key of the source is empty.
    pub without_match: Vec<(String, String)>,
    /// Keys of the source that the panel does not have.
    pub not_in_panel: Vec<(String, String)>,
    /// Columns that an earlier source brought with gaps, and how many values of this source filled them.
    pub filled: Vec<(String, usize)>,
}

/// A panel put together from sources.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Assembled {
    /// The panel.
    pub panel: Panel,
    /// One report per source that was joined.
    pub reports: Vec<JoinReport>,
    /// Remarks of the readers and of the joins.
    pub diagnostics: Diagnostics,
}

impl RawTable {
    /// A panel from this table; a key that is not given has the single label [`ONLY`].
    ///
    /// Key columns are not among the columns of the panel.
    ///
    /// # Errors
    /// [`Error::UnknownColumn`] for a key, [`Error::MissingKey`] and [`Error::DuplicateKey`] with file and lines.
    pub fn into_panel(self, entity: Option<&str>, time: Option<&str>) -> Result<Panel> {
        let only = || TextColumn::from_codes(vec![0; self.n_rows()], vec![ONLY.to_owned()]);
        let entities = entity.map_or_else(only, |name| self.key_text(name).map(Cow::into_owned))?;
        let times = time.map_or_else(only, |name| self.key_text(name).map(Cow::into_owned))?;
        let lines = (!self.lines.is_empty()).then(|| self.lines.iter().map(|&line| line as usize).collect());
        let mut builder = Panel::builder(entity.unwrap_or("entity"), time.unwrap_or("time"))
            .coded_keys(entities, times)
            .origin(self.file, lines);
        for (name, column) in self.names.into_iter().zip(self.columns) {
            if Some(name.as_str()) != entity && Some(name.as_str()) != time {
                builder = builder.column(name, column);
            }
        }
        builder.build()
    }
}

/// Puts sources together: the first that carries all the panel's keys gives the rows, the others are joined to it.
///
/// `entity` and `time` are the panel's key names; without `time` it is a cross-section. Sources that share a column
/// must agree where both have a value; where the earlier has none, the later fills it.
///
/// # Errors
/// Those of [`RawTable::into_panel`] and [`attach`]; [`Error::Unmatched`] for a source of which no row finds its key;
/// [`Error::Specification`] where no source carries the keys.
pub fn assemble(entity: &str, time: Option<&str>, sources: Vec<Source>, rows: Rows) -> Result<Assembled> {
    let full = |source: &Source| source.entity.is_some() && (source.time.is_some() || time.is_none());
    let Some(first) = sources.iter().position(full) else {
        return Err(Error::Specification(match time {
            Some(time) => format!("no source carries both keys, `{entity}` and `{time}`; at least one must"),
            None => format!("no source carries the key `{entity}`"),
        }));
    };
    let mut diagnostics: Diagnostics =
        sources.iter().flat_map(|source| source.table.diagnostics.iter().cloned()).collect();
    let mut reports = Vec::new();
    let mut panel = None;
    if rows == Rows::Union && sources.iter().filter(|source| full(source)).count() > 1 {
        panel = Some(skeleton(entity, time, &sources)?);
    }
    let mut rest = Vec::new();
    for (i, mut source) in sources.into_iter().enumerate() {
        if i == first && panel.is_none() {
            name_keys(&mut source, entity, time)?;
            panel = Some(source.table.into_panel(Some(entity), time)?);
        } else {
            rest.push(source);
        }
    }
    let Some(mut panel) = panel else { return Err(Error::Specification("no source".into())) };
    let mut keep = vec![true; panel.n_rows()];
    for source in rest {
        let is_full = full(&source);
        let (report, matched) = attach_rows(&mut panel, source)?;
        if report.matched == 0 {
            return Err(unmatched(&report, &panel));
        }
        if is_full && rows == Rows::Intersection {
            keep.iter_mut().zip(&matched).for_each(|(keep, matched)| *keep &= matched);
        }
        describe(&report, &panel, &mut diagnostics);
        reports.push(report);
    }
    if keep.contains(&false) {
        panel = panel.filter(|row| keep[row]);
    }
    diagnostics.extend(time.and_then(|time| panel.times().remark(time)));
    Ok(Assembled { panel, reports, diagnostics })
}

/// Joins one source onto a panel: its columns are added, its keys matched.
///
/// # Errors
/// [`Error::UnknownColumn`] for a key, [`Error::MissingKey`], [`Error::DuplicateKey`] with lines,
/// [`Error::Specification`] where a shared column disagrees, and for a column that is called like a key of the panel.
pub fn attach(panel: &mut Panel, source: Source) -> Result<(JoinReport, Diagnostics)> {
    let (report, _) = attach_rows(panel, source)?;
    let mut diagnostics = Vec::new();
    describe(&report, panel, &mut diagnostics);
    Ok((report, diagnostics))
}

/// Gives the key columns of a source the panel's names.
fn name_keys(source: &mut Source, entity: &str, time: Option<&str>) -> Result<()> {
    let pairs = source.entity.as_deref().map(|old| (old, entity)).into_iter().chain(source.time.as_deref().zip(time));
    source.table.rename(pairs.filter(|(old, new)| old != new))
}

/// A panel of all keys of all full sources, without columns.
fn skeleton(entity: &str, time: Option<&str>, sources: &[Source]) -> Result<Panel> {
    let mut keys = BTreeSet::new();
    // The spelling of a period that comes first stands for the others.
    let mut spelling: BTreeMap<String, String> = BTreeMap::new();
    for source in sources {
        let (Some(entity), source_time) = (&source.entity, &source.time) else { continue };
        if time.is_some() && source_time.is_none() {
            continue;
        }
        let entities = source.table.key_text(entity)?;
        let times = source_time.as_ref().map(|time| source.table.key_text(time)).transpose()?;
        for row in 0..source.table.n_rows() {
            let time = times.as_ref().map_or(Some(ONLY), |times| times.get(row));
            // Missing keys are reported by the join itself.
            if let (Some(entity), Some(time)) = (entities.get(row), time) {
                let time = spelling.entry(canonical(time)).or_insert_with(|| time.to_owned());
                keys.insert((entity.to_owned(), time.clone()));
            }
        }
    }
    let (entities, times): (Vec<String>, Vec<String>) = keys.into_iter().unzip();
    Panel::builder(entity, time.unwrap_or("time")).keys(entities, times).build()
}

/// The panel's code of each label of a key column, if the panel has it.
fn translate(labels: &[String], panel: &[String], normal: impl Fn(&str) -> String) -> Vec<Option<u32>> {
    let exact: BTreeMap<&str, u32> =
        panel.iter().enumerate().map(|(code, label)| (label.as_str(), code as u32)).collect();
    let loose: BTreeMap<String, u32> =
        panel.iter().enumerate().map(|(code, label)| (normal(label), code as u32)).collect();
    labels.iter().map(|label| exact.get(label.as_str()).or_else(|| loose.get(&normal(label))).copied()).collect()
}

/// No row of the source.
const NONE: usize = usize::MAX;

/// The keys of a source, coded; at least one.
struct Keys<'a> {
    entities: Option<Cow<'a, TextColumn>>,
    times: Option<Cow<'a, TextColumn>>,
}

/// Entity and time of a row as texts; empty where there is none.
type Label = (String, String);

fn attach_rows(panel: &mut Panel, source: Source) -> Result<(JoinReport, Vec<bool>)> {
    let file = source.table.file.clone();
    let keys = Keys {
        entities: source.entity.as_ref().map(|name| source.table.key_text(name)).transpose()?,
        times: source.time.as_ref().map(|name| source.table.key_text(name)).transpose()?,
    };
    if keys.entities.is_none() && keys.times.is_none() {
        return Err(Error::Specification(format!("source `{file}` has no key")));
    }
    let (source_row, not_in_panel) = keys.source_rows(panel, &source)?;
    let without_match = keys.without_match(panel, &source_row);
    drop(keys);
    let filled = add_columns(panel, &source, &source_row)?;
    let matched: Vec<bool> = source_row.iter().map(|&row| row != NONE).collect();
    let report = JoinReport {
        file,
        matched: matched.iter().filter(|&&matched| matched).count(),
        without_match,
        not_in_panel,
        filled,
    };
    Ok((report, matched))
}

impl Keys<'_> {
    /// For each row of the panel the row of the source, and the keys of the source that the panel has not.
    fn source_rows(&self, panel: &Panel, source: &Source) -> Result<(Vec<usize>, Vec<Label>)> {
        let Self { entities, times } = self;
        let table = &source.table;
        let entity_code =
            entities.as_ref().map(|text| translate(text.labels(), panel.entities(), |label| label.trim().to_owned()));
        let time_code = times.as_ref().map(|text| translate(text.labels(), panel.times().labels(), canonical));

        // One slot per key the source can have; each may be filled once.
        let slots = match (entities, times) {
            (Some(_), Some(_)) => panel.n_rows(),
            (Some(_), None) => panel.n_entities(),
            _ => panel.n_periods(),
        };
        let mut row_of_slot = vec![NONE; slots];
        let mut not_in_panel = Vec::new();
        for row in 0..table.n_rows() {
            let code = |text: &TextColumn, codes: &[Option<u32>]| match text.codes()[row] {
                TextColumn::MISSING => Err(Error::MissingKey {
                    cell: Box::new(Cell {
                        line: Some(table.line(row)),
                        file: Some(table.file.clone()),
                        ..Cell::default()
                    }),
                    above: false,
                }),
                label => Ok(codes[label as usize]),
            };
            let entity =
                entities.as_ref().zip(entity_code.as_ref()).map(|(text, codes)| code(text, codes)).transpose()?;
            let time = times.as_ref().zip(time_code.as_ref()).map(|(text, codes)| code(text, codes)).transpose()?;
            let slot = match (entity, time) {
                (Some(entity), Some(time)) => entity.zip(time).and_then(|(entity, time)| panel.row(entity, time)),
                (Some(entity), None) => entity.map(|entity| entity as usize),
                (None, time) => time.flatten().map(|time| time as usize),
            };
            match slot {
                None => not_in_panel.push(self.label(row)),
                Some(slot) if row_of_slot[slot] == NONE => row_of_slot[slot] = row,
                Some(slot) => return Err(self.twice(source, [row_of_slot[slot], row])),
            }
        }
        let source_row = (0..panel.n_rows()).map(|row| match (entities, times) {
            (Some(_), Some(_)) => row_of_slot[row],
            (Some(_), None) => row_of_slot[panel.entity_of_row()[row] as usize],
            _ => row_of_slot[panel.time_of_row()[row] as usize],
        });
        Ok((source_row.collect(), not_in_panel))
    }

    fn label(&self, row: usize) -> Label {
        let label = |text: &Option<Cow<'_, TextColumn>>| {
            text.as_ref().and_then(|text| text.get(row)).unwrap_or_default().to_owned()
        };
        (label(&self.entities), label(&self.times))
    }

    /// Two rows of the source have one key.
    fn twice(&self, source: &Source, rows: [usize; 2]) -> Error {
        let table = &source.table;
        let given = |text: String| (!text.is_empty()).then_some(text);
        let (entity, time) = self.label(rows[1]);
        let cell = Cell { file: Some(table.file.clone()), entity: given(entity), time: given(time), ..Cell::default() };
        let keys: Vec<&str> = source.entity.iter().chain(&source.time).map(String::as_str).collect();
        Error::DuplicateKey {
            cell: Box::new(cell),
            first: table.line(rows[0]),
            second: table.line(rows[1]),
            differs: table.difference(rows, &keys).map(str::to_owned),
        }
    }

    /// Keys of the panel that the source has not, in the order of the panel; each once where the source is keyed by one.
    fn without_match(&self, panel: &Panel, source_row: &[usize]) -> Vec<Label> {
        let codes: BTreeSet<(Option<u32>, Option<u32>)> = (0..panel.n_rows())
            .filter(|&row| source_row[row] == NONE)
            .map(|row| {
                let (entity, time) = (panel.entity_of_row()[row], panel.time_of_row()[row]);
                (self.entities.is_some().then_some(entity), self.times.is_some().then_some(time))
            })
            .collect();
        let label = |code: Option<u32>, labels: &[String]| code.map(|code| labels[code as usize].clone());
        let labels = codes.into_iter().map(|(entity, time)| {
            let entity = label(entity, panel.entities()).unwrap_or_default();
            (entity, label(time, panel.times().labels()).unwrap_or_default())
        });
        labels.collect()
    }
}

/// Adds the columns of the source to the panel; a column that the panel has is filled where it is missing, and counted.
fn add_columns(panel: &mut Panel, source: &Source, source_row: &[usize]) -> Result<Vec<(String, usize)>> {
    let table = &source.table;
    let file = &table.file;
    let mut filled = Vec::new();
    for (name, column) in table.names.iter().zip(&table.columns) {
        if Some(name) == source.entity.as_ref() || Some(name) == source.time.as_ref() {
            continue;
        }
        if let Some(key) = key_called(panel, name) {
            return Err(Error::Specification(format!(
                "`{file}` has a column `{name}`, which is what the {key} key of the panel is called, but it is not that key of this source; make it its key, rename it, or leave it out"
            )));
        }
        let spread = spread(column, source_row);
        if panel.has(name) {
            let count = fill(panel, name, spread, file)?;
            if count > 0 {
                filled.push((name.clone(), count));
            }
        } else {
            panel.set_from(name.clone(), spread, Some(file))?;
        }
    }
    Ok(filled)
}

/// The values of `column` at the rows `rows`; missing where there is no such row.
fn spread(column: &Column, rows: &[usize]) -> Column {
    match column {
        Column::Float(values) => {
            Column::Float(rows.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect())
        }
        Column::Text(text) => Column::Text(text.spread(rows)),
    }
}

/// Which key of the panel has this name; a panel without periods has no time key.
fn key_called(panel: &Panel, name: &str) -> Option<&'static str> {
    let only = |labels: &[String]| matches!(labels, [label] if label == ONLY);
    if name == panel.entity_name() && !only(panel.entities()) {
        return Some("entity");
    }
    (name == panel.time_name() && !only(panel.times().labels())).then_some("time")
}

/// Fills the gaps of a column that two sources share with the values of the later one; returns how many there were.
fn fill(panel: &mut Panel, name: &str, other: Column, file: &str) -> Result<usize> {
    agree(panel, name, &other, file)?;
    let known = panel.column(name)?;
    let count = (0..panel.n_rows()).filter(|&row| known.is_missing(row) && !other.is_missing(row)).count();
    if count == 0 {
        return Ok(0);
    }
    let merged = match (known, other) {
        (Column::Float(known), Column::Float(other)) => {
            Column::Float(known.iter().zip(&other).map(|(a, b)| if a.is_nan() { *b } else { *a }).collect())
        }
        (known, other) if known.n_missing() == known.len() => other,
        // Numbers in one source and texts in the other: the use of a text as a number is an error that names it.
        (known, other) => {
            let (known, other) = (as_text(known), as_text(&other));
            let mut texts = Interner::default();
            (0..known.len()).for_each(|row| texts.push(known.get(row).or_else(|| other.get(row))));
            Column::Text(texts.finish())
        }
    };
    let source = match panel.source(name) {
        // A message about a value of many files names a few of them.
        Some(sources) if sources.matches(", ").count() < 3 => format!("{sources}, {file}"),
        Some(sources) if sources.ends_with('…') => sources.to_owned(),
        Some(sources) => format!("{sources}, …"),
        None => file.to_owned(),
    };
    panel.set_from(name, merged, Some(&source))?;
    Ok(count)
}

fn as_text(column: &Column) -> Cow<'_, TextColumn> {
    match column {
        Column::Text(text) => Cow::Borrowed(text),
        Column::Float(values) => Cow::Owned(number_labels(values)),
    }
}

/// Checks that a column which two sources share says the same in both.
fn agree(panel: &Panel, name: &str, other: &Column, file: &str) -> Result<()> {
    let known = panel.column(name)?;
    let differs = |row: usize| match (known, other) {
        (Column::Float(a), Column::Float(b)) => !a[row].is_nan() && !b[row].is_nan() && a[row] != b[row],
        (Column::Text(a), Column::Text(b)) => a.get(row).zip(b.get(row)).is_some_and(|(a, b)| a != b),
        _ => !known.is_missing(row) && !other.is_missing(row) && known.display(row) != other.display(row),
    };
    match (0..panel.n_rows()).find(|&row| differs(row)) {
        None => Ok(()),
        Some(row) => Err(Error::Specification(format!(
            "column `{name}` stands in `{}` and in `{file}` and differs at {} `{}`, {} `{}` (`{}` and `{}`); rename one of them",
            panel.source(name).unwrap_or("an earlier source"),
            panel.entity_name(),
            panel.entity_label(row),
            panel.time_name(),
            panel.time_label(row),
            known.display(row),
            other.display(row)
        ))),
    }
}
