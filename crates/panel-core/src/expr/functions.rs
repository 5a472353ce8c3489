//! The functions of the language, in one table.

/// A function: what it is called, what it takes, what it does.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) does: Does,
    /// Fewest and most arguments without a name.
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Named arguments.
    pub(crate) options: &'static [&'static str],
    pub(crate) usage: &'static str,
}

/// What a function does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Ln,
    Ln1p,
    Exp,
    Sqrt,
    Abs,
    Round,
    Floor,
    Min,
    Max,
    Ratio,
    Lag,
    Lead,
    Diff,
    Growth,
    If,
    Missing,
    Fill,
    Winsorise,
    Interpolate,
    Standardise,
    MinMax,
    Mean,
    Sd,
    Sum,
    Count,
    Median,
    Chain,
    Deflate,
    Pim,
    Entropy,
    Topsis,
    StructureAngle,
    StructureSum,
    Since,
}

impl Does {
    /// Whether a value depends on its own row alone.
    pub(super) fn is_rowwise(self) -> bool {
        match self {
            Self::Ln | Self::Ln1p | Self::Exp | Self::Sqrt | Self::Abs | Self::Round | Self::Floor => true,
            Self::Min | Self::Max | Self::Ratio | Self::If | Self::Missing | Self::Fill => true,
            Self::StructureAngle | Self::StructureSum => true,
            Self::Lag | Self::Lead | Self::Diff | Self::Growth | Self::Winsorise | Self::Interpolate => false,
            Self::Standardise | Self::MinMax | Self::Mean | Self::Sd | Self::Sum | Self::Count | Self::Median => false,
            Self::Chain | Self::Deflate | Self::Pim | Self::Entropy | Self::Topsis | Self::Since => false,
        }
    }
}

impl Function {
    pub(super) fn arity(&self) -> String {
        match (self.least, self.most) {
            (least, most) if least == most && least == 1 => "1 argument".into(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, usize::MAX) => format!("{least} or more arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        }
    }
}

const fn f(
    name: &'static str,
    aliases: &'static [&'static str],
    does: Does,
    (least, most): (usize, usize),
    options: &'static [&'static str],
    usage: &'static str,
) -> Function {
    Function { name, aliases, does, least, most, options, usage }
}

const MANY: usize = usize::MAX;

