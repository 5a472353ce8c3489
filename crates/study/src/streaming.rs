//! What a study may say where its rows are read part by part (`[study] streaming = true`).

use super::{ColumnSpec, SourceSpec, Study, TableKind, TableSpec};
use panel_core::expr::Expr;

/// What does not go with streaming: each mistake with the path of the key that it is about.
pub(crate) fn check(study: &Study) -> Vec<(String, String)> {
    if !study.study.streaming {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let mut note = |path: String, what: String| {
        let message =
            format!("{what}: not with `streaming`, which reads the rows of one file part by part for regressions");
        wrong.push((path, message));
    };
    let sections = [
        ("mediation", study.mediation.is_empty()),
        ("compare", study.comparisons.is_empty()),
        ("curve", study.curve.is_none()),
        ("multiverse", study.multiverse.is_empty()),
        ("weights", study.weights.is_empty()),
        ("spatial", study.spatial.is_empty()),
    ];
    for (section, _) in sections.into_iter().filter(|(_, absent)| !absent) {
        note("study.streaming".into(), format!("[[{section}]]"));
    }
    for index in study.indices.iter() {
        note("study.streaming".into(), format!("stage `{}`", index.stage()));
    }
    if study.report.panel.is_some() {
        note("report.panel".into(), "[report] panel".into());
    }
    for source in study.sources.iter().skip(1) {
        note("study.streaming".into(), format!("a second [[source]] (`{}`)", source.file));
    }
    for key in study.sources.iter().flat_map(of_source) {
        note("study.streaming".into(), format!("[[source]] {key}"));
    }
    for (name, expression) in study.variables.definitions().items() {
        if let Some(function) = expression.beyond_its_row() {
            note(format!("variables.{name}"), format!("variable `{name}`: {function}() looks at other rows"));
        }
    }
    for table in &study.tables {
        let path = format!("table.{}", table.id);
        for what in of_table(table) {
            note(path.clone(), format!("table `{}`: {what}", table.id));
        }
        for (name, column) in table.named_columns() {
            for key in of_column(column) {
                note(format!("{path}.column.{name}"), format!("table `{}`, column {name}: {key}", table.id));
            }
            if let Some(function) = column.sample.as_ref().and_then(|sample| sample.beyond_its_row()) {
                let what =
                    format!("table `{}`, column {name}: {function}() in its sample looks at other rows", table.id);
                note(format!("{path}.column.{name}"), what);
            }
        }
    }
    wrong
}

/// What of a source needs the whole file.
fn of_source(source: &SourceSpec) -> Vec<String> {
    let extension = source.file.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let mut keys = Vec::new();
    if extension != "parquet" && extension != "pq" {
        keys.push(format!("file = \"{}\" (expected a Parquet file)", source.file));
    }
    let named = [
        ("reshape", source.reshape.is_none()),
        ("aggregate", source.aggregate.is_none()),
        ("names", source.names.is_none()),
        ("keys", source.keys.is_none()),
        ("entity_from", source.entity_from.is_empty()),
        ("fill_down", source.fill_down.is_empty()),
        ("spellings", source.spellings.is_empty()),
        ("number_rows", !source.number_rows),
        ("value_labels", !source.value_labels),
        ("lag", source.lag == 0),
    ];
    keys.extend(named.into_iter().filter(|(_, absent)| !absent).map(|(key, _)| key.to_owned()));
    let filter = source.filter.as_ref().and_then(|filter| Expr::parse(filter).ok());
    keys.extend(
        filter.and_then(|filter| filter.beyond_its_row()).map(|name| format!("filter: {name}() looks at other rows")),
    );
    keys
}

fn of_table(table: &TableSpec) -> Vec<&'static str> {
    let mut keys = Vec::new();
    if table.kind != TableKind::Regression {
        keys.push("a kind that is no regression");
    }
    if !table.switches.is_empty() {
        keys.push("`switches`");
    }
    if table.dependent_mean {
        keys.push("`dependent_mean`");
    }
    keys
}

/// What a column asks for that needs its rows at hand.
fn of_column(column: &ColumnSpec) -> Vec<String> {
    let asked = column.asked_beside_coefficients().into_iter().chain([("spatial", column.spatial.is_some())]);
    asked.filter(|(_, asked)| *asked).map(|(key, _)| format!("`{key}`")).collect()
}
