//! `[market]`: segmentation and integration from relative prices (Eq. 6; D11, D24).

use super::va::{lat, lon};
use super::{Index, Made, Part, Series, mean};
use crate::error::Result;
use crate::study::Parsed;
use crate::study::section::{Section, Wrong, both};
use market_seg::{Given, PriceChanges, PriceColumns, Relations, SegSpec, Weights, segmentation};
use panel_core::expr::Expr;
use panel_core::geo::{Adjacency, LatLon};
use panel_core::{Diagnostics, Keys};
use report::Text;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;

/// An index of segmentation: its columns, and what `market-seg` can be told.
#[derive(Debug, Clone, Serialize)]
pub struct Market {
    /// What the study says.
    #[serde(flatten)]
    pub own: Columns,
    /// What the method is told.
    #[serde(flatten)]
    pub choices: SegSpec,
}

/// Columns and names of an index.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Name of the index, where a study has several; results are `results/segmentation-<id>.csv`.
    pub id: Option<String>,
    /// One column per good.
    pub prices: Vec<String>,
    /// Group column of `pairs = "within-group"`.
    pub group: Option<String>,
    /// Column that lists neighbours, separated by `;`, of `pairs = "neighbours"`.
    pub neighbours: Option<String>,
    /// Longitude in degrees; `lon` where distances decide and it is absent.
    pub lon: Option<String>,
    /// Latitude in degrees; `lat` where distances decide and it is absent.
    pub lat: Option<String>,
    /// Entity set (D24).
    pub sample: Option<Parsed<Expr>>,
    /// Name of the segmentation variable; `Seg` where it is absent, followed by `_<id>` in all but the first index.
    pub seg: Option<String>,
    /// Name of the integration variable; `Mar` where it is absent, likewise.
    pub mar: Option<String>,
}

impl Section for Market {
    fn read(table: Spanned<DeTable<'_>>, place: usize) -> std::result::Result<Self, Wrong> {
        let (mut own, choices): (Columns, SegSpec) = both(table)?;
        let named =
            |given: Option<String>, usual: &str| Some(given.unwrap_or_else(|| super::usual(usual, &own.id, place)));
        let (seg, mar) = (named(own.seg.clone(), "Seg"), named(own.mar.clone(), "Mar"));
        (own.seg, own.mar) = (seg, mar);
        Ok(Self { own, choices })
    }

    fn id(&self) -> Option<&str> {
        self.own.id.as_deref()
    }
}

impl Market {
    /// The variable of segmentation.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.own.seg.as_deref().unwrap_or_default()
    }

    /// Latitude and longitude, where distances decide about pairs or weights.
    fn coordinates(&self) -> Option<[String; 2]> {
        let Columns { lat: at, lon: beside, .. } = &self.own;
        self.choices.uses_distances().then(|| [at.clone().unwrap_or_else(lat), beside.clone().unwrap_or_else(lon)])
    }

    /// What decides about pairs and weights.
    fn facts(&self, part: &Part<'_>) -> Result<Facts> {
        let at = self.coordinates().map(|[lat, lon]| part.places(&lat, &lon)).transpose()?;
        let group = self.own.group.as_ref().map(|name| groups(part, name)).transpose()?;
        let neighbours = self.own.neighbours.as_ref().map(|name| neighbours(part, name)).transpose()?;
        let (adjacency, remarks) =
            neighbours.map_or((None, Diagnostics::new()), |(known, remarks)| (Some(known), remarks));
        let gdp = match &self.choices.weights {
            Weights::Gdp { column, .. } => Some(grid(part, part.float(column)?)),
            _ => None,
        };
        Ok(Facts { at, group, adjacency, gdp, remarks })
    }
}

/// What decides about pairs and weights.
struct Facts {
    at: Option<Vec<Option<LatLon>>>,
    group: Option<Vec<u32>>,
    adjacency: Option<Adjacency>,
    gdp: Option<Vec<f64>>,
    remarks: Diagnostics,
}

impl Index for Market {
    fn stage(&self) -> String {
        super::stage("market", &self.own.id)
    }

    fn label(&self) -> Text {
        let id = self.own.id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        Text::new(format!("市场分割{id}"), self.stage())
    }

    fn file(&self) -> String {
        super::stage("segmentation", &self.own.id)
    }

    fn makes(&self) -> Vec<&str> {
        [&self.own.seg, &self.own.mar].into_iter().filter_map(|name| name.as_deref()).collect()
    }

    fn needs(&self) -> Vec<String> {
        let Columns { prices, group, neighbours, .. } = &self.own;
        let mut names: Vec<String> = prices.iter().chain(group).chain(neighbours).cloned().collect();
        if let Weights::Gdp { column, .. } = &self.choices.weights {
            names.push(column.clone());
        }
        names.extend(self.coordinates().into_iter().flatten());
        names
    }

