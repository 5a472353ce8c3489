//! The random-effects fit of a fixed-effects model, for Hausman's and Mundlak's comparisons.

use crate::absorb::FixedEffect;
use crate::dense::{residualise, thin_qr, vector};
use crate::error::{Error, Result};
use crate::fit::estimation;
use crate::fit::result::Estimate;
use crate::fit::state::Kind;
use crate::linalg;
use crate::sample::frame::{Frame, INTERCEPT, Variable};
use crate::spec::Options;
use crate::vcov::Vcov;
use faer::Mat;

/// Most levels of a further effect that enter as dummies.
const MOST_DUMMIES: usize = 1000;

/// Generalised least squares under random entity effects, and its variance components.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RandomEffects {
    /// The regression on quasi-demeaned columns.
    pub estimate: Estimate,
    /// Its regressors beside constant and dummies: those of the fixed-effects model, then their entity means.
    pub names: Vec<String>,
    /// σ of the entity effects.
    pub sigma_u: f64,
    /// σ of the idiosyncratic errors: that of the fixed-effects model.
    pub sigma_e: f64,
}

/// The columns of the model with dummies in place of its further effects.
struct Design {
    /// Regressors, then dummies; without the constant.
    columns: Vec<Variable>,
    /// How many are regressors of the formula.
    regressors: usize,
    units: Vec<u32>,
    /// Rows of each entity.
    sizes: Vec<f64>,
}

impl Design {
    fn of(estimate: &Estimate) -> Result<Self> {
        let Kind::Ols(fit) = &estimate.state.kind else {
            return Err(Error::Unsupported("random effects with instruments".into()));
        };
        let frame = estimate.frame();
        if frame.weights.is_some() {
            return Err(Error::Unsupported("random effects with weights".into()));
        }
        let Some(entity) = frame.entity_effect else {
            let message = format!("random effects of a model that does not absorb `{}`", frame.entity.0);
            return Err(Error::Unsupported(message));
        };
        let mut columns: Vec<Variable> =
            fit.kept.iter().map(|&j| frame.exog[j].clone()).filter(|variable| variable.name != INTERCEPT).collect();
        let regressors = columns.len();
        if regressors == 0 {
            return Err(Error::Unsupported("random effects without regressors".into()));
        }
        for (place, effect) in frame.effects.iter().enumerate().filter(|(place, _)| *place != entity) {
            columns.extend(dummies(effect, &frame.effect_names[place])?);
        }
        if !frame.effects[entity].slopes.is_empty() {
            return Err(Error::Unsupported("random effects of a model with slopes by entity".into()));
        }
        let units = frame.effects[entity].codes.to_vec();
        let mut sizes = vec![0.0; frame.effects[entity].levels];
        units.iter().for_each(|&unit| sizes[unit as usize] += 1.0);
        Ok(Self { columns, regressors, units, sizes })
    }

    /// Means by entity, one per row.
    fn means(&self, values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.sizes.len()];
        self.units.iter().zip(values).for_each(|(&unit, value)| sums[unit as usize] += value);
        self.units.iter().map(|&unit| sums[unit as usize] / self.sizes[unit as usize]).collect()
    }

    /// v − θᵢ v̄ᵢ.
    fn quasi_demeaned(&self, values: &[f64], theta: &[f64]) -> Vec<f64> {
        let means = self.means(values);
        let rows = values.iter().zip(means).zip(&self.units);
        rows.map(|((value, mean), &unit)| value - theta[unit as usize] * mean).collect()
    }

    /// Residual sum of squares of y on the columns, with the rank of the columns.
    fn residual(&self, y: &[f64], columns: &[Vec<f64>]) -> (f64, f64) {
        // Means of dummies are often all alike, and there may be more columns than entities: in parts of at most as many
        // columns as there are rows, each beside what was kept before.
        let mut keep: Vec<usize> = Vec::new();
        let mut next = 0;
        let x = Mat::from_fn(y.len(), columns.len(), |i, j| columns[j][i]);
        while next < columns.len() && keep.len() < y.len() {
            let end = columns.len().min(next + y.len() - keep.len());
            let tried: Vec<usize> = keep.iter().copied().chain(next..end).collect();
            let collinear = thin_qr(crate::dense::pick(x.as_ref(), &tried).as_ref()).collinear;
            keep = (0..tried.len()).filter(|j| !collinear.contains(j)).map(|j| tried[j]).collect();
            next = end;
        }
        let qr = thin_qr(crate::dense::pick(x.as_ref(), &keep).as_ref());
        let u = vector(residualise(qr.q.as_ref(), crate::dense::column(y).as_ref()).as_ref());
        (linalg::dot(&u, &u), qr.q.ncols() as f64)
    }
}

