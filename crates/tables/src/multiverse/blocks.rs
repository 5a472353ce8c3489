//! Designs as cross-products by cluster, for draws: effects inside clusters are taken out, the others stay as columns.

use super::artefacts::{Lack, reason};
use super::column::{Why, stage};
use super::design::{Cell, Design};
use super::estimate::Bench;
use super::estimation::Estimation;
use panel_core::{Column, Floats, Panel};
use panel_fe::absorb::{Absorber, FixedEffect};
use panel_fe::frame::{Frame, INTERCEPT};
use panel_fe::{Estimate, Vcov};
use panel_multiverse::artefacts::make_once;
use panel_multiverse::joint::{Design as Regressors, Effect, Problem, Target};
use panel_multiverse::kernel::{Blocks, Df, Errors, Factor, SmallSample};
use panel_multiverse::reading::in_rows;
use std::collections::BTreeMap;
use study::indices::as_codes;
use study::{Error, Result};

/// Bytes that the cross-products of a part may take.
const ROOM: usize = 64 << 20;

/// Levels that effects outside clusters may have.
const MOST_LEVELS: usize = 64;

/// What draws are made with.
pub(super) struct Resampling<'a> {
    pub(super) bench: &'a Bench<'a>,
    /// Variable of the clusters.
    pub(super) cluster: String,
}

/// Everything that draws need of some estimates.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) blocks: Vec<Blocks>,
    pub(super) designs: Vec<Regressors>,
    pub(super) targets: Vec<Target>,
    /// What permutations need of each design.
    pub(super) paths: Vec<PathColumns>,
}

/// Columns of a design that permutations pass over.
#[derive(Debug, Default)]
pub(super) struct PathColumns {
    pub(super) x: Vec<f64>,
    pub(super) rows: Vec<u32>,
    pub(super) cluster: Vec<u32>,
    pub(super) controls: Vec<Vec<f64>>,
    pub(super) outcomes: Vec<Vec<f64>>,
}

impl Prepared {
    pub(super) fn problem(&self) -> Problem<'_> {
        Problem { blocks: &self.blocks, designs: &self.designs, targets: &self.targets, panels: &[] }
    }
}

/// One design ready for draws.
struct Ready {
    blocks: Blocks,
    regressors: Regressors,
    targets: Vec<Target>,
    paths: PathColumns,
}

/// Cells in parts whose cross-products fit into [`ROOM`]; cells come by design.
///
/// # Errors
/// Those of the first cell.
pub(super) fn parts<'c>(
    multiverse: &Estimation,
    resampling: &Resampling<'_>,
    cells: &'c [Cell],
) -> Result<Vec<&'c [Cell]>> {
    let Some((first, _)) = cells.split_first() else { return Ok(Vec::new()) };
    let one = prepare(multiverse, resampling, std::slice::from_ref(first), false)?;
    let regressors = one.blocks.first().map_or(0, Blocks::regressors);
    let of_outcome = 8 * one.blocks.first().map_or(0, Blocks::clusters) * (regressors + 1);
    let of_design = of_outcome * regressors / 2;
    let (mut start, mut used, mut parts) = (0, 0, Vec::new());
    for (place, cell) in cells.iter().enumerate() {
        let opens = |start: usize| place == start || cells[place - 1].design != cell.design;
        let mut needed = of_outcome + if opens(start) { of_design } else { 0 };
        if place > start && used + needed > ROOM {
            parts.push(&cells[start..place]);
            (start, used) = (place, 0);
            needed = of_outcome + of_design;
        }
        used += needed;
    }
    parts.push(&cells[start..]);
    Ok(parts)
}

