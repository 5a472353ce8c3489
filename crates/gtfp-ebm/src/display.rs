//! Results as printouts: conventions, moments of scores and indices, linear programs, remarks.

use crate::bootstrap::{BootstrapResult, BootstrapRow};
use crate::efficiency::Efficiency;
use crate::evaluate::Outcome;
use crate::malmquist::{MalmquistResult, MalmquistRow, MalmquistSpec};
use crate::record::LpRecord;
use crate::result::{PanelResult, PanelRow};
use crate::spec::BootstrapSpec;
use panel_core::descriptives::describe;
use std::fmt;

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
        moments(
            f,
            &self.rows,
            &[
                ("score", |row: &PanelRow| row.score),
                ("contemporaneous score", |row| row.score_contemporaneous),
                ("index", |row| row.index),
                ("efficiency change", |row| row.ec),
                ("technical change", |row| row.tc),
                ("technology-gap ratio", |row| row.gap_ratio),
                ("gap change", |row| row.gap_change),
                ("pure efficiency change", |row| row.pure_ec),
                ("scale change", |row| row.scale_ec),
                ("panel value", |row| row.gtfp),
            ],
        )?;
        programs(f, &summary.lp)?;
        self.diagnostics.iter().try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl fmt::Display for Efficiency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scored = self.outcomes.iter().filter(|outcome| outcome.score().is_some()).count();
        writeln!(f, "{} units, {scored} with a score", self.outcomes.len())?;
        moments(f, &self.outcomes, &[("score", Outcome::score)])?;
        programs(f, &self.lp)
    }
}

impl fmt::Display for MalmquistResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MalmquistSpec { orientation, rts, reference, decomposition } = self.spec;
        writeln!(f, "orientation {orientation}, returns {rts}, reference {reference}, decomposition {decomposition}")?;
        moments(
            f,
            &self.rows,
            &[
                ("index", |row: &MalmquistRow| row.index),
                ("efficiency change", |row| row.ec),
                ("technical change", |row| row.tc),
                ("pure efficiency change", |row| row.pure_ec),
                ("scale change", |row| row.scale_ec),
                ("output bias", |row| row.output_bias),
                ("input bias", |row| row.input_bias),
                ("magnitude", |row| row.magnitude),
            ],
        )?;
        programs(f, &self.lp)
    }
}

impl fmt::Display for BootstrapResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BootstrapSpec { replications, seed, level, .. } = self.spec;
        writeln!(
            f,
            "{replications} replications, seed {seed}, level {level}, relative bandwidth {:.4}",
            self.bandwidth
        )?;
        moments(
            f,
            &self.rows,
            &[
                ("score", |row: &BootstrapRow| row.score.map(|i| i.estimate)),
                ("score, corrected", |row| row.score.map(|i| i.corrected)),
                ("score, width", |row| row.score.map(|i| i.high - i.low)),
                ("index", |row| row.index.map(|i| i.estimate)),
                ("index, corrected", |row| row.index.map(|i| i.corrected)),
                ("index, width", |row| row.index.map(|i| i.high - i.low)),
            ],
        )?;
        programs(f, &self.lp)
    }
}

/// A column of a result's rows.
type Column<'a, T> = (&'a str, fn(&T) -> Option<f64>);

/// One line of moments per column that has values.
fn moments<T>(f: &mut fmt::Formatter<'_>, rows: &[T], columns: &[Column<'_, T>]) -> fmt::Result {
    writeln!(f, "{:<24}{:>7}{:>10}{:>10}{:>10}{:>10}", "", "n", "mean", "sd", "min", "max")?;
    for (name, read) in columns {
        let values: Vec<f64> = rows.iter().map(|row| read(row).unwrap_or(f64::NAN)).collect();
        let d = describe(name, &values);
        if d.n > 0 {
            let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
            let (mean, sd, min, max) = (show(d.mean), show(d.sd), show(d.min), show(d.max));
            writeln!(f, "{name:<24}{:>7}{mean:>10}{sd:>10}{min:>10}{max:>10}", d.n)?;
        }
    }
    Ok(())
}

fn programs(f: &mut fmt::Formatter<'_>, lp: &LpRecord) -> fmt::Result {
    writeln!(
        f,
        "{} programs, {} solved by HiGHS, {} without a certificate; worst certificate {:.1e}",
        lp.programs, lp.fallbacks, lp.uncertified, lp.worst_certificate
    )
}
