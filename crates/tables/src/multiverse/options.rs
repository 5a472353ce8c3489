//! The study under the settings of a universe.

use panel_multiverse::Grid;
use panel_multiverse::grid::ABSENT;
use std::borrow::Cow;
use study::{Error, Loaded, Result};

/// The studies of the universes: the study as it stands, and what each option sets in it.
#[derive(Debug)]
pub(super) struct Studies<'a> {
    pub(super) loaded: &'a Loaded,
    /// Paths of the study = new values, by choice and option.
    settings: Vec<Vec<toml::Table>>,
}

impl<'a> Studies<'a> {
    /// The settings by choice and option.
    pub(super) fn new(loaded: &'a Loaded, settings: Vec<Vec<toml::Table>>) -> Self {
        Self { loaded, settings }
    }

    /// The settings that the options of a grid declare.
    ///
    /// # Errors
    /// A value that no study file can hold.
    pub(super) fn declared(loaded: &'a Loaded, grid: &Grid) -> Result<Self> {
        let value = |(path, value): (&String, &serde_json::Value)| {
            let value = toml::Value::try_from(value)
                .map_err(|error| Error::Usage(format!("`{path}`: a study file cannot hold this value ({error})")))?;
            Ok((path.clone(), value))
        };
        let of_choice = |choice: &panel_multiverse::declaration::Choice| {
            choice.option.iter().map(|option| option.set.iter().map(value).collect()).collect()
        };
        Ok(Self::new(loaded, grid.choices().iter().map(of_choice).collect::<Result<_>>()?))
    }

    /// Whether an option sets nothing.
    pub(super) fn is_base(&self, choice: usize, code: u16) -> bool {
        self.settings[choice][usize::from(code) - 1].is_empty()
    }

    /// Paths that an option sets.
    pub(super) fn paths(&self, choice: usize, code: u16) -> impl Iterator<Item = &str> {
        self.settings[choice][usize::from(code) - 1].keys().map(String::as_str)
    }

    /// The study under the options of a universe, one code per choice.
    ///
    /// # Errors
    /// An unknown path, or a value of the wrong type.
    pub(super) fn changed(&self, codes: &[u16]) -> Result<Cow<'a, Loaded>> {
        let mut changes = toml::Table::new();
        for (options, &code) in self.settings.iter().zip(codes).filter(|&(_, &code)| code != ABSENT) {
            let set = options[usize::from(code) - 1].iter();
            changes.extend(set.map(|(path, value)| (path.clone(), value.clone())));
        }
        if changes.is_empty() { Ok(Cow::Borrowed(self.loaded)) } else { self.loaded.with(&changes).map(Cow::Owned) }
    }
}

/// One option with what it depends on in force, everything else left out.
pub(super) fn alone(grid: &Grid, choice: usize, code: u16) -> Vec<u16> {
    let mut codes = vec![ABSENT; grid.choices().len()];
    choose(grid, &mut codes, choice, code);
    codes
}

fn choose(grid: &Grid, codes: &mut [u16], choice: usize, code: u16) {
    for &linked in &grid.factors()[grid.factor_of(choice)] {
        codes[linked] = code;
        for (parent, options) in &grid.choices()[linked].when {
            // A checked grid names choices and options that exist, and conditions look upwards only.
            let Some(parent) = grid.place(parent).filter(|&parent| codes[parent] == ABSENT) else { continue };
            let named = |id: &String| grid.choices()[parent].option.iter().position(|option| option.id == *id);
            if let Some(place) = options.iter().find_map(named) {
                choose(grid, codes, parent, place as u16 + 1);
            }
        }
    }
}
