//! The slacks-based measure, with and without bad outputs, and its super-efficiency.

use crate::support::{PEER, Table, assert_scores, cross_section, observations};
use gtfp_ebm::{Model, Orientation, PanelSpec, Rts, Status};

const ORIENTATIONS: [(&str, Orientation); 3] =
    [("no", Orientation::None), ("io", Orientation::Input), ("oo", Orientation::Output)];

fn spec(orientation: Orientation, rts: Rts) -> PanelSpec {
    PanelSpec { model: Model::Sbm, orientation: Some(orientation), rts, ..PanelSpec::default() }
}

fn above(orientation: Orientation, rts: Rts) -> PanelSpec {
    PanelSpec { super_efficiency: true, ..spec(orientation, rts) }
}

/// Columns of the golden file for one data set. deaR prints output orientation as 1/score where it exceeds one.
fn check(name: &str, inputs: &[&str], goods: &[&str]) {
    let (Some(data), Some(golden)) = (
        Table::shared(&format!("r_sbm/{name}.csv")),
        Table::shared(&format!("r_sbm/{name}_sbm_deaR153_nonparaeff0515.csv")),
    ) else {
        return;
    };
    let data = observations(&data, inputs, goods, &[]);
    for (word, orientation) in ORIENTATIONS {
        for rts in [Rts::Crs, Rts::Vrs] {
            let scores = cross_section(&data, &spec(orientation, rts)).scores();
            let expected = golden.numbers(&format!("deaR_sbm_{word}_{rts}"));
            assert_scores(&format!("{name} deaR sbm {word} {rts}"), &scores, &expected, PEER);
            if orientation == Orientation::None {
                let expected = golden.numbers(&format!("nonparaeff_sbm_{rts}"));
                assert_scores(&format!("{name} nonparaeff sbm {rts}"), &scores, &expected, PEER);
            }
            check_super(name, &data, &golden, word, orientation, rts, &scores);
        }
    }
    for rts in [Rts::Crs, Rts::Vrs] {
        slacks(name, &data, inputs, goods, rts);
    }
}

/// deaR prints 1 for units that are not efficient, this crate their slacks-based score (as Dearun and MaxDEA do).
fn check_super(
    name: &str,
    data: &gtfp_ebm::Observations,
    golden: &Table,
    word: &str,
    orientation: Orientation,
    rts: Rts,
    plain: &[Option<f64>],
) {
    let scores = cross_section(data, &above(orientation, rts)).scores();
    let deck = golden.numbers(&format!("deaR_ssbm_{word}_{rts}"));
    let expected: Vec<f64> = deck
        .iter()
        .zip(plain)
        .map(|(&deck, plain)| plain.filter(|score| *score < 1.0 - 1e-9).unwrap_or(deck))
        .collect();
    assert_scores(&format!("{name} deaR super-sbm {word} {rts}"), &scores, &expected, PEER);
}

/// The optimum's slacks need not be unique, but their value is: compare the objective they imply.
fn slacks(name: &str, data: &gtfp_ebm::Observations, inputs: &[&str], goods: &[&str], rts: Rts) {
    let Some(golden) = Table::shared(&format!("r_sbm/{name}_sbm_no_{rts}_slacks_deaR153.csv")) else { return };
    let spec = PanelSpec { details: true, ..spec(Orientation::None, rts) };
    let result = cross_section(data, &spec);
    let mut same = 0;
    for row in 0..data.n() {
        let value = |slack: &dyn Fn(usize) -> f64| {
            let (m, s) = (inputs.len(), goods.len());
            let left: f64 =
                (0..m).map(|k| slack(k) / data.row(row).expect("a row of the data")[k]).sum::<f64>() / m as f64;
            let right: f64 =
                (m..m + s).map(|k| slack(k) / data.row(row).expect("a row of the data")[k]).sum::<f64>() / s as f64;
            (1.0 - left) / (1.0 + right)
        };
        let names: Vec<&str> = inputs.iter().chain(goods).copied().collect();
        let theirs = value(&|k| golden.numbers(names[k])[row]);
        let detail = result.details[row].as_ref().expect("scored");
        let ours = value(&|k| detail.slacks[k]);
        assert!((ours - theirs).abs() < 1e-8, "{name} {rts} row {row}: slacks give {ours}, deaR's {theirs}");
        let score = result.outcomes[row].score().expect("scored");
        assert!((ours - score).abs() < 1e-10, "{name} {rts} row {row}: slacks give {ours}, the score is {score}");
        same += usize::from((0..names.len()).all(|k| {
            (golden.numbers(names[k])[row] - detail.slacks[k]).abs()
                <= 1e-6 * data.row(row).expect("a row of the data")[k]
        }));
    }
    println!("{name} {rts}: the slacks themselves agree for {same} of {} units", data.n());
}

#[test]
fn tone_2001() {
    check("Tone2001", &["Input1", "Input2"], &["Output1", "Output2"]);
}

#[test]
fn power_plants() {
    check("Power_plants", &["X1", "X2", "X3", "X4"], &["Y1", "Y2"]);
}

