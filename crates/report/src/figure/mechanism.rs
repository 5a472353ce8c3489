//! A path diagram with estimates on its arrows.

use super::svg::{Anchor, INK, MUTED, Svg};
use super::text::{width, wrap};
use super::{Figure, Frame, PALETTE, six};
use crate::csv::push_record;
use crate::numfmt::{Format, number};
use crate::{Error, Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Width of a box.
const BOX: f64 = 128.0;
/// Height of a box.
const BOX_HEIGHT: f64 = 50.0;
/// Distance between two mediators.
const STEP: f64 = 92.0;

/// One estimate on an arrow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArrowLabel {
    /// Name of the term, such as `Va²`; may be empty.
    pub name: Text,
    /// Estimate.
    pub estimate: f64,
    /// Its stars.
    pub stars: u8,
}

/// A mediator and its two arrows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mediator {
    /// Label.
    pub label: Text,
    /// Estimates of treatment on mediator.
    pub path: Vec<ArrowLabel>,
    /// Estimates of mediator on outcome.
    pub effect: Vec<ArrowLabel>,
}

/// Treatment, mediators, outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mechanism {
    /// Title and caption.
    pub frame: Frame,
    /// Label of the treatment.
    pub treatment: Text,
    /// Label of the outcome.
    pub outcome: Text,
    /// Mediators from top to bottom.
    pub mediators: Vec<Mediator>,
    /// Estimates of treatment on outcome, total or direct: the name says which.
    pub direct: Vec<ArrowLabel>,
}

impl Mechanism {
    /// Draws it.
    ///
    /// # Errors
    /// [`Error::NothingToDraw`] without a mediator.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        if self.mediators.is_empty() {
            return Err(Error::nothing_to_draw(&self.frame.id, "mediator"));
        }
        let mut svg = Svg::new(WIDTH);
        let middle_height = STEP * (self.mediators.len() - 1) as f64;
        let first = 14.0 + BOX_HEIGHT / 2.0;
        let center_y = first + middle_height / 2.0;
        // The direct arrow runs below the mediators.
        let direct_y = first + middle_height + BOX_HEIGHT / 2.0 + 14.0;
        let treatment = (16.0 + BOX / 2.0, center_y);
        let outcome = (WIDTH - 16.0 - BOX / 2.0, center_y);
        let mut csv = "from,to,term,estimate,stars\n".to_owned();
        let mut record = |from: &Text, to: &Text, labels: &[ArrowLabel]| {
            for label in labels {
                push_record(
                    &mut csv,
                    [
                        from.get(lang),
                        to.get(lang),
                        label.name.get(lang),
                        &six(label.estimate),
                        &"*".repeat(usize::from(label.stars)),
                    ],
                );
            }
        };

        let half = BOX / 2.0;
        for (i, mediator) in self.mediators.iter().enumerate() {
            let center = (WIDTH / 2.0, first + STEP * i as f64);
            svg.arrow((treatment.0 + half, treatment.1), (center.0 - half, center.1), MUTED, 1.25);
            svg.arrow((center.0 + half, center.1), (outcome.0 - half, outcome.1), MUTED, 1.25);
            // Labels sit before the middle of the gap, where the arrows are apart and no box covers them.
            let at =
                |end: (f64, f64), share: f64| (end.0 + share * (center.0 - end.0), end.1 + share * (center.1 - end.1));
            estimates(&mut svg, at((treatment.0 + half, treatment.1), 0.46), &mediator.path, lang);
            estimates(&mut svg, at((outcome.0 - half, outcome.1), 0.46), &mediator.effect, lang);
            record(&self.treatment, &mediator.label, &mediator.path);
            record(&mediator.label, &self.outcome, &mediator.effect);
            node(&mut svg, center, mediator.label.get(lang), PALETTE[5]);
        }
        let lift = 30.0;
        svg.polyline(
            &[
                (treatment.0, treatment.1 + BOX_HEIGHT / 2.0),
                (treatment.0, direct_y + lift),
                (outcome.0, direct_y + lift),
            ],
            MUTED,
            1.25,
            "",
        );
        svg.arrow((outcome.0, direct_y + lift), (outcome.0, outcome.1 + BOX_HEIGHT / 2.0), MUTED, 1.25);
        estimates(&mut svg, (WIDTH / 2.0, direct_y + lift), &self.direct, lang);
        record(&self.treatment, &self.outcome, &self.direct);
        node(&mut svg, treatment, self.treatment.get(lang), PALETTE[4]);
        node(&mut svg, outcome, self.outcome.get(lang), PALETTE[4]);
        Ok(svg.finish(&self.frame, lang, direct_y + lift + 26.0, csv))
    }
}

/// A labelled box around a point.
pub(super) fn node(svg: &mut Svg, center: (f64, f64), label: &str, color: &str) {
    let corner = (center.0 - BOX / 2.0, center.1 - BOX_HEIGHT / 2.0);
    svg.rect(corner, (BOX, BOX_HEIGHT), "#ffffff", color, 6.0);
    let lines = wrap(label, 12.0, BOX - 12.0);
    let top = center.1 + 4.0 - 7.5 * (lines.len() as f64 - 1.0);
    for (i, line) in lines.iter().enumerate() {
        svg.text((center.0, top + 15.0 * i as f64), line, 12.0, INK, Anchor::Middle);
    }
}

/// Estimates one below the other, on a white ground so that the arrow does not cross them.
fn estimates(svg: &mut Svg, at: (f64, f64), labels: &[ArrowLabel], lang: Lang) {
    let lines: Vec<String> = labels
        .iter()
        .map(|label| {
            let stars = "*".repeat(usize::from(label.stars));
            let name = label.name.get(lang);
            let colon = if name.is_empty() { "" } else { ": " };
            format!("{name}{colon}{}{stars}", number(label.estimate, Format::Legible(3)))
        })
        .collect();
    if lines.is_empty() {
        return;
    }
    let wide = lines.iter().map(|line| width(line, 11.0)).fold(0.0, f64::max) + 8.0;
    let high = 14.0 * lines.len() as f64 + 4.0;
    svg.rect((at.0 - wide / 2.0, at.1 - high / 2.0), (wide, high), "#ffffff", "none", 0.0);
    for (i, line) in lines.iter().enumerate() {
        let y = at.1 - high / 2.0 + 13.0 + 14.0 * i as f64;
        svg.text((at.0, y), line, 11.0, INK, Anchor::Middle);
    }
}
