//! Stages of a computation and what flows between them.

use super::svg::{Anchor, INK, MUTED, Svg};
use super::text::wrap;
use super::{Figure, Frame, PALETTE};
use crate::csv::push_record;
use crate::{Error, Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Height of a box.
const BOX_HEIGHT: f64 = 58.0;
/// Distance between rows.
const STEP: f64 = 76.0;

/// One stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    /// Name that edges use.
    pub id: String,
    /// Label.
    pub label: Text,
    /// What it does, in a few words.
    pub detail: Text,
}

/// Stages in columns from left to right, with arrows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pipeline {
    /// Title and caption.
    pub frame: Frame,
    /// Columns of stages.
    pub columns: Vec<Vec<Stage>>,
    /// Arrows from stage to stage, by id.
    pub edges: Vec<(String, String)>,
}

impl Pipeline {
    /// Draws it.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for an arrow to or from a stage that is not there, [`Error::NothingToDraw`] without
    /// stages.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        let rows = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        if rows == 0 {
            return Err(Error::nothing_to_draw(&self.frame.id, "stage"));
        }
        let slot = (WIDTH - 32.0 + 28.0) / self.columns.len() as f64;
        let wide = slot - 28.0;
        let height = STEP * rows as f64;
        let mut centers: Vec<(&str, (f64, f64))> = Vec::new();
        for (c, column) in self.columns.iter().enumerate() {
            let offset = 0.5 * (height - STEP * column.len() as f64);
            for (r, stage) in column.iter().enumerate() {
                let x = 16.0 + slot * c as f64 + wide / 2.0;
                centers.push((&stage.id, (x, offset + STEP * (r as f64 + 0.5))));
            }
        }
        let find = |id: &str| {
            centers.iter().find(|(name, _)| *name == id).map(|(_, center)| *center).ok_or_else(|| {
                let known: Vec<String> = centers.iter().map(|(name, _)| (*name).to_owned()).collect();
                Error::unknown("stage", id, &known)
            })
        };
        let mut svg = Svg::new(WIDTH);
        let mut csv = "from,to\n".to_owned();
        for (from, to) in &self.edges {
            let (a, b) = (find(from)?, find(to)?);
            svg.arrow((a.0 + wide / 2.0, a.1), (b.0 - wide / 2.0, b.1), MUTED, 1.25);
            push_record(&mut csv, [from.as_str(), to]);
        }
        for (stage, (_, center)) in self.columns.iter().flatten().zip(&centers) {
            draw_stage(&mut svg, *center, wide, stage, lang);
        }
        Ok(svg.finish(&self.frame, lang, height + 4.0, csv))
    }
}

fn draw_stage(svg: &mut Svg, center: (f64, f64), wide: f64, stage: &Stage, lang: Lang) {
    svg.rect((center.0 - wide / 2.0, center.1 - BOX_HEIGHT / 2.0), (wide, BOX_HEIGHT), "#ffffff", PALETTE[0], 6.0);
    let details = wrap(stage.detail.get(lang), 9.5, wide - 10.0);
    let details = if stage.detail.is_empty() { &details[..0] } else { &details[..details.len().min(3)] };
    let top = center.1 + 4.0 - 6.0 * details.len() as f64;
    svg.bold((center.0, top), stage.label.get(lang), 12.0, INK, Anchor::Middle);
    for (i, line) in details.iter().enumerate() {
        svg.text((center.0, top + 13.0 + 12.0 * i as f64), line, 9.5, MUTED, Anchor::Middle);
    }
}
