//! Malformed inputs: each has one clear message.

use panel_core::io::{ReadOptions, Rows, Source, assemble, read_bytes, read_table};

fn read(name: &str, bytes: &[u8]) -> Result<panel_core::io::RawTable, panel_core::Error> {
    read_bytes(name, bytes, &ReadOptions::default())
}

#[test]
fn files_that_cannot_be_read() {
    let cases: Vec<(&str, &[u8], &str)> = vec![
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"  \n \n", "the file is empty"),
        ("a.csv", b"a,b\n", "no row of data"),
        ("a.csv", b",\n1,2\n", "the header row is empty"),
        ("a.csv", b"a,b\n1,2,3\n", "line 2 has 3 cells, the header has 2"),
        ("a.csv", b"a,b\n1,2\n\n3\n", "line 4 has 1 cells, the header has 2; notes among"),
        ("a.csv", b"a,b\nnote\n1,2\n", "line 2 has 1 cells, the header has 2; notes among"),
        ("a.csv", b"a,b\n1,2\n3", "line 3 has 1 cells, the header has 2; the file may be truncated"),
        ("a.csv", b"a,b\n1,\"2\n3,4\n", "a quote opened at line 2 is never closed"),
        ("a.csv", b"a,b\n1,\0\0\0", "not a text file"),
        ("a.csv", b"PK\x03\x04rest", "the content is a workbook"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        ("a.csv", b"a,b\n\xff\xff\xff,1\n", "line 2 is neither UTF-8 nor GB18030"),
        ("a.dat", b"a,b\n1,2\n", "unknown extension `dat`"),
        ("a", b"a,b\n1,2\n", "no extension"),
        #[cfg(feature = "dta")]
        ("a.dta", b"not stata", "not a Stata file"),
        #[cfg(feature = "xlsx")]
        ("a.xlsx", b"not a workbook", "not a workbook"),
        #[cfg(feature = "polars")]
        ("a.parquet", b"PAR1 not parquet", "not a Parquet file"),
    ];
    for (name, bytes, part) in cases {
        let message = read(name, bytes).unwrap_err().to_string();
        assert!(message.contains(part) && message.contains(name), "{name}: {message}");
    }
    // A name that stands twice stops only who uses it.
    let twice = read("a.csv", b"a,a\n1,2\n").unwrap().column("a").unwrap_err().to_string();
    assert!(twice.contains("a.csv") && twice.contains("`a` stands twice in the header"), "{twice}");
    let missing = read_table("no/such/file.csv", &ReadOptions::default()).unwrap_err().to_string();
    assert!(missing.contains("no/such/file.csv") && missing.contains("there is no such file"), "{missing}");
}

#[cfg(feature = "dta")]
#[test]
fn truncated_stata_files_say_so() {
    let bytes = std::fs::read(crate::golden("legacy.dta")).unwrap();
    for length in (0..bytes.len()).step_by(7) {
        // Old releases mark no end: a file cut behind its last record only lacks value labels.
        match read("a.dta", &bytes[..length]) {
            Err(error) => assert!(error.to_string().contains("a.dta"), "{error}"),
            Ok(table) => assert!(table.n_rows() == 4 && length > bytes.len() / 2),
        }
    }
}

#[cfg(feature = "xlsx")]
#[test]
fn a_mistyped_sheet_gets_a_suggestion() {
    let options = ReadOptions { sheet: Some("数居".into()), ..ReadOptions::default() };
    let message = read_table(crate::golden("merged.xlsx"), &options).unwrap_err().to_string();
    assert!(message.contains("did you mean `数据`?"), "{message}");
}

