//! Stage `tables`: descriptive statistics, regressions, mediation chains, the specification curve.

use super::calibration;
use super::curve;
use super::entropy;
use super::labels::labels;
use super::mediation;
use super::records::EstimateRecord;
use super::regress::{Fitted, estimate};
use crate::compute::{Cache, Computed};
use crate::error::{Error, Result};
use crate::output::{Staging, stage_files};
use crate::published::lang;
use crate::study::{Loaded, Study, TableKind, TableSpec};
use panel_core::Diagnostic;
use panel_core::descriptives::describe_columns;
use report::descriptives::{DescriptivesSpec, Summary, descriptives_table};
use report::{ModelColumn, RegressionSpec, StarRule, Table, TableFormat, regression_table};
use serde_json::Value;

/// Formats that every table is written in.
const FORMATS: [TableFormat; 7] = [
    TableFormat::Markdown,
    TableFormat::Csv,
    TableFormat::Json,
    TableFormat::Html,
    TableFormat::Latex,
    TableFormat::Docx,
    TableFormat::Xlsx,
];

/// What the stage makes.
#[derive(Debug, Default)]
pub struct Tables {
    /// Tables in order, the curve last.
    pub tables: Vec<Table>,
    /// Regressions in file order.
    pub estimates: Vec<EstimateRecord>,
    /// Mediation chains.
    pub mediation: Vec<Value>,
    /// The specification curve.
    pub curve: Vec<Value>,
    /// Remarks, by table and column.
    pub diagnostics: Vec<(String, Diagnostic)>,
    columns: Vec<(String, ModelColumn)>,
    summaries: Vec<(String, Summary)>,
}

impl Tables {
    /// A shown column of a regression table by its name.
    #[must_use]
    pub fn column_of(&self, table: &str, column: &str) -> Option<&ModelColumn> {
        self.columns.iter().find(|(id, shown)| id == table && shown.id == column).map(|(_, shown)| shown)
    }

    /// Statistics of a variable in a descriptive table.
    #[must_use]
    pub fn summary_of(&self, table: &str, variable: &str) -> Option<&Summary> {
        self.summaries.iter().find(|(id, summary)| id == table && summary.name == variable).map(|(_, summary)| summary)
    }

    /// All statistics of a descriptive table.
    #[must_use]
    pub fn summaries_of(&self, table: &str) -> Vec<&Summary> {
        self.summaries.iter().filter(|(id, _)| id == table).map(|(_, summary)| summary).collect()
    }

    /// Writes `tables/` and `results/*.json`.
    ///
    /// # Errors
    /// Those of the renderers and of the disk.
    pub fn write(&self, staging: &mut Staging, study: &Study) -> Result<()> {
        for table in &self.tables {
            for format in FORMATS {
                let bytes = table.render(format, lang(study)).map_err(|error| Error::stage("tables", error))?;
                staging.write(&format!("tables/{}.{}", table.id, format.extension()), &bytes)?;
            }
        }
        staging.write("results/estimates.json", stage_files::pretty(&self.estimates).as_bytes())?;
        if !self.mediation.is_empty() {
            staging.write("results/mediation.json", stage_files::pretty(&self.mediation).as_bytes())?;
        }
        if !self.curve.is_empty() {
            staging.write("results/curve.json", stage_files::pretty(&self.curve).as_bytes())?;
        }
        Ok(())
    }
}

/// Makes every table of a study.
///
/// # Errors
/// A formula or a sample that does not fit the data, with table and column.
pub fn build(loaded: &Loaded, computed: &Computed, cache: &Cache) -> Result<Tables> {
    let study = &loaded.study;
    let mut made = Tables::default();
    for spec in &study.tables {
        let table = match spec.kind {
            TableKind::Descriptives => descriptives(spec, study, computed, &mut made)?,
            TableKind::EntropyWeights => entropy::weights_table(spec, study, &computed.panel, &mut made.diagnostics)?,
            TableKind::Calibration => calibration::calibration_table(spec, study, computed)?,
            TableKind::Regression => regressions(spec, study, computed, &mut made)?,
        };
        made.tables.push(table);
    }
    for spec in &study.mediation {
        let (record, table) = mediation::mediate(spec, study, computed, &mut made.diagnostics)?;
        made.mediation.push(record);
        made.tables.push(table);
    }
    if let Some(spec) = &study.curve {
        let (records, table) = curve::curve(spec, loaded, cache)?;
        made.curve = records;
        made.tables.push(table);
    }
    Ok(made)
}

