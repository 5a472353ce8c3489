//! Placing the parts of an [`XyPlot`].

use super::density::{quantile, sorted};
use super::scale::{Scale, domain, labels};
use super::svg::{Anchor, GRID, INK, MUTED, Svg};
use super::text::width;
use super::{Drawn, Figure, PALETTE, XyPanel, XyPlot};
use crate::{Error, Lang, Result};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Height of the drawing between title and caption.
const HEIGHT: f64 = 380.0;
/// Most marks of a rug.
const RUG: usize = 200;
/// Least distance between two labels at the ends of lines.
const LABEL_GAP: f64 = 13.0;
/// Least width of the data of a panel.
const NARROWEST: f64 = 24.0;

/// A rectangle for data, in pixels.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl XyPlot {
    /// Draws it.
    ///
    /// # Errors
    /// [`Error::NothingToDraw`] without panels or without a finite number to draw, [`Error::NoRoom`] when panels and
    /// labels leave no room for the data.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        if self.panels.is_empty() {
            return Err(Error::nothing_to_draw(&self.frame.id, "panel"));
        }
        let mut svg = Svg::new(WIDTH);
        let mut drawn = Drawn::new();
        panels(&mut svg, &mut drawn, self, lang)?;
        Ok(svg.finish(&self.frame, lang, HEIGHT, drawn.0))
    }
}

/// Draws every panel beside the others.
fn panels(svg: &mut Svg, drawn: &mut Drawn, plot: &XyPlot, lang: Lang) -> Result<()> {
    let id = &plot.frame.id;
    let shared = if plot.share_y { Some(domain(plot.panels.iter().flat_map(y_values), 0.06, id)?) } else { None };
    let slot = (WIDTH - 16.0) / plot.panels.len() as f64;
    for (i, panel) in plot.panels.iter().enumerate() {
        let y_domain = match shared {
            Some(shared) => shared,
            None => domain(y_values(panel), 0.06, id)?,
        };
        let x_domain = domain(x_values(panel), 0.02, id)?;
        let y_ticks = labels(&Scale::new(y_domain, (0.0, 1.0)).ticks(5));
        let widest = y_ticks.iter().map(|text| width(text, 11.0)).fold(0.0, f64::max);
        let ends = panel.series.iter().map(|series| width(series.label.get(lang), 11.0)).fold(0.0, f64::max);
        let area = Area {
            left: 8.0 + slot * i as f64 + widest + if panel.y.is_empty() { 14.0 } else { 36.0 },
            right: 8.0 + slot * (i + 1) as f64 - 10.0 - if ends > 0.0 { ends + 8.0 } else { 4.0 },
            top: if panel.title.is_empty() { 10.0 } else { 30.0 },
            bottom: HEIGHT - if panel.x.is_empty() { 28.0 } else { 46.0 },
        };
        let wide = area.right - area.left;
        if wide < NARROWEST {
            let (figure, panels) = (id.clone(), plot.panels.len());
            return Err(Error::NoRoom { figure, panels, labels: ends, wide, needed: NARROWEST });
        }
        let scales = (Scale::new(x_domain, (area.left, area.right)), Scale::new(y_domain, (area.bottom, area.top)));
        Painter { svg, drawn, panel, lang, area, x: scales.0, y: scales.1 }.paint();
    }
    Ok(())
}

fn x_values(panel: &XyPanel) -> impl Iterator<Item = f64> {
    let series = panel.series.iter().flat_map(|s| s.points.iter().map(|p| p.x));
    let dots = panel.dots.iter().flat_map(|d| d.points.iter().map(|p| p.0));
    series.chain(dots).chain(panel.rug.iter().copied()).chain(panel.marks.iter().map(|m| m.x))
}

fn y_values(panel: &XyPanel) -> impl Iterator<Item = f64> {
    let series = panel.series.iter().flat_map(|s| {
        s.points.iter().flat_map(|p| [Some(p.y), p.band.map(|b| b.low), p.band.map(|b| b.high)].into_iter().flatten())
    });
    let dots = panel.dots.iter().flat_map(|d| d.points.iter().map(|p| p.1));
    series.chain(dots).chain(panel.references.iter().copied()).chain(panel.marks.iter().map(|m| m.y))
}

