//! Regression tables: selection, stars, notes, errors.

use crate::support::{baseline, baseline_spec, snapshot, term};
use panel_report::regression::{
    Below, CoefLabel, FitStat, ModelColumn, RegressionSpec, SeKind, StdErrors, regression_table,
};
use panel_report::{Lang, StarRule, Table, TableFormat};
use proptest::prelude::*;

fn shown(table: &Table, lang: Lang) -> String {
    String::from_utf8(table.render(TableFormat::Terminal, lang).expect("renders")).expect("UTF-8")
}

#[test]
fn what_stands_below_is_said_in_the_note() {
    let mut all = String::new();
    for below in [Below::StdError, Below::T, Below::P, Below::Interval, Below::Nothing] {
        let mut spec = baseline_spec().coefs(["Va"]);
        spec.below = below;
        let table = regression_table(&baseline(), &spec).expect("a table");
        for lang in Lang::ALL {
            all.push_str(&format!("{below:?}: {}\n", table.notes[0].get(lang)));
        }
        all.push_str(&shown(&table, Lang::En).lines().skip(4).take(2).collect::<Vec<_>>().join("\n"));
        all.push('\n');
    }
    snapshot("below_variants", "Standard errors, t, p, intervals, nothing", &all);
}

#[test]
fn coefficients_follow_the_map() {
    let mut spec = baseline_spec();
    spec.coef_map = vec![
        CoefLabel { name: "lnpop".to_owned(), label: Some(("人口", "People").into()) },
        CoefLabel { name: "Va".to_owned(), label: None },
    ];
    let labels = |spec: &RegressionSpec| -> Vec<String> {
        let table = regression_table(&baseline(), spec).expect("a table");
        let rows = &table.groups[0].rows;
        rows.iter().map(|row| row.stub.get(Lang::En).to_owned()).filter(|stub| !stub.is_empty()).collect()
    };
    assert_eq!(labels(&spec), ["People", "Virtual agglomeration"]);
    spec.append_rest = true;
    assert_eq!(labels(&spec), ["People", "Virtual agglomeration", "Virtual agglomeration²"]);
}

#[test]
fn a_mistyped_coefficient_gets_a_suggestion() {
    let error = regression_table(&baseline(), &baseline_spec().coefs(["Va", "lnpp"])).expect_err("no such term");
    assert_eq!(
        error.to_string(),
        "coefficient `lnpp` is in no record; did you mean `lnpop`?; available: Va, Va^2, lnpop"
    );
    let twice = regression_table(&baseline(), &baseline_spec().coefs(["Va", "Va"])).expect_err("twice");
    assert!(twice.to_string().contains("`Va` is asked for twice"), "{twice}");
    assert!(regression_table(&[], &baseline_spec()).is_err());
}

#[test]
fn columns_with_different_standard_errors_say_so_in_a_row() {
    let mut columns = baseline();
    columns[1].std_errors = StdErrors::of(SeKind::Hc1);
    columns.push(ModelColumn {
        std_errors: StdErrors::clustered([(("城市", "city"), 279), (("年份", "year"), 8)]),
        heading: ("西部", "West").into(),
        fit: vec![
            FitStat::missing("weak_id", ("恰好没有工具变量", "no instruments")),
            FitStat::test("anderson_lm", 35.6, 2e-9),
        ],
        ..columns[0].clone()
    });
    let table = regression_table(&columns, &baseline_spec().coefs(["Va"])).expect("a table");
    snapshot(
        "mixed_standard_errors",
        "Kinds and counts in rows; a starred test; a missing statistic",
        &[shown(&table, Lang::Zh), shown(&table, Lang::En)].join("\n"),
    );
}

