//! ε and w from the data: raw values, or projections by the slacks-based or additive model under variable returns.

use crate::affinity::{Affinity, affinity};
use crate::data::{Group, Observations};
use crate::error::{Error, Result};
use crate::evaluate::{Extent, details};
use crate::lp::LpStats;
use crate::model::{additive, sbm};
use crate::reference_set::{ReferenceSet, Shape, Technologies};
use crate::spec::{BadsConvention, CalibrationRule, EbmParameters, Epsilon, Orientation, Rts, Weights};
use serde::{Deserialize, Serialize};

/// ε, w, ρ and affinity of every group, measured on one set of units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CalibrationResult {
    /// The rule; none where ε and w were given.
    pub rule: Option<CalibrationRule>,
    /// The period, or none for all periods pooled.
    pub period: Option<i64>,
    /// Number of units measured.
    pub units: usize,
    /// ε and w.
    pub parameters: EbmParameters,
    /// Affinity of inputs; none where given.
    pub inputs: Option<Affinity>,
    /// Affinity of goods.
    pub goods: Option<Affinity>,
    /// Affinity of bads; none without bads.
    pub bads: Option<Affinity>,
}

/// Measures ε and w on the rows given. Each group (inputs, goods, bads) has its own affinity matrix, so with one good
/// output ε_y = 0 and w⁺ = 1: its slack is not penalised.
///
/// Projections depend on which optimum the solver returns where several exist; raw data do not. ε depends on the
/// number of units and on outliers, since diversity is divided by a range.
///
/// # Errors
/// [`Error::Numerical`] where a projection has no optimum; data must have been checked positive.
///
/// **Reference** Tone and Tsutsui (2010), section 3 and footnote 1; groups of bad outputs as in programs with bads.
pub(crate) fn calibrate(
    observations: &Observations,
    rows: &[usize],
    rule: CalibrationRule,
    period: Option<i64>,
    extent: Extent,
    all_columns: bool,
    label: &dyn Fn(usize) -> String,
) -> Result<(CalibrationResult, LpStats)> {
    let dims = observations.dims();
    let mut stats = LpStats::default();
    let columns: Vec<Vec<f64>> = match rule {
        CalibrationRule::Raw => (0..dims.total()).map(|k| observations.column(k, rows)).collect(),
        CalibrationRule::Sbm | CalibrationRule::Add => {
            let (columns, counts) = projections(observations, rows, rule, extent, all_columns, label)?;
            stats = counts;
            columns
        }
    };
    let group = |group: Group| -> Result<Option<Affinity>> {
        let range = dims.range(group);
        if range.is_empty() { Ok(None) } else { affinity(&columns[range]).map(Some) }
    };
    let (inputs, goods, bads) = (group(Group::Input)?, group(Group::Good)?, group(Group::Bad)?);
    let epsilon = |a: &Option<Affinity>| a.as_ref().map_or(0.0, |a| a.epsilon);
    let weights = |a: &Option<Affinity>| a.as_ref().map_or_else(Vec::new, |a| a.weights.clone());
    let parameters = EbmParameters {
        epsilon: Epsilon { inputs: epsilon(&inputs), goods: epsilon(&goods), bads: epsilon(&bads) },
        weights: Weights { inputs: weights(&inputs), goods: weights(&goods), bads: weights(&bads) },
    };
    Ok((CalibrationResult { rule: Some(rule), period, units: rows.len(), parameters, inputs, goods, bads }, stats))
}

/// x − s⁻, y + s⁺ and b − sᵇ of every unit, column by column.
fn projections(
    observations: &Observations,
    rows: &[usize],
    rule: CalibrationRule,
    extent: Extent,
    all_columns: bool,
    label: &dyn Fn(usize) -> String,
) -> Result<(Vec<Vec<f64>>, LpStats)> {
    let dims = observations.dims();
    let form = match rule {
        CalibrationRule::Add => additive::formulation(dims, Rts::Vrs, &vec![1.0; dims.total()]),
        _ => sbm::formulation(dims, Orientation::None, Rts::Vrs, BadsConvention::Slack),
    };
    let shape = Shape { rts: Rts::Vrs, weak: false, abatement: false, all_columns };
    let reference = ReferenceSet::new(observations, rows, shape, &mut Technologies::default())?;
    let (results, stats) =
        details(&form, observations, rows, &reference, Extent { exclude_self: false, ..extent }, false)?;
    let mut columns = vec![Vec::with_capacity(rows.len()); dims.total()];
    for (&row, (outcome, detail)) in rows.iter().zip(results) {
        let detail = detail.ok_or_else(|| Error::Numerical {
            unit: label(row),
            reason: format!("the projection for ε and w ended {}", outcome.status),
        })?;
        for (k, column) in columns.iter_mut().enumerate() {
            let value = observations.at(row)[k];
            let moved = if dims.group(k) == Group::Good { value + detail.slacks[k] } else { value - detail.slacks[k] };
            if moved <= 0.0 {
                return Err(Error::Calibration(format!(
                    "the {rule} projection of {}, column `{}`, is {moved}, and affinity needs logarithms; use calibration = \"raw\"",
                    label(row),
                    observations.names()[k]
                )));
            }
            column.push(moved);
        }
    }
    Ok((columns, stats))
}