struct Painter<'a> {
    svg: &'a mut Svg,
    drawn: &'a mut Drawn,
    panel: &'a XyPanel,
    lang: Lang,
    area: Area,
    x: Scale,
    y: Scale,
}

impl Painter<'_> {
    fn paint(&mut self) {
        self.axes();
        self.strips();
        self.references();
        self.bands();
        self.dots();
        self.lines();
        self.rug();
        self.marks();
        self.end_labels();
        let corner = self.panel.corner.get(self.lang).to_owned();
        for (i, line) in corner.lines().enumerate() {
            self.svg.halo(
                (self.area.left + 8.0, self.area.top + 16.0 + 15.0 * i as f64),
                line,
                11.0,
                INK,
                Anchor::Start,
            );
        }
    }

    fn color(&self, series: usize) -> &'static str {
        PALETTE[series % PALETTE.len()]
    }

    fn axes(&mut self) {
        let Area { left, right, top, bottom } = self.area;
        let ticks = self.y.ticks(5);
        for (tick, label) in ticks.iter().zip(labels(&ticks)) {
            let y = self.y.at(*tick);
            self.svg.line((left, y), (right, y), GRID, 0.75, "");
            self.svg.text((left - 6.0, y + 4.0), &label, 11.0, MUTED, Anchor::End);
        }
        let ticks = self.x.ticks(((right - left) / 70.0).max(2.0) as usize);
        for (tick, label) in ticks.iter().zip(labels(&ticks)) {
            let x = self.x.at(*tick);
            self.svg.line((x, bottom), (x, bottom + 4.0), MUTED, 0.75, "");
            self.svg.text((x, bottom + 17.0), &label, 11.0, MUTED, Anchor::Middle);
        }
        self.svg.line((left, bottom), (right, bottom), MUTED, 0.75, "");
        let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
        self.svg.text((middle.0, bottom + 36.0), self.panel.x.get(self.lang), 12.0, INK, Anchor::Middle);
        if !self.panel.y.is_empty() {
            let labels_width = labels(&self.y.ticks(5)).iter().map(|text| width(text, 11.0)).fold(0.0, f64::max);
            self.svg.upward((left - labels_width - 16.0, middle.1), self.panel.y.get(self.lang), 12.0, INK);
        }
        self.svg.bold((left, top - 10.0), self.panel.title.get(self.lang), 12.0, INK, Anchor::Start);
    }

    fn strips(&mut self) {
        let Area { left, right, top, bottom } = self.area;
        for (i, strip) in self.panel.strips.iter().enumerate() {
            let clamp = |v: f64| self.x.at(v).clamp(left, right);
            let (low, high) = (clamp(strip.low), clamp(strip.high));
            self.svg.shade((low, top), (high - low, bottom - top), PALETTE[4], 0.25);
            let label = strip.label.get(self.lang);
            if let Some(at) = strip.at.filter(|at| (left..=right).contains(&self.x.at(*at))) {
                self.svg.line((self.x.at(at), top), (self.x.at(at), bottom), PALETTE[1], 1.0, "4 3");
            }
            let widest = label.lines().map(|line| width(line, 11.0)).fold(0.0, f64::max);
            let (x, anchor) = if high + 6.0 + widest <= right {
                (high + 6.0, Anchor::Start)
            } else if low - 6.0 - widest >= left {
                (low - 6.0, Anchor::End)
            } else {
                (left + 6.0, Anchor::Start)
            };
            for (k, line) in label.lines().enumerate() {
                let color = if k == 0 { PALETTE[1] } else { INK };
                self.svg.halo((x, top + 14.0 + 15.0 * (i + k) as f64), line, 11.0, color, anchor);
            }
            let label = label.lines().next().unwrap_or_default();
            let title = self.panel.title.get(self.lang);
            self.drawn.push(title, "strip", label, strip.at.unwrap_or(f64::NAN), f64::NAN, (strip.low, strip.high));
        }
    }

    fn references(&mut self) {
        for at in &self.panel.references {
            let y = self.y.at(*at);
            self.svg.line((self.area.left, y), (self.area.right, y), MUTED, 1.0, "2 3");
        }
    }

    fn bands(&mut self) {
        for (i, series) in self.panel.series.iter().enumerate() {
            let banded: Vec<(f64, f64, f64)> = series
                .points
                .iter()
                .filter_map(|p| {
                    p.band.filter(|b| b.low.is_finite() && b.high.is_finite()).map(|b| (p.x, b.low, b.high))
                })
                .collect();
            if banded.len() < 2 {
                continue;
            }
            let upper = banded.iter().map(|(x, _, high)| (self.x.at(*x), self.y.at(*high)));
            let lower = banded.iter().rev().map(|(x, low, _)| (self.x.at(*x), self.y.at(*low)));
            let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
            self.svg.polygon(&outline, self.color(i), 0.18);
        }
    }

    fn dots(&mut self) {
        let title = self.panel.title.get(self.lang);
        for dots in &self.panel.dots {
            for (x, y) in dots.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()) {
                self.svg.circle((self.x.at(*x), self.y.at(*y)), 3.0, "#ffffff", INK);
                self.drawn.push(title, "dot", dots.label.get(self.lang), *x, *y, (f64::NAN, f64::NAN));
            }
        }
    }

    fn lines(&mut self) {
        const DASHES: [&str; 4] = ["", "7 3", "2 3", "9 3 2 3"];
        let title = self.panel.title.get(self.lang);
        for (i, series) in self.panel.series.iter().enumerate() {
            let color = self.color(i);
            for run in series.points.split(|p| !p.y.is_finite()) {
                let points: Vec<(f64, f64)> = run.iter().map(|p| (self.x.at(p.x), self.y.at(p.y))).collect();
                match points.as_slice() {
                    [] => {}
                    [point] => self.svg.circle(*point, 2.5, color, color),
                    points => self.svg.polyline(points, color, 2.0, DASHES[i % DASHES.len()]),
                }
            }
            for p in &series.points {
                let band = p.band.map_or((f64::NAN, f64::NAN), |b| (b.low, b.high));
                self.drawn.push(title, "line", series.label.get(self.lang), p.x, p.y, band);
            }
        }
    }

    fn rug(&mut self) {
        let values = sorted(&self.panel.rug);
        if values.is_empty() {
            return;
        }
        let thinned: Vec<f64> = if values.len() <= RUG {
            values
        } else {
            (0..RUG).map(|i| quantile(&values, i as f64 / (RUG - 1) as f64)).collect()
        };
        for value in thinned {
            let x = self.x.at(value);
            self.svg.line((x, self.area.bottom - 7.0), (x, self.area.bottom), MUTED, 0.5, "");
            self.drawn.push(self.panel.title.get(self.lang), "rug", "", value, f64::NAN, (f64::NAN, f64::NAN));
        }
    }

    fn marks(&mut self) {
        for mark in &self.panel.marks {
            let at = (self.x.at(mark.x), self.y.at(mark.y));
            self.svg.circle(at, 4.0, PALETTE[1], "#ffffff");
            let label = mark.label.get(self.lang);
            let room = at.0 + 8.0 + width(label, 11.0) <= self.area.right;
            let (x, anchor) = if room { (at.0 + 8.0, Anchor::Start) } else { (at.0 - 8.0, Anchor::End) };
            let y = if mark.below { at.1 + 16.0 } else { at.1 - 7.0 };
            self.svg.halo((x, y), label, 11.0, INK, anchor);
            self.drawn.push(self.panel.title.get(self.lang), "mark", label, mark.x, mark.y, (f64::NAN, f64::NAN));
        }
    }

    /// Labels at the ends of lines, moved apart where they would touch.
    fn end_labels(&mut self) {
        let mut ends: Vec<(f64, usize)> = self
            .panel
            .series
            .iter()
            .enumerate()
            .filter(|(_, series)| !series.label.is_empty())
            .filter_map(|(i, series)| {
                series.points.iter().rev().find(|p| p.y.is_finite()).map(|p| (self.y.at(p.y) + 4.0, i))
            })
            .collect();
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        for k in 1..ends.len() {
            ends[k].0 = ends[k].0.max(ends[k - 1].0 + LABEL_GAP);
        }
        let over = ends.last().map_or(0.0, |last| (last.0 - self.area.bottom).max(0.0));
        for (y, i) in ends {
            let label = self.panel.series[i].label.get(self.lang);
            self.svg.text((self.area.right + 6.0, y - over), label, 11.0, self.color(i), Anchor::Start);
        }
    }
}
