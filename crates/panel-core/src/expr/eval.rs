//! Evaluation of operators; functions are in `apply.rs`.

use super::ast::{Node, Operator, What};
use super::problem::Problem;
use super::types::{numeric, time_numbers};
use super::value::{Value, as_number};
use crate::column::{Column, TextColumn};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::Error;
use crate::intern::Interner;
use crate::number::parse_number;
use crate::panel::Panel;
use crate::suggest;
use std::borrow::Cow;

/// Why an evaluation stopped.
#[derive(Debug)]
pub(super) enum Failure {
    /// At a place of the expression.
    Problem(Problem),
    /// In the data.
    Data(Error),
}

impl Failure {
    pub(super) fn into_error(self, source: &str) -> Error {
        match self {
            Self::Problem(problem) => problem.into_error(source),
            Self::Data(error) => error,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}

/// Numbers: one for all rows, or one per row.
#[derive(Debug, Clone)]
pub(super) enum Num<'p> {
    One(f64),
    Many(Cow<'p, [f64]>),
}

impl<'p> Num<'p> {
    /// One value per row.
    pub(super) fn dense(self, n: usize) -> Cow<'p, [f64]> {
        match self {
            Self::One(value) => Cow::Owned(vec![value; n]),
            Self::Many(values) => values,
        }
    }
}

/// Evaluates nodes on a panel and collects remarks.
pub(super) struct Machine<'p> {
    pub(super) panel: &'p Panel,
    pub(super) diagnostics: Diagnostics,
}

impl<'p> Machine<'p> {
    pub(super) fn new(panel: &'p Panel) -> Self {
        Self { panel, diagnostics: Vec::new() }
    }

    pub(super) fn n(&self) -> usize {
        self.panel.n_rows()
    }

