//! The column under the options that change it: formula, sample and weights apart from the covariance.

use super::options::Studies;
use panel_fe::formula::{Factor, Function};
use panel_fe::{Formula, Like, Vcov};
use panel_multiverse::artefacts::{OptionSet, make_once};
use panel_multiverse::{Declaration, Universes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use study::{ColumnSpec, Error, Loaded, Parsed, Result, names};

/// Why something is not there, shared by all that lack it.
pub(super) type Why = Arc<Error>;

/// The column that is estimated under every universe.
#[derive(Debug, Clone)]
pub(super) struct Subject<'a> {
    /// Where errors stand.
    pub(super) stage: String,
    pub(super) table: &'a str,
    pub(super) column: &'a str,
}

/// Name of a multiverse in messages, log and `--only`.
pub(super) fn stage(spec: &Declaration) -> String {
    format!("multiverse-{}", spec.id)
}

impl<'a> Subject<'a> {
    /// That of a declaration.
    pub(super) fn of(spec: &'a Declaration) -> Self {
        Self { stage: stage(spec), table: &spec.table, column: &spec.column }
    }

    /// The column in a study.
    ///
    /// # Errors
    /// Where it is not there.
    pub(super) fn in_study<'l>(&self, loaded: &'l Loaded) -> Result<&'l ColumnSpec> {
        let found = loaded.study.column(self.table, self.column).map(|(_, column)| column);
        found.map_err(|message| Error::stage(&*self.stage, message))
    }
}

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

    /// Notes the variables that every design carries, once all columns are known: those of covariances, and of the clusters of
    /// resampling.
    pub(super) fn carry(&mut self, cluster: Option<&str>) {
        let bodies = 0..self.bodies.len() as u32;
        let errors = 0..self.errors.len() as u32;
        let pairs = bodies.flat_map(|body| errors.clone().map(move |errors| (body, errors)));
        let mut names: Vec<String> =
            pairs.flat_map(|(body, errors)| names_of_errors(&self.column(body, errors))).collect();
        names.extend(cluster.map(str::to_owned));
        names.retain(|name| !self.keys.contains(name));
        self.carried = distinct(names);
    }

    /// Every variable of any column.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let of_bodies = self.bodies.iter().flat_map(|body| body.names.iter().chain(&body.response));
        of_bodies.chain(&self.carried).cloned().collect()
    }

    /// The column of each universe, or why it has none; `options` are those that change it.
    pub(super) fn of(
        &mut self,
        studies: &Studies<'_>,
        subject: &Subject<'_>,
        options: &OptionSet,
        universes: &Universes,
    ) -> Vec<std::result::Result<Spec, Why>> {
        let projection = universes.project_options(options);
        let read = make_once(&vec![1; projection.representatives.len()], |job| {
            let codes = universes.get(projection.representatives[job] as usize);
            let changed = studies.changed(&options.of(codes))?;
            subject.in_study(&changed).cloned()
        });
        let add = |column: Result<ColumnSpec>| column.map(|column| self.add(column)).map_err(Arc::new);
        let of_option: Vec<std::result::Result<Spec, Why>> = read.into_iter().map(add).collect();
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
        let named = |formula: &Formula| formula.variables().into_iter().map(str::to_owned).collect::<Vec<String>>();
        // Without its left-hand side the formula names what outcomes can share.
        let first = formula.regressors.iter().chain(&formula.endogenous).next();
        let right = first.map(|term| named(&Formula { response: term.clone(), ..Formula::clone(formula) }));
        let response = match formula.response.factors.as_slice() {
            [Factor { column, function: Function::Identity, power: 1 }] => Some(column.clone()),
            _ => None,
        };
        let shared = right.filter(|right| response.as_ref().is_some_and(|response| !right.contains(response)));
        let response = response.filter(|_| shared.is_some());
        let mut names = shared.unwrap_or_else(|| named(formula));
        names.extend(column.sample.iter().flat_map(|sample| sample.columns()));
        names.extend(column.weights.clone());
        // A filter may look at the response itself.
        let response = response.filter(|response| !names.contains(response));
        if response.is_none() {
            names.extend(named(formula));
        }
        names.retain(|name| !keys.contains(name));
        Self { names: distinct(names), response, column }
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

/// Variables of covariances: cluster keys, coordinates.
pub(super) fn names_of_errors(column: &ColumnSpec) -> Vec<String> {
    let mut names = names::of_vcov(&column.vcov);
    if matches!(*column.vcov, Vcov::Conley { .. }) {
        let at = column.options().coordinates;
        names.extend([at.lon, at.lat]);
    }
    names
}
