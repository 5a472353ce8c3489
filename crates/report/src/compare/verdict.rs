//! The verdict of a cell.

use crate::numfmt::{self, Format};
use crate::published::{CellKey, Published, Stat, bare_number};
use crate::stars::parse_stars;
use crate::{Error, Result, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a replicated number relates to the published one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// It rounds to the printed number (a tie may go either way).
    Same,
    /// It does not, but the coefficient of its cell has the published sign and number of stars.
    SameSignAndStars,
    /// Neither.
    Differs,
    /// There is nothing to compare, and a reason.
    NotComparable,
    /// A replicated number that the publication does not print.
    NotPublished,
}

impl Verdict {
    /// Every verdict, best first.
    pub const ALL: [Self; 5] =
        [Self::Same, Self::SameSignAndStars, Self::Differs, Self::NotComparable, Self::NotPublished];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::SameSignAndStars => "same-sign-and-stars",
            Self::Differs => "differs",
            Self::NotComparable => "not-comparable",
            Self::NotPublished => "not-published",
        }
    }

    /// Its name for a reader.
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Same => Text::new("一致（按发表位数）", "same at printed digits"),
            Self::SameSignAndStars => Text::new("符号与显著性一致", "same sign and stars"),
            Self::Differs => Text::new("不一致", "differs"),
            Self::NotComparable => Text::new("不可比", "not comparable"),
            Self::NotPublished => Text::new("未发表", "not published"),
        }
    }

    /// One character: `=`, `≈`, `≠`, or nothing.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Same => "=",
            Self::SameSignAndStars => "≈",
            Self::Differs => "≠",
            Self::NotComparable | Self::NotPublished => "",
        }
    }
}

crate::words!(Verdict, "verdict", name, crate::Error);

/// A replicated number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replicated {
    /// Where it belongs in the publication.
    #[serde(flatten)]
    pub key: CellKey,
    /// The number.
    pub value: ReplicatedValue,
}

/// What a replication has for a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReplicatedValue {
    /// A number at full precision.
    Number(f64),
    /// A number of stars.
    Stars(u8),
    /// No number that could be compared, and why.
    NotComparable(Text),
}

impl Replicated {
    /// A number; NaN counts as not comparable.
    #[must_use]
    pub fn number(key: CellKey, value: f64) -> Self {
        if value.is_nan() {
            return Self::not_comparable(key, ("数值不存在", "not a number"));
        }
        Self { key, value: ReplicatedValue::Number(value) }
    }

    /// Stars.
    #[must_use]
    pub const fn stars(key: CellKey, stars: u8) -> Self {
        Self { key, value: ReplicatedValue::Stars(stars) }
    }

    /// No number, and why.
    pub fn not_comparable(key: CellKey, reason: impl Into<Text>) -> Self {
        Self { key, value: ReplicatedValue::NotComparable(reason.into()) }
    }
}

/// One compared cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparedCell {
    /// Where it stands.
    #[serde(flatten)]
    pub key: CellKey,
    /// The published text.
    pub published: Option<String>,
    /// The replicated number at full precision.
    pub replicated: Option<f64>,
    /// The replicated number at the published digits, or its stars.
    pub shown: String,
    /// Replicated less published.
    pub difference: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why there is no comparison, or the likely cause of a difference; callers may fill it in.
    pub remark: Text,
}

/// All compared cells: those of the publication in its order, then those that only the replication has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The cells.
    pub cells: Vec<ComparedCell>,
}

/// How many cells got which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Published cells.
    pub published: usize,
    /// Same at printed digits.
    pub same: usize,
    /// Same sign and stars.
    pub same_sign_and_stars: usize,
    /// Different.
    pub differs: usize,
    /// Not comparable.
    pub not_comparable: usize,
    /// Only in the replication.
    pub not_published: usize,
}

/// Compares every published number with its replicated one.
///
/// A coefficient that does not round to the printed number is [`Verdict::SameSignAndStars`] when its sign and its stars
/// agree; a standard error shares the verdict of its coefficient at best. Other numbers are the same or differ.
///
/// # Errors
/// [`Error::Specification`] when a cell stands twice on one side, [`Error::BadNumber`] when a published text is no
/// number (or no stars, where stars belong).
pub fn compare(published: &[Published], replicated: &[Replicated]) -> Result<Comparison> {
    let mut ours: BTreeMap<&CellKey, &ReplicatedValue> = BTreeMap::new();
    for cell in replicated {
        if ours.insert(&cell.key, &cell.value).is_some() {
            return Err(Error::Specification(format!("replicated twice: {}", cell.key)));
        }
    }
    let mut theirs: BTreeMap<&CellKey, &str> = BTreeMap::new();
    for cell in published {
        if theirs.insert(&cell.key, &cell.printed).is_some() {
            return Err(Error::Specification(format!("published twice: {}", cell.key)));
        }
    }
    let mut cells = published.iter().map(|cell| compare_cell(cell, &theirs, &ours)).collect::<Result<Vec<_>>>()?;
    for cell in replicated.iter().filter(|cell| !theirs.contains_key(&cell.key)) {
        let (replicated, shown) = match &cell.value {
            ReplicatedValue::Number(value) => (Some(*value), numfmt::number(*value, Format::Significant(4))),
            ReplicatedValue::Stars(stars) => (None, "*".repeat(usize::from(*stars))),
            ReplicatedValue::NotComparable(_) => (None, String::new()),
        };
        cells.push(ComparedCell {
            key: cell.key.clone(),
            published: None,
            replicated,
            shown,
            difference: None,
            verdict: Verdict::NotPublished,
            remark: Text::default(),
        });
    }
    Ok(Comparison { cells })
}

