//! Instrumental-variable tables: critical values, first stages, tests and their stars.

use crate::lookup::{Numbers, place};
use crate::{AuditSpec, Check, Finding, FirstStage, InstrumentsSpec, Interval, Status};
use crate::{Error, Result};
use panel_core::distribution::chi_squared_upper;
use panel_core::stock_yogo::{StockYogoTable, stock_yogo_all};
use report::numfmt::{self, Format, Printed};
use report::published::bare_number;

/// Every declared instrumental-variable column.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for iv in &spec.instruments {
        if iv.instruments < iv.endogenous {
            return Err(Error::Specification(format!(
                "{}: {} instruments cannot identify {} endogenous regressors",
                iv.second, iv.instruments, iv.endogenous
            )));
        }
        for stage in &iv.first {
            findings.extend(first_stage(numbers, iv, stage)?);
        }
        findings.extend(critical_value(numbers, iv)?);
        findings.extend(under_identification(numbers, spec, iv)?);
    }
    Ok(findings)
}

/// With one printed instrument its t² is its F; every instrument belongs in every first stage.
fn first_stage(numbers: &Numbers<'_>, iv: &InstrumentsSpec, stage: &FirstStage) -> Result<Vec<Finding>> {
    let rows = numbers.column(&stage.column)?;
    let printed: Vec<_> = rows.iter().filter(|row| row.coef.is_some() && row.se.is_some()).collect();
    let mut findings = Vec::new();
    if printed.len() < iv.instruments {
        findings.push(
            Finding::new(Check::Instruments, Status::Deviation, stage.column.to_string())
                .published(format!("{} / {}", printed.len(), iv.instruments))
                .implied(format!("{}", iv.instruments))
                .message(
                    format!(
                        "第一阶段只印了 {} 个工具变量；{} 个工具变量都应进入每个第一阶段",
                        printed.len(),
                        iv.instruments
                    ),
                    format!(
                        "the first stage shows {} instrument(s); all {} belong in every first stage",
                        printed.len(),
                        iv.instruments
                    ),
                ),
        );
    }
    if let (Some(key), [row]) = (&stage.f, printed.as_slice())
        && let (Some(coef), Some(se)) = (&row.coef, &row.se)
    {
        let f = number(numbers.fact(&stage.column, key)?, key)?;
        let t = Interval::of(coef).abs() / Interval::of(se);
        let range = t * t;
        let fits = range.meets(Interval::of(&f));
        let finding =
            Finding::new(Check::Instruments, if fits { Status::Ok } else { Status::Contradiction }, place(row))
                .published(format!("F = {}", f.text))
                .implied(format!(
                    "t² = {} ({})",
                    numfmt::number((coef.value / se.value).powi(2), Format::Fixed(1)),
                    range.print(3)
                ));
        findings.push(if fits {
            finding
        } else {
            finding.message(
                "若 F 检验所印的这一个工具变量，它应等于 t²；它可能是两个工具变量或整个回归的 F",
                "if F tests the one printed instrument it equals t²; it may be the F of both instruments or of the whole regression",
            )
        });
    }
    Ok(findings)
}

fn critical_value(numbers: &Numbers<'_>, iv: &InstrumentsSpec) -> Result<Vec<Finding>> {
    let Some(key) = &iv.critical_value else { return Ok(Vec::new()) };
    let printed = number(numbers.fact(&iv.second, key)?, key)?;
    let tabulated: Vec<(StockYogoTable, f64)> = stock_yogo_all(iv.endogenous, iv.instruments)
        .into_iter()
        .filter(|(table, _)| matches!(table, StockYogoTable::TwoStageSize(_) | StockYogoTable::TwoStageBias(_)))
        .collect();
    let entry = tabulated.iter().find(|(_, value)| printed.matches(*value));
    let mut findings = Vec::new();
    let place = format!("{} {key}", iv.second);
    findings.push(match entry {
        None if tabulated.is_empty() => Finding::new(Check::Instruments, Status::Remark, place)
            .published(printed.text.clone())
            .message(
                format!("{} 个内生变量、{} 个工具变量的 Stock-Yogo 临界值不在表中，未核对", iv.endogenous, iv.instruments),
                format!(
                    "not checked: Stock-Yogo values for {} endogenous regressors and {} instruments are not tabulated here",
                    iv.endogenous, iv.instruments
                ),
            ),
        None => {
            let known: Vec<String> = tabulated.iter().map(|(_, value)| value.to_string()).collect();
            Finding::new(Check::Instruments, Status::Contradiction, place)
                .published(printed.text.clone())
                .implied(known.join(", "))
                .message(
                    format!("不是 {} 个内生变量、{} 个工具变量的 Stock-Yogo 临界值", iv.endogenous, iv.instruments),
                    format!(
                        "no Stock-Yogo value for {} endogenous regressors and {} instruments",
                        iv.endogenous, iv.instruments
                    ),
                )
        }
        Some((table, _)) => wording(iv, *table, &printed, place),
    });
    if let Some(weak) = &iv.weak_id {
        let statistic = number(numbers.fact(&iv.second, weak)?, weak)?;
        let passes = statistic.value > printed.value;
        findings.push(
            Finding::new(
                Check::Instruments,
                if passes { Status::Ok } else { Status::Remark },
                format!("{} {weak}", iv.second),
            )
            .published(statistic.text.clone())
            .implied(format!("{} {}", if passes { ">" } else { "≤" }, printed.text)),
        );
    }
    Ok(findings)
}

