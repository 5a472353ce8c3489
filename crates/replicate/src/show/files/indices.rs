//! Files of the indices: `results/<stage>.csv` with a row for each row of the entity set, `results/<stage>.json` where the
//! method gives more than columns, and bootstrap intervals.

use panel_core::Panel;
use report::csv::push_record;
use stages::compute::Computed;
use stages::store::Staging;
use study::indices::{Made, Series};
use study::number::full;
use study::{Result, Study};

/// Writes the results of the stages that ran.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, computed: &Computed, study: &Study) -> Result<()> {
    for index in study.indices.iter() {
        let Some(result) = computed.index(&index.stage()) else { continue };
        let name = format!("results/{}", index.file());
        // Measures by period have no rows of their own.
        if !result.columns.is_empty() {
            staging
                .write(&format!("{name}.csv"), rows(&computed.panel, study.study.time.is_some(), result).as_bytes())?;
        }
        for (ending, bytes) in &result.files {
            staging.write(&format!("{name}{ending}"), bytes)?;
        }
        if let Some(json) = result.details.json() {
            staging.write(&format!("{name}.json"), json.as_bytes())?;
        }
    }
    for (file, intervals) in &computed.intervals {
        for (ending, bytes) in intervals {
            staging.write(&format!("results/{file}{ending}"), bytes)?;
        }
    }
    Ok(())
}

/// A CSV of the rows of the entity set: keys under the study's names, then the columns.
fn rows(panel: &Panel, has_time: bool, result: &Made) -> String {
    let mut out = String::new();
    let mut header = vec![panel.entity_name()];
    if has_time {
        header.push(panel.time_name());
    }
    header.extend(result.columns.iter().map(|(name, _)| *name));
    push_record(&mut out, header);
    for (place, &row) in result.rows.iter().enumerate() {
        let mut cells = vec![panel.entity_label(row).to_owned()];
        if has_time {
            cells.push(panel.time_label(row).to_owned());
        }
        cells.extend(result.columns.iter().map(|(_, series)| match series {
            Series::Numbers(values) => full(values[row]),
            Series::Words(texts) => texts[place].to_owned(),
        }));
        push_record(&mut out, cells.iter().map(String::as_str));
    }
    out
}
