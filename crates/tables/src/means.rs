//! Means of variables by period and by group, with a row for all.

use super::{closing, descriptives};
use panel_core::{Diagnostic, Panel};
use report::numfmt::Format;
use report::table::{Cell, Row, RowGroup, Rule, Spanner};
use report::{Lang, Table, Text};
use stages::compute::Computed;
use study::indices::as_codes;
use study::{Error, Label, Mean, Result, Study, TableSpec};

/// Rows of a panel that belong to one label of a key or a column.
struct Groups {
    /// Heading of the labels.
    heading: Text,
    /// Each label that has rows, with them.
    members: Vec<(String, Vec<usize>)>,
    /// Rows without a label.
    unknown: usize,
}

/// A column of the table: the variable, and the rows that it is about.
struct Shown<'a> {
    values: &'a [f64],
    mean: Mean,
    /// Whether a row enters.
    enters: Vec<bool>,
}

/// The table: groups in rows, variables in columns.
///
/// The arithmetic mean is $\sum v/n$, the geometric one $\exp(\sum \ln v/n)$, both over the rows with a value.
///
/// # Errors
/// Unknown columns, or columns that hold text; a sample without rows.
pub fn table(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    diagnostics: &mut Vec<(String, Diagnostic)>,
) -> Result<Table> {
    let stage = format!("tables/{}", spec.id);
    let panel = descriptives::part(spec, &computed.panel, diagnostics)?;
    let by = spec.by.iter().map(|name| groups(&panel, study, name, &stage)).collect::<Result<Vec<_>>>()?;
    let across = spec.across.as_ref().map(|name| groups(&panel, study, name, &stage)).transpose()?;
    let means: Vec<Mean> = spec.variables.iter().map(|name| mean_of(name, spec, study)).collect();
    let shown = columns(spec, &panel, &means, across.as_ref(), &stage)?;
    let (spanners, header) = head(spec, study, across.as_ref());
    let stub = if by.len() == 1 { by[0].heading.clone() } else { Text::new("分组", "Group") };
    let mut table = Table::new(&spec.id, spec.title_text(), stub, header);
    (table.number, table.spanners) = (spec.number_text(), spanners);
    let format = spec.digits(study);
    let all: Vec<usize> = (0..panel.n_rows()).collect();
    let cells = |rows: &[usize]| shown.iter().map(|column| column.cell(rows, format)).collect::<Vec<Cell>>();
    for groups in &by {
        let rows =
            groups.members.iter().map(|(label, rows)| Row::new(Text::same(label), cells(rows))).collect::<Vec<_>>();
        table.groups.push(match by.len() {
            1 => RowGroup::new(rows),
            _ => RowGroup::labelled(groups.heading.clone(), rows),
        });
    }
    let counts = shown.iter().map(|column| Cell::count(column.present(&all).count())).collect();
    let total = vec![Row::new(("全部", "All"), cells(&all)), Row::new(("观测数", "Observations"), counts)];
    table.groups.push(RowGroup { rule_above: Rule::Light, ..RowGroup::new(total) });
    table.push_note(which(spec, study, &means));
    for (name, groups) in spec.by.iter().chain(&spec.across).zip(by.iter().chain(&across)) {
        if groups.unknown > 0 {
            let n = groups.unknown;
            table.push_note(Text::new(
                format!("{n} 行没有 {name}，只计入“全部”。"),
                format!("{n} rows have no {name}; they enter the row (or column) of all alone."),
            ));
        }
    }
    table.thousands = spec.thousands(study);
    table.notes.extend(spec.notes.iter().map(Label::text));
    closing::close(&mut table, study);
    Ok(table)
}

/// The mean that a variable has: what the table says of it, what it says of all, else the geometric one of a productivity
/// index that is a ratio and of its parts, the arithmetic one of everything else.
fn mean_of(name: &str, spec: &TableSpec, study: &Study) -> Mean {
    let chained = || study.indices.iter().iter().any(|index| index.ratios().contains(&name));
    let usual = || if chained() { Mean::Geometric } else { Mean::Arithmetic };
    spec.mean_of.get(name).copied().or(spec.mean).unwrap_or_else(usual)
}

