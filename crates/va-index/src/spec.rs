//! What the paper leaves open, as options; the defaults fit the published moments.

use crate::choices::{Form, Normalization, OwnDistance};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::keys::{Decay, VaKeys};
use panel_core::geo::{Metric, MetricName};
use serde::{Deserialize, Serialize};

/// Specification of the index. The default is the paper's (decisions D1–D3).
///
/// It reads and writes itself (serde) as flat keys, those of a study's section `[va]`. A key without effect, an unknown
/// key and an unknown word are errors that name the key and the choices.
///
/// | key | value | default |
/// |---|---|---|
/// | `form` | `own-plus-spillover`, `own-times-sum`, `spillover` | the first |
/// | `decay` | `inverse`, `exponential`, `gaussian`, `threshold`, `k-nearest` | the first |
/// | `exponent` | of `inverse` | 1 |
/// | `scale_km` | scale of `exponential`, bandwidth of `gaussian`, radius of `threshold` | needed there |
/// | `k` | neighbours of `k-nearest` | needed there |
/// | `normalisation` | `raw`, `row`, `spectral`, `min-max` | the first |
/// | `unit_km` | unit of distance of `inverse` with raw weights | 1 |
/// | `cutoff_km`, `min_km` | limits of distance | none |
/// | `distance` | `great-circle`, `geodesic` | the first |
/// | `radius_km` | radius of the sphere of `great-circle` | 6371.0088 |
/// | `own` | `excluded`, `unit`, `radius` | that of the form |
///
/// Which columns hold employment, coordinates and areas, the sample, and the names of what is made are the caller's.
///
/// ```
/// use va_index::{Form, Kernel, VaSpec};
/// let spec = VaSpec { form: Form::Spillover, kernel: Kernel::Inverse { exponent: 2.0 }, ..VaSpec::default() };
/// assert!(spec.validate().is_ok());
/// let read: VaSpec = serde_json::from_str(r#"{ "form": "spillover", "exponent": 2 }"#).unwrap();
/// assert_eq!(read, spec);
/// let slip = serde_json::from_str::<VaSpec>(r#"{ "decay": "gausian", "scale_km": 300 }"#).unwrap_err();
/// assert!(slip.to_string().starts_with("decay = \"gausian\": expected one of inverse, exponential, gaussian"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VaKeys", into = "VaKeys")]
pub struct VaSpec {
    /// How own and others' quotients combine.
    pub form: Form,
    /// How a weight falls with distance.
    pub kernel: Kernel,
    /// Unit of distance in the inverse kernels, km: 1, or 100 for weights per 100 km.
    pub unit_km: f64,
    /// No weight beyond this distance, km.
    pub cutoff_km: Option<f64>,
    /// Shorter distances count as this one, km. Without it, two places nearer than [`VaSpec::NEAREST_KM`] are an error
    /// for inverse kernels.
    pub min_km: Option<f64>,
    /// Own weight; `None` is the form's default: unit for own plus spillover, excluded otherwise.
    pub own: Option<OwnDistance>,
    /// Scaling of the weights.
    pub normalization: Normalization,
    /// Great circle or geodesic; not used with a user's matrix, whose unit takes the place of the kilometre.
    pub metric: Metric,
}

impl Default for VaSpec {
    fn default() -> Self {
        Self {
            form: Form::default(),
            kernel: Kernel::default(),
            unit_km: 1.0,
            cutoff_km: None,
            min_km: None,
            own: None,
            normalization: Normalization::default(),
            metric: Metric::default(),
        }
    }
}

