//! An index as a printout: moments of its parts, then what was remarked.

use crate::result::VaIndex;
use panel_core::descriptives::describe;
use std::fmt;

impl fmt::Display for VaIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<18}{:>9}{:>11}{:>11}{:>11}{:>11}", "", "n", "mean", "sd", "min", "max")?;
        let parts = [
            ("index", &self.va),
            ("location quotient", &self.location_quotient),
            ("own", &self.own),
            ("spillover", &self.spillover),
        ];
        for (name, values) in parts {
            let d = describe(name, values);
            let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.6}"));
            let (mean, sd, min, max) = (show(d.mean), show(d.sd), show(d.min), show(d.max));
            writeln!(f, "{name:<18}{:>9}{mean:>11}{sd:>11}{min:>11}{max:>11}", d.n)?;
        }
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}
