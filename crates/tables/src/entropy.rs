//! Entropy weights of a composite index, indicators in rows (Table 4 of the paper).

use super::{closing, headings};
use panel_core::index::{Direction, EntropySpec, entropy_index};
use panel_core::{Diagnostic, Panel};
use report::numfmt::Format;
use report::table::{Cell, Row};
use report::{Table, Text};
use study::{Error, Label, Result, Study, TableSpec, indicator};

/// The weights of the indicators of a table.
///
/// # Errors
/// Unknown or non-numeric indicators; those of the index.
pub fn weights_table(
    spec: &TableSpec,
    study: &Study,
    panel: &Panel,
    diagnostics: &mut Vec<(String, Diagnostic)>,
) -> Result<Table> {
    let stage = format!("tables/{}", spec.id);
    let failed = |error: panel_core::Error| Error::stage(&stage, error);
    let part = super::descriptives::part(spec, panel, diagnostics)?;
    let mut indicators = Vec::new();
    for signed in &spec.variables {
        let (name, direction) = indicator(signed);
        indicators.push((name, part.float(name).map_err(failed)?, direction));
    }
    let choices = EntropySpec { shift: spec.shift.unwrap_or(EntropySpec::default().shift) };
    let index = entropy_index(&indicators, &choices).map_err(|error| Error::not_computed(&stage, error))?;
    let header: Vec<Text> = [("指标属性", "Sign"), ("信息熵", "Entropy"), ("权重", "Weight")].map(Text::from).to_vec();
    let mut table = Table::new(&spec.id, spec.title_text(), ("指标层", "Indicator"), header);
    let names = study.labels();
    let rows = indicators
        .iter()
        .enumerate()
        .map(|(j, (name, _, direction))| {
            let sign = if *direction == Direction::Cost { "−" } else { "+" };
            let cells = vec![
                Cell::text(sign),
                Cell::number(index.entropies[j], Format::Legible(4)),
                Cell::number(index.weights[j], Format::Legible(4)),
            ];
            Row::new(names.get(name), cells)
        })
        .collect();
    table.number = spec.number_text();
    table.push_rows(rows);
    headings::arrange(&mut table, spec, study, ("指标含义", "Meaning"));
    table.push_note(Text::new(
        format!("极差标准化后加 {}；权重按全部 {} 个观测合并计算。", choices.shift, index.n),
        format!("Min-max values plus {}; weights pooled over {} observations.", choices.shift, index.n),
    ));
    table.notes.extend(spec.notes.iter().map(Label::text));
    closing::close(&mut table, study);
    diagnostics.extend(index.diagnostics.into_iter().map(|remark| (spec.id.clone(), remark)));
    Ok(table)
}
