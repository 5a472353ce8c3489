//! Sums over clusters in lanes. Products and sums are rounded separately, so that every machine gives the same bits.

use pulp::Arch;

const LANES: usize = 8;

/// What a closure takes along so that it is called by value: one that could be called again has a function between that is
/// not vectorised.
struct Once;

/// Σ aᵢ bᵢ.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let once = Once;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let _once = once;
            let mut lanes = [0.0; LANES];
            let (x, y) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
            let tail: f64 = x.remainder().iter().zip(y.remainder()).map(|(x, y)| x * y).sum();
            for (x, y) in x.zip(y) {
                for lane in 0..LANES {
                    lanes[lane] += x[lane] * y[lane];
                }
            }
            fold(lanes) + tail
        },
    )
}

fn fold(lanes: [f64; LANES]) -> f64 {
    ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))
}

/// out += Σ_k weight_k column_k, four columns at a time.
pub(crate) fn accumulate(out: &mut [f64], terms: &[(f64, &[f64])]) {
    let once = Once;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let _once = once;
            let n = out.len();
            let mut fours = terms.chunks_exact(4);
            for four in &mut fours {
                let [(w0, a), (w1, b), (w2, c), (w3, d)] = [four[0], four[1], four[2], four[3]];
                let (a, b, c, d) = (&a[..n], &b[..n], &c[..n], &d[..n]);
                for g in 0..n {
                    out[g] += (w0 * a[g] + w1 * b[g]) + (w2 * c[g] + w3 * d[g]);
                }
            }
            for &(weight, column) in fours.remainder() {
                let column = &column[..n];
                for g in 0..n {
                    out[g] += weight * column[g];
                }
            }
        },
    );
}

/// (Σ (v a − d)², Σ (v a − d)(v b − e), Σ (v b − e)²) over clusters, the sums of squares of wild scores.
pub(crate) fn squares(v: &[f64], a: &[f64], d: &[f64], b: &[f64], e: &[f64]) -> [f64; 3] {
    let once = Once;
    Arch::new().dispatch(
        #[inline(always)]
        || {
            let _once = once;
            let n = v.len();
            let (a, d, b, e) = (&a[..n], &d[..n], &b[..n], &e[..n]);
            let (mut aa, mut ab, mut bb) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            let mut start = 0;
            while start + LANES <= n {
                for lane in 0..LANES {
                    let g = start + lane;
                    let (x, y) = (v[g] * a[g] - d[g], v[g] * b[g] - e[g]);
                    aa[lane] += x * x;
                    ab[lane] += x * y;
                    bb[lane] += y * y;
                }
                start += LANES;
            }
            let mut sums = [fold(aa), fold(ab), fold(bb)];
            for g in start..n {
                let (x, y) = (v[g] * a[g] - d[g], v[g] * b[g] - e[g]);
                sums[0] += x * x;
                sums[1] += x * y;
                sums[2] += y * y;
            }
            sums
        },
    )
}
