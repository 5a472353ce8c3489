//! Least squares without residual columns: moments in one reading of the columns, residuals and scores in a second.
//!
//! It serves least squares on effects that are absorbed without iterations. Regressors that are nearly collinear, and
//! covariances that take scores row by row (HC2, HC3, several ways of clustering, over time or space), are left to the
//! residual columns, which are made when they are asked for.
//!
//! The first reading gives b up to rounding that grows with the condition of X̃'X̃; the second corrects it by
//! (X̃'WX̃)⁻¹X̃'Wu, as [`super::ols`] does, and is repeated while the correction or what the effects left is more than
//! rounding.

use crate::absorb::Absorber;
use crate::absorb::beside::Beside;
use crate::absorb::stream::{Moments, Reading, Scores, Shift, Stream};
use crate::error::{Error, Result};
use crate::fit::collinear;
use crate::fit::columns::{self, Absorbed};
use crate::fit::ols::{self, LeastSquares, NO_REGRESSOR};
use crate::linalg;
use crate::sample::centring::Form;
use crate::sample::frame::Frame;
use crate::spec::Options;
use crate::vcov::{Covariance, Structure, Vcov};
use faer::Mat;

/// The second reading is repeated while its correction moves the residuals by more than this share.
const MOVED: f64 = 1e-12;
/// Most second readings.
const READINGS: usize = 4;

/// Moments of a sample, and which regressors they keep.
pub(crate) struct Plan {
    moments: Moments,
    kept: Vec<usize>,
}

/// What the last reading was made with, so that the scores of another covariance can be read.
#[derive(Debug, Clone)]
pub(crate) struct Last {
    moments: Moments,
    shift: Shift,
    /// u = Σ c_j ṽ_j over response and regressors.
    c: Vec<f64>,
}

impl Last {
    /// Σ w(y - ȳ)².
    pub(crate) fn total(&self) -> f64 {
        self.moments.total
    }

    /// The same about the means by level of the effect at a place, where the readings know them.
    pub(crate) fn within(&self, absorber: &Absorber, effect: usize) -> Option<f64> {
        (absorber.streamed_effect() == Some(effect)).then_some(self.moments.within)
    }
}

/// A fit and what came with it.
pub(crate) struct Fitted {
    pub(crate) fit: LeastSquares,
    pub(crate) absorbed: Vec<Absorbed>,
    /// The meat of the kept regressors under each covariance, where the readings make it.
    pub(crate) meats: Vec<Option<Mat<f64>>>,
    /// Where the columns were read together.
    pub(crate) last: Option<Last>,
}

/// The moments of a sample, if it can be fitted without residual columns; `check` refuses sizes of columns.
pub(crate) fn plan(
    frame: &mut Frame,
    absorber: &Absorber,
    options: &Options,
    check: impl Fn(&Frame, &[f64]) -> Result<()>,
) -> Result<Option<Plan>> {
    if frame.rows.is_empty() || !frame.endog.is_empty() || !frame.instruments.is_empty() {
        return Ok(None);
    }
    loop {
        let values = columns::values(frame, Form::Centred);
        let Some(stream) = absorber.stream(&values) else { return Ok(None) };
        let moments = stream.moments();
        check(frame, &moments.sizes)?;
        let p = frame.exog.len();
        let gram = Mat::from_fn(p, p, |i, j| moments.gram[(1 + i, 1 + j)]);
        let kept = collinear::plainly_independent(&moments.sizes[1..], &gram, options.collinearity);
        let Some(kept) = kept.filter(|kept| bread(&moments.gram, kept).is_ok_and(|bread| bread.is_some())) else {
            return Ok(None);
        };
        if frame.centred.as_ref().is_some_and(|centred| !centred.survives(&kept)) {
            frame.centred = None;
            continue;
        }
        return Ok(Some(Plan { moments, kept }));
    }
}

impl Plan {
    /// Refuses a sample that keeps no regressor.
    pub(crate) fn check(&self) -> Result<()> {
        if self.kept.is_empty() && self.moments.sizes.len() > 1 {
            return Err(Error::NoRegressor(NO_REGRESSOR.into()));
        }
        Ok(())
    }

    /// Least squares on the frame that was planned for, with the meats of covariances where the readings make them.
    pub(crate) fn fit(self, frame: &Frame, absorber: &Absorber, covariances: &[&Covariance]) -> Result<Fitted> {
        let values = columns::values(frame, Form::Centred);
        let Some(stream) = absorber.stream(&values) else {
            return Err(Error::Unsupported("readings of columns that are absorbed by iterations".into()));
        };
        let kinds = covariances.iter().map(|covariance| scores(covariance, frame, absorber, &stream));
        let kinds: Vec<Scores<'_>> = kinds.map(|scores| scores.unwrap_or(Scores::None)).collect();
        self.refine(&stream, &kinds)
    }

