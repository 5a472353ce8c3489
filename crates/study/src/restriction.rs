//! Linear restrictions on coefficients, as a study writes them.

use std::str::FromStr;

/// One joint null hypothesis: restrictions between commas, such as `x = z`, `x + x^2 = 0` or `2*x - z = 1, w = 0`; in
/// `x = z = 0` each side but the last equals the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Restrictions {
    /// The restrictions, in the order written.
    pub rows: Vec<Restriction>,
}

/// Σ factor · coefficient = value.
#[derive(Debug, Clone, PartialEq)]
pub struct Restriction {
    /// Coefficients by the names of their terms, with their factors; none is zero.
    pub terms: Vec<(String, f64)>,
    /// The right-hand side.
    pub value: f64,
}

impl Restrictions {
    /// The terms that are named, each once.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.rows.iter().flat_map(|row| &row.terms) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// As a Wald test takes them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(Vec<(&str, f64)>, f64)> {
        self.rows
            .iter()
            .map(|row| (row.terms.iter().map(|(name, factor)| (name.as_str(), *factor)).collect(), row.value))
            .collect()
    }
}

impl FromStr for Restrictions {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut rows = Vec::new();
        for (_, part) in split(text, &[',']) {
            let sides = split(part, &['=']);
            let [lefts @ .., (_, right)] = sides.as_slice() else { continue };
            if lefts.is_empty() {
                return Err(format!("expected `=`, as in `x = z` or `x + x^2 = 0`, in `{}`", part.trim()));
            }
            for (_, left) in lefts {
                rows.push(restriction(left, right)?);
            }
        }
        Ok(Self { rows })
    }
}

fn restriction(left: &str, right: &str) -> Result<Restriction, String> {
    let mut row = Restriction { terms: Vec::new(), value: 0.0 };
    for (side, sign) in [(left, 1.0), (right, -1.0)] {
        let addends = split(side, &['+', '-']);
        for (place, (before, addend)) in addends.iter().enumerate() {
            // A sign before the first term leaves nothing before it.
            if place == 0 && addend.trim().is_empty() && addends.len() > 1 {
                continue;
            }
            let sign = if *before == Some('-') { -sign } else { sign };
            add(&mut row, addend, sign)?;
        }
    }
    row.terms.retain(|(_, factor)| *factor != 0.0);
    if row.terms.is_empty() {
        return Err(format!("`{} = {}` says nothing about a coefficient", left.trim(), right.trim()));
    }
    Ok(row)
}

/// Adds `x`, `2`, or `2*x` to the left-hand side.
fn add(row: &mut Restriction, addend: &str, sign: f64) -> Result<(), String> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    let (factor, name) = match addend.split_once('*') {
        Some((factor, name)) => {
            let factor =
                number(factor).ok_or_else(|| format!("expected a number before `*` in `{}`", addend.trim()))?;
            (factor, name)
        }
        None => match number(addend) {
            Some(value) => {
                // Zero has no sign.
                row.value = row.value - sign * value + 0.0;
                return Ok(());
            }
            None => (1.0, addend),
        },
    };
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    if name.is_empty() {
        return Err("expected a term or a number on each side of `=`, `+` and `-`".into());
    }
    match row.terms.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known += sign * factor,
        None => row.terms.push((name, sign * factor)),
    }
    Ok(())
}

/// Parts between signs that stand outside brackets and back quotes, each with the sign before it.
fn split<'t>(text: &'t str, signs: &[char]) -> Vec<(Option<char>, &'t str)> {
    let (mut depth, mut quoted, mut start, mut before) = (0_usize, false, 0, None);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '`' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth = depth.saturating_sub(1),
            // The sign of an exponent, as in 1e-3.
            '+' | '-' if is_mantissa(&text[start..at]) => {}
            c if !quoted && depth == 0 && signs.contains(&c) => {
                parts.push((before, &text[start..at]));
                (start, before) = (at + c.len_utf8(), Some(c));
            }
            _ => {}
        }
    }
    parts.push((before, &text[start..]));
    parts
}

/// Whether a text is a number up to its exponent.
fn is_mantissa(text: &str) -> bool {
    text.trim().strip_suffix(['e', 'E']).is_some_and(|front| front.parse::<f64>().is_ok())
}

impl super::parsed::Language for Restrictions {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Vec<(String, f64)>, f64)> {
        let restrictions: Restrictions = text.parse().unwrap();
        restrictions.rows.into_iter().map(|row| (row.terms, row.value)).collect()
    }

    fn terms(terms: &[(&str, f64)]) -> Vec<(String, f64)> {
        terms.iter().map(|(name, factor)| ((*name).to_owned(), *factor)).collect()
    }

    #[test]
    fn restrictions_are_linear() {
        assert_eq!(read("x = z"), [(terms(&[("x", 1.0), ("z", -1.0)]), 0.0)]);
        assert_eq!(read("x + x^2 = 0"), [(terms(&[("x", 1.0), ("x^2", 1.0)]), 0.0)]);
        assert_eq!(
            read("2*x - lag(z, -1) + 3 = 1, -x:m=x"),
            [(terms(&[("x", 2.0), ("lag(z,-1)", -1.0)]), -2.0), (terms(&[("x:m", -1.0), ("x", -1.0)]), 0.0)]
        );
        assert_eq!(read("1e-3*x = 2"), [(terms(&[("x", 1e-3)]), 2.0)]);
        assert_eq!(read("x = z = 0"), [(terms(&[("x", 1.0)]), 0.0), (terms(&[("z", 1.0)]), 0.0)]);
        assert_eq!(read("x = 0.5"), [(terms(&[("x", 1.0)]), 0.5)]);
    }

    #[test]
    fn what_is_no_restriction_is_refused() {
        for (text, says) in [
            ("x", "expected `=`"),
            ("x = x", "says nothing"),
            ("1 = 2", "says nothing"),
            ("x = ", "expected a term"),
            ("x + = 1", "expected a term"),
            ("x*z = 0", "expected a number before `*`"),
            ("x = 0,", "expected `=`"),
        ] {
            let error = text.parse::<Restrictions>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