#[test]
fn golany_roll() {
    check("Golany_Roll_1989", &["X1", "X2", "X3"], &["Y1", "Y2"]);
}

#[test]
fn airlines() {
    check("Airlines", &["Lab", "Fuel", "Matl", "Cap"], &["Pass", "Cargo"]);
}

#[test]
fn deapack_agrees() {
    for (name, inputs, goods) in [
        ("Tone2001", vec!["Input1", "Input2"], vec!["Output1", "Output2"]),
        ("Power_plants", vec!["X1", "X2", "X3", "X4"], vec!["Y1", "Y2"]),
        ("Golany_Roll_1989", vec!["X1", "X2", "X3"], vec!["Y1", "Y2"]),
    ] {
        for rts in [Rts::Crs, Rts::Vrs] {
            let (Some(data), Some(plain), Some(super_)) = (
                Table::shared(&format!("r_sbm/{name}.csv")),
                Table::shared(&format!("deapack/{name}_sbm_{rts}_deapack201.csv")),
                Table::shared(&format!("deapack/{name}_supersbm_{rts}_deapack201.csv")),
            ) else {
                return;
            };
            let data = observations(&data, &inputs, &goods, &[]);
            let scores = cross_section(&data, &spec(Orientation::None, rts)).scores();
            assert_scores(&format!("DEAPack {name} {rts}"), &scores, &plain.numbers("score"), PEER);
            // DEAPack leaves units that are not efficient without a super-efficiency score.
            let above = cross_section(&data, &above(Orientation::None, rts)).scores();
            let expected: Vec<f64> = super_
                .numbers("score")
                .iter()
                .zip(&scores)
                .map(|(s, plain)| if s.is_nan() { plain.expect("scored") } else { *s })
                .collect();
            assert_scores(&format!("DEAPack super {name} {rts}"), &above, &expected, PEER);
        }
    }
}

const BADS: [(&str, &[&str], &[&str], &[&str]); 2] = [
    ("Tone2003", &["x"], &["yg"], &["yb"]),
    ("Hua_Bian_2007", &["D-Input1", "D-Input2"], &["D-Output1", "D-Output2"], &["UD-Output1"]),
];

#[test]
fn bad_outputs() {
    for (name, inputs, goods, bads) in BADS {
        let (Some(data), Some(golden)) = (
            Table::shared(&format!("r_sbm_bads/{name}.csv")),
            Table::shared(&format!("r_sbm_bads/{name}_sbm_bads_deaR153.csv")),
        ) else {
            return;
        };
        let data = observations(&data, inputs, goods, bads);
        for (word, orientation) in ORIENTATIONS {
            for rts in [Rts::Crs, Rts::Vrs] {
                let scores = cross_section(&data, &spec(orientation, rts)).scores();
                let expected = golden.numbers(&format!("deaR_sbm_{word}_{rts}"));
                assert_scores(&format!("{name} deaR sbm+bads {word} {rts}"), &scores, &expected, PEER);
            }
        }
        for rts in [Rts::Crs, Rts::Vrs] {
            let Some(peer) = Table::shared(&format!("deapack/{name}_sbmbads_{rts}_deapack201.csv")) else { return };
            let scores = cross_section(&data, &spec(Orientation::None, rts)).scores();
            assert_scores(&format!("{name} DEAPack {rts}"), &scores, &peer.numbers("score"), PEER);
            targets(name, &data, rts);
        }
    }
}

/// deaR's targets give our score, and so do ours.
fn targets(name: &str, data: &gtfp_ebm::Observations, rts: Rts) {
    let Some(golden) = Table::shared(&format!("r_sbm_bads/{name}_sbm_no_{rts}_targets_deaR153.csv")) else { return };
    let dims = data.dims();
    let columns: Vec<Vec<f64>> = golden.header()[1..].iter().map(|name| golden.numbers(name)).collect();
    let result = cross_section(data, &PanelSpec { details: true, ..spec(Orientation::None, rts) });
    for row in 0..data.n() {
        let values = data.row(row).expect("a row of the data");
        let score = |target: &dyn Fn(usize) -> f64| {
            let relative = |k: usize| (target(k) - values[k]) / values[k];
            let left: f64 = (0..dims.inputs).map(|k| -relative(k)).sum::<f64>() / dims.inputs as f64;
            let goods: f64 = (dims.inputs..dims.inputs + dims.goods).map(relative).sum();
            let bads: f64 = (dims.inputs + dims.goods..dims.total()).map(|k| -relative(k)).sum();
            (1.0 - left) / (1.0 + (goods + bads) / (dims.goods + dims.bads) as f64)
        };
        let expected = result.outcomes[row].score().expect("scored");
        let detail = result.details[row].as_ref().expect("scored");
        for (who, value) in [("deaR", score(&|k| columns[k][row])), ("own", score(&|k| detail.targets[k]))] {
            assert!(
                (value - expected).abs() < 1e-9,
                "{name} {rts} row {row}: {who} targets give {value}, not {expected}"
            );
        }
    }
}

