//! Least squares on absorbed columns that are never stored: sums by level and products, read from the columns.
//!
//! With z_v = M₁v of each column v, g_v = D₂'Wz_v and Sα_v = g_v, products of residuals are ṽ'Wx̃ = z_v'Wz_x - α_v'g_x:
//! one reading gives the moments of all columns. Each run is taken about its first value, so that columns far from zero
//! lose nothing. A second reading with α taken off has rows of residuals at hand: with them
//! come u = Ṽc, Ṽ'Wu, the sums of scores by group, and g again, now of what is left, which bounds the error as in
//! [`super::schur`].
//!
//! Where the effects besides the largest leave less than 1 in [`MOST_TAKEN`] of a column's square, the difference would
//! lose digits: the first reading is repeated with α taken off.

use super::batch::{Source, add_products, product};
use super::conjugate::Lane;
pub(crate) use super::part::Scores;
use super::part::{Part, Spread};
use super::schur::{EXACT, REFINEMENTS, Schur};
use super::sweep::add;
use super::{ColumnReport, LANES};
use faer::Mat;
use std::ops::Range;

/// Largest ratio of squares before and after the other effects in one reading.
pub(super) const MOST_TAKEN: f64 = 1024.0;

/// Columns to be read with the effects absorbed.
pub(crate) struct Stream<'a> {
    schur: &'a Schur,
    columns: &'a [&'a [f64]],
}

/// What the first reading tells.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    /// Ṽ'WṼ.
    pub(crate) gram: Mat<f64>,
    /// ‖v‖_W of each column.
    pub(crate) sizes: Vec<f64>,
    /// Σ w(v - v̄)² of the first column.
    pub(crate) total: f64,
    /// Σ w(v - v̄_g)² of the first column, about the means by level of the largest effect.
    pub(crate) within: f64,
    /// Readings that it took.
    pub(super) readings: usize,
    /// ‖M₁v‖_W of each column.
    start: Vec<f64>,
    shift: Shift,
}

impl Moments {
    /// α of the first reading.
    pub(crate) fn shift(&self) -> &Shift {
        &self.shift
    }
}

/// α by block and unknown.
#[derive(Debug, Clone)]
pub(crate) struct Shift(Vec<Lane>);

impl Shift {
    pub(super) fn lanes(&self) -> &[Lane] {
        &self.0
    }
}

/// What a second reading tells.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Ṽ'WṼ.
    pub(crate) gram: Mat<f64>,
    /// Ṽ'Wu.
    pub(crate) gradient: Vec<f64>,
    /// u'Wu.
    pub(crate) square: f64,
    /// The meat of each kind of scores, of all columns; zero where there are none.
    pub(crate) meats: Vec<Mat<f64>>,
    /// Errors of the columns that were read.
    pub(crate) reports: Vec<ColumnReport>,
    /// Whether another reading could do no better.
    pub(crate) settled: bool,
    /// The shift with what was left taken off, too.
    pub(crate) better: Shift,
}

