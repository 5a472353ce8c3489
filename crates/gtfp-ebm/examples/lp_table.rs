//! Prints the table of `benches/README.md`: CPU time of the engine and of HiGHS on the same programs.
//!
//! `cargo run --release -p gtfp-ebm --example lp_table -- [threads] [largest synthetic panel] [word of a line]`, by
//! default one thread, 100 000 units and all lines. CPU time is read from Linux' /proc; elsewhere the table shows wall time.
#![allow(clippy::print_stdout, reason = "an example prints its answer")]

#[path = "../benches/common/mod.rs"]
mod common;

use common::{Panel, ROWS, generators, panel_279x8, scores, synthetic, whole};
use gtfp_ebm::Frontiers;
use gtfp_ebm::lp::{Activities, LpStats, Solver, neighbor_order};
use std::hint::black_box;
use std::sync::OnceLock;
use std::time::Instant;

/// Seconds of CPU used by all threads of this process; wall time where the system does not say.
fn cpu() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let wall = || START.get_or_init(Instant::now).elapsed().as_secs_f64();
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return wall() };
    let nanoseconds = |entry: std::fs::DirEntry| -> Option<f64> {
        let text = std::fs::read_to_string(entry.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse().ok()
    };
    tasks.filter_map(Result::ok).filter_map(nanoseconds).sum::<f64>() * 1e-9
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The panel's table; with a word, only the lines that hold it.
fn panel(columns: &[f64], only: &str) {
    let order = neighbor_order(ROWS, columns);
    let all = Activities::new(ROWS, order.len(), columns).expect("finite data");
    let (few, reduction) = generators(columns);
    println!("279 × 8, {} generators of {} units", few.cols(), order.len());
    let (ours, on_few) = scores(columns, &few, &order, Solver::Simplex);
    let (direct, on_all) = scores(columns, &all, &order, Solver::Simplex);
    println!("largest difference between reduced and full reference: {:.1e}", farthest(&ours, &direct));
    let none = LpStats::default();
    let mut search = LpStats::default();
    search.iterations = reduction.iterations;
    let study = Panel::new(columns);
    let lp = study.gml().summary.lp;
    let (mut same_data, mut other_data) = (Frontiers::default(), Frontiers::default());
    drop(study.gml_after(&mut same_data));
    drop(study.with_other_capital().gml_after(&mut other_data));
    let mut both = LpStats::default();
    (both.iterations, both.fallbacks, both.worst_certificate) = (lp.iterations, lp.fallbacks, lp.worst_certificate);
    let mut runs: Vec<Run<'_>> = vec![
        Run::new("order of units", 40, none, || drop(black_box(neighbor_order(ROWS, columns)))),
        Run::new("search for generators", 20, search, || {
            drop(black_box(generators(columns)));
        }),
        Run::new("scores on generators", 20, on_few, || {
            drop(black_box(scores(columns, &few, &order, Solver::Simplex)));
        }),
        Run::new("whole, search included", 20, whole(columns).1, || drop(black_box(whole(columns)))),
        Run::new("scores on all columns, no search", 5, on_all, || {
            drop(black_box(scores(columns, &all, &order, Solver::Simplex)));
        }),
        Run::new("whole EBM-GML, two frontiers", 10, both, || drop(black_box(study.gml()))),
        Run::new("the same after another model's study", 10, both, || {
            drop(black_box(study.gml_after(&mut same_data.clone())));
        }),
        Run::new("the same after a study of other quantities", 10, both, || {
            drop(black_box(study.gml_after(&mut other_data.clone())));
        }),
    ];
    if cfg!(feature = "highs") {
        let (theirs, on_few) = scores(columns, &few, &order, Solver::Highs);
        println!("largest difference from HiGHS: {:.1e}", farthest(&ours, &theirs));
        let on_all = scores(columns, &all, &order, Solver::Highs).1;
        runs.push(Run::new("HiGHS on generators, warm", 1, on_few, || {
            drop(black_box(scores(columns, &few, &order, Solver::Highs)));
        }));
        runs.push(Run::new("HiGHS on all columns, warm", 1, on_all, || {
            drop(black_box(scores(columns, &all, &order, Solver::Highs)));
        }));
    }
    runs.retain(|run| run.name.contains(only));
    // Round after round through all of them: a busy second of a shared machine then hits none of them alone.
    for _ in 0..ROUNDS {
        runs.iter_mut().for_each(Run::round);
    }
    println!("| 2232 EBM scores | CPU ms | iterations | fallbacks | worst certificate |");
    println!("|---|---|---|---|---|");
    for run in &runs {
        let LpStats { iterations, fallbacks, worst_certificate, .. } = run.stats;
        println!("| {} | {:.2} | {iterations} | {fallbacks} | {worst_certificate:.1e} |", run.name, run.best * 1e3);
    }
    if let [_, _, few, with_search, _, _, _, _, highs_few, highs_all] = &runs[..] {
        println!("HiGHS on all columns / whole: {:.0}", highs_all.best / with_search.best);
        println!("HiGHS on generators / scores on generators: {:.0}", highs_few.best / few.best);
    }
}

