//! Coordinates of a panel's entities.

use super::LatLon;
use crate::error::{Error, Result};
use crate::panel::Panel;

/// One point per entity from two columns of a panel, in the order of [`Panel::entities`].
///
/// **Missing values**: rows without coordinates are passed over; an entity without any is `None`.
///
/// # Errors
/// [`Error::UnknownColumn`], [`Error::NotNumeric`]; [`Error::BadValue`] naming the cell when a coordinate is out of
/// range or looks swapped, or when an entity moves from one row to another.
pub fn points_by_entity(panel: &Panel, lat: &str, lon: &str) -> Result<Vec<Option<LatLon>>> {
    let (lats, lons) = (panel.float(lat)?, panel.float(lon)?);
    let mut points: Vec<Option<LatLon>> = vec![None; panel.n_entities()];
    for row in 0..panel.n_rows() {
        if lats[row].is_nan() || lons[row].is_nan() {
            continue;
        }
        let bad =
            |column: &str, expected: String| Error::BadValue { cell: Box::new(panel.cell(row, column)), expected };
        let point = LatLon::new(lats[row], lons[row])
            .map_err(|error| bad(if lats[row].abs() > 90.0 { lat } else { lon }, error.to_string()))?;
        let slot = &mut points[panel.entity_of_row()[row] as usize];
        match slot {
            Some(known) if *known != point => {
                let column = if known.lat == point.lat { lon } else { lat };
                return Err(bad(
                    column,
                    format!(
                        "one place per entity (an earlier row says latitude {}, longitude {})",
                        known.lat, known.lon
                    ),
                ));
            }
            _ => *slot = Some(point),
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_and_moving_cities_are_named() {
        let build = |lat: Vec<f64>, lon: Vec<f64>| {
            let rows = lat.len();
            Panel::builder("city", "year")
                .keys(["a", "a", "b"].into_iter().take(rows), ["1", "2", "1"].into_iter().take(rows))
                .column("lat", lat)
                .column("lon", lon)
                .build()
                .expect("valid")
        };
        let good = build(vec![f64::NAN, 39.9, 31.2], vec![116.4, 116.4, 121.5]);
        let points = points_by_entity(&good, "lat", "lon").expect("valid");
        assert_eq!(points, [Some(LatLon { lat: 39.9, lon: 116.4 }), Some(LatLon { lat: 31.2, lon: 121.5 })]);
        let swapped = points_by_entity(&build(vec![116.4], vec![39.9]), "lat", "lon").unwrap_err().to_string();
        assert!(swapped.contains("entity `a`") && swapped.contains("swapped"), "{swapped}");
        let moved =
            points_by_entity(&build(vec![39.9, 40.0], vec![116.4, 116.4]), "lat", "lon").unwrap_err().to_string();
        assert!(moved.contains("column `lat`") && moved.contains("one place"), "{moved}");
    }
}
