//! Properties that hold for any data.

use crate::support::worst;
use panel_core::Keys;
use panel_core::geo::{LatLon, Metric, great_circle_km};
use proptest::prelude::*;
use va_index::{
    Employment, Form, Geography, Kernel, Normalization, OwnDistance, VaSpec, contributions, location_quotient,
    virtual_agglomeration,
};

#[derive(Debug, Clone)]
struct Economy {
    sector: Vec<f64>,
    total: Vec<f64>,
    entity: Vec<u32>,
    time: Vec<u32>,
    entities: Vec<String>,
    times: Vec<String>,
    points: Vec<Option<LatLon>>,
    areas: Vec<f64>,
}

impl Economy {
    fn data(&self) -> Employment<'_> {
        Employment::new(
            Keys::new(&self.entity, &self.time, &self.entities, &self.times).unwrap(),
            &self.sector,
            &self.total,
        )
    }

    /// Areas where the specification has a use for them.
    fn areas(&self, spec: &VaSpec) -> Option<&[f64]> {
        (spec.own_rule() == OwnDistance::Radius).then_some(&self.areas[..])
    }

    fn index(&self, spec: &VaSpec) -> va_index::VaIndex {
        self.try_index(spec).expect("valid")
    }

    /// `None` where a threshold leaves nobody a neighbour, so that the weights cannot be normalised.
    fn try_index(&self, spec: &VaSpec) -> Option<va_index::VaIndex> {
        match virtual_agglomeration(&self.data(), &Geography::Points(&self.points), self.areas(spec), spec) {
            Ok(index) => Some(index),
            Err(error) => {
                let alone = matches!(spec.kernel, Kernel::Threshold { .. })
                    && error.to_string().contains("no entity has a neighbour");
                assert!(alone, "{spec:?}: {error}");
                None
            }
        }
    }
}

fn economy() -> impl Strategy<Value = Economy> {
    (3usize..14, 1usize..4).prop_flat_map(|(n, periods)| {
        let cell = (0.1f64..50.0, 1.0f64..20.0, prop::bool::weighted(0.1));
        (prop::collection::vec(cell, n * periods), prop::collection::vec((-60.0f64..60.0, -179.0f64..179.0), n))
            .prop_map(move |(cells, places)| Economy {
                sector: cells.iter().map(|&(s, _, missing)| if missing { f64::NAN } else { s }).collect(),
                total: cells.iter().map(|&(s, factor, _)| s * factor).collect(),
                entity: (0..n * periods).map(|row| (row / periods) as u32).collect(),
                time: (0..n * periods).map(|row| (row % periods) as u32).collect(),
                entities: (0..n).map(|i| format!("city {i}")).collect(),
                times: (0..periods).map(|t| format!("{}", 2000 + t)).collect(),
                areas: places.iter().map(|&(lat, _)| 100.0 + lat.abs() * 50.0).collect(),
                points: places.into_iter().map(|(lat, lon)| Some(LatLon { lat, lon })).collect(),
            })
    })
}

