//! Published against replicated.

use crate::support::snapshot;
use panel_report::{CellKey, Comparison, Lang, Published, Replicated, Stat, TableFormat, Verdict, compare};

fn key(row: &str, stat: Stat) -> CellKey {
    CellKey::new("2", "(1)", row, stat)
}

fn published(row: &str, stat: Stat, printed: &str) -> Published {
    Published { key: key(row, stat), printed: printed.to_owned() }
}

fn sample() -> (Vec<Published>, Vec<Replicated>) {
    let published = vec![
        published("Va", Stat::Coef, "-0.016"),
        published("Va", Stat::Se, "0.007"),
        published("Va", Stat::Stars, "**"),
        published("Va_sq", Stat::Coef, "0.007"),
        published("Va_sq", Stat::Se, "0.003"),
        published("Va_sq", Stat::Stars, "***"),
        published("x", Stat::Coef, "0.10"),
        published("x", Stat::Se, "0.20"),
        published("x", Stat::Stars, ""),
        published("", Stat::N, "2232"),
        published("", Stat::R2, "0.038"),
        published("", Stat::Other("Stock-Yogo".into()), "[7.03]"),
        published("", Stat::Other("Anderson LM".into()), "35.6*"),
    ];
    let replicated = vec![
        Replicated::number(key("Va", Stat::Coef), -0.0155),
        Replicated::number(key("Va", Stat::Se), 0.006_94),
        Replicated::stars(key("Va", Stat::Stars), 2),
        Replicated::number(key("Va_sq", Stat::Coef), 0.0081),
        Replicated::number(key("Va_sq", Stat::Se), 0.0021),
        Replicated::stars(key("Va_sq", Stat::Stars), 3),
        Replicated::number(key("x", Stat::Coef), -0.31),
        Replicated::number(key("x", Stat::Se), 0.5),
        Replicated::stars(key("x", Stat::Stars), 0),
        Replicated::number(key("", Stat::N), 2232.0),
        Replicated::not_comparable(key("", Stat::R2), ("定义不同", "another definition")),
        Replicated::number(key("", Stat::Other("Stock-Yogo".into())), 7.03),
        Replicated::number(key("y", Stat::Coef), 0.123_456),
    ];
    (published, replicated)
}

#[test]
fn every_verdict_and_its_reason() {
    let (published, replicated) = sample();
    let comparison = compare(&published, &replicated).expect("compares");
    let verdicts: Vec<Verdict> = comparison.cells.iter().map(|cell| cell.verdict).collect();
    use Verdict::{Differs, NotComparable, NotPublished, Same, SameSignAndStars};
    assert_eq!(
        verdicts,
        [
            Same, // a tie counts either way
            Same,
            Same,
            SameSignAndStars,
            SameSignAndStars,
            Same,
            Differs, // the sign
            Differs,
            Same,
            Same,
            NotComparable,
            Same,
            NotComparable,
            NotPublished,
        ]
    );
    let numbers = comparison.numbers();
    assert_eq!((numbers.published, numbers.same, numbers.differs, numbers.not_published), (10, 4, 2, 1));
    let table = comparison.table();
    let markdown = |table: &panel_report::Table, lang| {
        String::from_utf8(table.render(TableFormat::Markdown, lang).expect("renders")).expect("UTF-8")
    };
    snapshot("compare_table_en", "Differing cells first", &markdown(&table, Lang::En));
    snapshot("compare_csv", "Machine-readable, in order", &comparison.csv());
    let beside = comparison.side_by_side("2").expect("there is a table 2");
    snapshot("compare_side_by_side_zh", "Published beside replicated", &markdown(&beside, Lang::Zh));
    assert!(comparison.side_by_side("9").is_none());
    for lang in Lang::ALL {
        assert!(comparison.summary(lang).contains("10"));
    }
}

#[test]
fn a_cell_that_stands_twice_or_is_no_number_is_an_error() {
    let (mut published, mut replicated) = sample();
    replicated.push(replicated[0].clone());
    let error = compare(&published, &replicated).expect_err("twice").to_string();
    assert_eq!(error, "replicated twice: table 2, column (1), row Va, coef");
    replicated.pop();
    published[0].printed = "n.a.".to_owned();
    let error = compare(&published, &replicated).expect_err("no number").to_string();
    assert!(error.contains("`n.a.` in table 2, column (1), row Va, coef"), "{error}");
}

#[test]
fn a_comparison_is_a_record() {
    let (published, replicated) = sample();
    let comparison = compare(&published, &replicated).expect("compares");
    let json = serde_json::to_value(&comparison).expect("plain data");
    assert_eq!((&json["cells"][0]["table"], &json["cells"][0]["verdict"]), (&"2".into(), &"same".into()));
    assert_eq!(serde_json::from_value::<Comparison>(json).expect("reads back"), comparison);
}
