//! Every table of the paper as a reviewer reads it.

use crate::support::{replicated, snapshot};

macro_rules! table_snapshots {
    ($($test:ident: $id:literal, $what:literal;)+) => {
        $(#[test]
        fn $test() {
            snapshot(concat!("table_", stringify!($test)), $what, &replicated(concat!("tables/", $id, ".md")));
        })+
    };
}

table_snapshots! {
    t1: "t1", "Table 1: descriptive statistics";
    t2: "t2", "Table 2: baseline, two-way FE, clusters by city";
    t2_companions: "t2-companions", "Table 2 (2) with HC1, without 2013, LQ and spillover apart, unbounded, VRS";
    t3: "t3", "Table 3: robustness";
    t4: "t4", "Table 4: entropy weights, signs as printed";
    t4_corrected: "t4-corrected", "Table 4 with sewage treatment as a benefit";
    t3_u_test: "t3-u-test", "U tests of Table 3";
    t5_u_test: "t5-u-test", "U test of the 2SLS column";
    t7_u_test: "t7-u-test", "U tests of the mediators";
    t8_u_test: "t8-u-test", "U tests of the border cities";
    t5: "t5", "Table 5: first stages and 2SLS";
    t6: "t6", "Table 6: subsamples";
    t7: "t7", "Table 7: mechanisms";
    t8: "t8", "Table 8: border cities and moderation";
    calibration: "calibration", "epsilon under raw, SBM and ADD calibration";
    s1: "s1", "Table S1: Table 2 (2) under one change at a time";
    mediation_innovation: "mediation-innovation", "Effects through innovation";
    mediation_structure: "mediation-structure", "Effects through industrial structure";
    mediation_integration: "mediation-integration", "Effects through market integration";
}
