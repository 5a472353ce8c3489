//! Periods, entities and neighbours in time; and which rows each reference technology holds.

use crate::error::{Error, Result};
use crate::spec::Reference;

/// The rows of a panel arranged by period.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Distinct periods, ascending.
    periods: Vec<i64>,
    /// Distance of neighbouring periods where one was asked for; else neighbours in the sequence of periods.
    step: Option<u64>,
    /// Usable rows of each period, ascending.
    rows_at: Vec<Vec<usize>>,
    /// Period index of every row.
    period_of: Vec<usize>,
    /// Row of the same entity in the period before, whether usable or not.
    previous: Vec<Option<usize>>,
    /// Row of the same entity in the period after.
    next: Vec<Option<usize>>,
    /// Rows of each entity in time order, entities ascending.
    by_entity: Vec<Vec<usize>>,
    /// Whether a row is its entity's first usable one.
    first: Vec<bool>,
    usable: Vec<bool>,
}

impl Timeline {
    /// Arranges rows; `usable` says which rows may enter programs.
    ///
    /// Two rows of an entity are a transition where their periods follow one another in the sequence of all periods of the
    /// data, whatever the distance (2000, 2005, 2010, 2011 are three transitions); with `step`, where they are exactly so
    /// far apart. A period that other entities have is a gap for an entity without it.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::DuplicateKey`] where an entity has two rows in a period;
    /// [`Error::Specification`] where no two periods are `step` apart.
    pub fn new(
        entity: &[u32],
        time: &[i64],
        usable: &[bool],
        step: Option<u64>,
        label: &dyn Fn(usize) -> String,
    ) -> Result<Self> {
        let n = usable.len();
        for (what, got) in [("entity codes", entity.len()), ("time codes", time.len())] {
            if got != n {
                return Err(Error::LengthMismatch { what: what.into(), expected: n, got });
            }
        }
        let mut periods = time.to_vec();
        periods.sort_unstable();
        periods.dedup();
        let apart =
            |step: u64| periods.iter().any(|p| p.checked_add_unsigned(step).is_some_and(|q| periods.contains(&q)));
        if let Some(step) = step.filter(|&step| step == 0 || periods.len() > 1 && !apart(step)) {
            return Err(Error::Specification(format!(
                "step = {step}: no two periods of the data are so far apart; they are {}",
                listed(&periods)
            )));
        }
        let mut rows_at = vec![Vec::new(); periods.len()];
        let mut period_of = vec![0; n];
        for row in 0..n {
            let p = periods.partition_point(|&period| period < time[row]);
            period_of[row] = p;
            if usable[row] {
                rows_at[p].push(row);
            }
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&row| (entity[row], time[row]));
        let mut previous = vec![None; n];
        let mut next = vec![None; n];
        let mut by_entity: Vec<Vec<usize>> = Vec::new();
        for (i, &row) in order.iter().enumerate() {
            let before = i.checked_sub(1).map(|j| order[j]).filter(|&other| entity[other] == entity[row]);
            match before {
                Some(other) => {
                    if time[other] == time[row] {
                        let (first, second) = (other.min(row), other.max(row));
                        return Err(Error::DuplicateKey { unit: label(row), first, second });
                    }
                    let neighbors = match step {
                        Some(step) => time[row].abs_diff(time[other]) == step,
                        None => period_of[row] == period_of[other] + 1,
                    };
                    if neighbors {
                        previous[row] = Some(other);
                        next[other] = Some(row);
                    }
                    if let Some(rows) = by_entity.last_mut() {
                        rows.push(row);
                    }
                }
                None => by_entity.push(vec![row]),
            }
        }
        let mut first = vec![false; n];
        for row in by_entity.iter().filter_map(|rows| rows.iter().copied().find(|&row| usable[row])) {
            first[row] = true;
        }
        Ok(Self { periods, step, rows_at, period_of, previous, next, by_entity, first, usable: usable.to_vec() })
    }

