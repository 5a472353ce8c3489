//! Labels of terms that are made of several names: products, powers, levels, functions.

use super::Labels;
use crate::{Lang, Text};

impl Labels {
    /// The label of a variable or a term: its own entry, else the labels of the names that it is made of. What stands in
    /// backquotes is one name, whatever its signs.
    #[must_use]
    pub fn get(&self, name: &str) -> Text {
        if let Some(label) = self.lookup(name) {
            return label;
        }
        if let Some(bare) = unquoted(name) {
            // A column whose name has other signs: they mean nothing.
            return self.lookup(bare).unwrap_or_else(|| Text::same(bare));
        }
        let parts = factors(name);
        if parts.len() > 1 {
            let parts: Vec<Text> = parts.into_iter().map(|part| self.get(part)).collect();
            return joined(&parts, " × ");
        }
        let outside = outside(name);
        if let Some(at) = outside.iter().copied().find(|&at| name[at..].starts_with("::")) {
            let level = unquoted(&name[at + 2..]).unwrap_or(&name[at + 2..]);
            return self.get(&name[..at]).map(|_, label| format!("{label} = {level}"));
        }
        let power = outside.iter().copied().rfind(|&at| name[at..].starts_with('^'));
        let power = power.filter(|&at| at > 0 && name[at + 1..].chars().all(|c| c.is_ascii_digit() || c == '.'));
        if let Some(at) = power {
            let power = match &name[at + 1..] {
                "2" => "²".to_owned(),
                "3" => "³".to_owned(),
                other => format!("^{other}"),
            };
            return self.get(&name[..at]).map(|_, label| format!("{label}{power}"));
        }
        self.of_function(name).unwrap_or_else(|| Text::same(name))
    }

    /// A function whose arguments have labels, or names with other signs; none where it has neither.
    fn of_function(&self, name: &str) -> Option<Text> {
        let (function, arguments) = name.strip_suffix(')')?.split_once('(')?;
        let is_word = !function.is_empty() && function.chars().all(|c| c.is_alphanumeric() || c == '_');
        // The last bracket closes the first.
        if !is_word || outside(name).iter().any(|&at| at > function.len() && at < name.len() - 1) {
            return None;
        }
        let arguments: Vec<&str> = split(arguments, ',').into_iter().map(str::trim).collect();
        let shift = match (function, arguments.as_slice()) {
            ("lag" | "lead", [_]) => Some(1),
            ("lag" | "lead", [_, steps]) => steps.parse::<u32>().ok(),
            _ => None,
        };
        let labels: Vec<Text> = arguments.iter().map(|argument| self.of_argument(argument)).collect();
        let shown = if shift.is_some() { &labels[..1] } else { &labels[..] };
        if shown.iter().zip(&arguments).all(|(label, argument)| *label == Text::same(*argument)) {
            return None;
        }
        Some(match (function, shift) {
            ("I", None) => joined(&labels, ", "),
            (_, None) => joined(&labels, ", ").map(|_, labels| format!("{function}({labels})")),
            (_, Some(steps)) => labels[0].map(|lang, label| match (function, lang) {
                ("lag", Lang::Zh) => format!("{label}（滞后 {steps} 期）"),
                ("lag", Lang::En) => format!("{label} (lag {steps})"),
                (_, Lang::Zh) => format!("{label}（领先 {steps} 期）"),
                (_, Lang::En) => format!("{label} (lead {steps})"),
            }),
        })
    }

    /// An argument of a function: a term, a name for it (`by = year`), or names with signs between them (`x / z`).
    fn of_argument(&self, argument: &str) -> Text {
        let label = self.get(argument);
        if label != Text::same(argument) {
            return label;
        }
        if let [key, value] = split(argument, '=')[..]
            && key.trim().chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            let (key, of_value) = (key.trim(), self.get(value.trim()));
            return of_value.map(|_, label| format!("{key} = {label}"));
        }
        let parts: Vec<Text> = words(argument)
            .into_iter()
            .map(|word| match word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '`') {
                true => self.get(word),
                false => Text::same(word),
            })
            .collect();
        joined(&parts, "")
    }
}

fn joined(parts: &[Text], with: &str) -> Text {
    Text::build(|lang| parts.iter().map(|part| part.get(lang)).collect::<Vec<_>>().join(with))
}

