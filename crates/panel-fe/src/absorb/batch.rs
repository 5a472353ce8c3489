//! Rows of whole runs, four columns side by side, less the means of their runs: read from the columns, used, forgotten.

use super::LANES;
use super::conjugate::Lane;
use super::sweep::{Sweep, add, subtract};
use std::ops::Range;

/// Rows that are worked on together; those of a few columns stay in the first cache.
pub(super) const BATCH: usize = 256;

/// Where the rows come from.
pub(super) struct Source<'a> {
    pub(super) sweep: &'a Sweep,
    /// In row order.
    pub(super) columns: &'a [&'a [f64]],
    /// α by block and unknown, taken off before the means; empty where nothing is.
    pub(super) shift: &'a [Lane],
}

/// Some rows of one run.
pub(super) struct Segment {
    pub(super) run: usize,
    /// Rows within the batch.
    pub(super) rows: Range<usize>,
    /// Whether the first and the last row of the run are among them.
    pub(super) opens: bool,
    pub(super) closes: bool,
}

/// The rows that are worked on.
pub(super) struct Batch {
    /// M₁(v - D₂α), [`BATCH`] rows for each block of four columns.
    lanes: Vec<Lane>,
    /// Means of the runs by block and segment, of columns less their first value.
    levels: Vec<Lane>,
    pub(super) segments: Vec<Segment>,
    /// Places of the rows.
    pub(super) places: Range<usize>,
    /// D₂'W of all rows so far, by block and unknown.
    pub(super) g: Vec<Lane>,
    /// First value of each column, by block.
    origins: Vec<Lane>,
}

impl Batch {
    pub(super) fn new(source: &Source<'_>) -> Self {
        let blocks = source.blocks();
        let origins = (0..blocks).map(|block| source.row(block, 0)).collect();
        Self {
            lanes: vec![[0.0; LANES]; blocks * BATCH],
            levels: vec![[0.0; LANES]; blocks * BATCH],
            segments: Vec::with_capacity(BATCH),
            places: 0..0,
            g: vec![[0.0; LANES]; blocks * source.sweep.unknowns()],
            origins,
        }
    }

    /// The rows of a block of columns.
    #[inline(always)]
    pub(super) fn block(&self, block: usize) -> &[Lane] {
        &self.lanes[block * BATCH..][..self.places.len()]
    }

    /// Mean of a segment's run, of a block of columns less their first values.
    #[inline(always)]
    pub(super) fn level(&self, block: usize, segment: usize) -> Lane {
        self.levels[block * BATCH + segment]
    }

    /// First values of a block of columns.
    pub(super) fn origin(&self, block: usize) -> Lane {
        self.origins[block]
    }
}

