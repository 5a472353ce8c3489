//! The grid: choices, the conditions under which they exist, what is excluded, and how many universes that makes.

mod check;
mod count;
mod draw;
mod panels;
mod universe;
mod walk;

pub use count::{Counts, ExcludeCount, Reads};
pub use panels::Panel;
pub use universe::Universes;
pub use walk::Walk;

use crate::declaration::{Axis, Choice, Exclude, Kind, Link};
use crate::error::Result;

/// Code of a choice that does not exist in a universe; options count from 1.
pub const ABSENT: u16 = 0;

/// A checked grid of choices.
///
/// A universe is a list of codes, one per choice in file order: [`ABSENT`], or the option's place counted from 1. In
/// expansion order the last choice moves fastest, which is the lexicographic order of codes.
#[derive(Debug, Clone)]
pub struct Grid {
    pub(crate) choices: Vec<Choice>,
    /// Per choice: the choices above it that it depends on, with the codes under which it exists.
    pub(crate) parents: Vec<Vec<Condition>>,
    pub(crate) excludes: Vec<Excluded>,
    /// Per choice the factor that it belongs to; linked choices share one.
    pub(crate) factor_of: Vec<usize>,
    /// Choices of each factor, in file order.
    pub(crate) factors: Vec<Vec<usize>>,
}

/// "This choice has one of these codes."
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) choice: usize,
    pub(crate) codes: Vec<u16>,
}

impl Condition {
    pub(crate) fn holds(&self, codes: &[u16]) -> bool {
        self.codes.contains(&codes[self.choice])
    }
}

/// A combination that is left out.
#[derive(Debug, Clone)]
pub(crate) struct Excluded {
    pub(crate) conditions: Vec<Condition>,
    /// The last of its choices: it can be decided there.
    pub(crate) last: usize,
    pub(crate) declared: Exclude,
}

/// Which part of a grid is meant: the choices, the options kept of each, and the excludes in force.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Per choice, whether it is expanded; its code is [`ABSENT`] where not.
    pub(crate) expanded: Vec<bool>,
    /// Per choice and option, whether it is kept.
    pub(crate) kept: Vec<Vec<bool>>,
    /// Per exclude, whether it is in force.
    pub(crate) excluding: Vec<bool>,
}

impl Grid {
    /// Checks choices, links and excludes.
    ///
    /// # Errors
    /// [`crate::Error::Declaration`] for the first slip, with the nearest name that exists.
    pub fn new(choices: &[Choice], links: &[Link], excludes: &[Exclude]) -> Result<Self> {
        check::grid(choices, links, excludes)
    }

    /// Choices, in file order.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// Choices as they are counted and attributed: each a list of places in [`Grid::choices`], more than one where they
    /// are linked.
    #[must_use]
    pub fn factors(&self) -> &[Vec<usize>] {
        &self.factors
    }

    /// The factor of a choice.
    #[must_use]
    pub fn factor_of(&self, choice: usize) -> usize {
        self.factor_of[choice]
    }

    /// Name of a factor: the ids of its choices, joined by `+`.
    #[must_use]
    pub fn factor_name(&self, factor: usize) -> String {
        let names: Vec<&str> = self.factors[factor].iter().map(|&choice| self.choices[choice].id.as_str()).collect();
        names.join("+")
    }

    /// Factors on which a factor depends.
    #[must_use]
    pub fn parents_of(&self, factor: usize) -> Vec<usize> {
        let mut parents: Vec<usize> = self.factors[factor]
            .iter()
            .flat_map(|&choice| &self.parents[choice])
            .map(|condition| self.factor_of[condition.choice])
            .collect();
        parents.sort_unstable();
        parents.dedup();
        parents
    }

    /// The place of a choice.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.choices.iter().position(|choice| choice.id == id)
    }

    /// Whether a choice moves standard errors only.
    #[must_use]
    pub fn is_inference(&self, choice: usize) -> bool {
        self.choices[choice].axis == Some(Axis::Inference)
    }

    /// What an option is; linked options are what the worst of them is.
    pub(crate) fn kind(&self, choice: usize, code: u16) -> Kind {
        self.factors[self.factor_of[choice]]
            .iter()
            .map(|&choice| {
                let declared = &self.choices[choice];
                declared.option[usize::from(code) - 1].kind.or(declared.kind).unwrap_or(Kind::Equivalent)
            })
            .max()
            .unwrap_or(Kind::Equivalent)
    }

    /// Id of the option of a choice in a universe; `-` where the choice does not exist.
    #[must_use]
    pub fn option_id(&self, choice: usize, code: u16) -> &str {
        match code {
            ABSENT => "-",
            code => &self.choices[choice].option[usize::from(code) - 1].id,
        }
    }

    /// Every choice, every option, every exclude.
    #[must_use]
    pub fn everything(&self) -> Scope {
        Scope {
            expanded: vec![true; self.choices.len()],
            kept: self.choices.iter().map(|choice| vec![true; choice.option.len()]).collect(),
            excluding: vec![true; self.excludes.len()],
        }
    }

    /// Estimates: universes without the choices that move standard errors only.
    #[must_use]
    pub fn estimates(&self) -> Scope {
        let mut scope = self.everything();
        for choice in 0..self.choices.len() {
            scope.expanded[choice] = !self.is_inference(choice);
        }
        for (k, exclude) in self.excludes.iter().enumerate() {
            scope.excluding[k] = exclude.conditions.iter().all(|condition| scope.expanded[condition.choice]);
        }
        scope
    }

    /// The settings in force in a universe, in file order.
    pub fn settings<'a>(
        &'a self,
        codes: &'a [u16],
    ) -> impl Iterator<Item = (&'a str, &'a serde_json::Value)> + use<'a> {
        let chosen = self.choices.iter().zip(codes).filter(|&(_, &code)| code != ABSENT);
        chosen
            .flat_map(|(choice, &code)| &choice.option[usize::from(code) - 1].set)
            .map(|(path, value)| (path.as_str(), value))
    }
}
