//! Information matrices over (coefficients, ρ, λ, σ²).
//!
//! With Z_d = M R Z, G = W S⁻¹, H = W R⁻¹, e the residual, a = M R W y, h = a - M G e:
//!
//! | pair | expected | observed |
//! |---|---|---|
//! | b, b | Z_d'Z_d/σ² | the same |
//! | b, ρ | Z_d'h/σ² | Z_d'a/σ² |
//! | b, λ | 0 | (Z_d'Wu + (WZ)'e)/σ² |
//! | ρ, ρ | T* tr(G² + G'G) + h'h/σ² | a'a/σ² + T* tr G² |
//! | ρ, λ | T* tr(HG + H'G) | (a'Wu + e'WWy)/σ² |
//! | λ, λ | T* tr(H² + H'H) | |Wu|²/σ² + T* tr H² |
//! | ρ, σ² | T* tr G/σ² | a'e/σ⁴ |
//! | λ, σ² | T* tr H/σ² | (Wu)'e/σ⁴ |
//! | σ², σ² | N/(2σ⁴) | the same |

use super::swept::Swept;
use crate::error::Result;
use crate::linalg::{Square, add_scaled, dot};
use crate::logdet::{Prepared, Resolvent};
use crate::spec::Model;

/// Everything at the estimate that information, corrections and effects need.
pub(crate) struct AtEstimate<'a> {
    pub(crate) swept: &'a Swept,
    pub(crate) model: Model,
    pub(crate) rho: f64,
    pub(crate) lambda: f64,
    pub(crate) sigma2: f64,
    pub(crate) beta: &'a [f64],
    pub(crate) g: Option<Resolvent<'a>>,
    pub(crate) h: Option<Resolvent<'a>>,
    /// Residual e.
    pub(crate) residual: Vec<f64>,
    /// R Z.
    filtered: Vec<Vec<f64>>,
    /// a = R W y.
    lag: Vec<f64>,
    /// W u.
    lagged_error: Vec<f64>,
    /// Observations and periods that count.
    pub(crate) observations: f64,
    pub(crate) periods: f64,
}

/// Traces without the eigenvalue that the sweep of time effects removes.
#[derive(Debug, Clone, Copy, Default)]
struct Traces {
    g: f64,
    g_square: f64,
    g_squares: f64,
    h: f64,
    h_square: f64,
    h_squares: f64,
    hg: f64,
    h_transposed_g: f64,
}

impl<'a> AtEstimate<'a> {
    pub(crate) fn new(
        swept: &'a Swept,
        prepared: &'a Prepared,
        model: Model,
        (rho, lambda): (f64, f64),
        beta: &'a [f64],
        sigma2: f64,
    ) -> Result<Self> {
        let g = model.has_rho().then(|| prepared.resolvent(rho)).transpose()?;
        let h = model.has_lambda().then(|| prepared.resolvent(lambda)).transpose()?;
        let mut residual = swept.y.clone();
        add_scaled(&mut residual, -rho - lambda, &swept.wy);
        let mut lag = swept.wy.clone();
        let mut lagged_error = swept.wy.clone();
        if !swept.wwy.is_empty() {
            add_scaled(&mut residual, rho * lambda, &swept.wwy);
            add_scaled(&mut lag, -lambda, &swept.wwy);
            add_scaled(&mut lagged_error, -rho, &swept.wwy);
        }
        let mut filtered = swept.z.clone();
        for (j, b) in beta.iter().enumerate() {
            if let Some(wz) = swept.wz.get(j) {
                add_scaled(&mut filtered[j], -lambda, wz);
                add_scaled(&mut lagged_error, -b, wz);
            }
            add_scaled(&mut residual, -b, &filtered[j]);
        }
        let (observations, periods) = (swept.observations, swept.periods);
        Ok(Self {
            swept,
            model,
            rho,
            lambda,
            sigma2,
            beta,
            g,
            h,
            residual,
            filtered,
            lag,
            lagged_error,
            observations,
            periods,
        })
    }

    /// G v per period, swept.
    fn lag_by_g(&self, g: &Resolvent<'_>, v: &[f64]) -> Vec<f64> {
        let lagged = v.chunks_exact(self.swept.n).flat_map(|period| g.times(period)).collect();
        self.swept.swept(lagged)
    }

