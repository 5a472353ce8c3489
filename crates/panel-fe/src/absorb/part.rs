//! What one chunk of rows adds to a reading of columns, see [`super::stream`].

use super::LANES;
use super::batch::{BATCH, Batch, Source, add_products, pair, sum};
use super::conjugate::Lane;
use super::sweep::{Sweep, add};
use crate::linalg;
use std::ops::Range;

/// Which sums of scores sᵢ = wᵢ ṽᵢ uᵢ the second reading makes.
pub(crate) enum Scores<'a> {
    /// None.
    None,
    /// Σ sᵢsᵢ', of frequency weights fᵢ Σ sᵢsᵢ'/fᵢ.
    Rows { frequency: bool },
    /// Σ_g S_gS_g' over the levels of the largest effect.
    Runs,
    /// The same over groups that hold whole levels, one code per level.
    ByRun { codes: Vec<u32>, count: usize },
    /// The same over any groups, one code per row.
    ByRow { codes: &'a [u32], count: usize },
}

/// Sums of a chunk.
#[derive(Default)]
pub(super) struct Part {
    /// D₂'Wz by block and unknown.
    pub(super) g: Vec<Lane>,
    /// Z'WZ, see [`super::batch::product`].
    pub(super) products: Vec<[Lane; LANES]>,
    /// Σ W_g v̄_g² over the runs g, by block; first reading.
    pub(super) before: Vec<Lane>,
    /// The run means of the first column; first reading.
    pub(super) spread: Spread,
    /// Z'Wu by block; second reading.
    pub(super) gradient: Vec<Lane>,
    /// u'Wu.
    pub(super) square: f64,
    /// What each kind of scores adds up to.
    pub(super) scores: Vec<ScoreSums>,
}

/// Sums of one kind of scores.
#[derive(Default)]
pub(super) struct ScoreSums {
    /// Products of scores, or of their sums by run.
    pub(super) meat: Vec<[Lane; LANES]>,
    /// Sums of scores by block and group.
    pub(super) sums: Vec<Lane>,
}

/// Σ w, mean and Σ w(v - mean)² of values that come in groups.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    weight: f64,
    mean: f64,
    pub(super) square: f64,
}

impl Spread {
    /// Both together (Chan, Golub & LeVeque 1983).
    #[inline(always)]
    fn join(&mut self, other: &Self) {
        let weight = self.weight + other.weight;
        let share = if weight > 0.0 { other.weight / weight } else { 0.0 };
        let distance = other.mean - self.mean;
        self.square += other.square + self.weight * share * distance * distance;
        self.mean += share * distance;
        self.weight = weight;
    }
}

impl Part {
    /// What one chunk adds to the first reading.
    pub(super) fn first(source: &Source<'_>, chunk: Range<usize>) -> Self {
        let arch = pulp::Arch::new();
        match (source.sweep.cells.len(), &source.sweep.weights) {
            (0, _) => arch.dispatch(
                #[inline(always)]
                || Self::read_first::<0>(source, chunk),
            ),
            (1, None) => arch.dispatch(
                #[inline(always)]
                || Self::read_first::<1>(source, chunk),
            ),
            _ => arch.dispatch(
                #[inline(always)]
                || Self::read_first::<{ usize::MAX }>(source, chunk),
            ),
        }
    }

