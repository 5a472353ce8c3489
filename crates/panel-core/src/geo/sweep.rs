//! Weighted sums over all pairs of points without a matrix.

use super::sphere::{Sphere, haversines_to_inverse_km};
use crate::sum::CompensatedSum;
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Points per block. A block of weights is one 2 KiB row: it stays in the first-level cache.
const BLOCK: usize = 256;

/// A weight that depends on the distance of a pair.
pub trait PairWeight: Sync {
    /// Turns haversines (sin² of half the central angle) into weights, in place.
    ///
    /// Implementations should be `#[inline(always)]`, so that they are compiled for the processor at hand.
    fn weigh(&self, haversines: &mut [f64]);
}

/// Inverse great-circle distance, 1/km.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InverseKm {
    /// Radius of the sphere in kilometres.
    pub radius_km: f64,
}

impl PairWeight for InverseKm {
    #[inline(always)]
    fn weigh(&self, haversines: &mut [f64]) {
        haversines_to_inverse_km(haversines, self.radius_km);
    }
}

/// y_i = Σ_{j ≠ i} w(d_ij) x_j for `m` columns x at once.
///
/// **Shapes**: `columns` holds m columns of n = `sphere.len()` values, one after the other; so does the result.
/// **Memory**: O(n m); no pair is stored. Every pair is visited once and serves both its ends.
/// **Rounding**: plain sums within a block of 256 in eight lanes, compensated across blocks; the blocks and their
/// order depend on n alone, so the result is the same bit for bit for any number of threads.
/// Columns beyond a multiple of n are ignored.
#[must_use]
pub fn weighted_sums<W: PairWeight>(sphere: &Sphere, weight: &W, columns: &[f64]) -> Vec<f64> {
    let n = sphere.len();
    if n == 0 {
        return Vec::new();
    }
    let m = columns.len() / n;
    let mut sums = vec![CompensatedSum::new(); n * m];
    let range = |block: usize| block * BLOCK..((block + 1) * BLOCK).min(n);
    let arch = Arch::new();
    tournament(
        n.div_ceil(BLOCK),
        |a, b| arch.dispatch(Tile { sphere, weight, columns, a: range(a), b: range(b) }),
        |a, b, (to_a, to_b)| {
            for (block, part) in [(a, to_a), (b, to_b)] {
                let rows = range(block);
                let Some(part): Option<Vec<f64>> = Some(part).filter(|part| !part.is_empty()) else { continue };
                for column in 0..m {
                    let target = &mut sums[column * n + rows.start..column * n + rows.end];
                    let source = &part[column * rows.len()..(column + 1) * rows.len()];
                    target.iter_mut().zip(source).for_each(|(sum, &term)| sum.add(term));
                }
            }
        },
    );
    sums.into_iter().map(CompensatedSum::value).collect()
}

/// Runs `tile(a, b)` once for every unordered pair of blocks (a = b included) and merges the results in a fixed order.
///
/// Round r pairs block a with block (a + r) mod n: within a round every block stands at most once on either side, so
/// a round holds O(n) partial results, its tiles run in parallel, and `merge` sees them in the same order whatever
/// the number of threads.
pub fn tournament<P: Send>(
    n_blocks: usize,
    tile: impl Fn(usize, usize) -> P + Sync,
    mut merge: impl FnMut(usize, usize, P),
) {
    for round in 0..=n_blocks / 2 {
        let half = round > 0 && 2 * round == n_blocks;
        let count = if half { n_blocks / 2 } else { n_blocks };
        let partner = |a: usize| (a + round) % n_blocks;
        let parts: Vec<P> = (0..count).into_par_iter().map(|a| tile(a, partner(a))).collect();
        for (a, part) in parts.into_iter().enumerate() {
            merge(a, partner(a), part);
        }
    }
}

/// One block against another.
struct Tile<'a, W> {
    sphere: &'a Sphere,
    weight: &'a W,
    columns: &'a [f64],
    a: std::ops::Range<usize>,
    b: std::ops::Range<usize>,
}

