//! Every different column of data, computed once and in parallel.

use super::options::changed;
use super::reach::Reach;
use panel_core::{Column, Panel};
use panel_multiverse::artefacts::{fingerprint, make_once, merge_equal};
use panel_multiverse::{Grid, Universes};
use stages::compute::{Cache, Scope, compute};
use stages::progress::Progress;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use study::Loaded;
use study::names;
use study::{Error, Result};

/// A variable over the universes.
#[derive(Debug)]
pub(super) struct Series {
    /// Its different values, or why there are none.
    pub(super) values: Vec<std::result::Result<Column, Arc<str>>>,
    /// Which of them each universe has; of values that are equal, the first.
    pub(super) of_universe: Vec<u32>,
}

/// All variables that the column can use.
#[derive(Debug)]
pub(super) struct Artefacts {
    /// The panel that they are columns of.
    pub(super) panel: Panel,
    /// By name.
    pub(super) series: BTreeMap<String, Series>,
    /// Runs of indices: stage, different runs.
    pub(super) indices: Vec<(String, usize)>,
}

/// What is needed to compute the study of a universe.
pub(super) struct Workshop<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) grid: &'a Grid,
    pub(super) reach: &'a Reach,
    pub(super) universes: &'a Universes,
    /// Told how many of the runs of an index are done, and of how many.
    pub(super) shown: &'a (dyn Fn(usize, usize) + Sync),
}

impl Workshop<'_> {
    /// Computes every variable named, under every option that can move it.
    ///
    /// # Errors
    /// Those of the study as it stands.
    pub(super) fn make(&self, panel: &Panel, cache: &Cache, needed: &BTreeSet<String>) -> Result<Artefacts> {
        let mut cache = cache.clone();
        let mut series: BTreeMap<String, Series> = BTreeMap::new();
        let mut indices = Vec::new();
        let used: BTreeSet<String> = needed.iter().flat_map(|name| self.reach.closure(name)).collect();
        // Indices in the order in which they run: what a later one is made from is known by then.
        for index in self.loaded.study.indices.iter() {
            let names: Vec<String> =
                index.makes().into_iter().filter(|name| used.contains(*name)).map(str::to_owned).collect();
            let Some(first) = names.first() else { continue };
            let choices = self.reach.choices_of(first);
            let made = self.group(panel, &choices, &names, &mut cache);
            indices
                .push((index.stage(), self.universes.project(&self.reach.choices_anew(first)).representatives.len()));
            series.extend(names.into_iter().zip(made).filter(|(name, _)| needed.contains(name)));
        }
        let mut groups: BTreeMap<Vec<usize>, Vec<String>> = BTreeMap::new();
        for name in needed.iter().filter(|name| !series.contains_key(*name)) {
            groups.entry(self.reach.choices_of(name)).or_default().push(name.clone());
        }
        for (choices, names) in groups {
            let made = self.group(panel, &choices, &names, &mut cache);
            series.extend(names.into_iter().zip(made));
        }
        Ok(Artefacts { panel: panel.clone(), series, indices })
    }

    /// Variables that the same choices move.
    fn group(&self, panel: &Panel, choices: &[usize], names: &[String], cache: &mut Cache) -> Vec<Series> {
        let projection = self.universes.project(choices);
        let anew: BTreeSet<usize> = names.iter().flat_map(|name| self.reach.choices_anew(name)).collect();
        let anew = self.universes.project(&anew.into_iter().collect::<Vec<usize>>()).representatives;
        // What is solved first serves those that differ in what follows from it alone.
        let all = 0..projection.representatives.len();
        let (first, rest): (Vec<usize>, Vec<usize>) =
            all.partition(|&place| anew.binary_search(&projection.representatives[place]).is_ok());
        let mut values = vec![vec![Err(Arc::from("")); projection.representatives.len()]; names.len()];
        let done = AtomicUsize::new(0);
        for places in [first, rest] {
            let known = &*cache;
            let made = make_once(&vec![1; places.len()], |job| {
                let codes = self.universes.get(projection.representatives[places[job]] as usize);
                let mut own = known.clone();
                let columns = match changed(self.loaded, self.grid, codes, choices) {
                    Ok(changed) => columns(&changed, panel, names, &mut own),
                    Err(error) => vec![Err(Arc::from(error.message())); names.len()],
                };
                (self.shown)(done.fetch_add(1, Ordering::Relaxed) + 1, projection.representatives.len());
                (columns, own)
            });
            for (place, (columns, own)) in places.into_iter().zip(made) {
                cache.merge(own);
                values.iter_mut().zip(columns).for_each(|(values, column)| values[place] = column);
            }
        }
        values.into_iter().map(|values| Series::new(values, &projection.of_universe)).collect()
    }
}

/// Variables of one study; each says by itself why it is not there.
fn columns(
    changed: &Loaded,
    panel: &Panel,
    names: &[String],
    cache: &mut Cache,
) -> Vec<std::result::Result<Column, Arc<str>>> {
    let needed = names::with_sources(&changed.study, names.iter().cloned());
    let computed = compute(changed, Scope::Variables(&needed), cache, &mut Progress::silent());
    match computed {
        Ok(computed) if !same_rows(panel, &computed.panel) => {
            let reason = "it changes the rows of the data; a choice of rows belongs to a sample";
            vec![Err(Arc::from(reason)); names.len()]
        }
        Ok(computed) => {
            let column =
                |name: &String| computed.panel.column(name).cloned().map_err(|error| Arc::from(error.to_string()));
            names.iter().map(column).collect()
        }
        Err(error) if names.len() == 1 => vec![Err(Arc::from(reason(&error)))],
        Err(_) => names.iter().flat_map(|name| columns(changed, panel, std::slice::from_ref(name), cache)).collect(),
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

impl Series {
    fn new(values: Vec<std::result::Result<Column, Arc<str>>>, of_universe: &[u32]) -> Self {
        let hash = |(place, value): (usize, &std::result::Result<Column, Arc<str>>)| match value {
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
