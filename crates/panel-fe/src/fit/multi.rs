//! Several regressions at once: on one sample each column is absorbed once.

use crate::absorb::Absorber;
use crate::error::{Error, Result};
use crate::fit::columns::{Columns, Residualized};
use crate::fit::estimation;
use crate::fit::result::Estimate;
use crate::formula::{Formula, Term};
use crate::sample::centring::Form;
use crate::sample::frame::{Frame, INTERCEPT, Variable};
use crate::spec::Options;
use panel_core::Panel;
use std::sync::Arc;

/// Fits several formulas with the same fixed effects on their common sample: the rows on which every variable of any
/// formula is there. Each distinct column is absorbed once, whatever the number of formulas it stands in.
///
/// # Errors
/// [`Error::Specification`] when the fixed effects differ; else as [`crate::Model::fit_where`].
pub fn fit_many(panel: &Panel, formulas: &[&str], options: &Options, mask: Option<&[bool]>) -> Result<Vec<Estimate>> {
    options.check()?;
    let formulas = formulas.iter().map(|text| Formula::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = formulas.first() else { return Ok(Vec::new()) };
    for formula in &formulas {
        let same = formula.effects.len() == first.effects.len()
            && formula.effects.iter().zip(&first.effects).all(|(a, b)| a.name == b.name)
            && formula.intercept == first.intercept;
        if !same {
            return Err(Error::Specification(format!(
                "`{formula}` and `{first}` absorb different effects; formulas fitted together share them"
            )));
        }
    }
    // One formula that holds every column: the response of the first, the others as regressors.
    let mut terms: Vec<Term> = Vec::new();
    for formula in &formulas {
        let all = std::iter::once(&formula.response).chain(&formula.regressors).chain(&formula.endogenous);
        for term in all.chain(&formula.instruments) {
            if term.name != first.response.name && !terms.iter().any(|known| known.name == term.name) {
                terms.push(term.clone());
            }
        }
    }
    let joint = Formula { regressors: terms, endogenous: Vec::new(), instruments: Vec::new(), ..first.clone() };
    let frame = Frame::new(&joint, panel, options, mask)?;
    let absorber = Arc::new(Absorber::new(&frame.effects, frame.weight_values(), options.absorption)?);
    if frame.centred.is_some() {
        return apart(panel, &formulas, &frame, options);
    }
    let columns = Columns::new(&frame, &absorber, Form::Plain)?;
    let pool: Vec<(&Variable, &Arc<Residualized>)> =
        std::iter::once((&frame.y, &columns.y)).chain(frame.exog.iter().zip(&columns.exog)).collect();
    let find = |name: &str| -> Result<(Variable, Arc<Residualized>)> {
        pool.iter()
            .find(|(variable, _)| variable.name == name)
            .map(|(variable, residualized)| ((*variable).clone(), (*residualized).clone()))
            .ok_or_else(|| Error::Specification(format!("`{name}` is not in the joint sample")))
    };
    let pick = |terms: &[Term]| -> Result<(Vec<Variable>, Vec<Arc<Residualized>>)> {
        Ok(terms.iter().map(|term| find(&term.name)).collect::<Result<Vec<_>>>()?.into_iter().unzip())
    };
    formulas
        .iter()
        .map(|formula| {
            let (y, y_column) = find(&formula.response.name)?;
            let (mut exog, mut exog_columns) = pick(&formula.regressors)?;
            if formula.has_intercept_column() {
                let (intercept, column) = find(INTERCEPT)?;
                exog.insert(0, intercept);
                exog_columns.insert(0, column);
            }
            let (endog, endog_columns) = pick(&formula.endogenous)?;
            let (instruments, instrument_columns) = pick(&formula.instruments)?;
            let own = Frame { y, exog, endog, instruments, ..frame.clone() };
            let columns =
                Columns { y: y_column, exog: exog_columns, endog: endog_columns, instruments: instrument_columns };
            estimation::estimate(Arc::new(own), absorber.clone(), columns, &formula.source, options, Some(panel))
        })
        .collect()
}

/// Each formula by itself on the rows of the joint sample: powers and products of variables far from zero are formed
/// about centres, formula by formula.
fn apart(panel: &Panel, formulas: &[Formula], joint: &Frame, options: &Options) -> Result<Vec<Estimate>> {
    let mut rows = vec![false; panel.n_rows()];
    joint.rows.iter().for_each(|&row| rows[row as usize] = true);
    let fit = |formula: &Formula| {
        let frame = Frame::new(formula, panel, options, Some(&rows))?;
        let frame = Frame {
            n_missing: joint.n_missing,
            n_singletons: joint.n_singletons,
            diagnostics: joint.diagnostics.clone(),
            ..frame
        };
        estimation::run(frame, &formula.source, options, Some(panel))
    };
    formulas.iter().map(fit).collect()
}

/// [`fit_many`] on several samples: one list of estimates per mask, in order. Within a sample each column is absorbed
/// once; every sample has its own fixed effects.
///
/// # Errors
/// As [`fit_many`].
pub fn fit_samples(
    panel: &Panel,
    formulas: &[&str],
    options: &Options,
    masks: &[&[bool]],
) -> Result<Vec<Vec<Estimate>>> {
    masks.iter().map(|mask| fit_many(panel, formulas, options, Some(mask))).collect()
}

/// Formulas that add the controls to a base formula one after the other: the base itself, then with the first control,
/// then with the first two, and so on. Fit them with [`fit_many`].
///
/// ```
/// let formulas = panel_fe::multi::stepwise("y ~ x | city", &["w", "z^2"])?;
/// assert_eq!(formulas, ["y ~ x | city", "y ~ x + w | city", "y ~ x + w + z^2 | city"]);
/// # Ok::<(), panel_fe::Error>(())
/// ```
///
/// # Errors
/// [`Error::Formula`] when the base or a control cannot be read.
pub fn stepwise(base: &str, controls: &[&str]) -> Result<Vec<String>> {
    let formula = Formula::parse(base)?;
    // The first bar outside back quotes ends the regressors.
    let mut quoted = false;
    let end = base
        .char_indices()
        .find(|&(_, c)| {
            quoted ^= c == '`';
            c == '|' && !quoted
        })
        .map_or(base.len(), |(at, _)| at);
    let (head, tail) = base.split_at(end);
    let mut formulas = vec![formula.source.clone()];
    for k in 1..=controls.len() {
        let added = controls[..k].join(" + ");
        let text = if tail.is_empty() {
            format!("{} + {added}", head.trim())
        } else {
            format!("{} + {added} {tail}", head.trim())
        };
        formulas.push(Formula::parse(&text)?.source);
    }
    Ok(formulas)
}
