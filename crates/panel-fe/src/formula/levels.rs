//! Terms with levels as one term per level, once the data are known.

use super::{Factor, Formula, Function, Term};
use crate::error::{Error, Result};
use panel_core::{Column, Panel, looks_like_a_number, suggest};
use std::borrow::Cow;

/// Most levels of one column; more are effects to absorb.
const MOST_LEVELS: usize = 500;

impl Formula {
    /// The formula on a panel: `i(region)`, and a column of words, become one dummy per level in the rows of `mask`.
    ///
    /// Without a reference of its own the first level (numbers in ascending order, texts by their letters) is left out
    /// where the others would repeat what is in the model: the constant or the fixed effects, or in an interaction the
    /// rest of the product. In `i(region):x` without `x` every level has its slope.
    ///
    /// # Errors
    /// [`Error::Specification`] for a reference that is no level, or too many levels.
    pub fn on(&self, panel: &Panel, mask: Option<&[bool]>) -> Result<Cow<'_, Self>> {
        let by_level = |factor: &Factor| match factor.function {
            Function::Levels(_) => true,
            Function::Identity => panel.has(&factor.column) && panel.column(&factor.column).is_ok_and(is_words),
            _ => false,
        };
        let all = [&self.regressors, &self.endogenous, &self.instruments];
        if !all.into_iter().flatten().flat_map(|term| &term.factors).any(by_level) {
            return Ok(Cow::Borrowed(self));
        }
        let levels = |factor: &Factor| levels_of(panel, factor, mask);
        let spread = |terms: &[Term], beside: &[Term]| -> Result<Vec<Term>> {
            let mut spread: Vec<Term> = Vec::new();
            for term in terms {
                spread.extend(self.by_levels(term, &[terms, beside].concat(), &by_level, &levels)?);
            }
            Ok(spread)
        };
        let regressors = spread(&self.regressors, &[])?;
        let endogenous = spread(&self.endogenous, &self.regressors)?;
        let instruments = spread(&self.instruments, &self.regressors)?;
        Ok(Cow::Owned(Self { regressors, endogenous, instruments, ..self.clone() }))
    }

    fn by_levels(
        &self,
        term: &Term,
        model: &[Term],
        by_level: &impl Fn(&Factor) -> bool,
        levels: &impl Fn(&Factor) -> Result<Vec<String>>,
    ) -> Result<Vec<Term>> {
        let mut products: Vec<(Vec<String>, Vec<Factor>)> = vec![(Vec::new(), Vec::new())];
        for (place, factor) in term.factors.iter().enumerate() {
            let choices: Vec<(String, Factor)> = if by_level(factor) {
                let found = levels(factor)?;
                let left_out = self.left_out(term, place, model, &found)?;
                let kept = found.into_iter().filter(|level| Some(level) != left_out.as_ref());
                kept.map(|level| {
                    let name = format!("{}::{level}", factor.column);
                    (name, Factor { function: Function::Level(level), ..factor.clone() })
                })
                .collect()
            } else {
                // The names of factors stand in the name of the term, in their order.
                vec![(name_of(term, place), factor.clone())]
            };
            products = products
                .iter()
                .flat_map(|(names, factors)| {
                    choices.iter().map(move |(name, factor)| {
                        (
                            [names.as_slice(), std::slice::from_ref(name)].concat(),
                            [factors.as_slice(), std::slice::from_ref(factor)].concat(),
                        )
                    })
                })
                .collect();
        }
        Ok(products
            .into_iter()
            .map(|(names, factors)| Term { name: names.join(":"), factors, span: term.span })
            .collect())
    }

    /// The level without a dummy, if there is one.
    fn left_out(&self, term: &Term, place: usize, model: &[Term], levels: &[String]) -> Result<Option<String>> {
        let factor = &term.factors[place];
        if let Function::Levels(Some(reference)) = &factor.function {
            if levels.contains(reference) {
                return Ok(Some(reference.clone()));
            }
            let near = suggest::nearest(reference, levels.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(Error::Specification(format!(
                "`{}`: `{}` has no level `{reference}` in the sample{near}",
                term.name, factor.column
            )));
        }
        let mut rest = term.clone();
        rest.factors.remove(place);
        let repeated = if rest.factors.is_empty() {
            self.intercept || self.effects.iter().any(|effect| effect.intercept)
        } else {
            model.iter().any(|other| other.same_product(&rest))
        };
        Ok(if repeated { levels.first().cloned() } else { None })
    }
}

/// Whether a column is text without a number: one with numbers has cells that could not be read, and one of numbers in
/// another dress (`$5`, `EUR 5`, `(5)`, `1 002,5`, `1元` and `2元`, formulas without results) is not read yet, which is an
/// error. As levels they are asked for, `i(x)`.
fn is_words(column: &Column) -> bool {
    match column {
        Column::Float(_) => false,
        Column::Text(text) => {
            let labels = || text.labels().iter().map(|label| label.trim());
            let numbers = labels().any(|label| label.parse::<f64>().is_ok());
            let mut units = labels().map(unit);
            let first = units.next().flatten();
            let one_unit = text.labels().len() > 1 && first.is_some() && units.all(|unit| unit == first);
            let dressed = labels().filter(|label| looks_like_a_number(label)).count();
            !(numbers || one_unit || dressed > 0 && 2 * dressed >= text.labels().len())
        }
    }
}

