//! Prices, and their changes on the log scale.

use crate::error::{Error, Result};
use panel_core::suggest::some;
use panel_core::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Prices in long form: one value per entity, period and good, in any order; absent rows and `NaN` are missing.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    /// Price level or price index.
    pub value: &'a [f64],
    /// Index into `entities`, per row.
    pub entity: &'a [u32],
    /// Index into `times`, per row.
    pub time: &'a [u32],
    /// Index into `goods`, per row.
    pub good: &'a [u32],
    /// Labels of the entities.
    pub entities: &'a [String],
    /// Labels of the periods.
    pub times: &'a [String],
    /// Place of each period on the calendar, as `panel_core::TimeAxis::ordinals`: consecutive periods differ by 1.
    pub ordinals: &'a [i64],
    /// Labels of the goods.
    pub goods: &'a [String],
}

/// Prices with one column per good, rows keyed by entity and time, in any order.
#[derive(Debug, Clone, Copy)]
pub struct PriceColumns<'a> {
    /// One column per good: price levels or price indices.
    pub columns: &'a [&'a [f64]],
    /// Index into `entities`, per row.
    pub entity: &'a [u32],
    /// Index into `times`, per row.
    pub time: &'a [u32],
    /// Labels of the entities.
    pub entities: &'a [String],
    /// Labels of the periods.
    pub times: &'a [String],
    /// Place of each period on the calendar, as in [`Prices::ordinals`].
    pub ordinals: &'a [i64],
    /// Labels of the goods, in the order of the columns.
    pub goods: &'a [String],
}

/// What the values are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum PriceKind {
    /// Price levels, or indices on a fixed base: the change is ln p_t - ln p_{t-lag}, `lag` steps of the calendar back.
    Levels {
        /// Steps back: 1, or 12 for months against the same month a year ago.
        lag: i64,
    },
    /// Chained indices, previous period = `base`: the change is ln(value / base), so the first period is not lost.
    Chained {
        /// Value of "no change", usually 100.
        base: f64,
    },
}

impl Default for PriceKind {
    fn default() -> Self {
        Self::Chained { base: 100.0 }
    }
}

impl PriceKind {
    /// Checks the number.
    ///
    /// # Errors
    /// [`Error::Specification`] naming the key.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Self::Chained { base } if !(base > 0.0 && base.is_finite()) => {
                Err(Error::Specification(format!("base = {base}: expected a positive number")))
            }
            Self::Levels { lag } if lag < 1 => {
                Err(Error::Specification(format!("lag = {lag}: expected at least 1")))
            }
            _ => Ok(()),
        }
    }
}

/// Log price changes x_ikt of every entity, good and period.
///
/// The change of a pair's relative price is their difference:
/// ΔQ_ijt^k = ln(p_it^k / p_jt^k) - ln(p_i,t-1^k / p_j,t-1^k) = x_ikt - x_jkt.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceChanges {
    /// x, period by period, good by good, entity by entity; missing is `NaN`.
    values: Vec<f64>,
    /// ln p, laid out alike, where the prices were levels.
    levels: Option<Vec<f64>>,
    entities: Vec<String>,
    times: Vec<String>,
    /// Place of each period on the calendar.
    ordinals: Vec<i64>,
    /// Calendar steps that a change spans.
    span: i64,
    goods: Vec<String>,
    diagnostics: Diagnostics,
}

impl PriceChanges {
    /// Changes from prices in long form.
    ///
    /// **Missing values**: a missing price makes its change missing (for levels also the change `lag` later); a gap in
    /// the calendar does so, too. A pair uses the goods that both entities have.
    ///
    /// # Errors
    /// Lengths, codes without label, a key that stands twice; [`Error::BadPrice`] naming entity, time and good when a
    /// price is not positive; a lag or base that is not positive.
    pub fn from_long(prices: &Prices<'_>, kind: PriceKind) -> Result<Self> {
        kind.validate()?;
        let (n, periods, goods) = (prices.entities.len(), prices.times.len(), prices.goods.len());
        let rows = prices.value.len();
        for (what, got, expected) in [
            ("entity codes", prices.entity.len(), rows),
            ("time codes", prices.time.len(), rows),
            ("good codes", prices.good.len(), rows),
            ("calendar ordinals", prices.ordinals.len(), periods),
        ] {
            if got != expected {
                return Err(Error::LengthMismatch { what: what.into(), expected, got });
            }
        }
        for (what, codes, known) in
            [("entity", prices.entity, n), ("time", prices.time, periods), ("good", prices.good, goods)]
        {
            if let Some(row) = codes.iter().position(|&code| code as usize >= known) {
                return Err(Error::UnknownCode { what, row, code: codes[row], known });
            }
        }
        let mut changes = Self::from_logs(prices, kind, n, periods, goods)?;
        changes.remark();
        Ok(changes)
    }

