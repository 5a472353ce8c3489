//! The entropy-weight index (Table 4 of the paper).

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::sum::compensated_sum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// Name, values and direction of an indicator.
pub type Indicator<'a> = (&'a str, &'a [f64], Direction);

/// Entropy of shares relative to its maximum, e = −(1/ln n) Σ p ln p with p = x / Σ x and 0 ln 0 = 0: 1 where all are
/// equal, 0 where one has everything.
///
/// `NaN` for fewer than two values, a negative or missing one, and a sum of 0.
///
/// **Source**: Shannon (1948); Hwang & Yoon (1981), Multiple Attribute Decision Making, eq. 3.6.
#[must_use]
pub fn relative_entropy(values: &[f64]) -> f64 {
    let sum = compensated_sum(values.iter().copied());
    if values.len() < 2 || sum.is_nan() || sum <= 0.0 || values.iter().any(|&value| value < 0.0) {
        return f64::NAN;
    }
    // p ln p tends to zero with p.
    let shares = values.iter().map(|value| value / sum).filter(|&p| p > 0.0);
    -compensated_sum(shares.map(|p| p * p.ln())) / (values.len() as f64).ln()
}

/// Rows with all indicators.
pub(super) fn complete_rows(indicators: &[Indicator<'_>]) -> Result<Vec<usize>> {
    let Some((_, first, _)) = indicators.first() else {
        return Err(Error::Specification("the index needs at least one indicator".into()));
    };
    if let Some((name, values, _)) = indicators.iter().find(|(_, values, _)| values.len() != first.len()) {
        return Err(Error::LengthMismatch {
            what: format!("indicator `{name}`"),
            expected: first.len(),
            got: values.len(),
        });
    }
    if let Some((name, ..)) = indicators.iter().find(|(_, values, _)| values.iter().any(|value| value.is_infinite())) {
        return Err(Error::Specification(format!("indicator `{name}` is infinite somewhere: expected finite numbers")));
    }
    let rows: Vec<usize> =
        (0..first.len()).filter(|&row| indicators.iter().all(|(_, values, _)| !values[row].is_nan())).collect();
    if rows.len() < 2 {
        return Err(Error::Specification(format!(
            "the index needs at least two rows with all indicators, found {}",
            rows.len()
        )));
    }
    Ok(rows)
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
/// [`Error::Specification`] for no indicator, an infinite value, a shift outside [0, 1), fewer than two complete rows,
/// or only constant indicators; [`Error::LengthMismatch`].
///
/// **Reference**: Shannon (1948) entropy as a weight, Zeleny (1982, ch. 6); options as D23.
pub fn entropy_index(indicators: &[Indicator<'_>], spec: &EntropySpec) -> Result<EntropyIndex> {
    if !(0.0..1.0).contains(&spec.shift) {
        return Err(Error::Specification(format!(
            "the shift of the entropy index must lie in [0, 1), got {}",
            spec.shift
        )));
    }
    let rows = complete_rows(indicators)?;
    let (n, n_rows) = (rows.len(), indicators[0].1.len());
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
        entropies.push(relative_entropy(&scaled));
        standardised.push(scaled);
    }
    let total: f64 = entropies.iter().map(|entropy| 1.0 - entropy).sum();
    if total <= 0.0 {
        return Err(Error::Specification("all indicators of the entropy index are constant".into()));
    }
    let weights: Vec<f64> = entropies.iter().map(|entropy| (1.0 - entropy) / total).collect();
    let mut values = vec![f64::NAN; n_rows];
    for (k, &row) in rows.iter().enumerate() {
        values[row] = weights.iter().zip(&standardised).map(|(weight, scaled)| weight * scaled[k]).sum();
    }
    if n < n_rows {
        let message = format!("{} rows lack an indicator and have no entropy index", n_rows - n);
        diagnostics.push(Diagnostic::note("entropy-incomplete", message));
    }
    Ok(EntropyIndex { values, weights, entropies, n, diagnostics })
}

/// An entropy-weight index in every group of rows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EntropyByGroup {
    /// Index per row; missing where an indicator or the group is.
    pub values: Vec<f64>,
    /// Code of each group in ascending order, with its weights; `values` there are empty.
    pub groups: Vec<(u32, EntropyIndex)>,
    /// Groups without weights, with the reason.
    pub without: Vec<(u32, String)>,
}

/// [`entropy_index`] in every group of rows (a year) on its own: standardisation, entropies and weights are the group's.
///
/// Values of two groups are not on one scale; pooled weights keep them comparable. A group in which no index exists
/// (fewer than two complete rows, only constant indicators) is listed and missing.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::Specification`] for a bad shift, no indicator, an infinite value, or no group
/// with an index.
pub fn entropy_index_by(indicators: &[Indicator<'_>], groups: &[u32], spec: &EntropySpec) -> Result<EntropyByGroup> {
    let n_rows = indicators.first().map_or(0, |(_, values, _)| values.len());
    if groups.len() != n_rows {
        return Err(Error::LengthMismatch { what: "groups".into(), expected: n_rows, got: groups.len() });
    }
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, &code) in groups.iter().enumerate().filter(|(_, code)| **code != crate::TextColumn::MISSING) {
        members.entry(code).or_default().push(row);
    }
    let mut out = EntropyByGroup { values: vec![f64::NAN; n_rows], groups: Vec::new(), without: Vec::new() };
    let mut last = None;
    for (code, rows) in members {
        let columns: Vec<Vec<f64>> =
            indicators.iter().map(|(_, values, _)| rows.iter().map(|&row| values[row]).collect()).collect();
        let part: Vec<Indicator<'_>> = indicators
            .iter()
            .zip(&columns)
            .map(|((name, _, direction), column)| (*name, column.as_slice(), *direction))
            .collect();
        match entropy_index(&part, spec) {
            Ok(mut index) => {
                let values = std::mem::take(&mut index.values);
                rows.iter().zip(values).for_each(|(&row, value)| out.values[row] = value);
                out.groups.push((code, index));
            }
            Err(error) => {
                out.without.push((code, error.to_string()));
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) if out.groups.is_empty() => Err(error),
        _ => Ok(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hwang & Yoon (1981), p. 56: four fighter aircraft, six attributes, entropies to four digits.
    #[test]
    fn entropies_as_published() {
        let attributes = [
            ([2.0, 2.5, 1.8, 2.2], 0.9946),
            ([1500.0, 2700.0, 2000.0, 1800.0], 0.9829),
            ([20_000.0, 18_000.0, 21_000.0, 20_000.0], 0.9989),
            ([5.5, 6.5, 4.5, 5.0], 0.9931),
            ([5.0, 3.0, 7.0, 5.0], 0.9703),
            ([9.0, 5.0, 7.0, 5.0], 0.9770),
        ];
        for (values, want) in attributes {
            assert!((relative_entropy(&values) - want).abs() < 2e-4, "{values:?} {}", relative_entropy(&values));
        }
        assert_eq!((relative_entropy(&[3.0, 0.0]), relative_entropy(&[2.0, 2.0])), (0.0, 1.0));
        for none in [&[1.0][..], &[0.0, 0.0], &[-1.0, 2.0], &[f64::NAN, 2.0], &[]] {
            assert!(relative_entropy(none).is_nan(), "{none:?}");
        }
    }

    #[test]
    fn every_group_has_its_own_weights() {
        let (a, b) = ([1.0, 2.0, 4.0, 10.0, 30.0, 20.0, 5.0], [3.0, 1.0, 2.0, 6.0, 6.0, 7.0, 1.0]);
        let groups = [0, 0, 0, 7, 7, 7, u32::MAX];
        let spec = EntropySpec::default();
        let by = entropy_index_by(&[("a", &a, Direction::Benefit), ("b", &b, Direction::Cost)], &groups, &spec)
            .expect("valid");
        for (k, rows) in [0..3, 3..6].into_iter().enumerate() {
            let alone = entropy_index(
                &[("a", &a[rows.clone()], Direction::Benefit), ("b", &b[rows.clone()], Direction::Cost)],
                &spec,
            )
            .expect("valid");
            assert_eq!(by.values[rows], alone.values);
            assert_eq!((by.groups[k].0, &by.groups[k].1.weights), ([0, 7][k], &alone.weights));
        }
        assert!(by.values[6].is_nan() && by.without.is_empty());
        // A year in which an indicator alone does not vary says why it has no index.
        let one: [Indicator<'_>; 1] = [("b", &[1.0, 1.0, 2.0, 3.0], Direction::Benefit)];
        let by = entropy_index_by(&one, &[0, 0, 1, 1], &spec).expect("valid");
        assert!(by.values[0].is_nan() && by.values[3] > 0.9 && by.without[0].1.contains("constant"));
        assert!(entropy_index_by(&one, &[0, 0, 0], &spec).is_err());
        assert!(entropy_index_by(&one, &[0, 1, 2, 3], &spec).is_err());
        assert!(entropy_index(&[("a", &[1.0, f64::INFINITY], Direction::Benefit)], &spec).is_err());
        assert!(entropy_index(&one, &EntropySpec { shift: 1.0 }).is_err());
    }

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
    /// Every step of two indicators over four rows with a shift of ¼, written out.
    #[test]
    fn an_index_with_shift_by_hand() {
        // Benefit 10, 20, 50: (x - 10)/40 + ¼ = ¼, ½, 1¼, sum 2. Cost 9, 3, 5: (9 - x)/6 + ¼ = ¼, 1¼, 11/12, sum 29/12.
        let n = f64::NAN;
        let columns: [Indicator<'_>; 2] =
            [("a", &[10.0, 20.0, 50.0, n], Direction::Benefit), ("b", &[9.0, 3.0, 5.0, 1.0], Direction::Cost)];
        let index = entropy_index(&columns, &EntropySpec { shift: 0.25 }).expect("valid");
        let (a, b) = ([0.25, 0.5, 1.25], [0.25, 1.25, 11.0 / 12.0]);
        let entropy = |x: [f64; 3], sum: f64| -x.map(|x| x / sum * (x / sum).ln()).iter().sum::<f64>() / 3f64.ln();
        let (e, f) = (entropy(a, 2.0), entropy(b, 29.0 / 12.0));
        let total = (1.0 - e) + (1.0 - f);
        let (v, w) = ((1.0 - e) / total, (1.0 - f) / total);
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-14, "{got} {want}");
        close(index.entropies[0], e);
        close(index.entropies[1], f);
        close(index.weights[0], v);
        close(index.weights[1], w);
        (0..3).for_each(|row| close(index.values[row], v * a[row] + w * b[row]));
        assert!(index.values[3].is_nan() && index.n == 3);
        let remarks: Vec<&str> = index.diagnostics.iter().map(|remark| remark.message.as_str()).collect();
        assert_eq!(remarks, ["1 rows lack an indicator and have no entropy index"]);
        let complete: [Indicator<'_>; 1] = [("b", &[9.0, 3.0, 5.0, 1.0], Direction::Cost)];
        assert!(entropy_index(&complete, &EntropySpec::default()).expect("valid").diagnostics.is_empty());
        assert_eq!(EntropySpec::default().shift, 1e-4);
    }

    #[test]
    fn what_makes_no_index_is_said() {
        let n = f64::NAN;
        let text = |columns: &[Indicator<'_>], shift: f64| {
            entropy_index(columns, &EntropySpec { shift }).expect_err("no index").to_string()
        };
        let good: Indicator<'_> = ("a", &[1.0, 2.0, 4.0], Direction::Benefit);
        assert!(text(&[good], -0.1).contains("got -0.1") && text(&[good], f64::NAN).contains("[0, 1)"));
        assert!(text(&[], 0.0).contains("at least one indicator"));
        assert!(text(&[good, ("b", &[1.0, 2.0], Direction::Cost)], 0.0).contains("`b`"));
        for (values, found) in [([n, n, 1.0], "found 1"), ([n, n, n], "found 0")] {
            assert!(text(&[good, ("b", &values, Direction::Cost)], 0.0).ends_with(found));
        }
        // Two complete rows are enough.
        let two: [Indicator<'_>; 2] = [good, ("b", &[n, 5.0, 1.0], Direction::Cost)];
        assert_eq!(entropy_index(&two, &EntropySpec { shift: 0.0 }).expect("valid").values[1..], [0.0, 1.0]);
    }
}
