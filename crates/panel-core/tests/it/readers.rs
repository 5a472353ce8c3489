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
    assert_eq!(table.diagnostics()[0].code, "read-as-gb18030");
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
    // As codes, the labels stand beside them.
    assert!(table.value_labels("region").is_empty());
    let codes = read_table(crate::golden("legacy.dta"), &ReadOptions::default()).unwrap();
    let labels: Vec<&str> = codes.value_labels("region").iter().map(|(_, label)| label.as_str()).collect();
    assert!(labels.len() == 2 && labels.contains(&"东部") && codes.value_labels("gdp").is_empty(), "{labels:?}");
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
    // A message about one sheet of several names it.
    assert!(table.file().ends_with("merged.xlsx [数据]"), "{}", table.file());
    assert!(table.diagnostics()[1].message.contains("merged.xlsx [数据]`"), "{:?}", table.diagnostics());
    let bytes = std::fs::read(crate::golden("merged.xlsx")).unwrap();
    let row = |text: &str| panel_core::io::row_with("merged.xlsx", &bytes, &options, text);
    assert_eq!((row("城市"), row("用电"), row("city")), (Some(2), Some(3), None));
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
    let remarks: Vec<String> = joined.diagnostics.iter().map(ToString::to_string).collect();
    assert!(remarks.iter().any(|remark| remark.contains("`乙` may be `乙市`")), "{remarks:?}");
    assert_eq!(panel.source("y"), Some("two.csv"));
    let all = assemble("city", Some("year"), sources(), Rows::Union).unwrap().panel;
    assert_eq!(all.n_rows(), 5);
    let both = assemble("city", Some("year"), sources(), Rows::Intersection).unwrap().panel;
    assert_eq!(both.n_rows(), 1);
}

/// A column that several sources bring: the first one counts, the others fill what it lacks.
#[test]
fn later_sources_fill_gaps() {
    use panel_core::io::{Rows, Source, assemble, read_bytes};
    let both = |name: &str, text: &str| {
        Source::both(read_bytes(name, text.as_bytes(), &ReadOptions::default()).unwrap(), "city", "year")
    };
    let stacked = || {
        vec![
            both("2013.csv", "city,year,gdp,name,code\na,2013,1,A,1\nb,2013,2,,2\n"),
            both("2014.csv", "city,year,gdp,name,code\na,2014,3,C,x\nb,2014,4,D,y\n"),
            both("both.csv", "city,year,gdp,name\na,2013,1,A\nb,2013,,B\nb,2014,4,\n"),
        ]
    };
    let all = assemble("city", Some("year"), stacked(), Rows::Union).unwrap();
    assert_eq!(all.panel.float("gdp").unwrap(), [1.0, 3.0, 2.0, 4.0]);
    let texts = |name: &str| (0..4).map(|row| all.panel.column(name).unwrap().display(row)).collect::<Vec<_>>();
    assert_eq!(texts("name"), ["A", "C", "B", "D"]);
    // Numbers in one file, letters in the other.
    assert_eq!(texts("code"), ["1", "x", "2", "y"]);
    assert_eq!(all.panel.source("name"), Some("2013.csv, 2014.csv, both.csv"));
    assert_eq!(all.reports[1].filled, [("gdp".into(), 2), ("name".into(), 2), ("code".into(), 2)]);
    let remarks: Vec<String> = all.diagnostics.iter().map(ToString::to_string).collect();
    let filled = "6 value(s) that earlier sources lack were filled from `2014.csv`: `gdp` 2, `name` 2, `code` 2";
    assert!(remarks.iter().any(|remark| remark.contains(filled)), "{remarks:?}");
    let mut sources = stacked();
    let none = assemble("city", Some("year"), sources.clone(), Rows::First).unwrap_err().to_string();
    assert!(none.contains("no key of `2014.csv`") && none.contains("`rows = \"union\"` in [study]"), "{none}");
    sources.remove(1);
    let first = assemble("city", Some("year"), sources, Rows::First).unwrap();
    assert_eq!(first.panel.column("name").unwrap().display(1), "B");
}

