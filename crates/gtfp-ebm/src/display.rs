//! A panel's result as a printout: conventions, moments of scores and indices, linear programs, remarks.

use crate::panel::{PanelResult, PanelRow};
use panel_core::descriptives::describe;
use std::fmt;

/// A column of the rows.
type Read = fn(&PanelRow) -> Option<f64>;

impl fmt::Display for PanelResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = &self.summary;
        writeln!(
            f,
            "{} rows ({} missing), {} entities, {} periods; inputs {}; goods {}; bads {}",
            summary.rows,
            summary.missing,
            summary.entities,
            summary.periods.len(),
            summary.inputs.join(", "),
            summary.goods.join(", "),
            if summary.bads.is_empty() { "none".to_owned() } else { summary.bads.join(", ") }
        )?;
        for (name, choice) in &summary.conventions {
            writeln!(f, "{name}: {choice}")?;
        }
        writeln!(f, "{:<22}{:>9}{:>10}{:>10}{:>10}{:>10}", "", "n", "mean", "sd", "min", "max")?;
        let columns: [(&str, Read); 6] = [
            ("score", |row| row.score),
            ("contemporaneous score", |row| row.score_contemporaneous),
            ("index", |row| row.index),
            ("efficiency change", |row| row.ec),
            ("technical change", |row| row.tc),
            ("panel value", |row| row.gtfp),
        ];
        for (name, read) in columns {
            let values: Vec<f64> = self.rows.iter().map(|row| read(row).unwrap_or(f64::NAN)).collect();
            let d = describe(name, &values);
            if d.n > 0 {
                let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
                let (mean, sd, min, max) = (show(d.mean), show(d.sd), show(d.min), show(d.max));
                writeln!(f, "{name:<22}{:>9}{mean:>10}{sd:>10}{min:>10}{max:>10}", d.n)?;
            }
        }
        let lp = &summary.lp;
        writeln!(
            f,
            "{} programs, {} solved by HiGHS, {} without a certificate; worst certificate {:.1e}",
            lp.programs, lp.fallbacks, lp.uncertified, lp.worst_certificate
        )?;
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}
