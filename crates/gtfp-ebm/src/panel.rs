//! A whole panel in one call: scores, index, decomposition and panel values of every row.

use crate::data::{Named, Observations};
use crate::error::{Error, Result};
use crate::evaluate::{Detail, Outcome, Status};
use crate::evaluator::Evaluator;
use crate::index::{Around, Change, adjacent, luenberger, luenberger_pooled, pooled};
use crate::lp::Solver;
use crate::panel_value::{panel_value, ratio};
use crate::record::{Summary, diagnose};
use crate::spec::{Index, Model, PanelSpec, Reference, Rts};
use crate::timeline::Timeline;
use panel_core::Diagnostics;
use serde::{Deserialize, Serialize};

/// A panel as plain columns, one value per row.
#[derive(Clone, Copy)]
pub struct PanelData<'a> {
    /// Inputs by name.
    pub inputs: &'a [Named<'a>],
    /// Good outputs by name.
    pub goods: &'a [Named<'a>],
    /// Bad outputs by name.
    pub bads: &'a [Named<'a>],
    /// Entity code of each row.
    pub entity: &'a [u32],
    /// Period of each row (a year, or another whole number whose differences are durations).
    pub time: &'a [i64],
    /// Group of each row, for the metafrontier.
    pub group: Option<&'a [u32]>,
    /// How a row is called in messages, such as "entity `Anqing`, time `2015`".
    pub label: &'a (dyn Fn(usize) -> String + Sync),
}

impl std::fmt::Debug for PanelData<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |columns: &[Named<'_>]| columns.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        f.debug_struct("PanelData")
            .field("inputs", &names(self.inputs))
            .field("goods", &names(self.goods))
            .field("bads", &names(self.bads))
            .field("rows", &self.time.len())
            .finish_non_exhaustive()
    }
}

/// What became of the transition into a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transition {
    /// No index was asked for.
    NotAsked,
    /// The row itself is missing.
    Missing,
    /// The entity's first usable period.
    First,
    /// The entity has no usable row one step before.
    AfterGap,
    /// An index was computed.
    Ok,
    /// A cross-period program has no point in its reference technology.
    Infeasible,
    /// A score is missing or not positive, so no ratio exists.
    Undefined,
}

/// Everything about one row; `None` is an empty cell, and the statuses say why.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PanelRow {
    /// Score on the reference chosen (global by default): efficiency, or distance for directional models.
    pub score: Option<f64>,
    /// Score on the frontier of the row's own period (of its own group and period for the metafrontier).
    pub score_contemporaneous: Option<f64>,
    /// Metafrontier only: score on the pooled frontier of the row's group.
    pub score_group: Option<f64>,
    /// The index of the transition into the row (gml, malmquist, ml or luenberger).
    pub index: Option<f64>,
    /// Efficiency change.
    pub ec: Option<f64>,
    /// Technical (best practice) change.
    pub tc: Option<f64>,
    /// Metafrontier only: change of the technology gap, so that index = EC × TC × this.
    pub gap_change: Option<f64>,
    /// Pure efficiency change, on variable-returns frontiers (constant-returns models with `scale_change`).
    pub pure_ec: Option<f64>,
    /// Scale efficiency change, EC / pure EC.
    pub scale_ec: Option<f64>,
    /// The panel value that the index gives this row.
    pub gtfp: Option<f64>,
    /// Status of the main score.
    pub status: Status,
    /// Status of the transition.
    pub transition: Transition,
}

/// The result of a whole panel.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PanelResult {
    /// One record per row, in the order of the data.
    pub rows: Vec<PanelRow>,
    /// θ, φ, slacks, targets, peers and multipliers of every scored row, where asked for.
    pub details: Vec<Detail>,
    /// ε, w, affinity, conventions and counts.
    pub summary: Summary,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// Scores, index, decomposition and panel values of a whole panel.
