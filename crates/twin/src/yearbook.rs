//! The raw city-year quantities, all drawn from the seed and moved by the calibrated shifts.

use super::calibration::{Calibration, Rows};
use super::cities::City;
use super::draw::{Dynamics, Stream, YEARS, exp, ln, panel, skewed, standardize};
use std::f64::consts::LN_2;

/// Streams of random numbers, one per variable: never renumber, only append.
mod stream {
    pub(super) const SIZE: u64 = 1;
    pub(super) const WEALTH: u64 = 2;
    pub(super) const POPULATION: u64 = 3;
    pub(super) const DIGITAL: u64 = 4;
    pub(super) const EMPLOYMENT: u64 = 5;
    pub(super) const GDP: u64 = 6;
    pub(super) const DEFLATOR: u64 = 7;
    pub(super) const INVESTMENT: u64 = 8;
    pub(super) const INVESTMENT_PRICE: u64 = 9;
    pub(super) const LABOUR: u64 = 10;
    pub(super) const ELECTRICITY: u64 = 11;
    pub(super) const SO2: u64 = 12;
    pub(super) const WATER: u64 = 13;
    pub(super) const DUST: u64 = 14;
    pub(super) const FINANCE: u64 = 15;
    pub(super) const EDUCATION: u64 = 16;
    pub(super) const GOVERNMENT: u64 = 17;
    pub(super) const SCIENCE: u64 = 18;
    pub(super) const PATENTS: u64 = 19;
    pub(super) const PRIMARY: u64 = 20;
    pub(super) const TERTIARY: u64 = 21;
    pub(super) const BROADBAND: u64 = 22;
    pub(super) const DEPOSITS: u64 = 23;
    pub(super) const EXPENDITURE: u64 = 24;
    pub(super) const SERVICES: u64 = 25;
    pub(super) const SEWAGE: u64 = 26;
    pub(super) const WATER_USE: u64 = 27;
    pub(super) const GAS: u64 = 28;
    pub(super) const GREEN: u64 = 29;
    pub(super) const PARKS: u64 = 30;
    pub(super) const SWING: u64 = 32;
    pub(super) const MIX: u64 = 33;
    pub(super) const CO2: u64 = 34;
    pub(super) const LEVELS: u64 = 100;
}

/// Raw quantities of the yearbook before rounding, `YEARS` values per city, city by city.
#[derive(Debug, Clone, Default)]
pub(crate) struct Yearbook {
    /// Registered population, 10⁴ persons.
    pub(crate) population: Vec<f64>,
    /// Employment in urban units, persons.
    pub(crate) employment: Vec<f64>,
    /// Of these in information transmission, computer services and software, persons.
    pub(crate) employment_it: Vec<f64>,
    /// All persons employed, 10⁴ persons.
    pub(crate) labour: Vec<f64>,
    /// GDP at current prices, 10⁴ yuan.
    pub(crate) gdp: Vec<f64>,
    /// GDP deflator, 2013 = 100.
    pub(crate) gdp_deflator: Vec<f64>,
    /// Fixed-asset investment at current prices, 10⁴ yuan.
    pub(crate) investment: Vec<f64>,
    /// Price index of fixed-asset investment, 2013 = 100.
    pub(crate) investment_price: Vec<f64>,
    /// Electricity consumption, 10⁴ kWh.
    pub(crate) electricity: Vec<f64>,
    /// Industrial SO2, tonnes.
    pub(crate) so2: Vec<f64>,
    /// Industrial smoke and dust, tonnes.
    pub(crate) dust: Vec<f64>,
    /// Industrial waste water, 10⁴ tonnes.
    pub(crate) waste_water: Vec<f64>,
    /// Deposits at the end of the year, 10⁴ yuan.
    pub(crate) deposits: Vec<f64>,
    /// Loans at the end of the year, 10⁴ yuan.
    pub(crate) loans: Vec<f64>,
    /// Budget revenue, 10⁴ yuan.
    pub(crate) revenue: Vec<f64>,
    /// Budget expenditure, 10⁴ yuan.
    pub(crate) expenditure: Vec<f64>,
    /// Education spending, 10⁴ yuan.
    pub(crate) education: Vec<f64>,
    /// Science spending, 10⁴ yuan.
    pub(crate) science: Vec<f64>,
    /// Patents granted.
    pub(crate) patents: Vec<f64>,
    /// Primary sector's share of GDP, per cent.
    pub(crate) primary: Vec<f64>,
    /// Tertiary sector's share of GDP, per cent.
    pub(crate) tertiary: Vec<f64>,
    /// Broadband subscribers, 10⁴ households.
    pub(crate) broadband: Vec<f64>,
    /// Sewage treatment rate, per cent.
    pub(crate) sewage_treatment: Vec<f64>,
    /// Domestic water use per head, m³ a year.
    pub(crate) water_use: Vec<f64>,
    /// Natural gas supplied to households per head, m³ a year.
    pub(crate) gas_use: Vec<f64>,
    /// Green cover of the built-up area, per cent.
    pub(crate) green_cover: Vec<f64>,
    /// Park green area per head, m².
    pub(crate) park_area: Vec<f64>,
    /// CO2, 10⁴ tonnes.
    pub(crate) co2: Vec<f64>,
}

