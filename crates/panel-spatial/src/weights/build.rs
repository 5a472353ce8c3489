//! Weights from coordinates, borders, variables, matrices and other weights.

use super::{Kernel, Weights};
use crate::csr::Csr;
use crate::error::{Error, Result};
use panel_core::geo::{Adjacency, LatLon, Metric, NEAREST_KM, NearIndex, nearest_pair, show_km};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How likeness in a variable becomes a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EconomicForm {
    /// 1/|x_i - x_j|.
    #[default]
    InverseGap,
    /// exp(-|x_i - x_j|).
    ExponentialGap,
    /// min(x_i, x_j)/max(x_i, x_j), for x > 0.
    Ratio,
    /// x_j: large units count more for everyone.
    Size,
}

impl Weights {
    /// Weights that fall with distance, up to `cutoff_km`; distances below `min_km` count as `min_km`.
    ///
    /// Units without coordinates are islands. Memory is that of the weights above 0, n² without a cutoff.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] for a bad parameter, and naming two units at one place where
    /// the kernel is infinite there and no `min_km` is set.
    pub fn from_kernel(
        labels: &[String],
        points: &[Option<LatLon>],
        kernel: Kernel,
        metric: Metric,
        cutoff_km: Option<f64>,
        min_km: Option<f64>,
    ) -> Result<Self> {
        check_length("coordinates", labels.len(), points.len())?;
        kernel.validate()?;
        for (name, value) in [("cutoff_km", cutoff_km), ("min_km", min_km)] {
            if let Some(km) = value.filter(|&km| !(km > 0.0 && km.is_finite())) {
                return Err(Error::Specification(format!("{name} = {km}, expected a positive number of kilometres")));
            }
        }
        if kernel.is_singular()
            && min_km.is_none()
            && let Some((a, b, km)) = nearest_pair(points, metric).filter(|(_, _, km)| *km < NEAREST_KM)
        {
            return Err(Error::Specification(format!(
                "`{}` and `{}` are {} apart, nearer than {} m: 1/distance would outweigh every other neighbour; correct their coordinates, or set min_km, below which a distance counts as min_km",
                labels[a],
                labels[b],
                show_km(km),
                1000.0 * NEAREST_KM
            )));
        }
        let reach = cutoff_km.unwrap_or(f64::INFINITY);
        let floor = min_km.unwrap_or(0.0);
        let rows: Vec<Vec<(usize, f64)>> = (0..points.len())
            .into_par_iter()
            .map(|i| {
                let Some(own) = points[i] else { return Vec::new() };
                let weigh = |j: usize| {
                    let km = metric.km(own, points[j]?);
                    (km <= reach).then(|| (j, kernel.at(km.max(floor))))
                };
                (0..points.len()).filter(|&j| j != i).filter_map(weigh).collect()
            })
            .collect();
        let cut = cutoff_km.map_or(String::new(), |km| format!(" up to {km} km"));
        let name = match kernel {
            Kernel::Inverse { exponent: 1.0 } => "inverse distance".to_owned(),
            Kernel::Inverse { exponent } => format!("inverse distance to the power {exponent}"),
            Kernel::Exponential { scale_km } => format!("exponential decay, scale {scale_km} km"),
            Kernel::Gaussian { bandwidth_km } => format!("Gaussian kernel, {bandwidth_km} km"),
            Kernel::Triangular { bandwidth_km } => format!("triangular kernel, {bandwidth_km} km"),
            Kernel::Epanechnikov { bandwidth_km } => format!("Epanechnikov kernel, {bandwidth_km} km"),
            Kernel::Bisquare { bandwidth_km } => format!("bisquare kernel, {bandwidth_km} km"),
        };
        Ok(Self::new(labels, Csr::from_rows(rows), format!("{name}{cut}")))
    }

