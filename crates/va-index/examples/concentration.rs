//! How concentrated are information services among ten Chinese cities, and is it more than their size explains?
//!
//! Employment is that of the project's synthetic yearbook of 2020, so the answer is no finding.
//!
//! `cargo run --release -p va-index --example concentration`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use va_index::companions::{gini, herfindahl, locational_gini, theil};

/// Employment in information services and in all sectors, persons: Beijing, Shanghai, Guangzhou, Shenzhen, Hangzhou,
/// Nanjing, Tianjin on the coast; Chengdu, Wuhan, Xi'an inland.
const SECTOR: [f64; 10] = [645_681.0, 249_572.0, 189_127.0, 251.0, 955.0, 6_911.0, 346_731.0, 2_354.0, 170.0, 7_540.0];
const TOTAL: [f64; 10] = [
    5_309_941.0,
    4_908_478.0,
    5_631_596.0,
    29_857.0,
    102_579.0,
    847_963.0,
    7_937_230.0,
    146_331.0,
    16_186.0,
    205_519.0,
];
const INLAND: [u32; 10] = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1];

fn main() -> va_index::Result<()> {
    println!("Gini of employment, all sectors     {:.4}", gini(&TOTAL)?);
    println!("Gini of employment, information     {:.4}", gini(&SECTOR)?);
    println!("Gini of information against all     {:.4}", locational_gini(&SECTOR, &TOTAL)?);
    let cities = herfindahl(&SECTOR)?;
    println!("Herfindahl {:.4}: as if {:.1} equal cities had the sector", cities.index, cities.effective_number);
    let parts = theil(&SECTOR, Some(&INLAND))?;
    if let (Some(between), Some(within)) = (parts.between, parts.within) {
        println!("Theil {:.4} = {between:.4} between coast and inland + {within:.4} within", parts.index);
    }
    Ok(())
}
