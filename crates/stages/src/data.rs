//! Stage `data`: sources to one panel.

use super::source_hints::{self as hints, Hint};
use super::{memory, reshape, totals, variables};
use crate::looked_at::looked_at;
use crate::store::{FileRecord, file_record};
use panel_core::expr::Expr;
use panel_core::io::{RawTable, ReadOptions, Rows, Source, assemble, read_bytes};
use panel_core::names::Gazetteer;
use panel_core::{Column, Diagnostic, Diagnostics, Panel, Remedy, TextColumn, suggest};
use std::collections::BTreeSet;
use study::{Error, Loaded, NameList, Result, RowRule, SourceSpec, Study};

/// The panel and where it came from.
#[derive(Debug, Clone)]
pub struct Data {
    /// The panel.
    pub panel: Panel,
    /// Files read, with their hashes.
    pub inputs: Vec<FileRecord>,
    /// Remarks of readers and joins.
    pub diagnostics: Diagnostics,
}

/// What stops a source, and what to write in its `[[source]]` where that is certain.
#[derive(Debug)]
pub struct Refusal {
    /// The error.
    pub error: Error,
    /// What to write.
    pub remedies: Vec<Remedy>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, remedies: Vec::new() }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

/// Reads, reshapes and joins the sources of a study.
///
/// # Errors
/// [`Error::Stage`] naming file, line, key, column and value.
pub fn load(loaded: &Loaded) -> Result<Data> {
    load_or_refuse(loaded).map_err(|(_, refusal)| refusal.error)
}

/// The same; a refusal comes with the place of its source, where it belongs to one, and with what to write there.
///
/// # Errors
/// As [`load`].
pub fn load_or_refuse(loaded: &Loaded) -> Result<Data, (Option<usize>, Refusal)> {
    let of_none = |error: Error| (None, Refusal::from(error));
    let study = &loaded.study;
    let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
    let rows = match study.study.rows {
        RowRule::First => Rows::First,
        RowRule::Union => Rows::Union,
        RowRule::Intersection => Rows::Intersection,
    };
    let mut inputs = Vec::new();
    let mut sources = Vec::new();
    let mut remarks: Diagnostics = Vec::new();
    let looked_at = looked_at(loaded);
    for (place, spec) in study.sources.iter().enumerate() {
        let here = |error: Error| (Some(place), Refusal::from(error));
        let bytes = read(loaded, &spec.file).map_err(here)?;
        // The hash needs only the bytes, the reader leaves a core to it.
        let (record, source) = rayon::join(
            || file_record(&spec.file, &bytes),
            || prepare(spec, &bytes, [entity, time.unwrap_or_default()], &looked_at, &mut remarks),
        );
        let mut source = source.map_err(|refusal| (Some(place), refusal))?;
        inputs.push(record);
        if let Some(list) = &spec.names {
            let known = read(loaded, &list.file).map_err(here)?;
            inputs.push(file_record(&list.file, &known));
            remarks.extend(canonical_names(&mut source, list, &known).map_err(here)?);
        }
        remarks.extend(about_entities(&source));
        remarks.extend(hints::dropped_words(&source, &looked_at));
        sources.push(source);
    }
    without_idle_repeats(&mut sources, &looked_at, rows, time.is_some()).map_err(of_none)?;
    ambiguous(study, &sources, &looked_at)?;
    remarks.extend(sources.iter().flat_map(|source| hints::value_labels(source, &looked_at)));
    let files: Vec<String> = sources.iter().map(|source| source.table.file().to_owned()).collect();
    let assembled = assemble(entity, time, sources, rows).map_err(|error| {
        let place = match &error {
            panel_core::Error::Unmatched { file, .. } => files.iter().position(|known| known == file),
            _ => None,
        };
        let remedies = error.remedies();
        // Why a table has none of the entities was said when it was read.
        let across = remarks.iter().find(|remark| remark.code == "entities-across");
        let across = across.filter(|_| matches!(error, panel_core::Error::Specification(_)));
        let reason = across.map(|remark| format!("; {}", remark.message)).unwrap_or_default();
        (place, Refusal { error: Error::stage("data", format!("{error}{reason}")), remedies })
    })?;
    let mut diagnostics = remarks;
    diagnostics.extend(assembled.diagnostics);
    diagnostics.extend(unknown_labels(study, &assembled.panel));
    if let panel_core::Balance::Unbalanced { gaps, ragged } = assembled.panel.balance() {
        diagnostics.push(Diagnostic::note(
            "unbalanced",
            format!(
                "the panel is unbalanced: {} rows of {} × {}; {} gaps inside, {ragged} cells before or after",
                assembled.panel.n_rows(),
                assembled.panel.n_entities(),
                assembled.panel.n_periods(),
                gaps
            ),
        ));
    }
    Ok(Data { panel: assembled.panel, inputs, diagnostics })
}

