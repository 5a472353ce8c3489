//! Coefficients with their intervals: subsamples, robustness checks, one-change specifications.

use super::scale::{Scale, domain, labels};
use super::svg::{Anchor, GRID, INK, MUTED, Svg};
use super::text::{width, wrap};
use super::{Figure, Frame, PALETTE, six};
use crate::csv::push_record;
use crate::{Error, Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Height of a row.
const ROW: f64 = 21.0;

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Estimate.
    pub value: f64,
    /// Lower end of its confidence interval.
    pub low: f64,
    /// Upper end of its confidence interval.
    pub high: f64,
}

/// One row: a label and one estimate per panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoefRow {
    /// Group, written above its first row; may be empty.
    pub group: Text,
    /// Label.
    pub label: Text,
    /// One per panel; `None` where a panel has none.
    pub estimates: Vec<Option<Estimate>>,
    /// Drawn with emphasis: the specification that the others change.
    pub highlight: bool,
}

/// One coefficient.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoefPanel {
    /// Title.
    pub title: Text,
    /// A dashed reference, such as the default specification's estimate; zero is always drawn.
    pub reference: Option<f64>,
}

/// Dots and whiskers in rows, one panel per coefficient.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CoefPlot {
    /// Title and caption.
    pub frame: Frame,
    /// Panels.
    pub panels: Vec<CoefPanel>,
    /// Rows from top to bottom.
    pub rows: Vec<CoefRow>,
}

impl CoefPlot {
    /// The same with rows in order of the first panel's estimate (a specification curve); rows without one go last.
    ///
    /// Estimates that agree to the digits of the CSV keep their order, so that the last bit of a sum moves no row.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        let key = |row: &CoefRow| {
            let value = row.estimates.first().copied().flatten().map_or(f64::INFINITY, |e| e.value);
            six(value).parse::<f64>().unwrap_or(value)
        };
        self.rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
        self
    }

    /// Draws it.
    ///
    /// # Errors
    /// [`Error::Shape`] when a row has not one estimate per panel, [`Error::Specification`] without a finite number.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        for row in &self.rows {
            if row.estimates.len() != self.panels.len() {
                return Err(Error::Shape {
                    what: format!("figure `{}`, row `{}`, estimates", self.frame.id, row.label.get(Lang::En)),
                    expected: self.panels.len(),
                    got: row.estimates.len(),
                });
            }
        }
        let mut svg = Svg::new(WIDTH);
        let lines = self.lines();
        let top = if self.panels.iter().all(|panel| panel.title.is_empty()) { 8.0 } else { 28.0 };
        let bottom = top + ROW * lines.len() as f64 + 4.0;
        let widest = self.rows.iter().map(|row| width(row.label.get(lang), 11.0)).fold(60.0, f64::max);
        let left = (widest + 28.0).min(0.45 * WIDTH);
        for (i, line) in lines.iter().enumerate() {
            let y = top + ROW * (i as f64 + 0.5);
            match line {
                Line::Group(label) => svg.bold((16.0, y + 4.0), label.get(lang), 11.0, INK, Anchor::Start),
                Line::Row(row) => {
                    let text = first_line(row.label.get(lang), left - 28.0);
                    let (x, anchor) = (left - 8.0, Anchor::End);
                    if row.highlight {
                        svg.shade((8.0, y - ROW / 2.0), (WIDTH - 16.0, ROW), PALETTE[4], 0.2);
                        svg.bold((x, y + 4.0), &text, 11.0, INK, anchor);
                    } else {
                        svg.text((x, y + 4.0), &text, 11.0, INK, anchor);
                    }
                }
            }
        }
        let slot = (WIDTH - 12.0 - left) / self.panels.len().max(1) as f64;
        for (p, panel) in self.panels.iter().enumerate() {
            let span = (left + slot * p as f64 + 6.0, left + slot * (p + 1) as f64 - 10.0);
            self.panel(&mut svg, p, panel, &lines, span, (top, bottom), lang)?;
        }
        Ok(svg.finish(&self.frame, lang, bottom + 26.0, self.csv(lang)))
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines = Vec::new();
        let mut group: Option<&Text> = None;
        for row in &self.rows {
            if group != Some(&row.group) {
                group = Some(&row.group);
                if !row.group.is_empty() {
                    lines.push(Line::Group(&row.group));
                }
            }
            lines.push(Line::Row(row));
        }
        lines
    }

    fn panel(
        &self,
        svg: &mut Svg,
        index: usize,
        panel: &CoefPanel,
        lines: &[Line<'_>],
        span: (f64, f64),
        (top, bottom): (f64, f64),
        lang: Lang,
    ) -> Result<()> {
        let estimates = self.rows.iter().filter_map(|row| row.estimates[index]);
        let values = estimates.flat_map(|e| [e.low, e.value, e.high]).chain([0.0]).chain(panel.reference);
        let x = Scale::new(domain(values, 0.05, &self.frame.id)?, span);
        let ticks = x.ticks(((span.1 - span.0) / 60.0).max(2.0) as usize);
        for (tick, label) in ticks.iter().zip(labels(&ticks)) {
            svg.line((x.at(*tick), top), (x.at(*tick), bottom), GRID, 0.75, "");
            svg.text((x.at(*tick), bottom + 15.0), &label, 11.0, MUTED, Anchor::Middle);
        }
        svg.line((x.at(0.0), top), (x.at(0.0), bottom), INK, 1.0, "");
        if let Some(reference) = panel.reference {
            svg.line((x.at(reference), top), (x.at(reference), bottom), PALETTE[1], 1.0, "4 3");
        }
        svg.bold((span.0, top - 10.0), panel.title.get(lang), 12.0, INK, Anchor::Start);
        for (i, line) in lines.iter().enumerate() {
            let Line::Row(row) = line else { continue };
            let Some(e) = row.estimates[index].filter(|e| e.value.is_finite()) else { continue };
            let y = top + ROW * (i as f64 + 0.5);
            let color = if row.highlight { PALETTE[1] } else { PALETTE[0] };
            if e.low.is_finite() && e.high.is_finite() {
                svg.line((x.at(e.low), y), (x.at(e.high), y), color, 1.5, "");
            }
            // A hollow dot: the interval contains zero.
            let fill = if e.low <= 0.0 && e.high >= 0.0 { "#ffffff" } else { color };
            svg.circle((x.at(e.value), y), 3.5, fill, color);
        }
        Ok(())
    }

    fn csv(&self, lang: Lang) -> String {
        let mut out = "panel,group,label,estimate,low,high\n".to_owned();
        for (p, panel) in self.panels.iter().enumerate() {
            for row in &self.rows {
                let Some(e) = row.estimates[p] else { continue };
                push_record(
                    &mut out,
                    [
                        panel.title.get(lang),
                        row.group.get(lang),
                        row.label.get(lang),
                        &six(e.value),
                        &six(e.low),
                        &six(e.high),
                    ],
                );
            }
        }
        out
    }
}

enum Line<'a> {
    Group(&'a Text),
    Row(&'a CoefRow),
}

/// A label cut to its first line, with an ellipsis where something is lost.
fn first_line(text: &str, limit: f64) -> String {
    let lines = wrap(text, 11.0, limit);
    match lines.as_slice() {
        [only] => only.clone(),
        [first, ..] => format!("{first}…"),
        [] => String::new(),
    }
}
