//! Responses read one after another beside regressors that are read once: what [`super::stream`] makes of [y, X], to the
//! bit.
//!
//! Rows of X less the means of their runs (first reading) and rows of X̃ (second reading) are kept. Of each response come
//! its products with them, u = ỹ - X̃b, X̃'u and the meats, summed in the order of those readings: batches of whole runs,
//! even and odd rows apart.

use super::batch::{BATCH, Batch, Source};
use super::conjugate::Lane;
use super::part::Scores;
use super::schur::{EXACT, Schur};
use super::stream::{MOST_TAKEN, Reading, Stream};
use super::sweep::{Sweep, add};
use super::{ColumnReport, LANES};
use crate::linalg;
use faer::Mat;
use std::ops::Range;

/// Regressors that are read.
#[derive(Debug)]
pub(crate) struct Beside {
    count: usize,
    batches: Vec<Runs>,
    /// M₁X in run order, by block of columns.
    first: Vec<Vec<Lane>>,
    /// X̃, likewise.
    last: Vec<Vec<Lane>>,
    /// X̃ by column.
    columns: Vec<Vec<f64>>,
    /// D₂'M₁X by column and unknown.
    g: Vec<Vec<f64>>,
    /// Norms before absorption.
    pub(crate) sizes: Vec<f64>,
    /// X̃'X̃ of the first reading.
    pub(crate) gram: Mat<f64>,
    /// What the second reading tells.
    pub(crate) reading: Reading,
}

/// Whole runs that are worked on together.
#[derive(Debug)]
struct Runs {
    places: Range<usize>,
    /// Run and rows within the batch.
    segments: Vec<(usize, Range<usize>)>,
}

/// What the first reading tells of a response.
#[derive(Debug)]
pub(crate) struct First {
    /// ‖y‖.
    pub(crate) size: f64,
    /// X̃'ỹ.
    pub(crate) products: Vec<f64>,
    /// ‖M₁y‖.
    start: f64,
    /// α by unknown.
    shift: Vec<f64>,
}

/// What the second reading tells.
#[derive(Debug)]
pub(crate) struct Second {
    /// ỹ'ỹ.
    pub(crate) total: f64,
    /// X̃'u.
    pub(crate) gradient: Vec<f64>,
    /// u'u.
    pub(crate) square: f64,
    /// The meat of each kind of scores.
    pub(crate) meats: Vec<Mat<f64>>,
    pub(crate) report: ColumnReport,
}

impl Beside {
    /// Reads the regressors; `None` where a response is not read in two readings of short runs: weights, several other
    /// effects, many rows, regressors of which the effects take nearly everything.
    pub(super) fn new(schur: &Schur, x: &[&[f64]]) -> Option<Self> {
        let sweep = schur.sweep();
        let long = (0..sweep.inverse.len()).any(|run| sweep.run(run).len() > BATCH);
        if sweep.weights.is_some() || sweep.cells.len() > 1 || sweep.chunks.len() != 1 || long || x.is_empty() {
            return None;
        }
        let stream = Stream::new(schur, x);
        let moments = stream.moments();
        if moments.readings > 1 {
            return None;
        }
        let reading = stream.reading(&moments, moments.shift(), &vec![0.0; x.len()], &[]);
        if !reading.settled {
            return None;
        }
        let (batches, first, sums) = rows(&Source { sweep, columns: x, shift: &[] });
        let (_, last, _) = rows(&Source { sweep, columns: x, shift: moments.shift().lanes() });
        let unknowns = sweep.unknowns();
        let columns = (0..x.len()).map(|j| last[j / LANES].iter().map(|z| z[j % LANES]).collect());
        let of_column = |j: usize| (0..unknowns).map(|cell| sums[j / LANES * unknowns + cell][j % LANES]).collect();
        Some(Self {
            count: x.len(),
            columns: columns.collect(),
            g: (0..x.len()).map(of_column).collect(),
            batches,
            first,
            last,
            gram: moments.gram,
            sizes: moments.sizes,
            reading,
        })
    }

    fn blocks(&self) -> usize {
        self.count.div_ceil(LANES)
    }

