//! Comparing printed results across machines: numbers may move by one unit of their last printed digit.
//!
//! The last bit of a sum depends on the processor, so a number at the edge of two roundings prints either way. Snapshot
//! tests accept that and nothing more. This file is compiled into the tests of `crates/report`, too.

/// Defines `snapshot(name, description, text)` and `snapshot_in(folder, …)` where it is called: snapshots lie in
/// `../snapshots`, and one unit of the last printed digit may move. A macro, since insta looks for snapshots beside the
/// file that calls it.
macro_rules! snapshot_function {
    () => {
        /// Accepts one unit of the last printed digit.
        struct LastDigit;

        impl insta::Comparator for LastDigit {
            fn matches(&self, reference: &insta::Snapshot, test: &insta::Snapshot) -> bool {
                use insta::internals::SnapshotContents::Text;
                match (reference.contents(), test.contents()) {
                    (Text(a), Text(b)) => $crate::snapshot::same_but_for_rounding(&a.to_string(), &b.to_string()),
                    (a, b) => a == b,
                }
            }

            fn dyn_clone(&self) -> std::boxed::Box<dyn insta::Comparator> {
                std::boxed::Box::new(Self)
            }
        }

        /// Compares a text with its committed snapshot.
        pub(crate) fn snapshot(name: &str, description: &str, text: &str) {
            snapshot_in("../snapshots", name, description, text);
        }

        /// The same with a snapshot of another folder, relative to the caller's file.
        pub(crate) fn snapshot_in(folder: &str, name: &str, description: &str, text: &str) {
            let mut settings = insta::Settings::clone_current();
            settings.set_comparator(std::boxed::Box::new(LastDigit));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.set_description(description);
            settings.set_snapshot_path(folder);
            settings.bind(|| insta::assert_snapshot!(name, text));
        }
    };
}

/// Whether two texts are equal but for decimal numbers that differ by at most one unit of their last printed digit.
///
/// Numbers with a point must have the same number of decimals; whole numbers must be equal. Blanks and runs of dashes
/// are ignored, since padding follows the width of numbers.
pub(crate) fn same_but_for_rounding(a: &str, b: &str) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| x == y || near(x, y))
}

/// Numbers as tokens of their own, every other character as one; blanks dropped, runs of dashes collapsed.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c.is_whitespace() {
            i += 1;
            continue;
        }
        let signed = matches!(c, '-' | '−') && chars.get(i + 1).is_some_and(char::is_ascii_digit);
        let after_word = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '-');
        if c.is_ascii_digit() || (signed && !after_word) {
            let start = i;
            i += 1;
            while i < chars.len()
                && (chars[i].is_ascii_digit()
                    || (chars[i] == '.' && chars.get(i + 1).is_some_and(char::is_ascii_digit)))
            {
                i += 1;
            }
            tokens.push(chars[start..i].iter().collect());
            continue;
        }
        if c == '-' && tokens.last().is_some_and(|last| last == "-") {
            i += 1;
            continue;
        }
        tokens.push(c.to_string());
        i += 1;
    }
    tokens
}

/// One unit of the last of equally many decimals.
fn near(a: &str, b: &str) -> bool {
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let value = |text: &str| text.replace('−', "-").parse::<f64>().ok();
    match (value(a), value(b)) {
        (Some(x), Some(y)) => {
            let unit = 10f64.powi(-(decimals(a) as i32));
            decimals(a) > 0 && decimals(a) == decimals(b) && (x - y).abs() <= unit * (1.0 + 1e-6)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_unit_of_the_last_digit_is_accepted_and_no_more() {
        assert!(same_but_for_rounding("| -0.013** | 9.999 |", "| -0.012** | 10.000 |"));
        assert!(same_but_for_rounding("x 0.000", "x -0.001"));
        assert!(!same_but_for_rounding("-0.013**", "-0.011**"));
        assert!(!same_but_for_rounding("-0.013**", "-0.013*"));
        assert!(!same_but_for_rounding("n 2232", "n 2231"));
        assert!(!same_but_for_rounding("0.01", "0.010"));
        assert!(!same_but_for_rounding("t02", "t03"));
    }
}