/// Words of a column that may have labels each.
const MOST_LEVELS: usize = 500;

/// A remark on keys of `[labels]` that no column, variable, index or term of the study is called.
fn unknown_labels(study: &Study, panel: &Panel) -> Option<Diagnostic> {
    let mut known: BTreeSet<String> = panel.names().iter().map(ToString::to_string).collect();
    known.extend([study.study.entity.clone()]);
    known.extend(study.study.time.clone());
    known.extend(study.variables.names().cloned());
    known.extend(study.indices.iter().iter().flat_map(|index| index.makes()).map(str::to_owned));
    // Levels of a column of words have labels, too.
    let levels = panel.names().iter().filter_map(|name| match panel.column(name) {
        Ok(Column::Text(text)) if text.labels().len() <= MOST_LEVELS => Some(text.labels()),
        _ => None,
    });
    known.extend(levels.flatten().cloned());
    for column in study.tables.iter().flat_map(|table| &table.columns) {
        let formula = &column.formula;
        let terms = formula.regressors.iter().chain(&formula.endogenous).chain(&formula.instruments);
        known.extend(terms.chain([&formula.response]).map(|term| term.name.clone()));
        known.extend(formula.effect_names().iter().map(ToString::to_string));
    }
    let bare = |name: &str| name.trim_matches('`').to_owned();
    // Composed names are made of known ones.
    let is_known = |name: &str| {
        known.contains(name)
            || known.contains(&bare(name))
            || name == "(Intercept)"
            || report::Labels::is_statistic(name)
            || name.split([':', '^']).all(|part| known.contains(&bare(part)) || part.parse::<u32>().is_ok())
    };
    let unknown: Vec<&str> = study.labels.keys().map(String::as_str).filter(|name| !is_known(name)).collect();
    let first = unknown.first()?;
    let near = suggest::nearest(first, known.iter().map(String::as_str));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("[labels]: the study has no variable {}{near}", suggest::some(&names));
    Some(Diagnostic::warning("unknown-labels", message))
}

/// Checks that no variable that is looked at is a column that its file has and that was not read, such as a name that stands
/// twice in the header.
fn ambiguous(study: &Study, sources: &[Source], looked_at: &BTreeSet<String>) -> Result<(), (Option<usize>, Refusal)> {
    let computed = |name: &str| {
        study.variables.get(name).is_some() || study.indices.iter().iter().any(|index| index.makes().contains(&name))
    };
    let there = |name: &str| computed(name) || sources.iter().any(|source| source.table.has(name));
    for (place, source) in sources.iter().enumerate() {
        let used = |(name, _): &(&str, &str)| looked_at.contains(*name) && !there(name);
        if let Some((_, why)) = source.table.all_left_out().find(used) {
            let error = Error::stage("data", format!("source `{}`: {why}", source.table.file()));
            return Err((Some(place), Refusal::from(error)));
        }
    }
    Ok(())
}

/// What [`load`] would refuse of each source by itself, all of it: a load ends with the first.
#[must_use]
pub fn refused(loaded: &Loaded) -> Vec<Error> {
    each(loaded).into_iter().filter_map(|source| source.err().map(Error::from)).collect()
}

