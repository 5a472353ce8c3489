//! Notes and rows that say how standard errors were computed: generated, never typed.

use super::{Below, ModelColumn, RegressionSpec, SeKind, StdErrors};
use crate::table::{Cell, Row};
use crate::{Lang, Text};

/// The notes of a table: stars, what stands below coefficients, then the caller's own.
pub(super) fn notes(columns: &[ModelColumn], spec: &RegressionSpec) -> Vec<Text> {
    let first = Text::build(|lang| {
        let parts: Vec<String> =
            [spec.stars.note(lang), below_note(columns, spec, lang)].into_iter().flatten().collect();
        match (parts.is_empty(), lang) {
            (true, _) => String::new(),
            (false, Lang::Zh) => format!("{}。", parts.join("；")),
            (false, Lang::En) => format!("{}.", parts.join(". ")),
        }
    });
    std::iter::once(first).chain(spec.notes.iter().cloned()).filter(|note| !note.is_empty()).collect()
}

fn below_note(columns: &[ModelColumn], spec: &RegressionSpec, lang: Lang) -> Option<String> {
    let same = columns.windows(2).all(|pair| same_but_for_counts(&pair[0].std_errors, &pair[1].std_errors));
    // What no record states, no note may guess.
    let stated = !(same && columns[0].std_errors.kind == SeKind::Unstated);
    match (spec.below, stated, lang) {
        (Below::Nothing, _, _) if spec.stars.thresholds().is_empty() => return None,
        (Below::Nothing, false, _) => return None,
        (Below::T, false, Lang::Zh) => return Some("括号内为 t 值".to_owned()),
        (Below::T, false, Lang::En) => return Some("t statistics in parentheses".to_owned()),
        (Below::P, false, Lang::Zh) => return Some("方括号内为 p 值".to_owned()),
        (Below::P, false, Lang::En) => return Some("p-values in brackets".to_owned()),
        (Below::Interval, false, Lang::Zh) => return Some("方括号内为置信区间".to_owned()),
        (Below::Interval, false, Lang::En) => return Some("Confidence intervals in brackets".to_owned()),
        _ => {}
    }
    let errors = if same { describe(columns, lang) } else { see_rows(lang).to_owned() };
    Some(match (spec.below, lang) {
        (Below::StdError, Lang::Zh) => format!("括号内为{errors}"),
        (Below::StdError, Lang::En) => format!("{} in parentheses", capitalized(&errors)),
        (Below::T, Lang::Zh) => format!("括号内为 t 值，基于{errors}"),
        (Below::T, Lang::En) => format!("t statistics in parentheses, based on {errors}"),
        (Below::P, Lang::Zh) => format!("方括号内为 p 值，基于{errors}"),
        (Below::P, Lang::En) => format!("p-values in brackets, based on {errors}"),
        (Below::Interval, Lang::Zh) => format!("方括号内为置信区间，基于{errors}"),
        (Below::Interval, Lang::En) => format!("Confidence intervals in brackets, based on {errors}"),
        (Below::Nothing, Lang::Zh) => format!("显著性基于{errors}"),
        (Below::Nothing, Lang::En) => format!("Stars based on {errors}"),
    })
}

fn see_rows(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "标准误（类型见“标准误”一行）",
        Lang::En => "standard errors (their kind stands in the row “Standard errors”)",
    }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn same_but_for_counts(a: &StdErrors, b: &StdErrors) -> bool {
    a.kind == b.kind && a.clusters.iter().map(|c| &c.label).eq(b.clusters.iter().map(|c| &c.label))
}

/// Standard errors in words, with the number of clusters where it is the same in every column.
fn describe(columns: &[ModelColumn], lang: Lang) -> String {
    let first = &columns[0].std_errors;
    in_words(first, columns.iter().all(|column| column.std_errors == *first), lang)
}

/// Standard errors in words, with their number of clusters.
pub(crate) fn describe_errors(errors: &StdErrors, lang: Lang) -> String {
    in_words(errors, true, lang)
}

fn in_words(first: &StdErrors, same_counts: bool, lang: Lang) -> String {
    if first.kind != SeKind::Cluster {
        return kind(&first.kind, lang);
    }
    let names: Vec<&str> = first.clusters.iter().map(|cluster| cluster.label.get(lang)).collect();
    let counts: Vec<String> = first.clusters.iter().map(|cluster| cluster.groups.to_string()).collect();
    match (lang, same_counts && !counts.is_empty()) {
        (Lang::Zh, true) => format!("聚类到{}层面的稳健标准误（{} 个聚类）", names.join("和"), counts.join("、")),
        (Lang::Zh, false) => format!("聚类到{}层面的稳健标准误", names.join("和")),
        (Lang::En, true) => {
            format!("standard errors clustered by {} ({} clusters)", names.join(" and "), counts.join(" and "))
        }
        (Lang::En, false) => format!("standard errors clustered by {}", names.join(" and ")),
    }
}

