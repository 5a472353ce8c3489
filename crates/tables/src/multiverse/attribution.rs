//! Which choice moves the result, and which smallest set of changes.

use super::blocks::{Resampling, parts, prepare};
use super::column::stage;
use super::design::Cell;
use super::estimation::Estimation;
use panel_multiverse::attribution::{Cells, Interval, attribute as exact, intervals_of};
use panel_multiverse::declaration::Response;
use panel_multiverse::joint::{Plan, pairs_responses, put};
use panel_multiverse::record::{AttributionRecord, UniverseRecord, attribution_record};
use panel_multiverse::{Changes, smallest_changes};
use serde::Serialize;
use std::collections::BTreeMap;
use study::{Error, Result};

/// Most choices for exact shares.
const MOST_CHOICES: usize = 20;
/// Bytes that resampled responses may take.
const ROOM: usize = 400 << 20;

/// Shares of one response.
#[derive(Debug, Serialize)]
pub(super) struct Attribution {
    /// Estimates with the response.
    pub(super) estimates: usize,
    /// Estimates without it: refused, or without a turning point.
    pub(super) left_out: usize,
    #[serde(flatten)]
    pub(super) record: AttributionRecord,
}

/// What moves the result.
#[derive(Debug, Default)]
pub(super) struct Attributions {
    pub(super) responses: Vec<Attribution>,
    /// Why there are no shares, or no intervals.
    pub(super) remarks: Vec<String>,
    pub(super) changes: Option<Changes>,
}

/// Shares of every response that is asked for, and the smallest changes.
///
/// # Errors
/// A universe of `from` that is not there.
pub(super) fn attribute(multiverse: &Estimation, resampling: &Resampling<'_>) -> Result<Attributions> {
    let records = multiverse.estimate_records();
    let mut found = Attributions { changes: Some(changes(multiverse, records)?), ..Attributions::default() };
    let spec = &multiverse.spec.attribution;
    if spec.responses.is_empty() {
        return Ok(found);
    }
    let factors = multiverse.grid.factors().iter().filter(|factor| !multiverse.grid.is_inference(factor[0])).count();
    if factors > MOST_CHOICES {
        found.remarks.push(format!("{factors} choices: exact shares take at most {MOST_CHOICES}"));
        return Ok(found);
    }
    let draws = match spec.draws {
        0 => None,
        draws => match resampled(multiverse, resampling, draws, &spec.responses) {
            Ok(drawn) => Some(drawn),
            Err(error) => {
                found.remarks.push(format!("no intervals: {}", error.message()));
                None
            }
        },
    };
    for (place, &response) in spec.responses.iter().enumerate() {
        let drawn = draws.as_ref().map(|draws| draws.values[place].as_slice());
        found.responses.push(one(multiverse, records, response, drawn)?);
    }
    Ok(found)
}

fn one(
    multiverse: &Estimation,
    records: &[UniverseRecord],
    response: Response,
    drawn: Option<&[Vec<f32>]>,
) -> Result<Attribution> {
    let failed = |error: panel_multiverse::Error| Error::stage(stage(&multiverse.spec), error);
    let value = |record: &UniverseRecord| record.response(response).filter(|value| value.is_finite());
    let places: Vec<u32> =
        (0_u32..).zip(records).filter(|(_, record)| value(record).is_some()).map(|(place, _)| place).collect();
    let left_out = records.len() - places.len();
    let estimates = places.len();
    if places.is_empty() {
        let record = attribution_record(&multiverse.grid, response, None, None);
        return Ok(Attribution { estimates, left_out, record });
    }
    let values: Vec<f64> = places.iter().filter_map(|&place| value(&records[place as usize])).collect();
    let cells = Cells::of(&multiverse.grid, &multiverse.estimates.select(&places), false).map_err(failed)?;
    let shares = exact(&cells, &[&values]).map_err(failed)?.into_iter().next().flatten();
    let interval: Option<Interval> = match drawn.filter(|_| shares.is_some()) {
        Some(draws) => {
            let of_places = |draw: usize| places.iter().map(|&place| f64::from(draws[draw][place as usize])).collect();
            Some(intervals_of(&cells, draws.len(), of_places).map_err(failed)?)
        }
        None => None,
    };
    let record = attribution_record(&multiverse.grid, response, shares.as_ref(), interval.as_ref());
    Ok(Attribution { estimates, left_out, record })
}

/// Responses in draws of whole clusters, by response, draw and estimate; not a number where there is no estimate. Single
/// precision is far below the noise of the draws, and halves the largest thing that a multiverse holds.
struct Drawn {
    values: Vec<Vec<Vec<f32>>>,
}

/// Draws design by design: the plan is one, so that draws of all of them go together.
fn resampled(
    multiverse: &Estimation,
    resampling: &Resampling<'_>,
    draws: usize,
    responses: &[Response],
) -> Result<Drawn> {
    let count = multiverse.estimates.len();
    let refused = |message: String| Error::not_computed(stage(&multiverse.spec), message);
    let needed = 4 * responses.len() * draws * count;
    if needed > ROOM {
        let message = format!(
            "{draws} draws of {} responses of {count} estimates would take {} MB; at most {} are given",
            responses.len(),
            needed >> 20,
            ROOM >> 20
        );
        return Err(refused(message));
    }
    let mut places: BTreeMap<Cell, Vec<u32>> = BTreeMap::new();
    for place in (0..count).filter(|&place| multiverse.numbers_of(place).is_ok()) {
        let cell = multiverse.cells[place].clone().map_err(|reason| refused(reason.to_string()))?;
        places.entry(cell).or_default().push(place as u32);
    }
    let mut values = vec![vec![vec![f32::NAN; count]; draws]; responses.len()];
    let plan = Plan::Pairs { seed: multiverse.spec.joint.seed };
    let cells: Vec<Cell> = places.keys().copied().collect();
    let parts = parts(multiverse, resampling, &cells)?;
    for part in &parts {
        let prepared = prepare(multiverse, resampling, part, false)?;
        let found = pairs_responses(&prepared.problem(), &plan, draws, responses, multiverse.spec.level)
            .map_err(|error| refused(error.to_string()))?;
        if found.discarded > 0 && parts.len() > 1 {
            return Err(refused("some draws do not identify every estimate, so that draws do not go together".into()));
        }
        let targets: Vec<&[u32]> = part.iter().map(|cell| places[cell].as_slice()).collect();
        for (values, found) in values.iter_mut().zip(&found.values) {
            values.iter_mut().zip(found).for_each(|(values, found)| put(values, found, &targets));
        }
    }
    Ok(Drawn { values })
}

/// Minimal sets of changes from the base, or from the universe of `from`.
fn changes(multiverse: &Estimation, records: &[UniverseRecord]) -> Result<Changes> {
    let failed = |error: panel_multiverse::Error| Error::stage(stage(&multiverse.spec), error);
    let from = match &multiverse.spec.from {
        None => multiverse.base(),
        Some(id) => multiverse.place_of(id, records).ok_or_else(|| {
            let near = panel_core::suggest::nearest(id, records.iter().map(|record| record.id.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Error::stage(stage(&multiverse.spec), format!("from = \"{id}\": there is no universe of this id{near}"))
        })?,
    };
    let verdicts = Estimation::verdicts(records);
    smallest_changes(&multiverse.grid, &multiverse.estimates, &verdicts, from).map_err(failed)
}