    pub(super) fn eval(&mut self, node: &Node) -> Result<Value<'p>, Failure> {
        match &node.what {
            What::Number(value) => Ok(Value::Number(*value)),
            What::Text(text) => Ok(Value::Text(text.clone())),
            What::Truth(truth) => Ok(Value::Truths(vec![Some(*truth); self.n()])),
            What::Name(name) => self.name(name, node.at),
            What::Negate(inner) => Ok(match self.number(inner)? {
                Num::One(value) => Value::Number(-value),
                Num::Many(values) => {
                    let mut values = values.into_owned();
                    values.iter_mut().for_each(|value| *value = -*value);
                    Value::Numbers(Cow::Owned(values))
                }
            }),
            What::Not(inner) => {
                let mut truths = self.truth(inner)?;
                truths.iter_mut().for_each(|truth| *truth = truth.map(|truth| !truth));
                Ok(Value::Truths(truths))
            }
            What::Binary(operator, left, right) if operator.is_arithmetic() => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                self.arithmetic(node.at, *operator, left, right)
            }
            What::Binary(operator @ (Operator::And | Operator::Or), left, right) => {
                let (mut left, right) = (self.truth(left)?, self.truth(right)?);
                // Kleene: a side that decides alone decides, whatever the other is.
                let decides = *operator == Operator::Or;
                for (a, b) in left.iter_mut().zip(right) {
                    *a = match (*a, b) {
                        (Some(a), _) | (_, Some(a)) if a == decides => Some(decides),
                        (Some(a), Some(_)) => Some(a),
                        _ => None,
                    };
                }
                Ok(Value::Truths(left))
            }
            What::Binary(operator, left, right) => self.compare(*operator, left, right),
            What::In { value, list, negated } => self.member(value, list, *negated),
            What::If(condition, yes, no) => self.choose(condition, yes, no),
            What::Call { function, arguments, named } => self.call(node.at, function, arguments, named),
        }
    }

    fn name(&mut self, name: &str, at: usize) -> Result<Value<'p>, Failure> {
        let panel = self.panel;
        if let Ok(column) = panel.column(name) {
            return Ok(match column {
                Column::Float(values) => Value::Numbers(Cow::Borrowed(values)),
                Column::Text(text) => match text.truths() {
                    Some(truths) => Value::Truths(truths),
                    None => Value::Texts(Cow::Borrowed(text)),
                },
            });
        }
        let Some((labels, codes)) = self.key(name) else {
            return Err(Problem { at, message: format!("unknown column `{name}`") }.into());
        };
        if name == panel.time_name()
            && let Some(numbers) = time_numbers(panel)
        {
            return Ok(Value::Numbers(codes.iter().map(|&code| numbers[code as usize]).collect()));
        }
        if numeric(labels) {
            let numbers: Vec<f64> = labels.iter().map(|label| parse_number(label).unwrap_or(f64::NAN)).collect();
            return Ok(Value::Numbers(codes.iter().map(|&code| numbers[code as usize]).collect()));
        }
        Ok(Value::Texts(Cow::Owned(TextColumn::from_codes(codes.to_vec(), labels.to_vec())?)))
    }

    /// Labels and codes of a key.
    pub(super) fn key(&self, name: &str) -> Option<(&'p [String], &'p [u32])> {
        let panel = self.panel;
        if panel.has(name) {
            None
        } else if name == panel.time_name() {
            Some((panel.times().labels(), panel.time_of_row()))
        } else if name == panel.entity_name() {
            Some((panel.entities(), panel.entity_of_row()))
        } else {
            None
        }
    }

    /// A node as numbers; conditions are 1 and 0.
    pub(super) fn number(&mut self, node: &Node) -> Result<Num<'p>, Failure> {
        match self.eval(node)? {
            Value::Number(value) => Ok(Num::One(value)),
            Value::Numbers(values) => Ok(Num::Many(values)),
            Value::Truths(truths) => Ok(Num::Many(truths.into_iter().map(as_number).collect())),
            Value::Text(_) => Err(Problem { at: node.at, message: "expected a number, this is a text".into() }.into()),
            Value::Texts(text) => {
                // Codes read as text on purpose are still numbers where numbers are needed.
                if let Some(values) =
                    text.labels().iter().map(|label| parse_number(label)).collect::<Option<Vec<f64>>>()
                {
                    return Ok(Num::Many(
                        text.codes()
                            .iter()
                            .map(|&code| values.get(code as usize).copied().unwrap_or(f64::NAN))
                            .collect(),
                    ));
                }
                if let What::Name(name) = &node.what {
                    self.panel.float(name)?;
                }
                Err(Problem { at: node.at, message: "expected a number, this is a text".into() }.into())
            }
        }
    }

    pub(super) fn truth(&mut self, node: &Node) -> Result<Vec<Option<bool>>, Failure> {
        let n = self.n();
        Ok(self.eval(node)?.into_truth(n))
    }

    fn arithmetic(
        &mut self,
        at: usize,
        operator: Operator,
        left: Num<'p>,
        right: Num<'p>,
    ) -> Result<Value<'p>, Failure> {
        let f: fn(f64, f64) -> f64 = match operator {
            Operator::Add => |a, b| a + b,
            Operator::Subtract => |a, b| a - b,
            Operator::Multiply => |a, b| a * b,
            Operator::Divide => |a, b| a / b,
            _ => power,
        };
        if let (Num::One(a), Num::One(b)) = (&left, &right) {
            let value = f(*a, *b);
            if !value.is_finite() {
                return Err(Problem { at, message: format!("{a} {} {b} is not a number", operator.symbol()) }.into());
            }
            return Ok(Value::Number(value));
        }
        let mut undefined = Vec::new();
        let mut settle = |row: usize, a: f64, b: f64| {
            let value = f(a, b);
            if value.is_finite() {
                return value;
            }
            if !a.is_nan() && !b.is_nan() {
                undefined.push(row);
            }
            f64::NAN
        };
        let values = match (left, right) {
            (Num::Many(left), Num::Many(right)) => {
                let mut values = left.into_owned();
                values.iter_mut().zip(right.iter()).enumerate().for_each(|(row, (a, &b))| *a = settle(row, *a, b));
                values
            }
            (Num::Many(left), Num::One(b)) => {
                let mut values = left.into_owned();
                values.iter_mut().enumerate().for_each(|(row, a)| *a = settle(row, *a, b));
                values
            }
            (Num::One(a), right) => {
                let mut values = right.dense(self.n()).into_owned();
                values.iter_mut().enumerate().for_each(|(row, b)| *b = settle(row, a, *b));
                values
            }
        };
        self.undefined(operator.symbol(), &undefined);
        Ok(Value::Numbers(Cow::Owned(values)))
    }

    /// Says which values a function or operator could not compute.
    pub(super) fn undefined(&mut self, what: &str, rows: &[usize]) {
        if let Some(&first) = rows.first() {
            let panel = self.panel;
            let message = format!(
                "`{what}` is undefined for {} of {} rows, which are missing now; the first is {} {}",
                rows.len(),
                panel.n_rows(),
                panel.entity_label(first),
                panel.time_label(first)
            );
            self.diagnostics.push(Diagnostic::warning("undefined-values", message));
        }
    }

    /// A side of a comparison; a key is text where the other side is.
    fn side(&mut self, node: &Node, other_is_text: bool) -> Result<Value<'p>, Failure> {
        if other_is_text
            && let What::Name(name) = &node.what
            && let Some((labels, codes)) = self.key(name)
        {
            return Ok(Value::Texts(Cow::Owned(TextColumn::from_codes(codes.to_vec(), labels.to_vec())?)));
        }
        self.eval(node)
    }

    fn compare(&mut self, operator: Operator, left: &Node, right: &Node) -> Result<Value<'p>, Failure> {
        let is_text = |node: &Node| matches!(node.what, What::Text(_));
        let a = self.side(left, is_text(right))?;
        let b = self.side(right, is_text(left))?;
        let n = self.n();
        let holds = |ordering: std::cmp::Ordering| match operator {
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Less => ordering.is_lt(),
            Operator::LessEqual => ordering.is_le(),
            Operator::Greater => ordering.is_gt(),
            _ => ordering.is_ge(),
        };
        let truths = match (a, b) {
            (Value::Text(a), Value::Text(b)) => vec![Some(holds(a.cmp(&b))); n],
            (Value::Texts(a), Value::Text(b)) => {
                self.known_word(&a, &b, operator);
                by_label(&a, |label| holds(label.cmp(&b)))
            }
            (Value::Text(a), Value::Texts(b)) => {
                self.known_word(&b, &a, operator);
                by_label(&b, |label| holds(a.as_str().cmp(label)))
            }
            (Value::Texts(a), Value::Texts(b)) => (0..n).map(|row| Some(holds(a.get(row)?.cmp(b.get(row)?)))).collect(),
            // `in_279 == "True"`
            (Value::Truths(a), Value::Text(word)) | (Value::Text(word), Value::Truths(a)) => {
                let word = word.eq_ignore_ascii_case("true");
                a.into_iter().map(|truth| truth.map(|truth| holds(truth.cmp(&word)))).collect()
            }
            (a, b) => {
                let (a, b) = (as_num(a), as_num(b));
                let compare = |a: f64, b: f64| a.partial_cmp(&b).map(holds);
                match (&a, &b) {
                    (Num::One(a), Num::One(b)) => vec![compare(*a, *b); n],
                    (Num::Many(a), Num::One(b)) => a.iter().map(|&a| compare(a, *b)).collect(),
                    (Num::One(a), Num::Many(b)) => b.iter().map(|&b| compare(*a, b)).collect(),
                    (Num::Many(a), Num::Many(b)) => a.iter().zip(b.iter()).map(|(&a, &b)| compare(a, b)).collect(),
                }
            }
        };
        Ok(Value::Truths(truths))
    }

    /// A word that no row has is a slip more often than not.
    fn known_word(&mut self, text: &TextColumn, word: &str, operator: Operator) {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if equality && text.labels().iter().all(|label| label != word) {
            let hint = suggest::hint(suggest::nearest(word, text.labels().iter().map(String::as_str)));
            self.diagnostics.push(Diagnostic::warning("unknown-value", format!("no row has the value `{word}`{hint}")));
        }
    }

    fn member(&mut self, value: &Node, list: &[Node], negated: bool) -> Result<Value<'p>, Failure> {
        let texts: Vec<&str> = list
            .iter()
            .filter_map(|node| if let What::Text(text) = &node.what { Some(text.as_str()) } else { None })
            .collect();
        let numbers: Vec<f64> = list
            .iter()
            .filter_map(|node| if let What::Number(number) = node.what { Some(number) } else { None })
            .collect();
        let n = self.n();
        let value = self.side(value, !texts.is_empty())?;
        Ok(Value::Truths(match value {
            Value::Text(text) => vec![Some(texts.contains(&text.as_str()) != negated); n],
            Value::Texts(text) => {
                for word in &texts {
                    self.known_word(&text, word, Operator::Equal);
                }
                // A key is text beside a word, and a number of the list still means the label that reads so.
                let number = |label: &str| parse_number(label).is_some_and(|number| numbers.contains(&number));
                by_label(&text, |label| (texts.contains(&label) || number(label)) != negated)
            }
            other => {
                let values = as_num(other).dense(n);
                values.iter().map(|value| (!value.is_nan()).then(|| numbers.contains(value) != negated)).collect()
            }
        }))
    }

    pub(super) fn choose(&mut self, condition: &Node, yes: &Node, no: &Node) -> Result<Value<'p>, Failure> {
        let condition = self.truth(condition)?;
        let (yes, no) = (self.eval(yes)?, self.eval(no)?);
        let n = self.n();
        if matches!(yes, Value::Text(_) | Value::Texts(_)) {
            let (yes, no) = (yes.into_column(n), no.into_column(n));
            let mut texts = Interner::default();
            for (row, condition) in condition.iter().enumerate() {
                let chosen = match condition {
                    Some(true) => Some(&yes),
                    Some(false) => Some(&no),
                    None => None,
                };
                texts
                    .push(chosen.and_then(|column| if let Column::Text(text) = column { text.get(row) } else { None }));
            }
            return Ok(Value::Texts(Cow::Owned(texts.finish())));
        }
        if let (Value::Truths(yes), Value::Truths(no)) = (&yes, &no) {
            let pick = |row: usize| condition[row].and_then(|condition| if condition { yes[row] } else { no[row] });
            return Ok(Value::Truths((0..n).map(pick).collect()));
        }
        let (yes, no) = (as_num(yes).dense(n), as_num(no).dense(n));
        let pick = |row: usize| match condition[row] {
            Some(true) => yes[row],
            Some(false) => no[row],
            None => f64::NAN,
        };
        Ok(Value::Numbers((0..n).map(pick).collect()))
    }
}

/// Numbers of a value that type checking has found to be numbers or conditions.
pub(super) fn as_num(value: Value<'_>) -> Num<'_> {
    match value {
        Value::Number(value) => Num::One(value),
        Value::Numbers(values) => Num::Many(values),
        Value::Truths(truths) => Num::Many(truths.into_iter().map(as_number).collect()),
        Value::Text(_) | Value::Texts(_) => Num::One(f64::NAN),
    }
}

/// A condition on a text, computed once per label.
fn by_label(text: &TextColumn, condition: impl Fn(&str) -> bool) -> Vec<Option<bool>> {
    let labels: Vec<bool> = text.labels().iter().map(|label| condition(label)).collect();
    text.codes().iter().map(|&code| labels.get(code as usize).copied()).collect()
}

/// a^b; a square as the product that it is.
fn power(a: f64, b: f64) -> f64 {
    if b == 2.0 { a * a } else { a.powf(b) }
}
