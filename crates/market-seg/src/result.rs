//! Results.

use panel_core::Diagnostics;
use serde::Serialize;

/// Segmentation and integration by entity and period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Segmentation {
    /// Labels of the periods.
    pub times: Vec<String>,
    /// Number of periods: cell (i, t) stands at `i * n_periods + t`.
    pub n_periods: usize,
    /// Seg; `NaN` where there is none.
    pub seg: Vec<f64>,
    /// Mar = Seg^(-1/2); `NaN` where there is none.
    pub mar: Vec<f64>,
    /// Partners that count.
    pub partners: Vec<u32>,
    /// One summary per period.
    pub by_period: Vec<PeriodSummary>,
    /// Mean of |ΔQ| that was subtracted, period by period, good by good (fastest); 0 where there was no demeaning.
    pub demeaned_by: Vec<f64>,
    /// Remarks.
    pub diagnostics: Diagnostics,
}

/// One period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PeriodSummary {
    /// Period (index of its label).
    pub time: u32,
    /// Entities with an index.
    pub entities: usize,
    /// Unordered pairs with a variance.
    pub pairs: u64,
    /// Mean of Seg over entities; `NaN` where no entity has one.
    pub mean_seg: f64,
    /// `mean_seg`^(-1/2); `NaN` where it is 0 or missing.
    pub integration: f64,
    /// Mean of the variance over pairs; `NaN` without a pair.
    pub mean_variance: f64,
}

/// One entity in one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EntityPeriod {
    /// Entity (index of its label).
    pub entity: u32,
    /// Period (index of its label).
    pub time: u32,
    /// Seg.
    pub seg: f64,
    /// Mar.
    pub mar: f64,
    /// Partners that count.
    pub partners: u32,
}

impl Segmentation {
    /// Seg of an entity in a period, if it exists.
    #[must_use]
    pub fn seg(&self, entity: u32, time: u32) -> Option<f64> {
        self.cell(entity, time).map(|cell| self.seg[cell]).filter(|value| !value.is_nan())
    }

    /// Mar of an entity in a period, if it exists.
    #[must_use]
    pub fn mar(&self, entity: u32, time: u32) -> Option<f64> {
        self.cell(entity, time).map(|cell| self.mar[cell]).filter(|value| !value.is_nan())
    }

    /// All entities and periods that have an index, by entity and then period.
    pub fn rows(&self) -> impl Iterator<Item = EntityPeriod> + '_ {
        (0..self.seg.len()).filter(|&cell| !self.seg[cell].is_nan()).map(|cell| EntityPeriod {
            entity: (cell / self.n_periods) as u32,
            time: (cell % self.n_periods) as u32,
            seg: self.seg[cell],
            mar: self.mar[cell],
            partners: self.partners[cell],
        })
    }

    fn cell(&self, entity: u32, time: u32) -> Option<usize> {
        let (entity, time) = (entity as usize, time as usize);
        (time < self.n_periods).then(|| entity * self.n_periods + time).filter(|&cell| cell < self.seg.len())
    }
}