/// Draws every quantity.
pub(crate) fn draw(cities: &[City], calibration: &Calibration) -> Yearbook {
    let seed = calibration.global.seed;
    let n = cities.len();
    let normals = |number: u64| {
        let mut stream = Stream::new(seed, number);
        (0..n).map(|_| stream.normal()).collect::<Vec<f64>>()
    };
    // A city variable of unit variance that leans on others: weights times those, the rest its own.
    let leaning = |number: u64, parts: &[(f64, &[f64])]| {
        let own = (1.0 - parts.iter().map(|(w, _)| w * w).sum::<f64>()).max(0.0).sqrt();
        let mut level = normals(number + stream::LEVELS);
        for (i, v) in level.iter_mut().enumerate() {
            *v = own * *v + parts.iter().map(|(w, x)| w * x[i]).sum::<f64>();
        }
        level
    };
    let path = |number: u64, level: &[f64], trend: f64, shock: f64, memory: f64, drift: f64| {
        panel(&mut Stream::new(seed, number), level, Dynamics { trend, shock, memory, drift })
    };
    let at = |rows: &Rows| -> Vec<f64> {
        cities.iter().flat_map(|c| rows.get(&c.adcode).copied().unwrap_or([0.0; YEARS])).collect()
    };

    let (size, wealth) = size_and_wealth(cities, normals(stream::SIZE), normals(stream::WEALTH));
    let mut book = Yearbook::default();
    let mut log_population = path(stream::POPULATION, &size, 0.04, 0.02, 0.5, 0.05);
    standardize(&mut log_population, 5.905, 0.701);
    book.population = moved(&log_population.iter().map(|v| exp(*v)).collect::<Vec<_>>(), &at(&calibration.population));

    draw_industry(cities, calibration, &size, &wealth, &mut book);
    book.employment = moved(&book.employment, &at(&calibration.jobs));
    book.employment_it = moved(&book.employment_it, &at(&calibration.digital));

    draw_technology(cities, calibration, &wealth, &log_population, &at(&calibration.output), &mut book);
    book.dust = moved(&book.dust, &at(&calibration.dust));

    // Ratios to nominal GDP, so that scaling GDP leaves the control variables alone.
    let fina = path(stream::FINANCE, &leaning(stream::FINANCE, &[(0.45, &wealth)]), 0.25, 0.30, 0.5, 0.7);
    let fina = moved(&skewed(&fina, 2.604, 1.248, 0.67), &at(&calibration.finance));
    let split = path(stream::DEPOSITS, &normals(stream::DEPOSITS + stream::LEVELS), 0.2, 0.2, 0.5, -0.3);
    let edu = path(stream::EDUCATION, &leaning(stream::EDUCATION, &[(-0.5, &wealth)]), 0.25, 0.25, 0.5, 0.1);
    let edu = moved(&skewed(&edu, 0.035, 0.018, 0.009), &at(&calibration.education));
    let gov = path(stream::GOVERNMENT, &leaning(stream::GOVERNMENT, &[(0.6, &wealth)]), 0.2, 0.2, 0.5, -0.15);
    let gov = moved(&skewed(&gov, 0.45, 0.219, 0.057), &at(&calibration.government));
    let spend = path(stream::EXPENDITURE, &normals(stream::EXPENDITURE + stream::LEVELS), 0.2, 0.1, 0.5, 0.1);
    for k in 0..n * YEARS {
        let money = fina[k] * book.gdp[k];
        let deposits = 0.6 + 0.04 * split[k];
        book.deposits.push(money * deposits);
        book.loans.push(money * (1.0 - deposits));
        book.education.push(edu[k] * book.gdp[k]);
        let expenditure = book.gdp[k] * 0.2 * exp(0.25 * spend[k]);
        book.expenditure.push(expenditure);
        book.revenue.push(gov[k] * expenditure);
    }
    let mut tech =
        path(stream::SCIENCE, &leaning(stream::SCIENCE, &[(0.5, &wealth), (0.5, &size)]), 0.25, 0.25, 0.5, 0.5);
    standardize(&mut tech, 10.544, 1.43);
    book.science = moved(&tech.iter().map(|v| exp(*v)).collect::<Vec<_>>(), &at(&calibration.science));

    let mut ina =
        path(stream::PATENTS, &leaning(stream::PATENTS, &[(0.6, &wealth), (0.4, &size)]), 0.2, 0.25, 0.5, 0.8);
    standardize(&mut ina, 6.017, 1.762);
    let shift = at(&calibration.patents);
    book.patents = ina.iter().zip(&shift).map(|(v, s)| (exp(v.max(LN_2) + s) - 1.0).max(1.0)).collect();

    let primary = path(stream::PRIMARY, &leaning(stream::PRIMARY, &[(-0.5, &wealth)]), 0.1, 0.08, 0.6, 0.0);
    let tertiary = path(stream::TERTIARY, &leaning(stream::TERTIARY, &[(0.2, &wealth)]), 0.2, 0.15, 0.6, 0.9);
    let shift = at(&calibration.structure);
    for k in 0..n * YEARS {
        let (first, third) = sector_shares(-2.0 + 0.88 * primary[k], 0.05 + 0.48 * tertiary[k], shift[k]);
        book.primary.push(first);
        book.tertiary.push(third);
    }

    let broadband = path(stream::BROADBAND, &leaning(stream::BROADBAND, &[(0.6, &size)]), 0.2, 0.15, 0.5, 1.0);
    book.broadband = broadband.iter().map(|v| exp(4.40 + 0.55 * v)).collect();
    draw_services(calibration, n, &at(&calibration.services), &mut book);
    book
}

