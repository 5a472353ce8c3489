//! Simonsohn's two-lines test of a U shape, with the Robin Hood choice of the break.

use crate::after::bootstrap::Absorb;
use crate::after::utest::Shape;
use crate::coefficients::standard_error;
use crate::dense::{column, residualise, solve_upper, thin_qr, vector};
use crate::error::{Error, Result};
use crate::linalg;
use crate::outcome::TestOutcome;
use crate::vcov::Meat;
use faer::{Mat, MatRef};
use panel_core::transform::quantile;

/// What the test needs.
#[derive(Clone, Copy)]
pub struct TwoLinesProblem<'a> {
    /// Outcome, n, not absorbed.
    pub y: &'a [f64],
    /// The variable whose effect may change its sign, n.
    pub x: &'a [f64],
    /// Controls, n×k; with a constant when there are no fixed effects.
    pub controls: MatRef<'a, f64>,
    /// Fixed effects to absorb.
    pub absorb: Option<&'a Absorb<'a>>,
    /// Degrees of freedom that these effects use (they enter the cross-validation of the smooth).
    pub absorbed: f64,
    /// Covariance structure of the two slopes.
    pub meat: &'a Meat,
    /// Whether their covariance is σ²(X'X)⁻¹ instead, which takes errors as homoskedastic and independent.
    pub homoskedastic: bool,
    /// Small-sample multiplier of their covariance.
    pub multiplier: f64,
    /// Degrees of freedom of their t statistics.
    pub df: f64,
}

impl std::fmt::Debug for TwoLinesProblem<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TwoLinesProblem").field("rows", &self.y.len()).field("df", &self.df).finish()
    }
}

/// The slope on one side of the break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Average slope.
    pub slope: f64,
    /// Its standard error.
    pub se: f64,
    /// slope/se.
    pub t: f64,
    /// Two-sided p-value.
    pub p: f64,
}

/// Result of [`two_lines`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TwoLines {
    /// The shape that is tested, from the quadratic fit at the smallest x.
    pub shape: Shape,
    /// Break between the lines.
    pub breakpoint: f64,
    /// x of the most extreme fitted value within the middle 80 % of the sample.
    pub extreme: f64,
    /// Region that is as extreme within one standard error: the break lies here.
    pub flat: (f64, f64),
    /// Line left of the break.
    pub left: Line,
    /// Line right of the break.
    pub right: Line,
    /// Smaller |t| of the two with the larger two-sided p; not available when the slopes do not have opposite signs.
    pub test: TestOutcome,
}

