//! The curve of a variable and its square, with everything needed to judge it.

use super::xy::{CurvePoint, Dots, Series, Strip, XyPanel, XyPlot};
use super::{Figure, Frame};
use crate::numfmt::{Format, number, whole_percent};
use crate::{Lang, Result, Text};

/// A turning point with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurningPoint {
    /// Where the fitted curve turns.
    pub at: f64,
    /// Lower end of its interval; infinite where the interval is open.
    pub low: f64,
    /// Upper end of its interval; infinite where the interval is open.
    pub high: f64,
}

/// A fitted curve with its band, the turning point with its interval as a strip, residualized bins and a rug of x.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UCurve {
    /// Title and caption.
    pub frame: Frame,
    /// Label of the x axis.
    pub x: Text,
    /// Label of the y axis.
    pub y: Text,
    /// The fitted partial effect with its pointwise band, in order of x.
    pub curve: Vec<CurvePoint>,
    /// The turning point.
    pub turning_point: Option<TurningPoint>,
    /// Residualized bins, on the scale of the curve.
    pub bins: Vec<(f64, f64)>,
    /// All values of x.
    pub rug: Vec<f64>,
    /// Share of observations beyond the turning point.
    pub share_beyond: Option<f64>,
}

impl UCurve {
    /// Draws it. Beside the strip it says how many bins there are and how many observations lie beyond the turning point.
    ///
    /// # Errors
    /// As [`XyPlot::draw`].
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        let remarks = |lang| self.remarks(lang);
        let strips = self.turning_point.iter().map(|tp| {
            let text = |v: f64| if v.is_finite() { number(v, Format::Legible(2)) } else { number(v, Format::Full) };
            let (at, low, high) = (text(tp.at), text(tp.low), text(tp.high));
            let label = Text::build(|lang| match lang {
                Lang::Zh => format!("拐点 {at}（95% 区间 {low}–{high}）{}", remarks(lang)),
                Lang::En => format!("turning point {at} (95% interval {low} to {high}){}", remarks(lang)),
            });
            Strip { low: tp.low, high: tp.high, at: Some(tp.at), label }
        });
        let corner = if self.turning_point.is_some() {
            Text::default()
        } else {
            Text::build(|lang| remarks(lang).trim_start().to_owned())
        };
        let panel = XyPanel {
            x: self.x.clone(),
            y: self.y.clone(),
            series: vec![Series { label: Text::default(), points: self.curve.clone() }],
            dots: vec![Dots { label: Text::new("分箱", "bin"), points: self.bins.clone() }],
            strips: strips.collect(),
            rug: self.rug.clone(),
            corner,
            ..XyPanel::default()
        };
        XyPlot::single(self.frame.clone(), panel).draw(lang)
    }

    /// How many bins there are, and how many observations lie beyond the turning point, a line each.
    fn remarks(&self, lang: Lang) -> String {
        let beyond = self.share_beyond.map(whole_percent);
        let bins = (!self.bins.is_empty()).then_some(self.bins.len());
        let lines = match lang {
            Lang::Zh => [
                bins.map(|n| format!("圆点：{n} 个分箱（残差化）的均值")),
                beyond.map(|share| format!("拐点右侧：{share} 的观测")),
            ],
            Lang::En => [
                bins.map(|n| format!("dots: means of {n} residualized bins")),
                beyond.map(|share| format!("beyond the turning point: {share} of observations")),
            ],
        };
        lines.into_iter().flatten().map(|line| format!("\n{line}")).collect()
    }
}
