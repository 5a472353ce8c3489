//! What figures and the page say of a multiverse.

use super::result::Multiverse;
use super::table::{label_text, response_text};
use panel_multiverse::declaration::EffectKind;
use panel_multiverse::reading::Verdict;
use panel_multiverse::record::{
    AttributionRecord, JointRow, TurningDensity, UniverseRecord, curve, option_density, option_shares, turning_density,
};
use panel_multiverse::{Changes, Panel, Universes};
use report::figure::{CurveEstimate, CurveOption};
use report::{Lang, Text};

/// Confidence of the intervals on the curve.
const CONFIDENCE: f64 = 0.95;
/// Bins of the panel of options.
const BINS: usize = 180;
/// Bins of turning points.
const TURNING_BINS: usize = 25;

/// Share with the verdict of the universes with one option.
#[derive(Debug)]
pub struct OptionBar {
    /// The choice.
    pub choice: Text,
    /// The option.
    pub option: Text,
    /// The share.
    pub share: f64,
}

/// Numbers of the paragraph about a multiverse.
#[derive(Debug)]
pub struct Finding<'a> {
    /// Estimates.
    pub estimates: usize,
    /// Shares with a U (positive, without a square) among all estimates, and among those of equivalent options.
    pub shares: [f64; 2],
    /// Estimates of equivalent options.
    pub equivalent: usize,
    /// The base panel's tests.
    pub base: Option<&'a JointRow>,
    /// Smallest changes.
    pub changes: Option<&'a Changes>,
    /// The choice with the largest share of the verdict's variance, and that share.
    pub mover: Option<(Text, f64)>,
    /// Whether there is a square.
    pub square: bool,
}

impl Multiverse {
    /// Estimates of the base panel in order of their effects, with the null's band.
    #[must_use]
    pub fn curve(&self) -> (Vec<CurveEstimate>, Vec<CurveOption>) {
        let places = self.estimates.places(&self.grid, &self.grid.panel_scope(&Panel::All));
        let base_panel = self.estimates.places(&self.grid, &self.grid.panel_scope(&Panel::Base));
        // The band is of the base panel: it is shown where that is the whole multiverse.
        let band = self.joint.band.as_deref().filter(|_| base_panel.len() == places.len());
        let records = self.estimate_records();
        let base = self.grid.id(self.estimates.get(self.base()));
        let points = curve(records, &base, CONFIDENCE, band);
        let order: Vec<&[u16]> = self.in_order(records, &points);
        let shown = points.iter().map(|point| CurveEstimate {
            value: point.effect,
            low: point.low,
            high: point.high,
            group: match point.verdict {
                Verdict::U | Verdict::Positive => 0,
                Verdict::InverseU | Verdict::Negative => 1,
                Verdict::Neither => 2,
            },
            base: point.base,
            null: point.null_low.zip(point.null_high),
        });
        let options = option_density(&self.grid, &order, BINS).into_iter().map(|row| {
            let (choice, option) = self.names(&row.choice, &row.option);
            CurveOption { choice, option, bins: row.bins }
        });
        (shown.collect(), options.collect())
    }

