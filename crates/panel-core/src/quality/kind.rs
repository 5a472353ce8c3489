//! Why a value is remarkable.

use serde::{Deserialize, Serialize};

/// Why a value is remarkable, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FlagKind {
    /// Outside the known range.
    Range,
    /// About a power of ten times its neighbours: a unit or a digit.
    Unit,
    /// Far above or below both neighbours.
    Spike,
    /// Far from the period before, and staying there (or at the end of the series).
    Jump,
    /// Far from the other entities of the period.
    Outlier,
    /// A series that another entity has, too.
    Copied,
}

impl FlagKind {
    /// All kinds, the most telling first.
    pub const ALL: [Self; 6] = [Self::Range, Self::Unit, Self::Spike, Self::Jump, Self::Outlier, Self::Copied];

    /// Stable short name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Range => "quality-range",
            Self::Unit => "quality-unit",
            Self::Spike => "quality-spike",
            Self::Jump => "quality-jump",
            Self::Outlier => "quality-outlier",
            Self::Copied => "quality-copied",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Range => "value(s) outside the known range",
            Self::Unit => "value(s) that look like another unit or a digit too many or too few",
            Self::Spike => "spike(s)",
            Self::Jump => "jump(s)",
            Self::Outlier => "outlier(s) of their period",
            Self::Copied => "series that stand twice",
        }
    }
}
