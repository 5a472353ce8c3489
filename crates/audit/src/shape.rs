//! Turning points of curves, and what a moderator does to them.

use crate::Result;
use crate::lookup::{Numbers, of};
use crate::{AuditSpec, Check, ColumnRef, CurveSpec, Finding, Interval, ModerationSpec, Status};
use report::numfmt::{self, Format, Printed};

/// Turning points -b₁/(2b₂) of every column that has both rows.
pub(crate) fn turning_points(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for curve in &spec.curve {
        let range = observed(numbers, spec, &curve.linear);
        let mut columns: Vec<ColumnRef> = Vec::new();
        for column in numbers.rows.iter().filter(|row| row.row == curve.linear && row.se.is_some()).map(of) {
            if !columns.contains(&column) && !curve.except.contains(&column) {
                columns.push(column);
            }
        }
        for column in columns {
            let rows = numbers.column(&column)?;
            let coef = |name: &str| rows.iter().find(|row| row.row == name).and_then(|row| row.coef.as_ref());
            if let (Some(linear), Some(square)) = (coef(&curve.linear), coef(&curve.square)) {
                findings.push(turning_point(&column, linear, square, range.as_ref()));
                findings.extend(printed_turning_points(numbers, curve, &column, linear, square)?);
            }
        }
    }
    Ok(findings)
}

/// Printed minimum and maximum of a variable.
fn observed(numbers: &Numbers<'_>, spec: &AuditSpec, variable: &str) -> Option<(Printed, Printed)> {
    let table = spec.sample.descriptives.as_ref()?;
    let stat = |name| numbers.descriptive(table, name, variable).cloned();
    Some((stat("min")?, stat("max")?))
}

fn implied(linear: &Printed, square: &Printed) -> (f64, Interval) {
    let value = -linear.value / (2.0 * square.value);
    let minus_linear = Interval::point(0.0) - Interval::of(linear);
    (value, minus_linear / (Interval::point(2.0) * Interval::of(square)))
}

fn turning_point(
    column: &ColumnRef,
    linear: &Printed,
    square: &Printed,
    range: Option<&(Printed, Printed)>,
) -> Finding {
    if square.value == 0.0 {
        return Finding::new(Check::TurningPoint, Status::Remark, column.to_string())
            .published(format!("{}, {}", linear.text, square.text))
            .implied(numfmt::MISSING)
            .message(
                "平方项印为零：符号未知，既可能是最低点也可能是最高点，也可能没有拐点",
                "the square is printed as zero: its sign is unknown, so this may be a minimum, a maximum or neither",
            );
    }
    let (value, interval) = implied(linear, square);
    let shape = if square.value > 0.0 {
        ("最低点（正 U 形）", "minimum (U)")
    } else {
        ("最高点（倒 U 形）", "maximum (inverted U)")
    };
    let text = |v| numfmt::number(v, Format::Fixed(3));
    let mut finding = Finding::new(Check::TurningPoint, Status::Ok, column.to_string())
        .published(format!("{}, {}", linear.text, square.text))
        .implied(format!("{} ({}–{})", text(value), text(interval.low), text(interval.high)));
    finding = finding.message(shape.0, shape.1);
    if let Some((min, max)) = range {
        let sample = Interval { low: Interval::of(min).low, high: Interval::of(max).high };
        if !interval.meets(sample) {
            finding.status = Status::Contradiction;
            finding = finding.message(
                format!(
                    "拐点在样本之外（样本范围 {}–{}）：曲线在整个样本内单调，不成 {}",
                    min.text,
                    max.text,
                    if square.value > 0.0 { "U 形" } else { "倒 U 形" }
                ),
                format!(
                    "outside the sample ({} to {}): the curve is monotone over all of it, no {}",
                    min.text,
                    max.text,
                    if square.value > 0.0 { "U" } else { "inverted U" }
                ),
            );
        }
    }
    finding
}

/// Turning points that the text prints, matched by sample and dependent variable.
fn printed_turning_points(
    numbers: &Numbers<'_>,
    curve: &CurveSpec,
    column: &ColumnRef,
    linear: &Printed,
    square: &Printed,
) -> Result<Vec<Finding>> {
    let Some(label) = &curve.printed else { return Ok(Vec::new()) };
    let here = numbers.row(column, &curve.linear)?;
    let (value, interval) = implied(linear, square);
    let matching = |row: &&report::PublishedRow| {
        row.row == *label && row.sample == here.sample && row.depvar == here.depvar && row.n == here.n
    };
    Ok(numbers
        .rows
        .iter()
        .filter(matching)
        .filter_map(|row| row.coef.as_ref())
        .map(|printed| {
            let status = if printed.matches(value) {
                Status::Ok
            } else if interval.meets(Interval::of(printed)) {
                Status::Rounding
            } else {
                Status::Contradiction
            };
            let finding = Finding::new(Check::TurningPoint, status, format!("{column} ({})", here.sample))
                .published(printed.text.clone())
                .implied(format!("{} ({})", numfmt::number(value, Format::Fixed(3)), interval.print(3)));
            match status {
                Status::Ok => finding,
                Status::Rounding => finding.message(
                    "文中拐点只有用未四舍五入的系数或截断才得到",
                    "right only with unrounded coefficients, or truncated",
                ),
                _ => finding.message("文中拐点与系数不符", "the coefficients do not give the printed turning point"),
            }
        })
        .collect())
}

