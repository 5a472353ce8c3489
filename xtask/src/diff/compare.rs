//! Cell by cell: what moved, and whether a sign or the stars did.

use super::Pair;
use super::cells::{Contents, Place, number, read, split_header};
use std::collections::BTreeMap;

/// A cell that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Row label.
    pub(crate) row: String,
    /// Column label.
    pub(crate) column: String,
    /// Text in the base state; empty where the cell is new.
    pub(crate) old: String,
    /// Text now; empty where the cell is gone.
    pub(crate) new: String,
}

impl Change {
    /// Whether a number changed its sign.
    pub(crate) fn sign_changed(&self) -> bool {
        match (number(&self.old), number(&self.new)) {
            (Some(old), Some(new)) => old.value * new.value < 0.0,
            _ => false,
        }
    }

    /// Stars before and after, where they differ.
    pub(crate) fn stars(&self) -> Option<(usize, usize)> {
        let (old, new) = (number(&self.old)?, number(&self.new)?);
        (old.stars != new.stars).then_some((old.stars, new.stars))
    }

    /// Whether a reviewer must see it: a changed sign, changed stars, another number of observations, or anything that
    /// is not a number on both sides (a coefficient that came or went, a word).
    pub(crate) fn telling(&self) -> bool {
        let counted = |label: &str| matches!(label, "Observations" | "观测值" | "N" | "n");
        let numbers = number(&self.old).is_some() && number(&self.new).is_some();
        !numbers || self.sign_changed() || self.stars().is_some() || counted(&self.row) || counted(&self.column)
    }
}

/// A snapshot that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Path below the workspace.
    pub(crate) path: String,
    /// Its description.
    pub(crate) title: Option<String>,
    /// What happened to it as a whole.
    pub(crate) kind: Kind,
    /// Cells.
    pub(crate) cells: Vec<Change>,
    /// Lines that only the base state has.
    pub(crate) removed: Vec<String>,
    /// Lines that only the new state has.
    pub(crate) added: Vec<String>,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is in both states.
    Changed,
}

/// What moved in a pair; nothing where both states say the same.
pub(super) fn moved(pair: &Pair) -> Option<Moved> {
    let (kind, old, new) = match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => (Kind::Changed, old.as_str(), new.as_str()),
        (Some(old), None) => (Kind::Removed, old.as_str(), ""),
        (None, Some(new)) => (Kind::Added, "", new.as_str()),
        (None, None) => return None,
    };
    let mut moved =
        Moved { path: pair.path.clone(), title: None, kind, cells: Vec::new(), removed: Vec::new(), added: Vec::new() };
    let body = |text| split_header(text).1.lines();
    let contents = (read(old), read(new));
    moved.title = contents.1.title.clone().or_else(|| contents.0.title.clone());
    (moved.removed, moved.added) = match kind {
        Kind::Changed => {
            moved.cells = cells(&contents.0, &contents.1);
            lines(contents.0.prose.iter().map(String::as_str), contents.1.prose.iter().map(String::as_str))
        }
        // There is nothing to compare with, so the table itself is shown.
        Kind::Added | Kind::Removed => lines(body(old), body(new)),
    };
    let same = moved.cells.is_empty() && moved.removed.is_empty() && moved.added.is_empty();
    (kind != Kind::Changed || !same).then_some(moved)
}

/// Cells of the new state in its order, then those that are gone.
fn cells(old: &Contents, new: &Contents) -> Vec<Change> {
    let before: BTreeMap<&Place, &str> = old.cells.iter().map(|(place, text)| (place, text.as_str())).collect();
    let after: BTreeMap<&Place, &str> = new.cells.iter().map(|(place, text)| (place, text.as_str())).collect();
    let change = |place: &Place, old: &str, new: &str| Change {
        row: place.row.clone(),
        column: place.column.clone(),
        old: old.to_owned(),
        new: new.to_owned(),
    };
    let here = new.cells.iter().filter_map(|(place, text)| {
        let was = before.get(place).copied().unwrap_or_default();
        (was != text).then(|| change(place, was, text))
    });
    let gone = old.cells.iter().filter(|(place, text)| !after.contains_key(place) && !text.is_empty());
    here.chain(gone.map(|(place, text)| change(place, text, ""))).collect()
}