/// Each source by itself: what was remarked of it, with what to write, or why it was refused.
#[must_use]
pub fn each(loaded: &Loaded) -> Vec<Result<Diagnostics, Refusal>> {
    let header = &loaded.study.study;
    let keys = [header.entity.as_str(), header.time.as_deref().unwrap_or_default()];
    let looked_at = looked_at(loaded);
    let tried = |spec: &SourceSpec| {
        let bytes = read(loaded, &spec.file)?;
        let mut remarks = Diagnostics::new();
        let source = prepare(spec, &bytes, keys, &looked_at, &mut remarks)?;
        remarks.extend(about_entities(&source));
        remarks.extend(source.table.diagnostics().iter().cloned());
        Ok(remarks)
    };
    loaded.study.sources.iter().map(tried).collect()
}

/// Remarks on entities that are no places, or one place in several spellings.
fn about_entities(source: &Source) -> Diagnostics {
    let spellings = source.entity.as_deref().and_then(|entity| hints::spellings(&source.table, entity));
    totals::warning(source).into_iter().chain(spellings).collect()
}

/// Takes columns that nothing looks at out of a source where an earlier one has a column of that name: joined sources
/// must agree on what they share, and nobody needs these to.
fn without_idle_repeats(
    sources: &mut [Source],
    looked_at: &BTreeSet<String>,
    rows: Rows,
    has_time: bool,
) -> Result<()> {
    // The join begins with the first source that has all keys, unless every such source gives rows.
    let full = |source: &Source| source.entity.is_some() && (source.time.is_some() || !has_time);
    let first = if rows == Rows::Union { None } else { sources.iter().position(full) };
    let order = first.into_iter().chain((0..sources.len()).filter(|&place| Some(place) != first)).collect::<Vec<_>>();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for place in order {
        let source = &mut sources[place];
        let is_key = |name: &String| Some(name) == source.entity.as_ref() || Some(name) == source.time.as_ref();
        let names = source.table.names();
        let idle = |name: &&String| !is_key(name) && seen.contains(*name) && !looked_at.contains(*name);
        let kept: Vec<String> = names.iter().filter(|name| !idle(name)).cloned().collect();
        seen.extend(names.iter().filter(|name| !is_key(name)).cloned());
        if kept.len() < names.len() {
            let table = std::mem::take(&mut source.table);
            source.table = table.select(&kept).map_err(|error| Error::stage("data", error))?;
        }
    }
    Ok(())
}

fn read(loaded: &Loaded, file: &str) -> Result<Vec<u8>> {
    let path = loaded.resolve(file);
    let bytes = std::fs::metadata(&path).map_or(0, |about| about.len());
    let large = bytes >= LARGE as u64;
    if large {
        memory::suffices(file, bytes)?;
    }
    #[cfg(feature = "parquet")]
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
        memory::rows_suffice(file, &path, large)?;
    }
    std::fs::read(&path).map_err(|error| {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "it may not be read (permission denied)".to_owned(),
            _ if path.is_dir() => "this is a folder".to_owned(),
            _ => error.to_string(),
        };
        Error::stage("data", format!("source `{file}` (`{}`): {reason}", path.display()))
    })
}

/// Writes the entity key of a source as a list of entities writes it.
fn canonical_names(source: &mut Source, list: &NameList, bytes: &[u8]) -> Result<Diagnostics> {
    let failed = |error: panel_core::Error| Error::stage("data", format!("names = `{}`: {error}", list.file));
    let Some(column) = source.entity.clone() else {
        return Err(Error::stage("data", format!("source `{}` has names, but no entity key", source.table.file())));
    };
    // Codes of the list may stand with leading zeros; the reader keeps them as written.
    let known = read_bytes(&list.file, bytes, &ReadOptions::default()).map_err(failed)?;
    let others: Vec<&str> = list.others.iter().map(String::as_str).collect();
    let gazetteer = Gazetteer::new(&known, &list.name, &others).map_err(failed)?;
    let (_, remarks) = gazetteer.apply(&mut source.table, &column).map_err(failed)?;
    Ok(remarks)
}