/// Sign of the shift of the turning point, its uncertainty, and the moderator at which the curve flips.
///
/// With y = θ₁x + θ₂x² + θ₃xm + θ₄x²m the turning point moves by dx*/dm = (θ₁θ₄ - θ₂θ₃) / (2(θ₂ + θ₄m)²)
/// (Haans, Pieters and He 2016, eq. 9), and the curve flips where θ₂ + θ₄m = 0.
pub(crate) fn moderation(numbers: &Numbers<'_>, spec: &AuditSpec) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for curve in &spec.moderation {
        let names = [&curve.linear, &curve.square, &curve.linear_interaction, &curve.square_interaction];
        let theta: Vec<&Printed> = names.iter().map(|name| numbers.coef(&curve.column, name)).collect::<Result<_>>()?;
        let se: Vec<Option<f64>> = names
            .iter()
            .map(|name| Ok(numbers.row(&curve.column, name)?.se.as_ref().map(|se| se.value)))
            .collect::<Result<_>>()?;
        findings.push(shift(curve, &theta, &se));
        findings.push(flip(curve, &theta));
        if let Some(other) = &curve.unmoderated {
            let plain = [numbers.coef(other, &curve.linear)?, numbers.coef(other, &curve.square)?];
            findings.push(implied_moderator(curve, other, &theta, &plain));
        }
    }
    Ok(findings)
}

fn shift(curve: &ModerationSpec, theta: &[&Printed], se: &[Option<f64>]) -> Finding {
    let value = theta[0].value * theta[3].value - theta[1].value * theta[2].value;
    let i: Vec<Interval> = theta.iter().map(|t| Interval::of(t)).collect();
    let interval = i[0] * i[3] - i[1] * i[2];
    let possible = |sign: f64| if sign < 0.0 { interval.low < 0.0 } else { interval.high > 0.0 };
    let status = match curve.printed_sign.map(f64::from) {
        None => Status::Ok,
        Some(sign) if value * sign > 0.0 => Status::Ok,
        Some(sign) if possible(sign) => Status::Rounding,
        Some(_) => Status::Contradiction,
    };
    let mut finding = Finding::new(Check::Moderation, status, format!("{} θ₁θ₄-θ₂θ₃", curve.column))
        .published(
            curve.printed_sign.map_or(String::new(), |sign| if sign < 0 { "< 0".to_owned() } else { "> 0".to_owned() }),
        )
        .implied(format!("{} ({})", numfmt::number(value, Format::Significant(2)), interval.print(2)));
    if let [Some(s1), Some(s2), Some(s3), Some(s4)] = se {
        // Delta method with independent coefficients: the covariances are not published.
        let t: Vec<f64> = theta.iter().map(|t| t.value).collect();
        let variance = (t[3] * s1).powi(2) + (t[2] * s2).powi(2) + (t[1] * s3).powi(2) + (t[0] * s4).powi(2);
        let se = variance.sqrt();
        if value.abs() < 1.96 * se {
            if finding.status == Status::Ok {
                finding.status = Status::Remark;
            }
            let se = numfmt::number(se, Format::Significant(2));
            finding = finding.message(
                format!("符号一致，但没有检验；系数独立时标准误约 {se}，与零无法区分"),
                format!("no test is given; with independent coefficients its standard error is about {se}, so it cannot be told from zero"),
            );
        }
    }
    if finding.status == Status::Contradiction {
        finding = finding
            .message("所印符号在四舍五入范围内不可能", "the printed sign is impossible for any unrounded coefficients");
    }
    finding
}

fn flip(curve: &ModerationSpec, theta: &[&Printed]) -> Finding {
    if theta[3].value == 0.0 {
        return Finding::new(Check::Moderation, Status::Remark, format!("{} {}", curve.column, curve.moderator))
            .published(theta[3].text.clone())
            .message(
                "平方项与调节变量的交互项印为零：曲线变陡还是变平、在何处反转均未知",
                "the interaction with the square is printed as zero: whether the curve steepens and where it flips is unknown",
            );
    }
    let square = -theta[1].value / theta[3].value;
    let linear = -theta[0].value / theta[2].value;
    let name = &curve.moderator;
    let (square, linear) = (numfmt::number(square, Format::Fixed(2)), numfmt::number(linear, Format::Fixed(2)));
    let steeper = theta[1].value * theta[3].value > 0.0;
    let verb = if steeper { ("变陡", "steepens") } else { ("变平", "flattens") };
    Finding::new(Check::Moderation, Status::Remark, format!("{} {name}", curve.column))
        .implied(format!("θ₂+θ₄m = 0: m = {square}; θ₁+θ₃m = 0: m = {linear}"))
        .message(
            format!("{name} 使曲线{}，并在 {name} = {square} 处反转", verb.0),
            format!("{name} {} the curve, which flips at {name} = {square}", verb.1),
        )
}

fn implied_moderator(curve: &ModerationSpec, other: &ColumnRef, theta: &[&Printed], plain: &[&Printed; 2]) -> Finding {
    let at = |plain: f64, base: f64, slope: f64| numfmt::number((plain - base) / slope, Format::Fixed(2));
    let linear = at(plain[0].value, theta[0].value, theta[2].value);
    let square = at(plain[1].value, theta[1].value, theta[3].value);
    Finding::new(Check::Moderation, Status::Remark, format!("{} / {other}", curve.column))
        .implied(format!("{} = {linear}, {square}", curve.moderator))
        .message(
            format!("不含调节变量的同一样本要求 {} 的均值约在 {linear} 与 {square} 之间", curve.moderator),
            format!(
                "the same sample without the moderator needs a mean {} of about {linear} to {square}",
                curve.moderator
            ),
        )
}
