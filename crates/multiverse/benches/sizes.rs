//! Sizes of the joint tests under nulls that are true, by simulation.
//!
//! `cargo bench -p panel-multiverse --bench sizes [-- replications]`. A panel of G cities and 8 years, AR(.6) errors with
//! variances by city, persistent x, 24 universes: 2 outcomes × 3 designs × 4 samples, one without a city, one without the
//! first year, one without a row; 99 draws. First b₁ = b₂ = 0 in all universes; then the edge of "no U", slope 0 at the
//! smallest x and rising beyond.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use panel_core::distribution::t_two_sided;
use panel_core::random::Stream;
use panel_multiverse::declaration::{EffectKind, Signs};
use panel_multiverse::joint::{Design, Effect, JointOptions, Plan, Problem, Target, joint_tests};
use panel_multiverse::kernel::{Blocks, SmallSample};
use panel_multiverse::reading::Scale;
use rayon::prelude::*;

const YEARS: usize = 8;
const DRAWS: usize = 99;

fn normal(rng: &mut Stream) -> f64 {
    // Box and Muller.
    (-2.0 * (1.0 - rng.uniform()).ln()).sqrt() * (2.0 * std::f64::consts::PI * rng.uniform()).cos()
}

struct Panel {
    y: [Vec<f64>; 2],
    x: [Vec<f64>; 2],
    w: [Vec<f64>; 2],
}

fn panel(cities: usize, curvature: f64, rng: &mut Stream) -> Panel {
    let n = cities * YEARS;
    let a: Vec<f64> = (0..cities).map(|_| normal(rng)).collect();
    let (mut x, mut errors) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for city in &a {
        let spread = (0.4 * normal(rng)).exp();
        let (mut walk, mut error) = (0.0, 0.0);
        for _ in 0..YEARS {
            walk += 0.3 * normal(rng);
            x.push((1.0 + 0.5 * city + walk).abs());
            error = 0.6 * error + spread * normal(rng);
            errors.push(error);
        }
    }
    let other: Vec<f64> = x.iter().map(|x| x * (0.1 * normal(rng)).exp()).collect();
    let w1: Vec<f64> = x.iter().map(|x| 0.5 * x + normal(rng)).collect();
    let w2: Vec<f64> = x.iter().map(|_| normal(rng)).collect();
    let least = x.iter().copied().fold(f64::INFINITY, f64::min);
    let y1: Vec<f64> = (0..n)
        .map(|row| {
            let trend = 0.1 * (row % YEARS) as f64;
            a[row / YEARS] + 0.2 * w1[row] + trend + errors[row] + curvature * (x[row] - least).powi(2)
        })
        .collect();
    let y2 = y1.iter().map(|y| y + 0.5 * normal(rng)).collect();
    Panel { y: [y1, y2], x: [x, other], w: [w1, w2] }
}

fn demean(values: &[f64], city: &[u32], cities: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); cities];
    city.iter().zip(values).for_each(|(&g, value)| {
        sums[g as usize].0 += value;
        sums[g as usize].1 += 1.0;
    });
    city.iter().zip(values).map(|(&g, value)| value - sums[g as usize].0 / sums[g as usize].1).collect()
}

fn sd(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}

