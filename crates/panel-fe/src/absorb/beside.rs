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
use super::sweep::add;
use super::{ColumnReport, LANES};
use crate::linalg;
use faer::Mat;
use std::ops::Range;

/// Regressors that are read.
#[derive(Debug)]
pub(crate) struct Beside {
    count: usize,
    batches: Vec<Runs>,
    /// M₁X, row by row in run order, each row in whole blocks.
    first: Vec<Lane>,
    /// X̃, likewise.
    last: Vec<Lane>,
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
        let (blocks, unknowns) = (x.len().div_ceil(LANES), sweep.unknowns());
        let columns = (0..x.len()).map(|j| last.iter().skip(j / LANES).step_by(blocks).map(|z| z[j % LANES]).collect());
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
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for batch in &self.batches {
                    room.load(schur, y, batch, &[]);
                    let rows = &room.rows[..batch.places.len()];
                    let x = &self.first[batch.places.start * blocks..batch.places.end * blocks];
                    add_products_with(rows, x, blocks, &mut products);
                    square += even_and_odd(rows.iter().map(|y| y * y));
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
        let mut runs: Vec<Lane> = Vec::new();
        let mut u = [0.0; BATCH];
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                for batch in &self.batches {
                    room.load(schur, y, batch, &first.shift);
                    let rows = &room.rows[..batch.places.len()];
                    let u = &mut u[..rows.len()];
                    self.combine(rows, batch.places.start, b, u);
                    total += even_and_odd(rows.iter().map(|y| y * y));
                    square += linalg::dot_lanes(u, u);
                    let x = &self.last[batch.places.start * blocks..batch.places.end * blocks];
                    sum_runs(&batch.segments, x, u, blocks, &mut runs, &mut gradient);
                    for (scores, sums) in scores.iter().zip(&mut sums) {
                        sums.add(scores, batch, (x, u), &runs, |place| schur.sweep().row(place));
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

/// Batches, rows of all columns, and D₂' of them by block and unknown.
fn rows(source: &Source<'_>) -> (Vec<Runs>, Vec<Lane>, Vec<Lane>) {
    let blocks = source.blocks();
    let (mut batches, mut rows) = (Vec::new(), Vec::with_capacity(source.sweep.rows() * blocks));
    let mut batch = Batch::new(source);
    let work = |batch: &Batch| {
        for row in 0..batch.places.len() {
            rows.extend((0..blocks).map(|block| batch.block(block)[row]));
        }
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
            let mean = even_and_odd(slots.iter().copied()) * sweep.inverse[*run];
            slots.iter_mut().for_each(|slot| *slot -= mean);
            if let Some(cells) = cells {
                slots.iter().zip(cells).for_each(|(slot, &cell)| self.g[cell as usize] += slot);
            }
            self.levels.push((first - self.origin) + mean);
        }
    }
}

/// Σ of numbers, those at even and odd places apart.
#[inline(always)]
fn even_and_odd(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut even, mut odd) = (0.0, 0.0);
    let mut numbers = numbers;
    while let Some(number) = numbers.next() {
        even += number;
        let Some(number) = numbers.next() else { break };
        odd += number;
    }
    even + odd
}

/// Σ f z over rows of one block, those of even and odd rows apart, added to a total.
#[inline(always)]
fn add_block(rows: impl Iterator<Item = (f64, Lane)>, total: &mut Lane) -> Lane {
    let (mut even, mut odd) = ([0.0; LANES], [0.0; LANES]);
    let mut rows = rows;
    while let Some((f, z)) = rows.next() {
        add(&mut even, &z.map(|z| f * z));
        let Some((f, z)) = rows.next() else { break };
        add(&mut odd, &z.map(|z| f * z));
    }
    add(&mut even, &odd);
    add(total, &even);
    even
}

/// y'x of all columns of some rows, added to totals by block.
#[inline(always)]
fn add_products_with(y: &[f64], x: &[Lane], blocks: usize, totals: &mut [Lane]) {
    for (block, total) in totals.iter_mut().enumerate() {
        let rows = x.iter().skip(block).step_by(blocks);
        add_block(y.iter().zip(rows).map(|(y, x)| (*y, *x)), total);
    }
}

/// Sums of x̃u by run, row by row as the regressors, and their sum added to the gradient.
#[inline(always)]
fn sum_runs(
    segments: &[(usize, Range<usize>)],
    x: &[Lane],
    u: &[f64],
    blocks: usize,
    runs: &mut Vec<Lane>,
    gradient: &mut [Lane],
) {
    runs.clear();
    runs.resize(segments.len() * blocks, [0.0; LANES]);
    for (block, gradient) in gradient.iter_mut().enumerate() {
        let mut all = [0.0; LANES];
        for (at, (_, rows)) in segments.iter().enumerate() {
            let x = x[rows.start * blocks..rows.end * blocks].iter().skip(block).step_by(blocks);
            runs[at * blocks + block] = add_block(u[rows.clone()].iter().zip(x).map(|(u, x)| (*u, *x)), &mut all);
        }
        add(gradient, &all);
    }
}

/// Sums of one kind of scores.
struct Meat {
    count: usize,
    /// By column and block.
    products: Vec<Lane>,
    /// By group and block.
    sums: Vec<Lane>,
    /// Rows times their factors.
    weighed: Vec<Lane>,
}

impl Meat {
    fn new(scores: &Scores<'_>, count: usize) -> Self {
        let groups = match scores {
            Scores::ByRun { count, .. } | Scores::ByRow { count, .. } => *count,
            _ => 0,
        };
        let blocks = count.div_ceil(LANES);
        let zero = [0.0; LANES];
        Self { count, products: vec![zero; count * blocks], sums: vec![zero; groups * blocks], weighed: Vec::new() }
    }

    fn blocks(&self) -> usize {
        self.count.div_ceil(LANES)
    }

    /// Adds the scores of a batch.
    #[inline(always)]
    fn add(
        &mut self,
        scores: &Scores<'_>,
        batch: &Runs,
        (x, u): (&[Lane], &[f64]),
        runs: &[Lane],
        row: impl Fn(usize) -> usize,
    ) {
        let blocks = self.blocks();
        match scores {
            Scores::None => {}
            Scores::Rows { .. } => {
                self.weighed.clear();
                self.weighed.extend(x.iter().enumerate().map(|(at, x)| {
                    let factor = u[at / blocks] * u[at / blocks];
                    x.map(|x| factor * x)
                }));
                add_outer(&self.weighed, x, blocks, self.count, &mut self.products);
            }
            Scores::Runs => add_outer(runs, runs, blocks, self.count, &mut self.products),
            Scores::ByRun { codes, .. } => {
                for ((run, _), sums) in batch.segments.iter().zip(runs.chunks_exact(blocks)) {
                    self.add_to_group(codes[*run] as usize, sums);
                }
            }
            Scores::ByRow { codes, .. } => {
                for ((x, u), place) in x.chunks_exact(blocks).zip(u).zip(batch.places.clone()) {
                    let group = &mut self.sums[codes[row(place)] as usize * blocks..][..blocks];
                    group.iter_mut().zip(x).for_each(|(sum, x)| add(sum, &x.map(|x| x * u)));
                }
            }
        }
    }

    #[inline(always)]
    fn add_to_group(&mut self, group: usize, scores: &[Lane]) {
        let blocks = scores.len();
        self.sums[group * blocks..][..blocks].iter_mut().zip(scores).for_each(|(sum, score)| add(sum, score));
    }

    fn finish(mut self, scores: &Scores<'_>) -> Mat<f64> {
        let (count, blocks) = (self.count, self.blocks());
        if let Scores::ByRun { .. } | Scores::ByRow { .. } = scores {
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || add_outer(&self.sums, &self.sums, blocks, count, &mut self.products),
            );
        }
        let product = |i: usize, j: usize| self.products[i * blocks + j / LANES][j % LANES];
        // The readings put ỹ before the regressors; of columns three apart in a block they weigh the second.
        let turned = |i: usize, j: usize| (i + 1) % LANES == 0 && j == i + LANES - 1;
        Mat::from_fn(count, count, |i, j| {
            let (i, j) = (i.min(j), i.max(j));
            if turned(i, j) { product(j, i) } else { product(i, j) }
        })
    }
}

/// Σ a_i b of every column i with all columns, over rows.
#[inline(always)]
fn add_outer(a: &[Lane], b: &[Lane], blocks: usize, count: usize, totals: &mut [Lane]) {
    for i in 0..count {
        let factors = a.iter().skip(i / LANES).step_by(blocks);
        for block in 0..blocks {
            let rows = factors.clone().zip(b.iter().skip(block).step_by(blocks));
            add_block(rows.map(|(a, b)| (a[i % LANES], *b)), &mut totals[i * blocks + block]);
        }
    }
}
