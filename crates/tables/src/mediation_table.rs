//! The table of a mediation chain: total, direct and indirect effect of each term with its share.

use super::closing;
use super::mediation::{Mediated, title};
use super::mediation_bootstrap::Bootstrapped;
use super::mediation_effects::Effect;
use report::numfmt::{Format, number, percent};
use report::table::{Cell, Row, RowGroup, Wrap};
use report::{Lang, Table, Text};
use study::{Digits, IntervalKind, Study};

/// The chain as a table: a group of rows per term. Indirect effects have Sobel's test, or intervals where they are resampled.
pub(super) fn table(mediated: &Mediated, study: &Study) -> Table {
    let Mediated { spec, result, bootstrap, .. } = mediated;
    let names = study.labels();
    let mut header = vec![Text::new("效应值", "Effect"), Text::new("标准误", "Std. error"), Text::same("p")];
    header.push(match bootstrap {
        Some(bootstrap) => {
            let level = percent(bootstrap.spec.level);
            Text::new(format!("{level}% 置信区间"), format!("{level}% interval"))
        }
        None => Text::same("Sobel z"),
    });
    header.push(Text::new("效应占比", "Share of total"));
    let mut table = Table::new(spec.table_id(), title(spec, study), ("效应", "Effect"), header);
    for (i, term) in result.terms.iter().enumerate() {
        let share = |part: f64| Cell::number(part / term.total, Format::Percent(1));
        let product = Effect::of_product(term, &result.b);
        let (indirect, z) = match bootstrap {
            Some(bootstrap) => (&bootstrap.indirect[i], None),
            None => (&product, term.sobel.available().map(|test| test.stat)),
        };
        let resampled = bootstrap.is_some();
        let z = z.map_or_else(Cell::empty, |z| Cell::number(z, Format::Fixed(2)));
        let interval = |effect: &Effect| if resampled { interval(effect, study) } else { Cell::empty() };
        let (total, direct) = (&mediated.total[i], &mediated.direct[i]);
        let fourth = if resampled { interval(indirect) } else { z };
        let rows = vec![
            row(("总效应", "Total").into(), total, (interval(total), Cell::empty()), study),
            row(("直接效应", "Direct").into(), direct, (interval(direct), share(term.direct)), study),
            row(("间接效应", "Indirect").into(), indirect, (fourth, share(term.indirect)), study),
        ];
        table.groups.push(RowGroup::labelled(names.get(&term.term), rows));
    }
    if let Some(bootstrap) = bootstrap {
        instantaneous(&mut table, mediated, bootstrap, study);
    }
    table.thousands = study.report.thousands;
    notes(&mut table, mediated, study);
    closing::close(&mut table, study);
    table
}

/// Instantaneous indirect effects, in a group of their own.
fn instantaneous(table: &mut Table, mediated: &Mediated, bootstrap: &Bootstrapped, study: &Study) {
    if bootstrap.instant.is_empty() {
        return;
    }
    let rows = bootstrap.instant.iter().map(|instant| {
        let x = number(instant.x, Format::Legible(3));
        let (zh, en) = match instant.at {
            "mean" => ("均值", "mean"),
            "p25" => ("下四分位数", "lower quartile"),
            "p50" => ("中位数", "median"),
            _ => ("上四分位数", "upper quartile"),
        };
        let stub = Text::new(format!("{zh}（{x}）"), format!("{en} ({x})"));
        row(stub, &instant.effect, (interval(&instant.effect, study), Cell::empty()), study)
    });
    let label = study.labels().get(&mediated.spec.terms[0]).map(|lang, label| match lang {
        Lang::Zh => format!("瞬时间接效应，{label}取"),
        Lang::En => format!("Instantaneous indirect effect where {label} is at its"),
    });
    table.groups.push(RowGroup::labelled(label, rows.collect()));
}

fn digits(study: &Study) -> Format {
    study.report.digits.map_or(Format::Legible(3), Digits::format)
}

fn interval(effect: &Effect, study: &Study) -> Cell {
    let ends = |(low, high)| Cell::interval(low, high, digits(study)).wrapped(Wrap::Brackets);
    effect.interval.map_or_else(Cell::empty, ends)
}

/// A row of the table; the cells given are its interval or z, and its share of the total effect.
fn row(stub: Text, effect: &Effect, (fourth, share): (Cell, Cell), study: &Study) -> Row {
    let digits = digits(study);
    let stars = effect.p.map_or(0, |p| study.report.stars.count(p));
    let cells = vec![
        Cell::number(effect.value, digits).with_stars(stars),
        Cell::number(effect.se, digits).wrapped(Wrap::Parens),
        effect.p.map_or_else(Cell::empty, Cell::p_value),
        fourth,
        share,
    ];
    Row::new(stub, cells)
}

fn notes(table: &mut Table, mediated: &Mediated, study: &Study) {
    let n_obs = mediated.n_obs;
    table.push_note(Text::new(
        format!("三步均用共同样本（{n_obs} 个观测），总效应 = 直接效应 + 间接效应；效应占比为占总效应的比例。"),
        format!(
            "All three steps on the common sample of {n_obs} observations; total = direct + indirect; shares are of the \
             total effect."
        ),
    ));
    match &mediated.bootstrap {
        Some(bootstrap) => resampling_notes(table, bootstrap, study),
        None => table.push_note(Text::new(
            "间接效应的标准误与 p 值来自 Sobel (1982) 检验。",
            "Standard errors and p-values of indirect effects by Sobel's (1982) test.",
        )),
    }
    let opposite = mediated.result.terms.iter().filter(|term| term.direct * term.indirect < 0.0);
    let opposite: Vec<Text> = opposite.map(|term| study.labels().get(&term.term)).collect();
    if !opposite.is_empty() {
        let listed = Text::build(|lang| {
            let with = if lang == Lang::Zh { "、" } else { ", " };
            opposite.iter().map(|label| label.get(lang)).collect::<Vec<_>>().join(with)
        });
        table.push_note(Text::new(
            format!("{}：间接效应与直接效应异号，为遮掩效应，占比不在 0 与 100% 之间。", listed.get(Lang::Zh)),
            format!(
                "{}: the indirect effect has the opposite sign of the direct one (suppression), so that the shares do \
                 not lie between 0 and 100%.",
                listed.get(Lang::En)
            ),
        ));
    }
}

/// How indirect effects were resampled.
fn resampling_notes(table: &mut Table, bootstrap: &Bootstrapped, study: &Study) {
    let Bootstrapped { units, draws, spec, .. } = bootstrap;
    let unit = study.labels().get(&bootstrap.unit);
    let (kind_zh, kind_en) = match spec.interval {
        IntervalKind::BiasCorrected => ("偏差校正的百分位", "bias-corrected percentile"),
        IntervalKind::Percentile => ("百分位", "percentile"),
    };
    table.push_note(Text::new(
        format!(
            "间接效应的标准误与区间来自 {draws} 次自助抽样（以{}为单位，共 {units} 个；{kind_zh}区间，种子 {}）。",
            unit.get(Lang::Zh),
            spec.seed
        ),
        format!(
            "Standard errors and intervals of indirect effects from {draws} bootstrap resamples of {units} units of {} \
             ({kind_en} intervals, seed {}).",
            unit.get(Lang::En),
            spec.seed
        ),
    ));
    if !bootstrap.instant.is_empty() {
        table.push_note(Text::new(
            "瞬时间接效应为 (a₁ + 2a₂x)b（Hayes & Preacher, 2010）。",
            "The instantaneous indirect effect is (a₁ + 2a₂x)b (Hayes & Preacher 2010).",
        ));
    }
}
