//! Several regressions at once: on one sample each column is absorbed once.

use crate::absorb::Absorber;
use crate::error::{Error, Result};
use crate::fit::columns::{Columns, Residualized};
use crate::fit::estimation::{self, Streamed};
use crate::fit::result::Estimate;
use crate::formula::{Formula, Term};
use crate::sample::centring::Form;
use crate::sample::frame::{Frame, INTERCEPT, Variable};
use crate::spec::Options;
use panel_core::Panel;
use std::sync::Arc;

/// Fits several formulas with the same fixed effects on their common sample: the rows on which every variable of any
/// formula is there. The effects are prepared once; where a fit needs residual columns, each distinct column is absorbed
/// once, whatever the number of formulas it stands in.
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
    let find = |name: &str| -> Result<Variable> {
        let mut pool = std::iter::once(&frame.y).chain(&frame.exog);
        let missing = || Error::Specification(format!("`{name}` is not in the joint sample"));
        pool.find(|variable| variable.name == name).cloned().ok_or_else(missing)
    };
    let pick = |terms: &[Term]| terms.iter().map(|term| find(&term.name)).collect::<Result<Vec<_>>>();
    // Residual columns of the joint sample, made for the first formula that needs them.
    let mut joint: Option<Columns> = None;
    formulas
        .iter()
        .map(|formula| {
            let mut exog = pick(&formula.regressors)?;
            if formula.has_intercept_column() {
                exog.insert(0, find(INTERCEPT)?);
            }
            let (endog, instruments) = (pick(&formula.endogenous)?, pick(&formula.instruments)?);
            let own = Frame { y: find(&formula.response.name)?, exog, endog, instruments, ..frame.clone() };
            let own = match estimation::stream(own, &absorber, &formula.source, options, Some(panel))? {
                Streamed::Done(estimate) => return Ok(*estimate),
                Streamed::Not(own) => *own,
            };
            let columns = match &joint {
                Some(columns) => columns,
                None => joint.insert(Columns::new(&frame, &absorber, Form::Plain)?),
            };
            let columns = of_variables(&own, &frame, columns)?;
            estimation::estimate(Arc::new(own), absorber.clone(), columns, &formula.source, options, Some(panel))
        })
        .collect()
}

/// The columns of a sample among those of the joint one.
fn of_variables(own: &Frame, joint: &Frame, columns: &Columns) -> Result<Columns> {
    let column = |variable: &Variable| -> Result<Arc<Residualized>> {
        let mut pool = std::iter::once((&joint.y, &columns.y)).chain(joint.exog.iter().zip(&columns.exog));
        let missing = || Error::Specification(format!("`{}` is not in the joint sample", variable.name));
        pool.find(|(known, _)| known.name == variable.name).map(|(_, column)| column.clone()).ok_or_else(missing)
    };
    let all = |variables: &[Variable]| variables.iter().map(column).collect::<Result<Vec<_>>>();
    Ok(Columns {
        y: column(&own.y)?,
        exog: all(&own.exog)?,
        endog: all(&own.endog)?,
        instruments: all(&own.instruments)?,
    })
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
