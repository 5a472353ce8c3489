//! One regression column: estimated, recorded, and as a table shows it.

use super::records::{CoefRecord, DroppedRecord, EstimateRecord, FirstStageRecord};
use super::u_shape::{Quadratic, moderation_record, quadratic, u_test, u_test_shown, utest_record};
use crate::error::{Error, Result};
use crate::names;
use crate::output::json_number;
use crate::stages::labels::labels;
use crate::stages::variables::sample;
use crate::study::{ColumnSpec, Label, ModerationSpec, Study};
use panel_core::{Diagnostic, Panel, suggest};
use panel_fe::iv::StockYogoTable;
use panel_fe::{Estimate, Formula, Like, Options, TestOutcome, Vcov, WeightKind, Weights};
use report::regression::{FitStat, Flag, SeKind, StdErrors, Term};
use report::utest::UTestRecord;
use report::{ModelColumn, Text};
use serde_json::{Value, json};

/// A fitted column: its record, its shown columns, remarks.
#[derive(Debug)]
pub struct Fitted {
    /// Record for `results/estimates.json`.
    pub record: EstimateRecord,
    /// Column of the table.
    pub column: ModelColumn,
    /// First stages, where they are shown.
    pub first_stages: Vec<ModelColumn>,
    /// The quadratic of the U test.
    pub quadratic: Option<Quadratic>,
    /// The U test as a table shows it.
    pub u_test: Option<UTestRecord>,
    /// Whether each row of the panel is in the sample.
    pub esample: Vec<bool>,
    /// Remarks.
    pub diagnostics: Vec<Diagnostic>,
    /// The estimate itself.
    pub fit: Estimate,
}

/// Estimates a column.
///
/// # Errors
/// Words that are no option, a formula or sample that does not fit the data, a regression that cannot be computed.
pub fn estimate(panel: &Panel, study: &Study, spec: &ColumnSpec, table: &str, name: &str) -> Result<Fitted> {
    let stage = format!("tables/{table}");
    let failed = |error: panel_fe::Error| Error::stage(&stage, format!("`{}`: {error}", at_fault(spec, &error)));
    let options = options(spec).map_err(failed)?;
    let formula = Formula::parse(&spec.formula).map_err(|error| failed(error.into()))?;
    check_words(spec, &formula).map_err(|words| Error::stage(&stage, format!("`{}`: {words}", spec.formula)))?;
    let sampled = sample(panel, spec.sample.as_deref(), &stage)?;
    let mask = sampled.keep;
    let fit = panel_fe::fit(panel, &spec.formula, &options, Some(&mask)).map_err(failed)?;
    let y = &fit.frame().y;
    if y.values.iter().all(|value| *value == y.values[0]) {
        let words = format!("`{}`: the dependent variable is {} in every row of the sample", spec.formula, y.values[0]);
        return Err(Error::stage(&stage, words));
    }
    let quadratic = spec.utest.as_deref().and_then(|x| quadratic(&fit, x));
    let (mut utest, mut u_shown) = (Value::Null, None);
    if let Some(x) = &spec.utest {
        let test = u_test(&fit, x).map_err(failed)?;
        utest = utest_record(test.as_ref(), &fit, x);
        let heading = Text::build(|lang| match &spec.label {
            Some(label) => format!("{name} {}", label.text().get(lang)),
            None => name.to_owned(),
        });
        u_shown = test.map(|test| u_test_shown(&test, &fit, x, heading));
    }
    let moderation = match &spec.moderation {
        Some(moderation) => moderation_record(&fit, panel, moderation).map_err(failed)?,
        None => Value::Null,
    };
    let mut first_stages = Vec::new();
    for (place, shown) in spec.first_stages.iter().enumerate() {
        first_stages
            .extend(first_stage_column(panel, study, spec, &fit, &options, &mask, place, shown).map_err(failed)?);
    }
    let record = record(&fit, spec, table, name, utest, moderation);
    let column = shown(&fit, study, spec, name);
    let mut diagnostics = sampled.diagnostics;
    diagnostics.extend(fit.diagnostics.iter().cloned());
    let esample = fit.esample(panel.n_rows());
    Ok(Fitted { record, column, first_stages, quadratic, u_test: u_shown, esample, diagnostics, fit })
}