/// A source as one row per key. `keys` are the study's, the second empty where it has no periods.
fn prepare(
    spec: &SourceSpec,
    bytes: &[u8],
    [entity, time]: [&str; 2],
    looked_at: &BTreeSet<String>,
    remarks: &mut Diagnostics,
) -> Result<Source, Refusal> {
    let time = Some(time).filter(|time| !time.is_empty());
    let mut options = spec.options(None);
    if bytes.len() >= LARGE && spec.reshape.is_none() {
        options.columns = Some(of_use(spec, [entity, time.unwrap_or_default()], looked_at));
        options.where_there = true;
        remarks.push(Diagnostic::note(
            "columns-of-use",
            format!("`{}`: of a file of this size only the columns that the study uses are read", spec.file),
        ));
    }
    let table = match read_bytes(&spec.file, bytes, &options) {
        Ok(table) => table,
        Err(error) => {
            let place = Place { spec, shown: spec.file.clone() };
            let next = |spec: &SourceSpec| {
                prepare(spec, bytes, [entity, time.unwrap_or_default()], looked_at, &mut Vec::new())
            };
            return Err(followed(place.refused(error), spec, next));
        }
    };
    let place = Place { spec, shown: table.file().to_owned() };
    let reading = Reading { spec, bytes, looked_at, options: &options, place: &place };
    let table = reading.selected(table, entity, remarks)?;
    let found = reading.key_columns(&table, entity, time)?;
    let across = reading.layout(&table, &found, remarks)?;
    // A name that is nearly that of a lacking key, before a reshape makes other columns.
    let wanted = found.wanted();
    let near: Vec<Option<Hint>> =
        wanted.iter().map(|name| hints::near(&table, name).or_else(|| left_out(&table, name))).collect();
    // A key that is in the file and was not read is lacking, whatever is left.
    let lost = wanted.iter().any(|name| table.left_out(name).is_some());
    let keys = found.keys();
    let names = suggest::listing(table.names());
    let mut table = reading.shaped(table, &found, remarks)?;
    let lacking = wanted.iter().zip(&near).zip([found.has_entity, found.has_time]).find(|(_, has)| !has);
    if let (Some(((name, near), _)), None, [key]) = (lacking, &spec.keys, &keys.named()[..])
        && (hints::repeats(&table, key).map_err(|error| place.refused(error))? || lost)
    {
        let hint = near.clone().unwrap_or_default();
        let repeats = if lost { "" } else { ", and it repeats" };
        let columns = if near.is_some() { String::new() } else { format!("; its columns are {names}") };
        let banners = hints::period_banners(&table, key).unwrap_or_default();
        let message =
            format!("no column `{name}`, so only `{key}` is left as a key{repeats}{columns}{}{banners}", hint.words);
        return Err(place.hinted(Hint { words: message, ..hint }));
    }
    if let Some(hint) = across {
        let message = format!("`{}` has no column `{}`{}", place.shown, found.entity, hint.words);
        let remark = Diagnostic::warning("entities-across", message);
        remarks.push(hint.remedies.into_iter().fold(remark, Diagnostic::with));
    }
    if spec.lag != 0 {
        table = moved_on(table, keys.time, spec.lag)?;
    }
    if !spec.spellings.is_empty() {
        table = spelled(table, keys.entity, spec).map_err(|error| place.refused(error))?;
    }
    if let Some(columns) = &spec.columns {
        let kept: Vec<&str> = keys.named().into_iter().chain(columns.iter().map(String::as_str)).collect();
        table = table.select(&kept).map_err(|error| place.refused(error))?;
    }
    Ok(Source { entity: keys.entity.map(str::to_owned), time: keys.time.map(str::to_owned), table })
}

/// Bytes from which on a file gives only the columns that are used: everything else would be memory for nothing.
const LARGE: usize = 8 << 20;