impl<W: PairWeight> WithSimd for Tile<'_, W> {
    /// Sums for the points of block a and of block b (empty on the diagonal).
    type Output = (Vec<f64>, Vec<f64>);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Self { sphere, weight, columns, a, b } = self;
        let n = sphere.len();
        let m = columns.len() / n;
        let (rows, cols) = (a.len(), b.len());
        let diagonal = a.start == b.start;
        let mut to_a = vec![0.0; rows * m];
        let mut to_b = vec![0.0; if diagonal { 0 } else { cols * m }];
        let mut buffer = [0.0; BLOCK];
        let weights = &mut buffer[..cols];
        for i in a.clone() {
            sphere.haversines(i, b.start, weights);
            weight.weigh(weights);
            if diagonal {
                weights[i - b.start] = 0.0;
            }
            for column in 0..m {
                let x = &columns[column * n..(column + 1) * n];
                to_a[column * rows + i - a.start] = dot(simd, weights, &x[b.clone()]);
                if !diagonal {
                    let xi = x[i];
                    let target = &mut to_b[column * cols..(column + 1) * cols];
                    target.iter_mut().zip(weights.iter()).for_each(|(sum, &w)| *sum += w * xi);
                }
            }
        }
        (to_a, to_b)
    }
}

/// Σ a_k b_k in eight lanes, added as a tree; the same bits for vectors of any width.
#[inline(always)]
fn dot<S: Simd>(simd: S, a: &[f64], b: &[f64]) -> f64 {
    match 8 / S::F64_LANES {
        1 => dot_in::<S, 1>(simd, a, b),
        2 => dot_in::<S, 2>(simd, a, b),
        4 => dot_in::<S, 4>(simd, a, b),
        _ => dot_in::<S, 8>(simd, a, b),
    }
}

/// N vectors make the eight lanes.
#[inline(always)]
fn dot_in<S: Simd, const N: usize>(simd: S, a: &[f64], b: &[f64]) -> f64 {
    let blocks_end = a.len() / 8 * 8;
    let mut sums = [simd.splat_f64s(0.0); N];
    let (x, y) = (S::as_simd_f64s(&a[..blocks_end]).0, S::as_simd_f64s(&b[..blocks_end]).0);
    for (x, y) in x.chunks_exact(N).zip(y.chunks_exact(N)) {
        for v in 0..N {
            sums[v] = simd.add_f64s(sums[v], simd.mul_f64s(x[v], y[v]));
        }
    }
    let mut lanes = [0.0; 8];
    S::as_mut_simd_f64s(&mut lanes).0.iter_mut().zip(sums).for_each(|(lane, sum)| *lane = sum);
    let rest: f64 = a[blocks_end..].iter().zip(&b[blocks_end..]).map(|(x, y)| x * y).sum();
    let pairs = [lanes[0] + lanes[4], lanes[1] + lanes[5], lanes[2] + lanes[6], lanes[3] + lanes[7]];
    ((pairs[0] + pairs[2]) + (pairs[1] + pairs[3])) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{EARTH_RADIUS_KM, LatLon, great_circle_km};

    fn cloud(n: u32) -> Vec<LatLon> {
        (0..n)
            .map(|k| LatLon {
                lat: 20.0 + 30.0 * (f64::from(k) * 0.618_033_988_749_895).fract(),
                lon: 80.0 + 50.0 * (f64::from(k) * 0.754_877_666_246_693).fract(),
            })
            .collect()
    }

    #[test]
    fn every_pair_of_blocks_meets_once() {
        for n in 1..9 {
            let mut met = vec![0; n * n];
            tournament(
                n,
                |a, b| (a, b),
                |a, b, part| {
                    assert_eq!(part, (a, b));
                    met[a.min(b) * n + a.max(b)] += 1;
                },
            );
            for a in 0..n {
                assert!((a..n).all(|b| met[a * n + b] == 1), "{n}");
            }
        }
    }

    #[test]
    fn sums_equal_the_double_loop_for_any_number_of_threads() {
        for n in [1u32, 2, 7, 256, 257, 700] {
            let points = cloud(n);
            let n = n as usize;
            let columns: Vec<f64> = (0..3 * n).map(|k| 1.0 + (k % 17) as f64).collect();
            let sphere = Sphere::new(&points);
            let run = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
                pool.install(|| weighted_sums(&sphere, &InverseKm { radius_km: EARTH_RADIUS_KM }, &columns))
            };
            let got = run(1);
            assert_eq!(got, run(3));
            for column in 0..3 {
                for i in 0..n {
                    let want: CompensatedSum = (0..n)
                        .filter(|&j| j != i)
                        .map(|j| columns[column * n + j] / great_circle_km(points[i], points[j]))
                        .collect();
                    let want = want.value();
                    assert!((got[column * n + i] - want).abs() <= 1e-13 * want.max(1e-300), "{n} {i}");
                }
            }
        }
    }
}
