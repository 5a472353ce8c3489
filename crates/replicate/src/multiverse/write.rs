//! Files of a multiverse: every universe, what is said of all of them, the input of `repframe`.

use super::attribution::Attribution;
use super::estimation::Estimation;
use super::result::Multiverse;
use crate::error::Result;
use crate::store::{Staging, full, pretty};
use crate::study::Study;
use panel_multiverse::grid::Counts;
use panel_multiverse::record::{
    JointRow, OptionShare, RepframeRow, RepframeUniverse, TurningDensity, UniverseRecord, option_shares, repframe,
    repframe_labels, turning_density,
};
use panel_multiverse::{Changes, Description, Panel, describe};
use report::csv::push_record;
use serde::Serialize;
use serde_json::Value;

/// Universes that are put into words at once.
const BLOCK: usize = 4096;
/// Bins of turning points.
const BINS: usize = 20;

/// Writes the hash of every declaration, before anything is estimated.
///
/// # Errors
/// Those of the disk.
pub fn register(staging: &mut Staging, study: &Study) -> Result<()> {
    study.multiverse.iter().try_for_each(|spec| {
        let name = format!("results/multiverse-{}-registered.sha256", spec.id);
        staging.write(&name, format!("{}  [multiverse] {}\n", spec.hash(), spec.id).as_bytes())
    })
}

/// Writes the files of every multiverse.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, multiverses: &[Multiverse]) -> Result<()> {
    for multiverse in multiverses {
        let stem = format!("results/multiverse-{}", multiverse.spec.id);
        universes(staging, multiverse, &format!("{stem}.csv"))?;
        staging.write(&format!("{stem}.json"), pretty(&Record::new(multiverse)).as_bytes())?;
        replicators(staging, multiverse, &stem)?;
    }
    Ok(())
}

/// One line per universe, in expansion order.
fn universes(staging: &mut Staging, multiverse: &Multiverse, name: &str) -> Result<()> {
    let choices = multiverse.grid.choices();
    let first_same = multiverse.first_same();
    staging.write_in_pieces(name, |put| {
        let mut text = String::new();
        let header = std::iter::once("id").chain(choices.iter().map(|choice| choice.id.as_str())).chain(NUMBERS);
        push_record(&mut text, header);
        for place in 0..multiverse.len() {
            let record = multiverse.record_of(place);
            let same = first_same[place] as usize;
            let same_as = if same == place { String::new() } else { multiverse.id_of(same) };
            let cells = numbers(&record, same_as);
            let options = choices.iter().map(|choice| record.options[&choice.id].as_str().unwrap_or_default());
            let line = std::iter::once(record.id.as_str()).chain(options).chain(cells.iter().map(String::as_str));
            push_record(&mut text, line);
            if (place + 1) % BLOCK == 0 {
                put(text.as_bytes())?;
                text.clear();
            }
        }
        put(text.as_bytes())
    })
}

/// Columns after the choices.
const NUMBERS: [&str; 25] = [
    "reason",
    "n",
    "clusters",
    "df",
    "b1",
    "se1",
    "p1",
    "b2",
    "se2",
    "p2",
    "cov12",
    "effect",
    "effect_se",
    "t",
    "lm_t",
    "lm_p",
    "verdict",
    "turning_point",
    "fieller",
    "fieller_low",
    "fieller_high",
    "turning_inside",
    "turning_percentile",
    "share_beyond",
    "same_as",
];

fn numbers(record: &UniverseRecord, same_as: String) -> [String; 25] {
    let number = |value: Option<f64>| value.map_or_else(String::new, full);
    let count = |value: Option<usize>| value.map_or_else(String::new, |value| value.to_string());
    let fieller = record.fieller.as_ref();
    let verdict = record.verdict.and_then(|verdict| serde_json::to_value(verdict).ok());
    [
        record.reason.clone().unwrap_or_default(),
        count(record.n),
        count(record.clusters),
        number(record.df),
        number(record.b1),
        number(record.se1),
        number(record.p1),
        number(record.b2),
        number(record.se2),
        number(record.p2),
        number(record.cov12),
        number(record.effect),
        number(record.effect_se),
        number(record.t),
        number(record.lm_t),
        number(record.lm_p),
        verdict.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
        number(record.turning_point),
        fieller.map_or_else(String::new, |set| set.kind.clone()),
        number(fieller.and_then(|set| set.low)),
        number(fieller.and_then(|set| set.high)),
        record.turning_inside.map_or_else(String::new, |inside| u8::from(inside).to_string()),
        number(record.turning_percentile),
        number(record.share_beyond),
        same_as,
    ]
}

