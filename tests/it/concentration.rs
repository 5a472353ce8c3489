//! Measures of concentration and of segmentation between groups, asked for in a study: the numbers of the files are those of
//! their formulas, computed here from the panel that the run has written.

use crate::support::{csv, run_study, scratch, workspace};
use std::collections::BTreeMap;

type Rows = Vec<BTreeMap<String, String>>;

fn number(row: &BTreeMap<String, String>, name: &str) -> f64 {
    row[name].parse().unwrap_or(f64::NAN)
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{what}: {a}, {b}");
}

/// Gini and Herfindahl of values, by the sums of their definitions.
fn gini_and_herfindahl(values: &[f64]) -> (f64, f64) {
    let (n, sum) = (values.len() as f64, values.iter().sum::<f64>());
    let differences: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
    (differences / (2.0 * n * sum), values.iter().map(|v| (v / sum).powi(2)).sum())
}

#[test]
fn measures_of_concentration_are_those_of_their_formulas() {
    let out = scratch("concentration");
    run_study(&workspace().join("tests/studies/concentration.toml"), &out, None).unwrap();
    let read = |file: &str| -> Rows { csv(&std::fs::read_to_string(out.join(file)).unwrap()) };
    let panel = read("data/panel.csv");
    let rows_of = |year: &str| panel.iter().filter(|row| row["year"] == year).collect::<Vec<_>>();
    let column =
        |rows: &[&BTreeMap<String, String>], name: &str| rows.iter().map(|row| number(row, name)).collect::<Vec<_>>();
    let rows = rows_of("2016");
    let [it, total, gdp] = ["employment_it", "employment_total", "gdp"].map(|name| column(&rows, name));
    let sum = |values: &[f64]| values.iter().sum::<f64>();

    // Quotients, and Krugman's index against all others.
    let intervals = read("results/concentration-it.csv");
    for (i, row) in rows.iter().enumerate() {
        near(number(row, "Quotient"), it[i] / total[i] / (sum(&it) / sum(&total)), "quotient");
        let others = (sum(&it) - it[i]) / (sum(&total) - total[i]);
        near(number(row, "Spec_structure"), 2.0 * (it[i] / total[i] - others).abs(), "specialisation");
    }
    assert!(intervals.iter().all(|row| number(row, "low") < number(row, "high") && number(row, "sd") > 0.0));
    assert!(rows_of("2013").iter().all(|row| row["Spec_structure"].is_empty()), "outside its sample");

    // By period.
    let found = |file: &str| read(file).into_iter().find(|row| row["year"] == "2016").unwrap();
    let (sector, output) = (found("results/concentration-sector.csv"), found("results/concentration-output.csv"));
    let (gini, herfindahl) = gini_and_herfindahl(&gdp);
    near(number(&output, "gini"), gini, "gini");
    near(number(&output, "herfindahl"), herfindahl, "herfindahl");
    let theil = |values: &[f64]| {
        let (n, s) = (values.len() as f64, sum(values));
        values.iter().filter(|v| **v > 0.0).map(|v| v / s * (v / s * n).ln()).sum::<f64>()
    };
    near(number(&output, "theil"), theil(&gdp), "theil");
    near(number(&sector, "theil"), theil(&it), "theil of the sector");
    near(number(&sector, "theil_between") + number(&sector, "theil_within"), theil(&it), "its parts");
    let shares = |values: &[f64]| values.iter().map(|v| v / sum(values)).collect::<Vec<_>>();
    let (s, x) = (shares(&it), shares(&total));
    let raw: f64 = s.iter().zip(&x).map(|(s, x)| (s - x).powi(2)).sum();
    let scale = 1.0 - x.iter().map(|x| x * x).sum::<f64>();
    near(number(&sector, "ellison_glaeser"), (raw / scale - 0.01) / 0.99, "Ellison-Glaeser");
    let table = std::fs::read_to_string(out.join("tables/concentration-sector.md")).unwrap();
    assert!(
        table.contains("Ellison-Glaeser") && table.contains("synthetic twin") && table.contains("| 2016"),
        "{table}"
    );
}

#[test]
fn markets_within_and_between_provinces() {
    let out = scratch("concentration-markets");
    run_study(&workspace().join("tests/studies/concentration.toml"), &out, Some(1)).unwrap();
    let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
    let border: serde_json::Value = serde_json::from_str(&read("results/segmentation-border.json")).unwrap();
    let split = csv(&read("results/segmentation-groups.csv"));
    // The mean over pairs of the mean over periods is the mean over both where no price is missing; distances of zero aside.
    let mean = |name: &str| split.iter().map(|row| number(row, name)).sum::<f64>() / split.len() as f64;
    near(border["within"].as_f64().unwrap(), mean("within"), "within");
    near(border["between"].as_f64().unwrap(), mean("between"), "between");
    assert!(border["adjusted"].is_number() && border["permutations"] == 19);
    let rows = csv(&read("results/segmentation-convergence.csv"));
    assert!(
        rows.len() > 1000 && rows.iter().all(|row| row["partner"] == "北京市" && !row["lagged_change_1"].is_empty())
    );
    assert!(read("tables/segmentation-groups.md").contains("Border effect: between"));
}

#[test]
fn keys_of_another_kind_are_refused() {
    let folder = scratch("concentration-refused");
    let head = "[study]\ntitle = \"T\"\nentity = \"e\"\ntime = \"t\"\n[[source]]\nfile = \"d.csv\"\n";
    for (section, reason) in [
        ("[[concentration]]\nid = \"a\"\nkind = \"quotient\"\nsector = \"x\"\n", "kind = \"quotient\" needs total"),
        (
            "[[concentration]]\nid = \"a\"\nkind = \"inequality\"\nvariable = \"x\"\nscale = \"log\"\n",
            "scale has no effect with kind = \"inequality\"",
        ),
        ("[market]\nprices = [\"x\", \"y\"]\nwithin_between = true\n", "within_between needs group"),
        ("[market]\nprices = [\"x\", \"y\"]\ngroup = \"g\"\nlat = \"lat\"\n", "has no effect"),
        ("[[concentration]]\nid = \"a\"\nkind = \"sektor\"\n", "expected one of"),
    ] {
        std::fs::write(folder.join("s.toml"), format!("{head}{section}")).unwrap();
        let refused = run_study(&folder.join("s.toml"), &folder.join("out"), Some(1)).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    }
}