/// The rows of each label of the time key, the entity key or a column.
fn groups(panel: &Panel, study: &Study, name: &str, stage: &str) -> Result<Groups> {
    let (codes, labels) = if study.study.time.as_deref() == Some(name) {
        (panel.time_of_row().to_vec(), panel.times().labels().to_vec())
    } else if name == study.study.entity {
        (panel.entity_of_row().to_vec(), panel.entities().to_vec())
    } else {
        as_codes(panel.column(name).map_err(|error| Error::stage(stage, error))?)
    };
    let mut members: Vec<(String, Vec<usize>)> = labels.into_iter().map(|label| (label, Vec::new())).collect();
    let mut unknown = 0;
    for (row, &code) in codes.iter().enumerate() {
        match members.get_mut(code as usize) {
            Some((_, rows)) => rows.push(row),
            None => unknown += 1,
        }
    }
    members.retain(|(_, rows)| !rows.is_empty());
    Ok(Groups { heading: study.labels().get(name), members, unknown })
}

/// The columns: each variable, and with `across` each of its groups and all of them.
fn columns<'a>(
    spec: &TableSpec,
    panel: &'a Panel,
    means: &[Mean],
    across: Option<&Groups>,
    stage: &str,
) -> Result<Vec<Shown<'a>>> {
    let mut shown = Vec::new();
    for (name, &mean) in spec.variables.iter().zip(means) {
        let values = panel.float(name).map_err(|error| Error::stage(stage, error))?;
        for (_, rows) in across.iter().flat_map(|groups| &groups.members) {
            let mut enters = vec![false; panel.n_rows()];
            rows.iter().for_each(|&row| enters[row] = true);
            shown.push(Shown { values, mean, enters });
        }
        shown.push(Shown { values, mean, enters: vec![true; panel.n_rows()] });
    }
    Ok(shown)
}

/// Labels over and of the columns.
fn head(spec: &TableSpec, study: &Study, across: Option<&Groups>) -> (Vec<Spanner>, Vec<Text>) {
    let labels = study.labels();
    let names: Vec<Text> = spec.variables.iter().map(|name| labels.get(name)).collect();
    let Some(across) = across else { return (Vec::new(), names) };
    let of_groups = || across.members.iter().map(|(label, _)| Text::same(label)).chain([("全部", "All").into()]);
    let width = across.members.len() + 1;
    let spanner = |(place, label)| Spanner { label, first: place * width, last: (place + 1) * width - 1 };
    let header = names.iter().flat_map(|_| of_groups()).collect();
    (names.into_iter().enumerate().map(spanner).collect(), header)
}

impl Shown<'_> {
    /// The values of some rows that are there and belong to the column.
    fn present<'a>(&'a self, rows: &'a [usize]) -> impl Iterator<Item = f64> + 'a {
        rows.iter().filter(|&&row| self.enters[row]).map(|&row| self.values[row]).filter(|value| !value.is_nan())
    }

    fn cell(&self, rows: &[usize], format: Format) -> Cell {
        let n = self.present(rows).count();
        if n == 0 {
            return Cell::missing(("没有观测", "no value"));
        }
        let n = n as f64;
        match self.mean {
            Mean::Arithmetic => Cell::number(self.present(rows).sum::<f64>() / n, format),
            Mean::Geometric if self.present(rows).any(|value| value <= 0.0) => {
                Cell::missing(("几何平均要求正数", "a geometric mean needs positive numbers"))
            }
            Mean::Geometric => Cell::number((self.present(rows).map(f64::ln).sum::<f64>() / n).exp(), format),
        }
    }
}

/// Which mean which variable has, in words.
fn which(spec: &TableSpec, study: &Study, means: &[Mean]) -> Text {
    let labels = study.labels();
    Text::build(|lang| {
        let names_with = |mean: Mean| -> Vec<String> {
            let named = spec.variables.iter().zip(means).filter(|(_, own)| **own == mean);
            named.map(|(name, _)| labels.get(name).get(lang).to_owned()).collect()
        };
        let (geometric, arithmetic) = (names_with(Mean::Geometric), names_with(Mean::Arithmetic));
        match (lang, geometric.is_empty(), arithmetic.is_empty()) {
            (Lang::Zh, false, false) => {
                format!("几何平均：{}；算术平均：{}。", geometric.join("、"), arithmetic.join("、"))
            }
            (Lang::Zh, false, true) => "几何平均。".to_owned(),
            (Lang::Zh, ..) => "算术平均。".to_owned(),
            (Lang::En, false, false) => {
                format!("Geometric means: {}; arithmetic means: {}.", geometric.join(", "), arithmetic.join(", "))
            }
            (Lang::En, false, true) => "Geometric means.".to_owned(),
            (Lang::En, ..) => "Arithmetic means.".to_owned(),
        }
    })
}