/// Scores of how large and how rich each city is, from independent normal ones.
fn size_and_wealth(cities: &[City], mut size: Vec<f64>, mut wealth: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    for (i, city) in cities.iter().enumerate() {
        size[i] = size[i].clamp(-2.3, 2.2);
        // The smallest and the largest registered population of the real sample.
        if city.adcode == "620200" {
            size[i] = -4.1;
        }
        if city.adcode == "500000" {
            size[i] = 3.2;
        }
        if city.municipality {
            size[i] = size[i].max(1.4);
            wealth[i] = wealth[i].max(0.5);
        }
        wealth[i] = 0.85 * wealth[i] + if city.region == "East" { 0.6 } else { -0.3 };
    }
    (size, wealth)
}

/// Values times the exponentials of calibrated shifts.
fn moved(values: &[f64], shifts: &[f64]) -> Vec<f64> {
    values.iter().zip(shifts).map(|(value, shift)| value * exp(*shift)).collect()
}

/// Primary and tertiary share, per cent: log odds of the primary share, of the tertiary share in the rest, and a
/// shift from the former to the latter.
pub(crate) fn sector_shares(primary: f64, tertiary: f64, shift: f64) -> (f64, f64) {
    let first = 1.0 / (1.0 + exp(shift - primary));
    let third = (1.0 - first) / (1.0 + exp(-tertiary - shift));
    (100.0 * first, 100.0 * third)
}

