//! What is known of a multiverse before any data are computed: its universes and the column of each.

use super::column::{Columns, Spec, Subject, Why, stage};
use super::options::Studies;
use super::reach::Reach;
use panel_fe::Vcov;
use panel_multiverse::grid::Counts;
use panel_multiverse::{Declaration, Grid, Universes};
use study::{Error, Loaded, Result, names};

/// Everything that is known before the data are computed.
pub(super) struct Planned<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) studies: Studies<'a>,
    pub(super) grid: Grid,
    pub(super) counts: Counts,
    pub(super) reach: Reach,
    pub(super) universes: Universes,
    pub(super) estimates: Universes,
    pub(super) of_universe: Vec<u32>,
    pub(super) columns: Columns,
    /// Column of each estimate.
    pub(super) specs: Vec<std::result::Result<Spec, Why>>,
    /// Column of each universe.
    pub(super) own: Vec<std::result::Result<Spec, Why>>,
    /// Variable of the clusters of resampling.
    pub(super) cluster: String,
}

impl<'a> Planned<'a> {
    /// Expands the grid and reads the column of every universe.
    pub(super) fn new(spec: &'a Declaration, loaded: &'a Loaded) -> Result<Self> {
        let failed = |error: panel_multiverse::Error| Error::stage(stage(spec), error);
        let subject = Subject::of(spec);
        let grid = spec.grid().map_err(failed)?;
        let counts = grid.counts().map_err(failed)?;
        let studies = Studies::declared(loaded, &grid)?;
        let reach = Reach::declared(&studies, &subject, &grid)?;
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
        let options = reach.of_column();
        let specs = columns.of(&studies, &subject, &options, &estimates);
        let own = columns.of(&studies, &subject, &options, &universes);
        let cluster = cluster_of(spec, &subject, loaded)?;
        columns.carry(Some(&cluster));
        Ok(Self {
            subject,
            studies,
            grid,
            counts,
            reach,
            universes,
            estimates,
            of_universe,
            columns,
            specs,
            own,
            cluster,
        })
    }
}

/// Variable of the clusters: that of the declaration, else the column's first cluster key, else the entity.
fn cluster_of(spec: &Declaration, subject: &Subject<'_>, loaded: &Loaded) -> Result<String> {
    if let Some(cluster) = &spec.joint.cluster {
        return Ok(cluster.clone());
    }
    let column = subject.in_study(loaded)?;
    let first = match &*column.vcov {
        Vcov::Cluster(_) => names::of_vcov(&column.vcov).into_iter().next(),
        _ => None,
    };
    Ok(first.unwrap_or_else(|| loaded.study.study.entity.clone()))
}
