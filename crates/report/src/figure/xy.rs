//! Lines, bands, dots and marks over two axes, in one or more panels.

use super::Frame;
use crate::Text;

/// One point of a line, with its band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Horizontal.
    pub x: f64,
    /// Vertical; NaN breaks the line.
    pub y: f64,
    /// Band around the line at this point, if any.
    pub band: Option<Band>,
}

/// Lower and upper end of a band or whisker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl CurvePoint {
    /// A point without a band.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y, band: None }
    }

    /// A point with a band.
    #[must_use]
    pub const fn banded(x: f64, y: f64, low: f64, high: f64) -> Self {
        Self { x, y, band: Some(Band { low, high }) }
    }
}

/// A line with its label, which is written at its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Label; empty for none.
    pub label: Text,
    /// Points in order of x.
    pub points: Vec<CurvePoint>,
}

/// Dots, such as bins of a binned scatter plot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dots {
    /// Label, which the CSV of the figure carries; empty for none.
    pub label: Text,
    /// Points.
    pub points: Vec<(f64, f64)>,
}

/// A vertical strip, such as the confidence interval of a turning point.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// Left end.
    pub low: f64,
    /// Right end.
    pub high: f64,
    /// Line inside the strip.
    pub at: Option<f64>,
    /// Label at its top; further lines are set below the first, in ink.
    pub label: Text,
}

/// A point that is marked on a line, such as the minimum of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Horizontal.
    pub x: f64,
    /// Vertical.
    pub y: f64,
    /// Label.
    pub label: Text,
    /// Whether the label stands below the point: clear of a curve that has its minimum there.
    pub below: bool,
}

/// One panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct XyPanel {
    /// Title, may be empty.
    pub title: Text,
    /// Label of the x axis.
    pub x: Text,
    /// Label of the y axis.
    pub y: Text,
    /// Lines.
    pub series: Vec<Series>,
    /// Dots.
    pub dots: Vec<Dots>,
    /// Shaded strips.
    pub strips: Vec<Strip>,
    /// Marked points.
    pub marks: Vec<Mark>,
    /// Horizontal reference lines (zero, one).
    pub references: Vec<f64>,
    /// Values of x marked at the bottom, thinned to 200 of their quantiles where there are more.
    pub rug: Vec<f64>,
    /// Words in the upper left corner, such as an F statistic.
    pub corner: Text,
}

/// Lines and dots over two axes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct XyPlot {
    /// Title and caption.
    pub frame: Frame,
    /// Panels, side by side.
    pub panels: Vec<XyPanel>,
    /// Whether all panels share one y axis.
    pub share_y: bool,
}

impl XyPlot {
    /// A plot of one panel.
    #[must_use]
    pub fn single(frame: Frame, panel: XyPanel) -> Self {
        Self { frame, panels: vec![panel], share_y: false }
    }
}
