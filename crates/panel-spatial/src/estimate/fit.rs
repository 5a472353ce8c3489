//! The entry: data, weights and choices in, a fit out.

use super::correct::corrected;
use super::information::AtEstimate;
use super::likelihood::{Optimum, maximum};
use super::log_det::LogDet;
use super::swept::Swept;
use crate::error::{Error, Result};
use crate::linalg::{Square, add_scaled, dot};
use crate::logdet::{Prepared, Resolvent};
use crate::panel::{SpatialPanel, sweep};
use crate::result::{Multipliers, R2, SpatialFit};
use crate::spec::{Approach, FixedEffects, Information, Like, SpatialSpec};
use panel_core::{Diagnostic, Diagnostics};

/// Estimates a spatial model by maximum likelihood (SLX by least squares, which is the same).
///
/// **Shapes**: the weights must be of the panel's units, in their order ([`Weights::select`](crate::Weights::select)).
/// Lags are made before means are taken off: squares first, then W, then the effects.
///
/// # Errors
/// [`Error::Specification`] for what the data, weights or conventions do not allow, with what to do instead;
/// [`Error::Singular`] naming a regressor; [`Error::NotIdentified`]; [`Error::AtBound`]; [`Error::NotConverged`].
///
/// **Source**: Anselin (1988), Spatial Econometrics, ch. 6 and 12; Lee & Yu (2010), Journal of Econometrics 154, 165–185;
/// Elhorst (2014), Spatial Econometrics, ch. 3.
pub fn fit(panel: &SpatialPanel, prepared: &Prepared, effects: FixedEffects, spec: &SpatialSpec) -> Result<SpatialFit> {
    let _span =
        tracing::debug_span!("spatial", model = spec.model.name(), units = panel.n(), periods = panel.t()).entered();
    let swept = Swept::new(panel, prepared, effects, spec)?;
    let mut remarks = Vec::new();
    let optimum = if spec.like == Like::Sdpdmod {
        super::sdpdmod::optimum(&swept, prepared)?
    } else {
        maximum(&swept, prepared, spec.model, &mut remarks)?
    };
    let Optimum { rho, lambda, beta, ssr } = optimum;
    let sigma2 = ssr / swept.observations;
    let at = AtEstimate::new(&swept, prepared, spec.model, (rho, lambda), &beta, sigma2)?;
    let mut loglik = log_likelihood(&swept, prepared, spec, (rho, lambda), sigma2)?;
    let (mut expected, mut observed) = at.information();
    if spec.like == Like::Sdpdmod {
        expected = super::sdpdmod::near_positive(&expected)?;
    }
    let mut estimate = (beta.clone(), rho, lambda, sigma2);
    let is_corrected = spec.approach == Approach::Corrected && effects != FixedEffects::None;
    let corrected_at;
    let mut final_at = &at;
    let corrected_beta;
    if is_corrected {
        estimate = corrected_estimate(&at, &estimate, &expected, effects, (prepared, spec))?;
        loglik = None;
        if spec.like != Like::Sdpdmod {
            corrected_beta = estimate.0.clone();
            let mut at =
                AtEstimate::new(&swept, prepared, spec.model, (estimate.1, estimate.2), &corrected_beta, estimate.3)?;
            if effects.entity() && spec.like == Like::Exact {
                at.periods = (swept.t - 1) as f64;
                at.observations = swept.n as f64 * at.periods;
            }
            (expected, observed) = at.information();
            corrected_at = at;
            final_at = &corrected_at;
        }
    }
    remark_on_bias(&swept, prepared, spec, &at, &expected, &mut remarks);
    remark_on_program(spec, effects, &mut remarks);
    let expected = inverse(&expected, spec)?;
    let observed = inverse(&observed, spec)?;
    let qml = match spec.information {
        Information::Qml => Some(sandwich(&expected, final_at, spec)?),
        _ => None,
    };
    let sigma2 = estimate.3;
    let (names, coefficients) = named(&swept, spec, estimate);
    let multipliers = Ok(multipliers(prepared, final_at.g.as_ref()));
    let r2 = Some(goodness(panel, prepared, &swept, final_at));
    remark_on_vif(&swept, &mut remarks);
    Ok(SpatialFit {
        spec: spec.clone(),
        effects,
        outcome: panel.outcome.clone(),
        names,
        coefficients,
        sigma2,
        expected,
        observed,
        qml,
        loglik,
        ssr: dot(&final_at.residual, &final_at.residual),
        observations: swept.observations,
        cells: swept.n * swept.t,
        units: swept.n,
        periods: swept.t,
        weights: prepared.weights().description().to_owned(),
        standardise: prepared.weights().standardise(),
        log_det: prepared.method(),
        bounds: prepared.bounds(),
        residuals: final_at.residual.clone(),
        r2,
        multipliers,
        places: swept.places.clone(),
        diagnostics: remarks,
    })
}

