//! TOPSIS: nearness to the best and distance from the worst.

use super::entropy::{Direction, EntropySpec, Indicator, complete_rows, entropy_index};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::sum::compensated_sum;
use serde::{Deserialize, Serialize};

/// How indicators are made comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TopsisScaling {
    /// Each indicator divided by the length of its column, x / √Σ x² (Hwang & Yoon 1981).
    #[default]
    Vector,
    /// (x - min) / (max - min), as with entropy weights in Chinese studies.
    MinMax,
}

crate::words!(TopsisScaling, "scaling", { "vector" => TopsisScaling::Vector, "min-max" => TopsisScaling::MinMax });

/// Choices of TOPSIS.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopsisSpec {
    /// How indicators are made comparable.
    pub scaling: TopsisScaling,
    /// One weight per indicator, divided by their sum; entropy weights where they are absent.
    pub weights: Option<Vec<f64>>,
    /// Shift of the entropy weights; of no use beside `weights`.
    pub shift: Option<f64>,
}

/// Relative closeness of every row, and the weights.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Topsis {
    /// C = D⁻ / (D⁺ + D⁻) per row, from 0 to 1; missing where an indicator is.
    pub values: Vec<f64>,
    /// Distance D⁺ to the best of all indicators.
    pub to_best: Vec<f64>,
    /// Distance D⁻ to the worst.
    pub to_worst: Vec<f64>,
    /// Weight per indicator; they sum to one.
    pub weights: Vec<f64>,
    /// Rows that entered.
    pub n: usize,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// The technique for order preference by similarity to an ideal solution.
