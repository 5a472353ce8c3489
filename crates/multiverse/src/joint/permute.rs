//! Whole paths of x change places between entities: exact where x is as good as randomly assigned over entities and does
//! nothing. A_g changes with every draw, so that a draw is a pass over the rows.

use super::problem::{Problem, Target};
use crate::error::{Error, Result};
use crate::kernel::{Blocks, Estimate, Estimator};

/// What a permutation needs beside the blocks: columns over the rows of one design. Entity effects are taken out inside;
/// period effects have to stand among the controls, since residuals of other effects would not be those of the new x.
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    /// x over all rows of the panel, as in the data.
    pub x: &'a [f64],
    /// Entity of every row of the panel.
    pub entity: &'a [u32],
    /// Period of every row of the panel.
    pub time: &'a [u32],
    /// Rows of the design's sample, in the panel.
    pub rows: &'a [u32],
    /// Cluster of each row of the sample.
    pub cluster: &'a [u32],
    /// Controls over the sample, residualised by entity, in the order of the design's.
    pub controls: &'a [&'a [f64]],
    /// Outcomes over the sample, residualised by entity, in the order of the blocks'.
    pub outcomes: &'a [&'a [f64]],
}

impl Paths<'_> {
    pub(super) fn check(&self) -> Result<()> {
        let n = self.x.len();
        for (what, got) in [("entities of the panel", self.entity.len()), ("periods of the panel", self.time.len())] {
            if got != n {
                return Err(Error::Shape { what: what.into(), expected: n, got });
            }
        }
        if let Some(&row) = self.rows.iter().find(|&&row| row as usize >= n) {
            return Err(Error::Shape { what: "a row of a sample".into(), expected: n, got: row as usize + 1 });
        }
        if self.cluster.len() != self.rows.len() {
            return Err(Error::Shape {
                what: "clusters of a sample".into(),
                expected: self.rows.len(),
                got: self.cluster.len(),
            });
        }
        Ok(())
    }

    /// Places of rows by (entity, time), both codes; `None` where there is no row.
    pub(super) fn places(&self) -> Vec<Vec<Option<u32>>> {
        let periods = self.time.iter().max().map_or(0, |&time| time as usize + 1);
        let entities = self.entity.iter().max().map_or(0, |&entity| entity as usize + 1);
        let mut places = vec![vec![None; periods]; entities];
        for (row, (&entity, &time)) in (0_u32..).zip(self.entity.iter().zip(self.time)) {
            places[entity as usize][time as usize] = Some(row);
        }
        places
    }

    /// x of the sample's rows after every entity has received the path of another.
    fn moved(&self, places: &[Vec<Option<u32>>], sources: &[u32]) -> Option<Vec<f64>> {
        self.rows
            .iter()
            .map(|&row| {
                let (entity, time) = (self.entity[row as usize], self.time[row as usize]);
                let source = *sources.get(entity as usize)?;
                let from = (*places.get(source as usize)?.get(time as usize)?)?;
                Some(self.x[from as usize])
            })
            .collect()
    }

    fn demean(&self, values: &[f64], entities: usize) -> Vec<f64> {
        let (mut sums, mut counts) = (vec![0.0; entities], vec![0.0; entities]);
        for (&row, value) in self.rows.iter().zip(values) {
            let entity = self.entity[row as usize] as usize;
            sums[entity] += value;
            counts[entity] += 1.0;
        }
        let mean = |row: &u32| {
            let entity = self.entity[*row as usize] as usize;
            sums[entity] / counts[entity]
        };
        self.rows.iter().zip(values).map(|(row, value)| value - mean(row)).collect()
    }
}

/// Estimates all targets of one design under one permutation; `emit` gets the place of the target, the estimate and the
/// range of the new x; `None` where it is not identified.
pub(super) fn draw(
    problem: &Problem<'_>,
    design: usize,
    targets: &[usize],
    paths: &Paths<'_>,
    places: &[Vec<Option<u32>>],
    sources: &[u32],
    mut emit: impl FnMut(&Target, Option<(&Estimate, (f64, f64))>),
) {
    let design = &problem.designs[design];
    let clusters = problem.clusters();
    let run = || -> Option<Vec<(Estimate, (f64, f64))>> {
        let x = paths.moved(places, sources)?;
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let square: Vec<f64> = x.iter().map(|x| x * x).collect();
        let powers = [x, square];
        let focal: Vec<Vec<f64>> =
            powers[..design.focal.len().min(2)].iter().map(|column| paths.demean(column, places.len())).collect();
        let columns: Vec<&[f64]> = focal.iter().map(Vec::as_slice).chain(paths.controls.iter().copied()).collect();
        let blocks = Blocks::new(&columns, paths.outcomes, paths.cluster, clusters).ok()?;
        let mut estimator = Estimator::new(&blocks);
        let places: Vec<usize> = (0..columns.len()).collect();
        let (focal, controls) = places.split_at(focal.len());
        estimator.design(focal, controls).ok()?;
        targets
            .iter()
            .map(|&place| {
                let target = &problem.targets[place];
                estimator.outcome(target.outcome).ok()?;
                let mut estimate = Estimate::default();
                estimator.estimate(&target.small, &mut estimate).ok()?;
                Some((estimate, (low, high)))
            })
            .collect()
    };
    let found = run();
    for (k, &place) in targets.iter().enumerate() {
        let estimate = found.as_ref().map(|all| (&all[k].0, all[k].1));
        emit(&problem.targets[place], estimate);
    }
}
