//! Smoothed bootstrap of scores and indices (Simar and Wilson 1998, 1999, 2000).
//!
//! Estimated frontiers lie inside the true one, so scores are too high; the bootstrap imitates how the estimate falls
//! short of the truth by how estimates from pseudo-samples fall short of the estimate. One replication:
//!
//! 1. every entity draws a donor entity; the donor's own-period scores are moved by kernel noise that has the
//!    covariance of scores over time, shrunk to keep their variance, reflected at 1, and held at the smallest score of
//!    the estimate or above, so that noise makes no score that is zero or negative;
//! 2. every unit's pseudo-observation is the unit moved to the drawn score: its inputs and bads multiplied by ê/e*, or
//!    its goods by e*/ê for output orientation and directional models;
//! 3. the original units are scored against the pseudo-technology, and indices computed from those scores.
//!
//! The basic interval $[\hat v - q_{1-\alpha/2}, \hat v - q_{\alpha/2}]$ takes the quantiles of $v^* - \hat v$. For one
//! period this is Simar and Wilson (1998) with Silverman's bandwidth; for two it is Simar and Wilson (1999) with their
//! $h = (4/5n)^{1/6}$, which is used for more than two as well. ε and w stay at their estimates.
//!
//! # What it rests on
//! Consistency is proved for radial and directional estimators with homogeneous inefficiency. For slacks- and
//! epsilon-based measures the same resampling is in use, without proof. A unit outside the pseudo-technology, where
//! slacks or bounds have no solution, takes another program: the slacks-based measure Tone's (2002) super-efficiency;
//! the non-oriented epsilon-based measure frees θ and φ and, whatever the convention chosen, contracts bads with the
//! inputs (convention D) without a penalty on their slack, because with φ b a unit that emits less per good than every
//! pseudo-unit would have no solution. So its score may jump where a unit crosses the pseudo-frontier. Where a program
//! has no solution at all (equalities or variable returns, across periods), the replication is left out of that number,
//! and [`Interval::replications`] says how many remain: an interval from few of them is conditional on feasibility.
//!
//! # Second-stage regressions
//! Scores and indices are serially dependent estimates, bounded and biased. A regression of them on other variables by
//! ordinary least squares or a Tobit model has no data-generating process behind it, and its standard errors do not
//! know that the dependent variable was estimated (Simar and Wilson 2007); truncated regression with a bootstrap in
//! both stages is their remedy, and needs that the other variables do not shape the frontier itself (separability).

mod smoothing;

use crate::data::{Observations, PanelData};
use crate::error::{Error, Result};
use crate::evaluator::Evaluator;
use crate::panel::measure;
use crate::prepare::Prepared;
use crate::record::LpRecord;
use crate::reference_set::Technologies;
use crate::result::PanelRow;
use crate::run::Run;
use crate::spec::{BootstrapSpec, Model, Orientation, Outside, PanelSpec, Rts};
use panel_core::transform::quantile;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smoothing::Smoother;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A bootstrapped number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Interval {
    /// The estimate itself.
    pub estimate: f64,
    /// Mean of replications − estimate.
    pub bias: f64,
    /// Estimate − bias. Correcting adds noise: Simar and Wilson (2000) advise it where bias² exceeds 3 se².
    pub corrected: f64,
    /// Standard deviation of replications.
    pub se: f64,
    /// Lower end of the basic interval.
    pub low: f64,
    /// Upper end of the basic interval.
    pub high: f64,
    /// Replications in which the number exists.
    pub replications: usize,
}

/// Bootstrapped numbers of one row; `None` where the estimate does not exist, or exists in fewer than half of the
/// replications.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BootstrapRow {
    /// Score on the reference chosen.
    pub score: Option<Interval>,
    /// Score on the own period's frontier.
    pub score_contemporaneous: Option<Interval>,
    /// Productivity index.
    pub index: Option<Interval>,
    /// Efficiency change.
    pub ec: Option<Interval>,
    /// Technical change.
    pub tc: Option<Interval>,
}

