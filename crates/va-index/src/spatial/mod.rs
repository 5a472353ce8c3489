//! Is the index clustered in space? Global and local tests.
//!
//! | question | test |
//! |---|---|
//! | do like values lie together | [`moran`] |
//! | do neighbours differ less than others | [`geary`] |
//! | where | [`local_moran`] |
//! | in every period of a panel | [`association`], [`local_association`] |

mod by_period;
mod geary;
mod global;
mod lisa;
mod moran;
mod weights;

pub use by_period::{AssociationSpec, Statistic, association, local_association};
pub use geary::geary;
pub use global::{GlobalTest, Permutation};
pub use lisa::{LocalMoran, Quadrant, local_moran};
pub use moran::moran;
pub use weights::SpatialWeights;
