//! total = direct + indirect: exact in linear models that are estimated on one sample.

use crate::Result;
use crate::lookup::Numbers;
use crate::{AuditSpec, Check, Finding, Interval, MediationSpec, Status};
use report::numfmt::{self, Format, Printed};

/// Every declared chain, coefficient by coefficient.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for chain in &spec.mediation {
        let parts: Vec<Parts<'_>> =
            chain.terms.iter().map(|term| Parts::read(numbers, chain, term)).collect::<Result<_>>()?;
        let scale = (!parts.iter().all(|part| part.holds(1.0))).then(|| rescaling(&parts)).flatten();
        findings.extend(parts.iter().map(|part| finding(chain, part, scale)));
        findings.extend(same_n(numbers, chain)?);
    }
    Ok(findings)
}

/// The four printed numbers of one identity.
struct Parts<'a> {
    term: &'a str,
    total: &'a Printed,
    direct: &'a Printed,
    path: &'a Printed,
    mediator: &'a Printed,
}

impl<'a> Parts<'a> {
    fn read(numbers: &Numbers<'a>, chain: &'a MediationSpec, term: &'a str) -> Result<Self> {
        Ok(Self {
            term,
            total: numbers.coef(&chain.total, term)?,
            direct: numbers.coef(&chain.direct, term)?,
            path: numbers.coef(&chain.path, term)?,
            mediator: numbers.coef(&chain.direct, &chain.mediator)?,
        })
    }

    /// direct + path × mediator, with the mediator entering the direct column multiplied by `scale`.
    fn implied(&self, scale: f64) -> (f64, Interval) {
        let value = self.direct.value + scale * self.path.value * self.mediator.value;
        let product = Interval::of(self.path) * Interval::of(self.mediator) * Interval::point(scale);
        (value, Interval::of(self.direct) + product)
    }

    fn holds(&self, scale: f64) -> bool {
        self.implied(scale).1.meets(Interval::of(self.total))
    }
}

/// A power of ten for which every identity of the chain holds, if there is one: the unit of the mediator differs.
fn rescaling(parts: &[Parts<'_>]) -> Option<f64> {
    [0.1, 0.01, 0.001, 10.0, 100.0, 1000.0].into_iter().find(|scale| {
        // A scale that makes the indirect part vanish below the rounding explains nothing.
        let matters =
            parts.iter().any(|part| (scale * part.path.value * part.mediator.value).abs() > part.total.half_unit());
        matters && parts.iter().all(|part| part.holds(*scale))
    })
}

fn finding(chain: &MediationSpec, part: &Parts<'_>, scale: Option<f64>) -> Finding {
    let (value, interval) = part.implied(1.0);
    let status = if part.total.matches(value) {
        Status::Ok
    } else if part.holds(1.0) {
        Status::Rounding
    } else {
        Status::Contradiction
    };
    let text = |v| numfmt::number(v, Format::Fixed(part.total.decimals.saturating_add(1)));
    let finding =
        Finding::new(Check::Mediation, status, format!("{} {} → {}", chain.direct, part.term, chain.mediator))
            .published(format!("{} ({})", part.total.text, chain.total))
            .implied(format!("{} ({} … {})", text(value), text(interval.low), text(interval.high)));
    match (status, scale) {
        (Status::Contradiction, Some(scale)) => {
            let (rescaled, _) = part.implied(scale);
            let factor = numfmt::number(1.0 / scale, Format::Significant(1));
            finding.message(
                format!(
                    "直接效应 + 间接效应 ≠ 总效应；若中介变量除以 {factor} 后进入回归，则为 {}，恒等式成立",
                    text(rescaled)
                ),
                format!(
                    "direct + indirect is not the total; with the mediator divided by {factor} it is {}, which fits",
                    text(rescaled)
                ),
            )
        }
        (Status::Contradiction, None) => finding.message(
            "直接效应 + 间接效应 ≠ 总效应",
            "direct + indirect is not the total for any unrounded coefficients",
        ),
        _ => finding,
    }
}

/// The identity needs one sample.
fn same_n(numbers: &Numbers<'_>, chain: &MediationSpec) -> Result<Option<Finding>> {
    let columns = [&chain.total, &chain.direct, &chain.path];
    let n: Vec<Option<f64>> =
        columns.iter().map(|column| Ok(numbers.n(column)?.map(|n| n.value))).collect::<Result<_>>()?;
    let known: Vec<f64> = n.iter().copied().flatten().collect();
    if known.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(None);
    }
    let text: Vec<String> = columns
        .iter()
        .zip(&n)
        .map(|(c, n)| format!("{c}: {}", n.map_or(String::from("?"), |n| n.to_string())))
        .collect();
    Ok(Some(
        Finding::new(Check::Mediation, Status::Contradiction, format!("{} n", chain.direct))
            .published(text.join(", "))
            .message(
                format!("{} 的三个回归不是同一样本", chain.mediator),
                format!("the three regressions of {} are not on one sample", chain.mediator),
            ),
    ))
}
