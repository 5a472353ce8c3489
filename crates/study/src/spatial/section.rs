//! `[[weights]]` and `spatial = { … }` as a study writes them.

use panel_fe::Formula;
use panel_fe::formula::{Function, Term};
use panel_spatial::panel::Unbalanced;
use panel_spatial::record::TurningPointSpec;
use panel_spatial::{
    Approach, Effect, FixedEffects, Information, Like, Model, Simulation, SpatialSpec, WeightsKind, WeightsSpec,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One `[[weights]]` entry: what the weights are, and which columns hold the coordinates.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct WeightsSection {
    /// Column of latitudes in degrees.
    #[serde(default = "lat")]
    pub lat: String,
    /// Column of longitudes in degrees.
    #[serde(default = "lon")]
    pub lon: String,
    /// What they are.
    #[serde(flatten)]
    pub spec: WeightsSpec,
}

fn lat() -> String {
    "lat".into()
}

fn lon() -> String {
    "lon".into()
}

impl WeightsSection {
    /// Whether the weights come from distances.
    #[must_use]
    pub fn needs_places(&self) -> bool {
        use WeightsKind::{Band, InverseDistance, Kernel, Knn};
        matches!(self.spec.kind, InverseDistance { .. } | Kernel { .. } | Knn { .. } | Band { .. })
            || self.spec.islands == panel_spatial::Islands::Nearest
    }

    /// Columns of the panel that they are made from.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        match &self.spec.kind {
            WeightsKind::Economic { variable, .. } => vec![variable.clone()],
            _ if self.needs_places() => vec![self.lat.clone(), self.lon.clone()],
            _ => Vec::new(),
        }
    }
}

/// Effects that a spatial column sweeps out, in the words of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Swept {
    /// One per entity and one per period.
    Both,
    /// One per entity.
    Entity,
    /// One per period.
    Time,
    /// None: there is a constant.
    None,
}

impl From<Swept> for FixedEffects {
    fn from(swept: Swept) -> Self {
        match swept {
            Swept::Both => Self::TwoWay,
            Swept::Entity => Self::Entity,
            Swept::Time => Self::Time,
            Swept::None => Self::None,
        }
    }
}

/// `spatial = { … }` of a `[[table.column]]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpatialColumn {
    /// Which lags enter.
    #[serde(default)]
    pub model: Model,
    /// Id of the weights.
    pub weights: String,
    /// Regressors whose lags enter in Durbin models; all where it is absent.
    pub durbin: Option<Vec<String>>,
    /// Effects that are swept out; those of the formula where it is absent.
    pub effects: Option<Swept>,
    /// What is done about the parameters that effects add.
    #[serde(default)]
    pub approach: Approach,
    /// Whose conventions.
    #[serde(default)]
    pub like: Like,
    /// Which standard errors.
    #[serde(default)]
    pub information: Information,
    /// Whether W1 is a regressor where rows do not sum to one number; by `like` where it is absent.
    pub lag_constant: Option<bool>,
    /// What becomes of units without a complete row in every period.
    #[serde(default)]
    pub unbalanced: Unbalanced,
    /// Effects that the table shows below the coefficients.
    #[serde(default = "all_effects")]
    pub show_effects: Vec<Effect>,
    /// Standard errors of effects by draws from the distribution of the estimates, in place of the delta method:
    /// `{ draws = 1000, seed = 1 }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulation: Option<Simulation>,
    /// Where effects of x and x² turn.
    pub turning_point: Option<TurningPointSpec>,
    /// Estimation by instruments, which a formula with instruments has anyway: `{ lags = 2, instrument_lags = 2 }`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gs2sls: Option<Instruments>,
}

/// `gs2sls = { … }` of `spatial`: which lags are instruments.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instruments {
    /// Highest power of W in the instruments W^p X of the exogenous regressors; where it is absent 2, and 3 in Durbin models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lags: Option<usize>,
    /// Highest power of W in the lags of the formula's instruments; 2 where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument_lags: Option<usize>,
}

fn all_effects() -> Vec<Effect> {
    Effect::ALL.to_vec()
}

impl SpatialColumn {
    /// The choices as the estimator takes them.
    #[must_use]
    pub fn spec(&self) -> SpatialSpec {
        SpatialSpec {
            model: self.model,
            weights: self.weights.clone(),
            durbin: self.durbin.clone(),
            approach: self.approach,
            like: self.like,
            information: self.information,
            lag_constant: self.lag_constant,
        }
    }

    /// Whether it is estimated by instruments, not by maximum likelihood.
    #[must_use]
    pub fn by_instruments(&self, formula: &Formula) -> bool {
        self.gs2sls.is_some() || formula.is_iv()
    }

