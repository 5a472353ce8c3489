//! Columns to table.

use super::{Below, CoefLabel, FitRow, Flag, ModelColumn, RegressionSpec, Term, notes};
use crate::numfmt::Format;
use crate::table::{Cell, Row, RowGroup, RowKind, Wrap};
use crate::{Error, Result, Table, Text};

/// A regression table: coefficients with stars and what stands below them, yes/no rows, statistics, generated notes.
///
/// **Missing values**: a coefficient that a column does not have is an empty cell; a standard error, t, p or interval
/// that its record does not give is a dash with its reason in the notes.
///
/// # Errors
/// [`Error::UnknownName`] when the selection names a coefficient or a statistic that no column has;
/// [`Error::Specification`] when one is asked for twice or a column has a coefficient twice; [`Error::Shape`] without
/// columns.
///
/// Stars depend on the p-value alone: showing t or intervals below the coefficients never changes them.
pub fn regression_table(columns: &[ModelColumn], spec: &RegressionSpec) -> Result<Table> {
    spec.validate()?;
    if columns.is_empty() {
        return Err(Error::Shape { what: format!("table `{}`, columns", spec.id), expected: 1, got: 0 });
    }
    check_terms(columns, spec)?;
    let coefs = selection(columns, spec)?;
    let fit = fit_rows(columns, spec)?;

    let coef_group = RowGroup::new(coefficient_rows(columns, &coefs, spec));
    let mut rest = RowGroup::new(flag_rows(columns, |column| &column.flags));
    rest.rows.extend(flag_rows(columns, |column| &column.fixed_effects));
    if spec.std_error_rows {
        rest.rows.extend(notes::std_error_rows(columns));
    }
    rest.rows.extend(fit.iter().map(|row| fit_row(columns, row, spec)));
    rest.rule_above = spec.rule_below_coefs;

    let mut table = Table::new(&spec.id, spec.title.clone(), ("变量", "Variable"), Vec::new());
    table.number = spec.number.clone();
    table.align = vec![crate::table::Align::Number; columns.len()];
    table.header = header(columns, spec);
    table.spanners.clone_from(&spec.spanners);
    table.groups = vec![coef_group, rest];
    table.notes = notes::notes(columns, spec);
    table.validate()?;
    Ok(table)
}

/// Coefficients, each with what stands below it.
pub(super) fn coefficient_rows(columns: &[ModelColumn], coefs: &[CoefLabel], spec: &RegressionSpec) -> Vec<Row> {
    let mut rows = Vec::with_capacity(2 * coefs.len());
    for coef in coefs {
        let label = coef.label.clone().unwrap_or_else(|| spec.labels.get(&coef.name));
        let terms: Vec<Option<&Term>> =
            columns.iter().map(|column| column.terms.iter().find(|term| term.name == coef.name)).collect();
        let omitted = |column: &ModelColumn| column.omitted.contains(&coef.name);
        let cells = terms.iter().zip(columns).map(|(term, column)| match term {
            None if omitted(column) => Cell::text(("（共线，略去）", "(omitted)")),
            term => estimate(*term, column, spec),
        });
        let cells = cells.collect();
        rows.push(Row::new(label, cells));
        // A regressor that every column leaves out has nothing below.
        let left_out = terms.iter().all(Option::is_none) && columns.iter().any(omitted);
        if spec.below != Below::Nothing && !left_out {
            let cells = terms.iter().map(|term| below(*term, spec)).collect();
            rows.push(Row::new("", cells).kind(RowKind::Below));
        }
    }
    rows
}

pub(super) fn check_terms(columns: &[ModelColumn], spec: &RegressionSpec) -> Result<()> {
    for (i, column) in columns.iter().enumerate() {
        for (k, term) in column.terms.iter().enumerate() {
            if column.terms[..k].iter().any(|other| other.name == term.name) {
                return Err(Error::Specification(format!(
                    "table `{}`, column {}: coefficient `{}` stands twice",
                    spec.id,
                    i + 1,
                    term.name
                )));
            }
        }
    }
    Ok(())
}

/// The coefficients to show, in order.
pub(super) fn selection(columns: &[ModelColumn], spec: &RegressionSpec) -> Result<Vec<CoefLabel>> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        for name in column.terms.iter().map(|term| &term.name).chain(&column.omitted) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    for coef in &spec.coef_map {
        if !names.contains(&coef.name) {
            return Err(Error::unknown("coefficient", &coef.name, &names));
        }
    }
    let mut selected = spec.coef_map.clone();
    if selected.is_empty() || spec.append_rest {
        let rest = names.into_iter().filter(|name| !spec.coef_map.iter().any(|coef| coef.name == *name));
        selected.extend(rest.map(|name| CoefLabel { name, label: None }));
    }
    Ok(selected)
}

