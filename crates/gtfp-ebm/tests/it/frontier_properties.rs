//! The generators of random technologies: enough for every model, none to spare, the same for any number of threads.

use crate::lp_properties::{FORMS, Form, Technology, close, set_unit, technology};
use gtfp_ebm::frontier::{Disposal, efficient_columns};
use gtfp_ebm::lp::{Activities, Solution, Solver, Status, neighbor_order, solve_each};
use proptest::prelude::*;

fn disposal(form: Form, technology: &Technology) -> Vec<Disposal> {
    let bads = if form == Form::DdfWeak { Disposal::None } else { Disposal::More };
    let rule = |i: usize| {
        if i < technology.inputs {
            Disposal::More
        } else if technology.is_good(i) {
            Disposal::Less
        } else {
            bads
        }
    };
    let mut rules: Vec<Disposal> = (0..technology.rows()).map(rule).collect();
    if form.has_ones() {
        rules.push(Disposal::None);
    }
    rules
}

fn scores(form: Form, technology: &Technology, activities: &Activities) -> Vec<(Status, f64)> {
    let units: Vec<usize> = (0..technology.units).collect();
    let take = |_: usize, _: &gtfp_ebm::lp::Program, s: &Solution| (s.status, s.objective);
    let set = |o: usize, p: &mut gtfp_ebm::lp::Program| set_unit(technology, o, p);
    solve_each(activities, &form.program(technology), &units, Solver::Simplex, set, take).expect("well formed").0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generators_are_enough(technology in technology()) {
        for form in FORMS {
            let all = form.activities(&technology);
            let reduction = efficient_columns(&all, &disposal(form, &technology)).expect("fits");
            prop_assert!(reduction.reduced);
            let few = all.select(&reduction.columns).expect("in range");
            for (o, (a, b)) in scores(form, &technology, &all).into_iter().zip(scores(form, &technology, &few)).enumerate() {
                prop_assert_eq!(a.0, b.0);
                prop_assert!(close(a.1, b.1), "{:?}, unit {}: {} {}", form, o, a.1, b.1);
            }
        }
    }

    #[test]
    fn threads_change_no_bit(technology in technology()) {
        let form = Form::EbmBounded;
        let all = form.activities(&technology);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| {
                let reduction = efficient_columns(&all, &disposal(form, &technology)).expect("fits");
                let few = all.select(&reduction.columns).expect("in range");
                let bits: Vec<u64> = scores(form, &technology, &few).into_iter().map(|s| s.1.to_bits()).collect();
                (reduction, bits)
            })
        };
        prop_assert_eq!(run(1), run(3));
    }
}

/// A deterministic stream of numbers in (0, 1).
fn stream(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 + 0.5) / f64::from(1_u32 << 31)
    }
}

#[test]
fn a_known_frame_is_found_exactly() {
    // Twenty generators on a strictly concave surface, two thousand units that are worse combinations of them.
    let mut next = stream(7);
    let rows = 4;
    let mut columns: Vec<f64> = Vec::new();
    for _ in 0..20 {
        let x: Vec<f64> = (0..3).map(|_| 0.5 + next()).collect();
        let y = 3.0 / x.iter().map(|v| 1.0 / v).sum::<f64>();
        columns.extend([x[0], x[1], x[2], y]);
    }
    for _ in 0..2000 {
        let (a, b) = ((next() * 20.0) as usize, (next() * 20.0) as usize);
        let share = next();
        for i in 0..rows {
            let mean = share * columns[a * rows + i] + (1.0 - share) * columns[b * rows + i];
            let loss = 1.0 + 0.2 * next();
            columns.push(if i == 3 { mean / loss } else { mean * loss });
        }
    }
    let activities = Activities::new(rows, 2020, &columns).expect("finite");
    let rules = [Disposal::More, Disposal::More, Disposal::More, Disposal::Less];
    let reduction = efficient_columns(&activities, &rules).expect("fits");
    assert_eq!(reduction.columns, (0..20).collect::<Vec<_>>());
    assert!(reduction.reduced);
    assert_eq!(neighbor_order(rows, &columns).len(), 2020);
}

#[test]
fn data_without_a_section_keep_all_columns() {
    let activities = Activities::new(2, 3, &[-1.0, 1.0, 2.0, 1.0, -3.0, 2.0]).expect("finite");
    let reduction = efficient_columns(&activities, &[Disposal::More, Disposal::Less]).expect("fits");
    assert!(!reduction.reduced);
    assert_eq!(reduction.columns, [0, 1, 2]);
    assert!(efficient_columns(&activities, &[Disposal::More]).is_err());
}
