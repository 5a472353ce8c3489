//! `[market]`: segmentation and integration from relative prices (Eq. 6; D11, D24).

use super::by_period::ByPeriod;
use super::linked::Linked;
use super::va::{lat, lon};
use super::{Details, Files, Index, Made, Part, Series, mean};
use crate::Parsed;
use crate::error::Result;
use crate::number::{full, pretty};
use crate::section::{Section, Wrong, both};
use crate::spatial::section::WeightsSection;
use market_seg::{
    BorderEffect, BorderSpec, ConvergenceSpec, ConvergenceTable, Given, PairRule, PriceChanges, PriceColumns,
    Relations, SegSpec, Weights, border_effect, convergence_table, segmentation, within_between,
};
use panel_core::expr::Expr;
use panel_core::geo::{Adjacency, DistanceMatrix, LatLon, MetricName};
use panel_core::suggest::some;
use panel_core::{Diagnostic, Diagnostics, Keys};
use report::Text;
use report::csv::push_record;
use report::numfmt::p_of_draws;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeTable;

/// An index of segmentation: its columns, and what `market-seg` can be told.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Market {
    /// What the study says.
    #[serde(flatten)]
    pub own: Columns,
    /// What the method is told.
    #[serde(flatten)]
    pub choices: SegSpec,
    /// The weights of the study that say who is next to whom.
    #[serde(skip)]
    next: Linked,
    /// Those that are distances.
    #[serde(skip)]
    far: Linked,
}

/// Columns and names of an index.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
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
    /// Id of the `[[weights]]` whose pairs are the neighbours of `pairs = "neighbours"`, in the place of a column that lists
    /// them: a matrix, polygons, a list from a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relations: Option<String>,
    /// Id of `[[weights]]` of kind `file` whose numbers are kilometres, in the place of coordinates; a pair without a number
    /// is not connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distances: Option<String>,
    /// Longitude in degrees; `lon` where distances decide and it is absent.
    pub lon: Option<String>,
    /// Latitude in degrees; `lat` where distances decide and it is absent.
    pub lat: Option<String>,
    /// Entity set (D24).
    pub sample: Option<Parsed<Expr>>,
    /// Whether the mean variance of pairs within and between groups is given by period, into a table; needs `group`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub within_between: bool,
    /// Border effect with its permutation test, into `results/segmentation-border.json` and the notes of that table; needs `group`, and holds ln distance
    /// constant where `lat` and `lon` are named.
    pub border: Option<BorderSpec>,
    /// Rows of a convergence regression, into `results/segmentation-convergence.csv`.
    pub convergence: Option<ConvergenceSpec>,
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
        Ok(Self { own, choices, next: Linked::default(), far: Linked::default() })
    }

    fn id(&self) -> Option<&str> {
        self.own.id.as_deref()
    }
}

impl Market {
    /// Gives it the weights of its study.
    pub(super) fn among(&mut self, sections: &[WeightsSection], folder: &Path) {
        self.next = Linked::among(self.own.relations.as_deref(), sections, folder);
        self.far = Linked::among(self.own.distances.as_deref(), sections, folder);
    }

