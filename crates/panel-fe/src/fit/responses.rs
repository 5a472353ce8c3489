//! Many responses on the rows, regressors and effects of one estimate, each under several covariances.
//!
//! A fit costs a few sums over the rows; an [`Estimate`] costs much more: tables, tests and texts that nobody reads where
//! thousands of regressions share a design. What does not depend on the response is worked out once here (residuals of the
//! regressors, groups and their intersections, weights of pairs of places, degrees of freedom), and of each response come the
//! coefficients and their covariances. They are to the bit those of [`Estimate::with_response`] and
//! [`Estimate::with_vcov_from`], which the same routines make.

use crate::absorb::Absorber;
use crate::coefficients::{CentredCoefficients, Coefficients, Dropped, NoStandardError};
use crate::dof::{Dof, SmallSample};
use crate::fit::assemble::{check_degrees, deviations, map_back};
use crate::fit::columns::Columns;
use crate::fit::estimation::{check_sizes, refuse_copies, resolved};
use crate::fit::ols_fit::{Problem, meat_of};
use crate::fit::result::Estimate;
use crate::fit::sandwich::scores;
use crate::fit::state::{Kind, State};
use crate::fit::streamed::{self, Fitted, Shared};
use crate::like::Like;
use crate::sample::frame::{Frame, Variable};
use crate::spec::check_like;
use crate::vcov::prepared::Prepared;
use crate::vcov::{Covariance, Vcov};
use faer::Mat;
use panel_core::distribution::t_two_sided;
use panel_core::{Floats, Panel};
use std::sync::{Arc, OnceLock};

/// What regressions on one design share.
#[derive(Debug)]
pub struct Responses {
    lead: Arc<State>,
    names: Vec<String>,
    dropped: Vec<Dropped>,
    kept: Vec<usize>,
    /// Readings of the regressors, where each response takes two.
    shared: Option<Shared>,
    asked: Vec<Asked>,
    /// Standard deviations of the kept regressors, made where a repair asks for them.
    deviations: OnceLock<Vec<f64>>,
}

/// A covariance with what does not depend on the response.
#[derive(Debug)]
struct Asked {
    covariance: Covariance,
    dof: Dof,
    small: SmallSample,
    how: How,
}

/// Where the meat of a covariance comes from.
#[derive(Debug)]
enum How {
    /// The readings of the columns make it, or it has none.
    Reading,
    /// From the scores.
    Scores(Prepared),
    /// From scores that are adjusted row by row.
    Adjusted,
}

/// Coefficients of one response under one covariance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fit {
    /// Estimates, in the order of [`Responses::names`].
    pub estimates: Vec<f64>,
    /// Their covariance.
    pub covariance: Mat<f64>,
    /// Degrees of freedom of t.
    pub df: f64,
    /// Why a coefficient has no standard error.
    pub unavailable: Vec<Option<NoStandardError>>,
    centred: Option<CentredCoefficients>,
}

impl Responses {
    /// The design of an estimate; cluster keys and coordinates of the covariances are looked up in the panel that was fitted.
    /// `None` where only whole fits will do: instruments, effects that are absorbed by iterations, regressors that are nearly
    /// collinear, or a covariance that the design refuses.
    #[must_use]
    pub fn new(lead: &Estimate, panel: &Panel, covariances: &[(&Vcov, Like)]) -> Option<Self> {
        let state = lead.state.clone();
        let Kind::Ols(fit) = &state.kind else { return None };
        state.last.as_ref()?;
        let frame = &state.frame;
        let ask = |(vcov, like): &(&Vcov, Like)| {
            check_like(*like, vcov).ok()?;
            vcov.check().ok()?;
            let dof = Dof { like: *like, ..lead.dof.clone() };
            let (covariance, _) = resolved(frame, vcov, &dof, &state.options, Some(panel)).ok()?;
            let small = dof.small_sample(fit.kept.len(), &covariance);
            check_degrees(&dof, small.k).ok()?;
            let how = match covariance.spec {
                _ if streamed::reads(&covariance, frame, &state.absorber) => How::Reading,
                Vcov::Hc2 | Vcov::Hc3 => How::Adjusted,
                _ => How::Scores(covariance.meat.prepared().ok()?),
            };
            Some(Asked { covariance, dof, small, how })
        };
        let asked = covariances.iter().map(ask).collect::<Option<Vec<Asked>>>()?;
        let (names, dropped, kept) = (lead.names.clone(), lead.dropped.clone(), fit.kept.clone());
        let shared = Shared::new(frame, &state.absorber, &kept);
        Some(Self { names, dropped, kept, shared, asked, deviations: OnceLock::new(), lead: state })
    }

    /// Names of the coefficients.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Regressors that were left out, and why.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Fewest clusters of a covariance, by its place; `None` where it has none.
    #[must_use]
    pub fn clusters(&self, covariance: usize) -> Option<usize> {
        let Covariance { spec, meat, .. } = &self.asked.get(covariance)?.covariance;
        matches!(spec, Vcov::Cluster(_)).then(|| meat.group_counts().into_iter().min()).flatten()
    }

