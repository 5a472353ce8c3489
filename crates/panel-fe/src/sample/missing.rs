//! Which rows a sample leaves out, in words.

use panel_core::Panel;

/// Rows left out that are named, and variables with their counts.
const NAMED: usize = 10;

/// How many rows were left out for which variable, and the first of them.
pub(crate) fn describe<'a>(
    panel: &Panel,
    lost: &[usize],
    missing_of: impl Iterator<Item = (&'a str, usize)>,
) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for (name, count) in missing_of {
        if count > 0 && !counts.iter().any(|(known, _)| *known == name) {
            counts.push((name, count));
        }
    }
    let variables: Vec<String> = counts.iter().take(NAMED).map(|(name, count)| format!("{name} {count}")).collect();
    let rows: Vec<String> =
        lost.iter().take(NAMED).map(|&row| format!("{} {}", panel.entity_label(row), panel.time_label(row))).collect();
    let more = |shown: usize, all: usize| if all > shown { ", …" } else { "" };
    format!(
        "{} rows miss a used value and were left out ({}{}): {}{}",
        lost.len(),
        variables.join(", "),
        more(NAMED, counts.len()),
        rows.join(", "),
        more(NAMED, lost.len())
    )
}

#[cfg(test)]
mod tests {
    use panel_core::Panel;

    #[test]
    fn variables_are_counted_and_rows_are_named() {
        let nan = f64::NAN;
        let panel = Panel::builder("state", "year")
            .keys(["CA", "CA", "CA", "WY", "WY", "WY"], ["1985", "1986", "1987", "1985", "1986", "1987"])
            .column("y", vec![1.0, 2.0, 4.0, 3.0, nan, 2.0])
            .column("x", vec![0.0, nan, 3.0, 2.0, 1.0, 1.0])
            .build()
            .expect("valid");
        let estimate = crate::Model::new("y ~ x").expect("parses").fit(&panel).expect("fits");
        let message = &estimate.diagnostics.iter().find(|d| d.code == "missing-dropped").expect("two rows").message;
        assert_eq!(message, "2 rows miss a used value and were left out (y 1, x 1): CA 1986, WY 1986");
    }
}
