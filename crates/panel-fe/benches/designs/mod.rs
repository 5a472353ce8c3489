//! The benchmark panels, from counters, so that any language can re-create them: `simple` and `difficult` are the
//! designs of fixest's own benchmarks, `akm` workers who move to neighbouring firms of a ring only, `city` 279 × 8.

#![allow(missing_docs, unreachable_pub)]

use std::f64::consts::PI;

/// One panel: codes from 0 and columns.
#[derive(Debug, Clone)]
pub struct Design {
    pub indiv: Vec<u32>,
    pub firm: Vec<u32>,
    pub year: Vec<u32>,
    pub x1: Vec<f64>,
    pub x2: Vec<f64>,
    pub y: Vec<f64>,
}

fn uniform(stream: u64, i: usize) -> f64 {
    let mut z = 20_260_727_u64
        .wrapping_add(stream.wrapping_mul(0x632B_E59B_D9B4_E019))
        .wrapping_add((i as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    ((z >> 11) as f64 + 0.5) * (0.5_f64).powi(53)
}

fn normal(stream: u64, i: usize) -> f64 {
    (-2.0 * uniform(2 * stream + 1000, i).ln()).sqrt() * (2.0 * PI * uniform(2 * stream + 1001, i)).cos()
}

impl Design {
    pub fn simple(n: usize) -> Self {
        Self::base(n, true)
    }

    pub fn difficult(n: usize) -> Self {
        Self::base(n, false)
    }

    fn base(n: usize, random: bool) -> Self {
        let years = 10;
        let indivs = (n as f64 / years as f64).round_ties_even() as usize;
        let firms = ((indivs as f64 / 23.0).round_ties_even() as usize).max(1);
        let n = indivs * years;
        let indiv: Vec<u32> = (0..n).map(|i| (i / years) as u32).collect();
        let year: Vec<u32> = (0..n).map(|i| (i % years) as u32).collect();
        let place = |i: usize| if random { (uniform(1, i) * firms as f64).floor() as u32 } else { (i % firms) as u32 };
        let firm: Vec<u32> = (0..n).map(place).collect();
        let x1: Vec<f64> = (0..n).map(|i| normal(2, i)).collect();
        let x2: Vec<f64> = x1.iter().map(|x| x * x).collect();
        let effects: Vec<Vec<f64>> = [(3, firms), (4, indivs), (5, years)]
            .iter()
            .map(|&(s, m)| (0..m).map(|j| normal(s, j)).collect())
            .collect();
        let y = (0..n)
            .map(|i| {
                let fixed = effects[0][firm[i] as usize] + effects[1][indiv[i] as usize] + effects[2][year[i] as usize];
                x1[i] + 0.05 * x2[i] + fixed + normal(6, i)
            })
            .collect();
        Self { indiv, firm, year, x1, x2, y }
    }

    pub fn akm(n: usize) -> Self {
        let years = 8;
        let workers = n / years;
        let firms = (workers / 20).max(2);
        let n = workers * years;
        let mut firm = vec![0_u32; n];
        for w in 0..workers {
            let mut current = w * firms / workers;
            for t in 0..years {
                let i = w * years + t;
                if t > 0 && uniform(11, i) < 0.08 {
                    current = (current + if uniform(12, i) < 0.5 { 1 } else { firms - 1 }) % firms;
                }
                firm[i] = current as u32;
            }
        }
        let mut total = 0.0;
        let firm_effect: Vec<f64> = (0..firms)
            .map(|f| {
                total += normal(13, f);
                total / (firms as f64).sqrt() * 3.0
            })
            .collect();
        let indiv: Vec<u32> = (0..n).map(|i| (i / years) as u32).collect();
        let year: Vec<u32> = (0..n).map(|i| (i % years) as u32).collect();
        let x1: Vec<f64> = (0..n).map(|i| normal(2, i) + 0.5 * firm_effect[firm[i] as usize]).collect();
        let x2: Vec<f64> = x1.iter().map(|x| x * x).collect();
        let y = (0..n)
            .map(|i| {
                let fixed = firm_effect[firm[i] as usize] + normal(4, i / years) + normal(5, i % years);
                x1[i] + 0.05 * x2[i] + fixed + normal(6, i)
            })
            .collect();
        Self { indiv, firm, year, x1, x2, y }
    }

    pub fn city() -> Self {
        let (cities, years) = (279, 8);
        let n = cities * years;
        let indiv: Vec<u32> = (0..n).map(|i| (i / years) as u32).collect();
        let year: Vec<u32> = (0..n).map(|i| (i % years) as u32).collect();
        let firm: Vec<u32> = indiv.iter().map(|i| i / 10).collect();
        let x1: Vec<f64> = (0..n).map(|i| normal(2, i) + 0.5 * normal(4, i / years)).collect();
        let x2: Vec<f64> = x1.iter().map(|x| x * x).collect();
        let y =
            (0..n).map(|i| x1[i] - 0.25 * x2[i] + normal(4, i / years) + normal(5, i % years) + normal(6, i)).collect();
        Self { indiv, firm, year, x1, x2, y }
    }
}
