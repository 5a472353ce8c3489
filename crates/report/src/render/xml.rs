//! Escaping that HTML, SVG and Word share.

/// Escapes the five characters that XML reserves; control characters are dropped, U+FFFE and U+FFFF, which XML forbids
/// even as references, become U+FFFD.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            _ if c.is_control() => {}
            // No characters of XML, in no writing.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_replaced() {
        assert_eq!(escape("a\u{fffe}b\u{ffff}c\u{1}d<&>"), "a\u{fffd}b\u{fffd}cd&lt;&amp;&gt;");
    }
}
