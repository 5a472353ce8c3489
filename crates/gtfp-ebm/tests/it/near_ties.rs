//! Units that are copies of one another up to a millionth or a billionth: the built-in engine decides every program.

use crate::support::{Table, observations};
use gtfp_ebm::{
    BadsConvention, Disposability, Efficiency, Error, Model, Observations, Orientation, PanelSpec, Rts, Solver, Status,
    efficiency,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Every model, orientation, convention and returns that has a meaning.
fn choices() -> Vec<PanelSpec> {
    let simplex = PanelSpec { solver: Solver::Simplex, ..PanelSpec::default() };
    let mut all = Vec::new();
    for &rts in Rts::ALL {
        for &bads_convention in BadsConvention::ALL {
            all.push(PanelSpec { rts, bads_convention, ..simplex.clone() });
            for orientation in [Orientation::Input, Orientation::Output] {
                for model in [Model::Ebm, Model::Sbm, Model::Radial] {
                    all.push(PanelSpec {
                        model,
                        orientation: Some(orientation),
                        rts,
                        bads_convention,
                        ..simplex.clone()
                    });
                }
            }
        }
        all.push(PanelSpec { model: Model::Sbm, rts, ..simplex.clone() });
        for &disposability in Disposability::ALL {
            all.push(PanelSpec { model: Model::Ddf, rts, disposability, ..simplex.clone() });
        }
        all.push(PanelSpec { model: Model::NonRadialDdf, rts, ..simplex.clone() });
    }
    all.push(PanelSpec { bounded: Some(false), ..simplex });
    all
}

fn scored(data: &Observations, spec: &PanelSpec) -> Result<Efficiency, Error> {
    let rows: Vec<usize> = (0..data.n()).collect();
    efficiency(data, &rows, &rows, spec, &|row| row.to_string())
}

/// Scores every unit by every choice: a unit of its own reference has a score, in the range of its model, certified by the
/// built-in engine. Returns the number of programs.
fn all_decided(data: &Observations, what: &str) -> usize {
    let mut programs = 0;
    for spec in choices() {
        let result = match scored(data, &spec) {
            Ok(result) => result,
            Err(Error::Degenerate { .. }) => continue,
            Err(error) => panic!("{what}: {error}"),
        };
        let said = || {
            let PanelSpec { model, rts, bads_convention, disposability, .. } = &spec;
            format!("{what}: {model} {:?} {rts} {bads_convention} {disposability}", spec.orientation)
        };
        for (row, outcome) in result.outcomes.iter().enumerate() {
            assert_eq!(outcome.status, Status::Ok, "{}, unit {row}", said());
            let score = outcome.score().unwrap_or(f64::NAN);
            let range = if spec.is_distance() { score >= 0.0 } else { score > 0.0 && score <= 1.0 };
            assert!(range, "{}, unit {row}: {score}", said());
        }
        assert_eq!((result.lp.fallbacks, result.lp.uncertified), (0, 0), "{}", said());
        assert!(result.lp.worst_certificate <= 1e-9, "{}: {:e}", said(), result.lp.worst_certificate);
        programs += result.lp.programs;
    }
    programs
}

/// Panels in which units went without a score although they stand in their own technology.
#[test]
fn cases_that_were_left_undecided() {
    let (three, one) = (["x0", "x1", "x2"], ["x0"]);
    for (name, inputs, goods, bads) in [
        ("failed", &one[..], 2, 3),
        ("failed_min", &one[..], 2, 3),
        ("min_tie_1e-06_1_phivrs", &three[..], 1, 3),
        ("min_tie_1e-07_6_phicrs", &three[..], 1, 3),
        ("tie_1e-06_1_phivrs", &three[..], 1, 3),
        ("tie_1e-06_5_slavrs", &three[..], 1, 3),
        ("tie_1e-07_5_twovrs", &three[..], 1, 3),
        ("tie_1e-08_2_ddf", &three[..], 1, 3),
        ("tie_1e-08_7_slavrs", &three[..], 1, 3),
        ("tie_1e-09_1_ddf", &three[..], 1, 3),
        ("tie_1e-09_3_sbm", &three[..], 1, 3),
        ("tie_1e-09_4_phivrs", &three[..], 1, 3),
    ] {
        let table = Table::own(&format!("cases/{name}.csv"));
        let goods = &["y0", "y1"][..goods];
        let bads = &["b0", "b1", "b2"][..bads];
        assert!(all_decided(&observations(&table, inputs, goods, bads), name) > 0);
    }
}

/// 450 units, reduced to generators first: the reduction drops no unit that a bounded program needs.
#[test]
fn a_reduced_reference_holds_every_unit() {
    let table = Table::own("cases/false_infeasible.csv");
    all_decided(&observations(&table, &["x0", "x1", "x2"], &["y0"], &["b0", "b1"]), "false_infeasible");
}

/// A technology in which some units are near-copies of others, multiples of others, or sums.
fn technology(rng: &mut ChaCha8Rng) -> Observations {
    let (inputs, goods, bads) = (rng.random_range(1..=3), rng.random_range(1..=2), rng.random_range(1..=3));
    let total = inputs + goods + bads;
    let n = rng.random_range(6..=24);
    let distance = [1e-6, 1e-7, 1e-8, 1e-9][rng.random_range(0..4_usize)];
    let mut values: Vec<f64> = Vec::with_capacity(n * total);
    for unit in 0..n {
        let kind = if unit < 2 { 0 } else { rng.random_range(0..4_u8) };
        let (one, two) = (rng.random_range(0..unit.max(1)), rng.random_range(0..unit.max(1)));
        let size = (2.0 * rng.random::<f64>() - 1.0).exp();
        for k in 0..total {
            let near = 1.0 + distance * (2.0 * rng.random::<f64>() - 1.0);
            let value = match kind {
                0 => size * (1.5 * rng.random::<f64>()).exp(),
                1 => values[one * total + k] * near,
                2 => values[one * total + k] * size * near,
                _ => (values[one * total + k] + values[two * total + k]) / 2.0 * near,
            };
            values.push(value);
        }
    }
    let names = (0..total).map(|k| format!("v{k}")).collect();
    let dims = gtfp_ebm::Dimensions { inputs, goods, bads };
    Observations::from_rows(dims, names, values).expect("whole rows")
}

fn random_technologies(count: usize, seed: u64) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|i| all_decided(&technology(&mut rng), &format!("seed {seed}, technology {i}"))).sum()
}

#[test]
fn random_near_ties_are_decided() {
    assert!(random_technologies(12, 17) > 8000);
}

/// A million programs: `cargo test --release -p gtfp-ebm -- --ignored a_million --nocapture`.
#[test]
#[ignore = "takes minutes"]
fn a_million_near_ties_are_decided() {
    let mut programs = 0;
    let mut seed = 1000;
    while programs < 1_000_000 {
        programs += random_technologies(25, seed);
        seed += 1;
        println!("{programs} programs, none open");
    }
}