/// Two-lines test (Simonsohn 2018, *AMPPS* 1: 538-555): two separate average slopes, each significant and of opposite
/// sign, instead of a quadratic form that is "U-shaped" for any concave curve.
///
/// 1. y on a smooth of x and the controls; the smooth is a natural cubic spline of 10 knots at quantiles with a penalty
///    on f″² chosen by generalised cross-validation, as R's `mgcv`. 2. Most extreme fitted value in the middle 80 %,
///    flat region = fitted within one (Bayesian) standard error of it. 3. Interrupted regression
///    `y = a + b₁(x−c)1[x≤c] + b₂(x−c)1[x>c] + d 1[x>c]` + controls at the median of the flat region. 4. The break moves
///    to the quantile |t₂|/(|t₁|+|t₂|) of the flat region: more room for the weaker line (Robin Hood). 5. Both slopes
///    there; the row at the break belongs to the line that is tested.
///
/// The original works without fixed effects and with HC3; here the effects are absorbed from every column, and the
/// covariance is the one given.
///
/// # Errors
/// [`Error::Shape`]; [`Error::Specification`] for fewer than five distinct x; [`Error::Singular`].
pub fn two_lines(problem: &TwoLinesProblem<'_>) -> Result<TwoLines> {
    let n = problem.y.len();
    for (what, got) in [("x", problem.x.len()), ("the controls", problem.controls.nrows())] {
        if got != n {
            return Err(Error::Shape { what: what.into(), expected: n, got });
        }
    }
    let mut sorted = problem.x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() < 5 || !distinct.iter().all(|v| v.is_finite()) {
        let got = distinct.iter().filter(|v| v.is_finite()).count();
        let others = distinct.len() - got;
        return Err(Error::Specification(format!(
            "the two-lines test needs five distinct finite values of x and no other, got {got} and {others} that are \
             not finite"
        )));
    }
    let shape = shape(problem, sorted[0])?;
    let (fitted, se) = smooth(problem, &distinct)?;
    let (low, high) = (quantile(&sorted, 0.1), quantile(&sorted, 0.9));
    let middle: Vec<usize> = (0..n).filter(|&i| problem.x[i] > low && problem.x[i] < high).collect();
    let sign = if shape == Shape::U { -1.0 } else { 1.0 };
    let best = middle.iter().copied().max_by(|&a, &b| (sign * fitted[a]).total_cmp(&(sign * fitted[b])));
    let Some(best) = best else {
        return Err(Error::Specification("no observation lies in the middle 80 % of x".into()));
    };
    let mut flat: Vec<f64> = middle
        .iter()
        .filter(|&&i| i == best || sign * fitted[i] + se[i] > sign * fitted[best])
        .map(|&i| problem.x[i])
        .collect();
    flat.sort_by(f64::total_cmp);
    let (first, second) = lines(problem, quantile(&flat, 0.5))?;
    let share = second.t.abs() / (first.t.abs() + second.t.abs());
    let breakpoint = quantile(&flat, if share.is_finite() { share } else { 0.5 });
    let (left, right) = lines(problem, breakpoint)?;
    let name = "two-lines test";
    let null = "the average slopes left and right of the break do not have opposite signs";
    let test = if left.slope * right.slope < 0.0 && (left.slope < 0.0) == (shape == Shape::U) {
        TestOutcome::weaker(name, null, (left.t, left.p), (right.t, right.p), problem.df)
    } else {
        let why = format!("the slopes {:.4} and {:.4} do not form the shape", left.slope, right.slope);
        TestOutcome::not_available(name, why)
    };
    let flat = (flat[0], flat[flat.len() - 1]);
    Ok(TwoLines { shape, breakpoint, extreme: problem.x[best], flat, left, right, test })
}

fn absorbed(problem: &TwoLinesProblem<'_>, columns: Mat<f64>) -> Result<Mat<f64>> {
    match problem.absorb {
        None => Ok(columns),
        Some(absorb) => absorb(&columns),
    }
}

/// An orthonormal basis of the absorbed controls; collinear ones do not matter here.
fn control_basis(problem: &TwoLinesProblem<'_>) -> Result<Mat<f64>> {
    let controls = absorbed(problem, problem.controls.to_owned())?;
    let mut qr = thin_qr(controls.as_ref());
    if !qr.collinear.is_empty() {
        let keep: Vec<usize> = (0..controls.ncols()).filter(|j| !qr.collinear.contains(j)).collect();
        qr = thin_qr(crate::dense::pick(controls.as_ref(), &keep).as_ref());
    }
    Ok(qr.q)
}

/// Sign of the quadratic's slope at the smallest x.
fn shape(problem: &TwoLinesProblem<'_>, low: f64) -> Result<Shape> {
    let q = control_basis(problem)?;
    let n = problem.y.len();
    let x = absorbed(problem, Mat::from_fn(n, 2, |i, j| if j == 0 { problem.x[i] } else { problem.x[i].powi(2) }))?;
    let x = residualise(q.as_ref(), x.as_ref());
    let y = residualise(q.as_ref(), absorbed(problem, column(problem.y))?.as_ref());
    let qr = thin_qr(x.as_ref());
    if !qr.collinear.is_empty() {
        return Err(Error::Singular("the quadratic in x given the controls".into()));
    }
    let b = solve_upper(qr.r.as_ref(), (qr.q.transpose() * &y).as_ref());
    Ok(if b[(0, 0)] + 2.0 * b[(1, 0)] * low > 0.0 { Shape::InverseU } else { Shape::U })
}

