//! This crate and its peers on the benchmark panels, in one run:
//! `cargo xtask bench fe [--designs city,simple,difficult,akm] [--sizes 100000,1000000,10000000] [--threads 1,2]`.
//!
//! Every measurement is a process of its own, so that peak memory belongs to it: this program calls itself for its own
//! part and `benches/peers/fe.py` and `fe.R` for the others, which read the same columns from files. Peers that are not
//! installed are left out. From columns and codes to coefficients and standard errors: level coding, absorption, least
//! squares and covariance included. Columns are handed over in the form each program keeps them (shared slices, a data
//! frame); the city panel is copied from slices each time. Standard errors are clustered by indiv where the effects are
//! indiv + year, else iid.
#![allow(missing_docs, clippy::print_stdout, clippy::print_stderr)]

mod designs;

use designs::Design;
use panel_core::Floats;
use panel_fe::absorb::FixedEffect;
use panel_fe::frame::{Frame, Variable};
use panel_fe::vcov::Groups;
use panel_fe::{Options, Vcov, fit_frame};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// One line of the table.
struct Case {
    design: &'static str,
    n: usize,
    effects: &'static [&'static str],
}

const TWO: &[&str] = &["indiv", "year"];
const MOVERS: &[&str] = &["indiv", "firm"];
const THREE: &[&str] = &["indiv", "year", "firm"];

fn cases(sizes: &[usize]) -> Vec<Case> {
    let mut cases = vec![Case { design: "city", n: 2232, effects: TWO }];
    for &n in sizes {
        for design in ["simple", "difficult", "akm"] {
            for effects in [TWO, MOVERS, THREE] {
                // Periods are the second effect in every design: once is enough.
                if design == "simple" || effects.len() == 3 || (design == "akm" && effects == MOVERS) {
                    cases.push(Case { design, n, effects });
                }
            }
        }
    }
    cases
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = args.iter().position(|arg| arg == "--one") {
        one(&args[at + 1..]);
        return;
    }
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let wanted = value("--designs").map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
    let numbers = |name: &str, otherwise: Vec<usize>| -> Vec<usize> {
        value(name).map_or(otherwise, |list| list.split(',').filter_map(|n| n.parse().ok()).collect())
    };
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = numbers("--threads", if all > 1 { vec![1, all] } else { vec![1] });
    let sizes = numbers("--sizes", vec![100_000, 1_000_000, 10_000_000]);
    let folder = std::env::temp_dir().join(format!("panel-fe-bench-{}", std::process::id()));
    println!("panel-fe {}", env!("CARGO_PKG_VERSION"));
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let mut programs: Vec<Program> = vec![Program::own()];
    for name in ["fereg", "within", "pyfixest"] {
        programs.extend(Program::peer(name, &python, &[peers.join("fe.py")]));
    }
    programs.extend(Program::peer("fixest", "Rscript", &[peers.join("fe.R")]));
    println!("best of the repeats: wall seconds / processor seconds / peak MB (ratios of both times to panel-fe)");
    for case in cases(&sizes) {
        if wanted.as_ref().is_some_and(|wanted| !wanted.iter().any(|name| name == case.design)) {
            continue;
        }
        write(&folder, &case);
        for &threads in &threads {
            let label = format!("{} {} {} t{threads}", case.design, case.n, case.effects.join("+"));
            print!("{label:<36}");
            let mut own: Option<Measured> = None;
            for program in &programs {
                // A program that would take minutes is not asked.
                if ["fixest", "pyfixest"].contains(&program.name) && case.n > 1_000_000 {
                    continue;
                }
                match program.run(&case, threads, &folder) {
                    Some(measured) => {
                        let ratio = |f: fn(&Measured) -> f64| own.as_ref().map_or(1.0, |own| f(&measured) / f(own));
                        let ratios = (ratio(|m| m.wall), ratio(|m| m.cpu));
                        let agrees = own.as_ref().is_none_or(|own| (own.b - measured.b).abs() < 1e-9 * own.b.abs());
                        print!(
                            " | {} {:.5}/{:.5}/{:.0} ({:.2}, {:.2}){}",
                            program.name,
                            measured.wall,
                            measured.cpu,
                            measured.memory,
                            ratios.0,
                            ratios.1,
                            if agrees { "" } else { " (b differs)" }
                        );
                        own.get_or_insert(measured);
                    }
                    None => print!(" | {} failed", program.name),
                }
                std::io::stdout().flush().expect("a terminal");
            }
            println!();
        }
        std::fs::remove_dir_all(&folder).expect("written above");
    }
}

/// Seconds of the best repeat, peak memory in MB, coefficient of x1.
struct Measured {
    wall: f64,
    cpu: f64,
    memory: f64,
    b: f64,
}

/// A program that takes part: `command args --one design n effects threads folder`.
struct Program {
    name: &'static str,
    command: PathBuf,
    args: Vec<PathBuf>,
}

