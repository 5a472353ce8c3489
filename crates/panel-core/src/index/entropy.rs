//! The entropy-weight index (Table 4 of the paper).

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Whether more of an indicator is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    Benefit,
    /// Less is better.
    Cost,
}

/// Choices of the entropy-weight index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntropySpec {
    /// Added to every standardised value, so that a zero has a logarithm; 1e-4 by default (D23).
    pub shift: f64,
}

impl Default for EntropySpec {
    fn default() -> Self {
        Self { shift: 1e-4 }
    }
}

/// The index, its weights and their entropies.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EntropyIndex {
    /// Index per row; missing where an indicator is.
    pub values: Vec<f64>,
    /// Weight per indicator; they sum to one.
    pub weights: Vec<f64>,
    /// Entropy e_j per indicator, in [0, 1].
    pub entropies: Vec<f64>,
    /// Rows that entered.
    pub n: usize,
    /// Constant indicators and rows left out.
    pub diagnostics: Diagnostics,
}

/// Entropy-weight index of indicators, pooled over all rows.
///
/// With x'_ij the min-max standardised value of row i and indicator j (reversed for a cost) plus the shift,
/// p_ij = x'_ij / Σ_i x'_ij, e_j = −(1/ln n) Σ_i p_ij ln p_ij, w_j = (1 − e_j) / Σ_k (1 − e_k), the index is
/// Σ_j w_j x'_ij.
///
/// **Shapes**: every indicator has one value per row. **Missing values**: a row with a missing indicator enters
/// neither the weights nor the index. A constant indicator says nothing: weight zero, with a diagnostic.
///
/// # Errors
/// [`Error::Specification`] for no indicator, a negative shift, fewer than two complete rows, or only constant
/// indicators; [`Error::LengthMismatch`].
///
/// **Reference**: Shannon (1948) entropy as a weight, Zeleny (1982, ch. 6); options as D23.
pub fn entropy_index(indicators: &[(&str, &[f64], Direction)], spec: &EntropySpec) -> Result<EntropyIndex> {
    let Some((_, first, _)) = indicators.first() else {
        return Err(Error::Specification("the entropy index needs at least one indicator".into()));
    };
    if !(0.0..1.0).contains(&spec.shift) {
        return Err(Error::Specification(format!(
            "the shift of the entropy index must lie in [0, 1), got {}",
            spec.shift
        )));
    }
    if let Some((name, values, _)) = indicators.iter().find(|(_, values, _)| values.len() != first.len()) {
        return Err(Error::LengthMismatch {
            what: format!("indicator `{name}`"),
            expected: first.len(),
            got: values.len(),
        });
    }
    let rows: Vec<usize> =
        (0..first.len()).filter(|&row| indicators.iter().all(|(_, values, _)| !values[row].is_nan())).collect();
    let n = rows.len();
    if n < 2 {
        return Err(Error::Specification(format!(
            "the entropy index needs at least two rows with all indicators, found {n}"
        )));
    }
    let mut diagnostics = Vec::new();
    let mut standardised = Vec::with_capacity(indicators.len());
    let mut entropies = Vec::with_capacity(indicators.len());
    for (name, values, direction) in indicators {
        let present: Vec<f64> = rows.iter().map(|&row| values[row]).collect();
        let low = present.iter().copied().fold(f64::INFINITY, f64::min);
        let high = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if high <= low {
            diagnostics.push(Diagnostic::warning(
                "entropy-constant",
                format!("indicator `{name}` is constant and has weight zero"),
            ));
            standardised.push(vec![0.0; n]);
            entropies.push(1.0);
            continue;
        }
        let scaled: Vec<f64> = present
            .iter()
            .map(|value| match direction {
                Direction::Benefit => (value - low) / (high - low) + spec.shift,
                Direction::Cost => (high - value) / (high - low) + spec.shift,
            })
            .collect();
        let sum: f64 = scaled.iter().sum();
        // p ln p tends to zero with p, which is what a shift of zero needs.
        let plogp: f64 = scaled.iter().map(|value| value / sum).filter(|&p| p > 0.0).map(|p| p * p.ln()).sum();
        entropies.push(-plogp / (n as f64).ln());
        standardised.push(scaled);
    }
    let total: f64 = entropies.iter().map(|entropy| 1.0 - entropy).sum();
    if total <= 0.0 {
        return Err(Error::Specification("all indicators of the entropy index are constant".into()));
    }
    let weights: Vec<f64> = entropies.iter().map(|entropy| (1.0 - entropy) / total).collect();
    let mut values = vec![f64::NAN; first.len()];
    for (k, &row) in rows.iter().enumerate() {
        values[row] = weights.iter().zip(&standardised).map(|(weight, scaled)| weight * scaled[k]).sum();
    }
    if n < first.len() {
        let message = format!("{} rows lack an indicator and have no entropy index", first.len() - n);
        diagnostics.push(Diagnostic::note("entropy-incomplete", message));
    }
    Ok(EntropyIndex { values, weights, entropies, n, diagnostics })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        // Two indicators over two rows without shift: each standardises to (0, 1), e = 0, so the weights are equal.
        let spec = EntropySpec { shift: 0.0 };
        let index =
            entropy_index(&[("a", &[1.0, 2.0], Direction::Benefit), ("b", &[5.0, 3.0], Direction::Cost)], &spec)
                .expect("valid");
        assert_eq!(index.weights, [0.5, 0.5]);
        assert_eq!(index.values, [0.0, 1.0]);
        // Three rows: p = (0, 1/3, 2/3) and (0, 1/2, 1/2).
        let index = entropy_index(
            &[("a", &[0.0, 1.0, 2.0], Direction::Benefit), ("b", &[0.0, 1.0, 1.0], Direction::Benefit)],
            &spec,
        )
        .expect("valid");
        let third: f64 = 1.0 / 3.0;
        let e1 = -(third * third.ln() + 2.0 * third * (2.0 * third).ln()) / 3.0_f64.ln();
        let e2 = 2.0_f64.ln() / 3.0_f64.ln();
        assert!((index.entropies[0] - e1).abs() < 1e-15 && (index.entropies[1] - e2).abs() < 1e-15);
        assert!((index.weights[0] - (1.0 - e1) / (2.0 - e1 - e2)).abs() < 1e-15);
    }

    #[test]
    fn constants_and_missing_rows() {
        let n = f64::NAN;
        let columns: [(&str, &[f64], Direction); 2] =
            [("a", &[0.0, 1.0, n, 3.0], Direction::Benefit), ("b", &[7.0, 7.0, 7.0, 7.0], Direction::Benefit)];
        let index = entropy_index(&columns, &EntropySpec::default()).expect("valid");
        assert_eq!(index.weights, [1.0, 0.0]);
        assert!(index.values[2].is_nan() && index.n == 3 && index.diagnostics.len() == 2);
        assert!(entropy_index(&columns[1..], &EntropySpec::default()).is_err());
    }
}
