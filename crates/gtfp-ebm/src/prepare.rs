//! What is checked before anything is solved: one gate for scores, indices, decompositions, bootstraps and validation.

use crate::applicable;
use crate::data::{Observations, PanelData};
use crate::error::{Error, Result};
use crate::evaluator::{self, Evaluator};
use crate::index::Comparison;
use crate::panel_value;
use crate::spec::{Index, PanelSpec, Reference};
use crate::timeline::Timeline;

/// A panel that a specification can be carried out on.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) observations: Observations,
    pub(crate) timeline: Timeline,
    /// The choices, every default written out.
    pub(crate) spec: PanelSpec,
    /// Rows without a missing value, ascending.
    pub(crate) usable: Vec<usize>,
}

impl Prepared {
    /// Arranges the data and refuses what the specification does not fit.
    pub(crate) fn new(data: &PanelData<'_>, spec: &PanelSpec) -> Result<Self> {
        named(spec, data)?;
        let observations = Observations::new(data.inputs, data.goods, data.bads)?;
        let n = observations.n();
        let complete: Vec<bool> = (0..n).map(|row| !observations.is_missing(row)).collect();
        let timeline = Timeline::new(data.entity, data.time, &complete, spec.step, data.label)?;
        if spec.reference == Reference::Metafrontier
            && let Some(got) = data.group.map(<[_]>::len).filter(|&got| got != n)
        {
            return Err(Error::LengthMismatch { what: "group codes".into(), expected: n, got });
        }
        let periods = timeline.periods().len();
        applicable::panel(spec, periods, observations.dims(), data.group.is_some())?;
        let spec = spec.resolved(periods);
        evaluator::check(&spec, &observations)?;
        let index = spec.index(periods);
        if index != Index::None {
            panel_value::check(&timeline, Comparison::of(index), spec.panel_value, spec.base_period)?;
        }
        let usable: Vec<usize> = (0..n).filter(|&row| complete[row]).collect();
        if usable.is_empty() {
            return Err(Error::NoUnits("every row has a missing value".into()));
        }
        observations.require(
            Evaluator::requirement(&spec, observations.dims()),
            &usable,
            spec.model.as_str(),
            data.label,
        )?;
        Ok(Self { observations, timeline, spec, usable })
    }

    /// Usable rows of every period.
    pub(crate) fn by_period(&self) -> Vec<(i64, &[usize])> {
        let periods = self.timeline.periods().iter().enumerate();
        periods.map(|(p, &period)| (period, self.timeline.rows_at(p))).collect()
    }
}

/// Names that the specification gives must be those of the data.
fn named(spec: &PanelSpec, data: &PanelData<'_>) -> Result<()> {
    let groups =
        [("inputs", &spec.inputs, data.inputs), ("goods", &spec.goods, data.goods), ("bads", &spec.bads, data.bads)];
    for (what, wanted, found) in groups {
        let same = wanted.iter().eq(found.iter().map(|(name, _)| name));
        if !wanted.is_empty() && !same {
            let found: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
            return Err(Error::Specification(format!(
                "{what} = [{}] are not the columns that came with the data: [{}]",
                wanted.join(", "),
                found.join(", ")
            )));
        }
    }
    Ok(())
}
