//! Directional distances and the indices on them: nonparaeff, Benchmarking, DEAPack, Stata, Julia.

use crate::panel::run;
use crate::support::{PEER, Table, assert_scores, cross_section, observations};
use gtfp_ebm::{
    Direction, DirectionRule, Disposability, Index, Model, PanelData, PanelResult, PanelRow, PanelSpec, Reference, Rts,
    Solver, Transition, productivity,
};

/// Stata stores floats, and its LPs stop at 1e-7.
const STATA: f64 = 1e-6;

fn spec(rts: Rts, disposability: Disposability) -> PanelSpec {
    PanelSpec { model: Model::Ddf, rts, disposability, malmquist: Some(Index::None), ..PanelSpec::default() }
}

const BADS: [(&str, &[&str], &[&str], &[&str]); 2] = [
    ("Tone2003", &["x"], &["yg"], &["yb"]),
    ("Hua_Bian_2007", &["D-Input1", "D-Input2"], &["D-Output1", "D-Output2"], &["UD-Output1"]),
];

#[test]
fn strong_and_weak_disposability() {
    for (name, inputs, goods, bads) in BADS {
        let (Some(data), Some(golden)) = (
            Table::shared(&format!("r_sbm_bads/{name}.csv")),
            Table::shared(&format!("r_ddf_bads/{name}_ddf_nonparaeff0515_Benchmarking033.csv")),
        ) else {
            return;
        };
        let data = observations(&data, inputs, goods, bads);
        for rts in [Rts::Crs, Rts::Vrs] {
            let strong = cross_section(&data, &spec(rts, Disposability::Strong)).scores();
            let bench = golden.numbers(&format!("Bench_dir_strong_{rts}"));
            assert_scores(&format!("{name} Benchmarking {rts}"), &strong, &bench, PEER);
            if rts == Rts::Crs {
                // nonparaeff's direc.dea holds bads by an equality (units 13, 18 and 29 of Hua and Bian tell), so it is
                // the weak technology, although its manual does not say so.
                let weak = cross_section(&data, &spec(rts, Disposability::Weak)).scores();
                assert_scores(&format!("{name} nonparaeff"), &weak, &golden.numbers("nonparaeff_direcdea_crs"), PEER);
            }
            let Some(peer) = Table::shared(&format!("deapack/{name}_envddf_strong_{rts}_deapack201.csv")) else {
                return;
            };
            assert_scores(&format!("{name} DEAPack strong {rts}"), &strong, &peer.numbers("score"), PEER);
            let Some(peer) = Table::shared(&format!("deapack/{name}_envddf_weak_{rts}_deapack201.csv")) else { return };
            let weak = cross_section(&data, &spec(rts, WEAK_OF_DEAPACK)).scores();
            assert_scores(&format!("{name} DEAPack weak {rts}"), &weak, &peer.numbers("score"), PEER);
        }
    }
}

/// DEAPack's weak technology under variable returns is the plain equality. Kuosmanen (2005) shows that weak
/// disposability needs abatement factors of its own per unit; that is `WeakKuosmanen`, whose distances are no smaller.
const WEAK_OF_DEAPACK: Disposability = Disposability::Weak;

fn provinces(spec: &PanelSpec) -> Option<(Table, PanelResult)> {
    let table = Table::shared("stata_gtfpch/provinces30x3.csv")?;
    let result = run(&table, ["Province", "year"], [&["K", "L"], &["Y"], &["CO2"]], spec);
    Some((table, result))
}

/// Values of rows in the order of a golden table keyed by province and year.
fn pick(
    table: &Table,
    result: &PanelResult,
    keys: &[(String, String)],
    read: fn(&PanelRow) -> Option<f64>,
) -> Vec<Option<f64>> {
    let own: Vec<(String, String)> = table.text("Province").into_iter().zip(table.text("year")).collect();
    keys.iter().map(|key| read(&result.rows[own.iter().position(|k| k == key).expect("a known key")])).collect()
}

/// Keys of Stata's transition files, `2013~2014` being the later year's.
fn stata_keys(golden: &Table) -> Vec<(String, String)> {
    let later =
        golden.text("Pdwise").iter().map(|p| p.split('~').nth(1).expect("a pair").to_owned()).collect::<Vec<_>>();
    golden.text("Province").into_iter().zip(later).collect()
}

