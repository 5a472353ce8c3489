//! ε of a productivity specification under each calibration, with rank correlations of the scores (D6).

use super::closing;
use gtfp_ebm::{Calibration, CalibrationRule, PanelSpec};
use report::numfmt::Format;
use report::table::{Cell, Row};
use report::{Table, Text};
use stages::compute::Computed;
use stages::variables::sample;
use std::sync::Arc;
use study::indices::gtfp::{Gtfp, Productivity};
use study::indices::{Index, Part};
use study::{Error, Label, Result, Study, TableSpec};

/// The calibrations compared.
const RULES: [(CalibrationRule, &str, &str); 3] = [
    (CalibrationRule::Raw, "原始数据", "raw data"),
    (CalibrationRule::Sbm, "SBM 投影", "SBM projections"),
    (CalibrationRule::Add, "ADD 投影", "ADD projections"),
];

/// The table; one row per specification and calibration, the scores compared with the first.
///
/// # Errors
/// An unknown specification; those of the models.
pub fn calibration_table(spec: &TableSpec, study: &Study, computed: &Computed) -> Result<Table> {
    let header: Vec<Text> = [
        ("ε 投入", "ε inputs"),
        ("ε 期望产出", "ε goods"),
        ("ε 非期望产出", "ε bads"),
        ("平均得分", "Mean score"),
        ("与首行的秩相关", "Rank correlation with the first"),
    ]
    .map(Text::from)
    .to_vec();
    let mut table = Table::new(&spec.id, spec.title_text(), ("校准", "Calibration"), header);
    for id in &spec.variables {
        let base = study.indices.gtfp.iter().find(|gtfp| gtfp.own.id == *id).ok_or_else(|| {
            Error::stage(format!("tables/{}", spec.id), format!("there is no [[gtfp]] with id `{id}`"))
        })?;
        table.push_rows(rows(base, computed)?);
    }
    table.notes.extend(spec.notes.iter().map(Label::text));
    closing::close(&mut table, study);
    Ok(table)
}

fn rows(base: &Gtfp, computed: &Computed) -> Result<Vec<Row>> {
    let stage = base.stage();
    let keep = sample(&computed.panel, base.sample(), &stage)?.keep;
    let mut first: Option<Vec<f64>> = None;
    let mut rows = Vec::new();
    for (rule, zh, en) in RULES {
        let calibration = Calibration::Rule(rule);
        // The stage of this specification has solved one of them.
        let known = computed.index(&stage).filter(|_| base.choices.calibration == calibration).map(Arc::clone);
        let choices = PanelSpec { calibration, ..base.choices.clone() };
        let other = Gtfp { choices, ..base.clone() };
        let solve = || other.compute(&Part::new(&computed.panel, &keep, &stage)?).map(Arc::new);
        let result = known.map_or_else(solve, Ok).map_err(|error| Error::not_computed(&stage, error.message()))?;
        let scores = result.column(base.choices.score_name());
        let present: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
        let mean = present.iter().sum::<f64>() / present.len() as f64;
        let reference = first.get_or_insert_with(|| scores.to_vec());
        let correlation = spearman_of_common(reference, scores);
        let summary = result.details::<Productivity>().map(|details| &details.summary);
        let epsilon =
            summary.and_then(|summary| summary.calibration.first()).map(|calibration| calibration.parameters.epsilon);
        let cell =
            |value: Option<f64>| Cell::optional(value, Format::Fixed(4), ("此模型没有 ε", "this model has no ε"));
        let cells = vec![
            cell(epsilon.map(|epsilon| epsilon.inputs)),
            cell(epsilon.map(|epsilon| epsilon.goods)),
            cell(epsilon.map(|epsilon| epsilon.bads)),
            Cell::number(mean, Format::Fixed(4)),
            Cell::number(correlation, Format::Fixed(4)),
        ];
        rows.push(Row::new(Text::new(zh, en), cells));
    }
    Ok(rows)
}

/// Spearman's rank correlation over the rows that have a value in both.
fn spearman_of_common(a: &[f64], b: &[f64]) -> f64 {
    let both = a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (a, b): (Vec<f64>, Vec<f64>) = both.map(|(&a, &b)| (a, b)).unzip();
    spearman(&a, &b)
}

/// Spearman's rank correlation: Pearson's of mid-ranks.
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (mid_ranks(a), mid_ranks(b));
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let ties = order[start..].iter().take_while(|&&i| values[i] == values[order[start]]).count();
        for &i in &order[start..start + ties] {
            ranks[i] = start as f64 + (ties as f64 + 1.0) / 2.0;
        }
        start += ties;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(mid_ranks(&[2.0, 1.0, 2.0]), [2.5, 1.0, 2.5]);
        assert!((spearman(&[1.0, 2.0, 3.0], &[9.0, 5.0, 1.0]) + 1.0).abs() < 1e-15);
    }

    #[test]
    fn rows_are_paired_not_what_is_left_of_each() {
        let (a, b) = ([1.0, f64::NAN, 2.0, 3.0], [1.0, 9.0, f64::NAN, 5.0]);
        assert!((spearman_of_common(&a, &b) - 1.0).abs() < 1e-15);
        assert!(spearman_of_common(&[f64::NAN], &[1.0]).is_nan());
    }
}
