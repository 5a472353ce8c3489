//! Specification tests of panel regressions.
//!
//! | file | test |
//! |---|---|
//! | `hausman` | fixed against random effects; Mundlak's regression form |
//! | `cross_section` | Pesaran's CD: dependence between units |
//! | `heteroskedasticity` | modified Wald: variances that differ between units |
//! | `serial` | Wooldridge: first-order serial correlation |

mod cross_section;
mod hausman;
mod heteroskedasticity;
mod serial;

pub use cross_section::{PesaranCd, pesaran_cd};
pub use hausman::{hausman, joint_zero, mundlak};
pub use heteroskedasticity::modified_wald;
pub use serial::wooldridge;