    /// Number of rows, usable or not.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.usable.len()
    }

    /// Distinct periods, ascending.
    #[must_use]
    pub fn periods(&self) -> &[i64] {
        &self.periods
    }

    /// Distance of neighbouring periods where one was asked for.
    #[must_use]
    pub fn step(&self) -> Option<u64> {
        self.step
    }

    /// The periods where their distances differ, in words; none where they are evenly spaced.
    #[must_use]
    pub fn uneven(&self) -> Option<String> {
        let mut steps = self.periods.windows(2).map(|pair| pair[1].abs_diff(pair[0]));
        let first = steps.next()?;
        steps.any(|step| step != first).then(|| listed(&self.periods))
    }

    /// Usable rows of period index `p`; none beyond the last period.
    #[must_use]
    pub fn rows_at(&self, p: usize) -> &[usize] {
        self.rows_at.get(p).map_or(&[], Vec::as_slice)
    }

    /// Period index of a row; none for a row beyond the data.
    #[must_use]
    pub fn period_of(&self, row: usize) -> Option<usize> {
        self.period_of.get(row).copied()
    }

    /// The usable row of the same entity in the period before.
    #[must_use]
    pub fn previous(&self, row: usize) -> Option<usize> {
        self.previous.get(row).copied().flatten().filter(|&other| self.usable[other])
    }

    /// The usable row of the same entity in the period after.
    #[must_use]
    pub fn next(&self, row: usize) -> Option<usize> {
        self.next.get(row).copied().flatten().filter(|&other| self.usable[other])
    }

    /// Rows of each entity in time order.
    #[must_use]
    pub fn by_entity(&self) -> &[Vec<usize>] {
        &self.by_entity
    }

    /// Whether a row may enter programs; a row beyond the data may not.
    #[must_use]
    pub fn is_usable(&self, row: usize) -> bool {
        self.usable.get(row).copied().unwrap_or(false)
    }

    /// Whether a row is its entity's first usable one; a row beyond the data is not.
    #[must_use]
    pub fn is_first(&self, row: usize) -> bool {
        self.first.get(row).copied().unwrap_or(false)
    }

    /// All usable rows, by period and then by row.
    #[must_use]
    pub fn all_rows(&self) -> Vec<usize> {
        self.rows_at.iter().flatten().copied().collect()
    }

    /// Rows of the reference technology that belongs to period index `p`; none beyond the last period.
    ///
    /// `width` is the number of periods of a window. A biennial set holds p and p + 1, in the last period p − 1 and p.
    #[must_use]
    pub fn reference_rows(&self, reference: Reference, p: usize, width: usize) -> Vec<usize> {
        let Some(last) = self.periods.len().checked_sub(1).filter(|&last| p <= last) else { return Vec::new() };
        let range = match reference {
            Reference::Global | Reference::Metafrontier => 0..=last,
            Reference::Contemporaneous => p..=p,
            Reference::Sequential => 0..=p,
            Reference::Biennial if p < last => p..=p + 1,
            Reference::Biennial => p.saturating_sub(1)..=p,
            Reference::Window => (p + 1).saturating_sub(width.max(1))..=p,
        };
        self.rows_at[range].iter().flatten().copied().collect()
    }
}

