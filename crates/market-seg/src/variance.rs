//! The variance over goods of a pair's relative price changes.

use crate::spec::{Change, SegSpec};

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
    /// of the sample, so that the one-pass formula (Chan, Golub & LeVeque 1983) loses at most n digits' worth of ε.
    #[inline(always)]
    pub(crate) fn complete(&self, own: &[f64], means: &[f64], partners: &[f64]) -> [f64; LANES] {
        if self.absolute {
            one_pass(own, means, partners, self.ddof, f64::abs)
        } else {
            one_pass(own, means, partners, self.ddof, |x| x)
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

#[inline(always)]
fn one_pass(own: &[f64], means: &[f64], partners: &[f64], ddof: f64, change: impl Fn(f64) -> f64) -> [f64; LANES] {
    let mut first = [0.0; LANES];
    let (mut sum, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let mut rows = own.iter().zip(means).zip(partners.chunks_exact(LANES));
    if let Some(((&own, &mean), partner)) = rows.next() {
        for lane in 0..LANES {
            first[lane] = change(own - partner[lane]) - mean;
        }
    }
    for ((&own, &mean), partner) in rows {
        for lane in 0..LANES {
            let deviation = (change(own - partner[lane]) - mean) - first[lane];
            sum[lane] += deviation;
            squares[lane] += deviation * deviation;
        }
    }
    let n = own.len() as f64;
    let mut out = [0.0; LANES];
    for lane in 0..LANES {
        let value = (squares[lane] - sum[lane] * (sum[lane] / n)) / (n - ddof);
        out[lane] = if value > 0.0 { value } else { 0.0 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pass_agrees_with_two() {
        let own = [0.01, 0.02, -0.03, 0.5];
        let means = [0.1, 0.02, 0.3, 0.04];
        let mut partners = [0.0; 32];
        partners.iter_mut().enumerate().for_each(|(k, x)| *x = ((k * 37) % 11) as f64 * 0.013 - 0.05);
        for change in [Change::Absolute, Change::Signed] {
            let variance = Variance::new(&SegSpec { change, ..SegSpec::default() });
            let fast = variance.complete(&own, &means, &partners);
            let slow = variance.incomplete(&own, &means, &partners);
            for lane in 0..LANES {
                assert!((fast[lane] - slow[lane]).abs() <= 1e-14 * slow[lane], "{fast:?} {slow:?}");
            }
        }
    }

    #[test]
    fn too_few_goods_have_no_variance() {
        let variance = Variance::new(&SegSpec::default());
        assert!(variance.of_pair(&[1.0, f64::NAN], &[0.0, 0.0], [2.0, 3.0].into_iter()).is_nan());
        assert_eq!(variance.of_pair(&[1.0, 5.0, f64::NAN], &[0.0; 3], [0.0, 1.0, 2.0].into_iter()), 4.5);
    }
}
