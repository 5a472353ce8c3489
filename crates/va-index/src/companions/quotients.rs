//! Location quotients without coordinates, as one call.

use super::{IntervalSpec, QuotientInterval, QuotientScale, quotient_intervals, rescale};
use crate::data::Employment;
use crate::error::{Error, Result};
use crate::location_quotient::location_quotient;
use panel_core::Diagnostics;
use serde::{Deserialize, Serialize};

/// Choices of plain location quotients.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuotientSpec {
    /// The scale.
    pub scale: QuotientScale,
    /// Bootstrap intervals of the quotient on its own scale; none where it is absent.
    pub intervals: Option<IntervalSpec>,
}

/// Location quotients of all rows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quotients {
    /// One value per row on the scale asked for; `NaN` where it does not exist.
    pub values: Vec<f64>,
    /// One interval per row.
    pub intervals: Option<Vec<QuotientInterval>>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Location quotients on a scale, with bootstrap intervals on request; no coordinates are needed.
///
/// # Errors
/// As [`location_quotient`] and [`quotient_intervals`]; [`Error::Idle`] for intervals on another scale than the
/// quotient's own.
pub fn quotients(data: &Employment<'_>, spec: &QuotientSpec) -> Result<Quotients> {
    if spec.intervals.is_some() && spec.scale != QuotientScale::HooverBalassa {
        let under = format!("scale = \"{}\"", spec.scale);
        return Err(Error::Idle { key: "intervals", under, with: "scale = \"hoover-balassa\"" });
    }
    let diagnostics = location_quotient(data)?.diagnostics;
    let intervals = spec.intervals.map(|choices| quotient_intervals(data, &choices)).transpose()?;
    Ok(Quotients { values: rescale(data, spec.scale)?, intervals, diagnostics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::Keys;

    #[test]
    fn a_study_asks_for_a_scale_or_for_intervals() {
        let (cities, years) = (["a", "b", "c"].map(String::from), ["1".to_owned()]);
        let keys = Keys::new(&[0, 1, 2], &[0; 3], &cities, &years).expect("valid");
        let data = Employment::new(keys, &[10.0, 20.0, 30.0], &[100.0, 100.0, 400.0]);
        let run = |text: &str| quotients(&data, &toml::from_str(text).expect("valid"));
        let plain = run("").expect("valid");
        assert!(
            plain.intervals.is_none() && plain.values.iter().zip([1.0, 2.0, 0.75]).all(|(a, b)| (a - b).abs() < 1e-14)
        );
        let symmetric = run("scale = 'symmetric'").expect("valid").values;
        assert!((symmetric[1] - 1.0 / 3.0).abs() < 1e-15);
        let text = "intervals = { persons_per_unit = 1000, resamples = 50, level = 0.9, seed = 3 }";
        let intervals = run(text).expect("valid").intervals.expect("asked for");
        assert!(intervals.iter().all(|i| i.low < i.estimate && i.estimate < i.high));
        let error = run(&format!("scale = 'log'\n{text}")).expect_err("no intervals of logs").to_string();
        assert!(error.starts_with("intervals has no effect with scale = \"log\""), "{error}");
        let slip = toml::from_str::<QuotientSpec>("scale = 'logs'").expect_err("a slip");
        assert!(slip.message().contains("scale = \"logs\"") && slip.message().contains("hoover-balassa"), "{slip}");
        for bad in ["resamples = 5", "level = 1.0", "persons_per_unit = 0"] {
            assert!(run(&format!("intervals = {{ {bad} }}")).is_err(), "{bad}");
        }
    }
}
