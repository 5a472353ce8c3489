//! Scaling of the weights, and the weight an entity gives itself.

use crate::choices::{Normalization, OwnDistance};
use crate::decay::Decay;
use crate::error::{Error, Result};
use crate::links::Links;
use crate::spec::VaSpec;
use crate::spectral;
use panel_core::InputError;
use panel_core::sum::compensated_sum;

/// Factors that turn raw weights into the weights of the index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scaling {
    /// Factor of row i of the matrix, without the diagonal.
    pub(crate) factor: Vec<f64>,
    /// Final own weight of i; `NaN` where it needs an area that is missing.
    pub(crate) own: Vec<f64>,
    /// Sum of row i as it is used, own weight included.
    pub(crate) row_sum: Vec<f64>,
}

impl Scaling {
    /// `row_sums` are the raw sums Σ_{j ≠ i} w_ij.
    pub(crate) fn new(
        links: &Links<'_>,
        row_sums: &[f64],
        areas_km2: Option<&[f64]>,
        labels: &[String],
        spec: &VaSpec,
    ) -> Result<Self> {
        let n = labels.len();
        let rule = spec.own_rule();
        let diagonal = match rule {
            OwnDistance::Excluded | OwnDistance::Unit => vec![0.0; n],
            OwnDistance::Radius => radius_weights(areas_km2, labels, &Decay::new(spec))?,
        };
        if matches!(spec.normalization, Normalization::Spectral | Normalization::MinMax)
            && let Some(i) = (0..n).find(|&i| diagonal[i].is_nan() && !row_sums[i].is_nan())
        {
            // One missing number of the diagonal leaves the whole matrix without its eigenvalue and its largest sum.
            return Err(Error::Specification(format!(
                "normalisation = \"{}\" with own = \"radius\" needs the area of every entity; the area of `{}` is missing",
                spec.normalization, labels[i]
            )));
        }
        let totals: Vec<f64> = row_sums.iter().zip(&diagonal).map(|(sum, own)| sum + own).collect();
        let factor: Vec<f64> = match spec.normalization {
            Normalization::Raw => vec![1.0; n],
            // A row whose sum is not known has no factor, one without weights needs none.
            Normalization::Row => totals.iter().map(|&sum| if sum == 0.0 { 1.0 } else { 1.0 / sum }).collect(),
            Normalization::Spectral => vec![1.0 / spectral_radius(links, &diagonal, &totals)?; n],
            Normalization::MinMax => {
                let columns = links.column_sums();
                let largest = |sums: &[f64]| {
                    sums.iter()
                        .zip(&diagonal)
                        .map(|(sum, own)| sum + own)
                        .filter(|sum| sum.is_finite())
                        .fold(0.0, |largest: f64, sum| if sum > largest { sum } else { largest })
                };
                vec![1.0 / positive(largest(row_sums).min(largest(&columns)))?; n]
            }
        };
        let own: Vec<f64> = match rule {
            OwnDistance::Excluded => vec![0.0; n],
            OwnDistance::Unit => vec![1.0; n],
            OwnDistance::Radius => diagonal.iter().zip(&factor).map(|(own, factor)| own * factor).collect(),
        };
        let row_sum = row_sums.iter().zip(&factor).zip(&own).map(|((sum, factor), own)| sum * factor + own).collect();
        Ok(Self { factor, own, row_sum })
    }
}

fn positive(value: f64) -> Result<f64> {
    if value > 0.0 {
        return Ok(value);
    }
    Err(Error::Specification(
        "no entity has a neighbour (or no chain of neighbours leads back), so the weights cannot be normalised; widen the cutoff or use raw weights".into(),
    ))
}

fn radius_weights(areas_km2: Option<&[f64]>, labels: &[String], decay: &Decay) -> Result<Vec<f64>> {
    let Some(areas) = areas_km2 else {
        return Err(Error::Specification("own = \"radius\" needs area, the area of every entity in km²".into()));
    };
    if areas.len() != labels.len() {
        return Err(
            InputError::LengthMismatch { what: "areas".into(), expected: labels.len(), got: areas.len() }.into()
        );
    }
    areas
        .iter()
        .zip(labels)
        .map(|(&area, label)| {
            if area.is_nan() {
                return Ok(f64::NAN);
            }
            if area <= 0.0 || area.is_infinite() {
                return Err(InputError::BadValue {
                    entity: label.clone(),
                    time: String::new(),
                    column: "area".into(),
                    value: area,
                    expected: "a positive number of km²".into(),
                }
                .into());
            }
            Ok(decay.at(2.0 / 3.0 * (area / std::f64::consts::PI).sqrt()))
        })
        .collect()
}

