//! Which options can move a variable: through its own definition, what that is derived from, and the indices it comes from.

use super::column::Subject;
use super::options::{Studies, alone};
use panel_multiverse::Grid;
use panel_multiverse::artefacts::{OptionSet, make_once};
use panel_multiverse::grid::ABSENT;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::indices::{Index, Indices};
use study::{Error, Loaded, Result, Study, names, steps};

/// What an option sets.
#[derive(Debug, Clone, Default)]
struct Touched {
    /// Sources or keys: everything can follow.
    everything: bool,
    /// Derived variables, and what indices make.
    names: BTreeSet<String>,
    /// Those among them that have to be computed anew; the rest follows from what an index has solved already.
    anew: BTreeSet<String>,
    /// The column itself.
    column: bool,
}

/// An option as it was read.
#[derive(Debug)]
struct OptionRead {
    choice: usize,
    code: u16,
    /// What it sets; why the study cannot be read under it.
    touched: std::result::Result<Touched, Arc<Error>>,
}

/// What depends on which option.
#[derive(Debug)]
pub(super) struct Reach {
    /// What a variable is made from, under any option.
    sources: BTreeMap<String, BTreeSet<String>>,
    /// Options that set something, in file order.
    options: Vec<OptionRead>,
    none: OptionSet,
}

/// The study under one option, as far as that decides what depends on what.
struct Note {
    touched: Touched,
    sources: BTreeMap<String, BTreeSet<String>>,
    /// Whether it changes the study at all, and the column that is estimated.
    changes: [bool; 2],
    /// Why a path of it is of no use to estimates.
    idle: Option<String>,
}

impl Reach {
    /// Reads the study under every option, one at a time. What cannot be read is a result like any other:
    /// [`Reach::refusals`].
    pub(super) fn new(studies: &Studies<'_>, subject: &Subject<'_>, grid: &Grid) -> Self {
        Self::read(studies, subject, grid).0
    }

    /// The same of a declaration.
    ///
    /// # Errors
    /// An option that the study does not have, that changes nothing, or that has no effect on the column.
    pub(super) fn declared(studies: &Studies<'_>, subject: &Subject<'_>, grid: &Grid) -> Result<Self> {
        let (reach, notes) = Self::read(studies, subject, grid);
        let what = |option: &OptionRead| {
            let declared = &grid.choices()[option.choice];
            format!("choice `{}`, option `{}`", declared.id, declared.option[usize::from(option.code) - 1].id)
        };
        let refused = |message: String| Error::stage(&*subject.stage, message);
        for (option, note) in reach.options.iter().zip(&notes) {
            if let Err(error) = &option.touched {
                return Err(refused(format!("{}: {}", what(option), error.message())));
            }
            let Some(note) = note else { continue };
            if !note.changes[0] {
                return Err(refused(format!("{} changes nothing: its values are those of the study", what(option))));
            }
            if let Some(message) = &note.idle {
                return Err(refused(format!("{}: {message}", what(option))));
            }
        }
        let (_, column) = studies.loaded.study.column(subject.table, subject.column).map_err(refused)?;
        let needed = names::of_column(column);
        // A formula of another option may use what the base does not: an option that sets names is taken at its word where
        // some option changes the column.
        let elsewhere = reach.options.iter().any(|option| option.touched.as_ref().is_ok_and(|touched| touched.column));
        for (option, note) in reach.options.iter().zip(&notes) {
            let (Ok(touched), Some(note)) = (&option.touched, note) else { continue };
            let data = needed.iter().any(|name| reach.moves(touched, name));
            if !(note.changes[1] || data || elsewhere && !touched.names.is_empty()) {
                let (what, column, table) = (what(option), subject.column, subject.table);
                return Err(refused(format!("{what} has no effect on column `{column}` of table `{table}`")));
            }
        }
        Ok(reach)
    }

