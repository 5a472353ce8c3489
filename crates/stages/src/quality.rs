//! `quality/`: what a careful person would look for before trusting a column, for every variable that the study uses.

use crate::store::Staging;
use panel_core::quality::{FlagKind, KnownRange, QualityReport, QualitySpec, VariableQuality, quality};
use panel_core::{Column, Panel};
use report::csv::push_record;
use std::fmt::Write;
use study::number::full;
use study::{Error, Result, Study, names};

/// Cells that the page names per variable and kind.
const SHOWN: usize = 5;

/// Entities that `missing.csv` names per variable; the others are one line.
const ENTITIES: usize = 1000;

/// Keys that the page names where the grid of entities and periods has holes.
const GAPS: usize = 20;

/// Looks at the variables of `[quality]`, else at those of numbers that the study uses or gives a range for.
///
/// # Errors
/// [`Error::Stage`] for a variable of `[quality]` that is not there or holds text.
pub fn assess(study: &Study, panel: &Panel) -> Result<QualityReport> {
    let options = &study.quality;
    for name in options.ranges.keys() {
        panel.float(name).map_err(|error| Error::stage("quality", format!("[quality.ranges]: {error}")))?;
    }
    let variables = match &options.variables {
        Some(names) => names.clone(),
        None => {
            let used = names::used(study);
            let numbers = |name: &&String| matches!(panel.column(name), Ok(Column::Float(_)));
            let wanted = |name: &&String| used.contains(*name) || options.ranges.contains_key(*name);
            panel.names().iter().filter(wanted).filter(numbers).cloned().collect()
        }
    };
    let range =
        |(variable, [min, max]): (&String, &[f64; 2])| KnownRange { variable: variable.clone(), min: *min, max: *max };
    let spec = QualitySpec {
        jump: options.jump,
        outlier: options.outlier,
        ranges: options.ranges.iter().map(range).collect(),
        variables,
        ..QualitySpec::default()
    };
    if spec.variables.is_empty() {
        // An empty list would mean every column; a study without a variable of numbers has nothing to look at.
        let mut nothing = QualityReport::default();
        (nothing.rows, nothing.entities, nothing.periods) = (panel.n_rows(), panel.n_entities(), panel.n_periods());
        return Ok(nothing);
    }
    quality(panel, &spec).map_err(|error| Error::stage("quality", error))
}

/// One line for the end of a run.
#[must_use]
pub fn summary(report: &QualityReport) -> String {
    let total = |kinds: &[FlagKind]| -> usize {
        report.variables.iter().flat_map(|variable| kinds.iter().map(|&kind| variable.count(kind))).sum()
    };
    format!(
        "Data quality: {} variables; {} values outside a known range, {} that look like another unit, {} spikes, {} jumps",
        report.variables.len(),
        total(&[FlagKind::Range]),
        total(&[FlagKind::Unit]),
        total(&[FlagKind::Spike]),
        total(&[FlagKind::Jump]),
    )
}

/// Writes `quality/quality.md`, `quality/flags.csv` and `quality/missing.csv`.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, study: &Study, report: &QualityReport) -> Result<()> {
    staging.write("quality/quality.md", page(study, report).as_bytes())?;
    staging.write("quality/flags.csv", flags(report).as_bytes())?;
    staging.write("quality/missing.csv", missing(study, report).as_bytes())
}

/// Whether some flags are counted only.
fn is_cut(report: &QualityReport) -> bool {
    let counted = |variable: &VariableQuality| FlagKind::ALL.iter().map(|&kind| variable.count(kind)).sum::<usize>();
    report.variables.iter().any(|variable| counted(variable) > variable.flags.len())
}

fn flags(report: &QualityReport) -> String {
    let mut out = String::new();
    push_record(&mut out, ["variable", "kind", "entity", "time", "value", "reference", "note"]);
    for flag in report.variables.iter().flat_map(|variable| &variable.flags) {
        let kind = flag.kind.code().trim_start_matches("quality-");
        let (value, reference) = (full(flag.value), full(flag.reference));
        push_record(&mut out, [&*flag.variable, kind, &*flag.entity, &*flag.time, &*value, &*reference, &*flag.note]);
    }
    out
}

