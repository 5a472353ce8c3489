//! What diagnostics say that no row of a table holds, as notes under it: Anderson-Rubin sets, and what single observations do.

use crate::intervals::{self, Ends};
use panel_fe::Estimate;
use panel_fe::record::{DiagnosticRecord, EstimateRecord};
use report::numfmt::{Format, number, percent};
use report::{Labels, Lang, Text};

/// The notes of a column.
pub(super) fn set_notes(record: &EstimateRecord, fit: &Estimate, column: &str, labels: &Labels) -> Vec<Text> {
    record.diagnostics.values().filter_map(|diagnostic| note(diagnostic, fit, column, labels)).collect()
}

fn note(diagnostic: &DiagnosticRecord, fit: &Estimate, column: &str, labels: &Labels) -> Option<Text> {
    match diagnostic {
        DiagnosticRecord::Set { level, intervals } => {
            let regressor = &fit.frame().endog.first()?.name;
            Some(Text::build(|lang| sets(&[(regressor, intervals)], *level, column, labels, lang)))
        }
        DiagnosticRecord::Projections { level, sets: projections } => {
            let projected: Vec<_> = projections.iter().map(|one| (one.of.as_str(), one.intervals.as_slice())).collect();
            Some(Text::build(|lang| sets(&projected, *level, column, labels, lang)))
        }
        DiagnosticRecord::Influence { max_leverage, max_cook, max_studentized, above_4_over_n, .. } => {
            let [leverage, cook, residual] =
                [max_leverage, max_cook, max_studentized].map(|value| shown(value.as_ref()));
            let (n, above) = (fit.rows.len(), above_4_over_n);
            Some(Text::new(
                format!(
                    "{column} 列：最大杠杆值 {leverage}，最大学生化残差 {residual}，最大 Cook 距离 {cook}（{n} \
                     个观测值中有 {above} 个大于 4/N）。"
                ),
                format!(
                    "Column {column}: largest leverage {leverage}, largest studentised residual {residual}, largest Cook's \
                     distance {cook} ({above} of {n} observations above 4/N)."
                ),
            ))
        }
        _ => None,
    }
}

fn shown(value: Option<&f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number(*value, Format::Legible(3)))
}

fn sets(all: &[(&str, &[Ends])], level: f64, column: &str, labels: &Labels, lang: Lang) -> String {
    let share = percent(level);
    let one = |(name, intervals): &(&str, &[Ends])| {
        let label = match *name {
            "turning point" => Text::new("拐点", "turning point"),
            name => labels.get(name),
        };
        format!("{} {}", label.get(lang), union(intervals, lang))
    };
    let parts: Vec<String> = all.iter().map(one).collect();
    match lang {
        Lang::Zh => format!("{column} 列，{share}% Anderson-Rubin 置信集：{}。", parts.join("；")),
        Lang::En => format!("Column {column}, {share} % Anderson-Rubin set: {}.", parts.join("; ")),
    }
}

fn union(intervals: &[Ends], lang: Lang) -> String {
    match (intervals.is_empty(), lang) {
        (true, Lang::Zh) => "为空（模型被拒绝）".to_owned(),
        (true, Lang::En) => "is empty (the model is rejected)".to_owned(),
        (false, _) => intervals::union(intervals),
    }
}
