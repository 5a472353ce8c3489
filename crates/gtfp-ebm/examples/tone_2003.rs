//! The nine units of Tone (2003): one input, one good output, one bad output. The slacks-based measure with bad outputs
//! and, beside it, the directional distance with weakly disposable ones.
//!
//! `cargo run --release -p gtfp-ebm --no-default-features --example tone_2003`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use gtfp_ebm::{BadsConvention, Model, Observations, PanelSpec, Solver, efficiency};

/// Unit, input, good, bad.
const UNITS: [(&str, f64, f64, f64); 9] = [
    ("A", 1.0, 1.0, 1.0),
    ("B", 1.0, 2.0, 1.0),
    ("C", 1.0, 6.0, 2.0),
    ("D", 1.0, 8.0, 4.0),
    ("E", 1.0, 9.0, 7.0),
    ("F", 1.0, 5.0, 2.0),
    ("G", 1.0, 4.0, 3.0),
    ("H", 1.0, 6.0, 4.0),
    ("I", 1.0, 4.0, 6.0),
];

fn main() -> gtfp_ebm::Result<()> {
    let data = Observations::new(
        &[("x", &UNITS.map(|unit| unit.1))],
        &[("good", &UNITS.map(|unit| unit.2))],
        &[("bad", &UNITS.map(|unit| unit.3))],
    )?;
    let rows: Vec<usize> = (0..data.n()).collect();
    let label = |row: usize| format!("unit {}", UNITS[row].0);
    let sbm = PanelSpec { model: Model::Sbm, bads_convention: BadsConvention::Slack, ..PanelSpec::default() };
    let ddf = PanelSpec { model: Model::Ddf, ..PanelSpec::default() };
    let sbm = efficiency(&data, &rows, &rows, &sbm, &label)?.scores();
    let ddf = efficiency(&data, &rows, &rows, &ddf, &label)?.scores();
    println!("{:<6}{:>8}{:>10}", "unit", "SBM", "distance");
    for (row, unit) in UNITS.iter().enumerate() {
        println!("{:<6}{:>8.4}{:>10.4}", unit.0, sbm[row].unwrap_or(f64::NAN), ddf[row].unwrap_or(f64::NAN));
    }
    Ok(())
}
