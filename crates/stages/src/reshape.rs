//! Files that are not one row per key: categories in rows, periods in columns, months to be merged into years.
//!
//! A column that says the same in all rows of a key goes along; one that does not is left out, and a remark says so.

use panel_core::io::RawTable;
use panel_core::io::reshape::{WideVariable, to_long};
use panel_core::{Cell, Column, Diagnostic, Diagnostics, TextColumn, TimeAxis, suggest};
use std::collections::HashMap;
use study::{Aggregate, Error, Reshape, Result};

/// Key columns of a source.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// Entity column.
    pub entity: Option<&'a str>,
    /// Time column.
    pub time: Option<&'a str>,
}

impl<'a> Keys<'a> {
    /// The columns that are keys.
    #[must_use]
    pub fn named(&self) -> Vec<&'a str> {
        self.entity.into_iter().chain(self.time).collect()
    }
}

/// Whether a reshape makes the entity key.
#[must_use]
pub fn makes_entity(how: &Reshape) -> bool {
    matches!(how, Reshape::EntitiesAcross { .. })
}

/// Whether a reshape makes the time key.
#[must_use]
pub fn makes_time(how: &Reshape) -> bool {
    matches!(how, Reshape::WideToLong { .. })
}

/// Turns a table into one row per key, with remarks about what is lost.
///
/// # Errors
/// Unknown columns, a row without a key, a key and category that stand twice.
pub fn reshape(table: RawTable, how: &Reshape, keys: Keys<'_>) -> panel_core::Result<(RawTable, Diagnostics)> {
    match how {
        Reshape::WideToLong { prefixes, variables } => {
            let named = variables.iter().map(|(name, stub)| WideVariable::new(stub.clone(), name.clone()));
            let found: Vec<WideVariable> = prefixes
                .iter()
                .map(|prefix| WideVariable::new(prefix.clone(), prefix.trim_end_matches(['_', '-', '.', ' '])))
                .chain(named)
                .collect();
            if found.is_empty() || found.iter().any(|variable| variable.name.is_empty()) {
                return Err(panel_core::Error::Specification(format!(
                    "reshape of `{}`: expected `variables = {{ name = \"what stands before the year\" }}`, or prefixes",
                    table.file()
                )));
            }
            Ok((to_long(&table, keys.time.unwrap_or("time"), &found)?, Diagnostics::new()))
        }
        Reshape::EntitiesAcross { name, keep } => entities_across(&table, name, keep, keys),
        Reshape::LongToWide { name, value, prefix } => long_to_wide(&table, name, value, prefix, keys),
    }
}

/// A key column as coded text.
struct KeyColumn {
    name: String,
    text: TextColumn,
}

/// The key columns of a table; a row without one of them is an error.
fn key_columns(table: &RawTable, keys: Keys<'_>) -> panel_core::Result<Vec<KeyColumn>> {
    let read = |name: &str| Ok(KeyColumn { name: name.to_owned(), text: table.key_text(name)?.into_owned() });
    let columns = keys.entity.into_iter().chain(keys.time).map(read).collect::<panel_core::Result<Vec<_>>>()?;
    let without = |row: &usize| columns.iter().any(|column| column.text.get(*row).is_none());
    match (0..table.n_rows()).find(without) {
        Some(row) => {
            Err(panel_core::Error::MissingKey { cell: Box::new(cell(table, &columns, keys, row)), above: false })
        }
        None => Ok(columns),
    }
}

/// File, line and keys of a row, for messages.
fn cell(table: &RawTable, columns: &[KeyColumn], keys: Keys<'_>, row: usize) -> Cell {
    let label = |key: Option<&str>| {
        let column = columns.iter().find(|column| Some(column.name.as_str()) == key)?;
        column.text.get(row).map(str::to_owned)
    };
    Cell {
        file: Some(table.file().to_owned()),
        line: Some(table.line(row)),
        entity: label(keys.entity),
        time: label(keys.time),
        ..Cell::default()
    }
}

fn duplicate(
    table: &RawTable,
    columns: &[KeyColumn],
    keys: Keys<'_>,
    rows: [usize; 2],
    column: Option<&str>,
) -> panel_core::Error {
    let [first, second] = rows;
    let cell = Cell { line: None, column: column.map(str::to_owned), ..cell(table, columns, keys, first) };
    panel_core::Error::DuplicateKey {
        cell: Box::new(cell),
        first: table.line(first),
        second: table.line(second),
        differs: table.difference(rows, &keys.named()).map(str::to_owned),
    }
}

