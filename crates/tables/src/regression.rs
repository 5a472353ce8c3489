//! Regressions as the columns of a table.

use super::Tables;
use super::asked::saved;
use super::column::{Fitted, estimate};
use super::notes::{InstrumentTests, instrument_labels};
use super::plots::ColumnPlots;
use super::shown::without_estimate;
use super::streamed::{self, StreamedColumn};
use crate::spatial;
use panel_core::{Panel, interrupt};
use panel_fe::Estimate;
use panel_fe::record::EstimateRecord;
use rayon::prelude::*;
use report::numfmt::{Format, number, without_rounding};
use report::regression::{FitStat, Flag, panel_table};
use report::utest::UTestRecord;
use report::{Lang, ModelColumn, RegressionSpec, Table, Text, regression_table};
use stages::compute::Computed;
use study::spatial::residuals::Residuals;
use study::{ColumnSpec, Error, Headline, Label, PanelSpec, Result, Saved, Study, TableSpec, names};

/// A column that was estimated.
enum Column {
    /// By `panel-fe`.
    Usual(Box<(Fitted, ColumnPlots)>),
    /// By `panel-spatial`.
    Spatial(Box<spatial::column::Fitted>),
    /// On rows that are read part by part.
    Streamed(Box<StreamedColumn>),
    /// A spatial lag model by instruments.
    Instrumented(Box<spatial::instruments::Instrumented>),
}

/// The table; records, samples, plots and U tests of its columns go to their lists.
///
/// # Errors
/// A formula or a sample that does not fit the data, with the column.
pub(super) fn table(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    tables: &mut Tables,
    u_tests: &mut Vec<UTestRecord>,
) -> Result<Table> {
    let panel = &computed.panel;
    let failed = |error: report::Error| Error::stage(format!("tables/{}", spec.id), error);
    let Gathered { mut shown, mut remarks, mut row_labels, instrument_tests } =
        gathered(spec, study, computed, tables, u_tests)?;
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
    let is_spatial = spec.columns.iter().any(|column| column.spatial.is_some());
    let labels = if is_spatial { spatial::table::labels(study.labels()) } else { study.labels() };
    let (test_labels, which_tests) = instrument_labels(&instrument_tests, study);
    row_labels.extend(test_labels);
    remarks.extend(which_tests);
    let labels = row_labels.into_iter().fold(labels, |labels, (key, label)| labels.with_statistic(key, label));
    layout = layout.labels(labels);
    let place = |error: String| Error::stage(format!("tables/{}", spec.id), error);
    layout.fit = spec.fit_rows(&fit_keys(&shown)).map_err(place)?;
    layout.numbered = false;
    layout.digits = spec.digits(study);
    for name in &spec.switches {
        remarks
            .push(switch_note(panel, name, study).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?);
    }
    layout.notes.extend(remarks);
    layout.notes.extend(spec.notes.iter().map(Label::text));
    layout.notes.extend(study.study.notice.clone());
    let mut table = match spec.panels.as_slice() {
        [] => regression_table(&shown, &layout).map_err(failed)?,
        panels => stacked(&shown, panels, &layout).map_err(failed)?,
    };
    table.thousands = spec.thousands(study);
    if is_spatial {
        let records: Vec<_> = tables.space.columns.iter().filter(|record| record.table == spec.id).collect();
        spatial::table::finish(&mut table, &shown, &layout, &spec.columns, &records, study).map_err(failed)?;
    }
    tables.columns.extend(shown.into_iter().map(|column| (spec.id.clone(), column)));
    Ok(table)
}

/// What the columns of a table bring to it.
#[derive(Default)]
struct Gathered {
    /// Columns as they are shown, first stages before the column that they belong to.
    shown: Vec<ModelColumn>,
    /// Notes of columns.
    remarks: Vec<Text>,
    /// Labels of rows that columns add.
    row_labels: Vec<(String, Text)>,
    /// Names of the tests of instruments.
    instrument_tests: Vec<InstrumentTests>,
}

