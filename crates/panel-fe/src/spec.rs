//! What a user chooses beside the formula.

use crate::absorb::Settings;
use crate::error::{Error, Result};
use crate::estimator::Estimator;
use crate::like::Like;
use crate::vcov::{Gaps, Vcov};
use crate::words::words;
use serde::{Deserialize, Serialize};

pub use crate::weights::{WeightKind, Weights};

/// What happens to rows that are alone in a level of a fixed effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Singletons {
    /// They are dropped, again and again until there are none.
    #[default]
    Drop,
    /// They are kept, and fitted perfectly.
    Keep,
}

words!(Singletons, "singletons", Drop = "drop", Keep = "keep");

/// Columns that hold coordinates, for Conley covariances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Latitude, degrees.
    pub lat: String,
    /// Longitude, degrees.
    pub lon: String,
}

impl Default for Coordinates {
    fn default() -> Self {
        Self { lat: "lat".into(), lon: "lon".into() }
    }
}

/// Choices beside the formula; the default is iid, `like = reghdfe`, no weights, singletons dropped.
///
/// In a file they are flat, as in a column of a study: `vcov`, `like`, `estimator`, `weights` (a column),
/// `weight_kind`, `singletons`, `gaps`, `lat`, `lon`, `level`, `absorption`, `collinearity`. A key that has no effect
/// beside the others is an error.
///
/// ```
/// let options: panel_fe::Options = serde_json::from_str(
///     r#"{ "vcov": "cluster:city,year", "like": "fixest", "weights": "pop", "weight_kind": "frequency" }"#,
/// )?;
/// assert_eq!(options.vcov, "cluster:city,year".parse()?);
/// let slip = serde_json::from_str::<panel_fe::Options>(r#"{ "vcov": "clutser:city" }"#).unwrap_err();
/// assert!(slip.to_string().contains("did you mean `cluster:city`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Options {
    /// Covariance.
    pub vcov: Vcov,
    /// Whose degrees-of-freedom rule.
    pub like: Like,
    /// Estimator of formulas with an instrumental-variable part; anything but 2SLS is refused without one.
    pub estimator: Estimator,
    /// Weights.
    pub weights: Option<Weights>,
    /// Singletons.
    pub singletons: Singletons,
    /// What a missing period does to lags; by default the rule of `like` decides.
    pub gaps: Option<Gaps>,
    /// Where coordinates are.
    pub coordinates: Coordinates,
    /// Level of confidence intervals.
    pub level: f64,
    /// When absorption stops.
    pub absorption: Settings,
    /// A column whose part outside the fixed effects, or outside the columns before it, is smaller than this share of
    /// its own size is collinear.
    pub collinearity: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vcov: Vcov::Iid,
            like: Like::Reghdfe,
            estimator: Estimator::TwoStage,
            weights: None,
            singletons: Singletons::Drop,
            gaps: None,
            coordinates: Coordinates::default(),
            level: 0.95,
            absorption: Settings::default(),
            collinearity: 1e-9,
        }
    }
}

impl Options {
    /// Refuses combinations that no program has.
    ///
    /// # Errors
    /// [`Error::Specification`] with a sentence that says what to write instead.
    pub fn check(&self) -> Result<()> {
        check_like(self.like, &self.vcov)?;
        self.vcov.check()?;
        for (what, share) in [("absorption tolerance", self.absorption.tolerance), ("collinearity", self.collinearity)]
        {
            if !(share > 0.0 && share < 1.0) {
                return Err(Error::Specification(format!("{what} {share}, expected a number between 0 and 1")));
            }
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Error::Specification(format!(
                "confidence level {}, expected a number between 0 and 1",
                self.level
            )));
        }
        Ok(())
    }
}

/// `xtreg, fe robust` means clustering by panel, so HC1 under its rule does not exist.
pub(crate) fn check_like(like: Like, vcov: &Vcov) -> Result<()> {
    if like == Like::Xtreg && matches!(vcov, Vcov::Hc1 | Vcov::Hc2 | Vcov::Hc3) {
        return Err(Error::Specification(format!(
            "vcov = \"{vcov}\" with like = \"xtreg\": Stata's `xtreg, fe vce(robust)` clusters by panel and has no \
             heteroskedasticity-only covariance; use vcov = \"cluster:<entity>\", or like = \"reghdfe\" for {vcov}"
        )));
    }
    Ok(())
}

/// [`Options`] as they are written in a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    vcov: Vcov,
    like: Like,
    estimator: Estimator,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_kind: Option<WeightKind>,
    singletons: Singletons,
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<Gaps>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lat: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absorption: Option<Settings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    collinearity: Option<f64>,
}