/// Columns of a file that a study uses, by their names in the file; some may be those of other sources.
fn of_use(spec: &SourceSpec, keys: [&str; 2], looked_at: &BTreeSet<String>) -> Vec<String> {
    let filter = spec.filter.iter().filter_map(|filter| Expr::parse(filter).ok()).flat_map(|filter| filter.columns());
    let mut names: BTreeSet<String> = looked_at.iter().cloned().chain(filter).collect();
    names.extend(keys.map(str::to_owned));
    names.extend(spec.entity.iter().chain(&spec.time).chain(&spec.entity_from).cloned());
    names.extend(spec.columns.iter().flatten().cloned());
    // A column has its new name in the study and its old one in the file.
    let written: Vec<String> = names.iter().filter_map(|name| spec.rename.get(name)).cloned().collect();
    names.extend(written);
    names.into_iter().collect()
}

/// One source while it is read.
struct Reading<'a> {
    spec: &'a SourceSpec,
    bytes: &'a [u8],
    looked_at: &'a BTreeSet<String>,
    options: &'a ReadOptions,
    place: &'a Place<'a>,
}

/// The columns that are keys, and which of them the file has.
struct KeyColumns {
    entity: String,
    time: Option<String>,
    has_entity: bool,
    has_time: bool,
    /// Whether a reshape makes the periods.
    wide: bool,
    /// Whether a reshape makes the entities.
    across: bool,
}

impl KeyColumns {
    fn wanted(&self) -> Vec<&str> {
        std::iter::once(self.entity.as_str()).chain(self.time.as_deref()).collect()
    }

    fn keys(&self) -> reshape::Keys<'_> {
        reshape::Keys {
            entity: self.has_entity.then_some(self.entity.as_str()),
            time: self.time.as_deref().filter(|_| self.has_time),
        }
    }
}