    /// The variable of segmentation.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.own.seg.as_deref().unwrap_or_default()
    }

    /// Latitude and longitude, where distances decide about pairs or weights.
    fn coordinates(&self) -> Option<[String; 2]> {
        let Columns { lat: at, lon: beside, .. } = &self.own;
        (self.own.distances.is_none() && (self.choices.uses_distances() || self.asks_places()))
            .then(|| [at.clone().unwrap_or_else(lat), beside.clone().unwrap_or_else(lon)])
    }

    /// Whether places are named for what is computed beside the index.
    fn asks_places(&self) -> bool {
        let beside = self.own.border.is_some() || self.own.convergence.is_some();
        beside && (self.own.lat.is_some() || self.own.lon.is_some())
    }

    /// Whether groups are compared.
    fn compares_groups(&self) -> bool {
        self.own.within_between || self.own.border.is_some()
    }

    /// Keys of what is computed beside the index that change nothing there.
    fn check_beside(&self) -> std::result::Result<(), String> {
        let idle = |key: &str, under: &str, with: &str| {
            Err(format!("{key} has no effect {under}; leave it out, or use it with {with}"))
        };
        let border = self.own.border.map(|border| ("border", border.distance, border.min_km));
        let rows = self.own.convergence.as_ref().map(|rows| ("convergence", rows.distance, rows.min_km));
        for (section, distance, min_km) in border.into_iter().chain(rows) {
            let key = if min_km.is_some() { "min_km" } else { "distance" };
            if self.coordinates().is_none() && (min_km.is_some() || distance != MetricName::default()) {
                let under = format!("in {section} without lat and lon, which no distance is known without");
                return idle(&format!("{section}.{key}"), &under, "lat and lon");
            }
        }
        match self.own.border {
            Some(BorderSpec { permutations: 0, seed, .. }) if seed != BorderSpec::default().seed => {
                idle("border.seed", "with permutations = 0", "permutations")
            }
            _ => Ok(()),
        }
    }

    /// What decides about pairs and weights.
    fn facts(&self, part: &Part<'_>) -> Result<Facts> {
        let at = self.coordinates().map(|[lat, lon]| part.places(&lat, &lon)).transpose()?;
        let group = self.own.group.as_ref().map(|name| groups(part, name)).transpose()?;
        let mut neighbours = self.own.neighbours.as_ref().map(|name| neighbours(part, name)).transpose()?;
        if self.own.relations.is_some() {
            neighbours = Some(self.next.adjacency(part)?);
        }
        let (adjacency, mut remarks) =
            neighbours.map_or((None, Diagnostics::new()), |(known, remarks)| (Some(known), remarks));
        let distances = self.own.distances.as_ref().map(|_| self.far.distances(part)).transpose()?;
        let distances = distances.map(|(known, distance_remarks)| {
            remarks.extend(distance_remarks);
            known
        });
        let gdp = match &self.choices.weights {
            Weights::Gdp { column, .. } => Some(grid(part, part.float(column)?)),
            _ => None,
        };
        Ok(Facts { at, distances, group, adjacency, gdp, remarks })
    }
}

impl Market {
    /// Checks that neighbours and distances come from one place each, and are asked for.
    fn check_relations(&self) -> std::result::Result<(), String> {
        let Columns { neighbours, relations, distances, lat, lon, .. } = &self.own;
        if neighbours.is_some() && relations.is_some() {
            return Err("neighbours and relations both say who is next to whom; leave one out".to_owned());
        }
        if distances.is_none() {
            return Ok(());
        }
        if lat.is_some() || lon.is_some() {
            return Err("distances stands in the place of lat and lon; leave these out".to_owned());
        }
        let beside = self.own.border.is_some() || self.own.convergence.is_some();
        if !self.choices.uses_distances() && !beside {
            return Err(
                "distances has no effect without pairs = \"within-km\", weights = \"inverse-distance\", border or convergence"
                    .to_owned(),
            );
        }
        self.far.check_distances(self.choices.metric)
    }
}

/// What decides about pairs and weights.
struct Facts {
    at: Option<Vec<Option<LatLon>>>,
    distances: Option<DistanceMatrix>,
    group: Option<Vec<u32>>,
    adjacency: Option<Adjacency>,
    gdp: Option<Vec<f64>>,
    remarks: Diagnostics,
}

impl Market {
    /// Pairs within and between groups, and the border effect, where they are asked for.
    fn compared(&self, part: &Part<'_>, changes: &PriceChanges, relations: &Relations<'_>) -> Result<Option<ByPeriod>> {
        if !self.compares_groups() {
            return Ok(None);
        }
        let mut listed = ByPeriod {
            id: format!("{}-groups", self.file()),
            title: Text::new("组内与组间的市场分割", "Segmentation within and between groups"),
            ..ByPeriod::default()
        };
        listed.measures = vec![
            ("within_pairs", Text::new("组内对数", "Pairs within")),
            ("within", Text::new("组内方差", "Variance within")),
            ("between_pairs", Text::new("组间对数", "Pairs between")),
            ("between", Text::new("组间方差", "Variance between")),
        ];
        let splits = within_between(changes, relations, &self.choices).map_err(|error| part.error(error))?;
        let known = |value: f64| if value.is_nan() { Err("no pair".to_owned()) } else { Ok(value) };
        for split in splits {
            let [within, between] = [split.within_pairs, split.between_pairs].map(|pairs| Ok(pairs as f64));
            let row = vec![within, known(split.within), between, known(split.between)];
            listed.periods.push((part.panel.times().labels()[split.time as usize].clone(), row));
        }
        Ok(Some(listed))
    }
}

