//! Normal scores of t and F statistics, with their digits far out; quantiles of values.

use panel_core::distribution::{f_upper, t_two_sided};
use statrs::function::{beta::ln_beta, erf::erfc_inv};
use std::f64::consts::{LN_2, PI, SQRT_2};

/// Tail probabilities below this are handled by their logarithm.
const SMALL: f64 = 1e-280;

/// Φ⁻¹(F_t(t; df)), in the tail that does not cancel: −sign(t) Φ⁻¹(F_t(−|t|)).
#[must_use]
pub fn normal_score(t: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return t;
    }
    let two_sided = t_two_sided(t, df);
    let size = if two_sided > SMALL { SQRT_2 * erfc_inv(two_sided) } else { far_normal(ln_t_tail(t.abs(), df)) };
    if t < 0.0 { -size } else { size }
}

/// Φ⁻¹(1 − P(F(df1, df2) ≥ f)): the normal score of a statistic whose large values speak against the null.
#[must_use]
pub fn upper_normal_score(f: f64, df1: f64, df2: f64) -> f64 {
    let upper = f_upper(f, df1, df2);
    if upper > SMALL { SQRT_2 * erfc_inv(2.0 * upper) } else { far_normal(ln_f_tail(f, df1, df2)) }
}

/// ln P(t(df) ≥ t) for large t: the first term of the tail, corrected to the third order of 1/t².
fn ln_t_tail(t: f64, df: f64) -> f64 {
    // ½ I_x(df/2, ½) with x = df/(df + t²) near 0.
    ln_beta_tail(0.5 * df, 0.5, df / (df + t * t), t * t / (df + t * t)) - LN_2
}

fn ln_f_tail(f: f64, df1: f64, df2: f64) -> f64 {
    let (a, b) = (df2, df1 * f);
    ln_beta_tail(0.5 * df2, 0.5 * df1, a / (a + b), b / (a + b))
}

/// ln I_x(a, b) by Lentz's continued fraction, y = 1 − x given apart; for x below the mean of the distribution.
fn ln_beta_tail(a: f64, b: f64, x: f64, y: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        for numerator in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / (1.0 + numerator * d).abs().max(TINY).copysign(1.0 + numerator * d);
            c = 1.0 + numerator / c;
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    a * x.ln() + b * y.ln() - ln_beta(a, b) - a.ln() + fraction.ln()
}

/// The z with ln P(N ≥ z) = `ln_tail`, for tails beyond 10⁻²⁸⁰: Newton steps on the asymptotic series.
fn far_normal(ln_tail: f64) -> f64 {
    let mut z = (-2.0 * ln_tail).sqrt();
    for _ in 0..20 {
        let w = 1.0 / (z * z);
        let series = 1.0 - w * (1.0 - w * (3.0 - w * (15.0 - w * 105.0)));
        let ln_upper = -0.5 * z * z - z.ln() - 0.5 * (2.0 * PI).ln() + series.ln();
        // d ln P/dz = −φ/P = −z/series.
        let step = (ln_upper - ln_tail) * series / z;
        z += step;
        if step.abs() < 1e-15 * z {
            break;
        }
    }
    z
}

/// Quantile of sorted values by linear interpolation (type 7 of Hyndman & Fan 1996); `None` for none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = share * last as f64;
    let low = (at.floor() as usize).min(last);
    let (a, b) = (sorted[low], sorted[(low + 1).min(last)]);
    let weight = at - low as f64;
    Some(if weight == 0.0 || a == b { a } else { a + weight * (b - a) })
}

/// Median of values in any order, which are moved; `None` for none.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, middle, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *middle;
    if n % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(lower + 0.5 * (upper - lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got / want - 1.0).abs() < tolerance, "{got} against {want}");
    }

    // scipy 1.17.1: stats.t.sf, stats.norm.ppf.
    #[test]
    fn scores_are_those_of_scipy() {
        close(normal_score(1.724_837_200_127_871_8, 11.0), 1.587_038_766_858_057_4, 1e-13);
        close(normal_score(-2.585_861_963_581_780_6, 10.0), -2.209_469_928_929_549, 1e-13);
        assert_eq!(normal_score(0.0, 5.0), 0.0);
    }

    #[test]
    fn scores_join_where_tails_get_small() {
        // Where both ways work they agree.
        for (t, df) in [(30.0_f64, 400.0), (45.0, 60.0), (36.0, 3000.0)] {
            let direct = SQRT_2 * erfc_inv(t_two_sided(t, df));
            close(far_normal(ln_t_tail(t, df)), direct, 1e-9);
        }
        let far = normal_score(60.0, 2000.0);
        assert!(far > normal_score(50.0, 2000.0) && far < 60.0, "{far}");
    }

    #[test]
    fn quantiles_are_of_type_seven() {
        // numpy 2.4: np.quantile([1, 2, 4, 8], [.05, .5, .9])
        let values = [1.0, 2.0, 4.0, 8.0];
        for (share, want) in [(0.05, 1.15), (0.5, 3.0), (0.9, 6.8), (0.0, 1.0), (1.0, 8.0)] {
            close(quantile(&values, share).unwrap_or(f64::NAN), want, 1e-15);
        }
        assert_eq!(median(&mut [3.0, 1.0, 2.0, 10.0]), Some(2.5));
        assert_eq!(median(&mut [3.0]), Some(3.0));
        assert_eq!(median(&mut []), None);
    }
}
