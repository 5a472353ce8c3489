//! Moran's I and Geary's C on an 8×8 board under rook neighbours: a chessboard, a slope, and a shuffled slope.
//!
//! `cargo run --release -p va-index --example chessboard`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use va_index::spatial::{SpatialWeights, geary, moran};

const SIDE: usize = 8;

fn main() -> va_index::Result<()> {
    let mut links = Vec::new();
    for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column))) {
        let here = row * SIDE + column;
        if row + 1 < SIDE {
            links.extend([(here, here + SIDE, 1.0), (here + SIDE, here, 1.0)]);
        }
        if column + 1 < SIDE {
            links.extend([(here, here + 1, 1.0), (here + 1, here, 1.0)]);
        }
    }
    let rook = SpatialWeights::from_triplets(SIDE * SIDE, &links)?;
    let board = |value: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
        (0..SIDE * SIDE).map(|cell| value(cell / SIDE, cell % SIDE)).collect()
    };
    let chess = board(&|row, column| if (row + column) % 2 == 0 { 1.0 } else { 0.0 });
    let slope = board(&|row, column| (row + column) as f64);
    // 27 has no factor in common with 64, so every cell is visited once.
    let shuffled: Vec<f64> = (0..SIDE * SIDE).map(|cell| slope[cell * 27 % 64]).collect();

    println!("{:<12}{:>9}{:>9}{:>9}{:>9}", "", "Moran", "p", "Geary", "p");
    for (name, values) in [("chessboard", chess), ("slope", slope), ("shuffled", shuffled)] {
        let (i, c) = (moran(&values, &rook, 999, 1)?, geary(&values, &rook, 999, 1)?);
        let p = |test: &va_index::spatial::GlobalTest| test.permutation.map_or(f64::NAN, |test| test.p_two_sided);
        println!("{name:<12}{:>9.4}{:>9.3}{:>9.4}{:>9.3}", i.statistic, p(&i), c.statistic, p(&c));
    }
    Ok(())
}
