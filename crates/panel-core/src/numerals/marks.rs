//! Footnote marks and flags behind a number, and what only looks like one.
//!
//! Statistical offices put marks behind single numbers (`1290①`, `1290[2]`, `37400 e`); units and multipliers (`5 m`,
//! `1.025 bn`, `12 cm`) look alike and are part of what the number says. So only letters that offices use as flags are
//! taken off, none that abbreviates a multiplier, and [`super::is_unit`] asks the whole column.

use super::is_separator;

/// A text without the marks at its end (`1290①`, `1290*`, `1290[2]`) or a flag of Eurostat (`37400 e`), and the letters of
/// the mark, a bit each; `None` where there is none.
pub(super) fn without_mark(text: &str) -> Option<(&str, u32)> {
    let marked = text.trim_end_matches(|c: char| is_mark(c) || is_separator(c));
    let mark = &text[marked.len()..];
    if mark.contains(is_mark) {
        // 10³ is a thousand.
        let is_power = marked == "10" && mark.chars().all(is_superscript);
        return (!is_power).then_some((marked, 0));
    }
    // [1], (a): not a fraction of a name, since a number stands before.
    for (open, close) in [('[', ']'), ('(', ')')] {
        let inner = text.strip_suffix(close).and_then(|text| text.rsplit_once(open));
        if let Some((before, mark)) = inner
            && !before.is_empty()
        {
            let digits = (1..=2).contains(&mark.len()) && mark.bytes().all(|b| b.is_ascii_digit());
            let lower = mark.to_ascii_lowercase();
            let letter = lower.len() == 1 && "abcdefijnprsuz".contains(&lower);
            return (digits || letter || is_flag(&lower)).then(|| (before, letters(&lower)));
        }
    }
    let (before, flag) =
        text.rsplit_once([' ', '\u{a0}']).or_else(|| text.split_at_checked(1).filter(|(c, _)| *c == ":"))?;
    // `: m` is a value that cannot be, and no number that `m` could multiply.
    let missing = before.trim() == ":" && matches!(flag, "m" | "v" | "x");
    ((is_flag(flag) || missing) && !before.is_empty()).then(|| (before, letters(flag)))
}

fn is_mark(c: char) -> bool {
    is_superscript(c) || matches!(c, '①'..='⑳' | '*' | '\u{2217}' | '†' | '‡' | '\u{24d0}'..='\u{24e9}' | '※')
}

fn is_superscript(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{2079}')
}

/// Whether letters are a flag of Eurostat or several, which stand in the order of the alphabet: `e`, `bep`. `m` is none:
/// it is a million or a metre.
fn is_flag(flag: &str) -> bool {
    // Abbreviations of other things that are made of the same letters: billions, inches, francs, rupees, basis points.
    const OTHERS: [&str; 7] = ["bn", "in", "fr", "inr", "ps", "bps", "ds"];
    let ascending = flag.as_bytes().is_sorted_by(|a, b| a < b);
    (1..=3).contains(&flag.len())
        && ascending
        && flag.bytes().all(|b| b"bcdefinprsuz".contains(&b))
        && !OTHERS.contains(&flag)
}

/// The letters of a mark as bits, `a` the lowest.
fn letters(mark: &str) -> u32 {
    mark.bytes().filter(u8::is_ascii_lowercase).fold(0, |all, b| all | 1 << (b - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_multipliers_are_no_marks() {
        for text in [
            "1.025 bn",
            "1002 mn",
            "5 m",
            "12 cm",
            "12 mm",
            "5 in",
            "3 usd",
            "3 rub",
            "3 sec",
            "1025(m)",
            "1025 [bn]",
            "1025(k)",
            "5 (cm)",
            "10³",
            "10⁵",
            "5 bps",
        ] {
            assert_eq!(without_mark(text), None, "{text}");
        }
        let found = |text| without_mark(text).map(|(rest, letters)| (rest.trim_end(), letters));
        assert_eq!(found("1290*"), Some(("1290", 0)));
        assert_eq!(found("1025²"), Some(("1025", 0)));
        assert_eq!(found("110³"), Some(("110", 0)));
        assert_eq!(found("5 [12]"), Some(("5", 0)));
        assert_eq!((found(": m"), found(":c")), (Some((":", 1 << 12)), Some((":", 1 << 2))));
        assert_eq!((found("5 b"), found("5(A)")), (Some(("5", 2)), Some(("5", 1))));
        assert_eq!(found("5 bep"), Some(("5", 2 | 1 << 4 | 1 << 15)));
    }
}
