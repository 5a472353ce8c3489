//! A regression as a column of a table.

use super::column;
use super::records::{CoefRecord, EstimateRecord};
use crate::study::{ColumnSpec, Label, Study};
use panel_core::Panel;
use panel_fe::iv::StockYogoTable;
use panel_fe::{Estimate, Formula, Like, Vcov};
use report::regression::{FitStat, Flag, SeKind, StdErrors, Term};
use report::{Labels, Lang, ModelColumn, Text};

/// The column as a table shows it.
pub(super) fn shown(fit: &Estimate, record: &EstimateRecord, study: &Study, spec: &ColumnSpec) -> ModelColumn {
    let mut column = bare_column(fit, &record.coef, study, spec, &record.column);
    if let Some(iv) = &fit.iv {
        for (key, test) in [("under_id", &iv.diagnostics.under_id), ("weak_id", &iv.diagnostics.weak_id)] {
            column.fit.push(match test.available() {
                Some(stat) => match stat.p {
                    Some(p) => FitStat::test(key, stat.stat, p),
                    None => FitStat::new(key, stat.stat),
                },
                None => FitStat::missing(key, test.to_string()),
            });
        }
        let size = iv.diagnostics.stock_yogo.iter().find(|(table, _)| *table == StockYogoTable::TwoStageSize(10));
        column.fit.extend(size.map(|(_, value)| FitStat::new("stock_yogo_10", *value)));
    }
    column
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
/// have are left out.
fn fit_statistics(fit: &Estimate, wanted: Option<&[String]>) -> Vec<FitStat> {
    let by_rule: &[&str] = match (fit.like, fit.r2.within) {
        (Like::Xtreg | Like::Xtivreg2, _) if fit.r2.within_entity.is_some() => &["r2_within_entity"],
        (_, Some(_)) => &["r2", "r2_within"],
        (_, None) => &["r2", "adj_r2"],
    };
    let names = wanted.map_or_else(|| by_rule.to_vec(), |names| names.iter().map(String::as_str).collect());
    let value = |name: &str| match name {
        "r2" => Some(fit.r2.overall),
        "adj_r2" => Some(fit.r2.adjusted),
        "r2_within" => fit.r2.within,
        "r2_within_entity" => fit.r2.within_entity,
        _ => Some(fit.rmse),
    };
    let finite = |name: &str| value(name).filter(|value| value.is_finite());
    names.into_iter().filter_map(|name| Some(FitStat::new(name, finite(name)?))).collect()
}

/// What a first and a second stage show alike.
fn bare_column(fit: &Estimate, coef: &[CoefRecord], study: &Study, spec: &ColumnSpec, name: &str) -> ModelColumn {
    let names = study.labels();
    ModelColumn {
        id: name.to_owned(),
        heading: spec.label.as_ref().map(Label::text).unwrap_or_default(),
        dependent: names.get(&fit.response),
        terms: coef.iter().map(term).collect(),
        n: Some(fit.n_obs),
        fit: fit_statistics(fit, study.report.stats.as_deref()),
        flags: Vec::new(),
        fixed_effects: effect_labels(&spec.formula, &names).into_iter().map(|label| Flag::new(label, true)).collect(),
        std_errors: std_errors(fit, &names),
        reason: Text::default(),
    }
}

fn term(c: &CoefRecord) -> Term {
    Term {
        name: c.name.clone(),
        estimate: c.estimate.unwrap_or(f64::NAN),
        se: c.se,
        t: c.t,
        p: c.p,
        ci_low: c.ci_low,
        ci_high: c.ci_high,
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
    match &fit.vcov_spec {
        Vcov::Iid => StdErrors::of(SeKind::Iid),
        Vcov::Hc1 => StdErrors::of(SeKind::Hc1),
        Vcov::Hc2 => StdErrors::of(SeKind::Hc2),
        Vcov::Hc3 => StdErrors::of(SeKind::Hc3),
        Vcov::Cluster(_) => {
            StdErrors::clustered(fit.clusters.iter().map(|cluster| (names.get(&cluster.key), cluster.groups)))
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
    name: &str,
) -> panel_fe::Result<Option<ModelColumn>> {
    let Some(iv) = &second.iv else { return Ok(None) };
    let Some(endog) = iv.endogenous.get(place) else { return Ok(None) };
    let of_endog = spec.formula.endogenous.iter().position(|term| term.name == *endog);
    let Some(first) = of_endog.and_then(|place| spec.formula.first_stage(place)) else { return Ok(None) };
    // Rows of the second stage only, so that both stages have one sample.
    let fit = column::fit(panel, spec, &first, &second.esample(panel.n_rows()))?;
    let coef: Vec<CoefRecord> = fit.coef.iter().map(CoefRecord::from).collect();
    let mut column = bare_column(&fit, &coef, study, spec, name);
    if let Some(f) = iv.diagnostics.first_stage.get(place).and_then(|stage| stage.f.available()) {
        column.fit.push(match f.p {
            Some(p) => FitStat::test("f_first", f.stat, p),
            None => FitStat::new("f_first", f.stat),
        });
    }
    Ok(Some(column))
}
