//! What the calibration asks for: the paper's regressions, and the t ratios that give their printed stars.

use super::design::Design;
use super::steer::Wish;
use super::variables::Variables;
use crate::cities::City;
use crate::error::{Error, Result};

const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// Printed coefficients and standard errors by table, column and row.
#[derive(Debug)]
pub(super) struct Published(Vec<(String, f64, f64)>);

impl Published {
    /// Reads `published.csv`; rows without a standard error are left out.
    pub(super) fn read(text: &str) -> Result<Self> {
        let records = panel_core::io::csv_records(text).map_err(|line| Error::Step {
            step: "published numbers",
            problem: format!("line {line}: a quote is never closed"),
        })?;
        let row = |cells: &[String]| {
            let cell = |at: usize| cells.get(at).map_or("", String::as_str);
            Some((format!("{}{} {}", cell(0), cell(1), cell(4)), cell(5).parse().ok()?, cell(6).parse().ok()?))
        };
        Ok(Self(records.iter().skip(1).filter_map(|(_, cells)| row(cells)).collect()))
    }

    /// The printed coefficient less and plus nine tenths of its standard error.
    fn limits(&self, table: &str, row: &str) -> Result<(f64, f64)> {
        let key = format!("{table} {row}");
        let found = self.0.iter().find(|(k, _, _)| *k == key).ok_or_else(|| Error::Step {
            step: "published numbers",
            problem: format!("no coefficient and standard error for `{key}`"),
        })?;
        Ok((found.1 - 0.9 * found.2, found.1 + 0.9 * found.2))
    }
}

/// Va, its square and, in the paper's order, the six control variables.
fn terms<'a>(v: &'a Variables, square: &'a [f64], controls: bool) -> Vec<&'a [f64]> {
    let mut out = vec![v.va.as_slice(), square];
    if controls {
        out.extend(v.controls.iter().map(Vec::as_slice));
    }
    out
}

/// Indices of the cities that `keep`.
fn subset(cities: &[City], keep: impl Fn(&City) -> bool) -> Vec<usize> {
    (0..cities.len()).filter(|i| keep(&cities[*i])).collect()
}

/// The regression of a mediator on Va, its square and the controls, with wishes for the two.
pub(super) fn mediator(
    cities: &[City],
    v: &Variables,
    published: &Published,
    table: &str,
    t: (f64, f64),
) -> Result<(Vec<Design>, Vec<Wish>)> {
    let square: Vec<f64> = v.va.iter().map(|x| x * x).collect();
    let design = Design::new(subset(cities, |_| true), &terms(v, &square, true), &[]);
    let wish = |coefficient, t, limits| Wish { design: 0, coefficient, t, limits, soft: 0.0 };
    let wishes = vec![wish(0, t.0, published.limits(table, "Va")?), wish(1, t.1, published.limits(table, "Va_sq")?)];
    Ok((vec![design], wishes))
}

/// Table 3 (2): the entropy index.
pub(super) fn green(cities: &[City], v: &Variables) -> Result<(Vec<Design>, Vec<Wish>)> {
    let square: Vec<f64> = v.va.iter().map(|x| x * x).collect();
    let design = Design::new(subset(cities, |_| true), &terms(v, &square, true), &[]);
    let wish = |coefficient, t| Wish { design: 0, coefficient, t, limits: FREE, soft: 0.0 };
    Ok((vec![design], vec![wish(0, -2.45), wish(1, 3.2)]))
}

/// Names of the regressions of Gtfp, in the order of their designs.
pub(super) const GROWTH: [&str; 17] = [
    "2(1)", "2(2)", "3(1)", "3(3)", "3(4)", "7(1)", "7(3)", "7(5)", "6(1)", "6(2)", "6(3)", "6(4)", "6(5)", "8(1)",
    "8(2)", "8(3)", "5(3)",
];

