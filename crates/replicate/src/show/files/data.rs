//! `data/`: the panel with every derived variable (csv, Parquet, Stata), its codebook, and which rows enter which column.

use crate::results::Results;
use panel_core::io::write::{to_csv, to_dta};
use panel_core::{Diagnostic, Panel};
use report::codebook::{Codebook, VariableNote};
use report::csv::push_record;
use report::{Lang, Text};
use stages::store::Staging;
use study::number::full;
use study::{Error, Label, PanelFormat, Result, Saved, Study};

/// Rows above which the panel is written as csv alone, unless the study says otherwise.
const LARGE: usize = 100_000;

/// Writes the panel in the formats that the study asks for: the longest part of a report on a large one, and nothing else
/// waits for it. What a format cannot hold is left out with a remark.
///
/// # Errors
/// Those of the disk.
pub fn write_panel(staging: &mut Staging, study: &Study, panel: &Panel) -> Result<Vec<(String, Diagnostic)>> {
    let wanted = |format: PanelFormat| match &study.report.panel {
        Some(formats) => formats.contains(&format),
        None => match format {
            PanelFormat::Csv => true,
            PanelFormat::Dta => panel.n_rows() <= LARGE,
            PanelFormat::Parquet => false,
        },
    };
    let csv = || wanted(PanelFormat::Csv).then(|| Ok(to_csv(panel)));
    #[cfg(feature = "parquet")]
    let parquet = || wanted(PanelFormat::Parquet).then(|| panel_core::io::write::to_parquet(panel));
    // A build without the feature has refused a study that asks for it.
    #[cfg(not(feature = "parquet"))]
    let parquet = || None;
    let dta = || wanted(PanelFormat::Dta).then(|| to_dta(panel));
    let (csv, (parquet, dta)) = rayon::join(csv, || rayon::join(parquet, dta));
    let mut remarks = Vec::new();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (name, bytes) in [("data/panel.csv", csv), ("data/panel.parquet", parquet), ("data/panel.dta", dta)] {
        match bytes {
            None => {}
            Some(Ok(bytes)) => files.push((name.to_owned(), bytes)),
            Some(Err(error)) => remarks.push((
                "report".to_owned(),
                Diagnostic::warning("format-left-out", format!("`{name}` was not written: {error}")),
            )),
        }
    }
    staging.write_all(&files)?;
    Ok(remarks)
}

/// Writes the rest of `data/`: the codebook, and which rows enter which column.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, study: &Study, results: &Results) -> Result<()> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    if let Some(codebook) = &results.codebook {
        files.push(("data/codebook.csv".into(), codebook.csv().into_bytes()));
    }
    if let Some(tables) = results.tables.as_ref().filter(|tables| !tables.samples.is_empty()) {
        files.push(("data/sample.csv".into(), samples(&results.computed.panel, study, &tables.samples).into_bytes()));
    }
    if let Some(tables) = results.tables.as_ref().filter(|tables| !tables.saved.is_empty()) {
        files.push(("data/fits.csv".into(), fits(&results.computed.panel, study, &tables.saved).into_bytes()));
    }
    staging.write_all(&files)
}

/// One row per key, one column per saved number of a regression; empty outside its sample.
fn fits(panel: &Panel, study: &Study, saved: &[(String, String, Saved, Vec<f64>)]) -> String {
    let name =
        |(table, column, which, _): &(String, String, Saved, Vec<f64>)| format!("{table} {column} {}", which.name());
    let names: Vec<String> = saved.iter().map(name).collect();
    let time = study.study.time.as_ref().map(|_| panel.time_name());
    let mut out = String::new();
    push_record(&mut out, std::iter::once(panel.entity_name()).chain(time).chain(names.iter().map(String::as_str)));
    for row in 0..panel.n_rows() {
        let numbers: Vec<String> = saved.iter().map(|(.., values)| full(values[row])).collect();
        let keys = std::iter::once(panel.entity_label(row)).chain(time.map(|_| panel.time_label(row)));
        push_record(&mut out, keys.chain(numbers.iter().map(String::as_str)));
    }
    out
}

/// The codebook of a panel: labels, units and definitions of the study, formulas of derived variables, files of others.
///
/// # Errors
/// None that a valid study brings about.
pub fn codebook(panel: &Panel, study: &Study) -> Result<Codebook> {
    let notes: Vec<VariableNote> = panel
        .names()
        .iter()
        .map(|name| {
            let label = study.labels.get(name);
            let formula = study.variables.get(name).map(panel_core::expr::Expr::source);
            let definition_in = |lang| label.and_then(|label| label.definition.as_ref()?.pick(lang));
            let definition = Text::build(|lang| match (definition_in(lang), formula) {
                (Some(text), Some(formula)) => format!("{text}: {formula}"),
                (Some(text), None) => text.to_owned(),
                (None, Some(formula)) => formula.to_owned(),
                (None, None) => String::new(),
            });
            VariableNote {
                name: name.clone(),
                label: label.map(Label::text).unwrap_or_default(),
                unit: Text::from(label.and_then(|label| label.unit.clone()).unwrap_or_default()),
                definition,
                source: Text::from(panel.source(name).unwrap_or_default()),
            }
        })
        .collect();
    Codebook::new(panel, &notes).map_err(|error| Error::stage("report", error))
}

/// One row per key, one column per regression: 1 where the row is in its sample.
fn samples(panel: &Panel, study: &Study, samples: &[(String, String, Vec<bool>)]) -> String {
    let has_time = study.study.time.is_some();
    let mut out = String::new();
    let names: Vec<String> = samples.iter().map(|(table, column, _)| format!("{table} {column}")).collect();
    let time = has_time.then(|| panel.time_name());
    push_record(&mut out, std::iter::once(panel.entity_name()).chain(time).chain(names.iter().map(String::as_str)));
    // Labels repeat, so that each is quoted once.
    let entities = quoted(panel.entities());
    let times = if has_time { quoted(panel.times().labels()) } else { Vec::new() };
    out.reserve(panel.n_rows() * (16 + 2 * samples.len()));
    for row in 0..panel.n_rows() {
        out.push_str(&entities[panel.entity_of_row()[row] as usize]);
        if has_time {
            out.push(',');
            out.push_str(&times[panel.time_of_row()[row] as usize]);
        }
        for (_, _, rows) in samples {
            out.push_str(if rows[row] { ",1" } else { ",0" });
        }
        out.push('\n');
    }
    out
}

/// Labels as they stand in a CSV.
fn quoted(labels: &[String]) -> Vec<String> {
    let field = |label: &String| {
        let mut line = String::new();
        push_record(&mut line, [label.as_str()]);
        line.pop();
        line
    };
    labels.iter().map(field).collect()
}

/// Where a source comes from, in words of the study, for a reader of `lang`.
#[must_use]
pub fn source_words(study: &Study, file: &str, lang: Lang) -> (String, String, String) {
    let note = study.report.data.get(file);
    let pick = |label: Option<&Label>| label.and_then(|label| label.pick(lang)).unwrap_or_default().to_owned();
    let name = note.and_then(|note| note.name.as_ref());
    (
        if name.is_some() { pick(name) } else { file.to_owned() },
        pick(note.and_then(|note| note.source.as_ref())),
        pick(note.and_then(|note| note.terms.as_ref())),
    )
}
