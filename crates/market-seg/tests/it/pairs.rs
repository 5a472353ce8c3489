//! By pair, by group, across borders, and the convergence table.

use crate::support::worst;
use market_seg::{
    BorderSpec, ConvergenceSpec, Error, PairRule, PriceChanges, PriceKind, Prices, Relations, SegSpec, border_effect,
    convergence_table, half_life, pair_variances, segmentation, within_between,
};
use panel_core::Keys;
use panel_core::geo::{Adjacency, LatLon};

fn labels(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|k| format!("{prefix}{k}")).collect()
}

fn changes(n: usize, periods: usize, goods: usize, x: impl Fn(usize, usize, usize) -> f64) -> PriceChanges {
    let values = (0..n * periods * goods).map(|cell| x(cell % n, cell / n / goods, cell / n % goods)).collect();
    PriceChanges::from_changes(labels("c", n), labels("t", periods), labels("g", goods), values).unwrap()
}

fn noise(i: usize, t: usize, k: usize) -> f64 {
    ((i * 7919 + t * 104_729 + k * 1_299_709 + (i + 3) * (k + 5) * (t + 7) * 31) % 1009) as f64 / 5045.0 - 0.1
}

#[test]
fn pairs_add_up_to_cities_and_periods() {
    let changes = changes(12, 3, 5, |i, t, k| if i == 4 && k > 2 && t == 1 { f64::NAN } else { noise(i, t, k) });
    let adjacency = Adjacency::from_pairs(12, (0..12).map(|i| (i, (i * 5 + 1) % 12))).unwrap();
    let relations = Relations { adjacency: Some(&adjacency), ..Relations::default() };
    for pairs in [PairRule::All, PairRule::Neighbours] {
        let spec = SegSpec { pairs, ..SegSpec::default() };
        let by_pair = pair_variances(&changes, &relations, &spec).unwrap();
        let index = segmentation(&changes, &relations, &spec).unwrap();
        let mut seg = vec![0.0; 12 * 3];
        for (p, &(i, j)) in by_pair.pairs.iter().enumerate() {
            for t in 0..3 {
                let variance = by_pair.variance[p * 3 + t];
                seg[i as usize * 3 + t] += variance;
                seg[j as usize * 3 + t] += variance;
            }
        }
        assert!(worst(&index.seg, &seg) < 1e-12);
        for (t, summary) in index.by_period.iter().enumerate() {
            let all: Vec<f64> = (0..by_pair.pairs.len()).map(|p| by_pair.variance[p * 3 + t]).collect();
            assert_eq!(summary.pairs as usize, all.len());
            assert!((summary.mean_variance / (all.iter().sum::<f64>() / all.len() as f64) - 1.0).abs() < 1e-12);
        }
        let mean = by_pair.over_time()[0];
        assert!((mean.mean - (by_pair.variance[0] + by_pair.variance[1] + by_pair.variance[2]) / 3.0).abs() < 1e-16);
    }
}

#[test]
fn groups_split_every_pair_once() {
    let changes = changes(10, 2, 6, noise);
    for group in [vec![0, 0, 0, 1, 1, 1, 1, 2, 2, 2], vec![0, 0, 0, 1, 1, 1, Relations::NO_GROUP, 2, 2, 2]] {
        let relations = Relations { group: Some(&group), ..Relations::default() };
        let split = within_between(&changes, &relations, &SegSpec::default()).unwrap();
        let by_pair = pair_variances(&changes, &relations, &SegSpec::default()).unwrap();
        for (t, split) in split.iter().enumerate() {
            let mut sums = [(0u64, 0.0); 2];
            for (p, &(i, j)) in by_pair.pairs.iter().enumerate() {
                let (a, b) = (group[i as usize], group[j as usize]);
                if a != Relations::NO_GROUP && b != Relations::NO_GROUP {
                    let cell = &mut sums[usize::from(a != b)];
                    cell.0 += 1;
                    cell.1 += by_pair.variance[p * 2 + t];
                }
            }
            assert_eq!((split.within_pairs, split.between_pairs), (sums[0].0, sums[1].0));
            assert!((split.within / (sums[0].1 / sums[0].0 as f64) - 1.0).abs() < 1e-12);
            assert!((split.between / (sums[1].1 / sums[1].0 as f64) - 1.0).abs() < 1e-12);
            assert!((split.between_integration - split.between.sqrt().recip()).abs() < 1e-12);
        }
    }
    assert!(matches!(within_between(&changes, &Relations::default(), &SegSpec::default()), Err(Error::Missing { .. })));
}