/// Lines that only one side has (counted, so that one of two equal lines shows), each in its order.
fn lines<'a>(old: impl Iterator<Item = &'a str>, new: impl Iterator<Item = &'a str>) -> (Vec<String>, Vec<String>) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.collect(), new.collect());
    let only = |these: &[&str], others: &[&str]| {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        others.iter().for_each(|line| *left.entry(line).or_default() += 1);
        let mut found = Vec::new();
        for line in these {
            match left.get_mut(line) {
                Some(count) if *count > 0 => *count -= 1,
                _ => found.push((*line).to_owned()),
            }
        }
        found
    };
    (only(&old, &new), only(&new, &old))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(old: &str, new: &str) -> Pair {
        Pair { path: "tests/snapshots/t.snap".into(), old: Some(old.into()), new: Some(new.into()) }
    }

    #[test]
    fn signs_and_stars() {
        let old = "| v | (1) |\n|:--|:-:|\n| Va | -0.018** |\n| | (0.008) |\n| Fina | 0.001 |\n";
        let new = "| v | (1) |\n|:--|:-:|\n| Va | 0.018* |\n| | (0.009) |\n| Fina | 0.001 |\n";
        let moved = moved(&pair(old, new)).expect("it moved");
        assert_eq!(moved.cells.len(), 2);
        assert!(moved.cells[0].sign_changed());
        assert_eq!(moved.cells[0].stars(), Some((2, 1)));
        assert!(!moved.cells[1].sign_changed() && moved.cells[1].stars().is_none());
    }

    #[test]
    fn padding_is_no_change_and_prose_is() {
        assert!(moved(&pair("| a | b |\n|--|--|\n| x | 1 |\n", "| a   | b |\n|----|--|\n| x   | 1 |\n")).is_none());
        let moved = moved(&pair("fieller interval\n", "fieller complement\n")).expect("it moved");
        assert_eq!((moved.removed[0].as_str(), moved.added[0].as_str()), ("fieller interval", "fieller complement"));
    }

    #[test]
    fn what_a_reviewer_must_see() {
        let cell = |row: &str, old: &str, new: &str| {
            Change { row: row.into(), column: "(1)".into(), old: old.into(), new: new.into() }.telling()
        };
        assert!(!cell("Va", "0.1", "0.2") && !cell("Va (below)", "(0.01)", "(0.02)"));
        assert!(cell("Va", "0.1", "-0.1") && cell("Va", "0.1*", "0.1"));
        assert!(cell("Va", "0.1", "") && cell("Va", "", "0.1") && cell("Va", "0.1", "–") && cell("Va", "Yes", "No"));
        assert!(cell("Observations", "2232", "2224") && cell("观测值", "2232", "2224"));
    }

    #[test]
    fn a_new_or_lost_snapshot_shows_its_table() {
        let text = "---\ndescription: T\n---\n| v | (1) |\n|:--|:-:|\n| Va | 1.5 |\n";
        let new = Pair { path: "t.snap".into(), old: None, new: Some(text.into()) };
        assert_eq!(moved(&new).expect("new").added, ["| v | (1) |", "|:--|:-:|", "| Va | 1.5 |"]);
        let lost = Pair { path: "t.snap".into(), old: Some(text.into()), new: None };
        assert_eq!(moved(&lost).expect("lost").removed.len(), 3);
    }

    #[test]
    fn rows_and_columns_come_and_go() {
        let moved = moved(&pair("a,b\nx,1\ny,2\n", "a,b,c\nx,1,3\nz,2,4\n")).expect("it moved");
        let shown: Vec<String> =
            moved.cells.iter().map(|c| format!("{} {} {}>{}", c.row, c.column, c.old, c.new)).collect();
        assert_eq!(shown, ["x c >3", "z b >2", "z c >4", "y b 2>"]);
    }
}
