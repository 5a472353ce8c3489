//! Figures as SVG from a small writer of our own: the same numbers give the same bytes.
//!
//! Coordinates are rounded to 0.01 px, text is placed by estimated widths (no font is measured), and every figure comes
//! with the numbers it was drawn from. Colors are those of Okabe and Ito, which color-blind readers can tell apart. The
//! caller supplies the finding that is the title; [`caption`] writes n, fixed effects and standard errors.
//!
//! | plot | message |
//! |---|---|
//! | [`UCurve`] | a curve with band, turning point and residualized bins |
//! | [`CoefPlot`] | coefficients of subsamples, robustness checks or one-change specifications |
//! | [`SpecificationCurve`] | thousands of estimates in order of size, with the options behind them |
//! | [`PointMap`] | entities at their coordinates, colored by quintile |
//! | [`Distributions`] | a distribution in every period |
//! | [`XyPlot`] | lines with bands: indices by region, a series over time, moderated curves, a first stage |
//! | [`Mechanism`] | a path diagram with estimates on its arrows |
//! | [`Pipeline`] | stages and what flows between them |

mod coefficients;
mod density;
mod distributions;
#[cfg(any(feature = "png", feature = "pdf"))]
mod fonts;
mod map;
mod mechanism;
#[cfg(feature = "pdf")]
mod pdf;
mod pipeline;
#[cfg(feature = "png")]
mod png;
mod scale;
mod specification_curve;
mod svg;
pub(crate) mod text;
mod ucurve;
mod xy;
mod xy_draw;

pub use coefficients::{CoefPanel, CoefPlot, CoefRow, Estimate};
pub use density::{Bin, bin_means};
pub use distributions::{Distributions, Sample};
pub use map::{GeoPoint, PointMap};
pub use mechanism::{ArrowLabel, Mechanism, Mediator};
#[cfg(feature = "pdf")]
pub use pdf::pdf;
pub use pipeline::{Pipeline, Stage};
#[cfg(feature = "png")]
pub use png::{Png, png};
pub use specification_curve::{CurveEstimate, CurveOption, SpecificationCurve};
pub use ucurve::{TurningPoint, UCurve};
pub use xy::{Band, CurvePoint, Dots, Mark, Series, Strip, XyPanel, XyPlot};

use crate::csv::push_record;
use crate::numfmt::{Format, number};
use crate::regression::StdErrors;
use crate::{Lang, Text};

/// A drawn figure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figure {
    /// Name of its files.
    pub id: String,
    /// The drawing.
    pub svg: String,
    /// The numbers it was drawn from, six significant digits.
    pub csv: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Title in the language of the drawing.
    pub title: String,
    /// Caption in the language of the drawing.
    pub caption: String,
}

/// What every figure says besides its numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Name of its files.
    pub id: String,
    /// The finding, as one short sentence.
    pub title: Text,
    /// What the reader needs to trust it; see [`caption`].
    pub caption: Text,
}

impl Frame {
    /// A frame.
    pub fn new(id: impl Into<String>, title: impl Into<Text>, caption: impl Into<Text>) -> Self {
        Self { id: id.into(), title: title.into(), caption: caption.into() }
    }
}

/// Colors of Okabe and Ito (2008), the first four apart from each other also in gray.
pub const PALETTE: [&str; 8] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"];

/// A caption: what is shown, then n, fixed effects and standard errors.
#[must_use]
pub fn caption(what: &Text, n: usize, fixed_effects: &[Text], errors: &StdErrors) -> Text {
    Text::build(|lang| {
        let effects: Vec<&str> = fixed_effects.iter().map(|effect| effect.get(lang)).collect();
        let errors = crate::regression::describe_errors(errors, lang);
        match lang {
            Lang::Zh => {
                let effects = if effects.is_empty() { "无固定效应".to_owned() } else { effects.join("、") };
                format!("{}n = {n}；{effects}；{errors}。", what.get(lang))
            }
            Lang::En => {
                let effects = if effects.is_empty() { "no fixed effects".to_owned() } else { effects.join(", ") };
                let what = what.get(lang);
                let space = if what.is_empty() { "" } else { " " };
                format!("{what}{space}n = {}; {effects}; {errors}.", number(n as f64, Format::Grouped))
            }
        }
    })
}

/// A number of a figure's CSV.
fn six(value: f64) -> String {
    if value.is_nan() { String::new() } else { number(value, Format::Significant(6)) }
}

/// The CSV that most figures write: one line per drawn thing.
struct Drawn(String);

impl Drawn {
    fn new() -> Self {
        Self("panel,kind,series,x,y,low,high\n".to_owned())
    }

    fn push(&mut self, panel: &str, kind: &str, series: &str, x: f64, y: f64, band: (f64, f64)) {
        push_record(&mut self.0, [panel, kind, series, &six(x), &six(y), &six(band.0), &six(band.1)]);
    }
}
