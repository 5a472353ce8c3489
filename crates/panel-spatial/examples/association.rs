//! Whether neighbours are alike: Moran's I and Geary's c of a gradient and of a chessboard on a grid of six by six places.
//!
//! `cargo run --release -p panel-spatial --example association`

#![allow(clippy::print_stdout, reason = "an example")]

use panel_spatial::{Result, Standardise, Weights, geary, moran};

const SIDE: usize = 6;

fn main() -> Result<()> {
    let places: Vec<String> = (0..SIDE * SIDE).map(|i| format!("row {}, column {}", i / SIDE, i % SIDE)).collect();
    // Places with a common edge are neighbours.
    let right = (0..SIDE * SIDE).filter(|i| i % SIDE + 1 < SIDE).map(|i| (i, i + 1));
    let below = (0..SIDE * (SIDE - 1)).map(|i| (i, i + SIDE));
    let edges: Vec<(usize, usize, f64)> = right.chain(below).flat_map(|(i, j)| [(i, j, 1.0), (j, i, 1.0)]).collect();
    let weights = Weights::from_triplets(&places, &edges)?.standardised(Standardise::Row)?;
    println!("{} places, {} links", weights.n(), weights.nonzeros());
    let gradient: Vec<f64> = (0..SIDE * SIDE).map(|i| (i / SIDE + i % SIDE) as f64).collect();
    let chessboard: Vec<f64> = (0..SIDE * SIDE).map(|i| ((i / SIDE + i % SIDE) % 2) as f64).collect();
    for (name, values) in [("gradient", gradient), ("chessboard", chessboard)] {
        let (i, c) = (moran(&values, &weights, 999, 1)?, geary(&values, &weights, 999, 1)?);
        println!("{name}: I = {:.3}, expected {:.3}", i.statistic, i.expected);
        println!("{name}: c = {:.3}, expected {:.3}", c.statistic, c.expected);
    }
    Ok(())
}
