//! Stage `data`: sources to one panel.

use super::{reshape, unknown_word};
use crate::error::{Error, Result};
use crate::output::{FileRecord, file_record};
use crate::study::{Loaded, NameList, SourceSpec};
use panel_core::expr::Expr;
use panel_core::io::cities::Gazetteer;
use panel_core::io::{RawTable, ReadOptions, Rows, Source, assemble, read_bytes};
use panel_core::{Column, Diagnostic, Diagnostics, Panel, suggest};

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

/// Reads, reshapes and joins the sources of a study.
///
/// # Errors
/// [`Error::Stage`] naming file, line, key, column and value.
pub fn load(loaded: &Loaded) -> Result<Data> {
    let study = &loaded.study;
    let (entity, time) = (study.study.entity.as_str(), study.study.time.as_deref());
    let rows = match study.study.rows.as_str() {
        "first" => Rows::First,
        "union" => Rows::Union,
        "intersection" => Rows::Intersection,
        other => return Err(unknown_word("data", "rows", other, "first, union, intersection")),
    };
    let mut inputs = Vec::new();
    let mut sources = Vec::new();
    let mut remarks: Diagnostics = Vec::new();
    for spec in &study.sources {
        let bytes = read(loaded, &spec.file)?;
        // The hash needs only the bytes, the reader leaves a core to it.
        let (record, source) =
            rayon::join(|| file_record(&spec.file, &bytes), || prepare(spec, &bytes, entity, time, &mut remarks));
        let mut source = source?;
        inputs.push(record);
        if let Some(list) = &spec.names {
            let known = read(loaded, &list.file)?;
            inputs.push(file_record(&list.file, &known));
            remarks.extend(canonical_names(&mut source, list, &known)?);
        }
        sources.push(source);
    }
    let assembled = assemble(entity, time, sources, rows).map_err(|error| Error::stage("data", error))?;
    let mut diagnostics = remarks;
    diagnostics.extend(assembled.diagnostics);
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

fn read(loaded: &Loaded, file: &str) -> Result<Vec<u8>> {
    let path = loaded.resolve(file);
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

fn prepare(
    spec: &SourceSpec,
    bytes: &[u8],
    entity: &str,
    time: Option<&str>,
    remarks: &mut Diagnostics,
) -> Result<Source> {
    let failed = |error: panel_core::Error| {
        let words = error.to_string();
        // Most readers' errors name the file themselves.
        let named = words.contains(&format!("`{}`", spec.file));
        Error::stage("data", if named { words } else { format!("source `{}`: {words}", spec.file) })
    };
    let options = ReadOptions {
        encoding: spec.encoding.clone(),
        delimiter: spec.delimiter,
        sheet: spec.sheet.clone(),
        skip_rows: spec.skip_rows,
        header_rows: spec.header_rows.unwrap_or(1),
        text: spec.text.clone(),
        missing: spec.missing.clone(),
        value_labels: spec.value_labels,
        ..ReadOptions::default()
    };
    let mut table = read_bytes(&spec.file, bytes, &options).map_err(failed)?;
    table.rename(spec.rename.iter().map(|(new, old)| (old.as_str(), new.as_str()))).map_err(failed)?;
    if let Some(filter) = &spec.filter {
        table = filtered(table, filter)?.retyped(&spec.missing, &spec.text);
    }
    if !spec.entity_from.is_empty() {
        table.combine(&spec.entity_from, entity).map_err(failed)?;
    }
    if spec.number_rows {
        let numbers: Vec<Option<String>> = (1..=table.n_rows()).map(|row| Some(row.to_string())).collect();
        table.add(entity, numbers).map_err(failed)?;
    }
    let keyed = |name: &str| spec.keys.as_ref().map(|keys| keys.iter().any(|key| key == name));
    let entity_column = spec.entity.clone().unwrap_or_else(|| entity.to_owned());
    let time_column = time.map(|time| spec.time.clone().unwrap_or_else(|| time.to_owned()));
    let wide = spec.reshape.as_ref().is_some_and(reshape::makes_time);
    let has_entity = keyed(entity).unwrap_or_else(|| table.has(&entity_column) || spec.entity.is_some());
    let has_time = time.is_some_and(|time| {
        keyed(time).unwrap_or_else(|| {
            wide || spec.time.is_some() || time_column.as_deref().is_some_and(|name| table.has(name))
        })
    });
    if !has_entity && !has_time {
        return Err(Error::stage(
            "data",
            format!(
                "source `{}` has neither key: no column `{entity_column}`{}; its columns are {}{}",
                spec.file,
                time_column.as_ref().map(|name| format!(" and no column `{name}`")).unwrap_or_default(),
                suggest::listing(table.names()),
                title_hint(&table)
            ),
        ));
    }
    if spec.reshape.is_none() {
        remarks.extend(wide_hint(&table));
    }
    let keys = reshape::Keys {
        entity: has_entity.then_some(entity_column.as_str()),
        time: has_time.then_some(()).and(time_column.as_deref()),
    };
    if let Some(how) = &spec.reshape {
        table = reshape::reshape(&table, how, keys).map_err(failed)?;
    }
    if let Some(how) = &spec.aggregate {
        table = reshape::aggregate(&table, how, keys)?;
    }
    if spec.lag != 0 {
        table = moved_on(&table, keys.time, spec.lag)?;
    }
    if let Some(columns) = &spec.columns {
        let kept: Vec<&str> =
            keys.entity.into_iter().chain(keys.time).chain(columns.iter().map(String::as_str)).collect();
        table = table.select(&kept).map_err(failed)?;
    }
    Ok(Source { entity: keys.entity.map(str::to_owned), time: keys.time.map(str::to_owned), table })
}

/// What to try where most columns have no name of their own.
fn title_hint(table: &RawTable) -> &'static str {
    let nameless = table.names().iter().filter(|name| name.starts_with("unnamed_")).count();
    if 2 * nameless > table.names().len() {
        "; most columns have no name: if a title stands above the header, set `skip_rows`"
    } else {
        ""
    }
}

/// A remark where many columns are one variable in one year each.
fn wide_hint(table: &RawTable) -> Option<Diagnostic> {
    /// Fewer may be anything.
    const LEAST: usize = 4;
    fn stem(name: &str) -> Option<&str> {
        let digits = name.strip_suffix('年').unwrap_or(name);
        let at = digits.len().checked_sub(4).filter(|&at| digits.is_char_boundary(at))?;
        let year: i32 = digits[at..].parse().ok()?;
        (1800..2200).contains(&year).then(|| digits[..at].trim_end_matches(['_', '-', '.', ' ']))
    }
    let wide: Vec<(&String, &str)> = table.names().iter().filter_map(|name| Some((name, stem(name)?))).collect();
    let (first, known_as) = *wide.first()?;
    if wide.len() < LEAST {
        return None;
    }
    Some(Diagnostic::note(
        "wide-columns",
        format!(
            "`{}`: `{first}` and {} more look like one column per year; `reshape = {{ kind = \"wide-to-long\", variables = {{ name = \"{known_as}\" }} }}` makes one row per year",
            table.file(),
            wide.len() - 1
        ),
    ))
}

/// The table with its time key moved on by `lag` whole periods.
fn moved_on(table: &RawTable, time: Option<&str>, lag: i64) -> Result<RawTable> {
    let failed = |message: String| Error::stage("data", format!("source `{}`, lag = {lag}: {message}", table.file()));
    let time = time.ok_or_else(|| failed("there is no time key to move".into()))?;
    let labels = table.key_text(time).map_err(|error| failed(error.to_string()))?;
    let moved: Vec<Option<String>> = (0..table.n_rows())
        .map(|row| match labels.get(row) {
            None => Ok(None),
            Some(label) => match label.parse::<i64>() {
                Ok(period) => Ok(Some((period + lag).to_string())),
                Err(_) => {
                    Err(failed(format!("column `{time}`, value `{label}`: expected a whole number, such as a year")))
                }
            },
        })
        .collect::<Result<_>>()?;
    let columns = table
        .names()
        .iter()
        .zip(table.columns())
        .map(|(name, column)| (name.clone(), if name == time { Column::from(moved.clone()) } else { column.clone() }))
        .collect();
    RawTable::new(table.file(), columns).map_err(|error| failed(error.to_string()))
}

/// The rows of a table for which an expression over its own columns holds.
fn filtered(table: RawTable, filter: &str) -> Result<RawTable> {
    let place = |error: panel_core::Error| {
        Error::stage("data", format!("source `{}`, filter `{filter}`: {error}", table.file()))
    };
    let expression = Expr::parse(filter).map_err(place)?;
    let mut builder =
        Panel::builder("row", "period").keys((0..table.n_rows()).map(|row| row.to_string()), vec!["0"; table.n_rows()]);
    for (name, column) in table.names().iter().zip(table.columns()) {
        builder = builder.column(name.clone(), column.clone());
    }
    let panel = builder.build().map_err(place)?;
    let keep = expression.eval_mask(&panel).map_err(place)?;
    if !keep.contains(&true) {
        return Err(Error::stage(
            "data",
            format!("source `{}`, filter `{filter}`: it keeps none of {} rows", table.file(), table.n_rows()),
        ));
    }
    Ok(table.take(&(0..keep.len()).filter(|&row| keep[row]).collect::<Vec<_>>()))
}
