//! Joint tests of panels against one null distribution.

use super::cell::{BAD, Cell, Judge, U, U_EDGE};
use super::pairs::{self, Totals};
use super::permute::{self, Paths};
use super::plan::Plan;
use super::problem::{Effect, Problem};
use super::statistics::{Statistics, holm, statistics};
use super::wild::{self, Null};
use crate::declaration::Direction;
use crate::distribution::quantile;
use crate::error::{Error, Result};
use crate::kernel::{Estimate, Estimator};
use crate::reading::Curve;
use rayon::prelude::*;
use serde::Serialize;

/// How panels are tested.
#[derive(Debug, Clone)]
pub struct JointOptions<'a> {
    /// Level of significance and of a U, below one half.
    pub level: f64,
    /// Direction.
    pub direction: Direction,
    /// Draws that count, B.
    pub draws: usize,
    /// Panel whose sorted effects get a band under the null.
    pub band: Option<usize>,
    /// Rows by design, for permutations.
    pub paths: &'a [Paths<'a>],
}

impl Default for JointOptions<'_> {
    fn default() -> Self {
        Self { level: 0.05, direction: Direction::Predominant, draws: 999, band: None, paths: &[] }
    }
}

/// One statistic against its null distribution.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Test {
    /// Of the estimates.
    pub observed: f64,
    /// Draws at least as large, to a relative 10⁻¹².
    pub at_least: usize,
    /// Draws as large.
    pub ties: usize,
    /// (1 + at least)/(B + 1).
    pub p: f64,
    /// The same with ties counted half.
    pub mid_p: f64,
    /// 5, 50 and 95 % quantile of the draws.
    pub null_quantiles: [f64; 3],
}

/// The tests of one panel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PanelTests {
    /// Universes in it.
    pub universes: usize,
    /// Different estimates among them.
    pub distinct: usize,
    /// T₁.
    pub median: Test,
    /// T₂.
    pub share: Test,
    /// T₃.
    pub stouffer: Test,
    /// T₁, T₂ and T₃ by Holm's adjustment.
    pub holm: [f64; 3],
    /// T₄ against flatness, which is not the edge of "no U"; `None` without curves.
    pub share_u_flat: Option<Test>,
    /// T₄ against the boundary of "no U": its verdict.
    pub share_u: Option<Test>,
    /// Share of positive effects.
    pub share_positive: f64,
}

/// Tests of all panels.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JointResult {
    /// Estimates, in the order of the targets.
    pub estimates: Vec<Estimate>,
    /// Effect and t of each estimate (the statistic twice for Anderson-Rubin).
    pub effects: Vec<(f64, f64)>,
    /// Tests by panel.
    pub panels: Vec<PanelTests>,
    /// Statistics of the draws by panel.
    pub draws: Vec<Vec<Statistics>>,
    /// Draws replaced because some estimate was not identified.
    pub discarded: usize,
    /// 5 and 95 % quantile of the sorted effects of a panel under the null, by rank.
    pub band: Option<Vec<[f64; 2]>>,
}

/// Bytes that cells of draws may take.
const ROOM: usize = 64 << 20;