    /// 1 for the k nearest units by great circle, ties to the lower index. Not symmetric.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] where k is 0 or not below the number of units with coordinates.
    pub fn k_nearest(labels: &[String], points: &[Option<LatLon>], k: usize) -> Result<Self> {
        check_length("coordinates", labels.len(), points.len())?;
        let (place, known): (Vec<usize>, Vec<LatLon>) =
            points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip();
        if k == 0 || k >= known.len() {
            return Err(Error::Specification(format!(
                "k = {k} nearest neighbours among {} units with coordinates: expected 1 to {}",
                known.len(),
                known.len().saturating_sub(1)
            )));
        }
        let index = NearIndex::new(&known);
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); points.len()];
        for (here, &i) in place.iter().enumerate() {
            rows[i] = index.nearest(here, k).into_iter().map(|(j, _)| (place[j], 1.0)).collect();
            rows[i].sort_by_key(|entry| entry.0);
        }
        Ok(Self::new(labels, Csr::from_rows(rows), format!("{k} nearest neighbours")))
    }

    /// 1 for units from `from_km` (exclusive, unless 0) to `to_km` away by great circle.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] for a band that is none.
    pub fn band(labels: &[String], points: &[Option<LatLon>], from_km: f64, to_km: f64) -> Result<Self> {
        check_length("coordinates", labels.len(), points.len())?;
        if !(from_km >= 0.0 && to_km > from_km && to_km.is_finite()) {
            return Err(Error::Specification(format!("a band from {from_km} to {to_km} km: expected 0 <= from < to")));
        }
        let (place, known): (Vec<usize>, Vec<LatLon>) =
            points.iter().enumerate().filter_map(|(i, point)| point.map(|point| (i, point))).unzip();
        let index = NearIndex::new(&known);
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); points.len()];
        for (here, &i) in place.iter().enumerate() {
            let near = index.within(here, to_km).into_iter().filter(|&(_, km)| from_km == 0.0 || km > from_km);
            rows[i] = near.map(|(j, _)| (place[j], 1.0)).collect();
        }
        Ok(Self::new(labels, Csr::from_rows(rows), format!("band from {from_km} to {to_km} km")))
    }

    /// 1 for neighbours.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`].
    pub fn from_adjacency(labels: &[String], adjacency: &Adjacency) -> Result<Self> {
        check_length("adjacency", labels.len(), adjacency.n())?;
        let rows = (0..adjacency.n()).map(|i| adjacency.neighbours(i).iter().map(|&j| (j as usize, 1.0)).collect());
        Ok(Self::new(labels, Csr::from_rows(rows), "contiguity"))
    }

    /// Weights from likeness in a variable that has one value per unit (a first year, a mean).
    ///
    /// Taken from the outcome or what moves with it, such weights are endogenous: say which year they are of.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::BadValue`] for a missing value, or one not above 0 under [`EconomicForm::Ratio`]
    /// and [`EconomicForm::Size`]; [`Error::Specification`] naming two units of one value under [`EconomicForm::InverseGap`].
    pub fn economic(labels: &[String], variable: &str, x: &[f64], form: EconomicForm) -> Result<Self> {
        check_length(variable, labels.len(), x.len())?;
        let positive = matches!(form, EconomicForm::Ratio | EconomicForm::Size);
        if let Some(i) = x.iter().position(|&x| !x.is_finite() || (positive && x <= 0.0)) {
            return Err(Error::BadValue {
                unit: labels[i].clone(),
                period: String::new(),
                column: variable.to_owned(),
                value: x[i],
                expected: if positive { "a positive number" } else { "a number" },
            });
        }
        if form == EconomicForm::InverseGap {
            let mut order: Vec<usize> = (0..x.len()).collect();
            order.sort_by(|&a, &b| x[a].total_cmp(&x[b]).then(a.cmp(&b)));
            if let Some(pair) = order.windows(2).find(|pair| x[pair[0]] == x[pair[1]]) {
                return Err(Error::Specification(format!(
                    "units `{}` and `{}` have the same `{variable}` ({}), so their inverse gap is infinite; use form = \"exponential-gap\" or \"ratio\"",
                    labels[pair[0]], labels[pair[1]], x[pair[0]]
                )));
            }
        }
        let weigh = |i: usize, j: usize| match form {
            EconomicForm::InverseGap => 1.0 / (x[i] - x[j]).abs(),
            EconomicForm::ExponentialGap => (-(x[i] - x[j]).abs()).exp(),
            EconomicForm::Ratio => x[i].min(x[j]) / x[i].max(x[j]),
            EconomicForm::Size => x[j],
        };
        let rows = (0..x.len()).map(|i| (0..x.len()).filter(|&j| j != i).map(|j| (j, weigh(i, j))).collect());
        let form = match form {
            EconomicForm::InverseGap => "inverse gap in",
            EconomicForm::ExponentialGap => "exponential of the gap in",
            EconomicForm::Ratio => "ratio of",
            EconomicForm::Size => "size by",
        };
        Ok(Self::new(labels, Csr::from_rows(rows), format!("{form} {variable}")))
    }

    /// Weights from triplets (i, j, w) with indices from 0.
    ///
    /// # Errors
    /// [`Error::Specification`] for an index not below n or a pair that stands twice; [`Error::BadWeight`] for a weight on
    /// the diagonal that is not 0, a negative one, or one that is no number.
    pub fn from_triplets(labels: &[String], triplets: &[(usize, usize, f64)]) -> Result<Self> {
        Self::triplets(labels, triplets, false)
    }

    /// As [`Weights::from_triplets`], with negative weights let in.
    ///
    /// # Errors
    /// As [`Weights::from_triplets`], negative weights aside.
    pub fn from_triplets_signed(labels: &[String], triplets: &[(usize, usize, f64)]) -> Result<Self> {
        Self::triplets(labels, triplets, true)
    }

    fn triplets(labels: &[String], triplets: &[(usize, usize, f64)], signed: bool) -> Result<Self> {
        let n = labels.len();
        let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
        for &(i, j, weight) in triplets {
            if i >= n || j >= n {
                return Err(Error::Specification(format!(
                    "weight ({i}, {j}) = {weight}: there are {n} units, counted from 0"
                )));
            }
            let expected = if !weight.is_finite() {
                Some("a finite number")
            } else if weight < 0.0 && !signed {
                Some("at least 0 (negative weights only where they are asked for)")
            } else if i == j && weight != 0.0 {
                Some("0 on the diagonal: no unit is its own neighbour")
            } else {
                None
            };
            if let Some(expected) = expected {
                return Err(Error::BadWeight { from: labels[i].clone(), to: labels[j].clone(), weight, expected });
            }
            if i != j && weight != 0.0 {
                rows[i].push((j, weight));
            }
        }
        for (i, row) in rows.iter_mut().enumerate() {
            row.sort_by_key(|entry| entry.0);
            if let Some(pair) = row.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(Error::Specification(format!(
                    "the weight from `{}` to `{}` stands twice",
                    labels[i], labels[pair[0].0]
                )));
            }
        }
        Ok(Self::new(labels, Csr::from_rows(rows), "weights given"))
    }

    /// Weights from a square matrix, row by row.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] when there are not n² values; else as [`Weights::from_triplets`].
    pub fn from_square(labels: &[String], values: &[f64]) -> Result<Self> {
        let n = labels.len();
        check_length("weights matrix", n * n, values.len())?;
        let entry = |k: usize| (values[k] != 0.0).then(|| (k / n, k % n, values[k]));
        let triplets: Vec<(usize, usize, f64)> = (0..n * n).filter_map(entry).collect();
        Self::from_triplets(labels, &triplets)
    }

    /// Element by element: neighbours are those of all factors, as with inverse distance × likeness in income.
    ///
    /// The result is not normalised; its units are those of the first factor.
    ///
    /// # Errors
    /// [`Error::Specification`] for no factor; [`Error::UnknownName`] for a unit that a later factor lacks.
    pub fn product(factors: &[&Self]) -> Result<Self> {
        let Some((first, others)) = factors.split_first() else {
            return Err(Error::Specification("a product of weights needs at least one factor".into()));
        };
        let others = others.iter().map(|other| other.select(&first.labels)).collect::<Result<Vec<_>>>()?;
        let rows = (0..first.n()).map(|i| {
            first.row(i).map(|(j, weight)| (j, others.iter().fold(weight, |w, other| w * other.get(i, j)))).collect()
        });
        let names: Vec<&str> = factors.iter().map(|factor| factor.description.as_str()).collect();
        Ok(Self::new(&first.labels, Csr::from_rows(rows), names.join(" × ")))
    }
}

fn check_length(what: &str, expected: usize, got: usize) -> Result<()> {
    if expected == got {
        return Ok(());
    }
    Err(Error::LengthMismatch { what: what.to_owned(), expected, got })
}
