//! From sources to a panel that holds every variable: the stages before the tables, with results kept for reuse.

use crate::data::{self, Data};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::stream::Stream;
use crate::variables;
use panel_core::expr::Definitions;
use panel_core::{Column, Diagnostic, Panel, number};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::indices::{Files, Index, Made, Part};
use study::{Error, Loaded, Result, Study, names};

/// Results of the stages before the tables.
#[derive(Debug)]
pub struct Computed {
    /// Panel as read, with its inputs.
    pub data: Arc<Data>,
    /// The source, where its rows are read part by part: the panel has none then.
    pub stream: Option<Arc<Stream>>,
    /// Panel with every derived variable.
    pub panel: Panel,
    /// Indices, in the order in which they ran.
    pub indices: Vec<Arc<Made>>,
    /// Bootstrap intervals of indices, where the study asks for them and all stages run: stage, files.
    pub intervals: Vec<(String, Files)>,
    /// Variables that are not there since they could not be computed, with the reason.
    pub lacking: BTreeMap<String, String>,
    /// Why indices and variables could not be computed.
    pub problems: Vec<Error>,
    /// Remarks, by stage.
    pub diagnostics: Vec<(String, Diagnostic)>,
}

impl Computed {
    /// The first problem that lies in the study or the data: a run ends with it.
    #[must_use]
    pub fn refusal(&mut self) -> Option<Error> {
        let place = self.problems.iter().position(|error| !matches!(error, Error::NotComputed { .. }))?;
        Some(self.problems.remove(place))
    }

    /// Why something that uses these variables cannot be computed, where one of them is not there for a problem that is
    /// known.
    #[must_use]
    pub fn lacking_of(&self, stage: &str, names: Vec<String>) -> Option<Error> {
        let (name, reason) = names.iter().find_map(|name| Some((name, self.lacking.get(name)?)))?;
        Some(Error::not_computed(stage, format!("`{name}` is not there ({reason})")))
    }

    /// What a stage has made.
    #[must_use]
    pub fn index(&self, stage: &str) -> Option<&Arc<Made>> {
        self.indices.iter().find(|index| index.stage == stage)
    }
}

/// Results of stages by what they were computed from: a change of one option recomputes only what it touches. A clone
/// shares the results.
#[derive(Debug, Clone, Default)]
pub struct Cache {
    /// What is known beside its own results.
    known: Option<Arc<Self>>,
    data: BTreeMap<String, Arc<Data>>,
    indices: BTreeMap<String, Arc<Made>>,
    /// The same by what was solved for.
    solved: BTreeMap<String, Arc<Made>>,
}

/// Results of one kind.
type Layer<T> = BTreeMap<String, Arc<T>>;

impl Cache {
    /// An empty cache that knows what another one knows: many can be filled at once, and each holds its own results alone.
    #[must_use]
    pub fn over(known: &Arc<Self>) -> Self {
        Self { known: Some(Arc::clone(known)), ..Self::default() }
    }

    fn find<T>(&self, layer: fn(&Self) -> &Layer<T>, key: &str) -> Option<Arc<T>> {
        let own = layer(self).get(key).map(Arc::clone);
        own.or_else(|| self.known.as_ref()?.find(layer, key))
    }

    /// Takes in the results that another cache holds itself.
    pub fn merge(&mut self, other: Self) {
        for (key, data) in other.data {
            self.data.entry(key).or_insert(data);
        }
        for (key, index) in other.indices {
            self.indices.entry(key).or_insert(index);
        }
        for (key, index) in other.solved {
            self.solved.entry(key).or_insert(index);
        }
    }
}

/// Which stages to run, and what to do about the rest.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// The stages of a plan.
    Plan(&'a Plan),
    /// Only what these variables need.
    Variables(&'a BTreeSet<String>),
}

impl Scope<'_> {
    fn wants(self, index: &dyn Index) -> bool {
        match self {
            Self::Plan(plan) => plan.runs(&index.stage()),
            Self::Variables(needed) => index.makes().iter().any(|name| needed.contains(*name)),
        }
    }

    fn is_plan(self) -> bool {
        matches!(self, Self::Plan(_))
    }
}