/// The statistics to show, in order.
pub(super) fn fit_rows(columns: &[ModelColumn], spec: &RegressionSpec) -> Result<Vec<FitRow>> {
    let mut keys = vec!["n".to_owned()];
    for stat in columns.iter().flat_map(|column| &column.fit) {
        if !keys.contains(&stat.key) {
            keys.push(stat.key.clone());
        }
    }
    if spec.fit.is_empty() {
        let stated = |key: &&String| *key != "n" || columns.iter().any(|column| column.n.is_some());
        return Ok(keys.iter().filter(stated).map(|key| FitRow::usual(key)).collect());
    }
    match spec.fit.iter().find(|row| !keys.contains(&row.key)) {
        Some(row) => Err(Error::unknown("statistic", &row.key, &keys)),
        None => Ok(spec.fit.clone()),
    }
}

fn estimate(term: Option<&Term>, column: &ModelColumn, spec: &RegressionSpec) -> Cell {
    let Some(term) = term else {
        return if column.reason.is_empty() { Cell::empty() } else { Cell::missing(column.reason.clone()) };
    };
    Cell::number(term.estimate, spec.digits).with_stars(term.p.map_or(0, |p| spec.stars.count(p)))
}

fn below(term: Option<&Term>, spec: &RegressionSpec) -> Cell {
    let Some(term) = term else { return Cell::empty() };
    let because = |usual: (&str, &str)| if term.reason.is_empty() { Text::from(usual) } else { term.reason.clone() };
    let number = |value, usual: (&str, &str)| Cell::optional(value, spec.digits, because(usual));
    match spec.below {
        Below::StdError => number(term.se, ("未给出标准误", "no standard error given")).wrapped(Wrap::Parens),
        Below::T => number(term.t, ("未给出 t 值", "no t statistic given")).wrapped(Wrap::Parens),
        Below::P => match term.p {
            Some(p) => Cell::p_value(p).wrapped(Wrap::Brackets),
            None => Cell::missing(because(("未给出 p 值", "no p-value given"))),
        },
        Below::Interval => match (term.ci_low, term.ci_high) {
            (Some(low), Some(high)) => Cell::interval(low, high, spec.digits).wrapped(Wrap::Brackets),
            _ => Cell::missing(because(("未给出置信区间", "no confidence interval given"))),
        },
        Below::Nothing => Cell::empty(),
    }
}

/// Yes/no rows: the union over columns, in order of first appearance; a column that does not mention one says no.
pub(super) fn flag_rows(columns: &[ModelColumn], flags: impl Fn(&ModelColumn) -> &Vec<Flag>) -> Vec<Row> {
    let mut labels: Vec<&Text> = Vec::new();
    for flag in columns.iter().flat_map(&flags) {
        if !labels.contains(&&flag.label) {
            labels.push(&flag.label);
        }
    }
    let yes = |column: &ModelColumn, label: &Text| flags(column).iter().any(|flag| flag.label == *label && flag.yes);
    labels
        .iter()
        .map(|label| {
            Row::new((*label).clone(), columns.iter().map(|column| Cell::yes_no(yes(column, label))).collect())
        })
        .collect()
}

pub(super) fn fit_row(columns: &[ModelColumn], row: &FitRow, spec: &RegressionSpec) -> Row {
    let label = row.label.clone().unwrap_or_else(|| spec.labels.statistic(&row.key));
    let cells = columns.iter().map(|column| {
        if row.key == "n" {
            let format = if row.format == Format::Full { Format::Integer } else { row.format };
            let reason = match column.reason.is_empty() {
                true => Text::new("未给出观测数", "no number of observations given"),
                false => column.reason.clone(),
            };
            return Cell::optional(column.n.map(|n| n as f64), format, reason);
        }
        match column.fit.iter().find(|stat| stat.key == row.key) {
            None => Cell::empty(),
            Some(stat) => Cell::optional(stat.value, row.format, stat.reason.clone())
                .with_stars(stat.p.map_or(0, |p| spec.stars.count(p))),
        }
    });
    Row::new(label, cells.collect())
}

pub(super) fn header(columns: &[ModelColumn], spec: &RegressionSpec) -> Vec<Vec<Text>> {
    let mut header = Vec::with_capacity(3);
    if spec.numbered || columns.iter().any(|column| !column.id.is_empty()) {
        let number = |(i, column): (usize, &ModelColumn)| {
            if column.id.is_empty() { Text::same(format!("({})", i + 1)) } else { Text::same(&column.id) }
        };
        header.push(columns.iter().enumerate().map(number).collect());
    }
    for row in [|column: &ModelColumn| column.heading.clone(), |column: &ModelColumn| column.dependent.clone()] {
        let labels: Vec<Text> = columns.iter().map(row).collect();
        // A row that repeats the one above it (numbers given as headings, too) says nothing.
        if labels.iter().any(|label| !label.is_empty()) && header.last() != Some(&labels) {
            header.push(labels);
        }
    }
    if header.is_empty() {
        header.push(vec![Text::default(); columns.len()]);
    }
    header
}
