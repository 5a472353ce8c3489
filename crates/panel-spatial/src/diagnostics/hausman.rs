//! Two estimators of the same coefficients: fixed and random effects of units, OLS and SEM.

use super::ChiSquared;
use super::restrictions::quadratic;
use crate::error::{Error, Result};
use crate::estimate::{Swept, random_effects};
use crate::linalg::{LeastSquares, Square, add_scaled, dot};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, means_by_unit};
use crate::result::{RandomFit, SpatialFit};
use crate::spec::{FixedEffects, Like, Model, SpatialSpec};

/// Hausman's test of fixed against random effects of units, on the coefficients of regressors and of their lags:
/// H = d'(V_FE - V_RE)⁻¹d, d = b_FE - b_RE.
///
/// The fixed effects are consistent under both hypotheses, the random ones efficient under the null only, that effects of units have
/// nothing to do with the regressors. Estimated from one sample V_FE - V_RE need not be positive definite; then there is no statistic, and
/// [`mundlak`] answers the question. With `like = "splm"` on both fits it is the number of `splm::sphtest`, method ML: V_FE of the
/// dummy-variable estimate (σ² over nT, so that V_FE is too small by (T-1)/T), V_RE as if ρ and φ were known, errors of Kapoor, Kelejian and
/// Prucha, and the absolute value of the form, whatever its definiteness; the remark says where that is no χ².
///
/// # Errors
/// [`Error::Undefined`] where V_FE - V_RE is not positive definite; [`Error::Specification`] where the fits are not of one model,
/// sample and weights, or share no coefficient.
///
/// **Source**: Hausman (1978), Econometrica 46, 1251–1271; spatial panels: Mutl & Pfaffermayr (2011), Econometrics Journal 14, 48–76; Lee & Yu
/// (2012), International Economic Review 53, 1369–1412.
pub fn hausman(fixed: &SpatialFit, random: &RandomFit) -> Result<ChiSquared> {
    let same = fixed.outcome == random.outcome
        && fixed.weights == random.weights
        && (fixed.units, fixed.periods) == (random.units, random.periods)
        && fixed.spec.model == random.spec.model
        && fixed.spec.like == random.spec.like;
    if !same {
        return Err(Error::Specification(
            "Hausman's test needs one model, one sample, one W and one convention".into(),
        ));
    }
    if !fixed.effects.entity() || fixed.effects.time() != random.beside.time() {
        return Err(Error::Specification(
            "Hausman's test compares fixed effects of units with random ones, both with or both without effects of time".into(),
        ));
    }
    let slopes = &fixed.names[..fixed.regressors()];
    let theirs = &random.names[..random.regressors()];
    let (mine, other): (Vec<usize>, Vec<usize>) = slopes
        .iter()
        .enumerate()
        .filter_map(|(i, name)| theirs.iter().position(|known| known == name).map(|j| (i, j)))
        .unzip();
    if mine.is_empty() {
        return Err(Error::Specification("the two fits share no coefficient".into()));
    }
    let difference: Vec<f64> =
        mine.iter().zip(&other).map(|(&i, &j)| fixed.coefficients[i] - random.coefficients[j]).collect();
    let (v1, v2) = (fixed.covariance().select(&mine), random.covariance().select(&other));
    let name = format!("Hausman {}", fixed.spec.model.name());
    if fixed.spec.like == Like::Splm {
        return splm(&name, &difference, &minus(&v1, &v2));
    }
    contrast(
        "Hausman's test",
        &name,
        UNRELATED,
        &difference,
        &minus(&v1, &v2),
        "use entity means of the regressors (Mundlak)",
    )
}

/// Null hypothesis of both tests of random effects.
const UNRELATED: &str = "effects of units are unrelated to the regressors";

/// |d'V⁻¹d| of a V that need not be definite.
fn splm(name: &str, difference: &[f64], v: &Square) -> Result<ChiSquared> {
    let solved =
        v.solve(difference).ok_or_else(|| Error::Singular("the difference of the covariances is singular".into()))?;
    let mut test = ChiSquared::new(name, UNRELATED, dot(difference, &solved).abs(), difference.len());
    if v.cholesky().is_none() {
        test.remark = Some(
            "splm takes the absolute value of a form that is not positive definite: the number is no χ²; use entity means of the regressors (Mundlak)"
                .into(),
        );
    }
    Ok(test)
}

