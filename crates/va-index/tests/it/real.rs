//! Real data, against values computed by others.

use crate::support::{Table, codes, worst};
use panel_core::Keys;
use panel_core::geo::{LatLon, Metric};
use va_index::{Employment, Form, Geography, Normalization, VaSpec, location_quotient, virtual_agglomeration};

struct Cities {
    sector: Vec<f64>,
    total: Vec<f64>,
    entity: Vec<u32>,
    time: Vec<u32>,
    entities: Vec<String>,
    times: Vec<String>,
    points: Vec<Option<LatLon>>,
    table: Table,
}

impl Cities {
    /// 279 cities × 2006–2020, in file order.
    fn read() -> Option<Self> {
        let table =
            Table::shared("data/real/cn_city_panel_real_2006_2020.csv")?.filter("in_279", |cell| cell == "True");
        let places = Table::shared("data/cities.csv")?;
        let (entity, entities) = codes(&table.text("adcode"));
        let (time, times) = codes(&table.text("year"));
        let (lat, lon, code) = (places.float("lat"), places.float("lon"), places.text("adcode"));
        let points = entities
            .iter()
            .map(|name| code.iter().position(|known| known == name).map(|row| LatLon { lat: lat[row], lon: lon[row] }))
            .collect();
        let (sector, total) = (table.float("it_emp_1e4_interp"), table.float("unit_emp_1e4_interp"));
        Some(Self { sector, total, entity, time, entities, times, points, table })
    }

    fn data(&self) -> Employment<'_> {
        Employment::new(
            Keys::new(&self.entity, &self.time, &self.entities, &self.times).unwrap(),
            &self.sector,
            &self.total,
        )
    }
}

/// The reference columns were computed with a radius of 6371 km.
const SPHERE: Metric = Metric::GreatCircle { radius_km: 6371.0 };

#[test]
fn chinese_cities_reproduce_every_reference_column() {
    let Some(cities) = Cities::read() else { return };
    assert_eq!((cities.entities.len(), cities.times.len()), (279, 15));
    let data = cities.data();
    let geography = Geography::Points(&cities.points);
    let run = |form, normalization| {
        let spec = VaSpec { form, normalization, metric: SPHERE, ..VaSpec::default() };
        virtual_agglomeration(&data, &geography, None, &spec).expect("valid")
    };
    let check = |got: &[f64], column: &str| {
        let gap = worst(got, &cities.table.float(column));
        assert!(gap <= 1e-9, "{column}: {gap:e}");
    };
    let index = run(Form::OwnPlusSpillover, Normalization::Raw);
    check(&index.location_quotient, "lq_it");
    check(&index.spillover, "va_lag_raw");
    check(&index.va, "va_own_plus_lag_raw");
    check(&run(Form::Spillover, Normalization::Row).va, "va_lag_rowstd");
    check(&run(Form::OwnTimesSum, Normalization::Raw).va, "va_own_times_sum_raw");
    assert!(index.diagnostics.is_empty(), "{:?}", index.diagnostics);
}

#[test]
fn the_default_form_has_the_published_moments() {
    let Some(cities) = Cities::read() else { return };
    let index = virtual_agglomeration(&cities.data(), &Geography::Points(&cities.points), None, &VaSpec::default())
        .expect("valid");
    let va: Vec<f64> = (0..index.va.len())
        .filter(|&row| cities.times[cities.time[row] as usize].as_str() >= "2013")
        .map(|row| index.va[row])
        .collect();
    assert_eq!(va.len(), 279 * 8);
    let mean = va.iter().sum::<f64>() / va.len() as f64;
    let min = va.iter().copied().fold(f64::INFINITY, f64::min);
    assert!((mean - 0.83).abs() < 0.02 && (min - 0.21).abs() < 0.005, "mean {mean}, min {min}");
}

