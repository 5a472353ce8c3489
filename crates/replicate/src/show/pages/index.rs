//! The page: verdict first, then the tables in order, comparison, indices, data, diagnostics.

use super::{Surroundings, multiverse, published, table_section, verdict};
use crate::results::Results;
use crate::show::figures::Place;
use crate::show::files::data::source_words;
use report::page::{Block, Page, Section};
use report::table::{Align, Cell, Row};
use report::{Lang, Table, Text};
use study::{COMPARE_TABLE, Label, Loaded, Result};
use tables::spatial::statistics;

/// The page of a run, which has written these files so far.
///
/// # Errors
/// Those of tables that do not fit together.
pub(super) fn page(loaded: &Loaded, results: &Results, around: &Surroundings<'_>, written: &[String]) -> Result<Page> {
    let study = &loaded.study;
    let mut sections = Vec::new();
    let main: Vec<Block> = table_section::figures(around.figures, &Place::Headline).collect();
    if !main.is_empty() {
        sections.push(Section { id: "result".into(), heading: Text::new("主要结果", "Main result"), blocks: main });
    }
    if results.tables.is_some() {
        for spec in &study.tables {
            sections.push(table_section::section(spec, results, around)?);
        }
    }
    sections.extend(comparisons(loaded, results));
    sections.extend(mechanisms(loaded, results, around));
    sections.extend(association(loaded, results));
    sections.extend(curve(loaded, results, around));
    sections.extend(multiverse::sections(results, around));
    let indices: Vec<Block> = table_section::figures(around.figures, &Place::Indices).collect();
    if !indices.is_empty() {
        sections.push(Section { id: "indices".into(), heading: Text::new("指数", "Indices"), blocks: indices });
    }
    sections.extend(results.published.as_ref().and_then(published::section));
    sections.extend(results.published.as_ref().and_then(published::audit_section));
    sections.push(data(loaded, results, around, written));
    sections.push(diagnostics(around));
    let notice = study.study.notice.clone().unwrap_or_default();
    Ok(Page {
        title: study.study.title.clone(),
        banner: notice,
        citation: study.report.citation.as_ref().map(Label::text).unwrap_or_default(),
        verdict: verdict::sentence(study, results),
        facts: verdict::facts(study, results),
        sections,
        first: study.lang(),
    })
}

/// Differences between columns.
fn comparisons(loaded: &Loaded, results: &Results) -> Option<Section> {
    let tables = results.tables.as_ref().filter(|_| !loaded.study.comparisons.is_empty())?;
    let table = tables.table(COMPARE_TABLE)?.clone();
    let heading = table.title.clone();
    let mut files = table_section::links(COMPARE_TABLE);
    files.push(("results/compare.json".into(), Text::new("compare：全部结果", "compare: all results")));
    Some(Section { id: COMPARE_TABLE.into(), heading, blocks: vec![Block::table(table), Block::Files(files)] })
}

fn mechanisms(loaded: &Loaded, results: &Results, around: &Surroundings<'_>) -> Option<Section> {
    let tables = results.tables.as_ref().filter(|_| !loaded.study.mediation.is_empty())?;
    let mut blocks: Vec<Block> = table_section::figures(around.figures, &Place::Mediation).collect();
    let mut links = Vec::new();
    for spec in &loaded.study.mediation {
        let id = spec.table_id();
        blocks.extend(tables.table(&id).cloned().map(Block::table));
        links.extend(table_section::links(&id));
    }
    blocks.push(Block::Files(links));
    Some(Section {
        id: "mediation".into(), heading: Text::new("机制：效应分解", "Mechanisms: effects split"), blocks
    })
}

/// Statistics of spatial association.
fn association(loaded: &Loaded, results: &Results) -> Option<Section> {
    let tables = results.tables.as_ref().filter(|_| !loaded.study.spatial.is_empty())?;
    let (mut blocks, mut files) = (Vec::new(), Vec::new());
    for spec in &loaded.study.spatial {
        let id = statistics::table_id(spec);
        blocks.extend(tables.table(&id).cloned().map(Block::table));
        files.extend(table_section::links(&id));
        files.push((format!("results/{id}.csv"), Text::new(format!("{id}：全部结果"), format!("{id}: all results"))));
    }
    blocks.push(Block::Files(files));
    Some(Section { id: "spatial".into(), heading: Text::new("空间相关", "Spatial association"), blocks })
}

