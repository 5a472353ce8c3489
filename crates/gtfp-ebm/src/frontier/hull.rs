//! BuildHull in blocks: what one generator dominates needs no program.

use rayon::prelude::*;

use super::dominance::Dominance;
use super::{Disposal, Reduction};
use crate::lp::activities::LANES;
use crate::lp::{
    Activities, LpError, LpSolver, Program, Simplex, Solution, Solver, Status, neighbor_order, solve_each,
};

/// A unit this near to the cone of the others is inside: a twentieth of the rounding up to which programs count ties as ties, so
/// that none of them misses it.
const INSIDE: f64 = 1e-14;
/// Units tested in the first block and in any later one.
const FIRST_BLOCK: usize = 32;
const LARGEST_BLOCK: usize = 16_384;
/// Units tested in the first block for each seed.
const PER_SEED: usize = 8;
/// Panels per parallel task of a scan.
const SCAN_CHUNK: usize = 2048;

/// The units not yet classified, laid out together for scanning.
struct Remaining {
    /// Column of each unit; in the order of similarity.
    units: Vec<usize>,
    /// Their quantities, and the factor that turns a sum over stored quantities into one over the section.
    activities: Activities,
    unit_of: Vec<usize>,
    factor: Vec<f64>,
}

/// The multipliers (per raw quantity) that separate a unit from the present cone.
struct Outside {
    normal: Vec<f64>,
}

pub(super) fn build(
    activities: &Activities,
    disposal: &[Disposal],
    section: &[f64],
    seeds: &[usize],
) -> Result<Reduction, LpError> {
    let rows = activities.rows();
    let n = activities.cols();
    let mut raw = vec![0.0; n * rows];
    for (j, column) in raw.chunks_exact_mut(rows.max(1)).enumerate() {
        activities.column_into(j, column);
    }
    let mean: Vec<f64> = (0..rows).map(|i| activities.row_unit(i)).collect();
    let program = membership(disposal);
    let set = |unit: usize, program: &mut Program| {
        for (i, &value) in raw[unit * rows..(unit + 1) * rows].iter().enumerate() {
            let scale = if value == 0.0 { mean[i] } else { value.abs() };
            program.set_row_scale(i, scale);
            program.set_rhs(i, if value == 0.0 { 0.0 } else { value.signum() });
        }
    };
    let normal = |_: usize, program: &Program, solution: &Solution| -> Option<Vec<f64>> {
        (!is_inside(solution)).then(|| solution.duals.iter().zip(program.row_scale()).map(|(y, s)| y / s).collect())
    };

    let mut result = Reduction { columns: Vec::new(), reduced: true, programs: 0, iterations: 0, scans: 0 };
    let mut known = vec![false; n];
    for &seed in seeds {
        known[seed] = true;
        result.columns.push(seed);
    }
    let order = neighbor_order(rows, &raw).into_iter().filter(|&unit| !known[unit]).collect();
    let mut remaining = Remaining::new(activities, order, section)?;
    let mut block = FIRST_BLOCK.max(PER_SEED * seeds.len());
    while !remaining.units.is_empty() {
        let sample = spread(&remaining.units, block);
        block = (block * 2).min(LARGEST_BLOCK);
        let generators = activities.select(&result.columns)?;
        let dominated = Dominance::new(&generators, disposal).of_units(&sample, &raw);
        let (settled_at_once, sample): (Vec<_>, Vec<_>) =
            sample.into_iter().zip(dominated).partition(|(_, dominated)| *dominated);
        let sample: Vec<usize> = sample.into_iter().map(|(unit, _)| unit).collect();
        let (normals, stats) = solve_each(&generators, &program, &sample, Solver::Simplex, set, normal)?;
        result.programs += stats.programs;
        result.iterations += stats.iterations;
        let mut settled: Vec<usize> = settled_at_once.into_iter().map(|(unit, _)| unit).collect();
        let mut fresh: Vec<usize> = Vec::new();
        for (&unit, normal) in sample.iter().zip(normals) {
            let Some(normal) = normal else {
                settled.push(unit);
                continue;
            };
            let outside = Outside { normal };
            if outside.normal.iter().all(|y| *y == 0.0) {
                // Too near for a hyperplane between: kept for itself.
                known[unit] = true;
                fresh.push(unit);
                settled.push(unit);
                continue;
            }
            // A generator found a moment ago may already explain this unit: it is then tested again later.
            if known[unit] || fresh.iter().any(|&g| outside.beyond(&raw[g * rows..(g + 1) * rows]) > 0.0) {
                continue;
            }
            result.scans += 1;
            let found = remaining.furthest(&outside).unwrap_or(unit);
            let generator = if known[found] { unit } else { found };
            known[generator] = true;
            fresh.push(generator);
            settled.push(generator);
        }
        result.columns.extend_from_slice(&fresh);
        remaining.remove(&settled, activities, section)?;
    }
    result.columns.sort_unstable();
    take_out(&mut result, activities, program, seeds, set)?;
    Ok(result)
}

/// Whether a membership program proved its unit to be a combination of others.
fn is_inside(solution: &Solution) -> bool {
    solution.status == Status::Optimal && solution.certificate.worst() <= INSIDE
}

