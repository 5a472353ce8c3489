//! Text to tokens with spans.

use super::{FormulaError, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, without its back quotes.
    Name(String),
    /// Digits.
    Number(String),
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
                Token::Name(name)
            }
            c => return Err(error_at(text, start, format!("unexpected `{c}`; names with it need back quotes"))),
        };
        let end = characters.peek().map_or(text.len(), |(at, _)| *at);
        lexemes.push(Lexeme { token, span: Span { start, end } });
    }
    Ok(lexemes)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}
