//! The concentrated likelihood and its maximum.

use super::log_det::LogDet;
use super::maximise::{maximise, scan};
use super::smooth::Smooth;
use super::swept::Swept;
use crate::error::{Error, Result};
use crate::linalg::{LeastSquares, compress, dot};
use crate::logdet::Prepared;
use crate::spec::Model;
use panel_core::{Diagnostic, Diagnostics};

/// Estimates of what concentrates out and of what does not.
#[derive(Debug, Clone)]
pub(crate) struct Optimum {
    pub(crate) rho: f64,
    pub(crate) lambda: f64,
    pub(crate) beta: Vec<f64>,
    pub(crate) ssr: f64,
}

/// e'e as a parabola in ρ: A - 2Bρ + Cρ².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parabola {
    a: f64,
    b: f64,
    c: f64,
}

impl Parabola {
    pub(crate) fn new(e0: &[f64], e1: &[f64]) -> Self {
        Self { a: dot(e0, e0), b: dot(e0, e1), c: dot(e1, e1) }
    }

    pub(crate) fn at(&self, r: f64) -> f64 {
        self.a - 2.0 * r * self.b + r * r * self.c
    }

    /// -½ d ln q/dr.
    pub(crate) fn half_slope(&self, r: f64) -> f64 {
        (self.b - r * self.c) / self.at(r)
    }

    /// Whether the lag says anything that the outcome does not: C - B²/A against C.
    pub(crate) fn is_flat(&self) -> bool {
        self.c <= 0.0 || self.c - self.b * self.b / self.a <= 1e-12 * self.c
    }
}

/// Columns in a common basis.
struct Compressed {
    y: Vec<f64>,
    wy: Vec<f64>,
    wwy: Vec<f64>,
    z: Vec<Vec<f64>>,
    wz: Vec<Vec<f64>>,
}

impl Compressed {
    fn new(swept: &Swept) -> Self {
        let mut columns: Vec<&[f64]> = swept.z.iter().chain(&swept.wz).map(Vec::as_slice).collect();
        columns.extend([swept.y.as_slice(), &swept.wy]);
        if !swept.wwy.is_empty() {
            columns.push(&swept.wwy);
        }
        let mut coordinates = compress(&columns);
        let wwy = if swept.wwy.is_empty() { Vec::new() } else { coordinates.pop().unwrap_or_default() };
        let wy = coordinates.pop().unwrap_or_default();
        let y = coordinates.pop().unwrap_or_default();
        let wz = coordinates.split_off(swept.z.len());
        Self { y, wy, wwy, z: coordinates, wz }
    }

    /// Regression of (I - λW) y on (I - λW) Z.
    fn filtered(&self, lambda: f64, swept: &Swept) -> Result<LeastSquares> {
        if lambda == 0.0 {
            return regression(&self.z, swept);
        }
        let z: Vec<Vec<f64>> = self.z.iter().zip(&self.wz).map(|(z, wz)| minus(z, lambda, wz)).collect();
        regression(&z, swept)
    }
}

fn minus(a: &[f64], factor: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - factor * b).collect()
}

pub(crate) fn regression(z: &[Vec<f64>], swept: &Swept) -> Result<LeastSquares> {
    LeastSquares::new(z).map_err(|j| {
        let name = &swept.names[j];
        let advice = if name.starts_with("W:") {
            "; the lag of a variable that is the same for all units is the variable itself: leave it out of `durbin`"
        } else {
            ""
        };
        Error::Singular(format!("`{name}` depends on the regressors before it{advice}"))
    })
}

/// Maximises the likelihood of the model.
pub(crate) fn maximum(swept: &Swept, prepared: &Prepared, model: Model, remarks: &mut Diagnostics) -> Result<Optimum> {
    let data = Compressed::new(swept);
    let log_det = LogDet { prepared, periods: swept.periods, removed: swept.removed };
    let problem = Problem {
        log_det,
        smooth: Smooth::new(log_det, prepared.bounds())?,
        swept,
        data: &data,
        bounds: prepared.bounds(),
    };
    if swept.observations <= swept.names.len() as f64 + 1.0 {
        return Err(Error::Specification(format!(
            "{} observations without the effects are too few for {} coefficients",
            swept.observations,
            swept.names.len() + 1
        )));
    }
    let (rho, lambda) = match (model.has_rho(), model.has_lambda()) {
        (false, false) => (0.0, 0.0),
        (true, false) => (problem.lag(remarks)?, 0.0),
        (false, true) => (0.0, problem.error(remarks)?),
        (true, true) => problem.both(remarks)?,
    };
    problem.finish(rho, lambda)
}

