//! Fits as text.

use crate::result::SpatialFit;
use std::fmt;

impl fmt::Display for SpatialFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.spec.model.name();
        writeln!(
            f,
            "{name} of {}, {} units x {} periods, W: {}",
            self.outcome, self.units, self.periods, self.weights
        )?;
        writeln!(f, "{:<18}{:>12}{:>12}{:>9}{:>8}", "", "estimate", "se", "z", "p")?;
        for name in &self.names {
            if let Ok(one) = self.coefficient(name) {
                writeln!(f, "{name:<18}{:>12.5}{:>12.5}{:>9.2}{:>8.3}", one.value, one.se, one.z, one.p)?;
            }
        }
        if let Ok(effects) = self.effects() {
            writeln!(f, "{:<18}{:>12}{:>12}{:>12}", "effects", "direct", "indirect", "total")?;
            for one in effects {
                writeln!(
                    f,
                    "{:<18}{:>12.5}{:>12.5}{:>12.5}",
                    one.name, one.direct.value, one.indirect.value, one.total.value
                )?;
                writeln!(
                    f,
                    "{:<18}{:>12}{:>12}{:>12}",
                    "",
                    bracket(one.direct.se),
                    bracket(one.indirect.se),
                    bracket(one.total.se)
                )?;
            }
        }
        write!(f, "sigma2 {:.6}", self.sigma2)?;
        if let Some(loglik) = self.loglik {
            write!(f, ", log-likelihood {loglik:.4}")?;
        }
        writeln!(f, ", observations {} of {}, log-determinant by {}", self.observations, self.cells, self.log_det)?;
        self.diagnostics.iter().try_for_each(|remark| writeln!(f, "{remark}"))
    }
}

fn bracket(se: f64) -> String {
    format!("({se:.5})")
}
