//! `tables/`: every table in every format, all of them in one Word file and one workbook; `results/*.json`.

use rayon::prelude::*;
use report::TableFormat;
use report::render::{docx, latex_document, xlsx};
use stages::store::Staging;
use study::number::pretty;
use study::{ALL_TABLES, Error, Result, Study};
use tables::Tables;
use tables::curve::PointRecord;
use tables::mediation::MediationRecord;
use tables::records::Entry;
use tables::spatial::record;

/// Formats of a single table; the terminal's is for screens.
const FORMATS: [TableFormat; 8] = [
    TableFormat::Markdown,
    TableFormat::Csv,
    TableFormat::Json,
    TableFormat::Html,
    TableFormat::Latex,
    TableFormat::Typst,
    TableFormat::Docx,
    TableFormat::Xlsx,
];

/// Writes `tables/` and `results/*.json`.
///
/// # Errors
/// Those of the renderers and of the disk.
pub fn write(staging: &mut Staging, tables: &Tables, study: &Study) -> Result<()> {
    let lang = study.lang();
    let failed = |error: report::Error| Error::stage("tables", error);
    let jobs: Vec<_> = tables.tables.iter().flat_map(|table| FORMATS.map(|format| (table, format))).collect();
    let rendered = jobs
        .par_iter()
        .map(|(table, format)| table.render(*format, lang).map_err(failed))
        .collect::<Result<Vec<_>>>()?;
    let name = |(table, format): &(&report::Table, TableFormat)| format!("tables/{}.{}", table.id, format.extension());
    let files: Vec<(String, Vec<u8>)> = jobs.iter().map(name).zip(rendered).collect();
    staging.write_all(&files)?;
    if !tables.tables.is_empty() {
        staging.write(&format!("tables/{ALL_TABLES}.docx"), &docx(&tables.tables, lang).map_err(failed)?)?;
        staging.write(&format!("tables/{ALL_TABLES}.xlsx"), &xlsx(&tables.tables, lang).map_err(failed)?)?;
        let latex = latex_document(&tables.tables, lang).map_err(failed)?;
        staging.write(&format!("tables/{ALL_TABLES}.tex"), latex.as_bytes())?;
    }
    let estimates = tables.estimates.iter().map(Entry::Estimate);
    let entries: Vec<Entry<'_>> = estimates.chain(tables.not_computed.iter().map(Entry::NotComputed)).collect();
    staging.write("results/estimates.json", pretty(&entries).as_bytes())?;
    let space = &tables.space;
    record::write(staging, &space.columns, &space.tests, &space.statistics, study)?;
    if !tables.comparisons.is_empty() {
        staging.write("results/compare.json", pretty(&tables.comparisons).as_bytes())?;
    }
    if !tables.mediation.is_empty() {
        let records: Vec<MediationRecord> = tables.mediation.iter().map(MediationRecord::from).collect();
        staging.write("results/mediation.json", pretty(&records).as_bytes())?;
    }
    if !tables.curve.is_empty() {
        let records: Vec<PointRecord> = tables.curve.iter().map(PointRecord::from).collect();
        staging.write("results/curve.json", pretty(&records).as_bytes())?;
    }
    Ok(())
}
