//! Units that are copies of one another up to a millionth or a billionth: the built-in engine decides every program.

use crate::support::{Table, observations};
use crate::technologies::{called, choices, dimensions, near_ties, number};
use gtfp_ebm::{
    Dimensions, Efficiency, Error, Index, LpRecord, Observations, PanelData, PanelSpec, Status, efficiency,
    productivity,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn scored(data: &Observations, rows: &[usize], reference: &[usize], spec: &PanelSpec) -> Result<Efficiency, Error> {
    efficiency(data, rows, reference, spec, &|row| row.to_string())
}

/// The counts of a run in which the built-in engine proved every verdict.
fn assert_proved(lp: &LpRecord, case: &dyn Fn() -> String) {
    assert_eq!((lp.fallbacks, lp.uncertified), (0, 0), "{}", case());
    assert!(lp.worst_certificate <= 1e-9, "{}: {:e}", case(), lp.worst_certificate);
}

/// Scores every unit by every choice: a unit of its own reference has a score, in the range of its model, certified by the
/// built-in engine. Returns the number of programs.
fn all_decided(data: &Observations, what: &str) -> usize {
    let all: Vec<usize> = (0..data.n()).collect();
    let mut programs = 0;
    for spec in choices() {
        let case = || format!("{what}: {}", called(&spec));
        let result = match scored(data, &all, &all, &spec) {
            Ok(result) => result,
            Err(Error::Degenerate { .. }) => continue,
            Err(error) => panic!("{}: {error}", case()),
        };
        for (row, outcome) in result.outcomes.iter().enumerate() {
            assert_eq!(outcome.status, Status::Ok, "{}, unit {row}", case());
            assert_in_range(outcome.score(), &spec, &|| format!("{}, unit {row}", case()));
        }
        assert_proved(&result.lp, &case);
        programs += result.lp.programs;
    }
    programs
}

fn assert_in_range(score: Option<f64>, spec: &PanelSpec, case: &dyn Fn() -> String) {
    let score = score.unwrap_or(f64::NAN);
    let range = if spec.is_distance() { score >= 0.0 } else { score > 0.0 && score <= 1.0 };
    assert!(range, "{}: {score}", case());
}

/// Scores the second half of the units against the first by every choice: a score or a proof that there is none.
fn all_proved_outside(data: &Observations, what: &str) -> usize {
    let (reference, rows): (Vec<usize>, Vec<usize>) = (0..data.n()).partition(|&row| row < data.n() / 2);
    let mut programs = 0;
    for spec in choices() {
        let case = || format!("{what}, outside: {}", called(&spec));
        match scored(data, &rows, &reference, &spec) {
            Ok(result) => {
                assert_proved(&result.lp, &case);
                programs += result.lp.programs;
            }
            Err(Error::Degenerate { .. }) => {}
            Err(error) => panic!("{}: {error}", case()),
        }
    }
    programs
}

/// Scores a panel of three periods on the pooled and on the own-period frontiers by every choice.
fn all_decided_in_periods(data: &Observations, what: &str) -> usize {
    let n = data.n() / 3 * 3;
    let columns: Vec<Vec<f64>> = (0..data.dims().total())
        .map(|k| (0..n).map(|row| data.row(row).map_or(f64::NAN, |values| values[k])).collect())
        .collect();
    let named: Vec<(&str, &[f64])> =
        data.names().iter().zip(&columns).map(|(name, column)| (name.as_str(), column.as_slice())).collect();
    let Dimensions { inputs, goods, .. } = data.dims();
    let entity: Vec<u32> = (0..n as u32).map(|row| row / 3).collect();
    let time: Vec<i64> = (0..n as i64).map(|row| row % 3).collect();
    let panel = PanelData {
        inputs: &named[..inputs],
        goods: &named[inputs..inputs + goods],
        bads: &named[inputs + goods..],
        entity: &entity,
        time: &time,
        group: None,
        label: &|row| row.to_string(),
    };
    let mut programs = 0;
    for spec in choices() {
        let spec = PanelSpec { malmquist: Some(Index::None), ..spec };
        let case = || format!("{what}, periods: {}", called(&spec));
        let result = match productivity(&panel, &spec) {
            Ok(result) => result,
            Err(Error::Degenerate { .. }) => continue,
            Err(error) => panic!("{}: {error}", case()),
        };
        for (row, record) in result.rows.iter().enumerate() {
            let row_case = || format!("{}, row {row}", case());
            assert_eq!(
                (record.status_score, record.status_contemporaneous),
                (Status::Ok, Status::Ok),
                "{}",
                row_case()
            );
            assert_in_range(record.score, &spec, &row_case);
            assert_in_range(record.score_contemporaneous, &spec, &row_case);
        }
        assert_proved(&result.summary.lp, &case);
        programs += result.summary.lp.programs;
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

/// Every choice on one random technology: against itself, half against half, and as a panel of three periods.
fn decided(seed: u64) -> usize {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (dims, n) = (dimensions(&mut rng), rng.random_range(6..=24));
    let distance = 10.0_f64.powi(-rng.random_range(6..=12));
    let data = near_ties(&mut rng, dims, n, distance);
    let what = format!("seed {seed}, {n} units, distance {distance:e}");
    all_decided(&data, &what) + all_proved_outside(&data, &what) + all_decided_in_periods(&data, &what)
}

#[test]
fn random_near_ties_are_decided() {
    assert!((0..12).map(decided).sum::<usize>() > 20_000);
}

/// A million programs: `cargo test --release -p gtfp-ebm -- --ignored a_million --nocapture`; `NEAR_TIES_SEED` is the first
/// seed, `NEAR_TIES_COUNT` the number of programs.
#[test]
#[ignore = "long: a million programs take minutes"]
fn a_million_near_ties_are_decided() {
    let (first, count) = (number("NEAR_TIES_SEED", 1000), number("NEAR_TIES_COUNT", 1_000_000) as usize);
    let start = std::time::Instant::now();
    let (mut programs, mut seed) = (0, first);
    while programs < count {
        programs += decided(seed);
        seed += 1;
    }
    println!("seeds {first}..{seed}: {programs} programs, none open, {:.0} s", start.elapsed().as_secs_f64());
}
