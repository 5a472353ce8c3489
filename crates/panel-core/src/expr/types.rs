//! Kinds of values, found before anything is computed.

use super::ast::{Node, Operator, What};
use super::functions::{Does, Function};
use super::problem::Problem;
use crate::column::Column;
use crate::index::TopsisScaling;
use crate::number::parse_number;
use crate::panel::{Frequency, Panel};
use crate::suggest;
use std::fmt;

/// What an expression evaluates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Numbers.
    Number,
    /// Text.
    Text,
    /// A condition; 1 and 0 where numbers are needed.
    Truth,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Truth => "a condition",
        })
    }
}

/// Names and kinds of a panel's columns and keys.
pub(super) struct Schema<'p> {
    panel: &'p Panel,
}

impl<'p> Schema<'p> {
    pub(super) fn new(panel: &'p Panel) -> Self {
        Self { panel }
    }

    fn kind(&self, name: &str, at: usize) -> Result<Kind, Problem> {
        let panel = self.panel;
        if let Ok(column) = panel.column(name) {
            return Ok(match column {
                Column::Float(_) => Kind::Number,
                Column::Text(text) if text.truths().is_some() => Kind::Truth,
                Column::Text(_) => Kind::Text,
            });
        }
        if name == panel.time_name() {
            return Ok(if time_numbers(panel).is_some() { Kind::Number } else { Kind::Text });
        }
        if name == panel.entity_name() {
            return Ok(if numeric(panel.entities()) { Kind::Number } else { Kind::Text });
        }
        // Keys of tables that have none begin with a blank.
        let known = || {
            let names = panel.names().iter().map(String::as_str).chain([panel.entity_name(), panel.time_name()]);
            names.filter(|name| !name.starts_with(' '))
        };
        let hint = suggest::hint(suggest::nearest(name, known()));
        let more = if hint.is_empty() {
            format!("; known are {}", suggest::listing(&known().collect::<Vec<_>>()))
        } else {
            hint
        };
        Err(Problem { at, message: format!("unknown column `{name}`{more}") })
    }

    /// What may be behind a number where a text is expected: the codes of a labelled Stata column.
    fn codes_hint(&self, node: &Node) -> Option<String> {
        let What::Name(name) = &node.what else { return None };
        let stata = self.panel.source(name)?.split(", ").any(|file| file.to_ascii_lowercase().ends_with(".dta"));
        stata.then(|| {
            format!("; where `{name}` has value labels, its codes were read: `value_labels = true` takes the texts")
        })
    }

    fn is_key(&self, node: &Node) -> bool {
        matches!(&node.what, What::Name(name) if !self.panel.has(name) && (name == self.panel.entity_name() || name == self.panel.time_name()))
    }
}

/// Whether all labels of a key are numbers.
pub(super) fn numeric(labels: &[String]) -> bool {
    !labels.is_empty() && labels.iter().all(|label| parse_number(label).is_some())
}

/// The periods as numbers, where they are: years may be written `2013年`.
pub(super) fn time_numbers(panel: &Panel) -> Option<Vec<f64>> {
    let times = panel.times();
    if times.frequency() == Frequency::Number {
        return Some(times.ordinals().iter().map(|&ordinal| ordinal as f64).collect());
    }
    (!times.is_empty()).then(|| times.labels().iter().map(|label| parse_number(label)).collect()).flatten()
}

