//! What is tested: designs, the estimates made from them, and panels of estimates.

use crate::error::{Error, Result};
use crate::kernel::{Blocks, SmallSample};

/// Regressors over the rows of one sample; the outcomes of its blocks share them.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Place of the blocks.
    pub blocks: usize,
    /// x, or x and x² (the instruments, for a reduced form).
    pub focal: Vec<usize>,
    /// Controls, and effects that are not nested in clusters, as columns.
    pub controls: Vec<usize>,
    /// Range of x over the rows used; `None` where there is no curve to test.
    pub range: Option<(f64, f64)>,
    /// x over the rows used, sorted, for shares beyond a turning point; may be empty.
    pub sorted_x: Vec<f64>,
}

/// The number that stands for an estimate.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Σ w_a b_a over the focal regressors, with its t. The weights stay as observed in every draw.
    Combination(Vec<f64>),
    /// Anderson & Rubin's statistic of the instruments in the reduced form, b'V⁻¹b/f against F(f, df); it looks in one
    /// direction only.
    AndersonRubin,
}

/// One estimate: an outcome on a design.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Place of the design.
    pub design: usize,
    /// Place of the outcome among those of the design's blocks.
    pub outcome: usize,
    /// Its number.
    pub effect: Effect,
    /// Degrees of freedom.
    pub small: SmallSample,
}

/// Estimates to be tested together.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// Cross-products, one per sample and set of columns; all with the same clusters.
    pub blocks: &'a [Blocks],
    /// Designs.
    pub designs: &'a [Design],
    /// Estimates.
    pub targets: &'a [Target],
    /// Panels: places of estimates, one per universe, so that an estimate that several universes share stands there as
    /// often.
    pub panels: &'a [Vec<u32>],
}

impl Problem<'_> {
    pub(crate) fn clusters(&self) -> usize {
        self.blocks.first().map_or(0, Blocks::clusters)
    }

    pub(crate) fn design_of(&self, target: usize) -> &Design {
        &self.designs[self.targets[target].design]
    }

    /// Targets of each design.
    pub(crate) fn by_design(&self) -> Vec<Vec<usize>> {
        let mut by_design = vec![Vec::new(); self.designs.len()];
        self.targets.iter().enumerate().for_each(|(place, target)| by_design[target.design].push(place));
        by_design
    }

    /// Checks that everything that is named is there.
    pub(crate) fn check(&self) -> Result<()> {
        let inside = |what: &str, place: usize, count: usize| {
            let what = format!("a place among the {what}");
            if place < count { Ok(()) } else { Err(Error::Shape { what, expected: count, got: place + 1 }) }
        };
        if let Some(blocks) = self.blocks.iter().find(|blocks| blocks.clusters() != self.clusters()) {
            let what = "clusters of the blocks".to_owned();
            return Err(Error::Shape { what, expected: self.clusters(), got: blocks.clusters() });
        }
        for design in self.designs {
            inside("blocks", design.blocks, self.blocks.len())?;
            let regressors = self.blocks[design.blocks].regressors();
            design
                .focal
                .iter()
                .chain(&design.controls)
                .try_for_each(|&column| inside("regressors", column, regressors))?;
            let curve = design.range.is_some();
            if design.focal.is_empty() || (curve && design.focal.len() != 2) {
                let what = "focal regressors of a design".to_owned();
                return Err(Error::Shape { what, expected: 1 + usize::from(curve), got: design.focal.len() });
            }
        }
        for target in self.targets {
            inside("designs", target.design, self.designs.len())?;
            let design = &self.designs[target.design];
            inside("outcomes", target.outcome, self.blocks[design.blocks].outcomes())?;
            if let Effect::Combination(weights) = &target.effect
                && weights.len() != design.focal.len()
            {
                let what = "weights of an effect".to_owned();
                return Err(Error::Shape { what, expected: design.focal.len(), got: weights.len() });
            }
        }
        for panel in self.panels {
            if panel.is_empty() {
                return Err(Error::Empty("a panel".into()));
            }
            panel.iter().try_for_each(|&target| inside("estimates", target as usize, self.targets.len()))?;
        }
        Ok(())
    }
}
