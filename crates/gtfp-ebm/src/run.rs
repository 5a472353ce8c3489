//! The steps of one panel: scores on every frontier that the reference needs, transitions, and their parts.

use crate::error::Result;
use crate::evaluate::{Detail, Outcome, Status};
use crate::evaluator::Evaluator;
use crate::index::ratio;
use crate::index::{Around, Change, Comparison, adjacent, luenberger, luenberger_pooled, pooled};
use crate::result::{PanelRow, Transition};
use crate::spec::{Index, Reference, Rts};
use crate::timeline::Timeline;

/// Outcome of every row; `Missing` where the row was not evaluated.
type PerRow = Vec<Outcome>;

/// The steps of one panel, with what they share.
pub(crate) struct Run<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    timeline: &'a Timeline,
    group: Option<&'a [u32]>,
    pub(crate) details: Vec<Detail>,
    /// Whether rows are scored on the reference chosen alone, where nothing else decides the index.
    values_alone: bool,
}

impl<'a> Run<'a> {
    /// A run that scores every row itself.
    pub(crate) fn new(evaluator: Evaluator<'a>, timeline: &'a Timeline, group: Option<&'a [u32]>) -> Self {
        Self { evaluator, timeline, group, details: Vec::new(), values_alone: false }
    }

    /// The same run for scores on the reference chosen, index and panel values alone: other columns of its rows may be empty.
    pub(crate) fn for_values(mut self) -> Self {
        let spec = self.evaluator.spec;
        let one_frontier = matches!(spec.reference, Reference::Global | Reference::Sequential | Reference::Window);
        self.values_alone = one_frontier && !spec.scale_change && !spec.details && spec.decomposition.is_none();
        self
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
        // Small frontiers first: what does not generate one of them generates none that holds it. The reference chosen may
        // be the own period itself.
        let contemporaneous = spec.reference == Reference::Contemporaneous;
        let own = if contemporaneous { None } else { Some(self.own_scores(spec.rts)?) };
        let group = self.group_scores(&all)?;
        let main = self.main_scores(&all, spec.rts, spec.details)?;
        let own = own.unwrap_or_else(|| main.clone());
        let crossed = self.crossed()?;
        let pure = self.pure_scores(&all)?;
        let caught_up = if self.catches_up_with_reference() { &main } else { &own };
        let scores =
            Scores { main: &main, own: &own, caught_up, group: group.as_deref(), pure: pure.as_deref(), crossed };
        Ok(self.assemble(&scores))
    }

