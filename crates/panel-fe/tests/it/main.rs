//! Integration tests, one binary.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::print_stderr)]

mod absorption;
mod bootstrap;
mod covariances;
mod diagnostics;
mod estimate_bootstrap;
mod estimates;
mod fixest_ols;
mod formulas;
mod golden_files;
mod gretl;
mod interacted;
mod iv_estimates;
mod iv_fe;
mod iv_options;
mod iv_peers;
mod iv_properties;
mod ivreg2;
mod ivreg2_cases;
mod ivregress;
mod mediation;
mod moderation;
mod no_wrong_number;
mod nothing_left;
mod r_peers;
mod random_panels;
mod redundant_columns;
mod refusals;
mod specification;
mod stock_yogo;
mod streamed;
mod subsample;
mod two_lines;
mod unkeyed;
mod utest;
mod wide;
