//! The models, one file each: what the program of a unit is, and how its solution reads.
//!
//! Every program is written relative to the evaluated unit (each row divided by the unit's own value), so that its
//! coefficients are ratios; units of measurement cannot reach the solver, and a program built once serves all units.
//!
//! | file | model |
//! |---|---|
//! | [`radial`] | CCR, BCC, NIRS, NDRS, input and output oriented |
//! | [`sbm`] | slacks-based measure, non-oriented, input, output; with bad outputs |
//! | [`ebm`] | epsilon-based measure, non-oriented, input, output; conventions A to D; bounded or not |
//! | [`ddf`] | directional distance function, strong, capped and weak disposability |
//! | [`nonradial_ddf`] | non-radial directional distance function |
//! | [`additive`] | normalised additive model (projections for ε and w) |
//! | [`super_efficiency`] | the evaluated unit left out of its reference |

pub mod additive;
pub mod ddf;
pub mod ebm;
pub(crate) mod factors;
mod formulation;
pub mod nonradial_ddf;
pub mod radial;
pub mod sbm;
pub mod super_efficiency;

pub(crate) use factors::{Factor, FactorProgram, factor_program};
pub(crate) use formulation::{Formulation, Place, Reading};
