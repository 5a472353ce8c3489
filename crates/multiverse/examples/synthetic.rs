//! A multiverse of 24 universes over 12 cities and 6 years, from the file of the tests: description, joint test, shares.
//!
//! `cargo run --release -p panel-multiverse --example synthetic`

#![allow(clippy::print_stdout, reason = "an example")]

use panel_multiverse::attribution::{Cells, attribute};
use panel_multiverse::declaration::{Declaration, Direction, EffectKind, Response, Signs};
use panel_multiverse::joint::{Design, Effect, JointOptions, Plan, Problem, Target, joint_tests};
use panel_multiverse::kernel::{Blocks, SmallSample};
use panel_multiverse::reading::{Curve, Scale};
use panel_multiverse::record::UniverseRecord;
use panel_multiverse::{describe, smallest_changes};
use std::error::Error;

const CITIES: usize = 12;

const CHOICES: &str = r#"
    id = "synthetic"
    table = "t"
    column = "1"
    x = "x"
    choice = [
      { id = "outcome", kind = "equivalent", option = [{ id = "y1" }, { id = "y2", set = { y = "y2" } }] },
      { id = "form", kind = "equivalent", option = [{ id = "x" }, { id = "xr", set = { x = "xr" } }] },
      { id = "controls", kind = "equivalent", option = [{ id = "w1" }, { id = "w1+w2", set = { w = "w1 + w2" } }] },
      { id = "sample", kind = "equivalent", option = [
        { id = "all" }, { id = "no-c12", set = { rows = "not c12" } }, { id = "late", set = { rows = "year > 2001" } } ] },
      { id = "outlier", kind = "equivalent", when = { sample = ["all"] }, option = [
        { id = "keep" }, { id = "drop", set = { outlier = "out" } } ] },
    ]
    [[exclude]]
    if = { form = ["xr"], controls = ["w1"] }
    why = "not meant"
"#;

/// The panel: columns y1, y2, x, xr, w1, w2 and, by row, city and year.
struct Data {
    columns: Vec<Vec<f64>>,
    city: Vec<u32>,
    year: Vec<u32>,
}

const NAMES: [&str; 6] = ["y1", "y2", "x", "xr", "w1", "w2"];

fn read() -> Result<Data, Box<dyn Error>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/synthetic/panel.csv"))?;
    let mut data = Data { columns: vec![Vec::new(); 6], city: Vec::new(), year: Vec::new() };
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        data.city.push(cells[0].trim_start_matches('c').parse::<u32>()? - 1);
        data.year.push(cells[1].parse()?);
        for (column, cell) in data.columns.iter_mut().zip(&cells[2..]) {
            column.push(cell.parse()?);
        }
    }
    Ok(data)
}

/// Takes city means out.
fn within(values: &[f64], city: &[u32]) -> Vec<f64> {
    let mut sums = [(0.0, 0.0); CITIES];
    city.iter().zip(values).for_each(|(&g, value)| {
        sums[g as usize] = (sums[g as usize].0 + value, sums[g as usize].1 + 1.0);
    });
    city.iter().zip(values).map(|(&g, value)| value - sums[g as usize].0 / sums[g as usize].1).collect()
}

