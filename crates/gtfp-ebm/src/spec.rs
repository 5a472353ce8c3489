//! The vocabulary of choices: model, orientation, returns to scale, bad outputs, calibration, reference, index.
//!
//! Every enum reads and writes the word used in study files (`"ebm"`, `"two-minus-phi"`), and says it through
//! `Display`, so that a result can carry a complete record of its conventions.

use crate::lp::Solver;
use crate::words::words;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

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
    /// How a radial Malmquist index is taken apart.
    Decomposition {
        /// Färe, Grosskopf, Norris and Zhang (1994).
        Fgnz = "fgnz",
        /// Ray and Desli (1997), geometric means.
        RayDesli = "ray-desli",
        /// Ray and Desli on the base period alone.
        RayDesliBase = "ray-desli-base",
        /// Generalised (Grifell-Tatjé and Lovell 1999).
        GrifellLovell = "grifell-lovell",
        /// Output bias, input bias and magnitude of technical change (Färe et al. 1997).
        Bias = "bias",
    }
}

words! {
    /// What a unit gets that its reference technology does not reach (another period's, where factors are bounded or only
    /// slacks are measured).
    Outside {
        /// No score, and a status that says so.
        Empty = "empty",
        /// The score of a super-efficiency program, above 1.
        SuperEfficiency = "super-efficiency",
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
        /// The way to the best value of the reference set: the range directional model (RDM) of Portela, Thanassoulis and
        /// Simpson (2004), for data with zeros and negative values, under variable returns.
        Range = "range",
    }
}

/// The direction (−gx, gy, −gb) of a directional model, one rule per group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EbmParameters {
    /// ε per group.
    pub epsilon: Epsilon,
    /// w per column.
    pub weights: Weights,
}

/// Where ε and w come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// Read by hand, so that errors name the choices, and their place in a file.
impl<'de> Deserialize<'de> for Calibration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RuleOrValues;

        impl<'de> Visitor<'de> for RuleOrValues {
            type Value = Calibration;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`raw`, `sbm`, `add`, or a table with `epsilon` and `weights`")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Calibration, E> {
                CalibrationRule::deserialize(de::value::StrDeserializer::new(word)).map(Calibration::Rule)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Calibration, A::Error> {
                EbmParameters::deserialize(de::value::MapAccessDeserializer::new(map)).map(Calibration::Given)
            }
        }

        deserializer.deserialize_any(RuleOrValues)
    }
}

/// Options of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BootstrapSpec {
    /// Number of replications.
    pub replications: usize,
    /// Seed; replication r, counted from one, has stream r of a ChaCha8 generator with it.
    pub seed: u64,
    /// Level of the intervals, such as 0.95.
    pub level: f64,
    /// Bandwidth relative to the standard deviation of scores; none for the rule.
    pub bandwidth: Option<f64>,
}

impl Default for BootstrapSpec {
    fn default() -> Self {
        Self { replications: 1000, seed: 19_980_101, level: 0.95, bandwidth: None }
    }
}

/// Everything a whole-panel evaluation can be told, key by key a `[[gtfp]]` section of a study. The default is a
/// non-oriented, bounded, constant-returns EBM with bads by convention A, ε and w from the raw pooled data, on the frontier
/// of all periods, with the global index and the first year 1.
///
/// An option that another choice leaves without effect is refused unless it says its default
/// ([`Error::Specification`](crate::Error::Specification)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PanelSpec {
    /// Names of the input columns. May stay empty where the data come with their columns
    /// ([`PanelData`](crate::PanelData)); names that the data do not have are refused.
    pub inputs: Vec<String>,
    /// Names of the good outputs, likewise.
    pub goods: Vec<String>,
    /// Names of the bad outputs, likewise.
    pub bads: Vec<String>,
    /// Efficiency model.
    pub model: Model,
    /// Which side is measured. Where it is absent: `output` for the radial model, `none` for the others; directional
    /// models have their direction instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<Orientation>,
    /// Returns to scale.
    pub rts: Rts,
    /// How bad outputs enter (EBM, SBM, radial).
    pub bads_convention: BadsConvention,
    /// θ ≤ 1 and φ ≥ 1 in the non-oriented EBM. Where it is absent: yes there (but for super-efficiency), no elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounded: Option<bool>,
    /// Disposability of bad outputs (directional models).
    pub disposability: Disposability,
    /// Direction (directional models).
    pub direction: Direction,
    /// Direction by hand, in place of the rules of `direction` (directional models): a number per column in the column's own
    /// unit, in column order (inputs, goods, bads), none negative, zero where a column is not scaled. β then counts in
    /// multiples of these numbers, the same for every unit, and changes with the units of the columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub direction_values: Vec<f64>,
    /// Weights of the non-radial directional model, in column order (inputs, goods, bads); empty means 1/3 per group
    /// shared equally inside it (Zhou, Ang and Wang 2012), over the groups whose direction is not zero. A weight on a
    /// column whose direction is zero is refused: mind that inputs have none by default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nonradial_weights: Vec<f64>,
    /// Where ε and w come from (EBM).
    pub calibration: Calibration,
    /// Whose ε and w the own-period score uses (EBM).
    pub calibration_scope: CalibrationScope,
    /// Reference technology of the main score.
    pub reference: Reference,
    /// Number of periods of a window reference.
    pub window: usize,
    /// Name of the column of groups of a metafrontier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Productivity index. Where it is absent: `gml` on a global reference with several periods, else `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub malmquist: Option<Index>,
    /// How a radial Malmquist index is taken apart (`model = "radial"`, `malmquist = "malmquist"`); where it is absent, into
    /// EC and TC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decomposition: Option<Decomposition>,
    /// Distance of the two periods of a transition. Where it is absent, the two are neighbours in the panel's own sequence
    /// of periods, however far apart (2000, 2005, 2010, 2011); with a number, only periods exactly so far apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// How the index becomes a value of each row.
    pub panel_value: PanelValue,
    /// Base period of `panel_value = "base-given"`; where it is absent, the first period of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_period: Option<i64>,
    /// Split efficiency change into pure and scale efficiency change (constant-returns models).
    pub scale_change: bool,
    /// Leave the evaluated unit out of its own reference set.
    pub super_efficiency: bool,
    /// What a unit outside the reference technology of another period gets.
    pub outside: Outside,
    /// Price every column of every reference set instead of its generators: slower, same scores; for checks.
    pub all_columns: bool,
    /// Keep θ, φ, slacks, targets, peers and duals of every row. Targets are inputs and bads less their slacks and goods plus
    /// theirs; under super-efficiency of the slacks-based measure, whose units lie beyond the frontier, the other way round.
    /// Slacks and peers that move nothing by more than 1e-12 of the unit's own value are left out.
    pub details: bool,
    /// Which engine solves the linear programs.
    pub solver: Solver,
    /// Bootstrap intervals of scores and indices; [`bootstrap`](crate::bootstrap()) makes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<BootstrapSpec>,
}