    /// The effects that are swept out: those of the formula, which `effects` may repeat, else those of `effects`.
    ///
    /// # Errors
    /// A sentence that names an effect that is neither of the entity nor of time, or both choices where they differ.
    pub fn effects(&self, formula: &Formula, entity: &str, time: Option<&str>) -> Result<FixedEffects, String> {
        let (mut of_entity, mut of_time) = (false, false);
        for effect in &formula.effects {
            match effect.name.as_str() {
                name if name == entity => of_entity = true,
                name if Some(name) == time => of_time = true,
                name => {
                    let time = time.map(|time| format!(" and the time `{time}`")).unwrap_or_default();
                    return Err(format!(
                        "spatial: the fixed effect `{name}`: a spatial column knows those of the entity `{entity}`{time}"
                    ));
                }
            }
        }
        let written = match (of_entity, of_time) {
            (true, true) => FixedEffects::TwoWay,
            (true, false) => FixedEffects::Entity,
            (false, true) => FixedEffects::Time,
            (false, false) => FixedEffects::None,
        };
        match self.effects.map(FixedEffects::from) {
            None => Ok(written),
            Some(asked) if asked == written || written == FixedEffects::None => Ok(asked),
            Some(_) => Err("spatial: `effects` says something else than the part of the formula after `|`".into()),
        }
    }

    /// The choices in the words of a study, for a reader.
    #[must_use]
    pub fn words(&self) -> String {
        let (approach, like) = (format!("{:?}", self.approach), format!("{:?}", self.like));
        let information = format!("{:?}", self.information);
        format!(
            "spatial: {}, weights {}; approach: {}; information: {}; like: {}",
            self.model.name(),
            self.weights,
            approach.to_lowercase(),
            information.to_lowercase(),
            like.to_lowercase()
        )
    }

    /// Names of coefficients that it adds to those of its formula.
    #[must_use]
    pub fn added_names(&self, formula: &Formula) -> Vec<String> {
        let mut names = Vec::new();
        if self.model.is_durbin() {
            let lagged = |term: &&Term| self.durbin.as_ref().is_none_or(|durbin| durbin.contains(&term.name));
            let terms = formula.regressors.iter().chain(&formula.endogenous);
            names.extend(terms.filter(lagged).map(|term| format!("W:{}", term.name)));
        }
        names.extend(self.model.has_rho().then(|| "rho".to_owned()));
        names.extend(self.model.has_lambda().then(|| "lambda".to_owned()));
        names
    }

    /// Checks that no key is of the likelihood alone where instruments estimate.
    fn check_instruments(&self) -> Result<(), String> {
        if !matches!(self.model, Model::Sar | Model::Sdm) {
            return Err(format!("spatial: model: instruments estimate sar and sdm, not {}", self.model.name()));
        }
        let likelihood = [
            ("approach", self.approach != Approach::default()),
            ("like", self.like != Like::default()),
            ("information", self.information != Information::default()),
            ("lag_constant", self.lag_constant.is_some()),
        ];
        match likelihood.iter().find(|(_, given)| *given) {
            Some((key, _)) => Err(format!(
                "spatial: `{key}` has no effect on an estimate by instruments; `vcov` and `like` of the column are its own"
            )),
            None => Ok(()),
        }
    }

    /// Checks that no key is of another model, of other effects or of a formula with instruments.
    fn check_idle(&self, formula: &Formula, effects: FixedEffects) -> Result<(), String> {
        let model = self.model.name();
        let idle = |key: &str, why: String| Err(format!("spatial: `{key}` has no effect {why}"));
        let of_instruments = self.gs2sls.as_ref().is_some_and(|gs2sls| gs2sls.instrument_lags.is_some());
        if of_instruments && !formula.is_iv() {
            let why = "without instruments in the formula: \"y ~ x | effects | d ~ z\"; `lags` is of the exogenous regressors";
            return idle("gs2sls.instrument_lags", why.into());
        }
        if self.lag_constant.is_some() && effects != FixedEffects::None {
            return idle("lag_constant", "beside effects of entities or periods: there is no constant to lag".into());
        }
        if self.lag_constant.is_some() && !self.model.is_durbin() {
            return idle("lag_constant", format!("in the model {model}, which has no lags of regressors"));
        }
        if self.information == Information::Observed && self.model == Model::Slx {
            return idle(
                "information",
                format!(
                    "in the model {model}: observed and expected information of least squares are one; leave it out"
                ),
            );
        }
        if self.turning_point.is_some() && !self.model.has_rho() && !self.model.is_durbin() {
            return idle(
                "turning_point",
                format!(
                    "in the model {model}, whose effects are its coefficients; leave it out, or use sar, sdm, slx or sdem"
                ),
            );
        }
        Ok(())
    }