    fn from_logs(prices: &Prices<'_>, kind: PriceKind, n: usize, periods: usize, goods: usize) -> Result<Self> {
        let rows = prices.value.len();
        let mut logs = vec![f64::NAN; n * periods * goods];
        let mut seen = vec![false; logs.len()];
        for row in 0..rows {
            let (i, t, k) = (prices.entity[row] as usize, prices.time[row] as usize, prices.good[row] as usize);
            let cell = (t * goods + k) * n + i;
            let labels = || (prices.entities[i].clone(), prices.times[t].clone(), prices.goods[k].clone());
            if std::mem::replace(&mut seen[cell], true) {
                let (entity, time, good) = labels();
                return Err(Error::DuplicateKey { entity, time, good });
            }
            let value = prices.value[row];
            if value.is_nan() {
                continue;
            }
            if !(value > 0.0 && value.is_finite()) {
                let (entity, time, good) = labels();
                return Err(Error::BadPrice { entity, time, good, value });
            }
            logs[cell] = value.ln();
        }
        let values = match kind {
            PriceKind::Chained { base } => {
                let log_base = base.ln();
                logs.iter().map(|log| log - log_base).collect()
            }
            PriceKind::Levels { lag } => differences(&logs, prices.ordinals, lag, goods * n),
        };
        Ok(Self {
            values,
            levels: matches!(kind, PriceKind::Levels { .. }).then_some(logs),
            entities: prices.entities.to_vec(),
            times: prices.times.to_vec(),
            ordinals: prices.ordinals.to_vec(),
            span: if let PriceKind::Levels { lag } = kind { lag } else { 1 },
            goods: prices.goods.to_vec(),
            diagnostics: Diagnostics::new(),
        })
    }

    /// Changes from one column of prices per good, rows keyed by entity and time.
    ///
    /// # Errors
    /// As [`PriceChanges::from_long`].
    pub fn from_columns(prices: &PriceColumns<'_>, kind: PriceKind) -> Result<Self> {
        let PriceColumns { columns, entity, time, entities, times, ordinals, goods } = *prices;
        if columns.len() != goods.len() {
            return Err(Error::LengthMismatch {
                what: "price columns".into(),
                expected: goods.len(),
                got: columns.len(),
            });
        }
        for (column, good) in columns.iter().zip(goods) {
            if column.len() != entity.len() {
                return Err(Error::LengthMismatch {
                    what: format!("prices of `{good}`"),
                    expected: entity.len(),
                    got: column.len(),
                });
            }
        }
        let repeat = |codes: &[u32]| -> Vec<u32> { columns.iter().flat_map(|_| codes.iter().copied()).collect() };
        let good: Vec<u32> = (0..columns.len()).flat_map(|k| std::iter::repeat_n(k as u32, entity.len())).collect();
        let (value, entity, time) = (columns.concat(), repeat(entity), repeat(time));
        let long =
            Prices { value: &value, entity: &entity, time: &time, good: &good, entities, times, ordinals, goods };
        Self::from_long(&long, kind)
    }

    /// Changes that are already logs, over consecutive periods; `values` runs over periods, then goods, then entities
    /// (fastest).
    ///
    /// # Errors
    /// [`Error::LengthMismatch`]; [`Error::Specification`] for an infinite value.
    pub fn from_changes(
        entities: Vec<String>,
        times: Vec<String>,
        goods: Vec<String>,
        values: Vec<f64>,
    ) -> Result<Self> {
        let (n, periods, k) = (entities.len(), times.len(), goods.len());
        if values.len() != n * periods * k {
            return Err(Error::LengthMismatch {
                what: "price changes".into(),
                expected: n * periods * k,
                got: values.len(),
            });
        }
        if let Some(cell) = values.iter().position(|value| value.is_infinite()) {
            let (i, good, t) = (cell % n, cell / n % k, cell / n / k);
            return Err(Error::BadPrice {
                entity: entities[i].clone(),
                time: times[t].clone(),
                good: goods[good].clone(),
                value: values[cell],
            });
        }
        let ordinals = (0..periods as i64).collect();
        let diagnostics = Diagnostics::new();
        let mut changes = Self { values, levels: None, entities, times, ordinals, span: 1, goods, diagnostics };
        changes.remark();
        Ok(changes)
    }

    /// Number of entities.
    #[must_use]
    pub fn n_entities(&self) -> usize {
        self.entities.len()
    }

    /// Number of periods, those without any change included.
    #[must_use]
    pub fn n_periods(&self) -> usize {
        self.times.len()
    }