fn universes(data: &Panel, cities: usize) -> (Vec<Blocks>, Vec<Design>, Vec<Target>) {
    let (mut blocks, mut designs, mut targets) = (Vec::new(), Vec::new(), Vec::new());
    for sample in 0..4 {
        let keep = |row: usize| match sample {
            1 => row / YEARS != cities - 1,
            2 => !row.is_multiple_of(YEARS),
            3 => row != 2 * YEARS + 3,
            _ => true,
        };
        let rows: Vec<usize> = (0..cities * YEARS).filter(|&row| keep(row)).collect();
        let city: Vec<u32> = rows.iter().map(|&row| (row / YEARS) as u32).collect();
        let pick = |column: &[f64]| rows.iter().map(|&row| column[row]).collect::<Vec<f64>>();
        let within = |column: &[f64]| demean(column, &city, cities);
        let first = if sample == 2 { 2 } else { 1 };
        let dummies: Vec<Vec<f64>> = (first..YEARS)
            .map(|year| within(&rows.iter().map(|&row| f64::from(u8::from(row % YEARS == year))).collect::<Vec<f64>>()))
            .collect();
        let raw = data.y.each_ref().map(|y| pick(y));
        let y = raw.each_ref().map(|y| within(y));
        for (form, controls) in [(0, 1), (0, 2), (1, 2)] {
            let x = pick(&data.x[form]);
            let square: Vec<f64> = x.iter().map(|x| x * x).collect();
            let mut columns = vec![within(&x), within(&square)];
            columns.extend(data.w[..controls].iter().map(|w| within(&pick(w))));
            columns.extend(dummies.iter().cloned());
            let slices: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let low = x.iter().copied().fold(f64::INFINITY, f64::min);
            let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let design = blocks.len();
            blocks.push(Blocks::new(&slices, &[&y[0], &y[1]], &city, cities).unwrap());
            designs.push(Design {
                blocks: design,
                focal: vec![0, 1],
                controls: (2..slices.len()).collect(),
                range: Some((low, high)),
                sorted_x: Vec::new(),
            });
            for (outcome, y) in raw.iter().enumerate() {
                let scale = Scale { sd_x: sd(&x), sd_y: sd(y), low, median: 0.0, high };
                let effect = Effect::Combination(EffectKind::Square.weights(&scale, false).to_vec());
                targets.push(Target { design, outcome, effect, small: SmallSample::clustered(1.0) });
            }
        }
    }
    (blocks, designs, targets)
}

/// Rejections at 5 %: T1, T2, T3, T4 flat, T4 boundary by wild and by pairs; share of single p < .05; share of U.
fn replicate(cities: usize, curvature: f64, seed: u64) -> [f64; 12] {
    let mut rng = Stream::new(seed, 0);
    let data = panel(cities, curvature, &mut rng);
    let (blocks, designs, targets) = universes(&data, cities);
    let panels = [(0..24).collect()];
    let problem = Problem { blocks: &blocks, designs: &designs, targets: &targets, panels: &panels };
    let options = JointOptions { draws: DRAWS, ..JointOptions::default() };
    let mut out = [0.0; 12];
    let signs = Signs::Rademacher;
    for (place, plan) in [Plan::Wild { seed, signs }, Plan::Pairs { seed }].into_iter().enumerate() {
        let result = joint_tests(&problem, &plan, &options).unwrap();
        let tests = &result.panels[0];
        let p = [
            tests.median.p,
            tests.share.p,
            tests.stouffer.p,
            tests.share_u_flat.as_ref().unwrap().p,
            tests.share_u.as_ref().unwrap().p,
        ];
        p.iter().enumerate().for_each(|(k, &p)| out[5 * place + k] = f64::from(u8::from(p <= 0.05)));
        let df = cities as f64 - 1.0;
        out[10] = result.effects.iter().filter(|(_, t)| t_two_sided(*t, df) < 0.05).count() as f64 / 24.0;
        out[11] = tests.share_u_flat.as_ref().unwrap().observed;
    }
    out
}

fn main() {
    let replications: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(2000);
    println!("{replications} replications, {DRAWS} draws; T1, T2, T3, T4 flat, T4 boundary");
    for (cities, curvature) in [(12, 0.0), (20, 0.0), (50, 0.0), (20, 0.3), (20, 1.0)] {
        let all: Vec<[f64; 12]> = (0..replications)
            .into_par_iter()
            .map(|replication| replicate(cities, curvature, 1_000_000 * cities as u64 + replication as u64))
            .collect();
        let mean = |k: usize| all.iter().map(|one| one[k]).sum::<f64>() / replications as f64;
        let list = |from: usize| (from..from + 5).map(|k| format!("{:.4}", mean(k))).collect::<Vec<_>>().join(" / ");
        println!(
            "G = {cities}, curvature {curvature}: wild {}; pairs {}; single p < .05 {:.4}; share of U {:.4}",
            list(0),
            list(5),
            mean(10),
            mean(11)
        );
    }
}
