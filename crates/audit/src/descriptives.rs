//! Mean, standard deviation, minimum and maximum against each other and against definitions.

use crate::lookup::Numbers;
use crate::{AuditSpec, Check, Finding, Interval, Status};
use crate::{Error, Result};
use report::numfmt::{self, Format, Printed};

/// Every variable of the table of descriptive statistics, and every declared bound.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let Some(table) = &spec.sample.descriptives else { return Ok(Vec::new()) };
    let mut variables: Vec<&str> = Vec::new();
    for row in numbers.rows.iter().filter(|row| row.table == *table) {
        if !variables.contains(&row.row.as_str()) {
            variables.push(&row.row);
        }
    }
    let mut findings = Vec::new();
    for variable in &variables {
        let stat = |name| numbers.descriptive(table, name, variable);
        if let (Some(mean), Some(sd), Some(min), Some(max)) = (stat("mean"), stat("sd"), stat("min"), stat("max")) {
            findings.push(moments(&format!("{table} {variable}"), mean, sd, min, max));
        }
    }
    for bounds in &spec.bounds {
        if !variables.contains(&bounds.variable.as_str()) {
            let known: Vec<String> = variables.iter().map(|name| (*name).to_owned()).collect();
            return Err(Error::unknown("variable", &bounds.variable, &known));
        }
        let allowed = Interval { low: bounds.low, high: bounds.high };
        for name in ["mean", "min", "max"] {
            let Some(printed) = numbers.descriptive(table, name, &bounds.variable) else { continue };
            if !Interval::of(printed).meets(allowed) {
                findings.push(
                    Finding::new(
                        Check::Descriptives,
                        Status::Contradiction,
                        format!("{table} {} {name}", bounds.variable),
                    )
                    .published(printed.text.clone())
                    .implied(format!(
                        "[{}, {}]",
                        numfmt::number(bounds.low, Format::Significant(4)),
                        numfmt::number(bounds.high, Format::Significant(4))
                    ))
                    .message(bounds.why.get(report::Lang::Zh), bounds.why.get(report::Lang::En)),
                );
            }
        }
    }
    Ok(findings)
}

/// min ≤ mean ≤ max, and sd² ≤ (max - mean)(mean - min) (Bhatia and Davis 2000; n/(n-1) is left to the rounding slack).
fn moments(place: &str, mean: &Printed, sd: &Printed, min: &Printed, max: &Printed) -> Finding {
    let ordered = Interval::of(min).low <= Interval::of(mean).high && Interval::of(mean).low <= Interval::of(max).high;
    let bound = ((Interval::of(max).high - Interval::of(mean).low) * (Interval::of(mean).high - Interval::of(min).low))
        .max(0.0)
        .sqrt();
    let possible = Interval::of(sd).low <= bound * 1.001;
    let status = if ordered && possible { Status::Ok } else { Status::Contradiction };
    let finding = Finding::new(Check::Descriptives, status, place)
        .published(format!("{} ({}) [{}, {}]", mean.text, sd.text, min.text, max.text))
        .implied(format!("sd ≤ {}", numfmt::number(bound, Format::Significant(3))));
    match status {
        Status::Ok => finding,
        _ if !ordered => finding.message("均值不在最小值与最大值之间", "the mean lies outside minimum and maximum"),
        _ => finding.message(
            "标准差大于均值与极值所允许的最大值",
            "the standard deviation exceeds what mean and extremes allow",
        ),
    }
}
