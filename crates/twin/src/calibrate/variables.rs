//! The variables of the paper from the twin's rounded raw quantities, as the pipeline computes them.
//!
//! The calibrator must know what the pipeline will find. It keeps its own short versions, so that a mistake on
//! either side shows as a disagreement instead of cancelling out.

use crate::calibration::Calibration;
use crate::cities::City;
use crate::draw::{FIRST_YEAR, YEARS};
use crate::prices::GOODS;
use crate::{files, prices, yearbook};

/// Everything the regressions use, `YEARS` values per city, city by city.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    pub(super) va: Vec<f64>,
    pub(super) ina: Vec<f64>,
    pub(super) ind: Vec<f64>,
    pub(super) mar: Vec<f64>,
    pub(super) infra: Vec<f64>,
    pub(super) iv: Vec<f64>,
    pub(super) smart_city: Vec<f64>,
    pub(super) low_carbon: Vec<f64>,
    /// Fina, lnpop, lntech, Edu, Er, Gov.
    pub(super) controls: [Vec<f64>; 6],
    /// Capital, labour, electricity, real GDP, SO2, dust, waste water.
    pub(super) technology: [Vec<f64>; 7],
    /// Table 4's indicators, larger = better as printed.
    pub(super) green: [Vec<f64>; 9],
}

/// Draws the yearbook and computes every variable from its rounded columns.
pub(super) fn compute(cities: &[City], calibration: &Calibration) -> Variables {
    let book = yearbook::draw(cities, calibration);
    let columns = files::columns(&book);
    let col = |name: &str| -> Vec<f64> {
        columns.iter().find(|(n, _, _)| *n == name).map_or_else(Vec::new, |(_, values, digits)| {
            let scale = 10f64.powi(*digits as i32);
            values.iter().map(|v| (v * scale).round() / scale).collect()
        })
    };
    let over = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(x, y)| x / y).collect() };
    let log = |a: &[f64]| -> Vec<f64> { a.iter().map(|x| x.ln()).collect() };
    let minus = |a: &[f64]| -> Vec<f64> { a.iter().map(|x| -x).collect() };

    let gdp = col("gdp");
    let money: Vec<f64> = col("deposits").iter().zip(col("loans")).map(|(d, l)| d + l).collect();
    let real: Vec<f64> = gdp.iter().zip(col("gdp_deflator")).map(|(g, d)| 100.0 * g / d).collect();
    let invested: Vec<f64> =
        col("investment").iter().zip(col("investment_price")).map(|(i, p)| 100.0 * i / p).collect();
    let electricity = col("electricity");
    let (so2, dust, water) = (col("so2"), col("dust"), col("waste_water"));
    let pilot = |year: fn(&City) -> Option<i32>| -> Vec<f64> {
        let on = |c: &City, t: usize| year(c).is_some_and(|y| FIRST_YEAR + t as i32 >= y);
        cities.iter().flat_map(|c| (0..YEARS).map(move |t| f64::from(u8::from(on(c, t))))).collect()
    };
    Variables {
        va: virtual_agglomeration(cities, &col("employment_it"), &col("employment_total")),
        ina: col("patents_granted").iter().map(|p| p.ln_1p()).collect(),
        ind: structure(&col("share_primary"), &col("share_tertiary")),
        mar: integration(&prices::draw(cities, calibration), cities.len()),
        infra: log(&col("broadband")),
        iv: cities
            .iter()
            .flat_map(|c| files::USERS.map(|(_, users)| f64::from(users).ln() / c.relief.max(0.1)))
            .collect(),
        smart_city: pilot(|c| c.smart_city),
        low_carbon: pilot(|c| c.low_carbon),
        controls: [
            over(&money, &gdp),
            log(&col("population")),
            log(&col("science_spending")),
            over(&col("education_spending"), &gdp),
            log(&dust),
            over(&col("budget_revenue"), &col("budget_expenditure")),
        ],
        green: [
            minus(&over(&electricity, &gdp)),
            minus(&over(&water, &gdp)),
            col("share_tertiary"),
            col("gas_use"),
            col("water_use"),
            col("park_area"),
            col("green_cover"),
            minus(&so2),
            minus(&col("sewage_treatment")),
        ],
        technology: [capital(&invested), col("labour"), electricity, real, so2, dust, water],
    }
}

/// K_t = .904 K_{t-1} + I_t, K_2013 = I_2013 / .1 (D9).
fn capital(invested: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(invested.len());
    for city in invested.chunks_exact(YEARS) {
        let mut stock = city[0] / 0.1;
        out.push(stock);
        for i in &city[1..] {
            stock = 0.904 * stock + i;
            out.push(stock);
        }
    }
    out
}

