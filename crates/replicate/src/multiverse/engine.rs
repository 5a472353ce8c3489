//! From a declaration to the estimates of all its universes.

use super::artefacts::Workshop;
use super::attribution::{self, Attributions};
use super::column::{Columns, Spec, column_of};
use super::design::{Cell, Designs};
use super::estimate::{Bench, DesignEstimates};
use super::joint::{self, Joint};
use super::reach::{Reach, stage};
use crate::compute::{Cache, Computed};
use crate::error::{Error, Result};
use crate::names;
use crate::progress::Progress;
use crate::study::Loaded;
use crate::tables::Tables;
use panel_core::Diagnostic;
use panel_fe::Vcov;
use panel_multiverse::artefacts::make_once;
use panel_multiverse::declaration::EffectKind;
use panel_multiverse::grid::Counts;
use panel_multiverse::record::UniverseRecord;
use panel_multiverse::{Declaration, Grid, Universes};
use std::sync::{Arc, OnceLock};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A multiverse with everything that was estimated of it.
#[derive(Debug)]
pub struct Multiverse {
    /// The declaration.
    pub spec: Declaration,
    /// Its grid.
    pub grid: Grid,
    /// What the grid holds.
    pub counts: Counts,
    /// Different results of each stage: name, number.
    pub made: Vec<(String, usize)>,
    pub(super) universes: Universes,
    pub(super) estimates: Universes,
    /// Estimate of each universe.
    pub(super) of_universe: Vec<u32>,
    /// Covariance of each universe, or why its column cannot be read.
    pub(super) errors: Vec<std::result::Result<u32, Arc<str>>>,
    /// Covariance of each estimate.
    pub(super) base_errors: Vec<u32>,
    pub(super) cells: Vec<std::result::Result<Cell, Arc<str>>>,
    pub(super) designs: Designs,
    pub(super) found: Vec<DesignEstimates>,
    pub(super) effect: EffectKind,
    pub(super) square: bool,
    /// Choices that can change the unit of x or of the response.
    pub(super) units: Vec<usize>,
    pub(super) records: OnceLock<Vec<UniverseRecord>>,
    pub(super) joint: Joint,
    pub(super) attributions: Attributions,
}

fn one(
    spec: &Declaration,
    loaded: &Loaded,
    computed: &Computed,
    cache: &Cache,
    shown: &(dyn Fn(usize, usize) + Sync),
) -> Result<Multiverse> {
    let plan = Planned::new(spec, loaded)?;
    tracing::info!(multiverse = spec.id, registered = spec.hash(), universes = plan.universes.len(), "declared");
    let Planned { grid, counts, reach, universes, estimates, of_universe, columns, specs, own, cluster } = plan;
    let needed = columns.names();
    let workshop = Workshop { loaded, grid: &grid, reach: &reach, universes: &estimates };
    let artefacts = workshop.make(&computed.data.panel, cache, &needed)?;
    let mut designs = Designs::default();
    let cells = designs.place(&columns, &artefacts, &specs);
    for (place, own) in own.iter().enumerate() {
        let estimate = of_universe[place] as usize;
        let (Ok(cell), Ok(own), Ok(base)) = (&cells[estimate], own, &specs[estimate]) else { continue };
        if own.body != base.body {
            let message = "a choice with `axis = \"inference\"` changes more than `vcov` and `like` of the column";
            return Err(Error::stage(stage(spec), message));
        }
        designs.ask(*cell, own.errors);
    }
    let formula = &column_of(loaded, spec)?.formula;
    let square_name = format!("{}^2", spec.x);
    let square = formula.regressors.iter().chain(&formula.endogenous).any(|term| term.name == square_name);
    let effect = spec.effect.unwrap_or(if square { EffectKind::Square } else { EffectKind::Linear });
    let bench = Bench { artefacts: &artefacts, columns: &columns, x: &spec.x, square, stage: stage(spec) };
    let found = estimate(&bench, &designs, shown);
    let made = sizes(&artefacts, &designs);
    let mut multiverse = Multiverse {
        spec: spec.clone(),
        counts,
        made,
        universes,
        of_universe,
        errors: own.into_iter().map(|own| own.map(|own| own.errors)).collect(),
        base_errors: specs.iter().map(|spec| spec.as_ref().map_or(0, |spec| spec.errors)).collect(),
        cells,
        designs,
        found,
        effect,
        square,
        units: units(&reach, &formula.response.factors.iter().map(|f| f.column.as_str()).collect::<Vec<_>>(), &spec.x),
        records: OnceLock::new(),
        joint: Joint::default(),
        attributions: Attributions::default(),
        estimates,
        grid,
    };
    multiverse.base_is_there()?;
    let resampling = joint::Resampling { bench: &bench, cluster };
    multiverse.joint = joint::test(&multiverse, &resampling)?;
    multiverse.attributions = attribution::attribute(&multiverse, &resampling)?;
    Ok(multiverse)
}

/// Everything that is known before the data are computed.
pub(super) struct Planned {
    pub(super) grid: Grid,
    pub(super) counts: Counts,
    pub(super) reach: Reach,
    pub(super) universes: Universes,
    pub(super) estimates: Universes,
    pub(super) of_universe: Vec<u32>,
    pub(super) columns: Columns,
    /// Column of each estimate.
    pub(super) specs: Vec<std::result::Result<Spec, Arc<str>>>,
    /// Column of each universe.
    pub(super) own: Vec<std::result::Result<Spec, Arc<str>>>,
    /// Variable of the clusters of resampling.
    pub(super) cluster: String,
}

