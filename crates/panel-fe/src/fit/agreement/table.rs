//! Made-up panels, for tests.

use panel_core::Panel;
use panel_core::random::Stream;

/// Rows (firm, year) with columns y, x1, x2, w and a trend.
pub(crate) struct Table {
    pub(crate) firm: Vec<usize>,
    pub(crate) year: Vec<usize>,
    pub(crate) columns: Vec<(&'static str, Vec<f64>)>,
}

impl Table {
    /// `share` of the firm-years in a hundred; every column but the weight about `level`, which it keeps six digits of.
    pub(crate) fn new(seed: u64, firms: usize, years: usize, share: usize, level: f64) -> Self {
        let mut stream = Stream::new(seed, 0);
        let rows: Vec<(usize, usize)> = (0..firms)
            .flat_map(|firm| (0..years).map(move |year| (firm, year)))
            .filter(|_| stream.below(100) < share)
            .collect();
        // Coarse enough for what is left beside the level.
        let unit = (1e-6 * level).max(1.0);
        let mut normal = || (0..6).map(|_| stream.below(65_536) as f64 / 32_768.0 - 1.0).sum::<f64>() * unit;
        let mut column = |slope: f64, trend: f64, base: &[f64]| -> Vec<f64> {
            let own: Vec<f64> = (0..firms).map(|_| normal()).collect();
            let value = |(at, &(firm, year)): (usize, &(usize, usize))| {
                level
                    + slope * base.get(at).map_or(0.0, |x| x - level)
                    + own[firm]
                    + unit * trend * year as f64
                    + normal()
            };
            rows.iter().enumerate().map(value).collect()
        };
        let x1 = column(0.0, 0.5, &[]);
        let x2 = column(0.3, -0.2, &x1);
        let y = column(-0.7, 1.0, &x1);
        let weight = rows.iter().map(|_| (1 + stream.below(32)) as f64 / 8.0).collect();
        let trend = rows.iter().map(|row| level + unit * row.1 as f64).collect();
        let columns = vec![("y", y), ("x1", x1), ("x2", x2), ("w", weight), ("trend", trend)];
        Self { firm: rows.iter().map(|row| row.0).collect(), year: rows.iter().map(|row| row.1).collect(), columns }
    }

    /// The same table in another order of rows.
    pub(crate) fn panel(&self, order: &[usize]) -> Panel {
        let label = |codes: &[usize], letter: &str| -> Vec<String> {
            order.iter().map(|&row| format!("{letter}{:04}", codes[row])).collect()
        };
        let group: Vec<f64> = order.iter().map(|&row| (self.firm[row] / 2) as f64).collect();
        let across: Vec<f64> = order.iter().map(|&row| ((self.firm[row] + 2 * self.year[row]) % 5) as f64).collect();
        let mut builder = Panel::builder("firm", "year")
            .keys(label(&self.firm, "f"), label(&self.year, "t"))
            .column("group", group)
            .column("across", across);
        for (name, values) in &self.columns {
            builder = builder.column(*name, order.iter().map(|&row| values[row]).collect::<Vec<f64>>());
        }
        builder.build().expect("distinct keys")
    }

    pub(crate) fn in_order(&self) -> Panel {
        self.panel(&(0..self.firm.len()).collect::<Vec<_>>())
    }
}