/// What stands behind the number that a text begins with.
fn unit(label: &str) -> Option<&str> {
    let is_number = |c: char| c.is_numeric() || matches!(c, '.' | ',');
    let rest = label.trim_start_matches(['-', '+']).trim_start_matches(is_number);
    (rest.len() < label.len() && !rest.trim().is_empty() && label.contains(char::is_numeric)).then_some(rest)
}

/// The name of one factor of a term.
fn name_of(term: &Term, place: usize) -> String {
    let (mut depth, mut quoted, mut at) = (0_usize, None, 0);
    let mut name = String::new();
    for c in term.name.chars() {
        match (quoted, c) {
            (Some(mark), c) if c == mark => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quoted = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ':') if depth == 0 => {
                at += 1;
                continue;
            }
            _ => {}
        }
        if at == place {
            name.push(c);
        }
    }
    name
}

/// The levels of a column in the rows of `mask`.
fn levels_of(panel: &Panel, factor: &Factor, mask: Option<&[bool]>) -> Result<Vec<String>> {
    let inside = |row: &usize| mask.is_none_or(|mask| mask[*row]);
    let rows = || (0..panel.n_rows()).filter(inside);
    let name = &factor.column;
    let coded = |labels: &[String], codes: &[u32]| {
        let mut used: Vec<u32> = rows().map(|row| codes[row]).collect();
        used.sort_unstable();
        used.dedup();
        used.into_iter().map(|code| labels[code as usize].clone()).collect::<Vec<String>>()
    };
    let levels = if !panel.has(name) && name == panel.time_name() {
        coded(panel.times().labels(), panel.time_of_row())
    } else if !panel.has(name) && name == panel.entity_name() {
        coded(panel.entities(), panel.entity_of_row())
    } else {
        match panel.column(name)? {
            Column::Float(values) => {
                let mut used: Vec<f64> = rows().map(|row| values[row] + 0.0).filter(|value| !value.is_nan()).collect();
                used.sort_by(f64::total_cmp);
                used.dedup();
                used.iter().map(ToString::to_string).collect()
            }
            Column::Text(text) => {
                let mut used: Vec<&str> = rows().filter_map(|row| text.get(row)).collect();
                used.sort_unstable();
                used.dedup();
                used.into_iter().map(str::to_owned).collect()
            }
        }
    };
    if levels.len() > MOST_LEVELS {
        return Err(Error::Specification(format!(
            "`{name}` has {} levels, more than {MOST_LEVELS}: absorb it after the bar, `| {name}`",
            levels.len()
        )));
    }
    Ok(levels)
}

/// 1 where a column has a level, 0 where it has another, missing where it is missing.
pub(crate) fn indicator(panel: &Panel, name: &str, level: &str) -> Result<Vec<f64>> {
    let flag = |is: bool| f64::from(u8::from(is));
    let coded =
        |labels: &[String], codes: &[u32]| codes.iter().map(|&code| flag(labels[code as usize] == level)).collect();
    if !panel.has(name) && name == panel.time_name() {
        return Ok(coded(panel.times().labels(), panel.time_of_row()));
    }
    if !panel.has(name) && name == panel.entity_name() {
        return Ok(coded(panel.entities(), panel.entity_of_row()));
    }
    Ok(match panel.column(name)? {
        Column::Float(values) => {
            let at: f64 = level.parse().unwrap_or(f64::NAN);
            values.iter().map(|value| if value.is_nan() { f64::NAN } else { flag(*value == at) }).collect()
        }
        Column::Text(text) => {
            (0..panel.n_rows()).map(|row| text.get(row).map_or(f64::NAN, |label| flag(label == level))).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::TextColumn;

    fn words(labels: &[&str]) -> bool {
        is_words(&Column::Text(TextColumn::new(&labels.iter().map(|label| Some(*label)).collect::<Vec<_>>())))
    }

    #[test]
    fn numbers_in_another_dress_are_no_levels() {
        for numbers in [
            ["$1002", "$1003", "$998"],
            ["EUR 1002", "EUR 1003", "USD 998"],
            ["(1002)", "(1003)", "(998)"],
            ["1 002,125", "1 003,5", "998,25"],
            ["%5", "%6", "%7.5"],
            ["=C2*2", "=C3*2", "=C4*2"],
            ["1元", "2元", "3元"],
            ["5 d", "6 s", "7 d"],
            ["12", "north", "south"],
        ] {
            assert!(!words(&numbers), "{numbers:?}");
        }
        for levels in
            [["north", "south", "west"], ["D1", "D2", "D3"], ["zone 1", "zone 2", "zone 3"], ["#1", "#2", "0-9"]]
        {
            assert!(words(&levels), "{levels:?}");
        }
    }
}
