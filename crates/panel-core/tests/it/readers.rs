//! Readers against pandas, and the small files of `tests/golden`.

use crate::shared;
use panel_core::Column;
use panel_core::io::{ReadOptions, read_table};

/// Counts, sums and last values of every column of eleven real files, as pandas reads them (`golden/readers.py`).
#[test]
fn real_files_read_as_pandas_reads_them() {
    let facts = include_str!("../golden/readers.tsv");
    let mut seen = None;
    for fact in facts.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = fact.split('\t').collect();
        let [file, sheet, column, kind, rows, present, first, last] = cells[..] else { panic!("{fact}") };
        if (file.ends_with(".dta") && !cfg!(feature = "dta")) || (file.ends_with(".xlsx") && !cfg!(feature = "xlsx")) {
            continue;
        }
        if seen.as_ref().is_none_or(|(known, _)| *known != (file, sheet)) {
            let Some(path) = shared(&format!("real/{file}")) else { return };
            let options =
                ReadOptions { sheet: (!sheet.is_empty()).then(|| sheet.to_owned()), ..ReadOptions::default() };
            seen = Some(((file, sheet), read_table(path, &options).unwrap()));
        }
        let (_, table) = seen.as_ref().unwrap();
        let values = table.column(column).unwrap();
        assert_eq!(table.n_rows(), rows.parse::<usize>().unwrap(), "{file}");
        assert_eq!(values.len() - values.n_missing(), present.parse::<usize>().unwrap(), "{file} {column}");
        match (values, kind) {
            (Column::Float(values), "number") => {
                let present = || values.iter().filter(|value| !value.is_nan());
                let (sum, size) = (present().sum::<f64>(), present().map(|value| value.abs()).sum::<f64>());
                let expected: f64 = first.parse().unwrap();
                assert!((sum - expected).abs() <= 1e-12 * size, "{file} {column}: {sum} {expected}");
                assert_eq!(*present().next_back().unwrap(), last.parse::<f64>().unwrap(), "{file} {column}");
            }
            (Column::Text(text), "text") => {
                let present: Vec<&str> = (0..text.len()).filter_map(|row| text.get(row)).collect();
                assert_eq!(present.first().copied().unwrap_or(""), first, "{file} {column}");
                assert_eq!(present.last().copied().unwrap_or(""), last, "{file} {column}");
            }
            // A column without any value is numbers in a text file, whatever it was meant to be.
            (values, _) if present == "0" => assert_eq!(values.n_missing(), values.len()),
            (values, kind) => panic!("{file} {column}: {} where pandas has {kind}", values.kind()),
        }
    }
}

#[cfg(feature = "dta")]
#[test]
fn old_stata_files_with_chinese_texts() {
    let options = ReadOptions { value_labels: true, ..ReadOptions::default() };
    let table = read_table(crate::golden("legacy.dta"), &options).unwrap();
    assert_eq!(table.diagnostics()[0].code, "read-as-legacy-encoding");
    assert_eq!(table.label("gdp"), Some("生产总值"));
    let text = |name: &str| {
        let text = table.key_text(name).unwrap().into_owned();
        (0..4).map(|row| text.get(row).unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text("city"), ["北京市", "北京市", "上海市", "上海市"]);
    assert_eq!(text("year"), ["2013", "2014", "2013", "2014"]);
    assert_eq!(text("region"), ["东部", "东部", "中部", "东部"]);
    assert_eq!(text("day"), ["2013-01-31", "2014-02-28", "1959-12-31", "2014-12-31"]);
    let Column::Float(gdp) = table.column("gdp").unwrap() else { panic!("numbers") };
    // Row 2 is `.`, row 3 the extended missing `.a`.
    assert!(gdp[0] == 1.5 && gdp[1].is_nan() && gdp[2].is_nan() && gdp[3] == -2.0);
    let named = ReadOptions { encoding: Some("gb18030".into()), ..options };
    // Compared as text, since a missing number equals nothing.
    let again = read_table(crate::golden("legacy.dta"), &named).unwrap();
    assert_eq!(format!("{:?}", again.columns()), format!("{:?}", table.columns()));
}

#[cfg(feature = "xlsx")]
#[test]
fn merged_headers_and_numbers_stored_as_text() {
    let options = ReadOptions { sheet: Some("数据".into()), skip_rows: 1, header_rows: 2, ..ReadOptions::default() };
    let table = read_table(crate::golden("merged.xlsx"), &options).unwrap();
    assert_eq!(table.names(), ["城市", "日期", "工业_产值", "工业_用电", "备注"]);
    let panel = table.clone().into_panel(Some("城市"), Some("日期")).unwrap();
    assert_eq!(panel.entities(), ["乙市", "甲市"]);
    assert_eq!(panel.times().labels(), ["2013-01-31", "2014-01-31"]);
    let output = panel.float("工业_产值").unwrap();
    assert!(output[0].is_nan() && output[1] == 1234.5 && output[2] == 12.0);
    let power = panel.float("工业_用电").unwrap();
    assert!(power[0] == 30.25 && power[1] == 10.0 && power[2].is_nan());
    assert_eq!(panel.column("备注").unwrap().display(0), "7");
    assert_eq!(table.line(2), 6);
    let codes: Vec<&str> = table.diagnostics().iter().map(|note| note.code.as_str()).collect();
    assert_eq!(codes, ["merged-cells", "error-cells"]);
}

/// Two sources keyed by city and year, one by city, one by year, with names that do not all match.
#[test]
fn sources_of_three_kinds_are_joined() {
    use panel_core::io::{Rows, Source, assemble, read_bytes};
    let read = |name: &str, text: &str| read_bytes(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    let main =
        || Source::both(read("main.csv", "city,year,x\n甲市,2013,1\n甲市,2014,2\n乙市,2013,3\n"), "city", "year");
    let second =
        || Source::both(read("two.csv", "城市,年份,y\n甲市,2014年,20\n丙市,2013,9\n乙,2013,8\n"), "城市", "年份");
    let by_city = || Source::by_entity(read("cities.csv", "name,lon\n甲市,116\n"), "name");
    let by_year = || Source::by_time(read("users.csv", "year,users\n2013,5\n2014,6\n"), "year");
    let sources = || vec![main(), second(), by_city(), by_year()];
    let joined = assemble("city", Some("year"), sources(), Rows::First).unwrap();
    let panel = &joined.panel;
    assert_eq!((panel.n_rows(), panel.names()), (3, &["x", "y", "lon", "users"].map(str::to_owned)[..]));
    assert_eq!(panel.float("users").unwrap(), [5.0, 5.0, 6.0]);
    assert_eq!(panel.float("y").unwrap()[2], 20.0);
    assert_eq!(joined.reports[0].matched, 1);
    assert_eq!(joined.reports[0].not_in_panel, [("丙市".into(), "2013".into()), ("乙".into(), "2013".into())]);
    let words: Vec<String> = joined.diagnostics.iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|word| word.contains("`乙` may be `乙市`")), "{words:?}");
    assert_eq!(panel.source("y"), Some("two.csv"));
    let all = assemble("city", Some("year"), sources(), Rows::Union).unwrap().panel;
    assert_eq!(all.n_rows(), 5);
    let both = assemble("city", Some("year"), sources(), Rows::Intersection).unwrap().panel;
    assert_eq!(both.n_rows(), 1);
}