static FUNCTIONS: [Function; 34] = [
    f("ln", &["log"], Does::Ln, (1, 1), &[], "ln(x): natural logarithm; missing unless x > 0"),
    f("ln1p", &[], Does::Ln1p, (1, 1), &[], "ln1p(x): ln(1 + x)"),
    f("exp", &[], Does::Exp, (1, 1), &[], "exp(x)"),
    f("sqrt", &[], Does::Sqrt, (1, 1), &[], "sqrt(x): missing where x < 0"),
    f("abs", &[], Does::Abs, (1, 1), &[], "abs(x)"),
    f("round", &[], Does::Round, (1, 1), &[], "round(x): to the nearest whole number, halves away from zero"),
    f("floor", &[], Does::Floor, (1, 1), &[], "floor(x)"),
    f("min", &[], Does::Min, (2, MANY), &[], "min(x, y, …): smallest of the row"),
    f("max", &[], Does::Max, (2, MANY), &[], "max(x, y, …): largest of the row"),
    f("ratio", &[], Does::Ratio, (2, 2), &[], "ratio(x, y): x / y"),
    f("lag", &[], Does::Lag, (1, 2), &[], "lag(x) or lag(x, k): the value k periods before; missing across gaps"),
    f("lead", &[], Does::Lead, (1, 2), &[], "lead(x) or lead(x, k): the value k periods later"),
    f("diff", &["difference"], Does::Diff, (1, 2), &[], "diff(x) or diff(x, k): x - lag(x, k)"),
    f("growth", &[], Does::Growth, (1, 2), &[], "growth(x) or growth(x, k): x / lag(x, k) - 1"),
    f("if", &["ifelse"], Does::If, (3, 3), &[], "if(condition, a, b): a where it holds, b where it does not"),
    f("missing", &["is_missing"], Does::Missing, (1, 1), &[], "missing(x): whether the value is missing"),
    f("fill", &["coalesce"], Does::Fill, (2, MANY), &[], "fill(x, y, …): the first that is not missing"),
    f(
        "winsorise",
        &["winsorize", "winsor"],
        Does::Winsorise,
        (1, 2),
        &["by"],
        "winsorise(x, 0.01, by = year): tails of that share pulled in",
    ),
    f(
        "interpolate",
        &[],
        Does::Interpolate,
        (1, 1),
        &["longest"],
        "interpolate(x, longest = 2): inner gaps of an entity on a straight line",
    ),
    f(
        "standardise",
        &["standardize", "zscore"],
        Does::Standardise,
        (1, 1),
        &["by"],
        "standardise(x, by = year): (x - mean) / sd",
    ),
    f("minmax", &["min_max"], Does::MinMax, (1, 1), &["by"], "minmax(x, by = year): (x - min) / (max - min)"),
    f("mean", &["avg"], Does::Mean, (1, 1), &["by"], "mean(x, by = region): mean of the group"),
    f("sd", &["std"], Does::Sd, (1, 1), &["by"], "sd(x, by = region): standard deviation of the group, divisor n - 1"),
    f("sum", &["total"], Does::Sum, (1, 1), &["by"], "sum(x, by = year): sum of the group"),
    f("count", &[], Does::Count, (1, 1), &["by"], "count(x, by = city): values present in the group"),
    f("median", &[], Does::Median, (1, 1), &["by"], "median(x, by = year): median of the group"),
    f(
        "chain",
        &[],
        Does::Chain,
        (1, 1),
        &["base"],
        "chain(index, base = 2013): level of a price index with the previous year = 100",
    ),
    f(
        "deflate",
        &[],
        Does::Deflate,
        (2, 2),
        &["base"],
        "deflate(x, index, base = 2013): x at base prices; index with the previous year = 100",
    ),
    f(
        "pim",
        &["capital_stock"],
        Does::Pim,
        (1, 2),
        &["delta", "base", "rate", "initial"],
        "pim(investment, index, delta = 0.096, base = 2013, rate = 0.1): capital stock; initial = \"growth\" for I / (g + delta), or initial = stock",
    ),
    f(
        "entropy",
        &[],
        Does::Entropy,
        (1, MANY),
        &["shift", "by"],
        "entropy(a, -b, …, shift = 1e-4, by = year): entropy-weight index, pooled or by group; a minus marks a cost indicator",
    ),
    f(
        "topsis",
        &[],
        Does::Topsis,
        (1, MANY),
        &["shift", "scaling"],
        "topsis(a, -b, …, scaling = \"vector\"): relative closeness under entropy weights; scaling = \"min-max\", a minus marks a cost indicator",
    ),
    f(
        "structure_angle",
        &[],
        Does::StructureAngle,
        (2, MANY),
        &[],
        "structure_angle(s1, s2, s3): vector-angle index of the sector shares",
    ),
    f("structure_sum", &[], Does::StructureSum, (2, MANY), &[], "structure_sum(s1, s2, s3): s1 + 2 s2 + 3 s3"),
    f(
        "since",
        &[],
        Does::Since,
        (1, 1),
        &[],
        "since(first_year): true from that year on, false before and where there is none",
    ),
];

pub(super) fn find(name: &str) -> Option<&'static Function> {
    let lower = name.to_lowercase();
    FUNCTIONS.iter().find(|function| function.name == lower || function.aliases.contains(&lower.as_str()))
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().flat_map(|function| std::iter::once(function.name).chain(function.aliases.iter().copied()))
}

/// A function for a manual or a help page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionHelp {
    /// Its name.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// How to call it and what it does.
    pub usage: &'static str,
}

/// All functions of the language.
#[must_use]
pub fn function_help() -> Vec<FunctionHelp> {
    FUNCTIONS.iter().map(|f| FunctionHelp { name: f.name, aliases: f.aliases, usage: f.usage }).collect()
}
