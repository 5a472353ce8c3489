//! Column transforms. Pure functions of slices in panel order; missing (`NaN`) in gives missing out.

mod chain;
mod interpolate;
mod map;
mod price_kind;
mod scale;
mod time;
mod winsor;

pub(crate) use chain::base_code;
pub use chain::{chain_index, deflate};
pub use interpolate::{Interpolated, interpolate};
pub use map::{Mapped, ln, ln1p, ratio};
pub use price_kind::{PriceKindGuess, base_remark, index_remark, price_kind};
pub use scale::{group_statistic, min_max, standardize};
pub(crate) use scale::{mean, sd};
pub use time::{difference, growth, lead};
pub(crate) use winsor::quantile_unsorted;
pub use winsor::{quantile, winsorize};

/// Rows by group: the codes of a key, of a text column, or one group for all.
///
/// A row whose code is [`crate::TextColumn::MISSING`] belongs to no group, and what is computed by group is missing
/// there.
pub type Groups<'a> = Option<&'a [u32]>;

/// Rows of each group, one group after the other.
struct ByGroup {
    rows: Vec<usize>,
    /// Where each group ends in `rows`.
    ends: Vec<usize>,
}

impl ByGroup {
    fn new(n: usize, groups: Groups<'_>) -> Self {
        let Some(codes) = groups else { return Self { rows: (0..n).collect(), ends: vec![n] } };
        let present = || (0..n.min(codes.len())).filter(|&row| codes[row] != crate::TextColumn::MISSING);
        let n_codes = present().map(|row| codes[row] as usize + 1).max().unwrap_or(0);
        if n_codes > 4 * n + 1024 {
            // Codes far apart: counting them would cost more than the rows.
            let mut rows: Vec<usize> = present().collect();
            rows.sort_by_key(|&row| codes[row]);
            let mut end = 0;
            let ends = rows.chunk_by(|&a, &b| codes[a] == codes[b]).map(|group| {
                end += group.len();
                end
            });
            let ends = ends.collect();
            return Self { rows, ends };
        }
        // Counting sort: the rows of a group stay in order.
        let mut ends = vec![0; n_codes];
        present().for_each(|row| ends[codes[row] as usize] += 1);
        let mut start = 0;
        for end in &mut ends {
            (*end, start) = (start, start + *end);
        }
        let mut rows = vec![0; start];
        for row in present() {
            let place = &mut ends[codes[row] as usize];
            rows[*place] = row;
            *place += 1;
        }
        Self { rows, ends }
    }

    fn iter(&self) -> impl Iterator<Item = &[usize]> {
        self.ends.iter().scan(0, |start, &end| {
            let group = &self.rows[*start..end];
            *start = end;
            Some(group)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_groups_keep_their_order() {
        let missing = crate::TextColumn::MISSING;
        for far in [2, 4_000_000] {
            let groups = ByGroup::new(6, Some(&[far, 0, missing, far, 1, 0]));
            let found: Vec<&[usize]> = groups.iter().filter(|group| !group.is_empty()).collect();
            assert_eq!(found, [&[1, 5][..], &[4], &[0, 3]]);
        }
        assert_eq!(ByGroup::new(3, None).iter().collect::<Vec<_>>(), [[0, 1, 2]]);
    }
}
