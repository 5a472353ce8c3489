//! Tables: joint tests by panel, shares by choice.

use crate::attribution::{Interval, Shares};
use crate::declaration::Response;
use crate::grid::{Grid, Panel};
use crate::joint::{PanelTests, Test, holm};
use serde::Serialize;

/// One statistic of one panel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TestCell {
    /// The test.
    #[serde(flatten)]
    pub test: Test,
    /// p adjusted by Holm over the other options; `None` for panels that are not of that table.
    pub p_over_options: Option<f64>,
}

/// One panel of the table of joint tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JointRow {
    /// `base`, `one-other`, `pooled`.
    pub panel: &'static str,
    /// The choice of another option.
    pub choice: Option<String>,
    /// That option.
    pub option: Option<String>,
    /// Universes.
    pub universes: usize,
    /// Different estimates.
    pub distinct: usize,
    /// Share of positive effects: a small p with mixed signs is possible.
    pub share_positive: f64,
    /// |median effect|.
    pub median: TestCell,
    /// Share of significant effects of one sign.
    pub share: TestCell,
    /// Stouffer's sum.
    pub stouffer: TestCell,
    /// The three by Holm, within the panel.
    pub holm: [f64; 3],
    /// Share with a U against its boundary.
    pub share_u: Option<TestCell>,
    /// Share with a U against flatness.
    pub share_u_flat: Option<TestCell>,
}

/// Rows of the table: the panels in the order given, other options adjusted by Holm over each other, each statistic apart.
#[must_use]
pub fn joint_rows(grid: &Grid, panels: &[Panel], tests: &[PanelTests]) -> Vec<JointRow> {
    let other: Vec<usize> =
        (0..panels.len()).filter(|&place| matches!(panels[place], Panel::OneOther { .. })).collect();
    let adjusted = |p: &dyn Fn(&PanelTests) -> Option<f64>| -> Vec<Option<f64>> {
        let known: Vec<(usize, f64)> = other.iter().filter_map(|&place| Some((place, p(&tests[place])?))).collect();
        let values = holm(&known.iter().map(|&(_, p)| p).collect::<Vec<f64>>());
        let mut out = vec![None; panels.len()];
        known.iter().zip(values).for_each(|(&(place, _), value)| out[place] = Some(value));
        out
    };
    let median = adjusted(&|tests| Some(tests.median.p));
    let share = adjusted(&|tests| Some(tests.share.p));
    let stouffer = adjusted(&|tests| Some(tests.stouffer.p));
    let share_u = adjusted(&|tests| Some(tests.share_u.as_ref()?.p));
    let flat = adjusted(&|tests| Some(tests.share_u_flat.as_ref()?.p));
    let row = |(place, (panel, tests)): (usize, (&Panel, &PanelTests))| {
        let (name, changed) = match *panel {
            Panel::Base => ("base", None),
            Panel::OneOther { choice, code } => ("one-other", Some((choice, code))),
            Panel::Pooled => ("pooled", None),
            Panel::All => ("all", None),
        };
        let cell = |test: &Test, p: &[Option<f64>]| TestCell { test: test.clone(), p_over_options: p[place] };
        JointRow {
            panel: name,
            choice: changed.map(|(choice, _)| grid.factor_name(grid.factor_of(choice))),
            option: changed.map(|(choice, code)| grid.option_id(choice, code).to_owned()),
            universes: tests.universes,
            distinct: tests.distinct,
            share_positive: tests.share_positive,
            median: cell(&tests.median, &median),
            share: cell(&tests.share, &share),
            stouffer: cell(&tests.stouffer, &stouffer),
            holm: tests.holm,
            share_u: tests.share_u.as_ref().map(|test| cell(test, &share_u)),
            share_u_flat: tests.share_u_flat.as_ref().map(|test| cell(test, &flat)),
        }
    };
    panels.iter().zip(tests).enumerate().map(row).collect()
}

/// Shares of one response by choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttributionRecord {
    /// What is attributed.
    pub response: Response,
    /// Its variance; `None` where it does not vary, and then there are no shares.
    pub variance: Option<f64>,
    /// Draws of the intervals.
    pub draws: Option<usize>,
    /// Draws left out.
    pub left_out: Option<usize>,
    /// By choice, in file order.
    pub choices: Vec<AttributionRow>,
    /// Interaction shares, by choice and choice.
    pub interaction: Vec<Vec<f64>>,
}

/// Shares of one choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttributionRow {
    /// Choice, linked ones joined by `+`.
    pub choice: String,
    /// Ordered Shapley share.
    pub share: f64,
    /// 5 % of its interval.
    pub low: Option<f64>,
    /// 95 %.
    pub high: Option<f64>,
    /// v({i})/V.
    pub first: f64,
    /// 1 − v(all but i)/V.
    pub total: f64,
    /// Shapley share over all orders.
    pub shapley: f64,
}

/// Shares with names and intervals; the choices are those of [`crate::attribution::Cells::of`] without inference.
#[must_use]
pub fn attribution_record(
    grid: &Grid,
    response: Response,
    shares: Option<&Shares>,
    interval: Option<&Interval>,
) -> AttributionRecord {
    let factors: Vec<usize> = (0..grid.factors().len()).filter(|&i| !grid.is_inference(grid.factors()[i][0])).collect();
    let rows = |shares: &Shares| {
        let row = |(place, &factor): (usize, &usize)| AttributionRow {
            choice: grid.factor_name(factor),
            share: shares.ordered[place],
            low: interval.and_then(|interval| interval.low.get(place).copied()),
            high: interval.and_then(|interval| interval.high.get(place).copied()),
            first: shares.first[place],
            total: shares.total[place],
            shapley: shares.shapley[place],
        };
        factors.iter().enumerate().map(row).collect()
    };
    AttributionRecord {
        response,
        variance: shares.map(|shares| shares.variance),
        draws: interval.map(|interval| interval.draws),
        left_out: interval.map(|interval| interval.left_out),
        choices: shares.map(rows).unwrap_or_default(),
        interaction: shares.map(|shares| shares.interaction.clone()).unwrap_or_default(),
    }
}
