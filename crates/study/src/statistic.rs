//! What can be computed of a regression, by the words of `diagnostics` and `stats`.

use panel_core::suggest::nearest;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A statistic of a regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Statistic {
    /// Overall R².
    R2,
    /// Adjusted R².
    AdjR2,
    /// R² within all fixed effects.
    R2Within,
    /// R² within entities.
    R2WithinEntity,
    /// Root mean squared error.
    Rmse,
    /// Entities in the sample.
    Entities,
    /// Periods in the sample.
    Periods,
    /// Joint test of the slopes.
    Wald,
    /// Anderson's LM, or Kleibergen-Paap rk LM.
    UnderId,
    /// Cragg-Donald Wald F.
    WeakId,
    /// Kleibergen-Paap rk Wald F.
    WeakIdRobust,
    /// Sargan, or Hansen J.
    OverId,
    /// C test of the endogenous regressors.
    Endogeneity,
    /// Wu-Hausman F.
    WuHausman,
    /// Basmann's F.
    Basmann,
    /// Anderson-Rubin likelihood ratio of LIML.
    LimlOverId,
    /// Anderson-Rubin F that the endogenous coefficients are zero together.
    AndersonRubin,
    /// Anderson-Rubin set of the coefficient of one endogenous regressor.
    AndersonRubinSet,
    /// Stock-Wright S.
    StockWright,
    /// Effective F of Montiel Olea and Pflueger.
    EffectiveF,
    /// F of the first stage of each endogenous regressor.
    FirstStageF,
    /// Partial R² of the instruments in each first stage.
    PartialR2,
    /// Shea's partial R².
    SheaR2,
    /// Sanderson and Windmeijer's conditional F.
    SandersonWindmeijer,
    /// Angrist and Pischke's multivariate F.
    AngristPischke,
    /// Reduced forms.
    ReducedForms,
    /// Variance inflation factors.
    Vif,
    /// Hausman's contrast of fixed and random effects.
    Hausman,
    /// Mundlak's test of the entity means.
    Mundlak,
    /// Pesaran's CD.
    PesaranCd,
    /// Modified Wald test of one error variance for all entities.
    ModifiedWald,
    /// Wooldridge's test of serial correlation.
    Wooldridge,
    /// Leverage, Cook's distance, studentised residuals.
    Influence,
}

/// Which regressions have a statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    /// All.
    Any,
    /// Those with instruments.
    Instruments,
    /// Least squares.
    LeastSquares,
}

