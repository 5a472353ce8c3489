//! Random effects of units, and Hausman's and Mundlak's tests: against nlme, splm, a dense normal density, and what must hold.

use crate::support::{Case, close, produc, shared, tiny};
use panel_spatial::diagnostics::{hausman, mundlak};
use panel_spatial::{
    Approach, Error, FixedEffects, Information, Like, Model, Prepared, RandomFit, SpatialPanel, SpatialSpec, Square,
    fit, random_effects,
};

const MODELS: [Model; 5] = [Model::Slx, Model::Sar, Model::Sem, Model::Sdm, Model::Sdem];

/// The tiny panel with (i - 4.5)/4 added to the outcome of unit i, so that units differ; its order of units turned where asked for.
fn with_effects(names: &[&str], order: impl Fn(usize) -> usize) -> Case {
    let case = tiny();
    let n = case.panel.units().len();
    let turned = |name: &str, effect: f64| -> Vec<f64> {
        let column = case.panel.column(name).expect("there");
        let place = |row: usize| order(row % n);
        (0..column.len())
            .map(|row| column[row / n * n + place(row)] + effect * (place(row) as f64 - 3.5) / 4.0)
            .collect()
    };
    let units: Vec<String> = (0..n).map(|i| case.panel.units()[order(i)].clone()).collect();
    let x: Vec<Vec<f64>> = names.iter().map(|name| turned(name, 0.0)).collect();
    let named: Vec<(&str, &[f64])> = names.iter().zip(&x).map(|(name, x)| (*name, x.as_slice())).collect();
    let panel =
        SpatialPanel::stacked(&units, case.panel.periods(), ("y", &turned("y", 1.0)), &named).expect("balanced");
    let weights = case.prepared.weights().select(&units).expect("all there");
    Case { panel, prepared: Prepared::new(&weights).expect("prepared") }
}

fn random(case: &Case, model: Model, beside: FixedEffects) -> RandomFit {
    random_effects(&case.panel, &case.prepared, beside, &SpatialSpec::new(model)).expect("an estimate")
}

fn refused<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("an error was expected"),
        Err(error) => error.to_string(),
    }
}

/// R 4.2.2, nlme 3.1.162: `lme(y ~ x + z + Wx + Wz, random = ~1 | unit, method = "ML", control = lmeControl(opt = "nlminb", msTol =
/// 1e-14, tolerance = 1e-14))` on the tiny panel with effects added; without a lag of the outcome or the error the likelihood is the classical one.
#[test]
fn without_a_lag_it_is_the_classical_likelihood() {
    let got = random(&with_effects(&["x", "z"], |i| i), Model::Slx, FixedEffects::None);
    assert_eq!(got.names, ["(Intercept)", "x", "z", "W:x", "W:z"]);
    let want = [-0.567_162_292_918, -0.396_161_047_938, 0.271_784_789_992, 0.256_829_611_116, -0.033_857_135_899];
    for (i, want) in want.into_iter().enumerate() {
        close(got.coefficients[i], want, 1e-6, &got.names[i]);
    }
    close(got.loglik, -25.685_544_872_176_4, 1e-12, "log-likelihood");
    close(got.sigma2, 0.113_149_930_492_284, 1e-6, "variance of the errors");
    close(got.unit_variance, 0.493_564_877_768_271, 1e-6, "variance of the effects");
    // Standard errors from `varFix`.
    let se = [0.504_995_914_699_0, 0.149_666_515_717_0, 0.086_242_191_460_0, 0.258_297_695_324_8, 0.160_867_537_709_2];
    for (i, se) in se.into_iter().enumerate() {
        close(got.expected[(i, i)].sqrt(), se, 1e-6, &got.names[i]);
        close(got.conditional[(i, i)].sqrt(), se, 1e-6, &got.names[i]);
    }
}

