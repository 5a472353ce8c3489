//! Regressions as the columns of a table.

use super::Tables;
use super::column::{Fitted, estimate};
use super::plots::ColumnPlots;
use super::records::EstimateRecord;
use super::shown::without_estimate;
use crate::compute::Computed;
use crate::error::{Error, Result};
use crate::names;
use crate::study::{ColumnSpec, Headline, Label, Study, TableSpec};
use panel_core::Panel;
use rayon::prelude::*;
use report::regression::Flag;
use report::utest::UTestRecord;
use report::{Lang, ModelColumn, RegressionSpec, Table, Text, regression_table};

/// The table; records, samples, plots and U tests of its columns go to their lists.
///
/// # Errors
/// A formula or a sample that does not fit the data, with the column.
pub(super) fn table(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    made: &mut Tables,
    u_tests: &mut Vec<UTestRecord>,
) -> Result<Table> {
    let panel = &computed.panel;
    let failed = |error: report::Error| Error::stage(format!("tables/{}", spec.id), error);
    let mut shown: Vec<ModelColumn> = Vec::new();
    let mut remarks: Vec<Text> = Vec::new();
    let headline = Headline::of(study).filter(|headline| headline.table.id == spec.id);
    let fit = |(place, column): (usize, &ColumnSpec)| {
        let name = column.name_at(place);
        let place = format!("tables/{}, column {name}", spec.id);
        let fitted = match computed.lacking_of(&place, names::of_column(column)) {
            Some(error) => Err(error),
            None => estimate(panel, study, column, &spec.id, &name).map_err(|error| error.at(place)),
        };
        let x = headline.as_ref().filter(|headline| headline.name == name).map(|headline| headline.x);
        let drawn = |fitted: Fitted| {
            let plots = ColumnPlots::new(panel, column, &fitted.fit, (&spec.id, &name), x, study.report.bins);
            (fitted, plots)
        };
        let fitted = fitted.map(drawn);
        (name, fitted)
    };
    // Columns at once, results in order: the first that fails is the one that is named.
    let columns: Vec<(String, Result<(Fitted, ColumnPlots)>)> = spec.columns.par_iter().enumerate().map(fit).collect();
    for (column, (name, fitted)) in spec.columns.iter().zip(columns) {
        let (fitted, plots) = match fitted {
            Ok(fitted) => fitted,
            Err(error) => {
                let reason = made.leave_out(&spec.id, Some(&name), error)?;
                shown.push(without_estimate(study, column, &name, &reason));
                continue;
            }
        };
        made.plots.push(plots);
        made.diagnostics.extend(fitted.diagnostics.into_iter().map(|remark| (format!("{}{name}", spec.id), remark)));
        shown.extend(fitted.first_stages);
        shown.push(fitted.column);
        u_tests.extend(fitted.u_test);
        made.samples.push((spec.id.clone(), name.clone(), fitted.esample));
        remarks.extend(flip_note(&fitted.record, &name, study));
        made.estimates.push(fitted.record);
    }
    let mut layout = RegressionSpec::new(&spec.id, spec.title_text(), study.report.stars.clone());
    layout.number = spec.number_text();
    layout.below = study.report.below.parse().map_err(failed)?;
    if let Some(names) = &spec.show {
        // A term of columns that were not estimated alone has no row.
        let there = |name: &&str| shown.iter().any(|column| column.terms.iter().any(|term| term.name == **name));
        let all_there = shown.iter().all(|column| column.reason.is_empty());
        layout = layout.coefs(names.iter().map(String::as_str).filter(|name| all_there || there(name)));
        flag_controls(&mut shown, spec, names);
    }
    layout = layout.labels(study.labels()).fit_rows(fit_keys(&shown).iter().map(String::as_str));
    layout.numbered = false;
    layout.digits = report::Format::Adaptive(3);
    for name in &spec.switches {
        remarks
            .push(switch_note(panel, name, study).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?);
    }
    layout.notes.extend(remarks);
    layout.notes.extend(spec.notes.iter().map(Label::text));
    layout.notes.extend(study.study.notice.clone());
    let table = regression_table(&shown, &layout).map_err(failed)?;
    made.columns.extend(shown.into_iter().map(|column| (spec.id.clone(), column)));
    Ok(table)
}

/// Says yes or no to controls in every column, where any column has coefficients that the table does not show.
fn flag_controls(columns: &mut [ModelColumn], spec: &TableSpec, shown: &[String]) {
    let is_control = |name: &str| name != "(Intercept)" && !shown.iter().any(|other| other == name);
    let has = |column: &ModelColumn| {
        // The formula speaks for a column that was not estimated.
        let planned = spec.named_columns().filter(|(name, _)| !column.reason.is_empty() && *name == column.id);
        column.terms.iter().any(|term| is_control(&term.name))
            || planned.flat_map(|(_, spec)| &spec.formula.regressors).any(|term| is_control(&term.name))
    };
    let flags: Vec<bool> = columns.iter().map(has).collect();
    if flags.contains(&true) {
        for (column, yes) in columns.iter_mut().zip(flags) {
            column.flags.push(Flag::new(("控制变量", "Controls"), yes));
        }
    }
}

/// Where a moderated curve changes its shape, and how much of the sample lies beyond (D22).
fn flip_note(record: &EstimateRecord, name: &str, study: &Study) -> Option<Text> {
    let moderation = record.moderation.as_ref()?;
    let flip = moderation.flip.as_ref()?;
    let (at, beyond) = (flip.at.estimate?, flip.share_beyond?);
    let moderator = study.labels().get(&moderation.moderator);
    let (zh, en) = (moderator.get(Lang::Zh), moderator.get(Lang::En));
    Some(Text::new(
        format!("{name} 列：曲线形状在{zh} = {at:.2} 处翻转，{:.1}% 的样本在其右侧。", 100.0 * beyond),
        format!(
            "Column {name}: the curve changes its shape at {en} = {at:.2}; {:.1} % of the sample lies beyond.",
            100.0 * beyond
        ),
    ))
}

/// How many entities have both values of a dummy (D21).
fn switch_note(panel: &Panel, name: &str, study: &Study) -> panel_core::Result<Text> {
    let values = panel.float(name)?;
    let mut seen: Vec<[bool; 2]> = vec![[false; 2]; panel.n_entities()];
    for (row, &value) in values.iter().enumerate() {
        if !value.is_nan() {
            seen[panel.entity_of_row()[row] as usize][usize::from(value != 0.0)] = true;
        }
    }
    let switching = seen.iter().filter(|both| both[0] && both[1]).count();
    let label = study.labels().get(name);
    let of = panel.n_entities();
    Ok(Text::new(
        format!("{}：{of} 个中有 {switching} 个在样本期内由 0 变为 1。", label.get(Lang::Zh)),
        format!("{}: {switching} of {of} switch inside the sample period.", label.get(Lang::En)),
    ))
}

/// Fit statistics in the order in which columns bring them, each once.
fn fit_keys(columns: &[ModelColumn]) -> Vec<String> {
    let mut keys = vec!["n".to_owned()];
    for key in columns.iter().flat_map(|column| &column.fit).map(|fit| &fit.key) {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}
