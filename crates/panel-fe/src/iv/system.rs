//! The four blocks of an instrumental-variable problem as orthonormal bases.

use crate::dense::{COLLINEAR, ThinQr, column, pick, residualise, thin_qr, vector};
use crate::error::{Error, Result};
use crate::weights::{SampleWeights, WeightKind};
use faer::{Mat, MatRef};

/// y, D, W and Z₁ of n rows, after absorption of the fixed effects, with their names.
///
/// **Missing values**: none; the caller's sample has been taken. **Units**: any; columns are scaled inside.
#[derive(Debug, Clone, Copy)]
pub struct IvData<'a> {
    /// Outcome, n.
    pub y: &'a [f64],
    /// Endogenous regressors D, n×K₁.
    pub endog: MatRef<'a, f64>,
    /// Included exogenous regressors W (the constant too, if there is one), n×K₂.
    pub exog: MatRef<'a, f64>,
    /// Excluded instruments Z₁, n×L₁.
    pub excluded: MatRef<'a, f64>,
    /// Weights of the rows, if they have any.
    pub weights: Option<&'a SampleWeights>,
    /// Names of the columns of `endog`.
    pub endog_names: &'a [String],
    /// Names of the columns of `exog`.
    pub exog_names: &'a [String],
    /// Names of the columns of `excluded`.
    pub excluded_names: &'a [String],
}

/// An instrumental-variable problem, residualised on W and turned into orthonormal bases.
///
/// Excluded instruments that depend on W or on earlier instruments are dropped and named in [`IvSystem::dropped`].
#[derive(Debug, Clone)]
pub struct IvSystem {
    pub(crate) n: f64,
    pub(crate) rows: usize,
    /// √w of each row, where there are weights.
    pub(crate) root_weight: Option<Vec<f64>>,
    /// √w y.
    pub(crate) y: Vec<f64>,
    /// √w D.
    pub(crate) d: Mat<f64>,
    /// √w W.
    pub(crate) w: Mat<f64>,
    /// √w Z₁.
    pub(crate) z: Mat<f64>,
    pub(crate) q_w: Mat<f64>,
    pub(crate) r_w: Mat<f64>,
    pub(crate) q_z: Mat<f64>,
    pub(crate) r_z: Mat<f64>,
    /// D̃ = M_w D.
    pub(crate) d_tilde: Mat<f64>,
    /// ỹ = M_w y.
    pub(crate) y_tilde: Vec<f64>,
    /// F = Q_w'D.
    pub(crate) f: Mat<f64>,
    /// Q_w'y.
    pub(crate) f_y: Vec<f64>,
    /// A = Q_z'D̃.
    pub(crate) a: Mat<f64>,
    /// c = Q_z'ỹ.
    pub(crate) c: Vec<f64>,
    endog_names: Vec<String>,
    exog_names: Vec<String>,
    excluded_names: Vec<String>,
    dropped: Vec<String>,
}

impl IvSystem {
    /// Checks the shapes, weights the rows, drops collinear instruments and builds the bases.
    ///
    /// # Errors
    /// [`Error::Shape`] for blocks of different length; [`Error::Specification`] when a regressor depends on the
    /// exogenous ones or when fewer instruments than endogenous regressors are left; [`Error::NoObservations`].
    pub fn new(data: &IvData<'_>) -> Result<Self> {
        let rows = data.y.len();
        check_blocks(data, rows)?;
        let (n, root_weight) = weight_rows(data.weights, rows)?;
        let weighted = |x: MatRef<'_, f64>| match &root_weight {
            None => x.to_owned(),
            Some(root) => Mat::from_fn(rows, x.ncols(), |i, j| x[(i, j)] * root[i]),
        };
        let y = vector(weighted(column(data.y).as_ref()).as_ref());
        let (d, w) = (weighted(data.endog), weighted(data.exog));
        let mut z = weighted(data.excluded);

        let qr_w = thin_qr(w.as_ref());
        if let Some(&j) = qr_w.collinear.first() {
            let name = &data.exog_names[j];
            return Err(Error::Specification(format!("`{name}` depends linearly on the regressors before it")));
        }
        let d_tilde = residualise(qr_w.q.as_ref(), d.as_ref());
        let qr_d = thin_qr(d_tilde.as_ref());
        check_endogenous(data, &d, &d_tilde, &qr_d.collinear)?;

