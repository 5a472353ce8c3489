//! `index.html` and `README.md` of a run: a page to look at, and the list of tables, programs and files.

use crate::error::{Error, Result};
use crate::output::Staging;
use crate::pipeline::Results;
use crate::published::lang;
use crate::study::{Loaded, Study, TableSpec};
use report::TableFormat;
use std::fmt::Write;

/// Writes both.
///
/// # Errors
/// Those of the renderers and of the disk.
pub fn write(staging: &mut Staging, loaded: &Loaded, results: &Results) -> Result<()> {
    staging.write("README.md", readme(loaded, results).as_bytes())?;
    staging.write("index.html", html(&loaded.study, results)?.as_bytes())
}

/// The AEA list: table → program → file.
fn readme(loaded: &Loaded, results: &Results) -> String {
    let study = &loaded.study;
    let mut page = format!("# {}\n\n", study.study.title);
    if let Some(notice) = &study.study.notice {
        let _ = writeln!(page, "> {notice}\n");
    }
    page += "Made by `cargo xtask replicate`. Every number comes from the sources named in `manifest.json`; every choice\nstands in `config.resolved.toml`.\n\n";
    page += "## Data\n\n| file | SHA-256 |\n|---|---|\n";
    for file in &results.computed.data.inputs {
        let _ = writeln!(page, "| `{}` | `{}` |", file.path, file.sha256);
    }
    page += "\n## Tables and programs\n\n| table | program | file |\n|---|---|---|\n";
    for table in &study.tables {
        let _ = writeln!(
            page,
            "| {} | stage `tables`, `[[table]] id = \"{}\"` | `tables/{}.md` |",
            title(table, study),
            table.id,
            table.id
        );
    }
    if let Some(curve) = &study.curve {
        let _ = writeln!(page, "| One change at a time | stage `tables`, `[curve]` | `tables/{}.md` |", curve.id);
    }
    page += "\n## Other results\n\n| file | what |\n|---|---|\n";
    if results.computed.va.is_some() {
        page += "| `results/va.csv` | location quotient, spillover, virtual agglomeration |\n";
    }
    for gtfp in &results.computed.gtfp {
        let _ = writeln!(
            page,
            "| `results/gtfp-{0}.csv`, `.json` | scores, index, decomposition; ε, w, conventions, programs solved |",
            gtfp.id
        );
    }
    if results.computed.market.is_some() {
        page += "| `results/segmentation.csv` | segmentation and integration |\n";
    }
    page += "| `results/estimates.json` | every regression at full precision |\n| `log/diagnostics.md` | dropped rows, collinear terms, remarks |\n";
    page
}

fn title(table: &TableSpec, study: &Study) -> String {
    table.title.as_ref().and_then(|title| title.pick(&study.study.lang)).unwrap_or(&table.id).to_owned()
}

fn html(study: &Study, results: &Results) -> Result<String> {
    let lang = lang(study);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>body{{max-width:60rem;margin:2rem auto;padding:0 1rem;font-family:\"Times New Roman\",\"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif}}.wide{{overflow-x:auto}}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
        if study.study.lang == "zh" { "zh-CN" } else { "en" },
        escape(&study.study.title),
        escape(&study.study.title)
    );
    if let Some(notice) = &study.study.notice {
        let _ = writeln!(page, "<p><strong>{}</strong></p>", escape(notice));
    }
    if let Some(published) = &results.published {
        let _ = writeln!(page, "<p>{}</p>", escape(&published.summary(study)));
    }
    for table in results.tables.iter().flat_map(|tables| &tables.tables) {
        let bytes = table.render(TableFormat::Html, lang).map_err(|error| Error::stage("report", error))?;
        let _ = writeln!(page, "<div class=\"wide\">\n{}</div>", String::from_utf8_lossy(&bytes));
    }
    page += "</body>\n</html>\n";
    Ok(page)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