/// Prepares the designs of some cells, which come by design: targets are in their order.
///
/// # Errors
/// Effects that the block method cannot take; keys of clusters that are missing.
pub(super) fn prepare(
    multiverse: &Estimation,
    resampling: &Resampling<'_>,
    cells: &[Cell],
    permute: bool,
) -> Result<Prepared> {
    let mut by_design: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    cells.iter().for_each(|cell| by_design.entry(cell.design).or_default().push(cell.outcome));
    let jobs: Vec<(u32, Vec<u32>)> = by_design.into_iter().collect();
    let costs: Vec<u64> = jobs.iter().map(|(_, outcomes)| 10 + outcomes.len() as u64).collect();
    let clusters = resampling.clusters(&multiverse.spec)?;
    let ready = make_once(&costs, |job| {
        let (design, outcomes) = &jobs[job];
        one(multiverse, resampling, (*design, outcomes), &clusters, permute)
    });
    let mut prepared = Prepared { blocks: Vec::new(), designs: Vec::new(), targets: Vec::new(), paths: Vec::new() };
    for ready in ready {
        let Ready { blocks, mut regressors, targets, paths } = ready?;
        let at = prepared.blocks.len();
        regressors.blocks = at;
        prepared.blocks.push(blocks);
        prepared.designs.push(regressors);
        prepared.paths.push(paths);
        prepared.targets.extend(targets.into_iter().map(|target| Target { design: at, ..target }));
    }
    Ok(prepared)
}

/// Clusters over the rows of each panel.
pub(super) struct Clusters {
    pub(super) name: String,
    /// By panel.
    codes: Vec<Vec<u32>>,
    pub(super) count: usize,
}

impl Resampling<'_> {
    /// Clusters of the declaration: those of one name are one, whatever rows it has.
    pub(super) fn clusters(&self, spec: &panel_multiverse::Declaration) -> Result<Clusters> {
        let panels = &self.bench.artefacts.rows.panels;
        let name = self.cluster.clone();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        let mut codes = Vec::with_capacity(panels.len());
        for (rows, panel) in panels.iter().enumerate() {
            let (own, labels) = if name == panel.entity_name() {
                (panel.entity_of_row().to_vec(), panel.entities().to_vec())
            } else if name == panel.time_name() {
                (panel.time_of_row().to_vec(), panel.times().labels().to_vec())
            } else {
                as_codes(self.cluster_column(spec, rows)?)
            };
            if rows == 0 {
                numbers.extend(labels.into_iter().zip(0..));
                codes.push(own);
                continue;
            }
            let mut number = |label: String| {
                let next = numbers.len() as u32;
                *numbers.entry(label).or_insert(next)
            };
            let of_label: Vec<u32> = labels.into_iter().map(&mut number).collect();
            codes.push(own.iter().map(|&code| of_label.get(code as usize).copied().unwrap_or(u32::MAX)).collect());
        }
        Ok(Clusters { name, codes, count: numbers.len() })
    }

    /// The variable of the clusters over the rows of a panel.
    fn cluster_column(&self, spec: &panel_multiverse::Declaration, rows: usize) -> Result<&Column> {
        let (artefacts, name) = (self.bench.artefacts, &self.cluster);
        let series = &artefacts.series[name];
        let here = |panel: &std::result::Result<u32, Why>| panel.as_ref().is_ok_and(|&panel| panel as usize == rows);
        let with_rows = artefacts.rows.of_universe.iter().zip(&series.of_universe).filter(|(panel, _)| here(panel));
        let mut values = with_rows.map(|(_, &value)| value);
        // Panels are those of universes, the first that of the study as it stands, which may be refused for itself.
        let first = values.next().unwrap_or_default();
        if values.any(|value| value != first) {
            let message = format!("`{name}` depends on a choice: resampling needs clusters that do not");
            return Err(Error::stage(stage(spec), message));
        }
        series.values[first as usize].as_ref().map_err(|lack| {
            let why = match lack {
                Lack::Unknown(error) => error.to_string(),
                Lack::Failed(why) => reason(why),
            };
            Error::stage(stage(spec), format!("cluster `{name}`: {why}"))
        })
    }
}

