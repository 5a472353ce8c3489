//! How far is it from Beijing? On the sphere, on the ellipsoid, and which cities lie within 1100 km.
//!
//! `cargo run --release -p panel-core --no-default-features --example great_circle`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::geo::{Adjacency, LatLon, geodesic_km, great_circle_km};

fn main() -> panel_core::Result<()> {
    let cities = [
        ("Beijing", 39.9042, 116.4074),
        ("Tianjin", 39.0842, 117.2010),
        ("Shanghai", 31.2304, 121.4737),
        ("Guangzhou", 23.1291, 113.2644),
        ("Urumqi", 43.8256, 87.6168),
    ];
    let points = cities.map(|(_, lat, lon)| LatLon { lat, lon });
    println!("{:<12}{:>14}{:>14}", "from Beijing", "sphere, km", "WGS-84, km");
    for ((name, ..), &point) in cities.iter().zip(&points).skip(1) {
        println!("{name:<12}{:>14.1}{:>14.1}", great_circle_km(points[0], point), geodesic_km(points[0], point));
    }
    let near = Adjacency::within_km(&points.map(Some), 1100.0);
    let names: Vec<&str> = near.neighbours(0).iter().map(|&j| cities[j as usize].0).collect();
    println!("within 1100 km: {}", names.join(", "));
    Ok(())
}
