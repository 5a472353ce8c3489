//! The look of regression tables: panels, regressors that were left out, small and large numbers, long labels.

use crate::support::{baseline, baseline_spec, term};
use panel_core::descriptives::describe;
use panel_report::descriptives::{DescriptivesSpec, descriptives_table};
use panel_report::regression::{ModelColumn, RegressionSpec, panel_table, regression_table};
use panel_report::table::{Align, Cell, Row};
use panel_report::utest::{UTestRecord, u_test_table};
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
fn a_label_that_one_panel_has_stands_in_it() {
    let mut spec = baseline_spec();
    spec.numbered = false;
    let columns = baseline();
    let mut labelled = columns.clone();
    labelled[0].heading = "Small firms".into();
    let panels = [(Text::from("A"), columns.clone()), (Text::from("B"), labelled.clone())];
    let table = panel_table(&panels, &spec).expect("a table");
    let row = &table.groups[1].rows[0];
    let cells: Vec<String> = row.cells.iter().map(|cell| cell.print(Lang::En)).collect();
    assert_eq!((row.stub.get(Lang::En), cells[0].as_str(), cells[1].as_str()), ("Column", "Small firms", ""));
    assert_ne!(table.groups[0].rows[0].stub.get(Lang::En), "Column", "the other panel has none");
    // Shared by both it stands in the head.
    let panels = [(Text::from("A"), labelled.clone()), (Text::from("B"), labelled)];
    let table = panel_table(&panels, &spec).expect("a table");
    assert!(
        table.groups[1].rows[0].stub.get(Lang::En) != "Column"
            && table.header.iter().flatten().any(|head| { head.get(Lang::En) == "Small firms" })
    );
}

#[test]
fn long_words_wrap_in_latex() {
    let title = "Panel B: firms that were in the sample in every year from 1935 to 1954 and have all of the variables";
    let mut spec = baseline_spec();
    spec.numbered = false;
    let panels = [(Text::from("Panel A"), baseline()), (Text::from(title), baseline())];
    let text = rendered(&panel_table(&panels, &spec).expect("a table"), TableFormat::Latex);
    let long = format!("em}}{{\\raggedright \\textit{{{title}}}\\strut}}");
    assert!(text.contains("\\parbox[t]{") && text.contains(&long), "{text}");
    assert!(text.contains("{l}{\\textit{Panel A}}"), "{text}");

    let definition = "Gross investment of the firm at the end of the calendar year in millions of dollars of 1947";
    let mut table = Table::new("d", "", "Variable", vec![Text::from("Definition"), Text::from("Mean")]);
    table.align = vec![Align::Left, Align::Number];
    table.push_rows(vec![Row::new("inv", vec![Cell::text(definition), Cell::number(1.0, Format::Fixed(1))])]);
    let text = rendered(&table, TableFormat::Latex);
    assert!(text.contains("\\begin{tabular}{l>{\\raggedright\\arraybackslash}p{14em}c}"), "{text}");
}

#[test]
fn small_variables_are_no_column_of_zeros() {
    let mut small = describe("small", &[-3.0e-5, 4.0e-3, 0.0]);
    (small.mean, small.sd) = (Some(2.5e-9), Some(1.04e-10));
    (small.p5, small.p50, small.p95) = (Some(0.0), Some(0.0004), Some(1e-30));
    let table = descriptives_table(&[small.into()], &DescriptivesSpec::new("d", "")).expect("a table");
    let cells: Vec<String> = table.groups[0].rows[0].cells.iter().map(|cell| cell.print(Lang::En)).collect();
    // 1e-30 beside 0.004 is what rounding left of 0.
    assert_eq!(cells, ["3", "2.5e-9", "1.0e-10", "-0.000030", "0.000", "0.00040", "0.000", "0.004"]);
}

#[test]
fn small_slopes_and_levels_of_a_u_test() {
    let test = |level: f64| UTestRecord {
        slopes: (-3.21e-8, 0.000_21),
        slope_p: Some((0.001, 0.2)),
        level: Some(level),
        fieller: Some((0.000_1, 2.0)),
        ..UTestRecord::default()
    };
    let stars = StarRule::five_percent();
    let table = u_test_table("u", "", &[test(0.95), test(0.95)], &stars).expect("a table");
    let print = |label: &str| table.row(label).expect("there").cells[0].print(Lang::En);
    assert_eq!((print("Slope at lower end").as_str(), print("Slope at upper end").as_str()), ("-3.2e-8", "0.00021"));
    assert_eq!(print("95% Fieller interval"), "[0.00010, 2.000]");
    let table = u_test_table("u", "", &[test(0.95), test(0.9)], &stars).expect("a table");
    let cells = &table.row("Level of these intervals").expect("there").cells;
    assert_eq!([0, 1].map(|at| cells[at].print(Lang::En)), ["95%", "90%"]);
}

#[test]
fn a_regressor_that_was_left_out_has_a_row() {
    let mut columns = baseline();
    columns[0].omitted = vec!["lnpop".into()];
    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    let row = table.row("Population (log)").expect("there");
    assert_eq!([0, 1].map(|i| row.cells[i].print(Lang::En)), ["(omitted)", "-0.00020"]);
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