fn one(
    multiverse: &Estimation,
    resampling: &Resampling<'_>,
    (place, outcomes): (u32, &[u32]),
    clusters: &Clusters,
    permute: bool,
) -> Result<Ready> {
    let bench = resampling.bench;
    let failed = |message: String| Error::not_computed(stage(&multiverse.spec), message);
    let design = &multiverse.designs.all[place as usize];
    let first = &design.outcomes[outcomes[0] as usize];
    let (estimate, panel) = bench.whole(design, first, first.errors[0])?;
    let frame = estimate.frame();
    let mut cluster = Vec::with_capacity(frame.rows.len());
    for &row in frame.rows.iter() {
        let code = clusters.codes[design.rows as usize][row as usize];
        if code == u32::MAX {
            return Err(failed(format!("cluster `{}` is missing in a row of the sample", clusters.name)));
        }
        cluster.push(code);
    }
    let columns = Parts::new(frame, &estimate, &multiverse.spec.x, &cluster).map_err(failed)?;
    let values: Vec<Floats> = outcomes
        .iter()
        .map(|&outcome| response(bench, design, &estimate, outcome))
        .collect::<std::result::Result<_, String>>()
        .map_err(failed)?;
    let Parts { nested, focal, controls } = columns;
    let counts = (focal.len(), controls.len());
    let mut all: Vec<Vec<f64>> =
        focal.into_iter().chain(controls).chain(values.iter().map(|values| values.to_vec())).collect();
    residualise(frame, &nested, &mut all).map_err(|error| failed(error.to_string()))?;
    let (x, y) = all.split_at(counts.0 + counts.1);
    let (x, y): (Vec<&[f64]>, Vec<&[f64]>) =
        (x.iter().map(Vec::as_slice).collect(), y.iter().map(Vec::as_slice).collect());
    let blocks = Blocks::new(&x, &y, &cluster, clusters.count).map_err(|error| failed(error.to_string()))?;
    let instruments = !frame.endog.is_empty();
    let rows = multiverse.found[place as usize].rows.as_ref();
    let range = rows
        .filter(|_| multiverse.square && !instruments)
        .and_then(|rows| Some((*rows.sorted_x.first()?, *rows.sorted_x.last()?)));
    let regressors = Regressors {
        blocks: 0,
        focal: (0..counts.0).collect(),
        controls: (counts.0..counts.0 + counts.1).collect(),
        range,
        sorted_x: rows.filter(|_| range.is_some()).map(|rows| rows.sorted_x.clone()).unwrap_or_default(),
    };
    let small = small_sample(&estimate, &clusters.name, counts.0 + counts.1);
    let target = |(slot, &outcome): (usize, &u32)| {
        let cell = Cell { design: place, outcome };
        let weights = multiverse.weights(cell);
        let effect = match (instruments, multiverse.square) {
            (true, _) => Effect::AndersonRubin,
            (false, true) => Effect::Combination(weights.to_vec()),
            (false, false) => Effect::Combination(vec![weights[0]]),
        };
        Target { design: 0, outcome: slot, effect, small }
    };
    let targets = outcomes.iter().enumerate().map(target).collect();
    let paths = if permute {
        paths(&panel, &multiverse.spec.x, frame, cluster, &x[counts.0..], &y)
    } else {
        PathColumns::default()
    };
    Ok(Ready { blocks, regressors, targets, paths })
}

fn paths(
    panel: &Panel,
    x: &str,
    frame: &Frame,
    cluster: Vec<u32>,
    controls: &[&[f64]],
    outcomes: &[&[f64]],
) -> PathColumns {
    let own = |columns: &[&[f64]]| columns.iter().map(|column| column.to_vec()).collect();
    PathColumns {
        x: panel.float(x).map(<[f64]>::to_vec).unwrap_or_default(),
        rows: frame.rows.to_vec(),
        cluster,
        controls: own(controls),
        outcomes: own(outcomes),
    }
}

/// Values of an outcome over the rows of a design.
fn response(
    bench: &Bench<'_>,
    design: &Design,
    estimate: &Estimate,
    outcome: u32,
) -> std::result::Result<Floats, String> {
    let body = &bench.columns.bodies[design.body as usize];
    let Some(name) = &body.response else { return Ok(estimate.frame().y.values.clone()) };
    let value = design.outcomes[outcome as usize].value;
    match &bench.artefacts.series[name].values[value as usize] {
        Ok(Column::Float(values)) => Ok(in_rows(values, &estimate.rows)),
        _ => Err(format!("`{name}` is no column of numbers")),
    }
}

/// Columns of a design before anything is taken out.
struct Parts {
    /// Effects inside clusters.
    nested: Vec<FixedEffect>,
    focal: Vec<Vec<f64>>,
    controls: Vec<Vec<f64>>,
}