impl Planned {
    /// Expands the grid and reads the column of every universe.
    pub(super) fn new(spec: &Declaration, loaded: &Loaded) -> Result<Self> {
        let failed = |error: panel_multiverse::Error| Error::stage(stage(spec), error);
        let grid = spec.grid().map_err(failed)?;
        let counts = grid.counts().map_err(failed)?;
        let reach = Reach::new(loaded, spec, &grid)?;
        let everything = grid.everything();
        let universes = match spec.sample {
            Some(size) => grid.sample(&everything, size, spec.seed),
            None => grid.universes(&everything, spec.limit),
        };
        let universes = universes.map_err(failed)?;
        if universes.is_empty() {
            return Err(Error::stage(stage(spec), "the grid has no universe: it needs a choice"));
        }
        let (estimates, of_universe) = universes.estimates(&grid);
        let mut columns = Columns::new(loaded);
        let choices = reach.of_column();
        let specs = columns.of(loaded, spec, &grid, &choices, &estimates);
        let own = columns.of(loaded, spec, &grid, &choices, &universes);
        let cluster = cluster_of(spec, loaded)?;
        columns.carry(&cluster);
        Ok(Self { grid, counts, reach, universes, estimates, of_universe, columns, specs, own, cluster })
    }
}

/// Variable of the clusters: that of the declaration, else the column's first cluster key, else the entity.
fn cluster_of(spec: &Declaration, loaded: &Loaded) -> Result<String> {
    if let Some(cluster) = &spec.joint.cluster {
        return Ok(cluster.clone());
    }
    let column = column_of(loaded, spec)?;
    let first = match &*column.vcov {
        Vcov::Cluster(_) => names::of_vcov(&column.vcov).into_iter().next(),
        _ => None,
    };
    Ok(first.unwrap_or_else(|| loaded.study.study.entity.clone()))
}

/// Choices that move x or the response as data.
fn units(reach: &Reach, response: &[&str], x: &str) -> Vec<usize> {
    let mut choices: Vec<usize> =
        response.iter().chain([&x]).flat_map(|name| reach.choices_of(name)).collect();
    choices.sort_unstable();
    choices.dedup();
    choices
}

fn estimate(bench: &Bench<'_>, designs: &Designs, shown: &(dyn Fn(usize, usize) + Sync)) -> Vec<DesignEstimates> {
    let costs: Vec<u64> = designs
        .all
        .iter()
        .map(|design| 20 + design.outcomes.iter().map(|outcome| outcome.errors.len() as u64).sum::<u64>())
        .collect();
    let done = AtomicUsize::new(0);
    make_once(&costs, |place| {
        let found = bench.estimate(&designs.all[place]);
        shown(done.fetch_add(1, Ordering::Relaxed) + 1, designs.all.len());
        found
    })
}

fn sizes(artefacts: &super::artefacts::Artefacts, designs: &Designs) -> Vec<(String, usize)> {
    let mut made = artefacts.indices.clone();
    let moving = artefacts.series.iter().map(|(name, series)| (format!("variable {name}"), series.distinct()));
    made.extend(moving.filter(|(_, distinct)| *distinct > 1));
    made.push(("designs".into(), designs.all.len()));
    let outcomes = designs.all.iter().map(|design| design.outcomes.len());
    made.push(("regressions".into(), outcomes.sum()));
    let covariances = designs.all.iter().flat_map(|design| &design.outcomes).map(|outcome| outcome.errors.len());
    made.push(("covariances".into(), covariances.sum()));
    made
}

impl Multiverse {
    /// Without the study as it stands there is nothing to compare with.
    fn base_is_there(&self) -> Result<()> {
        let base = self.base();
        match self.numbers_of(base) {
            Ok(_) => Ok(()),
            Err(reason) => Err(Error::not_computed(stage(&self.spec), format!("the base is not estimated: {reason}"))),
        }
    }

    /// Place of the base among the estimates.
    pub(super) fn base(&self) -> usize {
        self.estimates.find(&self.grid.base(&self.grid.estimates())).unwrap_or_default()
    }
}

/// The stage of a run: every multiverse, its tables put behind those of the study. One that the data do not answer is left
/// out with its reason.
///
/// # Errors
/// A declaration that the study or the data cannot follow.
pub fn stage_of_run(
    loaded: &Loaded,
    computed: &Computed,
    cache: &Cache,
    tables: &mut Tables,
    progress: &mut Progress,
) -> Result<Vec<Multiverse>> {
    let shown = progress.counts();
    progress.stage("multiverse", || {
        let mut made = Vec::new();
        for spec in &loaded.study.multiverse {
            match one(spec, loaded, computed, cache, &shown) {
                Ok(multiverse) => {
                    tables.tables.extend(super::table::tables(&multiverse, &loaded.study));
                    made.push(multiverse);
                }
                Err(error @ Error::NotComputed { .. }) => {
                    let remark = Diagnostic::warning("not-computed", format!("left out: {}", error.message()));
                    tables.diagnostics.push((stage(spec), remark));
                }
                Err(error) => return Err(error),
            }
        }
        let universes: usize = made.iter().map(Multiverse::len).sum();
        Ok((made, format!("{} multiverses, {universes} universes", loaded.study.multiverse.len())))
    })
}
