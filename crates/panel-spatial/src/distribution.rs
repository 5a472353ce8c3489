//! Tail probabilities and quantiles.

use statrs::function::gamma::gamma_ur;

/// P(|Z| ≥ |z|) for a standard normal Z: the regularised incomplete gamma function Q(½, z²/2).
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    chi_squared_upper(z * z, 1.0)
}

/// P(Z ≥ z).
#[must_use]
pub fn normal_upper(z: f64) -> f64 {
    let two_sided = normal_two_sided(z);
    if z >= 0.0 { 0.5 * two_sided } else { 1.0 - 0.5 * two_sided }
}

/// P(χ²(df) ≥ x).
#[must_use]
pub fn chi_squared_upper(x: f64, df: f64) -> f64 {
    match x {
        _ if x.is_nan() || df.is_nan() || df <= 0.0 => f64::NAN,
        _ if x <= 0.0 => 1.0,
        _ if x.is_infinite() => 0.0,
        _ => gamma_ur(0.5 * df, 0.5 * x),
    }
}

/// The z with P(|Z| ≤ z) = level, by bisection down to the last bit; `NaN` unless 0 < level < 1.
#[must_use]
pub fn normal_critical(level: f64) -> f64 {
    if !(level > 0.0 && level < 1.0) {
        return f64::NAN;
    }
    let (mut low, mut high) = (0.0, 64.0);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if normal_two_sided(middle) > 1.0 - level { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R: pnorm, pchisq, qnorm.
    #[test]
    fn tails_agree_with_r() {
        assert!((normal_two_sided(1.96) - 0.049_995_790_296_440_87).abs() < 1e-14);
        assert!((chi_squared_upper(7.814_727_903_251_179, 3.0) - 0.05).abs() < 1e-13);
        assert!((normal_critical(0.95) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((normal_upper(-1.0) - 0.841_344_746_068_543).abs() < 1e-13);
        assert!(normal_two_sided(f64::NAN).is_nan() && normal_critical(1.0).is_nan());
    }
}