/// Coefficients, ρ, λ and σ².
type Estimate = (Vec<f64>, f64, f64, f64);

/// Names and values of all coefficients: those of the regressors, then ρ and λ where the model has them.
fn named(swept: &Swept, spec: &SpatialSpec, (beta, rho, lambda, _): Estimate) -> (Vec<String>, Vec<f64>) {
    let (mut names, mut coefficients) = (swept.names.clone(), beta);
    for (has, name, value) in [(spec.model.has_rho(), "rho", rho), (spec.model.has_lambda(), "lambda", lambda)] {
        if has {
            names.push(name.to_owned());
            coefficients.push(value);
        }
    }
    (names, coefficients)
}

/// The estimate without its bias from swept effects.
fn corrected_estimate(
    at: &AtEstimate<'_>,
    (beta, rho, lambda, sigma2): &Estimate,
    expected: &Square,
    effects: FixedEffects,
    (prepared, spec): (&Prepared, &SpatialSpec),
) -> Result<Estimate> {
    let mut theta = beta.clone();
    theta.extend(spec.model.has_rho().then_some(rho));
    theta.extend(spec.model.has_lambda().then_some(lambda));
    theta.push(*sigma2);
    let theta = corrected(at, &theta, expected, effects, spec.like)?;
    let (r, l, last) = at.places();
    let (rho, lambda) = (r.map_or(0.0, |r| theta[r]), l.map_or(0.0, |l| theta[l]));
    let (low, high) = prepared.bounds();
    for (name, value) in [("rho", rho), ("lambda", lambda)] {
        if spec.like != Like::Sdpdmod && !(low < value && value < high) {
            return Err(Error::Specification(format!(
                "the correction takes {name} to {value:.4}, outside ({low:.4}, {high:.4}); use approach = \"transform\""
            )));
        }
    }
    Ok((theta[..beta.len()].to_vec(), rho, lambda, theta[last]))
}

/// The covariance under errors that are not normal: I⁻¹ + I⁻¹ Ω I⁻¹.
fn sandwich(expected: &Square, at: &AtEstimate<'_>, spec: &SpatialSpec) -> Result<Square> {
    if spec.model.has_lambda() {
        return Err(Error::Specification("information = \"qml\" is there for SLX, SAR and SDM".into()));
    }
    let sandwich = expected.product(&at.omega()).product(expected);
    let mut sum = expected.clone();
    for i in 0..sum.size() {
        for j in 0..sum.size() {
            sum[(i, j)] += sandwich[(i, j)];
        }
    }
    Ok(sum)
}