impl Parts {
    fn new(frame: &Frame, estimate: &Estimate, x: &str, cluster: &[u32]) -> std::result::Result<Self, String> {
        let (mut nested, mut controls) = (Vec::new(), Vec::new());
        for (name, effect) in frame.effect_names.iter().zip(&frame.effects) {
            if is_nested(effect, cluster) {
                nested.push(effect.clone());
                continue;
            }
            if !effect.slopes.is_empty() || effect.levels > MOST_LEVELS {
                return Err(format!(
                    "the effect `{name}` is not inside the clusters and has {} levels: draws by cluster take at most \
                     {MOST_LEVELS}, and no slopes",
                    effect.levels
                ));
            }
            let dummy = |level: u32| effect.codes.iter().map(|&code| f64::from(u8::from(code == level))).collect();
            controls.extend((1..effect.levels as u32).map(dummy));
        }
        let constant = frame.exog.iter().any(|variable| variable.name == INTERCEPT);
        if nested.is_empty() && !constant && frame.has_constant {
            controls.push(vec![1.0; cluster.len()]);
        }
        let square = format!("{x}^2");
        let dropped = |name: &str| estimate.dropped.iter().any(|dropped| dropped.name == name);
        let is_focal = |name: &str| frame.endog.is_empty() && (name == x || name == square);
        let kept = frame.exog.iter().filter(|variable| !dropped(&variable.name));
        controls.extend(kept.filter(|variable| !is_focal(&variable.name)).map(|variable| variable.values.to_vec()));
        let focal = if frame.endog.is_empty() {
            let regressor = |name: &str| frame.exog.iter().find(|variable| variable.name == name);
            [x, &square].into_iter().filter_map(regressor).map(|variable| variable.values.to_vec()).collect()
        } else {
            frame.instruments.iter().filter(|variable| !dropped(&variable.name)).map(|v| v.values.to_vec()).collect()
        };
        Ok(Self { nested, focal, controls })
    }
}

/// Whether every level of an effect lies in one cluster.
fn is_nested(effect: &FixedEffect, cluster: &[u32]) -> bool {
    let mut of_level = vec![u32::MAX; effect.levels];
    effect.codes.iter().zip(cluster).all(|(&code, &cluster)| {
        let known = &mut of_level[code as usize];
        let same = *known == u32::MAX || *known == cluster;
        *known = cluster;
        same
    })
}

/// Takes the effects inside clusters out of columns; weighted columns are multiplied by the root of the weight.
fn residualise(frame: &Frame, nested: &[FixedEffect], columns: &mut [Vec<f64>]) -> panel_fe::Result<()> {
    let weights = frame.weight_values();
    if !nested.is_empty() {
        let absorber = Absorber::new(nested, weights, panel_fe::absorb::Settings::default())?;
        let mut parts: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        absorber.residualize(&mut parts)?;
    }
    if let Some(weights) = weights {
        columns.iter_mut().for_each(|column| column.iter_mut().zip(weights).for_each(|(v, w)| *v *= w.sqrt()));
    }
    Ok(())
}

/// The rule of the estimate's own covariance, where it is one of draws; else clusters with its parameters.
fn small_sample(estimate: &Estimate, cluster: &str, columns: usize) -> SmallSample {
    let small = &estimate.small_sample;
    let absorbed = small.k_star as f64 - columns as f64;
    match &estimate.vcov_spec {
        Vcov::Iid => SmallSample { absorbed: small.k as f64 - columns as f64, ..SmallSample::iid(0.0) },
        Vcov::Cluster(keys) if keys.len() == 1 && keys[0] == cluster => {
            let groups = small.groups.unwrap_or(0) as f64;
            let n = estimate.n_obs as f64;
            let standard = (n - 1.0) / (n - small.k_star as f64) * groups / (groups - 1.0);
            let by_rule = (small.multiplier / standard - 1.0).abs() < 1e-12;
            SmallSample {
                absorbed,
                factor: if by_rule { Factor::Standard } else { Factor::Constant(small.multiplier) },
                df: if small.df_t == groups - 1.0 { Df::Clusters } else { Df::Constant(small.df_t) },
                errors: Errors::Clustered,
            }
        }
        _ => SmallSample::clustered(small.k as f64 - columns as f64),
    }
}
