//! The vocabulary of choices: model, orientation, returns to scale, bad outputs, calibration, reference, index.
//!
//! Every enum reads and writes the word used in study files (`"ebm"`, `"two-minus-phi"`), and says it through
//! `Display`, so that a result can carry a complete record of its conventions.

use serde::{Deserialize, Serialize};

/// Defines a word enum with kebab-case serde names, `ALL`, `as_str`, `Display` and `FromStr`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every option, in documentation order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in study files.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(text: &str) -> crate::Result<Self> {
                Self::ALL.iter().copied().find(|option| option.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|option| option.as_str()).collect();
                    let hint = panel_core::suggest::nearest(text, known.iter().copied())
                        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    crate::Error::Specification(format!(
                        "`{text}` is no {}; expected one of {}{hint}", stringify!($name), known.join(", ")))
                })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The efficiency model.
    Model {
        /// Epsilon-based measure (Tone and Tsutsui 2010).
        Ebm = "ebm",
        /// Slacks-based measure (Tone 2001; with bad outputs Tone 2003).
        Sbm = "sbm",
        /// Radial measure (Charnes, Cooper and Rhodes 1978; Banker, Charnes and Cooper 1984).
        Radial = "radial",
        /// Directional distance function (Chung, Färe and Grosskopf 1997).
        Ddf = "ddf",
        /// Non-radial directional distance function (Zhou, Ang and Wang 2012).
        NonRadialDdf = "non-radial-ddf",
    }
}

words! {
    /// Which side is measured.
    Orientation {
        /// Inputs and outputs together.
        None = "none",
        /// Inputs, at given outputs.
        Input = "input",
        /// Outputs, at given inputs.
        Output = "output",
    }
}

words! {
    /// Returns to scale of the reference technology: the rule on Λ'1.
    Rts {
        /// Constant: no rule.
        Crs = "crs",
        /// Variable: Σλ = 1.
        Vrs = "vrs",
        /// Non-increasing: Σλ ≤ 1.
        Nirs = "nirs",
        /// Non-decreasing: Σλ ≥ 1.
        Ndrs = "ndrs",
    }
}

words! {
    /// How bad outputs enter a program with factors θ (inputs) and φ (goods).
    BadsConvention {
        /// A: BΛ + s = φ b, the form usually printed.
        Phi = "phi",
        /// B: BΛ + s = (2 − φ) b, the mirrored contraction.
        TwoMinusPhi = "two-minus-phi",
        /// C: BΛ + s = b, slack only, as in the slacks-based measure.
        Slack = "slack",
        /// D: BΛ + s = θ b, like an input, its slack in the numerator.
        Input = "input",
    }
}

words! {
    /// Disposability of bad outputs in directional models.
    Disposability {
        /// BΛ = b − β g, and under variable returns the abatement factor of Kuosmanen (2005) is *not* added:
        /// the equality form, as most programs print it.
        Weak = "weak",
        /// BΛ ≤ b − β g.
        Strong = "strong",
        /// BΛ ≤ b − β g together with b − β g ≤ max B of the reference (Aparicio, Pastor and Zofío 2013).
        StrongCapped = "strong-capped",
        /// Weak under variable returns with unit-specific abatement (Kuosmanen 2005): X(λ+μ) ≤ x, Yλ ≥ y, Bλ = b,
        /// Σ(λ+μ) = 1. Equal to `Weak` under constant returns.
        WeakKuosmanen = "weak-kuosmanen",
    }
}

words! {
    /// The data on which diversity and affinity are measured.
    CalibrationRule {
        /// The observations themselves (Tone and Tsutsui 2010, footnote 1).
        Raw = "raw",
        /// Projections by the non-oriented slacks-based measure under variable returns.
        Sbm = "sbm",
        /// Projections by the normalised additive model under variable returns (equations 19 to 22).
        Add = "add",
    }
}

words! {
    /// Whose ε and w the own-period scores use.
    CalibrationScope {
        /// One global set, pooled over periods, in every program.
        Pooled = "pooled",
        /// The period's own set in E^t; the pooled set in E^G.
        PerPeriod = "per-period",
    }
}

words! {
    /// The reference technology of the main score.
    Reference {
        /// All periods pooled (Pastor and Lovell 2005).
        Global = "global",
        /// The unit's own period.
        Contemporaneous = "contemporaneous",
        /// All periods up to the unit's own (Tulkens and Vanden Eeckaut 1995; Shestalova 2003).
        Sequential = "sequential",
        /// The unit's period and the next (Pastor, Asmild and Lovell 2011); in the last period, that and the one before.
        Biennial = "biennial",
        /// The unit's period and the `window − 1` periods before it (Charnes et al. 1985).
        Window = "window",
        /// All periods and all groups; the own-period score is measured within the unit's group.
        Metafrontier = "metafrontier",
    }
}

words! {
    /// The productivity index.
    Index {
        /// No index.
        None = "none",
        /// Global index: E^G(t+1)/E^G(t), or (1+D)/(1+D') for directional models (Oh 2010).
        Gml = "gml",
        /// Malmquist index on the chosen reference: geometric mean of adjacent periods (Färe et al. 1994), also on
        /// sequential frontiers; a single ratio on biennial and global ones.
        Malmquist = "malmquist",
        /// Malmquist-Luenberger index of directional models (Chung, Färe and Grosskopf 1997).
        MalmquistLuenberger = "ml",
        /// Luenberger indicator: arithmetic, in differences (Chambers, Färe and Grosskopf 1996).
        Luenberger = "luenberger",
    }
}

