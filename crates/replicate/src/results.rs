//! Everything that a run has computed, before any of it is shown.

use crate::published::Published;
use panel_core::quality::QualityReport;
use report::codebook::Codebook;
use stages::compute::Computed;
use tables::Tables;
use tables::multiverse::Multiverse;

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    /// Stages before the tables.
    pub computed: Computed,
    /// Tables, where they were asked for.
    pub tables: Option<Tables>,
    /// Multiverses, in file order.
    pub multiverses: Vec<Multiverse>,
    /// Published numbers and their comparison.
    pub published: Option<Published>,
    /// Data quality, where pages are asked for.
    pub quality: Option<QualityReport>,
    /// What each column is and holds, made beside the quality report.
    pub codebook: Option<Codebook>,
}