/// The part of a column that an error is about: `vcov` where only that names the unknown column, else the formula.
#[must_use]
pub fn at_fault(spec: &ColumnSpec, error: &panel_fe::Error) -> String {
    match error {
        panel_fe::Error::Data(panel_core::Error::UnknownColumn { column, .. })
            if names::of_vcov(&spec.vcov).contains(column) && !names::of_formula(&spec.formula).contains(column) =>
        {
            format!("vcov = \"{}\"", spec.vcov)
        }
        _ => spec.formula.clone(),
    }
}

/// Checks that what a column asks for beside its formula belongs to the formula: the variable of the U test, the terms
/// of the moderated quadratic, a name for no more first stages than there are.
///
/// # Errors
/// A sentence that names the word and what was expected.
pub fn check_words(spec: &ColumnSpec, formula: &Formula) -> std::result::Result<(), String> {
    let terms: Vec<&str> =
        formula.regressors.iter().chain(&formula.endogenous).map(|term| term.name.as_str()).collect();
    let lacks = |what: &str, term: &str| {
        let near = suggest::nearest(term, terms.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
        format!("{what}: the formula has no term `{term}`{}", near.unwrap_or_default())
    };
    if let Some(x) = &spec.utest {
        let what = format!("utest = \"{x}\"");
        for term in [x.clone(), format!("{x}^2")] {
            if !terms.contains(&term.as_str()) {
                return Err(lacks(&what, &term));
            }
        }
    }
    if let Some(ModerationSpec { x, moderator }) = &spec.moderation {
        let what = format!("moderation = {{ x = \"{x}\", moderator = \"{moderator}\" }}");
        for term in [x.clone(), format!("{x}^2")] {
            if !terms.contains(&term.as_str()) {
                return Err(lacks(&what, &term));
            }
        }
        let (one, other) = (format!("{x}:{moderator}"), format!("{moderator}:{x}"));
        if !terms.contains(&one.as_str()) && !terms.contains(&other.as_str()) {
            return Err(lacks(&what, &one));
        }
    }
    let (named, known) = (spec.first_stages.len(), formula.endogenous.len());
    if named > known {
        return Err(format!("first_stages has {named} names, and the formula {known} endogenous regressors"));
    }
    Ok(())
}

/// Options of a column in the words of the estimator.
///
/// # Errors
/// Words that are no option.
pub fn options(spec: &ColumnSpec) -> panel_fe::Result<Options> {
    let kind = || match spec.weight_kind.as_deref() {
        None | Some("analytic") => Ok(WeightKind::Analytic),
        Some("frequency") => Ok(WeightKind::Frequency),
        Some("importance") => Ok(WeightKind::Importance),
        Some(other) => Err(panel_fe::Error::Specification(format!(
            "weight_kind = \"{other}\": expected analytic, frequency or importance"
        ))),
    };
    let mut options = Options {
        vcov: spec.vcov.parse()?,
        like: spec.like.parse()?,
        weights: spec
            .weights
            .clone()
            .map(|column| Ok::<_, panel_fe::Error>(Weights { column, kind: kind()? }))
            .transpose()?,
        singletons: spec.singletons.parse()?,
        gaps: spec.gaps.as_deref().map(str::parse).transpose()?,
        ..Options::default()
    };
    if let Some(lat) = &spec.lat {
        options.coordinates.lat.clone_from(lat);
    }
    if let Some(lon) = &spec.lon {
        options.coordinates.lon.clone_from(lon);
    }
    Ok(options)
}

/// Coefficients as records.
#[must_use]
pub fn coefficients(fit: &Estimate) -> Vec<CoefRecord> {
    fit.coef
        .iter()
        .map(|c| CoefRecord {
            name: c.name.clone(),
            estimate: json_number(c.estimate),
            se: json_number(c.se),
            t: json_number(c.t),
            p: json_number(c.p),
            ci_low: json_number(c.ci_low),
            ci_high: json_number(c.ci_high),
        })
        .collect()
}

/// A test as `{name, stat, df, p}` or `{name, reason}`.
#[must_use]
pub fn test_record(test: &TestOutcome) -> Value {
    match test {
        TestOutcome::Available(stat) => {
            let mut record = json!({
                "name": stat.name,
                "null": stat.null,
                "stat": json_number(stat.stat),
                "df": json_number(stat.df),
                "p": stat.p.map_or(Value::Null, json_number),
            });
            if let Some(df2) = stat.df2 {
                record["df2"] = json_number(df2);
            }
            record
        }
        TestOutcome::NotAvailable { name, reason } => json!({ "name": name, "reason": reason }),
    }
}

fn record(
    fit: &Estimate,
    spec: &ColumnSpec,
    table: &str,
    name: &str,
    utest: Value,
    moderation: Value,
) -> EstimateRecord {
    let number = |value: Option<f64>| value.map_or(Value::Null, json_number);
    let iv = fit.iv.as_ref().map(|iv| &iv.diagnostics);
    let test = |test: Option<&TestOutcome>| test.map_or(Value::Null, test_record);
    EstimateRecord {
        table: table.to_owned(),
        column: name.to_owned(),
        formula: spec.formula.clone(),
        sample: spec.sample.clone(),
        n_obs: fit.n_obs,
        n_entities: fit.n_entities,
        // Infinite under the normal distribution: null, as JSON knows no infinity.
        df_resid: json_number(fit.df_resid),
        df_t: json_number(fit.df_t),
        coef: coefficients(fit),
        r2: json_number(fit.r2.overall),
        r2_within: number(fit.r2.within),
        r2_within_entity: number(fit.r2.within_entity),
        adj_r2: json_number(fit.r2.adjusted),
        rmse: json_number(fit.rmse),
        vcov: spec.vcov.clone(),
        like: spec.like.clone(),
        multiplier: json_number(fit.small_sample.multiplier),
        dropped: DroppedRecord {
            collinear: fit.dropped.iter().map(|dropped| dropped.name.clone()).collect(),
            missing_rows: fit.n_missing,
            singleton_rows: fit.n_singletons,
        },
        first_stage: iv.map(|iv| iv.first_stage.iter().map(first_stage_record).collect()).unwrap_or_default(),
        under_id: test(iv.map(|iv| &iv.under_id)),
        weak_id: test(iv.map(|iv| &iv.weak_id)),
        weak_id_robust: test(iv.map(|iv| &iv.weak_id_robust)),
        over_id: test(iv.map(|iv| &iv.over_id)),
        endogeneity: test(iv.map(|iv| &iv.endogeneity)),
        utest,
        moderation,
        error_bound: json_number(fit.error_bound),
    }
}

fn first_stage_record(stage: &panel_fe::iv::FirstStage) -> FirstStageRecord {
    let stat = |test: &TestOutcome| test.available().map_or(Value::Null, |test| json_number(test.stat));
    let f = stage.f.available();
    FirstStageRecord {
        endog: stage.endog.clone(),
        f: stat(&stage.f),
        df1: f.map_or(Value::Null, |f| json_number(f.df)),
        df2: f.and_then(|f| f.df2).map_or(Value::Null, json_number),
        p: f.and_then(|f| f.p).map_or(Value::Null, json_number),
        partial_r2: json_number(stage.partial_r2),
        shea_partial_r2: json_number(stage.shea_r2),
        sw_f: stat(&stage.sanderson_windmeijer),
        ap_f: stat(&stage.angrist_pischke),
        coef: stage
            .instruments
            .iter()
            .map(|panel_fe::iv::InstrumentCoefficient { name, estimate, se, .. }| CoefRecord {
                name: name.clone(),
                estimate: json_number(*estimate),
                se: json_number(*se),
                t: json_number(estimate / se),
                p: Value::Null,
                ci_low: Value::Null,
                ci_high: Value::Null,
            })
            .collect(),
    }
}

/// The column as a table shows it.
fn shown(fit: &Estimate, study: &Study, spec: &ColumnSpec, name: &str) -> ModelColumn {
    let mut column = bare_column(fit, study, spec, name);
    let names = labels(study);
    column.dependent = names.get(&fit.response);
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

fn bare_column(fit: &Estimate, study: &Study, spec: &ColumnSpec, name: &str) -> ModelColumn {
    let names = labels(study);
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let effects = fixed_effects(&spec.formula);
    let heading = spec.label.as_ref().map(Label::text).unwrap_or_default();
    let stats = fit_statistics(fit, study.report.stats.as_deref());
    ModelColumn {
        id: name.to_owned(),
        heading,
        dependent: Text::default(),
        terms: fit
            .coef
            .iter()
            .map(|c| Term {
                name: c.name.clone(),
                estimate: c.estimate,
                se: finite(c.se),
                t: finite(c.t),
                p: finite(c.p),
                ci_low: finite(c.ci_low),
                ci_high: finite(c.ci_high),
            })
            .collect(),
        n: Some(fit.n_obs),
        fit: stats,
        flags: Vec::new(),
        fixed_effects: effects.iter().map(|effect| Flag::new(effect_label(&names, effect), true)).collect(),
        std_errors: std_errors(fit, &names),
    }
}

/// 城市固定效应, City fixed effects.
pub(crate) fn effect_label(names: &report::Labels, effect: &str) -> Text {
    names.get(effect).map(|lang, label| match lang {
        report::Lang::Zh => format!("{label}固定效应"),
        report::Lang::En => format!("{label} fixed effects"),
    })
}

/// Names of a formula's fixed effects.
pub(crate) fn fixed_effects(formula: &str) -> Vec<String> {
    let parsed = Formula::parse(formula).ok();
    parsed.iter().flat_map(Formula::effect_names).map(str::to_owned).collect()
}

/// Standard errors of an estimate as a note describes them.
pub(crate) fn std_errors(fit: &Estimate, names: &report::Labels) -> StdErrors {
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
#[allow(clippy::too_many_arguments)]
fn first_stage_column(
    panel: &Panel,
    study: &Study,
    spec: &ColumnSpec,
    second: &Estimate,
    options: &Options,
    mask: &[bool],
    place: usize,
    name: &str,
) -> panel_fe::Result<Option<ModelColumn>> {
    let Some(iv) = &second.iv else { return Ok(None) };
    let Some(endog) = iv.endogenous.get(place) else { return Ok(None) };
    let parsed = Formula::parse(&spec.formula)?;
    let of_endog = parsed.endogenous.iter().position(|term| term.name == *endog);
    let Some(first) = of_endog.and_then(|place| parsed.first_stage(place)) else { return Ok(None) };
    let formula = first.source;
    // Rows of the second stage only, so that both stages have one sample.
    let mut rows = vec![false; mask.len()];
    second.rows.iter().for_each(|&row| rows[row as usize] = true);
    let fit = panel_fe::fit(panel, &formula, options, Some(&rows))?;
    let first_spec = ColumnSpec { formula, ..spec.clone() };
    let mut column = bare_column(&fit, study, &first_spec, name);
    column.dependent = labels(study).get(endog);
    if let Some(f) = iv.diagnostics.first_stage.get(place).and_then(|stage| stage.f.available()) {
        column.fit.push(match f.p {
            Some(p) => FitStat::test("f_first", f.stat, p),
            None => FitStat::new("f_first", f.stat),
        });
    }
    Ok(Some(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(more: &str) -> std::result::Result<(), String> {
        let formula = "y ~ x + x^2 + x:m + w | city | D ~ iv";
        let spec: ColumnSpec = toml::from_str(&format!("formula = \"{formula}\"\n{more}")).unwrap();
        check_words(&spec, &Formula::parse(formula).unwrap())
    }

    #[test]
    fn words_beside_a_formula_belong_to_it() {
        assert_eq!(
            check("utest = \"x\"\nmoderation = { x = \"x\", moderator = \"m\" }\nfirst_stages = [\"D\"]"),
            Ok(())
        );
        assert_eq!(
            check("utest = \"xx\"").unwrap_err(),
            "utest = \"xx\": the formula has no term `xx`; did you mean `x`?"
        );
        assert!(check("utest = \"w\"").unwrap_err().contains("no term `w^2`"));
        assert!(check("moderation = { x = \"x\", moderator = \"z\" }").unwrap_err().contains("no term `x:z`"));
        assert!(check("first_stages = [\"a\", \"b\"]").unwrap_err().contains("2 names"));
    }
}