/// Dummies of an effect but for its first level.
fn dummies(effect: &FixedEffect, name: &str) -> Result<Vec<Variable>> {
    if !effect.slopes.is_empty() || effect.levels > MOST_DUMMIES {
        let message = format!("random effects beside `{name}`: it has slopes, or more than {MOST_DUMMIES} levels");
        return Err(Error::Unsupported(message));
    }
    let dummy = |level: usize| Variable {
        name: format!("{name}::{level}"),
        values: effect.codes.iter().map(|&code| f64::from(u8::from(code as usize == level))).collect(),
    };
    Ok((1..effect.levels).map(dummy).collect())
}

impl Estimate {
    /// The random-effects fit of a model that absorbs the entity: feasible generalised least squares with the variance
    /// components of Swamy & Arora (1972), as Stata's `xtreg, re`; further effects enter as dummies. With `means` the
    /// entity means of the regressors are regressors, too (Mundlak 1978).
    ///
    /// σ²_e = SSR_within/(N − n − k); σ²_u = max(0, SSR_between/(n − K) − σ²_e/T̄) with T̄ the harmonic mean of the Tᵢ;
    /// θᵢ = 1 − √(σ²_e/(Tᵢσ²_u + σ²_e)), and least squares on v − θᵢv̄ᵢ.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with instruments or weights, without entity effect, with slopes; what the regression
    /// returns.
    pub fn random_effects(&self, means: bool, vcov: &Vcov) -> Result<RandomEffects> {
        let design = Design::of(self)?;
        let y = &self.frame().y.values;
        let n = design.sizes.len() as f64;
        let all_within = vec![1.0; design.sizes.len()];
        let within: Vec<Vec<f64>> =
            design.columns.iter().map(|column| design.quasi_demeaned(&column.values, &all_within)).collect();
        let (ssr, rank) = design.residual(&design.quasi_demeaned(y, &all_within), &within);
        let variance_e = ssr / (y.len() as f64 - n - rank);
        let first = first_rows(&design);
        let of_entities = |values: &[f64]| {
            let means = design.means(values);
            first.iter().map(|&row| means[row]).collect::<Vec<f64>>()
        };
        let mut between: Vec<Vec<f64>> = vec![vec![1.0; first.len()]];
        between.extend(design.columns.iter().map(|column| of_entities(&column.values)));
        let (ssr, rank) = design.residual(&of_entities(y), &between);
        let periods = n / design.sizes.iter().map(|size| 1.0 / size).sum::<f64>();
        let left = n - rank;
        if left < 1.0 {
            return Err(Error::NoDegreesOfFreedom { observations: n as usize, parameters: rank as usize });
        }
        let variance_u = (ssr / left - variance_e / periods).max(0.0);
        let theta: Vec<f64> =
            design.sizes.iter().map(|size| 1.0 - (variance_e / (size * variance_u + variance_e)).sqrt()).collect();
        let (frame, names) = self.transformed(&design, &theta, means);
        let options = Options { vcov: vcov.clone(), level: self.options().level, ..Options::default() };
        let estimate = estimation::run(frame, &self.formula, &options, None)?;
        Ok(RandomEffects { estimate, names, sigma_u: variance_u.sqrt(), sigma_e: variance_e.sqrt() })
    }

    fn transformed(&self, design: &Design, theta: &[f64], means: bool) -> (Frame, Vec<String>) {
        let own = self.frame();
        let variable = |name: &str, values: &[f64]| Variable {
            name: name.to_owned(),
            values: design.quasi_demeaned(values, theta).into(),
        };
        let mut exog = vec![variable(INTERCEPT, &vec![1.0; design.units.len()])];
        exog.extend(design.columns.iter().map(|column| variable(&column.name, &column.values)));
        let mut names: Vec<String> =
            design.columns[..design.regressors].iter().map(|column| column.name.clone()).collect();
        if means {
            for column in &design.columns[..design.regressors] {
                let name = format!("mean({})", column.name);
                exog.push(variable(&name, &design.means(&column.values)));
                names.push(name);
            }
        }
        let frame = Frame {
            y: variable(&own.y.name, &own.y.values),
            exog,
            effects: Vec::new(),
            effect_names: Vec::new(),
            entity_effect: None,
            has_constant: true,
            diagnostics: Vec::new(),
            centred: None,
            ..own.clone()
        };
        (frame, names)
    }
}

/// One row of each entity.
fn first_rows(design: &Design) -> Vec<usize> {
    let mut first = vec![usize::MAX; design.sizes.len()];
    for (row, &unit) in design.units.iter().enumerate().rev() {
        first[unit as usize] = row;
    }
    first.retain(|row| *row != usize::MAX);
    first
}