/// deaR 1.5.3 says that its super-SBM "does not take into account the undesirable feature": it counts bads as goods. Who
/// is right: a unit with a slacks-based score below one is inside the technology, so its super-efficiency is one, and
/// the score reported is the slacks-based one. deaR finds such units super-efficient.
#[test]
fn super_efficiency_respects_bads_where_dear_does_not() {
    let (Some(data), Some(golden)) =
        (Table::shared("r_sbm_bads/Hua_Bian_2007.csv"), Table::shared("r_sbm_bads/Hua_Bian_2007_sbm_bads_deaR153.csv"))
    else {
        return;
    };
    let (_, inputs, goods, bads) = BADS[1];
    let data = observations(&data, inputs, goods, bads);
    let plain = cross_section(&data, &spec(Orientation::None, Rts::Crs)).scores();
    let ours = cross_section(&data, &above(Orientation::None, Rts::Crs)).scores();
    let theirs = golden.numbers("deaR_ssbm_no_crs");
    for unit in [6, 13, 18, 29] {
        let row = unit - 1;
        assert!(theirs[row] > 1.0 + 1e-6, "deaR's unit {unit} is {}", theirs[row]);
        let plain = plain[row].expect("scored");
        assert!(plain < 1.0 - 1e-6, "unit {unit} has a slacks-based score of {plain}");
        assert!((ours[row].expect("scored") - plain).abs() < 1e-12);
    }
    // With the bads really taken as goods, deaR's numbers come back: the difference is the flag and nothing else.
    let Some(table) = Table::shared("r_sbm_bads/Hua_Bian_2007.csv") else { return };
    let as_goods = observations(&table, inputs, &["D-Output1", "D-Output2", "UD-Output1"], &[]);
    let flagged = cross_section(&as_goods, &above(Orientation::None, Rts::Crs)).scores();
    for row in 0..as_goods.n() {
        if theirs[row] > 1.0 + 1e-9 {
            let off = (flagged[row].expect("scored") - theirs[row]).abs();
            assert!(off < 1e-9 * theirs[row], "row {row} {:?} {}", flagged[row], theirs[row]);
        }
    }
}

#[test]
fn provinces_with_carbon() {
    let (Some(data), Some(crs), Some(vrs), Some(ours)) = (
        Table::shared("stata_gtfpch/provinces30x3.csv"),
        Table::shared("stata_gtfpch/provinces_sbm_bads_crs_deaR153.csv"),
        Table::shared("stata_gtfpch/provinces_sbm_bads_vrs_deaR153.csv"),
        Table::shared("stata_gtfpch/provinces_sbm_bads_ours.csv"),
    ) else {
        return;
    };
    let data = observations(&data, &["K", "L", "E"], &["Y"], &["CO2"]);
    for (rts, golden) in [(Rts::Crs, &crs), (Rts::Vrs, &vrs)] {
        let scores = cross_section(&data, &spec(Orientation::None, rts)).scores();
        assert_scores(&format!("provinces deaR {rts}"), &scores, &golden.numbers("score"), PEER);
        let reference = ours.numbers(&format!("sbm_bads_{rts}_global"));
        assert_scores(&format!("provinces reference {rts}"), &scores, &reference, PEER);
    }
}

/// deabook 0.0.10 writes coefficients 1/((s+q) b) with CO2 in tonnes; HiGHS drops those below 1e-9 and prints scores
/// that are wrong by up to 0.128, with status "ok". This crate agrees with deaR and DEAPack on all rows, so it differs
/// from deabook where they do.
#[test]
fn deabook_is_wrong_on_unscaled_data() {
    let (Some(data), Some(wrong)) = (
        Table::shared("stata_gtfpch/provinces30x3.csv"),
        Table::shared("stata_gtfpch/provinces_sbm_bads_crs_deabook0010.csv"),
    ) else {
        return;
    };
    let data = observations(&data, &["K", "L", "E"], &["Y"], &["CO2"]);
    let right = cross_section(&data, &spec(Orientation::None, Rts::Crs)).scores();
    let wrong = wrong.numbers("rho");
    let off: Vec<f64> =
        right.iter().zip(&wrong).map(|(a, b)| (a.expect("scored") - b).abs()).filter(|d| *d > 1e-6).collect();
    assert_eq!(off.len(), 24, "rows on which deabook differs");
    assert!((off.iter().copied().fold(0.0, f64::max) - 0.128).abs() < 5e-4);
}

#[test]
fn a_small_clone_has_tone_2001() {
    let table = Table::own("tone2001.csv");
    let data = observations(&table, &["input1", "input2"], &["output1", "output2"], &[]);
    for (word, orientation) in ORIENTATIONS {
        for rts in [Rts::Crs, Rts::Vrs] {
            let scores = cross_section(&data, &spec(orientation, rts)).scores();
            assert_scores(&format!("{word} {rts}"), &scores, &table.numbers(&format!("{word}_{rts}")), 1e-9);
        }
    }
    let result = cross_section(&data, &above(Orientation::None, Rts::Crs));
    assert!(result.outcomes.iter().all(|outcome| outcome.status == Status::Ok));
    assert!(result.lp.worst_certificate < 1e-9);
}
