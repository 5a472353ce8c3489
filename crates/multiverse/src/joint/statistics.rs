//! The three statistics and the share with a U, of the observed estimates and of every draw alike.

use super::cell::{Cell, INVERSE, INVERSE_EDGE, NEGATIVE, POSITIVE, U, U_EDGE};
use crate::declaration::Direction;
use crate::distribution;
use serde::Serialize;

/// Joint statistics of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// T₁: |median effect|; signed where the direction is fixed.
    pub median: f64,
    /// T₂: share of significant estimates of one sign.
    pub share: f64,
    /// T₃: |Σ z|/√U; signed where the direction is fixed.
    pub stouffer: f64,
    /// T₄: share with a U (an inverse U where the direction is negative).
    pub share_u: f64,
    /// T₄ in the draw of the boundary null; for the observed estimates T₄ itself.
    pub share_u_boundary: f64,
}

/// What is counted over the cells of one panel in one draw.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    z: f64,
    flags: [u32; FLAGS.len()],
}

/// Flags that are counted.
const FLAGS: [u8; 6] = [POSITIVE, NEGATIVE, U, INVERSE, U_EDGE, INVERSE_EDGE];

impl Tally {
    /// Adds a cell that stands for so many universes.
    pub(crate) fn add(&mut self, cell: &Cell, times: u32) {
        self.z += f64::from(times) * cell.z;
        for (count, flag) in self.flags.iter_mut().zip(FLAGS) {
            *count += times * u32::from(cell.flags & flag != 0);
        }
    }

    /// The statistics, with the effects of all universes, which change places. `one_sided` effects (Anderson-Rubin) keep
    /// their sign.
    pub(crate) fn statistics(
        &self,
        effects: &mut [f64],
        direction: Direction,
        one_sided: bool,
        observed: bool,
    ) -> Statistics {
        let n = effects.len() as f64;
        let median = distribution::median(effects).unwrap_or(f64::NAN);
        let stouffer = self.z / n.sqrt();
        let share = |place: usize| f64::from(self.flags[place]) / n;
        let negative = direction == Direction::Negative;
        let (u, edge) = if negative { (3, 5) } else { (2, 4) };
        let edge = if observed { u } else { edge };
        let (median, share_significant, stouffer) = match direction {
            _ if one_sided => (median, share(0), stouffer),
            Direction::Predominant => (median.abs(), share(0).max(share(1)), stouffer.abs()),
            Direction::Positive => (median, share(0), stouffer),
            Direction::Negative => (-median, share(1), -stouffer),
        };
        Statistics { median, share: share_significant, stouffer, share_u: share(u), share_u_boundary: share(edge) }
    }
}

/// Holm's adjustment of p values, in their order (Holm 1979).
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, &place) in order.iter().enumerate() {
        largest = largest.max(p[place] * (p.len() - rank) as f64).min(1.0);
        adjusted[place] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: p.adjust(c(.01, .04, .03, .005), "holm").
    #[test]
    fn holm_is_that_of_r() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (got, want) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - want).abs() < 1e-15, "{adjusted:?}");
        }
    }
}
