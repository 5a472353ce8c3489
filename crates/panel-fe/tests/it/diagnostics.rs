//! Specification tests on Grunfeld's ten firms.

use crate::golden_files::{Csv, close};
use faer::Mat;
use faer::linalg::solvers::Solve;
use panel_fe::coefficients::Coefficients;
use panel_fe::diagnostics::{hausman, joint_zero, modified_wald, mundlak, pesaran_cd, wooldridge};

struct Grunfeld {
    y: Vec<f64>,
    x: Mat<f64>,
    firm: Vec<u32>,
    year: Vec<i64>,
}

fn grunfeld() -> Grunfeld {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/grunfeld.csv");
    let csv = Csv::read(&path).expect("in the crate");
    let column = |name: &str| -> Vec<f64> { csv.column(name).into_iter().map(|v| v.expect("complete")).collect() };
    let (value, capital) = (column("value"), column("capital"));
    Grunfeld {
        y: column("inv"),
        x: Mat::from_fn(value.len(), 2, |i, j| if j == 0 { value[i] } else { capital[i] }),
        firm: column("firm").iter().map(|&f| f as u32 - 1).collect(),
        year: column("year").iter().map(|&t| t as i64).collect(),
    }
}

fn ols(x: &Mat<f64>, y: &[f64]) -> (Vec<f64>, Vec<f64>, Mat<f64>) {
    let y = Mat::from_fn(y.len(), 1, |i, _| y[i]);
    let inverse = (x.transpose() * x).partial_piv_lu().solve(Mat::<f64>::identity(x.ncols(), x.ncols()));
    let b = &inverse * (x.transpose() * &y);
    let u = &y - x * &b;
    ((0..b.nrows()).map(|i| b[(i, 0)]).collect(), (0..u.nrows()).map(|i| u[(i, 0)]).collect(), inverse)
}

/// v − θ v̄ by firm (balanced, 20 years).
fn quasi_demean(v: &[f64], firm: &[u32], theta: f64) -> Vec<f64> {
    let mut mean = [0.0; 10];
    for (v, &f) in v.iter().zip(firm) {
        mean[f as usize] += v / 20.0;
    }
    v.iter().zip(firm).map(|(v, &f)| v - theta * mean[f as usize]).collect()
}

// plm 2.6, phtest(inv ~ value + capital, data = Grunfeld): chisq = 2.3304, df = 2, p-value = 0.3119.
#[test]
fn hausman_of_the_plm_vignette() {
    let g = grunfeld();
    let column = |j: usize| -> Vec<f64> { g.x.col_as_slice(j).to_vec() };
    let transform = |theta: f64, constant: bool| -> (Mat<f64>, Vec<f64>) {
        let (a, b) = (quasi_demean(&column(0), &g.firm, theta), quasi_demean(&column(1), &g.firm, theta));
        let x = Mat::from_fn(200, 2 + usize::from(constant), |i, j| [a[i], b[i], 1.0 - theta][j]);
        (x, quasi_demean(&g.y, &g.firm, theta))
    };
    let (xw, yw) = transform(1.0, false);
    let (b_fe, u, inverse) = ols(&xw, &yw);
    let s2 = u.iter().map(|u| u * u).sum::<f64>() / (200.0 - 10.0 - 2.0);
    let v_fe = Mat::from_fn(2, 2, |i, j| s2 * inverse[(i, j)]);
    // Swamy & Arora: between regression on the ten means.
    let means = |v: &[f64]| -> Vec<f64> {
        (0..10).map(|f| v.iter().zip(&g.firm).filter(|(_, g)| **g == f).map(|(v, _)| v / 20.0).sum()).collect()
    };
    let (ma, mb, my) = (means(&column(0)), means(&column(1)), means(&g.y));
    let xb = Mat::from_fn(10, 3, |i, j| [ma[i], mb[i], 1.0][j]);
    let (_, ub, _) = ols(&xb, &my);
    let s2_between = 20.0 * ub.iter().map(|u| u * u).sum::<f64>() / (10.0 - 3.0);
    let theta = 1.0 - (s2 / s2_between).sqrt();
    let (xr, yr) = transform(theta, true);
    let (b_re, ur, inverse) = ols(&xr, &yr);
    let s2_re = ur.iter().map(|u| u * u).sum::<f64>() / 197.0;
    let v_re = Mat::from_fn(3, 3, |i, j| s2_re * inverse[(i, j)]);
    // plm 2.6: value 0.10978 (0.010493), capital 0.30811 (0.017181), theta 0.861.
    assert!(close(b_re[0], 0.109781, 1e-5, 0.0) && close(b_re[1], 0.308113, 1e-5, 0.0), "{b_re:?}");
    assert!(close(theta, 0.86122, 1e-4, 0.0), "{theta}");
    let names: Vec<String> = ["value", "capital", "(Intercept)"].map(str::to_owned).to_vec();
    let fe = Coefficients::new(&names[..2], &b_fe, v_fe.as_ref(), 188.0);
    let re = Coefficients::new(&names, &b_re, v_re.as_ref(), f64::INFINITY);
    let test = hausman(&fe, &re, &["value", "capital"], 1.0).expect("known names");
    let test = test.available().expect("positive definite");
    assert!((test.stat - 2.3304).abs() < 5e-5 && test.df == 2.0, "{test}");
    assert!((test.p.expect("p") - 0.3119).abs() < 5e-5);
    // The other way round the difference is not positive definite.
    let reversed = hausman(&re, &fe, &["value", "capital"], 1.0).expect("known names");
    assert!(reversed.available().is_none() && reversed.to_string().contains("Mundlak"), "{reversed}");
}