    /// Codes of the estimates on the curve.
    fn in_order<'a>(
        &'a self,
        records: &[UniverseRecord],
        points: &[panel_multiverse::record::CurvePoint],
    ) -> Vec<&'a [u16]> {
        let places: std::collections::BTreeMap<&str, usize> =
            records.iter().enumerate().map(|(place, record)| (record.id.as_str(), place)).collect();
        points.iter().map(|point| self.estimates.get(places[point.id.as_str()])).collect()
    }

    fn names(&self, choice: &str, option: &str) -> (Text, Text) {
        let declared = self.grid.choices().iter().find(|declared| declared.id == choice);
        let label = declared.and_then(|choice| choice.label.as_ref());
        let of_option = declared.and_then(|choice| choice.option.iter().find(|known| known.id == option));
        (label_text(label, choice), label_text(of_option.and_then(|option| option.label.as_ref()), option))
    }

    /// Names of the verdicts, in the order of the curve's groups.
    #[must_use]
    pub fn verdict_names(&self) -> Vec<Text> {
        if self.square {
            vec![Text::new("U 形", "U"), Text::new("倒 U 形", "inverse U"), Text::new("都不是", "neither")]
        } else {
            vec![Text::new("显著为正", "positive"), Text::new("显著为负", "negative"), Text::new("不显著", "neither")]
        }
    }

    /// The effect in words.
    #[must_use]
    pub fn effect_text(&self) -> Text {
        let x = &self.spec.x;
        let what = match self.effect {
            EffectKind::Square => Text::new(format!("{x} 平方项"), format!("square of {x}")),
            EffectKind::Linear => Text::new(x.clone(), x.clone()),
            EffectKind::SlopeLow => Text::new(format!("{x} 最小处斜率"), format!("slope at the smallest {x}")),
            EffectKind::SlopeHigh => Text::new(format!("{x} 最大处斜率"), format!("slope at the largest {x}")),
            EffectKind::SlopeMedian => Text::new(format!("{x} 中位处斜率"), format!("slope at the median of {x}")),
        };
        let raw = self.spec.raw;
        what.map(|lang, what| match (raw, lang) {
            (true, _) => what.to_owned(),
            (false, Lang::Zh) => format!("{what}（标准化）"),
            (false, Lang::En) => format!("{what}, standardised"),
        })
    }

    /// Where the turning points lie, for a column with a square.
    #[must_use]
    pub fn turning_points(&self) -> Option<TurningDensity> {
        if self.square { turning_density(self.estimate_records(), TURNING_BINS) } else { None }
    }

    /// Shares of every response, with its name.
    pub fn shares(&self) -> Vec<(Text, &AttributionRecord)> {
        let responses = self.attributions.responses.iter().map(|found| &found.record);
        let some = responses.filter(|record| !record.choices.is_empty());
        some.map(|record| (response_text(record.response), record)).collect()
    }

    /// Share with the verdict by option, without the choices that move standard errors only.
    #[must_use]
    pub fn option_bars(&self) -> Vec<OptionBar> {
        let universes: &Universes = &self.estimates;
        option_shares(&self.grid, universes, self.estimate_records())
            .into_iter()
            .filter_map(|row| {
                let (choice, option) = self.names(&row.choice, &row.option);
                Some(OptionBar { choice, option, share: row.share? })
            })
            .collect()
    }

    /// What the paragraph says.
    #[must_use]
    pub fn finding(&self) -> Finding<'_> {
        let records = self.estimate_records();
        let share = |panel: &Panel| {
            let places = self.estimates.places(&self.grid, &self.grid.panel_scope(panel));
            let found = places.iter().filter_map(|&place| records[place as usize].verdict);
            let (mut with, mut all) = (0_usize, 0_usize);
            for verdict in found {
                with += usize::from(matches!(verdict, Verdict::U | Verdict::Positive));
                all += 1;
            }
            (with as f64 / all.max(1) as f64, all)
        };
        let ((of_all, estimates), (of_base, equivalent)) = (share(&Panel::All), share(&Panel::Base));
        let verdict = self
            .attributions
            .responses
            .iter()
            .find(|found| found.record.response == panel_multiverse::declaration::Response::Verdict);
        let largest = verdict.and_then(|found| found.record.choices.iter().max_by(|a, b| a.share.total_cmp(&b.share)));
        Finding {
            estimates,
            shares: [of_all, of_base],
            equivalent,
            base: self.joint.rows.iter().find(|row| row.panel == "base"),
            changes: self.attributions.changes.as_ref(),
            mover: largest.map(|row| (self.factor_text(&row.choice), row.share)),
            square: self.square,
        }
    }
}
