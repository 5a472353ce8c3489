//! Wide tables (one column per period) to long ones (one row per period).

use super::table::{RawTable, number_labels};
use crate::column::{Column, TextColumn};
use crate::diagnostics::Diagnostic;
use crate::error::{Error, Result};
use crate::intern::Interner;
use crate::number::{half_width, trim};
use crate::numerals::Numerals;
use crate::suggest;
use crate::time_axis::{is_part_of_year, is_span_of_years};
use std::collections::BTreeSet;

/// Which columns of a wide table hold which variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideVariable {
    /// What stands before or behind the period in the column names (`gdp` in `gdp2013`, `gdp_2013Q1`, `2013年_gdp`); empty
    /// where the names are the periods themselves.
    pub stub: String,
    /// Name of the variable in the long table.
    pub name: String,
}

impl WideVariable {
    /// A variable of that stub and name.
    pub fn new(stub: impl Into<String>, name: impl Into<String>) -> Self {
        Self { stub: stub.into(), name: name.into() }
    }
}

/// Makes one row per row of `table` and period; `time` names the new column of periods.
///
/// Columns that belong to no variable are repeated. Rows in which every variable is missing are dropped, since a wide
/// table has cells for periods that were never observed.
///
/// # Errors
/// [`Error::Specification`] where a variable has no column, or a name is taken.
pub fn to_long(table: &RawTable, time: &str, variables: &[WideVariable]) -> Result<RawTable> {
    let mut taken = BTreeSet::new();
    let mut found: Vec<Vec<(usize, &str)>> = Vec::new();
    for variable in variables {
        let columns: Vec<(usize, &str)> = table
            .names
            .iter()
            .enumerate()
            .filter_map(|(i, name)| period(name, &variable.stub).map(|period| (i, period)))
            .collect();
        if columns.is_empty() {
            return Err(Error::Specification(not_found(table, &variable.stub)));
        }
        refuse_twins(table, variable, &columns)?;
        taken.extend(columns.iter().map(|(i, _)| *i));
        found.push(columns);
    }
    let periods: BTreeSet<&str> = found.iter().flatten().map(|(_, period)| *period).collect();
    let kept: Vec<usize> = (0..table.names.len()).filter(|i| !taken.contains(i)).collect();
    let names: Vec<&str> = kept
        .iter()
        .map(|&i| table.names[i].as_str())
        .chain([time])
        .chain(variables.iter().map(|variable| variable.name.as_str()))
        .collect();
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(Error::Specification(format!(
                "the long form of `{}` would have two columns called `{name}`",
                table.file
            )));
        }
    }
    // (row of the wide table, period), without those that hold nothing
    let cell =
        |variable: usize, period: &str| found[variable].iter().find(|(_, known)| *known == period).map(|(i, _)| *i);
    let mut keys: Vec<(usize, &str)> = Vec::new();
    for row in 0..table.n_rows() {
        for &period in &periods {
            let observed =
                (0..variables.len()).any(|v| cell(v, period).is_some_and(|i| !table.columns[i].is_missing(row)));
            if observed {
                keys.push((row, period));
            }
        }
    }
    let rows: Vec<usize> = keys.iter().map(|(row, _)| *row).collect();
    let mut long = table.take(&rows).select(&kept.iter().map(|&i| table.names[i].clone()).collect::<Vec<_>>())?;
    let labels: Vec<Option<&str>> = keys.iter().map(|(_, period)| Some(*period)).collect();
    let column = super::typed::typed(TextColumn::new(&labels), &Numerals::default(), false);
    long.push(time.to_owned(), column.column, String::new());
    let unread = |variable| unread(table, variable, &taken);
    long.diagnostics.extend(variables.iter().filter_map(unread));
    for (v, variable) in variables.iter().enumerate() {
        let place: std::collections::BTreeMap<&str, usize> = found[v].iter().map(|&(i, period)| (period, i)).collect();
        let missing: Vec<&str> = periods.iter().copied().filter(|period| !place.contains_key(period)).collect();
        if !missing.is_empty() {
            let message = format!("`{}` has no column for {}", variable.name, missing.join(", "));
            long.diagnostics.push(Diagnostic::note("wide-period-missing", message));
        }
        long.push(variable.name.clone(), stack(table, &keys, &place), String::new());
    }
    Ok(long)
}

