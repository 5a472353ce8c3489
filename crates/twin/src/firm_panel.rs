//! A synthetic firm panel of any size with its study file, to measure and to try the runner at scale. Pure
//! counter-based arithmetic: the same bytes on every machine.

use crate::error::{Error, Result};
use panel_core::{Column, Panel, TextColumn};
use rayon::prelude::*;

/// The study file of the panel.
pub(crate) const STUDY: &str = include_str!("../templates/firm_panel.toml");

/// Years of every firm; a share of the rows is missing, so that the panel is unbalanced.
const YEARS: usize = 10;

/// Industries and provinces of the firms.
const INDUSTRIES: u64 = 40;
const PROVINCES: u64 = 30;

/// Coefficients that the study's regressions look for.
pub(crate) const TRUTH: [f64; 3] = [0.3, 0.5, -0.04];

/// A number in (0, 1) that depends on stream and place alone (SplitMix64).
fn uniform(stream: u64, place: u64) -> f64 {
    let mut z = (stream << 40).wrapping_add(place).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// A standard normal number, by Box and Muller.
fn normal(stream: u64, place: u64) -> f64 {
    let (u, v) = (uniform(2 * stream, place), uniform(2 * stream + 1, place));
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Sales follow labour, capital and the square of debt with firm and year effects; thirty columns with the keys.
pub(crate) fn panel(rows: usize) -> Result<Panel> {
    if rows < 10 * YEARS {
        return Err(Error::Rows { got: rows, least: 10 * YEARS });
    }
    let firms = rows.div_ceil(YEARS);
    let n = rows;
    let firm = |row: usize| (row / YEARS) as u64;
    let year = |row: usize| (row % YEARS) as u64;
    let column = |f: &(dyn Fn(usize) -> f64 + Sync)| -> Vec<f64> { (0..n).into_par_iter().map(f).collect() };
    let place = |row: usize| row as u64;
    // Labour and capital lean on the firm's effect, so that least squares without it is biased.
    let effect = |row: usize| normal(1, firm(row));
    let labour = column(&|row| (4.0 + 0.6 * effect(row) + 0.7 * normal(2, place(row))).exp().round().max(1.0));
    let capital =
        column(&|row| ((6.0 + 0.8 * effect(row) + normal(3, place(row))).exp() * 100.0).round() / 100.0 + 1.0);
    let debt = column(&|row| uniform(4, place(row)) * 3.0);
    let sales = column(&|row| {
        let log = 2.0
            + effect(row)
            + 0.05 * year(row) as f64
            + TRUTH[0] * capital[row].ln()
            + TRUTH[1] * labour[row].ln()
            + TRUTH[2] * debt[row] * debt[row]
            + 0.4 * normal(5, place(row));
        (log.exp() * 100.0).round() / 100.0 + 0.01
    });
    let categories = |labels: u64, letter: char, stream: u64| -> panel_core::Result<Column> {
        let codes = (0..n).map(|row| (uniform(stream, firm(row)) * labels as f64) as u32).collect();
        let labels = (0..labels).map(|i| format!("{letter}{i:02}")).collect();
        Ok(Column::Text(TextColumn::from_codes(codes, labels)?))
    };
    let keys = |labels: Vec<String>, code: &dyn Fn(usize) -> u64| {
        TextColumn::from_codes((0..n).map(|row| code(row) as u32).collect(), labels)
    };
    let mut builder = Panel::builder("firm", "year")
        .coded_keys(
            keys((0..firms).map(|i| format!("F{i:07}")).collect(), &firm)?,
            keys((0..YEARS).map(|t| (2010 + t).to_string()).collect(), &year)?,
        )
        .column("sales", sales)
        .column("labour", labour)
        .column("capital", capital)
        .column("debt", debt)
        .column("industry", categories(INDUSTRIES, 'I', 20)?)
        .column("province", categories(PROVINCES, 'P', 21)?);
    for k in 0..22_u64 {
        // Positive, with one value in fifty missing.
        let values = column(&|row| {
            if uniform(60 + k, place(row)) < 0.02 { f64::NAN } else { (1.0 + 0.3 * normal(30 + k, place(row))).exp() }
        });
        builder = builder.column(format!("x{k:02}"), values);
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_columns_and_the_same_numbers_every_time() {
        let (a, b) = (panel(1000).expect("valid"), panel(1000).expect("valid"));
        assert_eq!((a.n_rows(), a.n_entities(), a.names().len() + 2), (1000, 100, 30));
        assert_eq!(a.float("sales").expect("numbers"), b.float("sales").expect("numbers"));
        let mean = (0..100_000).map(|place| normal(7, place)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.01, "{mean}");
    }
}
