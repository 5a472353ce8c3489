//! The curve of a variable and its square, with everything needed to judge it.

use super::xy::{CurvePoint, Dots, Panel, Series, Strip, XyPlot};
use super::{Figure, Frame};
use crate::numfmt::{Format, number};
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
    /// Draws it. The corner says how many bins there are and how many observations lie beyond the turning point.
    ///
    /// # Errors
    /// As [`XyPlot::draw`].
    pub fn draw(&self, lang: Lang) -> Result<Figure> {
        let strips = self.turning_point.iter().map(|tp| {
            let text = |v: f64| if v.is_finite() { number(v, Format::Fixed(2)) } else { number(v, Format::Full) };
            Strip {
                low: tp.low,
                high: tp.high,
                at: Some(tp.at),
                label: Text::new(
                    format!("拐点 {}（95% 区间 {}–{}）", text(tp.at), text(tp.low), text(tp.high)),
                    format!("turning point {} (95% interval {} to {})", text(tp.at), text(tp.low), text(tp.high)),
                ),
            }
        });
        let beyond = self.share_beyond.map(|share| number(share, Format::Percent(0)));
        let corner = Text::build(|lang| {
            let mut lines = Vec::new();
            match lang {
                Lang::Zh => {
                    lines.extend(
                        (!self.bins.is_empty()).then(|| format!("圆点：{} 个分箱（残差化）的均值", self.bins.len())),
                    );
                    lines.extend(beyond.as_ref().map(|share| format!("拐点右侧：{share} 的观测")));
                }
                Lang::En => {
                    lines.extend(
                        (!self.bins.is_empty())
                            .then(|| format!("dots: means of {} residualized bins", self.bins.len())),
                    );
                    lines.extend(
                        beyond.as_ref().map(|share| format!("beyond the turning point: {share} of observations")),
                    );
                }
            }
            // Below the label of the strip.
            if self.turning_point.is_some() { format!("\n{}", lines.join("\n")) } else { lines.join("\n") }
        });
        let panel = Panel {
            x: self.x.clone(),
            y: self.y.clone(),
            series: vec![Series { label: Text::default(), points: self.curve.clone() }],
            dots: vec![Dots { label: Text::new("分箱", "bin"), points: self.bins.clone() }],
            strips: strips.collect(),
            rug: self.rug.clone(),
            corner,
            ..Panel::default()
        };
        XyPlot::single(self.frame.clone(), panel).draw(lang)
    }
}