/// Estimates the columns; their records, samples, plots and U tests go to their lists.
fn gathered(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    tables: &mut Tables,
    u_tests: &mut Vec<UTestRecord>,
) -> Result<Gathered> {
    let mut gathered = Gathered::default();
    let Gathered { shown, remarks, row_labels, instrument_tests } = &mut gathered;
    let columns = estimated(spec, study, computed, &tables.space);
    let wanted = |name: &str| Residuals::wanted(study, &spec.id, name);
    for (column, (name, fitted)) in spec.columns.iter().zip(columns) {
        let (fitted, plots) = match fitted {
            Ok(Column::Usual(usual)) => {
                if wanted(&name) {
                    let residuals = saved(&usual.0.fit, computed.panel.n_rows(), Saved::Residuals);
                    let residuals = residuals.map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
                    tables.space.residuals.push((spec.id.clone(), name.clone(), residuals));
                }
                (usual.0, Some(usual.1))
            }
            Ok(Column::Instrumented(estimated)) => {
                tables.space.columns.push(estimated.record);
                if wanted(&name) {
                    tables.space.residuals.push((spec.id.clone(), name.clone(), estimated.residuals));
                }
                (estimated.fitted, None)
            }
            Ok(Column::Spatial(fitted)) => {
                let remarks = fitted.diagnostics.into_iter().map(|remark| (names::column(&spec.id, &name), remark));
                tables.diagnostics.extend(remarks);
                shown.push(fitted.column);
                let wanted = wanted(&name);
                tables.samples.push((spec.id.clone(), name.clone(), fitted.esample));
                tables.estimates.push(fitted.estimate);
                tables.space.columns.push(fitted.record);
                if wanted {
                    tables.space.residuals.push((spec.id.clone(), name, fitted.residuals));
                }
                continue;
            }
            Ok(Column::Streamed(fitted)) => {
                let remarks = fitted.diagnostics.into_iter().map(|remark| (names::column(&spec.id, &name), remark));
                tables.diagnostics.extend(remarks);
                shown.push(fitted.column);
                tables.estimates.push(fitted.record);
                continue;
            }
            Err(error) => {
                let reason = tables.leave_out(&spec.id, Some(&name), error)?;
                shown.push(without_estimate(study, column, &name, &reason));
                continue;
            }
        };
        tables.plots.extend(plots);
        tables
            .diagnostics
            .extend(fitted.diagnostics.into_iter().map(|remark| (names::column(&spec.id, &name), remark)));
        shown.extend(fitted.first_stages);
        let mut column = fitted.column;
        if spec.dependent_mean {
            column.fit.insert(0, mean_of_dependent(&fitted.fit));
        }
        shown.push(column);
        u_tests.extend(fitted.u_test);
        tables.samples.push((spec.id.clone(), name.clone(), fitted.esample));
        remarks.extend(flip_note(&fitted.record, &name, study));
        remarks.extend(fitted.notes);
        row_labels.extend(fitted.row_labels);
        instrument_tests.extend(InstrumentTests::of(&fitted.fit, &name));
        let saved = fitted.saved.into_iter().map(|(which, values)| (spec.id.clone(), name.clone(), which, values));
        tables.saved.extend(saved);
        tables.estimates.push(fitted.record);
    }
    Ok(gathered)
}