    fn sample(&self) -> Option<&Parsed<Expr>> {
        self.own.sample.as_ref()
    }

    fn check(&self) -> std::result::Result<(), String> {
        let Columns { prices, group, neighbours, lat, lon, .. } = &self.own;
        if prices.len() < 2 {
            let n = prices.len();
            return Err(format!("prices: expected at least two goods, got {n}: it is a variance over goods"));
        }
        let given = Given {
            neighbours: neighbours.is_some(),
            group: group.is_some(),
            // They have usual names, so that only saying them where nothing needs them is a mistake.
            coordinates: lat.is_some() || lon.is_some() || self.choices.uses_distances(),
        };
        let checked = self.choices.validate().and_then(|()| self.choices.check_given(given));
        checked.map_err(|error| error.to_string())
    }

    fn key(&self) -> String {
        // Names decide nothing.
        let nameless = Columns { id: None, seg: None, mar: None, sample: None, ..self.own.clone() };
        format!("{nameless:?} {:?}", self.choices)
    }

    fn compute(&self, part: &Part<'_>) -> Result<Made> {
        let panel = &part.panel;
        let goods = &self.own.prices;
        let columns: Vec<&[f64]> = goods.iter().map(|name| part.float(name)).collect::<Result<_>>()?;
        let prices = PriceColumns { columns: &columns, keys: Keys::of_panel(panel), goods };
        let changes = PriceChanges::from_columns(&prices, self.choices.kind).map_err(|error| part.error(error))?;
        let facts = self.facts(part)?;
        let relations = Relations {
            points: facts.at.as_deref(),
            distances: None,
            adjacency: facts.adjacency.as_ref(),
            group: facts.group.as_deref(),
            gdp: facts.gdp.as_deref(),
        };
        let result = segmentation(&changes, &relations, &self.choices).map_err(|error| part.error(error))?;
        let cells = || panel.entity_of_row().iter().zip(panel.time_of_row());
        let seg: Vec<f64> = cells().map(|(&i, &t)| result.seg(i, t).unwrap_or(f64::NAN)).collect();
        let mar: Vec<f64> = cells().map(|(&i, &t)| result.mar(i, t).unwrap_or(f64::NAN)).collect();
        let columns = vec![("seg", part.spread(&seg)), ("mar", part.spread(&mar))];
        let n = goods.len();
        Ok(Made {
            stage: self.stage(),
            variables: columns.iter().map(|(_, values)| values.clone()).collect(),
            rows: part.rows.clone(),
            columns: columns.into_iter().map(|(name, values)| (name, Series::Numbers(values))).collect(),
            files: Vec::new(),
            details: Arc::new(()),
            detail: Text::new(format!("{n} 类商品的相对价格"), format!("relative prices of {n} goods")),
            sentence: format!("{n} goods, mean Mar {:.3}", mean(&mar)),
            // The remarks about price changes are among those of the result.
            diagnostics: facts.remarks.into_iter().chain(result.diagnostics).collect(),
        })
    }
}

/// One group code per entity: that of its first row with one.
fn groups(part: &Part<'_>, name: &str) -> Result<Vec<u32>> {
    let (codes, _) = part.codes(name)?;
    let mut group = vec![Relations::NO_GROUP; part.panel.n_entities()];
    for row in (0..part.panel.n_rows()).rev().filter(|&row| codes[row] != u32::MAX) {
        group[part.panel.entity_of_row()[row] as usize] = codes[row];
    }
    Ok(group)
}

/// Neighbours from a column that lists their labels; those outside the sample are passed over.
fn neighbours(part: &Part<'_>, name: &str) -> Result<(Adjacency, Diagnostics)> {
    let (codes, labels) = part.codes(name)?;
    let mut lists = vec![""; part.panel.n_entities()];
    for row in (0..part.panel.n_rows()).rev() {
        if let Some(list) = labels.get(codes[row] as usize) {
            lists[part.panel.entity_of_row()[row] as usize] = list;
        }
    }
    Adjacency::from_lists(part.panel.entities(), &lists, part.all_entities(), name).map_err(|error| part.error(error))
}

/// Values on the full entity × period grid, period fastest.
fn grid(part: &Part<'_>, values: &[f64]) -> Vec<f64> {
    let panel = &part.panel;
    let mut out = vec![f64::NAN; panel.n_entities() * panel.n_periods()];
    for (row, &value) in values.iter().enumerate() {
        out[panel.entity_of_row()[row] as usize * panel.n_periods() + panel.time_of_row()[row] as usize] = value;
    }
    out
}
