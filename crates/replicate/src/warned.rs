//! The warnings of a run as the terminal lists them: the most serious first, those of one kind in one line.

use panel_core::{Diagnostic, Severity};

/// Lines that the terminal lists.
const LISTED: usize = 10;

/// How codes of warnings begin, the most serious first; those that are not here come last.
const SERIOUS: [&str; 33] = [
    // A number that is not there, or not what it seems.
    "not-computed",
    "column-left-out",
    "gtfp-",
    "no-standard-error",
    "vcov-not-positive",
    "vcov-indefinite",
    "perfect-fit",
    "response-explained",
    "spatial-rho-outside",
    "spatial-second-peak",
    "spatial-no-moments",
    "price-index-kind",
    "price-kind",
    "near-pair",
    // Data that were lost or misread.
    "join-",
    "error-cells",
    "unknown-value",
    "totals-among-entities",
    "quality-",
    "undefined-values",
    "capital-",
    "no-partner",
    "no-coordinates",
    "total-zero",
    "segmentation-zero",
    "border-places",
    // What limits a regression.
    "collinear-dropped",
    "redundant-effects",
    "weak-instruments",
    "spatial-",
    "few-clusters",
    "precision",
    "format-left-out",
];

/// The warnings among the remarks of a run.
pub(crate) fn warnings(remarks: &[(String, Diagnostic)]) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut count = 0;
    for (stage, remark) in remarks.iter().filter(|(_, remark)| remark.severity == Severity::Warning) {
        count += 1;
        let place = stage.as_str();
        let form = form(&remark.message);
        match groups.iter_mut().find(|group| group.first.code == remark.code && group.form == form) {
            Some(group) => {
                group.others += 1;
                group.same &= group.first.message == remark.message;
                if !group.places.contains(&place) {
                    group.places.push(place);
                }
            }
            None => groups.push(Group { first: remark, form, places: vec![place], others: 0, same: true }),
        }
    }
    groups.sort_by_key(|group| rank(&group.first.code));
    let mut text = String::new();
    if count > 0 {
        text += &format!("{count} warning{}\n", if count == 1 { "" } else { "s" });
    }
    groups.iter().take(LISTED).for_each(|group| text += &group.line());
    let left: usize = groups.iter().skip(LISTED).map(|group| group.others + 1).sum();
    if left > 0 {
        text += &format!("  and {left} more in log/diagnostics.md\n");
    }
    text
}

fn rank(code: &str) -> usize {
    // The longest beginning decides: `spatial-second-peak` is more than a `spatial-` remark.
    let known = SERIOUS.iter().enumerate().filter(|(_, known)| code.starts_with(*known));
    known.max_by_key(|(_, known)| known.len()).map_or(SERIOUS.len(), |(place, _)| place)
}

/// Warnings that say the same, but for numbers and names.
struct Group<'a> {
    first: &'a Diagnostic,
    form: String,
    places: Vec<&'a str>,
    /// Warnings beside the first.
    others: usize,
    /// Whether their words are the same, numbers and names included.
    same: bool,
}

impl Group<'_> {
    fn line(&self) -> String {
        /// Places that a line names.
        const NAMED: usize = 8;
        let message = &self.first.message;
        let some = |places: &[&str]| {
            let named = places.iter().take(NAMED).copied().collect::<Vec<&str>>().join(", ");
            if places.len() > NAMED { format!("{named}, … ({})", places.len()) } else { named }
        };
        match self.places.as_slice() {
            places if self.same => format!("  {}: {message}\n", some(places)),
            [only] => format!("  {only}: {message}; and {} like it in log/diagnostics.md\n", self.others),
            [first, others @ ..] => {
                format!("  {first}: {message}; likewise, with numbers of their own, {}\n", some(others))
            }
            [] => String::new(),
        }
    }
}

/// A message without its numbers and the names between backticks.
fn form(message: &str) -> String {
    let mut out = String::new();
    for (place, part) in message.split('`').enumerate() {
        if place % 2 == 0 {
            out.extend(part.chars().filter(|c| !(c.is_ascii_digit() || c.is_whitespace() || matches!(c, '.' | ','))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(remarks: &[(&str, &str, &str)]) -> String {
        let remark =
            |(stage, code, message): &(&str, &str, &str)| ((*stage).to_owned(), Diagnostic::warning(*code, *message));
        warnings(&remarks.iter().map(remark).collect::<Vec<_>>())
    }

    #[test]
    fn few_clusters_hide_no_missing_standard_error() {
        let stages: Vec<String> = (1..=12).map(|k| format!("a:c{k}")).collect();
        let mut remarks: Vec<(&str, &str, &str)> =
            stages.iter().map(|stage| (stage.as_str(), "few-clusters", "only 5 clusters of `city`")).collect();
        remarks.push(("b:(1)", "few-clusters", "only 7 clusters of `prov`"));
        remarks.push(("a:c13", "no-standard-error", "`x` has no standard error"));
        let text = warned(&remarks);
        assert_eq!(
            text,
            "14 warnings\n  a:c13: `x` has no standard error\n  a:c1: only 5 clusters of `city`; likewise, with numbers of \
             their own, a:c2, a:c3, a:c4, a:c5, a:c6, a:c7, a:c8, a:c9, … (12)\n"
        );
        // All alike: one line, every place named.
        let text = warned(&remarks[..3]);
        assert_eq!(text, "3 warnings\n  a:c1, a:c2, a:c3: only 5 clusters of `city`\n");
    }

    #[test]
    fn other_sentences_stay_and_what_is_left_is_counted() {
        let codes: Vec<String> = (0..12).map(|k| format!("code-{}", (b'a' + k) as char)).collect();
        let mut remarks: Vec<(&str, &str, &str)> = codes.iter().map(|code| ("data", code.as_str(), "said")).collect();
        remarks.push(("market", "no-partner", "one has none"));
        remarks.push(("market", "no-partner", "others lack goods"));
        remarks.push(("market", "no-partner", "others lack goods 2"));
        let text = warned(&remarks);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "15 warnings");
        assert_eq!(lines[1], "  market: one has none");
        assert_eq!(lines[2], "  market: others lack goods; and 1 like it in log/diagnostics.md");
        assert_eq!(lines[11], "  and 4 more in log/diagnostics.md");
        assert_eq!(warned(&[]), "");
    }
}
