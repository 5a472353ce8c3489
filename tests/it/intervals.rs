//! Bootstrap intervals of productivity in a study's outputs.

use crate::support::{csv, run_study, scratch};

const STUDY: &str = r#"
[study]
title  = "Intervals"
entity = "unit"
time   = "year"

[[source]]
file = "data.csv"

[[gtfp]]
id     = "main"
inputs = ["x"]
goods  = ["y"]
bads   = ["b"]
bootstrap = { replications = 40, seed = 7, level = 0.9 }
"#;

#[test]
fn a_study_that_asks_for_intervals_gets_them_the_same_for_any_threads() {
    let folder = scratch("intervals");
    let mut data = String::from("unit,year,x,y,b\n");
    for unit in 0..20_i32 {
        for year in 2001..=2003 {
            let wiggle = f64::from((unit * 7 + year * 3) % 11) / 10.0;
            let (x, y) = (10.0 + f64::from(unit), 8.0 + f64::from(unit) * 0.8 - wiggle);
            data += &format!("u{unit:02},{year},{x},{y},{}\n", 2.0 + wiggle);
        }
    }
    std::fs::write(folder.join("data.csv"), data).unwrap();
    std::fs::write(folder.join("study.toml"), STUDY).unwrap();
    run_study(&folder.join("study.toml"), &folder.join("one"), Some(1)).unwrap();
    run_study(&folder.join("study.toml"), &folder.join("two"), Some(2)).unwrap();
    let text = std::fs::read_to_string(folder.join("one/results/gtfp-main-bootstrap.csv")).unwrap();
    assert_eq!(text, std::fs::read_to_string(folder.join("two/results/gtfp-main-bootstrap.csv")).unwrap());

    let lines = csv(&text);
    let count = |quantity: &str| lines.iter().filter(|line| line["quantity"] == quantity).count();
    // The index exists from the second year on.
    assert_eq!((count("score_global"), count("score_contemporaneous"), count("gml")), (60, 60, 40));
    let scores = std::fs::read_to_string(folder.join("one/results/gtfp-main.csv")).unwrap();
    let number = |line: &std::collections::BTreeMap<String, String>, name: &str| line[name].parse::<f64>().unwrap();
    for line in &lines {
        assert!(number(line, "low") <= number(line, "high"), "{line:?}");
        let apart = number(line, "estimate") - number(line, "bias") - number(line, "corrected");
        assert!(apart.abs() < 1e-12, "{line:?}");
    }
    // The estimates are those of the run itself, and a frontier estimated from a sample lies inside the true one.
    let own = csv(&scores);
    for (line, row) in lines.iter().filter(|line| line["quantity"] == "score_global").zip(&own) {
        assert_eq!(line["estimate"], row["score_global"]);
    }
    let bias: f64 = lines.iter().filter(|line| line["quantity"] == "score_global").map(|l| number(l, "bias")).sum();
    assert!(bias > 0.0, "{bias}");
    assert!(folder.join("one/results/gtfp-main-bootstrap.json").is_file());
}
