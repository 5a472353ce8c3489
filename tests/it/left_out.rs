//! What the data do not answer is left out and says why; the rest of a run is delivered.

use crate::small::{HEAD, folder, study, table};
use crate::support::run_study;
use panelstudy::check::check;
use panelstudy::study::Loaded;

/// A second column on no row, a chain on no row, a table of a sample without rows.
fn half_answered() -> String {
    let empty = "sample = \"x > 100\"\n";
    let column = format!("[[table.column]]\nformula = \"y ~ x + z | city\"\n{empty}");
    let first =
        format!("[[table]]\nid = \"t\"\nshow = [\"x\"]\n[[table.column]]\nformula = \"y ~ x | city\"\n{column}");
    let chain =
        "[[mediation]]\nid = \"m\"\noutcome = \"y\"\nmediator = \"z\"\nterms = [\"x\"]\ncontrols = \"l | city\"\n";
    let odd = format!("[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"x\"]\n{empty}");
    format!("{HEAD}{first}{odd}{chain}{empty}")
}

#[test]
fn a_column_a_chain_and_a_table_without_rows_cost_no_other_result() {
    let folder = folder("left-out");
    let (study, out) = (study(&folder, &half_answered()), folder.join("out"));
    let report = run_study(&study, &out, Some(1)).unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let page = read("tables/t.md");
    assert!(page.contains("column (2) was not estimated: `y ~ x + z | city`: no observations are left"), "{page}");
    let observations = page.lines().find(|line| line.starts_with("| Observations")).unwrap_or_default();
    let cells: Vec<&str> = observations.split('|').map(str::trim).collect();
    assert_eq!(cells[1..4], ["Observations", "9", "–"], "{page}");
    for name in ["tables/d.md", "tables/mediation-m.md"] {
        assert!(read(name).contains("Not computed"), "{name}: {}", read(name));
    }
    let entries: Vec<serde_json::Value> = serde_json::from_str(&read("results/estimates.json")).unwrap();
    assert!(entries[0]["coef"][0]["estimate"].is_f64());
    let named: Vec<_> = entries[1..].iter().map(|entry| (entry["table"].as_str(), entry["column"].as_str())).collect();
    assert_eq!(named, [(Some("t"), Some("(2)")), (Some("d"), None), (Some("mediation-m"), None)]);
    assert!(entries[1..].iter().all(|entry| entry["reason"].is_string()));
    assert!(report.summary.contains("\n  t:(2): left out: "), "{}", report.summary);
    assert!(read("index.html").contains("was not estimated"));
    let checked = check(&Loaded::read(&study).unwrap());
    assert!(checked.problems.is_empty(), "{:?}", checked.problems);
    assert!(checked.text.contains("warning: it cannot be computed: "), "{}", checked.text);
}

#[test]
fn a_run_that_can_compute_nothing_ends_with_the_reason() {
    let folder = folder("nothing-left");
    let text = format!("{HEAD}{}", table("y ~ x | city", "sample = \"x > 100\""));
    let study = study(&folder, &text);
    let error = run_study(&study, &folder.join("out"), Some(1)).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("no observations are left") && !folder.join("out").exists(), "{error}");
}