#[test]
fn keys_and_values_that_are_not_what_they_should_be() {
    let table = read("d.csv", "city,year,x\n甲,2013,1\n乙,2013,\n甲,2013,3\n".as_bytes()).unwrap();
    let message = table.into_panel(Some("city"), Some("year")).unwrap_err().to_string();
    for part in ["d.csv", "甲", "2013", "lines 2 and 4"] {
        assert!(message.contains(part), "{message}");
    }
    let table = read("d.csv", "city,year,x\n甲,,1\n".as_bytes()).unwrap();
    let message = table.into_panel(Some("city"), Some("year")).unwrap_err().to_string();
    assert!(message.contains("missing key") && message.contains("line `2`"), "{message}");

    // Text in a number column: file, city, year, column and value, and not a number written in an unusual way.
    let table = read("d.csv", "city,year,x\n甲,2013,\"1,234.5\"\n甲,2014,12%\n".as_bytes()).unwrap();
    let panel = table.into_panel(Some("city"), Some("year")).unwrap();
    let message = panel.float("x").unwrap_err().to_string();
    for part in ["file `d.csv`", "entity `甲`", "time `2014`", "column `x`", "value `12%`"] {
        assert!(message.contains(part), "{message}");
    }
    let message = panel.float("X1").unwrap_err().to_string();
    assert!(message.contains("did you mean `x`?"), "{message}");
    let table = read("d.csv", b"city,year,code\na,1,007\n").unwrap().into_panel(Some("city"), Some("year")).unwrap();
    assert_eq!(table.float("code").unwrap(), [7.0]);
    let as_text = ReadOptions { text: vec!["code".into()], ..ReadOptions::default() };
    let table = read_bytes("d.csv", b"city,year,code\na,1,007\n", &as_text).unwrap();
    let message = table.into_panel(Some("city"), Some("year")).unwrap().float("code").unwrap_err().to_string();
    assert!(message.contains("`code` holds numbers that are kept as text"), "{message}");
    let table = read("d.csv", "city,year,x\n甲,2013年,1\n乙,2013,2\n".as_bytes()).unwrap();
    let message = table.into_panel(Some("city"), Some("year")).unwrap_err().to_string();
    for part in ["`2013` and `2013年` are the same period", "file `d.csv`", "column `year`"] {
        assert!(message.contains(part), "{message}");
    }
    let unknown = ReadOptions { columns: Some(vec!["yaer".into()]), ..ReadOptions::default() };
    let message = read_bytes("d.csv", b"city,year\na,1\n", &unknown).unwrap_err().to_string();
    assert!(message.contains("did you mean `year`?"), "{message}");
    let table = read("d.csv", b"city,year,x\na,1,1e999\n").unwrap();
    let message = table.into_panel(Some("city"), Some("year")).unwrap().float("x").unwrap_err().to_string();
    assert!(message.contains("value `1e999`"), "{message}");
}

#[test]
fn joins_that_contradict_each_other() {
    let both = |name: &str, text: &str| Source::both(read(name, text.as_bytes()).unwrap(), "c", "t");
    let a = || both("a.csv", "c,t,x\ni,1,1\ni,2,2\n");
    let message = |sources| assemble("c", Some("t"), sources, Rows::First).unwrap_err().to_string();
    let twice = message(vec![a(), both("b.csv", "c,t,y\ni,1,1\ni,1,2\n")]);
    assert!(twice.contains("duplicate key: file `b.csv`") && twice.contains("lines 2 and 3"), "{twice}");
    let differs = message(vec![a(), both("b.csv", "c,t,x\ni,1,1\ni,2,9\n")]);
    for part in ["column `x`", "a.csv", "b.csv", "`2` and `9`", "rename"] {
        assert!(differs.contains(part), "{differs}");
    }
    let named = message(vec![a(), Source::by_time(read("b.csv", b"t,c,y\n1,p,5\n2,q,6\n").unwrap(), "t")]);
    for part in ["`b.csv` has a column `c`", "the entity key of the panel", "rename it"] {
        assert!(named.contains(part), "{named}");
    }
    let none = message(vec![Source::by_entity(read("b.csv", b"c,y\ni,1\n").unwrap(), "c")]);
    assert!(none.contains("no source carries both keys"), "{none}");
    let key = message(vec![Source::both(read("b.csv", b"c,t,y\ni,1,1\n").unwrap(), "city", "t")]);
    assert!(key.contains("unknown column `city`"), "{key}");
}