/// Refuses two columns of one variable and period, such as `x2013` and `x_2013`.
fn refuse_twins(table: &RawTable, variable: &WideVariable, columns: &[(usize, &str)]) -> Result<()> {
    for (at, (second, period)) in columns.iter().enumerate() {
        if let Some((first, _)) = columns[..at].iter().find(|(_, known)| known == period) {
            return Err(Error::Specification(format!(
                "`{}` and `{}` of `{}` are both `{}` of {period}: rename one",
                table.names[*first], table.names[*second], table.file, variable.name
            )));
        }
    }
    Ok(())
}

/// A warning about columns that look like a further period of a variable and were not read as one.
fn unread(table: &RawTable, variable: &WideVariable, taken: &BTreeSet<usize>) -> Option<Diagnostic> {
    let columns = table.names.iter().enumerate();
    let unread = columns.filter(|(i, name)| !taken.contains(i) && looks_like_period(name, &variable.stub));
    let unread: Vec<String> = unread.map(|(_, name)| format!("`{name}`")).collect();
    let message = format!(
        "`{}`: {} may be `{}` in a further period, and was not read as one: write the period like the others (`rename`)",
        table.file,
        unread.join(", "),
        variable.name
    );
    (!unread.is_empty()).then(|| Diagnostic::warning("wide-period-unread", message))
}

/// What to say about a stub that no column has.
fn not_found(table: &RawTable, stub: &str) -> String {
    let (file, columns) = (&table.file, suggest::listing(&table.names));
    if let Some(why) = table.left_out.values().next() {
        return format!("no column of `{file}` belongs to `{stub}` and a period; {why}");
    }
    if stub.is_empty() {
        return format!(
            "no column of `{file}` is called by a year, quarter, month or date alone; its columns are {columns}"
        );
    }
    let hint = suggest::hint(suggest::nearest(&format!("{stub}2013"), table.names.iter().map(String::as_str)));
    let alone = match table.names.iter().find(|name| period(name, "").is_some()) {
        Some(name) => format!("; for columns that are only a period, such as `{name}`, write an empty text, `\"\"`"),
        None => String::new(),
    };
    format!(
        "no column of `{file}` is called `{stub}` followed by a year, quarter, month or date{hint}; its columns are {columns}{alone}"
    )
}

/// The period of a column of the variable `stub`, after or before an optional separator: four digits before an optional
/// 年, or a half-year, quarter, month or date as [`TimeAxis`](crate::TimeAxis) reads them.
pub(crate) fn period<'a>(name: &'a str, stub: &str) -> Option<&'a str> {
    const BETWEEN: [char; 4] = ['_', '-', '.', ' '];
    let read = |rest: &'a str| {
        let rest = within_brackets(rest);
        let digits = rest.strip_suffix('度').unwrap_or(rest);
        let digits = digits.strip_suffix('年').unwrap_or(digits);
        // The World Bank writes the year twice: 2013 [YR2013].
        let digits = digits
            .split_once(" [YR")
            .filter(|(year, again)| again.strip_suffix(']') == Some(year))
            .map_or(digits, |it| it.0);
        if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Some(digits);
        }
        (is_part_of_year(rest) || is_span_of_years(rest)).then_some(rest)
    };
    let before = name.strip_prefix(stub).and_then(|rest| read(rest.trim_start_matches(BETWEEN)));
    // As a banner of years above the names of variables reads.
    let behind = || name.strip_suffix(stub).filter(|_| !stub.is_empty());
    before.or_else(|| behind().and_then(|rest| read(rest.trim_end_matches(BETWEEN))))
}

