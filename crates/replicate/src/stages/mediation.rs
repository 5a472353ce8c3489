//! A mediation chain on one sample: total, mediator and outcome regressions, and total = direct + indirect.

use super::labels::labels;
use super::regress::{options, std_errors};
use super::variables::sample;
use crate::error::{Error, Result};
use crate::output::json_number;
use crate::study::{MediationSpec, Study};
use panel_core::{Diagnostic, Panel};
use panel_fe::TestStat;
use panel_fe::mediation::{Mediation, MediationSteps, mediate as split};
use report::numfmt::Format;
use report::regression::StdErrors;
use report::table::{Cell, Row};
use report::{Table, Text};
use serde_json::{Value, json};

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
    /// Standard errors of every step.
    pub std_errors: StdErrors,
    /// Two-sided p of each total effect.
    pub total_p: Vec<f64>,
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
    let failed = |error: panel_fe::Error| Error::stage(&stage, error);
    let terms = spec.terms.join(" + ");
    let formula = |left: &str| format!("{left} ~ {terms} + {}", spec.controls);
    let column = spec.longest();
    let options = options(&column).map_err(failed)?;
    let sampled = sample(panel, spec.sample.as_deref(), &stage)?;
    diagnostics.extend(sampled.diagnostics.into_iter().map(|remark| (stage.clone(), remark)));
    let mask = sampled.keep;
    // The last step uses every variable, so its sample is the common one (D25).
    let outcome = panel_fe::fit(panel, &column.formula, &options, Some(&mask)).map_err(failed)?;
    let common = outcome.esample(panel.n_rows());
    let total = panel_fe::fit(panel, &formula(&spec.outcome), &options, Some(&common)).map_err(failed)?;
    let mediator = panel_fe::fit(panel, &formula(&spec.mediator), &options, Some(&common)).map_err(failed)?;
    let steps = MediationSteps {
        total: total.coefficients(),
        mediator: mediator.coefficients(),
        outcome: outcome.coefficients(),
        common_sample: total.rows == outcome.rows && mediator.rows == outcome.rows,
    };
    let names: Vec<&str> = spec.terms.iter().map(String::as_str).collect();
    let result = split(&steps, &names, &spec.mediator).map_err(failed)?;
    result.check_identity(IDENTITY).map_err(failed)?;
    diagnostics.push((
        stage,
        Diagnostic::note(
            "identity",
            format!("total = direct + indirect holds on the common sample of {} rows", outcome.n_obs),
        ),
    ));
    let p_of = |name: &&str| total.coefficient(name).map_or(f64::NAN, |c| c.p);
    Ok(Mediated {
        spec: spec.clone(),
        total_p: names.iter().map(p_of).collect(),
        n_obs: outcome.n_obs,
        std_errors: std_errors(&outcome, &labels(study)),
        result,
    })
}

/// The chain as a record of the results.
#[must_use]
pub fn record(mediated: &Mediated) -> Value {
    let Mediated { spec, result, n_obs, .. } = mediated;
    let test = |test: &TestStat| json!({ "name": test.name, "null": test.null, "stat": json_number(test.stat), "p": test.p.map_or(Value::Null, json_number) });
    let terms: Vec<Value> = result
        .terms
        .iter()
        .map(|term| {
            json!({
                "term": term.term,
                "total": json_number(term.total),
                "direct": json_number(term.direct),
                "a": { "estimate": json_number(term.a.value), "se": json_number(term.a.se), "p": json_number(term.a.p()) },
                "indirect": json_number(term.indirect),
                "gap": json_number(term.gap),
                "share": json_number(term.share),
                "sobel": term.sobel.available().map_or(Value::Null, test),
                "aroian": term.aroian.available().map_or(Value::Null, test),
                "goodman": term.goodman.available().map_or(Value::Null, test),
            })
        })
        .collect();
    json!({
        "id": spec.id,
        "outcome": spec.outcome,
        "mediator": spec.mediator,
        "b": { "estimate": json_number(result.b.value), "se": json_number(result.b.se), "p": json_number(result.b.p()) },
        "n_obs": n_obs,
        "terms": terms,
    })
}

/// The chain as a table.
#[must_use]
pub fn table(mediated: &Mediated, study: &Study) -> Table {
    let Mediated { spec, result, n_obs, .. } = mediated;
    let names = labels(study);
    let header: Vec<Text> = [
        ("总效应", "Total"),
        ("直接效应", "Direct"),
        ("间接效应", "Indirect"),
        ("占比", "Share"),
        ("Sobel z", "Sobel z"),
        ("p", "p"),
    ]
    .map(Text::from)
    .to_vec();
    let mediator = names.get(&spec.mediator);
    let title = mediator.map(|lang, label| match lang {
        report::Lang::Zh => format!("中介效应分解：{label}"),
        report::Lang::En => format!("Effects through {label}"),
    });
    let mut table = Table::new(format!("mediation-{}", spec.id), title, ("变量", "Variable"), header);
    let stars = &study.report.stars;
    let rows = result
        .terms
        .iter()
        .map(|term| {
            let sobel = term.sobel.available();
            let p = sobel.and_then(|test| test.p).unwrap_or(f64::NAN);
            let cells = vec![
                Cell::number(term.total, Format::Fixed(4)),
                Cell::number(term.direct, Format::Fixed(4)),
                Cell::number(term.indirect, Format::Fixed(4)).with_stars(stars.count(p)),
                Cell::number(term.share, Format::Fixed(3)),
                Cell::number(sobel.map_or(f64::NAN, |test| test.stat), Format::Fixed(2)),
                Cell::p_value(p),
            ];
            Row::new(names.get(&term.term), cells)
        })
        .collect();
    table.push_rows(rows);
    table.push_note(Text::new(
        format!("三步均用共同样本（{n_obs} 个观测），总效应 = 直接效应 + 间接效应。"),
        format!("All three steps on the common sample of {n_obs} observations; total = direct + indirect."),
    ));
    super::closing::close(&mut table, study);
    table
}
