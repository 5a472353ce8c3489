//! The fixed point of the frontier: scales GDP, SO2, waste water and electricity of each city-year until the global
//! EBM scores follow the index wanted.
//!
//! Scores are relative: were everything scaled, nothing would move. So the frontier cities, some for every year,
//! shall reach a score of 1 in their best year and span the frontier; the others stay below.

use super::controls::SWINGING;
use super::mediators::rows;
use super::variables::{Variables, compute};
use crate::calibration::Calibration;
use crate::cities::City;
use crate::draw::YEARS;
use crate::error::{Error, Result};
use gtfp_ebm::{Observations, PanelSpec, efficiency};

/// Highest score of a city that is not on the frontier.
const CEILING: f64 = 0.97;
/// Frontier cities for each year.
const PER_YEAR: usize = 2;
/// Largest gap between index and target that ends the search.
const TOLERANCE: f64 = 1e-4;
const ROUNDS: usize = 50;

/// What the search came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) rounds: usize,
    pub(super) largest_gap: f64,
    pub(super) mean_score: f64,
    pub(super) efficient: usize,
}

/// Scores of all city-years on the global frontier (D4–D6).
pub(super) fn scores(v: &Variables) -> Result<Vec<Option<f64>>> {
    let fail = |problem: String| Error::Step { step: "frontier", problem };
    let [capital, labour, electricity, gdp, so2, dust, water] = &v.technology;
    let observations = Observations::new(
        &[("capital", capital), ("labour", labour), ("electricity", electricity)],
        &[("gdp", gdp)],
        &[("so2", so2), ("dust", dust), ("waste_water", water)],
    )
    .map_err(|e| fail(e.to_string()))?;
    let all: Vec<usize> = (0..gdp.len()).collect();
    let label = |row: usize| format!("city-year {row}");
    let found =
        efficiency(&observations, &all, &all, &PanelSpec::default(), &label).map_err(|e| fail(e.to_string()))?;
    Ok(found.scores())
}

/// Scores that must be there.
pub(super) fn complete(scores: &[Option<f64>]) -> Result<Vec<f64>> {
    let missing = || Error::Step { step: "frontier", problem: "a city-year has no score".into() };
    scores.iter().map(|s| s.ok_or_else(missing)).collect()
}

/// Each city's cumulated log index, 0 in the first year.
fn paths(index: &[f64]) -> Vec<[f64; YEARS]> {
    let path = |growth: &[f64]| {
        let mut out = [0.0; YEARS];
        for t in 1..YEARS {
            out[t] = out[t - 1] + growth[t].ln();
        }
        out
    };
    index.chunks_exact(YEARS).map(path).collect()
}

/// Year in which a path is highest.
fn peak(path: &[f64; YEARS]) -> usize {
    (0..YEARS).fold(0, |best, t| if path[t] > path[best] { t } else { best })
}

/// The frontier cities: for each year those that peak in it and count least in the regressions.
pub(super) fn choose(cities: &[City], index: &[f64], leverage: &[f64]) -> Vec<String> {
    let paths = paths(index);
    let mut chosen = Vec::new();
    for t in 0..YEARS {
        let free = |i: &usize| peak(&paths[*i]) == t && cities[*i].adcode != SWINGING;
        let mut candidates: Vec<usize> = (0..paths.len()).filter(free).collect();
        candidates.sort_by(|a, b| leverage[*a].total_cmp(&leverage[*b]));
        chosen.extend(candidates.into_iter().take(PER_YEAR));
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|i| cities[i].adcode.clone()).collect()
}

/// Log scores wanted: each city's path, at the level where its unscaled data lie on average; the frontier cities'
/// best year is 1.
fn wanted(cities: &[City], frontier: &[String], raw: &[f64], index: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(raw.len());
    for ((city, path), scores) in cities.iter().zip(paths(index)).zip(raw.chunks_exact(YEARS)) {
        let top = path[peak(&path)];
        let natural = scores.iter().zip(&path).map(|(s, p)| s.ln() - p).sum::<f64>() / YEARS as f64;
        let level = if frontier.contains(&city.adcode) { -top } else { natural.min(CEILING.ln() - top) };
        out.extend(path.iter().map(|p| level + p));
    }
    out
}

/// Searches the scales of `calibration.output`.
pub(super) fn search(cities: &[City], index: &[f64], calibration: &mut Calibration) -> Result<Reached> {
    // A programme that fails on the way leaves its city-year where it was; at first, at a middling score.
    let mut now: Vec<f64> = scores(&compute(cities, calibration))?.iter().map(|s| s.unwrap_or(0.3)).collect();
    let goal = wanted(cities, &calibration.global.frontier, &now, index);
    let mut scale = vec![0.0; goal.len()];
    let mut slope = vec![1.3_f64; goal.len()];
    let mut last = vec![0.0; goal.len()];
    let mut reached = Reached { rounds: 0, largest_gap: f64::INFINITY, mean_score: 0.0, efficient: 0 };
    for round in 1..=ROUNDS {
        let before = now.clone();
        let mut step = vec![0.0; goal.len()];
        for k in 0..goal.len() {
            let gap = goal[k] - now[k].ln();
            // Overshot, at a kink of the frontier: go slower.
            if gap * last[k] < 0.0 {
                slope[k] = (1.4 * slope[k]).min(15.0);
            }
            last[k] = gap;
            // A frontier city below 1 is lifted a little beyond, since the score cannot tell how far beyond it is.
            let lift = if goal[k] > -1e-12 && gap > 1e-9 { 2e-5 } else { 0.0 };
            step[k] = ((gap + lift) / slope[k]).clamp(-0.25, 0.25);
            scale[k] += step[k];
        }
        calibration.output = rows(cities, &scale);
        let found = scores(&compute(cities, calibration))?;
        now = found.iter().zip(&before).map(|(s, b)| s.unwrap_or(*b)).collect();
        for k in 0..goal.len() {
            if step[k].abs() > 1e-5 {
                let seen = (now[k] / before[k]).ln() / step[k];
                slope[k] = (0.5 * slope[k] + 0.5 * seen).clamp(0.7, 8.0);
            }
        }
        reached = Reached {
            rounds: round,
            largest_gap: largest_gap(&now, index),
            mean_score: now.iter().sum::<f64>() / now.len() as f64,
            efficient: now.iter().filter(|s| **s > 1.0 - 1e-9).count(),
        };
        if reached.largest_gap < TOLERANCE {
            break;
        }
    }
    Ok(reached)
}

/// Largest gap between the index that the scores give and the one wanted.
fn largest_gap(scores: &[f64], index: &[f64]) -> f64 {
    let mut worst: f64 = 0.0;
    for (s, g) in scores.chunks_exact(YEARS).zip(index.chunks_exact(YEARS)) {
        for t in 1..YEARS {
            worst = worst.max((s[t] / s[t - 1] - g[t]).abs());
        }
    }
    worst
}