    /// What one chunk adds to the second reading, with u = Σ cᵀz, `c` by block.
    pub(super) fn second(source: &Source<'_>, chunk: Range<usize>, c: &[Lane], scores: &[Scores<'_>]) -> Self {
        let arch = pulp::Arch::new();
        match (source.sweep.cells.len(), &source.sweep.weights) {
            (0, _) => arch.dispatch(
                #[inline(always)]
                || Self::read_second::<0>(source, chunk, c, scores),
            ),
            (1, None) => arch.dispatch(
                #[inline(always)]
                || Self::read_second::<1>(source, chunk, c, scores),
            ),
            _ => arch.dispatch(
                #[inline(always)]
                || Self::read_second::<{ usize::MAX }>(source, chunk, c, scores),
            ),
        }
    }

    /// Adds the sums of another chunk.
    pub(super) fn join(&mut self, other: &Self) {
        let add_all = |total: &mut [Lane], part: &[Lane]| {
            total.iter_mut().zip(part).for_each(|(total, part)| add(total, part));
        };
        add_all(&mut self.g, &other.g);
        add_all(self.products.as_flattened_mut(), other.products.as_flattened());
        add_all(&mut self.before, &other.before);
        self.spread.join(&other.spread);
        add_all(&mut self.gradient, &other.gradient);
        self.square += other.square;
        for (total, part) in self.scores.iter_mut().zip(&other.scores) {
            add_all(total.meat.as_flattened_mut(), part.meat.as_flattened());
            add_all(&mut total.sums, &part.sums);
        }
    }

    #[inline(always)]
    fn read_first<const WIDTH: usize>(source: &Source<'_>, chunk: Range<usize>) -> Self {
        let (sweep, blocks) = (source.sweep, source.blocks());
        let mut batch = Batch::new(source);
        let mut part = Self {
            products: vec![[[0.0; LANES]; LANES]; pair(0, blocks)],
            before: vec![[0.0; LANES]; blocks],
            ..Self::default()
        };
        source.for_each_batch::<WIDTH>(
            chunk,
            &mut batch,
            #[inline(always)]
            |batch: &Batch| {
                let w = sweep.weights.as_ref().map(|w| &w[batch.places.clone()]);
                add_products(blocks, |block| batch.block(block), w, &mut part.products);
                let mut means = Spread::default();
                let weight = |run: usize| match &sweep.weights {
                    None => sweep.run(run).len() as f64,
                    Some(_) => 1.0 / sweep.inverse[run],
                };
                let opened = || batch.segments.iter().enumerate().filter(|(_, segment)| segment.opens);
                for (at, segment) in opened() {
                    let weight = weight(segment.run);
                    for (block, before) in part.before.iter_mut().enumerate() {
                        let (level, origin) = (batch.level(block, at), batch.origin(block));
                        for lane in 0..LANES {
                            let mean = origin[lane] + level[lane];
                            before[lane] += weight * (mean * mean);
                        }
                    }
                    means.weight += weight;
                    means.mean += weight * batch.level(0, at)[0];
                }
                if means.weight > 0.0 {
                    means.mean /= means.weight;
                    let square = |(at, segment): (usize, &super::batch::Segment)| {
                        let distance = batch.level(0, at)[0] - means.mean;
                        weight(segment.run) * (distance * distance)
                    };
                    means.square = opened().map(square).sum();
                    part.spread.join(&means);
                }
            },
        );
        part.g = batch.g;
        part
    }

    #[inline(always)]
    fn read_second<const WIDTH: usize>(
        source: &Source<'_>,
        chunk: Range<usize>,
        c: &[Lane],
        scores: &[Scores<'_>],
    ) -> Self {
        let (sweep, blocks) = (source.sweep, source.blocks());
        let mut batch = Batch::new(source);
        let mut part = Self {
            products: vec![[[0.0; LANES]; LANES]; pair(0, blocks)],
            gradient: vec![[0.0; LANES]; blocks],
            scores: scores.iter().map(|scores| ScoreSums::new(scores, blocks)).collect(),
            ..Self::default()
        };
        let mut runs =
            RunSums { sums: vec![[0.0; LANES]; blocks * BATCH], open: vec![[0.0; LANES]; blocks], closed: 0 };
        let (mut u, mut weighed) = ([0.0; BATCH], [0.0; BATCH]);
        source.for_each_batch::<WIDTH>(
            chunk,
            &mut batch,
            #[inline(always)]
            |batch: &Batch| {
                let w = sweep.weights.as_ref().map(|w| &w[batch.places.clone()]);
                add_products(blocks, |block| batch.block(block), w, &mut part.products);
                let rows = batch.places.len();
                let (u, weighed) = (&mut u[..rows], &mut weighed[..rows]);
                combine(batch, c, u);
                match w {
                    None => weighed.copy_from_slice(u),
                    Some(w) => weighed.iter_mut().zip(&*u).zip(w).for_each(|((wu, u), w)| *wu = w * u),
                }
                part.square += linalg::dot_lanes(u, weighed);
                runs.sum(batch, weighed, &mut part.gradient);
                for (scores, sums) in scores.iter().zip(&mut part.scores) {
                    sums.add(scores, batch, (u, weighed), &runs, sweep);
                }
            },
        );
        part.g = batch.g;
        part
    }
}