fn missing(study: &Study, report: &QualityReport) -> String {
    let mut out = String::new();
    push_record(&mut out, ["variable", "by", "key", "missing"]);
    for variable in &report.variables {
        let name = variable.statistics.name.as_str();
        let times = variable.missing_by_time.iter().map(|cell| (study.study.time.as_deref(), cell));
        let entities = variable.missing_by_entity.iter().take(ENTITIES);
        let entities = entities.map(|cell| (Some(study.study.entity.as_str()), cell));
        for (by, (key, count)) in entities.chain(times) {
            let Some(by) = by else { continue };
            push_record(&mut out, [name, by, key, &count.to_string()]);
        }
        let rest = variable.missing_by_entity.get(ENTITIES..).unwrap_or_default();
        if !rest.is_empty() {
            let count: usize = rest.iter().map(|(_, count)| count).sum();
            push_record(&mut out, [name, &study.study.entity, &format!("({} more)", rest.len()), &count.to_string()]);
        }
    }
    out
}

fn page(study: &Study, report: &QualityReport) -> String {
    let mut page = String::from("# Data quality\n\n");
    if let Some(notice) = &study.study.notice {
        let _ = writeln!(page, "> {}\n", notice.get(report::Lang::En));
    }
    let _ = writeln!(
        page,
        "{} rows, {} × {}; {} keys absent inside an entity's years, {} before or after. A flag is a reason to look, not\n\
         a verdict: nothing was changed. {} in `flags.csv`, missing values by key in `missing.csv`.\n",
        report.rows,
        report.entities,
        report.periods,
        report.gaps,
        report.ragged,
        if is_cut(report) {
            format!("The first {} flags of each kind and variable are", QualitySpec::default().keep)
        } else {
            "All flags are".to_owned()
        }
    );
    if report.gaps > 0 {
        let shown: Vec<String> =
            report.first_gaps.iter().take(GAPS).map(|(entity, time)| format!("{entity} {time}")).collect();
        let more = if report.gaps > GAPS { ", …" } else { "" };
        let _ = writeln!(page, "Gaps: {}{more}.\n", shown.join(", "));
    }
    page += "| variable | n | missing | zeros | negative | min | max | range | unit | spike | jump | outlier | copied | remark |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n";
    for variable in &report.variables {
        let s = &variable.statistics;
        // Six digits are enough to recognise a unit.
        let bound = |value: Option<f64>| {
            value.and_then(|value| format!("{value:.5e}").parse().ok()).map_or_else(String::new, full)
        };
        let counts: Vec<String> = FlagKind::ALL.iter().map(|&kind| variable.count(kind).to_string()).collect();
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            s.name,
            s.n,
            s.missing,
            variable.zeros,
            variable.negatives,
            bound(s.min),
            bound(s.max),
            counts.join(" | "),
            remark(variable)
        );
    }
    by_time(&mut page, report);
    let remarks = report.diagnostics(SHOWN);
    if !remarks.is_empty() {
        page += "\n## What to look at\n\n";
        for remark in remarks {
            let _ = writeln!(page, "- {}", remark.message);
        }
    }
    page
}

fn remark(variable: &VariableQuality) -> String {
    if variable.statistics.n == 0 {
        return "no value at all".into();
    }
    if variable.constant {
        return "constant".into();
    }
    match variable.constant_entities {
        0 => String::new(),
        n => format!("never changes in {n} entities"),
    }
}

/// Missing values by period, for the variables that have any.
fn by_time(page: &mut String, report: &QualityReport) {
    let with: Vec<&VariableQuality> =
        report.variables.iter().filter(|variable| !variable.missing_by_time.is_empty()).collect();
    if with.is_empty() {
        return;
    }
    let mut times: Vec<&str> =
        with.iter().flat_map(|v| v.missing_by_time.iter().map(|(time, _)| time.as_str())).collect();
    times.sort_unstable();
    times.dedup();
    let _ = writeln!(page, "\n## Missing values by period\n\n| variable | {} |", times.join(" | "));
    let _ = writeln!(page, "|---|{}", "--:|".repeat(times.len()));
    for variable in with {
        let cells: Vec<String> = times
            .iter()
            .map(|time| {
                variable
                    .missing_by_time
                    .iter()
                    .find(|(known, _)| known == time)
                    .map_or("".into(), |(_, n)| n.to_string())
            })
            .collect();
        let _ = writeln!(page, "| `{}` | {} |", variable.statistics.name, cells.join(" | "));
    }
}
