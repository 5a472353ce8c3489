//! Tail probabilities and quantiles of the normal, t, F and χ² distributions, accurate in the far tails.
//!
//! Tails are computed as such, never as one minus the other side, so that p = 10⁻⁴⁷ keeps its digits. `NaN` for a `NaN` or
//! a parameter outside of its range.

use libm::erfc;
use statrs::function::{beta::beta_reg, gamma::gamma_ur};
use std::cell::Cell;

/// P(|t(df)| ≥ |t|) = I_{df/(df+t²)}(df/2, 1/2); the normal for infinite df. `NaN` for a `NaN`.
#[must_use]
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    if t.is_nan() || not_positive(df) {
        return f64::NAN;
    }
    if df.is_infinite() {
        return normal_two_sided(t);
    }
    if t.is_infinite() {
        return 0.0;
    }
    beta_reg(0.5 * df, 0.5, df / (df + t * t))
}

/// P(t(df) ≥ t), one-sided.
#[must_use]
pub fn t_upper(t: f64, df: f64) -> f64 {
    let two_sided = t_two_sided(t, df);
    if t >= 0.0 { 0.5 * two_sided } else { 1.0 - 0.5 * two_sided }
}

/// P(|z| ≥ |z|) = erfc(|z|/√2).
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(Z ≥ z), one-sided.
#[must_use]
pub fn normal_upper(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// The z with P(|Z| ≤ z) = level; `NaN` unless 0 < level < 1.
#[must_use]
pub fn normal_critical(level: f64) -> f64 {
    t_critical(level, f64::INFINITY)
}

/// P(F(df1, df2) ≥ f) = I_{df2/(df2+df1 f)}(df2/2, df1/2); χ²(df1)/df1 for infinite df2.
#[must_use]
pub fn f_upper(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || not_positive(df1) || not_positive(df2) {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    if df2.is_infinite() {
        return chi_squared_upper(f * df1, df1);
    }
    beta_reg(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f))
}

/// P(χ²(df) ≥ x) = Γ(df/2, x/2)/Γ(df/2).
#[must_use]
pub fn chi_squared_upper(x: f64, df: f64) -> f64 {
    if x.is_nan() || not_positive(df) {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    gamma_ur(0.5 * df, 0.5 * x)
}

/// Arguments of a quantile, as bits, and its value.
type Known = [(u64, u64, f64); 8];

thread_local! {
    /// The quantiles that this thread was asked for last: regressions that share a design ask for the same few, and each
    /// takes some fifty tail probabilities.
    static LAST_CRITICAL: Cell<Known> = const { Cell::new([(0, 0, 0.0); 8]) };
}

/// The number t with P(|t(df)| ≤ t) = level, the normal's for infinite df; `NaN` unless 0 < level < 1.
#[must_use]
pub fn t_critical(level: f64, df: f64) -> f64 {
    let key = (level.to_bits(), df.to_bits());
    let mut known = LAST_CRITICAL.get();
    if let Some(&(_, _, value)) = known.iter().find(|&&(level, df, _)| (level, df) == key) {
        return value;
    }
    let value = t_quantile(1.0 - level, df);
    known.rotate_right(1);
    known[0] = (key.0, key.1, value);
    LAST_CRITICAL.set(known);
    value
}

/// The number t with P(|t(df)| ≥ t) = tail; `NaN` unless 0 < tail < 1.
#[must_use]
pub fn t_quantile(tail: f64, df: f64) -> f64 {
    if not_positive(tail) || tail >= 1.0 || not_positive(df) {
        return f64::NAN;
    }
    upper_quantile(tail, |t| t_two_sided(t, df))
}

/// The number f with P(F(df1, df2) ≥ f) = tail; `NaN` unless 0 < tail < 1.
#[must_use]
pub fn f_critical(tail: f64, df1: f64, df2: f64) -> f64 {
    if not_positive(tail) || tail >= 1.0 || not_positive(df1) || not_positive(df2) {
        return f64::NAN;
    }
    upper_quantile(tail, |f| f_upper(f, df1, df2))
}

/// The x > 0 at which a falling tail probability is `tail`: false position with halved ends (Dowell & Jarratt 1971)
/// until few values are left, then bisection down to the last bit.
#[must_use]
pub fn upper_quantile(tail: f64, upper: impl Fn(f64) -> f64) -> f64 {
    let excess = |x: f64| upper(x) - tail;
    let (mut low, mut above) = (0.0, 1.0 - tail);
    let (mut high, mut below) = (1.0, excess(1.0));
    while below > 0.0 && high < 1e300 {
        (low, above) = (high, below);
        high *= 2.0;
        below = excess(high);
    }
    let mut last_was_low = None;
    for _ in 0..60 {
        let x = high - below * (high - low) / (below - above);
        let inside = x > low && x < high;
        if !inside || high - low <= 32.0 * f64::EPSILON * high {
            break;
        }
        let value = excess(x);
        let is_low = value > 0.0;
        if is_low {
            (low, above) = (x, value)
        } else {
            (high, below) = (x, value)
        }
        // An end that stays where it is counts half, so that the other side moves, too.
        match (is_low, last_was_low) {
            (true, Some(true)) => below *= 0.5,
            (false, Some(false)) => above *= 0.5,
            _ => {}
        }
        last_was_low = Some(is_low);
    }
    for _ in 0..2000 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

fn not_positive(x: f64) -> bool {
    x.is_nan() || x <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got / want - 1.0).abs() < 1e-10, "{got} against {want}");
    }

    /// CPython 3.11, `math.erfc(z / math.sqrt(2))`.
    #[test]
    fn normal_tails_have_all_their_digits() {
        for (z, want) in [
            (1.363_737_440_942_296_7, 0.172_650_215_745_678_04),
            (1.96, 0.049_995_790_296_440_87),
            (10.0, 1.5239706048321186e-23),
        ] {
            assert!((normal_two_sided(z) / want - 1.0).abs() < 1e-15, "{z}");
            assert!((normal_upper(z) / (0.5 * want) - 1.0).abs() < 1e-15, "{z}");
        }
    }

    // Expected numbers: R 4.x, pt, pf, pchisq, qt with lower.tail = FALSE.
    #[test]
    fn tails_agree_with_r() {
        close(t_two_sided(2.228_138_851_986_273, 10.0), 0.05);
        close(normal_two_sided(1.96), 0.049_995_790_296_440_87);
        close(chi_squared_upper(3.841_458_820_694_124, 1.0), 0.05);
        close(f_upper(1.0, 1.0, 1.0), 0.5);
        close(t_critical(0.95, 10.0), 2.228_138_851_986_273);
        close(normal_critical(0.95), 1.959_963_984_540_054);
        close(normal_upper(-1.0), 0.841_344_746_068_543);
        assert!(normal_two_sided(f64::NAN).is_nan() && normal_critical(1.0).is_nan());
        for df in [1.0, 3.0, 278.0, 10_000.0] {
            for level in [0.5, 0.99, 1.0 - 1e-12] {
                close(t_two_sided(t_critical(level, df), df), 1.0 - level);
            }
        }
    }

    /// scipy 1.17.1, `t.ppf(0.975, 10)`, `t.ppf(0.75, 1)`, `t.ppf(0.9995, 278)`. The steps before bisection leave it little to do: by bisection alone it would take some sixty looks at the tail.
    #[test]
    fn quantiles_take_few_looks() {
        for (df, level, want) in
            [(10.0, 0.95, 2.228_138_851_986_273), (1.0, 0.5, 1.0), (278.0, 0.999, 3.325_866_393_388_623_4)]
        {
            let looks = std::cell::Cell::new(0);
            let count = |t: f64| {
                looks.set(looks.get() + 1);
                t_two_sided(t, df)
            };
            let got = upper_quantile(1.0 - level, count);
            assert!((got / want - 1.0).abs() < 1e-7, "{got} against {want}");
            assert!(looks.get() <= 40, "{} looks", looks.get());
        }
    }

    // R 4.x, qt: each number twice, and more of them than are remembered in between.
    #[test]
    fn a_quantile_that_is_asked_for_again_is_the_same() {
        let ask = || (1..12).map(|df| t_critical(0.95, f64::from(df))).collect::<Vec<f64>>();
        assert_eq!(ask(), ask());
        close(t_critical(0.95, 1.0), 12.706_204_736_174_7);
        close(t_critical(0.95, 1.0), 12.706_204_736_174_7);
        close(t_critical(0.9, 1.0), 6.313_751_514_675_04);
    }

    #[test]
    fn far_tails_keep_their_digits() {
        // wald_iid of the Grunfeld two-way regression, fixest 0.14.2.
        close(f_upper(217.442_306_876_37, 2.0, 169.0), 1.844_236_204_997_66e-47);
        close(t_two_sided(15.754_042_943_303_5, 169.0), 5.453_066_062_007_69e-35);
    }
}
