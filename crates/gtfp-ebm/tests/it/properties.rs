//! What holds on every technology, on random ones.

use crate::support::cross_section;
use gtfp_ebm::data::Group;
use gtfp_ebm::{
    BadsConvention, Calibration, Dimensions, Direction, DirectionRule, Disposability, EbmParameters, Epsilon, Index,
    Model, Observations, Orientation, PanelData, PanelSpec, Reference, Rts, Solver, Weights, efficiency, productivity,
};
use proptest::prelude::*;

/// n units with m inputs, s goods and q bads, values over three orders of magnitude.
fn technology() -> impl Strategy<Value = Observations> {
    with_bads(0..3)
}

fn with_bads(bads: std::ops::Range<usize>) -> impl Strategy<Value = Observations> {
    (1..4_usize, 1..3_usize, bads, 3..14_usize).prop_flat_map(|(m, s, q, n)| {
        let width = m + s + q;
        prop::collection::vec(0.03..30.0_f64, n * width).prop_map(move |values| {
            let names = (0..width).map(|k| format!("v{k}")).collect();
            Observations::from_rows(Dimensions { inputs: m, goods: s, bads: q }, names, values).expect("whole rows")
        })
    })
}

fn given(dims: Dimensions, e: f64) -> Calibration {
    let equal = |n: usize| vec![1.0 / n.max(1) as f64; n];
    Calibration::Given(EbmParameters {
        epsilon: Epsilon { inputs: e, goods: e, bads: if dims.bads > 0 { e } else { 0.0 } },
        weights: Weights { inputs: equal(dims.inputs), goods: equal(dims.goods), bads: equal(dims.bads) },
    })
}

/// A model by number: everything whose score is an efficiency.
fn efficiency_spec(which: usize, dims: Dimensions) -> PanelSpec {
    let base = PanelSpec { calibration: given(dims, 0.4), ..PanelSpec::default() };
    let input = Orientation::Input;
    match which {
        0 => base,
        1 => PanelSpec { bounded: Some(false), ..base },
        2 => PanelSpec { rts: Rts::Vrs, ..base },
        3 => PanelSpec { bads_convention: BadsConvention::TwoMinusPhi, rts: Rts::Vrs, ..base },
        4 => PanelSpec { orientation: input, ..base },
        5 => PanelSpec { orientation: Some(Orientation::Output), rts: Rts::Vrs, ..base },
        6 => PanelSpec { model: Model::Sbm, ..base },
        7 => PanelSpec { model: Model::Sbm, orientation: input, rts: Rts::Nirs, ..base },
        8 => PanelSpec { model: Model::Sbm, orientation: Some(Orientation::Output), rts: Rts::Ndrs, ..base },
        9 => PanelSpec { model: Model::Radial, orientation: input, bads_convention: BadsConvention::Input, ..base },
        _ => PanelSpec { model: Model::Radial, orientation: Some(Orientation::Output), rts: Rts::Vrs, ..base },
    }
}

const MODELS: usize = 11;

fn directional(which: usize) -> PanelSpec {
    let base = PanelSpec { model: Model::Ddf, ..PanelSpec::default() };
    match which {
        0 => base,
        1 => PanelSpec { disposability: Disposability::Strong, rts: Rts::Vrs, ..base },
        2 => PanelSpec { disposability: Disposability::StrongCapped, ..base },
        3 => PanelSpec { disposability: Disposability::WeakKuosmanen, rts: Rts::Vrs, ..base },
        4 => PanelSpec { direction: Direction { inputs: DirectionRule::Mean, ..Direction::default() }, ..base },
        _ => PanelSpec { model: Model::NonRadialDdf, disposability: Disposability::Strong, ..base },
    }
}

