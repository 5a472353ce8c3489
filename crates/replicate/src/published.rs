//! Published numbers beside replicated ones, and the audit of published numbers.

use crate::cli::{AuditArgs, Outcome};
use crate::error::{Error, Result};
use crate::output::{FileRecord, Staging, file_record};
use crate::stages::tables::Tables;
use crate::study::{Loaded, Study, TableKind};
use report::audit::{AuditSpec, Status};
use report::{
    CellKey, Comparison, Lang, PublishedRow, Replicated, StarRule, Stat, TableFormat, Verdict, compare, published_cells,
};

/// The comparison with a publication.
#[derive(Debug, Clone)]
pub struct Published {
    /// The file of published numbers.
    pub file: FileRecord,
    /// Cell by cell.
    pub comparison: Comparison,
    /// Published tables that the study has.
    pub tables: Vec<String>,
}

impl Published {
    /// Compares the tables of a study that say which published table they are.
    ///
    /// # Errors
    /// When the file of published numbers cannot be read.
    pub fn compare(loaded: &Loaded, tables: &Tables) -> Result<Option<Self>> {
        let Some(spec) = &loaded.study.published else { return Ok(None) };
        let path = loaded.resolve(&spec.file);
        let bytes = std::fs::read(&path)
            .map_err(|error| Error::stage("report", format!("published numbers `{}`: {error}", spec.file)))?;
        let text = String::from_utf8_lossy(&bytes);
        let failed = |error: report::Error| Error::stage("report", error);
        let rows = PublishedRow::read_csv(&text, &spec.file).map_err(failed)?;
        let numbers: Vec<String> = loaded.study.tables.iter().filter_map(|table| table.published.clone()).collect();
        let cells: Vec<_> =
            published_cells(&rows).into_iter().filter(|cell| numbers.contains(&cell.key.table)).collect();
        let replicated = replicate_cells(&loaded.study, tables, &cells);
        let comparison = compare(&cells, &replicated).map_err(failed)?;
        Ok(Some(Self { file: file_record(&spec.file, &bytes), comparison, tables: numbers }))
    }

    /// Number of published numbers that differ in sign or stars.
    #[must_use]
    pub fn differing(&self) -> usize {
        self.comparison.cells.iter().filter(|cell| cell.verdict == Verdict::Differs).count()
    }

    /// One line.
    #[must_use]
    pub fn summary(&self, study: &Study) -> String {
        self.comparison.summary(lang(study))
    }

    /// Writes `compare/`.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, staging: &mut Staging, study: &Study) -> Result<()> {
        let failed = |error: report::Error| Error::stage("report", error);
        let render = |table: &report::Table| table.render(TableFormat::Markdown, lang(study)).map_err(failed);
        let mut page = String::new();
        if let Some(notice) = &study.study.notice {
            page += &format!("> {notice}\n\n");
        }
        page += &format!("{}\n\n", self.summary(study));
        for number in &self.tables {
            if let Some(table) = self.comparison.side_by_side(number) {
                page += &String::from_utf8_lossy(&render(&table)?);
                page += "\n";
            }
        }
        page += &String::from_utf8_lossy(&render(&self.comparison.table())?);
        staging.write("compare/compare.md", page.as_bytes())?;
        staging.write("compare/compare.csv", self.comparison.csv().as_bytes())
    }
}

/// The study's language.
#[must_use]
pub fn lang(study: &Study) -> Lang {
    if study.study.lang == "zh" { Lang::Zh } else { Lang::En }
}