impl Source<'_> {
    pub(super) fn blocks(&self) -> usize {
        self.columns.len().div_ceil(LANES)
    }

    /// One row of a block; an absent column is zero.
    fn row(&self, block: usize, row: usize) -> Lane {
        std::array::from_fn(|lane| self.columns.get(block * LANES + lane).map_or(0.0, |column| column[row]))
    }

    /// Goes through the runs of a chunk, as many whole ones at a time as a batch holds; a longer run comes in pieces.
    /// `WIDTH` is the number of other effects: 0, 1 without weights, or anything.
    #[inline(always)]
    pub(super) fn for_each_batch<const WIDTH: usize>(
        &self,
        chunk: Range<usize>,
        batch: &mut Batch,
        mut work: impl FnMut(&Batch),
    ) {
        let mut run = chunk.start;
        while run < chunk.end {
            let range = self.sweep.run(run);
            batch.segments.clear();
            if range.len() > BATCH {
                self.long_run::<WIDTH>(run, batch, &mut work);
                run += 1;
                continue;
            }
            batch.places = range.start..range.start;
            while run < chunk.end {
                let range = self.sweep.run(run);
                if range.end - batch.places.start > BATCH {
                    break;
                }
                if range.is_empty() {
                    run += 1;
                    continue;
                }
                let rows = range.start - batch.places.start..range.end - batch.places.start;
                for block in 0..self.blocks() {
                    let first = self.row(block, self.sweep.row(range.start));
                    let slots = &mut batch.lanes[block * BATCH..][rows.clone()];
                    let mut mean = self.load::<WIDTH>(block, &range, &first, slots);
                    mean.iter_mut().for_each(|mean| *mean *= self.sweep.inverse[run]);
                    self.settle::<WIDTH>(block, &range, &mean, slots, &mut batch.g);
                    let origin = &batch.origins[block];
                    batch.levels[block * BATCH + batch.segments.len()] =
                        std::array::from_fn(|lane| (first[lane] - origin[lane]) + mean[lane]);
                }
                batch.segments.push(Segment { run, rows, opens: true, closes: true });
                batch.places.end = range.end;
                run += 1;
            }
            work(batch);
        }
    }

    /// A run that does not fit into a batch: its means first, then the rows again.
    #[inline(always)]
    fn long_run<const WIDTH: usize>(&self, run: usize, batch: &mut Batch, work: &mut impl FnMut(&Batch)) {
        let range = self.sweep.run(run);
        let pieces = || range.clone().step_by(BATCH).map(|start| start..range.end.min(start + BATCH));
        let mut means = vec![[0.0; LANES]; self.blocks()];
        for (block, mean) in means.iter_mut().enumerate() {
            let first = self.row(block, self.sweep.row(range.start));
            for piece in pieces() {
                let slots = &mut batch.lanes[block * BATCH..][..piece.len()];
                add(mean, &self.load::<WIDTH>(block, &piece, &first, slots));
            }
            mean.iter_mut().for_each(|mean| *mean *= self.sweep.inverse[run]);
            let origin = &batch.origins[block];
            batch.levels[block * BATCH] = std::array::from_fn(|lane| (first[lane] - origin[lane]) + mean[lane]);
        }
        for piece in pieces() {
            for (block, mean) in means.iter().enumerate() {
                let first = self.row(block, self.sweep.row(range.start));
                let slots = &mut batch.lanes[block * BATCH..][..piece.len()];
                self.load::<WIDTH>(block, &piece, &first, slots);
                self.settle::<WIDTH>(block, &piece, mean, slots, &mut batch.g);
            }
            batch.segments.clear();
            let (opens, closes) = (piece.start == range.start, piece.end == range.end);
            batch.segments.push(Segment { run, rows: 0..piece.len(), opens, closes });
            batch.places = piece;
            work(batch);
        }
    }

    /// Brings rows of a block, less the first row of their run and D₂α, into the slots; returns their weighted sums.
    #[inline(always)]
    fn load<const WIDTH: usize>(&self, block: usize, range: &Range<usize>, first: &Lane, slots: &mut [Lane]) -> Lane {
        let columns = &self.columns[block * LANES..self.columns.len().min((block + 1) * LANES)];
        match &self.sweep.runs.order {
            Some(order) => {
                for (slot, &row) in slots.iter_mut().zip(&order[range.clone()]) {
                    let value = |lane: usize| columns.get(lane).map_or(0.0, |column| column[row as usize]);
                    *slot = std::array::from_fn(|lane| value(lane) - first[lane]);
                }
            }
            None => {
                let zeros = [0.0; BATCH];
                let lane =
                    |lane: usize| columns.get(lane).map_or(&zeros[..range.len()], |column| &column[range.clone()]);
                let (a, b, c, d) = (lane(0), lane(1), lane(2), lane(3));
                for ((((slot, a), b), c), d) in slots.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *slot = [*a - first[0], *b - first[1], *c - first[2], *d - first[3]];
                }
            }
        }
        if !self.shift.is_empty() && WIDTH > 0 {
            let unknowns = self.sweep.unknowns();
            let shift = &self.shift[block * unknowns..(block + 1) * unknowns];
            self.for_each_cell::<WIDTH>(range, |at, cell| subtract(&mut slots[at], &shift[cell]));
        }
        let mut total = [0.0; LANES];
        match &self.sweep.weights {
            None => slots.iter().for_each(|slot| add(&mut total, slot)),
            Some(w) => {
                for (slot, w) in slots.iter().zip(&w[range.clone()]) {
                    (0..LANES).for_each(|lane| total[lane] += w * slot[lane]);
                }
            }
        }
        total
    }

    /// Takes the means off, and adds to D₂'W what is left.
    #[inline(always)]
    fn settle<const WIDTH: usize>(
        &self,
        block: usize,
        range: &Range<usize>,
        mean: &Lane,
        slots: &mut [Lane],
        g: &mut [Lane],
    ) {
        slots.iter_mut().for_each(|slot| subtract(slot, mean));
        if WIDTH == 0 {
            return;
        }
        let unknowns = self.sweep.unknowns();
        let g = &mut g[block * unknowns..(block + 1) * unknowns];
        match &self.sweep.weights {
            None => self.for_each_cell::<WIDTH>(range, |at, cell| add(&mut g[cell], &slots[at])),
            Some(w) => {
                let w = &w[range.clone()];
                self.for_each_cell::<WIDTH>(range, |at, cell| {
                    (0..LANES).for_each(|lane| g[cell][lane] += w[at] * slots[at][lane]);
                });
            }
        }
    }

    #[inline(always)]
    fn for_each_cell<const WIDTH: usize>(&self, range: &Range<usize>, mut visit: impl FnMut(usize, usize)) {
        if WIDTH == 1 {
            let cells = &self.sweep.cells[0][range.clone()];
            cells.iter().enumerate().for_each(|(at, &cell)| visit(at, cell as usize));
            return;
        }
        for cells in &self.sweep.cells {
            cells[range.clone()].iter().enumerate().for_each(|(at, &cell)| visit(at, cell as usize));
        }
    }
}

