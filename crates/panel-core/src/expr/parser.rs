//! Tokens to a syntax tree, by recursive descent.
//!
//! ```text
//! choice     = "if" choice "then" choice "else" choice | or
//! or         = and { "or" and }          and = not { "and" not }          not = "not" not | comparison
//! comparison = sum [ (== != < <= > >=) sum | ["not"] "in" "(" literal { "," literal } ")" ]
//! sum        = product { (+ -) product } product = sign { (* / :) sign }
//! sign       = (- +) sign | power        power = atom [ "^" sign ]
//! atom       = number | text | true | false | name | name "(" arguments ")" | "(" choice ")"
//! ```

use super::ast::{Node, Operator, What};
use super::functions;
use super::lexer::{Lexeme, Token, tokens};
use super::problem::Problem;
use crate::suggest;

/// Deepest nesting; deeper trees would need a deeper stack than a thread has.
const MAX_DEPTH: usize = 120;
/// Longest chain of one operator, and longest path of the tree, for the same reason.
const MAX_CHAIN: usize = 400;
/// Most tokens; a list of all cities of a country fits.
const MAX_TOKENS: usize = 5000;

pub(super) fn parse(text: &str) -> Result<Node, Problem> {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, end: text.len(), depth: 0 };
    if parser.tokens.is_empty() {
        return Err(Problem { at: 0, message: "the expression is empty".into() });
    }
    if parser.tokens.len() > MAX_TOKENS {
        return Err(Problem { at: parser.tokens[MAX_TOKENS].at, message: "the expression is too long".into() });
    }
    let root = parser.choice()?;
    match parser.peek() {
        None if root.depth() > MAX_CHAIN + MAX_DEPTH => {
            Err(Problem { at: 0, message: "the expression is nested too deeply".into() })
        }
        None => Ok(root),
        Some(Lexeme::Sign("=")) => Err(parser.problem("`=` is no comparison; write `==`")),
        Some(lexeme) => {
            let message = format!("unexpected {}", lexeme.shown());
            Err(parser.problem(message))
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Lexeme> {
        self.tokens.get(self.next).map(|token| &token.what)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |token| token.at)
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem { at: self.at(), message: message.into() }
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Lexeme::Sign(known)) if *known == sign);
        self.next += usize::from(found);
        found
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Lexeme::Name { name, quoted: false }) if name.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    /// A word or the sign that means the same.
    fn either(&mut self, word: &str) -> bool {
        self.sign(word) || self.word(word)
    }

    fn expect(&mut self, sign: &'static str, after: &str) -> Result<(), Problem> {
        if self.sign(sign) {
            return Ok(());
        }
        let found = self.peek().map_or("the end".to_owned(), Lexeme::shown);
        let hint =
            if matches!(self.peek(), Some(Lexeme::Sign("="))) { "; `=` is no comparison, write `==`" } else { "" };
        Err(self.problem(format!("expected `{sign}` {after}, found {found}{hint}")))
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        if self.depth >= MAX_DEPTH {
            return Err(self.problem("the expression is nested too deeply"));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }

    fn choice(&mut self) -> Result<Node, Problem> {
        self.deeper(|parser| {
            let at = parser.at();
            // `if(` may be the function of three arguments or a condition in brackets: the comma decides.
            if parser.is_word("if") && !parser.is_call() {
                parser.next += 1;
                let condition = parser.choice()?;
                if !parser.word("then") {
                    return Err(parser.problem("expected `then` after the condition of `if`"));
                }
                let yes = parser.choice()?;
                if !parser.word("else") {
                    return Err(
                        parser.problem("expected `else`: an `if` without it has no value where the condition fails")
                    );
                }
                let no = parser.choice()?;
                return Ok(Node { at, what: What::If(Box::new(condition), Box::new(yes), Box::new(no)) });
            }
            parser.or()
        })
    }

    /// Whether the word here opens a bracket with a comma at its top level.
    fn is_call(&self) -> bool {
        let mut depth = 0;
        for token in &self.tokens[self.next + 1..] {
            match token.what {
                Lexeme::Sign("(") => depth += 1,
                _ if depth == 0 => return false,
                Lexeme::Sign(")") => {
                    depth -= 1;
                    if depth == 0 {
                        return false;
                    }
                }
                Lexeme::Sign(",") if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }

    fn chain(
        &mut self,
        operand: fn(&mut Self) -> Result<Node, Problem>,
        operator: fn(&mut Self) -> Option<Operator>,
    ) -> Result<Node, Problem> {
        let mut left = operand(self)?;
        for _ in 0..MAX_CHAIN {
            let at = self.at();
            let Some(operator) = operator(self) else { return Ok(left) };
            let right = operand(self)?;
            left = Node { at, what: What::Binary(operator, Box::new(left), Box::new(right)) };
        }
        Err(self.problem("the expression is too long"))
    }

    fn or(&mut self) -> Result<Node, Problem> {
        self.chain(Self::and, |parser| parser.either("or").then_some(Operator::Or))
    }

    fn and(&mut self) -> Result<Node, Problem> {
        self.chain(Self::not, |parser| parser.either("and").then_some(Operator::And))
    }

    fn not(&mut self) -> Result<Node, Problem> {
        let at = self.at();
        if self.either("not") {
            return self.deeper(|parser| Ok(Node { at, what: What::Not(Box::new(parser.not()?)) }));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Node, Problem> {
        let left = self.sum()?;
        let at = self.at();
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessEqual),
            (">=", Operator::GreaterEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (sign, operator) in operators {
            if self.sign(sign) {
                let right = self.sum()?;
                let again =
                    operators.iter().any(|(sign, _)| matches!(self.peek(), Some(Lexeme::Sign(known)) if known == sign));
                if again {
                    return Err(self.problem("comparisons cannot be chained; write `a < b and b < c`"));
                }
                return Ok(Node { at, what: What::Binary(operator, Box::new(left), Box::new(right)) });
            }
        }
        let negated = self.is_word("not");
        let after_not = self.tokens.get(self.next + usize::from(negated)).map(|token| &token.what);
        if matches!(after_not, Some(Lexeme::Name { name, quoted: false }) if name.eq_ignore_ascii_case("in")) {
            self.next += 1 + usize::from(negated);
            let list = self.literals()?;
            return Ok(Node { at, what: What::In { value: Box::new(left), list, negated } });
        }
        Ok(left)
    }

    /// `("a", "b")` or `(1, 2)`.
    fn literals(&mut self) -> Result<Vec<Node>, Problem> {
        self.expect("(", "after `in`")?;
        let mut list = Vec::new();
        loop {
            let at = self.at();
            let negative = self.sign("-");
            let what = match (self.peek(), negative) {
                (Some(Lexeme::Number(value)), true) => What::Number(-value),
                (Some(Lexeme::Number(value)), false) => What::Number(*value),
                (Some(Lexeme::Text(text)), false) => What::Text(text.clone()),
                _ => return Err(self.problem("a list after `in` holds numbers or quoted texts")),
            };
            self.next += 1;
            list.push(Node { at, what });
            if self.sign(")") {
                return Ok(list);
            }
            self.expect(",", "or `)` in the list")?;
        }
    }

    fn sum(&mut self) -> Result<Node, Problem> {
        self.chain(Self::product, |parser| {
            if parser.sign("+") { Some(Operator::Add) } else { parser.sign("-").then_some(Operator::Subtract) }
        })
    }

    fn product(&mut self) -> Result<Node, Problem> {
        self.chain(Self::signed, |parser| {
            if parser.sign("*") || parser.sign(":") {
                Some(Operator::Multiply)
            } else {
                parser.sign("/").then_some(Operator::Divide)
            }
        })
    }

    fn signed(&mut self) -> Result<Node, Problem> {
        let at = self.at();
        if self.sign("-") {
            return self.deeper(|parser| Ok(Node { at, what: What::Negate(Box::new(parser.signed()?)) }));
        }
        if self.sign("+") {
            return self.deeper(Self::signed);
        }
        self.power()
    }

    fn power(&mut self) -> Result<Node, Problem> {
        let base = self.atom()?;
        let at = self.at();
        if self.sign("^") {
            let exponent = self.deeper(Self::signed)?;
            return Ok(Node { at, what: What::Binary(Operator::Power, Box::new(base), Box::new(exponent)) });
        }
        Ok(base)
    }

    fn atom(&mut self) -> Result<Node, Problem> {
        let at = self.at();
        let Some(lexeme) = self.peek().cloned() else {
            return Err(self.problem("the expression ends where a value is expected"));
        };
        let what = match lexeme {
            Lexeme::Number(value) => What::Number(value),
            Lexeme::Text(text) => What::Text(text),
            Lexeme::Sign("(") => {
                self.next += 1;
                let inner = self.choice()?;
                self.expect(")", "to close the bracket")?;
                return Ok(inner);
            }
            Lexeme::Sign(sign) => return Err(self.problem(format!("expected a value, found `{sign}`"))),
            Lexeme::Name { name, quoted } => {
                self.next += 1;
                if matches!(self.peek(), Some(Lexeme::Sign("("))) && !quoted {
                    return self.call(&name, at);
                }
                match name.to_ascii_lowercase().as_str() {
                    "true" if !quoted => return Ok(Node { at, what: What::Truth(true) }),
                    "false" if !quoted => return Ok(Node { at, what: What::Truth(false) }),
                    "and" | "or" | "not" | "in" | "if" | "then" | "else" if !quoted => {
                        return Err(Problem { at, message: format!("expected a value, found `{name}`") });
                    }
                    _ => return Ok(Node { at, what: What::Name(name) }),
                }
            }
        };
        self.next += 1;
        Ok(Node { at, what })
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Node, Problem> {
        let Some(function) = functions::find(name) else {
            let hint = suggest::hint(suggest::nearest(name, functions::names()));
            return Err(Problem { at, message: format!("unknown function `{name}`{hint}") });
        };
        self.next += 1;
        let mut arguments: Vec<Node> = Vec::new();
        let mut named: Vec<(&'static str, Node)> = Vec::new();
        if !self.sign(")") {
            loop {
                self.argument(function, &mut arguments, &mut named)?;
                if self.sign(")") {
                    break;
                }
                self.expect(",", &format!("or `)` in the arguments of `{name}`"))?;
            }
        }
        if arguments.len() < function.least || arguments.len() > function.most {
            let message =
                format!("`{name}` takes {}, got {} argument(s): {}", function.arity(), arguments.len(), function.usage);
            return Err(Problem { at, message });
        }
        Ok(Node { at, what: What::Call { function, arguments, named } })
    }

    fn argument(
        &mut self,
        function: &'static functions::Function,
        arguments: &mut Vec<Node>,
        named: &mut Vec<(&'static str, Node)>,
    ) -> Result<(), Problem> {
        let at = self.at();
        let key = match (self.peek(), self.tokens.get(self.next + 1).map(|token| &token.what)) {
            (Some(Lexeme::Name { name, .. }), Some(Lexeme::Sign("="))) => Some(name.clone()),
            _ => None,
        };
        let Some(key) = key else {
            if !named.is_empty() {
                return Err(Problem { at, message: "arguments without a name come before those with one".into() });
            }
            arguments.push(self.choice()?);
            return Ok(());
        };
        let Some(known) = function.options.iter().find(|known| **known == key) else {
            let hint = suggest::hint(suggest::nearest(&key, function.options.iter().copied()));
            return Err(Problem {
                at,
                message: format!("`{}` has no option `{key}`{hint}: {}", function.name, function.usage),
            });
        };
        if named.iter().any(|(name, _)| name == known) {
            return Err(Problem { at, message: format!("option `{key}` stands twice") });
        }
        self.next += 2;
        named.push((known, self.choice()?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn check(text: &str, column: usize, part: &str) {
        match parse(text) {
            Ok(node) => panic!("`{text}` parsed to {node:?}"),
            Err(problem) => match problem.into_error(text) {
                Error::Expression { column: got, message, .. } => {
                    assert!(message.contains(part), "{text}: {message}");
                    assert_eq!(got, column, "{text}: {message}");
                }
                other => panic!("{other}"),
            },
        }
    }

    #[test]
    fn slips_are_explained_where_they_are() {
        check("", 1, "empty");
        check("year = 2013", 6, "write `==`");
        check("lnn(x)", 1, "did you mean `ln`?");
        check("ln(x, y)", 1, "takes 1 argument");
        check("a <= b < c", 8, "chained");
        check("if a then b", 12, "expected `else`");
        check("(a + b", 7, "expected `)`");
        check("a +", 4, "ends where a value is expected");
        check("winsorise(x, bye = year)", 14, "did you mean `by`?");
        check("x in (y)", 7, "numbers or quoted texts");
        check("a b", 3, "unexpected `b`");
        check(&"(".repeat(500), 121, "nested too deeply");
        check(&"-".repeat(500), 121, "nested too deeply");
        check(&"a+".repeat(500), 802, "too long");
    }

    #[test]
    fn lines_are_counted() {
        let text = "a +\n  b $ c";
        assert!(matches!(parse(text).unwrap_err().into_error(text), Error::Expression { line: 2, column: 5, .. }));
    }

    #[test]
    fn powers_bind_tighter_than_signs() {
        let Ok(Node { what: What::Negate(inner), .. }) = parse("-x^2") else { panic!("a negation") };
        assert!(matches!(inner.what, What::Binary(Operator::Power, ..)));
    }
}
