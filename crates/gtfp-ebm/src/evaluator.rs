//! One model on one data set: builds its program for a reference set and counts what the solvers did.

use crate::calibration::{CalibrationResult, calibrate};
use crate::data::{Dimensions, Observations, Requirement};
use crate::error::{Error, Result};
use crate::evaluate::{Detailed, Extent, Outcome, Status, details, scores};
use crate::lp::{LpStats, Solver};
use crate::model::ddf::Way;
use crate::model::ebm::EbmOptions;
use crate::model::{Formulation, ddf, ebm, nonradial_ddf, radial, sbm, super_efficiency};
use crate::reference_set::{ReferenceSet, Shape, Technologies};
use crate::spec::{
    BadsConvention, Calibration, CalibrationRule, CalibrationScope, Disposability, EbmParameters, Model, Orientation,
    Outside, PanelSpec, Rts,
};

/// A model bound to data.
#[derive(Debug)]
pub(crate) struct Evaluator<'a> {
    pub(crate) observations: &'a Observations,
    pub(crate) spec: &'a PanelSpec,
    pub(crate) solver: Solver,
    pub(crate) stats: LpStats,
    /// Pooled first, then one per period where so calibrated.
    pub(crate) calibrations: Vec<CalibrationResult>,
    /// Pseudo-samples: row r is evaluated, row r + this is its stand-in in reference sets.
    pub(crate) stand_in: usize,
    /// Generators found so far: reference sets overlap.
    pub(crate) technologies: Technologies,
}

impl<'a> Evaluator<'a> {
    /// Binds a specification that was checked ([`check`]) and whose defaults are resolved.
    pub(crate) fn new(observations: &'a Observations, spec: &'a PanelSpec) -> Self {
        Self {
            observations,
            spec,
            solver: spec.solver,
            stats: LpStats::default(),
            calibrations: Vec::new(),
            stand_in: 0,
            technologies: Technologies::default(),
        }
    }

    /// What the model demands of the data.
    pub(crate) fn requirement(spec: &PanelSpec, dims: Dimensions) -> Requirement {
        match spec.model {
            Model::Ebm => ebm::REQUIREMENT,
            Model::Sbm => sbm::REQUIREMENT,
            Model::Radial => radial::REQUIREMENT,
            Model::Ddf | Model::NonRadialDdf => ddf::requirement(dims, Way::of(spec)),
        }
    }

    /// Whether scores are distances (0 on the frontier) rather than efficiencies.
    pub(crate) fn is_distance(&self) -> bool {
        self.spec.is_distance()
    }

    /// Measures ε and w: pooled over `rows`, and per period where asked. Refuses those that make a program unbounded.
    pub(crate) fn calibrate(
        &mut self,
        rows: &[usize],
        by_period: &[(i64, &[usize])],
        label: &dyn Fn(usize) -> String,
    ) -> Result<()> {
        if self.spec.model != Model::Ebm {
            return Ok(());
        }
        let all_columns = self.spec.all_columns;
        match &self.spec.calibration {
            Calibration::Given(parameters) => {
                self.calibrations.push(CalibrationResult {
                    rule: None,
                    period: None,
                    units: rows.len(),
                    parameters: parameters.clone(),
                    inputs: None,
                    goods: None,
                    bads: None,
                });
            }
            Calibration::Rule(rule) => {
                let extent = Extent { solver: self.solver, exclude_self: false };
                let (pooled, stats) = calibrate(self.observations, rows, *rule, None, extent, all_columns, label)?;
                self.stats.merge(&stats);
                self.calibrations.push(pooled);
                if self.spec.calibration_scope == CalibrationScope::PerPeriod {
                    for &(period, rows) in by_period.iter().filter(|(_, rows)| !rows.is_empty()) {
                        let period = Some(period);
                        let (own, stats) =
                            calibrate(self.observations, rows, *rule, period, extent, all_columns, label)?;
                        self.stats.merge(&stats);
                        self.calibrations.push(own);
                    }
                }
            }
        }
        let dims = self.observations.dims();
        let options = ebm_options(self.spec, self.spec.rts);
        self.calibrations.iter().try_for_each(|measured| options.check_parameters(dims, &measured.parameters))
    }

    /// Whether ε and w come from projections, which are linear programs.
    pub(crate) fn calibration_solves(&self) -> bool {
        let raw = Calibration::Rule(CalibrationRule::Raw);
        self.spec.model == Model::Ebm
            && matches!(&self.spec.calibration, Calibration::Rule(_))
            && self.spec.calibration != raw
    }

    /// ε and w of a period's own program, or the pooled ones.
    fn parameters(&self, period: Option<i64>) -> Result<&EbmParameters> {
        self.calibrations
            .iter()
            .find(|c| c.period.is_some() && c.period == period)
            .or_else(|| self.calibrations.first())
            .map(|c| &c.parameters)
            .ok_or_else(|| Error::Calibration("ε and w were not measured before they were needed".into()))
    }