words! {
    /// How an index between periods becomes a value of each row (decision of the study).
    PanelValue {
        /// First period 1 (0 for an indicator), then the index of each transition.
        FirstOne = "first-one",
        /// The index of each transition; the first period stays empty.
        DropFirst = "drop-first",
        /// First period 1, then the running product (0 and the running sum for an indicator).
        Cumulated = "cumulated",
        /// Natural logarithm of the running product, 0 in the first period (not for an indicator).
        LogCumulated = "log-cumulated",
        /// The data hold a base period before the sample: its rows stay empty, all later ones have a transition.
        BaseGiven = "base-given",
    }
}

words! {
    /// The direction of a directional model, in multiples of what is chosen here.
    DirectionRule {
        /// The evaluated unit's own value.
        Observed = "observed",
        /// Zero: not scaled.
        Zero = "zero",
        /// One, in the column's own unit.
        One = "one",
        /// The mean of the reference set.
        Mean = "mean",
    }
}

/// The direction (−gx, gy, −gb) of a directional model, one rule per group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Direction {
    /// Inputs.
    pub inputs: DirectionRule,
    /// Good outputs.
    pub goods: DirectionRule,
    /// Bad outputs.
    pub bads: DirectionRule,
}

impl Default for Direction {
    /// g = (0, y, −b), the direction of Chung, Färe and Grosskopf (1997).
    fn default() -> Self {
        Self { inputs: DirectionRule::Zero, goods: DirectionRule::Observed, bads: DirectionRule::Observed }
    }
}

/// One number per group of columns.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epsilon {
    /// ε of inputs, in [0, 1].
    pub inputs: f64,
    /// ε of good outputs, in [0, 1].
    #[serde(default)]
    pub goods: f64,
    /// ε of bad outputs, in [0, 1].
    #[serde(default)]
    pub bads: f64,
}

/// One weight per column; each group sums to one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// Weights of inputs.
    pub inputs: Vec<f64>,
    /// Weights of good outputs.
    pub goods: Vec<f64>,
    /// Weights of bad outputs.
    #[serde(default)]
    pub bads: Vec<f64>,
}

/// ε and w of an epsilon-based measure.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EbmParameters {
    /// ε per group.
    pub epsilon: Epsilon,
    /// w per column.
    pub weights: Weights,
}

/// Where ε and w come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Calibration {
    /// Computed from the data.
    Rule(CalibrationRule),
    /// Given.
    Given(EbmParameters),
}

impl Default for Calibration {
    fn default() -> Self {
        Self::Rule(CalibrationRule::Raw)
    }
}

/// Everything a whole-panel evaluation can be told. The default is the study's: non-oriented EBM, constant returns,
/// bounded, convention A, raw pooled calibration, global frontier, GML, first year 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PanelSpec {
    /// Efficiency model.
    pub model: Model,
    /// Orientation (ignored by directional models).
    pub orientation: Orientation,
    /// Returns to scale.
    pub rts: Rts,
    /// How bad outputs enter (EBM, SBM, radial).
    pub bads_convention: BadsConvention,
    /// θ ≤ 1 and φ ≥ 1 in the non-oriented EBM. Empty means the default: yes there, no elsewhere.
    pub bounded: Option<bool>,
    /// Disposability of bad outputs (directional models).
    pub disposability: Disposability,
    /// Direction (directional models).
    pub direction: Direction,
    /// Weights of the non-radial directional model, in column order (inputs, goods, bads); empty means 1/3 per group
    /// shared equally inside it (Zhou, Ang and Wang 2012), over the groups whose direction is not zero. A weight on a
    /// column whose direction is zero is refused: mind that inputs have none by default.
    pub nonradial_weights: Vec<f64>,
    /// Where ε and w come from (EBM).
    pub calibration: Calibration,
    /// Whose ε and w the own-period score uses (EBM).
    pub calibration_scope: CalibrationScope,
    /// Reference technology of the main score.
    pub reference: Reference,
    /// Number of periods of a window reference.
    pub window: usize,
    /// Productivity index.
    pub malmquist: Index,
    /// How the index becomes a value of each row.
    pub panel_value: PanelValue,
    /// Base period of `panel_value = "base-given"`; empty means the first period of the data.
    pub base_period: Option<i64>,
    /// Split efficiency change into pure and scale efficiency change (constant-returns models).
    pub scale_change: bool,
    /// Leave the evaluated unit out of its own reference set.
    pub super_efficiency: bool,
    /// Price every column of every reference set instead of its generators: slower, same scores; for checks.
    pub all_columns: bool,
    /// Keep θ, φ, slacks, targets, peers and duals of every row.
    pub details: bool,
}

impl Default for PanelSpec {
    fn default() -> Self {
        Self {
            model: Model::Ebm,
            orientation: Orientation::None,
            rts: Rts::Crs,
            bads_convention: BadsConvention::Phi,
            bounded: None,
            disposability: Disposability::Weak,
            direction: Direction::default(),
            nonradial_weights: Vec::new(),
            calibration: Calibration::default(),
            calibration_scope: CalibrationScope::Pooled,
            reference: Reference::Global,
            window: 3,
            malmquist: Index::Gml,
            panel_value: PanelValue::FirstOne,
            base_period: None,
            scale_change: false,
            super_efficiency: false,
            all_columns: false,
            details: false,
        }
    }
}

impl PanelSpec {
    /// Whether θ ≤ 1 and φ ≥ 1 are imposed, the default resolved.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.bounded
            .unwrap_or(self.model == Model::Ebm && self.orientation == Orientation::None && !self.super_efficiency)
    }
}
