//! Many estimates of one effect in order of size, with the options behind each of them below.

use super::scale::{Scale, domain, labels};
use super::svg::{Anchor, GRID, INK, MUTED, Svg};
use super::text::width;
use super::{Figure, Frame, PALETTE, six};
use crate::csv::push_record;
use crate::{Lang, Result, Text};

/// Width of a figure in pixels.
const WIDTH: f64 = 720.0;
/// Height of the curve.
const HEIGHT: f64 = 230.0;
/// Height of a row of options.
const ROW: f64 = 13.0;
/// Points that are drawn at most: of more, one of each bin of ranks.
const MOST: usize = 500;

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveEstimate {
    /// The effect.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Place of its group among [`SpecificationCurve::groups`].
    pub group: usize,
    /// Drawn with emphasis: the specification that the others change.
    pub base: bool,
    /// What the effect at this rank would lie between under the null.
    pub null: Option<(f64, f64)>,
}

/// Where the estimates with one option stand.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveOption {
    /// The choice, written before its first option.
    pub choice: Text,
    /// The option.
    pub option: Text,
    /// Estimates in equal bins of ranks, from left to right.
    pub bins: Vec<u32>,
}

/// Estimates sorted by size, and one row per option below.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SpecificationCurve {
    /// Title and caption.
    pub frame: Frame,
    /// Name of the effect.
    pub y: Text,
    /// Names of groups, in the order of colors.
    pub groups: Vec<Text>,
    /// Estimates in order of size.
    pub points: Vec<CurveEstimate>,
    /// Rows of options.
    pub options: Vec<CurveOption>,
}

impl SpecificationCurve {
    /// Draws it.
    ///
    /// # Errors
    /// [`crate::Error::Specification`] without a finite number.
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        let mut svg = Svg::new(WIDTH);
        let widest = self.options.iter().map(|row| width(row.option.get(lang), 10.0)).fold(40.0, f64::max).min(130.0);
        let choices = self.options.iter().map(|row| width(row.choice.get(lang), 10.0)).fold(0.0, f64::max).min(130.0);
        let left = (widest + choices + 30.0).max(60.0);
        let span = (left, WIDTH - 14.0);
        let drawn = self.drawn();
        let values = drawn.iter().flat_map(|(_, point)| {
            let (low, high) = point.null.unwrap_or((point.value, point.value));
            [point.value, point.low, point.high, low, high]
        });
        let y = Scale::new(domain(values.chain([0.0]), 0.04, &self.frame.id)?, (18.0 + HEIGHT, 18.0));
        let x = Scale::new((0.0, self.points.len().max(1) as f64), span);
        let ticks = y.ticks(6);
        for (tick, label) in ticks.iter().zip(labels(&ticks)) {
            svg.line((span.0, y.at(*tick)), (span.1, y.at(*tick)), GRID, 0.75, "");
            svg.text((span.0 - 6.0, y.at(*tick) + 4.0), &label, 10.0, MUTED, Anchor::End);
        }
        svg.upward((14.0, 18.0 + HEIGHT / 2.0), self.y.get(lang), 11.0, INK);
        let at = |rank: usize| x.at(rank as f64 + 0.5);
        ribbon(&mut svg, &drawn, at, &y, MUTED, |point| point.null);
        ribbon(&mut svg, &drawn, at, &y, PALETTE[5], |point| Some((point.low, point.high)));
        svg.line((span.0, y.at(0.0)), (span.1, y.at(0.0)), INK, 1.0, "");
        for (rank, point) in drawn.iter().filter(|(_, point)| point.value.is_finite()) {
            svg.circle((at(*rank), y.at(point.value)), 1.4, color(point.group), "none");
        }
        if let Some((rank, point)) = drawn.iter().find(|(_, point)| point.base) {
            svg.circle((at(*rank), y.at(point.value)), 5.0, "none", INK);
        }
        self.legend(&mut svg, span.0, lang);
        let bottom = self.rows(&mut svg, span, 18.0 + HEIGHT + 14.0, lang);
        Ok(svg.finish(&self.frame, lang, bottom + 8.0, self.csv(&drawn, lang)))
    }

    /// Points to draw with their ranks; the base is always among them.
    fn drawn(&self) -> Vec<(usize, &CurveEstimate)> {
        let n = self.points.len();
        let bins = n.min(MOST);
        let mut ranks: Vec<usize> = (0..bins).map(|bin| (2 * bin + 1) * n / (2 * bins)).collect();
        ranks.extend(self.points.iter().position(|point| point.base));
        ranks.sort_unstable();
        ranks.dedup();
        ranks.into_iter().map(|rank| (rank, &self.points[rank])).collect()
    }

    fn legend(&self, svg: &mut Svg, left: f64, lang: Lang) {
        let mut x = left + 8.0;
        for (place, group) in self.groups.iter().enumerate() {
            let label = group.get(lang);
            svg.circle((x, 10.0), 3.5, color(place), "none");
            svg.text((x + 7.0, 14.0), label, 10.0, INK, Anchor::Start);
            x += width(label, 10.0) + 26.0;
        }
    }

    /// Rows of options; gives where they end.
    fn rows(&self, svg: &mut Svg, span: (f64, f64), top: f64, lang: Lang) -> f64 {
        let mut before: Option<&Text> = None;
        let mut y = top;
        for row in &self.options {
            if before != Some(&row.choice) {
                y += if before.is_some() { 4.0 } else { 0.0 };
                svg.bold((10.0, y + 10.0), row.choice.get(lang), 10.0, INK, Anchor::Start);
                svg.line((span.0, y), (span.1, y), GRID, 0.5, "");
                before = Some(&row.choice);
            }
            svg.text((span.0 - 6.0, y + 10.0), row.option.get(lang), 10.0, INK, Anchor::End);
            let most = row.bins.iter().copied().max().unwrap_or(0);
            let step = (span.1 - span.0) / row.bins.len().max(1) as f64;
            for (bin, &count) in row.bins.iter().enumerate().filter(|(_, count)| **count > 0) {
                let share = f64::from(count) / f64::from(most.max(1));
                let corner = (span.0 + step * bin as f64, y + 2.0);
                svg.shade(corner, ((0.9 * step).max(0.6), ROW - 4.0), PALETTE[0], 0.15 + 0.75 * share);
            }
            y += ROW;
        }
        y
    }

    fn csv(&self, drawn: &[(usize, &CurveEstimate)], lang: Lang) -> String {
        let mut out = "rank,effect,low,high,null_low,null_high,group,base\n".to_owned();
        for (rank, point) in drawn {
            let (low, high) = point.null.map_or_else(Default::default, |(low, high)| (six(low), six(high)));
            let group = self.groups.get(point.group).map(|group| group.get(lang)).unwrap_or_default();
            let (rank, base) = ((rank + 1).to_string(), u8::from(point.base).to_string());
            push_record(
                &mut out,
                [&*rank, &six(point.value), &six(point.low), &six(point.high), &low, &high, group, &base],
            );
        }
        out
    }
}