/// `repframe`'s input and the labels of its numbers.
fn replicators(staging: &mut Staging, multiverse: &Multiverse, stem: &str) -> Result<()> {
    let grid = &multiverse.grid;
    let units: Vec<&str> = multiverse.units.iter().map(|&choice| grid.choices()[choice].id.as_str()).collect();
    staging.write_in_pieces(&format!("{stem}-repframe.csv"), |put| {
        let mut text = String::new();
        push_record(&mut text, REPFRAME.into_iter().chain(grid.choices().iter().map(|choice| choice.id.as_str())));
        for start in (0..multiverse.len()).step_by(BLOCK) {
            let places = start..(start + BLOCK).min(multiverse.len());
            let records: Vec<UniverseRecord> = places.clone().map(|place| multiverse.record_of(place)).collect();
            let rows: Vec<RepframeUniverse<'_>> = places
                .zip(&records)
                .map(|(place, record)| RepframeUniverse {
                    codes: multiverse.universes.get(place),
                    record,
                    mean: multiverse.mean_of(place),
                })
                .collect();
            for row in repframe(grid, &multiverse.spec.x, None, &rows, &units) {
                let cells = repframe_cells(&row, grid.choices().iter().map(|choice| &row.choices[&choice.id]));
                push_record(&mut text, cells.iter().map(String::as_str));
            }
            put(text.as_bytes())?;
            text.clear();
        }
        Ok(())
    })?;
    let mut labels = String::new();
    push_record(&mut labels, ["choice", "value", "option", "label_zh", "label_en"]);
    for label in repframe_labels(grid) {
        let value = label.value.to_string();
        push_record(&mut labels, [&*label.choice, &value, &label.option, &label.label_zh, &label.label_en]);
    }
    staging.write(&format!("{stem}-repframe-labels.csv"), labels.as_bytes())
}

const REPFRAME: [&str; 14] = [
    "result",
    "beta",
    "se",
    "pval",
    "zscore",
    "df",
    "mean",
    "sameunits",
    "origpath",
    "orig_in_multiverse",
    "beta2",
    "se2",
    "pval2",
    "zscore2",
];

fn repframe_cells<'a>(row: &RepframeRow, choices: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, full);
    let mut cells = vec![row.result.clone()];
    cells.extend([row.beta, row.se, row.pval, row.zscore, row.df, row.mean].map(number));
    cells.extend([row.sameunits, row.origpath, row.orig_in_multiverse].map(|flag| flag.to_string()));
    cells.extend([row.beta2, row.se2, row.pval2, row.zscore2].map(number));
    cells.extend(choices.map(|value| value.as_u64().map_or_else(String::new, |value| value.to_string())));
    cells
}

/// `results/multiverse-<id>.json`.
#[derive(Serialize)]
struct Record<'a> {
    id: &'a str,
    table: &'a str,
    column: &'a str,
    x: &'a str,
    effect: &'static str,
    raw: bool,
    level: f64,
    registered: String,
    counts: &'a Counts,
    sampled: Option<u64>,
    universes: usize,
    made: Vec<Made<'a>>,
    groups: Vec<Group>,
    joint: JointRecord<'a>,
    attribution: &'a [Attribution],
    attribution_remarks: &'a [String],
    changes: Option<&'a Changes>,
    options: Vec<OptionShare>,
    turning_points: Option<TurningDensity>,
}

#[derive(Serialize)]
struct Made<'a> {
    stage: &'a str,
    results: usize,
}

/// Description of a panel.
#[derive(Serialize)]
struct Group {
    panel: String,
    #[serde(flatten)]
    description: Description,
}

#[derive(Serialize)]
struct JointRecord<'a> {
    resample: &'static str,
    direction: &'static str,
    draws: usize,
    seed: u64,
    cluster: &'a str,
    clusters: usize,
    discarded: usize,
    panels: &'a [JointRow],
    untested: Vec<Untested<'a>>,
}

#[derive(Serialize)]
struct Untested<'a> {
    panel: &'a str,
    reason: &'a str,
}

impl<'a> Record<'a> {
    fn new(multiverse: &'a Multiverse) -> Self {
        let Multiverse { estimation: Estimation { spec, grid, .. }, joint, attributions } = multiverse;
        let records = multiverse.estimate_records();
        let groups = [("base", Panel::Base), ("pooled", Panel::Pooled), ("all", Panel::All)].map(|(name, panel)| {
            let places = multiverse.estimates.places(grid, &grid.panel_scope(&panel));
            let outcomes = multiverse.outcomes(&places, records);
            Group { panel: name.to_owned(), description: describe(&outcomes, spec.level) }
        });
        let untested = joint.untested.iter().map(|(panel, reason)| Untested { panel, reason }).collect();
        Self {
            id: &spec.id,
            table: &spec.table,
            column: &spec.column,
            x: &spec.x,
            effect: multiverse.effect.name(),
            raw: spec.raw,
            level: spec.level,
            registered: spec.hash(),
            counts: &multiverse.counts,
            sampled: spec.sample,
            universes: multiverse.len(),
            made: multiverse.made.iter().map(|(stage, results)| Made { stage, results: *results }).collect(),
            groups: groups.into(),
            joint: JointRecord {
                resample: spec.joint.resample.name(),
                direction: spec.joint.direction.name(),
                draws: spec.joint.draws,
                seed: spec.joint.seed,
                cluster: &joint.cluster,
                clusters: joint.clusters,
                discarded: joint.discarded,
                panels: &joint.rows,
                untested,
            },
            attribution: &attributions.responses,
            attribution_remarks: &attributions.remarks,
            changes: attributions.changes.as_ref(),
            options: option_shares(grid, &multiverse.estimates, records),
            turning_points: if multiverse.square { turning_density(records, BINS) } else { None },
        }
    }
}