// plm 2.6, pcdtest(inv ~ value + capital, data = Grunfeld): one regression per firm, z = 5.3401, p-value = 9.292e-08.
#[test]
fn pesaran_cd_of_the_plm_manual() {
    let g = grunfeld();
    let mut residuals = vec![0.0; 200];
    for f in 0..10 {
        let rows: Vec<usize> = (0..200).filter(|&i| g.firm[i] == f).collect();
        let x = Mat::from_fn(rows.len(), 3, |i, j| if j == 2 { 1.0 } else { g.x[(rows[i], j)] });
        let y: Vec<f64> = rows.iter().map(|&i| g.y[i]).collect();
        let (_, u, _) = ols(&x, &y);
        for (&i, u) in rows.iter().zip(u) {
            residuals[i] = u;
        }
    }
    let periods: Vec<u32> = g.year.iter().map(|&t| (t - 1935) as u32).collect();
    let cd = pesaran_cd(&residuals, &g.firm, &periods).expect("shapes");
    let test = cd.test.available().expect("computed");
    assert!((test.stat - 5.3401).abs() < 5e-5, "{test}");
    assert!((test.p.expect("p") / 9.292e-8 - 1.0).abs() < 5e-4);
    assert_eq!(cd.pairs, 45);
    assert!(pesaran_cd(&residuals[..1], &g.firm[..1], &periods[..1]).expect("shapes").test.available().is_none());
}

// The formulas of Greene (2000) and Wooldridge (2002) worked out row by row.
#[test]
fn modified_wald_and_wooldridge_by_hand() {
    let e = [1.0, -2.0, 1.5, -0.5, 0.2, 0.1, -0.4, 0.1];
    let units = [0, 0, 0, 0, 1, 1, 1, 1];
    let w = modified_wald(&e, &units).expect("shapes");
    let own = |s: &[f64]| s.iter().map(|e| e * e).sum::<f64>() / 4.0;
    let (s1, s2) = (own(&e[..4]), own(&e[4..]));
    let s = (s1 + s2) / 2.0;
    let v = |part: &[f64], own: f64| part.iter().map(|e| (e * e - own).powi(2)).sum::<f64>() / 12.0;
    let want = (s1 - s).powi(2) / v(&e[..4], s1) + (s2 - s).powi(2) / v(&e[4..], s2);
    assert!((w.available().expect("computed").stat - want).abs() < 1e-12);
    assert!(modified_wald(&[1.0, 2.0, 3.0], &[0, 0, 1]).expect("shapes").available().is_none());

    let g = grunfeld();
    let test = wooldridge(&g.y, g.x.as_ref(), &g.firm, &g.year).expect("shapes");
    let got = test.available().expect("computed");
    // By hand: first differences, OLS without a constant, residuals on their lag, clustered by firm.
    let rows: Vec<usize> = (0..200).filter(|&i| i > 0 && g.firm[i] == g.firm[i - 1]).collect();
    let dx = Mat::from_fn(rows.len(), 2, |i, j| g.x[(rows[i], j)] - g.x[(rows[i] - 1, j)]);
    let dy: Vec<f64> = rows.iter().map(|&i| g.y[i] - g.y[i - 1]).collect();
    let (_, u, _) = ols(&dx, &dy);
    let pairs: Vec<(f64, f64, u32)> = (1..rows.len())
        .filter(|&k| g.firm[rows[k]] == g.firm[rows[k - 1]])
        .map(|k| (u[k], u[k - 1], g.firm[rows[k]]))
        .collect();
    let sxx: f64 = pairs.iter().map(|p| p.1 * p.1).sum();
    let rho = pairs.iter().map(|p| p.0 * p.1).sum::<f64>() / sxx;
    let scores = (0..10).map(|f| pairs.iter().filter(|p| p.2 == f).map(|p| p.1 * (p.0 - rho * p.1)).sum::<f64>());
    let variance = scores.map(|s| s * s).sum::<f64>() / sxx.powi(2) * 10.0 / 9.0;
    assert!(close(got.stat, (rho + 0.5).powi(2) / variance, 1e-10, 0.0));
    assert_eq!(got.df2, Some(9.0));
}

#[test]
fn mundlak_is_a_joint_wald_test() {
    let names: Vec<String> = ["x", "x_mean", "z_mean"].map(str::to_owned).to_vec();
    let v = Mat::from_fn(3, 3, |i, j| if i == j { 0.04 } else { 0.01 });
    let c = Coefficients::new(&names, &[1.0, 0.4, -0.2], v.as_ref(), 30.0);
    let test = mundlak(&c, &["x_mean", "z_mean"]).expect("known names");
    // (.4, -.2) [.04 .01; .01 .04]⁻¹ (.4, -.2)' = (.04·.2 + .016·... )/.0015
    let want = (0.04 * (0.16 + 0.04) + 2.0 * 0.01 * 0.4 * 0.2) / 0.0015;
    assert!(close(test.available().expect("regular").stat, want / 2.0, 1e-12, 0.0));
    assert_eq!(joint_zero(&c, &[]).expect("no names").available(), None);
}
