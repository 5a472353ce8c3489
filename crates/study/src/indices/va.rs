//! `[va]`: location quotients and virtual agglomeration (Eq. 4; D1–D3, D24).

use super::linked::Linked;
use super::{Index, Made, Part, Series, mean};
use crate::Parsed;
use crate::error::Result;
use crate::section::{Section, Wrong, both};
use crate::spatial::section::WeightsSection;
use panel_core::Keys;
use panel_core::expr::Expr;
use report::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;
use va_index::{Employment, Geography, VaSpec, virtual_agglomeration};

/// An index of virtual agglomeration: its columns, and what `va-index` can be told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Va {
    /// What the study says.
    #[serde(flatten)]
    pub own: Columns,
    /// What the method is told.
    #[serde(flatten)]
    pub choices: VaSpec,
    /// The weights of the study that are its distances.
    #[serde(skip)]
    linked: Linked,
}

/// Columns and names of an index.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Name of the index, where a study has several; results are `results/va-<id>.csv`.
    pub id: Option<String>,
    /// Employment of the sector.
    pub sector: String,
    /// Total employment.
    pub total: String,
    /// Longitude in degrees.
    #[serde(default = "lon")]
    pub lon: String,
    /// Latitude in degrees.
    #[serde(default = "lat")]
    pub lat: String,
    /// Id of `[[weights]]` of kind `file` whose numbers are kilometres (or hours: whatever `decay` is said in), in the place of
    /// coordinates; a pair without a number is not connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distances: Option<String>,
    /// Column of areas in km², for `own = "radius"`.
    pub area: Option<String>,
    /// Entity set (D24).
    pub sample: Option<Parsed<Expr>>,
    /// Names of the variables that it makes.
    #[serde(default)]
    pub names: Names,
}

/// Variables of an index. Where a name is absent it is `Va`, `Lq`, `Spillover`, followed by `_<id>` in all but the first
/// index of a study.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// Virtual agglomeration.
    pub va: Option<String>,
    /// Own location quotient.
    pub location_quotient: Option<String>,
    /// Spillover of the others.
    pub spillover: Option<String>,
}

pub(super) fn lon() -> String {
    "lon".into()
}

pub(super) fn lat() -> String {
    "lat".into()
}

impl Section for Va {
    fn read(table: Spanned<DeTable<'_>>, place: usize) -> std::result::Result<Self, Wrong> {
        let (mut own, choices): (Columns, VaSpec) = both(table)?;
        let Names { va, location_quotient, spillover } = std::mem::take(&mut own.names);
        let named =
            |given: Option<String>, usual: &str| Some(given.unwrap_or_else(|| super::usual(usual, &own.id, place)));
        let names = Names {
            va: named(va, "Va"),
            location_quotient: named(location_quotient, "Lq"),
            spillover: named(spillover, "Spillover"),
        };
        own.names = names;
        Ok(Self { own, choices, linked: Linked::default() })
    }

    fn id(&self) -> Option<&str> {
        self.own.id.as_deref()
    }
}

impl Va {
    /// Gives it the weights of its study.
    pub(super) fn among(&mut self, sections: &[WeightsSection], folder: &Path) {
        self.linked = Linked::among(self.own.distances.as_deref(), sections, folder);
    }

    /// The variable of virtual agglomeration.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.own.names.va.as_deref().unwrap_or_default()
    }
}

impl Index for Va {
    fn stage(&self) -> String {
        super::stage("va", &self.own.id)
    }

    fn label(&self) -> Text {
        let id = self.own.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        Text::new(format!("虚拟集聚{id}"), self.stage())
    }

    fn makes(&self) -> Vec<&str> {
        let Names { va, location_quotient, spillover } = &self.own.names;
        [va, location_quotient, spillover].into_iter().filter_map(Option::as_deref).collect()
    }

    fn needs(&self) -> Vec<String> {
        let Columns { sector, total, lon, lat, area, distances, .. } = &self.own;
        let places = [lon, lat].into_iter().filter(|_| distances.is_none());
        [sector, total].into_iter().chain(places).chain(area).cloned().chain(self.linked.variables()).collect()
    }

    fn sample(&self) -> Option<&Parsed<Expr>> {
        self.own.sample.as_ref()
    }

    fn check(&self) -> std::result::Result<(), String> {
        let checked = self.choices.validate().and_then(|()| self.choices.check_area(self.own.area.is_some()));
        checked.map_err(|error| error.to_string())?;
        if self.own.distances.is_none() {
            return Ok(());
        }
        self.linked.check_distances(self.choices.metric)
    }

    fn key(&self) -> String {
        // Names decide nothing.
        let nameless = Columns { id: None, names: Names::default(), sample: None, ..self.own.clone() };
        format!("{nameless:?} {:?} {:?}", self.choices, self.linked.sections)
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let Columns { sector, total, lon, lat, area, .. } = &self.own;
        let keys = Keys::of_panel(&part.panel);
        let data = Employment::new(keys, part.float(sector)?, part.float(total)?).named(sector, total);
        let areas = area.as_ref().map(|name| part.by_entity(name)).transpose()?;
        let index = |geography: &Geography<'_>| {
            virtual_agglomeration(&data, geography, areas.as_deref(), &self.choices).map_err(|error| part.error(error))
        };
        let (index, remarks) = if self.own.distances.is_some() {
            let (matrix, remarks) = self.linked.distances(part)?;
            (index(&Geography::Matrix(&matrix))?, remarks)
        } else {
            (index(&Geography::Points(&part.places(lat, lon)?))?, Vec::new())
        };
        let columns = vec![
            ("va", part.spread(&index.va)),
            ("location_quotient", part.spread(&index.location_quotient)),
            ("spillover", part.spread(&index.spillover)),
        ];
        Ok(Made {
            stage: self.stage(),
            variables: columns.iter().map(|(_, values)| values.clone()).collect(),
            rows: part.rows.clone(),
            sentence: format!("{} rows, mean {:.3}", part.rows.len(), mean(&columns[0].1)),
            columns: columns.into_iter().map(|(name, values)| (name, Series::Numbers(values))).collect(),
            files: Vec::new(),
            details: Arc::new(()),
            detail: Text::new("区位熵与距离衰减", "location quotients, distance decay"),
            diagnostics: remarks.into_iter().chain(index.diagnostics).collect(),
        })
    }
}