/// `gtfpch K L = Y : CO2, global`; its TECH is our efficiency change and its TECCH our technical change.
#[test]
fn stata_global_malmquist_luenberger() {
    let Some(golden) = Table::shared("stata_gtfpch/ex3result_stata.csv") else { return };
    let spec = PanelSpec { malmquist: Some(Index::Gml), ..spec(Rts::Crs, Disposability::Weak) };
    let Some((table, result)) = provinces(&spec) else { return };
    let keys = stata_keys(&golden);
    assert_scores("TFPCH", &pick(&table, &result, &keys, |r| r.index), &golden.numbers("TFPCH"), STATA);
    assert_scores("TECH", &pick(&table, &result, &keys, |r| r.ec), &golden.numbers("TECH"), STATA);
    assert_scores("TECCH", &pick(&table, &result, &keys, |r| r.tc), &golden.numbers("TECCH"), STATA);
    for (name, disposability) in [("weak", Disposability::Weak), ("strong", Disposability::Strong)] {
        let Some(ours) = Table::shared(&format!("stata_gtfpch/ex3_ours_{name}.csv")) else { return };
        let spec = PanelSpec { malmquist: Some(Index::Gml), ..self::spec(Rts::Crs, disposability) };
        let Some((table, result)) = provinces(&spec) else { return };
        let keys: Vec<_> = ours.text("Province").into_iter().zip(ours.text("year")).collect();
        assert_scores(name, &pick(&table, &result, &keys, |r| r.index), &ours.numbers("g"), PEER);
        assert_scores(name, &pick(&table, &result, &keys, |r| r.ec), &ours.numbers("e"), PEER);
        assert_scores(name, &pick(&table, &result, &keys, |r| r.tc), &ours.numbers("bpc"), PEER);
    }
    let Some(peer) = Table::shared("deapack/provinces_gml_KL_Y_CO2_deapack201.csv") else { return };
    let keys: Vec<_> = peer.text("dmu_id").into_iter().zip(peer.text("period")).collect();
    assert_scores("DEAPack", &pick(&table, &result, &keys, |r| r.index), &peer.numbers("productivity_change"), PEER);
    assert_scores("DEAPack EC", &pick(&table, &result, &keys, |r| r.ec), &peer.numbers("efficiency_change"), PEER);
}

/// `teddf K L = Y : CO2, time(year)` and the same with `nonr`: each year's own frontier, direction (-x, y, -b), weights 1.
#[test]
fn stata_distances() {
    let (Some(radial), Some(nonradial)) =
        (Table::shared("stata_gtfpch/ex1result_stata.csv"), Table::shared("stata_gtfpch/ex2result_stata.csv"))
    else {
        return;
    };
    let all = DirectionRule::Observed;
    let own = PanelSpec {
        reference: Reference::Contemporaneous,
        direction: Direction { inputs: all, goods: all, bads: all },
        ..spec(Rts::Crs, Disposability::Weak)
    };
    let Some((table, result)) = provinces(&own) else { return };
    let keys = |t: &Table| t.text("Province").into_iter().zip(t.text("year")).collect::<Vec<_>>();
    assert_scores("teddf", &pick(&table, &result, &keys(&radial), |r| r.score), &radial.numbers("Dv"), STATA);
    let nonr = PanelSpec { model: Model::NonRadialDdf, nonradial_weights: vec![1.0; 4], ..own };
    let Some((table, result)) = provinces(&nonr) else { return };
    assert_scores(
        "teddf, nonr",
        &pick(&table, &result, &keys(&nonradial), |r| r.score),
        &nonradial.numbers("Dv"),
        STATA,
    );
}

/// `gtfpch K L = Y : CO2, nonr global`: a Luenberger indicator, output-oriented with weights 1 (gtfpch's default).
#[test]
fn stata_nonradial_luenberger() {
    let Some(golden) = Table::shared("stata_gtfpch/ex4result_stata.csv") else { return };
    let spec = PanelSpec {
        model: Model::NonRadialDdf,
        nonradial_weights: vec![0.0, 0.0, 1.0, 1.0],
        malmquist: Some(Index::Luenberger),
        ..spec(Rts::Crs, Disposability::Weak)
    };
    let Some((table, result)) = provinces(&spec) else { return };
    let keys = stata_keys(&golden);
    assert_scores("TFPCH", &pick(&table, &result, &keys, |r| r.index), &golden.numbers("TFPCH"), STATA);
    assert_scores("TECH", &pick(&table, &result, &keys, |r| r.ec), &golden.numbers("TECH"), STATA);
    assert_scores("TECCH", &pick(&table, &result, &keys, |r| r.tc), &golden.numbers("TECCH"), STATA);
}