/// GDP, its inputs and its emissions.
///
/// All are drawn as ratios to GDP within bounds. The frontier cities lie below the bounds in every ratio, so that
/// they alone span the frontier and every other score answers smoothly to its own data.
fn draw_technology(
    cities: &[City],
    calibration: &Calibration,
    wealth: &[f64],
    log_population: &[f64],
    scale: &[f64],
    book: &mut Yearbook,
) {
    let seed = calibration.global.seed;
    let n = cities.len();
    let path = |number: u64, level: &[f64], trend: f64, shock: f64, drift: f64| {
        panel(&mut Stream::new(seed, number), level, Dynamics { trend, shock, memory: 0.6, drift })
    };
    let levels = |number: u64| {
        let mut stream = Stream::new(seed, number + stream::LEVELS);
        (0..n).map(|_| stream.normal()).collect::<Vec<f64>>()
    };
    let flat = vec![0.0; n];
    let growth = path(stream::GDP, wealth, 0.25, 0.03, 0.60);
    let deflator = path(stream::DEFLATOR, &flat, 0.02, 0.004, 0.11);
    let price = path(stream::INVESTMENT_PRICE, &flat, 0.03, 0.004, 0.13);
    let share = path(stream::INVESTMENT, &levels(stream::INVESTMENT), 0.25, 0.25, 0.9);
    let labour = path(stream::LABOUR, &levels(stream::LABOUR), 0.3, 0.05, 0.3);
    let power = path(stream::ELECTRICITY, &levels(stream::ELECTRICITY), 0.2, 0.1, 0.25);
    let so2 = path(stream::SO2, &levels(stream::SO2), 0.15, 0.1, 0.0);
    let water = path(stream::WATER, &levels(stream::WATER), 0.15, 0.1, 0.0);
    let dust = path(stream::DUST, &levels(stream::DUST), 0.3, 0.50, -0.6);
    let carbon = path(stream::CO2, &levels(stream::CO2), 0.15, 0.05, -0.2);
    let mut mix = Stream::new(seed, stream::MIX);
    let mut log_dust = Vec::with_capacity(n * YEARS);
    for i in 0..n {
        // A frontier city lies below the others' ratios and has a mix of its own: with the product of the six ratios
        // the same for all, none dominates another, and its best year dominates its other years.
        let ahead = f64::from(u8::from(calibration.global.frontier.contains(&cities[i].adcode)));
        let draws: Vec<f64> = (0..6).map(|_| mix.normal()).collect();
        let centre = draws.iter().sum::<f64>() / 6.0;
        let ratio = |which: usize, width: f64, draw: f64, lead: f64| {
            (1.0 - ahead) * width * bounded(draw) + ahead * (0.3 * (draws[which] - centre) - lead)
        };
        let first = i * YEARS;
        let people = log_population[first] - 0.52;
        let log_first = log_population[first] + 10.45 + 0.42 * growth[first];
        let mut before = exp(log_first);
        for t in 0..YEARS {
            let k = first + t;
            let log_real = log_population[first] + 10.45 + 0.42 * growth[k];
            let real = exp(log_real);
            let moved = real * exp(0.5 * ahead + scale[k]);
            let deflated = (1000.0 * exp(deflator[k] - deflator[first])).round() / 10.0;
            book.gdp_deflator.push(deflated);
            book.gdp.push(moved * deflated / 100.0);
            let priced = (1000.0 * exp(price[k] - price[first])).round() / 10.0;
            book.investment_price.push(priced);
            // On the frontier capital keeps step with what is produced.
            let base = (1.0 - ahead) * real + ahead * if t == 0 { real } else { 10.0 * real - 9.04 * before };
            before = real;
            book.investment.push(base * 0.72 * exp(ratio(0, 0.20, share[k], 0.25)) * priced / 100.0);
            // Elsewhere labour goes half with the people, half with what they produce.
            let follows = 0.5 * log_real + 0.5 * ahead * (log_real - log_first);
            book.labour.push(exp(0.5 * people + follows - 5.5 + ratio(1, 0.14, labour[k], 0.5)));
            book.electricity.push(real * 0.075 * exp(ratio(2, 0.30, power[k], 0.6) - scale[k]));
            book.so2.push(real * 0.0021 * exp(ratio(3, 0.60, so2[k], 1.1) - scale[k]));
            book.waste_water.push(real * 0.00030 * exp(ratio(4, 0.50, water[k], 0.9) - scale[k]));
            // A tonne for 10⁴ yuan, more or less; it moves with the electricity that burns for it.
            book.co2
                .push(real * 1e-4 * exp(0.35 * bounded(carbon[k]) + 0.5 * ratio(2, 0.30, power[k], 0.6) - scale[k]));
            log_dust.push(log_real + ratio(5, 1.15, dust[k], 1.9));
        }
    }
    standardize(&mut log_dust, 9.535, 1.206);
    book.dust = log_dust.iter().map(|v| exp(*v)).collect();
}

