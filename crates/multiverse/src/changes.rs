//! The smallest sets of changes after which the verdict is another one.

use crate::error::{Error, Result};
use crate::grid::{Grid, Universes};
use serde::Serialize;

/// Minimal sets of changes from one universe.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Changes {
    /// Id of the universe from which changes are counted.
    pub from: String,
    /// Whether it has the verdict.
    pub has_verdict: bool,
    /// Size of the smallest set; `None` where every universe agrees.
    pub smallest: Option<usize>,
    /// Minimal sets by inclusion of size one and two.
    pub sets: Vec<ChangeSet>,
    /// Minimal sets of each size from one on.
    pub by_size: Vec<usize>,
    /// Universes one change away.
    pub neighbours: usize,
    /// Share of them with the same verdict; `None` without neighbours.
    pub neighbours_agree: Option<f64>,
}

/// One minimal set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeSet {
    /// Choices that change, linked ones joined by `+`.
    pub choices: Vec<String>,
    /// Ids of the universes with exactly these changes and the other verdict.
    pub universes: Vec<String>,
}

/// Minimal sets of changes from `from` (a place among the universes) that lose or make the verdict. A set D(u) holds the
/// choices whose option differs; a choice that does not exist in u counts as unchanged, one that does not exist at `from` as
/// being at its base there. `None` marks a universe without an estimate: it has no verdict, either way.
///
/// # Errors
/// [`Error::Shape`] for verdicts of another length; [`Error::Empty`] where `from` has no estimate.
pub fn smallest_changes(grid: &Grid, universes: &Universes, verdicts: &[Option<bool>], from: usize) -> Result<Changes> {
    if verdicts.len() != universes.len() {
        return Err(Error::Shape { what: "verdicts".into(), expected: universes.len(), got: verdicts.len() });
    }
    let Some(base) = verdicts.get(from).copied().flatten() else {
        return Err(Error::Empty("the universe from which changes are counted".into()));
    };
    let start = universes.get(from);
    let sets: Vec<u64> = universes.iter().map(|codes| grid.changes_from(codes, start)).collect();
    let known = || sets.iter().zip(verdicts).filter_map(|(&set, verdict)| Some((set, (*verdict)?)));
    let mut other: Vec<u64> = known().filter(|&(_, verdict)| verdict != base).map(|(set, _)| set).collect();
    other.sort_unstable_by_key(|set| (set.count_ones(), *set));
    other.dedup();
    let mut minimal: Vec<u64> = Vec::new();
    for set in other {
        if minimal.iter().all(|smaller| smaller & set != *smaller) {
            minimal.push(set);
        }
    }
    let mut by_size = Vec::new();
    for set in &minimal {
        let size = set.count_ones() as usize;
        by_size.resize(by_size.len().max(size), 0);
        // The empty set: another universe with the same options, which a grid does not have.
        if size > 0 {
            by_size[size - 1] += 1;
        }
    }
    let listed = minimal.iter().filter(|set| set.count_ones() <= 2).map(|&set| ChangeSet {
        choices: (0..grid.factors().len()).filter(|i| set >> i & 1 == 1).map(|i| grid.factor_name(i)).collect(),
        universes: (0..universes.len())
            .filter(|&place| sets[place] == set && verdicts[place].is_some_and(|verdict| verdict != base))
            .map(|place| grid.id(universes.get(place)))
            .collect(),
    });
    let neighbours = known().filter(|(set, _)| set.count_ones() == 1).count();
    let agree = known().filter(|&(set, verdict)| set.count_ones() == 1 && verdict == base).count();
    Ok(Changes {
        from: grid.id(start),
        has_verdict: base,
        smallest: minimal.first().map(|set| set.count_ones() as usize),
        sets: listed.collect(),
        by_size,
        neighbours,
        neighbours_agree: (neighbours > 0).then(|| agree as f64 / neighbours as f64),
    })
}
