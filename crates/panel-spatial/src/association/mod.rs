//! Are values alike among neighbours? Global and local tests.
//!
//! | question | test |
//! |---|---|
//! | do like values lie together | [`moran`] |
//! | do neighbours differ less than others | [`geary`] |
//! | where | [`local_moran`] |
//! | all periods of a panel | [`by_period`] |

mod geary;
mod global;
mod lisa;
mod moran;
mod scatter;
mod spec;

pub use geary::geary;
pub use global::{GlobalTest, Permutation};
pub use lisa::{LocalMoran, Quadrant, local_moran};
pub use moran::moran;
pub use scatter::{ScatterPoint, moran_scatter};
pub use spec::{AssociationKind, AssociationSpec, by_period};
