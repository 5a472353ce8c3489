//! Capital stocks by perpetual inventory.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::error::{Error, Result};
use crate::panel::Panel;
use crate::transform::{PriceKindGuess, chain_index, growth as growth_rate, index_remark, ratio};
use std::borrow::Cow;

/// How prices of investment goods are given.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Prices<'a> {
    /// Price indices, previous period = 100; chained to 1 in the base period.
    PreviousPeriod(&'a [f64]),
    /// Price levels; taken as they are.
    Level(&'a [f64]),
    /// Investment is given at constant prices.
    Constant,
}

/// The stock in the base period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InitialStock {
    /// K = I / rate; the customary 10 % of Chinese studies (Young 2003; 张军 et al. 2004).
    Rate(f64),
    /// K = I / (g + δ) with g the mean yearly growth of real investment over all entities and periods
    /// (Hall & Jones 1999). One g for all: g by entity makes g + δ negative for a tenth of real cities.
    Growth,
    /// Given stocks, one per row; read in the base period.
    Given(Vec<f64>),
}

/// K_t = (1 − δ) K_{t−1} + I_t / P_t.
#[derive(Debug, Clone, PartialEq)]
pub struct PerpetualInventory {
    /// Depreciation δ; 9.6 % (张军 et al. 2004) by default.
    pub depreciation: f64,
    /// Base period; without it the first of the panel.
    pub base: Option<String>,
    /// The stock there.
    pub initial: InitialStock,
}

impl Default for PerpetualInventory {
    fn default() -> Self {
        Self { depreciation: 0.096, base: None, initial: InitialStock::Rate(0.10) }
    }
}

/// Capital stocks and how they came about.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CapitalStock {
    /// Stocks at prices of the base period.
    pub values: Vec<f64>,
    /// The growth rate used by [`InitialStock::Growth`].
    pub growth: Option<f64>,
    /// Entities without a stock, and stocks that end at a gap.
    pub diagnostics: Diagnostics,
}

/// Smallest g + δ that is accepted: below it the initial stock is more than fifty years of investment.
const LEAST_TURNOVER: f64 = 0.02;

/// Capital stocks of a panel from nominal investment.
///
/// **Shapes**: `investment` and prices have one value per row. **Units**: those of investment, at base prices.
/// **Missing values**: before the base the stock is missing; from a missing investment, a missing price or a gap on
/// it stays missing, since a stock with a hole in its history is not one. An entity without a value in the base
/// period, or with an investment of zero from which the stock should start, has no stock and is named in a diagnostic.
/// Prices that look like the other kind ([`price_kind`](crate::transform::price_kind)) are remarked on.
///
/// # Errors
/// [`Error::LengthMismatch`]; [`Error::BadValue`] for negative investment or a price that is not positive;
/// [`Error::Specification`] for δ outside [0, 1], a rate outside (0, 1], g + δ ≤ 2 % and an unknown base.
///
/// **Reference**: Goldsmith (1951); footnote 1 of the paper (Eq. of the perpetual inventory).
pub fn capital_stock(
    panel: &Panel,
    investment: &[f64],
    prices: Prices<'_>,
    spec: &PerpetualInventory,
) -> Result<CapitalStock> {
    let delta = spec.depreciation;
    if !(0.0..=1.0).contains(&delta) {
        return Err(Error::Specification(format!(
            "delta = {delta}: depreciation must lie in [0, 1]; ten per cent is 0.1"
        )));
    }
    check(panel, "investment", investment, |value| value >= 0.0, "investment of zero or more")?;
    let base = match &spec.base {
        Some(base) => base.clone(),
        None => panel.times().labels().first().cloned().unwrap_or_default(),
    };
    let base_code = crate::transform::base_code(panel, &base)?;
    let price = price_levels(panel, prices, &base)?;
    let real = ratio(investment, &price).values;
    let (initial, growth) = initial_stocks(panel, &real, spec)?;
    panel.times().ordered(panel.time_name())?;
    let (values, losses) = accumulate(panel, &real, &initial, base_code, spec);
    let mut diagnostics = Vec::new();
    diagnostics.extend(match prices {
        Prices::PreviousPeriod(index) => index_remark(panel, index, PriceKindGuess::Levels),
        Prices::Level(level) => index_remark(panel, level, PriceKindGuess::Changes),
        Prices::Constant => None,
    });
    losses.remark(&base, &mut diagnostics);
    Ok(CapitalStock { values, growth, diagnostics })
}