impl Reading<'_> {
    fn refused(&self, error: panel_core::Error) -> Refusal {
        self.place.refused(error)
    }

    fn unknown(&self, error: &panel_core::Error) -> Refusal {
        self.place.hinted(hints::wrong_header(error, &self.spec.file, self.bytes, self.options, self.looked_at))
    }

    /// The rows and columns that the source keeps, under their new names.
    fn selected(&self, mut table: RawTable, entity: &str, remarks: &mut Diagnostics) -> Result<RawTable, Refusal> {
        let spec = self.spec;
        let renamed = spec.rename.iter().map(|(new, old)| (old.as_str(), new.as_str()));
        table.rename(renamed).map_err(|error| self.unknown(&error))?;
        if let Some(filter) = &spec.filter {
            // Columns have their new names by now.
            let renamed = spec.rename.iter().filter(|(_, old)| spec.text.contains(old)).map(|(new, _)| new);
            let text: Vec<String> = spec.text.iter().chain(renamed).cloned().collect();
            let kept = filtered(table, filter, remarks)?;
            table = kept.retyped(self.options, &text).map_err(|error| self.refused(error))?;
        }
        if !spec.entity_from.is_empty() {
            table.combine(&spec.entity_from, entity).map_err(|error| self.refused(error))?;
        }
        if spec.number_rows {
            let numbers: Vec<Option<String>> = (1..=table.n_rows()).map(|row| Some(row.to_string())).collect();
            table.add(entity, numbers).map_err(|error| self.refused(error))?;
        }
        Ok(table)
    }

    /// Finds the keys that the file has.
    fn key_columns(&self, table: &RawTable, entity: &str, time: Option<&str>) -> Result<KeyColumns, Refusal> {
        let spec = self.spec;
        let keyed = |name: &str| spec.keys.as_ref().map(|keys| keys.iter().any(|key| key == name));
        let entity_column = spec.entity.clone().unwrap_or_else(|| entity.to_owned());
        let time_column = time.map(|time| spec.time.clone().unwrap_or_else(|| time.to_owned()));
        let wide = spec.reshape.as_ref().is_some_and(reshape::makes_time);
        let across = spec.reshape.as_ref().is_some_and(reshape::makes_entity);
        let has_entity = keyed(entity).unwrap_or_else(|| across || table.has(&entity_column) || spec.entity.is_some());
        let has_time = time.is_some_and(|time| {
            keyed(time).unwrap_or_else(|| {
                wide || spec.time.is_some() || time_column.as_deref().is_some_and(|name| table.has(name))
            })
        });
        let found = KeyColumns { entity: entity_column, time: time_column, has_entity, has_time, wide, across };
        if !has_entity && !has_time {
            return Err(self.without_keys(table, &found.wanted()));
        }
        if has_entity && !across {
            table.column(&found.entity).map_err(|error| self.unknown(&error))?;
        }
        if let Some(name) = found.time.as_ref().filter(|_| has_time && !wide) {
            table.column(name).map_err(|error| self.unknown(&error))?;
        }
        Ok(found)
    }

    fn without_keys(&self, table: &RawTable, wanted: &[&str]) -> Refusal {
        let lacking: Vec<String> = wanted.iter().map(|name| format!("no column `{name}`")).collect();
        let header = |name: &&str| hints::header_row(name, &self.spec.file, self.bytes, self.options, self.looked_at);
        let sheet = |name: &&str| hints::other_sheet(name, &self.spec.file, self.bytes, self.options);
        let hint = wanted.iter().find_map(header).or_else(|| wanted.iter().find_map(sheet));
        let hint = hint.unwrap_or_else(|| hints::keys(table, wanted, self.looked_at));
        let message = format!(
            "source `{}` has neither key: {}; its columns are {}{}",
            self.place.shown,
            lacking.join(" and "),
            suggest::listing(table.names()),
            hint.words
        );
        Refusal { error: Error::stage("data", message), remedies: hint.remedies }
    }

    /// Remarks a layout that looks like one column per period, and gives the hint of one column per entity.
    fn layout(&self, table: &RawTable, found: &KeyColumns, remarks: &mut Diagnostics) -> Result<Option<Hint>, Refusal> {
        let spec = self.spec;
        if let (None, None, Some(time), true, false) =
            (&spec.reshape, &spec.keys, found.time.as_deref(), found.has_entity, found.has_time)
            && let Some(hint) = hints::periods_across(table, self.looked_at)
        {
            let message = format!("no column `{time}`{}", hint.words);
            return Err(self.place.hinted(Hint { words: message, ..hint }));
        }
        if spec.reshape.is_some() {
            return Ok(None);
        }
        let hint = hints::one_column_per_year(table, self.looked_at);
        remarks.extend(hint.map(|hint| {
            let remark = Diagnostic::note("wide-columns", format!("`{}`: {}", self.place.shown, hint.words));
            hint.remedies.into_iter().fold(remark, Diagnostic::with)
        }));
        let time = found.time.as_deref().filter(|_| !found.has_entity);
        Ok(time.and_then(|time| hints::entities_across(table, time, self.looked_at)))
    }

    /// The table with one row per key: reshaped and merged as the source says.
    fn shaped(&self, mut table: RawTable, found: &KeyColumns, remarks: &mut Diagnostics) -> Result<RawTable, Refusal> {
        let keys = found.keys();
        if let Some(how) = &self.spec.reshape {
            if !found.wide && !found.across {
                table.check_keys(&keys.named()).map_err(|error| self.refused(error))?;
            }
            let across = found.time.as_deref().filter(|name| table.has(name));
            let across = across.and_then(|time| hints::not_periods(&table, time, how));
            let (reshaped, lost) = reshape::reshape(table, how, keys).map_err(|error| match across {
                Some(hint) => self.place.hinted(Hint { words: format!("{error}{}", hint.words), ..hint }),
                None => self.refused(error),
            })?;
            remarks.extend(lost);
            table = reshaped;
        }
        table.check_keys(&keys.named()).map_err(|error| self.refused(error))?;
        if let Some(how) = &self.spec.aggregate {
            let (merged, lost) = reshape::aggregate(&table, how, keys)?;
            remarks.extend(lost);
            table = merged;
        }
        Ok(table)
    }
}

