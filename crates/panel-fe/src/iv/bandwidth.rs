//! Automatic bandwidth of kernel covariances (Newey & West 1994).

use super::estimate::IvFit;
use super::system::IvSystem;
use crate::error::{Error, Result};
use crate::vcov::{Kernel, Periods};

/// Bandwidth chosen by Newey & West (1994) as `ivreg2, bw(auto)` does, for a single time series.
///
/// f_t = u_t Σ_l z_tl over all instruments but the constant; with σ_j = Σ_t f_t f_{t−j}/T up to lag
/// m = ⌊20 (T/100)^e⌋, s^(q) = 2Σ j^q σ_j, s^(0) = σ_0 + 2Σ σ_j, the optimal lag is c·((s^(q)/s^(0))²T)^{1/(2q+1)},
/// at most m; the bandwidth is that lag plus one (Bartlett, Parzen: after truncation to an integer).
/// (q, c, e) = (1, 1.1447, 2/9) for Bartlett, (2, 2.6614, 4/25) for Parzen, (2, 1.3221, 2/25) for the quadratic
/// spectral window.
///
/// `constant` is the place of the constant among the exogenous regressors.
///
/// # Errors
/// [`Error::Unsupported`] for other kernels; [`Error::Shape`]; [`Error::Specification`] for several rows in a period.
pub fn automatic_bandwidth(
    system: &IvSystem,
    fit: &IvFit,
    constant: Option<usize>,
    periods: &Periods,
    kernel: Kernel,
) -> Result<f64> {
    let (q, c, e) = match kernel {
        Kernel::Bartlett => (1_i32, 1.1447, 2.0 / 9.0),
        Kernel::Parzen => (2, 2.6614, 4.0 / 25.0),
        Kernel::QuadraticSpectral => (2, 1.3221, 2.0 / 25.0),
        other => return Err(Error::Unsupported(format!("an automatic bandwidth for the kernel {other:?}"))),
    };
    let codes = periods.groups().codes();
    if codes.len() != system.rows {
        return Err(Error::Shape { what: "the periods".into(), expected: system.rows, got: codes.len() });
    }
    let positions = periods.positions();
    let mut series = vec![None; periods.count()];
    for i in 0..system.rows {
        let w: f64 = (0..system.k2()).filter(|&j| Some(j) != constant).map(|j| system.w[(i, j)]).sum();
        let z: f64 = (0..system.l1()).map(|j| system.z[(i, j)]).sum();
        let place = &mut series[codes[i] as usize];
        if place.is_some() {
            return Err(Error::Specification(
                "the automatic bandwidth is for one time series, but a period has several rows".into(),
            ));
        }
        *place = Some(fit.weighted_residual[i] * (w + z));
    }
    let t = series.len() as f64;
    let most = (20.0 * (t / 100.0).powf(e)).trunc();
    let autocovariance = |lag: usize| -> f64 {
        let mut total = 0.0;
        for (k, value) in series.iter().enumerate() {
            if let (Some(now), Ok(earlier)) = (value, positions.binary_search(&(positions[k] - lag as i64))) {
                total += now * series[earlier].unwrap_or(0.0);
            }
        }
        total / t
    };
    let (mut weighted, mut plain) = (0.0, autocovariance(0));
    for lag in 1..=most as usize {
        let sigma = autocovariance(lag);
        weighted += 2.0 * (lag as f64).powi(q) * sigma;
        plain += 2.0 * sigma;
    }
    let power = 1.0 / f64::from(2 * q + 1);
    let optimal = c * (weighted / plain).powi(2).powf(power) * t.powf(power);
    Ok(match kernel {
        Kernel::QuadraticSpectral => optimal.min(most) + 1.0,
        _ => optimal.trunc().min(most) + 1.0,
    })
}
