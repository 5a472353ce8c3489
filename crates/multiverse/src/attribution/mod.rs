//! Which choice moves the result: shares of the variance of a response over the feasible universes.
//!
//! v(A) = variance of E[f | options of the choices in A]. It is 0 for no choice, Var f for all, and never falls when A
//! grows, so that Shapley's shares
//!
//! φ_i = Σ_A |A|!(K − |A| − 1)!/K! [v(A + i) − v(A)]/V
//!
//! are not negative and sum to one on any grid, product or not (Owen 2014; Song, Nelson & Staum 2016). Where a choice exists
//! under conditions only, to know that it does not exist tells something about the choices it depends on: plain shares hand
//! it a part of their effect. The *ordered* shares (Frye, Rowat & Feige 2020) average over the orders in which no choice
//! precedes one that it depends on.

mod game;
mod intervals;
mod orders;
mod sampled;

pub use game::{Shares, attribute};
pub use intervals::{Interval, intervals, intervals_of};
pub use sampled::{SampledShares, attribute_sampled};

use crate::error::{Error, Result};
use crate::grid::{ABSENT, Grid, Universes};

/// Universes as cells: one level per choice (linked choices are one) and a weight.
#[derive(Debug, Clone)]
pub struct Cells {
    /// Levels by universe, then choice.
    levels: Vec<u16>,
    /// Levels of each choice, the absent one included.
    sizes: Vec<u32>,
    /// Choices that have to come before each choice.
    parents: Vec<Vec<usize>>,
    /// Weights, summing to one.
    weights: Vec<f64>,
}

impl Cells {
    /// The estimates of a grid; `weight` of an option counts, multiplied over choices.
    ///
    /// Choices of inference are left out: give universes of [`Grid::estimates`], or the shares of universes that differ in
    /// their standard errors only are pooled. `all` keeps them, for responses that depend on standard errors.
    ///
    /// # Errors
    /// [`Error::Empty`] for no universe.
    pub fn of(grid: &Grid, universes: &Universes, all: bool) -> Result<Self> {
        let factors: Vec<usize> =
            (0..grid.factors().len()).filter(|&factor| all || !grid.is_inference(grid.factors()[factor][0])).collect();
        let place = |factor: usize| factors.iter().position(|&other| other == factor);
        let parents =
            factors.iter().map(|&factor| grid.parents_of(factor).into_iter().filter_map(place).collect()).collect();
        let mut levels = Vec::with_capacity(universes.len() * factors.len());
        let mut weights = Vec::with_capacity(universes.len());
        for codes in universes.iter() {
            levels.extend(factors.iter().map(|&factor| codes[grid.factors()[factor][0]]));
            let of_choice = |(choice, &code): (usize, &u16)| match code {
                ABSENT => 1.0,
                code => grid.choices()[choice].option[usize::from(code) - 1].weight.unwrap_or(1.0),
            };
            weights.push(codes.iter().enumerate().map(of_choice).product());
        }
        Self::new(levels, factors.len(), parents, weights)
    }

    /// Cells of anyone's universes: `levels` by universe and then choice, `parents` of each choice by place, weights.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Shape`], [`Error::Value`] for a weight that is not positive.
    pub fn new(levels: Vec<u16>, choices: usize, parents: Vec<Vec<usize>>, mut weights: Vec<f64>) -> Result<Self> {
        if weights.is_empty() || choices == 0 {
            return Err(Error::Empty("an attribution".into()));
        }
        let lengths = [("levels", weights.len() * choices, levels.len()), ("parents", choices, parents.len())];
        if let Some((what, expected, got)) = lengths.into_iter().find(|(_, expected, got)| expected != got) {
            return Err(Error::Shape { what: what.into(), expected, got });
        }
        if let Some(weight) = weights.iter().find(|weight| !(**weight > 0.0 && weight.is_finite())) {
            let (what, got) = ("a weight".to_owned(), weight.to_string());
            return Err(Error::Value { what, got, expected: "a positive number" });
        }
        if let Some(&parent) = parents.iter().flatten().find(|&&parent| parent >= choices) {
            return Err(Error::Shape { what: "a parent".into(), expected: choices, got: parent + 1 });
        }
        let sum: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let sizes = (0..choices)
            .map(|choice| levels.iter().skip(choice).step_by(choices).max().map_or(1, |&level| u32::from(level) + 1))
            .collect();
        Ok(Self { levels, sizes, parents, weights })
    }

    /// Universes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Never: cells hold at least one universe.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Choices.
    #[must_use]
    pub fn choices(&self) -> usize {
        self.sizes.len()
    }

    /// Levels of a universe.
    pub(crate) fn levels(&self, universe: usize) -> &[u16] {
        &self.levels[universe * self.sizes.len()..(universe + 1) * self.sizes.len()]
    }

    fn check(&self, responses: &[&[f64]]) -> Result<()> {
        for response in responses {
            if response.len() != self.len() {
                return Err(Error::Shape { what: "a response".into(), expected: self.len(), got: response.len() });
            }
            if let Some(value) = response.iter().find(|value| !value.is_finite()) {
                let (what, got) = ("a response".to_owned(), value.to_string());
                return Err(Error::Value { what, got, expected: "a finite number for every universe" });
            }
        }
        Ok(())
    }
}