/// As above, on the tiny panel as it is, `y ~ x + x2 + z + Wx + Wx2 + Wz`: nlme gives the effects a variance of 1e-10, that is 0.
#[test]
fn a_variance_of_nothing_is_the_pooled_model() {
    let case = tiny();
    let got = random(&case, Model::Slx, FixedEffects::None);
    assert_eq!((got.phi, got.unit_variance), (1.0, 0.0));
    close(got.loglik, -10.483_543_660_288_1, 1e-8, "log-likelihood");
    close(got.coefficients[1], -1.524_393_959_851_7, 1e-7, "x");
    let direct = SpatialSpec::new(Model::Slx).approach(Approach::Direct);
    let pooled = fit(&case.panel, &case.prepared, FixedEffects::None, &direct).expect("an estimate");
    close(got.loglik, pooled.loglik.expect("a likelihood"), 1e-13, "log-likelihood");
    let last = pooled.expected.size();
    for i in 0..last {
        close(got.expected[(i, i)], pooled.expected[(i, i)], 1e-10, "variance");
    }
    assert_eq!(got.expected[(last, last)], 0.0);
}

/// A lower triangular factor, row by row.
fn cholesky(v: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = v.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let rest = v[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
    }
    l
}

/// ln |A| and A⁻¹b by elimination.
fn solve(a: &[Vec<f64>], b: &[f64]) -> (f64, Vec<f64>) {
    let n = a.len();
    let mut m: Vec<Vec<f64>> = a.iter().zip(b).map(|(row, b)| row.iter().copied().chain([*b]).collect()).collect();
    let mut log = 0.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| m[i][k].abs().total_cmp(&m[j][k].abs())).expect("a row");
        m.swap(k, pivot);
        log += m[k][k].abs().ln();
        for i in 0..n {
            if i != k {
                let factor = m[i][k] / m[k][k];
                for j in k..=n {
                    m[i][j] -= factor * m[k][j];
                }
            }
        }
    }
    (log, (0..n).map(|i| m[i][n] / m[i][i]).collect())
}

/// ln of the normal density of y, all nT of them together: mean S⁻¹Zb or Zb, covariance (S⁻¹(σ²I + σ_μ²J)S⁻¹'), by brute force.
struct Dense {
    n: usize,
    t: usize,
    w: Vec<Vec<f64>>,
    y: Vec<f64>,
    z: Vec<Vec<f64>>,
    lag: bool,
    spatial: bool,
}

