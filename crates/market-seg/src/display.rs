//! Results as printouts: an index line by line, a period each, and a border effect.

use crate::border::BorderEffect;
use crate::result::Segmentation;
use std::fmt;

impl fmt::Display for Segmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.times.iter().map(|label| label.chars().count() + 1).max().unwrap_or(0).max(8);
        writeln!(f, "{:<width$}{:>9}{:>11}{:>14}{:>13}", "period", "entities", "pairs", "mean Seg", "integration")?;
        for period in &self.by_period {
            let (n, pairs) = (period.entities, period.pairs);
            let label = self.times.get(period.time as usize).map_or("", String::as_str);
            writeln!(f, "{label:<width$}{n:>9}{pairs:>11}{:>14.6e}{:>13.4}", period.mean_seg, period.integration)?;
        }
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl fmt::Display for BorderEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "within groups:  {:.6e} over {} pairs", self.within, self.within_pairs)?;
        writeln!(f, "between groups: {:.6e} over {} pairs", self.between, self.between_pairs)?;
        writeln!(f, "difference {:.6e}, p {:.4}; ratio {:.4}", self.difference, self.p_difference, self.ratio)?;
        if let (Some(effect), Some(p)) = (self.adjusted, self.p_adjusted) {
            writeln!(f, "at equal distance {effect:.6e}, p {p:.4}")?;
        }
        writeln!(f, "{} permutations", self.permutations)
    }
}