    /// h = a - M G e.
    fn mean_lag(&self) -> Option<Vec<f64>> {
        let g = self.g.as_ref()?;
        let mut h = self.lag.clone();
        add_scaled(&mut h, -1.0, &self.lag_by_g(g, &self.residual));
        Some(h)
    }

    fn traces(&self) -> Traces {
        let n = self.swept.n as f64;
        let removed = self.swept.removed;
        // J G J against G: take off means of rows and columns.
        let centred = |all: f64, a: &Resolvent<'_>, b: &Resolvent<'_>| {
            if removed.is_none() {
                return all;
            }
            let (ta, tb) = (a.rows.iter().sum::<f64>(), b.rows.iter().sum::<f64>());
            all - (dot(&a.rows, &b.rows) + dot(&a.columns, &b.columns)) / n + ta * tb / (n * n)
        };
        let gone = |r: f64| removed.map_or(0.0, |c| c / (1.0 - r * c));
        let mut traces = Traces::default();
        let one = |x: &Resolvent<'_>| {
            let off = gone(x.r);
            (x.trace - off, x.trace_square - off * off, centred(x.squares, x, x))
        };
        if let Some(g) = &self.g {
            (traces.g, traces.g_square, traces.g_squares) = one(g);
        }
        if let Some(h) = &self.h {
            (traces.h, traces.h_square, traces.h_squares) = one(h);
        }
        if let (Some(g), Some(h)) = (&self.g, &self.h) {
            traces.hg = g.trace_product(h) - gone(g.r) * gone(h.r);
            traces.h_transposed_g = centred(g.inner(h), g, h);
        }
        traces
    }

    /// Places of ρ, λ and σ² behind the coefficients.
    pub(crate) fn places(&self) -> (Option<usize>, Option<usize>, usize) {
        let k = self.beta.len();
        let rho = self.model.has_rho().then_some(k);
        let after = k + usize::from(rho.is_some());
        let lambda = self.model.has_lambda().then_some(after);
        (rho, lambda, after + usize::from(lambda.is_some()))
    }

    /// The expected and the observed information.
    pub(crate) fn information(&self) -> (Square, Square) {
        let k = self.beta.len();
        let (rho, lambda, last) = self.places();
        let s2 = self.sigma2;
        let (t, traces) = (self.periods, self.traces());
        let mut expected = Square::zeros(last + 1);
        for i in 0..k {
            for j in 0..=i {
                expected.set_both(i, j, dot(&self.filtered[i], &self.filtered[j]) / s2);
            }
        }
        expected[(last, last)] = 0.5 * self.observations / (s2 * s2);
        let mut observed = expected.clone();
        let e = &self.residual;
        let (a, c) = (&self.lag, &self.lagged_error);
        if let (Some(r), Some(h)) = (rho, self.mean_lag()) {
            for i in 0..k {
                expected.set_both(i, r, dot(&self.filtered[i], &h) / s2);
                observed.set_both(i, r, dot(&self.filtered[i], a) / s2);
            }
            expected[(r, r)] = t * (traces.g_square + traces.g_squares) + dot(&h, &h) / s2;
            observed[(r, r)] = dot(a, a) / s2 + t * traces.g_square;
            expected.set_both(r, last, t * traces.g / s2);
            observed.set_both(r, last, dot(a, e) / (s2 * s2));
        }
        if let Some(l) = lambda {
            for i in 0..k {
                observed.set_both(i, l, (dot(&self.filtered[i], c) + dot(&self.swept.wz[i], e)) / s2);
            }
            expected[(l, l)] = t * (traces.h_square + traces.h_squares);
            observed[(l, l)] = dot(c, c) / s2 + t * traces.h_square;
            expected.set_both(l, last, t * traces.h / s2);
            observed.set_both(l, last, dot(c, e) / (s2 * s2));
        }
        if let (Some(r), Some(l)) = (rho, lambda) {
            expected.set_both(r, l, t * (traces.hg + traces.h_transposed_g));
            observed.set_both(r, l, (dot(a, c) + dot(e, &self.swept.wwy)) / s2);
        }
        (expected, observed)
    }

    /// The same with 1/φ² = 1 + Tσ_μ²/σ² behind σ², where the columns are quasi-demeaned by φ: `means` gives P v, `units` counts
    /// the units whose means carry information (n*).
    ///
    /// | pair | expected | observed |
    /// |---|---|---|
    /// | b, 1/φ² | 0 | φ²Z_d'Pe/σ² |
    /// | ρ, 1/φ² | φ² tr G | φ²a'Pe/σ² |
    /// | λ, 1/φ² | φ² tr H | φ²(Wu)'Pe/σ² |
    /// | σ², 1/φ² | φ²n*/(2σ²) | φ²e'Pe/(2σ⁴) |
    /// | 1/φ², 1/φ² | φ⁴n*/2 | φ⁴(e'Pe/σ² - n*/2) |
    pub(super) fn random_information(
        &self,
        phi: f64,
        units: f64,
        means: impl Fn(&[f64]) -> Vec<f64>,
    ) -> (Square, Square) {
        let (rho, lambda, sigma) = self.places();
        let (last, s2, square) = (sigma + 1, self.sigma2, phi * phi);
        let traces = self.traces();
        let (first, second) = self.information();
        let (mut expected, mut observed) = (Square::zeros(last + 1), Square::zeros(last + 1));
        for i in 0..last {
            for j in 0..last {
                expected[(i, j)] = first[(i, j)];
                observed[(i, j)] = second[(i, j)];
            }
        }
        let e = means(&self.residual);
        for (i, z) in self.filtered.iter().enumerate() {
            observed.set_both(i, last, square * dot(z, &e) / s2);
        }
        for (place, trace, lag) in [(rho, traces.g, &self.lag), (lambda, traces.h, &self.lagged_error)] {
            if let Some(place) = place {
                expected.set_both(place, last, square * trace);
                observed.set_both(place, last, square * dot(lag, &e) / s2);
            }
        }
        let own = dot(&e, &e);
        expected.set_both(sigma, last, 0.5 * square * units / s2);
        observed.set_both(sigma, last, 0.5 * square * own / (s2 * s2));
        expected[(last, last)] = 0.5 * square * square * units;
        observed[(last, last)] = square * square * (own / s2 - 0.5 * units);
        (expected, observed)
    }

    /// Ω of the quasi-likelihood covariance I⁻¹(I + Ω)I⁻¹, from the third and fourth moments of the residuals.
    ///
    /// Exact for independent, alike errors without effects; with effects the moments are those of swept residuals.
    /// For SAR and SDM; source: Lee (2004), Econometrica 72, 1899–1925, Appendix A.
    pub(crate) fn omega(&self) -> Square {
        let k = self.beta.len();
        let (rho, _, last) = self.places();
        let s2 = self.sigma2;
        let count = self.residual.len() as f64;
        let moment = |power: i32| self.residual.iter().map(|e| e.powi(power)).sum::<f64>() / count;
        let base = moment(2);
        // Standardised moments, so that the divisor of σ² does not matter.
        let skew = moment(3) / base.powf(1.5);
        let excess = moment(4) / (base * base) - 3.0;
        let third = skew * s2.powf(1.5);
        let mut omega = Square::zeros(last + 1);
        omega[(last, last)] = self.observations * excess / (4.0 * s2 * s2);
        for i in 0..k {
            omega.set_both(i, last, third * self.filtered[i].iter().sum::<f64>() / (2.0 * s2.powi(3)));
        }
        if let (Some(r), Some(g), Some(h)) = (rho, &self.g, self.mean_lag()) {
            let mut diagonal = g.diagonal();
            if let Some(c) = self.swept.removed {
                // diag J G J.
                let n = self.swept.n as f64;
                let mean = c / (1.0 - self.rho * c) / n;
                let total: f64 = g.rows.iter().sum::<f64>() / (n * n);
                for (i, value) in diagonal.iter_mut().enumerate() {
                    *value += total - mean - g.columns[i] / n;
                }
            }
            let n = self.swept.n;
            let scale = self.periods / self.swept.t as f64;
            let along = |v: &[f64]| v.iter().enumerate().map(|(row, v)| diagonal[row % n] * v).sum::<f64>();
            omega[(r, r)] =
                excess * self.periods * dot(&diagonal, &diagonal) + 2.0 * third / (s2 * s2) * along(&h) * scale;
            let trace: f64 = diagonal.iter().sum();
            omega.set_both(
                r,
                last,
                (excess * self.periods * trace + third / (s2 * s2) * h.iter().sum::<f64>()) / (2.0 * s2),
            );
            for i in 0..k {
                omega.set_both(i, r, third / (s2 * s2) * along(&self.filtered[i]) * scale);
            }
        }
        omega
    }
}
