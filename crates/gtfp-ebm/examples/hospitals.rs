//! The twelve hospitals of Tone and Tsutsui (2010): the epsilon-based measure between radial and slacks-based.
//!
//! `cargo run --release -p gtfp-ebm --no-default-features --example hospitals`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use gtfp_ebm::{
    Calibration, EbmParameters, Epsilon, Model, Observations, Orientation, PanelSpec, Solver, Weights, efficiency,
};

/// Hospital, doctors, nurses, outpatients, inpatients: table 9 of the paper.
const HOSPITALS: [(&str, f64, f64, f64, f64); 12] = [
    ("A", 20.0, 151.0, 100.0, 90.0),
    ("B", 19.0, 131.0, 150.0, 50.0),
    ("C", 25.0, 160.0, 160.0, 55.0),
    ("D", 27.0, 168.0, 180.0, 72.0),
    ("E", 22.0, 158.0, 94.0, 66.0),
    ("F", 55.0, 255.0, 230.0, 90.0),
    ("G", 33.0, 235.0, 220.0, 88.0),
    ("H", 31.0, 206.0, 152.0, 80.0),
    ("I", 30.0, 244.0, 190.0, 100.0),
    ("J", 50.0, 268.0, 250.0, 100.0),
    ("K", 53.0, 306.0, 260.0, 147.0),
    ("L", 38.0, 284.0, 250.0, 120.0),
];

fn main() -> gtfp_ebm::Result<()> {
    let data = Observations::new(
        &[("doctors", &HOSPITALS.map(|h| h.1)), ("nurses", &HOSPITALS.map(|h| h.2))],
        &[("outpatients", &HOSPITALS.map(|h| h.3)), ("inpatients", &HOSPITALS.map(|h| h.4))],
        &[],
    )?;
    let rows: Vec<usize> = (0..data.n()).collect();
    // ε and w that the paper computes from its printed projections.
    let printed = Calibration::Given(EbmParameters {
        epsilon: Epsilon { inputs: 0.529_398, goods: 0.0, bads: 0.0 },
        weights: Weights { inputs: vec![0.5, 0.5], goods: vec![0.5, 0.5], bads: Vec::new() },
    });
    let score = |model: Model| {
        let orientation = Orientation::Input;
        let spec =
            PanelSpec { model, orientation: Some(orientation), calibration: printed.clone(), ..PanelSpec::default() };
        efficiency(&data, &rows, &rows, &spec, &|row| format!("hospital {}", HOSPITALS[row].0))
    };
    let (radial, ebm, sbm) = (score(Model::Radial)?.scores(), score(Model::Ebm)?.scores(), score(Model::Sbm)?.scores());
    println!("{:<10}{:>8}{:>8}{:>8}", "hospital", "radial", "EBM", "SBM");
    for (row, hospital) in HOSPITALS.iter().enumerate() {
        let show = |scores: &[Option<f64>]| scores[row].map_or_else(|| "–".to_owned(), |score| format!("{score:.3}"));
        println!("{:<10}{:>8}{:>8}{:>8}", hospital.0, show(&radial), show(&ebm), show(&sbm));
    }
    Ok(())
}