/// Price levels, 1 in the base period where they are chained.
fn price_levels<'a>(panel: &Panel, prices: Prices<'a>, base: &str) -> Result<Cow<'a, [f64]>> {
    Ok(match prices {
        Prices::PreviousPeriod(index) => Cow::Owned(chain_index(panel, index, base)?),
        Prices::Level(level) => {
            check(panel, "price level", level, |value| value > 0.0, "a positive price level")?;
            Cow::Borrowed(level)
        }
        Prices::Constant => Cow::Owned(vec![1.0; panel.n_rows()]),
    })
}

/// The stock with which an entity would start in each row, and the growth rate behind it if there is one.
fn initial_stocks(panel: &Panel, real: &[f64], spec: &PerpetualInventory) -> Result<(Vec<f64>, Option<f64>)> {
    let delta = spec.depreciation;
    match &spec.initial {
        InitialStock::Rate(rate) if *rate > 0.0 && *rate <= 1.0 => {
            Ok((real.iter().map(|value| value / rate).collect(), None))
        }
        InitialStock::Rate(rate) => Err(Error::Specification(format!(
            "rate = {rate}: the initial stock I / rate needs a rate above 0 and up to 1; ten per cent is 0.1"
        ))),
        InitialStock::Growth => {
            let rates: Vec<f64> = growth_rate(panel, real, 1)?.into_iter().filter(|rate| rate.is_finite()).collect();
            let g = rates.iter().sum::<f64>() / rates.len() as f64;
            // A panel without two consecutive periods has no growth rate.
            if g.is_nan() || g + delta <= LEAST_TURNOVER {
                return Err(Error::Specification(format!(
                    "the initial stock I / (g + δ) needs g + δ above {LEAST_TURNOVER}, got g = {g:.4} from {} growth rates and δ = {delta}",
                    rates.len()
                )));
            }
            Ok((real.iter().map(|value| value / (g + delta)).collect(), Some(g)))
        }
        InitialStock::Given(stocks) => {
            check(panel, "initial capital", stocks, |value| value >= 0.0, "a capital stock of zero or more")?;
            Ok((stocks.clone(), None))
        }
    }
}

/// Entities without a stock, and where stocks end.
#[derive(Default)]
struct Losses {
    /// Nothing is known of them in the base period.
    without: Vec<String>,
    /// They did not invest in the base period.
    idle: Vec<String>,
    /// Entity and period from which a stock is missing.
    ended: Vec<String>,
}

/// Stocks from the base period on.
fn accumulate(
    panel: &Panel,
    real: &[f64],
    initial: &[f64],
    base_code: u32,
    spec: &PerpetualInventory,
) -> (Vec<f64>, Losses) {
    let delta = spec.depreciation;
    let ordinal = |row: usize| panel.times().ordinals()[panel.time_of_row()[row] as usize];
    let mut values = vec![f64::NAN; panel.n_rows()];
    let mut losses = Losses::default();
    let given = matches!(spec.initial, InitialStock::Given(_));
    for rows in panel.entity_rows() {
        let start = panel.time_of_row()[rows.clone()].binary_search(&base_code).map(|offset| rows.start + offset);
        let Some(start) = start.ok().filter(|&start| !initial[start].is_nan()) else {
            losses.without.push(panel.entity_label(rows.start).to_owned());
            continue;
        };
        if initial[start] == 0.0 && !given {
            // A city that did not invest in one year had capital all the same: I / rate does not say how much.
            losses.idle.push(panel.entity_label(rows.start).to_owned());
            continue;
        }
        values[start] = initial[start];
        for row in start + 1..rows.end {
            if ordinal(row) != ordinal(row - 1) + 1 || real[row].is_nan() {
                losses.ended.push(format!("{} {}", panel.entity_label(row), panel.time_label(row)));
                break;
            }
            values[row] = (1.0 - delta) * values[row - 1] + real[row];
        }
    }
    (values, losses)
}