        let Instruments { keep, dropped, qr: qr_z } = Instruments::independent(data, &qr_w, &z)?;
        z = pick(z.as_ref(), &keep);

        let y_tilde = vector(residualise(qr_w.q.as_ref(), column(&y).as_ref()).as_ref());
        let f = qr_w.q.transpose() * &d;
        let f_y = vector((qr_w.q.transpose() * column(&y)).as_ref());
        let a = qr_z.q.transpose() * &d_tilde;
        let c = vector((qr_z.q.transpose() * column(&y_tilde)).as_ref());
        Ok(Self {
            n,
            rows,
            root_weight,
            y,
            d,
            w,
            z,
            q_w: qr_w.q,
            r_w: qr_w.r,
            q_z: qr_z.q,
            r_z: qr_z.r,
            d_tilde,
            y_tilde,
            f,
            f_y,
            a,
            c,
            endog_names: data.endog_names.to_vec(),
            exog_names: data.exog_names.to_vec(),
            excluded_names: keep.iter().map(|&j| data.excluded_names[j].clone()).collect(),
            dropped,
        })
    }

    /// N: rows, or the sum of frequency weights.
    #[must_use]
    pub fn n(&self) -> f64 {
        self.n
    }

    /// K₁, the number of endogenous regressors.
    #[must_use]
    pub fn k1(&self) -> usize {
        self.d.ncols()
    }

    /// K₂, the number of included exogenous regressors.
    #[must_use]
    pub fn k2(&self) -> usize {
        self.w.ncols()
    }

    /// K = K₁ + K₂.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k1() + self.k2()
    }

    /// L₁, the number of excluded instruments kept.
    #[must_use]
    pub fn l1(&self) -> usize {
        self.z.ncols()
    }

    /// L = L₁ + K₂, all instruments.
    #[must_use]
    pub fn l(&self) -> usize {
        self.l1() + self.k2()
    }

    /// Names of the endogenous regressors.
    #[must_use]
    pub fn endog_names(&self) -> &[String] {
        &self.endog_names
    }

    /// Names of the included exogenous regressors.
    #[must_use]
    pub fn exog_names(&self) -> &[String] {
        &self.exog_names
    }

    /// Names of the excluded instruments that were kept.
    #[must_use]
    pub fn excluded_names(&self) -> &[String] {
        &self.excluded_names
    }

    /// Names of the excluded instruments that were dropped as collinear.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// M_z D̃: what the instruments leave of the endogenous regressors, n×K₁.
    pub(crate) fn first_stage_residuals(&self) -> Mat<f64> {
        &self.d_tilde - &self.q_z * &self.a
    }

    /// M_z ỹ, the residual of the reduced form.
    pub(crate) fn reduced_form_residual(&self) -> Vec<f64> {
        let fit = &self.q_z * column(&self.c);
        self.y_tilde.iter().enumerate().map(|(i, y)| y - fit[(i, 0)]).collect()
    }

    /// ỹ − D̃ δ: residuals at given coefficients of the endogenous regressors, weighted by √w.
    pub(crate) fn residual_at(&self, delta: &[f64]) -> Vec<f64> {
        let fit = &self.d_tilde * column(delta);
        self.y_tilde.iter().enumerate().map(|(i, y)| y - fit[(i, 0)]).collect()
    }

    /// Takes √w out of a residual.
    pub(crate) fn unweighted(&self, residual: &[f64]) -> Vec<f64> {
        match &self.root_weight {
            None => residual.to_vec(),
            Some(root) => residual.iter().zip(root).map(|(u, r)| u / r).collect(),
        }
    }
}

