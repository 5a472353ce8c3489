//! Every different column of data, computed once and in parallel.

use super::column::Why;
use super::options::Studies;
use super::reach::Reach;
use panel_core::{Column, Panel};
use panel_multiverse::Universes;
use panel_multiverse::artefacts::{OptionSet, fingerprint, make_once, merge_equal};
use stages::compute::{Cache, Scope, compute};
use stages::progress::Progress;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use study::{Error, Loaded, names};

/// A column of data, or why there is none.
type Value = std::result::Result<Column, Lack>;

/// Why there is no column of data.
#[derive(Debug, Clone)]
pub(super) enum Lack {
    /// No source and no definition brings it: whoever uses it says so.
    Unknown(Arc<panel_core::Error>),
    /// It cannot be computed.
    Failed(Why),
}

/// A variable over the universes.
#[derive(Debug)]
pub(super) struct Series {
    /// Its different values.
    pub(super) values: Vec<Value>,
    /// Which of them each universe has; of values that are equal, the first.
    pub(super) of_universe: Vec<u32>,
}

/// The rows of the data over the universes.
#[derive(Debug)]
pub(super) struct Rows {
    /// Panels with different rows, that of the study as it stands first.
    pub(super) panels: Vec<Panel>,
    /// Which of them each universe has, or why it has no data.
    pub(super) of_universe: Vec<std::result::Result<u32, Why>>,
}

/// All variables that the column can use.
#[derive(Debug)]
pub(super) struct Artefacts {
    /// The rows that they are columns over.
    pub(super) rows: Rows,
    /// By name.
    pub(super) series: BTreeMap<String, Series>,
    /// Runs of indices: stage, different runs.
    pub(super) indices: Vec<(String, usize)>,
}

/// What is needed to compute the study of a universe.
pub(super) struct Workshop<'a> {
    pub(super) studies: &'a Studies<'a>,
    pub(super) reach: &'a Reach,
    pub(super) universes: &'a Universes,
    /// Told how many of the runs of an index are done, and of how many.
    pub(super) shown: &'a (dyn Fn(usize, usize) + Sync),
}

impl Workshop<'_> {
    /// Computes every variable named, under every option that can move it. `panel` is that of the data as they stand.
    pub(super) fn make(&self, panel: &Panel, cache: &Cache, needed: &BTreeSet<String>) -> Artefacts {
        let mut cache = Cache::over(&Arc::new(cache.clone()));
        let rows = self.rows(panel, &mut cache);
        let mut series: BTreeMap<String, Series> = BTreeMap::new();
        let mut indices = Vec::new();
        let used: BTreeSet<String> = needed.iter().flat_map(|name| self.reach.closure(name)).collect();
        // Indices in the order in which they run: what a later one is made from is known by then.
        for index in self.studies.loaded.study.indices.iter() {
            let names: Vec<String> =
                index.makes().into_iter().filter(|name| used.contains(*name)).map(str::to_owned).collect();
            let Some(first) = names.first() else { continue };
            let options = self.reach.options_of(first);
            let group_series = self.group(&options, &names, &mut cache);
            let anew = self.universes.project_options(&self.reach.options_anew(first));
            indices.push((index.stage(), anew.representatives.len()));
            series.extend(names.into_iter().zip(group_series).filter(|(name, _)| needed.contains(name)));
        }
        let mut groups: Vec<(OptionSet, Vec<String>)> = Vec::new();
        for name in needed.iter().filter(|name| !series.contains_key(*name)) {
            let options = self.reach.options_of(name);
            match groups.iter_mut().find(|(known, _)| *known == options) {
                Some((_, names)) => names.push(name.clone()),
                None => groups.push((options, vec![name.clone()])),
            }
        }
        for (options, names) in groups {
            let group_series = self.group(&options, &names, &mut cache);
            series.extend(names.into_iter().zip(group_series));
        }
        Artefacts { rows, series, indices }
    }

    /// The rows that options of sources and keys bring.
    fn rows(&self, panel: &Panel, cache: &mut Cache) -> Rows {
        let options = self.reach.of_rows();
        let projection = self.universes.project_options(&options);
        let known = Arc::new(std::mem::take(cache));
        let results = make_once(&vec![1; projection.representatives.len()], |job| {
            let codes = options.of(self.universes.get(projection.representatives[job] as usize));
            let mut own = Cache::over(&known);
            let read = self.studies.changed(&codes).and_then(|changed| {
                compute(&changed, Scope::Variables(&BTreeSet::new()), &mut own, &mut Progress::silent())
            });
            (read.map(|computed| computed.data.panel.clone()).map_err(Arc::new), own)
        });
        *cache = Cache::over(&known);
        let mut panels = vec![panel.clone()];
        let mut places = Vec::with_capacity(results.len());
        for (read, own) in results {
            cache.merge(own);
            places.push(read.map(|panel| {
                let known = panels.iter().position(|known| same_rows(known, &panel));
                known.unwrap_or_else(|| {
                    panels.push(panel);
                    panels.len() - 1
                }) as u32
            }));
        }
        let of_universe = projection.of_universe.iter().map(|&number| places[number as usize].clone()).collect();
        Rows { panels, of_universe }
    }

    /// Variables that the same options move.
    fn group(&self, options: &OptionSet, names: &[String], cache: &mut Cache) -> Vec<Series> {
        let projection = self.universes.project_options(options);
        let mut anew = self.reach.of_rows();
        names.iter().for_each(|name| anew.extend(&self.reach.options_anew(name)));
        let anew = self.universes.project_options(&anew).representatives;
        // What is solved first serves those that differ in what follows from it alone.
        let all = 0..projection.representatives.len();
        let (first, rest): (Vec<usize>, Vec<usize>) =
            all.partition(|&place| anew.binary_search(&projection.representatives[place]).is_ok());
        let mut values: Vec<Vec<(usize, Value)>> = vec![Vec::new(); names.len()];
        let done = AtomicUsize::new(0);
        for places in [first, rest] {
            let known = Arc::new(std::mem::take(cache));
            let results = make_once(&vec![1; places.len()], |job| {
                let codes = options.of(self.universes.get(projection.representatives[places[job]] as usize));
                let mut own = Cache::over(&known);
                let columns = match self.studies.changed(&codes) {
                    Ok(changed) => columns(&changed, names, &mut own),
                    Err(error) => vec![Err(Lack::Failed(Arc::new(error))); names.len()],
                };
                (self.shown)(done.fetch_add(1, Ordering::Relaxed) + 1, projection.representatives.len());
                (columns, own)
            });
            *cache = Cache::over(&known);
            for (place, (columns, own)) in places.into_iter().zip(results) {
                cache.merge(own);
                values.iter_mut().zip(columns).for_each(|(values, column)| values.push((place, column)));
            }
        }
        let in_order = |mut values: Vec<(usize, Value)>| {
            values.sort_unstable_by_key(|(place, _)| *place);
            values.into_iter().map(|(_, value)| value).collect::<Vec<Value>>()
        };
        values.into_iter().map(in_order).map(|values| Series::new(values, &projection.of_universe)).collect()
    }
}

