//! Text to tokens with spans.

use super::{FormulaError, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, without its back quotes.
    Name(String),
    /// Digits.
    Number(String),
    /// A function with what stands in its brackets, as it is written.
    Call(String, String),
    /// One of `~ + - * : ^ | ( ) [ ] ,`.
    Symbol(char),
}

#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
}

/// Builds an error at a byte of the formula.
pub(super) fn error_at(text: &str, byte: usize, message: impl Into<String>) -> FormulaError {
    let column = text.char_indices().take_while(|(at, _)| *at < byte).count() + 1;
    FormulaError { formula: text.to_owned(), column, message: message.into() }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Lexeme>, FormulaError> {
    let mut lexemes = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let token = match character {
            c if c.is_whitespace() => continue,
            '~' | '+' | '-' | '*' | ':' | '^' | '|' | '(' | ')' | '[' | ']' | ',' => Token::Symbol(character),
            '`' => {
                let mut name = String::new();
                loop {
                    match characters.next() {
                        Some((_, '`')) => break,
                        Some((_, c)) => name.push(c),
                        None => return Err(error_at(text, start, "this back quote is never closed")),
                    }
                }
                if name.is_empty() {
                    return Err(error_at(text, start, "expected a name between the back quotes"));
                }
                Token::Name(name)
            }
            c if c.is_ascii_digit() => {
                let mut digits = String::from(c);
                while let Some((_, c)) = characters.next_if(|(_, c)| c.is_ascii_digit()) {
                    digits.push(c);
                }
                Token::Number(digits)
            }
            c if is_name(c) => {
                let mut name = String::from(c);
                while let Some((_, c)) = characters.next_if(|(_, c)| is_name(*c)) {
                    name.push(c);
                }
                match characters.next_if(|(_, c)| *c == '(') {
                    Some((open, _)) => {
                        let close = closing(text, open)?;
                        while characters.next_if(|(at, _)| *at <= close).is_some() {}
                        Token::Call(name, text[open + 1..close].to_owned())
                    }
                    None => Token::Name(name),
                }
            }
            c => return Err(error_at(text, start, format!("unexpected `{c}`; names with it need back quotes"))),
        };
        let end = characters.peek().map_or(text.len(), |(at, _)| *at);
        lexemes.push(Lexeme { token, span: Span { start, end } });
    }
    Ok(lexemes)
}

/// The bracket that closes the one at `open`; those in quotes do not count.
fn closing(text: &str, open: usize) -> Result<usize, FormulaError> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text[open..].char_indices() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Ok(open + at);
                }
            }
            _ => {}
        }
    }
    Err(error_at(text, open, "this bracket is never closed"))
}

/// A text without the blanks outside its quotes.
pub(super) fn without_blanks(text: &str) -> String {
    let mut quote = None;
    let keep = |c: &char| {
        match quote {
            Some(mark) if mark == *c => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(*c),
            _ => {}
        }
        quote.is_some() || !c.is_whitespace()
    };
    text.chars().filter(keep).collect()
}

pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}