/// Runs the stages before the tables. In a run of a plan an index or a variable that cannot be computed is a problem of the
/// result, and what does not need it goes on.
///
/// # Errors
/// Those of the data; those of every stage where only some variables are asked for.
pub fn compute(loaded: &Loaded, scope: Scope<'_>, cache: &mut Cache, progress: &mut Progress) -> Result<Computed> {
    if loaded.study.study.streaming {
        return progress.stage("data", || streamed(loaded));
    }
    let mut run = Run::start(loaded, scope, cache, progress)?;
    for index in loaded.study.indices.iter().into_iter().filter(|index| scope.wants(*index)) {
        if let Err(error) = run.index(index, cache, progress) {
            let names = index.makes().into_iter().map(str::to_owned).collect();
            run.lacks(names, error)?;
        }
    }
    run.rest_of_variables(progress)?;
    Ok(run.computed)
}

/// The source of a study whose rows are read part by part, without a panel.
fn streamed(loaded: &Loaded) -> Result<(Computed, String)> {
    let (stream, record, diagnostics) = Stream::open(loaded)?;
    let sentence = format!("{} rows in {} row groups, read part by part", stream.rows, stream.groups);
    let computed = Computed {
        panel: Panel::unkeyed(0),
        stream: Some(Arc::new(stream)),
        indices: Vec::new(),
        intervals: Vec::new(),
        lacking: BTreeMap::new(),
        problems: Vec::new(),
        diagnostics: of_stage("data", &diagnostics),
        data: Arc::new(Data { panel: Panel::unkeyed(0), inputs: vec![record], diagnostics }),
    };
    Ok((computed, sentence))
}

/// The stages of one study, one after the other.
struct Run<'a> {
    study: &'a Study,
    scope: Scope<'a>,
    /// Derived variables that wait for columns.
    waiting: Definitions,
    computed: Computed,
}

impl<'a> Run<'a> {
    /// Reads the data and derives what can be derived from them.
    fn start(loaded: &'a Loaded, scope: Scope<'a>, cache: &mut Cache, progress: &mut Progress) -> Result<Self> {
        let study = &loaded.study;
        let mut waiting = study.variables.definitions().clone();
        if let Scope::Variables(needed) = scope {
            waiting = waiting.without(|name| !needed.contains(name));
        }
        let key = format!("{:?} {:?}", study.sources, study.study);
        progress.stage("data", || {
            let data = match cache.find(|cache| &cache.data, &key) {
                Some(data) => data,
                None => remember(&mut cache.data, key, || data::load(loaded))?,
            };
            let computed = Computed {
                panel: data.panel.clone(),
                indices: Vec::new(),
                intervals: Vec::new(),
                lacking: BTreeMap::new(),
                problems: Vec::new(),
                diagnostics: of_stage("data", &data.diagnostics),
                data,
                stream: None,
            };
            let mut run = Self { study, scope, waiting, computed };
            run.derive()?;
            let panel = &run.computed.panel;
            let sentence = format!(
                "{} rows, {} × {}, {} columns",
                panel.n_rows(),
                panel.n_entities(),
                panel.n_periods(),
                panel.names().len()
            );
            Ok((run, sentence))
        })
    }

    /// Computes one index and defines its variables.
    fn index(&mut self, index: &dyn Index, cache: &mut Cache, progress: &mut Progress) -> Result<()> {
        let stage = index.stage();
        if let Some(reason) = names::of_index(index).iter().find_map(|name| self.computed.lacking.get(name)) {
            return Err(Error::not_computed(stage, reason));
        }
        let (shared, keep) = progress.stage(&stage, || {
            self.derive_for(index)?;
            let sample = variables::sample(&self.computed.panel, index.sample(), &stage)?;
            self.computed.diagnostics.extend(of_stage(&stage, &sample.diagnostics));
            let results = self.made(index, &sample.keep, &stage, cache)?;
            let sentence = results.sentence.clone();
            Ok::<_, Error>(((results, sample.keep), sentence))
        })?;
        // The same index under another name is computed once.
        let results =
            if shared.stage == stage { shared } else { Arc::new(Made { stage: stage.clone(), ..(*shared).clone() }) };
        if let Some((replications, seed)) = index.replications().filter(|_| self.scope.is_plan()) {
            let done = progress.counter(replications);
            let files = progress.stage(&format!("{stage}-bootstrap"), || {
                let files = index.intervals(&Part::new(&self.computed.panel, &keep, &stage)?, &done)?;
                Ok::<_, Error>((files, format!("{replications} replications, seed {seed}")))
            })?;
            self.computed.intervals.push((index.file(), files));
        }
        for (name, values) in index.makes().into_iter().zip(&results.variables) {
            define(&mut self.computed.panel, &stage, name, values)?;
        }
        self.computed.diagnostics.extend(of_stage(&stage, &results.diagnostics));
        self.computed.indices.push(results);
        Ok(())
    }