struct Problem<'a> {
    log_det: LogDet<'a>,
    smooth: Smooth<'a>,
    swept: &'a Swept,
    data: &'a Compressed,
    bounds: (f64, f64),
}

impl Problem<'_> {
    fn lag(&self, remarks: &mut Diagnostics) -> Result<f64> {
        let regression = self.data.filtered(0.0, self.swept)?;
        let parabola = Parabola::new(&regression.residual(&self.data.y), &regression.residual(&self.data.wy));
        self.check_identified(&parabola)?;
        let n = self.swept.observations;
        let peak = maximise(
            "rho",
            self.bounds,
            &scan(self.bounds, 120),
            |r| Ok(-0.5 * n * parabola.at(r).ln() + self.smooth.value(r)?),
            |r| Ok(-0.5 * n * parabola.at(r).ln() + self.log_det.value(r)?),
            |r| Ok(n * parabola.half_slope(r) - self.log_det.trace(r)?),
        )?;
        remark_second("rho", &peak, remarks);
        Ok(peak.at)
    }

    fn check_identified(&self, parabola: &Parabola) -> Result<()> {
        if parabola.a <= 1e-20 * dot(&self.data.y, &self.data.y) {
            return Err(Error::Singular("the regressors fit the outcome without residual".into()));
        }
        if parabola.is_flat() {
            return Err(Error::NotIdentified {
                parameter: "rho".into(),
                reason: "the lag of the outcome is the outcome times a number once effects and regressors are taken out, as with equal weights for all others".into(),
            });
        }
        Ok(())
    }

    /// Residual of the filtered regression, and the derivative of -½ ln e'e.
    fn error_residual(&self, lambda: f64) -> Result<(f64, f64)> {
        let regression = self.data.filtered(lambda, self.swept)?;
        let (b, e) = regression.fit(&minus(&self.data.y, lambda, &self.data.wy));
        let mut lagged = self.data.wy.clone();
        for (b, wz) in b.iter().zip(&self.data.wz) {
            crate::linalg::add_scaled(&mut lagged, -b, wz);
        }
        let ssr = dot(&e, &e);
        Ok((ssr, dot(&e, &lagged) / ssr))
    }

    fn error(&self, remarks: &mut Diagnostics) -> Result<f64> {
        let regression = self.data.filtered(0.0, self.swept)?;
        let e0 = regression.residual(&self.data.y);
        if dot(&e0, &e0) <= 1e-20 * dot(&self.data.y, &self.data.y) {
            return Err(Error::Singular("the regressors fit the outcome without residual".into()));
        }
        // Residuals whose lag is a multiple of themselves say nothing about lambda.
        let mut lagged = self.data.wy.clone();
        let (b, _) = regression.fit(&self.data.y);
        for (b, wz) in b.iter().zip(&self.data.wz) {
            crate::linalg::add_scaled(&mut lagged, -b, wz);
        }
        if Parabola::new(&e0, &lagged).is_flat() {
            return Err(Error::NotIdentified {
                parameter: "lambda".into(),
                reason:
                    "the lag of the residuals is the residuals times a number, as with equal weights for all others"
                        .into(),
            });
        }
        let n = self.swept.observations;
        let peak = maximise(
            "lambda",
            self.bounds,
            &scan(self.bounds, 60),
            |l| Ok(-0.5 * n * self.error_residual(l)?.0.ln() + self.smooth.value(l)?),
            |l| Ok(-0.5 * n * self.error_residual(l)?.0.ln() + self.log_det.value(l)?),
            |l| Ok(n * self.error_residual(l)?.1 - self.log_det.trace(l)?),
        )?;
        remark_second("lambda", &peak, remarks);
        Ok(peak.at)
    }

    /// For one λ: the best ρ, the likelihood there, and its derivative by λ (which is the partial one).
    fn best_rho(&self, lambda: f64, values: &[(f64, f64)]) -> Result<(f64, f64, f64)> {
        let data = self.data;
        let regression = data.filtered(lambda, self.swept)?;
        let (b0, e0) = regression.fit(&minus(&data.y, lambda, &data.wy));
        let (b1, e1) = regression.fit(&minus(&data.wy, lambda, &data.wwy));
        let parabola = Parabola::new(&e0, &e1);
        self.check_identified(&parabola)?;
        let n = self.swept.observations;
        let grid: Vec<f64> = values.iter().map(|known| known.0).collect();
        let mut cached = values.iter();
        let peak = maximise(
            "rho",
            self.bounds,
            &grid,
            |r| {
                // The scan asks for the grid in order.
                let known = cached.next().filter(|known| known.0 == r).map(|known| known.1);
                Ok(-0.5 * n * parabola.at(r).ln() + known.map_or_else(|| self.smooth.value(r), Ok)?)
            },
            |r| Ok(-0.5 * n * parabola.at(r).ln() + self.log_det.value(r)?),
            |r| Ok(n * parabola.half_slope(r) - self.log_det.trace(r)?),
        )?;
        let rho = peak.at;
        let mut lagged = minus(&data.wy, rho, &data.wwy);
        for j in 0..b0.len() {
            crate::linalg::add_scaled(&mut lagged, -(b0[j] - rho * b1[j]), &data.wz[j]);
        }
        let e = minus(&e0, rho, &e1);
        let ssr = parabola.at(rho);
        let value = -0.5 * n * ssr.ln() + self.log_det.value(rho)? + self.log_det.value(lambda)?;
        Ok((rho, value, n * dot(&e, &lagged) / ssr - self.log_det.trace(lambda)?))
    }

    /// For one λ: the likelihood at the best ρ of a grid.
    fn best_on_grid(&self, lambda: f64, values: &[(f64, f64)]) -> Result<f64> {
        let data = self.data;
        let regression = data.filtered(lambda, self.swept)?;
        let (_, e0) = regression.fit(&minus(&data.y, lambda, &data.wy));
        let (_, e1) = regression.fit(&minus(&data.wy, lambda, &data.wwy));
        let parabola = Parabola::new(&e0, &e1);
        let heights = values.iter().map(|&(r, value)| -0.5 * self.swept.observations * parabola.at(r).ln() + value);
        Ok(heights.fold(f64::NEG_INFINITY, f64::max) + self.smooth.value(lambda)?)
    }

    fn both(&self, remarks: &mut Diagnostics) -> Result<(f64, f64)> {
        let grid = scan(self.bounds, 40);
        let values = grid.iter().map(|&r| Ok((r, self.smooth.value(r)?))).collect::<Result<Vec<(f64, f64)>>>()?;
        let exact = |l: f64| inside(self.best_rho(l, &values), f64::NEG_INFINITY, |best| best.1);
        let peak = maximise(
            "lambda",
            self.bounds,
            &grid,
            |l| {
                if self.smooth.is_rough() { self.best_on_grid(l, &values) } else { exact(l) }
            },
            exact,
            |l| inside(self.best_rho(l, &values), f64::NAN, |best| best.2),
        )?;
        remark_second("lambda", &peak, remarks);
        Ok((self.best_rho(peak.at, &values)?.0, peak.at))
    }

    fn finish(&self, rho: f64, lambda: f64) -> Result<Optimum> {
        let data = self.data;
        let regression = data.filtered(lambda, self.swept)?;
        let mut target = minus(&data.y, rho, &data.wy);
        crate::linalg::add_scaled(&mut target, -lambda, &data.wy);
        if rho != 0.0 && lambda != 0.0 {
            crate::linalg::add_scaled(&mut target, rho * lambda, &data.wwy);
        }
        let (beta, e) = regression.fit(&target);
        Ok(Optimum { rho, lambda, beta, ssr: dot(&e, &e) })
    }
}

/// A λ for which ρ runs to its bound is no candidate; other errors end the search.
fn inside(best: Result<(f64, f64, f64)>, outside: f64, value: impl Fn((f64, f64, f64)) -> f64) -> Result<f64> {
    match best {
        Ok(best) => Ok(value(best)),
        Err(Error::AtBound { .. }) => Ok(outside),
        Err(error) => Err(error),
    }
}

pub(super) fn remark_second(parameter: &str, peak: &super::maximise::Peak, remarks: &mut Diagnostics) {
    if let Some((at, lower)) = peak.second {
        remarks.push(Diagnostic::warning(
            "spatial-second-peak",
            format!(
                "the likelihood has a second peak near {parameter} = {at:.3}, lower by {lower:.3}; the estimate is the higher one, {:.4}",
                peak.at
            ),
        ));
    }
}
