//! One snapshot per format and feature.

use crate::support::{baseline, baseline_spec, snapshot, spanned_spec};
use panel_core::descriptives::describe;
use panel_report::descriptives::{DescriptivesSpec, Summary, descriptives_table};
use panel_report::regression::regression_table;
use panel_report::table::{Cell, Row, RowGroup, Rule};
use panel_report::utest::{UTestRecord, u_test_table};
use panel_report::{Lang, StarRule, Table, TableFormat, Text};

fn text(table: &Table, format: TableFormat, lang: Lang) -> String {
    String::from_utf8(table.render(format, lang).expect("renders")).expect("UTF-8")
}

fn spanned() -> Table {
    regression_table(&baseline(), &spanned_spec()).expect("a table")
}

#[test]
fn markdown_in_both_languages() {
    let table = regression_table(&baseline(), &baseline_spec()).expect("a table");
    snapshot("markdown_regression_zh", "Baseline in Chinese", &text(&table, TableFormat::Markdown, Lang::Zh));
    snapshot("markdown_regression_en", "Baseline in English", &text(&table, TableFormat::Markdown, Lang::En));
}

#[test]
fn html_carries_its_rules_inline() {
    let html = text(&spanned(), TableFormat::Html, Lang::Zh);
    snapshot("html_spanner_zh", "Spanner, inline rules, superscript stars", &html);
    // Three rules of four cells... the top rule lies on the first header row, the bottom rule on the last line.
    assert_eq!(html.matches("border-top:1.5pt").count(), 2, "top rule: stub and spanner");
    assert_eq!(html.matches("border-bottom:1.5pt").count(), 3, "bottom rule: stub and two cells");
    assert_eq!(html.matches("border-bottom:0.75pt").count(), 4, "header rule, and one spanner");
}

#[test]
fn latex_uses_booktabs_and_balances() {
    let latex = text(&spanned(), TableFormat::Latex, Lang::En);
    snapshot("latex_spanner_en", "booktabs with a spanner", &latex);
    assert_eq!(latex.matches('{').count(), latex.matches('}').count());
    for environment in ["table", "threeparttable", "tabular", "tablenotes"] {
        assert_eq!(latex.matches(&format!("\\begin{{{environment}}}")).count(), 1, "{environment}");
        assert_eq!(latex.matches(&format!("\\end{{{environment}}}")).count(), 1, "{environment}");
    }
}

#[test]
fn typst_escapes_its_markup() {
    snapshot("typst_spanner_zh", "Typst with a spanner", &text(&spanned(), TableFormat::Typst, Lang::Zh));
}

#[test]
fn terminal_counts_wide_characters_twice() {
    snapshot(
        "terminal_spanner_zh",
        "Fixed width with Chinese labels",
        &text(&spanned(), TableFormat::Terminal, Lang::Zh),
    );
}

#[test]
fn csv_and_json_have_the_same_cells() {
    snapshot("csv_spanner_en", "As shown", &text(&spanned(), TableFormat::Csv, Lang::En));
    snapshot("json_spanner", "Full precision, both languages", &text(&spanned(), TableFormat::Json, Lang::En));
}

#[test]
fn descriptive_statistics_stand_in_groups() {
    let summary = |name: &str, group: (&str, &str), mean: f64| {
        let mut statistics = describe(name, &[0.2, 0.7, 1.9, 4.655]);
        (statistics.n, statistics.mean, statistics.sd, statistics.p5) = (2232, Some(mean), Some(0.484), None);
        (statistics.p50, statistics.p95) = (Some(0.7), Some(1.9));
        Summary { group: group.into(), statistics }
    };
    let rows = [
        summary("Gtfp", ("被解释变量", "Dependent variable"), 0.987),
        summary("Va", ("解释变量", "Explanatory variable"), 0.8312),
        summary("Fina", ("控制变量", "Controls"), 2.604),
        summary("Edu", ("控制变量", "Controls"), 0.035),
    ];
    let spec = DescriptivesSpec::new("t1", ("描述性统计", "Descriptive statistics"));
    let table = descriptives_table(&rows, &spec).expect("a table");
    snapshot(
        "markdown_descriptives_en",
        "Groups, a missing quantile with its reason",
        &text(&table, TableFormat::Markdown, Lang::En),
    );
    snapshot("latex_groups_zh", "Row groups in LaTeX", &text(&table, TableFormat::Latex, Lang::Zh));

    let mut wrong = spec;
    wrong.columns.push("medain".to_owned());
    let error = descriptives_table(&rows, &wrong).expect_err("no such statistic").to_string();
    assert!(error.contains("medain"), "{error}");
}

#[test]
fn words_are_escaped_in_every_format() {
    let nasty = "a_b & 50% <c> #1 $x$ {y} ~ ^ \\ | * @";
    let mut table = Table::new("odd", nasty, nasty, vec![Text::same(nasty)]);
    table.groups.push(RowGroup {
        label: Some(Text::same(nasty)),
        rows: vec![Row::new(nasty, vec![Cell::text(nasty)])],
        rule_above: Rule::Light,
    });
    table.push_note(nasty);
    for (name, format) in [
        ("html", TableFormat::Html),
        ("latex", TableFormat::Latex),
        ("typst", TableFormat::Typst),
        ("markdown", TableFormat::Markdown),
    ] {
        snapshot(&format!("escape_{name}"), "Characters that mean something", &text(&table, format, Lang::En));
    }
}

#[test]
fn a_row_that_does_not_fit_is_refused_before_any_format_writes() {
    let mut table = spanned();
    table.groups[0].rows[0].cells.pop();
    for format in TableFormat::ALL {
        let error = table.render(format, Lang::En).expect_err("one cell too few").to_string();
        assert!(error.contains("table `t2`, row `Virtual agglomeration`, cells: 1 where 2"), "{error}");
    }
}

#[test]
fn u_tests_show_slopes_intervals_and_reasons() {
    let tests = [
        UTestRecord {
            heading: "(1)".into(),
            interval: (0.2, 4.655),
            slopes: (-0.0107, 0.0428),
            slope_p: Some((0.018, 0.009)),
            p: Some(0.018),
            turning_point: Some(1.083),
            fieller: Some((0.71, f64::INFINITY)),
            delta: Some((0.8, 1.37)),
            share_beyond: Some(0.187),
            ..UTestRecord::default()
        },
        UTestRecord {
            heading: "(2)".into(),
            interval: (0.2, 4.655),
            slopes: (0.18, 4.3),
            reason: ("极值点在区间之外", "the extreme point lies outside the interval").into(),
            turning_point: Some(0.011),
            ..UTestRecord::default()
        },
    ];
    let table = u_test_table("utest", ("U 形检验", "U-tests"), &tests, &StarRule::china()).expect("a table");
    snapshot(
        "markdown_utest_en",
        "Open Fieller interval; a reason where there is no p",
        &text(&table, TableFormat::Markdown, Lang::En),
    );
    let plain = u_test_table("utest", "", &tests, &StarRule::none()).expect("a table");
    assert_eq!(plain.notes[0].get(Lang::En), "Null: monotone, or the inverse of the fitted shape.");
    assert_eq!(plain.notes[0].get(Lang::Zh), "零假设：单调或倒 U 形（与拟合形状相反）。");
    assert!(u_test_table("utest", "", &[], &StarRule::china()).is_err());
}