///
/// With r_ij the scaled and v_ij = w_j r_ij the weighted indicators, A⁺ the best v of every indicator (the smallest of a
/// cost) and A⁻ the worst, D⁺_i = √Σ_j (v_ij - A⁺_j)², D⁻_i = √Σ_j (v_ij - A⁻_j)², C_i = D⁻_i / (D⁺_i + D⁻_i).
///
/// **Shapes**: every indicator has one value per row. **Missing values**: a row with a missing indicator has no value and
/// is no ideal of others. A constant indicator says nothing.
///
/// # Errors
/// As [`entropy_index`]; [`Error::Specification`] for weights that are negative, not finite, all zero, or not one per
/// indicator, a shift beside weights, and where no indicator varies.
///
/// **Source**: Hwang & Yoon (1981), Multiple Attribute Decision Making, pp. 128–140.
pub fn topsis(indicators: &[Indicator<'_>], spec: &TopsisSpec) -> Result<Topsis> {
    let rows = complete_rows(indicators)?;
    let (weights, mut diagnostics) = weights(indicators, spec)?;
    let n_rows = indicators.first().map_or(0, |(_, values, _)| values.len());
    let (mut best, mut worst) = (vec![0.0; rows.len()], vec![0.0; rows.len()]);
    for ((name, values, direction), weight) in indicators.iter().zip(&weights) {
        let present: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
        let low = present.iter().copied().fold(f64::INFINITY, f64::min);
        let high = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let size = match spec.scaling {
            TopsisScaling::Vector => compensated_sum(present.iter().map(|x| x * x)).sqrt(),
            TopsisScaling::MinMax => high - low,
        };
        if high <= low {
            // Entropy weights have said so.
            if spec.weights.is_some() {
                let message = format!("indicator `{name}` is constant and tells no row from another");
                diagnostics.push(Diagnostic::warning("topsis-constant", message));
            }
            continue;
        }
        let (ideal, opposite) = if *direction == Direction::Benefit { (high, low) } else { (low, high) };
        for (k, x) in present.iter().enumerate() {
            best[k] += (weight * (x - ideal) / size).powi(2);
            worst[k] += (weight * (x - opposite) / size).powi(2);
        }
    }
    let mut out = Topsis {
        values: vec![f64::NAN; n_rows],
        to_best: vec![f64::NAN; n_rows],
        to_worst: vec![f64::NAN; n_rows],
        weights,
        n: rows.len(),
        diagnostics,
    };
    if best.iter().chain(&worst).all(|&square| square == 0.0) {
        return Err(Error::Specification("all indicators of TOPSIS that have a weight are constant".into()));
    }
    for (k, &row) in rows.iter().enumerate() {
        let (to_best, to_worst) = (best[k].sqrt(), worst[k].sqrt());
        (out.to_best[row], out.to_worst[row], out.values[row]) = (to_best, to_worst, to_worst / (to_best + to_worst));
    }
    if spec.weights.is_some() && rows.len() < n_rows {
        let message = format!("{} rows lack an indicator and have no value", n_rows - rows.len());
        out.diagnostics.push(Diagnostic::note("topsis-incomplete", message));
    }
    Ok(out)
}

fn weights(indicators: &[Indicator<'_>], spec: &TopsisSpec) -> Result<(Vec<f64>, Diagnostics)> {
    let refuse = |message: String| Err(Error::Specification(message));
    match (&spec.weights, spec.shift) {
        (None, shift) => {
            let choices = EntropySpec { shift: shift.unwrap_or(EntropySpec::default().shift) };
            let index = entropy_index(indicators, &choices)?;
            Ok((index.weights, index.diagnostics))
        }
        (Some(_), Some(_)) => refuse("shift has no effect beside weights; it belongs to entropy weights".into()),
        (Some(given), None) => {
            if given.len() != indicators.len() {
                return refuse(format!("weights: {} for {} indicators", given.len(), indicators.len()));
            }
            let sum = compensated_sum(given.iter().copied());
            if !given.iter().all(|weight| *weight >= 0.0 && weight.is_finite()) || sum <= 0.0 {
                return refuse(format!("weights = {given:?}: expected numbers of at least 0, not all 0"));
            }
            Ok((given.iter().map(|weight| weight / sum).collect(), Diagnostics::new()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four fighter aircraft: speed, range, payload, cost, reliability, manoeuvrability (Hwang & Yoon 1981, p. 26).
    const AIRCRAFT: [(&str, [f64; 4], Direction); 6] = [
        ("speed", [2.0, 2.5, 1.8, 2.2], Direction::Benefit),
        ("range", [1500.0, 2700.0, 2000.0, 1800.0], Direction::Benefit),
        ("payload", [20_000.0, 18_000.0, 21_000.0, 20_000.0], Direction::Benefit),
        ("cost", [5.5, 6.5, 4.5, 5.0], Direction::Cost),
        ("reliability", [5.0, 3.0, 7.0, 5.0], Direction::Benefit),
        ("manoeuvrability", [9.0, 5.0, 7.0, 5.0], Direction::Benefit),
    ];

    fn aircraft() -> Vec<Indicator<'static>> {
        AIRCRAFT.iter().map(|(name, values, direction)| (*name, values.as_slice(), *direction)).collect()
    }

    #[test]
    fn four_aircraft_are_ranked_as_published() {
        let spec = TopsisSpec { weights: Some(vec![0.2, 0.1, 0.1, 0.1, 0.2, 0.3]), ..TopsisSpec::default() };
        let result = topsis(&aircraft(), &spec).expect("valid");
        // Hwang & Yoon (1981), p. 138: C = .643, .268, .613, .312; D⁺ = .0545, .1197, .0580, .1009.
        for (got, want) in result.values.iter().zip([0.643, 0.268, 0.613, 0.312]) {
            assert!((got - want).abs() < 6e-4, "{:?}", result.values);
        }
        for (got, want) in result.to_best.iter().zip([0.0545, 0.1197, 0.0580, 0.1009]) {
            assert!((got - want).abs() < 1e-4, "{:?}", result.to_best);
        }
        for (got, want) in result.to_worst.iter().zip([0.0983, 0.0439, 0.0920, 0.0458]) {
            assert!((got - want).abs() < 1e-4, "{:?}", result.to_worst);
        }
        // Weights count by their proportions, rows by themselves.
        let tenfold = TopsisSpec { weights: Some(vec![2.0, 1.0, 1.0, 1.0, 2.0, 3.0]), ..TopsisSpec::default() };
        let again = topsis(&aircraft(), &tenfold).expect("valid");
        assert!(again.values.iter().zip(&result.values).all(|(a, b)| (a - b).abs() < 1e-14));
    }

    #[test]
    fn min_max_and_entropy_by_hand() {
        // Two indicators over three rows, min-max (0, ½, 1) and, a cost, (1, 0, ½): equal entropies, weights ½.
        let a: Indicator<'_> = ("a", &[1.0, 2.0, 3.0], Direction::Benefit);
        let b: Indicator<'_> = ("b", &[10.0, 30.0, 20.0], Direction::Cost);
        let spec = TopsisSpec { scaling: TopsisScaling::MinMax, ..TopsisSpec::default() };
        let result = topsis(&[a, b], &spec).expect("valid");
        assert!(result.weights.iter().all(|w| (w - 0.5).abs() < 1e-12));
        // Row 0 is worst in a and best in b; row 1: D⁺ = ½√(¼ + 1), D⁻ = ½·½; row 2: D⁺ = ½·½, D⁻ = ½√(1 + ¼).
        let distance = 1.25f64.sqrt();
        let want = [0.5, 0.5 / (0.5 + distance), distance / (0.5 + distance)];
        for (got, want) in result.values.iter().zip(want) {
            assert!((got - want).abs() < 1e-12, "{:?}", result.values);
        }
    }

    #[test]
    fn what_says_nothing_is_remarked_and_what_is_wrong_refused() {
        let a: Indicator<'_> = ("a", &[1.0, 2.0, f64::NAN], Direction::Benefit);
        let b: Indicator<'_> = ("b", &[7.0, 7.0, 7.0], Direction::Benefit);
        let given = |weights: &[f64]| TopsisSpec { weights: Some(weights.to_vec()), ..TopsisSpec::default() };
        let result = topsis(&[a, b], &given(&[1.0, 1.0])).expect("valid");
        assert_eq!((result.values[0], result.values[1], result.n), (0.0, 1.0, 2));
        assert!(result.values[2].is_nan());
        let codes: Vec<&str> = result.diagnostics.iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!(codes, ["topsis-constant", "topsis-incomplete"]);
        for weights in [&[1.0][..], &[-1.0, 2.0], &[0.0, 0.0], &[f64::NAN, 1.0], &[0.0, 1.0]] {
            assert!(topsis(&[a, b], &given(weights)).is_err(), "{weights:?}");
        }
        assert!(topsis(&[a, b], &TopsisSpec { shift: Some(0.1), ..given(&[1.0, 1.0]) }).is_err());
        assert!(topsis(&[], &TopsisSpec::default()).is_err());
    }
}