    /// The first reading of a response; `None` where the effects take nearly everything of it.
    pub(super) fn first(&self, schur: &Schur, y: &[f64]) -> Option<First> {
        let sweep = schur.sweep();
        let blocks = self.blocks();
        let mut room = Room::new(y, sweep.unknowns());
        let (mut square, mut before, mut products) = (0.0, 0.0, vec![[0.0; LANES]; blocks]);
        // Moved into the closure, so that it is called by value, without a function between that is not vectorised.
        let batches = self.batches.iter();
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for batch in batches {
                    room.load(schur, y, batch, &[]);
                    let rows = &room.rows[..batch.places.len()];
                    for (x, total) in self.first.iter().zip(&mut products) {
                        add_block(rows, &x[batch.places.clone()], total);
                    }
                    square += squares(rows);
                    for ((run, _), level) in batch.segments.iter().zip(&room.levels) {
                        let mean = room.origin + level;
                        before += sweep.run(*run).len() as f64 * (mean * mean);
                    }
                }
            },
        );
        let (alpha, taken) = explained(schur, &room.g, std::iter::once(&room.g).chain(&self.g));
        let gram = square - taken[0];
        let start = f64::sqrt(square);
        if gram * MOST_TAKEN < square && start > 4.0 * f64::EPSILON * start {
            return None;
        }
        let flat = products.as_flattened();
        let products = flat.iter().zip(&taken[1..]).map(|(product, taken)| product - taken).collect();
        Some(First { size: (before + square).sqrt(), products, start, shift: alpha })
    }

    /// The second reading, with u = ỹ - Σ_j b_j x̃_j; `None` where another reading would do better.
    pub(super) fn second(
        &self,
        schur: &Schur,
        y: &[f64],
        first: &First,
        b: &[f64],
        scores: &[Scores<'_>],
    ) -> Option<Second> {
        let blocks = self.blocks();
        let mut room = Room::new(y, schur.sweep().unknowns());
        let (mut total, mut square) = (0.0, 0.0);
        let mut gradient = vec![[0.0; LANES]; blocks];
        let mut sums: Vec<Meat> = scores.iter().map(|scores| Meat::new(scores, self.count)).collect();
        let mut runs: Vec<Vec<Lane>> = vec![Vec::with_capacity(BATCH); blocks];
        let mut u = [0.0; BATCH];
        let batches = self.batches.iter();
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for batch in batches {
                    room.load(schur, y, batch, &first.shift);
                    let rows = &room.rows[..batch.places.len()];
                    let u = &mut u[..rows.len()];
                    self.combine(rows, batch.places.start, b, u);
                    total += squares(rows);
                    square += linalg::dot_lanes(u, u);
                    for ((x, runs), gradient) in self.last.iter().zip(&mut runs).zip(&mut gradient) {
                        sum_runs(&batch.segments, &x[batch.places.clone()], u, runs, gradient);
                    }
                    for (scores, sums) in scores.iter().zip(&mut sums) {
                        sums.add(scores, batch, (self, u), &runs, schur.sweep());
                    }
                }
            },
        );
        let (_, left) = explained(schur, &room.g, std::iter::once(&room.g));
        let norm = f64::sqrt(total);
        let report = if room.g.is_empty() {
            ColumnReport { iterations: 0, error: f64::EPSILON * (norm + first.size) }
        } else {
            let error = left[0].max(0.0).sqrt();
            if !(error <= EXACT * norm || error <= 4.0 * f64::EPSILON * first.start) {
                return None;
            }
            ColumnReport { iterations: 0, error: error.max(2.0 * f64::EPSILON * norm) }
        };
        let gradient = gradient.as_flattened()[..self.count].to_vec();
        let meats = scores.iter().zip(sums).map(|(scores, sums)| sums.finish(scores)).collect();
        Some(Second { total, gradient, square, meats, report })
    }

    /// u = ỹ - Σ b_j x̃_j, four columns at a time, of which ỹ is the first.
    #[inline(always)]
    fn combine(&self, y: &[f64], start: usize, b: &[f64], u: &mut [f64]) {
        let column = |j: usize| self.columns.get(j).map_or(&ZEROS[..y.len()], |column| &column[start..start + y.len()]);
        let c = |j: usize| b.get(j).map_or(0.0, |b| -b);
        let (x1, x2, x3) = (column(0), column(1), column(2));
        let (c1, c2, c3) = (c(0), c(1), c(2));
        for row in 0..y.len() {
            u[row] = 0.0 + ((y[row] + x2[row] * c2) + (x1[row] * c1 + x3[row] * c3));
        }
        for j in (LANES - 1..self.count).step_by(LANES) {
            let (x0, x1, x2, x3) = (column(j), column(j + 1), column(j + 2), column(j + 3));
            let (c0, c1, c2, c3) = (c(j), c(j + 1), c(j + 2), c(j + 3));
            for row in 0..y.len() {
                u[row] += (x0[row] * c0 + x2[row] * c2) + (x1[row] * c1 + x3[row] * c3);
            }
        }
    }
}

/// What an absent column is read as.
static ZEROS: [f64; BATCH] = [0.0; BATCH];

