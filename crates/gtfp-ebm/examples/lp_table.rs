//! Prints the table of `benches/README.md`: CPU time of the engine and of HiGHS on the same programs.
//!
//! `cargo run --release -p gtfp-ebm --example lp_table -- [threads] [largest synthetic panel]`, by default one thread
//! and 100 000 units. CPU time is read from Linux' /proc; elsewhere the table shows wall time.
#![allow(clippy::print_stdout, reason = "an example prints its answer")]

#[path = "../benches/common/mod.rs"]
mod common;

use common::{ROWS, generators, panel_279x8, scores, synthetic, whole};
use gtfp_ebm::lp::{Activities, LpStats, Solver, neighbour_order};
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

/// Smallest mean CPU time of one call over five rounds of `calls`, in seconds.
fn time<T>(calls: usize, mut call: impl FnMut() -> T) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = cpu();
        for _ in 0..calls {
            black_box(call());
        }
        best = best.min((cpu() - start) / calls as f64);
    }
    best
}

fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn panel(columns: &[f64]) {
    let order = neighbour_order(ROWS, columns);
    let all = Activities::new(ROWS, order.len(), columns).expect("finite data");
    let (few, reduction) = generators(columns);
    println!("279 × 8, {} generators of {} units", few.cols(), order.len());
    println!("| 2232 EBM scores | CPU ms | iterations | fallbacks | worst certificate |");
    println!("|---|---|---|---|---|");
    let row = |name: &str, seconds: f64, stats: LpStats| {
        let LpStats { iterations, fallbacks, worst_certificate, .. } = stats;
        println!("| {name} | {:.2} | {iterations} | {fallbacks} | {worst_certificate:.1e} |", seconds * 1e3);
    };
    println!("| order of units | {:.2} | | | |", time(40, || neighbour_order(ROWS, columns)) * 1e3);
    let search = time(20, || generators(columns));
    println!("| search for generators | {:.2} | {} | | |", search * 1e3, reduction.iterations);
    let (ours, stats) = scores(columns, &few, &order, Solver::Simplex);
    row("scores on generators", time(20, || scores(columns, &few, &order, Solver::Simplex)), stats);
    let complete = time(20, || whole(columns));
    row("whole, search included", complete, whole(columns).1);
    let (direct, stats) = scores(columns, &all, &order, Solver::Simplex);
    row("scores on all columns, no search", time(5, || scores(columns, &all, &order, Solver::Simplex)), stats);
    println!("largest difference between the two: {:.1e}", farthest(&ours, &direct));
    if cfg!(feature = "highs") {
        let on_few = time(1, || scores(columns, &few, &order, Solver::Highs));
        let (theirs, stats) = scores(columns, &few, &order, Solver::Highs);
        row("HiGHS on generators, warm", on_few, stats);
        let on_all = time(1, || scores(columns, &all, &order, Solver::Highs));
        row("HiGHS on all columns, warm", on_all, scores(columns, &all, &order, Solver::Highs).1);
        let alone = time(20, || scores(columns, &few, &order, Solver::Simplex));
        println!("largest difference from HiGHS: {:.1e}", farthest(&ours, &theirs));
        println!("HiGHS on all columns / whole: {:.0}", on_all / complete);
        println!("HiGHS on generators / scores on generators: {:.0}", on_few / alone);
    }
}

fn large(units: usize, share: f64) -> f64 {
    let columns = synthetic(units, share);
    let (start, wall) = (cpu(), Instant::now());
    let (reference, reduction) = generators(&columns);
    let search = cpu() - start;
    let order = neighbour_order(ROWS, &columns);
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
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    if let Err(error) = pool.build_global() {
        println!("threads: {error}");
    }
    println!("{threads} thread(s)");
    match panel_279x8() {
        Some(columns) if threads == 1 => panel(&columns),
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