/// Rows and names of every block agree, and there are rows.
fn check_blocks(data: &IvData<'_>, rows: usize) -> Result<()> {
    if rows == 0 {
        return Err(Error::NoObservations("the instrumental-variable problem has no rows".into()));
    }
    check_shape("the endogenous block", rows, data.endog.nrows())?;
    check_shape("the exogenous block", rows, data.exog.nrows())?;
    check_shape("the instrument block", rows, data.excluded.nrows())?;
    check_shape("the names of the endogenous regressors", data.endog.ncols(), data.endog_names.len())?;
    check_shape("the names of the exogenous regressors", data.exog.ncols(), data.exog_names.len())?;
    check_shape("the names of the instruments", data.excluded.ncols(), data.excluded_names.len())
}

/// No endogenous regressor lies in the span of the exogenous and the other endogenous ones; `collinear` are those that
/// depend on earlier ones.
fn check_endogenous(data: &IvData<'_>, d: &Mat<f64>, d_tilde: &Mat<f64>, collinear: &[usize]) -> Result<()> {
    for j in 0..d.ncols() {
        if d_tilde.col(j).norm_l2() <= COLLINEAR * d.col(j).norm_l2() || collinear.contains(&j) {
            let name = &data.endog_names[j];
            return Err(Error::Specification(format!(
                "the endogenous `{name}` depends linearly on the other regressors (fixed effects included)"
            )));
        }
    }
    Ok(())
}

/// Excluded instruments after the exogenous regressors have been partialled out, those that are spanned left out.
struct Instruments {
    /// Columns that are kept.
    keep: Vec<usize>,
    /// Names of the others.
    dropped: Vec<String>,
    /// Factors of the kept columns.
    qr: ThinQr,
}

impl Instruments {
    /// Drops what the exogenous regressors or earlier instruments already span; as many as there are endogenous regressors
    /// must be left.
    fn independent(data: &IvData<'_>, exogenous: &ThinQr, z: &Mat<f64>) -> Result<Self> {
        let z_tilde = residualise(exogenous.q.as_ref(), z.as_ref());
        let spanned = |j: usize| z_tilde.col(j).norm_l2() <= COLLINEAR * z.col(j).norm_l2();
        let mut keep: Vec<usize> = (0..z.ncols()).filter(|&j| !spanned(j)).collect();
        let mut qr = thin_qr(pick(z_tilde.as_ref(), &keep).as_ref());
        while !qr.collinear.is_empty() {
            keep = keep.iter().enumerate().filter(|(k, _)| !qr.collinear.contains(k)).map(|(_, &j)| j).collect();
            qr = thin_qr(pick(z_tilde.as_ref(), &keep).as_ref());
        }
        let (endogenous, left) = (data.endog.ncols(), keep.len());
        if left < endogenous {
            return Err(Error::Specification(format!(
                "{endogenous} endogenous regressors need as many excluded instruments; {left} linearly independent ones are left of {}",
                z.ncols()
            )));
        }
        let dropped = (0..z.ncols()).filter(|j| !keep.contains(j)).map(|j| data.excluded_names[j].clone()).collect();
        Ok(Self { keep, dropped, qr })
    }
}

fn check_shape(what: &str, expected: usize, got: usize) -> Result<()> {
    if expected == got { Ok(()) } else { Err(Error::Shape { what: what.into(), expected, got }) }
}

/// N and √w. Analytic weights are rescaled to sum to the number of rows, importance weights are used as they are.
fn weight_rows(weights: Option<&SampleWeights>, rows: usize) -> Result<(f64, Option<Vec<f64>>)> {
    let Some(SampleWeights { values, kind }) = weights else { return Ok((rows as f64, None)) };
    check_shape("the weights", rows, values.len())?;
    if let Some(bad) = values.iter().find(|v| !(**v > 0.0 && v.is_finite())) {
        return Err(Error::Specification(format!(
            "weights must be positive and finite, got {}",
            panel_core::number::show(*bad)
        )));
    }
    let total: f64 = values.iter().sum();
    let n = rows as f64;
    Ok(match kind {
        WeightKind::Analytic => (n, Some(values.iter().map(|v| (v * n / total).sqrt()).collect())),
        WeightKind::Frequency => (total, Some(values.iter().map(|v| v.sqrt()).collect())),
        WeightKind::Importance => (n, Some(values.iter().map(|v| v.sqrt()).collect())),
    })
}
