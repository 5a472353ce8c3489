//! Designs: regressors and rows that many universes share, whatever their outcome and their covariance.

use super::artefacts::{Artefacts, Lack, Series};
use super::column::{Columns, Spec, Why};
use crate::column::at_fault;
use crate::fit::refusal;
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
    /// The panel that they are columns of.
    pub(super) rows: u32,
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

/// Rows, body, columns, missing rows of the outcome.
type Key = (u32, u32, Vec<u32>, u32);

/// All designs, with the place of every estimate.
#[derive(Debug, Default)]
pub(super) struct Designs {
    pub(super) all: Vec<Design>,
    known: BTreeMap<Key, u32>,
    outcomes: Vec<BTreeMap<u32, u32>>,
}

impl Designs {
    /// The cell of each estimate, or why it has none; `stage` is where what a column lacks is said.
    pub(super) fn place(
        &mut self,
        columns: &Columns,
        artefacts: &Artefacts,
        specs: &[Result<Spec, Why>],
        stage: &str,
    ) -> Vec<Result<Cell, Why>> {
        let mut patterns: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for body in &columns.bodies {
            if let Some(response) = &body.response {
                let series = &artefacts.series[response];
                patterns.entry(response.clone()).or_insert_with(|| missing_patterns(series));
            }
        }
        let cell = |(place, spec): (usize, &Result<Spec, Why>)| {
            let spec = (*spec).clone()?;
            let rows = artefacts.rows.of_universe[place].clone()?;
            let body = &columns.bodies[spec.body as usize];
            let mut lacks = Vec::new();
            let mut value_of = |name: &String| -> u32 {
                let series = &artefacts.series[name];
                let value = series.of_universe[place];
                lacks.extend(series.values[value as usize].as_ref().err());
                value
            };
            let values: Vec<u32> = body.names.iter().chain(&columns.carried).map(&mut value_of).collect();
            let (outcome, pattern) = body.response.as_ref().map_or((0, 0), |name| {
                let value = value_of(name);
                (value, patterns[name][value as usize])
            });
            match lacks.into_iter().min_by_key(|lack| artefacts.order(lack)) {
                None => Ok(self.add((rows, spec.body, values, pattern), outcome, spec.errors)),
                Some(Lack::Failed(why)) => Err(Arc::clone(why)),
                Some(Lack::Unknown(error)) => {
                    let column = columns.column(spec.body, spec.errors);
                    let error = panel_fe::Error::Data((**error).clone());
                    Err(Arc::new(refusal(stage, &format!("`{}`: ", at_fault(&column, &error)), &error)))
                }
            }
        };
        specs.iter().enumerate().map(cell).collect()
    }

    fn add(&mut self, key: Key, value: u32, errors: u32) -> Cell {
        let Self { all, known, outcomes } = self;
        let (rows, body, columns, _) = &key;
        let new_design = || Design { rows: *rows, body: *body, columns: columns.clone(), outcomes: Vec::new() };
        let design = match known.get(&key) {
            Some(&design) => design,
            None => {
                all.push(new_design());
                outcomes.push(BTreeMap::new());
                let design = all.len() as u32 - 1;
                known.insert(key, design);
                design
            }
        };
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
    let mut number = |value: &Result<Column, Lack>| {
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
