//! Absorption: residuals of columns on any number of fixed effects, with a bound on their error.
//!
//! With D the dummies (and slopes) of all effects and W the weights, a column v becomes ṽ = v - D(D'WD)⁺D'Wv.
//!
//! | effects | how | error |
//! |---|---|---|
//! | one | group means | rounding |
//! | two, balanced and unweighted | v - v̄ᵢ - v̄ₜ + v̄ | rounding, measured |
//! | several | eliminate the largest; dense Schur complement of the others | rounding, measured |
//! | several, few neighbours (a chain of firms) | the same, banded factor of the second and dense border | rounding, measured |
//! | several, many neighbours | the same, conjugate gradients on the second, small ones taken out exactly | measured, [`Settings::tolerance`] |
//! | three or more large ones | the same, on all but the largest | measured, [`Settings::tolerance`] |
//! | varying slopes | conjugate gradients on orthonormal level blocks | measured |
//!
//! Least squares on directly absorbed effects needs no residual columns: `stream.rs` reads the columns twice.
//!
//! Why the error is known: the computed column is ṽ + e with e in the span of D, and ‖e‖²_W = g'(D'WD)⁺g where
//! g = D'W(ṽ + e) is computable. Since e is orthogonal to every exact residual, coefficients suffer from it in second
//! order only: see `ols.rs`.
//!
//! Sources: Guimarães & Portugal (2010); Correia (2016) for the graph view; Hestenes & Stiefel (1952); Golub & Meurant
//! (2010, ch. 12) for the error of conjugate gradients.

mod batch;
pub(crate) mod beside;
mod blocks;
mod conjugate;
mod dense;
mod envelope;
pub mod factor;
mod graph;
mod iterate;
mod lanes;
mod one_way;
mod part;
mod rank;
mod recover;
mod schur;
mod singletons;
mod slopes;
mod sparse;
pub(crate) mod stream;
mod sweep;

pub use factor::FixedEffect;
pub use rank::{Rank, components_with_earlier};
pub use singletons::drop_singletons;

use crate::error::Result;
use crate::linalg;
use serde::{Deserialize, Serialize};

/// Columns are residualised in blocks of this many, whatever the number of threads.
pub(crate) const LANES: usize = 4;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Largest ‖e‖_W relative to ‖ṽ‖_W that an iteration may leave.
    pub tolerance: f64,
    /// Most iterations per column.
    pub max_iterations: usize,
    /// Sizes at which methods change.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tolerance: 1e-10, max_iterations: 20_000, limits: Limits::default() }
    }
}

/// Sizes at which methods change. The defaults are fast; others give the same residuals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Up to so many unknowns the Schur complement is factored densely.
    pub dense: usize,
    /// Up to so many neighbours per level, on average, the second effect is tried for banded elimination.
    pub neighbors: usize,
    /// Up to so many unknowns the effects after the second are taken out of an iteration exactly.
    pub border: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { dense: 400, neighbors: 64, border: 400 }
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
    Schur(Box<schur::Schur>),
    Slopes(Box<slopes::Slopes>),
}

/// A residualised column.
#[derive(Debug, Clone)]
pub(crate) struct Residual {
    /// ṽ.
    pub(crate) values: Vec<f64>,
    /// What happened to it.
    pub(crate) report: ColumnReport,
    /// ‖v‖_W, its norm before absorption.
    pub(crate) size: f64,
}

impl Absorber {
    /// Prepares the effects; `weights` are wᵢ > 0, one per row.
    ///
    /// # Errors
    /// [`crate::Error::Shape`] when lengths differ.
    pub fn new(effects: &[FixedEffect], weights: Option<&[f64]>, settings: Settings) -> Result<Self> {
        factor::check(effects, weights)?;
        if effects.is_empty() {
            return Ok(Self { method: Method::Nothing, rank: Rank { rank: 0, exact: true } });
        }
        if effects.iter().any(|effect| !effect.slopes.is_empty()) {
            let slopes = slopes::Slopes::new(effects, weights, settings);
            return Ok(Self { rank: slopes.rank(), method: Method::Slopes(Box::new(slopes)) });
        }
        let schur = schur::Schur::new(effects, weights, settings);
        Ok(Self { rank: schur.rank(), method: Method::Schur(Box::new(schur)) })
    }

