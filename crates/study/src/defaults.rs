//! What a study writes once: `[defaults]`, keys of a table for its columns, `[terms]` of formulas, `stepwise` columns.
//!
//! All of it is put in its places before the study is read, so that every column is a whole one. A key that stands in a
//! column is that column's; one of its table comes before `[defaults]`. What is written for many goes to those that have
//! a use for it (an estimator to formulas with instruments, a U test to those with x and x²), and is an error where
//! nobody has.

use super::section::{Wrong, fields};
use super::spelling::{self, has_product};
use super::{Restrictions, Statistic, TableSpec};
use panel_core::suggest::nearest;
use panel_fe::{Formula, Vcov};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// Keys of a column that may be written for many, in the order in which they are filled: later ones look at earlier
/// ones.
pub const SHARED: [&str; 23] = [
    "vcov",
    "like",
    "weights",
    "weight_kind",
    "singletons",
    "gaps",
    "lat",
    "lon",
    "estimator",
    "level",
    "collinearity",
    "absorption",
    "utest",
    "moderation",
    "two_lines",
    "tests",
    "orthogonality",
    "endogeneity",
    "redundancy",
    "anderson_rubin_at",
    "diagnostics",
    "inference",
    "save",
];

/// Those that `[[mediation]]` has, too.
const OF_MEDIATION: [&str; 2] = ["vcov", "like"];

/// Puts the columns of `stepwise` in the place of the one that asks for them.
pub(super) fn spread_stepwise(document: &mut DeTable<'_>) -> Result<(), Wrong> {
    let mut terms = DeTable::new();
    if let Some((key, section)) = document.get_key_value("terms") {
        terms.insert(key.clone(), section.clone());
    }
    let named = named_terms(&mut terms, &mut BTreeSet::new())?;
    for table in elements(document, "table") {
        let Some(DeValue::Array(columns)) = table.get_mut("column").map(Spanned::get_mut) else { continue };
        let mut spread = DeArray::new();
        for column in std::mem::replace(columns, DeArray::new()) {
            let span = column.span();
            let mut inner = column.into_inner();
            let steps = match &mut inner {
                DeValue::Table(keys) => keys.remove("stepwise"),
                _ => None,
            };
            let (Some(steps), DeValue::Table(keys)) = (steps, &mut inner) else {
                spread.push(Spanned::new(span, inner));
                continue;
            };
            let formulas = step_formulas(keys, &steps)?;
            let mut shared = DeTable::new();
            for key in SHARED {
                if let Some((key, value)) = keys.remove_entry(key) {
                    shared.insert(key, value);
                }
            }
            // With what stands in braces spelled out, so that it is known which keys a column has a use for.
            let spelled = |formula: &String| expanded(formula, &named, &mut BTreeSet::new()).unwrap_or(formula.clone());
            let mut stepped: Vec<DeTable<'_>> =
                formulas.iter().map(|formula| with_formula(keys, spelled(formula))).collect();
            fill_all("the columns of `stepwise`", &shared, stepped.iter_mut())?;
            for (keys, formula) in stepped.iter().zip(formulas) {
                spread.push(Spanned::new(span.clone(), DeValue::Table(with_formula(keys, formula))));
            }
        }
        *columns = spread;
    }
    Ok(())
}

/// The keys of a column with another formula.
fn with_formula<'t>(keys: &DeTable<'t>, formula: String) -> DeTable<'t> {
    let mut keys = keys.clone();
    if let Some(written) = keys.get_mut("formula") {
        *written.get_mut() = DeValue::String(formula.into());
    }
    keys
}

