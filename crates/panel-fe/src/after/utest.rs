//! Test of a U shape (Lind & Mehlum 2010, after Sasabuchi 1980).

use crate::after::turning_point::{TurningPoint, inverse_turning_point, turning_point};
use crate::coefficients::{Coefficients, standard_error};
use crate::error::{Error, Result};
use crate::outcome::TestOutcome;
use faer::MatRef;
use panel_core::distribution::t_upper;
use panel_core::fieller::is_indefinite;

/// How the variable enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Curve {
    /// b₁x + b₂x², slope b₁ + 2b₂x.
    #[default]
    Quadratic,
    /// b₁x + b₂/x, slope b₁ − b₂/x².
    Inverse,
}

/// The alternative hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Falling, then rising.
    U,
    /// Rising, then falling.
    InverseU,
    /// Neither: both slopes are 0.
    Flat,
}

/// Slope of the curve at one end of the interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct EndSlope {
    /// The end.
    pub at: f64,
    /// Slope there.
    pub slope: f64,
    /// Its standard error.
    pub se: f64,
    /// slope/se.
    pub t: f64,
    /// P(t(df) ≥ |t|): one-sided, in the direction that the slope has.
    pub p: f64,
}

/// Result of [`utest`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UTest {
    /// How the variable enters.
    pub curve: Curve,
    /// The alternative, from the signs of the slopes; where they agree, from the curvature.
    pub shape: Shape,
    /// Slopes at the lower and the upper end.
    pub ends: [EndSlope; 2],
    /// t = min(|t_low|, |t_high|) with its one-sided p; not available when the extremum lies outside the interval, which
    /// is a trivial failure to reject.
    pub overall: TestOutcome,
    /// The extremum with its intervals; an error text where the curve has none.
    pub turning_point: std::result::Result<TurningPoint, String>,
}

/// Two estimated coefficients of a curve, and the interval over which its shape is tested.
#[derive(Debug, Clone, Copy)]
pub struct UTestProblem<'a> {
    /// b₁, of x.
    pub linear: f64,
    /// b₂, of x² or 1/x.
    pub curved: f64,
    /// Covariance of (b₁, b₂), 2×2.
    pub covariance: MatRef<'a, f64>,
    /// The interval, `low < high`: the range of x in the estimation sample.
    pub interval: (f64, f64),
    /// Degrees of freedom of t; infinite for the normal.
    pub df: f64,
    /// How x enters.
    pub curve: Curve,
    /// Level of the intervals of the turning point.
    pub level: f64,
}

/// Tests a (inverse) U against monotonicity over `[low, high]`, the range of x in the estimation sample.
///
/// t(x) = slope(x)/se(slope(x)); the null is rejected when both end slopes have the signs of the shape, each at the
/// level α one-sided: overall t = min(|t_low|, |t_high|) with t(df), as `utest` 1.3 for Stata and R's `utest` 0.3.
/// (The Stata program takes the range from all data in memory, not from e(sample): give the range of the sample here.)
///
/// # Errors
/// [`Error::Shape`] for a covariance that is not 2×2; [`Error::Specification`] for an empty or unordered interval, an interval that contains 0 under [`Curve::Inverse`],
/// or a level outside (0, 1).
pub fn utest(problem: &UTestProblem<'_>) -> Result<UTest> {
    let UTestProblem { linear: b1, curved: b2, covariance, interval: (low, high), df, curve, level } = *problem;
    if let Some(got) = [covariance.nrows(), covariance.ncols()].into_iter().find(|&length| length != 2) {
        return Err(Error::Shape { what: "a side of the covariance of two coefficients".into(), expected: 2, got });
    }
    if !(low < high && low.is_finite() && high.is_finite()) {
        return Err(Error::Specification(format!("a U test needs an interval low < high, got [{low}, {high}]")));
    }
    if curve == Curve::Inverse && low <= 0.0 && high >= 0.0 {
        return Err(Error::Specification(format!("the inverse form is not defined at 0, inside [{low}, {high}]")));
    }
    crate::coefficients::check_level(level)?;
    let ends = [low, high].map(|at| {
        // slope = b₁ + h b₂.
        let h = match curve {
            Curve::Quadratic => 2.0 * at,
            Curve::Inverse => -1.0 / (at * at),
        };
        let slope = b1 + h * b2;
        let variance = covariance[(0, 0)] + h * h * covariance[(1, 1)] + 2.0 * h * covariance[(0, 1)];
        let se = standard_error(variance).unwrap_or(f64::NAN);
        let t = slope / se;
        EndSlope { at, slope, se, t, p: t_upper(t.abs(), df) }
    });
    let [left, right] = ends;
    let convex = match curve {
        Curve::Quadratic => b2 > 0.0,
        Curve::Inverse => (b2 > 0.0) == (low > 0.0),
    };
    let (shape, crosses) = match (left.slope < 0.0, right.slope < 0.0) {
        (true, false) => (Shape::U, true),
        (false, true) => (Shape::InverseU, true),
        _ if left.slope == 0.0 && right.slope == 0.0 => (Shape::Flat, false),
        _ => (if convex { Shape::U } else { Shape::InverseU }, false),
    };
    let (name, null) = match shape {
        Shape::U | Shape::Flat => ("Lind-Mehlum U test", "the relation is monotone or inverse U-shaped"),
        Shape::InverseU => ("Lind-Mehlum inverse U test", "the relation is monotone or U-shaped"),
    };
    let overall = if is_indefinite(covariance[(0, 0)], covariance[(0, 1)], covariance[(1, 1)]) {
        TestOutcome::not_available(name, "the covariance of the two coefficients is indefinite")
    } else if shape == Shape::Flat {
        TestOutcome::not_available(name, "both slopes are 0: a flat curve has no shape")
    } else if crosses {
        TestOutcome::weaker(name, null, (left.t, left.p), (right.t, right.p), df)
    } else {
        TestOutcome::not_available(name, "the extremum lies outside the interval: trivial failure to reject the null")
    };
    let extremum = match curve {
        Curve::Quadratic => turning_point(b1, b2, covariance, df, level),
        Curve::Inverse => inverse_turning_point(b1, b2, covariance, df, level),
    };
    Ok(UTest { curve, shape, ends, overall, turning_point: extremum.map_err(|error| error.to_string()) })
}

/// [`utest`] on two coefficients of an estimate, by their names.
///
/// # Errors
/// [`Error::UnknownOption`] for a name that is not there; else as [`utest`].
pub fn utest_of(
    coefficients: &Coefficients<'_>,
    linear: &str,
    curved: &str,
    interval: (f64, f64),
    curve: Curve,
    level: f64,
) -> Result<UTest> {
    // About the centre of a variable far from zero: b₁ + 2b₂x keeps its digits there.
    let (b, v, center) = match curve {
        Curve::Quadratic => {
            let (b, v, centres) = coefficients.pick_centred(&[linear, curved], &[linear])?;
            (b, v, centres[0])
        }
        Curve::Inverse => {
            let (b, v) = coefficients.pick(&[linear, curved])?;
            (b, v, 0.0)
        }
    };
    let (linear, curved) = (b[0], b[1]);
    let about = (interval.0 - center, interval.1 - center);
    let problem =
        UTestProblem { linear, curved, covariance: v.as_ref(), interval: about, df: coefficients.df, curve, level };
    let mut test = utest(&problem)?;
    if center != 0.0 {
        (test.ends[0].at, test.ends[1].at) = interval;
        test.turning_point = test.turning_point.map(|point| point.shifted(center));
    }
    Ok(test)
}