impl Artefacts {
    /// When a run of one universe comes to what is lacking: the stages in turn, then the column itself.
    pub(super) fn order(&self, lack: &Lack) -> usize {
        match lack {
            Lack::Unknown(_) => usize::MAX,
            Lack::Failed(why) => match &**why {
                Error::Stage { stage, .. } | Error::NotComputed { stage, .. } => {
                    self.indices.iter().position(|(index, _)| index == stage).map_or(0, |place| place + 1)
                }
                _ => 0,
            },
        }
    }
}

/// Variables of one study; each says by itself why it is not there.
fn columns(changed: &Loaded, names: &[String], cache: &mut Cache) -> Vec<Value> {
    let needed = names::with_sources(&changed.study, names.iter().cloned());
    match compute(changed, Scope::Variables(&needed), cache, &mut Progress::silent()) {
        Ok(computed) => {
            let unknown = |error: panel_core::Error| Lack::Unknown(Arc::new(error));
            names.iter().map(|name| computed.panel.column(name).cloned().map_err(unknown)).collect()
        }
        Err(error) if names.len() == 1 => vec![Err(Lack::Failed(Arc::new(error)))],
        Err(_) => names.iter().flat_map(|name| columns(changed, std::slice::from_ref(name), cache)).collect(),
    }
}

/// Why a universe is refused.
pub(super) fn reason(error: &Error) -> String {
    match error {
        Error::Stage { stage, message } | Error::NotComputed { stage, message } => format!("{stage}: {message}"),
        other => other.to_string(),
    }
}

fn same_rows(one: &Panel, other: &Panel) -> bool {
    one.entities() == other.entities()
        && one.times().labels() == other.times().labels()
        && one.entity_of_row() == other.entity_of_row()
        && one.time_of_row() == other.time_of_row()
}

impl Rows {
    /// The one set of rows that all universes have.
    ///
    /// # Errors
    /// Where there are several.
    pub(super) fn only(&self) -> std::result::Result<&Panel, &'static str> {
        match self.panels.as_slice() {
            [panel] => Ok(panel),
            _ => Err("a choice changes the rows of the data"),
        }
    }
}

impl Series {
    fn new(values: Vec<Value>, of_universe: &[u32]) -> Self {
        let hash = |(place, value): (usize, &Value)| match value {
            Ok(Column::Float(numbers)) => fingerprint(&[numbers]),
            _ => place as u128,
        };
        let first = merge_equal(&values.iter().enumerate().map(hash).collect::<Vec<u128>>());
        let of_universe = of_universe.iter().map(|&number| first[number as usize]).collect();
        Self { values, of_universe }
    }

    /// How many different values universes have.
    pub(super) fn distinct(&self) -> usize {
        self.of_universe.iter().collect::<BTreeSet<_>>().len()
    }
}
