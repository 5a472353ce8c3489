//! What a panel run returns: a record per row, and the columns that are written from it.

use crate::data::Dimensions;
use crate::evaluate::{Detail, Status};
use crate::index::Comparison;
use crate::record::Summary;
use crate::spec::{Decomposition, Index, PanelSpec, Reference};
use crate::timeline::Timeline;
use crate::words::words;
use panel_core::Diagnostics;
use serde::{Deserialize, Serialize};

words! {
    /// Why an index or one of its parts is there, or is not.
    Transition {
        /// No index was asked for, or the index has no such part.
        NotAsked = "not-asked",
        /// The row itself has a missing quantity.
        Missing = "missing",
        /// The entity's first usable period.
        First = "first",
        /// The entity has no usable row in the period before.
        AfterGap = "after-gap",
        /// It was computed.
        Ok = "ok",
        /// A program that it needs has no point in its reference technology.
        Infeasible = "infeasible",
        /// A program that it needs has no finite optimum.
        Unbounded = "unbounded",
        /// A program that it needs was not solved.
        Failed = "failed",
        /// A score that it needs is not positive, so no ratio exists.
        Undefined = "undefined",
    }
}

impl Transition {
    /// The row before `row`, or why there is no transition.
    pub(crate) fn from_row_before(timeline: &Timeline, row: usize) -> Result<usize, Self> {
        if !timeline.is_usable(row) {
            Err(Self::Missing)
        } else if timeline.is_first(row) {
            Err(Self::First)
        } else {
            timeline.previous(row).ok_or(Self::AfterGap)
        }
    }

    /// The status of a part that has `value` and is made of scores with these statuses.
    pub(crate) fn of(value: Option<f64>, parts: impl Iterator<Item = Status>) -> Self {
        if value.is_some() {
            return Self::Ok;
        }
        let reason = |status: Status| match status {
            Status::Ok => None,
            Status::Missing => Some(Self::Missing),
            Status::Infeasible => Some(Self::Infeasible),
            Status::Unbounded => Some(Self::Unbounded),
            Status::OutOfRange => Some(Self::Undefined),
            Status::Failed => Some(Self::Failed),
        };
        parts.filter_map(reason).next().unwrap_or(Self::Undefined)
    }
}

/// Everything about one row; `None` is an empty cell, and the statuses say why.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PanelRow {
    /// Score on the reference chosen (global by default): efficiency, or distance for directional models.
    pub score: Option<f64>,
    /// Score on the frontier of the row's own period (of its own group and period for the metafrontier).
    pub score_contemporaneous: Option<f64>,
    /// Metafrontier only: score on the pooled frontier of the row's group.
    pub score_group: Option<f64>,
    /// Metafrontier only: technology-gap ratio, the score over the group's score; of distances
    /// (1 + D of the group) / (1 + D of the metafrontier). At most 1.
    pub gap_ratio: Option<f64>,
    /// With `scale_change`: pure efficiency, the score under variable returns on the frontier that EC is measured on.
    pub score_pure: Option<f64>,
    /// With `scale_change`: scale efficiency, the constant-returns score on that frontier over the pure one (of distances
    /// their difference).
    pub score_scale: Option<f64>,
    /// The index of the transition into the row (gml, malmquist, ml or luenberger). It is the product of its parts; the
    /// Luenberger indicator is their sum.
    pub index: Option<f64>,
    /// Efficiency change.
    pub ec: Option<f64>,
    /// Technical (best practice) change.
    pub tc: Option<f64>,
    /// Metafrontier only: change of the technology gap, so that index = EC × TC × this (indicators: EC + TC + this).
    pub gap_change: Option<f64>,
    /// Pure efficiency change, on the variable-returns frontiers of the periods (or sequences, or windows) that EC is
    /// measured on (constant-returns models with `scale_change`, and decompositions under variable returns).
    pub pure_ec: Option<f64>,
    /// Scale efficiency change: EC / pure EC (indicators: EC − pure EC), or what the decomposition takes for it.
    pub scale_ec: Option<f64>,
    /// Output-biased technical change (decomposition `bias`).
    pub output_bias: Option<f64>,
    /// Input-biased technical change (decomposition `bias`).
    pub input_bias: Option<f64>,
    /// Magnitude of technical change (decomposition `bias`).
    pub magnitude: Option<f64>,
    /// The panel value that the index gives this row.
    pub gtfp: Option<f64>,
    /// `ok` where every score of the row itself exists; else the first status that is not.
    pub status: Status,
    /// Status of the score on the reference chosen.
    pub status_score: Status,
    /// Status of the own period's score.
    pub status_contemporaneous: Status,
    /// Why the index is there or not.
    pub transition: Transition,
    /// The same of EC.
    pub status_ec: Transition,
    /// The same of TC.
    pub status_tc: Transition,
    /// The same of the change of the technology gap.
    pub status_gap: Transition,
    /// The same of pure efficiency change.
    pub status_pure: Transition,
    /// The same of scale efficiency change.
    pub status_scale: Transition,
}