pub(super) fn infer(node: &Node, schema: &Schema<'_>) -> Result<Kind, Problem> {
    match &node.what {
        What::Number(_) => Ok(Kind::Number),
        What::Text(_) => Ok(Kind::Text),
        What::Truth(_) => Ok(Kind::Truth),
        What::Name(name) => schema.kind(name, node.at),
        What::Negate(inner) => number(inner, schema, "`-`").map(|()| Kind::Number),
        What::Not(inner) => truth(inner, schema, "`not`").map(|()| Kind::Truth),
        What::Binary(operator, left, right) => binary(node.at, *operator, left, right, schema),
        What::In { value, list, .. } => {
            let kind = infer(value, schema)?;
            for literal in list {
                let literal_kind = infer(literal, schema)?;
                let code_of_key = schema.is_key(value) && literal_kind == Kind::Text;
                if !comparable(kind, literal_kind) && !code_of_key {
                    return Err(Problem {
                        at: literal.at,
                        message: format!("the list holds {literal_kind}, its left side is {kind}"),
                    });
                }
            }
            Ok(Kind::Truth)
        }
        What::If(condition, yes, no) => choice(condition, yes, no, schema),
        What::Call { function, arguments, named } => call(node.at, function, arguments, named, schema),
    }
}

fn comparable(a: Kind, b: Kind) -> bool {
    a == b || !(a == Kind::Text || b == Kind::Text)
}

fn binary(at: usize, operator: Operator, left: &Node, right: &Node, schema: &Schema<'_>) -> Result<Kind, Problem> {
    let symbol = format!("`{}`", operator.symbol());
    if operator.is_arithmetic() {
        number(left, schema, &symbol)?;
        number(right, schema, &symbol)?;
        return Ok(Kind::Number);
    }
    if matches!(operator, Operator::And | Operator::Or) {
        truth(left, schema, &symbol)?;
        truth(right, schema, &symbol)?;
        return Ok(Kind::Truth);
    }
    let (a, b) = (infer(left, schema)?, infer(right, schema)?);
    // A key of codes can be compared with a quoted code.
    let key = (schema.is_key(left) && b == Kind::Text) || (schema.is_key(right) && a == Kind::Text);
    // Columns of True and False can be compared with these words in quotes.
    let quoted_truth = matches!((a, b), (Kind::Truth, Kind::Text) | (Kind::Text, Kind::Truth))
        && matches!(operator, Operator::Equal | Operator::NotEqual)
        && (is_truth_word(left) || is_truth_word(right));
    if !comparable(a, b) && !key && !quoted_truth {
        let hint = [(left, a, b), (right, b, a)].into_iter().find_map(|(node, kind, other)| {
            (kind == Kind::Number && other == Kind::Text).then(|| schema.codes_hint(node)).flatten()
        });
        let hint = hint.unwrap_or_default();
        return Err(Problem { at, message: format!("{symbol} compares {a} with {b}{hint}") });
    }
    Ok(Kind::Truth)
}

