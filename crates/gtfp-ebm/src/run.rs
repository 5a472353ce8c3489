//! The steps of one panel: scores on every frontier that the reference needs, transitions, and their parts.

use crate::error::Result;
use crate::evaluate::{Detail, Outcome, Status};
use crate::evaluator::Evaluator;
use crate::index::{Around, Change, Comparison, adjacent, luenberger, luenberger_pooled, pooled};
use crate::panel::{PanelRow, Transition};
use crate::spec::{Index, PanelSpec, Reference, Rts};
use crate::timeline::Timeline;

/// Outcome of every row; `Missing` where the row was not evaluated.
type PerRow = Vec<Outcome>;

/// The steps of one panel, with what they share.
pub(crate) struct Run<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    timeline: &'a Timeline,
    group: Option<&'a [u32]>,
    pub(crate) details: Vec<Detail>,
}

impl<'a> Run<'a> {
    /// A run that scores every row itself.
    pub(crate) fn new(evaluator: Evaluator<'a>, timeline: &'a Timeline, group: Option<&'a [u32]>) -> Self {
        Self { evaluator, timeline, group, details: Vec::new() }
    }

    /// A run that scores rows against their stand-ins, `n` rows further down.
    pub(crate) fn on_pseudo_sample(
        mut evaluator: Evaluator<'a>,
        timeline: &'a Timeline,
        group: Option<&'a [u32]>,
        n: usize,
    ) -> Self {
        evaluator.stand_in = n;
        Self::new(evaluator, timeline, group)
    }

    /// Scores and transitions of every row, without panel values.
    pub(crate) fn rows(&mut self) -> Result<Vec<PanelRow>> {
        let spec = self.evaluator.spec;
        let mut all: Vec<usize> = self.timeline.all_rows();
        all.sort_unstable();
        let main = self.main_scores(&all, spec.rts, spec.details)?;
        // The reference chosen may be the own period itself.
        let own = if spec.reference == Reference::Contemporaneous { main.clone() } else { self.own_scores(spec.rts)? };
        let group = self.group_scores(&all)?;
        let around = self.around(&own, &main, spec)?;
        let pure = self.pure_scores(&all)?;
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

    /// Whether efficiency change is measured on the reference itself (sequential and window frontiers) instead of the
    /// single period's.
    fn catches_up_with_reference(&self) -> bool {
        matches!(self.evaluator.spec.reference, Reference::Sequential | Reference::Window)
    }

    /// Scores under variable returns on the frontiers that efficiency change is measured on, so that its scale part
    /// holds no technical change: single periods (Pastor and Lovell 2005; Pastor, Asmild and Lovell 2011), or the
    /// sequential (Shestalova 2003) or window frontier.
    fn pure_scores(&mut self, all: &[usize]) -> Result<Option<PerRow>> {
        let spec = self.evaluator.spec;
        if !spec.scale_change || spec.malmquist == Index::None {
            return Ok(None);
        }
        let scores = if self.catches_up_with_reference() {
            self.main_scores(all, Rts::Vrs, false)
        } else {
            self.own_scores(Rts::Vrs)
        };
        scores.map(Some)
    }

    /// Scores on the reference chosen.
    fn main_scores(&mut self, all: &[usize], rts: Rts, details: bool) -> Result<PerRow> {
        let spec = self.evaluator.spec;
        let mut result = self.empty();
        let pooled = matches!(spec.reference, Reference::Global | Reference::Metafrontier);
        if pooled {
            self.fill(&mut result, all, all, None, rts, details)?;
        } else {
            for p in 0..self.timeline.periods().len() {
                let reference = self.timeline.reference_rows(spec.reference, p, spec.window);
                let period = self.timeline.periods()[p];
                self.fill(&mut result, self.timeline.rows_at(p), &reference, Some(period), rts, details)?;
            }
        }
        Ok(result)
    }

    /// Scores (and details, where asked for) of `rows` on the frontier of `reference`.
    fn fill(
        &mut self,
        result: &mut PerRow,
        rows: &[usize],
        reference: &[usize],
        period: Option<i64>,
        rts: Rts,
        details: bool,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let set = self.evaluator.reference(reference, rts)?;
        if details {
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

    /// Whether the index compares scores on one frontier for all periods.
    pub(crate) fn is_circular(&self) -> bool {
        let spec = self.evaluator.spec;
        matches!(spec.reference, Reference::Global | Reference::Metafrontier) && spec.malmquist != Index::None
    }

    /// What a circular index compares, on its one frontier: scores, 1/(1 + D), or D for an indicator.
    pub(crate) fn circular(&self, rows: &[PanelRow]) -> Vec<Option<f64>> {
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
        let on_frontier = if self.catches_up_with_reference() { main } else { own };
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
    let comparison = Comparison::of(spec.malmquist);
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
            let growth = |scores: &[Outcome]| {
                before
                    .and_then(|before| comparison.growth(run.efficiency(&scores[before]), run.efficiency(&scores[row])))
            };
            let on_group = group.and_then(growth);
            let (tc, gap_change) = if group.is_some() && spec.malmquist != Index::None {
                (comparison.rest(on_group, change.efficiency), comparison.rest(change.index, on_group))
            } else {
                (change.technical, None)
            };
            let pure_ec = pure.and_then(growth);
            PanelRow {
                score: main[row].score(),
                score_contemporaneous: own[row].score(),
                score_group: group.and_then(|scores| scores[row].score()),
                index: change.index,
                ec: change.efficiency,
                tc,
                gap_change,
                pure_ec,
                scale_ec: comparison.rest(change.efficiency, pure_ec),
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