impl TryFrom<Written> for Options {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let idle = |key: &str, needs: &str| Error::Specification(format!("`{key}` has no effect without {needs}"));
        if written.weight_kind.is_some() && written.weights.is_none() {
            return Err(idle("weight_kind", "`weights`"));
        }
        if written.gaps.is_some() && !written.vcov.has_lags() {
            return Err(idle("gaps", "lags: vcov = \"dk:L\", \"nw:L\" or \"conley:KM:L\""));
        }
        for (key, value) in [("lat", &written.lat), ("lon", &written.lon)] {
            if value.is_some() && !matches!(written.vcov, Vcov::Conley { .. }) {
                return Err(idle(key, "vcov = \"conley:KM\""));
            }
        }
        let default = Self::default();
        let kind = written.weight_kind.unwrap_or_default();
        let options = Self {
            vcov: written.vcov,
            like: written.like,
            estimator: written.estimator,
            weights: written.weights.map(|column| Weights { column, kind }),
            singletons: written.singletons,
            gaps: written.gaps,
            coordinates: Coordinates {
                lat: written.lat.unwrap_or(default.coordinates.lat),
                lon: written.lon.unwrap_or(default.coordinates.lon),
            },
            level: written.level.unwrap_or(default.level),
            absorption: written.absorption.unwrap_or(default.absorption),
            collinearity: written.collinearity.unwrap_or(default.collinearity),
        };
        options.check()?;
        Ok(options)
    }
}

impl From<Options> for Written {
    fn from(options: Options) -> Self {
        let default = Options::default();
        let conley = matches!(options.vcov, Vcov::Conley { .. });
        let kind = options.weights.as_ref().map(|weights| weights.kind);
        Self {
            gaps: options.gaps.filter(|_| options.vcov.has_lags()),
            lat: Some(options.coordinates.lat).filter(|lat| conley && *lat != default.coordinates.lat),
            lon: Some(options.coordinates.lon).filter(|lon| conley && *lon != default.coordinates.lon),
            vcov: options.vcov,
            like: options.like,
            estimator: options.estimator,
            weights: options.weights.map(|weights| weights.column),
            weight_kind: kind.filter(|kind| *kind != WeightKind::default()),
            singletons: options.singletons,
            level: Some(options.level).filter(|level| *level != default.level),
            absorption: Some(options.absorption).filter(|settings| *settings != default.absorption),
            collinearity: Some(options.collinearity).filter(|share| *share != default.collinearity),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Options, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read_and_written_flat() {
        for text in [
            r#"{"vcov":"iid","like":"reghdfe","estimator":"2sls","singletons":"drop"}"#,
            r#"{"vcov":"dk:2","like":"xtreg","estimator":"fuller:4","singletons":"keep","gaps":"calendar","level":0.9}"#,
            r#"{"vcov":"conley:300","like":"fixest","estimator":"gmm2s","weights":"pop","weight_kind":"importance","singletons":"drop","lat":"north"}"#,
        ] {
            let options = read(text).expect("valid");
            assert_eq!(serde_json::to_string(&options).expect("serialises"), text);
        }
        assert_eq!(read("{}").expect("valid"), Options::default());
        let weighted = read(r#"{"weights":"pop"}"#).expect("valid");
        assert_eq!(weighted.weights, Some(Weights { column: "pop".into(), kind: WeightKind::Analytic }));
    }

    #[test]
    fn slips_are_named_with_the_choices() {
        for (text, says) in [
            (r#"{"like":"regdfe"}"#, "unknown like `regdfe` (did you mean `reghdfe`?); expected reghdfe, fixest"),
            (r#"{"vcov":"clutser:city"}"#, "(did you mean `cluster:city`?)"),
            (r#"{"vcov":"hc4"}"#, "expected iid, hc1"),
            (r#"{"estimator":"fulller:2"}"#, "(did you mean `fuller:2`?)"),
            (r#"{"singletons":"kep"}"#, "did you mean `keep`?"),
            (r#"{"weights":"w","weight_kind":"freqency"}"#, "did you mean `frequency`?"),
            (r#"{"vcov":"dk:2","gaps":"calender"}"#, "did you mean `calendar`?"),
            (r#"{"vocv":"iid"}"#, "unknown field `vocv`"),
            (r#"{"weight_kind":"frequency"}"#, "`weight_kind` has no effect without `weights`"),
            (r#"{"gaps":"calendar"}"#, "`gaps` has no effect"),
            (r#"{"lat":"y"}"#, "`lat` has no effect"),
            (r#"{"like":"xtreg","vcov":"hc1"}"#, "clusters by panel"),
            (r#"{"vcov":7}"#, "vcov as text"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
