//! Reference sets: the rows that may be peers, reduced to those that generate their technology.

use crate::data::{Group, Moments, Observations};
use crate::error::{Error, Result};
use crate::frontier::{Disposal, efficient_columns_from, undominated};
use crate::lp::Activities;
use crate::spec::Rts;

/// A reference set: the rows that may be peers, and their quantities laid out for the solver.
#[derive(Debug, Clone)]
pub(crate) struct ReferenceSet {
    /// Row of the data behind each activity column.
    rows: Vec<usize>,
    pub(crate) activities: Activities,
    pub(crate) moments: Moments,
}

/// Reference sets smaller than this are priced in full.
const WORTH_THINNING: usize = 64;
/// Up to this many units those are taken out that a single other one dominates; of more, the generators are found.
const WORTH_SEARCHING: usize = 400;

/// Which columns a reference set needs, and of what kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) rts: Rts,
    /// Bad outputs are held by an equality.
    pub(crate) weak: bool,
    /// Unit-specific abatement: every unit once more with its inputs alone.
    pub(crate) abatement: bool,
    /// Keep every column, generator or not (super-efficiency, and checks).
    pub(crate) all_columns: bool,
}

/// Technologies met before, and the rows that generate them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Technologies {
    known: Vec<Known>,
}

#[derive(Debug, Clone)]
struct Known {
    shape: Shape,
    /// Ascending, like the generators among them.
    rows: Vec<usize>,
    generators: Vec<usize>,
    /// Whether they were found in other data: where to begin a search, not what it would end with.
    elsewhere: bool,
}

impl Technologies {
    /// The same as seen from other data, with rows moved down by `shift`.
    pub(crate) fn elsewhere(&self, shift: usize) -> Self {
        let moved = |rows: &[usize]| rows.iter().map(|row| row + shift).collect();
        let known = self.known.iter().filter(|known| !known.elsewhere).map(|known| Known {
            shape: known.shape,
            rows: moved(&known.rows),
            generators: moved(&known.generators),
            elsewhere: true,
        });
        Self { known: known.collect() }
    }

    /// The rows that may generate the technology of `rows`, and whether it is known that no other set would be found. A unit
    /// that some of the rows make redundant is redundant among all of them.
    fn candidates(&self, rows: &[usize], shape: Shape) -> (Vec<usize>, bool) {
        let here = || self.known.iter().filter(|known| !known.elsewhere && known.shape == shape);
        if let Some(known) = here().find(|known| known.rows == rows) {
            return (known.generators.clone(), true);
        }
        let Some(most) = rows.iter().max() else { return (Vec::new(), false) };
        let mut kept = vec![false; most + 1];
        for &row in rows {
            kept[row] = true;
        }
        let members = kept.clone();
        for known in here().filter(|known| known.rows.iter().all(|&row| members.get(row) == Some(&true))) {
            for &row in &known.rows {
                kept[row] &= known.generators.binary_search(&row).is_ok();
            }
        }
        (rows.iter().copied().filter(|&row| kept[row]).collect(), false)
    }

    /// The generators of the same rows in other data.
    fn seeds(&self, rows: &[usize]) -> &[usize] {
        self.known.iter().find(|known| known.elsewhere && known.rows == rows).map_or(&[], |known| &known.generators)
    }

    fn remember(&mut self, rows: &[usize], shape: Shape, generators: &[usize]) {
        let mut generators = generators.to_vec();
        generators.sort_unstable();
        generators.dedup();
        self.known.push(Known { shape, rows: rows.to_vec(), generators, elsewhere: false });
    }
}

impl ReferenceSet {
    /// The technology of the rows given (ascending), reduced to its generators where that pays.
    pub(crate) fn new(
        observations: &Observations,
        rows: &[usize],
        shape: Shape,
        technologies: &mut Technologies,
    ) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::NoUnits("the reference set is empty".into()));
        }
        let moments = observations.moments(rows);
        if shape.all_columns {
            let (activities, of_column) = columns(observations, rows, shape)?;
            return Ok(Self { rows: of_column, activities, moments });
        }
        let (candidates, settled) = technologies.candidates(rows, shape);
        let (mut activities, mut of_column) = columns(observations, &candidates, shape)?;
        if !settled && candidates.len() >= WORTH_THINNING {
            let disposals = disposals(observations, shape);
            let columns = if candidates.len() < WORTH_SEARCHING {
                undominated(&activities, &disposals)
            } else {
                let seeds = technologies.seeds(rows);
                let is_seed = |&column: &usize| seeds.binary_search(&of_column[column]).is_ok();
                let seeds: Vec<usize> = (0..of_column.len()).filter(is_seed).collect();
                efficient_columns_from(&activities, &disposals, &seeds)?.columns
            };
            tracing::debug!(units = activities.cols(), kept = columns.len(), "reference set reduced");
            activities = activities.select(&columns)?;
            of_column = columns.iter().map(|&column| of_column[column]).collect();
        }
        if !settled {
            technologies.remember(rows, shape, &of_column);
        }
        Ok(Self { rows: of_column, activities, moments })
    }

    /// Row of the data behind an activity column.
    pub(crate) fn row_of(&self, column: usize) -> usize {
        self.rows[column]
    }

    /// Columns of a row, to be left out in super-efficiency.
    pub(crate) fn columns_of(&self, row: usize) -> Vec<usize> {
        (0..self.rows.len()).filter(|&column| self.rows[column] == row).collect()
    }
}

/// The activity columns of the rows given, and the row behind each.
fn columns(observations: &Observations, rows: &[usize], shape: Shape) -> Result<(Activities, Vec<usize>)> {
    let mut of_column = rows.to_vec();
    if shape.abatement {
        of_column.extend_from_slice(rows);
        return Ok((observations.activities_with_abatement(rows)?, of_column));
    }
    Ok((observations.activities(rows, shape.rts != Rts::Crs)?, of_column))
}

/// What may be disposed of in each row of the technology.
fn disposals(observations: &Observations, shape: Shape) -> Vec<Disposal> {
    let dims = observations.dims();
    let mut rows: Vec<Disposal> = (0..dims.total())
        .map(|k| match dims.group(k) {
            Group::Input => Disposal::More,
            Group::Good => Disposal::Less,
            Group::Bad if shape.weak => Disposal::None,
            Group::Bad => Disposal::More,
        })
        .collect();
    match shape.rts {
        Rts::Crs => {}
        Rts::Vrs => rows.push(Disposal::None),
        Rts::Nirs => rows.push(Disposal::More),
        Rts::Ndrs => rows.push(Disposal::Less),
    }
    rows
}
