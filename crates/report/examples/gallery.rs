//! Writes every figure, a table in every format and the page into a folder, to be looked at:
//! `cargo run --release -p panel-report --example gallery -- DIR`.

#[path = "../tests/it/gallery.rs"]
mod gallery;

use panel_report::page::{Block, Page, Section};
use panel_report::published::bare_number;
use panel_report::render::{docx, latex_document, xlsx};
use panel_report::{Error, Lang, PublishedRow, Replicated, Stat, Table, TableFormat, compare, published_cells};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: gallery DIR")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let tables = tables()?;
    let mut blocks: Vec<Block> = tables.iter().cloned().map(Block::table).collect();
    for (name, draw) in gallery::all() {
        for lang in Lang::ALL {
            let figure = draw(lang)?;
            std::fs::write(folder.join(format!("{name}.{}.svg", lang.code())), &figure.svg)?;
            std::fs::write(folder.join(format!("{name}.csv")), &figure.csv)?;
            #[cfg(feature = "png")]
            std::fs::write(
                folder.join(format!("{name}.{}.png", lang.code())),
                panel_report::figure::png(&figure, 1.0)?.bytes,
            )?;
        }
        blocks.push(Block::figure(draw)?);
    }
    for lang in Lang::ALL {
        let code = lang.code();
        std::fs::write(folder.join(format!("tables.{code}.docx")), docx(&tables, lang)?)?;
        std::fs::write(folder.join(format!("tables.{code}.xlsx")), xlsx(&tables, lang)?)?;
        std::fs::write(folder.join(format!("tables.{code}.tex")), latex_document(&tables, lang)?)?;
        for table in &tables {
            for format in TableFormat::ALL {
                std::fs::write(
                    folder.join(format!("{}.{code}.{}", table.id, format.extension())),
                    table.render(format, lang)?,
                )?;
            }
        }
        let page = Page {
            title: ("复现报告", "A replication").into(),
            banner: ("数据为合成的孪生数据。", "The data are a synthetic twin.").into(),
            verdict: ("一句话结论。", "The verdict in one sentence.").into(),
            sections: vec![Section {
                id: "all".into(),
                heading: ("表与图", "Tables and figures").into(),
                blocks: blocks.clone(),
            }],
            first: lang,
            ..Page::default()
        };
        std::fs::write(folder.join(format!("index.{code}.html")), page.html()?)?;
    }
    Ok(())
}

/// Tables from the paper's own printed numbers.
fn tables() -> Result<Vec<Table>, Box<dyn std::error::Error>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let rows = PublishedRow::read_csv(&std::fs::read_to_string(fixtures.join("published.csv"))?, "published.csv")?;
    Ok(vec![gallery::regression()?, gallery::subsamples()?, compared(&rows)?])
}

/// Table 2 beside slightly moved numbers.
fn compared(rows: &[PublishedRow]) -> Result<Table, Error> {
    let published = published_cells(rows);
    let replicated: Vec<Replicated> = published
        .iter()
        .map(|cell| match cell.key.stat {
            Stat::Stars => Replicated::stars(cell.key.clone(), cell.printed.len() as u8),
            _ => Replicated::number(cell.key.clone(), bare_number(&cell.printed).map_or(0.0, |p| p.value * 1.04)),
        })
        .collect();
    compare(&published, &replicated)?.side_by_side("2").ok_or_else(|| Error::Specification("no table 2".to_owned()))
}
