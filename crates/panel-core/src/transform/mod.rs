//! Column transforms. Pure functions of slices in panel order; missing (`NaN`) in gives missing out.

mod chain;
mod interpolate;
mod map;
mod scale;
mod time;
mod winsor;

pub(crate) use chain::base_code;
pub use chain::{chain_index, deflate};
pub use interpolate::{Interpolated, interpolate};
pub use map::{Mapped, ln, ln1p, ratio};
pub use scale::{group_statistic, min_max, standardise};
pub(crate) use scale::{mean, sd};
pub use time::{difference, growth, lead};
pub(crate) use winsor::quantile_unsorted;
pub use winsor::{quantile, winsorise};

/// Rows by group: the codes of a key, of a text column, or one group for all.
///
/// A row whose code is [`crate::TextColumn::MISSING`] belongs to no group, and what is computed by group is missing
/// there.
pub type Groups<'a> = Option<&'a [u32]>;

/// Rows of each group, groups by code.
fn rows_by_group(n: usize, groups: Groups<'_>) -> Vec<Vec<usize>> {
    let Some(codes) = groups else { return vec![(0..n).collect()] };
    let mut rows = std::collections::BTreeMap::<u32, Vec<usize>>::new();
    for (row, &code) in codes.iter().enumerate().take(n) {
        if code != crate::TextColumn::MISSING {
            rows.entry(code).or_default().push(row);
        }
    }
    rows.into_values().collect()
}
