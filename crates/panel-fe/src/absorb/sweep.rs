//! The rows of a sample in runs of the largest effect, and the passes over them.
//!
//! Every pass goes over all columns of a block at once, run by run, so that the codes are read once for four columns.
//! Runs are dealt into a fixed number of chunks that depends on the data only; chunks go to threads and their sums are
//! added in order, so that no bit depends on the number of threads.

use super::conjugate::Lane;
use super::factor::Runs;
use super::{FixedEffect, LANES, one_way};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Arc;

/// Fewest rows of a chunk.
const CHUNK: usize = 65_536;
/// Most chunks.
const MOST_CHUNKS: usize = 8;
/// Longer runs are swept column by column, in place.
const LONG: usize = 2048;
/// What an absent column is read as.
static ZEROS: [f64; LONG] = [0.0; LONG];

/// Rows in run order.
#[derive(Debug)]
pub(super) struct Sweep {
    pub(super) runs: Runs,
    /// Stacked unknown of each row in run order, one column per other effect.
    pub(super) cells: Vec<Arc<[u32]>>,
    /// First unknown of each other effect, and the end.
    pub(super) offsets: Vec<usize>,
    /// Weights in run order.
    pub(super) weights: Option<Vec<f64>>,
    /// 1 / Σ wᵢ of each run.
    pub(super) inverse: Vec<f64>,
    /// Runs of each chunk.
    pub(super) chunks: Vec<Range<usize>>,
}

/// What a pass has summed.
#[derive(Debug)]
pub(super) struct Sums {
    /// g = D₂'Wv after the pass.
    pub(super) g: Vec<Lane>,
    /// Σ wv² before the pass.
    pub(super) before: Lane,
    /// Σ wv² after it.
    pub(super) after: Lane,
}

/// Where a pass takes its columns from.
pub(super) enum Source<'a> {
    /// Columns in row order.
    Rows(&'a [&'a [f64]]),
    /// The columns that are written, with D₂α taken off first.
    Less(&'a [Lane]),
}

impl Sweep {
    /// `eliminated` forms the runs.
    pub(super) fn new(eliminated: &FixedEffect, others: &[&FixedEffect], weights: Option<&[f64]>) -> Self {
        let runs = Runs::new(eliminated);
        let mut offsets = vec![0];
        let mut cells = Vec::with_capacity(others.len());
        for other in others {
            let offset = offsets[offsets.len() - 1];
            let add = offset as u32;
            cells.push(match &runs.order {
                None if offset == 0 => other.codes.clone(),
                None => other.codes.iter().map(|code| code + add).collect(),
                Some(order) => order.iter().map(|&row| other.codes[row as usize] + add).collect(),
            });
            offsets.push(offset + other.levels);
        }
        let weights = weights.map(|w| runs.gather(w));
        let inverse = runs
            .ranges()
            .map(|range| 1.0 / weights.as_ref().map_or(range.len() as f64, |w| w[range].iter().sum::<f64>()))
            .collect();
        let unknowns = offsets[offsets.len() - 1];
        let chunks = chunks(&runs, unknowns);
        Self { runs, cells, offsets, weights, inverse, chunks }
    }

    pub(super) fn unknowns(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    pub(super) fn rows(&self) -> usize {
        self.runs.starts[self.runs.starts.len() - 1] as usize
    }

    pub(super) fn run(&self, run: usize) -> Range<usize> {
        self.runs.starts[run] as usize..self.runs.starts[run + 1] as usize
    }

    /// The row at a place.
    #[inline(always)]
    pub(super) fn row(&self, place: usize) -> usize {
        self.runs.order.as_ref().map_or(place, |order| order[place] as usize)
    }

    pub(super) fn weight(&self, place: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[place])
    }

