//! Files of a multiverse: every universe, what is said of all of them, the input of `repframe`.

use super::attribution::Attribution;
use super::estimation::Estimation;
use super::result::Multiverse;
#[cfg(feature = "parquet")]
use panel_core::io::write::{TableColumn, table_to_parquet};
use panel_multiverse::grid::{ABSENT, Counts};
use panel_multiverse::record::{
    JointRow, OptionShare, RepframeRow, RepframeUniverse, TurningDensity, UniverseRecord, option_shares, repframe,
    repframe_labels, turning_density,
};
use panel_multiverse::{Changes, Description, Panel, describe};
use rayon::prelude::*;
use report::csv::push_record;
use serde::Serialize;
use serde_json::Value;
use stages::store::Staging;
use std::ops::Range;
#[cfg(feature = "parquet")]
use study::Error;
use study::number::{full, pretty};
use study::{PanelFormat, Result, Study};

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
pub fn write(staging: &mut Staging, multiverses: &[Multiverse], study: &Study) -> Result<()> {
    let parquet = study.report.panel.iter().flatten().any(|format| *format == PanelFormat::Parquet);
    for multiverse in multiverses {
        let stem = format!("results/multiverse-{}", multiverse.spec.id);
        universes(staging, multiverse, &stem, parquet)?;
        staging.write(&format!("{stem}.json"), pretty(&Record::new(multiverse)).as_bytes())?;
        replicators(staging, multiverse, &stem)?;
    }
    Ok(())
}

/// Universes `range` by `range` in expansion order: several blocks are put into bytes at once and handed over in order.
fn in_blocks<T: Send>(
    count: usize,
    make: impl Fn(Range<usize>) -> T + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let blocks: Vec<Range<usize>> = (0..count).step_by(BLOCK).map(|start| start..(start + BLOCK).min(count)).collect();
    for some in blocks.chunks(rayon::current_num_threads()) {
        let results: Vec<T> = some.par_iter().map(|range| make(range.clone())).collect();
        results.into_iter().try_for_each(&mut take)?;
    }
    Ok(())
}

/// One line per universe, in expansion order.
fn universes(staging: &mut Staging, multiverse: &Multiverse, stem: &str, parquet: bool) -> Result<()> {
    let first_same = multiverse.first_same();
    let choices = multiverse.grid.choices().iter().map(|choice| choice.id.as_str());
    let names: Vec<&str> = std::iter::once("id").chain(choices).chain(NUMBERS).collect();
    let rows = |range: Range<usize>| -> Vec<Vec<Shown>> {
        range.map(|place| shown(multiverse, place, first_same[place] as usize)).collect()
    };
    staging.write_in_pieces(&format!("{stem}.csv"), |put| {
        let mut text = String::new();
        push_record(&mut text, names.iter().copied());
        put(text.as_bytes())?;
        let lines = |range: Range<usize>| {
            let mut text = String::new();
            for row in rows(range) {
                let cells: Vec<String> = row.into_iter().map(Shown::text).collect();
                push_record(&mut text, cells.iter().map(String::as_str));
            }
            text
        };
        in_blocks(multiverse.len(), lines, |text| put(text.as_bytes()))
    })?;
    if parquet { columns(staging, &format!("{stem}.parquet"), &names, multiverse.len(), rows) } else { Ok(()) }
}

/// The same as columns, a row group per block.
#[cfg(feature = "parquet")]
fn columns(
    staging: &mut Staging,
    name: &str,
    names: &[&str],
    count: usize,
    rows: impl Fn(Range<usize>) -> Vec<Vec<Shown>>,
) -> Result<()> {
    let group = |range: Range<usize>| -> Vec<TableColumn> {
        let rows = rows(range);
        let column = |k: usize| {
            let cells = || rows.iter().map(|row| &row[k]);
            if cells().any(|cell| matches!(cell, Shown::Text(_))) {
                TableColumn::Texts(cells().map(Shown::word).collect())
            } else {
                TableColumn::Numbers(cells().map(Shown::number).collect())
            }
        };
        (0..names.len()).map(column).collect()
    };
    let groups = (0..count).step_by(BLOCK).map(|start| group(start..(start + BLOCK).min(count)));
    staging.write_in_pieces(name, |put| {
        let written = table_to_parquet(Pieces(put), names, groups);
        written.map_err(|error| Error::Environment(format!("`{name}`: {error}")))
    })
}