/// The border effect in words.
fn border_note(effect: &BorderEffect) -> Text {
    let (within, between, ratio, p) = (effect.within, effect.between, effect.ratio, effect.p_difference);
    let n = effect.permutations;
    let drawn = |p: f64| if n == 0 { String::new() } else { p_of_draws(p, n) };
    let permuted = match drawn(p) {
        none if none.is_empty() => (String::new(), String::new()),
        drawn => (format!("，置换 {drawn}（{n} 次）"), format!(", permutation {drawn} ({n} permutations)")),
    };
    let held = |before: &str, open: &str, close: &str| match (effect.adjusted, effect.p_adjusted.map(drawn)) {
        (Some(b), Some(p)) if !p.is_empty() => format!("{before} {b:.3e}{open}{p}{close}"),
        (Some(b), _) => format!("{before} {b:.3e}"),
        _ => String::new(),
    };
    let (zh, en) = (held("；控制 ln 距离后", "（", "）"), held("; with ln distance held constant", " (", ")"));
    Text::new(
        format!("边界效应：组间 {between:.3e}，组内 {within:.3e}，比 {ratio:.3}{}{zh}。", permuted.0),
        format!("Border effect: between {between:.3e}, within {within:.3e}, ratio {ratio:.3}{}{en}.", permuted.1),
    )
}

/// Pairs that the adjusted border effect is without, and the entities without a place that they are of.
fn border_remark(effect: &BorderEffect, entities: &[String], points: Option<&[Option<LatLon>]>) -> Option<Diagnostic> {
    let all = effect.within_pairs + effect.between_pairs;
    let placed = effect.adjusted_pairs.filter(|&placed| placed < all)?;
    Some(Diagnostic::warning(
        "border-places",
        format!(
            "border: {} of {all} pairs have no distance ({} without coordinates): with ln distance held constant the effect is of {placed} pairs, all other figures are of {all}",
            all - placed,
            placeless(entities, points)
        ),
    ))
}

/// The same of the rows of a convergence regression.
fn convergence_remark(
    table: &ConvergenceTable,
    entities: &[String],
    points: Option<&[Option<LatLon>]>,
) -> Option<Diagnostic> {
    let without = table.ln_km.as_ref()?.iter().filter(|ln_km| ln_km.is_nan()).count();
    (without > 0).then(|| {
        Diagnostic::warning(
            "convergence-places",
            format!(
                "convergence: {without} of {} rows have an empty ln_km ({} without coordinates)",
                table.change.len(),
                placeless(entities, points)
            ),
        )
    })
}

fn placeless(entities: &[String], points: Option<&[Option<LatLon>]>) -> String {
    let without = entities.iter().zip(points.unwrap_or_default()).filter(|(_, point)| point.is_none());
    some(&without.map(|(entity, _)| entity.as_str()).collect::<Vec<&str>>())
}

