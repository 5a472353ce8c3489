//! Tests and derived quantities as a reader wants them printed.

use crate::after::bootstrap::WildResult;
use crate::after::diagnostics::PesaranCd;
use crate::after::influence::VarianceInflation;
use crate::after::mediation::Mediation;
use crate::after::moderation::AtModerator;
use crate::after::subsample::PermutationTest;
use crate::after::turning_point::TurningPoint;
use crate::after::two_lines::TwoLines;
use crate::after::utest::{Shape, UTest};
use crate::coefficients::{Derived, standard_error};
use crate::iv::{AndersonRubin, AndersonRubinSet, EffectiveF, IvDiagnostics, LimlOveridentification, ReducedForm};
use panel_core::number::seven_digits as number;
use std::fmt;

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.se.is_nan() {
            return write!(f, "{} (no standard error: its variance is not positive)", number(self.value));
        }
        write!(f, "{} (se {}, p = {:.4})", number(self.value), number(self.se), self.p())
    }
}

impl fmt::Display for TurningPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.level;
        let (low, high) = self.delta;
        write!(f, "turning point {}; {percent:.0} % delta ", self.estimate)?;
        write!(f, "[{}, {}], Fieller {}", number(low), number(high), self.fieller)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U => "U",
            Self::InverseU => "inverse U",
            Self::Flat => "flat",
        })
    }
}

impl fmt::Display for UTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.overall)?;
        for end in &self.ends {
            let (at, slope, se) = (number(end.at), number(end.slope), number(end.se));
            writeln!(f, "slope at {at}: {slope} (se {se}), t = {:.3}, one-sided p = {:.4}", end.t, end.p)?;
        }
        match &self.turning_point {
            Ok(point) => write!(f, "{point}"),
            Err(reason) => write!(f, "turning point: not available ({reason})"),
        }
    }
}

impl fmt::Display for TwoLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.test)?;
        writeln!(f, "{}, break at {}", self.shape, number(self.breakpoint))?;
        let (left, right) = (&self.left, &self.right);
        writeln!(f, "left {} (se {}), p = {:.4}", number(left.slope), number(left.se), left.p)?;
        write!(f, "right {} (se {}), p = {:.4}", number(right.slope), number(right.se), right.p)
    }
}

impl fmt::Display for AtModerator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "at a moderator of {}", number(self.z))?;
        writeln!(f, "turning point {}", self.turning_point)?;
        writeln!(f, "shift of the turning point {}", self.shift)?;
        write!(f, "curvature {}", self.curvature)
    }
}

impl fmt::Display for Mediation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "effect of the mediator {}", self.b)?;
        for term in &self.terms {
            let parts = [term.total, term.direct, term.indirect].map(number);
            write!(f, "\n{}: total {}, direct {}, indirect {}", term.term, parts[0], parts[1], parts[2])?;
            write!(f, "; {}", term.sobel)?;
        }
        Ok(())
    }
}

impl fmt::Display for WildResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wild cluster bootstrap: estimate {}, t = {:.3}, p = {:.4}", number(self.estimate), self.t, self.p)?;
        if let Some((low, high)) = self.interval {
            write!(f, ", interval [{}, {}]", number(low), number(high))?;
        }
        let how = if self.enumerated { "all sign vectors" } else { "replications" };
        write!(f, " ({} {how})", self.replications)
    }
}

impl fmt::Display for AndersonRubinSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} % Anderson-Rubin set: ", 100.0 * self.level)?;
        if self.intervals.is_empty() {
            return f.write_str("empty (the model is rejected)");
        }
        let ends: Vec<String> =
            self.intervals.iter().map(|(low, high)| format!("[{}, {}]", number(*low), number(*high))).collect();
        f.write_str(&ends.join(" or "))
    }
}

impl fmt::Display for AndersonRubin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.f, self.chi2)
    }
}

impl fmt::Display for LimlOveridentification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.likelihood_ratio, self.linearized)
    }
}

impl fmt::Display for EffectiveF {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.test)?;
        let critical: Vec<String> =
            self.critical.iter().map(|(tau, value)| format!("{value:.2} (tau {:.0} %)", 100.0 * tau)).collect();
        if critical.is_empty() { Ok(()) } else { write!(f, "; critical values {}", critical.join(", ")) }
    }
}

impl fmt::Display for ReducedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reduced form of {}", self.response)?;
        for (j, (name, b)) in self.names.iter().zip(&self.coef).enumerate() {
            match standard_error(self.vcov[(j, j)]) {
                Ok(se) => write!(f, "\n{name}: {} (se {})", number(*b), number(se))?,
                Err(reason) => write!(f, "\n{name}: {} (no standard error: {reason})", number(*b))?,
            }
        }
        write!(f, "\n{}", self.f)
    }
}

impl fmt::Display for PermutationTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (done, difference) = (self.draws.len(), number(self.difference));
        write!(f, "permutation test: difference {difference}, p = {:.4} ({done} permutations", self.p)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for PesaranCd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.test)?;
        if let (Some(average), Some(absolute)) = (self.average, self.average_absolute) {
            write!(f, "; average correlation {average:.3}, absolute {absolute:.3}, of {} pairs", self.pairs)?;
        }
        Ok(())
    }
}

impl fmt::Display for VarianceInflation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:.2}", self.name, self.factor)
    }
}

impl fmt::Display for IvDiagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for stage in &self.first_stage {
            let (partial, shea) = (stage.partial_r2, stage.shea_r2);
            writeln!(f, "first stage of {}: {}; partial R2 {partial:.4}, Shea {shea:.4}", stage.endog, stage.f)?;
        }
        // The statistic that fits the covariance comes first.
        let weak =
            if self.robust { [&self.weak_id_robust, &self.weak_id] } else { [&self.weak_id, &self.weak_id_robust] };
        for test in [&self.under_id, weak[0], weak[1], &self.over_id, &self.endogeneity] {
            writeln!(f, "{test}")?;
        }
        for (table, value) in &self.stock_yogo {
            writeln!(f, "Stock-Yogo {}: {value:.2}", table.describe())?;
        }
        if let Some(effective) = &self.effective_f {
            writeln!(f, "{effective}")?;
        }
        write!(f, "{}", self.anderson_rubin.f)?;
        for name in &self.dropped_instruments {
            write!(f, "\n{name} was left out: collinear")?;
        }
        Ok(())
    }
}
