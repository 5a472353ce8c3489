//! The variance over goods of a pair's relative price changes.

use crate::choices::Change;
use crate::spec::SegSpec;
use pulp::Simd;

/// Lanes of one vector of partners.
pub(crate) const LANES: usize = 8;

/// How the goods of a pair become a variance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variance {
    absolute: bool,
    ddof: f64,
    min_goods: usize,
}

impl Variance {
    pub(crate) fn new(spec: &SegSpec) -> Self {
        Self { absolute: spec.change == Change::Absolute, ddof: spec.ddof(), min_goods: spec.min_goods }
    }

    /// Goods a pair needs.
    pub(crate) fn wanted(&self) -> usize {
        self.min_goods
    }

    /// Variances of one entity against eight partners, all goods known.
    ///
    /// `own` and `means` hold one value per good, `partners` eight. Deviations are taken from the first good's, a value
    /// of the sample, so that the one-pass formula (Chan, Golub & LeVeque 1983) is well conditioned: the shift lies
    /// within √(n-1) standard deviations of the mean. Lanes never meet, so the width of the vectors does not matter.
    #[inline(always)]
    pub(crate) fn complete<S: Simd>(&self, simd: S, own: &[f64], means: &[f64], partners: &[f64]) -> [f64; LANES] {
        // Vectors of one eighth, a quarter, half or all of the lanes, whatever the processor has.
        match (LANES / S::F64_LANES, self.absolute) {
            (1, true) => one_pass::<S, 1, true>(simd, own, means, partners, self.ddof),
            (1, false) => one_pass::<S, 1, false>(simd, own, means, partners, self.ddof),
            (2, true) => one_pass::<S, 2, true>(simd, own, means, partners, self.ddof),
            (2, false) => one_pass::<S, 2, false>(simd, own, means, partners, self.ddof),
            (4, true) => one_pass::<S, 4, true>(simd, own, means, partners, self.ddof),
            (4, false) => one_pass::<S, 4, false>(simd, own, means, partners, self.ddof),
            (_, true) => one_pass::<S, 8, true>(simd, own, means, partners, self.ddof),
            (_, false) => one_pass::<S, 8, false>(simd, own, means, partners, self.ddof),
        }
    }

    /// The same with missing goods: two passes over those known; `NaN` with fewer than the wanted number.
    #[inline(always)]
    pub(crate) fn incomplete(&self, own: &[f64], means: &[f64], partners: &[f64]) -> [f64; LANES] {
        if self.absolute {
            self.two_pass(own, means, partners, f64::abs)
        } else {
            self.two_pass(own, means, partners, |x| x)
        }
    }

    #[inline(always)]
    fn two_pass(&self, own: &[f64], means: &[f64], partners: &[f64], change: impl Fn(f64) -> f64) -> [f64; LANES] {
        let (mut count, mut sum, mut squares) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let rows = || own.iter().zip(means).zip(partners.chunks_exact(LANES));
        for ((&own, &mean), partner) in rows() {
            for lane in 0..LANES {
                let q = change(own - partner[lane]) - mean;
                let known = !q.is_nan();
                count[lane] += if known { 1.0 } else { 0.0 };
                sum[lane] += if known { q } else { 0.0 };
            }
        }
        for ((&own, &mean), partner) in rows() {
            for lane in 0..LANES {
                let q = change(own - partner[lane]) - mean;
                let deviation = if q.is_nan() { 0.0 } else { q - sum[lane] / count[lane] };
                squares[lane] += deviation * deviation;
            }
        }
        let mut out = [f64::NAN; LANES];
        for lane in 0..LANES {
            if count[lane] >= self.min_goods as f64 {
                out[lane] = squares[lane] / (count[lane] - self.ddof);
            }
        }
        out
    }

    /// Variance of one pair.
    #[inline(always)]
    pub(crate) fn of_pair(&self, own: &[f64], means: &[f64], partner: impl Iterator<Item = f64> + Clone) -> f64 {
        let change = |(own, (mean, other)): (&f64, (&f64, f64))| {
            let difference = own - other;
            (if self.absolute { difference.abs() } else { difference }) - mean
        };
        let known = || own.iter().zip(means.iter().zip(partner.clone())).map(change).filter(|q| !q.is_nan());
        let count = known().count();
        if count < self.min_goods {
            return f64::NAN;
        }
        let mean = known().sum::<f64>() / count as f64;
        known().map(|q| (q - mean) * (q - mean)).sum::<f64>() / (count as f64 - self.ddof)
    }
}

