//! Productivity of five units over two periods, with a bad output: the global Malmquist-Luenberger index and its parts.
//!
//! The data are those of the unit tests of DataEnvelopmentAnalysis.jl.
//!
//! `cargo run --release -p gtfp-ebm --no-default-features --example global_malmquist`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use gtfp_ebm::{Model, PanelData, PanelSpec, Solver, productivity};

fn main() -> gtfp_ebm::Result<()> {
    // Five units in period 1, then in period 2.
    let input = [1.0; 10];
    let good = [7.0, 5.0, 1.0, 3.0, 4.0, 8.0, 5.5, 2.0, 2.0, 4.0];
    let bad = [2.0, 5.0, 3.0, 3.0, 2.0, 1.0, 3.0, 2.0, 4.0, 1.0];
    let data = PanelData {
        inputs: &[("x", &input)],
        goods: &[("y", &good)],
        bads: &[("b", &bad)],
        entity: &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
        time: &[1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
        group: None,
        label: &|row| format!("unit {}, period {}", row % 5 + 1, row / 5 + 1),
    };
    let result = productivity(&data, &PanelSpec { model: Model::Ddf, ..PanelSpec::default() })?;
    println!("{result}");
    println!("{:<6}{:>9}{:>9}{:>9}", "unit", "GML", "EC", "BPC");
    for (unit, row) in result.rows[5..].iter().enumerate() {
        let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        println!("{:<6}{:>9}{:>9}{:>9}", unit + 1, show(row.index), show(row.ec), show(row.tc));
    }
    Ok(())
}
