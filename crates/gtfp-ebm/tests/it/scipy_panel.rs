//! Nine units in four periods and three groups against programs written in Python from their published forms and solved
//! by scipy (`tests/golden/scipy_panel.py`): what no other golden reaches.

use crate::support::{Table, assert_scores, cross_section, observations};
use gtfp_ebm::{
    BootstrapSpec, Decomposition, Direction, DirectionRule, Disposability, Index, MalmquistRow, MalmquistSpec, Model,
    Orientation, PanelData, PanelRow, PanelSpec, Reference, Rts, Solver, bootstrap, malmquist, productivity,
};

const SCIPY: f64 = 1e-8;

struct Economy {
    table: Table,
    columns: [Vec<f64>; 4],
    entity: Vec<u32>,
    time: Vec<i64>,
    group: Vec<u32>,
}

impl Economy {
    fn read() -> Self {
        let table = Table::own("scipy_panel.csv");
        let integers = |name: &str| table.numbers(name).into_iter().map(|v| v as u32).collect::<Vec<_>>();
        Self {
            columns: ["x1", "x2", "y", "b"].map(|name| table.numbers(name)),
            entity: integers("entity"),
            time: integers("time").into_iter().map(i64::from).collect(),
            group: integers("group"),
            table,
        }
    }

    fn with<T>(&self, bads: bool, run: impl FnOnce(&PanelData<'_>) -> T) -> T {
        let [x1, x2, y, b] = &self.columns;
        let all = [("b", b.as_slice())];
        run(&PanelData {
            inputs: &[("x1", x1), ("x2", x2)],
            goods: &[("y", y)],
            bads: if bads { &all } else { &[] },
            entity: &self.entity,
            time: &self.time,
            group: Some(&self.group),
            label: &|row| format!("row {row}"),
        })
    }

    /// Compares columns of a run with columns of the file; both are empty in first periods.
    fn check(&self, bads: bool, spec: &PanelSpec, columns: &[(&str, fn(&PanelRow) -> Option<f64>)]) {
        let result = self.with(bads, |data| productivity(data, spec)).expect("valid");
        for (name, read) in columns {
            let got: Vec<Option<f64>> = result.rows.iter().map(read).collect();
            assert_scores(name, &got, &self.table.numbers(name), SCIPY);
        }
    }
}

fn radial(orientation: Orientation, rts: Rts, reference: Reference) -> PanelSpec {
    PanelSpec {
        model: Model::Radial,
        orientation: Some(orientation),
        rts,
        reference,
        malmquist: Some(Index::Malmquist),
        ..PanelSpec::default()
    }
}

fn luenberger(reference: Reference) -> PanelSpec {
    PanelSpec { model: Model::Ddf, reference, malmquist: Some(Index::Luenberger), ..PanelSpec::default() }
}

#[test]
fn window_index() {
    let spec = PanelSpec { window: 2, scale_change: true, ..radial(Orientation::Input, Rts::Crs, Reference::Window) };
    Economy::read().check(
        false,
        &spec,
        &[
            ("window_index", |r| r.index),
            ("window_ec", |r| r.ec),
            ("window_pure", |r| r.pure_ec),
            ("window_scale", |r| r.scale_ec),
        ],
    );
}

/// Efficiency change and its parts are measured on the same frontiers, here sequences.
#[test]
fn sequential_scale_change() {
    let spec = PanelSpec { scale_change: true, ..radial(Orientation::Input, Rts::Crs, Reference::Sequential) };
    Economy::read().check(
        false,
        &spec,
        &[("sequential_ec", |r| r.ec), ("sequential_pure", |r| r.pure_ec), ("sequential_scale", |r| r.scale_ec)],
    );
}

#[test]
fn biennial_index() {
    Economy::read().check(
        false,
        &radial(Orientation::Output, Rts::Vrs, Reference::Biennial),
        &[("biennial_index", |r| r.index), ("biennial_ec", |r| r.ec), ("biennial_tc", |r| r.tc)],
    );
}

#[test]
fn metafrontier_index() {
    Economy::read().check(
        false,
        &radial(Orientation::Input, Rts::Crs, Reference::Metafrontier),
        &[("meta_index", |r| r.index), ("meta_ec", |r| r.ec), ("meta_tc", |r| r.tc), ("meta_gap", |r| r.gap_change)],
    );
}

#[test]
fn metafrontier_luenberger_indicator() {
    Economy::read().check(
        true,
        &luenberger(Reference::Metafrontier),
        &[
            ("luenberger_index", |r| r.index),
            ("luenberger_ec", |r| r.ec),
            ("luenberger_tc", |r| r.tc),
            ("luenberger_gap", |r| r.gap_change),
        ],
    );
}

#[test]
fn luenberger_scale_change() {
    Economy::read().check(
        true,
        &PanelSpec { scale_change: true, ..luenberger(Reference::Global) },
        &[
            ("luenberger_index", |r| r.index),
            ("luenberger_own_ec", |r| r.ec),
            ("luenberger_pure", |r| r.pure_ec),
            ("luenberger_scale", |r| r.scale_ec),
        ],
    );
}

/// Variable-returns programs across periods may be infeasible: an empty cell in both.
#[test]
fn ray_desli() {
    let economy = Economy::read();
    let spec = MalmquistSpec {
        orientation: Orientation::Output,
        rts: Rts::Vrs,
        reference: Reference::Contemporaneous,
        decomposition: Decomposition::RayDesli,
    };
    let rows = economy.with(false, |data| malmquist(data, &spec, Solver::default())).expect("valid").rows;
    let columns: [(&str, fn(&MalmquistRow) -> Option<f64>); 3] =
        [("desli_tc", |r| r.tc), ("desli_pure", |r| r.pure_ec), ("desli_scale", |r| r.scale_ec)];
    for (name, read) in columns {
        let got: Vec<Option<f64>> = rows.iter().map(read).collect();
        assert_scores(name, &got, &economy.table.numbers(name), SCIPY);
    }
    let complete = economy.table.numbers("desli_tc");
    let want = economy.table.numbers("desli_index");
    let known: Vec<usize> = (0..rows.len()).filter(|&row| !complete[row].is_nan()).collect();
    assert!(known.len() >= 8, "transitions without an infeasible program");
    let got: Vec<Option<f64>> = known.iter().map(|&row| rows[row].index).collect();
    assert_scores("desli_index", &got, &known.iter().map(|&row| want[row]).collect::<Vec<_>>(), SCIPY);
}

#[test]
fn distances_and_shadow_prices() {
    let Economy { table, .. } = Economy::read();
    let data = observations(&table, &["x1", "x2"], &["y"], &["b"]);
    let ddf = PanelSpec { model: Model::Ddf, malmquist: Some(Index::None), ..PanelSpec::default() };
    let kuosmanen = PanelSpec { rts: Rts::Vrs, disposability: Disposability::WeakKuosmanen, ..ddf.clone() };
    assert_scores("Kuosmanen", &cross_section(&data, &kuosmanen).scores(), &table.numbers("ddf_kuosmanen"), SCIPY);
    let nonradial = PanelSpec {
        model: Model::NonRadialDdf,
        direction: Direction { inputs: DirectionRule::Observed, ..Direction::default() },
        nonradial_weights: vec![0.5, 0.0, 0.25, 0.25],
        ..ddf.clone()
    };
    assert_scores("non-radial", &cross_section(&data, &nonradial).scores(), &table.numbers("nonradial"), SCIPY);
    let by_hand = PanelSpec { direction_values: vec![0.3, 0.0, 1.2, 0.5], ..ddf.clone() };
    assert_scores("numbers", &cross_section(&data, &by_hand).scores(), &table.numbers("ddf_numbers"), SCIPY);
    let by_hand = PanelSpec {
        model: Model::NonRadialDdf,
        direction_values: vec![0.3, 0.8, 1.2, 0.5],
        nonradial_weights: vec![0.25; 4],
        ..ddf.clone()
    };
    assert_scores("numbers", &cross_section(&data, &by_hand).scores(), &table.numbers("nonradial_numbers"), SCIPY);
    let result = cross_section(&data, &PanelSpec { details: true, ..ddf });
    let want = table.numbers("shadow_price");
    let unique: Vec<usize> = (0..data.n()).filter(|&row| !want[row].is_nan()).collect();
    assert!(unique.len() >= 20, "units with a unique shadow price");
    let price = |row: usize| result.details[row].as_ref().and_then(|detail| detail.shadow_price(data.dims(), 0, 0));
    assert_scores(
        "shadow prices",
        &unique.iter().map(|&row| price(row)).collect::<Vec<_>>(),
        &unique.iter().map(|&row| want[row]).collect::<Vec<_>>(),
        SCIPY,
    );
    let detail = result.details[unique[0]].as_ref().expect("scored");
    assert_eq!(detail.shadow_price(data.dims(), 1, 0), None, "there is one bad");
}

/// The rule of Simar and Wilson (1998) as Daraio and Simar (2007) print it, by numpy's percentiles.
#[test]
fn bandwidth_of_a_cross_section() {
    let economy = Economy::read();
    let [x1, x2, y, _] = &economy.columns;
    let n = y.len();
    let data = PanelData {
        inputs: &[("x1", x1), ("x2", x2)],
        goods: &[("y", y)],
        bads: &[],
        entity: &(0..n as u32).collect::<Vec<_>>(),
        time: &vec![2000; n],
        group: None,
        label: &|row| row.to_string(),
    };
    let spec = PanelSpec { malmquist: Some(Index::None), ..radial(Orientation::Input, Rts::Crs, Reference::Global) };
    let few = BootstrapSpec { replications: 2, ..BootstrapSpec::default() };
    let result = bootstrap(&data, &spec, &few, &|_| {}).expect("valid");
    let scores: Vec<Option<f64>> = result.rows.iter().map(|row| row.score.map(|score| score.estimate)).collect();
    assert_scores("radial", &scores, &economy.table.numbers("radial"), SCIPY);
    assert_scores("bandwidth", &[Some(result.bandwidth)], &economy.table.numbers("bandwidth")[..1], SCIPY);
}

/// What a printout holds: one line per quantity that exists, and what the programs did.
#[test]
fn results_print_themselves() {
    let economy = Economy::read();
    let spec = MalmquistSpec {
        orientation: Orientation::Output,
        rts: Rts::Vrs,
        reference: Reference::Global,
        decomposition: Decomposition::Fgnz,
    };
    let text = economy.with(false, |data| malmquist(data, &spec, Solver::default())).expect("valid").to_string();
    assert!(text.contains("decomposition fgnz") && text.contains("scale change") && !text.contains("magnitude"));
    let data = observations(&economy.table, &["x1", "x2"], &["y"], &["b"]);
    let text = cross_section(&data, &PanelSpec { model: Model::Ddf, ..PanelSpec::default() }).to_string();
    assert!(text.contains("36 units, 36 with a score") && text.contains("worst certificate"), "{text}");
    let spec = luenberger(Reference::Metafrontier);
    let text = economy.with(true, |data| productivity(data, &spec)).expect("valid").to_string();
    assert!(text.contains("gap change") && !text.contains("scale change"), "{text}");
    let few = BootstrapSpec { replications: 3, ..BootstrapSpec::default() };
    let spec = radial(Orientation::Input, Rts::Crs, Reference::Global);
    let text = economy.with(false, |data| bootstrap(data, &spec, &few, &|_| {})).expect("valid");
    assert!(text.to_string().contains("index, width"), "{text}");
}