/// The 30 x 2 example of gtfpch with `nonr`, adjacent frontiers, weights 1/2 on good and bad: an empty cell is an
/// infeasible cross-period program. The file carries no call; these are the only options that reproduce it.
#[test]
fn stata_adjacent_luenberger() {
    let (Some(data), Some(golden)) =
        (Table::shared("stata_gtfpch/example_ddf_30x2.csv"), Table::shared("stata_gtfpch/ddf_result_stata.csv"))
    else {
        return;
    };
    let spec = PanelSpec {
        model: Model::NonRadialDdf,
        reference: Reference::Contemporaneous,
        malmquist: Some(Index::Luenberger),
        ..spec(Rts::Crs, Disposability::Weak)
    };
    let result = run(&data, ["id", "t"], [&["labor", "capital", "energy"], &["gdp"], &["co2"]], &spec);
    let ids = data.text("id").into_iter().zip(data.text("t")).collect::<Vec<_>>();
    let at: Vec<usize> = golden
        .text("id")
        .into_iter()
        .map(|id| ids.iter().position(|k| *k == (id.clone(), "10".to_owned())).expect("a known key"))
        .collect();
    let take = |read: fn(&PanelRow) -> Option<f64>| at.iter().map(|&i| read(&result.rows[i])).collect::<Vec<_>>();
    assert_scores("TFPCH", &take(|r| r.index), &golden.numbers("TFPCH"), STATA);
    assert_scores("TECH", &take(|r| r.ec), &golden.numbers("TECH"), STATA);
    assert_scores("TECCH", &take(|r| r.tc), &golden.numbers("TECCH"), STATA);
    let infeasible = at.iter().filter(|&&i| result.rows[i].transition == Transition::Infeasible).count();
    assert_eq!(infeasible, golden.numbers("TFPCH").iter().filter(|v| v.is_nan()).count());
}

/// Five units in three periods, from Julia's unit tests.
fn five(spec: &PanelSpec) -> Option<(Table, PanelResult)> {
    let table = Table::shared("julia_tests/malmluen_data.csv")?;
    let result = run(&table, ["dmu", "t"], [&["x"], &["y"], &["b"]], spec);
    Some((table, result))
}

#[test]
fn malmquist_luenberger_by_both_technologies() {
    for (file, reference, disposability, index) in [
        (
            "APZMalmquistLuenbergerDEA",
            Reference::Contemporaneous,
            Disposability::StrongCapped,
            Index::MalmquistLuenberger,
        ),
        ("MalmquistLuenbergerDEA", Reference::Contemporaneous, Disposability::Weak, Index::MalmquistLuenberger),
        ("GlobalMalmquistLuenbergerDEA", Reference::Global, Disposability::Weak, Index::Gml),
    ] {
        let Some(golden) = Table::shared(&format!("deapack/julia5_{file}_deapack201.csv")) else { return };
        let spec = PanelSpec { reference, malmquist: index, ..spec(Rts::Crs, disposability) };
        let Some((table, result)) = five(&spec) else { return };
        let own: Vec<_> = table.text("dmu").into_iter().zip(table.text("t")).collect();
        let keys: Vec<_> = golden.text("dmu_id").into_iter().zip(golden.text("period")).collect();
        let at: Vec<usize> = keys.iter().map(|k| own.iter().position(|o| o == k).expect("a known key")).collect();
        let take = |read: fn(&PanelRow) -> Option<f64>| at.iter().map(|&i| read(&result.rows[i])).collect::<Vec<_>>();
        assert_scores(file, &take(|r| r.index), &golden.numbers("productivity_change"), PEER);
        assert_scores(
            file,
            &take(|r| r.index).iter().zip(take(|r| r.ec)).map(|(i, e)| i.and(e)).collect::<Vec<_>>(),
            &golden.numbers("efficiency_change"),
            PEER,
        );
        assert_scores(file, &take(|r| r.tc), &golden.numbers("technical_change"), PEER);
    }
}

/// Julia's `malmluen` is the index of Aparicio, Pastor and Zofio (2013), not that of Chung, Fare and Grosskopf (1997):
/// a small clone is tested on its printed numbers.
#[test]
fn a_small_clone_has_julias_five_units() {
    let table = Table::own("bads5.csv");
    let names = ["1", "2"].map(|t| [format!("x{t}"), format!("y{t}"), format!("b{t}")]);
    let stack = |k: usize| [table.numbers(&names[0][k]), table.numbers(&names[1][k])].concat();
    let (x, y, b) = (stack(0), stack(1), stack(2));
    let run = |spec: &PanelSpec| {
        let data = PanelData {
            inputs: &[("x", &x)],
            goods: &[("y", &y)],
            bads: &[("b", &b)],
            entity: &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4],
            time: &[1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
            group: None,
            label: &|row| row.to_string(),
        };
        productivity(&data, spec).expect("valid")
    };
    let apz = PanelSpec {
        reference: Reference::Contemporaneous,
        malmquist: Some(Index::MalmquistLuenberger),
        ..spec(Rts::Crs, Disposability::StrongCapped)
    };
    let result = run(&apz);
    let later = |read: fn(&PanelRow) -> Option<f64>| result.rows[5..].iter().map(read).collect::<Vec<_>>();
    assert_scores("index", &later(|r| r.index), &table.numbers("apz"), 1e-9);
    assert_scores("ec", &later(|r| r.ec), &table.numbers("ec"), 1e-9);
    let first: Vec<_> = result.rows[..5].iter().map(|r| r.score).collect();
    assert_scores("d", &first, &table.numbers("d"), 1e-9);
}
