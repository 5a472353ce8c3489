//! Efficiency and productivity with bad outputs: how much of what could be produced, with how much less, is produced?
//!
//! A unit (a city, a plant, a province in a year) turns inputs x into good outputs y and bad outputs b. Its reference
//! technology is what other units were seen to do, scaled and added: Xλ, Yλ, Bλ with λ ≥ 0. Data envelopment analysis
//! compares the two by a linear program per unit; a productivity index compares two periods of one unit.
//!
//! The paper's chain is the default of [`PanelSpec`]: the epsilon-based measure
//!
//! $$ K = \min \frac{\theta - \varepsilon_x \sum_i w_i^- s_i^-/x_{io}}
//!    {\varphi + \varepsilon_y \sum_r w_r^+ s_r^+/y_{ro} + \varepsilon_b \sum_p w_p^b s_p^b/b_{po}} $$
//!
//! on the frontier of all periods, and the global index E^G(t+1)/E^G(t) = EC × TC.
//!
//! # Quick start
//! ```
//! use gtfp_ebm::{PanelData, PanelSpec, productivity};
//!
//! let (k, l) = ([4.0, 4.2, 7.0, 7.1], [3.0, 2.9, 3.0, 3.1]);
//! let (y, c) = ([2.0, 2.4, 5.0, 5.5], [1.0, 0.9, 2.0, 2.1]);
//! let data = PanelData {
//!     inputs: &[("k", &k), ("l", &l)],
//!     goods: &[("y", &y)],
//!     bads: &[("c", &c)],
//!     entity: &[0, 0, 1, 1],
//!     time: &[2019, 2020, 2019, 2020],
//!     group: None,
//!     label: &|row| format!("row {row}"),
//! };
//! let result = productivity(&data, &PanelSpec::default())?;
//! let second = &result.rows[1];
//! let product = second.ec.zip(second.tc).map(|(ec, tc)| ec * tc);
//! assert!((second.index.unwrap_or(0.0) - product.unwrap_or(1.0)).abs() < 1e-12);
//! # Ok::<(), gtfp_ebm::Error>(())
//! ```
//!
//! # Modules
//! | module | what |
//! |---|---|
//! | [`panel`] | a whole panel in one call: scores, index, decomposition, panel values |
//! | [`spec`] | the vocabulary of choices, and the default |
//! | [`data`], [`timeline`] | observed units; periods, gaps, reference technologies |
//! | [`affinity`], [`calibration`] | ε and w |
//! | [`model`] | radial, SBM, EBM, directional, additive, super-efficiency: one file each |
//! | [`evaluate`] | scores, slacks, targets, peers, multipliers |
//! | [`index`], [`mod@malmquist`], [`panel_value`] | productivity indices, their parts, and what a row gets from them |
//! | [`result`] | a record per row, and the columns written from it |
//! | [`frontier`] | the units that can be peers, found once |
//! | [`bootstrap`](mod@bootstrap) | smoothed bootstrap of scores and indices |
//! | [`lp`] | the linear programs, solved with a certificate |
//!
//! # Ties
//! Data are known up to rounding. A unit that is a multiple, a copy or a sum of others but for 2e-13 of its own values
//! ([`lp::ROUNDING`]) counts as dominated by them, in every model, orientation and kind of returns; an efficient unit scores
//! exactly 1 (a distance exactly 0). So no unit of measurement, no order of rows and no start of the solver moves a score
//! from one value to another. `src/lp/rounding.rs` says how, and why so.
//!
//! # Where to start
//! To run a study: [`productivity`]. To understand a model: its file under [`model`]. To check a number: the record in
//! [`record::Summary`] names every convention behind it, and holds ε and w with the affinity they come from, or says that
//! they were given.
#![warn(missing_docs)]

// The README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod affinity;
mod applicable;
pub mod bootstrap;
pub mod calibration;
pub mod data;
mod display;
pub mod efficiency;
pub mod error;
pub mod evaluate;
mod evaluator;
pub mod frontier;
pub mod index;
pub mod lp;
pub mod malmquist;
pub mod model;
pub mod panel;
pub mod panel_value;
mod prepare;
pub mod record;
mod reference_set;
mod remarks;
pub mod result;
mod run;
pub mod spec;
pub mod timeline;
pub mod words;

pub use bootstrap::{BootstrapResult, BootstrapRow, Interval, bootstrap, validate_bootstrap};
pub use calibration::CalibrationResult;
pub use data::{Dimensions, Observations, PanelData};
pub use efficiency::{Efficiency, efficiency};
pub use error::{Error, Result};
pub use evaluate::{Detail, Outcome, Status};
pub use lp::Solver;
pub use malmquist::{MalmquistResult, MalmquistRow, MalmquistSpec, malmquist};
pub use panel::{
    Frontiers, IndexValues, panel_values, productivity, productivity_after, productivity_values, validate,
};
pub use record::{LpRecord, Summary};
pub use result::{Column, PanelResult, PanelRow, Transition, Values};
pub use spec::{
    BadsConvention, BootstrapSpec, Calibration, CalibrationRule, CalibrationScope, Decomposition, Direction,
    DirectionRule, Disposability, EbmParameters, Epsilon, Index, Model, Orientation, Outside, PanelSpec, PanelValue,
    Reference, Rts, Weights,
};
