//! Text to tokens.

use super::problem::Problem;

/// A token and where it stands (byte offset).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) what: Lexeme,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lexeme {
    Number(f64),
    Text(String),
    /// A name; `quoted` ones are never keywords.
    Name {
        name: String,
        quoted: bool,
    },
    /// An operator or a bracket.
    Sign(&'static str),
}

impl Lexeme {
    /// The token as the user would recognise it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Number(value) => format!("`{value}`"),
            Self::Text(text) => format!("`\"{text}\"`"),
            Self::Name { name, .. } => format!("`{name}`"),
            Self::Sign(sign) => format!("`{sign}`"),
        }
    }
}

/// Signs, the longer ones first; the second of a pair is what it is read as.
const SIGNS: [(&str, &str); 29] = [
    ("==", "=="),
    ("!=", "!="),
    ("<>", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("&&", "and"),
    ("||", "or"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("（", "("),
    ("）", ")"),
    ("，", ","),
    ("×", "*"),
    ("÷", "/"),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("−", "-"),
    ("*", "*"),
    ("/", "/"),
    ("^", "^"),
    (":", ":"),
    ("(", "("),
    (")", ")"),
    (",", ","),
    ("!", "not"),
];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
        } else if c == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(close) = closing(c) {
            let (content, length) = quoted(rest, close, at)?;
            let what = if c == '`' { Lexeme::Name { name: content, quoted: true } } else { Lexeme::Text(content) };
            tokens.push(Token { at, what });
            at += length;
        } else if c.is_ascii_digit() || (c == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit())) {
            let length = number_length(rest);
            let follows = rest[length..].chars().next();
            if let Some(next) = follows.filter(|next| is_name(*next)) {
                let message = format!(
                    "`{}{next}` is neither a number nor a name; a name that starts with a digit stands in backquotes",
                    &rest[..length]
                );
                return Err(Problem { at, message });
            }
            let value: f64 = rest[..length].parse().unwrap_or(f64::INFINITY);
            if !value.is_finite() {
                return Err(Problem { at, message: format!("the number `{}` is too large", &rest[..length]) });
            }
            tokens.push(Token { at, what: Lexeme::Number(value) });
            at += length;
        } else if is_name(c) && !c.is_numeric() {
            let length = rest.find(|next: char| !is_name(next)).unwrap_or(rest.len());
            tokens.push(Token { at, what: Lexeme::Name { name: rest[..length].to_owned(), quoted: false } });
            at += length;
        } else if let Some((sign, meaning)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            tokens.push(Token { at, what: Lexeme::Sign(meaning) });
            at += sign.len();
        } else {
            return Err(Problem { at, message: format!("unexpected sign `{c}`") });
        }
    }
    Ok(tokens)
}

/// Letters of any script, digits, `_` and, inside a name, a point.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' | '`' => Some(open),
        '“' => Some('”'),
        _ => None,
    }
}

/// The content of a quoted text and its length with quotes; a doubled quote stands for itself.
fn quoted(rest: &str, close: char, at: usize) -> Result<(String, usize), Problem> {
    let mut content = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        if c != close {
            content.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == close) {
            content.push(close);
            chars.next();
        } else {
            return Ok((content, i + c.len_utf8()));
        }
    }
    Err(Problem { at, message: "this quote is never closed".into() })
}

/// Length of the number that `text` starts with: digits, a point, digits, an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(length + 1 + sign..).map_or(0, |_| digits(length + 1 + sign));
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_every_sort() {
        let got: Vec<Lexeme> = tokens("年份 >= 2013.5e-1 && `a b`!='x''y' # note")
            .expect("valid")
            .into_iter()
            .map(|token| token.what)
            .collect();
        let name = |name: &str, quoted| Lexeme::Name { name: name.into(), quoted };
        let expected = [
            name("年份", false),
            Lexeme::Sign(">="),
            Lexeme::Number(201.35),
            Lexeme::Sign("and"),
            name("a b", true),
            Lexeme::Sign("!="),
            Lexeme::Text("x'y".into()),
        ];
        assert_eq!(got, expected);
    }

    #[test]
    fn slips_are_placed() {
        assert_eq!(tokens("a + \"b").unwrap_err().at, 4);
        assert_eq!(tokens("1 + 2x").unwrap_err().at, 4);
        assert_eq!(tokens("a $ b").unwrap_err().at, 2);
    }
}