/// A file that takes its bytes in pieces.
#[cfg(feature = "parquet")]
struct Pieces<'a>(&'a mut dyn FnMut(&[u8]) -> Result<()>);

#[cfg(feature = "parquet")]
impl std::io::Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        (self.0)(bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A program without the feature is refused such a study before it runs.
#[cfg(not(feature = "parquet"))]
fn columns(_: &mut Staging, _: &str, _: &[&str], _: usize, _: impl Fn(Range<usize>) -> Vec<Vec<Shown>>) -> Result<()> {
    Ok(())
}

/// One cell of a universe.
enum Shown {
    Text(String),
    Number(Option<f64>),
    Count(Option<usize>),
}

impl Shown {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(value) => value.map_or_else(String::new, full),
            Self::Count(value) => value.map_or_else(String::new, |value| value.to_string()),
        }
    }

    #[cfg(feature = "parquet")]
    fn word(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        }
    }

    #[cfg(feature = "parquet")]
    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => *value,
            Self::Count(value) => value.map(|value| value as f64),
            Self::Text(_) => None,
        }
    }
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

/// Id, options and numbers of a universe; `same` is the place of the first with the same estimate.
fn shown(multiverse: &Multiverse, place: usize, same: usize) -> Vec<Shown> {
    use Shown::{Count, Number, Text};
    let grid = &multiverse.grid;
    let record = multiverse.record_of(place);
    let options = multiverse.universes.get(place).iter().enumerate().map(|(choice, &code)| match code {
        ABSENT => Text(String::new()),
        code => Text(grid.option_id(choice, code).to_owned()),
    });
    let fieller = record.fieller.as_ref();
    let verdict = record.verdict.and_then(|verdict| serde_json::to_value(verdict).ok());
    let numbers = [
        Text(record.reason.clone().unwrap_or_default()),
        Count(record.n),
        Count(record.clusters),
        Number(record.df),
        Number(record.b1),
        Number(record.se1),
        Number(record.p1),
        Number(record.b2),
        Number(record.se2),
        Number(record.p2),
        Number(record.cov12),
        Number(record.effect),
        Number(record.effect_se),
        Number(record.t),
        Number(record.lm_t),
        Number(record.lm_p),
        Text(verdict.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()),
        Number(record.turning_point),
        Text(fieller.map_or_else(String::new, |set| set.kind.clone())),
        Number(fieller.and_then(|set| set.low)),
        Number(fieller.and_then(|set| set.high)),
        Count(record.turning_inside.map(usize::from)),
        Number(record.turning_percentile),
        Number(record.share_beyond),
        Text(if same == place { String::new() } else { multiverse.id_of(same) }),
    ];
    std::iter::once(Text(record.id.clone())).chain(options).chain(numbers).collect()
}

/// `repframe`'s input and the labels of its numbers.
fn replicators(staging: &mut Staging, multiverse: &Multiverse, stem: &str) -> Result<()> {
    let grid = &multiverse.grid;
    let units: Vec<&str> = multiverse.units.iter().map(|&choice| grid.choices()[choice].id.as_str()).collect();
    staging.write_in_pieces(&format!("{stem}-repframe.csv"), |put| {
        let mut text = String::new();
        push_record(&mut text, REPFRAME.into_iter().chain(grid.choices().iter().map(|choice| choice.id.as_str())));
        put(text.as_bytes())?;
        let lines = |places: Range<usize>| {
            let mut text = String::new();
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
            text
        };
        in_blocks(multiverse.len(), lines, |text| put(text.as_bytes()))
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
