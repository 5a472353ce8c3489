//! What the engine's benches share: the panels, the program and the clock.
#![allow(dead_code, reason = "each program uses what it needs")]

use gtfp_ebm::frontier::{Disposal, efficient_columns};
use gtfp_ebm::lp::{Activities, LpStats, Program, Solver, neighbor_order, solve_each};
use gtfp_ebm::{Frontiers, PanelData, PanelResult, PanelSpec, productivity_after};

/// Rows: three inputs, one good, three bads.
pub(crate) const ROWS: usize = 7;
const GOOD: usize = 3;
const INPUTS: usize = 3;

/// Disposal of the seven rows, bads strongly disposable.
pub(crate) fn disposal() -> [Disposal; ROWS] {
    let mut rules = [Disposal::More; ROWS];
    rules[GOOD] = Disposal::Less;
    rules
}

/// The 279 × 8 panel of the reference folder, unit after unit; none where the folder is missing.
pub(crate) fn panel_279x8() -> Option<Vec<f64>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/goldens/dea/bench_279x8.csv");
    let text = std::fs::read_to_string(path).ok()?;
    let mut columns = Vec::new();
    for line in text.lines().skip(1) {
        columns.extend(line.split(',').skip(2).take(ROWS).map(|cell| cell.trim().parse().unwrap_or(f64::NAN)));
    }
    Some(columns)
}

/// Non-oriented EBM, constant returns, θ ≤ 1 and φ ≥ 1, convention A; ε and w do not change the work.
pub(crate) fn ebm() -> Program {
    let (epsilon_x, epsilon_b) = (0.25, 0.25);
    let mut p = Program::new(ROWS, 1, 3 + ROWS);
    p.set_cost(0, 1.0).set_cost(1, -1.0).set(ROWS, 0, 1.0).set(ROWS, 2, 1.0).set_rhs(ROWS, 1.0);
    for i in 0..ROWS {
        p.set(i, 0, -1.0).set(i, 3 + i, if i == GOOD { -1.0 } else { 1.0 });
        if i < INPUTS {
            p.set(i, 1, 1.0).set_cost(3 + i, -epsilon_x / 3.0);
        } else {
            p.set(i, 2, -1.0).set(ROWS, 3 + i, if i == GOOD { 0.0 } else { epsilon_b / 3.0 });
        }
    }
    p
}

/// EBM scores of all units against the columns given.
pub(crate) fn scores(columns: &[f64], reference: &Activities, order: &[usize], solver: Solver) -> (Vec<f64>, LpStats) {
    let set = |o: usize, p: &mut Program| {
        for (i, value) in columns[o * ROWS..(o + 1) * ROWS].iter().enumerate() {
            p.set_row_scale(i, *value);
        }
    };
    solve_each(reference, &ebm(), order, solver, set, |_, _, s| s.objective).expect("well-formed programs")
}

/// The generators of a panel, as activities.
pub(crate) fn generators(columns: &[f64]) -> (Activities, gtfp_ebm::frontier::Reduction) {
    let all = Activities::new(ROWS, columns.len() / ROWS, columns).expect("finite data");
    let reduction = efficient_columns(&all, &disposal()).expect("seven rules");
    (all.select(&reduction.columns).expect("in range"), reduction)
}

/// From raw data to scores: layout, search for the generators, order, programs.
pub(crate) fn whole(columns: &[f64]) -> (Vec<f64>, LpStats) {
    let (reference, _) = generators(columns);
    scores(columns, &reference, &neighbor_order(ROWS, columns), Solver::Auto)
}

/// The 279 × 8 panel as columns; years follow one another, cities inside them.
pub(crate) struct Panel {
    columns: Vec<Vec<f64>>,
    entity: Vec<u32>,
    time: Vec<i64>,
}

