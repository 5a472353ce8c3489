//! What a check found.

use report::Text;
use serde::{Deserialize, Serialize};

/// Kinds of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Check {
    /// Sample sizes.
    SampleSize,
    /// Stars against coefficient and standard error.
    Stars,
    /// Instruments: critical values, first stages, tests.
    Instruments,
    /// Turning points.
    TurningPoint,
    /// Moderated curves.
    Moderation,
    /// Total = direct + indirect.
    Mediation,
    /// Descriptive statistics.
    Descriptives,
    /// Pooled against parts.
    Subsamples,
    /// Standard errors across samples.
    Precision,
}

impl Check {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::SampleSize,
        Self::Stars,
        Self::Instruments,
        Self::TurningPoint,
        Self::Moderation,
        Self::Mediation,
        Self::Descriptives,
        Self::Subsamples,
        Self::Precision,
    ];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SampleSize => "sample-size",
            Self::Stars => "stars",
            Self::Instruments => "instruments",
            Self::TurningPoint => "turning-point",
            Self::Moderation => "moderation",
            Self::Mediation => "mediation",
            Self::Descriptives => "descriptives",
            Self::Subsamples => "subsamples",
            Self::Precision => "precision",
        }
    }

    /// Its name for a reader.
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::SampleSize => Text::new("样本量", "sample size"),
            Self::Stars => Text::new("显著性星号", "stars"),
            Self::Instruments => Text::new("工具变量", "instruments"),
            Self::TurningPoint => Text::new("拐点", "turning point"),
            Self::Moderation => Text::new("调节效应", "moderation"),
            Self::Mediation => Text::new("中介恒等式", "mediation identity"),
            Self::Descriptives => Text::new("描述性统计", "descriptive statistics"),
            Self::Subsamples => Text::new("分样本", "subsamples"),
            Self::Precision => Text::new("各样本的精度", "precision across samples"),
        }
    }
}

report::words!(Check, "check", name, crate::Error);

/// Outcome of a check, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// No unrounded numbers could satisfy it.
    Contradiction,
    /// The text, a formula or a definition differs from what the numbers imply.
    Deviation,
    /// True, and worth knowing when the numbers are read.
    Remark,
    /// True only for some unrounded numbers, not for the printed ones.
    Rounding,
    /// True as printed.
    Ok,
}

impl Status {
    /// Every outcome, worst first.
    pub const ALL: [Self; 5] = [Self::Contradiction, Self::Deviation, Self::Remark, Self::Rounding, Self::Ok];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contradiction => "contradiction",
            Self::Deviation => "deviation",
            Self::Remark => "remark",
            Self::Rounding => "rounding",
            Self::Ok => "ok",
        }
    }

    /// Its name for a reader.
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Contradiction => Text::new("矛盾", "contradiction"),
            Self::Deviation => Text::new("与说明不符", "deviation"),
            Self::Remark => Text::new("提示", "remark"),
            Self::Rounding => Text::new("仅因四舍五入成立", "only through rounding"),
            Self::Ok => Text::new("一致", "consistent"),
        }
    }
}

report::words!(Status, "status", name, crate::Error);

/// One checked statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// Its outcome.
    pub status: Status,
    /// Table, column and row, such as `5 (3) Va`.
    pub place: String,
    /// What is printed.
    pub published: String,
    /// What the other numbers imply.
    pub implied: Text,
    /// One sentence.
    pub message: Text,
}

impl Finding {
    /// A finding without a message.
    pub(crate) fn new(check: Check, status: Status, place: impl Into<String>) -> Self {
        Self {
            check,
            status,
            place: place.into(),
            published: String::new(),
            implied: Text::default(),
            message: Text::default(),
        }
    }

    pub(crate) fn published(mut self, text: impl Into<String>) -> Self {
        self.published = text.into();
        self
    }

    pub(crate) fn implied(mut self, text: impl Into<Text>) -> Self {
        self.implied = text.into();
        self
    }

    pub(crate) fn message(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.message = Text::new(zh, en);
        self
    }
}

/// All findings, in the order of the checks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Audit {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Audit {
    /// Findings of one check.
    pub fn of(&self, check: Check) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.check == check)
    }

    /// Number of findings with a status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }

    /// Whether anything contradicts something else.
    #[must_use]
    pub fn has_contradictions(&self) -> bool {
        self.count(Status::Contradiction) > 0
    }
}