    fn refine(self, stream: &Stream<'_>, scores: &[Scores<'_>]) -> Result<Fitted> {
        let Self { moments, kept } = self;
        let p = moments.sizes.len();
        let mut inverse = ols::bread(&pick(&moments.gram, &kept))?.unwrap_or_else(|| Mat::zeros(0, 0));
        let mut coef = times(&inverse, kept.iter().map(|&j| moments.gram[(0, 1 + j)]));
        let mut shift = moments.shift().clone();
        let mut readings = 0;
        loop {
            let mut c = vec![0.0; p];
            c[0] = 1.0;
            kept.iter().zip(&coef).for_each(|(&j, b)| c[1 + j] = -b);
            let reading = stream.reading(&moments, &shift, &c, scores);
            readings += 1;
            inverse = linalg::invert_spd(pick(&reading.gram, &kept).as_ref(), "X'X")?;
            let change = times(&inverse, kept.iter().map(|&j| reading.gradient[1 + j]));
            let pairs = change.iter().zip(&kept).map(|(change, &j)| (*change, reading.gradient[1 + j]));
            let still = is_still(pairs, reading.square, &coef);
            coef.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
            if (still && reading.settled) || readings == READINGS {
                return Ok(fitted(moments, shift, c, kept, coef, inverse, reading, scores));
            }
            shift = reading.better;
        }
    }
}

fn fitted(
    moments: Moments,
    shift: Shift,
    c: Vec<f64>,
    kept: Vec<usize>,
    coef: Vec<f64>,
    bread: Mat<f64>,
    reading: Reading,
    scores: &[Scores<'_>],
) -> Fitted {
    let pairs = reading.reports.iter().zip(&moments.sizes);
    let absorbed = pairs.map(|(&report, &size)| Absorbed { report, size }).collect();
    let norms = (1..c.len()).map(|j| reading.gram[(j, j)].sqrt()).collect();
    let kinds = scores.iter().zip(&reading.meats);
    let meats = kinds.map(|(scores, meat)| (!matches!(scores, Scores::None)).then(|| pick(meat, &kept))).collect();
    let ssr = reading.square;
    // Without regressors u is ỹ, to the bit.
    let total = if kept.is_empty() { ssr } else { reading.gram[(0, 0)] };
    let fit = LeastSquares { kept, coef, bread, ssr, total, norms };
    Fitted { fit, absorbed, meats, last: Some(Last { moments, shift, c }) }
}

/// What fits of many responses on one sample share, where each takes two readings: those of the regressors.
#[derive(Debug)]
pub(crate) struct Shared {
    x: Beside,
    kept: Vec<usize>,
    /// (X̃'X̃)⁻¹ of either reading.
    inverses: [Mat<f64>; 2],
}

impl Shared {
    /// The regressors of a sample, of which some are kept; `None` where responses are read with them.
    pub(crate) fn new(frame: &Frame, absorber: &Absorber, kept: &[usize]) -> Option<Self> {
        let values = columns::values(frame, Form::Centred);
        let x = absorber.beside(&values[1..])?;
        let kept_part = |gram: &Mat<f64>| Mat::from_fn(kept.len(), kept.len(), |i, j| gram[(kept[i], kept[j])]);
        let first = ols::bread(&kept_part(&x.gram)).ok()??;
        let second = linalg::invert_spd(kept_part(&x.reading.gram).as_ref(), "X'X").ok()?;
        Some(Self { kept: kept.to_vec(), inverses: [first, second], x })
    }

    /// Least squares on a response, to the bit that of [`Plan::fit`]; `None` where it would take another reading. The sizes of
    /// response and regressors go through `check`.
    pub(crate) fn fit(
        &self,
        frame: &Frame,
        absorber: &Absorber,
        covariances: &[&Covariance],
        check: impl Fn(&Frame, &[f64]) -> Result<()>,
    ) -> Option<Fitted> {
        let values = columns::values(frame, Form::Centred);
        let (&y, regressors) = values.split_first()?;
        let stream = absorber.stream(regressors)?;
        let scores = covariances.iter().map(|covariance| scores(covariance, frame, absorber, &stream));
        let scores: Vec<Scores<'_>> = scores.map(|scores| scores.unwrap_or(Scores::None)).collect();
        let Self { x, kept, inverses: [start, bread] } = self;
        let first = absorber.first_beside(x, y)?;
        let sizes: Vec<f64> = std::iter::once(first.size).chain(x.sizes.iter().copied()).collect();
        check(frame, &sizes).ok()?;
        let mut coef = times(start, kept.iter().map(|&j| first.products[j]));
        let mut b = vec![0.0; regressors.len()];
        kept.iter().zip(&coef).for_each(|(&j, coef)| b[j] = *coef);
        let second = absorber.second_beside(x, (y, &first), &b, &scores)?;
        let change = times(bread, kept.iter().map(|&j| second.gradient[j]));
        let pairs = || change.iter().zip(kept).map(|(change, &j)| (*change, second.gradient[j]));
        if !is_still(pairs(), second.square, &coef) {
            return None;
        }
        coef.iter_mut().zip(&change).for_each(|(b, change)| *b += change);
        let reports = std::iter::once(&second.report).chain(&x.reading.reports);
        let kept_part = |meat: &Mat<f64>| Mat::from_fn(kept.len(), kept.len(), |i, j| meat[(kept[i], kept[j])]);
        let kinds = scores.iter().zip(&second.meats);
        let ssr = second.square;
        let fit = LeastSquares {
            coef,
            bread: bread.clone(),
            ssr,
            total: if kept.is_empty() { ssr } else { second.total },
            norms: (0..regressors.len()).map(|j| x.reading.gram[(j, j)].sqrt()).collect(),
            kept: kept.clone(),
        };
        Some(Fitted {
            fit,
            absorbed: reports.zip(sizes).map(|(&report, size)| Absorbed { report, size }).collect(),
            meats: kinds.map(|(scores, meat)| (!matches!(scores, Scores::None)).then(|| kept_part(meat))).collect(),
            last: None,
        })
    }
}

/// Whether changes of the coefficients, each with its element of X̃'u, are no more than rounding.
fn is_still(changes: impl Iterator<Item = (f64, f64)> + Clone, square: f64, coef: &[f64]) -> bool {
    let moved: f64 = changes.clone().map(|(change, gradient)| change * gradient).sum();
    moved.max(0.0).sqrt() <= MOVED * square.sqrt()
        || changes.zip(coef).all(|((change, _), b)| change.abs() <= 1e-15 * b.abs())
}

/// The scores of a covariance, where the readings make them.
fn scores<'a>(
    covariance: &'a Covariance,
    frame: &Frame,
    absorber: &Absorber,
    stream: &Stream<'a>,
) -> Option<Scores<'a>> {
    match (&covariance.spec, &covariance.meat.structure) {
        (Vcov::Iid, _) => Some(Scores::None),
        (Vcov::Hc1, Structure::Independent) => Some(Scores::Rows { frequency: covariance.meat.frequency.is_some() }),
        (Vcov::Cluster(_), Structure::Cluster(partitions)) => {
            let [groups] = partitions.as_slice() else { return None };
            let runs = absorber.streamed_effect().map(|effect| &frame.effects[effect]);
            match runs.is_some_and(|runs| groups.are_levels(&runs.codes)) {
                true => Some(Scores::Runs),
                false => stream.clusters(groups.codes(), groups.count()),
            }
        }
        _ => None,
    }
}