#[test]
fn a_term_without_a_standard_error_has_a_reason() {
    let mut columns = baseline();
    columns[0].terms[0].se = None;
    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    assert_eq!(table.missing_reasons()[0].get(Lang::En), "no standard error given");
    assert!(shown(&table, Lang::En).contains("“–”: no standard error given."));
    columns[0].terms[0].reason = "no standard error: its variance is negative".into();
    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    assert!(shown(&table, Lang::En).contains("“–”: no standard error: its variance is negative."));
}

#[test]
fn without_stars_and_without_a_stated_kind_no_note_invents_one() {
    let mut columns = baseline();
    columns.iter_mut().for_each(|column| (column.std_errors, column.n) = (StdErrors::default(), None));
    let notes = |columns: &[ModelColumn], below: Below, stars: StarRule| {
        let mut spec = RegressionSpec::new("t", "T", stars);
        spec.below = below;
        let table = regression_table(columns, &spec).expect("a table");
        table.notes.iter().map(|note| note.get(Lang::En).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(notes(&columns, Below::StdError, StarRule::none()), ["Standard errors in parentheses."]);
    assert_eq!(notes(&columns, Below::T, StarRule::none()), ["t statistics in parentheses."]);
    assert_eq!(notes(&columns, Below::Interval, StarRule::none()), ["Confidence intervals in brackets."]);
    assert!(notes(&columns, Below::Nothing, StarRule::none()).is_empty());
    assert_eq!(notes(&columns, Below::Nothing, StarRule::five_percent()), ["* p < 0.05, ** p < 0.01, *** p < 0.001."]);
    assert!(notes(&baseline(), Below::Nothing, StarRule::none()).is_empty());

    let table = regression_table(&columns, &baseline_spec()).expect("a table");
    assert!(table.row("Observations").is_none(), "no record says how many");
    let table = regression_table(&columns, &baseline_spec().fit_rows(["n"])).expect("a table");
    assert_eq!(table.missing_reasons()[0].get(Lang::En), "no number of observations given");
    assert!(shown(&table, Lang::En).contains("not stated"));
}

#[test]
fn kinds_of_standard_errors_in_words() {
    let note = |kind: SeKind| {
        let mut columns = baseline();
        columns.iter_mut().for_each(|column| column.std_errors = StdErrors::of(kind.clone()));
        regression_table(&columns, &baseline_spec()).expect("a table").notes[0].get(Lang::En).to_owned()
    };
    assert!(note(SeKind::Hc3).contains("robust (HC3) standard errors in parentheses"));
    assert!(note(SeKind::Hc2).contains("(HC2)"));
    let conley = |lags| SeKind::Conley { km: 200.0, lags };
    assert!(note(conley(None)).contains("Conley standard errors (within 200 km) in"));
    assert!(note(conley(Some(2))).contains("Conley standard errors (within 200 km, 2 serial lags) in"));
}

#[test]
fn a_heading_that_repeats_the_number_is_not_shown_twice() {
    let mut columns = baseline();
    for (i, column) in columns.iter_mut().enumerate() {
        column.heading = format!("({})", i + 1).into();
    }
    assert_eq!(regression_table(&columns, &baseline_spec()).expect("a table").header.len(), 2);
}

proptest! {
    /// Stars come from p alone, whatever stands below the coefficient (modelsummary had this wrong twice).
    #[test]
    fn stars_do_not_depend_on_what_is_shown_below(p in 0.0f64..1.0, b in -9.0f64..9.0) {
        let column = ModelColumn { terms: vec![term("x", b, 0.5, p)], n: Some(10), ..ModelColumn::default() };
        let stars: Vec<u8> = [Below::StdError, Below::T, Below::P, Below::Interval, Below::Nothing]
            .into_iter()
            .map(|below| {
                let mut spec = baseline_spec();
                spec.below = below;
                let table = regression_table(std::slice::from_ref(&column), &spec).expect("a table");
                table.groups[0].rows[0].cells[0].stars
            })
            .collect();
        prop_assert!(stars.iter().all(|s| *s == StarRule::china().count(p)));
    }
}
