//! Sums over all partners.

use crate::choices::Weights;
use crate::prices::PriceChanges;
use crate::relations::Relations;
use crate::spec::SegSpec;
use crate::variance::{LANES, Variance};
use panel_core::geo::{Adjacency, InverseKm, LatLon, Metric, PairWeight, Sphere, tournament};
use panel_core::sum::CompensatedSum;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;
use std::ops::Range;

/// Entities per block: with 16 goods a block and period are 8 KiB.
const BLOCK: usize = 64;

/// What is added up per entity and period.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Totals {
    /// Σ_j w_j Var_ij, entity by entity, period by period (fastest).
    pub(crate) weighted: Vec<f64>,
    /// Σ_j w_j.
    pub(crate) weight: Vec<f64>,
    /// Σ_j Var_ij.
    pub(crate) plain: Vec<f64>,
    /// Number of partners with a variance.
    pub(crate) count: Vec<f64>,
}

/// Changes laid out for the sweep.
struct Layout {
    n: usize,
    periods: usize,
    goods: usize,
    chunks: usize,
    /// Period, chunk of eight entities, good, lane; padding is 0.
    values: Vec<f64>,
    /// Whether all goods of a chunk in a period are known, period by period.
    complete: Vec<bool>,
}

impl Layout {
    fn new(changes: &PriceChanges) -> Self {
        let (n, periods, goods) = (changes.n_entities(), changes.n_periods(), changes.n_goods());
        let chunks = n.div_ceil(LANES);
        let mut values = vec![0.0; periods * chunks * goods * LANES];
        let mut complete = vec![true; periods * chunks];
        for t in 0..periods {
            for k in 0..goods {
                for (i, &x) in changes.slice(t, k).iter().enumerate() {
                    let chunk = t * chunks + i / LANES;
                    values[(chunk * goods + k) * LANES + i % LANES] = x;
                    complete[chunk] &= !x.is_nan();
                }
            }
        }
        Self { n, periods, goods, chunks, values, complete }
    }

    #[inline(always)]
    fn chunk(&self, t: usize, chunk: usize) -> &[f64] {
        let start = (t * self.chunks + chunk) * self.goods * LANES;
        &self.values[start..start + self.goods * LANES]
    }

    #[inline(always)]
    fn own(&self, t: usize, i: usize, out: &mut [f64]) {
        let chunk = self.chunk(t, i / LANES);
        out.iter_mut().enumerate().for_each(|(k, x)| *x = chunk[k * LANES + i % LANES]);
    }
}

/// Weights of pairs apart from GDP.
enum Base<'a> {
    Unit,
    Sphere { sphere: Sphere, placed: Vec<f64>, radius_km: f64, floor: f64 },
    Other { relations: &'a Relations<'a>, metric: Metric, floor: f64 },
}

impl<'a> Base<'a> {
    fn new(relations: &'a Relations<'a>, spec: &SegSpec) -> Self {
        let floor = spec.min_km.unwrap_or(0.0);
        match (&spec.weights, relations.distances, relations.points, spec.metric) {
            (Weights::InverseDistance { .. }, None, Some(points), Metric::GreatCircle { radius_km }) => {
                let known: Vec<LatLon> =
                    points.iter().map(|point| point.unwrap_or(LatLon { lat: 0.0, lon: 0.0 })).collect();
                let placed = points.iter().map(|point| f64::from(u8::from(point.is_some()))).collect();
                Self::Sphere { sphere: Sphere::new(&known), placed, radius_km, floor }
            }
            (Weights::InverseDistance { .. }, ..) => Self::Other { relations, metric: spec.metric, floor },
            _ => Self::Unit,
        }
    }

    /// Weights that i gives to `start..start + out.len()`, and (where they differ) that these give to i.
    #[inline(always)]
    fn fill(&self, i: usize, start: usize, out: &mut [f64], back: &mut [f64]) {
        match self {
            Self::Unit => {
                out.fill(1.0);
                back.fill(1.0);
            }
            Self::Sphere { sphere, placed, radius_km, floor } => {
                sphere.haversines(i, start, out);
                InverseKm { radius_km: *radius_km }.weigh(out);
                let most = 1.0 / floor;
                for (weight, &known) in out.iter_mut().zip(&placed[start..]) {
                    let capped = if *weight < most { *weight } else { most };
                    *weight = if known * placed[i] > 0.0 { capped } else { 0.0 };
                }
                back.copy_from_slice(out);
            }
            Self::Other { relations, metric, floor } => {
                for (offset, (to, from)) in out.iter_mut().zip(back).enumerate() {
                    let j = start + offset;
                    *to = 1.0 / relations.km(i, j, *metric).max(*floor);
                    *from = 1.0 / relations.km(j, i, *metric).max(*floor);
                }
            }
        }
    }
}

