//! Published numbers against replicated ones, cell by cell.

mod show;
mod verdict;

pub use verdict::{ComparedCell, Comparison, Counts, Replicated, ReplicatedValue, Verdict, compare};
