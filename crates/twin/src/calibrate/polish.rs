//! Small random changes of a rounded outcome, kept where they bring its regression nearer to the wishes.
//!
//! Yearbooks round. What [`steer`](super::steer) finds is off by the last digit of a coefficient once prices have one
//! decimal and patents are whole; single roundings to the other side lead back.

use super::design::Design;
use super::steer::{Wish, distance};
use crate::error::Result;

/// Largest gap, in tolerances, at which nothing is left to do: a fifth of a printed unit.
const NEAR: f64 = 10.0;

/// A state whose outcome is judged.
pub(super) trait Outcome: Clone {
    /// The outcome of every city-year.
    fn values(&self) -> &[f64];
    /// What else is off, in tolerances.
    fn besides(&self) -> f64 {
        0.0
    }
}

impl Outcome for Vec<f64> {
    fn values(&self) -> &[f64] {
        self
    }
}

/// Tries `proposals` changes of `state`, one after the other, until every wish is near.
pub(super) fn polish<S: Outcome>(
    state: &mut S,
    design: &Design,
    wishes: &[Wish],
    proposals: usize,
    mut change: impl FnMut(&mut S),
) -> Result<()> {
    let judge = |state: &S| -> Result<(f64, f64)> {
        let (sum, most) = distance(state.values(), design, wishes)?;
        Ok((sum + state.besides(), most.max(state.besides())))
    };
    let mut best = judge(state)?;
    for _ in 0..proposals {
        if best.1 < NEAR {
            break;
        }
        let mut next = state.clone();
        change(&mut next);
        let found = judge(&next)?;
        if found.0 < best.0 {
            (*state, best) = (next, found);
        }
    }
    Ok(())
}
