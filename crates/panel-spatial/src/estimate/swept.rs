//! Data with the effects swept out, and what counts as an observation.

use crate::error::{Error, Result};
use crate::logdet::Prepared;
use crate::panel::{SpatialPanel, lag_columns, sweep};
use crate::spec::{Approach, FixedEffects, Like, Model, SpatialSpec};

/// Name of the constant.
pub(crate) const CONSTANT: &str = "(Intercept)";

/// Swept columns of one model.
#[derive(Debug, Clone)]
pub(crate) struct Swept {
    pub(crate) n: usize,
    pub(crate) t: usize,
    pub(crate) effects: FixedEffects,
    pub(crate) names: Vec<String>,
    pub(crate) y: Vec<f64>,
    pub(crate) wy: Vec<f64>,
    /// W W y, where there are both ρ and λ.
    pub(crate) wwy: Vec<f64>,
    pub(crate) z: Vec<Vec<f64>>,
    /// W Z, where there is λ.
    pub(crate) wz: Vec<Vec<f64>>,
    /// Observations that carry information.
    pub(crate) observations: f64,
    /// Periods that do.
    pub(crate) periods: f64,
    /// Row sum whose eigenvalue the sweep of time effects takes out of the likelihood.
    pub(crate) removed: Option<f64>,
    /// Whether G v is swept again: not in programs that lag after sweeping.
    pub(crate) sweep_lags: bool,
    /// For each regressor of the panel: place of itself and of its lag among the columns of Z.
    pub(crate) places: Vec<(String, usize, Option<usize>)>,
}

impl Swept {
    pub(crate) fn new(
        panel: &SpatialPanel,
        prepared: &Prepared,
        effects: FixedEffects,
        spec: &SpatialSpec,
    ) -> Result<Self> {
        let (n, t) = (panel.n(), panel.t());
        check(panel, prepared, effects, spec)?;
        let matrix = &prepared.weights().matrix;
        let model = spec.model;
        let mut raw: Vec<Vec<f64>> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        if effects == FixedEffects::None {
            names.push(CONSTANT.to_owned());
            raw.push(vec![1.0; n * t]);
        }
        let first = names.len();
        names.extend(panel.names.iter().cloned());
        raw.extend(panel.x.iter().cloned());
        let mut places: Vec<(String, usize, Option<usize>)> =
            panel.names.iter().enumerate().map(|(j, name)| (name.clone(), first + j, None)).collect();
        if model.is_durbin() {
            let durbin = durbin_places(panel, spec)?;
            let lag_constant = effects == FixedEffects::None
                && prepared.row_sum().is_none()
                && spec.lag_constant.unwrap_or(spec.like == Like::Spatialreg);
            if lag_constant {
                names.push(format!("W:{CONSTANT}"));
                raw.push((0..n * t).map(|row| prepared.sums.0[row % n]).collect());
            }
            let columns: Vec<&[f64]> = durbin.iter().map(|&j| panel.x[j].as_slice()).collect();
            for (lag, &j) in lag_columns(matrix, &columns).into_iter().zip(&durbin) {
                places[j].2 = Some(names.len());
                names.push(format!("W:{}", panel.names[j]));
                raw.push(lag);
            }
        }
        // Programs that lag what has been swept do so for Wy and WZ, and do not sweep again.
        let sweep_lags = !matches!(spec.like, Like::Splm | Like::Sdpdmod | Like::Spreg);
        let mut y = panel.y.clone();
        let lengths: Vec<f64> = raw.iter().map(|column| crate::linalg::dot(column, column).sqrt()).collect();
        let swept = |column: &Vec<f64>| {
            let mut column = column.clone();
            sweep(&mut column, n, effects);
            column
        };
        let z: Vec<Vec<f64>> = raw.iter().map(swept).collect();
        check_swept(&names, &z, &lengths, effects)?;
        if !sweep_lags {
            sweep(&mut y, n, effects);
        }
        let mut sources: Vec<&[f64]> = vec![&y];
        if model.has_lambda() {
            sources.extend(if sweep_lags { &raw } else { &z }.iter().map(Vec::as_slice));
        }
        let mut lags = lag_columns(matrix, &sources);
        let mut wz = lags.split_off(1);
        let mut wy = lags.pop().unwrap_or_default();
        let mut wwy = Vec::new();
        if model.has_lambda() && model.has_rho() {
            wwy = lag_columns(matrix, &[&wy]).pop().unwrap_or_default();
        }
        if sweep_lags {
            sweep(&mut y, n, effects);
            sweep(&mut wy, n, effects);
            sweep(&mut wwy, n, effects);
            wz.iter_mut().for_each(|column| sweep(column, n, effects));
        }
        let transform = spec.approach == Approach::Transform && spec.like == Like::Exact;
        let periods = t as f64 - f64::from(u8::from(transform && effects.entity()));
        let units = n as f64 - f64::from(u8::from(transform && effects.time()));
        Ok(Self {
            n,
            t,
            effects,
            names,
            y,
            wy,
            wwy,
            z,
            wz,
            observations: units * periods,
            periods,
            removed: prepared.row_sum().filter(|_| transform && effects.time()),
            sweep_lags,
            places,
        })
    }