fn descriptives(spec: &TableSpec, study: &Study, computed: &Computed, made: &mut Tables) -> Result<Table> {
    let failed = |error: panel_core::Error| Error::stage(format!("tables/{}", spec.id), error);
    let mut rows = Vec::new();
    for d in describe_columns(&computed.panel, &spec.variables).map_err(failed)? {
        rows.push(Summary {
            name: d.name,
            group: report::Text::default(),
            n: d.n,
            mean: d.mean,
            sd: d.sd,
            min: d.min,
            p5: d.p5,
            p50: d.p50,
            p95: d.p95,
            max: d.max,
        });
    }
    let mut layout = DescriptivesSpec::new(&spec.id, title(spec));
    layout.labels = labels(study);
    layout.notes.extend(spec.notes.iter().map(crate::study::Label::text));
    layout.notes.extend(study.study.notice.clone().map(report::Text::from));
    let table =
        descriptives_table(&rows, &layout).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
    made.summaries.extend(rows.into_iter().map(|row| (spec.id.clone(), row)));
    Ok(table)
}

fn regressions(spec: &TableSpec, study: &Study, computed: &Computed, made: &mut Tables) -> Result<Table> {
    let mut shown: Vec<ModelColumn> = Vec::new();
    let mut remarks: Vec<report::Text> = Vec::new();
    for (place, column) in spec.columns.iter().enumerate() {
        let name = column.name.clone().unwrap_or_else(|| format!("({})", place + 1));
        let stage = format!("tables/{}", spec.id);
        let fitted: Fitted = estimate(&computed.panel, study, column, &spec.id, &name)
            .map_err(|error| error.at(format!("{stage}, column {name}")))?;
        made.diagnostics.extend(fitted.diagnostics.into_iter().map(|remark| (format!("{}{name}", spec.id), remark)));
        shown.extend(fitted.first_stages);
        shown.push(fitted.column);
        remarks.extend(flip_note(&fitted.record, &name));
        made.estimates.push(fitted.record);
    }
    let mut layout = RegressionSpec::new(&spec.id, title(spec), StarRule::china());
    if let Some(names) = &spec.show {
        layout = layout.coefs(names.iter().map(String::as_str));
    }
    layout = layout.labels(labels(study)).fit_rows(fit_keys(&shown).iter().map(String::as_str));
    layout.numbered = false;
    layout.digits = report::Format::Adaptive(3);
    for name in &spec.switches {
        remarks.push(
            switch_note(&computed.panel, name, study)
                .map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?,
        );
    }
    layout.notes.extend(remarks);
    layout.notes.extend(spec.notes.iter().map(crate::study::Label::text));
    layout.notes.extend(study.study.notice.clone().map(report::Text::from));
    let table =
        regression_table(&shown, &layout).map_err(|error| Error::stage(format!("tables/{}", spec.id), error))?;
    made.columns.extend(shown.into_iter().map(|column| (spec.id.clone(), column)));
    Ok(table)
}

/// Where a moderated curve changes its shape, and how much of the sample lies beyond (D22).
fn flip_note(record: &EstimateRecord, name: &str) -> Option<report::Text> {
    let flip = &record.moderation["flip"];
    let (at, beyond) = (flip["at"]["estimate"].as_f64()?, flip["share_beyond"].as_f64()?);
    let moderator = record.moderation["moderator"].as_str()?;
    Some(report::Text::new(
        format!("{name} 列：曲线形状在 {moderator} = {at:.2} 处翻转，{:.1}% 的样本在其右侧。", 100.0 * beyond),
        format!(
            "Column {name}: the curve changes its shape at {moderator} = {at:.2}; {:.1} % of the sample lies beyond.",
            100.0 * beyond
        ),
    ))
}

/// How many entities have both values of a dummy (D21).
fn switch_note(panel: &panel_core::Panel, name: &str, study: &Study) -> panel_core::Result<report::Text> {
    let values = panel.float(name)?;
    let mut seen: Vec<[bool; 2]> = vec![[false; 2]; panel.n_entities()];
    for (row, &value) in values.iter().enumerate() {
        if !value.is_nan() {
            seen[panel.entity_of_row()[row] as usize][usize::from(value != 0.0)] = true;
        }
    }
    let switching = seen.iter().filter(|both| both[0] && both[1]).count();
    let label = labels(study).get(name);
    let of = panel.n_entities();
    Ok(report::Text::new(
        format!("{}：{of} 个中有 {switching} 个在样本期内由 0 变为 1。", label.get(report::Lang::Zh)),
        format!("{}: {switching} of {of} switch inside the sample period.", label.get(report::Lang::En)),
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

fn title(spec: &TableSpec) -> report::Text {
    spec.title.as_ref().map_or_else(|| report::Text::from(spec.id.clone()), crate::study::Label::text)
}
