//! Sample sizes, and pooled coefficients against those of parts.

use crate::Result;
use crate::lookup::{Numbers, of};
use crate::{AuditSpec, Check, ColumnRef, Finding, Interval, Status};
use report::numfmt::{self, Format};

/// n of one sample label, n of a balanced panel, declared counts, parts that add up.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = same_label(numbers);
    findings.extend(periods(numbers, spec));
    for count in &spec.count {
        let Some(n) = numbers.n(&count.column)? else { continue };
        let implied = count.entities * count.periods;
        let same = n.value == implied as f64;
        let status = if same { Status::Ok } else { Status::Deviation };
        findings.push(
            Finding::new(Check::SampleSize, status, count.column.to_string())
                .published(format!("n = {}", n.text))
                .implied(format!("{} × {} = {implied}", count.entities, count.periods))
                .message(count.why.get(report::Lang::Zh), count.why.get(report::Lang::En)),
        );
    }
    for partition in &spec.partition {
        findings.extend(sums(numbers, &partition.whole, &partition.parts)?);
    }
    Ok(findings)
}

/// Columns that name the same sample should have the same n; the most frequent one counts as right.
fn same_label(numbers: &Numbers<'_>) -> Vec<Finding> {
    let mut columns: Vec<(ColumnRef, &str, f64)> = Vec::new();
    for row in numbers.rows {
        if let (Some(n), false) = (&row.n, row.sample.is_empty()) {
            let column = (of(row), row.sample.as_str(), n.value);
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
    }
    let mut samples: Vec<&str> = columns.iter().map(|(_, sample, _)| *sample).collect();
    samples.sort_unstable();
    samples.dedup();
    samples.sort_by_key(|sample| columns.iter().position(|(_, other, _)| other == sample));

    let mut findings = Vec::new();
    for sample in samples {
        let members: Vec<&(ColumnRef, &str, f64)> = columns.iter().filter(|(_, other, _)| *other == sample).collect();
        if members.len() < 2 {
            continue;
        }
        let times = |n: f64| members.iter().filter(|(_, _, other)| *other == n).count();
        // The first of the most frequent.
        let usual = members.iter().rev().max_by_key(|(_, _, n)| times(*n)).map_or(f64::NAN, |(_, _, n)| *n);
        let odd: Vec<_> = members.iter().filter(|(_, _, n)| *n != usual).collect();
        if odd.is_empty() {
            findings.push(
                Finding::new(Check::SampleSize, Status::Ok, sample)
                    .published(format!("n = {usual}"))
                    .implied((format!("{} 列", members.len()).as_str(), format!("{} columns", members.len()).as_str())),
            );
        }
        for (column, _, n) in odd {
            findings.push(
                Finding::new(Check::SampleSize, Status::Contradiction, column.to_string())
                    .published(format!("n = {n}"))
                    .implied(format!("n = {usual}"))
                    .message(
                        format!("同一样本“{sample}”的其他列观测值为 {usual}"),
                        format!("{} other columns of the same sample `{sample}` have n = {usual}", times(usual)),
                    ),
            );
        }
    }
    findings
}

/// In a balanced panel every n is a multiple of the number of periods.
fn periods(numbers: &Numbers<'_>, spec: &AuditSpec) -> Vec<Finding> {
    let Some(periods) = spec.sample.periods.filter(|periods| *periods > 0) else { return Vec::new() };
    let mut seen: Vec<f64> = Vec::new();
    let mut findings = Vec::new();
    for row in numbers.rows {
        let Some(n) = row.n.as_ref().filter(|n| !seen.contains(&n.value)) else { continue };
        seen.push(n.value);
        let divides = n.value % periods as f64 == 0.0;
        let entities =
            numfmt::number(n.value / periods as f64, if divides { Format::Integer } else { Format::Fixed(2) });
        let finding = Finding::new(
            Check::SampleSize,
            if divides { Status::Ok } else { Status::Contradiction },
            format!("{} {}", row.table, row.column),
        )
        .published(format!("n = {}", n.text))
        .implied(format!("{entities} × {periods}"));
        findings.push(if divides {
            finding
        } else {
            finding.message("不是期数的整数倍", "not a multiple of the number of periods")
        });
    }
    findings
}

fn sums(numbers: &Numbers<'_>, full_sample: &ColumnRef, parts: &[ColumnRef]) -> Result<Option<Finding>> {
    let Some(total) = numbers.n(full_sample)? else { return Ok(None) };
    let mut sum = 0.0;
    for part in parts {
        match numbers.n(part)? {
            Some(n) => sum += n.value,
            None => return Ok(None),
        }
    }
    let names: Vec<String> = parts.iter().map(ToString::to_string).collect();
    let same = sum == total.value;
    let finding = Finding::new(
        Check::SampleSize,
        if same { Status::Ok } else { Status::Contradiction },
        format!("{full_sample} = {}", names.join(" + ")),
    )
    .published(format!("n = {}", total.text))
    .implied(format!("n = {sum}"));
    Ok(Some(if same {
        finding
    } else {
        finding.message("各部分之和不等于总体", "the parts do not add up to the whole")
    }))
}

/// Pooled coefficients against those of the parts, and what a subset implies for the rest.
pub(crate) fn subsamples(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for partition in &spec.partition {
        for term in &partition.terms {
            let full = numbers.coef(&partition.whole, term)?;
            let parts: Vec<f64> =
                partition.parts.iter().map(|part| numbers.coef(part, term).map(|c| c.value)).collect::<Result<_>>()?;
            let range = Interval {
                low: parts.iter().copied().fold(f64::INFINITY, f64::min),
                high: parts.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            };
            let inside = range.contains(full.value);
            let names: Vec<String> = partition.parts.iter().map(ToString::to_string).collect();
            let finding = Finding::new(
                Check::Subsamples,
                if inside { Status::Ok } else { Status::Remark },
                format!("{} {term} / {}", partition.whole, names.join(", ")),
            )
            .published(full.text.clone())
            .implied(format!(
                "{} … {}",
                numfmt::number(range.low, Format::Significant(3)),
                numfmt::number(range.high, Format::Significant(3))
            ));
            findings.push(if inside {
                finding
            } else {
                finding.message(
                    "全样本系数落在所有分样本系数之外：只有各组年份效应不同时才可能",
                    "the pooled coefficient lies outside those of all parts, which needs group-specific year effects",
                )
            });
        }
    }
    for subset in &spec.subset {
        let (Some(whole_n), Some(part_n)) = (numbers.n(&subset.whole)?, numbers.n(&subset.part)?) else { continue };
        let share = part_n.value / whole_n.value;
        for term in &subset.terms {
            let (full, part) = (numbers.coef(&subset.whole, term)?, numbers.coef(&subset.part, term)?);
            let rest = (full.value - share * part.value) / (1.0 - share);
            let flips = full.value * part.value < 0.0;
            let finding = Finding::new(
                Check::Subsamples,
                if flips { Status::Remark } else { Status::Ok },
                format!("{} {term} / {}", subset.whole, subset.part),
            )
            .published(format!("{}, {}", full.text, part.text))
            .implied((
                format!("其余 ≈ {}", numfmt::number(rest, Format::Significant(2))).as_str(),
                format!("rest ≈ {}", numfmt::number(rest, Format::Significant(2))).as_str(),
            ));
            let percent = numfmt::number(share, Format::Percent(0));
            let rest = numfmt::number(rest, Format::Significant(2));
            findings.push(if flips {
                finding.message(
                    format!("子样本占全样本 {percent}，系数却变号；其余观测的系数须约为 {rest}（粗略加权）"),
                    format!("{percent} of the sample, yet the sign flips; the rest would need about {rest} (rough weighting)"),
                )
            } else {
                finding
            });
        }
    }
    Ok(findings)
}
