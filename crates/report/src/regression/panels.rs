//! Several sets of columns stacked under one head: panel A, panel B.

use super::build::{check_terms, coefficient_rows, fit_row, fit_rows, flag_rows, header, selection};
use super::{ModelColumn, RegressionSpec, notes};
use crate::table::{Align, Cell, Row, RowGroup, Rule};
use crate::{Error, Result, Table, Text};

/// What a column says of itself.
type WordsOf = fn(&ModelColumn) -> &Text;

/// A regression table whose columns stand in panels, each under its label; the head is that of all panels.
///
/// Rows that are the same in every panel (controls, fixed effects, standard errors) stand once, below the last. A dependent
/// variable that is not the same in every panel, or a label of a column, has a row in each.
///
/// # Errors
/// [`Error::Shape`] for panels of different widths or without columns; else as
/// [`regression_table`](super::regression_table).
pub fn panel_table(panels: &[(Text, Vec<ModelColumn>)], spec: &RegressionSpec) -> Result<Table> {
    spec.validate()?;
    let width = panels.first().map_or(0, |(_, columns)| columns.len());
    if width == 0 {
        return Err(Error::Shape { what: format!("table `{}`, columns of a panel", spec.id), expected: 1, got: 0 });
    }
    for (title, columns) in panels {
        if columns.len() != width {
            let what = format!("table `{}`, panel `{}`, columns", spec.id, title.get(crate::Lang::En));
            return Err(Error::Shape { what, expected: width, got: columns.len() });
        }
        check_terms(columns, spec)?;
    }
    let all: Vec<ModelColumn> = panels.iter().flat_map(|(_, columns)| columns.iter().cloned()).collect();
    let (coefs, fit) = (selection(&all, spec)?, fit_rows(&all, spec)?);
    let head = head(panels, width);
    let choices: Vec<Vec<Row>> = panels.iter().map(|(_, columns)| choices(columns, spec)).collect();
    let shared: Vec<Row> =
        choices[0].iter().filter(|row| choices.iter().all(|rows| rows.contains(row))).cloned().collect();

    let mut table = Table::new(&spec.id, spec.title.clone(), ("变量", "Variable"), Vec::new());
    for (place, ((title, columns), choices)) in panels.iter().zip(choices).enumerate() {
        let there = |name: &str| {
            columns.iter().any(|column| {
                column.terms.iter().any(|term| term.name == name) || column.omitted.iter().any(|other| other == name)
            })
        };
        let has_reason = columns.iter().any(|column| !column.reason.is_empty());
        let coefs: Vec<_> = coefs.iter().filter(|coef| has_reason || there(&coef.name)).cloned().collect();
        let mut group = RowGroup::labelled(title.clone(), coefficient_rows(columns, &coefs, spec));
        let own: [(WordsOf, (&str, &str)); 2] = [
            (|column| &column.heading, ("列", "Column")),
            (|column| &column.dependent, ("被解释变量", "Dependent variable")),
        ];
        let own = own.into_iter().filter_map(|(label, stub)| {
            let labels: Vec<&Text> = columns.iter().map(label).collect();
            // What the head does not say.
            let in_head =
                labels.iter().all(|label| label.is_empty()) || labels.iter().copied().eq(head.iter().map(label));
            (!in_head).then(|| Row::new(stub, labels.into_iter().map(|label| Cell::text(label.clone())).collect()))
        });
        group.rows.splice(0..0, own);
        group.rows.extend(choices.into_iter().filter(|row| !shared.contains(row)));
        let known =
            |key: &str| key == "n" || columns.iter().any(|column| column.fit.iter().any(|stat| stat.key == key));
        group.rows.extend(fit.iter().filter(|row| known(&row.key)).map(|row| fit_row(columns, row, spec)));
        group.rule_above = if place == 0 { Rule::None } else { Rule::Light };
        table.groups.push(group);
    }
    if !shared.is_empty() {
        table.groups.push(RowGroup { label: None, rows: shared, rule_above: Rule::Light });
    }
    table.number = spec.number.clone();
    table.align = vec![Align::Number; width];
    table.header = header(&head, spec);
    table.spanners.clone_from(&spec.spanners);
    table.notes = notes::notes(&all, spec);
    table.validate()?;
    Ok(table)
}

/// The columns of the head: numbered by place, with the labels that all panels share, by rows: a label that one panel
/// alone has, or has otherwise, stands in its panel.
fn head(panels: &[(Text, Vec<ModelColumn>)], width: usize) -> Vec<ModelColumn> {
    let shared = |label: fn(&ModelColumn) -> &Text| {
        let labels = |columns: &Vec<ModelColumn>| columns.iter().map(label).cloned().collect::<Vec<Text>>();
        let first = labels(&panels[0].1);
        if panels.iter().all(|(_, columns)| labels(columns) == first) { first } else { vec![Text::default(); width] }
    };
    let (headings, dependents) = (shared(|column| &column.heading), shared(|column| &column.dependent));
    let numbered = |(place, (heading, dependent)): (usize, (Text, Text))| ModelColumn {
        id: format!("({})", place + 1),
        heading,
        dependent,
        ..ModelColumn::default()
    };
    headings.into_iter().zip(dependents).enumerate().map(numbered).collect()
}

/// Rows of yes and no, and of the kind of standard errors.
fn choices(columns: &[ModelColumn], spec: &RegressionSpec) -> Vec<Row> {
    let mut rows = flag_rows(columns, |column| &column.flags);
    rows.extend(flag_rows(columns, |column| &column.fixed_effects));
    if spec.std_error_rows {
        rows.extend(notes::std_error_rows(columns));
    }
    rows
}
