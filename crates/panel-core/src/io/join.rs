//! From tables to one panel: keys, and joins of sources keyed by entity, by time, or by both.

use super::table::RawTable;
use crate::column::{Column, TextColumn};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Cell, Error, Result};
use crate::panel::Panel;
use crate::suggest;
use std::collections::{BTreeMap, BTreeSet};

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
        let entities = entity.map_or_else(only, |name| self.key_text(name).map(std::borrow::Cow::into_owned))?;
        let times = time.map_or_else(only, |name| self.key_text(name).map(std::borrow::Cow::into_owned))?;
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
/// must agree where both have a value.
///
/// # Errors
/// Those of [`RawTable::into_panel`] and [`attach`]; [`Error::Specification`] where no source carries the keys.
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
        if is_full && rows == Rows::Intersection {
            keep.iter_mut().zip(&matched).for_each(|(keep, matched)| *keep &= matched);
        }
        describe(&report, &panel, &mut diagnostics);
        reports.push(report);
    }
    if keep.contains(&false) {
        panel = panel.filter(|row| keep[row]);
    }
    Ok(Assembled { panel, reports, diagnostics })
}

/// Joins one source onto a panel: its columns are added, its keys matched.
///
/// # Errors
/// [`Error::UnknownColumn`] for a key, [`Error::MissingKey`], [`Error::DuplicateKey`] with lines,
/// [`Error::Specification`] where a shared column disagrees.
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
                let time = spelling.entry(normal_time(time)).or_insert_with(|| time.to_owned());
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

/// `2013年`, `２０１３` and `2013.0` are the year 2013.
fn normal_time(label: &str) -> String {
    let half = crate::number::half_width(label);
    let text = half.trim().trim_end_matches('年').trim_end();
    text.strip_suffix(".0").unwrap_or(text).to_owned()
}

fn attach_rows(panel: &mut Panel, source: Source) -> Result<(JoinReport, Vec<bool>)> {
    let table = source.table;
    let entities = source.entity.as_ref().map(|name| table.key_text(name)).transpose()?;
    let times = source.time.as_ref().map(|name| table.key_text(name)).transpose()?;
    if entities.is_none() && times.is_none() {
        return Err(Error::Specification(format!("source `{}` has no key", table.file)));
    }
    let entity_code =
        entities.as_ref().map(|text| translate(text.labels(), panel.entities(), |label| label.trim().to_owned()));
    let time_code = times.as_ref().map(|text| translate(text.labels(), panel.times().labels(), normal_time));

    // One slot per key the source can have; each may be filled once.
    let (n_entities, n_periods) = (panel.n_entities(), panel.n_periods());
    let slots = match (&entities, &times) {
        (Some(_), Some(_)) => panel.n_rows(),
        (Some(_), None) => n_entities,
        _ => n_periods,
    };
    const NONE: usize = usize::MAX;
    let mut row_of_slot = vec![NONE; slots];
    let mut not_in_panel = Vec::new();
    for row in 0..table.n_rows() {
        let code = |text: &TextColumn, codes: &[Option<u32>]| match text.codes()[row] {
            TextColumn::MISSING => Err(Error::MissingKey {
                cell: Box::new(Cell { line: Some(table.line(row)), file: Some(table.file.clone()), ..Cell::default() }),
            }),
            label => Ok(codes[label as usize]),
        };
        let entity = entities.as_ref().zip(entity_code.as_ref()).map(|(text, codes)| code(text, codes)).transpose()?;
        let time = times.as_ref().zip(time_code.as_ref()).map(|(text, codes)| code(text, codes)).transpose()?;
        let slot = match (entity, time) {
            (Some(entity), Some(time)) => entity.zip(time).and_then(|(entity, time)| panel.row(entity, time)),
            (Some(entity), None) => entity.map(|entity| entity as usize),
            (None, time) => time.flatten().map(|time| time as usize),
        };
        let label = |text: &Option<std::borrow::Cow<'_, TextColumn>>| {
            text.as_ref().and_then(|text| text.get(row)).unwrap_or_default().to_owned()
        };
        match slot {
            None => not_in_panel.push((label(&entities), label(&times))),
            Some(slot) if row_of_slot[slot] == NONE => row_of_slot[slot] = row,
            Some(slot) => {
                let given = |text: String| (!text.is_empty()).then_some(text);
                let cell = Cell {
                    file: Some(table.file.clone()),
                    entity: given(label(&entities)),
                    time: given(label(&times)),
                    ..Cell::default()
                };
                return Err(Error::DuplicateKey {
                    cell: Box::new(cell),
                    first: table.line(row_of_slot[slot]),
                    second: table.line(row),
                });
            }
        }
    }
    let source_row: Vec<usize> = (0..panel.n_rows())
        .map(|row| match (&entities, &times) {
            (Some(_), Some(_)) => row_of_slot[row],
            (Some(_), None) => row_of_slot[panel.entity_of_row()[row] as usize],
            _ => row_of_slot[panel.time_of_row()[row] as usize],
        })
        .collect();
    let mut without_match = BTreeSet::new();
    for row in (0..panel.n_rows()).filter(|&row| source_row[row] == NONE) {
        let entity = if entities.is_some() { panel.entity_label(row) } else { "" };
        let time = if times.is_some() { panel.time_label(row) } else { "" };
        without_match.insert((entity.to_owned(), time.to_owned()));
    }
    drop((entities, times));
    let file = table.file.clone();
    for (name, column) in table.names.iter().zip(&table.columns) {
        if Some(name) == source.entity.as_ref() || Some(name) == source.time.as_ref() {
            continue;
        }
        let spread = spread(column, &source_row);
        if panel.has(name) {
            agree(panel, name, &spread, &file)?;
        } else {
            panel.set_from(name.clone(), spread, Some(&file))?;
        }
    }
    let matched: Vec<bool> = source_row.iter().map(|&row| row != NONE).collect();
    let report = JoinReport {
        file,
        matched: matched.iter().filter(|&&matched| matched).count(),
        without_match: without_match.into_iter().collect(),
        not_in_panel,
    };
    Ok((report, matched))
}

