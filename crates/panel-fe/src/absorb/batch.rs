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
    #[inline(always)]
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
            if self.sweep.run(run).len() > BATCH {
                self.long_run::<WIDTH>(run, batch, &mut work);
                run += 1;
                continue;
            }
            run = self.gather_runs(run..chunk.end, batch);
            for block in 0..self.blocks() {
                self.load(block, batch);
                for (at, segment) in batch.segments.iter().enumerate() {
                    let slots = &mut batch.lanes[block * BATCH..][segment.rows.clone()];
                    let range = batch.places.start + segment.rows.start..batch.places.start + segment.rows.end;
                    let first = slots[0];
                    let mut mean = self.start::<WIDTH>(block, &range, &first, slots);
                    mean.iter_mut().for_each(|mean| *mean *= self.sweep.inverse[segment.run]);
                    self.settle::<WIDTH>(block, &range, &mean, slots, &mut batch.g);
                    batch.levels[block * BATCH + at] = level(&first, &batch.origins[block], &mean);
                }
            }
            work(batch);
        }
    }

    /// Whole runs from the first of some on, as many as fit; the run after them.
    #[inline(always)]
    fn gather_runs(&self, runs: Range<usize>, batch: &mut Batch) -> usize {
        let start = self.sweep.run(runs.start).start;
        batch.segments.clear();
        batch.places = start..start;
        for run in runs.clone() {
            let range = self.sweep.run(run);
            if range.end - start > BATCH {
                return run;
            }
            if !range.is_empty() {
                let rows = range.start - start..range.end - start;
                batch.segments.push(Segment { run, rows, opens: true, closes: true });
            }
            batch.places.end = range.end;
        }
        runs.end
    }

    /// A run that does not fit into a batch: its means first, then the rows again.
    #[inline(always)]
    fn long_run<const WIDTH: usize>(&self, run: usize, batch: &mut Batch, work: &mut impl FnMut(&Batch)) {
        let range = self.sweep.run(run);
        let pieces = || range.clone().step_by(BATCH).map(|start| start..range.end.min(start + BATCH));
        let mut means = vec![[0.0; LANES]; self.blocks()];
        let firsts: Vec<Lane> = (0..self.blocks()).map(|block| self.row(block, self.sweep.row(range.start))).collect();
        for (block, mean) in means.iter_mut().enumerate() {
            for piece in pieces() {
                batch.places = piece.clone();
                self.load(block, batch);
                let slots = &mut batch.lanes[block * BATCH..][..piece.len()];
                add(mean, &self.start::<WIDTH>(block, &piece, &firsts[block], slots));
            }
            mean.iter_mut().for_each(|mean| *mean *= self.sweep.inverse[run]);
            batch.levels[block * BATCH] = level(&firsts[block], &batch.origins[block], mean);
        }
        for piece in pieces() {
            batch.places = piece.clone();
            for (block, mean) in means.iter().enumerate() {
                self.load(block, batch);
                let slots = &mut batch.lanes[block * BATCH..][..piece.len()];
                self.start::<WIDTH>(block, &piece, &firsts[block], slots);
                self.settle::<WIDTH>(block, &piece, mean, slots, &mut batch.g);
            }
            batch.segments.clear();
            let (opens, closes) = (piece.start == range.start, piece.end == range.end);
            batch.segments.push(Segment { run, rows: 0..piece.len(), opens, closes });
            work(batch);
        }
    }

    /// Brings the rows of a block into the batch.
    #[inline(always)]
    fn load(&self, block: usize, batch: &mut Batch) {
        let range = batch.places.clone();
        let slots = &mut batch.lanes[block * BATCH..][..range.len()];
        let columns = &self.columns[block * LANES..self.columns.len().min((block + 1) * LANES)];
        match &self.sweep.runs.order {
            Some(order) => {
                for (slot, &row) in slots.iter_mut().zip(&order[range]) {
                    *slot = std::array::from_fn(|lane| columns.get(lane).map_or(0.0, |column| column[row as usize]));
                }
            }
            None => {
                let lane =
                    |lane: usize| columns.get(lane).map_or(&ZEROS[..range.len()], |column| &column[range.clone()]);
                let (a, b, c, d) = (lane(0), lane(1), lane(2), lane(3));
                for ((((slot, a), b), c), d) in slots.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                    *slot = [*a, *b, *c, *d];
                }
            }
        }
    }

    /// Takes the first row of their run and D₂α off rows of a block; returns the weighted sums of what is left.
    #[inline(always)]
    fn start<const WIDTH: usize>(&self, block: usize, range: &Range<usize>, first: &Lane, slots: &mut [Lane]) -> Lane {
        let unknowns = self.sweep.unknowns();
        let shift = self.shift.get(block * unknowns..(block + 1) * unknowns).filter(|_| WIDTH > 0);
        let less_first = |slot: &mut Lane| {
            subtract(slot, first);
            *slot
        };
        match (&self.sweep.weights, shift) {
            (None, None) => sum(slots.iter_mut().map(less_first)),
            (None, Some(shift)) if WIDTH == 1 => {
                let cells = &self.sweep.cells[0][range.clone()];
                sum(slots.iter_mut().zip(cells).map(|(slot, &cell)| {
                    less_first(slot);
                    subtract(slot, &shift[cell as usize]);
                    *slot
                }))
            }
            (weights, shift) => {
                slots.iter_mut().for_each(|slot| subtract(slot, first));
                if let Some(shift) = shift {
                    for cells in &self.sweep.cells {
                        let rows = slots.iter_mut().zip(&cells[range.clone()]);
                        rows.for_each(|(slot, &cell)| subtract(slot, &shift[cell as usize]));
                    }
                }
                match weights {
                    None => sum(slots.iter().copied()),
                    Some(w) => sum(slots.iter().zip(&w[range.clone()]).map(|(slot, w)| slot.map(|value| w * value))),
                }
            }
        }
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
        let unknowns = self.sweep.unknowns();
        let g = &mut g[block * unknowns..(block + 1) * unknowns];
        if WIDTH == 1 {
            let cells = &self.sweep.cells[0][range.clone()];
            slots.iter_mut().zip(cells).for_each(|(slot, &cell)| {
                subtract(slot, mean);
                add(&mut g[cell as usize], slot);
            });
            return;
        }
        slots.iter_mut().for_each(|slot| subtract(slot, mean));
        for cells in &self.sweep.cells {
            let rows = slots.iter().zip(&cells[range.clone()]);
            match &self.sweep.weights {
                None => rows.for_each(|(slot, &cell)| add(&mut g[cell as usize], slot)),
                Some(w) => {
                    let weighed = rows.zip(&w[range.clone()]);
                    weighed.for_each(|((slot, &cell), w)| add(&mut g[cell as usize], &slot.map(|value| w * value)));
                }
            }
        }
    }
}

