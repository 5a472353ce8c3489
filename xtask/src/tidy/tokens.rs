//! Rust source as tokens, comments, texts and tests left out: enough to see paths and functions, in no time.

/// A token with its line (1-based): a name, `::`, or one other character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
}

/// Tokens of what is compiled outside of tests.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    without_tests(&scan(source))
}

/// Every token, those of tests among them.
pub(super) fn scan(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let (mut at, mut line, mut out) = (0, 1, Vec::new());
    while at < bytes.len() {
        let rest = &source[at..];
        let end = match bytes[at] {
            b'/' if rest.starts_with("//") => at + rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => comment(source, at),
            b'"' => text(bytes, at + 1),
            b'r' | b'b' | b'c' if literal(rest).is_some() => at + literal(rest).unwrap_or(1),
            b'\'' => at + quote(rest),
            b if b == b'_' || b.is_ascii_alphanumeric() || b >= 0x80 => {
                let name = |c: char| c == '_' || c.is_alphanumeric();
                let length =
                    rest.find(|c| !name(c)).unwrap_or(rest.len()).max(rest.chars().next().map_or(1, char::len_utf8));
                out.push(Token { text: &rest[..length], line });
                at + length
            }
            b':' if rest.starts_with("::") => {
                out.push(Token { text: "::", line });
                at + 2
            }
            b if b.is_ascii_whitespace() => at + 1,
            _ => {
                out.push(Token { text: &rest[..1], line });
                at + 1
            }
        };
        line += source[at..end].matches('\n').count();
        at = end;
    }
    out
}

/// End of a block comment, which may hold others.
fn comment(source: &str, start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    loop {
        let rest = &source[at..];
        match (rest.find("/*"), rest.find("*/")) {
            (Some(open), Some(close)) if open < close => (at, depth) = (at + open + 2, depth + 1),
            (_, Some(close)) => (at, depth) = (at + close + 2, depth - 1),
            (_, None) => return source.len(),
        }
        if depth == 0 {
            return at;
        }
    }
}

/// End of a text whose opening quote lies before `at`.
fn text(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Length of a raw, byte or C text, if the source begins with one.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c"].into_iter().find(|prefix| rest.starts_with(prefix))?;
    let after = &rest[prefix.len()..];
    if !prefix.ends_with('r') {
        return after.starts_with('"').then(|| text(rest.as_bytes(), prefix.len() + 1));
    }
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(prefix.len() + hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()))
}

/// Length of a character, or of the quote before the name of a lifetime.
fn quote(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 3),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// Leaves out every item below `#[cfg(test)]`.
fn without_tests<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    const TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut at, mut out) = (0, Vec::with_capacity(all.len()));
    while at < all.len() {
        if all[at..].iter().map(|token| token.text).take(TEST.len()).eq(TEST) {
            at = end_of_item(all, at + TEST.len());
        } else {
            out.push(all[at]);
            at += 1;
        }
    }
    out
}

/// Behind the `;` or the closing brace of the item that begins at `at`.
fn end_of_item(all: &[Token<'_>], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < all.len() {
        match all[at].text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && all[at].text == "}" {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Name, first line and length in lines of every function with a body.
pub(super) fn functions<'a>(all: &[Token<'a>]) -> Vec<(&'a str, usize, usize)> {
    let is_name = |text: &str| text.starts_with(|c: char| c == '_' || c.is_alphabetic());
    let mut out = Vec::new();
    for (at, pair) in all.windows(2).enumerate().filter(|(_, pair)| pair[0].text == "fn" && is_name(pair[1].text)) {
        let mut depth = 0_usize;
        let body = all[at..].iter().position(|token| {
            match token.text {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && matches!(token.text, "{" | ";")
        });
        let Some(open) = body.map(|length| at + length).filter(|open| all[*open].text == "{") else { continue };
        let close = end_of_item(all, open) - 1;
        out.push((pair[1].text, pair[0].line, all[close].line + 1 - pair[0].line));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_code() {
        let source = "// a::b\nfn f<'a>(x: &'a str) -> char { let c = '\\''; /* c::d /* */ */ r#\"e::\"f\"#; \"g\\\"::h\"; i::j('{') }\n\
                      #[cfg(test)]\nmod tests { fn g() {} }\nfn h();\n";
        let all = tokens(source);
        let names: Vec<&str> =
            all.iter().map(|token| token.text).filter(|text| text.len() > 1 || "ij".contains(text)).collect();
        assert_eq!(names, ["fn", "str", "char", "let", "i", "::", "j", "fn"]);
        assert_eq!(functions(&all), [("f", 2, 1)]);
    }

    #[test]
    fn lengths() {
        assert_eq!(functions(&tokens("fn a(\n x: [u8; 3],\n) {\n if b { c(); }\n}\n")), [("a", 1, 5)]);
    }
}