/// The columns with their names, each estimated or with the reason why it is not.
fn estimated(
    spec: &TableSpec,
    study: &Study,
    computed: &Computed,
    space: &spatial::Space,
) -> Vec<(String, Result<Column>)> {
    let panel = &computed.panel;
    let headline = Headline::of(study).filter(|headline| headline.table.id == spec.id);
    let fit = |(place, column): (usize, &ColumnSpec)| {
        let name = column.name_at(place);
        let place = format!("tables/{}, column {name}", spec.id);
        if let Some(stream) = &computed.stream {
            let fitted = streamed::estimate(stream, study, column, &spec.id, &name);
            return (name, fitted.map(|fitted| Column::Streamed(Box::new(fitted))).map_err(|error| error.at(place)));
        }
        let lacking = computed.lacking_of(&place, names::of_column(column));
        if let (Some(spatial), None) = (&column.spatial, &lacking) {
            let at = (spec.id.as_str(), name.as_str());
            let fitted = if spatial.by_instruments(&column.formula) {
                spatial::instruments::estimate(panel, study, space, column, spatial, at)
                    .map(|fitted| Column::Instrumented(Box::new(fitted)))
            } else {
                spatial::column::estimate(panel, study, space, column, spatial, at)
                    .map(|fitted| Column::Spatial(Box::new(fitted)))
            };
            return (name, fitted.map_err(|error| error.at(place)));
        }
        let fitted = match lacking {
            Some(error) => Err(error),
            None => interrupt::check()
                .map_err(Error::from)
                .and_then(|()| estimate(panel, study, column, &spec.id, &name).map_err(|error| error.at(place))),
        };
        let x = headline.as_ref().filter(|headline| headline.name == name).map(|headline| headline.x);
        let drawn = |fitted: Fitted| {
            let plots = ColumnPlots::new(panel, column, &fitted.fit, (&spec.id, &name), x, study.report.bins);
            Column::Usual(Box::new((fitted, plots)))
        };
        let fitted = fitted.map(drawn);
        (name, fitted)
    };
    if computed.stream.is_some() {
        // One after the other: each holds a row group and sums by level.
        return spec.columns.iter().enumerate().map(fit).collect();
    }
    // Columns at once, results in order: the first that fails is the one that is named.
    spec.columns.par_iter().enumerate().map(fit).collect()
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
    let at = number(at, Format::Legible(2));
    Some(Text::new(
        format!("{name} 列：曲线形状在{zh} = {at} 处翻转，{:.1}% 的样本在其右侧。", 100.0 * beyond),
        format!(
            "Column {name}: the curve changes its shape at {en} = {at}; {:.1} % of the sample lies beyond.",
            100.0 * beyond
        ),
    ))
}

/// The panels of a table, one above the other.
fn stacked(columns: &[ModelColumn], panels: &[PanelSpec], layout: &RegressionSpec) -> report::Result<Table> {
    let part = |panel: &PanelSpec| {
        let named = panel.columns.iter().filter_map(|name| columns.iter().find(|column| column.id == *name));
        (panel.title.text(), named.cloned().collect())
    };
    let parts: Vec<(Text, Vec<ModelColumn>)> = panels.iter().map(part).collect();
    panel_table(&parts, layout)
}

/// The mean of the dependent variable over the rows of the estimate, weighted as they are.
fn mean_of_dependent(fit: &Estimate) -> FitStat {
    let frame = fit.frame();
    let values = &frame.y.values;
    let weights = frame.weights.as_ref().map(|weights| &weights.values);
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let total: f64 = (0..values.len()).map(weight).sum();
    let sum: f64 = values.iter().enumerate().map(|(row, value)| weight(row) * value).sum();
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    FitStat::new("mean_y", without_rounding(sum / total, largest))
}

/// How many entities have both values of a dummy (D21).
fn switch_note(panel: &Panel, name: &str, study: &Study) -> panel_core::Result<Text> {
    let values = panel.float(name)?;
    let mut seen: Vec<[bool; 2]> = vec![[false; 2]; panel.n_entities()];
    for (row, &value) in values.iter().enumerate() {
        if !(value.is_nan() || value == 0.0 || value == 1.0) {
            return Err(panel_core::Error::BadValue {
                cell: Box::new(panel.cell(row, name)),
                expected: "0 or 1, since `switches` counts who changes between the two; name dummies there only".into(),
            });
        }
        if !value.is_nan() {
            seen[panel.entity_of_row()[row] as usize][usize::from(value != 0.0)] = true;
        }
    }
    let switching = seen.iter().filter(|both| both[0] && both[1]).count();
    let label = study.labels().get(name);
    let entities = panel.n_entities();
    Ok(Text::new(
        format!("{}：{entities} 个中有 {switching} 个在样本期内由 0 变为 1。", label.get(Lang::Zh)),
        format!("{}: {switching} of {entities} switch inside the sample period.", label.get(Lang::En)),
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