    /// v ← M₁v or v ← M₁(v - D₂α) for up to four columns in run order, with the sums that solving needs.
    pub(super) fn pass(&self, source: &Source<'_>, columns: &mut [&mut [f64]]) -> Sums {
        let mut rest: Vec<&mut [f64]> = columns.iter_mut().map(|column| &mut **column).collect();
        let mut parts: Vec<(Range<usize>, Vec<&mut [f64]>)> = Vec::with_capacity(self.chunks.len());
        for chunk in &self.chunks {
            let rows = (self.runs.starts[chunk.end] - self.runs.starts[chunk.start]) as usize;
            let (mine, later): (Vec<_>, Vec<_>) = rest.into_iter().map(|column| column.split_at_mut(rows)).unzip();
            parts.push((chunk.clone(), mine));
            rest = later;
        }
        let sums: Vec<Sums> = if parts.len() == 1 {
            parts.iter_mut().map(|(chunk, columns)| self.pass_chunk(source, chunk.clone(), columns)).collect()
        } else {
            parts.par_iter_mut().map(|(chunk, columns)| self.pass_chunk(source, chunk.clone(), columns)).collect()
        };
        let mut sums = sums.into_iter();
        let mut total = sums.next().unwrap_or(Sums { g: Vec::new(), before: [0.0; LANES], after: [0.0; LANES] });
        for part in sums {
            total.g.iter_mut().zip(&part.g).for_each(|(total, part)| add(total, part));
            add(&mut total.before, &part.before);
            add(&mut total.after, &part.after);
        }
        total
    }

    fn pass_chunk(&self, source: &Source<'_>, chunk: Range<usize>, columns: &mut [&mut [f64]]) -> Sums {
        let arch = pulp::Arch::new();
        match (self.cells.len(), &self.weights) {
            (0, _) => arch.dispatch(
                #[inline(always)]
                || self.pass_runs::<0>(source, chunk, columns),
            ),
            (1, None) => arch.dispatch(
                #[inline(always)]
                || self.pass_runs::<1>(source, chunk, columns),
            ),
            _ => arch.dispatch(
                #[inline(always)]
                || self.pass_runs::<{ usize::MAX }>(source, chunk, columns),
            ),
        }
    }

    /// `WIDTH` is the number of other effects: 0, 1 without weights, or anything.
    #[inline(always)]
    fn pass_runs<const WIDTH: usize>(
        &self,
        source: &Source<'_>,
        chunk: Range<usize>,
        columns: &mut [&mut [f64]],
    ) -> Sums {
        let base = self.runs.starts[chunk.start] as usize;
        let mut sums = Sums { g: vec![[0.0; LANES]; self.unknowns()], before: [0.0; LANES], after: [0.0; LANES] };
        let mut buffer: Vec<Lane> = vec![[0.0; LANES]; LONG];
        // An absent column is written to a place nobody looks at.
        let mut nowhere = [[0.0; LONG]; LANES];
        for run in chunk {
            let range = self.run(run);
            if range.len() > LONG {
                self.pass_long(source, range, base, columns, &mut sums);
                continue;
            }
            let buffer = &mut buffer[..range.len()];
            let local = range.start - base..range.end - base;
            let w = self.weights.as_ref().map(|w| &w[range.clone()]);
            let mut mean = self.take::<WIDTH>(source, (&range, &local), columns, buffer, &mut sums.before);
            mean.iter_mut().for_each(|mean| *mean *= self.inverse[run]);
            if let Source::Rows(_) = source {
                // Twice, the second time of what the first has left: large levels leave no rounding behind.
                buffer.iter_mut().for_each(|slot| subtract(slot, &mean));
                mean = weigh(buffer, w, &mut [0.0; LANES]);
                mean.iter_mut().for_each(|mean| *mean *= self.inverse[run]);
            }
            store(buffer, &mean, columns, &local, &mut nowhere);
            match w {
                None => buffer.iter().for_each(|slot| add_square(&mut sums.after, slot, 1.0)),
                Some(w) => {
                    for (slot, w) in buffer.iter_mut().zip(w) {
                        add_square(&mut sums.after, slot, *w);
                        slot.iter_mut().for_each(|value| *value *= w);
                    }
                }
            }
            if WIDTH == 1 {
                let cells = &self.cells[0][range];
                buffer.iter().zip(cells).for_each(|(slot, &cell)| add(&mut sums.g[cell as usize], slot));
            } else {
                for cells in &self.cells {
                    let cells = &cells[range.clone()];
                    buffer.iter().zip(cells).for_each(|(slot, &cell)| add(&mut sums.g[cell as usize], slot));
                }
            }
        }
        sums
    }

