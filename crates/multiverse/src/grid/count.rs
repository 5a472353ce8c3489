//! Counts without expanding: choices that no condition ties together multiply.

use super::{Grid, Scope, Walk};
use crate::error::{Error, Result};
use serde::Serialize;
use std::collections::BTreeSet;

/// Universes of one group of tied choices that are counted one by one before counting is given up.
const MOST_OF_A_GROUP: u128 = 100_000_000;

/// What a stage reads of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reads {
    /// The choice.
    pub choice: String,
    /// The options that it tells apart from all others; every option where not given.
    pub only: Option<Vec<String>>,
}

impl Reads {
    /// All options of a choice.
    #[must_use]
    pub fn all(choice: &str) -> Self {
        Self { choice: choice.to_owned(), only: None }
    }

    /// Some options of a choice, the rest being one.
    #[must_use]
    pub fn only(choice: &str, options: &[&str]) -> Self {
        Self { choice: choice.to_owned(), only: Some(options.iter().map(|&option| option.to_owned()).collect()) }
    }
}

/// How many universes an exclude removes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExcludeCount {
    /// Its place, from 1.
    pub place: usize,
    /// Reason, Chinese.
    pub why_zh: String,
    /// Reason, English.
    pub why_en: String,
    /// Estimates that it would remove alone (universes, where it names a choice of standard errors).
    pub alone: u128,
    /// Those that no other exclude removes.
    pub only_this: u128,
}

/// Sizes of a grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Choices declared.
    pub choices: usize,
    /// Whole pipelines.
    pub universes: u128,
    /// Universes without their standard errors.
    pub estimates: u128,
    /// The same before any exclude.
    pub estimates_before_excludes: u128,
    /// Estimates with equivalent choices varying.
    pub equivalent: u128,
    /// Estimates with equivalent and uncertain choices varying.
    pub equivalent_and_uncertain: u128,
    /// Estimates one change away from the base.
    pub one_change: u128,
    /// What each exclude removes.
    pub excludes: Vec<ExcludeCount>,
}

impl Grid {
    /// How many universes a scope has.
    ///
    /// # Errors
    /// [`Error::TooMany`] where choices tied together have more than 10⁸ combinations.
    pub fn count(&self, scope: &Scope) -> Result<u128> {
        self.groups(scope).into_iter().try_fold(1_u128, |product, group| {
            let mut walk = Walk::over(self, scope, group);
            let mut count = 0_u128;
            while walk.step().is_some() {
                count += 1;
                give_up(count)?;
            }
            Ok(product.saturating_mul(count))
        })
    }

    /// How many different results a stage has over a scope that reads some choices only.
    ///
    /// # Errors
    /// [`Error::Declaration`] for a name that does not exist; else as [`Grid::count`].
    pub fn distinct(&self, scope: &Scope, stage: &[Reads]) -> Result<u128> {
        let mut classes: Vec<Option<Vec<u16>>> = vec![None; self.choices.len()];
        for read in stage {
            let choice = self.find_choice("stage", &read.choice)?;
            let options = self.choices[choice].option.len() as u16;
            let class = match &read.only {
                None => (0..=options).collect(),
                Some(only) => {
                    let told = only
                        .iter()
                        .map(|option| self.find_option("stage", choice, option))
                        .collect::<Result<Vec<u16>>>()?;
                    (0..=options).map(|code| if told.contains(&code) { code } else { 0 }).collect()
                }
            };
            classes[choice] = Some(class);
        }
        self.groups(scope).into_iter().try_fold(1_u128, |product, group| {
            let read: Vec<(usize, &Vec<u16>)> =
                group.iter().filter_map(|&choice| classes[choice].as_ref().map(|class| (choice, class))).collect();
            let mut seen: BTreeSet<Vec<u16>> = BTreeSet::new();
            let mut walk = Walk::over(self, scope, group.clone());
            let mut count = 0;
            while let Some(codes) = walk.step() {
                count += 1;
                give_up(count)?;
                if read.is_empty() {
                    return Ok(product);
                }
                seen.insert(read.iter().map(|(choice, class)| class[usize::from(codes[*choice])]).collect());
            }
            Ok(product.saturating_mul(seen.len() as u128))
        })
    }

    /// All sizes of the grid.
    ///
    /// # Errors
    /// As [`Grid::count`].
    pub fn counts(&self) -> Result<Counts> {
        let estimates = self.estimates();
        let before = Scope { excluding: vec![false; self.excludes.len()], ..estimates.clone() };
        let mut excludes = Vec::new();
        for (k, exclude) in self.excludes.iter().enumerate() {
            let of_estimates = estimates.excluding[k];
            let full = if of_estimates { estimates.clone() } else { self.everything() };
            let none = Scope { excluding: vec![false; self.excludes.len()], ..full.clone() };
            let mut alone = none.clone();
            alone.excluding[k] = true;
            let mut others = full.clone();
            others.excluding[k] = false;
            excludes.push(ExcludeCount {
                place: k + 1,
                why_zh: exclude.declared.why.chinese().to_owned(),
                why_en: exclude.declared.why.english().to_owned(),
                alone: self.count(&none)? - self.count(&alone)?,
                only_this: self.count(&others)? - self.count(&full)?,
            });
        }
        Ok(Counts {
            choices: self.choices.len(),
            universes: self.count(&self.everything())?,
            estimates: self.count(&estimates)?,
            estimates_before_excludes: self.count(&before)?,
            equivalent: self.count(&self.panel_scope(&super::Panel::Base))?,
            equivalent_and_uncertain: self.count(&self.panel_scope(&super::Panel::Pooled))?,
            one_change: self.one_changes(&estimates).len() as u128,
            excludes,
        })
    }

    /// Groups of choices that conditions, links or excludes tie together; each in file order.
    pub(crate) fn groups(&self, scope: &Scope) -> Vec<Vec<usize>> {
        let mut group: Vec<usize> = (0..self.choices.len()).collect();
        let mut tie = |a: usize, b: usize| {
            let (from, to) = (group[a].max(group[b]), group[a].min(group[b]));
            group.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
        };
        for (choice, parents) in self.parents.iter().enumerate() {
            parents.iter().for_each(|condition| tie(choice, condition.choice));
        }
        for factor in &self.factors {
            factor.windows(2).for_each(|pair| tie(pair[0], pair[1]));
        }
        for (exclude, _) in self.excludes.iter().zip(&scope.excluding).filter(|(_, in_force)| **in_force) {
            exclude.conditions.windows(2).for_each(|pair| tie(pair[0].choice, pair[1].choice));
        }
        (0..self.choices.len())
            .map(|label| {
                (0..self.choices.len()).filter(|&choice| group[choice] == label && scope.expanded[choice]).collect()
            })
            .filter(|members: &Vec<usize>| !members.is_empty())
            .collect()
    }
}

fn give_up(count: u128) -> Result<()> {
    if count > MOST_OF_A_GROUP {
        return Err(Error::TooMany { count, at_least: true, limit: MOST_OF_A_GROUP as u64 });
    }
    Ok(())
}