/// What an absent column is read as.
static ZEROS: [f64; BATCH] = [0.0; BATCH];

/// The mean of a run, of columns less their origin.
#[inline(always)]
fn level(first: &Lane, origin: &Lane, mean: &Lane) -> Lane {
    std::array::from_fn(|lane| (first[lane] - origin[lane]) + mean[lane])
}

/// Sums over rows, those of even and odd rows apart.
#[inline(always)]
pub(super) fn sum(rows: impl Iterator<Item = Lane>) -> Lane {
    let (mut even, mut odd) = ([0.0; LANES], [0.0; LANES]);
    let mut rows = rows;
    while let Some(row) = rows.next() {
        add(&mut even, &row);
        let Some(row) = rows.next() else { break };
        add(&mut odd, &row);
    }
    add(&mut even, &odd);
    even
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
            let pairs = rows(a).iter().zip(rows(b));
            let weighed = |((a, b), w): ((&Lane, &Lane), &f64)| (a.map(|value| w * value), *b);
            let sums = match (weights, a == b) {
                (None, true) => turned(pairs.map(|(a, b)| (*a, *b)), true),
                (None, false) => turned(pairs.map(|(a, b)| (*a, *b)), false),
                (Some(w), same) => turned(pairs.zip(w).map(weighed), same),
            };
            let total = &mut totals[pair(a, b)];
            total.iter_mut().zip(&sums).for_each(|(total, sum)| add(total, sum));
        }
    }
}

/// Sums of products at every turn, those of even and odd rows apart; of a block with itself the last turn is the first
/// of other lanes.
#[inline(always)]
fn turned(rows: impl Iterator<Item = (Lane, Lane)>, same: bool) -> [Lane; LANES] {
    let (mut even, mut odd) = ([[0.0; LANES]; LANES], [[0.0; LANES]; LANES]);
    let mut rows = rows;
    while let Some((a, b)) = rows.next() {
        add_turns(&mut even, &a, &b, same);
        let Some((a, b)) = rows.next() else { break };
        add_turns(&mut odd, &a, &b, same);
    }
    even.iter_mut().zip(&odd).for_each(|(even, odd)| add(even, odd));
    even
}

#[inline(always)]
fn add_turns(sums: &mut [Lane; LANES], a: &Lane, b: &Lane, same: bool) {
    add(&mut sums[0], &[a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]]);
    add(&mut sums[1], &[a[0] * b[1], a[1] * b[2], a[2] * b[3], a[3] * b[0]]);
    add(&mut sums[2], &[a[0] * b[2], a[1] * b[3], a[2] * b[0], a[3] * b[1]]);
    if !same {
        add(&mut sums[3], &[a[0] * b[3], a[1] * b[0], a[2] * b[1], a[3] * b[2]]);
    }
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
