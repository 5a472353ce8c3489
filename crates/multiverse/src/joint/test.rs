//! Joint tests of panels against one null distribution.

use super::cell::{BAD, Cell, Judge};
use super::draws::{Drawing, draw, observe};
use super::permute::Paths;
use super::plan::Plan;
use super::problem::{Effect, Problem};
use super::statistics::{Statistics, Tally, holm};
use crate::declaration::Direction;
use crate::distribution::quantile;
use crate::error::{Error, Result};
use crate::kernel::Estimate;
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

/// Tests panels of estimates with one plan of draws.
///
/// Memory: 8 bytes per estimate and draw, and 24 per cell of a block of draws, of which there are at most 64 MB.
///
/// # Errors
/// [`Error::Shape`], [`Error::Value`] for an input that does not fit; [`Error::NotIdentified`],
/// [`Error::NoDegreesOfFreedom`] for an estimate that does not exist; [`Error::TooFewDraws`] where nine of ten draws do not
/// identify every estimate, or a given plan is too short.
pub fn joint_tests(problem: &Problem<'_>, plan: &Plan, options: &JointOptions<'_>) -> Result<JointResult> {
    let mut tests = JointTests::new(problem.panels, plan, options)?;
    while tests.wants_more()? {
        tests.add(problem, options.paths)?;
        tests.end_round()?;
    }
    tests.finish()
}

/// Joint tests of estimates that come in parts, so that their cross-products need not be held together. Draws are made in
/// rounds: every part is added once in each, in the same order, and a round replaces the draws that did not identify
/// every estimate.
///
/// ```
/// # use panel_multiverse::joint::{JointOptions, JointResult, JointTests, Plan, Problem};
/// # fn run(parts: &[Problem<'_>], panels: &[Vec<u32>], plan: &Plan) -> panel_multiverse::Result<JointResult> {
/// // Panels name estimates by their place over all parts.
/// let mut tests = JointTests::new(panels, plan, &JointOptions::default())?;
/// while tests.wants_more()? {
///     for part in parts {
///         tests.add(part, &[])?;
///     }
///     tests.end_round()?;
/// }
/// tests.finish()
/// # }
/// ```
#[derive(Debug)]
pub struct JointTests<'a> {
    panels: &'a [Vec<u32>],
    plan: &'a Plan,
    level: f64,
    direction: Direction,
    wanted: usize,
    band: Option<usize>,
    /// Panels that an estimate is in, and how often.
    members: Vec<Vec<(u32, u32)>>,
    known: Vec<Known>,
    /// Effects by estimate, of the draws that are kept and then of the round.
    effects: Vec<Vec<f64>>,
    /// By panel, the same draws.
    tallies: Vec<Vec<Tally>>,
    /// Whether a draw of the round is of no use.
    bad: Vec<bool>,
    tried: usize,
    kept: usize,
    /// Estimates added in this round.
    added: usize,
}

/// An estimate as it was observed.
#[derive(Debug)]
struct Known {
    estimate: Estimate,
    cell: Cell,
    t: f64,
    one_sided: bool,
    curve: bool,
}

impl<'a> JointTests<'a> {
    /// Nothing drawn yet; `panels` name estimates by their place over all parts, those of
    /// [`JointOptions::paths`] are not looked at.
    ///
    /// # Errors
    /// [`Error::Value`] for a level outside (0, .5), [`Error::Empty`] for no panel, or one without an estimate.
    pub fn new(panels: &'a [Vec<u32>], plan: &'a Plan, options: &JointOptions<'_>) -> Result<Self> {
        if !(options.level > 0.0 && options.level < 0.5) {
            let (what, got) = ("level".to_owned(), options.level.to_string());
            return Err(Error::Value { what, got, expected: "a number between 0 and one half" });
        }
        if panels.is_empty() || panels.iter().any(Vec::is_empty) {
            return Err(Error::Empty("a panel".into()));
        }
        let last = panels.iter().flatten().max().map_or(0, |&last| last as usize);
        let mut members: Vec<Vec<(u32, u32)>> = vec![Vec::new(); last + 1];
        for (panel, estimates) in (0_u32..).zip(panels) {
            for &estimate in estimates {
                let of_estimate = &mut members[estimate as usize];
                match of_estimate.iter_mut().find(|(known, _)| *known == panel) {
                    Some((_, times)) => *times += 1,
                    None => of_estimate.push((panel, 1)),
                }
            }
        }
        Ok(Self {
            panels,
            plan,
            level: options.level,
            direction: options.direction,
            wanted: options.draws,
            band: options.band,
            members,
            known: Vec::new(),
            effects: Vec::new(),
            tallies: vec![Vec::with_capacity(options.draws); panels.len()],
            bad: Vec::new(),
            tried: 0,
            kept: 0,
            added: 0,
        })
    }