/// Rows that become one row, in order of first appearance.
#[derive(Default)]
struct Groups {
    known: HashMap<[u32; 2], usize>,
    rows: Vec<Vec<usize>>,
}

impl Groups {
    fn push(&mut self, key: [u32; 2], row: usize) -> usize {
        let place = *self.known.entry(key).or_insert(self.rows.len());
        if place == self.rows.len() {
            self.rows.push(Vec::new());
        }
        self.rows[place].push(row);
        place
    }

    /// The first row of each.
    fn first(&self) -> Vec<usize> {
        self.rows.iter().map(|rows| rows[0]).collect()
    }

    /// Whether a column has one value, or none, in all rows of every group.
    fn is_constant(&self, column: &Column) -> bool {
        self.rows.iter().all(|rows| rows.iter().all(|&row| column.same(row, rows[0])))
    }
}

/// The names of `columns` that are constant within groups, and a remark that names the others.
fn carried<'a>(
    table: &RawTable,
    groups: &Groups,
    columns: impl Iterator<Item = (&'a String, &'a Column)>,
    what: &str,
) -> (Vec<&'a str>, Option<Diagnostic>) {
    let (kept, lost): (Vec<_>, Vec<_>) = columns.partition(|(_, column)| groups.is_constant(column));
    let names = |columns: &[(&'a String, &Column)]| columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let remark = (!lost.is_empty()).then(|| {
        let lost = names(&lost);
        let listed = lost.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        Diagnostic::note(
            "column-left-out",
            format!("`{}`, {what}: {listed} left out, as their values differ", table.file()),
        )
    });
    (names(&kept), remark)
}

/// One row per entity and period from a table with one column per entity.
fn entities_across(
    table: &RawTable,
    name: &str,
    keep: &[String],
    keys: Keys<'_>,
) -> panel_core::Result<(RawTable, Diagnostics)> {
    let refused = |reason: &str| panel_core::Error::Specification(format!("reshape of `{}`: {reason}", table.file()));
    let (Some(entity), Some(time)) = (keys.entity, keys.time) else {
        return Err(refused("entities across the columns need a time key in the rows"));
    };
    let mut kept = vec![time];
    for column in keep {
        table.column(column)?;
        kept.push(column);
    }
    let across: Vec<(&String, &Column)> =
        table.names().iter().zip(table.columns()).filter(|(column, _)| !kept.contains(&column.as_str())).collect();
    if across.is_empty() {
        return Err(refused("no column is left for the entities"));
    }
    let mut remarks = Diagnostics::new();
    let (numbers, texts): (Vec<_>, Vec<_>) =
        across.into_iter().partition(|(_, column)| matches!(column, Column::Float(_)));
    if !texts.is_empty() {
        let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
        let message =
            format!("`{}`: columns of text are no entities and were left out: {}", table.file(), suggest::some(&names));
        remarks.push(Diagnostic::warning("column-left-out", message));
    }
    let n = table.n_rows();
    let rows: Vec<usize> = (0..numbers.len()).flat_map(|_| 0..n).collect();
    let labels: Vec<Option<&str>> = numbers.iter().flat_map(|(name, _)| vec![Some(name.as_str()); n]).collect();
    let mut values = Vec::with_capacity(rows.len());
    for (_, column) in &numbers {
        if let Column::Float(column) = column {
            values.extend_from_slice(column);
        }
    }
    // A table without gaps has cells for what was never observed.
    let present: Vec<usize> = (0..rows.len()).filter(|&row| !values[row].is_nan()).collect();
    let mut long = table.take(&rows).select(&kept)?;
    long.add(entity, Column::Text(TextColumn::new(&labels)))?;
    long.add(name, Column::from(values))?;
    Ok((long.take(&present), remarks))
}

