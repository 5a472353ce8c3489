//! Distances into weights.

use crate::kernel::Kernel;
use crate::spec::VaSpec;
use panel_core::geo::{Metric, PairWeight, haversines_to_inverse_km, haversines_to_km};

/// A kernel with its unit, floor and cutoff, ready for sweeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Decay {
    pub(crate) kernel: Kernel,
    pub(crate) unit: f64,
    pub(crate) floor: f64,
    pub(crate) cutoff: f64,
    pub(crate) radius_km: f64,
}

impl Decay {
    pub(crate) fn new(spec: &VaSpec) -> Self {
        let threshold = if let Kernel::Threshold { km } = spec.kernel { km } else { f64::INFINITY };
        let radius_km = match spec.metric {
            Metric::GreatCircle { radius_km } => radius_km,
            Metric::Geodesic => panel_core::geo::EARTH_RADIUS_KM,
        };
        Self {
            kernel: spec.kernel,
            unit: spec.unit_km,
            floor: spec.min_km.unwrap_or(0.0),
            cutoff: spec.cutoff_km.unwrap_or(f64::INFINITY).min(threshold),
            radius_km,
        }
    }

    /// Weight at one distance.
    pub(crate) fn at(&self, distance: f64) -> f64 {
        let mut value = [distance];
        self.weigh_km(&mut value);
        value[0]
    }

    /// Turns distances into weights, in place.
    #[inline(always)]
    pub(crate) fn weigh_km(&self, distances: &mut [f64]) {
        match self.kernel {
            Kernel::Inverse { exponent } => {
                let unit = self.unit;
                if exponent == 1.0 {
                    self.map(distances, |d| unit / d);
                } else if exponent == 2.0 {
                    self.map(distances, |d| (unit / d) * (unit / d));
                } else if exponent == 0.5 {
                    self.map(distances, |d| (unit / d).sqrt());
                } else {
                    self.map(distances, |d| (d / unit).powf(-exponent));
                }
            }
            Kernel::Exponential { scale_km } => self.map(distances, |d| (-d / scale_km).exp()),
            Kernel::Gaussian { bandwidth_km } => {
                self.map(distances, |d| (-0.5 * (d / bandwidth_km) * (d / bandwidth_km)).exp());
            }
            Kernel::Threshold { .. } | Kernel::KNearest { .. } => {
                self.map(distances, |d| if d.is_nan() { d } else { 1.0 });
            }
        }
    }

    #[inline(always)]
    fn map(&self, distances: &mut [f64], weight: impl Fn(f64) -> f64) {
        for distance in distances {
            // Written so that an unknown distance stays unknown.
            let d = if *distance < self.floor { self.floor } else { *distance };
            *distance = if d > self.cutoff { 0.0 } else { weight(d) };
        }
    }
}

