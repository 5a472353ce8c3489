//! Stage `va`: location quotients and virtual agglomeration.

use super::{float, key_words, places, spread, unknown_word};
use crate::error::{Error, Result};
use crate::study::VaSpec;
use panel_core::geo::Metric;
use panel_core::{Diagnostic, Diagnostics, Panel};
use va_index::{Employment, Form, Geography, Kernel, Normalization, VaSpec as Choices, virtual_agglomeration};

const STAGE: &str = "va";

/// Values of every row of the panel; `NaN` outside the entity set.
#[derive(Debug, Clone)]
pub struct Va {
    /// Virtual agglomeration.
    pub va: Vec<f64>,
    /// Own location quotient.
    pub location_quotient: Vec<f64>,
    /// Spillover.
    pub spillover: Vec<f64>,
    /// Rows of the entity set.
    pub rows: Vec<usize>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Computes the index on the rows of `keep`.
///
/// # Errors
/// Unknown words, bad coordinates, negative employment.
pub fn compute(panel: &Panel, spec: &VaSpec, keep: &[bool]) -> Result<Va> {
    let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| keep[row]).collect();
    let part = panel.filter(|row| keep[row]);
    if part.n_rows() == 0 {
        return Err(Error::stage(STAGE, "the sample has no rows"));
    }
    let at = places(&part, &spec.lat, &spec.lon, STAGE)?;
    let data = Employment {
        sector: float(&part, &spec.sector, STAGE)?,
        total: float(&part, &spec.total, STAGE)?,
        entity: part.entity_of_row(),
        time: part.time_of_row(),
        entities: part.entities(),
        times: part.times().labels(),
    };
    let index = virtual_agglomeration(&data, &Geography::Points(&at), None, &choices(spec)?).map_err(|error| {
        Error::stage(STAGE, format!("{error} (sector = `{}`, total = `{}`)", spec.sector, spec.total))
    })?;
    let mut diagnostics = index.diagnostics;
    let larger: Vec<usize> = (0..part.n_rows()).filter(|&row| data.sector[row] > data.total[row]).collect();
    if let Some(&first) = larger.first() {
        let message = format!(
            "`{}` is larger than `{}`, of which it should be a part, in {} rows; the first is {}: {} and {}",
            spec.sector,
            spec.total,
            larger.len(),
            key_words(&part, first),
            data.sector[first],
            data.total[first]
        );
        diagnostics.push(Diagnostic::warning("sector-exceeds-total", message));
    }
    let n = panel.n_rows();
    Ok(Va {
        va: spread(&index.va, &rows, n),
        location_quotient: spread(&index.location_quotient, &rows, n),
        spillover: spread(&index.spillover, &rows, n),
        rows,
        diagnostics,
    })
}

/// Choices in the words of the index.
///
/// # Errors
/// Unknown words, a choice that lacks what it needs.
pub(crate) fn choices(spec: &VaSpec) -> Result<Choices> {
    let scale =
        |what: &str| spec.scale_km.ok_or_else(|| Error::stage(STAGE, format!("decay = \"{what}\" needs scale_km")));
    let kernel = match spec.decay.as_str() {
        "inverse" => Kernel::Inverse { exponent: spec.exponent },
        "exponential" => Kernel::Exponential { scale_km: scale("exponential")? },
        "gaussian" => Kernel::Gaussian { bandwidth_km: scale("gaussian")? },
        "threshold" => Kernel::Threshold { km: scale("threshold")? },
        "k-nearest" => {
            let k = spec.k.ok_or_else(|| Error::stage(STAGE, "decay = \"k-nearest\" needs k"))?;
            Kernel::KNearest { k }
        }
        other => {
            return Err(unknown_word(STAGE, "decay", other, "inverse, exponential, gaussian, threshold, k-nearest"));
        }
    };
    Ok(Choices {
        form: match spec.form.as_str() {
            "own-plus-spillover" => Form::OwnPlusSpillover,
            "own-times-sum" => Form::OwnTimesSum,
            "spillover" => Form::Spillover,
            other => return Err(unknown_word(STAGE, "form", other, "own-plus-spillover, own-times-sum, spillover")),
        },
        kernel,
        unit_km: spec.unit_km,
        cutoff_km: spec.cutoff_km,
        normalization: match spec.normalisation.as_str() {
            "raw" => Normalization::Raw,
            "row" => Normalization::Row,
            "spectral" => Normalization::Spectral,
            "min-max" => Normalization::MinMax,
            other => return Err(unknown_word(STAGE, "normalisation", other, "raw, row, spectral, min-max")),
        },
        metric: metric(&spec.distance)?,
        ..Choices::default()
    })
}

fn metric(word: &str) -> Result<Metric> {
    match word {
        "great-circle" => Ok(Metric::default()),
        "geodesic" => Ok(Metric::Geodesic),
        other => Err(unknown_word(STAGE, "distance", other, "great-circle, geodesic")),
    }
}
