//! The section `[multiverse]` of a study file as types.

use crate::error::{Error, Result};
use crate::option::named_options;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

named_options!(
    /// What an option is to the question asked (Del Giudice & Gangestad 2021). It decides what is pooled.
    Kind, "kind", {
        /// A priori as good as the base.
        Equivalent = "equivalent",
        /// Nobody can say whether it is as good.
        Uncertain = "uncertain",
        /// It answers another question, or is known to be worse.
        NotEquivalent = "not-equivalent",
    }
);

named_options!(
    /// What the options of a choice touch, where it is not the estimate.
    Axis, "axis", {
        /// Standard errors only: the options make no estimates of their own and enter no joint test.
        Inference = "inference",
    }
);

named_options!(
    /// The number that stands for a universe.
    EffectKind, "effect", {
        /// b₂ of x².
        Square = "square",
        /// b₁ of x.
        Linear = "linear",
        /// Slope at the smallest x.
        SlopeLow = "slope-low",
        /// Slope at the largest x.
        SlopeHigh = "slope-high",
        /// Slope at the median of x.
        SlopeMedian = "slope-median",
    }
);

named_options!(
    /// How the null distribution of a joint test is drawn.
    Resample, "resample", {
        /// Signs by cluster on the residuals of the restricted fit.
        Wild = "wild",
        /// Clusters with replacement, recentred.
        Pairs = "pairs",
        /// Whole paths of x over entities.
        Permute = "permute",
    }
);

named_options!(
    /// Which direction of the effect a joint test looks for.
    Direction, "direction", {
        /// That of most universes; every draw is judged by its own.
        Predominant = "predominant",
        /// Positive, fixed beforehand.
        Positive = "positive",
        /// Negative, fixed beforehand.
        Negative = "negative",
    }
);

named_options!(
    /// The two-point or six-point distribution of wild draws.
    Signs, "signs", {
        /// ±1.
        Rademacher = "rademacher",
        /// ±√½, ±1, ±√1.5 (Webb 2023), for few clusters.
        Webb = "webb",
    }
);

named_options!(
    /// What is attributed to the choices.
    Response, "responses", {
        /// The effect.
        Effect = "effect",
        /// Its t statistic.
        T = "t",
        /// −b₁/(2b₂): heavy tails, better as quantiles.
        TurningPoint = "turning-point",
        /// Share of rows beyond the turning point.
        ShareBeyond = "share-beyond",
        /// 1 for the verdict looked for, else 0.
        Verdict = "verdict",
    }
);

/// A name in two languages; a plain text serves both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Chinese.
    pub zh: Option<String>,
    /// English.
    pub en: Option<String>,
}

impl Label {
    /// English, else Chinese, else nothing.
    #[must_use]
    pub fn english(&self) -> &str {
        self.en.as_deref().or(self.zh.as_deref()).unwrap_or_default()
    }

    /// Chinese, else English, else nothing.
    #[must_use]
    pub fn chinese(&self) -> &str {
        self.zh.as_deref().or(self.en.as_deref()).unwrap_or_default()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Label {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Label".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let text = serde_json::json!({ "type": "string" });
        let both = serde_json::json!({
            "type": "object",
            "properties": { "en": text, "zh": text },
            "additionalProperties": false
        });
        schemars::json_schema!({ "anyOf": [text, both] })
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            zh: Option<String>,
            en: Option<String>,
        }
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Label;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, or { en = \"…\", zh = \"…\" }")
            }
            fn visit_str<E>(self, text: &str) -> std::result::Result<Label, E> {
                Ok(Label { zh: None, en: Some(text.to_owned()) })
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(self, map: M) -> std::result::Result<Label, M::Error> {
                let Both { zh, en } = Both::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Label { zh, en })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `[multiverse]`: one column of one table under every combination of the choices.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Name of the results.
    pub id: String,
    /// Title.
    pub title: Option<Label>,
    /// Table of the column that is estimated again.
    pub table: String,
    /// The column.
    pub column: String,
    /// Variable of the verdict.
    pub x: String,
    /// Level of verdicts and shares of significant estimates.
    #[serde(default = "five_percent")]
    pub level: f64,
    /// The effect; by default that of x² where the column has it, else that of x.
    pub effect: Option<EffectKind>,
    /// Whether effects stay in the units of the data.
    #[serde(default)]
    pub raw: bool,
    /// Joint tests.
    #[serde(default)]
    pub joint: JointSpec,
    /// Attribution.
    #[serde(default)]
    pub attribution: AttributionSpec,
    /// More universes than this are an error.
    #[serde(default = "a_million")]
    pub limit: u64,
    /// Seed of `sample`.
    #[serde(default)]
    pub seed: u64,
    /// Draws this many universes instead of taking all.
    pub sample: Option<u64>,
    /// Universe (its id) from which changes are counted; the base where it is not given.
    pub from: Option<String>,
    /// The choices, in the order in which they are expanded.
    #[serde(default)]
    pub choice: Vec<Choice>,
    /// Choices whose options go together.
    #[serde(default)]
    pub link: Vec<Link>,
    /// Combinations that are left out, with the reason.
    #[serde(default)]
    pub exclude: Vec<Exclude>,
}

/// Key `joint`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct JointSpec {
    /// Draws of the null distribution.
    pub draws: usize,
    /// Seed.
    pub seed: u64,
    /// Scheme.
    pub resample: Resample,
    /// Variable of the clusters; by default the first cluster key of the column, else the entity.
    pub cluster: Option<String>,
    /// Direction.
    pub direction: Direction,
    /// Signs of wild draws; by default Webb's below twelve clusters.
    pub signs: Option<Signs>,
}