/// N vectors make the eight lanes.
#[inline(always)]
fn one_pass<S: Simd, const N: usize, const ABSOLUTE: bool>(
    simd: S,
    own: &[f64],
    means: &[f64],
    partners: &[f64],
    ddof: f64,
) -> [f64; LANES] {
    let zero = simd.splat_f64s(0.0);
    let change = |own, mean, partner| {
        let difference = simd.sub_f64s(own, partner);
        simd.sub_f64s(if ABSOLUTE { simd.abs_f64s(difference) } else { difference }, mean)
    };
    let (mut first, mut sum, mut squares) = ([zero; N], [zero; N], [zero; N]);
    let mut rows = own.iter().zip(means).zip(S::as_simd_f64s(partners).0.chunks_exact(N));
    if let Some(((&own, &mean), partner)) = rows.next() {
        let (own, mean) = (simd.splat_f64s(own), simd.splat_f64s(mean));
        for v in 0..N {
            first[v] = change(own, mean, partner[v]);
        }
    }
    for ((&own, &mean), partner) in rows {
        let (own, mean) = (simd.splat_f64s(own), simd.splat_f64s(mean));
        for v in 0..N {
            let deviation = simd.sub_f64s(change(own, mean, partner[v]), first[v]);
            sum[v] = simd.add_f64s(sum[v], deviation);
            squares[v] = simd.add_f64s(squares[v], simd.mul_f64s(deviation, deviation));
        }
    }
    let n = own.len() as f64;
    let (by_n, by_freedom) = (simd.splat_f64s(n.recip()), simd.splat_f64s((n - ddof).recip()));
    let mut out = [0.0; LANES];
    for (v, target) in S::as_mut_simd_f64s(&mut out).0.iter_mut().enumerate().take(N) {
        let spread = simd.sub_f64s(squares[v], simd.mul_f64s(sum[v], simd.mul_f64s(sum[v], by_n)));
        *target = simd.max_f64s(simd.mul_f64s(spread, by_freedom), zero);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fast<'a>(&'a Variance, &'a [f64], &'a [f64], &'a [f64]);

    impl pulp::WithSimd for Fast<'_> {
        type Output = [f64; LANES];

        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            let out = self.0.complete(simd, self.1, self.2, self.3);
            // One number at a time gives the same bits.
            let scalar = self.0.complete(pulp::Scalar, self.1, self.2, self.3);
            assert_eq!(out.map(f64::to_bits), scalar.map(f64::to_bits));
            out
        }
    }

    #[test]
    fn one_pass_agrees_with_two() {
        let own = [0.01, 0.02, -0.03, 0.5];
        let means = [0.1, 0.02, 0.3, 0.04];
        let mut partners = [0.0; 32];
        partners.iter_mut().enumerate().for_each(|(k, x)| *x = ((k * 37) % 11) as f64 * 0.013 - 0.05);
        for change in [Change::Absolute, Change::Signed] {
            let variance = Variance::new(&SegSpec { change, ..SegSpec::default() });
            let fast = pulp::Arch::new().dispatch(Fast(&variance, &own, &means, &partners));
            let slow = variance.incomplete(&own, &means, &partners);
            for lane in 0..LANES {
                assert!((fast[lane] - slow[lane]).abs() <= 1e-14 * slow[lane], "{fast:?} {slow:?}");
            }
        }
    }

    /// Three goods; lane 0 knows all, lane 1 two, lane 2 one, the others none.
    #[test]
    fn missing_goods_by_hand() {
        let (own, means) = ([1.0, 2.0, 6.0], [0.5, 0.25, 0.0]);
        let mut partners = [f64::NAN; 3 * LANES];
        for (good, lane, value) in [(0, 0, 0.0), (1, 0, 3.0), (2, 0, 0.0), (1, 1, 3.0), (2, 1, 0.0), (2, 2, 0.0)] {
            partners[good * LANES + lane] = value;
        }
        let run = |spec: SegSpec| Variance::new(&spec).incomplete(&own, &means, &partners);
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-14, "{got} {want}");
        // Signed: 1 - ½, -1 - ¼, 6; with two goods -1¼ and 6, ½·7.25² over one degree of freedom.
        let signed = SegSpec { change: Change::Signed, ..SegSpec::default() };
        let q = [0.5, -1.25, 6.0];
        let mean = q.iter().sum::<f64>() / 3.0;
        let square: f64 = q.iter().map(|q| (q - mean) * (q - mean)).sum();
        let got = run(signed.clone());
        close(got[0], square / 2.0);
        close(got[1], 0.5 * 7.25 * 7.25);
        assert!(got[2..].iter().all(|lane| lane.is_nan()), "{got:?}");
        // By n, and with three goods wanted, which two are too few for.
        let strict = run(SegSpec { divisor: crate::Divisor::Population, min_goods: 3, ..signed });
        close(strict[0], square / 3.0);
        assert!(strict[1].is_nan());
        // Absolute: 1 - ½, 1 - ¼, 6; two goods ¾ and 6.
        let got = run(SegSpec::default());
        let q = [0.5, 0.75, 6.0];
        let mean = 7.25 / 3.0;
        close(got[0], q.iter().map(|q| (q - mean) * (q - mean)).sum::<f64>() / 2.0);
        close(got[1], 0.5 * 5.25 * 5.25);
        // One pair at a time gives the same.
        for spec in [SegSpec::default(), SegSpec { change: Change::Signed, ..SegSpec::default() }] {
            let rule = Variance::new(&spec);
            let lanes = rule.incomplete(&own, &means, &partners);
            for lane in 0..2 {
                let partner = (0..3).map(|good| partners[good * LANES + lane]);
                close(rule.of_pair(&own, &means, partner), lanes[lane]);
            }
        }
        assert_eq!(Variance::new(&SegSpec { min_goods: 7, ..SegSpec::default() }).wanted(), 7);
    }

    #[test]
    fn too_few_goods_have_no_variance() {
        let variance = Variance::new(&SegSpec::default());
        assert!(variance.of_pair(&[1.0, f64::NAN], &[0.0, 0.0], [2.0, 3.0].into_iter()).is_nan());
        assert_eq!(variance.of_pair(&[1.0, 5.0, f64::NAN], &[0.0; 3], [0.0, 1.0, 2.0].into_iter()), 4.5);
    }
}