fn is_truth_word(node: &Node) -> bool {
    matches!(&node.what, What::Text(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"))
}

/// Fails unless the node is a number (or a condition, which counts as 1 and 0), or a column whose texts are to be
/// reported cell by cell.
fn number(node: &Node, schema: &Schema<'_>, what: &str) -> Result<(), Problem> {
    match infer(node, schema)? {
        Kind::Number | Kind::Truth => Ok(()),
        // The evaluation names the cell that is not a number, which says more than the column's kind.
        Kind::Text if matches!(&node.what, What::Name(name) if schema.panel.has(name)) => Ok(()),
        Kind::Text => Err(Problem { at: node.at, message: format!("{what} needs a number, this is a text") }),
    }
}

fn truth(node: &Node, schema: &Schema<'_>, what: &str) -> Result<(), Problem> {
    match infer(node, schema)? {
        Kind::Truth => Ok(()),
        kind => {
            let hint = if kind == Kind::Number { "; compare it with something, as in `x != 0`" } else { "" };
            Err(Problem { at: node.at, message: format!("{what} needs a condition, this is {kind}{hint}") })
        }
    }
}

fn choice(condition: &Node, yes: &Node, no: &Node, schema: &Schema<'_>) -> Result<Kind, Problem> {
    truth(condition, schema, "`if`")?;
    match (infer(yes, schema)?, infer(no, schema)?) {
        (a, b) if a == b => Ok(a),
        (a, b) if comparable(a, b) => Ok(Kind::Number),
        (a, b) => Err(Problem { at: no.at, message: format!("the two outcomes of `if` differ: {a} and {b}") }),
    }
}

/// Checks the named options of a call.
fn options(named: &[(&'static str, Node)], schema: &Schema<'_>) -> Result<(), Problem> {
    for (option, node) in named {
        match *option {
            "by" => match &node.what {
                What::Name(column) => schema.kind(column, node.at).map(|_| ())?,
                _ => return Err(Problem { at: node.at, message: "`by` takes the name of a column or key".into() }),
            },
            "base" => {
                if !matches!(node.what, What::Number(_) | What::Text(_)) {
                    return Err(Problem {
                        at: node.at,
                        message: "`base` takes a period, such as `base = 2013` or `base = \"2013-01\"`".into(),
                    });
                }
            }
            "initial" if matches!(&node.what, What::Text(text) if text == "growth") => {}
            "initial" => number(node, schema, "`initial`")?,
            "rate" if named.iter().any(|(option, _)| *option == "initial") => {
                let message = "`rate` has no effect beside `initial`: leave one of them out".into();
                return Err(Problem { at: node.at, message });
            }
            "scaling" => match &node.what {
                What::Text(word) => {
                    word.parse::<TopsisScaling>().map_err(|message| Problem { at: node.at, message })?;
                }
                _ => {
                    let message = "`scaling` takes a text, \"vector\" or \"min-max\"".into();
                    return Err(Problem { at: node.at, message });
                }
            },
            _ => constant(node, option).map(|_| ())?,
        }
    }
    Ok(())
}

fn call(
    at: usize,
    function: &Function,
    arguments: &[Node],
    named: &[(&'static str, Node)],
    schema: &Schema<'_>,
) -> Result<Kind, Problem> {
    let name = format!("`{}`", function.name);
    options(named, schema)?;
    match function.does {
        Does::If => return choice(&arguments[0], &arguments[1], &arguments[2], schema),
        Does::Missing => return infer(&arguments[0], schema).map(|_| Kind::Truth),
        Does::Fill => {
            let kinds = arguments.iter().map(|argument| infer(argument, schema)).collect::<Result<Vec<_>, _>>()?;
            return match kinds.iter().position(|&kind| !comparable(kind, kinds[0])) {
                Some(i) => {
                    Err(Problem { at: arguments[i].at, message: format!("`fill` mixes {} and {}", kinds[0], kinds[i]) })
                }
                None if kinds[0] == Kind::Text => Ok(Kind::Text),
                None => Ok(Kind::Number),
            };
        }
        Does::Lag | Does::Lead | Does::Diff | Does::Growth | Does::Winsorise => {
            if let Some(second) = arguments.get(1) {
                let value = constant(
                    second,
                    if function.does == Does::Winsorise { "the share" } else { "the number of periods" },
                )?;
                if function.does == Does::Winsorise && !(0.0..0.5).contains(&value) {
                    return Err(Problem {
                        at: second.at,
                        message: format!("the share per tail must lie in [0, 0.5), got {value}"),
                    });
                }
                if function.does != Does::Winsorise && (value.fract() != 0.0 || value.abs() > 1e6) {
                    return Err(Problem {
                        at: second.at,
                        message: format!("the number of periods must be whole, got {value}"),
                    });
                }
            }
            number(&arguments[0], schema, &name)?;
        }
        _ => arguments.iter().try_for_each(|argument| number(argument, schema, &name))?,
    }
    if matches!(function.does, Does::Chain | Does::Deflate) && !named.iter().any(|(option, _)| *option == "base") {
        return Err(Problem { at, message: format!("{name} needs a base, as in `base = 2013`") });
    }
    Ok(if function.does == Does::Since { Kind::Truth } else { Kind::Number })
}

/// The value of a number literal, with or without a sign.
pub(super) fn constant(node: &Node, what: &str) -> Result<f64, Problem> {
    match &node.what {
        What::Number(value) => Ok(*value),
        What::Negate(inner) => constant(inner, what).map(|value| -value),
        _ => Err(Problem { at: node.at, message: format!("{what} must be a number written out, not computed") }),
    }
}
