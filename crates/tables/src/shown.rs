//! A regression as a column of a table.

use super::fit::fit as estimated;
use panel_core::Panel;
use panel_fe::iv::StockYogoTable;
use panel_fe::record::CoefficientRecord;
use panel_fe::{ClusterCount, Estimate, Formula, IvResult, Like, NoStandardError, R2, TestOutcome, Vcov};
use report::regression::{FitStat, Flag, SeKind, StdErrors, Term};
use report::{Labels, Lang, ModelColumn, Text};
use study::{ColumnSpec, Label, Parsed, Statistic, Study};

/// The column as a table shows it.
pub(super) fn shown(
    fit: &Estimate,
    coef: &[CoefficientRecord],
    study: &Study,
    spec: &ColumnSpec,
    (name, stats): (&str, Option<&[Parsed<Statistic>]>),
) -> ModelColumn {
    let mut column = bare_column(fit, coef, study, spec, (name, stats));
    column.fit.extend(fit.iv.iter().flat_map(iv_statistics));
    column
}

/// An estimate of a formula as a column of a table, with the statistics that the program prints whose rule is followed,
/// and the tests of its instruments.
#[must_use]
pub fn model_column(fit: &Estimate, formula: &Formula, names: &Labels) -> ModelColumn {
    let coef: Vec<CoefficientRecord> = fit.coef.iter().map(CoefficientRecord::from).collect();
    let mut column = plain_column(fit, &coef, formula, names);
    column.fit = fit_statistics(fit, None);
    column.fit.extend(fit.iv.iter().flat_map(iv_statistics));
    column
}

/// The tests of instruments. Where errors are not iid the statistic of Kleibergen and Paap stands beside the critical
/// value, that of Cragg and Donald above it; tests of over-identification need more instruments than regressors.
fn iv_statistics(iv: &IvResult) -> Vec<FitStat> {
    let tests = &iv.diagnostics;
    let over = iv.instruments.len() > iv.endogenous.len();
    let mut stats = vec![row_of("under_id", &tests.under_id), row_of("weak_id", &tests.weak_id)];
    stats.extend(tests.robust.then(|| row_of("weak_id_robust", &tests.weak_id_robust)));
    stats.extend(tests.critical_value().map(|(table, value)| match table {
        StockYogoTable::FullerRelativeBias(_) => FitStat::new("stock_yogo_fuller_10", value),
        _ => FitStat::new("stock_yogo_10", value),
    }));
    stats.extend(over.then(|| row_of("over_id", &tests.over_id)));
    stats
}

/// A test as a row.
pub(super) fn row_of(key: &str, outcome: &TestOutcome) -> FitStat {
    match outcome.available() {
        Some(stat) => match stat.p {
            Some(p) => FitStat::test(key, stat.stat, p),
            None => FitStat::new(key, stat.stat),
        },
        None => FitStat::missing(key, outcome.to_string()),
    }
}

/// Whether a statistic of a fit is an R².
#[must_use]
pub fn is_r2(key: &str) -> bool {
    ["r2", "adj_r2", "r2_within", "r2_within_entity"].contains(&key)
}

/// A column that could not be estimated: its cells say why.
pub(super) fn without_estimate(study: &Study, spec: &ColumnSpec, name: &str, reason: &str) -> ModelColumn {
    let names = study.labels();
    ModelColumn {
        id: name.to_owned(),
        heading: spec.label.as_ref().map(Label::text).unwrap_or_default(),
        dependent: names.get(&spec.formula.response.name),
        fixed_effects: effect_labels(&spec.formula, &names).into_iter().map(|label| Flag::new(label, true)).collect(),
        reason: Text::new(format!("{name} 列未能估计：{reason}"), format!("column {name} was not estimated: {reason}")),
        ..ModelColumn::default()
    }
}

