//! The look of regression tables: panels, regressors that were left out, small and large numbers, long labels.

use crate::support::{baseline, baseline_spec, term};
use panel_report::regression::{ModelColumn, RegressionSpec, panel_table, regression_table};
use panel_report::table::{Cell, Row};
use panel_report::{Format, Lang, StarRule, Table, TableFormat, Text};
use std::io::Read;

fn rendered(table: &Table, format: TableFormat) -> String {
    String::from_utf8(table.render(format, Lang::En).expect("renders")).expect("UTF-8")
}

fn stacked() -> Table {
    let mut spec = baseline_spec();
    spec.numbered = false;
    let columns = baseline();
    let other: Vec<ModelColumn> =
        columns.iter().cloned().map(|column| ModelColumn { dependent: "Green".into(), ..column }).collect();
    let panels = [(Text::from("A: productivity"), columns), (Text::from("B: entropy index"), other)];
    panel_table(&panels, &spec).expect("a table")
}

#[test]
fn panels_share_their_head_and_what_is_the_same_in_both() {
    let table = stacked();
    assert_eq!(table.header.len(), 1, "the dependent variables differ: {:?}", table.header);
    let labels: Vec<Option<&str>> =
        table.groups.iter().map(|group| group.label.as_ref().map(|label| label.get(Lang::En))).collect();
    assert_eq!(labels, [Some("A: productivity"), Some("B: entropy index"), None]);
    let stubs: Vec<&str> = table.groups[2].rows.iter().map(|row| row.stub.get(Lang::En)).collect();
    assert_eq!(stubs, ["Controls", "City fixed effects", "Year fixed effects", "Standard errors", "Clusters"]);
    let first = &table.groups[1].rows[0];
    assert_eq!((first.stub.get(Lang::En), first.cells[0].print(Lang::En).as_str()), ("Dependent variable", "Green"));
    for format in TableFormat::ALL {
        assert!(!table.render(format, Lang::Zh).expect("renders").is_empty(), "{format}");
    }
    let error =
        panel_table(&[(Text::from("A"), baseline()), (Text::from("B"), baseline()[..1].to_vec())], &baseline_spec());
    assert!(error.expect_err("two widths").to_string().contains("panel `B`"));
}

#[test]
fn a_regressor_that_was_left_out_has_a_row() {
    let mut columns = baseline();
    columns[0].omitted = vec!["lnpop".into()];
    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    let row = table.row("Population (log)").expect("there");
    assert_eq!([0, 1].map(|i| row.cells[i].print(Lang::En)), ["(omitted)", "0.000"]);
    columns.iter_mut().for_each(|column| column.omitted = vec!["East".into()]);
    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    let rows = &table.groups[0].rows;
    let place = rows.iter().position(|row| row.stub.get(Lang::En) == "East").expect("there");
    assert!(rows.get(place + 1).is_none_or(|row| !row.stub.get(Lang::En).is_empty()), "nothing stands below");
    assert!(rendered(&table, TableFormat::Latex).contains("(omitted)"));
}

#[test]
fn small_numbers_keep_two_digits_and_large_ones_part_their_thousands() {
    let column = ModelColumn {
        terms: vec![
            term("x", 5.04e-7, 1.23e-8, 0.001),
            term("z", 0.000_42, 0.000_061, 0.001),
            term("w", -12_345.678, 1234.5, 0.001),
        ],
        n: Some(1_234_567),
        ..ModelColumn::default()
    };
    let mut spec = RegressionSpec::new("t", "Digits", StarRule::china());
    spec.digits = Format::Legible(3);
    let mut table = regression_table(&[column], &spec).expect("a table");
    table.thousands = true;
    let shown = rendered(&table, TableFormat::Csv);
    for cell in
        ["5.0e-7***", "(1.2e-8)", "0.00042***", "(0.000061)", "\"-12,345.678***\"", "\"(1,234.500)\"", "\"1,234,567\""]
    {
        assert!(shown.contains(cell), "{cell}: {shown}");
    }
    let latex = rendered(&table, TableFormat::Latex);
    assert!(latex.contains("${5.0\\times 10^{-7}}^{***}$"), "{latex}");
    assert!(latex.contains("-12{,}345.678"), "{latex}");
    let bytes = table.render(TableFormat::Xlsx, Lang::En).expect("a workbook");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
    let mut styles = String::new();
    archive.by_name("xl/styles.xml").expect("styles").read_to_string(&mut styles).expect("UTF-8");
    assert!(styles.contains("#,##0.000&quot;***&quot;") && styles.contains("0.0E+0"), "{styles}");
}

#[test]
fn latex_carries_the_number_of_the_study_and_wraps_long_labels() {
    let table = regression_table(&baseline(), &baseline_spec()).expect("a table");
    let latex = rendered(&table, TableFormat::Latex);
    assert!(latex.contains("\\renewcommand{\\thetable}{2}\n\\caption{Virtual agglomeration and"), "{latex}");
    assert!(latex.contains("\\begin{tabular}{lcc}"), "{latex}");
    let mut long = Table::new("t", "Long labels", "Variable", vec!["Value".into()]);
    long.push_rows(vec![Row::new(
        "Share of employment in information services, computers and software",
        vec![Cell::count(1)],
    )]);
    let latex = rendered(&long, TableFormat::Latex);
    assert!(latex.contains("\\begin{tabular}{>{\\raggedright\\arraybackslash\\hangindent=1em}p{14em}c}"), "{latex}");
    assert!(!latex.contains("thetable"), "{latex}");
}