impl Dense {
    /// `rotation` takes the units of one period to fewer without their mean: F', or nothing.
    fn new(case: &Case, fit: &RandomFit, rotation: &[Vec<f64>]) -> Self {
        let (n, t) = (case.panel.units().len(), case.panel.periods().len());
        let weights = case.prepared.weights();
        let full: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| weights.get(i, j)).collect()).collect();
        let lagged = |v: &[f64]| -> Vec<f64> {
            (0..n * t).map(|row| (0..n).map(|j| full[row % n][j] * v[row / n * n + j]).sum()).collect()
        };
        let rotated = |v: &[f64]| -> Vec<f64> {
            v.chunks(n).flat_map(|p| rotation.iter().map(move |f| f.iter().zip(p).map(|(f, v)| f * v).sum())).collect()
        };
        let regressors = &fit.names[..fit.regressors()];
        let column = |name: &String| -> Vec<f64> {
            match name.strip_prefix("W:") {
                _ if name == "(Intercept)" => vec![1.0; n * t],
                Some(own) => lagged(case.panel.column(own).expect("there")),
                None => case.panel.column(name).expect("there").to_vec(),
            }
        };
        let w = rotation
            .iter()
            .map(|a| {
                rotation.iter().map(|b| (0..n * n).map(|k| a[k / n] * full[k / n][k % n] * b[k % n]).sum()).collect()
            })
            .collect();
        Self {
            n: rotation.len(),
            t,
            w,
            y: rotated(case.panel.column("y").expect("there")),
            z: regressors.iter().map(|name| rotated(&column(name))).collect(),
            lag: fit.spec.model.has_rho(),
            spatial: fit.spec.model.has_rho() || fit.spec.model.has_lambda(),
        }
    }

    /// Mean and covariance at (b, ρ or λ, σ², σ_μ²).
    fn moments(&self, p: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (n, nt, k) = (self.n, self.n * self.t, self.z.len());
        let r = if self.spatial { p[k] } else { 0.0 };
        let (s2, effect) = (p[p.len() - 2], p[p.len() - 1]);
        let s: Vec<Vec<f64>> =
            (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j)) - r * self.w[i][j]).collect()).collect();
        let unit = |j: usize| (0..n).map(|i| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        let inverse: Vec<Vec<f64>> = (0..n).map(|j| solve(&s, &unit(j)).1).collect();
        // Columns of S⁻¹; their products are the rows of S⁻¹S⁻¹'.
        let mut mean: Vec<f64> = (0..nt).map(|row| (0..k).map(|j| p[j] * self.z[j][row]).sum()).collect();
        if self.lag {
            mean = (0..nt).map(|row| (0..n).map(|j| inverse[j][row % n] * mean[row / n * n + j]).sum()).collect();
        }
        let cross = |a: usize, b: usize| (0..n).map(|j| inverse[j][a] * inverse[j][b]).sum::<f64>();
        let covariance = (0..nt)
            .map(|a| {
                let weight = |b: usize| if a / n == b / n { s2 + effect } else { effect };
                (0..nt).map(|b| weight(b) * cross(a % n, b % n)).collect()
            })
            .collect();
        (mean, covariance)
    }

    fn log_density(&self, p: &[f64]) -> f64 {
        let (mean, covariance) = self.moments(p);
        let l = cholesky(&covariance);
        let mut e: Vec<f64> = self.y.iter().zip(&mean).map(|(y, m)| y - m).collect();
        for i in 0..e.len() {
            e[i] = (e[i] - (0..i).map(|j| l[i][j] * e[j]).sum::<f64>()) / l[i][i];
        }
        let log: f64 = (0..e.len()).map(|i| l[i][i].ln()).sum();
        -0.5 * e.len() as f64 * (2.0 * std::f64::consts::PI).ln() - log - 0.5 * e.iter().map(|e| e * e).sum::<f64>()
    }

    /// The information of a normal distribution, m_i'V⁻¹m_j + ½ tr V⁻¹V_iV⁻¹V_j, derivatives by differences.
    fn information(&self, p: &[f64]) -> Vec<Vec<f64>> {
        let (_, v) = self.moments(p);
        let nt = v.len();
        // m_i, V⁻¹m_i and V⁻¹V_i.
        type Slope = (Vec<f64>, Vec<f64>, Vec<Vec<f64>>);
        let slopes: Vec<Slope> = (0..p.len())
            .map(|i| {
                let h = 1e-5 * p[i].abs().max(0.1);
                let at = |sign: f64| {
                    let mut p = p.to_vec();
                    p[i] += sign * h;
                    self.moments(&p)
                };
                let ((m1, v1), (m2, v2)) = (at(1.0), at(-1.0));
                let mean: Vec<f64> = m1.iter().zip(&m2).map(|(a, b)| (a - b) / (2.0 * h)).collect();
                // V⁻¹V_i, column by column (V_i is symmetric).
                let moved = (0..nt)
                    .map(|c| {
                        let column: Vec<f64> = (0..nt).map(|a| (v1[c][a] - v2[c][a]) / (2.0 * h)).collect();
                        solve(&v, &column).1
                    })
                    .collect();
                let solved = solve(&v, &mean).1;
                (mean, solved, moved)
            })
            .collect();
        let entry = |i: usize, j: usize| {
            let (a, b) = (&slopes[i], &slopes[j]);
            let means: f64 = a.0.iter().zip(&b.1).map(|(x, y)| x * y).sum();
            let trace: f64 = (0..nt * nt).map(|k| a.2[k / nt][k % nt] * b.2[k % nt][k / nt]).sum();
            means + 0.5 * trace
        };
        (0..p.len()).map(|i| (0..p.len()).map(|j| entry(i, j)).collect()).collect()
    }

    /// Minus the second derivatives of the log density, by differences.
    fn hessian(&self, p: &[f64]) -> Vec<Vec<f64>> {
        let step: Vec<f64> = p.iter().map(|p| 2e-4 * p.abs().max(0.05)).collect();
        let at = |i: usize, a: f64, j: usize, b: f64| {
            let mut p = p.to_vec();
            p[i] += a * step[i];
            p[j] += b * step[j];
            self.log_density(&p)
        };
        let entry = |i: usize, j: usize| {
            -(at(i, 1.0, j, 1.0) - at(i, 1.0, j, -1.0) - at(i, -1.0, j, 1.0) + at(i, -1.0, j, -1.0))
                / (4.0 * step[i] * step[j])
        };
        (0..p.len()).map(|i| (0..p.len()).map(|j| entry(i, j)).collect()).collect()
    }
}

