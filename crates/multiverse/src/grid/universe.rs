//! Universes held together, and their names.

use super::{ABSENT, Grid, Scope};
use crate::declaration::hex;
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Universes in expansion order, one code per choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Universes {
    width: usize,
    codes: Vec<u16>,
}

impl Universes {
    pub(crate) fn new(width: usize) -> Self {
        Self { width, codes: Vec::new() }
    }

    pub(crate) fn push(&mut self, codes: &[u16]) {
        self.codes.extend_from_slice(codes);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        // A grid without choices has one universe without codes; it has no room here.
        self.codes.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Codes of one universe.
    ///
    /// # Panics
    /// For a place that is not there.
    #[must_use]
    pub fn get(&self, place: usize) -> &[u16] {
        &self.codes[place * self.width..(place + 1) * self.width]
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u16]> {
        self.codes.chunks_exact(self.width.max(1))
    }

    /// Places of the universes of a panel.
    #[must_use]
    pub fn places(&self, grid: &Grid, scope: &Scope) -> Vec<u32> {
        (0_u32..).zip(self.iter()).filter(|(_, codes)| grid.is_in(scope, codes)).map(|(place, _)| place).collect()
    }

    /// The universes at some places, in that order.
    ///
    /// # Panics
    /// For a place that is not there.
    #[must_use]
    pub fn select(&self, places: &[u32]) -> Self {
        let mut chosen = Self::new(self.width);
        places.iter().for_each(|&place| chosen.push(self.get(place as usize)));
        chosen
    }

    /// The universes without the choices that move standard errors only, each once and in expansion order, and the place of
    /// each universe's among them.
    #[must_use]
    pub fn estimates(&self, grid: &Grid) -> (Self, Vec<u32>) {
        let without = |codes: &[u16]| -> Box<[u16]> {
            codes
                .iter()
                .enumerate()
                .map(|(choice, &code)| if grid.is_inference(choice) { ABSENT } else { code })
                .collect()
        };
        let mut places: BTreeMap<Box<[u16]>, u32> = self.iter().map(|codes| (without(codes), 0)).collect();
        let mut estimates = Self::new(self.width);
        for (place, (codes, at)) in (0_u32..).zip(&mut places) {
            *at = place;
            estimates.push(codes);
        }
        let of_universe = self.iter().map(|codes| places[&without(codes)]).collect();
        (estimates, of_universe)
    }

    /// Place of a universe, by bisection.
    #[must_use]
    pub fn find(&self, codes: &[u16]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle).cmp(codes) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl Grid {
    /// Universes of a scope, in expansion order.
    ///
    /// # Errors
    /// [`Error::TooMany`] for more than `limit`.
    pub fn universes(&self, scope: &Scope, limit: u64) -> Result<Universes> {
        let count = self.count(scope)?;
        if count > u128::from(limit) {
            return Err(Error::TooMany { count, at_least: false, limit });
        }
        let mut universes = Universes::new(self.choices.len());
        universes.codes.reserve_exact(count as usize * self.choices.len());
        let mut walk = self.walk(scope);
        while let Some(codes) = walk.step() {
            universes.push(codes);
        }
        Ok(universes)
    }

    /// Name of a universe: the first 12 hexadecimal digits of SHA-256 over the lines `choice=option`, sorted, each ended by
    /// a line feed, without choices that do not exist. The order in a file does not matter.
    #[must_use]
    pub fn id(&self, codes: &[u16]) -> String {
        let mut lines: Vec<String> = self
            .choices
            .iter()
            .enumerate()
            .filter(|&(choice, _)| codes[choice] != ABSENT)
            .map(|(choice, declared)| format!("{}={}\n", declared.id, self.option_id(choice, codes[choice])))
            .collect();
        lines.sort_unstable();
        hex(&Sha256::digest(lines.concat().as_bytes())[..6])
    }

    /// Names of universes.
    ///
    /// # Errors
    /// [`Error::Value`] where two have the same 48 bits, which one grid in five hundred of a million universes meets:
    /// renaming an option helps.
    pub fn ids(&self, universes: &Universes) -> Result<Vec<String>> {
        let ids: Vec<String> = universes.iter().map(|codes| self.id(codes)).collect();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, id) in ids.iter().enumerate() {
            if let Some(earlier) = seen.insert(id, place) {
                return Err(Error::Value {
                    what: format!("the id of universes {} and {}", earlier + 1, place + 1),
                    got: id.clone(),
                    expected: "different ids; rename an option",
                });
            }
        }
        Ok(ids)
    }
}