    fn read(studies: &Studies<'_>, subject: &Subject<'_>, grid: &Grid) -> (Self, Vec<Option<Note>>) {
        let mut places = Vec::new();
        for (choice, declared) in grid.choices().iter().enumerate() {
            let codes = (1..).take(declared.option.len()).filter(|&code| !studies.is_base(choice, code));
            places.extend(codes.map(|code| (choice, code)));
        }
        let read = make_once(&vec![1; places.len()], |job| {
            let (choice, code) = places[job];
            let mut codes = alone(grid, choice, code);
            let with = studies.changed(&codes)?;
            codes[choice] = ABSENT;
            let without = studies.changed(&codes)?;
            Ok::<_, Error>(Note::new(studies.paths(choice, code), subject, &without, &with))
        });
        let mut sources = BTreeMap::new();
        note(&mut sources, &studies.loaded.study);
        let (mut options, mut notes) = (Vec::new(), Vec::new());
        for ((choice, code), read) in places.into_iter().zip(read) {
            let (touched, note) = match read {
                Ok(mut note) => {
                    for (name, from) in std::mem::take(&mut note.sources) {
                        sources.entry(name).or_insert_with(BTreeSet::new).extend(from);
                    }
                    (Ok(std::mem::take(&mut note.touched)), Some(note))
                }
                Err(error) => (Err(Arc::new(error)), None),
            };
            options.push(OptionRead { choice, code, touched });
            notes.push(note);
        }
        (Self { sources, options, none: OptionSet::none(grid) }, notes)
    }

    /// Options under which the study cannot be read, with the reason.
    pub(super) fn refusals(&self) -> impl Iterator<Item = (usize, u16, &Arc<Error>)> {
        self.options.iter().filter_map(|option| Some((option.choice, option.code, option.touched.as_ref().err()?)))
    }

    fn moves(&self, touched: &Touched, name: &str) -> bool {
        touched.everything || self.closure(name).iter().any(|name| touched.names.contains(name))
    }

    /// A variable and all that it is made from.
    pub(super) fn closure(&self, name: &str) -> BTreeSet<String> {
        let mut open = vec![name.to_owned()];
        let mut known = BTreeSet::new();
        while let Some(name) = open.pop() {
            if known.insert(name.clone()) {
                open.extend(self.sources.get(&name).into_iter().flatten().cloned());
            }
        }
        known
    }

    /// Options that can move a variable.
    pub(super) fn options_of(&self, name: &str) -> OptionSet {
        let closure = self.closure(name);
        self.options_where(|touched| touched.everything || !touched.names.is_disjoint(&closure))
    }

    /// Those of them after which it has to be computed anew.
    pub(super) fn options_anew(&self, name: &str) -> OptionSet {
        let mut sources = self.closure(name);
        sources.remove(name);
        self.options_where(|touched| {
            touched.everything || touched.anew.contains(name) || !touched.names.is_disjoint(&sources)
        })
    }

    /// Options that can bring other rows.
    pub(super) fn of_rows(&self) -> OptionSet {
        self.options_where(|touched| touched.everything)
    }

    /// Options that change the column itself.
    pub(super) fn of_column(&self) -> OptionSet {
        self.options_where(|touched| touched.column)
    }

    fn options_where(&self, holds: impl Fn(&Touched) -> bool) -> OptionSet {
        let mut set = self.none.clone();
        for option in &self.options {
            if option.touched.as_ref().is_ok_and(&holds) {
                set.add(option.choice, option.code);
            }
        }
        set
    }
}

/// Notes what the variables of a study are made from.
fn note(sources: &mut BTreeMap<String, BTreeSet<String>>, study: &Study) {
    for (name, expression) in study.variables.definitions().items() {
        sources.entry(name.clone()).or_default().extend(expression.columns());
    }
    for index in study.indices.iter() {
        for variable in index.makes() {
            sources.entry(variable.to_owned()).or_default().extend(names::of_index(index));
        }
    }
}

impl Note {
    fn new<'p>(paths: impl Iterator<Item = &'p str>, subject: &Subject<'_>, without: &Loaded, with: &Loaded) -> Self {
        let studies = [&without.study, &with.study];
        let (mut touched, mut sources, mut idle) = (Touched::default(), BTreeMap::new(), None);
        note(&mut sources, &with.study);
        let moved = Touched::between(subject, studies);
        for path in paths {
            if let Err(message) = touched.touch(path, studies, &moved) {
                idle.get_or_insert(message);
            }
        }
        let changes = !moved.is_nothing() || resolved(&without.study) != resolved(&with.study);
        Self { touched, sources, changes: [changes, moved.column], idle }
    }
}