/// Tests panels of estimates with one plan of draws.
///
/// Memory: 24 bytes per estimate and draw of a block of at most 64 MB; 8 bytes per universe and draw of a panel with a
/// band.
///
/// # Errors
/// [`Error::Shape`], [`Error::Value`] for an input that does not fit; [`Error::NotIdentified`],
/// [`Error::NoDegreesOfFreedom`] for an estimate that does not exist; [`Error::TooFewDraws`] where nine of ten draws do not
/// identify every estimate, or a given plan is too short.
pub fn joint_tests(problem: &Problem<'_>, plan: &Plan, options: &JointOptions<'_>) -> Result<JointResult> {
    problem.check()?;
    check(problem, plan, options)?;
    let observed = observe(problem)?;
    let mut judge = Judge::new(options.level, options.direction);
    let cells: Vec<Cell> = (0..problem.targets.len())
        .map(|place| judge.cell(&problem.targets[place], problem.design_of(place), &observed[place]))
        .collect();
    if let Some(place) = cells.iter().position(|cell| cell.flags & BAD != 0) {
        let (what, got) = (format!("the effect of estimate {place}"), format!("{:?}", observed[place]));
        return Err(Error::Value { what, got, expected: "a number with a positive standard error" });
    }
    let mut draws: Vec<Vec<Statistics>> = vec![Vec::with_capacity(options.draws); problem.panels.len()];
    let mut sorted: Vec<Vec<f64>> = Vec::new();
    let (mut tried, mut discarded) = (0, 0);
    let block = (ROOM / (24 * problem.targets.len().max(1))).clamp(64, 4096) / 64 * 64;
    while draws.first().map_or(options.draws, Vec::len) < options.draws {
        let kept = draws[0].len();
        let most = plan.limit().unwrap_or(10 * options.draws);
        let count = block.min(options.draws - kept).min(most.saturating_sub(tried));
        if count == 0 {
            return Err(Error::TooFewDraws { kept, tried, wanted: options.draws });
        }
        let drawn = draw_block(problem, plan, options, &observed, tried..tried + count)?;
        let good: Vec<usize> = (0..count).filter(|&k| drawn.iter().all(|cells| cells[k].flags & BAD == 0)).collect();
        tried += count;
        discarded += count - good.len();
        for (panel, out) in problem.panels.iter().zip(&mut draws) {
            let one_sided = is_one_sided(problem, panel);
            out.par_extend(good.par_iter().map_init(Vec::new, |room, &k| {
                let cells = panel.iter().map(|&target| drawn[target as usize][k]);
                statistics(cells, options.direction, one_sided, false, room)
            }));
        }
        if let Some(panel) = options.band.and_then(|panel| problem.panels.get(panel)) {
            sorted.par_extend(good.par_iter().map(|&k| {
                let mut effects: Vec<f64> = panel.iter().map(|&target| drawn[target as usize][k].effect).collect();
                effects.sort_unstable_by(f64::total_cmp);
                effects
            }));
        }
    }
    let panels = problem
        .panels
        .iter()
        .zip(&draws)
        .map(|(panel, draws)| panel_tests(problem, panel, &cells, draws, options, plan))
        .collect();
    let effects = cells.iter().zip(problem.targets).zip(&observed).map(|((cell, target), estimate)| {
        let t = match &target.effect {
            Effect::Combination(weights) => estimate.combination(weights).2,
            Effect::AndersonRubin => cell.effect,
        };
        (cell.effect, t)
    });
    let effects = effects.collect();
    Ok(JointResult { effects, estimates: observed, panels, draws, discarded, band: band(&sorted) })
}

fn check(problem: &Problem<'_>, plan: &Plan, options: &JointOptions<'_>) -> Result<()> {
    if !(options.level > 0.0 && options.level < 0.5) {
        let (what, got) = ("level".to_owned(), options.level.to_string());
        return Err(Error::Value { what, got, expected: "a number between 0 and one half" });
    }
    if problem.panels.is_empty() || problem.targets.is_empty() {
        return Err(Error::Empty("the problem".into()));
    }
    let permutes = matches!(plan, Plan::Permute { .. } | Plan::GivenPermutations(_));
    if permutes && options.paths.len() != problem.designs.len() {
        let what = "rows by design, for permutations".to_owned();
        return Err(Error::Shape { what, expected: problem.designs.len(), got: options.paths.len() });
    }
    options.paths.iter().try_for_each(Paths::check)?;
    if let Plan::GivenSigns(draws) | Plan::GivenWeights(draws) = plan
        && let Some(draw) = draws.iter().find(|draw| draw.len() != problem.clusters())
    {
        return Err(Error::Shape { what: "clusters of a draw".into(), expected: problem.clusters(), got: draw.len() });
    }
    Ok(())
}

