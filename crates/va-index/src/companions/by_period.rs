//! The measures period by period, from rows of a panel.

use super::{
    EllisonGlaeser, Herfindahl, Reference, Theil, ellison_glaeser, gini, herfindahl, krugman, locational_gini, theil,
};
use crate::data::Employment;
use crate::error::{Error, Result};
use panel_core::{InputError, Keys};
use serde::{Deserialize, Serialize};

/// Group code of an entity that belongs to no group.
pub const NO_GROUP: u32 = u32::MAX;

/// How unequal a variable is over the entities of a period; a measure that does not exist says why.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Inequality {
    /// Period (index of its label).
    pub time: u32,
    /// Entities that entered.
    pub n: usize,
    /// Entities with a row in this period that were left out: no value, or no group where groups were given.
    pub n_missing: usize,
    /// Gini coefficient.
    pub gini: Result<f64>,
    /// Theil's T, decomposed where groups were given.
    pub theil: Result<Theil>,
    /// Herfindahl index.
    pub herfindahl: Result<Herfindahl>,
}

/// [`gini`], [`theil`] and [`herfindahl`] of a variable in every period.
///
/// **Shapes**: one value per row; `groups` (provinces) one code per entity, [`NO_GROUP`] for none. **Missing values**: a
/// row without a value is left out of its period and counted.
///
/// # Errors
/// [`Error::Input`]: other lengths.
pub fn inequality(keys: &Keys<'_>, values: &[f64], groups: Option<&[u32]>) -> Result<Vec<Inequality>> {
    InputError::check_length("values", values.len(), keys.n_rows())?;
    if let Some(groups) = groups {
        InputError::check_length("groups", groups.len(), keys.n_entities())?;
    }
    let group = |row: usize| groups.map_or(0, |groups| groups[keys.entity()[row] as usize]);
    Ok(rows_by_period(keys)
        .into_iter()
        .enumerate()
        .map(|(time, rows)| {
            let used: Vec<usize> =
                rows.iter().copied().filter(|&row| !values[row].is_nan() && group(row) != NO_GROUP).collect();
            let x: Vec<f64> = used.iter().map(|&row| values[row]).collect();
            let codes: Option<Vec<u32>> = groups.map(|_| used.iter().map(|&row| group(row)).collect());
            Inequality {
                time: time as u32,
                n: used.len(),
                n_missing: rows.len() - used.len(),
                gini: gini(&x),
                theil: theil(&x, codes.as_deref()),
                herfindahl: herfindahl(&x),
            }
        })
        .collect())
}

/// Choices of [`concentration`].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConcentrationSpec {
    /// Herfindahl index of the sector's plants, for the Ellison-Glaeser index; 0 (many small plants) by default.
    pub plant_herfindahl: f64,
}

/// How concentrated a sector is over the entities of a period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Concentration {
    /// Ellison and Glaeser's index.
    pub ellison_glaeser: Result<EllisonGlaeser>,
    /// Locational Gini coefficient against all employment.
    pub locational_gini: Result<f64>,
    /// Measures of the sector's employment alone; they count the same entities.
    pub sector: Inequality,
}

/// Concentration of a sector in every period: [`ellison_glaeser`], [`locational_gini`], and [`inequality`] of its
/// employment.
///
/// **Missing values**: a row whose sector or total employment is missing is left out of its period and counted.
///
/// # Errors
/// [`Error::Input`]: lengths, negative or infinite employment.
pub fn concentration(
    data: &Employment<'_>,
    groups: Option<&[u32]>,
    spec: &ConcentrationSpec,
) -> Result<Vec<Concentration>> {
    data.validate()?;
    let known: Vec<f64> =
        data.sector.iter().zip(data.total).map(|(&s, &e)| if e.is_nan() { f64::NAN } else { s }).collect();
    let parts = inequality(&data.keys, &known, groups)?;
    Ok(rows_by_period(&data.keys)
        .into_iter()
        .zip(parts)
        .map(|(rows, sector)| {
            let in_group = |row: usize| groups.is_none_or(|g| g[data.keys.entity()[row] as usize] != NO_GROUP);
            let used: Vec<usize> = rows.into_iter().filter(|&row| !known[row].is_nan() && in_group(row)).collect();
            let s: Vec<f64> = used.iter().map(|&row| known[row]).collect();
            let e: Vec<f64> = used.iter().map(|&row| data.total[row]).collect();
            Concentration {
                ellison_glaeser: ellison_glaeser(&s, &e, spec.plant_herfindahl),
                locational_gini: locational_gini(&s, &e),
                sector,
            }
        })
        .collect())
}

/// Choices of [`specialisation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpecialisationSpec {
    /// What a city's structure is compared with.
    pub reference: Reference,
}

