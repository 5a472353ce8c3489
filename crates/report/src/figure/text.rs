//! How wide a text is, without a font: enough to place labels and to break lines.

use crate::lang::char_width;

/// Estimated width in pixels of a text in a sans-serif font.
#[must_use]
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| em(c) * size).sum()
}

/// Estimated advance of one character, in units of the font size.
fn em(c: char) -> f64 {
    match c {
        _ if char_width(c) == 2 => 1.0,
        _ if char_width(c) == 0 => 0.0,
        'i' | 'j' | 'l' | 'I' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' => 0.28,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' => 0.33,
        'm' | 'M' | 'W' | 'w' | '%' => 0.85,
        'A'..='Z' => 0.68,
        '–' | '−' | '×' | '=' | '<' | '>' | '+' | '~' => 0.6,
        _ => 0.56,
    }
}

/// Breaks a text into lines of at most `limit` pixels: at blanks, and between East Asian characters.
#[must_use]
pub(crate) fn wrap(text: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let joined = format!("{line}{piece}");
        if !line.is_empty() && width(joined.trim_end(), size) > limit {
            lines.push(line.trim_end().to_owned());
            line = piece.trim_start().to_owned();
        } else {
            line = joined;
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The smallest pieces that a line may end with: words with the blank after them, single wide characters with the
/// punctuation that must not begin a line.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut previous_wide = true;
    for c in text.chars() {
        let wide = char_width(c) == 2;
        let closing = matches!(c, '，' | '。' | '；' | '：' | '）' | '、' | '”' | '》' | '？');
        let after_opening = pieces.last().is_some_and(|last| last.ends_with(['（', '“', '《']));
        let starts =
            (wide || previous_wide) && !closing && !after_opening && c != ' ' && c != ')' && c != ',' && c != '.';
        match pieces.last_mut() {
            Some(last) if !(starts || (last.ends_with(' ') && c != ' ')) => last.push(c),
            _ => pieces.push(c.to_string()),
        }
        previous_wide = wide;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_words_and_between_wide_characters() {
        assert_eq!(wrap("one two three", 10.0, 45.0), ["one two", "three"]);
        let lines = wrap("虚拟集聚与绿色全要素生产率，呈正 U 形关系。", 10.0, 100.0);
        assert!(lines.iter().all(|line| width(line, 10.0) <= 115.0), "{lines:?}");
        assert!(lines.iter().all(|line| !line.starts_with(['，', '。'])), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), "虚拟集聚与绿色全要素生产率，呈正U形关系。");
        assert_eq!(wrap("", 10.0, 100.0), [""]);
    }
}