/// Largest eigenvalue of the links with this diagonal, over the entities that have a place.
fn spectral_radius(links: &Links<'_>, diagonal: &[f64], totals: &[f64]) -> Result<f64> {
    let known: Vec<usize> = (0..totals.len()).filter(|&i| totals[i].is_finite()).collect();
    positive(compensated_sum(known.iter().map(|&i| totals[i])))?;
    if links.is_symmetric() {
        let mut v = vec![0.0; totals.len()];
        return spectral::symmetric(known.len(), |x| {
            known.iter().zip(x).for_each(|(&i, &x)| v[i] = x);
            let w = links.sums(&v);
            known.iter().zip(x).map(|(&i, x)| w[i] + diagonal[i] * x).collect()
        });
    }
    let rows: Vec<Vec<(usize, f64)>> = (0..totals.len())
        .map(|i| {
            let own = Some((i, diagonal[i])).filter(|&(_, weight)| weight > 0.0);
            links.row(i).into_iter().chain(own).collect()
        })
        .collect();
    // Without a circle of links there is no eigenvalue above 0.
    positive(spectral::of_rows(&rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Geography;
    use crate::kernel::Kernel;
    use panel_core::geo::DistanceMatrix;

    fn labels(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("c{i}")).collect()
    }

    fn scaling(n: usize, km: &[f64], areas: Option<&[f64]>, spec: &VaSpec) -> Result<Scaling> {
        let names = labels(n);
        let matrix = DistanceMatrix::from_square(&names, km)?;
        let links = Links::new(&Geography::Matrix(&matrix), &names, spec)?;
        let sums = links.sums(&vec![1.0; n]);
        Scaling::new(&links, &sums, areas, &names, spec)
    }

    #[test]
    fn rows_and_columns_of_a_one_way_matrix() {
        // Weights: 0 -> 1 of 1, 0 -> 2 of 3, 1 -> 2 of 5; rows 4, 5, 0, columns 0, 1, 8.
        let inf = f64::INFINITY;
        let km = [0.0, 1.0, 1.0 / 3.0, inf, 0.0, 0.2, inf, inf, 0.0];
        let run = |normalization| scaling(3, &km, None, &VaSpec { normalization, ..VaSpec::default() });
        assert_eq!(run(Normalization::MinMax).map(|s| s.factor), Ok(vec![0.2; 3]));
        assert_eq!(run(Normalization::Row).map(|s| s.factor), Ok(vec![0.25, 0.2, 1.0]));
        assert_eq!(run(Normalization::Row).map(|s| s.row_sum), Ok(vec![2.0, 2.0, 1.0]));
        // No circle, no eigenvalue above 0.
        assert!(matches!(run(Normalization::Spectral), Err(Error::Specification(_))));
        let none = scaling(3, &[inf; 9], None, &VaSpec { normalization: Normalization::MinMax, ..VaSpec::default() });
        assert!(matches!(none, Err(Error::Specification(_))));
    }

    #[test]
    fn a_missing_area_leaves_nothing_that_needs_it() {
        let km = [0.0, 50.0, 50.0, 0.0];
        let areas = [900.0 * std::f64::consts::PI, f64::NAN];
        for kernel in [
            Kernel::default(),
            Kernel::Exponential { scale_km: 100.0 },
            Kernel::Gaussian { bandwidth_km: 100.0 },
            Kernel::Threshold { km: 60.0 },
            Kernel::KNearest { k: 1 },
        ] {
            let floor = Some(1.0).filter(|_| !matches!(kernel, Kernel::Threshold { .. } | Kernel::KNearest { .. }));
            for min_km in [None, floor] {
                let spec = VaSpec { kernel, min_km, own: Some(OwnDistance::Radius), ..VaSpec::default() };
                let raw = scaling(2, &km, Some(&areas), &spec).expect("a warning, no error");
                assert!(raw.own[0] > 0.0 && raw.own[1].is_nan() && raw.row_sum[1].is_nan(), "{kernel:?} {raw:?}");
                assert_eq!(raw.factor, [1.0, 1.0]);
                let row = scaling(2, &km, Some(&areas), &VaSpec { normalization: Normalization::Row, ..spec });
                assert!(row.is_ok_and(|row| row.factor[0] > 0.0 && row.factor[1].is_nan()), "{kernel:?}");
                for normalization in [Normalization::Spectral, Normalization::MinMax] {
                    let error = scaling(2, &km, Some(&areas), &VaSpec { normalization, ..spec }).expect_err("unknown");
                    assert!(error.to_string().contains("area of `c1`"), "{error}");
                }
            }
        }
        for bad in [0.0, -1.0, f64::INFINITY] {
            let spec = VaSpec { own: Some(OwnDistance::Radius), ..VaSpec::default() };
            let error = scaling(2, &km, Some(&[900.0, bad]), &spec).expect_err("no area");
            assert!(error.to_string().contains("`c1`"), "{error}");
            assert!(scaling(2, &km, Some(&[900.0]), &spec).is_err());
        }
    }
    /// Areas of circles of 3 and 6 km: two thirds of the radius are 2 and 4 km, own weights ½ and ¼.
    #[test]
    fn own_weights_by_area_enter_every_sum() {
        let areas = [9.0, 36.0].map(|square| square * std::f64::consts::PI);
        let run = |km: [f64; 4], normalization| {
            let spec = VaSpec { own: Some(OwnDistance::Radius), normalization, ..VaSpec::default() };
            scaling(2, &km, Some(&areas), &spec).expect("valid")
        };
        let close = |got: &[f64], want: [f64; 2]| {
            assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-14), "{got:?} {want:?}");
        };
        // 10 km apart: rows 0.1 + 0.5 and 0.1 + 0.25.
        let near = [0.0, 10.0, 10.0, 0.0];
        let raw = run(near, Normalization::Raw);
        close(&raw.factor, [1.0, 1.0]);
        close(&raw.own, [0.5, 0.25]);
        close(&raw.row_sum, [0.6, 0.35]);
        let row = run(near, Normalization::Row);
        close(&row.factor, [1.0 / 0.6, 1.0 / 0.35]);
        close(&row.own, [0.5 / 0.6, 0.25 / 0.35]);
        close(&row.row_sum, [1.0, 1.0]);
        close(&run(near, Normalization::MinMax).factor, [1.0 / 0.6; 2]);
        // The eigenvalue of (½, 0.1; 0.1, ¼): 0.375 + √(0.125² + 0.1²).
        let root = 0.375 + 0.025_625_f64.sqrt();
        let spectral = run(near, Normalization::Spectral);
        assert!((spectral.factor[0] * root - 1.0).abs() < 1e-10 && (spectral.own[1] * root - 0.25).abs() < 1e-10);
        // One way, 1 km: rows 1.5 and 0.25, columns 0.5 and 1.25; the eigenvalues stand on the diagonal.
        let one_way = [0.0, 1.0, f64::INFINITY, 0.0];
        close(&run(one_way, Normalization::MinMax).factor, [0.8; 2]);
        assert!((run(one_way, Normalization::Spectral).factor[1] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_link_and_what_has_no_place() {
        // Nothing is linked and nothing has a weight of its own.
        let apart = [0.0, f64::INFINITY, f64::INFINITY, 0.0];
        let spec =
            VaSpec { normalization: Normalization::Spectral, own: Some(OwnDistance::Excluded), ..VaSpec::default() };
        let error = scaling(2, &apart, None, &spec).expect_err("no eigenvalue").to_string();
        assert!(error.contains("widen the cutoff"), "{error}");
        // The third entity has neither place nor area, and leaves the others their eigenvalue.
        let at = |lat: f64| Some(panel_core::geo::LatLon { lat, lon: 0.0 });
        let (points, names) = ([at(0.0), at(1.0), None], labels(3));
        let areas = [9.0 * std::f64::consts::PI, 9.0 * std::f64::consts::PI, f64::NAN];
        for normalization in [Normalization::Spectral, Normalization::MinMax] {
            let spec = VaSpec { normalization, own: Some(OwnDistance::Radius), ..VaSpec::default() };
            let links = Links::new(&Geography::Points(&points), &names, &spec).expect("valid");
            let sums = links.sums(&[1.0; 3]);
            let found = Scaling::new(&links, &sums, Some(&areas), &names, &spec).expect("two of three");
            // Both rows and the eigenvalue are ½ + 1/d.
            let km = panel_core::geo::great_circle_km(
                panel_core::geo::LatLon { lat: 0.0, lon: 0.0 },
                panel_core::geo::LatLon { lat: 1.0, lon: 0.0 },
            );
            assert!((found.factor[0] * (0.5 + 1.0 / km) - 1.0).abs() < 1e-10, "{normalization:?} {found:?}");
        }
    }

    /// At 12, 21, 24, 26 and 50 km, the two nearest up to 9.5 km: the middle three link each other and have eigenvalue 2;
    /// the first links to one of them that does not link back, the last to nobody.
    #[test]
    fn nearest_neighbours_are_not_mutual() {
        let at = [12.0, 21.0, 24.0, 26.0, 50.0];
        let names = labels(5);
        let points = at.map(|km: f64| {
            Some(panel_core::geo::LatLon { lat: (km / panel_core::geo::EARTH_RADIUS_KM).to_degrees(), lon: 0.0 })
        });
        let km: Vec<f64> = at.iter().flat_map(|a: &f64| at.map(|b| (a - b).abs())).collect();
        let matrix = DistanceMatrix::from_square(&names, &km).expect("valid");
        let spec = VaSpec {
            kernel: Kernel::KNearest { k: 2 },
            cutoff_km: Some(9.5),
            normalization: Normalization::Spectral,
            ..VaSpec::default()
        };
        for geography in [Geography::Points(&points), Geography::Matrix(&matrix)] {
            let links = Links::new(&geography, &names, &spec).expect("valid");
            let sums = links.sums(&[1.0; 5]);
            assert_eq!(sums, [1.0, 2.0, 2.0, 2.0, 0.0]);
            let found = Scaling::new(&links, &sums, None, &names, &spec).expect("a circle");
            assert!(found.factor.iter().all(|factor| (factor - 0.5).abs() < 1e-11), "{found:?}");
        }
    }
}