    /// Rank of the stacked dummies and slopes.
    #[must_use]
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// How much the rounding of a column grows on the way to its residual; 1 without varying slopes.
    pub(crate) fn amplification(&self) -> f64 {
        match &self.method {
            Method::Slopes(slopes) => slopes.amplification(),
            Method::Nothing | Method::Schur(_) => 1.0,
        }
    }

    /// The columns as a stream, which needs no residual columns; `None` where iterations do.
    pub(crate) fn stream<'a>(&'a self, columns: &'a [&'a [f64]]) -> Option<stream::Stream<'a>> {
        self.direct().map(|schur| stream::Stream::new(schur, columns))
    }

    /// Regressors that are read once for many responses; `None` where each takes more.
    pub(crate) fn beside(&self, x: &[&[f64]]) -> Option<beside::Beside> {
        beside::Beside::new(self.direct()?, x)
    }

    /// The first reading of a response beside them.
    pub(crate) fn first_beside(&self, x: &beside::Beside, y: &[f64]) -> Option<beside::First> {
        x.first(self.direct()?, y)
    }

    /// The second reading, with u = ỹ - X̃b.
    pub(crate) fn second_beside(
        &self,
        x: &beside::Beside,
        (y, first): (&[f64], &beside::First),
        b: &[f64],
        scores: &[stream::Scores<'_>],
    ) -> Option<beside::Second> {
        x.second(self.direct()?, y, first, b, scores)
    }

    fn direct(&self) -> Option<&schur::Schur> {
        match &self.method {
            Method::Schur(schur) if schur.is_direct() => Some(schur),
            _ => None,
        }
    }

    /// Place of the effect whose levels a stream reads one after the other.
    pub(crate) fn streamed_effect(&self) -> Option<usize> {
        self.direct().map(schur::Schur::eliminated)
    }

    /// Diagonal of the projection D(D'WD)⁺D'W for `n` rows.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] where it would take a large dense inverse.
    pub fn leverage(&self, n: usize) -> Result<Vec<f64>> {
        match &self.method {
            Method::Nothing => Ok(vec![0.0; n]),
            Method::Schur(schur) => schur.leverage(),
            Method::Slopes(slopes) => slopes.leverage(n),
        }
    }

    /// Coefficients of each effect's levels that add up to `part`, a column in the span of the effects; the first level
    /// of every effect but the first is zero.
    ///
    /// # Errors
    /// [`crate::Error::Unsupported`] for varying slopes; [`crate::Error::NotConverged`].
    pub fn effects_of(&self, part: &[f64]) -> Result<Vec<Vec<f64>>> {
        recover::effects_of(self, part)
    }

    /// Replaces each column by its residual.
    ///
    /// Columns go in blocks of four, rows in chunks that depend on the data only, so results do not depend on the
    /// number of threads.
    ///
    /// # Errors
    /// [`crate::Error::NotConverged`].
    pub fn residualize(&self, columns: &mut [&mut [f64]]) -> Result<Vec<ColumnReport>> {
        let sources: Vec<&[f64]> = columns.iter().map(|column| &**column).collect();
        let residuals = self.residuals(&sources, None)?;
        columns.iter_mut().zip(&residuals).for_each(|(column, residual)| column.copy_from_slice(&residual.values));
        Ok(residuals.into_iter().map(|residual| residual.report).collect())
    }

    /// The residual of each column; `weights` are those of [`Absorber::new`] where there are no effects.
    pub(crate) fn residuals(&self, columns: &[&[f64]], weights: Option<&[f64]>) -> Result<Vec<Residual>> {
        match &self.method {
            Method::Nothing => {
                let same = |column: &&[f64]| Residual {
                    values: column.to_vec(),
                    report: ColumnReport::default(),
                    size: norm(column, weights),
                };
                Ok(columns.iter().map(same).collect())
            }
            Method::Schur(schur) => schur.residualize(columns),
            Method::Slopes(slopes) => slopes.residualize(columns),
        }
    }
}

/// ‖v‖_W.
pub(crate) fn norm(column: &[f64], weights: Option<&[f64]>) -> f64 {
    linalg::dot_weighted(column, column, weights).sqrt()
}