fn scores(data: &Observations, spec: &PanelSpec) -> Vec<f64> {
    cross_section(data, spec).scores().into_iter().map(|s| s.expect("self-feasible")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scores_lie_in_the_unit_interval_and_certificates_close(data in technology(), which in 0..MODELS) {
        let result = cross_section(&data, &efficiency_spec(which, data.dims()));
        for score in result.scores() {
            let score = score.expect("self-feasible");
            prop_assert!(score > 0.0 && score <= 1.0, "{score}");
        }
        prop_assert!(result.lp.worst_certificate <= 1e-9, "{:e}", result.lp.worst_certificate);
        prop_assert_eq!(result.lp.uncertified, 0);
    }

    /// Not so in the unbounded EBM (number 1), where factors trade off beyond the technology.
    #[test]
    fn some_unit_is_on_the_frontier(data in technology(), which in 0..MODELS) {
        prop_assume!(which != 1);
        let best = scores(&data, &efficiency_spec(which, data.dims())).into_iter().fold(0.0, f64::max);
        prop_assert!(best > 1.0 - 1e-9, "{best}");
    }

    #[test]
    fn units_of_measurement_do_not_matter(
        data in technology(),
        which in 0..MODELS + 6,
        powers in prop::collection::vec(-9..=9_i32, 8),
    ) {
        let spec = if which < MODELS { efficiency_spec(which, data.dims()) } else { directional(which - MODELS) };
        let mut scaled = data.clone();
        for row in 0..data.n() {
            for (value, power) in scaled.row_mut(row).expect("a row of the data").iter_mut().zip(&powers) {
                *value *= 10_f64.powi(*power);
            }
        }
        for (a, b) in scores(&data, &spec).iter().zip(scores(&scaled, &spec)) {
            prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} {b}");
        }
    }

    #[test]
    fn another_unit_never_raises_a_score(data in technology(), which in 0..MODELS) {
        let spec = efficiency_spec(which, data.dims());
        let some: Vec<usize> = (0..data.n() - 1).collect();
        let all: Vec<usize> = (0..data.n()).collect();
        let run = |reference: &[usize]| {
            efficiency(&data, &some, reference, &spec, &|r| r.to_string()).expect("valid").scores()
        };
        for (few, more) in run(&some).into_iter().zip(run(&all)) {
            prop_assert!(more.expect("scored") <= few.expect("scored") + 1e-9);
        }
    }

    #[test]
    fn variable_returns_never_score_below_constant(data in technology()) {
        for spec in [
            PanelSpec { calibration: given(data.dims(), 0.4), ..PanelSpec::default() },
            PanelSpec { model: Model::Sbm, ..PanelSpec::default() },
            PanelSpec { model: Model::Radial, orientation: Some(Orientation::Input), ..PanelSpec::default() },
        ] {
            let by = |rts| scores(&data, &PanelSpec { rts, ..spec.clone() });
            let (crs, vrs, nirs, ndrs) = (by(Rts::Crs), by(Rts::Vrs), by(Rts::Nirs), by(Rts::Ndrs));
            for i in 0..data.n() {
                prop_assert!(crs[i] <= nirs[i] + 1e-9 && nirs[i] <= vrs[i] + 1e-9);
                prop_assert!(crs[i] <= ndrs[i] + 1e-9 && ndrs[i] <= vrs[i] + 1e-9);
            }
        }
    }

    /// Input orientation without bads: more weight on slacks never raises the score, so SBM-type (epsilon 1) <= EBM <=
    /// CCR (epsilon 0); Tone's SBM, whose theta is 1, is no lower than EBM with epsilon 1.
    #[test]
    fn ebm_lies_between_ccr_and_sbm(data in with_bads(0..1), e in 0.0..1.0_f64) {
        let input = |epsilon: f64| PanelSpec {
            orientation: Some(Orientation::Input),
            calibration: given(data.dims(), epsilon),
            ..PanelSpec::default()
        };
        let ccr = scores(&data, &PanelSpec { model: Model::Radial, ..input(0.0) });
        let (zero, middle, one) = (scores(&data, &input(0.0)), scores(&data, &input(e)), scores(&data, &input(1.0)));
        let sbm = scores(&data, &PanelSpec { model: Model::Sbm, ..input(0.0) });
        for i in 0..data.n() {
            prop_assert!((ccr[i] - zero[i]).abs() < 1e-9);
            prop_assert!(one[i] <= middle[i] + 1e-9 && middle[i] <= zero[i] + 1e-9);
            prop_assert!(one[i] <= sbm[i] + 1e-9 && sbm[i] <= ccr[i] + 1e-9);
        }
    }

    #[test]
    fn under_crs_with_bounds_three_conventions_are_one(data in with_bads(1..3), e in 0.0..1.0_f64) {
        let by = |bads_convention| scores(
            &data,
            &PanelSpec { bads_convention, calibration: given(data.dims(), e), ..PanelSpec::default() },
        );
        let (a, b, c) = (by(BadsConvention::Phi), by(BadsConvention::TwoMinusPhi), by(BadsConvention::Slack));
        for i in 0..data.n() {
            prop_assert!((a[i] - b[i]).abs() < 1e-9 && (a[i] - c[i]).abs() < 1e-9, "{} {} {}", a[i], b[i], c[i]);
        }
    }

    #[test]
    fn distances_are_zero_or_more_and_weak_is_no_larger_than_strong(data in technology(), which in 0..6_usize) {
        for d in scores(&data, &directional(which)) {
            prop_assert!(d >= -1e-9, "{d}");
        }
        let by = |disposability, rts| scores(&data, &PanelSpec { disposability, rts, ..directional(0) });
        for rts in [Rts::Crs, Rts::Vrs] {
            let (weak, kuosmanen) = (by(Disposability::Weak, rts), by(Disposability::WeakKuosmanen, rts));
            let strong = by(Disposability::Strong, rts);
            for i in 0..data.n() {
                prop_assert!(weak[i] <= strong[i] + 1e-9 && weak[i] <= kuosmanen[i] + 1e-9);
            }
        }
    }

    /// Targets are what the peers make. Multipliers are dual feasible: at them no unit earns more than it costs, and the
    /// peers earn exactly that.
    #[test]
    fn targets_are_made_by_peers_and_multipliers_are_dual(data in technology(), which in 0..MODELS) {
        let spec = PanelSpec { details: true, ..efficiency_spec(which, data.dims()) };
        let result = cross_section(&data, &spec);
        let profit = |detail: &gtfp_ebm::Detail, unit: usize| {
            let (dims, values) = (data.dims(), data.row(unit).expect("a row of the data"));
            let goods = dims.inputs..dims.inputs + dims.goods;
            let (mut sum, mut size) = (detail.intercept, detail.intercept.abs());
            for (k, (m, v)) in detail.multipliers.iter().zip(values).enumerate() {
                sum += if goods.contains(&k) { m * v } else { -m * v };
                size = size.max((m * v).abs());
            }
            (sum, 1e-7 * size.max(1.0))
        };
        for detail in result.details.iter().flatten() {
            for unit in 0..data.n() {
                let (sum, tolerance) = profit(detail, unit);
                prop_assert!(sum <= tolerance, "row {}, unit {unit}: {sum}", detail.row);
            }
            for &(peer, lambda) in detail.peers.iter().filter(|(_, lambda)| *lambda > 1e-6) {
                let (sum, tolerance) = profit(detail, peer);
                prop_assert!(sum >= -tolerance, "row {}, peer {peer} with {lambda}: {sum}", detail.row);
            }
            for (k, target) in detail.targets.iter().enumerate() {
                let sum: f64 = detail.peers.iter().map(|&(peer, lambda)| lambda * data.row(peer).expect("a row of the data")[k]).sum();
                prop_assert!((target - sum).abs() <= 1e-9 * sum.abs().max(1.0));
            }
            for m in &detail.multipliers {
                prop_assert!(*m >= -1e-7, "{m}");
            }
        }
    }

    /// Where every slack counts (or is maximised in a second stage), the target has none left.
    #[test]
    fn targets_are_efficient(data in technology(), which in prop::sample::select(vec![0_usize, 2, 3, 6, 9, 10])) {
        let spec = PanelSpec { details: true, ..efficiency_spec(which, data.dims()) };
        let result = cross_section(&data, &spec);
        let (dims, n) = (data.dims(), data.n());
        let mut values: Vec<f64> = (0..n).flat_map(|row| data.row(row).expect("a row of the data").to_vec()).collect();
        for detail in &result.details {
            values.extend_from_slice(&detail.as_ref().expect("self-feasible").targets);
        }
        let both = Observations::from_rows(dims, data.names().to_vec(), values).expect("whole rows");
        let (units, targets): (Vec<usize>, Vec<usize>) = ((0..n).collect(), (n..2 * n).collect());
        let slacks = PanelSpec { model: Model::Sbm, rts: spec.rts, ..PanelSpec::default() };
        let left = efficiency(&both, &targets, &units, &slacks, &|r| r.to_string()).expect("valid");
        for score in left.scores() {
            // Rounding may put a target a hair beyond the frontier, where slacks alone have no solution.
            prop_assert!(score.is_none_or(|score| score > 1.0 - 1e-6), "{which}: {score:?}");
        }
    }

    /// Input-oriented constant returns: the goods at their multipliers are the score, inputs (and bads) cost one.
    #[test]
    fn multipliers_price_the_score(data in technology()) {
        let spec = PanelSpec { details: true, ..efficiency_spec(9, data.dims()) };
        let result = cross_section(&data, &spec);
        let dims = data.dims();
        for (detail, score) in result.details.iter().flatten().zip(result.scores()) {
            let values = data.row(detail.row).expect("a row of the data");
            let (mut goods, mut costs) = (0.0, 0.0);
            for (k, (m, v)) in detail.multipliers.iter().zip(values).enumerate() {
                *(if dims.range(Group::Good).contains(&k) { &mut goods } else { &mut costs }) += m * v;
            }
            prop_assert!((goods - score.expect("scored")).abs() < 1e-8 && (costs - 1.0).abs() < 1e-8, "{goods} {costs}");
        }
    }

    /// The super-efficiency of a unit inside its reference is its score; of an efficient one, at least 1.
    #[test]
    fn super_efficiency_is_one_or_more_for_the_efficient(data in technology()) {
        for (model, orientation) in
            [(Model::Sbm, Orientation::None), (Model::Radial, Orientation::Input), (Model::Radial, Orientation::Output)]
        {
            let plain = PanelSpec { model, orientation: Some(orientation), ..PanelSpec::default() };
            let above = cross_section(&data, &PanelSpec { super_efficiency: true, ..plain.clone() }).scores();
            for (score, above) in scores(&data, &plain).into_iter().zip(above) {
                let Some(above) = above else { continue };
                if score < 1.0 - 1e-7 {
                    prop_assert!((above - score).abs() < 1e-8, "{model} {score} {above}");
                } else if score == 1.0 {
                    prop_assert!(above >= 1.0 - 1e-8, "{model} {score} {above}");
                }
            }
        }
    }
}