/// Whether readings make the meat of a covariance, or it has none.
pub(crate) fn reads(covariance: &Covariance, frame: &Frame, absorber: &Absorber) -> bool {
    let values = columns::values(frame, Form::Centred);
    absorber.stream(&values).is_some_and(|stream| scores(covariance, frame, absorber, &stream).is_some())
}

/// The meat of a covariance at the last reading; `None` where the readings do not make it.
pub(crate) fn meat(
    last: &Last,
    kept: &[usize],
    covariance: &Covariance,
    frame: &Frame,
    absorber: &Absorber,
) -> Option<Mat<f64>> {
    let values = columns::values(frame, Form::Centred);
    let stream = absorber.stream(&values)?;
    let scores = scores(covariance, frame, absorber, &stream)?;
    let reading = stream.reading(&last.moments, &last.shift, &last.c, std::slice::from_ref(&scores));
    reading.meats.first().map(|meat| pick(meat, kept))
}

/// The inverse of the products of kept regressors; `None` where it is ill-conditioned.
fn bread(gram: &Mat<f64>, kept: &[usize]) -> Result<Option<Mat<f64>>> {
    ols::bread(&pick(gram, kept))
}

/// Rows and columns of the kept regressors, in a matrix over response and regressors.
fn pick(matrix: &Mat<f64>, kept: &[usize]) -> Mat<f64> {
    Mat::from_fn(kept.len(), kept.len(), |i, j| matrix[(1 + kept[i], 1 + kept[j])])
}

fn times(matrix: &Mat<f64>, vector: impl Iterator<Item = f64>) -> Vec<f64> {
    let vector: Vec<f64> = vector.collect();
    (0..matrix.nrows()).map(|i| vector.iter().enumerate().map(|(j, value)| matrix[(i, j)] * value).sum()).collect()
}
