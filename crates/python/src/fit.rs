//! Regressions: `feols` and what follows an estimate.

use crate::error::{Failure, Kind, Result};
use crate::frame::{Columns, Frame, named};
use crate::options::{python, record};
use crate::source::{Keyed, Source};
use crate::work;
use panel_core::expr::Expr;
use panel_core::{Column, Panel};
use panel_fe::bootstrap::{WildBootstrap, WildWeights};
use panel_fe::iv::StockYogoTable;
use panel_fe::record::{EstimateRecord, UTestRecord};
use panel_fe::utest::Curve;
use panel_fe::{Estimate, Formula, Like, Model, Options, Singletons, Vcov, WeightKind, Weights};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use serde_json::json;
use std::str::FromStr;
use std::sync::Arc;

/// An estimated regression.
#[pyclass(frozen, module = "panelstudy")]
#[derive(Debug)]
pub(crate) struct Fit {
    pub(crate) estimate: Arc<Estimate>,
    panel: Arc<Panel>,
    remarks: Vec<String>,
    sample: Option<String>,
}

/// A covariance in words or as `{"CRV1": "city + year"}`.
fn covariance(given: &Bound<'_, PyAny>) -> PyResult<Vcov> {
    if let Ok(text) = given.cast::<PyString>() {
        let text = text.to_string();
        let lower = text.to_ascii_lowercase();
        let plain = if ["iid", "hc1", "hc2", "hc3"].contains(&lower.as_str()) { lower } else { text };
        return Ok(plain.parse().map_err(Failure::from)?);
    }
    let expected = "a covariance is a text such as \"iid\", \"HC1\", \"cluster:city\", or {\"CRV1\": \"city + year\"}";
    let mapping = given.cast::<PyMapping>().map_err(|_| Failure::spec(expected))?;
    let items: Vec<(String, String)> = mapping.items()?.extract()?;
    match items.as_slice() {
        [(kind, keys)] if kind.eq_ignore_ascii_case("crv1") => {
            let keys = keys.split('+').map(str::trim).collect::<Vec<_>>().join(",");
            Ok(format!("cluster:{keys}").parse().map_err(Failure::from)?)
        }
        [(kind, _)] => Err(Failure::spec(format!("unknown covariance `{kind}`; {expected}")).into()),
        _ => Err(Failure::spec(expected).into()),
    }
}

fn word<T: FromStr<Err = panel_fe::Error>>(text: &str) -> PyResult<T> {
    Ok(text.parse().map_err(Failure::from)?)
}

/// Whose program keeps rows that are alone in a level of a fixed effect.
fn usual_singletons(like: Like) -> Singletons {
    match like {
        Like::Fixest | Like::Xtreg => Singletons::Keep,
        _ => Singletons::Drop,
    }
}

fn weight_kind(text: &str) -> PyResult<WeightKind> {
    match text {
        "analytic" => Ok(WeightKind::Analytic),
        "frequency" => Ok(WeightKind::Frequency),
        "importance" => Ok(WeightKind::Importance),
        other => {
            let message = format!("unknown weights_kind `{other}`; expected analytic, frequency or importance");
            Err(Failure::new(Kind::Spec, "unknown-option", message).into())
        }
    }
}

/// Columns that a covariance needs.
fn columns_of(vcov: &Vcov) -> Vec<String> {
    match vcov {
        Vcov::Cluster(keys) => keys.iter().flat_map(|key| key.split('^')).map(|key| key.trim().to_owned()).collect(),
        Vcov::Conley { .. } => vec!["lat".into(), "lon".into()],
        _ => Vec::new(),
    }
}

/// Estimates a regression with any number of absorbed effects, by OLS or with instruments.
#[pyfunction]
#[pyo3(signature = (fml, data, vcov=None, *, like="fixest", panel_id=None, weights=None, weights_kind="analytic",
    singletons=None, estimator="2sls", level=0.95, sample=None, keep=Vec::new()))]
