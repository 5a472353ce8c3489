//! Reference technologies: which rows they hold, and identities between the indices on them.

use gtfp_ebm::timeline::Timeline;
use gtfp_ebm::{
    Index, Model, Orientation, PanelData, PanelResult, PanelSpec, Reference, Rts, Transition, productivity,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ENTITIES: u32 = 9;
const PERIODS: i64 = 4;

/// A balanced random panel of nine units in four periods, three groups.
fn run(spec: &PanelSpec) -> PanelResult {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let n = (ENTITIES as usize) * (PERIODS as usize);
    let mut columns = [(); 4].map(|()| Vec::with_capacity(n));
    let (mut entity, mut time, mut group) = (Vec::new(), Vec::new(), Vec::new());
    for e in 0..ENTITIES {
        for t in 0..PERIODS {
            entity.push(e);
            time.push(2000 + t);
            group.push(e % 3);
            columns.iter_mut().for_each(|column| column.push(1.0 + 3.0 * rng.random::<f64>()));
        }
    }
    let data = PanelData {
        inputs: &[("x1", &columns[0]), ("x2", &columns[1])],
        goods: &[("y", &columns[2])],
        bads: &[("b", &columns[3])],
        entity: &entity,
        time: &time,
        group: Some(&group),
        label: &|row| row.to_string(),
    };
    productivity(&data, spec).expect("valid")
}

fn radial(reference: Reference) -> PanelSpec {
    PanelSpec {
        model: Model::Radial,
        orientation: Some(Orientation::Input),
        bads_convention: gtfp_ebm::BadsConvention::Input,
        reference,
        malmquist: Some(Index::Malmquist),
        ..PanelSpec::default()
    }
}

#[test]
fn each_technology_holds_its_rows() {
    let (entity, time) = (vec![0; 4], vec![1, 2, 3, 4]);
    let timeline = Timeline::new(&entity, &time, &[true, true, false, true], None, &|r| r.to_string()).expect("unique");
    let rows = |reference, p| timeline.reference_rows(reference, p, 2);
    assert_eq!(rows(Reference::Global, 1), [0, 1, 3]);
    assert_eq!(rows(Reference::Contemporaneous, 1), [1]);
    assert_eq!(rows(Reference::Sequential, 3), [0, 1, 3]);
    assert_eq!(rows(Reference::Biennial, 1), [1]);
    assert_eq!(rows(Reference::Biennial, 3), [3]);
    assert_eq!(rows(Reference::Window, 1), [0, 1]);
    assert_eq!(rows(Reference::Window, 0), [0]);
}

#[test]
fn larger_technologies_score_lower() {
    let scores =
        |reference| run(&radial(reference)).rows.iter().map(|r| r.score.expect("self-feasible")).collect::<Vec<_>>();
    let own = scores(Reference::Contemporaneous);
    for reference in [Reference::Sequential, Reference::Biennial, Reference::Window, Reference::Global] {
        for (large, small) in scores(reference).iter().zip(&own) {
            assert!(large <= &(small + 1e-9), "{reference}");
        }
    }
}

#[test]
fn parts_multiply_on_every_technology() {
    for reference in Reference::ALL.iter().copied() {
        let result = run(&radial(reference));
        let mut transitions = 0;
        for row in &result.rows {
            if row.transition != Transition::Ok {
                assert_eq!(row.index, None);
                continue;
            }
            transitions += 1;
            let parts = [row.ec, row.tc, row.gap_change.or(Some(1.0))].map(|p| p.expect("every part"));
            let index = row.index.expect("a transition");
            assert!((parts.iter().product::<f64>() - index).abs() < 1e-10 * index, "{reference}");
            assert_eq!(row.gap_change.is_some(), reference == Reference::Metafrontier);
        }
        assert_eq!(transitions, (ENTITIES as usize) * (PERIODS as usize - 1), "{reference}");
    }
}

#[test]
fn the_metafrontier_envelops_the_groups() {
    let spec = PanelSpec { reference: Reference::Metafrontier, ..PanelSpec::default() };
    for row in run(&spec).rows {
        let (meta, group, own) = (row.score, row.score_group, row.score_contemporaneous);
        let [meta, group, own] = [meta, group, own].map(|s| s.expect("self-feasible"));
        assert!(meta <= group + 1e-9 && group <= own + 1e-9, "{meta} {group} {own}");
    }
}

#[test]
fn scale_and_pure_efficiency_change_multiply() {
    let spec = PanelSpec { scale_change: true, ..PanelSpec::default() };
    for row in run(&spec).rows.iter().filter(|r| r.transition == Transition::Ok) {
        let (ec, pure, scale) = (row.ec, row.pure_ec, row.scale_ec);
        let [ec, pure, scale] = [ec, pure, scale].map(|p| p.expect("every part"));
        assert!((ec - pure * scale).abs() < 1e-12);
    }
}

/// A window of one period is that period, a window of all is the sequence.
#[test]
fn windows_lie_between_single_periods_and_sequences() {
    let base = PanelSpec { scale_change: true, ..radial(Reference::Window) };
    for (window, same) in [(1, Reference::Contemporaneous), (4, Reference::Sequential)] {
        let (a, b) = (run(&PanelSpec { window, ..base.clone() }), run(&PanelSpec { reference: same, ..base.clone() }));
        for (a, b) in a.rows.iter().zip(&b.rows) {
            assert_eq!((a.index, a.ec, a.pure_ec, a.scale_ec), (b.index, b.ec, b.pure_ec, b.scale_ec), "{same}");
        }
    }
}

#[test]
fn a_metafrontier_indicator_and_its_scale_part_add_up() {
    for model in [Model::Ddf, Model::NonRadialDdf] {
        let spec = PanelSpec {
            model,
            reference: Reference::Metafrontier,
            malmquist: Some(Index::Luenberger),
            scale_change: true,
            ..PanelSpec::default()
        };
        for row in run(&spec).rows.iter().filter(|r| r.transition == Transition::Ok) {
            let parts = [row.index, row.ec, row.tc, row.gap_change, row.pure_ec, row.scale_ec];
            let [index, ec, tc, gap, pure, scale] = parts.map(|p| p.expect("differences of distances always exist"));
            assert!((index - ec - tc - gap).abs() < 1e-12 && (ec - pure - scale).abs() < 1e-12);
        }
    }
}

/// The frontier of the own period is solved once where it is the reference.
#[test]
fn own_periods_are_scored_once() {
    let result = run(&PanelSpec { malmquist: Some(Index::None), ..radial(Reference::Contemporaneous) });
    assert_eq!(result.summary.lp.programs, result.rows.len());
    assert!(result.rows.iter().all(|row| row.score.is_some() && row.score == row.score_contemporaneous));
}

#[test]
fn the_record_names_weights_base_and_scale() {
    let spec = PanelSpec {
        model: Model::NonRadialDdf,
        malmquist: Some(Index::Luenberger),
        panel_value: gtfp_ebm::PanelValue::BaseGiven,
        scale_change: true,
        reference: Reference::Sequential,
        ..PanelSpec::default()
    };
    let conventions = run(&spec).summary.conventions;
    assert_eq!(conventions["nonradial_weights"], "x1 0, x2 0, y 0.5, b 0.5");
    assert_eq!(conventions["base_period"], "2000");
    assert!(conventions["scale_change"].contains("sequential frontiers"));
    assert_eq!(conventions["direction"], "inputs zero, goods observed, bads observed");
    let by_hand = PanelSpec { model: Model::Ddf, direction_values: vec![0.3, 0.0, 1.2, 0.5], ..PanelSpec::default() };
    assert_eq!(run(&by_hand).summary.conventions["direction"], "x1 0.3, x2 0, y 1.2, b 0.5");
}

#[test]
fn a_luenberger_indicator_is_the_sum_of_its_parts() {
    for (model, rts) in [(Model::Ddf, Rts::Crs), (Model::NonRadialDdf, Rts::Vrs)] {
        let spec = PanelSpec { model, rts, malmquist: Some(Index::Luenberger), ..PanelSpec::default() };
        for row in run(&spec).rows.iter().filter(|r| r.transition == Transition::Ok) {
            let [index, ec, tc] = [row.index, row.ec, row.tc].map(|p| p.expect("every part"));
            assert!((index - ec - tc).abs() < 1e-12);
        }
    }
}
