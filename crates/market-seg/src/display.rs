//! An index as a printout: one line per period, then what was remarked.

use crate::result::Segmentation;
use std::fmt;

impl fmt::Display for Segmentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<8}{:>9}{:>11}{:>14}{:>13}", "period", "entities", "pairs", "mean Seg", "integration")?;
        for (k, period) in self.by_period.iter().enumerate() {
            let (n, pairs) = (period.entities, period.pairs);
            writeln!(f, "{:<8}{n:>9}{pairs:>11}{:>14.6e}{:>13.4}", k + 1, period.mean_seg, period.integration)?;
        }
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}
