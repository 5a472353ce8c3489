//! Stage `market`: segmentation and integration from relative prices.

use super::{as_codes, float, places, unknown_word};
use crate::error::{Error, Result};
use crate::study::MarketSpec;
use market_seg::{
    Change, Divisor, PairRule, PriceChanges, PriceColumns, PriceKind, Relations, SegSpec, Weights, segmentation,
};
use panel_core::geo::Adjacency;
use panel_core::{Diagnostics, Panel};

const STAGE: &str = "market";

/// Values of every row of the panel; `NaN` outside the entity set and where there is no price change.
#[derive(Debug, Clone)]
pub struct Market {
    /// Segmentation.
    pub seg: Vec<f64>,
    /// Integration, Seg^(-1/2).
    pub mar: Vec<f64>,
    /// Rows of the entity set.
    pub rows: Vec<usize>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Computes the index on the rows of `keep`.
///
/// # Errors
/// Unknown words, prices that are not positive, what a pair rule or a weight needs and does not have.
pub fn compute(panel: &Panel, spec: &MarketSpec, keep: &[bool]) -> Result<Market> {
    let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| keep[row]).collect();
    let part = panel.filter(|row| keep[row]);
    let columns: Vec<&[f64]> = spec.prices.iter().map(|name| float(&part, name, STAGE)).collect::<Result<_>>()?;
    let kind = match spec.kind.as_str() {
        "chained" => PriceKind::Chained { base: 100.0 },
        "level" => PriceKind::Levels { lag: 1 },
        other => return Err(unknown_word(STAGE, "kind", other, "chained, level")),
    };
    let failed = |error: market_seg::Error| Error::stage(STAGE, error);
    let prices = PriceColumns {
        columns: &columns,
        entity: part.entity_of_row(),
        time: part.time_of_row(),
        entities: part.entities(),
        times: part.times().labels(),
        ordinals: part.times().ordinals(),
        goods: &spec.prices,
    };
    let changes = PriceChanges::from_columns(&prices, kind).map_err(failed)?;
    let choices = choices(spec, &part)?;
    let needs_places = matches!(choices.pairs, PairRule::WithinKm { .. })
        || matches!(choices.weights, Weights::InverseDistance { .. });
    let at = if needs_places { Some(places(&part, &spec.lat, &spec.lon, STAGE)?) } else { None };
    let group = match &spec.group {
        Some(name) => Some(by_entity(&part, name)?),
        None => None,
    };
    let adjacency = match &spec.neighbours {
        Some(name) => Some(neighbours(&part, name)?),
        None => None,
    };
    let gdp = match choices.weights {
        Weights::Gdp { .. } => Some(grid(&part, float(&part, &spec.weights, STAGE)?)),
        _ => None,
    };
    let relations = Relations {
        points: at.as_deref(),
        distances: None,
        adjacency: adjacency.as_ref(),
        group: group.as_deref(),
        gdp: gdp.as_deref(),
    };
    let result = segmentation(&changes, &relations, &choices).map_err(failed)?;
    let n = panel.n_rows();
    let (mut seg, mut mar) = (vec![f64::NAN; n], vec![f64::NAN; n]);
    for (i, &row) in rows.iter().enumerate() {
        let (entity, time) = (part.entity_of_row()[i], part.time_of_row()[i]);
        seg[row] = result.seg(entity, time).unwrap_or(f64::NAN);
        mar[row] = result.mar(entity, time).unwrap_or(f64::NAN);
    }
    let mut diagnostics = changes.diagnostics().clone();
    diagnostics.extend(result.diagnostics);
    Ok(Market { seg, mar, rows, diagnostics })
}

/// Choices in the words of the index.
///
/// # Errors
/// Unknown words, a choice that lacks what it needs.
pub(crate) fn choices(spec: &MarketSpec, part: &Panel) -> Result<SegSpec> {
    if spec.prices.len() < 2 {
        let message =
            format!("prices: expected at least two goods, got {}: it is a variance over goods", spec.prices.len());
        return Err(Error::stage(STAGE, message));
    }
    Ok(SegSpec {
        change: match spec.difference.as_str() {
            "absolute" => Change::Absolute,
            "signed" => Change::Signed,
            other => return Err(unknown_word(STAGE, "difference", other, "absolute, signed")),
        },
        pairs: match spec.pairs.as_str() {
            "all" => PairRule::All,
            "neighbours" => PairRule::Neighbours,
            "within-group" => PairRule::WithinGroup,
            "within-km" => {
                let km = spec.km.ok_or_else(|| Error::stage(STAGE, "pairs = \"within-km\" needs km"))?;
                PairRule::WithinKm { km }
            }
            other => return Err(unknown_word(STAGE, "pairs", other, "all, neighbours, within-km, within-group")),
        },
        weights: match spec.weights.as_str() {
            "sum" => Weights::Sum,
            "mean" => Weights::Mean,
            "inverse-distance" => Weights::InverseDistance { normalized: true },
            column if part.has(column) => Weights::Gdp { normalized: true },
            other => return Err(unknown_word(STAGE, "weights", other, "sum, mean, inverse-distance, or a column")),
        },
        divisor: match spec.divisor.as_str() {
            "n-1" => Divisor::Sample,
            "n" => Divisor::Population,
            other => return Err(unknown_word(STAGE, "divisor", other, "n, n-1")),
        },
        ..SegSpec::default()
    })
}

/// One group code per entity: that of its first row with one.
fn by_entity(part: &Panel, name: &str) -> Result<Vec<u32>> {
    let (codes, _) = as_codes(part.column(name).map_err(|error| Error::stage(STAGE, error))?);
    let mut group = vec![Relations::NO_GROUP; part.n_entities()];
    for row in (0..part.n_rows()).rev() {
        if codes[row] != u32::MAX {
            group[part.entity_of_row()[row] as usize] = codes[row];
        }
    }
    Ok(group)
}

/// Neighbours from a column that lists their labels, separated by semicolons; labels outside the sample are passed over.
fn neighbours(part: &Panel, name: &str) -> Result<Adjacency> {
    let (codes, labels) = as_codes(part.column(name).map_err(|error| Error::stage(STAGE, error))?);
    let mut lists = vec![Vec::new(); part.n_entities()];
    for row in (0..part.n_rows()).rev() {
        if let Some(list) = labels.get(codes[row] as usize) {
            lists[part.entity_of_row()[row] as usize] = list.split(';').map(|label| label.trim().to_owned()).collect();
        }
    }
    Ok(Adjacency::from_names(part.entities(), &lists).0)
}

/// Values on the full entity × period grid, period fastest.
fn grid(part: &Panel, values: &[f64]) -> Vec<f64> {
    let mut out = vec![f64::NAN; part.n_entities() * part.n_periods()];
    for (row, &value) in values.iter().enumerate() {
        out[part.entity_of_row()[row] as usize * part.n_periods() + part.time_of_row()[row] as usize] = value;
    }
    out
}