/// Rounds of each measurement; the smallest counts.
const ROUNDS: usize = 8;

/// One line of the table.
struct Run<'a> {
    name: &'static str,
    calls: usize,
    stats: LpStats,
    work: Box<dyn FnMut() + 'a>,
    best: f64,
}

impl<'a> Run<'a> {
    fn new(name: &'static str, calls: usize, stats: LpStats, work: impl FnMut() + 'a) -> Self {
        Self { name, calls, stats, work: Box::new(work), best: f64::INFINITY }
    }

    /// Mean CPU time of one call, kept where it is the smallest so far.
    fn round(&mut self) {
        let start = cpu();
        for _ in 0..self.calls {
            (self.work)();
        }
        self.best = self.best.min((cpu() - start) / self.calls as f64);
    }
}

fn large(units: usize, share: f64) -> f64 {
    let columns = synthetic(units, share);
    let (start, wall) = (cpu(), Instant::now());
    let (reference, reduction) = generators(&columns);
    let search = cpu() - start;
    let order = neighbor_order(ROWS, &columns);
    let (_, stats) = scores(&columns, &reference, &order, Solver::Auto);
    let total = cpu() - start;
    let per_unit = |iterations: usize| iterations as f64 / units as f64;
    println!(
        "| {units} | {} | {search:.2} | {total:.2} | {:.2} | {:.1} + {:.1} | {} |",
        reference.cols(),
        wall.elapsed().as_secs_f64(),
        per_unit(reduction.iterations),
        per_unit(stats.iterations),
        stats.fallbacks,
    );
    total
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |otherwise: usize| arguments.next().and_then(|a| a.parse().ok()).unwrap_or(otherwise);
    let (threads, largest) = (number(1), number(100_000));
    let only = arguments.next().unwrap_or_default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    if let Err(error) = pool.build_global() {
        println!("threads: {error}");
    }
    println!("{threads} thread(s)");
    match panel_279x8() {
        Some(columns) if threads == 1 => panel(&columns, &only),
        Some(_) => {}
        None => println!("skipped: ../shared/goldens/dea/bench_279x8.csv is not here"),
    }
    println!(
        "\n| units | generators | search, CPU s | total, CPU s | total, wall s | iterations per unit | fallbacks |"
    );
    println!("|---|---|---|---|---|---|---|");
    for share in [0.01, 0.1] {
        let mut last: Option<(usize, f64)> = None;
        for units in [10_000, 100_000, 1_000_000] {
            // A tenth of a million generators is another order of work.
            if units > largest || (units > 100_000 && share > 0.05) {
                continue;
            }
            let seconds = large(units, share);
            if let Some((before, earlier)) = last {
                let exponent = (seconds / earlier).ln() / (units as f64 / before as f64).ln();
                println!("growth exponent from {before} to {units} units: {exponent:.2}");
            }
            last = Some((units, seconds));
        }
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("");
        println!("peak memory {}", peak.trim_start_matches("VmHWM:").trim());
    }
}