    /// Brings the columns of one run, less D₂α where the source says so, into the buffer and returns their weighted sums; an
    /// absent column is read as zeros.
    #[inline(always)]
    fn take<const WIDTH: usize>(
        &self,
        source: &Source<'_>,
        (range, local): (&Range<usize>, &Range<usize>),
        columns: &[&mut [f64]],
        buffer: &mut [Lane],
        before: &mut Lane,
    ) -> Lane {
        let w = self.weights.as_ref().map(|w| &w[range.clone()]);
        match (source, &self.runs.order) {
            (Source::Rows(rows), Some(order)) => {
                for (slot, &row) in buffer.iter_mut().zip(&order[range.clone()]) {
                    *slot = std::array::from_fn(|l| rows.get(l).map_or(0.0, |column| column[row as usize]));
                }
                weigh(buffer, w, before)
            }
            (Source::Rows(rows), None) => {
                let lane = |l: usize| rows.get(l).map_or(&ZEROS[..range.len()], |column| &column[range.clone()]);
                load(buffer, [lane(0), lane(1), lane(2), lane(3)]);
                weigh(buffer, w, before)
            }
            (Source::Less(alpha), _) => {
                let lane = |l: usize| columns.get(l).map_or(&ZEROS[..range.len()], |column| &column[local.clone()]);
                load(buffer, [lane(0), lane(1), lane(2), lane(3)]);
                if WIDTH == 1 {
                    let cells = &self.cells[0][range.clone()];
                    buffer.iter_mut().zip(cells).for_each(|(slot, &cell)| subtract(slot, &alpha[cell as usize]));
                } else {
                    for cells in &self.cells {
                        let cells = &cells[range.clone()];
                        let pairs = buffer.iter_mut().zip(cells);
                        pairs.for_each(|(slot, &cell)| subtract(slot, &alpha[cell as usize]));
                    }
                }
                weigh(buffer, w, &mut [0.0; LANES])
            }
        }
    }

    /// The same for one run that is too long for a buffer.
    fn pass_long(
        &self,
        source: &Source<'_>,
        range: Range<usize>,
        base: usize,
        columns: &mut [&mut [f64]],
        sums: &mut Sums,
    ) {
        let w = self.weights.as_ref().map(|w| &w[range.clone()]);
        let weight = |at: usize| w.map_or(1.0, |w| w[at]);
        for (lane, column) in columns.iter_mut().enumerate() {
            let values = &mut column[range.start - base..range.end - base];
            match (source, &self.runs.order) {
                (Source::Rows(rows), None) => values.copy_from_slice(&rows[lane][range.clone()]),
                (Source::Rows(rows), Some(order)) => {
                    let places = &order[range.clone()];
                    values.iter_mut().zip(places).for_each(|(value, &row)| *value = rows[lane][row as usize]);
                }
                (Source::Less(_), _) => {}
            }
            sums.before[lane] += crate::linalg::dot_weighted(values, values, w);
            if let Source::Less(alpha) = source {
                for cells in &self.cells {
                    let cells = &cells[range.clone()];
                    values.iter_mut().zip(cells).for_each(|(value, &cell)| *value -= alpha[cell as usize][lane]);
                }
            }
            one_way::demean(values, w);
            sums.after[lane] += crate::linalg::dot_weighted(values, values, w);
            for cells in &self.cells {
                let cells = &cells[range.clone()];
                for (at, (value, &cell)) in values.iter().zip(cells).enumerate() {
                    sums.g[cell as usize][lane] += weight(at) * value;
                }
            }
        }
    }

    /// Weight of each unknown's level: the diagonal of D₂'WD₂.
    pub(super) fn level_weights(&self) -> Vec<f64> {
        let mut totals = vec![0.0; self.unknowns()];
        for cells in &self.cells {
            match &self.weights {
                None => cells.iter().for_each(|&cell| totals[cell as usize] += 1.0),
                Some(w) => cells.iter().zip(w).for_each(|(&cell, w)| totals[cell as usize] += w),
            }
        }
        totals
    }

    /// Work on each chunk of runs, in parallel, results in order.
    pub(super) fn by_chunk<T: Send>(&self, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
        if self.chunks.len() == 1 {
            return self.chunks.iter().map(|chunk| work(chunk.clone())).collect();
        }
        self.chunks.par_iter().map(|chunk| work(chunk.clone())).collect()
    }

    /// Total weight of each unknown within each run of a chunk, run by run; the unknowns of each effect together.
    pub(super) fn for_each_run(
        &self,
        chunk: Range<usize>,
        scratch: &mut Scratch,
        mut visit: impl FnMut(usize, Range<usize>, &[(u32, f64)]),
    ) {
        for run in chunk {
            let range = self.run(run);
            let pairs = self.totals(&self.cells, range.clone(), scratch);
            visit(run, range, pairs);
        }
    }

