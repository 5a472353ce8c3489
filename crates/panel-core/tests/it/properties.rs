//! Nothing panics on any bytes; what is written reads back.

use panel_core::expr::Expr;
use panel_core::io::{ReadOptions, read_bytes, write};
use panel_core::{Column, Panel, TextColumn};
use proptest::prelude::*;

const EXTENSIONS: [&str; 5] = ["csv", "tsv", "dta", "xlsx", "parquet"];

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?[0-9]{1,4}(\\.[0-9]{1,3})?",
        2 => "[a-z市年，,;\"\\n\\r\\t ]{0,6}",
        1 => prop::sample::select(vec!["", "NA", "--", "…", "１２", "1,234", ".a", "True", "1e400", "inf"]).prop_map(str::to_owned),
    ]
}

fn tokens() -> impl Strategy<Value = String> {
    let vocabulary = vec![
        "x",
        "y",
        "t",
        "c",
        "city",
        "year",
        "ln",
        "lag",
        "mean",
        "if",
        "then",
        "else",
        "and",
        "or",
        "not",
        "in",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "^",
        ":",
        "==",
        "!=",
        "<",
        ">=",
        "=",
        "\"a\"",
        "1",
        "2.5",
        "0",
        "by",
        "base",
        "winsorise",
        "pim",
        "entropy",
        "since",
        "missing",
        "structure_angle",
        "true",
        "`",
        "\"",
        "年",
        "min",
        "deflate",
        "fill",
        "growth",
        "chain",
        "interpolate",
        "standardise",
    ];
    prop::collection::vec(prop::sample::select(vocabulary), 0..14).prop_map(|chosen| chosen.join(" "))
}

fn small_panel() -> Panel {
    Panel::builder("city", "year")
        .keys(["a", "a", "a", "b", "b"], ["2013", "2014", "2016", "2013", "2014"])
        .column("x", vec![1.0, f64::NAN, 0.0, -4.0, 1e300])
        .column("y", vec![0.0, 2.0, 3.0, 1e-300, 5.0])
        .column("t", TextColumn::new(&[Some("a"), None, Some("b"), Some("a"), Some("年")]))
        .column("c", TextColumn::new(&[Some("True"), None, Some("False"), Some("True"), None]))
        .build()
        .unwrap()
}

/// A panel of 1 to 40 rows with a column of each kind.
fn panels() -> impl Strategy<Value = Panel> {
    let label = prop_oneof![Just(None), "[a-z\"，, 市]{1,5}".prop_map(Some)];
    prop::collection::btree_map((0_u8..8, 2000_u16..2010), (prop::option::of(-1e12_f64..1e12), label), 1..40).prop_map(
        |rows| {
            let keys: Vec<(String, String)> = rows.keys().map(|(i, t)| (format!("市{i}"), t.to_string())).collect();
            let numbers: Vec<f64> = rows.values().map(|(number, _)| number.unwrap_or(f64::NAN)).collect();
            // Blanks around a text and words that mean missing do not survive a text file, so they are not written here.
            let texts: Vec<Option<String>> =
                rows.values().map(|(_, text)| text.as_ref().map(|text| format!("t{}", text.trim()))).collect();
            Panel::builder("city", "year")
                .keys(keys.iter().map(|key| key.0.clone()), keys.iter().map(|key| key.1.clone()))
                .column("x", numbers)
                .column("text", texts)
                .build()
                .unwrap()
        },
    )
}

fn same(a: &Panel, b: &Panel) {
    assert_eq!((a.entities(), a.times(), a.names()), (b.entities(), b.times(), b.names()));
    assert_eq!((a.entity_of_row(), a.time_of_row()), (b.entity_of_row(), b.time_of_row()));
    for name in a.names() {
        let (a, b) = (a.column(name).unwrap(), b.column(name).unwrap());
        for row in 0..a.len() {
            assert_eq!(a.display(row), b.display(row), "{name} {row}");
        }
    }
}

fn read_back(name: &str, bytes: &[u8]) -> Panel {
    read_bytes(name, bytes, &ReadOptions::default()).unwrap().into_panel(Some("city"), Some("year")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), extension in prop::sample::select(&EXTENSIONS[..])) {
        let _ = read_bytes(&format!("f.{extension}"), &bytes, &ReadOptions::default());
    }

    #[test]
    fn no_table_makes_the_csv_reader_panic(rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..12), skip in 0_usize..3, header in 0_usize..3) {
        let text = rows.iter().map(|row| row.join(",")).collect::<Vec<_>>().join("\n");
        let options = ReadOptions { skip_rows: skip, header_rows: header, ..ReadOptions::default() };
        if let Ok(table) = read_bytes("f.csv", text.as_bytes(), &options) {
            let first = table.names()[0].clone();
            prop_assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
            let _ = table.into_panel(Some(&first), None);
        }
    }

    #[test]
    fn no_text_makes_an_expression_panic(text in prop_oneof![tokens(), ".{0,40}"]) {
        if let Ok(expr) = Expr::parse(&text) {
            let panel = small_panel();
            if let Ok(column) = expr.eval(&panel) {
                prop_assert_eq!(column.len(), panel.n_rows());
                if let Column::Float(values) = column {
                    prop_assert!(values.iter().all(|value| !value.is_infinite()), "{}", text);
                }
            }
            let _ = expr.eval_mask(&panel);
        }
    }

    #[test]
    fn csv_reads_back(panel in panels()) {
        same(&panel, &read_back("f.csv", &write::to_csv(&panel)));
    }

    #[cfg(feature = "dta")]
    #[test]
    fn dta_reads_back(panel in panels()) {
        let bytes = write::to_dta(&panel).unwrap();
        prop_assert_eq!(&bytes, &write::to_dta(&panel).unwrap());
        same(&panel, &read_back("f.dta", &bytes));
    }

    #[cfg(feature = "polars")]
    #[test]
    fn parquet_reads_back(panel in panels()) {
        let bytes = write::to_parquet(&panel).unwrap();
        prop_assert_eq!(&bytes, &write::to_parquet(&panel).unwrap());
        same(&panel, &read_back("f.parquet", &bytes));
    }

    #[cfg(feature = "dta")]
    #[test]
    fn damaged_stata_files_do_not_panic(at in 0_usize..1285, byte in any::<u8>(), cut in 0_usize..1285) {
        let mut bytes = std::fs::read(crate::golden("legacy.dta")).unwrap();
        let n = bytes.len();
        bytes[at % n] = byte;
        let _ = read_bytes("f.dta", &bytes, &ReadOptions::default());
        let _ = read_bytes("f.dta", &bytes[..cut.min(n)], &ReadOptions::default());
    }

    #[cfg(feature = "xlsx")]
    #[test]
    fn damaged_workbooks_do_not_panic(at in 0_usize..5615, byte in any::<u8>()) {
        let mut bytes = std::fs::read(crate::golden("merged.xlsx")).unwrap();
        let n = bytes.len();
        bytes[at % n] = byte;
        let _ = read_bytes("f.xlsx", &bytes, &ReadOptions::default());
    }
}