#[test]
fn us_metros_have_quotients_and_agglomeration() {
    let Some(table) = Table::shared("data/real/us_cbp/cbsa_naics51_2018.csv") else { return };
    let (sector, total) = (table.float("emp_naics51"), table.float("emp_total"));
    let entities: Vec<String> = table.text("cbsa_code").into_iter().map(String::from).collect();
    let n = entities.len();
    let (lat, lon) = (table.float("lat"), table.float("lon"));
    let points: Vec<Option<LatLon>> = lat.iter().zip(&lon).map(|(&lat, &lon)| LatLon::new(lat, lon).ok()).collect();
    let known: Vec<u32> = (0..n as u32).collect();
    let times = vec!["2018".to_owned()];
    let time = vec![0; n];
    let data = Employment::new(Keys::new(&known, &time, &entities, &times).unwrap(), &sector, &total);
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &VaSpec::default()).expect("valid");
    assert_eq!(points.iter().flatten().count(), 912);
    assert!(index.diagnostics.iter().any(|d| d.code == "no-coordinates" && d.message.starts_with("21 entities")));
    // By hand from the definition, over the metros where both are known.
    let both = |i: &usize| !sector[*i].is_nan() && total[*i] > 0.0;
    let (s, e) = (0..n).filter(both).fold((0.0, 0.0), |(s, e), i| (s + sector[i], e + total[i]));
    for i in 0..n {
        let want = if both(&i) { sector[i] / total[i] / (s / e) } else { f64::NAN };
        assert!(worst(&index.location_quotient[i..=i], &[want]) < 1e-12);
        let others: f64 = (0..n)
            .filter(|&j| j != i && both(&j))
            .filter_map(|j| Some(sector[j] / total[j] / (s / e) / Metric::default().km(points[i]?, points[j]?)))
            .sum();
        let want = if points[i].is_some() { others } else { f64::NAN };
        assert!(worst(&index.spillover[i..=i], &[want]) < 1e-11, "{}", entities[i]);
    }
}

#[test]
fn european_regions_have_quotients_with_gaps() {
    let Some(table) = Table::shared("data/real/eurostat_nuts2/nuts2_nace_J.csv") else { return };
    let (entity, entities) = codes(&table.text("geo"));
    let (time, times) = codes(&table.text("year"));
    let (sector, total) = (table.float("emp_J_thousand"), table.float("emp_total_thousand"));
    let data = Employment::new(Keys::new(&entity, &time, &entities, &times).unwrap(), &sector, &total);
    let lq = location_quotient(&data).expect("valid");
    assert!(lq.diagnostics.iter().any(|d| d.code == "employment-missing"));
    for t in 0..times.len() {
        let rows = || (0..time.len()).filter(|&row| time[row] as usize == t && !lq.values[row].is_nan());
        let (weighted, weight) =
            rows().fold((0.0, 0.0), |(a, b), row| (a + total[row] * lq.values[row], b + total[row]));
        assert!((weighted / weight - 1.0).abs() < 1e-12, "{}", times[t]);
        assert!(rows().count() > 200);
    }
}

/// `benches/peer/space.py` (numpy 2.4.6) prints 0.7906230674433277 for the first of 279 points and 8 periods.
#[test]
fn the_numpy_peer_agrees() {
    let fraction = |k: usize, step: f64| (k as f64 * step).fract();
    let sector: Vec<f64> = (0..279 * 8).map(|row| 1.0 + fraction(row, 0.569_840_290_998_053_3)).collect();
    let entities: Vec<String> = (0..279).map(|i| i.to_string()).collect();
    let times: Vec<String> = (0..8).map(|t| t.to_string()).collect();
    let entity: Vec<u32> = (0..279 * 8).map(|row| row / 8).collect();
    let time: Vec<u32> = (0..279 * 8).map(|row| row % 8).collect();
    let points: Vec<Option<LatLon>> = (0..279)
        .map(|i| {
            let (lat, lon) = (fraction(i, 0.618_033_988_749_894_9), fraction(i, 0.754_877_666_246_692_8));
            Some(LatLon { lat: 20.0 + 28.0 * lat, lon: 80.0 + 45.0 * lon })
        })
        .collect();
    let total = vec![20.0; 279 * 8];
    let data = Employment::new(Keys::new(&entity, &time, &entities, &times).unwrap(), &sector, &total);
    let index = virtual_agglomeration(&data, &Geography::Points(&points), None, &VaSpec::default()).expect("valid");
    assert!((index.va[0] / 0.7906230674433277 - 1.0).abs() < 1e-13, "{}", index.va[0]);
}
