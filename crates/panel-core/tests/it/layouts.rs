//! Files as they come: each reaches the right table, or ends with a sentence that says what to write.

use panel_core::io::{RawTable, ReadOptions, Rows, Source, assemble, read_bytes};
use panel_core::{Column, Error, Percent};

fn read(name: &str, text: &str, options: &ReadOptions) -> Result<RawTable, Error> {
    read_bytes(name, text.as_bytes(), options)
}

fn plain() -> ReadOptions {
    ReadOptions::default()
}

fn floats(table: &RawTable, name: &str) -> Vec<f64> {
    match table.column(name) {
        Ok(Column::Float(values)) => values.to_vec(),
        other => panic!("{name}: {other:?}"),
    }
}

/// Text, its name, and the values of `x` that come out with a remark of that code.
#[test]
fn text_files_reach_the_right_numbers() {
    let cases: [(&str, &str, &[f64], &str); 25] = [
        ("decimal comma by separator", "a.csv|city;year;x\na;1;7,255\nb;1;3,641\n", &[7.255, 3.641], "decimal-comma"),
        ("decimal comma by a cell", "a.csv|city;year;x\na;1;7,25\nb;1;1.234,5\n", &[7.25, 1234.5], "decimal-comma"),
        (
            "thousands beside decimals",
            "a.csv|city,year,x,y\na,1,\"7,255\",1.5\nb,1,\"3,641\",2.5\n",
            &[7255.0, 3641.0],
            "",
        ),
        ("thousands with a small number", "a.csv|city,year,x\na,1,\"7,255\"\nb,1,985\n", &[7255.0, 985.0], ""),
        ("spaces", "a.csv|city,year,x\na,1,4 254.7\nb,1,1\u{a0}362\n", &[4254.7, 1362.0], "thousands-separators"),
        (
            "thin spaces",
            "a.csv|city,year,x\na,1,4\u{2009}254.7\nb,1,1\u{202f}362\n",
            &[4254.7, 1362.0],
            "thousands-separators",
        ),
        ("apostrophes", "a.csv|city,year,x\na,1,4'254.7\nb,1,1362\n", &[4254.7, 1362.0], "thousands-separators"),
        ("percent signs", "a.csv|city,year,x\na,1,42.5%\nb,1,7％\n", &[42.5, 7.0], "percent-signs"),
        ("footnote marks", "a.csv|city,year,x\na,1,1290①\nb,1,7*\n", &[1290.0, 7.0], "marks-left-out"),
        ("flags of Eurostat", "a.csv|city,year,x\na,1,37400 e\nb,1,7\n", &[37400.0, 7.0], "marks-left-out"),
        ("units below the header", "a.csv|city,year,x\n,,万元\na,1,5\nb,1,7\n", &[5.0, 7.0], "units-row"),
        (
            "row names of R",
            "a.csv|\"city\",\"year\",\"x\"\n\"1\",\"a\",1,5\n\"2\",\"b\",1,7\n",
            &[5.0, 7.0],
            "row-names",
        ),
        ("a dash of any kind", "a.csv|city,year,x\na,1,\u{2011}5.5\nb,1,- 7\n", &[-5.5, -7.0], ""),
        (
            "blanks as R writes them",
            "a.csv|\"city\" \"year\" \"x\"\n\"1\" \"a\" 1 5\n\"2\" \"b\" 1 7\n",
            &[5.0, 7.0],
            "row-names",
        ),
        (
            "decimal comma behind blanks",
            "a.txt|city\tyear\tx\na\t1\t4 708,900\nb\t1\t5 712,300\n",
            &[4708.9, 5712.3],
            "decimal-comma",
        ),
        ("the separator told", "a.csv|sep=;\ncity;year;x\na;1;5\nb;1;7\n", &[5.0, 7.0], ""),
        ("empty rows", "a.csv|city,year,x\na,1,5\n,,\nb,1,7\n,,\n", &[5.0, 7.0], ""),
        (
            "notes with separators",
            "a.csv|city,year,x\na,1,5\nb,1,7\n注：2013年数据为快报数。,,\n",
            &[5.0, 7.0],
            "notes-below",
        ),
        ("notes in quotes", "a.csv|city,year,x\na,1,5\nb,1,7\n\"注：1. 甲, 乙。\",,\n", &[5.0, 7.0], "notes-below"),
        (
            "notes with a comma",
            "a.csv|city,year,x\na,1,5\nb,1,7\n注：1. 甲, 乙。\n来源：局\n",
            &[5.0, 7.0],
            "notes-below",
        ),
        ("a name twice that nobody needs", "a.csv|city,year,x,note,note\na,1,5,p,q\nb,1,7,p,q\n", &[5.0, 7.0], ""),
        ("text called a workbook", "a.xls|city\tyear\tx\na\t1\t5\nb\t1\t7\n", &[5.0, 7.0], "text-in-disguise"),
        ("codes with NA", "a.csv|city,year,x\nNA,1,5\nFR,1,7\n", &[5.0, 7.0], ""),
        ("codes with NA, more", "a.csv|city,year,x\nNA,1,5\nFR,1,7\nDE,1,8\n", &[5.0, 7.0, 8.0], "na-is-a-code"),
        ("missing values of Eurostat", "a.csv|city,year,x\na,1,: c\nb,1,7\n", &[f64::NAN, 7.0], ""),
    ];
    for (what, file, expected, code) in cases {
        let (name, text) = file.split_once('|').unwrap();
        let table = read(name, text, &plain()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let found = floats(&table, "x");
        let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
        assert!(found.len() == expected.len() && found.iter().zip(expected).all(same), "{what}: {found:?}");
        let remarked = code.is_empty() || table.diagnostics().iter().any(|remark| remark.code == code);
        assert!(remarked, "{what}: {:?}", table.diagnostics());
    }
}

/// Text, options, and what the sentence says that ends the reading or the first use as a number.
#[test]
fn what_nobody_can_know_is_refused_with_the_remedy() {
    let cases: [(&str, &str, &str); 20] = [
        (
            "a.csv|city;year;y;x\na;1;7,255;4708.90\nb;1;3,641;1362.10\n",
            "`decimal = \",\"` reads `7,255` as 7.255 and `4708.90` as no number, `decimal = \".\"` as 7255",
            "",
        ),
        (
            "a.txt|city\tyear\tx\na\t1\t7,255\nb\t1\t3,641\nc\t1\t7\n",
            "`decimal = \",\"` reads `7,255` as 7.255, `decimal = \".\"` as 7255",
            "",
        ),
        ("a.csv|city,year,x\na,1,33.281\nb,1,985\n", "`decimal = \",\"` reads `33.281` as 33281", ""),
        ("a.csv|city,year,x\na,1,5 m\nb,1,7 s\n", "`m` may change it", ""),
        ("a.csv|city,year,x\na,31/12/13,5\na,31/12/14,7\n", "which part of `31/12/13` is the year", ""),
        (
            "a.csv|city,year,x\na,1,\"7,255\"\nb,1,\"3,641\"\n",
            "`decimal = \",\"` reads `7,255` as 7.255, `decimal = \".\"` as 7255",
            "",
        ),
        (
            "a.csv|city;year;y;x\na;1;7,255;4.255\nb;1;3,641;1.362\n",
            "reads `7,255` as 7.255 and `4.255` as 4255, `decimal = \".\"` as 7255 and `4.255` as 4.255",
            "",
        ),
        (
            "a.csv|数据库：分省年度数据\n指标：产值\n时间：最近20年\ncity,2013,2014,2015\na,1,2,3\nb,1,2,3\n",
            "`skip_rows = 3`",
            "skip_rows = 3",
        ),
        (
            "a.csv|\"Data Source\",\"Indicators\"\n\n\"Last Updated\",\"2024\"\n\n\"Country\",\"Code\",\"1990\",\"1991\"\n\"A\",\"AA\",1,2\n\"B\",\"BB\",1,2\n",
            "`skip_rows = 4`",
            "skip_rows = 4",
        ),
        ("a.csv|city,year,x\n甲,1,5\n,2,7\n", "`fill_down = [\"city\"]`", "fill_down = [\"city\"]"),
        (
            "a.csv|city,year,x\nParis,1,5\nNA,1,7\n",
            "`NA` stands for a missing value unless `text = [\"city\"]`",
            "text = [\"city\"]",
        ),
        (
            "a.csv|city,year,x\na,1,42%\nb,1,0.5\n",
            "`percent = \"points\"` reads it as one (`percent = \"share\"` divides by a hundred)",
            "percent = \"points\"",
        ),
        ("a.csv|city,year,x\na,1,5 km\nb,1,7 km\n", "`strip = [\"km\"]` reads it as one", "strip = [\"km\"]"),
        (
            "a.csv|city,year,x,y\na,1,\"7,25\",1.5\nb,1,\"8,5\",2.5\n",
            "`decimal = \",\"` reads it as one",
            "decimal = \",\"",
        ),
        ("a.csv|city,year,x\na,1,5\nb,1,7\nc,1,暂无\n", "`missing = [\"暂无\"]`", "missing = [\"暂无\"]"),
        (
            "a.csv|city,year,x,x\na,1,5,1\nb,1,7,1\n",
            "`rename = { x = \"x (column 3)\" }` takes the first; if a second header row tells them apart, `header_rows = 2`",
            "",
        ),
        (
            "a.xls|<html><table><tr><td>city</td></tr></table></html>\n",
            "web page (HTML); open it in a spreadsheet program and save it as xlsx",
            "",
        ),
        ("a.csv|city,year,x\na,1/2/2013,5\na,2/1/2013,7\n", "has no calendar", ""),
        (
            "a.csv|city,year,x\na,1,5\nb,1\nc,1,6\n",
            "line 3 has 2 cells, the header has 3; notes among the rows must be removed",
            "",
        ),
        ("a.csv|city,year\nb,1,x\na,1,y\n", "every column needs a name", ""),
    ];
    for (file, message, remedy) in cases {
        let (name, text) = file.split_once('|').unwrap();
        let used = |table: RawTable| {
            table.check_keys(&["city", "year"])?;
            let panel = table.into_panel(Some("city"), Some("year"))?;
            let x = panel.float("x")?;
            panel.lag(x, 1)
        };
        let error = read(name, text, &plain()).and_then(|table| {
            if let Some(why) = table.left_out("x") {
                return Err(Error::Specification(why.to_owned()));
            }
            used(table)
        });
        let error = error.expect_err(message);
        assert!(error.to_string().contains(message), "{text}: {error}");
        let remedies: Vec<String> = error.remedies().iter().map(ToString::to_string).collect();
        assert!(if remedy.is_empty() { true } else { remedies == [remedy] }, "{text}: {remedies:?}");
    }
}

#[test]
fn options_settle_what_was_refused() {
    let x = |file: &str, options: ReadOptions| floats(&read("a.csv", file, &options).unwrap(), "x");
    let open = "city,year,x\na,1,\"7,255\"\nb,1,\"3,641\"\n";
    assert_eq!(x(open, ReadOptions { decimal: Some(','), ..plain() }), [7.255, 3.641]);
    assert_eq!(x(open, ReadOptions { decimal: Some('.'), ..plain() }), [7255.0, 3641.0]);
    let mixed = "city,year,x\na,1,42%\nb,1,0.5\n";
    assert_eq!(x(mixed, ReadOptions { percent: Some(Percent::Share), ..plain() }), [0.42, 0.5]);
    assert_eq!(x(mixed, ReadOptions { percent: Some(Percent::Points), ..plain() }), [42.0, 0.5]);
    assert_eq!(
        x("city,year,x\na,1,$5\nb,1,7 km\n", ReadOptions { strip: vec!["$".into(), "km".into()], ..plain() }),
        [5.0, 7.0]
    );
    let kept = read("a.csv", "city,year,x\n,,万元\na,1,5\nb,1,7\n", &ReadOptions { units_row: Some(false), ..plain() })
        .unwrap();
    assert_eq!(kept.n_rows(), 3);
    let wrong = read("a.csv", open, &ReadOptions { decimal: Some(';'), ..plain() }).unwrap_err().to_string();
    assert!(wrong.contains("decimal = \";\": expected `,` or `.`"), "{wrong}");
}

#[test]
fn a_join_that_matches_nothing_is_an_error_with_the_spellings() {
    let both = |name: &str, text: &str| Source::both(read(name, text, &plain()).unwrap(), "city", "year");
    let sources = vec![
        both("a.csv", "city,year,y\n北京市,1,1\n天津市,1,2\n"),
        both("b.csv", "city,year,x\n北京,1,1\n天津,1,2\n"),
    ];
    let error = assemble("city", Some("year"), sources, Rows::First).unwrap_err();
    let message = "no key of `b.csv` is a key of the panel: `北京 1` here, `北京市 1` there; in its [[source]], `spellings = { \"北京\" = \"北京市\", \"天津\" = \"天津市\" }`";
    assert!(error.to_string().contains(message) && error.remedies().len() == 1, "{error}");
    let years = vec![both("a.csv", "city,year,y\na,1,1\n"), both("b.csv", "city,year,x\na,2,1\n")];
    let error = assemble("city", Some("year"), years, Rows::First).unwrap_err().to_string();
    assert!(error.contains("`rows = \"union\"` in [study]"), "{error}");
}

/// A file of Stata 10 (release 114) with a text, a labelled code and a number, its texts as given bytes.
#[cfg(feature = "dta")]
fn stata_10(cities: [&[u8]; 2], labels: [&[u8]; 2], about: &[u8]) -> Vec<u8> {
    let padded =
        |text: &[u8], n: usize| -> Vec<u8> { text.iter().copied().chain(std::iter::repeat(0)).take(n).collect() };
    let mut out = vec![114, 2, 1, 0, 3, 0, 2, 0, 0, 0];
    out.extend(padded(about, 81));
    out.extend(padded(b"", 18));
    out.extend([12, 251, 255]);
    ["city", "region", "x"].iter().for_each(|name| out.extend(padded(name.as_bytes(), 33)));
    out.extend([0; 8]);
    ["%12s", "%8.0g", "%9.0g"].iter().for_each(|format| out.extend(padded(format.as_bytes(), 49)));
    ["", "region", ""].iter().for_each(|set| out.extend(padded(set.as_bytes(), 33)));
    (0..3).for_each(|_| out.extend(padded(about, 81)));
    out.extend([0; 5]);
    for (row, city) in cities.iter().enumerate() {
        out.extend(padded(city, 12));
        out.push(row as u8 + 1);
        out.extend((row as f64 + 0.5).to_le_bytes());
    }
    let texts: Vec<u8> = labels.iter().flat_map(|label| label.iter().copied().chain([0])).collect();
    let word = |value: usize| (value as u32).to_le_bytes();
    out.extend(word(8 + 16 + texts.len()));
    out.extend(padded(b"region", 33));
    out.extend([0; 3]);
    for value in [2, texts.len(), 0, labels[0].len() + 1, 1, 2] {
        out.extend(word(value));
    }
    out.extend(texts);
    out
}

#[cfg(feature = "dta")]
#[test]
fn old_stata_files_are_read_in_the_encoding_of_their_bytes() {
    // 北京, 上海; 东, 西 in GBK.
    let gbk = stata_10([b"\xb1\xb1\xbe\xa9", b"\xc9\xcf\xba\xa3"], [b"\xb6\xab", b"\xce\xf7"], b"\xca\xfd\xbe\xdd");
    // Besançon, Málaga; Île, été in Latin-1.
    let latin = stata_10([b"Besan\xe7on", b"M\xe1laga"], [b"\xcele", b"\xe9t\xe9"], b"donn\xe9es");
    // Only the labels of the codes are not ASCII.
    let labels = stata_10([b"a", b"b"], [b"\xb6\xab\xb2\xbf", b"\xce\xf7\xb2\xbf"], b"");
    let ascii = stata_10([b"a", b"b"], [b"East", b"West"], b"");
    for (bytes, cities, regions, remark) in [
        (gbk, ["北京", "上海"], ["东", "西"], "read-as-gb18030"),
        (latin, ["Besançon", "Málaga"], ["Île", "été"], "read-as-windows-1252"),
        (labels, ["a", "b"], ["东部", "西部"], "read-as-gb18030"),
        (ascii, ["a", "b"], ["East", "West"], ""),
    ] {
        let table = read_bytes("d.dta", &bytes, &ReadOptions { value_labels: true, ..plain() }).unwrap();
        let text = |name: &str| {
            let text = table.key_text(name).unwrap().into_owned();
            [0, 1].map(|row| text.get(row).unwrap_or("").to_owned())
        };
        assert_eq!((text("city"), text("region")), (cities.map(str::to_owned), regions.map(str::to_owned)));
        assert_eq!(floats(&table, "x"), [0.5, 1.5]);
        let codes: Vec<&str> = table.diagnostics().iter().map(|remark| remark.code.as_str()).collect();
        assert_eq!(codes.first().copied().unwrap_or(""), remark);
        let codes = read_bytes("d.dta", &bytes, &plain()).unwrap();
        assert_eq!(codes.value_labels("region")[0].1, regions[0]);
    }
}

/// A made file of each kind: its numbers of rows, and a remark that it brings.
#[cfg(feature = "xlsx")]
#[test]
fn workbooks_are_read_sheet_by_sheet_and_cell_by_cell() {
    let table = |name: &str, options: ReadOptions| {
        let bytes = std::fs::read(crate::golden("layouts").join(name)).unwrap();
        read_bytes(name, &bytes, &options).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let codes = |table: &RawTable| table.diagnostics().iter().map(|remark| remark.code.clone()).collect::<Vec<_>>();
    // The first sheet is hidden.
    let hidden = table("e04b.xlsx", plain());
    assert_eq!((hidden.file(), floats(&hidden, "x")[0]), ("e04b.xlsx [数据]", 4254.7));
    let several = table("e04d.xlsx", plain());
    assert_eq!(codes(&several), ["one-sheet-of-several"]);
    assert!(several.diagnostics()[0].message.contains("`sheet = \"2016-2018\"` takes another"));
    let bytes = std::fs::read(crate::golden("layouts").join("e04d.xlsx")).unwrap();
    let sheet = |options: &ReadOptions, text: &str| panel_core::io::sheet_with("e04d.xlsx", &bytes, options, text);
    assert_eq!(sheet(&plain(), "city"), Some(("2016-2018".to_owned(), 1)));
    assert_eq!(sheet(&plain(), "nowhere"), None);
    assert_eq!(sheet(&ReadOptions { sheet: Some("2016-2018".into()), ..plain() }, "city"), None);
    // Formulas without results are texts, so that their use as numbers is an error that says so.
    let formulas = table("e03b.xlsx", plain());
    assert_eq!(codes(&formulas), ["formulas-without-results"]);
    let error = formulas.into_panel(Some("city"), Some("year")).unwrap().float("x").unwrap_err().to_string();
    assert!(error.contains("value `=1362.2*1`") || error.contains("value `=4254.7*1`"), "{error}");
    assert!(error.contains("open the workbook in a spreadsheet program and save it"), "{error}");
    // A cell at the far end of the sheet is a row and a column more, not 17 billion cells.
    let far = table("far.xlsx", plain());
    assert!(far.n_rows() < 100, "{}", far.n_rows());
    let banner = ReadOptions { header_rows: 2, ..plain() };
    for name in ["e13.xlsx", "x03.xls"] {
        let wide = table(name, banner.clone());
        let variables = [
            panel_core::io::reshape::WideVariable::new("y", "y"),
            panel_core::io::reshape::WideVariable::new("x", "x"),
        ];
        let long = panel_core::io::reshape::to_long(&wide, "year", &variables).unwrap();
        assert_eq!((long.n_rows(), floats(&long, "y")[0]), (30, 7.255), "{name}");
    }
    assert_eq!(table("x01.xls", plain()).names(), ["city", "year", "y", "x"]);
}

#[cfg(feature = "polars")]
#[test]
fn parquet_files_of_odd_types_and_counts() {
    let read = |name: &str| {
        let bytes = std::fs::read(crate::golden("layouts").join(name)).unwrap();
        read_bytes(name, &bytes, &plain())
    };
    let half = read("p19.parquet").unwrap();
    assert!(half.diagnostics().is_empty(), "{:?}", half.diagnostics());
    // A key of a type that is not read is there, and why it is not read is said.
    let odd = read("p20.parquet").unwrap();
    let why = odd.column("year").unwrap_err().to_string();
    assert!(
        why.contains("column `year`: type int96 (an old kind of timestamp) is not supported; write it as"),
        "{why}"
    );
    // `page.parquet` has a page of -33 values, which aborted the program.
    for name in ["p37.parquet", "p38.parquet", "page.parquet"] {
        let error = read(name).unwrap_err().to_string();
        assert!(error.contains("its footer") && error.contains("damaged"), "{name}: {error}");
    }
}

#[test]
fn a_missing_number_is_missing_in_every_kind_of_file() {
    let values = vec![-9.0, 2.0, -9.0, 4.0];
    let panel = panel_core::Panel::builder("city", "year")
        .keys(["a", "a", "b", "b"], ["1", "2", "1", "2"])
        .column("x", values)
        .build()
        .unwrap();
    let options = ReadOptions { missing: vec!["-9".into()], ..plain() };
    let files: [(&str, Vec<u8>); 4] = [
        ("p.csv", panel_core::io::write::to_csv(&panel)),
        ("q.csv", b"city,year,x\na,1,-9.0\na,2,2\nb,1,-9.00\nb,2,4\n".to_vec()),
        ("p.dta", panel_core::io::write::to_dta(&panel).unwrap()),
        ("p.parquet", panel_core::io::write::to_parquet(&panel).unwrap()),
    ];
    for (name, bytes) in files {
        let x = floats(&panel_core::io::read_bytes(name, &bytes, &options).unwrap(), "x");
        assert!(x[0].is_nan() && x[2].is_nan() && (x[1], x[3]) == (2.0, 4.0), "{name}: {x:?}");
    }
    let codes = read("c.csv", "city,year,x\na,1,-9.0\nb,1,1.1\nc,1,1.10\n", &options).unwrap();
    assert!(floats(&codes, "x")[0].is_nan() && codes.key_text("x").unwrap().get(2) == Some("1.10"));
    // A code that is written otherwise is not the token.
    let codes = read("c.csv", "city,year,x\na,1,09\nb,1,9\n", &ReadOptions { missing: vec!["9".into()], ..plain() });
    assert_eq!(floats(&codes.unwrap(), "x")[0], 9.0);
}

/// The least whole number has no absolute value among them, and no double of its own: in a Stata file it is a text.
#[cfg(feature = "dta")]
#[test]
fn a_label_beyond_doubles_is_a_text_in_a_stata_file() {
    let label = "-9223372036854775808";
    let panel = panel_core::Panel::builder("id", "year")
        .keys([label, label], ["1", "2"])
        .column("x", vec![1.0, 2.0])
        .build()
        .unwrap();
    let bytes = panel_core::io::write::to_dta(&panel).unwrap();
    let table = panel_core::io::read_bytes("p.dta", &bytes, &plain()).unwrap();
    assert_eq!(table.key_text("id").unwrap().get(0), Some(label));
}

#[test]
fn fields_are_separated_by_what_gives_every_row_one_width() {
    for text in [
        "city|year|x\na|1|5\nb|1|7\n",
        "city;\"GDP, yuan\";x, in all;year\na;3;5;1\nb;4;7;1\n",
        "city\tnote, long\tx\tyear\na\tp, q\t5\t1\nb\tr\t7\t1\n",
    ] {
        let table = read("a.csv", text, &plain()).unwrap();
        let name = table.names().iter().find(|name| name.starts_with('x')).unwrap().clone();
        assert_eq!(floats(&table, &name), [5.0, 7.0], "{text}");
    }
}
