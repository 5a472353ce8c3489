//! A study whose rows are read part by part gives what it gives read whole, and refuses what it cannot.

use crate::support::{run_study, scratch, workspace};
use serde_json::Value;

/// The study that streams, and the same read whole.
fn texts() -> [String; 2] {
    let streamed = std::fs::read_to_string(workspace().join("tests/studies/streamed.toml")).unwrap();
    let in_memory = streamed.replace("streaming = true", "");
    assert_ne!(streamed, in_memory);
    [streamed, in_memory]
}

fn ran(name: &str, text: &str) -> Result<(Value, String), String> {
    let folder = scratch(name);
    std::fs::copy(workspace().join("tests/studies/streamed.parquet"), folder.join("streamed.parquet")).unwrap();
    std::fs::write(folder.join("study.toml"), text).unwrap();
    let out = folder.join("out");
    run_study(&folder.join("study.toml"), &out, Some(1)).map_err(|error| error.to_string())?;
    let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
    Ok((serde_json::from_str(&read("results/estimates.json")).unwrap(), read("tables/investment.md")))
}

/// The numbers of two records, by the path of each.
fn compare(path: &str, one: &Value, other: &Value) {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) if !path.ends_with("error_bound") => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!((a - b).abs() <= 1e-11 * b.abs().max(1e-4), "{path}: {a}, whole {b}");
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| compare(&format!("{path}.{i}"), a, b));
        }
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{path}");
            a.iter().for_each(|(key, a)| compare(&format!("{path}.{key}"), a, &b[key]));
        }
        (Value::Number(_), Value::Number(_)) => {}
        (a, b) => assert_eq!(a, b, "{path}"),
    }
}

#[test]
fn rows_read_part_by_part_give_the_estimates_of_the_whole() {
    let [streamed, in_memory] = texts();
    let ((streamed, table), (in_memory, table_in_memory)) =
        (ran("streamed", &streamed).unwrap(), ran("read-whole", &in_memory).unwrap());
    assert_eq!(in_memory.as_array().unwrap().len(), 3);
    compare("estimates", &streamed, &in_memory);
    assert_eq!(table, table_in_memory);
}

#[test]
fn what_needs_all_rows_is_refused_with_its_line() {
    let [streamed, _] = texts();
    let line = |text: &str, part: &str| 1 + text.lines().position(|line| line.contains(part)).unwrap();
    for (from, to, reason) in [
        ("ln(value * 2)", "lag(value)", "variable `size`: lag() looks at other rows: not with `streaming`"),
        ("year != 1944", "value > mean(value)", "column (2): mean() in its sample looks at other rows"),
        ("level   = 0.9", "utest = \"size\"", "column (3): `utest`: not with `streaming`"),
        ("streamed.parquet\"", "streamed.csv\"", "(expected a Parquet file)"),
    ] {
        let text = streamed.replacen(from, to, 1);
        assert_ne!(text, streamed);
        let refused = ran("streamed-refused", &text).unwrap_err();
        assert!(refused.contains(reason), "{refused}");
    }
    let lagged = streamed.replacen("ln(value * 2)", "lag(value)", 1);
    let refused = ran("streamed-refused", &lagged).unwrap_err();
    assert!(refused.contains(&format!("line {}", line(&lagged, "lag(value)"))), "{refused}");
    let twice = streamed.replacen("| firm + year", "| firm + year + capital", 1);
    let refused = ran("streamed-refused", &twice).unwrap_err();
    assert!(refused.contains("more than two fixed effects"), "{refused}");
}
