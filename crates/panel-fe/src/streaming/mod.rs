//! Least squares on rows that come a block at a time: regressions over files larger than memory.
//!
//! ```text
//! y ~ x + … | one effect, or two      clusters by one key, HC1 or iid
//! ```
//!
//! Sums by level need no rows (`docs/scale.md`). The *long* effect has any number of levels, the *short* one at most 2,000.
//! Three readings of the rows, each in the same order:
//!
//! 1. rows by (long, short) level and sums by long level; singletons are found in the counts;
//! 2. with z = v - v̄_long, the products Z'Z and the sums B of z by short level. With S = diag(n_t) - Σ_i n_is n_it / n_i,
//!    the short effects of a column are Γ = S⁻B, and the products outside both effects Z'Z - B'Γ give b;
//! 3. residuals u = ỹ - X̃b row by row: u'u, the sums of scores by cluster, and X̃'u, which corrects b. It is repeated while
//!    it corrects b by more than rounding.
//!
//! Memory: one block of rows, and per long level the sums of each column, one count per short level and the sum of scores.
//! The result does not depend on how rows are cut into blocks but for rounding.

mod coding;
mod levels;
mod readings;
mod source;

use crate::coefficients::NoStandardError;
use crate::dof::{Absorbed, AbsorbedTerm, Dof, SmallSample, per_degree};
use crate::error::{Error, Result};
use crate::fit::assemble::check_degrees;
use crate::fit::estimation::check_largest;
use crate::fit::ols;
use crate::fit::result::{ClusterCount, Coefficient, Dropped, R2, table};
use crate::fit::sandwich::sandwich;
use crate::formula::Formula;
use crate::like::Like;
use crate::linalg;
use crate::spec::{Options, Singletons};
use crate::vcov::{Covariance, Groups, Meat, Structure, Vcov};
use crate::wald::Wald;
use crate::{TestOutcome, coefficients};
use faer::Mat;
use levels::Levels;
use panel_core::{Diagnostic, Panel};
use readings::{Effects, Products, Scores, Sums};
use source::{Of, Source, refused};

/// Rows that can be read again and again, a block at a time.
pub trait Blocks {
    /// Hands out the blocks, in the same order at each call; a block holds the columns of the formula and the keys as
    /// columns ([`Panel::unkeyed`]).
    ///
    /// # Errors
    /// Those of reading and of `take`.
    fn each(&mut self, take: &mut dyn FnMut(&Panel) -> Result<()>) -> Result<()>;
}

/// An estimate on rows that were read part by part.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Streamed {
    /// Formula as written.
    pub formula: String,
    /// Left-hand side.
    pub response: String,
    /// The coefficient table.
    pub coef: Vec<Coefficient>,
    /// Covariance of the coefficients.
    pub vcov: Mat<f64>,
    /// Which one it is.
    pub vcov_spec: Vcov,
    /// Whose degrees-of-freedom rule.
    pub like: Like,
    /// Clusters of the sample.
    pub clusters: Vec<ClusterCount>,
    /// Observations.
    pub n_obs: usize,
    /// Distinct entities.
    pub n_entities: usize,
    /// Distinct periods.
    pub n_periods: usize,
    /// Rows that miss a used value.
    pub n_missing: usize,
    /// Rows left out as singletons.
    pub n_singletons: usize,
    /// N - K.
    pub df_resid: f64,
    /// Degrees of freedom of t.
    pub df_t: f64,
    /// Small-sample multiplier.
    pub multiplier: f64,
    /// Measures of fit; within entities where the long effect is theirs.
    pub r2: R2,
    /// Root mean squared error.
    pub rmse: f64,
    /// u'u.
    pub ssr: f64,
    /// Joint test of the slopes.
    pub wald: TestOutcome,
    /// Regressors that were left out.
    pub dropped: Vec<Dropped>,
    /// Bound on the relative error of the coefficients, to first order.
    pub error_bound: f64,
    /// What the reader should know.
    pub diagnostics: Vec<Diagnostic>,
}

