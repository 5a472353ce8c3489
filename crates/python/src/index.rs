//! Indices: virtual agglomeration, market segmentation, spatial association, entropy weights, capital stocks.

use crate::error::{Failure, Result};
use crate::frame::{Columns, Frame};
use crate::options::{given, read, text};
use crate::source::{Keyed, Source};
use crate::work;
use market_seg::{Given, PriceChanges, PriceColumns, Relations, SegSpec, segmentation};
use panel_core::capital::{InitialStock, PerpetualInventory, Prices, capital_stock};
use panel_core::column::number_codes;
use panel_core::geo::{Adjacency, points_by_entity};
use panel_core::index::{Direction, EntropySpec, entropy_index};
use panel_core::io::{SpatialFile, read_spatial};
use panel_core::{Column, Diagnostic, Keys, Panel};
use panel_spatial::association::GlobalTest;
use panel_spatial::{WeightsFile, WeightsInputs, WeightsSpec};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use va_index::{Employment, Geography, VaSpec, virtual_agglomeration};

/// Location quotient, spillover and virtual agglomeration; `options` are the keys of a study's `[va]`.
#[pyfunction]
#[pyo3(signature = (data, sector, total, lat, lon, unit, time=None, **options))]
pub(crate) fn va(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    sector: String,
    total: String,
    lat: String,
    lon: String,
    unit: &str,
    time: Option<&str>,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Frame> {
    let mut options = given(options)?;
    let area = text(&mut options, "area")?;
    let spec: VaSpec = read(options)?;
    spec.check_area(area.is_some()).map_err(Failure::from)?;
    let columns = [&sector, &total, &lat, &lon].into_iter().chain(&area).map(String::as_str);
    let table = Source::new(data)?.table(Keyed::of(unit, time), columns)?;
    let result = work::run(py, "va", move || {
        let panel = table.panel()?;
        let employment = Employment::new(Keys::of_panel(&panel), panel.float(&sector)?, panel.float(&total)?);
        let points = points_by_entity(&panel, &lat, &lon)?;
        let areas = area.as_ref().map(|name| first_of_entity(&panel, name)).transpose()?;
        let data = employment.named(&sector, &total);
        let index = virtual_agglomeration(&data, &Geography::Points(&points), areas.as_deref(), &spec)?;
        let mut columns = Columns::all_keys(&panel);
        columns.numbers("va", index.va);
        columns.numbers("location_quotient", index.location_quotient);
        columns.numbers("spillover", index.spillover);
        Ok(columns.remarks(&index.diagnostics))
    })?;
    result.frame()
}

/// The first value of each entity; none where it has no value.
fn first_of_entity(panel: &Panel, name: &str) -> Result<Vec<f64>> {
    let values = panel.float(name)?;
    let first = |rows: std::ops::Range<usize>| values[rows].iter().copied().find(|value| !value.is_nan());
    Ok(panel.entity_rows().map(|rows| first(rows).unwrap_or(f64::NAN)).collect())
}

/// Columns that relations between entities are read from.
struct Related {
    group: Option<String>,
    neighbours: Option<String>,
    lat: Option<String>,
    lon: Option<String>,
    gdp: Option<String>,
}

impl Related {
    fn take(options: &mut Map<String, Value>) -> Result<(Self, SegSpec)> {
        let mut column = |key: &str| text(options, key);
        let (group, neighbours) = (column("group")?, column("neighbours")?);
        let (lat, lon) = (column("lat")?, column("lon")?);
        let spec: SegSpec = read(std::mem::take(options))?;
        let given = Given {
            neighbours: neighbours.is_some(),
            group: group.is_some(),
            coordinates: lat.is_some() || lon.is_some() || spec.uses_distances(),
        };
        spec.validate()?;
        spec.check_given(given)?;
        let usual =
            |given: Option<String>, name: &str| given.or_else(|| spec.uses_distances().then(|| name.to_owned()));
        let gdp = match &spec.weights {
            market_seg::Weights::Gdp { column, .. } => Some(column.clone()),
            _ => None,
        };
        Ok((Self { group, neighbours, lat: usual(lat, "lat"), lon: usual(lon, "lon"), gdp }, spec))
    }

    fn columns(&self) -> impl Iterator<Item = &String> {
        [&self.group, &self.neighbours, &self.lat, &self.lon, &self.gdp].into_iter().flatten()
    }
}

/// Codes of a column, text or numbers.
fn codes(panel: &Panel, name: &str) -> Result<Vec<u32>> {
    Ok(match panel.column(name)? {
        Column::Text(text) => text.codes().to_vec(),
        Column::Float(values) => number_codes(values).0,
    })
}

/// Market segmentation and integration; `options` are the keys of a study's `[market]`.
#[pyfunction]
#[pyo3(signature = (data, prices, unit, time, **options))]
pub(crate) fn seg(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    prices: Vec<String>,
    unit: &str,
    time: &str,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Frame> {
    let mut options = given(options)?;
    let (related, spec) = Related::take(&mut options)?;
    if prices.len() < 2 {
        return Err(Failure::spec("prices: expected at least two goods: it is a variance over goods").into());
    }
    let columns = prices.iter().chain(related.columns()).map(String::as_str);
    let table = Source::new(data)?.table(Keyed::Panel(unit, time), columns)?;
    let result = work::run(py, "seg", move || segmented(&table.panel()?, &prices, &related, &spec))?;
    result.frame()
}

fn segmented(panel: &Panel, goods: &[String], related: &Related, spec: &SegSpec) -> Result<Columns> {
    let columns = goods.iter().map(|name| Ok(panel.float(name)?)).collect::<Result<Vec<_>>>()?;
    let prices = PriceColumns { columns: &columns, keys: Keys::of_panel(panel), goods };
    let changes = PriceChanges::from_columns(&prices, spec.kind)?;
    let points = match (&related.lat, &related.lon) {
        (Some(lat), Some(lon)) => Some(points_by_entity(panel, lat, lon)?),
        _ => None,
    };
    let mut remarks: Vec<Diagnostic> = Vec::new();
    let adjacency = match &related.neighbours {
        None => None,
        Some(name) => {
            let mut lists = vec![""; panel.n_entities()];
            if let Column::Text(text) = panel.column(name)? {
                for row in (0..panel.n_rows()).rev() {
                    if let Some(list) = text.get(row) {
                        lists[panel.entity_of_row()[row] as usize] = list;
                    }
                }
            }
            let (known, list_remarks) = Adjacency::from_lists(panel.entities(), &lists, panel.entities(), name)?;
            remarks.extend(list_remarks);
            Some(known)
        }
    };
    let group = related.group.as_ref().map(|name| -> Result<Vec<u32>> {
        let codes = codes(panel, name)?;
        let mut group = vec![Relations::NO_GROUP; panel.n_entities()];
        for row in (0..panel.n_rows()).rev().filter(|&row| codes[row] != u32::MAX) {
            group[panel.entity_of_row()[row] as usize] = codes[row];
        }
        Ok(group)
    });
    let group = group.transpose()?;
    let gdp = related.gdp.as_ref().map(|name| grid(panel, name)).transpose()?;
    let relations = Relations {
        points: points.as_deref(),
        distances: None,
        adjacency: adjacency.as_ref(),
        group: group.as_deref(),
        gdp: gdp.as_deref(),
    };
    let result = segmentation(&changes, &relations, spec)?;
    let cells = || panel.entity_of_row().iter().zip(panel.time_of_row());
    let mut columns = Columns::all_keys(panel);
    columns.optional("seg", cells().map(|(&i, &t)| result.seg(i, t)));
    columns.optional("mar", cells().map(|(&i, &t)| result.mar(i, t)));
    remarks.extend(result.diagnostics);
    Ok(columns.remarks(&remarks))
}

/// Values on the grid of entities and periods, period fastest.
fn grid(panel: &Panel, name: &str) -> Result<Vec<f64>> {
    let mut out = vec![f64::NAN; panel.n_entities() * panel.n_periods()];
    for (row, &value) in panel.float(name)?.iter().enumerate() {
        out[panel.entity_of_row()[row] as usize * panel.n_periods() + panel.time_of_row()[row] as usize] = value;
    }
    Ok(out)
}

/// Moran's I of a variable in every period; `options` are the keys of a study's `[[weights]]`.
#[pyfunction]
#[pyo3(signature = (data, variable, unit, time=None, *, lat="lat", lon="lon", permutations=999, seed=20_132_020,
    **options))]
