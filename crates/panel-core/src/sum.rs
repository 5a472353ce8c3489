//! Compensated summation.

/// A running sum with Neumaier's correction term.
///
/// The error of the total does not grow with the number of terms: |error| ≤ ε |Σx| + O(n ε²) Σ|x|.
/// Infinite or missing terms come through as they would in a plain sum.
/// Source: Neumaier (1974), ZAMM 54, 39–51.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CompensatedSum {
    sum: f64,
    correction: f64,
}

impl CompensatedSum {
    /// An empty sum.
    #[must_use]
    pub const fn new() -> Self {
        Self { sum: 0.0, correction: 0.0 }
    }

    /// Adds a term.
    #[inline(always)]
    pub fn add(&mut self, term: f64) {
        let total = self.sum + term;
        self.correction +=
            if self.sum.abs() >= term.abs() { (self.sum - total) + term } else { (term - total) + self.sum };
        self.sum = total;
    }

    /// The sum so far.
    #[must_use]
    pub fn value(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.correction } else { self.sum }
    }
}

impl FromIterator<f64> for CompensatedSum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Self::new();
        terms.into_iter().for_each(|term| sum.add(term));
        sum
    }
}

/// Σ values, compensated.
#[must_use]
pub fn compensated_sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().collect::<CompensatedSum>().value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_terms_survive_large_ones() {
        assert_eq!(compensated_sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(compensated_sum([f64::INFINITY, 1.0]), f64::INFINITY);
    }
}
