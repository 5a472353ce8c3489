//! Tags of XML, as far as formats of cells are looked for in them.

use std::borrow::Cow;

/// The tags of a text, each without its brackets and with what stands between it and the next one; comments are passed over.
pub(super) fn tags(xml: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')? + 1..];
            let Some(comment) = rest.strip_prefix("!--") else { break };
            rest = &comment[comment.find("-->")?..];
        }
        let mut quote = None;
        let end = rest.bytes().position(|byte| match (quote, byte) {
            (Some(open), _) if open == byte => {
                quote = None;
                false
            }
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                false
            }
            (quote, _) => quote.is_none() && byte == b'>',
        })?;
        let (tag, behind) = (&rest[..end], &rest[end + 1..]);
        rest = behind;
        Some((tag, behind.split('<').next().unwrap_or_default()))
    })
}

/// The name of an element, the slash of a closing tag left aside.
pub(super) fn name(tag: &str) -> &str {
    tag.trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default()
}

/// The value of an attribute.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = tag;
    loop {
        let (before, behind) = rest.split_once('=')?;
        let value = behind.trim_start();
        let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
        let (value, behind) = value[1..].split_once(quote)?;
        if before.trim_end().rsplit(char::is_whitespace).next() == Some(name) {
            return Some(decoded(value));
        }
        rest = behind;
    }
}

/// A text with its entities written out; unknown ones stay.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return text.into() };
    let mut out = text[..first].to_owned();
    for piece in text[first + 1..].split('&') {
        let known = piece.split_once(';').and_then(|(entity, rest)| Some((sign(entity)?, rest)));
        match known {
            Some((sign, rest)) => {
                out.push(sign);
                out += rest;
            }
            None => {
                out.push('&');
                out += piece;
            }
        }
    }
    out.into()
}

/// The sign of an entity.
fn sign(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_outside_quotes_and_comments_hold_none() {
        let xml = "x<a f=\"1>0\" g='<\"'>12<!-- <b> --><b/>3</a>";
        assert_eq!(tags(xml).collect::<Vec<_>>(), [("a f=\"1>0\" g='<\"'", "12"), ("b/", "3"), ("/a", "")]);
        assert_eq!(["b/", "/a", "a f=\"1\"", "t\n/"].map(name), ["b", "a", "a", "t"]);
        assert_eq!(tags("<a b=\"").count() + tags("<!-- <a>").count(), 0);
    }

    #[test]
    fn attributes_are_found_by_their_whole_name() {
        let tag = "c office:value-type = \"string\" value='a&lt;&#49;&#x31;&amp;lt;&no;&' n=\"n\"";
        assert_eq!(attribute(tag, "value").as_deref(), Some("a<11&lt;&no;&"));
        assert_eq!(attribute(tag, "office:value-type").as_deref(), Some("string"));
        assert_eq!(attribute(tag, "n").as_deref(), Some("n"));
        assert_eq!(attribute(tag, "type"), None);
        assert_eq!(attribute("c a=b n=\"n\"", "n"), None);
    }
}