impl<'a> Stream<'a> {
    pub(super) fn new(schur: &'a Schur, columns: &'a [&'a [f64]]) -> Self {
        Self { schur, columns }
    }

    fn blocks(&self) -> usize {
        self.columns.len().div_ceil(LANES)
    }

    /// The moments of all columns.
    pub(crate) fn moments(&self) -> Moments {
        let p = self.columns.len();
        let mut shift = Vec::new();
        let mut first: Option<(Vec<f64>, Spread, f64, Vec<f64>)> = None;
        let mut step = 0;
        loop {
            let part = self.read(&shift, Part::first);
            let (alpha, taken) = self.explained(&part.g);
            let square = |i: usize, j: usize| product(&part.products, i, j);
            let gram = symmetric(p, |i, j| square(i, j) - taken[(i, j)]);
            let (sizes, spread, within, start) = first.get_or_insert_with(|| {
                let size = |j: usize| part.before[j / LANES][j % LANES] + square(j, j);
                let start = (0..p).map(|j| square(j, j).sqrt()).collect();
                ((0..p).map(|j| size(j).sqrt()).collect(), part.spread, square(0, 0), start)
            });
            let lost = |j: usize| {
                gram[(j, j)] * MOST_TAKEN < square(j, j) && square(j, j).sqrt() > 4.0 * f64::EPSILON * start[j]
            };
            let again = step < REFINEMENTS && (0..p).any(lost);
            add_to(&mut shift, alpha);
            if !again {
                return Moments {
                    gram,
                    sizes: std::mem::take(sizes),
                    total: spread.square + *within,
                    within: *within,
                    readings: step + 1,
                    start: std::mem::take(start),
                    shift: Shift(shift),
                };
            }
            step += 1;
        }
    }

    /// The scores of clusters; `None` where their sums would take more room than the residuals.
    pub(crate) fn clusters(&self, codes: &'a [u32], count: usize) -> Option<Scores<'a>> {
        let sweep = self.schur.sweep();
        if count.saturating_mul(sweep.chunks.len()) > sweep.rows() {
            return None;
        }
        let of_run = |range: Range<usize>| {
            let code = if range.is_empty() { 0 } else { codes[sweep.row(range.start)] };
            range.into_iter().all(|place| codes[sweep.row(place)] == code).then_some(code)
        };
        match sweep.runs.ranges().map(of_run).collect::<Option<Vec<u32>>>() {
            Some(codes) => Some(Scores::ByRun { codes, count }),
            None => Some(Scores::ByRow { codes, count }),
        }
    }

    /// Reads the columns less the shift, with u = Σ_j c_j ṽ_j.
    pub(crate) fn reading(&self, moments: &Moments, shift: &Shift, c: &[f64], scores: &[Scores<'_>]) -> Reading {
        let p = self.columns.len();
        let mut blocks = vec![[0.0; LANES]; self.blocks()];
        c.iter().enumerate().for_each(|(j, c)| blocks[j / LANES][j % LANES] = *c);
        let mut part = self.read(&shift.0, |source, chunk| Part::second(source, chunk, &blocks, scores));
        let (alpha, left) = self.explained(&part.g);
        let gram = symmetric(p, |i, j| product(&part.products, i, j));
        let mut settled = true;
        let report = |j: usize| {
            let norm = gram[(j, j)].sqrt();
            if self.schur.sweep().unknowns() == 0 {
                // The means carry the rounding of the column as it was.
                return ColumnReport { iterations: 0, error: f64::EPSILON * (norm + moments.sizes[j]) };
            }
            let error = left[(j, j)].max(0.0).sqrt();
            settled &= error <= EXACT * norm || error <= 4.0 * f64::EPSILON * moments.start[j];
            ColumnReport { iterations: 0, error: error.max(2.0 * f64::EPSILON * norm) }
        };
        let reports = (0..p).map(report).collect();
        for (scores, sums) in scores.iter().zip(&mut part.scores) {
            if let Scores::ByRun { count, .. } | Scores::ByRow { count, .. } = scores {
                let groups = |block: usize| &sums.sums[block * count..(block + 1) * count];
                add_products(self.blocks(), groups, None, &mut sums.meat);
            }
        }
        let mut better = shift.0.clone();
        add_to(&mut better, alpha);
        Reading {
            gradient: (0..p).map(|j| part.gradient[j / LANES][j % LANES]).collect(),
            square: part.square,
            meats: part.scores.iter().map(|sums| symmetric(p, |i, j| product(&sums.meat, i, j))).collect(),
            gram,
            reports,
            settled,
            better: Shift(better),
        }
    }

    /// α with Sα = g by block and unknown, and the matrix of α'g.
    fn explained(&self, g: &[Lane]) -> (Vec<Lane>, Mat<f64>) {
        let (p, unknowns) = (self.columns.len(), self.schur.sweep().unknowns());
        if unknowns == 0 {
            return (Vec::new(), Mat::zeros(p, p));
        }
        let mut alpha = Vec::with_capacity(g.len());
        for (block, g) in g.chunks(unknowns).enumerate() {
            alpha.extend(self.schur.solve(g, (p - block * LANES).min(LANES)));
        }
        let lane = |lanes: &[Lane], j: usize, cell: usize| lanes[j / LANES * unknowns + cell][j % LANES];
        let form = |i: usize, j: usize| (0..unknowns).map(|cell| lane(&alpha, i, cell) * lane(g, j, cell)).sum();
        let taken = symmetric(p, form);
        (alpha, taken)
    }

    /// Reads the chunks and adds what they give, in order.
    fn read(&self, shift: &[Lane], work: impl Fn(&Source<'_>, Range<usize>) -> Part + Sync) -> Part {
        let sweep = self.schur.sweep();
        let source = Source { sweep, columns: self.columns, shift };
        let mut parts = sweep.by_chunk(|chunk| work(&source, chunk)).into_iter();
        let mut total = parts.next().unwrap_or_default();
        parts.for_each(|part| total.join(&part));
        total
    }
}

/// A symmetric matrix from its upper triangle.
fn symmetric(p: usize, upper: impl FnMut(usize, usize) -> f64) -> Mat<f64> {
    let mut upper = upper;
    let mut matrix = Mat::zeros(p, p);
    for j in 0..p {
        for i in 0..=j {
            let value = upper(i, j);
            matrix[(i, j)] = value;
            matrix[(j, i)] = value;
        }
    }
    matrix
}

/// Adds lanes to others, which may not be there yet.
fn add_to(total: &mut Vec<Lane>, part: Vec<Lane>) {
    if total.is_empty() {
        *total = part;
    } else {
        total.iter_mut().zip(&part).for_each(|(total, part)| add(total, part));
    }
}