impl Statistic {
    /// All of them with their words.
    pub const ALL: [(Self, &'static str); 33] = [
        (Self::R2, "r2"),
        (Self::AdjR2, "adj_r2"),
        (Self::R2Within, "r2_within"),
        (Self::R2WithinEntity, "r2_within_entity"),
        (Self::Rmse, "rmse"),
        (Self::Entities, "n_entities"),
        (Self::Periods, "n_periods"),
        (Self::Wald, "wald"),
        (Self::UnderId, "under_id"),
        (Self::WeakId, "weak_id"),
        (Self::WeakIdRobust, "weak_id_robust"),
        (Self::OverId, "over_id"),
        (Self::Endogeneity, "endogeneity"),
        (Self::WuHausman, "wu_hausman"),
        (Self::Basmann, "basmann"),
        (Self::LimlOverId, "liml_over_id"),
        (Self::AndersonRubin, "anderson_rubin"),
        (Self::AndersonRubinSet, "anderson_rubin_set"),
        (Self::StockWright, "stock_wright"),
        (Self::EffectiveF, "effective_f"),
        (Self::FirstStageF, "f_first"),
        (Self::PartialR2, "partial_r2"),
        (Self::SheaR2, "shea_r2"),
        (Self::SandersonWindmeijer, "sanderson_windmeijer"),
        (Self::AngristPischke, "angrist_pischke"),
        (Self::ReducedForms, "reduced_forms"),
        (Self::Vif, "vif"),
        (Self::Hausman, "hausman"),
        (Self::Mundlak, "mundlak"),
        (Self::PesaranCd, "pesaran_cd"),
        (Self::ModifiedWald, "modified_wald"),
        (Self::Wooldridge, "wooldridge"),
        (Self::Influence, "influence"),
    ];

    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// Whether it is one number per first stage: the records of a column with instruments have it anyway.
    #[must_use]
    pub fn is_first_stage(self) -> bool {
        matches!(
            self,
            Self::FirstStageF | Self::PartialR2 | Self::SheaR2 | Self::SandersonWindmeijer | Self::AngristPischke
        )
    }

    /// Whether it is computed of every regression that has it: every table can show it, none asks for it.
    #[must_use]
    pub fn is_fit(self) -> bool {
        self.is_first_stage()
            || matches!(
                self,
                Self::R2
                    | Self::AdjR2
                    | Self::R2Within
                    | Self::R2WithinEntity
                    | Self::Rmse
                    | Self::Entities
                    | Self::Periods
            )
    }

    /// Whether it is one number, which a cell of a table can hold.
    #[must_use]
    pub fn is_number(self) -> bool {
        !matches!(self, Self::AndersonRubinSet | Self::ReducedForms | Self::Influence)
    }

    /// Which regressions have it.
    pub(super) fn has(self) -> Has {
        match self {
            Self::UnderId
            | Self::WeakId
            | Self::WeakIdRobust
            | Self::OverId
            | Self::Endogeneity
            | Self::WuHausman
            | Self::Basmann
            | Self::LimlOverId
            | Self::AndersonRubin
            | Self::AndersonRubinSet
            | Self::StockWright
            | Self::EffectiveF
            | Self::FirstStageF
            | Self::PartialR2
            | Self::SheaR2
            | Self::SandersonWindmeijer
            | Self::AngristPischke
            | Self::ReducedForms => Has::Instruments,
            Self::Vif | Self::Hausman | Self::Mundlak | Self::Wooldridge | Self::Influence => Has::LeastSquares,
            _ => Has::Any,
        }
    }

    /// Whether a regression, with instruments or without, has it.
    #[must_use]
    pub fn is_of(self, instruments: bool) -> bool {
        match self.has() {
            Has::Any => true,
            Has::Instruments => instruments,
            Has::LeastSquares => !instruments,
        }
    }
}

/// A list of the statistics of which `is` holds.
fn list_of(is: fn(Statistic) -> bool) -> Schema {
    let accepted = Statistic::ALL.iter().filter(|(statistic, _)| is(*statistic));
    let names: Vec<&str> = accepted.map(|(_, name)| *name).collect();
    json_schema!({ "type": "array", "items": { "type": "string", "enum": names } })
}

/// What `stats` may hold: whatever is one number.
pub(super) fn shown(_: &mut SchemaGenerator) -> Schema {
    list_of(Statistic::is_number)
}

/// What `diagnostics` may hold: whatever is not computed anyway.
pub(super) fn asked(_: &mut SchemaGenerator) -> Schema {
    list_of(|statistic| !statistic.is_fit())
}

impl FromStr for Statistic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.map(|(_, name)| name);
        Self::ALL.iter().find(|(_, name)| *name == text.trim()).map(|(statistic, _)| *statistic).ok_or_else(|| {
            let near = nearest(text, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            format!("no statistic `{text}`{near}; expected {}", known.join(", "))
        })
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl TryFrom<String> for Statistic {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Statistic> for String {
    fn from(statistic: Statistic) -> Self {
        statistic.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_the_nearest_of_them() {
        for (statistic, name) in Statistic::ALL {
            assert_eq!((name.parse(), statistic.name()), (Ok(statistic), name));
        }
        let error = "hausmann".parse::<Statistic>().unwrap_err();
        assert!(error.starts_with("no statistic `hausmann`; did you mean `hausman`?; expected r2, "), "{error}");
    }
}