impl PairWeight for Decay {
    #[inline(always)]
    fn weigh(&self, haversines: &mut [f64]) {
        if self.kernel == (Kernel::Inverse { exponent: 1.0 }) && self.floor == 0.0 && self.cutoff == f64::INFINITY {
            haversines_to_inverse_km(haversines, self.radius_km / self.unit);
        } else {
            haversines_to_km(haversines, self.radius_km);
            self.weigh_km(haversines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_by_hand() {
        let decay = |kernel| Decay::new(&VaSpec { kernel, ..VaSpec::default() });
        assert_eq!(decay(Kernel::default()).at(4.0), 0.25);
        assert_eq!(decay(Kernel::Inverse { exponent: 2.0 }).at(4.0), 0.0625);
        assert_eq!(decay(Kernel::Inverse { exponent: 0.5 }).at(4.0), 0.5);
        assert_eq!(decay(Kernel::Inverse { exponent: 3.0 }).at(2.0), 0.125);
        assert_eq!(decay(Kernel::Exponential { scale_km: 2.0 }).at(2.0), (-1f64).exp());
        assert_eq!(decay(Kernel::Gaussian { bandwidth_km: 2.0 }).at(2.0), (-0.5f64).exp());
        assert_eq!(decay(Kernel::Threshold { km: 2.0 }).at(2.0), 1.0);
        assert_eq!(decay(Kernel::Threshold { km: 2.0 }).at(2.1), 0.0);
        let spec = VaSpec { unit_km: 100.0, cutoff_km: Some(500.0), min_km: Some(50.0), ..VaSpec::default() };
        assert_eq!([10.0, 50.0, 200.0, 500.0, 501.0].map(|d| Decay::new(&spec).at(d)), [2.0, 2.0, 0.5, 0.2, 0.0]);
        let geodesic = VaSpec { metric: Metric::Geodesic, ..VaSpec::default() };
        assert_eq!(Decay::new(&geodesic).radius_km, panel_core::geo::EARTH_RADIUS_KM);
    }

    #[test]
    fn an_unknown_distance_has_no_weight() {
        for kernel in [
            Kernel::default(),
            Kernel::Inverse { exponent: 2.0 },
            Kernel::Inverse { exponent: 0.5 },
            Kernel::Inverse { exponent: 3.0 },
            Kernel::Exponential { scale_km: 2.0 },
            Kernel::Gaussian { bandwidth_km: 2.0 },
            Kernel::Threshold { km: 2.0 },
            Kernel::KNearest { k: 2 },
        ] {
            for (min_km, cutoff_km) in [(None, None), (Some(1.0), None), (None, Some(2.0)), (Some(1.0), Some(2.0))] {
                let decay = Decay::new(&VaSpec { kernel, min_km, cutoff_km, ..VaSpec::default() });
                assert!(decay.at(f64::NAN).is_nan(), "{kernel:?}");
                assert_eq!(
                    decay.at(f64::INFINITY) > 0.0,
                    matches!(kernel, Kernel::KNearest { .. }) && cutoff_km.is_none()
                );
            }
        }
    }

    /// Haversines take a shorter road where nothing but 1/d is asked for; every road leads to the same weights.
    #[test]
    fn haversines_become_the_weights_of_their_distances() {
        let haversines = [1e-9, 1e-4, 0.02, 0.2, 0.6];
        for spec in [
            VaSpec::default(),
            VaSpec { unit_km: 100.0, ..VaSpec::default() },
            VaSpec { min_km: Some(50.0), ..VaSpec::default() },
            VaSpec { cutoff_km: Some(900.0), ..VaSpec::default() },
            VaSpec { kernel: Kernel::Inverse { exponent: 2.0 }, ..VaSpec::default() },
            VaSpec { metric: Metric::GreatCircle { radius_km: 1000.0 }, ..VaSpec::default() },
        ] {
            let decay = Decay::new(&spec);
            let mut got = haversines;
            decay.weigh(&mut got);
            for (&h, &got) in haversines.iter().zip(&got) {
                let want = decay.at(2.0 * decay.radius_km * f64::sqrt(h).asin());
                assert!((got - want).abs() <= 1e-13 * want, "{spec:?} {h}: {got} {want}");
            }
        }
    }
    /// Distances that are neither the unit nor the scale, so that no factor is 1 by chance.
    #[test]
    fn units_and_scales_by_hand() {
        let at = |kernel, unit_km, d| Decay::new(&VaSpec { kernel, unit_km, ..VaSpec::default() }).at(d);
        let inverse = |exponent| Kernel::Inverse { exponent };
        assert_eq!(at(inverse(1.0), 8.0, 2.0), 4.0);
        assert_eq!(at(inverse(2.0), 8.0, 2.0), 16.0);
        assert_eq!(at(inverse(0.5), 8.0, 2.0), 2.0);
        assert_eq!(at(inverse(3.0), 8.0, 2.0), 64.0);
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got} {want}");
        close(at(Kernel::Exponential { scale_km: 2.0 }, 1.0, 3.0), (-1.5f64).exp());
        // (3/2)² / 2 = 9/8.
        close(at(Kernel::Gaussian { bandwidth_km: 2.0 }, 1.0, 3.0), (-1.125f64).exp());
        // A threshold and a cutoff: the smaller one counts.
        let both =
            |cutoff| VaSpec { kernel: Kernel::Threshold { km: 5.0 }, cutoff_km: Some(cutoff), ..VaSpec::default() };
        assert_eq!([3.0, 4.0, 5.0, 6.0].map(|d| Decay::new(&both(4.0)).at(d)), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!([3.0, 4.0, 5.0, 6.0].map(|d| Decay::new(&both(9.0)).at(d)), [1.0, 1.0, 1.0, 0.0]);
    }
}