impl Default for PanelSpec {
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            goods: Vec::new(),
            bads: Vec::new(),
            model: Model::Ebm,
            orientation: None,
            rts: Rts::Crs,
            bads_convention: BadsConvention::Phi,
            bounded: None,
            disposability: Disposability::Weak,
            direction: Direction::default(),
            direction_values: Vec::new(),
            nonradial_weights: Vec::new(),
            calibration: Calibration::default(),
            calibration_scope: CalibrationScope::Pooled,
            reference: Reference::Global,
            window: 3,
            group: None,
            malmquist: None,
            decomposition: None,
            step: None,
            panel_value: PanelValue::FirstOne,
            base_period: None,
            scale_change: false,
            super_efficiency: false,
            outside: Outside::Empty,
            all_columns: false,
            details: false,
            solver: Solver::Auto,
            bootstrap: None,
        }
    }
}

impl PanelSpec {
    /// Orientation, the default resolved.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        self.orientation.unwrap_or(if self.model == Model::Radial { Orientation::Output } else { Orientation::None })
    }

    /// Index of a panel of so many periods, the default resolved.
    #[must_use]
    pub fn index(&self, periods: usize) -> Index {
        let default = if self.reference == Reference::Global && periods > 1 { Index::Gml } else { Index::None };
        self.malmquist.unwrap_or(default)
    }

    /// What results call the score: `score_global` on the frontier of all periods, `score` on any other reference.
    #[must_use]
    pub fn score_name(&self) -> &'static str {
        if self.reference == Reference::Global { "score_global" } else { "score" }
    }

    /// What results call the index of a panel of so many periods: `gml` where it is the global one, `index` for every other
    /// (adjacent, sequential, biennial and windowed Malmquist and Malmquist-Luenberger indices, the Luenberger indicator).
    #[must_use]
    pub fn index_name(&self, periods: usize) -> &'static str {
        if self.index(periods) == Index::Gml { "gml" } else { "index" }
    }

    /// Whether θ ≤ 1 and φ ≥ 1 are imposed, the default resolved.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.bounded
            .unwrap_or(self.model == Model::Ebm && self.orientation() == Orientation::None && !self.super_efficiency)
    }

    /// Whether scores are distances (0 on the frontier) rather than efficiencies (1).
    #[must_use]
    pub fn is_distance(&self) -> bool {
        matches!(self.model, Model::Ddf | Model::NonRadialDdf)
    }

    /// What an index compares of a score: the score, 1/(1 + D) of a distance, or D itself for an indicator. The choices are
    /// [resolved](Self::resolved).
    pub(crate) fn compared(&self, score: f64) -> Option<f64> {
        if self.is_distance() && self.malmquist != Some(Index::Luenberger) {
            (score > -1.0).then(|| 1.0 / (1.0 + score))
        } else {
            Some(score)
        }
    }

    /// The same choices with every default written out, for a panel of so many periods.
    #[must_use]
    pub fn resolved(&self, periods: usize) -> Self {
        Self {
            orientation: Some(self.orientation()),
            bounded: Some(self.is_bounded()),
            malmquist: Some(self.index(periods)),
            ..self.clone()
        }
    }
}