/// 1 / d_ij of every pair of cities, km (D2, D3); 0 for a city and itself.
pub(super) fn nearness(cities: &[City]) -> Vec<f64> {
    let n = cities.len();
    let mut nearness = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..i {
            let half = |a: f64, b: f64| ((a - b).to_radians() / 2.0).sin().powi(2);
            let (a, b) = (&cities[i], &cities[j]);
            let h = half(a.lat, b.lat) + a.lat.to_radians().cos() * b.lat.to_radians().cos() * half(a.lon, b.lon);
            let km = 2.0 * 6371.0088 * h.sqrt().asin();
            nearness[i * n + j] = 1.0 / km;
            nearness[j * n + i] = 1.0 / km;
        }
    }
    nearness
}

/// LQ_i + Σ_{j≠i} LQ_j / d_ij (D1).
fn virtual_agglomeration(cities: &[City], it: &[f64], total: &[f64]) -> Vec<f64> {
    let n = cities.len();
    let nearness = nearness(cities);
    let mut out = vec![0.0; n * YEARS];
    for t in 0..YEARS {
        let sum = |x: &[f64]| (0..n).map(|i| x[i * YEARS + t]).sum::<f64>();
        let nation = sum(it) / sum(total);
        let lq: Vec<f64> = (0..n).map(|i| it[i * YEARS + t] / total[i * YEARS + t] / nation).collect();
        for i in 0..n {
            out[i * YEARS + t] = lq[i] + (0..n).map(|j| nearness[i * n + j] * lq[j]).sum::<f64>();
        }
    }
    out
}

/// Vector-angle index 3θ₁ + 2θ₂ + θ₃ of the sector shares (D10).
pub(super) fn structure(primary: &[f64], tertiary: &[f64]) -> Vec<f64> {
    let angle = |p: f64, t: f64| {
        let s = 100.0 - p - t;
        let norm = (p * p + s * s + t * t).sqrt();
        3.0 * (p / norm).acos() + 2.0 * (s / norm).acos() + (t / norm).acos()
    };
    primary.iter().zip(tertiary).map(|(p, t)| angle(*p, *t)).collect()
}

/// (Σ_j Var_k q_ij)^-1/2 over all pairs (D11), from indices with previous year = 100.
pub(super) fn integration(values: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![0.0; n * YEARS];
    for t in 0..YEARS {
        let year: Vec<f64> = (0..n)
            .flat_map(|i| (0..GOODS.len()).map(move |k| ((i * YEARS + t) * GOODS.len()) + k))
            .map(|at| values[at])
            .collect();
        for (i, mar) in integration_of_year(&year).into_iter().enumerate() {
            out[i * YEARS + t] = mar;
        }
    }
    out
}

/// The same from the indices of one year, city by city.
pub(super) fn integration_of_year(values: &[f64]) -> Vec<f64> {
    const K: usize = GOODS.len();
    let n = values.len() / K;
    let logs: Vec<[f64; K]> =
        values.chunks_exact(K).map(|city| std::array::from_fn(|k| ((city[k] * 10.0).round() / 10.0).ln())).collect();
    let mut mean = [0.0; K];
    for i in 0..n {
        for j in 0..i {
            for (k, m) in mean.iter_mut().enumerate() {
                *m += (logs[i][k] - logs[j][k]).abs();
            }
        }
    }
    let pairs = (n * (n - 1) / 2) as f64;
    mean.iter_mut().for_each(|m| *m /= pairs);
    let mut seg = vec![0.0; n];
    for i in 0..n {
        for j in 0..i {
            let q: [f64; K] = std::array::from_fn(|k| (logs[i][k] - logs[j][k]).abs() - mean[k]);
            let centre = q.iter().sum::<f64>() / K as f64;
            let variance = q.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / (K - 1) as f64;
            seg[i] += variance;
            seg[j] += variance;
        }
    }
    seg.into_iter().map(|seg| 1.0 / seg.sqrt()).collect()
}

/// Entropy-weight index with min-max values shifted by 1e-4 and weights pooled over city-years (D23).
pub(super) fn entropy(indicators: &[Vec<f64>]) -> Vec<f64> {
    let n = indicators[0].len();
    let mut parts = Vec::with_capacity(indicators.len());
    for x in indicators {
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scaled: Vec<f64> = x.iter().map(|v| (v - low) / (high - low) + 1e-4).collect();
        let total: f64 = scaled.iter().sum();
        let entropy = -scaled.iter().map(|v| v / total * (v / total).ln()).sum::<f64>() / (n as f64).ln();
        parts.push((1.0 - entropy, scaled));
    }
    let weights: f64 = parts.iter().map(|(w, _)| w).sum();
    (0..n).map(|k| parts.iter().map(|(w, x)| w / weights * x[k]).sum()).collect()
}