/// Whether a name is nothing but a period, as where the columns of a wide table are called by their periods.
#[must_use]
pub fn is_period_alone(name: &str) -> bool {
    period(name, "").is_some()
}

/// What stands in the brackets that are all of a text, `(2013)`; else the text.
pub(crate) fn within_brackets(text: &str) -> &str {
    let inside = |(open, close): (char, char)| trim(text).strip_prefix(open)?.strip_suffix(close);
    [('(', ')'), ('（', '）'), ('[', ']')].into_iter().find_map(inside).map_or(text, trim)
}

/// Whether a name that is no column of the variable `stub` looks like one: the stub in another case, four digits that may be
/// a year, and a mark or a letter or two.
fn looks_like_period(name: &str, stub: &str) -> bool {
    let half = half_width(name);
    let (name, stub) = (trim(&half).to_lowercase(), stub.to_lowercase());
    let Some(rest) = name.strip_prefix(&stub).or_else(|| name.strip_suffix(&stub)) else { return false };
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let others = rest.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace() && !"_-.年".contains(*c)).count();
    digits.len() == 4 && digits.parse().is_ok_and(|year: u32| (1900..2100).contains(&year)) && others <= 2
}

/// The values of one variable, row by row of the long table.
fn stack(table: &RawTable, keys: &[(usize, &str)], place: &std::collections::BTreeMap<&str, usize>) -> Column {
    let all_numbers = place.values().all(|&i| matches!(table.columns[i], Column::Float(_)));
    if all_numbers {
        let value = |&(row, period): &(usize, &str)| match place.get(period).map(|&i| &table.columns[i]) {
            Some(Column::Float(values)) => values[row],
            _ => f64::NAN,
        };
        return Column::Float(keys.iter().map(value).collect());
    }
    // One year with a stray text makes the variable text, and its use as a number an error that names the cell.
    let texts: std::collections::BTreeMap<&str, TextColumn> = place
        .iter()
        .map(|(&period, &i)| {
            let text = match &table.columns[i] {
                Column::Text(text) => text.clone(),
                Column::Float(values) => table.written.get(&i).cloned().unwrap_or_else(|| number_labels(values)),
            };
            (period, text)
        })
        .collect();
    let mut stacked = Interner::default();
    for &(row, period) in keys {
        stacked.push(texts.get(period).and_then(|text| text.get(row)));
    }
    Column::Text(stacked.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{ReadOptions, read_bytes};

    #[test]
    fn one_column_per_year_becomes_one_row_per_year() {
        let text = "城市,GDP2013,GDP_2014年,so2 2014\n甲,1,2,7\n乙,3,,\n";
        let table = read_bytes("w.csv", text.as_bytes(), &ReadOptions::default()).expect("valid");
        let long = to_long(&table, "年份", &[WideVariable::new("GDP", "gdp"), WideVariable::new("so2", "so2")])
            .expect("valid");
        assert_eq!(long.names(), ["城市", "年份", "gdp", "so2"]);
        let panel = long.into_panel(Some("城市"), Some("年份")).expect("valid");
        assert_eq!(panel.n_rows(), 3);
        assert_eq!(panel.times().labels(), ["2013", "2014"]);
        let gdp = panel.float("gdp").expect("numbers");
        assert_eq!(gdp, [3.0, 1.0, 2.0]);
        assert!(panel.float("so2").expect("numbers")[1].is_nan());
    }

    #[test]
    fn periods_may_stand_in_brackets() {
        for name in ["y(2013)", "y (2013)", "y（2013年）", "y[2013]"] {
            assert_eq!(period(name, "y"), Some("2013"), "{name}");
        }
        assert_eq!(period("y (2013Q1)", "y"), Some("2013Q1"));
        assert_eq!((period("y (2013", "y"), period("y (2013) p", "y")), (None, None));
    }

    #[test]
    fn columns_may_be_months_or_quarters() {
        for (text, labels) in [
            ("c,gdp_2013Q1,gdp_2013Q2\na,1,2\n", ["2013Q1", "2013Q2"]),
            ("c,gdp2013-11,gdp2013-12\na,1,2\n", ["2013-11", "2013-12"]),
            ("c,gdp201312,gdp201401\na,1,2\n", ["201312", "201401"]),
            ("c,gdp2013年1月,gdp2013年2月\na,1,2\n", ["2013年1月", "2013年2月"]),
        ] {
            let table = read_bytes("w.csv", text.as_bytes(), &ReadOptions::default()).expect("valid");
            let long = to_long(&table, "t", &[WideVariable::new("gdp", "gdp")]).expect("valid");
            let panel = long.into_panel(Some("c"), Some("t")).expect("valid");
            assert_eq!(panel.times().labels(), labels);
            assert_eq!(panel.times().ordinals()[1] - panel.times().ordinals()[0], 1);
        }
    }

    #[test]
    fn a_period_that_is_not_read_is_said_and_a_period_twice_is_refused() {
        let long = |text: &str| {
            let table = read_bytes("w.csv", text.as_bytes(), &ReadOptions::default()).expect("valid");
            to_long(&table, "year", &[WideVariable::new("x", "x")])
        };
        for odd in ["x2018p", "x2018*", "X2018", "x2018年①", "x２０１８"] {
            let table = long(&format!("c,x2016,x2017,{odd}\na,1,2,3\n")).expect("long");
            let remark = table.diagnostics().iter().find(|remark| remark.code == "wide-period-unread");
            assert!(remark.is_some_and(|remark| remark.message.contains(odd)), "{odd}: {:?}", table.diagnostics());
        }
        let plain = long("c,x2016,x2017,xrate,xx20181,y2018\na,1,2,3,4,5\n").expect("long");
        assert!(plain.diagnostics().iter().all(|remark| remark.code != "wide-period-unread"));
        let twice = long("c,x2013,x_2013\na,1,2\n").unwrap_err().to_string();
        assert!(twice.contains("`x2013` and `x_2013` of `w.csv` are both `x` of 2013"), "{twice}");
        for (text, years) in [
            ("c,x2013年度,x2014年度\na,1,2\n", ["2013", "2014"]),
            ("c,x2013/14,x2014/15\na,1,2\n", ["2013/14", "2014/15"]),
        ] {
            let panel = long(text).expect("long").into_panel(Some("c"), Some("year")).expect("valid");
            assert_eq!(panel.times().labels(), years);
        }
    }

    #[test]
    fn a_stub_without_columns_is_named() {
        let table = read_bytes("w.csv", b"city,gdp2013\na,1\n", &ReadOptions::default()).expect("valid");
        let error = to_long(&table, "year", &[WideVariable::new("gpd", "gdp")]).unwrap_err().to_string();
        assert!(error.contains("did you mean `gdp2013`?; its columns are city, gdp2013"), "{error}");
        assert!(!error.contains("write an empty text"), "{error}");
    }

    #[test]
    fn columns_that_are_only_years_have_an_empty_stub() {
        let table = read_bytes("w.csv", b"state,1982,1983\na,1,2\n", &ReadOptions::default()).expect("valid");
        let error = to_long(&table, "year", &[WideVariable::new("Deaths", "deaths")]).unwrap_err().to_string();
        assert!(error.contains("its columns are state, 1982, 1983; for columns"), "{error}");
        assert!(error.contains("such as `1982`, write an empty text, `\"\"`"), "{error}");
        assert_eq!(to_long(&table, "year", &[WideVariable::new("", "deaths")]).expect("valid").n_rows(), 2);
        let table = read_bytes("w.csv", b"AL,2.1,2.3\na,1,2\n", &ReadOptions::default()).expect("valid");
        let error = to_long(&table, "year", &[WideVariable::new("", "deaths")]).unwrap_err().to_string();
        assert!(error.contains("called by a year, quarter, month or date alone; its columns are AL, 2.1"), "{error}");
    }
}
