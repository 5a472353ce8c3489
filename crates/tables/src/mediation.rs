//! A mediation chain on one sample: total, mediator and outcome regressions, and total = direct + indirect.

use super::fit::{fit, refusal};
use super::mediation_bootstrap::{BootstrapRecord, Bootstrapped};
use super::mediation_effects::Effect;
use super::records::finite;
use super::shown::{effect_labels, std_errors};
use panel_core::{Diagnostic, Panel};
use panel_fe::coefficients::Derived;
use panel_fe::mediation::{MediatedTerm, Mediation, MediationSteps, mediate as split};
use panel_fe::{Estimate, TestStat};
use report::Text;
use report::regression::StdErrors;
use serde::Serialize;
use stages::variables::sample;
use study::{MediationSpec, Result, Study};

/// Largest |total − direct − indirect|, relative to the larger of the terms, that rounding explains.
const IDENTITY: f64 = 1e-8;

/// A mediation chain that was estimated.
#[derive(Debug, Clone)]
pub struct Mediated {
    /// The chain.
    pub spec: MediationSpec,
    /// Its effects.
    pub result: Mediation,
    /// Observations of the common sample.
    pub n_obs: usize,
    /// Fixed effects of every step.
    pub effects: Vec<Text>,
    /// Standard errors of every step.
    pub std_errors: StdErrors,
    /// Total effect of each term.
    pub total: Vec<Effect>,
    /// Direct effects.
    pub direct: Vec<Effect>,
    /// Intervals from resamples, where they are asked for.
    pub bootstrap: Option<Bootstrapped>,
}

/// Estimates the three steps on their common sample.
///
/// # Errors
/// When a step cannot be estimated, or the identity does not hold to rounding.
pub fn mediate(
    spec: &MediationSpec,
    study: &Study,
    panel: &Panel,
    diagnostics: &mut Vec<(String, Diagnostic)>,
) -> Result<Mediated> {
    let stage = format!("mediation/{}", spec.id);
    let failed = |error: panel_fe::Error| refusal(&stage, "", &error);
    let column = spec.longest().map_err(|error| failed(error.into()))?;
    let [total, mediator, outcome] = spec.steps().map_err(|error| failed(error.into()))?;
    let sampled = sample(panel, spec.sample.as_ref(), &stage)?;
    diagnostics.extend(sampled.diagnostics.into_iter().map(|remark| (stage.clone(), remark)));
    // The last step uses every variable, so its sample is the common one (D25).
    let outcome = fit(panel, &column, &outcome, &sampled.keep).map_err(failed)?;
    let common = outcome.esample(panel.n_rows());
    let total = fit(panel, &column, &total, &common).map_err(failed)?;
    let mediator = fit(panel, &column, &mediator, &common).map_err(failed)?;
    let steps = MediationSteps {
        total: total.coefficients(),
        mediator: mediator.coefficients(),
        outcome: outcome.coefficients(),
        common_sample: total.rows == outcome.rows && mediator.rows == outcome.rows,
    };
    let names: Vec<&str> = spec.terms.iter().map(String::as_str).collect();
    let result = split(&steps, &names, &spec.mediator).map_err(failed)?;
    result.check_identity(IDENTITY).map_err(failed)?;
    let bootstrap = Bootstrapped::draw(spec, panel, [&total, &mediator, &outcome], &result).map_err(failed)?;
    let level = spec.bootstrap.as_ref().map_or(outcome.options().level, |bootstrap| bootstrap.level);
    let effects = |fit: &Estimate| -> panel_fe::Result<Vec<Effect>> {
        names.iter().map(|name| Effect::of_fit(fit, name, level)).collect()
    };
    let (of_total, of_outcome) = (effects(&total).map_err(failed)?, effects(&outcome).map_err(failed)?);
    diagnostics.push((
        stage,
        Diagnostic::note(
            "identity",
            format!("total = direct + indirect holds on the common sample of {} rows", outcome.n_obs),
        ),
    ));
    Ok(Mediated {
        spec: spec.clone(),
        total: of_total,
        direct: of_outcome,
        n_obs: outcome.n_obs,
        effects: effect_labels(&column.formula, &study.labels()),
        std_errors: std_errors(&outcome, &study.labels()),
        result,
        bootstrap,
    })
}

/// A chain as a record of the results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediationRecord {
    /// Name of the chain.
    pub id: String,
    /// Outcome.
    pub outcome: String,
    /// Mediator.
    pub mediator: String,
    /// Effect of the mediator on the outcome.
    pub b: PathRecord,
    /// Observations of the common sample.
    pub n_obs: usize,
    /// Terms whose effect is split.
    pub terms: Vec<TermRecord>,
    /// Intervals from resamples.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<BootstrapRecord>,
}

/// One arrow of a chain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PathRecord {
    /// Estimate.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// p.
    pub p: Option<f64>,
}

/// One term of a chain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermRecord {
    /// The term.
    pub term: String,
    /// Total effect.
    pub total: Option<f64>,
    /// Direct effect.
    pub direct: Option<f64>,
    /// Effect on the mediator.
    pub a: PathRecord,
    /// Indirect effect.
    pub indirect: Option<f64>,
    /// Total less direct less indirect.
    pub gap: Option<f64>,
    /// Indirect over total.
    pub share: Option<f64>,
    /// Sobel's test.
    pub sobel: Option<ProductTest>,
    /// Aroian's test.
    pub aroian: Option<ProductTest>,
    /// Goodman's test, where its variance is positive.
    pub goodman: Option<ProductTest>,
}

/// A test of the product of two coefficients.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductTest {
    /// Name.
    pub name: String,
    /// The null hypothesis.
    pub null: String,
    /// z.
    pub stat: Option<f64>,
    /// p.
    pub p: Option<f64>,
}

impl From<&TestStat> for ProductTest {
    fn from(test: &TestStat) -> Self {
        Self { name: test.name.clone(), null: test.null.clone(), stat: finite(test.stat), p: test.p.and_then(finite) }
    }
}

impl From<&Derived> for PathRecord {
    fn from(path: &Derived) -> Self {
        Self { estimate: finite(path.value), se: finite(path.se), p: finite(path.p()) }
    }
}

impl From<&Mediated> for MediationRecord {
    fn from(mediated: &Mediated) -> Self {
        let Mediated { spec, result, n_obs, .. } = mediated;
        let term = |term: &MediatedTerm| TermRecord {
            term: term.term.clone(),
            total: finite(term.total),
            direct: finite(term.direct),
            a: (&term.a).into(),
            indirect: finite(term.indirect),
            gap: finite(term.gap),
            share: finite(term.share),
            sobel: term.sobel.available().map(ProductTest::from),
            aroian: term.aroian.available().map(ProductTest::from),
            goodman: term.goodman.available().map(ProductTest::from),
        };
        Self {
            id: spec.id.clone(),
            outcome: spec.outcome.clone(),
            mediator: spec.mediator.clone(),
            b: (&result.b).into(),
            n_obs: *n_obs,
            terms: result.terms.iter().map(term).collect(),
            bootstrap: mediated.bootstrap.as_ref().map(BootstrapRecord::from),
        }
    }
}

/// Title of the table of a chain.
pub(super) fn title(spec: &MediationSpec, study: &Study) -> Text {
    study.labels().get(&spec.mediator).map(|lang, label| match lang {
        report::Lang::Zh => format!("中介效应分解：{label}"),
        report::Lang::En => format!("Effects through {label}"),
    })
}