fn long_to_wide(
    table: &RawTable,
    name: &str,
    value: &str,
    prefix: &str,
    keys: Keys<'_>,
) -> panel_core::Result<(RawTable, Diagnostics)> {
    /// No row of the table.
    const NONE: usize = usize::MAX;
    let key_columns = key_columns(table, keys)?;
    let categories = table.key_text(name)?.into_owned();
    let Column::Float(values) = table.column(value)? else {
        return Err(panel_core::Error::WrongType { column: value.to_owned(), expected: "numbers", got: "text" });
    };
    let width = categories.labels().len();
    let mut groups = Groups::default();
    let mut row_of: Vec<usize> = Vec::new();
    let mut nameless = 0;
    for row in 0..table.n_rows() {
        let code = categories.codes()[row];
        if code == TextColumn::MISSING {
            nameless += 1;
            continue;
        }
        let mut key = [0; 2];
        key.iter_mut().zip(&key_columns).for_each(|(code, column)| *code = column.text.codes()[row]);
        let group = groups.push(key, row);
        row_of.resize(groups.rows.len() * width, NONE);
        let place = &mut row_of[group * width + code as usize];
        if *place != NONE {
            return Err(duplicate(table, &key_columns, keys, [*place, row], categories.get(row)));
        }
        *place = row;
    }
    let is_key = |column: &str| key_columns.iter().any(|key| key.name == column);
    let others = table.names().iter().zip(table.columns());
    let others = others.filter(|(column, _)| !is_key(column) && *column != name && *column != value);
    let what = format!("reshape by `{name}`");
    let (kept, remark) = carried(table, &groups, others, &what);
    let mut remarks = Diagnostics::from_iter(remark);
    if nameless > 0 {
        let message = format!("`{}`, {what}: {nameless} rows without a `{name}` left out", table.file());
        remarks.push(Diagnostic::warning("category-missing", message));
    }
    let columns: Vec<&str> = key_columns.iter().map(|key| key.name.as_str()).chain(kept).collect();
    let mut wide = table.take(&groups.first()).select(&columns)?;
    for (code, category) in categories.labels().iter().enumerate() {
        let cells = (0..groups.rows.len()).map(|group| match row_of[group * width + code] {
            NONE => f64::NAN,
            row => values[row],
        });
        wide.add(format!("{prefix}{category}"), Column::Float(cells.collect()))?;
    }
    Ok((wide, remarks))
}

/// Values of a full year: those of the year with most, where leap years have a day more, and some years a week.
fn fullest(groups: &Groups) -> usize {
    match groups.rows.iter().map(Vec::len).max().unwrap_or(0) {
        366 => 365,
        53 => 52,
        most => most,
    }
}