impl Losses {
    /// One warning for each kind of loss.
    fn remark(&self, base: &str, diagnostics: &mut Diagnostics) {
        let Self { without, idle, ended } = self;
        let some = |names: &[String]| {
            names.iter().take(3).cloned().collect::<Vec<_>>().join(", ") + if names.len() > 3 { ", …" } else { "" }
        };
        if !without.is_empty() {
            let message = format!(
                "{} entities have no capital stock, because nothing is known of them in {base}: {}",
                without.len(),
                some(without)
            );
            diagnostics.push(Diagnostic::warning("capital-no-base", message));
        }
        if !idle.is_empty() {
            let message = format!(
                "{} entities have no capital stock, because their investment in {base}, from which it starts, is 0: {}",
                idle.len(),
                some(idle)
            );
            diagnostics.push(Diagnostic::warning("capital-no-investment", message));
        }
        if !ended.is_empty() {
            let message = format!(
                "{} capital stocks end at a gap or a missing investment or price: {}",
                ended.len(),
                some(ended)
            );
            diagnostics.push(Diagnostic::warning("capital-gap", message));
        }
    }
}

fn check(panel: &Panel, what: &str, values: &[f64], valid: impl Fn(f64) -> bool, expected: &str) -> Result<()> {
    if values.len() != panel.n_rows() {
        return Err(Error::LengthMismatch { what: what.to_owned(), expected: panel.n_rows(), got: values.len() });
    }
    match values.iter().position(|&value| !value.is_nan() && !valid(value)) {
        None => Ok(()),
        Some(row) => Err(Error::BadValue {
            cell: Box::new(
                crate::Cell::at(panel.entity_label(row), panel.time_label(row), what).with_value(values[row]),
            ),
            expected: expected.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        Panel::builder("city", "year")
            .keys(["a", "a", "a", "b", "b"], ["2013", "2014", "2015", "2013", "2015"])
            .build()
            .expect("valid")
    }

    #[test]
    fn stocks_follow_the_recursion_and_stop_at_gaps() {
        let investment = [10.0, 11.0, 12.1, 5.0, 5.0];
        let index = [100.0, 110.0, 100.0, 100.0, 100.0];
        let spec = PerpetualInventory { depreciation: 0.1, ..PerpetualInventory::default() };
        let stock = capital_stock(&panel(), &investment, Prices::PreviousPeriod(&index), &spec).expect("valid");
        let expected = [100.0, 0.9 * 100.0 + 10.0, 0.9 * 100.0 + 11.0, 50.0];
        for (got, expected) in stock.values.iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{:?}", stock.values);
        }
        assert!(stock.values[4].is_nan());
        assert_eq!(stock.diagnostics.len(), 1);
    }

    #[test]
    fn one_growth_rate_for_all() {
        let investment = [10.0, 11.0, 12.1, 5.0, 5.0];
        let spec =
            PerpetualInventory { depreciation: 0.1, initial: InitialStock::Growth, ..PerpetualInventory::default() };
        let stock = capital_stock(&panel(), &investment, Prices::Constant, &spec).expect("valid");
        assert!((stock.growth.expect("used") - 0.1).abs() < 1e-12);
        assert!((stock.values[0] - 50.0).abs() < 1e-9);
        let shrinking = [10.0, 5.0, 2.5, 5.0, 5.0];
        let error = capital_stock(&panel(), &shrinking, Prices::Constant, &spec).unwrap_err().to_string();
        assert!(error.contains("g = -0.5000"), "{error}");
    }

    /// Young (2003) and 张军 et al. (2004): K = I / 10 %, δ = 9.6 %; here by hand, with prices of 2013.
    #[test]
    fn deflated_stocks_by_hand() {
        let panel = Panel::builder("city", "year").keys(["a"; 3], ["2013", "2014", "2015"]).build().expect("valid");
        let spec = PerpetualInventory { base: Some("2014".into()), ..PerpetualInventory::default() };
        let stock = capital_stock(&panel, &[9.0, 20.0, 33.0], Prices::PreviousPeriod(&[90.0, 120.0, 110.0]), &spec)
            .expect("valid");
        assert!(stock.values[0].is_nan());
        assert!((stock.values[1] - 200.0).abs() < 1e-12 && (stock.values[2] - (0.904 * 200.0 + 30.0)).abs() < 1e-12);
        let by_level =
            capital_stock(&panel, &[9.0, 20.0, 33.0], Prices::Level(&[0.5, 1.0, 1.1]), &spec).expect("valid");
        assert!((by_level.values[2] - (0.904 * 200.0 + 30.0)).abs() < 1e-12);
        let given = PerpetualInventory { initial: InitialStock::Given(vec![0.0, 7.0, 1.0]), ..spec };
        let stock = capital_stock(&panel, &[9.0, 20.0, 33.0], Prices::Constant, &given).expect("valid");
        assert!((stock.values[1] - 7.0).abs() < 1e-15 && (stock.values[2] - (0.904 * 7.0 + 33.0)).abs() < 1e-12);
    }

    #[test]
    fn numbers_that_cannot_be_meant_are_refused_or_remarked() {
        let run = |investment: &[f64; 5], spec: &PerpetualInventory| {
            capital_stock(&panel(), investment, Prices::Constant, spec)
        };
        let rate = |rate| PerpetualInventory { initial: InitialStock::Rate(rate), ..PerpetualInventory::default() };
        for bad in [10.0, 0.0, -0.1, f64::NAN] {
            let error = run(&[1.0; 5], &rate(bad)).unwrap_err().to_string();
            assert!(error.contains(&format!("rate = {bad}")) && error.contains("0.1"), "{error}");
        }
        assert!(run(&[1.0; 5], &rate(1.0)).is_ok());
        for depreciation in [9.6, -0.1, f64::NAN] {
            let error = run(&[1.0; 5], &PerpetualInventory { depreciation, ..PerpetualInventory::default() });
            assert!(error.unwrap_err().to_string().contains("delta = "));
        }
        // A first investment of zero is no stock of zero.
        let stock = run(&[0.0, 1.0, 1.0, 5.0, 5.0], &PerpetualInventory::default()).expect("valid");
        assert!(stock.values[..3].iter().all(|value| value.is_nan()) && stock.values[3] == 50.0);
        assert_eq!(stock.diagnostics[0].code, "capital-no-investment");
        let given = PerpetualInventory { initial: InitialStock::Given(vec![0.0; 5]), ..PerpetualInventory::default() };
        assert_eq!(run(&[0.0, 1.0, 1.0, 5.0, 5.0], &given).expect("valid").values[..2], [0.0, 1.0]);
        // An entity that has no row in the base period.
        let panel = Panel::builder("city", "year").keys(["a", "a", "b"], ["1", "2", "2"]).build().expect("valid");
        let stock = capital_stock(&panel, &[1.0; 3], Prices::Constant, &PerpetualInventory::default()).expect("valid");
        assert!(stock.values[2].is_nan() && stock.diagnostics[0].code == "capital-no-base");
        assert!(stock.diagnostics[0].message.ends_with(": b"), "{:?}", stock.diagnostics);
    }

    #[test]
    fn a_level_that_would_be_chained_twice_is_remarked() {
        let years = ["2012", "2013", "2014", "2015", "2016", "2017"];
        let keys = ["x", "y", "z", "w"].map(|city| [city; 6]).concat();
        let panel = Panel::builder("city", "year").keys(keys, years.repeat(4)).build().expect("valid");
        let level = [100.0, 101.0, 104.03, 102.9897, 105.0495, 109.2515].repeat(4);
        let change = [100.2, 101.0, 103.0, 99.0, 102.0, 104.0].repeat(4);
        let codes = |prices| -> Vec<String> {
            let stock = capital_stock(&panel, &[5.0; 24], prices, &PerpetualInventory::default()).expect("valid");
            stock.diagnostics.into_iter().map(|remark| remark.code).collect()
        };
        assert_eq!(codes(Prices::PreviousPeriod(&level)), ["price-index-kind"]);
        assert!(codes(Prices::PreviousPeriod(&change)).is_empty() && codes(Prices::Level(&level)).is_empty());
    }

    #[test]
    fn a_negative_investment_is_named() {
        let error =
            capital_stock(&panel(), &[1.0, -1.0, 1.0, 1.0, 1.0], Prices::Constant, &PerpetualInventory::default())
                .unwrap_err();
        assert!(error.to_string().contains("entity `a`, time `2014`"), "{error}");
    }
    #[test]
    fn losses_are_counted_and_the_first_three_named() {
        // Base 2013: e0 ends at a missing investment, e1 to e4 did not invest, e5 to e7 are not known.
        let cities: Vec<String> = (0..8).flat_map(|i| vec![format!("e{i}"); 3]).collect();
        let panel =
            Panel::builder("city", "year").keys(cities, ["2013", "2014", "2015"].repeat(8)).build().expect("valid");
        let mut investment = vec![2.0; 24];
        investment[1] = f64::NAN;
        (1..5).for_each(|i| investment[3 * i] = 0.0);
        (5..8).for_each(|i| investment[3 * i] = f64::NAN);
        let stock =
            capital_stock(&panel, &investment, Prices::Constant, &PerpetualInventory::default()).expect("valid");
        assert_eq!(stock.values[0], 20.0);
        assert!(stock.values[1..].iter().all(|value| value.is_nan()), "{:?}", stock.values);
        let remarks: Vec<(&str, &str)> =
            stock.diagnostics.iter().map(|remark| (remark.code.as_str(), remark.message.as_str())).collect();
        assert_eq!(
            remarks,
            [
                (
                    "capital-no-base",
                    "3 entities have no capital stock, because nothing is known of them in 2013: e5, e6, e7"
                ),
                (
                    "capital-no-investment",
                    "4 entities have no capital stock, because their investment in 2013, from which it starts, is 0: e1, e2, e3, …"
                ),
                ("capital-gap", "1 capital stocks end at a gap or a missing investment or price: e0 2014"),
            ]
        );
        let complete =
            capital_stock(&panel, &[2.0; 24], Prices::Constant, &PerpetualInventory::default()).expect("valid");
        assert!(complete.diagnostics.is_empty(), "{:?}", complete.diagnostics);
    }

    /// Over years 2013-2015 with δ = 5 %: growth of 21 % and 0 %, their mean 10.5 %, so K = 100/0.155.
    #[test]
    fn growth_and_its_least_turnover_by_hand() {
        let panel = Panel::builder("city", "year").keys(["a"; 3], ["2013", "2014", "2015"]).build().expect("valid");
        let spec = |depreciation| PerpetualInventory { depreciation, initial: InitialStock::Growth, base: None };
        let run =
            |investment: &[f64], prices, spec: &PerpetualInventory| capital_stock(&panel, investment, prices, spec);
        let stock = run(&[100.0, 121.0, 121.0], Prices::Constant, &spec(0.05)).expect("valid");
        assert!((stock.growth.expect("used") - 0.105).abs() < 1e-15);
        let first = 100.0 / 0.155;
        let want = [first, 0.95 * first + 121.0, 0.95 * (0.95 * first + 121.0) + 121.0];
        assert!(stock.values.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-10), "{:?}", stock.values);
        // No growth and δ = 2 % are fifty years of investment exactly: not accepted; a little more is.
        let least = run(&[5.0; 3], Prices::Constant, &spec(0.02)).unwrap_err().to_string();
        assert!(least.contains("above 0.02, got g = 0.0000 from 2 growth rates"), "{least}");
        assert!(run(&[5.0; 3], Prices::Constant, &spec(0.021)).is_ok());
        // Without two consecutive years there is no growth.
        let apart = Panel::builder("city", "year").keys(["a"; 2], ["2013", "2015"]).build().expect("valid");
        let none = capital_stock(&apart, &[5.0; 2], Prices::Constant, &spec(0.5)).unwrap_err().to_string();
        assert!(none.contains("from 0 growth rates"), "{none}");
        // Levels of prices and given stocks are checked like investment.
        let rate = PerpetualInventory::default();
        assert!(run(&[5.0; 3], Prices::Level(&[1.0, 0.0, 1.0]), &rate).unwrap_err().to_string().contains("`2014`"));
        assert!(
            run(&[5.0; 2], Prices::Constant, &rate).is_err() && run(&[5.0; 3], Prices::Level(&[1.0]), &rate).is_err()
        );
        let given = PerpetualInventory { initial: InitialStock::Given(vec![1.0, -1.0, 1.0]), ..rate };
        let text = run(&[5.0; 3], Prices::Constant, &given).unwrap_err().to_string();
        assert!(text.contains("column `initial capital`, value `-1`"), "{text}");
    }

    #[test]
    fn a_ratio_is_no_index() {
        let panel = Panel::builder("city", "year").keys(["a"; 3], ["2013", "2014", "2015"]).build().expect("valid");
        let text = capital_stock(
            &panel,
            &[5.0; 3],
            Prices::PreviousPeriod(&[1.01, 1.03, 1.02]),
            &PerpetualInventory::default(),
        )
        .unwrap_err()
        .to_string();
        assert!(text.contains("median 1.020, expected values around 100") && text.contains("100 * index"), "{text}");
    }
}
