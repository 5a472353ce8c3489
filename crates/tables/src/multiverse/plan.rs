//! What is known of a multiverse before any data are computed: its universes and the column of each.

use super::column::{Columns, Spec, column_of};
use super::reach::{Reach, stage};
use panel_fe::Vcov;
use panel_multiverse::grid::Counts;
use panel_multiverse::{Declaration, Grid, Universes};
use std::sync::Arc;
use study::Loaded;
use study::names;
use study::{Error, Result};

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