/// The formulas of the steps: one with a plus goes on from the step before it (the first from the formula itself), one
/// without starts from the formula again; `1` adds nothing.
fn step_formulas(keys: &DeTable<'_>, steps: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Wrong> {
    let expected = || Wrong::at(steps.span(), "stepwise: expected a list of terms, as in [\"x\", \"+ x^2\"]");
    let list = steps.get_ref().as_array().filter(|list| !list.is_empty()).ok_or_else(expected)?;
    if let Some(name) = keys.get("name") {
        let message = "name: the columns of `stepwise` are named by their places; leave `name` out";
        return Err(Wrong::at(name.span(), message));
    }
    let formula = keys.get("formula").and_then(|formula| formula.get_ref().as_str());
    let formula = formula.ok_or_else(|| Wrong::at(steps.span(), "stepwise: the column has no formula to add to"))?;
    let mut formulas: Vec<String> = Vec::new();
    for step in list.iter() {
        let text = step.get_ref().as_str().ok_or_else(expected)?.trim();
        let goes_on = text.starts_with('+');
        let term = text.trim_start_matches('+').trim();
        if term.is_empty() || outside_names(term, &['~', '|']).is_some() {
            return Err(Wrong::at(step.span(), format!("stepwise: `{text}` is no sum of exogenous terms")));
        }
        let before = if goes_on { formulas.last().map_or(formula, String::as_str) } else { formula };
        formulas.push(if term == "1" { before.to_owned() } else { with_term(before, term) });
    }
    Ok(formulas)
}

/// The formula with one exogenous term more.
fn with_term(formula: &str, term: &str) -> String {
    let response = outside_names(formula, &['~']).map_or(0, |at| at + 1);
    let end = outside_names(&formula[response..], &['|']).map_or(formula.len(), |at| response + at);
    let (front, rest) = formula.split_at(end);
    let gap = if rest.is_empty() { "" } else { " " };
    let (left, sum) = front.split_at(response);
    match sum.trim() {
        "1" => format!("{left} {term}{gap}{rest}"),
        _ => format!("{} + {term}{gap}{rest}", front.trim_end()),
    }
}

/// A sum of `[terms]`: its name, what it stands for, where it stands.
type Named = (String, String, Range<usize>);

/// Whether the document is a whole study: what is written once must then be of use somewhere. A part of one may leave it to
/// the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    Part,
}

/// Puts the sums of `[terms]` in the place of their names in braces, in every formula.
pub(super) fn expand_terms(document: &mut DeTable<'_>, extent: Extent) -> Result<(), Wrong> {
    let mut used = BTreeSet::new();
    let named = named_terms(document, &mut used)?;
    let mut expand = |written: &mut Spanned<DeValue<'_>>| -> Result<(), Wrong> {
        let span = written.span();
        let Some(text) = written.get_ref().as_str().filter(|text| text.contains('{')) else { return Ok(()) };
        let expanded = expanded(text, &named, &mut used).map_err(|message| Wrong::at(span, message))?;
        *written.get_mut() = DeValue::String(expanded.into());
        Ok(())
    };
    for table in elements(document, "table") {
        for column in elements(table, "column") {
            column.get_mut("formula").map_or(Ok(()), &mut expand)?;
        }
    }
    for chain in elements(document, "mediation") {
        chain.get_mut("controls").map_or(Ok(()), &mut expand)?;
    }
    match named.into_iter().find(|(name, ..)| extent == Extent::Whole && !used.contains(name)) {
        Some((name, _, span)) => {
            Err(Wrong::at(span, format!("`{name}` is used by no formula; write it as {{{name}}}")))
        }
        None => Ok(()),
    }
}

