//! Prices, and their changes on the log scale.

use crate::error::{Error, Result};
use panel_core::suggest::some;
use panel_core::transform::{PriceKindGuess, price_kind};
use panel_core::{Diagnostic, Diagnostics, InputError, Keys};
use std::collections::BTreeMap;

/// Prices in long form: one value per entity, period and good, in any order; absent rows and `NaN` are missing.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'a> {
    /// Entity and time of every row ([`Keys::repeating`]), with the calendar.
    pub keys: Keys<'a>,
    /// Price level or price index.
    pub value: &'a [f64],
    /// Index into `goods`, per row.
    pub good: &'a [u32],
    /// Labels of the goods.
    pub goods: &'a [String],
}

/// Prices with one column per good.
#[derive(Debug, Clone, Copy)]
pub struct PriceColumns<'a> {
    /// Entity and time of every row, with the calendar.
    pub keys: Keys<'a>,
    /// One column per good: price levels or price indices.
    pub columns: &'a [&'a [f64]],
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
            Self::Levels { lag } if lag < 1 => Err(Error::Specification(format!("lag = {lag}: expected at least 1"))),
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
    /// [`Error::Input`]: lengths, codes without label, a key that stands twice, and a price that is not positive, with
    /// entity, time and good; [`Error::Specification`]: a lag or base that is not positive.
    pub fn from_long(prices: &Prices<'_>, kind: PriceKind) -> Result<Self> {
        kind.validate()?;
        prices.keys.check_third("good", prices.good, prices.goods)?;
        InputError::check_length("prices", prices.value.len(), prices.keys.n_rows())?;
        let (entity, time) = (prices.keys.entity(), prices.keys.time());
        let place = |row: usize| (entity[row] as usize, time[row] as usize, prices.good[row] as usize);
        let cells = (0..prices.value.len()).map(|row| (place(row), prices.value[row]));
        Self::from_cells(prices.keys, prices.goods, cells, kind)
    }

    /// Changes from prices by (entity, period, good), each of which comes once.
    fn from_cells(
        keys: Keys<'_>,
        good_labels: &[String],
        cells: impl Iterator<Item = ((usize, usize, usize), f64)>,
        kind: PriceKind,
    ) -> Result<Self> {
        let (n, periods, goods) = (keys.n_entities(), keys.n_periods(), good_labels.len());
        let ordinals = keys.ordinals().into_owned();
        let mut logs = vec![f64::NAN; n * periods * goods];
        for ((i, t, k), value) in cells.filter(|(_, value)| !value.is_nan()) {
            if !(value > 0.0 && value.is_finite()) {
                return Err(InputError::BadValue {
                    entity: keys.entities()[i].clone(),
                    time: keys.times()[t].clone(),
                    column: good_labels[k].clone(),
                    value,
                    expected: "a positive price (an empty cell where it is missing)".into(),
                }
                .into());
            }
            logs[(t * goods + k) * n + i] = value.ln();
        }
        let remark = kind_remark(&logs, &ordinals, n, goods, kind);
        let values = match kind {
            PriceKind::Chained { base } => {
                let log_base = base.ln();
                logs.iter().map(|log| log - log_base).collect()
            }
            PriceKind::Levels { lag } => differences(&logs, &ordinals, lag, goods * n),
        };
        let mut changes = Self {
            values,
            levels: matches!(kind, PriceKind::Levels { .. }).then_some(logs),
            entities: keys.entities().to_vec(),
            times: keys.times().to_vec(),
            ordinals,
            span: if let PriceKind::Levels { lag } = kind { lag } else { 1 },
            goods: good_labels.to_vec(),
            diagnostics: Diagnostics::new(),
        };
        changes.remark();
        changes.diagnostics.extend(remark);
        Ok(changes)
    }

    /// Changes from one column of prices per good.
    ///
    /// # Errors
    /// As [`PriceChanges::from_long`].
    pub fn from_columns(prices: &PriceColumns<'_>, kind: PriceKind) -> Result<Self> {
        kind.validate()?;
        let PriceColumns { keys, columns, goods } = *prices;
        InputError::check_length("price columns", columns.len(), goods.len())?;
        for (column, good) in columns.iter().zip(goods) {
            InputError::check_length(format!("prices of `{good}`"), column.len(), keys.n_rows())?;
        }
        keys.check_unique()?;
        let place = |row: usize| (keys.entity()[row] as usize, keys.time()[row] as usize);
        let cells = columns.iter().enumerate().flat_map(|(k, column)| {
            column.iter().enumerate().map(move |(row, &value)| {
                let (i, t) = place(row);
                ((i, t, k), value)
            })
        });
        Self::from_cells(keys, goods, cells, kind)
    }

    /// Changes that are already logs, over consecutive periods; `values` runs over periods, then goods, then entities
    /// (fastest).
    ///
    /// # Errors
    /// [`Error::Input`]: another length, an infinite value.
    pub fn from_changes(
        entities: Vec<String>,
        times: Vec<String>,
        goods: Vec<String>,
        values: Vec<f64>,
    ) -> Result<Self> {
        let (n, periods, k) = (entities.len(), times.len(), goods.len());
        InputError::check_length("price changes", values.len(), n * periods * k)?;
        if let Some(cell) = values.iter().position(|value| value.is_infinite()) {
            let (i, good, t) = (cell % n, cell / n % k, cell / n / k);
            return Err(InputError::BadValue {
                entity: entities[i].clone(),
                time: times[t].clone(),
                column: goods[good].clone(),
                value: values[cell],
                expected: "a finite change".into(),
            }
            .into());
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

/// A warning where prices, given as ln p period by period, good by good, entity by entity, look like the other kind.
fn kind_remark(logs: &[f64], ordinals: &[i64], n: usize, goods: usize, kind: PriceKind) -> Option<Diagnostic> {
    let (first, last) = (*ordinals.iter().min()?, *ordinals.iter().max()?);
    let span = usize::try_from(last.checked_sub(first)?).ok().filter(|&span| span < 100_000)? + 1;
    let log_base = if let PriceKind::Chained { base } = kind { base } else { 100.0 }.ln();
    let mut series = vec![vec![f64::NAN; span]; n * goods];
    for (t, &ordinal) in ordinals.iter().enumerate() {
        let at = &logs[t * goods * n..(t + 1) * goods * n];
        series.iter_mut().zip(at).for_each(|(series, log)| series[(ordinal - first) as usize] = log - log_base);
    }
    // Prices in yuan are far from 100 and are no index, whatever their differences look like.
    let near = series.iter().flatten().all(|log| log.is_nan() || log.abs() < 1.0);
    let message = match (kind, price_kind(&series)) {
        (PriceKind::Chained { .. }, PriceKindGuess::Levels) => {
            "the prices look like levels on a fixed base: their changes from period to period are unrelated and their \
             dispersion grows; kind = \"chained\" takes each value for a change, kind = \"level\" takes differences"
        }
        (PriceKind::Levels { .. }, PriceKindGuess::Changes) if near => {
            "the prices look like chained indices, previous period = 100: every value speaks of its own period alone; \
             kind = \"level\" takes their differences once more, kind = \"chained\" takes them as changes"
        }
        _ => return None,
    };
    Some(Diagnostic::warning("price-kind", message))
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
