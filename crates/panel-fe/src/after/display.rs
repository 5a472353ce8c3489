//! An estimate as a regression printout.

use crate::fit::result::Estimate;
use crate::outcome::TestOutcome;
use panel_core::number::seven_digits as number;
use std::fmt;

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.formula)?;
        let estimator = self.iv.as_ref().map_or_else(|| "ols".to_owned(), |iv| iv.fit.estimator.to_string());
        writeln!(
            f,
            "{estimator}, {} observations, {} entities, {} periods",
            self.n_obs, self.n_entities, self.n_periods
        )?;
        let small = &self.small_sample;
        write!(f, "vcov {} like {}: K = {}, K* = {}", self.vcov_spec, self.like, small.k, small.k_star)?;
        if let Some(groups) = small.groups {
            write!(f, ", G = {groups}")?;
        }
        if self.clusters.len() > 1 {
            let counts = self.clusters.iter().map(|cluster| format!("{} {}", cluster.key, cluster.groups));
            write!(f, " ({})", counts.collect::<Vec<_>>().join(", "))?;
        }
        writeln!(f, ", multiplier {:.10}", small.multiplier)?;
        for term in &self.dof.absorbed.terms {
            writeln!(f, "absorbed {}: {} levels", term.name, term.levels)?;
        }
        let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(4).max(8);
        let t = if self.df_t.is_infinite() { "z" } else { "t" };
        writeln!(f, "{:width$} {:>12} {:>12} {t:>9} {:>8} {:>12} {:>12}", "", "estimate", "se", "p", "low", "high")?;
        for row in &self.coef {
            let pad = width - row.name.chars().count();
            if let Some(reason) = row.unavailable {
                writeln!(f, "{}{:pad$} {:>12} no standard error: {reason}", row.name, "", number(row.estimate))?;
                continue;
            }
            writeln!(
                f,
                "{}{:pad$} {:>12} {:>12} {:>9.3} {:>8.4} {:>12} {:>12}",
                row.name,
                "",
                number(row.estimate),
                number(row.se),
                row.t,
                row.p,
                number(row.ci_low),
                number(row.ci_high)
            )?;
        }
        write!(f, "R2 {:.4}", self.r2.overall)?;
        if let Some(within) = self.r2.within {
            write!(f, ", within {within:.4}")?;
        }
        if let Some(within) = self.r2.within_entity {
            write!(f, ", within entity {within:.4}")?;
        }
        writeln!(f, ", adjusted {:.4}; RMSE {}", self.r2.adjusted, number(self.rmse))?;
        if let TestOutcome::Available(wald) = &self.wald {
            writeln!(f, "{wald}")?;
        }
        if let Some(iv) = &self.iv {
            writeln!(f, "{}", iv.diagnostics)?;
        }
        writeln!(f, "coefficients are exact to {:.1e}", self.error_bound)?;
        for diagnostic in &self.diagnostics {
            writeln!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}