pub(super) fn observe(problem: &Problem<'_>) -> Result<Vec<Estimate>> {
    let by_design = problem.by_design();
    let found: Vec<Vec<(usize, Estimate)>> = by_design
        .par_iter()
        .enumerate()
        .filter(|(_, targets)| !targets.is_empty())
        .map(|(design, targets)| {
            let declared = &problem.designs[design];
            let mut estimator = Estimator::new(&problem.blocks[declared.blocks]);
            estimator.design(&declared.focal, &declared.controls)?;
            targets
                .iter()
                .map(|&place| {
                    let target = &problem.targets[place];
                    estimator.outcome(target.outcome)?;
                    let mut estimate = Estimate::default();
                    estimator.estimate(&target.small, &mut estimate)?;
                    Ok((place, estimate))
                })
                .collect()
        })
        .collect::<Result<_>>()?;
    Ok(in_order(problem.targets.len(), found))
}

/// Results by target from results by design.
pub(super) fn in_order<T: Default>(targets: usize, found: Vec<Vec<(usize, T)>>) -> Vec<T> {
    let mut out: Vec<T> = std::iter::repeat_with(T::default).take(targets).collect();
    found.into_iter().flatten().for_each(|(place, value)| out[place] = value);
    out
}

/// Cells by target and draw.
fn draw_block(
    problem: &Problem<'_>,
    plan: &Plan,
    options: &JointOptions<'_>,
    observed: &[Estimate],
    draws: std::ops::Range<usize>,
) -> Result<Vec<Vec<Cell>>> {
    let by_design = problem.by_design();
    let clusters = problem.clusters();
    let numbers: Vec<f64> = draws.clone().flat_map(|draw| plan.numbers(draw, clusters)).collect();
    let sources: Vec<Vec<u32>> = draws.clone().map(|draw| plan.sources(draw)).collect();
    let wild = matches!(plan, Plan::Wild { .. } | Plan::GivenSigns(_));
    let pairs = matches!(plan, Plan::Pairs { .. } | Plan::GivenWeights(_));
    let totals: Vec<Totals> = if pairs {
        problem.blocks.par_iter().map(|blocks| Totals::new(blocks, &numbers)).collect()
    } else {
        Vec::new()
    };
    let found: Vec<Vec<(usize, Vec<Cell>)>> = by_design
        .par_iter()
        .enumerate()
        .filter(|(_, targets)| !targets.is_empty())
        .map(|(design, targets)| {
            let declared = &problem.designs[design];
            let mut judge = Judge::new(options.level, options.direction);
            let mut cells: Vec<Vec<Cell>> = vec![vec![Cell::BAD; draws.len()]; targets.len()];
            let place_of = |target: usize| targets.binary_search(&target).unwrap_or_default();
            if wild {
                wild::draw(problem, design, targets, &numbers, |place, null, draw, estimate| {
                    let cell = &mut cells[place_of(place)][draw];
                    match null {
                        Null::Flat => *cell = judge.cell(&problem.targets[place], declared, estimate),
                        Null::Edge => cell.flags |= judge.shape(declared, estimate) * (U_EDGE / U),
                    }
                })?;
            } else if pairs {
                let mut centred = Estimate::default();
                let edges: Vec<f64> = targets
                    .iter()
                    .map(|&place| declared.range.map_or(0.0, |(l, h)| Curve::of(&observed[place], l, h).edge()))
                    .collect();
                pairs::draw(problem, design, targets, &numbers, &totals[declared.blocks], |place, draw, estimate| {
                    let Some(estimate) = estimate else { return };
                    let (slot, at) = (place_of(place), &observed[place]);
                    centred.clone_from(estimate);
                    centred.b.iter_mut().zip(&at.b).for_each(|(b, at)| *b -= at);
                    let mut cell = judge.cell(&problem.targets[place], declared, &centred);
                    if declared.range.is_some() {
                        centred.b[0] = estimate.b[0] - (at.b[0] + 2.0 * at.b[1] * edges[slot]);
                        centred.b[1] = estimate.b[1];
                        cell.flags |= judge.shape(declared, &centred) * (U_EDGE / U);
                    }
                    cells[slot][draw] = cell;
                });
            } else {
                let paths = &options.paths[design];
                let places = paths.places();
                for (draw, sources) in sources.iter().enumerate() {
                    let mut slot = 0;
                    permute::draw(problem, design, targets, paths, &places, sources, |target, found| {
                        if let Some((estimate, range)) = found {
                            let moved = super::Design { range: declared.range.map(|_| range), ..declared.clone() };
                            cells[slot][draw] = judge.cell(target, &moved, estimate);
                        }
                        slot += 1;
                    });
                }
            }
            Ok(targets.iter().copied().zip(cells).collect())
        })
        .collect::<Result<_>>()?;
    Ok(in_order(problem.targets.len(), found))
}

