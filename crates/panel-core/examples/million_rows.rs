//! A firm panel of 10^6 rows × 30 columns: to CSV and Parquet in memory, back to a panel, and through derivations.
//!
//! `cargo run --release -p panel-core --example million_rows`
#![allow(clippy::print_stdout, reason = "an example ends in a printed answer")]

use panel_core::expr::{Definitions, Expr};
use panel_core::io::{ReadOptions, read_bytes, write};
use panel_core::{Panel, Result, TextColumn};
use std::time::Instant;

const FIRMS: usize = 100_000;
const YEARS: usize = 10;

/// A number in [0, 1) that depends on the place alone (SplitMix64).
fn uniform(place: u64) -> f64 {
    let mut z = place.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn generate() -> Result<Panel> {
    let n = FIRMS * YEARS;
    let firms = (0..FIRMS).map(|i| format!("firm{i:06}")).collect();
    let years = (0..YEARS).map(|t| (2010 + t).to_string()).collect();
    let entity = TextColumn::from_codes((0..n).map(|row| (row / YEARS) as u32).collect(), firms)?;
    let time = TextColumn::from_codes((0..n).map(|row| (row % YEARS) as u32).collect(), years)?;
    let mut builder = Panel::builder("firm", "year").coded_keys(entity, time);
    for column in 0..29_u64 {
        let value = |row: usize| (uniform(column * 1_000_003 + row as u64 * 31) * 1e6).round() / 100.0 + 1.0;
        builder = builder.column(format!("x{column}"), (0..n).map(value).collect::<Vec<f64>>());
    }
    let industry = TextColumn::from_codes(
        (0..n).map(|row| (row / YEARS % 40) as u32).collect(),
        (0..40).map(|i| format!("I{i:02}")).collect(),
    )?;
    builder.column("industry", industry).build()
}

/// Highest memory use of this process so far, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).map_or("unknown".into(), |line| line[6..].trim().to_owned())
}

/// Seconds of processor time of this process and its threads, where the system tells.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |field: usize| stat.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    (ticks(13).unwrap_or(f64::NAN) + ticks(14).unwrap_or(f64::NAN)) / 100.0
}

/// Wall and processor time of a step.
struct Clock(Instant, f64);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), processor())
    }

    fn read(&self) -> String {
        format!("{:.2} s (processor {:.2} s)", self.0.elapsed().as_secs_f64(), processor() - self.1)
    }
}

fn main() -> Result<()> {
    let start = Clock::start();
    let panel = generate()?;
    println!("generate {}", start.read());
    let start = Clock::start();
    let csv = write::to_csv(&panel);
    println!("write csv {}, {} MB", start.read(), csv.len() >> 20);
    let start = Clock::start();
    let parquet = write::to_parquet(&panel)?;
    println!("write parquet {}, {} MB, peak {}", start.read(), parquet.len() >> 20, peak());
    drop(panel);
    for (name, bytes) in [("f.csv", &csv), ("f.parquet", &parquet)] {
        let start = Clock::start();
        let table = read_bytes(name, bytes, &ReadOptions::default())?;
        let read = start.read();
        let start = Clock::start();
        let mut panel = table.into_panel(Some("firm"), Some("year"))?;
        let build = start.read();
        let start = Clock::start();
        let set = Definitions::parse(&[
            ("ly", "ln(x0)"),
            ("lx", "ln(x1) - lag(ln(x1))"),
            ("w", "winsorise(x2 / x3, 0.01, by = year)"),
            ("m", "mean(x4, by = industry)"),
        ])?;
        set.apply(&mut panel)?;
        let kept = Expr::parse("year >= 2012 and industry != \"I00\"")?
            .eval_mask(&panel)?
            .iter()
            .filter(|&&keep| keep)
            .count();
        println!("{name}: read {read}, panel {build}, derive {}, kept {kept}, peak {}", start.read(), peak());
    }
    Ok(())
}
