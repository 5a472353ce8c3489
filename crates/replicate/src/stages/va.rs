//! Stage `va`: location quotients and virtual agglomeration.

use super::{float, key_words, places, spread, unknown_word};
use crate::error::{Error, Result};
use crate::study::VaSpec;
use panel_core::geo::Metric;
use panel_core::{Diagnostic, Diagnostics, Keys, Panel};
use va_index::{
    Employment, Form, Geography, Kernel, Normalization, OwnDistance, VaSpec as Choices, location_quotient,
    virtual_agglomeration,
};

const STAGE: &str = "va";

/// Code of the remark that a part is larger than its whole.
const LARGER: &str = "sector-exceeds-total";

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
    let part = part(panel, keep)?;
    let (data, at) = (employment(&part, spec)?, places(&part, &spec.lat, &spec.lon, STAGE)?);
    let areas = spec.area.as_ref().map(|name| areas(&part, name)).transpose()?;
    let index = virtual_agglomeration(&data, &Geography::Points(&at), areas.as_deref(), &choices(spec)?)
        .map_err(|error| in_columns(error, spec))?;
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
        // The index says the same without the names of the columns.
        diagnostics.retain(|remark| remark.code != LARGER);
        diagnostics.push(Diagnostic::warning(LARGER, message));
    }
    let rows: Vec<usize> = (0..panel.n_rows()).filter(|&row| keep[row]).collect();
    let n = panel.n_rows();
    Ok(Va {
        va: spread(&index.va, &rows, n),
        location_quotient: spread(&index.location_quotient, &rows, n),
        spillover: spread(&index.spillover, &rows, n),
        rows,
        diagnostics,
    })
}

/// What [`compute`] would refuse before it looks at distances.
///
/// # Errors
/// Those of [`compute`].
pub fn validate(panel: &Panel, spec: &VaSpec, keep: &[bool]) -> Result<()> {
    let part = part(panel, keep)?;
    choices(spec)?.validate().map_err(|error| in_columns(error, spec))?;
    places(&part, &spec.lat, &spec.lon, STAGE)?;
    spec.area.iter().try_for_each(|name| areas(&part, name).map(|_| ()))?;
    location_quotient(&employment(&part, spec)?).map_err(|error| in_columns(error, spec)).map(|_| ())
}

fn part(panel: &Panel, keep: &[bool]) -> Result<Panel> {
    let part = panel.filter(|row| keep[row]);
    if part.n_rows() == 0 { Err(Error::stage(STAGE, "the sample has no rows")) } else { Ok(part) }
}

fn employment<'a>(part: &'a Panel, spec: &'a VaSpec) -> Result<Employment<'a>> {
    let (sector, total) = (float(part, &spec.sector, STAGE)?, float(part, &spec.total, STAGE)?);
    Ok(Employment::new(Keys::of_panel(part), sector, total).named(&spec.sector, &spec.total))
}

/// An error of the index with the columns that its quantities are.
fn in_columns(error: va_index::Error, spec: &VaSpec) -> Error {
    Error::stage(STAGE, format!("{error} (sector = `{}`, total = `{}`)", spec.sector, spec.total))
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
        min_km: spec.min_km,
        own: spec.own.as_deref().map(|word| own(word, spec)).transpose()?,
    })
}

fn own(word: &str, spec: &VaSpec) -> Result<OwnDistance> {
    match word {
        "excluded" => Ok(OwnDistance::Excluded),
        "unit" => Ok(OwnDistance::Unit),
        "radius" if spec.area.is_none() => {
            Err(Error::stage(STAGE, "own = \"radius\" needs area, the column of areas in km²"))
        }
        "radius" => Ok(OwnDistance::Radius),
        other => Err(unknown_word(STAGE, "own", other, "excluded, unit, radius")),
    }
}

/// One area per entity, that of its first row with one; `NaN` where it has none.
fn areas(part: &Panel, name: &str) -> Result<Vec<f64>> {
    let values = float(part, name, STAGE)?;
    let first = |rows: std::ops::Range<usize>| values[rows].iter().copied().find(|value| !value.is_nan());
    Ok(part.entity_rows().map(|rows| first(rows).unwrap_or(f64::NAN)).collect())
}

fn metric(word: &str) -> Result<Metric> {
    match word {
        "great-circle" => Ok(Metric::default()),
        "geodesic" => Ok(Metric::Geodesic),
        other => Err(unknown_word(STAGE, "distance", other, "great-circle, geodesic")),
    }
}
