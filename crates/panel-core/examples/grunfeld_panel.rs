//! Grunfeld's ten firms, 1935-1954: from a CSV to a validated panel, derived variables and descriptive statistics.
//!
//! `cargo run --release -p panel-core --no-default-features --example grunfeld_panel`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::descriptives::describe_columns;
use panel_core::expr::Expr;
use panel_core::io::{ReadOptions, read_bytes};

fn main() -> panel_core::Result<()> {
    let table = read_bytes("grunfeld.csv", include_bytes!("grunfeld.csv"), &ReadOptions::default())?;
    let mut panel = table.into_panel(Some("firm"), Some("year"))?;
    let growth = Expr::parse("ln(inv) - ln(lag(inv))")?.eval(&panel)?;
    panel.set("growth", growth)?;

    println!("{} firms, {} years, {} rows", panel.n_entities(), panel.n_periods(), panel.n_rows());
    println!("{:<10}{:>5}{:>12}{:>12}{:>12}{:>12}", "", "n", "mean", "sd", "min", "max");
    for d in describe_columns(&panel, &["inv", "value", "capital", "growth"])? {
        let show = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"));
        println!(
            "{:<10}{:>5}{:>12}{:>12}{:>12}{:>12}",
            d.name,
            d.n,
            show(d.mean),
            show(d.sd),
            show(d.min),
            show(d.max)
        );
    }
    Ok(())
}