/// Three provinces of eight cities; prices of a province share a shock, so the border matters.
#[test]
fn a_border_that_is_there_is_found_and_one_that_is_not_is_not() {
    let group: Vec<u32> = (0..24).map(|i| i / 8).collect();
    let points: Vec<Option<LatLon>> = (0..24)
        .map(|i| Some(LatLon { lat: 25.0 + (i * 5 % 24) as f64 * 0.4, lon: 105.0 + (i * 7 % 24) as f64 * 0.5 }))
        .collect();
    let relations = Relations { group: Some(&group), points: Some(&points), ..Relations::default() };
    let real = changes(24, 4, 6, |i, t, k| 0.2 * noise(i, t, k) + noise(100 + i / 8 * 17, t, k * 3));
    let effect = border_effect(
        &real,
        &relations,
        &SegSpec::default(),
        &BorderSpec { permutations: 199, seed: 11, ..BorderSpec::default() },
    )
    .unwrap();
    assert_eq!((effect.within_pairs, effect.between_pairs), (3 * 28, 276 - 84));
    assert!(effect.difference > 0.0 && effect.ratio > 1.5 && effect.p_difference == 1.0 / 200.0, "{effect:?}");
    assert!(
        effect.p_adjusted.unwrap() <= 0.01 && (effect.adjusted.unwrap() / effect.difference - 1.0).abs() < 0.2,
        "{effect:?}"
    );
    let none = changes(24, 4, 6, noise);
    let effect = border_effect(
        &none,
        &relations,
        &SegSpec::default(),
        &BorderSpec { permutations: 199, seed: 11, ..BorderSpec::default() },
    )
    .unwrap();
    assert!(effect.p_difference > 0.05, "{effect:?}");
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            border_effect(
                &real,
                &relations,
                &SegSpec::default(),
                &BorderSpec { permutations: 99, seed: 1, ..BorderSpec::default() },
            )
            .unwrap()
        })
    };
    assert_eq!(run(1), run(3));
    let one = vec![1; 24];
    let error = border_effect(
        &real,
        &Relations { group: Some(&one), ..relations },
        &SegSpec::default(),
        &BorderSpec { permutations: 9, seed: 1, ..BorderSpec::default() },
    )
    .unwrap_err();
    assert!(error.to_string().contains("0 between"), "{error}");
}

/// The adjusted coefficient is that of least squares on a constant, the border and ln distance.
#[test]
fn the_adjusted_border_effect_is_least_squares() {
    let group: Vec<u32> = (0..9).map(|i| i % 3).collect();
    let points: Vec<Option<LatLon>> =
        (0..9).map(|i| Some(LatLon { lat: 25.0 + (i * i) as f64 * 0.1, lon: 105.0 + (i * 7 % 5) as f64 })).collect();
    let relations = Relations { group: Some(&group), points: Some(&points), ..Relations::default() };
    let changes = changes(9, 2, 5, noise);
    let effect = border_effect(
        &changes,
        &relations,
        &SegSpec::default(),
        &BorderSpec { permutations: 0, seed: 1, ..BorderSpec::default() },
    )
    .unwrap();
    let rows: Vec<[f64; 4]> = pair_variances(&changes, &relations, &SegSpec::default())
        .unwrap()
        .over_time()
        .iter()
        .map(|pair| {
            let (i, j) = (pair.entity as usize, pair.partner as usize);
            let km = panel_core::geo::great_circle_km(points[i].unwrap(), points[j].unwrap());
            [1.0, f64::from(u8::from(group[i] != group[j])), km.ln(), pair.mean]
        })
        .collect();
    // Residuals of the fit with this coefficient must be orthogonal to the border once c and a are profiled out:
    // solve the 3 × 3 normal equations by elimination instead.
    let mut normal = [[0.0; 4]; 3];
    for row in &rows {
        for a in 0..3 {
            (0..4).for_each(|b| normal[a][b] += row[a] * row[b]);
        }
    }
    for pivot in 0..3 {
        for other in (0..3).filter(|&other| other != pivot) {
            let factor = normal[other][pivot] / normal[pivot][pivot];
            (0..4).for_each(|b| normal[other][b] -= factor * normal[pivot][b]);
        }
    }
    let want = normal[1][3] / normal[1][1];
    assert!((effect.adjusted.unwrap() / want - 1.0).abs() < 1e-9, "{:?} {want}", effect.adjusted);
    assert_eq!(effect.p_difference, 1.0);
}

