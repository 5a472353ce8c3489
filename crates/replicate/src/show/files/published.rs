//! `compare/`: published and replicated numbers, cell by cell.

use crate::published::Published;
use report::page::{Block, Page, Section};
use report::{Table, TableFormat, Text};
use stages::store::Staging;
use study::{Error, Result, Study};

/// Writes `compare/`; the first lines of every page are the study's notice.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, published: &Published, study: &Study) -> Result<()> {
    let failed = |error: report::Error| Error::stage("report", error);
    let lang = study.lang();
    let notice = published.notice.as_ref().map(|notice| notice.get(lang));
    let mut tables: Vec<Table> =
        published.tables.iter().filter_map(|number| published.comparison.side_by_side(number)).collect();
    tables.push(published.comparison.table());
    let mut page = notice.map(|notice| format!("> {notice}\n\n")).unwrap_or_default();
    page += &format!("{}\n", published.summary(study));
    for table in &tables {
        page += "\n";
        page += &String::from_utf8_lossy(&table.render(TableFormat::Markdown, lang).map_err(failed)?);
    }
    staging.write("compare/compare.md", page.as_bytes())?;
    staging.write("compare/compare.csv", published.comparison.csv().as_bytes())?;
    let html = Page {
        title: Text::new("与发表值对照", "Published and replicated"),
        banner: published.notice.clone().unwrap_or_default(),
        verdict: Text::build(|lang| published.comparison.summary(lang)),
        sections: tables
            .into_iter()
            .map(|mut table| Section {
                id: format!("section-{}", table.id),
                heading: std::mem::take(&mut table.title),
                blocks: vec![Block::table(table)],
            })
            .collect(),
        first: lang,
        ..Page::default()
    };
    staging.write("compare/compare.html", html.html().map_err(failed)?.as_bytes())?;
    if let Some(audit) = &published.audit {
        staging.write("compare/audit.csv", audit.csv().as_bytes())?;
        let table = audit.table(false);
        let bytes = table.render(TableFormat::Markdown, lang).map_err(failed)?;
        staging.write("compare/audit.md", &bytes)?;
    }
    Ok(())
}
