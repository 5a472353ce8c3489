//! What is said of keys that find no match, and what to write.

use super::JoinReport;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::panel::Panel;
use crate::remedy::{Remedy, listed};
use crate::suggest;
use crate::time_axis::written_alike;
use std::collections::{BTreeSet, HashSet};

/// Entities of a source that the panel does not have, with the name of the panel that is nearest.
fn near_names<'a>(report: &'a JoinReport, panel: &'a Panel) -> Vec<(&'a str, &'a str)> {
    let known: HashSet<&str> = panel.entities().iter().map(String::as_str).collect();
    let strangers: BTreeSet<&str> = report
        .not_in_panel
        .iter()
        .map(|(entity, _)| entity.as_str())
        .filter(|entity| !entity.is_empty() && !known.contains(entity))
        .collect();
    // A hint costs a comparison with every entity, and few of them say what is wrong with all.
    let near = |stranger: &&'a str| {
        let known = suggest::nearest(stranger, panel.entities().iter().map(String::as_str))?;
        is_spelling(stranger, known).then_some((*stranger, known))
    };
    strangers.iter().take(500).filter_map(near).collect()
}

/// Whether the periods of the source that are not in the panel are written like those of the panel.
fn report_alike(report: &JoinReport) -> bool {
    let [theirs, ours] = [&report.not_in_panel, &report.without_match].map(|keys| keys.first().map(|(_, time)| time));
    theirs.zip(ours).is_none_or(|(theirs, ours)| written_alike(theirs, ours))
}

/// Whether two names are one place: one is the other with what its kind is called (`北京`, `北京市`). A name inside another is
/// mostly another place (`Guinea`, `Guinea-Bissau`).
fn is_spelling(one: &str, other: &str) -> bool {
    const KINDS: [&str; 20] = [
        "市",
        "省",
        "县",
        "區",
        "区",
        "縣",
        "盟",
        "地区",
        "自治区",
        "自治州",
        "自治县",
        "特别行政区",
        "city",
        "province",
        "county",
        "prefecture",
        "district",
        "region",
        "municipality",
        "state",
    ];
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let added = long.strip_prefix(short).or_else(|| long.strip_suffix(short)).map(|rest| rest.trim().to_lowercase());
    let of_a_people =
        |added: &str| ["族自治区", "族自治州", "族自治县", "尔自治区"].iter().any(|end| added.ends_with(end));
    added.is_some_and(|added| added.is_empty() || KINDS.contains(&added.as_str()) || of_a_people(&added))
}

/// A key as it is shown: `Beijing 2013`, or what there is of it.
fn in_words((entity, time): &(String, String)) -> String {
    match (entity.is_empty(), time.is_empty()) {
        (false, false) => format!("{entity} {time}"),
        (false, true) => entity.clone(),
        _ => time.clone(),
    }
}

/// The error about a source of which no row finds its key.
pub(super) fn unmatched(report: &JoinReport, panel: &Panel) -> Error {
    let theirs = report.not_in_panel.first().map(in_words).unwrap_or_default();
    let ours = report.without_match.first().map(in_words).unwrap_or_default();
    let pairs = near_names(report, panel);
    let remedies: Vec<Remedy> = (!pairs.is_empty()).then(|| Remedy::table("spellings", &pairs)).into_iter().collect();
    let shared = report.not_in_panel.iter().any(|(entity, _)| panel.entities().contains(entity));
    let hint = if !remedies.is_empty() {
        format!("in its [[source]], {} reads the names as the panel writes them", listed(&remedies))
    } else if shared && !report_alike(report) {
        "the names are the same, the periods are written in two ways: write them in one way in both files".to_owned()
    } else if shared {
        "if each file holds other periods, `rows = \"union\"` in [study] takes the rows of all".to_owned()
    } else {
        "are names and periods written in the same way, and is it the same sample?".to_owned()
    };
    Error::Unmatched { file: report.file.clone(), theirs, ours, hint, remedies }
}

/// Puts a report into words.
pub(super) fn describe(report: &JoinReport, panel: &Panel, diagnostics: &mut Diagnostics) {
    let some = |keys: &[(String, String)]| {
        let shown: Vec<String> = keys.iter().take(3).map(in_words).collect();
        let more = if keys.len() > 3 { ", …" } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let file = &report.file;
    if report.matched == 0 {
        diagnostics.push(Diagnostic::warning("join-no-match", unmatched(report, panel).to_string()));
    } else if !report.without_match.is_empty() {
        diagnostics.push(Diagnostic::warning(
            "join-without-match",
            format!(
                "{} key(s) of the panel have no match in `{file}`: {}",
                report.without_match.len(),
                some(&report.without_match)
            ),
        ));
    }
    if !report.filled.is_empty() {
        let count: usize = report.filled.iter().map(|(_, count)| count).sum();
        let shown: Vec<String> =
            report.filled.iter().take(5).map(|(name, count)| format!("`{name}` {count}")).collect();
        let more = if report.filled.len() > 5 { ", …" } else { "" };
        diagnostics.push(Diagnostic::note(
            "join-filled",
            format!("{count} value(s) that earlier sources lack were filled from `{file}`: {}{more}", shown.join(", ")),
        ));
    }
    if !report.not_in_panel.is_empty() {
        let pairs = near_names(report, panel);
        let hint: Vec<String> =
            pairs.iter().take(3).map(|(stranger, known)| format!("`{stranger}` may be `{known}`")).collect();
        let hint = if hint.is_empty() { String::new() } else { format!("; {}", hint.join(", ")) };
        diagnostics.push(Diagnostic::note(
            "join-not-in-panel",
            format!(
                "{} key(s) of `{file}` are not in the panel: {}{hint}",
                report.not_in_panel.len(),
                some(&report.not_in_panel)
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{ReadOptions, Rows, Source, assemble, read_bytes};

    #[test]
    fn a_name_with_its_kind_is_a_spelling_and_a_name_inside_another_is_none() {
        for (one, other) in
            [("北京", "北京市"), ("Cork County", "Cork"), ("广西", "广西壮族自治区"), ("香港", "香港特别行政区")]
        {
            assert!(is_spelling(one, other) && is_spelling(other, one), "{one} {other}");
        }
        for (one, other) in
            [("Guinea", "Guinea-Bissau"), ("Niger", "Nigeria"), ("海南", "海南藏族自治州x"), ("York", "New York")]
        {
            assert!(!is_spelling(one, other), "{one} {other}");
        }
    }

    #[test]
    fn rows_are_not_added_where_periods_are_only_written_otherwise() {
        let refusal = |second: &str| {
            let source = |file: &str, text: &str| {
                let table = read_bytes(file, text.as_bytes(), &ReadOptions::default()).expect("a table");
                Source::both(table, "city", "year")
            };
            let first = source("a.csv", "city,year,y\na,2013,1\na,2014,2\n");
            let sources = vec![first, source("b.csv", &format!("city,year,x\n{second}"))];
            assemble("city", Some("year"), sources, Rows::First).expect_err("no match").to_string()
        };
        for rows in ["a,2013-12-31,1\na,2014-12-31,2\n", "a,13,1\na,14,2\n"] {
            let message = refusal(rows);
            assert!(message.contains("written in two ways") && !message.contains("union"), "{message}");
        }
        assert!(refusal("a,2015,1\na,2016,2\n").contains("`rows = \"union\"` in [study]"));
    }
}