pub(crate) fn moran(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    variable: String,
    unit: &str,
    time: Option<&str>,
    lat: &str,
    lon: &str,
    permutations: usize,
    seed: u64,
    options: Option<&Bound<'_, PyDict>>,
) -> PyResult<Frame> {
    let mut options = given(options)?;
    options.entry("kind").or_insert_with(|| "inverse-distance".into());
    options.insert("id".into(), "W".into());
    let needs_places = options
        .get("kind")
        .and_then(Value::as_str)
        .is_some_and(|kind| ["inverse-distance", "kernel", "knn", "band"].contains(&kind));
    let other = options.get("variable").and_then(Value::as_str).map(str::to_owned);
    let spec: WeightsSpec = read(options)?;
    let mut columns = vec![variable.as_str()];
    columns.extend(other.as_deref());
    if needs_places {
        columns.extend([lat, lon]);
    }
    let (lat, lon) = (lat.to_owned(), lon.to_owned());
    let table = Source::new(data)?.table(Keyed::of(unit, time), columns)?;
    let result = work::run(py, format!("moran {variable}"), move || {
        let panel = table.panel()?;
        let points = needs_places.then(|| points_by_entity(&panel, &lat, &lon)).transpose()?;
        let inputs = WeightsInputs {
            labels: panel.entities(),
            points: points.as_deref(),
            file: &|file, id_field| {
                Ok(match read_spatial(file, id_field)? {
                    SpatialFile::Weights { labels, triplets } => WeightsFile::Triplets { labels, triplets },
                    SpatialFile::Polygons { labels, polygons } => WeightsFile::Polygons { labels, polygons },
                })
            },
            variable: &|name, _| {
                first_of_entity(&panel, name).map_err(|_| panel_spatial::Error::UnknownName {
                    what: "variable",
                    name: name.to_owned(),
                    known: panel.names().to_vec(),
                })
            },
            known: &BTreeMap::new(),
        };
        let (weights, mut remarks) = spec.build(&inputs)?;
        let mut tests = Vec::new();
        for (period, values) in by_period(&panel, &variable)?.into_iter().enumerate() {
            let seed = seed.wrapping_add(period as u64);
            match panel_spatial::moran(&values, &weights, permutations, seed) {
                Ok(test) => tests.push((period, test)),
                Err(error @ panel_spatial::Error::Undefined { .. }) => {
                    let label = &panel.times().labels()[period];
                    remarks.push(Diagnostic::warning("not-computed", format!("{label}: {error}")));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(moran_columns(&panel, &tests).remarks(&remarks))
    })?;
    result.frame()
}

/// The values of each period, one per entity.
fn by_period(panel: &Panel, name: &str) -> Result<Vec<Vec<f64>>> {
    let mut periods = vec![vec![f64::NAN; panel.n_entities()]; panel.n_periods()];
    for (row, &value) in panel.float(name)?.iter().enumerate() {
        periods[panel.time_of_row()[row] as usize][panel.entity_of_row()[row] as usize] = value;
    }
    Ok(periods)
}

fn moran_columns(panel: &Panel, tests: &[(usize, GlobalTest)]) -> Columns {
    let mut columns = Columns::default();
    if panel.time_name() != "(none)" {
        columns.labels(panel.time_name(), panel.times().labels(), tests.iter().map(|(period, _)| *period as u32));
    }
    let values = |value: fn(&GlobalTest) -> Option<f64>| tests.iter().map(|(_, test)| value(test)).collect::<Vec<_>>();
    columns.optional("statistic", values(|test| Some(test.statistic)));
    columns.optional("expected", values(|test| Some(test.expected)));
    columns.optional("z_normal", values(|test| test.z_normal));
    columns.optional("p_normal", values(|test| test.p_normal));
    columns.optional("z_random", values(|test| test.z_random));
    columns.optional("p_random", values(|test| test.p_random));
    columns.optional("p_permutation", values(|test| test.permutation.map(|test| test.p_two_sided)));
    columns.whole("n", tests.iter().map(|(_, test)| test.n as i64).collect());
    columns
}

/// Entropy weights of indicators; `-name` is one of which less is better.
#[pyfunction]
#[pyo3(signature = (data, indicators, *, shift=1e-4))]
pub(crate) fn entropy_weights(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    indicators: Vec<String>,
    shift: f64,
) -> PyResult<Frame> {
    let signed: Vec<(String, Direction)> = indicators
        .iter()
        .map(|name| match name.strip_prefix('-') {
            Some(name) => (name.trim().to_owned(), Direction::Cost),
            None => (name.strip_prefix('+').unwrap_or(name).trim().to_owned(), Direction::Benefit),
        })
        .collect();
    let table = Source::new(data)?.table(Keyed::Rows, signed.iter().map(|(name, _)| name.as_str()))?;
    let result = work::run(py, "entropy_weights", move || {
        let panel = table.panel()?;
        let mut columns = Vec::new();
        for (name, direction) in &signed {
            columns.push((name.as_str(), panel.float(name)?, *direction));
        }
        let index = entropy_index(&columns, &EntropySpec { shift })?;
        let mut columns = Columns::default();
        columns.words("indicator", signed.iter().map(|(name, _)| Some(name)));
        let sign = |direction: Direction| if direction == Direction::Cost { "-" } else { "+" };
        columns.words("sign", signed.iter().map(|(_, direction)| Some(sign(*direction))));
        columns.numbers("entropy", index.entropies);
        columns.numbers("weight", index.weights);
        let values: Vec<Value> = index.values.iter().map(|&value| json!(value)).collect();
        Ok(columns.remarks(&index.diagnostics).summary(json!({ "n": index.n, "index": values })))
    })?;
    result.frame()
}

/// Capital stocks by perpetual inventory.
#[pyfunction]
#[pyo3(signature = (data, investment, unit, time, *, prices=None, price_kind="previous-period", depreciation=0.096,
    initial="rate", rate=None, base=None))]