/// Mundlak's test of fixed against random effects of units: the means of the regressors over time (and of their lags, in Durbin
/// models) are added to the model with random effects; their coefficients are 0 under the null. W = m'V⁻¹m.
///
/// It exists where Hausman's statistic does not. Means that are the same for all units are left out, and counted as no restriction.
/// `beside` and `spec` are as for [`random_effects`].
///
/// # Errors
/// As [`random_effects`]; [`Error::Specification`] where no regressor's mean differs between units, or units are too few for the means.
///
/// **Source**: Mundlak (1978), Econometrica 46, 69–85; Durbin models: Debarsy (2012), Spatial Economic Analysis 7, 109–131.
pub fn mundlak(
    panel: &SpatialPanel,
    prepared: &Prepared,
    beside: FixedEffects,
    spec: &SpatialSpec,
) -> Result<ChiSquared> {
    const MEAN: &str = "mean:";
    let (mut panel, mut spec) = (panel.clone(), spec.clone());
    let n = panel.n();
    for j in 0..panel.names.len() {
        let means = means_by_unit(&panel.x[j], n);
        let middle = means.iter().sum::<f64>() / n as f64;
        let spread = means.iter().map(|mean| (mean - middle).powi(2)).sum::<f64>();
        if spread <= 1e-20 * means.iter().map(|mean| mean * mean).sum::<f64>() {
            continue;
        }
        let name = format!("{MEAN}{}", panel.names[j]);
        if let Some(durbin) = &mut spec.durbin
            && durbin.contains(&panel.names[j])
        {
            durbin.push(name.clone());
        }
        panel.x.push((0..panel.y.len()).map(|row| means[row % n]).collect());
        panel.names.push(name);
    }
    let added = |names: &[String]| names.iter().filter(|name| name.starts_with(MEAN)).count();
    let lags = match &spec.durbin {
        _ if !spec.model.is_durbin() => 0,
        Some(durbin) => added(durbin),
        None => added(&panel.names),
    };
    let means = added(&panel.names) + lags;
    if means == 0 {
        return Err(Error::Specification("no regressor's mean over time differs between units".into()));
    }
    // A constant, or the unit that effects of time take.
    if n <= means + 1 {
        return Err(Error::Specification(format!(
            "{n} units are too few to tell the coefficients of {means} means over time"
        )));
    }
    let fit = random_effects(&panel, prepared, beside, &spec)?;
    let places: Vec<usize> =
        (0..fit.regressors()).filter(|&i| fit.names[i].trim_start_matches("W:").starts_with(MEAN)).collect();
    let values: Vec<f64> = places.iter().map(|&i| fit.coefficients[i]).collect();
    let statistic = quadratic(&values, &fit.covariance().select(&places))?;
    Ok(ChiSquared::new(format!("Mundlak {}", spec.model.name()), UNRELATED, statistic, places.len()))
}

fn minus(v1: &Square, v2: &Square) -> Square {
    let mut v = v1.clone();
    for i in 0..v.size() {
        for j in 0..v.size() {
            v[(i, j)] -= v2[(i, j)];
        }
    }
    v
}

/// d'V⁻¹d of a difference V of covariances.
fn contrast(
    statistic: &'static str,
    name: &str,
    null: &str,
    difference: &[f64],
    v: &Square,
    advice: &str,
) -> Result<ChiSquared> {
    if v.cholesky().is_none() {
        let reason = format!("the difference of the covariances is not positive definite; {advice}");
        return Err(Error::Undefined { statistic, reason });
    }
    Ok(ChiSquared::new(name, null, quadratic(difference, v)?, difference.len()))
}

/// Pace and LeSage's test of OLS against SEM on a cross-section: both estimate b if the SEM is right.
///
/// H = d'(V_OLS - V_SEM)⁻¹d with V_OLS = σ²(Z'Z)⁻¹Z'(R'R)⁻¹Z(Z'Z)⁻¹, σ² and λ of the SEM, and V_SEM = σ²(Z'R'RZ)⁻¹.
///
/// # Errors
/// As [`fit`](crate::fit); [`Error::Undefined`] where the difference is not positive definite.
///
/// spatialreg 1.2-6 gives the same for symmetric W only (Columbus, binary: 3.41641); row-standardised it prints 4.902 where the
/// formula is 5.18463.
///
/// **Source**: Pace & LeSage (2008), Economics Letters 101, 282–284.
pub fn pace_lesage(panel: &SpatialPanel, prepared: &Prepared, durbin: bool) -> Result<ChiSquared> {
    let model = if durbin { Model::Sdem } else { Model::Sem };
    let spec = SpatialSpec { model, like: Like::Exact, ..SpatialSpec::default() };
    let sem = crate::fit(panel, prepared, FixedEffects::None, &spec)?;
    let swept = Swept::new(panel, prepared, FixedEffects::None, &spec)?;
    let least = LeastSquares::new(&swept.z)
        .map_err(|j| Error::Singular(format!("`{}` depends on the others", swept.names[j])))?;
    let (b, _) = least.fit(&swept.y);
    let k = b.len();
    let lambda = sem.coefficients[k];
    // Z'(R'R)⁻¹Z = |R'⁻¹Z|²; R'⁻¹ = I + λH'.
    let resolvent = prepared.resolvent(lambda)?;
    let n = swept.n;
    let solved: Vec<Vec<f64>> = swept
        .z
        .iter()
        .map(|z| {
            let mut x = z.clone();
            let lagged: Vec<f64> = z.chunks_exact(n).flat_map(|period| resolvent.transposed_times(period)).collect();
            add_scaled(&mut x, lambda, &lagged);
            x
        })
        .collect();
    let mut middle = Square::zeros(k);
    for i in 0..k {
        for j in 0..=i {
            middle.set_both(i, j, dot(&solved[i], &solved[j]));
        }
    }
    let inverse = least.inverse_gram();
    let v1 = inverse.product(&middle).product(&inverse).scaled(sem.sigma2);
    let v2 = sem.covariance().select(&(0..k).collect::<Vec<_>>());
    let difference: Vec<f64> = (0..k).map(|i| b[i] - sem.coefficients[i]).collect();
    let null = "OLS and SEM estimate the same coefficients";
    let advice = "the two estimates are as uncertain as each other";
    contrast("Pace and LeSage's test", "Pace-LeSage", null, &difference, &minus(&v1, &v2), advice)
}