/// An orthonormal basis of what is orthogonal to the constant (Helmert), or of everything.
fn rotation(n: usize, time: bool) -> Vec<Vec<f64>> {
    let unit = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
    let helmert = |k: usize| {
        let length = (k as f64 * (k as f64 + 1.0)).sqrt();
        (0..n)
            .map(|j| {
                if j < k {
                    1.0 / length
                } else if j == k {
                    -(k as f64) / length
                } else {
                    0.0
                }
            })
            .collect()
    };
    if time { (1..n).map(helmert).collect() } else { (0..n).map(unit).collect() }
}

/// Information times covariance is the identity, in units of standard errors.
fn is_inverse(information: &[Vec<f64>], covariance: &Square, tolerance: f64, what: &str) {
    let size = information.len();
    assert_eq!(size, covariance.size());
    let se: Vec<f64> = (0..size).map(|i| covariance[(i, i)].sqrt()).collect();
    for i in 0..size {
        for j in 0..size {
            let product: f64 = (0..size).map(|k| information[i][k] * covariance[(k, j)]).sum::<f64>() * se[i] / se[j];
            let want = f64::from(u8::from(i == j));
            assert!((product - want).abs() < tolerance, "{what} ({i}, {j}): {product}");
        }
    }
}

#[test]
fn the_density_of_all_observations_by_brute_force() {
    let case = with_effects(&["x", "z"], |i| i);
    for model in MODELS {
        for beside in [FixedEffects::None, FixedEffects::Time] {
            let what = format!("{model:?} {beside:?}");
            let got = random(&case, model, beside);
            assert!(got.unit_variance > 0.1, "{what}");
            let dense = Dense::new(&case, &got, &rotation(case.panel.units().len(), beside.time()));
            let mut p = got.coefficients.clone();
            p.extend([got.sigma2, got.unit_variance]);
            let top = dense.log_density(&p);
            close(got.loglik, top, 1e-11, &what);
            // The top of a hill in every direction.
            for i in 0..p.len() {
                for sign in [-1.0, 1.0] {
                    let mut moved = p.clone();
                    moved[i] += sign * 1e-4 * p[i].abs().max(0.1);
                    assert!(dense.log_density(&moved) < top, "{what}: parameter {i}");
                }
            }
            is_inverse(&dense.information(&p), &got.expected, 1e-5, &format!("{what}, expected"));
            is_inverse(&dense.hessian(&p), &got.observed, 1e-3, &format!("{what}, observed"));
        }
    }
}

/// R 4.2.2, splm 1.6-5, `sphtest(log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp, data = Produc, listw = usaww, spatial.model, method =
/// "ML")`: lag 83.0793000679, error 35.1559907034, 4 degrees of freedom.
///
/// Both forms are indefinite; the lag's is -83.07987 at the exact maxima (one difference of variances is -5e-8 beside others of 2e-4, so that the
/// 7e-6 between the two are where splm's optimisers stop).
#[test]
fn splm_on_produc() {
    let Some(path) = shared("splm_on_produc", "produc_usaww") else { return };
    let case = produc(&path);
    let run = |model: Model, like: Like| {
        let spec = SpatialSpec::new(model).like(like);
        let fixed = fit(&case.panel, &case.prepared, FixedEffects::Entity, &spec).expect("an estimate");
        hausman(&fixed, &random_effects(&case.panel, &case.prepared, FixedEffects::None, &spec).expect("an estimate"))
    };
    for (model, want, tolerance) in [(Model::Sar, 83.079_300_067_9, 1e-5), (Model::Sem, 35.155_990_703_4, 1e-7)] {
        let got = run(model, Like::Splm).expect("splm has a number");
        assert_eq!(got.df, 4);
        println!("splm {model:?}: {:.10}", got.statistic);
        close(got.statistic, want, tolerance, &got.name);
        assert!(got.remark.expect("a remark").contains("no χ²"));
    }
    // With the right divisor the SEM has a statistic (own Python, derivative-free search over the quasi-demeaned likelihood); the SAR has none.
    let got = run(Model::Sem, Like::Exact).expect("positive definite");
    close(got.statistic, 27.181_642_74, 1e-6, "SEM");
    assert_eq!((got.df, got.remark), (4, None));
    let text = refused(run(Model::Sar, Like::Exact));
    assert!(text.contains("not positive definite") && text.contains("Mundlak"), "{text}");
    let got = mundlak(&case.panel, &case.prepared, FixedEffects::None, &SpatialSpec::new(Model::Sar)).expect("a test");
    println!("Mundlak SAR: {:.6}, p {:e}", got.statistic, got.p);
    assert!(got.df == 4 && got.p < 1e-6, "{got:?}");
}