/// Employment in all and in IT. Where the digital sector is large, employment is, too: the weighted mean of
/// location quotients is one by definition, and their plain mean far less.
fn draw_industry(cities: &[City], calibration: &Calibration, size: &[f64], wealth: &[f64], book: &mut Yearbook) {
    let g = &calibration.global;
    let n = cities.len();
    let mut own = Stream::new(g.seed, stream::DIGITAL);
    let mut swing = Stream::new(g.seed, stream::SWING);
    let mut total = Stream::new(g.seed, stream::EMPLOYMENT);
    for i in 0..n {
        // Flat cities lie where the instrument moves most.
        let flat = 1.0 / cities[i].relief.max(0.1);
        let middling = (flat / 5.0 * (2.0 - flat / 5.0)).max(0.0);
        let very_flat = ((flat - 2.5) / 7.5).max(0.0);
        let mut digital = 0.25 * wealth[i] + own.normal() + g.it_flat[0] * middling + g.it_flat[1] * very_flat;
        if cities[i].municipality {
            digital += 1.0;
        }
        // The capital leads the country, as in the real yearbooks.
        if cities[i].adcode == "110000" {
            digital = 5.0;
        }
        let distance = digital - g.it_swing[2];
        let width = g.it_swing[0] + g.it_swing[1] * exp(-1.5 * distance * distance);
        let base = exp(3.2 + 0.75 * size[i] + 0.35 * wealth[i] + g.it_tilt * digital.min(2.0) + 0.25 * total.normal());
        let mut wave = swing.normal();
        // The few giants hardly move: no single city shall decide a regression.
        let giant = 1.0 / (1.0 + exp(4.0 * (digital - 2.4)));
        let slope = g.it_users[0] * middling + g.it_users[1] * very_flat;
        let growth = 0.03 * total.normal();
        for t in 0..YEARS {
            if t > 0 {
                wave = 0.5 * wave + 0.75f64.sqrt() * swing.normal();
            }
            let clock = t as f64 / (YEARS - 1) as f64 - 0.5;
            let employed = 1e4 * base * exp(growth * clock + 0.02 * total.normal());
            let share = 0.0125
                * exp(g.it_spread * digital
                    + giant * (width * bounded(wave) + slope * clock)
                    + (1.0 - giant) * 0.5 * clock);
            book.employment.push(employed);
            book.employment_it.push(employed * share.min(0.3));
        }
    }
}

/// Squeezes a normal score into ±1.41, so that no single city decides a regression.
fn bounded(score: f64) -> f64 {
    score / (1.0 + 0.5 * score * score).sqrt()
}

/// Table 4's urban-services indicators: each has its own city level, shocks and the common shift.
fn draw_services(calibration: &Calibration, n: usize, shift: &[f64], book: &mut Yearbook) {
    let seed = calibration.global.seed;
    let mut common = Stream::new(seed, stream::SERVICES);
    let service: Vec<f64> = (0..n).map(|_| common.normal()).collect();
    let score = |number: u64| -> Vec<f64> {
        let mut level = Stream::new(seed, number + stream::LEVELS);
        let own: Vec<f64> = service.iter().map(|c| 0.5 * c + 0.8 * level.normal()).collect();
        let how = Dynamics { trend: 0.2, shock: 0.2, memory: 0.5, drift: 0.8 };
        panel(&mut Stream::new(seed, number), &own, how)
    };
    let (sewage, water) = (score(stream::SEWAGE), score(stream::WATER_USE));
    let (gas, green, parks) = (score(stream::GAS), score(stream::GREEN), score(stream::PARKS));
    // Rates below 100 by a logistic curve.
    let rate = |v: f64| 100.0 / (1.0 + exp(-v));
    for k in 0..n * YEARS {
        let s = shift[k];
        book.sewage_treatment.push(rate(2.2 + 0.7 * sewage[k]));
        book.water_use.push(exp(ln(52.0) + 0.30 * water[k]));
        book.gas_use.push(exp(ln(45.0) + 0.60 * (gas[k] + s)));
        book.green_cover.push(rate(-0.4 + 0.2 * (green[k] + s)));
        book.park_area.push(exp(ln(13.0) + 0.25 * (parks[k] + s)));
    }
}
