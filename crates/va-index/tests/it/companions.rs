//! Companions of the index.

use crate::support::worst;
use panel_core::Keys;
use proptest::prelude::*;
use va_index::Employment;
use va_index::companions::{
    IntervalSpec, QuotientScale, Reference, ellison_glaeser, gini, herfindahl, krugman, locational_gini,
    quotient_intervals, rescale, theil,
};

fn with_data<T>(sector: &[f64], total: &[f64], f: impl FnOnce(&Employment<'_>) -> T) -> T {
    let n = sector.len();
    let entities: Vec<String> = (0..n).map(|i| i.to_string()).collect();
    let codes: Vec<u32> = (0..n as u32).collect();
    f(&Employment::new(Keys::new(&codes, &vec![0; n], &entities, &["2020".to_owned()]).unwrap(), sector, total))
}

#[test]
fn scales_by_hand() {
    let (sector, total) = ([10.0, 20.0, 30.0], [100.0, 100.0, 400.0]);
    let run = |scale| with_data(&sector, &total, |data| rescale(data, scale).unwrap());
    assert!(worst(&run(QuotientScale::HooverBalassa), &[1.0, 2.0, 0.75]) < 1e-15);
    assert!(worst(&run(QuotientScale::Additive)[1..], &[0.1, -0.025]) < 1e-14);
    assert!(run(QuotientScale::Normalized).iter().sum::<f64>().abs() < 1e-16);
    assert!((run(QuotientScale::Log)[1] - 2f64.ln()).abs() < 1e-15);
    // Mean 1.25, sd √(.4375).
    let sd = 0.4375f64.sqrt();
    assert!(worst(&run(QuotientScale::Standardized), &[-0.25 / sd, 0.75 / sd, -0.5 / sd]) < 1e-14);
    let z = run(QuotientScale::StandardizedLog);
    assert!((z.iter().map(|z| z * z).sum::<f64>() - 2.0).abs() < 1e-14);
}

/// The regions and industries of R's EconGeo 1.3 (its help pages' example), by its definitions in exact fractions:
/// `location.quotient(mat)`, `locational.Gini(mat)` (half of twice the area), `Krugman.index(mat)`, `Herfindahl(mat)`.
#[test]
fn the_example_of_econgeo() {
    let industries = [
        [100.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 15.0, 20.0, 25.0, 40.0],
        [0.0, 5.0, 10.0, 30.0, 55.0],
        [0.0, 70.0, 20.0, 5.0, 5.0],
        [0.0, 10.0, 50.0, 40.0, 0.0],
    ];
    let total = [100.0; 5];
    for (industry, half) in industries.iter().zip([2.0 / 5.0, 9.0 / 50.0, 27.0 / 100.0, 31.0 / 100.0, 7.0 / 25.0]) {
        assert!((locational_gini(industry, &total).unwrap() - 2.0 * half).abs() < 1e-14);
    }
    let quotients = with_data(&industries[3], &total, |data| rescale(data, QuotientScale::HooverBalassa).unwrap());
    assert!(worst(&quotients, &[0.0, 3.5, 1.0, 0.25, 0.25]) < 1e-14);
    let flat: Vec<f64> = (0..5).flat_map(|region| industries.map(|industry| industry[region])).collect();
    let krugman: Vec<f64> = krugman(&flat, 5, Reference::All).unwrap().into_iter().map(Option::unwrap).collect();
    assert!(worst(&krugman, &[1.6, 1.0, 0.6, 0.7, 1.1]) < 1e-14);
    for (region, want) in [1.0, 21.0 / 40.0, 17.0 / 50.0, 63.0 / 200.0, 93.0 / 200.0].into_iter().enumerate() {
        assert!((herfindahl(&flat[5 * region..5 * region + 5]).unwrap().index - want).abs() < 1e-14);
    }
    // US Department of Justice, Horizontal Merger Guidelines (2010), note 9: shares of 30, 30, 20 and 20 per cent, 2600.
    assert!((1e4 * herfindahl(&[30.0, 30.0, 20.0, 20.0]).unwrap().index - 2600.0).abs() < 1e-9);
}

#[test]
fn intervals_shrink_with_heads_and_cover_the_estimate() {
    let (sector, total) = ([3.0, 2.0, f64::NAN, 9.0], [100.0, 100.0, 100.0, 100.0]);
    let run = |heads| {
        with_data(&sector, &total, |data| {
            quotient_intervals(data, &IntervalSpec { persons_per_unit: heads, resamples: 400, level: 0.95, seed: 7 })
                .unwrap()
        })
    };
    let (few, many) = (run(10.0), run(1000.0));
    for k in [0, 1, 3] {
        assert!(few[k].low < few[k].estimate && few[k].estimate < few[k].high);
        let ratio = (few[k].high - few[k].low) / (many[k].high - many[k].low);
        assert!((ratio - 10.0).abs() < 2.5, "{ratio}");
    }
    assert!(few[2].low.is_nan() && few[2].estimate.is_nan());
    // The delta method: var(LQ) ≈ LQ² ((1-p)/(e p) (1 - 2 s/S) + Σ s(1-p)/S²) for independent binomials.
    let p: Vec<f64> = [0.03, 0.02, 0.09].to_vec();
    let (heads, all) = (100_000.0, 100_000.0 * 0.14);
    let spread: f64 = p.iter().map(|p| heads * p * (1.0 - p) / all / all).sum();
    let own = (1.0 - p[0]) / (heads * p[0]) * (1.0 - 2.0 * 0.03 / 0.14);
    let want = many[0].estimate * (own + spread).sqrt();
    assert!((many[0].sd / want - 1.0).abs() < 0.12, "{} {want}", many[0].sd);
    let error = with_data(&sector, &total, |data| {
        quotient_intervals(data, &IntervalSpec { resamples: 5, ..IntervalSpec::default() }).unwrap_err().to_string()
    });
    assert!(error.contains("at least 20"), "{error}");
}

#[test]
fn errors_say_why() {
    assert!(gini(&[1.0, -2.0]).unwrap_err().to_string().contains("value 1"));
    assert!(herfindahl(&[0.0, 0.0]).unwrap_err().to_string().contains("add up to 0"));
    assert!(theil(&[1.0], Some(&[])).is_err());
    assert!(ellison_glaeser(&[1.0, 2.0], &[5.0, 0.0], 0.1).unwrap_err().to_string().contains("one place"));
    assert!(ellison_glaeser(&[1.0, 2.0], &[5.0, 1.0], 1.0).is_err());
    assert!(locational_gini(&[1.0, 1.0], &[1.0, 0.0]).unwrap_err().to_string().contains("entity 1"));
    assert!(krugman(&[1.0, 2.0, 3.0], 2, Reference::All).is_err());
    assert_eq!(krugman(&[0.0, 0.0, 1.0, 1.0], 2, Reference::All).unwrap(), [None, Some(0.0)]);
}

proptest! {
    #[test]
    fn measures_do_not_depend_on_units_or_order(values in prop::collection::vec(0.01f64..50.0, 2..12), factor in 0.01f64..100.0) {
        let scaled: Vec<f64> = values.iter().rev().map(|x| x * factor).collect();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-11;
        prop_assert!(close(gini(&values).unwrap(), gini(&scaled).unwrap()));
        prop_assert!(close(theil(&values, None).unwrap().index, theil(&scaled, None).unwrap().index));
        prop_assert!(close(herfindahl(&values).unwrap().index, herfindahl(&scaled).unwrap().index));
        let n = values.len() as f64;
        prop_assert!(theil(&values, None).unwrap().index >= -1e-15);
        prop_assert!(gini(&values).unwrap() <= 1.0 - 1.0 / n + 1e-12);
        prop_assert!(herfindahl(&values).unwrap().index >= 1.0 / n - 1e-12);
    }

    #[test]
    fn a_sector_spread_like_everything_is_not_concentrated(total in prop::collection::vec(0.1f64..50.0, 2..12), share in 0.01f64..0.9) {
        let sector: Vec<f64> = total.iter().map(|x| x * share).collect();
        prop_assert!(locational_gini(&sector, &total).unwrap() < 1e-12);
        prop_assert!(ellison_glaeser(&sector, &total, 0.0).unwrap().gamma.abs() < 1e-12);
        let flat = [sector.as_slice(), total.as_slice()].concat();
        prop_assert!(krugman(&flat, total.len(), Reference::Others).unwrap().iter().all(|k| k.unwrap() < 1e-12));
    }
}
