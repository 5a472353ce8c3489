//! Decomposed Malmquist indices of one input and one output against exact fractions
//! (`tests/golden/malmquist_fractions.py`): both orientations, every reference and decomposition.

use crate::support::Table;
use gtfp_ebm::{
    Decomposition, Index, MalmquistSpec, Model, Orientation, PanelData, PanelSpec, Reference, Rts, Solver, Transition,
    malmquist, productivity,
};

/// Units a, b, c in three periods, as in the program that wrote the numbers.
const INPUT: [f64; 9] = [2.0, 4.0, 8.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0];
const OUTPUT: [f64; 9] = [2.0, 5.0, 6.0, 3.0, 6.0, 7.0, 3.0, 4.0, 8.0];

fn with<T>(run: impl FnOnce(&PanelData<'_>) -> T) -> T {
    run(&PanelData {
        inputs: &[("x", &INPUT)],
        goods: &[("y", &OUTPUT)],
        bads: &[],
        entity: &[0, 1, 2, 0, 1, 2, 0, 1, 2],
        time: &[1, 1, 1, 2, 2, 2, 3, 3, 3],
        group: None,
        label: &|row| format!("{} {}", row % 3, row / 3 + 1),
    })
}

fn agree(what: &str, got: Option<f64>, want: f64) {
    match got {
        None => assert!(want.is_nan(), "{what}: nothing, by hand {want}"),
        Some(got) => assert!((got - want).abs() < 1e-9 * want, "{what}: {got}, by hand {want}"),
    }
}

#[test]
fn every_decomposition_in_fractions() {
    let table = Table::own("malmquist_fractions.csv");
    let choices = ["orientation", "rts", "reference", "decomposition"].map(|column| table.text(column));
    let [unit, time] = ["unit", "time"].map(|column| table.numbers(column));
    let names = ["index", "ec", "tc", "pech", "sech", "output_bias", "input_bias", "magnitude"];
    let wanted = names.map(|name| table.numbers(name));
    let mut infeasible = 0;
    for line in 0..unit.len() {
        let spec = MalmquistSpec {
            orientation: choices[0][line].parse().expect("a word"),
            rts: choices[1][line].parse().expect("a word"),
            reference: choices[2][line].parse().expect("a word"),
            decomposition: choices[3][line].parse().expect("a word"),
        };
        let result = with(|data| malmquist(data, &spec, Solver::default())).expect("valid");
        assert_eq!(result.spec, spec);
        let row = &result.rows[3 * (time[line] as usize - 1) + unit[line] as usize];
        let got =
            [row.index, row.ec, row.tc, row.pure_ec, row.scale_ec, row.output_bias, row.input_bias, row.magnitude];
        for ((name, got), want) in names.iter().zip(got).zip(&wanted) {
            agree(&format!("{spec:?} {} {} {name}", unit[line], time[line]), got, want[line]);
        }
        // Outputs that no unit of the other period reaches have no smallest input, and inputs that none has, no output.
        let status = if wanted[0][line].is_nan() { Transition::Infeasible } else { Transition::Ok };
        assert_eq!(row.status, status, "{spec:?} {} {}", unit[line], time[line]);
        infeasible += usize::from(status == Transition::Infeasible);
        assert!(result.rows[..3].iter().all(|row| row.status == Transition::First && row.index.is_none()));
    }
    assert!(infeasible > 10, "{infeasible}");
}

/// What a panel says of a decomposition is the decomposition itself; parts that it does not have are not asked for.
#[test]
fn a_panel_holds_the_parts_of_its_decomposition() {
    for decomposition in [Decomposition::Fgnz, Decomposition::RayDesliBase, Decomposition::Bias] {
        for rts in [Rts::Crs, Rts::Vrs] {
            if rts == Rts::Crs && decomposition == Decomposition::RayDesliBase {
                continue;
            }
            let (orientation, reference) = (Orientation::Output, Reference::Contemporaneous);
            let spec = MalmquistSpec { orientation, rts, reference, decomposition };
            let parts = with(|data| malmquist(data, &spec, Solver::default())).expect("valid").rows;
            let spec = PanelSpec {
                model: Model::Radial,
                orientation: Some(orientation),
                rts,
                reference,
                malmquist: Some(Index::Malmquist),
                decomposition: Some(decomposition),
                ..PanelSpec::default()
            };
            let panel = with(|data| productivity(data, &spec)).expect("valid").rows;
            for (row, part) in panel.iter().zip(&parts) {
                assert_eq!(row.transition, part.status);
                let asked = |value: Option<f64>| match (value, part.status) {
                    (Some(_), _) => Transition::Ok,
                    (None, Transition::Ok) => Transition::NotAsked,
                    (None, reason) => reason,
                };
                for ((value, status), want) in [
                    ((row.ec, row.status_ec), part.ec),
                    ((row.tc, row.status_tc), part.tc),
                    ((row.pure_ec, row.status_pure), part.pure_ec),
                    ((row.scale_ec, row.status_scale), part.scale_ec),
                ] {
                    assert_eq!((value, status), (want, asked(want)));
                }
                assert_eq!(row.index, part.index);
                assert_eq!(
                    (row.output_bias, row.input_bias, row.magnitude),
                    (part.output_bias, part.input_bias, part.magnitude)
                );
            }
        }
    }
}