fn sd(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

/// One universe: its cross-products, its design and its target.
fn prepare(data: &Data, options: &[&str], place: usize) -> Result<(Blocks, Design, Target), Box<dyn Error>> {
    let rows: Vec<usize> = (0..data.city.len())
        .filter(|&row| match (options[3], options[4]) {
            ("no-c12", _) => data.city[row] != 11,
            ("late", _) => data.year[row] > 2001,
            (_, "drop") => (data.city[row], data.year[row]) != (2, 2004),
            _ => true,
        })
        .collect();
    let city: Vec<u32> = rows.iter().map(|&row| data.city[row]).collect();
    let pick = |name: &str| -> Vec<f64> {
        let column = NAMES.iter().position(|known| *known == name).unwrap_or_default();
        rows.iter().map(|&row| data.columns[column][row]).collect()
    };
    let (y, x) = (pick(options[0]), pick(options[1]));
    let mut columns = vec![x.clone(), x.iter().map(|x| x * x).collect()];
    columns.extend(options[2].split('+').map(pick));
    // Year effects are not nested in cities: they stay as columns, all but the first year's.
    let first = rows.iter().map(|&row| data.year[row]).min().unwrap_or_default();
    for year in first + 1..=2006 {
        columns.push(rows.iter().map(|&row| f64::from(u8::from(data.year[row] == year))).collect());
    }
    let columns: Vec<Vec<f64>> = columns.iter().map(|column| within(column, &city)).collect();
    let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let mut sorted_x = x.clone();
    sorted_x.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted_x[0], sorted_x[sorted_x.len() - 1]);
    let scale = Scale { sd_x: sd(&x), sd_y: sd(&y), low, median: sorted_x[sorted_x.len() / 2], high };
    let blocks = Blocks::new(&slices, &[&within(&y, &city)], &city, CITIES)?;
    let controls = (2..slices.len()).collect();
    let design = Design { blocks: place, focal: vec![0, 1], controls, range: Some((low, high)), sorted_x };
    let effect = Effect::Combination(EffectKind::Square.weights(&scale, false).to_vec());
    Ok((blocks, design, Target { design: place, outcome: 0, effect, small: SmallSample::clustered(1.0) }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let declared: Declaration = toml::from_str(CHOICES)?;
    let grid = declared.grid()?;
    let universes = grid.universes(&grid.estimates(), declared.limit)?;
    let data = read()?;
    let (mut blocks, mut designs, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for (place, codes) in universes.iter().enumerate() {
        let options: Vec<&str> = codes.iter().enumerate().map(|(choice, &code)| grid.option_id(choice, code)).collect();
        let (block, design, target) = prepare(&data, &options, place)?;
        blocks.push(block);
        designs.push(design);
        targets.push(target);
    }
    println!("{} universes, registered as {}…", universes.len(), &declared.hash()[..12]);

    let panels = [(0..targets.len() as u32).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { direction: Direction::Predominant, ..JointOptions::default() };
    let tests = joint_tests(&problem, &Plan::Wild { seed: 1, signs: Signs::Rademacher }, &options)?;
    let of_panel = &tests.panels[0];
    println!("median effect {:.3} (p {:.3})", of_panel.median.observed, of_panel.median.p);
    println!("share significant {:.3} (p {:.3})", of_panel.share.observed, of_panel.share.p);
    println!("Stouffer {:.2} (p {:.3})", of_panel.stouffer.observed, of_panel.stouffer.p);
    if let Some(u) = &of_panel.share_u {
        println!("share with a U {:.3} (p {:.3}, boundary null)", u.observed, u.p);
    }

    let records: Vec<UniverseRecord> = universes
        .iter()
        .zip(&tests.estimates)
        .zip(designs.iter().zip(&targets))
        .map(|((codes, estimate), (design, target))| {
            let (low, high) = design.range.unwrap_or_default();
            let weights = match &target.effect {
                Effect::Combination(weights) => [weights[0], weights[1]],
                Effect::AndersonRubin => [0.0, 0.0],
            };
            let curve = Curve::of(estimate, low, high);
            UniverseRecord::of(&grid, codes).estimated(&curve, weights, &design.sorted_x, declared.level)
        })
        .collect();
    let outcomes: Vec<_> = (0_u128..).zip(&records).map(|(place, record)| record.outcome(place)).collect();
    if let Some(summary) = describe(&outcomes, declared.level).by_universe {
        println!("effect, 5 to 95 %: {:.3?}; share positive {:.2}", summary.effect, summary.share_positive);
    }

    let cells = Cells::of(&grid, &universes, false)?;
    for response in [Response::Effect, Response::ShareBeyond, Response::Verdict] {
        let values: Vec<f64> = records.iter().filter_map(|record| record.response(response)).collect();
        let Some(shares) = attribute(&cells, &[&values])?.remove(0) else { continue };
        let named: Vec<String> = grid
            .choices()
            .iter()
            .map(|choice| choice.id.as_str())
            .zip(&shares.ordered)
            .map(|(name, share)| format!("{name} {:.1} %", 100.0 * share))
            .collect();
        println!("{response}: {}", named.join(", "));
    }
    let verdicts: Vec<Option<bool>> = records.iter().map(|r| r.response(Response::Verdict).map(|u| u > 0.5)).collect();
    let changes = smallest_changes(&grid, &universes, &verdicts, 0)?;
    let sets: Vec<String> = changes.sets.iter().map(|set| set.choices.join(" and ")).collect();
    println!("base has a U: {}; it changes with: {}", changes.has_verdict, sets.join("; "));
    Ok(())
}
