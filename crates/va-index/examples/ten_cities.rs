//! Virtual agglomeration of ten Chinese cities: who is ahead, and who gives Tianjin its spillover?
//!
//! Places are real; employment is that of the project's synthetic yearbook of 2020, so the ranking is no finding.
//!
//! `cargo run --release -p va-index --example ten_cities`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::Keys;
use panel_core::geo::LatLon;
use va_index::{Employment, Geography, VaSpec, contributions, virtual_agglomeration};

/// Name, latitude, longitude, employment in information services and in all sectors, persons.
const CITIES: [(&str, f64, f64, f64, f64); 10] = [
    ("Beijing", 39.90281, 116.40115, 645_681.0, 5_309_941.0),
    ("Shanghai", 31.23230, 121.46912, 249_572.0, 4_908_478.0),
    ("Guangzhou", 23.13179, 113.25906, 189_127.0, 5_631_596.0),
    ("Shenzhen", 22.54625, 114.05283, 251.0, 29_857.0),
    ("Hangzhou", 30.24934, 120.20524, 955.0, 102_579.0),
    ("Chengdu", 30.57535, 104.06429, 2_354.0, 146_331.0),
    ("Wuhan", 30.59559, 114.30003, 170.0, 16_186.0),
    ("Xi'an", 34.34314, 108.93513, 7_540.0, 205_519.0),
    ("Nanjing", 32.06164, 118.79149, 6_911.0, 847_963.0),
    ("Tianjin", 39.08314, 117.19468, 346_731.0, 7_937_230.0),
];

fn main() -> va_index::Result<()> {
    let entities = CITIES.map(|city| city.0.to_owned());
    let places = CITIES.map(|(_, lat, lon, ..)| Some(LatLon { lat, lon }));
    let (codes, years): (Vec<u32>, _) = ((0..10).collect(), ["2020".to_owned()]);
    let (sector, total) = (CITIES.map(|city| city.3), CITIES.map(|city| city.4));
    let data = Employment::new(Keys::new(&codes, &[0; 10], &entities, &years)?, &sector, &total);
    let geography = Geography::Points(&places);
    let index = virtual_agglomeration(&data, &geography, None, &VaSpec::default())?;

    println!("{index}");
    println!("{:<12}{:>8}{:>10}{:>12}", "", "VA", "own LQ", "spillover");
    for &row in index.ranking().iter().take(5) {
        let (name, lq) = (CITIES[row].0, index.location_quotient[row]);
        println!("{name:<12}{:>8.4}{lq:>10.4}{:>12.4}", index.va[row], index.spillover[row]);
    }
    let mut givers = contributions(&data, &geography, None, &VaSpec::default(), 9, 0)?;
    givers.retain(|giver| giver.entity != 9);
    givers.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    for giver in givers.iter().take(3) {
        println!("{} gives Tianjin {:.5}", entities[giver.entity as usize], giver.amount);
    }
    Ok(())
}