pub(crate) fn pim(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    investment: String,
    unit: &str,
    time: &str,
    prices: Option<String>,
    price_kind: &str,
    depreciation: f64,
    initial: &str,
    rate: Option<f64>,
    base: Option<&Bound<'_, PyAny>>,
) -> PyResult<Frame> {
    let level = match price_kind {
        "previous-period" => false,
        "level" => true,
        other => {
            return Err(
                Failure::spec(format!("unknown price_kind `{other}`; expected previous-period or level")).into()
            );
        }
    };
    if prices.is_none() && level {
        return Err(Failure::spec("price_kind has no effect without prices").into());
    }
    if rate.is_some() && initial != "rate" {
        return Err(Failure::spec("rate has no effect unless initial = \"rate\"").into());
    }
    let base = base.map(|base| Ok::<_, PyErr>(base.str()?.to_string())).transpose()?;
    let given = (!["rate", "growth"].contains(&initial)).then(|| initial.to_owned());
    let growth = initial == "growth";
    let columns = std::iter::once(&investment).chain(&prices).chain(&given).map(String::as_str);
    let table = Source::new(data)?.table(Keyed::Panel(unit, time), columns)?;
    let result = work::run(py, format!("pim {investment}"), move || {
        let panel = table.panel()?;
        let initial = match &given {
            Some(column) => InitialStock::Given(panel.float(column)?.to_vec()),
            None if growth => InitialStock::Growth,
            None => InitialStock::Rate(rate.unwrap_or(0.10)),
        };
        let of_investment = match &prices {
            None => Prices::Constant,
            Some(name) if level => Prices::Level(panel.float(name)?),
            Some(name) => Prices::PreviousPeriod(panel.float(name)?),
        };
        let spec = PerpetualInventory { depreciation, base, initial };
        let stock = capital_stock(&panel, panel.float(&investment)?, of_investment, &spec)?;
        let mut columns = Columns::all_keys(&panel);
        columns.numbers("capital", stock.values);
        Ok(columns.remarks(&stock.diagnostics).summary(json!({ "growth": stock.growth })))
    })?;
    result.frame()
}
