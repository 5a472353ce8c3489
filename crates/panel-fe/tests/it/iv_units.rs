//! Units of measurement change no inference under weak instruments: with y in units 2ᵃ and d in units 2ᵇ, the statistic of
//! β 2ᵃ⁻ᵇ is that of β, and the set is 2ᵃ⁻ᵇ times the set. Powers of two, so that the data themselves do not round.

use crate::golden_files::{Csv, close};
use faer::Mat;
use panel_fe::TestOutcome;
use panel_fe::iv::{IvData, IvDof, IvSystem, MomentCovariance, anderson_rubin, anderson_rubin_set};
use std::path::Path;

const DOF: IvDof = IvDof { dofminus: 0.0, sdofminus: 0.0, vcov_extra: 0.0, freed: 0.0, small: true };

/// Exponents of the units of y and d.
const UNITS: [(i32, i32); 8] = [(66, 66), (-66, -66), (66, 0), (-66, 0), (0, 66), (0, -66), (66, -66), (-66, 66)];

/// y on d1, w and a constant by z1 and z3; `outcome` y, or 2 d1 + w, each in its unit.
fn system(exact: bool, (a, b): (i32, i32)) -> IvSystem {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/iv_textbook.csv");
    let csv = Csv::read(&path).expect("in the crate");
    let read = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.expect("complete")).collect() };
    let (d, w, z1, z3) = (read("d1"), read("w"), read("z1"), read("z3"));
    let y: Vec<f64> = if exact { d.iter().zip(&w).map(|(d, w)| 2.0 * d + w).collect() } else { read("y") };
    let y: Vec<f64> = y.iter().map(|y| y * 2.0_f64.powi(a)).collect();
    let n = y.len();
    let endog = Mat::from_fn(n, 1, |i, _| d[i] * 2.0_f64.powi(b));
    let exog = Mat::from_fn(n, 2, |i, j| if j == 0 { w[i] } else { 1.0 });
    let excluded = Mat::from_fn(n, 2, |i, j| if j == 0 { z1[i] } else { z3[i] });
    let data = IvData {
        y: &y,
        endog: endog.as_ref(),
        exog: exog.as_ref(),
        excluded: excluded.as_ref(),
        weights: None,
        endog_names: &["d1".into()],
        exog_names: &["w".into(), "_cons".into()],
        excluded_names: &["z1".into(), "z3".into()],
    };
    IvSystem::new(&data).expect("full rank")
}

fn tested(exact: bool, units: (i32, i32), beta: f64) -> TestOutcome {
    let at = beta * 2.0_f64.powi(units.0 - units.1);
    anderson_rubin(&system(exact, units), Some(&[at]), &MomentCovariance::Iid, &DOF).expect("one coefficient").f
}

#[test]
fn units_change_no_statistic() {
    for beta in [-1.0, 0.5, 1.9, 2.0, 1e3] {
        let want = tested(false, (0, 0), beta).available().expect("an F").stat;
        for units in UNITS {
            let test = tested(false, units, beta);
            let got = test.available().unwrap_or_else(|| panic!("{units:?}, {beta}: {test}")).stat;
            assert!(close(got, want, 1e-10, 0.0), "{units:?}, {beta}: {got} against {want}");
        }
    }
}

/// y = 2 d1 + w: nothing is left at 2, in whatever units.
#[test]
fn nothing_is_left_in_any_unit() {
    for units in UNITS.into_iter().chain([(0, 0)]) {
        let test = tested(true, units, 2.0);
        assert!(test.to_string().contains("nothing but rounding"), "{units:?}: {test}");
        assert!(tested(true, units, 1.9).available().is_some(), "{units:?}");
    }
}

/// The search must place and stretch its grid by the data: one that does not misses a set of 10⁻²⁰ or 10²⁰.
#[test]
fn units_scale_the_set() {
    for level in [0.5, 0.9] {
        let set = |units| {
            anderson_rubin_set(&system(false, units), level, &MomentCovariance::Iid, &DOF)
                .expect("one endogenous")
                .intervals
        };
        let want = set((0, 0));
        assert!(want.len() == 1 && want[0].0.is_finite() && want[0].1.is_finite(), "{want:?}");
        for units in UNITS {
            let (got, scale) = (set(units), 2.0_f64.powi(units.0 - units.1));
            assert_eq!(got.len(), want.len(), "{units:?}, {level}: {got:?} against {want:?}");
            for (got, want) in got.iter().zip(&want) {
                for (got, want) in [(got.0, want.0 * scale), (got.1, want.1 * scale)] {
                    assert!(close(got, want, 1e-8, 0.0), "{units:?}, {level}: {got:e} against {want:e}");
                }
            }
        }
    }
}
