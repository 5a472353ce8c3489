//! The CSV files, rounded to yearbook digits.

use super::cities::City;
use super::draw::{FIRST_YEAR, YEARS};
use super::prices::GOODS;
use super::yearbook::Yearbook;
use std::fmt::Write;

/// Internet users of the whole country at the end of the year, 10⁴ persons, 2012–2019.
pub(crate) const USERS: [(i32, u32); 8] = [
    (2012, 56_400),
    (2013, 61_758),
    (2014, 64_875),
    (2015, 68_826),
    (2016, 73_125),
    (2017, 77_198),
    (2018, 82_851),
    (2019, 90_359),
];

/// One column: its name, its values, its decimals.
type Column<'a> = (&'static str, &'a [f64], usize);

/// The columns of `yearbook.csv` after the keys, in file order. The secondary share is what is left of 100.
pub(crate) fn columns(book: &Yearbook) -> Vec<Column<'_>> {
    vec![
        ("population", &book.population, 2),
        ("employment_total", &book.employment, 0),
        ("employment_it", &book.employment_it, 0),
        ("labour", &book.labour, 2),
        ("gdp", &book.gdp, 0),
        ("gdp_deflator", &book.gdp_deflator, 1),
        ("investment", &book.investment, 0),
        ("investment_price", &book.investment_price, 1),
        ("electricity", &book.electricity, 0),
        ("so2", &book.so2, 0),
        ("dust", &book.dust, 0),
        ("waste_water", &book.waste_water, 0),
        ("co2", &book.co2, 2),
        ("deposits", &book.deposits, 0),
        ("loans", &book.loans, 0),
        ("budget_revenue", &book.revenue, 0),
        ("budget_expenditure", &book.expenditure, 0),
        ("education_spending", &book.education, 0),
        ("science_spending", &book.science, 0),
        ("patents_granted", &book.patents, 0),
        ("share_primary", &book.primary, 2),
        ("share_tertiary", &book.tertiary, 2),
        ("broadband", &book.broadband, 2),
        ("sewage_treatment", &book.sewage_treatment, 2),
        ("water_use", &book.water_use, 2),
        ("gas_use", &book.gas_use, 2),
        ("green_cover", &book.green_cover, 2),
        ("park_area", &book.park_area, 2),
    ]
}

/// `yearbook.csv`.
pub(crate) fn yearbook(cities: &[City], book: &Yearbook) -> String {
    let columns = columns(book);
    let mut out = String::from("adcode,city,year");
    for (name, _, _) in &columns {
        let _ = write!(out, ",{name}");
        if *name == "share_primary" {
            out.push_str(",share_secondary");
        }
    }
    out.push('\n');
    for (i, city) in cities.iter().enumerate() {
        for t in 0..YEARS {
            let k = i * YEARS + t;
            let _ = write!(out, "{},{},{}", city.adcode, city.name, FIRST_YEAR + t as i32);
            for (name, values, digits) in &columns {
                let _ = write!(out, ",{:.*}", *digits, values[k]);
                if *name == "share_primary" {
                    let cents = |v: f64| (100.0 * v).round();
                    let _ = write!(out, ",{:.2}", (1e4 - cents(book.primary[k]) - cents(book.tertiary[k])) / 100.0);
                }
            }
            out.push('\n');
        }
    }
    out
}

/// `prices.csv`.
pub(crate) fn prices(cities: &[City], values: &[f64]) -> String {
    let names = GOODS.map(|(name, _, _)| name);
    let mut out = format!("adcode,city,year,{}\n", names.join(","));
    for (row, cells) in values.chunks_exact(GOODS.len()).enumerate() {
        let city = &cities[row / YEARS];
        let _ = write!(out, "{},{},{}", city.adcode, city.name, FIRST_YEAR + (row % YEARS) as i32);
        for v in cells {
            let _ = write!(out, ",{v:.1}");
        }
        out.push('\n');
    }
    out
}

/// `national.csv`.
pub(crate) fn national() -> String {
    let mut out = String::from("year,internet_users\n");
    for (year, users) in USERS {
        let _ = writeln!(out, "{year},{users}");
    }
    out
}