/// The statistics asked for, else those that the program prints whose rule is followed; those that the model does not
/// have are left out, tests have rows of their own.
fn fit_statistics(fit: &Estimate, wanted: Option<&[Parsed<Statistic>]>) -> Vec<FitStat> {
    let mut stats = statistics(fit.like, &fit.r2, [fit.rmse, fit.n_entities as f64, fit.n_periods as f64], wanted);
    // Effects alone explain nothing within themselves.
    if fit.coef.iter().all(|row| row.name == "(Intercept)") {
        stats.retain(|stat| stat.key != Statistic::R2Within.name());
    }
    stats
}

/// The same of a fit's numbers: R², then root mean squared error, entities and periods.
pub(super) fn statistics(
    like: Like,
    r2: &R2,
    [rmse, entities, periods]: [f64; 3],
    wanted: Option<&[Parsed<Statistic>]>,
) -> Vec<FitStat> {
    let by_rule: &[Statistic] = match (like, r2.within) {
        (Like::Xtreg | Like::Xtivreg2, _) if r2.within_entity.is_some() => &[Statistic::R2WithinEntity],
        (_, Some(_)) => &[Statistic::R2, Statistic::R2Within],
        (_, None) => &[Statistic::R2, Statistic::AdjR2],
    };
    let asked = wanted.map_or_else(|| by_rule.to_vec(), |wanted| wanted.iter().map(|statistic| **statistic).collect());
    let value = |statistic: Statistic| match statistic {
        Statistic::R2 => Some(r2.overall),
        Statistic::AdjR2 => Some(r2.adjusted),
        Statistic::R2Within => r2.within,
        Statistic::R2WithinEntity => r2.within_entity,
        Statistic::Rmse => Some(rmse),
        Statistic::Entities => Some(entities),
        Statistic::Periods => Some(periods),
        _ => None,
    };
    let finite = |statistic: Statistic| value(statistic).filter(|value| value.is_finite());
    asked.into_iter().filter_map(|statistic| Some(FitStat::new(statistic.name(), finite(statistic)?))).collect()
}

/// What a first and a second stage show alike.
fn bare_column(
    fit: &Estimate,
    coef: &[CoefficientRecord],
    study: &Study,
    spec: &ColumnSpec,
    (name, stats): (&str, Option<&[Parsed<Statistic>]>),
) -> ModelColumn {
    ModelColumn {
        id: name.to_owned(),
        heading: spec.label.as_ref().map(Label::text).unwrap_or_default(),
        fit: fit_statistics(fit, stats),
        ..plain_column(fit, coef, &spec.formula, &study.labels())
    }
}

/// What an estimate says without its statistics.
fn plain_column(fit: &Estimate, coef: &[CoefficientRecord], formula: &Formula, names: &Labels) -> ModelColumn {
    ModelColumn {
        dependent: names.get(&fit.response),
        terms: coef.iter().zip(&fit.coef).map(|(c, fitted)| term(c, fitted.unavailable)).collect(),
        omitted: collinear(fit),
        n: Some(fit.n_obs),
        fixed_effects: effect_labels(formula, names).into_iter().map(|label| Flag::new(label, true)).collect(),
        std_errors: std_errors(fit, names),
        ..ModelColumn::default()
    }
}

/// Regressors that were left out.
fn collinear(fit: &Estimate) -> Vec<String> {
    let frame = fit.frame();
    let is_regressor = |name: &str| frame.exog.iter().chain(&frame.endog).any(|variable| variable.name == name);
    fit.dropped.iter().map(|dropped| dropped.name.clone()).filter(|name| is_regressor(name)).collect()
}

/// A coefficient as a table shows it, or why it has no standard error.
pub(crate) fn term(c: &CoefficientRecord, unavailable: Option<NoStandardError>) -> Term {
    let because =
        |why: NoStandardError| Text::new(format!("无标准误：{}", in_chinese(why)), format!("no standard error: {why}"));
    Term {
        name: c.name.clone(),
        estimate: c.estimate.unwrap_or(f64::NAN),
        se: c.se,
        reason: unavailable.map(because).unwrap_or_default(),
        t: c.t,
        p: c.p,
        ci_low: c.ci_low,
        ci_high: c.ci_high,
    }
}