/// The result of a bootstrap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BootstrapResult {
    /// One record per row, in the order of the data.
    pub rows: Vec<BootstrapRow>,
    /// The options, as used.
    pub spec: BootstrapSpec,
    /// Relative bandwidth used.
    pub bandwidth: f64,
    /// Counts of the linear programs of all replications.
    pub lp: LpRecord,
}

/// Bootstraps the scores and the index of a whole panel (a cross-section is a panel of one period).
///
/// `progress` is called with the number of replications finished, from worker threads. Results are identical for any
/// number of threads.
///
/// # Errors
/// [`Error::Specification`] for fewer than two replications or more than a hundred thousand, a level outside (0, 1), super-efficiency, or bounded EBM
/// under other than constant returns (outside the pseudo-technology its program has no meaning); a
/// non-radial directional model (a unit outside the pseudo-technology, as frontier units mostly are, has no β ≥ 0, and
/// intervals of the replications that happen to hold it would be biased); all errors of [`crate::productivity`].
///
/// **Reference** Simar and Wilson (1998, 1999, 2000); second stages Simar and Wilson (2007).
pub fn bootstrap(
    data: &PanelData<'_>,
    spec: &PanelSpec,
    options: &BootstrapSpec,
    progress: &(dyn Fn(usize) + Sync),
) -> Result<BootstrapResult> {
    validate_bootstrap(spec, options)?;
    let mut plain = spec.clone();
    plain.details = false;
    let prepared = Prepared::new(data, &plain)?;
    let mut technologies = Technologies::default();
    let estimate = measure(&prepared, data, &mut technologies)?;
    let Prepared { observations, timeline, spec: plain, .. } = &prepared;
    let n = observations.n();
    let directional = spec.is_distance();
    let own: Vec<Option<f64>> = estimate
        .rows
        .iter()
        .map(|row| row.score_contemporaneous.map(|s| if directional { 1.0 / (1.0 + s) } else { s }))
        .collect();
    let smoother = Smoother::new(timeline, &own, options.bandwidth);
    let move_goods = directional || spec.orientation() == Orientation::Output;
    let seeds = technologies.elsewhere(n);
    let finished = AtomicUsize::new(0);
    let replications: Vec<Result<(Vec<[f64; FIELDS]>, crate::lp::LpStats)>> = (0..options.replications)
        .into_par_iter()
        .map(|r| {
            let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
            rng.set_stream(r as u64 + 1);
            let pseudo = pseudo_sample(observations, &smoother, move_goods, &mut rng)?;
            let mut evaluator = Evaluator::new(&pseudo, plain);
            evaluator.calibrations.clone_from(&estimate.summary.calibration);
            evaluator.technologies = seeds.clone();
            let mut run = Run::on_pseudo_sample(evaluator, timeline, data.group, n);
            let rows = run.rows()?;
            progress(finished.fetch_add(1, Ordering::Relaxed) + 1);
            Ok((rows.iter().map(fields).collect(), run.evaluator.stats))
        })
        .collect();
    let mut stats = crate::lp::LpStats::default();
    let mut draws = Vec::with_capacity(options.replications);
    for replication in replications {
        let (rows, counts) = replication?;
        stats.merge(&counts);
        draws.push(rows);
    }
    let rows = (0..n).map(|row| summarize(row, &estimate.rows[row], &draws, options.level)).collect();
    Ok(BootstrapResult { rows, spec: *options, bandwidth: smoother.bandwidth, lp: LpRecord::from(&stats) })
}

/// Replications are kept until all are done; more than this no memory holds and no machine solves in its life.
const MOST_REPLICATIONS: usize = 100_000;

