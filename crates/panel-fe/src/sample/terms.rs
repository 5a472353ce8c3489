//! Terms of a formula as columns of numbers.

use crate::error::{Error, Result};
use crate::formula::{Factor, Function, Term, indicator};
use panel_core::expr::Expr;
use panel_core::{Column, Floats, Panel};

/// A term on all rows of a panel.
pub(crate) struct Evaluated {
    pub(crate) name: String,
    pub(crate) values: Floats,
}

/// A column of numbers, or a key of the panel whose labels are numbers; infinite values are refused.
pub(crate) fn column_variable(panel: &Panel, name: &str, inside: &impl Fn(usize) -> bool) -> Result<Evaluated> {
    let from_labels = |labels: &[String], codes: &[u32]| -> Option<Vec<f64>> {
        let numbers = labels.iter().map(|label| label.parse().ok()).collect::<Option<Vec<f64>>>()?;
        Some(codes.iter().map(|&code| numbers[code as usize]).collect())
    };
    let is_key = !panel.has(name);
    let labels = if is_key && name == panel.time_name() {
        from_labels(panel.times().labels(), panel.time_of_row())
    } else if is_key && name == panel.entity_name() {
        from_labels(panel.entities(), panel.entity_of_row())
    } else {
        None
    };
    let values = match labels {
        Some(values) => values.into(),
        None if is_key && (name == panel.entity_name() || name == panel.time_name()) => {
            return Err(Error::Specification(format!(
                "`{name}` is a key, and its labels are no numbers: `i({name})` makes dummies of them, `| {name}` absorbs them"
            )));
        }
        None => panel.shared(name)?,
    };
    if let Some(row) = (0..values.len()).find(|&row| values[row].is_infinite() && inside(row)) {
        let expected = "a finite number (an empty cell where it is missing)".into();
        return Err(Error::BadValue { cell: Box::new(panel.cell(row, name)), expected });
    }
    Ok(Evaluated { name: name.to_owned(), values })
}

/// The product of a term's factors; overflow is refused.
pub(crate) fn term_values(panel: &Panel, term: &Term, inside: &impl Fn(usize) -> bool) -> Result<Evaluated> {
    let mut values: Option<Floats> = None;
    for factor in &term.factors {
        let part = factor_values(panel, factor, inside)?;
        values = Some(match values {
            None => part,
            Some(product) => product.iter().zip(&part).map(|(a, b)| a * b).collect(),
        });
    }
    let values = values.unwrap_or_default();
    if let Some(row) = (0..values.len()).find(|&row| values[row].is_infinite() && inside(row)) {
        let mut cell = panel.cell(row, &term.name);
        cell.value = Some(values[row].to_string());
        return Err(Error::BadValue { cell: Box::new(cell), expected: "a term that does not overflow".into() });
    }
    Ok(Evaluated { name: term.name.clone(), values })
}

/// f(column)^power.
pub(crate) fn factor_values(panel: &Panel, factor: &Factor, inside: &impl Fn(usize) -> bool) -> Result<Floats> {
    let mut values = match &factor.function {
        Function::Level(level) => indicator(panel, &factor.column, level)?.into(),
        Function::Calculated(_) => calculated(panel, &factor.column)?,
        _ => column_variable(panel, &factor.column, inside)?.values,
    };
    let each = |values: &[f64], function: fn(f64) -> f64| -> Floats { values.iter().map(|&v| function(v)).collect() };
    match factor.function {
        Function::Identity | Function::Level(_) | Function::Levels(_) | Function::Calculated(_) => {}
        Function::Ln => values = each(&values, |v| if v > 0.0 { v.ln() } else { f64::NAN }),
        Function::Exp => values = each(&values, f64::exp),
        Function::Sqrt => values = each(&values, f64::sqrt),
        Function::Abs => values = each(&values, f64::abs),
        Function::Lag(steps) => values = panel.lag(&values, steps)?.into(),
    }
    if factor.power > 1 {
        let power = factor.power as i32;
        values = values.iter().map(|v| v.powi(power)).collect();
    }
    Ok(values)
}

/// An expression on all rows of a panel.
fn calculated(panel: &Panel, expression: &str) -> Result<Floats> {
    match Expr::parse(expression)?.eval(panel)? {
        Column::Float(values) => Ok(values),
        Column::Text(_) => Err(Error::Specification(format!("`{expression}` is text, expected a number"))),
    }
}