/// A refusal with what comes after it: with its remedy the file is read once more, and what that says is added.
fn followed(
    refusal: Refusal,
    spec: &SourceSpec,
    again: impl FnOnce(&SourceSpec) -> Result<Source, Refusal>,
) -> Refusal {
    let mut next = spec.clone();
    for remedy in &refusal.remedies {
        match (remedy.key.as_str(), remedy.value.parse::<usize>()) {
            ("skip_rows", Ok(rows)) => next.skip_rows = rows,
            ("header_rows", Ok(rows)) => next.header_rows = Some(rows),
            _ => return refusal,
        }
    }
    if refusal.remedies.is_empty() {
        return refusal;
    }
    let Err(Refusal { error: Error::Stage { message, .. }, remedies }) = again(&next) else { return refusal };
    let (Error::Stage { message: first, .. }, mut all) = (&refusal.error, refusal.remedies.clone()) else {
        return refusal;
    };
    all.extend(remedies);
    Refusal { error: Error::stage("data", format!("{first}; after that: {message}")), remedies: all }
}

/// What to say of a key whose column is in the file and was not read.
fn left_out(table: &RawTable, name: &str) -> Option<Hint> {
    table.left_out(name).map(|why| Hint { words: format!("; {why}"), remedies: Vec::new() })
}

/// A source, for messages.
struct Place<'a> {
    spec: &'a SourceSpec,
    /// What the source is called, mostly with its sheet.
    shown: String,
}

impl Place<'_> {
    fn refused(&self, mut error: panel_core::Error) -> Refusal {
        // What is to be written names columns as the file does.
        if let panel_core::Error::MissingKey { cell, .. } = &mut error
            && let Some(old) = cell.column.as_ref().and_then(|name| self.spec.rename.get(name))
        {
            cell.column = Some(old.clone());
        }
        self.hinted(Hint { words: error.to_string(), remedies: error.remedies() })
    }

    fn hinted(&self, hint: Hint) -> Refusal {
        // Most readers' errors name the file themselves, some with its sheet.
        let named = hint.words.contains(&format!("`{}", self.spec.file));
        let message = if named { hint.words } else { format!("source `{}`: {}", self.shown, hint.words) };
        Refusal { error: Error::stage("data", message), remedies: hint.remedies }
    }
}