/// Own Python (numpy 2.4.6, scipy 1.17.1), dense: the normal density of all 40 observations maximised without derivatives, both covariances
/// from expected information by differences; effects of units taken out of the fixed model by an orthonormal basis.
#[test]
fn tests_of_tiny_by_dense_arithmetic() {
    let case = with_effects(&["x", "z"], |i| i);
    for (model, spatial, h, m) in [
        (Model::Sar, 0.280_123_231, 1.791_069_915_3, 2.460_221_072_1),
        (Model::Sem, 0.361_624_932_7, 1.109_128_902_8, 1.568_058_466_1),
    ] {
        let spec = SpatialSpec::new(model);
        let fixed = fit(&case.panel, &case.prepared, FixedEffects::Entity, &spec).expect("an estimate");
        let got = random(&case, model, FixedEffects::None);
        close(got.spatial().expect("a lag"), spatial, 2e-6, model.name());
        let test = hausman(&fixed, &got).expect("positive definite");
        close(test.statistic, h, 1e-5, &test.name);
        assert_eq!((test.df, test.name.as_str()), (2, format!("Hausman {}", model.name()).as_str()));
        let test = mundlak(&case.panel, &case.prepared, FixedEffects::None, &spec).expect("a test");
        close(test.statistic, m, 1e-5, &test.name);
        assert_eq!((test.df, test.name.as_str()), (2, format!("Mundlak {}", model.name()).as_str()));
    }
}

/// Without a lag and with balanced data Mundlak's coefficients are those of the means less those within units. R 4.2.2: both by `lm`, `y ~ z +
/// Wz + factor(unit)` with σ² = SSR/(n(T-1)) and means on means with SSR/n: d'(V_w + V_b)⁻¹d = 0.861054139685748.
#[test]
fn mundlak_without_a_lag_compares_means_with_differences() {
    let case = with_effects(&["z"], |i| i);
    let spec = SpatialSpec::new(Model::Slx);
    let got = mundlak(&case.panel, &case.prepared, FixedEffects::None, &spec).expect("a test");
    close(got.statistic, 0.861_054_139_685_748, 1e-10, "Mundlak");
    assert_eq!(got.df, 2);
}

#[test]
fn neither_the_order_of_units_nor_the_route_matters() {
    let one = with_effects(&["x", "z"], |i| i);
    let two = with_effects(&["x", "z"], |i| (i * 3 + 5) % 8);
    let sparse = Prepared::sparse(one.prepared.weights()).expect("prepared");
    for model in MODELS {
        for beside in [FixedEffects::None, FixedEffects::Time] {
            let what = format!("{model:?} {beside:?}");
            let spec = SpatialSpec::new(model);
            let effects = if beside.time() { FixedEffects::TwoWay } else { FixedEffects::Entity };
            let run = |case: &Case, prepared: &Prepared| {
                let random = random_effects(&case.panel, prepared, beside, &spec).expect("an estimate");
                let means = mundlak(&case.panel, prepared, beside, &spec);
                let fixed = fit(&case.panel, prepared, effects, &spec).expect("an estimate");
                (
                    hausman(&fixed, &random).ok().map(|test| test.statistic),
                    random,
                    means.ok().map(|test| test.statistic),
                )
            };
            let a = run(&one, &one.prepared);
            for b in [run(&two, &two.prepared), run(&one, &sparse)] {
                close(a.1.loglik, b.1.loglik, 1e-11, &what);
                for (i, (a, b)) in a.1.coefficients.iter().zip(&b.1.coefficients).enumerate() {
                    assert!((a - b).abs() < 1e-8 * b.abs().max(1.0), "{what} {i}: {a} {b}");
                }
                assert_eq!((a.0.is_some(), a.2.is_some()), (b.0.is_some(), b.2.is_some()), "{what}");
                for (a, b) in [(a.0, b.0), (a.2, b.2)] {
                    close(a.unwrap_or(0.0), b.unwrap_or(0.0), 1e-6, &what);
                }
            }
        }
    }
}