impl Touched {
    /// Notes a path that is set, as far as it can reach estimates under any option of other choices; `moved` is what differs
    /// between the two studies.
    fn touch(&mut self, path: &str, studies: [&Study; 2], moved: &Self) -> std::result::Result<(), String> {
        let steps = steps(path)?;
        match steps.as_slice() {
            ["source" | "study", ..] => self.everything = true,
            ["variables", name] => {
                self.names.insert((*name).to_owned());
                self.anew.insert((*name).to_owned());
            }
            ["table", ..] => self.column = true,
            [section, rest @ ..] if Indices::SECTIONS.contains(section) => {
                let indices = || studies.iter().flat_map(|study| study.indices.iter());
                let named = rest.first().map(|id| format!("{section}-{id}"));
                let of_id: Vec<&dyn Index> = indices().filter(|index| Some(index.stage()) == named).collect();
                let prefix = format!("{section}-");
                let of_section =
                    || indices().filter(|index| index.stage() == *section || index.stage().starts_with(&prefix));
                let meant = if of_id.is_empty() { of_section().collect() } else { of_id };
                let variables: BTreeSet<String> =
                    meant.iter().flat_map(|index| index.makes()).map(str::to_owned).collect();
                let solved = meant.iter().map(|index| (index.stage(), index.solved(), format!("{:?}", index.sample())));
                let distinct: BTreeSet<(String, String, String)> = solved.collect();
                // Either study has each stage once.
                if 2 * distinct.len() != meant.len() {
                    self.anew.extend(variables.iter().cloned());
                }
                self.names.extend(variables);
            }
            // What is written once for many places reaches estimates through those.
            [_, ..] if !moved.is_nothing() => self.extend(moved),
            [section, ..] => {
                return Err(format!(
                    "path `{path}`: `{section}` decides nothing that is estimated; choices set variables, indices, \
                     sources or the column itself"
                ));
            }
            [] => return Err("an empty path".into()),
        }
        Ok(())
    }

    /// What differs between two studies.
    fn between(subject: &Subject<'_>, studies: [&Study; 2]) -> Self {
        let keys = studies.map(|study| format!("{:?} {:?}", study.sources, study.study));
        let columns = studies.map(|study| {
            let found = study.column(subject.table, subject.column);
            found.map(|(_, column)| format!("{column:?}"))
        });
        let definitions = studies.map(|study| {
            let items = study.variables.definitions().items().iter();
            items.map(|(name, expression)| (name.clone(), expression.source().to_owned())).collect::<BTreeSet<_>>()
        });
        let of_index = |index: &dyn Index, key: String| {
            let variables: Vec<String> = index.makes().into_iter().map(str::to_owned).collect();
            (index.stage(), key, format!("{:?}", index.sample()), variables)
        };
        let indices = |key: &dyn Fn(&dyn Index) -> String| {
            let indices_of = |study: &Study| -> BTreeSet<_> {
                study.indices.iter().into_iter().map(|index| of_index(index, key(index))).collect()
            };
            let (one, other) = (indices_of(studies[0]), indices_of(studies[1]));
            one.symmetric_difference(&other)
                .flat_map(|(.., variables)| variables.iter().cloned())
                .collect::<BTreeSet<String>>()
        };
        let mut names: BTreeSet<String> =
            definitions[0].symmetric_difference(&definitions[1]).map(|(name, _)| name.clone()).collect();
        let mut anew = names.clone();
        names.extend(indices(&|index| index.key()));
        anew.extend(indices(&|index| index.solved()));
        Self { everything: keys[0] != keys[1], names, anew, column: columns[0] != columns[1] }
    }

    fn extend(&mut self, other: &Self) {
        self.everything |= other.everything;
        self.names.extend(other.names.iter().cloned());
        self.anew.extend(other.anew.iter().cloned());
        self.column |= other.column;
    }

    fn is_nothing(&self) -> bool {
        !self.everything && !self.column && self.names.is_empty()
    }
}

/// Every choice of a study spelled out.
fn resolved(study: &Study) -> String {
    Study { multiverse: Vec::new(), ..study.clone() }.resolved().unwrap_or_default()
}
