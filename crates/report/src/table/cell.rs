//! One cell: a value with its format, stars and brackets.

use crate::numfmt::{self, Format};
use crate::{Lang, Text};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing, on purpose.
    Empty,
    /// Words.
    Text(Text),
    /// A number at full precision and the digits it is printed with.
    Number {
        /// Full precision.
        value: f64,
        /// Digits.
        format: Format,
    },
    /// Two numbers, printed as `low, high`.
    Interval {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Digits.
        format: Format,
    },
    /// A p-value: three digits, `<0.001` below that.
    PValue(f64),
    /// A number that should be here and is not; the table's notes say why.
    Missing {
        /// Why.
        reason: Text,
    },
}

/// Brackets around a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrap {
    /// None.
    #[default]
    None,
    /// `(…)`.
    Parens,
    /// `[…]`.
    Brackets,
}

/// One cell of a [`Table`](super::Table).
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The value.
    pub value: Value,
    /// Number of significance stars.
    pub stars: u8,
    /// Brackets.
    pub wrap: Wrap,
}

impl Cell {
    /// A cell with a value, no stars, no brackets.
    #[must_use]
    pub const fn new(value: Value) -> Self {
        Self { value, stars: 0, wrap: Wrap::None }
    }

    /// An empty cell.
    #[must_use]
    pub const fn empty() -> Self {
        Self::new(Value::Empty)
    }

    /// Words.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::new(Value::Text(text.into()))
    }

    /// A number; NaN becomes a missing cell.
    #[must_use]
    pub fn number(value: f64, format: Format) -> Self {
        if value.is_nan() {
            return Self::missing(("数值不存在", "not a number"));
        }
        Self::new(Value::Number { value, format })
    }

    /// A count.
    #[must_use]
    pub fn count(n: usize) -> Self {
        Self::number(n as f64, Format::Grouped)
    }

    /// A number that may be absent, with the reason if it is.
    pub fn optional(value: Option<f64>, format: Format, reason: impl Into<Text>) -> Self {
        match value {
            Some(value) if !value.is_nan() => Self::number(value, format),
            _ => Self::missing(reason),
        }
    }

    /// A p-value; NaN becomes a missing cell.
    #[must_use]
    pub fn p_value(p: f64) -> Self {
        if p.is_nan() {
            return Self::missing(("p 值不存在", "no p-value"));
        }
        Self::new(Value::PValue(p))
    }

    /// An interval.
    #[must_use]
    pub const fn interval(low: f64, high: f64, format: Format) -> Self {
        Self::new(Value::Interval { low, high, format })
    }

    /// A number that is not there, and why.
    pub fn missing(reason: impl Into<Text>) -> Self {
        Self::new(Value::Missing { reason: reason.into() })
    }

    /// 是 or 否, Yes or No.
    #[must_use]
    pub fn yes_no(yes: bool) -> Self {
        Self::text(if yes { ("是", "Yes") } else { ("否", "No") })
    }

    /// The same cell with stars.
    #[must_use]
    pub const fn with_stars(mut self, stars: u8) -> Self {
        self.stars = stars;
        self
    }

    /// The same cell in brackets.
    #[must_use]
    pub const fn wrapped(mut self, wrap: Wrap) -> Self {
        self.wrap = wrap;
        self
    }

    /// Whether it holds a number (an interval and a p-value count).
    #[must_use]
    pub const fn is_numeric(&self) -> bool {
        matches!(self.value, Value::Number { .. } | Value::Interval { .. } | Value::PValue(_) | Value::Missing { .. })
    }

    /// The text of the value with its brackets, without the stars.
    #[must_use]
    pub fn print(&self, lang: Lang) -> String {
        self.print_with(lang, false)
    }

    /// The same, with separated thousands where they are asked for.
    pub(crate) fn print_with(&self, lang: Lang, thousands: bool) -> String {
        let number = |value: f64, format: Format| {
            let printed = numfmt::number(value, format);
            if thousands { numfmt::with_thousands(&printed) } else { printed }
        };
        let inner = match &self.value {
            Value::Empty => return String::new(),
            Value::Text(text) => text.get(lang).to_owned(),
            Value::Number { value, format } => number(*value, *format),
            Value::Interval { low, high, format } => {
                format!("{}, {}", number(*low, *format), number(*high, *format))
            }
            Value::PValue(p) => numfmt::p_value(*p),
            Value::Missing { .. } => return numfmt::MISSING.to_owned(),
        };
        match self.wrap {
            Wrap::None => inner,
            Wrap::Parens => format!("({inner})"),
            Wrap::Brackets => format!("[{inner}]"),
        }
    }
}
