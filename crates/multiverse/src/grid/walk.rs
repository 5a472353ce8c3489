//! Expansion in file order, the last choice fastest, one universe at a time.

use super::{ABSENT, Grid, Scope};

/// An iterator over the universes of a scope; it holds one universe.
#[derive(Debug, Clone)]
pub struct Walk<'a> {
    grid: &'a Grid,
    scope: &'a Scope,
    /// Choices expanded, in file order.
    order: Vec<usize>,
    codes: Vec<u16>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Fresh,
    Running,
    Done,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(grid: &'a Grid, scope: &'a Scope) -> Self {
        let order = (0..grid.choices.len()).filter(|&choice| scope.expanded[choice]).collect();
        Self::over(grid, scope, order)
    }

    /// Only some choices of the scope; with each of them what it depends on.
    pub(crate) fn over(grid: &'a Grid, scope: &'a Scope, order: Vec<usize>) -> Self {
        Self { grid, scope, order, codes: vec![ABSENT; grid.choices.len()], state: State::Fresh }
    }

    /// Moves to the next universe and shows it.
    pub(crate) fn step(&mut self) -> Option<&[u16]> {
        let length = self.order.len();
        let (mut level, mut from) = match self.state {
            State::Done => return None,
            State::Fresh if length == 0 => {
                self.state = State::Done;
                return Some(&self.codes);
            }
            State::Fresh => (0, 0),
            State::Running => (length - 1, self.codes[self.order[length - 1]] + 1),
        };
        self.state = State::Running;
        loop {
            let choice = self.order[level];
            if let Some(code) = self.next_code(choice, from) {
                self.codes[choice] = code;
                level += 1;
                if level == length {
                    return Some(&self.codes);
                }
                from = 0;
            } else {
                self.codes[choice] = ABSENT;
                if level == 0 {
                    self.state = State::Done;
                    return None;
                }
                level -= 1;
                from = self.codes[self.order[level]] + 1;
            }
        }
    }

    /// The first admissible code of a choice that is not below `from`, given the choices above it.
    fn next_code(&mut self, choice: usize, from: u16) -> Option<u16> {
        let grid = self.grid;
        if !grid.parents[choice].iter().all(|condition| condition.holds(&self.codes)) {
            return (from == ABSENT).then_some(ABSENT);
        }
        let leader = grid.factors[grid.factor_of[choice]][0];
        let bound = if leader == choice { None } else { Some(self.codes[leader]) };
        (from.max(1)..=grid.choices[choice].option.len() as u16).find(|&code| {
            let kept = self.scope.kept[choice][usize::from(code) - 1] && bound.is_none_or(|bound| bound == code);
            kept && {
                self.codes[choice] = code;
                !self.is_excluded(choice)
            }
        })
    }

    fn is_excluded(&self, last: usize) -> bool {
        self.grid.excludes.iter().zip(&self.scope.excluding).any(|(exclude, &in_force)| {
            in_force && exclude.last == last && exclude.conditions.iter().all(|condition| condition.holds(&self.codes))
        })
    }
}

impl Iterator for Walk<'_> {
    type Item = Box<[u16]>;

    fn next(&mut self) -> Option<Box<[u16]>> {
        self.step().map(Box::from)
    }
}

impl Grid {
    /// Universes of a scope in expansion order, made one by one.
    #[must_use]
    pub fn walk<'a>(&'a self, scope: &'a Scope) -> Walk<'a> {
        Walk::new(self, scope)
    }
}
