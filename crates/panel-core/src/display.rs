//! Results as printouts, a few lines each.

use crate::capital::CapitalStock;
use crate::descriptives::{Descriptives, describe};
use crate::index::EntropyIndex;
use crate::io::JoinReport;
use crate::quality::QualityReport;
use std::fmt::{Display, Formatter, Result};

/// A number to six digits behind the point, or a dash.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.6}"))
}

impl Display for Descriptives {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}: n {}, missing {}", self.name, self.n, self.missing)?;
        for (word, value) in [
            ("mean", self.mean),
            ("sd", self.sd),
            ("min", self.min),
            ("p5", self.p5),
            ("median", self.p50),
            ("p95", self.p95),
            ("max", self.max),
        ] {
            write!(f, ", {word} {}", shown(value))?;
        }
        Ok(())
    }
}

impl Display for JoinReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(
            f,
            "`{}`: {} rows of the panel matched, {} keys of the panel without a match, {} keys not in the panel",
            self.file,
            self.matched,
            self.without_match.len(),
            self.not_in_panel.len()
        )?;
        let filled: usize = self.filled.iter().map(|(_, count)| count).sum();
        if filled > 0 { write!(f, ", {filled} values filled") } else { Ok(()) }
    }
}

impl Display for QualityReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self { rows, entities, periods, gaps, ragged, .. } = self;
        writeln!(f, "{rows} rows of {entities} × {periods}; {gaps} gaps inside, {ragged} cells before or after")?;
        self.diagnostics(3).iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl Display for EntropyIndex {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}", describe("index", &self.values))?;
        for (k, (weight, entropy)) in self.weights.iter().zip(&self.entropies).enumerate() {
            writeln!(f, "indicator {}: weight {weight:.6}, entropy {entropy:.6}", k + 1)?;
        }
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl Display for CapitalStock {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "{}", describe("capital stock", &self.values))?;
        if let Some(growth) = self.growth {
            writeln!(f, "initial stock from a growth of real investment of {growth:.6}")?;
        }
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printout_names_what_it_shows() {
        let line = describe("x", &[1.0, 2.0, f64::NAN]).to_string();
        assert!(line.starts_with("x: n 2, missing 1, mean 1.500000, sd 0.707107, min 1.000000"), "{line}");
        assert!(describe("y", &[]).to_string().contains("mean –"));
        let report =
            JoinReport { file: "b.csv".into(), matched: 3, filled: vec![("x".into(), 2)], ..JoinReport::default() };
        assert!(report.to_string().ends_with("0 keys not in the panel, 2 values filled"), "{report}");
        let panel =
            crate::Panel::builder("c", "t").keys(["a", "a"], ["1", "3"]).column("x", vec![5.0; 2]).build().unwrap();
        let quality = crate::quality::quality(&panel, &crate::quality::QualitySpec::default()).unwrap().to_string();
        assert!(
            quality.starts_with("2 rows of 1 × 2; 0 gaps inside") && quality.contains("`x` is constant"),
            "{quality}"
        );
    }
}
