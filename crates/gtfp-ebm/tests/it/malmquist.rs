//! Malmquist decompositions against deaR, Benchmarking, nonparaeff and DEAPack, on 31 provinces in five years.

use crate::support::{PEER, Table, assert_scores};
use gtfp_ebm::{
    Decomposition, Index, MalmquistRow, MalmquistSpec, Model, Orientation, PanelData, PanelSpec, Reference, Rts,
    Solver, malmquist, productivity,
};

struct Economy {
    name: Vec<String>,
    time: Vec<i64>,
    entity: Vec<u32>,
    capital: Vec<f64>,
    labor: Vec<f64>,
    output: Vec<f64>,
}

impl Economy {
    fn read() -> Option<Self> {
        let table = Table::shared("r_malmquist/EconomyLong.csv")?;
        let name = table.text("DMUs");
        let mut distinct = name.clone();
        distinct.sort();
        distinct.dedup();
        Some(Self {
            entity: name.iter().map(|n| distinct.binary_search(n).expect("listed") as u32).collect(),
            time: table.text("Period").iter().map(|t| t.parse().expect("a year")).collect(),
            capital: table.numbers("Capital"),
            labor: table.numbers("Labor"),
            output: table.numbers("GIOV"),
            name,
        })
    }

    fn with<T>(&self, run: impl FnOnce(&PanelData<'_>) -> T) -> T {
        run(&PanelData {
            inputs: &[("Capital", &self.capital), ("Labor", &self.labor)],
            goods: &[("GIOV", &self.output)],
            bads: &[],
            entity: &self.entity,
            time: &self.time,
            group: None,
            label: &|row| format!("{} {}", self.name[row], self.time[row]),
        })
    }

    fn row(&self, name: &str, time: i64) -> usize {
        (0..self.name.len()).find(|&i| self.name[i] == name && self.time[i] == time).expect("a known key")
    }
}

type Read = fn(&MalmquistRow) -> Option<f64>;

const PARTS: [(&str, Read); 5] = [
    ("mi", |row| row.index),
    ("ec", |row| row.ec),
    ("tc", |row| row.tc),
    ("pech", |row| row.pure_ec),
    ("sech", |row| row.scale_ec),
];

/// Infeasible cross-period programs: lpSolve returns 0 for them and deaR computes with it, so 0, Inf and NA in its
/// files all mean "no index"; this crate says so with an empty value.
fn dear(value: f64) -> f64 {
    if value.is_finite() && value > 0.0 { value } else { f64::NAN }
}

#[test]
fn every_decomposition_of_dear() {
    let Some(economy) = Economy::read() else { return };
    let (mut files, mut numbers) = (0, 0);
    for (o_word, orientation) in [("io", Orientation::Input), ("oo", Orientation::Output)] {
        for (r_word, reference) in
            [("cont", Reference::Contemporaneous), ("seq", Reference::Sequential), ("glob", Reference::Global)]
        {
            for rts in [Rts::Crs, Rts::Vrs] {
                for d_word in ["fgnz", "rd", "gl", "bias"] {
                    // deaR computes rd and gl under variable returns even where crs is asked for; on a global
                    // frontier it ignores the decomposition.
                    let global = reference == Reference::Global;
                    let (decomposition, rts_used) = match d_word {
                        _ if global && rts == Rts::Vrs => (Decomposition::RayDesliBase, Rts::Vrs),
                        _ if global => (Decomposition::Fgnz, Rts::Crs),
                        "rd" => (Decomposition::RayDesliBase, Rts::Vrs),
                        "gl" => (Decomposition::GrifellLovell, Rts::Vrs),
                        "bias" => (Decomposition::Bias, rts),
                        _ => (Decomposition::Fgnz, rts),
                    };
                    let spec = MalmquistSpec { orientation, rts: rts_used, reference, decomposition };
                    let rows = economy.with(|data| malmquist(data, &spec, Solver::default())).expect("valid").rows;
                    for (part, read) in PARTS {
                        let name =
                            format!("r_malmquist/EconomyLong_{o_word}_{r_word}_{rts}_{d_word}_{part}_deaR153.csv");
                        if !std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                            .join("../../../shared/goldens/dea")
                            .join(&name)
                            .exists()
                        {
                            continue;
                        }
                        let Some(golden) = Table::shared(&name) else { return };
                        let (mut got, mut want) = (Vec::new(), Vec::new());
                        for province in &golden.header()[1..] {
                            for (i, value) in golden.numbers(province).into_iter().enumerate() {
                                let time = golden.text("period")[i].parse().expect("a year");
                                let row = economy.row(province, time);
                                let value = dear(value);
                                if value.is_nan() && read(&rows[row]).is_some() {
                                    // deaR could not; some parts exist without the infeasible one.
                                    continue;
                                }
                                if read(&rows[row]).is_none() && !value.is_nan() {
                                    panic!("{name} {province} {time}: nothing, deaR {value}");
                                }
                                got.push(read(&rows[row]));
                                want.push(value);
                            }
                        }
                        assert_scores(&name, &got, &want, PEER);
                        files += 1;
                        numbers += want.iter().filter(|v| !v.is_nan()).count();
                    }
                }
            }
        }
    }
    assert_eq!(files, 176, "golden files");
    println!("{files} files, {numbers} numbers");
}

#[test]
fn benchmarking_and_nonparaeff() {
    let (Some(economy), Some(bench), Some(fare)) = (
        Economy::read(),
        Table::shared("r_malmquist/EconomyLong_Benchmarking033_malmq_in_crs_cont.csv"),
        Table::shared("r_malmquist/EconomyLong_nonparaeff0515_faremalm2.csv"),
    ) else {
        return;
    };
    let spec = MalmquistSpec {
        orientation: Orientation::Input,
        rts: Rts::Crs,
        reference: Reference::Contemporaneous,
        decomposition: Decomposition::Fgnz,
    };
    let rows = economy.with(|data| malmquist(data, &spec, Solver::default())).expect("valid").rows;
    let pick = |table: &Table, name: &str, time: &str, read: Read| {
        table
            .text(name)
            .iter()
            .zip(table.text(time))
            .map(|(n, t)| read(&rows[economy.row(n, t.parse().expect("a year"))]))
            .collect::<Vec<_>>()
    };
    for (column, read) in [("mi", PARTS[0].1), ("ec", PARTS[1].1), ("tc", PARTS[2].1)] {
        assert_scores(
            &format!("Benchmarking {column}"),
            &pick(&bench, "dmu", "period", read),
            &bench.numbers(column),
            PEER,
        );
    }
    // nonparaeff is output-oriented; under constant returns the index and its parts are the same.
    for (column, read) in [("pc", PARTS[0].1), ("ec", PARTS[1].1), ("tc", PARTS[2].1)] {
        assert_scores(&format!("nonparaeff {column}"), &pick(&fare, "id", "year", read), &fare.numbers(column), PEER);
    }
}

#[test]
fn deapack_global_malmquist() {
    let Some(economy) = Economy::read() else { return };
    for (word, orientation) in [("input", Orientation::Input), ("output", Orientation::Output)] {
        let Some(golden) = Table::shared(&format!("deapack/EconomyLong_globalmalmquist_{word}_crs_deapack201.csv"))
        else {
            return;
        };
        let spec = PanelSpec {
            model: Model::Radial,
            orientation: Some(orientation),
            malmquist: Some(Index::Malmquist),
            ..PanelSpec::default()
        };
        let result = economy.with(|data| productivity(data, &spec)).expect("valid");
        let at: Vec<usize> = golden
            .text("dmu_id")
            .iter()
            .zip(golden.text("period"))
            .map(|(n, t)| economy.row(n, t.parse().expect("a year")))
            .collect();
        let pick = |read: fn(&gtfp_ebm::PanelRow) -> Option<f64>| {
            at.iter().map(|&i| read(&result.rows[i])).collect::<Vec<_>>()
        };
        assert_scores("index", &pick(|r| r.index), &golden.numbers("productivity_change"), PEER);
        assert_scores("EC", &pick(|r| r.ec), &golden.numbers("efficiency_change"), PEER);
        assert_scores("BPC", &pick(|r| r.tc), &golden.numbers("best_practice_change"), PEER);
        assert_scores("E^G", &pick(|r| r.score), &golden.numbers("global_efficiency_comparison"), PEER);
    }
}

/// The panel call and the decomposition call are one index; parts multiply to the whole.
#[test]
fn decompositions_multiply_and_agree_with_the_panel() {
    let Some(economy) = Economy::read() else { return };
    for reference in [Reference::Contemporaneous, Reference::Sequential, Reference::Global] {
        let orientation = Orientation::Output;
        let spec = PanelSpec {
            model: Model::Radial,
            orientation: Some(orientation),
            reference,
            malmquist: Some(Index::Malmquist),
            scale_change: true,
            ..PanelSpec::default()
        };
        let panel = economy.with(|data| productivity(data, &spec)).expect("valid");
        for decomposition in [Decomposition::Fgnz, Decomposition::RayDesli] {
            if reference == Reference::Global && decomposition == Decomposition::RayDesli {
                continue;
            }
            let spec = MalmquistSpec { orientation, rts: Rts::Vrs, reference, decomposition };
            let rows = economy.with(|data| malmquist(data, &spec, Solver::default())).expect("valid").rows;
            for (row, record) in rows.iter().enumerate() {
                if let Some(index) = record.index {
                    let panel_index = panel.rows[row].index.expect("the same transitions");
                    assert!(
                        (index - panel_index).abs() < 1e-10 * panel_index,
                        "{reference} {decomposition} {row}: {index} {panel_index}"
                    );
                    if decomposition == Decomposition::Fgnz {
                        let (a, b) = (&panel.rows[row], record);
                        for (a, b) in [(a.pure_ec, b.pure_ec), (a.scale_ec, b.scale_ec)] {
                            let (a, b) = (a.expect("a part"), b.expect("a part"));
                            assert!((a - b).abs() < 1e-10 * b, "{reference} {row}: {a} {b}");
                        }
                    }
                }
            }
        }
    }
}