type Ours<'a> = BTreeMap<&'a CellKey, &'a ReplicatedValue>;
type Theirs<'a> = BTreeMap<&'a CellKey, &'a str>;

fn compare_cell(cell: &Published, theirs: &Theirs<'_>, ours: &Ours<'_>) -> Result<ComparedCell> {
    let mut compared = ComparedCell {
        key: cell.key.clone(),
        published: Some(cell.printed.clone()),
        replicated: None,
        shown: String::new(),
        difference: None,
        verdict: Verdict::NotComparable,
        remark: Text::default(),
    };
    let bad = |expected: &str| Error::BadNumber {
        place: cell.key.to_string(),
        text: cell.printed.clone(),
        expected: expected.to_owned(),
    };
    let value = match ours.get(&cell.key) {
        None => {
            compared.remark = Text::new("复现中没有这个数", "the replication has no such number");
            return Ok(compared);
        }
        Some(ReplicatedValue::NotComparable(reason)) => {
            compared.remark = reason.clone();
            return Ok(compared);
        }
        Some(ReplicatedValue::Stars(stars)) => {
            let printed = parse_stars(&cell.printed).ok_or_else(|| bad("stars"))?;
            compared.shown = "*".repeat(usize::from(*stars));
            compared.verdict = if printed == *stars { Verdict::Same } else { Verdict::Differs };
            return Ok(compared);
        }
        Some(ReplicatedValue::Number(value)) => *value,
    };
    let printed = bare_number(&cell.printed).ok_or_else(|| bad("a printed number"))?;
    compared.replicated = Some(value);
    compared.shown = printed.print_like(value);
    compared.difference = Some(value - printed.value);
    compared.verdict = if printed.matches(value) {
        Verdict::Same
    } else if matches!(cell.key.stat, Stat::Coef | Stat::Se) && same_sign_and_stars(&cell.key, theirs, ours) {
        Verdict::SameSignAndStars
    } else {
        Verdict::Differs
    };
    Ok(compared)
}

/// Whether the coefficient of this cell has the published sign and the published stars.
fn same_sign_and_stars(key: &CellKey, theirs: &Theirs<'_>, ours: &Ours<'_>) -> bool {
    let sibling = |stat| CellKey { stat, ..key.clone() };
    let (coef, stars) = (sibling(Stat::Coef), sibling(Stat::Stars));
    let printed = theirs.get(&coef).and_then(|text| bare_number(text)).map(|printed| printed.value);
    let ours_coef = match ours.get(&coef) {
        Some(ReplicatedValue::Number(value)) => Some(*value),
        _ => None,
    };
    let printed_stars = theirs.get(&stars).and_then(|text| parse_stars(text));
    let ours_stars = match ours.get(&stars) {
        Some(ReplicatedValue::Stars(stars)) => Some(*stars),
        _ => None,
    };
    match (printed, ours_coef, printed_stars, ours_stars) {
        (Some(a), Some(b), Some(c), Some(d)) => a * b > 0.0 && c == d,
        _ => false,
    }
}

impl Comparison {
    /// A comparison of some of another's cells.
    #[must_use]
    pub const fn of(cells: Vec<ComparedCell>) -> Self {
        Self { cells }
    }

    /// Counts of the cells that `keep` selects.
    #[must_use]
    pub fn counts(&self, keep: impl Fn(&CellKey) -> bool) -> Counts {
        let mut counts = Counts::default();
        for cell in self.cells.iter().filter(|cell| keep(&cell.key)) {
            match cell.verdict {
                Verdict::Same => counts.same += 1,
                Verdict::SameSignAndStars => counts.same_sign_and_stars += 1,
                Verdict::Differs => counts.differs += 1,
                Verdict::NotComparable => counts.not_comparable += 1,
                Verdict::NotPublished => counts.not_published += 1,
            }
            counts.published += usize::from(cell.published.is_some());
        }
        counts
    }

    /// Counts of numbers, stars left out.
    #[must_use]
    pub fn numbers(&self) -> Counts {
        self.counts(|key| key.stat != Stat::Stars)
    }

    /// Counts of stars.
    #[must_use]
    pub fn stars(&self) -> Counts {
        self.counts(|key| key.stat == Stat::Stars)
    }

    /// The cells, differing ones first, then those without comparison, then those that agree; otherwise in order.
    #[must_use]
    pub fn differing_first(&self) -> Vec<&ComparedCell> {
        let rank = |verdict| match verdict {
            Verdict::Differs => 0,
            Verdict::NotComparable => 1,
            Verdict::SameSignAndStars => 2,
            Verdict::Same => 3,
            Verdict::NotPublished => 4,
        };
        let mut cells: Vec<&ComparedCell> = self.cells.iter().collect();
        cells.sort_by_key(|cell| rank(cell.verdict));
        cells
    }
}