/// The table with its entities in the spellings that the study gives them.
fn spelled(mut table: RawTable, entity: Option<&str>, spec: &SourceSpec) -> panel_core::Result<RawTable> {
    let wrong = |reason: String| panel_core::Error::Specification(format!("spellings: {reason}"));
    let Some(entity) = entity else { return Err(wrong("there is no entity key".into())) };
    let labels = table.key_text(entity)?.into_owned();
    if let Some(unknown) = spec.spellings.keys().find(|written| !labels.labels().contains(written)) {
        let near = suggest::nearest(unknown, labels.labels().iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(wrong(format!("`{entity}` has no value `{unknown}`{near}")));
    }
    let name = |row: usize| labels.get(row).map(|label| spec.spellings.get(label).map_or(label, String::as_str));
    let names: Vec<Option<&str>> = (0..labels.len()).map(name).collect();
    table.replace(entity, TextColumn::new(&names))?;
    Ok(table)
}

/// The table with its time key moved on by `lag` whole periods.
fn moved_on(table: RawTable, time: Option<&str>, lag: i64) -> Result<RawTable> {
    let file = table.file().to_owned();
    let failed = |message: String| Error::stage("data", format!("source `{file}`, lag = {lag}: {message}"));
    let core = |error: panel_core::Error| failed(error.to_string());
    let time = time.ok_or_else(|| failed("there is no time key to move".into()))?;
    let labels = table.key_text(time).map_err(core)?;
    let moved: Vec<Option<String>> = (0..table.n_rows())
        .map(|row| match labels.get(row) {
            None => Ok(None),
            Some(label) => match label.parse::<i64>().ok().and_then(|period| period.checked_add(lag)) {
                Some(period) => Ok(Some(period.to_string())),
                None => {
                    Err(failed(format!("column `{time}`, value `{label}`: expected a whole number, such as a year")))
                }
            },
        })
        .collect::<Result<_>>()?;
    drop(labels);
    let names = table.names().to_vec();
    let others: Vec<&String> = names.iter().filter(|name| *name != time).collect();
    let mut rest = table.select(&others).map_err(core)?;
    rest.add(time, Column::from(moved)).map_err(core)?;
    rest.select(&names).map_err(core)
}

/// The rows of a table for which an expression over its columns holds.
fn filtered(table: RawTable, filter: &str, remarks: &mut Diagnostics) -> Result<RawTable> {
    let what = format!("source `{}`, filter `{filter}`", table.file());
    let place = |error: panel_core::Error| Error::stage("data", format!("{what}: {error}"));
    let expression = Expr::parse(filter).map_err(place)?;
    let used = expression.columns();
    let mut panel = row_panel(table.n_rows()).map_err(place)?;
    for (name, column) in table.names().iter().zip(table.columns()) {
        // An unknown name is an error that lists the columns, so a panel without the others will not do then.
        if used.contains(name) || used.iter().any(|used| !table.has(used)) {
            panel.set(name.clone(), column.clone()).map_err(place)?;
        }
    }
    let mask = expression.eval_filter(&panel).map_err(place)?;
    remarks.extend(variables::remarks(&what, &mask));
    let keep = mask.keep;
    if !keep.contains(&true) {
        return Err(Error::stage("data", format!("{what}: it keeps none of {} rows", table.n_rows())));
    }
    Ok(table.take(&(0..keep.len()).filter(|&row| keep[row]).collect::<Vec<_>>()))
}

/// A panel of so many rows, in order, each its own entity, under keys that no file uses as names of columns.
fn row_panel(n: usize) -> panel_core::Result<Panel> {
    // Numbers of one width sort as they count.
    let labels = (0..n).map(|row| format!("{row:010}")).collect();
    let rows = TextColumn::from_codes((0..n as u32).collect(), labels)?;
    let only = TextColumn::from_codes(vec![0; n], vec!["0".into()])?;
    Panel::builder("\u{0}row", "\u{0}period").coded_keys(rows, only).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> RawTable {
        read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn a_moved_key_leaves_codes_and_lines_as_written() {
        let moved = moved_on(table("city,year,code\n007,2012,012\n8,2013,13\n"), Some("year"), 1).unwrap();
        assert_eq!(moved.names(), ["city", "year", "code"]);
        assert_eq!(moved.key_text("city").unwrap().get(0), Some("007"));
        assert_eq!(moved.key_text("year").unwrap().get(0), Some("2013"));
        assert_eq!(moved.line(1), 3);
        let error = moved_on(table("city,year\na,9223372036854775807\n"), Some("year"), 1).unwrap_err().to_string();
        assert!(error.contains("`year`") && error.contains("expected a whole number"), "{error}");
    }

    #[test]
    fn a_filter_keeps_rows_and_says_what_it_cannot_decide() {
        let mut remarks = Diagnostics::new();
        let text = "row,period,region\n1,2013,East\n2,,West\n3,2015,East\n";
        let kept = filtered(table(text), "period > 2012", &mut remarks).unwrap();
        assert_eq!((kept.n_rows(), kept.line(1)), (2, 4));
        assert!(remarks[0].message.contains("missing in 1 rows"), "{remarks:?}");
        remarks.clear();
        filtered(table(text), "region != \"Est\"", &mut remarks).unwrap();
        assert!(remarks[0].message.contains("`Est`") && remarks[0].message.contains("filter"), "{remarks:?}");
        let error = filtered(table(text), "regoin == \"East\"", &mut remarks).unwrap_err().to_string();
        assert!(error.contains("did you mean `region`"), "{error}");
    }

    #[test]
    fn sources_may_differ_in_what_nobody_uses() {
        let mut sources = vec![
            Source::by_entity(table("city,lon,note\na,1,x\n"), "city"),
            Source::both(table("city,year,note,unnamed_1\na,2013,y,0\n"), "city", "year"),
            Source::both(table("city,year,note,unnamed_1,lon\na,2013,z,1,2\n"), "city", "year"),
        ];
        let looked_at = BTreeSet::from(["lon".to_owned()]);
        without_idle_repeats(&mut sources, &looked_at, Rows::First, true).unwrap();
        assert_eq!(sources[0].table.names(), ["city", "lon"], "joined after the second source");
        assert_eq!(sources[1].table.names(), ["city", "year", "note", "unnamed_1"]);
        assert_eq!(sources[2].table.names(), ["city", "year", "lon"]);
    }
}