/// What [`bootstrap`] would refuse before it solves anything.
///
/// # Errors
/// [`Error::Specification`], as [`bootstrap`].
pub fn validate_bootstrap(spec: &PanelSpec, options: &BootstrapSpec) -> Result<()> {
    let refuse = |text: &str| Err(Error::Specification(text.to_owned()));
    if options.replications < 2 {
        return refuse("a bootstrap needs at least two replications (a thousand or more for intervals)");
    }
    if options.replications > MOST_REPLICATIONS {
        return refuse("a bootstrap takes at most 100000 replications: all of them are kept, and 2000 are plenty");
    }
    if !(options.level > 0.0 && options.level < 1.0) {
        return refuse("the level of bootstrap intervals lies between 0 and 1, such as 0.95");
    }
    if options.bandwidth.is_some_and(|h| !(h.is_finite() && h >= 0.0)) {
        return refuse("the bandwidth of a bootstrap is a number that is not negative");
    }
    if spec.super_efficiency {
        return refuse(
            "super-efficiency has no bootstrap: every unit is scored against pseudo-units, its own included",
        );
    }
    if spec.decomposition.is_some() {
        return refuse("a decomposed radial index has no bootstrap of its parts; leave decomposition out");
    }
    if spec.outside != Outside::Empty {
        return refuse(
            "outside = \"super-efficiency\" has no bootstrap: the estimate and its replications would be of two kinds",
        );
    }
    if spec.model == Model::NonRadialDdf {
        return refuse(
            "the non-radial directional model has no bootstrap: a unit outside the pseudo-technology has no β ≥ 0, and without such replications the intervals would be biased; use model = \"ddf\"",
        );
    }
    if spec.model == Model::Ebm && spec.is_bounded() && spec.rts != Rts::Crs {
        return refuse(
            "bounded EBM has a bootstrap under constant returns only: outside the pseudo-technology the bounds cannot hold, and without them a rule on Σλ is vacuous",
        );
    }
    Ok(())
}

/// Originals, and below them their pseudo-observations.
fn pseudo_sample(
    observations: &Observations,
    smoother: &Smoother,
    move_goods: bool,
    rng: &mut ChaCha8Rng,
) -> Result<Observations> {
    let (dims, n) = (observations.dims(), observations.n());
    let mut values = Vec::with_capacity(2 * n * dims.total());
    for _ in 0..2 {
        for row in 0..n {
            values.extend_from_slice(observations.at(row));
        }
    }
    let mut pseudo = Observations::from_rows(dims, observations.names().to_vec(), values)?;
    smoother.draw(rng, |row, own, drawn| {
        let goods = dims.inputs..dims.inputs + dims.goods;
        for (k, value) in pseudo.row_mut(n + row).into_iter().flatten().enumerate() {
            match (goods.contains(&k), move_goods) {
                (true, true) => *value *= drawn / own,
                (false, false) => *value *= own / drawn,
                _ => {}
            }
        }
    });
    Ok(pseudo)
}

const FIELDS: usize = 5;

/// The bootstrapped numbers of a row; `NaN` inside the replications only.
fn fields(row: &PanelRow) -> [f64; FIELDS] {
    [row.score, row.score_contemporaneous, row.index, row.ec, row.tc].map(|value| value.unwrap_or(f64::NAN))
}

fn summarize(row: usize, estimate: &PanelRow, draws: &[Vec<[f64; FIELDS]>], level: f64) -> BootstrapRow {
    let estimates = fields(estimate);
    let mut intervals = [None; FIELDS];
    for (field, interval) in intervals.iter_mut().enumerate() {
        let value = estimates[field];
        if value.is_nan() {
            continue;
        }
        let mut off: Vec<f64> = draws.iter().map(|d| d[row][field] - value).filter(|d| !d.is_nan()).collect();
        if off.len() * 2 < draws.len() || off.len() < 2 {
            continue;
        }
        off.sort_by(f64::total_cmp);
        let count = off.len() as f64;
        let bias = off.iter().sum::<f64>() / count;
        let variance = off.iter().map(|d| (d - bias).powi(2)).sum::<f64>() / (count - 1.0);
        let tail = (1.0 - level) / 2.0;
        *interval = Some(Interval {
            estimate: value,
            bias,
            corrected: value - bias,
            se: variance.sqrt(),
            low: value - quantile(&off, 1.0 - tail),
            high: value - quantile(&off, tail),
            replications: off.len(),
        });
    }
    let [score, score_contemporaneous, index, ec, tc] = intervals;
    BootstrapRow { score, score_contemporaneous, index, ec, tc }
}
