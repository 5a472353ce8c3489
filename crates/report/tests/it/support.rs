//! What several tests need: sample records and the snapshot settings.

use panel_report::regression::{FitStat, Flag, ModelColumn, RegressionSpec, StdErrors, Term};
use panel_report::table::Spanner;
use panel_report::{Labels, StarRule, Text};

snapshot_function!();

pub(crate) fn term(name: &str, estimate: f64, se: f64, p: f64) -> Term {
    Term {
        name: name.to_owned(),
        estimate,
        se: Some(se),
        t: Some(estimate / se),
        p: Some(p),
        ci_low: Some(estimate - 1.96 * se),
        ci_high: Some(estimate + 1.96 * se),
        ..Term::default()
    }
}

/// Two columns in the shape of a baseline table.
pub(crate) fn baseline() -> Vec<ModelColumn> {
    let column = |controls: bool, terms: Vec<Term>, r2: f64| ModelColumn {
        dependent: "Gtfp".into(),
        terms,
        n: Some(2232),
        fit: vec![FitStat::new("r2", r2)],
        flags: vec![Flag::new(("控制变量", "Controls"), controls)],
        fixed_effects: vec![
            Flag::new(("城市固定效应", "City fixed effects"), true),
            Flag::new(("年份固定效应", "Year fixed effects"), true),
        ],
        std_errors: StdErrors::clustered([(("城市", "city"), 279)]),
        ..ModelColumn::default()
    };
    vec![
        column(false, vec![term("Va", -0.0161, 0.0068, 0.0186), term("Va^2", 0.0068, 0.0025, 0.0066)], 0.0381),
        column(
            true,
            vec![
                term("Va", -0.0134, 0.0062, 0.0312),
                term("Va^2", 0.0059, 0.0024, 0.0141),
                term("lnpop", -0.000_2, 0.031, 0.995),
            ],
            0.1842,
        ),
    ]
}

pub(crate) fn labels() -> Labels {
    Labels::new()
        .with("Va", ("虚拟集聚", "Virtual agglomeration"))
        .with("Va^2", ("虚拟集聚平方", "Virtual agglomeration²"))
        .with("lnpop", ("城市规模", "Population (log)"))
}

pub(crate) fn baseline_spec() -> RegressionSpec {
    let mut spec = RegressionSpec::new(
        "t2",
        ("虚拟集聚对绿色全要素生产率的影响", "Virtual agglomeration and green productivity"),
        StarRule::china(),
    )
    .labels(labels());
    spec.number = Text::new("表 2", "Table 2");
    spec
}

/// A spec with a spanner over both columns.
pub(crate) fn spanned_spec() -> RegressionSpec {
    let mut spec = baseline_spec();
    spec.spanners = vec![Spanner { label: Text::new("全样本", "Full sample"), first: 0, last: 1 }];
    spec
}