/// [`krugman`]'s index of every row against the entities of its period, from one column of employment per sector.
///
/// **Missing values**: a row with a missing sector has no index (`NaN`) and is in no reference.
///
/// # Errors
/// [`Error::Input`]: lengths, negative or infinite employment; [`Error::Specification`] for fewer than two sectors.
pub fn specialisation(keys: &Keys<'_>, sectors: &[(&str, &[f64])], spec: &SpecialisationSpec) -> Result<Vec<f64>> {
    if sectors.len() < 2 {
        return Err(Error::Specification(format!("specialisation needs at least two sectors, got {}", sectors.len())));
    }
    for (name, values) in sectors {
        keys.check_column(name, values, |value| value >= 0.0 && value.is_finite(), "a finite number of at least 0")?;
    }
    let mut out = vec![f64::NAN; keys.n_rows()];
    for rows in rows_by_period(keys) {
        let used: Vec<usize> =
            rows.into_iter().filter(|&row| sectors.iter().all(|(_, values)| !values[row].is_nan())).collect();
        let flat: Vec<f64> = used.iter().flat_map(|&row| sectors.iter().map(move |(_, values)| values[row])).collect();
        for (&row, index) in used.iter().zip(krugman(&flat, sectors.len(), spec.reference)?) {
            out[row] = index.unwrap_or(f64::NAN);
        }
    }
    Ok(out)
}

/// Rows of every period, in order.
fn rows_by_period(keys: &Keys<'_>) -> Vec<Vec<usize>> {
    let mut rows = vec![Vec::new(); keys.n_periods()];
    keys.time().iter().enumerate().for_each(|(row, &time)| rows[time as usize].push(row));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> Vec<String> {
        names.map(String::from).to_vec()
    }

    #[test]
    fn every_period_stands_alone() {
        let (cities, years) = (names(["a", "b", "c"]), names(["1", "2", "3"]));
        // Rows in no order, a city without a value, and a period without any row.
        let keys = Keys::new(&[0, 2, 1, 0, 1, 2], &[1, 0, 0, 0, 1, 1], &cities, &years).expect("valid");
        let data = Employment::new(keys, &[3.0, 4.0, 2.0, 6.0, 1.0, f64::NAN], &[10.0, 40.0, 20.0, 60.0, 10.0, 10.0]);
        let spec = ConcentrationSpec { plant_herfindahl: 0.1 };
        let found = concentration(&data, None, &spec).expect("valid");
        let first = &found[0];
        assert_eq!(
            (first.sector.n, first.sector.n_missing, found[1].sector.n, found[1].sector.n_missing),
            (3, 0, 2, 1)
        );
        assert_eq!(first.ellison_glaeser, ellison_glaeser(&[4.0, 2.0, 6.0], &[40.0, 20.0, 60.0], 0.1));
        assert_eq!(first.sector.gini, gini(&[4.0, 2.0, 6.0]));
        assert_eq!(found[1].locational_gini, Ok(0.25));
        assert_eq!(found[1].sector.theil, theil(&[3.0, 1.0], None));
        assert!(found[2].sector.n == 0 && found[2].sector.gini.is_err() && found[2].ellison_glaeser.is_err());
        // With groups an entity without one is left out.
        let grouped = concentration(&data, Some(&[0, 1, NO_GROUP]), &spec).expect("valid");
        assert_eq!((grouped[0].sector.n, grouped[0].sector.n_missing), (2, 1));
        assert_eq!(grouped[0].sector.theil, theil(&[2.0, 6.0], Some(&[1, 0])));
        assert_eq!(grouped[0].locational_gini, locational_gini(&[2.0, 6.0], &[20.0, 60.0]));
        assert!(inequality(&keys, &[1.0], None).is_err() && inequality(&keys, &[1.0; 6], Some(&[0])).is_err());
    }

    #[test]
    fn structures_are_compared_within_their_period() {
        let (cities, years) = (names(["a", "b"]), names(["1", "2"]));
        let keys = Keys::new(&[0, 1, 0, 1], &[0, 0, 1, 1], &cities, &years).expect("valid");
        let (x, y) = ([5.0, 0.0, 1.0, f64::NAN], [5.0, 20.0, 1.0, 1.0]);
        let index = specialisation(&keys, &[("x", &x), ("y", &y)], &SpecialisationSpec::default()).expect("valid");
        assert_eq!(index[..2], [1.0, 1.0]);
        // Alone in its period.
        assert!(index[2].is_nan() && index[3].is_nan());
        let all = SpecialisationSpec { reference: Reference::All };
        assert_eq!(specialisation(&keys, &[("x", &x), ("y", &y)], &all).expect("valid")[2], 0.0);
        assert!(specialisation(&keys, &[("x", &x)], &all).is_err());
        let error = specialisation(&keys, &[("x", &[-1.0; 4]), ("y", &y)], &all).expect_err("negative").to_string();
        assert!(error.contains("column `x`") && error.contains("entity `a`"), "{error}");
    }

    #[test]
    fn the_choices_read_from_a_study() {
        let read: SpecialisationSpec = toml::from_str("reference = 'all'").expect("valid");
        assert_eq!(read.reference, Reference::All);
        let slip = toml::from_str::<SpecialisationSpec>("reference = 'other'").expect_err("a slip");
        assert!(slip.message().contains("did you mean `others`?"), "{slip}");
        assert_eq!(
            toml::from_str::<ConcentrationSpec>("plant_herfindahl = 0.02").expect("valid").plant_herfindahl,
            0.02
        );
    }
}
