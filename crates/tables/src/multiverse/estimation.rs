//! Universes and their records, made where they are wanted: numbers are held once per estimate and covariance.

use super::artefacts::reason;
use super::column::{Why, stage};
use super::design::{Cell, Designs};
use super::estimate::{DesignEstimates, Estimated, Numbers};
use super::estimates::numbers;
use panel_multiverse::declaration::{EffectKind, Response};
use panel_multiverse::grid::Counts;
use panel_multiverse::record::UniverseRecord;
use panel_multiverse::{Declaration, Grid, Outcome, Universes};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use study::{Error, Result};

/// The universes of a multiverse with their estimates.
#[derive(Debug)]
pub struct Estimation {
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
    pub(super) errors: Vec<std::result::Result<u32, Why>>,
    /// Covariance of each estimate.
    pub(super) base_errors: Vec<u32>,
    pub(super) cells: Vec<std::result::Result<Cell, Why>>,
    pub(super) designs: Designs,
    pub(super) found: Vec<DesignEstimates>,
    pub(super) effect: EffectKind,
    pub(super) square: bool,
    /// Choices that can change the unit of x or of the response.
    pub(super) units: Vec<usize>,
    pub(super) records: OnceLock<Vec<UniverseRecord>>,
}

type Found<'a> = std::result::Result<&'a Numbers, Why>;