fn named_terms(document: &mut DeTable<'_>, used: &mut BTreeSet<String>) -> Result<Vec<Named>, Wrong> {
    let mut named: Vec<Named> = Vec::new();
    let Some(section) = document.remove("terms") else { return Ok(named) };
    let span = section.span();
    let DeValue::Table(section) = section.into_inner() else {
        return Err(Wrong::at(span, "terms: expected a section [terms] with lines NAME = \"x + z\""));
    };
    // A sum may use those above it.
    let mut lines: Vec<_> = section.into_iter().collect();
    lines.sort_by_key(|(name, _)| name.span().start);
    for (name, sum) in lines {
        let span = sum.span();
        let Some(text) = sum.get_ref().as_str() else {
            return Err(Wrong::at(span, "expected a text such as \"x + z\""));
        };
        let sum = expanded(text.trim(), &named, used).map_err(|message| Wrong::at(span.clone(), message))?;
        // No column is called so: what is wrong with the sum is said here, with its own line.
        Formula::parse(&format!("(left) ~ {sum}").replace("(left)", "`\u{1}`"))
            .map_err(|error| Wrong::at(span, format!("`{sum}`: {}", error.message)))?;
        named.push((name.get_ref().to_string(), sum, name.span()));
    }
    Ok(named)
}

/// Where the first of some signs stands outside names in backquotes.
fn outside_names(text: &str, signs: &[char]) -> Option<usize> {
    let mut quoted = false;
    let mut outside = text.char_indices().filter(|(_, c)| {
        quoted ^= *c == '`';
        !quoted
    });
    outside.find(|(_, c)| signs.contains(c)).map(|(at, _)| at)
}

