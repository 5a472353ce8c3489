//! The study under the settings of a universe.

use panel_multiverse::Grid;
use panel_multiverse::grid::ABSENT;
use study::Loaded;
use study::{Error, Result};

/// The study under the settings of some choices of a universe.
///
/// # Errors
/// An unknown path, or a value of the wrong type.
pub(super) fn changed(loaded: &Loaded, grid: &Grid, codes: &[u16], choices: &[usize]) -> Result<Loaded> {
    let mut only = vec![ABSENT; codes.len()];
    choices.iter().for_each(|&choice| only[choice] = codes[choice]);
    let mut changes = toml::Table::new();
    for (path, value) in grid.settings(&only) {
        let value = toml::Value::try_from(value)
            .map_err(|error| Error::Usage(format!("`{path}`: a study file cannot hold this value ({error})")))?;
        changes.insert(path.to_owned(), value);
    }
    if changes.is_empty() { Ok(loaded.clone()) } else { loaded.with(&changes) }
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