/// All regressions of Gtfp, and what is wished of them.
pub(super) fn growth(cities: &[City], v: &Variables, published: &Published) -> Result<(Vec<Design>, Vec<Wish>)> {
    let square: Vec<f64> = v.va.iter().map(|x| x * x).collect();
    let moderated: Vec<f64> = v.va.iter().zip(&v.infra).map(|(x, m)| x * m).collect();
    let moderated_square: Vec<f64> = square.iter().zip(&v.infra).map(|(x, m)| x * m).collect();
    let integration: Vec<f64> = v.mar.iter().map(|m| m / 100.0).collect();
    let iv_square: Vec<f64> = v.iv.iter().map(|z| z * z).collect();
    let all = || subset(cities, |_| true);
    let full = terms(v, &square, true);
    let with = |extra: &[&'_ [f64]]| -> Vec<Vec<f64>> { extra.iter().map(|e| e.to_vec()).collect() };
    let fit = |cities: Vec<usize>, extra: &[&[f64]]| {
        let extra = with(extra);
        let mut x = full.clone();
        x.extend(extra.iter().map(Vec::as_slice));
        Design::new(cities, &x, &[])
    };
    let designs = vec![
        Design::new(all(), &terms(v, &square, false), &[]),
        fit(all(), &[]),
        fit(subset(cities, |c| !c.municipality), &[]),
        fit(all(), &[&v.smart_city]),
        fit(all(), &[&v.low_carbon]),
        fit(all(), &[&v.ina]),
        fit(all(), &[&v.ind]),
        fit(all(), &[&integration]),
        fit(subset(cities, |c| c.region == "East"), &[]),
        fit(subset(cities, |c| c.region == "Central"), &[]),
        fit(subset(cities, |c| c.region == "West"), &[]),
        fit(subset(cities, |c| c.agglomeration), &[]),
        fit(subset(cities, |c| !c.agglomeration), &[]),
        Design::new(subset(cities, |c| c.border), &terms(v, &square, false), &[]),
        fit(subset(cities, |c| c.border), &[]),
        fit(subset(cities, |c| c.region == "West"), &[&moderated, &moderated_square, &v.infra]),
        Design::new(all(), &full, &[&v.iv, &iv_square]),
    ];
    let limits = |table: &str, row: &str| published.limits(table, row);
    let firm = |design, coefficient, t, limits| Wish { design, coefficient, t, limits, soft: 0.0 };
    let mut wishes = vec![
        firm(0, 0, -2.30, limits("2(1)", "Va")?),
        firm(0, 1, 2.68, limits("2(1)", "Va_sq")?),
        firm(1, 0, -2.33, limits("2(2)", "Va")?),
        firm(1, 1, 2.50, limits("2(2)", "Va_sq")?),
        firm(2, 0, -1.91, limits("3(1)", "Va")?),
        firm(2, 1, 2.30, limits("3(1)", "Va_sq")?),
        firm(3, 8, 0.90, FREE),
        firm(4, 8, 1.10, FREE),
        firm(5, 8, 3.00, FREE),
        firm(6, 8, 2.80, FREE),
        firm(7, 8, 2.90, FREE),
    ];
    // The paper's subsamples, border cities and second stage contradict the pooled coefficients at the printed
    // size. Sign and stars are asked for, softly; the size follows from the twin's own standard errors.
    let soft: [(usize, &[f64], f64); 9] = [
        (8, &[-1.60, 2.85], 0.12),
        (9, &[-3.20, 2.85], 0.12),
        (10, &[-1.10, 0.90], 0.12),
        (11, &[-2.30, 2.85], 0.12),
        (12, &[-1.20, 0.60], 0.12),
        (13, &[2.10, -0.80], 0.15),
        (14, &[3.00, -1.00], 0.15),
        (15, &[-1.85, 2.20, 2.20, -2.20, -0.90], 0.15),
        (16, &[-1.95, 3.10], 0.10),
    ];
    for (design, ts, soft) in soft {
        for (j, t) in ts.iter().enumerate() {
            let coefficient = if j < 2 { j } else { j + 6 };
            wishes.push(Wish { design, coefficient, t: *t, limits: FREE, soft });
        }
    }
    Ok((designs, wishes))
}
