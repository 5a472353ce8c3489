//! The certificates of [`crate::lp::Certificate`] in double-double, where multipliers are too large for doubles.
//!
//! Here a reduced cost counts beside the size of its column, not beside the terms it is summed from: with multipliers of a
//! billion, terms of a billion would excuse anything.

use super::dd::Dd;
use super::engine::Engine;
use crate::lp::{CERTIFICATE_TOLERANCE, Certificate};

/// Largest row residual over max(1, right-hand side, largest term), and largest violated bound.
fn primal(engine: &Engine<'_>, z: &[Dd], lambda: &[(usize, Dd)]) -> f64 {
    let program = engine.program;
    let mut rows: Vec<(Dd, f64)> = program.rhs().iter().map(|r| (Dd::from(-*r), r.abs().max(1.0))).collect();
    let add = |row: &mut (Dd, f64), term: Dd| {
        row.0 += term;
        row.1 = row.1.max(term.value().abs());
    };
    for &(j, value) in lambda {
        for (row, a) in rows.iter_mut().zip(engine.lambda_column(j)) {
            add(row, *a * value);
        }
    }
    for (k, value) in z.iter().enumerate() {
        for (row, e) in rows.iter_mut().zip(program.z_column(k)) {
            add(row, value.times(*e));
        }
    }
    rows.into_iter().map(|(residual, largest)| residual.value().abs() / largest).fold(0.0, f64::max)
}

/// Largest violation of a λ column's reduced cost over the size of the column, of multipliers of size `scale`.
fn dual(engine: &Engine<'_>, scale: f64) -> f64 {
    let columns = (0..engine.n).filter(|&j| !engine.is_excluded(j));
    columns.fold(0.0_f64, |worst, j| {
        let (d, size) = engine.reduced(j);
        let violation = -d.value();
        if violation > 0.0 && size > 0.0 { worst.max(violation / (size * scale)) } else { worst }
    })
}

/// Objective and certificate of an optimal solution.
pub(super) fn optimal(engine: &Engine<'_>, z: &[Dd], lambda: &[(usize, Dd)]) -> (f64, Certificate) {
    let program = engine.program;
    let dot = |a: &[f64], b: &[Dd]| a.iter().zip(b).fold(Dd::ZERO, |sum, (a, b)| sum + b.times(*a));
    let objective = dot(program.cost(), z);
    let size = objective.value().abs().max(1.0);
    let scale = program.cost().iter().fold(1.0_f64, |s, c| s.max(c.abs()));
    let (mut dual_residual, mut complementarity) = (dual(engine, scale), 0.0_f64);
    let mut dual_objective = dot(program.rhs(), &engine.y);
    for (k, value) in z.iter().enumerate() {
        let (lower, upper) = (program.lower()[k], program.upper()[k]);
        let d = Dd::from(program.cost()[k]) - dot(program.z_column(k), &engine.y);
        let bound = if d > Dd::ZERO { lower } else { upper };
        if bound.is_finite() {
            dual_objective += d.times(bound);
            complementarity = complementarity.max((d * (*value - Dd::from(bound))).value().abs());
        } else {
            dual_residual = dual_residual.max(d.value().abs() / scale);
        }
    }
    for &(j, value) in lambda {
        complementarity = complementarity.max((engine.reduced(j).0 * value).value().abs());
    }
    let certificate = Certificate {
        primal_residual: primal(engine, z, lambda),
        dual_residual,
        complementarity: complementarity / size,
        gap: (objective - dual_objective).value().abs() / size,
    };
    (objective.value(), certificate)
}

/// Certificate of an infeasible program: multipliers of at most one whose margin is well above what their violations could
/// add up to.
pub(super) fn infeasible(engine: &Engine<'_>) -> Certificate {
    let program = engine.program;
    let mut margin = program.rhs().iter().zip(&engine.y).fold(Dd::ZERO, |sum, (r, y)| sum + y.times(*r));
    let mut dual_residual = dual(engine, 1.0);
    for k in 0..program.z() {
        let column = program.z_column(k).iter().zip(&engine.y);
        let d = column.fold(Dd::ZERO, |sum, (e, y)| sum + y.times(*e));
        let bound = if d > Dd::ZERO { program.upper()[k] } else { program.lower()[k] };
        if bound.is_finite() {
            margin -= d.times(bound);
        } else {
            dual_residual = dual_residual.max(d.value().abs());
        }
    }
    let proved = margin.value() > 0.0 && dual_residual <= CERTIFICATE_TOLERANCE * margin.value();
    Certificate {
        primal_residual: 0.0,
        dual_residual,
        complementarity: 0.0,
        gap: if proved { 0.0 } else { f64::INFINITY },
    }
}

/// Certificate of an unbounded program: its last point is feasible, and the ray from it was found in full precision.
pub(super) fn unbounded(engine: &Engine<'_>, z: &[Dd], lambda: &[(usize, Dd)]) -> Certificate {
    Certificate { primal_residual: primal(engine, z, lambda), ..Certificate::default() }
}
