//! What tables, notes, figures and remarks print: small numbers, names of tests, labels, conditions of a finding.

use crate::support::{csv, run_study, scratch, workspace};
use std::path::{Path, PathBuf};

/// Investment of ten firms in twenty years (Grunfeld 1958), with a small variable.
const GRUNFELD: &str = "[study]\ntitle = \"G\"\nentity = \"firm\"\ntime = \"year\"\n[[source]]\nfile = \"data.csv\"\n\
    [variables]\nsmall = \"value / 1e10\"\n";

/// One endogenous regressor, two instruments.
const IV: &str = "formula = \"inv ~ capital | firm | value ~ lag(value) + lag(value, 2)\"\n";

fn data() -> String {
    std::fs::read_to_string(workspace().join("crates/panel-fe/tests/golden/grunfeld.csv")).unwrap()
}

/// A study in a folder of its own; gives where its files stand.
fn ran(name: &str, data: &str, text: &str) -> PathBuf {
    let folder = scratch(&format!("printed-{name}"));
    std::fs::write(folder.join("data.csv"), data).unwrap();
    std::fs::write(folder.join("study.toml"), text).unwrap();
    run_study(&folder.join("study.toml"), &folder.join("out"), Some(1)).unwrap();
    folder.join("out")
}

fn read(out: &Path, file: &str) -> String {
    std::fs::read_to_string(out.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Columns of a table, each with its own keys.
fn table(id: &str, columns: &[&str]) -> String {
    let columns = columns.iter().map(|column| format!("[[table.column]]\n{column}\n"));
    format!("[[table]]\nid = \"{id}\"\n{}", columns.collect::<String>())
}

/// The cells of a row of a table in Markdown.
fn row(table: &str, label: &str) -> Vec<String> {
    let line = table
        .lines()
        .find(|line| line.starts_with(&format!("| {label} ")))
        .unwrap_or_else(|| panic!("{label}: {table}"));
    line.trim_matches('|').split('|').skip(1).map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn small_numbers_are_no_zeros_in_any_table() {
    let text = format!(
        "{GRUNFELD}{}{}{}",
        "[[table]]\nid = \"d\"\nkind = \"descriptives\"\nvariables = [\"small\"]\n",
        "[[table]]\nid = \"t\"\ndependent_mean = true\nstats = [\"rmse\"]\ndigits = 2\n[[table.column]]\n\
         formula = \"small ~ capital + capital^2 | firm\"\nutest = \"capital\"\nvcov = \"cluster:firm\"\n\
         inference = { pairs = 19, of = [\"capital\"] }\n",
        "[[mediation]]\nid = \"m\"\noutcome = \"small\"\nmediator = \"capital\"\nterms = [\"inv\"]\ncontrols = \"1 | firm\"\n",
    );
    let out = ran("small", &data(), &text);
    let zero = |text: &str| text.trim_start_matches(['(', '[']).starts_with("0.000") && !text.contains("0.0000");
    let described = read(&out, "tables/d.csv");
    assert!(described.lines().nth(1).unwrap().split(',').skip(2).all(|cell| !zero(cell)), "{described}");
    let regression = read(&out, "tables/t.md");
    for label in ["capital", "Mean of dependent variable", "RMSE"] {
        let cell = &row(&regression, label)[0];
        assert!(cell.contains("e-") && cell.contains('.'), "two digits of {label}: {cell}");
    }
    let note = regression.lines().find(|line| line.contains("s.e.")).unwrap();
    let se = note.split("s.e. ").nth(1).unwrap().split(',').next().unwrap();
    assert!(se.contains('.') && se.contains("e-"), "two digits: {note}");
    let u_test = read(&out, "tables/t-u-test.md");
    assert!(row(&u_test, "Slope at lower end")[0].contains("e-"), "{u_test}");
    assert!(u_test.contains("95% Fieller interval"), "{u_test}");

    // Sobel's table has standard errors, p and stars of every effect.
    let mediation = read(&out, "tables/mediation-m.md");
    for label in ["Total", "Direct", "Indirect"] {
        let cells = row(&mediation, label);
        assert!(cells[0].contains("e-") && cells[1].starts_with('(') && cells[1].contains("e-"), "{mediation}");
        assert!(!cells[2].is_empty(), "p of {label}: {mediation}");
    }
    assert!(row(&mediation, "Total")[0].contains('*'), "{mediation}");
}

#[test]
fn draws_bound_the_p_that_is_printed() {
    let column = "formula = \"inv ~ value + capital | firm\"\nvcov = \"cluster:firm\"\n\
        inference = { pairs = 99, of = [\"value\"] }\n";
    let out = ran("draws", &data(), &format!("{GRUNFELD}{}", table("t", &[column])));
    let printed = read(&out, "tables/t.md");
    assert!(printed.contains("p ≤ 0.010") && !printed.contains("p < 0.001"), "{printed}");
    let estimates: serde_json::Value = serde_json::from_str(&read(&out, "results/estimates.json")).unwrap();
    assert!(estimates[0]["inference"]["coef"][0]["p"].as_f64().unwrap() < 1e-3, "the record keeps its number");
}

#[test]
fn tests_of_instruments_have_their_names() {
    let liml = format!("{IV}estimator = \"liml\"\n");
    let robust = format!("{IV}vcov = \"cluster:firm\"\n");
    let text = format!(
        "{GRUNFELD}{}{}{}",
        table("iid", &[IV, &liml]),
        table("robust", &[&robust]),
        table("mixed", &[IV, &robust])
    );
    let out = ran("instruments", &data(), &text);
    let iid = read(&out, "tables/iid.md");
    assert!(iid.contains("Underidentification test (Anderson canonical correlations LM)"), "{iid}");
    assert!(iid.contains("Overidentification test (Sargan)"), "{iid}");
    assert_eq!(
        row(&iid, "Stock-Yogo critical value \\(10% maximal size\\)".replace("\\", "").as_str()),
        ["19.93", "8.68"]
    );
    assert!(read(&out, "tables/robust.md").contains("Underidentification test (Kleibergen-Paap rk LM)"));
    let mixed = read(&out, "tables/mixed.md");
    for note in [
        "Underidentification test: Anderson canonical correlations LM in column (1); Kleibergen-Paap rk LM in column (2).",
        "Overidentification test: Sargan in column (1); Hansen J in column (2).",
    ] {
        assert!(mixed.contains(note), "{mixed}");
    }
    let figure = |id: &str| read(&out, &format!("figures/first-stage-{id}.svg"));
    assert!(figure("iid").contains("Cragg-Donald F = ") && !figure("iid").contains("Kleibergen-Paap"));
    assert!(figure("robust").contains("Kleibergen-Paap F = ") && !figure("robust").contains("Cragg-Donald"));
}

#[test]
fn first_stages_are_statistics_of_a_table() {
    let both = "formula = \"inv ~ 1 | firm | value + capital ~ lag(value) + lag(capital) + lag(value, 2)\"\n";
    let stats = "[report]\nstats = [\"r2\", \"f_first\", \"partial_r2\", \"shea_r2\", \"sanderson_windmeijer\", \"angrist_pischke\"]\n";
    let text =
        format!("{GRUNFELD}{stats}{}{}", table("one", &[IV, "formula = \"inv ~ value\"\n"]), table("two", &[both]));
    let out = ran("stages", &data(), &text);
    let estimates: serde_json::Value = serde_json::from_str(&read(&out, "results/estimates.json")).unwrap();
    let stage = &estimates[0]["first_stage"][0];
    let one = read(&out, "tables/one.md");
    for (label, key, digits) in [
        ("First-stage F", "f", 2),
        ("First-stage partial R²", "partial_r2", 3),
        ("Shea's partial R²", "shea_partial_r2", 3),
        ("Sanderson-Windmeijer F", "sw_f", 2),
        ("Angrist-Pischke F", "ap_f", 2),
    ] {
        let cells = row(&one, label);
        assert_eq!(
            cells[0].trim_end_matches(['*', '\\']),
            format!("{:.digits$}", stage[key].as_f64().unwrap()),
            "{label}"
        );
        assert_eq!(cells[1], "", "least squares has no {label}");
    }
    let two = read(&out, "tables/two.md");
    assert!(two.contains("First-stage F (value)") && two.contains("Sanderson-Windmeijer F (capital)"), "{two}");
}

#[test]
fn a_remark_names_table_and_column() {
    let weak =
        format!("name = \"lagged\"\nvcov = \"cluster:firm\"\n{}", IV.replace("lag(value) + lag(value, 2)", "year"));
    let text = format!("{GRUNFELD}{}", table("size", &[&weak]));
    let out = ran("remark", &data(), &text);
    let quality = read(&out, "log/run.jsonl");
    assert!(!quality.contains("sizelagged"), "{quality}");
}

#[test]
fn names_with_other_signs_reach_labels_and_words() {
    let data = data().replacen("value", "\"Mkt_value [%]\"", 1).replacen("capital", "\"cap, {stock}\"", 1);
    let text = format!(
        "{}[labels]\n\"Mkt_value [%]\" = \"Market value\"\n\"cap, {{stock}}\" = \"Capital\"\n[terms]\nw = \"lag(`cap, {{stock}}`)\"\n{}",
        GRUNFELD.split("[variables]").next().unwrap(),
        table(
            "t",
            &[
                "formula = \"inv ~ `Mkt_value [%]` + `Mkt_value [%]`^2 + {w} + winsorise(`cap, {stock}`, 0.05, by = year) | firm\"\n\
               utest = \"Mkt_value [%]\"\n"
            ]
        ),
    );
    let out = ran("labels", &data, &text);
    let printed = read(&out, "tables/t.md");
    for label in ["Market value²", "Capital (lag 1)", "winsorise(Capital, 0.05, by = year)"] {
        assert!(printed.contains(label), "{label}: {printed}");
    }
    assert!(read(&out, "tables/t-u-test.md").contains("Turning point"));
}

#[test]
fn effects_alone_have_no_r2_within() {
    let text = format!("{GRUNFELD}{}", table("t", &["formula = \"inv ~ 0 | firm + year\"\n"]));
    let printed = read(&ran("effects", &data(), &text), "tables/t.md");
    assert!(printed.contains("R²") && !printed.contains("Within R²"), "{printed}");
}

#[test]
fn headlines_carry_their_condition() {
    let column = "formula = \"inv ~ value + value^2 | firm + year\"\nutest = \"value\"\n";
    let chain = |id: &str, controls: &str| {
        format!(
            "[[mediation]]\nid = \"{id}\"\noutcome = \"inv\"\nmediator = \"capital\"\nterms = [\"value\"]\ncontrols = \"{controls}\"\n"
        )
    };
    let text = format!("{GRUNFELD}{}{}{}", table("t", &[column]), chain("a", "1 | firm"), chain("b", "1 | firm"));
    let out = ran("headlines", &data(), &text);
    let estimates: serde_json::Value = serde_json::from_str(&read(&out, "results/estimates.json")).unwrap();
    let test = &estimates[0]["utest"];
    let figure = read(&out, "figures/u-curve.svg");
    let page = read(&out, "index.html");
    if test["p"].as_f64().is_some_and(|p| p < 0.05) {
        let beyond = format!("{:.0}% of observations lie beyond it", 100.0 * test["share_beyond"].as_f64().unwrap());
        assert!(page.contains(&beyond), "{beyond}: {page}");
        assert!(figure.contains("lie beyond it") || figure.contains("beyond it"), "{figure}");
    } else {
        panic!("the curve of this test turns: {test}");
    }
    let mechanism = csv(&read(&out, "figures/mechanism.csv"));
    assert!(!mechanism.is_empty());
    let mechanism = read(&out, "figures/mechanism.svg");
    assert!(mechanism.contains("capital (a)") && mechanism.contains("capital (b)"), "{mechanism}");
}

#[test]
fn layers_of_indicators_stand_above_each_other() {
    let heading = |above: &str, title: &str| format!("[[table.heading]]\nabove = \"{above}\"\ntitle = \"{title}\"\n");
    let text = format!(
        "{GRUNFELD}[[table]]\nid = \"e\"\nkind = \"entropy-weights\"\nvariables = [\"inv\", \"-value\", \"capital\"]\n{}{}{}",
        heading("inv", "System"),
        heading("inv", "First criterion"),
        heading("capital", "Second criterion"),
    );
    let printed = read(&ran("layers", &data(), &text), "tables/e.md");
    let stubs: Vec<&str> = printed.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let stubs: Vec<&str> = stubs.iter().map(|line| line.trim_matches('|').split('|').next().unwrap().trim()).collect();
    assert_eq!(stubs, ["*System*", "*First criterion*", "inv", "value", "*Second criterion*", "capital"], "{printed}");
}
