//! Designs: regressors and rows that many universes share, whatever their outcome and their covariance.

use super::artefacts::{Artefacts, Series};
use super::column::{Columns, Spec};
use panel_core::Column;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a universe's estimate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub(super) design: u32,
    pub(super) outcome: u32,
}

/// One formula on one set of columns; outcomes with the same missing rows share it.
#[derive(Debug)]
pub(super) struct Design {
    pub(super) body: u32,
    /// Values of each variable of the body, then of those that every design carries.
    pub(super) columns: Vec<u32>,
    /// Values of the response, and the covariances asked for of each; one place 0 where the response is among the columns.
    pub(super) outcomes: Vec<Outcome>,
}

/// One response on a design.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) value: u32,
    pub(super) errors: Vec<u32>,
}

/// All designs, with the place of every estimate.
#[derive(Debug, Default)]
pub(super) struct Designs {
    pub(super) all: Vec<Design>,
    known: BTreeMap<(u32, Vec<u32>, u32), u32>,
    outcomes: Vec<BTreeMap<u32, u32>>,
}

impl Designs {
    /// The cell of each estimate, or why it has none.
    pub(super) fn place(
        &mut self,
        columns: &Columns,
        artefacts: &Artefacts,
        specs: &[Result<Spec, Arc<str>>],
    ) -> Vec<Result<Cell, Arc<str>>> {
        let mut patterns: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for body in &columns.bodies {
            if let Some(response) = &body.response {
                let series = &artefacts.series[response];
                patterns.entry(response.clone()).or_insert_with(|| missing_patterns(series));
            }
        }
        let cell = |(place, spec): (usize, &Result<Spec, Arc<str>>)| {
            let spec = (*spec).clone()?;
            let body = &columns.bodies[spec.body as usize];
            let value_of = |name: &String| -> Result<u32, Arc<str>> {
                let series = &artefacts.series[name];
                let value = series.of_universe[place];
                series.values[value as usize].as_ref().map(|_| value).map_err(Arc::clone)
            };
            let values = body.names.iter().chain(&columns.carried).map(value_of).collect::<Result<Vec<u32>, _>>()?;
            let (outcome, pattern) = match &body.response {
                Some(response) => {
                    let value = value_of(response)?;
                    (value, patterns[response][value as usize])
                }
                None => (0, 0),
            };
            Ok(self.add(spec.body, values, pattern, outcome, spec.errors))
        };
        specs.iter().enumerate().map(cell).collect()
    }

    fn add(&mut self, body: u32, columns: Vec<u32>, pattern: u32, value: u32, errors: u32) -> Cell {
        let Self { all, known, outcomes } = self;
        let design = *known.entry((body, columns.clone(), pattern)).or_insert_with(|| {
            all.push(Design { body, columns, outcomes: Vec::new() });
            outcomes.push(BTreeMap::new());
            all.len() as u32 - 1
        });
        let list = &mut all[design as usize].outcomes;
        let outcome = *outcomes[design as usize].entry(value).or_insert_with(|| {
            list.push(Outcome { value, errors: Vec::new() });
            list.len() as u32 - 1
        });
        let cell = Cell { design, outcome };
        self.ask(cell, errors);
        cell
    }

    /// Asks for a covariance of a cell.
    pub(super) fn ask(&mut self, cell: Cell, errors: u32) {
        let asked = &mut self.all[cell.design as usize].outcomes[cell.outcome as usize].errors;
        if !asked.contains(&errors) {
            asked.push(errors);
        }
    }
}

/// A number for each value of a series: equal where the same rows are missing.
fn missing_patterns(series: &Series) -> Vec<u32> {
    let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
    let mut number = |value: &Result<Column, Arc<str>>| {
        let missing: Vec<u32> = match value {
            Ok(Column::Float(numbers)) => {
                (0_u32..).zip(numbers).filter(|(_, v)| v.is_nan()).map(|(row, _)| row).collect()
            }
            _ => Vec::new(),
        };
        let next = known.len() as u32;
        *known.entry(missing).or_insert(next)
    };
    series.values.iter().map(&mut number).collect()
}
