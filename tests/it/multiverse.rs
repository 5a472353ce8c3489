//! `[multiverse]`: universes against runs of their own, counts, joint tests, what a declaration is refused for.

use crate::support::{csv, run_study, scratch, workspace};
use panel_core::random::Stream;
use panel_multiverse::{Declaration, Grid};
use panelstudy::compute::{Cache, Scope, compute};
use panelstudy::names;
use panelstudy::progress::Progress;
use panelstudy::study::{ColumnSpec, Loaded};
use panelstudy::tables::column::estimate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Line = BTreeMap<String, String>;

fn grunfeld() -> PathBuf {
    workspace().join("tests/studies/grunfeld-multiverse.toml")
}

/// The universes of a run, and its folder.
fn universes(study: &Path, id: &str, name: &str, threads: usize) -> (Vec<Line>, PathBuf) {
    let out = scratch(name).join("out");
    run_study(study, &out, Some(threads)).unwrap();
    (csv(&std::fs::read_to_string(out.join(format!("results/multiverse-{id}.csv"))).unwrap()), out)
}

/// The study of one universe: its settings, nothing else of the multiverse.
fn alone(loaded: &Loaded, spec: &Declaration, grid: &Grid, line: &Line) -> Loaded {
    let code = |choice: &panel_multiverse::declaration::Choice| {
        let place = choice.option.iter().position(|option| option.id == line[&choice.id]);
        place.map_or(0, |place| place as u16 + 1)
    };
    let codes: Vec<u16> = spec.choice.iter().map(code).collect();
    let settings = grid.settings(&codes).map(|(path, value)| (path.to_owned(), toml::Value::try_from(value).unwrap()));
    loaded.with(&settings.collect()).unwrap()
}

/// Compares a universe with the column of a study that has its options, estimated from the sources on.
fn compare(loaded: &Loaded, spec: &Declaration, line: &Line) {
    let study = &loaded.study;
    let (_, column) = study.column(&spec.table, &spec.column).unwrap();
    let column = ColumnSpec { utest: Some(spec.x.clone()), ..column.clone() };
    let needed = names::with_sources(study, names::of_column(&column));
    let computed = compute(loaded, Scope::Variables(&needed), &mut Cache::default(), &mut Progress::silent()).unwrap();
    let fitted = estimate(&computed.panel, study, &column, &spec.table, &spec.column).unwrap();
    let q = fitted.quadratic.unwrap();
    let same = |name: &str, want: f64| {
        let got: f64 = line[name].parse().unwrap();
        assert_eq!(got.to_bits(), want.to_bits(), "{name} of {line:?}: {got} against {want}");
    };
    for (name, want) in [
        ("n", q.n_obs as f64),
        ("df", fitted.fit.df_t),
        ("b1", q.linear.estimate),
        ("se1", q.linear.se),
        ("p1", q.linear.p),
        ("b2", q.square.estimate),
        ("se2", q.square.se),
        ("p2", q.square.p),
        ("turning_point", q.turning_point),
        ("share_beyond", q.share_beyond),
    ] {
        same(name, want);
    }
    match q.utest_p {
        Some(p) => same("lm_p", p),
        None => assert_eq!(line["lm_p"], "", "{line:?}"),
    }
}

#[test]
fn universes_are_runs_of_their_own_to_the_bit() {
    let (lines, out) = universes(&grunfeld(), "grunfeld", "multiverse-grunfeld", 2);
    // 3 indices × (3 values × 2 capitals × 3 samples × 2 controls − those of late and drop) × 4 errors.
    assert_eq!(lines.len(), 3 * (3 * 3 - 1) * 2 * 2 * 4);
    let loaded = Loaded::read(&grunfeld()).unwrap();
    let spec = loaded.study.multiverse[0].clone();
    let grid = spec.grid().unwrap();
    let mut rng = Stream::new(7, 0);
    for _ in 0..50 {
        let line = &lines[rng.below(lines.len())];
        assert_eq!(line["reason"], "");
        compare(&alone(&loaded, &spec, &grid, line), &spec, line);
    }
    // The base is the study's own column.
    let base = lines.iter().find(|line| {
        ["crs", "raw", "one", "level", "all", "k", "firm"].iter().all(|id| line.values().any(|v| v == id))
    });
    compare(&loaded, &spec, base.unwrap());
    let registered = std::fs::read_to_string(out.join("results/multiverse-grunfeld-registered.sha256")).unwrap();
    assert!(registered.starts_with(&spec.hash()));
}