/// Ids that differ beyond the digits of a double are two keys.
#[test]
fn long_ids_stay_apart() {
    use panel_core::io::{Rows, Source, assemble, read_bytes};
    let read = |name: &str, text: &str| read_bytes(name, text.as_bytes(), &ReadOptions::default()).unwrap();
    let a = Source::both(read("a.csv", "id,t,x\n9007199254740992,1,5\n9007199254740993,1,6\n"), "id", "t");
    let b = Source::by_entity(read("b.csv", "id,y\n9007199254740993,7\n"), "id");
    let panel = assemble("id", Some("t"), vec![a, b], Rows::First).unwrap().panel;
    assert_eq!(panel.entities(), ["9007199254740992", "9007199254740993"]);
    assert!(panel.float("y").unwrap()[0].is_nan() && panel.float("y").unwrap()[1] == 7.0);
}

#[test]
fn notes_below_a_table_and_truths() {
    use panel_core::io::read_bytes;
    let text = "city,year,east\na,2013,True\nb,2013,false\nc,2013,\n\n资料来源：统计局\n";
    let table = read_bytes("d.csv", text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(table.diagnostics()[0].code, "notes-below");
    let panel = table.into_panel(Some("city"), Some("year")).unwrap();
    let east = panel.float("east").unwrap();
    assert!(east[..2] == [1.0, 0.0] && east[2].is_nan());
}

#[test]
fn a_column_of_text_keeps_words_that_mean_missing_elsewhere() {
    use panel_core::io::read_bytes;
    let options = ReadOptions { text: vec!["country".into()], missing: vec!["zz".into()], ..ReadOptions::default() };
    let table = read_bytes("d.csv", b"country,x\nNA,1\nZA,NA\nzz,3\n,4\n", &options).unwrap();
    let countries = table.key_text("country").unwrap().into_owned();
    assert_eq!((0..4).map(|row| countries.get(row)).collect::<Vec<_>>(), [Some("NA"), Some("ZA"), None, None]);
    assert!(table.column("x").unwrap().is_missing(1));
}

#[cfg(feature = "xlsx")]
#[test]
fn workbooks_that_count_from_1904_and_notes_across_the_columns() {
    let table = read_table(crate::golden("dates1904.xlsx"), &ReadOptions::default()).unwrap();
    let day = table.key_text("day").unwrap().into_owned();
    // Nine tenths of a second before midnight is midnight.
    assert_eq!((day.get(0), day.get(1)), (Some("2013-01-31"), Some("2014-02-01")));
    // The note stands in the first column only, so the others are numbers, and it is no row.
    for name in ["x", "y"] {
        assert!(matches!(table.column(name).unwrap(), Column::Float(values) if values.len() == 2), "{name}");
    }
    let remarks = table.diagnostics();
    assert!(
        remarks
            .iter()
            .any(|remark| remark.message.contains("note(s) below the table were left out: `资料来源：统计局`")),
        "{remarks:?}"
    );
}

#[cfg(feature = "polars")]
#[test]
fn parquet_dates_decimals_and_long_ids() {
    let table = read_table(crate::golden("dates.parquet"), &ReadOptions::default()).unwrap();
    let text = |name: &str| {
        let text = table.key_text(name).unwrap().into_owned();
        (0..3).map(|row| text.get(row).unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text("city"), ["甲", "乙", "丙"]);
    assert_eq!(text("day"), ["2013-12-31", "", "1960-02-29"]);
    for name in ["milli", "micro", "nano"] {
        assert_eq!(text(name), ["2013-12-31", "", "1960-02-29T13:30:59"], "{name}");
    }
    assert_eq!(text("id"), ["9007199254740993", "9007199254740992", ""]);
    let Column::Float(money) = table.column("money").unwrap() else { panic!("numbers") };
    assert!(money[..2] == [1234.5, -0.01] && money[2].is_nan());
    assert_eq!(table.column("small").unwrap(), &Column::from(vec![1.0, 2.0, 3.0]));
    assert_eq!(table.column("nothing").unwrap().n_missing(), 3);
    let left_out: Vec<&str> = table.diagnostics().iter().map(|note| note.message.as_str()).collect();
    assert_eq!(left_out.len(), 3);
    assert!(left_out[0].contains("`list`") && left_out[2].contains("`wait`"), "{left_out:?}");
    let asked = ReadOptions { columns: Some(vec!["pair".into()]), ..ReadOptions::default() };
    let message = read_table(crate::golden("dates.parquet"), &asked).unwrap_err().to_string();
    assert!(message.contains("column `pair`: type struct is not supported"), "{message}");
    let some = ReadOptions { columns: Some(vec!["day".into(), "id".into()]), ..ReadOptions::default() };
    assert_eq!(read_table(crate::golden("dates.parquet"), &some).unwrap().names(), ["day", "id"]);
}
