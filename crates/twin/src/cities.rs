//! The real city facts that the twin leans on, read from `fixtures/cities.csv`.

use super::error::{Error, Result};

/// One city of the 279.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct City {
    /// GB/T 2260 code.
    pub(crate) adcode: String,
    /// Chinese name.
    pub(crate) name: String,
    /// Longitude, degrees.
    pub(crate) lon: f64,
    /// Latitude, degrees.
    pub(crate) lat: f64,
    /// `East`, `Central` or `West`.
    pub(crate) region: String,
    /// One of the four municipalities.
    pub(crate) municipality: bool,
    /// Belongs to one of the nine agglomerations.
    pub(crate) agglomeration: bool,
    /// Touches its province's outline.
    pub(crate) border: bool,
    /// Relief index.
    pub(crate) relief: f64,
    /// Year of the smart-city pilot.
    pub(crate) smart_city: Option<i32>,
    /// Year of the low-carbon pilot.
    pub(crate) low_carbon: Option<i32>,
}

/// Reads the cities with `in_279` true, in file order.
pub(crate) fn read(text: &str) -> Result<Vec<City>> {
    let records = panel_core::io::csv_records(text)
        .map_err(|line| Error::Cities { place: format!("line {line}"), problem: "a quote is never closed".into() })?;
    let mut records = records.into_iter();
    let header = records.next().map(|(_, cells)| cells).unwrap_or_default();
    let column = |name: &str| {
        header.iter().position(|h| h == name).ok_or_else(|| Error::Cities {
            place: format!("column `{name}`"),
            problem: "missing from the header".into(),
        })
    };
    let (adcode, name, lon, lat) = (column("adcode")?, column("name_zh")?, column("lon")?, column("lat")?);
    let (region, municipality) = (column("region")?, column("municipality")?);
    let (inside, agglomeration) = (column("in_279")?, column("agglomeration")?);
    let (border, relief) = (column("province_outline")?, column("relief_rdls")?);
    let (smart, carbon) = (column("smart_city_pilot_year")?, column("low_carbon_pilot_year")?);
    let mut out = Vec::new();
    for (number, cells) in records {
        if cells.len() != header.len() {
            return Err(Error::Cities {
                place: format!("line {}", number),
                problem: format!("{} cells, expected {}", cells.len(), header.len()),
            });
        }
        if cells[inside] != "True" {
            continue;
        }
        let number_at = |c: usize| {
            cells[c].parse::<f64>().map_err(|_| Error::Cities {
                place: format!("line {}, column `{}`", number, header[c]),
                problem: format!("`{}` is not a number", cells[c]),
            })
        };
        let year_at = |c: usize| if cells[c].is_empty() { Ok(None) } else { number_at(c).map(|y| Some(y as i32)) };
        out.push(City {
            adcode: cells[adcode].clone(),
            name: cells[name].clone(),
            lon: number_at(lon)?,
            lat: number_at(lat)?,
            region: cells[region].clone(),
            municipality: cells[municipality] == "True",
            agglomeration: !cells[agglomeration].is_empty(),
            border: cells[border] == "True",
            relief: number_at(relief)?,
            smart_city: year_at(smart)?,
            low_carbon: year_at(carbon)?,
        });
    }
    if out.is_empty() {
        return Err(Error::Cities { place: "column `in_279`".into(), problem: "no city has `True`".into() });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_is_named() {
        let found = read("adcode,name_zh\n1,x\n").map(|c| c.len());
        assert!(matches!(found, Err(Error::Cities { place, .. }) if place.contains("lon")));
    }
}