fn expanded(text: &str, named: &[Named], used: &mut BTreeSet<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = outside_names(rest, &['{']) {
        let (front, after) = (&rest[..at], &rest[at + 1..]);
        let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}`: a brace is never closed"))?;
        let name = name.trim();
        let Some((_, sum, _)) = named.iter().find(|(known, ..)| known == name) else {
            let known = named.iter().map(|(known, ..)| known.as_str());
            let near = nearest(name, known).map(|near| format!("; did you mean `{{{near}}}`?")).unwrap_or_default();
            return Err(format!("`{text}`: [terms] has no `{name}`{near}"));
        };
        used.insert(name.to_owned());
        out += front;
        out += sum;
        rest = after;
    }
    Ok(out + rest)
}

/// Gives every column the keys of its table and of `[defaults]` that it does not have itself, and every mediation chain
/// those of `[defaults]` that it has.
pub(super) fn fill_defaults(document: &mut DeTable<'_>, extent: Extent) -> Result<(), Wrong> {
    for table in elements(document, "table") {
        let of_columns = table.contains_key("column");
        check_keys(table, of_columns)?;
        let mut shared = DeTable::new();
        for key in SHARED.into_iter().filter(|_| of_columns) {
            if let Some((key, value)) = table.remove_entry(key) {
                shared.insert(key, value);
            }
        }
        fill_all("the columns of the table", &shared, elements(table, "column"))?;
    }
    let Some(section) = document.remove("defaults") else { return Ok(()) };
    let span = section.span();
    let DeValue::Table(section) = section.into_inner() else {
        return Err(Wrong::at(span, "defaults: expected a section [defaults]"));
    };
    if let Some((key, _)) = section.iter().find(|(key, _)| !SHARED.contains(&key.get_ref().as_ref())) {
        let known = SHARED.map(|key| format!("`{key}`")).join(", ");
        return Err(Wrong::at(key.span(), format!("unknown field `{}`, expected one of {known}", key.get_ref())));
    }
    let mut taken = BTreeSet::new();
    for table in elements(document, "table") {
        elements(table, "column").for_each(|column| fill(column, &section, &mut taken));
    }
    for chain in elements(document, "mediation") {
        for key in OF_MEDIATION {
            let Some((name, value)) = section.get_key_value(key) else { continue };
            if !chain.contains_key(key) {
                taken.insert(key);
                chain.insert(name.clone(), value.clone());
            }
        }
    }
    match extent {
        Extent::Whole => all_taken("any column", &section, &taken),
        Extent::Part => Ok(()),
    }
}

/// Refuses a key of a table that neither it nor its columns have.
fn check_keys(table: &DeTable<'_>, of_columns: bool) -> Result<(), Wrong> {
    let shared: &[&str] = if of_columns { &SHARED } else { &[] };
    let known: Vec<&str> = fields::<TableSpec>().iter().chain(shared).copied().collect();
    match table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
        Some(key) if of_columns => {
            let known = known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            Err(Wrong::at(key.span(), format!("unknown field `{}`, expected one of {known}", key.get_ref())))
        }
        _ => Ok(()),
    }
}

fn fill_all<'c, 't: 'c>(
    whose: &str,
    shared: &DeTable<'t>,
    columns: impl Iterator<Item = &'c mut DeTable<'t>>,
) -> Result<(), Wrong> {
    let mut taken = BTreeSet::new();
    columns.for_each(|column| fill(column, shared, &mut taken));
    all_taken(whose, shared, &taken)
}

fn all_taken(whose: &str, shared: &DeTable<'_>, taken: &BTreeSet<&str>) -> Result<(), Wrong> {
    match shared.keys().find(|key| !taken.contains(key.get_ref().as_ref())) {
        Some(key) => {
            let message =
                format!("`{}` has no effect on {whose}: they have their own, or no use for it", key.get_ref());
            Err(Wrong::at(key.span(), message))
        }
        None => Ok(()),
    }
}

/// Gives a column what it does not have itself and has a use for.
fn fill<'t>(keys: &mut DeTable<'t>, shared: &DeTable<'t>, taken: &mut BTreeSet<&'static str>) {
    let formula = formula_of(keys);
    for name in SHARED {
        let Some((key, value)) = shared.get_key_value(name).filter(|_| !keys.contains_key(name)) else { continue };
        let Some(useful) = useful(name, value.get_ref(), keys, formula.as_ref()) else { continue };
        taken.insert(name);
        keys.insert(key.clone(), Spanned::new(value.span(), useful));
    }
}

/// The formula of a column, where it can be read.
fn formula_of(column: &DeTable<'_>) -> Option<Formula> {
    column.get("formula").and_then(|text| Formula::parse(text.get_ref().as_str()?).ok())
}

/// The part of a value that a column has a use for. Where formula or value cannot be read, that is all of it: those who
/// read them say what is wrong.
fn useful<'t>(key: &str, value: &DeValue<'t>, column: &DeTable<'_>, formula: Option<&Formula>) -> Option<DeValue<'t>> {
    let text = |key: &str| column.get(key).and_then(|value| value.get_ref().as_str());
    if let Some(spatial) = column.get("spatial") {
        // A likelihood has choices of its own; what instruments estimate has those of any column, but for these.
        let instruments = spatial.get_ref().as_table().is_some_and(|spatial| spatial.contains_key("gs2sls"));
        let instruments = instruments || formula.is_some_and(Formula::is_iv);
        if !instruments || ["utest", "weights", "weight_kind", "moderation", "two_lines"].contains(&key) {
            return None;
        }
    }
    let Some(formula) = formula else { return Some(value.clone()) };
    let vcov = text("vcov").map_or(Ok(Vcov::Iid), str::parse);
    let has = |name: &str| formula.regressors.iter().chain(&formula.endogenous).any(|term| term.name == name);
    // As the formula writes it.
    let spelled = |x: &str| spelling::spelled(x, has);
    let of_value = |key: &str| value.as_table().and_then(|table| table.get(key)?.get_ref().as_str());
    let used = match key {
        "weight_kind" => column.contains_key("weights"),
        "gaps" => vcov.is_ok_and(|vcov| vcov.has_lags()),
        "lat" | "lon" => vcov.is_ok_and(|vcov| matches!(vcov, Vcov::Conley { .. })),
        "estimator" | "orthogonality" | "endogeneity" | "redundancy" | "anderson_rubin_at" => formula.is_iv(),
        "absorption" | "singletons" => !formula.effects.is_empty(),
        "utest" => value.as_str().map(spelled).is_none_or(|x| has(&x) && has(&format!("{x}^2"))),
        "two_lines" => value.as_str().is_none_or(|x| has(&spelled(x)) && !formula.is_iv()),
        "moderation" => of_value("x").zip(of_value("moderator")).is_none_or(|(x, m)| {
            let x = spelled(x);
            let moderates = |z: &str| has_product(&x, z, has);
            has(&x) && moderates(&spelling::spelled(m, moderates))
        }),
        "inference" => !(formula.is_iv() && value.as_table().is_some_and(|table| table.contains_key("wild"))),
        _ => true,
    };
    if !used {
        return None;
    }
    let keep = |element: &str| match key {
        "tests" => element.parse::<Restrictions>().is_ok_and(|test| {
            test.names().iter().all(|name| has(name) || name.contains("::") || *name == "(Intercept)")
        }),
        "diagnostics" => element.parse::<Statistic>().map_or(true, |statistic| statistic.is_of(formula.is_iv())),
        "save" => match element {
            "effects" => !formula.effects.is_empty(),
            "leverage" | "studentized" | "cook" => !formula.is_iv(),
            _ => true,
        },
        _ => true,
    };
    if let ("moderation", DeValue::Table(table)) = (key, value)
        && of_value("x").is_some_and(|x| !has(&format!("{}^2", spelled(x))))
    {
        // A line has its slopes anyway.
        let mut line = table.clone();
        line.remove("slopes");
        return Some(DeValue::Table(line));
    }
    let DeValue::Array(list) = value else { return Some(value.clone()) };
    let mut kept = DeArray::new();
    list.iter().filter(|element| element.get_ref().as_str().is_none_or(keep)).for_each(|one| kept.push(one.clone()));
    (!kept.is_empty()).then_some(DeValue::Array(kept))
}

/// The tables of an array of tables; none where it is something else, which those who read it say.
fn elements<'d, 't>(
    document: &'d mut DeTable<'t>,
    section: &str,
) -> impl Iterator<Item = &'d mut DeTable<'t>> + use<'d, 't> {
    let array = match document.get_mut(section).map(Spanned::get_mut) {
        Some(DeValue::Array(array)) => Some(array),
        _ => None,
    };
    array.into_iter().flat_map(|array| array.as_mut().iter_mut()).filter_map(|element| match element.get_mut() {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_added_before_the_effects() {
        assert_eq!(with_term("y ~ x | city", "z"), "y ~ x + z | city");
        assert_eq!(with_term("y ~ x", "z + w"), "y ~ x + z + w");
        assert_eq!(with_term("y ~ 1 | city | x ~ iv", "z"), "y ~ z | city | x ~ iv");
        assert_eq!(with_term("`y~1` ~ `a|b` | city", "z"), "`y~1` ~ `a|b` + z | city");
    }

    #[test]
    fn slopes_of_a_moderation_stay_where_its_x_is_written_in_backquotes() {
        let slopes = |formula: &str| {
            let text =
                format!("formula = \"{formula}\"\nm = {{ x = \"a b\", moderator = \"z\", slopes = [0.1, 0.9] }}");
            let column = DeTable::parse(&text).unwrap().into_inner();
            let value = useful("moderation", column["m"].get_ref(), &column, formula_of(&column).as_ref()).unwrap();
            value.as_table().unwrap().contains_key("slopes")
        };
        assert!(slopes("y ~ `a b` + `a b`^2 + z + `a b`:z + `a b`^2:z"));
        assert!(!slopes("y ~ `a b` + z + `a b`:z"));
    }

    #[test]
    fn braces_in_a_name_are_text() {
        let named = [("w".to_owned(), "x + z".to_owned(), 0..1)];
        let expansion = |text: &str| expanded(text, &named, &mut BTreeSet::new());
        assert_eq!(expansion("y ~ `cap, {stock}` + {w} + `{w}`").as_deref(), Ok("y ~ `cap, {stock}` + x + z + `{w}`"));
        assert!(expansion("y ~ `cap` + {stock}").unwrap_err().contains("[terms] has no `stock`"));
    }
}
