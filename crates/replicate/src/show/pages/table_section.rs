//! One table of the study as a section of the page: the table, its U tests, its figures, how it was computed, the
//! publication beside it, its files.

use super::Surroundings;
use crate::published::Published;
use crate::results::Results;
use crate::show::figures::{Drawn, Place};
use report::page::{Block, Section};
use report::{Lang, TableFormat, Text};
use std::fmt::Write;
use study::spatial::SpatialColumn;
use study::{Error, Result, TableKind, TableSpec};

/// Formats that the page links to, with what they are for.
const LINKED: [(TableFormat, &str, &str); 6] = [
    (TableFormat::Docx, "Word（三线表）", "Word"),
    (TableFormat::Xlsx, "Excel", "Excel"),
    (TableFormat::Latex, "LaTeX", "LaTeX"),
    (TableFormat::Typst, "Typst", "Typst"),
    (TableFormat::Markdown, "Markdown", "Markdown"),
    (TableFormat::Csv, "CSV", "CSV"),
];

/// The section of a table.
///
/// # Errors
/// None that a rendered table brings about.
pub(super) fn section(spec: &TableSpec, results: &Results, around: &Surroundings<'_>) -> Result<Section> {
    let tables = results.tables.as_ref().ok_or_else(|| Error::stage("report", "no tables"))?;
    let mut blocks = Vec::new();
    for id in [spec.id.clone(), spec.u_test_id()] {
        blocks.extend(tables.table(&id).cloned().map(Block::table));
    }
    blocks.extend(figures(around.figures, &Place::Table(spec.id.clone())));
    blocks.push(how(spec, around));
    blocks.extend(beside(spec, results.published.as_ref()));
    let ids = [Some(spec.id.clone()), tables.table(&spec.u_test_id()).map(|table| table.id.clone())];
    let links = ids.into_iter().flatten().flat_map(|id| links(&id)).collect();
    blocks.push(Block::Files(links));
    Ok(Section { id: format!("table-{}", spec.id), heading: heading(spec), blocks })
}

/// Figures of one place.
pub(super) fn figures<'a>(figures: &'a [Drawn], place: &'a Place) -> impl Iterator<Item = Block> + 'a {
    figures
        .iter()
        .filter(move |figure| figure.place == *place)
        .map(|figure| Block::Figure { zh: Box::new(figure.zh.clone()), en: Box::new(figure.en.clone()) })
}

/// The files of a table.
pub(super) fn links(id: &str) -> Vec<(String, Text)> {
    LINKED
        .iter()
        .map(|(format, zh, en)| {
            let file = format!("tables/{id}.{}", format.extension());
            let label = Text::new(format!("{id}：{zh}"), format!("{id}: {en}"));
            (file, label)
        })
        .collect()
}

fn heading(spec: &TableSpec) -> Text {
    let (number, title) = (spec.number_text(), spec.title_text());
    title.map(|lang, title| match (number.get(lang), lang) {
        ("", _) => title.to_owned(),
        (number, Lang::Zh) => format!("{number}　{title}"),
        (number, Lang::En) => format!("{number}. {title}"),
    })
}

/// Formula, sample, covariance of each column, and the command that makes this table alone.
fn how(spec: &TableSpec, around: &Surroundings<'_>) -> Block {
    let mut text = String::new();
    // Writing to a string does not fail.
    match spec.kind {
        TableKind::Regression | TableKind::SpatialTests => {
            for (place, column) in spec.columns.iter().enumerate() {
                let name = column.name_at(place);
                let _ = writeln!(text, "{name}  {}", column.formula);
                let spatial = column.spatial.as_ref();
                let options = spatial
                    .map_or_else(|| format!("vcov: {}; like: {}", column.vcov, column.like), SpatialColumn::words);
                let sample = column.sample.as_ref().map(|sample| format!("sample: {sample}; ")).unwrap_or_default();
                let _ = writeln!(text, "     {sample}{options}");
            }
        }
        TableKind::Descriptives => {
            let _ = writeln!(text, "{}", spec.variables.join(", "));
        }
        TableKind::Means => {
            let by: Vec<&str> = spec.by.iter().chain(&spec.across).map(String::as_str).collect();
            let _ = writeln!(text, "mean({}) by {}", spec.variables.join(", "), by.join(", "));
            let _ = spec.sample.as_ref().map(|sample| writeln!(text, "     sample: {sample}"));
        }
        TableKind::EntropyWeights => {
            let _ = writeln!(text, "entropy({})", spec.variables.join(", "));
        }
        TableKind::Calibration => {
            let _ = writeln!(text, "gtfp: {}; calibration: raw, sbm, add", spec.variables.join(", "));
        }
    }
    let command = format!("{} --only tables", around.command);
    Block::Folded {
        summary: Text::new("如何计算", "How this was computed"),
        blocks: vec![Block::Code(text.trim_end().to_owned()), Block::Code(command)],
    }
}

/// Published and replicated numbers side by side.
fn beside(spec: &TableSpec, published: Option<&Published>) -> Option<Block> {
    let published = published?;
    let number = spec.published.as_ref()?;
    let table = published.side_by_side(number)?;
    let counts = published.comparison.counts(|key| key.table == *number && key.stat != report::Stat::Stars);
    Some(Block::Folded {
        summary: Text::new(
            format!(
                "与发表值对照：{} 个数字，{} 个一致，{} 个符号与显著性一致，{} 个不一致",
                counts.published, counts.same, counts.same_sign_and_stars, counts.differs
            ),
            format!(
                "Beside the publication: {} numbers, {} same, {} same sign and stars, {} differ",
                counts.published, counts.same, counts.same_sign_and_stars, counts.differs
            ),
        ),
        blocks: vec![Block::table(table)],
    })
}