fn is_one_sided(problem: &Problem<'_>, panel: &[u32]) -> bool {
    panel.iter().all(|&target| problem.targets[target as usize].effect == Effect::AndersonRubin)
}

fn panel_tests(
    problem: &Problem<'_>,
    panel: &[u32],
    cells: &[Cell],
    draws: &[Statistics],
    options: &JointOptions<'_>,
    plan: &Plan,
) -> PanelTests {
    let of_panel = || panel.iter().map(|&target| cells[target as usize]);
    let one_sided = is_one_sided(problem, panel);
    let observed = statistics(of_panel(), options.direction, one_sided, true, &mut Vec::new());
    let test = |value: fn(&Statistics) -> f64| against(value(&observed), draws.iter().map(value).collect());
    let (median, share, stouffer) = (test(|s| s.median), test(|s| s.share), test(|s| s.stouffer));
    let adjusted = holm(&[median.p, share.p, stouffer.p]);
    let curves = panel.iter().all(|&target| problem.design_of(target as usize).range.is_some());
    let boundary = curves && !matches!(plan, Plan::Permute { .. } | Plan::GivenPermutations(_));
    let mut distinct = panel.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    PanelTests {
        universes: panel.len(),
        distinct: distinct.len(),
        median,
        share,
        stouffer,
        holm: [adjusted[0], adjusted[1], adjusted[2]],
        share_u_flat: curves.then(|| test(|s| s.share_u)),
        share_u: boundary.then(|| test(|s| s.share_u_boundary)),
        share_positive: of_panel().filter(|cell| cell.effect > 0.0).count() as f64 / panel.len() as f64,
    }
}

/// One statistic against its draws.
fn against(observed: f64, mut draws: Vec<f64>) -> Test {
    const NEAR: f64 = 1e-12;
    // A signed statistic may be negative; nearness is relative to its size.
    let floor = observed - NEAR * observed.abs();
    let at_least = draws.iter().filter(|&&draw| draw >= floor).count();
    let ties = draws.iter().filter(|&&draw| (draw - observed).abs() <= NEAR * observed.abs().max(1.0)).count();
    let out_of = draws.len() as f64 + 1.0;
    draws.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| quantile(&draws, share).unwrap_or(f64::NAN);
    Test {
        observed,
        at_least,
        ties,
        p: (1.0 + at_least as f64) / out_of,
        mid_p: (1.0 + at_least as f64 - 0.5 * ties as f64) / out_of,
        null_quantiles: [at(0.05), at(0.5), at(0.95)],
    }
}

fn band(sorted: &[Vec<f64>]) -> Option<Vec<[f64; 2]>> {
    let ranks = sorted.first()?.len();
    Some(
        (0..ranks)
            .into_par_iter()
            .map(|rank| {
                let mut effects: Vec<f64> = sorted.iter().map(|effects| effects[rank]).collect();
                effects.sort_unstable_by(f64::total_cmp);
                [0.05, 0.95].map(|share| quantile(&effects, share).unwrap_or(f64::NAN))
            })
            .collect(),
    )
}