/// A name without the backquotes that formulas put around names with other signs; none where there are none.
fn unquoted(name: &str) -> Option<&str> {
    name.strip_prefix('`')?.strip_suffix('`').filter(|bare| !bare.contains('`'))
}

/// Places of the characters that stand outside backquotes and brackets; brackets at the outside are there, too.
fn outside(text: &str) -> Vec<usize> {
    let (mut quoted, mut depth, mut found) = (false, 0_usize, Vec::new());
    for (at, c) in text.char_indices() {
        if c == ')' && !quoted {
            depth = depth.saturating_sub(1);
        }
        if !quoted && depth == 0 && c != '`' {
            found.push(at);
        }
        quoted ^= c == '`';
        depth += usize::from(c == '(' && !quoted);
    }
    found
}

/// The parts between a sign that stands outside backquotes and brackets.
fn split(text: &str, sign: char) -> Vec<&str> {
    let signs = outside(text).into_iter().filter(|&at| text[at..].starts_with(sign));
    parts(text, signs, sign.len_utf8())
}

fn parts(text: &str, signs: impl Iterator<Item = usize>, width: usize) -> Vec<&str> {
    let (mut start, mut found) = (0, Vec::new());
    for at in signs {
        found.push(&text[start..at]);
        start = at + width;
    }
    found.push(&text[start..]);
    found
}

/// The factors of a product: parts between single colons. Two colons part a variable from its level (`year::1936`).
fn factors(name: &str) -> Vec<&str> {
    let bytes = name.as_bytes();
    let alone =
        |at: &usize| bytes[*at] == b':' && bytes.get(at + 1) != Some(&b':') && (*at == 0 || bytes[at - 1] != b':');
    parts(name, outside(name).into_iter().filter(alone), 1)
}

/// Names, names in backquotes, numbers, and the signs and blanks between them, in order.
fn words(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = match first {
            '`' => rest[1..].find('`').map_or(rest.len(), |at| at + 2),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_other_signs_keep_their_labels() {
        let labels = Labels::new().with("GDP (yuan)", "Output").with("a:b", "Ratio").with("x", "X");
        for (name, label) in [
            ("`GDP (yuan)`", "Output"),
            ("`GDP (yuan)`^2", "Output²"),
            ("`a:b`:x", "Ratio × X"),
            ("log(`GDP (yuan)`)", "log(Output)"),
            ("`no label (%)`", "no label (%)"),
            ("log(x)", "log(X)"),
            ("log(y)", "log(y)"),
            ("lag(x)", "X (lag 1)"),
            ("lag(x,2):y", "X (lag 2) × y"),
            ("lead(`GDP (yuan)`,2)", "Output (lead 2)"),
        ] {
            assert_eq!(labels.get(name).get(Lang::En), label, "{name}");
        }
    }

    #[test]
    fn arguments_of_functions_keep_their_labels() {
        let labels = Labels::new().with("cap, stock & #1", "Capital").with("Mkt [%]", "Value").with("year", "Year");
        for (name, label) in [
            ("lag(`cap, stock & #1`)", "Capital (lag 1)"),
            ("lag(`cap, stock & #1`,2)", "Capital (lag 2)"),
            ("log(`cap, stock & #1`)", "log(Capital)"),
            ("lag(log(`Mkt [%]`),2)", "log(Value) (lag 2)"),
            ("winsorise(`Mkt [%]`,0.05,by=year)", "winsorise(Value, 0.05, by = Year)"),
            ("min(`Mkt [%]`,`cap, stock & #1`)", "min(Value, Capital)"),
            ("ratio(year,1e5)", "ratio(Year, 1e5)"),
            ("I(`Mkt [%]`/`cap, stock & #1`)", "Value/Capital"),
            ("I(year^2/z)", "Year^2/z"),
            ("I(log(year) - (z + `Mkt [%]`))", "log(Year) - (z + Value)"),
            ("I(a/b)", "I(a/b)"),
            ("winsorise(a,0.05,by=b)", "winsorise(a, 0.05, by = b)"),
            ("lag(year,k)", "lag(Year, k)"),
            ("`a::b`^2", "a::b²"),
            ("i(year)::1936:`Mkt [%]`", "i(Year) = 1936 × Value"),
        ] {
            assert_eq!(labels.get(name).get(Lang::En), label, "{name}");
        }
    }
}
