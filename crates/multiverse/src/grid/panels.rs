//! Groups of estimates that are described and tested together.

use super::{ABSENT, Grid, Scope};
use crate::declaration::Kind;

/// Which estimates are taken together. Standard errors are those of the base in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Panel {
    /// Equivalent options vary, everything else stays at its base: the panel that is reported.
    Base,
    /// The base panel with one other option in force.
    OneOther {
        /// Place of the choice.
        choice: usize,
        /// Code of the option.
        code: u16,
    },
    /// Equivalent and uncertain options vary: conditional on treating them as equivalent.
    Pooled,
    /// All options vary: to be described, never tested.
    All,
}

impl Grid {
    /// The universes of a panel.
    #[must_use]
    pub fn panel_scope(&self, panel: &Panel) -> Scope {
        let mut scope = self.estimates();
        let worst = match panel {
            Panel::Base | Panel::OneOther { .. } => Kind::Equivalent,
            Panel::Pooled => Kind::Uncertain,
            Panel::All => Kind::NotEquivalent,
        };
        for choice in 0..self.choices.len() {
            for code in 1..=self.choices[choice].option.len() as u16 {
                scope.kept[choice][usize::from(code) - 1] = code == 1 || self.kind(choice, code) <= worst;
            }
        }
        if let Panel::OneOther { choice, code } = *panel {
            for &linked in &self.factors[self.factor_of[choice]] {
                for other in 1..=self.choices[linked].option.len() as u16 {
                    scope.kept[linked][usize::from(other) - 1] = other == code;
                }
            }
        }
        scope
    }

    /// Whether an estimate is in a panel, given that it is a universe of the grid.
    #[must_use]
    pub fn is_in(&self, scope: &Scope, codes: &[u16]) -> bool {
        codes.iter().enumerate().all(|(choice, &code)| {
            code == ABSENT || !scope.expanded[choice] || scope.kept[choice][usize::from(code) - 1]
        }) && self.chosen_where_it_must(scope, codes)
    }

    /// A choice whose base is not kept has to exist.
    fn chosen_where_it_must(&self, scope: &Scope, codes: &[u16]) -> bool {
        (0..codes.len()).all(|choice| !scope.expanded[choice] || scope.kept[choice][0] || codes[choice] != ABSENT)
    }

    /// The panels of all uncertain and not-equivalent options, one changed at a time, in file order; linked choices once.
    #[must_use]
    pub fn one_other_panels(&self) -> Vec<Panel> {
        self.factors
            .iter()
            .map(|factor| factor[0])
            .filter(|&choice| !self.is_inference(choice))
            .flat_map(|choice| {
                (2..=self.choices[choice].option.len() as u16)
                    .filter(move |&code| self.kind(choice, code) != Kind::Equivalent)
                    .map(move |code| Panel::OneOther { choice, code })
            })
            .collect()
    }

    /// Options that differ from the base, as a set of factors; a choice that does not exist counts as unchanged.
    #[must_use]
    pub fn changes(&self, codes: &[u16]) -> u64 {
        self.changes_from(codes, &vec![1; codes.len()])
    }

    /// The same from another universe; a choice that does not exist there counts as being at its base.
    #[must_use]
    pub fn changes_from(&self, codes: &[u16], from: &[u16]) -> u64 {
        codes.iter().zip(from).enumerate().fold(0, |set, (choice, (&code, &from))| {
            let changed = code != ABSENT && code != from.max(1);
            if changed { set | 1 << self.factor_of[choice] } else { set }
        })
    }

    /// The base universe of a scope.
    #[must_use]
    pub fn base(&self, scope: &Scope) -> Vec<u16> {
        let mut codes = vec![ABSENT; self.choices.len()];
        for choice in 0..codes.len() {
            let exists = self.parents[choice].iter().all(|condition| condition.holds(&codes));
            codes[choice] = u16::from(exists && scope.expanded[choice]);
        }
        codes
    }

    /// Universes of a scope with exactly one change from the base, in expansion order.
    pub(crate) fn one_changes(&self, scope: &Scope) -> Vec<Box<[u16]>> {
        let mut found = Vec::new();
        for factor in &self.factors {
            let leader = factor[0];
            if !scope.expanded[leader] {
                continue;
            }
            let mut narrow = scope.clone();
            for choice in 0..self.choices.len() {
                let moves = self.factor_of[choice] == self.factor_of[leader];
                for (place, kept) in narrow.kept[choice].iter_mut().enumerate() {
                    *kept &= (place == 0) != moves;
                }
            }
            found.extend(self.walk(&narrow).filter(|codes| self.changes(codes).count_ones() == 1));
        }
        found.sort_unstable();
        found
    }
}
