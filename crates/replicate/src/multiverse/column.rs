//! The column under the options that change it: formula, sample and weights apart from the covariance.

use super::options::changed;
use super::reach::stage;
use crate::error::{Error, Result};
use crate::names;
use crate::study::{ColumnSpec, Loaded, Parsed};
use panel_fe::{Like, Vcov};
use panel_multiverse::{Declaration, Grid, Universes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A covariance and whose degrees-of-freedom rule.
#[derive(Debug, Clone)]
pub(super) struct Errors {
    pub(super) vcov: Parsed<Vcov>,
    pub(super) like: Parsed<Like>,
}

/// A column as two places: what is estimated, and its covariance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spec {
    pub(super) body: u32,
    pub(super) errors: u32,
}

/// Everything but the covariance, and the variables that it uses.
#[derive(Debug)]
pub(super) struct Body {
    /// The column; its covariance is that of the first universe with it.
    pub(super) column: ColumnSpec,
    /// Variables beside the response.
    pub(super) names: Vec<String>,
    /// The response, where it is one variable that stands nowhere else: outcomes can then share what is absorbed.
    pub(super) response: Option<String>,
}

/// All different bodies and covariances.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Names of the panel's keys, which no choice moves.
    keys: Vec<String>,
    /// Variables of covariances and of resampling, which every design carries.
    pub(super) carried: Vec<String>,
    pub(super) bodies: Vec<Body>,
    pub(super) errors: Vec<Errors>,
    known_bodies: BTreeMap<String, u32>,
    known_errors: BTreeMap<String, u32>,
}

impl Columns {
    pub(super) fn new(loaded: &Loaded) -> Self {
        let header = &loaded.study.study;
        let keys = std::iter::once(&header.entity).chain(&header.time).cloned().collect();
        Self { keys, ..Self::default() }
    }

    /// Notes the variables that every design carries, once all columns are known.
    pub(super) fn carry(&mut self, cluster: &str) {
        let bodies = 0..self.bodies.len() as u32;
        let errors = 0..self.errors.len() as u32;
        let pairs = bodies.flat_map(|body| errors.clone().map(move |errors| (body, errors)));
        let mut names: Vec<String> =
            pairs.flat_map(|(body, errors)| names_of_errors(&self.column(body, errors))).collect();
        names.push(cluster.to_owned());
        names.retain(|name| !self.keys.contains(name));
        self.carried = distinct(names);
    }

    /// Every variable of any column.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let of_bodies = self.bodies.iter().flat_map(|body| body.names.iter().chain(&body.response));
        of_bodies.chain(&self.carried).cloned().collect()
    }

    /// The column of each universe, or why it has none.
    pub(super) fn of(
        &mut self,
        loaded: &Loaded,
        spec: &Declaration,
        grid: &Grid,
        choices: &[usize],
        universes: &Universes,
    ) -> Vec<std::result::Result<Spec, Arc<str>>> {
        let projection = universes.project(choices);
        let mut of_option = Vec::with_capacity(projection.representatives.len());
        for &place in &projection.representatives {
            let column = changed(loaded, grid, universes.get(place as usize), choices)
                .and_then(|changed| column_of(&changed, spec).cloned());
            of_option.push(column.map(|column| self.add(column)).map_err(|error| Arc::from(error.message())));
        }
        projection.of_universe.iter().map(|&number| of_option[number as usize].clone()).collect()
    }

    fn add(&mut self, column: ColumnSpec) -> Spec {
        let errors = Errors { vcov: column.vcov.clone(), like: column.like.clone() };
        let key = format!("{} {}", errors.vcov, errors.like);
        let errors = numbered(&mut self.known_errors, &mut self.errors, key, || errors);
        let keys = self.keys.clone();
        let key = format!("{:?}", ColumnSpec { vcov: Parsed::default(), like: Parsed::default(), ..bare(&column) });
        let body = numbered(&mut self.known_bodies, &mut self.bodies, key, || Body::new(bare(&column), &keys));
        Spec { body, errors }
    }

    /// The column of a body under a covariance.
    pub(super) fn column(&self, body: u32, errors: u32) -> ColumnSpec {
        let Errors { vcov, like } = self.errors[errors as usize].clone();
        ColumnSpec { vcov, like, ..self.bodies[body as usize].column.clone() }
    }
}

impl Body {
    fn new(column: ColumnSpec, keys: &[String]) -> Self {
        let formula = &column.formula;
        let response = formula.response.name.clone();
        let right = formula.regressors.iter().chain(&formula.endogenous).chain(&formula.instruments);
        let mut names: Vec<String> = right.flat_map(|term| &term.factors).map(|factor| factor.column.clone()).collect();
        names.extend(formula.effects.iter().flat_map(|effect| effect.columns.iter().chain(&effect.slopes)).cloned());
        names.extend(column.sample.iter().flat_map(|sample| sample.columns()));
        names.extend(column.weights.clone());
        let [factor] = formula.response.factors.as_slice() else {
            names.extend(formula.response.factors.iter().map(|factor| factor.column.clone()));
            names.retain(|name| !keys.contains(name));
            return Self { names: distinct(names), response: None, column };
        };
        let plain = factor.column == response && !names.contains(&response);
        if !plain {
            names.push(factor.column.clone());
        }
        names.retain(|name| !keys.contains(name));
        Self { names: distinct(names), response: plain.then_some(response), column }
    }
}

/// The column without what is only shown.
fn bare(column: &ColumnSpec) -> ColumnSpec {
    let first_stages = Vec::new();
    ColumnSpec { name: None, label: None, utest: None, moderation: None, first_stages, ..column.clone() }
}

fn distinct(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

fn numbered<T>(known: &mut BTreeMap<String, u32>, all: &mut Vec<T>, key: String, make: impl FnOnce() -> T) -> u32 {
    *known.entry(key).or_insert_with(|| {
        all.push(make());
        all.len() as u32 - 1
    })
}

/// The column that a multiverse estimates again.
///
/// # Errors
/// Where it is not there.
pub(super) fn column_of<'a>(loaded: &'a Loaded, spec: &Declaration) -> Result<&'a ColumnSpec> {
    let found = loaded.study.column(&spec.table, &spec.column).map(|(_, column)| column);
    found.map_err(|message| Error::stage(stage(spec), message))
}

/// Variables of covariances: cluster keys, coordinates.
pub(super) fn names_of_errors(column: &ColumnSpec) -> Vec<String> {
    let mut names = names::of_vcov(&column.vcov);
    if matches!(*column.vcov, Vcov::Conley { .. }) {
        let at = column.options().coordinates;
        names.extend([at.lon, at.lat]);
    }
    names
}