fn in_chinese(why: NoStandardError) -> &'static str {
    match why {
        NoStandardError::Negative => "方差估计为负",
        NoStandardError::Repaired => "方差估计为负，修正后不余",
        NoStandardError::Zero => "方差估计为零（舍入误差除外）",
        NoStandardError::PerfectFit => "完全拟合（舍入误差除外）",
        NoStandardError::Explained => "固定效应完全解释被解释变量（舍入误差除外）",
        _ => "无法计算",
    }
}

/// The fixed effects of a formula: 城市固定效应, City fixed effects.
pub(crate) fn effect_labels(formula: &Formula, names: &Labels) -> Vec<Text> {
    let label = |effect: &str| {
        names.get(effect).map(|lang, label| match lang {
            Lang::Zh => format!("{label}固定效应"),
            Lang::En => format!("{label} fixed effects"),
        })
    };
    formula.effect_names().into_iter().map(label).collect()
}

/// Standard errors of an estimate as a note describes them.
pub(crate) fn std_errors(fit: &Estimate, names: &Labels) -> StdErrors {
    errors_of(&fit.vcov_spec, &fit.clusters, names)
}

/// Standard errors of a covariance, with the clusters that its keys have.
pub(super) fn errors_of(vcov: &Vcov, clusters: &[ClusterCount], names: &Labels) -> StdErrors {
    match vcov {
        Vcov::Iid => StdErrors::of(SeKind::Iid),
        Vcov::Hc1 => StdErrors::of(SeKind::Hc1),
        Vcov::Hc2 => StdErrors::of(SeKind::Hc2),
        Vcov::Hc3 => StdErrors::of(SeKind::Hc3),
        Vcov::Cluster(_) => {
            StdErrors::clustered(clusters.iter().map(|cluster| (names.get(&cluster.key), cluster.groups)))
        }
        Vcov::DriscollKraay { lags } => StdErrors::of(SeKind::DriscollKraay(lags.unwrap_or(0))),
        Vcov::NeweyWest { lags } => StdErrors::of(SeKind::NeweyWest(lags.unwrap_or(0))),
        Vcov::Conley { cutoff_km, serial_lags, .. } => {
            StdErrors::of(SeKind::Conley { km: *cutoff_km, lags: *serial_lags })
        }
        other => StdErrors::of(SeKind::Other(Text::from(other.to_string()))),
    }
}

/// A first stage as a column: the endogenous variable on instruments and exogenous regressors.
///
/// # Errors
/// Those of the estimator.
pub(super) fn first_stage_column(
    panel: &Panel,
    study: &Study,
    spec: &ColumnSpec,
    second: &Estimate,
    place: usize,
    shown: (&str, Option<&[Parsed<Statistic>]>),
) -> panel_fe::Result<Option<ModelColumn>> {
    let Some(iv) = &second.iv else { return Ok(None) };
    let Some(endog) = iv.endogenous.get(place) else { return Ok(None) };
    let of_endog = spec.formula.endogenous.iter().position(|term| term.name == *endog);
    let Some(first) = of_endog.and_then(|place| spec.formula.first_stage(place)) else { return Ok(None) };
    // Rows of the second stage only, so that both stages have one sample.
    let fit = estimated(panel, spec, &first, &second.esample(panel.n_rows()))?;
    let coef: Vec<CoefficientRecord> = fit.coef.iter().map(CoefficientRecord::from).collect();
    let mut column = bare_column(&fit, &coef, study, spec, shown);
    if let Some(f) = iv.diagnostics.first_stage.get(place).and_then(|stage| stage.f.available()) {
        column.fit.push(match f.p {
            Some(p) => FitStat::test("f_first", f.stat, p),
            None => FitStat::new("f_first", f.stat),
        });
    }
    Ok(Some(column))
}
