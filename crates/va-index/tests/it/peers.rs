//! Companions beside the numbers of another program and of an exact enumeration (`tests/golden/README.md`).

use crate::support::Table;
use panel_core::Keys;
use va_index::Employment;
use va_index::companions::{IntervalSpec, ellison_glaeser, herfindahl, quotient_intervals};

/// R's REAT 3.0.3: `ellison.a(E_ik, E_j, j)` prints 0.05990628 for the plants of Farhauer & Kröll (2014).
#[test]
fn the_ellison_glaeser_index_is_reats() {
    let table = Table::parse(include_str!("../golden/ellison_glaeser.csv"));
    let (plants, all) = (table.float("plant"), table.float("all_in_city"));
    let (mut cities, mut sector, mut total) = (Vec::new(), Vec::new(), Vec::new());
    for (i, city) in table.text("city").into_iter().enumerate() {
        if cities.last() != Some(&city) {
            cities.push(city);
            sector.push(0.0);
            total.push(all[i]);
        }
        *sector.last_mut().expect("a city") += plants[i];
    }
    let index = ellison_glaeser(&sector, &total, herfindahl(&plants).expect("plants").index).expect("defined");
    assert!((index.gamma - 0.059_906_28).abs() < 5e-9, "{index:?}");
}

/// Ends lie where the exact distribution of the quotients has them, up to four standard errors of a share of 20,000
/// draws; the standard deviation is the exact one up to 2 %, more than four of its standard errors.
#[test]
fn intervals_are_those_of_the_exact_distribution() {
    let table = Table::parse(include_str!("../golden/quotient_intervals.csv"));
    let want = |column: &str| table.float(column);
    let (names, years) = (["a", "b", "c"].map(str::to_owned), ["2020".to_owned()]);
    let keys = Keys::new(&[0, 1, 2], &[0, 0, 0], &names, &years).expect("keys");
    // The same heads, counted one by one or by the dozen.
    for unit in [1.0, 12.0] {
        let scaled = |column: &str| want(column).iter().map(|heads| heads / unit).collect::<Vec<f64>>();
        let (sector, total) = (scaled("sector"), scaled("total"));
        let spec = IntervalSpec { persons_per_unit: unit, resamples: 20_000, level: 0.95, seed: 5 };
        let got = quotient_intervals(&Employment::new(keys, &sector, &total), &spec).expect("valid");
        for (i, got) in got.iter().enumerate() {
            let [estimate, sd] = ["estimate", "sd"].map(|column| want(column)[i]);
            let [low_from, low_to, high_from, high_to] =
                ["low_from", "low_to", "high_from", "high_to"].map(|column| want(column)[i]);
            assert!((got.estimate / estimate - 1.0).abs() < 1e-14, "{got:?} against {estimate}");
            assert!((got.sd / sd - 1.0).abs() < 0.02, "{got:?} against {sd}");
            // A quotient of counts is rounded where its quantile is interpolated.
            let within = |value: f64, from: f64, to: f64| value >= from * (1.0 - 1e-12) && value <= to * (1.0 + 1e-12);
            assert!(within(got.low, low_from, low_to), "{got:?}: {low_from} to {low_to}");
            assert!(within(got.high, high_from, high_to), "{got:?}: {high_from} to {high_to}");
        }
    }
}