fn kind(kind: &SeKind, lang: Lang) -> String {
    match (kind, lang) {
        (SeKind::Unstated, Lang::Zh) => "标准误".to_owned(),
        (SeKind::Unstated, Lang::En) => "standard errors".to_owned(),
        (SeKind::Iid, Lang::Zh) => "普通标准误（假定同方差、无相关）".to_owned(),
        (SeKind::Iid, Lang::En) => "conventional (iid) standard errors".to_owned(),
        (SeKind::Hc1, Lang::Zh) => "异方差稳健标准误（HC1）".to_owned(),
        (SeKind::Hc1, Lang::En) => "heteroskedasticity-robust (HC1) standard errors".to_owned(),
        (SeKind::Hc2, Lang::Zh) => "异方差稳健标准误（HC2）".to_owned(),
        (SeKind::Hc2, Lang::En) => "heteroskedasticity-robust (HC2) standard errors".to_owned(),
        (SeKind::Hc3, Lang::Zh) => "异方差稳健标准误（HC3）".to_owned(),
        (SeKind::Hc3, Lang::En) => "heteroskedasticity-robust (HC3) standard errors".to_owned(),
        (SeKind::Cluster, Lang::Zh) => "聚类稳健标准误".to_owned(),
        (SeKind::Cluster, Lang::En) => "clustered standard errors".to_owned(),
        (SeKind::DriscollKraay(lags), Lang::Zh) => format!("Driscoll-Kraay 标准误（滞后 {lags} 期）"),
        (SeKind::DriscollKraay(lags), Lang::En) => format!("Driscoll-Kraay standard errors ({lags} lags)"),
        (SeKind::NeweyWest(lags), Lang::Zh) => format!("Newey-West 标准误（滞后 {lags} 期）"),
        (SeKind::NeweyWest(lags), Lang::En) => format!("Newey-West standard errors ({lags} lags)"),
        (SeKind::Conley { km, lags: None }, Lang::Zh) => format!("Conley 空间标准误（{km} 千米以内）"),
        (SeKind::Conley { km, lags: None }, Lang::En) => format!("Conley standard errors (within {km} km)"),
        (SeKind::Conley { km, lags: Some(lags) }, Lang::Zh) => {
            format!("Conley 空间标准误（{km} 千米以内，序列相关滞后 {lags} 期）")
        }
        (SeKind::Conley { km, lags: Some(lags) }, Lang::En) => {
            format!("Conley standard errors (within {km} km, {lags} serial lags)")
        }
        (SeKind::Other(text), _) => text.get(lang).to_owned(),
    }
}

/// Rows “Standard errors” and, where there are clusters, “Clusters”.
pub(super) fn std_error_rows(columns: &[ModelColumn]) -> Vec<Row> {
    let kinds = columns.iter().map(|column| Cell::text(short(&column.std_errors))).collect();
    let mut rows = vec![Row::new(("标准误", "Standard errors"), kinds)];
    if columns.iter().any(|column| !column.std_errors.clusters.is_empty()) {
        let counts = columns.iter().map(|column| {
            let counts: Vec<String> = column.std_errors.clusters.iter().map(|c| c.groups.to_string()).collect();
            if counts.is_empty() { Cell::empty() } else { Cell::text(counts.join(" / ")) }
        });
        rows.push(Row::new(("聚类数", "Clusters"), counts.collect()));
    }
    rows
}

fn short(errors: &StdErrors) -> Text {
    let joined = |lang: Lang, with: &str| {
        errors.clusters.iter().map(|cluster| cluster.label.get(lang)).collect::<Vec<_>>().join(with)
    };
    match &errors.kind {
        SeKind::Unstated => Text::new("未说明", "not stated"),
        SeKind::Iid => Text::new("普通", "iid"),
        SeKind::Hc1 => Text::new("异方差稳健", "robust"),
        SeKind::Hc2 => Text::new("异方差稳健（HC2）", "robust (HC2)"),
        SeKind::Hc3 => Text::new("异方差稳健（HC3）", "robust (HC3)"),
        SeKind::Cluster => {
            Text::new(format!("{}聚类", joined(Lang::Zh, "、")), format!("by {}", joined(Lang::En, ", ")))
        }
        SeKind::DriscollKraay(lags) => Text::same(format!("Driscoll-Kraay ({lags})")),
        SeKind::NeweyWest(lags) => Text::same(format!("Newey-West ({lags})")),
        SeKind::Conley { km, lags: None } => Text::same(format!("Conley ({km} km)")),
        SeKind::Conley { km, lags: Some(lags) } => Text::same(format!("Conley ({km} km, {lags})")),
        SeKind::Other(text) => text.clone(),
    }
}