    /// The reference set of the rows given.
    pub(crate) fn reference(&mut self, rows: &[usize], rts: Rts) -> Result<ReferenceSet> {
        let spec = self.spec;
        let bads = self.is_distance() && self.observations.dims().bads > 0;
        let weak = bads && matches!(spec.disposability, Disposability::Weak | Disposability::WeakKuosmanen);
        let abatement = bads && spec.disposability == Disposability::WeakKuosmanen && rts != Rts::Crs;
        let all_columns = spec.all_columns || spec.super_efficiency;
        let mut rows: Vec<usize> = rows.iter().map(|row| row + self.stand_in).collect();
        rows.sort_unstable();
        let shape = Shape { rts, weak, abatement, all_columns };
        ReferenceSet::new(self.observations, &rows, shape, &mut self.technologies)
    }

    /// The program of the model on a reference set.
    fn formulation(&self, reference: &ReferenceSet, rts: Rts, period: Option<i64>) -> Result<Formulation> {
        let (spec, dims) = (self.spec, self.observations.dims());
        match spec.model {
            Model::Radial => radial::formulation(dims, spec.orientation(), rts, spec.bads_convention),
            Model::Sbm => Ok(sbm::formulation(dims, spec.orientation(), rts, spec.bads_convention)),
            Model::Ebm => ebm::formulation(dims, &ebm_options(spec, rts), self.parameters(period)?),
            Model::Ddf => Ok(ddf::formulation(dims, rts, spec.disposability, Way::of(spec), &reference.moments)),
            Model::NonRadialDdf => Ok(nonradial_ddf::formulation(
                dims,
                rts,
                spec.disposability,
                Way::of(spec),
                &spec.nonradial_weights,
                &reference.moments,
            )),
        }
    }

    /// Scores of `rows` against a reference set; `period` chooses ε and w.
    pub(crate) fn score(
        &mut self,
        rows: &[usize],
        reference: &ReferenceSet,
        rts: Rts,
        period: Option<i64>,
    ) -> Result<Vec<Outcome>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let form = self.formulation(reference, rts, period)?;
        let plain = Extent { solver: self.solver, exclude_self: false };
        if !self.spec.super_efficiency {
            let (mut outcomes, stats) = scores(&form, self.observations, rows, reference, plain)?;
            self.stats.merge(&stats);
            if self.stand_in > 0 {
                self.score_outside(rows, reference, rts, period, &mut outcomes)?;
            }
            return Ok(outcomes);
        }
        let without = Extent { exclude_self: true, ..plain };
        if self.spec.model != Model::Sbm {
            let (outcomes, stats) = scores(&form, self.observations, rows, reference, without)?;
            self.stats.merge(&stats);
            return Ok(outcomes);
        }
        let (mut outcomes, stats) = scores(&form, self.observations, rows, reference, plain)?;
        self.stats.merge(&stats);
        let efficient: Vec<usize> = (0..rows.len()).filter(|&i| is_efficient(&outcomes[i])).collect();
        let form = self.super_sbm(rts);
        let at: Vec<usize> = efficient.iter().map(|&i| rows[i]).collect();
        let (above, stats) = scores(&form, self.observations, &at, reference, without)?;
        self.stats.merge(&stats);
        for (i, outcome) in efficient.into_iter().zip(above) {
            outcomes[i] = outcome;
        }
        Ok(outcomes)
    }

    /// Scores of rows of another period: outside the reference they take a super-efficiency program where asked.
    pub(crate) fn score_crossing(
        &mut self,
        rows: &[usize],
        reference: &ReferenceSet,
        rts: Rts,
        period: Option<i64>,
    ) -> Result<Vec<Outcome>> {
        let mut outcomes = self.score(rows, reference, rts, period)?;
        if self.spec.outside == Outside::SuperEfficiency && self.stand_in == 0 {
            self.score_outside(rows, reference, rts, period, &mut outcomes)?;
        }
        Ok(outcomes)
    }

    /// Units outside a technology (another period's, or a pseudo-sample's) have no program with slacks alone or bounded factors. The slacks-based
    /// measure takes Tone's (2002) super-efficiency program. The epsilon-based one frees θ and φ and contracts bads with
    /// the inputs, their slack without penalty: with φ b (convention A) a unit that emits less per good than every
    /// pseudo-unit would have no solution, while θ, along which the pseudo-sample moves, always reaches it.
    fn score_outside(
        &mut self,
        rows: &[usize],
        reference: &ReferenceSet,
        rts: Rts,
        period: Option<i64>,
        outcomes: &mut [Outcome],
    ) -> Result<()> {
        let at: Vec<usize> = (0..rows.len()).filter(|&i| outcomes[i].status == Status::Infeasible).collect();
        let spec = self.spec;
        let form = match spec.model {
            Model::Sbm => self.super_sbm(rts),
            Model::Ebm if spec.orientation() == Orientation::None && rts == Rts::Crs => {
                let convention = BadsConvention::Input;
                let options = EbmOptions { orientation: Orientation::None, rts: Rts::Crs, convention, bounded: false };
                let mut parameters = self.parameters(period)?.clone();
                parameters.epsilon.bads = 0.0;
                ebm::formulation(self.observations.dims(), &options, &parameters)?
            }
            _ => return Ok(()),
        };
        let outside: Vec<usize> = at.iter().map(|&i| rows[i]).collect();
        let plain = Extent { solver: self.solver, exclude_self: false };
        let (found, stats) = scores(&form, self.observations, &outside, reference, plain)?;
        self.stats.merge(&stats);
        for (i, outcome) in at.into_iter().zip(found) {
            outcomes[i] = outcome;
        }
        Ok(())
    }

    /// Scores and details of `rows` against a reference set.
    pub(crate) fn detail(
        &mut self,
        rows: &[usize],
        reference: &ReferenceSet,
        rts: Rts,
        period: Option<i64>,
    ) -> Result<Vec<Detailed>> {
        let form = self.formulation(reference, rts, period)?;
        let two_stages = matches!(self.spec.model, Model::Radial | Model::Ddf);
        let plain = Extent { solver: self.solver, exclude_self: false };
        let excluded = self.spec.super_efficiency && self.spec.model != Model::Sbm;
        let extent = Extent { exclude_self: excluded, ..plain };
        let (mut results, stats) = details(&form, self.observations, rows, reference, extent, two_stages)?;
        self.stats.merge(&stats);
        if self.spec.super_efficiency && self.spec.model == Model::Sbm {
            let efficient: Vec<usize> = (0..rows.len()).filter(|&i| is_efficient(&results[i].0)).collect();
            let at: Vec<usize> = efficient.iter().map(|&i| rows[i]).collect();
            let without = Extent { exclude_self: true, ..plain };
            let form = self.super_sbm(rts);
            let (above, stats) = details(&form, self.observations, &at, reference, without, false)?;
            self.stats.merge(&stats);
            for (i, result) in efficient.into_iter().zip(above) {
                results[i] = result;
            }
        }
        Ok(results)
    }

    fn super_sbm(&self, rts: Rts) -> Formulation {
        let spec = self.spec;
        super_efficiency::sbm_formulation(self.observations.dims(), spec.orientation(), rts, spec.bads_convention)
    }
}

