//! Formulas: `y ~ x + x^2 + a:b | city + year + a^b + a[x] | D1 + D1^2 ~ z1 + z1^2`.
//!
//! ```text
//! formula  = term "~" sum [ "|" effects ] [ "|" sum "~" sum ]
//! sum      = [ "-" ] item { ( "+" | "-" ) item }          items "0", "- 1": no intercept; "1": intercept
//! item     = product                                      a*b stands for a + b + a:b
//! product  = term { "*" term }
//! term     = power { ":" power }
//! power    = factor [ "^" whole number ]
//! factor   = name | function "(" name [ "," whole number ] ")"     log, ln, exp, sqrt, abs, lag, lead
//!          | "i(" name [ "," "ref" "=" level ] ")"                 one dummy per level
//!          | function "(" … ")" | "I(" expression ")"              any call or expression of [`panel_core::expr`]
//! effects  = effect { "+" effect } | "0"
//! effect   = name { "^" name } [ "[" name { "," name } "]" | "[[" name { "," name } "]]" ]
//! name     = letters, digits, "_", "." (not beginning with a digit), or anything between back quotes
//! ```
//! `a[x]` absorbs an intercept and a slope of x for each level of a, `a[[x]]` the slope alone. Coefficients are named
//! as the terms are written, without blanks; those of levels `region::West`, `region::West:x`. Where the second part holds a `~`, there are no fixed effects.

mod levels;
mod lexer;
mod parser;

pub(crate) use levels::indicator;

use std::fmt;

/// Why a formula cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("formula `{}`, column {column}: {message}", panel_core::suggest::excerpt(formula, column.saturating_sub(1)))]
pub struct FormulaError {
    /// The formula as it was written.
    pub formula: String,
    /// Place of the trouble: 1-based, in characters.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

/// Half-open range of bytes in the formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A function of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Function {
    /// The column itself.
    Identity,
    /// Natural logarithm; missing where the column is not positive.
    Ln,
    /// eˣ.
    Exp,
    /// Square root; missing where the column is negative.
    Sqrt,
    /// Absolute value.
    Abs,
    /// Value so many periods earlier on the calendar; negative: later.
    Lag(i64),
    /// One dummy per level of the column but for this reference; [`Formula::on`] has a term for each.
    Levels(Option<String>),
    /// 1 where the column has this level.
    Level(String),
    /// An expression over these columns; it stands where the column does.
    Calculated(Vec<String>),
}

impl Factor {
    /// The columns of the panel that it is made from.
    fn columns(&self) -> impl Iterator<Item = &str> {
        let calculated = match &self.function {
            Function::Calculated(columns) => Some(columns.iter().map(String::as_str)),
            _ => None,
        };
        let own = calculated.is_none().then_some(self.column.as_str());
        calculated.into_iter().flatten().chain(own)
    }
}

/// f(column)^power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Column of the panel.
    pub column: String,
    /// What is applied to it.
    pub function: Function,
    /// To which power the result is raised, at least 1.
    pub power: u32,
}

/// A product of factors: one column of the regressor matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As it is written, without blanks: the name of its coefficient.
    pub name: String,
    /// Factors, in the order written.
    pub factors: Vec<Factor>,
    /// Where it stands.
    pub span: Span,
}

impl Term {
    /// The same product irrespective of the order of its factors.
    fn same_product(&self, other: &Self) -> bool {
        let times = |term: &Self, factor: &Factor| term.factors.iter().filter(|known| *known == factor).count();
        self.factors.len() == other.factors.len()
            && self.factors.iter().all(|factor| times(self, factor) == times(other, factor))
    }
}

/// A term to absorb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// As it is written, without blanks.
    pub name: String,
    /// Columns whose combinations are the levels.
    pub columns: Vec<String>,
    /// Whether there is an intercept per level.
    pub intercept: bool,
    /// Columns that have a slope per level.
    pub slopes: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