fn curve(loaded: &Loaded, results: &Results, around: &Surroundings<'_>) -> Option<Section> {
    let spec = loaded.study.curve.as_ref()?;
    let table = results.tables.as_ref()?.table(&spec.id)?.clone();
    let heading = table.title.clone();
    let mut blocks: Vec<Block> = table_section::figures(around.figures, &Place::Table(spec.id.clone())).collect();
    blocks.push(Block::table(table));
    blocks.push(Block::Files(table_section::links(&spec.id)));
    Some(Section { id: format!("table-{}", spec.id), heading, blocks })
}

fn data(loaded: &Loaded, results: &Results, around: &Surroundings<'_>, written: &[String]) -> Section {
    let study = &loaded.study;
    let mut blocks: Vec<Block> = table_section::figures(around.figures, &Place::Data).collect();
    let header = vec![Text::new("文件", "File"), Text::new("来源", "Source"), Text::same("SHA-256")];
    let mut sources = Table::new("sources", ("数据来源", "Data sources"), ("数据", "Data"), header);
    sources.align = vec![Align::Left; 3];
    let rows = results.computed.data.inputs.iter().map(|file| {
        let source_text = |which: fn((String, String, String)) -> String| {
            Text::build(|lang| which(source_words(study, &file.path, lang)))
        };
        let cells = vec![
            Cell::text(file.path.as_str()),
            Cell::text(source_text(|parts| parts.1)),
            Cell::text(format!("{}…", &file.sha256[..16])),
        ];
        Row::new(source_text(|parts| parts.0), cells)
    });
    sources.push_rows(rows.collect());
    sources.notes.extend(study.study.notice.clone());
    blocks.push(Block::table(sources));
    if let Some(codebook) = &results.codebook {
        let mut codebook = codebook.table();
        codebook.notes.extend(study.study.notice.clone());
        blocks.push(Block::Folded {
            summary: Text::new("变量说明", "Codebook"), blocks: vec![Block::table(codebook)]
        });
    }
    let versions = around.versions.iter().map(|(name, version)| Text::same(format!("{name} {version}"))).collect();
    blocks.push(Block::Folded {
        summary: Text::new("环境", "Environment"),
        blocks: vec![
            Block::List(versions),
            Block::paragraph((
                "输入输出的散列值、各阶段耗时与线程数见 manifest.json；所有选择见 config.resolved.toml。除 manifest.json 与 log/ 外，重复运行的文件逐字节相同。",
                "Hashes of inputs and outputs, times and threads stand in manifest.json, every choice in config.resolved.toml. All files but manifest.json and log/ are the same byte for byte when run again.",
            )),
            Block::Code(around.command.to_owned()),
        ],
    });
    let files = [
        ("data/panel.csv", "面板（CSV）", "panel (CSV)"),
        ("data/panel.parquet", "面板（Parquet）", "panel (Parquet)"),
        ("data/panel.dta", "面板（Stata）", "panel (Stata)"),
        ("data/codebook.csv", "变量说明", "codebook"),
        ("tables/all-tables.docx", "所有表（Word）", "all tables (Word)"),
        ("tables/all-tables.xlsx", "所有表（Excel）", "all tables (Excel)"),
        ("results/estimates.json", "全精度估计结果", "estimates at full precision"),
        ("README.md", "复现说明", "README of the package"),
    ];
    // The README is written after this page.
    let there = |file: &str| file == "README.md" || written.iter().any(|name| name == file);
    let links = files.iter().filter(|(file, ..)| there(file));
    blocks.push(Block::Files(links.map(|(file, zh, en)| ((*file).to_owned(), Text::new(*zh, *en))).collect()));
    Section { id: "data".into(), heading: Text::new("数据与环境", "Data and environment"), blocks }
}

fn diagnostics(around: &Surroundings<'_>) -> Section {
    let heading = Text::new("诊断", "Diagnostics");
    let blocks = if around.remarks.is_empty() {
        vec![Block::paragraph(("没有需要说明的情况。", "Nothing to remark."))]
    } else {
        // Remarks are written once, in English, as in the log.
        let items = around.remarks.iter().map(|(stage, remark)| Text::same(format!("{stage}: {remark}")));
        vec![Block::Folded {
            summary: Text::build(|lang| match lang {
                Lang::Zh => format!("{} 条说明（英文）", around.remarks.len()),
                Lang::En => format!("{} remarks", around.remarks.len()),
            }),
            blocks: vec![Block::List(items.collect())],
        }]
    };
    Section { id: "diagnostics".into(), heading, blocks }
}