/// Share of a squared column beside which what the effects and the columns before it leave is rounding, and up to which it
/// may be.
const NOTHING: f64 = 1e-14;
const UNCLEAR: f64 = 1e-9;
/// The last reading is repeated while its correction moves the residuals by more than this share.
const MOVED: f64 = 1e-12;
/// Most last readings.
const READINGS: usize = 4;
/// A relative error of a coefficient that a reader has to know of.
const IMPRECISE: f64 = 1e-6;

/// Estimates a formula on rows that come a block at a time; `keys` are the columns of entity and time, the second empty where
/// there are no periods.
///
/// # Errors
/// [`Error::Unsupported`] for what cannot be estimated part by part, and those of [`crate::fit`].
pub fn fit(formula: &Formula, options: &Options, keys: [&str; 2], blocks: &mut dyn Blocks) -> Result<Streamed> {
    options.check()?;
    source::check(formula)?;
    if options.weights.is_some() {
        return Err(refused("weights"));
    }
    let mut source = Source::new(formula, &options.vcov, keys)?;
    let mut sample = Sample::read(&mut source, blocks, formula, options)?;
    let products = Products::read(&mut source, blocks, &sample.levels, &sample.effects, sample.mean)?;
    for (j, &largest) in products.largest.iter().enumerate() {
        check_largest(source.name(j), largest)?;
    }
    let inverse = sample.levels.inverse()?;
    let gamma = &inverse * &products.by_short;
    let within = &products.gram - products.by_short.transpose() * &gamma;
    sample.effects.add_short(&gamma, &sample.levels);
    let (kept, dropped) = independent(&source, &products, &within)?;
    for Dropped { name, reason, .. } in &dropped {
        let message = format!("`{name}` was left out: {reason}");
        sample.diagnostics.push(Diagnostic::warning("collinear-dropped", message));
    }
    if kept.is_empty() {
        return Err(Error::NoRegressor(ols::NO_REGRESSOR.into()));
    }
    let covariance = covariance(&source, formula, options, &products, &mut sample.diagnostics)?;
    let solved = solve(&mut source, blocks, &mut sample, (&inverse, &within, &kept), &options.vcov)?;
    estimate(&source, formula, options, Read { sample, products, within, kept, dropped, covariance, solved })
}

