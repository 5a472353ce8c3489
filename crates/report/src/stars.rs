//! Significance stars: an explicit rule, stars from a p-value, and the note that the rule implies.
//!
//! Tools disagree silently (one star is 10 % here, 5 % there), so there is no default rule: whoever asks for stars
//! says which. Stars depend on the p-value alone, never on the statistic shown below the coefficient.

use crate::{Error, Lang, Result};
use serde::{Deserialize, Serialize};

/// Thresholds of one, two, three … stars, in decreasing order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct StarRule(Vec<f64>);

impl StarRule {
    /// `*` p < 0.10, `**` p < 0.05, `***` p < 0.01: Chinese journals, the AER, esttab as it is used there.
    #[must_use]
    pub fn china() -> Self {
        Self(vec![0.10, 0.05, 0.01])
    }

    /// `*` p < 0.05, `**` p < 0.01, `***` p < 0.001: R and many other fields.
    #[must_use]
    pub fn five_percent() -> Self {
        Self(vec![0.05, 0.01, 0.001])
    }

    /// No stars at all (the AEA's own advice).
    #[must_use]
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// A rule from thresholds for one, two, three … stars.
    ///
    /// # Errors
    /// [`Error::Specification`] unless the thresholds lie in (0, 1) and decrease.
    pub fn new(thresholds: &[f64]) -> Result<Self> {
        let inside = thresholds.iter().all(|&p| p > 0.0 && p < 1.0);
        let decreasing = thresholds.windows(2).all(|pair| pair[0] > pair[1]);
        if inside && decreasing {
            Ok(Self(thresholds.to_vec()))
        } else {
            Err(Error::Specification(format!("star thresholds must lie in (0, 1) and decrease, got {thresholds:?}")))
        }
    }

    /// The thresholds, for one star first.
    #[must_use]
    pub fn thresholds(&self) -> &[f64] {
        &self.0
    }

    /// Number of stars of a p-value; 0 when it is missing (NaN).
    #[must_use]
    pub fn count(&self, p: f64) -> u8 {
        self.0.iter().take_while(|&&threshold| p < threshold).count() as u8
    }

    /// Stars of a p-value as text.
    #[must_use]
    pub fn stars(&self, p: f64) -> String {
        "*".repeat(usize::from(self.count(p)))
    }

    /// The range of p-values that carries this many stars: `(low, high)`, low ≤ p < high.
    ///
    /// Returns `None` where the rule has no such number of stars.
    #[must_use]
    pub fn p_range(&self, stars: u8) -> Option<(f64, f64)> {
        let stars = usize::from(stars);
        if stars > self.0.len() {
            return None;
        }
        let high = if stars == 0 { 1.0 } else { self.0[stars - 1] };
        let low = self.0.get(stars).copied().unwrap_or(0.0);
        Some((low, high))
    }

    /// The sentence of a table's note, or nothing without stars.
    #[must_use]
    pub fn note(&self, lang: Lang) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        Some(match lang {
            Lang::Zh => {
                let stars: Vec<String> = (1..=self.0.len()).rev().map(|n| "*".repeat(n)).collect();
                let levels: Vec<String> = self.0.iter().rev().map(|p| percent(*p)).collect();
                let each = if levels.len() > 1 { "分别" } else { "" };
                format!("{} {each}表示在 {} 的水平上显著", stars.join("、"), levels.join("、"))
            }
            Lang::En => {
                let parts: Vec<String> = self
                    .0
                    .iter()
                    .enumerate()
                    .map(|(i, p)| format!("{} p < {}", "*".repeat(i + 1), trimmed(*p)))
                    .collect();
                parts.join(", ")
            }
        })
    }
}

impl TryFrom<Vec<f64>> for StarRule {
    type Error = Error;

    fn try_from(thresholds: Vec<f64>) -> Result<Self> {
        Self::new(&thresholds)
    }
}

impl From<StarRule> for Vec<f64> {
    fn from(rule: StarRule) -> Self {
        rule.0
    }
}

/// Stars of a printed cell: `Some(n)` for a run of stars (none included), `None` for anything else.
#[must_use]
pub fn parse_stars(text: &str) -> Option<u8> {
    let text = text.trim();
    text.chars().all(|c| matches!(c, '*' | '＊' | '∗')).then(|| u8::try_from(text.chars().count()).ok()).flatten()
}

fn percent(p: f64) -> String {
    format!("{}%", trimmed(p * 100.0))
}

/// Up to six decimals without trailing zeros: 0.05, 0.001, 10.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_count_and_explain_themselves() {
        let rule = StarRule::china();
        assert_eq!([0.2, 0.1, 0.0999, 0.05, 0.0499, 0.0099].map(|p| rule.count(p)), [0, 0, 1, 1, 2, 3]);
        assert_eq!(rule.count(f64::NAN), 0);
        assert_eq!(rule.note(Lang::En).as_deref(), Some("* p < 0.1, ** p < 0.05, *** p < 0.01"));
        assert_eq!(rule.note(Lang::Zh).as_deref(), Some("***、**、* 分别表示在 1%、5%、10% 的水平上显著"));
        assert_eq!(StarRule::none().note(Lang::En), None);
        assert_eq!(rule.p_range(2), Some((0.01, 0.05)));
        assert_eq!(rule.p_range(0), Some((0.1, 1.0)));
        assert_eq!(rule.p_range(4), None);
    }

    #[test]
    fn a_rule_that_does_not_decrease_is_refused() {
        assert!(StarRule::new(&[0.01, 0.05]).is_err());
        assert!(StarRule::new(&[0.1, 0.0]).is_err());
    }

    #[test]
    fn printed_stars() {
        assert_eq!([parse_stars(""), parse_stars("**"), parse_stars("†")], [Some(0), Some(2), None]);
    }
}
