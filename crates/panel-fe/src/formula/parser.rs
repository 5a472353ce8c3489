//! Recursive descent over tokens.

use super::lexer::{Lexeme, Token, error_at, tokens};
use super::{Effect, Factor, Formula, FormulaError, Function, Span, Term};

/// Most factors of a `*` product; 2ⁿ - 1 terms come of n.
const MOST_FACTORS: usize = 6;
const MOST_POWER: u32 = 20;

pub(super) fn parse(text: &str) -> Result<Formula, FormulaError> {
    let lexemes = tokens(text)?;
    Parser { text, lexemes, at: 0 }.formula()
}

struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    at: usize,
}

/// A sum of terms, and whether it keeps the intercept.
struct Sum {
    terms: Vec<Term>,
    intercept: bool,
}

impl Parser<'_> {
    fn formula(mut self) -> Result<Formula, FormulaError> {
        // A product `a:b` is a variable, too: the response of its own first stage.
        let response = self.term()?;
        self.expect('~')?;
        let right = self.sum()?;
        let mut formula = Formula {
            source: self.text.trim().to_owned(),
            response,
            regressors: right.terms,
            intercept: right.intercept,
            effects: Vec::new(),
            endogenous: Vec::new(),
            instruments: Vec::new(),
        };
        if self.eat('|') {
            let part = self.lexemes[self.at..].iter();
            let is_iv = part.take_while(|l| l.token != Token::Symbol('|')).any(|l| l.token == Token::Symbol('~'));
            if !is_iv {
                formula.effects = self.effects()?;
            }
            if is_iv || self.eat('|') {
                formula.endogenous = self.variables("an endogenous regressor")?;
                self.expect('~')?;
                formula.instruments = self.variables("an instrument")?;
            }
        }
        if let Some(lexeme) = self.lexemes.get(self.at) {
            return Err(error_at(
                self.text,
                lexeme.span.start,
                format!("expected the end, found {}", describe(&lexeme.token)),
            ));
        }
        self.check(&formula)?;
        Ok(formula)
    }

    fn check(&self, formula: &Formula) -> Result<(), FormulaError> {
        let places = [
            ("a regressor", &formula.regressors),
            ("endogenous", &formula.endogenous),
            ("an instrument", &formula.instruments),
        ];
        for (what, terms) in places {
            if let Some(copy) = terms.iter().find(|term| term.same_product(&formula.response)) {
                let message = format!("`{}` is the response, it cannot be {what}, too", copy.name);
                return Err(error_at(self.text, copy.span.start, message));
            }
        }
        for endogenous in &formula.endogenous {
            if formula.regressors.iter().any(|term| term.same_product(endogenous)) {
                let message = format!("`{}` is a regressor already, it cannot be endogenous, too", endogenous.name);
                return Err(error_at(self.text, endogenous.span.start, message));
            }
            if formula.instruments.iter().any(|term| term.same_product(endogenous)) {
                let message = format!("endogenous `{}` cannot be its own instrument", endogenous.name);
                return Err(error_at(self.text, endogenous.span.start, message));
            }
        }
        Ok(())
    }

    /// A sum with at least one term beside the intercept.
    fn variables(&mut self, what: &str) -> Result<Vec<Term>, FormulaError> {
        let place = self.place();
        let terms = self.sum()?.terms;
        if terms.is_empty() {
            return Err(error_at(self.text, place, format!("expected {what}")));
        }
        Ok(terms)
    }

    fn sum(&mut self) -> Result<Sum, FormulaError> {
        let mut sum = Sum { terms: Vec::new(), intercept: true };
        let mut minus = self.eat('-');
        loop {
            let start = self.place();
            if let Some(Token::Number(digits)) = self.peek() {
                match digits.as_str() {
                    "0" => sum.intercept = minus,
                    "1" => sum.intercept = !minus,
                    _ => return Err(error_at(self.text, start, "expected a variable, `0` or `1`")),
                }
                self.at += 1;
            } else if minus {
                return Err(error_at(self.text, start, "only the intercept can be taken away, by `- 1`"));
            } else {
                for term in self.product()? {
                    if !sum.terms.iter().any(|known| known.same_product(&term)) {
                        sum.terms.push(term);
                    }
                }
            }
            minus = if self.eat('+') {
                false
            } else if self.eat('-') {
                true
            } else {
                return Ok(sum);
            };
        }
    }

    /// `a*b*c`: every non-empty product of its factors, short ones first.
    fn product(&mut self) -> Result<Vec<Term>, FormulaError> {
        let start = self.place();
        let mut parts = vec![self.term()?];
        while self.eat('*') {
            parts.push(self.term()?);
        }
        if parts.len() > MOST_FACTORS {
            return Err(error_at(self.text, start, format!("at most {MOST_FACTORS} factors can be crossed by `*`")));
        }
        let mut subsets: Vec<u32> = (1..1 << parts.len()).collect();
        subsets.sort_by_key(|subset| (subset.count_ones(), subset.reverse_bits().wrapping_neg()));
        let join = |subset: u32| {
            let members: Vec<&Term> = (0..parts.len()).filter(|i| subset >> i & 1 == 1).map(|i| &parts[i]).collect();
            let names: Vec<&str> = members.iter().map(|term| term.name.as_str()).collect();
            let span = Span { start, end: members.last().map_or(start, |term| term.span.end) };
            Term {
                name: names.join(":"),
                factors: members.iter().flat_map(|term| term.factors.clone()).collect(),
                span,
            }
        };
        Ok(subsets.into_iter().map(join).collect())
    }

    fn term(&mut self) -> Result<Term, FormulaError> {
        let start = self.place();
        let mut factors = vec![self.power()?];
        while self.eat(':') {
            factors.push(self.power()?);
        }
        let end = self.lexemes[self.at - 1].span.end;
        let names: Vec<String> = factors.iter().map(|(name, _)| name.clone()).collect();
        let factors = factors.into_iter().map(|(_, factor)| factor).collect();
        Ok(Term { name: names.join(":"), factors, span: Span { start, end } })
    }

    fn power(&mut self) -> Result<(String, Factor), FormulaError> {
        let (name, mut factor) = self.factor()?;
        if !self.eat('^') {
            return Ok((name, factor));
        }
        let place = self.place();
        let Some(Token::Number(digits)) = self.peek() else {
            let message = "the power after `^` is a whole number; interactions are written `a:b`";
            return Err(error_at(self.text, place, message));
        };
        let power = digits.parse().ok().filter(|power| (1..=MOST_POWER).contains(power));
        factor.power =
            power.ok_or_else(|| error_at(self.text, place, format!("a power lies between 1 and {MOST_POWER}")))?;
        self.at += 1;
        let name = if factor.power == 1 { name } else { format!("{name}^{}", factor.power) };
        Ok((name, factor))
    }

    fn factor(&mut self) -> Result<(String, Factor), FormulaError> {
        let place = self.place();
        let (written, column) = self.name("a variable")?;
        if !self.eat('(') {
            return Ok((written, Factor { column, function: Function::Identity, power: 1 }));
        }
        let (inner, argument) = self.name("the variable in the brackets")?;
        let steps = if self.eat(',') { Some(self.number("a number of periods")?) } else { None };
        let function = match (column.as_str(), steps) {
            ("log" | "ln", None) => Function::Ln,
            ("exp", None) => Function::Exp,
            ("sqrt", None) => Function::Sqrt,
            ("abs", None) => Function::Abs,
            ("lag", steps) => Function::Lag(steps.unwrap_or(1)),
            ("lead", steps) => Function::Lag(-steps.unwrap_or(1)),
            _ => {
                let message =
                    format!("unknown function `{column}`; known are log, ln, exp, sqrt, abs, lag(x, n), lead(x, n)");
                return Err(error_at(self.text, place, message));
            }
        };
        self.expect(')')?;
        let steps = steps.map(|steps| format!(",{steps}")).unwrap_or_default();
        Ok((format!("{written}({inner}{steps})"), Factor { column: argument, function, power: 1 }))
    }

    fn effects(&mut self) -> Result<Vec<Effect>, FormulaError> {
        if self.peek() == Some(&Token::Number("0".into())) {
            self.at += 1;
            return Ok(Vec::new());
        }
        let mut effects: Vec<Effect> = vec![self.effect()?];
        while self.eat('+') {
            let effect = self.effect()?;
            if !effects.iter().any(|known| known.name == effect.name) {
                effects.push(effect);
            }
        }
        Ok(effects)
    }

    fn effect(&mut self) -> Result<Effect, FormulaError> {
        let start = self.place();
        let (mut name, column) = self.name("a fixed effect")?;
        let mut columns = vec![column];
        while self.eat('^') {
            let (written, column) = self.name("the other key of the interaction")?;
            name = format!("{name}^{written}");
            columns.push(column);
        }
        let mut slopes = Vec::new();
        let mut intercept = true;
        if self.eat('[') {
            intercept = !self.eat('[');
            let mut written = Vec::new();
            loop {
                let (text, column) = self.name("a variable with a slope per level")?;
                written.push(text);
                slopes.push(column);
                if !self.eat(',') {
                    break;
                }
            }
            self.expect(']')?;
            if !intercept {
                self.expect(']')?;
            }
            let list = written.join(",");
            name = if intercept { format!("{name}[{list}]") } else { format!("{name}[[{list}]]") };
        }
        let end = self.lexemes[self.at - 1].span.end;
        Ok(Effect { name, columns, intercept, slopes, span: Span { start, end } })
    }

    /// A name as it is written, and the column it means.
    fn name(&mut self, what: &str) -> Result<(String, String), FormulaError> {
        match self.lexemes.get(self.at) {
            Some(Lexeme { token: Token::Name(column), span }) => {
                let named = (self.text[span.start..span.end].trim_end().to_owned(), column.clone());
                self.at += 1;
                Ok(named)
            }
            other => {
                let found = other.map_or("the end".to_owned(), |lexeme| describe(&lexeme.token));
                Err(error_at(self.text, self.place(), format!("expected {what}, found {found}")))
            }
        }
    }

    fn number(&mut self, what: &str) -> Result<i64, FormulaError> {
        let place = self.place();
        let parsed = match self.peek() {
            Some(Token::Number(digits)) => digits.parse().ok().filter(|steps| *steps <= 10_000),
            _ => None,
        };
        self.at += 1;
        parsed.ok_or_else(|| error_at(self.text, place, format!("expected {what}")))
    }

    fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn eat(&mut self, symbol: char) -> bool {
        let found = self.peek() == Some(&Token::Symbol(symbol));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: char) -> Result<(), FormulaError> {
        if self.eat(symbol) {
            return Ok(());
        }
        let found = self.peek().map_or("the end".to_owned(), describe);
        Err(error_at(self.text, self.place(), format!("expected `{symbol}`, found {found}")))
    }

    /// Byte where the next token starts, or the end.
    fn place(&self) -> usize {
        self.lexemes.get(self.at).map_or(self.text.len(), |lexeme| lexeme.span.start)
    }
}

fn describe(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("`{name}`"),
        Token::Number(digits) => format!("`{digits}`"),
        Token::Symbol(symbol) => format!("`{symbol}`"),
    }
}
