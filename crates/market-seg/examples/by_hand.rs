//! Three cities, three goods, one year: small enough to follow with a pencil.
//!
//! Log price changes, good by good: (0, 1, 3), (0, 2, 2), (0, 0, 3). The mean of |Δ| over the three pairs is 2, 4/3, 2;
//! what is left of a pair after subtracting it, for example 1 - 2, 2 - 4/3, 0 - 2 of a-b, has variance 49/27.
//!
//! `cargo run --release -p market-seg --example by_hand`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use market_seg::{PriceChanges, Relations, SegSpec, pair_variances, segmentation};

fn main() -> market_seg::Result<()> {
    let names = |names: [&str; 3]| names.map(str::to_owned).to_vec();
    let changes = PriceChanges::from_changes(
        names(["a", "b", "c"]),
        vec!["2020".to_owned()],
        names(["food", "clothing", "housing"]),
        vec![0.0, 1.0, 3.0, 0.0, 2.0, 2.0, 0.0, 0.0, 3.0],
    )?;
    let (relations, spec) = (Relations::default(), SegSpec::default());
    let pairs = pair_variances(&changes, &relations, &spec)?;
    for (&(i, j), variance) in pairs.pairs.iter().zip(&pairs.variance) {
        let name = |city: u32| &changes.entities()[city as usize];
        println!("{}-{}: variance {:.4} = {:.0}/27", name(i), name(j), variance, variance * 27.0);
    }
    let index = segmentation(&changes, &relations, &spec)?;
    println!("{index}");
    for row in index.rows() {
        let name = &changes.entities()[row.entity as usize];
        println!("{name}: segmentation {:.4}, integration {:.4}", row.seg, row.mar);
    }
    Ok(())
}