///
/// With the default specification: ε and w from the raw pooled data; the non-oriented, bounded, constant-returns EBM of
/// every row on the frontier of all periods, E^G, and on that of its own period, E^t; then
///
/// $$ GML = E^G(t+1)/E^G(t), \qquad EC = E^{t+1}(t+1)/E^t(t), \qquad TC = BPC = GML/EC . $$
///
/// **Shapes** every column, `entity` and `time` have one value per row, in any order.
/// **Units** any: programs are written relative to the evaluated unit.
/// **Missing values** a row with a `NaN` among its quantities is in no program, keeps its place with
/// [`Status::Missing`], and breaks the entity's transitions. Index and components are empty in an entity's first
/// period and after a gap; neighbouring periods are as far apart as the two closest periods of the data.
/// **Reference** Tone and Tsutsui (2010); Pastor and Lovell (2005); Oh (2010).
///
/// # Errors
/// [`Error::BadValue`] for a zero, negative or infinite quantity the model cannot take;
/// [`Error::Degenerate`] for combinations without a meaning; [`Error::Specification`] for options that do not fit.
pub fn productivity(data: &PanelData<'_>, spec: &PanelSpec, solver: Solver) -> Result<PanelResult> {
    let observations = Observations::new(data.inputs, data.goods, data.bads)?;
    let n = observations.n();
    let _span = tracing::debug_span!("productivity", rows = n, model = %spec.model).entered();
    let usable: Vec<bool> = (0..n).map(|row| !observations.is_missing(row)).collect();
    let timeline = Timeline::new(data.entity, data.time, &usable, data.label)?;
    check(spec, data, n)?;
    let all: Vec<usize> = (0..n).filter(|&row| usable[row]).collect();
    if all.is_empty() {
        return Err(Error::NoUnits("every row has a missing value".into()));
    }
    observations.require(Evaluator::requirement(spec), &all, spec.model.as_str(), data.label)?;
    let mut evaluator = Evaluator::new(&observations, spec, solver)?;
    let by_period: Vec<(i64, &[usize])> =
        timeline.periods().iter().enumerate().map(|(p, &period)| (period, timeline.rows_at(p))).collect();
    evaluator.calibrate(&all, &by_period)?;

    let mut run = Run { evaluator, timeline: &timeline, group: data.group, details: Vec::new() };
    let mut rows = run.rows()?;
    if spec.malmquist != Index::None {
        let index: Vec<Option<f64>> = rows.iter().map(|row| row.index).collect();
        let circular = run.is_circular().then(|| run.circular(&rows));
        let values = panel_value(&timeline, &index, circular.as_deref(), spec.panel_value, spec.base_period)?;
        for (row, value) in rows.iter_mut().zip(values) {
            row.gtfp = value;
        }
    }
    let summary = Summary::new(&run.evaluator, &timeline, &rows);
    let diagnostics = diagnose(&summary, &rows, spec, data.label);
    Ok(PanelResult { rows, details: run.details, summary, diagnostics })
}

/// What [`productivity`] would refuse before it solves anything: options that do not fit, quantities that the model
/// cannot take.
///
/// # Errors
/// Those of [`productivity`], but for numerical ones.
pub fn validate(data: &PanelData<'_>, spec: &PanelSpec) -> Result<()> {
    let observations = Observations::new(data.inputs, data.goods, data.bads)?;
    let n = observations.n();
    let usable: Vec<bool> = (0..n).map(|row| !observations.is_missing(row)).collect();
    Timeline::new(data.entity, data.time, &usable, data.label)?;
    check(spec, data, n)?;
    // Combinations without a meaning.
    Evaluator::new(&observations, spec, Solver::Auto)?;
    let all: Vec<usize> = (0..n).filter(|&row| usable[row]).collect();
    if all.is_empty() {
        return Err(Error::NoUnits("every row has a missing value".into()));
    }
    observations.require(Evaluator::requirement(spec), &all, spec.model.as_str(), data.label)
}

