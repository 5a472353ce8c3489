//! The efficient units of a pooled panel, found once: only they can be peers.
//!
//! # What is found
//! The technology of a reference set is the cone
//! \\[ C = \Bigl\{ \sum_j \lambda_j P_j + \sum_i \delta_i D_i : \lambda, \delta \ge 0 \Bigr\}, \\]
//! with one generator \\(P_j = (x_j, y_j, b_j)\\) per unit and one ray \\(D_i\\) per row that may be disposed of: using
//! more of an input ([`Disposal::More`]), delivering less of a good ([`Disposal::Less`]), emitting more of a bad output
//! under strong disposability ([`Disposal::More`]); a weakly disposable bad output, held by an equality, has none
//! ([`Disposal::None`]). Returns to scale are one more row, of ones: variable returns fix it ([`Disposal::None`]),
//! non-increasing returns leave \\(\sum\lambda\\) below its mark ([`Disposal::More`]), non-decreasing returns above it
//! ([`Disposal::Less`]). [`efficient_columns`] finds generators of \\(C\\): all units on extreme rays, each ray once.
//! Of units that tie on a face a few that are not extreme may stay, which costs a little time and changes nothing.
//!
//! # When pricing on them alone is exact
//! Every other \\(P_j\\) is a combination of generators plus disposal. Replacing it in a solution leaves the rows
//! satisfied with larger slacks. So a program over the generators has the same optimum whenever larger slacks never
//! make the objective worse:
//!
//! | model | rows | exact |
//! |---|---|---|
//! | radial, any orientation | inequalities, slacks free of charge | yes |
//! | additive, SBM, EBM (A, B, C, D; bounded or not; any returns) | slacks are rewarded, in the ratio models after rescaling by \\(t\\) | yes, with bads [`Disposal::More`] |
//! | DDF, strong bads | inequalities | yes, with bads [`Disposal::More`] |
//! | DDF, weak bads (equality, one common abatement factor) | equality on bads | yes, with bads [`Disposal::None`] |
//! | weak bads with unit-specific abatement (Kuosmanen 2005) | columns \\((x, y, b)\\) and \\((x, 0, 0)\\) | yes, on those columns, bads [`Disposal::None`] |
//! | super-efficiency | the unit's own column is left out | **no** for an efficient unit: what only it dominated becomes efficient. Price on all columns instead |
//!
//! A unit within 1e-14 of the cone of the others is dropped like one inside: less than the [`ROUNDING`](crate::lp::ROUNDING) up to
//! which programs count ties as ties, so that none of them misses it.
//!
//! A set found under weaker disposal (more [`Disposal::None`]) contains enough generators for stronger disposal, not
//! the other way round.
//!
//! # How
//! BuildHull (Dulá 2011) in blocks. A unit that some multiple of a single generator dominates is inside. Any other is tested against the generators known so far by a feasibility program of
//! their size; a unit outside comes with a separating hyperplane, and the unit furthest beyond it, in the section
//! \\(h(P) = 1\\) of the cone, is a new generator. So the work is one small program per unit, and one inner product per
//! unit and generator. Tests of a block run in parallel in fixed chunks against the same generators: the result is
//! the same for any number of threads.
//!
//! # References
//! Dulá, J. H. (2011). An algorithm for data envelopment analysis. *INFORMS Journal on Computing* 23(2), 284-296.
//! Dulá, J. H. and Helgason, R. V. (1996). A new procedure for identifying the frame of the convex hull of a finite
//! collection of points in multidimensional space. *European Journal of Operational Research* 92(2), 352-367.

mod dominance;
mod hull;
mod section;

pub(crate) use dominance::undominated;

use crate::lp::{Activities, LpError};

/// What may happen to a row of the technology without cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposal {
    /// More than the combination may be used or emitted: inputs, strongly disposable bad outputs.
    More,
    /// Less than the combination may be delivered: goods.
    Less,
    /// The row is an equality.
    None,
}

/// Which columns generate the technology, and what it took to find them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduction {
    /// The generating columns, ascending.
    pub columns: Vec<usize>,
    /// False where the data admit no section of the cone, so that all columns are kept.
    pub reduced: bool,
    /// Feasibility programs solved.
    pub programs: usize,
    /// Simplex iterations in them.
    pub iterations: usize,
    /// Passes over the remaining units in search of a new generator.
    pub scans: usize,
}

/// Finds the columns that generate the technology under the disposal of each row; see the [module](self) for which
/// models may be priced on them alone.
///
/// **Shapes**: one [`Disposal`] per row of the activities. A unit within 1e-14 (relative to its own values) of the
/// cone of the others counts as inside.
///
/// # Errors
/// [`LpError::Shape`] where the lengths differ.
pub fn efficient_columns(activities: &Activities, disposal: &[Disposal]) -> Result<Reduction, LpError> {
    efficient_columns_from(activities, disposal, &[])
}

/// The same, begun with columns that probably generate the technology (ascending, each once): those that do not are taken
/// out again.
///
/// # Errors
/// [`LpError::Shape`] where the lengths differ, or a column is out of range.
pub fn efficient_columns_from(
    activities: &Activities,
    disposal: &[Disposal],
    seeds: &[usize],
) -> Result<Reduction, LpError> {
    if let Some(&got) = seeds.iter().find(|&&column| column >= activities.cols()) {
        return Err(LpError::Shape { what: "seed below", expected: activities.cols(), got });
    }
    if disposal.len() != activities.rows() {
        return Err(LpError::Shape { what: "disposal rules", expected: activities.rows(), got: disposal.len() });
    }
    let Some(section) = section::section(activities, disposal) else {
        let columns = (0..activities.cols()).collect();
        return Ok(Reduction { columns, reduced: false, programs: 0, iterations: 0, scans: 0 });
    };
    hull::build(activities, disposal, &section, seeds)
}
