//! Headings and definitions in tables of variables.

use report::table::{Align, Cell, RowGroup};
use report::{Table, Text};
use study::{Study, TableSpec, indicator};

/// Puts the headings of a table between its rows, and a column with definitions first; `defined` is its header. The rows
/// are those of the variables, in their order.
pub(super) fn arrange(table: &mut Table, spec: &TableSpec, study: &Study, defined: impl Into<Text>) {
    let mut rows: Vec<_> = std::mem::take(&mut table.groups).into_iter().flat_map(|group| group.rows).collect();
    let names: Vec<&str> = spec.variables.iter().map(|signed| indicator(signed).0).collect();
    if spec.definitions {
        let definition = |name: &&str| study.labels.get(*name).and_then(|label| label.definition.as_ref());
        for (row, name) in rows.iter_mut().zip(&names) {
            row.cells.insert(0, Cell::text(definition(name).map(|wording| wording.text()).unwrap_or_default()));
        }
        if let Some(header) = table.header.first_mut() {
            header.insert(0, defined.into());
        }
        table.align.insert(0, Align::Left);
    }
    for (row, name) in rows.into_iter().zip(&names) {
        // Several above one row are the layers of a system of indicators, the widest first.
        let above = spec.headings.iter().filter(|heading| heading.above == *name);
        table.groups.extend(above.map(|heading| RowGroup::labelled(heading.title.text(), Vec::new())));
        match table.groups.last_mut() {
            Some(group) => group.rows.push(row),
            None => table.groups.push(RowGroup::new(vec![row])),
        }
    }
}