impl Default for JointSpec {
    fn default() -> Self {
        let (resample, direction) = (Resample::Wild, Direction::Predominant);
        Self { draws: 999, seed: 0, resample, cluster: None, direction, signs: None }
    }
}

/// Key `attribution`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AttributionSpec {
    /// What is attributed.
    pub responses: Vec<Response>,
    /// Pairs draws of the intervals; none for 0.
    pub draws: usize,
}

impl Default for AttributionSpec {
    fn default() -> Self {
        Self { responses: vec![Response::Effect, Response::Verdict], draws: 0 }
    }
}

/// An open choice.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Name.
    pub id: String,
    /// Where it is discussed, such as `D4`.
    pub decision: Option<String>,
    /// Name in print.
    pub label: Option<Label>,
    /// What its options are; an option may say otherwise. There is no default.
    pub kind: Option<Kind>,
    /// What its options touch.
    pub axis: Option<Axis>,
    /// The choice exists only where each of these has one of these options.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Options, the base first.
    pub option: Vec<ChoiceOption>,
}

/// One way to choose.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Name.
    pub id: String,
    /// Name in print.
    pub label: Option<Label>,
    /// What it is, where it differs from the choice.
    pub kind: Option<Kind>,
    /// Weight in attribution, multiplied over choices; 1 by default.
    pub weight: Option<f64>,
    /// Paths of a study = new values; none for the base.
    #[serde(default)]
    pub set: serde_json::Map<String, serde_json::Value>,
}

/// `[[multiverse.link]]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Choices whose options pair by place: one choice for counting and attribution.
    pub choices: Vec<String>,
}

/// `[[multiverse.exclude]]`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exclude {
    /// The combination: every choice named has one of the options named.
    #[serde(rename = "if")]
    pub condition: BTreeMap<String, Vec<String>>,
    /// Reason.
    pub why: Label,
}

fn five_percent() -> f64 {
    0.05
}

fn a_million() -> u64 {
    1_000_000
}

impl Declaration {
    /// Checks that no key is without effect beside the others.
    ///
    /// # Errors
    /// [`Error::Declaration`] naming the key and what it needs.
    pub fn check_idle(&self) -> Result<()> {
        let resample = self.joint.resample;
        let wild = resample == Resample::Wild;
        let idle = [
            ("seed", self.seed != 0 && self.sample.is_none(), "without `sample`, which draws universes".to_owned()),
            (
                "joint.signs",
                self.joint.signs.is_some() && !wild,
                format!("with resample = \"{resample}\": wild draws alone have signs"),
            ),
            ("joint.seed", self.joint.seed != 0 && self.joint.draws == 0, "with draws = 0".to_owned()),
        ];
        match idle.into_iter().find(|(_, idle, _)| *idle) {
            Some((key, _, why)) => Err(Error::Declaration {
                place: key.to_owned(),
                problem: format!("it has no effect {why}; leave it out"),
                near: None,
            }),
            None => Ok(()),
        }
    }

    /// SHA-256 of the resolved section, defaults written out: written before the first estimate it shows that the grid
    /// was fixed beforehand.
    #[must_use]
    pub fn hash(&self) -> String {
        // Plain data with text keys: it can always be written.
        let text = serde_json::to_string(self).unwrap_or_default();
        hex(&Sha256::digest(text.as_bytes()))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