    /// M v.
    pub(crate) fn swept(&self, mut v: Vec<f64>) -> Vec<f64> {
        if self.sweep_lags {
            sweep(&mut v, self.n, self.effects);
        }
        v
    }
}

fn durbin_places(panel: &SpatialPanel, spec: &SpatialSpec) -> Result<Vec<usize>> {
    let Some(names) = &spec.durbin else { return Ok((0..panel.names.len()).collect()) };
    let mut places = names
        .iter()
        .map(|name| {
            panel.names.iter().position(|known| known == name).ok_or_else(|| Error::UnknownName {
                what: "regressor to lag",
                name: name.clone(),
                known: panel.names.clone(),
            })
        })
        .collect::<Result<Vec<usize>>>()?;
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        return Err(Error::Specification(format!("{} needs at least one regressor to lag", spec.model.name())));
    }
    Ok(places)
}

/// What cannot be estimated with these effects and weights.
fn check(panel: &SpatialPanel, prepared: &Prepared, effects: FixedEffects, spec: &SpatialSpec) -> Result<()> {
    let refuse = |text: String| Err(Error::Specification(text));
    let (n, t, weights) = (panel.n(), panel.t(), prepared.weights());
    if weights.labels() != panel.units() {
        if weights.n() != n {
            return Err(Error::LengthMismatch { what: "weights".into(), expected: n, got: weights.n() });
        }
        let i = (0..n).find(|&i| weights.labels()[i] != panel.units()[i]).unwrap_or(0);
        return refuse(format!(
            "unit {} of the panel is `{}`, of the weights `{}`: bring the weights into the panel's order with Weights::select",
            i + 1,
            panel.units()[i],
            weights.labels()[i]
        ));
    }
    if panel.names.is_empty() {
        return refuse("a spatial model needs at least one regressor".into());
    }
    if let Some(name) =
        panel.names.iter().chain([&panel.outcome]).find(|name| name.replace(' ', "").starts_with("lag("))
    {
        return refuse(format!(
            "`{name}`: a model with lags in time has another bias (Nickell), which this estimator does not correct; leave it out"
        ));
    }
    if effects.entity() && t < 2 {
        return refuse(format!("effects of units need at least 2 periods, there are {t}"));
    }
    if effects.time() && n < 3 {
        return refuse(format!("effects of time need at least 3 units, there are {n}"));
    }
    if spec.like == Like::Spatialreg && (t > 1 || effects != FixedEffects::None) {
        return refuse("spatialreg estimates cross-sections only; use like = \"exact\" or \"splm\"".into());
    }
    if spec.like == Like::Spreg && effects.time() {
        return refuse("spreg has effects of units only; use like = \"exact\" or \"splm\"".into());
    }
    if spec.like == Like::Sdpdmod && !matches!(spec.model, Model::Sar | Model::Sdm) {
        return refuse(format!("SDPDmod estimates SAR and SDM, not {}", spec.model.name()));
    }
    let adds_term = spec.model.has_rho() || spec.model.has_lambda();
    if effects.time() && adds_term && prepared.row_sum().is_none() {
        let islands: Vec<String> = weights.islands().into_iter().map(|i| weights.labels()[i].clone()).collect();
        if spec.model.has_lambda() {
            return refuse(format!(
                "{} with effects of time needs weights whose rows all have one sum ({}): else the effects of a period do not vanish with its mean; normalise by row",
                spec.model.name(),
                cause(&islands)
            ));
        }
        if spec.approach == Approach::Transform && spec.like == Like::Exact {
            return refuse(format!(
                "the transformation needs weights whose rows all have one sum where effects of time are swept out ({}); normalise by row, link or drop islands, or use approach = \"corrected\"",
                cause(&islands)
            ));
        }
    }
    Ok(())
}

fn cause(islands: &[String]) -> String {
    if islands.is_empty() {
        return "these differ".into();
    }
    format!("units without a neighbour: {}", panel_core::suggest::some(islands))
}

/// Regressors that the effects take away entirely.
fn check_swept(names: &[String], z: &[Vec<f64>], lengths: &[f64], effects: FixedEffects) -> Result<()> {
    for (j, column) in z.iter().enumerate() {
        let left = crate::linalg::dot(column, column).sqrt();
        if left <= 1e-10 * lengths[j] || left == 0.0 {
            let by = match effects {
                FixedEffects::None => "it is 0 everywhere",
                FixedEffects::Entity => "it does not change over time",
                FixedEffects::Time => "it does not differ between units",
                FixedEffects::TwoWay => "it is a sum of a part by unit and a part by period",
            };
            return Err(Error::Singular(format!("`{}` is swept out with the effects: {by}; leave it out", names[j])));
        }
    }
    Ok(())
}
