//! Data of the golden files.

use panel_spatial::{Approach, FixedEffects, Model, Prepared, SpatialPanel, Standardise, Weights};
use std::path::{Path, PathBuf};

/// Reads a small csv: header and rows of fields.
pub(crate) fn csv(path: &Path) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let text = std::fs::read_to_string(path).ok()?;
    let mut lines = text.lines().map(split);
    let header = lines.next()?;
    Some((header, lines.collect()))
}

/// Fields of a line; commas inside quotes belong to the field.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end().chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().expect("one field").push(c),
        }
    }
    fields
}

/// A folder of goldens that are not part of the repository.
pub(crate) fn shared(test: &str, folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/goldens/spatial").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    // A worktree lies one level deeper.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/goldens/spatial").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {test}: {folder} is missing");
    None
}

pub(crate) fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

pub(crate) struct Case {
    pub(crate) panel: SpatialPanel,
    pub(crate) prepared: Prepared,
}

fn square(path: &Path) -> Vec<f64> {
    let text = std::fs::read_to_string(path).expect("weights");
    text.lines().flat_map(|line| line.split(',').map(|cell| cell.trim().parse::<f64>().expect("a number"))).collect()
}

fn build(
    path: &Path,
    keys: (&str, &str),
    outcome: Column<'_>,
    regressors: &[Column<'_>],
    w: &Path,
    standardise: Standardise,
) -> Case {
    let (header, rows) = csv(path).expect("data");
    let place = |name: &str| header.iter().position(|known| known == name).expect("a column");
    let labels = |name: &str| {
        let mut seen: Vec<String> = Vec::new();
        for row in &rows {
            if !seen.contains(&row[place(name)]) {
                seen.push(row[place(name)].clone());
            }
        }
        seen
    };
    let column = |c: &Column<'_>| -> Vec<f64> {
        rows.iter().map(|row| (c.2)(row[place(c.1)].parse().expect("a number"))).collect()
    };
    let (units, periods) = (labels(keys.0), labels(keys.1));
    let y = column(&outcome);
    let x: Vec<Vec<f64>> = regressors.iter().map(column).collect();
    let named: Vec<(&str, &[f64])> = regressors.iter().zip(&x).map(|(c, x)| (c.0, x.as_slice())).collect();
    let panel = SpatialPanel::stacked(&units, &periods, (outcome.0, &y), &named).expect("balanced");
    let weights = Weights::from_square(&units, &square(w)).and_then(|w| w.standardised(standardise)).expect("weights");
    Case { panel, prepared: Prepared::new(&weights).expect("prepared") }
}

type Column<'a> = (&'a str, &'a str, fn(f64) -> f64);

fn same(x: f64) -> f64 {
    x
}

pub(crate) fn tiny() -> Case {
    let x: [Column<'_>; 3] = [("x", "x", same), ("x2", "x", |x| x * x), ("z", "z", same)];
    build(&golden("tiny.csv"), ("unit", "period"), ("y", "y", same), &x, &golden("tiny_w.csv"), Standardise::None)
}

pub(crate) fn cigar(folder: &Path) -> Case {
    let x: [Column<'_>; 2] = [("logp", "logp", same), ("logy", "logy", same)];
    build(
        &folder.join("cigar.csv"),
        ("state", "year"),
        ("logc", "logc", same),
        &x,
        &folder.join("usa46.csv"),
        Standardise::Row,
    )
}

pub(crate) fn produc(folder: &Path) -> Case {
    let x: [Column<'_>; 4] =
        [("lpcap", "pcap", f64::ln), ("lpc", "pc", f64::ln), ("lemp", "emp", f64::ln), ("unemp", "unemp", same)];
    build(
        &folder.join("produc.csv"),
        ("state", "year"),
        ("lgsp", "gsp", f64::ln),
        &x,
        &folder.join("usaww.csv"),
        Standardise::None,
    )
}

/// A cross-section with weights as i, j, w.
pub(crate) fn cross(folder: &Path, name: &str, outcome: &str, x: &[&str], log: bool) -> Case {
    let (header, rows) = csv(&folder.join(format!("{name}.csv"))).expect("data");
    let column = |name: &str| -> Vec<f64> {
        let place = header.iter().position(|known| known == name).expect("a column");
        rows.iter().map(|row| row[place].parse().expect("a number")).collect()
    };
    let units: Vec<String> = (1..=rows.len()).map(|i| i.to_string()).collect();
    let y: Vec<f64> = column(outcome).into_iter().map(|y| if log { y.ln() } else { y }).collect();
    let values: Vec<Vec<f64>> = x.iter().map(|name| column(name)).collect();
    let named: Vec<(&str, &[f64])> = x.iter().zip(&values).map(|(name, x)| (*name, x.as_slice())).collect();
    let panel = SpatialPanel::stacked(&units, &["0".to_owned()], (outcome, &y), &named).expect("complete");
    let (_, triplets) = csv(&folder.join(format!("{name}_w.csv"))).expect("weights");
    let triplets: Vec<(usize, usize, f64)> = triplets
        .iter()
        .map(|row| {
            (
                row[0].parse::<usize>().expect("i") - 1,
                row[1].parse::<usize>().expect("j") - 1,
                row[2].parse().expect("w"),
            )
        })
        .collect();
    let weights = Weights::from_triplets(&units, &triplets).expect("weights");
    Case { panel, prepared: Prepared::new(&weights).expect("prepared") }
}

pub(crate) fn model(name: &str) -> Option<Model> {
    Some(match name {
        "slx" => Model::Slx,
        "sar" => Model::Sar,
        "sem" => Model::Sem,
        "sdm" => Model::Sdm,
        "sdem" => Model::Sdem,
        "sac" | "sarar" => Model::Sac,
        _ => return None,
    })
}

pub(crate) fn effects(name: &str) -> FixedEffects {
    match name {
        "entity" => FixedEffects::Entity,
        "time" => FixedEffects::Time,
        "twoway" => FixedEffects::TwoWay,
        _ => FixedEffects::None,
    }
}

pub(crate) fn approach(name: &str) -> Approach {
    if name == "transform" { Approach::Transform } else { Approach::Direct }
}

/// Names as the golden files write them.
pub(crate) fn plain(name: &str) -> String {
    match name {
        "(Intercept)" => "const".into(),
        "W:(Intercept)" => "W_const".into(),
        name => name.replace("W:", "W_"),
    }
}

#[track_caller]
pub(crate) fn close(got: f64, want: f64, tolerance: f64, what: &str) {
    let scale = want.abs().max(1e-300);
    assert!(
        (got - want).abs() <= tolerance * scale,
        "{what}: {got:.16e}, expected {want:.16e}, off by {:.1e}",
        (got - want).abs() / scale
    );
}
