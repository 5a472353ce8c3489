//! Precision of one coefficient across samples of one data set: parts against their whole, nearly full samples against
//! full ones, and what the variation between the parts would have to carry.
//!
//! Write W for the variation of a regressor that the other regressors and the effects leave over, so that
//! se² = σ²/W. Parts with effects of their own leave less: W ≥ Σ W_g. And as a whole fits no better than its parts fit
//! themselves, n σ² ≥ n_g σ_g². With equal error variances Σ W_g/W is the sum of the parts' precisions over that of
//! the whole; whatever the variances,
//!
//! Σ W_g/W ≤ max_g (n/n_g) (se/se_g)².
//!
//! What is missing from 1 is the share of the variation that lies between the parts and years. These are statements about
//! the data that the printed numbers ask for, not verdicts. They hold for independent errors; clustered standard errors
//! move them by the ratio of their design effects.

use crate::lookup::Numbers;
use crate::{AuditSpec, Check, Finding, Interval, Partition, Result, Status, SubsetSpec};
use report::Text;
use report::numfmt::{self, Format};

/// Largest share of the pooled precision that parts may have before the rest is worth a remark.
const FEW: f64 = 0.5;

/// How many times as much an observation outside a subset may vary before it is worth a remark.
const MANY: f64 = 3.0;

/// Every declared partition and subset.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for partition in &spec.partition {
        for term in &partition.terms {
            findings.extend(parts(numbers, partition, term)?);
        }
    }
    for subset in &spec.subset {
        for term in &subset.terms {
            findings.extend(nearly_full(numbers, subset, term)?);
        }
    }
    Ok(findings)
}

/// A coefficient of one sample with what its precision needs.
struct Estimate {
    coef: f64,
    se: f64,
    /// What the standard error could have been.
    range: Interval,
    n: f64,
}

/// The printed estimate of a term; nothing where its standard error or n is not printed, or printed as zero.
fn estimate(numbers: &Numbers<'_>, column: &crate::ColumnRef, term: &str) -> Result<Option<Estimate>> {
    let coef = numbers.coef(column, term)?.value;
    let (Some(se), Some(n)) = (&numbers.row(column, term)?.se, numbers.n(column)?) else { return Ok(None) };
    let range = Interval::of(se);
    Ok((range.low > 0.0).then_some(Estimate { coef, se: se.value, range, n: n.value }))
}

fn parts(numbers: &Numbers<'_>, partition: &Partition, term: &str) -> Result<Option<Finding>> {
    let Some(full) = estimate(numbers, &partition.whole, term)? else { return Ok(None) };
    let found = partition.parts.iter().map(|part| estimate(numbers, part, term));
    let Some(parts) = found.collect::<Result<Option<Vec<Estimate>>>>()? else { return Ok(None) };
    let ratio = |part: &Estimate| (full.se / part.se).powi(2);
    let share: f64 = parts.iter().map(ratio).sum();
    let most =
        parts.iter().map(|part| full.n / part.n * (full.range.high / part.range.low).powi(2)).fold(0.0, f64::max);
    let names: Vec<String> = partition.parts.iter().map(ToString::to_string).collect();
    let errors: Vec<String> = parts.iter().map(|part| part.se.to_string()).collect();
    let place = format!("{} {term} / {}", partition.whole, names.join(", "));
    let number = |value: f64| numfmt::number(value, Format::Significant(2));
    let finding = |status| {
        Finding::new(Check::Precision, status, place.clone())
            .published(format!("se {} / {}", full.se, errors.join(", ")))
            .implied(format!("Σ se²/se_g² = {} (≤ {})", number(share), number(most)))
    };
    if most >= FEW {
        return Ok(Some(finding(Status::Ok)));
    }
    let percent = numfmt::number(1.0 - most, Format::Percent(0));
    let inside: f64 = parts.iter().map(|part| ratio(part) * part.coef).sum();
    let between = number((full.coef - inside) / (1.0 - share));
    let equal = numfmt::number(1.0 - share, Format::Percent(0));
    Ok(Some(finding(Status::Remark).message(
        format!(
            "各部分的精度之和远小于总体：{term} 的变异至少有 {percent} 须在各部分与年份之间（误差方差相等时为 {equal}），其系数须约为 {between}"
        ),
        format!(
            "the parts have far less precision than the whole: at least {percent} of the variation of {term} would have to lie between parts and years ({equal} with equal error variances), with a coefficient of about {between}"
        ),
    )))
}

fn nearly_full(numbers: &Numbers<'_>, subset: &SubsetSpec, term: &str) -> Result<Option<Finding>> {
    let full = estimate(numbers, &subset.whole, term)?;
    let part = estimate(numbers, &subset.part, term)?;
    let (Some(full), Some(part)) = (full, part) else { return Ok(None) };
    let most = (full.n / part.n * (full.range.high / part.range.low).powi(2)).min(1.0);
    let (inside, outside) = (part.n / full.n, 1.0 - part.n / full.n);
    // Variation for each observation left out, over that for each observation kept.
    let times = (1.0 - most) / outside / (most / inside);
    let percent = |value: f64| numfmt::number(value, Format::Percent(0));
    let finding = Finding::new(
        Check::Precision,
        if times > MANY { Status::Remark } else { Status::Ok },
        format!("{} {term} / {}", subset.whole, subset.part),
    )
    .published(format!("se {} / {}, n {} / {}", full.se, part.se, full.n, part.n))
    .implied(Text::new(
        format!("其余占变异 ≥ {}", percent(1.0 - most)),
        format!("rest ≥ {} of the variation", percent(1.0 - most)),
    ));
    let factor = numfmt::number(times, Format::Significant(2));
    Ok(Some(if times > MANY {
        finding.message(
            format!(
                "去掉 {} 的观测，标准误却由 {} 升至 {}：被去掉的观测须占 {term} 变异的至少 {}，平均每个为其余的 {factor} 倍",
                percent(outside),
                full.se,
                part.se,
                percent(1.0 - most)
            ),
            format!(
                "without {} of the observations the standard error rises from {} to {}: those left out would have to hold at least {} of the variation of {term}, {factor} times as much each as the others",
                percent(outside),
                full.se,
                part.se,
                percent(1.0 - most)
            ),
        )
    } else {
        finding
    }))
}
