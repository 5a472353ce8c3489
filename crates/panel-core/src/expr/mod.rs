//! The small language of derived variables and filters.
//!
//! ```text
//! ln(gdp / pop)                       arithmetic: + - * / ^ and a:b for the product of an interaction
//! year >= 2013 and region == "East"   comparisons and logic: == != < <= > >=, and or not, in ("a", "b")
//! if gdp > 0 then ln(gdp) else 0      choice; also if(condition, a, b)
//! lag(x), lag(x, 2), lead(x), diff(x), growth(x)
//! winsorise(x, 0.01, by = year)       by group: a text column, a number column or a key
//! pim(inv, price, delta = 0.096, base = 2013)
//! entropy(road, -dust, shift = 1e-4)  a minus marks a cost indicator
//! since(smart_city_year)              1 from that year on, 0 before and where there is none
//! ```
//!
//! Names are column names or the two keys; a name with other signs stands in backquotes. Missing values: arithmetic
//! with a missing value is missing; a comparison with one is neither true nor false, and a filter does not keep it;
//! `and` and `or` follow Kleene (`false and missing` is false). A function outside its domain (ln of zero) gives a
//! missing value and a diagnostic. Columns read as `True`/`False` are conditions, and conditions are 1 and 0 in
//! arithmetic.

mod apply;
mod ast;
mod definitions;
mod eval;
mod functions;
mod lexer;
mod parser;
mod problem;
mod types;
mod value;

pub use definitions::{Definitions, Resolved};
pub use functions::{FunctionHelp, function_help};
pub use types::Kind;

use crate::column::Column;
use crate::diagnostics::Diagnostics;
use crate::error::{Error, Result};
use crate::panel::Panel;
use std::fmt;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    source: String,
    root: ast::Node,
}

/// A column computed from an expression.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evaluated {
    /// The values; conditions are 1 and 0.
    pub column: Column,
    /// Values outside a function's domain, constant indicators, ends of capital stocks, …
    pub diagnostics: Diagnostics,
}

/// The rows a filter keeps.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mask {
    /// Whether each row is kept.
    pub keep: Vec<bool>,
    /// Rows not kept because the condition is missing there.
    pub n_missing: usize,
    /// As in [`Evaluated`].
    pub diagnostics: Diagnostics,
}

impl Expr {
    /// Parses an expression.
    ///
    /// # Errors
    /// [`Error::Expression`] with line and column, and with a suggestion for an unknown function.
    pub fn parse(text: &str) -> Result<Self> {
        let root = parser::parse(text).map_err(|problem| problem.into_error(text))?;
        Ok(Self { source: text.to_owned(), root })
    }

    /// The expression as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Names of columns and keys that it uses, sorted, each once.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.root.names(&mut names);
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The first function in it that looks at other rows than its own (or at the calendar), if one does: without, the
    /// expression has the same value on any part of the rows.
    #[must_use]
    pub fn beyond_its_row(&self) -> Option<&'static str> {
        self.root.beyond_its_row()
    }

    /// What it evaluates to on this panel, without evaluating it.
    ///
    /// # Errors
    /// [`Error::Expression`] for an unknown name (with the nearest) and for operands of the wrong kind.
    pub fn kind(&self, panel: &Panel) -> Result<Kind> {
        types::infer(&self.root, &types::Schema::new(panel)).map_err(|problem| problem.into_error(&self.source))
    }

    /// Evaluates to a column.
    ///
    /// # Errors
    /// As [`Expr::kind`]; data errors of the functions used; [`Error::NotNumeric`] naming the cell where a column of
    /// text is used as a number.
    pub fn eval(&self, panel: &Panel) -> Result<Column> {
        self.evaluate(panel).map(|evaluated| evaluated.column)
    }

    /// Evaluates to a column, with diagnostics.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn evaluate(&self, panel: &Panel) -> Result<Evaluated> {
        self.kind(panel)?;
        let mut machine = eval::Machine::new(panel);
        let value = machine.eval(&self.root).map_err(|failure| failure.into_error(&self.source))?;
        Ok(Evaluated { column: value.into_column(panel.n_rows()), diagnostics: machine.diagnostics })
    }

    /// Evaluates a condition: true where it holds, false where it does not or is missing.
    ///
    /// # Errors
    /// As [`Expr::eval_filter`].
    pub fn eval_mask(&self, panel: &Panel) -> Result<Vec<bool>> {
        self.eval_filter(panel).map(|mask| mask.keep)
    }

    /// Evaluates a condition, counting the rows where it is missing.
    ///
    /// # Errors
    /// As [`Expr::eval`]; [`Error::Expression`] where it is no condition.
    pub fn eval_filter(&self, panel: &Panel) -> Result<Mask> {
        let kind = self.kind(panel)?;
        if kind != Kind::Truth {
            let message = format!(
                "a filter must be a condition, this is {kind}{}",
                if kind == Kind::Number { "; compare it with something, as in `x != 0`" } else { "" }
            );
            return Err(problem::Problem { at: 0, message }.into_error(&self.source));
        }
        let mut machine = eval::Machine::new(panel);
        let value = machine.eval(&self.root).map_err(|failure| failure.into_error(&self.source))?;
        let truth = value.into_truth(panel.n_rows());
        Ok(Mask {
            keep: truth.iter().map(|&truth| truth == Some(true)).collect(),
            n_missing: truth.iter().filter(|truth| truth.is_none()).count(),
            diagnostics: machine.diagnostics,
        })
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl std::str::FromStr for Expr {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}
