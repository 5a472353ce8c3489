//! The tests period by period, from rows of a panel.

use super::{GlobalTest, LocalMoran, SpatialWeights, geary, local_moran, moran};
use crate::error::Result;
use panel_core::{InputError, Keys};
use serde::{Deserialize, Serialize};

/// A global statistic of spatial association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Statistic {
    /// Moran's I.
    #[default]
    Moran,
    /// Geary's C.
    Geary,
}

panel_core::words!(Statistic, "statistic", { "moran" => Statistic::Moran, "geary" => Statistic::Geary });

/// Choices of tests of spatial association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssociationSpec {
    /// The global statistic.
    pub statistic: Statistic,
    /// Permutations.
    pub permutations: usize,
    /// Seed.
    pub seed: u64,
    /// Whether the rows of the weights are divided by their sums.
    pub row_standardised: bool,
}

impl Default for AssociationSpec {
    fn default() -> Self {
        Self { statistic: Statistic::default(), permutations: 999, seed: 1, row_standardised: true }
    }
}

/// [`moran`] or [`geary`] of a variable in every period; where a test does not exist, why.
///
/// **Shapes**: `values` one per row, `weights` over the entities of the keys. An entity without a row is missing.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input): other lengths.
pub fn association(
    keys: &Keys<'_>,
    values: &[f64],
    weights: &SpatialWeights,
    spec: &AssociationSpec,
) -> Result<Vec<Result<GlobalTest>>> {
    let (columns, weights) = (by_period(keys, values, weights)?, scaled(weights, spec));
    let test = match spec.statistic {
        Statistic::Moran => moran,
        Statistic::Geary => geary,
    };
    Ok(columns.iter().map(|column| test(column, &weights, spec.permutations, spec.seed)).collect())
}

/// [`local_moran`] of a variable in every period, entity by entity.
///
/// # Errors
/// As [`association`].
pub fn local_association(
    keys: &Keys<'_>,
    values: &[f64],
    weights: &SpatialWeights,
    spec: &AssociationSpec,
) -> Result<Vec<Result<Vec<Option<LocalMoran>>>>> {
    let (columns, weights) = (by_period(keys, values, weights)?, scaled(weights, spec));
    Ok(columns.iter().map(|column| local_moran(column, &weights, spec.permutations, spec.seed)).collect())
}

fn scaled(weights: &SpatialWeights, spec: &AssociationSpec) -> SpatialWeights {
    if spec.row_standardised { weights.clone().row_standardized() } else { weights.clone() }
}

/// One column over all entities per period.
fn by_period(keys: &Keys<'_>, values: &[f64], weights: &SpatialWeights) -> Result<Vec<Vec<f64>>> {
    InputError::check_length("values", values.len(), keys.n_rows())?;
    InputError::check_length("spatial weights (entities)", weights.n(), keys.n_entities())?;
    let mut columns = vec![vec![f64::NAN; keys.n_entities()]; keys.n_periods()];
    for (row, &value) in values.iter().enumerate() {
        columns[keys.time()[row] as usize][keys.entity()[row] as usize] = value;
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use panel_core::geo::Adjacency;

    #[test]
    fn every_period_has_its_own_test() {
        let cities: Vec<String> = (0..9).map(|i| i.to_string()).collect();
        let years = ["1", "2", "3"].map(String::from);
        let (entity, time): (Vec<u32>, Vec<u32>) = (0..18).map(|row| (row % 9, row / 9)).unzip();
        let keys = Keys::new(&entity, &time, &cities, &years).expect("valid");
        let values: Vec<f64> = (0..18).map(|row| f64::from((row * 37) % 23)).collect();
        let ring = Adjacency::from_pairs(9, (0..9).map(|i| (i, (i + 1) % 9))).expect("valid");
        let weights = SpatialWeights::from_adjacency(&ring);
        let row = weights.clone().row_standardized();
        let spec = AssociationSpec { permutations: 99, ..AssociationSpec::default() };
        let tests = association(&keys, &values, &weights, &spec).expect("valid");
        assert_eq!(tests[0], moran(&values[..9], &row, 99, 1));
        assert_eq!(tests[1], moran(&values[9..], &row, 99, 1));
        assert!(tests[2].is_err());
        let plain: AssociationSpec =
            toml::from_str("statistic = 'geary'\npermutations = 99\nrow_standardised = false").expect("valid");
        let tests = association(&keys, &values, &weights, &plain).expect("valid");
        assert_eq!(tests[1], geary(&values[9..], &weights, 99, 1));
        let local = local_association(&keys, &values, &weights, &spec).expect("valid");
        assert_eq!(local[1], local_moran(&values[9..], &row, 99, 1));
        assert!(association(&keys, &values[1..], &weights, &spec).is_err());
        assert!(toml::from_str::<AssociationSpec>("statistic = 'morans'").is_err());
    }
}