/// Options that do not fit each other or the data.
fn check(spec: &PanelSpec, data: &PanelData<'_>, n: usize) -> Result<()> {
    let distance = matches!(spec.model, Model::Ddf | Model::NonRadialDdf);
    let refuse = |text: String| Err(Error::Specification(text));
    match (spec.malmquist, spec.reference) {
        (Index::Gml, reference) if !matches!(reference, Reference::Global | Reference::Metafrontier) => {
            return refuse(format!(
                "malmquist = \"gml\" compares scores on one frontier of all periods and needs reference = \"global\" (or \"metafrontier\"), not \"{reference}\""
            ));
        }
        (Index::MalmquistLuenberger, _) if spec.model != Model::Ddf => {
            return refuse(format!(
                "malmquist = \"ml\" is an index of directional distances and needs model = \"ddf\", not \"{}\"",
                spec.model
            ));
        }
        (Index::Luenberger, _) if !distance => {
            return refuse(format!(
                "malmquist = \"luenberger\" is a difference of distances and needs model = \"ddf\" or \"non-radial-ddf\", not \"{}\"",
                spec.model
            ));
        }
        _ => {}
    }
    if spec.reference == Reference::Metafrontier {
        match data.group {
            None => return refuse("reference = \"metafrontier\" needs a group for every row".into()),
            Some(group) if group.len() != n => {
                return Err(Error::LengthMismatch { what: "group codes".into(), expected: n, got: group.len() });
            }
            Some(_) => {}
        }
    }
    if spec.scale_change && spec.rts != Rts::Crs {
        return refuse(format!(
            "scale_change splits the efficiency change of a constant-returns model; rts is \"{}\"",
            spec.rts
        ));
    }
    if spec.window == 0 {
        return refuse("a window reference needs at least one period".into());
    }
    Ok(())
}

/// Outcome of every row; `Missing` where the row was not evaluated.
type PerRow = Vec<Outcome>;

/// The steps of one panel, with what they share.
pub(crate) struct Run<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    timeline: &'a Timeline,
    group: Option<&'a [u32]>,
    details: Vec<Detail>,
}

impl<'a> Run<'a> {
    /// A run that scores rows against their stand-ins, `n` rows further down.
    pub(crate) fn on_pseudo_sample(
        mut evaluator: Evaluator<'a>,
        timeline: &'a Timeline,
        group: Option<&'a [u32]>,
        n: usize,
    ) -> Self {
        evaluator.stand_in = n;
        Self { evaluator, timeline, group, details: Vec::new() }
    }

    /// Scores and transitions of every row, without panel values.
    pub(crate) fn rows(&mut self) -> Result<Vec<PanelRow>> {
        let spec = self.evaluator.spec;
        let mut all: Vec<usize> = self.timeline.all_rows();
        all.sort_unstable();
        let main = self.main_scores(&all)?;
        let own = self.own_scores(spec.rts)?;
        let group = self.group_scores(&all)?;
        let around = self.around(&own, &main, spec)?;
        let pure = if spec.scale_change { Some(self.own_scores(Rts::Vrs)?) } else { None };
        Ok(assemble(self, spec, &main, &own, group.as_deref(), pure.as_deref(), &around))
    }

    fn empty(&self) -> PerRow {
        vec![Outcome::without(Status::Missing); self.timeline.n_rows()]
    }

    /// Rows of period index `p` that share a frontier: all of them, or one list per group.
    fn blocks(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        match (self.evaluator.spec.reference, self.group) {
            (Reference::Metafrontier, Some(group)) => {
                let mut codes: Vec<u32> = rows.iter().map(|&row| group[row]).collect();
                codes.sort_unstable();
                codes.dedup();
                codes.iter().map(|code| rows.iter().copied().filter(|&row| group[row] == *code).collect()).collect()
            }
            _ => vec![rows.to_vec()],
        }
    }

    /// Scores on the reference chosen.
    fn main_scores(&mut self, all: &[usize]) -> Result<PerRow> {
        let spec = self.evaluator.spec;
        let mut result = self.empty();
        let pooled = matches!(spec.reference, Reference::Global | Reference::Metafrontier);
        if pooled {
            self.fill(&mut result, all, all, None)?;
        } else {
            for p in 0..self.timeline.periods().len() {
                let reference = self.timeline.reference_rows(spec.reference, p, spec.window);
                let period = self.timeline.periods()[p];
                self.fill(&mut result, self.timeline.rows_at(p), &reference, Some(period))?;
            }
        }
        Ok(result)
    }

