//! Properties that hold for any data.

use crate::reference::by_loops;
use crate::support::worst;
use market_seg::{
    Change, Demean, Divisor, PairRule, PriceChanges, PriceKind, Prices, Relations, SegSpec, Weights, segmentation,
};
use panel_core::Keys;
use panel_core::geo::{Adjacency, LatLon};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Market {
    changes: PriceChanges,
    points: Vec<Option<LatLon>>,
    group: Vec<u32>,
    gdp: Vec<f64>,
    adjacency: Adjacency,
}

impl Market {
    fn relations(&self) -> Relations<'_> {
        Relations {
            points: Some(&self.points),
            adjacency: Some(&self.adjacency),
            group: Some(&self.group),
            gdp: Some(&self.gdp),
            distances: None,
        }
    }
}

fn labels(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|k| format!("{prefix}{k}")).collect()
}

fn market(missing: f64) -> impl Strategy<Value = Market> {
    (2usize..24, 1usize..4, 2usize..7).prop_flat_map(move |(n, periods, goods)| {
        let cell = (-0.2f64..0.2, prop::bool::weighted(missing));
        let place = ((-60.0f64..60.0, -179.0f64..179.0), 0u32..3, 1.0f64..9.0);
        (prop::collection::vec(cell, n * periods * goods), prop::collection::vec(place, n)).prop_map(
            move |(cells, places)| {
                let values = cells.iter().map(|&(x, gone)| if gone { f64::NAN } else { x }).collect();
                Market {
                    changes: PriceChanges::from_changes(
                        labels("city", n),
                        labels("t", periods),
                        labels("good", goods),
                        values,
                    )
                    .unwrap(),
                    points: places.iter().map(|&((lat, lon), ..)| Some(LatLon { lat, lon })).collect(),
                    group: places.iter().map(|&(_, group, _)| group).collect(),
                    gdp: (0..n * periods).map(|cell| places[cell / periods].2 + (cell % periods) as f64).collect(),
                    adjacency: Adjacency::from_pairs(n, (1..n).map(|i| (i - 1, i))).unwrap(),
                }
            },
        )
    })
}

fn specs() -> Vec<SegSpec> {
    let mut specs = Vec::new();
    for change in [Change::Absolute, Change::Signed] {
        for demean in [Demean::AllPairs, Demean::SelectedPairs, Demean::None] {
            for pairs in [PairRule::All, PairRule::Neighbours, PairRule::WithinKm { km: 6000.0 }, PairRule::WithinGroup]
            {
                for weights in [
                    Weights::Sum,
                    Weights::Mean,
                    Weights::InverseDistance { normalized: true },
                    Weights::InverseDistance { normalized: false },
                    Weights::Gdp { column: "gdp".into(), normalized: true },
                    Weights::Gdp { column: "gdp".into(), normalized: false },
                ] {
                    let idle = change == Change::Signed || pairs == PairRule::All;
                    if demean == Demean::SelectedPairs && idle {
                        continue;
                    }
                    for divisor in [Divisor::Sample, Divisor::Population] {
                        let weights = weights.clone();
                        specs.push(SegSpec { change, demean, pairs, weights, divisor, ..SegSpec::default() });
                    }
                }
            }
        }
    }
    specs
}