fn color(group: usize) -> &'static str {
    [PALETTE[1], PALETTE[2], MUTED, PALETTE[3]][group.min(3)]
}

/// A band between two values of each point.
fn ribbon(
    svg: &mut Svg,
    drawn: &[(usize, &CurveEstimate)],
    at: impl Fn(usize) -> f64,
    y: &Scale,
    fill: &str,
    ends: impl Fn(&CurveEstimate) -> Option<(f64, f64)>,
) {
    let finite = |(rank, point): &(usize, &CurveEstimate)| {
        let (low, high) = ends(point).filter(|(low, high)| low.is_finite() && high.is_finite())?;
        Some((at(*rank), y.at(low), y.at(high)))
    };
    let points: Vec<(f64, f64, f64)> = drawn.iter().filter_map(finite).collect();
    if points.len() > 1 {
        let upper = points.iter().map(|&(x, _, high)| (x, high));
        let lower = points.iter().rev().map(|&(x, low, _)| (x, low));
        svg.polygon(&upper.chain(lower).collect::<Vec<_>>(), fill, 0.25);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(n: usize) -> SpecificationCurve {
        let point = |rank: usize| CurveEstimate {
            value: rank as f64 - 3.0,
            low: rank as f64 - 4.0,
            high: rank as f64 - 2.0,
            group: rank % 3,
            base: rank == 7,
            null: Some((-1.0, 1.0)),
        };
        SpecificationCurve {
            frame: Frame::new("curve", "c", ""),
            y: Text::same("effect"),
            groups: vec![Text::same("U"), Text::same("inverse U"), Text::same("neither")],
            points: (0..n).map(point).collect(),
            options: vec![CurveOption { choice: Text::same("decay"), option: Text::same("km"), bins: vec![1, 0, 2] }],
        }
    }

    #[test]
    fn of_many_estimates_one_of_each_bin_is_drawn_and_the_base() {
        let small = curve(20).draw(Lang::En).expect("a figure");
        assert_eq!(small.csv.lines().count(), 21);
        let large = curve(30_000).draw(Lang::En).expect("a figure");
        assert_eq!(large.csv.lines().count(), 1 + MOST + 1);
        assert!(large.csv.lines().any(|line| line.starts_with("8,") && line.ends_with(",1")), "the base is there");
        assert!(large.svg.len() < 200_000, "{}", large.svg.len());
        assert!(curve(0).draw(Lang::En).is_ok(), "zero is always drawn");
    }
}
