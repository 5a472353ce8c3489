//! Files of the index stages: `results/va.csv`, `results/gtfp-<id>.{csv,json}`, `results/gtfp-<id>-bootstrap.{csv,json}`,
//! `results/segmentation.csv`.

use crate::compute::Computed;
use crate::error::Result;
use crate::stages::gtfp::Gtfp;
use crate::store::{Staging, full, pretty};
use crate::study::Study;
use gtfp_ebm::{BootstrapResult, Interval};
use panel_core::Panel;
use report::csv::push_record;

/// Writes the results of the stages that ran.
///
/// # Errors
/// Those of the disk.
pub fn write(staging: &mut Staging, computed: &Computed, study: &Study) -> Result<()> {
    let panel = &computed.panel;
    let has_time = study.study.time.is_some();
    if let Some(va) = &computed.va {
        let columns: [(&str, &[f64]); 3] =
            [("va", &va.va), ("location_quotient", &va.location_quotient), ("spillover", &va.spillover)];
        staging.write("results/va.csv", rows(panel, has_time, &va.rows, &columns, None).as_bytes())?;
    }
    for (gtfp, intervals) in computed.gtfp.iter().zip(&computed.intervals) {
        let columns: [(&str, &[f64]); 6] = [
            ("score_global", &gtfp.score),
            ("score_contemporaneous", &gtfp.score_contemporaneous),
            ("gml", &gtfp.gml),
            ("ec", &gtfp.ec),
            ("tc", &gtfp.tc),
            ("gtfp", &gtfp.gtfp),
        ];
        let text = rows(panel, has_time, &gtfp.rows, &columns, Some(("status", &gtfp.status)));
        staging.write(&format!("results/gtfp-{}.csv", gtfp.id), text.as_bytes())?;
        let summary = pretty(&gtfp.summary);
        staging.write(&format!("results/gtfp-{}.json", gtfp.id), summary.as_bytes())?;
        if let Some(bootstrap) = intervals {
            let text = interval_lines(panel, has_time, gtfp, bootstrap);
            staging.write(&format!("results/gtfp-{}-bootstrap.csv", gtfp.id), text.as_bytes())?;
            let record =
                pretty(&BootstrapRecord { spec: bootstrap.spec, bandwidth: bootstrap.bandwidth, lp: bootstrap.lp });
            staging.write(&format!("results/gtfp-{}-bootstrap.json", gtfp.id), record.as_bytes())?;
        }
    }
    if let Some(market) = &computed.market {
        let columns: [(&str, &[f64]); 2] = [("seg", &market.seg), ("mar", &market.mar)];
        staging.write("results/segmentation.csv", rows(panel, has_time, &market.rows, &columns, None).as_bytes())?;
    }
    Ok(())
}

/// A CSV of some rows of the panel: keys under the study's names, then the columns.
fn rows(
    panel: &Panel,
    has_time: bool,
    which: &[usize],
    columns: &[(&str, &[f64])],
    last: Option<(&str, &[&'static str])>,
) -> String {
    let mut out = String::new();
    let mut header = vec![panel.entity_name()];
    if has_time {
        header.push(panel.time_name());
    }
    header.extend(columns.iter().map(|(name, _)| *name));
    header.extend(last.map(|(name, _)| name));
    push_record(&mut out, header);
    for (place, &row) in which.iter().enumerate() {
        let mut cells = vec![panel.entity_label(row).to_owned()];
        if has_time {
            cells.push(panel.time_label(row).to_owned());
        }
        cells.extend(columns.iter().map(|(_, values)| full(values[row])));
        cells.extend(last.map(|(_, words)| words[place].to_owned()));
        push_record(&mut out, cells.iter().map(String::as_str));
    }
    out
}

/// How the intervals were made.
#[derive(serde::Serialize)]
struct BootstrapRecord {
    spec: gtfp_ebm::BootstrapSpec,
    bandwidth: f64,
    lp: gtfp_ebm::LpRecord,
}

/// One line per row and quantity: estimate, bias, standard error and interval.
fn interval_lines(panel: &Panel, has_time: bool, gtfp: &Gtfp, bootstrap: &BootstrapResult) -> String {
    let mut out = String::new();
    let mut header = vec![panel.entity_name()];
    if has_time {
        header.push(panel.time_name());
    }
    header.extend(["quantity", "estimate", "bias", "corrected", "se", "low", "high", "replications"]);
    push_record(&mut out, header);
    for (found, &row) in bootstrap.rows.iter().zip(&gtfp.rows) {
        let quantities = [
            ("score_global", found.score),
            ("score_contemporaneous", found.score_contemporaneous),
            ("gml", found.index),
            ("ec", found.ec),
            ("tc", found.tc),
        ];
        for (quantity, interval) in quantities {
            let Some(interval) = interval else { continue };
            let mut cells = vec![panel.entity_label(row).to_owned()];
            if has_time {
                cells.push(panel.time_label(row).to_owned());
            }
            cells.push(quantity.to_owned());
            let Interval { estimate, bias, corrected, se, low, high, replications, .. } = interval;
            cells.extend([estimate, bias, corrected, se, low, high].map(full));
            cells.push(replications.to_string());
            push_record(&mut out, cells.iter().map(String::as_str));
        }
    }
    out
}