    /// The regression of a response with one value per row of the sample, under the covariances at some places. `None` where
    /// something about this response asks for a whole fit, which then says what.
    #[must_use]
    pub fn fit(&self, values: Floats, covariances: &[usize]) -> Option<Vec<Fit>> {
        let asked = covariances.iter().map(|&place| self.asked.get(place)).collect::<Option<Vec<&Asked>>>()?;
        let Self { lead, .. } = self;
        let y = Variable { name: lead.frame.y.name.clone(), values };
        let mut frame = Frame { y, ..(*lead.frame).clone() };
        if frame.y.values.len() != frame.rows.len() {
            return None;
        }
        refuse_copies(&frame).ok()?;
        let read: Vec<&Covariance> = asked.iter().map(|asked| &asked.covariance).collect();
        let shared = self.shared.as_ref().and_then(|shared| shared.fit(&frame, &lead.absorber, &read, check_sizes));
        let fitted = match shared {
            Some(fitted) => fitted,
            None => self.read(&mut frame, &read)?,
        };
        let (state, meats) = State::streamed(frame, &lead.absorber, fitted, &lead.options, &lead.formula);
        let Kind::Ols(fit) = &state.kind else { return None };
        if fit.kept != self.kept {
            return None;
        }
        let mut row_scores = None;
        let each = asked.into_iter().zip(meats).map(|(asked, meat)| {
            let meat = match (&asked.how, meat) {
                (_, Some(meat)) => Some(meat),
                (How::Scores(prepared), None) => {
                    if row_scores.is_none() {
                        state.columns.set(self.columns(&state.frame, &lead.absorber)?).ok()?;
                        row_scores = Some(scores(&state.kept(fit), state.residuals(), state.frame.weight_values()));
                    }
                    Some(prepared.of(row_scores.as_ref()?.as_ref()))
                }
                (How::Reading | How::Adjusted, None) => None,
            };
            self.under(&state, asked, meat)
        });
        each.collect()
    }

    /// A response that is read with its regressors.
    fn read(&self, frame: &mut Frame, covariances: &[&Covariance]) -> Option<Fitted> {
        let Self { lead, .. } = self;
        let plan = streamed::plan(frame, &lead.absorber, &lead.options, check_sizes).ok()??;
        plan.check().ok()?;
        plan.fit(frame, &lead.absorber, covariances).ok()
    }

    /// Residual columns of the regressors as they are known, with those of the response.
    fn columns(&self, frame: &Frame, absorber: &Absorber) -> Option<Columns> {
        let mut residuals = absorber.residuals(&[&frame.y.values], frame.weight_values()).ok()?;
        Some(Columns { y: Arc::new(residuals.pop()?), ..self.lead.columns().clone() })
    }

    /// The fit of a state under one covariance.
    fn under(&self, state: &State, asked: &Asked, meat: Option<Mat<f64>>) -> Option<Fit> {
        let Kind::Ols(fit) = &state.kind else { return None };
        let Asked { covariance, dof, small, .. } = asked;
        let multiplier = small.multiplier;
        let problem = Problem { state, fit, covariance, dof, multiplier, names: &self.names };
        let meat = || meat.map_or_else(|| meat_of(state, fit, covariance), Ok);
        let deviations = || self.deviations.get_or_init(|| deviations(state, &self.kept)).clone();
        let repaired = problem.covariance(meat, &deviations, &mut Vec::new()).ok()?;
        let (mut estimates, mut vcov, mut variances) = (fit.coef.clone(), repaired.vcov, repaired.variances);
        let numbers = (&mut estimates, &mut vcov, &mut variances);
        let centred = map_back(&state.frame, &self.kept, numbers).map(|(centred, _)| centred);
        let unavailable = variances.iter().map(|variance| variance.err()).collect();
        Some(Fit { estimates, covariance: vcov, df: small.df_t, unavailable, centred })
    }
}

impl Fit {
    /// What tests after estimation take, on the design that it is of.
    #[must_use]
    pub fn coefficients<'a>(&'a self, design: &'a Responses) -> Coefficients<'a> {
        Coefficients {
            centred: self.centred.as_ref(),
            dropped: &design.dropped,
            unavailable: &self.unavailable,
            ..Coefficients::new(&design.names, &self.estimates, self.covariance.as_ref(), self.df)
        }
    }

    /// Two-sided p of the coefficient at a place; not a number where it has no standard error.
    #[must_use]
    pub fn p(&self, place: usize) -> f64 {
        let lost = self.unavailable[place].is_some();
        let se = if lost { f64::NAN } else { self.covariance[(place, place)].sqrt() };
        t_two_sided(self.estimates[place] / se, self.df)
    }
}
