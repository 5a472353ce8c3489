//! Estimates of all designs, and where among them an estimate is found.

use super::column::Why;
use super::design::{Cell, Designs};
use super::estimate::{Bench, DesignEstimates, Numbers};
use super::journal::Journal;
use panel_core::interrupt;
use panel_multiverse::artefacts::make_once;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use study::Error;

/// Estimates of every design, in parallel: those that a stopped run has noted are taken from it.
pub(super) fn estimate(
    bench: &Bench<'_>,
    designs: &Designs,
    journal: Option<&Journal>,
    shown: &(dyn Fn(usize, usize) + Sync),
) -> Vec<DesignEstimates> {
    let costs: Vec<u64> = designs
        .all
        .iter()
        .map(|design| 20 + design.outcomes.iter().map(|outcome| outcome.errors.len() as u64).sum::<u64>())
        .collect();
    let done = AtomicUsize::new(0);
    make_once(&costs, |place| {
        if interrupt::check().is_err() {
            return DesignEstimates { rows: None, outcomes: Vec::new() };
        }
        let found = journal.and_then(|journal| journal.take(place)).unwrap_or_else(|| {
            let found = bench.estimate(&designs.all[place]);
            journal.iter().for_each(|journal| journal.note(place, &found));
            found
        });
        shown(done.fetch_add(1, Ordering::Relaxed) + 1, designs.all.len());
        found
    })
}

/// Numbers of a cell under a covariance, or why there are none.
pub(super) fn numbers<'f>(
    designs: &Designs,
    found: &'f [DesignEstimates],
    cell: Cell,
    errors: u32,
) -> Result<&'f Numbers, Why> {
    let (design, outcome) = (cell.design as usize, cell.outcome as usize);
    let asked = &designs.all[design].outcomes[outcome].errors;
    match asked.iter().position(|&known| known == errors) {
        Some(place) => found[design].outcomes[outcome].numbers[place].as_ref().map_err(Arc::clone),
        None => Err(Arc::new(Error::Usage("it was not estimated".into()))),
    }
}
