//! What every table ends with: the rule of its stars where it has any, and the study's notice.

use report::table::{Align, Cell, Row};
use report::{Lang, Table, Text};
use study::Study;

/// Adds the notes that every table needs and no table writes itself.
pub(crate) fn close(table: &mut Table, study: &Study) {
    if has_stars(table) {
        let rule = &study.report.stars;
        table.push_note(Text::build(|lang| match (rule.note(lang), lang) {
            (None, _) => String::new(),
            (Some(rule), Lang::Zh) => format!("{rule}。"),
            (Some(rule), Lang::En) => format!("{rule}."),
        }));
    }
    table.notes.extend(study.study.notice.clone());
}

/// A table that could not be computed: one line that says why.
pub(crate) fn not_computed(id: &str, number: Text, title: Text, reason: &str, study: &Study) -> Table {
    let mut table = Table::new(id, title, Text::default(), vec![Text::new("说明", "Remark")]);
    table.number = number;
    table.align = vec![Align::Left];
    table.push_rows(vec![Row::new(("未能计算", "Not computed"), vec![Cell::text(reason)])]);
    table.notes.extend(study.study.notice.clone());
    table
}

fn has_stars(table: &Table) -> bool {
    table.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells).any(|cell| cell.stars > 0)
}