/// The interrupted regression at `c`: slopes left and right, each from the fit in which its line owns the rows at c.
fn lines(problem: &TwoLinesProblem<'_>, c: f64) -> Result<(Line, Line)> {
    let q = control_basis(problem)?;
    let n = problem.y.len();
    let y = residualise(q.as_ref(), absorbed(problem, column(problem.y))?.as_ref());
    let fit = |left_owns: bool, which: usize| -> Result<Line> {
        let right = |x: f64| if left_owns { x > c } else { x >= c };
        let raw = Mat::from_fn(n, 3, |i, j| {
            let x = problem.x[i];
            match (j, right(x)) {
                (0, false) | (1, true) => x - c,
                (2, true) => 1.0,
                _ => 0.0,
            }
        });
        let x = residualise(q.as_ref(), absorbed(problem, raw)?.as_ref());
        let qr = thin_qr(x.as_ref());
        if qr.collinear.contains(&which) {
            return Err(Error::Singular(format!(
                "the line {} of the break at {c}",
                if which == 0 { "left" } else { "right" }
            )));
        }
        // The level shift may be collinear with sparse data: leave it out then.
        let keep: Vec<usize> = (0..3).filter(|j| !qr.collinear.contains(j)).collect();
        let x = crate::dense::pick(x.as_ref(), &keep);
        let qr = thin_qr(x.as_ref());
        let projection = qr.q.transpose() * &y;
        let b = solve_upper(qr.r.as_ref(), projection.as_ref());
        let residual = vector((&y - &qr.q * &projection).as_ref());
        let meat = if problem.homoskedastic {
            let variance = linalg::dot(&residual, &residual) / n as f64;
            Mat::from_fn(keep.len(), keep.len(), |i, j| if i == j { variance } else { 0.0 })
        } else {
            problem.meat.of(crate::iv::moment_scores(qr.q.as_ref(), &residual).as_ref())?
        };
        let half = solve_upper(qr.r.as_ref(), meat.as_ref());
        let v = solve_upper(qr.r.as_ref(), half.transpose());
        let place = keep.iter().position(|&j| j == which).unwrap_or(0);
        let slope = b[(place, 0)];
        let se = standard_error(v[(place, place)] * problem.multiplier).unwrap_or(f64::NAN);
        let t = slope / se;
        Ok(Line { slope, se, t, p: panel_core::distribution::t_two_sided(t, problem.df) })
    };
    Ok((fit(true, 0)?, fit(false, 1)?))
}

/// Fitted smooth of x, centred over the sample, and the standard errors of the fit at the means of the controls.
fn smooth(problem: &TwoLinesProblem<'_>, distinct: &[f64]) -> Result<(Vec<f64>, Vec<f64>)> {
    let n = problem.y.len();
    let knots: Vec<f64> = {
        let k = distinct.len().min(10);
        (0..k).map(|j| quantile(distinct, j as f64 / (k - 1) as f64)).collect()
    };
    let (basis, penalty) = cubic_basis(problem.x, &knots)?;
    let k = knots.len();
    // Centred columns: the constant belongs to the controls or the effects.
    let means: Vec<f64> = (0..k).map(|j| linalg::sum(basis.col_as_slice(j)) / n as f64).collect();
    let centred = Mat::from_fn(n, k - 1, |i, j| (basis[(i, j)] - means[j]) - (basis[(i, k - 1)] - means[k - 1]));
    // f = Σ β_j b_j with Σ β_j = 0 over the knots: β = C γ, C = [I; −1'].
    let contrast = Mat::from_fn(k, k - 1, |i, j| {
        if i == j {
            1.0
        } else if i == k - 1 {
            -1.0
        } else {
            0.0
        }
    });
    let penalty = contrast.transpose() * &penalty * &contrast;
    let q = control_basis(problem)?;
    let x = residualise(q.as_ref(), absorbed(problem, centred.clone())?.as_ref());
    let y = residualise(q.as_ref(), absorbed(problem, column(problem.y))?.as_ref());
    let gram = linalg::gram(x.as_ref(), None);
    let right = x.transpose() * &y;
    let yy = y.squared_norm_l2();
    let scale = (0..k - 1).map(|j| gram[(j, j)]).sum::<f64>() / (0..k - 1).map(|j| penalty[(j, j)]).sum::<f64>();
    let fixed = q.ncols() as f64 + problem.absorbed;
    let rows = n as f64;
    let at = |log: f64| -> Option<(f64, Mat<f64>, Mat<f64>, f64)> {
        let lambda = scale * 10_f64.powf(log);
        let a = &gram + faer::Scale(lambda) * &penalty;
        let inverse = linalg::invert_spd(a.as_ref(), "the penalised spline").ok()?;
        let gamma = &inverse * &right;
        let edf: f64 = {
            let hat = &inverse * &gram;
            (0..k - 1).map(|j| hat[(j, j)]).sum()
        };
        let rss = yy - 2.0 * (right.transpose() * &gamma)[(0, 0)] + (gamma.transpose() * &gram * &gamma)[(0, 0)];
        let left = rows - edf - fixed;
        (left > 0.0).then(|| (rows * rss / (left * left), gamma, inverse, rss / left))
    };
    // Generalised cross-validation on a grid, refined around its minimum.
    let mut best: Option<(f64, f64)> = None;
    let consider = |log: f64, best: &mut Option<(f64, f64)>| {
        let score = at(log).map_or(f64::INFINITY, |(score, ..)| score);
        if score.is_finite() && best.is_none_or(|(low, _)| score < low) {
            *best = Some((score, log));
        }
    };
    for step in 0..=48 {
        consider(-6.0 + 0.25 * f64::from(step), &mut best);
    }
    if let Some((_, center)) = best {
        for step in -24..=24 {
            consider(center + 0.01 * f64::from(step), &mut best);
        }
    }
    let (_, log) = best.ok_or_else(|| Error::Singular("the penalised spline".into()))?;
    let (_, gamma, inverse, sigma2) = at(log).ok_or_else(|| Error::Singular("the penalised spline".into()))?;
    let fitted = vector((&centred * &gamma).as_ref());
    let se = (0..n)
        .map(|i| {
            let row: Vec<f64> = (0..k - 1).map(|j| centred[(i, j)]).collect();
            let mut variance = 0.0;
            for (a, x) in row.iter().enumerate() {
                for (b, y) in row.iter().enumerate() {
                    variance += x * y * inverse[(a, b)];
                }
            }
            // The level of the fit is a mean: σ²/n, whatever x and the controls are.
            (sigma2 * (variance.max(0.0) + 1.0 / rows)).sqrt()
        })
        .collect();
    Ok((fitted, se))
}