/// With all constants; where a program leaves some out, as it prints it.
fn log_likelihood(
    swept: &Swept,
    prepared: &Prepared,
    spec: &SpatialSpec,
    (rho, lambda): (f64, f64),
    sigma2: f64,
) -> Result<Option<f64>> {
    let n = swept.observations;
    let log_det = LogDet { prepared, periods: swept.periods, removed: swept.removed };
    let mut value = -0.5 * n * ((2.0 * std::f64::consts::PI).ln() + 1.0 + sigma2.ln());
    if spec.model.has_rho() {
        value += if spec.like == Like::Sdpdmod {
            super::sdpdmod::grid_log_det(prepared, rho)? * swept.periods
        } else {
            log_det.value(rho)?
        };
    }
    if spec.model.has_lambda() {
        value += log_det.value(lambda)?;
    }
    match spec.like {
        Like::Splm if spec.model.has_lambda() => value -= 0.5 * n * (n.ln() - 1.0 - (2.0 * std::f64::consts::PI).ln()),
        Like::Spreg if swept.t > 1 => value -= 0.5 * n * n.ln(),
        _ => {}
    }
    Ok(Some(value))
}

fn inverse(information: &Square, spec: &SpatialSpec) -> Result<Square> {
    information.inverse_spd(&format!("the information matrix of the {}", spec.model.name()))
}

/// Sums over S⁻¹ that direct and total effects need.
fn multipliers(prepared: &Prepared, g: Option<&Resolvent<'_>>) -> Multipliers {
    let n = prepared.weights().n() as f64;
    let mean_row = prepared.sums.0.iter().sum::<f64>() / n;
    let Some(g) = g else {
        return Multipliers {
            direct: [1.0, 0.0],
            total: [1.0, mean_row],
            direct_slope: [0.0; 2],
            total_slope: [0.0; 2],
        };
    };
    let r = g.r;
    let (trace, square) = (g.trace / n, g.trace_square / n);
    let (sum, cross) = (g.rows.iter().sum::<f64>() / n, dot(&g.rows, &g.columns) / n);
    Multipliers {
        direct: [1.0 + r * trace, trace],
        total: [1.0 + r * sum, sum],
        direct_slope: [trace + r * square, square],
        total_slope: [sum + r * cross, cross],
    }
}

/// The same at a ρ from elsewhere.
pub(crate) fn multipliers_at(prepared: &Prepared, rho: f64) -> Result<Multipliers> {
    Ok(multipliers(prepared, Some(&prepared.resolvent(rho)?)))
}

/// Squared correlations of the outcome with S⁻¹(Zb + d).
fn goodness(panel: &SpatialPanel, prepared: &Prepared, swept: &Swept, at: &AtEstimate<'_>) -> R2 {
    let n = swept.n;
    // Zb + d = S y - R⁻¹e; the effects d absorb the means of what is left.
    let mut mean = vec![0.0; panel.y.len()];
    for (b, z) in at.beta.iter().zip(&swept.z) {
        add_scaled(&mut mean, *b, z);
    }
    if swept.effects != FixedEffects::None {
        // Means of S y by unit and period come back: d makes them fit.
        let wy = crate::panel::lag_columns(&prepared.weights().matrix, &[&panel.y]).pop().unwrap_or_default();
        let mut sy = panel.y.clone();
        add_scaled(&mut sy, -at.rho, &wy);
        let mut inside = sy.clone();
        sweep(&mut inside, n, swept.effects);
        for row in 0..mean.len() {
            mean[row] += sy[row] - inside[row];
        }
    }
    if let Some(g) = &at.g {
        let lagged: Vec<f64> = mean.chunks_exact(n).flat_map(|period| g.times(period)).collect();
        add_scaled(&mut mean, at.rho, &lagged);
    }
    let overall = squared_correlation(&panel.y, &mean);
    let mut y = panel.y.clone();
    sweep(&mut y, n, swept.effects);
    sweep(&mut mean, n, swept.effects);
    R2 { overall, within: squared_correlation(&y, &mean) }
}

fn squared_correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        aa += (a - ma) * (a - ma);
        bb += (b - mb) * (b - mb);
        ab += (a - ma) * (b - mb);
    }
    ab * ab / (aa * bb)
}

