//! A distribution in every period: ridges with quartiles and median.

use super::density::{kernel_density, quantile, sorted};
use super::scale::{Scale, domain, labels};
use super::svg::{Anchor, GRID, INK, MUTED, Svg};
use super::{Figure, Frame, PALETTE, six};
use crate::csv::push_record;
use crate::numfmt::{Format, number};
use crate::{Error, Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Distance between the base lines of two ridges.
const STEP: f64 = 38.0;
/// Height of the highest ridge.
const PEAK: f64 = 56.0;
/// Points of a ridge.
const GRID_POINTS: usize = 121;

/// The values of one period.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Label, such as the year.
    pub label: Text,
    /// Values; missing ones are left out.
    pub values: Vec<f64>,
}

/// Ridges from top to bottom, all on one scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Distributions {
    /// Title and caption.
    pub frame: Frame,
    /// Label of the x axis.
    pub x: Text,
    /// Samples from top to bottom.
    pub samples: Vec<Sample>,
    /// A vertical reference, such as one for an index.
    pub reference: Option<f64>,
}

impl Distributions {
    /// Draws it. The axis covers the 0.5 to 99.5 % quantiles of all values; the caption should say so where it matters.
    ///
    /// # Errors
    /// [`Error::NothingToDraw`] without a finite number.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        let all = sorted(&self.samples.iter().flat_map(|s| s.values.iter().copied()).collect::<Vec<_>>());
        if all.is_empty() {
            return Err(Error::nothing_to_draw(&self.frame.id, "finite number to draw"));
        }
        let ends = [quantile(&all, 0.005), quantile(&all, 0.995)];
        let range = domain(ends.into_iter().chain(self.reference), 0.04, &self.frame.id)?;
        let grid: Vec<f64> =
            (0..GRID_POINTS).map(|i| range.0 + (range.1 - range.0) * i as f64 / (GRID_POINTS - 1) as f64).collect();
        let densities: Vec<Vec<f64>> = self.samples.iter().map(|s| kernel_density(&s.values, &grid)).collect();
        let highest = densities.iter().flatten().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);

        let mut svg = Svg::new(WIDTH);
        let (left, right) = (64.0, WIDTH - 130.0);
        let top = PEAK + 4.0;
        let bottom = top + STEP * (self.samples.len().max(1) - 1) as f64 + 8.0;
        let x = Scale::new(range, (left, right));
        let ticks = x.ticks(7);
        for (tick, label) in ticks.iter().zip(labels(&ticks)) {
            svg.line((x.at(*tick), 8.0), (x.at(*tick), bottom), GRID, 0.75, "");
            svg.text((x.at(*tick), bottom + 16.0), &label, 11.0, MUTED, Anchor::Middle);
        }
        if let Some(reference) = self.reference {
            svg.line((x.at(reference), 8.0), (x.at(reference), bottom), MUTED, 1.0, "2 3");
        }
        svg.text((f64::midpoint(left, right), bottom + 35.0), self.x.get(lang), 12.0, INK, Anchor::Middle);
        let head = match lang {
            Lang::Zh => "中位数（n）",
            Lang::En => "median (n)",
        };
        svg.text((right + 14.0, top - 22.0), head, 11.0, MUTED, Anchor::Start);

        let mut csv = "label,n,p5,p25,p50,p75,p95\n".to_owned();
        for (i, (sample, density)) in self.samples.iter().zip(&densities).enumerate() {
            let base = top + STEP * i as f64;
            let values = sorted(&sample.values);
            let mut outline: Vec<(f64, f64)> =
                grid.iter().zip(density).map(|(g, d)| (x.at(*g), base - PEAK * d / highest)).collect();
            svg.line((left, base), (right, base), MUTED, 0.5, "");
            let ridge = outline.clone();
            outline.extend([(right, base), (left, base)]);
            svg.polygon(&outline, PALETTE[5], 0.55);
            svg.polyline(&ridge, PALETTE[0], 1.25, "");
            svg.text((left - 8.0, base), sample.label.get(lang), 11.0, INK, Anchor::End);
            let q = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(&values, p));
            let [p5, p25, p50, p75, p95] = q.map(six);
            push_record(&mut csv, [sample.label.get(lang), &values.len().to_string(), &p5, &p25, &p50, &p75, &p95]);
        }
        // Over all ridges, so that none covers a median.
        for (i, sample) in self.samples.iter().enumerate() {
            let values = sorted(&sample.values);
            if values.is_empty() {
                continue;
            }
            let base = top + STEP * i as f64;
            let inside = |q| x.at(quantile(&values, q)).clamp(left, right);
            svg.line((inside(0.25), base), (inside(0.75), base), PALETTE[0], 3.0, "");
            svg.circle((inside(0.5), base), 3.5, "#ffffff", PALETTE[0]);
            let text = format!("{} ({})", number(quantile(&values, 0.5), Format::Legible(3)), values.len());
            svg.text((right + 14.0, base + 2.0), &text, 11.0, INK, Anchor::Start);
        }
        Ok(svg.finish(&self.frame, lang, bottom + 44.0, csv))
    }
}
