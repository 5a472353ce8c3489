//! Files of which a study uses a part.

use crate::support::{run_study, scratch};
use std::fmt::Write;

const COLUMNS: usize = 24;
const UNITS: usize = 5_000;
const PERIODS: usize = 8;

/// A file of more than eight megabytes: unit, period, y, x and columns that nobody uses.
fn data(idle: usize) -> String {
    let random = |row: usize, seed: f64| ((row as f64 * seed).sin() * 43_758.545_3).rem_euclid(1.0);
    let mut text = String::from("unit,period,y,x");
    (0..idle).for_each(|k| write!(text, ",idle{k}").unwrap());
    for row in 0..UNITS * PERIODS {
        let (unit, period) = (row / PERIODS, row % PERIODS);
        let (x, e) = (random(row + 1, 12.9898), random(row + 1, 78.233));
        write!(text, "\nu{unit},{},{:.6},{x:.6}", 2001 + period, x + 0.1 * unit as f64 + e).unwrap();
        (0..idle).for_each(|k| write!(text, ",{:.6}", 0.5 + k as f64).unwrap());
    }
    text + "\n"
}

#[test]
fn a_large_file_gives_only_what_the_study_uses() {
    let folder = scratch("large");
    let study = "[study]\ntitle = \"T\"\nentity = \"unit\"\ntime = \"period\"\n[[source]]\nfile = \"d.csv\"\nrename = { z = \"x\" }\n\
                 [variables]\nz2 = \"z^2\"\n[[table]]\nid = \"t\"\n[[table.column]]\nformula = \"y ~ z + z2 | unit + period\"\n";
    let run = |idle: usize, out: &str| {
        let text = data(idle);
        let large = text.len() > 8 << 20;
        std::fs::write(folder.join("d.csv"), text).unwrap();
        std::fs::write(folder.join("study.toml"), study).unwrap();
        run_study(&folder.join("study.toml"), &folder.join(out), None).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.join(out).join(name)).unwrap();
        let header = read("data/panel.csv").lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
        (large, header, read("results/estimates.json"), read("log/diagnostics.md"))
    };
    let (small, large) = (run(2, "small"), run(COLUMNS, "large"));
    assert!(!small.0 && large.0, "one file of each size");
    assert_eq!(small.1, "unit,period,y,z,idle0,idle1,z2");
    assert_eq!(large.1, "unit,period,y,z,z2");
    assert_eq!(small.2, large.2, "the same estimates");
    assert!(large.3.contains("columns-of-use") && !small.3.contains("columns-of-use"));
}
