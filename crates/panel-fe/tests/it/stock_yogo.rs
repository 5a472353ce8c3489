//! Every cell of the Stock-Yogo tables against `ivreg2` 4.1.

use crate::golden_files::{Csv, goldens};
use panel_fe::iv::{StockYogoTable, stock_yogo, stock_yogo_all};

fn table(name: &str) -> StockYogoTable {
    let digits = name.find(|c: char| c.is_ascii_digit()).expect("a percentage");
    let percent: u8 = name[digits..].parse().expect("a percentage");
    match &name[..digits] {
        "ivbias" => StockYogoTable::TwoStageBias(percent),
        "ivsize" => StockYogoTable::TwoStageSize(percent),
        "limlsize" => StockYogoTable::LimlSize(percent),
        "fullrel" => StockYogoTable::FullerRelativeBias(percent),
        "fullmax" => StockYogoTable::FullerMaximumBias(percent),
        other => panic!("unknown table {other}"),
    }
}

#[test]
fn every_cell() {
    let Some(folder) = goldens() else { return };
    let csv = Csv::read(&folder.join("tables/stock_yogo_ivreg2.csv")).expect("the tables");
    let mut cells = 0;
    for row in 0..csv.rows.len() {
        let which = table(csv.text(row, "table"));
        let (l1, k1) = (csv.number(row, "n_excluded_instruments"), csv.number(row, "n_endogenous"));
        let (l1, k1) = (l1.expect("L1") as usize, k1.expect("K1") as usize);
        let want = csv.number(row, "critical_value").expect("a value");
        let got = stock_yogo(which, k1, l1).unwrap_or_else(|| panic!("{which:?} K1 {k1} L1 {l1} is missing"));
        assert!((got - want).abs() < 1e-9, "{which:?} K1 {k1} L1 {l1}: {got} against {want}");
        cells += 1;
    }
    // Nothing beyond them either.
    let ours: usize =
        (1..=4).flat_map(|k1| (1..=101).map(move |l1| (k1, l1))).map(|(k1, l1)| stock_yogo_all(k1, l1).len()).sum();
    assert_eq!(ours, cells);
}