impl Program {
    fn own() -> Self {
        let command = std::env::current_exe().expect("a running program has a path");
        Self { name: "panel-fe", command, args: Vec::new() }
    }

    /// A peer that says its version; `None` where it is not installed.
    fn peer(name: &'static str, command: &str, args: &[PathBuf]) -> Option<Self> {
        let output = Command::new(command).args(args).arg("--version").arg(name).output().ok()?;
        if !output.status.success() {
            println!("{name}: not installed");
            return None;
        }
        println!("{}", String::from_utf8_lossy(&output.stdout).trim());
        Some(Self { name, command: command.into(), args: args.to_vec() })
    }

    fn run(&self, case: &Case, threads: usize, folder: &Path) -> Option<Measured> {
        let output = Command::new(&self.command)
            .args(&self.args)
            .args(["--one", self.name, case.design, &case.n.to_string(), &case.effects.join("+")])
            .arg(threads.to_string())
            .arg(folder)
            .env("RAYON_NUM_THREADS", threads.to_string())
            .env("OMP_NUM_THREADS", threads.to_string())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = text.lines().last()?.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let &[wall, cpu, memory, b] = numbers.as_slice() else {
            eprintln!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            return None;
        };
        Some(Measured { wall, cpu, memory, b })
    }
}

fn generate(design: &str, n: usize) -> Design {
    match design {
        "city" => Design::city(),
        "simple" => Design::simple(n),
        "difficult" => Design::difficult(n),
        _ => Design::akm(n),
    }
}

/// Columns as little-endian files, for the peers.
fn write(folder: &Path, case: &Case) {
    std::fs::create_dir_all(folder).expect("the temporary folder can be written");
    let design = generate(case.design, case.n);
    for (name, codes) in [("indiv", &design.indiv), ("firm", &design.firm), ("year", &design.year)] {
        let bytes: Vec<u8> = codes.iter().flat_map(|code| code.to_le_bytes()).collect();
        std::fs::write(folder.join(format!("{name}.i32")), bytes).expect("there is space");
    }
    for (name, values) in [("x1", &design.x1), ("x2", &design.x2), ("y", &design.y)] {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(folder.join(format!("{name}.f64")), bytes).expect("there is space");
    }
}

/// Repeats one case in this process and prints the best.
fn one(args: &[String]) {
    let (design, n) = (args[1].as_str(), args[2].parse().expect("a number"));
    let effects: Vec<&str> = args[3].split('+').collect();
    let clustered = effects == TWO;
    let copied = design == "city";
    let design = generate(design, n);
    let options =
        if clustered { Options { vcov: Vcov::cluster("indiv"), ..Options::default() } } else { Options::default() };
    let repeats = if n < 10_000 { 200 } else { (5_000_000 / n).clamp(3, 20) };
    let (mut wall, mut cpu, mut b) = (f64::INFINITY, f64::INFINITY, 0.0);
    let (all, mut fits) = (processor_seconds(), 0);
    let shared = [&design.y, &design.x1, &design.x2].map(|values| Floats::from(values.as_slice()));
    let codes: Vec<(&str, Arc<[u32]>)> = effects.iter().map(|name| (*name, codes(&design, name).into())).collect();
    for _ in 0..repeats {
        let (start, before) = (Instant::now(), processor_seconds());
        let columns = if copied {
            [&design.y, &design.x1, &design.x2].map(|values| Floats::from(values.as_slice()))
        } else {
            shared.clone()
        };
        let effect = |(name, codes): &(&str, Arc<[u32]>)| {
            let groups = if copied { Groups::new(codes) } else { Groups::shared(codes.clone()) };
            let levels = groups.count();
            ((*name).to_owned(), FixedEffect::intercepts(groups.into_codes(), levels))
        };
        let estimate = fit_frame(frame(columns, codes.iter().map(effect).collect()), &options).expect("fits");
        wall = wall.min(start.elapsed().as_secs_f64());
        cpu = cpu.min(processor_seconds() - before);
        b = estimate.estimates[0];
        fits += 1;
    }
    // The clock of the processor ticks too slowly for one small fit.
    if cpu < 1e-3 {
        cpu = (processor_seconds() - all) / f64::from(fits);
    }
    println!("{wall} {cpu} {} {b}", peak_megabytes());
}

fn codes<'a>(design: &'a Design, name: &str) -> &'a [u32] {
    match name {
        "indiv" => &design.indiv,
        "firm" => &design.firm,
        _ => &design.year,
    }
}

fn frame([y, x1, x2]: [Floats; 3], effects: Vec<(String, FixedEffect)>) -> Frame {
    let variable = |name: &str, values: Floats| Variable { name: name.into(), values };
    let x = vec![variable("x1", x1), variable("x2", x2)];
    Frame::from_columns(variable("y", y), x, effects).expect("one length")
}

/// Processor time of all threads, where Linux tells it; else 0.
fn processor_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .sum::<f64>()
        * 1e-9
}

/// Largest resident memory of this process, where Linux tells it; else 0.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).map_or(0.0, |kb| kb / 1024.0)
}