/// Natural cubic spline through values at the knots: basis n×k and penalty ∫ f″² (Wood 2017, § 5.3.1).
fn cubic_basis(x: &[f64], knots: &[f64]) -> Result<(Mat<f64>, Mat<f64>)> {
    let k = knots.len();
    let h: Vec<f64> = knots.windows(2).map(|w| w[1] - w[0]).collect();
    if h.iter().any(|&h| h.is_nan() || h <= 0.0) {
        return Err(Error::Specification("the knots of the smooth are not distinct".into()));
    }
    let mut d = Mat::<f64>::zeros(k - 2, k);
    let mut b = Mat::<f64>::zeros(k - 2, k - 2);
    for i in 0..k - 2 {
        d[(i, i)] = 1.0 / h[i];
        d[(i, i + 1)] = -1.0 / h[i] - 1.0 / h[i + 1];
        d[(i, i + 2)] = 1.0 / h[i + 1];
        b[(i, i)] = (h[i] + h[i + 1]) / 3.0;
        if i + 1 < k - 2 {
            b[(i, i + 1)] = h[i + 1] / 6.0;
            b[(i + 1, i)] = h[i + 1] / 6.0;
        }
    }
    let inner = linalg::solve_spd(b.as_ref(), d.as_ref(), "the spline system")?;
    let penalty = d.transpose() * &inner;
    // Second derivatives at all knots, zero at the ends.
    let second = Mat::from_fn(k, k, |i, j| if i == 0 || i == k - 1 { 0.0 } else { inner[(i - 1, j)] });
    let mut basis = Mat::<f64>::zeros(x.len(), k);
    for (i, &v) in x.iter().enumerate() {
        let j = knots.partition_point(|&knot| knot <= v).clamp(1, k - 1) - 1;
        let (left, right) = (knots[j + 1] - v, v - knots[j]);
        let (am, ap) = (left / h[j], right / h[j]);
        let cm = (left.powi(3) / h[j] - h[j] * left) / 6.0;
        let cp = (right.powi(3) / h[j] - h[j] * right) / 6.0;
        for l in 0..k {
            basis[(i, l)] = cm * second[(j, l)] + cp * second[(j + 1, l)];
        }
        basis[(i, j)] += am;
        basis[(i, j + 1)] += ap;
    }
    Ok((basis, penalty))
}