    /// The index asked for.
    fn index(&self) -> Index {
        self.evaluator.spec.malmquist.unwrap_or(Index::None)
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
        if !spec.scale_change {
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
                result[row] = self.in_own_reference(outcome);
                self.details.extend(detail);
            }
        } else {
            for (&row, outcome) in rows.iter().zip(self.evaluator.score(rows, &set, rts, period)?) {
                result[row] = self.in_own_reference(outcome);
            }
        }
        Ok(())
    }

    /// A unit that belongs to its reference has an efficiency of at most 1, or a distance of at least 0; anything else is
    /// said.
    fn in_own_reference(&self, outcome: Outcome) -> Outcome {
        let distance = self.evaluator.is_distance();
        let beyond = |score: f64| if distance { score < 0.0 } else { score > 1.0 };
        let expected = !self.evaluator.spec.super_efficiency && self.evaluator.stand_in == 0;
        if expected && outcome.score().is_some_and(beyond) { Outcome::without(Status::OutOfRange) } else { outcome }
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
                if self.values_alone {
                    // What the search among the own period's rows has found shortens that among all of them.
                    continue;
                }
                for (&row, outcome) in block.iter().zip(self.evaluator.score(&block, &set, rts, Some(period))?) {
                    result[row] = self.in_own_reference(outcome);
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
                result[row] = self.in_own_reference(outcome);
            }
        }
        Ok(Some(result))
    }

    fn efficiency(&self, outcome: &Outcome) -> Option<f64> {
        self.evaluator.spec.compared(outcome.score()?)
    }

    /// Cross-period scores of every transition, by the later row.
    fn crossed(&mut self) -> Result<Vec<Crossed>> {
        let mut result = vec![Crossed::default(); self.timeline.n_rows()];
        let spec = self.evaluator.spec;
        let biennial = spec.reference == Reference::Biennial;
        let adjacent = matches!(spec.reference, Reference::Contemporaneous | Reference::Sequential | Reference::Window);
        if self.index() == Index::None || !(adjacent || biennial) {
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
            let forward = self.evaluator.score_crossing(&later, &set, spec.rts, period)?;
            for (&row, outcome) in later.iter().zip(&forward) {
                result[row].next_on_base = *outcome;
            }
            // On a two-period frontier both rows are scored on the set of the earlier one.
            let back_rows: Vec<usize> =
                if biennial { later.iter().filter_map(|&row| self.timeline.previous(row)).collect() } else { earlier };
            let back = self.evaluator.score_crossing(&back_rows, &set, spec.rts, period)?;
            for (&row, outcome) in back_rows.iter().zip(&back) {
                if let Some(next) = self.timeline.next(row) {
                    result[next].base_on_next = *outcome;
                }
            }
        }
        Ok(result)
    }

    /// Puts scores and transitions together, row by row.
    fn assemble(&self, scores: &Scores<'_>) -> Vec<PanelRow> {
        let before = |row: usize| match self.index() {
            Index::None => Err(Transition::NotAsked),
            _ => Transition::from_row_before(self.timeline, row),
        };
        (0..scores.main.len()).map(|row| self.row(scores, row, before(row))).collect()
    }

    /// The record of row `row`, whose transition is from row `before`, or is none.
    fn row(&self, scores: &Scores<'_>, row: usize, before: std::result::Result<usize, Transition>) -> PanelRow {
        let comparison = Comparison::of(self.index());
        let from = before.ok();
        let change = from.map_or_else(Change::default, |before| self.change(scores, before, row));
        let growth = |outcomes: &[Outcome]| {
            from.and_then(|before| {
                comparison.growth(self.efficiency(&outcomes[before]), self.efficiency(&outcomes[row]))
            })
        };
        let on_group = scores.group.and_then(growth);
        let (tc, gap_change) = match scores.group {
            Some(_) => (comparison.rest(on_group, change.efficiency), comparison.rest(change.index, on_group)),
            None => (change.technical, None),
        };
        let pure_ec = scores.pure.and_then(growth);
        let scale_ec = comparison.rest(change.efficiency, pure_ec);
        // Which outcomes each part is made of.
        let pair = |outcomes: &[Outcome]| {
            from.map_or_else(Vec::new, |before| vec![outcomes[before].status, outcomes[row].status])
        };
        let caught_up = pair(scores.caught_up);
        let index_statuses = match self.evaluator.spec.reference {
            Reference::Global | Reference::Metafrontier => pair(scores.main),
            reference => {
                let mut crossed = scores.crossed[row].statuses().to_vec();
                crossed.extend(if reference == Reference::Biennial { Vec::new() } else { caught_up.clone() });
                crossed
            }
        };
        let technical = scores.group.map_or_else(|| index_statuses.clone(), pair);
        let why = |value: Option<f64>, parts: &[&[Status]]| match before {
            Err(reason) => reason,
            Ok(_) => Transition::of(value, parts.iter().flat_map(|part| part.iter().copied())),
        };
        let part = |there: bool, status: Transition| if there { status } else { Transition::NotAsked };
        let (main, own) = (&scores.main[row], &scores.own[row]);
        let pure_status = scores.pure.map_or_else(Vec::new, pair);
        PanelRow {
            score: main.score(),
            score_contemporaneous: own.score(),
            score_group: scores.group.and_then(|group| group[row].score()),
            gap_ratio: scores.group.and_then(|group| self.relation(main, &group[row])),
            score_pure: scores.pure.and_then(|pure| pure[row].score()),
            score_scale: scores.pure.and_then(|pure| match self.evaluator.is_distance() {
                true => scores.caught_up[row].score().zip(pure[row].score()).map(|(all, pure)| all - pure),
                false => ratio(scores.caught_up[row].score(), pure[row].score()),
            }),
            index: change.index,
            ec: change.efficiency,
            tc,
            gap_change,
            pure_ec,
            scale_ec,
            output_bias: None,
            input_bias: None,
            magnitude: None,
            gtfp: None,
            status: first_problem(&[
                Some(main),
                Some(own),
                scores.group.map(|g| &g[row]),
                scores.pure.map(|p| &p[row]),
            ]),
            status_score: main.status,
            status_contemporaneous: own.status,
            transition: why(change.index, &[&index_statuses]),
            status_ec: why(change.efficiency, &[&caught_up]),
            status_tc: why(tc, &[&technical, &caught_up]),
            status_gap: part(scores.group.is_some(), why(gap_change, &[&index_statuses, &technical])),
            status_pure: part(scores.pure.is_some(), why(pure_ec, &[&pure_status])),
            status_scale: part(scores.pure.is_some(), why(scale_ec, &[&caught_up, &pure_status])),
        }
    }

    /// An efficiency over another; of distances (1 + D') / (1 + D).
    fn relation(&self, numerator: &Outcome, denominator: &Outcome) -> Option<f64> {
        let turned = |outcome: &Outcome| {
            let score = outcome.score()?;
            if self.evaluator.is_distance() { (score > -1.0).then(|| 1.0 / (1.0 + score)) } else { Some(score) }
        };
        ratio(turned(numerator), turned(denominator))
    }

    /// The transition from row `before` to row `row`.
    fn change(&self, scores: &Scores<'_>, before: usize, row: usize) -> Change {
        let (base, next) = (self.efficiency(&scores.main[before]), self.efficiency(&scores.main[row]));
        let around = Around {
            base_on_base: self.efficiency(&scores.caught_up[before]),
            next_on_next: self.efficiency(&scores.caught_up[row]),
            next_on_base: self.efficiency(&scores.crossed[row].next_on_base),
            base_on_next: self.efficiency(&scores.crossed[row].base_on_next),
        };
        match (self.index(), self.evaluator.spec.reference) {
            (Index::None, _) => Change::default(),
            (Index::Luenberger, Reference::Global | Reference::Metafrontier) => luenberger_pooled(base, next, &around),
            (Index::Luenberger, Reference::Biennial) => {
                luenberger_pooled(around.base_on_next, around.next_on_base, &around)
            }
            (Index::Luenberger, _) => luenberger(&around),
            (_, Reference::Global | Reference::Metafrontier) => pooled(base, next, &around),
            (_, Reference::Biennial) => pooled(around.base_on_next, around.next_on_base, &around),
            _ => adjacent(&around),
        }
    }
}

/// Scores that transitions are made of, by row.
struct Scores<'s> {
    main: &'s [Outcome],
    own: &'s [Outcome],
    /// On the frontier that efficiency change is measured on.
    caught_up: &'s [Outcome],
    group: Option<&'s [Outcome]>,
    pure: Option<&'s [Outcome]>,
    crossed: Vec<Crossed>,
}

/// Scores of a transition's two rows on the frontier of the other period.
#[derive(Debug, Clone, Copy)]
struct Crossed {
    next_on_base: Outcome,
    base_on_next: Outcome,
}

impl Default for Crossed {
    fn default() -> Self {
        let none = Outcome::without(Status::Missing);
        Self { next_on_base: none, base_on_next: none }
    }
}

impl Crossed {
    fn statuses(&self) -> [Status; 2] {
        [self.next_on_base.status, self.base_on_next.status]
    }
}

/// The first status that is not `ok`.
fn first_problem(outcomes: &[Option<&Outcome>]) -> Status {
    let statuses = outcomes.iter().flatten().map(|outcome| outcome.status);
    statuses.into_iter().find(|status| *status != Status::Ok).unwrap_or(Status::Ok)
}