/// Merges periods of a table with one row per key, with remarks about what is lost.
///
/// # Errors
/// An unknown unit or rule; time labels that are no dates; a row without a key, a key that stands twice.
pub fn aggregate(table: &RawTable, how: &Aggregate, keys: Keys<'_>) -> Result<(RawTable, Diagnostics)> {
    let failed = |message: String| Error::stage("data", format!("source `{}`, aggregate: {message}", table.file()));
    let core = |error: panel_core::Error| failed(error.to_string());
    if how.to != "year" {
        return Err(failed(format!("to = `{}`: expected `year`", how.to)));
    }
    let rule: fn(&[f64]) -> f64 = match how.with.as_str() {
        "mean" => |values| values.iter().sum::<f64>() / values.len() as f64,
        "sum" => |values| values.iter().sum(),
        "last" => |values| values[values.len() - 1],
        other => return Err(failed(format!("with = `{other}`: expected `mean`, `sum` or `last`"))),
    };
    let time = keys.time.ok_or_else(|| failed("there is no time key".into()))?;
    let key_columns = key_columns(table, keys).map_err(core)?;
    // The time column is the last of the keys, the entity column the one before it.
    let [entities @ .., times] = key_columns.as_slice() else { return Err(failed("there is no time key".into())) };
    let mut groups = Groups::default();
    for row in 0..table.n_rows() {
        let full = times.text.get(row).unwrap_or_default();
        let digits = full.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()));
        let year = digits.and_then(|year| year.parse::<u32>().ok()).ok_or_else(|| {
            failed(format!("column `{time}`, value `{full}`: expected a date that begins with the year"))
        })?;
        groups.push([entities.first().map_or(0, |entity| entity.text.codes()[row]), year], row);
    }
    let full = |row: usize| times.text.get(row).unwrap_or_default();
    // By the calendar, which the order of texts is not: `2013m9`, `2013m10`.
    let axis = TimeAxis::new(times.text.labels()).map_err(core)?;
    if how.with == "last" {
        axis.ordered(time).map_err(core)?;
    }
    let places: HashMap<&str, usize> = axis.labels().iter().enumerate().map(|(k, label)| (label.as_str(), k)).collect();
    for rows in &mut groups.rows {
        rows.sort_by_key(|&row| places.get(full(row)));
        if let Some(pair) = rows.windows(2).find(|pair| full(pair[0]) == full(pair[1])) {
            return Err(core(duplicate(table, &key_columns, keys, [pair[0], pair[1]], None)));
        }
    }
    let at_least = how.at_least.unwrap_or_else(|| fullest(&groups));
    let is_key = |column: &str| key_columns.iter().any(|key| key.name == column);
    let others = || table.names().iter().zip(table.columns()).filter(|(column, _)| !is_key(column));
    let texts = others().filter(|(_, column)| matches!(column, Column::Text(_)));
    let (kept, remark) = carried(table, &groups, texts, "aggregate");
    let mut remarks = Diagnostics::from_iter(remark);
    let columns: Vec<&str> = entities.iter().map(|key| key.name.as_str()).chain(kept).collect();
    let first = groups.first();
    let mut merged = table.take(&first).select(&columns).map_err(core)?;
    let years: Vec<Option<&str>> = first.iter().map(|&row| full(row).get(..4)).collect();
    merged.add(time, Column::Text(TextColumn::new(&years))).map_err(core)?;
    let mut short: Vec<String> = Vec::new();
    for (name, column) in others() {
        let Column::Float(values) = column else { continue };
        let mut too_few = 0;
        let mut cells = Vec::with_capacity(groups.rows.len());
        for rows in &groups.rows {
            let present: Vec<f64> = rows.iter().map(|&row| values[row]).filter(|value| !value.is_nan()).collect();
            let enough = present.len() >= at_least;
            too_few += usize::from(!present.is_empty() && !enough);
            cells.push(if present.is_empty() || !enough { f64::NAN } else { rule(&present) });
        }
        if too_few > 0 {
            short.push(format!("`{name}` {too_few}"));
        }
        merged.add(name.clone(), Column::from(cells)).map_err(core)?;
    }
    if !short.is_empty() {
        let message = format!(
            "`{}`, aggregate: a year with fewer than {at_least} values (`at_least`) stays missing; of {} years these are {}",
            table.file(),
            groups.rows.len(),
            short.join(", ")
        );
        remarks.push(Diagnostic::warning("aggregate-short", message));
    }
    let order: Vec<&String> = table.names().iter().filter(|name| merged.has(name)).collect();
    Ok((merged.clone().select(&order).map_err(core)?, remarks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::io::{ReadOptions, read_bytes};

    const KEYS: Keys<'_> = Keys { entity: Some("city"), time: Some("year") };

    fn table(text: &str) -> RawTable {
        read_bytes("p.csv", text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    fn wide(text: &str) -> panel_core::Result<(RawTable, Diagnostics)> {
        let how = Reshape::LongToWide { name: "good".into(), value: "price".into(), prefix: "p_".into() };
        reshape(table(text), &how, KEYS)
    }

    fn yearly(text: &str, at_least: Option<usize>) -> Result<(RawTable, Diagnostics)> {
        let how = Aggregate { to: "year".into(), with: "mean".into(), at_least };
        aggregate(&table(text), &how, KEYS)
    }

    #[test]
    fn categories_become_columns_and_what_is_constant_goes_along() {
        let (wide, remarks) = wide(
            "city,year,good,price,code,note\n007,2013,rice,1,012,a\n007,2013,oil,2,012,b\n8,2013,oil,3,13,c\n8,2013,,9,13,c\n",
        )
        .unwrap();
        assert_eq!(wide.names(), ["city", "year", "code", "p_oil", "p_rice"]);
        assert_eq!(wide.key_text("city").unwrap().get(0), Some("007"), "keys stay as written");
        assert_eq!(wide.key_text("code").unwrap().get(0), Some("012"));
        assert_eq!(wide.column("p_oil").unwrap(), &Column::from(vec![2.0, 3.0]));
        assert!(wide.column("p_rice").unwrap().is_missing(1));
        assert_eq!(wide.line(1), 4, "lines stay those of the file");
        let messages: Vec<&str> = remarks.iter().map(|remark| remark.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "`p.csv`, reshape by `good`: `note` left out, as their values differ",
                "`p.csv`, reshape by `good`: 1 rows without a `good` left out"
            ]
        );
    }

    #[test]
    fn columns_of_entities_become_rows() {
        let how = Reshape::EntitiesAcross { name: "gdp".into(), keep: vec!["rate".into()] };
        let (long, remarks) = reshape(table("year,甲,乙,rate,note\n2013,1,2,7,a\n2014,3,,8,b\n"), &how, KEYS).unwrap();
        assert_eq!(long.names(), ["year", "rate", "city", "gdp"]);
        assert_eq!(long.column("gdp").unwrap(), &Column::from(vec![1.0, 3.0, 2.0]));
        assert_eq!(long.key_text("city").unwrap().get(2), Some("乙"));
        assert_eq!(long.column("rate").unwrap(), &Column::from(vec![7.0, 8.0, 7.0]));
        assert!(remarks[0].message.contains("note"), "{remarks:?}");
    }

    #[test]
    fn a_category_twice_and_a_row_without_key_are_named_by_their_lines() {
        let twice = wide("city,year,good,price\na,2013,oil,1\na,2013,oil,2\n").unwrap_err().to_string();
        assert!(twice.contains("lines 2 and 3") && twice.contains("oil"), "{twice}");
        let without = wide("city,year,good,price\na,2013,oil,1\n,2013,oil,2\n").unwrap_err().to_string();
        assert!(without.contains("line `3`"), "{without}");
    }

    #[test]
    fn months_become_years_and_short_years_are_counted() {
        let text = "city,year,x,region,note\na,2013-01,1,N,u\na,2013-02,3,N,v\nb,2013-01,5,S,w\nb,2014-01,7,S,w\nb,2014-02,,S,w\n";
        let (years, remarks) = yearly(text, None).unwrap();
        assert_eq!(years.names(), ["city", "year", "x", "region"]);
        let Column::Float(x) = years.column("x").unwrap() else { panic!("numbers") };
        assert!(x[0] == 2.0 && x[1].is_nan() && x[2].is_nan(), "{x:?}");
        assert_eq!(years.key_text("year").unwrap().get(2), Some("2014"));
        let messages: Vec<&str> = remarks.iter().map(|remark| remark.message.as_str()).collect();
        assert!(messages[0].contains("`note` left out"), "{messages:?}");
        assert!(
            messages[1].contains("fewer than 2 values") && messages[1].contains("of 3 years these are `x` 2"),
            "{messages:?}"
        );
        let (years, remarks) = yearly(text, Some(1)).unwrap();
        assert_eq!(years.column("x").unwrap(), &Column::from(vec![2.0, 5.0, 7.0]));
        assert_eq!(remarks.len(), 1);
    }

    #[test]
    fn the_last_month_is_that_of_the_calendar() {
        let last = |months: [&str; 3]| {
            let rows: String = months.iter().enumerate().map(|(k, month)| format!("a,{month},{k}\n")).collect();
            let how = Aggregate { to: "year".into(), with: "last".into(), at_least: None };
            aggregate(&table(&format!("city,year,x\n{rows}")), &how, KEYS)
                .map(|(years, _)| years.column("x").unwrap().clone())
        };
        for months in
            [["2013m2", "2013m9", "2013m10"], ["2013/2", "2013/9", "2013/10"], ["2013年2月", "2013年9月", "2013年10月"]]
        {
            assert_eq!(last(months).unwrap(), Column::from(vec![2.0]), "{months:?}");
        }
        let refused = last(["2013 a", "2013 b", "2013 c"]).unwrap_err().to_string();
        assert!(refused.contains("has no calendar"), "{refused}");
    }

    #[test]
    fn a_leap_year_does_not_make_the_others_short() {
        let mut text = "city,year,x\n".to_owned();
        for year in [2011, 2012] {
            for (month, days) in
                (1..).zip([31, if year == 2012 { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
            {
                (1..=days).for_each(|day| text += &format!("a,{year}-{month:02}-{day:02},1\n"));
            }
        }
        let (years, remarks) = yearly(&text, None).unwrap();
        assert_eq!((years.column("x").unwrap(), remarks.len()), (&Column::from(vec![1.0, 1.0]), 0));
    }

    #[test]
    fn a_month_twice_is_an_error_and_no_longer_year() {
        let error = yearly("city,year,x\na,2013-01,1\na,2013-02,3\na,2013-01,5\n", None).unwrap_err().to_string();
        assert!(error.contains("lines 2 and 4") && error.contains("2013-01"), "{error}");
    }
}
