//! The verdict in one sentence, and a few numbers in large type.

use crate::results::Results;
use crate::show::{beyond_turning_point, count};
use panel_fe::record::{CurveRecord, EstimateRecord, FiellerRecord, TestRecord, TurningPointRecord, UTestRecord};
use report::numfmt::{Format, number, p_equation, p_value, percent};
use report::page::Fact;
use report::{Lang, Text};
use study::{Headline, Study};

/// The U test of the headline, where it has one.
fn headline_test<'a>(study: &Study, results: &'a Results) -> Option<(&'a EstimateRecord, &'a CurveRecord)> {
    let headline = Headline::of(study)?;
    let record = results.tables.as_ref()?.estimate_of(&headline.table.id, &headline.name)?;
    match record.utest.as_ref()? {
        UTestRecord::Computed(test) => Some((record, test)),
        UTestRecord::Missing { .. } => None,
    }
}

fn p_of(test: &CurveRecord) -> Option<f64> {
    match test.test {
        TestRecord::Computed { p, .. } => p,
        TestRecord::Missing { .. } => None,
    }
}

/// The turning point with its interval, where that is one.
fn turning_point(test: &CurveRecord) -> Option<(f64, Option<(f64, f64)>)> {
    let TurningPointRecord::Computed { estimate, fieller, .. } = &test.turning_point else { return None };
    let interval = match fieller {
        FiellerRecord::Interval { low, high } => low.zip(*high),
        _ => None,
    };
    estimate.map(|at| (at, interval))
}

/// One sentence: the headline's finding with its numbers, then how the publication compares.
pub(super) fn sentence(study: &Study, results: &Results) -> Text {
    let names = study.labels();
    let finding = Headline::of(study).and_then(|headline| {
        let (record, test) = headline_test(study, results)?;
        let (x, y) = (names.get(headline.x), names.get(&headline.column.formula.response.name));
        Some(Text::build(|lang| {
            let n = count(record.n_obs, lang);
            let (x, y) = (x.get(lang), y.get(lang));
            let at = turning_point(test).map_or_else(String::new, |(at, _)| number(at, Format::Legible(2)));
            let beyond = beyond_turning_point(test.share_beyond);
            let beyond = beyond.get(lang);
            let holds = p_of(test).is_some_and(|p| p < 0.05);
            let p = p_of(test).map_or_else(String::new, p_equation);
            let u = test.shape == "u";
            match (holds, lang) {
                (true, Lang::Zh) => {
                    format!(
                        "{x}与{y}呈{}：拐点 {at}{beyond}，检验 {p}（n = {n}）。",
                        if u { "正 U 形" } else { "倒 U 形" }
                    )
                }
                (true, Lang::En) => format!(
                    "{x} and {y} form {}: it turns at {at}{beyond} (test {p}, n = {n}).",
                    if u { "a U" } else { "an inverse U" }
                ),
                (false, Lang::Zh) => format!("{x}与{y}之间的 U 形在 5% 水平上不成立（n = {n}）。"),
                (false, Lang::En) => format!("No U between {x} and {y} at the 5% level (n = {n})."),
            }
        }))
    });
    let compared = results.published.as_ref().map(|published| {
        let numbers = published.comparison.numbers();
        let agree = numbers.same + numbers.same_sign_and_stars;
        Text::new(
            format!("{} 个已发表数字中，{agree} 个按发表位数一致或符号与显著性一致。", numbers.published),
            format!("{agree} of {} published numbers agree at printed digits or in sign and stars.", numbers.published),
        )
    });
    let plain = || {
        let (tables, regressions) =
            results.tables.as_ref().map_or((0, 0), |tables| (tables.tables.len(), tables.estimates.len()));
        Text::new(
            format!("{tables} 张表，{regressions} 个回归，均由原始数据计算。"),
            format!("{tables} tables and {regressions} regressions, computed from the raw data."),
        )
    };
    match (finding, compared) {
        (Some(finding), Some(compared)) => Text::build(|lang| {
            let space = if lang == Lang::En { " " } else { "" };
            format!("{}{space}{}", finding.get(lang), compared.get(lang))
        }),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => plain(),
    }
}

/// Turning point, U test, agreement, observations: those that the study has.
pub(super) fn facts(study: &Study, results: &Results) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut push = |value: String, zh: &str, en: &str| {
        facts.push(Fact { value: Text::same(value), label: Text::new(zh, en) });
    };
    let level = Headline::of(study).and_then(|headline| headline.column.level).unwrap_or(0.95);
    if let Some((_, test)) = headline_test(study, results) {
        let two = |value: f64| number(value, Format::Legible(2));
        if let Some((at, interval)) = turning_point(test) {
            match interval {
                Some((low, high)) => push(
                    format!("{} [{}, {}]", two(at), two(low), two(high)),
                    &format!("拐点与 {}% Fieller 区间", percent(level)),
                    &format!("Turning point, {}% Fieller interval", percent(level)),
                ),
                None => push(two(at), "拐点（Fieller 区间无界）", "Turning point (Fieller set unbounded)"),
            }
        }
        if let Some(p) = p_of(test) {
            push(p_value(p), "U 形检验 p 值", "U-test p");
        }
    }
    if let Some(published) = &results.published {
        let n = published.comparison.numbers();
        push(
            format!("{} / {} / {}", n.same, n.same_sign_and_stars, n.differs),
            "发表数字：一致 / 符号与星号一致 / 不一致",
            "Published numbers: same / same sign and stars / differ",
        );
    }
    let panel = &results.computed.panel;
    let size = if study.study.time.is_some() {
        format!("{} × {}", panel.n_entities(), panel.n_periods())
    } else {
        number(panel.n_entities() as f64, Format::Grouped)
    };
    let names = study.labels();
    let (entity, time) = (names.get(&study.study.entity), study.study.time.as_ref().map(|time| names.get(time)));
    let label = |lang: Lang| {
        let time = time.as_ref().map_or_else(String::new, |time| format!(" × {}", time.get(lang)));
        format!("{}{time}", entity.get(lang))
    };
    push(size, &label(Lang::Zh), &label(Lang::En));
    facts
}
