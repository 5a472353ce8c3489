//! SDPDmod 0.0.6: a log-determinant from a grid, an information matrix put through nearPD.

use super::likelihood::{Optimum, Parabola, regression};
use super::swept::Swept;
use crate::error::{Error, Result};
use crate::linalg::{Square, dot};
use crate::logdet::Prepared;
use faer::{Mat, Side};

/// Step of the grid.
const STEP: f64 = 0.001;

/// ln |I - rW| at the grid point at or below r; the grid starts one step above the lower bound.
pub(crate) fn grid_log_det(prepared: &Prepared, r: f64) -> Result<f64> {
    let start = prepared.bounds().0 + STEP;
    let cell = ((r - start) / STEP).floor().max(0.0);
    prepared.log_det(start + cell * STEP)
}

/// The maximum of the staircase as Brent's minimiser without derivatives finds it (tolerance ε^¼).
pub(crate) fn optimum(swept: &Swept, prepared: &Prepared) -> Result<Optimum> {
    let least = regression(&swept.z, swept)?;
    let (b0, e0) = least.fit(&swept.y);
    let (b1, e1) = least.fit(&swept.wy);
    let parabola = Parabola::new(&e0, &e1);
    let n = swept.observations;
    let (low, high) = prepared.bounds();
    let height =
        |r: f64| -> Result<f64> { Ok(0.5 * n * parabola.at(r).ln() - swept.periods * grid_log_det(prepared, r)?) };
    let rho = golden_parabolic((low + STEP, high - STEP), f64::EPSILON.powf(0.25), height)?;
    let beta = b0.iter().zip(&b1).map(|(b0, b1)| b0 - rho * b1).collect();
    let e: Vec<f64> = e0.iter().zip(&e1).map(|(a, b)| a - rho * b).collect();
    Ok(Optimum { rho, lambda: 0.0, beta, ssr: dot(&e, &e) })
}

/// Brent (1973), ch. 5: golden sections and parabolas.
fn golden_parabolic((mut a, mut b): (f64, f64), tolerance: f64, f: impl Fn(f64) -> Result<f64>) -> Result<f64> {
    let golden = (3.0 - 5.0_f64.sqrt()) * 0.5;
    let eps = f64::EPSILON.sqrt();
    let mut x = a + golden * (b - a);
    let (mut w, mut v) = (x, x);
    let (mut d, mut e) = (0.0_f64, 0.0_f64);
    let mut fx = f(x)?;
    let (mut fw, mut fv) = (fx, fx);
    let third = tolerance / 3.0;
    for _ in 0..1000 {
        let middle = 0.5 * (a + b);
        let near = eps * x.abs() + third;
        if (x - middle).abs() <= 2.0 * near - 0.5 * (b - a) {
            return Ok(x);
        }
        let (mut p, mut q, mut r) = (0.0, 0.0, 0.0);
        if e.abs() > near {
            r = (x - w) * (fx - fv);
            q = (x - v) * (fx - fw);
            p = (x - v) * q - (x - w) * r;
            q = 2.0 * (q - r);
            if q > 0.0 {
                p = -p
            } else {
                q = -q
            }
            r = e;
            e = d;
        }
        let u;
        if p.abs() >= (0.5 * q * r).abs() || p <= q * (a - x) || p >= q * (b - x) {
            e = if x < middle { b - x } else { a - x };
            d = golden * e;
        } else {
            d = p / q;
            let u = x + d;
            if u - a < 2.0 * near || b - u < 2.0 * near {
                d = if x >= middle { -near } else { near };
            }
        }
        u = if d.abs() >= near { x + d } else { x + near.copysign(d) };
        let fu = f(u)?;
        if fu <= fx {
            if u < x {
                b = x
            } else {
                a = x
            }
            (v, w, x) = (w, x, u);
            (fv, fw, fx) = (fw, fx, fu);
        } else {
            if u < x {
                a = u
            } else {
                b = u
            }
            if fu <= fw || w == x {
                (v, fv) = (w, fw);
                (w, fw) = (u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    Err(Error::NotConverged { what: "SDPDmod's search", iterations: 1000 })
}

/// The nearest matrix with eigenvalues of at least 10⁻⁸ of the largest, after those below 10⁻⁶ of it were set to 0; its
/// diagonal as before. It spoils a good matrix whose entries differ in size.
pub(crate) fn near_positive(a: &Square) -> Result<Square> {
    let p = a.size();
    let (values, vectors) = eigen(a)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    if values.iter().all(|&value| value > 1e-6 * largest) {
        return Ok(a.clone());
    }
    let cut = compose(&vectors, p, |k| if values[k] > 1e-6 * largest { values[k] } else { 0.0 });
    let diagonal: Vec<f64> = (0..p).map(|i| cut[(i, i)]).collect();
    let (values, vectors) = eigen(&cut)?;
    let floor = 1e-8 * values.iter().copied().fold(0.0, f64::max);
    let mut near = compose(&vectors, p, |k| values[k].max(floor));
    let scale: Vec<f64> = (0..p).map(|i| (diagonal[i].max(floor) / near[(i, i)]).sqrt()).collect();
    for i in 0..p {
        for j in 0..p {
            near[(i, j)] *= scale[i] * scale[j];
        }
    }
    Ok(near)
}

fn eigen(a: &Square) -> Result<(Vec<f64>, Mat<f64>)> {
    let p = a.size();
    let dense = Mat::from_fn(p, p, |i, j| a[(i, j)]);
    let eigen = dense
        .self_adjoint_eigen(Side::Lower)
        .map_err(|_| Error::NotConverged { what: "eigenvalues of the information matrix", iterations: 30 })?;
    Ok(((0..p).map(|i| eigen.S().column_vector()[i]).collect(), eigen.U().to_owned()))
}

fn compose(vectors: &Mat<f64>, p: usize, value: impl Fn(usize) -> f64) -> Square {
    let mut a = Square::zeros(p);
    for k in 0..p {
        let value = value(k);
        for i in 0..p {
            for j in 0..p {
                a[(i, j)] += vectors[(i, k)] * value * vectors[(j, k)];
            }
        }
    }
    a
}