    /// Scores (and details, where asked for) of `rows` on the frontier of `reference`.
    fn fill(&mut self, result: &mut PerRow, rows: &[usize], reference: &[usize], period: Option<i64>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let rts = self.evaluator.spec.rts;
        let set = self.evaluator.reference(reference, rts)?;
        if self.evaluator.spec.details {
            for (&row, (outcome, detail)) in rows.iter().zip(self.evaluator.detail(rows, &set, rts, period)?) {
                result[row] = outcome;
                self.details.extend(detail);
            }
        } else {
            for (&row, outcome) in rows.iter().zip(self.evaluator.score(rows, &set, rts, period)?) {
                result[row] = outcome;
            }
        }
        Ok(())
    }

    /// Scores on the frontier of the own period.
    fn own_scores(&mut self, rts: Rts) -> Result<PerRow> {
        let mut result = self.empty();
        for p in 0..self.timeline.periods().len() {
            let period = self.timeline.periods()[p];
            for block in self.blocks(self.timeline.rows_at(p)) {
                if block.is_empty() {
                    continue;
                }
                let set = self.evaluator.reference(&block, rts)?;
                for (&row, outcome) in block.iter().zip(self.evaluator.score(&block, &set, rts, Some(period))?) {
                    result[row] = outcome;
                }
            }
        }
        Ok(result)
    }

    /// Metafrontier: scores on the frontier of the own group over all periods.
    fn group_scores(&mut self, all: &[usize]) -> Result<Option<PerRow>> {
        if self.evaluator.spec.reference != Reference::Metafrontier {
            return Ok(None);
        }
        let rts = self.evaluator.spec.rts;
        let mut result = self.empty();
        for block in self.blocks(all) {
            let set = self.evaluator.reference(&block, rts)?;
            for (&row, outcome) in block.iter().zip(self.evaluator.score(&block, &set, rts, None)?) {
                result[row] = outcome;
            }
        }
        Ok(Some(result))
    }

    /// Whether the index is a ratio of scores on one frontier for all periods.
    fn is_circular(&self) -> bool {
        let spec = self.evaluator.spec;
        matches!(spec.reference, Reference::Global | Reference::Metafrontier)
            && !matches!(spec.malmquist, Index::None | Index::Luenberger)
    }

    /// Efficiencies of all rows on the one frontier of a circular index: scores, or 1/(1 + D).
    fn circular(&self, rows: &[PanelRow]) -> Vec<Option<f64>> {
        rows.iter().map(|row| row.score.and_then(|score| self.efficiency(&Outcome::of(score)))).collect()
    }

    fn efficiency(&self, outcome: &Outcome) -> Option<f64> {
        let score = outcome.score()?;
        if self.evaluator.is_distance() && self.evaluator.spec.malmquist != Index::Luenberger {
            (score > -1.0).then(|| 1.0 / (1.0 + score))
        } else {
            Some(score)
        }
    }

    /// Scores around every transition, by the later row, and whether a cross-period program was infeasible.
    fn around(&mut self, own: &PerRow, main: &PerRow, spec: &PanelSpec) -> Result<Vec<(Around, bool)>> {
        let n = own.len();
        let mut result = vec![(Around::default(), false); n];
        if spec.malmquist == Index::None {
            return Ok(result);
        }
        let biennial = spec.reference == Reference::Biennial;
        let cross = matches!(spec.reference, Reference::Contemporaneous | Reference::Sequential | Reference::Window);
        // On sequential and window frontiers "own" is that frontier, not the single period.
        let on_frontier = if matches!(spec.reference, Reference::Sequential | Reference::Window) {
            main.clone()
        } else {
            own.clone()
        };
        for row in 0..n {
            if let Some(before) = self.timeline.previous(row) {
                result[row].0.base_on_base = self.efficiency(&on_frontier[before]);
                result[row].0.next_on_next = self.efficiency(&on_frontier[row]);
            }
        }
        if !(cross || biennial) {
            return Ok(result);
        }
        for p in 0..self.timeline.periods().len() {
            let reference = self.timeline.reference_rows(spec.reference, p, spec.window);
            let here = self.timeline.rows_at(p);
            // Later rows whose base period is p, and earlier rows whose next period is p.
            let later: Vec<usize> = here.iter().filter_map(|&row| self.timeline.next(row)).collect();
            let earlier: Vec<usize> = here.iter().filter_map(|&row| self.timeline.previous(row)).collect();
            let period = Some(self.timeline.periods()[p]);
            if later.is_empty() && earlier.is_empty() || reference.is_empty() {
                continue;
            }
            let set = self.evaluator.reference(&reference, spec.rts)?;
            let forward = self.evaluator.score(&later, &set, spec.rts, period)?;
            for (&row, outcome) in later.iter().zip(&forward) {
                result[row].0.next_on_base = self.efficiency(outcome);
                result[row].1 |= outcome.status == Status::Infeasible;
            }
            // On a two-period frontier both rows are scored on the set of the earlier one.
            let back_rows: Vec<usize> =
                if biennial { later.iter().filter_map(|&row| self.timeline.previous(row)).collect() } else { earlier };
            let back = self.evaluator.score(&back_rows, &set, spec.rts, period)?;
            for (&row, outcome) in back_rows.iter().zip(&back) {
                if let Some(next) = self.timeline.next(row) {
                    result[next].0.base_on_next = self.efficiency(outcome);
                    result[next].1 |= outcome.status == Status::Infeasible;
                }
            }
        }
        Ok(result)
    }
}