#[test]
fn what_random_effects_are_not_there_for() {
    let case = with_effects(&["x", "z"], |i| i);
    let run = |beside, spec: &SpatialSpec| refused(random_effects(&case.panel, &case.prepared, beside, spec));
    let sar = SpatialSpec::new(Model::Sar);
    assert!(run(FixedEffects::TwoWay, &sar).contains("fixed or random"));
    assert!(run(FixedEffects::None, &SpatialSpec::new(Model::Sac)).contains("not for the SAC"));
    assert!(run(FixedEffects::None, &sar.clone().information(Information::Qml)).contains("not normal"));
    assert!(run(FixedEffects::Time, &sar.clone().approach(Approach::Corrected)).contains("transform"));
    assert!(run(FixedEffects::Time, &sar.clone().like(Like::Splm)).contains("splm"));
    assert!(run(FixedEffects::None, &sar.clone().like(Like::Xsmle)).contains("exact"));
    // One period.
    let cell = |name: &str| case.panel.column(name).expect("there")[..8].to_vec();
    let cross = SpatialPanel::stacked(case.panel.units(), &["1".into()], ("y", &cell("y")), &[("x", &cell("x"))]);
    let text = refused(random_effects(&cross.expect("a panel"), &case.prepared, FixedEffects::None, &sar));
    assert!(text.contains("at least 2 periods"), "{text}");
    // Eight units have a constant and means of four regressors and their lags: nine numbers.
    let column = |name: &str| case.panel.column(name).expect("there").to_vec();
    let (x, z) = (column("x"), column("z"));
    let (x2, xz): (Vec<f64>, Vec<f64>) = x.iter().zip(&z).map(|(x, z)| (x * x, x * z)).unzip();
    let columns: [(&str, &[f64]); 4] = [("x", &x), ("z", &z), ("x2", &x2), ("xz", &xz)];
    let wide = SpatialPanel::stacked(case.panel.units(), case.panel.periods(), ("y", &column("y")), &columns);
    let text =
        refused(mundlak(&wide.expect("a panel"), &case.prepared, FixedEffects::None, &SpatialSpec::new(Model::Sdm)));
    assert!(text.contains("8 units are too few to tell the coefficients of 8 means"), "{text}");
    // Fits that do not belong together.
    let fixed = |effects, model| fit(&case.panel, &case.prepared, effects, &SpatialSpec::new(model)).expect("a fit");
    let random = random(&case, Model::Sar, FixedEffects::None);
    assert!(refused(hausman(&fixed(FixedEffects::TwoWay, Model::Sar), &random)).contains("effects of time"));
    assert!(refused(hausman(&fixed(FixedEffects::Entity, Model::Sem), &random)).contains("one model"));
}

#[test]
fn equal_weights_beside_effects_of_time_are_refused() {
    let case = with_effects(&["x", "z"], |i| i);
    let n = case.panel.units().len();
    let all: Vec<(usize, usize, f64)> =
        (0..n * n).filter(|k| k / n != k % n).map(|k| (k / n, k % n, 1.0 / (n as f64 - 1.0))).collect();
    let weights = panel_spatial::Weights::from_triplets(case.panel.units(), &all).expect("weights");
    let prepared = Prepared::new(&weights).expect("prepared");
    for model in [Model::Sar, Model::Sem] {
        let text = refused(random_effects(&case.panel, &prepared, FixedEffects::Time, &SpatialSpec::new(model)));
        assert!(text.contains("not identified"), "{text}");
    }
}