pub(crate) fn feols(
    py: Python<'_>,
    fml: &str,
    data: &Bound<'_, PyAny>,
    vcov: Option<&Bound<'_, PyAny>>,
    like: &str,
    panel_id: Option<(String, String)>,
    weights: Option<String>,
    weights_kind: &str,
    singletons: Option<&str>,
    estimator: &str,
    level: f64,
    sample: Option<String>,
    keep: Vec<String>,
) -> PyResult<Fit> {
    let formula = Formula::parse(fml).map_err(|error| Failure::from(panel_fe::Error::from(error)))?;
    let like: Like = word(like)?;
    let filter = sample.as_deref().map(Expr::parse).transpose().map_err(Failure::from)?;
    if weights.is_none() && weights_kind != "analytic" {
        return Err(Failure::spec("weights_kind has no effect without weights").into());
    }
    let options = Options {
        vcov: vcov.map(covariance).transpose()?.unwrap_or_default(),
        like,
        estimator: word(estimator)?,
        weights: weights
            .map(|column| Ok::<_, PyErr>(Weights { column, kind: weight_kind(weights_kind)? }))
            .transpose()?,
        singletons: singletons.map(word).transpose()?.unwrap_or_else(|| usual_singletons(like)),
        level,
        ..Options::default()
    };
    let keys = panel_id.as_ref().map_or(Keyed::Rows, |(entity, time)| Keyed::Panel(entity, time));
    let sampled = filter.as_ref().map(Expr::columns).unwrap_or_default();
    let covered = columns_of(&options.vcov);
    let columns = formula.variables().into_iter().map(str::to_owned);
    let columns: Vec<String> = columns
        .chain(options.weights.iter().map(|w| w.column.clone()))
        .chain(covered)
        .chain(sampled)
        .chain(keep)
        .collect();
    let table = Source::new(data)?.table(keys, columns.iter().map(String::as_str))?;
    work::run(py, format!("feols {fml}"), move || {
        let panel = table.panel()?;
        let mut remarks = Vec::new();
        let mask = match &filter {
            None => None,
            Some(filter) => {
                let mask = filter.eval_filter(&panel)?;
                remarks.extend(mask.diagnostics.iter().map(|remark| format!("sample: {}", remark.message)));
                Some(mask.keep)
            }
        };
        let estimate = Model::from(formula).options(options).fit_where(&panel, mask.as_deref())?;
        Ok(Fit::new(estimate, Arc::new(panel), remarks, sample))
    })
}

impl Fit {
    fn new(estimate: Estimate, panel: Arc<Panel>, mut remarks: Vec<String>, sample: Option<String>) -> Self {
        remarks.extend(estimate.diagnostics.iter().map(|remark| remark.message.clone()));
        Self { estimate: Arc::new(estimate), panel, remarks, sample }
    }

    fn coefficients(&self, value: impl Fn(&panel_fe::Coefficient) -> f64) -> Vec<(&str, f64)> {
        self.estimate.coef.iter().map(|row| (row.name.as_str(), value(row))).collect()
    }

    fn record(&self) -> EstimateRecord {
        let record = EstimateRecord::from(&*self.estimate).with_details(&self.estimate);
        EstimateRecord { sample: self.sample.clone(), ..record }
    }
}

#[pymethods]
impl Fit {
    /// The formula, as it was written.
    #[getter]
    fn formula(&self) -> &str {
        &self.estimate.formula
    }

    /// N: rows, or the sum of frequency weights.
    #[getter]
    fn nobs(&self) -> usize {
        self.estimate.n_obs
    }

    /// Distinct entities in the sample; None without `panel_id`.
    #[getter]
    fn n_entities(&self) -> Option<usize> {
        self.panel.is_keyed().then_some(self.estimate.n_entities)
    }

    /// Rows left out because they miss a used value.
    #[getter]
    fn n_missing(&self) -> usize {
        self.estimate.n_missing
    }

    /// Rows left out because they were alone in a level of a fixed effect.
    #[getter]
    fn n_singletons(&self) -> usize {
        self.estimate.n_singletons
    }

    /// Degrees of freedom of t; infinite for the normal.
    #[getter]
    fn df_t(&self) -> f64 {
        self.estimate.df_t
    }

    /// R², as reghdfe and fixest print it.
    #[getter]
    fn r2(&self) -> f64 {
        self.estimate.r2.overall
    }

    /// R² within all fixed effects; None without any.
    #[getter]
    fn r2_within(&self) -> Option<f64> {
        self.estimate.r2.within
    }

    /// Adjusted R².
    #[getter]
    fn r2_adjusted(&self) -> f64 {
        self.estimate.r2.adjusted
    }

    /// Root mean squared error, with the divisor of the rule.
    #[getter]
    fn rmse(&self) -> f64 {
        self.estimate.rmse
    }

    /// Bound on the relative error of the coefficients.
    #[getter]
    fn error_bound(&self) -> f64 {
        self.estimate.error_bound
    }

    /// Collinear terms, each with the reason why it was left out.
    #[getter]
    fn dropped(&self) -> std::collections::BTreeMap<String, String> {
        self.estimate.dropped.iter().map(|term| (term.name.clone(), term.reason.clone())).collect()
    }

