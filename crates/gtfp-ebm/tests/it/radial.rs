//! CCR, BCC, NIRS, NDRS and radial super-efficiency against deaR and Benchmarking.

use crate::support::{PEER, Table, assert_scores, cross_section, observations};
use gtfp_ebm::{Model, Orientation, PanelSpec, Rts};

fn spec(orientation: Orientation, rts: Rts) -> PanelSpec {
    PanelSpec { model: Model::Radial, orientation, rts, ..PanelSpec::default() }
}

/// Columns `deaR_io_crs`, `Bench_oo_vrs`, … of one golden file; output orientation is printed as φ ≥ 1.
fn check(data: &Table, golden: &Table, inputs: &[&str], goods: &[&str], what: &str) {
    let data = observations(data, inputs, goods, &[]);
    for (word, orientation) in [("io", Orientation::Input), ("oo", Orientation::Output)] {
        for rts in Rts::ALL.iter().copied() {
            let scores = cross_section(&data, &spec(orientation, rts)).scores();
            for peer in ["deaR", "Bench"] {
                let mut expected = golden.numbers(&format!("{peer}_{word}_{rts}"));
                if orientation == Orientation::Output {
                    expected.iter_mut().for_each(|v| *v = 1.0 / *v);
                }
                assert_scores(&format!("{what} {peer} {word} {rts}"), &scores, &expected, PEER);
            }
        }
    }
    let above = PanelSpec { super_efficiency: true, ..spec(Orientation::Input, Rts::Crs) };
    let scores = cross_section(&data, &above).scores();
    for peer in ["Bench_super_io_crs", "deaR_super_io_crs"] {
        assert_scores(&format!("{what} {peer}"), &scores, &golden.numbers(peer), PEER);
    }
}

#[test]
fn follow_through_schools() {
    let (Some(data), Some(golden)) = (
        Table::shared("r_radial/charnes1981.csv"),
        Table::shared("r_radial/PFT1981_radial_deaR153_Benchmarking033.csv"),
    ) else {
        return;
    };
    check(&data, &golden, &["x1", "x2", "x3", "x4", "x5"], &["y1", "y2", "y3"], "PFT1981");
}

#[test]
fn the_two_copies_of_the_schools_agree() {
    let (Some(a), Some(b)) = (Table::shared("r_radial/charnes1981.csv"), Table::shared("r_radial/PFT1981.csv")) else {
        return;
    };
    for (x, y) in [("x1", "Education"), ("x5", "Teachers"), ("y1", "Reading"), ("y3", "Coopersmith")] {
        assert_eq!(a.numbers(x), b.numbers(y));
    }
}

#[test]
fn milk_producers() {
    let (Some(data), Some(golden)) =
        (Table::shared("r_radial/milkProd.csv"), Table::shared("r_radial/milk_radial_deaR153_Benchmarking033.csv"))
    else {
        return;
    };
    check(&data, &golden, &["energy", "vet", "cows"], &["milk"], "milk");
}
