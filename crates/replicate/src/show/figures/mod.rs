//! The figures of a study: which ones follow from its sections and tables, in order, each in both languages.
//!
//! | figure | drawn where the study has |
//! |---|---|
//! | `pipeline` | always |
//! | `u-curve` | a headline column with x and x² |
//! | `coefficients` | two or more columns that share the headline's terms |
//! | `specifications` | `[curve]` |
//! | `multiverse-<id>-curve`, `-turning`, `-shares`, `-options` | `[multiverse]` |
//! | `va-map` | `[va]` |
//! | `gtfp-distribution`, `gtfp-cumulative` | `[[gtfp]]`; the second with an index |
//! | `segmentation` | `[market]` with a time key |
//! | `first-stage-<table>` | a column with instruments |
//! | `mechanism` | `[[mediation]]` |
//! | `moderation-<table>` | a column with `moderation` |
//! | `spatial-<id>-scatter`, `spatial-<id>-map` | `[[spatial]]` of Moran's I; of local Moran, with coordinates |
//!
//! A figure without a number to draw is left out with a remark, since a drawing must not cost a run its results.

mod axis;
mod coefficients;
mod first_stage;
mod map;
mod market;
mod mechanism;
mod moderation;
mod multiverse;
mod pipeline;
mod productivity;
mod spatial;
mod specifications;
mod u_curve;

use crate::results::Results;
use crate::show::count;
use panel_core::{Diagnostic, Panel};
use report::figure::{Frame, caption};
use report::{Figure, Labels, Lang, ModelColumn, Text};
use stages::store::Staging;
use study::{FigureFormat, Headline, Loaded, Result, Study};
use tables::plots::ColumnPlots;

/// Where a figure belongs on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Beside the verdict.
    Headline,
    /// Under the table with this id.
    Table(String),
    /// Under the mediation tables.
    Mediation,
    /// In the section of indices.
    Indices,
    /// In the section of data.
    Data,
}

/// A figure in both languages.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Where it belongs.
    pub place: Place,
    /// In Chinese.
    pub zh: Figure,
    /// In English.
    pub en: Figure,
}

impl Drawn {
    /// The drawing in one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &Figure {
        if lang == Lang::Zh { &self.zh } else { &self.en }
    }
}

/// Draws every figure of a study; what cannot be drawn is a remark.
#[must_use]
pub fn draw(loaded: &Loaded, results: &Results) -> (Vec<Drawn>, Vec<(String, Diagnostic)>) {
    let scene = Scene::new(&loaded.study, results);
    let mut drawn = Vec::new();
    let mut remarks = Vec::new();
    for sketch in sketches(&scene) {
        let outcome = sketch.and_then(|sketch| {
            let [zh, en] = Lang::ALL.map(|lang| (sketch.draw)(lang).map_err(|error| drawing(error).to_string()));
            Ok(Drawn { place: sketch.place, zh: zh?, en: en? })
        });
        match outcome {
            Ok(figure) => drawn.push(figure),
            Err(error) => remarks.push((
                "report".to_owned(),
                Diagnostic::note("figure-left-out", format!("a figure was not drawn: {error}")),
            )),
        }
    }
    (drawn, remarks)
}

/// Writes `figures/`: the drawing in the study's language, the numbers it was drawn from, and the formats that the study
/// asks for; one that this machine cannot make is a remark.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, study: &Study, figures: &[Drawn]) -> Result<Vec<(String, Diagnostic)>> {
    let mut remarks = Vec::new();
    for figure in figures {
        let figure = figure.get(study.lang());
        staging.write(&format!("figures/{}.svg", figure.id), figure.svg.as_bytes())?;
        staging.write(&format!("figures/{}.csv", figure.id), figure.csv.as_bytes())?;
        for &format in &study.report.figures {
            match drawn_as(figure, format, study) {
                Some(Ok((ending, bytes))) => staging.write(&format!("figures/{}.{ending}", figure.id), &bytes)?,
                Some(Err(error)) => {
                    let message = format!("`{}` as {format:?} was left out: {error}", figure.id);
                    remarks.push(("report".to_owned(), Diagnostic::warning("figure-left-out", message)));
                }
                None => {}
            }
        }
    }
    Ok(remarks)
}

/// Ending and bytes of a figure in a format that depends on the fonts of the machine; nothing in a program without it, which
/// has refused the study.
#[allow(unused_variables, reason = "a program without either format uses none")]
fn drawn_as(figure: &Figure, format: FigureFormat, study: &Study) -> Option<report::Result<(&'static str, Vec<u8>)>> {
    match format {
        #[cfg(feature = "png")]
        FigureFormat::Png => {
            let dpi = study.report.dpi.unwrap_or(300);
            Some(report::figure::png(figure, dpi).map(|pixels| ("png", pixels.bytes)))
        }
        #[cfg(feature = "pdf")]
        FigureFormat::Pdf => Some(report::figure::pdf(figure).map(|bytes| ("pdf", bytes))),
        #[cfg(not(all(feature = "png", feature = "pdf")))]
        _ => None,
    }
}