/// The result of a whole panel.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PanelResult {
    /// One record per row, in the order of the data.
    pub rows: Vec<PanelRow>,
    /// θ, φ, slacks, targets, peers and multipliers of every scored row, where asked for.
    pub details: Vec<Detail>,
    /// The choices, every default written out.
    pub spec: PanelSpec,
    /// ε, w, affinity, conventions and counts.
    pub summary: Summary,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// A column of a result, ready to be written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its values, one per row of the data.
    pub values: Values,
}

/// Values of a [`Column`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// Numbers; `None` is an empty cell.
    Numbers(Vec<Option<f64>>),
    /// Words, such as statuses.
    Words(Vec<&'static str>),
}

/// A number of a row.
type Read = fn(&PanelRow) -> Option<f64>;

/// A word of a row.
type Word = fn(&PanelRow) -> &'static str;

impl PanelResult {
    /// The index that was asked for.
    #[must_use]
    pub fn index(&self) -> Index {
        self.spec.malmquist.unwrap_or(Index::None)
    }

    /// Name of the index column, which is there where an index is asked for: [`PanelSpec::index_name`].
    #[must_use]
    pub fn index_name(&self) -> &'static str {
        if self.index() == Index::Gml { "gml" } else { "index" }
    }

    /// Every column that the choices give, named by what it holds: scores, index, all its parts, the panel value, statuses.
    /// First come the score on the reference chosen under its [name](PanelSpec::score_name), `score_contemporaneous`, with an
    /// index that under its [name](Self::index_name), `ec` and `tc`, then `gtfp` (the score itself without an index) and
    /// `status`. A decomposition that has no efficiency change under constant returns has no `ec`.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let gtfp: Read = if self.index() == Index::None { |row| row.score } else { |row| row.gtfp };
        let with_ec =
            !matches!(self.spec.decomposition, Some(Decomposition::RayDesliBase | Decomposition::GrifellLovell));
        let mut numbers: Vec<(&'static str, Read)> =
            vec![(self.spec.score_name(), |row| row.score), ("score_contemporaneous", |row| row.score_contemporaneous)];
        if self.index() != Index::None {
            numbers.push((self.index_name(), |row| row.index));
            if with_ec {
                numbers.push(("ec", |row| row.ec));
            }
            numbers.push(("tc", |row| row.tc));
        }
        numbers.push(("gtfp", gtfp));
        let mut statuses: Vec<(&'static str, Word)> = vec![("status", |row| row.status.as_str())];
        let always = numbers.len();
        if self.spec.reference == Reference::Metafrontier {
            numbers.push(("score_group", |row| row.score_group));
            numbers.push(("gap_ratio", |row| row.gap_ratio));
        }
        if self.spec.scale_change {
            numbers.push(("score_pure", |row| row.score_pure));
            numbers.push(("score_scale", |row| row.score_scale));
        }
        let parts = self.parts();
        let beside = |name: &&(&'static str, Read)| !matches!(name.0, "ec" | "tc");
        numbers.extend(parts.iter().filter(beside));
        if self.index() != Index::None {
            statuses.push(("status_score", |row| row.status_score.as_str()));
            statuses.push(("status_contemporaneous", |row| row.status_contemporaneous.as_str()));
            statuses.push(("status_index", |row| row.transition.as_str()));
            if with_ec {
                statuses.push(("status_ec", |row| row.status_ec.as_str()));
            }
            statuses.push(("status_tc", |row| row.status_tc.as_str()));
            let status: [(&str, &'static str, Word); 3] = [
                ("gap_change", "status_gap_change", |row| row.status_gap.as_str()),
                ("pure_ec", "status_pure_ec", |row| row.status_pure.as_str()),
                ("scale_ec", "status_scale_ec", |row| row.status_scale.as_str()),
            ];
            for (part, name, read) in status {
                if parts.iter().any(|(known, _)| *known == part) {
                    statuses.push((name, read));
                }
            }
        }
        let number = |&(name, read): &(&'static str, Read)| Column {
            name,
            values: Values::Numbers(self.rows.iter().map(read).collect()),
        };
        let word = |&(name, read): &(&'static str, fn(&PanelRow) -> &'static str)| Column {
            name,
            values: Values::Words(self.rows.iter().map(read).collect()),
        };
        let mut columns: Vec<Column> = numbers[..always].iter().map(number).collect();
        columns.extend(statuses[..1].iter().map(word));
        columns.extend(numbers[always..].iter().map(number));
        columns.extend(statuses[1..].iter().map(word));
        columns
    }

    /// With `details`, what every row's program says, one value per row of the data: θ, φ, Σλ, slacks, targets and
    /// multipliers of each column (`slack_K`, `target_K`, `multiplier_K`), and the shadow price of each bad output in units
    /// of each good (`shadow_so2_Y`). Peers are in [`Detail::peers`].
    #[must_use]
    pub fn detail_columns(&self) -> Vec<(String, Vec<Option<f64>>)> {
        let summary = &self.summary;
        let dims = Dimensions { inputs: summary.inputs.len(), goods: summary.goods.len(), bads: summary.bads.len() };
        let names: Vec<&String> = summary.inputs.iter().chain(&summary.goods).chain(&summary.bads).collect();
        let mut of_row: Vec<Option<&Detail>> = vec![None; self.rows.len()];
        for detail in &self.details {
            of_row[detail.row] = Some(detail);
        }
        let column = |read: &dyn Fn(&Detail) -> Option<f64>| -> Vec<Option<f64>> {
            of_row.iter().map(|detail| detail.and_then(read)).collect()
        };
        if self.details.is_empty() {
            return Vec::new();
        }
        let mut columns = vec![
            ("theta".to_owned(), column(&|detail| Some(detail.theta))),
            ("phi".to_owned(), column(&|detail| Some(detail.phi))),
            ("intensity".to_owned(), column(&|detail| Some(detail.intensity))),
        ];
        for (k, name) in names.iter().enumerate() {
            columns.push((format!("slack_{name}"), column(&|detail| detail.slacks.get(k).copied())));
            columns.push((format!("target_{name}"), column(&|detail| detail.targets.get(k).copied())));
            columns.push((format!("multiplier_{name}"), column(&|detail| detail.multipliers.get(k).copied())));
        }
        for (bad, bad_name) in summary.bads.iter().enumerate() {
            for (good, good_name) in summary.goods.iter().enumerate() {
                let price = column(&|detail| detail.shadow_price(dims, bad, good));
                columns.push((format!("shadow_{bad_name}_{good_name}"), price));
            }
        }
        columns
    }

    /// Names of the columns whose product is the index (of the Luenberger indicator, whose sum).
    #[must_use]
    pub fn factors(&self) -> Vec<&'static str> {
        self.multiplied().into_iter().map(|(name, _)| name).collect()
    }

    /// How far the product (or sum) of the [factors](Self::factors) is from the index at most, relative to the larger of 1
    /// and the index.
    #[must_use]
    pub fn factor_error(&self) -> f64 {
        let comparison = Comparison::of(self.index());
        let factors = self.multiplied();
        let off = |row: &PanelRow| {
            let composite = factors
                .iter()
                .try_fold(comparison.neutral(), |so_far, (_, read)| comparison.chain(Some(so_far), read(row)));
            composite.zip(row.index).map(|(composite, index)| (composite - index).abs() / index.abs().max(1.0))
        };
        if factors.is_empty() { 0.0 } else { self.rows.iter().filter_map(off).fold(0.0, f64::max) }
    }

    /// Parts of the index that the choices give.
    fn parts(&self) -> Vec<(&'static str, Read)> {
        let mut parts: Vec<(&'static str, Read)> = Vec::new();
        if self.index() == Index::None {
            return parts;
        }
        let variable = matches!(
            self.spec.decomposition,
            Some(Decomposition::RayDesli | Decomposition::RayDesliBase | Decomposition::GrifellLovell)
        );
        if !variable {
            parts.push(("ec", |row| row.ec));
        }
        parts.push(("tc", |row| row.tc));
        if self.spec.reference == Reference::Metafrontier {
            parts.push(("gap_change", |row| row.gap_change));
        }
        let split = self.spec.decomposition.is_some() && self.spec.rts != crate::spec::Rts::Crs;
        if self.spec.scale_change || split {
            parts.push(("pure_ec", |row| row.pure_ec));
            parts.push(("scale_ec", |row| row.scale_ec));
        }
        if self.spec.decomposition == Some(Decomposition::Bias) {
            parts.push(("output_bias", |row| row.output_bias));
            parts.push(("input_bias", |row| row.input_bias));
            parts.push(("magnitude", |row| row.magnitude));
        }
        parts
    }

    /// The finest parts: EC gives way to its pure and scale parts, TC to its biases and magnitude.
    fn multiplied(&self) -> Vec<(&'static str, Read)> {
        let mut parts = self.parts();
        let has = |name: &str| parts.iter().any(|(known, _)| *known == name);
        let (split, biased) = (has("pure_ec"), has("magnitude"));
        parts.retain(|(name, _)| !(split && *name == "ec" || biased && *name == "tc"));
        parts
    }
}
