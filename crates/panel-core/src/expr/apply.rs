//! Evaluation of functions.

use super::ast::{Node, What};
use super::eval::{Failure, Machine, as_num};
use super::functions::{Does, Function};
use super::parser::Problem;
use super::types::{constant, time_numbers};
use super::value::Value;
use crate::capital::{InitialStock, PerpetualInventory, Prices, capital_stock};
use crate::column::{Column, number_codes};
use crate::diagnostics::Diagnostic;
use crate::error::Error;
use crate::index::{
    Direction, EntropyByGroup, EntropySpec, Indicator, TopsisSpec, entropy_index, entropy_index_by, structure_angle,
    structure_sum, topsis,
};
use crate::intern::Interner;
use crate::transform::{self, Mapped};
use std::borrow::Cow;

type Named = [(&'static str, Node)];

impl<'p> Machine<'p> {
    pub(super) fn call(
        &mut self,
        at: usize,
        function: &'static Function,
        arguments: &[Node],
        named: &Named,
    ) -> Result<Value<'p>, Failure> {
        let panel = self.panel;
        let n = self.n();
        let values = match function.does {
            Does::Ln => return self.map(function, &arguments[0], f64::ln),
            Does::Ln1p => return self.map(function, &arguments[0], f64::ln_1p),
            Does::Exp => return self.map(function, &arguments[0], f64::exp),
            Does::Sqrt => return self.map(function, &arguments[0], f64::sqrt),
            Does::Abs => return self.map(function, &arguments[0], f64::abs),
            Does::Round => return self.map(function, &arguments[0], f64::round),
            Does::Floor => return self.map(function, &arguments[0], f64::floor),
            Does::If => return self.choose(&arguments[0], &arguments[1], &arguments[2]),
            Does::Missing => return self.missing(&arguments[0]),
            Does::Fill => return self.fill(arguments),
            Does::Since => return self.since(at, &arguments[0]),
            Does::Min | Does::Max => {
                let (smallest, mut values) = (function.does == Does::Min, self.dense(&arguments[0])?.into_owned());
                for argument in &arguments[1..] {
                    let other = self.dense(argument)?;
                    values.iter_mut().zip(other.iter()).for_each(|(value, &other)| {
                        // A row with a missing value has no smallest: f64::min would hide it.
                        *value = if value.is_nan() || other.is_nan() {
                            f64::NAN
                        } else if (other < *value) == smallest {
                            other
                        } else {
                            *value
                        };
                    });
                }
                values
            }
            Does::Ratio => {
                let (x, y) = (self.dense(&arguments[0])?, self.dense(&arguments[1])?);
                let mapped = transform::ratio(&x, &y);
                return Ok(self.mapped("ratio", mapped));
            }
            Does::Lag | Does::Lead | Does::Diff | Does::Growth => {
                let x = self.dense(&arguments[0])?;
                let steps = arguments.get(1).map_or(Ok(1.0), |node| constant(node, "the number of periods"))? as i64;
                match function.does {
                    Does::Lag => panel.lag(&x, steps)?,
                    Does::Lead => transform::lead(panel, &x, steps)?,
                    Does::Diff => transform::difference(panel, &x, steps)?,
                    _ => transform::growth(panel, &x, steps)?,
                }
            }
            Does::Winsorise => {
                let share = arguments.get(1).map_or(Ok(0.01), |node| constant(node, "the share"))?;
                let x = self.dense(&arguments[0])?;
                let groups = self.groups(named)?;
                transform::winsorize(&x, share, groups.as_deref())?
            }
            Does::Interpolate => {
                let x = self.dense(&arguments[0])?;
                let longest = self.option(named, "longest")?.map(|longest| longest.max(0.0) as usize);
                let filled = transform::interpolate(panel, &x, longest)?;
                if !filled.filled.is_empty() {
                    let message = format!("{} missing values were interpolated", filled.filled.len());
                    self.diagnostics.push(Diagnostic::note("interpolated", message));
                }
                filled.values
            }
            Does::Standardise | Does::MinMax => {
                let x = self.dense(&arguments[0])?;
                let groups = self.groups(named)?;
                if function.does == Does::MinMax {
                    transform::min_max(&x, groups.as_deref())
                } else {
                    transform::standardize(&x, groups.as_deref())
                }
            }
            Does::Mean | Does::Sd | Does::Sum | Does::Count | Does::Median => {
                self.statistic(function.does, &arguments[0], named)?
            }
            Does::Chain => {
                let index = self.dense(&arguments[0])?;
                self.price_remarks(&index, named);
                transform::chain_index(panel, &index, &base(named).unwrap_or_default())
                    .map_err(|error| self.in_columns(error, &[("price index", &arguments[0])]))?
            }
            Does::Deflate => {
                let (x, index) = (self.dense(&arguments[0])?, self.dense(&arguments[1])?);
                self.price_remarks(&index, named);
                transform::deflate(panel, &x, &index, &base(named).unwrap_or_default())
                    .map_err(|error| self.in_columns(error, &[("price index", &arguments[1])]))?
            }
            Does::Pim => self.pim(arguments, named)?,
            Does::Entropy => self.entropy(arguments, named)?,
            Does::Topsis => self.topsis(arguments, named)?,
            Does::StructureAngle | Does::StructureSum => {
                let shares = arguments.iter().map(|argument| self.dense(argument)).collect::<Result<Vec<_>, _>>()?;
                let shares: Vec<&[f64]> = shares.iter().map(AsRef::as_ref).collect();
                let mapped = if function.does == Does::StructureAngle {
                    structure_angle(&shares)?
                } else {
                    structure_sum(&shares)?
                };
                return Ok(self.mapped(function.name, mapped));
            }
        };
        debug_assert_eq!(values.len(), n);
        Ok(Value::Numbers(Cow::Owned(values)))
    }

    /// The same error about the user's column, where an argument is one, instead of the argument.
    fn in_columns(&self, error: Error, arguments: &[(&str, &Node)]) -> Error {
        let Error::BadValue { mut cell, expected } = error else { return error };
        let argument = arguments.iter().find(|(word, _)| cell.column.as_deref() == Some(word));
        if let Some(What::Name(name)) = argument.map(|(_, node)| &node.what) {
            cell.column = Some(name.clone());
            cell.file = self.panel.source(name).map(str::to_owned);
        }
        Error::BadValue { cell, expected }
    }

    fn dense(&mut self, node: &Node) -> Result<Cow<'p, [f64]>, Failure> {
        let n = self.n();
        Ok(self.number(node)?.dense(n))
    }

    fn mapped(&mut self, what: &str, mapped: Mapped) -> Value<'p> {
        self.undefined(what, &mapped.undefined);
        Value::Numbers(Cow::Owned(mapped.values))
    }

    fn map(&mut self, function: &Function, argument: &Node, f: fn(f64) -> f64) -> Result<Value<'p>, Failure> {
        let mapped = match self.number(argument)? {
            super::eval::Num::One(value) => {
                let result = f(value);
                if !result.is_finite() {
                    return Err(Problem {
                        at: argument.at,
                        message: format!("`{}` of {value} is not a number", function.name),
                    }
                    .into());
                }
                return Ok(Value::Number(result));
            }
            super::eval::Num::Many(values) => Mapped::of(&values, f),
        };
        Ok(self.mapped(function.name, mapped))
    }

    fn option(&self, named: &Named, name: &str) -> Result<Option<f64>, Failure> {
        named
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, node)| constant(node, name).map_err(Failure::from))
            .transpose()
    }

    /// Codes of the groups of `by`.
    fn groups(&mut self, named: &Named) -> Result<Option<Vec<u32>>, Failure> {
        let Some((_, node)) = named.iter().find(|(name, _)| *name == "by") else { return Ok(None) };
        let What::Name(name) = &node.what else {
            return Err(Problem { at: node.at, message: "`by` takes the name of a column or key".into() }.into());
        };
        if let Some((_, codes)) = self.key(name) {
            return Ok(Some(codes.to_vec()));
        }
        Ok(Some(match self.panel.column(name)? {
            Column::Text(text) => text.codes().to_vec(),
            Column::Float(values) => number_codes(values).0,
        }))
    }

    fn statistic(&mut self, does: Does, argument: &Node, named: &Named) -> Result<Vec<f64>, Failure> {
        let x = self.dense(argument)?;
        let groups = self.groups(named)?;
        let statistic: fn(&[f64]) -> f64 = match does {
            Does::Mean => transform::mean,
            Does::Sd => transform::sd,
            Does::Sum => |values| if values.is_empty() { f64::NAN } else { values.iter().sum() },
            Does::Count => |values| values.len() as f64,
            _ => |values| {
                let mut sorted = values.to_vec();
                sorted.sort_unstable_by(f64::total_cmp);
                transform::quantile(&sorted, 0.5)
            },
        };
        Ok(transform::group_statistic(&x, groups.as_deref(), statistic))
    }

    fn missing(&mut self, argument: &Node) -> Result<Value<'p>, Failure> {
        let n = self.n();
        let column = self.eval(argument)?.into_column(n);
        Ok(Value::Truths((0..n).map(|row| Some(column.is_missing(row))).collect()))
    }

    fn fill(&mut self, arguments: &[Node]) -> Result<Value<'p>, Failure> {
        let n = self.n();
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.eval(argument)?);
        }
        if matches!(values.first(), Some(Value::Text(_) | Value::Texts(_))) {
            let columns: Vec<Column> = values.into_iter().map(|value| value.into_column(n)).collect();
            let mut texts = Interner::default();
            for row in 0..n {
                texts.push(
                    columns
                        .iter()
                        .find_map(|column| if let Column::Text(text) = column { text.get(row) } else { None }),
                );
            }
            return Ok(Value::Texts(Cow::Owned(texts.finish())));
        }
        let mut filled = vec![f64::NAN; n];
        for value in values {
            let values = as_num(value).dense(n);
            filled
                .iter_mut()
                .zip(values.iter())
                .filter(|(filled, _)| filled.is_nan())
                .for_each(|(filled, &value)| *filled = value);
        }
        Ok(Value::Numbers(Cow::Owned(filled)))
    }

    fn since(&mut self, at: usize, first: &Node) -> Result<Value<'p>, Failure> {
        let panel = self.panel;
        let Some(years) = time_numbers(panel) else {
            let message =
                format!("`since` compares numbers, and the periods of `{}` are not numbers", panel.time_name());
            return Err(Problem { at, message }.into());
        };
        let first = self.dense(first)?;
        // A missing first year means never.
        let holds = |row: usize| Some(years[panel.time_of_row()[row] as usize] >= first[row]);
        Ok(Value::Truths((0..panel.n_rows()).map(holds).collect()))
    }

    fn pim(&mut self, arguments: &[Node], named: &Named) -> Result<Vec<f64>, Failure> {
        let investment = self.dense(&arguments[0])?;
        let index = arguments.get(1).map(|node| self.dense(node)).transpose()?;
        let mut spec = PerpetualInventory { base: base(named), ..PerpetualInventory::default() };
        if let Some(delta) = self.option(named, "delta")? {
            spec.depreciation = delta;
        }
        if let Some(rate) = self.option(named, "rate")? {
            spec.initial = InitialStock::Rate(rate);
        }
        if let Some((_, node)) = named.iter().find(|(name, _)| *name == "initial") {
            spec.initial = match &node.what {
                What::Text(_) => InitialStock::Growth,
                _ => InitialStock::Given(self.dense(node)?.into_owned()),
            };
        }
        let prices = index.as_deref().map_or(Prices::Constant, Prices::PreviousPeriod);
        let stock = capital_stock(self.panel, &investment, prices, &spec).map_err(|error| {
            let initial = named.iter().find(|(name, _)| *name == "initial").map(|(_, node)| node);
            let given = [Some(&arguments[0]), arguments.get(1), initial];
            let known = ["investment", "price index", "initial capital"].into_iter().zip(given);
            self.in_columns(error, &known.filter_map(|(word, node)| Some((word, node?))).collect::<Vec<_>>())
        })?;
        self.diagnostics.extend(stock.diagnostics);
        Ok(stock.values)
    }

    /// What a chained price index should not look like.
    fn price_remarks(&mut self, index: &[f64], named: &Named) {
        let kind = transform::index_remark(self.panel, index, transform::PriceKindGuess::Levels);
        let without = transform::base_remark(self.panel, &base(named).unwrap_or_default());
        self.diagnostics.extend(kind.into_iter().chain(without));
    }

    /// Indicators of a composite index; a minus marks a cost.
    fn indicators(&mut self, arguments: &[Node]) -> Result<Vec<OwnedIndicator<'p>>, Failure> {
        let mut indicators = Vec::with_capacity(arguments.len());
        for (k, argument) in arguments.iter().enumerate() {
            let (node, direction) = match &argument.what {
                What::Negate(inner) => (&**inner, Direction::Cost),
                _ => (argument, Direction::Benefit),
            };
            let name = if let What::Name(name) = &node.what { name.clone() } else { format!("argument {}", k + 1) };
            indicators.push((name, self.dense(node)?, direction));
        }
        Ok(indicators)
    }

    fn entropy(&mut self, arguments: &[Node], named: &Named) -> Result<Vec<f64>, Failure> {
        let indicators = self.indicators(arguments)?;
        let mut spec = EntropySpec::default();
        if let Some(shift) = self.option(named, "shift")? {
            spec.shift = shift;
        }
        let indicators: Vec<Indicator<'_>> =
            indicators.iter().map(|(name, values, direction)| (name.as_str(), &**values, *direction)).collect();
        if let Some(groups) = self.groups(named)? {
            let by = entropy_index_by(&indicators, &groups, &spec)?;
            self.diagnostics.push(Diagnostic::note(
                "entropy-weights",
                format!("entropy weights in each of {} groups: {}", by.groups.len(), ranges(&indicators, &by)),
            ));
            if let Some((_, reason)) = by.without.first() {
                let message = format!("{} groups have no entropy index; the first because {reason}", by.without.len());
                self.diagnostics.push(Diagnostic::warning("entropy-group", message));
            }
            return Ok(by.values);
        }
        let index = entropy_index(&indicators, &spec)?;
        self.diagnostics.push(Diagnostic::note(
            "entropy-weights",
            format!("entropy weights over {} rows: {}", index.n, weights(&indicators, &index.weights)),
        ));
        self.diagnostics.extend(index.diagnostics);
        Ok(index.values)
    }

    fn topsis(&mut self, arguments: &[Node], named: &Named) -> Result<Vec<f64>, Failure> {
        let indicators = self.indicators(arguments)?;
        let mut spec = TopsisSpec { shift: self.option(named, "shift")?, ..TopsisSpec::default() };
        if let Some((_, Node { what: What::Text(word), at })) = named.iter().find(|(name, _)| *name == "scaling") {
            spec.scaling = word.parse().map_err(|message| Failure::from(Problem { at: *at, message }))?;
        }
        let indicators: Vec<Indicator<'_>> =
            indicators.iter().map(|(name, values, direction)| (name.as_str(), &**values, *direction)).collect();
        let result = topsis(&indicators, &spec)?;
        self.diagnostics.push(Diagnostic::note(
            "topsis-weights",
            format!("entropy weights over {} rows: {}", result.n, weights(&indicators, &result.weights)),
        ));
        self.diagnostics.extend(result.diagnostics);
        Ok(result.values)
    }
}

/// An indicator with its values.
type OwnedIndicator<'p> = (String, Cow<'p, [f64]>, Direction);

/// Weights of indicators as a list.
fn weights(indicators: &[Indicator<'_>], weights: &[f64]) -> String {
    let shown: Vec<String> =
        indicators.iter().zip(weights).map(|((name, ..), weight)| format!("{name} {weight:.4}")).collect();
    shown.join(", ")
}

/// The range of every weight over groups.
fn ranges(indicators: &[Indicator<'_>], by: &EntropyByGroup) -> String {
    let shown: Vec<String> = indicators
        .iter()
        .enumerate()
        .map(|(j, (name, ..))| {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for weight in by.groups.iter().map(|(_, index)| index.weights[j]) {
                (low, high) = (low.min(weight), high.max(weight));
            }
            format!("{name} {low:.4} to {high:.4}")
        })
        .collect();
    shown.join(", ")
}

/// The label of the base period.
fn base(named: &Named) -> Option<String> {
    named.iter().find(|(name, _)| *name == "base").and_then(|(_, node)| match &node.what {
        What::Number(value) => Some(value.to_string()),
        What::Text(text) => Some(text.clone()),
        _ => None,
    })
}
