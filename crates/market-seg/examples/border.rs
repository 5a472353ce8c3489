//! Does a border divide a market? Six towns in two provinces; prices follow the province, and a little noise.
//!
//! The noise is (17 k² mod 11 - 5)/1000 of the k-th price, so that the answer is the same everywhere. Nothing is demeaned:
//! with two blocks of equal size, the mean over all pairs of a good would stand for the border itself.
//!
//! `cargo run --release -p market-seg --example border`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use market_seg::{BorderSpec, Demean, PriceChanges, PriceColumns, PriceKind, Relations, SegSpec, border_effect};
use panel_core::Keys;

const TOWNS: usize = 6;
const YEARS: usize = 4;
const GOODS: usize = 5;

fn main() -> market_seg::Result<()> {
    let labels = |what: &str, n: usize| (1..=n).map(|i| format!("{what} {i}")).collect::<Vec<String>>();
    let years: Vec<String> = (2017..2017 + YEARS).map(|year| year.to_string()).collect();
    let ordinals: Vec<i64> = (2017..).take(YEARS).collect();
    let (entity, time): (Vec<u32>, Vec<u32>) =
        (0..TOWNS * YEARS).map(|k| ((k / YEARS) as u32, (k % YEARS) as u32)).unzip();
    // Previous year = 100. The western half follows one common path per good, the eastern half another.
    let columns: Vec<Vec<f64>> = (0..GOODS)
        .map(|good| {
            let price = |row: usize| {
                let (town, year) = (row / YEARS, row % YEARS);
                let province = if town < TOWNS / 2 { 1.0 } else { -1.0 };
                let path = province * [2.0, -1.0, 1.5, -2.0, 0.5][good] * if year % 2 == 0 { 1.0 } else { -1.0 };
                let k = good * TOWNS * YEARS + row;
                100.0 + path + ((17 * k * k % 11) as f64 - 5.0) / 10.0
            };
            (0..TOWNS * YEARS).map(price).collect()
        })
        .collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let (towns, goods) = (labels("town", TOWNS), labels("good", GOODS));
    let keys = Keys::new(&entity, &time, &towns, &years)?.with_ordinals(&ordinals)?;
    let prices = PriceColumns { keys, columns: &slices, goods: &goods };
    let changes = PriceChanges::from_columns(&prices, PriceKind::default())?;
    let relations = Relations { group: Some(&[0, 0, 0, 1, 1, 1]), ..Relations::default() };
    let effect = border_effect(
        &changes,
        &relations,
        &SegSpec { demean: Demean::None, ..SegSpec::default() },
        &BorderSpec::default(),
    )?;
    println!("within provinces:  {:.2e} over {} pairs", effect.within, effect.within_pairs);
    println!("between provinces: {:.2e} over {} pairs", effect.between, effect.between_pairs);
    println!("ratio {:.1}, permutation p {:.3}", effect.ratio, effect.p_difference);
    Ok(())
}