/// The values of `column` at the rows `rows`; missing where there is no such row.
fn spread(column: &Column, rows: &[usize]) -> Column {
    match column {
        Column::Float(values) => {
            Column::Float(rows.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect())
        }
        Column::Text(text) => {
            let codes = rows.iter().map(|&row| text.codes().get(row).copied().unwrap_or(TextColumn::MISSING)).collect();
            Column::Text(TextColumn::from_codes(codes, text.labels().to_vec()).unwrap_or_default())
        }
    }
}

/// Checks that a column which two sources share says the same in both.
fn agree(panel: &Panel, name: &str, other: &Column, file: &str) -> Result<()> {
    let known = panel.column(name)?;
    let differs =
        |row: usize| !known.is_missing(row) && !other.is_missing(row) && known.display(row) != other.display(row);
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

/// Puts a report into words.
fn describe(report: &JoinReport, panel: &Panel, diagnostics: &mut Diagnostics) {
    let key = |(entity, time): &(String, String)| match (entity.is_empty(), time.is_empty()) {
        (false, false) => format!("{entity} {time}"),
        (false, true) => entity.clone(),
        _ => time.clone(),
    };
    let some = |keys: &[(String, String)]| {
        let shown: Vec<String> = keys.iter().take(3).map(key).collect();
        let more = if keys.len() > 3 { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let file = &report.file;
    if report.matched == 0 {
        diagnostics.push(Diagnostic::warning(
            "join-no-match",
            format!("no key of `{file}` is a key of the panel: are the names written in the same way?"),
        ));
    } else if !report.without_match.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "join-without-match",
            format!(
                "{} key(s) of the panel have no match in `{file}`: {}",
                report.without_match.len(),
                some(&report.without_match)
            ),
        ));
    }
    if !report.not_in_panel.is_empty() {
        let strangers: BTreeSet<&str> = report
            .not_in_panel
            .iter()
            .map(|(entity, _)| entity.as_str())
            .filter(|entity| !entity.is_empty() && panel.entities().iter().all(|known| known != entity))
            .collect();
        let hint: Vec<String> = strangers
            .iter()
            .filter_map(|stranger| {
                let known = suggest::nearest(stranger, panel.entities().iter().map(String::as_str))?;
                // A name inside the other (`北京`, `北京市`) is a different spelling, other near names are mostly other places.
                (known.contains(*stranger) || stranger.contains(known))
                    .then(|| format!("`{stranger}` may be `{known}`"))
            })
            .take(3)
            .collect();
        let hint = if hint.is_empty() { String::new() } else { format!("; {}", hint.join(", ")) };
        diagnostics.push(Diagnostic::note(
            "join-not-in-panel",
            format!(
                "{} key(s) of `{file}` are not in the panel: {}{hint}",
                report.not_in_panel.len(),
                some(&report.not_in_panel)
            ),
        ));
    }
}
