//! Grunfeld's investment equation with firm and year effects, and what the standard errors make of it.
//!
//! `cargo run --release -p panel-fe --example grunfeld`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::io::{ReadOptions, read_bytes};
use panel_fe::{Like, Model, Vcov};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let csv = include_bytes!("../tests/golden/grunfeld.csv");
    let panel = read_bytes("grunfeld.csv", csv, &ReadOptions::default())?.into_panel(Some("firm"), Some("year"))?;
    let fit = Model::new("inv ~ value + capital | firm + year")?.vcov(Vcov::cluster("firm")).fit(&panel)?;
    println!("{fit}");

    println!("{:<18}{:>10}{:>10}", "s.e. of", "value", "capital");
    for vcov in ["iid", "hc1", "cluster:firm", "cluster:firm,year", "dk:2", "nw:2"] {
        let other = fit.with_vcov(&vcov.parse()?, Like::Reghdfe)?;
        let se = |name: &str| other.coefficient(name).map_or(f64::NAN, |row| row.se);
        println!("{vcov:<18}{:>10.5}{:>10.5}", se("value"), se("capital"));
    }
    Ok(())
}
