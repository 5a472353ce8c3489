//! Absorption: residuals of columns on any number of fixed effects, with a bound on their error.
//!
//! With D the dummies (and slopes) of all effects and W the weights, a column v becomes ṽ = v - D(D'WD)⁺D'Wv.
//!
//! | effects | how | error |
//! |---|---|---|
//! | one | group means | rounding |
//! | two, balanced and unweighted | v - v̄ᵢ - v̄ₜ + v̄ | rounding |
//! | several | eliminate the largest; dense Schur complement of the others | rounding, measured |
//! | several, long graph (a chain of firms) | the same, banded factor of the second and dense border | rounding, measured |
//! | several, well connected graph | the same, preconditioned conjugate gradients | measured, [`Settings::tolerance`] |
//! | varying slopes | conjugate gradients on orthonormal level blocks | measured |
//!
//! Why the error is known: the computed column is ṽ + e with e in the span of D, and ‖e‖²_W = g'(D'WD)⁺g where
//! g = D'W(ṽ + e) is computable. Since e is orthogonal to every exact residual, coefficients suffer from it in second
//! order only: see [`crate::ols`].
//!
//! Sources: Guimarães & Portugal (2010); Correia (2016) for the graph view; Hestenes & Stiefel (1952); Golub & Meurant
//! (2010, ch. 12) for the error of conjugate gradients.

mod balanced;
mod conjugate;
mod dense;
mod envelope;
pub mod factor;
mod graph;
mod one_way;
mod rank;
mod recover;
mod schur;
mod singletons;
mod slopes;

pub use factor::FixedEffect;
pub use rank::{Rank, components_with_earlier};
pub use singletons::drop_singletons;

use crate::error::Result;
use crate::linalg;
use rayon::prelude::*;

/// Columns are residualised in blocks of this many, whatever the number of threads.
pub(crate) const LANES: usize = 4;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Largest ‖e‖_W relative to ‖ṽ‖_W that an iteration may leave.
    pub tolerance: f64,
    /// Most iterations per column.
    pub max_iterations: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 1e-10, max_iterations: 20_000 }
    }
}

/// What happened to one column.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColumnReport {
    /// Conjugate-gradient iterations; 0 for direct methods.
    pub iterations: usize,
    /// Bound on ‖e‖_W, the error of the residualised column.
    pub error: f64,
}

/// A set of fixed effects, ready to be absorbed from any number of columns.
#[derive(Debug)]
pub struct Absorber {
    method: Method,
    rank: Rank,
}

#[derive(Debug)]
enum Method {
    Nothing,
    OneWay(one_way::OneWay),
    Balanced(balanced::Balanced),
    Schur(Box<schur::Schur>),
    Slopes(Box<slopes::Slopes>),
}

impl Absorber {
    /// Prepares the effects; `weights` are wᵢ > 0, one per row.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] when lengths differ.
    pub fn new(effects: &[FixedEffect], weights: Option<&[f64]>, settings: Settings) -> Result<Self> {
        factor::check(effects, weights)?;
        if effects.iter().any(|effect| !effect.slopes.is_empty()) {
            let slopes = slopes::Slopes::new(effects, weights, settings);
            return Ok(Self { rank: slopes.rank(), method: Method::Slopes(Box::new(slopes)) });
        }
        let (method, rank) = match effects {
            [] => (Method::Nothing, Rank { rank: 0, exact: true }),
            [only] => (Method::OneWay(one_way::OneWay::new(only, weights)), Rank { rank: only.levels, exact: true }),
            [a, b] if weights.is_none() && balanced::is_balanced(a, b) => {
                (Method::Balanced(balanced::Balanced::new(a, b)), Rank { rank: a.levels + b.levels - 1, exact: true })
            }
            _ => {
                let schur = schur::Schur::new(effects, weights, settings);
                let rank = schur.rank();
                (Method::Schur(Box::new(schur)), rank)
            }
        };
        Ok(Self { method, rank })
    }

    /// Rank of the stacked dummies and slopes.
    #[must_use]
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// Diagonal of the projection D(D'WD)⁺D'W for `n` rows.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] where it would take a large dense inverse.
    pub fn leverage(&self, n: usize) -> Result<Vec<f64>> {
        match &self.method {
            Method::Nothing => Ok(vec![0.0; n]),
            Method::OneWay(one_way) => Ok(one_way.leverage(n)),
            Method::Balanced(_) => {
                // Every pair of levels holds one row, so all leverages are equal and add up to the rank.
                Ok(vec![self.rank.rank as f64 / n as f64; n])
            }
            Method::Schur(schur) => schur.leverage(n),
            Method::Slopes(slopes) => slopes.leverage(n),
        }
    }

    /// Coefficients of each effect's levels that add up to `part`, a column in the span of the effects; the first level
    /// of every effect but the first is zero.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for varying slopes; [`crate::Error::NotConverged`].
    pub fn effects_of(&self, part: &[f64], effects: &[FixedEffect]) -> Result<Vec<Vec<f64>>> {
        recover::effects_of(self, part, effects)
    }

    /// Replaces each column by its residual.
    ///
    /// Columns go in blocks of four, blocks in parallel, so results do not depend on the number of threads.
    ///
    /// # Errors
    /// [`crate::Error::NotConverged`].
    pub fn residualize(&self, columns: &mut [&mut [f64]]) -> Result<Vec<ColumnReport>> {
        if let Method::Nothing = self.method {
            return Ok(vec![ColumnReport::default(); columns.len()]);
        }
        let work = |block: &mut [&mut [f64]]| -> Result<Vec<ColumnReport>> {
            match &self.method {
                Method::Nothing => Ok(vec![ColumnReport::default(); block.len()]),
                Method::OneWay(one_way) => Ok(block.iter_mut().map(|column| one_way.residualize(column)).collect()),
                Method::Balanced(balanced) => Ok(block.iter_mut().map(|column| balanced.residualize(column)).collect()),
                Method::Schur(schur) => schur.residualize(block),
                Method::Slopes(slopes) => slopes.residualize(block),
            }
        };
        let small = columns.first().is_none_or(|column| column.len() * columns.len() < linalg::TASK);
        // Direct methods treat columns one by one, so a column is a task of its own there.
        let step = if matches!(self.method, Method::OneWay(_) | Method::Balanced(_)) { 1 } else { LANES };
        if small || columns.len() <= step {
            return columns.chunks_mut(step).map(work).collect::<Result<Vec<_>>>().map(|parts| parts.concat());
        }
        columns.par_chunks_mut(step).map(work).collect::<Result<Vec<_>>>().map(|parts| parts.concat())
    }
}

/// ‖v‖_W.
pub(crate) fn norm(column: &[f64], weights: Option<&[f64]>) -> f64 {
    linalg::dot_weighted(column, column, weights).sqrt()
}