impl Index for Market {
    fn table(&self) -> Option<String> {
        self.compares_groups().then(|| format!("{}-groups", self.file()))
    }

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
        names.extend(self.next.variables().chain(self.far.variables()));
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
        if self.compares_groups() && group.is_none() {
            let key = if self.own.within_between { "within_between" } else { "border" };
            return Err(format!("{key} needs group: the column of the groups that are compared"));
        }
        self.check_beside()?;
        let by_group = self.choices.pairs == PairRule::WithinGroup;
        if self.compares_groups() && by_group {
            return Err("pairs = \"within-group\": no pair is left between the groups that are compared".to_owned());
        }
        self.check_relations()?;
        let beside = self.compares_groups() || self.own.convergence.is_some();
        let given = Given {
            neighbours: neighbours.is_some() || self.own.relations.is_some(),
            group: group.is_some() && (by_group || !beside),
            // They have usual names, so that only saying them where nothing needs them is a mistake.
            coordinates: (lat.is_some() || lon.is_some()) && !self.asks_places() || self.choices.uses_distances(),
        };
        let checked = self.choices.validate().and_then(|()| self.choices.check_given(given));
        checked.map_err(|error| error.to_string())
    }

    fn key(&self) -> String {
        // Names decide nothing.
        let nameless = Columns { id: None, seg: None, mar: None, sample: None, ..self.own.clone() };
        format!("{nameless:?} {:?} {:?} {:?}", self.choices, self.next.sections, self.far.sections)
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
            distances: facts.distances.as_ref(),
            adjacency: facts.adjacency.as_ref(),
            group: facts.group.as_deref(),
            gdp: facts.gdp.as_deref(),
        };
        let result = segmentation(&changes, &relations, &self.choices).map_err(|error| part.error(error))?;
        let cells = || panel.entity_of_row().iter().zip(panel.time_of_row());
        let mut compared = self.compared(part, &changes, &relations)?;
        let (mut files, mut beside) = (Files::new(), Diagnostics::new());
        if let (Some(choices), Some(listed)) = (&self.own.border, &mut compared) {
            let effect = border_effect(&changes, &relations, &self.choices, choices);
            let effect = effect.map_err(|error| part.error(error))?;
            listed.notes.push(border_note(&effect));
            beside.extend(border_remark(&effect, panel.entities(), relations.points));
            files.push(("-border.json".into(), pretty(&effect).into_bytes()));
        }
        let listed = compared.as_ref().map(|listed| ("-groups.csv".to_owned(), listed.csv(panel.time_name())));
        files.extend(listed);
        if let Some(choices) = &self.own.convergence {
            let table = convergence_table(&changes, &relations, &self.choices, choices);
            let table = table.map_err(|error| part.error(error))?;
            beside.extend(convergence_remark(&table, panel.entities(), relations.points));
            files.push(("-convergence.csv".into(), converging(part, goods, &table)));
        }
        let seg: Vec<f64> = cells().map(|(&i, &t)| result.seg(i, t).unwrap_or(f64::NAN)).collect();
        let mar: Vec<f64> = cells().map(|(&i, &t)| result.mar(i, t).unwrap_or(f64::NAN)).collect();
        let columns = vec![("seg", part.spread(&seg)), ("mar", part.spread(&mar))];
        let n = goods.len();
        Ok(Made {
            stage: self.stage(),
            variables: columns.iter().map(|(_, values)| values.clone()).collect(),
            rows: part.rows.clone(),
            columns: columns.into_iter().map(|(name, values)| (name, Series::Numbers(values))).collect(),
            files,
            details: compared.map_or_else(|| Arc::new(()) as Arc<dyn Details>, |listed| Arc::new(listed)),
            detail: Text::new(format!("{n} 类商品的相对价格"), format!("relative prices of {n} goods")),
            sentence: format!("{n} goods, mean Mar {:.3}", mean(&mar)),
            // The remarks about price changes are among those of the result.
            diagnostics: facts.remarks.into_iter().chain(result.diagnostics).chain(beside).collect(),
        })
    }
}

/// Rows of a convergence regression as a file: both entities, good, period, the change and what explains it.
fn converging(part: &Part<'_>, goods: &[String], table: &ConvergenceTable) -> Vec<u8> {
    let lags: Vec<String> = (1..=table.lagged_changes.len()).map(|lag| format!("lagged_change_{lag}")).collect();
    let mut header = vec!["entity", "partner", "good", "time", "change", "lagged_level"];
    header.extend(lags.iter().map(String::as_str));
    header.extend(table.ln_km.as_ref().map(|_| "ln_km"));
    header.extend(table.border.as_ref().map(|_| "border"));
    let mut out = String::new();
    push_record(&mut out, header);
    let (entities, times) = (part.panel.entities(), part.panel.times().labels());
    for row in 0..table.change.len() {
        let mut cells = vec![
            entities[table.entity[row] as usize].clone(),
            entities[table.partner[row] as usize].clone(),
            goods[table.good[row] as usize].clone(),
            times[table.time[row] as usize].clone(),
            full(table.change[row]),
            full(table.lagged_level[row]),
        ];
        cells.extend(table.lagged_changes.iter().map(|lag| full(lag[row])));
        cells.extend(table.ln_km.iter().chain(&table.border).map(|column| full(column[row])));
        push_record(&mut out, cells.iter().map(String::as_str));
    }
    out.into_bytes()
}

/// One group code per entity.
pub(super) fn groups(part: &Part<'_>, name: &str) -> Result<Vec<u32>> {
    let (codes, _) = part.code_by_entity(name)?;
    Ok(codes.into_iter().map(|code| code.unwrap_or(Relations::NO_GROUP)).collect())
}

/// Neighbours from a column that lists their labels; those outside the sample are passed over.
fn neighbours(part: &Part<'_>, name: &str) -> Result<(Adjacency, Diagnostics)> {
    let (codes, labels) = part.code_by_entity(name)?;
    let lists: Vec<&str> = codes.iter().map(|code| code.map_or("", |code| labels[code as usize].as_str())).collect();
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
