//! Reading printed numbers.

use panel_report::published::bare_number;
use panel_report::{PublishedRow, Replicated, Stat, compare, published_cells};

const CSV: &str = "\
table,column,depvar,sample,row,coef,se,stars,n,r2,other
1,mean,,all,Gtfp,0.987,,,2232,,
2,(1),Gtfp,all,Va,-0.016,0.007,**,2232,0.038,控制变量=否
2,(1),Gtfp,all,Va_sq,0.007,0.003,***,2232,0.038,控制变量=否
5,(3),Gtfp,all,Va,-0.010,0.043,**,2232,0.153,Anderson LM=35.6*;Stock-Yogo 10%=[7.03]
";

#[test]
fn each_number_becomes_one_cell() {
    let rows = PublishedRow::read_csv(CSV, "published.csv").expect("reads");
    assert_eq!(rows[1].coef.as_ref().map(|c| (c.value, c.decimals)), Some((-0.016, 3)));
    assert_eq!(rows[3].fact("Stock-Yogo 10%"), Some("[7.03]"));
    let cells = published_cells(&rows);
    let count = |stat: &Stat| cells.iter().filter(|cell| cell.key.stat == *stat).count();
    assert_eq!([Stat::Coef, Stat::Se, Stat::Stars, Stat::N, Stat::R2].map(|s| count(&s)), [4, 3, 3, 3, 2]);
    assert_eq!(count(&Stat::Other("Stock-Yogo 10%".into())), 1);
    assert_eq!(count(&Stat::Other("控制变量".into())), 0, "words are no numbers");
}

#[test]
fn a_bad_cell_names_its_place() {
    let bad = CSV.replace("0.007,0.003", "0.007x,0.003");
    let error = PublishedRow::read_csv(&bad, "published.csv").expect_err("no number").to_string();
    assert!(error.contains("`0.007x` in published.csv, line 4 (table 2, column (1), row Va_sq), coef"), "{error}");
    let error = PublishedRow::read_csv("table,column\n1,2\n", "p.csv").expect_err("a column is missing").to_string();
    assert_eq!(error, "p.csv, line 1: no column `row`");
}

#[test]
fn nothing_in_the_file_is_dropped_without_a_word() {
    let read = |text: &str| PublishedRow::read_csv(text, "p.csv");
    let refused = |text: &str| read(text).expect_err("refused").to_string();
    let extra =
        |names: &str, fields: &str| format!("table,column,row,coef,se,stars{names}\n2,(1),Va,1.5,0.5,**{fields}\n");
    assert_eq!(
        refused(&extra(",sampel", ",all")),
        "p.csv, line 1: unknown column `sampel`; did you mean `sample`?; expected table, column, row, coef, se, stars, depvar, sample, n, r2, other"
    );
    assert_eq!(refused(&extra(",n,n", ",1,2")), "p.csv, line 1: column `n` stands twice");
    for other in ["F 35.6*", "F: 35.6", "a=1;LM：[7.03]"] {
        let error = refused(&extra(",other", &format!(",{other}")));
        assert!(error.starts_with("p.csv, line 2: `") && error.contains("expected `=`"), "{error}");
    }
    let rows = read(&extra(",other", ",被解释变量; F=35.6;")).expect("a remark and a pair");
    assert_eq!(rows[0].other, [("F".to_owned(), "35.6".to_owned())]);
}

#[test]
fn a_decimal_comma_and_a_negative_standard_error_are_refused() {
    let refused = |coef: &str, se: &str| {
        let text = format!("table,column,row,coef,se,stars\n2,(1),Va,\"{coef}\",\"{se}\",\n");
        PublishedRow::read_csv(&text, "p.csv").expect_err("refused").to_string()
    };
    assert!(refused("0,013", "0.5").contains("`0,013` in p.csv, line 2 (table 2, column (1), row Va), coef"));
    assert!(refused("1.5", "-0.5").contains("se; expected a standard error, which is not negative"));
}

/// Every number of the shipped publication can be compared with itself.
#[test]
fn the_shipped_numbers_have_distinct_places() {
    let text = include_str!("../../../../fixtures/published.csv");
    let cells = published_cells(&PublishedRow::read_csv(text, "published.csv").expect("reads"));
    let replicated: Vec<Replicated> = cells
        .iter()
        .map(|cell| match cell.key.stat {
            Stat::Stars => Replicated::stars(cell.key.clone(), cell.printed.len() as u8),
            _ => Replicated::number(cell.key.clone(), bare_number(&cell.printed).expect("a number").value),
        })
        .collect();
    let comparison = compare(&cells, &replicated).expect("compares");
    assert_eq!(comparison.numbers().same, comparison.numbers().published);
    assert_eq!((comparison.stars().same, comparison.stars().published), (52, 52));
    assert!(cells.iter().any(|cell| cell.key.row == "turning_point (东部)"));
}