    /// Checks what the study file alone can say.
    ///
    /// # Errors
    /// A sentence that names the key.
    pub fn check(&self, formula: &Formula, entity: &str, time: Option<&str>) -> Result<(), String> {
        let effects = self.effects(formula, entity, time)?;
        if let Some(Simulation { draws, .. }) = self.simulation
            && !(100..=1_000_000).contains(&draws)
        {
            return Err(format!("spatial: simulation: draws = {draws}, expected 100 to 1000000"));
        }
        if self.by_instruments(formula) {
            self.check_instruments()?;
        }
        self.check_idle(formula, effects)?;
        if !formula.intercept && formula.effects.is_empty() {
            return Err("spatial: a model without effects has a constant; take `- 1` out of the formula".into());
        }
        let moved = |term: &&Term| term.factors.iter().any(|factor| matches!(factor.function, Function::Lag(_)));
        let own = |term: &&Term| term.factors.iter().any(|factor| formula.response.factors.contains(factor));
        let lagged_outcome = |term: &&Term| {
            let in_response = |column: &str| formula.response.factors.iter().any(|factor| factor.column == column);
            moved(term) && term.factors.iter().any(|factor| in_response(&factor.column))
        };
        if let Some(term) = formula.regressors.iter().find(|term| lagged_outcome(term) || own(term)) {
            return Err(format!(
                "spatial: `{}` is the outcome again; dynamic models are not covered (effects of entities bias them: Nickell 1981)",
                term.name
            ));
        }
        let all = formula.regressors.iter().chain(&formula.endogenous);
        let terms: Vec<&str> = all.map(|term| term.name.as_str()).collect();
        let known = |what: &str, name: &str| {
            if terms.contains(&name) {
                return Ok(());
            }
            let near = panel_core::suggest::nearest(name, terms.iter().copied());
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            Err(format!("spatial: {what}: the formula has no term `{name}`{near}"))
        };
        if self.durbin.is_some() && !self.model.is_durbin() {
            return Err(format!("spatial: durbin: the model {} has no lags of regressors", self.model.name()));
        }
        self.durbin.iter().flatten().try_for_each(|name| known("durbin", name))?;
        for x in self.turning_point.iter().flat_map(|turning| &turning.of) {
            known("turning_point", x)?;
            known("turning_point", &format!("{x}^2"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(keys: &str, formula: &str) -> Result<(), String> {
        let column: SpatialColumn = toml::from_str(&format!("weights = \"w\"\n{keys}")).unwrap();
        column.check(&formula.parse().unwrap(), "city", Some("year"))
    }

    #[test]
    fn weights_take_the_keys_of_their_kind_and_no_other() {
        let read = |text: &str| toml::from_str::<WeightsSection>(text);
        let section = read("id = \"w\"\nkind = \"knn\"\nk = 5\nlat = \"y\"\nislands = \"keep\"").unwrap();
        assert_eq!((section.lat.as_str(), section.lon.as_str(), section.spec.id.as_str()), ("y", "lon", "w"));
        assert_eq!(section.variables(), ["y", "lon"]);
        let unknown = read("id = \"w\"\nkind = \"knn\"\nk = 5\ncutof_km = 3").unwrap_err().to_string();
        assert!(unknown.contains("cutof_km"), "{unknown}");
    }

    #[test]
    fn keys_belong_to_the_formula() {
        assert_eq!(checked("durbin = [\"x\"]\neffects = \"both\"", "y ~ x + x^2 | city + year"), Ok(()));
        assert_eq!(checked("effects = \"time\"", "y ~ x"), Ok(()));
        assert_eq!(checked("gs2sls = { lags = 2 }", "y ~ x | city | D ~ iv"), Ok(()));
        for (keys, formula, part) in [
            ("effects = \"time\"", "y ~ x | city", "something else"),
            ("", "y ~ x | region", "`region`"),
            ("durbin = [\"z\"]", "y ~ x | city", "no term `z`"),
            ("model = \"sar\"\ndurbin = [\"x\"]", "y ~ x | city", "SAR has no lags"),
            ("turning_point = { of = [\"x\"] }", "y ~ x | city", "no term `x^2`"),
            ("", "y ~ lag(y) + x | city", "Nickell"),
            ("model = \"sem\"", "y ~ x | city | D ~ iv", "not SEM"),
            ("information = \"qml\"", "y ~ x | city | D ~ iv", "`information` has no effect"),
            ("approach = \"direct\"\ngs2sls = {}", "y ~ x | city", "`approach` has no effect"),
        ] {
            let error = checked(keys, formula).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
