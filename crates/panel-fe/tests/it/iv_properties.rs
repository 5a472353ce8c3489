//! What must hold for any data: identities between estimators and tests of the instrumental-variable module.

use faer::Mat;
use panel_fe::iv::{
    Estimator, IvData, IvDof, IvFit, IvSystem, MomentCovariance, anderson_lm, anderson_rubin, anderson_rubin_set,
    basmann, cragg_donald, effective_f, first_stages, fit, kleibergen_paap_f, over_identification, redundancy,
    wu_hausman,
};
use panel_fe::vcov::{Groups, Meat, Structure};
use panel_fe::{SampleWeights, WeightKind};
use proptest::prelude::*;

struct Draw {
    y: Vec<f64>,
    d: Mat<f64>,
    w: Mat<f64>,
    z: Mat<f64>,
}

fn names(stem: &str, n: usize) -> Vec<String> {
    (0..n).map(|j| format!("{stem}{j}")).collect()
}

/// Numbers that look random, from a seed.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0
    }
}

fn draw(seed: u64, n: usize, k1: usize, l1: usize, strength: f64) -> Draw {
    let mut e = noise(seed);
    let z = Mat::from_fn(n, l1, |_, _| e());
    let w = Mat::from_fn(n, 2, |_, j| if j == 1 { 1.0 } else { e() });
    let u: Vec<f64> = (0..n).map(|_| e()).collect();
    let d = Mat::from_fn(n, k1, |i, j| {
        strength * (0..l1).map(|l| z[(i, l)] * (1.0 + ((l + 2 * j) % 3) as f64)).sum::<f64>()
            + 0.7 * u[i]
            + e()
            + w[(i, 0)]
    });
    let y = (0..n).map(|i| (0..k1).map(|j| d[(i, j)]).sum::<f64>() - w[(i, 0)] + 2.0 * u[i]).collect();
    Draw { y, d, w, z }
}

fn frequency(values: &[f64]) -> SampleWeights {
    SampleWeights { values: values.to_vec(), kind: WeightKind::Frequency }
}

impl Draw {
    fn system(&self, weights: Option<&SampleWeights>) -> IvSystem {
        self.with(&self.d, &self.z, weights)
    }

    fn with(&self, d: &Mat<f64>, z: &Mat<f64>, weights: Option<&SampleWeights>) -> IvSystem {
        IvSystem::new(&IvData {
            y: &self.y,
            endog: d.as_ref(),
            exog: self.w.as_ref(),
            excluded: z.as_ref(),
            weights,
            endog_names: &names("d", d.ncols()),
            exog_names: &names("w", 2),
            excluded_names: &names("z", z.ncols()),
        })
        .expect("identified")
    }
}

fn run(system: &IvSystem, estimator: Estimator, covariance: &MomentCovariance<'_>) -> IvFit {
    fit(system, estimator, covariance, &IvDof::default(), false).expect("identified")
}

