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
    /// The meat of the kept regressors, where scores were read.
    pub(crate) meat: Option<Mat<f64>>,
    pub(crate) last: Last,
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

    /// Least squares on the frame that was planned for, with the meat of a covariance where the readings make it.
    pub(crate) fn fit(self, frame: &Frame, absorber: &Absorber, covariance: &Covariance) -> Result<Fitted> {
        let values = columns::values(frame, Form::Centred);
        let Some(stream) = absorber.stream(&values) else {
            return Err(Error::Unsupported("readings of columns that are absorbed by iterations".into()));
        };
        let scores = scores(covariance, frame, absorber, &stream).unwrap_or(Scores::None);
        self.refine(&stream, &scores)
    }

    fn refine(self, stream: &Stream<'_>, scores: &Scores<'_>) -> Result<Fitted> {
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
            let moved: f64 = change.iter().zip(&kept).map(|(change, &j)| change * reading.gradient[1 + j]).sum();
            let still = moved.max(0.0).sqrt() <= MOVED * reading.square.sqrt()
                || change.iter().zip(&coef).all(|(change, b)| change.abs() <= 1e-15 * b.abs());
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
    scores: &Scores<'_>,
) -> Fitted {
    let pairs = reading.reports.iter().zip(&moments.sizes);
    let absorbed = pairs.map(|(&report, &size)| Absorbed { report, size }).collect();
    let norms = (1..c.len()).map(|j| reading.gram[(j, j)].sqrt()).collect();
    let meat = (!matches!(scores, Scores::None)).then(|| pick(&reading.meat, &kept));
    let ssr = reading.square;
    // Without regressors u is ỹ, to the bit.
    let total = if kept.is_empty() { ssr } else { reading.gram[(0, 0)] };
    let fit = LeastSquares { kept, coef, bread, ssr, total, norms };
    Fitted { fit, absorbed, meat, last: Last { moments, shift, c } }
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
    let reading = stream.reading(&last.moments, &last.shift, &last.c, &scores);
    Some(pick(&reading.meat, kept))
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