/// The dummy-variable estimate with effects of time says how far it is off.
fn remark_on_bias(
    swept: &Swept,
    prepared: &Prepared,
    spec: &SpatialSpec,
    at: &AtEstimate<'_>,
    expected: &Square,
    remarks: &mut Diagnostics,
) {
    if prepared.lower_bound_is_convention() && (spec.model.has_rho() || spec.model.has_lambda()) {
        remarks.push(Diagnostic::note(
            "spatial-lower-bound",
            format!(
                "no smallest real eigenvalue is known: {:.4} is the lower bound by convention",
                prepared.bounds().0
            ),
        ));
    }
    let direct = spec.approach == Approach::Direct || spec.like != Like::Exact;
    if !(direct && swept.effects.time() && spec.approach != Approach::Corrected) {
        return;
    }
    let Ok(right) = corrected(at, &theta(at), expected, swept.effects, Like::Exact) else { return };
    let (rho, lambda, _) = at.places();
    for (name, place, value) in [("rho", rho, at.rho), ("lambda", lambda, at.lambda)] {
        if let Some(place) = place {
            remarks.push(Diagnostic::warning(
                "spatial-time-effects-bias",
                format!(
                    "dummies of time bias {name} towards 0: the correction takes {value:.4} to {:.4}; approach = \"transform\" has no such bias",
                    right[place]
                ),
            ));
        }
    }
}

fn theta(at: &AtEstimate<'_>) -> Vec<f64> {
    let mut theta = at.beta.to_vec();
    theta.extend(at.model.has_rho().then_some(at.rho));
    theta.extend(at.model.has_lambda().then_some(at.lambda));
    theta.push(at.sigma2);
    theta
}

fn remark_on_program(spec: &SpatialSpec, effects: FixedEffects, remarks: &mut Diagnostics) {
    let text = match spec.like {
        Like::Exact | Like::Spatialreg => return,
        Like::Splm if spec.model.has_lambda() => {
            "splm's log-likelihood of error models lacks constants: compare it with no other"
        }
        Like::Splm if effects.time() && spec.approach == Approach::Corrected => {
            "splm's LeeYu = TRUE does not take off the bias of effects of time: wrong sign and scale"
        }
        Like::Splm if effects.time() => "splm leaves the period means of W times demeaned outcomes in the residual",
        Like::Splm => return,
        Like::Sdpdmod => {
            "SDPDmod reads its log-determinant from a grid: rho is off by up to 8e-3, and its standard errors can be several times too large where sigma2 is small"
        }
        Like::Spreg => "spreg's log-likelihood of panels lacks (nT/2) ln nT: compare it with no other",
        Like::Xsmle => "xsmle's conventions are from its source and documentation, not checked against a run",
    };
    remarks.push(Diagnostic::note("spatial-like", text));
}

/// Lags that their own variables nearly determine: standard errors of indirect effects explode.
fn remark_on_vif(swept: &Swept, remarks: &mut Diagnostics) {
    const LARGE: f64 = 100.0;
    for (name, _, lag) in &swept.places {
        let Some(lag) = *lag else { continue };
        let others: Vec<Vec<f64>> = (0..swept.z.len()).filter(|&j| j != lag).map(|j| swept.z[j].clone()).collect();
        let Ok(regression) = crate::linalg::LeastSquares::new(&others) else { continue };
        let left = regression.residual(&swept.z[lag]);
        let vif = dot(&swept.z[lag], &swept.z[lag]) / dot(&left, &left);
        if vif > LARGE {
            remarks.push(Diagnostic::warning(
                "spatial-lag-collinear",
                format!(
                    "`W:{name}` is nearly a combination of the other regressors (variance inflation {vif:.0}): the weights decay slowly; show a cutoff or k nearest neighbours beside them"
                ),
            ));
        }
    }
}
