//! The likelihood of a model with random effects of units, everything but ρ or λ concentrated out.

use crate::error::{Error, Result};
use crate::estimate::likelihood::{Parabola, regression};
use crate::estimate::log_det::LogDet;
use crate::estimate::maximise::maximise;
use crate::estimate::swept::Swept;
use crate::linalg::{add_scaled, compress, dot};
use crate::panel::means_by_unit;

/// ln φ² of the smallest φ that is tried: a variance of the effects 10¹⁶/T times that of the errors.
const SMALLEST: f64 = -37.0;

/// Places of the scan over ln φ².
const POINTS: usize = 26;

/// Columns of one part of the data in a common orthonormal basis.
struct Part {
    y: Vec<f64>,
    wy: Vec<f64>,
    z: Vec<Vec<f64>>,
    wz: Vec<Vec<f64>>,
}

impl Part {
    fn new(swept: &Swept, part: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let columns: Vec<Vec<f64>> =
            swept.z.iter().chain(&swept.wz).chain([&swept.y, &swept.wy]).map(|column| part(column)).collect();
        let views: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let mut coordinates = compress(&views);
        let wy = coordinates.pop().unwrap_or_default();
        let y = coordinates.pop().unwrap_or_default();
        let wz = coordinates.split_off(swept.z.len());
        Self { y, wy, z: coordinates, wz }
    }
}

/// Both parts of the data, and what the likelihood counts.
pub(super) struct Profile<'a> {
    swept: &'a Swept,
    within: Part,
    between: Part,
    log_det: LogDet<'a>,
    /// Units whose means carry information.
    units: f64,
}

/// What concentrates out at one ρ or λ.
pub(super) struct Concentrated {
    pub(super) beta: Vec<f64>,
    pub(super) phi: f64,
    pub(super) ssr: f64,
    /// -N/2 ln e'e + n ln φ.
    pub(super) value: f64,
    /// e'(Wy - WZb), which is the derivative of -½ e'e by ρ or λ.
    slope: f64,
}

/// The regression at one ρ or λ and one φ.
struct Regressed {
    beta: Vec<f64>,
    ssr: f64,
    /// e'e of the means, times φ².
    between: f64,
    slope: f64,
}

impl<'a> Profile<'a> {
    pub(super) fn new(swept: &'a Swept, log_det: LogDet<'a>) -> Self {
        let within = Part::new(swept, |column| super::within(column, swept.n));
        // One row for each unit: √T times its mean.
        let root = (swept.t as f64).sqrt();
        let between =
            Part::new(swept, |column| means_by_unit(column, swept.n).into_iter().map(|mean| root * mean).collect());
        Self { swept, within, between, log_det, units: swept.observations / swept.periods }
    }

    /// Least squares of (y - rWy) on (Z - rWZ), quasi-demeaned; where errors have no spatial lag Z is not filtered.
    fn regress(&self, r: f64, squared: f64) -> Result<Regressed> {
        let root = squared.sqrt();
        let stack =
            |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().copied().chain(b.iter().map(|b| root * b)).collect() };
        let filtered = |(own, lag): (&[f64], &[f64]), (own_mean, lag_mean): (&[f64], &[f64])| {
            let mut column = stack(own, own_mean);
            add_scaled(&mut column, -r, &stack(lag, lag_mean));
            column
        };
        let z: Vec<Vec<f64>> = (0..self.within.z.len())
            .map(|j| match (self.within.wz.get(j), self.between.wz.get(j)) {
                (Some(a), Some(b)) => filtered((&self.within.z[j], a), (&self.between.z[j], b)),
                _ => stack(&self.within.z[j], &self.between.z[j]),
            })
            .collect();
        let y = filtered((&self.within.y, &self.within.wy), (&self.between.y, &self.between.wy));
        let (beta, e) = regression(&z, self.swept)?.fit(&y);
        let mut lag = stack(&self.within.wy, &self.between.wy);
        for (j, b) in beta.iter().enumerate() {
            if let (Some(w), Some(m)) = (self.within.wz.get(j), self.between.wz.get(j)) {
                add_scaled(&mut lag, -b, &stack(w, m));
            }
        }
        let means = &e[self.within.y.len()..];
        Ok(Regressed { ssr: dot(&e, &e), between: dot(means, means), slope: dot(&e, &lag), beta })
    }

    /// The best φ at one ρ or λ: a scan over ln φ², then the root of the score; 1 where the variance of the effects is 0.
    pub(super) fn at(&self, r: f64) -> Result<Concentrated> {
        let (n, units) = (self.swept.observations, self.units);
        let grid: Vec<f64> = (0..POINTS).map(|k| SMALLEST * (1.0 - (k as f64 + 0.5) / POINTS as f64)).collect();
        let height = |u: f64| Ok(0.5 * units * u - 0.5 * n * self.regress(r, u.exp())?.ssr.ln());
        let peak = maximise("phi", (SMALLEST, 0.0), &grid, height, height, |u| {
            self.regress(r, u.exp()).map(|fit| 0.5 * units - 0.5 * n * fit.between / fit.ssr)
        });
        let u = match peak {
            Ok(peak) => peak.at,
            Err(Error::AtBound { bound: 0.0, .. }) => 0.0,
            Err(Error::AtBound { .. }) => {
                return Err(Error::Singular("the regressors leave no residual within units".into()));
            }
            Err(error) => return Err(error),
        };
        let Regressed { beta, ssr, slope, .. } = self.regress(r, u.exp())?;
        let value = 0.5 * units * u - 0.5 * n * ssr.ln();
        Ok(Concentrated { beta, phi: (0.5 * u).exp(), ssr, value, slope })
    }

    /// The concentrated log-likelihood without constants.
    pub(super) fn value(&self, r: f64) -> Result<f64> {
        Ok(self.at(r)?.value + self.log_det.value(r)?)
    }

    /// Its derivative.
    pub(super) fn score(&self, r: f64) -> Result<f64> {
        let at = self.at(r)?;
        Ok(self.swept.observations * at.slope / at.ssr - self.log_det.trace(r)?)
    }

    /// Whether the data tell ρ or λ, and leave a residual at all; looked at without random effects.
    pub(super) fn check(&self, parameter: &str) -> Result<()> {
        let join = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().chain(b).copied().collect() };
        let z: Vec<Vec<f64>> = self.within.z.iter().zip(&self.between.z).map(|(a, b)| join(a, b)).collect();
        let regression = regression(&z, self.swept)?;
        let y = join(&self.within.y, &self.between.y);
        let (b, e) = regression.fit(&y);
        if dot(&e, &e) <= 1e-20 * dot(&y, &y) {
            return Err(Error::Singular("the regressors fit the outcome without residual".into()));
        }
        let mut lag = join(&self.within.wy, &self.between.wy);
        for ((b, w), m) in b.iter().zip(&self.within.wz).zip(&self.between.wz) {
            add_scaled(&mut lag, -b, &join(w, m));
        }
        let lag = if self.within.wz.is_empty() { regression.residual(&lag) } else { lag };
        if Parabola::new(&e, &lag).is_flat() {
            return Err(Error::NotIdentified {
                parameter: parameter.to_owned(),
                reason: "the lag is the residual times a number, as with equal weights for all others".into(),
            });
        }
        Ok(())
    }
}