    /// What an index makes on the rows of `keep`: known, out of what is solved already, or computed.
    fn made(&self, index: &dyn Index, keep: &[bool], stage: &str, cache: &mut Cache) -> Result<Arc<Made>> {
        let of_data = fingerprint(&self.computed.panel, &index.needs(), keep);
        let part = || Part::new(&self.computed.panel, keep, stage);
        let key = index.key() + &of_data;
        let solved = index.solved() + &of_data;
        if let Some(known) = cache.find(|cache| &cache.indices, &key) {
            return Ok(known);
        }
        // Files and summaries belong to one specification: what is solved is shared where variables alone are asked for.
        let alone = !self.scope.is_plan();
        // What was made for its variables alone stands beside what is whole.
        let light = format!("light {solved}");
        let known = cache.find(|cache| &cache.solved, &solved);
        let known = known.or_else(|| cache.find(|cache| &cache.solved, &light).filter(|_| index.is_light()));
        if let Some(shared) = known.filter(|_| alone) {
            let variables = index.variables(&part()?, &shared)?;
            return Ok(Arc::new(Made { variables, ..(*shared).clone() }));
        }
        if alone && index.is_light() {
            return remember(&mut cache.solved, light, || index.compute_variables(&part()?));
        }
        let results = remember(&mut cache.indices, key, || index.compute(&part()?))?;
        cache.solved.entry(solved).or_insert_with(|| Arc::clone(&results));
        Ok(results)
    }

    /// Notes a problem and the variables that are not there for it.
    fn lacks(&mut self, names: Vec<String>, error: Error) -> Result<()> {
        if !self.scope.is_plan() {
            return Err(error);
        }
        let lacking = &mut self.computed.lacking;
        lacking.extend(names.into_iter().map(|name| (name, error.to_string())));
        // They stand in an order in which each comes after those it uses.
        for (name, expression) in self.study.variables.definitions().items() {
            if let Some(reason) = expression.columns().iter().find_map(|used| lacking.get(used)).cloned() {
                lacking.insert(name.clone(), reason);
            }
        }
        if let Error::NotComputed { stage, message } = &error {
            let remark = Diagnostic::warning("not-computed", format!("left out: {message}"));
            self.computed.diagnostics.push((stage.clone(), remark));
        }
        self.computed.problems.push(error);
        Ok(())
    }

    /// Computes the derived variables whose columns are there.
    fn derive(&mut self) -> Result<()> {
        let (remarks, failed) = self.waiting.apply_each_ready(&mut self.computed.panel);
        self.computed.diagnostics.extend(of_stage("variables", &remarks));
        failed.into_iter().try_for_each(|(name, error)| self.lacks(vec![name], Error::stage("variables", error)))
    }

    /// Computes the derived variables that an index uses and that wait for what the stages before it have made.
    fn derive_for(&mut self, index: &dyn Index) -> Result<()> {
        let needed = names::derived_from(self.study, names::of_index(index));
        let waits = self.waiting.items().iter().any(|(name, _)| needed.contains(name));
        if waits { self.derive() } else { Ok(()) }
    }

