//! What is checked before anything is solved: one gate for scores, indices, decompositions, bootstraps and validation.

use crate::data::Observations;
use crate::error::{Error, Result};
use crate::evaluator::{self, Evaluator};
use crate::index::Comparison;
use crate::panel::PanelData;
use crate::panel_value;
use crate::spec::{Index, Model, PanelSpec, Reference, Rts};
use crate::timeline::Timeline;

/// A panel that a specification can be carried out on.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) observations: Observations,
    pub(crate) timeline: Timeline,
    /// Rows without a missing value, ascending.
    pub(crate) usable: Vec<usize>,
}

impl Prepared {
    /// Arranges the data and refuses what the specification does not fit.
    pub(crate) fn new(data: &PanelData<'_>, spec: &PanelSpec) -> Result<Self> {
        let observations = Observations::new(data.inputs, data.goods, data.bads)?;
        let n = observations.n();
        let complete: Vec<bool> = (0..n).map(|row| !observations.is_missing(row)).collect();
        let timeline = Timeline::new(data.entity, data.time, &complete, data.label)?;
        check(spec, data, n)?;
        evaluator::check(spec, &observations)?;
        if spec.malmquist != Index::None {
            panel_value::check(&timeline, Comparison::of(spec.malmquist), spec.panel_value, spec.base_period)?;
        }
        let usable: Vec<usize> = (0..n).filter(|&row| complete[row]).collect();
        if usable.is_empty() {
            return Err(Error::NoUnits("every row has a missing value".into()));
        }
        observations.require(Evaluator::requirement(spec), &usable, spec.model.as_str(), data.label)?;
        Ok(Self { observations, timeline, usable })
    }

    /// Usable rows of every period.
    pub(crate) fn by_period(&self) -> Vec<(i64, &[usize])> {
        let periods = self.timeline.periods().iter().enumerate();
        periods.map(|(p, &period)| (period, self.timeline.rows_at(p))).collect()
    }
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
