//! Efficiency and productivity with bad outputs.

use crate::error::{Failure, Result};
use crate::frame::{Columns, Frame};
use crate::options::{given, read};
use crate::source::{Keyed, Source};
use crate::work;
use gtfp_ebm::{PanelData, PanelResult, PanelSpec, Values, productivity as evaluate};
use panel_core::{Column, Panel, column::number_codes};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::Value;

/// Scores and indices of a panel; `options` are the keys of a study's `[[gtfp]]`.
#[pyfunction]
#[pyo3(signature = (data, inputs, goods, bads, unit, time=None, **options))]
pub(crate) fn productivity(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    inputs: Vec<String>,
    goods: Vec<String>,
    bads: Vec<String>,
    unit: &str,
    time: Option<&str>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Frame> {
    let mut options = given(options)?;
    for key in ["inputs", "goods", "bads"] {
        options.remove(key);
    }
    let spec: PanelSpec = read(options)?;
    let spec = PanelSpec { inputs, goods, bads, ..spec };
    if spec.bootstrap.is_some() {
        return Err(Failure::spec("bootstrap has no effect here: intervals are made by a study's [[gtfp]]").into());
    }
    let columns: Vec<&str> =
        spec.inputs.iter().chain(&spec.goods).chain(&spec.bads).chain(&spec.group).map(String::as_str).collect();
    let table = Source::new(data)?.table(Keyed::of(unit, time), columns)?;
    work::run(py, format!("productivity of {}", spec.goods.join(", ")), move || {
        let panel = table.panel()?;
        let result = evaluated(&panel, &spec)?;
        columns_of(&panel, &result)
    })?
    .frame()
}

/// The result of a panel, sorted by its keys.
fn evaluated(panel: &Panel, spec: &PanelSpec) -> Result<PanelResult> {
    let columns = |names: &[String]| -> Result<Vec<(String, Vec<f64>)>> {
        names.iter().map(|name| Ok((name.clone(), panel.float(name)?.to_vec()))).collect()
    };
    fn lent(columns: &[(String, Vec<f64>)]) -> Vec<(&str, &[f64])> {
        columns.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect()
    }
    let (inputs, goods, bads) = (columns(&spec.inputs)?, columns(&spec.goods)?, columns(&spec.bads)?);
    let group = spec.group.as_ref().map(|name| -> Result<Vec<u32>> {
        Ok(match panel.column(name)? {
            Column::Text(text) => text.codes().to_vec(),
            Column::Float(values) => number_codes(values).0,
        })
    });
    let group = group.transpose()?;
    let ordinals = panel.times().ordinals();
    let time: Vec<i64> = panel.time_of_row().iter().map(|&time| ordinals[time as usize]).collect();
    let label = |row: usize| {
        let (entity, time) = (panel.entity_label(row), panel.time_label(row));
        format!("{} `{entity}`, {} `{time}`", panel.entity_name(), panel.time_name())
    };
    let data = PanelData {
        inputs: &lent(&inputs),
        goods: &lent(&goods),
        bads: &lent(&bads),
        entity: panel.entity_of_row(),
        time: &time,
        group: group.as_deref(),
        label: &label,
    };
    evaluate(&data, spec).map_err(|error| {
        let row = match &error {
            gtfp_ebm::Error::BadValue { row, .. } => Some(*row),
            _ => None,
        };
        let failure = Failure::from(error);
        match row {
            Some(row) => failure.at(panel.entity_label(row), panel.time_label(row)),
            None => failure,
        }
    })
}

/// Keys, every column of the result, and with `details` those of each program.
fn columns_of(panel: &Panel, result: &PanelResult) -> Result<Columns> {
    let mut columns = Columns::all_keys(panel);
    for column in result.columns() {
        match column.values {
            Values::Numbers(values) => columns.optional(column.name, values),
            Values::Words(texts) => columns.words(column.name, texts.into_iter().map(Some)),
            _ => {}
        }
    }
    for (name, values) in result.detail_columns() {
        columns.optional(&name, values);
    }
    let mut summary = serde_json::to_value(&result.summary).map_err(|error| Failure::spec(error.to_string()))?;
    let key = |row: usize| [panel.entity_label(row), panel.time_label(row)];
    let peers: Vec<Value> = result
        .details
        .iter()
        .flat_map(|detail| detail.peers.iter().map(|&(peer, weight)| (detail.row, peer, weight)))
        .map(|(row, peer, weight)| serde_json::json!({ "unit": key(row), "peer": key(peer), "lambda": weight }))
        .collect();
    if let (Value::Object(summary), false) = (&mut summary, peers.is_empty()) {
        summary.insert("peers".into(), Value::Array(peers));
    }
    Ok(columns.remarks(&result.diagnostics).summary(summary))
}