impl Estimation {
    /// Numbers of a cell under a covariance.
    fn numbers(&self, cell: Cell, errors: u32) -> Found<'_> {
        numbers(&self.designs, &self.found, cell, errors)
    }

    pub(super) fn estimated(&self, cell: Cell) -> &Estimated {
        &self.found[cell.design as usize].outcomes[cell.outcome as usize]
    }

    /// Numbers of an estimate under its base standard errors.
    pub(super) fn numbers_of(&self, estimate: usize) -> Found<'_> {
        let cell = self.cells[estimate].clone()?;
        self.numbers(cell, self.base_errors[estimate])
    }

    /// Weights of b₁ and b₂ in the effect of a cell.
    pub(super) fn weights(&self, cell: Cell) -> [f64; 2] {
        let Some(rows) = &self.found[cell.design as usize].rows else { return [f64::NAN; 2] };
        self.effect.weights(&rows.scale(self.estimated(cell).sd_y), self.spec.raw)
    }

    /// A record filled in.
    fn fill(&self, record: UniverseRecord, cell: Cell, found: Found<'_>) -> UniverseRecord {
        let numbers = match found {
            Ok(numbers) => numbers,
            Err(why) => return record.refused(reason(&why)),
        };
        let sorted: &[f64] = self.found[cell.design as usize].rows.as_ref().map_or(&[], |rows| &rows.sorted_x);
        let mut record = record.estimated(&numbers.curve, self.weights(cell), sorted, self.spec.level);
        let known = |value: f64| value.is_finite().then_some(value);
        // The estimator's own tails: they are what a run of this universe alone prints.
        record.p1 = known(numbers.p[0]);
        if self.square {
            record.p2 = known(numbers.p[1]);
            record.lm_t = numbers.lind_mehlum.map(|test| test.0);
            record.lm_p = numbers.lind_mehlum.map(|test| test.1);
        }
        record.clusters = numbers.clusters;
        record.fieller.clone_from(&numbers.fieller);
        record
    }

    /// The record of an estimate.
    fn record_of_estimate(&self, estimate: usize) -> UniverseRecord {
        let record = UniverseRecord { id: self.grid.id(self.estimates.get(estimate)), ..UniverseRecord::default() };
        match &self.cells[estimate] {
            Ok(cell) => self.fill(record, *cell, self.numbers(*cell, self.base_errors[estimate])),
            Err(why) => record.refused(reason(why)),
        }
    }

    /// Records of all estimates under base standard errors, without their options.
    pub(super) fn estimate_records(&self) -> &[UniverseRecord] {
        self.records.get_or_init(|| (0..self.estimates.len()).map(|place| self.record_of_estimate(place)).collect())
    }

    /// The record of a universe, without its options.
    pub(super) fn record_of(&self, place: usize) -> UniverseRecord {
        let record = UniverseRecord { id: self.id_of(place), ..UniverseRecord::default() };
        let (cell, errors) = (&self.cells[self.of_universe[place] as usize], &self.errors[place]);
        match (cell, errors) {
            (Ok(cell), Ok(errors)) => self.fill(record, *cell, self.numbers(*cell, *errors)),
            (Err(why), _) | (_, Err(why)) => record.refused(reason(why)),
        }
    }

    /// The estimate of this id, or that of the universe of this id.
    pub(super) fn place_of(&self, id: &str, records: &[UniverseRecord]) -> Option<usize> {
        let of_universe = || {
            let place = self.universes.iter().position(|codes| self.grid.id(codes) == id)?;
            Some(self.of_universe[place] as usize)
        };
        records.iter().position(|record| record.id == id).or_else(of_universe)
    }

    /// Hash of what an estimate is made from; the place itself where there is none.
    pub(super) fn fingerprint(&self, estimate: usize) -> u128 {
        self.cells[estimate].as_ref().map_or(estimate as u128, |cell| self.estimated(*cell).fingerprint)
    }

    /// Mean of the response of a universe.
    pub(super) fn mean_of(&self, place: usize) -> Option<f64> {
        let cell = self.cells[self.of_universe[place] as usize].as_ref().ok()?;
        Some(self.estimated(*cell).mean_y).filter(|mean| mean.is_finite())
    }

    /// Place of the first universe with the same estimate and covariance, for each universe.
    pub(super) fn first_same(&self) -> Vec<u32> {
        let mut first: BTreeMap<(u128, u32), u32> = BTreeMap::new();
        let same = |(place, errors): (u32, &std::result::Result<u32, Why>)| {
            let estimate = self.of_universe[place as usize] as usize;
            let (Ok(cell), Ok(errors)) = (&self.cells[estimate], errors) else { return place };
            // What is refused is the same as nothing.
            if self.numbers(*cell, *errors).is_err() {
                return place;
            }
            *first.entry((self.fingerprint(estimate), *errors)).or_insert(place)
        };
        (0_u32..).zip(&self.errors).map(same).collect()
    }

    /// What descriptions need of some estimates.
    pub(super) fn outcomes(&self, places: &[u32], records: &[UniverseRecord]) -> Vec<Outcome> {
        let outcome = |&place: &u32| records[place as usize].outcome(self.fingerprint(place as usize));
        places.iter().map(outcome).collect()
    }

    /// Id of a universe.
    pub(super) fn id_of(&self, place: usize) -> String {
        self.grid.id(self.universes.get(place))
    }

    /// Estimates that the program refused.
    pub(super) fn cells_refused(&self) -> usize {
        (0..self.estimates.len()).filter(|&place| self.numbers_of(place).is_err()).count()
    }

    /// Whether each estimate has the verdict looked for; `None` where there is no estimate.
    pub(super) fn verdicts(records: &[UniverseRecord]) -> Vec<Option<bool>> {
        let verdict = |record: &UniverseRecord| record.response(Response::Verdict).map(|value| value > 0.5);
        records.iter().map(verdict).collect()
    }

    /// Universes that were estimated, refused ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.universes.len()
    }

    /// Never: a multiverse holds its base.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.universes.is_empty()
    }

    /// The effect in one word.
    #[must_use]
    pub fn effect(&self) -> EffectKind {
        self.effect
    }

    /// Without the study as it stands there is nothing to compare with.
    pub(super) fn base_is_there(&self) -> Result<()> {
        let base = self.base();
        match self.numbers_of(base) {
            Ok(_) => Ok(()),
            Err(why) => {
                let message = format!("the base is not estimated: {}", reason(&why));
                Err(Error::not_computed(stage(&self.spec), message))
            }
        }
    }

    /// Place of the base among the estimates.
    pub(super) fn base(&self) -> usize {
        self.estimates.find(&self.grid.base(&self.grid.estimates())).unwrap_or_default()
    }
}
