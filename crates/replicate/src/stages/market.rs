//! Stage `market`: segmentation and integration from relative prices.

use super::{as_codes, float, places, unknown_word};
use crate::error::{Error, Result};
use crate::study::MarketSpec;
use market_seg::{
    Change, Demean, Divisor, PairRule, PriceChanges, PriceColumns, PriceKind, Relations, SegSpec, Weights, segmentation,
};
use panel_core::geo::{Adjacency, LatLon};
use panel_core::{Diagnostics, Keys, Panel};

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
    let ready = Ready::of(panel, spec, keep)?;
    let relations = Relations {
        points: ready.at.as_deref(),
        distances: None,
        adjacency: ready.adjacency.as_ref(),
        group: ready.group.as_deref(),
        gdp: ready.gdp.as_deref(),
    };
    let result = segmentation(&ready.changes, &relations, &ready.choices).map_err(failed)?;
    let n = panel.n_rows();
    let rows: Vec<usize> = (0..n).filter(|&row| keep[row]).collect();
    let (mut seg, mut mar) = (vec![f64::NAN; n], vec![f64::NAN; n]);
    for (i, &row) in rows.iter().enumerate() {
        let (entity, time) = (ready.part.entity_of_row()[i], ready.part.time_of_row()[i]);
        seg[row] = result.seg(entity, time).unwrap_or(f64::NAN);
        mar[row] = result.mar(entity, time).unwrap_or(f64::NAN);
    }
    // The remarks about price changes are among those of the result.
    Ok(Market { seg, mar, rows, diagnostics: result.diagnostics })
}

/// What [`compute`] would refuse before it compares any pair.
///
/// # Errors
/// Those of [`compute`].
pub fn validate(panel: &Panel, spec: &MarketSpec, keep: &[bool]) -> Result<()> {
    Ready::of(panel, spec, keep)?.choices.validate().map_err(failed)
}

fn failed(error: market_seg::Error) -> Error {
    Error::stage(STAGE, error)
}

/// What the index is computed from.
struct Ready {
    part: Panel,
    changes: PriceChanges,
    choices: SegSpec,
    at: Option<Vec<Option<LatLon>>>,
    group: Option<Vec<u32>>,
    adjacency: Option<Adjacency>,
    gdp: Option<Vec<f64>>,
}

impl Ready {
    fn of(panel: &Panel, spec: &MarketSpec, keep: &[bool]) -> Result<Self> {
        let part = panel.filter(|row| keep[row]);
        if part.n_rows() == 0 {
            return Err(Error::stage(STAGE, "the sample has no rows"));
        }
        let choices = choices(spec, &part)?;
        let columns: Vec<&[f64]> = spec.prices.iter().map(|name| float(&part, name, STAGE)).collect::<Result<_>>()?;
        let kind = match spec.kind.as_str() {
            "chained" => PriceKind::Chained { base: spec.base },
            "level" => PriceKind::Levels { lag: spec.lag },
            other => return Err(unknown_word(STAGE, "kind", other, "chained, level")),
        };
        let prices = PriceColumns {
            keys: Keys::of_panel(&part),
            columns: &columns,
            goods: &spec.prices,
        };
        let changes = PriceChanges::from_columns(&prices, kind).map_err(failed)?;
        let needs_places = matches!(choices.pairs, PairRule::WithinKm { .. })
            || matches!(choices.weights, Weights::InverseDistance { .. });
        let at = needs_places.then(|| places(&part, &spec.lat, &spec.lon, STAGE)).transpose()?;
        let group = spec.group.as_ref().map(|name| by_entity(&part, name)).transpose()?;
        let adjacency = spec.neighbours.as_ref().map(|name| neighbours(&part, name)).transpose()?;
        let gdp = match choices.weights {
            Weights::Gdp { .. } => Some(grid(&part, float(&part, &spec.weights, STAGE)?)),
            _ => None,
        };
        Ok(Self { changes, choices, at, group, adjacency, gdp, part })
    }
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
            "neighbours" if spec.neighbours.is_none() => {
                return Err(Error::stage(STAGE, "pairs = \"neighbours\" needs neighbours, the column that lists them"));
            }
            "neighbours" => PairRule::Neighbours,
            "within-group" if spec.group.is_none() => {
                return Err(Error::stage(STAGE, "pairs = \"within-group\" needs group, the column of groups"));
            }
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
            column if part.has(column) => Weights::Gdp { column: column.to_owned(), normalized: true },
            other => return Err(unknown_word(STAGE, "weights", other, "sum, mean, inverse-distance, or a column")),
        },
        divisor: match spec.divisor.as_str() {
            "n-1" => Divisor::Sample,
            "n" => Divisor::Population,
            other => return Err(unknown_word(STAGE, "divisor", other, "n, n-1")),
        },
        demean: match spec.demean.as_str() {
            "all-pairs" => Demean::AllPairs,
            "selected-pairs" => Demean::SelectedPairs,
            "none" => Demean::None,
            other => return Err(unknown_word(STAGE, "demean", other, "all-pairs, selected-pairs, none")),
        },
        min_goods: spec.min_goods,
        min_km: spec.min_km,
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