/// Puts scores and transitions together, row by row.
fn assemble(
    run: &Run<'_>,
    spec: &PanelSpec,
    main: &PerRow,
    own: &PerRow,
    group: Option<&[Outcome]>,
    pure: Option<&[Outcome]>,
    around: &[(Around, bool)],
) -> Vec<PanelRow> {
    let first: Vec<Option<usize>> = run
        .timeline
        .by_entity()
        .iter()
        .map(|rows| rows.iter().copied().find(|&row| run.timeline.is_usable(row)))
        .collect();
    let mut is_first = vec![false; main.len()];
    for row in first.into_iter().flatten() {
        is_first[row] = true;
    }
    (0..main.len())
        .map(|row| {
            let before = run.timeline.previous(row).filter(|_| run.timeline.is_usable(row));
            let change = match before {
                Some(before) if spec.malmquist != Index::None => change(run, spec, main, before, row, &around[row].0),
                _ => Change::default(),
            };
            let transition = if spec.malmquist == Index::None {
                Transition::NotAsked
            } else if !run.timeline.is_usable(row) {
                Transition::Missing
            } else if is_first[row] {
                Transition::First
            } else if before.is_none() {
                Transition::AfterGap
            } else if change.index.is_some() {
                Transition::Ok
            } else if around[row].1 {
                Transition::Infeasible
            } else {
                Transition::Undefined
            };
            let ends = |scores: &[Outcome]| {
                before.and_then(|before| ratio(run.efficiency(&scores[row]), run.efficiency(&scores[before])))
            };
            let on_group = group.and_then(ends);
            let (tc, gap_change) = if group.is_some() && spec.malmquist != Index::None {
                (ratio(on_group, change.efficiency), ratio(change.index, on_group))
            } else {
                (change.technical, None)
            };
            let pure_ec = pure.and_then(ends).filter(|_| spec.malmquist != Index::None);
            PanelRow {
                score: main[row].score(),
                score_contemporaneous: own[row].score(),
                score_group: group.and_then(|scores| scores[row].score()),
                index: change.index,
                ec: change.efficiency,
                tc,
                gap_change,
                pure_ec,
                scale_ec: ratio(change.efficiency, pure_ec),
                gtfp: None,
                status: main[row].status,
                transition,
            }
        })
        .collect()
}

/// The transition from row `before` to row `row`.
fn change(run: &Run<'_>, spec: &PanelSpec, main: &PerRow, before: usize, row: usize, around: &Around) -> Change {
    let (base, next) = (run.efficiency(&main[before]), run.efficiency(&main[row]));
    match (spec.malmquist, spec.reference) {
        (Index::None, _) => Change::default(),
        (Index::Luenberger, Reference::Global | Reference::Metafrontier) => luenberger_pooled(base, next, around),
        (Index::Luenberger, Reference::Biennial) => luenberger_pooled(around.base_on_next, around.next_on_base, around),
        (Index::Luenberger, _) => luenberger(around),
        (_, Reference::Global | Reference::Metafrontier) => pooled(base, next, around),
        (_, Reference::Biennial) => pooled(around.base_on_next, around.next_on_base, around),
        _ => adjacent(around),
    }
}
