//! Integration tests, by theme. Golden numbers come from other people's programs; files outside the crate are read
//! where they are and skipped with a message elsewhere.

#![allow(clippy::print_stdout, reason = "tests say what they skipped and how near they came")]
#![allow(clippy::type_complexity, reason = "tables of cases")]

mod bootstrap;
mod ddf;
mod decompositions_by_hand;
mod ebm;
mod errors;
mod frontier_properties;
mod frontiers;
mod lp_properties;
mod malmquist;
mod near_ties;
mod options;
mod panel;
mod properties;
mod radial;
mod rational;
mod referee_ties;
mod references;
mod sbm;
mod scipy_panel;
mod support;
mod technologies;
mod textbook;
mod ties;