impl Panel {
    pub(crate) fn new(columns: &[f64]) -> Self {
        let n = columns.len() / ROWS;
        let (n, years) = (n as u32, 8);
        Self {
            columns: (0..ROWS).map(|k| columns.iter().skip(k).step_by(ROWS).copied().collect()).collect(),
            entity: (0..n).map(|row| row % (n / years)).collect(),
            time: (0..n).map(|row| i64::from(row / (n / years))).collect(),
        }
    }

    /// The whole EBM-GML: calibration, both frontiers, index and its parts.
    pub(crate) fn gml(&self) -> PanelResult {
        self.gml_after(&mut Frontiers::default())
    }

    /// The same panel with every capital stock off by up to 4 %.
    pub(crate) fn with_other_capital(&self) -> Self {
        let mut columns = self.columns.clone();
        for (row, value) in columns[0].iter_mut().enumerate() {
            *value *= 0.96 + 0.08 * uniform(row as u64, 0);
        }
        Self { columns, entity: self.entity.clone(), time: self.time.clone() }
    }

    /// The same after another study.
    pub(crate) fn gml_after(&self, frontiers: &mut Frontiers) -> PanelResult {
        const NAMES: [&str; ROWS] = ["capital", "labour", "energy", "gdp", "so2", "dust", "water"];
        let named: Vec<(&str, &[f64])> = NAMES.into_iter().zip(self.columns.iter().map(Vec::as_slice)).collect();
        let data = PanelData {
            inputs: &named[..INPUTS],
            goods: &named[INPUTS..=GOOD],
            bads: &named[GOOD + 1..],
            entity: &self.entity,
            time: &self.time,
            group: None,
            label: &|row| row.to_string(),
        };
        productivity_after(&data, &PanelSpec::default(), frontiers).expect("a valid panel")
    }
}

fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Number `draw` of unit `unit`, uniform on (0, 1): a counter, not a state, so units can be made in any order.
fn uniform(unit: u64, draw: u64) -> f64 {
    ((mix(mix(unit).wrapping_add(draw)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}

fn normal(unit: u64, draw: u64) -> f64 {
    (-2.0 * uniform(unit, 2 * draw).ln()).sqrt() * (std::f64::consts::TAU * uniform(unit, 2 * draw + 1)).cos()
}

/// A panel of `units` of which `share` are generators: those lie on a strictly concave surface of the other six
/// quantities (constant elasticity of substitution 1/2), all others are sums of one to four of them, made worse by
/// at least 1 % in every row.
pub(crate) fn synthetic(units: usize, share: f64) -> Vec<f64> {
    let count = ((units as f64 * share).round() as usize).max(2);
    let step = units / count;
    let efficient = |k: u64| {
        let size = (0.8 * normal(k, 50)).exp();
        let mut p = [0.0; ROWS];
        let mut sum = 0.0;
        for i in (0..ROWS).filter(|i| *i != GOOD) {
            p[i] = size * (0.5 * normal(k, i as u64)).exp();
            sum += 1.0 / p[i];
        }
        p[GOOD] = 6.0 / sum;
        p
    };
    let mut columns = vec![0.0; units * ROWS];
    for (j, column) in columns.chunks_exact_mut(ROWS).enumerate() {
        if j % step == 0 && j / step < count {
            column.copy_from_slice(&efficient((j / step) as u64));
            continue;
        }
        let key = j as u64 + 1_000_000_007;
        let parts = 1 + (uniform(key, 1) * 4.0) as u64;
        for q in 0..parts {
            let weight = 0.2 + uniform(key, 20 + q);
            let parent = efficient((uniform(key, 10 + q) * count as f64) as u64);
            for (value, p) in column.iter_mut().zip(parent) {
                *value += weight * p;
            }
        }
        for (i, value) in column.iter_mut().enumerate() {
            let loss = (0.01 + 0.2 * normal(key, 30 + i as u64).abs()).exp();
            *value = if i == GOOD { *value / loss } else { *value * loss };
        }
    }
    columns
}