    /// Computes the derived variables that are left.
    fn rest_of_variables(&mut self, progress: &mut Progress) -> Result<()> {
        if let Scope::Plan(plan) = self.scope
            && !plan.runs("variables")
        {
            return Ok(());
        }
        progress.stage("variables", || {
            self.derive()?;
            // What is left needs a column that nothing brings: the first of a chain names it.
            while let (true, Some((name, expression))) = (self.scope.is_plan(), self.waiting.items().first().cloned()) {
                if !self.computed.lacking.contains_key(&name) {
                    let unknown = expression.kind(&self.computed.panel).err();
                    let message = unknown.map_or_else(String::new, |error| error.to_string());
                    self.lacks(vec![name.clone()], Error::stage("variables", format!("variable `{name}`: {message}")))?;
                }
                self.waiting = std::mem::take(&mut self.waiting).without(|known| known == name);
            }
            Ok::<_, Error>(((), format!("{} derived", self.study.variables.len())))
        })
    }
}

/// Remarks with the stage that they are of.
fn of_stage(stage: &str, remarks: &[Diagnostic]) -> Vec<(String, Diagnostic)> {
    remarks.iter().map(|remark| (stage.to_owned(), remark.clone())).collect()
}

fn define(panel: &mut Panel, stage: &str, name: &str, values: &[f64]) -> Result<()> {
    if panel.has(name) {
        return Err(Error::stage(
            stage,
            format!("it would make a variable `{name}`, but there is one already; give it another name"),
        ));
    }
    panel.set(name, values.to_vec()).map_err(|error| Error::stage(stage, error))
}

fn remember<T>(known: &mut BTreeMap<String, Arc<T>>, key: String, make: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    if let Some(value) = known.get(&key) {
        return Ok(Arc::clone(value));
    }
    let value = Arc::new(make()?);
    known.insert(key, Arc::clone(&value));
    Ok(value)
}

/// A hash of the keys, the mask and the columns that are there.
fn fingerprint(panel: &Panel, names: &[String], keep: &[bool]) -> String {
    let mut hash = Sha256::new();
    for label in panel.entities().iter().chain(panel.times().labels()) {
        hash.update(label.as_bytes());
        hash.update([0]);
    }
    hash.update(number::code_bytes(panel.entity_of_row()));
    hash.update(number::code_bytes(panel.time_of_row()));
    hash.update(keep.iter().map(|&kept| u8::from(kept)).collect::<Vec<_>>());
    for name in names {
        hash.update(name.as_bytes());
        match panel.column(name) {
            Ok(Column::Float(values)) => hash.update(number::le_bytes(values)),
            Ok(Column::Text(text)) => {
                hash.update(number::code_bytes(text.codes()));
                for label in text.labels() {
                    hash.update(label.as_bytes());
                    hash.update([0]);
                }
            }
            Err(_) => hash.update(b"absent"),
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(cities: [&str; 2]) -> Panel {
        Panel::builder("city", "year").keys(cities, ["2013", "2013"]).column("x", vec![1.0, 2.0]).build().unwrap()
    }

    #[test]
    fn a_fingerprint_knows_keys_columns_and_mask() {
        let names = ["x".to_owned()];
        let fingerprint_of = |panel: &Panel, keep: [bool; 2]| fingerprint(panel, &names, &keep);
        let first = fingerprint_of(&panel(["a", "b"]), [true, true]);
        assert_eq!(first, fingerprint_of(&panel(["a", "b"]), [true, true]));
        assert_ne!(first, fingerprint_of(&panel(["a", "c"]), [true, true]), "another city");
        assert_ne!(first, fingerprint_of(&panel(["a", "b"]), [true, false]), "another sample");
        let mut other = panel(["a", "b"]);
        other.set("x", vec![1.0, 3.0]).unwrap();
        assert_ne!(first, fingerprint_of(&other, [true, true]), "another value");
    }

    #[test]
    fn what_is_known_is_not_made_again() {
        let mut known = BTreeMap::new();
        let first = remember(&mut known, "a".into(), || Ok(1)).unwrap();
        let again = remember(&mut known, "a".into(), || Err(Error::Usage("made again".into()))).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert!(remember(&mut known, "b".into(), || Err(Error::Usage("cannot".into()))).is_err());
        assert_eq!(*remember(&mut known, "b".into(), || Ok(2)).unwrap(), 2, "an error is not remembered");
    }
}