/// The wording beside a critical value: 检验水平 or size, 偏误 or bias; anything else, a significance level for one,
/// misreads the table.
fn wording(iv: &InstrumentsSpec, table: StockYogoTable, printed: &Printed, place: String) -> Finding {
    let (percent, zh, en, right) = match table {
        StockYogoTable::TwoStageSize(percent) => (percent, "最大 IV 检验水平", "maximal IV size", ["size", "检验水平"]),
        StockYogoTable::TwoStageBias(percent) => (percent, "最大相对偏误", "maximal relative bias", ["bias", "偏误"]),
        other => {
            return Finding::new(Check::Instruments, Status::Remark, place).implied(other.describe());
        }
    };
    let fits = |wording: &str| right.iter().any(|word| wording.to_lowercase().contains(word));
    let wrong = iv.critical_value_wording.as_ref().filter(|wording| !fits(wording));
    let status = if wrong.is_some() { Status::Deviation } else { Status::Ok };
    let finding = Finding::new(Check::Instruments, status, place)
        .published(match wrong {
            Some(wording) => format!("[{}] “{wording}”", printed.text),
            None => printed.text.clone(),
        })
        .implied(report::Text::new(
            format!("{percent}% {zh}，{} 个内生变量，{} 个工具变量", iv.endogenous, iv.instruments),
            format!("{percent}% {en}, {} endogenous, {} instruments", iv.endogenous, iv.instruments),
        ));
    match wrong {
        Some(_) => finding.message(
            format!("数值正确，但它是 {percent}% {zh}的临界值，不是显著性水平"),
            format!("the value is right, but it is that of {percent}% {en}, not of a significance level"),
        ),
        None => finding,
    }
}

/// Stars of the underidentification test, and its agreement with the Cragg-Donald F.
fn under_identification(numbers: &Numbers<'_>, spec: &AuditSpec, iv: &InstrumentsSpec) -> Result<Vec<Finding>> {
    let Some(key) = &iv.under_id else { return Ok(Vec::new()) };
    let text = numbers.fact(&iv.second, key)?;
    let lm = number(text, key)?;
    let df = (iv.instruments - iv.endogenous + 1) as f64;
    let p = chi_squared_upper(lm.value, df);
    let printed = text.chars().filter(|c| *c == '*').count() as u8;
    let implied = spec.stars.thresholds.count(p);
    let same = printed == implied;
    let finding = Finding::new(
        Check::Instruments,
        if same { Status::Ok } else { Status::Contradiction },
        format!("{} {key}", iv.second),
    )
    .published(text)
    .implied(format!(
        "χ²({df}): p = {}, {}",
        numfmt::number(p, Format::Scientific(0)),
        "*".repeat(usize::from(implied))
    ));
    let mut findings = vec![if same {
        finding
    } else {
        finding.message("星号与 χ² 的 p 值不符", "the stars do not fit the p-value of its χ² distribution")
    }];
    if let (Some(weak), Some(entities), Some(n)) = (&iv.weak_id, iv.entities, numbers.n(&iv.second)?) {
        let cd = number(numbers.fact(&iv.second, weak)?, weak)?;
        // The smallest squared canonical correlation is LM/N; its F has N - entities - … degrees of freedom, the few
        // other regressors left out.
        let f = |sample: f64| {
            let r2 = lm.value / sample;
            r2 / (1.0 - r2) * (n.value - entities as f64) / iv.instruments as f64
        };
        let (low, high) = (f(n.value), f(n.value - entities as f64));
        let near = cd.value > 0.9 * low && cd.value < 1.1 * high;
        let finding = Finding::new(
            Check::Instruments,
            if near { Status::Ok } else { Status::Remark },
            format!("{} {weak}", iv.second),
        )
        .published(cd.text.clone())
        .implied(format!(
            "≈ {} – {}",
            numfmt::number(low, Format::Fixed(1)),
            numfmt::number(high, Format::Fixed(1))
        ));
        findings.push(if near {
            finding.message("与识别不足检验大致相符", "roughly what the underidentification test implies")
        } else {
            finding.message("与识别不足检验不符", "not what the underidentification test implies")
        });
    }
    Ok(findings)
}

fn number(text: &str, key: &str) -> Result<Printed> {
    let bad = || report::Error::BadNumber {
        place: format!("printed fact `{key}`"),
        text: text.to_owned(),
        expected: "a number".to_owned(),
    };
    Ok(bare_number(text).ok_or_else(bad)?)
}
