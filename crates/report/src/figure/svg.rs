//! The SVG writer: shapes in, stable text out.

use super::text::{width, wrap};
use super::{Figure, Frame};
use crate::Lang;
use crate::render::xml::escape;

/// Fonts that have Latin and Chinese letters on common systems.
const FONTS: &str =
    "'Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif";
/// Color of words and axes.
pub(super) const INK: &str = "#222222";
/// Color of what stands back.
pub(super) const MUTED: &str = "#666666";
/// Color of grid lines.
pub(super) const GRID: &str = "#dddddd";

/// Where a text is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in progress. Units are pixels, y points down.
pub(super) struct Svg {
    width: f64,
    body: String,
}

/// Coordinates with at most two decimals and without trailing zeros or a negative zero.
pub(super) fn px(value: f64) -> String {
    let text = format!("{:.2}", value + 0.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

impl Svg {
    pub(super) fn new(width: f64) -> Self {
        Self { width, body: String::new() }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str, thickness: f64, dashes: &str) {
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        self.body.push_str(&format!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{color}\" stroke-width=\"{}\"{dashes}/>\n",
            px(from.0),
            px(from.1),
            px(to.0),
            px(to.1),
            px(thickness)
        ));
    }

    pub(super) fn polyline(&mut self, points: &[(f64, f64)], color: &str, thickness: f64, dashes: &str) {
        let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
        self.body.push_str(&format!(
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dashes} points=\"{}\"/>\n",
            px(thickness),
            join(points)
        ));
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], fill: &str, opacity: f64) {
        self.body.push_str(&format!(
            "<polygon fill=\"{fill}\" fill-opacity=\"{}\" points=\"{}\"/>\n",
            px(opacity),
            join(points)
        ));
    }

    pub(super) fn circle(&mut self, center: (f64, f64), radius: f64, fill: &str, stroke: &str) {
        self.body.push_str(&format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n",
            px(center.0),
            px(center.1),
            px(radius)
        ));
    }

    /// A rectangle from its upper left corner.
    pub(super) fn rect(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str, stroke: &str, radius: f64) {
        self.body.push_str(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n",
            px(corner.0),
            px(corner.1),
            px(size.0),
            px(size.1),
            px(radius)
        ));
    }

    /// A shaded rectangle.
    pub(super) fn shade(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str, opacity: f64) {
        let (x, y) = corner;
        let (w, h) = size;
        self.polygon(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], fill, opacity);
    }

    pub(super) fn text(&mut self, at: (f64, f64), text: &str, size: f64, color: &str, anchor: Anchor) {
        self.styled(at, text, size, color, anchor, "");
    }

    pub(super) fn bold(&mut self, at: (f64, f64), text: &str, size: f64, color: &str, anchor: Anchor) {
        self.styled(at, text, size, color, anchor, " font-weight=\"bold\"");
    }

    /// Text that reads upward, for the label of a y axis.
    pub(super) fn upward(&mut self, at: (f64, f64), text: &str, size: f64, color: &str) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", px(at.0), px(at.1));
        self.styled(at, text, size, color, Anchor::Middle, &turn);
    }

    /// Text with a white halo, readable over lines.
    pub(super) fn halo(&mut self, at: (f64, f64), text: &str, size: f64, color: &str, anchor: Anchor) {
        self.styled(
            at,
            text,
            size,
            color,
            anchor,
            " paint-order=\"stroke\" stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\"",
        );
    }

    fn styled(&mut self, at: (f64, f64), text: &str, size: f64, color: &str, anchor: Anchor, more: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.body.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{color}\"{anchor}{more}>{}</text>\n",
            px(at.0),
            px(at.1),
            px(size),
            escape(&minus(text))
        ));
    }

    /// An arrow with a filled head.
    pub(super) fn arrow(&mut self, from: (f64, f64), to: (f64, f64), color: &str, thickness: f64) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        let (ux, uy) = (dx / length, dy / length);
        let head = 8.0;
        let base = (to.0 - head * ux, to.1 - head * uy);
        self.line(from, base, color, thickness, "");
        let half = 4.0;
        self.polygon(
            &[to, (base.0 - half * uy, base.1 + half * ux), (base.0 + half * uy, base.1 - half * ux)],
            color,
            1.0,
        );
    }

    /// Wraps the drawing: title above, caption below; `height` is that of the drawing between them.
    pub(super) fn finish(self, frame: &Frame, lang: Lang, height: f64, csv: String) -> Figure {
        let (title, caption) = (frame.title.get(lang), frame.caption.get(lang));
        let title_lines = wrap(title, 15.0, self.width - 32.0);
        let caption_lines = wrap(caption, 11.0, self.width - 32.0);
        let top = if title.is_empty() { 8.0 } else { 12.0 + 20.0 * title_lines.len() as f64 };
        let bottom = if caption.is_empty() { 8.0 } else { 12.0 + 15.0 * caption_lines.len() as f64 };
        let total = top + height + bottom;
        let mut lettering = Self::new(self.width);
        for (i, line) in title_lines.iter().enumerate() {
            lettering.bold((16.0, 22.0 + 20.0 * i as f64), line, 15.0, INK, Anchor::Start);
        }
        for (i, line) in caption_lines.iter().enumerate() {
            lettering.text((16.0, top + height + 16.0 + 15.0 * i as f64), line, 11.0, MUTED, Anchor::Start);
        }
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" lang=\"{}\" font-family=\"{FONTS}\">\n\
             <title>{}</title>\n<desc>{}</desc>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n{}<g transform=\"translate(0 {})\">\n{}</g>\n</svg>\n",
            lang.tag(),
            escape(title),
            escape(caption),
            lettering.body,
            px(top),
            self.body,
            w = px(self.width),
            h = px(total.ceil()),
        );
        Figure {
            id: frame.id.clone(),
            svg,
            csv,
            width: self.width as u32,
            height: total.ceil() as u32,
            title: title.to_owned(),
            caption: caption.to_owned(),
        }
    }

    /// A filled legend swatch with its label; returns the x where the next may begin.
    pub(super) fn swatch(&mut self, at: (f64, f64), color: &str, label: &str) -> f64 {
        self.shade((at.0, at.1 - 9.0), (12.0, 10.0), color, 1.0);
        self.text((at.0 + 17.0, at.1), label, 11.0, INK, Anchor::Start);
        at.0 + 17.0 + width(label, 11.0) + 18.0
    }
}

/// A true minus before a digit where no word or number precedes it: `-0.5`, but not `U-test` or `2013-2020`.
fn minus(text: &str) -> String {
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let sign = c == '-'
            && !previous.is_alphanumeric()
            && chars.peek().is_some_and(|next| next.is_ascii_digit() || *next == '∞');
        out.push(if sign { '−' } else { c });
        previous = c;
    }
    out
}

fn join(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", px(*x), px(*y))).collect::<Vec<_>>().join(" ")
}
