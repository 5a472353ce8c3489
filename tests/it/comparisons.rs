//! Comparisons of columns, chains by resampling, and the look of tables: `tests/studies/savings.toml` and `compare.toml`.

use crate::small::{HEAD, folder, study, table};
use crate::support::{run_study, scratch, workspace};
use panelstudy::check::check;
use panelstudy::study::Loaded;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Runs a study of `tests/studies`; gives its output folder.
fn ran(name: &str, threads: usize) -> PathBuf {
    // Tests that run the same study do so beside each other.
    let test = std::thread::current().name().unwrap_or_default().replace("::", "-");
    let out = scratch(&format!("{test}-{name}-{threads}"));
    run_study(&workspace().join(format!("tests/studies/{name}.toml")), &out, Some(threads)).unwrap();
    out
}

fn text(out: &Path, name: &str) -> String {
    std::fs::read_to_string(out.join(name)).unwrap()
}

fn json(out: &Path, name: &str) -> Vec<Value> {
    serde_json::from_str(&text(out, name)).unwrap()
}

fn near(got: &Value, want: f64, tolerance: f64) {
    let got = got.as_f64().unwrap_or(f64::NAN);
    assert!((got / want - 1.0).abs() < tolerance, "{got}, expected {want}");
}

/// The first line of a table that begins with a label, as its cells.
fn cells(table: &str, label: &str) -> Vec<String> {
    let line = table
        .lines()
        .find(|line| line.starts_with(&format!("| {label}")))
        .unwrap_or_else(|| panic!("{label}: {table}"));
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

// Gujarati (2003), examples 8.8 and 9.4: F = 10.69; the intercepts differ by 152.4786 (t 4.6090), the slopes by 0.0655
// (t 4.0963).
#[test]
fn savings_before_and_after_1982() {
    let out = ran("savings", 1);
    let rows = json(&out, "results/compare.json");
    assert_eq!(
        rows.iter().map(|row| row["what"].as_str().unwrap()).collect::<Vec<_>>(),
        ["coefficient", "coefficient", "joint"]
    );
    let t = |row: &Value| row["difference"].as_f64().unwrap() / row["se"].as_f64().unwrap();
    assert!((t(&rows[0]) - 4.0963).abs() < 5e-5 && (t(&rows[1]) + 4.6090).abs() < 1e-4, "{rows:?}");
    assert!((rows[2]["stat"].as_f64().unwrap() - 10.69).abs() < 5e-3, "{rows:?}");
    assert_eq!((&rows[2]["df"], &rows[2]["df2"]), (&Value::from(2.0), &Value::from(22.0)));
    let table = text(&out, "tables/compare.md");
    assert!(table.contains("Before and after 1982: savings:(1) 1970-1981 and savings:(2) 1982-1995"), "{table}");
    assert_eq!(cells(&table, "Joint test of 2 coefficients")[5], "10.69***");
    // Four significant digits, four digits of R², the mean of savings, the number of the study in LaTeX.
    let table = text(&out, "tables/savings.md");
    assert_eq!(cells(&table, "income")[1..], ["0.08033***", "0.01486"]);
    assert_eq!(cells(&table, "Mean of dependent variable")[1..], ["106.442", "209.786"]);
    assert_eq!(cells(&table, "R²")[1].len(), 6);
    let latex = text(&out, "tables/savings.tex");
    assert!(latex.contains("\\renewcommand{\\thetable}{8.9}\n\\caption{savings}"), "{latex}");
}

// The numbers of `crates/panel-fe/tests/it/interacted.rs`: dummies in numpy.
#[test]
fn large_and_small_firms() {
    let out = ran("compare", 1);
    let rows = json(&out, "results/compare.json");
    near(&rows[0]["difference"], -159.836_869_787_015_8, 1e-8);
    near(&rows[0]["se"], 145.062_105_670_344_95, 1e-8);
    near(&rows[3]["stat"], 1.592_654_914_436_621_3, 1e-8);
    assert_eq!(rows[4]["what"], "turning_point");
    near(&rows[4]["difference"], -1.007_482_061_127_794, 1e-8);
    near(&rows[4]["se"], 2.174_571_285_924_861_4, 1e-8);
    near(&rows[4]["stat"], (-1.007_482_061_127_794_f64 / 2.174_571_285_924_861_4).powi(2), 1e-8);
    // 252 ways to choose five of ten firms: p is a multiple of 1/200.
    let shuffled = &rows[5];
    near(&shuffled["difference"], 0.227_129_732_919_956_25, 1e-8);
    let p = 200.0 * shuffled["p"].as_f64().unwrap();
    assert!((p - p.round()).abs() < 1e-9 && (1.0..=200.0).contains(&p), "{shuffled}");
    assert_eq!((&shuffled["draws"], &shuffled["failed"], &shuffled["se"]), (&199.into(), &0.into(), &Value::Null));
    let other = ran("compare", 2);
    for name in ["results/compare.json", "results/mediation.json", "tables/compare.md", "tables/size.tex"] {
        assert_eq!(text(&out, name), text(&other, name), "{name} depends on the number of threads");
    }
}

#[test]
fn panels_stand_under_one_head() {
    let out = ran("compare", 1);
    let table = text(&out, "tables/size.md");
    for label in ["A: quadratic", "B: lag"] {
        assert!(table.contains(label), "{table}");
    }
    assert_eq!(cells(&table, "Value (lag 1)").len(), 3);
    // Twice a variable and the variable: the second is left out, in both columns of the panel.
    let omitted = table.lines().find(|line| line.contains("(omitted)")).unwrap();
    assert_eq!(omitted.matches("(omitted)").count(), 2, "{table}");
    assert_eq!(table.matches("firm fixed effects").count(), 1, "{table}");
    assert_eq!(table.matches("Mean of dependent variable").count(), 2, "{table}");
    for name in ["tables/size.tex", "tables/size.html", "tables/size.csv", "tables/size.typ"] {
        assert!(text(&out, name).contains("quadratic"), "{name}");
    }
}

#[test]
fn a_chain_by_resampling() {
    let out = ran("compare", 1);
    let chain = &json(&out, "results/mediation.json")[0];
    let bootstrap = &chain["bootstrap"];
    assert_eq!(
        (&bootstrap["draws"], &bootstrap["units"], &bootstrap["unit"]),
        (&199.into(), &10.into(), &"firm".into())
    );
    let a = |i: usize| chain["terms"][i]["a"]["estimate"].as_f64().unwrap();
    let b = chain["b"]["estimate"].as_f64().unwrap();
    for (i, effect) in bootstrap["indirect"].as_array().unwrap().iter().enumerate() {
        near(&effect["estimate"], a(i) * b, 1e-12);
        assert!(effect["ci_low"].as_f64() < effect["ci_high"].as_f64(), "{effect}");
    }
    // Hayes and Preacher (2010), equation 7.
    let instant = bootstrap["instantaneous"].as_array().unwrap();
    assert_eq!(
        instant.iter().map(|row| row["at"].as_str().unwrap()).collect::<Vec<_>>(),
        ["mean", "p25", "p50", "p75"]
    );
    near(&instant[0]["x"], 1.081_681_1, 1e-6);
    for row in instant {
        near(&row["estimate"], (a(0) + 2.0 * a(1) * row["x"].as_f64().unwrap()) * b, 1e-9);
    }
    let table = text(&out, "tables/mediation-capital.md");
    let share = |label: &str| cells(&table, label)[5].trim_end_matches('%').parse::<f64>().unwrap();
    assert!((share("Direct") + share("Indirect") - 100.0).abs() < 0.11, "{table}");
    assert!(table.contains("90% interval") && table.contains("199 bootstrap resamples of 10 units of firm"), "{table}");
}

#[test]
fn a_wrong_word_is_named_with_line_and_nearest() {
    let columns = "[[table.column]]\nformula = \"y ~ x | city\"\nsample = \"year < 2015\"\n[[table.column]]\nformula = \"y ~ x | city\"\nsample = \"year >= 2014\"\n";
    let refused = |more: &str| {
        let folder = folder("compare-refused");
        let file = study(&folder, &format!("{HEAD}[[table]]\nid = \"t6\"\n{columns}{more}"));
        Loaded::read(&file)
            .map(|loaded| check(&loaded).sentences().join("; "))
            .unwrap_or_else(|error| error.to_string())
    };
    let compare = |keys: &str| refused(&format!("[[compare]]\nid = \"c\"\n{keys}\n"));
    let pair = "columns = [\"t6:(1)\", \"t6:(2)\"]";
    for (keys, expected) in [
        (
            "columns = [\"t6:(1)\", \"t6:(3)\"]",
            "line 17: [[compare]] `c`, columns: `t6:(3)`: table `t6` has no column `(3)`",
        ),
        ("columns = [\"t5:(1)\", \"t6:(2)\"]", "no table `t5`; did you mean `t6`?"),
        ("columns = [\"t6(1)\", \"t6:(2)\"]", "expected `table:column`, such as `t6:(1)`; did you mean `t6:(1)`?"),
        ("columns = [\"t6:(1)\"]", "expected two or more, got 1"),
        (
            &format!("{pair}\nterm = \"X\""),
            "line 18: [[compare]] `c`, term: no term `X` in `y ~ x | city`; did you mean `x`?",
        ),
        (&format!("{pair}\nturning_point = \"x\""), "turning_point: no term `x^2`"),
        (
            &format!("{pair}\nterm = \"x\"\ndraws = 9"),
            "line 19: [[compare]] `c`, draws: it belongs to test = \"permutation\"",
        ),
        (&format!("{pair}\ntest = \"permutation\""), "a permutation needs `term` or `turning_point`"),
        (&format!("{pair}\ntest = \"chou\""), "expected one of chow, permutation; did you mean `chow`?"),
        (&format!("{pair}\nterm = \"x\"\ntest = \"permutation\""), "has rows in both samples"),
        (pair, "3 rows are in both samples"),
    ] {
        let got = compare(keys);
        assert!(got.contains(expected), "{keys}: {got}");
    }
    let mediation =
        "[[mediation]]\nid = \"m\"\noutcome = \"y\"\nmediator = \"z\"\nterms = [\"x\"]\ncontrols = \"l | city\"\n";
    assert!(refused(&format!("{mediation}bootstrap = {{ draws = 5 }}\n")).contains("draws = 5: expected at least 20"));
    assert!(
        refused(&format!("{mediation}bootstrap = {{ draws = 50, level = 95 }}\n")).contains("level = 95: expected")
    );
}

#[test]
fn digits_and_panels_that_say_nothing_are_refused() {
    let refused = |more: &str| {
        let folder = folder("digits-refused");
        let file = study(&folder, &format!("{HEAD}{}{more}", table("y ~ x | city", "")));
        run_study(&file, &folder.join("out"), Some(1)).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    };
    let of_table = |keys: &str| {
        let folder = folder("digits-refused");
        let text = table("y ~ x | city", "").replace("id = \"t\"\n", &format!("id = \"t\"\n{keys}\n"));
        let file = study(&folder, &format!("{HEAD}{text}"));
        run_study(&file, &folder.join("out"), Some(1)).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
    };
    assert!(of_table("digits = 99").contains("99 digits after the point: expected 0 to 15"));
    assert!(of_table("digits = \"3\"").contains("expected a number of digits, such as 3, or { significant = 3 }"));
    assert!(of_table("digits = { significant = 0 }").contains("expected 1 to 15"));
    assert!(of_table("stat_digits = { r3 = 4 }").contains("no statistic `r3`; did you mean `r2`?"));
    assert!(refused("[[table.panel]]\ntitle = \"A\"\ncolumns = [\"(1)\"]\n").contains("expected two or more panels"));
    let two = |name: &str| {
        format!(
            "[[table.panel]]\ntitle = \"A\"\ncolumns = [\"(1)\"]\n[[table.panel]]\ntitle = \"B\"\ncolumns = [\"{name}\"]\n"
        )
    };
    assert!(refused(&two("(2)")).contains("no column `(2)`"));
    assert!(refused(&two("(1)")).contains("column `(1)` stands in 2 panels"));
}