impl VaSpec {
    /// The keys of a study's section that this specification reads; every other key is the caller's.
    pub const KEYS: &'static [&'static str] = &[
        "form",
        "decay",
        "exponent",
        "scale_km",
        "k",
        "normalisation",
        "unit_km",
        "cutoff_km",
        "distance",
        "radius_km",
        "min_km",
        "own",
    ];

    /// Two places nearer than this have no inverse distance unless `min_km` is given.
    pub const NEAREST_KM: f64 = panel_core::geo::NEAREST_KM;

    /// The own-distance rule in force.
    #[must_use]
    pub fn own_rule(&self) -> OwnDistance {
        match (self.form, self.own) {
            (Form::Spillover, _) | (Form::OwnTimesSum, None) => OwnDistance::Excluded,
            (Form::OwnPlusSpillover, None) => OwnDistance::Unit,
            (_, Some(rule)) => rule,
        }
    }

    /// Checks that every number makes sense and that every choice has an effect.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the key; [`Error::Idle`] for a key without effect.
    pub fn validate(&self) -> Result<()> {
        self.kernel.validate()?;
        let radius_km = if let Metric::GreatCircle { radius_km } = self.metric { Some(radius_km) } else { None };
        for (key, value) in [
            ("unit_km", Some(self.unit_km)),
            ("cutoff_km", self.cutoff_km),
            ("min_km", self.min_km),
            ("radius_km", radius_km),
        ] {
            if let Some(value) = value.filter(|value| !(*value > 0.0 && value.is_finite())) {
                return Err(Error::Specification(format!("{key} = {value}: expected a positive number")));
            }
        }
        self.no_idle_key()?;
        match (self.min_km, self.cutoff_km) {
            (Some(min), Some(cutoff)) if min > cutoff => Err(Error::Specification(format!(
                "min_km = {min}: expected a number up to cutoff_km = {cutoff}, beyond which no weight is left"
            ))),
            _ => Ok(()),
        }
    }

    /// Checks that areas are given where they are needed, and only there.
    ///
    /// # Errors
    /// [`Error::Specification`] or [`Error::Idle`] naming the key `area`.
    pub fn check_area(&self, given: bool) -> Result<()> {
        match (self.own_rule(), given) {
            (OwnDistance::Radius, false) => {
                Err(Error::Specification("own = \"radius\" needs area, the area of every entity in km²".into()))
            }
            (OwnDistance::Radius, true) | (_, false) => Ok(()),
            (rule, true) => {
                Err(Error::Idle { key: "area", under: format!("own = \"{rule}\""), with: "own = \"radius\"" })
            }
        }
    }

    fn no_idle_key(&self) -> Result<()> {
        let idle = |key, under: &str, with| Err(Error::Idle { key, under: under.to_owned(), with });
        let decay = VaKeys::from(*self).decay.word();
        let decay = format!("decay = \"{decay}\"");
        let inverse = matches!(self.kernel, Kernel::Inverse { .. });
        if self.unit_km != 1.0 && !inverse {
            return idle("unit_km", &decay, "decay = \"inverse\"; scale_km of the others is in kilometres");
        }
        if self.unit_km != 1.0 && self.normalization != Normalization::Raw {
            return Err(Error::unit_under(self.normalization.word()));
        }
        if self.cutoff_km.is_some() && matches!(self.kernel, Kernel::Threshold { .. }) {
            return idle("cutoff_km", &decay, "another decay; the radius of a threshold is scale_km");
        }
        if self.min_km.is_some() && matches!(self.kernel, Kernel::Threshold { .. } | Kernel::KNearest { .. }) {
            return idle("min_km", &decay, "decay = \"inverse\", \"exponential\" or \"gaussian\"");
        }
        if self.own.is_some() && self.form == Form::Spillover {
            return idle("own", "form = \"spillover\"", "form = \"own-plus-spillover\" or \"own-times-sum\"");
        }
        Ok(())
    }
}

impl TryFrom<VaKeys> for VaSpec {
    type Error = Error;