/// Batches, rows by block of columns, and D₂' of them by block and unknown.
fn rows(source: &Source<'_>) -> (Vec<Runs>, Vec<Vec<Lane>>, Vec<Lane>) {
    let mut batches = Vec::new();
    let mut rows: Vec<Vec<Lane>> = vec![Vec::with_capacity(source.sweep.rows()); source.blocks()];
    let mut batch = Batch::new(source);
    let work = |batch: &Batch| {
        rows.iter_mut().enumerate().for_each(|(block, rows)| rows.extend_from_slice(batch.block(block)));
        let segments = batch.segments.iter().map(|segment| (segment.run, segment.rows.clone())).collect();
        batches.push(Runs { places: batch.places.clone(), segments });
    };
    let runs = 0..source.sweep.inverse.len();
    match source.sweep.cells.len() {
        0 => source.for_each_batch::<0>(runs, &mut batch, work),
        _ => source.for_each_batch::<1>(runs, &mut batch, work),
    }
    (batches, rows, batch.g)
}

/// α with Sα = g, and α'h for each h.
fn explained<'a>(schur: &Schur, g: &[f64], others: impl Iterator<Item = &'a Vec<f64>>) -> (Vec<f64>, Vec<f64>) {
    if g.is_empty() {
        return (Vec::new(), others.map(|_| 0.0).collect());
    }
    let lanes: Vec<Lane> = g.iter().map(|&g| [g, 0.0, 0.0, 0.0]).collect();
    let alpha: Vec<f64> = schur.solve(&lanes, 1).into_iter().map(|alpha| alpha[0]).collect();
    let taken = others.map(|h| alpha.iter().zip(h).map(|(alpha, h)| alpha * h).sum()).collect();
    (alpha, taken)
}

/// Rows of a response less the means of their runs.
struct Room {
    rows: [f64; BATCH],
    /// Means of the runs, of the response less its first value.
    levels: Vec<f64>,
    origin: f64,
    /// D₂' of the rows so far.
    g: Vec<f64>,
}

impl Room {
    fn new(y: &[f64], unknowns: usize) -> Self {
        Self { rows: [0.0; BATCH], levels: Vec::with_capacity(BATCH), origin: y[0], g: vec![0.0; unknowns] }
    }

    /// Brings a batch in, less the shift.
    #[inline(always)]
    fn load(&mut self, schur: &Schur, y: &[f64], batch: &Runs, shift: &[f64]) {
        let sweep = schur.sweep();
        let rows = &mut self.rows[..batch.places.len()];
        match &sweep.runs.order {
            None => rows.copy_from_slice(&y[batch.places.clone()]),
            Some(order) => {
                let order = &order[batch.places.clone()];
                rows.iter_mut().zip(order).for_each(|(slot, &row)| *slot = y[row as usize]);
            }
        }
        self.levels.clear();
        let cells = sweep.cells.first().map(|cells| &cells[batch.places.clone()]);
        for (run, range) in &batch.segments {
            let slots = &mut rows[range.clone()];
            let first = slots[0];
            slots.iter_mut().for_each(|slot| *slot -= first);
            let cells = cells.map(|cells| &cells[range.clone()]);
            if let Some(cells) = cells.filter(|_| !shift.is_empty()) {
                slots.iter_mut().zip(cells).for_each(|(slot, &cell)| *slot -= shift[cell as usize]);
            }
            let mean = even_and_odd(slots) * sweep.inverse[*run];
            slots.iter_mut().for_each(|slot| *slot -= mean);
            if let Some(cells) = cells {
                slots.iter().zip(cells).for_each(|(slot, &cell)| self.g[cell as usize] += slot);
            }
            self.levels.push((first - self.origin) + mean);
        }
    }
}

/// Σ vᵢ, those at even and odd places apart.
#[inline(always)]
fn even_and_odd(values: &[f64]) -> f64 {
    let (mut even, mut odd) = (0.0, 0.0);
    let pairs = values.chunks_exact(2);
    let rest = pairs.remainder();
    for pair in pairs {
        even += pair[0];
        odd += pair[1];
    }
    if let [last] = rest {
        even += last;
    }
    even + odd
}

/// Σ vᵢ², likewise.
#[inline(always)]
fn squares(values: &[f64]) -> f64 {
    let (mut even, mut odd) = (0.0, 0.0);
    let pairs = values.chunks_exact(2);
    let rest = pairs.remainder();
    for pair in pairs {
        even += pair[0] * pair[0];
        odd += pair[1] * pair[1];
    }
    if let [last] = rest {
        even += last * last;
    }
    even + odd
}