/// Sums for the whole set of pairs, or for those of an adjacency.
pub(crate) fn totals(
    changes: &PriceChanges,
    relations: &Relations<'_>,
    means: &[f64],
    pairs: Option<&Adjacency>,
    spec: &SegSpec,
) -> Totals {
    let layout = Layout::new(changes);
    let base = Base::new(relations, spec);
    let gdp = relations.gdp.filter(|_| matches!(spec.weights, Weights::Gdp { .. }));
    let job = Job { layout: &layout, means, variance: Variance::new(spec), base: &base, gdp };
    match pairs {
        None => all_pairs(&job),
        Some(pairs) => listed_pairs(&job, pairs),
    }
}

#[derive(Clone, Copy)]
struct Job<'a> {
    layout: &'a Layout,
    means: &'a [f64],
    variance: Variance,
    base: &'a Base<'a>,
    gdp: Option<&'a [f64]>,
}

fn all_pairs(job: &Job<'_>) -> Totals {
    let Layout { n, periods, .. } = *job.layout;
    let cells = n * periods;
    // With nothing missing and unit weights a partner counts 1, and only the variances need adding up.
    let simple = matches!(job.base, Base::Unit)
        && job.gdp.is_none()
        && job.layout.complete.iter().all(|&known| known)
        && !job.means.iter().any(|mean| mean.is_nan())
        && job.layout.goods >= job.variance.wanted();
    let fields = if simple { 1 } else { 4 };
    let mut sums = vec![CompensatedSum::new(); fields * cells];
    let range = |block: usize| block * BLOCK..((block + 1) * BLOCK).min(n);
    let arch = Arch::new();
    tournament(
        n.div_ceil(BLOCK),
        |a, b| arch.dispatch(Tile { job: *job, a: range(a), b: range(b), simple }),
        |a, b, (to_a, to_b)| {
            for (block, part) in [(a, to_a), (b, to_b)] {
                let rows = range(block);
                let width = rows.len() * periods;
                for (field, values) in part.chunks_exact(width.max(1)).enumerate() {
                    let target = &mut sums[field * cells + rows.start * periods..field * cells + rows.end * periods];
                    target.iter_mut().zip(values).for_each(|(sum, &term)| sum.add(term));
                }
            }
        },
    );
    let field = |f: usize| -> Vec<f64> { sums[f * cells..(f + 1) * cells].iter().map(|sum| sum.value()).collect() };
    if simple {
        let partners = vec![n.saturating_sub(1) as f64; cells];
        return Totals { weighted: field(0), plain: field(0), weight: partners.clone(), count: partners };
    }
    Totals { weighted: field(0), weight: field(1), plain: field(2), count: field(3) }
}

/// One block of entities against another, all periods.
struct Tile<'a> {
    job: Job<'a>,
    a: Range<usize>,
    b: Range<usize>,
    simple: bool,
}

impl WithSimd for Tile<'_> {
    /// Fields × entities × periods for both blocks; on the diagonal the second is added to the first.
    type Output = (Vec<f64>, Vec<f64>);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        if self.simple { self.simple(simd) } else { self.general(simd) }
    }
}

