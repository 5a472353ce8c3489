//! One row of the results.

use crate::declaration::Response;
use crate::describe::{Measured, Outcome};
use crate::grid::Grid;
use crate::reading::{Curve, Verdict, share_beyond};
use panel_core::distribution::t_two_sided;
use serde::Serialize;
use serde_json::{Map, Value};

/// A Fieller set of a turning point, as whoever computed it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FiellerRecord {
    /// `interval`, `complement`, `line` or `empty`.
    pub kind: String,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// A universe with its estimate, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct UniverseRecord {
    /// Id.
    pub id: String,
    /// Option by choice; null where the choice does not exist.
    #[serde(flatten)]
    pub options: Map<String, Value>,
    /// Why there is no estimate.
    pub reason: Option<String>,
    /// Rows.
    pub n: Option<usize>,
    /// Clusters.
    pub clusters: Option<usize>,
    /// Degrees of freedom of t.
    pub df: Option<f64>,
    /// b₁.
    pub b1: Option<f64>,
    /// Its standard error.
    pub se1: Option<f64>,
    /// Two-sided p.
    pub p1: Option<f64>,
    /// b₂.
    pub b2: Option<f64>,
    /// Its standard error.
    pub se2: Option<f64>,
    /// Two-sided p.
    pub p2: Option<f64>,
    /// Covariance of b₁ and b₂.
    pub cov12: Option<f64>,
    /// Effect.
    pub effect: Option<f64>,
    /// Its standard error.
    pub effect_se: Option<f64>,
    /// Their ratio.
    pub t: Option<f64>,
    /// t of Lind and Mehlum's test.
    pub lm_t: Option<f64>,
    /// Its one-sided p.
    pub lm_p: Option<f64>,
    /// Shape at the level.
    pub verdict: Option<Verdict>,
    /// −b₁/(2b₂).
    pub turning_point: Option<f64>,
    /// Fieller set of it.
    pub fieller: Option<FiellerRecord>,
    /// Whether it lies between the 5 and the 95 % quantile of x.
    pub turning_inside: Option<bool>,
    /// Where it lies in x: percentage of rows with x at most the turning point.
    pub turning_percentile: Option<f64>,
    /// Share of rows beyond it.
    pub share_beyond: Option<f64>,
    /// Id of the first universe with the same estimate, where that is another one.
    pub same_as: Option<String>,
}

impl UniverseRecord {
    /// The options of a universe, no estimate yet.
    #[must_use]
    pub fn of(grid: &Grid, codes: &[u16]) -> Self {
        let option = |(choice, &code): (usize, &u16)| {
            let value = match code {
                crate::grid::ABSENT => Value::Null,
                code => Value::String(grid.option_id(choice, code).to_owned()),
            };
            (grid.choices()[choice].id.clone(), value)
        };
        Self { id: grid.id(codes), options: codes.iter().enumerate().map(option).collect(), ..Self::default() }
    }

    /// The reason why there is no estimate.
    #[must_use]
    pub fn refused(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Fills in what an estimate says: `weights` of (b₁, b₂) in the effect, `sorted_x` over the rows used.
    #[must_use]
    pub fn estimated(mut self, curve: &Curve, weights: [f64; 2], sorted_x: &[f64], level: f64) -> Self {
        let known = |value: f64| value.is_finite().then_some(value);
        let reading = curve.read(level);
        let b2 = curve.b2.unwrap_or(0.0);
        let effect = weights[0] * curve.b1 + weights[1] * b2;
        let [v1, cov, v2] = curve.v;
        let variance =
            weights[0] * weights[0] * v1 + 2.0 * weights[0] * weights[1] * cov + weights[1] * weights[1] * v2;
        self.n = Some(sorted_x.len());
        self.df = known(curve.df);
        (self.b1, self.se1, self.p1) = (known(curve.b1), known(v1.sqrt()), known(reading.p1));
        if curve.b2.is_some() {
            (self.b2, self.se2, self.p2) = (known(b2), known(v2.sqrt()), reading.p2.and_then(known));
            self.cov12 = known(cov);
        }
        (self.effect, self.effect_se) = (known(effect), known(variance.sqrt()));
        self.t = known(effect / variance.sqrt());
        (self.lm_t, self.lm_p) = (reading.lind_mehlum.map(|lm| lm.0), reading.lind_mehlum.map(|lm| lm.1));
        self.verdict = Some(reading.verdict);
        if let Some(point) = reading.turning_point.filter(|_| !sorted_x.is_empty()) {
            let beyond = share_beyond(sorted_x, point);
            let at = |share: f64| crate::distribution::quantile(sorted_x, share).unwrap_or(f64::NAN);
            self.turning_point = known(point);
            self.turning_inside = Some(at(0.05) <= point && point <= at(0.95));
            self.turning_percentile = Some(100.0 * (1.0 - beyond));
            self.share_beyond = Some(beyond);
        }
        self
    }

    /// What descriptions need; `fingerprint` is a hash of outcome, regressors and rows.
    #[must_use]
    pub fn outcome(&self, fingerprint: u128) -> Outcome {
        match (&self.reason, self.effect, self.t, self.df) {
            (None, Some(effect), Some(t), Some(df)) => Outcome::Estimated(Box::new(Measured {
                effect,
                p: t_two_sided(t, df),
                verdict: self.verdict.unwrap_or(Verdict::Neither),
                turning_point: self.turning_point,
                turning_inside: self.turning_inside,
                share_beyond: self.share_beyond,
                fingerprint,
            })),
            (Some(reason), ..) => Outcome::Refused(reason.clone()),
            _ => Outcome::Refused("the effect has no standard error".into()),
        }
    }

    /// A response for attribution; `None` where there is no estimate, or no turning point.
    #[must_use]
    pub fn response(&self, response: Response) -> Option<f64> {
        match response {
            Response::Effect => self.effect,
            Response::T => self.t,
            Response::TurningPoint => self.turning_point,
            Response::ShareBeyond => self.share_beyond,
            Response::Verdict => {
                self.verdict.map(|verdict| f64::from(u8::from(matches!(verdict, Verdict::U | Verdict::Positive))))
            }
        }
    }
}