/// A replicated number for every published cell that the study can answer.
fn replicate_cells(study: &Study, tables: &Tables, cells: &[report::Published]) -> Vec<Replicated> {
    let stars = StarRule::china();
    let empty = Vec::new();
    let mut out = Vec::new();
    for cell in cells {
        let CellKey { table: number, column, row, stat } = &cell.key;
        let Some(spec) = study.tables.iter().find(|table| table.published.as_ref() == Some(number)) else { continue };
        let aliases = study.published.as_ref().and_then(|published| published.rows.get(row)).unwrap_or(&empty);
        let names: Vec<&str> = aliases.iter().map(String::as_str).chain([row.as_str()]).collect();
        let key = cell.key.clone();
        if spec.kind == TableKind::Descriptives {
            let summary = names.iter().rev().find_map(|name| tables.summary_of(&spec.id, name));
            if let Some(summary) = summary {
                let value = match (column.as_str(), stat) {
                    (_, Stat::N) => Some(summary.n as f64),
                    ("mean", Stat::Coef) => summary.mean,
                    ("sd", Stat::Coef) => summary.sd,
                    ("min", Stat::Coef) => summary.min,
                    ("max", Stat::Coef) => summary.max,
                    _ => None,
                };
                out.extend(value.map(|value| Replicated::number(key, value)));
            } else if *stat == Stat::N {
                out.extend(tables.summaries_of(&spec.id).first().map(|first| Replicated::number(key, first.n as f64)));
            }
            continue;
        }
        let Some(shown) = tables.column_of(&spec.id, column) else { continue };
        let term = names.iter().find_map(|name| shown.terms.iter().find(|term| term.name == *name));
        let fit = |name: &str| shown.fit.iter().find(|fit| fit.key == name).and_then(|fit| fit.value);
        let value = match stat {
            Stat::Coef => term.map(|term| Replicated::number(key, term.estimate)),
            Stat::Se => term.and_then(|term| term.se).map(|se| Replicated::number(key, se)),
            Stat::Stars => term.and_then(|term| term.p).map(|p| Replicated::stars(key, stars.count(p))),
            Stat::N => Some(Replicated::number(key, shown.n as f64)),
            Stat::R2 => fit("r2_within_entity").map(|r2| Replicated::number(key, r2)),
            Stat::Other(name) => {
                let known = [
                    ("第一阶段F值", "f_first"),
                    ("Anderson LM", "under_id"),
                    ("Cragg-Donald Wald F", "weak_id"),
                    ("Stock-Yogo 10%", "stock_yogo_10"),
                ];
                known
                    .iter()
                    .find(|(printed, _)| printed == name)
                    .and_then(|(_, ours)| fit(ours))
                    .map(|value| Replicated::number(key, value))
            }
        };
        out.extend(value);
    }
    out
}

/// `replicate audit`: checks a CSV of published numbers; relations between columns come from a file beside it,
/// `<name>.audit.toml`, where there is one.
///
/// # Errors
/// When the numbers cannot be read or the report cannot be written.
pub fn audit(args: &AuditArgs) -> Result<Outcome> {
    let workspace = crate::cli::workspace();
    let file = args.file.clone().unwrap_or_else(|| workspace.join("fixtures/published.csv"));
    let out = args.out.clone().unwrap_or_else(|| workspace.join("target/audit"));
    let name = file.display().to_string();
    let failed = |error: report::Error| Error::stage("audit", error);
    let text = std::fs::read_to_string(&file).map_err(|error| Error::stage("audit", format!("`{name}`: {error}")))?;
    let rows = PublishedRow::read_csv(&text, &name).map_err(failed)?;
    let relations = file.with_extension("audit.toml");
    let spec = match std::fs::read_to_string(&relations) {
        Ok(text) => AuditSpec::from_toml(&text).map_err(failed)?,
        Err(_) => AuditSpec::new(StarRule::china()),
    };
    let result = report::audit::audit(&rows, &spec).map_err(failed)?;
    let table = result.table(false);
    let mut staging = Staging::beside(&out)?;
    staging.write("audit.csv", result.csv().as_bytes())?;
    for (format, lang) in [(TableFormat::Markdown, Lang::En), (TableFormat::Html, Lang::En)] {
        let bytes = table.render(format, lang).map_err(failed)?;
        staging.write(&format!("audit.{}", format.extension()), &bytes)?;
    }
    staging.commit(&[])?;
    let contradictions = result.findings.iter().filter(|finding| finding.status == Status::Contradiction).count();
    let summary = format!("{}\nFindings: {}\n", result.summary(Lang::En), out.join("audit.md").display());
    Ok(Outcome { summary, code: u8::from(contradictions > 0) })
}