/// What the first reading tells.
struct Sample {
    levels: Levels,
    effects: Effects,
    /// ȳ.
    mean: f64,
    missing: usize,
    singletons: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Sample {
    fn read(source: &mut Source<'_>, blocks: &mut dyn Blocks, formula: &Formula, options: &Options) -> Result<Self> {
        let mut levels = Levels::default();
        let mut sums = Sums::read(source, blocks, Some(&mut levels), None)?;
        let (seen, missing) = (source.seen, source.missing);
        if seen == missing {
            return Err(Error::NoObservations(match seen {
                0 => "the sample filter keeps no row".into(),
                _ => format!("each of the {seen} rows misses a used value"),
            }));
        }
        if let (Of::Long, Of::Short, Some(short)) = (&source.entity, &source.time, &source.short) {
            levels.check_unique(&source.long, short)?;
        }
        let mut diagnostics = Vec::new();
        if missing > 0 {
            let message = format!("{missing} of {seen} rows miss a used value and were left out");
            diagnostics.push(Diagnostic::note("missing-dropped", message));
        }
        let mut singletons = 0;
        if options.singletons == Singletons::Drop {
            let partly;
            (singletons, partly) = levels.drop_singletons(formula.effects.len());
            if singletons > 0 {
                let message = format!("{singletons} rows were alone in a level of a fixed effect and were left out");
                diagnostics.push(Diagnostic::note("singletons-dropped", message));
            }
            if levels.rows() == 0 {
                return Err(Error::NoObservations("every row is alone in a level of a fixed effect".into()));
            }
            if partly {
                sums = Sums::read(source, blocks, None, Some(&levels))?;
            }
        }
        let (effects, mean) = sums.into_effects(&levels, source.columns());
        Ok(Self { levels, effects, mean, missing, singletons, diagnostics })
    }
}

/// Coefficients and what belongs to their last reading.
struct Solved {
    b: Vec<f64>,
    bread: Mat<f64>,
    scores: Scores,
}

/// The coefficients out of the products, corrected by readings of the residuals.
fn solve(
    source: &mut Source<'_>,
    blocks: &mut dyn Blocks,
    sample: &mut Sample,
    (inverse, within, kept): (&Mat<f64>, &Mat<f64>, &[usize]),
    vcov: &Vcov,
) -> Result<Solved> {
    let meat = match vcov {
        Vcov::Iid => readings::Meat::None,
        Vcov::Cluster(_) => readings::Meat::Clusters,
        _ => readings::Meat::Rows,
    };
    let bread = linalg::invert_spd(pick(within, kept).as_ref(), "X'X")?;
    let right: Vec<f64> = kept.iter().map(|&j| within[(0, 1 + j)]).collect();
    let mut b = times(&bread, &right);
    let mut readings = 0;
    loop {
        let scores = Scores::read(source, blocks, &sample.levels, &sample.effects, (kept, &b), meat)?;
        readings += 1;
        let left = inverse * &scores.by_short;
        sample.effects.add_short(&left, &sample.levels);
        let bread = linalg::invert_spd(scores.gram.as_ref(), "X'X")?;
        let change = times(&bread, &scores.gradient);
        let moved: f64 = change.iter().zip(&scores.gradient).map(|(change, slope)| change * slope).sum();
        let still = moved.max(0.0).sqrt() <= MOVED * scores.ssr.sqrt()
            || change.iter().zip(&b).all(|(change, b)| change.abs() <= 1e-15 * b.abs());
        b.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
        if still || readings == READINGS {
            return Ok(Solved { b, bread, scores });
        }
    }
}

/// Everything that the readings told.
struct Read {
    sample: Sample,
    products: Products,
    /// Products outside all effects.
    within: Mat<f64>,
    kept: Vec<usize>,
    dropped: Vec<Dropped>,
    covariance: Covariance,
    solved: Solved,
}

impl Read {
    /// Bounds of the coefficients' errors, and why they have no standard errors, if they have none.
    fn precision(&self) -> (Vec<f64>, Option<NoStandardError>) {
        let Solved { b, bread, scores } = &self.solved;
        let sizes: Vec<f64> = self.kept.iter().map(|&j| self.products.squares[1 + j].sqrt()).collect();
        let size_y = self.products.squares[0].sqrt();
        let bounds = ols::cancellation(b, bread, &sizes, size_y, scores.ssr.sqrt());
        let total = self.within[(0, 0)].max(0.0).sqrt();
        (bounds, nothing_left(total, scores.ssr.sqrt(), size_y, &sizes, b))
    }