/// An unbalanced panel: which (entity, period) exist, and values.
fn panel() -> impl Strategy<Value = (Vec<u32>, Vec<i64>, Vec<Vec<f64>>)> {
    (2..6_u32, 2..5_i64).prop_flat_map(|(entities, periods)| {
        let n = (entities as usize) * (periods as usize);
        (prop::collection::vec(0.0..1.0_f64, n), prop::collection::vec(0.1..10.0_f64, 4 * n)).prop_map(
            move |(keep, values)| {
                let mut entity = Vec::new();
                let mut time = Vec::new();
                let mut columns = vec![Vec::new(); 4];
                for i in 0..n {
                    if keep[i] < 0.85 || i < 2 {
                        entity.push(i as u32 / periods as u32);
                        time.push(2010 + i as i64 % periods);
                        for (k, column) in columns.iter_mut().enumerate() {
                            column.push(values[4 * i + k]);
                        }
                    }
                }
                (entity, time, columns)
            },
        )
    })
}

fn run(entity: &[u32], time: &[i64], columns: &[Vec<f64>], spec: &PanelSpec) -> gtfp_ebm::PanelResult {
    let data = PanelData {
        inputs: &[("x1", &columns[0]), ("x2", &columns[1])],
        goods: &[("y", &columns[2])],
        bads: &[("b", &columns[3])],
        entity,
        time,
        group: None,
        label: &|row| row.to_string(),
    };
    productivity(&data, spec).expect("valid")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn indices_are_products_of_their_parts_and_circular((entity, time, columns) in panel(), which in 0..4_usize) {
        let base = PanelSpec::default();
        let spec = match which {
            0 => base,
            1 => PanelSpec { model: Model::Ddf, ..base },
            2 => PanelSpec { model: Model::Sbm, rts: Rts::Vrs, ..base },
            _ => PanelSpec { reference: Reference::Contemporaneous, malmquist: Some(Index::Malmquist), ..base },
        };
        let result = run(&entity, &time, &columns, &spec);
        let mut product = 1.0;
        for (row, record) in result.rows.iter().enumerate() {
            if let (Some(index), Some(ec), Some(tc)) = (record.index, record.ec, record.tc) {
                prop_assert!((index - ec * tc).abs() <= 1e-9 * index);
                product *= index;
            } else {
                product = 1.0;
            }
            // Circularity: the chained index of a run without gaps is the ratio of its ends.
            let start = (0..=row).rev().find(|&r| result.rows[r].index.is_none()).unwrap_or(0);
            if which == 0 && entity[start] == entity[row] {
                let ends = record.score.expect("scored") / result.rows[start].score.expect("scored");
                prop_assert!((product - ends).abs() <= 1e-9 * ends);
            }
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter((entity, time, columns) in panel()) {
        let n = entity.len();
        let order: Vec<usize> = (0..n).rev().collect();
        let spec = PanelSpec::default();
        let plain = run(&entity, &time, &columns, &spec);
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect::<Vec<_>>();
        let turned = run(
            &order.iter().map(|&i| entity[i]).collect::<Vec<_>>(),
            &order.iter().map(|&i| time[i]).collect::<Vec<_>>(),
            &columns.iter().map(|c| pick(c)).collect::<Vec<_>>(),
            &spec,
        );
        for (i, &from) in order.iter().enumerate() {
            let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-9 * a.abs().max(1.0),
                (a, b) => a == b,
            };
            prop_assert!(close(turned.rows[i].score, plain.rows[from].score));
            prop_assert!(close(turned.rows[i].index, plain.rows[from].index));
            prop_assert!(close(turned.rows[i].gtfp, plain.rows[from].gtfp));
        }
    }
}

/// Generators of the reference set instead of all its columns: the same scores on the benchmark panel.
#[test]
fn reduced_and_full_reference_sets_agree() {
    let Some(table) = crate::support::Table::shared("bench_279x8.csv") else { return };
    let columns = |spec: &PanelSpec| {
        let keys = ["city", "year"];
        let data = [&["capital", "labour", "electricity"][..], &["gdp"], &["so2", "dust", "wastewater"]];
        crate::panel::run(&table, keys, data, spec)
    };
    for spec in [
        PanelSpec::default(),
        PanelSpec { model: Model::Sbm, rts: Rts::Vrs, malmquist: Some(Index::None), ..PanelSpec::default() },
        PanelSpec { model: Model::Ddf, malmquist: Some(Index::None), ..PanelSpec::default() },
    ] {
        let (few, all) = (columns(&spec), columns(&PanelSpec { all_columns: true, ..spec.clone() }));
        for (a, b) in few.rows.iter().zip(&all.rows) {
            let (a, b) = (a.score.expect("scored"), b.score.expect("scored"));
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
        assert_eq!(few.summary.lp.uncertified, 0);
        assert_eq!(few.summary.lp.fallbacks, 0);
    }
}

/// deaR's slacks-based scores with bads of the benchmark panel, 2232 of them.
#[test]
fn benchmark_panel_as_in_dear() {
    let (Some(table), Some(golden)) =
        (crate::support::Table::shared("bench_279x8.csv"), crate::support::Table::shared("deaR_sbm_bads_crs.csv"))
    else {
        return;
    };
    let data = crate::support::observations(
        &table,
        &["capital", "labour", "electricity"],
        &["gdp"],
        &["so2", "dust", "wastewater"],
    );
    let scores = cross_section(&data, &PanelSpec { model: Model::Sbm, ..PanelSpec::default() }).scores();
    crate::support::assert_scores("deaR", &scores, &golden.numbers("score"), 1e-9);
}