/// Takes out the seeds that the other columns make redundant, one after the other.
fn take_out(
    result: &mut Reduction,
    activities: &Activities,
    mut program: Program,
    seeds: &[usize],
    set: impl Fn(usize, &mut Program),
) -> Result<(), LpError> {
    if seeds.is_empty() {
        return Ok(());
    }
    let generators = activities.select(&result.columns)?;
    let mut simplex = Simplex::new(&generators);
    let mut solution = Solution::default();
    let mut out: Vec<usize> = Vec::new();
    for place in (0..result.columns.len()).filter(|&place| seeds.binary_search(&result.columns[place]).is_ok()) {
        out.push(place);
        set(result.columns[place], &mut program);
        program.set_excluded(&out);
        simplex.solve(&program, &mut solution)?;
        result.programs += 1;
        result.iterations += solution.iterations;
        if !is_inside(&solution) {
            out.pop();
        }
    }
    let mut place = 0..;
    result.columns.retain(|_| place.next().is_none_or(|place| out.binary_search(&place).is_err()));
    Ok(())
}

/// Whether a unit is a combination of generators plus disposal; the unit is the right-hand side.
fn membership(disposal: &[Disposal]) -> Program {
    let slacks = disposal.iter().filter(|d| **d != Disposal::None).count();
    let mut program = Program::new(disposal.len(), 0, slacks);
    let mut z = 0;
    for (i, rule) in disposal.iter().enumerate() {
        let sign = match rule {
            Disposal::More => 1.0,
            Disposal::Less => -1.0,
            Disposal::None => continue,
        };
        program.set(i, z, sign);
        z += 1;
    }
    program
}

/// About `count` of the units, evenly spread, in their order.
fn spread(units: &[usize], count: usize) -> Vec<usize> {
    if units.len() <= count {
        return units.to_vec();
    }
    (0..count).map(|k| units[k * units.len() / count]).collect()
}

impl Outside {
    /// Value of the separating functional.
    fn beyond(&self, column: &[f64]) -> f64 {
        self.normal.iter().zip(column).map(|(y, v)| y * v).sum()
    }
}

impl Remaining {
    fn new(activities: &Activities, units: Vec<usize>, section: &[f64]) -> Result<Self, LpError> {
        let part = activities.select(&units)?;
        let mut factor: Vec<f64> = units.iter().enumerate().map(|(k, &j)| part.col_unit(k) / section[j]).collect();
        factor.resize(factor.len().div_ceil(LANES) * LANES, 0.0);
        Ok(Self { unit_of: units.clone(), units, activities: part, factor })
    }

    /// Takes units out; the layout for scanning is made anew when half of it is gone.
    fn remove(&mut self, settled: &[usize], activities: &Activities, section: &[f64]) -> Result<(), LpError> {
        let mut gone = settled.to_vec();
        gone.sort_unstable();
        self.units.retain(|unit| gone.binary_search(unit).is_err());
        if self.units.len() * 2 < self.unit_of.len() {
            *self = Self::new(activities, std::mem::take(&mut self.units), section)?;
        }
        Ok(())
    }

    /// The unit with the largest value of the separating functional on the section; none where no value is positive.
    fn furthest(&self, outside: &Outside) -> Option<usize> {
        let rows = self.activities.rows();
        let stride = rows * LANES;
        let weights: Vec<f64> =
            outside.normal.iter().enumerate().map(|(i, y)| y * self.activities.row_unit(i)).collect();
        let parts: Vec<(f64, usize)> = self
            .activities
            .panels()
            .par_chunks(stride * SCAN_CHUNK)
            .zip(self.factor.par_chunks(LANES * SCAN_CHUNK))
            .enumerate()
            .map(|(c, (panels, factors))| {
                let (value, place) = furthest_in(panels, factors, stride, &weights);
                (value, c * SCAN_CHUNK * LANES + place)
            })
            .collect();
        let mut best = (0.0, None);
        for (value, place) in parts {
            if value > best.0 {
                best = (value, Some(place));
            }
        }
        best.1.map(|place| self.unit_of[place])
    }
}

fn furthest_in(panels: &[f64], factors: &[f64], stride: usize, weights: &[f64]) -> (f64, usize) {
    let mut value = [0.0_f64; LANES];
    let mut place = [0_u64; LANES];
    let mut number = 0_u64;
    for (panel, factor) in panels.chunks_exact(stride).zip(factors.chunks_exact(LANES)) {
        let mut sum = [0.0_f64; LANES];
        for (row, &w) in panel.chunks_exact(LANES).zip(weights) {
            for l in 0..LANES {
                sum[l] += w * row[l];
            }
        }
        for l in 0..LANES {
            let v = sum[l] * factor[l];
            let better = v > value[l];
            value[l] = if better { v } else { value[l] };
            place[l] = if better { number } else { place[l] };
        }
        number = number.wrapping_add(1);
    }
    let mut best = (0.0, 0);
    for l in 0..LANES {
        let at = place[l] as usize * LANES + l;
        if value[l] > best.0 || (value[l] >= best.0 && value[l] > 0.0 && at < best.1) {
            best = (value[l], at);
        }
    }
    best
}
