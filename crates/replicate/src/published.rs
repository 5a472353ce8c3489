//! Published numbers beside replicated ones.

use audit::{Audit, AuditSpec, Check, Finding, Status};
use report::{CellKey, Comparison, PublishedRow, Replicated, Stat, Table, Text, Verdict, compare, published_cells};
use stages::store::{FileRecord, file_record};
use std::path::Path;
use study::{Error, Loaded, PublishedRemark, Result, Study, TableKind};
use tables::{self, Tables};

/// The comparison with a publication.
#[derive(Debug, Clone)]
pub struct Published {
    /// The file of published numbers.
    pub file: FileRecord,
    /// Cell by cell.
    pub comparison: Comparison,
    /// Published tables that the study has.
    pub tables: Vec<String>,
    /// The publication against itself, where the relations of its numbers are declared (`<name>.audit.toml`).
    pub audit: Option<Audit>,
    /// The study's notice: every page of comparisons begins with it.
    pub notice: Option<Text>,
}

/// A publication as it stands in files, before any comparison.
#[derive(Debug, Clone)]
pub struct Printed {
    file: FileRecord,
    rows: Vec<PublishedRow>,
    relations: Option<AuditSpec>,
}

impl Printed {
    /// Reads the published numbers of a study and the relations that are declared beside them, where it has any.
    ///
    /// # Errors
    /// When a file cannot be read or understood.
    pub fn read(loaded: &Loaded) -> Result<Option<Self>> {
        let Some(spec) = &loaded.study.published else { return Ok(None) };
        let path = loaded.resolve(&spec.file);
        let bytes = std::fs::read(&path)
            .map_err(|error| Error::stage("report", format!("published numbers `{}`: {error}", spec.file)))?;
        let failed = |error: report::Error| Error::stage("report", error);
        let rows = PublishedRow::read_csv(&String::from_utf8_lossy(&bytes), &spec.file).map_err(failed)?;
        let relations = relations_beside(&path)?;
        Ok(Some(Self { file: file_record(&spec.file, &bytes), rows, relations }))
    }
}

/// The relations between published numbers, from `<name>.audit.toml` beside their file; `None` where there is no such
/// file.
pub(crate) fn relations_beside(path: &Path) -> Result<Option<AuditSpec>> {
    let file = path.with_extension("audit.toml");
    match std::fs::read_to_string(&file) {
        Ok(text) => {
            let spec = AuditSpec::from_toml(&text);
            spec.map(Some).map_err(|error| Error::stage("report", format!("`{}`: {error}", file.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::stage("report", format!("`{}`: {error}", file.display()))),
    }
}

impl Published {
    /// Compares the tables of a study that say which published table they are.
    ///
    /// # Errors
    /// When the published numbers contradict the form of a table.
    pub fn compare(loaded: &Loaded, printed: Printed, tables: &Tables) -> Result<Option<Self>> {
        let Some(spec) = &loaded.study.published else { return Ok(None) };
        let Printed { file, rows, relations } = printed;
        let failed = |error: report::Error| Error::stage("report", error);
        let numbers: Vec<String> = loaded.study.tables.iter().filter_map(|table| table.published.clone()).collect();
        let cells: Vec<_> =
            published_cells(&rows).into_iter().filter(|cell| numbers.contains(&cell.key.table)).collect();
        let replicated = replicate_cells(&loaded.study, tables, &cells);
        let mut comparison = compare(&cells, &replicated).map_err(failed)?;
        let audit = relations.map(|relations| audit::audit(&rows, &relations)).transpose();
        let audit = audit.map_err(|error| Error::stage("report", error))?;
        remark(&mut comparison, &spec.remarks, audit.as_ref());
        let notice = loaded.study.study.notice.clone();
        Ok(Some(Self { file, comparison, tables: numbers, audit, notice }))
    }

    /// Number of published numbers that differ in sign or stars.
    #[must_use]
    pub fn differing(&self) -> usize {
        self.comparison.cells.iter().filter(|cell| cell.verdict == Verdict::Differs).count()
    }

    /// One line.
    #[must_use]
    pub fn summary(&self, study: &Study) -> String {
        self.comparison.summary(study.lang())
    }

    /// One published table beside its replication; `None` where the publication has no such table.
    #[must_use]
    pub fn side_by_side(&self, number: &str) -> Option<Table> {
        let mut table = self.comparison.side_by_side(number)?;
        table.notes.extend(self.notice.clone());
        Some(table)
    }
}

/// Says why cells differ: the study's own remark, else what the publication's own numbers contradict there.
fn remark(comparison: &mut Comparison, remarks: &[PublishedRemark], audit: Option<&Audit>) {
    let fits = |wanted: &Option<String>, got: &str| wanted.as_deref().is_none_or(|wanted| wanted == got);
    for cell in &mut comparison.cells {
        if !matches!(cell.verdict, Verdict::Differs | Verdict::SameSignAndStars) || !cell.remark.is_empty() {
            continue;
        }
        let CellKey { table, column, row, stat } = &cell.key;
        let own = remarks.iter().find(|remark| {
            remark.table == *table
                && fits(&remark.column, column)
                && fits(&remark.row, row)
                && fits(&remark.stat, stat.name())
        });
        let found = || {
            let audit = audit.filter(|_| cell.verdict == Verdict::Differs)?;
            // A finding speaks of one kind of number: stars of a cell, the n of a column, a test by its name.
            let (check, places) = match stat {
                Stat::Coef | Stat::Se | Stat::Stars => (
                    [Check::Stars, Check::Descriptives],
                    [format!("{table} {column} {row}"), format!("{table} {row} {column}")],
                ),
                Stat::N => ([Check::SampleSize; 2], [format!("{table} {column}"), format!("{table} {column} n")]),
                Stat::Other(name) => {
                    ([Check::Instruments; 2], [format!("{table} {column} {name}"), format!("{table} {column} {name}")])
                }
                Stat::R2 => return None,
            };
            let here = |finding: &&Finding| {
                matches!(finding.status, Status::Contradiction | Status::Deviation)
                    && check.contains(&finding.check)
                    && places.contains(&finding.place)
                    && !finding.message.is_empty()
            };
            audit.findings.iter().find(here).map(|finding| finding.message.clone())
        };
        if let Some(why) = own.map(|remark| remark.why.text()).or_else(found) {
            cell.remark = why;
        }
    }
}

/// A replicated number for every published cell that the study can answer.
fn replicate_cells(study: &Study, tables: &Tables, cells: &[report::Published]) -> Vec<Replicated> {
    let stars = &study.report.stars;
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
            Stat::N => shown.n.map(|n| Replicated::number(key, n as f64)),
            // The first R² that the table shows.
            Stat::R2 => shown
                .fit
                .iter()
                .find(|fit| tables::is_r2(&fit.key))
                .and_then(|fit| fit.value)
                .map(|r2| Replicated::number(key, r2)),
            Stat::Other(name) => {
                let ours = study.published.as_ref().and_then(|published| published.statistics.get(name));
                ours.and_then(|ours| fit(ours)).map(|value| Replicated::number(key, value))
            }
        };
        out.extend(value);
    }
    out
}