/// Periods as a list, the middle of a long one left out.
fn listed(periods: &[i64]) -> String {
    let list = |part: &[i64]| part.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match periods.len() {
        0..=10 => list(periods),
        n => format!("{}, …, {}", list(&periods[..8]), list(&periods[n - 1..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two entities in the years given, every row usable but for `lost`.
    fn timeline(years: &[&[i64]], lost: &[usize], step: Option<u64>) -> Result<Timeline> {
        let keys: Vec<(u32, i64)> =
            years.iter().enumerate().flat_map(|(e, years)| years.iter().map(move |&y| (e as u32, y))).collect();
        let entity: Vec<u32> = keys.iter().map(|key| key.0).collect();
        let time: Vec<i64> = keys.iter().map(|key| key.1).collect();
        let usable: Vec<bool> = (0..keys.len()).map(|row| !lost.contains(&row)).collect();
        Timeline::new(&entity, &time, &usable, step, &|row| format!("row {row}"))
    }

    #[test]
    fn neighbours_in_the_sequence_of_periods() {
        // Rows 0, 1, 2 are the first entity's; the second has no 2005.
        let t = timeline(&[&[2000, 2005, 2010], &[2000, 2010]], &[], None).expect("valid");
        assert_eq!((t.n_rows(), t.periods(), t.step()), (5, &[2000, 2005, 2010][..], None));
        assert_eq!((0..6).map(|row| t.previous(row)).collect::<Vec<_>>(), [None, Some(0), Some(1), None, None, None]);
        assert_eq!((0..6).map(|row| t.next(row)).collect::<Vec<_>>(), [Some(1), Some(2), None, None, None, None]);
        assert_eq!(
            (0..6).map(|row| t.period_of(row)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(2), Some(0), Some(2), None]
        );
        assert_eq!((0..6).map(|row| t.is_first(row)).collect::<Vec<_>>(), [true, false, false, true, false, false]);
        assert_eq!((0..6).map(|row| t.is_usable(row)).collect::<Vec<_>>(), [true, true, true, true, true, false]);
        assert_eq!([t.rows_at(0), t.rows_at(1), t.rows_at(2), t.rows_at(3)], [&[0, 3][..], &[1], &[2, 4], &[]]);
        assert_eq!(t.by_entity(), [vec![0, 1, 2], vec![3, 4]]);
        assert_eq!(t.all_rows(), [0, 3, 1, 2, 4]);
        assert_eq!(t.uneven(), None);
    }

    #[test]
    fn rows_that_are_not_usable_are_no_neighbours() {
        let t = timeline(&[&[1, 2, 3], &[1, 2, 3]], &[0, 4], None).expect("valid");
        assert_eq!((0..6).map(|row| t.previous(row)).collect::<Vec<_>>(), [None, None, Some(1), None, Some(3), None]);
        assert_eq!((0..6).map(|row| t.next(row)).collect::<Vec<_>>(), [Some(1), Some(2), None, None, Some(5), None]);
        assert_eq!((0..6).map(|row| t.is_first(row)).collect::<Vec<_>>(), [false, true, false, true, false, false]);
        assert_eq!([t.rows_at(0), t.rows_at(1)], [&[3][..], &[1]]);
    }

    #[test]
    fn steps_and_gaps() {
        let t = timeline(&[&[2000, 2005, 2010, 2011]], &[], None).expect("valid");
        assert_eq!(t.uneven().as_deref(), Some("2000, 2005, 2010, 2011"));
        assert_eq!(t.previous(3), Some(2));
        let t = timeline(&[&[2000, 2005, 2010, 2011]], &[], Some(5)).expect("valid");
        assert_eq!((t.step(), t.previous(1), t.previous(2), t.previous(3)), (Some(5), Some(0), Some(1), None));
        for step in [0, 2] {
            let error = timeline(&[&[2000, 2005, 2010, 2011]], &[], Some(step)).expect_err("no such step");
            assert!(error.to_string().contains("they are 2000, 2005, 2010, 2011"), "{error}");
        }
        // One period has no distance to be wrong.
        assert!(timeline(&[&[2000]], &[], Some(3)).is_ok());
        let error = timeline(&[&[2000, 2000]], &[], None).expect_err("twice");
        assert!(error.to_string().contains("row 1"), "{error}");
        let long: Vec<i64> = (1..=10).chain([20]).collect();
        let t = timeline(&[&long], &[], None).expect("valid");
        assert_eq!(t.uneven().as_deref(), Some("1, 2, 3, 4, 5, 6, 7, 8, …, 20"));
        let ten: Vec<i64> = (1..=9).chain([20]).collect();
        let t = timeline(&[&ten], &[], None).expect("valid");
        assert_eq!(t.uneven().as_deref(), Some("1, 2, 3, 4, 5, 6, 7, 8, 9, 20"));
        let label = |row: usize| row.to_string();
        assert!(Timeline::new(&[0], &[1, 2], &[true, true], None, &label).is_err());
        assert!(Timeline::new(&[0, 0], &[1], &[true, true], None, &label).is_err());
    }

    /// Four periods with one row each, numbered as they are.
    #[test]
    fn what_each_reference_holds() {
        let t = timeline(&[&[1, 2, 3, 4]], &[], None).expect("valid");
        let rows = |reference, p, width| t.reference_rows(reference, p, width);
        for reference in [Reference::Global, Reference::Metafrontier] {
            assert_eq!(rows(reference, 1, 1), [0, 1, 2, 3]);
        }
        assert_eq!(rows(Reference::Contemporaneous, 2, 1), [2]);
        assert_eq!(rows(Reference::Sequential, 2, 1), [0, 1, 2]);
        assert_eq!([0, 2, 3].map(|p| rows(Reference::Biennial, p, 1)), [vec![0, 1], vec![2, 3], vec![2, 3]]);
        assert_eq!(
            [1, 2, 3, 9, 0].map(|width| rows(Reference::Window, 2, width)),
            [vec![2], vec![1, 2], vec![0, 1, 2], vec![0, 1, 2], vec![2]]
        );
        assert_eq!(rows(Reference::Global, 4, 1), [0; 0]);
        assert_eq!(timeline(&[], &[], None).expect("empty").reference_rows(Reference::Global, 0, 1), [0; 0]);
        let one = timeline(&[&[7]], &[], None).expect("valid");
        assert_eq!(one.reference_rows(Reference::Biennial, 0, 1), [0]);
    }
}