impl ScoreSums {
    fn new(scores: &Scores<'_>, blocks: usize) -> Self {
        let groups = match scores {
            Scores::ByRun { count, .. } | Scores::ByRow { count, .. } => *count,
            _ => 0,
        };
        Self { meat: vec![[[0.0; LANES]; LANES]; pair(0, blocks)], sums: vec![[0.0; LANES]; blocks * groups] }
    }

    /// Adds the scores of a batch with the residuals u and wu.
    #[inline(always)]
    fn add(
        &mut self,
        scores: &Scores<'_>,
        batch: &Batch,
        (u, weighed): (&[f64], &[f64]),
        runs: &RunSums,
        sweep: &Sweep,
    ) {
        let blocks = runs.blocks();
        match scores {
            Scores::None => {}
            Scores::Rows { frequency } => {
                let squares = weighed.iter().zip(u).map(|(wu, u)| if *frequency { wu * u } else { wu * wu });
                let mut factors = [0.0; BATCH];
                factors.iter_mut().zip(squares).for_each(|(factor, square)| *factor = square);
                add_products(blocks, |block| batch.block(block), Some(&factors[..u.len()]), &mut self.meat);
            }
            Scores::Runs => add_products(blocks, |block| runs.block(block), None, &mut self.meat),
            Scores::ByRun { codes, count } => {
                for (at, segment) in batch.segments.iter().filter(|segment| segment.closes).enumerate() {
                    let group = codes[segment.run] as usize;
                    for block in 0..blocks {
                        add(&mut self.sums[block * count + group], &runs.block(block)[at]);
                    }
                }
            }
            Scores::ByRow { codes, count } => {
                for block in 0..blocks {
                    let sums = &mut self.sums[block * count..(block + 1) * count];
                    let rows = batch.block(block).iter().zip(weighed);
                    for ((z, wu), place) in rows.zip(batch.places.clone()) {
                        add(&mut sums[codes[sweep.row(place)] as usize], &z.map(|z| z * wu));
                    }
                }
            }
        }
    }
}

/// Sums of scores of the runs that end in a batch, and of the one that does not yet.
struct RunSums {
    sums: Vec<Lane>,
    open: Vec<Lane>,
    closed: usize,
}

impl RunSums {
    /// Sums the scores of a batch, by run and in all.
    #[inline(always)]
    fn sum(&mut self, batch: &Batch, weighed: &[f64], gradient: &mut [Lane]) {
        self.closed = 0;
        for (block, gradient) in gradient.iter_mut().enumerate() {
            let rows = batch.block(block);
            let mut closed = 0;
            let mut all = [0.0; LANES];
            for segment in &batch.segments {
                let scores = rows[segment.rows.clone()].iter().zip(&weighed[segment.rows.clone()]);
                let mut sum = sum(scores.map(|(z, wu)| z.map(|z| z * wu)));
                add(&mut all, &sum);
                if !segment.opens {
                    add(&mut sum, &self.open[block]);
                }
                if segment.closes {
                    self.sums[block * BATCH + closed] = sum;
                    closed += 1;
                } else {
                    self.open[block] = sum;
                }
            }
            add(gradient, &all);
            self.closed = closed;
        }
    }

    fn blocks(&self) -> usize {
        self.open.len()
    }

    /// Those of a block of columns, in order.
    #[inline(always)]
    fn block(&self, block: usize) -> &[Lane] {
        &self.sums[block * BATCH..][..self.closed]
    }
}

/// u = Σ cᵀz of the rows of a batch.
#[inline(always)]
fn combine(batch: &Batch, c: &[Lane], u: &mut [f64]) {
    u.fill(0.0);
    for (block, c) in c.iter().enumerate() {
        for (u, z) in u.iter_mut().zip(batch.block(block)) {
            *u += (z[0] * c[0] + z[2] * c[2]) + (z[1] * c[1] + z[3] * c[3]);
        }
    }
}