/// A change over two steps starts from the level two steps before, its lag spans the two before that, and nothing
/// reaches across the missing period 4.
#[test]
fn convergence_follows_the_calendar_and_the_span_of_a_change() {
    let (entities, goods) = (labels("c", 2), labels("g", 1));
    let ordinals = [0_i64, 1, 2, 3, 5, 6, 7];
    let times: Vec<String> = ordinals.iter().map(ToString::to_string).collect();
    let value: Vec<f64> = (0..14).map(|row| (0.1 * ((row * 5) % 7) as f64).exp()).collect();
    let (entity, time): (Vec<u32>, Vec<u32>) = (0..14).map(|row| (row / 7, row % 7)).unzip();
    let keys = Keys::repeating(&entity, &time, &entities, &times).unwrap().with_ordinals(&ordinals).unwrap();
    let prices = Prices { keys, value: &value, good: &[0; 14], goods: &goods };
    let table = |kind: PriceKind, lags: usize| {
        let changes = PriceChanges::from_long(&prices, kind).unwrap();
        convergence_table(
            &changes,
            &Relations::default(),
            &SegSpec::default(),
            &ConvergenceSpec { lags, ..ConvergenceSpec::default() },
        )
        .unwrap()
    };
    let q = |ordinal: i64| {
        let t = ordinals.iter().position(|&known| known == ordinal).unwrap();
        value[t].ln() - value[7 + t].ln()
    };
    let two_steps = table(PriceKind::Levels { lag: 2 }, 0);
    let found: Vec<i64> = two_steps.time.iter().map(|&t| ordinals[t as usize]).collect();
    assert_eq!(found, [2, 3, 5, 7]);
    for (row, &t) in found.iter().enumerate() {
        assert!((two_steps.lagged_level[row] - q(t - 2)).abs() < 1e-15);
        assert!((two_steps.change[row] - (q(t) - q(t - 2))).abs() < 1e-15);
    }
    let lagged = table(PriceKind::Levels { lag: 2 }, 1);
    let found: Vec<i64> = lagged.time.iter().map(|&t| ordinals[t as usize]).collect();
    assert_eq!(found, [5, 7]);
    for (row, &t) in found.iter().enumerate() {
        assert!((lagged.lagged_changes[0][row] - (q(t - 2) - q(t - 4))).abs() < 1e-15);
    }
    // Chained: behind the gap no cumulated level is known.
    let chained = table(PriceKind::Chained { base: 1.0 }, 0);
    assert_eq!(chained.time, [0, 1, 2, 3]);
    assert_eq!(table(PriceKind::Chained { base: 1.0 }, 1).time, [1, 2, 3]);
}

#[test]
fn the_convergence_table_holds_what_the_regression_needs() {
    let (entities, times, goods) = (labels("c", 3), labels("t", 4), labels("g", 1));
    let value: Vec<f64> = (0..12).map(|row| (0.1 * ((row * 7) % 5) as f64).exp()).collect();
    let (entity, time): (Vec<u32>, Vec<u32>) = (0..12).map(|row| (row / 4, row % 4)).unzip();
    let keys = Keys::new(&entity, &time, &entities, &times).unwrap();
    let prices = Prices { keys, value: &value, good: &[0; 12], goods: &goods };
    let changes = PriceChanges::from_long(&prices, PriceKind::Levels { lag: 1 }).unwrap();
    let group = [0, 0, 1];
    let relations = Relations { group: Some(&group), ..Relations::default() };
    let table = convergence_table(
        &changes,
        &relations,
        &SegSpec::default(),
        &ConvergenceSpec { lags: 1, ..ConvergenceSpec::default() },
    )
    .unwrap();
    // Three pairs, periods 2 and 3 (period 1 has no lagged change).
    assert_eq!((table.change.len(), table.true_levels), (6, true));
    let q = |i: usize, j: usize, t: usize| value[i * 4 + t].ln() - value[j * 4 + t].ln();
    for row in 0..6 {
        let (i, j, t) = (table.entity[row] as usize, table.partner[row] as usize, table.time[row] as usize);
        assert!((table.lagged_level[row] - q(i, j, t - 1)).abs() < 1e-15);
        assert!((table.change[row] - (q(i, j, t) - q(i, j, t - 1))).abs() < 1e-15);
        assert!((table.lagged_changes[0][row] - (q(i, j, t - 1) - q(i, j, t - 2))).abs() < 1e-15);
        assert_eq!(table.border.as_ref().unwrap()[row], f64::from(u8::from(group[i] != group[j])));
    }
    assert!(table.ln_km.is_none());
    let against = ConvergenceSpec { benchmark: Some(entities[1].clone()), ..ConvergenceSpec::default() };
    let benchmark = convergence_table(&changes, &relations, &SegSpec::default(), &against).unwrap();
    assert_eq!(benchmark.change.len(), 2 * 3);
    assert!(benchmark.partner.iter().all(|&j| j == 1));
    // Chained: levels start from 0 before the first change.
    let chained = PriceChanges::from_long(&prices, PriceKind::Chained { base: 1.0 }).unwrap();
    let table = convergence_table(&chained, &relations, &SegSpec::default(), &against).unwrap();
    assert_eq!((table.change.len(), table.true_levels, table.lagged_level[0]), (8, false, 0.0));
    assert!((half_life(-0.2).unwrap() - 0.5f64.ln() / 0.8f64.ln()).abs() < 1e-15);
}