/// A parsed formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// As it was written.
    pub source: String,
    /// Left-hand side.
    pub response: Term,
    /// Exogenous regressors without the intercept.
    pub regressors: Vec<Term>,
    /// Whether there is an intercept; fixed effects with intercepts absorb it.
    pub intercept: bool,
    /// Fixed effects.
    pub effects: Vec<Effect>,
    /// Endogenous regressors.
    pub endogenous: Vec<Term>,
    /// Excluded instruments.
    pub instruments: Vec<Term>,
}

impl Formula {
    /// Parses a formula.
    ///
    /// # Errors
    /// [`FormulaError`] with the place; never panics, whatever the text.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        parser::parse(text)
    }

    /// Whether there is an instrumental-variable part.
    #[must_use]
    pub fn is_iv(&self) -> bool {
        !self.endogenous.is_empty()
    }

    /// Columns of the panel that the formula uses, each once in order of appearance: response, regressors, fixed
    /// effects with their slopes, endogenous regressors, instruments.
    #[must_use]
    pub fn variables(&self) -> Vec<&str> {
        fn columns(terms: &[Term]) -> impl Iterator<Item = &str> {
            terms.iter().flat_map(|term| &term.factors).flat_map(Factor::columns)
        }
        let effects = self.effects.iter().flat_map(|effect| effect.columns.iter().chain(&effect.slopes));
        let mut names: Vec<&str> = Vec::new();
        let all = columns(std::slice::from_ref(&self.response))
            .chain(columns(&self.regressors))
            .chain(effects.map(String::as_str))
            .chain(columns(&self.endogenous))
            .chain(columns(&self.instruments));
        for name in all {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Names of the fixed effects, as they are written.
    #[must_use]
    pub fn effect_names(&self) -> Vec<&str> {
        self.effects.iter().map(|effect| effect.name.as_str()).collect()
    }

    /// The first stage of an endogenous regressor, by its place: it on the excluded instruments and the exogenous
    /// regressors, with the same fixed effects. `None` where there is no such regressor.
    #[must_use]
    pub fn first_stage(&self, place: usize) -> Option<Self> {
        self.on_instruments(self.endogenous.get(place)?)
    }

    /// The reduced form: the response on the excluded instruments and the exogenous regressors. `None` without
    /// instruments.
    #[must_use]
    pub fn reduced_form(&self) -> Option<Self> {
        if self.is_iv() { self.on_instruments(&self.response) } else { None }
    }

    fn on_instruments(&self, response: &Term) -> Option<Self> {
        let mut right: Vec<&str> = Vec::new();
        if !self.intercept {
            right.push("0");
        }
        right.extend(self.instruments.iter().chain(&self.regressors).map(|term| term.name.as_str()));
        let mut text = format!("{} ~ {}", response.name, right.join(" + "));
        if !self.effects.is_empty() {
            text.push_str(" | ");
            text.push_str(&self.effect_names().join(" + "));
        }
        Self::parse(&text).ok()
    }

    /// Whether a column of ones is a regressor: asked for and not absorbed.
    #[must_use]
    pub fn has_intercept_column(&self) -> bool {
        self.intercept && !self.effects.iter().any(|effect| effect.intercept)
    }
}

impl std::str::FromStr for Formula {
    type Err = FormulaError;

    fn from_str(text: &str) -> Result<Self, FormulaError> {
        Self::parse(text)
    }
}

crate::text::text_serde!(Formula, "formula");

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(terms: &[Term]) -> Vec<&str> {
        terms.iter().map(|term| term.name.as_str()).collect()
    }

    #[test]
    fn the_whole_grammar() {
        let text = "y ~ x + x^2 + a:b + x^2:z + a*b | city + year + a^b + a[x] | D1 + D1^2 ~ z1 + z1 ^ 2";
        let formula = Formula::parse(text).expect("valid");
        assert_eq!(formula.response.name, "y");
        assert_eq!(names(&formula.regressors), ["x", "x^2", "a:b", "x^2:z", "a", "b"]);
        let effects: Vec<&str> = formula.effects.iter().map(|effect| effect.name.as_str()).collect();
        assert_eq!(effects, ["city", "year", "a^b", "a[x]"]);
        assert_eq!(formula.effects[2].columns, ["a", "b"]);
        assert_eq!(formula.effects[3].slopes, ["x"]);
        assert_eq!(names(&formula.endogenous), ["D1", "D1^2"]);
        assert_eq!(names(&formula.instruments), ["z1", "z1^2"]);
        assert!(formula.intercept && !formula.has_intercept_column());
    }

    #[test]
    fn intercepts_functions_and_quotes() {
        let formula = Formula::parse("log(y) ~ 0 + `a b` + lag(x, 2):ln(z)^2").expect("valid");
        assert!(!formula.intercept);
        assert_eq!(formula.response.factors[0].function, Function::Ln);
        assert_eq!(names(&formula.regressors), ["`a b`", "lag(x,2):ln(z)^2"]);
        assert_eq!(formula.regressors[1].factors[0].function, Function::Lag(2));
        assert!(!Formula::parse("y ~ x - 1").expect("valid").intercept);
        assert!(Formula::parse("y ~ 1").expect("valid").has_intercept_column());
        let iv = Formula::parse("y ~ w | D ~ z").expect("valid");
        assert!(iv.effects.is_empty() && iv.is_iv());
        let none = Formula::parse("y ~ 1 | 0 | D ~ z").expect("valid");
        assert!(none.effects.is_empty() && none.has_intercept_column());
        let chinese = Formula::parse("绿色 ~ 集聚 + 集聚^2 | 城市 + 年份").expect("valid");
        assert_eq!(names(&chinese.regressors), ["集聚", "集聚^2"]);
        let slopes = Formula::parse("y ~ x | a[[t]] + b[t, u]").expect("valid");
        assert!(!slopes.effects[0].intercept && slopes.effects[1].intercept);
    }

    #[test]
    fn parts_of_an_instrumental_variable_formula() {
        let text = "y ~ w + w:x^2 | city + a^b + c[t] | D + lag(D, 2) ~ z + z^2";
        let formula = Formula::parse(text).expect("valid");
        assert_eq!(formula.variables(), ["y", "w", "x", "city", "a", "b", "c", "t", "D", "z"]);
        assert_eq!(formula.effect_names(), ["city", "a^b", "c[t]"]);
        let second = formula.first_stage(1).expect("two");
        assert_eq!(second.source, "lag(D,2) ~ z + z^2 + w + w:x^2 | city + a^b + c[t]");
        assert!(formula.first_stage(2).is_none());
        assert_eq!(formula.reduced_form().expect("iv").response.name, "y");
        let bare = Formula::parse("y ~ 0 | D ~ z").expect("valid");
        assert_eq!(bare.first_stage(0).expect("one").source, "D ~ 0 + z");
        assert!(Formula::parse("y ~ x").expect("valid").reduced_form().is_none());
    }

    #[test]
    fn errors_name_the_place() {
        for (text, column, part) in [
            ("", 1, "expected"),
            ("y", 2, "expected `~`"),
            ("y ~ ", 5, "expected"),
            ("y ~ x +", 8, "expected"),
            ("y ~ x ^ z", 9, "whole number"),
            ("y ~ x^0", 7, "power"),
            ("y ~ x $ z", 7, "unexpected"),
            ("y ~ x | city | D", 17, "expected `~`"),
            ("y ~ x | city | D ~ z | w", 22, "expected"),
            ("y ~ x | a[x", 12, "expected"),
            ("y ~ x | a[[x]", 14, "expected"),
            ("y ~ `x", 5, "back quote"),
            ("y ~ sin(x)", 5, "function"),
            ("y ~ x + x | a | x ~ z", 17, "endogenous"),
            ("y ~ x | | D ~ z", 9, "expected"),
            ("y ~ x | D ~ 1", 13, "an instrument"),
            ("y ~ x | 1 ~ z", 9, "an endogenous"),
            ("y ~ 2", 5, "expected"),
            ("y ~ a*b*c*d*e*f*g", 5, "at most"),
            ("城 ~ 市 ^ 区", 9, "whole number"),
        ] {
            let error = Formula::parse(text).expect_err(text);
            assert_eq!(error.column, column, "{text}: {error}");
            assert!(error.message.contains(part), "{text}: {error}");
        }
    }
}