fn specs() -> Vec<VaSpec> {
    let mut specs = Vec::new();
    let kernels = [
        Kernel::default(),
        Kernel::Inverse { exponent: 1.7 },
        Kernel::Exponential { scale_km: 800.0 },
        Kernel::Gaussian { bandwidth_km: 900.0 },
        Kernel::Threshold { km: 4000.0 },
        Kernel::KNearest { k: 2 },
    ];
    for kernel in kernels {
        for form in [Form::OwnPlusSpillover, Form::OwnTimesSum, Form::Spillover] {
            for normalization in [Normalization::Raw, Normalization::Row, Normalization::MinMax] {
                // A form without own weight has no use for its rule.
                for own in [None, Some(OwnDistance::Radius).filter(|_| form != Form::Spillover)] {
                    specs.push(VaSpec { form, kernel, normalization, own, ..VaSpec::default() });
                }
            }
        }
    }
    specs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_weighted_mean_of_quotients_is_one(economy in economy()) {
        let lq = location_quotient(&economy.data()).expect("valid").values;
        for t in 0..economy.times.len() {
            let rows = || (0..lq.len()).filter(|&row| economy.time[row] as usize == t && !lq[row].is_nan());
            if rows().next().is_some() {
                let (sum, weight) = rows().fold((0.0, 0.0), |(a, b), row| (a + economy.total[row] * lq[row], b + economy.total[row]));
                prop_assert!((sum / weight - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn units_do_not_matter(economy in economy(), factor in 1e-3f64..1e3) {
        let mut other = economy.clone();
        other.sector.iter_mut().chain(&mut other.total).for_each(|x| *x *= factor);
        for spec in [VaSpec::default(), VaSpec { normalization: Normalization::Row, ..VaSpec::default() }] {
            prop_assert!(worst(&other.index(&spec).va, &economy.index(&spec).va) < 1e-12);
        }
        // Weights per 100 km are a hundred times those per km.
        let spill = |unit_km| economy.index(&VaSpec { form: Form::Spillover, unit_km, ..VaSpec::default() }).va;
        let scaled: Vec<f64> = spill(1.0).iter().map(|x| 100.0 * x).collect();
        prop_assert!(worst(&spill(100.0), &scaled) < 1e-12);
    }

    #[test]
    fn the_order_of_rows_and_entities_does_not_matter(economy in economy()) {
        let n = economy.entities.len();
        let mut other = economy.clone();
        // Entities renamed in reverse order, rows reversed.
        let flip = |e: u32| n as u32 - 1 - e;
        other.entity = economy.entity.iter().rev().map(|&e| flip(e)).collect();
        other.time.reverse();
        other.sector.reverse();
        other.total.reverse();
        other.entities.reverse();
        other.points.reverse();
        other.areas.reverse();
        for spec in specs() {
            let Some(want) = economy.try_index(&spec) else { continue };
            let mut got = other.index(&spec).va;
            got.reverse();
            prop_assert!(worst(&got, &want.va) < 1e-10, "{spec:?}");
        }
    }

    #[test]
    fn contributions_add_up(economy in economy()) {
        for spec in specs() {
            let Some(index) = economy.try_index(&spec) else { continue };
            for row in 0..index.va.len().min(3) {
                let parts = contributions(&economy.data(), &Geography::Points(&economy.points), economy.areas(&spec), &spec, economy.entity[row], economy.time[row]).expect("valid");
                let sum: f64 = parts.iter().map(|part| part.amount).sum();
                if !index.va[row].is_nan() {
                    prop_assert!((sum - index.va[row]).abs() <= 1e-11 * index.va[row].abs().max(1e-12), "{spec:?}: {sum} {}", index.va[row]);
                }
            }
        }
    }

    #[test]
    fn a_cutoff_beyond_every_pair_changes_nothing(economy in economy()) {
        let all = economy.index(&VaSpec::default()).va;
        let cut = economy.index(&VaSpec { cutoff_km: Some(20_100.0), ..VaSpec::default() }).va;
        prop_assert!(worst(&cut, &all) < 1e-12);
    }

    #[test]
    fn spectral_weights_have_eigenvalue_one(economy in economy()) {
        let n = economy.entities.len();
        let spec = VaSpec { normalization: Normalization::Spectral, form: Form::Spillover, ..VaSpec::default() };
        let sums = economy.index(&spec).weight_sum;
        // The largest eigenvalue lies between the smallest and the largest row sum.
        let (low, high) = sums.iter().fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), &x| (low.min(x), high.max(x)));
        prop_assert!(low <= 1.0 + 1e-9 && high >= 1.0 - 1e-9 && n > 2);
    }

    #[test]
    fn distances_obey_the_triangle_inequality(places in prop::collection::vec((-90.0f64..90.0, -180.0f64..180.0), 3)) {
        let p: Vec<LatLon> = places.into_iter().map(|(lat, lon)| LatLon { lat, lon }).collect();
        for metric in [Metric::default(), Metric::Geodesic] {
            let d = |a: usize, b: usize| metric.km(p[a], p[b]);
            prop_assert_eq!(d(0, 1), d(1, 0));
            prop_assert!(d(0, 2) <= d(0, 1) + d(1, 2) + 1e-4);
        }
        prop_assert!((Metric::Geodesic.km(p[0], p[1]) / great_circle_km(p[0], p[1]).max(1e-9) - 1.0).abs() < 0.006 || great_circle_km(p[0], p[1]) < 1e-6);
    }
}