    /// Number of goods.
    #[must_use]
    pub fn n_goods(&self) -> usize {
        self.goods.len()
    }

    /// Labels of the entities.
    #[must_use]
    pub fn entities(&self) -> &[String] {
        &self.entities
    }

    /// Labels of the periods.
    #[must_use]
    pub fn times(&self) -> &[String] {
        &self.times
    }

    /// Place of each period on the calendar.
    #[must_use]
    pub fn ordinals(&self) -> &[i64] {
        &self.ordinals
    }

    /// Calendar steps that a change spans: the lag of levels, else 1.
    #[must_use]
    pub fn span(&self) -> i64 {
        self.span
    }

    /// For each period the one that many calendar steps before, if there is one.
    pub(crate) fn before(&self, steps: i64) -> Vec<Option<usize>> {
        places_before(&self.ordinals, steps)
    }

    /// Labels of the goods.
    #[must_use]
    pub fn goods(&self) -> &[String] {
        &self.goods
    }

    /// What was missing.
    #[must_use]
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Changes of one good in one period, entity by entity.
    #[must_use]
    pub fn slice(&self, time: usize, good: usize) -> &[f64] {
        let n = self.n_entities();
        let start = (time * self.n_goods() + good) * n;
        &self.values[start..start + n]
    }

    /// Whether any change is known in a period.
    #[must_use]
    pub fn has_period(&self, time: usize) -> bool {
        (0..self.n_goods()).any(|good| self.slice(time, good).iter().any(|value| !value.is_nan()))
    }

    /// Whether true price levels are known.
    #[must_use]
    pub fn has_levels(&self) -> bool {
        self.levels.is_some()
    }

    /// ln p, or changes cumulated from 0 before the first period, laid out like the changes. Behind a gap in the calendar
    /// the cumulated level is not known.
    pub(crate) fn log_levels(&self) -> Vec<f64> {
        if let Some(levels) = &self.levels {
            return levels.clone();
        }
        let width = self.n_goods() * self.n_entities();
        let mut levels = self.values.clone();
        let before = self.before(1);
        let mut order: Vec<usize> = (0..self.n_periods()).collect();
        order.sort_by_key(|&t| self.ordinals[t]);
        for &t in order.iter().skip(1) {
            for cell in 0..width {
                let level = before[t].map_or(f64::NAN, |before| levels[before * width + cell]);
                levels[t * width + cell] += level;
            }
        }
        levels
    }

    fn remark(&mut self) {
        let (n, goods) = (self.n_entities(), self.n_goods());
        let used: Vec<usize> = (0..self.n_periods()).filter(|&t| self.has_period(t)).collect();
        let empty: Vec<String> =
            (0..self.n_periods()).filter(|t| !used.contains(t)).map(|t| self.times[t].clone()).collect();
        if !empty.is_empty() {
            self.diagnostics.push(Diagnostic::note(
                "period-without-change",
                format!("no price change in {} (a first period of levels, or a gap): no index there", some(&empty)),
            ));
        }
        let mut missing = vec![0usize; n];
        for &t in &used {
            for k in 0..goods {
                self.slice(t, k)
                    .iter()
                    .enumerate()
                    .filter(|(_, value)| value.is_nan())
                    .for_each(|(i, _)| missing[i] += 1);
            }
        }
        let count: usize = missing.iter().sum();
        if count > 0 {
            let names: Vec<String> = (0..n).filter(|&i| missing[i] > 0).map(|i| self.entities[i].clone()).collect();
            self.diagnostics.push(Diagnostic::warning(
                "price-changes-missing",
                format!(
                    "{count} of {} price changes are missing, in {} entities ({}); a pair uses the goods that both have",
                    n * goods * used.len(),
                    names.len(),
                    some(&names)
                ),
            ));
        }
    }
}

/// ln p_t - ln p_{t-lag}; `width` values per period.
fn differences(logs: &[f64], ordinals: &[i64], lag: i64, width: usize) -> Vec<f64> {
    let mut values = vec![f64::NAN; logs.len()];
    for (t, before) in places_before(ordinals, lag).into_iter().enumerate() {
        let Some(before) = before else { continue };
        for cell in 0..width {
            values[t * width + cell] = logs[t * width + cell] - logs[before * width + cell];
        }
    }
    values
}

/// For each place on the calendar the one that many steps before.
fn places_before(ordinals: &[i64], steps: i64) -> Vec<Option<usize>> {
    let place: BTreeMap<i64, usize> = ordinals.iter().enumerate().map(|(t, &ordinal)| (ordinal, t)).collect();
    ordinals.iter().map(|ordinal| place.get(&ordinal.checked_sub(steps)?).copied()).collect()
}