    /// What is to be known of the estimate.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.remarks.clone()
    }

    /// Estimates by name.
    fn coef<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        named(py, self.coefficients(|row| row.estimate))
    }

    /// Standard errors by name.
    fn se<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        named(py, self.coefficients(|row| row.se))
    }

    /// t statistics by name.
    fn tstat<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        named(py, self.coefficients(|row| row.t))
    }

    /// Two-sided p-values by name.
    fn pvalue<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        named(py, self.coefficients(|row| row.p))
    }

    /// Confidence intervals by name; at the level of the fit unless one is given.
    #[pyo3(signature = (level=None))]
    fn confint<'py>(&self, py: Python<'py>, level: Option<f64>) -> PyResult<Bound<'py, PyDict>> {
        let level = level.unwrap_or_else(|| self.estimate.options().level);
        let intervals = self.estimate.intervals(level).map_err(Failure::from)?;
        let dict = PyDict::new(py);
        for (name, interval) in self.estimate.names.iter().zip(intervals) {
            dict.set_item(name, interval)?;
        }
        Ok(dict)
    }

    /// The coefficient table.
    fn tidy(&self) -> PyResult<Frame> {
        let estimate = &self.estimate;
        let mut columns = Columns::default();
        columns.words("term", estimate.names.iter().map(Some));
        let rows = || estimate.coef.iter();
        columns.numbers("estimate", rows().map(|row| row.estimate));
        columns.numbers("std_error", rows().map(|row| row.se));
        columns.numbers("t", rows().map(|row| row.t));
        columns.numbers("p", rows().map(|row| row.p));
        columns.numbers("ci_low", rows().map(|row| row.ci_low));
        columns.numbers("ci_high", rows().map(|row| row.ci_high));
        columns.numbers("error_bound", estimate.error_bounds.iter().copied());
        columns.frame()
    }

    /// The covariance of the coefficients, row by row.
    fn vcov_matrix(&self) -> Vec<Vec<f64>> {
        let k = self.estimate.names.len();
        (0..k).map(|i| (0..k).map(|j| self.estimate.vcov[(i, j)]).collect()).collect()
    }

    /// Residuals of the sample, with their keys (or rows).
    fn resid(&self) -> PyResult<Frame> {
        let mut columns = Columns::keys(&self.panel, &self.estimate.rows);
        columns.numbers("resid", self.estimate.residuals().iter().copied());
        columns.frame()
    }

    /// Fitted values of the sample, fixed effects included, with their keys (or rows).
    fn predict(&self) -> PyResult<Frame> {
        let mut columns = Columns::keys(&self.panel, &self.estimate.rows);
        columns.numbers("fitted", self.estimate.fitted());
        columns.frame()
    }

    /// Coefficients of the levels of each fixed effect.
    fn fixef<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        let estimate = Arc::clone(&self.estimate);
        for effect in work::run(py, "fixef", move || Ok(estimate.fixed_effects()?))? {
            let mut columns = Columns::default();
            let level = |&row: &u32| -> Result<String> {
                let parts = effect.name.split('^').map(|key| self.label(key.trim(), row as usize));
                Ok(parts.collect::<Result<Vec<_>>>()?.join("^"))
            };
            let levels = effect.rows.iter().map(level).collect::<Result<Vec<_>>>()?;
            columns.words("level", levels.into_iter().map(Some));
            columns.numbers("estimate", effect.levels.iter().copied());
            dict.set_item(&effect.name, columns.frame()?)?;
        }
        Ok(dict)
    }

    /// The same estimate under another covariance and rule, without refitting.
    #[pyo3(signature = (vcov, like=None))]
    fn with_vcov(&self, py: Python<'_>, vcov: &Bound<'_, PyAny>, like: Option<&str>) -> PyResult<Self> {
        let vcov = covariance(vcov)?;
        let like = like.map(word).transpose()?.unwrap_or(self.estimate.like);
        let (estimate, panel, sample) = (Arc::clone(&self.estimate), Arc::clone(&self.panel), self.sample.clone());
        work::run(py, "with_vcov", move || {
            let other = estimate.with_vcov_from(&vcov, like, &panel)?;
            Ok(Self::new(other, panel, Vec::new(), sample))
        })
    }

    /// The test of a U shape in `x` over its range in the sample; `x` and `x^2` are in the formula.
    #[pyo3(signature = (x, level=0.95))]
    fn utest<'py>(&self, py: Python<'py>, x: &str, level: f64) -> PyResult<Bound<'py, PyAny>> {
        let test = self.estimate.utest(x, &format!("{x}^2"), Curve::Quadratic, level).map_err(Failure::from)?;
        record(py, "UTest", &UTestRecord::new(&self.estimate, x, &test))
    }

    /// Wild cluster bootstrap of the test that a coefficient is zero, by the cluster of the covariance or another.
    #[pyo3(signature = (param, *, reps=9999, seed=1, weights="rademacher", cluster=None, level=0.95))]
    fn wildboottest<'py>(
        &self,
        py: Python<'py>,
        param: String,
        reps: usize,
        seed: u64,
        weights: &str,
        cluster: Option<String>,
        level: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let weights = match weights {
            "rademacher" => WildWeights::Rademacher,
            "webb" => WildWeights::Webb,
            other => {
                return Err(Failure::spec(format!("unknown weights `{other}`; expected rademacher or webb")).into());
            }
        };
        let key = match (cluster, &self.estimate.vcov_spec) {
            (Some(key), _) => key,
            (None, Vcov::Cluster(keys)) if keys.len() == 1 => keys[0].clone(),
            _ => return Err(Failure::spec("name the clusters: cluster=\"city\"").into()),
        };
        let options = WildBootstrap { weights, replications: reps, seed, level, ..WildBootstrap::default() };
        let (estimate, panel) = (Arc::clone(&self.estimate), Arc::clone(&self.panel));
        let (name, by) = (param.clone(), key.clone());
        let result = work::run(py, "wildboottest", move || {
            Ok(estimate.wild_bootstrap(&name, 0.0, &by, &options, Some(&panel))?)
        })?;
        let (low, high) = result.interval.unzip();
        let fields = json!({
            "param": param, "cluster": key, "estimate": result.estimate, "t": result.t, "p": result.p,
            "ci_low": low, "ci_high": high, "reps": result.replications, "enumerated": result.enumerated,
        });
        record(py, "Test", &fields)
    }

    /// First stages, tests of identification and over-identification, robust to weak instruments or not.
    fn iv<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Some(iv) = &self.estimate.iv else {
            return Err(Failure::spec("there are no instruments: \"y ~ w | city + year | x ~ z\"").into());
        };
        let set = match iv.endogenous.len() {
            1 => {
                let estimate = Arc::clone(&self.estimate);
                let level = estimate.options().level;
                Some(work::run(py, "iv", move || Ok(estimate.anderson_rubin_set(level)?))?.intervals)
            }
            _ => None,
        };
        let ends =
            |set: Vec<(f64, f64)>| set.into_iter().map(|(low, high)| [finite(low), finite(high)]).collect::<Vec<_>>();
        let critical = iv.diagnostics.critical_value();
        let size = critical.filter(|(table, _)| !matches!(table, StockYogoTable::FullerRelativeBias(_)));
        let EstimateRecord { first_stage, under_id, weak_id, weak_id_robust, over_id, endogeneity, details, .. } =
            self.record();
        let (effective_f, anderson_rubin, stock_wright) =
            details.map_or((None, None, None), |d| (d.effective_f, d.anderson_rubin, d.stock_wright));
        let fields = json!({
            "first_stage": first_stage, "under_id": under_id, "weak_id": weak_id, "weak_id_robust": weak_id_robust,
            "over_id": over_id, "endogeneity": endogeneity, "effective_f": effective_f,
            "anderson_rubin": anderson_rubin, "stock_wright": stock_wright, "anderson_rubin_set": set.map(ends),
            "stock_yogo_10": size.map(|(_, value)| value),
        });
        record(py, "IvDiagnostics", &fields)
    }

    /// The record of `results/estimates.json`, with the details.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let value = serde_json::to_value(self.record()).map_err(|error| Failure::spec(error.to_string()))?;
        python(py, &value)
    }

    fn __str__(&self) -> String {
        self.estimate.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Fit({:?}, nobs={})", self.estimate.formula, self.estimate.n_obs)
    }
}

/// The number, if it is one.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Fit {
    /// The label of a key in a row of the panel.
    fn label(&self, key: &str, row: usize) -> Result<String> {
        let panel = &self.panel;
        if !panel.has(key) && key == panel.entity_name() {
            return Ok(panel.entity_label(row).to_owned());
        }
        if !panel.has(key) && key == panel.time_name() {
            return Ok(panel.time_label(row).to_owned());
        }
        Ok(panel.column(key).map(|column: &Column| column.display(row))?)
    }
}
