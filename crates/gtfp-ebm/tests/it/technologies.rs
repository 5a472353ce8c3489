//! Random technologies full of near-ties, and the choices of models tried on them.

use gtfp_ebm::{BadsConvention, Dimensions, Disposability, Model, Observations, Orientation, PanelSpec, Rts, Solver};
use rand::{Rng, RngExt};

/// Every model, orientation, convention and returns that has a meaning, on the built-in engine alone.
pub(crate) fn choices() -> Vec<PanelSpec> {
    let simplex = PanelSpec { solver: Solver::Simplex, ..PanelSpec::default() };
    let mut all = Vec::new();
    for &rts in Rts::ALL {
        for &bads_convention in BadsConvention::ALL {
            all.push(PanelSpec { rts, bads_convention, ..simplex.clone() });
            for orientation in [Orientation::Input, Orientation::Output] {
                for model in [Model::Ebm, Model::Sbm, Model::Radial] {
                    all.push(PanelSpec {
                        model,
                        orientation: Some(orientation),
                        rts,
                        bads_convention,
                        ..simplex.clone()
                    });
                }
            }
        }
        all.push(PanelSpec { model: Model::Sbm, rts, ..simplex.clone() });
        for &disposability in Disposability::ALL {
            all.push(PanelSpec { model: Model::Ddf, rts, disposability, ..simplex.clone() });
        }
        all.push(PanelSpec { model: Model::NonRadialDdf, rts, ..simplex.clone() });
    }
    all.push(PanelSpec { bounded: Some(false), ..simplex });
    all
}

/// What a choice is called in messages.
pub(crate) fn called(spec: &PanelSpec) -> String {
    let PanelSpec { model, rts, bads_convention, disposability, bounded, .. } = spec;
    format!("{model} {:?} {rts} {bads_convention} {disposability} {bounded:?}", spec.orientation)
}

/// Random numbers of inputs, goods and bads: up to three, two and three.
pub(crate) fn dimensions(rng: &mut impl Rng) -> Dimensions {
    let (inputs, goods, bads) = (rng.random_range(1..=3), rng.random_range(1..=2), rng.random_range(1..=3));
    Dimensions { inputs, goods, bads }
}

/// `n` units, of which some are near-copies of others (at the relative distance given), near-multiples, near-means, exact
/// multiples, or tie with another in the ratios of some quantities alone.
pub(crate) fn near_ties(rng: &mut impl Rng, dims: Dimensions, n: usize, distance: f64) -> Observations {
    let total = dims.total();
    let mut values: Vec<f64> = Vec::with_capacity(n * total);
    for unit in 0..n {
        let kind = if unit < 2 { 0 } else { rng.random_range(0..6_u8) };
        let (one, two) = (rng.random_range(0..unit.max(1)), rng.random_range(0..unit.max(1)));
        let size = (2.0 * rng.random::<f64>() - 1.0).exp();
        let multiple = f64::from(rng.random_range(1..=3_u8));
        for k in 0..total {
            let near = 1.0 + distance * (2.0 * rng.random::<f64>() - 1.0);
            let fresh = size * (1.5 * rng.random::<f64>()).exp();
            let value = match kind {
                0 => fresh,
                1 => values[one * total + k] * near,
                2 => values[one * total + k] * size * near,
                3 => (values[one * total + k] + values[two * total + k]) / 2.0 * near,
                4 => values[one * total + k] * multiple,
                _ if rng.random::<bool>() => values[one * total + k] * size * near,
                _ => fresh,
            };
            values.push(value);
        }
    }
    let names = (0..total).map(|k| format!("v{k}")).collect();
    Observations::from_rows(dims, names, values).expect("whole rows")
}

/// A number that a long test takes from the environment, so that its run can be repeated or extended.
pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