fn same(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.iter().zip(b).all(|(x, y)| (x - y).abs() <= tolerance * x.abs().max(1.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Instruments that are the regressors themselves give OLS, and k = 0 gives OLS with any instruments.
    #[test]
    fn instruments_equal_to_regressors_are_ols(seed in 1_u64..1_000_000) {
        let data = draw(seed, 60, 2, 3, 0.5);
        let self_instrumented = run(&data.with(&data.d, &data.d, None), Estimator::TwoStage, &MomentCovariance::Iid);
        let k0 = run(&data.system(None), Estimator::KClass(0.0), &MomentCovariance::Iid);
        prop_assert!(same(&self_instrumented.coef, &k0.coef, 1e-9));
    }

    /// k = 1 is 2SLS; LIML is 2SLS when exactly identified; GMM with iid weights is 2SLS; κ ≥ 1.
    #[test]
    fn the_k_class_contains_two_stage(seed in 1_u64..1_000_000) {
        let data = draw(seed, 60, 2, 4, 0.5);
        let system = data.system(None);
        let two = run(&system, Estimator::TwoStage, &MomentCovariance::Iid);
        prop_assert!(same(&two.coef, &run(&system, Estimator::KClass(1.0), &MomentCovariance::Iid).coef, 1e-8));
        let gmm = run(&system, Estimator::Gmm2s, &MomentCovariance::Iid);
        prop_assert!(same(&two.coef, &gmm.coef, 1e-8));
        prop_assert!((&two.vcov - &gmm.vcov).norm_max() <= 1e-8 * two.vcov.norm_max());
        prop_assert!(run(&system, Estimator::Liml, &MomentCovariance::Iid).kappa_minus_one.expect("LIML") >= 0.0);
        let z = data.z.subcols(0, 2).to_owned();
        let just = data.with(&data.d, &z, None);
        let (a, b) = (run(&just, Estimator::TwoStage, &MomentCovariance::Iid), run(&just, Estimator::Liml, &MomentCovariance::Iid));
        prop_assert!(same(&a.coef, &b.coef, 1e-7));
    }

    /// Other instruments of the same span, in other units, change nothing but their own first-stage coefficients.
    #[test]
    fn only_the_span_of_the_instruments_matters(seed in 1_u64..1_000_000, scale in 0.001_f64..1000.0) {
        let data = draw(seed, 60, 2, 3, 0.5);
        let z = Mat::from_fn(60, 3, |i, j| match j {
            0 => scale * (data.z[(i, 0)] + data.z[(i, 1)]),
            1 => data.z[(i, 1)] - 3.0 * data.z[(i, 2)] + 5.0,
            _ => data.z[(i, 2)] / scale,
        });
        let codes = Groups::new(&(0..60_u32).map(|i| i / 4).collect::<Vec<_>>());
        let meat = Meat::new(Structure::Cluster(vec![codes]));
        let cluster = MomentCovariance::Meat(&meat);
        let (one, two) = (data.system(None), data.with(&data.d, &z, None));
        let dof = IvDof { small: true, ..IvDof::default() };
        let stat = |s: &IvSystem| -> Vec<f64> {
            let f = fit(s, Estimator::Gmm2s, &cluster, &dof, false).expect("identified");
            let mut out = f.coef.clone();
            out.push(f.vcov[(0, 0)]);
            out.push(f.gmm_j.expect("over-identified"));
            for test in [cragg_donald(s, &dof), kleibergen_paap_f(s, &cluster, &dof), anderson_lm(s, &dof)] {
                out.push(test.expect("supported").available().expect("regular").stat);
            }
            out.extend(first_stages(s, &cluster, &dof).expect("supported").iter().map(|f| f.sanderson_windmeijer.available().expect("regular").stat));
            out
        };
        prop_assert!(same(&stat(&one), &stat(&two), 1e-6), "{:?} {:?}", stat(&one), stat(&two));
    }

    /// Frequency weights are repeated rows.
    #[test]
    fn frequency_weights_repeat_rows(seed in 1_u64..1_000_000) {
        let data = draw(seed, 40, 1, 2, 0.5);
        let f: Vec<f64> = (0..40).map(|i| f64::from(1 + (i % 3))).collect();
        let rows: Vec<usize> = (0..40).flat_map(|i| std::iter::repeat_n(i, f[i] as usize)).collect();
        let pick = |m: &Mat<f64>| Mat::from_fn(rows.len(), m.ncols(), |i, j| m[(rows[i], j)]);
        let long = Draw { y: rows.iter().map(|&i| data.y[i]).collect(), d: pick(&data.d), w: pick(&data.w), z: pick(&data.z) };
        let mut meat = Meat::new(Structure::Independent);
        let plain = meat.clone();
        meat.frequency = Some(f.clone());
        let a = run(&data.system(Some(&frequency(&f))), Estimator::TwoStage, &MomentCovariance::Meat(&meat));
        let b = run(&long.system(None), Estimator::TwoStage, &MomentCovariance::Meat(&plain));
        prop_assert!(same(&a.coef, &b.coef, 1e-9));
        prop_assert!((&a.vcov - &b.vcov).norm_max() <= 1e-9 * a.vcov.norm_max());
    }

    /// The Anderson-Rubin set holds exactly the values that the test does not reject.
    #[test]
    fn the_anderson_rubin_set_inverts_its_test(seed in 1_u64..1_000_000, strength in 0.0_f64..0.6, robust in any::<bool>(), at in -6.0_f64..6.0) {
        let data = draw(seed, 60, 1, 3, strength);
        let system = data.system(None);
        let meat = Meat::new(Structure::Independent);
        let covariance = if robust { MomentCovariance::Meat(&meat) } else { MomentCovariance::Iid };
        let dof = IvDof { small: true, ..IvDof::default() };
        let set = anderson_rubin_set(&system, 0.95, &covariance, &dof).expect("one endogenous");
        let p = anderson_rubin(&system, Some(&[at]), &covariance, &dof).expect("one endogenous").f.available().expect("regular").p.expect("F");
        prop_assume!((p - 0.05).abs() > 1e-3);
        let inside = set.intervals.iter().any(|&(low, high)| low <= at && at <= high);
        prop_assert_eq!(inside, p > 0.05, "{:?} at {} p {}", set, at, p);
    }

    /// With one endogenous regressor: Anderson's LM, partial R², redundancy of all instruments, the first-stage F and
    /// the Cragg-Donald F are functions of one another, and for iid errors the effective F is the first-stage F.
    #[test]
    fn one_endogenous_regressor_ties_everything_together(seed in 1_u64..1_000_000) {
        let data = draw(seed, 60, 1, 3, 0.4);
        let system = data.system(None);
        let dof = IvDof { small: true, sdofminus: 5.0, ..IvDof::default() };
        let stage = &first_stages(&system, &MomentCovariance::Iid, &dof).expect("supported")[0];
        let stat = |t: &panel_fe::TestOutcome| t.available().expect("regular").stat;
        let lm = stat(&anderson_lm(&system, &dof).expect("supported"));
        prop_assert!((lm - 60.0 * stage.partial_r2).abs() < 1e-9 * lm.max(1.0));
        prop_assert!((stage.partial_r2 - stage.shea_r2).abs() < 1e-10);
        let r = redundancy(&system, &names("z", 3), &MomentCovariance::Iid, &dof).expect("known names");
        prop_assert!((stat(&r) - lm).abs() < 1e-9 * lm.max(1.0));
        let cd = stat(&cragg_donald(&system, &dof).expect("supported"));
        prop_assert!((stat(&stage.f) - cd).abs() < 1e-9 * cd.max(1.0));
        let effective = effective_f(&system, &MomentCovariance::Iid, &dof).expect("one endogenous");
        prop_assert!((stat(&effective.test) - cd).abs() < 1e-9 * cd.max(1.0));
        prop_assert!((effective.effective_df.expect("regular") - 3.0).abs() < 1e-9);
    }

    /// Sargan in its χ² and Basmann's F are monotone transforms; Wu-Hausman leaves N − K − K₁ degrees of freedom.
    #[test]
    fn sargan_and_basmann(seed in 1_u64..1_000_000) {
        let data = draw(seed, 60, 1, 3, 0.4);
        let system = data.system(None);
        let dof = IvDof::default();
        let fit = run(&system, Estimator::TwoStage, &MomentCovariance::Iid);
        let sargan = over_identification(&system, &fit, &MomentCovariance::Iid, &dof).expect("supported").available().expect("over-identified").stat;
        let f = basmann(&system, &fit, &dof);
        let f = f.available().expect("over-identified").stat;
        // N − L = 60 − 5.
        prop_assert!((f - sargan / (60.0 - sargan) * 55.0 / 2.0).abs() < 1e-8 * f.max(1.0));
        let wu = wu_hausman(&system, &dof);
        prop_assert_eq!(wu.available().expect("regular").df2, Some(56.0));
    }
}

#[test]
fn errors_name_what_is_wrong() {
    let data = draw(3, 30, 2, 3, 0.5);
    let build = |d: &Mat<f64>, w: &Mat<f64>, z: &Mat<f64>| {
        IvSystem::new(&IvData {
            y: &data.y,
            endog: d.as_ref(),
            exog: w.as_ref(),
            excluded: z.as_ref(),
            weights: None,
            endog_names: &names("d", d.ncols()),
            exog_names: &names("w", w.ncols()),
            excluded_names: &names("z", z.ncols()),
        })
    };
    let few = build(&data.d, &data.w, &data.z.subcols(0, 1).to_owned()).expect_err("one instrument for two");
    assert!(few.to_string().contains("2 endogenous"), "{few}");
    let spanned = Mat::from_fn(30, 2, |i, j| if j == 0 { data.w[(i, 0)] * 2.0 + 1.0 } else { data.d[(i, 1)] });
    let error = build(&spanned, &data.w, &data.z).expect_err("d0 is a combination of w");
    assert!(error.to_string().contains("`d0`"), "{error}");
    let twice = Mat::from_fn(30, 4, |i, j| if j == 3 { data.z[(i, 0)] - data.z[(i, 1)] + 3.0 } else { data.z[(i, j)] });
    let system = build(&data.d, &data.w, &twice).expect("enough instruments are left");
    assert_eq!(system.dropped(), ["z3"]);
    let weights = SampleWeights { values: vec![-1.0; 30], kind: WeightKind::Analytic };
    let error = IvSystem::new(&IvData {
        y: &data.y,
        endog: data.d.as_ref(),
        exog: data.w.as_ref(),
        excluded: data.z.as_ref(),
        weights: Some(&weights),
        endog_names: &names("d", 2),
        exog_names: &names("w", 2),
        excluded_names: &names("z", 3),
    })
    .expect_err("negative weights");
    assert!(error.to_string().contains("-1"), "{error}");
    let system = build(&data.d, &data.w, &data.z).expect("identified");
    assert!(anderson_rubin_set(&system, 0.95, &MomentCovariance::Iid, &IvDof::default()).is_err());
    assert!(effective_f(&system, &MomentCovariance::Iid, &IvDof::default()).is_err());
}