    /// Distinct unknowns of some effects within one run, with their weights.
    pub(super) fn totals<'a>(
        &self,
        effects: &[Arc<[u32]>],
        range: Range<usize>,
        scratch: &'a mut Scratch,
    ) -> &'a [(u32, f64)] {
        let Scratch { totals, touched, pairs } = scratch;
        totals.resize(self.unknowns(), 0.0);
        for cells in effects {
            let cells = &cells[range.clone()];
            let mut count = |cell: u32, weight: f64| {
                let slot = &mut totals[cell as usize];
                if *slot == 0.0 {
                    touched.push(cell);
                }
                *slot += weight;
            };
            match &self.weights {
                None => cells.iter().for_each(|&cell| count(cell, 1.0)),
                Some(w) => cells.iter().zip(&w[range.clone()]).for_each(|(&cell, &weight)| count(cell, weight)),
            }
        }
        pairs.clear();
        pairs.extend(touched.drain(..).map(|cell| (cell, std::mem::take(&mut totals[cell as usize]))));
        pairs
    }
}

/// Buffers of [`Sweep::for_each_run`].
#[derive(Debug, Default)]
pub(super) struct Scratch {
    totals: Vec<f64>,
    touched: Vec<u32>,
    pairs: Vec<(u32, f64)>,
}

/// Chunks of whole runs; fewer where each would carry many unknowns.
fn chunks(runs: &Runs, unknowns: usize) -> Vec<Range<usize>> {
    let (count, rows) = (runs.starts.len() - 1, runs.starts[runs.starts.len() - 1] as usize);
    let wanted = (rows / CHUNK).min(rows / unknowns.max(1)).clamp(1, MOST_CHUNKS);
    let wanted = if rows >= 2 * CHUNK { wanted.max(2) } else { wanted };
    let mut chunks = Vec::with_capacity(wanted);
    let mut start = 0;
    for k in 1..=wanted {
        let row = (rows * k / wanted) as u32;
        let end = if k == wanted { count } else { runs.starts.partition_point(|&first| first < row).min(count) };
        if end > start {
            chunks.push(start..end);
            start = end;
        }
    }
    chunks
}

#[inline(always)]
pub(super) fn add(a: &mut Lane, b: &Lane) {
    for lane in 0..LANES {
        a[lane] += b[lane];
    }
}

#[inline(always)]
pub(super) fn subtract(a: &mut Lane, b: &Lane) {
    for lane in 0..LANES {
        a[lane] -= b[lane];
    }
}

#[inline(always)]
fn add_square(total: &mut Lane, value: &Lane, weight: f64) {
    for lane in 0..LANES {
        total[lane] += weight * (value[lane] * value[lane]);
    }
}

/// Four columns side by side.
#[inline(always)]
fn load(buffer: &mut [Lane], [a, b, c, d]: [&[f64]; LANES]) {
    for ((((slot, a), b), c), d) in buffer.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *slot = [*a, *b, *c, *d];
    }
}

/// (Weighted) sums of a run, and its squares added to `squares`.
#[inline(always)]
fn weigh(values: &[Lane], weights: Option<&[f64]>, squares: &mut Lane) -> Lane {
    let mut total = [0.0; LANES];
    match weights {
        None => {
            for value in values {
                add(&mut total, value);
                add_square(squares, value, 1.0);
            }
        }
        Some(w) => {
            for (value, w) in values.iter().zip(w) {
                for lane in 0..LANES {
                    total[lane] += w * value[lane];
                }
                add_square(squares, value, *w);
            }
        }
    }
    total
}

/// Takes the mean off a run and writes it to its columns; an absent one goes to `nowhere`.
#[inline(always)]
fn store(
    buffer: &mut [Lane],
    mean: &Lane,
    columns: &mut [&mut [f64]],
    local: &Range<usize>,
    nowhere: &mut [[f64; LONG]; LANES],
) {
    let [a, b, c, d] = nowhere;
    let mut targets = [&mut a[..], &mut b[..], &mut c[..], &mut d[..]].map(|slice| &mut slice[..local.len()]);
    for (target, column) in targets.iter_mut().zip(columns.iter_mut()) {
        *target = &mut column[local.clone()];
    }
    let [a, b, c, d] = targets;
    for ((((slot, a), b), c), d) in buffer.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        subtract(slot, mean);
        [*a, *b, *c, *d] = *slot;
    }
}