    fn r2(&self, source: &Source<'_>, dof: &Dof, small: &SmallSample) -> R2 {
        let ssr = self.solved.scores.ssr;
        let of_entity = matches!(source.entity, Of::Long).then(|| 1.0 - ssr / self.products.gram[(0, 0)]);
        let overall = 1.0 - ssr / self.products.total;
        let base = if dof.like == Like::Xtreg { of_entity.unwrap_or(overall) } else { overall };
        let n = dof.n_obs as f64;
        let adjusted = 1.0 - per_degree((1.0 - base) * (n - 1.0), n - small.k_adjusted as f64);
        R2 { overall, within: Some(1.0 - ssr / self.within[(0, 0)]), within_entity: of_entity, adjusted }
    }
}

/// The estimate put together.
fn estimate(source: &Source<'_>, formula: &Formula, options: &Options, mut read: Read) -> Result<Streamed> {
    let k = read.kept.len();
    let dof = dof(source, formula, &read.sample.levels, options.like);
    let small = dof.small_sample(k, &read.covariance);
    check_degrees(&dof, small.k)?;
    let (bounds, nothing) = read.precision();
    let Solved { b, bread, scores } = &read.solved;
    let vcov = if read.covariance.is_iid() {
        let scale = small.multiplier * scores.ssr / dof.n_obs as f64;
        Mat::from_fn(k, k, |i, j| scale * bread[(i, j)])
    } else {
        sandwich(bread, &scores.meat, small.multiplier)
    };
    let mut diagnostics = std::mem::take(&mut read.sample.diagnostics);
    if let Some(reason) = nothing {
        let message = format!("`{}` has coefficients without standard errors: {reason}", formula.response.name);
        diagnostics.push(Diagnostic::warning("perfect-fit", message));
    }
    let variance = |j: usize| match nothing {
        Some(reason) => Err(reason),
        None => coefficients::standard_error(vcov[(j, j)]).map(|se| se * se),
    };
    let variances: Vec<Result<f64, NoStandardError>> = (0..k).map(variance).collect();
    let wald = match variances.iter().find_map(|variance| variance.err()) {
        Some(reason) => TestOutcome::not_available("Wald", format!("a slope has no standard error: {reason}")),
        None => Wald::new("Wald", "all slopes are zero", small.df_t).test(b, vcov.as_ref()),
    };
    let relative = bounds.iter().zip(b).map(|(bound, b)| if *b == 0.0 { *bound } else { bound / b.abs() });
    let error_bound = relative.fold(0.0, f64::max);
    if error_bound > IMPRECISE {
        let message = format!(
            "double precision leaves few digits of the coefficients (up to {error_bound:.0e} of their size): subtract a \
             constant near their values from the variables that lie far from zero"
        );
        diagnostics.push(Diagnostic::warning("precision", message));
    }
    let names: Vec<String> = read.kept.iter().map(|&j| source.name(1 + j).to_owned()).collect();
    let clusters = match &options.vcov {
        Vcov::Cluster(keys) => vec![ClusterCount { key: keys[0].clone(), groups: read.products.clusters }],
        _ => Vec::new(),
    };
    Ok(Streamed {
        formula: formula.source.clone(),
        response: formula.response.name.clone(),
        coef: table(&names, b, &variances, small.df_t, options.level),
        vcov_spec: options.vcov.clone(),
        like: options.like,
        clusters,
        n_obs: dof.n_obs,
        n_entities: read.products.entities,
        n_periods: read.products.periods,
        n_missing: read.sample.missing,
        n_singletons: read.sample.singletons,
        df_resid: dof.n_obs as f64 - small.k as f64,
        df_t: small.df_t,
        multiplier: small.multiplier,
        r2: read.r2(source, &dof, &small),
        rmse: per_degree(scores.ssr, small.df_rmse).sqrt(),
        ssr: scores.ssr,
        wald,
        vcov,
        dropped: read.dropped,
        error_bound,
        diagnostics,
    })
}

/// Why no coefficient has a standard error, if none has: rounding is all that the effects, or the regressors, leave.
fn nothing_left(total: f64, residual: f64, size_y: f64, sizes: &[f64], b: &[f64]) -> Option<NoStandardError> {
    if total <= NOTHING.sqrt() * size_y && residual <= 256.0 * f64::EPSILON * size_y {
        return Some(NoStandardError::Explained);
    }
    let moved: f64 = sizes.iter().zip(b).map(|(size, b)| size * b.abs()).sum();
    let rounding = (1e-13 * total).max(4.0 * f64::EPSILON * (size_y + moved));
    (residual <= rounding).then_some(NoStandardError::PerfectFit)
}

/// Which regressors are kept, by the products outside the effects.
fn independent(source: &Source<'_>, products: &Products, within: &Mat<f64>) -> Result<(Vec<usize>, Vec<Dropped>)> {
    let unclear = |name: &str| {
        refused(&format!("`{name}`, which is nearly a combination of the effects and of the regressors before it"))
    };
    let k = source.columns() - 1;
    let (mut kept, mut dropped): (Vec<usize>, Vec<Dropped>) = (Vec::new(), Vec::new());
    for j in 0..k {
        let name = source.name(1 + j);
        // Differences of products lose what is small beside the products.
        let size = products.squares[1 + j];
        let outside = products.gram[(1 + j, 1 + j)];
        let left = within[(1 + j, 1 + j)];
        if outside <= 1e-18 * size || left <= NOTHING * outside {
            dropped.push(Dropped::new(name, "it does not vary within the fixed effects".to_owned()));
            continue;
        }
        if left <= UNCLEAR * outside {
            return Err(unclear(name));
        }
        let mut rest = left;
        if !kept.is_empty() {
            let bread = linalg::invert_spd(pick(within, &kept).as_ref(), "X'X")?;
            let with: Vec<f64> = kept.iter().map(|&i: &usize| within[(1 + i, 1 + j)]).collect();
            rest -= times(&bread, &with).iter().zip(&with).map(|(share, with)| share * with).sum::<f64>();
        }
        if rest <= NOTHING * left && source.is_product(1 + j) {
            return Err(refused(&format!(
                "`{name}`, of which the regressors before it leave nothing in double precision (where a variable in it lies \
                 far from zero, subtract a constant near its mean in [variables]; where it takes two values, leave `{name}` \
                 out)"
            )));
        }
        if rest <= NOTHING * left {
            dropped.push(Dropped::new(name, "it is a combination of the regressors before it".to_owned()));
        } else if rest <= UNCLEAR * left {
            return Err(unclear(name));
        } else {
            kept.push(j);
        }
    }
    Ok((kept, dropped))
}

/// The covariance with what the degrees-of-freedom rules must know.
fn covariance(
    source: &Source<'_>,
    formula: &Formula,
    options: &Options,
    products: &Products,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Covariance> {
    let Vcov::Cluster(keys) = &options.vcov else {
        return Ok(Covariance::new(options.vcov.clone(), Meat::new(Structure::Independent)));
    };
    let (key, groups) = (&keys[0], products.clusters);
    if groups < 2 {
        return Err(Error::Specification(format!("cluster key `{key}` has {groups} group in the sample")));
    }
    if groups < 10 {
        let message = format!("`{key}` has {groups} clusters: clustered inference leans on many");
        diagnostics.push(Diagnostic::warning("few-clusters", message));
    }
    // The rules count groups; which row is in which is known to the readings alone.
    let meat = Meat::new(Structure::Cluster(vec![Groups::singletons(groups)]));
    let of_effect = |name: &str| if name == source.long.name { products.nested.0 } else { products.nested.1 };
    let names = || formula.effects.iter().map(|effect| effect.name.as_str());
    Ok(Covariance {
        nested: names().map(of_effect).collect(),
        is_key: names().map(|name| name == key || name.split('^').any(|part| part == key)).collect(),
        keys_absorbed: names().any(|name| name == key),
        ..Covariance::new(options.vcov.clone(), meat)
    })
}

/// What the degrees-of-freedom rules know of the effects, in the order of the formula.
fn dof(source: &Source<'_>, formula: &Formula, levels: &Levels, like: Like) -> Dof {
    let (_, parts) = levels.parts();
    let counts = [Levels::used(&levels.long), Levels::used(&levels.short)];
    let term = |(place, effect): (usize, &crate::formula::Effect)| {
        let is_long = effect.name == source.long.name;
        AbsorbedTerm {
            name: effect.name.clone(),
            levels: counts[usize::from(!is_long)],
            intercept: true,
            slopes: 0,
            idle_slopes: 0,
            components: vec![parts; place],
            is_entity: is_long && matches!(source.entity, Of::Long),
        }
    };
    let terms: Vec<AbsorbedTerm> = formula.effects.iter().enumerate().map(term).collect();
    let all: usize = terms.iter().map(|term| term.levels).sum();
    let rank = if terms.len() == 2 { all - parts } else { all };
    Dof { like, n_obs: levels.rows(), absorbed: Absorbed { terms, rank, rank_exact: true } }
}

/// The block of the regressors `kept`.
fn pick(products: &Mat<f64>, kept: &[usize]) -> Mat<f64> {
    Mat::from_fn(kept.len(), kept.len(), |i, j| products[(1 + kept[i], 1 + kept[j])])
}

fn times(matrix: &Mat<f64>, vector: &[f64]) -> Vec<f64> {
    (0..matrix.nrows()).map(|i| vector.iter().enumerate().map(|(j, v)| matrix[(i, j)] * v).sum()).collect()
}

#[cfg(test)]
mod tests;
