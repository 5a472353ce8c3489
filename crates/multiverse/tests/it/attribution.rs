//! Shares on random constrained grids, and by Walsh's formula on full ones.

use crate::tools::close;
use panel_multiverse::attribution::{Cells, attribute, attribute_sampled, intervals};
use panel_multiverse::describe;
use panel_multiverse::{Measured, Outcome};
use proptest::prelude::*;

/// A grid of four choices with 2, 3, 2, 2 options, the last existing where the first is 1, some combinations left out.
fn cells(left_out: &[(u16, u16)], extra: bool) -> (Cells, Vec<[u16; 4]>) {
    let mut universes = Vec::new();
    for a in 1..=2_u16 {
        for b in 1..=3_u16 {
            for c in 1..=2_u16 {
                let options = if a == 1 { 1..=2_u16 } else { 0..=0 };
                for d in options {
                    if !left_out.contains(&(b, c)) || a == 1 {
                        universes.push([a, b, c, d]);
                    }
                }
            }
        }
    }
    let mut levels = Vec::new();
    for universe in &universes {
        for e in 1..=if extra { 3 } else { 1 } {
            levels.extend_from_slice(universe);
            if extra {
                levels.push(e);
            }
        }
    }
    let choices = 4 + usize::from(extra);
    let mut parents = vec![vec![], vec![], vec![], vec![0]];
    parents.resize(choices, vec![]);
    let count = levels.len() / choices;
    (Cells::new(levels, choices, parents, vec![1.0; count]).unwrap(), universes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn shares_sum_to_one_and_an_idle_choice_gets_nothing(
        values in proptest::collection::vec(-5.0..5.0_f64, 18),
        out in proptest::collection::vec((1..=3_u16, 1..=2_u16), 0..3),
    ) {
        let (cells, universes) = cells(&out, false);
        let response = &values[..universes.len()];
        let shares = attribute(&cells, &[response]).unwrap().remove(0).unwrap();
        for shares in [&shares.shapley, &shares.ordered] {
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(shares.iter().all(|&share| share >= 0.0));
        }
        // A choice that changes nothing, free of the rest.
        let (wider, _) = self::cells(&out, true);
        let repeated: Vec<f64> = response.iter().flat_map(|&value| [value; 3]).collect();
        let more = attribute(&wider, &[&repeated]).unwrap().remove(0).unwrap();
        prop_assert!(more.ordered[4].abs() < 1e-12);
        for (one, other) in shares.ordered.iter().zip(&more.ordered) {
            prop_assert!((one - other).abs() < 1e-12);
        }
    }

    #[test]
    fn a_child_that_changes_nothing_gets_nothing(values in proptest::collection::vec(-5.0..5.0_f64, 12)) {
        let (cells, universes) = cells(&[], false);
        // The value depends on the first three choices only.
        let place = |u: &[u16; 4]| usize::from((u[0] - 1) * 6 + (u[1] - 1) * 2 + u[2] - 1);
        let response: Vec<f64> = universes.iter().map(|universe| values[place(universe)]).collect();
        let shares = attribute(&cells, &[&response]).unwrap().remove(0).unwrap();
        prop_assert!(shares.ordered[3].abs() < 1e-12, "{:?}", shares);
    }

    #[test]
    fn full_grids_agree_with_the_formula_of_walsh(values in proptest::collection::vec(-5.0..5.0_f64, 16)) {
        let levels: Vec<u16> = (0..16_u16).flat_map(|bits| (0..4).map(move |i| 1 + (bits >> i & 1))).collect();
        let cells = Cells::new(levels, 4, vec![vec![]; 4], vec![1.0; 16]).unwrap();
        let shares = attribute(&cells, &[&values]).unwrap().remove(0).unwrap();
        let walsh: Vec<f64> = (0..16_u32)
            .map(|set| {
                let sign = |bits: u32| if (bits & set).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
                ((0_u32..).zip(&values).map(|(bits, f)| sign(bits) * f).sum::<f64>() / 16.0).powi(2)
            })
            .collect();
        let variance: f64 = walsh[1..].iter().sum();
        for i in 0..4 {
            let share = |weight: &dyn Fn(u32) -> f64| {
                (1..16_u32).filter(|set| set >> i & 1 == 1).map(|set| walsh[set as usize] * weight(set)).sum::<f64>() / variance
            };
            prop_assert!((shares.shapley[i] - share(&|set| 1.0 / f64::from(set.count_ones()))).abs() < 1e-12);
            prop_assert!((shares.total[i] - share(&|_| 1.0)).abs() < 1e-12);
            prop_assert!((shares.first[i] - walsh[1 << i] / variance).abs() < 1e-12);
            prop_assert_eq!(shares.ordered[i], shares.shapley[i]);
            for j in 0..i {
                prop_assert!((shares.interaction[i][j] - walsh[1 << i | 1 << j] / variance).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn sampled_orders_come_near() {
    let (cells, universes) = cells(&[(2, 1)], false);
    let response: Vec<f64> =
        universes.iter().map(|u| f64::from(u[0]) * 2.0 + f64::from(u[1] * u[2]) + f64::from(u[3]).sqrt()).collect();
    let exact = attribute(&cells, &[&response]).unwrap().remove(0).unwrap();
    let sampled = attribute_sampled(&cells, &response, 4000, 1).unwrap().unwrap();
    close("V", sampled.variance, exact.variance, 1e-12);
    for ((got, se), want) in sampled.ordered.iter().zip(&sampled.standard_error).zip(&exact.ordered) {
        assert!((got - want).abs() <= 4.0 * se + 1e-12 && *se < 0.01, "{got} ± {se} against {want}");
    }
}

#[test]
fn weights_count() {
    // Two options, the second three times as likely: Var = p(1 − p).
    let cells = Cells::new(vec![1, 2], 1, vec![vec![]], vec![1.0, 3.0]).unwrap();
    let shares = attribute(&cells, &[&[0.0, 1.0]]).unwrap().remove(0).unwrap();
    close("V", shares.variance, 0.1875, 1e-15);
    assert!(Cells::new(vec![1, 2], 1, vec![vec![]], vec![1.0, 0.0]).is_err());
}

#[test]
fn what_does_not_vary_has_no_shares() {
    let (cells, universes) = cells(&[], false);
    let constant = vec![0.3; universes.len()];
    assert_eq!(attribute(&cells, &[&constant]).unwrap(), [None]);
    assert_eq!(attribute_sampled(&cells, &constant, 10, 1).unwrap(), None);
    let mut varies = constant.clone();
    varies[0] = 1.0;
    let mut missing = varies.clone();
    missing[3] = f64::NAN;
    assert!(attribute(&cells, &[&missing]).is_err());
    let band = intervals(&cells, &[constant, varies, missing]).unwrap();
    assert_eq!((band.draws, band.left_out), (1, 2));
}

#[test]
fn duplicates_leave_distinct_numbers_alone() {
    use panel_multiverse::reading::Verdict;
    let one = |effect: f64, fingerprint| {
        Outcome::Estimated(Box::new(Measured {
            effect,
            p: 0.01,
            verdict: if effect > 0.0 { Verdict::U } else { Verdict::Neither },
            turning_point: None,
            turning_inside: None,
            share_beyond: None,
            fingerprint,
        }))
    };
    let group = [one(1.0, 1), one(-1.0, 2), one(2.0, 3), Outcome::Refused("degenerate".into())];
    let first = describe(&group, 0.05);
    let repeated: Vec<Outcome> = group.iter().cloned().chain([one(1.0, 1), one(1.0, 1)]).collect();
    let second = describe(&repeated, 0.05);
    assert_eq!(first.distinct, second.distinct);
    assert_eq!((first.universes, first.estimated, first.refused["degenerate"]), (4, 3, 1));
    let (a, b) = (first.by_universe.unwrap(), second.by_universe.unwrap());
    assert_eq!((a.share_positive, b.share_positive, b.share_u), (2.0 / 3.0, 0.8, 0.8));
    assert_eq!((a.effect[2], a.share_significant_negative), (1.0, 1.0 / 3.0));
    assert_eq!(describe(&[], 0.05).by_universe, None);
}