    fn try_from(keys: VaKeys) -> Result<Self> {
        let metric = keys.distance.metric(keys.radius_km).ok_or_else(|| Error::Idle {
            key: "radius_km",
            under: "distance = \"geodesic\"".into(),
            with: "distance = \"great-circle\"",
        })?;
        if keys.unit_km.is_some() && keys.normalisation != Normalization::Raw {
            return Err(Error::unit_under(keys.normalisation.word()));
        }
        let spec = Self {
            form: keys.form,
            kernel: keys.kernel()?,
            unit_km: keys.unit_km.unwrap_or(1.0),
            cutoff_km: keys.cutoff_km,
            min_km: keys.min_km,
            own: keys.own,
            normalization: keys.normalisation,
            metric,
        };
        spec.validate()?;
        Ok(spec)
    }
}

impl From<VaSpec> for VaKeys {
    fn from(spec: VaSpec) -> Self {
        let mut keys = Self {
            form: spec.form,
            normalisation: spec.normalization,
            unit_km: Some(spec.unit_km).filter(|&unit| unit != 1.0),
            cutoff_km: spec.cutoff_km,
            min_km: spec.min_km,
            own: spec.own,
            ..Self::default()
        };
        match spec.kernel {
            Kernel::Inverse { exponent } => keys.exponent = Some(exponent),
            Kernel::Exponential { scale_km } => (keys.decay, keys.scale_km) = (Decay::Exponential, Some(scale_km)),
            Kernel::Gaussian { bandwidth_km } => (keys.decay, keys.scale_km) = (Decay::Gaussian, Some(bandwidth_km)),
            Kernel::Threshold { km } => (keys.decay, keys.scale_km) = (Decay::Threshold, Some(km)),
            Kernel::KNearest { k } => (keys.decay, keys.k) = (Decay::KNearest, Some(k)),
        }
        (keys.distance, keys.radius_km) = MetricName::of(spec.metric);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::words::Word;

    fn read(text: &str) -> std::result::Result<VaSpec, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_keys_of_a_study_are_read() {
        assert_eq!(read(""), Ok(VaSpec::default()));
        let spec = VaSpec {
            form: Form::OwnTimesSum,
            kernel: Kernel::Gaussian { bandwidth_km: 300.0 },
            cutoff_km: Some(500.0),
            min_km: Some(2.5),
            own: Some(OwnDistance::Radius),
            normalization: Normalization::MinMax,
            metric: Metric::Geodesic,
            ..VaSpec::default()
        };
        let text = "form = 'own-times-sum'\ndecay = 'gaussian'\nscale_km = 300\ncutoff_km = 500.0\nmin_km = 2.5\n\
                    own = 'radius'\nnormalisation = 'min-max'\ndistance = 'geodesic'";
        assert_eq!(read(text), Ok(spec));
        assert_eq!(
            read("exponent = 2\nunit_km = 100"),
            Ok(VaSpec { kernel: Kernel::Inverse { exponent: 2.0 }, unit_km: 100.0, ..VaSpec::default() })
        );
        for (text, kernel) in [
            ("decay = 'exponential'\nscale_km = 9", Kernel::Exponential { scale_km: 9.0 }),
            ("decay = 'threshold'\nscale_km = 9", Kernel::Threshold { km: 9.0 }),
            ("decay = 'k-nearest'\nk = 4", Kernel::KNearest { k: 4 }),
        ] {
            assert_eq!(read(text), Ok(VaSpec { kernel, ..VaSpec::default() }), "{text}");
        }
        let sphere = VaSpec { metric: Metric::GreatCircle { radius_km: 6371.0 }, ..VaSpec::default() };
        assert_eq!(read("radius_km = 6371"), Ok(sphere));
        for spec in [VaSpec::default(), spec, sphere] {
            let json = serde_json::to_string(&spec).expect("plain data");
            assert_eq!(serde_json::from_str::<VaSpec>(&json).expect("its own text"), spec, "{json}");
        }
    }

    #[test]
    fn every_word_is_read_and_written() {
        fn round<W: Word + PartialEq + std::fmt::Debug + std::fmt::Display>() {
            for (word, choice) in W::WORDS {
                assert_eq!((W::from_word(word), choice.to_string()), (Ok(*choice), (*word).to_owned()));
            }
            assert!(W::from_word("").is_err_and(|message| message.contains(W::KEY)));
        }
        round::<Form>();
        round::<OwnDistance>();
        round::<Normalization>();
        round::<crate::keys::Decay>();
        round::<panel_core::geo::MetricName>();
        // The list of keys is that of the reader.
        let message = read("colour = 1").expect_err("no such key");
        let known: Vec<&str> = message.split('`').skip(1).step_by(2).skip(1).collect();
        assert_eq!(known, VaSpec::KEYS, "{message}");
    }

    #[test]
    fn keys_without_effect_are_errors() {
        for (text, key, with) in [
            ("decay = 'gaussian'\nscale_km = 300\nexponent = 2", "exponent", "inverse"),
            ("scale_km = 300", "scale_km", "exponential"),
            ("k = 4", "k", "k-nearest"),
            ("decay = 'gaussian'\nscale_km = 300\nunit_km = 1", "unit_km", "inverse"),
            ("normalisation = 'row'\nunit_km = 100", "unit_km", "raw"),
            ("decay = 'threshold'\nscale_km = 60\ncutoff_km = 90", "cutoff_km", "scale_km"),
            ("decay = 'threshold'\nscale_km = 60\nmin_km = 1", "min_km", "inverse"),
            ("decay = 'k-nearest'\nk = 3\nmin_km = 1", "min_km", "inverse"),
            ("form = 'spillover'\nown = 'unit'", "own", "own-plus-spillover"),
            ("distance = 'geodesic'\nradius_km = 6371", "radius_km", "great-circle"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.starts_with(&format!("{key} has no effect")) && message.contains(with), "{message}");
        }
        let radius = VaSpec { own: Some(OwnDistance::Radius), ..VaSpec::default() };
        assert!(radius.check_area(true).is_ok() && VaSpec::default().check_area(false).is_ok());
        assert!(radius.check_area(false).is_err() && VaSpec::default().check_area(true).is_err());
    }

    #[test]
    fn a_slip_lists_the_choices() {
        for (text, parts) in [
            ("form = 'own'", ["form = \"own\"", "own-plus-spillover, own-times-sum, spillover"]),
            ("normalisation = 'Row'", ["normalisation = \"Row\"", "did you mean `row`?"]),
            ("own = 'radios'", ["own = \"radios\"", "did you mean `radius`?"]),
            ("distance = 3", ["great-circle, geodesic", "`distance`"]),
            ("decay = 'threshold'", ["decay = \"threshold\"", "needs scale_km"]),
            ("decay = 'k-nearest'", ["decay = \"k-nearest\"", "needs k"]),
            ("min_km = 9\ncutoff_km = 3", ["min_km = 9", "cutoff_km = 3"]),
            ("exponent = -1", ["exponent = -1", "positive"]),
            ("cutoff_km = inf", ["cutoff_km = inf", "positive"]),
            ("kernel = 'inverse'", ["`kernel`", "`decay`"]),
        ] {
            let message = read(text).expect_err(text);
            assert!(parts.iter().all(|part| message.contains(part)), "{message}");
        }
    }

    /// A section is the specification flattened beside the caller's own keys.
    #[test]
    fn a_section_holds_the_keys_beside_its_own() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Section {
            sector: String,
            #[serde(flatten)]
            index: VaSpec,
        }
        let section: Section = toml::from_str("sector = 's'\ndecay = 'k-nearest'\nk = 2").expect("valid");
        assert_eq!((section.sector.as_str(), section.index.kernel), ("s", Kernel::KNearest { k: 2 }));
        let unknown = toml::from_str::<Section>("sector = 's'\nsektor = 's'").expect_err("no such key");
        assert!(unknown.message().contains("sektor"), "{unknown}");
    }
}
