//! Which choices can move a variable: through its own definition, what that is derived from, and the indices it comes from.

use super::options::{alone, changed};
use panel_multiverse::grid::ABSENT;
use panel_multiverse::{Declaration, Grid};
use std::collections::{BTreeMap, BTreeSet};
use study::indices::{Index, Indices};
use study::names;
use study::{Error, Result};
use study::{Loaded, Study, steps};

/// What the options of a choice set.
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

/// What depends on which choice, under any of the options.
#[derive(Debug)]
pub(super) struct Reach {
    /// What a variable is made from, under any option.
    sources: BTreeMap<String, BTreeSet<String>>,
    touched: Vec<Touched>,
}

impl Reach {
    /// Reads the study under every option, one at a time.
    ///
    /// # Errors
    /// An option that the study does not have, or that has no effect on the column.
    pub(super) fn new(loaded: &Loaded, spec: &Declaration, grid: &Grid) -> Result<Self> {
        let touched = vec![Touched::default(); grid.choices().len()];
        let mut reach = Self { sources: BTreeMap::new(), touched };
        reach.note(&loaded.study);
        let everything: Vec<usize> = (0..grid.choices().len()).collect();
        let mut moved = Vec::new();
        for (choice, declared) in grid.choices().iter().enumerate() {
            for (code, option) in (1_u16..).zip(&declared.option) {
                if option.set.is_empty() {
                    continue;
                }
                let what = format!("choice `{}`, option `{}`", declared.id, option.id);
                let failed = |error: Error| Error::stage(stage(spec), format!("{what}: {}", error.message()));
                let mut codes = alone(grid, choice, code);
                let with = changed(loaded, grid, &codes, &everything).map_err(failed)?;
                codes[choice] = ABSENT;
                let without = changed(loaded, grid, &codes, &everything).map_err(failed)?;
                if resolved(&with) == resolved(&without) {
                    let message = format!("{what} changes nothing: its values are those of the study");
                    return Err(Error::stage(stage(spec), message));
                }
                reach.note(&with.study);
                for path in option.set.keys() {
                    reach
                        .touch(choice, path, [&without.study, &with.study])
                        .map_err(|message| Error::stage(stage(spec), format!("{what}: {message}")))?;
                }
                moved.push((choice, what, columns_differ(spec, &without.study, &with.study)));
            }
        }
        reach.check_effect(spec, &loaded.study, &moved)?;
        Ok(reach)
    }

    /// Notes what the variables of a study are made from.
    fn note(&mut self, study: &Study) {
        for (name, expression) in study.variables.definitions().items() {
            self.sources.entry(name.clone()).or_default().extend(expression.columns());
        }
        for index in study.indices.iter() {
            for made in index.makes() {
                self.sources.entry(made.to_owned()).or_default().extend(names::of_index(index));
            }
        }
    }

    fn touch(&mut self, choice: usize, path: &str, studies: [&Study; 2]) -> std::result::Result<(), String> {
        let steps = steps(path)?;
        let touched = &mut self.touched[choice];
        match steps.as_slice() {
            ["source" | "study", ..] => touched.everything = true,
            ["variables", name] => {
                touched.names.insert((*name).to_owned());
                touched.anew.insert((*name).to_owned());
            }
            ["table", ..] => touched.column = true,
            [section, rest @ ..] if Indices::SECTIONS.contains(section) => {
                let indices = || studies.iter().flat_map(|study| study.indices.iter());
                let named = rest.first().map(|id| format!("{section}-{id}"));
                let of_id: Vec<&dyn Index> = indices().filter(|index| Some(index.stage()) == named).collect();
                let prefix = format!("{section}-");
                let of_section =
                    || indices().filter(|index| index.stage() == *section || index.stage().starts_with(&prefix));
                let meant = if of_id.is_empty() { of_section().collect() } else { of_id };
                let made: BTreeSet<String> = meant.iter().flat_map(|index| index.makes()).map(str::to_owned).collect();
                let solved = meant.iter().map(|index| (index.stage(), index.solved(), format!("{:?}", index.sample())));
                let distinct: BTreeSet<(String, String, String)> = solved.collect();
                // Either study has each stage once.
                if 2 * distinct.len() != meant.len() {
                    touched.anew.extend(made.iter().cloned());
                }
                touched.names.extend(made);
            }
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

    /// Refuses options that cannot move the column.
    fn check_effect(&self, spec: &Declaration, study: &Study, moved: &[(usize, String, bool)]) -> Result<()> {
        let needed = match study.column(&spec.table, &spec.column) {
            Ok((_, column)) => names::of_column(column),
            Err(message) => return Err(Error::stage(stage(spec), message)),
        };
        for (choice, what, column) in moved {
            let touched = &self.touched[*choice];
            let data = touched.everything || needed.iter().any(|name| self.moves(*choice, name));
            // A formula of another option may use what the base does not: a choice that sets names is taken at its word
            // where some choice changes the column.
            let elsewhere = !touched.names.is_empty() && self.touched.iter().any(|touched| touched.column);
            if !column && !data && !elsewhere {
                let message = format!("{what} has no effect on column `{}` of table `{}`", spec.column, spec.table);
                return Err(Error::stage(stage(spec), message));
            }
        }
        Ok(())
    }

    fn moves(&self, choice: usize, name: &str) -> bool {
        let touched = &self.touched[choice];
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

    /// Choices that can move a variable, in file order.
    pub(super) fn choices_of(&self, name: &str) -> Vec<usize> {
        let closure = self.closure(name);
        self.choices_where(|touched| !touched.names.is_disjoint(&closure))
    }

    /// Those of them after which it has to be computed anew.
    pub(super) fn choices_anew(&self, name: &str) -> Vec<usize> {
        let mut sources = self.closure(name);
        sources.remove(name);
        self.choices_where(|touched| touched.anew.contains(name) || !touched.names.is_disjoint(&sources))
    }

    fn choices_where(&self, moves: impl Fn(&Touched) -> bool) -> Vec<usize> {
        let touched = self.touched.iter().enumerate();
        touched.filter(|(_, touched)| touched.everything || moves(touched)).map(|(choice, _)| choice).collect()
    }

    /// Choices that change the column itself.
    pub(super) fn of_column(&self) -> Vec<usize> {
        (0..self.touched.len()).filter(|&choice| self.touched[choice].column).collect()
    }
}

/// Name of a multiverse in messages, log and `--only`.
pub(super) fn stage(spec: &Declaration) -> String {
    format!("multiverse-{}", spec.id)
}

fn resolved(loaded: &Loaded) -> String {
    let Loaded { study, .. } = loaded;
    Study { multiverse: Vec::new(), ..study.clone() }.resolved().unwrap_or_default()
}

fn columns_differ(spec: &Declaration, one: &Study, other: &Study) -> bool {
    let of = |study: &Study| study.column(&spec.table, &spec.column).map(|(_, column)| format!("{column:?}"));
    of(one) != of(other)
}
