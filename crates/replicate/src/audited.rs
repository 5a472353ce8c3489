//! `panelstudy audit`: a CSV of published numbers checked against itself; relations between columns come from a file beside
//! it, `<name>.audit.toml`, where there is one.

use crate::published::relations_beside;
use audit::{AuditSpec, Status};
use report::page::{Block, Page, Section};
use report::{Lang, PublishedRow, StarRule, TableFormat, Text};
use stages::store::Staging;
use std::path::Path;
use study::{Error, Result};

/// What an audit ends with.
#[derive(Debug, Clone)]
pub(crate) struct Audited {
    /// Text for standard output.
    pub(crate) summary: String,
    /// Statements that contradict each other.
    pub(crate) contradictions: usize,
}

/// Audits the numbers of a file and writes the findings to a folder.
///
/// # Errors
/// When the numbers cannot be read or the report cannot be written.
pub(crate) fn audit(file: &Path, out: &Path) -> Result<Audited> {
    let name = file.display().to_string();
    let failed = |error: report::Error| Error::stage("audit", error);
    let text = std::fs::read_to_string(file).map_err(|error| Error::stage("audit", format!("`{name}`: {error}")))?;
    let rows = PublishedRow::read_csv(&text, &name).map_err(failed)?;
    let spec = relations_beside(file)?.unwrap_or_else(|| AuditSpec::new(StarRule::china()));
    let result = audit::audit(&rows, &spec).map_err(|error| Error::stage("audit", error))?;
    let table = result.table(false);
    let mut staging = Staging::beside(out)?;
    staging.write("audit.csv", result.csv().as_bytes())?;
    for (name, lang) in [("audit.md", Lang::En), ("audit.zh.md", Lang::Zh)] {
        staging.write(name, &table.render(TableFormat::Markdown, lang).map_err(failed)?)?;
    }
    let page = Page {
        title: table.title.clone(),
        verdict: Text::build(|lang| result.summary(lang)),
        sections: vec![Section {
            id: "findings".into(),
            heading: Text::new("逐项核对", "Findings"),
            blocks: vec![Block::table(table)],
        }],
        ..Page::default()
    };
    staging.write("audit.html", page.html().map_err(failed)?.as_bytes())?;
    staging.commit(&[])?;
    let contradictions = result.findings.iter().filter(|finding| finding.status == Status::Contradiction).count();
    let summary = format!("{}\nFindings: {}\n", result.summary(Lang::En), out.join("audit.md").display());
    Ok(Audited { summary, contradictions })
}
