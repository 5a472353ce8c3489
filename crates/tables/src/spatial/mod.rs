//! Spatial panels from a study: weights, spatial regressions as columns of tables, statistics of spatial association.
//!
//! | section | file | what |
//! |---|---|---|
//! | `[[weights]]` | `build`, `weights` | built once a run over the panel's entities, cut to the units of each sample |
//! | `spatial = { … }` of a column | `column`, `table` | estimated by `panel-spatial`; coefficients, then direct, indirect and total effects |
//! | the same with instruments | `instruments` | columns and effects by `panel-spatial`, the estimate by `panel-fe` |
//! | `kind = "spatial-tests"` of a table | `tests_table` | LM, LR, Wald and Hausman tests |
//! | `[[spatial]]` | `statistics` | Moran's I and Geary's C by period, local Moran classes |

pub mod column;
pub mod instruments;
mod outlines;
pub mod record;
pub mod statistics;
pub(crate) mod table;
pub mod tests_table;
pub mod weights;

pub use weights::Space;