fn close(got: &[f64], want: &[f64]) -> bool {
    got.iter().zip(want).all(|(a, b)| a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-11 * b.abs() + 1e-18)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_option_equals_the_loops(market in prop_oneof![market(0.0), market(0.1), market(0.5)]) {
        for spec in specs() {
            let got = segmentation(&market.changes, &market.relations(), &spec).unwrap();
            let (want, partners) = by_loops(&market.changes, &market.relations(), &spec);
            prop_assert!(close(&got.seg, &want), "{spec:?}\n{:?}\n{want:?}", got.seg);
            prop_assert_eq!(&got.partners, &partners, "{:?}", spec);
            prop_assert!(got.seg.iter().all(|seg| seg.is_nan() || *seg >= 0.0));
        }
    }

    #[test]
    fn a_factor_common_to_all_cities_changes_nothing_and_a_citys_own_does(market in market(0.0), factor in 0.05f64..0.5) {
        let (n, goods) = (market.changes.n_entities(), market.changes.n_goods());
        let shift = |which: &dyn Fn(usize, usize) -> f64| {
            let values = (0..n * goods * market.changes.n_periods())
                .map(|cell| market.changes.slice(cell / n / goods, cell / n % goods)[cell % n] + which(cell % n, cell / n % goods))
                .collect();
            PriceChanges::from_changes(labels("city", n), market.changes.times().to_vec(), labels("good", goods), values).unwrap()
        };
        let run = |changes: &PriceChanges| segmentation(changes, &Relations::default(), &SegSpec::default()).unwrap().seg;
        // One factor per good, the same everywhere: relative prices do not move.
        let common = run(&shift(&|_, k| factor * (k as f64 + 1.0)));
        prop_assert!(common.iter().zip(run(&market.changes)).all(|(a, b)| (a - b).abs() <= 1e-10 * b + 1e-16));
        // A good that only city 0 pays more for. (Of two cities alone, the demeaned change is always 0.)
        prop_assume!(n > 2);
        let own = run(&shift(&|i, k| if i == 0 && k == 0 { 10.0 * factor } else { 0.0 }));
        prop_assert!(worst(&own[..1], &run(&market.changes)[..1]) > 1e-6);
    }

    #[test]
    fn order_does_not_matter(market in market(0.1)) {
        let (n, periods, goods) = (market.changes.n_entities(), market.changes.n_periods(), market.changes.n_goods());
        let mut values = Vec::new();
        for t in 0..periods {
            for k in (0..goods).rev() {
                values.extend(market.changes.slice(t, k).iter().rev());
            }
        }
        let other = PriceChanges::from_changes(labels("city", n), labels("t", periods), labels("good", goods), values).unwrap();
        let a = segmentation(&market.changes, &Relations::default(), &SegSpec::default()).unwrap().seg;
        let b = segmentation(&other, &Relations::default(), &SegSpec::default()).unwrap().seg;
        let back: Vec<f64> = (0..n * periods).map(|cell| b[(n - 1 - cell / periods) * periods + cell % periods]).collect();
        prop_assert!(close(&back, &a), "{back:?} {a:?}");
    }

    #[test]
    fn repeating_every_good_keeps_the_population_variance(market in market(0.0)) {
        let (n, periods, goods) = (market.changes.n_entities(), market.changes.n_periods(), market.changes.n_goods());
        let mut values = Vec::new();
        for t in 0..periods {
            for k in (0..goods).chain(0..goods) {
                values.extend(market.changes.slice(t, k));
            }
        }
        let twice = PriceChanges::from_changes(labels("city", n), labels("t", periods), labels("good", 2 * goods), values).unwrap();
        let run = |changes: &PriceChanges, divisor| segmentation(changes, &Relations::default(), &SegSpec { divisor, ..SegSpec::default() }).unwrap().seg;
        prop_assert!(close(&run(&twice, Divisor::Population), &run(&market.changes, Divisor::Population)));
        // With n - 1 the factor is 2(K - 1) / (2K - 1).
        let k = goods as f64;
        let scaled: Vec<f64> = run(&market.changes, Divisor::Sample).iter().map(|seg| seg * 2.0 * (k - 1.0) / (2.0 * k - 1.0)).collect();
        prop_assert!(close(&run(&twice, Divisor::Sample), &scaled));
    }

    #[test]
    fn units_of_prices_do_not_matter(prices in prop::collection::vec(1.0f64..100.0, 3 * 4 * 3), factor in 1e-3f64..1e3) {
        let (entities, times, goods) = (labels("c", 3), labels("t", 4), labels("g", 3));
        let code = |divisor: usize, modulus: usize| -> Vec<u32> { (0..36).map(|row| (row / divisor % modulus) as u32).collect() };
        let (entity, time, good) = (code(12, 3), code(3, 4), code(1, 3));
        let run = |value: &[f64]| {
            let prices = Prices { keys: Keys::repeating(&entity, &time, &entities, &times).unwrap(), value, good: &good, goods: &goods };
            let changes = PriceChanges::from_long(&prices, PriceKind::Levels { lag: 1 }).unwrap();
            segmentation(&changes, &Relations::default(), &SegSpec::default()).unwrap().seg
        };
        // Each city may quote in its own money: a fixed exchange rate drops out of changes.
        let other: Vec<f64> = prices.iter().enumerate().map(|(row, p)| if row / 12 == 1 { p * factor } else { *p }).collect();
        prop_assert!(run(&other).iter().zip(run(&prices)).all(|(a, b)| a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * b + 1e-13));
    }
}
