//! Named expressions that use each other: order, cycles, listing.

use super::Expr;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::panel::Panel;
use std::collections::BTreeMap;

/// A set of derived variables, in an order in which each comes after those it uses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Definitions {
    items: Vec<(String, Expr)>,
}

/// One line of the resolved listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved {
    /// Name of the derived variable.
    pub name: String,
    /// Its expression as written.
    pub expression: String,
    /// Derived variables it uses, directly.
    pub derived: Vec<String>,
    /// Other names it uses: columns of the data and keys.
    pub columns: Vec<String>,
}

impl Definitions {
    /// Parses named expressions and puts them in order; among those that could come next, the one given first does.
    ///
    /// # Errors
    /// [`Error::Expression`]; [`Error::Specification`] for a name given twice and for a cycle, which is spelled out.
    pub fn parse<N: AsRef<str>, E: AsRef<str>>(definitions: &[(N, E)]) -> Result<Self> {
        let mut parsed: Vec<(String, Expr, Vec<String>)> = Vec::with_capacity(definitions.len());
        for (name, text) in definitions {
            let name = name.as_ref();
            if parsed.iter().any(|(known, ..)| known == name) {
                return Err(Error::Specification(format!("variable `{name}` is defined twice")));
            }
            let expr = Expr::parse(text.as_ref()).map_err(|error| in_definition(name, error))?;
            let columns = expr.columns();
            parsed.push((name.to_owned(), expr, columns));
        }
        let place: BTreeMap<String, usize> =
            parsed.iter().enumerate().map(|(i, (name, ..))| (name.clone(), i)).collect();
        let uses: Vec<Vec<usize>> = parsed
            .iter()
            .map(|(_, _, columns)| columns.iter().filter_map(|column| place.get(column).copied()).collect())
            .collect();
        let mut done = vec![false; parsed.len()];
        let mut order = Vec::with_capacity(parsed.len());
        while order.len() < parsed.len() {
            let Some(next) = (0..parsed.len()).find(|&i| !done[i] && uses[i].iter().all(|&j| done[j])) else {
                let names: Vec<&str> = parsed.iter().map(|(name, ..)| name.as_str()).collect();
                return Err(Error::Specification(cycle(&names, &uses, &done)));
            };
            done[next] = true;
            order.push(next);
        }
        let mut parsed: Vec<Option<(String, Expr)>> =
            parsed.into_iter().map(|(name, expr, _)| Some((name, expr))).collect();
        Ok(Self { items: order.into_iter().filter_map(|i| parsed[i].take()).collect() })
    }

    /// Names and expressions in the order of evaluation.
    #[must_use]
    pub fn items(&self) -> &[(String, Expr)] {
        &self.items
    }

    /// Names that are neither defined here nor keys: the columns that the data must bring.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = self.resolved().into_iter().flat_map(|line| line.columns).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The definitions in order, each with what it uses.
    #[must_use]
    pub fn resolved(&self) -> Vec<Resolved> {
        self.items
            .iter()
            .map(|(name, expr)| {
                let (derived, columns) =
                    expr.columns().into_iter().partition(|used| self.items.iter().any(|(known, _)| known == used));
                Resolved { name: name.clone(), expression: expr.source().to_owned(), derived, columns }
            })
            .collect()
    }

    /// Computes all of them and adds them to the panel.
    ///
    /// # Errors
    /// Those of [`Expr::eval`], naming the variable; [`Error::Specification`] for a name that the data already have.
    pub fn apply(&self, panel: &mut Panel) -> Result<Diagnostics> {
        let mut diagnostics = Vec::new();
        for (name, expr) in &self.items {
            add(panel, name, expr, &mut diagnostics)?;
        }
        Ok(diagnostics)
    }

    /// Computes those whose columns are there, adds them to the panel and takes them out of this set; the others
    /// wait for columns that a later stage computes.
    ///
    /// # Errors
    /// As [`Definitions::apply`].
    pub fn apply_ready(&mut self, panel: &mut Panel) -> Result<Diagnostics> {
        let (diagnostics, failed) = self.apply_each_ready(panel);
        failed.into_iter().next().map_or(Ok(diagnostics), |(_, error)| Err(error))
    }

