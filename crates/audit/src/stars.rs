//! Stars against coefficient and standard error.

use crate::Result;
use crate::lookup::{Numbers, place};
use crate::{AuditSpec, Check, Distribution, Finding, Interval, Status};
use panel_core::distribution::t_two_sided;
use report::numfmt::{self, Format, Printed};

/// Every row with a coefficient and a standard error.
pub(crate) fn check(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let rule = &spec.stars.thresholds;
    let mut findings = Vec::new();
    for row in numbers.rows {
        let (Some(coef), Some(se)) = (&row.coef, &row.se) else { continue };
        let clusters = match (&row.n, spec.sample.periods) {
            (Some(n), Some(periods)) if periods > 0 => Some(n.value / periods as f64 - 1.0).filter(|df| *df >= 1.0),
            _ => None,
        };
        let other = clusters.map(Tail::student);
        let normal = Tail::normal();
        let (tail, alternative) = match (spec.stars.distribution, other) {
            (Distribution::Clusters, Some(student)) => (student, Some(normal)),
            (_, other) => (normal, other),
        };

        let range = t_range(coef, se);
        let p_range = Interval { low: tail.p(range.high), high: tail.p(range.low) };
        // A standard error that is printed as zero has no t: only the range of t says anything.
        let t = (se.value != 0.0).then(|| coef.value.abs() / se.value);
        let p = t.map_or(p_range.high, |t| tail.p(t));
        let allowed = rule.p_range(row.stars);
        let status = match allowed {
            _ if t.is_some() && rule.count(p) == row.stars => Status::Ok,
            Some((low, high)) if p_range.low < high && p_range.high >= low => Status::Rounding,
            _ => Status::Contradiction,
        };
        let implied = rule.stars(p);
        // What stands beside t: its p-value, or all p-values that are possible.
        let p_text = match t {
            None if p >= 0.001 => format!("p ≤ {}", numfmt::p_value(p)),
            _ => numfmt::p_equation(p),
        };
        let printed_stars = "*".repeat(usize::from(row.stars));
        let digits = Format::Fixed(2);
        let mut finding = Finding::new(Check::Stars, status, place(row))
            .published(format!("{} ({}){printed_stars}", coef.text, se.text))
            .implied(format!(
                "|t| = {} ({}–{}), {}, {}",
                numfmt::number(t.unwrap_or(f64::NAN), digits),
                numfmt::number(range.low, digits),
                numfmt::number(range.high, digits),
                p_text,
                shown(&implied)
            ));
        if status != Status::Ok {
            let right = t
                .and_then(|t| Some((alternative.as_ref()?, t)))
                .filter(|(other, t)| rule.count(other.p(*t)) == row.stars);
            let (zh, en) = message(status, &printed_stars, &implied, right);
            finding = finding.message(zh, en);
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// A row of stars, or a dash where there is none.
fn shown(stars: &str) -> &str {
    if stars.is_empty() { "–" } else { stars }
}

/// What is wrong with printed stars, in Chinese and English; `right` is a distribution under which they are right.
fn message(status: Status, printed: &str, implied: &str, right: Option<(&Tail, f64)>) -> (String, String) {
    let (printed, implied) = (shown(printed), shown(implied));
    let (mut zh, mut en) = match status {
        Status::Contradiction => (
            format!("系数与标准误在四舍五入范围内都得不到所印的星号（印 {printed}，应为 {implied}）"),
            format!(
                "no unrounded coefficient and standard error give the printed stars ({printed} printed, {implied} implied)"
            ),
        ),
        _ => (
            "所印的星号只有在四舍五入之前的数值下才可能".to_owned(),
            "the printed stars are possible only before rounding".to_owned(),
        ),
    };
    if let Some((tail, t)) = right {
        let p = numfmt::number(tail.p(t), Format::Fixed(4));
        zh.push_str(&format!("；按{}（p = {p}）则一致", tail.zh));
        en.push_str(&format!("; right under {} (p = {p})", tail.en));
    }
    (zh, en)
}

/// The |t| that unrounded numbers could have; open above where the standard error could be zero.
fn t_range(coef: &Printed, se: &Printed) -> Interval {
    let (coef, se) = (Interval::of(coef).abs(), Interval::of(se));
    let high = if se.low > 0.0 { coef.high / se.low } else { f64::INFINITY };
    Interval { low: (coef.low / se.high).max(0.0), high }
}

/// Student's t, or the normal distribution as that of infinite degrees of freedom.
struct Tail {
    df: f64,
    zh: String,
    en: String,
}

impl Tail {
    fn normal() -> Self {
        Self { df: f64::INFINITY, zh: "正态分布".to_owned(), en: "the normal distribution".to_owned() }
    }

    fn student(df: f64) -> Self {
        let shown = numfmt::number(df, Format::Integer);
        Self { df, zh: format!("自由度 {shown} 的 t 分布"), en: format!("t with {shown} degrees of freedom") }
    }

    /// Two-sided p-value of |t|.
    fn p(&self, t: f64) -> f64 {
        t_two_sided(t, self.df)
    }
}