/// Σ fᵢzᵢ over rows of one block, likewise; it is added to a total, too.
#[inline(always)]
fn add_block(f: &[f64], z: &[Lane], total: &mut Lane) -> Lane {
    let (mut even, mut odd) = ([0.0; LANES], [0.0; LANES]);
    let (f2, z2) = (f.chunks_exact(2), z.chunks_exact(2));
    let rest = (f2.remainder(), z2.remainder());
    for (f, z) in f2.zip(z2) {
        for lane in 0..LANES {
            even[lane] += f[0] * z[0][lane];
            odd[lane] += f[1] * z[1][lane];
        }
    }
    if let ([f], [z]) = rest {
        for lane in 0..LANES {
            even[lane] += f * z[lane];
        }
    }
    add(&mut even, &odd);
    add(total, &even);
    even
}

/// Sums of x̃u by run, and their sum added to the gradient.
#[inline(always)]
fn sum_runs(segments: &[(usize, Range<usize>)], x: &[Lane], u: &[f64], runs: &mut Vec<Lane>, gradient: &mut Lane) {
    runs.clear();
    let mut all = [0.0; LANES];
    for (_, rows) in segments {
        runs.push(add_block(&u[rows.clone()], &x[rows.clone()], &mut all));
    }
    add(gradient, &all);
}

/// Sums of one kind of scores.
struct Meat {
    count: usize,
    /// By column and block.
    products: Vec<Lane>,
    /// By block, then group.
    sums: Vec<Vec<Lane>>,
}

impl Meat {
    fn new(scores: &Scores<'_>, count: usize) -> Self {
        let groups = match scores {
            Scores::ByRun { count, .. } | Scores::ByRow { count, .. } => *count,
            _ => 0,
        };
        let blocks = count.div_ceil(LANES);
        let zero = [0.0; LANES];
        Self { count, products: vec![zero; count * blocks], sums: vec![vec![zero; groups]; blocks] }
    }

    /// Adds the scores of a batch.
    #[inline(always)]
    fn add(&mut self, scores: &Scores<'_>, batch: &Runs, (x, u): (&Beside, &[f64]), runs: &[Vec<Lane>], sweep: &Sweep) {
        match scores {
            Scores::None => {}
            Scores::Rows { .. } => {
                let mut weighed = [0.0; BATCH];
                let blocks = x.last.len();
                for (column, totals) in x.columns.iter().zip(self.products.chunks_exact_mut(blocks)) {
                    let weighed = &mut weighed[..u.len()];
                    let rows = weighed.iter_mut().zip(&column[batch.places.clone()]).zip(u);
                    rows.for_each(|((slot, x), u)| *slot = (u * u) * x);
                    for (x, total) in x.last.iter().zip(totals) {
                        add_block(weighed, &x[batch.places.clone()], total);
                    }
                }
            }
            Scores::Runs => add_outer(runs, self.count, &mut self.products),
            Scores::ByRun { codes, .. } => {
                for (runs, sums) in runs.iter().zip(&mut self.sums) {
                    for ((run, _), of_run) in batch.segments.iter().zip(runs) {
                        add(&mut sums[codes[*run] as usize], of_run);
                    }
                }
            }
            Scores::ByRow { codes, .. } => {
                for (x, sums) in x.last.iter().zip(&mut self.sums) {
                    for ((x, u), place) in x[batch.places.clone()].iter().zip(u).zip(batch.places.clone()) {
                        let sum = &mut sums[codes[sweep.row(place)] as usize];
                        for lane in 0..LANES {
                            sum[lane] += x[lane] * u;
                        }
                    }
                }
            }
        }
    }

    fn finish(mut self, scores: &Scores<'_>) -> Mat<f64> {
        let (count, blocks) = (self.count, self.sums.len());
        if let Scores::ByRun { .. } | Scores::ByRow { .. } = scores {
            let sums = std::mem::take(&mut self.sums);
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || add_outer(sums, count, &mut self.products),
            );
        }
        let product = |i: usize, j: usize| self.products[i * blocks + j / LANES][j % LANES];
        // The readings put ỹ before the regressors; of columns three apart in a block they weigh the second.
        let turned = |i: usize, j: usize| (i + 1).is_multiple_of(LANES) && j == i + LANES - 1;
        Mat::from_fn(count, count, |i, j| {
            let (i, j) = (i.min(j), i.max(j));
            if turned(i, j) { product(j, i) } else { product(i, j) }
        })
    }
}

/// Σ z_i z of every column i with all columns, over rows by block.
#[inline(always)]
fn add_outer(rows: impl AsRef<[Vec<Lane>]>, count: usize, totals: &mut [Lane]) {
    let rows = rows.as_ref();
    let mut column = Vec::with_capacity(rows.first().map_or(0, Vec::len));
    for (i, totals) in (0..count).zip(totals.chunks_exact_mut(rows.len())) {
        column.clear();
        column.extend(rows[i / LANES].iter().map(|z| z[i % LANES]));
        for (z, total) in rows.iter().zip(totals) {
            add_block(&column, z, total);
        }
    }
}