/// Whether a slacks-based score is 1 up to the accuracy of its certificate.
fn is_efficient(outcome: &Outcome) -> bool {
    outcome.status == Status::Ok && outcome.score().is_some_and(|score| score >= 1.0 - 1e-9)
}

/// Options of the epsilon-based program under `rts`.
fn ebm_options(spec: &PanelSpec, rts: Rts) -> EbmOptions {
    EbmOptions { orientation: spec.orientation(), rts, convention: spec.bads_convention, bounded: spec.is_bounded() }
}

/// Refuses specifications without a meaning before anything is solved.
pub(crate) fn check(spec: &PanelSpec, observations: &Observations) -> Result<()> {
    let dims = observations.dims();
    if spec.super_efficiency && spec.model == Model::Ebm && spec.is_bounded() {
        return Err(Error::Degenerate {
            what: "super-efficiency with bounds θ ≤ 1 and φ ≥ 1".into(),
            why:
                "An efficient unit left out of its reference needs θ > 1 or φ < 1, so its program would be infeasible."
                    .into(),
            instead: "bounded = false".into(),
        });
    }
    match spec.model {
        Model::Ebm => {
            ebm_options(spec, spec.rts).check(dims)?;
            if spec.scale_change {
                // Pure efficiency change is measured on variable-returns frontiers.
                ebm_options(spec, Rts::Vrs).check(dims)?;
            }
            match &spec.calibration {
                Calibration::Given(parameters) => ebm::check_parameters(dims, parameters),
                Calibration::Rule(_) => Ok(()),
            }
        }
        Model::Ddf => ddf::check(dims, Way::of(spec), spec.rts),
        Model::NonRadialDdf => {
            nonradial_ddf::check(observations, spec.rts, spec.disposability, Way::of(spec), &spec.nonradial_weights)
        }
        Model::Radial if spec.orientation() == Orientation::None => {
            radial::formulation(dims, spec.orientation(), spec.rts, spec.bads_convention).map(|_| ())
        }
        _ => Ok(()),
    }
}
