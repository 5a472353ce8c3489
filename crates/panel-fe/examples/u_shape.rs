//! Is fuel economy U-shaped in horsepower? The cars of Motor Trend 1974 (R's `mtcars`): quadratic, U test, turning point.
//!
//! `cargo run --release -p panel-fe --example u_shape`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::Panel;
use panel_fe::utest::{Curve, utest_of};
use panel_fe::{Model, Vcov};

const MPG: [f64; 32] = [
    21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4, 30.4,
    33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4,
];
const HP: [f64; 32] = [
    110.0, 110.0, 93.0, 110.0, 175.0, 105.0, 245.0, 62.0, 95.0, 123.0, 123.0, 180.0, 180.0, 180.0, 205.0, 215.0, 230.0,
    66.0, 52.0, 65.0, 97.0, 150.0, 150.0, 245.0, 175.0, 66.0, 91.0, 113.0, 264.0, 175.0, 335.0, 109.0,
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cars: Vec<String> = (1..=32).map(|car| format!("car {car}")).collect();
    let panel = Panel::builder("car", "year")
        .keys(cars, ["1974"; 32])
        .column("mpg", MPG.to_vec())
        .column("hp", HP.to_vec())
        .build()?;
    let fit = Model::new("mpg ~ hp + hp^2")?.vcov(Vcov::Iid).fit(&panel)?;
    for row in &fit.coef {
        println!("{:<12}{:>12.7} ({:.7})", row.name, row.estimate, row.se);
    }
    let range = fit.sample_range("hp").ok_or("hp is in the sample")?;
    let test = utest_of(&fit.coefficients(), "hp", "hp^2", range, Curve::Quadratic, 0.95)?;
    for end in test.ends {
        println!("slope at {:>5}: {:>8.5}, t {:>6.3}, one-sided p {:.5}", end.at, end.slope, end.t, end.p);
    }
    println!("{}", test.overall);
    let point = test.turning_point?;
    println!("turning point {:.2} ({:.2}), Fieller {:?}", point.estimate.value, point.estimate.se, point.fieller);
    Ok(())
}