    /// Opens a round where draws are missing, the first in any case.
    ///
    /// # Errors
    /// [`Error::TooFewDraws`].
    pub fn wants_more(&mut self) -> Result<bool> {
        if self.kept == self.wanted && !self.known.is_empty() {
            return Ok(false);
        }
        let most = self.plan.limit().unwrap_or(10 * self.wanted);
        let count = (self.wanted - self.kept).min(most.saturating_sub(self.tried));
        if count == 0 && self.wanted > self.kept {
            return Err(Error::TooFewDraws { kept: self.kept, tried: self.tried, wanted: self.wanted });
        }
        self.bad = vec![false; count];
        self.tallies.iter_mut().for_each(|of_panel| of_panel.resize(self.kept + count, Tally::default()));
        self.added = 0;
        Ok(true)
    }

    /// Draws the estimates of a part, whose panels are not looked at; `paths` by design, for permutations.
    ///
    /// # Errors
    /// As [`joint_tests`].
    pub fn add(&mut self, part: &Problem<'_>, paths: &[Paths<'_>]) -> Result<()> {
        part.check()?;
        check(part, self.plan, paths)?;
        let places = self.added..self.added + part.targets.len();
        self.added = places.end;
        if places.end > self.known.len() {
            self.observe(part)?;
        }
        let observed: Vec<Estimate> = self.known[places.clone()].iter().map(|known| known.estimate.clone()).collect();
        let judge = Judge::new(self.level, self.direction);
        let count = self.bad.len();
        let block = (ROOM / (24 * part.targets.len().max(1))).clamp(64, 4096) / 64 * 64;
        for start in (0..count).step_by(block) {
            let draws = start..(start + block).min(count);
            let numbers = self.tried + draws.start..self.tried + draws.end;
            let cells =
                draw(&Drawing { problem: part, plan: self.plan, judge: &judge, observed: &observed, paths }, numbers)?;
            for (place, cells) in places.clone().zip(cells) {
                self.take(place, draws.start, &cells);
            }
        }
        Ok(())
    }

    /// Notes what the estimates of a part say as they are.
    fn observe(&mut self, part: &Problem<'_>) -> Result<()> {
        let mut judge = Judge::new(self.level, self.direction);
        for (target, estimate) in part.targets.iter().zip(observe(part)?) {
            let design = &part.designs[target.design];
            let cell = judge.cell(target, design, &estimate);
            if cell.flags & BAD != 0 {
                let what = format!("the effect of estimate {}", self.known.len());
                let got = format!("{estimate:?}");
                return Err(Error::Value { what, got, expected: "a number with a positive standard error" });
            }
            let t = match &target.effect {
                Effect::Combination(weights) => estimate.combination(weights).2,
                Effect::AndersonRubin => cell.effect,
            };
            let one_sided = target.effect == Effect::AndersonRubin;
            self.known.push(Known { estimate, cell, t, one_sided, curve: design.range.is_some() });
            self.effects.push(Vec::with_capacity(self.wanted));
        }
        Ok(())
    }

    /// Takes in the cells of one estimate, from a draw of the round on.
    fn take(&mut self, place: usize, start: usize, cells: &[Cell]) {
        self.effects[place].extend(cells.iter().map(|cell| cell.effect));
        self.bad[start..].iter_mut().zip(cells).for_each(|(bad, cell)| *bad |= cell.flags & BAD != 0);
        for &(panel, times) in self.members.get(place).into_iter().flatten() {
            let tallies = &mut self.tallies[panel as usize][self.kept + start..];
            tallies.iter_mut().zip(cells).for_each(|(tally, cell)| tally.add(cell, times));
        }
    }

    /// Keeps the draws of the round that identify every estimate.
    ///
    /// # Errors
    /// [`Error::Shape`] where a panel names an estimate that no part has.
    pub fn end_round(&mut self) -> Result<()> {
        if self.members.len() > self.added {
            let what = "a place among the estimates".to_owned();
            return Err(Error::Shape { what, expected: self.added, got: self.members.len() });
        }
        let kept = self.kept;
        let good = self.bad.iter().filter(|bad| !**bad).count();
        if good < self.bad.len() {
            let bad = &self.bad;
            let is_good = |draw: usize| draw < kept || !bad[draw - kept];
            self.effects.par_iter_mut().for_each(|effects| retain(effects, is_good));
            self.tallies.iter_mut().for_each(|tallies| retain(tallies, is_good));
        }
        self.tried += self.bad.len();
        self.kept += good;
        Ok(())
    }

    /// The tests.
    ///
    /// # Errors
    /// [`Error::TooFewDraws`] where rounds are missing.
    pub fn finish(self) -> Result<JointResult> {
        if self.kept < self.wanted {
            return Err(Error::TooFewDraws { kept: self.kept, tried: self.tried, wanted: self.wanted });
        }
        let draws: Vec<Vec<Statistics>> = (0..self.panels.len()).map(|panel| self.statistics(panel)).collect();
        let panels = draws.iter().enumerate().map(|(panel, draws)| self.panel_tests(panel, draws)).collect();
        let band = self.band.and_then(|panel| self.panels.get(panel)).and_then(|panel| self.band_of(panel));
        Ok(JointResult {
            effects: self.known.iter().map(|known| (known.cell.effect, known.t)).collect(),
            discarded: self.tried - self.kept,
            panels,
            draws,
            band,
            estimates: self.known.into_iter().map(|known| known.estimate).collect(),
        })
    }

    fn is_one_sided(&self, panel: &[u32]) -> bool {
        panel.iter().all(|&estimate| self.known[estimate as usize].one_sided)
    }

    /// Statistics of a panel in every draw.
    fn statistics(&self, panel: usize) -> Vec<Statistics> {
        let (members, tallies) = (&self.panels[panel], &self.tallies[panel]);
        let one_sided = self.is_one_sided(members);
        (0..self.kept)
            .into_par_iter()
            .map_init(Vec::new, |room, draw| {
                room.clear();
                room.extend(members.iter().map(|&estimate| self.effects[estimate as usize][draw]));
                tallies[draw].statistics(room, self.direction, one_sided, false)
            })
            .collect()
    }

    fn panel_tests(&self, panel: usize, draws: &[Statistics]) -> PanelTests {
        let members = &self.panels[panel];
        let of_panel = || members.iter().map(|&estimate| &self.known[estimate as usize]);
        let mut tally = Tally::default();
        of_panel().for_each(|known| tally.add(&known.cell, 1));
        let mut effects: Vec<f64> = of_panel().map(|known| known.cell.effect).collect();
        let share_positive = effects.iter().filter(|effect| **effect > 0.0).count() as f64 / effects.len() as f64;
        let observed = tally.statistics(&mut effects, self.direction, self.is_one_sided(members), true);
        let test = |value: fn(&Statistics) -> f64| against(value(&observed), draws.iter().map(value).collect());
        let (median, share, stouffer) = (test(|s| s.median), test(|s| s.share), test(|s| s.stouffer));
        let adjusted = holm(&[median.p, share.p, stouffer.p]);
        let curves = of_panel().all(|known| known.curve);
        let boundary = curves && !self.plan.permutes();
        let mut distinct = members.clone();
        distinct.sort_unstable();
        distinct.dedup();
        PanelTests {
            universes: members.len(),
            distinct: distinct.len(),
            median,
            share,
            stouffer,
            holm: [adjusted[0], adjusted[1], adjusted[2]],
            share_u_flat: curves.then(|| test(|s| s.share_u)),
            share_u: boundary.then(|| test(|s| s.share_u_boundary)),
            share_positive,
        }
    }

    /// 5 and 95 % quantile over the draws of the effects of each rank.
    fn band_of(&self, panel: &[u32]) -> Option<Vec<[f64; 2]>> {
        let sorted: Vec<Vec<f64>> = (0..self.kept)
            .into_par_iter()
            .map(|draw| {
                let mut effects: Vec<f64> =
                    panel.iter().map(|&estimate| self.effects[estimate as usize][draw]).collect();
                effects.sort_unstable_by(f64::total_cmp);
                effects
            })
            .collect();
        band(&sorted)
    }
}

/// Bytes that cells of a block of draws may take.
const ROOM: usize = 64 << 20;

/// Keeps the elements at some places.
fn retain<T>(elements: &mut Vec<T>, keep: impl Fn(usize) -> bool) {
    let mut place = 0;
    elements.retain(|_| {
        place += 1;
        keep(place - 1)
    });
}

fn check(problem: &Problem<'_>, plan: &Plan, paths: &[Paths<'_>]) -> Result<()> {
    if problem.targets.is_empty() {
        return Err(Error::Empty("the problem".into()));
    }
    if plan.permutes() && paths.len() != problem.designs.len() {
        let what = "rows by design, for permutations".to_owned();
        return Err(Error::Shape { what, expected: problem.designs.len(), got: paths.len() });
    }
    paths.iter().try_for_each(Paths::check)?;
    if let Plan::GivenSigns(draws) | Plan::GivenWeights(draws) = plan
        && let Some(draw) = draws.iter().find(|draw| draw.len() != problem.clusters())
    {
        return Err(Error::Shape { what: "clusters of a draw".into(), expected: problem.clusters(), got: draw.len() });
    }
    Ok(())
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