/// Places of the sums of products among blocks: those of block a with block b ≥ a.
pub(super) fn pair(a: usize, b: usize) -> usize {
    b * (b + 1) / 2 + a
}

/// Σ ω aₗ b₍ₗ₊ₖ₎ over rows for each pair of blocks and turn k, added to `totals` (see [`pair`]).
#[inline(always)]
pub(super) fn add_products<'a>(
    blocks: usize,
    rows: impl Fn(usize) -> &'a [Lane],
    weights: Option<&[f64]>,
    totals: &mut [[Lane; LANES]],
) {
    for b in 0..blocks {
        for a in 0..=b {
            let sums = match weights {
                None => turned(rows(a).iter().zip(rows(b)).map(|(a, b)| (*a, *b)), a == b),
                Some(w) => {
                    let weighed = rows(a).iter().zip(w).map(|(a, w)| a.map(|value| w * value));
                    turned(weighed.zip(rows(b)).map(|(a, b)| (a, *b)), a == b)
                }
            };
            let total = &mut totals[pair(a, b)];
            total.iter_mut().zip(&sums).for_each(|(total, sum)| add(total, sum));
        }
    }
}

/// Sums of products at every turn; of a block with itself the last turn is the first of other lanes.
#[inline(always)]
fn turned(rows: impl Iterator<Item = (Lane, Lane)>, same: bool) -> [Lane; LANES] {
    let mut sums = [[0.0; LANES]; LANES];
    if same {
        for (a, b) in rows {
            add(&mut sums[0], &[a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]]);
            add(&mut sums[1], &[a[0] * b[1], a[1] * b[2], a[2] * b[3], a[3] * b[0]]);
            add(&mut sums[2], &[a[0] * b[2], a[1] * b[3], a[2] * b[0], a[3] * b[1]]);
        }
        return sums;
    }
    for (a, b) in rows {
        add(&mut sums[0], &[a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]]);
        add(&mut sums[1], &[a[0] * b[1], a[1] * b[2], a[2] * b[3], a[3] * b[0]]);
        add(&mut sums[2], &[a[0] * b[2], a[1] * b[3], a[2] * b[0], a[3] * b[1]]);
        add(&mut sums[3], &[a[0] * b[3], a[1] * b[0], a[2] * b[1], a[3] * b[2]]);
    }
    sums
}

/// The product of columns i and j from sums of [`add_products`].
pub(super) fn product(totals: &[[Lane; LANES]], i: usize, j: usize) -> f64 {
    let (i, j) = (i.min(j), i.max(j));
    let (a, b) = (i / LANES, j / LANES);
    let (l, m) = (i % LANES, j % LANES);
    let sums = &totals[pair(a, b)];
    // Column numbers rise, so that the turn within a block is m - l; the third is the first seen from the other lane.
    match (a == b, (m + LANES - l) % LANES) {
        (true, 3) => sums[1][m],
        (_, turn) => sums[turn][l],
    }
}