    /// The same, going on after one that cannot be computed: gives those, each with its error.
    pub fn apply_each_ready(&mut self, panel: &mut Panel) -> (Diagnostics, Vec<(String, Error)>) {
        let (mut diagnostics, mut failed) = (Vec::new(), Vec::new());
        let mut waiting = Vec::new();
        for (name, expr) in std::mem::take(&mut self.items) {
            let ready = expr
                .columns()
                .iter()
                .all(|used| panel.has(used) || used == panel.entity_name() || used == panel.time_name());
            if !ready {
                waiting.push((name, expr));
            } else if let Err(error) = add(panel, &name, &expr, &mut diagnostics) {
                failed.push((name, error));
            }
        }
        self.items = waiting;
        (diagnostics, failed)
    }

    /// The definitions but for some.
    #[must_use]
    pub fn without(self, leave_out: impl Fn(&str) -> bool) -> Self {
        Self { items: self.items.into_iter().filter(|(name, _)| !leave_out(name)).collect() }
    }

    /// Checks that nothing waits any more.
    ///
    /// # Errors
    /// [`Error::Expression`] naming the column that is not there, with the nearest name.
    pub fn finish(&self, panel: &Panel) -> Result<()> {
        // The first item waits for a column of the data, since the order puts what it uses before it.
        self.items
            .first()
            .map_or(Ok(()), |(name, expr)| expr.kind(panel).map(|_| ()).map_err(|error| in_definition(name, error)))
    }
}

fn add(panel: &mut Panel, name: &str, expr: &Expr, diagnostics: &mut Diagnostics) -> Result<()> {
    if panel.has(name) || name == panel.entity_name() || name == panel.time_name() {
        let source = panel.source(name).map(|file| format!(" (from `{file}`)")).unwrap_or_default();
        return Err(Error::Specification(format!(
            "variable `{name}` cannot be defined: the data have a column of that name{source}; choose another"
        )));
    }
    let evaluated = expr.evaluate(panel).map_err(|error| in_definition(name, error))?;
    panel.set(name, evaluated.column)?;
    let named = |diagnostic: Diagnostic| Diagnostic {
        message: format!("variable `{name}`: {}", diagnostic.message),
        ..diagnostic
    };
    diagnostics.extend(evaluated.diagnostics.into_iter().map(named));
    Ok(())
}

/// The same error, with the variable it belongs to.
fn in_definition(name: &str, error: Error) -> Error {
    match error {
        Error::Expression { expression, line, column, message } => {
            Error::Expression { expression, line, column, message: format!("variable `{name}`: {message}") }
        }
        Error::Specification(message) => Error::Specification(format!("variable `{name}`: {message}")),
        Error::NotNumeric { cell, others, expected, remedies } => {
            Error::NotNumeric { cell, others, expected: wanted_for(name, &expected), remedies }
        }
        Error::BadValue { cell, expected } => Error::BadValue { cell, expected: wanted_for(name, &expected) },
        other => other,
    }
}

/// What was expected of a cell, and which variable is computed from it.
fn wanted_for(name: &str, expected: &str) -> String {
    format!("{expected}, for variable `{name}`")
}

/// `a → b → a`, from the definitions that are not done.
fn cycle(names: &[&str], uses: &[Vec<usize>], done: &[bool]) -> String {
    let mut path: Vec<usize> = Vec::new();
    // Everything that is not done uses something that is not done, so walking ends in a cycle.
    let mut at = done.iter().position(|done| !done).unwrap_or(0);
    while !path.contains(&at) {
        path.push(at);
        match uses[at].iter().copied().find(|&next| !done[next]) {
            Some(next) => at = next,
            None => break,
        }
    }
    let start = path.iter().position(|&known| known == at).unwrap_or(0);
    let mut chain: Vec<String> = path[start..].iter().map(|&i| format!("`{}`", names[i])).collect();
    chain.push(format!("`{}`", names[at]));
    if chain.len() == 2 {
        return format!("variable {} is defined by itself", chain[0]);
    }
    format!("these variables are defined by each other: {}", chain.join(" → "))
}