fn drawing(error: report::Error) -> crate::Error {
    crate::Error::stage("report", error)
}

/// A figure, or why there is none.
type Attempt = std::result::Result<Sketch, String>;

/// A figure that is not drawn yet.
struct Sketch {
    place: Place,
    draw: Box<dyn Fn(Lang) -> report::Result<Figure>>,
}

impl Sketch {
    fn new(place: Place, draw: impl Fn(Lang) -> report::Result<Figure> + 'static) -> Self {
        Self { place, draw: Box::new(draw) }
    }
}

/// What figures are drawn from.
struct Scene<'a> {
    study: &'a Study,
    results: &'a Results,
    panel: &'a Panel,
    names: Labels,
    headline: Option<Headline<'a>>,
}

impl<'a> Scene<'a> {
    fn new(study: &'a Study, results: &'a Results) -> Self {
        Self { study, results, panel: &results.computed.panel, names: study.labels(), headline: Headline::of(study) }
    }

    /// A frame whose caption ends with the study's notice.
    fn frame(&self, id: impl Into<String>, title: Text, caption: Text) -> Frame {
        let notice = self.study.study.notice.clone().unwrap_or_default();
        let caption = Text::build(|lang| join(caption.get(lang), notice.get(lang), lang));
        Frame::new(id, title, caption)
    }

    /// What can be drawn of a column.
    fn plots(&self, table: &str, column: &str) -> Option<&'a ColumnPlots> {
        self.results.tables.as_ref()?.plots.iter().find(|plots| plots.table == table && plots.column == column)
    }

    /// A column as its table shows it.
    fn column(&self, table: &str, column: &str) -> Option<&'a ModelColumn> {
        self.results.tables.as_ref()?.column_of(table, column)
    }

    /// Outlines for maps, where the study gives them.
    fn outlines(&self) -> Vec<Vec<(f64, f64)>> {
        self.results.tables.as_ref().map(|tables| tables.space.outlines.clone()).unwrap_or_default()
    }

    /// What a caption says of the borders of a map.
    fn borders(&self, lang: Lang) -> &str {
        match (&self.study.report.outlines, lang) {
            (None, Lang::Zh) => "不绘制边界",
            (None, Lang::En) => "no boundaries are drawn",
            (Some(_), Lang::Zh) => "边界来自研究所给的文件",
            (Some(_), Lang::En) => "boundaries as the study's file has them",
        }
    }

    fn regions(&self) -> Vec<(Text, Vec<bool>)> {
        groups(self)
    }
}

/// A caption of a regression: what is shown, n, fixed effects, standard errors.
fn regression_caption(what: &Text, shown: &ModelColumn) -> Text {
    let effects: Vec<Text> = shown.fixed_effects.iter().map(|effect| effect.label.clone()).collect();
    caption(what, shown.n.unwrap_or_default(), &effects, &shown.std_errors)
}

fn join(first: &str, second: &str, lang: Lang) -> String {
    match (first.is_empty() || second.is_empty(), lang) {
        (true, _) | (false, Lang::Zh) => format!("{first}{second}"),
        (false, Lang::En) => format!("{first} {second}"),
    }
}

/// Rows of each value of the study's group column, in order of first appearance; one group of all rows without one or
/// with more values than colors.
fn groups(scene: &Scene<'_>) -> Vec<(Text, Vec<bool>)> {
    let n = scene.panel.n_rows();
    let all = || vec![(Text::new("全部", "all"), vec![true; n])];
    let Some(column) = scene.study.report.group.as_ref().and_then(|name| scene.panel.column(name).ok()) else {
        return all();
    };
    let (codes, labels) = study::indices::as_codes(column);
    let mut order: Vec<u32> = Vec::new();
    for &code in &codes {
        if (code as usize) < labels.len() && !order.contains(&code) {
            order.push(code);
        }
        if order.len() > report::figure::PALETTE.len() {
            return all();
        }
    }
    if order.is_empty() {
        return all();
    }
    order
        .iter()
        .map(|&code| (scene.names.get(&labels[code as usize]), codes.iter().map(|&other| other == code).collect()))
        .collect()
}

/// Every figure that the study calls for, in the order of the page.
fn sketches(scene: &Scene<'_>) -> Vec<Attempt> {
    let mut all = Vec::new();
    all.extend(u_curve::sketch(scene));
    all.extend(coefficients::sketch(scene).map(Ok));
    all.extend(specifications::sketch(scene).map(Ok));
    all.extend(multiverse::sketches(scene));
    all.extend(first_stage::sketches(scene));
    all.extend(mechanism::sketches(scene).into_iter().map(Ok));
    all.extend(moderation::sketches(scene));
    all.extend(spatial::sketches(scene));
    all.extend(map::sketch(scene));
    all.extend(productivity::sketches(scene).into_iter().map(Ok));
    all.extend(market::sketch(scene).map(Ok));
    all.push(Ok(pipeline::sketch(scene)));
    all
}