impl Tile<'_> {
    #[inline(always)]
    fn simple<S: Simd>(&self, simd: S) -> (Vec<f64>, Vec<f64>) {
        let Self { job, a, b, .. } = self;
        let Layout { periods, goods, .. } = *job.layout;
        let mut to_a = vec![0.0; a.len() * periods];
        let mut to_b = vec![0.0; b.len() * periods];
        let mut own = vec![0.0; goods];
        let mut back = [0.0; BLOCK];
        for t in 0..periods {
            let means = &job.means[t * goods..(t + 1) * goods];
            back.fill(0.0);
            for i in a.clone() {
                job.layout.own(t, i, &mut own);
                let mut sum = [0.0; LANES];
                let first = if a.start == b.start { i / LANES } else { b.start / LANES };
                for chunk in first..b.end.div_ceil(LANES) {
                    let mut variances = job.variance.complete(simd, &own, means, job.layout.chunk(t, chunk));
                    let start = chunk * LANES;
                    if start <= i && i < start + LANES || start + LANES > b.end {
                        // The entity itself, pairs already seen, and padding.
                        for (lane, variance) in variances.iter_mut().enumerate() {
                            let j = start + lane;
                            *variance = if j >= b.end || a.start == b.start && j <= i { 0.0 } else { *variance };
                        }
                    }
                    let target = &mut back[start - b.start..start - b.start + LANES];
                    for lane in 0..LANES {
                        sum[lane] += variances[lane];
                        target[lane] += variances[lane];
                    }
                }
                to_a[(i - a.start) * periods + t] = lanes_sum(&sum);
            }
            (0..b.len()).for_each(|j| to_b[j * periods + t] = back[j]);
        }
        self.fold(to_a, to_b)
    }

    #[inline(always)]
    fn general<S: Simd>(&self, simd: S) -> (Vec<f64>, Vec<f64>) {
        let Self { job, a, b, .. } = self;
        let Layout { periods, goods, chunks, .. } = *job.layout;
        let (width_a, width_b) = (a.len() * periods, b.len() * periods);
        let mut to_a = vec![0.0; 4 * width_a];
        let mut to_b = vec![0.0; 4 * width_b];
        let mut own = vec![0.0; goods];
        let (mut out, mut from) = ([0.0; BLOCK], [0.0; BLOCK]);
        for i in a.clone() {
            job.base.fill(i, b.start, &mut out[..b.len()], &mut from[..b.len()]);
            for t in 0..periods {
                let means = &job.means[t * goods..(t + 1) * goods];
                job.layout.own(t, i, &mut own);
                let own_complete = !own.iter().zip(means).any(|(x, mean)| (x - mean).is_nan());
                let gdp = |e: usize| job.gdp.map_or(1.0, |gdp| gdp[e * periods + t]);
                let first = if a.start == b.start { i / LANES } else { b.start / LANES };
                let mut sums = [0.0; 4];
                for chunk in first..b.end.div_ceil(LANES) {
                    let partners = job.layout.chunk(t, chunk);
                    let variances =
                        if own_complete && job.layout.complete[t * chunks + chunk] && goods >= job.variance.wanted() {
                            job.variance.complete(simd, &own, means, partners)
                        } else {
                            job.variance.incomplete(&own, means, partners)
                        };
                    for (lane, &variance) in variances.iter().enumerate() {
                        let j = chunk * LANES + lane;
                        if j >= b.end || a.start == b.start && j <= i || variance.is_nan() {
                            continue;
                        }
                        let (to, back) = (out[j - b.start] * gdp(j), from[j - b.start] * gdp(i));
                        add(&mut sums, variance, to);
                        let mut cell = [0.0; 4];
                        add(&mut cell, variance, back);
                        (0..4).for_each(|f| to_b[f * width_b + (j - b.start) * periods + t] += cell[f]);
                    }
                }
                (0..4).for_each(|f| to_a[f * width_a + (i - a.start) * periods + t] = sums[f]);
            }
        }
        self.fold(to_a, to_b)
    }

    #[inline(always)]
    fn fold(&self, mut to_a: Vec<f64>, to_b: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
        if self.a.start != self.b.start {
            return (to_a, to_b);
        }
        to_a.iter_mut().zip(&to_b).for_each(|(x, y)| *x += y);
        (to_a, Vec::new())
    }
}

/// Adds a partner's variance and weight; a partner of no or unknown weight is left out.
#[inline(always)]
fn add(sums: &mut [f64; 4], variance: f64, weight: f64) {
    if weight > 0.0 {
        sums[0] += weight * variance;
        sums[1] += weight;
        sums[2] += variance;
        sums[3] += 1.0;
    }
}

#[inline(always)]
fn lanes_sum(lanes: &[f64; LANES]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

/// Each entity over its listed partners, on its own.
fn listed_pairs(job: &Job<'_>, pairs: &Adjacency) -> Totals {
    let Layout { n, periods, goods, .. } = *job.layout;
    // Entity by entity, period by period, good by good: a pair reads two contiguous rows.
    let mut rows = vec![0.0; n * periods * goods];
    for (cell, row) in rows.chunks_exact_mut(goods.max(1)).enumerate() {
        job.layout.own(cell % periods, cell / periods, row);
    }
    let parts: Vec<Vec<[f64; 4]>> = (0..n)
        .into_par_iter()
        .with_min_len(16)
        .map(|i| {
            let mut sums = vec![[CompensatedSum::new(); 4]; periods];
            let (mut to, mut from) = ([0.0], [0.0]);
            for &j in pairs.neighbours(i) {
                let j = j as usize;
                job.base.fill(i, j, &mut to, &mut from);
                for (t, cell) in sums.iter_mut().enumerate() {
                    let row = |e: usize| &rows[(e * periods + t) * goods..(e * periods + t + 1) * goods];
                    let means = &job.means[t * goods..(t + 1) * goods];
                    let variance = job.variance.of_pair(row(i), means, row(j).iter().copied());
                    if !variance.is_nan() {
                        let mut term = [0.0; 4];
                        add(&mut term, variance, to[0] * job.gdp.map_or(1.0, |gdp| gdp[j * periods + t]));
                        cell.iter_mut().zip(term).for_each(|(sum, x)| sum.add(x));
                    }
                }
            }
            sums.into_iter().map(|cell| cell.map(CompensatedSum::value)).collect()
        })
        .collect();
    let field = |f: usize| -> Vec<f64> { parts.iter().flatten().map(|cell| cell[f]).collect() };
    Totals { weighted: field(0), weight: field(1), plain: field(2), count: field(3) }
}
